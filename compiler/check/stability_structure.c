#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds.h"
#include "compiler/check/stability.h"

/* Exact numbers along a spanning tree grow with its depth. */
enum { SYMMETRISABLE_MAX = 600, DOMINANCE_SWEEPS = 2000, DOMINANCE_WORK = 200 * 1000 * 1000 };   /* work: sweeps times entries */

/* Row sums over neurons in terms of rows: net = 1 - W_ii of one neuron, and
 * other_ab = the sum of |W_ij| over j in b, j != i. */
static void own_net_leak(const ClaimMatrix *m, size_t a, mpq_t out)
{
    mpq_set_ui(out, 0, 1);
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
        if (m->column[e] == a)
            mpq_neg(out, m->entry[e]);
    if (m->leak) {
        mpq_add(out, out, m->leak[a]);
        mpq_sub(out, out, m->self[a]);
    }
    const ClaimKernel *kernel = claim_matrix_kernel(m, a, a);
    if (kernel)
        mpq_sub(out, out, kernel->value[0]);
}

/* Every displacement once, but no neuron to itself. */
static void absolute_kernel_sum(const ClaimKernel *k, mpq_srcptr uniform, mpq_t out)
{
    mpq_t x;
    mpq_init(x);
    mpq_set_ui(out, 0, 1);
    for (size_t d = k->to == k->from; d < k->extent[0] * k->extent[1]; d++) {
        mpq_add(x, uniform, k->value[d]);
        mpq_abs(x, x);
        mpq_add(out, out, x);
    }
    mpq_clear(x);
}

static void absolute_sum(const ClaimMatrix *m, size_t a, size_t e, mpq_t out)
{
    const ClaimKernel *kernel = claim_matrix_kernel(m, a, m->column[e]);
    if (kernel) {
        absolute_kernel_sum(kernel, m->entry[e], out);
        return;
    }
    size_t n = claim_matrix_size(m, m->column[e]) - (m->column[e] == a);
    mpq_set_ui(out, n, 1);
    mpq_mul(out, out, m->entry[e]);
    mpq_abs(out, out);
}

/* ---- quasi-dominance ---- */

typedef struct Dominance {
    const ClaimMatrix *m;
    double *net, *other;        /* of each row, of each entry */
    double *d;
} Dominance;

static void dominance_read(Ctx *cx, const ClaimMatrix *m, Dominance *w)
{
    mpq_t x;
    mpq_init(x);
    *w = (Dominance){.m = m};
    w->net = ARENA_ARRAY(&cx->arena, m->q, double);
    w->other = ARENA_ARRAY(&cx->arena, m->row_from[m->q], double);
    w->d = ARENA_ARRAY(&cx->arena, m->q, double);
    for (size_t a = 0; a < m->q; a++) {
        own_net_leak(m, a, x);
        w->net[a] = mpq_get_d(x);
        w->d[a] = 1;
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            absolute_sum(m, a, e, x);
            w->other[e] = mpq_get_d(x);
        }
    }
    mpq_clear(x);
}

/* Gauss-Seidel for net_a d_a - sum other_ab d_b = net_a. True when it settles. */
static bool dominance_solve(Dominance *w)
{
    size_t entries = w->m->row_from[w->m->q] + 1;
    for (size_t sweep = 0; sweep < DOMINANCE_SWEEPS && sweep * entries < DOMINANCE_WORK; sweep++) {
        double change = 0;
        for (size_t a = 0; a < w->m->q; a++) {
            double sum = w->net[a], own = w->net[a];
            for (size_t e = w->m->row_from[a]; e < w->m->row_from[a + 1]; e++)
                if (w->m->column[e] == a)
                    own -= w->other[e];
                else
                    sum += w->other[e] * w->d[w->m->column[e]];
            if (!(own > 0) || !(sum < 1e100))
                return false;
            change = fmax(change, fabs(sum / own / w->d[a] - 1));
            w->d[a] = sum / own;
        }
        if (change < 1e-9)
            return true;
    }
    return false;
}

