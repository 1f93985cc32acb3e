/* The activation of a cost: phi(z) = prox_g(gain (z - threshold)) as an
 * expression, and its slopes and range as exact numbers. */
#include "compiler/model/cost.h"

#include <string.h>

/* ---- which sums have a closed prox ---- */

static bool has_quadratic(const Cost *c)
{
    return mpq_sgn(c->a_neg) != 0 || mpq_sgn(c->a_pos) != 0;
}

/* +1 or -1 where x cannot have the other sign, 0 where it can have both. */
static int sign_of_domain(const Cost *c)
{
    if ((c->lo && mpq_sgn(c->lo) >= 0) || c->smooth == SMOOTH_LOGISTIC || c->smooth == SMOOTH_SOFTPLUS)
        return 1;
    return c->hi && mpq_sgn(c->hi) <= 0 ? -1 : 0;
}

/* lambda |x| is a tilt where x has one sign. */
static void fold_lambda(Builder *b, Cost *c)
{
    int sign = sign_of_domain(c);
    if (sign == 0 || mpq_sgn(c->lambda) == 0)
        return;
    mpq_ptr tilt = num_new(b->nums);
    if (sign > 0)
        mpq_add(tilt, c->tilt, c->lambda);
    else
        mpq_sub(tilt, c->tilt, c->lambda);
    c->tilt = tilt;
    c->lambda = num_int(b->nums, 0);
}

/* The open interval of values of the smooth prox. */
static void smooth_range(Builder *b, const Cost *c, Num *lo, Num *hi)
{
    *lo = num_int(b->nums, c->smooth == SMOOTH_TANH ? -1 : 0);
    *hi = c->smooth == SMOOTH_LOGISTIC ? c->r : c->smooth == SMOOTH_TANH ? num_int(b->nums, 1) : NULL;
}

static bool report_open_sum(Builder *b, const Cost *c, const char *with)
{
    Diag *d = diag_at(b->cx, D_E0702, c->span, "the sum of this cost and %s has no closed prox", with);
    diag_note_at(b->cx, d, c->smooth_span, "a smooth cost may stand alone, in a box, or with a linear cost");
    diag_help(b->cx, d, "write the activation that you mean: `activation(z) = ...`");
    return false;
}

static bool close_smooth(Builder *b, const Cost *c)
{
    if (has_quadratic(c))
        return report_open_sum(b, c, "a quadratic");
    if (mpq_sgn(c->lambda) != 0)
        return report_open_sum(b, c, "`l1`");
    Num lo, hi;
    smooth_range(b, c, &lo, &hi);
    if ((c->lo && hi && mpq_cmp(c->lo, hi) >= 0) || (c->hi && mpq_cmp(c->hi, lo) <= 0)) {
        diag_at(b->cx, D_E0401, c->span, "no rate satisfies all of this cost: its domains do not meet");
        return false;
    }
    return true;
}

bool cost_close(Builder *b, Cost *c)
{
    if (c->lo && c->hi && mpq_cmp(c->lo, c->hi) >= 0) {
        diag_at(b->cx, D_E0401, c->span, "no rate satisfies all of this cost: its domains do not meet");
        return false;
    }
    fold_lambda(b, c);
    if (c->smooth != SMOOTH_NONE)
        return close_smooth(b, c);
    if (mpq_cmp_si(c->a_neg, -1, 1) <= 0 || mpq_cmp_si(c->a_pos, -1, 1) <= 0) {
        Diag *d = diag_at(b->cx, D_E0401, c->span, "x^2/2 plus this cost is not convex: its prox is not a function");
        diag_help(b->cx, d, "the coefficients of x^2/2 must add up to more than -1");
        return false;
    }
    return true;
}

/* ---- expressions ---- */

typedef struct Writer {
    Builder *b;
    Span at;
} Writer;

static const Expr *number(const Writer *w, Num x)
{
    return expr_const(w->b->cx, w->at, x);
}

static const Expr *integer(const Writer *w, long k)
{
    return number(w, num_int(w->b->nums, k));
}

static const Expr *apply1(const Writer *w, EigFn fn, const Expr *x)
{
    return expr_call(w->b->cx, w->b->nums, w->at, fn, 1, &x);
}

static const Expr *apply2(const Writer *w, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *args[2] = { x, y };
    return expr_call(w->b->cx, w->b->nums, w->at, fn, 2, args);
}

