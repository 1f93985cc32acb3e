/* The prox of every smooth cost as an expression of z. The forms are chosen so
 * that no step cancels or overflows where the value itself does not: a value is
 * right to a few units in the last place of the double that it is
 * (tests/numeric/test_costs.py). */
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

/* k (s - shift), written as a constant times (z - a constant). A lambda that
 * could not be folded goes with a shift of 0 only. */
static const Expr *input(const Input *in, Num k, Num shift)
{
    const Writer *w = in->w;
    const Cost *c = in->c;
    Num slope = exact_product(w, k, in->gain), to = exact_sum(w, c->tilt, shift);
    if (mpq_sgn(c->lambda) == 0)
        return write_affine(w, slope, exact_sum(w, in->threshold, exact_quotient(w, to, in->gain)));
    Num right = exact_quotient(w, exact_sum(w, to, c->lambda), in->gain);
    Num left = exact_quotient(w, exact_difference(w, to, c->lambda), in->gain);
    const Expr *zero = write_integer(w, 0);
    return write2(w, EIG_FN_ADD,
                  write2(w, EIG_FN_MAX, write_affine(w, slope, exact_sum(w, in->threshold, right)), zero),
                  write2(w, EIG_FN_MIN, write_affine(w, slope, exact_sum(w, in->threshold, left)), zero));
}

static const Expr *plain_input(const Input *in, Num k)
{
    return input(in, k, num_int(in->w->b->nums, 0));
}

static Num one(const Writer *w)
{
    return num_int(w->b->nums, 1);
}

static const Expr *positive_part(const Writer *w, const Expr *x)
{
    return write2(w, EIG_FN_MAX, x, write_integer(w, 0));
}

/* 1 + a: the coefficient of x where g has the quadratic a x^2/2. */
static Num total_quadratic(const Writer *w, const Cost *c)
{
    return exact_sum(w, one(w), c->a_pos);
}

/* sqrt(1 + h^2) for h >= 0: no square is taken of what is above 1. */
static const Expr *root_of_one_plus_square(const Writer *w, const Expr *h)
{
    const Expr *large = write2(w, EIG_FN_MAX, h, write_integer(w, 1));
    const Expr *part = write2(w, EIG_FN_DIV, write2(w, EIG_FN_MIN, h, write_integer(w, 1)), large);
    const Expr *sum = write2(w, EIG_FN_ADD, write_integer(w, 1), write2(w, EIG_FN_MUL, part, part));
    return write2(w, EIG_FN_MUL, large, write1(w, EIG_FN_SQRT, sum));
}

/* ---- one by one ---- */

/* 1/(1 + exp(-v)) from e = exp(-|v|), which cannot overflow: the numerator is
 * 1 for v >= 0 and e below. */
static const Expr *logistic(const Writer *w, const Expr *v)
{
    const Expr *e = write1(w, EIG_FN_EXP, write1(w, EIG_FN_NEG, write1(w, EIG_FN_ABS, v)));
    const Expr *top = write2(w, EIG_FN_MAX, e, write1(w, EIG_FN_STEP, v));
    return write2(w, EIG_FN_DIV, top, write2(w, EIG_FN_ADD, write_integer(w, 1), e));
}

/* With x = r y and q = 1 + a: ln(y/(1 - y)) + (q r/T) y = s/T. */
static const Expr *entropy(const Input *in)
{
    const Writer *w = in->w;
    Num T = in->c->p[0], r = in->c->p[1], q = total_quadratic(w, in->c);
    const Expr *v = plain_input(in, exact_quotient(w, one(w), T));
    if (mpq_sgn(q) == 0)
        return write_scaled(w, r, logistic(w, v));
    Num c = exact_quotient(w, exact_product(w, q, r), T);
    return write_scaled(w, r, write2(w, EIG_FN_LOGIT_ROOT, v, write_number(w, c)));
}

