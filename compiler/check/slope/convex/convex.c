#include "compiler/check/slope/convex/convex.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "compiler/check/slope/jet/jet.h"
#include "compiler/check/slope/slope.h"
#include "compiler/expr/exprel.h"
#include "compiler/model/cost/cost.h"

/* "between x = 1 and x = 2": where it was not proved. */
static const char *place_text(Ctx *cx, const ConvexFinding *f)
{
    Arena *a = &cx->arena;
    if (!(f->from < f->to))
        return arena_printf(a, "near x = %.10g", f->at);
    const char *from = arena_printf(a, "%.10g", f->from), *to = arena_printf(a, "%.10g", f->to);
    if (strcmp(from, to) == 0)
        return arena_printf(a, "near x = %s", from);
    return isfinite(f->from) && isfinite(f->to) ? arena_printf(a, "between x = %s and x = %s", from, to)
           : arena_printf(a, "%s x = %s", isfinite(f->from) ? "above" : "below", isfinite(f->from) ? from : to);
}

static void report_unproved(Ctx *cx, NumPool *nums, const ConvexFinding *f, const Expr *g, Span at)
{
    Diag *d;
    const char *whole = expr_by_exprel(cx, nums, g, EIG_VAR_X, (double)NAN);
    if (f->function) {
        d = diag_at(cx, D_E0721, at, "it could not be decided whether this cost is defined %s: `%s` is not seen to have a value there",
                    place_text(cx, f), f->function);
        diag_help(cx, d, "terms that cancel may hide it: a simpler formula or a narrower domain may help");
        return;
    }
    d = diag_at(cx, D_E0721, at, "it could not be decided%s whether x^2/2 plus this cost is convex %s",
                f->is_spent ? ", within the work that is done for one formula," : "", place_text(cx, f));
    if (whole)
        diag_help(cx, d, "write `%s`: that has a value where this quotient is 0 by 0, and more is seen of it next to there", whole);
    else
        diag_help(cx, d, f->is_spent ? "limit the rate with `on [lo, hi]`, or write it with x in fewer places: both take less work"
                                     : "a simpler formula, a narrower domain or a little more of x^2 may help");
}

/* Where the domain ends, one side is all there is. */
static void report_jump_up(Ctx *cx, const ConvexFinding *f, Span at)
{
    const char *values = jump_text(cx, &f->jump);
    Diag *d = diag_at(cx, D_E0723, at, "this cost jumps up at x = %.10g, where its domain ends%s%s: an input that leads there has no rate, since "
                                       "each is dearer than one nearer to it", f->jump.at, values ? ", " : "", values ? values : "");
    diag_help(cx, d, "write the cost so that its value at the end is the one beside it");
}

static const char *const SHORT_REPAIR = "g may bend down by less than x^2/2 bends up: add a multiple of x^2, or narrow the domain with `on [lo, hi]`";

