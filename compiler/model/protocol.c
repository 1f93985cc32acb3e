/* Protocols: `at 100 ms amplitude = 2` in the simulate block. A param that
 * changes is a function of time in inputs and records; everywhere else its
 * value has to be one for the whole run. */
#include "compiler/model/build.h"
#include "compiler/model/habit.h"

#include <stdlib.h>
#include <string.h>

/* ---- which params change: before constants are evaluated ---- */

static void report_not_param(Builder *b, const AstAttr *a, const Symbol *s)
{
    Diag *d = diag_at(b->cx, D_E0208, a->name_span, "a protocol changes a `param`, and `%s` is none", expression_text(b, a->target));
    diag_note_at(b->cx, d, s->decl->name.span, "declared here");
    if (s->kind == SYM_LET && s->path != s->name)
        diag_help(b->cx, d, "an argument is fixed for the run; give the circuit a `param` of its own to change");
    else if (s->kind == SYM_LET)
        diag_help(b->cx, d, "declare it with `param` instead of `let`");
    else
        diag_help(b->cx, d, "write `input = drive` with a `param drive = 1`, and change that");
}

static void report_unknown(Builder *b, const AstAttr *a)
{
    const char **names, *name = a->target->as.name.name;
    size_t n = symbol_names(b, 1u << SYM_PARAM, &names);
    Diag *d = diag_at(b->cx, D_E0201, a->name_span, "there is no param `%s`", name);
    if (!habit_help(b->cx, d, HABIT_NAME, name, n, names, HABIT_LISTS))
        diag_help(b->cx, d, "declare it, `param %s = ...`, and use it in an input", name);
}

static void collect(Builder *b, const AstAttr *a)
{
    bool is_name = a->target->kind == AST_NAME;
    Symbol *s = is_name ? symbol_find(b, a->target->as.name.name) : path_find(b, a->target);
    if (!s && is_name)
        report_unknown(b, a);
    if (s && s->kind != SYM_PARAM)
        report_not_param(b, a, s);
    if (!s || s->kind != SYM_PARAM)
        return;
    Change c = { .attr = a };
    if (s->changes.n == 0)
        vec_push(&b->cx->arena, &b->changed, s);
    vec_push(&b->cx->arena, &s->changes, c);
}

/* Params of instances come second: a path makes the instance, whose number may be a constant. */
void protocol_collect(Builder *b)
{
    const AstDecl *block = simulate_block(b);
    for (int paths = 0; paths < 2; paths++)
        for (size_t k = 0; block && k < block->as.simulate.attrs.n; k++) {
            const AstAttr *a = &block->as.simulate.attrs.at[k];
            if (a->kind == AST_ATTR_AT && (a->target->kind != AST_NAME) == paths)
                collect(b, a);
        }
}

/* ---- times and values: once time has a unit ---- */

static bool read_time(Builder *b, const AstAttr *a, Num *out)
{
    Typed v;
    const char *what = "the time of a change";
    if (!constant_number(b, a->at, what, &v) || !time_expect(b, v, what))
        return false;
    expr_is_const(v.e, out);
    Num end = b->m->sim.duration;
    if (mpq_sgn(*out) > 0 && (!end || mpq_cmp(*out, end) < 0))
        return true;
    Diag *d = diag_at(b->cx, D_E0401, a->at->span, "a change lies between the start and the end of the run, and this is at %s",
                      constant_text(b, v));
    if (mpq_sgn(*out) <= 0)
        diag_help(b->cx, d, "the value from the start is that of `param %s = ...`", expression_text(b, a->target));
    else
        diag_help(b->cx, d, "the run ends at %s", quantity_text(b, end, v));
    return false;
}

static const ModelParam *param_of(const Builder *b, const Symbol *s)
{
    for (size_t k = 0; k < b->m->params.n; k++)
        if (b->m->params.at[k].name == s->path)
            return &b->m->params.at[k];
    return NULL;
}

static bool read_value(Builder *b, const Symbol *s, const AstAttr *a, Num *out)
{
    Typed v;
    const char *what = arena_printf(&b->cx->arena, "the param `%s`", s->path);
    const ModelParam *p = param_of(b, s);
    if (!constant_number(b, a->value, what, &v) || !p || !typed_expect(b, v, p->unit, what))
        return false;
    expr_is_const(v.e, out);
    if (!p->has_range || (mpq_cmp(*out, p->lo) >= 0 && mpq_cmp(*out, p->hi) <= 0))
        return true;
    Diag *d = diag_at(b->cx, D_E0401, a->value->span, "`%s` = %s is outside its range %s", s->path, constant_text(b, v),
                      p->range_text);
    diag_note_at(b->cx, d, p->span, "the range is declared here");
    return false;
}

static int by_time(const void *a, const void *b)
{
    const Change *x = a, *y = b;
    int order = mpq_cmp(x->time, y->time);
    return order ? order : (x->attr->span.from > y->attr->span.from) - (x->attr->span.from < y->attr->span.from);
}

