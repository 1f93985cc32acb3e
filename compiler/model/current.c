/* Currents: what a connection brings when it is not a weight times a rate.
 *
 * Where it can be, a current is separated into a sum of products gate(target) *
 * signal(source), so that each of them is a projection as any other: its signal is
 * summed over the sources once, whatever the number of targets. Functions of one
 * side stay whole; what mixes the two sides is multiplied out, and sin and cos of a
 * sum are split by their addition formulas. Any other current is computed for each
 * pair (by_pairs.c). */
#include "compiler/model/build.h"

#include <string.h>

enum { MAX_TERMS = 64, MAX_POWER = 8 };

/* What is multiplied out loses digits: of (pre.v - post.v)^k as many as v^k has more of than the difference's power, which of the square of
 * membrane potentials is little, and from the cube on may be all of them. */
enum { MAX_MIXED = 2 };

/* ---- pre.NAME and post.NAME ---- */

/* What a variable is called after a renaming. */
typedef int Renaming(int var);

static int of_source(int var)
{
    return var == EIG_VAR_T ? var : var + VAR_OF_PRE;
}

static int of_neuron(int var)
{
    return var < VAR_OF_PRE ? var : var - VAR_OF_PRE;
}

/* Positions and distances are written in the numbers of both neurons. */
static int of_pair(int var)
{
    return var == EIG_VAR_PRE_I ? VAR_OF_PRE + EIG_VAR_I : var == EIG_VAR_POST_I ? EIG_VAR_I : var;
}

static const Expr *rename_variables(Builder *b, const Expr *e, Renaming *name)
{
    if (e->kind == EXPR_VAR)
        return expr_var(b->cx, e->span, (EigVar)name((int)e->as.var));
    if (e->kind != EXPR_CALL)
        return e;
    const Expr *arg[2] = { NULL, NULL };
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = rename_variables(b, e->as.call.arg[k], name);
    return expr_call(b->cx, b->nums, e->span, e->as.call.fn, e->as.call.n_args, arg);
}

static Typed member_variable(Builder *b, Span at, int var, Unit unit)
{
    return (Typed){ .e = expr_var(b->cx, at, (EigVar)var), .unit = unit, .pop = NO_POP, .span = at };
}

static Typed report_no_member(Builder *b, const AstExpr *e, size_t pop)
{
    const ModelPop *p = &b->m->pops.at[pop];
    const Equations *eq = b->pops.at[pop].eq;
    const char *names[EIG_MAX_STATES + 3] = { "rate", "i", "size" };
    size_t n = 3;
    for (size_t k = 0; eq && k < eq->n; k++)
        names[n++] = eq->state[k].equation->name;
    if (attribute_was_refused(b, &b->pops.at[pop], e->as.member.name))
        return typed_error(e->span);
    Diag *d = diag_at(b->cx, D_E0201, e->as.member.name_span, "a neuron of `%s` has no `%s`", p->name, e->as.member.name);
    const char *near = nearest_name(e->as.member.name, names, n);
    if (near)
        diag_help(b->cx, d, "did you mean `%s`?", near);
    else
        diag_help(b->cx, d, "it has %s", listed_names(b, "none", n, names));
    return typed_error(e->span);
}

Typed current_member(Builder *b, const AstExpr *e, const Scope *scope)
{
    bool pre = strcmp(e->as.member.base->as.name.name, "pre") == 0;
    size_t pop = pre ? scope->pair->pre : scope->pair->post;
    const PopBuild *pb = &b->pops.at[pop];
    int first = pre ? VAR_OF_PRE : 0;
    const char *name = e->as.member.name;
    if (strcmp(name, "i") == 0)
        return member_variable(b, e->span, first + EIG_VAR_I, UNIT_NONE);
    if (strcmp(name, "rate") == 0 && !pb->eq)
        return member_variable(b, e->span, first + EIG_VAR_STATE, pb->x.unit);
    if (strcmp(name, "rate") == 0) {
        Typed v = pb->eq->rate;
        if (typed_ok(v))
            v.e = pre ? rename_variables(b, v.e, of_source) : v.e;
        v.span = e->span;
        return v;
    }
    for (size_t k = 0; pb->eq && k < pb->eq->n; k++)
        if (pb->eq->state[k].equation->name == name)
            return member_variable(b, e->span, first + EIG_VAR_STATE + (int)k, pb->eq->state[k].unit.unit);
    return report_no_member(b, e, pop);
}

