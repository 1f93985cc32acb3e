/* Functions far out, where their argument grows: as powers and exponentials of y, which weigh against others. */
#include <math.h>

#include "compiler/check/slope/jet/jet_walk.h"
#include "compiler/expr/num_special.h"
#include "compiler/expr/recall.h"

/* Is t above 0 and grows like a power or an exponential of y, in a tail or in a piece that is long compared to its place? */
static bool grows(const Walk *w, const Scaled *t)
{
    int power = t->power ? mpq_sgn(t->power) : 0, rate = t->rate ? mpq_sgn(t->rate) : 0;
    return w->at->side && w->at->hi > 4 * w->at->lo && scaled_is_positive(t) && power >= 0 && rate >= 0 && power + rate > 0;
}

/* Its least value. */
static void least_of(Walk *w, const Scaled *t, mpfi_ptr out)
{
    Scaled from;
    scaled_init(&from);
    scaled_collapse(w->at, t, &from);
    mpfr_set(&from.c->right, &from.c->left, MPFR_RNDN);
    mpfi_set(out, from.c);
    scaled_clear(&from);
}

/* t grows at least as y does: exp(-t) is at most exp(-k y), k = t0/y0. */
static void decay_as_exponential(Walk *w, const Scaled *t, Scaled *out)
{
    mpfi_t from;
    mpfi_init2(from, JET_PRECISION);
    least_of(w, t, from);
    mpfi_div_d(from, from, w->at->lo);
    mpq_ptr rate = num_new(w->at->nums);
    mpq_set_d(rate, -mpfr_get_d(&from->left, MPFR_RNDD));
    mpfi_interv_si(out->c, 0, 1);
    out->power = NULL;
    out->rate = mpq_sgn(rate) ? rate : NULL;
    mpfi_clear(from);
}

/* Else, with t >= t0, exp(-t) is at most C t^-N, C the largest t^N exp(-t) from t0 on. */
bool jet_decays(Walk *w, const Scaled *t, Scaled *out)
{
    enum { N = 4 };
    if (!grows(w, t))
        return false;
    if (t->power && mpq_cmp_ui(t->power, 1, 1) >= 0) {
        decay_as_exponential(w, t, out);
        return true;
    }
    mpfi_t from, largest;
    mpfi_init2(from, JET_PRECISION);
    mpfi_init2(largest, JET_PRECISION);
    least_of(w, t, from);
    if (mpfi_cmp_ui(from, N) < 0)
        mpfi_set_ui(from, N);
    mpfi_neg(largest, from);
    recall(mpfr_exp, largest, largest);
    for (int k = 0; k < N; k++)
        mpfi_mul(largest, largest, from);
    scaled_power(w->at, t, -N, out);
    mpfi_mul(out->c, out->c, largest);
    mpfr_set_ui(&out->c->left, 0, MPFR_RNDD);
    mpfi_clear(from);
    mpfi_clear(largest);
    return true;
}

/* ---- the normal distribution: density and both tails are below exp(-a^2/2)/2 ---- */

static bool far_density(Walk *w, const Scaled *a, Scaled *out)
{
    Scaled t;
    scaled_init(&t);
    scaled_power(w->at, a, 2, &t);
    mpfi_div_2ui(t.c, t.c, 1);
    bool is_far = jet_decays(w, &t, out);
    mpfi_div_2ui(out->c, out->c, 1);
    scaled_clear(&t);
    return is_far;
}

static void far_normpdf(Walk *w, const Scaled *a, Scaled g[3])
{
    Scaled square, minus;
    scaled_init(&square);
    scaled_init(&minus);
    scaled_mul(w->at, a, &g[0], &g[1]);
    scaled_neg(&g[1], &g[1]);
    scaled_int(&minus, -1);
    scaled_power(w->at, a, 2, &square);
    scaled_add(w->at, &square, &minus, &square);
    scaled_mul(w->at, &square, &g[0], &g[2]);
    scaled_clear(&square);
    scaled_clear(&minus);
}

/* The density is g[0] before; the left tail is below it, and the right one above a constant. */
static void far_normcdf(Walk *w, const Scaled *a, Scaled g[3])
{
    Scaled x;
    scaled_init(&x);
    scaled_set(&g[1], &g[0]);
    scaled_mul(w->at, a, &g[1], &g[2]);
    scaled_neg(&g[2], &g[2]);
    scaled_collapse(w->at, a, &x);
    if (scaled_is_positive(a)) {
        scaled_zero(&g[0]);
        enclose_normcdf(g[0].c, x.c);
    }
    scaled_clear(&x);
}

/* ---- x + b log(x) = a ---- */

/* Where a >= 3, x is at most a, and at least a - b log(a); log(a)/a falls. */
static bool root_above(Walk *w, const Scaled *a, mpfi_srcptr b, Scaled *x)
{
    mpfi_t from, ratio;
    if (!grows(w, a))
        return false;
    mpfi_init2(from, JET_PRECISION);
    mpfi_init2(ratio, JET_PRECISION);
    least_of(w, a, from);
    bool is_far = mpfi_cmp_ui(from, 3) >= 0;
    recall(mpfr_log, ratio, from);
    mpfi_div(ratio, ratio, from);
    mpfi_mul(ratio, ratio, b);
    mpfi_ui_sub(ratio, 1, ratio);
    mpfr_set_ui(&ratio->right, 1, MPFR_RNDU);
    is_far = is_far && mpfi_is_strictly_pos(ratio);
    scaled_set(x, a);
    mpfi_mul(x->c, x->c, ratio);
    mpfi_clear(from);
    mpfi_clear(ratio);
    return is_far;
}

