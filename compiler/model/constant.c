/* Parameters and derived constants: evaluated on demand, each once. */
#include "compiler/model/build.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEEP = 50,                  /* definitions of which each waits for the next: further ones are looked up before they are needed */
    LONG_CHAIN = 100            /* that many are what makes an expression too deep */
};

/* ---- circles ---- */

static void report_circle(Builder *b, Symbol *s, Span used_at)
{
    if (s->in_circle)
        return;
    size_t from = b->open.n;
    while (from > 0 && b->open.at[from - 1] != s)
        from--;
    from = from ? from - 1 : 0;
    Sbuf path = { 0 };
    for (size_t k = from; k < b->open.n; k++) {
        bool gap = (k - from == 7 && k + 2 < b->open.n) || (k + 1 < b->open.n && b->open.at[k + 1]->is_ahead);
        if (k - from < 8 || k + 1 == b->open.n)
            sbuf_printf(&path, "%s%s", b->open.at[k]->path, gap ? " -> ... -> " : " -> ");
    }
    sbuf_str(&path, s->path);
    Diag *d = diag_at(b->cx, D_E0204, used_at, "`%s` is defined by itself: %s", s->path, sbuf_text(&path));
    sbuf_free(&path);
    for (size_t k = from; k < b->open.n; k++) {
        b->open.at[k]->in_circle = true;
        if (k - from < DIAG_MAX_NOTES)
            diag_note_at(b->cx, d, b->open.at[k]->decl->name.span, "`%s` is declared here", b->open.at[k]->path);
    }
    diag_help(b->cx, d, "define one of them without the others; what feeds back in time is a connection or an equation");
}

void report_depth(Builder *b, Span at)
{
    if (b->open.n < LONG_CHAIN) {
        diag_at(b->cx, D_E0403, at, "this expression is nested too deeply");
        return;
    }
    const Symbol *first = b->open.at[0], *last = b->open.at[b->open.n - 1];
    Diag *d = diag_at(b->cx, D_E0403, at, "`%s` needs `%s` by way of more than %zu other definitions: the chain is too long", first->path,
                      last->path, b->open.n - 2);
    if (first->kind == SYM_FUNCTION || last->kind == SYM_FUNCTION)
        diag_help(b->cx, d, "let each function do more");
    else
        diag_help(b->cx, d, "declare what is used before what uses it: then each is known when the next one needs it");
}

bool symbol_open(Builder *b, Symbol *s, Span used_at)
{
    if (s->state == SYM_OPEN) {
        report_circle(b, s, used_at);
        return false;
    }
    if (b->open.n >= MAX_NESTING) {
        report_depth(b, used_at);
        return false;
    }
    s->state = SYM_OPEN;
    vec_push(&b->cx->arena, &b->open, s);
    return true;
}

void symbol_close(Builder *b, Symbol *s, SymbolState state)
{
    s->state = state;
    b->open.n--;
}

/* ---- --set ---- */

