/* Powers of the distance, and the costs whose prox is made of them. Rounding the factor or what is raised would be multiplied
 * by the exponent, and rounding the exponent by a logarithm: a distance is multiplied by powers of two only, the rest of the
 * factor stands outside, and what an exponent loses comes back as a term beside that. */
#include <math.h>
#include <stdlib.h>

#include "compiler/model/cost/cost_input.h"

enum {
    MOST_EXPONENT = 1000,       /* up to here the half of a power is a double where the power, times 2^(e/2), is one */
    NEAR_FACTOR = 990
};

/* k d^e with one call of pow: k d^h (1 + l ln d), h the double below e and l = e - h, or as good as 0. d^h is not further out
 * than d^e is. */
static const Expr *scaled_power(const Writer *w, Num k, const Expr *d, Num e)
{
    Num h = num_from_double(w->b->nums, mpq_get_d(e)), l = exact_difference(w, e, h);
    const Expr *power = write2(w, EIG_FN_POW, d, write_number(w, h));
    if (mpq_sgn(l) == 0 || magnitude(l) < -80)
        return write_scaled(w, k, power);
    Num part = power_of_two(w, labs(magnitude(k)) > 900 ? magnitude(k) : 0);
    k = exact_quotient(w, k, part);
    const Expr *above = larger(w, d, write_number(w, power_of_two(w, -1074)));
    const Expr *factor = plus(w, write_number(w, k), write_scaled(w, exact_product(w, k, l), write1(w, EIG_FN_LOG, above)));
    return write_scaled(w, part, times(w, factor, power));
}

/* k d^e, 0 < e <= 1. A power of almost 1 may be below the doubles where d is, and the product with a large k not; so
 * d^(e - 1/2) and sqrt(d) get a share of k each. */
static const Expr *part_power(const Writer *w, Num k, const Expr *d, Num e)
{
    Num above_half = exact_difference(w, e, num_ratio(w->b->nums, 1, 2));
    if (mpq_cmp(e, one(w)) == 0 || mpq_cmp_ui(above_half, 2, 5) < 0)
        return scaled_power(w, k, d, e);
    Num share = power_of_two(w, magnitude(k) / 2);
    return times(w, scaled_power(w, exact_quotient(w, k, share), d, above_half), write_scaled(w, share, write1(w, EIG_FN_SQRT, d)));
}

/* r of (k d^(e - r)) d^r, e > 1. d^3 d^2 is nearer than d^4 d. */
static Num last_factor(const Writer *w, Num e)
{
    return num_int(w->b->nums, mpq_cmp_ui(e, EIG_POWER_FACTORS + 1, 1) == 0 ? 2 : 1);
}

/* Is that beyond the doubles, or d^(e - r) below them, only where k d^e is? If k is no larger than d^r is there. */
static bool is_near(const Writer *w, Num k, Num e)
{
    Num r = last_factor(w, e);
    return (double)(labs(magnitude(k)) + 2) * num_to_double(exact_difference(w, e, r)) <= 1000 * num_to_double(r);
}

static const Expr *near_monomial(const Writer *w, Num k, const Expr *d, Num e)
{
    if (mpq_cmp(k, one(w)) == 0)
        return scaled_power(w, k, d, e);
    Num r = last_factor(w, e);
    const Expr *power = scaled_power(w, k, d, exact_difference(w, e, r));
    return times(w, power, mpq_cmp(r, one(w)) == 0 ? d : write2(w, EIG_FN_POW, d, write_number(w, r)));
}

/* (k d^(e/2)) d^(e/2): from k on, each factor brings the product nearer to the value. The second exponent is a double. */
static const Expr *monomial_of_halves(const Writer *w, Num k, const Expr *d, Num e)
{
    Num h = num_from_double(w->b->nums, mpq_get_d(half(w, e)));
    return times(w, scaled_power(w, k, d, exact_difference(w, e, h)), write2(w, EIG_FN_POW, d, write_number(w, h)));
}

/* c g^e, exactly where e is a small whole number. */
static Num power_factor(const Writer *w, Num c, Num g, Num e)
{
    Num of[2] = { g, e }, power;
    bool whole = mpz_cmp_ui(mpq_denref(e), 1) == 0 && mpq_cmp_ui(e, 64, 1) <= 0;
    if (!whole || !num_apply(w->b->nums, EIG_FN_POW, 2, of, &power))
        power = near_power(w, g, e);
    return exact_product(w, c, power);
}

/* The same with 2^m d for d, where m makes the rest of the factor less than about 2^(e/2), and no more than that greater than 1. */
static const Expr *far_monomial(const Writer *w, Num c, Num g, const Expr *d, Num e)
{
    long m = magnitude(g);
    Num rest = power_factor(w, c, exact_quotient(w, g, power_of_two(w, m)), e);
    long by = lround((double)magnitude(rest) / num_to_double(e));
    rest = power_factor(w, rest, power_of_two(w, -by), e);
    const Expr *u = write_scaled(w, power_of_two(w, m + by), d);
    return is_near(w, rest, e) ? near_monomial(w, rest, u, e) : monomial_of_halves(w, rest, u, e);
}

/* A power of two rounds nothing, and g d is beyond the doubles, or below them, only where its power is. */
static bool takes_factor_inside(const Writer *w, Num c, Num g, Num e)
{
    return mpq_cmp(c, one(w)) == 0 && mpq_cmp(e, one(w)) >= 0 && is_power_of_two(g);
}

