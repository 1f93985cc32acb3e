#include "compiler/check/slope/jet/jet_walk.h"

#include <math.h>
#include <string.h>

enum { MAX_DEPTH = 300 };

static const Expr *argument_of(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn ? e->as.call.arg[0] : NULL;
}

static bool is_one(const Expr *e)
{
    return e->kind == EXPR_CONST && mpq_cmp_ui(e->as.value, 1, 1) == 0;
}

/* u, where e is log(1 + exp(u)): far out exp(u) would be too wide to leave anything of it. */
static const Expr *softplus_argument(const Expr *e)
{
    const Expr *x = argument_of(e, EIG_FN_LOG1P), *sum = argument_of(e, EIG_FN_LOG);
    if (!x && sum && argument_of(sum, EIG_FN_ADD))
        x = is_one(sum->as.call.arg[0]) ? sum->as.call.arg[1] : is_one(sum->as.call.arg[1]) ? sum->as.call.arg[0] : NULL;
    return x ? argument_of(x, EIG_FN_EXP) : NULL;
}

/* As measured: a power takes about ten sums, what is solved for forty. */
static size_t work_of(EigFn fn)
{
    switch (fn) {
    case EIG_FN_EXP: case EIG_FN_LOG: case EIG_FN_LOG1P: case EIG_FN_EXPM1: case EIG_FN_SIN: case EIG_FN_COS:
    case EIG_FN_TANH: case EIG_FN_ATAN: case EIG_FN_NORMPDF: case EIG_FN_SQRT:
        return 2;
    case EIG_FN_POW:
        return 10;
    case EIG_FN_EXPREL: case EIG_FN_EXP_MEAN:
        return 15;
    case EIG_FN_OMEGA: case EIG_FN_LOG_ROOT: case EIG_FN_LOGIT_ROOT:
        return 40;
    default:
        return 1;
    }
}

/* The normal integral takes the longer the smaller what it leaves of 0 or 1, by its square, as measured, to where a series is known for that. */
static size_t work_of_normcdf(const Jet *a)
{
    size_t n = 0;
    for (int k = 0; k < 2; k++) {
        double end = mpfr_get_d(k ? &a->v[0].c->right : &a->v[0].c->left, MPFR_RNDN), steps = end < 0 ? 0.6 * end * end : 0.25 * end * end;
        n += end > -25 && end < 12 ? 2 + (size_t)steps : 2;
    }
    return n;
}

static void jet_call(Walk *w, const Expr *e, const Jet *a, const Jet *b, Jet *out)
{
    switch (e->as.call.fn) {
    case EIG_FN_ADD:
        jet_add(w, a, b, out);
        jet_apart(w, e, out);
        jet_apart_roots(w, e, out);
        jet_beside_root(w, e, a, b, out);
        jet_complement_root(w, e, out);
        break;
    case EIG_FN_SUB:
        jet_sub(w, a, b, out);
        jet_apart(w, e, out);
        jet_apart_roots(w, e, out);
        jet_beside_root(w, e, a, b, out);
        jet_complement_root(w, e, out);
        jet_complement(w, e, out);
        if (softplus_argument(e->as.call.arg[0]) && softplus_argument(e->as.call.arg[1]))
            jet_softclip(w, softplus_argument(e->as.call.arg[0]), softplus_argument(e->as.call.arg[1]), out);
        break;
    case EIG_FN_MUL: jet_mul(w, a, b, out); break;
    case EIG_FN_DIV:
        jet_divide(w, a, b, out);
        jet_over_line(w, e, b, out);
        jet_product_over_line(w, e, b, out);
        jet_square_over_line(w, e, b, out);
        jet_over_polynomial(w, e, b, out);
        jet_over_power(w, e, b, out);
        jet_over_root(w, e, a, b, out);
        jet_over_exprel(w, e, a, out);
        break;
    case EIG_FN_NEG: jet_neg(w, a, out); break;
    case EIG_FN_LOST_SUM:
    case EIG_FN_LOST_PRODUCT: jet_lost(w, out); break;
    case EIG_FN_OR_ZERO: jet_same(a, out); break;
    case EIG_FN_POW: jet_power(w, a, b, e->as.call.arg[1], out); break;
    case EIG_FN_ABS: jet_abs(w, a, out); break;
    case EIG_FN_MIN: jet_max(w, a, b, false, out); break;
    case EIG_FN_MAX: jet_max(w, a, b, true, out); break;
    case EIG_FN_FLOOR: jet_constant_pieces(w, &a->v[0], "floor", true, out); break;
    case EIG_FN_STEP: jet_constant_pieces(w, &a->v[0], "step", false, out); break;
    case EIG_FN_PULSE: jet_pulse(w, a, b, out); break;
    case EIG_FN_RAMP: jet_ramp(w, a, b, out); break;
    case EIG_FN_EXPREL: jet_moment(w, 0, a, out); break;
    case EIG_FN_EXP_MEAN: jet_mean(w, a, e->as.call.arg[1], out); break;
    case EIG_FN_LOG_ROOT:
    case EIG_FN_LOGIT_ROOT: jet_root(w, e->as.call.fn, a, b, e->as.call.arg[1], out); break;
    default:
        jet_one_argument(w, e->as.call.fn, a, out);
        if (e->as.call.fn == EIG_FN_SQRT)
            jet_root_slope(w, e, out);
        if (e->as.call.fn == EIG_FN_LOG)
            jet_log_exprel(w, e, out);
        break;
    }
}

