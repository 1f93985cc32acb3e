/* Whether a model is stiff, before there is a network: by the rates at which its states act on themselves, 1/tau of a leak and |dx'/dx| of an
 * equation next to the start. A method with explicit steps takes at least one for each 1/rate of the fastest, however slowly the solution changes;
 * backward steps follow the slowest, some hundred of them for each of its 1/rate, and each costs several explicit ones (docs/performance.md). */
#include "compiler/code/code.h"
#include "compiler/expr/derive.h"
#include "compiler/plan/build.h"

#include <math.h>

/* So far apart are rates of a stiff model, and so many 1/rate of the fastest is its duration. */
static const double APART = 1000, LONG = 1000;

typedef struct Rates {
    Ctx *cx;
    const Model *m;
    double fastest, slowest;    /* 0: none yet */
    const char *fast, *slow;    /* whose these are */
} Rates;

static void take(Rates *r, double rate, const char *of)
{
    if (!(rate > 0) || isinf(rate))
        return;
    if (r->fastest == 0 || rate > r->fastest) {
        r->fastest = rate;
        r->fast = of;
    }
    if (r->slowest == 0 || rate < r->slowest) {
        r->slowest = rate;
        r->slow = of;
    }
}

/* It can be computed without a network. */
static bool is_plain(const Expr *e)
{
    if (e->kind == EXPR_CALL)
        return is_plain(e->as.call.arg[0]) && (e->as.call.n_args < 2 || is_plain(e->as.call.arg[1]));
    return e->kind == EXPR_CONST || e->kind == EXPR_VAR;
}

static bool value(Rates *r, const Expr *e, const double *var, double *out)
{
    if (!e || !is_plain(e))
        return false;
    EigCode code = expr_to_code(r->cx, e);
    *out = eig_code_eval(&code, var, NULL);
    return isfinite(*out);
}

/* Of neuron 0, with its input alone. */
static bool start(Rates *r, const ModelPop *p, double *var)
{
    bool ok = value(r, p->input, var, &var[EIG_VAR_Z]);
    for (size_t k = 0; ok && k < p->n_states; k++)
        ok = value(r, p->state[k].start, var, &var[EIG_VAR_STATE + k]);
    return ok;
}

/* The largest at the start and one unit beside it: v - v^3/3 does not change by v itself where v is 1. */
static double own_rate(Rates *r, const Expr *own, EigVar state, double *var)
{
    double at = var[state], rate, most = 0;
    for (int step = -1; step <= 1; step++) {
        var[state] = at + step;
        if (value(r, own, var, &rate))
            most = fmax(most, fabs(rate));
    }
    var[state] = at;
    return most;
}

static void take_equations(Rates *r, const ModelPop *p)
{
    double var[EIG_N_VARS] = { 0 };
    if (!start(r, p, var))
        return;
    for (size_t k = 0; k < p->n_states; k++) {
        EigVar state = (EigVar)(EIG_VAR_STATE + k);
        const Expr *own = expr_derive(r->cx, r->m->nums, p->state[k].drift, state);
        take(r, own_rate(r, own, state, var), arena_printf(&r->cx->arena, "%s.%s", p->name, p->state[k].name));
    }
}

/* floor, step and pulse of something else than t: a backward step over such a jump has no end. */
static bool jumps(const Expr *e, bool inside)
{
    if (e->kind == EXPR_VAR)
        return inside && e->as.var != EIG_VAR_T && e->as.var != EIG_VAR_I;
    if (e->kind == EXPR_SOLVE)
        return jumps(e->as.solve.s, inside);
    if (e->kind != EXPR_CALL)
        return false;
    EigFn fn = e->as.call.fn;
    inside |= fn == EIG_FN_FLOOR || fn == EIG_FN_STEP || fn == EIG_FN_PULSE;
    return jumps(e->as.call.arg[0], inside) || (e->as.call.n_args > 1 && jumps(e->as.call.arg[1], inside));
}

static bool is_const(const Expr *e)
{
    return e->kind == EXPR_CONST;
}

static bool is_time(const Expr *e)
{
    return e->kind == EXPR_VAR && e->as.var == EIG_VAR_T;
}

/* Of t, but not as steps and pulses that begin at a time which is the same for all: a step that is long since nothing happens may go over a
 * stimulus. */
static bool moves(const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_SAMPLES || is_time(e) || (e->kind == EXPR_SOLVE && moves(e->as.solve.s));
    const Expr *const *arg = e->as.call.arg;
    bool is_shift = arg[0]->kind == EXPR_CALL && arg[0]->as.call.fn == EIG_FN_SUB && is_time(arg[0]->as.call.arg[0]) && is_const(arg[0]->as.call.arg[1]);
    if (is_shift && (e->as.call.fn == EIG_FN_STEP || (e->as.call.fn == EIG_FN_PULSE && is_const(arg[1]))))
        return false;
    return moves(arg[0]) || (e->as.call.n_args > 1 && moves(arg[1]));
}

static bool is_known(const Expr *e)
{
    return !e || (!jumps(e, false) && !moves(e));
}

/* Nothing of it hangs on the time or jumps with a state in a way that a long step would not see. */
static bool pop_is_known(const ModelPop *p)
{
    bool all = (p->n_states > 0 || is_known(p->stepped ? p->stepped : p->act.phi)) && (!p->input || !moves(p->input));
    for (size_t k = 0; k < p->n_states; k++)
        all &= is_known(p->state[k].drift);
    return all;
}

static bool term_moves(const ModelTerm *t)
{
    bool any = (t->gate && moves(t->gate)) || (t->signal && moves(t->signal));
    for (size_t k = 0; k < t->n_parts; k++)
        any |= moves(t->part[k].e);
    return any;
}

static bool conn_is_known(const ModelConn *c)
{
    bool all = true;
    for (size_t k = 0; k < c->n_terms; k++)
        all &= !term_moves(&c->term[k]);
    return all;
}

bool plan_is_stiff(Ctx *cx, const Model *m, const char **why)
{
    Rates r = { .cx = cx, .m = m };
    for (size_t k = 0; k < m->conns.n; k++)
        if (!conn_is_known(&m->conns.at[k]))
            return false;
    for (size_t q = 0; q < m->pops.n; q++) {
        const ModelPop *p = &m->pops.at[q];
        if (!pop_is_known(p))
            return false;
        if (p->n_states)
            take_equations(&r, p);
        else if (p->tau)
            take(&r, 1.0 / num_to_double(p->tau), p->name);
    }
    if (r.fastest == 0 || !m->sim.duration || r.fastest < APART * r.slowest || num_to_double(m->sim.duration) * r.fastest < LONG)
        return false;
    *why = arena_printf(&cx->arena, "`%s` changes %.0f times as fast as `%s`", r.fast, r.fastest / r.slowest, r.slow);
    return true;
}
