#include "compiler/expr/enclose.h"

#include <math.h>

#include "compiler/expr/affine.h"
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

/* ---- expressions ---- */

typedef struct Domain {
    EigVar by;
    const EncloseAt *at;
} Domain;

/* Straight, and so 0 at one place at most: where it has `sign` or is 0, that is an end, which may be left out. */
static bool is_zero_at_open_end(const Domain *d, const Expr *e, int sign)
{
    NumPool scratch = { 0 };
    Num offset, rate;
    bool is = !mpfr_equal_p(&d->at->x->left, &d->at->x->right) && expr_affine(&scratch, e, d->by, &offset, &rate) && mpq_sgn(rate) != 0;
    is = is && d->at->is_open[mpq_sgn(rate) != sign];
    num_pool_free(&scratch);
    return is;
}

static bool is_pos_inside(const Domain *d, const Expr *e, mpfi_srcptr value)
{
    return mpfi_is_strictly_pos(value) || (mpfi_is_nonneg(value) && is_zero_at_open_end(d, e, 1));
}

static bool has_quotient(const Domain *d, const Expr *divisor, mpfi_srcptr b)
{
    return is_pos_inside(d, divisor, b) || mpfi_is_strictly_neg(b) || (mpfi_is_nonpos(b) && is_zero_at_open_end(d, divisor, -1));
}

/* The power has a value at every base in a. */
static bool has_power(const Domain *d, const Expr *const *arg, mpfi_srcptr a)
{
    Num n;
    if (!expr_is_const(arg[1], &n))
        return is_pos_inside(d, arg[0], a);
    bool is_whole = mpz_cmp_ui(mpq_denref(n), 1) == 0;
    if (mpq_sgn(n) >= 0)
        return is_whole || mpfi_is_nonneg(a);
    return is_pos_inside(d, arg[0], a) || (is_whole && mpfi_is_strictly_neg(a));
}

/* The function has a value at every a and b; nothing is said of one that chooses or breaks. */
static bool has_value(const Domain *d, const Expr *e, mpfi_srcptr a, mpfi_srcptr b)
{
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_NEG:
    case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_EXPREL: case EIG_FN_SIN: case EIG_FN_COS: case EIG_FN_TANH: case EIG_FN_ATAN:
    case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: case EIG_FN_OMEGA:
        return true;
    case EIG_FN_DIV: return has_quotient(d, arg[1], b);
    case EIG_FN_SQRT: return mpfi_is_nonneg(a);
    case EIG_FN_LOG: return is_pos_inside(d, arg[0], a);
    case EIG_FN_LOG1P: return mpfi_cmp_si(a, -1) > 0;
    case EIG_FN_LOG_ROOT: return mpfi_is_strictly_pos(b);
    case EIG_FN_LOGIT_ROOT: return mpfi_cmp_si(b, -4) > 0;
    case EIG_FN_POW: return has_power(d, arg, a);
    default: return false;
    }
}

static bool enclose_on(const Domain *d, const Expr *e, mpfi_ptr y)
{
    if (e->kind != EXPR_CALL) {
        bool is_x = e->kind == EXPR_VAR && e->as.var == d->by;
        if (is_x)
            mpfi_set(y, d->at->x);
        else if (e->kind == EXPR_CONST)
            mpfi_set_q(y, e->as.value);
        return is_x || e->kind == EXPR_CONST;
    }
    mpfi_t a, b;
    mpfi_init2(a, mpfi_get_prec(y));
    mpfi_init2(b, mpfi_get_prec(y));
    mpfi_set_ui(b, 0);
    bool is = enclose_on(d, e->as.call.arg[0], a) && (e->as.call.n_args < 2 || enclose_on(d, e->as.call.arg[1], b));
    is = is && has_value(d, e, a, b);
    if (is)
        enclose_call(y, e->as.call.fn, a, b);
    mpfi_clear(a);
    mpfi_clear(b);
    return is && !mpfi_nan_p(y);
}

bool enclose_expr(const Expr *e, EigVar by, const EncloseAt *at, mpfi_ptr y)
{
    return enclose_on(&(Domain){ by, at }, e, y);
}
