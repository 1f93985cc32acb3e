/* The prox of every smooth cost and its derivative as expressions of z. The
 * forms are chosen so that no step cancels or overflows where the value itself
 * does not: both are right to a few units in the last place of the double that
 * they are (tests/numeric/test_costs.c), whatever the parameters
 * (tests/numeric/test_cost_parameters.c). */
#include "compiler/model/cost_input.h"

#include <float.h>
#include <stdlib.h>
#include <string.h>

static const struct { int strength; bool one_sided, fixes_zero; } smooth_row[N_SMOOTHS] = {
    [SMOOTH_NONE]         = { -1, false, true },
    [SMOOTH_ENTROPY]      = { 0, true, false },
    [SMOOTH_TANH]         = { -1, false, true },
    [SMOOTH_ARCTAN]       = { -1, false, true },
    [SMOOTH_SOFTSIGN]     = { -1, false, true },
    [SMOOTH_ALGEBRAIC]    = { -1, false, true },
    [SMOOTH_PROBIT]       = { -1, true, false },
    [SMOOTH_ELU]          = { -1, false, true },
    [SMOOTH_SOFTPLUS]     = { -1, true, false },
    [SMOOTH_LOG_BARRIER]  = { 0, true, false },
    [SMOOTH_BOLTZMANN]    = { 0, true, false },
    [SMOOTH_THREE_HALVES] = { 0, true, true },
    [SMOOTH_CUBIC]        = { 0, true, true },
    [SMOOTH_POWER]        = { -1, true, true },
    [SMOOTH_NAKA_RUSHTON] = { -1, true, true },
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

/* exp(-|v|), which cannot overflow */
static const Expr *decay(const Writer *w, const Expr *v)
{
    return write1(w, EIG_FN_EXP, write1(w, EIG_FN_NEG, size(w, v)));
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

/* s, and the largest double where s would be infinite. */
static const Expr *finite_input(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w));
    Num zero = input_zero(in, num_int(w->b->nums, 0));
    if (mpq_cmp(in->gain, one(w)) <= 0 && (mpq_sgn(zero) == 0 || magnitude(zero) < 960))
        return v;
    mpq_ptr most = num_new(w->b->nums);
    mpq_set_d(most, DBL_MAX);
    return larger(w, smaller(w, v, write_number(w, most)), write_number(w, minus(w, most)));
}

/* 1/(1 + exp(-v)) with e = exp(-|v|): the numerator is 1 for v >= 0 and e below. */
static const Expr *logistic(const Writer *w, const Expr *v, const Expr *e)
{
    return over(w, larger(w, e, step(w, v)), one_plus(w, e));
}

/* ---- one by one: the value, and its derivative with respect to s ---- */

/* With x = r y and q = 1 + a: ln(y/(1 - y)) + (q r/T) y = s/T. For q = 0, y is the
 * logistic function; its slope is e/(1 + e)^2. */
static Prox entropy(const Input *in)
{
    const Writer *w = in->w;
    Num T = in->c->p[0], r = in->c->p[1], q = total_quadratic(w, in->c);
    Num c = exact_quotient(w, exact_product(w, q, r), T), scale = by_input(in, exact_quotient(w, r, T));
    if (num_to_double(c) <= -4)         /* it is above, by less than a double shows */
        c = exact_sum(w, num_int(w->b->nums, -4), power_of_two(w, -51));
    const Expr *v = plain_input(in, exact_quotient(w, one(w), T)), *parameter = write_number(w, c);
    if (mpq_sgn(q) == 0) {
        const Expr *e = decay(w, v), *below = one_plus(w, e);
        return (Prox){ write_scaled(w, r, logistic(w, v, e)), write_scaled(w, scale, over(w, e, times(w, below, below))) };
    }
    const Expr *y = write2(w, EIG_FN_LOGIT_ROOT, v, parameter);
    const Expr *rest = write2(w, EIG_FN_LOGIT_ROOT, write2(w, EIG_FN_SUB, parameter, v), parameter);   /* 1 - y */
    const Expr *p = times(w, y, rest);
    return (Prox){ write_scaled(w, r, y), write_scaled(w, scale, over(w, p, one_plus(w, write_scaled(w, c, p)))) };
}

/* 1 - tanh(v)^2 = 4 e/(1 + e)^2 with e = exp(-2 |v|) */
static Prox hyperbolic(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w)), *e = decay(w, write_scaled(w, num_int(w->b->nums, 2), v)), *below = one_plus(w, e);
    return (Prox){ write1(w, EIG_FN_TANH, v), write_scaled(w, by_input(in, num_int(w->b->nums, 4)), over(w, e, times(w, below, below))) };
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
    const Expr *h = size(w, plain_input(in, one(w))), *rest = beyond_far(w, h);
    return (Prox){ write_scaled(w, exact_quotient(w, one(w), k), write1(w, EIG_FN_ATAN, plain_input(in, k))),
                   write_scaled(w, in->gain, over(w, times(w, rest, rest), one_plus_square(w, exact_product(w, k, k), h))) };
}

