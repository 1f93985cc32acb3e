/* `method = auto`: the method that the model asks for, and why (docs/language.md, Methods). In this order: what one method alone can do, noise,
 * delays and fluctuating inputs, which want steps of one length; then a step that the text gives; then how stiff it is (stiff.c), and how smooth. */
#include "compiler/plan/build.h"

/* A tolerance from which on high order pays where everything is smooth; how many time constants a step of rk4 may be long. */
static const double SMALL_TOLERANCE = 1e-7, LONGEST_RK4 = 1;
/* So many numbers taylor computes faster than dopri8 to the same error (docs/performance.md). */
enum { FEW_NUMBERS = 64 };

typedef struct Choice {
    Ctx *cx;
    Model *m;
} Choice;

static bool fits(Choice *c, EigMethod method)
{
    DiagList said = c->cx->diags;
    c->cx->diags = (DiagList){ .within = said.within };
    c->m->sim.method = method;
    bool yes = plan_method_fits(c->cx, c->m);
    c->cx->diags = said;
    return yes;
}

static bool take(Choice *c, EigMethod method, const char *why)
{
    c->m->sim.method = method;
    c->m->sim.chosen_since = why;
    return true;
}

/* ---- what the model has ---- */

static bool by_limits(Choice *c)
{
    for (size_t q = 0; q < c->m->pops.n; q++) {
        const ModelPop *p = &c->m->pops.at[q];
        bool is_projected = p->prox_step && mpq_sgn(p->prox_step) == 0;
        if (p->is_switched || is_projected)
            return take(c, EIG_METHOD_EULER, arena_printf(&c->cx->arena, "`%s` has the %s dynamics", p->name, is_projected ? "projected" : "switched"));
    }
    return false;
}

static const char *noisy(const Model *m)
{
    for (size_t q = 0; q < m->pops.n; q++) {
        const ModelPop *p = &m->pops.at[q];
        bool has = p->noise;
        for (size_t k = 0; k < p->n_states; k++)
            has |= p->state[k].noise != NULL;
        if (has)
            return p->name;
    }
    return NULL;
}

static const char *delayed(const Model *m)
{
    for (size_t k = 0; k < m->conns.n; k++)
        if (m->conns.at[k].delay)
            return m->conns.at[k].label;
    return NULL;
}

/* The first that can compute it is of the highest strong order. */
static bool by_noise(Choice *c)
{
    static const struct { EigMethod method; const char *why; } order[] = {
        { EIG_METHOD_SRA1, "whose size depends on no state" }, { EIG_METHOD_MILSTEIN, "whose size depends on no state with other noise" },
        { EIG_METHOD_STOCHASTICHEUN, "by Stratonovich" }, { EIG_METHOD_EULERMARUYAMA, "which no method of higher order takes here" },
    };
    const char *of = noisy(c->m), *late = delayed(c->m);
    for (size_t k = 0; of && k < sizeof order / sizeof *order; k++)
        if (k + 1 == sizeof order / sizeof *order || fits(c, order[k].method))
            return take(c, order[k].method, late ? arena_printf(&c->cx->arena, "`%s` has noise and %s a delay", of, late)
                                                 : arena_printf(&c->cx->arena, "`%s` has noise %s", of, order[k].why));
    return false;
}

static bool by_delays(Choice *c)
{
    const char *late = delayed(c->m);
    return late && take(c, EIG_METHOD_HEUN, arena_printf(&c->cx->arena, "%s has a delay", late));
}

static bool by_fluctuations(Choice *c)
{
    for (size_t q = 0; q < c->m->pops.n; q++)
        if (c->m->pops.at[q].ous.n)
            return take(c, EIG_METHOD_RK4, arena_printf(&c->cx->arena, "the input of `%s` fluctuates, with a new value at every step", c->m->pops.at[q].name));
    return false;
}

/* ---- what the text gives ---- */

/* The shortest of the time constants that are one number for a population; 0: none is. */
static double shortest_tau(const Model *m)
{
    double shortest = 0;
    for (size_t q = 0; q < m->pops.n; q++) {
        double tau = m->pops.at[q].tau ? num_to_double(m->pops.at[q].tau) : 0;
        if (tau > 0 && (shortest == 0 || tau < shortest))
            shortest = tau;
    }
    return shortest;
}

static bool by_step(Choice *c)
{
    const ModelSim *sim = &c->m->sim;
    double tau = shortest_tau(c->m);
    if (!sim->has_step || sim->has_tolerance)
        return false;
    if (tau > 0 && num_to_double(sim->step) > LONGEST_RK4 * tau)
        return take(c, EIG_METHOD_EXPEULER, "the step is longer than the shortest time constant");
    return take(c, EIG_METHOD_RK4, "a step is given, and no tolerance");
}

