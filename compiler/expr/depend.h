/* How a constant depends on the params that have a range: as a sum of products
 * of powers of params. Where each is in a product once, and not below, it is
 * followed: over a box such a sum lies between its values at corners, which can be
 * proved for all values at once. Constants carry it beside their value
 * (Expr.depends); whatever it cannot say is kept as "depends on these params". */
#ifndef COMPILER_EXPR_DEPEND_H
#define COMPILER_EXPR_DEPEND_H
#include "compiler/expr/num.h"
#include "runtime/expr.h"

/* Params are bits: ModelParam.bit. Those behind the last bit share it, and nothing is followed of them. */
enum { DEPEND_MAX_PARAMS = 63, DEPEND_MAX_TERMS = 256, DEPEND_MAX_EXPONENT = 64 };

typedef struct DependPower {
    unsigned bit;
    int exponent;               /* neither 0 nor 1 */
} DependPower;

/* A number times the product of params and of powers of others. */
typedef struct DependTerm {
    uint64_t params;
    Num factor;
    size_t n_powers;
    const DependPower *power;   /* by bit, ascending */
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
/* Of a folded call; NULL arguments depend on nothing, value is theirs. NULL: the result depends on nothing. */
const Dependence *depend_call(Ctx *cx, NumPool *pool, EigFn fn, int n_args, const Dependence *const *arg, const Num *value);
/* The product of two constants and what they depend on. */
const Dependence *depend_product(Ctx *cx, NumPool *pool, const Dependence *a, Num x, const Dependence *b, Num y);
/* The value of what is followed, where the param of bit k is theta[k]. */
void depend_value(const Dependence *d, mpq_srcptr const *theta, mpq_ptr out);
#endif
