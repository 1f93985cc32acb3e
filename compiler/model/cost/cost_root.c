/* The costs whose prox is the root of an equation: on one side of 0, and without end. Their parameters and
 * gains may lie anywhere from 2^-997 to 2^997; what is made of them lies within 2^-3000 and 2^3000, and that what is
 * computed is a number wherever the value is takes care. d stands for z - a, which always is one. */
#include <math.h>
#include <stdlib.h>

#include "compiler/model/cost/cost_input.h"

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

/* Of the root R = sqrt(square + h^2), h = |u|, and `below` = h + R. */
typedef struct Legs {
    Num square;
    const Expr *u, *h, *R, *below;
} Legs;

/* What R lost: (square + h^2 - R^2)/(2 R), where h lost lost_h; with h at most 2^500. */
static const Expr *lost_root(const Writer *w, const Legs *q, const Expr *h, const Expr *lost_h)
{
    Num low = lost_number(w, q->square);
    const Expr *two = write_integer(w, 2), *S = times(w, h, h), *part = write_number(w, q->square), *all = plus(w, S, part);
    const Expr *root = smaller(w, q->R, write_number(w, power_of_two(w, 501))), *R = times(w, root, root);
    const Expr *lost = plus(w, lost_product(w, h, h), lost_sum(w, S, part));
    if (mpq_sgn(low) != 0)
        lost = plus(w, lost, write_number(w, low));
    if (lost_h)
        lost = plus(w, lost, times(w, two, times(w, h, lost_h)));
    lost = plus(w, less(w, less(w, all, R), lost_product(w, root, root)), lost);
    return over(w, lost, times(w, two, root));
}

/* Of below/R for u >= 0, and square/(below R) for u < 0, as a part of them. */
static const Expr *lost_share(const Input *in, Legs q)
{
    const Writer *w = in->w;
    const Expr *unit = write_integer(w, 1), *end = write_number(w, power_of_two(w, 500)), *h = smaller(w, q.h, end);
    const Expr *near = step(w, less(w, end, q.h));
    const Expr *of_h = lost_size(in), *lost_h = of_h ? times(w, h, of_h) : NULL, *of_R = lost_root(w, &q, h, lost_h);
    const Expr *of_below = plus(w, of_R, lost_sum(w, h, q.R)), *side = step(w, q.u);
    of_below = over(w, lost_h ? plus(w, of_below, lost_h) : of_below, q.below);
    Num low = exact_quotient(w, lost_number(w, q.square), q.square);
    const Expr *sign = less(w, write_scaled(w, num_int(w->b->nums, 2), side), unit), *off = less(w, times(w, sign, of_below), over(w, of_R, q.R));
    if (mpq_sgn(low) != 0)
        off = plus(w, off, write_scaled(w, low, less(w, unit, side)));
    return times(w, near, off);
}

/* k times below/R, or square/(below R): this may be below the doubles where k is large. */
static const Expr *near_barrier_slope(const Input *in, Num k, Legs q)
{
    enum { MOST_LIFT = 500 };
    const Writer *w = in->w;
    long lift = magnitude(k) < 0 ? 0 : magnitude(k) > MOST_LIFT ? MOST_LIFT : magnitude(k);
    const Expr *above = write_scaled(w, k, over(w, times(w, step(w, q.u), q.below), q.R));
    const Expr *share = over(w, write_quotient(w, exact_product(w, q.square, power_of_two(w, lift)), q.below), q.R);
    const Expr *slope = larger(w, above, write_scaled(w, exact_product(w, k, power_of_two(w, -lift)), share));
    return by_part(w, slope, lost_share(in, q));
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
    if (!w->plain || by < 0)            /* beyond, x is a straight line or 0 */
        h = smaller(w, h, write_number(w, power_of_two(w, 1021)));
    const Expr *R = root_of_squares(w, D, square, h), *below = plus(w, h, R), *above = times(w, step(w, u), below), *share;
    if (is_far(D))
        share = larger(w, over(w, above, R), times(w, write_quotient(w, D, below), write_quotient(w, D, R)));
    else
        share = over(w, larger(w, above, write_quotient(w, square, below)), R);
    Num slope = by_input(in, exact_quotient(w, one(w), q));
    const Expr *value = plus(w, positive_part(w, write_affine(w, slope, zero)), write_quotient(w, top, below));
    if (w->plain || is_far(D))
        return (Prox){ value, write_scaled(w, half(w, slope), share) };
    return (Prox){ value, near_barrier_slope(in, half(w, slope), (Legs){ square, u, h, R, below }) };
}