/* ---- separation ---- */

/* A product; NULL is 1. */
typedef struct Term {
    const Expr *gate, *signal;
} Term;
typedef VEC(Term) Terms;

typedef struct Separation {
    Builder *b;
    bool is_delayed;
} Separation;

int current_sides(const Expr *e, bool is_delayed)
{
    int sides = 0;
    if (e->kind == EXPR_VAR)
        return e->as.var == EIG_VAR_T ? (is_delayed ? SIDE_POST : 0) : (int)e->as.var >= VAR_OF_PRE ? SIDE_PRE : SIDE_POST;
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        sides |= current_sides(e->as.call.arg[k], is_delayed);
    return sides;
}

const Expr *current_of_neuron(Builder *b, const Expr *e)
{
    return rename_variables(b, e, of_neuron);
}

static int sides_of(const Separation *s, const Expr *e)
{
    return current_sides(e, s->is_delayed);
}

static const Expr *apply(const Separation *s, const Expr *at, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *arg[2] = { x, y };
    return expr_call(s->b->cx, s->b->nums, at->span, fn, y ? 2 : 1, arg);
}

static const Expr *one(const Separation *s, const Expr *at)
{
    return expr_const(s->b->cx, at->span, num_int(s->b->nums, 1));
}

static const Expr *product(const Separation *s, const Expr *at, const Expr *x, const Expr *y)
{
    return x && y ? apply(s, at, EIG_FN_MUL, x, y) : x ? x : y;
}

static const Expr *sum(const Separation *s, const Expr *at, const Expr *x, const Expr *y)
{
    return apply(s, at, EIG_FN_ADD, x ? x : one(s, at), y ? y : one(s, at));
}

static bool equal_or_one(const Expr *a, const Expr *b)
{
    return a == b || (a && b && expr_equal(a, b));
}

/* Adds a term; one that differs from another in one factor only is joined with it. False when there are too many. */
static bool add_term(const Separation *s, const Expr *at, Terms *out, Term t)
{
    for (size_t k = 0; k < out->n; k++) {
        Term *old = &out->at[k];
        if (equal_or_one(old->signal, t.signal)) {
            old->gate = sum(s, at, old->gate, t.gate);
            return true;
        }
        if (equal_or_one(old->gate, t.gate)) {
            old->signal = sum(s, at, old->signal, t.signal);
            return true;
        }
    }
    if (out->n == MAX_TERMS)
        return false;
    vec_push(&s->b->cx->arena, out, t);
    return true;
}

static bool multiply(const Separation *s, const Expr *at, const Terms *x, const Terms *y, Terms *out)
{
    for (size_t i = 0; i < x->n; i++)
        for (size_t j = 0; j < y->n; j++) {
            Term t = { product(s, at, x->at[i].gate, y->at[j].gate), product(s, at, x->at[i].signal, y->at[j].signal) };
            if (!add_term(s, at, out, t))
                return false;
        }
    return true;
}

static Term negated(const Separation *s, const Expr *at, Term t)
{
    if (t.gate)
        t.gate = apply(s, at, EIG_FN_NEG, t.gate, NULL);
    else
        t.signal = apply(s, at, EIG_FN_NEG, t.signal ? t.signal : one(s, at), NULL);
    return t;
}

static bool append(const Separation *s, const Expr *at, const Terms *from, bool negative, Terms *out)
{
    for (size_t k = 0; k < from->n; k++)
        if (!add_term(s, at, out, negative ? negated(s, at, from->at[k]) : from->at[k]))
            return false;
    return true;
}

