/* Statements on convergence of a cell: found at one of its points, with forms that do for all corners where there are some,
 * and kept where the verifier accepts them for the whole cell, at a rate that does for all of it. */
#include "compiler/check/range/range_search.h"

#include "compiler/check/stability/stability.h"

/* How many times as long time constants are at theta as at the params' own values. */
static mpq_t *slow_at(RangeProblem *p, const mpq_t *theta)
{
    mpq_t *slow = rationals_new(p->cx, p->base.q);
    for (size_t a = 0; a < p->base.q; a++)
        ranges_slow_at(&p->ranges, a, theta, slow[a]);
    return slow;
}

/* quick: of the rows of one corner. */
static void take_quick(RangeProblem *p, const mpq_t *slow, const mpq_t *theta, double *quick)
{
    mpq_t there;
    mpq_init(there);
    for (size_t a = 0; a < p->base.q; a++) {
        ranges_slow_at(&p->ranges, a, theta, there);
        quick[a] = mpq_get_d(slow[a]) / mpq_get_d(there);
    }
    mpq_clear(there);
}

/* All corners, those alike once. */
static CellCorners corners_of(RangeProblem *p, const RangeCell *cell, const mpq_t *point)
{
    const Ranges *r = &p->ranges;
    size_t most = (size_t)1 << r->n_params;
    CellCorners out = {.matrix = ARENA_ARRAY(&p->cx->arena, most, ClaimMatrix)};
    mpq_t *theta = rationals_new(p->cx, r->n_params);
    if (r->speed) {
        out.slow = slow_at(p, point);
        out.quick = ARENA_ARRAY(&p->cx->arena, most * p->base.q, double);
    }
    for (uint32_t which = 0; which < 1u << r->n_params; which++) {
        bool again = false;
        for (size_t k = 0; k < r->n_params; k++) {
            again |= (which >> k & 1) && mpq_equal(cell->lo[k], cell->hi[k]);
            mpq_set(theta[k], which >> k & 1 ? cell->hi[k] : cell->lo[k]);
        }
        if (again)
            continue;
        if (out.quick)
            take_quick(p, (const mpq_t *)out.slow, (const mpq_t *)theta, out.quick + out.n * p->base.q);
        ranges_matrix_at(p->cx, &p->base, r, (const mpq_t *)theta, &out.matrix[out.n++]);
    }
    rationals_clear(theta, r->n_params);
    return out;
}

void range_cell_propose(RangeProblem *p, const RangeCell *cell, const mpq_t *point, LdsReport *there)
{
    CellCorners corners = corners_of(p, cell, point);
    stability_propose_all(p->cx, p->net, p->slope, &corners, p->rate, there);
    for (size_t k = 0; k < corners.n; k++)
        claim_matrix_clear(&corners.matrix[k]);
    rationals_clear(corners.slow, corners.slow ? p->base.q : 0);
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