/* x/t, t < 1, for the x of x + t ln x = s: h^2/t, h = exp((s - x)/(2 t)), where x is too small to have all digits. Nowhere
 * else, for what s and the difference are rounded by is divided by t. */
static const Expr *boltzmann_ratio(const Writer *w, const Expr *x, const Expr *s, Num t)
{
    const Expr *least = write_number(w, power_of_two(w, -1021)), *part = write_number(w, t);
    const Expr *above = smaller(w, write2(w, EIG_FN_SUB, s, smaller(w, x, part)), write_integer(w, 0));
    Num inverse = exact_quotient(w, num_ratio(w->b->nums, 1, 2), num_from_double(w->b->nums, num_to_double(t)));
    above = larger(w, above, write_number(w, exact_product(w, num_int(w->b->nums, -4096), t)));
    const Expr *h = write1(w, EIG_FN_EXP, write_scaled(w, inverse, above));
    const Expr *small = times(w, write_scaled(w, exact_quotient(w, one(w), t), h), h);
    const Expr *lost = is_power_of_two(inverse) ? NULL : lost_product(w, above, write_number(w, inverse));
    if (lost)
        small = plus(w, small, times(w, small, write_scaled(w, num_int(w->b->nums, 2), lost)));
    const Expr *is_small = step(w, write2(w, EIG_FN_SUB, least, x)), *is_large = step(w, write2(w, EIG_FN_SUB, x, least));
    return larger(w, times(w, is_small, small), times(w, is_large, over(w, x, part)));
}

/* By what part of it the root of x + t ln x = s moves where s = U (v + lost), and t is not the double next to it: by
 * (U lost - off (s - x))/(t + x), off what t is off by, relatively. NULL: by nothing, or t is beyond the doubles, and no run is. */
