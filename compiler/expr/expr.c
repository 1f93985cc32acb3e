#include "compiler/expr/expr.h"

#include <string.h>

static Expr *expr_new(Ctx *cx, Span at, ExprKind kind)
{
    Expr *e = ARENA_NEW(&cx->arena, Expr);
    e->kind = kind;
    e->span = at;
    e->size = e->depth = 1;
    return e;
}

const Expr *expr_const(Ctx *cx, Span at, Num value)
{
    Expr *e = expr_new(cx, at, EXPR_CONST);
    e->as.value = value;
    return e;
}

const Expr *expr_const_of(Ctx *cx, Span at, Num value, const Dependence *depends)
{
    Expr *e = expr_new(cx, at, EXPR_CONST);
    e->as.value = value;
    e->depends = depends;
    return e;
}

const Expr *expr_var(Ctx *cx, Span at, EigVar var)
{
    Expr *e = expr_new(cx, at, EXPR_VAR);
    e->as.var = var;
    return e;
}

const Expr *expr_draw(Ctx *cx, Span at, const EigDraw *draw, uint64_t entity, uint64_t tag, bool of_pair, uint32_t number)
{
    Expr *e = expr_new(cx, at, EXPR_DRAW);
    EigDraw *own = ARENA_NEW(&cx->arena, EigDraw);
    *own = *draw;
    e->as.draw.draw = own;
    e->as.draw.entity = entity;
    e->as.draw.tag = tag;
    e->as.draw.of_pair = of_pair;
    e->as.draw.number = number;
    return e;
}

bool expr_has_draw(const Expr *e)
{
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        if (expr_has_draw(e->as.call.arg[k]))
            return true;
    return e->kind == EXPR_DRAW;
}

const Expr *expr_column(Ctx *cx, Span at, size_t column)
{
    Expr *e = expr_new(cx, at, EXPR_COLUMN);
    e->as.column.column = column;
    return e;
}

const Expr *expr_samples(Ctx *cx, Span at, size_t table, bool by_neuron)
{
    Expr *e = expr_new(cx, at, EXPR_SAMPLES);
    e->as.samples.table = table;
    e->as.samples.by_neuron = by_neuron;
    return e;
}

const Expr *expr_rate(Ctx *cx, Span at, ExprKind kind, size_t pop, long index)
{
    Expr *e = expr_new(cx, at, kind);
    e->as.rate.pop = pop;
    e->as.rate.index = index;
    return e;
}

const Expr *expr_rate_from(Ctx *cx, Span at, const Expr *of, size_t first)
{
    Expr *e = expr_new(cx, at, of->kind);
    e->as.rate = of->as.rate;
    e->as.rate.first = first;
    return e;
}

const Expr *expr_state(Ctx *cx, Span at, const Expr *of, size_t state)
{
    Expr *e = expr_new(cx, at, EXPR_STATE);
    e->as.rate = of->as.rate;
    e->as.rate.state = state;
    return e;
}

const Expr *expr_fold(Ctx *cx, Span at, ExprKind kind, size_t pop, size_t n_neurons, const Expr *arg)
{
    Expr *e = expr_new(cx, at, kind);
    e->as.fold.pop = pop;
    e->as.fold.n_neurons = n_neurons;
    e->as.fold.arg = arg;
    e->size = arg->size < EXPR_MAX_SIZE ? arg->size + 1 : EXPR_MAX_SIZE;
    e->depth = arg->depth;
    return e;
}

bool expr_is_const(const Expr *e, Num *value)
{
    if (e->kind != EXPR_CONST)
        return false;
    if (value)
        *value = e->as.value;
    return true;
}

static bool is_number(const Expr *e, long k)
{
    return e->kind == EXPR_CONST && mpq_cmp_si(e->as.value, k, 1) == 0;
}

