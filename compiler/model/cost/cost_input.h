/* What the files that write the prox of a smooth cost share: the input s = gain (z - threshold), less a tilt, in its
 * forms, and names for operations. */
#ifndef COMPILER_MODEL_COST_COST_INPUT_H
#define COMPILER_MODEL_COST_COST_INPUT_H
#include <float.h>

#include "compiler/model/cost/cost.h"

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

static inline const Expr *less(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_SUB, x, y);
}

static inline const Expr *times(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_MUL, x, y);
}

static inline const Expr *over(const Writer *w, const Expr *x, const Expr *y)
{
    return write2(w, EIG_FN_DIV, x, y);
}

/* x/k; the same as times 1/k where that is a double. */
static inline const Expr *write_over(const Writer *w, const Expr *x, Num k)
{
    return write2(w, EIG_FN_DIV, x, write_number(w, k));
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

/* Of -0 it is 0, so that one over it has a sign. */
static inline const Expr *positive_part(const Writer *w, const Expr *x)
{
    return larger(w, write_integer(w, 0), x);
}

static inline const Expr *step(const Writer *w, const Expr *x)
{
    return write1(w, EIG_FN_STEP, x);
}

static inline const Expr *size(const Writer *w, const Expr *x)
{
    return write1(w, EIG_FN_ABS, x);
}

/* x (1 + off), x >= 0, off small: a number, or infinite, where x is. NULL: nothing is off. */
static inline const Expr *by_part(const Writer *w, const Expr *x, const Expr *off)
{
    return off ? plus(w, x, times(w, smaller(w, x, write_number(w, num_from_double(w->b->nums, DBL_MAX))), off)) : x;
}

/* 1 + a: the coefficient of x where g has the quadratic a x^2/2. */
static inline Num total_quadratic(const Writer *w, const Cost *c)
{
    return exact_sum(w, one(w), c->a_pos);
}

/* max(z - a, 0), where s = gain (z - a), at most the largest double. Without lambda. */
static inline const Expr *distance(const Input *in)
{
    const Writer *w = in->w;
    Num a = input_zero(in, num_int(w->b->nums, 0));
    return smaller(w, positive_part(w, write_affine(w, one(w), a)), write_number(w, num_from_double(w->b->nums, DBL_MAX)));
}

/* 1 where s, without lambda, is 0 or more: also where s is below the doubles. */
static inline const Expr *input_side(const Input *in)
{
    const Writer *w = in->w;
    return write1(w, EIG_FN_STEP, write_affine(w, num_int(w->b->nums, 1), input_zero(in, num_int(w->b->nums, 0))));
}

/* ---- cost_lost.c ---- */
typedef enum InputPart {
    INPUT_SIGNED,
    INPUT_SIZE,                 /* its size */
    INPUT_BELOW                 /* max(-v, 0) */
} InputPart;

/* v + lost is the part of k s as if nothing had been rounded; it is cut where it is larger than about `most`, a number above 16. NULL: nothing is
 * lost, or the expression is plain, or there is a lambda. */
typedef struct ExactInput {
    const Expr *v, *lost;
} ExactInput;

ExactInput exact_input(const Input *in, Num k, InputPart which, Num most);
/* For a logistic function of v + lost, which is computed as that (runtime/function.def, LOGISTIC): nothing is cut, and `lost` is less than 1 where
 * |v| is less than 708. */
ExactInput logistic_input(const Input *in, Num k);
/* exp(-(v + lost)) = unit E; the unit, a power of two, is such that `factor` times it is at most 1, or nearly: their product may be below the
 * doubles, and not E where it is none. v is cut at DECAY_END, or further out. */
typedef struct Decay {
    const Expr *e, *E;          /* e: all of it */
    Num unit;
} Decay;

enum { DECAY_END = 1500 };

Decay exact_decay(const Writer *w, ExactInput v, Num factor);
/* k exp(v + lost), for v below 0: a slope where it is small, k above 1. */
const Expr *exact_growth(const Writer *w, ExactInput v, Num k);
/* What was lost, between -most and most; nothing where that is beyond the doubles. */
const Expr *made_up(const Writer *w, const Expr *x, Num most);
/* a where x is at most `end`, else b; both from 0 to the largest double. */
const Expr *up_to(const Writer *w, const Expr *x, Num end, const Expr *a, const Expr *b);
/* What distance() lost, as a part of it; NULL: nothing. */
const Expr *lost_distance(const Input *in, const Expr *d);
/* What z - a lost, likewise. */
const Expr *lost_size(const Input *in);
/* power for d = distance() by what it is for a d that lost nothing: p (1 + e off), off from lost_distance(). */
const Expr *exact_power(const Writer *w, const Expr *p, Num e, const Expr *off);
bool is_power_of_two(Num x);

/* ---- cost_root.c: the roots of equations ---- */
Prox prox_of_log_barrier(const Input *in);
Prox prox_of_boltzmann(const Input *in);
Prox prox_of_three_halves(const Input *in);
Prox prox_of_cubic(const Input *in);

/* ---- cost_power.c ---- */
/* c (g d)^e for d = distance(), c, g, e > 0; every d gives a number, or infinity where that is beyond the doubles. */
const Expr *write_monomial(const Writer *w, Num c, Num g, const Expr *d, Num e);
Prox prox_of_power(const Input *in);
/* c (g d)^e as power (1 + lost)/inverse: one power of 2^m d, infinite where that is beyond the doubles, m such that `inverse` is 1 or more
 * where e is above 1 or below 0. `lost` makes up for an exponent that is no double, to first order; else NULL. False where c and g or e are
 * too far out for that. */
typedef struct Bare {
    const Expr *power, *lost;
    Num inverse;
} Bare;

bool bare_monomial(const Writer *w, Num c, Num g, const Expr *d, Num e, Bare *out);

/* ---- cost_hill.c ---- */
Prox prox_of_naka_rushton(const Input *in);
#endif
