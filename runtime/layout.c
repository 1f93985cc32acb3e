#include "runtime/layout.h"

#include <math.h>
#include <stdlib.h>

#include "runtime/circle.h"
#include "runtime/dopri.h"
#include "runtime/kernel_abi.h"

size_t eig_n_x(const EigProblem *p)
{
    return p->n_x ? p->n_x : p->n;
}

size_t eig_state_from(const EigProblem *p, size_t pop)
{
    return p->n_x ? p->pop[pop].state_from : p->pop[pop].from;
}

size_t eig_n_states(const EigPop *pop)
{
    return pop->n_states ? pop->n_states : 1;
}

EigState eig_state(const EigPop *pop, size_t k)
{
    if (pop->n_states)
        return pop->state[k];
    return (EigState){ .name = "", .kind = EIG_STATE_LEAK, .start = pop->start };
}

EigPlace eig_place(const EigProblem *p, size_t at)
{
    for (size_t q = 0; q < p->n_pops; q++) {
        size_t from = eig_state_from(p, q), size = p->pop[q].size;
        if (at >= from && at - from < size * eig_n_states(&p->pop[q]))
            return (EigPlace){ .pop = q, .neuron = (at - from) % size, .state = (at - from) / size };
    }
    return (EigPlace){ 0 };
}

size_t eig_n_signals(const EigProblem *p)
{
    return p->n_signals ? p->n_signals : p->n_pops;
}

EigSignal eig_signal(const EigProblem *p, size_t q)
{
    return p->n_signals ? p->signal[q] : (EigSignal){ .pop = q };
}

size_t eig_block_signal(const EigProblem *p, const EigBlock *b)
{
    return p->n_signals ? b->signal : b->pre;
}

size_t eig_dense_at(size_t n_post, size_t n_pre, size_t i, size_t j)
{
    size_t first = i / EIG_TILE * EIG_TILE, rows = n_post - first < EIG_TILE ? n_post - first : EIG_TILE;
    return first * n_pre + j * rows + (i - first);
}

size_t eig_dense_room(size_t n_post, size_t n_pre)
{
    return n_post * n_pre + EIG_SUM_LANES;
}

size_t eig_kernel_weights(const EigBlock *b)
{
    if (b->is_periodic)
        return b->extent[0] * b->extent[1];
    return (2 * b->extent[0] - 1) * (2 * b->extent[1] - 1);
}

size_t eig_signal_from(const EigProblem *p, size_t q)
{
    size_t at = 0;
    for (size_t k = 0; k < q && k < p->n_signals; k++)
        if (p->signal[k].code.n)
            at += p->pop[p->signal[k].pop].size;
    return at;
}

bool eig_has_delays(const EigProblem *p)
{
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].delay > 0)
            return true;
    return false;
}

/* Raises rows[q] to what the block needs of each signal q that it reads. */
static void keep_rows(const EigProblem *p, const EigBlock *b, size_t *rows)
{
    size_t need = (size_t)b->delay + 1;
    if (b->pair.n == 0) {
        size_t *at = &rows[eig_block_signal(p, b)];
        *at = need > *at ? need : *at;
    }
    for (size_t k = 0; b->pair.n && k < b->n_parts; k++)
        if (b->part[k].of_source && need > rows[b->part[k].signal])
            rows[b->part[k].signal] = need;
}

void eig_history_rows(const EigProblem *p, size_t *rows)
{
    for (size_t q = 0; q < eig_n_signals(p); q++)
        rows[q] = 0;
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].delay > 0)
            keep_rows(p, &p->block[k], rows);
}

EigRatio eig_step(const EigProblem *p)
{
    return p->step.num ? p->step : eig_ratio(p->h);
}

double eig_step_time(const EigProblem *p, int64_t k)
{
    return eig_ratio_times(eig_step(p), k);
}

size_t eig_obs_neurons(const EigProblem *p, const EigObs *fold)
{
    return fold->n_neurons ? fold->n_neurons : p->pop[fold->pop].size;
}

