/* A formula with q + factor f((z - place)/s): its slopes are factor/s times those of f, its curvatures factor/s^2 times and
 * what a square adds. So bounds of one are bounds of the other times a number, which is a quotient of two such and above 0; those of
 * a cost over a part of the domain too, and as sharp where the part has the place of the least bend in it. */
#include "compiler/check/slope/carry.h"

#include <math.h>

#include "compiler/check/slope/convex/convex.h"
#include "compiler/check/slope/slope.h"

/* Exact numbers that are longer are rounded, outwards. */
enum { MOST_BITS = 256 };

void carry_read(Ctx *cx, NumPool *nums, Known *to)
{
    const CostFormula *c = to->act->cost;
    to->like = c ? similar_cost(cx, nums, c->g, c->lo, c->hi) : similar_activation(cx, nums, to->act->phi);
}

static Num combined(NumPool *nums, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr x = num_new(nums);
    op(x, a, b);
    return x;
}

static Num rounded(NumPool *nums, Num x, double (*to_double)(Num))
{
    bool is_short = mpz_sizeinbase(mpq_numref(x), 2) + mpz_sizeinbase(mpq_denref(x), 2) <= MOST_BITS;
    double d = is_short ? 0 : to_double(x);
    return is_short || !isfinite(d) || d == 0 ? x : num_from_double(nums, d);
}

static Num product_up(NumPool *nums, Num a, Num b)
{
    return rounded(nums, combined(nums, mpq_mul, a, b), num_to_double_up);
}

static Num product_down(NumPool *nums, Num a, Num b)
{
    return rounded(nums, combined(nums, mpq_mul, a, b), num_to_double_down);
}

/* Far from the ends of the doubles, where a bound would say that there is none. */
static bool is_ordinary(Num x)
{
    double d = num_to_double(x);
    return d > 1e-300 && d < 1e300;
}

static bool carry_slope(Ctx *cx, NumPool *nums, const Known *from, Known *to)
{
    Num least, most;
    if (!similar_ratio(nums, &from->like, &to->like, &least, &most))
        return false;
    to->report = from->report;
    to->report.hi = product_up(nums, from->report.hi, most);
    to->report.attained = product_down(nums, from->report.attained, least);
    to->report.attained_at = NAN;               /* that is a place of the other one */
    to->report.reason = slope_proof_text(cx, to->report.hi, to->report.attained);
    return is_ordinary(to->report.hi);
}

/* 1 + g'' of `to` from `bend`, that of `from`, which bounds it from below (side -1) or from above: 1 + 2 q + ratio (bend - 1 - 2 q_from). */
static Num carried_bend(NumPool *nums, const Known *from, const Known *to, Num bend, Num least, Num most, int side)
{
    Num one = num_int(nums, 1), two = num_int(nums, 2);
    Num own = combined(nums, mpq_sub, combined(nums, mpq_sub, bend, one), combined(nums, mpq_mul, two, from->like.square));
    Num ratio = (mpq_sgn(own) >= 0) == (side > 0) ? most : least;
    Num rest = combined(nums, mpq_add, one, combined(nums, mpq_mul, two, to->like.square));
    return rounded(nums, combined(nums, mpq_add, rest, combined(nums, mpq_mul, ratio, own)), side > 0 ? num_to_double_up : num_to_double_down);
}

static bool carry_cost(Ctx *cx, NumPool *nums, const Known *from, Known *to)
{
    Num least, most, gain = to->act->gain;
    double at;
    bool is_seen = mpq_sgn(from->report.attained) > 0 && similar_within(nums, &from->like, &to->like, from->report.attained_at);
    if (!is_seen || !similar_ratio(nums, &from->like, &to->like, &least, &most))
        return false;
    Num bound = carried_bend(nums, from, to, combined(nums, mpq_div, from->act->gain, from->report.hi), least, most, -1);
    Num seen = carried_bend(nums, from, to, combined(nums, mpq_div, from->act->gain, from->report.attained), least, most, 1);
    if (!is_ordinary(bound) || !(num_to_double(seen) <= num_to_double(bound) * (1 + SLOPE_SHARP)) || convex_has_no_slope(cx, to->act->cost, &at))
        return false;
    to->report = from->report;
    to->report.attained_at = NAN;
    to->report.hi = rounded(nums, combined(nums, mpq_div, gain, bound), num_to_double_up);
    to->report.attained = rounded(nums, combined(nums, mpq_div, gain, seen), num_to_double_down);
    return is_ordinary(to->report.hi);
}

bool carry(Ctx *cx, NumPool *nums, const Known *from, Known *to)
{
    const SlopeReport *r = &from->report;
    if (!r->proved || !r->bounded || mpq_sgn(r->hi) <= 0 || !from->act->cost != !to->act->cost || !similar_equal(&from->like, &to->like))
        return false;
    return to->act->cost ? carry_cost(cx, nums, from, to) : carry_slope(cx, nums, from, to);
}