/* a + 0, 1 * a, ...: the argument that the call equals, or NULL. */
static const Expr *neutral(EigFn fn, const Expr *const *args)
{
    switch (fn) {
    case EIG_FN_ADD: return is_number(args[0], 0) ? args[1] : is_number(args[1], 0) ? args[0] : NULL;
    case EIG_FN_SUB: return is_number(args[1], 0) ? args[0] : NULL;
    case EIG_FN_MUL: return is_number(args[0], 1) ? args[1] : is_number(args[1], 1) ? args[0] : NULL;
    case EIG_FN_DIV:
    case EIG_FN_POW: return is_number(args[1], 1) ? args[0] : NULL;
    case EIG_FN_NEG:
        return args[0]->kind == EXPR_CALL && args[0]->as.call.fn == EIG_FN_NEG ? args[0]->as.call.arg[0] : NULL;
    default: return NULL;
    }
}

static bool all_const(int n_args, const Expr *const *args, Num value[2])
{
    for (int k = 0; k < n_args; k++)
        if (!expr_is_const(args[k], &value[k]))
            return false;
    return true;
}

const Expr *expr_apply(Ctx *cx, Span at, EigFn fn, int n_args, const Expr *const *args)
{
    Expr *e = expr_new(cx, at, EXPR_CALL);
    e->as.call.fn = fn;
    e->as.call.n_args = n_args;
    for (int k = 0; k < n_args; k++) {
        e->as.call.arg[k] = args[k];
        uint64_t size = (uint64_t)e->size + args[k]->size;
        e->size = size < EXPR_MAX_SIZE ? (uint32_t)size : EXPR_MAX_SIZE;
        uint32_t depth = args[k]->depth + (uint32_t)k;
        e->depth = depth > e->depth ? depth : e->depth;
    }
    return e;
}

const Expr *expr_call(Ctx *cx, NumPool *pool, Span at, EigFn fn, int n_args, const Expr *const *args)
{
    Num value[2], result;
    if (all_const(n_args, args, value)) {
        const Dependence *depends[2] = { args[0]->depends, n_args > 1 ? args[1]->depends : NULL };
        return num_apply(pool, (int)fn, n_args, value, &result)
            ? expr_const_of(cx, at, result, depend_call(cx, pool, fn, n_args, depends, value, result)) : NULL;
    }
    const Expr *same = neutral(fn, args);
    return same ? same : expr_apply(cx, at, fn, n_args, args);
}

const Expr *expr_solve(Ctx *cx, Span at, const Expr *s, const ExprSolve *of)
{
    Expr *e = expr_new(cx, at, EXPR_SOLVE);
    uint64_t size = 1 + (uint64_t)s->size;
    for (size_t k = 0; k <= of->n_kinks; k++)
        size += (uint64_t)of->piece[k].value->size + of->piece[k].slope->size;
    e->as.solve.s = s;
    e->as.solve.of = of;
    e->size = size < EXPR_MAX_SIZE ? (uint32_t)size : EXPR_MAX_SIZE;
    e->depth = s->depth;
    return e;
}

bool expr_uses(const Expr *e, EigVar var)
{
    switch (e->kind) {
    case EXPR_VAR: return e->as.var == var;
    case EXPR_DRAW: return e->as.draw.of_pair ? var == EIG_VAR_PRE_I || var == EIG_VAR_POST_I : var == EIG_VAR_I;
    case EXPR_COLUMN: return var == EIG_VAR_I;
    case EXPR_SAMPLES: return var == EIG_VAR_T || (var == EIG_VAR_I && e->as.samples.by_neuron);
    case EXPR_CALL:
        for (int k = 0; k < e->as.call.n_args; k++)
            if (expr_uses(e->as.call.arg[k], var))
                return true;
        return false;
    case EXPR_MEAN:
    case EXPR_SUM: return expr_uses(e->as.fold.arg, var);
    case EXPR_SOLVE: return expr_uses(e->as.solve.s, var);
    case EXPR_CONST:
    case EXPR_RATE:
    case EXPR_STATE:
    case EXPR_INPUT: return false;
    }
    return false;
}

/* Of programs: what only records and costs have is equal when it is the same. */
bool expr_equal(const Expr *a, const Expr *b)
{
    if (a == b)
        return true;
    if (a->kind != b->kind || a->size != b->size)
        return false;
    switch (a->kind) {
    case EXPR_CONST: return mpq_equal(a->as.value, b->as.value);
    case EXPR_VAR: return a->as.var == b->as.var;
    case EXPR_CALL:
        if (a->as.call.fn != b->as.call.fn)
            return false;
        for (int k = 0; k < a->as.call.n_args; k++)
            if (!expr_equal(a->as.call.arg[k], b->as.call.arg[k]))
                return false;
        return true;
    default: return false;
    }
}

