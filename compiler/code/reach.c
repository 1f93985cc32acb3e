#include "compiler/code/reach.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/expr/enclose.h"

/* It is looked at DIGITS 2^k for each k from -INNER to FINE, beyond for one in STRIDE, and beside a kink or an end c at c +- |c| DIGITS 2^-k for one k in
 * BESIDE. Powers of two themselves are rounded less than other numbers. */
enum { FINE = 16, STRIDE = 16, INNER = 64, INNER_STRIDE = 64, INNERMOST = 1020, BESIDE = 4, MANTISSA = 52 };
static const double DIGITS = 0x1.5bf0a8b145769p0;

/* Steps to where the gap begins, and to where the reach ends; so few good places between two that are off do not end a gap. */
enum { BISECTIONS = 64, FAR_BISECTIONS = 12, FLICKER = 3 };

/* A value is off that puts the solution, by the slope there, off by more than this share of itself, unless an s that is off by so much of itself
 * does the same. */
static const double OFF_X = 0x1p-30, OFF_S = 0x1p-46;

/* That much of s is as good as nothing. What is good has to be so this near to it, too: roundings are good by chance. */
static const double LEAST_S = 0x1p-1000, ABOUT = 0x1.2p-12;

/* The same for what is computed in the place of a value that is off. */
static const double NEAR_X = 0x1p-44, NEAR_S = 0x1p-50;

/* What is not off by more than this share of what it may be off by is as good about there. */
static const double SURE = 0x1p-6;

/* What is off up to an end of the domain, and begins so near to it, is beside the end, not far out. */
static const double BESIDE_END = 0x1p-16;

/* Where 128 bits do not tell, so many may. */
enum { MORE_PRECISION = 1024, MOST_PRECISION = 2400, ABOUT_PLACES = 3 };

typedef enum State { GOOD, OFF, UNKNOWN } State;

typedef struct Reach {
    const EigSolve *q;
    double lo, hi;              /* the domain */
    double from, to;            /* the piece */
    mpfi_t *stack;              /* a slot for each of a program's, n in all */
    size_t n;
    double off_x, off_s;
    bool is_sure;               /* the last value that was good is so far from being off that roundings do not make the difference */
    mpfi_t exact, slope;
    mpfr_t distance, bound, share;
} Reach;

static size_t slots(const EigSolve *q)
{
    size_t most = 0;
    for (size_t k = 0; k < q->n_pieces; k++) {
        most = q->piece[k].value.depth > most ? q->piece[k].value.depth : most;
        most = q->piece[k].slope.depth > most ? q->piece[k].slope.depth : most;
    }
    return most;
}

static void set_precision(Reach *r, mpfr_prec_t bits)
{
    for (size_t k = 0; k < r->n; k++)
        mpfi_set_prec(r->stack[k], bits);
    mpfi_set_prec(r->exact, bits);
    mpfi_set_prec(r->slope, bits);
}

static void reach_begin(Reach *r, const EigSolve *q, mpfi_t *stack)
{
    *r = (Reach){ .q = q, .stack = stack, .n = slots(q), .off_x = OFF_X, .off_s = OFF_S };
    for (size_t k = 0; k < r->n; k++)
        mpfi_init2(stack[k], ENCLOSE_PRECISION);
    mpfi_init2(r->exact, ENCLOSE_PRECISION);
    mpfi_init2(r->slope, ENCLOSE_PRECISION);
    mpfr_inits2(ENCLOSE_PRECISION, r->distance, r->bound, r->share, (mpfr_ptr)0);
}

static void reach_end(Reach *r)
{
    mpfr_clears(r->distance, r->bound, r->share, (mpfr_ptr)0);
    mpfi_clear(r->slope);
    mpfi_clear(r->exact);
    for (size_t k = 0; k < r->n; k++)
        mpfi_clear(r->stack[k]);
}

/* ---- one place ---- */

/* Of no double, r->exact enclosing the value: what is beyond the doubles is an infinity as it should be. */
static State state_of_none(Reach *r, double value)
{
    if (isnan(value) || mpfi_nan_p(r->exact))
        return isnan(value) ? OFF : UNKNOWN;
    r->is_sure = true;
    if (value > 0 ? mpfr_cmp_d(&r->exact->right, DBL_MAX) <= 0 : mpfr_cmp_d(&r->exact->left, -DBL_MAX) >= 0)
        return OFF;
    return (value > 0 ? mpfr_cmp_d(&r->exact->left, DBL_MAX) : -mpfr_cmp_d(&r->exact->right, -DBL_MAX)) > 0 ? GOOD : UNKNOWN;
}

