#include "compiler/check/slope/branch.h"

#include <math.h>

#include "compiler/expr/affine.h"

void branches_init(Branches *b, Ctx *cx, NumPool *nums)
{
    *b = (Branches){ .cx = cx, .nums = nums };
    jet_result_init(&b->whole);
    jet_result_init(&b->middle);
    jet_result_init(&b->room);
}

void branches_clear(Branches *b)
{
    jet_result_clear(&b->whole);
    jet_result_clear(&b->middle);
    jet_result_clear(&b->room);
}

static bool is_branching(const Expr *e)
{
    return e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_ABS || e->as.call.fn == EIG_FN_MIN || e->as.call.fn == EIG_FN_MAX);
}

bool branches_any(const Expr *e)
{
    bool any = is_branching(e);
    for (int k = 0; e->kind == EXPR_CALL && !any && k < e->as.call.n_args; k++)
        any = branches_any(e->as.call.arg[k]);
    return any;
}

/* ---- which side ---- */

/* What changes its sign where the side changes: an argument that is at least 0 where the first one is taken by abs and max.
 * tanh(u), u^3 and the like have the sign of u. */
static const Expr *zero_of(Branches *b, const Expr *e)
{
    Num c;
    const Expr *zero = e->as.call.arg[0];
    if (e->as.call.fn != EIG_FN_ABS && !(expr_is_const(e->as.call.arg[1], &c) && mpq_sgn(c) == 0))
        return expr_apply(b->cx, e->span, EIG_FN_SUB, 2, e->as.call.arg);
    while (zero->kind == EXPR_CALL && (zero->as.call.fn == EIG_FN_TANH || zero->as.call.fn == EIG_FN_ATAN || zero->as.call.fn == EIG_FN_EXPM1))
        zero = zero->as.call.arg[0];
    return zero;
}

static int sign_of_interval(mpfi_srcptr x)
{
    return mpfr_sgn(&x->left) >= 0 ? 1 : mpfr_sgn(&x->right) <= 0 ? -1 : 0;
}

/* By Taylor's formula around the middle, of first and of second order: near a place where two branches touch the second one
 * tells them apart from about as far off as the piece is wide. */
static int sign_from_middle(Branches *b, const Expr *zero)
{
    double middle = b->lo + (b->hi - b->lo) / 2;
    int sign = 0;
    mpfi_t step, x, square;
    jet_evaluate(zero, &(JetDomain){ b->nums, 0, middle, middle }, &b->middle);
    if (b->middle.trouble != JET_FINE)
        return 0;
    mpfi_init2(step, JET_PRECISION);
    mpfi_init2(square, JET_PRECISION);
    mpfi_init2(x, JET_PRECISION);
    mpfi_set_d(x, middle);
    mpfi_interv_d(step, b->lo, b->hi);
    mpfi_sub(step, step, x);
    mpfi_mul(x, step, b->whole.slope);
    mpfi_add(x, x, b->middle.value);
    if (mpfi_bounded_p(b->whole.slope))
        sign = sign_of_interval(x);
    if (!sign && mpfi_bounded_p(b->whole.curvature) && mpfi_bounded_p(b->middle.slope)) {
        mpfi_sqr(square, step);
        mpfi_div_ui(square, square, 2);
        mpfi_mul(square, square, b->whole.curvature);
        mpfi_mul(x, step, b->middle.slope);
        mpfi_add(x, x, square);
        mpfi_add(x, x, b->middle.value);
        sign = sign_of_interval(x);
    }
    mpfi_clear(step);
    mpfi_clear(square);
    mpfi_clear(x);
    return sign;
}

