/* naka_rushton: r u^n/(1 + u^n), u = d gain/sigma. A power of d is divided by a sum that holds all that multiplies it, so that there
 * are few roundings to add up. */
#include <stdlib.h>

#include "compiler/model/cost/cost_input.h"

enum { FAR = 900 };

/* A power of two beside which x is no further out than 2^FAR. */
static Num far_part(const Writer *w, Num x)
{
    long e = magnitude(x);
    return power_of_two(w, e > FAR ? e - FAR : e < -FAR ? e + FAR : 0);
}

/* What `inverse` is off by as a double, less what the exponent is; NULL where that is nothing. */
static const Expr *correction(const Writer *w, const Bare *b)
{
    bool is_double = mpq_equal(b->inverse, num_from_double(w->b->nums, num_to_double(b->inverse)));
    const Expr *off = is_double ? NULL : lost_product(w, write_integer(w, 1), write_number(w, b->inverse));
    if (!b->lost)
        return off;
    const Expr *of_exponent = write_scaled(w, b->inverse, b->lost);
    return off ? less(w, off, of_exponent) : write1(w, EIG_FN_NEG, of_exponent);
}

/* d^e with what d lost, as a part of it: e times that. */
static void add_lost(const Writer *w, Bare *b, Num e, const Expr *off)
{
    const Expr *lost = off ? write_scaled(w, e, off) : NULL;
    b->lost = b->lost && lost ? plus(w, b->lost, lost) : lost ? lost : b->lost;
}

/* ---- the value ---- */

/* P/(c + P/r) for P = u^n/(r c), at most r. 2^80 times what it is at u = 1 is as good as any P above. */
static const Expr *near_value(const Input *in, Num r, const Bare *b)
{
    const Writer *w = in->w;
    Num most = exact_product(w, exact_product(w, r, b->inverse), power_of_two(w, 80));
    const Expr *P = smaller(w, b->power, write_number(w, most)), *c = write_number(w, b->inverse), *off = b->lost ? correction(w, b) : NULL;
    const Expr *value = over(w, P, plus(w, off ? plus(w, c, off) : c, write_over(w, P, r)));
    return smaller(w, value, write_number(w, r));
}

/* Parameters or exponents far out: min(r u^n, r)/(1 + e), e = u^n or 1/u^n. */
static const Expr *far_value(const Input *in, Num r, Num n, Num K, const Expr *d, const Expr *off)
{
    const Writer *w = in->w;
    const Expr *all = exact_power(w, write_monomial(w, one(w), K, d, n), n, off), *e = smaller(w, all, over(w, write_integer(w, 1), all));
    return over(w, smaller(w, write_scaled(w, r, all), write_number(w, r)), one_plus(w, e));
}

static const Expr *hill_value(const Input *in, Num r, Num n, Num K, const Expr *d, const Expr *off)
{
    const Writer *w = in->w;
    Bare b;
    bool is_near = bare_monomial(w, mpq_cmp(r, one(w)) > 0 ? r : one(w), K, d, n, &b);
    if (mpq_cmp(r, one(w)) <= 0)
        b.inverse = is_near ? exact_quotient(w, b.inverse, r) : NULL;
    is_near = is_near && labs(magnitude(b.inverse)) < FAR && labs(magnitude(r)) < FAR && magnitude(r) + magnitude(b.inverse) < FAR;
    if (is_near)
        add_lost(w, &b, n, off);
    return is_near ? near_value(in, r, &b) : far_value(in, r, n, K, d, off);
}

/* ---- the derivative ---- */

/* What q = P x lost, x = d/k, as a part of it; P is finite. */
static const Expr *lost_share(const Writer *w, const Expr *P, const Expr *x, const Expr *d, Num k)
{
    const Expr *least = write_number(w, power_of_two(w, -1000)), *number = write_number(w, k);
    const Expr *product = times(w, x, number), *of_x = less(w, less(w, d, product), lost_product(w, x, number));
    const Expr *off = over(w, less(w, of_x, write_scaled(w, lost_number(w, k), x)), larger(w, d, least));
    off = plus(w, off, over(w, lost_product(w, P, x), larger(w, times(w, P, x), least)));
    return made_up(w, off, power_of_two(w, -50));
}

static const Expr *finite(const Writer *w, const Expr *x)
{
    return w->plain ? x : smaller(w, x, write_number(w, num_from_double(w->b->nums, DBL_MAX)));
}

/* Q/(c + q (2 + e)) = (Q/c)/(1 + e)^2, where q = Q d/(n r) is c e; from e = 2 on it is more than that, and so it is where Q is
 * beyond the doubles: the largest of them does for it, and leaves no infinity times 0 at d = 0, nor far out. */
