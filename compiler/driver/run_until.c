#include "compiler/driver/run_until.h"

#include <string.h>

#include "runtime/layout.h"

static bool wrong(Compilation *c, const char *what, const char *help)
{
    diag_help(&c->cx, diag_nowhere(&c->cx, D_E0404, "--until '%s': %s", c->options->until, what), "%s", help);
    return false;
}

/* What stands behind `duration =` in a model; NULL after diagnostics. */
static const AstExpr *parse(Compilation *c)
{
    const char *all = arena_printf(&c->cx.arena, "simulate { duration = %s }", c->options->until);
    size_t errors = c->cx.diags.n_errors;
    int source = source_from_text(&c->cx, "--until", all, strlen(all));
    const Ast *ast = source >= 0 ? parse_source(&c->cx, source) : NULL;
    if (!ast || c->cx.diags.n_errors > errors)
        return NULL;
    const AstDecl *d = ast->decls.n == 1 ? ast->decls.at[0] : NULL;
    const AstAttrs *attrs = d && d->kind == AST_SIMULATE ? &d->as.simulate.attrs : NULL;
    const AstAttr *a = attrs && attrs->n == 1 ? &attrs->at[0] : NULL;
    if (a && a->kind == AST_ATTR_VALUE && a->value->kind == AST_NUMBER)
        return a->value;
    wrong(c, "this is not one number", c->model->has_time_unit ? "write a time with its unit: --until '100 ms'" : "write a time: --until 100");
    return NULL;
}

/* In the model's unit. */
static bool read_time(Compilation *c, mpq_ptr time)
{
    const AstExpr *e = parse(c);
    Num value, scale;
    Unit unit, expected = c->model->has_time_unit ? (Unit){ .twice = { [DIM_TIME] = 2 } } : UNIT_NONE;
    if (!e || !num_parse(&c->nums, e->as.number.text, strlen(e->as.number.text), &value) ||
        !unit_from_ast(&c->cx, &c->nums, &e->as.number.unit, &unit, &scale))
        return false;
    if (!unit_equal(unit, expected))
        return c->model->has_time_unit ? wrong(c, "the model's time is in ms", "write it with its unit: --until '100 ms'")
                                       : wrong(c, "the model's time has no unit", "write it without a unit: --until 100");
    mpq_mul(time, value, scale);
    return true;
}

bool run_until(Compilation *c)
{
    EigProblem *p = &c->plan->problem;
    const ModelSim *sim = &c->model->sim;
    mpq_ptr time = num_new(&c->nums), steps = num_new(&c->nums);
    if (!read_time(c, time))
        return false;
    if (mpq_sgn(time) <= 0 || mpq_cmp(time, sim->duration) > 0)
        return wrong(c, "no run ends there", arena_printf(&c->cx.arena, "the end lies behind 0 and not behind the duration, %s",
                                                          num_text(&c->cx, sim->duration)));
    if (eig_method[p->method].adaptive) {
        p->whole = p->duration;
        p->duration = num_to_double(time);
        return true;
    }
    mpq_div(steps, time, sim->step);
    if (mpz_cmp_ui(mpq_denref(steps), 1) != 0)
        return wrong(c, arena_printf(&c->cx.arena, "that is no whole number of steps of %s", num_text(&c->cx, sim->step)),
                     "a run ends between two steps");
    p->n_steps = mpz_get_si(mpq_numref(steps));
    p->duration = eig_step_time(p, p->n_steps);
    return true;
}
