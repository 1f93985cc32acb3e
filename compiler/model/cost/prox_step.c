/* prox_step = g: tau x' = (prox_{g c}((1 - g) x + g s) - x)/g for the cost c of the
 * plain network and s = gain (z - threshold); for g = 1 it is the plain network.
 * g = 0 is its limit, the projected dynamics; a step of Euler's method from there
 * is x -> prox_{g c}((1 - g) x + g s) with g = h/tau, and that is what is run.
 * g = inf is the limit at the other end, for a box and in time of g tau: the
 * switched dynamics, tau x' = H(s - x) - x. With g = tau/h a step of Euler's method
 * goes where the switch takes it, but not beyond x = s, where it would chatter.
 * What is made here is the prox of g c at that point, as an expression. Where
 * g c has no closed prox, phi = prox_c serves: with w the solution of
 * (1 - g) phi(w) + g w = y, the prox of g c at y is phi(w) (docs/theory.md). */
#include "compiler/expr/affine.h"
#include "compiler/expr/derive.h"
#include "compiler/model/cost/cost.h"

static void report_negative(Builder *b, Span at, const char *what, const char *value)
{
    Diag *d = diag_at(b->cx, D_E0401, at, "%s is at least 0, and this is %s", what, value);
    diag_help(b->cx, d, "the plain network is `prox_step = 1`, the projected dynamics `prox_step = 0`");
}

void prox_step_read(Builder *b, const AstAttr *a, ModelPop *p)
{
    Typed v;
    Num g;
    const char *what = arena_printf(&b->cx->arena, "the proximal step of `%s`", p->name);
    int infinite = a ? infinite_bound(a->value) : 0;
    if (infinite < 0)
        report_negative(b, a->value->span, what, "-inf");
    p->is_switched = infinite > 0;
    if (infinite != 0) {
        p->prox_span = a->value->span;
        return;
    }
    if (!a || !constant_number(b, a->value, what, &v) || !typed_expect(b, v, UNIT_NONE, what))
        return;
    expr_is_const(v.e, &g);
    if (mpq_sgn(g) < 0) {
        report_negative(b, a->value->span, what, num_brief(b->cx, g));
        return;
    }
    p->prox_span = a->value->span;
    p->prox_step = mpq_cmp_ui(g, 1, 1) == 0 ? NULL : g;
}

/* ---- does g c have a prox ---- */

/* L/(L - 1), at and above which it has none; NULL: every step has. L is the largest slope of prox_c. */
static Num longest_step(const Writer *w, const Activation *act)
{
    Num one = num_int(w->b->nums, 1);
    if (act->slope_unbounded)
        return one;
    Num slope = exact_quotient(w, act->slope_hi, act->gain);
    return mpq_cmp(slope, one) > 0 ? exact_quotient(w, slope, exact_difference(w, slope, one)) : NULL;
}

/* The slopes of activations by formula are proved later (check/slope.c), for steps that the text gives. */
static bool has_prox(const Writer *w, const ModelPop *p, Num g)
{
    bool is_limit = mpq_sgn(p->prox_step) == 0;
    Num most = p->act.slope_known ? longest_step(w, &p->act) : is_limit ? num_int(w->b->nums, 1) : NULL;
    if (!most || mpq_cmp(g, most) < 0)
        return true;
    Ctx *cx = w->b->cx;
    Diag *d = diag_at(cx, D_E0724, p->prox_span, "with this step the activation of `%s` would have many values at one input", p->name);
    diag_note_at(cx, d, p->act.span, "x^2/2 plus %s times this cost is not %sconvex", num_brief(cx, g), p->act.slope_known ? "" : "known to be ");
    if (is_limit)
        diag_help(cx, d, "let the `step` of the run be below %s time constants", num_brief(cx, most));
    else
        diag_help(cx, d, "give it a `prox_step` below %s", num_brief(cx, most));
    return false;
}

/* ---- the prox ---- */

/* k y + (1 - g) x */
static const Expr *toward(const Writer *w, Num g, const Expr *scaled_input)
{
    const Expr *own = expr_var(w->b->cx, w->at, EIG_VAR_STATE);
    Num rest = exact_difference(w, num_int(w->b->nums, 1), g);
    return write2(w, EIG_FN_ADD, scaled_input, write_scaled(w, rest, own));
}

