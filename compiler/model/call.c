/* Calls in expressions: functions of the language, of the text, and of records. */
#include "compiler/model/build.h"
#include "compiler/model/habit.h"

#include <string.h>

/* ---- functions of the text: written out at the call ---- */

static long parameter_index(const AstNames *params, const char *name)
{
    for (size_t k = 0; k < params->n; k++)
        if (params->at[k].name == name)
            return (long)k;
    return -1;
}

/* "it is written `f(x, y)`" */
static void help_with_usage(Builder *b, Diag *d, const Symbol *s)
{
    const AstNames *params = &s->decl->as.function.params;
    const char *text = s->name;
    for (size_t k = 0; k < params->n; k++)
        text = arena_printf(&b->cx->arena, "%s%s%s", text, k ? ", " : "(", params->at[k].name);
    diag_help(b->cx, d, "it is written `%s)`", text);
}

static void report_count(Builder *b, const AstExpr *e, const Symbol *s, size_t wanted)
{
    Diag *d = diag_at(b->cx, D_E0209, e->span, "`%s` takes %zu argument%s, not %zu", s->name, wanted,
                      wanted == 1 ? "" : "s", e->as.call.args.n);
    diag_note_at(b->cx, d, s->decl->name.span, "declared here");
    help_with_usage(b, d, s);
}

/* The arguments in the order of the parameters. */
static bool bind_arguments(Builder *b, const AstExpr *e, const Symbol *s, const Scope *scope, Binding *out)
{
    const AstNames *params = &s->decl->as.function.params;
    if (e->as.call.args.n != params->n) {
        report_count(b, e, s, params->n);
        return false;
    }
    for (size_t k = 0; k < params->n; k++) {
        const AstArg *arg = &e->as.call.args.at[k];
        long at = arg->name ? parameter_index(params, arg->name) : (long)k;
        if (at < 0) {
            help_with_usage(b, diag_at(b->cx, D_E0209, arg->name_span, "`%s` has no parameter `%s`", s->name, arg->name), s);
            return false;
        }
        if (out[at].name) {
            help_with_usage(b, diag_at(b->cx, D_E0209, arg->value->span, "`%s` is given twice", params->at[at].name), s);
            return false;
        }
        out[at].name = params->at[at].name;
        out[at].value = resolve(b, arg->value, scope);
    }
    return true;
}

static void begin_outer_call(Builder *b, Span at)
{
    b->outer_call = at;
    b->written_out_before += b->written_out;
    b->written_out = 0;
}

bool fits_written_out(Builder *b, Span at, size_t n_args, const Scope *scope)
{
    if (b->too_much_written_out)
        return false;
    if (!scope->of_function)
        begin_outer_call(b, at);
    b->written_out += n_args + 1;
    if (b->written_out <= MAX_WRITTEN_OUT && b->written_out_before <= 25 * (size_t)MAX_WRITTEN_OUT)
        return true;
    b->too_much_written_out = true;
    Diag *d = diag_at(b->cx, D_E0403, b->outer_call, "this is too large once what it names is written out");
    diag_note(b->cx, d, "each call writes out the whole function, with all that it calls, and so does a `let` made of a param that a protocol changes");
    diag_help(b->cx, d, "give values that are needed twice names with `let`");
    return false;
}

/* What is wrong in its body is so for what it is called with: `call`, and what that stands in. The function of an
 * instance that is called from outside of it stands in that instance besides. */
static void note_call(Builder *b, const AstExpr *e, const Symbol *s, DiagWithin *made, DiagWithin *call)
{
    const DiagWithin *around = b->cx->diags.within, *of = s->space->where;
    const DiagWithin *known = around;
    while (known && known != of)
        known = known->around;
    if (of && !known) {
        *made = (DiagWithin){ .note = of->note, .around = around };
        around = made;
    }
    *call = (DiagWithin){ { true, e->span, arena_printf(&b->cx->arena, "in `%s`, which is called here", s->path) }, true, around };
}

static Typed inline_function(Builder *b, const AstExpr *e, Symbol *s, const Scope *scope)
{
    if (!fits_written_out(b, e->span, e->as.call.args.n, scope))
        return typed_error(e->span);
    const AstNames *params = &s->decl->as.function.params;
    Binding *bound = ARENA_ARRAY(&b->cx->arena, params->n + 1, Binding);
    if (!bind_arguments(b, e, s, scope, bound) || !symbol_open(b, s, e->span))
        return typed_error(e->span);
    Scope inside = { .kind = SCOPE_CONSTANT, .what = "a function", .pop = NO_POP, .n_bindings = params->n,
                     .binding = bound, .of_function = true };
    DiagWithin made, call;
    note_call(b, e, s, &made, &call);
    Space body = { .around = s->space, .prefix = s->space->prefix, .circuit = s->space->circuit, .maker = s->space->maker,
                   .depth = s->space->depth, .where = &call };
    Space *before = space_enter(b, &body);
    Typed v = resolve(b, s->decl->as.function.value, &inside);
    space_enter(b, before);
    symbol_close(b, s, SYM_NEW);
    v.span = e->span;
    return v;
}

