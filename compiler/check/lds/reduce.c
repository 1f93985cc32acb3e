#include "compiler/check/lds/lds.h"
#include "compiler/check/theory_limits.h"

#include <stdlib.h>

/* A row of entries under construction: one accumulator per column. */
typedef struct RowSum {
    mpq_t *sum;
    bool *used;
    uint32_t *touched;
    size_t n_touched;
    mpq_t term;
} RowSum;

typedef struct Reduction {
    const Net *net;
    const SlopeReport *slope;
    bool is_by_row;             /* then instead of these */
    const Num *row_slope;       /* one number a row; NULL: all 1 */
    GainLevel gains;
    mpq_t *mean;                /* GAINS_MEAN_...: of each population that is one row and differs in gain; NULL elsewhere */
    ClaimMatrix *m;
    bool *whole;                /* of each population: one row stands for two neurons or more */
    size_t *row_of;             /* of each population: its first row */
    bool has_sums;              /* each neuron is a row, and what all targets of a population read alike is one more */
    size_t *pop_sum, *block_sum;    /* has_sums: the row of a population's sum, of a product's; NO_SUM where there is none */
    RowSum row;
} Reduction;

static const size_t NO_SUM = SIZE_MAX;
static const double MANY_PAIRS = 1e6;   /* beyond which sums are worth what they cost in sharpness */

/* ---- which rows there are ---- */

static bool is_mean(GainLevel gains)
{
    return gains == GAINS_MEAN_ABOVE || gains == GAINS_MEAN_BELOW;
}

static bool gains_differ(const NetPop *p)
{
    return p->gain_max && !mpq_equal(p->gain_min, p->gain_max);
}

bool reduce_has_own_gains(const Net *net)
{
    for (size_t a = 0; a < net->n_pops; a++)
        if (gains_differ(&net->pop[a]))
            return true;
    return false;
}

/* A population of one is a neuron: `self` and `leak`, which hold what its own synapse
 * is apart from the others, exist only where some row stands for several. */
static void find_whole_populations(const Net *net, GainLevel gains, bool *whole)
{
    for (size_t a = 0; a < net->n_pops; a++)
        whole[a] = net->pop[a].size > 1 && !(gains == GAINS_OWN && gains_differ(&net->pop[a]));
    for (size_t k = 0; k < net->n_blocks; k++) {
        const Block *b = &net->block[k];
        if (b->kind != BLOCK_UNIFORM && !(b->kind == BLOCK_DIAGONAL && b->pre == b->post))
            whole[b->pre] = whole[b->post] = false;
    }
}

static bool has_mean(const Reduction *r, size_t pop)
{
    return r->whole[pop] && gains_differ(&r->net->pop[pop]);
}

static size_t rows_of(const Reduction *r, size_t pop)
{
    return r->whole[pop] ? 1 : r->net->pop[pop].size;
}

static size_t count_rows(Reduction *r)
{
    size_t q = 0;
    for (size_t a = 0; a < r->net->n_pops; a++) {
        r->row_of[a] = q;
        size_t rows = rows_of(r, a);
        q = rows > SIZE_MAX / 2 - q ? SIZE_MAX / 2 : q + rows;
    }
    return q;
}

/* Between several sources and several targets a sum has fewer entries than the pairs. */
static bool is_summed(const Net *net, const Block *b)
{
    return (b->kind == BLOCK_UNIFORM || b->kind == BLOCK_PRODUCT) && net->pop[b->pre].size > 1 && net->pop[b->post].size > 1;
}

