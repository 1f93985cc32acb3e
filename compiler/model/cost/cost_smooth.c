/* The prox of every smooth cost and its derivative as expressions of z. The
 * forms are chosen so that no step cancels or overflows where the value itself
 * does not: both are right to a few units in the last place of the double that
 * they are (tests/numeric/test_costs.c), whatever the parameters
 * (tests/numeric/test_cost_parameters.c). */
#include "compiler/model/cost/cost_input.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

static const struct { int strength; bool one_sided, fixes_zero, is_analytic; } smooth_row[N_SMOOTHS] = {
    [SMOOTH_NONE]         = { -1, false, true, false },
    [SMOOTH_ENTROPY]      = { 0, true, false, true },
    [SMOOTH_TANH]         = { -1, false, true, true },
    [SMOOTH_ARCTAN]       = { -1, false, true, true },
    [SMOOTH_SOFTSIGN]     = { -1, false, true, false },
    [SMOOTH_ALGEBRAIC]    = { -1, false, true, true },
    [SMOOTH_PROBIT]       = { -1, true, false, true },
    [SMOOTH_ELU]          = { -1, false, true, false },
    [SMOOTH_SOFTPLUS]     = { -1, true, false, true },
    [SMOOTH_LOG_BARRIER]  = { 0, true, false, true },
    [SMOOTH_BOLTZMANN]    = { 0, true, false, true },
    [SMOOTH_THREE_HALVES] = { 0, true, true, false },
    [SMOOTH_CUBIC]        = { 0, true, true, false },
    [SMOOTH_POWER]        = { -1, true, true, false },
    [SMOOTH_NAKA_RUSHTON] = { -1, true, true, false },
};

int smooth_strength(Smooth smooth)
{
    return smooth_row[smooth].strength;
}

bool smooth_is_one_sided(Smooth smooth)
{
    return smooth_row[smooth].one_sided;
}

bool smooth_fixes_zero(Smooth smooth)
{
    return smooth_row[smooth].fixes_zero;
}

bool smooth_is_analytic(Smooth smooth)
{
    return smooth_row[smooth].is_analytic;
}

void smooth_range(Builder *b, const Cost *c, Num *lo, Num *hi)
{
    *lo = num_int(b->nums, 0);
    *hi = NULL;
    switch (c->smooth) {
    case SMOOTH_ENTROPY: *hi = c->p[1]; break;
    case SMOOTH_NAKA_RUSHTON: *hi = c->p[0]; break;
    case SMOOTH_PROBIT: *hi = num_int(b->nums, 1); break;
    case SMOOTH_ELU: {
        mpq_ptr minus = num_new(b->nums);
        mpq_neg(minus, c->p[0]);
        *lo = minus;
        break;
    }
    case SMOOTH_TANH: case SMOOTH_ARCTAN: case SMOOTH_SOFTSIGN: case SMOOTH_ALGEBRAIC:
        *lo = num_int(b->nums, -1);
        *hi = num_int(b->nums, 1);
        break;
    default: break;
    }
}

/* ---- pieces ---- */

static Num far_out(const Writer *w)
{
    return num_int(w->b->nums, DECAY_END);
}

/* 2^510: its square, and a few times that, are doubles; the square of its reciprocal hardly is. */
static const Expr *far(const Writer *w)
{
    return write_number(w, power_of_two(w, 510));
}

/* 1 up to `far`, far/h beyond: its powers continue those of 1/h. */
static const Expr *beyond_far(const Writer *w, const Expr *h)
{
    return over(w, far(w), larger(w, h, far(w)));
}

/* 1 + k min(h, far)^2 */
static const Expr *one_plus_square(const Writer *w, Num k, const Expr *h)
{
    const Expr *near = smaller(w, h, far(w));
    return one_plus(w, write_scaled(w, k, times(w, near, near)));
}

/* sqrt(1 + h^2), h >= 0 */
static const Expr *root_of_one_plus_square(const Writer *w, const Expr *h)
{
    return larger(w, h, write1(w, EIG_FN_SQRT, one_plus_square(w, one(w), h)));
}

