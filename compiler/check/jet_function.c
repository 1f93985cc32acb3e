#include "compiler/check/jet_walk.h"

#include <math.h>

#include "compiler/check/jet_special.h"

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
        jet_trouble(w, JET_OUTSIDE, name);
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
        jet_trouble(w, JET_OUTSIDE, name);
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
            jet_trouble(w, JET_OUTSIDE, name);
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

static void apply_special(Walk *w, EigFn fn, const Jet *a, mpfi_srcptr b, Scaled g[3])
{
    Scaled x;
    scaled_init(&x);
    scaled_collapse(w->at, &a->v[0], &x);
    if (!jet_special(fn, x.c, b, g[0].c, g[1].c, g[2].c))
        BUG("function %d has no slope", (int)fn);
    scaled_clear(&x);
}

void jet_one_argument(Walk *w, EigFn fn, const Jet *a, Jet *out)
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
void jet_power(Walk *w, const Jet *a, const Jet *b, const Expr *exponent, Jet *out)
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

/* log_root and logit_root for a constant b; of other b nothing is known. */
void jet_root(Walk *w, EigFn fn, const Jet *a, const Jet *b, const Expr *parameter, Jet *out)
{
    long least = fn == EIG_FN_LOG_ROOT ? 0 : -4;
    Scaled g[3];
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    if (mpfr_cmp_si(&b->v[0].c->left, least) <= 0)
        jet_trouble(w, JET_OUTSIDE, eig_fn_name[fn]);
    else if (expr_is_const(parameter, NULL))
        apply_special(w, fn, a, b->v[0].c, g);
    else
        jet_trouble(w, JET_TOO_DEEP, eig_fn_name[fn]);
    jet_compose(w, a, g, out);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
}
