#include "compiler/expr/enclose.h"

#include <math.h>

#include "compiler/expr/num_special.h"

/* |a|^n, n odd, with the signs of a, which has 0 in it. */
static void enclose_odd_power(mpfi_ptr y, mpfi_ptr a, mpfi_ptr n)
{
    if (!mpfi_is_strictly_pos(n)) {
        mpfi_interv_d(y, -(double)INFINITY, (double)INFINITY);
        return;
    }
    mpfi_t side, power;
    mpfi_init2(side, mpfi_get_prec(a));
    mpfi_init2(power, mpfi_get_prec(y));
    mpfi_set_fr(side, &a->left);
    mpfi_abs(side, side);
    num_enclose(power, EIG_FN_POW, side, n);
    mpfi_set_fr(side, &a->right);
    num_enclose(y, EIG_FN_POW, side, n);
    mpfr_neg(&y->left, &power->right, MPFR_RNDD);
    mpfi_clear(side);
    mpfi_clear(power);
}

/* y = a^b; of a negative base for whole b. */
static void enclose_power(mpfi_ptr y, mpfi_ptr a, mpfi_ptr b)
{
    double exponent = mpfi_get_d(b);
    bool is_whole = exponent == floor(exponent) && mpfi_cmp_d(b, exponent) == 0 && mpfr_equal_p(&b->left, &b->right);
    bool is_odd = is_whole && fmod(exponent, 2) != 0, is_negative = mpfi_is_strictly_neg(a);
    if (is_odd && !is_negative && mpfi_has_zero(a)) {
        enclose_odd_power(y, a, b);
        return;
    }
    if (is_whole)
        mpfi_abs(a, a);
    num_enclose(y, EIG_FN_POW, a, b);
    if (is_odd && is_negative)
        mpfi_neg(y, y);
}

/* 0 or 1; neither is known of an argument around 0. */
static void enclose_step(mpfi_ptr y, mpfi_ptr a)
{
    mpfi_interv_si(y, mpfi_is_nonneg(a), !mpfi_is_strictly_neg(a));
}

/* min or max; of what is no number nothing is known. */
static void enclose_choice(mpfi_ptr y, int (*op)(mpfr_ptr, mpfr_srcptr, mpfr_srcptr, mpfr_rnd_t), mpfi_ptr a, mpfi_ptr b)
{
    op(&y->left, &a->left, &b->left, MPFR_RNDD);
    op(&y->right, &a->right, &b->right, MPFR_RNDU);
    if (mpfi_nan_p(a) || mpfi_nan_p(b))
        mpfi_set_d(y, NAN);
}

static void enclose_call(mpfi_ptr y, EigFn fn, mpfi_ptr a, mpfi_ptr b)
{
    switch (fn) {
    case EIG_FN_ADD: mpfi_add(y, a, b); break;
    case EIG_FN_SUB: mpfi_sub(y, a, b); break;
    case EIG_FN_MUL: mpfi_mul(y, a, b); break;
    case EIG_FN_DIV: mpfi_div(y, a, b); break;
    case EIG_FN_NEG: mpfi_neg(y, a); break;
    case EIG_FN_ABS: mpfi_abs(y, a); break;
    case EIG_FN_POW: enclose_power(y, a, b); break;
    case EIG_FN_STEP: enclose_step(y, a); break;
    case EIG_FN_MIN: enclose_choice(y, mpfr_min, a, b); break;
    case EIG_FN_MAX: enclose_choice(y, mpfr_max, a, b); break;
    case EIG_FN_FLOOR: case EIG_FN_PULSE: case EIG_FN_RAMP:
        mpfi_interv_d(y, -(double)INFINITY, (double)INFINITY);
        break;
    default: num_enclose(y, fn, a, b); break;
    }
}

void enclose_code(const EigCode *code, double x, mpfi_t *stack, mpfi_ptr y)
{
    size_t top = 0;
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        if (op->kind != EIG_OP_CALL) {
            mpfi_set_d(stack[top++], op->kind == EIG_OP_CONST ? op->value : x);
            continue;
        }
        bool is_pair = eig_fn_n_args[op->which] == 2;
        top -= is_pair;
        enclose_call(y, (EigFn)op->which, stack[top - 1], is_pair ? stack[top] : stack[top - 1]);
        mpfi_swap(stack[top - 1], y);
    }
    mpfi_set(y, stack[0]);
}
