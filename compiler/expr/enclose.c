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
    if (is_whole && !mpfi_is_nonneg(a)) {
        mpfi_t size;
        mpfi_init2(size, mpfi_get_prec(a));
        mpfi_abs(size, a);
        num_enclose(y, EIG_FN_POW, size, b);
        mpfi_clear(size);
    } else {
        num_enclose(y, EIG_FN_POW, a, b);
    }
    if (is_odd && is_negative)
        mpfi_neg(y, y);
}

/* 0 or 1; neither is known of an argument around 0. */
static void enclose_step(mpfi_ptr y, mpfi_ptr a)
{
    mpfi_interv_si(y, mpfi_is_nonneg(a), !mpfi_is_strictly_neg(a));
}

/* 1 from 0 on and below b; where that is not seen, 0 or 1. */
static void enclose_pulse(mpfi_ptr y, mpfi_ptr a, mpfi_ptr b)
{
    bool is_out = mpfi_is_strictly_neg(a) || mpfr_greaterequal_p(&a->left, &b->right);
    mpfi_interv_si(y, mpfi_is_nonneg(a) && mpfr_less_p(&a->right, &b->left), !is_out);
}

static void keep_between_0_and_1(mpfr_ptr x)
{
    if (mpfr_sgn(x) < 0)
        mpfr_set_ui(x, 0, MPFR_RNDN);
    else if (mpfr_cmp_ui(x, 1) > 0)
        mpfr_set_ui(x, 1, MPFR_RNDN);
}

/* a/b, but no less than 0 and no more than 1; nothing is known where b is not seen to be above 0. */
static void enclose_ramp(mpfi_ptr y, mpfi_ptr a, mpfi_ptr b)
{
    bool is_known = mpfi_is_strictly_pos(b) && !mpfi_nan_p(a);
    mpfi_div(y, a, b);
    if (!is_known || mpfi_nan_p(y)) {
        mpfi_interv_d(y, is_known ? 0 : -(double)INFINITY, is_known ? 1 : (double)INFINITY);
        return;
    }
    keep_between_0_and_1(&y->left);
    keep_between_0_and_1(&y->right);
}

static void enclose_floor(mpfi_ptr y, mpfi_ptr a)
{
    mpfr_rint_floor(&y->left, &a->left, MPFR_RNDD);
    mpfr_rint_floor(&y->right, &a->right, MPFR_RNDU);
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
    case EIG_FN_FLOOR: enclose_floor(y, a); break;
    case EIG_FN_PULSE: enclose_pulse(y, a, b); break;
    case EIG_FN_RAMP: enclose_ramp(y, a, b); break;
    default: num_enclose(y, fn, a, b); break;
    }
}

/* The last power of a program that has several: of one base as a rule, in a quotient. */
typedef struct LastPower {
    bool is_kept, is_known;
    mpfi_t a, b, y;
} LastPower;

static bool has_powers(const EigCode *code)
{
    size_t n = 0;
    for (size_t k = 0; k < code->n; k++)
        n += code->op[k].kind == EIG_OP_CALL && code->op[k].which == EIG_FN_POW;
    return n > 1;
}

static bool is_same(mpfi_srcptr a, mpfi_srcptr b)
{
    return mpfr_equal_p(&a->left, &b->left) && mpfr_equal_p(&a->right, &b->right);
}

static void enclose_kept(LastPower *l, mpfi_ptr y, EigFn fn, mpfi_ptr a, mpfi_ptr b)
{
    if (!l->is_kept || fn != EIG_FN_POW) {
        enclose_call(y, fn, a, b);
        return;
    }
    if (!l->is_known || !is_same(a, l->a) || !is_same(b, l->b)) {
        mpfi_set(l->a, a);
        mpfi_set(l->b, b);
        enclose_call(l->y, fn, a, b);
        l->is_known = true;
    }
    mpfi_set(y, l->y);
}