static const Expr *scaled(const Writer *w, Num k, const Expr *x)
{
    return apply2(w, EIG_FN_MUL, number(w, k), x);
}

/* k (z - shift), with `z + 1` for a shift of -1. */
static const Expr *affine(const Writer *w, Num k, Num shift)
{
    const Expr *z = expr_var(w->b->cx, w->at, EIG_VAR_Z);
    bool negative = mpq_sgn(shift) < 0;
    mpq_ptr size = num_new(w->b->nums);
    mpq_abs(size, shift);
    return scaled(w, k, apply2(w, negative ? EIG_FN_ADD : EIG_FN_SUB, z, number(w, size)));
}

static const Expr *clipped(const Writer *w, const Expr *x, Num lo, Num hi)
{
    if (lo)
        x = apply2(w, EIG_FN_MAX, x, number(w, lo));
    return hi ? apply2(w, EIG_FN_MIN, x, number(w, hi)) : x;
}

static Num product(Writer *w, Num a, Num b)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_mul(q, a, b);
    return q;
}

static Num quotient(Writer *w, Num a, Num b)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_div(q, a, b);
    return q;
}

static Num sum(Writer *w, Num a, Num b)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_add(q, a, b);
    return q;
}

static Num difference(Writer *w, Num a, Num b)
{
    mpq_ptr q = num_new(w->b->nums);
    mpq_sub(q, a, b);
    return q;
}

/* gain/(1 + a): the slope of phi on one side. */
static Num side_slope(Writer *w, Num gain, Num a)
{
    return quotient(w, gain, sum(w, a, num_int(w->b->nums, 1)));
}

/* ---- piecewise quadratic costs ---- */

/* soft(s - tilt, lambda)/(1 + a_side), s = gain (z - threshold), before the clip.
 * Everything is a constant times (z - a constant), so that each constant is
 * exact until it is rounded once. */
static const Expr *soft_phi(Writer *w, const Cost *c, Num gain, Num threshold)
{
    Num up = side_slope(w, gain, c->a_pos), down = side_slope(w, gain, c->a_neg);
    Num zero = num_int(w->b->nums, 0);
    Num right = sum(w, threshold, quotient(w, sum(w, c->tilt, c->lambda), gain));
    Num left = sum(w, threshold, quotient(w, difference(w, c->tilt, c->lambda), gain));
    int sign = sign_of_domain(c);
    if (sign > 0)
        return affine(w, up, right);
    if (sign < 0)
        return affine(w, down, left);
    if (mpq_sgn(c->lambda) != 0)
        return apply2(w, EIG_FN_ADD, apply2(w, EIG_FN_MAX, affine(w, up, right), number(w, zero)),
                      apply2(w, EIG_FN_MIN, affine(w, down, left), number(w, zero)));
    int steeper = mpq_cmp(up, down);
    if (steeper == 0)
        return affine(w, up, right);
    return apply2(w, steeper > 0 ? EIG_FN_MAX : EIG_FN_MIN, affine(w, up, right), affine(w, down, left));
}

static void widen(Activation *out, Num slope)
{
    if (!out->slope_lo || mpq_cmp(slope, out->slope_lo) < 0)
        out->slope_lo = slope;
    if (!out->slope_hi || mpq_cmp(slope, out->slope_hi) > 0)
        out->slope_hi = slope;
}

static void soft_slopes(Writer *w, const Cost *c, Num gain, Activation *out)
{
    if (sign_of_domain(c) >= 0)
        widen(out, side_slope(w, gain, c->a_pos));
    if (sign_of_domain(c) <= 0)
        widen(out, side_slope(w, gain, c->a_neg));
    if (c->lo || c->hi || mpq_sgn(c->lambda) != 0)
        widen(out, num_int(w->b->nums, 0));
}

/* ---- smooth costs ---- */

/* r/(1 + exp(-v)) from e = exp(-|v|), which cannot overflow: the numerator is
 * 1 for v >= 0 and e below. */
static const Expr *logistic_of(const Writer *w, const Expr *v, Num r)
{
    const Expr *e = apply1(w, EIG_FN_EXP, apply1(w, EIG_FN_NEG, apply1(w, EIG_FN_ABS, v)));
    const Expr *top = apply2(w, EIG_FN_MAX, e, apply1(w, EIG_FN_STEP, v));
    return scaled(w, r, apply2(w, EIG_FN_DIV, top, apply2(w, EIG_FN_ADD, integer(w, 1), e)));
}

