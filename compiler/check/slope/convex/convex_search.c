/* x^2/2 + g(x) is convex where 1 + g'' is nowhere negative and g' nowhere jumps
 * down. Where the way g is composed (compose.h) does not tell how small 1 + g''
 * is, branch and bound over each piece of the cost, by interval arithmetic: the
 * least value found is 1/sup phi'. Towards an end x0 of a piece
 * x = x0 + unit/y, so that what is infinite at the end is a power of y; towards
 * infinity jet.h's scaled form does the same. */
#include <float.h>
#include <math.h>

#include "compiler/check/slope/convex/convex_join.h"
#include "compiler/check/slope/convex/convex_search.h"
#include "compiler/check/slope/gap.h"
#include "compiler/check/slope/near_end.h"
#include "compiler/check/slope/form/periodic.h"
#include "compiler/expr/affine.h"
#include "compiler/expr/derive.h"
#include "compiler/expr/piece.h"
#include "compiler/expr/share.h"

enum { MANY_REGIONS = 150 };
static const double SHARPNESS = 5e-7, NARROWEST = 0x1p-44, FURTHEST = 0x1p60, FROM = 64;

static void push(ConvexSearch *s, ConvexWhere where, double from, double to)
{
    if (s->n == CONVEX_MAX_STACK)
        convex_decide(s, CONVEX_UNPROVED, from);
    else
        s->stack[s->n++] = (ConvexRegion){ where, from, to };
}

/* Nothing is proved of r: near its middle, or the end that it goes towards. */
static void leave(ConvexSearch *s, const ConvexRegion *r)
{
    double x = convex_middle_of(s, r);
    bool is_known = convex_line_of(s, r, &s->found.from, &s->found.to);
    if (!is_known && r->where != CONVEX_INSIDE) {
        s->found.from = r->where == CONVEX_TOWARDS_LO ? (double)-INFINITY : x;
        s->found.to = r->where == CONVEX_TOWARDS_LO ? x : (double)INFINITY;
    }
    s->found.function = NULL;
    convex_decide(s, CONVEX_UNPROVED, isnan(x) ? num_to_double(convex_end_of(s, r->where)) : x);
}

/* ---- one region ---- */

/* To within less, the longer the search: of the work, most is left to a bound that is sharp. */
static bool is_sharp(const ConvexSearch *s, double low)
{
    double used = fmax((double)s->n_done / CONVEX_MAX_REGIONS, (double)s->nums.work / JET_BUDGET - 0.5);
    double under = used < 0.2 ? SHARPNESS : used < 0.3 ? 1e-4 : used < 0.4 ? 1e-2 : 1;
    double seen = fmin(s->found.attained, DBL_MAX);       /* 1 + g'' may be beyond the doubles wherever it was looked at */
    return low >= seen - under * seen;
}

/* The least of v - s |t| + c t^2/2 for |t| <= h, rounded down; c = -INFINITY: none. */
static double least_of_parabola(mpfi_srcptr value, mpfi_srcptr slope, mpfi_srcptr curvature, double h)
{
    mpfi_t v, s, c, t;
    mpfi_ptr of[] = { v, s, c, t };
    for (size_t k = 0; k < sizeof of / sizeof *of; k++)
        mpfi_init2(of[k], JET_PRECISION);
    mpfi_set_fr(v, &value->left);
    mpfi_mag(&s->left, slope);
    mpfr_set(&s->right, &s->left, MPFR_RNDU);
    mpfi_set_fr(c, &curvature->left);
    mpfi_mul_d(t, c, h);
    if (mpfi_is_strictly_pos(t) && mpfr_cmp(&s->right, &t->left) < 0) {         /* at t = s/c: v - s^2/(2 c) */
        mpfi_sqr(s, s);
        mpfi_div(s, s, c);
        mpfi_div_2ui(s, s, 1);
        mpfi_sub(v, v, s);
    } else {                                    /* at t = h: v - h (s - c h/2) */
        mpfi_div_2ui(t, t, 1);
        mpfi_sub(s, s, t);
        mpfi_mul_d(s, s, h);
        mpfi_sub(v, v, s);
    }
    double least = convex_lower(v);
    for (size_t k = 0; k < sizeof of / sizeof *of; k++)
        mpfi_clear(of[k]);
    return least;
}

