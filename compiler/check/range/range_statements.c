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

/* A rate that the last statement has in the cell: the one that is asked for, or its own of the point at which it was found, or a part of that. */
static bool settle_rate(RangeProblem *p, RangeCell *c, mpq_t *rate)
{
    static const unsigned eighths[] = {7, 6, 4, 2, 1};
    mpq_t own, part;
    mpq_inits(own, part, (mpq_ptr)0);
    mpq_set(own, rate[0]);
    bool asked = p->rate && mpq_cmp(p->rate, own) <= 0 && holds_at(p, c, rate, p->rate), found = asked || holds_at(p, c, rate, own);
    if (!found) {               /* does any? */
        mpq_div_2exp(part, own, 10);
        found = holds_at(p, c, rate, part);
        bool more = found;
        for (size_t k = 0; more && k < sizeof eighths / sizeof *eighths; k++) {
            mpq_set_ui(part, eighths[k], 8);
            mpq_mul(part, part, own);
            more = !holds_at(p, c, rate, part);
        }
        if (found && more)
            mpq_div_2exp(rate[0], own, 10);
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