static Prox softsign(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = finite_input(in), *below = one_plus(w, size(w, v)), *part = over(w, write_integer(w, 1), below);
    return (Prox){ over(w, v, below), write_scaled(w, in->gain, times(w, part, part)) };
}

/* Slope: 1/((1 + s^2) sqrt(1 + s^2)); 2^340 is far for a third power. */
static Prox algebraic(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = finite_input(in), *h = size(w, v), *end = write_number(w, power_of_two(w, 340));
    const Expr *square = one_plus_square(w, one(w), smaller(w, h, end)), *rest = over(w, end, larger(w, h, end));
    const Expr *slope = over(w, write_integer(w, 1), times(w, square, write1(w, EIG_FN_SQRT, square)));
    return (Prox){ over(w, v, root_of_one_plus_square(w, h)),
                   write_scaled(w, in->gain, times(w, slope, times(w, rest, times(w, rest, rest)))) };
}

static Prox probit(const Input *in)
{
    const Writer *w = in->w;
    Num k = exact_quotient(w, one(w), in->c->p[0]);
    const Expr *v = plain_input(in, k);
    return (Prox){ write1(w, EIG_FN_NORMCDF, v), write_scaled(w, by_input(in, k), write1(w, EIG_FN_NORMPDF, v)) };
}

static Prox elu(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w)), *low = smaller(w, v, write_integer(w, 0));
    return (Prox){ plus(w, positive_part(w, v), write_scaled(w, in->c->p[0], write1(w, EIG_FN_EXPM1, low))),
                   write_scaled(w, in->gain, larger(w, input_side(in), write_scaled(w, in->c->p[0], write1(w, EIG_FN_EXP, low)))) };
}

/* T ln(1 + exp(v)) = max(s, 0) + T log1p(exp(-|v|)), v = s/T. */
static Prox softplus(const Input *in)
{
    const Writer *w = in->w;
    Num T = in->c->p[0];
    const Expr *v = plain_input(in, exact_quotient(w, one(w), T)), *e = decay(w, v);
    const Expr *s = plain_input(in, one(w));
    return (Prox){ plus(w, positive_part(w, s), write_scaled(w, T, write1(w, EIG_FN_LOG1P, e))), write_scaled(w, in->gain, logistic(w, v, e)) };
}

/* c u^e, u = K d, and 0 from u = `end` on. What is 0 there is 0 times a number: d is cut beyond. */
static const Expr *rising_power(const Input *in, Num c, Num K, Num e, Num end)
{
    const Writer *w = in->w;
    const Expr *d = distance(in), *u = positive_part(w, plain_input(in, exact_quotient(w, K, in->gain))), *power = write_number(w, c);
    if (magnitude(K) > -1018)
        d = smaller(w, d, write_number(w, exact_quotient(w, exact_sum(w, end, power_of_two(w, -40)), K)));
    if (mpq_sgn(e) > 0)
        power = write_monomial(w, c, K, d, e);
    return times(w, step(w, write2(w, EIG_FN_SUB, write_number(w, end), u)), power);
}

/* r u^n/(1 + u^n), u = s/sigma, from e = u^n or 1/u^n, whichever is below 1: the numerator is e for u < 1 and 1 above. With
 * c = r n gain/sigma the numerator of the slope c u^(n - 1)/(1 + u^n)^2 is e c/u where e is a good number, because what e is
 * off by hardly shows in the slope where it is near 1, and c u^(n - 1) below. */
static Prox naka_rushton(const Input *in)
{
    const Writer *w = in->w;
    Num r = in->c->p[0], n = in->c->p[2], k = exact_quotient(w, one(w), in->c->p[1]), K = by_input(in, k);
    const Expr *unit = write_integer(w, 1), *d = distance(in), *u = positive_part(w, plain_input(in, k));
    const Expr *all = write_monomial(w, one(w), K, d, n), *e = smaller(w, all, over(w, unit, all)), *below = one_plus(w, e);
    const Expr *top = larger(w, e, step(w, write2(w, EIG_FN_SUB, u, unit)));
    Num scale = exact_product(w, exact_product(w, r, n), K), part = power_of_two(w, labs(magnitude(scale)) > 900 ? magnitude(scale) : 0);
    Num c = exact_quotient(w, scale, part), end = num_ratio(w->b->nums, 1, mpq_cmp_ui(n, 256, 1) < 0 ? 4 : 1);
    const Expr *over_c = larger(w, write_scaled(w, exact_quotient(w, K, c), d), write_number(w, exact_quotient(w, end, c)));
    const Expr *top_of_slope = larger(w, rising_power(in, c, K, exact_difference(w, n, one(w)), end), over(w, e, over_c));
    const Expr *slope = over(w, times(w, input_side(in), top_of_slope), times(w, below, below));
    return (Prox){ write_scaled(w, r, over(w, top, below)), write_scaled(w, part, slope) };
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
    case SMOOTH_NAKA_RUSHTON: return naka_rushton(in);
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
