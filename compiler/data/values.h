/* Numbers as they come out of a file: a decimal is the rational it spells, a
 * .npy double the dyadic it is; only what is no double gets a rational. */
#ifndef COMPILER_DATA_VALUES_H
#define COMPILER_DATA_VALUES_H
#include "compiler/expr/num.h"

/* A column of numbers. d[k] is the double nearest to entry k; q is NULL when
 * every d[k] is exact, else q[k] is the exact entry. Without d each of the n
 * entries is 1. Entries from n on are not there: to ask for one is a BUG. */
typedef struct Values {
    size_t n;
    double *d;
    Num *q;
} Values;
Num values_exact(NumPool *pool, const Values *v, size_t k);
/* The exact entry into an initialised number. */
void values_get(const Values *v, size_t k, mpq_ptr out);
/* -1, 0 or 1: of the exact entry, also where its double underflows to 0. */
int values_sign(const Values *v, size_t k);

/* How a piece of text fails to be a number. */
typedef enum NumberText {
    NUMBER_OK, NUMBER_NOT, NUMBER_NO_FRACTION, NUMBER_NOT_FINITE, NUMBER_TOO_LARGE, NUMBER_TOO_LONG
} NumberText;

/* Reads "12", "-0.1", "+1e-3", ".5", "3/2" exactly: *d is the nearest double and
 * *q the number, or NULL when *d is exact. A zero is +0. */
NumberText number_read(NumPool *pool, const char *text, size_t n, double *d, Num *q);
/* True for text that means a number, also for "nan", "-inf", "1e999999" and "1/0". */
bool number_is_like(const char *text, size_t n);
/* True for digits alone, as a neuron is numbered. */
bool number_is_whole(const char *text, size_t n);
const char *number_complaint(NumberText what);
/* A repair for what is nearly a number, `1 mV` or `0x10`; or NULL. */
const char *number_help(const char *text, size_t n);

/* Writes entry k of a Values with room for `cap` entries. */
void values_put(Ctx *cx, Values *v, size_t cap, size_t k, double d, Num q);
/* Gives every entry its rational when one of them needs one. */
void values_finish(NumPool *pool, Values *v);
/* A copy with room for more entries; the old storage is left to the arena. */
void values_grow(Ctx *cx, Values *v, size_t cap, size_t new_cap);
#endif
