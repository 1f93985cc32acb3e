#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/jet.h"
#include "compiler/check/slope.h"
#include "compiler/check/slope_guess.h"
#include "compiler/check/slope_origin.h"
#include "compiler/check/standard.h"

/* Branch and bound on the slope over the whole line, which starts as powers of
 * two out to two tails. A piece is done when its slope is proved
 * nonnegative and no larger than SHARPNESS above a slope that is attained, or
 * less sharp when the search has been long: see `is_sharp`. */
enum { MAX_PIECES = 12000, MAX_WORK = 1200000, MAX_STACK = 4096, N_POINTS = 256 };    /* work: pieces times nodes */
static const double SHARPNESS = 1e-7, NARROWEST = 0x1p-44, FURTHEST = 0x1p60, TAIL_FROM = 64, NARROW = 0x1p-20;

/* [lo, hi]; infinite outwards in a tail. */
typedef struct Piece {
    double lo, hi;
} Piece;

typedef enum Verdict { SEARCHING, PROVED, DECREASES, JUMPS, OUTSIDE, UNPROVED } Verdict;

typedef struct Point {
    bool is_known;
    double z;
    JetResult there;
} Point;

typedef struct Search {
    const Expr *phi;            /* in standard form: the activation is factor * phi(z - place) */
    Num factor, place;
    Ctx *cx;
    NumPool scratch;
    Piece stack[MAX_STACK];
    size_t n, n_done;
    double attained;            /* some slope is at least this */
    double bound;               /* no slope of the pieces done is larger */
    bool has_origins;
    Origins origins;
    Verdict verdict;
    double at, beside;          /* where it was decided */
    const char *function;
    JetResult whole, left, right, middle, scaled;
    Point point[N_POINTS];      /* the last ones looked at */
} Search;

static bool is_tail(const Piece *p)
{
    return !isfinite(p->lo) || !isfinite(p->hi);
}

static void evaluate(Search *s, double lo, double hi, JetResult *out)
{
    jet_on_line(s->phi, &s->scratch, lo, hi, &s->scaled, out);
}

/* At one place. Pieces have their ends in common, and those of halves were middles. */
static void evaluate_at(Search *s, double z, JetResult *out)
{
    uint64_t bits;
    memcpy(&bits, &z, sizeof bits);
    Point *p = &s->point[bits * 0x9E3779B97F4A7C15u >> 56];
    if (!p->is_known)
        jet_result_init(&p->there);
    if (!p->is_known || p->z != z)
        evaluate(s, z, z, &p->there);
    p->is_known = true;
    p->z = z;
    mpfi_set(out->value, p->there.value);
    mpfi_set(out->slope, p->there.slope);
    mpfi_set(out->curvature, p->there.curvature);
    out->trouble = p->there.trouble;
    out->function = p->there.function;
}

static double upper(mpfi_srcptr x)
{
    return mpfr_get_d(&x->right, MPFR_RNDU);
}

static double lower(mpfi_srcptr x)
{
    return mpfr_get_d(&x->left, MPFR_RNDD);
}

static void push(Search *s, double lo, double hi)
{
    if (s->n == MAX_STACK) {
        s->verdict = UNPROVED;
        s->at = lo;
        return;
    }
    s->stack[s->n++] = (Piece){lo, hi};
}

static void decide(Search *s, Verdict v, double at)
{
    s->verdict = v;
    s->at = at;
}

/* ---- proofs at two points ---- */

/* phi(b) < phi(a) for a < b. */
static bool falls(Search *s, double a, double b)
{
    JetResult x, y;
    jet_result_init(&x);
    jet_result_init(&y);
    evaluate_at(s, a, &x);
    evaluate_at(s, b, &y);
    bool yes = x.trouble == JET_FINE && y.trouble == JET_FINE && upper(y.value) < lower(x.value);
    jet_result_clear(&x);
    jet_result_clear(&y);
    return yes;
}

/* The values at the ends of a piece this narrow differ as no slope would let them. */
static bool jumps(Search *s, const Piece *p)
{
    evaluate_at(s, p->lo, &s->left);
    evaluate_at(s, p->hi, &s->right);
    double gap = fmax(lower(s->right.value) - upper(s->left.value), lower(s->left.value) - upper(s->right.value));
    return gap > 1e-6 * fmax(1, fabs(p->lo));
}

static bool try_falls(Search *s, double a, double b)
{
    if (!(a < b) || !falls(s, a, b))
        return false;
    decide(s, DECREASES, a);
    s->beside = b;
    return true;
}

/* ---- one piece ---- */

