/* Exact numbers. A literal, a parameter and a weight stay rationals until code
 * is generated; rounding happens in num_to_double and nowhere else. */
#ifndef COMPILER_EXPR_NUM_H
#define COMPILER_EXPR_NUM_H
#include <gmp.h>
#include <stdbool.h>

#include "lang/base/ctx.h"
#include "lang/base/sbuf.h"

/* An immutable rational in lowest terms, owned by a NumPool. */
typedef mpq_srcptr Num;

typedef struct NumChunk NumChunk;
typedef struct NumPool {
    NumChunk *top;
    size_t work;                /* done with these numbers, as those count it who limit a search by it */
} NumPool;

/* A fresh zero to be written once by its creator, then treated as a Num. */
mpq_ptr num_new(NumPool *pool);
Num num_int(NumPool *pool, long value);
Num num_ratio(NumPool *pool, long top, unsigned long bottom);
/* The dyadic rational that a finite double is. */
Num num_from_double(NumPool *pool, double value);
/* "12", "-0.1", "1e-3", "3/2", exactly; false when malformed, when the
 * exponent is beyond NUM_MAX_EXPONENT in size, or when there are more than NUM_MAX_DIGITS bytes. */
bool num_parse(NumPool *pool, const char *text, size_t n, Num *out);
enum { NUM_MAX_EXPONENT = 5000, NUM_MAX_DIGITS = 30000 };
void num_pool_free(NumPool *pool);
/* What the pool has now, and back to that: the numbers made in between are gone. */
typedef struct NumMark {
    NumChunk *top;
    size_t used;
} NumMark;
NumMark num_pool_mark(const NumPool *pool);
void num_pool_release(NumPool *pool, NumMark mark);

/* The double nearest to x (ties to even; +-infinity beyond the range). */
double num_to_double(Num x);
/* The largest double <= x and the smallest double >= x. */
double num_to_double_down(Num x);
double num_to_double_up(Num x);
/* True when x is a double exactly. */
bool num_is_double(Num x);

/* Text: a terminating decimal where x has a short one, else "a/b". Parsing
 * gives x back. */
void num_print(Num x, Sbuf *out);
/* The same in cx's arena; and, for messages, the nearest double in place of a text that is longer than a line. */
const char *num_text(Ctx *cx, Num x);
const char *num_brief(Ctx *cx, Num x);
/* An end of an interval, for people: where it is long in nine digits, inside: not below x for side 1, not above it for side -1. */
void num_print_inside(Num x, int side, Sbuf *out);

/* Correctly rounded value of an elementary function at a rational: the
 * language defines exp, log, sqrt, ... of constants as the nearest double
 * (docs/language.md, "Numbers"), so that every constant is a rational. An
 * exact rational result (sqrt(4), exp(0)) is returned exactly. `function` is a
 * row of runtime/function.def. False outside the function's domain or when
 * the result is not finite. */
bool num_apply(NumPool *pool, int function, int n_args, const Num *args, Num *out);
#endif
