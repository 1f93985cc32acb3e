/* x^2/2 + g(x) is convex where 1 + g'' is nowhere negative and g' nowhere jumps
 * down. Branch and bound on 1 + g'' over each piece of the cost, by interval
 * arithmetic: the least value found is 1/sup phi'. Towards an end x0 of a piece
 * x = x0 + unit/y, so that what is infinite at the end is a power of y; towards
 * infinity jet.h's scaled form does the same. */
#include <float.h>
#include <math.h>

#include "compiler/check/slope/convex_join.h"
#include "compiler/check/slope/jet.h"
#include "compiler/check/slope/slope.h"
#include "compiler/model/affine.h"

enum { MAX_REGIONS = 8000, MAX_WORK = 800000, MAX_STACK = 512, SAMPLES = 64 };    /* work: regions times nodes */
static const double SHARPNESS = 5e-7, NARROWEST = 0x1p-44, FURTHEST = 0x1p60, FROM = 64;

typedef enum Where { INSIDE, TOWARDS_LO, TOWARDS_HI, N_WHERE } Where;

/* INSIDE: x in [from, to]. TOWARDS_LO, TOWARDS_HI of a finite end: x = end +-
 * unit/y, y >= from. Of an infinite one: |x| >= from. */
typedef struct Region {
    Where where;
    double from, to;
} Region;

typedef enum Verdict { SEARCHING, PROVED, CONCAVE, BENDS_DOWN, JUMPS, OUTSIDE, NO_LEAST, UNPROVED } Verdict;