/* A point inside; of a tail its finite end. */
static double middle_of(const Piece *p)
{
    if (is_tail(p))
        return isfinite(p->lo) ? p->lo : p->hi;
    return p->lo + (p->hi - p->lo) / 2;
}

/* Narrows the slope of a finite piece by its curvature: monotone slopes have
 * their bounds at the ends, others stay near the middle's. */
static void sharpen(Search *s, const Piece *p)
{
    double mid = middle_of(p);
    mpfi_t spread;
    evaluate_at(s, mid, &s->middle);
    if (s->middle.trouble == JET_FINE && lower(s->middle.slope) > s->attained)
        s->attained = lower(s->middle.slope);
    if (!mpfi_bounded_p(s->whole.curvature) || s->middle.trouble != JET_FINE)
        return;
    mpfi_init2(spread, JET_PRECISION);
    if (mpfi_is_nonneg(s->whole.curvature) || mpfi_is_nonpos(s->whole.curvature)) {
        evaluate_at(s, p->lo, &s->left);
        evaluate_at(s, p->hi, &s->right);
        bool fine = s->left.trouble == JET_FINE && s->right.trouble == JET_FINE;
        if (fine && mpfi_bounded_p(s->left.slope) && mpfi_bounded_p(s->right.slope)) {
            s->attained = fmax(s->attained, fmax(lower(s->left.slope), lower(s->right.slope)));
            mpfi_union(spread, s->left.slope, s->right.slope);
            mpfi_intersect(s->whole.slope, s->whole.slope, spread);
        }
    } else {
        mpfi_interv_d(spread, p->lo - mid, p->hi - mid);
        mpfi_mul(spread, spread, s->whole.curvature);
        mpfi_add(spread, spread, s->middle.slope);
        mpfi_intersect(s->whole.slope, s->whole.slope, spread);
    }
    mpfi_clear(spread);
}

static void split(Search *s, const Piece *p)
{
    double mid = is_tail(p) ? 2 * middle_of(p) : middle_of(p);
    if (mid < 0) {
        push(s, p->lo, mid);
        push(s, mid, p->hi);
    } else {
        push(s, mid, p->hi);
        push(s, p->lo, mid);
    }
}

static bool may_split(const Piece *p)
{
    if (is_tail(p))
        return fabs(middle_of(p)) < FURTHEST;
    return p->hi - p->lo > NARROWEST * fmax(1, fmax(fabs(p->lo), fabs(p->hi)));
}

/* Undefined at an end, or the two ends far apart: a pole lies between. */
static bool has_gap(Search *s, const Piece *p)
{
    bool far_apart = jumps(s, p);
    return far_apart || s->left.trouble == JET_OUTSIDE || s->right.trouble == JET_OUTSIDE;
}

/* A piece that cannot be split further: what is the matter with it? */
static void give_up(Search *s, const Piece *p)
{
    double at = middle_of(p);
    if (s->whole.trouble == JET_JUMP && !is_tail(p) && jumps(s, p)) {
        decide(s, JUMPS, p->lo);
        s->beside = p->hi;
    } else if (s->whole.trouble == JET_OUTSIDE && !is_tail(p) && has_gap(s, p)) {
        decide(s, OUTSIDE, s->left.trouble == JET_OUTSIDE ? p->lo : s->right.trouble == JET_OUTSIDE ? p->hi : at);
    } else if (s->whole.trouble != JET_FINE || !(lower(s->whole.slope) >= 0)) {
        decide(s, UNPROVED, at);
    } else {
        s->bound = fmax(s->bound, upper(s->whole.slope));       /* nonnegative, but not sharp: perhaps infinite */
    }
    s->function = s->whole.function;
}

static bool is_outside(Search *s, const Piece *p)
{
    double z = middle_of(p);
    evaluate_at(s, z, &s->middle);
    if (s->middle.trouble != JET_OUTSIDE)
        return false;
    s->function = s->middle.function;
    decide(s, OUTSIDE, z);
    return true;
}

/* Where sines of several periods meet, far out, no splitting comes near the largest
 * slope: a bound that holds, not the sharpest one, is then what is wanted. */
static bool is_sharp(const Search *s, double hi)
{
    double used = fmax((double)s->n_done / MAX_PIECES, (double)(s->n_done * s->phi->size) / MAX_WORK);
    double above = used < 0.1 ? SHARPNESS : used < 0.2 ? 1e-4 : used < 0.3 ? 1e-2 : 1;
    return hi <= s->attained + above * s->attained || (used > 0.4 && isfinite(hi));
}

