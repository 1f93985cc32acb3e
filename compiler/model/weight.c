/* Weights: a product of constants and at most one thing with entries of its
 * own (a file, a literal matrix, factors in two files, an expression of the pair). */
#include "compiler/model/build.h"

#include <string.h>

/* ---- signs ---- */

static bool is_set(const Builder *b, const Symbol *s)
{
    for (size_t k = 0; k < b->m->params.n; k++)
        if (strcmp(b->m->params.at[k].name, s->path) == 0)
            return b->m->params.at[k].was_set;
    return false;
}

/* "write 1", of -w "write `weight = w`", or of a name what it stands for: "write `param w = 1`". */
static const char *written_as(Builder *b, const AstExpr *e, const char *size)
{
    if (e && e->kind == AST_UNARY && e->as.binary.right->kind != AST_NUMBER)
        return arena_printf(&b->cx->arena, "write `weight = %s`", expression_text(b, e->as.binary.right));
    const Symbol *s = e && e->kind == AST_NAME ? symbol_find(b, e->as.name.name) : NULL;
    if (!s || (s->kind != SYM_PARAM && s->kind != SYM_LET))
        return arena_printf(&b->cx->arena, "write %s", size);
    if (s->space->circuit || is_set(b, s))
        return arena_printf(&b->cx->arena, "give `%s` the value %s", s->path, size);
    return arena_printf(&b->cx->arena, "write `%s %s = %s`", s->kind == SYM_PARAM ? "param" : "let", s->name, size);
}

/* `e`: the weight as it is written, or NULL where it is no number alone. */
static bool check_magnitude(Builder *b, const AstExpr *e, Typed v, Num x, const ModelConn *c)
{
    const ModelPop *pre = &b->m->pops.at[c->pre];
    if (mpq_sgn(x) >= 0 || pre->is_exempt)
        return true;
    Diag *d = diag_at(b->cx, D_E0602, v.span,
                      "a weight is a magnitude, and this is %s: the sign comes from the source population",
                      quantity_text(b, x, v));
    diag_note_at(b->cx, d, pre->sign_span, "the sign of `%s` is declared here", pre->name);
    mpq_t size;
    mpq_init(size);
    mpq_abs(size, x);
    const char *repair = written_as(b, e, quantity_text(b, size, v));
    mpq_clear(size);
    if (pre->sign == SIGN_INH)
        diag_help(b->cx, d, "`%s` inhibits already: %s", pre->name, repair);
    else
        diag_help(b->cx, d, "declare `%s` inhibitory and %s", pre->name, repair);
    return false;
}

/* ---- what has entries ---- */

bool weight_is_entries(const AstExpr *e)
{
    return e->kind == AST_LIST || is_call_of(e, "matrix") || is_call_of(e, "edges");
}

static bool is_structure(const AstExpr *e)
{
    return weight_is_entries(e) || is_call_of(e, "low_rank");
}

static bool has_structure(Builder *b, const AstExpr *e)
{
    if (is_structure(e))
        return true;
    if ((e->kind != AST_BINARY && e->kind != AST_UNARY) || b->nesting >= MAX_NESTING)
        return false;
    b->nesting++;
    bool has = (e->kind == AST_BINARY && has_structure(b, e->as.binary.left)) || has_structure(b, e->as.binary.right);
    b->nesting--;
    return has;
}

/* ---- literals ---- */

typedef struct Literal {
    Builder *b;
    const AstExpr *list;
    size_t rows, columns;       /* expected */
    Unit unit;
    bool unit_known;
    Span unit_span;
} Literal;

static bool report_shape(const Literal *l, Span at, const char *found)
{
    Diag *d = diag_at(l->b->cx, D_E0402, at, "this matrix is %s, and %zu x %zu is needed (targets x sources)", found, l->rows,
                      l->columns);
    diag_help(l->b->cx, d, "one row for each target neuron, one entry for each source neuron");
    return false;
}

/* One row given flat is a row for one target. */
static const AstExprs *literal_row(const Literal *l, size_t r)
{
    const AstExprs *list = &l->list->as.list;
    bool flat = list->n == 0 || list->at[0]->kind != AST_LIST;
    return flat ? list : &list->at[r]->as.list;
}

