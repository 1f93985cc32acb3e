#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/check/slope/gap.h"
#include "compiler/check/slope/form/periodic.h"
#include "compiler/check/slope/slope_guess.h"
#include "compiler/check/slope/slope_search.h"
#include "compiler/check/slope/terms/terms_walk.h"

/* The line starts as powers of two out to two tails. A piece is done when its slope is proved nonnegative and no larger than
 * SLOPE_SHARPNESS above a slope that is attained, or less sharp when the search has been long: see `is_sharp`. */
enum { MAX_PIECES = 12000, MANY_PIECES = 200, MAX_LEFT = 8, PHASES = 32, FURTHEST_WAVES = 34 };      /* pieces where nothing is proved */
static const double NARROWEST = 0x1p-44, FAR = 0x1p60, FURTHEST = 0x1p500, TAIL_FROM = 64, NARROW = 0x1p-20, STEEPER = 4;

static void decide(SlopeSearch *s, SlopeVerdict v, double at)
{
    s->verdict = v;
    s->at = at;
}

/* Something is not proved at z; what is proved elsewhere may say more than that. */
static void leave(SlopeSearch *s, double z)
{
    if (s->n_left++ == 0) {
        s->unproved = z;
        s->trouble = s->whole.trouble;
        s->difficulty = s->whole.function;
    }
}

/* The work of one formula is spent, and what is still to be looked at begins with p. */
static void stop(SlopeSearch *s, const SlopePiece *p)
{
    if (s->n_left == 0) {
        s->is_spent = true;
        s->spent_lo = p->lo;
        s->spent_hi = p->hi;
        s->n_more = s->n;
    }
    leave(s, slope_middle_of(p));
}

/* [lo, hi], a part of `of`. */
static void push(SlopeSearch *s, const SlopePiece *of, double lo, double hi)
{
    if (s->n == SLOPE_MAX_STACK) {
        leave(s, lo);
        return;
    }
    s->stack[s->n++] = (SlopePiece){ lo, hi, of->phi, of->is_open };
}

/* ---- proofs at two points ---- */

/* phi(b) < phi(a) for a < b. */
static bool falls(SlopeSearch *s, double a, double b)
{
    JetResult x, y;
    jet_result_init(&x);
    jet_result_init(&y);
    slope_evaluate_at(s, s->phi, a, &x);
    slope_evaluate_at(s, s->phi, b, &y);
    bool yes = x.trouble == JET_FINE && y.trouble == JET_FINE && slope_upper(y.value) < slope_lower(x.value);
    jet_result_clear(&x);
    jet_result_clear(&y);
    return yes;
}

static bool try_falls(SlopeSearch *s, double a, double b)
{
    if (!(a < b) || !falls(s, a, b))
        return false;
    decide(s, SLOPE_DECREASES, a);
    s->beside = b;
    return true;
}

/* ---- one piece ---- */

static void split(SlopeSearch *s, const SlopePiece *p)
{
    double mid = slope_middle_of(p);
    if (slope_is_tail(p))
        mid *= fabs(mid) < FAR ? 2 : fabs(mid);
    if (mid < 0) {
        push(s, p, p->lo, mid);
        push(s, p, mid, p->hi);
    } else {
        push(s, p, mid, p->hi);
        push(s, p, p->lo, mid);
    }
}

static bool is_outside(SlopeSearch *s, double z)
{
    slope_evaluate_at(s, s->phi, z, &s->middle);
    if (s->middle.trouble != JET_OUTSIDE)
        return false;
    s->function = s->middle.function;
    decide(s, SLOPE_OUTSIDE, z);
    return true;
}

/* Undefined at an end, or at a pole between. */
static bool has_gap(SlopeSearch *s, const SlopePiece *p)
{
    if (is_outside(s, p->lo) || is_outside(s, p->hi))
        return true;
    const char *function = gap_pole(&s->scratch, s->phi, p->lo, p->hi);
    if (function) {
        s->function = function;
        decide(s, SLOPE_OUTSIDE, slope_middle_of(p));
    }
    return function;
}

