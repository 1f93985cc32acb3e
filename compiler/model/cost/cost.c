/* Cost expressions -> the canonical form of cost.h. */
#include "compiler/model/cost/cost.h"

#include <string.h>

static bool add_cost(Builder *b, Cost *c, const AstExpr *e, Num scale);

/* ---- terms ---- */

static Num add_scaled(Builder *b, Num to, Num scale, Num x)
{
    mpq_ptr q = num_new(b->nums);
    mpq_mul(q, scale, x);
    mpq_add(q, q, to);
    return q;
}

static void narrow(Cost *c, Num lo, Num hi)
{
    if (lo && (!c->lo || mpq_cmp(lo, c->lo) > 0))
        c->lo = lo;
    if (hi && (!c->hi || mpq_cmp(hi, c->hi) < 0))
        c->hi = hi;
}

static bool add_box(Builder *b, Cost *c, const AstExpr *e, const CostArgs *a)
{
    if (a->value[0] && a->value[1] && mpq_cmp(a->value[0], a->value[1]) >= 0) {
        Diag *d = diag_at(b->cx, D_E0401, e->span, "this box has no inside: its lower bound %s is not below %s",
                          constant_text(b, a->given[0]), constant_text(b, a->given[1]));
        diag_help(b->cx, d, "the lower bound comes first: `box(lo, hi)`");
        return false;
    }
    narrow(c, a->value[0], a->value[1]);
    return true;
}

/* A smooth part of this strength; two of one kind are one of both strengths. */
static bool add_smooth(Builder *b, Cost *c, Smooth smooth, Span at, Num scale, const CostArgs *a)
{
    int strength = smooth_strength(smooth);
    if (c->smooth != SMOOTH_NONE && (c->smooth != smooth || strength < 0)) {
        Diag *d = diag_at(b->cx, D_E0702, at, "the sum of two smooth costs has no closed prox");
        diag_note_at(b->cx, d, c->smooth_span, "the other one");
        diag_help(b->cx, d, "write the activation that you mean: `activation(z) = ...`");
        return false;
    }
    if (strength < 0 && mpq_cmp_si(scale, 1, 1) != 0) {
        Diag *d = diag_at(b->cx, D_E0702, at, "a multiple of this cost has no closed prox");
        diag_help(b->cx, d, "change its parameters, or write the activation: `activation(z) = ...`");
        return false;
    }
    Num before = c->smooth == SMOOTH_NONE ? num_int(b->nums, 0) : c->p[0];
    for (int k = 0; k < COST_MAX_PARAMS; k++)
        c->p[k] = a->value[k];
    if (strength >= 0)
        c->p[strength] = add_scaled(b, before, scale, a->value[strength]);
    c->smooth = smooth;
    c->smooth_span = at;
    return true;
}

static void add_quadratic(Builder *b, Cost *c, Span at, Num scale, Num a)
{
    c->quadratic_span = at;
    c->a_neg = add_scaled(b, c->a_neg, scale, a);
    c->a_pos = add_scaled(b, c->a_pos, scale, a);
}

static void add_l1(Builder *b, Cost *c, Span at, Num scale, Num lambda)
{
    c->lambda_span = at;
    c->lambda = add_scaled(b, c->lambda, scale, lambda);
}

/* (1/a - 1) x^2/2 for x < 0 */
static void add_leaky(Builder *b, Cost *c, Span at, Num scale, Num a)
{
    c->quadratic_span = at;
    mpq_ptr extra = num_new(b->nums);
    mpq_inv(extra, a);
    mpq_sub(extra, extra, num_int(b->nums, 1));
    c->a_neg = add_scaled(b, c->a_neg, scale, extra);
}

/* T times the entropy of [0, r]; two of them when they are of one interval. */
static bool add_entropy(Builder *b, Cost *c, Span at, Num scale, Num T, Num r)
{
    if (c->smooth == SMOOTH_ENTROPY && mpq_cmp(c->p[1], r) != 0) {
        Diag *d = diag_at(b->cx, D_E0702, at, "the sum of two entropies on different intervals has no closed prox");
        diag_note_at(b->cx, d, c->smooth_span, "the other one");
        diag_help(b->cx, d, "give both the same range, or write the activation: `activation(z) = ...`");
        return false;
    }
    CostArgs entropy = { .value = { T, r } };
    return add_smooth(b, c, SMOOTH_ENTROPY, at, scale, &entropy);
}

