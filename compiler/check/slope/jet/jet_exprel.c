/* exprel(a) = (exp(a) - 1)/a and its derivatives m(n), the integral of t^n exp(a t) for t from 0 to 1, and quotients by exprel.
 *
 * All m(n) are positive and rise, so that their ends are those of a. So far out that powers and exponentials weigh against others,
 * m(n) = (exp(a) - n m(n - 1))/a.
 *
 * 1/exprel(u) is B(u) = u/(exp(u) - 1), the generating function of Bernoulli's numbers: it falls from infinity to 0, its slope
 * rises from -1 to 0, and with x = u/2
 *
 *   B'' = (x coth(x) - 1)/(2 sinh(x)^2)
 *
 * is even, 1/6 at 0, and falls from there (Cusa and Huygens: 3 sinh(y) < 2 y + y cosh(y)). Far out, with t = |u| and q = exp(-t),
 *
 *   B = t q/(1 - q) above 0, t/(1 - q) below,   B' = -q (t - 1 + q)/(1 - q)^2 above 0, -(1 - q (1 + t))/(1 - q)^2 below,
 *   B'' = q (t - 2 + (t + 2) q)/(1 - q)^3. */
#include <math.h>

#include "compiler/check/slope/jet/jet_walk.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/num_special.h"
#include "compiler/expr/recall.h"

/* ---- exprel and its derivatives ---- */

/* Grows in size, as a power or an exponential of y, in a tail or a long piece, and is at least 1. */
static bool is_far(const Walk *w, const Scaled *a)
{
    int power = a->power ? mpq_sgn(a->power) : 0, rate = a->rate ? mpq_sgn(a->rate) : 0;
    if (!w->at->side || scaled_has_zero(a) || power < 0 || rate < 0 || power + rate == 0 || w->at->hi <= 4 * w->at->lo)
        return false;
    Scaled flat;
    scaled_init(&flat);
    scaled_collapse(w->at, a, &flat);
    bool far = mpfr_cmp_si(&flat.c->left, 1) >= 0 || mpfr_cmp_si(&flat.c->right, -1) <= 0;
    scaled_clear(&flat);
    return far;
}

/* Of what is positive. */
static void limit_below(Scaled *x)
{
    if (mpfr_sgn(&x->c->left) < 0)
        mpfr_set_zero(&x->c->left, 1);
}

static void far_moments(Walk *w, const Jet *a, unsigned n, Scaled g[3])
{
    Jet power;
    Scaled m, times;
    jet_init(&power);
    scaled_init(&m);
    scaled_init(&times);
    jet_one_argument(w, EIG_FN_EXP, a, &power);
    scaled_int(&m, 1);
    for (unsigned k = 0; k <= n + 2; k++) {
        scaled_int(&times, k ? -(long)k : -1);
        scaled_mul(w->at, &m, &times, &m);
        scaled_add(w->at, &power.v[0], &m, &m);
        scaled_div(w->at, &m, &a->v[0], &m);
        limit_below(&m);
        if (k >= n)
            scaled_set(&g[k - n], &m);
    }
    scaled_clear(&times);
    scaled_clear(&m);
    jet_clear(&power);
}

void jet_moment(Walk *w, unsigned n, const Jet *a, Jet *out)
{
    Scaled g[3], flat;
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    scaled_init(&flat);
    if (is_far(w, &a->v[0])) {
        far_moments(w, a, n, g);
    } else {
        scaled_collapse(w->at, &a->v[0], &flat);
        for (unsigned k = 0; k < 3; k++)
            enclose_exp_moment(g[k].c, flat.c, n + k);
    }
    jet_compose(w, a, g, out);
    scaled_clear(&flat);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
}

static void mean_of(Walk *w, const Jet *a, unsigned k, Jet *out)
{
    Jet above, below;
    Scaled flat;
    jet_init(&above);
    jet_init(&below);
    scaled_init(&flat);
    jet_moment(w, k, a, &above);
    jet_moment(w, 0, a, &below);
    jet_divide(w, &above, &below, out);
    if (!w->at->side) {
        enclose_exp_mean(flat.c, a->v[0].c, k);
        mpfi_intersect(out->v[0].c, out->v[0].c, flat.c);
    }
    scaled_clear(&flat);
    jet_clear(&below);
    jet_clear(&above);
}

void jet_mean(Walk *w, const Jet *a, const Expr *n, Jet *out)
{
    Num order;
    if (!expr_is_const(n, &order) || mpq_sgn(order) <= 0 || mpq_cmp_ui(order, NUM_MOST_MOMENT - 2, 1) > 0)
        BUG("a derivative of exprel of no known order");
    mean_of(w, a, (unsigned)mpz_get_ui(mpq_numref(order)), out);
}

