#include "compiler/check/slope/jet/jet_walk.h"

#include <math.h>

#include "compiler/check/slope/jet/jet_special.h"
#include "compiler/expr/num_special.h"
#include "compiler/expr/recall.h"

static void apply_exp(Walk *w, const Jet *a, Scaled g[3])
{
    if (w->at->side && a->is_affine && a->rate) {
        if (a->offset)
            scaled_set_num(&g[0], a->offset);
        else
            scaled_zero(&g[0]);
        recall(mpfr_exp, g[0].c, g[0].c);
        g[0].rate = a->rate;
    } else {
        Scaled t;
        scaled_init(&t);
        scaled_neg(&a->v[0], &t);
        if (!jet_decays(w, &t, &g[0])) {
            scaled_collapse(w->at, &a->v[0], &g[0]);
            recall(mpfr_exp, g[0].c, g[0].c);
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
        recall(mpfr_expm1, g[0].c, a->v[0].c);
    }
}

static void enclose_log(Walk *w, const Scaled *a, Scaled g[3])
{
    Scaled one;
    scaled_init(&one);
    scaled_int(&one, 1);
    scaled_log(w->at, a, w->log_by_power, &g[0]);
    scaled_div(w->at, &one, a, &g[1]);
    scaled_mul(w->at, &g[1], &g[1], &g[2]);
    scaled_neg(&g[2], &g[2]);
    scaled_clear(&one);
}

static void apply_log(Walk *w, const Scaled *a, Scaled g[3], const char *name)
{
    jet_domain(w, scaled_is_positive(a), scaled_is_nonpositive(a), name);
    enclose_log(w, a, g);
}

/* 1/cosh(a)^2 <= 4 exp(-2 |a|). */
static void steep_tanh(Walk *w, const Scaled *a, Scaled *slope)
{
    Scaled t;
    scaled_init(&t);
    scaled_add(w->at, a, a, &t);
    if (!scaled_is_positive(&t))
        scaled_neg(&t, &t);
    if (jet_decays(w, &t, slope))
        mpfi_mul_ui(slope->c, slope->c, 4);
    scaled_clear(&t);
}

/* 1/cosh(a)^2, for tanh(a) in t: as 1 - t^2 where that leaves most of its digits. */
static void tanh_slope(mpfi_srcptr a, mpfi_srcptr t, mpfi_ptr out)
{
    if (mpfr_cmp_si(&a->left, -4) > 0 && mpfr_cmp_si(&a->right, 4) < 0) {
        mpfi_sqr(out, t);
        mpfi_si_sub(out, 1, out);
        return;
    }
    recall_even(mpfr_cosh, out, a);
    mpfi_sqr(out, out);
    mpfi_inv(out, out);
}

static void apply_tanh(Walk *w, const Jet *a, Scaled g[3])
{
    scaled_collapse(w->at, &a->v[0], &g[1]);
    recall(mpfr_tanh, g[0].c, g[1].c);
    tanh_slope(g[1].c, g[0].c, g[1].c);
    steep_tanh(w, &a->v[0], &g[1]);
    if (w->at->side && a->is_affine && !scaled_has_zero(&a->v[0])) {    /* ... and not below a multiple of that */
        Jet steepness;
        jet_init(&steepness);
        jet_steepness(w, a, &steepness);
        scaled_set(&g[1], &steepness.v[0]);
        jet_clear(&steepness);
    }
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
    recall(mpfr_atan, g[0].c, g[0].c);
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
        enclose_cos(g[0].c, g[0].c);
        enclose_sin(g[1].c, g[1].c);
        scaled_neg(&g[1], &g[1]);
    } else {
        enclose_sin(g[0].c, g[0].c);
        enclose_cos(g[1].c, g[1].c);
    }
    scaled_neg(&g[0], &g[2]);
}

static bool is_integer(Num n)
{
    return mpz_cmp_ui(mpq_denref(n), 1) == 0;
}

/* Of an exponent beyond 2^53 a run has a double, which is even where n need not be. */
static bool is_whole(Num n)
{
    return is_integer(n) && mpz_sizeinbase(mpq_numref(n), 2) <= 53;
}

/* a^n for a whole n, or a >= 0 to a rational power. */
static void apply_power(Walk *w, const Scaled *a, Num n, const char *name, Scaled g[3])
{
    bool whole = is_whole(n);
    if (!whole)
        jet_domain(w, scaled_is_nonnegative(a), scaled_is_negative(a) && !is_integer(n), name);
    mpq_t k, factor;
    mpq_inits(k, factor, (mpq_ptr)0);
    mpq_set(k, n);
    mpq_set_ui(factor, 1, 1);
    if (!whole)
        scaled_roots(w->at, a, n, g);
    for (int order = 0; order < 3; order++) {
        if (mpq_sgn(factor) == 0) {
            scaled_zero(&g[order]);
            continue;
        }
        if (order == 0 && mpq_sgn(k) < 0)
            jet_domain(w, !scaled_has_zero(a), scaled_is_zero(a), name);
        if (whole)
            scaled_power(w->at, a, mpz_get_si(mpq_numref(k)), &g[order]);
        mpfi_mul_q(g[order].c, g[order].c, factor);
        mpq_mul(factor, factor, k);
        mpz_sub(mpq_numref(k), mpq_numref(k), mpq_denref(k));
    }
    mpq_clears(k, factor, (mpq_ptr)0);
}

