/* All solves of activation programs: those that differ in constants alone are
 * a group with two functions, those that are the same one row of its table. */
#include <math.h>
#include <stdio.h>

#include "compiler/emit/parts.h"

static bool same_shape(const Emit *e, const EigSolve *a, const EigSolve *b)
{
    if (a->n_pieces != b->n_pieces || a->n_nodes != b->n_nodes)
        return false;
    if (isinf(a->from) != isinf(b->from) || isinf(a->to) != isinf(b->to))
        return false;
    for (size_t k = 0; k < a->n_pieces; k++)
        if (a->piece[k].may_cancel != b->piece[k].may_cancel || !code_same_shape(e, &a->piece[k].value, &b->piece[k].value) ||
            !code_same_shape(e, &a->piece[k].slope, &b->piece[k].slope))
            return false;
    return true;
}

/* Finds the group and the row of q, or makes them; *n_groups of e->solve_group are there. */
static EmitSolve place(Emit *e, const EigSolve *q, size_t *n_groups)
{
    size_t g = 0, r = 0;
    while (g < *n_groups && !same_shape(e, e->solve_group[g].first, q))
        g++;
    SolveGroup *group = &e->solve_group[g];
    if (g == *n_groups)
        *group = (SolveGroup){ .first = q };
    *n_groups += g == *n_groups;
    OwnNumbers numbers = solve_numbers(e, q);
    while (r < group->row.n && !own_same(&group->row.at[r], &numbers))
        r++;
    if (r == group->row.n)
        vec_push(&e->cx->arena, &group->row, numbers);
    return (EmitSolve){ q, g, r };
}

static size_t count_solves(const EigProblem *p)
{
    size_t n = 0;
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t k = 0; k < p->pop[q].phi.n; k++)
            n += p->pop[q].phi.op[k].kind == EIG_OP_SOLVE;
    return n;
}

static void place_solves_of(Emit *e, const EigCode *code, size_t *n_groups)
{
    for (size_t k = 0; k < code->n; k++) {
        if (code->op[k].kind != EIG_OP_SOLVE)
            continue;
        EmitSolve placed = place(e, &code->solve[code->op[k].which], n_groups);
        vec_push(&e->cx->arena, &e->solves, placed);
    }
}

void solve_functions(Emit *e)
{
    size_t n_groups = 0;
    e->solve_group = ARENA_ARRAY(&e->cx->arena, count_solves(e->p) + 1, SolveGroup);
    for (size_t q = 0; q < e->p->n_pops; q++)
        place_solves_of(e, &e->p->pop[q].phi, &n_groups);
    for (size_t g = 0; g < n_groups; g++) {
        SolveGroup *group = &e->solve_group[g];
        char name[48];
        snprintf(name, sizeof name, "own_solve_%zu", g);
        group->own = own_table(e, name, group->row.at, group->row.n);
        group->function = solve_function(e, group, g, 0);
        group->lanes = solve_function(e, group, g, EIG_SUM_LANES);
    }
}

static const EmitSolve *placed(const Emit *e, const EigSolve *q)
{
    for (size_t k = 0; k < e->solves.n; k++)
        if (e->solves.at[k].of == q)
            return &e->solves.at[k];
    BUG("a solve without a function");
}

size_t solve_group_of(const Emit *e, const EigSolve *q)
{
    return placed(e, q)->group;
}

size_t solve_row_of(const Emit *e, const EigSolve *q)
{
    return placed(e, q)->row;
}

Val solve_call(const Emit *e, const EigSolve *q, Val row, Val s)
{
    const SolveGroup *g = &e->solve_group[placed(e, q)->group];
    Val args[] = { s, own_row(e, &g->own, row) };
    return ll_call(e->ll, e->ll->lanes ? &g->lanes : &g->function, args, g->own.n_fields ? 2 : 1);
}