/* ---- functions of the language ---- */

static bool positional(Builder *b, const AstExpr *e)
{
    for (size_t k = 0; k < e->as.call.args.n; k++)
        if (e->as.call.args.at[k].name) {
            Diag *d = diag_at(b->cx, D_E0209, e->as.call.args.at[k].name_span, "this function's arguments have no names");
            diag_help(b->cx, d, "leave out `%s =`, and write the arguments in order", e->as.call.args.at[k].name);
            return false;
        }
    return true;
}

/* min and max take two arguments or more. */
static Typed apply_folded(Builder *b, const AstExpr *e, EigFn fn, const Scope *scope)
{
    Typed arg[2];
    arg[0] = resolve(b, e->as.call.args.at[0].value, scope);
    for (size_t k = 1; k < e->as.call.args.n; k++) {
        arg[1] = resolve(b, e->as.call.args.at[k].value, scope);
        arg[0] = typed_call(b, e->span, fn, 2, arg);
    }
    return arg[0];
}

/* Of functions whose arguments are often mistaken. */
static const char *function_usage(EigFn fn)
{
    switch (fn) {
    case EIG_FN_STEP:  return "it is 1 from the moment on at which its argument is 0: `step(t - 100 ms)`";
    case EIG_FN_PULSE: return "it is 1 for a while: `pulse(t - 100 ms, 20 ms)`, of the time since its begin and its length";
    case EIG_FN_RAMP:  return "it rises from 0 to 1: `ramp(t - 100 ms, 50 ms)`, of the time since its begin and its length";
    case EIG_FN_MIN:
    case EIG_FN_MAX:   return "it compares numbers, `max(a, b)`; over the neurons of a population there are `mean`, `sum`, `variance` and `std`";
    case EIG_FN_LOG:   return "it is the natural logarithm: `log(x) / log(2)` is one with the base 2";
    default:           return NULL;
    }
}

/* A ramp of no length has no value where it begins, 0/0; a pulse of none is never on, and one that ends before it begins is a mistake. */
static bool check_length(Builder *b, EigFn fn, Typed length)
{
    Num value;
    if ((fn != EIG_FN_PULSE && fn != EIG_FN_RAMP) || !typed_ok(length) || !expr_is_const(length.e, &value))
        return true;
    bool may_be_zero = fn == EIG_FN_PULSE;
    if (mpq_sgn(value) > 0 || (may_be_zero && mpq_sgn(value) == 0))
        return true;
    Diag *d = diag_at(b->cx, D_E0401, length.span, "the length of a `%s` is %s 0, and this is %s", eig_fn_name[fn],
                      may_be_zero ? "at least" : "above", quantity_text(b, value, length));
    diag_help(b->cx, d, "%s", may_be_zero ? function_usage(fn) : "give it one above 0; what jumps from 0 to 1 is `step`, of the same first argument");
    return false;
}

static Typed apply_function(Builder *b, const AstExpr *e, EigFn fn, const Scope *scope)
{
    size_t n = e->as.call.args.n, wanted = (size_t)eig_fn_n_args[fn];
    bool folds = fn == EIG_FN_MIN || fn == EIG_FN_MAX;
    if (!positional(b, e))
        return typed_error(e->span);
    if (folds ? n < 2 : n != wanted) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "`%s` takes %zu argument%s%s, not %zu", eig_fn_name[fn], wanted,
                          wanted == 1 ? "" : "s", folds ? " or more" : "", n);
        if (function_usage(fn))
            diag_help(b->cx, d, "%s", function_usage(fn));
        return typed_error(e->span);
    }
    if (folds)
        return apply_folded(b, e, fn, scope);
    Typed arg[2];
    for (size_t k = 0; k < wanted; k++)
        arg[k] = resolve(b, e->as.call.args.at[k].value, scope);
    if (wanted == 2 && !check_length(b, fn, arg[1]))
        return typed_error(e->span);
    return typed_call(b, e->span, fn, (int)wanted, arg);
}

