#include "compiler/check/slope/terms/terms_walk.h"

#include <math.h>

#include "compiler/check/slope/terms/terms.h"

enum { MAX_NODES = 200 };

typedef struct FarWalk {
    const JetDomain *at;
    int n_nodes;
    size_t most;                /* of at->nums->work */
} FarWalk;

static bool walk(FarWalk *w, const Expr *e, Terms *out);

static Num whole(const FarWalk *w, long n)
{
    return num_int(w->at->nums, n);
}

/* a + n */
static void add_whole(const FarWalk *w, const Terms *a, long n, Terms *out)
{
    Terms c;
    terms_init(&c);
    terms_const(w->at, whole(w, n), &c);
    terms_add(w->at, a, &c, out);
    terms_clear(&c);
}

/* exp(a) - 1 */
static bool far_expm1(FarWalk *w, const Terms *a, Terms *out)
{
    Terms x;
    terms_init(&x);
    bool fits = terms_exp(w->at, a, &x);
    add_whole(w, &x, -1, out);
    terms_clear(&x);
    return fits;
}

static bool far_exprel(FarWalk *w, const Terms *a, Terms *out)
{
    Terms x;
    terms_init(&x);
    bool fits = far_expm1(w, a, &x) && terms_divide(w->at, &x, a, out);
    terms_clear(&x);
    return fits;
}

/* tanh(a) = s (1 - e)/(1 + e), e = exp(-2 |a|), with the sign s of a. */
static bool far_tanh(FarWalk *w, const Terms *a, Terms *out)
{
    int sign = terms_sign(w->at, a);
    Terms x, e, over, under;
    Terms *all[] = { &x, &e, &over, &under };
    for (int k = 0; k < 4; k++)
        terms_init(all[k]);
    terms_scale(w->at, a, whole(w, -2 * sign), &x);
    bool fits = sign && terms_exp(w->at, &x, &e);
    if (fits) {
        add_whole(w, &e, 1, &under);
        terms_scale(w->at, &e, whole(w, -1), &x);
        add_whole(w, &x, 1, &over);
        fits = terms_divide(w->at, &over, &under, &x);
        terms_scale(w->at, &x, whole(w, sign), out);
    }
    for (int k = 0; k < 4; k++)
        terms_clear(all[k]);
    return fits;
}

/* normcdf(a) = 1 - normcdf(-a): what is left of 1 is small. */
static bool far_normcdf(FarWalk *w, const Terms *a, Terms *out)
{
    if (terms_sign(w->at, a) <= 0)
        return terms_by_jet(w->at, EIG_FN_NORMCDF, a, out);
    Terms x, y;
    terms_init(&x);
    terms_init(&y);
    terms_scale(w->at, a, whole(w, -1), &x);
    bool fits = terms_by_jet(w->at, EIG_FN_NORMCDF, &x, &y);
    terms_scale(w->at, &y, whole(w, -1), &x);
    add_whole(w, &x, 1, out);
    terms_clear(&x);
    terms_clear(&y);
    return fits;
}

static bool far_log1p(FarWalk *w, const Terms *a, Terms *out)
{
    Terms x;
    terms_init(&x);
    add_whole(w, a, 1, &x);
    bool fits = terms_log(w->at, &x, out);
    terms_clear(&x);
    return fits;
}

static bool one_argument(FarWalk *w, EigFn fn, const Terms *a, Terms *out)
{
    switch (fn) {
    case EIG_FN_NEG: terms_scale(w->at, a, whole(w, -1), out); return true;
    case EIG_FN_OR_ZERO: terms_set(out, a); return true;
    case EIG_FN_SQRT: return terms_power(w->at, a, num_ratio(w->at->nums, 1, 2), out);
    case EIG_FN_EXP: return terms_exp(w->at, a, out);
    case EIG_FN_LOG: return terms_log(w->at, a, out);
    case EIG_FN_LOG1P: return far_log1p(w, a, out);
    case EIG_FN_EXPM1: return far_expm1(w, a, out);
    case EIG_FN_EXPREL: return far_exprel(w, a, out);
    case EIG_FN_TANH: return far_tanh(w, a, out);
    case EIG_FN_ATAN: return terms_atan(w->at, a, out) || terms_by_jet(w->at, fn, a, out);
    case EIG_FN_NORMCDF: return far_normcdf(w, a, out);
    case EIG_FN_NORMPDF: case EIG_FN_OMEGA: case EIG_FN_SIN: case EIG_FN_COS: return terms_by_jet(w->at, fn, a, out);
    case EIG_FN_ABS: {
        int sign = terms_is_zero(a) ? 1 : terms_sign(w->at, a);
        terms_scale(w->at, a, whole(w, sign), out);
        return sign != 0;
    }
    default: return false;
    }
}

