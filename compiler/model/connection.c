/* Connections: who is joined to whom, and how. */
#include "compiler/model/build.h"

#include <math.h>
#include <string.h>

typedef enum ConnAttr { CONN_WEIGHT, CONN_PATTERN, CONN_SELF, CONN_SCALE, CONN_SEED, CONN_CURRENT, CONN_DELAY } ConnAttr;

static const AttrRule rule[] = {
    [CONN_WEIGHT] = { .name = "weight" },
    [CONN_PATTERN] = { .name = "pattern" },
    [CONN_SELF] = { .name = "self" },
    [CONN_SCALE] = { .name = "scale" },
    [CONN_SEED] = { .name = "seed" },
    [CONN_CURRENT] = { .name = "current" },
    [CONN_DELAY] = { .name = "delay" },
};
enum { N_RULES = sizeof rule / sizeof *rule };

const AttrRule *connection_rules(size_t *n)
{
    *n = N_RULES;
    return rule;
}

static const size_t MAX_INDEGREE = (size_t)1 << 32;

/* ---- pattern ---- */

static bool has_own_entries(WeightKind kind)
{
    return kind == WEIGHT_LITERAL || kind == WEIGHT_MATRIX || kind == WEIGHT_EDGES || kind == WEIGHT_LOW_RANK;
}

/* random(p = 0.1) or random(indegree = 10) */
static bool read_random(Builder *b, const AstExpr *e, ModelConn *c)
{
    const AstArg *arg = e->as.call.args.n == 1 ? &e->as.call.args.at[0] : NULL;
    if (arg && arg->name && strcmp(arg->name, "p") == 0) {
        Typed v;
        c->pattern = PATTERN_RANDOM_P;
        if (!constant_number(b, arg->value, "the probability `p`", &v) ||
            !typed_expect(b, v, UNIT_NONE, "the probability `p`"))
            return false;
        expr_is_const(v.e, &c->probability);
        if (mpq_sgn(c->probability) >= 0 && mpq_cmp_si(c->probability, 1, 1) <= 0)
            return true;
        Diag *d = diag_at(b->cx, D_E0401, arg->value->span, "a probability is between 0 and 1, and this is %s",
                          num_brief(b->cx, c->probability));
        diag_help(b->cx, d, "one pair in ten is `p = 0.1`; a number of sources for each neuron is `random(indegree = 10)`");
        return false;
    }
    if (arg && arg->name && strcmp(arg->name, "indegree") == 0) {
        uint64_t k;
        c->pattern = PATTERN_RANDOM_INDEGREE;
        if (!constant_whole(b, arg->value, "the indegree", 0, MAX_INDEGREE, &k))
            return false;
        c->indegree = k;
        return true;
    }
    Diag *d = diag_at(b->cx, D_E0209, e->span, "a random pattern is given by its probability or its indegree");
    diag_help(b->cx, d, "write `random(p = 0.1)`, or `random(indegree = 10)` for ten sources of each neuron");
    return false;
}

static bool check_one_to_one(Builder *b, const AstExpr *e, const ModelConn *c)
{
    const ModelPop *pre = &b->m->pops.at[c->pre], *post = &b->m->pops.at[c->post];
    if (pre->size == post->size)
        return true;
    Diag *d = diag_at(b->cx, D_E0402, e->span,
                      "one to one needs populations of one size: `%s` has %zu neurons, `%s` has %zu", pre->name, pre->size, post->name, post->size);
    diag_note_at(b->cx, d, pre->span, "%zu neurons", pre->size);
    diag_note_at(b->cx, d, post->span, "%zu neurons", post->size);
    diag_help(b->cx, d, "give both one size, or choose another pattern, such as `random(indegree = 1)`");
    return false;
}

/* matrix("who.npy"), edges("who.csv"), [[0, 1], [1, 0]] */
static bool read_listed(Builder *b, const AstExpr *e, ModelConn *c)
{
    ModelConn *listed = ARENA_NEW(&b->cx->arena, ModelConn);
    Typed entry;
    *listed = (ModelConn){ .span = c->span, .weight_span = e->span, .pre = c->pre, .post = c->post, .label = c->label,
                           .factor = num_int(b->nums, 1), .is_list = true };
    c->pattern = PATTERN_LISTED;
    c->listed = listed;
    if (!weight_entries(b, e, listed, &entry) || !typed_expect(b, entry, UNIT_NONE, "an entry of a pattern"))
        return false;
    if (!listed->column)
        return true;
    Diag *d = diag_at(b->cx, D_E0209, e->span, "a pattern says who is connected, and reads no column of numbers");
    diag_help(b->cx, d, "write `pattern = edges(\"%s\")`, or `weight = edges(...)` for the numbers", listed->path);
    return false;
}

