#include "compiler/driver/nash_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool complain(const char *what, const char *name)
{
    fprintf(stderr, "eigc nash: %s '%s'\n", what, name);
    return false;
}

static bool complain_population(Compilation *c, const char *typed)
{
    const Net *net = c->net;
    const char **name = ARENA_ARRAY(&c->cx.arena, net->n_pops + 1, const char *);
    for (size_t a = 0; a < net->n_pops; a++)
        name[a] = net->pop[a].model->name;
    const char *near = diag_nearest(typed, name, net->n_pops);
    fprintf(stderr, "eigc nash: --at names no population '%s' of the model", typed);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputc('\n', stderr);
    return false;
}

/* The number as a model would have it, behind an attribute of any kind; NULL: it is not one number. */
static const AstExpr *parse_value(Compilation *c, const char *value)
{
    const char *all = arena_printf(&c->cx.arena, "simulate { duration = %s }", value);
    int source = source_from_text(&c->cx, "--at", all, strlen(all));
    const Ast *ast = source >= 0 ? parse_source(&c->cx, source) : NULL;
    const AstDecl *d = ast && c->cx.diags.n_errors == 0 && ast->decls.n == 1 ? ast->decls.at[0] : NULL;
    const AstAttrs *attrs = d && d->kind == AST_SIMULATE ? &d->as.simulate.attrs : NULL;
    const AstAttr *a = attrs && attrs->n == 1 ? &attrs->at[0] : NULL;
    return a && a->kind == AST_ATTR_VALUE && a->value->kind == AST_NUMBER ? a->value : NULL;
}

/* "0.3", "-2", "40 Hz". Where the rate has a unit, the number has to have one. */
static bool read_rate(Compilation *c, const Setting *at, Unit expected, double *out)
{
    bool negative = at->value[0] == '-';
    const AstExpr *e = parse_value(c, at->value + negative);
    Num value, scale;
    Unit unit;
    if (!e || !num_parse(&c->nums, e->as.number.text, strlen(e->as.number.text), &value) ||
        !unit_from_ast(&c->cx, &c->nums, &e->as.number.unit, &unit, &scale))
        return complain("--at takes a number as a rate, with its unit if it has one, not", at->value);
    if (!unit_equal(unit, expected))
        return complain(unit_is_none(expected) ? "--at gives a unit to a rate that has none:"
                                               : arena_printf(&c->cx.arena, "the rate of '%s' is in %s, and --at says", at->name,
                                                              unit_text(&c->cx, expected)), at->value);
    mpq_ptr rate = num_new(&c->nums);
    mpq_mul(rate, value, scale);
    *out = negative ? -num_to_double(rate) : num_to_double(rate);
    return isfinite(*out) || complain("--at takes a finite number, not", at->value);
}

double *nash_state(Compilation *c)
{
    const Net *net = c->net;
    double *rate = ARENA_ARRAY(&c->cx.arena, net->n_pops, double);
    for (size_t a = 0; a < net->n_pops; a++)
        rate[a] = NAN;
    for (size_t k = 0; k < c->options->n_at; k++) {
        const Setting *at = &c->options->at[k];
        size_t a = 0;
        while (a < net->n_pops && strcmp(net->pop[a].model->name, at->name) != 0)
            a++;
        bool fine = a == net->n_pops ? complain_population(c, at->name)
                  : isnan(rate[a])   ? read_rate(c, at, net->pop[a].model->unit_x, &rate[a]) : complain("--at gives two rates for", at->name);
        if (!fine)
            return NULL;
    }
    for (size_t a = 0; a < net->n_pops; a++)
        if (isnan(rate[a])) {
            complain("a state has a rate for each population, and --at gives none for", net->pop[a].model->name);
            return NULL;
        }
    return rate;
}
