/* x^2/2 + g(x) is convex where 1 + g'' is nowhere negative and g' nowhere jumps
 * down. Branch and bound on 1 + g'' over each piece of the cost, by interval
 * arithmetic: the least value found is 1/sup phi'. Towards an end x0 of a piece
 * x = x0 + unit/y, so that what is infinite at the end is a power of y; towards
 * infinity jet.h's scaled form does the same. */
#include <float.h>
#include <math.h>

#include "compiler/check/slope/convex.h"
#include "compiler/check/slope/convex_join.h"
#include "compiler/check/slope/gap.h"
#include "compiler/check/slope/jet.h"
#include "compiler/check/slope/near_end.h"
#include "compiler/model/affine.h"
#include "compiler/model/derive.h"

enum { MAX_REGIONS = 8000, MAX_WORK = 3500000, MAX_STACK = 512, SAMPLES = 64, SLOPES = 16 };    /* work: as jet_work counts it */
static const double SHARPNESS = 5e-7, NARROWEST = 0x1p-44, FURTHEST = 0x1p60, FROM = 64;

typedef enum Where { INSIDE, TOWARDS_LO, TOWARDS_HI, N_WHERE } Where;

/* INSIDE: x in [from, to]. TOWARDS_LO, TOWARDS_HI of a finite end: x = end +-
 * unit/y, y >= from. Of an infinite one: |x| >= from. */
typedef struct Region {
    Where where;
    double from, to;
} Region;

typedef struct Search {
    Ctx *cx;
    NumPool nums;               /* scratch */
    const CostFormula *cost;
    const CostPiece *piece;     /* under way */
    const Expr *curve[N_WHERE], *g[N_WHERE];    /* 1 + g'' and g in the variable of each kind of region */
    size_t curve_work[N_WHERE], g_work[N_WHERE];        /* to evaluate them once */
    double unit[N_WHERE];       /* of the step from a finite end */
    Region stack[MAX_STACK];
    size_t n, n_done, work;
    ConvexFinding found;
    JetResult whole, middle, end, domain, scaled;
} Search;

static double upper(mpfi_srcptr x)
{
    return mpfr_get_d(&x->right, MPFR_RNDU);
}

static double lower(mpfi_srcptr x)
{
    return mpfr_get_d(&x->left, MPFR_RNDD);
}

static void decide(Search *s, ConvexVerdict v, double at)
{
    s->found.verdict = v;
    s->found.at = at;
}

static void push(Search *s, Where where, double from, double to)
{
    if (s->n == MAX_STACK)
        decide(s, CONVEX_UNPROVED, from);
    else
        s->stack[s->n++] = (Region){ where, from, to };
}

/* ---- evaluation ---- */

static Num end_of(const Search *s, Where where)
{
    return where == TOWARDS_LO ? s->piece->lo : where == TOWARDS_HI ? s->piece->hi : NULL;
}

static JetDomain domain_of(Search *s, const Region *r)
{
    if (r->where == INSIDE)
        return (JetDomain){ &s->nums, 0, r->from, r->to };
    bool mirrored = r->where == TOWARDS_LO && !end_of(s, r->where);
    return (JetDomain){ &s->nums, mirrored ? -1 : 1, r->from, r->to };
}

static bool is_inside(const Search *s, double x)
{
    return (!s->piece->lo || x > num_to_double_down(s->piece->lo)) && (!s->piece->hi || x < num_to_double_up(s->piece->hi));
}

/* The x at the outer edge of a region that goes towards an end; NaN when it is not inside the piece. */
static double edge_of(const Search *s, const Region *r)
{
    Num end = end_of(s, r->where);
    double x = end ? num_to_double(end) + (r->where == TOWARDS_LO ? 1 : -1) * s->unit[r->where] / r->from
                   : (r->where == TOWARDS_LO ? -1 : 1) * r->from;
    bool inside = (!s->piece->lo || x > num_to_double_up(s->piece->lo)) && (!s->piece->hi || x < num_to_double_down(s->piece->hi));
    return inside ? x : (double)NAN;
}

/* More than the roundings of an edge of regions that go towards an end. */
static double slack_of(const Search *s, Where where, double edge)
{
    Num end = end_of(s, where);
    return 0x1p-50 * fmax(fabs(edge), end ? fabs(num_to_double(end)) : 0);
}