static bool read_pattern(Builder *b, const AstExpr *e, ModelConn *c)
{
    static const char *const name[] = { "all_to_all", "one_to_one", "random", "kernel", "matrix", "edges" };
    if (is_call_of(e, "random"))
        return read_random(b, e, c);
    if (weight_is_entries(e))
        return read_listed(b, e, c);
    if (e->kind == AST_CALL && e->as.call.callee->kind == AST_NAME) {
        const char *of = e->as.call.callee->as.name.name;
        if (kernel_is_shape(of)) {
            Diag *d = diag_at(b->cx, D_E0208, e->span, "`%s` is the shape of a kernel, not a pattern", of);
            diag_help(b->cx, d, "write `pattern = kernel(%s(...))`", of);
            return false;
        }
    }
    const AstExpr *word = e->kind == AST_CALL ? e->as.call.callee : e;
    int k = attribute_choice(b, word, "a pattern", sizeof name / sizeof *name, name);
    if (k == 5) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "a table of edges is given by its file");
        diag_help(b->cx, d, "write `edges(\"pairs.csv\")`");
    } else if (k == 4) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "a matrix is given by its file");
        diag_help(b->cx, d, "write `matrix(\"who.csv\")`, or the matrix itself: `[[0, 1], [1, 0]]`");
    } else if (k == 3) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "a kernel is given by its shape");
        diag_help(b->cx, d, "write `kernel(gaussian(100 um))` or `kernel(exp(-distance / 100 um))`");
    } else if (k == 2) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "a random pattern is given by its probability or its indegree");
        diag_help(b->cx, d, "write `random(p = 0.1)`, or `random(indegree = 10)` for ten sources of each neuron");
    } else if (k >= 0 && e->kind == AST_CALL) {
        diag_help(b->cx, diag_at(b->cx, D_E0209, e->span, "`%s` has no arguments", name[k]), "write `pattern = %s`", name[k]);
        return false;
    }
    c->pattern = k == 1 ? PATTERN_ONE : PATTERN_ALL;
    return k == 0 || (k == 1 && check_one_to_one(b, e, c));
}

static bool check_pattern(Builder *b, const AstAttr *pattern, const ModelConn *c)
{
    if (!pattern || (c->pattern == PATTERN_ALL && !is_call_of(pattern->value, "kernel")) || !has_own_entries(c->kind))
        return true;
    Diag *d = diag_at(b->cx, D_E0208, pattern->value->span, "this weight says itself who is connected");
    diag_note_at(b->cx, d, c->weight_span, c->kind == WEIGHT_LOW_RANK ? "factors join every source with every target"
                                                                       : "the weight is given entry by entry");
    diag_help(b->cx, d, "leave out the pattern");
    return false;
}

/* ---- scale ---- */

/* The p of a scale that is a constant times n^p, as its text shows; NAN otherwise. What is not n is a constant. */
static double power_of_n(Builder *b, const AstExpr *e)
{
    Typed v;
    if (e->kind == AST_NAME)
        return strcmp(e->as.name.name, "n") == 0;
    if (e->kind == AST_NUMBER)
        return 0;
    if (is_call_of(e, "sqrt") && e->as.call.args.n == 1)
        return power_of_n(b, e->as.call.args.at[0].value) / 2;
    if (e->kind == AST_UNARY)
        return power_of_n(b, e->as.binary.right);
    if (e->kind != AST_BINARY)
        return NAN;
    double left = power_of_n(b, e->as.binary.left), right = power_of_n(b, e->as.binary.right);
    bool constant = left == 0 && right == 0;
    switch (e->as.binary.op) {
    case AST_MUL: return left + right;
    case AST_DIV: return left - right;
    case AST_ADD: case AST_SUB: return constant ? 0 : NAN;
    case AST_POW: {
        Num p;
        if (right != 0 || !constant_number(b, e->as.binary.right, "a power", &v) || !expr_is_const(v.e, &p))
            return NAN;
        return left * num_to_double(p);
    }
    default: return NAN;
    }
}