/* By its slope on [lo, hi] and its exact value at `from`, of which z lies on one side. */
static int sign_beside(Branches *b, const Expr *zero, Num from, int side)
{
    Num there = expr_exact(b->nums, zero, EIG_VAR_Z, from);
    if (!there || !(b->lo <= num_to_double_down(from) && num_to_double_up(from) <= b->hi))
        return 0;
    mpfi_t step;
    mpfi_init2(step, JET_PRECISION);
    mpfi_interv_d(step, b->lo, b->hi);
    mpfi_sub_q(step, step, from);
    mpfr_set_zero(side > 0 ? &step->left : &step->right, 1);
    mpfi_mul(step, step, b->whole.slope);
    mpfi_add_q(step, step, there);
    int sign = sign_of_interval(step);
    mpfi_clear(step);
    return sign;
}

static bool is_rational(const BranchRoot *x)
{
    return x->offset && mpq_sgn(x->pis) == 0;
}

/* From the ends, and from the roots that z is assumed to lie beyond: a zero that is there too is seen in no other way. */
static int sign_from_ends(Branches *b, const Expr *zero)
{
    int sign = 0;
    if (!mpfi_bounded_p(b->whole.slope))
        return 0;
    for (size_t k = 0; k < b->n && !sign; k++)
        sign = is_rational(&b->side[k].root) ? sign_beside(b, zero, b->side[k].root.offset, b->side[k].sign) : 0;
    sign = sign ? sign : sign_beside(b, zero, num_from_double(b->nums, b->lo), 1);
    return sign ? sign : sign_beside(b, zero, num_from_double(b->nums, b->hi), -1);
}

/* +1: zero >= 0 on all of [lo, hi]; -1: zero <= 0; 0: not known. */
static int sign_of(Branches *b, const Expr *zero)
{
    Num offset, rate;
    if (expr_affine(b->nums, zero, EIG_VAR_Z, &offset, &rate) && mpq_sgn(rate) == 0)
        return mpq_sgn(offset) >= 0 ? 1 : -1;
    jet_on_line(zero, b->nums, b->lo, b->hi, &b->room, &b->whole);
    if (b->whole.trouble != JET_FINE)
        return 0;
    int sign = sign_of_interval(b->whole.value);
    if (sign || !isfinite(b->lo) || !isfinite(b->hi))
        return sign;
    sign = sign_from_middle(b, zero);
    return sign ? sign : sign_from_ends(b, zero);
}

/* ---- assumptions ---- */

/* z lies beyond its root. */
static void narrow(Branches *b, const Side *s)
{
    if (!s->root.offset)
        return;
    if (s->sign > 0)
        b->lo = fmax(b->lo, branch_root_down(&s->root));
    else
        b->hi = fmin(b->hi, branch_root_up(&s->root));
}

/* The difference a - b of what is assumed of b - a. */
static bool is_opposite(const Expr *a, const Expr *b)
{
    return a->kind == EXPR_CALL && b->kind == EXPR_CALL && a->as.call.fn == EIG_FN_SUB && b->as.call.fn == EIG_FN_SUB
           && expr_equal(a->as.call.arg[0], b->as.call.arg[1]) && expr_equal(a->as.call.arg[1], b->as.call.arg[0]);
}

/* The side of root on which z is assumed to be; 0: neither. */
static int assumed_beside(const Branches *b, const BranchRoot *root)
{
    for (size_t k = 0; k < b->n; k++) {
        const Side *s = &b->side[k];
        bool same = false;
        if (s->root.offset && (branch_root_order(&s->root, root, &same) == s->sign || same))
            return s->sign;
    }
    return 0;
}

/* The sign that an assumption gives to what has no root that is known; 0: none. */
static int assumed(const Branches *b, const Expr *zero)
{
    for (size_t k = 0; k < b->n; k++) {
        const Side *s = &b->side[k];
        if (!s->root.offset && expr_equal(s->zero, zero))
            return s->sign;
        if (!s->root.offset && is_opposite(s->zero, zero))
            return -s->sign;
    }
    return 0;
}

static int assume(Branches *b, const Expr *zero)
{
    BranchRoot root = { NULL, NULL };
    int turned = 1;
    bool has_root = branch_root(b->nums, zero, b->lo, b->hi, &root, &turned);
    int sign = has_root ? assumed_beside(b, &root) : assumed(b, zero);
    if (sign)
        return sign * turned;
    if (b->n == MAX_SIDES) {
        b->too_many = true;
        return 1;
    }
    b->side[b->n] = (Side){ zero, root, 1 };
    narrow(b, &b->side[b->n++]);
    return turned;
}

