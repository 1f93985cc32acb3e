/* Start, input and noise of each neuron, where time is not in them: what a run would begin with is looked at before it.
 * Most forms show that all neurons have a value; else each has its turn, in the doubles that a run computes with. What is no
 * double there has no value if the exact number is none either. */
#include "compiler/net/build.h"

#include <math.h>

#include "compiler/net/pair_eval.h"

/* ---- by form ---- */

/* Hold the exact value and what doubles make of it. */
typedef struct Ends {
    double lo, hi;
} Ends;

/* Further than the rounding of an end, and of a function's last bits; zero stays zero. */
static bool widened(double lo, double hi, Ends *out)
{
    *out = (Ends){ lo - 0x1p-50 * fabs(lo), hi + 0x1p-50 * fabs(hi) };
    return lo <= hi && fabs(lo) < 1e300 && fabs(hi) < 1e300;
}

static bool of_corners(EigFn fn, Ends a, Ends b, Ends *out)
{
    double lo = INFINITY, hi = -INFINITY;
    for (int k = 0; k < 4; k++) {
        double x = eig_fn_apply(fn, k & 1 ? a.hi : a.lo, k & 2 ? b.hi : b.lo);
        lo = x < lo ? x : lo;
        hi = x > hi ? x : hi;
        if (!isfinite(x))
            return false;
    }
    return widened(lo, hi, out);
}

static bool of_rising(EigFn fn, Ends a, Ends *out)
{
    return widened(eig_fn_apply(fn, a.lo, 0), eig_fn_apply(fn, a.hi, 0), out);
}

/* Of a positive number, or of any to a whole power. */
static bool of_power(const Expr *e, Ends a, Ends b, Ends *out)
{
    Num n;
    if (a.lo > 0)
        return of_corners(EIG_FN_POW, a, b, out);
    if (!expr_is_const(e->as.call.arg[1], &n) || mpz_cmp_ui(mpq_denref(n), 1) != 0 || mpq_sgn(n) < 0)
        return false;
    double most = pow(fmax(fabs(a.lo), fabs(a.hi)), num_to_double(n));
    return widened(-fmax(most, 1), fmax(most, 1), out);
}

static bool of_call(const Expr *e, Ends a, Ends b, Ends *out)
{
    EigFn fn = e->as.call.fn;
    switch (fn) {
    case EIG_FN_DIV:
        return (b.lo > 0 || b.hi < 0) && of_corners(fn, a, b, out);
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_MIN: case EIG_FN_MAX:
        return of_corners(fn, a, b, out);
    case EIG_FN_NEG:
        return widened(-a.hi, -a.lo, out);
    case EIG_FN_ABS:
        return widened(a.lo > 0 ? a.lo : a.hi < 0 ? -a.hi : 0, fmax(fabs(a.lo), fabs(a.hi)), out);
    case EIG_FN_POW:
        return of_power(e, a, b, out);
    case EIG_FN_SQRT:
        return a.lo >= 0 && of_rising(fn, a, out);
    case EIG_FN_LOG:
        return a.lo > 0 && of_rising(fn, a, out);
    case EIG_FN_LOG1P:
        return a.lo > -1 && of_rising(fn, a, out);
    case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_EXPREL: case EIG_FN_TANH: case EIG_FN_ATAN: case EIG_FN_NORMCDF:
    case EIG_FN_OMEGA:
        return of_rising(fn, a, out);
    case EIG_FN_SIN: case EIG_FN_COS:
        return widened(-1, 1, out);
    case EIG_FN_STEP: case EIG_FN_PULSE: case EIG_FN_NORMPDF:
        return widened(0, 1, out);
    case EIG_FN_FLOOR:
        return widened(a.lo - 1, a.hi, out);
    default:
        return false;
    }
}

