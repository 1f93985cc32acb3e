#include "compiler/check/lds/reduce_parts.h"
#include "compiler/check/theory_limits.h"

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

static bool tau_differs(const NetPop *p)
{
    return p->tau_min && !mpq_equal(p->tau_min, p->tau_max);
}

/* Few rows, when all neurons have one that differ from others of their population; whole: what could be one row. */
static bool are_few_apart(const Net *net, GainLevel gains, const bool *whole)
{
    size_t rows = 0, most = gains == GAINS_OWN_EACH_TAU ? REDUCE_MOST_EACH_TAU_ROWS : REDUCE_MOST_TAU_ROWS;
    for (size_t a = 0; a < net->n_pops && rows <= most; a++) {
        const NetPop *p = &net->pop[a];
        rows += whole[a] && !tau_differs(p) && !gains_differ(p) ? 1 : p->size;
    }
    return rows <= most;
}

/* A population of one is a neuron: `self` and `leak`, which hold what its own synapse
 * is apart from the others, exist only where some row stands for several. */
static void find_whole_populations(const Net *net, GainLevel gains, bool *whole)
{
    for (size_t a = 0; a < net->n_pops; a++)
        whole[a] = net->pop[a].size > 1 && gains != GAINS_EACH;
    for (size_t k = 0; k < net->n_blocks; k++) {
        const Block *b = &net->block[k];
        if (b->kind != BLOCK_UNIFORM && !(b->kind == BLOCK_DIAGONAL && b->pre == b->post))
            whole[b->pre] = whole[b->post] = false;
    }
    bool by_tau = gains != GAINS_LARGEST_ALL_TAU && are_few_apart(net, gains, whole);
    bool by_gain = gains == GAINS_OWN || gains == GAINS_OWN_EACH_TAU;
    for (size_t a = 0; a < net->n_pops; a++)
        whole[a] &= !(by_gain && gains_differ(&net->pop[a])) && !(by_tau && tau_differs(&net->pop[a]));
}

static bool has_mean(const Reduction *r, size_t pop)
{
    return r->whole[pop] && gains_differ(&r->net->pop[pop]);
}

size_t reduce_rows_of(const Reduction *r, size_t pop)
{
    return r->whole[pop] ? 1 : r->net->pop[pop].size;
}

static size_t count_rows(Reduction *r)
{
    size_t q = 0;
    for (size_t a = 0; a < r->net->n_pops; a++) {
        r->row_of[a] = q;
        size_t rows = reduce_rows_of(r, a);
        q = rows > SIZE_MAX / 2 - q ? SIZE_MAX / 2 : q + rows;
    }
    return q;
}

bool reduce_is_summed(const Net *net, const Block *b)
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
        if (!reduce_is_summed(net, b))
            continue;
        size_t *sum = b->kind == BLOCK_PRODUCT ? &r->block_sum[k] : &r->pop_sum[b->pre];
        if (*sum == NO_SUM)
            *sum = n + n_sums++;
    }
    return n_sums;
}

/* What takes populations as a whole where it can. */
static Reduction at_level(Ctx *cx, const Net *net, GainLevel gains)
{
    Reduction r = {.net = net, .gains = gains};
    r.whole = ARENA_ARRAY(&cx->arena, net->n_pops, bool);
    r.row_of = ARENA_ARRAY(&cx->arena, net->n_pops, size_t);
    find_whole_populations(net, r.gains, r.whole);
    return r;
}

static Reduction by_populations(Ctx *cx, const Net *net)
{
    return at_level(cx, net, GAINS_LARGEST);
}

size_t reduce_count_rows_with(Ctx *cx, const Net *net, GainLevel gains)
{
    Reduction r = at_level(cx, net, gains);
    return count_rows(&r);
}

size_t reduce_count_rows(Ctx *cx, const Net *net)
{
    return reduce_count_rows_with(cx, net, GAINS_LARGEST);
}

bool reduce_has_own_tau(Ctx *cx, const Net *net)
{
    Reduction r = at_level(cx, net, GAINS_LARGEST_ALL_TAU);
    bool any = false;
    for (size_t a = 0; a < net->n_pops; a++)
        any |= tau_differs(&net->pop[a]);
    return any && are_few_apart(net, GAINS_LARGEST, r.whole);
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
        if (reduce_is_summed(net, &net->block[k]))
            pairs += (double)reduce_rows_of(&r, net->block[k].post) * (double)reduce_rows_of(&r, net->block[k].pre);
    return pairs > MANY_PAIRS;
}

/* At least the number of entries, before equal places are joined. */
static double count_entries(const Reduction *r)
{
    double n = 0;
    for (size_t k = 0; k < r->net->n_blocks; k++) {
        const Block *b = &r->net->block[k];
        double post = (double)reduce_rows_of(r, b->post), pre = (double)reduce_rows_of(r, b->pre);
        bool listed = b->kind == BLOCK_SPARSE || b->kind == BLOCK_UNDRAWN;
        if (r->has_sums && reduce_is_summed(r->net, b))
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
        for (size_t k = 0; k < reduce_rows_of(r, a); k++) {
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

void reduce_set_slope(const Reduction *r, size_t pop, size_t k, mpq_t out)
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
    for (size_t post = 0; post < reduce_rows_of(r, pop); post++) {
        reduce_set_slope(r, pop, post, slope);
        if (r->m->mean_slope)
            mpq_set(r->m->mean_slope[r->row_of[pop] + post], slope);
        for (size_t k = 0; k < r->net->n_blocks; k++) {
            const Block *b = &r->net->block[k];
            if (b->post != pop)
                continue;
            mpq_mul(gain, slope, b->factor);
            reduce_add_block(r, b, post, gain);
            reduce_add_self(r, b, gain);
        }
        if (!r->m->leak) {
            mpq_set_si(gain, -1, 1);
            reduce_row_add(&r->row, r->row_of[pop] + post, gain);
        }
        reduce_row_store(r, r->row_of[pop] + post, n_entries);
    }
    mpq_clears(slope, gain, (mpq_ptr)0);
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
        for (size_t k = 0; k < reduce_rows_of(r, a); k++)
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
    name_rows(cx, r);
    set_sizes(cx, r);
    set_origin(r);
    if (reduce_is_scaled(cx, r)) {
        reduce_fill_scaled(cx, r, n_entries);
        return;
    }
    m->entry = ARENA_ARRAY(&cx->arena, n_entries, mpq_t);
    reduce_row_init(cx, &r->row, m->q);
    size_t filled = 0;
    for (size_t a = 0; a < r->net->n_pops; a++)
        fill_population_rows(r, a, &filled);
    if (r->has_sums)
        reduce_fill_sum_rows(r, &filled);
    reduce_row_clear(&r->row, m->q);
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

bool reduce_level_of_rows(Ctx *cx, const Net *net, size_t n_rows, GainLevel *out)
{
    *out = reduce_count_rows_with(cx, net, GAINS_OWN) == n_rows ? GAINS_OWN : GAINS_EACH;
    return *out == GAINS_OWN || n_rows == net->n;
}

bool reduce_with_slopes(Ctx *cx, const Net *net, GainLevel gains, const Num *row_slope, ClaimMatrix *out, const char **reason)
{
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
