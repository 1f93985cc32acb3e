#include "compiler/expr/zero.h"

#include "compiler/expr/affine.h"

/* Has a number for every argument that is one. */
static bool is_total(EigFn fn)
{
    switch (fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_NEG: case EIG_FN_ABS: case EIG_FN_MIN: case EIG_FN_MAX:
    case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_EXPREL: case EIG_FN_SIN: case EIG_FN_COS: case EIG_FN_TANH: case EIG_FN_ATAN:
    case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: case EIG_FN_OMEGA: case EIG_FN_FLOOR: case EIG_FN_STEP: case EIG_FN_PULSE:
        return true;
    default:
        return false;
    }
}

/* Is 0 at 0. */
static bool keeps_zero(EigFn fn)
{
    return fn == EIG_FN_NEG || fn == EIG_FN_ABS || fn == EIG_FN_SQRT || fn == EIG_FN_EXPM1 || fn == EIG_FN_LOG1P || fn == EIG_FN_SIN
        || fn == EIG_FN_TANH || fn == EIG_FN_ATAN || fn == EIG_FN_FLOOR;
}

static bool is_nonzero_constant(const Expr *e)
{
    return expr_is_const(e, NULL) && mpq_sgn(e->as.value) != 0;
}

static bool is_positive_integer(const Expr *e)
{
    return expr_is_const(e, NULL) && mpq_sgn(e->as.value) > 0 && mpz_cmp_ui(mpq_denref(e->as.value), 1) == 0;
}

bool expr_is_defined(const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_CONST || e->kind == EXPR_VAR || e->kind == EXPR_DRAW || e->kind == EXPR_SAMPLES;
    const Expr *const *arg = e->as.call.arg;
    if (e->as.call.fn == EIG_FN_DIV || e->as.call.fn == EIG_FN_RAMP)
        return expr_is_defined(arg[0]) && is_nonzero_constant(arg[1]);
    if (e->as.call.fn == EIG_FN_POW)
        return expr_is_defined(arg[0]) && is_positive_integer(arg[1]);
    return is_total(e->as.call.fn) && expr_is_defined(arg[0]) && (e->as.call.n_args < 2 || expr_is_defined(arg[1]));
}

/* By its form alone. */
static bool is_zero(const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return expr_is_const(e, NULL) && mpq_sgn(e->as.value) == 0;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MIN: case EIG_FN_MAX:
        return is_zero(arg[0]) && is_zero(arg[1]);
    case EIG_FN_MUL:
        return (is_zero(arg[0]) && expr_is_defined(arg[1])) || (is_zero(arg[1]) && expr_is_defined(arg[0]));
    case EIG_FN_LOG:
        return expr_is_const(arg[0], NULL) && mpq_cmp_ui(arg[0]->as.value, 1, 1) == 0;
    case EIG_FN_DIV:
        return is_zero(arg[0]) && is_nonzero_constant(arg[1]);
    case EIG_FN_POW:
        return is_zero(arg[0]) && is_positive_integer(arg[1]);
    default:
        return keeps_zero(e->as.call.fn) && is_zero(arg[0]);
    }
}

static Num same_neuron_by_neuron(NumPool *pool, const Expr *e, size_t n)
{
    Num first = NULL;
    for (size_t k = 0; k < n && n <= ZERO_MAX_NEURONS; k++) {
        Num x = expr_exact(pool, e, EIG_VAR_I, num_int(pool, (long)k));
        first = first ? first : x;
        if (!x || mpq_cmp(x, first) != 0)
            return NULL;
    }
    return first;
}

Num expr_one_value(NumPool *pool, const Expr *e, size_t n)
{
    Num offset, rate;
    if (!expr_affine(pool, e, EIG_VAR_I, &offset, &rate))
        return same_neuron_by_neuron(pool, e, n);
    return mpq_sgn(rate) == 0 || n == 1 ? offset : NULL;
}

bool expr_is_zero(NumPool *pool, const Expr *e, size_t n)
{
    Num x = is_zero(e) ? NULL : expr_one_value(pool, e, n);
    return x ? mpq_sgn(x) == 0 : is_zero(e);
}