/* r->exact is what the value is off by, r->share how much of s that may be; more of it is good where the slope is steep. */
static State state_of_error(Reach *r, const EigCode *slope, double x)
{
    mpfi_mag(r->distance, r->exact);
    mpfr_mul_d(r->bound, r->share, SURE, MPFR_RNDD);
    r->is_sure = mpfr_lessequal_p(r->distance, r->bound);
    if (r->is_sure)
        return GOOD;
    enclose_code(slope, x, r->stack, r->slope);
    mpfi_mag(r->bound, r->slope);
    mpfr_mul_d(r->bound, r->bound, r->off_x * fabs(x), MPFR_RNDU);
    mpfr_add(r->bound, r->bound, r->share, MPFR_RNDU);
    mpfr_mul_d(r->share, r->bound, SURE, MPFR_RNDD);
    r->is_sure = mpfr_lessequal_p(r->distance, r->share);
    if (mpfr_lessequal_p(r->distance, r->bound))
        return GOOD;
    mpfi_mig(r->distance, r->exact);
    return mpfr_greater_p(r->distance, r->bound) ? OFF : UNKNOWN;
}

static State state_in(Reach *r, const EigPiece *piece, double x, double value)
{
    enclose_code(&piece->value, x, r->stack, r->exact);
    if (!isfinite(value))
        return state_of_none(r, value);
    mpfi_mag(r->share, r->exact);
    mpfr_mul_d(r->share, r->share, r->off_s, MPFR_RNDU);
    mpfr_add_d(r->share, r->share, LEAST_S, MPFR_RNDU);
    mpfi_sub_d(r->exact, r->exact, value);
    return state_of_error(r, &piece->slope, x);
}

/* Of a value at x. */
static State state_of(Reach *r, double x, double value)
{
    const EigPiece *piece = eig_solve_piece(r->q, x);
    State is = state_in(r, piece, x, value);
    if (is != UNKNOWN)
        return is;
    set_precision(r, MORE_PRECISION);
    is = state_in(r, piece, x, value);
    set_precision(r, ENCLOSE_PRECISION);
    return is;
}

/* The roundings that stand in the doubles are bounded (runtime/slack_form.h): mostly that tells without an enclosure. */
static State state_at(Reach *r, double x)
{
    double value, slack = eig_code_slack(&eig_solve_piece(r->q, x)->value, x, &value);
    r->is_sure = slack <= r->off_s * (fabs(value) - slack) && fabs(value) <= DBL_MAX;
    return r->is_sure ? GOOD : state_of(r, x, value);
}

/* What is good is so about x, too. */
static State state_about(Reach *r, double x)
{
    State is = state_at(r, x);
    bool is_sure = is != GOOD || r->is_sure;
    for (int k = -ABOUT_PLACES; k <= ABOUT_PLACES && is == GOOD && !is_sure; k++) {
        double other = x * (1 + k * ABOUT);
        is = other > r->from && other < r->to && state_at(r, other) == OFF ? OFF : GOOD;
    }
    return is;
}

bool solve_has_value(const EigSolve *q, double x, double value)
{
    mpfi_t stack[EIG_CODE_MAX_DEPTH];
    Reach r;
    reach_begin(&r, q, stack);
    r.off_x = NEAR_X;
    r.off_s = NEAR_S;
    bool is = state_of(&r, x, value) == GOOD;
    reach_end(&r);
    return is;
}

bool solve_exact(const EigSolve *q, double x, double *value)
{
    mpfi_t stack[EIG_CODE_MAX_DEPTH];
    Reach r;
    reach_begin(&r, q, stack);
    set_precision(&r, MOST_PRECISION);
    enclose_code(&eig_solve_piece(q, x)->value, x, r.stack, r.exact);
    double low = mpfr_get_d(&r.exact->left, MPFR_RNDN), high = mpfr_get_d(&r.exact->right, MPFR_RNDN);
    reach_end(&r);
    *value = low;
    return !(low < high) && !(low > high) && !isnan(low) && !isnan(high);
}

/* ---- where is looked ---- */

typedef struct Place {
    double x;
    State state;
} Place;
typedef VEC(Place) Places;

static void add(Ctx *cx, Places *out, double lo, double hi, double x)
{
    Place p = { x, UNKNOWN };
    if (x > lo && x < hi)
        vec_push(&cx->arena, out, p);
}

static void add_beside(Ctx *cx, Places *out, double lo, double hi, double c)
{
    for (int side = -1; side <= 1; side += 2) {
        for (int k = 1; k <= MANTISSA && c != 0; k += BESIDE)
            add(cx, out, lo, hi, c + side * fabs(c) * ldexp(DIGITS, -k));
        add(cx, out, lo, hi, nextafter(c, side * (double)INFINITY));
    }
}

static int by_place(const void *a, const void *b)
{
    double x = ((const Place *)a)->x, y = ((const Place *)b)->x;
    return (x > y) - (x < y);
}