const EigObs *eig_obs_row(const EigObs *obs)
{
    if ((obs->kind == EIG_OBS_RATE || obs->kind == EIG_OBS_STATE || obs->kind == EIG_OBS_INPUT) && obs->index < 0)
        return obs;
    const EigObs *row = NULL;
    for (int k = 0; !row && obs->kind == EIG_OBS_CALL && k < obs->n_args; k++)
        row = eig_obs_row(obs->arg[k]);
    return row;
}

size_t eig_n_clocks(const EigProblem *p)
{
    return p->n_clocks ? p->n_clocks : 1;
}

EigClock eig_clock(const EigProblem *p, size_t k)
{
    if (p->n_clocks)
        return p->clock[k];
    return (EigClock){.name = "t", .steps = p->steps_per_record, .every = p->record_every};
}

bool eig_state_is_random(const EigState *s)
{
    return s->kind == EIG_STATE_OU || s->noise.n > 0;
}

size_t eig_noise_from(const EigProblem *p, size_t pop, size_t state)
{
    size_t at = 0;
    for (size_t q = 0; q <= pop && q < p->n_pops; q++) {
        for (size_t k = 0; k < p->pop[q].n_states && (q < pop || k < state); k++)
            if (eig_state_is_random(&p->pop[q].state[k]))
                at += p->pop[q].size;
    }
    return at;
}

size_t eig_noise_room(const EigProblem *p)
{
    return (eig_noise_from(p, p->n_pops, 0) + EIG_SUM_LANES - 1) / EIG_SUM_LANES * EIG_SUM_LANES;
}

size_t eig_diffusion_rows(EigMethod method)
{
    return method == EIG_METHOD_SRA1 ? 3 : method == EIG_METHOD_STOCHASTICHEUN ? 2 : 0;
}

size_t eig_n_vectors(const EigProblem *p)
{
    bool is_dopri = eig_method[p->method].adaptive && p->method != EIG_METHOD_CVODE && p->method != EIG_METHOD_TAYLOR;
    return is_dopri ? dopri_vectors(p->method) : 2;
}

double eig_history_numbers(const EigProblem *p)
{
    size_t n = eig_has_delays(p) ? eig_n_signals(p) : 0;
    size_t *rows = malloc((n + 1) * sizeof *rows);
    double sum = 0.0;
    if (!rows)
        return (double)INFINITY;
    if (n)
        eig_history_rows(p, rows);
    for (size_t q = 0; q < n; q++)
        sum += (double)rows[q] * (double)p->pop[eig_signal(p, q).pop].size;
    free(rows);
    return sum;
}

/* Numbers of workspace.c's arrays, each on a boundary of its own, what noise is
 * keyed by, and lists of displacements or circles. */
double eig_run_bytes(const EigProblem *p)
{
    enum { ARRAYS = 7, BOUNDARY = 8 };
    double normals = (double)eig_noise_from(p, p->n_pops, 0), shifts = 0.0, circles = 0.0;
    normals += normals > 0 ? EIG_SUM_LANES : 0;     /* whole vectors of them */
    double n = (double)p->n + (double)(EIG_KERNEL_WORK + eig_n_vectors(p)) * (double)eig_n_x(p);
    n += normals + (double)eig_signal_from(p, eig_n_signals(p)) + eig_history_numbers(p) + ARRAYS * BOUNDARY;
    size_t diffusion_rows = eig_diffusion_rows(p->method);
    n += diffusion_rows ? (double)diffusion_rows * (double)eig_noise_room(p) + BOUNDARY : 0;
    for (size_t r = 0; r < p->n_records; r++)
        n += (double)p->record[r].width;
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].kind == EIG_BLOCK_KERNEL && p->block[k].circle)
            circles += eig_circle_bytes(p->block[k].circle);
        else if (p->block[k].kind == EIG_BLOCK_KERNEL)
            shifts += (double)eig_kernel_weights(&p->block[k]);
    return sizeof(double) * n + sizeof(uint64_t) * normals + sizeof(EigShift) * shifts + circles;
}
