/* Literal matrices whose entries depend on params: each such entry becomes a connection of its own, between its two neurons, and what is
 * left of the matrix one without them. Together they are the network, and each weight depends on params as a whole. */
#include "compiler/check/range/range_powers.h"
#include "compiler/check/range/range_search.h"

enum { MOST_ENTRIES = 4096 };

/* The network while its matrices are taken apart. */
typedef struct Apart {
    Ctx *cx;
    const Net *net;             /* as it was */
    Net *out;
    Model *model;               /* its own connections */
} Apart;

static bool is_apart(const ModelConn *c)
{
    return c->kind == WEIGHT_LITERAL && c->entry_of && c->pattern == PATTERN_ALL && !c->n_terms;
}

static bool is_dropped(const ModelConn *c, size_t row, size_t column)
{
    return c->pre == c->post && !c->self && row == column;
}

static size_t count_apart(const Net *net)
{
    size_t n = 0;
    for (size_t k = 0; k < net->n_blocks; k++) {
        const ModelConn *c = &net->model->conns.at[net->block[k].conn];
        for (size_t e = 0; is_apart(c) && e < c->literal.n; e++)
            n += c->entry_of[e] != NULL;
    }
    return n;
}

/* ---- signs ---- */

static bool any_inhibits(const NetPop *pre)
{
    bool any = false;
    for (size_t k = 0; k < pre->size; k++)
        any |= net_neuron_sign(pre, k) == SIGN_INH;
    return any;
}

/* Between what an entry lies in all of the ranges; false where that is not seen. */
static bool entry_values(const Model *m, const ModelConn *c, size_t e, mpq_ptr lo, mpq_ptr hi)
{
    values_get(&c->literal, e, lo);
    mpq_set(hi, lo);
    return !c->entry_of[e] || values_of_sum(m, c->entry_of[e], lo, hi);
}

/* Whether the entries, like all of a matrix none of which is below 0, take the sign of their sources: NULL, or that this is not so, or not
 * so, for all values of params alike. */
static const char *take_source_signs(Ctx *cx, const Net *net, const ModelConn *c, bool *out)
{
    bool signed_anyhow = false, never_signed = true, never_above = true;
    mpq_t lo, hi;
    *out = false;
    if (!any_inhibits(&net->pop[c->pre]))
        return NULL;
    mpq_inits(lo, hi, (mpq_ptr)0);
    for (size_t e = 0; e < c->literal.n; e++) {
        bool known = entry_values(net->model, c, e, lo, hi);
        signed_anyhow |= known && mpq_sgn(hi) < 0;
        never_signed &= known && mpq_sgn(lo) >= 0;
        never_above &= known && mpq_sgn(hi) <= 0;
    }
    mpq_clears(lo, hi, (mpq_ptr)0);
    *out = never_signed;
    if (signed_anyhow || never_signed || never_above)
        return NULL;
    return arena_printf(&cx->arena, "the entries of the weight of %s depend on params and are not seen to be at least 0 for all their values, or some of "
                            "them below 0 for all, and their source inhibits", c->label);
}

/* ---- the parts ---- */

/* What is left of the block: its values are its own. */
static void keep_rest(Apart *a, const ModelConn *c, Block *b)
{
    size_t n_pre = a->net->pop[c->pre].size;
    Values v = {.n = b->values.n, .d = ARENA_ARRAY(&a->cx->arena, b->values.n + 1, double)};
    v.q = b->values.q ? ARENA_ARRAY(&a->cx->arena, v.n + 1, Num) : NULL;
    for (size_t e = 0, row = 0; e < v.n; e++) {
        while (b->kind == BLOCK_SPARSE && e >= b->row_from[row + 1])
            row++;
        bool gone = c->entry_of[b->kind == BLOCK_SPARSE ? row * n_pre + b->column[e] : e] != NULL;
        v.d[e] = gone ? 0 : b->values.d[e];
        if (v.q)
            v.q[e] = gone ? num_int(a->net->nums, 0) : b->values.q[e];
    }
    b->values = v;
}

static void add_entry(Apart *a, const ModelConn *c, const Block *whole, size_t e, bool is_negated)
{
    NumPool *nums = a->net->nums;
    size_t n_pre = a->net->pop[c->pre].size, n_post = a->net->pop[c->post].size, row = e / n_pre;
    ModelConn *conn = &a->model->conns.at[a->model->conns.n];
    Block *b = &a->out->block[a->out->n_blocks++];
    Num value = values_exact(nums, &c->literal, e);
    mpq_ptr factor = num_new(nums);
    mpq_mul(factor, c->factor, value);
    *conn = *c;
    conn->factor = factor;
    conn->factor_of = depend_product(a->cx, nums, c->outer_of, c->factor, c->entry_of[e], value);
    conn->entry_of = NULL;
    *b = *whole;
    b->kind = BLOCK_SPARSE;
    b->conn = a->model->conns.n++;
    b->factor = factor;
    b->values = (Values){.n = 1, .d = ARENA_ARRAY(&a->cx->arena, 1, double)};
    b->values.d[0] = is_negated ? -1 : 1;
    b->column = ARENA_ARRAY(&a->cx->arena, 1, uint32_t);
    b->column[0] = (uint32_t)(e % n_pre);
    b->row_from = ARENA_ARRAY(&a->cx->arena, n_post + 1, uint64_t);
    for (size_t k = row + 1; k <= n_post; k++)
        b->row_from[k] = 1;
}

static const char *take_apart(Apart *a, size_t block)
{
    Block *rest = &a->out->block[block];
    const ModelConn *c = &a->net->model->conns.at[rest->conn];
    const NetPop *pre = &a->net->pop[c->pre];
    bool of_sources = false;
    const char *fault = is_apart(c) ? take_source_signs(a->cx, a->net, c, &of_sources) : NULL;
    if (fault || !is_apart(c))
        return fault;
    a->model->conns.at[rest->conn].entry_of = NULL;
    a->model->conns.at[rest->conn].factor_of = c->outer_of;
    for (size_t e = 0; e < c->literal.n; e++)
        if (c->entry_of[e] && !is_dropped(c, e / pre->size, e % pre->size))
            add_entry(a, c, rest, e, of_sources && net_neuron_sign(pre, e % pre->size) == SIGN_INH);
    keep_rest(a, c, rest);
    return NULL;
}

const char *range_entries_apart(Ctx *cx, const Net *net, const Net **out)
{
    size_t n = count_apart(net), n_conns = net->model->conns.n;
    const char *fault = NULL;
    *out = net;
    if (n == 0 || n > MOST_ENTRIES)
        return NULL;
    Net *parts = ARENA_NEW(&cx->arena, Net);
    Apart a = {cx, net, parts, ARENA_NEW(&cx->arena, Model)};
    *parts = *net;
    *a.model = *net->model;
    parts->model = a.model;
    a.model->conns.at = ARENA_ARRAY(&cx->arena, n_conns + n, ModelConn);
    for (size_t k = 0; k < n_conns; k++)
        a.model->conns.at[k] = net->model->conns.at[k];
    parts->block = ARENA_ARRAY(&cx->arena, net->n_blocks + n, Block);
    for (size_t k = 0; k < net->n_blocks; k++)
        parts->block[k] = net->block[k];
    for (size_t k = 0; !fault && k < net->n_blocks; k++)
        fault = take_apart(&a, k);
    *out = parts;
    return fault;
}