static const char *skip_blanks(const char *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

static size_t word_length(const char *s)
{
    size_t n = 0;
    while (isalnum((unsigned char)s[n]) || s[n] == '_')
        n++;
    return n;
}

/* One factor: `ms`, `ms^2`, `sqrt(ms)`. */
static const char *scan_factor(Builder *b, const char *s, Span at, int sign, AstUnit *out)
{
    bool root = strncmp(s, "sqrt(", 5) == 0;
    s += root ? 5 : 0;
    size_t n = word_length(s);
    if (n == 0)
        return NULL;
    AstUnitFactor f = { .span = at, .name = intern_n(&b->cx->names, s, n), .power_times_2 = root ? sign : 2 * sign };
    s += n;
    if (root && *s++ != ')')
        return NULL;
    if (!root && *s == '^') {
        if (s[1] < '1' || s[1] > '9' || isalnum((unsigned char)s[2]))
            return NULL;
        f.power_times_2 *= s[1] - '0';
        s += 2;
    }
    vec_push(&b->cx->arena, out, f);
    return s;
}

/* The unit behind a number: "ms", "mV per ms". */
static bool scan_unit(Builder *b, const char *s, Span at, AstUnit *out)
{
    for (s = skip_blanks(s); *s; s = skip_blanks(s)) {
        bool per = word_length(s) == 3 && strncmp(s, "per", 3) == 0;
        s = scan_factor(b, per ? skip_blanks(s + 3) : s, at, per ? -1 : 1, out);
        if (!s)
            return false;
    }
    return true;
}

static const char *option_of(const Setting *s)
{
    return s->option ? s->option : "set";
}

static Typed setting_value(Builder *b, const Setting *set, Span at)
{
    const char *s = skip_blanks(set->value);
    size_t n = strcspn(s, " \t");
    /* `20ms`: the number ends where the unit begins, but not at the e of an exponent. */
    for (size_t k = 0; k < n; k++) {
        bool digits = isdigit((unsigned char)s[k + 1]) || s[k + 1] == '-' || s[k + 1] == '+';
        bool exponent = (s[k] == 'e' || s[k] == 'E') && k > 0 && digits;
        if (isalpha((unsigned char)s[k]) && !exponent) {
            n = k;
            break;
        }
    }
    Num value, scale;
    Unit unit;
    AstUnit *written = ARENA_NEW(&b->cx->arena, AstUnit);
    if (!num_parse(b->nums, s, n, &value) || !scan_unit(b, s + n, at, written)) {
        Diag *d = diag_at(b->cx, D_E0404, at, "--%s %s=%s: this is not a number with a unit", option_of(set), set->name, set->value);
        diag_help(b->cx, d, "write a decimal or a fraction, such as --set %s=0.5, --set %s=3/2 or --set %s=\"20 ms\"",
                  set->name, set->name, set->name);
        return typed_error(at);
    }
    if (!unit_from_ast(b->cx, b->nums, written, &unit, &scale))
        return typed_error(at);
    mpq_ptr scaled = num_new(b->nums);
    mpq_mul(scaled, value, scale);
    Typed v = typed_const(b, at, scaled, unit);
    v.written = written;
    return v;
}

static const Setting *find_setting(const Builder *b, const char *name)
{
    for (size_t k = b->n_set; k > 0; k--)
        if (!b->set[k - 1].is_range && strcmp(b->set[k - 1].name, name) == 0)
            return &b->set[k - 1];
    return NULL;
}

/* What --over says of the param; *any: it says something of some. */
static const Setting *find_over(const Builder *b, const char *name, bool *any)
{
    const Setting *found = NULL;
    *any = false;
    for (size_t k = 0; k < b->n_set; k++) {
        *any |= b->set[k].is_range;
        if (b->set[k].is_range && strcmp(b->set[k].name, name) == 0)
            found = &b->set[k];
    }
    return found;
}

static bool is_one_of(const char *name, size_t n, const char *const *names)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(name, names[k]) == 0)
            return true;
    return false;
}

static void check_settings(Builder *b)
{
    const char **names = ARENA_ARRAY(&b->cx->arena, b->items.n + 1, const char *);
    size_t n = 0;
    for (size_t k = 0; k < b->items.n; k++) {
        const Symbol *s = b->items.at[k].decl->kind == AST_PARAM ? symbol_of(&b->items.at[k]) : NULL;
        if (s)
            names[n++] = s->path;
    }
    for (size_t k = 0; k < b->n_set; k++) {
        const Setting *set = &b->set[k];
        if (is_one_of(set->name, n, names))
            continue;
        const Symbol *s = symbol_in(b->files, intern(&b->cx->names, set->name));
        Diag *d;
        if (s) {
            d = diag_at(b->cx, D_E0404, s->decl->name.span, "--%s %s=%s: `%s` is not a param", option_of(set), set->name, set->value, set->name);
            diag_help(b->cx, d, "only a `param` can be set from outside");
            continue;
        }
        d = diag_nowhere(b->cx, D_E0404, "--%s %s=%s: the model has no param `%s`", option_of(set), set->name, set->value,
                         set->name);
        const char *near = nearest_name(set->name, names, n);
        if (near)
            diag_help(b->cx, d, "did you mean `%s`?", near);
        else if (n <= MOST_LISTED)
            diag_help(b->cx, d, n ? "its params are %s" : "it has %s", listed_names(b, "no param", n, names));
    }
}

/* ---- values ---- */

static Num value_of(Typed v)
{
    Num x;
    if (!expr_is_const(v.e, &x))
        BUG("a constant that is none");
    return x;
}

/* The declared value gives the unit, unless it is a bare zero. */
static Typed apply_setting(Builder *b, const Setting *set, Typed declared, Span at)
{
    Typed v = setting_value(b, set, at);
    if (!typed_ok(v) || !typed_ok(declared))
        return typed_error(at);
    if (!v.is_zero && !declared.is_zero && !unit_equal(v.unit, declared.unit)) {
        Diag *d = diag_at(b->cx, D_E0404, at, "--%s %s=%s: `%s` is %s, and this is %s", option_of(set), set->name, set->value,
                          set->name, unit_phrase(b, declared.unit), unit_phrase(b, v.unit));
        diag_help(b->cx, d, unit_is_none(declared.unit) ? "give the value without a unit" : "give the value with its unit");
        return typed_error(at);
    }
    if (!v.is_zero)
        return v;
    v = typed_const(b, at, value_of(v), declared.unit);
    v.written = declared.written;
    return v;
}

