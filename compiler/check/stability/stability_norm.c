/* Contraction in a weighted maximum or sum norm: weights by fixed-point iteration. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/stability/stability.h"
#include "compiler/check/proof/statement/statement_verify.h"

enum { SWEEPS = 2000, WORK = 200 * 1000 * 1000 };      /* work: sweeps times entries */

/* net_a y_a - sum other y = net_a, by rows or by columns. */
typedef struct NormSystem {
    const ClaimMatrix *m;
    bool by_columns;
    double *net, *other;        /* of each row; of each entry, a neuron's sum */
    double *y, *sum;
} NormSystem;

/* A kernel's sum goes with the entry of its populations. */
static double entry_sum(const NormSystem *w, size_t a, size_t e)
{
    const ClaimMatrix *m = w->m;
    size_t b = m->column[e];
    const ClaimKernel *k = claim_matrix_kernel(m, a, b);
    double uniform = claim_matrix_near(m, a, e), sum = 0;
    if (!k)
        return fabs(uniform) * (double)(claim_matrix_size(m, w->by_columns ? a : b) - (a == b));
    for (size_t d = a == b; d < k->extent[0] * k->extent[1]; d++)
        sum += fabs(uniform + mpq_get_d(k->value[d]));
    return sum;
}

static void norm_read(const StabilityCase *x, bool by_columns, NormSystem *w)
{
    const ClaimMatrix *m = x->m;
    mpq_t net;
    mpq_init(net);
    *w = (NormSystem){.m = m, .by_columns = by_columns};
    w->net = ARENA_ARRAY(&x->cx->arena, m->q, double);
    w->other = ARENA_ARRAY(&x->cx->arena, m->row_from[m->q], double);
    w->y = ARENA_ARRAY(&x->cx->arena, m->q, double);
    w->sum = ARENA_ARRAY(&x->cx->arena, m->q, double);
    for (size_t a = 0; a < m->q; a++) {
        neuron_net_leak(m, a, net);
        w->net[a] = mpq_get_d(net);
        if (by_columns)
            w->net[a] = fmin(w->net[a], 1);
        w->y[a] = 1;
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
            w->other[e] = entry_sum(w, a, e);
    }
    mpq_clear(net);
}

/* A sum has no dynamics and needs no slack. */
static bool is_sum(const ClaimMatrix *m, size_t row)
{
    return m->n_sums && row >= m->n;
}

/* What a row is to keep when the others have taken theirs. */
static double wanted(const NormSystem *w, size_t row)
{
    return is_sum(w->m, row) ? 0 : w->net[row];
}

/* What is to stand on the left: own becomes what a row keeps of its net leak. */
static void norm_sums(NormSystem *w, double *own)
{
    for (size_t a = 0; a < w->m->q; a++) {
        w->sum[a] = wanted(w, a);
        own[a] = w->net[a];
    }
    for (size_t a = 0; a < w->m->q; a++)
        for (size_t e = w->m->row_from[a]; e < w->m->row_from[a + 1]; e++) {
            size_t b = w->m->column[e];
            if (a == b)
                own[a] -= w->other[e];
            else if (w->by_columns)
                w->sum[b] += w->other[e] * w->y[a];
            else
                w->sum[a] += w->other[e] * w->y[b];
        }
}

/* False when no weights exist. Near the edge it settles slowly, and weights may do long before; what they give is computed exactly. */
static bool norm_solve(const StabilityCase *x, NormSystem *w)
{
    size_t entries = w->m->row_from[w->m->q] + 1;
    double *own = ARENA_ARRAY(&x->cx->arena, w->m->q, double);
    for (size_t sweep = 0; sweep < SWEEPS && sweep * entries < WORK; sweep++) {
        double change = 0;
        bool is_above = true;   /* other y >= net y everywhere: then no weights do */
        norm_sums(w, own);
        for (size_t a = 0; a < w->m->q; a++) {
            if (!(own[a] > 0) || !(w->sum[a] < 1e100))
                return false;
            is_above &= w->sum[a] - wanted(w, a) >= own[a] * w->y[a];
            double y = w->sum[a] > 0 ? w->sum[a] / own[a] : 1;      /* 0: the sum of nothing */
            change = fmax(change, fabs(y / w->y[a] - 1));
            w->y[a] = y;
        }
        if (change < 1e-9 || is_above)
            return !is_above;
    }
    return true;
}

