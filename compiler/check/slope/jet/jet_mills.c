/* The normal density over its integral, h(x) = n(x)/N(x), and log(N(x)), of which it is the slope. Far below 0 both functions vanish, where
 * intervals would see nothing of what is left.
 *
 * h falls, h' = -h (h + x) lies between -1 and 0 and grows: h'' = h ((h + x) (2 h + x) - 1) >= 0 (M. R. Sampford, Some inequalities on Mill's
 * ratio and related functions, Ann. Math. Stat. 24 (1953) 130-132, of H(x) = h(-x)). With y = -x > 0
 *
 *   y < h < (y + sqrt(y^2 + 4))/2 < y + 1/y         Z. W. Birnbaum, Ann. Math. Stat. 13 (1942) 245-246
 *   h > (3 y + sqrt(y^2 + 8))/4                     Sampford
 *
 * so that h + x > 1/(y + 2/y), -1 < h' < -1/(1 + 2/y^2), and h'' < (y + 1/y) ((1/y) (y + 2/y) - 1) = 2/y + 2/y^3. */
#include "compiler/check/slope/jet/jet_walk.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/num_special.h"

enum { PRECISION = JET_PRECISION + 64 };        /* h + x loses two digits for each of x */
static const double FAR = -0x1p15;              /* before that, by the bounds, which are narrower than 1e-9: the integral underflows at -38581 */

/* ---- at a place ---- */

/* of[0] = log(N), of[1] = h, of[2] = h' at x; where x is far. */
static void bounds_at(mpfi_srcptr x, mpfi_t of[3])
{
    mpfi_t y, more;
    mpfi_init2(y, PRECISION);
    mpfi_init2(more, PRECISION);
    mpfi_neg(y, x);
    mpfi_inv(more, y);
    mpfi_add(of[1], y, more);
    mpfi_union(of[1], of[1], y);
    mpfi_sqr(more, more);
    mpfi_mul_2ui(more, more, 1);
    mpfi_add_ui(more, more, 1);
    mpfi_inv(of[2], more);
    mpfi_neg(of[2], of[2]);
    mpfr_set_si(&of[2]->left, -1, MPFR_RNDD);
    mpfi_clear(y);
    mpfi_clear(more);
}

/* log(N) = -x^2/2 - log(2 pi)/2 - log(h). */
static void log_at(mpfi_srcptr x, mpfi_srcptr h, mpfi_ptr out)
{
    mpfi_t part;
    mpfi_init2(part, PRECISION);
    mpfi_const_pi(part);
    mpfi_mul_2ui(part, part, 1);
    mpfi_log(part, part);
    mpfi_sqr(out, x);
    mpfi_add(out, out, part);
    mpfi_div_2ui(out, out, 1);
    mpfi_log(part, h);
    mpfi_add(out, out, part);
    mpfi_neg(out, out);
    mpfi_clear(part);
}

static void evaluate_at(mpfr_srcptr place, mpfi_t of[3])
{
    mpfi_t x, cdf;
    mpfi_init2(x, PRECISION);
    mpfi_init2(cdf, PRECISION);
    mpfi_set_fr(x, place);
    if (mpfr_cmp_d(place, FAR) < 0) {
        bounds_at(x, of);
        log_at(x, of[1], of[0]);
    } else {
        enclose_normcdf(cdf, x);
        enclose_normpdf(of[1], x);
        mpfi_div(of[1], of[1], cdf);
        mpfi_log(of[0], cdf);
        mpfi_add(of[2], of[1], x);
        mpfi_mul(of[2], of[2], of[1]);
        mpfi_neg(of[2], of[2]);
        if (mpfr_cmp_si(&of[2]->left, -1) < 0)
            mpfr_set_si(&of[2]->left, -1, MPFR_RNDD);
    }
    mpfi_clear(x);
    mpfi_clear(cdf);
}

/* ---- over an interval ---- */

/* h ((h + x) (2 h + x) - 1), not below 0. */
static void bend(mpfi_srcptr x, mpfi_srcptr h, mpfi_ptr out)
{
    mpfi_t sum;
    mpfi_init2(sum, PRECISION);
    mpfi_add(sum, h, x);
    mpfi_add(out, sum, h);
    mpfi_mul(out, out, sum);
    mpfi_sub_ui(out, out, 1);
    mpfi_mul(out, out, h);
    mpfr_set_zero(&out->left, 1);
    mpfi_clear(sum);
}