/* Rows of sums, behind the `n` of neurons; how many. */
static size_t place_sums(Ctx *cx, Reduction *r, size_t n)
{
    const Net *net = r->net;
    size_t n_sums = 0;
    r->pop_sum = ARENA_ARRAY(&cx->arena, net->n_pops, size_t);
    r->block_sum = ARENA_ARRAY(&cx->arena, net->n_blocks + 1, size_t);
    for (size_t a = 0; a < net->n_pops; a++)
        r->pop_sum[a] = NO_SUM;
    for (size_t k = 0; k < net->n_blocks; k++) {
        const Block *b = &net->block[k];
        r->block_sum[k] = NO_SUM;
        if (!is_summed(net, b))
            continue;
        size_t *sum = b->kind == BLOCK_PRODUCT ? &r->block_sum[k] : &r->pop_sum[b->pre];
        if (*sum == NO_SUM)
            *sum = n + n_sums++;
    }
    return n_sums;
}

/* What takes populations as a whole where it can. */
static Reduction by_populations(Ctx *cx, const Net *net)
{
    Reduction r = {.net = net, .gains = GAINS_LARGEST};
    r.whole = ARENA_ARRAY(&cx->arena, net->n_pops, bool);
    r.row_of = ARENA_ARRAY(&cx->arena, net->n_pops, size_t);
    find_whole_populations(net, r.gains, r.whole);
    return r;
}

size_t reduce_count_rows(Ctx *cx, const Net *net)
{
    Reduction r = by_populations(cx, net);
    return count_rows(&r);
}

bool reduce_has_means(Ctx *cx, const Net *net)
{
    Reduction r = by_populations(cx, net);
    bool any = false;
    for (size_t a = 0; a < net->n_pops; a++)
        any |= has_mean(&r, a);
    return any;
}

bool reduce_prefers_sums(Ctx *cx, const Net *net)
{
    Reduction r = by_populations(cx, net);
    double pairs = 0;
    for (size_t k = 0; k < net->n_blocks; k++)
        if (is_summed(net, &net->block[k]))
            pairs += (double)rows_of(&r, net->block[k].post) * (double)rows_of(&r, net->block[k].pre);
    return pairs > MANY_PAIRS;
}

/* At least the number of entries, before equal places are joined. */
static double count_entries(const Reduction *r)
{
    double n = 0;
    for (size_t k = 0; k < r->net->n_blocks; k++) {
        const Block *b = &r->net->block[k];
        double post = (double)rows_of(r, b->post), pre = (double)rows_of(r, b->pre);
        bool listed = b->kind == BLOCK_SPARSE || b->kind == BLOCK_UNDRAWN;
        if (r->has_sums && is_summed(r->net, b))
            n += 2 * post + pre;
        else
            n += listed ? (double)(b->values.n + b->n_expected) : b->kind == BLOCK_DIAGONAL ? post : post * pre;
    }
    return n + (double)r->m->q;
}

static void name_sums(Ctx *cx, const Reduction *r)
{
    const Net *net = r->net;
    for (size_t a = 0; r->has_sums && a < net->n_pops; a++)
        if (r->pop_sum[a] != NO_SUM)
            r->m->name[r->pop_sum[a]] = arena_printf(&cx->arena, "the sum of %s", net->pop[a].model->name);
    for (size_t k = 0; r->has_sums && k < net->n_blocks; k++)
        if (r->block_sum[k] != NO_SUM)
            r->m->name[r->block_sum[k]] = arena_printf(&cx->arena, "a sum of %s", net->model->conns.at[net->block[k].conn].label);
}

static void name_rows(Ctx *cx, const Reduction *r)
{
    Sbuf name = {0};
    for (size_t a = 0; a < r->net->n_pops; a++)
        for (size_t k = 0; k < rows_of(r, a); k++) {
            const NetPop *pop = &r->net->pop[a];
            if (r->whole[a]) {
                r->m->name[r->row_of[a]] = pop->model->name;
                continue;
            }
            name.n = 0;
            net_neuron_name(pop, k, &name);
            r->m->name[r->row_of[a] + k] = intern_n(&cx->names, sbuf_text(&name), name.n);
        }
    sbuf_free(&name);
    name_sums(cx, r);
}

/* ---- one row ---- */