void jet_log_exprel(Walk *w, const Expr *e, Jet *out)
{
    const Expr *of = e->as.call.arg[0];
    if (w->trouble != JET_FINE || of->kind != EXPR_CALL || of->as.call.fn != EIG_FN_EXPREL)
        return;
    const Jet *u = jet_of(w, of->as.call.arg[0]);
    Jet mean;
    Scaled x;
    jet_init(&mean);
    scaled_init(&x);
    mean_of(w, u, 1, &mean);
    if (!mean.v[0].power && !mean.v[0].rate) {          /* of t between 0 and 1 */
        mpfi_interv_si(x.c, 0, 1);
        mpfi_intersect(mean.v[0].c, mean.v[0].c, x.c);
    }
    scaled_mul(w->at, &mean.v[0], &u->v[1], &out->v[1]);
    scaled_mul(w->at, &mean.v[1], &u->v[1], &out->v[2]);
    scaled_mul(w->at, &mean.v[0], &u->v[2], &x);
    scaled_add(w->at, &out->v[2], &x, &out->v[2]);
    jet_clear(&mean);
    scaled_clear(&x);
}

/* ---- B, end by end ---- */

/* B or B' at the number u. */
static void slope_at(mpfr_srcptr u, int order, mpfi_ptr out)
{
    mpfi_t at, m, m1;
    mpfi_init2(at, mpfr_get_prec(u));
    mpfi_init2(m, mpfi_get_prec(out) + 32);
    mpfi_init2(m1, mpfi_get_prec(out) + 32);
    mpfi_set_fr(at, u);
    if (mpfr_inf_p(u)) {
        mpfi_set_si(out, mpfr_sgn(u) < 0 ? -1 : 0);
        if (order == 0 && mpfr_sgn(u) < 0)
            mpfi_set_d(out, (double)INFINITY);
    } else {
        enclose_exp_moment(m, at, 0);
        enclose_exp_moment(m1, at, 1);
        if (order) {
            mpfi_div(m1, m1, m);
            mpfi_neg(m1, m1);
            mpfi_div(out, m1, m);
        } else {
            mpfi_inv(out, m);
        }
    }
    mpfi_clear(m1);
    mpfi_clear(m);
    mpfi_clear(at);
}

/* B'' at u >= 0; beside 0 it is between 1/6 - u^2/60 and 1/6. */
static void bend_at(mpfr_srcptr u, mpfi_ptr out)
{
    mpfi_t x, sinh, coth;
    mpfi_init2(x, 2 * JET_PRECISION);
    mpfi_init2(sinh, 2 * JET_PRECISION);
    mpfi_set_fr(x, u);
    if (mpfr_inf_p(u)) {
        mpfi_set_ui(out, 0);
    } else if (mpfr_cmp_d(u, 0x1p-20) < 0) {
        mpfi_set_ui(out, 1);
        mpfi_div_ui(out, out, 6);
        mpfi_sqr(x, x);
        mpfi_div_ui(x, x, 60);
        mpfi_sub(x, out, x);
        mpfr_set(&out->left, &x->left, MPFR_RNDD);
    } else if (mpfr_cmp_ui(u, 1000) > 0) {      /* at most t exp(-t) (1 + 2^-1000) */
        mpfi_neg(sinh, x);
        recall(mpfr_exp, sinh, sinh);
        mpfi_mul(out, sinh, x);
        mpfi_mul_ui(out, out, 2);
        mpfr_set_zero(&out->left, 1);
    } else {
        mpfi_div_2ui(x, x, 1);
        recall(mpfr_sinh, sinh, x);
        mpfi_sqr(sinh, sinh);
        mpfi_mul_2ui(sinh, sinh, 1);
        mpfi_init2(coth, 2 * JET_PRECISION);
        mpfi_coth(coth, x);
        mpfi_mul(x, x, coth);
        mpfi_clear(coth);
        mpfi_sub_ui(x, x, 1);
        mpfi_div(out, x, sinh);
    }
    mpfi_clear(sinh);
    mpfi_clear(x);
}

static void near_quotient(const Scaled *u, Scaled g[3])
{
    Scaled flat, end;
    scaled_init(&flat);
    scaled_init(&end);
    for (int order = 0; order < 2; order++) {
        slope_at(&u->c->left, order, flat.c);
        slope_at(&u->c->right, order, end.c);
        mpfi_union(g[order].c, flat.c, end.c);
    }
    mpfi_abs(flat.c, u->c);
    bend_at(&flat.c->left, g[2].c);
    bend_at(&flat.c->right, end.c);
    mpfi_union(g[2].c, g[2].c, end.c);
    scaled_clear(&end);
    scaled_clear(&flat);
}

/* ---- B far out ---- */