static uint64_t stirred(uint64_t hash, uint64_t with)
{
    hash = (hash ^ with) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
}

uint64_t expr_hash(const Expr *e)
{
    uint64_t hash = stirred(e->kind, e->size);
    switch (e->kind) {
    case EXPR_CONST:
        hash = stirred(hash, mpz_get_ui(mpq_numref(e->as.value)));
        return stirred(hash, mpz_get_ui(mpq_denref(e->as.value)) + (mpq_sgn(e->as.value) < 0));
    case EXPR_VAR: return stirred(hash, e->as.var);
    case EXPR_CALL:
        hash = stirred(hash, e->as.call.fn);
        for (int k = 0; k < e->as.call.n_args; k++)
            hash = stirred(hash, expr_hash(e->as.call.arg[k]));
        return hash;
    default: return hash;
    }
}

/* ---- text ---- */

enum { BIND_ADD = 1, BIND_MUL, BIND_NEG, BIND_POW, BIND_ATOM };

static int binding(const Expr *e)
{
    if (e->kind == EXPR_CONST)
        return mpq_sgn(e->as.value) < 0 ? BIND_NEG : mpz_cmp_ui(mpq_denref(e->as.value), 1) ? BIND_MUL : BIND_ATOM;
    if (e->kind != EXPR_CALL)
        return BIND_ATOM;
    switch (e->as.call.fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB: return BIND_ADD;
    case EIG_FN_MUL:
    case EIG_FN_DIV: return BIND_MUL;
    case EIG_FN_NEG: return BIND_NEG;
    case EIG_FN_POW: return BIND_POW;
    default: return BIND_ATOM;
    }
}

static const char *operator_text(EigFn fn)
{
    switch (fn) {
    case EIG_FN_ADD: return " + ";
    case EIG_FN_SUB: return " - ";
    case EIG_FN_MUL: return " * ";
    case EIG_FN_DIV: return " / ";
    case EIG_FN_POW: return "^";
    default: return NULL;
    }
}

/* A constant prints as a decimal where it can, which binds like an atom. */
static void print_at(const Expr *e, int at_least, Sbuf *out)
{
    Sbuf own = { 0 };
    expr_print(e, &own);
    const char *text = sbuf_text(&own);
    bool decimal = e->kind == EXPR_CONST && mpq_sgn(e->as.value) >= 0 && !strchr(text, '/');
    bool bare = decimal || binding(e) >= at_least;
    sbuf_printf(out, bare ? "%s" : "(%s)", text);
    sbuf_free(&own);
}

static void print_call(const Expr *e, Sbuf *out)
{
    EigFn fn = e->as.call.fn;
    const Expr *const *arg = e->as.call.arg;
    const char *op = operator_text(fn);
    if (op) {
        int own = binding(e);
        /* Left-associative; the order of operations is part of the value. */
        print_at(arg[0], own + (fn == EIG_FN_POW), out);
        sbuf_str(out, op);
        print_at(arg[1], own + 1, out);
    } else if (fn == EIG_FN_LOST_SUM || fn == EIG_FN_LOST_PRODUCT) {
        bool is_sum = fn == EIG_FN_LOST_SUM;
        sbuf_str(out, "lost(");
        print_at(arg[0], is_sum ? BIND_ADD : BIND_MUL, out);
        sbuf_str(out, is_sum ? " + " : " * ");
        print_at(arg[1], (is_sum ? BIND_ADD : BIND_MUL) + 1, out);
        sbuf_char(out, ')');
    } else if (fn == EIG_FN_OR_ZERO) {
        sbuf_str(out, "or_zero(");
        expr_print(arg[0], out);
        sbuf_char(out, ')');
    } else if (fn == EIG_FN_NEG) {
        sbuf_char(out, '-');
        print_at(arg[0], BIND_NEG + 1, out);
    } else {
        sbuf_printf(out, "%s(", eig_fn_word(fn));
        for (int k = 0; k < e->as.call.n_args; k++) {
            sbuf_str(out, k ? ", " : "");
            expr_print(arg[k], out);
        }
        sbuf_char(out, ')');
    }
}