/* A lower bound of 1 + g'' in a region inside by its value and slope in the middle and its curvature, which is sharp about its least value. */
static double by_parabola(ConvexSearch *s, const ConvexRegion *r)
{
    double x = convex_middle_of(s, r);
    if (!mpfi_bounded_p(s->whole.curvature))
        return -INFINITY;
    jet_evaluate(s->curve[CONVEX_INSIDE], &(JetDomain){ &s->nums, 0, x, x }, &s->end);
    if (s->end.trouble != JET_FINE || !mpfi_bounded_p(s->end.value) || !mpfi_bounded_p(s->end.slope))
        return -INFINITY;
    return least_of_parabola(s->end.value, s->end.slope, s->whole.curvature, nextafter(fmax(x - r->from, r->to - x), INFINITY));
}

/* A lower bound of 1 + g'' in a region inside, from its slope too. */
static double sharpened(ConvexSearch *s, const ConvexRegion *r)
{
    double x = convex_middle_of(s, r), low = convex_lower(s->whole.value);
    mpfi_t spread;
    if (s->middle.trouble != JET_FINE || !mpfi_bounded_p(s->whole.slope))
        return low;
    if (mpfi_is_nonneg(s->whole.slope) || mpfi_is_nonpos(s->whole.slope)) {
        double end = mpfi_is_nonneg(s->whole.slope) ? r->from : r->to;
        convex_evaluate_at(s, end, &s->end);
        if (s->end.trouble != JET_FINE)
            return low;
        convex_attain(s, fmax(0, convex_upper(s->end.value)), end);
        return fmax(low, convex_lower(s->end.value));
    }
    mpfi_init2(spread, JET_PRECISION);
    mpfi_interv_d(spread, r->from - x, r->to - x);
    mpfi_mul(spread, spread, s->whole.slope);
    mpfi_add(spread, spread, s->middle.value);
    low = fmax(low, convex_lower(spread));
    mpfi_clear(spread);
    return is_sharp(s, low) ? low : fmax(low, by_parabola(s, r));
}

/* [a, b] and some roundings more, within the piece. */
static void push_inside(ConvexSearch *s, double a, ConvexWhere of_a, double b, ConvexWhere of_b)
{
    double least = s->piece->lo ? num_to_double_up(s->piece->lo) : (double)-INFINITY;
    double most = s->piece->hi ? num_to_double_down(s->piece->hi) : (double)INFINITY;
    push(s, CONVEX_INSIDE, fmax(a - convex_slack_of(s, of_a, a), least), fmin(b + convex_slack_of(s, of_b, b), most));
}

static ConvexRegion beyond(const ConvexRegion *r)
{
    return (ConvexRegion){ r->where, 2 * r->from, INFINITY };
}

static void split(ConvexSearch *s, const ConvexRegion *r)
{
    if (r->where == CONVEX_INSIDE) {
        double x = convex_middle_of(s, r);
        push(s, CONVEX_INSIDE, x, r->to);
        push(s, CONVEX_INSIDE, r->from, x);
        return;
    }
    ConvexRegion rest = beyond(r);
    double a = convex_edge_of(s, r), b = convex_edge_of(s, &rest);
    push(s, r->where, rest.from, INFINITY);
    push_inside(s, fmin(a, b), r->where, fmax(a, b), r->where);
}

/* Beside a finite end doubles come to an end, and before that their roundings grow as large as what is between. */
static bool may_split(const ConvexSearch *s, const ConvexRegion *r)
{
    if (r->where == CONVEX_INSIDE)
        return r->to - r->from > NARROWEST * fmax(0x1p-10, fmax(fabs(r->from), fabs(r->to)));
    ConvexRegion rest = beyond(r);
    double edge = convex_edge_of(s, r);
    bool is_wide = !convex_end_of(s, r->where) || s->unit[r->where] / r->from > 4 * convex_slack_of(s, r->where, edge);
    return r->from < FURTHEST && is_wide && !isnan(edge) && !isnan(convex_edge_of(s, &rest));
}

/* Is x + g'(x) seen to be unbounded beyond r? It is where 1 + g'' > c/|x|. */
static bool grows_beyond(ConvexSearch *s, const ConvexRegion *r)
{
    const Expr *arg[2] = { expr_var(s->cx, s->cost->span, EIG_VAR_X), s->curve[r->where] };
    JetDomain d = convex_domain_of(s, r);
    if (convex_lower(s->whole.value) > 0)
        return true;
    jet_evaluate(expr_apply(s->cx, s->cost->span, EIG_FN_MUL, 2, arg), &d, &s->end);
    return s->end.trouble == JET_FINE && (d.side > 0 ? convex_lower(s->end.value) > 0 : convex_upper(s->end.value) < 0);
}