/* Not below -1 and not above 0, as the slope is. */
static void limit_slope(Scaled *slope)
{
    if (slope->power || slope->rate)
        return;
    if (mpfr_cmp_si(&slope->c->left, -1) < 0)
        mpfr_set_si(&slope->c->left, -1, MPFR_RNDN);
    if (mpfr_sgn(&slope->c->right) > 0)
        mpfr_set_zero(&slope->c->right, 1);
}

static void far_quotient(Walk *w, const Jet *u, Scaled g[3])
{
    bool is_above = scaled_is_positive(&u->v[0]);
    Jet minus, power;
    Scaled t, one, minus_one, left, x, y;
    Scaled *part[] = { &t, &one, &minus_one, &left, &x, &y };
    for (size_t k = 0; k < sizeof part / sizeof *part; k++)
        scaled_init(part[k]);
    jet_init(&minus);
    jet_init(&power);
    jet_neg(w, u, &minus);
    jet_one_argument(w, EIG_FN_EXP, is_above ? &minus : u, &power);
    const Scaled *q = &power.v[0];
    scaled_set(&t, is_above ? &u->v[0] : &minus.v[0]);
    scaled_int(&one, 1);
    scaled_int(&minus_one, -1);
    scaled_neg(q, &left);
    scaled_add(w->at, &one, &left, &left);              /* 1 - q */
    scaled_div(w->at, &t, &left, &g[0]);
    if (is_above)
        scaled_mul(w->at, &g[0], q, &g[0]);
    scaled_add(w->at, &t, is_above ? &minus_one : &one, &x);
    if (is_above)
        scaled_add(w->at, &x, q, &x);
    scaled_mul(w->at, &x, q, &x);                       /* q (t - 1 + q), or q (1 + t) */
    scaled_neg(&x, &y);
    if (is_above)
        scaled_set(&g[1], &y);
    else
        scaled_add(w->at, &x, &minus_one, &g[1]);
    scaled_div(w->at, &g[1], &left, &g[1]);
    scaled_div(w->at, &g[1], &left, &g[1]);
    limit_slope(&g[1]);
    scaled_int(&one, 2);
    scaled_int(&minus_one, -2);
    scaled_add(w->at, &t, &one, &x);
    scaled_mul(w->at, &x, q, &x);
    scaled_add(w->at, &t, &minus_one, &y);
    scaled_add(w->at, &x, &y, &x);
    scaled_mul(w->at, &x, q, &g[2]);
    for (int k = 0; k < 3; k++)
        scaled_div(w->at, &g[2], &left, &g[2]);
    limit_below(&g[2]);
    jet_clear(&power);
    jet_clear(&minus);
    for (size_t k = 0; k < sizeof part / sizeof *part; k++)
        scaled_clear(part[k]);
}

/* ---- the quotient ---- */

/* c B(u) for a quotient n/(c' exprel(u)) of c = n/c'. */
static void times_quotient(Walk *w, const Jet *n, Num rate, const Jet *u, Scaled g[3], Jet *out)
{
    Jet b, part, scale;
    mpq_ptr inverse = num_new(w->at->nums);
    jet_init(&b);
    jet_init(&part);
    jet_init(&scale);
    mpq_inv(inverse, rate);
    jet_compose(w, u, g, &b);
    jet_mul(w, n, &b, &part);
    jet_const(w, inverse, &scale);
    jet_mul(w, &scale, &part, out);
    jet_clear(&scale);
    jet_clear(&part);
    jet_clear(&b);
}

void jet_over_exprel(Walk *w, const Expr *e, const Jet *n, Jet *out)
{
    const Expr *core = standard_core(e->as.call.arg[1]);
    if (!core || core->kind != EXPR_CALL || core->as.call.fn != EIG_FN_EXPREL || w->trouble != JET_FINE)
        return;
    StandardLine below = standard_line(w->at->nums, e->as.call.arg[1]);
    if (below.core != core || mpq_sgn(below.offset) != 0 || mpq_sgn(below.rate) == 0)
        return;
    const Jet *u = jet_of(w, below.core->as.call.arg[0]);
    Jet made;
    Scaled g[3], flat;
    jet_init(&made);
    scaled_init(&flat);
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    if (w->at->side) {
        if (expr_is_const(e->as.call.arg[0], NULL) && is_far(w, &u->v[0])) {
            far_quotient(w, u, g);
            times_quotient(w, n, below.rate, u, g, out);
        }
    } else {
        scaled_collapse(w->at, &u->v[0], &flat);
        near_quotient(&flat, g);
        times_quotient(w, n, below.rate, u, g, &made);
        for (int k = 0; k < 3; k++)
            mpfi_intersect(out->v[k].c, out->v[k].c, made.v[k].c);
    }
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
    scaled_clear(&flat);
    jet_clear(&made);
}
