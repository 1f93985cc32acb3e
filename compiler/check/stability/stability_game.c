/* Multipliers that make P W symmetric, or symmetric up to signs: along the edges of
 * the graph they are determined, component by component. Where none do, a pair of
 * neurons or a cycle says so. */
#include <stdlib.h>

#include "compiler/check/stability/stability.h"

/* Exact numbers along a spanning tree grow with its depth. */
enum { MOST_ROWS = 600 };

typedef struct GameWalk {
    const ClaimMatrix *m;
    bool signs;                 /* pairs of opposite signs are taken too */
    mpq_t *p, *sign;
    size_t *queue, n;
    size_t *from;               /* from which row each one was reached; its own number where the walk began */
    size_t closed_by;           /* where multipliers along two ways differ: at the end of the queue's row, this one */
    mpq_t x;
} GameWalk;

static bool reach(GameWalk *w, size_t a, size_t b, int sign)
{
    if (mpq_sgn(w->p[b]) == 0) {
        mpq_set(w->p[b], w->x);
        if (w->signs)
            mpq_set_si(w->sign[b], sign * mpq_sgn(w->sign[a]), 1);
        w->queue[w->n++] = b;
        w->from[b] = a;
        return true;
    }
    w->closed_by = b;
    return mpq_equal(w->p[b], w->x) && (!w->signs || mpq_sgn(w->sign[b]) == sign * mpq_sgn(w->sign[a]));
}

/* Multipliers along the entries of row a; false at a pair that none can match. */
static bool leave(GameWalk *w, size_t a)
{
    for (size_t e = w->m->row_from[a]; e < w->m->row_from[a + 1]; e++) {
        size_t b = w->m->column[e];
        mpq_srcptr back = claim_matrix_entry(w->m, b, a);
        if (b == a || claim_matrix_sign(w->m, a, e) == 0)
            continue;
        if (!back || mpq_sgn(back) == 0 || (!w->signs && mpq_sgn(back) != claim_matrix_sign(w->m, a, e)))
            return false;
        mpq_mul(w->x, w->p[a], claim_matrix_at(w->m, a, e));
        mpq_div(w->x, w->x, back);
        int sign = mpq_sgn(w->x);
        mpq_abs(w->x, w->x);
        if (!reach(w, a, b, sign))
            return false;
    }
    return true;
}

/* True: multipliers along all entries. False: *stopped is the row whose entries do not fit. */
static bool walk_all(Ctx *cx, GameWalk *w, size_t *stopped)
{
    size_t q = w->m->q;
    bool holds = true;
    w->queue = ARENA_ARRAY(&cx->arena, q, size_t);
    w->from = ARENA_ARRAY(&cx->arena, q, size_t);
    mpq_init(w->x);
    for (size_t start = 0, at = 0; holds && start < q; start++) {
        if (mpq_sgn(w->p[start]))
            continue;
        mpq_set_ui(w->p[start], 1, 1);
        if (w->signs)
            mpq_set_ui(w->sign[start], 1, 1);
        w->queue[w->n++] = start;
        w->from[start] = start;
        while (holds && at < w->n)
            holds = leave(w, *stopped = w->queue[at++]);
    }
    mpq_clear(w->x);
    return holds;
}

static bool propose(const StabilityCase *x, StatementKind kind, bool signs, Statement *out)
{
    size_t stopped;
    if (x->m->q > MOST_ROWS)
        return false;
    statement_init(x->cx, out, kind, x->m->q);
    GameWalk w = {.m = x->m, .signs = signs, .p = statement_numbers(out, "p"), .sign = statement_numbers(out, "sign")};
    if (walk_all(x->cx, &w, &stopped))
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

/* ---- that there is none ---- */

/* Neurons of which one acts on the other, and is not answered with the same sign. */
static bool unanswered_pair(const ClaimMatrix *m, size_t *a, size_t *b)
{
    for (*a = 0; *a < m->q; ++*a)
        for (size_t e = m->row_from[*a]; e < m->row_from[*a + 1]; e++) {
            mpq_srcptr back = claim_matrix_entry(m, *b = m->column[e], *a);
            if (*b != *a && claim_matrix_sign(m, *a, e) != (back ? mpq_sgn(back) : 0))
                return true;
        }
    return false;
}

/* The way from a row to where the walk began, numbered on along it as far as it is not numbered yet. */
static size_t number_way(const GameWalk *w, size_t at, size_t number, mpq_t *cycle)
{
    for (; mpq_sgn(cycle[at]) == 0; at = w->from[at]) {
        mpq_set_ui(cycle[at], ++number, 1);
        if (w->from[at] == at)
            break;
    }
    return number;
}

/* Both ways from the ends of an entry that closes a cycle, up to where they meet. */
static void number_cycle(const GameWalk *w, size_t a, size_t b, size_t q, mpq_t *cycle)
{
    size_t n = number_way(w, a, 0, cycle), meet = b, behind = 0;
    while (mpq_sgn(cycle[meet]) == 0) {
        meet = w->from[meet];
        behind++;
    }
    size_t last = mpz_get_ui(mpq_numref(cycle[meet]));
    for (size_t k = 0; n > last && k < q; k++)
        if (mpq_cmp_ui(cycle[k], last, 1) > 0)
            mpq_set_ui(cycle[k], 0, 1);
    for (size_t at = b; behind > 0; at = w->from[at], behind--)
        mpq_set_ui(cycle[at], last + behind, 1);
}

bool propose_no_potential(const StabilityCase *x, Statement *out)
{
    size_t a, b, q = x->m->q;
    bool found = unanswered_pair(x->m, &a, &b);
    if (!found && q > MOST_ROWS)
        return false;
    statement_init(x->cx, out, STATEMENT_NO_POTENTIAL, q);
    mpq_t *cycle = statement_numbers(out, "cycle");
    if (found) {
        mpq_set_ui(cycle[a], 1, 1);
        mpq_set_ui(cycle[b], 2, 1);
        return true;
    }
    GameWalk w = {.m = x->m, .p = rationals_new(x->cx, q)};
    found = !walk_all(x->cx, &w, &a);
    if (found)
        number_cycle(&w, a, w.closed_by, q, cycle);
    else
        statement_clear(out);
    rationals_clear(w.p, q);
    return found;
}