/* |k s| up to 2^end, or a little more; where it is more nothing is lost that counts. */
static ExactInput near_size(const Input *in, Num k, long end)
{
    const Writer *w = in->w;
    Num most = power_of_two(w, end);
    ExactInput h = exact_input(in, k, INPUT_SIZE, most);
    if (h.lost)
        h.lost = times(w, step(w, less(w, write_number(w, most), h.v)), h.lost);
    h.v = smaller(w, h.v, write_number(w, most));
    return h;
}

/* s, and the largest double where s would be infinite. */
static const Expr *finite_input(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w));
    mpq_ptr most = num_new(w->b->nums);
    mpq_set_d(most, DBL_MAX);
    return larger(w, smaller(w, v, write_number(w, most)), write_number(w, minus(w, most)));
}

/* k/(1 + exp(-v)) with e = exp(-|v|): the numerator is 1 for v >= 0 and e below. */
static const Expr *logistic(const Writer *w, Num k, const Expr *v, const Decay *e)
{
    Num part = exact_product(w, k, e->unit);
    return write_scaled(w, part, over(w, larger(w, e->E, write_over(w, step(w, v), e->unit)), one_plus(w, e->e)));
}

/* k/(1 + exp(-(v + lost))); for k above 1 the logistic function is lifted, as a part of it that is below the doubles may be one times k. */
static const Expr *exact_logistic(const Writer *w, Num k, ExactInput v)
{
    enum { LIFT = 128 };
    Num lift = power_of_two(w, magnitude(k) > 0 && !w->plain ? LIFT : 0);
    const Expr *all = v.lost ? plus(w, v.v, v.lost) : v.v, *below = one_plus(w, write1(w, EIG_FN_EXP, write1(w, EIG_FN_NEG, all)));
    return write_scaled(w, exact_quotient(w, k, lift), over(w, write_number(w, lift), below));
}

/* x (1 - k off) */
static const Expr *corrected(const Writer *w, const Expr *x, Num k, const Expr *off)
{
    return by_part(w, x, off ? write_scaled(w, minus(w, k), off) : NULL);
}

/* k e/(1 + e)^2 */
static const Expr *bell(const Writer *w, Num k, const Decay *e)
{
    const Expr *below = one_plus(w, e->e), *bell = write_scaled(w, exact_product(w, k, e->unit), over(w, e->E, times(w, below, below)));
    const Expr *off = lost_sum(w, write_integer(w, 1), e->e);
    return corrected(w, bell, num_int(w->b->nums, 2), off ? over(w, off, below) : NULL);
}

/* 1 + v^2 for v up to 2^510, and what was lost of it, as a part. NULL: nothing. */
typedef struct ExactSquare {
    const Expr *all, *off;
} ExactSquare;

static ExactSquare one_plus_exact_square(const Writer *w, ExactInput v)
{
    const Expr *square = times(w, v.v, v.v), *all = one_plus(w, square), *off;
    if (w->plain)
        return (ExactSquare){ all, NULL };
    off = plus(w, lost_sum(w, write_integer(w, 1), square), lost_product(w, v.v, v.v));
    if (v.lost)
        off = plus(w, off, write_scaled(w, num_int(w->b->nums, 2), times(w, v.v, v.lost)));
    return (ExactSquare){ all, over(w, off, all) };
}

/* ---- one by one: the value, and its derivative with respect to s ---- */

/* The root for v + lost is y (1 + off): a change of v by d is one of y by y (1 - y)/(1 + c y (1 - y)) d, and what c is off by is y times that
 * of v. */
typedef struct ExactRoot {
    const Expr *y, *off;        /* NULL: nothing */
} ExactRoot;

static ExactRoot exact_logit_root(const Writer *w, ExactInput v, Num c)
{
    const Expr *y = write2(w, EIG_FN_LOGIT_ROOT, v.v, write_number(w, c)), *unit = write_integer(w, 1), *d = v.lost;
    Num low = lost_number(w, c);
    if (!w->plain && mpq_sgn(low) != 0)
        d = less(w, d ? d : write_integer(w, 0), write_scaled(w, low, y));
    if (!d)
        return (ExactRoot){ y, NULL };
    const Expr *rest = less(w, unit, y);
    return (ExactRoot){ y, times(w, d, over(w, rest, one_plus(w, write_scaled(w, c, times(w, y, rest))))) };
}

