/* What the files that write the prox of a smooth cost share: the input s = gain (z - threshold), less a tilt, in its
 * forms, and names for operations. */
#ifndef COMPILER_MODEL_COST_INPUT_H
#define COMPILER_MODEL_COST_INPUT_H
#include <float.h>

#include "compiler/model/cost.h"

/* What stands in a prox: s = gain (z - threshold) - tilt, softened by lambda. */
typedef struct Input {
    const Writer *w;
    const Cost *c;
    Num gain, threshold;
} Input;

/* Where s would be 0 without lambda and with a tilt that is larger by `shift`. */
static inline Num input_zero(const Input *in, Num shift)
{
    const Writer *w = in->w;
    return exact_sum(w, in->threshold, exact_quotient(w, exact_sum(w, in->c->tilt, shift), in->gain));
}

static inline Num minus(const Writer *w, Num x)
{
    return exact_difference(w, num_int(w->b->nums, 0), x);
}

/* k (s - shift), written as a constant times (z - a constant). A lambda that
 * could not be folded goes with a shift of 0 only. */
static inline const Expr *input(const Input *in, Num k, Num shift)
{
    const Writer *w = in->w;
    Num slope = exact_product(w, k, in->gain), lambda = in->c->lambda;
    if (mpq_sgn(lambda) == 0)
        return write_affine(w, slope, input_zero(in, shift));
    const Expr *right = write_affine(w, slope, input_zero(in, lambda)), *zero = write_integer(w, 0);
    const Expr *left = write_affine(w, slope, input_zero(in, minus(w, lambda)));
    return write2(w, EIG_FN_ADD, write2(w, EIG_FN_MAX, right, zero), write2(w, EIG_FN_MIN, left, zero));
}

static inline const Expr *plain_input(const Input *in, Num k)
{
    return input(in, k, num_int(in->w->b->nums, 0));
}

/* k times the gain: what is k by s is that by z. */
static inline Num by_input(const Input *in, Num k)
{
    return exact_product(in->w, k, in->gain);
}

static inline Num one(const Writer *w)
{
    return num_int(w->b->nums, 1);
}

static inline Num half(const Writer *w, Num x)
{
    return exact_product(w, x, num_ratio(w->b->nums, 1, 2));
}

static inline const Expr *plus(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_ADD, x, y);
}

static inline const Expr *times(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_MUL, x, y);
}

static inline const Expr *over(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_DIV, x, y);
}

static inline const Expr *larger(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_MAX, x, y);
}

static inline const Expr *smaller(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_MIN, x, y);
}

static inline const Expr *one_plus(const Writer *w, const Expr *x)
{
    return plus(w, write_integer(w, 1), x);
}

static inline const Expr *positive_part(const Writer *w, const Expr *x)
{
    return larger(w, x, write_integer(w, 0));
}

static inline const Expr *step(const Writer *w, const Expr *x)
{
    return write1(w, EIG_FN_STEP, x);
}

static inline const Expr *size(const Writer *w, const Expr *x)
{
    return write1(w, EIG_FN_ABS, x);
}

/* 1 + a: the coefficient of x where g has the quadratic a x^2/2. */
static inline Num total_quadratic(const Writer *w, const Cost *c)
{
    return exact_sum(w, one(w), c->a_pos);
}

/* max(z - a, 0), where s = gain (z - a): a number also where s is none, at most the largest double. Without lambda. */
static inline const Expr *distance(const Input *in)
{
    const Writer *w = in->w;
    Num a = input_zero(in, num_int(w->b->nums, 0));
    const Expr *d = positive_part(w, write_affine(w, one(w), a));
    bool always = mpq_sgn(a) >= 0 || magnitude(a) < 960;
    return always ? d : smaller(w, d, write_number(w, num_from_double(w->b->nums, DBL_MAX)));
}

/* 1 where s, without lambda, is 0 or more: also where s is below the doubles. */
static inline const Expr *input_side(const Input *in)
{
    const Writer *w = in->w;
    return write1(w, EIG_FN_STEP, write_affine(w, num_int(w->b->nums, 1), input_zero(in, num_int(w->b->nums, 0))));
}

/* ---- cost_root.c: the roots of equations ---- */
Prox prox_of_log_barrier(const Input *in);
Prox prox_of_boltzmann(const Input *in);
Prox prox_of_three_halves(const Input *in);
Prox prox_of_cubic(const Input *in);

/* ---- cost_power.c ---- */
/* c (g d)^e for d = distance(), c, g, e > 0; every d gives a number, or infinity where that is beyond the doubles. */
const Expr *write_monomial(const Writer *w, Num c, Num g, const Expr *d, Num e);
Prox prox_of_power(const Input *in);
#endif
