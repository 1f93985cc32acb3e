/* The right side of the reference: signals, total inputs, slopes, in the words
 * of docs/semantics.md. */
#include "runtime/reference.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/layout.h"

double oracle_sum(OracleTerm get, const void *of, size_t n)
{
    if (n == 0)
        return 0.0;
    if (n < EIG_SUM_LANES) {
        double sum = get(of, 0);
        for (size_t j = 1; j < n; j++)
            sum = sum + get(of, j);
        return sum;
    }
    double lane[EIG_SUM_LANES];
    for (size_t lane_no = 0; lane_no < EIG_SUM_LANES; lane_no++) {
        lane[lane_no] = get(of, lane_no);
        for (size_t j = lane_no + EIG_SUM_LANES; j < n; j += EIG_SUM_LANES)
            lane[lane_no] = lane[lane_no] + get(of, j);
    }
    for (size_t stride = EIG_SUM_LANES / 2; stride >= 1; stride /= 2)
        for (size_t lane_no = 0; lane_no < stride; lane_no++)
            lane[lane_no] = lane[lane_no] + lane[lane_no + stride];
    return lane[0];
}

static double term(const void *of, size_t j)
{
    return ((const double *)of)[j];
}

void oracle_view(const EigProblem *p, size_t pop, size_t i, double t, const double *x, OracleView *v)
{
    const EigPop *q = &p->pop[pop];
    *v = (OracleView){ .data = { .column = q->column, .neuron = i, .table = p->table } };
    v->var[EIG_VAR_T] = t;
    v->var[EIG_VAR_I] = (double)i;
    for (size_t k = 0; x && k < eig_n_states(q) && k < EIG_MAX_STATES; k++)
        v->var[EIG_VAR_STATE + k] = x[eig_state_from(p, pop) + k * q->size + i];
}

double oracle_value(const EigCode *code, const OracleView *v)
{
    return eig_code_eval(code, v->var, &v->data);
}

/* o->signal at (t, x). */
static void signals(Oracle *o, double t, const double *x)
{
    const EigProblem *p = o->p;
    for (size_t q = 0; q < eig_n_signals(p); q++) {
        EigSignal s = eig_signal(p, q);
        for (size_t i = 0; i < p->pop[s.pop].size; i++) {
            OracleView v;
            oracle_view(p, s.pop, i, t, x, &v);
            o->signal[q][i] = s.code.n ? oracle_value(&s.code, &v) : x[eig_state_from(p, s.pop) + i];
        }
    }
}

/* Signal q at the start of step k; the ring has room for the longest delay. */
static double *past(const Oracle *o, size_t q, int64_t k)
{
    return o->past + (size_t)(k % o->n_past) * o->n_sent + (o->signal[q] - o->sent);
}

const double *oracle_sent(const Oracle *o, size_t q, int64_t delay, int64_t k)
{
    return delay > 0 ? past(o, q, k > delay ? k - delay : 0) : o->signal[q];
}

void oracle_remember(Oracle *o, int64_t k, double t, const double *x)
{
    signals(o, t, x);
    memcpy(past(o, 0, k), o->sent, o->n_sent * sizeof *o->sent);
}

/* Calls visit with each row of a moment and where the same signals stand in `past`. */
typedef void (*VisitRow)(double *in_moment, double *in_past, size_t n);

static bool each_row(const Oracle *o, const EigMoment *m, VisitRow visit)
{
    size_t *rows = calloc(eig_n_signals(o->p) + 1, sizeof *rows);
    double *at = m->sent;
    if (!rows)
        return false;
    eig_history_rows(o->p, rows);
    for (size_t q = 0; q < eig_n_signals(o->p); q++) {
        size_t size = o->p->pop[eig_signal(o->p, q).pop].size;
        for (int64_t k = m->step - eig_moment_rows(m->step, rows[q]); k < m->step; k++, at += size)
            visit(at, past(o, q, k), size);
    }
    free(rows);
    return true;
}

static void into_past(double *in_moment, double *in_past, size_t n)
{
    memcpy(in_past, in_moment, n * sizeof *in_past);
}

static void into_moment(double *in_moment, double *in_past, size_t n)
{
    memcpy(in_moment, in_past, n * sizeof *in_past);
}

bool oracle_recall(Oracle *o, const EigMoment *from)
{
    return each_row(o, from, into_past);
}

bool oracle_leave(const Oracle *o, EigMoment *end)
{
    end->n_sent = eig_moment_sent(o->p, end->step);
    return each_row(o, end, into_moment);
}