static void print_rate(const Expr *e, const char *what, Sbuf *out)
{
    sbuf_printf(out, "%s(%zu", what, e->as.rate.pop);
    if (e->kind == EXPR_STATE)
        sbuf_printf(out, ".%zu", e->as.rate.state);
    if (e->as.rate.index >= 0)
        sbuf_printf(out, ", %ld", e->as.rate.index);
    else if (e->as.rate.first)
        sbuf_printf(out, ", %zu..", e->as.rate.first);
    sbuf_char(out, ')');
}

static void print_bound(const char *before, Num x, const char *infinite, Sbuf *out)
{
    sbuf_str(out, before);
    if (x)
        num_print(x, out);
    else
        sbuf_str(out, infinite);
}

/* x - 2 up to 0, then x + 2 * x^3 */
static void print_pieces(const ExprSolve *of, bool slope, Sbuf *out)
{
    for (size_t k = 0; k <= of->n_kinks; k++) {
        expr_print(slope ? of->piece[k].slope : of->piece[k].value, out);
        if (k < of->n_kinks) {
            print_bound(" up to ", of->kink[k], "", out);
            sbuf_str(out, ", then ");
        }
    }
}

/* solve(x - 2 up to 0, then x + 2 * x^3 = z on [-1, inf]) */
static void print_solve(const Expr *e, Sbuf *out)
{
    const ExprSolve *of = e->as.solve.of;
    sbuf_str(out, "solve(");
    print_pieces(of, false, out);
    sbuf_str(out, " = ");
    expr_print(e->as.solve.s, out);
    print_bound(" on [", of->lo, "-inf", out);
    print_bound(", ", of->hi, "inf", out);
    sbuf_str(out, "])");
}

const ExprSolve *expr_print_slopes(const Expr *e, const char *label, const ExprSolve *last, Sbuf *out)
{
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        last = expr_print_slopes(e->as.call.arg[k], label, last, out);
    if (e->kind != EXPR_SOLVE)
        return last;
    last = expr_print_slopes(e->as.solve.s, label, last, out);
    if (e->as.solve.of != last) {
        sbuf_str(out, label);
        print_pieces(e->as.solve.of, true, out);
        sbuf_char(out, '\n');
    }
    return e->as.solve.of;
}

static void print_draw(const Expr *e, Sbuf *out)
{
    const EigDraw *d = e->as.draw.draw;
    const EigDistInfo *info = &eig_dist[d->dist];
    sbuf_printf(out, "%s%s(%.17g", d->is_cut ? "truncated(" : "", info->name, d->a);
    if (info->param[1])
        sbuf_printf(out, ", %.17g", d->b);
    if (d->is_cut)
        sbuf_printf(out, "), %.17g, %.17g", d->lo, d->hi);
    sbuf_char(out, ')');
}

void expr_print(const Expr *e, Sbuf *out)
{
    static const char *const var_name[EIG_VAR_STATE] = { "t", "i", "pre.i", "post.i", "z", "x" };
    switch (e->kind) {
    case EXPR_CONST: num_print(e->as.value, out); break;
    case EXPR_VAR:
        if (e->as.var >= EIG_VAR_STATE)
            sbuf_printf(out, "x%d", (int)e->as.var - EIG_VAR_STATE);
        else
            sbuf_str(out, var_name[e->as.var]);
        break;
    case EXPR_CALL: print_call(e, out); break;
    case EXPR_DRAW: print_draw(e, out); break;
    case EXPR_COLUMN: sbuf_printf(out, "column(%zu)", e->as.column.column); break;
    case EXPR_SAMPLES: sbuf_printf(out, "samples(%zu)", e->as.samples.table); break;
    case EXPR_RATE: print_rate(e, "rate", out); break;
    case EXPR_STATE: print_rate(e, "state", out); break;
    case EXPR_INPUT: print_rate(e, "input", out); break;
    case EXPR_MEAN:
    case EXPR_SUM:
        sbuf_str(out, e->kind == EXPR_MEAN ? "mean(" : "sum(");
        expr_print(e->as.fold.arg, out);
        sbuf_char(out, ')');
        break;
    case EXPR_SOLVE: print_solve(e, out); break;
    }
}
