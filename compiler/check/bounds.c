#include "compiler/check/require.h"

#include "compiler/check/range/range_search.h"
#include "compiler/check/report_text.h"
#include "compiler/check/slope/image.h"
#include "compiler/check/slope/image_form.h"
#include "compiler/expr/affine.h"
#include "compiler/net/pair_eval.h"

RequirementReport require_rate(Ctx *cx, Report *r, const ModelRequire *require)
{
    const StabilityReport *s = &r->stability;
    if (s->verdict != TRUTH_CERTIFIED)
        return (RequirementReport){.reason = s->open};
    if (!s->rate)
        return (RequirementReport){.reason = "every trajectory converges, but no theorem gives a rate for this network"};
    if (mpq_cmp(s->rate, require->lo) >= 0)
        return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = s->theorem};
    return (RequirementReport){.reason = arena_printf(&cx->arena, "a rate of %s per %s is proved, and more is not excluded",
                                                      report_rate_text(cx, s->rate), model_time_unit(r->net->model))};
}

/* "[0, 5]", "[0, inf)" */
static const char *interval(Ctx *cx, Num lo, Num hi)
{
    return arena_printf(&cx->arena, "%s, %s", lo ? arena_printf(&cx->arena, "[%s", num_brief(cx, lo)) : "(-inf",
                        hi ? arena_printf(&cx->arena, "%s]", num_brief(cx, hi)) : "inf)");
}

/* [lo, hi] lies within what is required. */
static bool is_inside(const ModelRequire *r, mpq_srcptr lo, mpq_srcptr hi)
{
    return (!r->lo || (lo && mpq_cmp(lo, r->lo) >= 0)) && (!r->hi || (hi && mpq_cmp(hi, r->hi) <= 0));
}

/* What the theorem needs, and what it leaves open. */
#define CERTIFIED(starts) "Theorem 12 (docs/theory.md): " starts " and all values of the activation lie within " \
                          "(a run whose steps are longer than a time constant may overshoot)"

/* ---- starts ---- */

enum { MAX_STARTS = 1000 * 1000 };      /* evaluated exactly, at up to some microseconds each */

/* Neurons of a population, or one. */
typedef struct Neurons {
    size_t pop, first, n;
} Neurons;

/* n: of the row that the expression is of. */
static Neurons neurons_of(const Expr *rate, size_t n)
{
    bool one = rate->as.rate.index >= 0;
    return (Neurons){rate->as.rate.pop, one ? (size_t)rate->as.rate.index : rate->as.rate.first, one ? 1 : n};
}