static bool shows_values(const Expr *e, size_t n_neurons, Ends *out)
{
    static const double FIRST_U = 0x1p-60, LAST_U = 1 - 0x1p-53;    /* no uniform number is beyond them */
    Ends arg[2] = { { 0, 0 }, { 0, 0 } };
    double x;
    switch (e->kind) {
    case EXPR_CONST:
        x = num_to_double(e->as.value);
        return widened(x, x, out);
    case EXPR_VAR:
        return widened(0, (double)(n_neurons - 1), out);
    case EXPR_DRAW:
        return widened(eig_draw_value(e->as.draw.draw, FIRST_U), eig_draw_value(e->as.draw.draw, LAST_U), out);
    default:
        for (int k = 0; k < e->as.call.n_args; k++)
            if (!shows_values(e->as.call.arg[k], n_neurons, &arg[k]))
                return false;
        return of_call(e, arg[0], arg[1], out);
    }
}

bool neurons_show_values(const Expr *e, size_t n_neurons)
{
    Ends ends;
    return shows_values(e, n_neurons, &ends);
}

/* ---- neuron by neuron ---- */

enum { STRIP = 64 };        /* at most n of neurons_compute */

void neurons_compute(const NetBuild *b, const Expr *e, size_t first, size_t n, double *out)
{
    double second[STRIP];
    switch (e->kind) {
    case EXPR_CONST: {
        double x = num_to_double(e->as.value);
        for (size_t k = 0; k < n; k++)
            out[k] = x;
        return;
    }
    case EXPR_VAR:
        for (size_t k = 0; k < n; k++)
            out[k] = (double)(first + k);
        return;
    case EXPR_DRAW:
        for (size_t k = 0; k < n; k++)
            out[k] = expr_draw_value(e, b->m->sim.seed, first + k, 0);
        return;
    default:
        neurons_compute(b, e->as.call.arg[0], first, n, out);
        if (e->as.call.n_args > 1)
            neurons_compute(b, e->as.call.arg[1], first, n, second);
        for (size_t k = 0; k < n; k++)
            out[k] = eig_fn_apply(e->as.call.fn, out[k], e->as.call.n_args > 1 ? second[k] : 0);
        return;
    }
}

/* The first neuron that has none; n_neurons where each has. */
static size_t first_without(const NetBuild *b, const Expr *e, size_t n_neurons)
{
    PairEval exact;
    PairValue x;
    double value[STRIP];
    size_t found = n_neurons;
    pair_eval_begin(&exact, e, b->m->sim.seed);
    for (size_t first = 0; found == n_neurons && first < n_neurons; first += STRIP) {
        size_t n = n_neurons - first < STRIP ? n_neurons - first : STRIP;
        neurons_compute(b, e, first, n, value);
        for (size_t k = 0; k < n && found == n_neurons; k++)
            if (!isfinite(value[k]) && (!pair_eval(&exact, first + k, 0, &x) || !isfinite(x.d)))
                found = first + k;
    }
    pair_eval_end(&exact);
    return found;
}

bool neurons_know(const Expr *e)
{
    if (e->kind == EXPR_VAR)
        return e->as.var == EIG_VAR_I;
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        if (!neurons_know(e->as.call.arg[k]))
            return false;
    return e->kind == EXPR_CONST || e->kind == EXPR_DRAW || e->kind == EXPR_CALL;
}

static bool has_values(NetBuild *b, const NetPop *p, const Expr *e, const char *name)
{
    if (!e || !neurons_know(e) || neurons_show_values(e, p->size))
        return true;
    size_t k = first_without(b, e, p->size);
    return k == p->size || neuron_has_no_value(b, p, e, e->span, name, k);
}

bool neurons_begin_with_values(NetBuild *b, const NetPop *p)
{
    const ModelPop *m = p->model;
    bool ok = has_values(b, p, m->input, "input");
    ok = has_values(b, p, m->start, "start") && ok;
    ok = has_values(b, p, m->noise, "noise") && ok;
    for (size_t k = 0; k < m->n_states; k++) {
        const ModelState *s = &m->state[k];
        ok = has_values(b, p, s->start, arena_printf(&b->cx->arena, "start of `%s`", s->name)) && ok;
        ok = has_values(b, p, s->noise, arena_printf(&b->cx->arena, "noise of `%s`", s->name)) && ok;
    }
    return ok;
}
