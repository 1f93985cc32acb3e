/* What rounding takes from k (z - a), for the costs that are exponentials or powers of it: there a unit of the argument is many units of the
 * value, so that what was lost comes back behind the exponential, or the power, to first order. */
#include <stdlib.h>
#include <string.h>

#include "compiler/model/cost/cost_input.h"

enum {
    MOST_ZERO = 960,            /* a is below 2^960; beyond, and with a lambda, nothing is made up for */
    MOST_TOGETHER = 30          /* half a unit of a product up to this is little beside 1 */
};

/* Farther out than this an exponential is 0 or infinite, and nothing is lost that counts. */
static const Expr *clipped(const Writer *w, const Expr *x, Num most)
{
    return write_clipped(w, x, minus(w, most), most);
}

const Expr *made_up(const Writer *w, const Expr *x, Num most)
{
    return clipped(w, write1(w, EIG_FN_OR_ZERO, x), most);
}

bool is_power_of_two(Num x)
{
    mpz_srcptr top = mpq_numref(x), bottom = mpq_denref(x);
    return mpq_sgn(x) > 0 && mpz_sizeinbase(top, 2) - 1 == mpz_scan1(top, 0) && mpz_sizeinbase(bottom, 2) - 1 == mpz_scan1(bottom, 0);
}

/* Of `which`: z - a, its size, or max(a - z, 0). */
static const Expr *part_of(const Writer *w, const Expr *x, InputPart which)
{
    return which == INPUT_SIZE ? size(w, x) : which == INPUT_BELOW ? positive_part(w, write1(w, EIG_FN_NEG, x)) : x;
}

/* What z - a lost, with the sign that it has in the part. */
static const Expr *lost_of_part(const Writer *w, const Expr *x, const Expr *d, InputPart which)
{
    const Expr *side = step(w, x);
    if (which == INPUT_SIZE)
        return times(w, less(w, write_scaled(w, num_int(w->b->nums, 2), side), write_integer(w, 1)), d);
    return which == INPUT_BELOW ? times(w, less(w, side, write_integer(w, 1)), d) : d;
}

ExactInput exact_input(const Input *in, Num k, InputPart which, Num most)
{
    const Writer *w = in->w;
    Num K = by_input(in, k), a = input_zero(in, num_int(w->b->nums, 0)), unit = power_of_two(w, magnitude(K));
    bool sum = mpq_sgn(a) != 0, product = !is_power_of_two(K), is_far = sum && magnitude(a) >= MOST_ZERO;
    if (w->plain || mpq_sgn(in->c->lambda) != 0 || is_far || !(sum || product))
        return (ExactInput){ part_of(w, plain_input(in, k), which), NULL };
    const Expr *d = NULL, *z = expr_var(w->b->cx, w->at, EIG_VAR_Z);
    const Expr *x = sum ? write_difference(w, z, a, &d) : write_affine(w, one(w), a), *h = write_scaled(w, unit, part_of(w, x, which));
    Num most_lost = exact_product(w, most, power_of_two(w, -40));
    most = exact_product(w, num_int(w->b->nums, 2), most);      /* of a `rest` that is above 1/2 */
    h = which == INPUT_SIGNED ? clipped(w, h, most) : smaller(w, h, write_number(w, most));
    Num rest = exact_quotient(w, K, unit);
    ExactInput out = { write_scaled(w, rest, h), product ? lost_product(w, h, write_number(w, rest)) : NULL };
    if (sum) {
        d = made_up(w, write_scaled(w, K, lost_of_part(w, x, d, which)), mpq_cmp(most_lost, one(w)) > 0 ? most_lost : one(w));
        out.lost = out.lost ? plus(w, out.lost, d) : d;
    }
    return out;
}

/* z - a, and in *left what it lost. What an a is off by that is no double is part of that, but where k makes it more than a little. */
static const Expr *difference(const Writer *w, Num a, Num k, const Expr **left)
{
    const Expr *z = expr_var(w->b->cx, w->at, EIG_VAR_Z);
    *left = NULL;
    if (mpq_sgn(a) == 0)
        return z;
    if (magnitude(k) + magnitude(a) > MOST_TOGETHER)
        return write_difference(w, z, a, left);
    const Expr *minus_a = write_number(w, minus(w, a));
    *left = lost_sum(w, z, minus_a);
    return mpq_sgn(a) < 0 ? plus(w, z, minus_a) : less(w, z, write_number(w, a));
}