static bool read_scale(Builder *b, const AstExpr *e, ModelConn *c)
{
    const ModelPop *pre = &b->m->pops.at[c->pre];
    mpq_ptr n = num_new(b->nums);
    mpq_set_ui(n, pre->size, 1);
    Binding bound = { intern(&b->cx->names, "n"), typed_const(b, e->span, n, UNIT_NONE) };
    Scope scope = { .kind = SCOPE_SCALE, .what = "a scale", .pop = NO_POP, .n_bindings = 1, .binding = &bound };
    Typed v = resolve(b, e, &scope);
    if (!typed_ok(v) || !typed_expect(b, v, UNIT_NONE, "a scale"))
        return false;
    Num s;
    expr_is_const(v.e, &s);
    if (mpq_sgn(s) < 0) {
        Diag *d = diag_at(b->cx, D_E0401, e->span, "a scale is at least 0, and this is %s", num_brief(b->cx, s));
        diag_help(b->cx, d, "it multiplies every weight, as `scale = 1/n`; signs come from the source population");
        return false;
    }
    c->scale_power = power_of_n(b, e);
    mpq_ptr factor = num_new(b->nums);
    mpq_mul(factor, c->factor, s);
    c->factor_of = depend_product(b->cx, b->nums, c->factor_of, c->factor, v.e->depends, s);
    c->outer_of = depend_product(b->cx, b->nums, c->outer_of, c->factor, v.e->depends, s);
    c->factor = factor;
    return true;
}

/* ---- the block ---- */

/* The source and target as written, for spans: `E -> I`. */
static Span head_span(const AstDecl *d)
{
    return span_join(d->as.connect.source->span, d->as.connect.target->span);
}

/* Between two populations no connection leads back to its neuron; `self = no`
 * there says that something else was meant. */
static bool check_self(Builder *b, const AstAttr *self, const ModelConn *c)
{
    if (!c->self && c->pre == c->post && c->pattern == PATTERN_ONE) {
        Diag *d = diag_at(b->cx, D_E0453, self->span, "one to one, every neuron is its own source, and `self = no` leaves nobody connected");
        diag_help(b->cx, d, "leave `self` out, or the connection");
        return false;
    }
    if (c->self || c->pre == c->post)
        return true;
    Diag *d = diag_at(b->cx, D_E0453, self->span, "`self` is about a neuron's connection to itself, but `%s` and `%s` are different populations",
                      b->m->pops.at[c->pre].name, b->m->pops.at[c->post].name);
    diag_help(b->cx, d, "leave it out; to spare neuron k's partner k, give the weight the factor `min(1, abs(pre.i - post.i))`");
    return false;
}

static bool check_indegree(Builder *b, const AstAttr *pattern, const ModelConn *c)
{
    bool skips_itself = c->pre == c->post && !c->self;
    size_t n_sources = b->m->pops.at[c->pre].size - skips_itself;
    if (c->pattern != PATTERN_RANDOM_INDEGREE || c->indegree <= n_sources)
        return true;
    Diag *d = diag_at(b->cx, D_E0453, pattern->value->span, "indegree = %zu, but a neuron of %s can choose among %zu source%s only", c->indegree,
                      b->m->pops.at[c->post].name, n_sources, n_sources == 1 ? "" : "s");
    diag_help(b->cx, d, "an indegree of at most %zu%s", n_sources, skips_itself ? "; a neuron is not its own source" : "");
    return false;
}

static bool read_delay(Builder *b, const AstExpr *e, ModelConn *c)
{
    Typed v;
    Num delay;
    const char *what = arena_printf(&b->cx->arena, "the delay of %s", c->label);
    if (!constant_number(b, e, what, &v) || !time_expect(b, v, what))
        return false;
    expr_is_const(v.e, &delay);
    c->delay_span = e->span;
    c->delay = mpq_sgn(delay) ? delay : NULL;
    if (mpq_sgn(delay) >= 0)
        return true;
    Diag *d = diag_at(b->cx, D_E0401, e->span, "%s is at least 0, and this is %s", what, constant_text(b, v));
    diag_help(b->cx, d, "it is how long a rate is on its way, such as `delay = 2%s`; without it a rate arrives at once",
              unit_is_none(v.unit) ? "" : " ms");
    return false;
}

static bool draws(const AstAttr *const *slot)
{
    const AstExpr *pattern = slot[CONN_PATTERN] ? slot[CONN_PATTERN]->value : NULL;
    return (pattern && (is_call_of(pattern, "random") || draws_number(pattern))) || (slot[CONN_WEIGHT] && draws_number(slot[CONN_WEIGHT]->value));
}

/* Who gives a seed believes that something is drawn by it. */
static bool check_seed(Builder *b, const AstAttr *const *slot)
{
    const AstAttr *seed = slot[CONN_SEED];
    if (draws(slot))
        return true;
    Diag *d = diag_at(b->cx, D_E0208, seed->span, "`seed` is that of what this connection draws, and it draws nothing");
    diag_help(b->cx, d, "leave it out, or draw: `pattern = random(p = 0.1)`, `weight = normal(1, 0.2)`");
    return false;
}