/* c - (v + lost) */
static ExactInput mirrored(const Writer *w, ExactInput v, Num c)
{
    const Expr *parameter = write_number(w, c), *difference = less(w, parameter, v.v);
    if (w->plain || (!v.lost && is_power_of_two(c)))
        return (ExactInput){ difference, NULL };
    const Expr *off = lost_sum(w, write1(w, EIG_FN_NEG, v.v), parameter), *rest = v.lost ? less(w, off, v.lost) : off;
    return (ExactInput){ plus(w, difference, rest), lost_sum(w, difference, rest) };
}

/* k p/(1 + c p), p = y rest */
static const Expr *entropy_slope(const Writer *w, Num k, Num c, ExactRoot y, ExactRoot rest)
{
    const Expr *p = times(w, y.y, rest.y), *cp = write_scaled(w, c, p), *below = one_plus(w, cp), *slope = write_scaled(w, k, over(w, p, below));
    if (w->plain)
        return slope;
    const Expr *least = larger(w, p, write_number(w, power_of_two(w, -1000))), *off = over(w, lost_product(w, y.y, rest.y), least);
    off = y.off ? plus(w, off, y.off) : off;
    off = rest.off ? plus(w, off, rest.off) : off;
    off = less(w, off, plus(w, lost_sum(w, write_integer(w, 1), cp), lost_product(w, p, write_number(w, c))));
    Num low = exact_quotient(w, lost_number(w, k), k), most = power_of_two(w, -30);
    off = plus(w, write_number(w, low), over(w, off, below));
    return by_part(w, slope, made_up(w, off, most));
}

/* With x = r y and q = 1 + a: ln(y/(1 - y)) + (q r/T) y = s/T. For q = 0, y is the
 * logistic function; its slope is e/(1 + e)^2. */
static Prox entropy(const Input *in)
{
    const Writer *w = in->w;
    Num T = in->c->p[0], r = in->c->p[1], q = total_quadratic(w, in->c);
    Num c = exact_quotient(w, exact_product(w, q, r), T), scale = by_input(in, exact_quotient(w, r, T));
    if (num_to_double(c) <= -4)         /* it is above, by less than a double shows */
        c = exact_sum(w, num_int(w->b->nums, -4), power_of_two(w, -51));
    Num inverse = exact_quotient(w, one(w), T);
    if (mpq_sgn(q) == 0) {
        Decay of_slope = exact_decay(w, exact_input(in, inverse, INPUT_SIZE, far_out(w)), scale);
        return (Prox){ exact_logistic(w, r, logistic_input(in, inverse)), bell(w, scale, &of_slope) };
    }
    Num most = exact_product(w, num_int(w->b->nums, 1 << 14), magnitude(c) > 0 ? power_of_two(w, magnitude(c)) : one(w));
    ExactInput v = exact_input(in, inverse, INPUT_SIGNED, most), near = v;
    if (!w->plain && !v.lost)
        near.v = write_clipped(w, v.v, minus(w, most), most);
    ExactInput other = mirrored(w, near, c);
    ExactRoot y = exact_logit_root(w, v, c), rest = exact_logit_root(w, other, c);     /* rest = 1 - y */
    const Expr *p = times(w, y.y, rest.y), *slope = entropy_slope(w, scale, c, y, rest);
    long small = -60 - magnitude(c) < -900 ? -60 - magnitude(c) : -900;       /* 1 + c p is 1 there */
    if (!w->plain && magnitude(scale) > 0 && small > -1022) {
        const Expr *tail = smaller(w, exact_growth(w, v, scale), exact_growth(w, other, scale));
        slope = up_to(w, p, power_of_two(w, small), tail, slope);
    }
    return (Prox){ write_scaled(w, r, y.off ? plus(w, y.y, times(w, y.y, y.off)) : y.y), slope };
}

/* 1 - tanh(v)^2 = 4 e/(1 + e)^2 with e = exp(-2 |v|) */
static Prox hyperbolic(const Input *in)
{
    const Writer *w = in->w;
    Num scale = by_input(in, num_int(w->b->nums, 4));
    Decay e = exact_decay(w, exact_input(in, num_int(w->b->nums, 2), INPUT_SIZE, far_out(w)), scale);
    return (Prox){ write1(w, EIG_FN_TANH, plain_input(in, one(w))), bell(w, scale, &e) };
}