/* False where e cannot be taken apart. */
static bool separate(const Separation *s, const Expr *e, Terms *out);

static bool separate_quotient(const Separation *s, const Expr *e, Terms *out)
{
    const Expr *below = e->as.call.arg[1];
    int side = sides_of(s, below);
    if (side == (SIDE_PRE | SIDE_POST) || !separate(s, e->as.call.arg[0], out))
        return false;
    for (size_t k = 0; k < out->n; k++) {
        const Expr **part = side == SIDE_PRE ? &out->at[k].signal : &out->at[k].gate;
        *part = apply(s, e, EIG_FN_DIV, *part ? *part : one(s, e), below);
    }
    return true;
}

static bool separate_power(const Separation *s, const Expr *e, Terms *out)
{
    Num n;
    bool whole = expr_is_const(e->as.call.arg[1], &n) && mpz_cmp_ui(mpq_denref(n), 1) == 0 && mpq_cmp_si(n, 2, 1) >= 0 &&
                 mpq_cmp_si(n, MAX_POWER, 1) <= 0;
    Terms base = { 0 };
    if (!whole || !separate(s, e->as.call.arg[0], &base))
        return false;
    Terms power = base;
    for (long k = mpz_get_si(mpq_numref(n)); k > 1; k--) {
        Terms next = { 0 };
        if (!multiply(s, e, &power, &base, &next))
            return false;
        power = next;
    }
    *out = power;
    return true;
}

/* sin(a + c) = sin a cos c + cos a sin c; cos(a + c) = cos a cos c - sin a sin c */
static bool separate_angle(const Separation *s, const Expr *e, Terms *out)
{
    Terms angle = { 0 };
    const Expr *post = NULL, *pre = NULL;
    if (!separate(s, e->as.call.arg[0], &angle))
        return false;
    for (size_t k = 0; k < angle.n; k++) {
        const Expr *gate = angle.at[k].gate, *signal = angle.at[k].signal;
        if (gate && signal)
            return false;
        if (signal)
            pre = pre ? sum(s, e, pre, signal) : signal;
        else
            post = post ? sum(s, e, post, gate) : gate ? gate : one(s, e);
    }
    bool is_sin = e->as.call.fn == EIG_FN_SIN;
    Term first = { apply(s, e, is_sin ? EIG_FN_SIN : EIG_FN_COS, post, NULL), apply(s, e, EIG_FN_COS, pre, NULL) };
    Term second = { apply(s, e, is_sin ? EIG_FN_COS : EIG_FN_SIN, post, NULL), apply(s, e, EIG_FN_SIN, pre, NULL) };
    return add_term(s, e, out, first) && add_term(s, e, out, is_sin ? second : negated(s, e, second));
}

static bool separate_call(const Separation *s, const Expr *e, Terms *out)
{
    const Expr *const *arg = e->as.call.arg;
    Terms x = { 0 }, y = { 0 };
    switch (e->as.call.fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB:
        return separate(s, arg[0], &x) && separate(s, arg[1], &y) && append(s, e, &x, false, out) &&
               append(s, e, &y, e->as.call.fn == EIG_FN_SUB, out);
    case EIG_FN_NEG: return separate(s, arg[0], &x) && append(s, e, &x, true, out);
    case EIG_FN_MUL: return separate(s, arg[0], &x) && separate(s, arg[1], &y) && multiply(s, e, &x, &y, out);
    case EIG_FN_DIV: return separate_quotient(s, e, out);
    case EIG_FN_POW: return separate_power(s, e, out);
    case EIG_FN_SIN:
    case EIG_FN_COS: return separate_angle(s, e, out);
    default:         return false;
    }
}

static bool separate(const Separation *s, const Expr *e, Terms *out)
{
    int sides = sides_of(s, e);
    if (sides == (SIDE_PRE | SIDE_POST))
        return separate_call(s, e, out);
    return add_term(s, e, out, sides == SIDE_PRE ? (Term){ NULL, e } : (Term){ e, NULL });
}