static double kernel_weight(const EigBlock *b, size_t i, size_t j)
{
    size_t at[2];
    for (int d = 0; d < 2; d++) {
        size_t n = b->extent[d], to = d == 0 ? i % b->extent[0] : i / b->extent[0];
        size_t from = d == 0 ? j % b->extent[0] : j / b->extent[0];
        at[d] = b->is_periodic ? (to + n - from) % n : to + n - 1 - from;
    }
    return b->w[at[1] * (b->is_periodic ? b->extent[0] : 2 * b->extent[0] - 1) + at[0]];
}

/* What block b makes of s for target neuron i; x are its sources, circle what they make of it if it has one. */
static double add_block(const EigProblem *p, const EigBlock *b, const double *x, const double *circle, double sum, size_t i, double s)
{
    size_t n_pre = p->pop[b->pre].size, n_post = p->pop[b->post].size;
    switch (b->kind) {
    case EIG_BLOCK_UNIFORM:
        return b->skip_self ? s + b->weight * (sum - x[i]) : s + b->weight * sum;
    case EIG_BLOCK_DIAGONAL:
        return s + b->weight * x[i];
    case EIG_BLOCK_SPARSE:
        for (uint64_t e = b->row_from[i]; e < b->row_from[i + 1]; e++)
            s = s + (b->w ? b->w[e] : b->weight) * x[b->column[e]];
        return s;
    case EIG_BLOCK_DENSE:
        for (size_t j = 0; j < n_pre; j++)
            s = s + b->w[eig_dense_at(n_post, n_pre, i, j)] * x[j];
        return s;
    case EIG_BLOCK_KERNEL:
        if (b->circle)
            return s + oracle_circle_at(b, circle, i);
        for (size_t j = 0; j < n_pre; j++) {
            double w = kernel_weight(b, i, j);
            if (w != 0.0)
                s = s + w * x[j];
        }
        return s;
    }
    return s;
}

/* Every target of a block; the sources are those of step `k` less the delay. */
static void into_targets(Oracle *o, const EigBlock *b, int64_t k, double t, const double *x)
{
    const EigProblem *p = o->p;
    size_t q = eig_block_signal(p, b), n_pre = p->pop[b->pre].size;
    const double *sent = oracle_sent(o, q, b->delay, k);
    double sum = b->kind == EIG_BLOCK_UNIFORM ? oracle_sum(term, sent, n_pre) : 0.0;
    if (b->circle)
        oracle_circle(b, sent, o->circle, o->circle + b->circle->length);
    for (size_t i = 0; i < p->pop[b->post].size; i++) {
        double *s = &o->total[p->pop[b->post].from + i];
        OracleView v;
        if (b->gate.n == 0) {
            *s = add_block(p, b, sent, o->circle, sum, i, *s);
            continue;
        }
        oracle_view(p, b->post, i, t, x, &v);
        *s = *s + oracle_value(&b->gate, &v) * add_block(p, b, sent, o->circle, sum, i, -0.0);
    }
}

void oracle_totals(Oracle *o, int64_t k, double t, const double *x)
{
    const EigProblem *p = o->p;
    signals(o, t, x);
    for (size_t q = 0; q < p->n_pops; q++) {
        for (size_t i = 0; i < p->pop[q].size; i++) {
            OracleView v;
            oracle_view(p, q, i, t, x, &v);
            o->total[p->pop[q].from + i] = oracle_value(&p->pop[q].input, &v);
        }
    }
    for (size_t b = 0; b < p->n_blocks; b++)
        (p->block[b].pair.n ? oracle_pairs : into_targets)(o, &p->block[b], k, t, x);
}

double oracle_slope(const EigProblem *p, size_t pop, size_t k, const OracleView *v, bool over_rate)
{
    const EigPop *q = &p->pop[pop];
    EigState state = eig_state(q, k);
    if (state.kind == EIG_STATE_OU)
        return 0.0;
    if (state.kind == EIG_STATE_EQUATION)
        return oracle_value(&state.drift, v);
    double rest = oracle_value(&q->phi, v) - v->var[EIG_VAR_STATE + k];
    return over_rate ? rest : (q->rate_of ? q->rate_of[v->data.neuron] : q->rate) * rest;
}

void oracle_drift(Oracle *o, int64_t k, double t, const double *x, double *dx)
{
    const EigProblem *p = o->p;
    oracle_totals(o, k, t, x);
    for (size_t q = 0; q < p->n_pops; q++) {
        for (size_t i = 0; i < p->pop[q].size; i++) {
            OracleView v;
            oracle_view(p, q, i, t, x, &v);
            v.var[EIG_VAR_Z] = o->total[p->pop[q].from + i];
            for (size_t s = 0; s < eig_n_states(&p->pop[q]); s++)
                dx[eig_state_from(p, q) + s * p->pop[q].size + i] = oracle_slope(p, q, s, &v, false);
        }
    }
}