static int find_function(const char *name)
{
    for (int fn = 0; fn < EIG_N_FNS; fn++)
        if (eig_fn_name[fn] && strcmp(eig_fn_name[fn], name) == 0)
            return fn;
    return -1;
}

/* ---- functions of records ---- */

typedef enum Fold { FOLD_MEAN, FOLD_SUM, FOLD_VARIANCE, FOLD_STD, N_FOLDS } Fold;
static const char *const fold_name[N_FOLDS] = { "mean", "sum", "variance", "std" };

bool names_function(const char *name)
{
    bool is_fold = strcmp(name, "input") == 0;
    for (int fold = 0; fold < N_FOLDS; fold++)
        is_fold |= strcmp(name, fold_name[fold]) == 0;
    return is_fold || find_function(name) >= 0;
}

static Typed fold_row(Builder *b, Span at, ExprKind kind, Typed v)
{
    if (v.n_neurons > 1)
        v.e = expr_fold(b->cx, at, kind, (size_t)v.pop, v.n_neurons, v.e);
    v.pop = NO_POP;
    v.n_neurons = 0;
    v.span = at;
    return v;
}

/* The mean of (v - mean(v))^2. */
static Typed variance_of(Builder *b, Span at, Typed v)
{
    Typed arg[2] = { v, fold_row(b, at, EXPR_MEAN, v) };
    arg[0] = typed_call(b, at, EIG_FN_SUB, 2, arg);
    arg[1] = typed_const(b, at, num_int(b->nums, 2), UNIT_NONE);
    Typed square = typed_call(b, at, EIG_FN_POW, 2, arg);
    return typed_ok(square) ? fold_row(b, at, EXPR_MEAN, square) : square;
}

/* mean(...) and the like: over the neurons that the argument runs over. */
static Typed fold_record(Builder *b, const AstExpr *e, Fold fold, const Scope *scope)
{
    Typed v = resolve(b, e->as.call.args.at[0].value, scope);
    if (!typed_ok(v))
        return v;
    if (v.pop == NO_POP) {
        Diag *d = diag_at(b->cx, D_E0304, e->span, "`%s` runs over the neurons of a population, and there is none in it",
                          fold_name[fold]);
        diag_help(b->cx, d, "name a population, such as `%s(E)`", fold_name[fold]);
        return typed_error(e->span);
    }
    if (fold == FOLD_MEAN || fold == FOLD_SUM)
        return fold_row(b, e->span, fold == FOLD_MEAN ? EXPR_MEAN : EXPR_SUM, v);
    Typed square = variance_of(b, e->span, v);
    return fold == FOLD_STD && typed_ok(square) ? typed_call(b, e->span, EIG_FN_SQRT, 1, &square) : square;
}

/* input(E), input(E[3]) */
static Typed record_input(Builder *b, const AstExpr *e, const Scope *scope)
{
    Typed v = resolve(b, e->as.call.args.at[0].value, scope);
    if (!typed_ok(v))
        return v;
    if (v.e->kind != EXPR_RATE) {
        Diag *d = diag_at(b->cx, D_E0304, e->as.call.args.at[0].value->span,
                          "only a population or one of its neurons has an input");
        diag_help(b->cx, d, "write `input(E)` or `input(E[3])`, and compute with that");
        return typed_error(e->span);
    }
    size_t pop = v.e->as.rate.pop;
    v.e = expr_rate_from(b->cx, e->span, expr_rate(b->cx, e->span, EXPR_INPUT, pop, v.e->as.rate.index), v.e->as.rate.first);
    v.unit = b->m->pops.at[pop].unit_z;
    v.span = e->span;
    return v;
}

static bool record_call(Builder *b, const AstExpr *e, const Scope *scope, Typed *out)
{
    const char *name = e->as.call.callee->as.name.name;
    bool input = strcmp(name, "input") == 0;
    int fold = 0;
    while (fold < N_FOLDS && strcmp(name, fold_name[fold]) != 0)
        fold++;
    if (!input && fold == N_FOLDS)
        return false;
    *out = typed_error(e->span);
    if (scope->kind != SCOPE_RECORD) {
        Diag *d = diag_at(b->cx, D_E0208, e->span, "`%s` of a population cannot be used in %s", name, scope->what);
        diag_help(b->cx, d, "it is known in records and requirements; rates reach other populations through `connect`");
    } else if (e->as.call.args.n != 1 || e->as.call.args.at[0].name) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "`%s` takes one argument", name);
        diag_help(b->cx, d, "write `%s(E)`, or `%s(E[0..9])` for some of the neurons", name, name);
    } else
        *out = input ? record_input(b, e, scope) : fold_record(b, e, (Fold)fold, scope);
    return true;
}

