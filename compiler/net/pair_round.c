/* A program of doubles goes over a strip of a row, operation by operation; what depends on the source alone is
 * computed once a source, what depends on the target alone once a row. */
#include "compiler/net/pair_round.h"

#include <float.h>
#include <math.h>

#include "runtime/elementary_number.h"

/* ---- the program ---- */

static Wide wide_of(Num x)
{
    Wide w = { num_to_double(x), 0.0, 0.0 };
    if (num_is_double(x) || !isfinite(w.hi))
        return w;
    mpq_t rest;
    mpq_init(rest);
    mpq_set_d(rest, w.hi);
    mpq_sub(rest, x, rest);
    w.lo = num_to_double(rest);
    w.err = num_is_double(rest) ? 0.0 : 2 * WIDE_UNIT * fabs(w.lo) + WIDE_TINY;
    mpq_clear(rest);
    return w;
}

/* A number of one side that is worth being kept; a draw is of the pair. */
static bool is_of(const Expr *e, EigVar other)
{
    return e->kind == EXPR_CALL && !expr_uses(e, other) && !expr_has_draw(e);
}

static size_t add_part(Arena *kept, RoundParts *parts, const Expr *e)
{
    vec_push(kept, parts, ((RoundProgram){ .of = e }));
    return parts->n - 1;
}

static RoundOp *add_op(RoundProgram *to, RoundOpKind kind)
{
    to->op[to->n_ops].kind = kind;
    return &to->op[to->n_ops++];
}

/* `whole`: of one side already, with nothing to be taken out. */
static void flatten(PairRound *p, const Expr *e, bool whole, RoundProgram *to)
{
    if (!whole && p->n_pre > 0 && is_of(e, EIG_VAR_POST_I)) {
        add_op(to, ROUND_SOURCE)->which = add_part(&p->kept, &p->source, e);
    } else if (!whole && is_of(e, EIG_VAR_PRE_I)) {
        add_op(to, ROUND_TARGET)->which = add_part(&p->kept, &p->target, e);
    } else if (e->kind == EXPR_CALL) {
        for (int k = 0; k < e->as.call.n_args; k++)
            flatten(p, e->as.call.arg[k], whole, to);
        RoundOp *op = add_op(to, ROUND_CALL);
        op->fn = e->as.call.fn;
        op->n_args = e->as.call.n_args;
    } else if (e->kind == EXPR_CONST) {
        add_op(to, ROUND_CONST)->constant = wide_of(e->as.value);
    } else if (e->kind == EXPR_DRAW) {
        add_op(to, ROUND_DRAW)->draw = e;
    } else if (e->kind == EXPR_VAR) {
        add_op(to, e->as.var == EIG_VAR_POST_I ? ROUND_POST : ROUND_PRE);
    } else {
        BUG("a weight that reads the state");
    }
}

static RoundProgram program(PairRound *p, const Expr *e, bool whole)
{
    RoundProgram made = { .of = e, .op = ARENA_ARRAY(&p->kept, e->size, RoundOp) };
    flatten(p, e, whole, &made);
    return made;
}

/* ---- functions, which the language rounds to nearest ---- */

enum { LIBRARY_ULPS = 8 };      /* of a long double; the C library documents at most 3 for each of these */

/* The double nearest to what lies within `slope` times the error of the argument and the library's error of y. */
static bool nearest(long double y, long double slope, long double arg_error, Wide *out)
{
    long double slack = LIBRARY_ULPS * LDBL_EPSILON * fabsl(y) + slope * arg_error;
    double from = (double)(y - slack), to = (double)(y + slack);
    *out = (Wide){ .hi = from };
    return LDBL_MANT_DIG >= 64 && from == to;
}

/* Where the argument is a double, so is a rational root. */
static bool wide_sqrt(const Wide *a, Wide *out)
{
    *out = (Wide){ .hi = sqrt(a->hi) };
    return wide_is_exact(a) && a->hi >= 0;
}

/* x + rest is the argument; exp alone has arguments so large that what x rounds away matters. */
static bool wide_exp(long double x, long double rest, long double error, Wide *out)
{
    long double y = expl(x);
    return error < 0x1p-60L && nearest(y + y * rest, 2 * y, error, out);
}

/* Its slope is exp, 1 more than it. */
static bool wide_expm1(long double x, long double error, Wide *out)
{
    long double y = expm1l(x);
    return error < 0x1p-40L && nearest(y, 2 * (1 + fabsl(y)), error, out);
}

static const double NO_DOUBLE = -750;   /* below about -745.13, where exp is half of the least double, the nearest one is 0 */

