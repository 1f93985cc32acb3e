/* Names and expressions: what each name in the text stands for. */
#include "compiler/model/build.h"
#include "compiler/model/habit.h"

#include <string.h>
#include <strings.h>

const Scope CONSTANT_SCOPE = { .kind = SCOPE_CONSTANT, .what = "a constant", .pop = NO_POP };
const Scope LET_SCOPE = { .kind = SCOPE_CONSTANT, .what = "a constant", .pop = NO_POP, .of_let = true };

void report_not_built(Builder *b, Span at, const char *what, const char *repair)
{
    Diag *d = diag_at(b->cx, D_E1001, at, "%s is part of the language, but is not built yet", what);
    diag_help(b->cx, d, "%s", repair);
}

const char *nearest_name(const char *name, const char *const *names, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (strcasecmp(name, names[k]) == 0)
            return names[k];
    return strlen(name) > 1 ? diag_nearest(name, names, n) : NULL;
}

bool is_call_of(const AstExpr *e, const char *name)
{
    const AstExpr *callee = e->kind == AST_CALL ? e->as.call.callee : NULL;
    return callee && callee->kind == AST_NAME && strcmp(callee->as.name.name, name) == 0;
}

bool is_error_node(const AstExpr *e)
{
    return e->kind == AST_ERROR;
}

/* ---- unknown names ---- */

/* `20*ms`, `3 mV/ms`: a unit stands behind a number, and what divides it is written `per`. */
static bool suggest_unit(Builder *b, Diag *d, const char *name)
{
    if (!unit_known(name))
        return false;
    diag_help(b->cx, d, "a unit stands directly behind a number: `20 %s`, `3 mV per %s`", name, name);
    return true;
}

/* What there is in every text, by scope; what a place gives is there only with one, and is not offered unasked. */
static const struct { const char *name; unsigned scopes; bool of_place; } always[] = {
    { .name = "t", .scopes = 1u << SCOPE_INPUT | 1u << SCOPE_EQUATION | 1u << SCOPE_CURRENT | 1u << SCOPE_RECORD },
    { .name = "i", .scopes = OF_A_NEURON },
    { .name = "pre.i", .scopes = 1u << SCOPE_PAIR | 1u << SCOPE_CURRENT },
    { .name = "post.i", .scopes = 1u << SCOPE_PAIR | 1u << SCOPE_CURRENT },
    { .name = "pre.size", .scopes = 1u << SCOPE_PAIR | 1u << SCOPE_CURRENT },
    { .name = "post.size", .scopes = 1u << SCOPE_PAIR | 1u << SCOPE_CURRENT },
    { .name = "position", .scopes = OF_A_NEURON, .of_place = true },
    { .name = "pre.position", .scopes = 1u << SCOPE_PAIR | 1u << SCOPE_CURRENT, .of_place = true },
    { .name = "post.position", .scopes = 1u << SCOPE_PAIR | 1u << SCOPE_CURRENT, .of_place = true },
    { .name = "distance", .scopes = 1u << SCOPE_PAIR | 1u << SCOPE_KERNEL | 1u << SCOPE_CURRENT, .of_place = true },
};

enum { N_ALWAYS = sizeof always / sizeof *always };

/* 0: it is none of them. */
static unsigned scopes_of(const char *name)
{
    for (size_t k = 0; k < N_ALWAYS; k++)
        if (strcmp(always[k].name, name) == 0)
            return always[k].scopes;
    return 0;
}

static bool is_known(const char *name, const Scope *scope)
{
    return scopes_of(name) >> scope->kind & 1;
}

/* What an expression may name here: first what is nearest to it. */
static size_t names_known(Builder *b, const Scope *scope, const char ***out)
{
    const char **known;
    unsigned kinds = 1u << SYM_PARAM | 1u << SYM_LET | (scope->kind == SCOPE_RECORD ? 1u << SYM_POP : 0);
    size_t n_known = symbol_names(b, kinds, &known), n = 0;
    const char **names = *out = ARENA_ARRAY(&b->cx->arena, scope->n_bindings + N_ALWAYS + n_known + 2, const char *);
    for (size_t k = 0; k < scope->n_bindings; k++)
        names[n++] = scope->binding[k].name;
    for (size_t k = 0; k < N_ALWAYS; k++)
        if (!always[k].of_place && always[k].scopes >> scope->kind & 1)
            names[n++] = always[k].name;
    for (size_t k = 0; k < n_known; k++)
        names[n++] = known[k];
    return n;
}