/* By its form: a sum with a number above 0, of what is not below 0. */
static bool is_above_zero(const Expr *e, bool strictly)
{
    if (e->kind == EXPR_CONST)
        return mpq_sgn(e->as.value) > 0 || (!strictly && mpq_sgn(e->as.value) == 0);
    if (e->kind != EXPR_CALL)
        return false;
    const Expr *const *arg = e->as.call.arg;
    Num n;
    switch (e->as.call.fn) {
    case EIG_FN_EXP: case EIG_FN_NORMCDF: case EIG_FN_NORMPDF: return true;
    case EIG_FN_ADD: return (is_above_zero(arg[0], strictly) && is_above_zero(arg[1], false)) || (is_above_zero(arg[0], false) && is_above_zero(arg[1], strictly));
    case EIG_FN_MUL: return (!strictly && expr_equal(arg[0], arg[1])) || (is_above_zero(arg[0], strictly) && is_above_zero(arg[1], strictly));
    case EIG_FN_POW: return !strictly && expr_is_const(arg[1], &n) && mpz_cmp_ui(mpq_denref(n), 1) == 0 && mpz_even_p(mpq_numref(n));
    default: return false;
    }
}

/* A root of what may be 0 has a kink there. */
static bool is_root(const Expr *e)
{
    Num n;
    return e->as.call.fn == EIG_FN_SQRT
           || (e->as.call.fn == EIG_FN_POW && !(expr_is_const(e->as.call.arg[1], &n) && mpz_cmp_ui(mpq_denref(n), 1) == 0));
}

static bool is_smooth(const Expr *e)
{
    if (!e || e->kind == EXPR_CONST || e->kind == EXPR_VAR)
        return true;
    if (e->kind == EXPR_SOLVE)
        return e->as.solve.of->n_kinks == 0 && !e->as.solve.of->lo && !e->as.solve.of->hi && is_smooth(e->as.solve.s);
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_DRAW;
    if (is_root(e) && !is_above_zero(e->as.call.arg[0], true))
        return false;
    switch (e->as.call.fn) {
    case EIG_FN_ABS: case EIG_FN_MIN: case EIG_FN_MAX: case EIG_FN_FLOOR: case EIG_FN_STEP: case EIG_FN_PULSE: case EIG_FN_RAMP:
        return false;
    default:
        return is_smooth(e->as.call.arg[0]) && (e->as.call.n_args < 2 || is_smooth(e->as.call.arg[1]));
    }
}

/* What is computed with something that has kinks or jumps, by name; NULL: nothing is. */
static const char *with_kinks(const Model *m)
{
    for (size_t q = 0; q < m->pops.n; q++) {
        const ModelPop *p = &m->pops.at[q];
        bool is = p->n_states > 0 || plan_phi_is_analytic(p) || is_smooth(p->stepped ? p->stepped : p->act.phi);
        is = is && (!expr_uses(p->input, EIG_VAR_T) || is_smooth(p->input));
        for (size_t k = 0; is && k < p->n_states; k++)
            is = is_smooth(p->state[k].drift);
        if (!is)
            return p->name;
    }
    return NULL;
}

/* States of all neurons; more than SIZE_MAX are not told from it. */
static size_t n_numbers(const Model *m)
{
    size_t n = 0;
    for (size_t q = 0; q < m->pops.n; q++) {
        const ModelPop *p = &m->pops.at[q];
        size_t each = p->n_states ? p->n_states : 1;
        if (p->size > (SIZE_MAX - n) / each)
            return SIZE_MAX;
        n += p->size * each;
    }
    return n;
}

static bool is_for_taylor(Choice *c)
{
    return n_numbers(c->m) <= FEW_NUMBERS && fits(c, EIG_METHOD_TAYLOR) && !plan_has_kinks(c->cx, c->m);
}

static bool by_tolerance(Choice *c)
{
    const char *kink = with_kinks(c->m);
    if (c->m->sim.rtol > SMALL_TOLERANCE)
        return take(c, EIG_METHOD_RK45, c->m->sim.has_tolerance ? "`rtol` is not small" : "neither a step nor a small tolerance is given");
    if (kink)
        return take(c, EIG_METHOD_RK45, arena_printf(&c->cx->arena, "`%s` is computed with `max`, `abs` or the like, whose kinks keep higher orders from their own", kink));
    if (is_for_taylor(c))
        return take(c, EIG_METHOD_TAYLOR, arena_printf(&c->cx->arena, "`rtol` is small, everything has all derivatives, and %zu number%s are few",
                                                       n_numbers(c->m), n_numbers(c->m) == 1 ? "" : "s"));
    return take(c, EIG_METHOD_DOPRI8, "`rtol` is small and everything is smooth");
}

void plan_choose_method(Ctx *cx, Model *m)
{
    Choice c = { cx, m };
    const char *why;
    if (!m->sim.present || !m->sim.is_auto)
        return;
    if (by_limits(&c) || by_noise(&c) || by_delays(&c) || by_fluctuations(&c) || by_step(&c))
        return;
    if (plan_is_stiff(cx, m, &why))
        take(&c, EIG_METHOD_CVODE, why);
    else
        by_tolerance(&c);
}