/* out[0 .. 3] = log(N), h, h', h'' over x, all of which are monotone but the last one. */
static void evaluate_over(mpfi_srcptr x, Scaled out[4])
{
    mpfi_t at[2][3];
    for (int k = 0; k < 6; k++)
        mpfi_init2(at[k / 3][k % 3], PRECISION);
    evaluate_at(&x->left, at[0]);
    evaluate_at(&x->right, at[1]);
    for (int k = 0; k < 3; k++) {
        int low = k == 1;       /* h falls */
        scaled_zero(&out[k]);
        mpfr_set(&out[k].c->left, &at[low][k]->left, MPFR_RNDD);
        mpfr_set(&out[k].c->right, &at[1 - low][k]->right, MPFR_RNDU);
    }
    scaled_zero(&out[3]);
    bend(x, out[1].c, out[3].c);
    for (int k = 0; k < 6; k++)
        mpfi_clear(at[k / 3][k % 3]);
}

/* ---- in a tail, where t = -x >= 2 grows ---- */

/* [lo, lo + more]. */
static void times_about(Scaled *x, double lo, mpfi_ptr more)
{
    mpfi_add_d(more, more, lo);
    mpfr_set_d(&more->left, lo, MPFR_RNDD);
    mpfi_mul(x->c, x->c, more);
}

/* least: that of t. (log(2 pi)/2 + log(t) + 1/t^2)/t^2 falls with t. */
static void evaluate_far(Walk *w, const Scaled *t, mpfi_srcptr least, Scaled out[4])
{
    mpfi_t square, more;
    mpfi_init2(square, PRECISION);
    mpfi_init2(more, PRECISION);
    mpfi_sqr(square, least);
    mpfi_inv(square, square);                   /* 1/t^2 at most */

    mpfi_log(more, least);
    mpfi_add_d(more, more, 0.9189385332046728); /* above log(2 pi)/2 */
    mpfi_add(more, more, square);
    mpfi_mul(more, more, square);
    scaled_power(w->at, t, 2, &out[0]);
    times_about(&out[0], 0.5, more);
    scaled_neg(&out[0], &out[0]);

    scaled_set(&out[1], t);
    mpfi_set(more, square);
    times_about(&out[1], 1, more);

    mpfi_mul_2ui(more, square, 1);
    mpfi_add_ui(more, more, 1);
    mpfi_inv(more, more);
    scaled_int(&out[2], -1);
    mpfi_neg(more, more);
    mpfr_set(&out[2].c->right, &more->right, MPFR_RNDU);

    mpfi_mul_2ui(more, square, 1);
    mpfi_add_ui(more, more, 2);
    mpfr_set_zero(&more->left, 1);
    scaled_power(w->at, t, -1, &out[3]);
    mpfi_mul(out[3].c, out[3].c, more);
    mpfi_clear(square);
    mpfi_clear(more);
}

/* ---- the formulas ---- */

static const Expr *argument_of(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn ? e->as.call.arg[0] : NULL;
}

/* u is v or -v. */
static bool same_size(NumPool *nums, const Expr *u, const Expr *v)
{
    if (expr_equal(u, v))
        return true;
    StandardLine a = standard_line(nums, u), b = standard_line(nums, v);
    mpq_ptr sum = num_new(nums), rate = num_new(nums);
    mpq_add(sum, a.offset, b.offset);
    mpq_add(rate, a.rate, b.rate);
    return a.core && b.core && expr_equal(a.core, b.core) && mpq_sgn(sum) == 0 && mpq_sgn(rate) == 0;
}

const Expr *jet_mills_argument(NumPool *nums, const Expr *e, int *order)
{
    const Expr *cdf = argument_of(e, EIG_FN_LOG), *pdf = argument_of(e, EIG_FN_DIV);
    *order = cdf ? 0 : 1;
    cdf = cdf ? cdf : pdf ? e->as.call.arg[1] : NULL;
    const Expr *u = cdf ? argument_of(cdf, EIG_FN_NORMCDF) : NULL, *v = pdf ? argument_of(pdf, EIG_FN_NORMPDF) : NULL;
    return u && (*order == 0 || (v && same_size(nums, u, v))) ? u : NULL;
}

bool jet_mills(Walk *w, const Jet *a, int order, Jet *out)
{
    Scaled g[4], t, x;
    Scaled *all[] = { &g[0], &g[1], &g[2], &g[3], &t, &x };
    for (int k = 0; k < 6; k++)
        scaled_init(all[k]);
    scaled_collapse(w->at, &a->v[0], &x);
    scaled_neg(&a->v[0], &t);
    bool fits = mpfi_bounded_p(x.c);
    if (!fits && scaled_is_positive(&t)) {
        mpfi_neg(x.c, x.c);
        mpfr_set(&x.c->right, &x.c->left, MPFR_RNDN);
        fits = mpfr_cmp_ui(&x.c->left, 2) >= 0;
        if (fits)
            evaluate_far(w, &t, x.c, g);
    } else if (fits) {
        evaluate_over(x.c, g);
    }
    if (fits)
        jet_compose(w, a, g + order, out);
    for (int k = 0; k < 6; k++)
        scaled_clear(all[k]);
    return fits;
}