/* Its entropy, a tilt, and -x^2/2. */
static bool add_logistic(Builder *b, Cost *c, Span at, Num scale, const CostArgs *a)
{
    add_quadratic(b, c, at, scale, num_int(b->nums, -1));
    c->tilt = add_scaled(b, c->tilt, scale, a->value[2]);
    return add_entropy(b, c, at, scale, a->value[1], a->value[0]);
}

static bool add_selector(Builder *b, Cost *c, Span at, Num scale, const CostArgs *a)
{
    narrow(c, num_int(b->nums, 0), a->value[0]);
    add_quadratic(b, c, at, scale, num_int(b->nums, -1));
    c->tilt = add_scaled(b, c->tilt, scale, a->value[1]);
    c->may_jump = true;
    return true;
}

static bool add_named(Builder *b, Cost *c, CostId id, const AstExpr *e, Num scale, const CostArgs *a)
{
    switch (id) {
    case COST_IDENTITY: return true;
    case COST_NONNEGATIVE: narrow(c, num_int(b->nums, 0), NULL); return true;
    case COST_BOX: return add_box(b, c, e, a);
    case COST_L1: add_l1(b, c, e->span, scale, a->value[0]); return true;
    case COST_LINEAR: c->tilt = add_scaled(b, c->tilt, scale, a->value[0]); return true;
    case COST_QUADRATIC: add_quadratic(b, c, e->span, scale, a->value[0]); return true;
    case COST_ELASTIC:
        add_l1(b, c, e->span, scale, a->value[0]);
        add_quadratic(b, c, e->span, scale, a->value[1]);
        return true;
    case COST_LEAKY: add_leaky(b, c, e->span, scale, a->value[0]); return true;
    case COST_HARD_SELECTOR: return add_selector(b, c, e->span, scale, a);
    case COST_LOGISTIC: return add_logistic(b, c, e->span, scale, a);
    case COST_TANH: return add_smooth(b, c, SMOOTH_TANH, e->span, scale, a);
    case COST_ARCTAN: return add_smooth(b, c, SMOOTH_ARCTAN, e->span, scale, a);
    case COST_SOFTSIGN: return add_smooth(b, c, SMOOTH_SOFTSIGN, e->span, scale, a);
    case COST_ALGEBRAIC: return add_smooth(b, c, SMOOTH_ALGEBRAIC, e->span, scale, a);
    case COST_SOFTPLUS: return add_smooth(b, c, SMOOTH_SOFTPLUS, e->span, scale, a);
    case COST_PROBIT: return add_smooth(b, c, SMOOTH_PROBIT, e->span, scale, a);
    case COST_ELU: return add_smooth(b, c, SMOOTH_ELU, e->span, scale, a);
    case COST_LOGISTIC_ENTROPY: return add_entropy(b, c, e->span, scale, a->value[0], num_int(b->nums, 1));
    case COST_BOLTZMANN: return add_smooth(b, c, SMOOTH_BOLTZMANN, e->span, scale, a);
    case COST_LOG_BARRIER: return add_smooth(b, c, SMOOTH_LOG_BARRIER, e->span, scale, a);
    case COST_THREE_HALVES: return add_smooth(b, c, SMOOTH_THREE_HALVES, e->span, scale, a);
    case COST_CUBIC: return add_smooth(b, c, SMOOTH_CUBIC, e->span, scale, a);
    case COST_POWER: return add_smooth(b, c, SMOOTH_POWER, e->span, scale, a);
    case COST_NAKA_RUSHTON: return add_smooth(b, c, SMOOTH_NAKA_RUSHTON, e->span, scale, a);
    case N_COSTS: break;
    }
    BUG("cost %d", (int)id);
}

/* ---- shifts: with y = x - a, shift(g, a) is g(y) ---- */

static Num less_shift(Builder *b, const Cost *c, Num x)
{
    mpq_ptr q = x ? num_new(b->nums) : NULL;
    if (x)
        mpq_sub(q, x, c->shift);
    return q;
}