static bool check_shape(const Literal *l)
{
    const AstExprs *list = &l->list->as.list;
    bool flat = list->n == 0 || list->at[0]->kind != AST_LIST;
    Arena *arena = &l->b->cx->arena;
    if (flat)
        return (l->rows == 1 && list->n == l->columns) ||
               report_shape(l, l->list->span, arena_printf(arena, "1 x %zu", list->n));
    for (size_t r = 0; r < list->n; r++) {
        if (list->at[r]->kind == AST_ERROR)
            return false;
        if (list->at[r]->kind != AST_LIST)
            return report_shape(l, list->at[r]->span, "not made of rows");
    }
    size_t width = list->at[0]->as.list.n;
    for (size_t r = 1; r < list->n; r++)
        if (list->at[r]->as.list.n != width) {
            Diag *d = diag_at(l->b->cx, D_E0402, list->at[r]->span, "this row has %zu entr%s, the first has %zu",
                              list->at[r]->as.list.n, list->at[r]->as.list.n == 1 ? "y" : "ies", width);
            diag_help(l->b->cx, d, "every row is of one target neuron, and has an entry for each source neuron");
            return false;
        }
    return (list->n == l->rows && width == l->columns) ||
           report_shape(l, l->list->span, arena_printf(arena, "%zu x %zu", list->n, width));
}

static bool read_entry(Literal *l, const AstExpr *e, Num *out, const Dependence **of)
{
    Typed v;
    if (!constant_number(l->b, e, "a weight", &v))
        return false;
    expr_is_const(v.e, out);
    *of = v.e->depends;
    if (v.is_zero)
        return true;
    if (!l->unit_known) {
        l->unit_known = true;
        l->unit = v.unit;
        l->unit_span = v.span;
    }
    if (unit_equal(l->unit, v.unit))
        return true;
    Diag *d = diag_at(l->b->cx, D_E0301, v.span, "this entry is in `%s`, another in `%s`", unit_text(l->b->cx, v.unit),
                      unit_text(l->b->cx, l->unit));
    diag_note_at(l->b->cx, d, l->unit_span, "this one");
    return false;
}

static void fill_values(Builder *b, Values *out, Num *q, size_t n)
{
    out->n = n;
    out->d = ARENA_ARRAY(&b->cx->arena, n, double);
    for (size_t k = 0; k < n; k++) {
        out->d[k] = num_to_double(q[k]);
        if (!num_is_double(q[k]))
            out->q = q;
    }
}

static bool read_literal(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one)
{
    Literal l = { .b = b, .list = e, .rows = b->m->pops.at[c->post].size, .columns = b->m->pops.at[c->pre].size };
    if (!check_shape(&l))
        return false;
    Num *q = ARENA_ARRAY(&b->cx->arena, l.rows * l.columns, Num);
    const Dependence **of = ARENA_ARRAY(&b->cx->arena, l.rows * l.columns, const Dependence *);
    bool ok = true, any = false;
    for (size_t r = 0; r < l.rows; r++)
        for (size_t k = 0; k < l.columns; k++) {
            ok = read_entry(&l, literal_row(&l, r)->at[k], &q[r * l.columns + k], &of[r * l.columns + k]) && ok;
            any |= of[r * l.columns + k] != NULL;
        }
    if (!ok)
        return false;
    c->kind = WEIGHT_LITERAL;
    c->entry_of = any ? of : NULL;
    fill_values(b, &c->literal, q, l.rows * l.columns);
    *of_one = typed_const(b, e->span, num_int(b->nums, l.unit_known ? 1 : 0), l.unit);
    return true;
}

/* ---- files ---- */

static bool report_file_call(Builder *b, const AstExpr *e, bool edges)
{
    Diag *d = diag_at(b->cx, D_E0209, e->span, edges ? "`edges` takes a file name and, if need be, a column"
                                                      : "`matrix` takes a file name");
    diag_help(b->cx, d, "%s", edges ? "edges(\"edges.csv\", column = \"count\")" : "matrix(\"weights.npy\")");
    return false;
}

