/* The prox of every smooth cost and its derivative as expressions of z. The
 * forms are chosen so that no step cancels or overflows where the value itself
 * does not: both are right to a few units in the last place of the double that
 * they are (tests/numeric/test_costs.c). */
#include "compiler/model/cost.h"

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

/* What stands in a prox: s = gain (z - threshold) - tilt, softened by lambda. */
typedef struct Input {
    const Writer *w;
    const Cost *c;
    Num gain, threshold;
} Input;

/* Where s would be 0 without lambda and with a tilt that is larger by `shift`. */
static Num input_zero(const Input *in, Num shift)
{
    const Writer *w = in->w;
    return exact_sum(w, in->threshold, exact_quotient(w, exact_sum(w, in->c->tilt, shift), in->gain));
}

static Num minus(const Writer *w, Num x)
{
    return exact_difference(w, num_int(w->b->nums, 0), x);
}

/* k (s - shift), written as a constant times (z - a constant). A lambda that
 * could not be folded goes with a shift of 0 only. */
static const Expr *input(const Input *in, Num k, Num shift)
{
    const Writer *w = in->w;
    Num slope = exact_product(w, k, in->gain), lambda = in->c->lambda;
    if (mpq_sgn(lambda) == 0)
        return write_affine(w, slope, input_zero(in, shift));
    const Expr *right = write_affine(w, slope, input_zero(in, lambda)), *zero = write_integer(w, 0);
    const Expr *left = write_affine(w, slope, input_zero(in, minus(w, lambda)));
    return write2(w, EIG_FN_ADD, write2(w, EIG_FN_MAX, right, zero), write2(w, EIG_FN_MIN, left, zero));
}

static const Expr *plain_input(const Input *in, Num k)
{
    return input(in, k, num_int(in->w->b->nums, 0));
}

static Num one(const Writer *w)
{
    return num_int(w->b->nums, 1);
}

static Num half(const Writer *w, Num x)
{
    return exact_product(w, x, num_ratio(w->b->nums, 1, 2));
}

static const Expr *plus(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_ADD, x, y);
}

static const Expr *times(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_MUL, x, y);
}

static const Expr *over(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_DIV, x, y);
}

static const Expr *larger(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_MAX, x, y);
}

static const Expr *smaller(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_MIN, x, y);
}

static const Expr *one_plus(const Writer *w, const Expr *x)
{
    return plus(w, write_integer(w, 1), x);
}

static const Expr *positive_part(const Writer *w, const Expr *x)
{
    return larger(w, x, write_integer(w, 0));
}

static const Expr *step(const Writer *w, const Expr *x)
{
    return write1(w, EIG_FN_STEP, x);
}

static const Expr *size(const Writer *w, const Expr *x)
{
    return write1(w, EIG_FN_ABS, x);
}

/* exp(-|v|), which cannot overflow */
static const Expr *decay(const Writer *w, const Expr *v)
{
    return write1(w, EIG_FN_EXP, write1(w, EIG_FN_NEG, size(w, v)));
}

/* 1 + a: the coefficient of x where g has the quadratic a x^2/2. */
static Num total_quadratic(const Writer *w, const Cost *c)
{
    return exact_sum(w, one(w), c->a_pos);
}

/* 2^510: its square, and a few times that, are doubles; the square of its reciprocal hardly is. */
static const Expr *far(const Writer *w)
{
    mpq_ptr x = num_new(w->b->nums);
    mpz_set_ui(mpq_numref(x), 1);
    mpz_mul_2exp(mpq_numref(x), mpq_numref(x), 510);
    return write_number(w, x);
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
    Num c = exact_quotient(w, exact_product(w, q, r), T), scale = exact_quotient(w, r, T);
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
    return (Prox){ write1(w, EIG_FN_TANH, v), write_scaled(w, num_int(w->b->nums, 4), over(w, e, times(w, below, below))) };
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
                   over(w, times(w, rest, rest), one_plus_square(w, exact_product(w, k, k), h)) };
}

static Prox softsign(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w)), *below = one_plus(w, size(w, v)), *part = over(w, write_integer(w, 1), below);
    return (Prox){ over(w, v, below), times(w, part, part) };
}

/* Slope: 1/((1 + s^2) sqrt(1 + s^2)); 2^340 is far for a third power. */
static Prox algebraic(const Input *in)
{
    const Writer *w = in->w;
    mpq_ptr far_third = num_new(w->b->nums);
    mpz_set_ui(mpq_numref(far_third), 1);
    mpz_mul_2exp(mpq_numref(far_third), mpq_numref(far_third), 340);
    const Expr *v = plain_input(in, one(w)), *h = size(w, v), *end = write_number(w, far_third);
    const Expr *square = one_plus_square(w, one(w), smaller(w, h, end)), *rest = over(w, end, larger(w, h, end));
    const Expr *slope = over(w, write_integer(w, 1), times(w, square, write1(w, EIG_FN_SQRT, square)));
    return (Prox){ over(w, v, root_of_one_plus_square(w, h)), times(w, slope, times(w, rest, times(w, rest, rest))) };
}

