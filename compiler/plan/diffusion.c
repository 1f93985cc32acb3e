/* White noise and the methods that integrate it: which noise a method takes, and
 * what it needs of the noise beside its size (docs/semantics.md, section 10). */
#include "compiler/code/code.h"
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

/* Milstein's term is that of one Wiener process; two that meet would need the area between them, which is not drawn. */
static bool fits_slope(Ctx *cx, const Model *m, size_t pop, size_t k)
{
    const ModelPop *p = &m->pops.at[pop];
    const char *foreign = foreign_noise(cx, m, pop, k);
    if (foreign) {
        Diag *d = report(cx, m, "takes noise whose size depends on its own state, and on others that have no noise");
        diag_note_at(cx, d, p->state[k].span, "the noise of `%s` depends on %s", p->state[k].name, foreign);
        diag_help(cx, d, "write `method = euler_maruyama`, of strong order 1/2 for any noise");
        return false;
    }
    if (slope_of(cx, m, p, k))
        return true;
    Diag *d = report(cx, m, "needs the derivative of the noise by its state");
    diag_note_at(cx, d, p->state[k].span, "that of the noise of `%s` is too large to be written out", p->state[k].name);
    diag_help(cx, d, "write `method = euler_maruyama`, which needs none");
    return false;
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
        diag_help(cx, d, "write `method = euler_maruyama`, with a step of its own");
        return false;
    }
    for (size_t q = 0; m->sim.method == EIG_METHOD_MILSTEIN && q < m->pops.n; q++)
        for (size_t k = 0; k < m->pops.at[q].n_states; k++)
            if (m->pops.at[q].state[k].noise && !fits_slope(cx, m, q, k))
                return false;
    return true;
}

EigCode plan_noise_slope(Ctx *cx, const Model *m, const ModelPop *p, size_t k)
{
    if (m->sim.method != EIG_METHOD_MILSTEIN || !p->state[k].noise)
        return (EigCode){ 0 };
    const Expr *slope = slope_of(cx, m, p, k);
    return is_none(slope) ? (EigCode){ 0 } : expr_to_code(cx, slope);
}
