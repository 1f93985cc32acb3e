/* Requirements for all params: the ranges are cut into cells until each is proved,
 * or a point is found at which diagonal stability is refuted. */
#include "compiler/check/range/range_points.h"

#include "compiler/check/lds/lds.h"
#include "compiler/check/theory_limits.h"

enum { CONVERGENCE_CUTS = 300, FIRST_CUTS = 8, RATE_CUTS = 40 };

typedef struct RangeSearch {
    RangeProblem problem;
    RangeReport *out;
    bool needs_convergence;
    Num rate;                   /* the largest that is required and proved at the params' own values; NULL: none is */
    VEC(RangeCell) open, done;  /* cells still to be decided; proved ones */
    size_t work_left;           /* cells that may still be looked at */
    size_t cuts_left;           /* of cells that are diagonally stable, to prove convergence in their halves */
    size_t ends_left;           /* cells in a row that were not decided from their ends, before that is no longer tried */
    const char *tau_obstacle;   /* why convergence is not claimed; NULL: it may be */
    bool is_first;              /* what holds for any time constants is looked for, and others may be */
    bool is_for_rate;           /* ... which showed all but the rate that is required */
} RangeSearch;

enum { TRY_ENDS = 24 };

/* Where w and w^2 vary each for itself, cutting ends mostly at points that the model does not have. Of own params cells are worth some seconds. */
enum { CELLS_WITH_POWERS = 400, CELLS_OF_OWN = 4000, CORNERS_OF_OWN = 24000 };

/* Values of functions that are enclosed, a few of each for each own param. */
enum { FUNCTIONS_OF_OWN = 400000, FEW_CELLS = 16 };

static size_t count_functions(const RangeFormula *f)
{
    size_t n = f->kind == FORMULA_FUNCTION;
    for (size_t k = 0; k < f->n; k++)
        n += count_functions(f->part[k]);
    return n;
}

static size_t cells_of_own(const Ranges *r)
{
    size_t corners = (size_t)CORNERS_OF_OWN >> r->n_params, functions = 1, most;
    for (size_t k = 0; k < r->n_params; k++)
        functions += count_functions(r->of[k]);
    most = FUNCTIONS_OF_OWN / (functions * (r->n_own + 5));
    most = most < FEW_CELLS ? FEW_CELLS : most > CELLS_OF_OWN ? CELLS_OF_OWN : most;
    return most < corners ? most : corners;
}

/* Rough cost of a cell is its entries at each corner, in exact numbers. */
static size_t cells_within_reach(const RangeProblem *p)
{
    size_t entries = 100 + p->base.row_from[p->base.q], n = (size_t)200000000 / entries >> p->ranges.n_params;
    size_t least = 64, most = 8000;
    if (p->ranges.n_own) {
        most = cells_of_own(&p->ranges);
        least = most < least ? most : least;
    } else if (p->has_powers) {
        most = CELLS_WITH_POWERS;
    }
    return n < least ? least : n > most ? most : n;
}

/* With room for params where cells are of own ones. */
static RangeBox push(RangeSearch *s, RangeBox box, RangeCell *out)
{
    const Ranges *r = &s->problem.ranges;
    range_cell_init(s->problem.cx, out, r->n_params);
    if (r->n_own)
        range_cell_own_init(s->problem.cx, out, r->n_own);
    RangeBox own = range_cell_box(r, out);
    for (size_t k = 0; k < box.n; k++) {
        mpq_set(own.lo[k], box.lo[k]);
        mpq_set(own.hi[k], box.hi[k]);
    }
    vec_push(&s->problem.cx->arena, &s->open, *out);
    return own;
}

static void push_part(RangeSearch *s, const RangeCell *whole, size_t along, bool upper)
{
    RangeCell part;
    RangeBox box = range_cell_box(&s->problem.ranges, whole), own = push(s, box, &part);
    mpq_ptr end = upper ? own.lo[along] : own.hi[along];
    mpq_add(end, box.lo[along], box.hi[along]);
    mpq_div_2exp(end, end, 1);
}

