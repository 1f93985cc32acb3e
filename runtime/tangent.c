#include "runtime/tangent.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/layout.h"

static size_t most_neurons(const EigProblem *p)
{
    size_t most = 0;
    for (size_t q = 0; q < p->n_pops; q++)
        most = p->pop[q].size > most ? p->pop[q].size : most;
    return most;
}

static size_t count_columns(const EigProblem *p)
{
    size_t n = 0;
    for (size_t q = 0; q < p->n_pops; q++)
        n += p->pop[q].n_columns;
    return n;
}

/* The order of EigTangent; those of the plan are there. */
static const double **place_columns(Tangent *t, size_t q, const double **at)
{
    const EigPop *pop = &t->p.pop[q];
    bool isolates = t->of->tangent->isolates, is_solved = t->of->tangent->is_solved[q];
    size_t n_states = eig_n_states(pop), n_own = n_states + 1 + is_solved + isolates, first = pop->n_columns - n_own;
    for (size_t k = 0; k < first; k++)
        at[k] = pop->column[k];
    for (size_t k = 0; k < n_states; k++)
        at[first + k] = t->x + eig_state_from(&t->p, q) + k * pop->size;
    at[first + n_states] = t->total + pop->from;
    if (is_solved)
        at[first + n_states + 1] = t->solved + pop->from;
    if (isolates)
        at[pop->n_columns - 1] = t->sent;
    t->pop[q] = *pop;
    t->pop[q].column = at;
    return at + pop->n_columns;
}

bool tangent_open(Tangent *t, const EigProblem *p)
{
    const EigProblem *linear = p->tangent->problem;
    *t = (Tangent){ .p = *linear, .of = p, .n_x = eig_n_x(p), .n_sent = most_neurons(p) };
    t->pop = calloc(p->n_pops + 1, sizeof *t->pop);
    t->column = calloc(count_columns(linear) + 1, sizeof *t->column);
    t->x = calloc(t->n_x + 2 * p->n + t->n_sent + 1, sizeof *t->x);
    if (!t->pop || !t->column || !t->x)
        return false;
    t->total = t->x + t->n_x;
    t->solved = t->total + p->n;
    t->sent = t->solved + p->n;
    tangent_isolate(t, false);
    const double **at = t->column;
    for (size_t q = 0; q < p->n_pops; q++)
        at = place_columns(t, q, at);
    t->p.pop = t->pop;
    return true;
}

void tangent_close(Tangent *t)
{
    free(t->pop);
    free(t->column);
    free(t->x);
}

void tangent_move(Tangent *t, double time, const double *x, const double *total)
{
    t->t = time;
    t->is_somewhere = true;
    t->is_settled = false;
    memcpy(t->x, x, t->n_x * sizeof *x);
    memcpy(t->total, total, t->p.n * sizeof *total);
}

bool tangent_is_at(const Tangent *t, double time, const double *x)
{
    return t->is_somewhere && t->t == time && memcmp(t->x, x, t->n_x * sizeof *x) == 0;
}

static void solve(Tangent *t, size_t q)
{
    const EigPop *pop = &t->of->pop[q];
    for (size_t i = 0; i < pop->size; i++) {
        EigData data = { .column = pop->column, .neuron = i, .table = t->of->table };
        double var[EIG_N_VARS] = { [EIG_VAR_T] = t->t, [EIG_VAR_I] = (double)i, [EIG_VAR_Z] = t->total[pop->from + i] };
        for (size_t k = 0; k < eig_n_states(pop) && k < EIG_MAX_STATES; k++)
            var[EIG_VAR_STATE + k] = t->x[eig_state_from(t->of, q) + k * pop->size + i];
        t->solved[pop->from + i] = eig_code_eval(&pop->phi, var, &data);
    }
}

void tangent_settle(Tangent *t)
{
    for (size_t q = 0; q < t->of->n_pops && !t->is_settled; q++)
        if (t->of->tangent->is_solved[q])
            solve(t, q);
    t->is_settled = true;
}

void tangent_isolate(Tangent *t, bool is_isolated)
{
    for (size_t i = 0; i < t->n_sent; i++)
        t->sent[i] = is_isolated ? 0.0 : 1.0;
}