/* (1/k) atan(k s), k just above pi/2: the slope at 0 is 1, and the values stay within 1. */
static const Expr *arctan(const Input *in)
{
    static const char *const half_pi = "1.57079632679489661923132169163975144210";
    Num k;
    if (!num_parse(in->w->b->nums, half_pi, strlen(half_pi), &k))
        BUG("pi/2");
    return write_scaled(in->w, exact_quotient(in->w, one(in->w), k), write1(in->w, EIG_FN_ATAN, plain_input(in, k)));
}

static const Expr *softsign(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w));
    return write2(w, EIG_FN_DIV, v, write2(w, EIG_FN_ADD, write_integer(w, 1), write1(w, EIG_FN_ABS, v)));
}

static const Expr *algebraic(const Input *in)
{
    const Expr *v = plain_input(in, one(in->w));
    return write2(in->w, EIG_FN_DIV, v, root_of_one_plus_square(in->w, write1(in->w, EIG_FN_ABS, v)));
}

static const Expr *probit(const Input *in)
{
    return write1(in->w, EIG_FN_NORMCDF, plain_input(in, exact_quotient(in->w, one(in->w), in->c->p[0])));
}

static const Expr *elu(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, one(w));
    const Expr *below = write1(w, EIG_FN_EXPM1, write2(w, EIG_FN_MIN, v, write_integer(w, 0)));
    return write2(w, EIG_FN_ADD, positive_part(w, v), write_scaled(w, in->c->p[0], below));
}

/* T ln(1 + exp(v)) = T (max(v, 0) + log1p(exp(-|v|))). */
static const Expr *softplus(const Input *in)
{
    const Writer *w = in->w;
    const Expr *v = plain_input(in, exact_quotient(w, one(w), in->c->p[0]));
    const Expr *e = write1(w, EIG_FN_EXP, write1(w, EIG_FN_NEG, write1(w, EIG_FN_ABS, v)));
    return write_scaled(w, in->c->p[0], write2(w, EIG_FN_ADD, positive_part(w, v), write1(w, EIG_FN_LOG1P, e)));
}

/* q x - m/x = s. With k^2 = m q and x = (k/q) y: y - 1/y = s/k. Where s < 0, y is
 * the reciprocal of the solution for -s, so that nothing cancels. */
static const Expr *log_barrier(const Input *in)
{
    const Writer *w = in->w;
    Num q = total_quadratic(w, in->c), k = near_sqrt(w, exact_product(w, in->c->p[0], q));
    const Expr *half = plain_input(in, exact_quotient(w, num_ratio(w->b->nums, 1, 2), k));
    const Expr *h = write1(w, EIG_FN_ABS, half);
    const Expr *large = write2(w, EIG_FN_ADD, h, root_of_one_plus_square(w, h));
    const Expr *y = write2(w, EIG_FN_MAX, write2(w, EIG_FN_MUL, write1(w, EIG_FN_STEP, half), large),
                           write2(w, EIG_FN_DIV, write_integer(w, 1), large));
    return write_scaled(w, exact_quotient(w, k, q), y);
}

/* q x + T ln x = s. With x = (T/q) y: y + ln y = s/T - ln(T/q). */
static const Expr *boltzmann(const Input *in)
{
    const Writer *w = in->w;
    Num T = in->c->p[0], unit = exact_quotient(w, T, total_quadratic(w, in->c)), ln;
    if (!num_apply(w->b->nums, EIG_FN_LOG, 1, &unit, &ln))
        BUG("the logarithm of a positive number");
    const Expr *v = input(in, exact_quotient(w, one(w), T), exact_product(w, T, ln));
    return write_scaled(w, unit, write1(w, EIG_FN_OMEGA, v));
}