static bool read_file_call(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one)
{
    bool edges = is_call_of(e, "edges");
    const AstArgs *args = &e->as.call.args;
    if (args->n < 1 || args->at[0].name || args->at[0].value->kind != AST_STRING || args->n > (edges ? 2u : 1u))
        return report_file_call(b, e, edges);
    if (args->n == 2) {
        bool named = args->at[1].name && strcmp(args->at[1].name, "column") == 0;
        if (!named || args->at[1].value->kind != AST_STRING)
            return report_file_call(b, e, edges);
        c->column = args->at[1].value->as.string.text;
    }
    c->kind = edges ? WEIGHT_EDGES : WEIGHT_MATRIX;
    c->path = args->at[0].value->as.string.text;
    c->dir = b->cx->sources[e->span.source]->dir;
    *of_one = typed_const(b, e->span, num_int(b->nums, 1), UNIT_NONE);
    return true;
}

/* ---- products ---- */

typedef struct Product {
    const ModelConn *of;
    const AstExpr *structure;
    Typed constant;             /* of all other factors */
    bool ok;
} Product;

static void multiply(Builder *b, Product *p, const AstExpr *e, EigFn fn)
{
    Scope scope = { .kind = SCOPE_CONSTANT, .what = "a factor of a weight", .pop = NO_POP, .sized = p->of };
    Typed arg[2] = { p->constant, resolve(b, e, &scope) };
    p->ok = typed_ok(arg[1]) && p->ok;
    p->constant = typed_call(b, e->span, fn, 2, arg);
}

static void collect_factors(Builder *b, Product *p, const AstExpr *e)
{
    bool with_structure = has_structure(b, e);
    AstOp op = e->kind == AST_BINARY ? e->as.binary.op : AST_ADD;
    if (is_structure(e)) {
        if (p->structure) {
            diag_at(b->cx, D_E0304, e->span, "a weight has one matrix, not a product of two");
            p->ok = false;
        }
        p->structure = e;
    } else if (!with_structure) {
        multiply(b, p, e, EIG_FN_MUL);
    } else if (op == AST_MUL) {
        collect_factors(b, p, e->as.binary.left);
        collect_factors(b, p, e->as.binary.right);
    } else if (op == AST_DIV && !has_structure(b, e->as.binary.right)) {
        collect_factors(b, p, e->as.binary.left);
        multiply(b, p, e->as.binary.right, EIG_FN_DIV);
    } else {
        Diag *d = diag_at(b->cx, D_E0304, e->span, "a matrix of weights may only be multiplied by constants");
        diag_help(b->cx, d, "several connections between the same populations add up");
        p->ok = false;
    }
}

/* low_rank("left.npy", "right.npy") */
static bool read_low_rank(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one)
{
    const AstArgs *args = &e->as.call.args;
    const char *path[2] = { NULL, NULL };
    for (size_t k = 0; args->n == 2 && k < 2; k++) {
        const char *name = args->at[k].name;
        size_t side = !name ? k : strcmp(name, "left") == 0 ? 0 : strcmp(name, "right") == 0 ? 1 : 2;
        if (side < 2 && args->at[k].value->kind == AST_STRING)
            path[side] = args->at[k].value->as.string.text;
    }
    if (!path[0] || !path[1]) {
        Diag *d = diag_at(b->cx, D_E0209, e->span, "`low_rank` takes two files: a row for each target, and a row for each source");
        diag_help(b->cx, d, "low_rank(\"left.npy\", \"right.npy\"), with as many columns in one as in the other");
        return false;
    }
    c->kind = WEIGHT_LOW_RANK;
    c->path = path[0];
    c->right_path = path[1];
    c->dir = b->cx->sources[e->span.source]->dir;
    *of_one = typed_const(b, e->span, num_int(b->nums, 1), UNIT_NONE);
    return true;
}

bool weight_entries(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one)
{
    return e->kind == AST_LIST ? read_literal(b, e, c, of_one) : read_file_call(b, e, c, of_one);
}