/* Where functions are not seen to have values. */
static bool is_doubtful(const SlopeSearch *s)
{
    return s->whole.trouble == JET_EDGE || s->whole.trouble == JET_OUTSIDE;
}

/* A piece that cannot be split further: what is the matter with it? */
static void give_up(SlopeSearch *s, const SlopePiece *p)
{
    double at = slope_middle_of(p);
    if (is_doubtful(s) && !slope_is_tail(p) && has_gap(s, p))
        return;
    if (s->whole.trouble == JET_JUMP && !slope_is_tail(p) && gap_jump(s->cx, &s->scratch, s->phi, p->lo, p->hi)) {
        decide(s, SLOPE_JUMPS, p->lo);
        s->beside = p->hi;
    } else if (s->whole.trouble != JET_FINE || !(slope_lower(s->whole.slope) >= 0)) {
        leave(s, at);
    } else {
        s->bound = fmax(s->bound, slope_upper(s->whole.slope));       /* nonnegative, but not sharp: perhaps infinite */
    }
}

/* Where sines of several periods meet, far out, no splitting comes near the largest
 * slope: a bound that holds, not the sharpest one, is then what is wanted. The steps are a hundred times each, so that what is nearly sharp
 * is settled while much of the work is left for what is not; the last half of it goes to whether anything falls. */
static bool is_sharp(const SlopeSearch *s, double hi)
{
    if (isinf(s->bound) || hi < DBL_MIN)        /* whatever it is elsewhere; doubles come no nearer to the slope of what hardly rises at all */
        return true;
    double used = fmax((double)s->n_done / MAX_PIECES, (double)s->scratch.work / JET_BUDGET - 0.5);
    double above = used < 0.1 ? SLOPE_SHARPNESS : used < 0.2 ? 1e-4 : used < 0.3 ? 1e-2 : 1;
    return hi <= s->attained + above * s->attained || (used > 0.4 && isfinite(hi));
}

/* The slope at z is the steepest so far. */
static bool is_steeper(SlopeSearch *s, double z)
{
    slope_evaluate_at(s, s->phi, z, &s->middle);
    if (s->middle.trouble != JET_FINE || !(slope_lower(s->middle.slope) > s->attained))
        return false;
    s->attained = slope_lower(s->middle.slope);
    s->steepest = z;
    return true;
}

/* Where the tail p could be cut off, FURTHEST out, it is known to be sharp. Leaves s->whole as it is of p. */
static bool is_sharp_further(SlopeSearch *s, SlopePiece *p)
{
    SlopePiece far = *p;
    double from = copysign(FURTHEST, slope_middle_of(p));
    *(isfinite(p->lo) ? &far.lo : &far.hi) = from;
    is_steeper(s, from);
    slope_evaluate(s, &far, false);
    slope_evaluate(s, &far, true);
    bool is = s->whole.trouble == JET_FINE && slope_lower(s->whole.slope) >= 0 && is_sharp(s, slope_upper(s->whole.slope));
    slope_evaluate(s, p, false);
    slope_evaluate(s, p, true);
    return is;
}

static bool may_split(SlopeSearch *s, SlopePiece *p)
{
    double from = fabs(slope_middle_of(p));
    if (slope_is_tail(p))
        return from < FAR || (from < FURTHEST && is_sharp_further(s, p));
    return p->hi - p->lo > NARROWEST * fmax(1, fmax(fabs(p->lo), fabs(p->hi)));
}

/* Beside 0, nearer than the places of sample(). */
static void sample_nearer(SlopeSearch *s)
{
    for (int k = 32; k <= 1008; k += 16)
        for (int side = -1; side <= 1; side += 2)
            is_steeper(s, side * ldexp(1, -k));
}

/* An origin beside which the slope of this piece is known. They are proved when pieces become narrow, as they do at a singular slope. */
static const Origin *find_origin(SlopeSearch *s, const SlopePiece *p)
{
    if (!(p->hi - p->lo <= NARROW))
        return NULL;
    if (!s->has_origins) {
        sample_nearer(s);
        origins_prove(s->cx, &s->scratch, s->phi, s->attained * (1 + SLOPE_SHARPNESS), &s->origins);
    }
    s->has_origins = true;
    return origin_covering(&s->origins, p->lo, p->hi);
}

