/* Order of populations and of blocks by what they compute: every number that a
 * run reads of them takes part, and neither a name nor a place in the text.
 * Two that compare equal are the same to a run. docs/semantics.md, section 12,
 * says the order in words. */
#include <string.h>

#include "compiler/plan/build.h"
#include "runtime/layout.h"

/* Ends a comparison that has come to a difference. */
#define DECIDE(order) do { int order_ = (order); if (order_) return order_; } while (0)

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

/* As reals, -0 before 0; a total order of all doubles. */
static int by_value(double a, double b)
{
    uint64_t u[2];
    memcpy(&u[0], &a, sizeof a);
    memcpy(&u[1], &b, sizeof b);
    for (int k = 0; k < 2; k++)
        u[k] = u[k] >> 63 ? ~u[k] : u[k] | (uint64_t)1 << 63;
    return by_number(u[0], u[1]);
}

static int by_values(const double *a, const double *b, size_t n)
{
    if (a == b)
        return 0;
    DECIDE((a != NULL) - (b != NULL));
    if (n == 0 || memcmp(a, b, n * sizeof *a) == 0)
        return 0;               /* most often, and at the speed of memory */
    for (size_t k = 0; k < n; k++)
        DECIDE(by_value(a[k], b[k]));
    return 0;
}

/* ---- programs ---- */

static int by_table(const EigTable *a, const EigTable *b)
{
    DECIDE(by_number(a->n_rows, b->n_rows));
    DECIDE(by_number(a->n_columns, b->n_columns));
    DECIDE(by_number(a->is_step, b->is_step));
    DECIDE(by_values(a->time, b->time, a->n_rows));
    return by_values(a->value, b->value, a->n_rows * a->n_columns);
}

int plan_compare_solves(const EigProblem *p, const EigSolve *a, const EigSolve *b)
{
    DECIDE(by_number(a->n_pieces, b->n_pieces));
    for (size_t k = 0; k < a->n_pieces; k++) {
        DECIDE(by_value(a->piece[k].up_to, b->piece[k].up_to));
        DECIDE(plan_compare_codes(p, &a->piece[k].value, &b->piece[k].value));
        DECIDE(plan_compare_codes(p, &a->piece[k].slope, &b->piece[k].slope));
        DECIDE(by_number(a->piece[k].may_cancel, b->piece[k].may_cancel));
    }
    DECIDE(by_value(a->from, b->from));
    DECIDE(by_value(a->to, b->to));
    DECIDE(by_number(a->n_nodes, b->n_nodes));
    for (size_t k = 0; k < a->n_nodes; k++) {
        DECIDE(by_value(a->node[k].x, b->node[k].x));
        DECIDE(by_value(a->node[k].below, b->node[k].below));
        DECIDE(by_value(a->node[k].above, b->node[k].above));
        DECIDE(by_value(a->node[k].before, b->node[k].before));
        DECIDE(by_value(a->node[k].after, b->node[k].after));
    }
    return 0;
}

/* Tables and solves by what they hold: their numbers follow the text. */
static int by_op(const EigProblem *p, const EigCode *a, const EigCode *b, size_t k)
{
    const EigOp *x = &a->op[k], *y = &b->op[k];
    DECIDE(by_number(x->kind, y->kind));
    switch ((EigOpKind)x->kind) {
    case EIG_OP_CONST:   return by_value(x->value, y->value);
    case EIG_OP_SAMPLES: return by_table(&p->table[x->which], &p->table[y->which]);
    case EIG_OP_SOLVE:   return plan_compare_solves(p, &a->solve[x->which], &b->solve[y->which]);
    case EIG_OP_VAR:
    case EIG_OP_COLUMN:
    case EIG_OP_CALL:    return by_number(x->which, y->which);
    }
    BUG("operation of kind %d", (int)x->kind);
}

int plan_compare_codes(const EigProblem *p, const EigCode *a, const EigCode *b)
{
    DECIDE(by_number(a->n, b->n));
    for (size_t k = 0; k < a->n; k++)
        DECIDE(by_op(p, a, b, k));
    return 0;
}

/* ---- populations ---- */

/* Its noise is drawn by name: where there is any, the name decides what is computed. */
static int by_state(const EigProblem *p, const EigState *a, const EigState *b)
{
    DECIDE(by_number(a->kind, b->kind));
    DECIDE(plan_compare_codes(p, &a->drift, &b->drift));
    DECIDE(plan_compare_codes(p, &a->noise, &b->noise));
    DECIDE(plan_compare_codes(p, &a->noise_slope, &b->noise_slope));
    DECIDE(plan_compare_codes(p, &a->decay, &b->decay));
    DECIDE(plan_compare_codes(p, &a->spread, &b->spread));
    DECIDE(plan_compare_codes(p, &a->start, &b->start));
    return eig_state_is_random(a) ? by_number(a->entity, b->entity) : 0;
}

