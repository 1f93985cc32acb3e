/* Certificates: multipliers of the components of a matrix, and that the components are an order of its rows. */
#include <math.h>
#include <string.h>

#include "compiler/check/proof/positive/positive.h"
#include "compiler/check/proof/verify_kernel.h"
#include "compiler/check/proof/verify_matrix.h"

static const char *component_fault(Ctx *cx, const ClaimMatrix *m, const Component *c)
{
    if (c->n == 0 || c->n > m->q)
        return "a component has no rows, or more rows than the matrix";
    for (size_t k = 0; k < c->n; k++) {
        if (c->member[k] >= m->q || (k && c->member[k] <= c->member[k - 1]))
            return "the rows of a component are not ascending row numbers of the matrix";
        if (mpq_sgn(c->p[k]) <= 0)
            return arena_printf(&cx->arena, "the multiplier of row %u is not positive", c->member[k]);
        if (!verify_zero_sum_decays(m, c->member[k]))
            return arena_printf(&cx->arena, "self - leak of population %u is not negative", c->member[k]);
    }
    return NULL;
}

static VerifyResult by_elimination(Ctx *cx, const LyapunovForm *f)
{
    bool too_long;
    VerifyResult r = {.proof = PROOF_EXACT, .accepted = positive_exactly(f, &too_long)};
    if (r.accepted)
        r.reason = arena_printf(&cx->arena, "exact elimination, n = %zu", f->n);
    else if (too_long)
        r.reason = "too close to singular for Rump's test, too large for exact elimination";
    else
        r.reason = "M(p) is not positive definite, by exact elimination";
    return r;
}

/* Worth a try before O(n^3): large, and mostly zeros. */
static bool is_sparse(const LyapunovForm *f)
{
    double entries = 0, n = (double)f->n;
    for (size_t k = 0; k < f->n; k++)
        entries += (double)(f->a->row_from[f->member[k] + 1] - f->a->row_from[f->member[k]]);
    return f->n > VERIFY_SPARSE_N && entries < n * n / 16;
}

static VerifyResult prove_positive(Ctx *cx, const LyapunovForm *f)
{
    ProofKind how;
    if (is_sparse(f) && positive_by_rows(f, &how)) {
        const char *name = how == PROOF_DOMINANCE ? "dominance of the scaled diagonal" : "Rump's test by rows";
        return (VerifyResult){true, arena_printf(&cx->arena, "%s, n = %zu", name, f->n), how};
    }
    if (f->n > POSITIVE_MAX_ORDER)
        return verify_rejected(arena_printf(&cx->arena, "a component of %zu rows: proofs stop at %d", f->n, POSITIVE_MAX_ORDER));
    Positive p = positive_by_cholesky(f, NULL);
    if (f->n <= VERIFY_EXACT_N || p == POSITIVE_UNKNOWN)
        return by_elimination(cx, f);
    if (p == POSITIVE_NO)
        return verify_rejected("M(p) is not positive definite");
    return (VerifyResult){true, arena_printf(&cx->arena, "Rump's test, n = %zu", f->n), PROOF_RUMP};
}

/* The component of a matrix without faults. */
static VerifyResult component_result(Ctx *cx, const ClaimMatrix *m, const ClaimMatrix *tested, const Component *c)
{
    const char *fault = component_fault(cx, m, c);
    if (fault)
        return verify_rejected(fault);
    VerifyResult r = prove_positive(cx, &(LyapunovForm){tested, c->n, c->member, c->p});
    if (r.accepted && (fault = kernels_component_fault(cx, m, c)))
        return verify_rejected(fault);
    return r;
}

/* Only the component's own rows are read, so only they need be in order. */
VerifyResult verify_component(Ctx *cx, const ClaimMatrix *matrix, const Component *c)
{
    const char *fault = verify_frame_fault(matrix);
    if (!fault)
        fault = component_fault(cx, matrix, c);
    for (size_t k = 0; !fault && k < c->n; k++)
        if (!verify_row_is_sorted(matrix, c->member[k]))
            fault = verify_rows_fault;
    if (fault)
        return verify_rejected(fault);
    Tested t;
    tested_init(matrix, c->n, c->member, &t);
    VerifyResult r = component_result(cx, matrix, &t.a, c);
    tested_clear(&t);
    return r;
}

/* Each row's component, in `of`; NULL, or why they are no partition. */
static const char *partition_fault(Ctx *cx, const ClaimMatrix *m, const Evidence *e, uint32_t *of)
{
    memset(of, 0xff, m->q * sizeof *of);
    if (e->n_components >= UINT32_MAX)
        return "more components than rows";
    for (size_t c = 0; c < e->n_components; c++)
        for (size_t k = 0; k < e->component[c].n; k++) {
            uint32_t row = e->component[c].member[k];
            if (row >= m->q)
                return arena_printf(&cx->arena, "component %zu has row %u, which the matrix has not", c, row);
            if (of[row] != UINT32_MAX)
                return arena_printf(&cx->arena, "row %u is in two components, or twice in one", row);
            of[row] = (uint32_t)c;
        }
    for (size_t a = 0; a < m->q; a++)
        if (of[a] == UINT32_MAX)
            return arena_printf(&cx->arena, "row %zu is in no component", a);
    return NULL;
}

/* A_ij = 0 for i in an earlier component than j. */
static const char *order_fault(Ctx *cx, const ClaimMatrix *m, const uint32_t *of)
{
    for (size_t i = 0; i < m->q; i++)
        for (size_t k = m->row_from[i]; k < m->row_from[i + 1]; k++)
            if (of[i] < of[m->column[k]] && claim_matrix_sign(m, i, k) != 0)
                return arena_printf(&cx->arena, "entry (%zu, %u) leads from component %u into the earlier %u",
                                    i, m->column[k], of[m->column[k]], of[i]);
    return NULL;
}

VerifyResult verify_components(Ctx *cx, const ClaimMatrix *m, const Evidence *e, bool are_known)
{
    uint32_t *of = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    const char *fault = partition_fault(cx, m, e, of);
    if (!fault)
        fault = order_fault(cx, m, of);
    if (!fault)
        fault = kernels_order_fault(cx, m, of);
    if (fault)
        return verify_rejected(fault);
    Tested t;
    tested_init(m, m->q, NULL, &t);
    VerifyResult all = {.accepted = true, .reason = "no component"};
    size_t largest = 0;
    for (size_t c = 0; c < e->n_components && all.accepted; c++) {
        bool is_known = are_known && e->component[c].is_accepted;
        VerifyResult one = is_known ? (VerifyResult){true, "accepted", e->component[c].proof} : component_result(cx, m, &t.a, &e->component[c]);
        if (!one.accepted || e->component[c].n > largest)
            all = one;
        largest = e->component[c].n > largest ? e->component[c].n : largest;
    }
    tested_clear(&t);
    return all;
}

double verify_margin(const ClaimMatrix *m, const Evidence *e)
{
    Tested t;
    double least = 1;
    tested_init(m, m->q, NULL, &t);
    for (size_t k = 0; k < e->n_components; k++) {
        const Component *c = &e->component[k];
        LyapunovForm f = {&t.a, c->n, c->member, c->p};
        double margin = 0;
        if (!is_sparse(&f) && c->n <= POSITIVE_MAX_ORDER)
            positive_by_cholesky(&f, &margin);
        least = fmin(least, margin);
    }
    tested_clear(&t);
    return least;
}