/* Of g in r or beside it, where what is infinite at the pole may be too wide already. */
static const char *pole_near(ConvexSearch *s, const ConvexRegion *r)
{
    double from = r->from - 4 * (r->to - r->from), to = r->to + 4 * (r->to - r->from);
    bool is_within = r->where == CONVEX_INSIDE && convex_is_inside(s, from) && convex_is_inside(s, to);
    return is_within ? gap_pole(&s->nums, s->g[CONVEX_INSIDE], from, to) : NULL;
}

/* A region that cannot be split further. */
static void give_up(ConvexSearch *s, const ConvexRegion *r)
{
    const char *doubtful = s->domain.trouble == JET_FINE ? NULL : s->domain.function, *pole = pole_near(s, r);
    leave(s, r);
    if (pole)
        convex_decide(s, CONVEX_OUTSIDE, s->found.at);
    s->found.function = pole ? pole : doubtful;
}

/* True once: what is known by factors is known from then on. */
static bool becomes_hard(ConvexSearch *s, bool is_time)
{
    if (s->is_hard || !is_time)
        return false;
    s->is_hard = true;
    convex_factor(s);
    return true;
}

static void do_region(ConvexSearch *s, const ConvexRegion *r)
{
    bool goes_far = r->where != CONVEX_INSIDE && !convex_end_of(s, r->where);
    if (convex_look_at(s, convex_middle_of(s, r)))
        return;
    convex_evaluate(s, r, &s->whole);
    bool fine = s->whole.trouble == JET_FINE;
    double low = !fine ? (double)-INFINITY : r->where == CONVEX_INSIDE ? sharpened(s, r) : convex_lower(s->whole.value);
    bool unlimited = !goes_far || s->composed > 0 || (fine && grows_beyond(s, r));
    low = fmax(fine ? low : convex_beside_kink(s, r), s->composed);
    if (low >= 0 && unlimited && (is_sharp(s, low) || !may_split(s, r))) {
        s->found.bound = fmin(s->found.bound, low);
    } else if (becomes_hard(s, s->n_done > MANY_REGIONS || !may_split(s, r))) {
        push(s, r->where, r->from, r->to);
    } else if (may_split(s, r)) {
        split(s, r);
    } else if (low >= 0) {
        convex_decide(s, CONVEX_NO_LEAST, r->where == CONVEX_TOWARDS_HI ? r->from : -r->from);
    } else {
        give_up(s, r);
    }
}

/* ---- pieces ---- */

/* 1, or more where doubles beside the end are further apart than that: a power of two. */
static double unit_at(Num end)
{
    double x = fabs(num_to_double(end));
    return x < 0x1p20 ? 1 : ldexp(1, ilogb(x) - 20);
}

/* A lower bound of 1 + e'' between lo and hi by the way e is composed. */
static double composed_bend(ConvexSearch *s, const Expr *e, Num lo, Num hi)
{
    Compose c = { &s->nums, lo, hi };
    NumMark before = num_pool_mark(&s->nums);
    Shape g = compose_shape(&c, e);
    bool is_known = g.is_defined && g.least;
    double bend = is_known ? num_to_double_down(compose_num(&c, mpq_add, g.least, num_int(&s->nums, 1))) : (double)-INFINITY;
    num_pool_release(&s->nums, before);
    return bend;
}