static void round_weights(const NormSystem *w, mpq_t *out)
{
    for (size_t a = 0; a < w->m->q; a++) {
        int e;
        double mantissa = frexp(w->y[a], &e);
        mpq_set_d(out[a], ldexp(rint(ldexp(mantissa, 24)), e - 24));
    }
}

/* A sum's weight is at least what its neurons' add up to. */
static void settle_sums(const ClaimMatrix *m, mpq_t *d)
{
    mpq_t sum;
    mpq_init(sum);
    for (size_t a = m->n; m->n_sums && a < m->q; a++) {
        neuron_row_sum(m, a, (const mpq_t *)d, sum);
        double above = num_to_double_up(sum);
        if (above > 0 && isfinite(above))
            mpq_set_d(d[a], above);
    }
    mpq_clear(sum);
}

static void lower(mpq_t least, mpq_srcptr x, bool is_first)
{
    if (is_first || mpq_cmp(x, least) < 0)
        mpq_set(least, x);
}

/* The rate that the weights give, rounded down, or none; false when they give nothing. */
static bool set_rate(const StabilityCase *x, mpq_srcptr least, Statement *out)
{
    Num rate = stability_round_down(x->nums, least);
    if (x->has_rates)
        mpq_set(statement_numbers(out, "rate")[0], rate);
    if (mpq_sgn(rate) > 0)
        return true;
    statement_clear(out);
    return false;
}

bool propose_dominance(const StabilityCase *x, Statement *out)
{
    NormSystem w;
    norm_read(x, false, &w);
    if (!norm_solve(x, &w))
        return false;
    statement_init(x->cx, out, STATEMENT_DOMINANCE, x->m->q);
    mpq_t *d = statement_numbers(out, "d"), *tau = statement_numbers(out, "tau"), slack, sum, least;
    mpq_inits(slack, sum, least, (mpq_ptr)0);
    round_weights(&w, d);
    settle_sums(x->m, d);
    for (size_t a = 0; a < x->m->q; a++) {
        mpq_set(tau[a], x->tau_most[a]);
        if (is_sum(x->m, a))
            continue;
        neuron_net_leak(x->m, a, slack);
        neuron_row_sum(x->m, a, (const mpq_t *)d, sum);
        mpq_div(sum, sum, d[a]);
        mpq_sub(slack, slack, sum);
        if (mpq_cmp_ui(slack, 1, 1) > 0)
            mpq_set_ui(slack, 1, 1);
        mpq_div(slack, slack, tau[a]);
        lower(least, slack, a == 0);
    }
    bool holds = set_rate(x, least, out);
    mpq_clears(slack, sum, least, (mpq_ptr)0);
    return holds;
}

bool propose_contraction_one(const StabilityCase *x, Statement *out)
{
    NormSystem w;
    if (!x->has_rates)
        return false;
    for (size_t a = 0; a < x->m->q; a++)
        if (!mpq_equal(x->tau_least[a], x->tau_most[a]))
            return false;               /* columns want each neuron's own */
    norm_read(x, true, &w);
    if (!norm_solve(x, &w))
        return false;
    statement_init(x->cx, out, STATEMENT_CONTRACTION_ONE, x->m->q);
    mpq_t *q = statement_numbers(out, "q"), *tau = statement_numbers(out, "tau"), *column = rationals_new(x->cx, x->m->q);
    mpq_t slack, least;
    mpq_inits(slack, least, (mpq_ptr)0);
    round_weights(&w, q);               /* q / tau so far */
    neuron_column_sums(x->m, (const mpq_t *)q, column);
    for (size_t b = 0; b < x->m->q; b++) {
        mpq_set(tau[b], x->tau_most[b]);
        neuron_net_leak(x->m, b, slack);
        if (mpq_cmp_ui(slack, 1, 1) > 0)
            mpq_set_ui(slack, 1, 1);
        mpq_div(column[b], column[b], q[b]);
        mpq_sub(slack, slack, column[b]);
        mpq_div(slack, slack, tau[b]);
        lower(least, slack, b == 0);
        mpq_mul(q[b], q[b], tau[b]);
    }
    rationals_clear(column, x->m->q);
    bool holds = set_rate(x, least, out);
    mpq_clears(slack, least, (mpq_ptr)0);
    return holds;
}
