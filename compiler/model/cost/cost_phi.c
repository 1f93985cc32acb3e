/* The activation of a cost: phi(z) = prox_g(gain (z - threshold)) as an
 * expression, and its slopes and range as exact numbers. */
#include "compiler/model/cost/cost.h"

/* gain/(1 + a): the slope of phi on one side. */
static Num side_slope(const Writer *w, Num gain, Num a)
{
    return exact_quotient(w, gain, exact_sum(w, a, num_int(w->b->nums, 1)));
}

/* ---- piecewise quadratic costs ---- */

/* 1 from 0 on, 0 below. */
static const Expr *step_at(const Writer *w, Num at)
{
    return write1(w, EIG_FN_STEP, write_affine(w, num_int(w->b->nums, 1), at));
}

/* 1 before `at`, 0 from it on. */
static const Expr *until(const Writer *w, Num at)
{
    return write2(w, EIG_FN_SUB, write_number(w, num_int(w->b->nums, 1)), step_at(w, at));
}

/* One slope below `left`, another from `right` on, 0 between. */
static const Expr *two_slopes(const Writer *w, Num down, Num left, Num up, Num right)
{
    return write2(w, EIG_FN_ADD, write_scaled(w, down, until(w, left)), write_scaled(w, up, step_at(w, right)));
}

static Prox straight(const Writer *w, Num slope, Num zero)
{
    return (Prox){ write_affine(w, slope, zero), write_number(w, slope) };
}

/* soft(s - tilt, lambda)/(1 + a_side), s = gain (z - threshold), before the clip: `up` times z - right or `down` times z - left. */
typedef struct Soft {
    Num up, right, down, left;
    int sign;                   /* of all values: 0 where both occur */
} Soft;

static Soft soft(const Writer *w, const Cost *c, Num gain, Num threshold)
{
    return (Soft){ side_slope(w, gain, c->a_pos), exact_sum(w, threshold, exact_quotient(w, exact_sum(w, c->tilt, c->lambda), gain)),
                   side_slope(w, gain, c->a_neg), exact_sum(w, threshold, exact_quotient(w, exact_difference(w, c->tilt, c->lambda), gain)),
                   cost_sign(c) };
}

/* Everything is a constant times (z - a constant), so that each constant is exact until it is rounded once. */
static Prox soft_prox(const Writer *w, const Cost *c, const Soft *q)
{
    int steeper = mpq_cmp(q->up, q->down);
    const Expr *zero = write_integer(w, 0);
    if (q->sign < 0)
        return straight(w, q->down, q->left);
    if (q->sign > 0 || (steeper == 0 && mpq_sgn(c->lambda) == 0))
        return straight(w, q->up, q->right);
    const Expr *above = write_affine(w, q->up, q->right), *below = write_affine(w, q->down, q->left);
    const Expr *slope = two_slopes(w, q->down, q->left, q->up, q->right);
    if (mpq_sgn(c->lambda) == 0)
        return (Prox){ write2(w, steeper > 0 ? EIG_FN_MAX : EIG_FN_MIN, above, below), slope };
    return (Prox){ write2(w, EIG_FN_ADD, write2(w, EIG_FN_MAX, above, zero), write2(w, EIG_FN_MIN, below, zero)), slope };
}

/* inside is 0 or 1. */
static const Expr *slope_inside(const Writer *w, const Expr *inside, const Expr *slope)
{
    Num k;
    return expr_is_const(slope, &k) ? write_scaled(w, k, inside) : write2(w, EIG_FN_MUL, inside, slope);
}

/* 1 where both are 1, NULL counting as 1. */
static const Expr *both(const Writer *w, const Expr *a, const Expr *b)
{
    return a && b ? write2(w, EIG_FN_MUL, a, b) : a ? a : b;
}

/* Clipped; its slope is 0 outside [lo, hi]. NULL: unbounded. */
static Prox clip(const Writer *w, Prox p, Num lo, Num hi)
{
    const Expr *above = lo ? write1(w, EIG_FN_STEP, write2(w, EIG_FN_SUB, p.value, write_number(w, lo))) : NULL;
    const Expr *below = hi ? write1(w, EIG_FN_STEP, write2(w, EIG_FN_SUB, write_number(w, hi), p.value)) : NULL, *inside = both(w, above, below);
    return (Prox){ write_clipped(w, p.value, lo, hi), inside ? slope_inside(w, inside, p.slope) : p.slope };
}

/* Where soft() is x; the last such place or the first. */
static Num soft_inverse(const Writer *w, const Soft *q, Num x, bool last)
{
    bool is_up = q->sign ? q->sign > 0 : mpq_sgn(x) ? mpq_sgn(x) > 0 : last;
    return exact_sum(w, is_up ? q->right : q->left, exact_quotient(w, x, is_up ? q->up : q->down));
}

/* The same by z: a value next to the bound may be rounded to it. */
static Prox soft_clip(const Writer *w, const Cost *c, const Soft *q)
{
    Prox p = soft_prox(w, c, q);
    const Expr *above = c->lo ? step_at(w, soft_inverse(w, q, c->lo, false)) : NULL, *below = NULL;
    if (c->hi)
        below = write1(w, EIG_FN_STEP, write1(w, EIG_FN_NEG, write_affine(w, num_int(w->b->nums, 1), soft_inverse(w, q, c->hi, true))));
    const Expr *inside = both(w, above, below);
    return (Prox){ write_clipped(w, p.value, c->lo, c->hi), inside ? slope_inside(w, inside, p.slope) : p.slope };
}

/* What is written so is what a run computes, and not the function as proofs have it. */
static Writer as_computed(const Writer *w)
{
    Writer computed = *w;
    computed.plain = false;
    return computed;
}

