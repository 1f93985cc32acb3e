#include "runtime/dopri_sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/layout.h"

/* As in support.c: a function for each width of vectors, of which the processor's is taken. No operation is fused, so all have the same bits. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BY_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BY_PROCESSOR
#endif

enum { PIECE = 8 };

/* Turns over all numbers of all lanes, pieces of PIECE at a time, which the compiler makes vectors of: i is the number, l its lane. */
#define EACH_PIECE(d) for (size_t from = 0; from < (d)->n * (d)->lanes; from += PIECE)
#define EACH_OF_PIECE(d) for (size_t i = from, l = from % (d)->lanes; i < from + PIECE; i++, l++)

/* ---- the formulas, in the order of docs/semantics.md ---- */

#define FIRST(s, a) sum = (a) * d->k[s][i];
#define PLUS(s, a) sum = sum + (a) * d->k[s][i];

#define ARGUMENT(to, products) \
    EACH_PIECE(d) \
        EACH_OF_PIECE(d) { \
            double sum; \
            products \
            (to)[i] = d->x[i] + d->step[l] * sum; \
        }
#define NAMED(name, to, products) \
    BY_PROCESSOR static void name(DopriSets *d, double *restrict to) \
    { \
        ARGUMENT(to, products) \
    }
#define OF_RK45(s) rk45_argument_##s
#define OF_DOPRI8(s) dopri8_argument_##s

#define STAGE(s, c, products) NAMED(OF_RK45(s), to, products)
#define LAST_STAGE(s, products) NAMED(OF_RK45(s), to, products)
#define SOLUTION(s, products) NAMED(OF_RK45(s), to, products)
#include "runtime/rk45.def"
#define STAGE(s, c, products) NAMED(OF_DOPRI8(s), to, products)
#define LAST_STAGE(s, products) NAMED(OF_DOPRI8(s), to, products)
#define SOLUTION(s, products) NAMED(OF_DOPRI8(s), to, products)
#define EXTRA(s, c, products) NAMED(OF_DOPRI8(s), to, products)
#include "runtime/dopri8.def"

#define NAMED_ERROR(name, products) \
    BY_PROCESSOR static void name(DopriSets *d, double *restrict to) \
    { \
        EACH_PIECE(d) \
            EACH_OF_PIECE(d) { \
                double sum; \
                products \
                to[i] = d->step[l] * sum; \
            } \
    }
#define ERROR(order, products) NAMED_ERROR(error_##order, products)
#include "runtime/rk45.def"
#define ERROR(order, products) NAMED_ERROR(error_##order, products)
#include "runtime/dopri8.def"

/* ---- slopes ---- */

/* At t + c step. */
static void slope_within(DopriSets *d, double c, const double *x, double *dx)
{
    _Alignas(64) double time[DOPRI_MOST_LANES];
    for (size_t l = 0; l < d->lanes; l++)
        time[l] = d->t[l] + c * d->step[l];
    d->kernel->drift_sets(d->args, time, x, dx, d->own);
}

static void slope_at(DopriSets *d, const double *t, const double *x, double *dx)
{
    _Alignas(64) double time[DOPRI_MOST_LANES];
    memcpy(time, t, d->lanes * sizeof *t);
    d->kernel->drift_sets(d->args, time, x, dx, d->own);
}

static void rk45_stages(DopriSets *d)
{
#define STAGE(s, c, products) OF_RK45(s)(d, d->stage); slope_within(d, c, d->stage, d->k[s]);
#define LAST_STAGE(s, products) OF_RK45(s)(d, d->stage); slope_at(d, d->t_new, d->stage, d->k[s]);
#define SOLUTION(s, products) OF_RK45(s)(d, d->x_new); slope_at(d, d->t_new, d->x_new, d->k[s]);
#include "runtime/rk45.def"
}

static void dopri8_stages(DopriSets *d)
{
#define STAGE(s, c, products) OF_DOPRI8(s)(d, d->stage); slope_within(d, c, d->stage, d->k[s]);
#define LAST_STAGE(s, products) OF_DOPRI8(s)(d, d->stage); slope_at(d, d->t_new, d->stage, d->k[s]);
#define SOLUTION(s, products) OF_DOPRI8(s)(d, d->x_new); slope_at(d, d->t_new, d->x_new, d->k[s]);
#include "runtime/dopri8.def"
}

static void dopri8_extra_stages(DopriSets *d)
{
#define EXTRA(s, c, products) OF_DOPRI8(s)(d, d->between); slope_within(d, c, d->between, d->k[s]);
#include "runtime/dopri8.def"
    d->has_extras = true;
}

/* ---- norms ---- */