/* A term that is not shifted, beside one that is, as a function of y. */
static bool add_beside_shift(Builder *b, Cost *c, CostId id, const AstExpr *e, Num scale, const CostArgs *a)
{
    CostArgs box = { .value = { less_shift(b, c, a->value[0]), less_shift(b, c, a->value[1]) }, .given = { a->given[0], a->given[1] } };
    Num zero = num_int(b->nums, 0);
    switch (id) {
    case COST_IDENTITY:
    case COST_LINEAR: return add_named(b, c, id, e, scale, a);
    case COST_NONNEGATIVE: narrow(c, less_shift(b, c, zero), NULL); return true;
    case COST_BOX: return add_box(b, c, e, &box);
    case COST_QUADRATIC:        /* q x^2/2 = q y^2/2 + q a y + a constant */
        c->tilt = add_scaled(b, c->tilt, add_scaled(b, zero, scale, c->shift), a->value[0]);
        add_quadratic(b, c, e->span, scale, a->value[0]);
        return true;
    default: break;
    }
    Diag *d = diag_at(b->cx, D_E0702, e->span, "this cost bends at 0 and the shifted one at %s: their sum has no closed prox",
                      num_brief(b->cx, c->shift));
    diag_help(b->cx, d, "put it into the `shift` too, or write the cost by formula: `cost(x) = ...`");
    return false;
}

static bool add_call(Builder *b, Cost *c, const AstExpr *e, Num scale)
{
    CostId id;
    CostArgs args = { 0 };
    if (is_call_of(e, "shift")) {
        c->is_in_shift = true;
        bool ok = e->as.call.args.n == 2 && add_cost(b, c, e->as.call.args.at[0].value, scale);
        c->is_in_shift = false;
        return ok;
    }
    if (!cost_read_call(b, c, e, &id, &args))
        return false;
    return c->shift && !c->is_in_shift ? add_beside_shift(b, c, id, e, scale, &args) : add_named(b, c, id, e, scale, &args);
}

static bool read_shift(Builder *b, Cost *c, const AstExpr *e)
{
    const AstArgs *args = &e->as.call.args;
    Typed v;
    Num a;
    if (args->n != 2 || args->at[0].name || args->at[1].name) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "`shift` takes a cost and the rate that its 0 is moved to");
        diag_help(b->cx, d, "write `shift(l1(0.5), 2)` for 0.5 |x - 2|");
        return false;
    }
    if (!constant_number(b, args->at[1].value, "a shift", &v))
        return false;
    expr_is_const(v.e, &a);
    UnitFact place = { .known = true, .unit = v.unit, .span = v.span, .why = "a shift of its cost" };
    if (!v.is_zero)
        vec_push(&b->cx->arena, &c->places, place);
    if (!c->shift || mpq_equal(c->shift, a)) {
        c->shift = a;
        return true;
    }
    Diag *d = diag_at(b->cx, D_E0702, v.span, "costs shifted to %s and to %s have no sum with a closed prox", num_brief(b->cx, c->shift),
                      num_brief(b->cx, a));
    diag_help(b->cx, d, "one `shift` may hold a sum; or write the cost by formula: `cost(x) = ...`");
    return false;
}

/* The one shift of the sum, before its terms are added up. */
static bool find_shift(Builder *b, Cost *c, const AstExpr *e, bool is_inside)
{
    if (b->nesting >= MAX_NESTING)
        return true;            /* add_cost says so */
    b->nesting++;
    bool ok = true;
    if (is_call_of(e, "shift") && is_inside) {
        Diag *d = diag_at(b->cx, D_E0702, e->span, "this shift stands inside of another one");
        diag_help(b->cx, d, "write one shift, by the sum of the two rates");
        ok = false;
    } else if (e->kind == AST_BINARY || e->kind == AST_UNARY)
        ok = (e->kind == AST_UNARY || find_shift(b, c, e->as.binary.left, is_inside)) && find_shift(b, c, e->as.binary.right, is_inside);
    else if (is_call_of(e, "shift"))
        ok = read_shift(b, c, e) && find_shift(b, c, e->as.call.args.at[0].value, true);
    b->nesting--;
    return ok;
}

/* ---- sums and multiples ---- */

static bool names_cost(Builder *b, const AstExpr *e)
{
    if (is_call_of(e, "shift"))
        return true;
    if (e->kind == AST_CALL)
        e = e->as.call.callee;
    if (e->kind == AST_BINARY)
        return names_cost(b, e->as.binary.left) || names_cost(b, e->as.binary.right);
    if (e->kind != AST_NAME || symbol_find(b, e->as.name.name))
        return false;
    return cost_find(e->as.name.name) >= 0;
}