static void row_init(Ctx *cx, RowSum *row, size_t q)
{
    row->sum = ARENA_ARRAY(&cx->arena, q, mpq_t);
    row->used = ARENA_ARRAY(&cx->arena, q, bool);
    row->touched = ARENA_ARRAY(&cx->arena, q, uint32_t);
    for (size_t k = 0; k < q; k++)
        mpq_init(row->sum[k]);
    mpq_init(row->term);
}

static void row_clear(RowSum *row, size_t q)
{
    for (size_t k = 0; k < q; k++)
        mpq_clear(row->sum[k]);
    mpq_clear(row->term);
}

static void row_add(RowSum *row, size_t column, mpq_srcptr term)
{
    if (row->used[column]) {
        mpq_add(row->sum[column], row->sum[column], term);
        return;
    }
    row->used[column] = true;
    row->touched[row->n_touched++] = (uint32_t)column;
    mpq_set(row->sum[column], term);
}

static void entry_exact(mpq_t out, const Block *b, mpq_srcptr gain, size_t e)
{
    values_get(&b->values, e, out);
    if (mpq_cmp_si(gain, 1, 1) != 0)
        mpq_mul(out, out, gain);
}

/* A kernel's row of target `post`: each source by its displacement. */
static void add_displacements(Reduction *r, const Block *b, size_t post, mpq_srcptr gain)
{
    long columns = (long)b->extent[0], x = (long)post % columns, y = (long)post / columns;
    for (long j = 0; j < columns * (long)b->extent[1]; j++) {
        entry_exact(r->row.term, b, gain, block_kernel_at(b, x - j % columns, y - j / columns));
        if (mpq_sgn(r->row.term))
            row_add(&r->row, r->row_of[b->pre] + (size_t)j, r->row.term);
    }
}

static void add_entries(RowSum *row, const Block *b, mpq_srcptr gain, size_t from, size_t to, size_t first, size_t dense_from)
{
    for (size_t e = from; e < to; e++) {
        entry_exact(row->term, b, gain, e);
        row_add(row, first + (b->kind == BLOCK_DENSE ? e - dense_from : b->column[e]), row->term);
    }
}

/* Of what is summed: the sum, and the own part taken away where there is no self-connection. */
static void add_sum(Reduction *r, const Block *b, size_t sum, size_t post, mpq_srcptr left)
{
    if (!mpq_sgn(left))
        return;
    row_add(&r->row, sum, left);
    if (b->self)
        return;
    if (b->kind == BLOCK_PRODUCT)
        values_get(&b->right, post, r->row.term);
    else
        mpq_set_ui(r->row.term, 1, 1);
    mpq_mul(r->row.term, r->row.term, left);
    mpq_neg(r->row.term, r->row.term);
    if (mpq_sgn(r->row.term))
        row_add(&r->row, r->row_of[b->pre] + post, r->row.term);
}

static void add_product(Reduction *r, const Block *b, size_t post, mpq_srcptr gain)
{
    size_t sum = r->has_sums ? r->block_sum[b - r->net->block] : NO_SUM;
    mpq_t left;
    mpq_init(left);
    values_get(&b->left, post, left);
    mpq_mul(left, left, gain);
    if (sum != NO_SUM)
        add_sum(r, b, sum, post, left);
    for (size_t k = 0; sum == NO_SUM && mpq_sgn(left) && k < b->right.n; k++) {
        if (values_sign(&b->right, k) == 0 || (!b->self && k == post))
            continue;
        values_get(&b->right, k, r->row.term);
        mpq_mul(r->row.term, r->row.term, left);
        row_add(&r->row, r->row_of[b->pre] + k, r->row.term);
    }
    mpq_clear(left);
}