/* The largest of each lane, in units of its tolerances; a NaN anywhere makes it a NaN. */
BY_PROCESSOR static void norms(const DopriSets *d, const double *value, const double *a, const double *b, double *restrict out)
{
    double atol = d->p->atol, rtol = d->p->rtol;
    for (size_t first = 0; first < d->lanes; first += PIECE) {
        double largest[PIECE] = { 0 }, bad[PIECE] = { 0 };
        for (size_t i = 0; i < d->n; i++) {
            const double *v = value + i * d->lanes + first, *p = a + i * d->lanes + first, *q = b + i * d->lanes + first;
            for (size_t l = 0; l < PIECE; l++) {
                double m = fabs(p[l]), n = fabs(q[l]), scale = atol + rtol * (m > n ? m : n);
                double part = v[l] == 0.0 ? 0.0 : fabs(v[l]) / scale;
                bad[l] = part == part ? bad[l] : 1.0;
                largest[l] = part > largest[l] ? part : largest[l];
            }
        }
        for (size_t l = 0; l < PIECE; l++)
            out[first + l] = bad[l] != 0.0 ? (double)NAN : largest[l];
    }
}

static bool all_finite_of(const DopriSets *d, const double *x, size_t lane)
{
    bool all = true;
    for (size_t i = 0; i < d->n; i++)
        all &= isfinite(x[i * d->lanes + lane]) != 0;
    return all;
}

static void rk45_errors(DopriSets *d, double *out)
{
    rk45_stages(d);
    error_FOURTH(d, d->stage);
    norms(d, d->stage, d->x, d->x_new, out);
}

static void dopri8_errors(DopriSets *d, double *out)
{
    double third[DOPRI_MOST_LANES];
    d->has_extras = false;
    dopri8_stages(d);
    error_FIFTH(d, d->stage);
    error_THIRD(d, d->between);
    norms(d, d->stage, d->x, d->x_new, out);
    norms(d, d->between, d->x, d->x_new, third);
    for (size_t l = 0; l < d->lanes; l++)
        out[l] = !all_finite_of(d, d->k[d->n_stages - 1], l) ? (double)NAN : dopri8_judged(out[l], third[l]);
}

/* ---- starting ---- */

static void longest_steps(DopriSets *d)
{
    _Alignas(64) double rate[EIG_SETS_MOST_POPS * DOPRI_MOST_LANES];
    d->kernel->rates_sets(rate, d->own);
    for (size_t l = 0; l < d->lanes; l++) {
        double fastest = 0.0;
        for (size_t q = 0; q < d->p->n_pops; q++)
            if (eig_state(&d->p->pop[q], 0).kind == EIG_STATE_LEAK)
                fastest = fmax(fastest, rate[q * d->lanes + l]);
        d->longest[l] = dopri_longest_step(d->p, fastest);
    }
}

/* As choose_first_step of dopri.c. */
static void first_steps(DopriSets *d)
{
    double d0[DOPRI_MOST_LANES], d1[DOPRI_MOST_LANES], d2[DOPRI_MOST_LANES];
    norms(d, d->x, d->x, d->x, d0);
    norms(d, d->k[0], d->x, d->x, d1);
    for (size_t l = 0; l < d->lanes; l++)
        d->step[l] = dopri_first_trial(d0[l], d1[l], d->longest[l]);
    for (size_t i = 0; i < d->n * d->lanes; i++)
        d->stage[i] = d->x[i] + d->step[i % d->lanes] * d->k[0][i];
    slope_at(d, d->step, d->stage, d->k[1]);
    for (size_t i = 0; i < d->n * d->lanes; i++)
        d->stage[i] = d->k[1][i] - d->k[0][i];
    norms(d, d->stage, d->x, d->x, d2);
    for (size_t l = 0; l < d->lanes; l++)
        d->h[l] = dopri_first_guess(d->step[l], d1[l], d2[l] / d->step[l], d->longest[l], d->power);
}

bool dopri_sets_open(DopriSets *d, const EigProblem *p, const EigKernel *kernel, const EigKernelArgs *args, double *x, const double *own)
{
    size_t n = p->n, lanes = kernel->lanes, size = n * lanes, n_vectors = dopri_vectors(p->method);
    *d = (DopriSets){ .p = p, .kernel = kernel, .args = args, .own = own, .n = n, .lanes = lanes, .x = x };
    d->n_stages = (size_t)eig_method[p->method].stages;
    d->power = dopri_power(p->method);
    d->memory = aligned_alloc(64, (n_vectors * size * sizeof *d->memory + 63) / 64 * 64);
    if (!d->memory)
        return false;
    d->x_new = d->memory;
    d->stage = d->memory + size;
    d->between = d->memory + 2 * size;
    for (size_t s = 0; s + DOPRI_VECTORS_BESIDE < n_vectors; s++)
        d->k[s] = d->memory + (DOPRI_VECTORS_BESIDE - 1 + s) * size;
    memset(d->memory, 0, n_vectors * size * sizeof *d->memory);
    longest_steps(d);
    slope_at(d, d->t, x, d->k[0]);
    for (size_t l = 0; l < lanes; l++) {
        d->is_on[l] = true;
        d->growth[l] = 10.0;
        d->h[l] = p->h;
    }
    if (!(p->h > 0.0))
        first_steps(d);
    for (size_t l = 0; l < lanes; l++) {
        d->step[l] = 0.0;
        d->h[l] = dopri_within(d->h[l], d->longest[l]);
    }
    return true;
}