static bool read_range(Builder *b, const AstDecl *d, Typed value, ModelParam *p)
{
    const AstExpr *range = d->as.param.range;
    if (!range || is_error_node(range))
        return false;
    if (range->kind != AST_LIST || range->as.list.n != 2) {
        diag_help(b->cx, diag_at(b->cx, D_E0304, range->span, "a range is [lowest, highest]"), "write `param %s = 1 in [0, 3]`", p->name);
        return false;
    }
    Typed lo, hi;
    bool ok = constant_number(b, range->as.list.at[0], "the range", &lo);
    ok = constant_number(b, range->as.list.at[1], "the range", &hi) && ok;
    const char *what = arena_printf(&b->cx->arena, "the param `%s`", p->name);
    if (!ok || !typed_expect(b, lo, value.unit, what) || !typed_expect(b, hi, value.unit, what))
        return false;
    p->lo = value_of(lo);
    p->hi = value_of(hi);
    p->range_text = arena_printf(&b->cx->arena, "[%s, %s]", constant_text(b, lo), constant_text(b, hi));
    if (mpq_cmp(p->lo, p->hi) > 0) {
        Diag *g = diag_at(b->cx, D_E0401, range->span, "this range is empty: %s is above %s", constant_text(b, lo),
                          constant_text(b, hi));
        diag_help(b->cx, g, "the lower end comes first: `[lo, hi]`");
        return false;
    }
    return p->has_range = true;
}

static void check_in_range(Builder *b, const AstDecl *d, Typed value, const ModelParam *p)
{
    if (mpq_cmp(p->value, p->lo) >= 0 && mpq_cmp(p->value, p->hi) <= 0)
        return;
    if (p->was_set) {
        diag_at(b->cx, D_E0404, d->as.param.range->span, "--%s %s=%s: outside the declared range %s", p->set_by, p->name,
                p->set_text, p->range_text);
        return;
    }
    Diag *g = diag_at(b->cx, D_E0401, d->as.param.value->span, "`%s` = %s is outside its range %s", p->name,
                      constant_text(b, value), p->range_text);
    diag_note_at(b->cx, g, d->as.param.range->span, "the range is declared here");
    diag_help(b->cx, g, "choose a value within the range, or widen it");
}

/* lo:hi, within the declared range. */
static bool read_over(Builder *b, const Setting *over, Typed declared, Span at, ModelParam *p)
{
    const char *colon = strchr(over->value, ':');
    Setting end[2] = { { .name = over->name, .value = arena_strndup(&b->cx->arena, over->value, (size_t)(colon - over->value)) },
                       { .name = over->name, .value = colon + 1 } };
    Typed lo = apply_setting(b, &end[0], declared, at), hi = apply_setting(b, &end[1], declared, at);
    if (!typed_ok(lo) || !typed_ok(hi))
        return false;
    bool inside = !p->has_range || (mpq_cmp(value_of(lo), p->lo) >= 0 && mpq_cmp(value_of(hi), p->hi) <= 0);
    if (!inside)
        diag_at(b->cx, D_E0404, at, "--over %s=%s: outside the declared range %s", over->name, over->value, p->range_text);
    else if (mpq_cmp(value_of(lo), value_of(hi)) >= 0)
        diag_at(b->cx, D_E0404, at, "--over %s=%s: the lower end comes first", over->name, over->value);
    p->lo = value_of(lo);
    p->hi = value_of(hi);
    return inside && mpq_cmp(p->lo, p->hi) < 0;
}