/* True when the piece is done: nonnegative and sharp. */
static bool is_settled(SlopeSearch *s, const JetResult *r)
{
    bool done = r->trouble == JET_FINE && slope_lower(r->slope) >= 0 && is_sharp(s, slope_upper(r->slope));
    if (done)
        s->bound = fmax(s->bound, slope_upper(r->slope));
    return done;
}

/* ... over a part of [mid - h, mid + h]. */
static bool falls_around(SlopeSearch *s, double mid, double h)
{
    for (; h > 1e-9 * fmax(1, fabs(mid)); h /= 16)
        if (try_falls(s, mid - h, mid + h))
            return true;
    return false;
}

static bool is_seen_to_fall(SlopeSearch *s, const SlopePiece *p)
{
    bool fine = s->whole.trouble == JET_FINE;
    if (fine && slope_upper(s->whole.slope) < 0)
        return try_falls(s, isfinite(p->lo) ? p->lo : 2 * p->hi, isfinite(p->hi) ? p->hi : 2 * p->lo);
    return fine && slope_lower(s->whole.slope) < 0 && !slope_is_tail(p) && slope_upper(s->middle.slope) < 0
           && falls_around(s, slope_middle_of(p), (p->hi - p->lo) / 2);
}

/* Where doubles see the slope to be least, if that is below 0. */
static void look_for_a_fall(SlopeSearch *s)
{
    double slope, at;
    const Expr *minus = expr_apply(s->cx, s->phi->span, EIG_FN_NEG, 1, &s->phi);
    if (slope_guess(s->cx, &s->scratch, minus, &slope, &at) && slope > 0)
        falls_around(s, at, 0.25);
}

/* ... than what was tried so far: p once more. */
static bool is_worth_more(SlopeSearch *s, bool may_be_split)
{
    SlopeEffort most = !may_be_split ? SLOPE_STUCK : s->n_done > MANY_PIECES ? SLOPE_LONG : SLOPE_EASY;
    if (s->scratch.work > JET_BUDGET / 4 && !(slope_lower(s->whole.slope) >= 0))
        most = SLOPE_STUCK;
    if (s->whole.trouble != JET_FINE || s->effort >= most)
        return false;
    s->effort++;
    return true;
}

/* ---- by terms (terms.h) ---- */

/* From here on; the work of a node of a formula, before any is measured; this part of all work may be lost. */
enum { TERMS_FROM = 4, LONG_SEARCH = 400, TERMS_WORK = 60, LOST = 12, LAST_TRIES = 4, LAST_WORK = JET_BUDGET / 20 };

/* What jets leave wide: the sign of the slope, or far more than is attained; where the search is long, or more at all. */
static bool is_wide(const SlopeSearch *s, const SlopePiece *p)
{
    double hi = slope_upper(s->whole.slope);
    if (s->whole.trouble != JET_FINE)
        return s->whole.trouble == JET_EDGE;
    if (slope_lower(s->whole.slope) < 0)
        return hi >= 0;
    return s->n_done > LONG_SEARCH || !(hi <= (slope_is_tail(p) ? 1.01 : 16) * s->attained);
}

/* The piece of which p and those above stack[n] are parts, outwards. */
static SlopePiece joined(const SlopeSearch *s, const SlopePiece *p, size_t *n)
{
    SlopePiece all = *p;
    for (*n = s->n; *n > 0; (*n)--) {
        const SlopePiece *next = &s->stack[*n - 1];
        if (p->lo > 0 && next->lo == all.hi)
            all.hi = next->hi;
        else if (p->hi < 0 && next->hi == all.lo)
            all.lo = next->lo;
        else
            break;
        all.phi = s->phi;
    }
    return all;
}

