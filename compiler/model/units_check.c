#include "compiler/model/build.h"

Typed typed_error(Span at)
{
    return (Typed){ .span = at, .pop = NO_POP };
}

bool typed_ok(Typed v)
{
    return v.e != NULL;
}

static Typed with_unit(const Expr *e, Span at, Unit unit)
{
    Num value;
    bool zero = expr_is_const(e, &value) && mpq_sgn(value) == 0 && unit_is_none(unit);
    return (Typed){ .e = e, .unit = unit, .is_zero = zero, .pop = NO_POP, .span = at };
}

Typed typed_const(Builder *b, Span at, Num value, Unit unit)
{
    Typed v = with_unit(expr_const(b->cx, at, value), at, unit);
    made_with(b, v);
    return v;
}

const char *unit_phrase(Builder *b, Unit u)
{
    return unit_is_none(u) ? "a pure number" : arena_printf(&b->cx->arena, "in `%s`", unit_text(b->cx, u));
}

/* ---- the rules, by function ---- */

/* Whether one of two units that have to be one is sought: then the first two give it, where they do. */
static bool finds_sought(Builder *b, Span at, Unit x, Unit y)
{
    Unit rest = unit_div(x, y), found = UNIT_NONE;
    int power = rest.twice[DIM_SOUGHT];
    bool whole = power != 0;
    for (int d = 0; whole && d < DIM_SOUGHT; d++) {
        whole = 2 * rest.twice[d] % power == 0;
        found.twice[d] = -2 * rest.twice[d] / power;
    }
    if (whole && !b->sought_found) {
        b->sought_found = true;
        b->sought = found;
        b->sought_span = at;
    }
    return power != 0;
}

/* Both in one unit: sums, comparisons, ramps. */
static bool same_unit(Builder *b, Span at, const Typed *arg, const char *verb, Unit *unit)
{
    *unit = arg[0].is_zero ? arg[1].unit : arg[0].unit;
    if (arg[0].is_zero || arg[1].is_zero || unit_equal(arg[0].unit, arg[1].unit) || finds_sought(b, at, arg[0].unit, arg[1].unit))
        return true;
    bool bare = unit_is_none(arg[0].unit) || unit_is_none(arg[1].unit);
    Unit other = unit_is_none(arg[0].unit) ? arg[1].unit : arg[0].unit;
    Diag *d = bare ? diag_at(b->cx, D_E0301, at, "a quantity in `%s` and a pure number cannot be %s",
                             unit_text(b->cx, other), verb)
                   : diag_at(b->cx, D_E0301, at, "a quantity in `%s` and one in `%s` cannot be %s",
                             unit_text(b->cx, arg[0].unit), unit_text(b->cx, arg[1].unit), verb);
    for (int k = 0; k < 2; k++)
        diag_note_at(b->cx, d, arg[k].span, "this is %s", unit_phrase(b, arg[k].unit));
    Num k;
    if (bare && expr_is_const(arg[unit_is_none(arg[0].unit) ? 0 : 1].e, &k))
        diag_help(b->cx, d, "give the number its unit: `%s %s`", num_brief(b->cx, k), unit_text(b->cx, other));
    return false;
}

static bool pure(Builder *b, Typed arg, EigFn fn)
{
    if (unit_is_none(arg.unit) || finds_sought(b, arg.span, arg.unit, UNIT_NONE))
        return true;
    Diag *d = diag_at(b->cx, D_E0301, arg.span, "`%s` takes a pure number, and this is in `%s`", eig_fn_name[fn],
                      unit_text(b->cx, arg.unit));
    bool is_time = unit_equal(arg.unit, (Unit){ .twice[DIM_TIME] = 2 }) && (fn == EIG_FN_SIN || fn == EIG_FN_COS);
    diag_help(b->cx, d, is_time ? "multiply it by a frequency: `%s(2 * pi * 5 Hz * t)`" : "divide it by a quantity of the same unit", eig_fn_name[fn]);
    return false;
}

static bool angle(Builder *b, Typed arg, EigFn fn)
{
    Unit rad = { .twice[DIM_ANGLE] = 2 };
    return unit_equal(arg.unit, rad) || pure(b, arg, fn);
}

