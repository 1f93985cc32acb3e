/* White noise and the methods that integrate it: which noise a method takes, and
 * what it needs of the noise beside its size (docs/semantics.md, section 10). */
#include "compiler/expr/derive.h"
#include "compiler/plan/build.h"

static Diag *report(Ctx *cx, const Model *m, const char *why)
{
    return diag_at(cx, D_E0807, m->sim.method_span, "`%s` %s", eig_method[m->sim.method].name, why);
}

static bool is_none(const Expr *e)
{
    return expr_is_const(e, NULL) && mpq_sgn(e->as.value) == 0;
}

/* dg/dx_k of state k; NULL where it is too large to be written out. */
static const Expr *slope_of(Ctx *cx, const Model *m, const ModelPop *p, size_t k)
{
    return expr_derive(cx, m->nums, p->state[k].noise, (EigVar)(EIG_VAR_STATE + k));
}

/* Where the model has noise. */
static bool find_noise(const Model *m, Span *at, const char **of)
{
    for (size_t q = 0; q < m->pops.n; q++) {
        const ModelPop *p = &m->pops.at[q];
        *of = p->name;
        if (p->noise) {
            *at = p->noise->span;
            return true;
        }
        for (size_t k = 0; k < p->n_states; k++)
            if (p->state[k].noise) {
                *at = p->state[k].noise->span;
                return true;
            }
    }
    return false;
}

bool plan_has_noise(const Model *m)
{
    Span at;
    const char *of;
    return find_noise(m, &at, &of);
}

static bool has_limits(const Model *m)
{
    for (size_t q = 0; q < m->pops.n; q++)
        if (m->pops.at[q].is_switched || (m->pops.at[q].prox_step && mpq_sgn(m->pops.at[q].prox_step) == 0))
            return true;
    return false;
}

static bool is_received(const Model *m, size_t pop)
{
    for (size_t k = 0; k < m->conns.n; k++)
        if (m->conns.at[k].post == pop)
            return true;
    return false;
}

/* What the noise of state k depends on that has noise of another source, in words; NULL: nothing. Without connections
 * `input` is what the model says of t and i, and fluctuating inputs, which are constant within a step. */
static const char *foreign_noise(Ctx *cx, const Model *m, size_t pop, size_t k)
{
    const ModelPop *p = &m->pops.at[pop];
    for (size_t j = 0; j < p->n_states; j++)
        if (j != k && p->state[j].noise && expr_uses(p->state[k].noise, (EigVar)(EIG_VAR_STATE + j)))
            return arena_printf(&cx->arena, "`%s`, which has noise of its own", p->state[j].name);
    if (expr_uses(p->state[k].noise, EIG_VAR_Z) && is_received(m, pop))
        return "`input`, which changes with the noise of other neurons";
    return NULL;
}

static Diag *report_slope(Ctx *cx, const Model *m, const ModelState *s, const char *why, const char *note)
{
    Diag *d = report(cx, m, why);
    diag_note_at(cx, d, s->span, "%s", arena_printf(&cx->arena, "the noise of `%s` %s", s->name, note));
    return d;
}

static bool fits_derivative(Ctx *cx, const Model *m, const ModelPop *p, size_t k)
{
    if (slope_of(cx, m, p, k))
        return true;
    Diag *d = report_slope(cx, m, &p->state[k], "needs the derivative of the noise by its state", "has one that is too large to be written out");
    diag_help(cx, d, "write `method = euler_maruyama`, which needs none");
    return false;
}

/* f - (0.5 g) g' of Ito's f, slope g'. */
static const Expr *to_stratonovich(Ctx *cx, const Model *m, const ModelState *s, const Expr *slope)
{
    mpq_ptr half = num_new(m->nums);
    mpq_set_ui(half, 1, 2);
    const Expr *half_g[2] = { expr_const(cx, s->noise->span, half), s->noise };
    const Expr *product[2] = { expr_call(cx, m->nums, s->noise->span, EIG_FN_MUL, 2, half_g), slope };
    const Expr *difference[2] = { s->drift, expr_call(cx, m->nums, s->noise->span, EIG_FN_MUL, 2, product) };
    return expr_call(cx, m->nums, s->noise->span, EIG_FN_SUB, 2, difference);
}

/* Milstein's term is that of one Wiener process; two that meet would need the area between them, which is not drawn. */
static bool fits_milstein(Ctx *cx, const Model *m, size_t pop, size_t k)
{
    const ModelPop *p = &m->pops.at[pop];
    const char *foreign = foreign_noise(cx, m, pop, k);
    if (!foreign)
        return fits_derivative(cx, m, p, k);
    Diag *d = report_slope(cx, m, &p->state[k], "takes noise whose size depends on its own state, and on others that have no noise",
                           arena_printf(&cx->arena, "depends on %s", foreign));
    diag_help(cx, d, "write `method = euler_maruyama`, of strong order 1/2 for any noise");
    return false;
}