/* The slopes at both ends of p, the middle one as it is of `of`. */
static void sample_ends(SlopeSearch *s, const SlopePiece *p, const SlopePiece *of)
{
    if (isfinite(p->lo))
        is_steeper(s, p->lo);
    if (isfinite(p->hi))
        is_steeper(s, p->hi);
    slope_evaluate_at(s, of->phi, slope_middle_of(of), &s->middle);
}

/* Far out, where terms that grow may cancel, by what comes after them: p and with it what is left of the piece that it is a part of, with so much
 * work at most. */
static bool is_settled_by_terms(SlopeSearch *s, const SlopePiece *p, size_t most)
{
    size_t n, before = s->scratch.work;
    SlopePiece all = joined(s, p, &n);
    double limit;
    s->side.trouble = JET_EDGE;
    terms_narrow(all.phi, &s->scratch, all.lo, all.hi, most, &s->side, &limit);
    size_t spent = s->scratch.work - before;
    s->terms_work = spent > most ? 2 * spent : spent;
    if (limit == (double)INFINITY)
        s->bound = limit;
    else
        s->attained = fmax(s->attained, limit);
    if (s->side.trouble == JET_FINE && !(slope_upper(s->side.slope) <= s->attained))
        sample_ends(s, &all, p);
    if (is_settled(s, &s->side)) {
        s->n = n;
        return true;
    }
    s->lost_work += spent;
    s->n_lost++;
    s->scratch.work = before;       /* the rest of the search is as if this had not been tried */
    return false;
}

/* It takes long: where more is left than by jets, and a small part of the search at most is lost by that. */
static bool is_worth_terms(const SlopeSearch *s, const SlopePiece *p, size_t *most)
{
    size_t expected = s->terms_work ? s->terms_work : TERMS_WORK * s->phi->size, may_be_lost = s->scratch.work / LOST;
    *most = may_be_lost > s->lost_work ? may_be_lost - s->lost_work : 0;
    return *most >= expected && fmin(fabs(p->lo), fabs(p->hi)) >= TERMS_FROM && is_wide(s, p);
}

/* ... and where nothing else is left. */
static bool is_settled_at_last(SlopeSearch *s, const SlopePiece *p)
{
    return s->n_lost < LAST_TRIES && fmin(fabs(p->lo), fabs(p->hi)) >= TERMS_FROM && is_wide(s, p) && is_settled_by_terms(s, p, LAST_WORK);
}

/* ---- all pieces ---- */

static void do_piece(SlopeSearch *s, SlopePiece *p)
{
    slope_evaluate(s, p, false);
    if (is_settled(s, &s->whole))
        return;
    slope_evaluate(s, p, true);
    s->function = s->whole.function;
    if (s->whole.trouble == JET_TOO_DEEP) {
        leave(s, slope_middle_of(p));
        return;
    }
    size_t most;
    if ((is_doubtful(s) && is_outside(s, slope_middle_of(p))) || is_settled(s, &s->whole))
        return;
    if (is_worth_terms(s, p, &most) && is_settled_by_terms(s, p, most))
        return;
    const Origin *near = find_origin(s, p);
    if (near) {
        s->bound = fmax(s->bound, near->bound);
        return;
    }
    if (is_seen_to_fall(s, p))
        return;
    bool may_be_split = may_split(s, p);
    if (is_worth_more(s, may_be_split))
        push(s, p, p->lo, p->hi);
    else if (may_be_split)
        split(s, p);
    else if (!is_settled_at_last(s, p))
        give_up(s, p);
}

static bool has_waves(const Expr *e)
{
    bool has = e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_SIN || e->as.call.fn == EIG_FN_COS);
    for (int k = 0; e->kind == EXPR_CALL && !has && k < e->as.call.n_args; k++)
        has = has_waves(e->as.call.arg[k]);
    return has;
}