/* "it needs an equation", or a declaration; and what there is. */
static void help_to_declare(Builder *b, Diag *d, const char *name, const Scope *scope, size_t n, const char *const *names)
{
    const char *known = n == 0 ? "" : arena_printf(&b->cx->arena, "; known here: %s%s", listed_names(b, "", n < MOST_LISTED ? n : MOST_LISTED, names),
                                                   n > MOST_LISTED ? ", ..." : "");
    if (scope->kind == SCOPE_EQUATION)
        diag_help(b->cx, d, "a state needs an equation, `%s' = ...`, a constant a `param %s = ...`%s", name, name, known);
    else if (scope->kind == SCOPE_CURRENT)
        diag_help(b->cx, d, "what a neuron has is written `pre.%s` or `post.%s`, a constant is declared by `param %s = ...`%s", name, name, name, known);
    else if (scope->kind == SCOPE_RECORD)
        diag_help(b->cx, d, "rates are recorded, and required, by the names of populations%s", known);
    else if (scope->n_elements)
        diag_help(b->cx, d, "in a connection, write behind it what it runs over: `for %s in 0..%zu`; a constant is declared by `param %s = ...`%s",
                  name, scope->n_elements - 1, name, known);
    else if (scope->n_bindings == 1)
        diag_help(b->cx, d, "the argument is called `%s`; a constant is declared by `param %s = ...`%s", names[0], name, known);
    else
        diag_help(b->cx, d, "declare it: `param %s = ...`%s", name, known);
}

static void suggest(Builder *b, Diag *d, const char *name, const Scope *scope)
{
    const char **names;
    if (b->cx->diags.n_dropped || (scope->kind != SCOPE_RECORD && !scope->n_elements && suggest_unit(b, d, name)))
        return;
    size_t n = names_known(b, scope, &names);
    if (!habit_help(b->cx, d, HABIT_NAME, name, n, names, HABIT_LISTED))
        help_to_declare(b, d, name, scope, n, names);
}

/* E0201 with a suggestion among what the scope knows. */
static void report_unknown_name(Builder *b, Span at, const char *name, const Scope *scope)
{
    if (b->import_failed || (scope->kind == SCOPE_EQUATION && attribute_was_refused(b, &b->pops.at[scope->pop], name)))
        return;
    Diag *d = diag_at(b->cx, D_E0201, at, "there is no `%s`", name);
    suggest(b, d, name, scope);
}

/* ---- names in expressions ---- */

static Typed variable(Builder *b, Span at, EigVar var, Unit unit)
{
    return (Typed){ .e = expr_var(b->cx, at, var), .unit = unit, .pop = NO_POP, .span = at };
}

/* t, i, position and distance, where they are known. */
static bool builtin_name(Builder *b, const AstExpr *e, const Scope *scope, Typed *out)
{
    const char *name = e->as.name.name;
    bool known = is_known(name, scope);
    if (known && strcmp(name, "t") == 0)
        *out = variable(b, e->span, EIG_VAR_T, time_unit(b));
    else if (known && strcmp(name, "i") == 0)
        *out = variable(b, e->span, EIG_VAR_I, UNIT_NONE);
    else if (known && strcmp(name, "position") == 0)
        *out = scope->pop == NO_POP ? typed_error(e->span) : place_position(b, e->span, (size_t)scope->pop, EIG_VAR_I, NULL);
    else if (known && strcmp(name, "distance") == 0)
        *out = place_distance(b, e->span, "distance", scope->pair);
    else if (strcmp(name, "pi") == 0)
        *out = typed_const(b, e->span, num_from_double(b->nums, 0x1.921fb54442d18p+1), UNIT_NONE);
    else
        return false;
    return true;
}