static bool fits_stratonovich(Ctx *cx, const Model *m, const ModelState *s, const Expr *slope)
{
    const Expr *drift = to_stratonovich(cx, m, s, slope);
    if (drift->size < EXPR_MAX_SIZE && drift->depth <= EXPR_MAX_DEPTH)
        return true;
    Diag *d = report_slope(cx, m, s, "computes what an equation is by Stratonovich", "makes that equation too large to be written out");
    diag_help(cx, d, "write `method = euler_maruyama`, which computes what it is by Ito");
    return false;
}

/* It converges to the solution by Stratonovich, so Ito's drift is taken to that sense. */
static bool fits_stochastic_heun(Ctx *cx, const Model *m, size_t pop, size_t k)
{
    const ModelPop *p = &m->pops.at[pop];
    if (p->state[k].stratonovich)
        return true;
    if (!expr_uses(p->state[k].noise, EIG_VAR_Z) || !is_received(m, pop))
        return fits_derivative(cx, m, p, k) && fits_stratonovich(cx, m, &p->state[k], slope_of(cx, m, p, k));
    Diag *d = report_slope(cx, m, &p->state[k], "computes what an equation is by Stratonovich, with the derivative of the noise by its state",
                           "depends on `input`, which changes with the state in a way that is not derived");
    diag_help(cx, d, "write `method = euler_maruyama`, which computes what it is by Ito");
    return false;
}

/* Its order is that for noise which depends on time alone; a factor that depends on a state is not even taken in the right sense. */
static bool fits_sra1(Ctx *cx, const Model *m, size_t pop, size_t k)
{
    const ModelPop *p = &m->pops.at[pop];
    const char *on = expr_uses(p->state[k].noise, EIG_VAR_Z) && is_received(m, pop) ? "input" : NULL;
    for (size_t j = 0; j < p->n_states && !on; j++)
        if (expr_uses(p->state[k].noise, (EigVar)(EIG_VAR_STATE + j)))
            on = p->state[j].name;
    if (!on)
        return true;
    Diag *d = report_slope(cx, m, &p->state[k], "takes noise whose size does not depend on states", arena_printf(&cx->arena, "depends on `%s`", on));
    diag_help(cx, d, "write `method = milstein`, or `euler_maruyama` for any noise");
    return false;
}

static bool fits_state(Ctx *cx, const Model *m, size_t pop, size_t k)
{
    switch (m->sim.method) {
    case EIG_METHOD_MILSTEIN:       return fits_milstein(cx, m, pop, k);
    case EIG_METHOD_STOCHASTICHEUN: return fits_stochastic_heun(cx, m, pop, k);
    case EIG_METHOD_SRA1:           return fits_sra1(cx, m, pop, k);
    default:                        return true;
    }
}

bool plan_noise_fits(Ctx *cx, const Model *m)
{
    Span at;
    const char *of;
    if (!find_noise(m, &at, &of))
        return true;
    if (!eig_method[m->sim.method].noise) {
        Diag *d = report(cx, m, "is a method for equations without noise");
        diag_note_at(cx, d, at, "the noise of `%s`", of);
        diag_help(cx, d, has_limits(m) ? "no method takes noise beside the projected or switched dynamics: leave one of them out"
                                       : "write `method = euler_maruyama`, with a step of its own");
        return false;
    }
    for (size_t q = 0; q < m->pops.n; q++)
        for (size_t k = 0; k < m->pops.at[q].n_states; k++)
            if (m->pops.at[q].state[k].noise && !fits_state(cx, m, q, k))
                return false;
    return true;
}

static PlanState plan_state(Ctx *cx, const Model *m, const ModelPop *p, size_t k)
{
    const ModelState *s = &p->state[k];
    EigMethod method = m->sim.method;
    if (!s->noise || (method != EIG_METHOD_MILSTEIN && method != EIG_METHOD_STOCHASTICHEUN))
        return (PlanState){ .drift = s->drift };
    if (method == EIG_METHOD_STOCHASTICHEUN && s->stratonovich)
        return (PlanState){ .drift = s->stratonovich };
    const Expr *slope = slope_of(cx, m, p, k);
    if (is_none(slope))
        return (PlanState){ .drift = s->drift };
    return method == EIG_METHOD_MILSTEIN ? (PlanState){ s->drift, slope } : (PlanState){ .drift = to_stratonovich(cx, m, s, slope) };
}

const PlanState *plan_diffusion(Ctx *cx, const Model *m, const ModelPop *p)
{
    PlanState *state = ARENA_ARRAY(&cx->arena, p->n_states + 1, PlanState);
    for (size_t k = 0; k < p->n_states; k++)
        state[k] = plan_state(cx, m, p, k);
    return state;
}