static void fill_prox(const Writer *w, Prox p, Activation *out)
{
    *(w->plain ? &out->phi : &out->computed) = p.value;
    *(w->plain ? &out->slope : &out->computed_slope) = p.slope;
}

static void widen(Activation *out, Num slope)
{
    if (!out->slope_lo || mpq_cmp(slope, out->slope_lo) < 0)
        out->slope_lo = slope;
    if (!out->slope_hi || mpq_cmp(slope, out->slope_hi) > 0)
        out->slope_hi = out->slope_attained = slope;
}

static void soft_slopes(const Writer *w, const Cost *c, Num gain, Activation *out)
{
    if (cost_sign(c) >= 0)
        widen(out, side_slope(w, gain, c->a_pos));
    if (cost_sign(c) <= 0)
        widen(out, side_slope(w, gain, c->a_neg));
    if (c->lo || c->hi || mpq_sgn(c->lambda) != 0)
        widen(out, num_int(w->b->nums, 0));
}

static const Expr *step_value(const Writer *w, const Cost *c, Num at)
{
    const Expr *rise = write_scaled(w, exact_difference(w, c->hi, c->lo), step_at(w, at));
    return mpq_sgn(c->lo) == 0 ? rise : write2(w, EIG_FN_ADD, write_number(w, c->lo), rise);
}

/* lo up to the step, hi from it on: (1 + a) x = s - tilt has no x in it. */
static void fill_step(const Writer *w, const Cost *c, Num gain, Num threshold, Activation *out)
{
    Num at = exact_sum(w, threshold, exact_quotient(w, c->tilt, gain));
    Writer computed = as_computed(w);
    fill_prox(w, (Prox){ step_value(w, c, at), NULL }, out);
    fill_prox(&computed, (Prox){ step_value(&computed, c, at), NULL }, out);
    out->slope_lo = num_int(w->b->nums, 0);
    out->slope_unbounded = out->set_valued = true;
    out->range_lo = c->lo;
    out->range_hi = c->hi;
}

/* ---- smooth costs ---- */

static void fill_smooth_prox(const Writer *w, const Cost *c, Num gain, Num threshold, Num lo, Num hi, Activation *out)
{
    Writer computed = as_computed(w);
    fill_prox(w, clip(w, smooth_prox(w, c, gain, threshold), lo, hi), out);
    fill_prox(&computed, clip(&computed, smooth_prox(&computed, c, gain, threshold), lo, hi), out);
}

static void fill_smooth(const Writer *w, const Cost *c, Num gain, Num threshold, Activation *out)
{
    Num lo, hi, slope, attained;
    smooth_range(w->b, c, &lo, &hi);
    /* A clip at or outside the range changes nothing. */
    Num clip_lo = c->lo && mpq_cmp(c->lo, lo) > 0 ? c->lo : NULL;
    Num clip_hi = c->hi && (!hi || mpq_cmp(c->hi, hi) < 0) ? c->hi : NULL;
    fill_smooth_prox(w, c, gain, threshold, clip_lo, clip_hi, out);
    bool bounded = smooth_slope(w, c, &slope, &attained);
    out->slope_lo = num_int(w->b->nums, 0);
    out->slope_hi = slope ? exact_product(w, gain, slope) : NULL;
    out->slope_attained = slope ? exact_product(w, gain, attained) : NULL;
    out->slope_unbounded = !slope;
    out->slope_too_large = bounded && !slope;
    out->range_lo = clip_lo ? clip_lo : lo;
    out->range_hi = clip_hi ? clip_hi : hi;
    out->is_analytic = smooth_is_analytic(c->smooth) && !clip_lo && !clip_hi && mpq_sgn(c->lambda) == 0 && mpq_equal(c->a_neg, c->a_pos);
}

/* ---- all ---- */

static Num moved(const Writer *w, Num x, Num by)
{
    return x ? exact_sum(w, x, by) : NULL;
}

/* prox of g(x - a) is a + prox_g(s - a), and s - a = gain (z - (threshold + a/gain)). */
static void add_shift(const Writer *w, Num a, Activation *out)
{
    out->phi = write2(w, EIG_FN_ADD, out->phi, write_number(w, a));
    if (out->computed)
        out->computed = write2(w, EIG_FN_ADD, out->computed, write_number(w, a));
    out->range_lo = moved(w, out->range_lo, a);
    out->range_hi = moved(w, out->range_hi, a);
}

void cost_activation(Builder *b, const Cost *c, Num gain, Num th, Activation *out)
{
    Writer w = { b, c->span, .plain = true };
    Num threshold = c->shift ? exact_sum(&w, th, exact_quotient(&w, c->shift, gain)) : th;
    *out = (Activation){ .text = c->text, .slope_known = true, .gain = gain, .threshold = th, .span = c->span };
    if (c->smooth != SMOOTH_NONE) {
        fill_smooth(&w, c, gain, threshold, out);
    } else if (cost_jumps(c)) {
        fill_step(&w, c, gain, threshold, out);
    } else {
        Writer computed = as_computed(&w);
        Soft q = soft(&w, c, gain, threshold);
        fill_prox(&w, soft_clip(&w, c, &q), out);
        fill_prox(&computed, soft_clip(&computed, c, &q), out);
        soft_slopes(&w, c, gain, out);
        out->range_lo = c->lo;
        out->range_hi = c->hi;
    }
    if (c->shift)
        add_shift(&w, c->shift, out);
    /* Between equal bounds phi is a constant. */
    if (out->range_lo && out->range_hi && mpq_cmp(out->range_lo, out->range_hi) >= 0)
        out->slope_lo = out->slope_hi = out->slope_attained = num_int(b->nums, 0);
}