static void report_misplaced(Builder *b, const AstExpr *e, const Scope *scope)
{
    const char *name = e->as.name.name;
    bool of_neuron = scopes_of(name) == OF_A_NEURON, pair = scope->kind == SCOPE_PAIR || scope->kind == SCOPE_CURRENT;
    Diag *d = diag_at(b->cx, D_E0208, e->span, "`%s` cannot be used in %s", name, scope->what);
    if (strcmp(name, "t") == 0 && scope->of_function)
        diag_help(b->cx, d, "time is given to a function as an argument: `function stim(s) = ...` with s in the place of t, and `input = stim(t)`");
    else if (of_neuron && pair)
        diag_help(b->cx, d, "write `pre.%s` or `post.%s`", name, name);
    else if (of_neuron && scope->of_function)
        diag_help(b->cx, d, "it is given to a function as an argument: `function f(k) = ...` with k in the place of %s, and `input = f(%s)`",
                  name, name);
    else if (scopes_of(name))
        diag_help(b->cx, d, "it is known in %s", where_known(b, scopes_of(name)));
    else if (strcmp(name, "index") == 0)
        diag_help(b->cx, d, "it is the number of a copy, in the arguments of an array of circuits, `instance L[4] = ...`; the number of a neuron is `i`");
    else if (strcmp(name, "inf") == 0)
        diag_help(b->cx, d, "a finite number stands here; infinity may be an end of `box`, `truncated`, `on [lo, hi]` and `require ... in [lo, hi]`, "
                            "and a `prox_step`");
}

/* A population as a recorded row; one of a single neuron is a number. */
static Typed population_row(Builder *b, Span at, const Symbol *s, ExprKind kind)
{
    const ModelPop *p = &b->m->pops.at[s->index];
    return (Typed){ .e = expr_rate(b->cx, at, kind, s->index, p->size == 1 ? 0 : -1),
                    .unit = kind == EXPR_RATE ? p->unit_x : p->unit_z, .pop = (long)s->index, .n_neurons = p->size, .span = at };
}

static Typed resolve_symbol(Builder *b, const AstExpr *e, Symbol *s, const Scope *scope)
{
    Diag *d;
    switch (s->kind) {
    case SYM_PARAM:
        if (s->changes.n > 0 || s->changes_broken)
            return protocol_value(b, s, e->span, scope);
        /* fall through */
    case SYM_LET: {
        Typed v = symbol_value(b, s, e->span);
        if (s->kind == SYM_LET && s->moved_by && typed_ok(v))
            return protocol_let(b, s, e->span, scope);
        b->touched |= typed_ok(v) && v.e->depends ? v.e->depends->params : 0;
        v.span = e->span;
        return v;
    }
    case SYM_POP:
        if (scope->kind == SCOPE_RECORD)
            return b->pops.at[s->index].broken ? typed_error(e->span) : population_row(b, e->span, s, EXPR_RATE);
        d = diag_at(b->cx, D_E0208, e->span, "the population `%s` cannot be used in %s", s->path, scope->what);
        diag_help(b->cx, d, "rates reach other populations through `connect`");
        return typed_error(e->span);
    case SYM_FUNCTION:
        d = diag_at(b->cx, D_E0304, e->span, "`%s` is a function; a number is needed here", s->name);
        diag_note_at(b->cx, d, s->decl->name.span, "declared here");
        diag_help(b->cx, d, "give it its arguments: `%s(...)`", s->name);
        return typed_error(e->span);
    case SYM_CIRCUIT:
    case SYM_INSTANCE:
        d = diag_at(b->cx, D_E0304, e->span, "`%s` is %s; a number is needed here", expression_text(b, e),
                    s->kind == SYM_CIRCUIT ? "a circuit" : "an instance of a circuit");
        diag_note_at(b->cx, d, s->decl->name.span, "declared here");
        return typed_error(e->span);
    }
    return typed_error(e->span);
}

