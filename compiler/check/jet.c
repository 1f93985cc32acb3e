#include "compiler/check/jet.h"

#include <math.h>

#include "compiler/check/jet_special.h"
#include "compiler/check/scaled.h"

enum { MAX_DEPTH = 300 };

typedef struct Jet {
    Scaled v[3];                /* value, slope, curvature */
    bool is_affine;             /* exactly offset + rate * y: then exp has an exact rate */
    Num offset, rate;           /* NULL: 0 */
} Jet;

typedef struct Walk {
    const JetDomain *at;
    JetTrouble trouble;
    const char *function;
    int depth;
} Walk;

static void jet_init(Jet *j)
{
    for (int k = 0; k < 3; k++)
        scaled_init(&j->v[k]);
    j->is_affine = false;
    j->offset = j->rate = NULL;
}

static void jet_clear(Jet *j)
{
    for (int k = 0; k < 3; k++)
        scaled_clear(&j->v[k]);
}

static void trouble(Walk *w, JetTrouble t, const char *function)
{
    if (w->trouble == JET_FINE) {
        w->trouble = t;
        w->function = function;
    }
}

static void jet_const(Walk *w, Num x, Jet *out)
{
    (void)w;
    scaled_set_num(&out->v[0], x);
    scaled_zero(&out->v[1]);
    scaled_zero(&out->v[2]);
    out->is_affine = true;
    out->offset = mpq_sgn(x) ? x : NULL;
    out->rate = NULL;
}

static void jet_variable(Walk *w, Jet *out)
{
    const JetDomain *d = w->at;
    scaled_zero(&out->v[2]);
    scaled_int(&out->v[1], 1);
    if (!d->side) {
        scaled_zero(&out->v[0]);
        mpfi_interv_d(out->v[0].c, d->lo, d->hi);
        return;
    }
    scaled_int(&out->v[0], d->side);
    out->v[0].power = num_int(d->nums, 1);
    out->is_affine = true;
    out->offset = NULL;
    out->rate = num_int(d->nums, d->side);
}

static void jet_add(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    for (int k = 0; k < 3; k++)
        scaled_add(w->at, &a->v[k], &b->v[k], &out->v[k]);
    out->is_affine = a->is_affine && b->is_affine;
    if (out->is_affine) {
        out->offset = scale_sum(w->at->nums, a->offset, b->offset);
        out->rate = scale_sum(w->at->nums, a->rate, b->rate);
        /* A cancelled leading term, (z + 1) - z, is then known exactly. */
        if (w->at->side && !out->rate && out->offset)
            scaled_set_num(&out->v[0], out->offset);
        else if (w->at->side && !out->rate)
            scaled_zero(&out->v[0]);
    }
}

static void jet_neg(Walk *w, const Jet *a, Jet *out)
{
    for (int k = 0; k < 3; k++)
        scaled_neg(&a->v[k], &out->v[k]);
    out->is_affine = a->is_affine;
    out->offset = scale_negate(w->at->nums, a->offset);
    out->rate = scale_negate(w->at->nums, a->rate);
}

static void jet_sub(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Jet minus;
    jet_init(&minus);
    jet_neg(w, b, &minus);
    jet_add(w, a, &minus, out);
    jet_clear(&minus);
}

static void jet_mul(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    const JetDomain *d = w->at;
    Scaled x, y;
    scaled_init(&x);
    scaled_init(&y);
    scaled_mul(d, &a->v[1], &b->v[1], &x);
    scaled_add(d, &x, &x, &y);
    scaled_mul(d, &a->v[2], &b->v[0], &x);
    scaled_add(d, &x, &y, &out->v[2]);
    scaled_mul(d, &a->v[0], &b->v[2], &x);
    scaled_add(d, &x, &out->v[2], &out->v[2]);
    scaled_mul(d, &a->v[1], &b->v[0], &x);
    scaled_mul(d, &a->v[0], &b->v[1], &y);
    scaled_add(d, &x, &y, &out->v[1]);
    scaled_mul(d, &a->v[0], &b->v[0], &out->v[0]);
    scaled_clear(&x);
    scaled_clear(&y);
    const Jet *factor = !a->rate ? a : b, *other = factor == a ? b : a;
    out->is_affine = a->is_affine && b->is_affine && !factor->rate;
    if (out->is_affine) {
        out->offset = scale_product(d->nums, factor->offset, other->offset);
        out->rate = scale_product(d->nums, factor->offset, other->rate);
    }
}