ExactInput logistic_input(const Input *in, Num k)
{
    const Writer *w = in->w;
    Num K = by_input(in, k), a = input_zero(in, num_int(w->b->nums, 0));
    bool is_far = labs(magnitude(K)) >= MOST_ZERO || (mpq_sgn(a) != 0 && magnitude(a) >= MOST_ZERO);
    if (w->plain || mpq_sgn(in->c->lambda) != 0 || is_far)
        return (ExactInput){ plain_input(in, k), NULL };
    const Expr *d, *x = difference(w, a, K, &d), *product = is_power_of_two(K) ? NULL : lost_product(w, x, write_number(w, K));
    d = d ? write_scaled(w, K, d) : NULL;
    return (ExactInput){ write_scaled(w, K, x), product && d ? plus(w, product, d) : product ? product : d };
}

Decay exact_decay(const Writer *w, ExactInput v, Num factor)
{
    enum { MOST = 1000 };
    static const char ln_2[] = "0.69314718055994530941723212145817656807550013436026";
    Num c;
    long e = w->plain ? 0 : magnitude(factor) > MOST ? MOST : magnitude(factor);
    if (!num_parse(w->b->nums, ln_2, strlen(ln_2), &c))
        BUG("ln 2");
    if (e > 0) {
        const Expr *left;
        const Expr *near = v.lost ? v.v : smaller(w, v.v, write_integer(w, 2 * DECAY_END));
        v.v = write_difference(w, near, exact_product(w, c, num_int(w->b->nums, e)), &left);
        v.lost = v.lost ? plus(w, v.lost, left) : left;
    }
    const Expr *E = write1(w, EIG_FN_EXP, write1(w, EIG_FN_NEG, v.v));
    if (v.lost)
        E = less(w, E, times(w, E, v.lost));
    Num unit = power_of_two(w, e > 0 ? -e : 0);
    return (Decay){ write_scaled(w, unit, E), E, unit };
}

const Expr *exact_growth(const Writer *w, ExactInput v, Num k)
{
    ExactInput down = { larger(w, write1(w, EIG_FN_NEG, v.v), write_integer(w, 0)), NULL };
    if (v.lost)
        down.lost = made_up(w, write1(w, EIG_FN_NEG, v.lost), num_ratio(w->b->nums, 1, 2));
    Decay e = exact_decay(w, down, k);
    return write_scaled(w, exact_product(w, k, e.unit), e.E);
}

const Expr *up_to(const Writer *w, const Expr *x, Num end, const Expr *a, const Expr *b)
{
    const Expr *most = write_number(w, num_from_double(w->b->nums, DBL_MAX)), *is_near = step(w, less(w, write_number(w, end), x));
    return plus(w, times(w, is_near, smaller(w, a, most)), times(w, less(w, write_integer(w, 1), is_near), smaller(w, b, most)));
}

/* What z - a lost, as a part of x, which it is; NULL: nothing. */
static const Expr *lost_part(const Input *in, const Expr *x)
{
    const Writer *w = in->w;
    const Expr *left, *z = expr_var(w->b->cx, w->at, EIG_VAR_Z);
    Num a = input_zero(in, num_int(w->b->nums, 0));
    if (w->plain || mpq_sgn(a) == 0 || magnitude(a) >= MOST_ZERO)
        return NULL;
    write_difference(w, z, a, &left);
    return made_up(w, over(w, left, x), power_of_two(w, -50));
}

const Expr *lost_size(const Input *in)
{
    return lost_part(in, write_affine(in->w, one(in->w), input_zero(in, num_int(in->w->b->nums, 0))));
}

const Expr *lost_distance(const Input *in, const Expr *d)
{
    return lost_part(in, larger(in->w, d, write_number(in->w, power_of_two(in->w, -1074))));
}

const Expr *exact_power(const Writer *w, const Expr *p, Num e, const Expr *off)
{
    return by_part(w, p, off ? write_scaled(w, e, off) : NULL);
}
