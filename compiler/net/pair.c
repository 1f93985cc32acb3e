/* Weights that are an expression of pre.i and post.i, evaluated exactly pair by pair. */
#include "compiler/net/build.h"

#include <math.h>

#include "compiler/data/values.h"

/* About ten seconds of exact arithmetic. */
enum { PAIR_MAX = 4000000 };

typedef struct PairEval {
    NetBuild *b;
    const ModelConn *c;
    NumPool scratch;            /* intermediate numbers of one target's row */
    size_t n;                   /* entries in all */
} PairEval;

static Num eval(NumPool *pool, const Expr *e, Num pre, Num post)
{
    switch (e->kind) {
    case EXPR_CONST:
        return e->as.value;
    case EXPR_VAR:
        return e->as.var == EIG_VAR_PRE_I ? pre : post;
    case EXPR_CALL: {
        Num arg[2], value;
        for (int k = 0; k < e->as.call.n_args; k++)
            if (!(arg[k] = eval(pool, e->as.call.arg[k], pre, post)))
                return NULL;
        return num_apply(pool, (int)e->as.call.fn, e->as.call.n_args, arg, &value) ? value : NULL;
    }
    default:
        BUG("a weight that reads the state");
    }
}

static const char *pair_name(PairEval *p, size_t pre, size_t post)
{
    Sbuf text = { 0 };
    net_neuron_name(&p->b->net->pop[p->c->pre], pre, &text);
    sbuf_str(&text, " -> ");
    net_neuron_name(&p->b->net->pop[p->c->post], post, &text);
    const char *kept = arena_strdup(&p->b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

static bool has_no_value(PairEval *p, size_t pre, size_t post)
{
    diag_at(p->b->cx, D_E0455, p->c->weight_span, "the weight of %s (pre.i = %zu, post.i = %zu) has no finite value",
            pair_name(p, pre, post), pre, post);
    return false;
}

static bool is_negative(PairEval *p, size_t pre, size_t post, Num x)
{
    Sbuf text = { 0 };
    num_print(x, &text);
    Diag *d = diag_at(p->b->cx, D_E0452, p->c->weight_span, "the weight of %s (pre.i = %zu, post.i = %zu) is %s, below 0",
                      pair_name(p, pre, post), pre, post, sbuf_text(&text));
    sbuf_free(&text);
    diag_help(p->b->cx, d, "a weight is a magnitude, its sign comes from the source: use max(0, ...), or declare the source `mixed`");
    return false;
}

static bool put_pair(PairEval *p, Values *v, size_t e, size_t pre, size_t post)
{
    Num pre_i = num_int(&p->scratch, (long)pre), post_i = num_int(&p->scratch, (long)post);
    Num x = eval(&p->scratch, p->c->pair, pre_i, post_i);
    if (!x || !isfinite(num_to_double(x)))
        return has_no_value(p, pre, post);
    if (mpq_sgn(x) < 0 && !p->b->net->pop[p->c->pre].model->is_exempt)
        return is_negative(p, pre, post, x);
    mpq_ptr kept = NULL;
    if (!num_is_double(x)) {
        kept = num_new(p->b->net->nums);
        mpq_set(kept, x);
    }
    values_put(p->b->cx, v, p->n, e, num_to_double(x), kept);
    return true;
}

static bool few_enough(NetBuild *b, const ModelConn *c, double n)
{
    if (n <= PAIR_MAX)
        return true;
    Diag *d = diag_at(b->cx, D_E0454, c->weight_span, "this weight would have to be evaluated exactly for %.0f pairs; at most %d are",
                      n, PAIR_MAX);
    diag_help(b->cx, d, "use one weight for all pairs, a sparse pattern, or a file: matrix(\"...\")");
    return false;
}

static PairEval begin(NetBuild *b, const ModelConn *c, size_t n, Values *out)
{
    *out = (Values){ .n = n, .d = ARENA_ARRAY(&b->cx->arena, n, double) };
    return (PairEval){ .b = b, .c = c, .n = n };
}

bool pair_dense(NetBuild *b, const ModelConn *c, Values *out)
{
    size_t n_pre = b->net->pop[c->pre].size, n_post = b->net->pop[c->post].size;
    double n = (double)n_pre * (double)n_post;
    if (!memory_take(b, c, n, sizeof(double), "use one weight for all pairs or a sparse pattern") || !few_enough(b, c, n))
        return false;
    PairEval p = begin(b, c, n_pre * n_post, out);
    bool ok = true;
    for (size_t post = 0; ok && post < n_post; post++) {
        for (size_t pre = 0; ok && pre < n_pre; pre++)
            if (c->self || c->pre != c->post || pre != post)
                ok = put_pair(&p, out, post * n_pre + pre, pre, post);
        num_pool_free(&p.scratch);
    }
    values_finish(b->net->nums, out);
    return ok;
}

bool pair_sparse(NetBuild *b, const ModelConn *c, const Pairs *pairs, Values *out)
{
    if (!few_enough(b, c, (double)pairs->n))
        return false;
    PairEval p = begin(b, c, pairs->n, out);
    bool ok = true;
    for (size_t post = 0; ok && post < b->net->pop[c->post].size; post++) {
        for (size_t e = pairs->row_from[post]; ok && e < pairs->row_from[post + 1]; e++)
            if (c->self || c->pre != c->post || pairs->column[e] != post)
                ok = put_pair(&p, out, e, pairs->column[e], post);
        num_pool_free(&p.scratch);
    }
    values_finish(b->net->nums, out);
    return ok;
}