/* ---- the expression ---- */

static const Expr *taken(Branches *b, const Expr *e, int sign)
{
    const Expr *const *arg = e->as.call.arg;
    if (e->as.call.fn == EIG_FN_ABS)
        return sign > 0 ? arg[0] : expr_apply(b->cx, e->span, EIG_FN_NEG, 1, arg);
    return (sign > 0) == (e->as.call.fn == EIG_FN_MAX) ? arg[0] : arg[1];
}

/* 0^2 is 0. */
static const Expr *folded(Branches *b, const Expr *e)
{
    Num x = NULL;
    if (e && e->kind == EXPR_CALL && expr_is_const(e->as.call.arg[0], NULL) && (e->as.call.n_args < 2 || expr_is_const(e->as.call.arg[1], NULL)))
        x = expr_exact(b->nums, e, EIG_VAR_Z, num_int(b->nums, 0));
    return x ? expr_const(b->cx, e->span, x) : e;
}

/* Straight terms that cancel once sides are taken: z + -z is 0. */
static const Expr *straightened(Branches *b, const Expr *e)
{
    Num offset, rate;
    bool is_sum = e && e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_ADD || e->as.call.fn == EIG_FN_SUB);
    if (!is_sum || !expr_affine(b->nums, e, EIG_VAR_Z, &offset, &rate))
        return e;
    const Expr *arg[2] = { expr_const(b->cx, e->span, rate), expr_var(b->cx, e->span, EIG_VAR_Z) }, *constant = expr_const(b->cx, e->span, offset);
    if (mpq_sgn(rate) == 0)
        return constant;
    arg[0] = expr_call(b->cx, b->nums, e->span, EIG_FN_MUL, 2, arg);
    arg[1] = constant;
    return expr_call(b->cx, b->nums, e->span, EIG_FN_ADD, 2, arg);
}

/* Inner ones first: what they leave decides about the outer ones. NULL: too large, or without a value. */
static const Expr *walk(Branches *b, const Expr *e, bool assuming)
{
    const Expr *arg[2] = { NULL, NULL };
    if (e->kind != EXPR_CALL)
        return e;
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!(arg[k] = walk(b, e->as.call.arg[k], assuming)))
            return NULL;
    const Expr *made = folded(b, expr_with_arguments(b->cx, b->nums, e, arg));
    e = made == e ? e : straightened(b, made);
    if (!e || !is_branching(e))
        return e;
    const Expr *zero = zero_of(b, e);
    int sign = sign_of(b, zero);
    if (!sign && assuming)
        sign = assume(b, zero);
    b->n_open += sign == 0;
    return sign ? taken(b, e, sign) : e;
}

const Expr *branches_decided(Branches *b, const Expr *e, double lo, double hi)
{
    b->lo = lo;
    b->hi = hi;
    b->n = b->n_open = 0;
    const Expr *out = walk(b, e, false);
    if (!out)
        b->n_open = 1;
    return out ? out : e;
}

static const Expr *assuming(Branches *b, const Expr *e, double lo, double hi)
{
    b->lo = lo;
    b->hi = hi;
    for (size_t k = 0; k < b->n; k++)
        narrow(b, &b->side[k]);
    const Expr *out = walk(b, e, true);
    b->too_many |= !out;
    return b->too_many ? NULL : out;
}

const Expr *branches_first(Branches *b, const Expr *e, double lo, double hi)
{
    b->n = 0;
    b->too_many = false;
    return assuming(b, e, lo, hi);
}

const Expr *branches_next(Branches *b, const Expr *e, double lo, double hi)
{
    while (b->n && b->side[b->n - 1].sign < 0)
        b->n--;
    if (!b->n || b->too_many)
        return NULL;
    b->side[b->n - 1].sign = -1;
    return assuming(b, e, lo, hi);
}