/* An origin beside which the slope of this piece is known. They are proved when pieces become narrow, as they do at a singular slope. */
static const Origin *find_origin(Search *s, const Piece *p)
{
    if (!(p->hi - p->lo <= NARROW))
        return NULL;
    if (!s->has_origins)
        origins_prove(s->cx, &s->scratch, s->phi, s->attained, &s->origins);
    s->has_origins = true;
    return origin_covering(&s->origins, p->lo, p->hi);
}

/* True when the piece is done: nonnegative and sharp. */
static bool is_settled(Search *s, const Piece *p)
{
    if (s->whole.trouble == JET_FINE && !is_tail(p))
        sharpen(s, p);
    bool done = s->whole.trouble == JET_FINE && lower(s->whole.slope) >= 0 && is_sharp(s, upper(s->whole.slope));
    if (done)
        s->bound = fmax(s->bound, upper(s->whole.slope));
    return done;
}

/* Wider than slopes are: terms that cancel may have been taken apart. */
static bool is_wide(const Search *s)
{
    return s->whole.trouble != JET_FINE || !(upper(s->whole.slope) <= s->attained && lower(s->whole.slope) >= -s->attained);
}

/* The scaled form costs more than the plain one, and is looked at where that says too little. */
static void do_piece(Search *s, const Piece *p)
{
    if (is_tail(p)) {
        evaluate(s, p->lo, p->hi, &s->whole);
    } else {
        jet_evaluate(s->phi, &(JetDomain){&s->scratch, 0, p->lo, p->hi}, &s->whole);
        if (is_settled(s, p))
            return;
        if (is_wide(s))
            jet_scale_too(s->phi, &s->scratch, p->lo, p->hi, &s->scaled, &s->whole);
    }
    s->function = s->whole.function;
    if (s->whole.trouble == JET_TOO_DEEP) {
        decide(s, UNPROVED, middle_of(p));
        return;
    }
    if (s->whole.trouble == JET_OUTSIDE && is_outside(s, p))
        return;
    if (is_settled(s, p))
        return;
    bool fine = s->whole.trouble == JET_FINE;
    double lo = lower(s->whole.slope), hi = upper(s->whole.slope);
    const Origin *near = find_origin(s, p);
    if (near) {
        s->bound = fmax(s->bound, near->bound);
        return;
    }
    if (fine && hi < 0 && try_falls(s, isfinite(p->lo) ? p->lo : 2 * p->hi, isfinite(p->hi) ? p->hi : 2 * p->lo))
        return;
    if (fine && lo < 0 && !is_tail(p) && upper(s->middle.slope) < 0) {
        double mid = middle_of(p);
        for (double h = (p->hi - p->lo) / 2; h > 1e-9 * fmax(1, fabs(mid)); h /= 16)
            if (try_falls(s, mid - h, mid + h))
                return;
    }
    if (may_split(p))
        split(s, p);
    else
        give_up(s, p);
}

/* The slope at z is the steepest so far. */
static bool is_steeper(Search *s, double z)
{
    evaluate_at(s, z, &s->middle);
    if (s->middle.trouble != JET_FINE || !(lower(s->middle.slope) > s->attained))
        return false;
    s->attained = lower(s->middle.slope);
    return true;
}