static int by_population(const EigProblem *p, const EigPop *a, const EigPop *b)
{
    DECIDE(by_number(a->size, b->size));
    DECIDE(by_value(a->rate, b->rate));
    DECIDE(by_value(a->exp_step, b->exp_step));
    DECIDE(plan_compare_codes(p, &a->phi, &b->phi));
    DECIDE(plan_compare_codes(p, &a->input, &b->input));
    DECIDE(plan_compare_codes(p, &a->start, &b->start));
    DECIDE(by_number(a->n_states, b->n_states));
    for (size_t k = 0; k < a->n_states; k++)
        DECIDE(by_state(p, &a->state[k], &b->state[k]));
    DECIDE(by_values(a->rate_of, b->rate_of, a->size));
    DECIDE(by_values(a->exp_step_of, b->exp_step_of, a->size));
    DECIDE(by_number(a->n_columns, b->n_columns));
    for (size_t k = 0; k < a->n_columns; k++)
        DECIDE(by_values(a->column[k], b->column[k], a->size));
    return 0;
}

/* What it sends is part of it. */
int plan_compare_pops(const EigProblem *p, size_t a, size_t b)
{
    EigSignal x = eig_signal(p, a), y = eig_signal(p, b);
    DECIDE(by_population(p, &p->pop[a], &p->pop[b]));
    return plan_compare_codes(p, &x.code, &y.code);
}

/* ---- blocks ---- */

static int by_rows(const EigBlock *a, const EigBlock *b, size_t n_post)
{
    for (size_t i = 0; i <= n_post; i++)
        DECIDE(by_number(a->row_from[i], b->row_from[i]));
    for (size_t e = 0; e < a->row_from[n_post]; e++)
        DECIDE(by_number(a->column[e], b->column[e]));
    DECIDE(by_values(a->w, b->w, a->row_from[n_post]));
    return a->w ? 0 : by_value(a->weight, b->weight);
}

static int by_extent(const EigBlock *a, const EigBlock *b)
{
    DECIDE(by_number(a->is_periodic, b->is_periodic));
    DECIDE(by_number(a->extent[0], b->extent[0]));
    DECIDE(by_number(a->extent[1], b->extent[1]));
    return by_values(a->w, b->w, eig_kernel_weights(a));
}

static int by_weights(const EigBlock *a, const EigBlock *b, size_t n_post, size_t n_pre)
{
    switch (a->kind) {
    case EIG_BLOCK_UNIFORM:
    case EIG_BLOCK_DIAGONAL: return by_value(a->weight, b->weight);
    case EIG_BLOCK_SPARSE:   return by_rows(a, b, n_post);
    case EIG_BLOCK_DENSE:    return by_values(a->w, b->w, n_post * n_pre);
    case EIG_BLOCK_KERNEL:   return by_extent(a, b);
    }
    BUG("block of kind %d", (int)a->kind);
}

static int by_parts(const EigProblem *p, const EigBlock *a, const EigBlock *b)
{
    DECIDE(plan_compare_codes(p, &a->pair, &b->pair));
    DECIDE(by_number(a->n_parts, b->n_parts));
    for (size_t k = 0; k < a->n_parts; k++) {
        const EigPart *x = &a->part[k], *y = &b->part[k];
        DECIDE(by_number(x->of_source, y->of_source));
        if (x->of_source)
            DECIDE(plan_compare_codes(p, &p->signal[x->signal].code, &p->signal[y->signal].code));
        else
            DECIDE(plan_compare_codes(p, &x->code, &y->code));
    }
    return 0;
}

/* Whom it joins takes no part, but for their sizes. */
int plan_compare_blocks(const EigProblem *p, size_t first, size_t second)
{
    const EigBlock *a = &p->block[first], *b = &p->block[second];
    size_t n_post = p->pop[a->post].size, n_pre = p->pop[a->pre].size;
    EigSignal x = eig_signal(p, eig_block_signal(p, a)), y = eig_signal(p, eig_block_signal(p, b));
    DECIDE(by_number(a->kind, b->kind));
    DECIDE(by_number(n_pre, p->pop[b->pre].size));
    DECIDE(by_number(n_post, p->pop[b->post].size));
    DECIDE(by_number((uint64_t)a->delay, (uint64_t)b->delay));
    DECIDE(by_number(a->skip_self, b->skip_self));
    DECIDE(plan_compare_codes(p, &a->gate, &b->gate));
    DECIDE(by_parts(p, a, b));
    if (a->pair.n == 0)
        DECIDE(plan_compare_codes(p, &x.code, &y.code));
    return by_weights(a, b, n_post, n_pre);
}
