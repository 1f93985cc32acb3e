/* noise_ou(tau = T, sigma = S): an Ornstein-Uhlenbeck process of each neuron, a
 * number that the neuron carries besides its states. It fluctuates about 0 with
 * the standard deviation S and forgets with the time constant T; it starts in its
 * stationary law. */
#include "compiler/model/build.h"

#include <string.h>

static const char USAGE[] = "noise_ou(tau = 5 ms, sigma = 0.2)";

static Typed refuse(Builder *b, Span at, const char *what)
{
    Diag *d = diag_at(b->cx, D_E0209, at, "%s", what);
    diag_help(b->cx, d, "write `%s`", USAGE);
    return typed_error(at);
}

/* tau and sigma, by name or in this order. */
static bool read_arguments(Builder *b, const AstExpr *call, const AstExpr *out[2])
{
    static const char *const name[2] = { "tau", "sigma" };
    const AstArgs *args = &call->as.call.args;
    for (size_t k = 0; k < args->n; k++) {
        const AstArg *a = &args->at[k];
        size_t which = a->name ? 0 : k;
        while (a->name && which < 2 && strcmp(a->name, name[which]) != 0)
            which++;
        if (which >= 2 || out[which]) {
            refuse(b, a->name ? a->name_span : a->value->span, a->name && which < 2 ? "this argument is given twice"
                                                                                   : "`noise_ou` takes a time constant and a standard deviation");
            return false;
        }
        out[which] = a->value;
    }
    if (out[0] && out[1])
        return true;
    refuse(b, call->span, "`noise_ou` takes a time constant and a standard deviation");
    return false;
}

static bool read_numbers(Builder *b, const AstExpr *const arg[2], ModelOu *ou, Unit *unit)
{
    Typed tau, sigma;
    bool timed = constant_number(b, arg[0], "the time constant of the noise", &tau) &&
                 time_expect(b, tau, "the time constant of the noise");
    if (!constant_number(b, arg[1], "the standard deviation of the noise", &sigma) || !timed)
        return false;
    expr_is_const(tau.e, &ou->tau);
    expr_is_const(sigma.e, &ou->sigma);
    *unit = sigma.unit;
    if (mpq_sgn(ou->tau) <= 0) {
        Diag *d = diag_at(b->cx, D_E0401, tau.span, "a time constant is above 0, and this is %s", constant_text(b, tau));
        diag_help(b->cx, d, "it is how long the input remembers, such as `tau = 5%s`; an input without memory is the `noise` of the population",
                  unit_is_none(tau.unit) ? "" : " ms");
    }
    if (mpq_sgn(ou->sigma) < 0) {
        Diag *d = diag_at(b->cx, D_E0401, sigma.span, "a standard deviation is at least 0, and this is %s", constant_text(b, sigma));
        diag_help(b->cx, d, "leave the sign out: the input fluctuates to both sides of 0 alike");
    }
    return mpq_sgn(ou->tau) > 0 && mpq_sgn(ou->sigma) >= 0;
}

Typed noise_ou_call(Builder *b, const AstExpr *call, const Scope *scope)
{
    const AstExpr *arg[2] = { 0 };
    ModelOu ou = { .span = call->span };
    Unit unit;
    if (scope->kind != SCOPE_INPUT || scope->pop == NO_POP) {
        Diag *d = diag_at(b->cx, D_E0208, call->span, "`noise_ou` cannot be used in %s", scope->what);
        diag_help(b->cx, d, "a fluctuating input stands in the input of a population");
        return typed_error(call->span);
    }
    if (!read_arguments(b, call, arg) || !read_numbers(b, arg, &ou, &unit))
        return typed_error(call->span);
    ModelPop *p = &b->m->pops.at[scope->pop];
    const Equations *eq = b->pops.at[scope->pop].eq;
    size_t state = (eq ? eq->n : 1) + p->ous.n;
    if (state >= EIG_MAX_STATES) {
        diag_at(b->cx, D_E0402, call->span, "a neuron carries at most %d numbers, its fluctuating inputs among them", EIG_MAX_STATES);
        return typed_error(call->span);
    }
    vec_push(&b->cx->arena, &p->ous, ou);
    return (Typed){ .e = expr_var(b->cx, call->span, (EigVar)(EIG_VAR_STATE + state)), .unit = unit, .pop = NO_POP,
                    .span = call->span };
}