static void push_all(RangeSearch *s)
{
    RangeCell all;
    push(s, ranges_box(&s->problem.ranges), &all);
}

/* What is found at the upper or the lower ends, in the place of what was found at the centre, where it does for all of the cell:
 * multipliers of weak connections are of any size, those of the strongest are needed for the others too. */
static RangeVerdict decide_from_ends(RangeSearch *s, RangeCell *cell, RangeVerdict at_centre)
{
    size_t n = s->problem.ranges.n_params;
    RangeVerdict v = at_centre;
    for (int upper = 1; upper >= 0 && v.whole == TRUTH_UNDECIDED && n; upper--) {
        RangeCell same = {.lo = cell->lo, .hi = cell->hi};
        RangeVerdict there = range_cell_decide_from(&s->problem, &same, (const mpq_t *)(upper ? cell->hi : cell->lo));
        if (there.whole == TRUTH_CERTIFIED && (there.converges || !at_centre.converges_at_centre)) {
            evidence_clear(&cell->evidence);
            cell->evidence = same.evidence;
            there.converges_at_centre = at_centre.converges_at_centre;
            there.has_rate_at_centre = at_centre.has_rate_at_centre;
            v = there;
        } else {
            evidence_clear(&same.evidence);
        }
    }
    return v;
}

/* A cell that is not cut any more leaves the rate that is asked for unproved: of the others no more is asked than it has. */
static void lower_rate(RangeSearch *s, const Evidence *e)
{
    mpq_srcptr own = evidence_rate(e);
    mpq_ptr rate = own ? num_new(s->problem.net->nums) : NULL;
    if (own)
        mpq_set(rate, own);
    s->problem.rate = rate;
}

/* The centre is refuted: the search is over. */
static void give_up_at_centre(RangeSearch *s, const RangeCell *cell)
{
    RangeProblem *p = &s->problem;
    mpq_t *at = range_middle_of(p->cx, &p->ranges, cell);
    if (!range_refuted_at(&s->problem, s->out, (const mpq_t *)at))
        s->out->reason = arena_printf(&p->cx->arena, p->ranges.n_own ? "diagonal stability fails at %s for the nearest doubles of the functions there, "
                                      "and is not decided for the functions" : "powers of params are taken as params of their own, and diagonal "
                                      "stability fails at %s, which need not be values that the model has", range_about_middle(p->cx, &p->ranges, cell));
    rationals_clear(at, ranges_box(&p->ranges).n);
}

/* Of own params: wide enough in one of them to be cut. What is not decided then lies beside a point at which nothing can be. */
static bool is_wide(const Ranges *r, const RangeCell *cell)
{
    enum { HALVES = 16 };
    bool is = !r->n_own;
    mpq_t width, all;
    mpq_inits(width, all, (mpq_ptr)0);
    for (size_t k = 0; !is && k < r->n_own; k++) {
        mpq_sub(width, cell->own_hi[k], cell->own_lo[k]);
        mpq_sub(all, r->own_hi[k], r->own_lo[k]);
        mpq_div_2exp(all, all, HALVES);
        is = mpq_cmp(width, all) > 0;
    }
    mpq_clears(width, all, (mpq_ptr)0);
    return is;
}

/* False where it is not: out of work, or too small. */
static bool cut_in_two(RangeSearch *s, const RangeCell *cell, bool is_stable, bool has_values)
{
    const Ranges *r = &s->problem.ranges;
    RangeBox box = range_cell_box(r, cell);
    size_t along = box.n ? range_cell_longest(&s->problem, cell, is_stable, has_values) : 0;
    bool is_small = !is_wide(r, cell), divisible = box.n && s->work_left && !is_small && mpq_cmp(box.lo[along], box.hi[along]) < 0;
    for (int upper = 0; divisible && upper < 2; upper++)
        push_part(s, cell, along, upper);
    if (!divisible)
        s->out->reason = arena_printf(&s->problem.cx->arena, "cells were cut until %s; the one around %s "
                                      "is not decided%s", is_small ? "they were small" : "the work that is spent on this was done",
                                      range_about_middle(s->problem.cx, r, cell),
                                      s->problem.has_powers && !r->n_own ? " (powers of params are taken as params of their own)" : "");
    return divisible;
}