const Expr *write_monomial(const Writer *w, Num c, Num g, const Expr *d, Num e)
{
    if (takes_factor_inside(w, c, g, e))
        return scaled_power(w, c, write_scaled(w, g, d), e);
    double exponent = num_to_double(e), size = (double)magnitude(c) + exponent * (mpq_cmp(g, one(w)) == 0 ? 0 : (double)magnitude(g));
    if (!(exponent <= MOST_EXPONENT)) {
        Num K = exact_product(w, near_power(w, c, exact_quotient(w, one(w), e)), g);
        return write2(w, EIG_FN_POW, write_scaled(w, K, d), write_number(w, e));
    }
    if (mpq_cmp(e, one(w)) <= 0)
        return part_power(w, power_factor(w, c, g, e), d, e);
    if (fabs(size) < NEAR_FACTOR - exponent) {
        Num k = power_factor(w, c, g, e);
        if (mpq_cmp(k, one(w)) == 0 || is_near(w, k, e))
            return near_monomial(w, k, d, e);
    }
    return far_monomial(w, c, g, d, e);
}

/* ---- bare powers, for quotients that hold the factor ---- */

/* u^4 = s (s + 2 t), s + t the exact square: rounded twice, and not as often as s^2, which counts what s is off by twice. u^4 is beyond the
 * doubles, or 1/u^4 below them, where u is cut. */
static const Expr *fourth_power(const Writer *w, const Expr *u, bool above)
{
    u = smaller(w, u, write_number(w, power_of_two(w, 300)));
    const Expr *s = times(w, u, u), *t = lost_product(w, u, u), *s2 = t ? plus(w, s, write_scaled(w, num_int(w->b->nums, 2), t)) : s;
    return above ? times(w, s, s2) : over(w, over(w, write_integer(w, 1), s), s2);
}

static bool is_whole(Num e, int n)
{
    return mpq_cmp_si(e, n, 1) == 0;
}

/* u^h, h a double, u up to infinity. u^3 may be beyond the doubles where 1/u^3 is not below them. */
static const Expr *bare_power(const Writer *w, const Expr *u, Num h)
{
    if (is_whole(h, 4) || is_whole(h, -4))
        return fourth_power(w, u, mpq_sgn(h) > 0);
    if (is_whole(h, -3) || is_whole(h, -2))
        return over(w, write_quotient(w, one(w), u), is_whole(h, -2) ? u : times(w, u, u));
    return mpq_sgn(h) == 0 ? write_integer(w, 1) : write2(w, EIG_FN_POW, u, write_number(w, h));
}

/* The power of two by which d is multiplied: m = log2(c g^e)/e, rounded so that what is left of c g^e is at most 1, or 0 where
 * c g^e is that and not far from it. */
static bool find_lift(const Writer *w, Num c, Num g, Num e, long *by)
{
    enum { NEAR = 400, MOST_LIFT = 1900, LEAST_LIFT = -1000 };
    double exponent = num_to_double(e);
    *by = 0;
    if (exponent >= 0 && (exponent < 0.9 || exponent == 1))
        return true;
    if (fabs(exponent) > MOST_EXPONENT)
        return false;
    long m = magnitude(g);
    double rest = (double)magnitude(power_factor(w, c, exact_quotient(w, g, power_of_two(w, m)), e)), all = rest + (double)m * exponent;
    if (all > 0 || all < -NEAR)
        *by = m + (long)(exponent > 0 ? ceil(rest / exponent) : floor(rest / exponent));
    return *by >= LEAST_LIFT && *by <= MOST_LIFT;
}

bool bare_monomial(const Writer *w, Num c, Num g, const Expr *d, Num e, Bare *out)
{
    enum { FAR = 1002 };
    long m = magnitude(g), by;
    if (!find_lift(w, c, g, e, &by))
        return false;
    Num h = num_from_double(w->b->nums, mpq_get_d(e)), l = exact_difference(w, e, h);
    Num rest = power_factor(w, c, exact_quotient(w, g, power_of_two(w, m)), e);
    out->inverse = exact_quotient(w, one(w), power_factor(w, rest, power_of_two(w, m - by), e));
    const Expr *u = write_scaled(w, power_of_two(w, by), d);
    out->power = bare_power(w, u, h);
    out->lost = NULL;
    if (mpq_sgn(l) != 0 && magnitude(l) >= -80) {
        const Expr *least = larger(w, u, write_number(w, power_of_two(w, -1074)));
        const Expr *most = smaller(w, least, write_number(w, num_from_double(w->b->nums, DBL_MAX)));
        out->lost = write_scaled(w, l, write1(w, EIG_FN_LOG, most));
    }
    return labs(magnitude(out->inverse)) <= FAR;
}

/* ---- power ---- */

/* k s^p = k (gain d)^p; the slope is p k gain (gain d)^(p - 1). */
Prox prox_of_power(const Input *in)
{
    const Writer *w = in->w;
    Num k = in->c->p[0], p = in->c->p[1];
    Num less_one = exact_difference(w, p, one(w));
    const Expr *d = distance(in), *off = lost_distance(in, d);
    const Expr *value = write_monomial(w, k, in->gain, d, p), *slope = write_monomial(w, by_input(in, exact_product(w, p, k)), in->gain, d, less_one);
    return (Prox){ exact_power(w, value, p, off), exact_power(w, slope, less_one, off) };
}