/* ---- any call ---- */

static void report_unknown_function(Builder *b, const AstExpr *callee, const Scope *scope)
{
    const char *names[EIG_N_FNS + N_FOLDS + 80];
    size_t n = scope->kind == SCOPE_KERNEL ? kernel_shapes(names) : 0;
    for (int fn = 0; fn < EIG_N_FNS; fn++)
        if (eig_fn_name[fn])
            names[n++] = eig_fn_name[fn];
    for (int fold = 0; fold < N_FOLDS && scope->kind == SCOPE_RECORD; fold++)
        names[n++] = fold_name[fold];
    const char **own;
    size_t n_own = symbol_names(b, 1u << SYM_FUNCTION, &own);
    for (size_t k = 0; k < n_own && n < sizeof names / sizeof *names; k++)
        names[n++] = own[k];
    const char *name = callee->as.name.name;
    Diag *d = diag_at(b->cx, D_E0201, callee->span, "there is no function `%s`", name);
    if (!habit_help(b->cx, d, HABIT_FUNCTION, name, n, names, HABIT_LISTED))
        diag_help(b->cx, d, "one of your own is declared by `function %s(x) = ...`; the language has abs, min, max, sqrt, exp, log, sin, cos, tanh, step, "
                            "pulse, ramp and more (docs/language.md, Expressions)", name);
}

static void report_kernel_misplaced(Builder *b, const AstExpr *e, const Scope *scope)
{
    const char *name = e->as.call.callee->as.name.name;
    bool of_pairs = scope->kind == SCOPE_PAIR || scope->kind == SCOPE_CURRENT;
    Diag *d = diag_at(b->cx, D_E0208, e->span, "`%s` belongs into the pattern of a connection", name);
    if (!of_pairs && kernel_is_shape(name))
        diag_help(b->cx, d, "what is drawn is `normal(mean, sd)`, `exponential(mean)` and others; a bump in space is an expression of `position`");
    else
        diag_help(b->cx, d, kernel_is_shape(name) ? "write `weight = ...; pattern = kernel(%s(...))`"
                                              : "write `weight = ...; pattern = %s(gaussian(100 um))`", name);
}

static Typed call_symbol(Builder *b, const AstExpr *e, Symbol *s, const Scope *scope)
{
    if (s->kind == SYM_FUNCTION)
        return inline_function(b, e, s, scope);
    Diag *d = diag_at(b->cx, D_E0304, e->as.call.callee->span, "`%s` is not a function", s->path);
    diag_note_at(b->cx, d, s->decl->name.span, "declared here");
    if (s->kind == SYM_CIRCUIT)
        diag_help(b->cx, d, "`instance NAME = %s(...)` makes a circuit", s->name);
    return typed_error(e->span);
}

Typed resolve_call(Builder *b, const AstExpr *e, const Scope *scope)
{
    const AstExpr *callee = e->as.call.callee;
    if (callee->kind != AST_NAME) {
        Symbol *member = path_find(b, callee);
        return member ? call_symbol(b, e, member, scope) : typed_error(e->span);
    }
    const char *name = callee->as.name.name;
    Typed v;
    Symbol *s = symbol_find(b, name);
    int fn = find_function(name);
    if (fn >= 0)
        return apply_function(b, e, (EigFn)fn, scope);
    if (record_call(b, e, scope, &v))
        return v;
    if (s)
        return call_symbol(b, e, s, scope);
    if (scope->kind == SCOPE_KERNEL && kernel_shape(b, e, scope, &v))
        return v;
    if (strcmp(name, "neuron") == 0)
        return neuron_indicator(b, e, scope);
    if (strcmp(name, "samples") == 0)
        return samples_call(b, e, scope);
    if (strcmp(name, "noise_ou") == 0)
        return noise_ou_call(b, e, scope);
    if (names_draw(name))
        return draw_call(b, e, scope);
    if (strcmp(name, "matrix") == 0 || strcmp(name, "edges") == 0 || strcmp(name, "low_rank") == 0)
        diag_help(b->cx, diag_at(b->cx, D_E0208, e->span, "`%s` may only stand in the weight of a connection, as a factor", name),
                  "write `connect A -> B { weight = 0.5 * %s(\"...\"%s) }`; inputs read files by `samples(\"...\")`", name,
                  strcmp(name, "low_rank") == 0 ? ", \"...\"" : "");
    else if (kernel_is_shape(name) || strcmp(name, "kernel") == 0)
        report_kernel_misplaced(b, e, scope);
    else if (!b->import_failed)
        report_unknown_function(b, callee, scope);
    return typed_error(e->span);
}