void enclose_code(const EigCode *code, double x, mpfi_t *stack, mpfi_ptr y)
{
    size_t top = 0;
    LastPower last = { .is_kept = has_powers(code) };
    mpfi_ptr of[] = { last.a, last.b, last.y };
    for (int k = 0; last.is_kept && k < 3; k++)
        mpfi_init2(of[k], mpfi_get_prec(y));
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        if (op->kind != EIG_OP_CALL) {
            mpfi_set_d(stack[top++], op->kind == EIG_OP_CONST ? op->value : x);
            continue;
        }
        bool is_pair = eig_fn_n_args[op->which] == 2;
        top -= is_pair;
        enclose_kept(&last, y, (EigFn)op->which, stack[top - 1], is_pair ? stack[top] : stack[top - 1]);
        mpfi_swap(stack[top - 1], y);
    }
    for (int k = 0; last.is_kept && k < 3; k++)
        mpfi_clear(of[k]);
    mpfi_set(y, stack[0]);
}

/* ---- expressions ---- */

typedef struct Domain {
    EigVar by;
    const EncloseAt *at;
} Domain;

/* The power has a value at every base in a. */
static bool has_power(const Expr *exponent, const OpenRange *a)
{
    Num n;
    if (!expr_is_const(exponent, &n))
        return range_is_positive(a);
    bool is_whole = mpz_cmp_ui(mpq_denref(n), 1) == 0;
    if (mpq_sgn(n) >= 0)
        return is_whole || mpfi_is_nonneg(a->in);
    return range_is_positive(a) || (is_whole && range_is_negative(a));
}

static bool is_above_minus_one(const OpenRange *a)
{
    int left = mpfr_cmp_si(&a->in->left, -1);
    return left > 0 || (left == 0 && a->is_open[0]);
}

/* The function has a value at every a and b; nothing is said of one that chooses or breaks. */
static bool has_value(const Expr *e, const OpenRange *a, const OpenRange *b)
{
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_NEG:
    case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_EXPREL: case EIG_FN_SIN: case EIG_FN_COS: case EIG_FN_TANH: case EIG_FN_ATAN:
    case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: case EIG_FN_OMEGA:
        return true;
    case EIG_FN_DIV: return range_is_positive(b) || range_is_negative(b);
    case EIG_FN_SQRT: return mpfi_is_nonneg(a->in);
    case EIG_FN_LOG: return range_is_positive(a);
    case EIG_FN_LOG1P: return is_above_minus_one(a);
    case EIG_FN_LOG_ROOT: return mpfi_is_strictly_pos(b->in);
    case EIG_FN_LOGIT_ROOT: return mpfi_cmp_si(b->in, -4) > 0;
    case EIG_FN_POW: return has_power(e->as.call.arg[1], a);
    default: return false;
    }
}

static bool enclose_on(const Domain *d, const Expr *e, OpenRange *y)
{
    if (e->kind != EXPR_CALL) {
        bool is_x = e->kind == EXPR_VAR && e->as.var == d->by;
        if (is_x)
            mpfi_set(y->in, d->at->x);
        else if (e->kind == EXPR_CONST)
            mpfi_set_q(y->in, e->as.value);
        bool has_room = is_x && !mpfr_equal_p(&d->at->x->left, &d->at->x->right);
        y->is_open[0] = has_room && (d->at->is_open[0] || mpfr_inf_p(&y->in->left));
        y->is_open[1] = has_room && (d->at->is_open[1] || mpfr_inf_p(&y->in->right));
        return is_x || e->kind == EXPR_CONST;
    }
    OpenRange a = { .is_open = { false } }, b = { .is_open = { false } };
    bool is_pair = e->as.call.n_args > 1;
    mpfi_init2(a.in, mpfi_get_prec(y->in));
    mpfi_init2(b.in, mpfi_get_prec(y->in));
    mpfi_set_ui(b.in, 0);
    bool is = enclose_on(d, e->as.call.arg[0], &a) && (!is_pair || enclose_on(d, e->as.call.arg[1], &b));
    is = is && has_value(e, &a, &b);
    if (is) {
        enclose_call(y->in, e->as.call.fn, a.in, b.in);
        range_open_ends(e->as.call.fn, &a, &b, is_pair && expr_is_const(e->as.call.arg[1], NULL), y);
    }
    mpfi_clear(a.in);
    mpfi_clear(b.in);
    return is && !mpfi_nan_p(y->in);
}

bool enclose_expr(const Expr *e, EigVar by, const EncloseAt *at, OpenRange *y)
{
    return enclose_on(&(Domain){ by, at }, e, y);
}