/* How many sums of both sides are multiplied with each other; 0 where each product has one side's and the other's. */
static long mixed_degree(const Separation *s, const Expr *e)
{
    if (e->kind != EXPR_CALL || sides_of(s, e) != (SIDE_PRE | SIDE_POST))
        return 0;
    long x = mixed_degree(s, e->as.call.arg[0]), y = e->as.call.n_args == 2 ? mixed_degree(s, e->as.call.arg[1]) : 0;
    Num n;
    switch (e->as.call.fn) {
    case EIG_FN_ADD:
    case EIG_FN_SUB: return x > 1 || y > 1 ? (x > y ? x : y) : 1;
    case EIG_FN_MUL: return x + y;
    case EIG_FN_POW: return expr_is_const(e->as.call.arg[1], &n) && mpq_cmp_si(n, MAX_POWER, 1) <= 0 ? x * mpz_get_si(mpq_numref(n)) : x;
    case EIG_FN_SIN: return 1;
    case EIG_FN_COS: return 2;  /* near 0, 1 - cos is a square */
    default:         return x;
    }
}

/* ---- the connection ---- */

/* Constant gates become exact factors, their signs part of the signal. */
static void finish_term(const Separation *s, const Expr *at, Term t, ModelTerm *out)
{
    Num factor;
    *out = (ModelTerm){ .factor = num_int(s->b->nums, 1), .gate = t.gate };
    const Expr *signal = t.signal ? t.signal : one(s, at);
    if (t.gate && expr_is_const(t.gate, &factor)) {
        mpq_ptr size = num_new(s->b->nums);
        mpq_abs(size, factor);
        out->factor = size;
        out->gate = NULL;
        if (mpq_sgn(factor) < 0)
            signal = apply(s, at, EIG_FN_NEG, signal, NULL);
    }
    out->signal = current_of_neuron(s->b, signal);
}

static bool fits_program(const ModelTerm *t)
{
    const Expr *part[2] = { t->signal, t->gate };
    for (int k = 0; k < 2; k++)
        if (part[k] && (part[k]->size >= EXPR_MAX_SIZE || part[k]->depth > EXPR_MAX_DEPTH))
            return false;
    return true;
}

/* Sums of a few products, or else nothing is done. */
static bool separate_current(Builder *b, Typed v, ModelConn *c)
{
    Separation s = { b, c->delay != NULL };
    Terms terms = { 0 };
    if (mixed_degree(&s, v.e) > MAX_MIXED || !separate(&s, v.e, &terms))
        return false;
    ModelTerm *term = ARENA_ARRAY(&b->cx->arena, terms.n, ModelTerm);
    for (size_t k = 0; k < terms.n; k++) {
        finish_term(&s, v.e, terms.at[k], &term[k]);
        if (!fits_program(&term[k]))
            return false;
    }
    c->term = term;
    c->n_terms = terms.n;
    return true;
}

bool current_read(Builder *b, size_t conn)
{
    ConnBuild *cb = &b->conns.at[conn];
    ModelConn *c = &b->m->conns.at[conn];
    if (typed_ok(cb->current) || cb->current_failed || !b->pops.at[c->pre].x.known || !b->pops.at[c->post].x.known)
        return false;
    PairPlaces pair = { .pre = c->pre, .post = c->post };
    Scope scope = { .kind = SCOPE_CURRENT, .what = "a current", .pop = NO_POP, .pair = &pair, .sized = c };
    Space *before = space_enter(b, cb->space);
    Typed v = resolve(b, cb->current_from->value, &scope);
    space_enter(b, before);
    if (typed_ok(v))
        v.e = rename_variables(b, v.e, of_pair);
    v.span = cb->current_from->value->span;
    cb->current_failed = !typed_ok(v) || (!separate_current(b, v, c) && !current_by_pairs(b, v, c));
    if (!cb->current_failed)
        cb->current = v;
    return !cb->current_failed;
}
