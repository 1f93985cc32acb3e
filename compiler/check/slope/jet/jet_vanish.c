/* Functions that go to 0: with their argument, and log(1 + exp(a)) with exp(a). */
#include "compiler/check/slope/jet/jet_walk.h"

#include "compiler/expr/num_special.h"
#include "compiler/expr/recall.h"

/* Goes to 0 as y grows, by its power or its rate. */
static bool shrinks(const Scaled *a)
{
    return a->rate ? mpq_sgn(a->rate) < 0 : a->power && mpq_sgn(a->power) < 0;
}

static bool grows(const Scaled *a)
{
    return a->rate ? mpq_sgn(a->rate) > 0 : a->power && mpq_sgn(a->power) > 0;
}

/* ---- functions that are 0 at 0, where their slope is 1 ---- */

typedef int Enclosure(mpfi_ptr, mpfi_srcptr);

static int sine(mpfi_ptr y, mpfi_srcptr a)
{
    enclose_sin(y, a);
    return 0;
}

static Enclosure *enclosure_of(EigFn fn)
{
    switch (fn) {
    case EIG_FN_EXPM1: return mpfi_expm1;
    case EIG_FN_LOG1P: return mpfi_log1p;
    case EIG_FN_TANH:  return mpfi_tanh;
    case EIG_FN_ATAN:  return mpfi_atan;
    case EIG_FN_SIN:   return sine;
    default:           return NULL;
    }
}

/* The range of f(t)/t, t in a: it is monotone, or even and monotone on either side of 0, so its ends are there or at 0. */
static void ratio_range(mpfi_srcptr a, Enclosure *f, mpfi_ptr out)
{
    mpfi_t t, y;
    mpfi_init2(t, JET_PRECISION);
    mpfi_init2(y, JET_PRECISION);
    mpfi_set_ui(out, 1);
    for (int k = 0; k < 2; k++) {
        mpfi_set_fr(t, k ? &a->right : &a->left);
        if (mpfi_is_zero(t))
            continue;
        f(y, t);
        mpfi_div(y, y, t);
        mpfi_union(out, out, y);
    }
    mpfi_clear(t);
    mpfi_clear(y);
}

void jet_vanish(Walk *w, EigFn fn, const Scaled *a, Scaled *value)
{
    Enclosure *f = enclosure_of(fn);
    Scaled flat, ratio;
    if (!f || !w->at->side || !shrinks(a))
        return;
    scaled_init(&flat);
    scaled_init(&ratio);
    scaled_collapse(w->at, a, &flat);
    if (mpfr_cmp_d(&flat.c->left, -0.5) >= 0 && mpfr_cmp_d(&flat.c->right, 0.5) <= 0) {
        ratio_range(flat.c, f, ratio.c);
        scaled_mul(w->at, a, &ratio, value);
    }
    scaled_clear(&flat);
    scaled_clear(&ratio);
}

/* ---- log(1 + exp(a)) ---- */

/* log(1 + exp(x)), rounded in one direction. */
static void softplus_end(mpfr_t x, mpfr_rnd_t rounding)
{
    mpfr_t rest;
    bool above = mpfr_sgn(x) > 0;
    mpfr_init2(rest, JET_PRECISION);
    (above ? mpfr_neg : mpfr_set)(rest, x, rounding);
    recall_end(mpfr_exp, rest, rest, rounding);
    recall_end(mpfr_log1p, rest, rest, rounding);
    if (above)
        mpfr_add(x, x, rest, rounding);
    else
        mpfr_swap(x, rest);
    mpfr_clear(rest);
}

/* All of it where a is straight, by e = exp(-|a|): what vanishes does so as e. False where a is not seen to grow to one side. */
static bool far_softplus(Walk *w, const Jet *a, Scaled g[3])
{
    bool is_above = scaled_is_nonnegative(&a->v[0]), is_far = false;
    Jet size, e;
    Scaled one, sum;
    if (!a->rate || (!is_above && !scaled_is_nonpositive(&a->v[0])))
        return false;
    jet_init(&size);
    jet_init(&e);
    scaled_init(&one);
    scaled_init(&sum);
    if (is_above)
        jet_neg(w, a, &size);
    jet_one_argument(w, EIG_FN_EXP, is_above ? &size : a, &e);
    if (shrinks(&e.v[0])) {
        is_far = true;
        scaled_int(&one, 1);
        scaled_add(w->at, &e.v[0], &one, &sum);
        scaled_div(w->at, is_above ? &one : &e.v[0], &sum, &g[1]);
        scaled_div(w->at, &e.v[0], &sum, &g[2]);
        scaled_set(&g[0], &g[2]);
        mpfr_set(&g[0].c->right, &e.v[0].c->right, MPFR_RNDU);      /* e/(1 + e) <= log(1 + e) <= e */
        scaled_div(w->at, &g[2], &sum, &g[2]);
        if (is_above)
            scaled_add(w->at, &g[0], &a->v[0], &g[0]);
    }
    jet_clear(&size);
    jet_clear(&e);
    scaled_clear(&one);
    scaled_clear(&sum);
    return is_far;
}

/* With the slopes 1/(1 + exp(-a)) and 1/(2 cosh(a/2))^2. */
static void enclose_softplus(Walk *w, const Jet *a, Scaled g[3])
{
    Scaled minus;
    scaled_init(&minus);
    scaled_neg(&a->v[0], &minus);
    if (scaled_is_positive(&minus) && jet_decays(w, &minus, &g[0])) {       /* all three are at least 0 and at most exp(a) */
        scaled_set(&g[1], &g[0]);
        scaled_set(&g[2], &g[0]);
    } else {
        scaled_collapse(w->at, &a->v[0], &g[0]);
        mpfi_neg(g[1].c, g[0].c);
        recall(mpfr_exp, g[1].c, g[1].c);
        mpfi_add_ui(g[1].c, g[1].c, 1);
        mpfi_inv(g[1].c, g[1].c);
        mpfi_div_ui(g[2].c, g[0].c, 2);
        recall_even(mpfr_cosh, g[2].c, g[2].c);
        mpfi_mul_ui(g[2].c, g[2].c, 2);
        mpfi_sqr(g[2].c, g[2].c);
        mpfi_inv(g[2].c, g[2].c);
        softplus_end(&g[0].c->left, MPFR_RNDD);
        softplus_end(&g[0].c->right, MPFR_RNDU);
    }
    if (w->at->side && grows(&a->v[0]) && scaled_is_nonnegative(&a->v[0])) {        /* between a and a + log(2): grows as a does */
        scaled_int(&minus, 1);
        mpfr_set_zero(&minus.c->left, 1);
        scaled_add(w->at, &a->v[0], &minus, &g[0]);
    }
    scaled_clear(&minus);
}

bool jet_softplus(Walk *w, const Jet *a, Jet *out)
{
    Scaled g[3];
    bool is_line = w->at->side && a->is_affine, fits = true;
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    if (is_line)
        fits = far_softplus(w, a, g);
    else
        enclose_softplus(w, a, g);
    if (fits)
        jet_compose(w, a, g, out);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
    return fits;
}
