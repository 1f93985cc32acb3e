/* Multipliers that make P W symmetric, or symmetric up to signs: along the edges of
 * the graph they are determined, component by component. */
#include <stdlib.h>

#include "compiler/check/stability.h"

/* Exact numbers along a spanning tree grow with its depth. */
enum { MOST_ROWS = 600 };

typedef struct GameWalk {
    const ClaimMatrix *m;
    bool signs;                 /* pairs of opposite signs are taken too */
    mpq_t *p, *sign;
    size_t *queue, n;
    mpq_t x;
} GameWalk;

static bool reach(GameWalk *w, size_t a, size_t b, int sign)
{
    if (mpq_sgn(w->p[b]) == 0) {
        mpq_set(w->p[b], w->x);
        if (w->signs)
            mpq_set_si(w->sign[b], sign * mpq_sgn(w->sign[a]), 1);
        w->queue[w->n++] = b;
        return true;
    }
    return mpq_equal(w->p[b], w->x) && (!w->signs || mpq_sgn(w->sign[b]) == sign * mpq_sgn(w->sign[a]));
}

/* Multipliers along the entries of row a; false at a pair that none can match. */
static bool leave(GameWalk *w, size_t a)
{
    for (size_t e = w->m->row_from[a]; e < w->m->row_from[a + 1]; e++) {
        size_t b = w->m->column[e];
        mpq_srcptr back = claim_matrix_entry(w->m, b, a);
        if (b == a || mpq_sgn(w->m->entry[e]) == 0)
            continue;
        if (!back || mpq_sgn(back) == 0 || (!w->signs && mpq_sgn(back) != mpq_sgn(w->m->entry[e])))
            return false;
        mpq_mul(w->x, w->p[a], w->m->entry[e]);
        mpq_div(w->x, w->x, back);
        int sign = mpq_sgn(w->x);
        mpq_abs(w->x, w->x);
        if (!reach(w, a, b, sign))
            return false;
    }
    return true;
}

static bool walk_all(const StabilityCase *x, Statement *out, bool signs)
{
    GameWalk w = {.m = x->m, .signs = signs, .p = statement_numbers(out, "p"), .sign = statement_numbers(out, "sign")};
    bool holds = true;
    w.queue = ARENA_ARRAY(&x->cx->arena, x->m->q, size_t);
    mpq_init(w.x);
    for (size_t start = 0, at = 0; holds && start < x->m->q; start++) {
        if (mpq_sgn(w.p[start]))
            continue;
        mpq_set_ui(w.p[start], 1, 1);
        if (signs)
            mpq_set_ui(w.sign[start], 1, 1);
        w.queue[w.n++] = start;
        while (holds && at < w.n)
            holds = leave(&w, w.queue[at++]);
    }
    mpq_clear(w.x);
    return holds;
}

static bool propose(const StabilityCase *x, StatementKind kind, bool signs, Statement *out)
{
    if (x->m->q > MOST_ROWS)
        return false;
    statement_init(x->cx, out, kind, x->m->q);
    if (walk_all(x, out, signs))
        return true;
    statement_clear(out);
    return false;
}

bool propose_symmetrisable(const StabilityCase *x, Statement *out)
{
    return propose(x, STATEMENT_SYMMETRISABLE, false, out);
}

bool propose_potential(const StabilityCase *x, Statement *out)
{
    return propose(x, STATEMENT_POTENTIAL, false, out);
}

/* With neurons of both signs: else it is a potential. */
bool propose_saddle(const StabilityCase *x, Statement *out)
{
    bool any = false;
    if (!propose(x, STATEMENT_SADDLE, true, out))
        return false;
    for (size_t a = 0; a < x->m->q; a++)
        any |= mpq_sgn(statement_numbers(out, "sign")[a]) < 0;
    if (!any)
        statement_clear(out);
    return any;
}