typedef struct Search {
    Ctx *cx;
    NumPool nums;               /* scratch */
    const CostFormula *cost;
    const CostPiece *piece;     /* under way */
    const Expr *curve[N_WHERE], *g[N_WHERE];    /* 1 + g'' and g in the variable of each kind of region */
    double unit[N_WHERE];       /* of the step from a finite end */
    Region stack[MAX_STACK];
    size_t n, n_done, work;
    double attained, bound;     /* 1 + g'' is somewhere at most this, and nowhere less than that */
    Verdict verdict;
    double at, value;
    const char *function;
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

static void decide(Search *s, Verdict v, double at)
{
    s->verdict = v;
    s->at = at;
}

static void push(Search *s, Where where, double from, double to)
{
    if (s->n == MAX_STACK)
        decide(s, UNPROVED, from);
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
    if (s->scaled.trouble != JET_FINE)
        return;
    mpfi_intersect(out->value, out->value, s->scaled.value);
    if (r->where == INSIDE)     /* else the slopes are not those of the same variable */
        mpfi_intersect(out->slope, out->slope, s->scaled.slope);
    out->trouble = JET_FINE;
}

static void evaluate(Search *s, const Region *r, JetResult *out)
{
    JetDomain d = domain_of(s, r);
    jet_evaluate(s->g[r->where], &d, &s->domain);
    jet_evaluate(s->curve[r->where], &d, out);
    narrow_far(s, r, out);
    if (s->domain.trouble == JET_FINE)
        return;
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

/* ---- one region ---- */

/* True when the search is over: g is undefined at x, or 1 + g'' negative. */
static bool look_at(Search *s, double x)
{
    s->middle.trouble = JET_OUTSIDE;
    if (isnan(x) || !is_inside(s, x))
        return false;
    evaluate_at(s, x, &s->middle);
    if (s->domain.trouble == JET_OUTSIDE) {
        s->function = s->domain.function;
        decide(s, OUTSIDE, x);
    } else if (s->middle.trouble == JET_FINE && upper(s->middle.value) < 0) {
        s->value = upper(s->middle.value);
        decide(s, CONCAVE, x);
    } else if (s->middle.trouble == JET_FINE) {
        s->attained = fmin(s->attained, upper(s->middle.value));
    }
    return s->verdict != SEARCHING;
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
        s->attained = fmin(s->attained, fmax(0, upper(s->end.value)));
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

static bool is_sharp(const Search *s, double low)
{
    double used = fmax((double)s->n_done / MAX_REGIONS, (double)s->work / MAX_WORK);
    double under = used < 0.2 ? SHARPNESS : used < 0.3 ? 1e-4 : used < 0.4 ? 1e-2 : 1;
    double seen = fmin(s->attained, DBL_MAX);       /* 1 + g'' may be beyond the doubles wherever it was looked at */
    return low >= seen - under * seen;
}

static void do_region(Search *s, const Region *r)
{
    bool goes_far = r->where != INSIDE && !end_of(s, r->where);
    if (look_at(s, middle_of(s, r)))
        return;
    evaluate(s, r, &s->whole);
    s->function = s->whole.function;
    bool fine = s->whole.trouble == JET_FINE;
    double low = !fine ? (double)-INFINITY : r->where == INSIDE ? sharpened(s, r) : lower(s->whole.value);
    bool unlimited = !goes_far || (fine && grows_beyond(s, r));
    if (low >= 0 && unlimited && (is_sharp(s, low) || !may_split(s, r))) {
        s->bound = fmin(s->bound, low);
    } else if (may_split(s, r)) {
        split(s, r);
    } else if (low >= 0) {
        decide(s, NO_LEAST, r->where == TOWARDS_HI ? r->from : -r->from);
    } else {
        double x = middle_of(s, r);
        decide(s, UNPROVED, isnan(x) ? num_to_double(end_of(s, r->where)) : x);
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
        s->curve[w] = end ? expr_moved(s->cx, &s->nums, s->curve[INSIDE], EIG_VAR_X, end, step) : s->curve[INSIDE];
        s->g[w] = end ? expr_moved(s->cx, &s->nums, p->g, EIG_VAR_X, end, step) : p->g;
        if (!s->curve[w] || !s->g[w])
            return false;
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

/* A place between a and b where 1 + g'' is small, for a start that prunes. */
static void descend(Search *s, double a, double b)
{
    for (int k = 0; k < 40 && s->verdict == SEARCHING; k++) {
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
        decide(s, UNPROVED, num_to_double(s->piece->lo ? s->piece->lo : s->piece->hi));
        return;
    }
    int half = SAMPLES / 2, best = half;
    double least = s->attained;
    for (int k = 0; k <= SAMPLES; k++) {    /* from the middle outwards */
        int j = half + (k % 2 ? 1 : -1) * ((k + 1) / 2);
        if (look_at(s, a + (b - a) * j / SAMPLES))
            return;
        best = s->attained < least ? j : best;
        least = s->attained;
    }
    descend(s, a + (b - a) * fmax(0, best - 1) / SAMPLES, a + (b - a) * fmin(SAMPLES, best + 1) / SAMPLES);
    push_inside(s, a, TOWARDS_LO, b, TOWARDS_HI);
}

static void search_piece(Search *s, const CostPiece *p)
{
    if (!prepare(s, p)) {
        decide(s, UNPROVED, p->lo ? num_to_double(p->lo) : 0);
        return;
    }
    start(s);
    while (s->n && s->verdict == SEARCHING) {
        Region r = s->stack[--s->n];
        s->work += s->curve[INSIDE]->size + s->g[INSIDE]->size;
        if (s->n_done++ == MAX_REGIONS || s->work > MAX_WORK) {
            double x = middle_of(s, &r);
            decide(s, UNPROVED, isnan(x) ? num_to_double(end_of(s, r.where)) : x);
            return;
        }
        do_region(s, &r);
    }
}

/* ---- all of them ---- */

static void search(Search *s)
{
    const CostFormula *c = s->cost;
    for (size_t k = 0; k < c->n_pieces && s->verdict == SEARCHING; k++) {
        static const Verdict as[] = { [JOIN_JUMPS] = JUMPS, [JOIN_BENDS_DOWN] = BENDS_DOWN, [JOIN_OUTSIDE] = OUTSIDE, [JOIN_UNKNOWN] = UNPROVED };
        PieceJoin join = k ? pieces_join(s->cx, &s->nums, c->g, &c->piece[k - 1], &c->piece[k], &s->function) : JOIN_FINE;
        if (join != JOIN_FINE)
            decide(s, as[join], num_to_double(c->piece[k].lo));
        else
            search_piece(s, &c->piece[k]);
    }
    if (s->verdict == SEARCHING)
        s->verdict = PROVED;
}

/* ---- what it means ---- */

static const char *const SHORT_REPAIR = "g may bend down by less than x^2/2 bends up: add a multiple of x^2, or narrow the domain with `on [lo, hi]`";

static void report(const Search *s, Span at)
{
    Diag *d = NULL;
    switch (s->verdict) {
    case CONCAVE:
        d = diag_at(s->cx, D_E0720, at, "x^2/2 plus this cost is not convex at x = %.10g: its second derivative is %.4g there", s->at, s->value);
        break;
    case BENDS_DOWN:
        d = diag_at(s->cx, D_E0720, at, "x^2/2 plus this cost is not convex at x = %.10g: its slope jumps down there", s->at);
        break;
    case JUMPS:
        d = diag_at(s->cx, D_E0720, at, "x^2/2 plus this cost is not convex at x = %.10g: it jumps there", s->at);
        break;
    case OUTSIDE:
        d = diag_at(s->cx, D_E0722, at, "this cost is not defined at x = %.10g: %s", s->at, jet_outside_text(s->cx, s->function));
        diag_help(s->cx, d, "say where it is meant with `on [lo, hi]`");
        return;
    case NO_LEAST:
        d = diag_at(s->cx, D_E0723, at, "x + g'(x) is not seen to grow without bound as x goes to %sinfinity", s->at > 0 ? "" : "-");
        diag_help(s->cx, d, "a large input would then have no rate: limit the rate with `on [lo, hi]`, or let g bend up");
        return;
    case UNPROVED:
        d = diag_at(s->cx, D_E0721, at, "it could not be decided whether x^2/2 plus this cost is convex near x = %.10g", s->at);
        diag_help(s->cx, d, "a simpler formula, a narrower domain or a little more of x^2 may help");
        return;
    default:
        return;
    }
    diag_help(s->cx, d, "%s", SHORT_REPAIR);
}

/* gain/bound, exactly; of an infinite bound, which stands for one beyond the doubles, the largest double serves. */
static Num slope_from(NumPool *nums, Num gain, double bound)
{
    mpq_ptr q = num_new(nums);
    mpq_div(q, gain, num_from_double(nums, fmin(bound, DBL_MAX)));
    return q;
}

static const char *proof_text(Ctx *cx, const Search *s, Num gain)
{
    static const char by[] = "1/(1 + g'') by interval arithmetic over the domain of its cost";
    if (s->attained <= s->bound * (1 + 1e-6))
        return by;
    return arena_printf(&cx->arena, "%s; not sharp: the largest slope is at least %.8g", by, num_to_double(gain) / s->attained);
}

void slope_of_cost_formula(Ctx *cx, NumPool *nums, const Activation *act, SlopeReport *out)
{
    Search *s = ARENA_NEW(&cx->arena, Search);
    JetResult *r[] = { &s->whole, &s->middle, &s->end, &s->domain, &s->scaled };
    s->cx = cx;
    s->cost = act->cost;
    s->attained = s->bound = INFINITY;
    for (size_t k = 0; k < sizeof r / sizeof *r; k++)
        jet_result_init(r[k]);
    search(s);
    report(s, act->span);
    bool proved = s->verdict == PROVED;
    *out = (SlopeReport){ .proved = proved, .monotone = proved, .bounded = proved && s->bound > 0, .lo = num_int(nums, 0) };
    out->reason = !proved ? "x^2/2 plus its cost is not known to be convex"
                  : out->bounded ? proof_text(cx, s, act->gain)
                                 : "interval arithmetic over the domain of its cost found none";
    if (out->bounded) {
        out->hi = slope_from(nums, act->gain, s->bound);
        bool is_seen = isfinite(s->attained);
        out->attained = is_seen ? slope_from(nums, act->gain, fmax(s->attained, s->bound)) : num_int(nums, 0);
    }
    for (size_t k = 0; k < sizeof r / sizeof *r; k++)
        jet_result_clear(r[k]);
    num_pool_free(&s->nums);
}
