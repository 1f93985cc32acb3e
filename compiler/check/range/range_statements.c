/* Statements on convergence of a cell, found at one of its points with forms that do for all corners where there are some: kept
 * where they hold at all corners, at a rate that does for all of these. Each is offered by itself, at corners that are built
 * once; the one where the last was refused comes first, and where a rate holds smaller ones are not asked for. */
#include "compiler/check/range/range_search.h"

#include "compiler/check/stability/stability.h"

/* The last statement of the cell's evidence, beside those before it, which hold. */
typedef struct Offer {
    RangeProblem *p;
    RangeCell *cell;
    const CellCorners *corners;
    size_t *order;              /* in which the corners are asked; kept from one statement to the next */
    mpq_t *rate;                /* the statement's own; NULL: it has none */
} Offer;

/* ---- corners ---- */

bool range_claim_holds(RangeProblem *p, const RangeCell *c, const CellCorners *corners)
{
    Arena kept = p->cx->arena;
    Evidence claim = c->evidence;
    bool holds = true;
    claim.n_statements = 0;
    p->cx->arena = (Arena){0};
    for (size_t k = 0; holds && k < corners->n; k++)
        holds = verify_evidence(p->cx, &corners->matrix[k], &claim).accepted;
    arena_free(&p->cx->arena);
    p->cx->arena = kept;
    return holds;
}

static bool holds_at_corner(const Offer *o, size_t corner)
{
    const Evidence *e = &o->cell->evidence;
    return !range_statement_fault(o->p->cx, &o->corners->matrix[corner], &o->p->ranges, (const mpq_t *)o->corners->theta[corner], e,
                                  e->n_statements - 1);
}

static void ask_first(const Offer *o, size_t place)
{
    size_t corner = o->order[place];
    for (; place > 0; place--)
        o->order[place] = o->order[place - 1];
    o->order[0] = corner;
}

static bool holds_at_corners(const Offer *o)
{
    size_t k = 0;
    while (k < o->corners->n && holds_at_corner(o, o->order[k]))
        k++;
    if (k < o->corners->n)
        ask_first(o, k);
    return k == o->corners->n;
}

/* ---- rates ---- */

bool range_has_rate(const RangeProblem *p, const Evidence *e)
{
    mpq_srcptr best = evidence_rate(e);
    return p->rate && best && mpq_cmp(best, p->rate) >= 0;
}

static bool holds_at_part(const Offer *o, size_t corner, mpq_srcptr own, unsigned part, int steps)
{
    mpq_set_ui(o->rate[0], part, 1);
    mpq_mul(o->rate[0], o->rate[0], own);
    mpq_div_2exp(o->rate[0], o->rate[0], (mp_bitcnt_t)steps);
    return holds_at_corner(o, corner);
}

/* Parts of `own` are counted in so many halves. One corner after the other takes of it what it must; those before hold at less, too. */
static bool halve_rate(const Offer *o, mpq_srcptr own)
{
    enum { FEW_ROWS = 24 };
    int steps = o->p->base.q <= FEW_ROWS ? 10 : 4;
    unsigned part = 1u << steps;
    for (size_t k = 0; part && k < o->corners->n; k++) {
        size_t corner = o->order[k];
        unsigned holds = 0, fails = part;
        if (holds_at_part(o, corner, own, part, steps))
            continue;
        while (fails - holds > 1) {
            unsigned middle = (holds + fails) / 2;
            *(holds_at_part(o, corner, own, middle, steps) ? &holds : &fails) = middle;
        }
        part = holds;
        ask_first(o, k);
    }
    mpq_set_ui(o->rate[0], part, 1);
    mpq_mul(o->rate[0], o->rate[0], own);
    mpq_div_2exp(o->rate[0], o->rate[0], (mp_bitcnt_t)steps);
    return part > 0;
}

/* A rate that the statement has in the cell: the one that is asked for, or its own of the point at which it was found, or a part of that. */
static bool settle_rate(const Offer *o)
{
    mpq_t own;
    mpq_init(own);
    mpq_set(own, o->rate[0]);
    bool found = false;
    if (o->p->rate && mpq_cmp(o->p->rate, own) <= 0) {
        mpq_set(o->rate[0], o->p->rate);
        found = holds_at_corners(o);
    }
    found = found || halve_rate(o, own);
    mpq_clear(own);
    return found;
}

/* ---- one statement after the other ---- */

static bool holds(const Offer *o)
{
    const Evidence *e = &o->cell->evidence;
    if (ranges_speed_statements_fault(&o->p->ranges, e))
        return false;
    if (e->statement[e->n_statements - 1].kind == STATEMENT_PLANAR_SIGNS)   /* roles of two neurons are compared between corners */
        return range_cell_holds(o->p, o->cell);
    Arena kept = o->p->cx->arena;
    o->p->cx->arena = (Arena){0};
    bool holds = o->rate && mpq_sgn(o->rate[0]) > 0 ? settle_rate(o) : holds_at_corners(o);
    arena_free(&o->p->cx->arena);
    o->p->cx->arena = kept;
    return holds;
}

void range_cell_keep(RangeProblem *p, RangeCell *c, const CellCorners *corners)
{
    Evidence *e = &c->evidence;
    size_t n = e->n_statements;
    Offer o = {.p = p, .cell = c, .corners = corners, .order = ARENA_ARRAY(&p->cx->arena, corners->n, size_t)};
    for (size_t k = 0; k < corners->n; k++)
        o.order[k] = k;
    e->n_statements = 0;
    for (size_t k = 0; k < n; k++) {
        Statement s = e->statement[k];
        e->statement[e->n_statements++] = s;
        o.rate = statement_numbers(&s, "rate");
        if (statement_is_convex(s.kind) && holds(&o))
            continue;
        statement_clear(&s);
        e->n_statements--;
    }
}
