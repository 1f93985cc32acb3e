/* Recorded quantities. */
#include "compiler/model/build.h"

#include <string.h>

/* ---- records ---- */

static bool is_recorded(const Builder *b, const char *name)
{
    for (size_t k = 0; k < b->m->sim.records.n; k++)
        if (strcmp(b->m->sim.records.at[k].name, name) == 0)
            return true;
    return false;
}

static void record(Builder *b, const AstExpr *e, size_t clock)
{
    Scope scope = { .kind = SCOPE_RECORD, .what = "a recorded quantity", .pop = NO_POP };
    made_note(b, &b->m->made);
    Typed v = resolve(b, e, &scope);
    if (!typed_ok(v))
        return;
    ModelRecord r = { .name = expression_text(b, e), .span = e->span, .unit = v.unit, .expr = v.e, .width = 1,
                      .pop = SIZE_MAX, .clock = clock };
    made_note(b, &r.made);
    if (v.pop != NO_POP && v.n_neurons > 1) {
        r.width = v.n_neurons;
        r.pop = (size_t)v.pop;
    }
    if (is_recorded(b, r.name))
        diag_help(b->cx, diag_at(b->cx, D_E0202, e->span, "`%s` is recorded already", r.name), "leave it out: a quantity has one record");
    else
        vec_push(&b->cx->arena, &b->m->sim.records, r);
}

void records_build(Builder *b)
{
    const AstDecl *d = simulate_block(b);
    size_t line = 0;
    const AstExprs *measured = b->many->measured;
    for (size_t k = 0; measured && k < measured->n; k++)
        record(b, measured->at[k], 0);
    if (measured)
        return;
    for (size_t k = 0; d && k < d->as.simulate.attrs.n; k++) {
        const AstAttr *a = &d->as.simulate.attrs.at[k];
        if (a->kind != AST_ATTR_RECORD)
            continue;
        for (size_t j = 0; j < a->records.n; j++)
            record(b, a->records.at[j], b->clock_of.at[line]);
        line++;
    }
}
