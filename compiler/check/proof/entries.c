#include "compiler/check/proof/evidence.h"

#include <stdlib.h>

ScaledEntries *scaled_entries_new(Ctx *cx, size_t q, size_t n_groups)
{
    ScaledEntries *s = ARENA_ARRAY(&cx->arena, 1, ScaledEntries);
    *s = (ScaledEntries){.q = q, .n_groups = n_groups};
    s->group = ARENA_ARRAY(&cx->arena, q, uint32_t);
    s->unit = rationals_new(cx, q * n_groups);
    s->diagonal = rationals_new(cx, q);
    s->unit_near = ARENA_ARRAY(&cx->arena, q * n_groups, double);
    s->diagonal_near = ARENA_ARRAY(&cx->arena, q, double);
    s->exact = ARENA_ARRAY(&cx->arena, q, mpq_t *);
    return s;
}

void scaled_entries_finish(ScaledEntries *s)
{
    for (size_t k = 0; k < s->q * s->n_groups; k++)
        s->unit_near[k] = mpq_get_d(s->unit[k]);
    for (size_t a = 0; a < s->q; a++)
        s->diagonal_near[a] = mpq_get_d(s->diagonal[a]);
}

ScaledEntries *scaled_entries_shifted(Ctx *cx, const ScaledEntries *s, const mpq_t *shift)
{
    ScaledEntries *out = ARENA_ARRAY(&cx->arena, 1, ScaledEntries);
    *out = *s;
    out->diagonal = rationals_new(cx, s->q);
    out->diagonal_near = ARENA_ARRAY(&cx->arena, s->q, double);
    out->exact = ARENA_ARRAY(&cx->arena, s->q, mpq_t *);
    for (size_t a = 0; a < s->q; a++) {
        mpq_add(out->diagonal[a], s->diagonal[a], shift[a]);
        out->diagonal_near[a] = mpq_get_d(out->diagonal[a]);
    }
    return out;
}

void scaled_entries_shifted_clear(ScaledEntries *s, const size_t *row_from)
{
    for (size_t a = 0; a < s->q; a++) {
        rationals_clear(s->exact[a], row_from[a + 1] - row_from[a]);
        free(s->exact[a]);
    }
    rationals_clear(s->diagonal, s->q);
}

void scaled_entries_clear(ScaledEntries *s, const size_t *row_from)
{
    scaled_entries_shifted_clear(s, row_from);
    rationals_clear(s->unit, s->q * s->n_groups);
}

void scaled_entries_one(const ScaledEntries *s, size_t a, size_t e, uint32_t column, mpq_ptr x)
{
    if (column == a) {
        mpq_set(x, s->diagonal[a]);
        return;
    }
    mpq_srcptr unit = s->unit[a * s->n_groups + s->group[column]];
    mpq_set_d(x, s->value[e]);
    if (mpq_cmp_ui(unit, 1, 1) != 0)
        mpq_mul(x, x, unit);
}

const mpq_t *scaled_entries_row(const ScaledEntries *s, size_t a, size_t from, size_t n, const uint32_t *column)
{
    if (s->exact[a])
        return (const mpq_t *)s->exact[a];
    mpq_t *row = malloc((n + 1) * sizeof *row);
    if (!row)
        BUG("no memory for a row of %zu numbers", n);
    for (size_t k = 0; k < n; k++) {
        mpq_init(row[k]);
        scaled_entries_one(s, a, from + k, column[k], row[k]);
    }
    s->exact[a] = row;
    return (const mpq_t *)row;
}