/* False when the search is over: refuted, or out of work. */
static bool look_at(RangeSearch *s, RangeCell *cell)
{
    const Ranges *r = &s->problem.ranges;
    RangeVerdict v = {0};
    bool has_values = range_own_derive(r, cell), going = true;
    if (has_values)
        v = range_cell_decide(&s->problem, cell);
    if (v.whole == TRUTH_UNDECIDED && v.centre == TRUTH_CERTIFIED && s->ends_left) {
        v = decide_from_ends(s, cell, v);
        s->ends_left = v.whole == TRUTH_CERTIFIED ? TRY_ENDS : s->ends_left - 1;
    }
    bool convergence_lost = (s->needs_convergence && v.converges_at_centre && !v.converges) || (v.has_rate_at_centre && !v.has_rate);
    if (v.centre == TRUTH_REFUTED) {
        give_up_at_centre(s, cell);
        going = false;
    } else if (v.whole == TRUTH_CERTIFIED && !(convergence_lost && s->work_left && s->cuts_left && is_wide(r, cell))) {
        if (s->problem.rate && !v.has_rate)
            lower_rate(s, &cell->evidence);
        vec_push(&s->problem.cx->arena, &s->done, *cell);
        return true;
    } else {
        s->cuts_left -= v.whole == TRUTH_CERTIFIED;
        going = cut_in_two(s, cell, v.whole == TRUTH_CERTIFIED, has_values);
    }
    range_cell_clear(cell, r->n_params);
    return going;
}

static bool all_cells_proved(RangeSearch *s)
{
    push_all(s);
    bool going = true;
    while (going && s->open.n) {
        RangeCell cell = s->open.at[--s->open.n];
        s->work_left -= s->work_left > 0;
        going = look_at(s, &cell);
    }
    return going;
}

/* Names a point of a cell in which convergence is not proved. */
static const char *not_convergent(RangeSearch *s)
{
    Ctx *cx = s->problem.cx;
    const Ranges *r = &s->problem.ranges;
    size_t c = 0;
    while (c + 1 < r->n_cells && evidence_converges(&r->cell[c].evidence))
        c++;
    const char *why = s->problem.net->model->params_in_tau && !r->speed && !theory_no_convergence(cx, s->problem.net) ?
        "time constants depend on params with ranges, and what holds for any time constants does not show it" :
        "\"open\" in the report there says why, and a smaller range, or equal time constants, may help";
    const char *reason = arena_printf(&cx->arena, "all values have one equilibrium, but for some convergence to it from every initial state is "
                                      "not proved, around %s say: %s",
                                      r->n_params ? range_about_middle(cx, r, &r->cell[c]) : "the params' own values", why);
    return reason;
}

static void conclude(Ctx *cx, RangeSearch *s)
{
    RangeReport *out = s->out;
    s->problem.ranges.n_cells = s->done.n;
    s->problem.ranges.cell = s->done.at;
    VerifyResult v = verify_ranges(cx, &s->problem.base, &s->problem.ranges);
    if (!v.accepted) {
        out->reason = arena_printf(&cx->arena, "the verifier did not accept the cells together: %s", v.reason);
        return;
    }
    out->lds = TRUTH_CERTIFIED;
    if (s->tau_obstacle)
        out->reason = s->tau_obstacle;
    else if (!ranges_converge(&s->problem.ranges))
        out->reason = not_convergent(s);
    else
        out->stable = TRUTH_CERTIFIED;
    if (out->stable == TRUTH_CERTIFIED)
        out->reason = arena_printf(&cx->arena, "Theorem 30 (docs/theory.md): %s%s", v.reason, s->problem.net->model->params_in_tau &&
                                   !s->problem.ranges.speed ? "; what it says of convergence holds for any time constants" : "");
}

