/* Whether all that a model computes is smooth, as `taylor` asks: formulas whose derivatives of every order are known (jets.c), between times that are
 * given and those at which an argument of `min`, `max` or `abs` crosses, which runtime/kinks.c finds. What is a function of the neuron's number and
 * of draws alone may be anything. */
#include "compiler/expr/affine.h"
#include "compiler/plan/build.h"

typedef struct Search {
    Ctx *cx;
    const Model *m;
    const char *what;           /* what is not smooth, in words; NULL: nothing so far */
    Span at;
    const char *of;
    bool has_kinks;
} Search;

static bool moves(const Expr *e)
{
    if (e->kind == EXPR_VAR)
        return e->as.var != EIG_VAR_I && e->as.var != EIG_VAR_PRE_I && e->as.var != EIG_VAR_POST_I;
    if (e->kind == EXPR_SOLVE)
        return moves(e->as.solve.s);
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_SAMPLES || e->kind == EXPR_COLUMN;       /* here a part of a pair */
    return moves(e->as.call.arg[0]) || (e->as.call.n_args > 1 && moves(e->as.call.arg[1]));
}

static void found(Search *s, const Expr *e, const char *what)
{
    if (s->what)
        return;
    s->what = what;
    s->at = e->span;
}

/* step(a + b t), pulse(a + b t, c), ramp(t - a, b): they jump, or have their kinks, at times that are given (jumps.c). */
static bool is_switch(const Search *s, const Expr *e)
{
    Num offset, rate;
    const Expr *const *arg = e->as.call.arg;
    if (e->as.call.fn == EIG_FN_RAMP) {
        bool is_shift = arg[0]->kind == EXPR_CALL && arg[0]->as.call.fn == EIG_FN_SUB && arg[0]->as.call.arg[0]->kind == EXPR_VAR;
        return is_shift && arg[0]->as.call.arg[0]->as.var == EIG_VAR_T && expr_is_const(arg[0]->as.call.arg[1], NULL) && expr_is_const(arg[1], NULL);
    }
    if (e->as.call.fn != EIG_FN_STEP && e->as.call.fn != EIG_FN_PULSE)
        return false;
    return expr_affine(s->m->nums, arg[0], EIG_VAR_T, &offset, &rate) && mpq_sgn(rate) != 0 && (e->as.call.n_args < 2 || expr_is_const(arg[1], NULL));
}

static const char *function_word(Search *s, EigFn fn)
{
    return eig_fn_name[fn] ? arena_printf(&s->cx->arena, "`%s`", eig_fn_name[fn]) : "a function with kinks";
}

static bool is_bent(const Search *s, const Expr *e)
{
    if (e->kind != EXPR_CALL || !moves(e) || is_switch(s, e))
        return false;
    EigFn fn = e->as.call.fn;
    return fn == EIG_FN_ABS || fn == EIG_FN_MIN || fn == EIG_FN_MAX || fn == EIG_FN_RAMP || is_bent(s, e->as.call.arg[0]) ||
           (e->as.call.n_args > 1 && is_bent(s, e->as.call.arg[1]));
}

/* sqrt(max(0, x)) and the like have no derivative where they are at rest. */
static bool is_steep(const Search *s, const Expr *e)
{
    Num power;
    EigFn fn = e->as.call.fn;
    if (!is_bent(s, e->as.call.arg[0]))
        return false;
    if (fn == EIG_FN_POW)
        return !expr_is_const(e->as.call.arg[1], &power) || mpz_cmp_ui(mpq_denref(power), 1) != 0 || mpq_cmp_si(power, 64, 1) > 0 ||
               mpq_sgn(power) <= 0;
    return fn == EIG_FN_SQRT || fn == EIG_FN_LOG;
}

static void look(Search *s, const Expr *e)
{
    if (!e || s->what || !moves(e))
        return;
    if (e->kind == EXPR_SAMPLES && !s->m->tables.at[e->as.samples.table].is_step)
        found(s, e, "samples between which it is linear");
    if (e->kind == EXPR_SOLVE)
        found(s, e, "the solution of an equation");
    if (e->kind != EXPR_CALL || is_switch(s, e))
        return;
    if (is_steep(s, e)) {
        found(s, e, arena_printf(&s->cx->arena, "`%s` of what has kinks", eig_fn_name[e->as.call.fn]));
        return;
    }
    switch (e->as.call.fn) {
    case EIG_FN_LOG_ROOT: case EIG_FN_LOGIT_ROOT:
        if (moves(e->as.call.arg[1]))
            found(s, e, arena_printf(&s->cx->arena, "`%s` of a second argument that changes", eig_fn_name[e->as.call.fn]));
        break;
    case EIG_FN_ABS: case EIG_FN_MIN: case EIG_FN_MAX: case EIG_FN_RAMP:
        s->has_kinks = true;
        break;
    case EIG_FN_FLOOR: case EIG_FN_STEP: case EIG_FN_PULSE:
        found(s, e, arena_printf(&s->cx->arena, "%s, which jumps at times that nobody gives", function_word(s, e->as.call.fn)));
        return;
    case EIG_FN_EXP_MEAN:
        found(s, e, function_word(s, e->as.call.fn));
        return;
    default: break;
    }
    look(s, e->as.call.arg[0]);
    if (e->as.call.n_args > 1)
        look(s, e->as.call.arg[1]);
}

bool plan_phi_is_analytic(const ModelPop *p)
{
    return p->n_states == 0 && !p->stepped && p->act.is_analytic;
}

static void look_at_pop(Search *s, const ModelPop *p)
{
    s->of = p->name;
    look(s, p->input);
    if (p->n_states == 0 && !plan_phi_is_analytic(p))
        look(s, p->stepped ? p->stepped : p->act.phi);
    for (size_t k = 0; k < p->n_states; k++)
        look(s, p->state[k].drift);
    look(s, p->rate);
}

static void look_at_term(Search *s, const ModelConn *c, const ModelTerm *t)
{
    s->of = c->label;
    if (t->pair && !s->what) {
        s->what = "a current that is no sum of products of what source and target contribute";
        s->at = c->span;
    }
    look(s, t->gate);
    look(s, t->signal);
}

static void search(Search *s)
{
    for (size_t q = 0; q < s->m->pops.n && !s->what; q++)
        look_at_pop(s, &s->m->pops.at[q]);
    for (size_t k = 0; k < s->m->conns.n; k++)
        for (size_t j = 0; j < s->m->conns.at[k].n_terms && !s->what; j++)
            look_at_term(s, &s->m->conns.at[k], &s->m->conns.at[k].term[j]);
}

bool plan_is_smooth(Ctx *cx, const Model *m)
{
    Search s = { .cx = cx, .m = m };
    if (m->sim.method != EIG_METHOD_TAYLOR)
        return true;
    search(&s);
    if (!s.what)
        return true;
    Diag *d = diag_at(cx, D_E0807, m->sim.method_span, "`taylor` takes formulas of which it knows all derivatives, and `%s` is computed with %s",
                      s.of, s.what);
    if (s.at.to > s.at.from)
        diag_note_at(cx, d, s.at, "here");
    diag_help(cx, d, "write `method = dopri8`, or `rk45` where there are jumps");
    return false;
}

bool plan_has_kinks(Ctx *cx, const Model *m)
{
    Search s = { .cx = cx, .m = m };
    if (m->sim.method == EIG_METHOD_TAYLOR)
        search(&s);
    return s.has_kinks;
}
