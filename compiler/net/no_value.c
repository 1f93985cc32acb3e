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

static const char *sign_of(EigFn fn)
{
    switch (fn) {
    case EIG_FN_ADD: return "+";
    case EIG_FN_SUB: case EIG_FN_NEG: return "-";
    case EIG_FN_MUL: return "*";
    case EIG_FN_DIV: return "/";
    case EIG_FN_POW: return "^";
    default:         return NULL;
    }
}

static void show_call(NetBuild *b, Diag *d, const Blame *why)
{
    EigFn fn = why->call->as.call.fn;
    const char *sign = sign_of(fn), *is = "is no finite number";
    if (why->call->as.call.n_args == 1)
        diag_help(b->cx, d, "%s(%g) %s", sign ? sign : eig_fn_word(fn), why->arg[0], is);
    else if (sign)
        diag_help(b->cx, d, "%g %s %g %s", why->arg[0], sign, why->arg[1], is);
    else
        diag_help(b->cx, d, "%s(%g, %g) %s", eig_fn_word(fn), why->arg[0], why->arg[1], is);
}

/* is_first: it is neuron 0, and its number is in the text. */
static void explain(NetBuild *b, Diag *d, const Blame *why, bool is_first)
{
    EigFn fn = why->call->as.call.fn;
    if (fn == EIG_FN_DIV && why->arg[1] == 0)
        diag_help(b->cx, d, "it divides by 0; keep divisors away from it%s", is_first ? ": `i` begins at 0, so `1 / (1 + i)`" : "");
    else if (fn == EIG_FN_LOG && why->arg[0] <= 0)
        diag_help(b->cx, d, "there is no logarithm of %g; keep what it is of above 0%s", why->arg[0],
                  is_first ? ": `i` begins at 0, so `log(1 + i)`" : "");
    else if (fn == EIG_FN_SQRT && why->arg[0] < 0)
        diag_help(b->cx, d, "there is no square root of %g; `sqrt(max(0, x))` is 0 where x is negative", why->arg[0]);
    else
        show_call(b, d, why);
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
        explain(b, d, &why, k == 0 && expr_uses(of, EIG_VAR_I));
    return false;
}