/* b: the constant second argument, or NULL. */
static void apply_special(Walk *w, EigFn fn, const Jet *a, Num b, Scaled g[3])
{
    Scaled x, second;
    if (jet_far(w, fn, a, b, g))
        return;
    scaled_init(&x);
    scaled_init(&second);
    scaled_collapse(w->at, &a->v[0], &x);
    if (b)
        scaled_set_num(&second, b);
    if (!jet_special(fn, x.c, second.c, g[0].c, g[1].c, g[2].c))
        BUG("function %d has no slope", (int)fn);
    scaled_clear(&x);
    scaled_clear(&second);
}

/* exp(a) (a'^2 + a''): where exp(a) is hardly bounded, as of a root far out, the sign is that of the sum. */
static void compose_exp(Walk *w, const Jet *a, Scaled g[3], Jet *out)
{
    Scaled bend;
    scaled_init(&bend);
    scaled_mul(w->at, &a->v[1], &a->v[1], &bend);
    scaled_add(w->at, &bend, &a->v[2], &bend);
    scaled_mul(w->at, &bend, &g[1], &out->v[2]);
    scaled_mul(w->at, &a->v[1], &g[1], &out->v[1]);
    scaled_set(&out->v[0], &g[0]);
    scaled_clear(&bend);
    out->is_affine = false;
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
        apply_special(w, fn, a, NULL, g);
        break;
    }
    jet_vanish(w, fn, &a->v[0], &g[0]);
    if (fn == EIG_FN_EXP || fn == EIG_FN_EXPM1)
        compose_exp(w, a, g, out);
    else
        jet_compose(w, a, g, out);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
    scaled_clear(&moved);
    mpq_clear(half);
}

static void power_of_constant(Walk *w, const Jet *a, Num n, Jet *out)
{
    Scaled g[3];
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    apply_power(w, &a->v[0], n, "^", g);
    jet_compose(w, a, g, out);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
}

/* a >= 0 and 0 where b > 0: the powers are at most those of the largest a, and 0 where a is. */
static void power_above_zero(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Scaled most, exponent;
    scaled_init(&most);
    scaled_init(&exponent);
    scaled_collapse(w->at, &a->v[0], &most);
    scaled_collapse(w->at, &b->v[0], &exponent);
    bool vanishes = mpfr_zero_p(&most.c->right) && w->at->lo < w->at->hi;
    mpfr_set(&most.c->left, &most.c->right, MPFR_RNDD);
    recall(mpfr_log, most.c, most.c);
    mpfi_mul(most.c, most.c, exponent.c);
    recall(mpfr_exp, out->v[0].c, most.c);
    mpfr_set_ui(&out->v[0].c->left, 0, MPFR_RNDD);
    for (int k = 0; k < 3; k++)
        if (vanishes)
            scaled_zero(&out->v[k]);
        else if (k)
            scaled_everything(&out->v[k]);
    scaled_clear(&most);
    scaled_clear(&exponent);
}

/* No integer is in it. */
static bool is_broken(Walk *w, const Scaled *a)
{
    Scaled flat;
    mpfr_t below;
    scaled_init(&flat);
    mpfr_init2(below, JET_PRECISION);
    scaled_collapse(w->at, a, &flat);
    mpfr_floor(below, &flat.c->right);
    bool yes = mpfi_bounded_p(flat.c) && mpfr_less_p(below, &flat.c->left);
    mpfr_clear(below);
    scaled_clear(&flat);
    return yes;
}

/* A base below 0 has whole powers only, and the base 0 no negative ones. */
static void power_domain(Walk *w, const Scaled *a, const Scaled *b)
{
    bool outside = (scaled_is_negative(a) && is_broken(w, b)) || (scaled_is_zero(a) && scaled_is_negative(b));
    jet_domain(w, scaled_is_positive(a), outside, "^");
}

/* a^b: a constant exponent, else exp(b log a). */
void jet_power(Walk *w, const Jet *a, const Jet *b, const Expr *exponent, Jet *out)
{
    Num n;
    if (expr_is_const(exponent, &n)) {
        power_of_constant(w, a, n, out);
        return;
    }
    if (!scaled_is_positive(&a->v[0]) && scaled_is_nonnegative(&a->v[0]) && scaled_is_positive(&b->v[0])) {
        power_above_zero(w, a, b, out);
        return;
    }
    Jet log, product;
    Scaled g[3];
    jet_init(&log);
    jet_init(&product);
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    power_domain(w, &a->v[0], &b->v[0]);
    enclose_log(w, &a->v[0], g);
    jet_compose(w, a, g, &log);
    jet_mul(w, b, &log, &product);
    jet_one_argument(w, EIG_FN_EXP, &product, out);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
    jet_clear(&log);
    jet_clear(&product);
}

/* log_root and logit_root for a constant b; of other b nothing is known. */
void jet_root(Walk *w, EigFn fn, const Jet *a, const Jet *b, const Expr *parameter, Jet *out)
{
    long least = fn == EIG_FN_LOG_ROOT ? 0 : -4;
    Num n;
    Scaled g[3], second;
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    scaled_init(&second);
    scaled_collapse(w->at, &b->v[0], &second);
    if (mpfr_cmp_si(&second.c->right, least) <= 0)
        jet_trouble(w, JET_OUTSIDE, eig_fn_name[fn]);
    if (expr_is_const(parameter, &n) && mpq_cmp_si(n, least, 1) > 0)
        apply_special(w, fn, a, n, g);
    else
        jet_trouble(w, JET_TOO_DEEP, eig_fn_name[fn]);
    jet_compose(w, a, g, out);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
    scaled_clear(&second);
}