static bool root_unit(Builder *b, Typed arg, Unit *unit)
{
    for (int d = 0; d < DIM_N; d++)
        if (arg.unit.twice[d] % 2 != 0) {
            diag_at(b->cx, D_E0301, arg.span, "the square root of `%s` is not a unit", unit_text(b->cx, arg.unit));
            return false;
        }
    *unit = unit_pow(arg.unit, 1, 2);
    return true;
}

/* a^b: with a unit, b has to be a constant half-integer that leaves one. */
static bool power_unit(Builder *b, Span at, const Typed *arg, Unit *unit)
{
    if (!unit_is_none(arg[1].unit) && !finds_sought(b, arg[1].span, arg[1].unit, UNIT_NONE)) {
        diag_at(b->cx, D_E0301, arg[1].span, "an exponent is a pure number, and this is in `%s`",
                unit_text(b->cx, arg[1].unit));
        return false;
    }
    *unit = UNIT_NONE;
    if (unit_is_none(arg[0].unit))
        return true;
    Num k;
    bool known = expr_is_const(arg[1].e, &k) && mpz_cmp_ui(mpq_denref(k), 2) <= 0 &&
                 mpz_cmpabs_ui(mpq_numref(k), 64) <= 0;
    int times = known ? (int)mpz_get_si(mpq_numref(k)) : 0;
    int over = known ? (int)mpz_get_si(mpq_denref(k)) : 1;
    for (int d = 0; known && d < DIM_N; d++)
        known = arg[0].unit.twice[d] * times % over == 0;
    if (!known && finds_sought(b, arg[0].span, arg[0].unit, UNIT_NONE))
        return true;
    if (!known) {
        diag_at(b->cx, D_E0301, at, "this power of `%s` has no unit: the exponent must be a small constant",
                unit_text(b->cx, arg[0].unit));
        return false;
    }
    *unit = unit_pow(arg[0].unit, times, over);
    return true;
}

static bool result_unit(Builder *b, Span at, EigFn fn, const Typed *arg, Unit *unit)
{
    *unit = UNIT_NONE;
    switch (fn) {
    case EIG_FN_ADD:
    case EIG_FN_LOST_SUM: return same_unit(b, at, arg, "added", unit);
    case EIG_FN_SUB: return same_unit(b, at, arg, "subtracted", unit);
    case EIG_FN_MIN:
    case EIG_FN_MAX: return same_unit(b, at, arg, "compared", unit);
    case EIG_FN_MUL:
    case EIG_FN_LOST_PRODUCT: *unit = unit_mul(arg[0].unit, arg[1].unit); return true;
    case EIG_FN_DIV: *unit = unit_div(arg[0].unit, arg[1].unit); return true;
    case EIG_FN_POW: return power_unit(b, at, arg, unit);
    case EIG_FN_NEG:
    case EIG_FN_OR_ZERO:
    case EIG_FN_ABS: *unit = arg[0].unit; return true;
    case EIG_FN_SQRT: return root_unit(b, arg[0], unit);
    case EIG_FN_SIN:
    case EIG_FN_COS: return angle(b, arg[0], fn);
    case EIG_FN_EXP:
    case EIG_FN_LOG:
    case EIG_FN_LOG1P:
    case EIG_FN_TANH:
    case EIG_FN_ATAN:
    case EIG_FN_EXPM1:
    case EIG_FN_EXPREL:
    case EIG_FN_NORMCDF:
    case EIG_FN_NORMPDF:
    case EIG_FN_OMEGA:
    case EIG_FN_FLOOR: return pure(b, arg[0], fn);
    case EIG_FN_EXP_MEAN:
    case EIG_FN_LOG_ROOT:
    case EIG_FN_LOGIT_ROOT: return pure(b, arg[0], fn) && pure(b, arg[1], fn);
    case EIG_FN_STEP: return true;
    case EIG_FN_PULSE:
    case EIG_FN_RAMP: {
        Unit common;
        return same_unit(b, at, arg, "compared", &common);
    }
    case EIG_FN_LOGISTIC: case EIG_FN_LIFTED_LOGISTIC:  /* of programs only */
    case EIG_N_FNS: break;
    }
    BUG("unknown function %d", (int)fn);
}

/* ---- calls ---- */