/* The x of a region and a little more; false where it is infinite, or one point. */
static bool line_of(const Search *s, const Region *r, double *from, double *to)
{
    Num end = end_of(s, r->where);
    *from = r->from;
    *to = r->to;
    if (r->where == INSIDE)
        return r->from < r->to;
    if (!end)
        return false;
    double edge = edge_of(s, r), slack = slack_of(s, r->where, edge);
    bool is_low = r->where == TOWARDS_LO;
    *from = is_low ? num_to_double_down(end) : edge - slack;
    *to = is_low ? edge + slack : num_to_double_up(end);
    return *from < *to;
}

/* Away from 0 the scaled form holds as well as the plain one: what they have in common. */
static void narrow_far(Search *s, const Region *r, JetResult *out)
{
    double from, to;
    if (!line_of(s, r, &from, &to) || (!(from >= 1) && !(to <= -1)))
        return;
    JetDomain d = { &s->nums, from >= 1 ? 1 : -1, from >= 1 ? from : -to, from >= 1 ? to : -from };
    jet_evaluate(s->curve[INSIDE], &d, &s->scaled);
    s->work += s->curve_work[INSIDE];
    if (s->scaled.trouble != JET_FINE)
        return;
    mpfi_intersect(out->value, out->value, s->scaled.value);
    if (r->where == INSIDE)     /* else the slopes are not those of the same variable */
        mpfi_intersect(out->slope, out->slope, s->scaled.slope);
    out->trouble = JET_FINE;
}

/* 1 + g'' by the chain rule on g, function by function: what cancels in the expression for g'' need not do so here. Towards a
 * finite end the variable is another one. */
static void narrow_by_g(Search *s, const Region *r, JetResult *out)
{
    if (out->trouble != JET_FINE || (r->where != INSIDE && end_of(s, r->where)))
        return;
    mpfi_add_ui(s->domain.curvature, s->domain.curvature, 1);
    mpfi_intersect(out->value, out->value, s->domain.curvature);
}

static void evaluate(Search *s, const Region *r, JetResult *out)
{
    JetDomain d = domain_of(s, r);
    jet_evaluate(s->g[r->where], &d, &s->domain);
    jet_evaluate(s->curve[r->where], &d, out);
    s->work += s->curve_work[r->where] + s->g_work[r->where];
    narrow_far(s, r, out);
    if (s->domain.trouble == JET_FINE) {
        narrow_by_g(s, r, out);
        return;
    }
    out->trouble = s->domain.trouble;
    out->function = s->domain.function;
}

static void evaluate_at(Search *s, double x, JetResult *out)
{
    evaluate(s, &(Region){ INSIDE, x, x }, out);
}

static double middle_of(const Search *s, const Region *r)
{
    return r->where == INSIDE ? r->from + (r->to - r->from) / 2 : edge_of(s, r);
}

/* Nothing is proved of r: near its middle, or the end that it goes towards. */
static void leave(Search *s, const Region *r)
{
    double x = middle_of(s, r);
    bool is_known = line_of(s, r, &s->found.from, &s->found.to);
    if (!is_known && r->where != INSIDE) {
        s->found.from = r->where == TOWARDS_LO ? (double)-INFINITY : x;
        s->found.to = r->where == TOWARDS_LO ? x : (double)INFINITY;
    }
    s->found.function = NULL;
    decide(s, CONVEX_UNPROVED, isnan(x) ? num_to_double(end_of(s, r->where)) : x);
}

/* ---- one region ---- */

/* True when the search is over: g is undefined at x, or 1 + g'' negative. */
static bool look_at(Search *s, double x)
{
    s->middle.trouble = JET_EDGE;
    if (isnan(x) || !is_inside(s, x))
        return false;
    evaluate_at(s, x, &s->middle);
    if (s->domain.trouble == JET_OUTSIDE) {
        s->found.function = s->domain.function;
        decide(s, CONVEX_OUTSIDE, x);
    } else if (s->middle.trouble == JET_FINE && upper(s->middle.value) < 0) {
        s->found.value = upper(s->middle.value);
        decide(s, CONVEX_NOT, x);
    } else if (s->middle.trouble == JET_FINE) {
        s->found.attained = fmin(s->found.attained, upper(s->middle.value));
    }
    return s->found.verdict != CONVEX_SEARCHING;
}