/* Where a falls, x = exp(a/b) exp(-x/b), and the last factor is near 1. */
static bool root_below(Walk *w, const Jet *a, Num b, Scaled *x)
{
    Scaled t, most;
    mpfi_t second;
    mpq_ptr inverse = num_new(w->at->nums), minus = num_new(w->at->nums);
    scaled_init(&t);
    scaled_init(&most);
    mpfi_init2(second, JET_PRECISION);
    mpfi_set_q(second, b);
    mpq_inv(inverse, b);
    mpq_neg(minus, inverse);
    scaled_set(&t, &a->v[0]);
    mpfi_mul_q(t.c, t.c, minus);
    bool is_far = grows(w, &t);
    if (is_far && a->is_affine) {
        scaled_collapse(w->at, &a->v[0], &most);
        enclose_log_root(x->c, most.c, second);
        mpfi_mul_q(most.c, x->c, minus);
        recall(mpfr_exp, most.c, most.c);
        mpfr_set_ui(&most.c->right, 1, MPFR_RNDU);
        scaled_zero(&t);
        if (a->offset)
            scaled_set_num(&t, a->offset);
        mpfi_mul_q(t.c, t.c, inverse);
        recall(mpfr_exp, t.c, t.c);
        mpfi_mul(x->c, t.c, most.c);
        x->power = NULL;
        x->rate = scale_product(w->at->nums, a->rate, inverse);
    } else if (is_far) {
        jet_decays(w, &t, x);
    }
    mpfi_clear(second);
    scaled_clear(&most);
    scaled_clear(&t);
    return is_far;
}

/* g[0] = x: s = x/(x + b) and b x/(x + b)^3. */
static void root_slopes(Walk *w, mpfi_srcptr b, Scaled g[3])
{
    Scaled sum, second;
    scaled_init(&sum);
    scaled_init(&second);
    mpfi_set(second.c, b);
    scaled_add(w->at, &g[0], &second, &sum);
    scaled_div(w->at, &g[0], &sum, &g[1]);
    scaled_power(w->at, &sum, -2, &sum);
    scaled_mul(w->at, &g[1], &sum, &g[2]);
    scaled_mul(w->at, &g[2], &second, &g[2]);
    scaled_clear(&sum);
    scaled_clear(&second);
}

static bool far_root(Walk *w, const Jet *a, Num b, Scaled g[3])
{
    mpfi_t second;
    mpfi_init2(second, JET_PRECISION);
    mpfi_set_q(second, b);
    bool is_far = root_above(w, &a->v[0], second, &g[0]) || root_below(w, a, b, &g[0]);
    if (is_far)
        root_slopes(w, second, g);
    mpfi_clear(second);
    return is_far;
}

bool jet_far(Walk *w, EigFn fn, const Jet *a, Num b, Scaled g[3])
{
    switch (fn) {
    case EIG_FN_NORMPDF:
    case EIG_FN_NORMCDF:
        if (!far_density(w, &a->v[0], &g[0]))
            return false;
        (fn == EIG_FN_NORMPDF ? far_normpdf : far_normcdf)(w, &a->v[0], g);
        return true;
    case EIG_FN_OMEGA:    return far_root(w, a, num_int(w->at->nums, 1), g);
    case EIG_FN_LOG_ROOT: return far_root(w, a, b, g);
    default:              return false;
    }
}

/* ---- what is left of 1 ---- */

/* 1 - tanh(u)^2 = 4 e/(1 + e)^2 with e = exp(-2 |u|). */
void jet_steepness(Walk *w, const Jet *u, Jet *out)
{
    Jet twice, e, one, sum, part;
    Jet *all[] = { &twice, &e, &one, &sum, &part };
    for (int k = 0; k < 5; k++)
        jet_init(all[k]);
    jet_add(w, u, u, &twice);
    if (scaled_is_positive(&u->v[0]))
        jet_neg(w, &twice, &part);
    jet_one_argument(w, EIG_FN_EXP, scaled_is_positive(&u->v[0]) ? &part : &twice, &e);
    jet_const(w, num_int(w->at->nums, 1), &one);
    jet_add(w, &one, &e, &sum);
    jet_divide(w, &e, &sum, &part);
    jet_divide(w, &part, &sum, &e);
    jet_const(w, num_int(w->at->nums, 4), &one);
    jet_mul(w, &one, &e, out);
    for (int k = 0; k < 5; k++)
        jet_clear(all[k]);
}

static const Expr *argument_of(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn ? e->as.call.arg[0] : NULL;
}

void jet_complement(Walk *w, const Expr *e, Jet *out)
{
    const Expr *one = e->as.call.arg[0], *less = e->as.call.arg[1];
    Num n;
    if (!w->at->side || w->trouble != JET_FINE || !expr_is_const(one, &n) || mpq_cmp_ui(n, 1, 1) != 0)
        return;
    const Expr *root = argument_of(less, EIG_FN_POW), *of_cdf = argument_of(less, EIG_FN_NORMCDF);
    bool is_square = root && expr_is_const(less->as.call.arg[1], &n) && mpq_cmp_ui(n, 2, 1) == 0;
    const Expr *of_tanh = is_square ? argument_of(root, EIG_FN_TANH) : NULL;
    if (!of_tanh && !of_cdf)
        return;
    const Jet *u = jet_of(w, of_tanh ? of_tanh : of_cdf);
    Jet minus;
    jet_init(&minus);
    jet_neg(w, u, &minus);
    if (of_tanh && !scaled_has_zero(&u->v[0]))
        jet_steepness(w, u, out);
    else if (of_cdf)
        jet_one_argument(w, EIG_FN_NORMCDF, &minus, out);
    jet_clear(&minus);
}
