/* Entries of a matrix that comes from files of doubles: each off the diagonal is the product of a double and a rational
 * which its row has in common with its group of columns, both exact. A rational for each would take a hundred times the
 * memory, and the time of every pass over them. */
#ifndef COMPILER_CHECK_ENTRIES_H
#define COMPILER_CHECK_ENTRIES_H
#include <gmp.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/base/ctx.h"

typedef struct ScaledEntries {
    size_t q, n_groups;
    double *value;              /* of each entry, finite; its unit is not 0. On the diagonal unused */
    uint32_t *group;            /* q: of each column */
    mpq_t *unit;                /* q * n_groups: what row a multiplies the values of group g by is unit[a * n_groups + g] */
    mpq_t *diagonal;            /* q: the entry on the diagonal, if one is held */
    double *unit_near, *diagonal_near;      /* the doubles next to them */
    mpq_t **exact;              /* q: rows whose entries somebody has asked for as rationals; NULL elsewhere */
} ScaledEntries;

/* Room for them, in the arena; units and diagonals 0. `value` is the caller's to set. */
ScaledEntries *scaled_entries_new(Ctx *cx, size_t q, size_t n_groups);
/* The units and the diagonal are final: sets what is derived from them. */
void scaled_entries_finish(ScaledEntries *s);
/* The same entries with other numbers on the diagonal, which are copied. Values, groups and units are borrowed. */
ScaledEntries *scaled_entries_shifted(Ctx *cx, const ScaledEntries *s, const mpq_t *shift);
void scaled_entries_shifted_clear(ScaledEntries *s, const size_t *row_from);
void scaled_entries_clear(ScaledEntries *s, const size_t *row_from);
/* Row a, n entries with these columns from entry `from` on, as rationals: formed once, kept until the entries are cleared. */
const mpq_t *scaled_entries_row(const ScaledEntries *s, size_t a, size_t from, size_t n, const uint32_t *column);
/* x = entry e of row a, in this column, and nothing is kept: for who passes over all of them once. */
void scaled_entries_one(const ScaledEntries *s, size_t a, size_t e, uint32_t column, mpq_ptr x);
#endif