/* A lower bound of 1 + g'' in a region inside, from its slope too. */
static double sharpened(Search *s, const Region *r)
{
    double x = middle_of(s, r), low = lower(s->whole.value);
    mpfi_t spread;
    if (s->middle.trouble != JET_FINE || !mpfi_bounded_p(s->whole.slope))
        return low;
    if (mpfi_is_nonneg(s->whole.slope) || mpfi_is_nonpos(s->whole.slope)) {
        evaluate_at(s, mpfi_is_nonneg(s->whole.slope) ? r->from : r->to, &s->end);
        if (s->end.trouble != JET_FINE)
            return low;
        s->found.attained = fmin(s->found.attained, fmax(0, upper(s->end.value)));
        return fmax(low, lower(s->end.value));
    }
    mpfi_init2(spread, JET_PRECISION);
    mpfi_interv_d(spread, r->from - x, r->to - x);
    mpfi_mul(spread, spread, s->whole.slope);
    mpfi_add(spread, spread, s->middle.value);
    low = fmax(low, lower(spread));
    mpfi_clear(spread);
    return low;
}

/* [a, b] and some roundings more, within the piece. */
static void push_inside(Search *s, double a, Where of_a, double b, Where of_b)
{
    double least = s->piece->lo ? num_to_double_up(s->piece->lo) : (double)-INFINITY;
    double most = s->piece->hi ? num_to_double_down(s->piece->hi) : (double)INFINITY;
    push(s, INSIDE, fmax(a - slack_of(s, of_a, a), least), fmin(b + slack_of(s, of_b, b), most));
}

static Region beyond(const Region *r)
{
    return (Region){ r->where, 2 * r->from, INFINITY };
}

static void split(Search *s, const Region *r)
{
    if (r->where == INSIDE) {
        double x = middle_of(s, r);
        push(s, INSIDE, x, r->to);
        push(s, INSIDE, r->from, x);
        return;
    }
    Region rest = beyond(r);
    double a = edge_of(s, r), b = edge_of(s, &rest);
    push(s, r->where, rest.from, INFINITY);
    push_inside(s, fmin(a, b), r->where, fmax(a, b), r->where);
}

/* Beside a finite end doubles come to an end, and before that their roundings grow as large as what is between. */
static bool may_split(const Search *s, const Region *r)
{
    if (r->where == INSIDE)
        return r->to - r->from > NARROWEST * fmax(0x1p-10, fmax(fabs(r->from), fabs(r->to)));
    Region rest = beyond(r);
    double edge = edge_of(s, r);
    bool is_wide = !end_of(s, r->where) || s->unit[r->where] / r->from > 4 * slack_of(s, r->where, edge);
    return r->from < FURTHEST && is_wide && !isnan(edge) && !isnan(edge_of(s, &rest));
}

/* Is x + g'(x) seen to be unbounded beyond r? It is where 1 + g'' > c/|x|. */
static bool grows_beyond(Search *s, const Region *r)
{
    const Expr *arg[2] = { expr_var(s->cx, s->cost->span, EIG_VAR_X), s->curve[r->where] };
    JetDomain d = domain_of(s, r);
    if (lower(s->whole.value) > 0)
        return true;
    jet_evaluate(expr_apply(s->cx, s->cost->span, EIG_FN_MUL, 2, arg), &d, &s->end);
    return s->end.trouble == JET_FINE && (d.side > 0 ? lower(s->end.value) > 0 : upper(s->end.value) < 0);
}

/* To within less, the longer the search: of the work, most is left to a bound that is sharp. */
static bool is_sharp(const Search *s, double low)
{
    double used = fmax((double)s->n_done / MAX_REGIONS, (double)s->work / MAX_WORK - 0.5);
    double under = used < 0.2 ? SHARPNESS : used < 0.3 ? 1e-4 : used < 0.4 ? 1e-2 : 1;
    double seen = fmin(s->found.attained, DBL_MAX);       /* 1 + g'' may be beyond the doubles wherever it was looked at */
    return low >= seen - under * seen;
}

/* Of g in r or beside it, where what is infinite at the pole may be too wide already. */
static const char *pole_near(Search *s, const Region *r)
{
    double from = r->from - 4 * (r->to - r->from), to = r->to + 4 * (r->to - r->from);
    return r->where == INSIDE && is_inside(s, from) && is_inside(s, to) ? gap_pole(&s->nums, s->g[INSIDE], from, to) : NULL;
}

/* A region that cannot be split further. */
static void give_up(Search *s, const Region *r)
{
    const char *doubtful = s->domain.trouble == JET_FINE ? NULL : s->domain.function, *pole = pole_near(s, r);
    leave(s, r);
    if (pole)
        decide(s, CONVEX_OUTSIDE, s->found.at);
    s->found.function = pole ? pole : doubtful;
}

