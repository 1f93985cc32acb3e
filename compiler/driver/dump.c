#include "compiler/driver/pipeline.h"

/* One function per DUMP row: false when its phase left nothing that can be
 * printed. The tree and the model can be printed even when they are in error. */

static bool dump_tokens(Compilation *c, Sbuf *out)
{
    if (c->source < 0)
        return false;
    /* The tokens are read once more, with complaints of their own: those of the parser are the ones to show. */
    DiagList before = c->cx.diags;
    c->cx.diags = (DiagList){0};
    parse_dump_tokens(&c->cx, c->source, out);
    c->cx.diags = before;
    return true;
}

static bool dump_ast(Compilation *c, Sbuf *out)
{
    if (c->ast)
        ast_print(c->ast, out);
    return c->ast;
}

static bool dump_model(Compilation *c, Sbuf *out)
{
    if (c->model)
        model_print(c->model, out);
    return c->model;
}

static bool dump_net(Compilation *c, Sbuf *out)
{
    if (c->net)
        net_print(c->net, out);
    return c->net;
}

static bool dump_check(Compilation *c, Sbuf *out)
{
    if (c->report)
        report_print(c->report, out);
    return c->report;
}

static bool dump_plan(Compilation *c, Sbuf *out)
{
    if (c->plan)
        plan_print(c->plan, out);
    return c->plan;
}

static bool dump_kernel(Compilation *c, const char *which, Sbuf *out)
{
    const char *text = c->kernel ? c->jit->text(c->kernel, which) : NULL;

    if (text)
        sbuf_str(out, text);
    return text;
}

static bool dump_llvm(Compilation *c, Sbuf *out)
{
    return dump_kernel(c, "llvm", out);
}

static bool dump_llvm_opt(Compilation *c, Sbuf *out)
{
    return dump_kernel(c, "llvm-opt", out);
}

static bool dump_asm(Compilation *c, Sbuf *out)
{
    return dump_kernel(c, "asm", out);
}

bool compilation_dump(Compilation *c, DumpId which, Sbuf *out)
{
    switch (which) {
#define PHASE(id, text)
#define DUMP(id, phase, name, alias, text) \
    case DUMP_##id: return dump_##id(c, out);
#include "compiler/driver/phases.def"
#undef PHASE
#undef DUMP
    default: return false;
    }
}
