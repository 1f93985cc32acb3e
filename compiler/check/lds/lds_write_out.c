/* A proof about rows of several neurons, written out for rows of fewer: a row's multiplier belongs to its neurons in equal parts, and
 * a vector has its number in each of them. That is a proposal; the verifier says whether it is a proof of the finer matrix, whose slopes
 * may differ where neurons do. */
#include "compiler/check/lds/lds.h"

#include "compiler/check/proof/verify.h"

/* Of each row of `fine` the row of `coarse` that has its neurons; NULL where they are not parts of these. */
static const uint32_t *rows_within(Ctx *cx, const ClaimMatrix *coarse, const ClaimMatrix *fine)
{
    uint32_t *of = ARENA_ARRAY(&cx->arena, fine->q, uint32_t);
    size_t a = 0, left = claim_matrix_size(coarse, 0);
    if (coarse->n != fine->n || coarse->n_sums || coarse->mean_slope || fine->n_kernels)
        return NULL;
    for (size_t k = 0; k < fine->q; k++) {
        if (left == 0 && ++a < coarse->q)
            left = claim_matrix_size(coarse, a);
        size_t size = claim_matrix_size(fine, k);
        if (size > left)
            return NULL;
        of[k] = (uint32_t)a;
        left -= size;
    }
    return of;
}

static void write_multipliers(Ctx *cx, const LdsReport *coarse, const uint32_t *of, LdsReport *out)
{
    const ClaimMatrix *m = &coarse->matrix, *fine = &out->matrix;
    Evidence *e = &out->evidence;
    mpq_t *p = rationals_new(cx, m->q), part;
    mpq_init(part);
    for (size_t k = 0; k < coarse->evidence.n_components; k++)
        for (size_t j = 0; j < coarse->evidence.component[k].n; j++)
            mpq_set(p[coarse->evidence.component[k].member[j]], coarse->evidence.component[k].p[j]);
    reduce_components(cx, fine, &e->n_components, &e->component);
    e->is_certificate = true;
    out->n_components = e->n_components;
    for (size_t k = 0; k < e->n_components; k++) {
        Component found = e->component[k], *c = &e->component[k];
        component_init(cx, c, found.n);
        out->largest_component = c->n > out->largest_component ? c->n : out->largest_component;
        for (size_t j = 0; j < c->n; j++) {
            size_t row = c->member[j] = found.member[j];
            mpq_set_ui(part, claim_matrix_size(fine, row), claim_matrix_size(m, of[row]));
            mpq_canonicalize(part);
            mpq_mul(c->p[j], p[of[row]], part);
        }
        c->proof = verify_component(cx, fine, c).proof;
    }
    mpq_clear(part);
    rationals_clear(p, m->q);
}

/* The first rows that are in row a of the coarse matrix. */
static size_t first_within(const uint32_t *of, size_t a)
{
    size_t row = 0;
    while (of[row] != a)
        row++;
    return row;
}

/* Differences between neurons of a row are those of two of them, or of the one row that they still are. */
static void write_zero_sum(Ctx *cx, const LdsReport *coarse, const uint32_t *of, LdsReport *out)
{
    const Witness *w = &coarse->evidence.witness;
    size_t row = first_within(of, w->population);
    Witness *to = &out->evidence.witness;
    if (claim_matrix_size(&out->matrix, row) > 1) {
        *to = (Witness){.is_zero_sum = true, .population = (uint32_t)row};
        return;
    }
    witness_init(cx, to, 2, 1, false);
    for (size_t k = 0; k < 2; k++) {
        to->member[k] = (uint32_t)(row + k);
        mpq_set_si(to->v[k], k ? -1 : 1, 1);
    }
}

static void write_vectors(Ctx *cx, const LdsReport *coarse, const uint32_t *of, LdsReport *out)
{
    const Witness *w = &coarse->evidence.witness;
    const size_t none = SIZE_MAX;
    size_t q = out->matrix.q, n = 0, *place = ARENA_ARRAY(&cx->arena, coarse->matrix.q, size_t);
    for (size_t a = 0; a < coarse->matrix.q; a++)
        place[a] = none;
    for (size_t k = 0; k < w->n; k++)
        place[w->member[k]] = k;
    for (size_t k = 0; k < q; k++)
        n += place[of[k]] != none;
    Witness *to = &out->evidence.witness;
    witness_init(cx, to, n, w->rank, w->w != NULL);
    for (size_t k = 0, j = 0; k < q; k++) {
        if (place[of[k]] == none)
            continue;
        to->member[j] = (uint32_t)k;
        for (size_t v = 0; v < w->rank; v++)
            mpq_set(to->v[v * n + j], w->v[v * w->n + place[of[k]]]);
        j++;
    }
    for (size_t v = 0; w->w && v < w->rank; v++)
        mpq_set(to->w[v], w->w[v]);
}

bool lds_write_out(Ctx *cx, const LdsReport *coarse, LdsReport *out)
{
    const uint32_t *of = rows_within(cx, &coarse->matrix, &out->matrix);
    bool is_refuted = coarse->verdict == TRUTH_REFUTED;
    if (!of || (coarse->verdict != TRUTH_CERTIFIED && !is_refuted) || (is_refuted && coarse->evidence.witness.frequency))
        return false;
    if (!is_refuted)
        write_multipliers(cx, coarse, of, out);
    else
        (coarse->evidence.witness.is_zero_sum ? write_zero_sum : write_vectors)(cx, coarse, of, out);
    if (!verify_evidence(cx, &out->matrix, &out->evidence).accepted) {
        evidence_clear(&out->evidence);
        out->evidence = (Evidence){0};
        out->n_components = out->largest_component = 0;
        return false;
    }
    out->verdict = coarse->verdict;
    out->method = arena_printf(&cx->arena, "%s, for populations", coarse->method);
    out->has_margin = coarse->has_margin;
    out->margin = coarse->margin;
    out->at_population_level = out->matrix.size != NULL;
    return true;
}