static const Expr *side(const Input *in, const Bare *b, const Expr *d, Num nr, Num exponent, const Expr *off_d)
{
    const Writer *w = in->w;
    Num two = num_int(w->b->nums, 2);
    const Expr *Q = finite(w, b->power), *c = write_number(w, b->inverse), *most = write_number(w, exact_product(w, two, b->inverse));
    const Expr *part = write_over(w, d, nr);
    if (mpq_cmp(nr, one(w)) < 0)
        part = finite(w, part);
    const Expr *q = smaller(w, times(w, Q, part), most), *e = over(w, q, c), *rest = times(w, q, plus(w, write_integer(w, 2), e));
    if (w->plain)
        return over(w, Q, plus(w, c, rest));
    const Expr *off = correction(w, b), *of_q = times(w, times(w, write_scaled(w, two, q), one_plus(w, e)), lost_share(w, Q, part, d, nr));
    if (b->lost)
        off = write2(w, EIG_FN_MUL, off, less(w, write_integer(w, 1), times(w, e, e)));
    off = off ? plus(w, off, of_q) : of_q;
    if (off_d) {                /* (1 + e)(m - (m + 2) e) times that, m the exponent */
        const Expr *of_e = write_scaled(w, exact_sum(w, exponent, two), e);
        const Expr *rate = times(w, one_plus(w, e), less(w, write_number(w, exponent), of_e));
        off = less(w, off, write_scaled(w, b->inverse, times(w, rate, off_d)));
    }
    return over(w, Q, plus(w, c, plus(w, rest, off)));
}

/* C u^(n - 1)/(1 + u^n)^2 = C u^-(n + 1)/(1 + u^-n)^2, C = r n gain/sigma, the one with the power below 1. */
static bool near_slope(const Input *in, Num nr, Num n, Num K, const Expr *d, const Expr *off, const Expr **out)
{
    const Writer *w = in->w;
    Num C = exact_product(w, nr, K);
    Num up = exact_difference(w, n, one(w)), down = minus(w, exact_sum(w, n, one(w)));
    Bare rising, falling;
    if (labs(magnitude(C)) > FAR || labs(magnitude(nr)) > FAR || !bare_monomial(w, C, K, d, up, &rising) ||
        !bare_monomial(w, C, K, d, down, &falling))
        return false;
    *out = times(w, input_side(in), smaller(w, side(in, &rising, d, nr, up, off), side(in, &falling, d, nr, down, off)));
    return true;
}

/* N/(1 + e)^2 with N = C u^(n - 1), or C/u^(n + 1), which is less for u > 1, and e = N d/(n r). */
static const Expr *far_slope(const Input *in, Num nr, Num n, Num K, const Expr *d, const Expr *off)
{
    const Writer *w = in->w;
    Num C = exact_product(w, nr, K), part = far_part(w, C), c = exact_quotient(w, C, part), less_one = exact_difference(w, n, one(w));
    const Expr *rising = mpq_sgn(less_one) ? write_monomial(w, c, K, d, less_one) : write_number(w, c);
    const Expr *falling = over(w, write_number(w, c), write_monomial(w, one(w), K, d, exact_sum(w, n, one(w))));
    const Expr *N = smaller(w, rising, falling), *e = write_scaled(w, exact_quotient(w, part, nr), times(w, N, d));
    const Expr *below = one_plus(w, times(w, e, plus(w, write_integer(w, 2), e)));
    const Expr *slope = write_scaled(w, part, over(w, times(w, input_side(in), N), below));
    if (!off)
        return slope;
    const Expr *near = smaller(w, e, write_number(w, power_of_two(w, 60)));
    Num twice = exact_product(w, num_int(w->b->nums, 2), n);
    const Expr *rate = less(w, write_number(w, less_one), write_scaled(w, twice, over(w, near, one_plus(w, near))));
    return by_part(w, slope, times(w, rate, off));
}

Prox prox_of_naka_rushton(const Input *in)
{
    const Writer *w = in->w;
    Num r = in->c->p[0], n = in->c->p[2], K = by_input(in, exact_quotient(w, one(w), in->c->p[1])), nr = exact_product(w, n, r);
    const Expr *d = distance(in), *off = lost_distance(in, d), *slope;
    if (!near_slope(in, nr, n, K, d, off, &slope))
        slope = far_slope(in, nr, n, K, d, off);
    return (Prox){ hill_value(in, r, n, K, d, off), slope };
}