static bool prepare(ConvexSearch *s, const CostPiece *p)
{
    Span at = s->cost->span;
    const Expr *x = expr_var(s->cx, at, EIG_VAR_X);
    Num zero = num_int(&s->nums, 0), one = num_int(&s->nums, 1);
    const Expr *arg[2];
    s->piece = p;
    s->composed = fmax(s->whole_composed, composed_bend(s, p->g, p->lo, p->hi));
    s->g[CONVEX_INSIDE] = expr_plus_affine(s->cx, &s->nums, p->g, EIG_VAR_X, zero, zero);        /* many kinks leave many straight terms */
    s->curve[CONVEX_INSIDE] = expr_plus_affine(s->cx, &s->nums, p->curve, EIG_VAR_X, one, zero);
    for (ConvexWhere w = CONVEX_TOWARDS_LO; w < CONVEX_N_WHERE; w++) {
        Num end = convex_end_of(s, w);
        s->unit[w] = end ? unit_at(end) : 1;
        arg[0] = expr_const(s->cx, at, num_from_double(&s->nums, w == CONVEX_TOWARDS_LO ? s->unit[w] : -s->unit[w]));
        arg[1] = x;
        const Expr *step = expr_call(s->cx, &s->nums, at, EIG_FN_DIV, 2, arg);
        s->curve[w] = end ? near_end(s->cx, &s->nums, s->curve[CONVEX_INSIDE], end, step) : s->curve[CONVEX_INSIDE];
        s->g[w] = end ? near_end(s->cx, &s->nums, s->g[CONVEX_INSIDE], end, step) : s->g[CONVEX_INSIDE];
        if (!s->curve[w] || !s->g[w])
            return false;
    }
    for (ConvexWhere w = 0; w < CONVEX_N_WHERE; w++)
        expr_shared_both(s->cx, &s->g[w], &s->curve[w]);
    convex_factor(s);
    return true;
}

/* y, or |x|, from which the two outer regions start so that what is between them is not empty. */
static double start_of(const ConvexSearch *s, ConvexWhere where)
{
    Num lo = s->piece->lo, hi = s->piece->hi;
    double far = fmax(lo ? fabs(num_to_double(lo)) : 0, hi ? fabs(num_to_double(hi)) : 0);
    if (!convex_end_of(s, where))
        return fmax(FROM, 4 * far);
    double width = lo && hi ? num_to_double(hi) - num_to_double(lo) : s->unit[where];
    return fmax(1, ldexp(1, (int)ceil(log2(s->unit[where]) - log2(width)) + 2));
}

/* The way g is composed tells as much as a search of the piece could. A piece without an end needs more than 1 + g'' >= 0 for x + g'
 * to grow without bound. */
static bool is_composed_sharply(const ConvexSearch *s)
{
    bool is_enough = s->piece->lo && s->piece->hi ? s->composed >= 0 : s->composed > 0;
    return is_enough && is_sharp(s, s->composed);
}

static void start(ConvexSearch *s)
{
    ConvexRegion lo = { CONVEX_TOWARDS_LO, start_of(s, CONVEX_TOWARDS_LO), INFINITY };
    ConvexRegion hi = { CONVEX_TOWARDS_HI, start_of(s, CONVEX_TOWARDS_HI), INFINITY };
    double a = convex_edge_of(s, &lo), b = convex_edge_of(s, &hi);
    double half = s->piece->lo || s->piece->hi ? 0 : periodic_half(&s->nums, s->piece->g, EIG_VAR_X);
    if (half > 0) {             /* one period stands for all, and x + g' grows without bound since g' repeats */
        a = -half;
        b = half;
    } else {
        push(s, CONVEX_TOWARDS_LO, lo.from, INFINITY);
        push(s, CONVEX_TOWARDS_HI, hi.from, INFINITY);
    }
    if (!(a <= b)) {
        convex_decide(s, CONVEX_UNPROVED, num_to_double(s->piece->lo ? s->piece->lo : s->piece->hi));
        return;
    }
    convex_sample(s, a, b);
    if (s->found.verdict != CONVEX_SEARCHING)
        return;
    if (!is_composed_sharply(s)) {
        s->found.is_searched = true;
        push_inside(s, a, CONVEX_TOWARDS_LO, b, CONVEX_TOWARDS_HI);
        return;
    }
    s->n = 0;
    s->found.bound = fmin(s->found.bound, s->composed);
}

static void search_piece(ConvexSearch *s, const CostPiece *p)
{
    if (!prepare(s, p)) {
        convex_decide(s, CONVEX_UNPROVED, p->lo ? num_to_double(p->lo) : 0);
        return;
    }
    start(s);
    while (s->n && s->found.verdict == CONVEX_SEARCHING) {
        ConvexRegion r = s->stack[--s->n];
        if (s->n_done++ >= CONVEX_MAX_REGIONS || s->nums.work > JET_BUDGET) {
            leave(s, &r);
            s->found.is_spent = true;
            return;
        }
        do_region(s, &r);
    }
}

/* ---- all of them ---- */