static Prox probit(const Input *in)
{
    const Writer *w = in->w;
    Num k = exact_quotient(w, one(w), in->c->p[0]);
    const Expr *v = plain_input(in, k);
    return (Prox){ write1(w, EIG_FN_NORMCDF, v), write_scaled(w, k, write1(w, EIG_FN_NORMPDF, v)) };
}

static Prox elu(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w)), *low = smaller(w, v, write_integer(w, 0));
    return (Prox){ plus(w, positive_part(w, v), write_scaled(w, in->c->p[0], write1(w, EIG_FN_EXPM1, low))),
                   larger(w, step(w, v), write_scaled(w, in->c->p[0], write1(w, EIG_FN_EXP, low))) };
}

/* T ln(1 + exp(v)) = max(s, 0) + T log1p(exp(-|v|)), v = s/T. */
static Prox softplus(const Input *in)
{
    const Writer *w = in->w;
    Num T = in->c->p[0];
    const Expr *v = plain_input(in, exact_quotient(w, one(w), T)), *e = decay(w, v);
    const Expr *s = plain_input(in, one(w));
    return (Prox){ plus(w, positive_part(w, s), write_scaled(w, T, write1(w, EIG_FN_LOG1P, e))), logistic(w, v, e) };
}

/* q x - m/x = s. With k^2 = m q, x = (k/q) y and u = s/(2 k): y - 1/y = 2 u, so that
 * y = 1/(h + R) for u < 0, h = |u| and R = sqrt(1 + h^2), and 2 u + 1/(h + R) for u >= 0: nothing
 * cancels. The slope y/(2 R)/q is 1/2 + h/(2 R), or 1/(2 (R^2 + h R)). */
static Prox log_barrier(const Input *in)
{
    const Writer *w = in->w;
    Num q = total_quadratic(w, in->c), k = near_sqrt(w, exact_product(w, in->c->p[0], q)), part = num_ratio(w->b->nums, 1, 2);
    const Expr *u = plain_input(in, exact_quotient(w, part, k)), *h = size(w, u), *side = step(w, u);
    const Expr *root = root_of_one_plus_square(w, h), *large = plus(w, h, root);
    const Expr *near = smaller(w, h, far(w)), *rest = beyond_far(w, h);
    const Expr *right = plus(w, write_number(w, part), write_scaled(w, part, over(w, near, root_of_one_plus_square(w, near))));
    const Expr *below = plus(w, one_plus_square(w, one(w), h), times(w, near, root_of_one_plus_square(w, near)));
    const Expr *left = over(w, write_scaled(w, part, times(w, rest, rest)), below);
    const Expr *straight = positive_part(w, plain_input(in, exact_quotient(w, one(w), q)));
    return (Prox){ plus(w, straight, over(w, write_number(w, exact_quotient(w, k, q)), large)),
                   write_scaled(w, exact_quotient(w, one(w), q), larger(w, times(w, side, right), left)) };
}

/* q x + T ln x = s, or x + t ln x = s/q with t = T/q. With y = x/t the slope is y/(1 + y), or e/(e + f) with
 * e = min(y, 1) and f = min(1/y, 1). Where x is below t < 1 it may lose its digits, or be 0, before y does; there
 * y is h^2/t, h = exp((s/q - x)/(2 t)). */
static Prox boltzmann(const Input *in)
{
    const Writer *w = in->w;
    Num inverse = exact_quotient(w, one(w), total_quadratic(w, in->c)), t = exact_product(w, in->c->p[0], inverse);
    const Expr *s = plain_input(in, inverse), *part = write_number(w, t), *unit = write_integer(w, 1);
    const Expr *x = write2(w, EIG_FN_LOG_ROOT, s, part), *y = over(w, x, part);
    if (mpq_cmp(t, one(w)) < 0) {
        const Expr *above = write2(w, EIG_FN_SUB, s, smaller(w, x, part));
        const Expr *h = write1(w, EIG_FN_EXP, write_scaled(w, exact_quotient(w, num_ratio(w->b->nums, 1, 2), t), above));
        y = times(w, write_scaled(w, exact_quotient(w, one(w), t), h), h);
    }
    const Expr *e = smaller(w, y, unit), *f = smaller(w, over(w, part, x), unit);
    return (Prox){ x, write_scaled(w, inverse, over(w, e, plus(w, e, f))) };
}

/* q x + l sqrt(x) = s: y = sqrt(x) = s/(l/2 + sqrt(l^2/4 + q s)). Slope: y/(q y + l/2). */
static Prox three_halves(const Input *in)
{
    const Writer *w = in->w;
    Num part = half(w, in->c->p[0]), q = total_quadratic(w, in->c);
    const Expr *s = positive_part(w, plain_input(in, one(w))), *add = write_number(w, part);
    const Expr *root = write1(w, EIG_FN_SQRT, plus(w, write_scaled(w, q, s), write_number(w, exact_product(w, part, part))));
    const Expr *y = over(w, s, plus(w, root, add));
    return (Prox){ times(w, y, y), over(w, y, plus(w, write_scaled(w, q, y), add)) };
}

