#include "runtime/moment.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/layout.h"
#include "runtime/npz.h"
#include "runtime/npz_read.h"

bool eig_moment_open(EigMoment *m, const EigProblem *p)
{
    double n_sent = eig_history_numbers(p);
    *m = (EigMoment){ .n_x = eig_n_x(p), .has_control = eig_method[p->method].adaptive };
    if (!(n_sent < (double)(SIZE_MAX / 64)))
        return false;
    m->x = calloc(m->n_x + 1, sizeof *m->x);
    m->sent = calloc((size_t)n_sent + 1, sizeof *m->sent);
    return m->x && m->sent;
}

void eig_moment_free(EigMoment *m)
{
    free(m->x);
    free(m->sent);
    *m = (EigMoment){ 0 };
}

double eig_moment_time(const EigMoment *m, const EigProblem *p)
{
    return m->has_control ? m->control.reached : eig_step_time(p, m->step);
}

int64_t eig_moment_rows(int64_t step, size_t ring_rows)
{
    int64_t most = ring_rows ? (int64_t)ring_rows - 1 : 0;
    return step < most ? step : most;
}

/* Rows of the rings of all signals; NULL without memory. */
static size_t *ring_rows(const EigProblem *p)
{
    size_t *rows = calloc(eig_n_signals(p) + 1, sizeof *rows);
    if (rows)
        eig_history_rows(p, rows);
    return rows;
}

size_t eig_moment_sent(const EigProblem *p, int64_t step)
{
    size_t *rows = ring_rows(p), n = 0;
    for (size_t q = 0; rows && q < eig_n_signals(p); q++)
        n += (size_t)eig_moment_rows(step, rows[q]) * p->pop[eig_signal(p, q).pop].size;
    n = rows ? n : SIZE_MAX;
    free(rows);
    return n;
}

typedef void (*Move)(double *in_moment, double *in_ring, size_t n);

static void to_ring(double *in_moment, double *in_ring, size_t n)
{
    memcpy(in_ring, in_moment, n * sizeof *in_ring);
}

static void to_moment(double *in_moment, double *in_ring, size_t n)
{
    memcpy(in_moment, in_ring, n * sizeof *in_ring);
}

static bool each_row(double *sent, const EigProblem *p, int64_t step, double *ring, Move move)
{
    size_t *rows = ring_rows(p);
    for (size_t q = 0; rows && q < eig_n_signals(p); q++) {
        size_t size = p->pop[eig_signal(p, q).pop].size;
        for (int64_t k = step - eig_moment_rows(step, rows[q]); rows[q] && k < step; k++, sent += size)
            move(sent, ring + (size_t)k % rows[q] * size, size);
        ring += rows[q] * size;
    }
    bool ok = rows != NULL;
    free(rows);
    return ok;
}

bool eig_moment_keep(EigMoment *m, const EigProblem *p, const double *rings)
{
    m->n_sent = eig_moment_sent(p, m->step);
    return m->n_sent != SIZE_MAX && each_row(m->sent, p, m->step, (double *)rings, to_moment);
}

bool eig_moment_recall(const EigMoment *m, const EigProblem *p, double *rings)
{
    return each_row(m->sent, p, m->step, rings, to_ring);
}

static bool all_finite(const double *x, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!isfinite(x[k]))
            return false;
    return true;
}

bool eig_moment_is_finite(const EigMoment *m)
{
    const EigControl *c = &m->control;
    bool in_order = c->t >= 0.0 && c->reached >= c->t && c->reached <= DBL_MAX && c->h > 0.0 && c->h <= c->longest && c->longest <= DBL_MAX &&
                    (c->growth == 1.0 || c->growth == 10.0);
    return all_finite(m->x, m->n_x) && all_finite(m->sent, m->n_sent) && (in_order || !m->has_control);
}

enum { N_CONTROL = sizeof(EigControl) / sizeof(double) };

static bool write_array(Npz *z, const char *name, const double *x, size_t n)
{
    uint64_t dims[] = { n };
    return npz_begin(z, name, 1, dims) && npz_doubles(z, x, n) && npz_end(z);
}

bool eig_moment_has_place(const char *path, char error[256])
{
    OutFile out;
    bool ok = outfile_open(&out, path);
    if (!ok)
        snprintf(error, 256, "%.120s: %.120s", path, out.error);
    outfile_close(&out);
    return ok;
}

bool eig_moment_write(const EigMoment *m, const char *path, const char *meta, char error[256])
{
    OutFile out;
    Npz z;
    bool ok = outfile_open(&out, path);
    npz_open(&z, &out, NPZ_LIMIT);
    ok = ok && npz_text(&z, "meta", meta) && write_array(&z, "x", m->x, m->n_x) && (!m->n_sent || write_array(&z, "sent", m->sent, m->n_sent)) &&
         (!m->has_control || write_array(&z, "control", &m->control.t, N_CONTROL)) && npz_finish(&z) && outfile_commit(&out);
    if (!ok)
        snprintf(error, 256, "%.120s: %.120s", path, out.error[0] ? out.error : "not enough memory");
    npz_close(&z);
    outfile_close(&out);
    return ok;
}

static bool read_control(NpzRead *z, EigMoment *m)
{
    double *control = NULL;
    size_t n = 0;
    m->has_control = npz_read_doubles(z, "control", &control, &n) && n == N_CONTROL;
    if (m->has_control)
        memcpy(&m->control, control, sizeof m->control);
    free(control);
    return m->has_control;
}

/* The archive as moment_write makes it: these members, in this order. */
static EigMomentRead take(NpzRead *z, EigMoment *m, char **meta, char error[256])
{
    if (npz_read_text(z, "meta", meta) && npz_read_doubles(z, "x", &m->x, &m->n_x) &&
        (!npz_read_is_next(z, "sent") || npz_read_doubles(z, "sent", &m->sent, &m->n_sent)) &&
        (!npz_read_is_next(z, "control") || read_control(z, m)) && npz_read_is_whole(z))
        return MOMENT_READ;
    snprintf(error, 256, "%s", z->why ? z->why : "its arrays are others");
    return z->why ? MOMENT_DAMAGED : MOMENT_OTHER;
}

EigMomentRead eig_moment_read(EigMoment *m, const char *path, char **meta, char error[256])
{
    NpzRead z;
    EigMomentRead got = MOMENT_UNREADABLE;
    *m = (EigMoment){ 0 };
    *meta = NULL;
    if (npz_read_open(&z, path))
        got = take(&z, m, meta, error);
    else
        snprintf(error, 256, "%s", strerror(errno));
    npz_read_close(&z);
    if (got != MOMENT_READ) {
        eig_moment_free(m);
        free(*meta);
        *meta = NULL;
    }
    return got;
}