static bool function(EigFn fn, const Wide *a, Wide *out)
{
    long double x = (long double)a->hi + a->lo, rest = (a->hi - x) + a->lo, error = 2 * (a->err + fabsl(rest));
    if (fn == EIG_FN_EXP && a->hi + (fabs(a->lo) + a->err) < NO_DOUBLE) {
        *out = (Wide){ 0 };
        return true;
    }
    if (!(fabs(a->hi) < 0x1p20))
        return false;
    switch (fn) {
    case EIG_FN_EXP:  return wide_exp(x, rest, 2 * a->err, out);
    case EIG_FN_LOG:  return x > 2 * error && nearest(logl(x), 2 / x, error, out);
    case EIG_FN_EXPM1: return a->hi < 700 && wide_expm1(x, error, out);
    case EIG_FN_SIN:  return nearest(sinl(x), 1, error, out);
    case EIG_FN_COS:  return nearest(cosl(x), 1, error, out);
    case EIG_FN_TANH: return nearest(tanhl(x), 1, error, out);
    case EIG_FN_SQRT: return wide_sqrt(a, out);
    default:          return false;
    }
}

/* ---- operations on strips ---- */

/* Where an operation is not precise enough, the number is found exactly later on. */
#define EACH(name, ok) \
    static inline void strip_##name(size_t n, const Strip *a, const Strip *b, Strip *out, bool *unsure) \
    { \
        for (size_t k = 0; k < n; k++) { \
            Wide x = { a->hi[k], a->lo[k], a->err[k] }, y = { b->hi[k], b->lo[k], b->err[k] }, z = { 0, 0, 0 }; \
            bool good = ok; \
            unsure[k] |= !good || !isfinite(z.hi); \
            out->hi[k] = z.hi; \
            out->lo[k] = z.lo; \
            out->err[k] = z.err; \
        } \
    }

static inline bool subtract(const Wide *a, const Wide *b, Wide *out)
{
    Wide minus = wide_neg(b);
    return wide_add(a, &minus, out);
}

EACH(add, wide_add(&x, &y, &z))
EACH(sub, subtract(&x, &y, &z))
EACH(mul, wide_mul(&x, &y, &z))
EACH(div, wide_div(&x, &y, &z))
EACH(pow, wide_pow(&x, &y, &z))
EACH(neg, (z = wide_neg(&x), (void)y, true))
EACH(abs, (z = wide_abs(&x), (void)y, true))
EACH(min, (z = wide_smaller(&x, &y), true))
EACH(max, (z = wide_larger(&x, &y), true))

static RoundKnown find_value(EigFn fn, const Wide *x)
{
    RoundKnown found = { .arg = *x, .is_known = true };
    found.is_sure = function(fn, x, &found.value) && isfinite(found.value.hi);
    return found;
}

/* Of one argument after the other, remembered. */
static RoundKnown value_of(const RoundOp *op, const Wide *x)
{
    if (!op->known)
        return find_value(op->fn, x);
    uint64_t h = (bits_of(x->hi) ^ bits_of(x->lo) >> 7) * 0x9E3779B97F4A7C15u;
    RoundKnown *at = &op->known[h >> (64 - op->known_bits)];
    if (!at->is_known || at->arg.hi != x->hi || at->arg.lo != x->lo || at->arg.err != x->err)
        *at = find_value(op->fn, x);
    return *at;
}

static void strip_function(const RoundOp *op, size_t n, Strip *a, bool *unsure)
{
    for (size_t k = 0; k < n; k++) {
        Wide x = { a->hi[k], a->lo[k], a->err[k] };
        RoundKnown y = unsure[k] ? (RoundKnown){ .is_sure = false } : value_of(op, &x);
        unsure[k] |= !y.is_sure;
        a->hi[k] = y.value.hi;
        a->lo[k] = y.value.lo;
        a->err[k] = y.value.err;
    }
}

static inline void by_fn(EigFn fn, size_t n, Strip *a, const Strip *b, bool *unsure)
{
    switch (fn) {
    case EIG_FN_ADD: strip_add(n, a, b, a, unsure); break;
    case EIG_FN_SUB: strip_sub(n, a, b, a, unsure); break;
    case EIG_FN_MUL: strip_mul(n, a, b, a, unsure); break;
    case EIG_FN_DIV: strip_div(n, a, b, a, unsure); break;
    case EIG_FN_POW: strip_pow(n, a, b, a, unsure); break;
    case EIG_FN_NEG: strip_neg(n, a, a, a, unsure); break;
    case EIG_FN_ABS: strip_abs(n, a, a, a, unsure); break;
    case EIG_FN_MIN: strip_min(n, a, b, a, unsure); break;
    case EIG_FN_MAX: strip_max(n, a, b, a, unsure); break;
    default: break;
    }
}