static const char *neuron_text(Ctx *cx, const NetPop *p, size_t k)
{
    Sbuf text = {0};
    net_neuron_name(p, k, &text);
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* Of numbers, draws and i by operations that round nothing, and powers with whole exponents; NULL, or the other function. */
static const char *rounded_function(const Expr *e)
{
    Num exponent;
    if (e->kind != EXPR_CALL)
        return NULL;
    bool whole = e->as.call.fn == EIG_FN_POW && expr_is_const(e->as.call.arg[1], &exponent) && mpz_cmp_ui(mpq_denref(exponent), 1) == 0;
    if (!whole && !expr_function_is_exact(e->as.call.fn))
        return eig_fn_name[e->as.call.fn] ? eig_fn_name[e->as.call.fn] : "^";
    const char *rounded = NULL;
    for (int k = 0; !rounded && k < e->as.call.n_args; k++)
        rounded = rounded_function(e->as.call.arg[k]);
    return rounded;
}

/* Exactly, neuron by neuron, drawn with the model's seed, computed from i; where they are many, a constant alone. The
 * sum is theirs. False with *why. */
static bool starts_of(Ctx *cx, const Net *net, Neurons of, Bounds *hull, mpq_ptr sum, const char **why)
{
    const NetPop *p = &net->pop[of.pop];
    Num start;
    PairEval eval;
    if (expr_is_const(p->model->start, &start)) {
        *hull = (Bounds){start, start};
        mpq_set_ui(sum, of.n, 1);
        mpq_mul(sum, sum, start);
        return true;
    }
    const char *rounded = rounded_function(p->model->start);
    if (rounded) {
        *why = arena_printf(&cx->arena, "the starts of `%s` are not known exactly: they are computed by `%s`", p->model->name, rounded);
        return false;
    }
    if (of.n > MAX_STARTS) {
        *why = arena_printf(&cx->arena, "the starts of %zu neurons are more than are looked at, one by one", of.n);
        return false;
    }
    mpq_ptr lo = num_new(net->nums), hi = num_new(net->nums);
    mpq_t x;
    bool fine = true;
    mpq_init(x);
    mpq_set_ui(sum, 0, 1);
    pair_eval_begin(&eval, p->model->start, net->model->sim.seed);
    for (size_t k = of.first; fine && k < of.first + of.n; k++) {
        PairValue value;
        if (!(fine = pair_eval(&eval, k, 0, &value))) {
            *why = arena_printf(&cx->arena, "the start of %s has no finite value", neuron_text(cx, p, k));
            break;
        }
        if (value.q)
            mpq_set(x, value.q);
        else
            mpq_set_d(x, value.d);
        mpq_add(sum, sum, x);
        if (k == of.first || mpq_cmp(x, lo) < 0)
            mpq_set(lo, x);
        if (k == of.first || mpq_cmp(x, hi) > 0)
            mpq_set(hi, x);
    }
    pair_eval_end(&eval);
    mpq_clear(x);
    *hull = (Bounds){lo, hi};
    return fine;
}

/* The first neuron that starts outside; it is one. */
static const char *outside_text(Ctx *cx, const Net *net, const ModelRequire *r, Neurons of)
{
    const NetPop *p = &net->pop[of.pop];
    Num start;
    if (expr_is_const(p->model->start, &start))
        return arena_printf(&cx->arena, "it starts at %s", num_brief(cx, start));
    mpq_t sum;
    mpq_init(sum);
    const char *found = "a neuron starts outside", *why;
    for (size_t k = of.first; k < of.first + of.n; k++) {
        Bounds at;
        if (!starts_of(cx, net, (Neurons){of.pop, k, 1}, &at, sum, &why) || is_inside(r, at.lo, at.hi))
            continue;
        found = arena_printf(&cx->arena, "%s starts at %s", neuron_text(cx, p, k),
                             expr_has_draw(p->model->start) ? arena_printf(&cx->arena, "%.10g, with the seed %llu", num_to_double(at.lo),
                                                                           (unsigned long long)net->model->sim.seed) : num_brief(cx, at.lo));
        break;
    }
    mpq_clear(sum);
    return found;
}

/* ---- quantities: rates within their bounds, or at their starts ---- */

typedef struct Quantity {
    Ctx *cx;
    const Net *net;
    const SlopeReport *slope;
    bool at_start;              /* rates are their starts; else in all that they may ever be */
    size_t n;                   /* neurons of the row that the expression is of */
    const char *why;            /* what a leaf is that has no bounds */
    bool drawn;
} Quantity;

static Bounds unknown(Quantity *q, const char *why)
{
    q->why = q->why ? q->why : why;
    return (Bounds){NULL, NULL};
}

/* All values of the activation. */
static bool image_of(const Quantity *q, size_t pop, Image *out)
{
    const Activation *act = &q->net->pop[pop].model->act;
    *out = (Image){true, act->range_lo, act->range_hi};
    if (act->by_formula)
        image_of_formula(q->cx, q->net->nums, act->phi, &q->slope[pop], out);
    return out->known;
}

static Bounds bounds_of_rates(Quantity *q, Neurons of, mpq_ptr sum)
{
    const ModelPop *p = q->net->pop[of.pop].model;
    Bounds start;
    Image image;
    const char *why;
    if (p->n_states > 0)
        return unknown(q, "the population is given by equations, of which no bounds are known");
    if (!q->at_start && p->noise)
        return unknown(q, "white noise leaves every bound sooner or later");
    if (!q->at_start && !image_of(q, of.pop, &image))
        return unknown(q, "its activation is not seen to be defined, without jumps, for every input");
    q->drawn |= expr_has_draw(p->start);
    if (!starts_of(q->cx, q->net, of, &start, sum, &why))
        return unknown(q, why);
    if (q->at_start)
        return start;
    return (Bounds){image.lo ? (mpq_cmp(image.lo, start.lo) < 0 ? image.lo : start.lo) : NULL,
                    image.hi ? (mpq_cmp(image.hi, start.hi) > 0 ? image.hi : start.hi) : NULL};
}

static Bounds bounds_of_leaf(void *self, const Expr *e)
{
    Quantity *q = self;
    NumPool *nums = q->net->nums;
    if (e->kind == EXPR_INPUT)
        return unknown(q, "of total inputs no bounds are known");
    if (e->kind == EXPR_STATE)
        return unknown(q, "of the states of equations no bounds are known");
    mpq_ptr sum = num_new(nums), n = num_new(nums);
    if (e->kind == EXPR_RATE)
        return bounds_of_rates(q, neurons_of(e, q->n), sum);
    if (e->kind != EXPR_MEAN && e->kind != EXPR_SUM)
        return unknown(q, "of this no bounds are known");
    const Expr *arg = e->as.fold.arg;
    Quantity inner = *q;
    inner.n = e->as.fold.n_neurons;
    mpq_set_ui(n, inner.n, 1);
    Bounds each;
    if (q->at_start && arg->kind == EXPR_RATE) {
        each = bounds_of_rates(&inner, neurons_of(arg, inner.n), sum);
        if (each.lo) {                          /* their sum is one number */
            mpq_div(sum, sum, n);
            each = (Bounds){sum, sum};
        }
    } else {
        each = form_bounds_with(nums, arg, bounds_of_leaf, &inner);
    }
    q->why = inner.why;
    q->drawn = inner.drawn;
    return e->kind == EXPR_SUM ? bounds_times(nums, each, n) : each;
}

/* Of e, where rates are all that they may ever be; what is not known of a leaf is not noted. */
static Bounds bounds_of(const Quantity *q, const Expr *e)
{
    Quantity own = *q;
    return form_bounds_with(q->net->nums, e, bounds_of_leaf, &own);
}

static bool is_above_zero(Bounds a)
{
    return a.lo && mpq_sgn(a.lo) > 0;
}

static bool is_from_zero(Bounds a)
{
    return a.lo && mpq_sgn(a.lo) >= 0;
}

/* base^exponent: whole exponents from 0 on have one for every base. */
static bool power_has_value(const Quantity *q, const Expr *base, const Expr *exponent)
{
    Num n;
    bool is_const = expr_is_const(exponent, &n);
    if (is_const && mpq_sgn(n) >= 0 && mpz_cmp_ui(mpq_denref(n), 1) == 0)
        return true;
    Bounds a = bounds_of(q, base);
    return is_above_zero(a) || (is_const && mpq_sgn(n) > 0 && is_from_zero(a));
}

/* The function has one at all arguments that its own may be. */
static bool function_has_value(const Quantity *q, EigFn fn, const Expr *const *arg)
{
    Bounds a;
    switch (fn) {
    case EIG_FN_DIV:
        a = bounds_of(q, arg[1]);
        return is_above_zero(a) || (a.hi && mpq_sgn(a.hi) < 0);
    case EIG_FN_POW: return power_has_value(q, arg[0], arg[1]);
    case EIG_FN_SQRT: return is_from_zero(bounds_of(q, arg[0]));
    case EIG_FN_LOG: return is_above_zero(bounds_of(q, arg[0]));
    case EIG_FN_LOG1P: return is_from_zero(bounds_of(q, arg[0]));
    case EIG_FN_LOG_ROOT: return is_above_zero(bounds_of(q, arg[1]));
    case EIG_FN_LOGIT_ROOT: case EIG_FN_RAMP: return false;
    default: return true;
    }
}

/* It has a value whatever the rates are. */
static bool has_value(const Quantity *q, const Expr *e)
{
    Quantity inner = *q;
    if (e->kind == EXPR_MEAN || e->kind == EXPR_SUM) {
        inner.n = e->as.fold.n_neurons;
        return has_value(&inner, e->as.fold.arg);
    }
    if (e->kind != EXPR_CALL)
        return true;
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!has_value(q, e->as.call.arg[k]))
            return false;
    return function_has_value(q, e->as.call.fn, e->as.call.arg);
}

