/* Claims over ranges: storage, and the matrix at given params. */
#include "compiler/check/proof/ranges.h"

#include <string.h>

void ranges_init(Ctx *cx, Ranges *r, size_t n_params)
{
    *r = (Ranges){.n_params = n_params};
    r->name = ARENA_ARRAY(&cx->arena, n_params, const char *);
    r->value = rationals_new(cx, n_params);
    r->lo = rationals_new(cx, n_params);
    r->hi = rationals_new(cx, n_params);
}

void range_term_init(Ctx *cx, RangeTerm *t, size_t n_entries, size_t q_of_self)
{
    *t = (RangeTerm){.n = n_entries};
    t->row = ARENA_ARRAY(&cx->arena, n_entries + 1, uint32_t);
    t->column = ARENA_ARRAY(&cx->arena, n_entries + 1, uint32_t);
    t->entry = rationals_new(cx, n_entries);
    t->n_self = q_of_self;
    t->self = q_of_self ? rationals_new(cx, q_of_self) : NULL;
}

void range_cell_init(Ctx *cx, RangeCell *c, size_t n_params)
{
    *c = (RangeCell){.lo = rationals_new(cx, n_params), .hi = rationals_new(cx, n_params)};
}

void ranges_own_init(Ctx *cx, Ranges *r, size_t n_own)
{
    r->n_own = n_own;
    r->own_name = ARENA_ARRAY(&cx->arena, n_own, const char *);
    r->own_lo = rationals_new(cx, n_own);
    r->own_hi = rationals_new(cx, n_own);
    r->of = ARENA_ARRAY(&cx->arena, r->n_params, RangeFormula *);
}

void ranges_own_clear(Ranges *r)
{
    rationals_clear(r->own_lo, r->n_own);
    rationals_clear(r->own_hi, r->n_own);
    for (size_t k = 0; r->of && k < r->n_params; k++)
        formula_clear(r->of[k]);
    r->n_own = 0;
    r->of = NULL;
}

void range_cell_own_init(Ctx *cx, RangeCell *c, size_t n_own)
{
    c->n_own = n_own;
    c->own_lo = rationals_new(cx, n_own);
    c->own_hi = rationals_new(cx, n_own);
}

void range_cell_clear(RangeCell *c, size_t n_params)
{
    rationals_clear(c->own_lo, c->n_own);
    rationals_clear(c->own_hi, c->n_own);
    rationals_clear(c->lo, n_params);
    rationals_clear(c->hi, n_params);
    evidence_clear(&c->evidence);
    *c = (RangeCell){0};
}

void ranges_clear(Ranges *r)
{
    rationals_clear(r->value, r->n_params);
    rationals_clear(r->lo, r->n_params);
    rationals_clear(r->hi, r->n_params);
    ranges_own_clear(r);
    for (size_t k = 0; k < r->n_terms; k++) {
        rationals_clear(r->term[k].entry, r->term[k].n);
        rationals_clear(r->term[k].self, r->term[k].n_self);
    }
    for (size_t k = 0; k < r->n_cells; k++)
        range_cell_clear(&r->cell[k], r->n_params);
    *r = (Ranges){0};
}

RangeBox ranges_box(const Ranges *r)
{
    return r->n_own ? (RangeBox){r->n_own, r->own_name, r->own_lo, r->own_hi} : (RangeBox){r->n_params, r->name, r->lo, r->hi};
}

RangeBox range_cell_box(const Ranges *r, const RangeCell *c)
{
    return r->n_own ? (RangeBox){r->n_own, NULL, c->own_lo, c->own_hi} : (RangeBox){r->n_params, NULL, c->lo, c->hi};
}

const char *ranges_inverse_of(const Ranges *r, size_t k)
{
    const char *name = r->name[k] + 2;
    if (strncmp(r->name[k], "1/", 2) != 0 || strchr(name, '^') || mpq_sgn(r->lo[k]) <= 0)
        return NULL;
    for (size_t j = 0; j < r->n_params; j++)
        if (strcmp(r->name[j], name) == 0)
            return NULL;
    return name;
}

/* ---- the matrix at theta ---- */

