/* Why an expression has no value for a neuron, in words. */
#include "compiler/net/build.h"

#include <math.h>

/* The first call on the way that makes no double of doubles, and of which. */
typedef struct Blame {
    const Expr *call;           /* NULL: none */
    double arg[2];
} Blame;

static double blame(const Expr *e, uint64_t seed, size_t k, Blame *out)
{
    double arg[2] = { 0, 0 };
    switch (e->kind) {
    case EXPR_CONST: return num_to_double(e->as.value);
    case EXPR_VAR:   return (double)k;
    case EXPR_DRAW:  return expr_draw_value(e, seed, k, 0);
    default:         break;
    }
    for (int a = 0; a < e->as.call.n_args; a++)
        arg[a] = blame(e->as.call.arg[a], seed, k, out);
    double x = eig_fn_apply(e->as.call.fn, arg[0], arg[1]);
    if (!out->call && !isfinite(x))
        *out = (Blame){ e, { arg[0], arg[1] } };
    return x;
}

static void explain(NetBuild *b, Diag *d, const Blame *why)
{
    switch (why->call->as.call.fn) {
    case EIG_FN_DIV:
        if (why->arg[1] == 0)
            diag_help(b->cx, d, "it divides by 0; keep divisors away from it: `i` begins at 0, so `1 / (1 + i)`");
        else
            diag_help(b->cx, d, "%g / %g is beyond the doubles", why->arg[0], why->arg[1]);
        return;
    case EIG_FN_LOG:
        diag_help(b->cx, d, "there is no logarithm of %g; keep what it is of above 0: `i` begins at 0, so `log(1 + i)`", why->arg[0]);
        return;
    case EIG_FN_SQRT:
        diag_help(b->cx, d, "there is no square root of %g; `sqrt(max(0, x))` is 0 where x is negative", why->arg[0]);
        return;
    default:
        diag_help(b->cx, d, "`%s` has no finite value at %g", eig_fn_word(why->call->as.call.fn), why->arg[0]);
        return;
    }
}

bool neuron_has_no_value(NetBuild *b, const NetPop *p, const Expr *of, Span at, const char *name, size_t k)
{
    Blame why = { 0 };
    Sbuf neuron = { 0 };
    net_neuron_name(p, k, &neuron);
    Diag *d = diag_at(b->cx, D_E0403, at, "the %s of %s has no finite value", name, sbuf_text(&neuron));
    sbuf_free(&neuron);
    blame(of, b->m->sim.seed, k, &why);
    if (why.call)
        explain(b, d, &why);
    return false;
}
