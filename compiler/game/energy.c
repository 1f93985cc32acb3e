#include "compiler/game/energy.h"

#include <math.h>

#include "compiler/check/slope/jet/jet.h"

enum { MAX_PARTS = 8000, MAX_DEPTH = 48 };

typedef struct Quadrature {
    NumPool *nums;
    const Expr *phi;
    JetResult whole, point;
    double tolerance;           /* of the integral's width, per unit of z */
    size_t n_parts;
    bool failed;
} Quadrature;

static bool value_of(Quadrature *q, const Expr *e, double lo, double hi, JetResult *out)
{
    jet_evaluate(e, &(JetDomain){ q->nums, 0, lo, hi }, out);
    return out->trouble == JET_FINE && mpfi_bounded_p(out->value);
}

/* Encloses the integral over [a, b]: (b - a) phi(middle) + (b - a)^3/24 phi'',
 * or (b - a) times the values between phi(a) and phi(b). */
static void part(Quadrature *q, double a, double b, mpfi_ptr out)
{
    mpfi_t width, bend;
    mpfi_init2(width, ENERGY_PRECISION);
    mpfi_init2(bend, ENERGY_PRECISION);
    mpfi_set_d(width, b);
    mpfi_sub_d(width, width, a);
    q->failed |= !value_of(q, q->phi, a, b, &q->whole);
    mpfi_mul(out, width, q->whole.value);
    if (!q->failed && mpfi_bounded_p(q->whole.curvature)) {
        double middle = a + (b - a) / 2;
        q->failed |= !value_of(q, q->phi, middle, middle, &q->point);
        mpfi_sqr(bend, width);
        mpfi_mul(bend, bend, width);
        mpfi_div_ui(bend, bend, 24);
        mpfi_mul(bend, bend, q->whole.curvature);
        mpfi_mul(width, width, q->point.value);
        mpfi_add(bend, bend, width);
        mpfi_intersect(out, out, bend);
    }
    mpfi_clear(width);
    mpfi_clear(bend);
}

static double width_of(mpfi_srcptr x)
{
    return mpfr_get_d(&x->right, MPFR_RNDU) - mpfr_get_d(&x->left, MPFR_RNDD);
}

/* Adds the integral over [a, b] to *sum. */
static void integrate(Quadrature *q, double a, double b, int depth, mpfi_ptr sum)
{
    mpfi_t out;
    if (q->failed || ++q->n_parts > MAX_PARTS) {
        q->failed = true;
        return;
    }
    mpfi_init2(out, ENERGY_PRECISION);
    part(q, a, b, out);
    double middle = a + (b - a) / 2;
    mpfr_t size;
    mpfr_init2(size, ENERGY_PRECISION);
    mpfi_diam_abs(size, out);
    bool narrow = mpfr_get_d(size, MPFR_RNDU) <= q->tolerance * (b - a);
    mpfr_clear(size);
    if (!q->failed && (narrow || depth == MAX_DEPTH || !(a < middle && middle < b))) {
        mpfi_add(sum, sum, out);
    } else {
        integrate(q, a, middle, depth + 1, sum);
        integrate(q, middle, b, depth + 1, sum);
    }
    mpfi_clear(out);
}

/* ---- the input for a rate ---- */

/* The z with phi(z) = x lies in [a, b]; m is near it. */
typedef struct Bracket {
    double a, b, m;
} Bracket;

/* The sign of phi(z) - x; 0 when it is not known, or 0: then z becomes m, and all of it where that is certain. */
static int side_of(Quadrature *q, double z, double x, Bracket *out)
{
    if (!value_of(q, q->phi, z, z, &q->point))
        return 0;
    int side = mpfi_cmp_d(q->point.value, x);
    if (side == 0) {
        out->m = z;
        if (mpfr_cmp_d(&q->point.value->left, x) == 0 && mpfr_cmp_d(&q->point.value->right, x) == 0)
            out->a = out->b = z;
    }
    return (side > 0) - (side < 0);
}

/* False when no input seen gives x. */
static bool bracket(Quadrature *q, double x, Bracket *out)
{
    double z = 1;
    *out = (Bracket){ -INFINITY, INFINITY, 0 };
    for (; z < 0x1p100 && !(isfinite(out->a) && isfinite(out->b)); z *= 2)
        for (int sign = -1; sign <= 1; sign += 2) {
            int side = side_of(q, sign * z, x, out);
            if (side < 0)
                out->a = fmax(out->a, sign * z);
            else if (side > 0)
                out->b = fmin(out->b, sign * z);
        }
    if (!isfinite(out->a) || !isfinite(out->b))
        return false;
    while (out->a < out->b) {
        double middle = out->a + (out->b - out->a) / 2;
        out->m = middle;
        int side = middle > out->a && middle < out->b ? side_of(q, middle, x, out) : 0;
        if (!side)
            break;
        *(side < 0 ? &out->a : &out->b) = middle;
    }
    return true;
}

/* ---- the cost ---- */