/* The block's part of row `post` (counted within the target population); gain = L * factor. */
static void add_block(Reduction *r, const Block *b, size_t post, mpq_srcptr gain)
{
    size_t first = r->row_of[b->pre], n_pre = rows_of(r, b->pre);
    switch (b->kind) {
    case BLOCK_UNIFORM:
        if (r->has_sums && is_summed(r->net, b)) {
            add_sum(r, b, r->pop_sum[b->pre], post, gain);
            break;
        }
        for (size_t k = 0; k < n_pre; k++)
            if (r->whole[b->pre] || b->self || b->pre != b->post || k != post)
                row_add(&r->row, first + k, gain);
        break;
    case BLOCK_PRODUCT:
        add_product(r, b, post, gain);
        break;
    case BLOCK_DIAGONAL:
        if (!r->whole[b->pre])
            row_add(&r->row, first + post, gain);
        break;
    case BLOCK_KERNEL:
        add_displacements(r, b, post, gain);
        break;
    case BLOCK_UNDRAWN:
        BUG("a network with synapses that are not drawn is not reduced");
    case BLOCK_SPARSE:
        add_entries(&r->row, b, gain, b->row_from[post], b->row_from[post + 1], first, 0);
        break;
    case BLOCK_DENSE:
        add_entries(&r->row, b, gain, post * n_pre, (post + 1) * n_pre, first, post * n_pre);
        break;
    }
}

/* What a whole population's neurons send to themselves beyond the uniform weight. */
static void add_self(Reduction *r, const Block *b, mpq_srcptr gain)
{
    mpq_ptr self = r->m->self ? r->m->self[r->row_of[b->post]] : NULL;
    if (!self || b->pre != b->post || !r->whole[b->post])
        return;
    if (b->kind == BLOCK_DIAGONAL)
        mpq_add(self, self, gain);
    else if (!b->self)
        mpq_sub(self, self, gain);
}

