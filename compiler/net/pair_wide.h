/* Numbers as two doubles and a bound of their error. Nearly every rounding is
 * decided by these (Dekker, Numer. Math. 18, 1971; Ziv, ACM TOMS 17, 1991). Every bound
 * below is at least twice what the roundings of its operation amount to, which
 * covers the roundings of the bound itself. An operation is false where it is not
 * precise enough. */
#ifndef COMPILER_NET_PAIR_WIDE_H
#define COMPILER_NET_PAIR_WIDE_H
#include <math.h>
#include <stdbool.h>

#define WIDE_UNIT 0x1p-53       /* half an ulp of 1 */
#define WIDE_TINY 0x1p-1000     /* beyond what a lost underflow can amount to */

/* hi + lo up to err; hi is the double nearest to hi + lo. */
typedef struct Wide {
    double hi, lo, err;
} Wide;

/* What lies between can be multiplied and divided without an underflow in the lower part; where a result overflows it
 * is no such number. */
static inline bool wide_is_safe(double x)
{
    return fabs(x) > 0x1p-400 && fabs(x) < 0x1p1000;
}

static inline bool wide_is_zero(const Wide *a)
{
    return a->hi == 0 && a->err == 0;
}

/* It is the double hi. */
static inline bool wide_is_exact(const Wide *a)
{
    return a->lo == 0 && a->err == 0;
}

/* a + b without a rounding. */
static inline Wide wide_two_sum(double a, double b, double err)
{
    double s = a + b, t = s - a;
    return (Wide){ s, (a - (s - t)) + (b - t), err };
}

static inline bool wide_add(const Wide *a, const Wide *b, Wide *out)
{
    Wide top = wide_two_sum(a->hi, b->hi, 0);
    double low = a->lo + b->lo, rest = top.lo + low, err = a->err + b->err;
    if (a->lo != 0 || b->lo != 0)
        err += 2 * WIDE_UNIT * (fabs(low) + fabs(rest));
    *out = wide_two_sum(top.hi, rest, err);
    return true;
}

static inline bool wide_mul(const Wide *a, const Wide *b, Wide *out)
{
    double p = a->hi * b->hi, e = fma(a->hi, b->hi, -p), x = a->hi * b->lo, y = a->lo * b->hi;
    if (wide_is_zero(a) || wide_is_zero(b)) {
        *out = (Wide){ 0 };
        return true;
    }
    double err = 0;
    if (!wide_is_exact(a) || !wide_is_exact(b))
        err = (fabs(a->hi) + fabs(a->lo)) * b->err + (fabs(b->hi) + fabs(b->lo)) * a->err + a->err * b->err +
              fabs(a->lo * b->lo) + 8 * WIDE_UNIT * (fabs(x) + fabs(y) + fabs(e)) + WIDE_TINY;
    *out = wide_two_sum(p, e + (x + y), err);
    return wide_is_safe(p);
}

/* With q = a.hi / b.hi, a / b - q is (a - q b) / b, and a.hi - q b.hi is a double. */
static inline bool wide_div(const Wide *a, const Wide *b, Wide *out)
{
    if (!wide_is_safe(b->hi) || !(b->err <= 0x1p-20 * fabs(b->hi)))
        return false;
    if (wide_is_zero(a)) {
        *out = (Wide){ 0 };
        return true;
    }
    double q = a->hi / b->hi, r = fma(-q, b->hi, a->hi), x = q * b->lo, top = fabs(r) + fabs(a->lo) + fabs(x);
    double err = 0;
    if (r != 0 || !wide_is_exact(a) || !wide_is_exact(b))
        err = (2 * (a->err + fabs(q) * b->err) + top * (12 * WIDE_UNIT + 2 * b->err / fabs(b->hi))) / fabs(b->hi) + WIDE_TINY;
    *out = wide_two_sum(q, (r + (a->lo - x)) / b->hi, err);
    return wide_is_safe(q) && wide_is_safe(a->hi);
}

static inline Wide wide_neg(const Wide *a)
{
    return (Wide){ -a->hi, -a->lo, a->err };
}

/* Neither abs nor the choice of the larger number moves a result further than its arguments are moved. */
static inline Wide wide_abs(const Wide *a)
{
    return a->hi < 0 ? wide_neg(a) : *a;
}

static inline Wide wide_larger(const Wide *a, const Wide *b)
{
    double apart = fabs((a->hi - b->hi) + (a->lo - b->lo)), err = a->err + b->err;
    Wide larger = a->hi > b->hi || (a->hi == b->hi && a->lo > b->lo) ? *a : *b;
    if (!(apart > 2 * err + 8 * WIDE_UNIT * (fabs(a->hi) + fabs(b->hi))))
        larger.err = err;
    return larger;
}

static inline Wide wide_smaller(const Wide *a, const Wide *b)
{
    Wide x = wide_neg(a), y = wide_neg(b), larger = wide_larger(&x, &y);
    return wide_neg(&larger);
}

/* By a whole number above 0, which the text most often has; others are left to exact numbers. Squares of powers of a
 * have twice their relative error, as exact ones do. */
static inline bool wide_pow(const Wide *a, const Wide *b, Wide *out)
{
    enum { MOST = 64 };
    if (!wide_is_exact(b) || !(b->hi >= 1 && b->hi <= MOST) || b->hi != floor(b->hi))
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

/* Both ends of an interval that holds the number round to the same double. */
static inline bool wide_round(const Wide *x, double *out)
{
    double slack = 2 * x->err + 4 * WIDE_UNIT * fabs(x->lo), from = x->hi + (x->lo - slack), to = x->hi + (x->lo + slack);
    *out = x->err == 0 ? x->hi + 0.0 : from;
    return x->err == 0 ? isfinite(x->hi) : from == to && wide_is_safe(from);
}
#endif