static Typed resolve_name(Builder *b, const AstExpr *e, const Scope *scope)
{
    const char *name = e->as.name.name;
    Typed v;
    for (size_t k = 0; k < scope->n_bindings; k++)
        if (scope->binding[k].name == name) {
            if (report_local_hiding(b, (AstName){ name, e->span }, scope->kind, scope->binding[k].value))
                return typed_error(e->span);
            v = scope->binding[k].value;
            v.span = e->span;
            return v;
        }
    if (builtin_name(b, e, scope, &v))
        return v;
    Symbol *s = symbol_find(b, name);
    if (s)
        return resolve_symbol(b, e, s, scope);
    if (is_reserved(name))
        report_misplaced(b, e, scope);
    else
        report_unknown_name(b, e->span, name, scope);
    return typed_error(e->span);
}

/* position.x, pre.position, post.position.y; false when `e` is something else. */
static bool resolve_position(Builder *b, const AstExpr *e, const Scope *scope, Typed *out)
{
    const char *name[3];
    const AstExpr *base = e;
    size_t n = 0;
    for (; base->kind == AST_MEMBER && n < 2; base = base->as.member.base)
        name[n++] = base->as.member.name;
    if (base->kind != AST_NAME)
        return false;
    name[n] = base->as.name.name;
    bool own = strcmp(name[n], "position") == 0, pre = strcmp(name[n], "pre") == 0, post = strcmp(name[n], "post") == 0;
    if (own ? n != 1 : (!pre && !post) || strcmp(name[n - 1], "position") != 0)
        return false;
    bool known = own ? is_known("position", scope) : is_known("pre.position", scope);
    if (!known)
        return false;
    *out = typed_error(e->span);
    if (own && scope->pop == NO_POP)    /* the population is in error, which was said */
        return true;
    const char *axis = own || n == 2 ? name[0] : NULL;
    size_t pop = own ? (size_t)scope->pop : pre ? scope->pair->pre : scope->pair->post;
    *out = place_position(b, e->span, pop, own ? EIG_VAR_I : pre ? EIG_VAR_PRE_I : EIG_VAR_POST_I, axis);
    return true;
}

/* pre.size, post.size: a constant as any other, so that nothing is by pairs for its sake. */
static Typed side_size(Builder *b, Span at, size_t pop)
{
    mpq_ptr n = num_new(b->nums);
    mpq_set_ui(n, b->m->pops.at[pop].size, 1);
    return typed_const(b, at, n, UNIT_NONE);
}

static Typed resolve_member(Builder *b, const AstExpr *e, const Scope *scope)
{
    const AstExpr *base = e->as.member.base;
    const char *name = e->as.member.name;
    Typed v;
    if (is_error_node(base))
        return typed_error(e->span);
    if (resolve_position(b, e, scope, &v) || record_state(b, e, scope, &v))
        return v;
    const char *of = base->kind == AST_NAME ? base->as.name.name : "";
    bool pre = strcmp(of, "pre") == 0, post = strcmp(of, "post") == 0;
    if (strcmp(of, "position") == 0) {
        report_misplaced(b, base, scope);
        return typed_error(e->span);
    }
    if (!pre && !post) {
        Symbol *s = path_find(b, e);
        return s ? resolve_symbol(b, e, s, scope) : typed_error(e->span);
    }
    if (scope->sized && strcmp(name, "size") == 0)
        return side_size(b, e->span, pre ? scope->sized->pre : scope->sized->post);
    if (scope->kind == SCOPE_CURRENT)
        return current_member(b, e, scope);
    if (scope->kind != SCOPE_PAIR) {
        Diag *d = diag_at(b->cx, D_E0208, e->span, "`%s.%s` cannot be used in %s", of, name, scope->what);
        if (scope->kind == SCOPE_SCALE && pre && strcmp(name, "size") == 0)
            diag_help(b->cx, d, "the number of source neurons is called `n` here");
        else
            diag_help(b->cx, d, "source and target neurons are known in the weight and the current of a connection; beside the weights "
                                "of a file, a factor is one number");
        return typed_error(e->span);
    }
    if (strcmp(name, "i") != 0) {
        Diag *d = diag_at(b->cx, D_E0208, e->span, "a weight does not know `%s.%s`", of, name);
        diag_help(b->cx, d, "it knows `%s.i`, `%s.size` and, with a place, `%s.position`; what changes in time belongs into `current`", of, of, of);
        return typed_error(e->span);
    }
    return variable(b, e->span, pre ? EIG_VAR_PRE_I : EIG_VAR_POST_I, UNIT_NONE);
}