/* In (lo, hi), a piece; ascending, each once. */
static Places places_of(Ctx *cx, double lo, double hi)
{
    Places all = { 0 };
    for (int side = -1; side <= 1; side += 2) {
        for (int k = -1; k >= -INNERMOST; k -= k > -INNER ? 1 : INNER_STRIDE)
            add(cx, &all, lo, hi, side * ldexp(DIGITS, k));
        for (int k = 0; k < 1024; k += k < FINE ? 1 : STRIDE)
            add(cx, &all, lo, hi, side * ldexp(DIGITS, k));
        add(cx, &all, lo, hi, side * nextafter(0, 1));
        add(cx, &all, lo, hi, side * nextafter(DBL_MAX, 0));
    }
    add(cx, &all, lo, hi, 0);
    if (isfinite(lo))
        add_beside(cx, &all, lo, hi, lo);
    if (isfinite(hi))
        add_beside(cx, &all, lo, hi, hi);
    if (all.n)
        qsort(all.at, all.n, sizeof all.at[0], by_place);
    size_t n = 0;
    for (size_t k = 0; k < all.n; k++)
        if (!n || all.at[k].x > all.at[n - 1].x)
            all.at[n++] = all.at[k];
    all.n = n;
    return all;
}

/* What enclosures do not show is as the next place is on the way to 1 or -1, and good there. */
static void settle(Places *p)
{
    for (size_t k = 0; k < p->n; k++) {
        Place *at = &p->at[k];
        bool is_outward = at->x >= 1 || (at->x > -1 && at->x < 0);
        if (at->state == UNKNOWN && is_outward && k && (p->at[k - 1].x < 0) == (at->x < 0))
            at->state = p->at[k - 1].state == OFF ? OFF : GOOD;
    }
    for (size_t k = p->n; k-- > 0;) {
        Place *at = &p->at[k];
        bool has_next = k + 1 < p->n && (p->at[k + 1].x < 0) == (at->x < 0);
        if (at->state == UNKNOWN)
            at->state = has_next && p->at[k + 1].state == OFF ? OFF : GOOD;
    }
}

/* Between what is good and what is off; the last place that is good. */
static double edge_of_good(Reach *r, double good, double off, int steps)
{
    for (int step = 0; step < steps; step++) {
        double middle = eig_middle(fmin(good, off), fmax(good, off));
        if (middle == good || middle == off)
            break;
        *(state_about(r, middle) == GOOD ? &good : &off) = middle;
    }
    return good;
}

/* The last place of a run that is off from place k on. */
static size_t end_of_run(const Places *p, size_t k)
{
    size_t last = k;
    for (size_t j = k + 1; j < p->n && j <= last + FLICKER; j++)
        if (p->at[j].state == OFF)
            last = j;
    return last;
}

/* From x on to an end of the domain is far out, not beside the end. */
static bool is_far(double x, double end)
{
    return isinf(end) || (fabs(end) > 1 && (x < 0) == (end < 0) && fabs(end - x) > BESIDE_END * fabs(end));
}

/* A run that is off up to an infinite end, or is far out up to another, ends the reach there. */
static void add_run(Ctx *cx, Reach *r, EigSolve *q, const Places *p, size_t first, size_t last, Gaps *out)
{
    bool is_below = r->from <= r->lo && first == 0 && is_far(p->at[last].x, r->lo);
    bool is_above = r->to >= r->hi && last + 1 == p->n && is_far(p->at[first].x, r->hi);
    int steps = is_below || is_above ? FAR_BISECTIONS : BISECTIONS;
    Gap gap = { r->from, r->to };
    if (first > 0)
        gap.from = edge_of_good(r, p->at[first - 1].x, p->at[first].x, steps);
    if (last + 1 < p->n)
        gap.to = edge_of_good(r, p->at[last + 1].x, p->at[last].x, steps);
    if (is_below)
        q->from = gap.to;
    if (is_above)
        q->to = gap.from;
    if (!is_below && !is_above)
        vec_push(&cx->arena, out, gap);
}

static void look_at_piece(Ctx *cx, Reach *r, EigSolve *q, double lo, double hi, Gaps *out)
{
    Places p = places_of(cx, lo, hi);
    r->from = lo;
    r->to = hi;
    for (size_t k = 0; k < p.n; k++)
        p.at[k].state = state_about(r, p.at[k].x);
    settle(&p);
    for (size_t k = 0; k < p.n; k++)
        if (p.at[k].state == OFF) {
            size_t last = end_of_run(&p, k);
            add_run(cx, r, q, &p, k, last, out);
            k = last;
        }
}

void solve_set_reach(Ctx *cx, EigSolve *q, double lo, double hi, Gaps *out)
{
    mpfi_t stack[EIG_CODE_MAX_DEPTH];
    Reach r;
    reach_begin(&r, q, stack);
    r.lo = lo;
    r.hi = hi;
    q->from = -(double)INFINITY;
    q->to = (double)INFINITY;
    for (size_t k = 0; k < q->n_pieces; k++)
        look_at_piece(cx, &r, q, k ? q->piece[k - 1].up_to : lo, k + 1 < q->n_pieces ? q->piece[k].up_to : hi, out);
    reach_end(&r);
}