/* The steeper the slope that is known, the fewer pieces have to be split. */
static void sample(Search *s)
{
    double at = 0, guess;
    if (slope_guess(s->cx, &s->scratch, s->phi, &guess, &at) && is_steeper(s, at) && s->attained >= guess * (1 - SHARPNESS / 4))
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

static void start(Search *s)
{
    push(s, TAIL_FROM, INFINITY);
    push(s, -INFINITY, -TAIL_FROM);
    for (double from = TAIL_FROM / 2; from >= 1; from /= 2) {
        push(s, from, 2 * from);
        push(s, -2 * from, -from);
    }
    push(s, -1, 0);
    push(s, 0, 1);
}

static void search(Search *s)
{
    sample(s);
    start(s);
    while (s->n && s->verdict == SEARCHING) {
        Piece p = s->stack[--s->n];
        if (s->n_done++ == MAX_PIECES || s->n_done * s->phi->size > MAX_WORK) {
            decide(s, UNPROVED, middle_of(&p));
            return;
        }
        do_piece(s, &p);
    }
    if (s->verdict == SEARCHING)
        s->verdict = PROVED;
}

/* ---- what it means ---- */

/* The activation as factor * phi(z - place), factor > 0: the same slopes but for the factor. */
static void set_standard(Search *s, NumPool *nums, const Expr *phi)
{
    s->phi = standard_factor(s->cx, nums, phi, &s->factor);
    if (mpq_sgn(s->factor) < 0) {
        mpq_ptr size = num_new(nums);
        mpq_abs(size, s->factor);
        s->factor = size;
        s->phi = expr_apply(s->cx, phi->span, EIG_FN_NEG, 1, &s->phi);
    }
    s->phi = standard_place(s->cx, nums, s->phi, &s->place);
}

/* The number of fewest digits in [lo, hi]: the place of a jump is known to lie there, and was most likely written so. */
static double shortest_between(double lo, double hi)
{
    if (lo <= 0 && hi >= 0)
        return 0;
    for (int digits = 1; digits < 17; digits++) {
        char text[32];
        snprintf(text, sizeof text, "%.*g", digits, lo + (hi - lo) / 2);
        double x = strtod(text, NULL);
        if (lo <= x && x <= hi)
            return x;
    }
    return lo;
}

/* Places as the text has them. */
static void move_back(Search *s)
{
    s->at += num_to_double(s->place);
    s->beside += num_to_double(s->place);
    if (s->verdict == JUMPS)
        s->at = shortest_between(s->at, s->beside);
}

static Num times_factor(const Search *s, NumPool *nums, double slope)
{
    mpq_ptr x = num_new(nums);
    mpq_mul(x, s->factor, num_from_double(nums, slope));
    return x;
}

static void report_trouble(Ctx *cx, const Search *s, const Activation *act)
{
    Diag *d = NULL;
    switch (s->verdict) {
    case DECREASES:
        d = diag_at(cx, D_E0710, act->span, "the activation decreases: it is smaller at z = %.10g than at z = %.10g", s->beside, s->at);
        diag_help(cx, d, "the theorems need an activation that never decreases; check a sign, or use abs, max or a cost");
        break;
    case JUMPS:
        d = diag_at(cx, D_E0711, act->span, "the activation jumps at z = %.10g, in `%s`", s->at, s->function);
        diag_help(cx, d, "the theorems need a finite slope: use ramp(z, width) for a steep step, or max(z, 0) for a kink");
        break;
    case OUTSIDE:
        d = diag_at(cx, D_E0712, act->span, "the activation is not defined at z = %.10g: %s", s->at, jet_outside_text(cx, s->function));
        diag_help(cx, d, "an activation has to be defined for every real z; %s",
                  strcmp(s->function, "/") == 0 ? "keep the divisor away from 0, as in z / (1 + abs(z))" : "max(z, 0) cuts off the negative side");
        break;
    default:
        break;
    }
}

static const char *reason_of(Ctx *cx, const Search *s)
{
    switch (s->verdict) {
    case PROVED:
        return isfinite(s->bound) ? "interval arithmetic over all z" : "interval arithmetic over all z found none";
    case DECREASES:
        return arena_printf(&cx->arena, "it decreases between z = %.10g and z = %.10g", s->at, s->beside);
    case JUMPS:
        return arena_printf(&cx->arena, "it jumps at z = %.10g", s->at);
    case OUTSIDE:
        return arena_printf(&cx->arena, "it is not defined at z = %.10g", s->at);
    default:
        return arena_printf(&cx->arena, "interval arithmetic could not prove near z = %.10g that it never decreases%s%s", s->at,
                            s->function ? "; there is a difficulty in " : "", s->function ? s->function : "");
    }
}

void slope_of_formula(Ctx *cx, NumPool *nums, const Activation *act, SlopeReport *out)
{
    Search *s = ARENA_NEW(&cx->arena, Search);
    s->cx = cx;
    set_standard(s, nums, act->phi);
    JetResult *r[] = {&s->whole, &s->left, &s->right, &s->middle, &s->scaled};
    for (int k = 0; k < 5; k++)
        jet_result_init(r[k]);
    search(s);
    move_back(s);
    report_trouble(cx, s, act);
    *out = (SlopeReport){.reason = reason_of(cx, s), .lo = num_int(nums, 0)};
    out->proved = s->verdict == PROVED;
    out->monotone = out->proved;
    out->bounded = out->proved && isfinite(s->bound);
    if (out->bounded) {
        out->hi = times_factor(s, nums, s->bound);
        out->attained = times_factor(s, nums, fmin(fmax(s->attained, 0), s->bound));
    }
    for (int k = 0; k < 5; k++)
        jet_result_clear(r[k]);
    for (int k = 0; k < N_POINTS; k++)
        if (s->point[k].is_known)
            jet_result_clear(&s->point[k].there);
    num_pool_free(&s->scratch);
}
