#include "compiler/check/proof/verify_scaled.h"

#include <math.h>

#include "compiler/check/proof/positive/positive_split.h"

/* What takes part has exponents up to this, so that nothing overflows, and underflow, at most 2^-1021 each time, is at
 * most 2^-1021 2^600 in a term of the sum, and 2^-400 in all of them. */
enum { MOST_EXPONENT = 200 };

static bool is_moderate(Split x)
{
    return x.mantissa == 0 || (x.exponent <= MOST_EXPONENT && x.exponent >= -MOST_EXPONENT);
}

void scaled_witness_init(Ctx *cx, size_t n, size_t rank, mpz_t *whole, mpq_t *weight, ScaledWitness *out)
{
    double *v = ARENA_ARRAY(&cx->arena, n * rank, double);
    *out = (ScaledWitness){.n = n, .rank = rank};
    out->weight = ARENA_ARRAY(&cx->arena, rank, double);
    out->dot = ARENA_ARRAY(&cx->arena, rank, double);
    out->size = ARENA_ARRAY(&cx->arena, rank, double);
    for (size_t k = 0; k < rank; k++) {
        Split x = split(weight[k]);
        if (!is_moderate(x))
            return;
        out->weight[k] = shift(x.mantissa, x.exponent);
    }
    for (size_t k = 0; k < n * rank; k++) {
        if (mpz_sizeinbase(whole[k], 2) > MOST_EXPONENT)
            return;
        v[k] = mpz_get_d(whole[k]);
        if (mpz_cmp_d(whole[k], v[k]) != 0)
            return;
    }
    out->v = v;
}

/* Adds an entry of the row, by * value, to each vector's sum and to the sum of sizes. */
static inline void add_entry(const ScaledWitness *w, size_t j, double x)
{
    for (size_t k = 0; k < w->rank; k++) {
        double term = x * w->v[k * w->n + j];
        w->dot[k] += term;
        w->size[k] += fabs(term);
    }
}

/* The row's sums; false where a number of it is far from 1. */
static bool add_row(const ScaledWitness *w, const ClaimMatrix *a, size_t row, const uint32_t *place)
{
    const ScaledEntries *s = a->scaled;
    uint32_t group = UINT32_MAX;
    double by = 0;
    for (size_t e = a->row_from[row]; e < a->row_from[row + 1]; e++) {
        uint32_t column = a->column[e], j = place[column];
        bool is_own = column == row;
        if (j == UINT32_MAX)
            continue;
        if (is_own || s->group[column] != group) {
            Split x = split(is_own ? s->diagonal[row] : claim_matrix_unit(a, row, e));
            if (!is_moderate(x))
                return false;
            by = shift(x.mantissa, x.exponent);
            group = is_own ? UINT32_MAX : s->group[column];
        }
        double value = is_own ? 1 : s->value[e];
        if (!(fabs(value) < 0x1p200))
            return false;
        add_entry(w, j, by * value);
    }
    return true;
}

/* A term w_k v_ki (unit value v_kj) is off by 6u from its unit, 6u from its weight, and as any product and sum by u, or 2u in
 * other rounding modes, in its four products and at most n + rank sums: by less than (2 n + 2 rank + 24) u of its size. */
int scaled_witness_sign(const ScaledWitness *w, const ClaimMatrix *a, size_t row, size_t i, const uint32_t *place)
{
    double sum = 0, size = 0;
    for (size_t k = 0; k < w->rank; k++)
        w->dot[k] = w->size[k] = 0;
    if (!w->v || !a->scaled || !add_row(w, a, row, place))
        return 0;
    for (size_t k = 0; k < w->rank; k++) {
        double by = w->weight[k] * w->v[k * w->n + i];
        sum += by * w->dot[k];
        size += fabs(by) * w->size[k];
    }
    double error = (4 * (double)(w->n + w->rank) + 64) * U * size + 0x1p-300;
    return sum > error ? 1 : sum < -error ? -1 : 0;
}
