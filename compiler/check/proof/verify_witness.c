/* Refutations: X = sum of w_k v_k v_k' with diag(A X) >= 0, and differences within a population that do not decay. */
#include <string.h>

#include "compiler/check/proof/verify_kernel.h"
#include "compiler/check/proof/verify_matrix.h"
#include "compiler/check/proof/verify_scaled.h"
#include "compiler/check/proof/verify_sums.h"

static VerifyResult verify_zero_sum(Ctx *cx, const ClaimMatrix *m, const Witness *w)
{
    if (w->population >= m->q)
        return verify_rejected("the witness names a population that the matrix has not");
    if (verify_zero_sum_decays(m, w->population))
        return verify_rejected("the zero-sum modes of the named population decay, or it has none");
    const char *how = arena_printf(&cx->arena, "zero-sum modes of population %u", w->population);
    return (VerifyResult){.accepted = true, .reason = how};
}

/* common = a common denominator of vector k; false when the vector in integers
 * would take more than 128 megabytes, as a file full of long fractions might. */
static bool vector_denominator(const Witness *w, size_t k, mpz_ptr common)
{
    const mpq_t *v = w->v + k * w->n;
    mpz_set_ui(common, 1);
    for (size_t i = 0; i < w->n; i++) {
        mpz_lcm(common, common, mpq_denref(v[i]));
        if ((double)mpz_sizeinbase(common, 2) * (double)w->n > 0x1p30)
            return false;
    }
    return true;
}

static bool vectors_are_short(const Witness *w)
{
    mpz_t common;
    mpz_init(common);
    bool all = true;
    for (size_t k = 0; k < w->rank && all; k++)
        all = vector_denominator(w, k, common);
    mpz_clear(common);
    return all;
}

/* place[row] = its position among the witness's members, UINT32_MAX elsewhere. */
static const char *witness_fault(const ClaimMatrix *m, const Witness *w, uint32_t *place)
{
    memset(place, 0xff, m->q * sizeof *place);
    if (w->n == 0 || w->n > m->q || w->rank == 0)
        return "the witness is empty, or has more rows than the matrix";
    for (size_t k = 0; k < w->n; k++) {
        if (w->member[k] >= m->q || place[w->member[k]] != UINT32_MAX)
            return "the rows of the witness are not distinct row numbers of the matrix";
        place[w->member[k]] = (uint32_t)k;
    }
    bool is_zero = true;
    for (size_t k = 0; k < w->rank; k++) {
        if (w->w && mpq_sgn(w->w[k]) < 0)
            return "a weight of the witness is negative";
        for (size_t i = 0; i < w->n && (!w->w || mpq_sgn(w->w[k]) > 0); i++)
            is_zero = is_zero && mpq_sgn(w->v[k * w->n + i]) == 0 && (!w->im || mpq_sgn(w->im[k * w->n + i]) == 0);
    }
    if (is_zero)
        return "X = 0";
    return vectors_are_short(w) ? NULL : "the numbers of the witness are too long";
}

/* Vector k as integers v'_ki = d v_ki, and its weight w_k / d^2 to go with them. */
static void whole_vector(const Witness *w, size_t k, mpz_t *whole, mpq_ptr weight)
{
    const mpq_t *v = w->v + k * w->n;
    mpz_t common;
    mpz_init(common);
    if (!vector_denominator(w, k, common))
        BUG("a witness that was found short");
    for (size_t i = 0; i < w->n; i++) {
        mpz_divexact(whole[i], common, mpq_denref(v[i]));
        mpz_mul(whole[i], whole[i], mpq_numref(v[i]));
    }
    if (w->w)
        mpq_set(weight, w->w[k]);
    else
        mpq_set_ui(weight, 1, 1);
    mpz_mul(mpq_denref(weight), mpq_denref(weight), common);
    mpz_mul(mpq_denref(weight), mpq_denref(weight), common);
    mpq_canonicalize(weight);
    mpz_clear(common);
}

/* What the check of one row works with. */
typedef struct RowCheck {
    const ClaimMatrix *a;
    const Witness *w;
    const uint32_t *place;
    mpz_t *whole;               /* rank * n */
    mpq_t *weight;              /* rank */
    mpz_t *dot;                 /* rank */
    mpz_t common, part;
    mpq_t sum, term;
} RowCheck;

/* Least common multiple of the row's denominators: a positive factor of the
 * row's sum, so its sign may be had from integers. */
static void row_denominator(RowCheck *s, size_t row)
{
    mpz_set_ui(s->common, 1);
    for (size_t e = s->a->row_from[row]; e < s->a->row_from[row + 1]; e++)
        if (s->place[s->a->column[e]] != UINT32_MAX && !mpz_divisible_p(s->common, mpq_denref(claim_matrix_at(s->a, row, e))))
            mpz_lcm(s->common, s->common, mpq_denref(claim_matrix_at(s->a, row, e)));
}

