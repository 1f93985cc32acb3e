/* Weights that are an expression of pre.i and post.i, or drawn, pair by pair: exactly where a proof may read
 * them, rounded once where only a run does. */
#include "compiler/net/build.h"

#include "compiler/data/values.h"
#include "compiler/net/pair_eval.h"
#include "compiler/net/pair_round.h"
#include "runtime/problem.h"

typedef struct PairBuild {
    NetBuild *b;
    const ModelConn *c;
    bool round;
    PairEval exact;
    PairRound rounded;
    size_t n_pre, n_post;
} PairBuild;

static const char *pair_name(PairBuild *p, size_t pre, size_t post)
{
    Sbuf text = { 0 };
    net_neuron_name(&p->b->net->pop[p->c->pre], pre, &text);
    sbuf_str(&text, " -> ");
    net_neuron_name(&p->b->net->pop[p->c->post], post, &text);
    const char *kept = arena_strdup(&p->b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

static bool has_no_value(PairBuild *p, size_t pre, size_t post)
{
    Diag *d = diag_at(p->b->cx, D_E0455, p->c->weight_span, "the weight of %s (pre.i = %zu, post.i = %zu) has no finite value",
                      pair_name(p, pre, post), pre, post);
    diag_help(p->b->cx, d, "keep divisors away from 0 and logarithms above it: indices begin at 0, so `1 / (1 + pre.i)`");
    return false;
}

static bool is_negative(PairBuild *p, size_t pre, size_t post, Num x)
{
    Diag *d = diag_at(p->b->cx, D_E0452, p->c->weight_span, "the weight of %s (pre.i = %zu, post.i = %zu) is %s, below 0",
                      pair_name(p, pre, post), pre, post,
                      expr_has_draw(p->c->pair) ? arena_printf(&p->b->cx->arena, "%.6g", num_to_double(x)) : num_text(p->b->cx, x));
    if (expr_has_draw(p->c->pair))
        diag_help(p->b->cx, d, "draw from `lognormal` or `gamma`, which are above 0, or cut the distribution: `truncated(normal(1, 0.5), 0, inf)`");
    else
        diag_help(p->b->cx, d, "a weight is a magnitude, its sign comes from the source: use max(0, ...), or declare the source `mixed`");
    return false;
}

static Num keep(PairBuild *p, Num x)
{
    mpq_ptr kept = num_new(p->b->net->nums);
    mpq_set(kept, x);
    return kept;
}

static bool is_forbidden(const PairBuild *p, int sign)
{
    return sign < 0 && !p->b->net->pop[p->c->pre].model->is_exempt;
}

static bool put_exactly(PairBuild *p, Values *v, size_t e, size_t pre, size_t post)
{
    PairValue x;
    if (!pair_eval(&p->exact, pre, post, &x))
        return has_no_value(p, pre, post);
    if (is_forbidden(p, x.q ? mpq_sgn(x.q) : (x.d > 0) - (x.d < 0)))
        return is_negative(p, pre, post, x.q ? x.q : num_from_double(p->b->net->nums, x.d));
    values_put(p->b->cx, v, v->n, e, x.d, x.q ? keep(p, x.q) : NULL);
    return true;
}

static bool is_absent(const ModelConn *c, size_t pre, size_t post)
{
    return !c->self && c->pre == c->post && pre == post;
}

/* The sources of a target: its entries, and who they are from. */
typedef struct Row {
    size_t post, from, end;
    const uint32_t *list;       /* of the block, by entry; NULL: all */
} Row;

static size_t source_of(const Row *row, size_t e)
{
    return row->list ? row->list[e] : e - row->from;
}

/* As many entries from e on as are there, in a strip. */
static size_t strip_length(const PairBuild *p, const Row *row, size_t e)
{
    size_t n = 0;
    while (n < PAIR_STRIP && e + n < row->end && !is_absent(p->c, source_of(row, e + n), row->post))
        n++;
    return n;
}

/* What is wrong is said by the exact number. */
static bool put_strip(PairBuild *p, Values *v, const Row *row, size_t e, size_t n)
{
    signed char sign[PAIR_STRIP];
    size_t done = pair_round_strip(&p->rounded, row->post, row->list ? row->list + e : NULL, e - row->from, n, v->d + e, sign);
    for (size_t k = 0; k < n && k <= done; k++)
        if ((k == done || is_forbidden(p, sign[k])) && !put_exactly(p, v, e + k, source_of(row, e + k), row->post))
            return false;
    return true;
}

static bool put_row(PairBuild *p, Block *out, size_t post)
{
    Row row = { post, post * p->n_pre, (post + 1) * p->n_pre, NULL };
    bool ok = true;
    if (out->kind == BLOCK_SPARSE)
        row = (Row){ post, out->row_from[post], out->row_from[post + 1], out->column };
    for (size_t e = row.from, n; ok && e < row.end; e += n ? n : 1) {
        n = p->round ? strip_length(p, &row, e) : !is_absent(p->c, source_of(&row, e), post);
        if (n)
            ok = p->round ? put_strip(p, &out->values, &row, e, n) : put_exactly(p, &out->values, e, source_of(&row, e), post);
    }
    return ok;
}

static bool put_rows(NetBuild *b, const ModelConn *c, Num factor, Block *out)
{
    PairBuild p = { .b = b, .c = c, .round = out->is_rounded, .n_pre = b->net->pop[c->pre].size, .n_post = b->net->pop[c->post].size };
    bool ok = true;
    pair_eval_begin(&p.exact, c->pair, c->seed);
    if (p.round)
        pair_round_begin(&p.rounded, c->pair, c->seed, factor, p.n_pre, out->values.n);
    for (size_t post = 0; ok && post < p.n_post; post++)
        ok = put_row(&p, out, post);
    if (p.round)
        pair_round_end(&p.rounded);
    pair_eval_end(&p.exact);
    return ok;
}

bool pair_few_enough(NetBuild *b, const ModelConn *c, double n)
{
    if (n <= NET_MAX_DISPLACEMENTS)
        return true;
    Diag *d = diag_at(b->cx, D_E0454, c->kernel_span.to > c->kernel_span.from ? c->kernel_span : c->weight_span,
                      "this kernel would be an exact number for each of %.0f displacements; at most %d are", n, NET_MAX_DISPLACEMENTS);
    diag_help(b->cx, d, "use fewer neurons, or a file: matrix(\"...\")");
    return false;
}

/* What is drawn and nothing else is a double. */
bool pair_is_exact(const NetBuild *b, const ModelConn *c, double n)
{
    return c->pair->kind == EXPR_DRAW || (n <= b->read.most_exact && pattern_is_small(b, c));
}

bool pair_weights(NetBuild *b, const ModelConn *c, Block *out)
{
    out->is_rounded = !pair_is_exact(b, c, (double)out->values.n);
    out->values.d = ARENA_ARRAY(&b->cx->arena, out->values.n + EIG_SUM_LANES, double);
    bool ok = put_rows(b, c, c->factor, out);
    if (out->is_rounded)
        out->factor = num_int(b->net->nums, 1);     /* it is in the entries */
    values_finish(b->net->nums, &out->values);
    return ok;
}

bool pair_times(NetBuild *b, const ModelConn *c, Num factor, Block *out)
{
    if (!memory_take(b, c, (double)out->values.n, sizeof(double), "use fewer synapses"))
        return false;
    out->values.d = ARENA_ARRAY(&b->cx->arena, out->values.n + EIG_SUM_LANES, double);
    if (!put_rows(b, c, factor, out))
        return false;
    tiles_make(b, out);
    return true;
}