/* prox of g c where that is closed or has an equation of its own; NULL elsewhere. */
static const Expr *prox_of_multiple(const Writer *w, const PopBuild *pb, const ModelPop *p, Num g)
{
    Builder *b = w->b;
    Cost multiple;
    Activation act = { 0 };
    if (p->act.cost)
        return cost_formula_multiple(b, p->act.cost, g);
    if (!pb->cost || !cost_multiple(b, pb->cost, g, &multiple))
        return NULL;
    cost_activation(b, &multiple, num_int(b->nums, 1), num_int(b->nums, 0), &act);
    return activation_computed(&act);
}

/* phi(w): w solves (1 - g) phi(w) + k w = k z + (1 - g) x. */
static const Expr *through_phi(const Writer *w, const ModelPop *p, Num g, Num k)
{
    Builder *b = w->b;
    const Expr *phi = p->act.phi, *slope = p->act.slope ? p->act.slope : expr_derive(b->cx, b->nums, phi, EIG_VAR_Z);
    const Expr *x = expr_var(b->cx, w->at, EIG_VAR_X), *z = expr_var(b->cx, w->at, EIG_VAR_Z);
    if (!slope)
        return NULL;
    Num rest = exact_difference(w, num_int(b->nums, 1), g);
    ExprSolve *of = ARENA_NEW(&b->cx->arena, ExprSolve);
    SolvePiece *all = ARENA_NEW(&b->cx->arena, SolvePiece);
    *of = (ExprSolve){ .piece = all };
    all->value = write2(w, EIG_FN_ADD, write_scaled(w, rest, expr_replaced(b->cx, b->nums, phi, EIG_VAR_Z, x)), write_scaled(w, k, x));
    all->slope = write2(w, EIG_FN_ADD, write_scaled(w, rest, expr_replaced(b->cx, b->nums, slope, EIG_VAR_Z, x)), write_number(w, k));
    if (all->value->depth > EXPR_MAX_DEPTH || all->slope->depth > EXPR_MAX_DEPTH)
        return NULL;
    const Expr *solution = expr_solve(b->cx, w->at, toward(w, g, write_scaled(w, k, z)), of);
    return expr_replaced(b->cx, b->nums, phi, EIG_VAR_Z, solution);
}

/* Once gain and threshold of each neuron stand in it, too. */
static bool is_small(const Expr *e, const Activation *act)
{
    uint64_t size = e->size;
    uint32_t depth = e->depth;
    if (act->gain_of) {
        size *= act->gain_of->size + act->threshold_of->size + 3;
        depth += (act->gain_of->depth > act->threshold_of->depth ? act->gain_of->depth : act->threshold_of->depth) + 3;
    }
    return size < EXPR_MAX_SIZE && depth <= EXPR_MAX_DEPTH;
}

/* g, or for 0 and inf what a run takes; NULL: there is no such run (plan/delay.c says so). */
static Num step_of_run(const Writer *w, const ModelPop *p)
{
    const ModelSim *sim = &w->b->m->sim;
    if (!p->is_switched && mpq_sgn(p->prox_step) > 0)
        return p->prox_step;
    if (sim->method != EIG_METHOD_EULER || !sim->has_step || !p->tau)
        return NULL;
    return p->is_switched ? exact_quotient(w, p->tau, sim->step) : exact_quotient(w, sim->step, p->tau);
}

/* The switch is between the ends of a box. */
static bool has_switch(Builder *b, const PopBuild *pb, const ModelPop *p)
{
    if (pb->cost && cost_is_box(pb->cost))
        return true;
    Diag *d = diag_at(b->cx, D_E0724, p->prox_span, "without end, a step switches between the ends of a box, and `%s` has another cost", p->name);
    diag_note_at(b->cx, d, p->act.span, "a box is linear between two ends");
    diag_help(b->cx, d, "write `cost = box(0, 1)`, with the ends that you mean; other costs take long steps: `prox_step = 100`");
    return false;
}

void prox_step_finish(Builder *b, const PopBuild *pb, ModelPop *p)
{
    Writer w = { b, p->prox_span, .plain = true };
    if (p->is_switched && !has_switch(b, pb, p))
        return;
    Num g = step_of_run(&w, p);
    if (!g || (!p->is_switched && !has_prox(&w, p, g)))
        return;
    Num k = exact_product(&w, g, p->act.gain);
    const Expr *prox = prox_of_multiple(&w, pb, p, g);
    if (prox)
        prox = expr_replaced(b->cx, b->nums, prox, EIG_VAR_Z, toward(&w, g, write_affine(&w, k, p->act.threshold)));
    else if (!p->act.cost)
        prox = through_phi(&w, p, g, k);
    if (prox && is_small(prox, &p->act))
        p->stepped = prox;
    else
        diag_at(b->cx, D_E0403, p->prox_span, "with this proximal step the activation of `%s` becomes too large", p->name);
}
