#include "compiler/check/evidence.h"

#include <string.h>

#include "compiler/check/symbol.h"

mpq_t *rationals_new(Ctx *cx, size_t n)
{
    mpq_t *x = ARENA_ARRAY(&cx->arena, n ? n : 1, mpq_t);
    for (size_t k = 0; k < n; k++)
        mpq_init(x[k]);
    return x;
}

void rationals_clear(mpq_t *x, size_t n)
{
    for (size_t k = 0; x && k < n; k++)
        mpq_clear(x[k]);
}

void claim_matrix_init(Ctx *cx, ClaimMatrix *m, size_t q, size_t n_entries, bool is_population_form)
{
    *m = (ClaimMatrix){.n = q, .q = q};
    m->row_from = ARENA_ARRAY(&cx->arena, q + 1, size_t);
    m->row_from[q] = n_entries;
    m->column = ARENA_ARRAY(&cx->arena, n_entries ? n_entries : 1, uint32_t);
    m->entry = rationals_new(cx, n_entries);
    if (is_population_form) {
        m->size = ARENA_ARRAY(&cx->arena, q ? q : 1, size_t);
        m->self = rationals_new(cx, q);
        m->leak = rationals_new(cx, q);
    }
}

void component_init(Ctx *cx, Component *c, size_t n)
{
    *c = (Component){.n = n};
    c->member = ARENA_ARRAY(&cx->arena, n ? n : 1, uint32_t);
    c->p = rationals_new(cx, n);
}

void witness_init(Ctx *cx, Witness *w, size_t n, size_t rank, bool is_weighted)
{
    size_t product;
    if (__builtin_mul_overflow(n, rank, &product))
        BUG("witness of %zu by %zu numbers", n, rank);
    *w = (Witness){.n = n, .rank = rank};
    w->member = ARENA_ARRAY(&cx->arena, n ? n : 1, uint32_t);
    w->v = rationals_new(cx, product);
    w->w = is_weighted ? rationals_new(cx, rank) : NULL;
}

void witness_init_modes(Ctx *cx, Witness *w, size_t n, size_t rank)
{
    witness_init(cx, w, n, rank, true);
    w->im = rationals_new(cx, n * rank);
    w->frequency = ARENA_ARRAY(&cx->arena, 2 * rank, uint32_t);
}

void claim_matrix_clear(ClaimMatrix *m)
{
    for (size_t k = 0; k < m->n_kernels; k++) {
        rationals_clear(m->kernel[k].value, m->kernel[k].extent[0] * m->kernel[k].extent[1]);
        symbol_free(m->kernel[k].symbol);
    }
    rationals_clear(m->entry, m->row_from ? m->row_from[m->q] : 0);
    rationals_clear(m->self, m->q);
    rationals_clear(m->leak, m->q);
    *m = (ClaimMatrix){0};
}

void component_clear(Component *c)
{
    rationals_clear(c->p, c->n);
    *c = (Component){0};
}

void witness_clear(Witness *w)
{
    rationals_clear(w->v, w->n * w->rank);
    rationals_clear(w->w, w->rank);
    rationals_clear(w->im, w->n * w->rank);
    *w = (Witness){0};
}

void evidence_clear(Evidence *e)
{
    for (size_t k = 0; k < e->n_components; k++)
        component_clear(&e->component[k]);
    witness_clear(&e->witness);
    *e = (Evidence){0};
}

mpq_srcptr claim_matrix_entry(const ClaimMatrix *m, size_t row, size_t column)
{
    size_t lo = m->row_from[row], hi = m->row_from[row + 1];
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (m->column[mid] < column)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < m->row_from[row + 1] && m->column[lo] == column ? m->entry[lo] : NULL;
}

const ClaimKernel *claim_matrix_kernel(const ClaimMatrix *m, size_t to, size_t from)
{
    for (size_t k = 0; k < m->n_kernels; k++)
        if (m->kernel[k].to == to && m->kernel[k].from == from)
            return &m->kernel[k];
    return NULL;
}

static const char *const proof_names[] = {
    [PROOF_EXACT] = "exact", [PROOF_RUMP] = "rump", [PROOF_INTEGER_RESIDUAL] = "integer-residual"
};

const char *proof_kind_name(ProofKind kind)
{
    return proof_names[kind];
}

bool proof_kind_from_name(const char *name, ProofKind *out)
{
    for (int k = PROOF_EXACT; k <= PROOF_INTEGER_RESIDUAL; k++)
        if (strcmp(name, proof_names[k]) == 0) {
            *out = (ProofKind)k;
            return true;
        }
    return false;
}