static int compare_columns(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void row_store(Reduction *r, size_t at, size_t *n_entries)
{
    RowSum *row = &r->row;
    bool is_sorted = true;
    for (size_t k = 1; k < row->n_touched; k++)
        is_sorted &= row->touched[k - 1] < row->touched[k];
    if (!is_sorted)
        qsort(row->touched, row->n_touched, sizeof *row->touched, compare_columns);
    for (size_t k = 0; k < row->n_touched; k++) {
        uint32_t column = row->touched[k];
        row->used[column] = false;
        if (!mpq_sgn(row->sum[column]))
            continue;
        mpq_init(r->m->entry[*n_entries]);
        mpq_swap(r->m->entry[*n_entries], row->sum[column]);
        r->m->column[(*n_entries)++] = column;
    }
    row->n_touched = 0;
    r->m->row_from[at + 1] = *n_entries;
}

void reduce_row_slope(const Net *net, const SlopeReport *slope, size_t pop, size_t k, bool is_whole, mpq_t out)
{
    const NetPop *p = &net->pop[pop];
    if (is_whole || !p->gain_max) {
        mpq_set(out, slope[pop].hi);
    } else {
        values_get(&p->gain, k, out);
        mpq_mul(out, out, slope[pop].unit_hi);
    }
}

static void set_slope(const Reduction *r, size_t pop, size_t k, mpq_t out)
{
    if (r->mean && has_mean(r, pop))
        mpq_set(out, r->mean[pop]);
    else if (!r->is_by_row)
        reduce_row_slope(r->net, r->slope, pop, k, r->whole[pop], out);
    else if (r->row_slope)
        mpq_set(out, r->row_slope[r->row_of[pop] + k]);
    else
        mpq_set_ui(out, 1, 1);
}

static void fill_population_rows(Reduction *r, size_t pop, size_t *n_entries)
{
    mpq_t slope, gain;
    mpq_inits(slope, gain, (mpq_ptr)0);
    for (size_t post = 0; post < rows_of(r, pop); post++) {
        set_slope(r, pop, post, slope);
        if (r->m->mean_slope)
            mpq_set(r->m->mean_slope[r->row_of[pop] + post], slope);
        for (size_t k = 0; k < r->net->n_blocks; k++) {
            const Block *b = &r->net->block[k];
            if (b->post != pop)
                continue;
            mpq_mul(gain, slope, b->factor);
            add_block(r, b, post, gain);
            add_self(r, b, gain);
        }
        if (!r->m->leak) {
            mpq_set_si(gain, -1, 1);
            row_add(&r->row, r->row_of[pop] + post, gain);
        }
        row_store(r, r->row_of[pop] + post, n_entries);
    }
    mpq_clears(slope, gain, (mpq_ptr)0);
}

/* sum - (what it is the sum of) = 0. */
static void fill_sum_row(Reduction *r, size_t row, size_t pop, const Values *right, size_t *n_entries)
{
    mpq_t one;
    mpq_init(one);
    for (size_t j = 0; j < r->net->pop[pop].size; j++) {
        if (right && values_sign(right, j) == 0)
            continue;
        if (right)
            values_get(right, j, r->row.term);
        else
            mpq_set_ui(r->row.term, 1, 1);
        row_add(&r->row, r->row_of[pop] + j, r->row.term);
    }
    mpq_set_si(one, -1, 1);
    row_add(&r->row, row, one);
    mpq_clear(one);
    row_store(r, row, n_entries);
}

static void fill_sum_rows(Reduction *r, size_t *n_entries)
{
    for (size_t row = r->m->n; row < r->m->q; row++) {
        for (size_t a = 0; a < r->net->n_pops; a++)
            if (r->pop_sum[a] == row)
                fill_sum_row(r, row, a, NULL, n_entries);
        for (size_t k = 0; k < r->net->n_blocks; k++)
            if (r->block_sum[k] == row)
                fill_sum_row(r, row, r->net->block[k].pre, &r->net->block[k].right, n_entries);
    }
}

/* ---- the matrix ---- */

static void set_sizes(Ctx *cx, Reduction *r)
{
    ClaimMatrix *m = r->m;
    bool any = false;
    for (size_t a = 0; a < r->net->n_pops; a++)
        any |= r->whole[a];
    if (!any)
        return;
    m->size = ARENA_ARRAY(&cx->arena, m->q, size_t);
    m->self = rationals_new(cx, m->q);
    m->leak = rationals_new(cx, m->q);
    if (is_mean(r->gains))
        m->mean_slope = rationals_new(cx, m->q);
    for (size_t a = 0; a < r->net->n_pops; a++)
        for (size_t k = 0; k < rows_of(r, a); k++)
            m->size[r->row_of[a] + k] = r->whole[a] ? r->net->pop[a].size : 1;
    for (size_t k = 0; k < m->q; k++)
        mpq_set_si(m->leak[k], 1, 1);
}

/* The file that the entries came from, where there is exactly one. */
static void set_origin(Reduction *r)
{
    for (size_t k = 0; k < r->net->n_blocks; k++) {
        const Block *b = &r->net->block[k];
        if (!b->sha256)
            continue;
        if (r->m->sha256 && strcmp(r->m->sha256, b->sha256) != 0) {
            r->m->sha256 = r->m->source = NULL;
            return;
        }
        r->m->sha256 = b->sha256;
        r->m->source = r->net->model->conns.at[b->conn].path;
    }
}

static void fill_matrix(Ctx *cx, Reduction *r, size_t n_entries)
{
    ClaimMatrix *m = r->m;
    m->name = ARENA_ARRAY(&cx->arena, m->q, const char *);
    m->row_from = ARENA_ARRAY(&cx->arena, m->q + 1, size_t);
    m->column = ARENA_ARRAY(&cx->arena, n_entries, uint32_t);
    m->entry = ARENA_ARRAY(&cx->arena, n_entries, mpq_t);
    name_rows(cx, r);
    set_sizes(cx, r);
    set_origin(r);
    row_init(cx, &r->row, m->q);
    size_t filled = 0;
    for (size_t a = 0; a < r->net->n_pops; a++)
        fill_population_rows(r, a, &filled);
    if (r->has_sums)
        fill_sum_rows(r, &filled);
    row_clear(&r->row, m->q);
}

/* False with *reason when gains of a population have no mean. */
static bool find_means(Ctx *cx, Reduction *r, const char **reason)
{
    r->mean = rationals_new(cx, r->net->n_pops);
    for (size_t a = 0; a < r->net->n_pops; a++)
        if (has_mean(r, a) && !reduce_mean_slope(r->net, a, r->slope[a].unit_hi, r->gains == GAINS_MEAN_ABOVE, r->mean[a])) {
            *reason = arena_printf(&cx->arena, "the neurons of population `%s` with the largest gains do not damp what they send to themselves, "
                                   "slope * weight >= 1, and then its neurons have no mean slope", r->net->pop[a].model->name);
            rationals_clear(r->mean, r->net->n_pops);
            return false;
        }
    return true;
}

static bool reduce(Ctx *cx, Reduction r, const char **reason)
{
    const Net *net = r.net;
    ClaimMatrix *out = r.m;
    *out = (ClaimMatrix){.n = net->n};
    r.whole = ARENA_ARRAY(&cx->arena, net->n_pops, bool);
    r.row_of = ARENA_ARRAY(&cx->arena, net->n_pops, size_t);
    if (!r.has_sums)
        find_whole_populations(net, r.gains, r.whole);
    size_t rows = count_rows(&r);
    if (r.has_sums && rows <= CHECK_MAX_ROWS)
        rows += out->n_sums = place_sums(cx, &r, rows);
    if (rows > CHECK_MAX_ROWS) {
        *reason = arena_printf(&cx->arena, "the connectivity does not reduce to populations, and %zu neurons are more than the %d "
                               "that are searched one by one", rows, CHECK_MAX_ROWS);
        return false;
    }
    out->q = rows;
    double n_entries = count_entries(&r);
    if (n_entries > CHECK_MAX_ENTRIES) {
        out->q = 0;
        *reason = arena_printf(&cx->arena, "the matrix would have %.0f entries, more than the %d that are kept exactly",
                               n_entries, CHECK_MAX_ENTRIES);
        return false;
    }
    if ((*reason = reduce_weight_obstacle(cx, net))) {
        out->q = 0;
        return false;
    }
    if (is_mean(r.gains) && !r.is_by_row && !find_means(cx, &r, reason)) {
        out->q = 0;
        return false;
    }
    fill_matrix(cx, &r, (size_t)n_entries);
    rationals_clear(r.mean, net->n_pops);
    return true;
}

bool reduce_net(Ctx *cx, const Net *net, const SlopeReport *slope, GainLevel gains, ClaimMatrix *out, const char **reason)
{
    *out = (ClaimMatrix){.n = net->n};
    *reason = reduce_obstacle(cx, net, slope);
    return !*reason && reduce(cx, (Reduction){.net = net, .slope = slope, .gains = gains, .m = out}, reason);
}

bool reduce_with_sums(Ctx *cx, const Net *net, const SlopeReport *slope, ClaimMatrix *out, const char **reason)
{
    *out = (ClaimMatrix){.n = net->n};
    *reason = reduce_obstacle(cx, net, slope);
    return !*reason && reduce(cx, (Reduction){.net = net, .slope = slope, .gains = GAINS_OWN, .has_sums = true, .m = out}, reason);
}

bool reduce_with_slopes(Ctx *cx, const Net *net, const Num *row_slope, ClaimMatrix *out, const char **reason)
{
    GainLevel gains = reduce_has_own_gains(net) ? GAINS_OWN : GAINS_LARGEST;
    *out = (ClaimMatrix){.n = net->n};
    *reason = theory_obstacle(cx, net);
    return !*reason && reduce(cx, (Reduction){.net = net, .is_by_row = true, .row_slope = row_slope, .gains = gains, .m = out}, reason);
}

bool reduce_with_means(Ctx *cx, const Net *net, const Num *mean_slope, ClaimMatrix *out, const char **reason)
{
    *out = (ClaimMatrix){.n = net->n};
    *reason = theory_obstacle(cx, net);
    return !*reason && reduce(cx, (Reduction){.net = net, .is_by_row = true, .row_slope = mean_slope, .gains = GAINS_MEAN_ABOVE, .m = out}, reason);
}
