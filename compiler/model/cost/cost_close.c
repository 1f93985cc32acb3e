/* Which sums of costs have a closed prox. */
#include "compiler/model/cost/cost.h"

int cost_sign(const Cost *c)
{
    if ((c->lo && mpq_sgn(c->lo) >= 0) || smooth_is_one_sided(c->smooth))
        return 1;
    return c->hi && mpq_sgn(c->hi) <= 0 ? -1 : 0;
}

bool cost_jumps(const Cost *c)
{
    return c->smooth == SMOOTH_NONE && c->may_jump && c->lo && c->hi && mpq_cmp_si(c->a_pos, -1, 1) == 0;
}

/* lambda |x| is a tilt where x has one sign. */
static void fold_lambda(Builder *b, Cost *c)
{
    int sign = cost_sign(c);
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

/* The smaller of the coefficients of x^2/2 on the sides that x can be on. */
static Num least_quadratic(const Cost *c)
{
    int sign = cost_sign(c);
    if (sign != 0)
        return sign > 0 ? c->a_pos : c->a_neg;
    return mpq_cmp(c->a_neg, c->a_pos) < 0 ? c->a_neg : c->a_pos;
}

static bool has_quadratic(const Cost *c)
{
    int sign = cost_sign(c);
    return (sign >= 0 && mpq_sgn(c->a_pos) != 0) || (sign <= 0 && mpq_sgn(c->a_neg) != 0);
}

bool cost_is_box(const Cost *c)
{
    return c->smooth == SMOOTH_NONE && c->lo && c->hi && mpq_sgn(c->lambda) == 0 && !has_quadratic(c);
}

static bool report_open_sum(Builder *b, const Cost *c, Span term, const char *what)
{
    Diag *d = diag_at(b->cx, D_E0702, term, "with this %s the sum has no closed prox", what);
    diag_note_at(b->cx, d, c->smooth_span, "this smooth cost may stand alone, in a box, or with a linear cost");
    diag_help(b->cx, d, "write the activation that you mean: `activation(z) = ...`");
    return false;
}

static bool report_not_convex(Builder *b, const Cost *c, const char *bound)
{
    Diag *d = diag_at(b->cx, D_E0401, c->span, "x^2/2 plus this cost is not convex: its prox is not a function");
    diag_help(b->cx, d, "the coefficients of x^2/2 must add up to more than %s", bound);
    return false;
}

static bool report_no_rate(Builder *b, const Cost *c)
{
    diag_at(b->cx, D_E0401, c->span, "no rate satisfies all of this cost: its domains do not meet");
    return false;
}

/* T entropy + q x^2/2 is convex on [0, r] when q > -4 T/r: there (1/x + 1/(r - x)) T r is 4 T at least. */
static bool entropy_is_convex(Builder *b, const Cost *c, const char **bound)
{
    mpq_ptr least = num_new(b->nums);
    mpq_div(least, c->p[0], c->p[1]);
    mpq_mul(least, least, num_int(b->nums, -4));
    mpq_sub(least, least, num_int(b->nums, 1));
    *bound = num_brief(b->cx, least);
    return mpq_cmp(c->a_pos, least) > 0;
}

static bool close_smooth(Builder *b, const Cost *c)
{
    const char *bound = "-1";
    if (smooth_strength(c->smooth) < 0 && has_quadratic(c))
        return report_open_sum(b, c, c->quadratic_span, "quadratic");
    if (mpq_sgn(c->lambda) != 0 && !smooth_fixes_zero(c->smooth))
        return report_open_sum(b, c, c->lambda_span, "`l1`");
    if (c->smooth == SMOOTH_ENTROPY ? !entropy_is_convex(b, c, &bound) : mpq_cmp_si(least_quadratic(c), -1, 1) <= 0)
        return report_not_convex(b, c, bound);
    Num lo, hi;
    smooth_range(b, c, &lo, &hi);
    if ((c->lo && hi && mpq_cmp(c->lo, hi) >= 0) || (c->hi && lo && mpq_cmp(c->hi, lo) <= 0))
        return report_no_rate(b, c);
    return true;
}

static Num product(Builder *b, Num x, Num y)
{
    mpq_ptr q = num_new(b->nums);
    mpq_mul(q, x, y);
    return q;
}

bool cost_multiple(Builder *b, const Cost *c, Num factor, Cost *out)
{
    const char *bound;
    *out = *c;
    out->may_jump = false;
    out->tilt = product(b, c->tilt, factor);
    out->lambda = product(b, c->lambda, factor);
    out->a_neg = product(b, c->a_neg, factor);
    out->a_pos = product(b, c->a_pos, factor);
    if (c->smooth != SMOOTH_NONE) {
        int strength = smooth_strength(c->smooth);
        if (strength < 0)
            return false;
        out->p[strength] = product(b, c->p[strength], factor);
    }
    return c->smooth == SMOOTH_ENTROPY ? entropy_is_convex(b, out, &bound) : mpq_cmp_si(least_quadratic(out), -1, 1) > 0;
}

bool cost_close(Builder *b, Cost *c)
{
    if (c->lo && c->hi && mpq_cmp(c->lo, c->hi) >= 0)
        return report_no_rate(b, c);
    fold_lambda(b, c);
    if (c->smooth != SMOOTH_NONE)
        return close_smooth(b, c);
    return cost_jumps(c) || mpq_cmp_si(least_quadratic(c), -1, 1) > 0 || report_not_convex(b, c, "-1");
}