/* out = g(a) from g, g', g'' at a. Where a does not move neither does g(a),
 * even where g' is infinite. */
static void jet_compose(Walk *w, const Jet *a, Scaled g[3], Jet *out)
{
    const JetDomain *d = w->at;
    Scaled x;
    scaled_init(&x);
    scaled_mul(d, &a->v[1], &a->v[1], &x);
    scaled_mul(d, &x, &g[2], &x);
    scaled_mul(d, &a->v[2], &g[1], &out->v[2]);
    scaled_add(d, &x, &out->v[2], &out->v[2]);
    scaled_mul(d, &a->v[1], &g[1], &out->v[1]);
    scaled_set(&out->v[0], &g[0]);
    scaled_clear(&x);
    out->is_affine = false;
}

/* 1/a and its derivatives. */
static void reciprocal(Walk *w, const Scaled *a, Scaled g[3])
{
    Scaled one;
    scaled_init(&one);
    scaled_int(&one, 1);
    if (scaled_has_zero(a))
        trouble(w, JET_OUTSIDE, "/");
    scaled_div(w->at, &one, a, &g[0]);
    scaled_mul(w->at, &g[0], &g[0], &g[1]);
    scaled_neg(&g[1], &g[1]);
    scaled_mul(w->at, &g[1], &g[0], &g[2]);
    scaled_add(w->at, &g[2], &g[2], &g[2]);
    scaled_neg(&g[2], &g[2]);
    scaled_clear(&one);
}

/* exp(-t) in a tail where t > 0 grows like a power or an exponential of y. With
 * t >= t0 it is at most C t^-N, C the largest t^N exp(-t) from t0 on: a form that
 * outweighs the powers it is multiplied with. False where t is not like that. */
static bool decays(Walk *w, const Scaled *t, Scaled *out)
{
    enum { N = 4 };
    const JetDomain *d = w->at;
    int power = t->power ? mpq_sgn(t->power) : 0, rate = t->rate ? mpq_sgn(t->rate) : 0;
    if (!d->side || isfinite(d->hi) || !scaled_is_positive(t) || power < 0 || rate < 0 || power + rate == 0)
        return false;
    Scaled from;
    mpfi_t largest;
    scaled_init(&from);
    mpfi_init2(largest, JET_PRECISION);
    scaled_collapse(d, t, &from);
    if (mpfr_cmp_ui(&from.c->left, N) < 0)
        mpfr_set_ui(&from.c->left, N, MPFR_RNDD);
    mpfr_set(&from.c->right, &from.c->left, MPFR_RNDU);
    mpfi_neg(largest, from.c);
    mpfi_exp(largest, largest);
    for (int k = 0; k < N; k++)
        mpfi_mul(largest, largest, from.c);
    scaled_power(d, t, -N, out);
    mpfi_mul(out->c, out->c, largest);
    mpfr_set_ui(&out->c->left, 0, MPFR_RNDD);
    mpfi_clear(largest);
    scaled_clear(&from);
    return true;
}

static void apply_exp(Walk *w, const Jet *a, Scaled g[3])
{
    if (w->at->side && a->is_affine && a->rate) {
        if (a->offset)
            scaled_set_num(&g[0], a->offset);
        else
            scaled_zero(&g[0]);
        mpfi_exp(g[0].c, g[0].c);
        g[0].rate = a->rate;
    } else {
        Scaled t;
        scaled_init(&t);
        scaled_neg(&a->v[0], &t);
        if (!decays(w, &t, &g[0])) {
            scaled_collapse(w->at, &a->v[0], &g[0]);
            mpfi_exp(g[0].c, g[0].c);
        }
        scaled_clear(&t);
    }
    scaled_set(&g[1], &g[0]);
    scaled_set(&g[2], &g[0]);
}

static void apply_expm1(Walk *w, const Jet *a, Scaled g[3])
{
    Scaled minus;
    apply_exp(w, a, g);
    if (w->at->side) {
        scaled_init(&minus);
        scaled_int(&minus, -1);
        scaled_add(w->at, &g[0], &minus, &g[0]);
        scaled_clear(&minus);
    } else {
        mpfi_expm1(g[0].c, a->v[0].c);
    }
}