static Typed param_value(Builder *b, Symbol *s)
{
    const AstDecl *d = s->decl;
    const Setting *set = find_setting(b, s->path);
    Typed declared = resolve(b, d->as.param.value, &CONSTANT_SCOPE);
    Typed v = set ? apply_setting(b, set, declared, d->name.span) : declared;
    if (set && set->axis)
        b->making.axes |= UINT64_C(1) << (set->axis - 1);
    ModelParam p = { .name = s->path, .span = d->name.span, .was_set = set != NULL,
                     .set_text = set ? set->value : NULL, .set_by = set ? option_of(set) : NULL };
    if (!typed_ok(v))
        return v;
    p.value = value_of(v);
    p.unit = v.unit;
    uint64_t in_value = b->touched;
    b->touched = 0;
    bool any_over;
    const Setting *over = find_over(b, s->path, &any_over);
    if (read_range(b, d, v, &p)) {
        check_in_range(b, d, v, &p);
        p.varies = !any_over;
    }
    if (over)
        p.varies = read_over(b, over, v, d->name.span, &p);
    if (p.varies) {             /* whatever its value was computed from, it varies by itself */
        p.bit = b->n_bits++;
        v.e = expr_const_of(b->cx, v.e->span, p.value, depend_on_param(b->cx, b->nums, p.bit));
        in_value = 0;
    }
    params_note(b, &b->m->params_elsewhere);
    b->touched = in_value;
    s->index = b->m->params.n;
    vec_push(&b->cx->arena, &b->m->params, p);
    return v;
}

void params_note(Builder *b, uint64_t *into)
{
    if (into)
        *into |= b->touched;
    b->touched = 0;
}

/* What a definition looked up and its value does not follow is still what it depends on. */
static void keep_dependence(Builder *b, Symbol *s)
{
    const Expr *e = s->value.e;
    uint64_t followed = e && e->depends ? e->depends->params : 0;
    if (e && e->kind == EXPR_CONST && (b->touched & ~followed))
        s->value.e = expr_const_of(b->cx, e->span, e->as.value, depend_unknown(b->cx, b->touched | followed));
}

Typed symbol_value(Builder *b, Symbol *s, Span used_at)
{
    if (s->state == SYM_DONE) {
        b->making.axes |= s->axes;
        made_with(b, s->value);
        return s->value;
    }
    if (!symbol_open(b, s, used_at))
        return typed_error(used_at);
    Space *before = space_enter(b, s->space);
    uint64_t touched = b->touched, axes = b->making.axes;
    b->touched = b->making.axes = 0;
    if (b->open.n >= DEEP)
        symbol_needs_first(b, s);
    const Symbol *moved_by = b->moved_by;
    b->moved_by = NULL;
    s->value = s->kind == SYM_PARAM ? param_value(b, s) : resolve(b, s->decl->as.let.value, &LET_SCOPE);
    s->moved_by = b->moved_by;
    b->moved_by = moved_by;
    keep_dependence(b, s);
    b->touched = touched;
    s->axes = b->making.axes;
    b->making.axes |= axes;
    made_with(b, s->value);
    space_enter(b, before);
    symbol_close(b, s, SYM_DONE);
    return s->value;
}

/* Names inside a function are checked even when nobody calls it; its
 * parameters stand for anything. */
static void check_function(Builder *b, Symbol *s)
{
    const AstNames *params = &s->decl->as.function.params;
    Binding *bound = ARENA_ARRAY(&b->cx->arena, params->n + 1, Binding);
    for (size_t k = 0; k < params->n; k++) {
        report_reserved_argument(b, params->at[k], s->decl->name.name);
        for (size_t j = 0; j < k; j++)
            if (params->at[j].name == params->at[k].name)
                diag_help(b->cx, diag_at(b->cx, D_E0202, params->at[k].span, "`%s` is a parameter already", params->at[k].name), "rename one of the two");
        bound[k] = (Binding){ params->at[k].name, typed_error(params->at[k].span) };
    }
    Scope inside = { .kind = SCOPE_CONSTANT, .what = "a function", .pop = NO_POP, .n_bindings = params->n,
                     .binding = bound, .of_function = true };
    if (symbol_open(b, s, s->decl->name.span)) {
        Space *before = space_enter(b, s->space);
        b->outer_call = s->decl->name.span;
        uint64_t touched = b->touched;      /* what it depends on counts where it is called */
        resolve(b, s->decl->as.function.value, &inside);
        b->touched = touched;
        space_enter(b, before);
        symbol_close(b, s, SYM_NEW);
    }
}

/* Params were evaluated as they were needed; they stand as they were declared. */
static void order_params(Builder *b)
{
    ModelParam *in_order = ARENA_ARRAY(&b->cx->arena, b->m->params.n + 1, ModelParam);
    size_t n = 0;
    for (size_t k = 0; k < b->items.n; k++) {
        Symbol *s = symbol_of(&b->items.at[k]);
        if (s && s->kind == SYM_PARAM && typed_ok(s->value)) {
            in_order[n] = b->m->params.at[s->index];
            s->index = n++;
        }
    }
    b->m->params.at = in_order;
    b->m->params.n = b->m->params.cap = n;
}