/* (x - phi(m)) (z - m), z in [a, b]: by so much at most z x - F(z) may exceed its value at m. */
static void beyond(Quadrature *q, double x, const Bracket *at, mpfi_ptr out)
{
    mpfi_t reach;
    mpfi_init2(reach, ENERGY_PRECISION);
    q->failed |= !value_of(q, q->phi, at->m, at->m, &q->point);
    mpfi_d_sub(out, x, q->point.value);
    mpfi_interv_d(reach, at->a, at->b);
    mpfi_sub_d(reach, reach, at->m);
    mpfi_mul(out, out, reach);
    mpfr_set_ui(&out->left, 0, MPFR_RNDD);
    if (mpfr_sgn(&out->right) < 0)
        mpfr_set_ui(&out->right, 0, MPFR_RNDU);
    mpfi_clear(reach);
}

/* z x - z0 x0 - integral of phi from z0 to z, z = phi^-1(x). */
static bool inverse_integral(Quadrature *q, double x, mpfi_srcptr z0, mpfi_srcptr x0, double from, mpfi_ptr out)
{
    Bracket at;
    mpfi_t term;
    if (!bracket(q, x, &at))
        return false;
    q->tolerance /= 1 + fabs(at.m - from);
    mpfi_init2(term, ENERGY_PRECISION);
    mpfi_set_ui(out, 0);
    if (at.m != from)
        integrate(q, fmin(from, at.m), fmax(from, at.m), 0, out);
    if (at.m > from)
        mpfi_neg(out, out);
    mpfi_set_d(term, at.m);
    mpfi_mul_d(term, term, x);
    mpfi_add(out, out, term);
    mpfi_mul(term, z0, x0);
    mpfi_sub(out, out, term);
    beyond(q, x, &at, term);
    mpfi_add(out, out, term);
    mpfi_clear(term);
    return !q->failed;
}

/* gain (inverse integral - threshold (x - x0)) - (x^2 - x0^2)/2 */
static bool of_activation(Quadrature *q, const Activation *act, double x, mpfi_ptr out)
{
    mpfi_t z0, x0, term;
    mpfi_init2(z0, ENERGY_PRECISION);
    mpfi_init2(x0, ENERGY_PRECISION);
    mpfi_init2(term, ENERGY_PRECISION);
    double from = num_to_double(act->threshold);
    mpfi_set_d(z0, from);
    bool ok = value_of(q, q->phi, from, from, &q->point);
    mpfi_set(x0, q->point.value);
    ok = ok && inverse_integral(q, x, z0, x0, from, out);
    mpfi_d_sub(term, x, x0);
    mpfi_mul_q(term, term, act->threshold);
    mpfi_sub(out, out, term);
    mpfi_mul_q(out, out, act->gain);
    mpfi_set_d(term, x);
    mpfi_sqr(term, term);
    mpfi_sqr(x0, x0);
    mpfi_sub(term, term, x0);
    mpfi_div_ui(term, term, 2);
    mpfi_sub(out, out, term);
    mpfi_clear(z0);
    mpfi_clear(x0);
    mpfi_clear(term);
    return ok;
}

/* At an end of the domain where the formula has no value, as x * log(x) at 0: what it tends to, as two places beside it tell. */
static bool limit_at_end(Quadrature *q, const CostFormula *cost, Num at, double x)
{
    static const double near = 0x1p-36, nearer = 0x1p-48, settled = 1e-8;
    int side = cost->lo && mpq_equal(at, cost->lo) ? 1 : cost->hi && mpq_equal(at, cost->hi) ? -1 : 0;
    double a = x + side * near * (1 + fabs(x)), b = x + side * nearer * (1 + fabs(x));
    return side && value_of(q, cost->g, a, a, &q->point) && value_of(q, cost->g, b, b, &q->whole) &&
           fabs(mpfi_get_d(q->point.value) - mpfi_get_d(q->whole.value)) < settled;
}

/* Of a cost by formula. */
static bool of_formula(Quadrature *q, const CostFormula *cost, double x, mpfi_ptr out)
{
    Num at = num_from_double(q->nums, x);
    if ((cost->lo && mpq_cmp(at, cost->lo) < 0) || (cost->hi && mpq_cmp(at, cost->hi) > 0)) {
        mpfr_set_inf(&out->left, 1);
        mpfr_set_inf(&out->right, 1);
        return true;
    }
    if (!value_of(q, cost->g, x, x, &q->whole) && !limit_at_end(q, cost, at, x))
        return false;
    mpfi_set(out, q->whole.value);
    return true;
}

bool energy_enclose(NumPool *nums, const Activation *act, double x, double width, double *lo, double *hi)
{
    Quadrature q = { .nums = nums, .phi = act->phi, .tolerance = width / 4 };
    mpfi_t out;
    mpfi_init2(out, ENERGY_PRECISION);
    jet_result_init(&q.whole);
    jet_result_init(&q.point);
    bool ok = act->cost ? of_formula(&q, act->cost, x, out)
            : (act->named && energy_of_named(act->named, x, out)) || of_activation(&q, act, x, out);
    *lo = mpfr_get_d(&out->left, MPFR_RNDD);
    *hi = mpfr_get_d(&out->right, MPFR_RNDU);
    ok = ok && (isinf(*lo) || width_of(out) <= fmax(width, 1e-12 * fabs(*hi)));
    jet_result_clear(&q.whole);
    jet_result_clear(&q.point);
    mpfi_clear(out);
    return ok;
}