/* Waves that become steeper outwards, as of z + sin(z) z/(1 + abs(z)), are steepest far out, at one of their phases. */
static void sample_waves(SlopeSearch *s)
{
    for (int k = 10; k <= FURTHEST_WAVES; k += 6)
        for (int side = -1; side <= 1; side += 2) {
            double far = side * ldexp(1, k), at = NAN;
            for (int j = 0; j < PHASES; j++)
                at = is_steeper(s, far + 8.0 * j / PHASES) ? far + 8.0 * j / PHASES : at;
            for (double step = 4.0 / PHASES; !isnan(at) && step > 0x1p-13; step /= 2) {
                at = is_steeper(s, at + step) ? at + step : at;
                at = is_steeper(s, at - step) ? at - step : at;
            }
        }
}

/* The steeper the slope that is known, the fewer pieces have to be split. */
static void sample(SlopeSearch *s)
{
    double at = 0, guess;
    if (slope_guess(s->cx, &s->scratch, s->phi, &guess, &at) && is_steeper(s, at) && s->attained >= guess * (1 - SLOPE_SHARPNESS / 4))
        return;
    at = 0;
    for (int k = -64; k <= 64; k++)
        if (is_steeper(s, 0.125 * k * abs(k)))
            at = 0.125 * k * abs(k);
    for (double step = fmax(0.125, 0.25 * sqrt(fabs(at))); step > 0x1p-20; step /= 2) {
        at = is_steeper(s, at + step) ? at + step : at;
        at = is_steeper(s, at - step) ? at - step : at;
    }
}

/* [lo, hi], where the slope is steepest inside in parts that become shorter towards there: in each of them the curvature keeps its sign,
 * but for one that is so short that nothing is lost by it. */
static void push_around_steepest(SlopeSearch *s, const SlopePiece *all, double lo, double hi)
{
    double top = s->steepest, room = fmin(top - lo, hi - top) / 4, third = room > 0 ? fabs(slope_third_at(s, top)) : 0;
    double near = third > 0 ? sqrt(0.8 * SLOPE_SHARPNESS * s->attained / third) : 0, left = near, right = near;
    if (!(near > NARROW && near < room)) {
        push(s, all, lo, hi);
        return;
    }
    push(s, all, top - near, top + near);
    for (; STEEPER * STEEPER * left < top - lo; left *= STEEPER)
        push(s, all, top - STEEPER * left, top - left);
    for (; STEEPER * STEEPER * right < hi - top; right *= STEEPER)
        push(s, all, top + right, top + STEEPER * right);
    push(s, all, lo, top - left);
    push(s, all, top + right, hi);
}

static void start(SlopeSearch *s)
{
    SlopePiece all = { .phi = s->phi, .is_open = branches_any(s->phi) };
    double half = periodic_half(&s->scratch, s->phi, EIG_VAR_Z);
    if (!(half > 0) && has_waves(s->phi))
        sample_waves(s);
    if (half > 0) {
        double near = fmin(1, half / 2);
        push(s, &all, near, half);
        push(s, &all, -half, -near);
        push(s, &all, -near, 0);
        push(s, &all, 0, near);
        return;
    }
    push(s, &all, TAIL_FROM, INFINITY);
    push(s, &all, -INFINITY, -TAIL_FROM);
    for (double from = TAIL_FROM / 2; from >= 1; from /= 2) {
        push_around_steepest(s, &all, from, 2 * from);
        push_around_steepest(s, &all, -2 * from, -from);
    }
    push_around_steepest(s, &all, -1, 0);
    push_around_steepest(s, &all, 0, 1);
}

void slope_search(SlopeSearch *s)
{
    sample(s);
    start(s);
    while (s->n && s->verdict == SLOPE_SEARCHING && s->n_left < MAX_LEFT) {
        SlopePiece p = s->stack[--s->n];
        if (s->n_done++ < MAX_PIECES && s->scratch.work <= JET_BUDGET) {
            do_piece(s, &p);
        } else {
            stop(s, &p);
            break;
        }
    }
    if (s->verdict == SLOPE_SEARCHING && s->n_left)
        look_for_a_fall(s);
    if (s->verdict == SLOPE_SEARCHING)
        decide(s, s->n_left ? SLOPE_UNPROVED : SLOPE_PROVED, s->unproved);
}