static bool joins(ConvexSearch *s, PieceJoin join, Num at)
{
    static const ConvexVerdict as[] = { [JOIN_JUMPS] = CONVEX_JUMPS, [JOIN_JUMPS_UP] = CONVEX_JUMPS_UP, [JOIN_BENDS_DOWN] = CONVEX_BENDS_DOWN,
                                        [JOIN_OUTSIDE] = CONVEX_OUTSIDE, [JOIN_UNKNOWN] = CONVEX_UNPROVED };
    if (join != JOIN_FINE)
        convex_decide(s, as[join], num_to_double(at));
    return join == JOIN_FINE;
}

static ConvexFinding nothing_found(void)
{
    return (ConvexFinding){ .attained = INFINITY, .bound = INFINITY, .attained_at = NAN, .from = NAN, .to = NAN };
}

/* What is undecided at one place may be refuted at another: the search goes on, if work is left. */
static void put_off(ConvexSearch *s)
{
    if (s->found.verdict != CONVEX_UNPROVED || s->found.is_spent)
        return;
    if (s->doubt.verdict == CONVEX_SEARCHING)
        s->doubt = s->found;
    s->found = nothing_found();
    s->n = 0;
}

/* Nothing is refuted inside a piece, and something is undecided: where pieces meet the slope may fall. */
static void settle_doubt(ConvexSearch *s)
{
    const CostFormula *c = s->cost;
    for (size_t k = 1; k < c->n_pieces; k++) {
        const CostPiece *p = &c->piece[k];
        if (pieces_fall(s->cx, &s->nums, p - 1, p, &s->found.fall)) {
            convex_decide(s, CONVEX_FALLS, num_to_double(p->from ? p->from->nearest : p->lo));
            return;
        }
    }
    if (s->doubt.verdict != CONVEX_SEARCHING)
        s->found = s->doubt;
}

static void search_pieces(ConvexSearch *s)
{
    const CostFormula *c = s->cost;
    bool is_whole = s->whole_composed >= 0;     /* what is convex as a whole needs no look at where its pieces meet */
    for (size_t k = 0; k < c->n_pieces && s->found.verdict == CONVEX_SEARCHING; k++) {
        const CostPiece *p = &c->piece[k];
        if (k && !is_whole)
            joins(s, pieces_join(s->cx, &s->nums, c->g, p - 1, p, &s->found.function, &s->found.jump), p->lo);
        put_off(s);
        if (s->found.verdict == CONVEX_SEARCHING)
            search_piece(s, p);
        put_off(s);
    }
}

static void search_all(ConvexSearch *s)
{
    const CostFormula *c = s->cost;
    s->whole_composed = expr_may_jump(c->g, EIG_VAR_X) ? (double)-INFINITY : composed_bend(s, c->g, c->lo, c->hi);
    search_pieces(s);
    if (s->found.verdict == CONVEX_UNPROVED || (s->found.verdict == CONVEX_SEARCHING && s->doubt.verdict != CONVEX_SEARCHING))
        settle_doubt(s);
    double at;
    if (s->found.verdict == CONVEX_SEARCHING && convex_has_no_slope(s->cx, c, &at))
        convex_decide(s, CONVEX_NO_SLOPE, at);
    const CostPiece *first = &c->piece[0], *last = &c->piece[c->n_pieces - 1];
    if (s->found.verdict == CONVEX_SEARCHING && joins(s, piece_ends(s->cx, &s->nums, c->g, first, c->lo, &s->found.jump), c->lo)
        && joins(s, piece_ends(s->cx, &s->nums, c->g, last, c->hi, &s->found.jump), c->hi))
        s->found.verdict = CONVEX_PROVED;
}

void convex_search(Ctx *cx, const CostFormula *cost, ConvexFinding *out)
{
    Arena room = { 0 };
    ConvexSearch *s = ARENA_NEW(&room, ConvexSearch);
    JetResult *r[] = { &s->whole, &s->middle, &s->end, &s->domain, &s->scaled };
    s->cx = cx;
    s->cost = cost;
    s->found = nothing_found();
    for (size_t k = 0; k < sizeof r / sizeof *r; k++)
        jet_result_init(r[k]);
    search_all(s);
    for (size_t k = 0; k < sizeof r / sizeof *r; k++)
        jet_result_clear(r[k]);
    num_pool_free(&s->nums);
    *out = s->found;
    arena_free(&room);
}