/* Records run over neurons of one population, or over as many of several. */
static bool common_pop(Builder *b, Span at, int n_args, const Typed *arg, Typed *out)
{
    out->pop = arg[0].pop;
    out->n_neurons = arg[0].n_neurons;
    if (n_args < 2 || arg[1].pop == NO_POP)
        return true;
    size_t width = out->pop == NO_POP ? 1 : out->n_neurons, other = arg[1].n_neurons;
    if (width == 1) {
        out->pop = arg[1].pop;
        out->n_neurons = other;
    }
    if (width == 1 || other == 1 || width == other)
        return true;
    Diag *d = diag_at(b->cx, D_E0402, at, "one side has %zu neurons, the other has %zu", width, other);
    diag_note_at(b->cx, d, arg[0].span, "%zu neurons", width);
    diag_note_at(b->cx, d, arg[1].span, "%zu neurons", other);
    diag_help(b->cx, d, "take as many of each, `E[0..%zu]`, or their means", (width < other ? width : other) - 1);
    return false;
}

static bool divides_by_zero(EigFn fn, const Typed *arg)
{
    Num divisor;
    return fn == EIG_FN_DIV && expr_is_const(arg[1].e, &divisor) && mpq_sgn(divisor) == 0;
}

static void report_zero_divisor(Builder *b, Span at, Span divisor)
{
    Diag *d = diag_at(b->cx, D_E0403, at, "this divides by zero");
    diag_note_at(b->cx, d, divisor, "this is 0");
    diag_help(b->cx, d, "give it another value; an end that is never reached is written `inf`");
}

static bool is_whole(const Expr *e)
{
    Num k;
    return expr_is_const(e, &k) && mpz_cmp_ui(mpq_denref(k), 1) == 0;
}

/* Where the functions have values that have them on one side alone. */
static const char *domain_text(EigFn fn)
{
    switch (fn) {
    case EIG_FN_LOG: return "it is defined above 0";
    case EIG_FN_LOG1P: return "it is log(1 + a), defined for a above -1";
    case EIG_FN_SQRT: return "it is defined from 0 on";
    default: return NULL;
    }
}

static void report_no_value(Builder *b, Span at, EigFn fn, const Typed *arg)
{
    Num a;
    Diag *d;
    expr_is_const(arg[0].e, &a);
    if (mpq_sgn(a) <= 0 && domain_text(fn)) {
        d = diag_at(b->cx, D_E0403, at, "`%s` has no value at %s", eig_fn_name[fn], quantity_text(b, a, arg[0]));
        diag_help(b->cx, d, "%s", domain_text(fn));
    } else if (fn == EIG_FN_POW && mpq_sgn(a) == 0) {
        report_zero_divisor(b, at, arg[0].span);
    } else if (fn == EIG_FN_POW && mpq_sgn(a) < 0 && !is_whole(arg[1].e)) {
        d = diag_at(b->cx, D_E0403, at, "%s to a power that is not a whole number has no value", num_brief(b->cx, a));
        diag_help(b->cx, d, "`^` binds tighter than a minus sign: `-2^0.5` is -(2^0.5); or take `abs(...)`");
    } else {
        d = diag_at(b->cx, D_E0403, at, "this constant has no value, or one that is too large to be computed");
        diag_help(b->cx, d, "check the exponent and the units: a number has at most about 30000 digits");
    }
}

Typed typed_call(Builder *b, Span at, EigFn fn, int n_args, const Typed *arg)
{
    const Expr *e[2] = { 0 };
    Unit unit;
    Typed run;
    for (int k = 0; k < n_args; k++) {
        if (!typed_ok(arg[k]))
            return typed_error(at);
        e[k] = arg[k].e;
    }
    if (!result_unit(b, at, fn, arg, &unit) || !common_pop(b, at, n_args, arg, &run))
        return typed_error(at);
    if (divides_by_zero(fn, arg)) {
        report_zero_divisor(b, at, arg[1].span);
        return typed_error(at);
    }
    const Expr *call = expr_call(b->cx, b->nums, at, fn, n_args, e);
    if (!call) {
        report_no_value(b, at, fn, arg);
        return typed_error(at);
    }
    if (call->size >= EXPR_MAX_SIZE || call->depth > EXPR_MAX_DEPTH) {
        diag_at(b->cx, D_E0403, at, "this expression is too large once its functions are written out");
        return typed_error(at);
    }
    Typed v = with_unit(call, at, unit);
    made_with(b, v);
    v.pop = run.pop;
    v.n_neurons = run.n_neurons;
    for (int k = 0; k < n_args && !v.written; k++)
        if (unit_equal(arg[k].unit, unit))
            v.written = arg[k].written;
    return v;
}

