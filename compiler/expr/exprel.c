#include "compiler/expr/exprel.h"

#include <math.h>

#include "compiler/expr/affine.h"

/* offset + rate exp(u); u is NULL where rate is 0. */
typedef struct Line {
    mpq_ptr offset, rate;
    const Expr *u;
} Line;

static Line line_new(NumPool *pool)
{
    return (Line){ num_new(pool), num_new(pool), NULL };
}

static bool read_line(NumPool *pool, const Expr *e, Line *out);

static bool read_sum(const Line *a, const Line *b, bool is_difference, Line *out)
{
    if (a->u && b->u && !expr_equal(a->u, b->u))
        return false;
    (is_difference ? mpq_sub : mpq_add)(out->offset, a->offset, b->offset);
    (is_difference ? mpq_sub : mpq_add)(out->rate, a->rate, b->rate);
    out->u = a->u ? a->u : b->u;
    return true;
}

static bool read_product(const Line *a, const Line *b, bool is_quotient, Line *out)
{
    if (b->u && (a->u || is_quotient))
        return false;
    const Line *by = b->u ? a : b, *of = b->u ? b : a;
    if (is_quotient && mpq_sgn(by->offset) == 0)
        return false;
    (is_quotient ? mpq_div : mpq_mul)(out->offset, of->offset, by->offset);
    (is_quotient ? mpq_div : mpq_mul)(out->rate, of->rate, by->offset);
    out->u = of->u;
    return true;
}

static bool read_call(NumPool *pool, const Expr *e, Line *out)
{
    const Expr *const *arg = e->as.call.arg;
    EigFn fn = e->as.call.fn;
    Line a = line_new(pool), b = line_new(pool);
    if (fn == EIG_FN_EXP || fn == EIG_FN_EXPM1) {
        mpq_set_si(out->offset, fn == EIG_FN_EXP ? 0 : -1, 1);
        mpq_set_ui(out->rate, 1, 1);
        out->u = arg[0];
        return true;
    }
    switch (fn) {
    case EIG_FN_NEG: return read_line(pool, arg[0], &a) && read_sum(&b, &a, true, out);
    case EIG_FN_ADD:
    case EIG_FN_SUB: return read_line(pool, arg[0], &a) && read_line(pool, arg[1], &b) && read_sum(&a, &b, fn == EIG_FN_SUB, out);
    case EIG_FN_MUL:
    case EIG_FN_DIV: return read_line(pool, arg[0], &a) && read_line(pool, arg[1], &b) && read_product(&a, &b, fn == EIG_FN_DIV, out);
    default:         return false;
    }
}

static bool read_line(NumPool *pool, const Expr *e, Line *out)
{
    Num value;
    if (!expr_is_const(e, &value))
        return e->kind == EXPR_CALL && read_call(pool, e, out);
    mpq_set(out->offset, value);
    return true;
}

/* The multiple of exp(u) - 1 that e is; NULL: none. */
static Num read_difference(NumPool *pool, const Expr *e, const Expr **u)
{
    Line line = line_new(pool), sum = line_new(pool);
    if (!read_line(pool, e, &line) || !line.u)
        return NULL;
    mpq_add(sum.offset, line.offset, line.rate);
    *u = line.u;
    return mpq_sgn(sum.offset) == 0 && mpq_sgn(line.rate) != 0 ? line.rate : NULL;
}

/* e/u, a constant; NULL: it is none, or u is not 0 at `at`. */
static Num read_multiple(NumPool *pool, const Expr *e, const Expr *u, EigVar by, double at)
{
    Num e0, e1, u0, u1;
    if (!expr_affine(pool, e, by, &e0, &e1) || !expr_affine(pool, u, by, &u0, &u1) || mpq_sgn(u1) == 0 || mpq_sgn(e1) == 0)
        return NULL;
    mpq_ptr a = num_new(pool), b = num_new(pool), root = num_new(pool), c = num_new(pool);
    mpq_mul(a, e0, u1);
    mpq_mul(b, e1, u0);
    mpq_div(root, u0, u1);
    mpq_neg(root, root);
    mpq_div(c, e1, u1);
    bool is_there = isnan(at) || fabs(num_to_double(root) - at) <= 1e-9 * fmax(1, fabs(at));
    return is_there && mpq_equal(a, b) ? c : NULL;
}

/* It has finitely many digits behind the point. */
static bool is_decimal(Num x)
{
    mpz_t rest, prime;
    mpz_init_set(rest, mpq_denref(x));
    mpz_init(prime);
    for (unsigned long p = 2; p <= 5; p += 3) {
        mpz_set_ui(prime, p);
        mpz_remove(rest, rest, prime);
    }
    bool is = mpz_cmp_ui(rest, 1) == 0;
    mpz_clear(prime);
    mpz_clear(rest);
    return is;
}

static const char *text_of(Ctx *cx, const Expr *e)
{
    Sbuf text = { 0 };
    expr_print(e, &text);
    const char *copy = arena_printf(&cx->arena, "%s", sbuf_text(&text));
    sbuf_free(&text);
    return copy;
}

/* c exprel(u), or c/exprel(u), with the constant on the side where it is a decimal. */
static const char *written(Ctx *cx, NumPool *pool, Span at, Num c, const Expr *u, bool is_below)
{
    mpq_ptr inverse = num_new(pool);
    mpq_inv(inverse, c);
    bool turned = !is_decimal(c) && is_decimal(inverse), is_one = mpq_cmp_ui(c, 1, 1) == 0;
    const Expr *arg[2] = { expr_const(cx, at, turned ? inverse : c), expr_apply(cx, at, EIG_FN_EXPREL, 1, &u) };
    if (is_below && turned) {
        arg[1] = expr_apply(cx, at, EIG_FN_MUL, 2, arg);
        arg[0] = expr_const(cx, at, num_int(pool, 1));
    } else if (turned) {
        arg[0] = arg[1];
        arg[1] = expr_const(cx, at, inverse);
    }
    return text_of(cx, is_one && !is_below ? arg[1] : expr_apply(cx, at, is_below || turned ? EIG_FN_DIV : EIG_FN_MUL, 2, arg));
}

static const char *of_quotient(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, double at)
{
    const Expr *const *arg = e->as.call.arg, *u = NULL;
    for (int below = 0; below < 2; below++) {
        Num rate = read_difference(pool, arg[below], &u), c = rate ? read_multiple(pool, arg[1 - below], u, by, at) : NULL;
        if (!c)
            continue;
        mpq_ptr factor = num_new(pool);
        mpq_div(factor, below ? c : rate, below ? rate : c);
        return written(cx, pool, e->span, factor, u, below);
    }
    return NULL;
}

const char *expr_by_exprel(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, double at)
{
    const char *found = NULL;
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args && !found; k++)
        found = expr_by_exprel(cx, pool, e->as.call.arg[k], by, at);
    return found || e->kind != EXPR_CALL || e->as.call.fn != EIG_FN_DIV ? found : of_quotient(cx, pool, e, by, at);
}