/* What is required cannot be where the quantity starts. */
static bool starts_outside(const ModelRequire *r, Bounds start)
{
    return (r->lo && start.hi && mpq_cmp(start.hi, r->lo) < 0) || (r->hi && start.lo && mpq_cmp(start.lo, r->hi) > 0);
}

/* NULL where all values lie within what is required; else why that is not known. */
static const char *activation_stays(const Quantity *q, size_t pop, const ModelRequire *r)
{
    Image image;
    if (!image_of(q, pop, &image))
        return "its activation is not seen to be defined, without jumps, for every input";
    if (is_inside(r, image.lo, image.hi))
        return NULL;
    return arena_printf(&q->cx->arena, "values of its activation are known to lie in %s and no closer", interval(q->cx, image.lo, image.hi));
}

/* Of plain rates: each neuron by itself. */
static RequirementReport bound_rates(Quantity *q, const ModelRequire *r)
{
    Ctx *cx = q->cx;
    Neurons of = neurons_of(r->expr, r->n_neurons);
    const ModelPop *p = q->net->pop[of.pop].model;
    const char *why, *activation;
    Bounds start;
    mpq_t sum;
    if (p->n_states > 0)
        return (RequirementReport){.reason = "the population is given by equations, of which no bounds are known"};
    mpq_init(sum);
    bool known = starts_of(cx, q->net, of, &start, sum, &why);
    mpq_clear(sum);
    if (known && !is_inside(r, start.lo, start.hi))
        return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = outside_text(cx, q->net, r, of)};
    if (p->noise)
        return (RequirementReport){.reason = "white noise leaves every bound sooner or later"};
    if ((activation = activation_stays(q, of.pop, r)))
        return (RequirementReport){.reason = activation};
    if (!known)
        return (RequirementReport){.reason = why};
    return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = expr_has_draw(p->start)
                               ? CERTIFIED("the starts, as drawn with the seed of the model,") : CERTIFIED("the start")};
}