Typed typed_call1(Builder *b, Span at, EigFn fn, Typed x)
{
    return typed_call(b, at, fn, 1, &x);
}

Typed typed_call2(Builder *b, Span at, EigFn fn, Typed x, Typed y)
{
    Typed arg[2] = { x, y };
    return typed_call(b, at, fn, 2, arg);
}

bool typed_expect(Builder *b, Typed v, Unit unit, const char *what)
{
    if (v.is_zero || unit_equal(v.unit, unit))
        return true;
    Num k;
    bool bare = unit_is_none(v.unit), is_const = expr_is_const(v.e, &k);
    Diag *d = unit_is_none(unit) ? diag_at(b->cx, D_E0301, v.span, "%s is a pure number, and this is in `%s`", what, unit_text(b->cx, v.unit))
                                 : diag_at(b->cx, D_E0301, v.span, "%s is in `%s`, and this is %s", what, unit_text(b->cx, unit), unit_phrase(b, v.unit));
    if (unit_is_none(unit))
        diag_help(b->cx, d, "leave the unit out, or divide by a quantity of the same unit");
    else if (bare && is_const)
        diag_help(b->cx, d, "give the number its unit: `%s %s`", num_brief(b->cx, k), unit_text(b->cx, unit));
    else if (bare)
        diag_help(b->cx, d, "multiply it by `1 %s`", unit_text(b->cx, unit));
    return false;
}

/* ---- time ---- */

Unit time_unit(const Builder *b)
{
    return b->m->has_time_unit ? (Unit){ .twice[DIM_TIME] = 2 } : UNIT_NONE;
}

bool time_expect(Builder *b, Typed v, const char *what)
{
    Unit time = { .twice[DIM_TIME] = 2 };
    bool has_unit = unit_equal(v.unit, time);
    if (!has_unit && !unit_is_none(v.unit)) {
        Diag *d = diag_at(b->cx, D_E0301, v.span, "%s is a time, and this is in `%s`", what, unit_text(b->cx, v.unit));
        diag_help(b->cx, d, "times are in ms, s, ...");
        return false;
    }
    if (v.is_zero)
        return true;
    if (!b->time_known) {
        b->time_known = true;
        b->m->has_time_unit = has_unit;
        b->time_span = v.span;
        b->time_what = what;
        return true;
    }
    if (has_unit == b->m->has_time_unit)
        return true;
    if (b->time_conflict)
        return false;
    b->time_conflict = true;
    /* The place is the time whose unit was forgotten, whichever came first. */
    Diag *d = diag_at(b->cx, D_E0303, has_unit ? b->time_span : v.span,
                      "%s has no unit, but another time in the model has one", has_unit ? b->time_what : what);
    diag_note_at(b->cx, d, has_unit ? v.span : b->time_span, "this time has a unit");
    diag_help(b->cx, d, "give every time a unit, or none");
    return false;
}

/* The unit stands where units do not fit, as has been said: it is likely to go. */
static bool is_unit_refused(const Builder *b)
{
    const DiagList *said = &b->cx->diags;
    Span at = b->unit_place;
    for (size_t k = 0; k < said->n; k++) {
        Span of = said->at[k].span;
        if (said->at[k].code == D_E0301 && of.source == at.source && of.from <= at.from && at.to <= of.to)
            return true;
    }
    return false;
}

void time_check_mixture(Builder *b)
{
    if (!b->time_known || b->m->has_time_unit || b->time_conflict || !b->has_unit_place || is_unit_refused(b))
        return;
    Diag *d = diag_at(b->cx, D_E0303, b->time_span, "time has no unit here, but other quantities of the model have");
    diag_note_at(b->cx, d, b->unit_place, "this number has a unit");
    diag_help(b->cx, d, "write the time with its unit, such as `10 ms`, or leave out all units");
}