/* E[2..5]: a row of its own. */
static Typed neuron_row(Builder *b, const AstExpr *e, const Symbol *s)
{
    long from, to;
    if (!neuron_run(b, e->as.index.args.at[0], s->index, &from, &to))
        return typed_error(e->span);
    Typed v = population_row(b, e->span, s, EXPR_RATE);
    v.n_neurons = (size_t)(to - from) + 1;
    v.e = v.n_neurons == 1 ? expr_rate(b->cx, e->span, EXPR_RATE, s->index, from) : expr_rate_from(b->cx, e->span, v.e, (size_t)from);
    return v;
}

/* E[3], E[2..5], worm["AVAL"] in a recorded quantity. */
static Typed resolve_index(Builder *b, const AstExpr *e, const Scope *scope)
{
    const AstExpr *base = e->as.index.base;
    bool is_unknown = base->kind == AST_NAME && !symbol_find(b, base->as.name.name);
    Symbol *s = is_unknown ? resolve_population(b, base) : path_find(b, base);
    if (!s)
        return typed_error(e->span);
    if (s->kind != SYM_POP) {
        s = path_find(b, e);
        return s ? resolve_symbol(b, e, s, scope) : typed_error(e->span);
    }
    if (scope->kind != SCOPE_RECORD) {
        Diag *d = diag_at(b->cx, D_E0208, e->span, "one neuron's rate cannot be used in %s", scope->what);
        if (scope->kind == SCOPE_INPUT || scope->kind == SCOPE_START)
            diag_help(b->cx, d, "`neuron(\"NAME\")` is 1 for that neuron of this population and 0 for the others");
        return typed_error(e->span);
    }
    if (b->pops.at[s->index].broken)
        return typed_error(e->span);
    if (e->as.index.args.n != 1) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "a population has one index, not %zu", e->as.index.args.n);
        diag_help(b->cx, d, "one neuron is `%s[3]`, several in a row are `%s[2..5]`", s->path, s->path);
        return typed_error(e->span);
    }
    if (e->as.index.args.at[0]->kind == AST_RANGE)
        return neuron_row(b, e, s);
    long index = neuron_index(b, e->as.index.args.at[0], s->index);
    if (index < 0)
        return typed_error(e->span);
    return (Typed){ .e = expr_rate(b->cx, e->span, EXPR_RATE, s->index, index),
                    .unit = b->m->pops.at[s->index].unit_x, .pop = NO_POP, .span = e->span };
}

/* ---- expressions ---- */

static bool is_number_here(Builder *b, const char *name, const Scope *scope)
{
    for (size_t k = 0; k < scope->n_bindings; k++)
        if (strcmp(scope->binding[k].name, name) == 0)
            return true;
    const Symbol *s = symbol_find(b, name);
    bool of_symbol = s && (s->kind == SYM_PARAM || s->kind == SYM_LET || (s->kind == SYM_POP && scope->kind == SCOPE_RECORD));
    return of_symbol || is_known(name, scope) || strcmp(name, "pi") == 0;
}

/* `2z`, as on paper: z is read as a unit, and is none. */
static bool report_product(Builder *b, const AstExpr *e, const Scope *scope)
{
    const AstUnit *unit = &e->as.number.unit;
    if (unit->n == 0 || unit_known(unit->at[0].name) || unit->at[0].power_times_2 <= 0 || !is_number_here(b, unit->at[0].name, scope))
        return false;
    Diag *d = diag_at(b->cx, D_E0302, unit->at[0].span, "there is no unit `%s`", unit->at[0].name);
    diag_help(b->cx, d, "a product needs `*`: `%.20s * %s`", e->as.number.text, unit->at[0].name);
    return true;
}