static void do_region(Search *s, const Region *r)
{
    bool goes_far = r->where != INSIDE && !end_of(s, r->where);
    if (look_at(s, middle_of(s, r)))
        return;
    evaluate(s, r, &s->whole);
    bool fine = s->whole.trouble == JET_FINE;
    double low = !fine ? (double)-INFINITY : r->where == INSIDE ? sharpened(s, r) : lower(s->whole.value);
    bool unlimited = !goes_far || (fine && grows_beyond(s, r));
    if (low >= 0 && unlimited && (is_sharp(s, low) || !may_split(s, r))) {
        s->found.bound = fmin(s->found.bound, low);
    } else if (may_split(s, r)) {
        split(s, r);
    } else if (low >= 0) {
        decide(s, CONVEX_NO_LEAST, r->where == TOWARDS_HI ? r->from : -r->from);
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

static bool prepare(Search *s, const CostPiece *p)
{
    Span at = s->cost->span;
    const Expr *x = expr_var(s->cx, at, EIG_VAR_X);
    Num zero = num_int(&s->nums, 0), one = num_int(&s->nums, 1);
    const Expr *arg[2];
    s->piece = p;
    s->g[INSIDE] = p->g;
    s->curve[INSIDE] = expr_plus_affine(s->cx, &s->nums, p->curve, EIG_VAR_X, one, zero);
    for (Where w = TOWARDS_LO; w < N_WHERE; w++) {
        Num end = end_of(s, w);
        s->unit[w] = end ? unit_at(end) : 1;
        arg[0] = expr_const(s->cx, at, num_from_double(&s->nums, w == TOWARDS_LO ? s->unit[w] : -s->unit[w]));
        arg[1] = x;
        const Expr *step = expr_call(s->cx, &s->nums, at, EIG_FN_DIV, 2, arg);
        s->curve[w] = end ? near_end(s->cx, &s->nums, s->curve[INSIDE], end, step) : s->curve[INSIDE];
        s->g[w] = end ? near_end(s->cx, &s->nums, p->g, end, step) : p->g;
        if (!s->curve[w] || !s->g[w])
            return false;
    }
    for (Where w = INSIDE; w < N_WHERE; w++) {
        s->curve_work[w] = jet_work(s->curve[w]);
        s->g_work[w] = jet_work(s->g[w]);
    }
    return true;
}

/* y, or |x|, from which the two outer regions start so that what is between them is not empty. */
static double start_of(const Search *s, Where where)
{
    Num lo = s->piece->lo, hi = s->piece->hi;
    double far = fmax(lo ? fabs(num_to_double(lo)) : 0, hi ? fabs(num_to_double(hi)) : 0);
    if (!end_of(s, where))
        return fmax(FROM, 4 * far);
    double width = lo && hi ? num_to_double(hi) - num_to_double(lo) : s->unit[where];
    return fmax(1, ldexp(1, (int)ceil(log2(s->unit[where]) - log2(width)) + 2));
}

/* Samples leave most of the work to proofs. */
static bool may_sample(const Search *s)
{
    return s->work < MAX_WORK / 4;
}

/* A place between a and b where 1 + g'' is small, for a start that prunes. */
static void descend(Search *s, double a, double b)
{
    for (int k = 0; k < 40 && s->found.verdict == CONVEX_SEARCHING && may_sample(s); k++) {
        double p = a + (b - a) * 0.382, q = a + (b - a) * 0.618, at_p, at_q;
        look_at(s, p);
        at_p = s->middle.trouble == JET_FINE ? upper(s->middle.value) : (double)INFINITY;
        look_at(s, q);
        at_q = s->middle.trouble == JET_FINE ? upper(s->middle.value) : (double)INFINITY;
        *(at_p < at_q ? &b : &a) = at_p < at_q ? q : p;
    }
}

static void start(Search *s)
{
    Region lo = { TOWARDS_LO, start_of(s, TOWARDS_LO), INFINITY };
    Region hi = { TOWARDS_HI, start_of(s, TOWARDS_HI), INFINITY };
    double a = edge_of(s, &lo), b = edge_of(s, &hi);
    push(s, TOWARDS_LO, lo.from, INFINITY);
    push(s, TOWARDS_HI, hi.from, INFINITY);
    if (!(a <= b)) {
        decide(s, CONVEX_UNPROVED, num_to_double(s->piece->lo ? s->piece->lo : s->piece->hi));
        return;
    }
    int half = SAMPLES / 2, best = half;
    double least = s->found.attained;
    for (int k = 0; k <= SAMPLES && may_sample(s); k++) {   /* from the middle outwards */
        int j = half + (k % 2 ? 1 : -1) * ((k + 1) / 2);
        if (look_at(s, a + (b - a) * j / SAMPLES))
            return;
        best = s->found.attained < least ? j : best;
        least = s->found.attained;
    }
    descend(s, a + (b - a) * fmax(0, best - 1) / SAMPLES, a + (b - a) * fmin(SAMPLES, best + 1) / SAMPLES);
    push_inside(s, a, TOWARDS_LO, b, TOWARDS_HI);
}

static void search_piece(Search *s, const CostPiece *p)
{
    if (!prepare(s, p)) {
        decide(s, CONVEX_UNPROVED, p->lo ? num_to_double(p->lo) : 0);
        return;
    }
    start(s);
    while (s->n && s->found.verdict == CONVEX_SEARCHING) {
        Region r = s->stack[--s->n];
        if (s->n_done++ == MAX_REGIONS || s->work > MAX_WORK) {
            leave(s, &r);
            return;
        }
        do_region(s, &r);
    }
}

/* ---- all of them ---- */

static bool joins(Search *s, PieceJoin join, Num at)
{
    static const ConvexVerdict as[] = { [JOIN_JUMPS] = CONVEX_JUMPS, [JOIN_BENDS_DOWN] = CONVEX_BENDS_DOWN,
                                        [JOIN_OUTSIDE] = CONVEX_OUTSIDE, [JOIN_UNKNOWN] = CONVEX_UNPROVED };
    if (join != JOIN_FINE)
        decide(s, as[join], num_to_double(at));
    return join == JOIN_FINE;
}

/* The place of this piece's k-th sample, k < SLOPES: evenly between two ends, from one end by powers of two. */
static double sample_of(const CostPiece *p, int k)
{
    double lo = p->lo ? num_to_double(p->lo) : 0, hi = p->hi ? num_to_double(p->hi) : 0, far = ldexp(1, k - SLOPES / 2);
    if (p->lo && p->hi)
        return lo + (hi - lo) * (k + 1) / (SLOPES + 1);
    return p->lo ? lo + far : p->hi ? hi - far : k % 2 ? far : -far;
}

/* A run computes the slope as it is written, where what overflows may be infinity over infinity. That it is a number is not
 * proved, only looked at in samples: a run that meets none stops. */
static void look_at_slope(Search *s, const CostPiece *p)
{
    if (p->slope->depth > EXPR_MAX_DEPTH)
        return;
    EigCode code = expr_to_code(s->cx, p->slope);
    for (int k = 0; k < SLOPES && s->found.verdict == CONVEX_SEARCHING; k++) {
        double var[EIG_N_VARS] = { [EIG_VAR_X] = sample_of(p, k) };
        if (isnan(eig_code_eval(&code, var, NULL)))
            decide(s, CONVEX_NO_SLOPE, var[EIG_VAR_X]);
    }
}

static void search_pieces(Search *s)
{
    const CostFormula *c = s->cost;
    for (size_t k = 0; k < c->n_pieces && s->found.verdict == CONVEX_SEARCHING; k++) {
        const CostPiece *p = &c->piece[k];
        if (k && !joins(s, pieces_join(s->cx, &s->nums, c->g, p - 1, p, &s->found.function), p->lo))
            return;
        search_piece(s, p);
    }
    for (size_t k = 0; k < c->n_parts && s->found.verdict == CONVEX_SEARCHING; k++)
        look_at_slope(s, &c->part[k]);
    const CostPiece *first = &c->piece[0], *last = &c->piece[c->n_pieces - 1];
    if (s->found.verdict == CONVEX_SEARCHING && joins(s, piece_ends(s->cx, &s->nums, c->g, first, c->lo), c->lo)
        && joins(s, piece_ends(s->cx, &s->nums, c->g, last, c->hi), c->hi))
        s->found.verdict = CONVEX_PROVED;
}

void convex_search(Ctx *cx, const CostFormula *cost, ConvexFinding *out)
{
    Search *s = ARENA_NEW(&cx->arena, Search);
    JetResult *r[] = { &s->whole, &s->middle, &s->end, &s->domain, &s->scaled };
    s->cx = cx;
    s->cost = cost;
    s->found = (ConvexFinding){ .attained = INFINITY, .bound = INFINITY, .from = NAN, .to = NAN };
    for (size_t k = 0; k < sizeof r / sizeof *r; k++)
        jet_result_init(r[k]);
    search_pieces(s);
    for (size_t k = 0; k < sizeof r / sizeof *r; k++)
        jet_result_clear(r[k]);
    num_pool_free(&s->nums);
    *out = s->found;
}