/* (1/k) atan(k s), k just above pi/2: the slope at 0 is 1, and the values stay
 * within 1. Slope: 1/(1 + k^2 s^2). */
static Prox arctan(const Input *in)
{
    static const char *const half_pi = "1.57079632679489661923132169163975144210";
    const Writer *w = in->w;
    Num k;
    if (!num_parse(w->b->nums, half_pi, strlen(half_pi), &k))
        BUG("pi/2");
    const Expr *v = plain_input(in, k), *rest = beyond_far(w, size(w, v));
    ExactSquare q = one_plus_exact_square(w, near_size(in, k, 510));
    return (Prox){ write_scaled(w, exact_quotient(w, one(w), k), write1(w, EIG_FN_ATAN, v)),
                   corrected(w, over(w, times(w, write_scaled(w, in->gain, rest), rest), q.all), one(w), q.off) };
}

static Prox softsign(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = finite_input(in), *rest = beyond_far(w, size(w, v));
    ExactInput h = near_size(in, one(w), 510);
    const Expr *below = one_plus(w, h.v), *off = w->plain ? NULL : lost_sum(w, write_integer(w, 1), h.v);
    if (off)
        off = over(w, h.lost ? plus(w, off, h.lost) : off, below);
    const Expr *slope = over(w, times(w, write_scaled(w, in->gain, rest), rest), times(w, below, below));
    return (Prox){ over(w, v, one_plus(w, size(w, v))), corrected(w, slope, num_int(w->b->nums, 2), off) };
}

/* Slope: 1/((1 + s^2) sqrt(1 + s^2)); 2^340 is far for a third power. */
static Prox algebraic(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = finite_input(in), *h = size(w, v), *end = write_number(w, power_of_two(w, 340)), *rest = over(w, end, larger(w, h, end));
    ExactSquare q = one_plus_exact_square(w, near_size(in, one(w), 340));
    const Expr *slope = write_quotient(w, in->gain, times(w, q.all, write1(w, EIG_FN_SQRT, q.all)));
    return (Prox){ over(w, v, root_of_one_plus_square(w, h)),
                   corrected(w, times(w, slope, times(w, rest, times(w, rest, rest))), num_ratio(w->b->nums, 3, 2), q.off) };
}

/* n(h)/N(-h), h >= 0, n and N density and distribution function of the standard normal: a continued fraction, the nearer the larger h is. */
static const Expr *hazard(const Writer *w, const Expr *h)
{
    const Expr *sum = plus(w, h, write_number(w, num_ratio(w->b->nums, 3, 2)));
    for (int k = 2; k >= 1; k--)
        sum = plus(w, h, over(w, write_integer(w, k), sum));
    return sum;
}

/* k n(v), k above 1, that is k/sqrt(2 pi) exp(-v^2/2). */
static const Expr *scaled_density(const Writer *w, Num k, ExactInput v)
{
    static const char root[] = "0.398942280401432677939946059934381868475858631164934657666";       /* 1/sqrt(2 pi) */
    Num c;
    if (!num_parse(w->b->nums, root, strlen(root), &c))
        BUG("1/sqrt(2 pi)");
    const Expr *h = smaller(w, v.v, write_integer(w, 64)), *lost = lost_product(w, h, h);
    lost = lost ? write_scaled(w, num_ratio(w->b->nums, 1, 2), lost) : NULL;
    if (v.lost)
        lost = plus(w, lost, times(w, h, v.lost));
    Decay e = exact_decay(w, (ExactInput){ write_scaled(w, num_ratio(w->b->nums, 1, 2), times(w, h, h)), lost }, k);
    return write_scaled(w, exact_product(w, exact_product(w, k, c), e.unit), e.E);
}