/* NULL, or why the cells could not go with the claim about the network's own matrix. */
static const char *own_claim_fault(Ctx *cx, const Report *report)
{
    const LdsReport *own = &report->lds;
    if (own->verdict != TRUTH_CERTIFIED)
        return "diagonal stability is not decided at the params' own values";
    if (own->matrix.n_sums)
        return "a network of so many pairs is decided with rows of sums, for given values only";
    if (own->matrix.n_kernels || own->matrix.mean_slope || own->matrix.q != reduce_count_rows(cx, report->net))
        return "kernels by their frequencies, and gains neuron by neuron or by their mean, are decided for given values only";
    return NULL;
}

static void search(Ctx *cx, const Report *report, RangeSearch *s, unsigned with)
{
    RangeReport *out = s->out;
    out->reason = range_problem_init(cx, report->net, report->slope, with, &s->problem);
    if (out->reason || range_refuted_at_corner(&s->problem, s->out) || (out->reason = own_claim_fault(cx, report)))
        return;
    s->problem.rate = s->rate;
    s->problem.is_verified_later = true;
    s->work_left = cells_within_reach(&s->problem);
    s->cuts_left = s->is_first ? FIRST_CUTS : s->is_for_rate ? RATE_CUTS : CONVERGENCE_CUTS;
    s->ends_left = TRY_ENDS;
    if (all_cells_proved(s))
        conclude(cx, s);
    if (out->lds == TRUTH_UNDECIDED && s->problem.without_value)
        out->reason = s->problem.without_value;
}

static void attempt(Ctx *cx, const Report *report, RangeSearch *s, unsigned with)
{
    search(cx, report, s, with);
    size_t n = s->problem.ranges.n_params;
    for (size_t k = 0; k < s->open.n; k++)
        range_cell_clear(&s->open.at[k], n);
    for (size_t k = 0; s->out->lds != TRUTH_CERTIFIED && k < s->done.n; k++)
        range_cell_clear(&s->done.at[k], n);
    if (s->out->lds != TRUTH_CERTIFIED)
        s->problem.ranges.n_cells = 0;
    s->out->ranges = s->problem.ranges;         /* the report's from here on */
    s->problem.ranges = (Ranges){0};
    range_problem_clear(&s->problem);
}

static bool reaches_rate(const RangeSearch *s, const RangeReport *r)
{
    mpq_srcptr rate = r->lds == TRUTH_CERTIFIED ? ranges_rate(&r->ranges) : NULL;
    return rate && mpq_cmp(rate, s->rate) >= 0;
}

static bool falls_short(const RangeSearch *s, const RangeReport *r)
{
    return (s->needs_convergence && r->stable != TRUTH_CERTIFIED) || (s->rate && !reaches_rate(s, r));
}

/* Where time constants have ranges and what holds for any does not do: cells of theirs, too. Kept where they show more. */
static void attempt_speeds(Ctx *cx, Report *report, const RangeSearch *first)
{
    RangeReport second = {.asked = true};
    RangeSearch s = {.out = &second, .needs_convergence = first->needs_convergence, .rate = first->rate, .tau_obstacle = first->tau_obstacle,
                     .is_for_rate = report->ranges.stable == TRUTH_CERTIFIED};
    if (first->tau_obstacle || report->ranges.lds != TRUTH_CERTIFIED || !falls_short(first, &report->ranges))
        return;
    attempt(cx, report, &s, RANGE_POWERS | RANGE_SPEEDS | RANGE_OWN);
    bool is_kept = second.lds == TRUTH_CERTIFIED && (second.stable == TRUTH_CERTIFIED || report->ranges.stable != TRUTH_CERTIFIED);
    if (!is_kept && report->ranges.stable != TRUTH_CERTIFIED)
        report->ranges.reason = arena_printf(&cx->arena, "%s (with time constants of given ranges: %s)", report->ranges.reason, second.reason);
    range_report_clear(is_kept ? &report->ranges : &second);
    if (is_kept)
        report->ranges = second;
}