/* A function in e of which no numbers are taken at the bounds of its argument: those of most are no rational numbers. NULL: there is none. */
static const char *bounded_by_form(const Expr *e)
{
    const char *inner = NULL;
    if (e->kind == EXPR_MEAN || e->kind == EXPR_SUM)
        return bounded_by_form(e->as.fold.arg);
    if (e->kind != EXPR_CALL)
        return NULL;
    for (int k = 0; !inner && k < e->as.call.n_args; k++)
        inner = bounded_by_form(e->as.call.arg[k]);
    if (inner)
        return inner;
    switch (e->as.call.fn) {
    case EIG_FN_EXP: case EIG_FN_EXPM1: case EIG_FN_EXPREL: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_ATAN: case EIG_FN_TANH:
    case EIG_FN_SIN: case EIG_FN_COS: case EIG_FN_NORMPDF: case EIG_FN_NORMCDF: case EIG_FN_STEP: case EIG_FN_PULSE: case EIG_FN_RAMP:
        return eig_fn_name[e->as.call.fn];
    default:
        return NULL;
    }
}

RequirementReport require_range(Ctx *cx, Report *report, const ModelRequire *r)
{
    Quantity q = {.cx = cx, .net = report->net, .slope = report->slope, .n = r->n_neurons};
    if (r->expr->kind == EXPR_RATE)
        return bound_rates(&q, r);
    if (!has_value(&q, r->expr))
        return (RequirementReport){.reason = "it is not seen to have a value whatever the rates are: a divisor, a root or a logarithm in it "
                                             "may leave its domain"};
    q.at_start = true;
    Bounds start = form_bounds_with(report->net->nums, r->expr, bounds_of_leaf, &q);
    if (!q.why && starts_outside(r, start))
        return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = arena_printf(&cx->arena, "it starts in %s", interval(cx, start.lo, start.hi))};
    q.at_start = false;
    q.why = NULL;
    Bounds all = form_bounds_with(report->net->nums, r->expr, bounds_of_leaf, &q);
    if (q.why && is_inside(r, all.lo, all.hi))
        return (RequirementReport){.verdict = TRUTH_CERTIFIED,
                                   .reason = arena_printf(&cx->arena, "by its form it lies in %s, whatever the rates, inputs and states are",
                                                          interval(cx, all.lo, all.hi))};
    if (q.why)
        return (RequirementReport){.reason = q.why};
    if (is_inside(r, all.lo, all.hi))
        return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = arena_printf(&cx->arena, "Theorem 12 (docs/theory.md): it lies in %s, since rates lie "
                                   "between their starts%s and the values of the activation", interval(cx, all.lo, all.hi),
                                   q.drawn ? ", as drawn with the seed of the model," : "")};
    const char *formal = bounded_by_form(r->expr);
    if (formal)
        return (RequirementReport){.reason = arena_printf(&cx->arena, "by its form it lies in %s; of `%s` this proof takes no values at the bounds of "
                                   "the rates, only the sign and the ends that it has everywhere", interval(cx, all.lo, all.hi), formal)};
    return (RequirementReport){.reason = arena_printf(&cx->arena, "it is known to lie in %s and no closer", interval(cx, all.lo, all.hi))};
}