static Typed resolve_number(Builder *b, const AstExpr *e, const Scope *scope)
{
    Num value, scale;
    Unit unit;
    const char *text = e->as.number.text;
    if (!num_parse(b->nums, text, strlen(text), &value)) {
        diag_at(b->cx, D_E0401, e->span,
                "this number is too large or too small: at most 30000 digits and an exponent of %d",
                NUM_MAX_EXPONENT);
        return typed_error(e->span);
    }
    if (report_product(b, e, scope) || !unit_from_ast(b->cx, b->nums, &e->as.number.unit, &unit, &scale))
        return typed_error(e->span);
    Unit no_angle = unit;
    no_angle.twice[DIM_ANGLE] = 0;
    if (!unit_is_none(no_angle) && !b->has_unit_place) {
        b->has_unit_place = true;
        b->unit_place = e->span;
    }
    if (e->as.number.unit.n > 0) {
        mpq_ptr scaled = num_new(b->nums);
        mpq_mul(scaled, value, scale);
        value = scaled;
    }
    Typed v = typed_const(b, e->span, value, unit);
    v.written = e->as.number.unit.n ? &e->as.number.unit : NULL;
    return v;
}

static Typed resolve_operator(Builder *b, const AstExpr *e, const Scope *scope)
{
    static const EigFn fn[] = { [AST_ADD] = EIG_FN_ADD, [AST_SUB] = EIG_FN_SUB, [AST_MUL] = EIG_FN_MUL,
                                [AST_DIV] = EIG_FN_DIV, [AST_POW] = EIG_FN_POW };
    AstOp op = e->as.binary.op;
    if (e->kind == AST_UNARY) {
        Typed v = resolve(b, e->as.binary.right, scope);
        return op == AST_NEG ? typed_call(b, e->span, EIG_FN_NEG, 1, &v) : v;
    }
    if (op > AST_POW) {
        Diag *d = diag_at(b->cx, D_E0304, e->span, "a comparison is not a number; one is needed here");
        diag_help(b->cx, d, "`step(a - b)` is 1 where a is at least b, and 0 elsewhere");
        return typed_error(e->span);
    }
    Typed arg[2];
    arg[0] = resolve(b, e->as.binary.left, scope);
    arg[1] = resolve(b, e->as.binary.right, scope);
    return typed_call(b, e->span, fn[op], 2, arg);
}

static Typed wrong_kind(Builder *b, const AstExpr *e, const char *what, const char *repair)
{
    Diag *d = diag_at(b->cx, D_E0304, e->span, "%s stands where a number is needed", what);
    diag_help(b->cx, d, "%s", repair);
    return typed_error(e->span);
}

static Typed resolve_kind(Builder *b, const AstExpr *e, const Scope *scope)
{
    switch (e->kind) {
    case AST_NUMBER: return resolve_number(b, e, scope);
    case AST_NAME: return resolve_name(b, e, scope);
    case AST_MEMBER: return resolve_member(b, e, scope);
    case AST_INDEX: return resolve_index(b, e, scope);
    case AST_CALL: return resolve_call(b, e, scope);
    case AST_UNARY:
    case AST_BINARY: return resolve_operator(b, e, scope);
    case AST_STRING: return wrong_kind(b, e, "a text", "numbers and their units stand without quotes: `20 ms`");
    case AST_LIST: return wrong_kind(b, e, "a list", "a number for each neuron is an expression of its index, `0.1 * i`, or is drawn: `uniform(0, 1)`");
    case AST_RANGE: return wrong_kind(b, e, "a range", "a range stands in `E[0..3]`, in `neuron(0..3)` and behind `for k in`");
    case AST_ERROR: return typed_error(e->span);
    }
    return typed_error(e->span);
}

Typed resolve(Builder *b, const AstExpr *e, const Scope *scope)
{
    b->written_out += scope->of_function;
    if (b->nesting >= MAX_NESTING) {
        report_depth(b, e->span);
        return typed_error(e->span);
    }
    b->nesting++;
    Typed v = resolve_kind(b, e, scope);
    b->nesting--;
    return v;
}

const char *listed_names(Builder *b, const char *none, size_t n, const char *const *names)
{
    const char *text = n ? "" : none;
    for (size_t k = 0; k < n; k++)
        text = arena_printf(&b->cx->arena, "%s%s`%s`", text, k == 0 ? "" : k + 1 == n ? " and " : ", ", names[k]);
    return text;
}