/* The sign of what the strip holds, and its product with the factor, rounded. */
static inline void finish(const PairRound *p, size_t n, const Strip *x, bool *unsure, double *weight, signed char *sign)
{
    for (size_t k = 0; k < n; k++) {
        Wide w = { x->hi[k], x->lo[k], x->err[k] }, product = { 0, 0, 0 };
        bool has_sign = fabs(w.hi) > 2 * w.err || wide_is_zero(&w);
        sign[k] = (signed char)((w.hi > 0) - (w.hi < 0));
        bool good = p->factor_is_one ? wide_round(&w, &weight[k]) : wide_mul(&w, &p->wide_factor, &product) && wide_round(&product, &weight[k]);
        unsure[k] |= !has_sign || !good;
    }
}

#ifdef ELEMENTARY_BY_MACHINE
ELEMENTARY_FUSED static void fused_fn(EigFn fn, size_t n, Strip *a, const Strip *b, bool *unsure) { by_fn(fn, n, a, b, unsure); }
ELEMENTARY_FUSED static void fused_finish(const PairRound *p, size_t n, const Strip *x, bool *unsure, double *weight, signed char *sign)
{
    finish(p, n, x, unsure, weight, sign);
}
#else
#define ELEMENTARY_BY_MACHINE(fused, plain) (plain)
#endif

/* The top of the stack takes the result; `top` is behind it. */
static void call(const RoundOp *op, size_t n, Strip *top, bool *unsure)
{
    Strip *a = top - op->n_args, *b = op->n_args > 1 ? a + 1 : a;
    switch (op->fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_DIV: case EIG_FN_POW:
    case EIG_FN_NEG: case EIG_FN_ABS: case EIG_FN_MIN: case EIG_FN_MAX:
        ELEMENTARY_BY_MACHINE(fused_fn(op->fn, n, a, b, unsure), by_fn(op->fn, n, a, b, unsure));
        break;
    default:
        strip_function(op, n, a, unsure);
        break;
    }
}

/* ---- a strip ---- */

/* Sources from first on, or those of a list. */
typedef struct Sources {
    const uint32_t *list;
    size_t first, n;
} Sources;

static size_t source_at(const Sources *s, size_t k)
{
    return s->list ? s->list[k] : s->first + k;
}

static void put(Strip *to, size_t k, Wide x)
{
    to->hi[k] = x.hi;
    to->lo[k] = x.lo;
    to->err[k] = x.err;
}

static void put_parts(const RoundPart *from, const Sources *s, Strip *to, bool *unsure)
{
    for (size_t k = 0; k < s->n; k++) {
        const RoundPart *part = &from[source_at(s, k)];
        put(to, k, part->value);
        unsure[k] |= part->unsure;
    }
}

static void leaf(PairRound *p, const RoundOp *op, const Sources *s, size_t post, Strip *to, bool *unsure)
{
    switch (op->kind) {
    case ROUND_SOURCE:
        put_parts(p->of_source[op->which], s, to, unsure);
        return;
    case ROUND_TARGET:
        for (size_t k = 0; k < s->n; k++) {
            put(to, k, p->of_target[op->which].value);
            unsure[k] |= p->of_target[op->which].unsure;
        }
        return;
    case ROUND_DRAW:
        for (size_t k = 0; k < s->n; k++) {
            put(to, k, (Wide){ .hi = expr_draw_value(op->draw, p->exact.seed, source_at(s, k), post) });
            unsure[k] |= !isfinite(to->hi[k]);
        }
        return;
    default:
        for (size_t k = 0; k < s->n; k++) {
            put(to, k, op->kind == ROUND_CONST ? op->constant : (Wide){ .hi = (double)(op->kind == ROUND_POST ? post : source_at(s, k)) });
            unsure[k] |= !isfinite(to->hi[k]);
        }
        return;
    }
}

/* The values are stack[0]. */
static void evaluate(PairRound *p, const RoundProgram *of, const Sources *s, size_t post, bool *unsure)
{
    Strip *top = p->stack;
    for (const RoundOp *op = of->op; op < of->op + of->n_ops; op++) {
        if (op->kind == ROUND_CALL) {
            call(op, s->n, top, unsure);
            top -= op->n_args - 1;
        } else {
            leaf(p, op, s, post, top++, unsure);
        }
    }
}

static RoundPart part_at(const PairRound *p, size_t k, const bool *unsure)
{
    return (RoundPart){ { p->stack->hi[k], p->stack->lo[k], p->stack->err[k] }, unsure[k] };
}

