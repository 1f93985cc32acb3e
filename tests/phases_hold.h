/* A text through every phase before code generation, with what each of them
 * promises: it fails exactly when it says why, an error has a place in the text
 * and a code, and the invariants of its result hold. A broken promise aborts.
 * Models that read data files stop before they do, and large ones before the
 * phases whose cost grows with them. */
#ifndef TESTS_PHASES_HOLD_H
#define TESTS_PHASES_HOLD_H
#include "compiler/check/check.h"
#include "compiler/plan/plan.h"
#include "lang/parse.h"

/* Proofs are about n^3 on exact numbers; weights by expression are a formula a pair. */
enum { MOST_PAIRS = 20000, MOST_CHECKED = 12, MOST_PLANNED = 100000 };

#define MUST(promise) ((promise) ? (void)0 : BUG("%s", #promise))

static bool reads_table(const Ast *ast)
{
    for (size_t k = 0; k < ast->decls.n; k++)
        if (ast->decls.at[k]->kind == AST_POPULATION && ast->decls.at[k]->as.population.table)
            return true;
    return false;
}

static bool is_small(const Model *m)
{
    double pairs = 0;
    for (size_t k = 0; k < m->conns.n; k++) {
        const ModelConn *c = &m->conns.at[k];
        if (c->path)
            return false;
        if (c->kind != WEIGHT_UNIFORM || c->pattern != PATTERN_ALL)
            pairs += (double)m->pops.at[c->pre].size * (double)m->pops.at[c->post].size;
    }
    return pairs <= MOST_PAIRS;
}

static void dump(void (*print)(const void *, Sbuf *), const void *what)
{
    Sbuf out = { 0 };
    print(what, &out);
    sbuf_free(&out);
}

static void print_model(const void *m, Sbuf *out) { model_print(m, out); }
static void print_net(const void *net, Sbuf *out) { net_print(net, out); }
static void print_plan(const void *plan, Sbuf *out) { plan_print(plan, out); }
static void print_report(const void *report, Sbuf *out) { report_print(report, out); }
static void print_diagnostics(const void *cx, Sbuf *out) { diag_render(cx, out, false); }

/* How far a text got. */
typedef enum Reached { REACHED_TEXT, REACHED_TREE, REACHED_MODEL, REACHED_NET, REACHED_PLAN } Reached;

static Reached check_and_plan(Ctx *cx, const Net *net)
{
    Report report = { 0 };
    Plan plan = { 0 };
    if (net->n <= MOST_CHECKED) {
        size_t before = cx->diags.n_errors;
        bool ok = check_net(cx, net, CONCLUDE_ALL, &report);
        MUST(ok == (cx->diags.n_errors == before));
        dump(print_report, &report);
        report_free(&report);
    }
    size_t before = cx->diags.n_errors;
    if (net->n > MOST_PLANNED)
        return REACHED_NET;
    bool ok = plan_make(cx, net, &plan);
    MUST(ok == (cx->diags.n_errors == before));
    if (!ok)
        return REACHED_NET;
    plan_verify(&plan);
    dump(print_plan, &plan);
    return REACHED_PLAN;
}

static Reached from_tree(Ctx *cx, NumPool *nums, int source, const Ast *ast)
{
    Model model = { 0 };
    Net net = { 0 };
    bool ok = model_build(cx, nums, source, ast, 0, NULL, &model);
    MUST(ok == (cx->diags.n_errors == 0));
    dump(print_model, &model);
    if (!ok)
        return REACHED_TREE;
    model_verify(&model);
    if (!is_small(&model))
        return REACHED_MODEL;
    ok = net_build(cx, &model, &net);
    MUST(ok == (cx->diags.n_errors == 0));
    if (!ok)
        return REACHED_MODEL;
    net_verify(&net);
    dump(print_net, &net);
    return check_and_plan(cx, &net);
}

/* Every diagnostic says something, and says where, within a text that was read.
 * Only a population or a simulation that is not there has no place. */
static void check_diagnostics(const Ctx *cx)
{
    for (size_t k = 0; k < cx->diags.n; k++) {
        const Diag *d = &cx->diags.at[k];
        MUST(d->has_span || d->code == D_E0207 || d->code == D_E0801);
        MUST(!d->has_span || (d->span.source < cx->n_sources && d->span.from <= d->span.to &&
                              d->span.to <= cx->sources[d->span.source]->n));
        MUST(d->text && d->text[0] && diag_code_name(d->code));
    }
    dump(print_diagnostics, cx);
}

static inline Reached phases_hold(const char *text, size_t n)
{
    Ctx cx;
    NumPool nums = { 0 };
    Reached reached = REACHED_TEXT;
    ctx_init(&cx);
    int source = source_from_text(&cx, "fuzz.eig", text, n);
    const Ast *ast = source >= 0 ? parse_source(&cx, source) : NULL;
    if (ast && cx.diags.n_errors == 0)
        reached = reads_table(ast) ? REACHED_TREE : from_tree(&cx, &nums, source, ast);
    if (source >= 0)
        check_diagnostics(&cx);
    num_pool_free(&nums);
    ctx_free(&cx);
    return reached;
}
#endif
