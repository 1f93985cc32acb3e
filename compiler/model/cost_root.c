/* The costs whose prox is the root of an equation: on one side of 0, and without end. Their parameters and
 * gains may lie anywhere from 2^-997 to 2^997; what is made of them lies within 2^-3000 and 2^3000, and that what is
 * computed is a number wherever the value is takes care. d stands for z - a, which always is one. */
#include <math.h>
#include <stdlib.h>

#include "compiler/model/cost_input.h"

/* sqrt(a^2 + x^2), x >= 0 and a > 0, for every x and every a within 2^-1000 and 2^1000 */
static const Expr *hypotenuse(const Writer *w, Num a, const Expr *x)
{
    const Expr *leg = write_number(w, a), *most = larger(w, x, leg), *ratio = over(w, smaller(w, x, leg), most);
    return times(w, most, write1(w, EIG_FN_SQRT, one_plus(w, times(w, ratio, ratio))));
}

/* Can the square of a matter, and be lost? */
static bool is_far(Num a)
{
    enum { NEAR = 400 };
    return labs(magnitude(a)) > NEAR;
}

/* The same: plainly where neither square can matter and be lost, for x up to 2^1022. */
static const Expr *root_of_squares(const Writer *w, Num a, Num a_square, const Expr *x)
{
    if (is_far(a))
        return hypotenuse(w, a, x);
    const Expr *near = smaller(w, x, write_number(w, power_of_two(w, 510)));
    return larger(w, x, write1(w, EIG_FN_SQRT, plus(w, times(w, near, near), write_number(w, a_square))));
}

/* By how many powers of two a is outside 2^-900 and 2^900. */
static long far_by(Num a)
{
    enum { NEAR = 900 };
    long e = magnitude(a);
    return e > NEAR ? e - NEAR : e < -NEAR ? e + NEAR : 0;
}

/* q x - m/x = s. With s = gain d and D = 2 sqrt(m q)/gain, x = max(s, 0)/q + (2 m/gain)/(|d| + R), R = sqrt(D^2 + d^2):
 * nothing cancels. With B = |d| + R the slope is gain/q of B/(2 R) for d >= 0, of D^2/(2 B R) below. A part of d is
 * taken throughout, so that no sum is infinite. */
Prox prox_of_log_barrier(const Input *in)
{
    const Writer *w = in->w;
    Num m = in->c->p[0], q = total_quadratic(w, in->c), zero = input_zero(in, num_int(w->b->nums, 0));
    Num two = num_int(w->b->nums, 2), D = exact_quotient(w, exact_product(w, two, near_sqrt(w, exact_product(w, m, q))), in->gain);
    long by = far_by(D);
    Num scale = power_of_two(w, -3 - by), top = exact_product(w, scale, exact_quotient(w, exact_product(w, two, m), in->gain));
    Num square = exact_quotient(w, exact_product(w, exact_product(w, exact_product(w, two, scale), q), top), in->gain);     /* D^2 */
    const Expr *u = write_affine(w, scale, zero), *h = size(w, u);
    D = exact_product(w, scale, D);
    if (by < 0)                         /* beyond, x is a straight line or 0 */
        h = smaller(w, h, write_number(w, power_of_two(w, 1021)));
    const Expr *R = root_of_squares(w, D, square, h), *below = plus(w, h, R), *above = times(w, step(w, u), below), *share;
    if (is_far(D))
        share = larger(w, over(w, above, R), times(w, write_quotient(w, D, below), write_quotient(w, D, R)));
    else
        share = over(w, larger(w, above, write_quotient(w, square, below)), R);
    Num slope = by_input(in, exact_quotient(w, one(w), q));
    return (Prox){ plus(w, positive_part(w, write_affine(w, slope, zero)), write_quotient(w, top, below)),
                   write_scaled(w, half(w, slope), share) };
}

/* x/t, t < 1, for the x of x + t ln x = s: h^2/t, h = exp((s - x)/(2 t)), where x is too small to have all digits. Nowhere
 * else, for what s and the difference are rounded by is divided by t. */
static const Expr *boltzmann_ratio(const Writer *w, const Expr *x, const Expr *s, Num t)
{
    const Expr *least = write_number(w, power_of_two(w, -1021)), *part = write_number(w, t);
    const Expr *above = smaller(w, write2(w, EIG_FN_SUB, s, smaller(w, x, part)), write_integer(w, 0));
    const Expr *h = write1(w, EIG_FN_EXP, write_scaled(w, exact_quotient(w, num_ratio(w->b->nums, 1, 2), t), above));
    const Expr *small = times(w, write_scaled(w, exact_quotient(w, one(w), t), h), h);
    const Expr *is_small = step(w, write2(w, EIG_FN_SUB, least, x)), *is_large = step(w, write2(w, EIG_FN_SUB, x, least));
    return larger(w, times(w, is_small, small), times(w, is_large, over(w, x, part)));
}