/* The larger one, or the smaller, where it is the same one everywhere. */
static bool choose(FarWalk *w, const Terms *a, const Terms *b, bool is_max, Terms *out)
{
    Terms minus, apart;
    terms_init(&minus);
    terms_init(&apart);
    terms_scale(w->at, b, whole(w, -1), &minus);
    terms_add(w->at, a, &minus, &apart);
    int sign = terms_is_zero(&apart) ? 1 : terms_sign(w->at, &apart);
    terms_set(out, (sign > 0) == is_max ? a : b);
    terms_clear(&minus);
    terms_clear(&apart);
    return sign != 0;
}

static bool two_arguments(FarWalk *w, EigFn fn, const Terms *a, const Terms *b, Terms *out)
{
    Terms x;
    switch (fn) {
    case EIG_FN_ADD: terms_add(w->at, a, b, out); return true;
    case EIG_FN_SUB:
        terms_init(&x);
        terms_scale(w->at, b, whole(w, -1), &x);
        terms_add(w->at, a, &x, out);
        terms_clear(&x);
        return true;
    case EIG_FN_MUL: terms_mul(w->at, a, b, out); return true;
    case EIG_FN_DIV: return terms_divide(w->at, a, b, out);
    case EIG_FN_MIN: case EIG_FN_MAX: return choose(w, a, b, fn == EIG_FN_MAX, out);
    case EIG_FN_LOST_SUM: case EIG_FN_LOST_PRODUCT: terms_zero(out); return true;
    default: return false;
    }
}

/* a/b for a quotient b, and what is one: 1/exprel(u) is u/(exp(u) - 1). An inverse of one would have more terms. */
static bool by_quotient(FarWalk *w, const Terms *a, const Expr *b, Terms *out)
{
    Terms over, under, x;
    terms_init(&over);
    terms_init(&under);
    terms_init(&x);
    bool is_exprel = b->as.call.fn == EIG_FN_EXPREL;
    bool fits = walk(w, b->as.call.arg[0], &over) && (is_exprel ? far_expm1(w, &over, &under) : walk(w, b->as.call.arg[1], &under));
    if (fits) {
        terms_mul(w->at, a, is_exprel ? &over : &under, &x);
        fits = terms_divide(w->at, &x, is_exprel ? &under : &over, out);
    }
    terms_clear(&over);
    terms_clear(&under);
    terms_clear(&x);
    return fits;
}

static bool is_quotient(const Expr *e)
{
    return e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_DIV || e->as.call.fn == EIG_FN_EXPREL);
}

static bool divide(FarWalk *w, const Expr *e, Terms *out)
{
    Terms a;
    terms_init(&a);
    bool fits = walk(w, e->as.call.arg[0], &a) && by_quotient(w, &a, e->as.call.arg[1], out);
    terms_clear(&a);
    return fits;
}

static bool call(FarWalk *w, const Expr *e, Terms *out)
{
    if (e->as.call.fn == EIG_FN_DIV && is_quotient(e->as.call.arg[1]))
        return divide(w, e, out);
    Terms arg[2];
    Num exponent;
    bool is_power = e->as.call.fn == EIG_FN_POW, fits = !is_power || expr_is_const(e->as.call.arg[1], &exponent);
    int n = is_power ? 1 : e->as.call.n_args;
    for (int k = 0; k < n; k++) {
        terms_init(&arg[k]);
        fits = fits && walk(w, e->as.call.arg[k], &arg[k]);
    }
    if (fits)
        fits = is_power ? terms_power(w->at, &arg[0], exponent, out)
             : n == 1   ? one_argument(w, e->as.call.fn, &arg[0], out)
                        : two_arguments(w, e->as.call.fn, &arg[0], &arg[1], out);
    for (int k = 0; k < n; k++)
        terms_clear(&arg[k]);
    return fits;
}

