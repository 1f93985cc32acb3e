#include "compiler/check/proof/evidence.h"

#include <string.h>

#include "compiler/check/proof/symbol.h"

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
    if (m->scaled)
        scaled_entries_clear(m->scaled, m->row_from);
    rationals_clear(m->self, m->q);
    rationals_clear(m->leak, m->q);
    rationals_clear(m->mean_slope, m->q);
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
    for (size_t k = 0; k < e->n_statements; k++)
        statement_clear(&e->statement[k]);
    witness_clear(&e->witness);
    *e = (Evidence){0};
}

bool witness_is_vector(const Witness *w)
{
    if (w->is_zero_sum || w->rank != 1 || !w->frequency)
        return w->is_zero_sum || w->rank == 1;
    bool one = w->frequency[0] == 0 && w->frequency[1] == 0;
    for (size_t i = 0; one && i < w->n; i++)
        one = mpq_sgn(w->im[i]) == 0;
    return one;
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
    return lo < m->row_from[row + 1] && m->column[lo] == column ? claim_matrix_at(m, row, lo) : NULL;
}

const ClaimKernel *claim_matrix_kernel(const ClaimMatrix *m, size_t to, size_t from)
{
    for (size_t k = 0; k < m->n_kernels; k++)
        if (m->kernel[k].to == to && m->kernel[k].from == from)
            return &m->kernel[k];
    return NULL;
}

/* Where the rows of a component go; elsewhere UINT32_MAX. */
static uint32_t *places_of(Ctx *cx, const ClaimMatrix *m, const Component *c)
{
    uint32_t *place = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    for (size_t a = 0; a < m->q; a++)
        place[a] = UINT32_MAX;
    for (size_t k = 0; k < c->n; k++)
        place[c->member[k]] = (uint32_t)k;
    return place;
}

static void part_kernels(Ctx *cx, const ClaimMatrix *m, const uint32_t *place, ClaimMatrix *out)
{
    out->kernel = ARENA_ARRAY(&cx->arena, m->n_kernels + 1, ClaimKernel);
    for (size_t k = 0; k < m->n_kernels; k++) {
        if (place[m->kernel[k].to] == UINT32_MAX || place[m->kernel[k].from] == UINT32_MAX)
            continue;
        ClaimKernel *to = &out->kernel[out->n_kernels++];
        *to = m->kernel[k];
        to->to = place[to->to];
        to->from = place[to->from];
    }
}

static void part_row(const ClaimMatrix *m, size_t a, const uint32_t *place, ClaimMatrix *out, size_t k)
{
    size_t n = out->row_from[k];
    out->n += claim_matrix_size(m, a);
    if (m->size)
        out->size[k] = m->size[a];
    if (m->self) {
        *out->self[k] = *m->self[a];
        *out->leak[k] = *m->leak[a];
    }
    if (m->mean_slope)
        *out->mean_slope[k] = *m->mean_slope[a];
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
        if (place[m->column[e]] != UINT32_MAX) {
            out->column[n] = place[m->column[e]];
            *out->entry[n++] = *claim_matrix_at(m, a, e);
        }
    out->row_from[k + 1] = n;
}

void claim_matrix_part(Ctx *cx, const ClaimMatrix *m, const Component *c, ClaimMatrix *out)
{
    uint32_t *place = places_of(cx, m, c);
    size_t most = 1;
    for (size_t k = 0; k < c->n; k++)
        most += m->row_from[c->member[k] + 1] - m->row_from[c->member[k]];
    *out = (ClaimMatrix){.q = c->n};
    out->row_from = ARENA_ARRAY(&cx->arena, c->n + 1, size_t);
    out->column = ARENA_ARRAY(&cx->arena, most, uint32_t);
    out->entry = ARENA_ARRAY(&cx->arena, most, mpq_t);
    out->size = m->size ? ARENA_ARRAY(&cx->arena, c->n, size_t) : NULL;
    out->self = m->self ? ARENA_ARRAY(&cx->arena, c->n, mpq_t) : NULL;
    out->leak = m->leak ? ARENA_ARRAY(&cx->arena, c->n, mpq_t) : NULL;
    out->mean_slope = m->mean_slope ? ARENA_ARRAY(&cx->arena, c->n, mpq_t) : NULL;
    for (size_t k = 0; k < c->n; k++)
        part_row(m, c->member[k], place, out, k);
    part_kernels(cx, m, place, out);
}

static bool rationals_equal(const mpq_t *a, const mpq_t *b, size_t n)
{
    bool same = (a != NULL) == (b != NULL);
    for (size_t k = 0; a && same && k < n; k++)
        same = mpq_equal(a[k], b[k]);
    return same;
}

static bool components_equal(const Component *a, const Component *b)
{
    return a->n == b->n && memcmp(a->member, b->member, a->n * sizeof *a->member) == 0 &&
           rationals_equal((const mpq_t *)a->p, (const mpq_t *)b->p, a->n);
}

static bool witnesses_equal(const Witness *a, const Witness *b)
{
    if (a->is_zero_sum || b->is_zero_sum)
        return a->is_zero_sum == b->is_zero_sum && a->population == b->population;
    return a->n == b->n && a->rank == b->rank && (a->n == 0 || memcmp(a->member, b->member, a->n * sizeof *a->member) == 0) &&
           rationals_equal((const mpq_t *)a->v, (const mpq_t *)b->v, a->n * a->rank) &&
           rationals_equal((const mpq_t *)a->w, (const mpq_t *)b->w, a->rank) &&
           rationals_equal((const mpq_t *)a->im, (const mpq_t *)b->im, a->n * a->rank) && (a->frequency != NULL) == (b->frequency != NULL) &&
           (!a->frequency || memcmp(a->frequency, b->frequency, 2 * a->rank * sizeof *a->frequency) == 0);
}

static bool statements_equal(const Statement *a, const Statement *b)
{
    bool same = a->kind == b->kind && a->is_part == b->is_part && (!a->is_part || a->component == b->component) && a->n == b->n;
    const StatementField *field = statement_table[a->kind].field;
    for (int k = 0; same && field[k].key; k++)
        same = rationals_equal((const mpq_t *)a->field[k], (const mpq_t *)b->field[k], statement_field_length(field[k].shape, a->n));
    return same;
}

bool evidence_equal(const Evidence *a, const Evidence *b)
{
    bool same = a->is_certificate == b->is_certificate && a->n_statements == b->n_statements;
    if (same && a->is_certificate)
        same = a->n_components == b->n_components;
    else
        same = same && witnesses_equal(&a->witness, &b->witness);
    for (size_t k = 0; same && a->is_certificate && k < a->n_components; k++)
        same = components_equal(&a->component[k], &b->component[k]);
    for (size_t k = 0; same && k < a->n_statements; k++)
        same = statements_equal(&a->statement[k], &b->statement[k]);
    return same;
}

static const char *const proof_names[] = {
    [PROOF_EXACT] = "exact", [PROOF_RUMP] = "rump", [PROOF_INTEGER_RESIDUAL] = "integer-residual",
    [PROOF_DOMINANCE] = "dominance"
};

const char *proof_kind_name(ProofKind kind)
{
    return proof_names[kind];
}

bool proof_kind_from_name(const char *name, ProofKind *out)
{
    for (int k = PROOF_EXACT; k <= PROOF_DOMINANCE; k++)
        if (strcmp(name, proof_names[k]) == 0) {
            *out = (ProofKind)k;
            return true;
        }
    return false;
}