/* The sign of (A X)_ii = sum_k w_k v_ki (A v_k)_i for the witness's i-th member. */
static int row_sign(RowCheck *s, size_t i)
{
    size_t n = s->w->n, rank = s->w->rank, row = s->w->member[i];
    row_denominator(s, row);
    for (size_t k = 0; k < rank; k++)
        mpz_set_ui(s->dot[k], 0);
    for (size_t e = s->a->row_from[row]; e < s->a->row_from[row + 1]; e++) {
        uint32_t j = s->place[s->a->column[e]];
        if (j == UINT32_MAX)
            continue;
        mpz_divexact(s->part, s->common, mpq_denref(claim_matrix_at(s->a, row, e)));
        mpz_mul(s->part, s->part, mpq_numref(claim_matrix_at(s->a, row, e)));
        for (size_t k = 0; k < rank; k++)
            mpz_addmul(s->dot[k], s->part, s->whole[k * n + j]);
    }
    mpq_set_ui(s->sum, 0, 1);
    for (size_t k = 0; k < rank; k++) {
        mpz_mul(mpq_numref(s->term), s->dot[k], s->whole[k * n + i]);
        mpz_set_ui(mpq_denref(s->term), 1);
        mpq_mul(s->term, s->term, s->weight[k]);
        mpq_add(s->sum, s->sum, s->term);
    }
    return mpq_sgn(s->sum);
}

/* The first member with (A X)_ii < 0, or n. Rows outside the members have X_i. = 0. */
static size_t first_negative_row(Ctx *cx, const ClaimMatrix *tested, const Witness *w, const uint32_t *place)
{
    size_t n = w->n, rank = w->rank, found = n;
    RowCheck s = {.a = tested, .w = w, .place = place};
    s.whole = ARENA_ARRAY(&cx->arena, n * rank, mpz_t);
    s.weight = ARENA_ARRAY(&cx->arena, rank, mpq_t);
    s.dot = ARENA_ARRAY(&cx->arena, rank, mpz_t);
    mpz_inits(s.common, s.part, NULL);
    mpq_inits(s.sum, s.term, NULL);
    for (size_t k = 0; k < n * rank; k++)
        mpz_init(s.whole[k]);
    for (size_t k = 0; k < rank; k++) {
        mpz_init(s.dot[k]);
        mpq_init(s.weight[k]);
        whole_vector(w, k, s.whole + k * n, s.weight[k]);
    }
    ScaledWitness doubles = {0};
    if (tested->scaled)
        scaled_witness_init(cx, n, rank, s.whole, s.weight, &doubles);
    for (size_t i = 0; i < n && found == n; i++) {
        int sign = scaled_witness_sign(&doubles, tested, w->member[i], i, place);
        if ((sign ? sign : row_sign(&s, i)) < 0)
            found = i;
    }
    for (size_t k = 0; k < n * rank; k++)
        mpz_clear(s.whole[k]);
    for (size_t k = 0; k < rank; k++) {
        mpz_clear(s.dot[k]);
        mpq_clear(s.weight[k]);
    }
    mpz_clears(s.common, s.part, NULL);
    mpq_clears(s.sum, s.term, NULL);
    return found;
}

static VerifyResult verify_vectors(Ctx *cx, const ClaimMatrix *m, const Witness *w)
{
    uint32_t *place = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    const char *fault = witness_fault(m, w, place);
    if (fault)
        return verify_rejected(fault);
    uint32_t *row = ARENA_ARRAY(&cx->arena, w->n, uint32_t);
    size_t n = 0;
    for (size_t a = 0; a < m->q; a++)
        if (place[a] != UINT32_MAX)
            row[n++] = (uint32_t)a;
    Tested t;
    tested_init(m, n, row, &t);
    if (w->frequency) {
        fault = kernels_witness_fault(cx, m, &t.a, w, place);
        tested_clear(&t);
        return fault ? verify_rejected(fault) : (VerifyResult){.accepted = true, .reason = arena_printf(&cx->arena, "diag(A X) >= 0, %zu wave%s",
                                                                                                 w->rank, w->rank == 1 ? "" : "s")};
    }
    size_t negative = first_negative_row(cx, &t.a, w, place);
    tested_clear(&t);
    if (m->n_sums && (fault = sums_witness_fault(m, w, place)))
        return verify_rejected(fault);
    if (negative < w->n)
        return verify_rejected(arena_printf(&cx->arena, "(A X)_ii < 0 in row %u", w->member[negative]));
    const char *how = arena_printf(&cx->arena, "diag(A X) >= 0 exactly, rank %zu, %zu rows", w->rank, w->n);
    return (VerifyResult){.accepted = true, .reason = how};
}

VerifyResult verify_witness(Ctx *cx, const ClaimMatrix *matrix, const Witness *w)
{
    const char *fault = verify_matrix_fault(matrix);
    if (fault)
        return verify_rejected(fault);
    return w->is_zero_sum ? verify_zero_sum(cx, matrix, w) : verify_vectors(cx, matrix, w);
}