/* q x + l sqrt(x) = s: sqrt(x) = s/(l/2 + sqrt(l^2/4 + q s)). */
static const Expr *three_halves(const Input *in)
{
    const Writer *w = in->w;
    Num half = exact_product(w, in->c->p[0], num_ratio(w->b->nums, 1, 2)), q = total_quadratic(w, in->c);
    const Expr *s = positive_part(w, plain_input(in, one(w)));
    const Expr *root = write1(w, EIG_FN_SQRT, write2(w, EIG_FN_ADD, write_scaled(w, q, s),
                                                     write_number(w, exact_product(w, half, half))));
    const Expr *y = write2(w, EIG_FN_DIV, s, write2(w, EIG_FN_ADD, root, write_number(w, half)));
    return write2(w, EIG_FN_MUL, y, y);
}

/* q x + l x^2 = s with l = k^2: x = s/(q/2 + k sqrt(s + q^2/(4 k^2))). */
static const Expr *cubic(const Input *in)
{
    const Writer *w = in->w;
    Num k = near_sqrt(w, in->c->p[0]), half = exact_product(w, total_quadratic(w, in->c), num_ratio(w->b->nums, 1, 2));
    Num part = exact_quotient(w, half, k);
    const Expr *s = positive_part(w, plain_input(in, one(w)));
    const Expr *root = write1(w, EIG_FN_SQRT, write2(w, EIG_FN_ADD, s, write_number(w, exact_product(w, part, part))));
    return write2(w, EIG_FN_DIV, s, write2(w, EIG_FN_ADD, write_scaled(w, k, root), write_number(w, half)));
}

static const Expr *power(const Input *in)
{
    const Writer *w = in->w;
    const Expr *s = positive_part(w, plain_input(in, one(w)));
    return write_scaled(w, in->c->p[0], write2(w, EIG_FN_POW, s, write_number(w, in->c->p[1])));
}

/* r u^n/(1 + u^n), u = s/sigma, from e = min(u, 1/u)^n, which cannot overflow:
 * the numerator is e for u < 1 and 1 above. */
static const Expr *naka_rushton(const Input *in)
{
    const Writer *w = in->w;
    const Expr *unit = write_integer(w, 1);
    const Expr *u = positive_part(w, plain_input(in, exact_quotient(w, one(w), in->c->p[1])));
    const Expr *t = write2(w, EIG_FN_MIN, u, write2(w, EIG_FN_DIV, unit, u));
    const Expr *e = write2(w, EIG_FN_POW, t, write_number(w, in->c->p[2]));
    const Expr *top = write2(w, EIG_FN_MAX, e, write1(w, EIG_FN_STEP, write2(w, EIG_FN_SUB, u, unit)));
    return write_scaled(w, in->c->p[0], write2(w, EIG_FN_DIV, top, write2(w, EIG_FN_ADD, unit, e)));
}

const Expr *smooth_phi(const Writer *w, const Cost *c, Num gain, Num threshold)
{
    Input in = { w, c, gain, threshold };
    switch (c->smooth) {
    case SMOOTH_ENTROPY: return entropy(&in);
    case SMOOTH_TANH: return write1(w, EIG_FN_TANH, plain_input(&in, one(w)));
    case SMOOTH_ARCTAN: return arctan(&in);
    case SMOOTH_SOFTSIGN: return softsign(&in);
    case SMOOTH_ALGEBRAIC: return algebraic(&in);
    case SMOOTH_PROBIT: return probit(&in);
    case SMOOTH_ELU: return elu(&in);
    case SMOOTH_SOFTPLUS: return softplus(&in);
    case SMOOTH_LOG_BARRIER: return log_barrier(&in);
    case SMOOTH_BOLTZMANN: return boltzmann(&in);
    case SMOOTH_THREE_HALVES: return three_halves(&in);
    case SMOOTH_CUBIC: return cubic(&in);
    case SMOOTH_POWER: return power(&in);
    case SMOOTH_NAKA_RUSHTON: return naka_rushton(&in);
    case SMOOTH_NONE:
    case N_SMOOTHS: break;
    }
    BUG("no smooth cost");
}