void dopri_sets_close(DopriSets *d)
{
    free(d->memory);
}

/* ---- steps ---- */

bool dopri_sets_too_small(const DopriSets *d, size_t lane, bool *finite)
{
    if (!dopri_is_too_small(d->t[lane], d->h[lane], d->longest[lane]))
        return false;
    *finite = all_finite_of(d, d->stage, lane);
    for (size_t s = 0; s < d->n_stages; s++)
        *finite = *finite && all_finite_of(d, d->k[s], lane);
    return true;
}

void dopri_sets_leave(DopriSets *d, size_t lane)
{
    d->is_on[lane] = false;
    for (size_t i = 0; i < d->n; i++)
        d->x[i * d->lanes + lane] = d->k[0][i * d->lanes + lane] = 0.0;
}

void dopri_sets_attempt(DopriSets *d)
{
    double error[DOPRI_MOST_LANES], end = d->p->duration;
    for (size_t l = 0; l < d->lanes; l++) {
        bool is_last = d->t[l] + 1.01 * d->h[l] >= end;
        d->step[l] = !d->is_on[l] ? 0.0 : is_last ? end - d->t[l] : d->h[l];
        d->t_new[l] = d->is_on[l] && is_last ? end : d->t[l] + d->step[l];
    }
    (d->p->method == EIG_METHOD_DOPRI8 ? dopri8_errors : rk45_errors)(d, error);
    for (size_t l = 0; l < d->lanes; l++) {
        bool ok = d->accepted[l] = d->is_on[l] && error[l] <= 1.0;
        if (!d->is_on[l])
            continue;
        d->h[l] = d->step[l] * dopri_factor(error[l], ok ? d->growth[l] : 1.0, d->power);
        if (d->h[l] > d->longest[l])
            d->h[l] = d->longest[l];
        d->growth[l] = ok ? 10.0 : 1.0;
    }
}

#undef FIRST
#undef PLUS
#define FIRST(s, a) sum = (a) * d->k[s][i];
#define PLUS(s, a) sum = sum + (a) * d->k[s][i];

static double rk45_bent(const DopriSets *d, size_t i, double h, double theta)
{
    double rest = 1.0 - theta, sum, rise = d->x_new[i] - d->x[i];
    double bend = h * d->k[0][i] - rise;
    double third = (rise - h * d->k[6][i]) - bend;
#define DENSE(r, products) products
#include "runtime/rk45.def"
    return d->x[i] + theta * (rise + rest * (bend + theta * (third + rest * (h * sum))));
}

static double dopri8_bent(const DopriSets *d, size_t i, double h, double theta)
{
    double rest = 1.0 - theta, sum, upper[4], rise = d->x_new[i] - d->x[i];
#define DENSE(r, products) products upper[r] = h * sum;
#include "runtime/dopri8.def"
    double bend = h * d->k[0][i] - rise;
    double third = (rise - h * d->k[12][i]) - bend;
    double fourth = upper[0] + theta * (upper[1] + rest * (upper[2] + theta * upper[3]));
    return d->x[i] + theta * (rise + rest * (bend + theta * (third + rest * fourth)));
}

void dopri_sets_at(DopriSets *d, double time, const bool *marked)
{
    bool is_dopri8 = d->p->method == EIG_METHOD_DOPRI8;
    for (size_t l = 0; l < d->lanes && is_dopri8 && !d->has_extras; l++)
        if (marked[l] && time != d->t_new[l])
            dopri8_extra_stages(d);
    for (size_t l = 0; l < d->lanes; l++) {
        double theta = (time - d->t[l]) / d->step[l];
        for (size_t i = l; marked[l] && i < d->n * d->lanes; i += d->lanes)
            d->between[i] = time == d->t_new[l] ? d->x_new[i] : (is_dopri8 ? dopri8_bent : rk45_bent)(d, i, d->step[l], theta);
    }
}

/* The slope at the end is the first of the next step. */
void dopri_sets_accept(DopriSets *d)
{
    const double *last = d->k[d->n_stages - 1];
    for (size_t l = 0; l < d->lanes; l++) {
        if (!d->accepted[l])
            continue;
        for (size_t i = l; i < d->n * d->lanes; i += d->lanes) {
            d->x[i] = d->x_new[i];
            d->k[0][i] = last[i];
        }
        d->t[l] = d->t_new[l];
        d->is_on[l] = d->t[l] < d->p->duration;
    }
}
