/* Noise. In an equation, `noise` is unit white noise in `per sqrt(ms)`, and what
 * stands before it makes a number of it; it has to stand there once and in no
 * function, so that the equation is drift + factor * noise. */
#include "compiler/expr/derive.h"
#include "compiler/model/build.h"

/* Stands for the noise while an equation is read; no equation knows a source neuron. */
enum { VAR_NOISE = EIG_VAR_PRE_I };

Typed noise_symbol(Builder *b, Span at)
{
    Unit per_root = unit_pow(equation_time(b), -1, 2);
    return (Typed){ .e = expr_var(b->cx, at, (EigVar)VAR_NOISE), .unit = per_root, .pop = NO_POP, .span = at };
}

/* e = drift + factor * noise; NULL is 0. */
typedef struct Parts {
    const Expr *drift, *factor;
} Parts;

static const Expr *call(Builder *b, const Expr *at, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *arg[2] = { x, y };
    return expr_call(b->cx, b->nums, at->span, fn, y ? 2 : 1, arg);
}

static const Expr *scaled(Builder *b, const Expr *at, EigFn fn, const Expr *part, const Expr *by, bool by_is_left)
{
    if (!part)
        return NULL;
    return by_is_left ? call(b, at, fn, by, part) : call(b, at, fn, part, by);
}

static bool report_not_linear(Builder *b, const Expr *e, const char *how)
{
    Diag *d = diag_at(b->cx, D_E0304, e->span, "`noise` %s here, and an equation is a change plus a factor times `noise`", how);
    diag_help(b->cx, d, "write it once, as a last term: `v' = ... + sigma * v * noise`");
    return false;
}

static const Expr *sum_of(Builder *b, const Expr *e, const Expr *left, const Expr *right)
{
    if (!left && right)
        return e->as.call.fn == EIG_FN_SUB ? call(b, e, EIG_FN_NEG, right, NULL) : right;
    return right ? call(b, e, e->as.call.fn, left, right) : left;
}

static bool split(Builder *b, const Expr *e, Parts *out)
{
    Parts a;
    if (!expr_uses(e, (EigVar)VAR_NOISE)) {
        *out = (Parts){ e, NULL };
        return true;
    }
    if (e->kind == EXPR_VAR) {
        *out = (Parts){ NULL, expr_const(b->cx, e->span, num_int(b->nums, 1)) };
        return true;
    }
    const Expr *const *arg = e->as.call.arg;
    EigFn fn = e->as.call.fn;
    bool left = expr_uses(arg[0], (EigVar)VAR_NOISE), right = e->as.call.n_args > 1 && expr_uses(arg[1], (EigVar)VAR_NOISE);
    if (left && right)
        return report_not_linear(b, e, "stands twice");
    bool sum = fn == EIG_FN_ADD || fn == EIG_FN_SUB;
    if (!sum && fn != EIG_FN_NEG && fn != EIG_FN_MUL && !(fn == EIG_FN_DIV && left))
        return report_not_linear(b, e, "stands in a function, a power or a divisor");
    if (!split(b, arg[right], &a))
        return false;
    if (fn == EIG_FN_NEG)
        *out = (Parts){ scaled(b, e, fn, a.drift, NULL, false), scaled(b, e, fn, a.factor, NULL, false) };
    else if (!sum)
        *out = (Parts){ scaled(b, e, fn, a.drift, arg[!right], right), scaled(b, e, fn, a.factor, arg[!right], right) };
    else if (right)
        *out = (Parts){ sum_of(b, e, arg[0], a.drift), sum_of(b, e, NULL, a.factor) };
    else
        *out = (Parts){ sum_of(b, e, a.drift, arg[1]), a.factor };
    return true;
}

bool noise_split(Builder *b, const Expr *e, const Expr **drift, const Expr **factor)
{
    Parts parts;
    *factor = NULL;
    if (!expr_uses(e, (EigVar)VAR_NOISE))
        return true;
    if (!split(b, e, &parts))
        return false;
    *drift = parts.drift ? parts.drift : expr_const(b->cx, e->span, num_int(b->nums, 0));
    *factor = parts.factor;
    return true;
}

/* dv = f dt + g o dW is dv = (f + 1/2 g dg/dv) dt + g dW: each state has a noise of its own. */
bool noise_to_ito(Builder *b, Span at, size_t k, const Expr *factor, const Expr **drift)
{
    if (expr_uses(factor, EIG_VAR_Z)) {
        Diag *d = diag_at(b->cx, D_E0208, at, "in the sense of Stratonovich, what stands before `noise` cannot use `input`");
        diag_note_at(b->cx, d, factor->span, "the input changes with the noise of other neurons, in a way that is not derived");
        diag_help(b->cx, d, "leave `calculus` out: by Ito the noise is independent of what stands before it");
        return false;
    }
    const Expr *slope = expr_derive(b->cx, b->nums, factor, (EigVar)(EIG_VAR_STATE + k));
    if (!slope) {
        diag_at(b->cx, D_E0403, at, "the derivative of what stands before `noise` is too large to be written out");
        return false;
    }
    if (expr_is_const(slope, NULL) && mpq_sgn(slope->as.value) == 0)
        return true;
    mpq_ptr half = num_new(b->nums);
    mpq_set_ui(half, 1, 2);
    const Expr *at_half = expr_const(b->cx, factor->span, half);
    const Expr *both = call(b, factor, EIG_FN_MUL, call(b, factor, EIG_FN_MUL, at_half, factor), slope);
    *drift = call(b, *drift, EIG_FN_ADD, *drift, both);
    if ((*drift)->size < EXPR_MAX_SIZE && (*drift)->depth <= EXPR_MAX_DEPTH)
        return true;
    diag_at(b->cx, D_E0403, at, "the drift with 1/2 g dg/dv, g what stands before `noise`, is too large to be written out");
    return false;
}