/* What is known of log(1 + exp(u)), log(normcdf(u)) and normpdf(u)/normcdf(u) as functions of u; false where e is none, or no more is known
 * of it so. */
static bool walk_composite(Walk *w, const Expr *e, Jet *out)
{
    int order;
    const Expr *u = softplus_argument(e), *of_mills = u ? NULL : jet_mills_argument(w->at->nums, e, &order);
    if (!u && !of_mills)
        return false;
    Walk inner = *w;
    inner.depth++;
    const Jet *a = jet_of(&inner, u ? u : of_mills);
    if (of_mills)
        w->at->nums->work += 2 * work_of_normcdf(a);
    bool fits = u ? jet_softplus(&inner, a, out) : jet_mills(&inner, a, order, out);
    if (fits) {
        w->trouble = inner.trouble;
        w->function = inner.function;
    }
    return fits;
}

static void walk_new(Walk *w, const Expr *e, Jet *out)
{
    if (w->depth < MAX_DEPTH && walk_composite(w, e, out))
        return;
    if (e->kind == EXPR_CONST) {
        jet_const(w, e->as.value, out);
    } else if (e->kind == EXPR_VAR && (e->as.var == EIG_VAR_Z || e->as.var == EIG_VAR_X)) {
        jet_variable(w, out);
    } else if (e->kind == EXPR_CALL && w->depth < MAX_DEPTH) {
        const Jet *arg[2] = { NULL, NULL };
        w->depth++;
        for (int k = 0; k < e->as.call.n_args; k++)
            arg[k] = jet_of(w, e->as.call.arg[k]);
        w->at->nums->work += e->as.call.fn == EIG_FN_NORMCDF ? work_of_normcdf(arg[0]) : work_of(e->as.call.fn);
        jet_call(w, e, arg[0], arg[1], out);
        w->depth--;
    } else {
        jet_trouble(w, JET_TOO_DEEP, "expression");
    }
}

const Jet *jet_of(Walk *w, const Expr *e)
{
    const JetSeen *known = seen_find(w->seen, e);
    if (!known) {
        Walk own = { .at = w->at, .depth = w->depth, .seen = w->seen, .log_by_power = w->log_by_power };
        JetSeen *made = seen_add(w->seen, e);
        walk_new(&own, e, made->jet);
        made->trouble = own.trouble;
        made->function = own.function;
        known = made;
    }
    if (known->trouble != JET_FINE)
        jet_trouble(w, known->trouble, known->function);
    return known->jet;
}

const char *jet_outside_text(Ctx *cx, const char *function)
{
    if (strcmp(function, "/") == 0)
        return "it divides by zero there";
    return arena_printf(&cx->arena, "`%s` has no value there", function);
}

void jet_result_init(JetResult *r)
{
    mpfi_init2(r->value, JET_PRECISION);
    mpfi_init2(r->slope, JET_PRECISION);
    mpfi_init2(r->curvature, JET_PRECISION);
}

void jet_result_clear(JetResult *r)
{
    mpfi_clear(r->value);
    mpfi_clear(r->slope);
    mpfi_clear(r->curvature);
}

static void evaluate_once(SeenTable *seen, const Expr *e, const JetDomain *at, bool log_by_power, JetResult *out)
{
    Walk w = { .at = at, .seen = seen, .log_by_power = log_by_power };
    Scaled flat;
    scaled_init(&flat);
    const Jet *j = jet_of(&w, e);
    mpfi_ptr into[3] = { out->value, out->slope, out->curvature };
    for (int k = 0; k < 3; k++) {
        scaled_collapse(at, &j->v[k], &flat);
        mpfi_set(into[k], flat.c);
    }
    out->trouble = w.trouble;
    out->function = w.function;
    scaled_clear(&flat);
}