/* q x + T ln x = s, or x + t ln x = s/q with t = T/q. With y = x/t the slope is y/(1 + y), or e/(e + f) with
 * e = min(y, 1) and f = min(1/y, 1). */
Prox prox_of_boltzmann(const Input *in)
{
    const Writer *w = in->w;
    Num inverse = exact_quotient(w, one(w), total_quadratic(w, in->c)), t = exact_product(w, in->c->p[0], inverse);
    if (magnitude(t) < -1020)           /* hardly a double any more, and what it adds to max(s/q, 0) hardly is */
        t = power_of_two(w, -1020);
    const Expr *s = plain_input(in, inverse), *part = write_number(w, t), *unit = write_integer(w, 1);
    const Expr *x = write2(w, EIG_FN_LOG_ROOT, s, part);
    const Expr *y = mpq_cmp(t, one(w)) < 0 ? boltzmann_ratio(w, x, s, t) : over(w, x, part);
    const Expr *e = smaller(w, y, unit), *f = smaller(w, over(w, part, x), unit);
    return (Prox){ x, write_scaled(w, by_input(in, inverse), over(w, e, plus(w, e, f))) };
}

/* What the roots of quadratics are made of: d = max(z - a, 0), and A > 0, H = sqrt(A^2 + d), both times `scale`. */
typedef struct Parabola {
    const Expr *d, *A, *H;
    Num scale;
} Parabola;

static Parabola parabola(const Input *in, Num A)
{
    const Writer *w = in->w;
    Num scale = power_of_two(w, -far_by(A)), square = exact_product(w, A, A);
    const Expr *d = distance(in), *H;
    A = exact_product(w, scale, A);
    if (far_by(square) == 0)
        H = write1(w, EIG_FN_SQRT, plus(w, d, write_number(w, square)));
    else
        H = hypotenuse(w, A, write_scaled(w, scale, write1(w, EIG_FN_SQRT, d)));
    return (Parabola){ d, write_number(w, A), H, scale };
}

/* q x + l sqrt(x) = s = gain d. With k^2 = q gain and A = l/(2 k), x = (gain/q) y^2, y = d/(A + H). The slope is gain/q of
 * y/(y + A). A power of two is all that y is multiplied by before it is squared. */
Prox prox_of_three_halves(const Input *in)
{
    const Writer *w = in->w;
    Num q = total_quadratic(w, in->c), k = near_sqrt(w, by_input(in, q));
    Num A = exact_quotient(w, half(w, in->c->p[0]), k), least = power_of_two(w, -900);
    Parabola p = parabola(in, mpq_cmp(A, least) < 0 ? least : A);       /* below, nothing beside the root of any d */
    const Expr *part = over(w, p.d, plus(w, p.H, p.A));
    Num slope = by_input(in, exact_quotient(w, one(w), q)), factor = exact_product(w, slope, exact_product(w, p.scale, p.scale));
    Num by = power_of_two(w, magnitude(factor) / 2), rest = exact_quotient(w, factor, exact_product(w, by, by));
    const Expr *root = write_scaled(w, by, part);
    const Expr *y = write_scaled(w, exact_product(w, p.scale, p.scale), part), *share = over(w, y, plus(w, y, p.A));
    if (labs(magnitude(A)) < 400) {     /* from y/A, for y may be below the doubles where that is not */
        const Expr *most = write_number(w, power_of_two(w, 400)), *ratio = smaller(w, over(w, p.d, times(w, plus(w, p.H, p.A), p.A)), most);
        share = over(w, ratio, one_plus(w, ratio));
    }
    return (Prox){ times(w, write_scaled(w, rest, root), root), write_scaled(w, slope, share) };
}

/* q x + l x^2 = s = gain d. With k^2 = l gain and A = q/(2 k), x = (gain/k) d/(A + H). The slope is (gain/k)/(2 H). */
Prox prox_of_cubic(const Input *in)
{
    const Writer *w = in->w;
    Num k = near_sqrt(w, by_input(in, in->c->p[0])), factor = exact_quotient(w, in->gain, k);
    Parabola p = parabola(in, exact_quotient(w, half(w, total_quadratic(w, in->c)), k));
    const Expr *slope = write_quotient(w, exact_product(w, half(w, factor), p.scale), p.H);
    factor = exact_product(w, factor, p.scale);
    const Expr *below = plus(w, p.H, p.A), *x;
    if (mpq_cmp(factor, one(w)) > 0)    /* in the order in which nothing is infinite or lost */
        x = times(w, p.d, write_quotient(w, factor, below));
    else
        x = write_scaled(w, factor, over(w, p.d, below));
    return (Prox){ x, times(w, input_side(in), slope) };
}