static void apply_log(Walk *w, const Scaled *a, Scaled g[3], const char *name)
{
    Scaled one;
    scaled_init(&one);
    scaled_int(&one, 1);
    if (!scaled_is_positive(a))
        trouble(w, JET_OUTSIDE, name);
    scaled_log(w->at, a, &g[0]);
    scaled_div(w->at, &one, a, &g[1]);
    scaled_mul(w->at, &g[1], &g[1], &g[2]);
    scaled_neg(&g[2], &g[2]);
    scaled_clear(&one);
}

/* 1/cosh(a)^2 <= 4 exp(-2 |a|). */
static void steep_tanh(Walk *w, const Scaled *a, Scaled *slope)
{
    Scaled t;
    scaled_init(&t);
    scaled_add(w->at, a, a, &t);
    if (!scaled_is_positive(&t))
        scaled_neg(&t, &t);
    if (decays(w, &t, slope))
        mpfi_mul_ui(slope->c, slope->c, 4);
    scaled_clear(&t);
}

static void apply_tanh(Walk *w, const Jet *a, Scaled g[3])
{
    scaled_collapse(w->at, &a->v[0], &g[1]);
    scaled_set(&g[0], &g[1]);
    mpfi_tanh(g[0].c, g[0].c);
    mpfi_cosh(g[1].c, g[1].c);
    mpfi_sqr(g[1].c, g[1].c);
    mpfi_inv(g[1].c, g[1].c);
    steep_tanh(w, &a->v[0], &g[1]);
    scaled_mul(w->at, &g[0], &g[1], &g[2]);
    scaled_add(w->at, &g[2], &g[2], &g[2]);
    scaled_neg(&g[2], &g[2]);
}

static void apply_atan(Walk *w, const Jet *a, Scaled g[3])
{
    Scaled one;
    scaled_init(&one);
    scaled_int(&one, 1);
    scaled_collapse(w->at, &a->v[0], &g[0]);
    mpfi_atan(g[0].c, g[0].c);
    scaled_power(w->at, &a->v[0], 2, &g[1]);
    scaled_add(w->at, &g[1], &one, &g[1]);
    scaled_div(w->at, &one, &g[1], &g[1]);
    scaled_mul(w->at, &g[1], &g[1], &g[2]);
    scaled_mul(w->at, &g[2], &a->v[0], &g[2]);
    scaled_add(w->at, &g[2], &g[2], &g[2]);
    scaled_neg(&g[2], &g[2]);
    scaled_clear(&one);
}

/* sin, or cos as sin a quarter further. */
static void apply_sine(Walk *w, const Jet *a, bool is_cosine, Scaled g[3])
{
    scaled_collapse(w->at, &a->v[0], &g[0]);
    scaled_set(&g[1], &g[0]);
    if (is_cosine) {
        mpfi_cos(g[0].c, g[0].c);
        mpfi_sin(g[1].c, g[1].c);
        scaled_neg(&g[1], &g[1]);
    } else {
        mpfi_sin(g[0].c, g[0].c);
        mpfi_cos(g[1].c, g[1].c);
    }
    scaled_neg(&g[0], &g[2]);
}

/* a^n for an integer n, or a >= 0 to a rational power. */
static void apply_power(Walk *w, const Scaled *a, Num n, const char *name, Scaled g[3])
{
    bool whole = mpz_cmp_ui(mpq_denref(n), 1) == 0 && mpz_cmpabs_ui(mpq_numref(n), 64) <= 0;
    if (!whole && !scaled_is_nonnegative(a))
        trouble(w, JET_OUTSIDE, name);
    mpq_t k, factor;
    mpq_inits(k, factor, (mpq_ptr)0);
    mpq_set(k, n);
    mpq_set_ui(factor, 1, 1);
    for (int order = 0; order < 3; order++) {
        if (mpq_sgn(factor) == 0) {
            scaled_zero(&g[order]);
            continue;
        }
        if (order == 0 && mpq_sgn(k) < 0 && scaled_has_zero(a))
            trouble(w, JET_OUTSIDE, name);
        if (whole)
            scaled_power(w->at, a, mpz_get_si(mpq_numref(k)), &g[order]);
        else
            scaled_root(w->at, a, k, &g[order]);
        mpfi_mul_q(g[order].c, g[order].c, factor);
        mpq_mul(factor, factor, k);
        mpz_sub(mpq_numref(k), mpq_numref(k), mpq_denref(k));
    }
    mpq_clears(k, factor, (mpq_ptr)0);
}