static bool walk(FarWalk *w, const Expr *e, Terms *out)
{
    if (w->n_nodes++ > MAX_NODES || w->at->nums->work > w->most)
        return false;
    if (e->kind == EXPR_CONST) {
        terms_const(w->at, e->as.value, out);
        return true;
    }
    if (e->kind == EXPR_VAR && e->as.var == EIG_VAR_Z) {
        terms_variable(w->at, out);
        return true;
    }
    return e->kind == EXPR_CALL && call(w, e, out);
}

/* From derivatives by y to those by z = side y. A walk without a value to an expression everywhere finds none for it. */
static void narrow(const JetDomain *d, const Terms *x, JetResult *out)
{
    bool is_new = out->trouble != JET_FINE;
    Scaled v[3];
    for (int k = 0; k < 3; k++)
        scaled_init(&v[k]);
    terms_jet(d, x, v);
    for (int k = 0; k < 3; k++)
        scaled_collapse(d, &v[k], &v[k]);
    if (d->side < 0)
        scaled_neg(&v[1], &v[1]);
    mpfi_ptr into[3] = { out->value, out->slope, out->curvature };
    for (int k = 0; k < 3; k++)
        if (is_new)
            mpfi_set(into[k], v[k].c);
        else
            mpfi_intersect(into[k], into[k], v[k].c);
    out->trouble = JET_FINE;
    for (int k = 0; k < 3; k++)
        scaled_clear(&v[k]);
}

/* Of the slope by z, from below. */
static double limit_of(const JetDomain *d, const Terms *x)
{
    mpfi_t c;
    mpfi_init2(c, JET_PRECISION);
    bool is_known = terms_limit(d, x, c);
    if (d->side < 0)
        mpfi_neg(c, c);
    double least = is_known ? mpfr_get_d(&c->left, MPFR_RNDD) : (double)-INFINITY;
    mpfi_clear(c);
    return least;
}

void terms_narrow(const Expr *e, NumPool *nums, double lo, double hi, size_t most, JetResult *out, double *limit)
{
    *limit = -INFINITY;
    if (!(lo >= 1 || hi <= -1) || out->trouble == JET_TOO_DEEP)
        return;
    JetDomain d = { nums, lo >= 1 ? 1 : -1, lo >= 1 ? lo : -hi, lo >= 1 ? hi : -lo };
    FarWalk w = { .at = &d, .most = nums->work + most };
    NumMark before = num_pool_mark(nums);
    Terms x;
    terms_init(&x);
    if (walk(&w, e, &x)) {
        narrow(&d, &x, out);
        *limit = isinf(d.hi) ? limit_of(&d, &x) : (double)-INFINITY;
    }
    nums->work += (size_t)w.n_nodes;
    terms_clear(&x);
    num_pool_release(nums, before);
}

/* By z, of which y = 1/|z - at|: dy/dz is -side y^2. */
static void slope_by_place(const JetDomain *d, const Terms *x, int side, mpfi_t slope, bool *grows)
{
    Scaled v[3], by;
    triple_init(v);
    scaled_init(&by);
    terms_jet(d, x, v);
    scaled_int(&by, -side);
    by.power = num_int(d->nums, 2);
    scaled_mul(d, &v[1], &by, &v[1]);
    *grows = scaled_is_positive(&v[1]) && terms_growth(v[1].power, v[1].rate) > 0;
    scaled_collapse(d, &v[1], &v[1]);
    mpfi_set(slope, v[1].c);
    scaled_clear(&by);
    triple_clear(v);
}

bool terms_beside(const Expr *e, NumPool *nums, int side, double from, size_t most, mpfi_t slope, bool *grows)
{
    JetDomain d = { nums, 1, from, INFINITY };
    FarWalk w = { .at = &d, .most = nums->work + most };
    NumMark before = num_pool_mark(nums);
    Terms x;
    terms_init(&x);
    bool fits = walk(&w, e, &x);
    if (fits)
        slope_by_place(&d, &x, side, slope, grows);
    nums->work += (size_t)w.n_nodes;
    terms_clear(&x);
    num_pool_release(nums, before);
    return fits;
}
