#include "compiler/data/values.h"

#include <math.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { MAX_DIGITS = 19 };       /* 10^19 - 1 fits 64 bits */

/* sign * digits * 10^exponent, as written. */
typedef struct Decimal {
    bool negative, fits;        /* fits: the digits are `digits`, none was lost */
    uint64_t digits;
    long exponent;
    bool is_far;                /* the exponent that is written is beyond NUM_MAX_EXPONENT */
} Decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t read_digits(const char *s, size_t n, size_t at, Decimal *out, int *count)
{
    for (; at < n && is_digit(s[at]); at++) {
        if (*count > 0 || s[at] != '0')
            ++*count;
        if (*count > MAX_DIGITS)
            out->fits = false;
        else
            out->digits = out->digits * 10 + (uint64_t)(s[at] - '0');
    }
    return at;
}

static size_t read_exponent(const char *s, size_t n, size_t at, Decimal *out)
{
    size_t k = at + 1;
    bool negative = k < n && s[k] == '-';
    if (k < n && (s[k] == '-' || s[k] == '+'))
        k++;
    if (k == n || !is_digit(s[k]))
        return at;
    long e = 0;
    for (; k < n && is_digit(s[k]); k++)
        e = e < 1000000 ? e * 10 + (s[k] - '0') : e;
    out->is_far = e > NUM_MAX_EXPONENT;
    out->exponent += negative ? -e : e;
    return k;
}

static bool decimal_read(const char *s, size_t n, Decimal *out)
{
    *out = (Decimal){ .fits = true };
    size_t at = 0;
    int count = 0;
    if (at < n && (s[at] == '-' || s[at] == '+'))
        out->negative = s[at++] == '-';
    size_t from = at;
    at = read_digits(s, n, at, out, &count);
    size_t n_digits = at - from;
    if (at < n && s[at] == '.') {
        size_t behind = at + 1;
        at = read_digits(s, n, behind, out, &count);
        n_digits += at - behind;
        out->exponent = -(long)(at - behind);
    }
    if (n_digits == 0)
        return false;
    if (at < n && (s[at] == 'e' || s[at] == 'E'))
        at = read_exponent(s, n, at, out);
    return at == n;
}

static uint64_t power_of(uint64_t base, long exponent)
{
    uint64_t p = 1;
    for (long k = 0; k < exponent; k++)
        p *= base;
    return p;
}

enum { MAX_PLACES = 27 };       /* 5^27 fits 64 bits */

/* digits / 10^places in lowest terms: only twos and fives can cancel, so no gcd is needed. */
static Num ratio_of(NumPool *pool, const Decimal *x, long places)
{
    uint64_t top = x->digits;
    long twos = 0, fives = 0;
    for (; fives < places && top % 5 == 0; fives++)
        top /= 5;
    for (; twos < places && top % 2 == 0; twos++)
        top /= 2;
    mpq_ptr q = num_new(pool);
    mpz_set_ui(mpq_numref(q), top);
    if (x->negative)
        mpz_neg(mpq_numref(q), mpq_numref(q));
    mpz_set_ui(mpq_denref(q), power_of(5, places - fives));
    mpz_mul_2exp(mpq_denref(q), mpq_denref(q), (mp_bitcnt_t)(places - twos));
    return q;
}

/* The common cases without a rational: digits below 2^53 times a power of ten
 * that is itself a double. One rounding, so the result is the nearest double. */
static bool decimal_quick(NumPool *pool, const Decimal *x, double *d, Num *q)
{
    static const double ten[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    if (!x->fits || x->digits > (1ull << 53) || x->exponent > 15 || x->exponent < -15)
        return false;
    double top = (double)x->digits, s = x->negative && x->digits ? -1.0 : 1.0;
    *q = NULL;
    if (x->exponent >= 0) {
        *d = s * top * ten[x->exponent];
        return fma(top, ten[x->exponent], -fabs(*d)) == 0.0;
    }
    long places = -x->exponent;
    *d = s * top / ten[places];
    if (x->digits % power_of(5, places) != 0)
        *q = ratio_of(pool, x, places);
    return true;
}

static NumberText exact_read(NumPool *pool, const char *text, size_t n, double *d, Num *q)
{
    Num x;
    if (n > NUM_MAX_DIGITS)
        return NUMBER_TOO_LONG;
    if (!num_parse(pool, text, n, &x))
        return NUMBER_NO_FRACTION;
    *d = num_to_double(x);
    if (!isfinite(*d))
        return NUMBER_TOO_LARGE;
    *d += 0.0;
    *q = num_is_double(x) ? NULL : x;
    return NUMBER_OK;
}

/* What every double is; most decimals are not, and this is cheap to see. */
static bool is_dyadic(Num x)
{
    return mpz_sizeinbase(mpq_denref(x), 2) == mpz_scan1(mpq_denref(x), 0) + 1;
}

/* Up to 19 digits and 27 places, as "%.17g" writes them. */
static bool decimal_long(NumPool *pool, const Decimal *x, double *d, Num *q)
{
    if (!x->fits || x->exponent >= 0 || x->exponent < -MAX_PLACES)
        return false;
    Num r = ratio_of(pool, x, -x->exponent);
    *d = num_to_double(r);
    *q = is_dyadic(r) && num_is_double(r) ? NULL : r;
    return true;
}

static NumberText decimal_slow(NumPool *pool, const char *text, size_t n, double *d, Num *q)
{
    size_t plus = text[0] == '+';
    return exact_read(pool, text + plus, n - plus, d, q);
}

static bool is_nan_or_inf(const char *text, size_t n)
{
    static const char *const word[] = { "nan", "inf", "infinity", "-nan", "-inf", "-infinity", "+nan", "+inf", "+infinity" };
    for (size_t k = 0; k < sizeof word / sizeof *word; k++)
        if (strlen(word[k]) == n && strncasecmp(text, word[k], n) == 0)
            return true;
    return false;
}

/* One number over another, or what is meant as that. */
static bool is_fraction(const char *text, size_t n)
{
    Decimal x;
    const char *slash = n ? memchr(text, '/', n) : NULL;
    size_t top = slash ? (size_t)(slash - text) : 0;
    return slash && decimal_read(text, top, &x) && decimal_read(slash + 1, n - top - 1, &x);
}

NumberText number_read(NumPool *pool, const char *text, size_t n, double *d, Num *q)
{
    Decimal x;
    if (!decimal_read(text, n, &x)) {
        if (is_nan_or_inf(text, n))
            return NUMBER_NOT_FINITE;
        return is_fraction(text, n) ? exact_read(pool, text, n, d, q) : NUMBER_NOT;
    }
    if (x.fits && x.digits == 0) {
        *d = 0.0;
        *q = NULL;
        return NUMBER_OK;
    }
    if (decimal_quick(pool, &x, d, q) || decimal_long(pool, &x, d, q))
        return NUMBER_OK;
    if (x.is_far)
        return NUMBER_TOO_LARGE;
    return decimal_slow(pool, text, n, d, q);
}

bool number_is_like(const char *text, size_t n)
{
    Decimal x;
    return decimal_read(text, n, &x) || is_fraction(text, n) || is_nan_or_inf(text, n);
}

bool number_is_whole(const char *text, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!is_digit(text[k]))
            return false;
    return n > 0;
}