static bool read_attributes(Builder *b, const AstAttr *const *slot, ModelConn *c, Typed *of_one)
{
    params_note(b, &b->m->params_elsewhere);
    bool ok = !slot[CONN_WEIGHT] || weight_build(b, slot[CONN_WEIGHT]->value, c, of_one);
    uint64_t in_weight = 0;
    params_note(b, &in_weight);
    const AstExpr *pattern = slot[CONN_PATTERN] ? slot[CONN_PATTERN]->value : NULL;
    if (pattern)
        ok = (is_call_of(pattern, "kernel") ? kernel_read(b, pattern, ok, c, of_one) : read_pattern(b, pattern, c)) && ok;
    ok = ok && check_pattern(b, slot[CONN_PATTERN], c);
    if (slot[CONN_SELF])
        ok = attribute_yes_no(b, slot[CONN_SELF]->value, "`self`", &c->self) && check_self(b, slot[CONN_SELF], c) && ok;
    ok = ok && check_indegree(b, slot[CONN_PATTERN], c);
    if (slot[CONN_SEED])
        ok = constant_whole(b, slot[CONN_SEED]->value, "a seed", 0, UINT64_MAX, &c->seed) &&
             (!ok || check_seed(b, slot)) && ok;
    if (slot[CONN_DELAY])
        ok = read_delay(b, slot[CONN_DELAY]->value, c) && ok;
    params_note(b, &b->m->params_elsewhere);
    if (slot[CONN_SCALE] && (ok || !b->pops.at[c->pre].broken))
        ok = read_scale(b, slot[CONN_SCALE]->value, c) && ok;
    params_note(b, &in_weight);
    if (in_weight & ~(c->factor_of ? c->factor_of->params : 0))
        c->factor_of = depend_unknown(b->cx, in_weight | (c->factor_of ? c->factor_of->params : 0));
    return ok;
}

static void build(Builder *b, const Wire *w)
{
    const AstDecl *d = w->item->decl;
    const AstAttr *slot[N_RULES] = { 0 };
    bool complete = attributes_collect(b, &d->as.connect.attrs, "a connection", N_RULES, rule, slot);
    ModelConn c = { .span = head_span(d), .pattern = PATTERN_ALL, .self = true };
    if (!slot[CONN_WEIGHT] && !slot[CONN_CURRENT]) {
        if (complete) {
            Diag *g = diag_at(b->cx, D_E0207, c.span, "this connection has no weight");
            diag_help(b->cx, g, "add `weight = 1`");
        }
        return;
    }
    if (!w->pre || !w->post)
        return;
    c.pre = w->pre->index;
    c.post = w->post->index;
    if (draws(slot))
        b->pops.at[c.pre].connection_draws = b->pops.at[c.post].connection_draws = true;
    c.label = w->label;
    c.key = w->key;
    c.weight_span = (slot[CONN_WEIGHT] ? slot[CONN_WEIGHT] : slot[CONN_CURRENT])->value->span;
    c.factor = num_int(b->nums, 1);
    ConnBuild cb = { .weight = typed_const(b, c.weight_span, c.factor, UNIT_NONE), .space = b->space, .current_from = slot[CONN_CURRENT],
                     .current = typed_error(c.weight_span) };
    if (!read_attributes(b, slot, &c, &cb.weight))
        return;
    made_note(b, &c.made);
    vec_push(&b->cx->arena, &b->m->conns, c);
    vec_push(&b->cx->arena, &b->conns, cb);
}

void connections_build(Builder *b)
{
    Space *before = b->space;
    Wire *wire = ARENA_ARRAY(&b->cx->arena, b->items.n + 1, Wire);
    size_t n = 0;
    for (size_t k = 0; k < b->items.n; k++) {
        const Item *item = &b->items.at[k];
        if (item->decl->kind != AST_CONNECT)
            continue;
        space_enter(b, item->space);
        wire[n].item = item;
        wire[n].pre = resolve_population(b, item->decl->as.connect.source);
        wire[n++].post = resolve_population(b, item->decl->as.connect.target);
    }
    label_wires(b, n, wire);
    for (size_t k = 0; k < n; k++) {
        space_enter(b, wire[k].item->space);
        made_note(b, &b->m->made);
        build(b, &wire[k]);
    }
    space_enter(b, before);
}
