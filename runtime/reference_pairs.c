/* The reference's blocks of pairs: one pair after the other. */
#include "runtime/layout.h"
#include "runtime/reference.h"

#include <math.h>

typedef struct Pairs {
    const EigProblem *p;
    const EigBlock *b;
    const double *sent[EIG_MAX_COLUMNS];        /* of each part of the source: one number a neuron */
    double part[EIG_MAX_COLUMNS];               /* of the pair at hand */
    const double *column[EIG_MAX_COLUMNS];      /* where the program looks for them */
} Pairs;

static double of_pair(Pairs *a, size_t j)
{
    for (size_t k = 0; k < a->b->n_parts; k++)
        if (a->b->part[k].of_source)
            a->part[k] = a->sent[k][j];
    return eig_code_eval(&a->b->pair, NULL, &(EigData){ .column = a->column });
}

/* ---- their sum ---- */

/* -0 is the number that changes nothing when another is added. */
static void lanes_begin(double lane[EIG_SUM_LANES])
{
    for (size_t k = 0; k < EIG_SUM_LANES; k++)
        lane[k] = -0.0;
}

static void lanes_add(double lane[EIG_SUM_LANES], size_t at, double x)
{
    lane[at % EIG_SUM_LANES] = lane[at % EIG_SUM_LANES] + x;
}

static double lanes_fold(double lane[EIG_SUM_LANES])
{
    for (size_t stride = EIG_SUM_LANES / 2; stride >= 1; stride /= 2)
        for (size_t k = 0; k < stride; k++)
            lane[k] = lane[k] + lane[k + stride];
    return lane[0];
}

/* What target i receives, weights included. */
static double into_target(Pairs *a, size_t i)
{
    const EigBlock *b = a->b;
    size_t n_pre = a->p->pop[b->pre].size;
    double lane[EIG_SUM_LANES];
    lanes_begin(lane);
    switch (b->kind) {
    case EIG_BLOCK_UNIFORM:
        for (size_t j = 0; j < n_pre; j++)
            if (!b->skip_self || j != i)
                lanes_add(lane, j, of_pair(a, j));
        return b->weight * lanes_fold(lane);
    case EIG_BLOCK_DIAGONAL:
        return b->weight * of_pair(a, i);
    case EIG_BLOCK_SPARSE:
        for (uint64_t e = b->row_from[i]; e < b->row_from[i + 1]; e++) {
            double x = of_pair(a, b->column[e]);
            lanes_add(lane, (size_t)(e - b->row_from[i]), b->w ? b->w[e] * x : x);
        }
        return b->w ? lanes_fold(lane) : b->weight * lanes_fold(lane);
    case EIG_BLOCK_DENSE:
        for (size_t j = 0; j < n_pre; j++)
            if (b->w[i * n_pre + j] != 0.0)
                lanes_add(lane, j, b->w[i * n_pre + j] * of_pair(a, j));
        return lanes_fold(lane);
    case EIG_BLOCK_KERNEL:
        break;
    }
    return (double)NAN;         /* kernels are dense blocks here */
}

void oracle_pairs(Oracle *o, const EigBlock *b, int64_t k, double t, const double *x)
{
    const EigProblem *p = o->p;
    Pairs a = { .p = p, .b = b };
    for (size_t q = 0; q < b->n_parts; q++) {
        a.column[q] = &a.part[q];
        if (b->part[q].of_source)
            a.sent[q] = oracle_sent(o, b->part[q].signal, b->delay, k);
    }
    for (size_t i = 0; i < p->pop[b->post].size; i++) {
        double *s = &o->total[p->pop[b->post].from + i];
        OracleView v;
        oracle_view(p, b->post, i, t, x, &v);
        for (size_t q = 0; q < b->n_parts; q++)
            if (!b->part[q].of_source)
                a.part[q] = oracle_value(&b->part[q].code, &v);
        double c = into_target(&a, i);
        *s = b->gate.n ? *s + oracle_value(&b->gate, &v) * c : *s + c;
    }
}
