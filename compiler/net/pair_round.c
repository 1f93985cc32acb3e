/* Nearly every rounding is decided by two doubles a number and a bound of their
 * error (Dekker, Numer. Math. 18, 1971; Ziv, ACM TOMS 17, 1991). Every bound
 * below is at least twice what the roundings of its operation amount to, which
 * covers the roundings of the bound itself. */
#include "compiler/net/pair_round.h"

#include <float.h>
#include <math.h>

#define UNIT 0x1p-53            /* half an ulp of 1 */
#define TINY 0x1p-1000          /* beyond what a lost underflow can amount to */

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
    w.err = num_is_double(rest) ? 0.0 : 2 * UNIT * fabs(w.lo) + TINY;
    mpq_clear(rest);
    return w;
}

static void flatten(PairRound *p, const Expr *e)
{
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        flatten(p, e->as.call.arg[k]);
    p->op[p->n_ops++] = (RoundOp){ .node = e, .constant = e->kind == EXPR_CONST ? wide_of(e->as.value) : (Wide){ 0 } };
}

void pair_round_begin(Ctx *cx, PairRound *p, const Expr *expr, uint64_t seed, Num factor)
{
    *p = (PairRound){ .factor = factor, .wide_factor = wide_of(factor), .factor_is_one = mpq_cmp_ui(factor, 1, 1) == 0 };
    pair_eval_begin(&p->exact, expr, seed);
    p->op = ARENA_ARRAY(&cx->arena, expr->size, RoundOp);
    p->stack = ARENA_ARRAY(&cx->arena, expr->size, Wide);
    flatten(p, expr);
}

void pair_round_end(PairRound *p)
{
    pair_eval_end(&p->exact);
}

/* ---- operations: false where they are not precise enough ---- */

/* What lies between can be multiplied and divided without an underflow in the lower part; where a result overflows it
 * is no such number. */
static bool is_safe(double x)
{
    return fabs(x) > 0x1p-400 && fabs(x) < 0x1p1000;
}

static bool is_zero(const Wide *a)
{
    return a->hi == 0 && a->err == 0;
}

/* It is the double hi. */
static bool is_exact(const Wide *a)
{
    return a->lo == 0 && a->err == 0;
}

/* a + b without a rounding. */
static Wide two_sum(double a, double b, double err)
{
    double s = a + b, t = s - a;
    return (Wide){ s, (a - (s - t)) + (b - t), err };
}

static bool wide_add(const Wide *a, const Wide *b, Wide *out)
{
    Wide top = two_sum(a->hi, b->hi, 0);
    double low = a->lo + b->lo, rest = top.lo + low, err = a->err + b->err;
    if (a->lo != 0 || b->lo != 0)
        err += 2 * UNIT * (fabs(low) + fabs(rest));
    *out = two_sum(top.hi, rest, err);
    return true;
}

static bool wide_mul(const Wide *a, const Wide *b, Wide *out)
{
    double p = a->hi * b->hi, e = fma(a->hi, b->hi, -p), x = a->hi * b->lo, y = a->lo * b->hi;
    if (is_zero(a) || is_zero(b)) {
        *out = (Wide){ 0 };
        return true;
    }
    double err = 0;
    if (!is_exact(a) || !is_exact(b))
        err = (fabs(a->hi) + fabs(a->lo)) * b->err + (fabs(b->hi) + fabs(b->lo)) * a->err + a->err * b->err +
              fabs(a->lo * b->lo) + 8 * UNIT * (fabs(x) + fabs(y) + fabs(e)) + TINY;
    *out = two_sum(p, e + (x + y), err);
    return is_safe(p);
}

