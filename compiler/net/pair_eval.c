#include "compiler/net/pair_eval.h"

#include <math.h>
#include <string.h>

enum { FEWEST_BITS = 5, MOST_BITS = 14, MAX_SCRATCH = 1 << 17 };

/* ---- what is remembered ---- */

static size_t n_slots(const PairEval *p)
{
    return (size_t)1 << p->slot_bits;
}

/* An empty table of 2^bits slots. */
static void make_table(PairEval *p, int bits)
{
    arena_free(&p->table);
    p->slot_bits = bits;
    p->slot = ARENA_ARRAY(&p->table, n_slots(p), PairSlot);
    p->n_put = 0;
}

void pair_eval_begin(PairEval *p, const Expr *expr, uint64_t seed)
{
    *p = (PairEval){ .expr = expr, .seed = seed };
    make_table(p, FEWEST_BITS);
}

void pair_eval_end(PairEval *p)
{
    num_pool_free(&p->scratch);
    arena_free(&p->table);
}

static void forget(PairEval *p)
{
    num_pool_free(&p->scratch);
    make_table(p, p->slot_bits);
    p->n_scratch = 0;
}

/* Four times as large and empty when as much was put into it as it has room for: a table that most pairs do without
 * stays small, and the largest is reached after a few thousand. */
static void put(PairEval *p, PairSlot *s, PairSlot found)
{
    *s = found;
    if (++p->n_put >= n_slots(p) && p->slot_bits < MOST_BITS)
        make_table(p, p->slot_bits + 2 < MOST_BITS ? p->slot_bits + 2 : MOST_BITS);
}

/* ---- operations on doubles that round nothing ---- */

/* Below this the residual of a product may itself underflow to 0. */
static bool is_safe(double x)
{
    return fabs(x) > 0x1p-900 && fabs(x) < 0x1p900;
}

static bool exact_sum(double a, double b, double *out)
{
    double s = a + b, t = s - a;
    *out = s;
    return isfinite(s) && (a - (s - t)) + (b - t) == 0;
}

static bool exact_product(double a, double b, double *out)
{
    *out = a * b;
    return a == 0 || b == 0 || (is_safe(*out) && fma(a, b, -*out) == 0);
}

static bool exact_quotient(double a, double b, double *out)
{
    *out = a / b;
    return b != 0 && (a == 0 || (is_safe(*out) && is_safe(a) && fma(*out, b, -a) == 0));
}

static bool on_doubles(EigFn fn, const PairValue *arg, double *out)
{
    double a = arg[0].d, b = arg[1].d;
    switch (fn) {
    case EIG_FN_ADD: return exact_sum(a, b, out);
    case EIG_FN_SUB: return exact_sum(a, -b, out);
    case EIG_FN_MUL: return exact_product(a, b, out);
    case EIG_FN_DIV: return exact_quotient(a, b, out);
    case EIG_FN_NEG: *out = -a; return true;
    case EIG_FN_ABS: *out = fabs(a); return true;
    case EIG_FN_MIN: *out = a < b ? a : b; return true;
    case EIG_FN_MAX: *out = a > b ? a : b; return true;
    default: return false;
    }
}

/* ---- everything else ---- */

static bool same(const PairValue *x, const PairValue *y)
{
    return x->d == y->d && x->q == y->q;
}

static PairSlot *slot_of(PairEval *p, const Expr *node, const PairValue *arg)
{
    uint64_t u[2];
    memcpy(&u[0], &arg[0].d, sizeof u[0]);
    memcpy(&u[1], &arg[1].d, sizeof u[1]);
    uint64_t h = (u[0] ^ (u[1] << 23 | u[1] >> 41) ^ (uint64_t)(uintptr_t)node) * 0x9E3779B97F4A7C15u;
    return &p->slot[h >> (64 - p->slot_bits)];
}

static Num as_num(PairEval *p, const PairValue *x)
{
    return x->q ? x->q : num_from_double(&p->scratch, x->d);
}

/* On the way a number may be beyond the doubles: it then has a q. */
static PairValue value_of(Num x)
{
    return (PairValue){ num_to_double(x) + 0.0, num_is_double(x) ? NULL : x };
}

/* Whether a constant is a double is worth remembering, too. */
static PairValue constant(PairEval *p, const Expr *e)
{
    static const PairValue none[2];
    PairSlot *s = slot_of(p, e, none);
    if (s->node == e)
        return s->value;
    PairValue value = value_of(e->as.value);
    put(p, s, (PairSlot){ .node = e, .value = value });
    return value;
}

static bool by_num(PairEval *p, const Expr *e, const PairValue *arg, PairValue *out)
{
    PairSlot *s = slot_of(p, e, arg);
    if (s->node == e && same(&s->arg[0], &arg[0]) && same(&s->arg[1], &arg[1])) {
        *out = s->value;
        return true;
    }
    Num value, exact[2] = { as_num(p, &arg[0]), as_num(p, &arg[1]) };
    p->n_scratch += 3;
    if (!num_apply(&p->scratch, (int)e->as.call.fn, e->as.call.n_args, exact, &value))
        return false;
    *out = value_of(value);
    put(p, s, (PairSlot){ e, { arg[0], arg[1] }, *out });
    return true;
}

static bool eval(PairEval *p, const Expr *e, double pre, double post, PairValue *out)
{
    PairValue arg[2] = { { 0, NULL }, { 0, NULL } };
    switch (e->kind) {
    case EXPR_CONST:
        *out = constant(p, e);
        return true;
    case EXPR_VAR:
        *out = (PairValue){ e->as.var == EIG_VAR_POST_I ? post : pre, NULL };
        return true;
    case EXPR_DRAW:             /* beyond the doubles there is no number that the rest could be computed from exactly */
        *out = (PairValue){ expr_draw_value(e, p->seed, (size_t)pre, (size_t)post) + 0.0, NULL };
        return isfinite(out->d);
    case EXPR_CALL:
        for (int k = 0; k < e->as.call.n_args; k++)
            if (!eval(p, e->as.call.arg[k], pre, post, &arg[k]))
                return false;
        *out = (PairValue){ 0, NULL };
        if (!arg[0].q && !arg[1].q && on_doubles(e->as.call.fn, arg, &out->d)) {
            out->d += 0.0;      /* a zero has no sign */
            return true;
        }
        return by_num(p, e, arg, out);
    default:
        BUG("a weight that reads the state");
    }
}

/* Indices are below 2^53, as far as they can be in a list of pairs. */
bool pair_eval(PairEval *p, size_t pre, size_t post, PairValue *out)
{
    if (p->n_scratch > MAX_SCRATCH)
        forget(p);
    return eval(p, p->expr, (double)pre, (double)post, out) && isfinite(out->d);
}
