/* Weights that are an expression of pre.i and post.i, evaluated exactly pair by pair. */
#include "compiler/net/build.h"

#include "compiler/data/values.h"
#include "compiler/net/pair_eval.h"

/* A second or two where arguments repeat, as in kernels of pre.i - post.i; up to
 * ten times as long where each pair needs an exponential of its own. */
enum { PAIR_MAX = 4000000 };

typedef struct PairBuild {
    NetBuild *b;
    const ModelConn *c;
    PairEval eval;
    size_t n;                   /* entries in all */
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
    diag_at(p->b->cx, D_E0455, p->c->weight_span, "the weight of %s (pre.i = %zu, post.i = %zu) has no finite value",
            pair_name(p, pre, post), pre, post);
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

static bool put_pair(PairBuild *p, Values *v, size_t e, size_t pre, size_t post)
{
    PairValue x;
    if (!pair_eval(&p->eval, pre, post, &x))
        return has_no_value(p, pre, post);
    bool negative = x.q ? mpq_sgn(x.q) < 0 : x.d < 0;
    if (negative && !p->b->net->pop[p->c->pre].model->is_exempt)
        return is_negative(p, pre, post, x.q ? x.q : num_from_double(p->b->net->nums, x.d));
    values_put(p->b->cx, v, p->n, e, x.d, x.q ? keep(p, x.q) : NULL);
    return true;
}

bool pair_few_enough(NetBuild *b, const ModelConn *c, double n)
{
    if (n <= PAIR_MAX)
        return true;
    Diag *d = diag_at(b->cx, D_E0454, c->weight_span, "this weight would have to be evaluated exactly for %.0f pairs; at most %d are",
                      n, PAIR_MAX);
    diag_help(b->cx, d, "use one weight for all pairs, a sparse pattern, or a file: matrix(\"...\")");
    return false;
}

static void begin(PairBuild *p, NetBuild *b, const ModelConn *c, size_t n, Values *out)
{
    *out = (Values){ .n = n, .d = ARENA_ARRAY(&b->cx->arena, n, double) };
    *p = (PairBuild){ .b = b, .c = c, .n = n };
    pair_eval_begin(b->cx, &p->eval, c->pair, c->seed);
}

static bool is_absent(const ModelConn *c, size_t pre, size_t post)
{
    return !c->self && c->pre == c->post && pre == post;
}

bool pair_dense(NetBuild *b, const ModelConn *c, Values *out)
{
    size_t n_pre = b->net->pop[c->pre].size, n_post = b->net->pop[c->post].size;
    double n = (double)n_pre * (double)n_post;
    if (!memory_take(b, c, n, sizeof(double), "use one weight for all pairs or a sparse pattern") || !pair_few_enough(b, c, n))
        return false;
    PairBuild p;
    bool ok = true;
    begin(&p, b, c, n_pre * n_post, out);
    for (size_t post = 0; ok && post < n_post; post++)
        for (size_t pre = 0; ok && pre < n_pre; pre++)
            ok = is_absent(c, pre, post) || put_pair(&p, out, post * n_pre + pre, pre, post);
    pair_eval_end(&p.eval);
    values_finish(b->net->nums, out);
    return ok;
}

bool pair_sparse(NetBuild *b, const ModelConn *c, const Pairs *pairs, Values *out)
{
    if (!pair_few_enough(b, c, (double)pairs->n))
        return false;
    PairBuild p;
    bool ok = true;
    begin(&p, b, c, pairs->n, out);
    for (size_t post = 0; ok && post < b->net->pop[c->post].size; post++)
        for (size_t e = pairs->row_from[post]; ok && e < pairs->row_from[post + 1]; e++)
            ok = is_absent(c, pairs->column[e], post) || put_pair(&p, out, e, pairs->column[e], post);
    pair_eval_end(&p.eval);
    values_finish(b->net->nums, out);
    return ok;
}