static bool report_operation(Builder *b, Span at, bool formula)
{
    Diag *d = diag_at(b->cx, D_E0702, at, "costs can be added, and multiplied by positive numbers, only");
    diag_help(b->cx, d, formula ? "a cost by formula names the rate: `cost(x) = ...`" : "a linear cost of either sign is `linear(c)`");
    return false;
}

static bool add_multiple(Builder *b, Cost *c, const AstExpr *factor, const AstExpr *cost, bool divide, Num scale)
{
    Typed v;
    if (names_cost(b, factor))
        return report_operation(b, factor->span, false);
    const char *what = "the factor of a cost";
    if (!constant_number(b, factor, what, &v) || !typed_expect(b, v, UNIT_NONE, what))
        return false;
    Num k;
    expr_is_const(v.e, &k);
    if (mpq_sgn(k) <= 0) {
        diag_at(b->cx, D_E0401, factor->span, "the factor of a cost is above 0, and this is %s", num_brief(b->cx, k));
        return false;
    }
    mpq_ptr product = num_new(b->nums);
    if (divide)
        mpq_div(product, scale, k);
    else
        mpq_mul(product, scale, k);
    return add_cost(b, c, cost, product);
}

static bool add_binary(Builder *b, Cost *c, const AstExpr *e, Num scale)
{
    const AstExpr *left = e->as.binary.left, *right = e->as.binary.right;
    switch (e->as.binary.op) {
    case AST_ADD: {
        bool ok = add_cost(b, c, left, scale);
        return add_cost(b, c, right, scale) && ok;
    }
    case AST_MUL:
        return names_cost(b, left) ? add_multiple(b, c, right, left, false, scale)
                                   : add_multiple(b, c, left, right, false, scale);
    case AST_DIV: return add_multiple(b, c, right, left, true, scale);
    default: return report_operation(b, e->as.binary.op_span, e->as.binary.op != AST_SUB);
    }
}

static bool add_kind(Builder *b, Cost *c, const AstExpr *e, Num scale)
{
    switch (e->kind) {
    case AST_NAME:
    case AST_CALL: return add_call(b, c, e, scale);
    case AST_BINARY: return add_binary(b, c, e, scale);
    case AST_UNARY: return e->as.binary.op == AST_NEG ? report_operation(b, e->as.binary.op_span, false)
                                                      : add_cost(b, c, e->as.binary.right, scale);
    case AST_ERROR: return false;
    case AST_NUMBER: {
        Diag *d = diag_at(b->cx, D_E0304, e->span, "a number is not a cost");
        diag_help(b->cx, d, "no cost at all is `cost = identity`");
        return false;
    }
    case AST_STRING: {
        Diag *d = diag_at(b->cx, D_E0304, e->span, "a text is not a cost");
        diag_help(b->cx, d, "names stand without quotes: `%s`", cost_find(e->as.string.text) >= 0 ? e->as.string.text : "nonnegative");
        return false;
    }
    default: diag_at(b->cx, D_E0304, e->span, "this is not a cost"); return false;
    }
}

static bool add_cost(Builder *b, Cost *c, const AstExpr *e, Num scale)
{
    if (b->nesting >= MAX_NESTING) {
        diag_at(b->cx, D_E0403, e->span, "this cost is nested too deeply");
        return false;
    }
    b->nesting++;
    bool ok = add_kind(b, c, e, scale);
    b->nesting--;
    return ok;
}

const Cost *cost_read(Builder *b, const AstExpr *e)
{
    Cost *c = ARENA_NEW(&b->cx->arena, Cost);
    Num zero = num_int(b->nums, 0);
    c->span = e->span;
    c->lambda = c->tilt = c->a_neg = c->a_pos = zero;
    Sbuf text = { 0 };
    ast_print_expr(e, &text);
    c->text = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return find_shift(b, c, e, false) && add_cost(b, c, e, num_int(b->nums, 1)) && cost_close(b, c) ? c : NULL;
}

bool cost_unit_place(const Cost *cost, size_t k, UnitFact *out)
{
    if (k >= cost->places.n)
        return false;
    *out = cost->places.at[k];
    return true;
}