static void fill_sources(PairRound *p, size_t part)
{
    for (Sources s = { NULL, 0, 0 }; s.first < p->n_pre; s.first += s.n) {
        bool unsure[PAIR_STRIP] = { false };
        s.n = p->n_pre - s.first < PAIR_STRIP ? p->n_pre - s.first : PAIR_STRIP;
        evaluate(p, &p->source.at[part], &s, 0, unsure);
        for (size_t k = 0; k < s.n; k++)
            p->of_source[part][s.first + k] = part_at(p, k, unsure);
    }
}

static void go_to_row(PairRound *p, size_t post)
{
    if (p->has_row && p->row == post)
        return;
    p->row = post;
    p->has_row = true;
    for (size_t k = 0; k < p->target.n; k++) {
        bool unsure = false;
        evaluate(p, &p->target.at[k], &(Sources){ NULL, 0, 1 }, post, &unsure);
        p->of_target[k] = part_at(p, 0, &unsure);
    }
}

static bool exactly(PairRound *p, size_t pre, size_t post, double *weight, signed char *sign, bool *is_exact)
{
    PairValue x;
    mpq_t product;
    if (!pair_eval(&p->exact, pre, post, &x))
        return false;
    mpq_init(product);
    if (x.q)
        mpq_set(product, x.q);
    else
        mpq_set_d(product, x.d);
    *sign = (signed char)mpq_sgn(product);
    *is_exact = !x.q && p->factor_is_one;
    mpq_mul(product, product, p->factor);
    *weight = num_to_double(product) + 0.0;
    mpq_clear(product);
    return true;
}

/* ---- rows ---- */

static bool is_function(const RoundOp *op)
{
    return op->kind == ROUND_CALL && op->n_args == 1 && op->fn != EIG_FN_NEG && op->fn != EIG_FN_ABS && op->fn != EIG_FN_SQRT;
}

/* Tables as large as the pairs are worth. */
static void remember_functions(PairRound *p, size_t n_pairs)
{
    enum { FEWEST_BITS = 4, MOST_BITS = 10, PAIRS = 16 };
    int bits = FEWEST_BITS;
    while (bits < MOST_BITS && n_pairs / PAIRS >> bits)
        bits++;
    for (RoundOp *op = p->pair.op; op < p->pair.op + p->pair.n_ops; op++) {
        op->known_bits = bits;
        op->known = is_function(op) ? ARENA_ARRAY(&p->kept, (size_t)1 << bits, RoundKnown) : NULL;
    }
}

void pair_round_begin(PairRound *p, const Expr *expr, uint64_t seed, Num factor, size_t n_pre, size_t n_pairs)
{
    enum { WORTH = 8 };         /* pairs of a source, from which on its numbers are kept */
    *p = (PairRound){ .factor = factor, .wide_factor = wide_of(factor), .factor_is_one = mpq_cmp_ui(factor, 1, 1) == 0,
                      .n_pre = n_pairs / WORTH >= n_pre ? n_pre : 0 };
    pair_eval_begin(&p->exact, expr, seed);
    p->stack = ARENA_ARRAY(&p->kept, expr->depth + 1, Strip);
    p->pair = program(p, expr, n_pre == 0);
    remember_functions(p, n_pairs);
    for (size_t k = 0; k < p->source.n; k++)
        p->source.at[k] = program(p, p->source.at[k].of, true);
    for (size_t k = 0; k < p->target.n; k++)
        p->target.at[k] = program(p, p->target.at[k].of, true);
    p->of_target = ARENA_ARRAY(&p->kept, p->target.n + 1, RoundPart);
    p->of_source = ARENA_ARRAY(&p->kept, p->source.n + 1, RoundPart *);
    for (size_t k = 0; k < p->source.n; k++) {
        p->of_source[k] = ARENA_ARRAY(&p->kept, p->n_pre, RoundPart);
        fill_sources(p, k);
    }
}

void pair_round_end(PairRound *p)
{
    pair_eval_end(&p->exact);
    arena_free(&p->kept);
}

size_t pair_round_strip(PairRound *p, size_t post, const uint32_t *list, size_t first, size_t n, double *weight, signed char *sign)
{
    bool unsure[PAIR_STRIP] = { false };
    Sources s = { list, first, n };
    go_to_row(p, post);
    evaluate(p, &p->pair, &s, post, unsure);
    ELEMENTARY_BY_MACHINE(fused_finish(p, n, p->stack, unsure, weight, sign), finish(p, n, p->stack, unsure, weight, sign));
    for (size_t k = 0; k < n; k++)
        p->is_exact[k] = p->factor_is_one && !unsure[k] && p->stack->lo[k] == 0 && p->stack->err[k] == 0;
    for (size_t k = 0; k < n; k++)
        if (unsure[k] && !exactly(p, source_at(&s, k), post, &weight[k], &sign[k], &p->is_exact[k]))
            return k;
    return n;
}