static Prox probit(const Input *in)
{
    const Writer *w = in->w;
    Num k = exact_quotient(w, one(w), in->c->p[0]);
    ExactInput below = exact_input(in, k, INPUT_BELOW, num_int(w->b->nums, 64)), both = exact_input(in, k, INPUT_SIZE, num_int(w->b->nums, 64));
    const Expr *value = write1(w, EIG_FN_NORMCDF, plain_input(in, k)), *density = write1(w, EIG_FN_NORMPDF, both.v);
    if (below.lost)
        value = less(w, value, times(w, value, times(w, below.lost, hazard(w, below.v))));
    if (both.lost)
        density = less(w, density, times(w, density, times(w, both.lost, both.v)));
    return (Prox){ value, magnitude(by_input(in, k)) > 0 ? scaled_density(w, by_input(in, k), both) : write_scaled(w, by_input(in, k), density) };
}

static Prox elu(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w)), *low = smaller(w, v, write_integer(w, 0));
    Num a = in->c->p[0], scale = by_input(in, a);
    Decay e = exact_decay(w, exact_input(in, one(w), INPUT_BELOW, far_out(w)), scale);
    const Expr *below = write_scaled(w, exact_product(w, scale, e.unit), e.E), *above = write_scaled(w, in->gain, input_side(in));
    return (Prox){ plus(w, positive_part(w, v), write_scaled(w, a, write1(w, EIG_FN_EXPM1, low))), larger(w, above, below) };
}

/* T ln(1 + exp(v)) = max(s, 0) + T log1p(exp(-|v|)), v = s/T. */
static Prox softplus(const Input *in)
{
    const Writer *w = in->w;
    Num T = in->c->p[0];
    Num inverse = exact_quotient(w, one(w), T);
    const Expr *v = plain_input(in, inverse), *s = plain_input(in, one(w));
    ExactInput h = exact_input(in, inverse, INPUT_SIZE, far_out(w));
    Decay e = exact_decay(w, h, T), of_slope = exact_decay(w, h, in->gain);
    const Expr *log = write1(w, EIG_FN_LOG1P, e.e);
    if (mpq_cmp(e.unit, one(w)) < 0) {      /* what is below the doubles is its own logarithm */
        const Expr *is_small = step(w, less(w, write_number(w, power_of_two(w, -60)), e.e));
        log = plus(w, times(w, less(w, write_integer(w, 1), is_small), write_over(w, log, e.unit)), times(w, is_small, e.E));
    }
    return (Prox){ plus(w, positive_part(w, s), write_scaled(w, exact_product(w, T, e.unit), log)), logistic(w, in->gain, v, &of_slope) };
}

/* ---- all ---- */

static Prox prox_of(const Input *in)
{
    switch (in->c->smooth) {
    case SMOOTH_ENTROPY: return entropy(in);
    case SMOOTH_TANH: return hyperbolic(in);
    case SMOOTH_ARCTAN: return arctan(in);
    case SMOOTH_SOFTSIGN: return softsign(in);
    case SMOOTH_ALGEBRAIC: return algebraic(in);
    case SMOOTH_PROBIT: return probit(in);
    case SMOOTH_ELU: return elu(in);
    case SMOOTH_SOFTPLUS: return softplus(in);
    case SMOOTH_LOG_BARRIER: return prox_of_log_barrier(in);
    case SMOOTH_BOLTZMANN: return prox_of_boltzmann(in);
    case SMOOTH_THREE_HALVES: return prox_of_three_halves(in);
    case SMOOTH_CUBIC: return prox_of_cubic(in);
    case SMOOTH_POWER: return prox_of_power(in);
    case SMOOTH_NAKA_RUSHTON: return prox_of_naka_rushton(in);
    case SMOOTH_NONE:
    case N_SMOOTHS: break;
    }
    BUG("no smooth cost");
}

/* 0 where lambda holds s at 0, from one side of it to the other; else 1. */
static const Expr *outside_lambda(const Input *in)
{
    const Writer *w = in->w;
    const Expr *left = step(w, write_affine(w, one(w), input_zero(in, minus(w, in->c->lambda))));
    const Expr *right = step(w, write_affine(w, one(w), input_zero(in, in->c->lambda)));
    return plus(w, write2(w, EIG_FN_SUB, write_integer(w, 1), left), right);
}

Prox smooth_prox(const Writer *w, const Cost *c, Num gain, Num threshold)
{
    Input in = { w, c, gain, threshold };
    Prox p = prox_of(&in);
    if (mpq_sgn(c->lambda) != 0)
        p.slope = times(w, outside_lambda(&in), p.slope);
    return p;
}