/* The branch that is taken where `difference` >= 0, or both. */
static void choose(Walk *w, const Scaled *difference, const Jet *above, const Jet *below, Jet *out)
{
    /* At one point a tie hides which side a piece beside it takes: both. */
    bool point = w->at->lo == w->at->hi && mpfi_has_zero(difference->c);
    const Jet *one = point ? NULL : scaled_is_nonnegative(difference) ? above
                     : scaled_is_nonpositive(difference) ? below : NULL;
    for (int k = 0; k < 3; k++) {
        if (one)
            scaled_set(&out->v[k], &one->v[k]);
        else if (k < 2)
            scaled_hull(w->at, &above->v[k], &below->v[k], &out->v[k]);
        else
            scaled_everything(&out->v[k]);
    }
    out->is_affine = one && one->is_affine;
    out->offset = one ? one->offset : NULL;
    out->rate = one ? one->rate : NULL;
}

static void jet_max(Walk *w, const Jet *a, const Jet *b, bool is_max, Jet *out)
{
    Jet difference;
    jet_init(&difference);
    jet_sub(w, a, b, &difference);
    choose(w, &difference.v[0], is_max ? a : b, is_max ? b : a, out);
    jet_clear(&difference);
}

static void jet_abs(Walk *w, const Jet *a, Jet *out)
{
    Jet minus;
    jet_init(&minus);
    jet_neg(w, a, &minus);
    choose(w, &a->v[0], a, &minus, out);
    if (!scaled_is_nonnegative(&a->v[0]) && !scaled_is_nonpositive(&a->v[0])) {
        scaled_collapse(w->at, &a->v[0], &out->v[0]);
        mpfi_abs(out->v[0].c, out->v[0].c);
    }
    jet_clear(&minus);
}

static void jet_constant_pieces(Walk *w, const Scaled *a, const char *name, bool is_floor, Jet *out)
{
    Scaled x;
    scaled_init(&x);
    scaled_collapse(w->at, a, &x);
    scaled_zero(&out->v[1]);
    scaled_zero(&out->v[2]);
    if (!is_floor && (scaled_is_positive(a) || mpfr_sgn(&a->c->right) < 0)) {
        /* c y^power exp(rate y) has the sign of c, however near to 0 it comes. */
        mpfi_set_ui(x.c, scaled_is_positive(a));
    } else if (is_floor) {
        mpfr_floor(&x.c->left, &x.c->left);
        mpfr_floor(&x.c->right, &x.c->right);
    } else {
        bool lo = mpfr_sgn(&x.c->left) >= 0, hi = mpfr_sgn(&x.c->right) >= 0;
        mpfr_set_ui(&x.c->left, lo, MPFR_RNDD);
        mpfr_set_ui(&x.c->right, hi, MPFR_RNDU);
    }
    if (!mpfr_equal_p(&x.c->left, &x.c->right) || !mpfr_number_p(&x.c->left))
        trouble(w, JET_JUMP, name);
    scaled_set(&out->v[0], &x);
    out->is_affine = false;
    scaled_clear(&x);
}

/* step(a) - step(a - b). */
static void jet_pulse(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Jet first, rest, second;
    jet_init(&first);
    jet_init(&rest);
    jet_init(&second);
    jet_sub(w, a, b, &rest);
    jet_constant_pieces(w, &a->v[0], "pulse", false, &first);
    jet_constant_pieces(w, &rest.v[0], "pulse", false, &second);
    jet_sub(w, &first, &second, out);
    jet_clear(&first);
    jet_clear(&rest);
    jet_clear(&second);
}

/* (a' b - a b') / b^2: for s^2 / (1 + s^2) the leading terms cancel exactly
 * here, and the slope is seen to be positive. */
