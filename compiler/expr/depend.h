/* How a constant depends on the params that have a range: as a sum of products
 * of params, each at most once in a product. That form is what can be proved for
 * all values at once: over a box such a sum lies between its values at corners.
 * Constants carry it beside their value (Expr.depends); whatever it cannot say
 * is kept as "depends on these params, in a way that is not followed". */
#ifndef COMPILER_EXPR_DEPEND_H
#define COMPILER_EXPR_DEPEND_H
#include "compiler/expr/num.h"
#include "runtime/expr.h"

/* Params are bits: ModelParam.bit. Those behind the last bit share it, and nothing is followed of them. */
enum { DEPEND_MAX_PARAMS = 63, DEPEND_MAX_TERMS = 256 };

typedef struct DependTerm {
    uint64_t params;            /* their product; none: 1 */
    Num factor;
} DependTerm;

typedef struct Dependence {
    uint64_t params;            /* all that it may depend on */
    bool is_followed;           /* it is the sum of the terms */
    size_t n;
    const DependTerm *term;     /* of different products */
} Dependence;

const Dependence *depend_on_param(Ctx *cx, NumPool *pool, unsigned bit);
/* On these, in a way that is not followed. */
const Dependence *depend_unknown(Ctx *cx, uint64_t params);
/* Of a folded call; NULL arguments depend on nothing, value is theirs. NULL: the result depends on nothing. */
const Dependence *depend_call(Ctx *cx, NumPool *pool, EigFn fn, int n_args, const Dependence *const *arg, const Num *value);
/* The product of two constants and what they depend on. */
const Dependence *depend_product(Ctx *cx, NumPool *pool, const Dependence *a, Num x, const Dependence *b, Num y);
/* The value where the param of bit k is theta[k]. */
void depend_value(const Dependence *d, mpq_srcptr const *theta, mpq_ptr out);
#endif