static bool structured_weight(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one)
{
    Product p = { .of = c, .constant = typed_const(b, e->span, num_int(b->nums, 1), UNIT_NONE), .ok = true };
    Typed entry;
    collect_factors(b, &p, e);
    if (!p.ok || !typed_ok(p.constant))
        return false;
    bool is_product = is_call_of(p.structure, "low_rank");
    uint64_t in_factors = b->touched, in_entries;
    b->touched = 0;
    if (!(is_product ? read_low_rank : weight_entries)(b, p.structure, c, &entry))
        return false;
    in_entries = b->touched;
    b->touched |= in_factors;
    expr_is_const(p.constant.e, &c->factor);
    c->factor_of = in_entries ? depend_unknown(b->cx, b->touched) : p.constant.e->depends;
    c->outer_of = p.constant.e->depends;
    if (!check_magnitude(b, NULL, p.constant, c->factor, c))
        return false;
    Typed arg[2] = { p.constant, entry };
    *of_one = typed_call(b, e->span, EIG_FN_MUL, 2, arg);
    return true;
}

/* Into *constant what a formula for each pair is multiplied by; false where a param with a range stands in the rest of it. What is asked
 * is what was looked up on the way: of what is there in the end 1 times x is x, whatever the 1 depends on. */
static bool outer_factors(Builder *b, const Scope *scope, const AstExpr *e, EigFn fn, Typed *constant)
{
    AstOp op = e->kind == AST_BINARY ? e->as.binary.op : AST_ADD;
    if (fn == EIG_FN_MUL && (op == AST_MUL || op == AST_DIV))
        return outer_factors(b, scope, e->as.binary.left, EIG_FN_MUL, constant) &&
               outer_factors(b, scope, e->as.binary.right, op == AST_MUL ? EIG_FN_MUL : EIG_FN_DIV, constant);
    b->touched = 0;
    Typed arg[2] = { *constant, resolve(b, e, scope) };
    if (!typed_ok(arg[1]) || !expr_is_const(arg[1].e, NULL))
        return typed_ok(arg[1]) && !b->touched;
    *constant = typed_call(b, e->span, fn, 2, arg);
    return typed_ok(*constant);
}

/* How the weight, over what it is now, depends on params. */
static const Dependence *pair_dependence(Builder *b, const AstExpr *e, const Scope *scope)
{
    uint64_t touched = b->touched;
    Typed constant = typed_const(b, e->span, num_int(b->nums, 1), UNIT_NONE);
    Num now = NULL, one = num_int(b->nums, 1);
    bool is_outer = touched && outer_factors(b, scope, e, EIG_FN_MUL, &constant) && expr_is_const(constant.e, &now) && mpq_sgn(now) > 0;
    b->touched = touched;
    if (!is_outer || !constant.e->depends || (touched & ~constant.e->depends->params))
        return touched ? depend_unknown(b->cx, touched) : NULL;
    mpq_ptr inverse = num_new(b->nums);
    mpq_div(inverse, one, now);
    return depend_product(b->cx, b->nums, constant.e->depends, now, NULL, inverse);
}

static bool plain_weight(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one)
{
    PairPlaces pair = { .pre = c->pre, .post = c->post };
    DrawKey draws = draw_key(c->key, "weight", true);
    Scope scope = { .kind = SCOPE_PAIR, .what = "a weight", .pop = NO_POP, .pair = &pair, .sized = c, .draws = &draws };
    Typed v = resolve(b, e, &scope);
    if (!typed_ok(v))
        return false;
    *of_one = v;
    if (expr_is_const(v.e, &c->factor)) {
        c->kind = WEIGHT_UNIFORM;
        c->factor_of = v.e->depends;
        return check_magnitude(b, e, v, c->factor, c);
    }
    c->kind = WEIGHT_PAIR;
    c->by_displacement = !expr_has_draw(v.e) && place_is_translation_invariant(&pair, v.e);
    c->pair = v.e;
    c->factor = num_int(b->nums, 1);
    draws = draw_key(c->key, "weight", true);       /* anew: parts are looked up once more, and drawn as before */
    c->factor_of = pair_dependence(b, e, &scope);
    return true;
}

bool weight_build(Builder *b, const AstExpr *e, ModelConn *c, Typed *of_one)
{
    bool ok = has_structure(b, e) ? structured_weight(b, e, c, of_one) : plain_weight(b, e, c, of_one);
    of_one->span = e->span;
    return ok;
}