static void quotient_slope(Walk *w, const Jet *a, const Jet *b, const Scaled *inverse, Scaled *out)
{
    const JetDomain *d = w->at;
    Scaled x, y;
    if (scaled_has_zero(&b->v[0]))
        return;
    scaled_init(&x);
    scaled_init(&y);
    scaled_mul(d, &a->v[1], &b->v[0], &x);
    scaled_mul(d, &a->v[0], &b->v[1], &y);
    scaled_neg(&y, &y);
    scaled_add(d, &x, &y, &x);
    scaled_mul(d, inverse, inverse, &y);
    scaled_mul(d, &x, &y, out);
    scaled_clear(&x);
    scaled_clear(&y);
}

static void jet_divide(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Jet inverse;
    Scaled g[3];
    jet_init(&inverse);
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    reciprocal(w, &b->v[0], g);
    jet_compose(w, b, g, &inverse);
    if (b->is_affine && !b->rate && b->offset) {
        mpq_ptr x = num_new(w->at->nums);
        mpq_inv(x, b->offset);
        inverse.is_affine = true;
        inverse.offset = x;
        inverse.rate = NULL;
    }
    jet_mul(w, a, &inverse, out);
    quotient_slope(w, a, b, &g[0], &out->v[1]);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
    jet_clear(&inverse);
}

/* ramp(a, b) = min(max(a / b, 0), 1). */
static void jet_ramp(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Jet ratio, bound, low;
    jet_init(&ratio);
    jet_init(&bound);
    jet_init(&low);
    if (!scaled_is_positive(&b->v[0]))
        trouble(w, JET_OUTSIDE, "ramp");
    jet_divide(w, a, b, &ratio);
    jet_const(w, num_int(w->at->nums, 0), &bound);
    jet_max(w, &ratio, &bound, true, &low);
    jet_const(w, num_int(w->at->nums, 1), &bound);
    jet_max(w, &low, &bound, false, out);
    jet_clear(&ratio);
    jet_clear(&bound);
    jet_clear(&low);
}

static void apply_special(Walk *w, EigFn fn, const Jet *a, mpfi_srcptr b, Scaled g[3])
{
    Scaled x;
    scaled_init(&x);
    scaled_collapse(w->at, &a->v[0], &x);
    if (!jet_special(fn, x.c, b, g[0].c, g[1].c, g[2].c))
        BUG("function %d has no slope", (int)fn);
    scaled_clear(&x);
}

static void jet_one_argument(Walk *w, EigFn fn, const Jet *a, Jet *out)
{
    Scaled g[3], moved;
    mpq_t half;
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    scaled_init(&moved);
    mpq_init(half);
    mpq_set_ui(half, 1, 2);
    switch (fn) {
    case EIG_FN_EXP:
        apply_exp(w, a, g);
        break;
    case EIG_FN_LOG:
        apply_log(w, &a->v[0], g, "log");
        break;
    case EIG_FN_LOG1P:
        scaled_int(&g[0], 1);
        scaled_add(w->at, &a->v[0], &g[0], &moved);
        apply_log(w, &moved, g, "log1p");
        break;
    case EIG_FN_SQRT:
        apply_power(w, &a->v[0], half, "sqrt", g);
        break;
    case EIG_FN_SIN:
    case EIG_FN_COS:
        apply_sine(w, a, fn == EIG_FN_COS, g);
        break;
    case EIG_FN_TANH:
        apply_tanh(w, a, g);
        break;
    case EIG_FN_ATAN:
        apply_atan(w, a, g);
        break;
    case EIG_FN_EXPM1:
        apply_expm1(w, a, g);
        break;
    default:
        apply_special(w, fn, a, a->v[0].c, g);
        break;
    }
    jet_compose(w, a, g, out);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
    scaled_clear(&moved);
    mpq_clear(half);
}

/* a^b: a constant exponent, else exp(b log a). */
static void jet_power(Walk *w, const Jet *a, const Jet *b, const Expr *exponent, Jet *out)
{
    Num n;
    if (expr_is_const(exponent, &n)) {
        Scaled g[3];
        for (int k = 0; k < 3; k++)
            scaled_init(&g[k]);
        apply_power(w, &a->v[0], n, "^", g);
        jet_compose(w, a, g, out);
        for (int k = 0; k < 3; k++)
            scaled_clear(&g[k]);
        return;
    }
    Jet log, product;
    jet_init(&log);
    jet_init(&product);
    jet_one_argument(w, EIG_FN_LOG, a, &log);
    jet_mul(w, b, &log, &product);
    jet_one_argument(w, EIG_FN_EXP, &product, out);
    jet_clear(&log);
    jet_clear(&product);
}