/* ratio = W_aa + sum |W| d_b / d_a = 1 - net + ...; false unless it is below 1. Lowers *rate to (1 - max(0, ratio)) / tau. */
static bool dominance_row(const ClaimMatrix *m, size_t a, mpq_t *d, Num tau, mpq_t rate)
{
    mpq_t slack, term;
    mpq_inits(slack, term, (mpq_ptr)0);
    own_net_leak(m, a, slack);
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
        absolute_sum(m, a, e, term);
        mpq_mul(term, term, d[m->column[e]]);
        mpq_div(term, term, d[a]);
        mpq_sub(slack, slack, term);
    }
    bool holds = mpq_sgn(slack) > 0;
    if (mpq_cmp_ui(slack, 1, 1) > 0)
        mpq_set_ui(slack, 1, 1);
    mpq_div(slack, slack, tau);
    if (mpq_sgn(rate) == 0 || mpq_cmp(slack, rate) < 0)
        mpq_set(rate, slack);
    mpq_clears(slack, term, (mpq_ptr)0);
    return holds;
}

bool stability_dominance(Ctx *cx, NumPool *nums, const ClaimMatrix *m, const Num *tau, Num *rate)
{
    Dominance w;
    dominance_read(cx, m, &w);
    if (!dominance_solve(&w))
        return false;
    mpq_t *d = rationals_new(cx, m->q);
    mpq_t least;
    mpq_init(least);
    for (size_t a = 0; a < m->q; a++) {
        int e;
        double mantissa = frexp(w.d[a], &e);
        mpq_set_d(d[a], ldexp(rint(ldexp(mantissa, 24)), e - 24));
    }
    bool holds = true;
    for (size_t a = 0; holds && a < m->q; a++)
        holds = dominance_row(m, a, d, tau[a], least);
    if (holds)
        *rate = stability_round_down(nums, least);
    mpq_clear(least);
    rationals_clear(d, m->q);
    return holds;
}

/* ---- symmetrisable weights ---- */

/* Multipliers along the entries that leave row a; false at a pair that no multipliers can match. */
static bool symmetrise_row(const ClaimMatrix *m, size_t a, mpq_t *p, size_t *queue, size_t *n_queue, mpq_t x)
{
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
        size_t b = m->column[e];
        mpq_srcptr back = claim_matrix_entry(m, b, a);
        if (b == a)
            continue;
        if (!back || mpq_sgn(back) != mpq_sgn(m->entry[e]) || mpq_sgn(back) == 0)
            return false;
        mpq_mul(x, p[a], m->entry[e]);
        mpq_div(x, x, back);
        if (mpq_sgn(p[b]) == 0) {
            mpq_set(p[b], x);
            queue[(*n_queue)++] = b;
        } else if (!mpq_equal(p[b], x)) {
            return false;
        }
    }
    return true;
}

/* p_a c_ab(d) = p_b c_ba(-d), both populations having one size. */
static bool kernel_is_symmetric(const ClaimMatrix *m, const ClaimKernel *k, mpq_t *p, mpq_t x)
{
    const ClaimKernel *back = claim_matrix_kernel(m, k->from, k->to);
    bool same = back != NULL;
    mpq_t y;
    mpq_init(y);
    for (size_t d = 0; same && d < k->extent[0] * k->extent[1]; d++) {
        size_t across = (k->extent[0] - d % k->extent[0]) % k->extent[0], along = (k->extent[1] - d / k->extent[0]) % k->extent[1];
        mpq_mul(x, p[k->to], k->value[d]);
        mpq_mul(y, p[k->from], back->value[along * k->extent[0] + across]);
        same = mpq_equal(x, y);
    }
    mpq_clear(y);
    return same;
}

bool stability_is_symmetrisable(Ctx *cx, const ClaimMatrix *m)
{
    if (m->q > SYMMETRISABLE_MAX)
        return false;
    mpq_t *p = rationals_new(cx, m->q), x;
    size_t *queue = ARENA_ARRAY(&cx->arena, m->q, size_t), n = 0;
    bool holds = true;
    mpq_init(x);
    for (size_t start = 0; holds && start < m->q; start++) {
        if (mpq_sgn(p[start]))
            continue;
        size_t at = n;
        mpq_set_ui(p[start], 1, 1);
        queue[n++] = start;
        while (holds && at < n)
            holds = symmetrise_row(m, queue[at++], p, queue, &n, x);
    }
    for (size_t k = 0; holds && k < m->n_kernels; k++)
        holds = kernel_is_symmetric(m, &m->kernel[k], p, x);
    mpq_clear(x);
    rationals_clear(p, m->q);
    return holds;
}
