/* How a constant depends on the params that have a range: as a sum of products
 * of powers of params, and of parts: functions of such sums, and sums that are divided by. Where there are params alone, each in a product
 * once, and not below, it is followed: over a box such a sum lies between its values at corners, which can be
 * proved for all values at once. Constants carry it beside their value
 * (Expr.depends); whatever it cannot say is kept as "depends on these params". */
#ifndef COMPILER_EXPR_DEPEND_H
#define COMPILER_EXPR_DEPEND_H
#include "compiler/expr/num.h"
#include "runtime/expr.h"

/* Params are bits: ModelParam.bit. Those behind the last bit share it, and nothing is followed of them. */
enum { DEPEND_MAX_PARAMS = 63, DEPEND_MAX_TERMS = 256, DEPEND_MAX_EXPONENT = 64, DEPEND_MAX_DEPTH = 4 };

typedef struct DependPower {
    unsigned bit;
    int exponent;               /* neither 0 nor 1 */
} DependPower;

/* exp(w), sqrt(2 w + 1), T + 2: a function that never falls, of a sum; or the sum itself, of two terms or more, the first of the factor 1 or -1. */
typedef struct DependPart {
    EigFn fn;                   /* EIG_FN_ADD: the sum itself */
    const struct Dependence *of;
    Num value;                  /* at the params' own values */
    int depth;                  /* 1: there are no parts in it */
} DependPart;

typedef struct DependPartPower {
    const DependPart *part;
    int exponent;               /* not 0; of a sum not 1 */
} DependPartPower;

/* A number times the product of params, of powers of others, and of powers of parts. */
typedef struct DependTerm {
    uint64_t params;
    Num factor;
    size_t n_powers;
    const DependPower *power;   /* by bit, ascending */
    size_t n_parts;
    const DependPartPower *part;    /* in the order of depend_compare_parts */
} DependTerm;

typedef struct Dependence {
    uint64_t params;            /* all that it may depend on */
    uint64_t divided;           /* where one of these is 0 it has no value */
    bool is_sum;                /* it is the sum of the terms */
    bool is_followed;           /* and these have no powers, and nothing is divided */
    size_t n;
    const DependTerm *term;     /* different but for their factors */
} Dependence;

const Dependence *depend_on_param(Ctx *cx, NumPool *pool, unsigned bit);
/* On these, in a way that is not followed. */
const Dependence *depend_unknown(Ctx *cx, uint64_t params);
/* Of a folded call; NULL arguments depend on nothing, value is theirs. NULL: the result depends on nothing. Parts stay in what they occur in:
 * where they all have values, so has the result. */
const Dependence *depend_call(Ctx *cx, NumPool *pool, EigFn fn, int n_args, const Dependence *const *arg, const Num *value, Num result);
/* The sum divided by a constant, as a part of its own, and that constant; NULL where it is none. value: of the sum. */
const DependPart *depend_sum_part(Ctx *cx, NumPool *pool, const Dependence *sum, Num value, Num *constant);
/* All of a sum of one term or more as one part, so that its first term has the factor 1, and what it is multiplied by; NULL where it is
 * none, or parts are in it too deep. Of the part the exponent may be 1. */
const DependPart *depend_whole(Ctx *cx, NumPool *pool, const Dependence *sum, Num value, Num *constant);
/* 0 where they are the same function of params; else which comes first. */
int depend_compare_parts(const DependPart *a, const DependPart *b);
/* The product of two constants and what they depend on. */
const Dependence *depend_product(Ctx *cx, NumPool *pool, const Dependence *a, Num x, const Dependence *b, Num y);
/* The value of what is followed, where the param of bit k is theta[k]. */
void depend_value(const Dependence *d, mpq_srcptr const *theta, mpq_ptr out);
#endif