/* The factor of a term's matrix: its product at theta less that at the claim's own values. */
static void term_factor(const Ranges *r, const RangeTerm *t, const mpq_t *theta, mpq_t out)
{
    mpq_t own;
    mpq_init(own);
    mpq_set_ui(own, 1, 1);
    mpq_set_ui(out, 1, 1);
    for (size_t k = 0; k < r->n_params; k++)
        if (t->params >> k & 1) {
            mpq_mul(own, own, r->value[k]);
            mpq_mul(out, out, theta[k]);
        }
    mpq_sub(out, out, own);
    mpq_clear(own);
}

/* Where each term stands while rows are merged. */
typedef struct Merge {
    const ClaimMatrix *base;
    const Ranges *r;
    mpq_t *factor;
    size_t *next;               /* of each term: its first entry that was not taken */
    mpq_t term;
} Merge;

/* The least column that row a has from the base's entry `e` or the terms' next ones on. */
static uint32_t next_column(const Merge *g, size_t a, size_t e)
{
    uint32_t least = e < g->base->row_from[a + 1] ? g->base->column[e] : UINT32_MAX;
    for (size_t t = 0; t < g->r->n_terms; t++) {
        const RangeTerm *x = &g->r->term[t];
        size_t k = g->next[t];
        if (k < x->n && x->row[k] == a && x->column[k] < least)
            least = x->column[k];
    }
    return least;
}

static void merge_row(Merge *g, size_t a, ClaimMatrix *out, size_t *n)
{
    size_t e = g->base->row_from[a];
    out->row_from[a] = *n;
    for (uint32_t column; (column = next_column(g, a, e)) != UINT32_MAX;) {
        mpq_ptr sum = out->entry[*n];
        mpq_set_ui(sum, 0, 1);
        if (e < g->base->row_from[a + 1] && g->base->column[e] == column)
            mpq_set(sum, claim_matrix_at(g->base, a, e++));
        for (size_t t = 0; t < g->r->n_terms; t++) {
            const RangeTerm *x = &g->r->term[t];
            size_t k = g->next[t];
            if (k == x->n || x->row[k] != a || x->column[k] != column)
                continue;
            mpq_mul(g->term, x->entry[k], g->factor[t]);
            mpq_add(sum, sum, g->term);
            g->next[t]++;
        }
        if (mpq_sgn(sum))
            out->column[(*n)++] = column;
    }
}

static void shift_self(Merge *g, ClaimMatrix *out)
{
    for (size_t a = 0; a < out->q; a++) {
        mpq_set(out->leak[a], g->base->leak[a]);
        mpq_set(out->self[a], g->base->self[a]);
        for (size_t t = 0; t < g->r->n_terms; t++)
            if (g->r->term[t].self) {
                mpq_mul(g->term, g->r->term[t].self[a], g->factor[t]);
                mpq_add(out->self[a], out->self[a], g->term);
            }
    }
}

void ranges_matrix_at(Ctx *cx, const ClaimMatrix *base, const Ranges *r, const mpq_t *theta, ClaimMatrix *out)
{
    size_t most = base->row_from[base->q], n = 0;
    for (size_t t = 0; t < r->n_terms; t++)
        most += r->term[t].n;
    claim_matrix_init(cx, out, base->q, most, claim_matrix_is_populations(base));
    out->n = base->n;
    out->name = base->name;
    for (size_t a = 0; base->size && a < base->q; a++)
        out->size[a] = base->size[a];
    Merge g = {.base = base, .r = r};
    g.factor = rationals_new(cx, r->n_terms);
    g.next = ARENA_ARRAY(&cx->arena, r->n_terms + 1, size_t);
    mpq_init(g.term);
    for (size_t t = 0; t < r->n_terms; t++)
        term_factor(r, &r->term[t], theta, g.factor[t]);
    for (size_t a = 0; a < base->q; a++)
        merge_row(&g, a, out, &n);
    if (claim_matrix_is_populations(base))
        shift_self(&g, out);
    for (size_t k = n; k < most; k++)       /* entries that came to 0 are not held */
        mpq_clear(out->entry[k]);
    out->row_from[base->q] = n;
    rationals_clear(g.factor, r->n_terms);
    mpq_clear(g.term);
}

void ranges_slow_at(const Ranges *r, size_t row, const mpq_t *theta, mpq_t out)
{
    mpq_set_ui(out, 1, 1);
    for (size_t k = 0; r->speed && k < r->n_params; k++)
        if (r->speed[row] >> k & 1) {
            mpq_mul(out, out, r->value[k]);
            mpq_div(out, out, theta[k]);
        }
}