static const Expr *boltzmann_shift(const Input *in, Num inverse, Num t, const Expr *x)
{
    const Writer *w = in->w;
    if (isinf(num_to_double(t)))
        return NULL;
    Num U = power_of_two(w, magnitude(t)), most = num_int(w->b->nums, 1 << 14), rounded = num_from_double(w->b->nums, num_to_double(t));
    ExactInput v = exact_input(in, exact_quotient(w, inverse, U), INPUT_SIGNED, most);
    Num off = exact_difference(w, exact_quotient(w, t, rounded), one(w));
    Num end = exact_product(w, most, num_int(w->b->nums, 2)), bottom = exact_product(w, U, end);
    const Expr *shift = v.lost;
    if (w->plain || (!shift && mpq_sgn(off) == 0))
        return NULL;
    if (mpq_sgn(off) != 0) {
        const Expr *s = write_clipped(w, v.v, minus(w, end), end);
        const Expr *part = write_scaled(w, off, less(w, s, write_scaled(w, exact_quotient(w, one(w), U), smaller(w, x, write_number(w, bottom)))));
        shift = shift ? less(w, shift, part) : write1(w, EIG_FN_NEG, part);
    }
    return over(w, write_scaled(w, U, shift), plus(w, write_number(w, t), x));
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
    const Expr *x = write2(w, EIG_FN_LOG_ROOT, s, part), *shift = boltzmann_shift(in, inverse, t, x);
    const Expr *y = mpq_cmp(t, one(w)) < 0 ? boltzmann_ratio(w, x, s, t) : over(w, x, part);
    if (shift) {
        const Expr *most = write_number(w, num_from_double(w->b->nums, DBL_MAX));
        x = plus(w, x, times(w, smaller(w, x, most), shift));
        y = plus(w, y, times(w, smaller(w, y, most), shift));
    }
    const Expr *e = smaller(w, y, unit), *f = smaller(w, shift ? over(w, unit, y) : over(w, part, x), unit);
    Num k = by_input(in, inverse), scale = exact_quotient(w, k, t);
    const Expr *slope = write_scaled(w, k, over(w, e, plus(w, e, f)));
    if (!w->plain && (magnitude(k) > 0 || magnitude(scale) > 0)) {       /* k e, e = exp(s/(q t))/t, which may be below the doubles */
        enum { SMALL = -900 };
        ExactInput v = exact_input(in, exact_quotient(w, inverse, t), INPUT_SIGNED, num_int(w->b->nums, DECAY_END));
        slope = up_to(w, e, power_of_two(w, SMALL), exact_growth(w, v, scale), slope);
    }
    return (Prox){ x, slope };
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

/* x = c d^2/(d + C (1 + R)), c = gain/q, R = sqrt(1 + d/A^2) and C = 2 A^2: one root, and each factor rounded once. c goes where it makes
 * nothing infinite. NULL: parameters far out. */
static const Expr *three_halves_value(const Input *in, Num c, Num A, const Expr *d)
{
    enum { FAR = 900 };
    const Writer *w = in->w;
    Num square = exact_product(w, A, A), C = exact_product(w, num_int(w->b->nums, 2), square), inverse = exact_quotient(w, one(w), square);
    bool above = mpq_cmp(c, one(w)) > 0;
    Num C_part = above ? exact_quotient(w, C, c) : C;
    if (labs(magnitude(square)) > FAR || labs(magnitude(C_part)) > FAR || labs(magnitude(c)) > FAR)
        return NULL;
    const Expr *ratio = write_scaled(w, inverse, d);
    if (magnitude(inverse) >= 0)
        ratio = smaller(w, ratio, write_number(w, power_of_two(w, 1000)));
    const Expr *R = write1(w, EIG_FN_SQRT, one_plus(w, ratio)), *sum = one_plus(w, R), *rest = write_scaled(w, C_part, sum);
    const Expr *all = above ? write_scaled(w, exact_quotient(w, one(w), c), d) : d, *below = plus(w, all, rest);
    const Expr *value = times(w, above ? d : write_scaled(w, c, d), over(w, d, below));
    if (w->plain)
        return value;
    Num low = lost_number(w, C_part);
    const Expr *lost = plus(w, lost_product(w, sum, write_number(w, C_part)), write_scaled(w, C_part, lost_sum(w, write_integer(w, 1), R)));
    if (mpq_sgn(low) != 0)
        lost = plus(w, lost, write_scaled(w, low, sum));
    const Expr *off = over(w, lost, below), *of_d = lost_distance(in, d);
    off = of_d ? less(w, off, times(w, of_d, one_plus(w, over(w, write_integer(w, 1), R)))) : off;
    return by_part(w, value, write1(w, EIG_FN_NEG, off));
}

/* k t/(q + R), t = d/A^2, q = 1 + t and R = sqrt(q), with A within 2^-400 and 2^400: t is taken 2^lift times where k is more than 1. */
static const Expr *three_halves_slope(const Input *in, Num k, Num A, const Expr *d)
{
    enum { END = 130, MOST = 1000 };
    const Writer *w = in->w;
    Num inverse = exact_quotient(w, one(w), exact_product(w, A, A));
    long far = END - magnitude(inverse), most = far > 0 ? MOST - far : MOST, lift = w->plain || magnitude(k) < 0 ? 0 : magnitude(k);
    lift = lift < most ? lift : most;
    Num unit = power_of_two(w, -lift);
    const Expr *near = smaller(w, d, write_number(w, power_of_two(w, far))), *factor = write_number(w, inverse);
    const Expr *lifted = write_scaled(w, power_of_two(w, lift), near), *t = times(w, factor, lifted);
    const Expr *q = one_plus(w, write_scaled(w, unit, t)), *R = write1(w, EIG_FN_SQRT, q), *below = plus(w, q, R);
    const Expr *slope = write_scaled(w, exact_product(w, k, unit), over(w, t, below));
    if (w->plain)
        return slope;
    Num low = lost_number(w, inverse);
    const Expr *of_t = plus(w, lost_product(w, lifted, factor), write_scaled(w, low, lifted)), *of_d = lost_distance(in, d);
    Num small = power_of_two(w, -50);
    of_t = made_up(w, over(w, of_t, larger(w, t, write_number(w, power_of_two(w, -1074)))), small);
    of_t = of_d ? plus(w, of_t, of_d) : of_t;
    const Expr *all_t = write_scaled(w, unit, t), *square = times(w, R, R);
    const Expr *of_q = plus(w, lost_sum(w, write_integer(w, 1), all_t), times(w, all_t, of_t));
    const Expr *of_R = over(w, plus(w, of_q, less(w, less(w, q, square), lost_product(w, R, R))), write_scaled(w, num_int(w->b->nums, 2), R));
    const Expr *of_below = plus(w, plus(w, of_q, of_R), lost_sum(w, q, R));
    return by_part(w, slope, less(w, of_t, over(w, of_below, below)));
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
    const Expr *value = three_halves_value(in, slope, A, p.d);
    const Expr *near = labs(magnitude(A)) < 400 ? three_halves_slope(in, slope, A, p.d) : NULL;
    return (Prox){ value ? value : times(w, write_scaled(w, rest, root), root), near ? near : write_scaled(w, slope, share) };
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