/* logit_root(a, b) for a constant b; of other b nothing is known. */
static void jet_logit_root(Walk *w, const Jet *a, const Jet *b, const Expr *parameter, Jet *out)
{
    Scaled g[3];
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    if (mpfr_cmp_si(&b->v[0].c->left, -4) <= 0)
        trouble(w, JET_OUTSIDE, "logit_root");
    else if (expr_is_const(parameter, NULL))
        apply_special(w, EIG_FN_LOGIT_ROOT, a, b->v[0].c, g);
    else
        trouble(w, JET_TOO_DEEP, "logit_root");
    jet_compose(w, a, g, out);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
}

static void jet_walk(Walk *w, const Expr *e, Jet *out);

static void jet_call(Walk *w, const Expr *e, const Jet *a, const Jet *b, Jet *out)
{
    switch (e->as.call.fn) {
    case EIG_FN_ADD: jet_add(w, a, b, out); break;
    case EIG_FN_SUB: jet_sub(w, a, b, out); break;
    case EIG_FN_MUL: jet_mul(w, a, b, out); break;
    case EIG_FN_DIV: jet_divide(w, a, b, out); break;
    case EIG_FN_NEG: jet_neg(w, a, out); break;
    case EIG_FN_POW: jet_power(w, a, b, e->as.call.arg[1], out); break;
    case EIG_FN_ABS: jet_abs(w, a, out); break;
    case EIG_FN_MIN: jet_max(w, a, b, false, out); break;
    case EIG_FN_MAX: jet_max(w, a, b, true, out); break;
    case EIG_FN_FLOOR: jet_constant_pieces(w, &a->v[0], "floor", true, out); break;
    case EIG_FN_STEP: jet_constant_pieces(w, &a->v[0], "step", false, out); break;
    case EIG_FN_PULSE: jet_pulse(w, a, b, out); break;
    case EIG_FN_RAMP: jet_ramp(w, a, b, out); break;
    case EIG_FN_LOGIT_ROOT: jet_logit_root(w, a, b, e->as.call.arg[1], out); break;
    default: jet_one_argument(w, e->as.call.fn, a, out); break;
    }
}

static void jet_walk(Walk *w, const Expr *e, Jet *out)
{
    if (e->kind == EXPR_CONST) {
        jet_const(w, e->as.value, out);
    } else if (e->kind == EXPR_VAR && (e->as.var == EIG_VAR_Z || e->as.var == EIG_VAR_X)) {
        jet_variable(w, out);
    } else if (e->kind == EXPR_CALL && w->depth < MAX_DEPTH) {
        Jet arg[2];
        w->depth++;
        for (int k = 0; k < 2; k++) {
            jet_init(&arg[k]);
            if (k < e->as.call.n_args)
                jet_walk(w, e->as.call.arg[k], &arg[k]);
        }
        jet_call(w, e, &arg[0], &arg[1], out);
        jet_clear(&arg[0]);
        jet_clear(&arg[1]);
        w->depth--;
    } else {
        trouble(w, JET_TOO_DEEP, "expression");
    }
}

void jet_result_init(JetResult *r)
{
    mpfi_init2(r->value, JET_PRECISION);
    mpfi_init2(r->slope, JET_PRECISION);
    mpfi_init2(r->curvature, JET_PRECISION);
}

void jet_result_clear(JetResult *r)
{
    mpfi_clear(r->value);
    mpfi_clear(r->slope);
    mpfi_clear(r->curvature);
}

void jet_evaluate(const Expr *e, const JetDomain *at, JetResult *out)
{
    Walk w = {.at = at};
    Jet j;
    Scaled flat;
    jet_init(&j);
    scaled_init(&flat);
    jet_walk(&w, e, &j);
    mpfi_ptr into[3] = {out->value, out->slope, out->curvature};
    for (int k = 0; k < 3; k++) {
        scaled_collapse(at, &j.v[k], &flat);
        mpfi_set(into[k], flat.c);
    }
    out->trouble = w.trouble;
    out->function = w.function;
    scaled_clear(&flat);
    jet_clear(&j);
}