/* With q = a.hi / b.hi, a / b - q is (a - q b) / b, and a.hi - q b.hi is a double. */
static bool wide_div(const Wide *a, const Wide *b, Wide *out)
{
    if (!is_safe(b->hi) || !(b->err <= 0x1p-20 * fabs(b->hi)))
        return false;
    if (is_zero(a)) {
        *out = (Wide){ 0 };
        return true;
    }
    double q = a->hi / b->hi, r = fma(-q, b->hi, a->hi), x = q * b->lo, top = fabs(r) + fabs(a->lo) + fabs(x);
    double err = 0;
    if (r != 0 || !is_exact(a) || !is_exact(b))
        err = (2 * (a->err + fabs(q) * b->err) + top * (12 * UNIT + 2 * b->err / fabs(b->hi))) / fabs(b->hi) + TINY;
    *out = two_sum(q, (r + (a->lo - x)) / b->hi, err);
    return is_safe(q) && is_safe(a->hi);
}

static Wide wide_neg(const Wide *a)
{
    return (Wide){ -a->hi, -a->lo, a->err };
}

/* Neither abs nor the choice of the larger number moves a result further than its arguments are moved. */
static Wide wide_abs(const Wide *a)
{
    return a->hi < 0 ? wide_neg(a) : *a;
}

static Wide wide_larger(const Wide *a, const Wide *b)
{
    double apart = fabs((a->hi - b->hi) + (a->lo - b->lo)), err = a->err + b->err;
    Wide larger = a->hi > b->hi || (a->hi == b->hi && a->lo > b->lo) ? *a : *b;
    if (!(apart > 2 * err + 8 * UNIT * (fabs(a->hi) + fabs(b->hi))))
        larger.err = err;
    return larger;
}

static Wide wide_smaller(const Wide *a, const Wide *b)
{
    Wide x = wide_neg(a), y = wide_neg(b), larger = wide_larger(&x, &y);
    return wide_neg(&larger);
}

/* By a whole number above 0, which the text most often has; others are left to exact numbers. Squares of powers of a
 * have twice their relative error, as exact ones do. */
static bool wide_pow(const Wide *a, const Wide *b, Wide *out)
{
    enum { MOST = 64 };
    if (!is_exact(b) || !(b->hi >= 1 && b->hi <= MOST) || b->hi != floor(b->hi))
        return false;
    Wide square = *a, product = { .hi = 1 }, last;
    for (int n = (int)b->hi;; n /= 2) {
        last = product;
        if (n % 2 && !wide_mul(&last, &square, &product))
            return false;
        if (n == 1)
            break;
        last = square;
        if (!wide_mul(&last, &last, &square))
            return false;
    }
    *out = product;
    return true;
}

/* ---- functions, which the language rounds to nearest ---- */

enum { LIBRARY_ULPS = 8 };      /* of a long double; the C library documents at most 3 for each of these */

/* The double nearest to what lies within `slope` times the error of the argument and the library's error of y. */
static bool nearest(long double y, long double slope, long double arg_error, Wide *out)
{
    long double slack = LIBRARY_ULPS * LDBL_EPSILON * fabsl(y) + slope * arg_error;
    double from = (double)(y - slack), to = (double)(y + slack);
    *out = (Wide){ .hi = from };
    return LDBL_MANT_DIG >= 64 && from == to && (from == 0 || is_safe(from));
}

/* Where the argument is a double, so is a rational root. */
static bool wide_sqrt(const Wide *a, Wide *out)
{
    *out = (Wide){ .hi = sqrt(a->hi) };
    return is_exact(a) && a->hi >= 0;
}

/* x + rest is the argument; exp alone has arguments so large that what x rounds away matters. */
static bool wide_exp(long double x, long double rest, long double error, Wide *out)
{
    long double y = expl(x);
    return error < 0x1p-60L && nearest(y + y * rest, 2 * y, error, out);
}

