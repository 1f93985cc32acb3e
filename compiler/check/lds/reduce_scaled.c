/* Rows of networks whose weights are doubles of files times a factor: kept as such, not as a rational for each. */
#include "compiler/check/lds/reduce_parts.h"

enum { MOST_POPULATIONS = 16 };     /* each row has a unit for each */

/* Values that are doubles, so that an entry is one of them times what its row and its population have in common. */
static bool is_of_doubles(const Block *b)
{
    return (b->kind == BLOCK_DENSE || b->kind == BLOCK_SPARSE) && !b->values.q && !b->term;
}

bool reduce_is_scaled(Ctx *cx, Reduction *r)
{
    const Net *net = r->net;
    size_t n = net->n_pops;
    bool all = net->n_blocks > 0 && n <= MOST_POPULATIONS && !r->has_sums;
    for (size_t a = 0; all && a < n; a++)
        all = !r->whole[a];
    r->between = all ? ARENA_ARRAY(&cx->arena, n * n, const Block *) : NULL;
    for (size_t k = 0; all && k < net->n_blocks; k++) {
        const Block *b = &net->block[k];
        const Block **place = &r->between[b->post * n + b->pre];
        all = is_of_doubles(b) && !*place;
        *place = b;
    }
    return all;
}

/* A row on its way into the matrix. */
typedef struct ScaledRow {
    ClaimMatrix *m;
    size_t a, *n;               /* the row, and how many entries there are */
    bool has_diagonal;          /* its place has been passed */
} ScaledRow;

static void put(ScaledRow *row, size_t column, double value)
{
    row->m->scaled->value[*row->n] = value;
    row->m->column[(*row->n)++] = (uint32_t)column;
}

/* The entry that is now own - 1. */
static void put_diagonal(ScaledRow *row, mpq_t own)
{
    mpq_ptr to = row->m->scaled->diagonal[row->a];
    mpq_set_si(to, -1, 1);
    mpq_add(to, to, own);
    if (mpq_sgn(to))
        put(row, row->a, 0);
    row->has_diagonal = true;
}

static void put_weight(ScaledRow *row, size_t column, double value, mpq_srcptr unit, mpq_t own)
{
    if (column == row->a) {
        mpq_set_d(own, value);
        mpq_mul(own, own, unit);
        put_diagonal(row, own);
        return;
    }
    if (column > row->a && !row->has_diagonal)
        put_diagonal(row, own);
    if (value != 0 && mpq_sgn(unit))
        put(row, column, value);
}

/* What block b, which may be none, brings to target `post`, with columns from `first` on. */
static void put_block(ScaledRow *row, const Block *b, size_t post, size_t n_pre, size_t first, mpq_srcptr unit, mpq_t own)
{
    bool is_dense = b->kind == BLOCK_DENSE;
    size_t from = is_dense ? post * n_pre : b->row_from[post], to = is_dense ? from + n_pre : b->row_from[post + 1];
    for (size_t e = from; e < to; e++)
        put_weight(row, first + (is_dense ? e - from : b->column[e]), b->values.d ? b->values.d[e] : 1, unit, own);
}

static void fill_row(Reduction *r, size_t pop, size_t post, mpq_srcptr slope, mpq_t own, size_t *n_entries)
{
    ScaledEntries *s = r->m->scaled;
    size_t n = r->net->n_pops;
    ScaledRow row = {.m = r->m, .a = r->row_of[pop] + post, .n = n_entries};
    for (size_t pre = 0; pre < n; pre++) {
        const Block *b = r->between[pop * n + pre];
        mpq_ptr unit = s->unit[row.a * n + pre];
        mpq_set_ui(own, 0, 1);
        if (b) {
            mpq_mul(unit, slope, b->factor);
            put_block(&row, b, post, r->net->pop[pre].size, r->row_of[pre], unit, own);
        }
        mpq_set_ui(own, 0, 1);
        if (pre == pop && !row.has_diagonal)
            put_diagonal(&row, own);
    }
    r->m->row_from[row.a + 1] = *n_entries;
}

void reduce_fill_scaled(Ctx *cx, Reduction *r, size_t most)
{
    ScaledEntries *s = scaled_entries_new(cx, r->m->q, r->net->n_pops);
    size_t n_entries = 0;
    mpq_t slope, own;
    mpq_inits(slope, own, (mpq_ptr)0);
    s->value = ARENA_ARRAY(&cx->arena, most, double);
    r->m->scaled = s;
    for (size_t pop = 0; pop < r->net->n_pops; pop++)
        for (size_t post = 0; post < r->net->pop[pop].size; post++) {
            s->group[r->row_of[pop] + post] = (uint32_t)pop;
            reduce_set_slope(r, pop, post, slope);
            fill_row(r, pop, post, slope, own, &n_entries);
        }
    mpq_clears(slope, own, (mpq_ptr)0);
    scaled_entries_finish(s);
}
