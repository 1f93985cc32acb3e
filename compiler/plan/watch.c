#include "compiler/plan/watch.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/plan/build.h"
#include "compiler/plan/numbers.h"

/* ---- numbers to be overwritten ---- */

/* The code with operations of its own; where its constants stand. */
static double **open_code(Arena *a, EigCode *code, double **at)
{
    EigOp *op = ARENA_ARRAY(a, code->n + 1, EigOp);
    for (size_t k = 0; k < code->n; k++) {
        op[k] = code->op[k];
        if (op[k].kind == EIG_OP_CONST)
            *at++ = &op[k].value;
    }
    code->op = op;
    return at;
}

static void open_pops(Arena *a, const PlanNumbers *place, PlanWatch *w)
{
    EigPop *pop = ARENA_ARRAY(a, w->problem.n_pops + 1, EigPop);
    double **start = w->start;
    for (size_t q = 0; q < w->problem.n_pops; q++) {
        pop[q] = w->problem.pop[q];
        double **at = open_code(a, &pop[q].phi, open_code(a, &pop[q].input, w->number + place->pop[q]));
        at[0] = &pop[q].rate;
        at[1] = &pop[q].exp_step;
        start = open_code(a, &pop[q].start, start);
    }
    w->problem.pop = pop;
}

static void open_blocks(Arena *a, const PlanNumbers *place, PlanWatch *w)
{
    size_t n = w->problem.n_blocks;
    EigBlock *block = ARENA_ARRAY(a, n + 1, EigBlock);
    for (size_t k = 0; k < n; k++) {
        size_t end = k + 1 < n ? place->block[k + 1] : w->problem.n_records ? place->record[0] : place->n, many = end - place->block[k];
        block[k] = w->problem.block[k];
        double *own = ARENA_ARRAY(a, many + 1, double);
        bool has_array = (block[k].kind == EIG_BLOCK_DENSE || block[k].kind == EIG_BLOCK_SPARSE) && block[k].w;
        for (size_t j = 0; j < many; j++) {
            own[j] = has_array ? block[k].w[j] : 0;
            w->number[place->block[k] + j] = has_array ? &own[j] : &block[k].weight;
        }
        block[k].w = has_array ? own : NULL;
    }
    w->problem.block = block;
}

/* ---- in order ---- */

typedef struct Ranked {
    const PlanWatch *w;
    int (*compare)(const EigProblem *, size_t, size_t);
    size_t k;
} Ranked;

static int by_rank(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    int order = x->compare(&x->w->problem, x->k, y->k);
    return order ? order : (x->k > y->k) - (x->k < y->k);
}

static void rank(Arena *a, const PlanWatch *w, size_t n, int (*compare)(const EigProblem *, size_t, size_t), size_t **out, int **order)
{
    Ranked *r = ARENA_ARRAY(a, n + 1, Ranked);
    *out = ARENA_ARRAY(a, n + 1, size_t);
    *order = ARENA_ARRAY(a, n + 1, int);
    for (size_t k = 0; k < n; k++)
        r[k] = (Ranked){ w, compare, k };
    qsort(r, n, sizeof *r, by_rank);
    for (size_t k = 0; k < n; k++) {
        (*out)[k] = r[k].k;
        (*order)[k] = k + 1 < n ? compare(&w->problem, r[k].k, r[k + 1].k) : 0;
    }
}

void plan_watch(Arena *a, const Plan *shape, const EigProblem *p, PlanWatch *out)
{
    PlanNumbers place;
    *out = (PlanWatch){ .problem = *p };
    plan_numbers_place(a, shape, &place);
    for (size_t q = 0; q < p->n_pops; q++)
        out->n_starts += plan_code_numbers(&p->pop[q].start);
    out->number = ARENA_ARRAY(a, place.n + 1, double *);
    out->start = ARENA_ARRAY(a, out->n_starts + 1, double *);
    open_pops(a, &place, out);
    open_blocks(a, &place, out);
}

void plan_watch_begin(Arena *a, PlanWatch *w)
{
    rank(a, w, w->problem.n_pops, plan_compare_pops, &w->pop, &w->pop_order);
    rank(a, w, w->problem.n_blocks, plan_compare_blocks, &w->block, &w->block_order);
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

/* Neighbours say all: both comparisons are total orders. */
bool plan_watch_holds(const PlanWatch *w)
{
    const EigProblem *p = &w->problem;
    for (size_t k = 0; k + 1 < p->n_pops; k++)
        if (sign(plan_compare_pops(p, w->pop[k], w->pop[k + 1])) != sign(w->pop_order[k]))
            return false;
    for (size_t k = 0; k + 1 < p->n_blocks; k++)
        if (sign(plan_compare_blocks(p, w->block[k], w->block[k + 1])) != sign(w->block_order[k]))
            return false;
    return true;
}