static void decide(Ctx *cx, Report *report, RangeSearch s)
{
    attempt(cx, report, &s, RANGE_POWERS | RANGE_OWN);
    if (s.is_first)
        attempt_speeds(cx, report, &s);
}

/* Cells cut for a rate may be more than there is work for: what is required besides it does not hang on that. */
static void decide_without_rate(Ctx *cx, Report *report, RangeSearch s)
{
    RangeReport with = report->ranges;
    report->ranges = (RangeReport){.asked = true};
    s.rate = NULL;
    decide(cx, report, s);
    bool is_better = report->ranges.lds == TRUTH_CERTIFIED && (with.lds != TRUTH_CERTIFIED || report->ranges.stable == TRUTH_CERTIFIED);
    RangeReport worse = is_better ? with : report->ranges;
    if (!is_better)
        report->ranges = with;
    range_report_clear(&worse);
}

/* The largest rate that is required, is proved at the params' own values, and is below `most`, if that is not NULL. */
static Num rate_below(const Net *net, const Report *r, Num most)
{
    Num best = NULL;
    for (size_t k = 0; k < net->model->requires.n; k++) {
        const ModelRequire *q = &net->model->requires.at[k];
        if (q->for_all_params && q->kind == REQUIRE_RATE && r->stability.rate && mpq_cmp(q->lo, r->stability.rate) <= 0 &&
            (!most || mpq_cmp(q->lo, most) < 0) && (!best || mpq_cmp(q->lo, best) > 0))
            best = q->lo;
    }
    return best;
}

/* Where the largest rate that is required is not found, a smaller one that is required too may be. */
static void decide_smaller_rates(Ctx *cx, Report *report, RangeSearch *s)
{
    for (Num rate; s->rate && !reaches_rate(s, &report->ranges) && (rate = rate_below(report->net, report, s->rate));) {
        RangeReport with = report->ranges;
        report->ranges = (RangeReport){.asked = true};
        s->rate = rate;
        decide(cx, report, *s);
        bool is_better = reaches_rate(s, &report->ranges);
        RangeReport worse = is_better ? with : report->ranges;
        if (!is_better)
            report->ranges = with;
        range_report_clear(&worse);
    }
}

void ranges_check(Ctx *cx, const Net *net, Report *out)
{
    RangeSearch s = {.out = &out->ranges, .tau_obstacle = range_tau_obstacle(cx, net->model), .rate = rate_below(net, out, NULL)};
    for (size_t k = 0; k < net->model->requires.n; k++) {
        const ModelRequire *r = &net->model->requires.at[k];
        out->ranges.asked |= r->for_all_params && (r->kind == REQUIRE_STABLE || r->kind == REQUIRE_UNIQUE || r->kind == REQUIRE_RATE);
        s.needs_convergence |= r->for_all_params && r->kind == REQUIRE_STABLE;
    }
    s.needs_convergence &= !s.tau_obstacle;
    if (!out->ranges.asked)
        return;
    s.is_first = net->model->params_in_tau != 0;
    decide(cx, out, s);
    decide_smaller_rates(cx, out, &s);
    Truth least = s.needs_convergence && out->ranges.lds == TRUTH_CERTIFIED ? out->ranges.stable : out->ranges.lds;
    if (s.rate && least == TRUTH_UNDECIDED)
        decide_without_rate(cx, out, s);
}

Truth range_unique(const RangeReport *r)
{
    return r->lds == TRUTH_CERTIFIED ? TRUTH_CERTIFIED : TRUTH_UNDECIDED;
}

void range_report_clear(RangeReport *r)
{
    rationals_clear(r->at, r->n_at);
    ranges_clear(&r->ranges);
    if (r->there.matrix.q)
        claim_matrix_clear(&r->there.matrix);
    evidence_clear(&r->there.evidence);
    *r = (RangeReport){0};
}
