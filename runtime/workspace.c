#include "runtime/workspace.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "runtime/layout.h"

/* Room for n doubles, on a boundary of 64 bytes. */
static size_t padded(size_t n)
{
    return (n + 7) / 8 * 8;
}

/* Numbers in the rings of delayed signals; false when there is no room for so many. */
static bool count_history(const EigProblem *p, size_t *n)
{
    size_t n_signals = eig_n_signals(p);
    size_t *rows = malloc((n_signals + 1) * sizeof *rows);
    *n = 0;
    if (!rows)
        return false;
    eig_history_rows(p, rows);
    bool fits = true;
    for (size_t q = 0; q < n_signals && fits; q++) {
        size_t ring;
        fits = !__builtin_mul_overflow(rows[q], p->pop[eig_signal(p, q).pop].size, &ring) && !__builtin_add_overflow(*n, ring, n) &&
               *n <= SIZE_MAX / 64;
    }
    free(rows);
    return fits;
}

/* Zeros, in large pages where there are many and the system has such pages: neurons read others from anywhere. */
static double *zeros(size_t bytes)
{
    enum { LARGE_PAGE = 2 * 1024 * 1024 };
    bool is_large = bytes >= 2 * LARGE_PAGE;
    double *at = aligned_alloc(is_large ? LARGE_PAGE : 64, bytes);
    if (!at)
        return NULL;
#ifdef MADV_HUGEPAGE
    if (is_large)
        madvise(at, bytes, MADV_HUGEPAGE);
#endif
    memset(at, 0, bytes);
    return at;
}

static bool place_numbers(Workspace *w, const EigProblem *p, size_t n_vectors)
{
    size_t width = 0, n_history;
    if (eig_run_bytes(p) > (double)(SIZE_MAX / 4) || !count_history(p, &n_history))
        return false;
    for (size_t r = 0; r < p->n_records; r++)
        width += p->record[r].width;
    size_t n_total = padded(p->n), n_work = padded(EIG_KERNEL_WORK * w->n_x), n_state = padded(n_vectors * w->n_x);
    size_t n_row = padded(width + 1), n_normal = padded(eig_noise_from(p, p->n_pops, 0) + EIG_SUM_LANES - 1);
    size_t n_diffusion = padded(eig_diffusion_rows(p->method) * eig_noise_room(p));
    size_t n_signal = padded(eig_signal_from(p, eig_n_signals(p)));
    size_t bytes = (n_total + n_work + n_state + n_row + n_normal + n_diffusion + n_signal + padded(n_history)) * sizeof(double);
    double *at = zeros(bytes);
    if (!at)
        return false;
    w->memory = at;
    w->args.total = at;
    w->args.work = w->args.total + n_total;
    w->vectors = w->args.work + n_work;
    w->row = w->vectors + n_state;
    w->args.normal = w->row + n_row;
    w->args.diffusion = w->args.normal + n_normal;
    w->args.signal = w->args.diffusion + n_diffusion;
    w->args.history = w->args.signal + n_signal;
    return true;
}

static bool place_pointers(Workspace *w, const EigProblem *p)
{
    size_t n = p->n_blocks, m = p->n_pops;
    const void **at = w->pointers = calloc(3 * n + 3 * m + 1, sizeof *at);
    if (!at)
        return false;
    w->args.weight = at;
    w->args.row_from = (const uint64_t *const *)(const void *)(at + n);
    w->args.column = (const uint32_t *const *)(const void *)(at + 2 * n);
    w->args.pop_column = (const double *const *const *)(const void *)(at + 3 * n);
    w->args.rate_of = (const double *const *)(const void *)(at + 3 * n + m);
    w->args.exp_step_of = (const double *const *)(const void *)(at + 3 * n + 2 * m);
    for (size_t b = 0; b < n; b++) {
        at[b] = p->block[b].w32 ? (const void *)p->block[b].w32 : p->block[b].w;
        at[n + b] = p->block[b].row_from;
        at[2 * n + b] = p->block[b].column;
    }
    for (size_t q = 0; q < m; q++) {
        at[3 * n + q] = p->pop[q].column;
        at[3 * n + m + q] = p->pop[q].rate_of;
        at[3 * n + 2 * m + q] = p->pop[q].exp_step_of;
    }
    w->args.table = p->table;
    return true;
}

static bool place_supports(Workspace *w, const EigProblem *p)
{
    w->args.support = w->support = calloc(p->n_blocks + 1, sizeof *w->support);
    for (size_t b = 0; w->support && b < p->n_blocks; b++)
        if (p->block[b].kind == EIG_BLOCK_KERNEL && !eig_support_open(&w->support[b], &p->block[b]))
            return false;
    return w->support != NULL;
}

bool workspace_open(Workspace *w, const EigProblem *p, size_t n_vectors)
{
    *w = (Workspace){ .n_x = eig_n_x(p) };
    if (!place_numbers(w, p, n_vectors) || !place_pointers(w, p) || !place_supports(w, p) || !eig_noise_open(&w->noise, p))
        return false;
    w->args.noise = &w->noise;
    w->args.has_inputs = &w->has_inputs;
    return true;
}

void workspace_close(Workspace *w, const EigProblem *p)
{
    for (size_t b = 0; w->support && b < p->n_blocks; b++)
        eig_support_free(&w->support[b]);
    free(w->support);
    free(w->pointers);
    free(w->memory);
    eig_noise_free(&w->noise);
}
