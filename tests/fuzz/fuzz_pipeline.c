/* Any text through every phase before code generation: parse, model, net,
 * check, plan, with the invariants of each. No crash, no leak; a phase fails
 * exactly when it says why. Models that read data files stop before they do,
 * and large ones before the phases whose cost grows with them. */
#include <stdint.h>
#include <stdlib.h>

#include "compiler/check/check.h"
#include "compiler/plan/plan.h"
#include "lang/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Proofs are about n^3 on exact numbers; weights by expression are a formula a pair. */
enum { MOST_PAIRS = 20000, MOST_CHECKED = 12, MOST_PLANNED = 100000 };

static void must(bool promise)
{
    if (!promise)
        abort();
}

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

static void check_and_plan(Ctx *cx, const Net *net)
{
    Report report = { 0 };
    Plan plan = { 0 };
    if (net->n <= MOST_CHECKED) {
        size_t before = cx->diags.n_errors;
        bool ok = check_net(cx, net, &report);
        must(ok == (cx->diags.n_errors == before));
        dump(print_report, &report);
        report_free(&report);
    }
    size_t before = cx->diags.n_errors;
    if (net->n > MOST_PLANNED)
        return;
    bool ok = plan_make(cx, net, &plan);
    must(ok == (cx->diags.n_errors == before));
    if (!ok)
        return;
    plan_verify(&plan);
    dump(print_plan, &plan);
}

static void from_tree(Ctx *cx, NumPool *nums, int source, const Ast *ast)
{
    Model model = { 0 };
    Net net = { 0 };
    bool ok = model_build(cx, nums, source, ast, 0, NULL, &model);
    must(ok == (cx->diags.n_errors == 0));
    dump(print_model, &model);
    if (!ok)
        return;
    model_verify(&model);
    if (!is_small(&model))
        return;
    ok = net_build(cx, &model, &net);
    must(ok == (cx->diags.n_errors == 0));
    if (!ok)
        return;
    net_verify(&net);
    dump(print_net, &net);
    check_and_plan(cx, &net);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    Ctx cx;
    NumPool nums = { 0 };
    ctx_init(&cx);
    int source = source_from_text(&cx, "fuzz.eig", (const char *)data, n);
    const Ast *ast = source >= 0 ? parse_source(&cx, source) : NULL;
    if (ast && cx.diags.n_errors == 0 && !reads_table(ast))
        from_tree(&cx, &nums, source, ast);
    dump(print_diagnostics, &cx);
    num_pool_free(&nums);
    ctx_free(&cx);
    return 0;
}