static int by_path(const void *a, const void *b)
{
    const Symbol *const *x = a, *const *y = b;
    return strcmp((*x)->path, (*y)->path);
}

/* By their names: bits, by which the checks tell params apart, do not follow the order of declarations. */
static void build_params(Builder *b)
{
    Symbol **param = ARENA_ARRAY(&b->cx->arena, b->items.n + 1, Symbol *);
    size_t n = 0;
    for (size_t k = 0; k < b->items.n; k++) {
        Symbol *s = symbol_of(&b->items.at[k]);
        if (s && s->kind == SYM_PARAM)
            param[n++] = s;
    }
    qsort(param, n, sizeof *param, by_path);
    for (size_t k = 0; k < n; k++) {
        symbol_value(b, param[k], param[k]->decl->name.span);
        made_together(b);
    }
}

void constants_build(Builder *b)
{
    check_settings(b);
    made_note(b, &b->m->made);
    build_params(b);
    for (size_t k = 0; k < b->items.n; k++) {
        Symbol *s = symbol_of(&b->items.at[k]);
        if (s && s->kind == SYM_LET)
            symbol_value(b, s, s->decl->name.span);
        else if (s && s->kind == SYM_FUNCTION)
            check_function(b, s);
        made_together(b);
    }
    order_params(b);
}

/* ---- constants that attributes ask for ---- */

bool constant_number(Builder *b, const AstExpr *e, const char *what, Typed *out)
{
    Scope scope = CONSTANT_SCOPE;
    scope.what = what;
    *out = resolve(b, e, &scope);
    return typed_ok(*out);
}

bool constant_integer(Builder *b, const AstExpr *e, const char *what, long *out)
{
    return constant_element(b, e, what, 0, out);
}

bool constant_element(Builder *b, const AstExpr *e, const char *what, size_t n_elements, long *out)
{
    Scope scope = CONSTANT_SCOPE;
    scope.what = what;
    scope.n_elements = n_elements;
    Typed v = resolve(b, e, &scope);
    if (!typed_ok(v) || !typed_expect(b, v, UNIT_NONE, what))
        return false;
    Num x = value_of(v);
    if (mpz_cmp_ui(mpq_denref(x), 1) == 0 && mpz_fits_slong_p(mpq_numref(x))) {
        *out = mpz_get_si(mpq_numref(x));
        return true;
    }
    Diag *d = diag_at(b->cx, D_E0401, e->span, "%s is a whole number, and this is %s", what, constant_text(b, v));
    diag_help(b->cx, d, "`floor(...)` of it is one");
    return false;
}

/* The number below x, or the end of the range that is nearer. */
static void help_with_whole(Builder *b, Diag *d, Num x, uint64_t lo, uint64_t hi)
{
    mpz_t below;
    mpz_init(below);
    mpz_fdiv_q(below, mpq_numref(x), mpq_denref(x));
    if (mpz_cmp_ui(below, lo) < 0)
        diag_help(b->cx, d, "the smallest that can stand here is %llu", (unsigned long long)lo);
    else if (mpz_cmp_ui(below, hi) > 0 || mpz_cmp_ui(mpq_denref(x), 1) == 0)
        diag_help(b->cx, d, "the largest that can stand here is %llu", (unsigned long long)hi);
    else
        diag_help(b->cx, d, "write %llu, or of what is computed `floor(...)`", (unsigned long long)mpz_get_ui(below));
    mpz_clear(below);
}

bool constant_whole(Builder *b, const AstExpr *e, const char *what, uint64_t lo, uint64_t hi, uint64_t *out)
{
    Typed v;
    if (!constant_number(b, e, what, &v) || !typed_expect(b, v, UNIT_NONE, what))
        return false;
    Num x = value_of(v);
    bool whole = mpz_cmp_ui(mpq_denref(x), 1) == 0;
    bool fits = whole && mpz_cmp_ui(mpq_numref(x), lo) >= 0 && mpz_cmp_ui(mpq_numref(x), hi) <= 0;
    if (fits) {
        *out = mpz_get_ui(mpq_numref(x));
        return true;
    }
    Diag *d = diag_at(b->cx, D_E0401, e->span, "%s is a whole number from %llu to %llu, and this is %s", what,
                      (unsigned long long)lo, (unsigned long long)hi, num_brief(b->cx, x));
    help_with_whole(b, d, x, lo, hi);
    return false;
}