static void report(Ctx *cx, NumPool *nums, const ConvexFinding *f, const Expr *g, Span at)
{
    Diag *d = NULL;
    const char *whole;
    switch (f->verdict) {
    case CONVEX_NOT:
        d = diag_at(cx, D_E0720, at, "x^2/2 plus this cost is not convex at x = %.10g: its second derivative is %.4g there", f->at, f->value);
        break;
    case CONVEX_BENDS_DOWN:
        d = diag_at(cx, D_E0720, at, "x^2/2 plus this cost is not convex at x = %.10g: its slope jumps down there", f->at);
        break;
    case CONVEX_FALLS:
        d = diag_at(cx, D_E0720, at, "x^2/2 plus this cost is not convex at x = %.10g: its slope falls there, from %.6g at x = %.10g to %.6g at "
                                     "x = %.10g", f->at, f->fall.before, f->fall.from, f->fall.after, f->fall.to);
        break;
    case CONVEX_JUMPS:
        cost_report_jump(cx, &f->jump, at);
        return;
    case CONVEX_JUMPS_UP:
        report_jump_up(cx, f, at);
        return;
    case CONVEX_OUTSIDE:
        d = diag_at(cx, D_E0722, at, "this cost is not defined at x = %.10g: %s", f->at, jet_outside_text(cx, f->function));
        whole = strcmp(f->function, "/") == 0 ? expr_by_exprel(cx, nums, g, EIG_VAR_X, f->at) : NULL;
        if (whole)
            diag_help(cx, d, "write `%s`: that has a value at every x, at %.10g too, and is this quotient elsewhere", whole, f->at);
        else
            diag_help(cx, d, "say where it is meant with `on [lo, hi]`");
        return;
    case CONVEX_NO_LEAST:
        d = diag_at(cx, D_E0723, at, "x + g'(x) is not seen to grow without bound as x goes to %sinfinity", f->at > 0 ? "" : "-");
        diag_help(cx, d, "a large input would then have no rate: limit the rate with `on [lo, hi]`, or let g bend up");
        return;
    case CONVEX_NO_SLOPE:
        d = diag_at(cx, D_E0721, at, "the derivative of this cost is computed as no number at x = %.10g, where something in it is infinite, and a run could not solve for its rate", f->at);
        diag_help(cx, d, "write one power of a base, `max(x, 0)^1.5` for `x * sqrt(max(x, 0))`, a cost by name for what overflows, or limit the domain");
        return;
    case CONVEX_UNPROVED:
        report_unproved(cx, nums, f, g, at);
        return;
    default:
        return;
    }
    diag_help(cx, d, "%s", SHORT_REPAIR);
}

/* What is known of a cost of which no slope is: refuted is not the same as undecided. */
static const char *const UNPROVED_SINCE[] = {
    [CONVEX_NOT] = "x^2/2 plus its cost is not convex",
    [CONVEX_BENDS_DOWN] = "x^2/2 plus its cost is not convex",
    [CONVEX_FALLS] = "x^2/2 plus its cost is not convex",
    [CONVEX_JUMPS] = "x^2/2 plus its cost is not convex",
    [CONVEX_JUMPS_UP] = "its cost jumps up where its domain ends",
    [CONVEX_OUTSIDE] = "its cost is not defined on all of its domain",
    [CONVEX_NO_SLOPE] = "the slope of its cost is not a number everywhere in a run",
    [CONVEX_NO_LEAST] = "a large input is not known to have a rate",
    [CONVEX_UNPROVED] = "x^2/2 plus its cost is not known to be convex",
};

/* gain/bound, exactly; of an infinite bound, which stands for one beyond the doubles, the largest double serves. */
static Num slope_from(NumPool *nums, Num gain, double bound)
{
    mpq_ptr q = num_new(nums);
    mpq_div(q, gain, num_from_double(nums, fmin(bound, DBL_MAX)));
    return q;
}

static const char *proof_text(Ctx *cx, const ConvexFinding *f, Num gain)
{
    const char *by = f->is_searched ? "1/(1 + g'') by interval arithmetic over the domain of its cost"
                     : "1/(1 + g'') by the way its cost is composed";
    if (f->attained <= f->bound * (1 + 1e-6))
        return by;
    return arena_printf(&cx->arena, "%s; not sharp: the largest slope is at least %.8g", by, num_to_double(gain) / f->attained);
}

void slope_of_cost_formula(Ctx *cx, NumPool *nums, const Activation *act, SlopeReport *out)
{
    ConvexFinding found, *f = &found;
    convex_search(cx, act->cost, f);
    report(cx, nums, f, act->cost->g, act->span);
    bool proved = f->verdict == CONVEX_PROVED;
    *out = (SlopeReport){ .proved = proved, .monotone = proved, .bounded = proved && f->bound > 0, .lo = num_int(nums, 0) };
    out->attained_at = f->attained_at;
    out->reason = !proved ? UNPROVED_SINCE[f->verdict]
                  : out->bounded ? proof_text(cx, f, act->gain)
                  : act->set_valued ? "since it jumps: only local statements are possible"
                                 : "interval arithmetic over the domain of its cost found none";
    if (out->bounded) {
        out->hi = slope_from(nums, act->gain, f->bound);
        bool is_seen = isfinite(f->attained);
        out->attained = is_seen ? slope_from(nums, act->gain, fmax(f->attained, f->bound)) : num_int(nums, 0);
    }
}