static bool function(EigFn fn, const Wide *a, Wide *out)
{
    long double x = (long double)a->hi + a->lo, rest = (a->hi - x) + a->lo, error = 2 * (a->err + fabsl(rest));
    if (!(fabs(a->hi) < 0x1p20))
        return false;
    switch (fn) {
    case EIG_FN_EXP:  return wide_exp(x, rest, 2 * a->err, out);
    case EIG_FN_LOG:  return x > 2 * error && nearest(logl(x), 2 / x, error, out);
    case EIG_FN_SIN:  return nearest(sinl(x), 1, error, out);
    case EIG_FN_COS:  return nearest(cosl(x), 1, error, out);
    case EIG_FN_TANH: return nearest(tanhl(x), 1, error, out);
    case EIG_FN_SQRT: return wide_sqrt(a, out);
    default:          return false;
    }
}

static bool call(EigFn fn, const Wide *arg, Wide *out)
{
    Wide minus;
    switch (fn) {
    case EIG_FN_ADD: return wide_add(&arg[0], &arg[1], out);
    case EIG_FN_SUB: minus = wide_neg(&arg[1]); return wide_add(&arg[0], &minus, out);
    case EIG_FN_MUL: return wide_mul(&arg[0], &arg[1], out);
    case EIG_FN_DIV: return wide_div(&arg[0], &arg[1], out);
    case EIG_FN_POW: return wide_pow(&arg[0], &arg[1], out);
    case EIG_FN_NEG: *out = wide_neg(&arg[0]); return true;
    case EIG_FN_ABS: *out = wide_abs(&arg[0]); return true;
    case EIG_FN_MIN: *out = wide_smaller(&arg[0], &arg[1]); return true;
    case EIG_FN_MAX: *out = wide_larger(&arg[0], &arg[1]); return true;
    default: return function(fn, &arg[0], out);
    }
}

/* ---- a pair ---- */

static bool evaluate(PairRound *p, size_t pre, size_t post, Wide *out)
{
    Wide *top = p->stack;
    for (size_t k = 0; k < p->n_ops; k++) {
        const Expr *e = p->op[k].node;
        Wide value = { 0 };
        switch (e->kind) {
        case EXPR_CONST: value = p->op[k].constant; break;
        case EXPR_VAR:   value.hi = (double)(e->as.var == EIG_VAR_POST_I ? post : pre); break;
        case EXPR_DRAW:  value.hi = expr_draw_value(e, p->exact.seed, pre, post); break;
        case EXPR_CALL:
            top -= e->as.call.n_args;
            if (!call(e->as.call.fn, top, &value))
                return false;
            break;
        default:
            BUG("a weight that reads the state");
        }
        if (!isfinite(value.hi))
            return false;
        *top++ = value;
    }
    *out = p->stack[0];
    return true;
}

/* Both ends of an interval that holds the number round to the same double. */
static bool round_wide(const Wide *x, double *out)
{
    double slack = 2 * x->err + 4 * UNIT * fabs(x->lo), from = x->hi + (x->lo - slack), to = x->hi + (x->lo + slack);
    *out = x->err == 0 ? x->hi + 0.0 : from;
    return x->err == 0 ? isfinite(x->hi) : from == to && is_safe(from);
}

static bool quickly(PairRound *p, size_t pre, size_t post, double *weight, int *sign)
{
    Wide x, product;
    if (!evaluate(p, pre, post, &x) || !(fabs(x.hi) > 2 * x.err || is_zero(&x)))
        return false;
    *sign = (x.hi > 0) - (x.hi < 0);
    if (p->factor_is_one)
        return round_wide(&x, weight);
    return wide_mul(&x, &p->wide_factor, &product) && round_wide(&product, weight);
}

static bool exactly(PairRound *p, size_t pre, size_t post, double *weight, int *sign)
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
    *sign = mpq_sgn(product);
    mpq_mul(product, product, p->factor);
    *weight = num_to_double(product) + 0.0;
    mpq_clear(product);
    return true;
}

bool pair_round(PairRound *p, size_t pre, size_t post, double *weight, int *sign)
{
    return quickly(p, pre, post, weight, sign) || exactly(p, pre, post, weight, sign);
}