/* q x + l x^2 = s with l = k^2: x = s/(q/2 + R), R = k sqrt(s + q^2/(4 k^2)). Slope: 1/(2 R). */
static Prox cubic(const Input *in)
{
    const Writer *w = in->w;
    Num k = near_sqrt(w, in->c->p[0]), part = half(w, total_quadratic(w, in->c)), shift = exact_quotient(w, part, k);
    const Expr *v = plain_input(in, one(w)), *s = positive_part(w, v);
    const Expr *root = write1(w, EIG_FN_SQRT, plus(w, s, write_number(w, exact_product(w, shift, shift))));
    const Expr *R = write_scaled(w, k, root);
    return (Prox){ over(w, s, plus(w, R, write_number(w, part))),
                   over(w, write_scaled(w, num_ratio(w->b->nums, 1, 2), step(w, v)), R) };
}

/* k s^p, p > 0, as (k s^a) s^(p - a) with a = floor(p/2): hardly a power is infinite, or 0, where k s^p is not. */
static const Expr *monomial(const Writer *w, Num k, const Expr *s, Num p)
{
    mpq_ptr a = num_new(w->b->nums);
    mpz_fdiv_q(mpq_numref(a), mpq_numref(p), mpq_denref(p));
    mpz_fdiv_q_2exp(mpq_numref(a), mpq_numref(a), 1);
    const Expr *rest = write2(w, EIG_FN_POW, s, write_number(w, exact_difference(w, p, a)));
    if (mpq_sgn(a) == 0)
        return write_scaled(w, k, rest);
    return times(w, write_scaled(w, k, write2(w, EIG_FN_POW, s, write_number(w, a))), rest);
}

static Prox power(const Input *in)
{
    const Writer *w = in->w;
    Num k = in->c->p[0], p = in->c->p[1];
    const Expr *s = positive_part(w, plain_input(in, one(w)));
    return (Prox){ monomial(w, k, s, p), monomial(w, exact_product(w, k, p), s, exact_difference(w, p, one(w))) };
}

/* r u^n/(1 + u^n), u = s/sigma, from e = u^n or 1/u^n, whichever is below 1: the
 * numerator is e for u < 1 and 1 above. In the slope (r n/sigma) u^(n-1)/(1 + u^n)^2
 * the numerator is u^(n-1), and above 1 e/u. */
static Prox naka_rushton(const Input *in)
{
    const Writer *w = in->w;
    Num r = in->c->p[0], sigma = in->c->p[1], n = in->c->p[2], scale = exact_quotient(w, exact_product(w, r, n), sigma);
    const Expr *unit = write_integer(w, 1), *v = plain_input(in, exact_quotient(w, one(w), sigma)), *u = positive_part(w, v);
    const Expr *all = write2(w, EIG_FN_POW, u, write_number(w, n)), *e = smaller(w, all, over(w, unit, all)), *below = one_plus(w, e);
    const Expr *top = larger(w, e, step(w, write2(w, EIG_FN_SUB, u, unit)));
    const Expr *rising = write2(w, EIG_FN_POW, smaller(w, u, unit), write_number(w, exact_difference(w, n, one(w))));
    rising = times(w, step(w, write2(w, EIG_FN_SUB, unit, u)), rising);
    const Expr *slope = times(w, step(w, v), larger(w, rising, over(w, e, larger(w, u, unit))));
    return (Prox){ write_scaled(w, r, over(w, top, below)), write_scaled(w, scale, over(w, slope, times(w, below, below))) };
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
    case SMOOTH_LOG_BARRIER: return log_barrier(in);
    case SMOOTH_BOLTZMANN: return boltzmann(in);
    case SMOOTH_THREE_HALVES: return three_halves(in);
    case SMOOTH_CUBIC: return cubic(in);
    case SMOOTH_POWER: return power(in);
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
    Num lambda = in->c->lambda, width = exact_quotient(w, exact_product(w, num_int(w->b->nums, 2), lambda), in->gain);
    const Expr *from = write_affine(w, one(w), input_zero(in, minus(w, lambda)));
    return write2(w, EIG_FN_SUB, write_integer(w, 1), write2(w, EIG_FN_PULSE, from, write_number(w, width)));
}

Prox smooth_prox(const Writer *w, const Cost *c, Num gain, Num threshold)
{
    Input in = { w, c, gain, threshold };
    Prox p = prox_of(&in);
    if (mpq_sgn(c->lambda) != 0)
        p.slope = times(w, outside_lambda(&in), p.slope);
    p.slope = write_scaled(w, gain, p.slope);
    return p;
}
