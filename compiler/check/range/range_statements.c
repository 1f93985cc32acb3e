/* Statements on convergence of a cell: found at one of its points, with forms that do for all corners where there are some,
 * and kept where the verifier accepts them for the whole cell, at a rate that does for all of it. */
#include "compiler/check/range/range_search.h"

#include "compiler/check/stability/stability.h"

void range_cell_propose(RangeProblem *p, const RangeCell *cell, const mpq_t *point, LdsReport *there)
{
    CellCorners corners = range_corners(p, cell, point);
    stability_propose_all(p->cx, p->net, p->slope, &corners, p->rate, there);
    range_corners_clear(p, &corners);
}

bool range_has_rate(const RangeProblem *p, const Evidence *e)
{
    mpq_srcptr best = evidence_rate(e);
    return p->rate && best && mpq_cmp(best, p->rate) >= 0;
}

/* The last statement holds in the cell at this rate. */
static bool holds_at(RangeProblem *p, RangeCell *c, mpq_t *rate, mpq_srcptr at)
{
    mpq_set(rate[0], at);
    return range_cell_holds(p, c);
}

/* Between a part of `own` that holds and own, which does not: nearly the largest that does. */
static void halve_rate(RangeProblem *p, RangeCell *c, mpq_srcptr own, mpq_t *rate)
{
    enum { FEW_ROWS = 24, STEPS = 10 };
    unsigned holds = 1, fails = 1u << STEPS;
    mpq_t part;
    mpq_init(part);
    for (int step = 0; step < STEPS && (p->base.q <= FEW_ROWS || step < 4); step++) {
        unsigned middle = (holds + fails) / 2;
        mpq_set_ui(part, middle, 1);
        mpq_mul(part, part, own);
        mpq_div_2exp(part, part, STEPS);
        *(holds_at(p, c, rate, part) ? &holds : &fails) = middle;
    }
    mpq_set_ui(part, holds, 1);
    mpq_mul(part, part, own);
    mpq_div_2exp(rate[0], part, STEPS);
    mpq_clear(part);
}

/* A rate that the last statement has in the cell: the one that is asked for, or its own of the point at which it was found, or a part of that. */
static bool settle_rate(RangeProblem *p, RangeCell *c, mpq_t *rate)
{
    mpq_t own, part;
    mpq_inits(own, part, (mpq_ptr)0);
    mpq_set(own, rate[0]);
    bool asked = p->rate && mpq_cmp(p->rate, own) <= 0 && holds_at(p, c, rate, p->rate), found = asked || holds_at(p, c, rate, own);
    if (!found) {               /* does any? */
        mpq_div_2exp(part, own, 10);
        found = holds_at(p, c, rate, part);
        if (found)
            halve_rate(p, c, own, rate);
    }
    mpq_clears(own, part, (mpq_ptr)0);
    return found;
}

/* Keeps of the statements that hold at one point those that hold in the whole cell. */
void range_cell_keep(RangeProblem *p, RangeCell *c)
{
    Evidence *e = &c->evidence;
    size_t n = e->n_statements;
    e->n_statements = 0;
    for (size_t k = 0; k < n; k++) {
        Statement s = e->statement[k];
        e->statement[e->n_statements++] = s;
        mpq_t *rate = statement_numbers(&s, "rate");
        if (statement_is_convex(s.kind) && (rate && mpq_sgn(rate[0]) > 0 ? settle_rate(p, c, rate) : range_cell_holds(p, c)))
            continue;
        statement_clear(&s);
        e->n_statements--;
    }
}