static bool is_hexadecimal(const char *text, size_t n)
{
    size_t k = n > 0 && (text[0] == '-' || text[0] == '+');
    if (n < k + 3 || text[k] != '0' || (text[k + 1] | 0x20) != 'x')
        return false;
    for (k += 2; k < n; k++)
        if (!is_digit(text[k]) && !((text[k] | 0x20) >= 'a' && (text[k] | 0x20) <= 'f'))
            return false;
    return true;
}

/* A number, and behind it a unit or a `%`. */
static bool has_unit(const char *text, size_t n)
{
    size_t from = n;
    for (size_t k = 0; k < n; k++) {
        bool is_letter = (text[k] | 0x20) >= 'a' && (text[k] | 0x20) <= 'z', is_exponent = (text[k] | 0x20) == 'e' && k + 1 < n &&
                         (is_digit(text[k + 1]) || text[k + 1] == '-' || text[k + 1] == '+');
        if (from == n && !is_exponent && (is_letter || text[k] == '%' || (unsigned char)text[k] >= 0x80))
            from = k;
        if (from < n && (text[k] == ';' || text[k] == ',' || text[k] == '\t'))
            return false;
    }
    size_t end = from;
    while (end > 0 && text[end - 1] == ' ')
        end--;
    return from < n && end > 0 && number_is_like(text, end);
}

const char *number_help(const char *text, size_t n)
{
    if (is_hexadecimal(text, n))
        return "numbers are written in decimal digits: 16, 0.5 or 2.5e-3";
    return has_unit(text, n) ? "write the number alone: units stand in the model, which multiplies what it reads, `0.5 mV * ...`" : NULL;
}

const char *number_complaint(NumberText what)
{
    switch (what) {
    case NUMBER_NO_FRACTION: return "is not a fraction a/b of whole numbers with b above 0";
    case NUMBER_NOT_FINITE: return "is not a finite number";
    case NUMBER_TOO_LARGE: return "is beyond the range of a double";
    case NUMBER_TOO_LONG: return "has more than the 30000 digits that a number may have";
    default: return "is not a number";
    }
}

/* Numbers that nobody kept are not 1: who asks for one has taken a column for another. */
static void must_have(const Values *v, size_t k)
{
    if (k >= v->n)
        BUG("number %zu of a column of %zu", k, v->n);
}

Num values_exact(NumPool *pool, const Values *v, size_t k)
{
    must_have(v, k);
    return v->q ? v->q[k] : num_from_double(pool, v->d ? v->d[k] : 1.0);
}

void values_get(const Values *v, size_t k, mpq_ptr out)
{
    must_have(v, k);
    if (v->q)
        mpq_set(out, v->q[k]);
    else
        mpq_set_d(out, v->d ? v->d[k] : 1.0);
}

int values_sign(const Values *v, size_t k)
{
    must_have(v, k);
    if (v->q)
        return mpq_sgn(v->q[k]);
    return v->d ? (v->d[k] > 0) - (v->d[k] < 0) : 1;
}

void values_put(Ctx *cx, Values *v, size_t cap, size_t k, double d, Num q)
{
    v->d[k] = d;
    if (q && !v->q)
        v->q = ARENA_ARRAY(&cx->arena, cap, Num);
    if (v->q)
        v->q[k] = q;
}

void values_finish(NumPool *pool, Values *v)
{
    for (size_t k = 0; v->q && k < v->n; k++)
        if (!v->q[k])
            v->q[k] = num_from_double(pool, v->d[k]);
}

void values_grow(Ctx *cx, Values *v, size_t cap, size_t new_cap)
{
    double *d = ARENA_ARRAY(&cx->arena, new_cap, double);
    if (cap)
        memcpy(d, v->d, cap * sizeof *d);
    v->d = d;
    if (v->q) {
        Num *q = ARENA_ARRAY(&cx->arena, new_cap, Num);
        memcpy(q, v->q, cap * sizeof *q);
        v->q = q;
    }
}