static void read_changes(Builder *b, Symbol *s)
{
    size_t kept = 0;
    for (size_t k = 0; k < s->changes.n; k++) {
        Change c = s->changes.at[k];
        bool timed = read_time(b, c.attr, &c.time), valued = read_value(b, s, c.attr, &c.value);
        if (timed && valued)
            s->changes.at[kept++] = c;
        else
            s->changes_broken = true;
    }
    s->changes.n = kept;
    if (kept)
        qsort(s->changes.at, kept, sizeof *s->changes.at, by_time);
    for (size_t k = 1; k < kept; k++)
        if (mpq_cmp(s->changes.at[k - 1].time, s->changes.at[k].time) == 0) {
            Diag *d = diag_at(b->cx, D_E0206, s->changes.at[k].attr->name_span, "`%s` changes twice at one time", s->path);
            diag_note_at(b->cx, d, s->changes.at[k - 1].attr->name_span, "the other change");
            diag_help(b->cx, d, "keep one of the two");
            s->changes_broken = true;
        }
}

void protocol_build(Builder *b)
{
    for (size_t k = 0; k < b->changed.n; k++)
        read_changes(b, b->changed.at[k]);
}

/* ---- the value over time ---- */

/* 1 from change k on, until the next one. */
static Typed period(Builder *b, const Symbol *s, size_t k, Span at)
{
    Typed arg[2] = { { .e = expr_var(b->cx, at, EIG_VAR_T), .unit = time_unit(b), .pop = NO_POP, .span = at },
                     typed_const(b, at, s->changes.at[k].time, time_unit(b)) };
    Typed since[2] = { typed_call(b, at, EIG_FN_SUB, 2, arg) };
    if (k + 1 == s->changes.n)
        return typed_call(b, at, EIG_FN_STEP, 1, since);
    mpq_ptr length = num_new(b->nums);
    mpq_sub(length, s->changes.at[k + 1].time, s->changes.at[k].time);
    since[1] = typed_const(b, at, length, time_unit(b));
    return typed_call(b, at, EIG_FN_PULSE, 2, since);
}

/* Exactly one of the periods is 1 at any time, so the sum rounds nothing. */
static Typed over_time(Builder *b, const Symbol *s, Typed first, Span at)
{
    Typed none[2] = { typed_const(b, at, num_int(b->nums, 1), UNIT_NONE) }, sum[2], term[2];
    Typed begun[2] = { { .e = expr_var(b->cx, at, EIG_VAR_T), .unit = time_unit(b), .pop = NO_POP, .span = at },
                       typed_const(b, at, s->changes.at[0].time, time_unit(b)) };
    begun[0] = typed_call(b, at, EIG_FN_SUB, 2, begun);
    none[1] = typed_call(b, at, EIG_FN_STEP, 1, begun);
    term[0] = first;
    term[1] = typed_call(b, at, EIG_FN_SUB, 2, none);
    sum[0] = typed_call(b, at, EIG_FN_MUL, 2, term);
    for (size_t k = 0; k < s->changes.n; k++) {
        term[0] = typed_const(b, at, s->changes.at[k].value, first.unit);
        term[1] = period(b, s, k, at);
        sum[1] = typed_call(b, at, EIG_FN_MUL, 2, term);
        sum[0] = typed_call(b, at, EIG_FN_ADD, 2, sum);
    }
    sum[0].unit = first.unit;       /* also where all values are a bare 0 */
    sum[0].span = at;
    return sum[0];
}

/* What is evaluated at each time. */
static bool goes_with_time(const Scope *scope)
{
    return scope->kind == SCOPE_INPUT || scope->kind == SCOPE_RECORD || scope->kind == SCOPE_EQUATION || scope->kind == SCOPE_CURRENT;
}

static void report_fixed(Builder *b, Span at, const char *name, const Symbol *param, const Scope *scope)
{
    Diag *d = diag_at(b->cx, D_E0208, at, "`%s` changes during the run, so it cannot be used in %s", name, scope->what);
    bool is_param = strcmp(name, param->name) == 0;
    diag_note_at(b->cx, d, param->changes.at[0].attr->span, is_param ? "it is changed here" : "`%s`, of which it is made, is changed here", param->name);
    if (scope->of_function)
        diag_help(b->cx, d, "give it to the function as an argument");
    else
        diag_help(b->cx, d, "a protocol may change what stands in inputs, equations, currents and records");
}

Typed protocol_value(Builder *b, Symbol *s, Span at, const Scope *scope)
{
    if (goes_with_time(scope)) {
        Typed first = symbol_value(b, s, at);
        return s->changes_broken || !typed_ok(first) ? typed_error(at) : over_time(b, s, first, at);
    }
    if (s->changes.n == 0)
        return typed_error(at);
    if (scope->of_let) {
        b->moved_by = s;
        return symbol_value(b, s, at);
    }
    report_fixed(b, at, s->name, s, scope);
    return typed_error(at);
}

/* Where time goes on a `let` is what it stands for, written out there. */
Typed protocol_let(Builder *b, Symbol *s, Span at, const Scope *scope)
{
    if (scope->of_let) {
        b->moved_by = s->moved_by;
        return s->value;
    }
    if (!goes_with_time(scope)) {
        report_fixed(b, at, s->name, s->moved_by, scope);
        return typed_error(at);
    }
    if (!fits_written_out(b, at, 0, scope))
        return typed_error(at);
    Scope there = { .kind = scope->kind, .what = scope->what, .pop = scope->pop, .of_function = true };
    Space *before = space_enter(b, s->space);
    Typed v = resolve(b, s->decl->as.let.value, &there);
    space_enter(b, before);
    v.span = at;
    return v;
}