/* Of e as a tree: what is shared in it is little. */
static bool has_log(const Expr *e)
{
    bool has = e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_LOG || e->as.call.fn == EIG_FN_LOG1P);
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args && !has; k++)
        has = has_log(e->as.call.arg[k]);
    return has;
}

static bool is_bounded(const JetResult *r)
{
    return mpfi_bounded_p(r->value) && mpfi_bounded_p(r->slope) && mpfi_bounded_p(r->curvature);
}

/* A logarithm without a bound makes anything it is multiplied by unbounded, unless it is held as a power. */
static void narrow_by_powers(const Expr *e, const JetDomain *at, JetResult *out)
{
    SeenTable seen = { 0 };
    JetResult r;
    jet_result_init(&r);
    evaluate_once(&seen, e, at, true, &r);
    seen_clear(&seen);
    if (r.trouble == JET_FINE) {
        mpfi_intersect(out->value, out->value, r.value);
        mpfi_intersect(out->slope, out->slope, r.slope);
        mpfi_intersect(out->curvature, out->curvature, r.curvature);
    }
    jet_result_clear(&r);
}

static void evaluate(SeenTable *seen, const Expr *e, const JetDomain *at, JetResult *out)
{
    evaluate_once(seen, e, at, false, out);
    if (at->side && isinf(at->hi) && out->trouble == JET_FINE && !is_bounded(out) && has_log(e))
        narrow_by_powers(e, at, out);
}

void jet_evaluate_both(const Expr *e, const Expr *f, const JetDomain *at, JetResult *of_e, JetResult *of_f)
{
    SeenTable seen = { 0 };
    NumMark before = num_pool_mark(at->nums);
    evaluate(&seen, e, at, of_e);
    if (f)
        evaluate(&seen, f, at, of_f);
    seen_clear(&seen);
    num_pool_release(at->nums, before);
}

void jet_evaluate(const Expr *e, const JetDomain *at, JetResult *out)
{
    jet_evaluate_both(e, NULL, at, out, NULL);
}

bool jet_goes_to_zero(const Expr *e, NumPool *nums, int side, double from)
{
    JetDomain at = { nums, side, from, INFINITY };
    SeenTable seen = { 0 };
    NumMark before = num_pool_mark(nums);
    Walk w = { .at = &at, .seen = &seen };
    const Scaled *v = &jet_of(&w, e)->v[0];
    int power = v->power ? mpq_sgn(v->power) : 0, rate = v->rate ? mpq_sgn(v->rate) : 0;
    bool yes = w.trouble == JET_FINE && (scaled_is_zero(v) || (mpfi_bounded_p(v->c) && (rate < 0 || (rate == 0 && power < 0))));
    seen_clear(&seen);
    num_pool_release(nums, before);
    return yes;
}

void jet_on_line(const Expr *e, NumPool *nums, double lo, double hi, JetResult *room, JetResult *out)
{
    bool is_tail = !isfinite(lo) || !isfinite(hi);
    if (!is_tail)
        jet_evaluate(e, &(JetDomain){nums, 0, lo, hi}, out);
    bool is_known = lo == hi && out->trouble == JET_FINE && mpfi_bounded_p(out->value) && mpfi_bounded_p(out->slope);
    if (is_tail)
        jet_evaluate(e, &(JetDomain){nums, lo >= 1 ? 1 : -1, lo >= 1 ? lo : -hi, lo >= 1 ? hi : -lo}, out);
    else if (!is_known)         /* at one point nothing has to cancel */
        jet_scale_too(e, nums, lo, hi, room, out);
}

void jet_scale_too(const Expr *e, NumPool *nums, double lo, double hi, JetResult *scaled, JetResult *out)
{
    if (!(lo >= 1 || hi <= -1))
        return;
    jet_evaluate(e, &(JetDomain){nums, lo >= 1 ? 1 : -1, lo >= 1 ? lo : -hi, lo >= 1 ? hi : -lo}, scaled);
    if (scaled->trouble != JET_FINE)
        return;
    mpfi_intersect(out->value, out->value, scaled->value);
    mpfi_intersect(out->slope, out->slope, scaled->slope);
    mpfi_intersect(out->curvature, out->curvature, scaled->curvature);
    out->trouble = JET_FINE;
}