/* T ln(1 + exp(v)) = T (max(v, 0) + log1p(exp(-|v|))). */
static const Expr *softplus_of(const Writer *w, const Expr *v, Num T)
{
    const Expr *e = apply1(w, EIG_FN_EXP, apply1(w, EIG_FN_NEG, apply1(w, EIG_FN_ABS, v)));
    const Expr *top = apply2(w, EIG_FN_MAX, v, integer(w, 0));
    return scaled(w, T, apply2(w, EIG_FN_ADD, top, apply1(w, EIG_FN_LOG1P, e)));
}

static const Expr *smooth_phi(Writer *w, const Cost *c, Num gain, Num threshold)
{
    Num shift = sum(w, threshold, quotient(w, sum(w, c->tilt, c->th), gain));
    Num k = c->T ? quotient(w, gain, c->T) : gain;
    const Expr *v = affine(w, k, shift);
    switch (c->smooth) {
    case SMOOTH_LOGISTIC: return logistic_of(w, v, c->r);
    case SMOOTH_TANH: return apply1(w, EIG_FN_TANH, v);
    case SMOOTH_SOFTPLUS: return softplus_of(w, v, c->T);
    case SMOOTH_NONE: break;
    }
    BUG("no smooth cost");
}

/* The value of phi nearest to `best` within the clip: there phi' is largest. */
static Num steepest(const Cost *c, Num best)
{
    if (c->lo && mpq_cmp(best, c->lo) < 0)
        return c->lo;
    return c->hi && mpq_cmp(best, c->hi) > 0 ? c->hi : best;
}

/* sup phi' of the catalogue: phi (r - phi)/(r T), 1 - phi^2, 1. */
static Num smooth_slope(Writer *w, const Cost *c, Num gain)
{
    Num one = num_int(w->b->nums, 1), m;
    switch (c->smooth) {
    case SMOOTH_LOGISTIC:
        m = steepest(c, product(w, c->r, num_ratio(w->b->nums, 1, 2)));
        m = quotient(w, product(w, m, difference(w, c->r, m)), product(w, c->r, c->T));
        return product(w, gain, m);
    case SMOOTH_TANH:
        m = steepest(c, num_int(w->b->nums, 0));
        return product(w, gain, difference(w, one, product(w, m, m)));
    case SMOOTH_SOFTPLUS: return gain;
    case SMOOTH_NONE: break;
    }
    BUG("no smooth cost");
}

/* ---- both ---- */

static void fill_smooth(Writer *w, const Cost *c, Num gain, Num threshold, Activation *out)
{
    Num lo, hi;
    out->phi = smooth_phi(w, c, gain, threshold);
    widen(out, num_int(w->b->nums, 0));
    widen(out, smooth_slope(w, c, gain));
    smooth_range(w->b, c, &lo, &hi);
    /* A clip at or outside the range changes nothing. */
    Num clip_lo = c->lo && mpq_cmp(c->lo, lo) > 0 ? c->lo : NULL;
    Num clip_hi = c->hi && (!hi || mpq_cmp(c->hi, hi) < 0) ? c->hi : NULL;
    out->phi = clipped(w, out->phi, clip_lo, clip_hi);
    out->slope_hi_is_loose = c->smooth == SMOOTH_SOFTPLUS && clip_hi;   /* it reaches the gain only at infinity */
    out->range_lo = clip_lo ? clip_lo : lo;
    out->range_hi = clip_hi ? clip_hi : hi;
}

void cost_activation(Builder *b, const Cost *c, Num gain, Num threshold, Activation *out)
{
    Writer w = { b, c->span };
    *out = (Activation){ .text = c->text, .slope_known = true, .gain = gain, .threshold = threshold, .span = c->span };
    if (c->smooth != SMOOTH_NONE) {
        fill_smooth(&w, c, gain, threshold, out);
    } else {
        out->phi = clipped(&w, soft_phi(&w, c, gain, threshold), c->lo, c->hi);
        soft_slopes(&w, c, gain, out);
        out->range_lo = c->lo;
        out->range_hi = c->hi;
    }
    /* Between equal bounds phi is a constant. */
    if (out->range_lo && out->range_hi && mpq_cmp(out->range_lo, out->range_hi) >= 0)
        out->slope_lo = out->slope_hi = num_int(b->nums, 0);
}
