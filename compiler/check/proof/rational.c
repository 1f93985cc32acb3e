#include "compiler/check/proof/rational.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lang/base/arena.h"

static size_t digits(const char *s, const char *end)
{
    const char *p = s;
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return (size_t)(p - s);
}

/* z = the `n` digits at s, appended to what z holds. */
static void append_digits(mpz_ptr z, const char *s, size_t n)
{
    if (n <= 18) {              /* nearly every weight: no allocation, no string conversion */
        unsigned long value = 0, power = 1;
        for (size_t k = 0; k < n; k++, power *= 10)
            value = 10 * value + (unsigned long)(s[k] - '0');
        mpz_mul_ui(z, z, power);
        mpz_add_ui(z, z, value);
        return;
    }
    char *copy = malloc(n + 1);
    if (!copy) {
        arena_on_exhausted(n + 1);
        abort();
    }
    memcpy(copy, s, n);
    copy[n] = 0;
    mpz_t power, low;
    mpz_inits(power, low, NULL);
    mpz_ui_pow_ui(power, 10, n);
    mpz_set_str(low, copy, 10);
    mpz_mul(z, z, power);
    mpz_add(z, z, low);
    mpz_clears(power, low, NULL);
    free(copy);
}

static void times_power_of_ten(mpq_ptr x, long exponent)
{
    unsigned long size = (unsigned long)(exponent < 0 ? -exponent : exponent);
    mpz_ptr side = exponent < 0 ? mpq_denref(x) : mpq_numref(x);
    if (size <= 18) {
        unsigned long power = 1;
        for (unsigned long k = 0; k < size; k++)
            power *= 10;
        mpz_mul_ui(side, side, power);
    } else {
        mpz_t power;
        mpz_init(power);
        mpz_ui_pow_ui(power, 10, size);
        mpz_mul(side, side, power);
        mpz_clear(power);
    }
    mpq_canonicalize(x);
}

/* The signed exponent behind "e"; false when malformed or beyond the limit. */
static bool read_exponent(const char *s, const char *end, long *out)
{
    bool negative = s < end && *s == '-';
    if (s < end && (*s == '-' || *s == '+'))
        s++;
    size_t n = digits(s, end);
    if (!n || s + n != end)
        return false;
    long value = 0;
    for (size_t k = 0; k < n; k++) {
        value = 10 * value + (s[k] - '0');
        if (value > RATIONAL_MAX_EXPONENT)
            return false;
    }
    *out = negative ? -value : value;
    return true;
}

static bool read_ratio(mpq_ptr x, const char *s, const char *end)
{
    size_t n = digits(s, end);
    if (!n || s + n != end)
        return false;
    mpz_set_ui(mpq_denref(x), 0);
    append_digits(mpq_denref(x), s, n);
    if (mpz_sgn(mpq_denref(x)) == 0) {
        mpz_set_ui(mpq_denref(x), 1);
        return false;
    }
    mpq_canonicalize(x);
    return true;
}

static bool read_decimal(mpq_ptr x, const char *s, const char *end)
{
    long exponent = 0, places = 0;
    if (s < end && *s == '.') {
        size_t n = digits(++s, end);
        if (!n)
            return false;
        append_digits(mpq_numref(x), s, n);
        places = (long)n;
        s += n;
    }
    if (s < end && (*s == 'e' || *s == 'E')) {
        if (!read_exponent(s + 1, end, &exponent))
            return false;
        s = end;
    }
    if (s != end)
        return false;
    times_power_of_ten(x, exponent - places);
    return true;
}

bool rational_parse(mpq_ptr x, const char *text, size_t n)
{
    if (n > RATIONAL_MAX_DIGITS)
        return false;
    const char *s = text, *end = text + n;
    bool negative = s < end && *s == '-';
    s += negative;
    size_t whole = digits(s, end);
    if (!whole)
        return false;
    mpq_set_ui(x, 0, 1);
    append_digits(mpq_numref(x), s, whole);
    s += whole;
    bool ok = s < end && *s == '/' ? read_ratio(x, s + 1, end) : read_decimal(x, s, end);
    if (ok && negative)
        mpq_neg(x, x);
    return ok;
}

enum { MAX_PLACES = 40 };       /* of a number that is written as a decimal */

/* The least k <= MAX_PLACES with x * 10^k an integer; false when there is none. */
static bool decimal_places(mpq_srcptr x, unsigned long *places)
{
    mpz_t rest, factor;
    mpz_init(rest);
    mpz_init_set_ui(factor, 2);
    unsigned long twos = mpz_remove(rest, mpq_denref(x), factor);
    mpz_set_ui(factor, 5);
    unsigned long fives = mpz_remove(rest, rest, factor);
    bool terminates = mpz_cmp_ui(rest, 1) == 0;
    mpz_clears(rest, factor, NULL);
    *places = twos > fives ? twos : fives;
    return terminates && *places <= MAX_PLACES;
}

/* digits * 10^-places, digits having no final zero unless places is 0. */
static void print_decimal(const char *digits_text, size_t places, Sbuf *out)
{
    size_t n = strlen(digits_text);
    if (places == 0) {
        size_t zeros = 0;
        while (zeros + 1 < n && digits_text[n - 1 - zeros] == '0')
            zeros++;
        if (zeros > 4) {
            sbuf_mem(out, digits_text, n - zeros);
            sbuf_printf(out, "e%zu", zeros);
        } else {
            sbuf_mem(out, digits_text, n);
        }
    } else if (places < n) {
        sbuf_mem(out, digits_text, n - places);
        sbuf_char(out, '.');
        sbuf_mem(out, digits_text + n - places, places);
    } else if (places - n < 4) {
        sbuf_str(out, "0.");
        for (size_t k = n; k < places; k++)
            sbuf_char(out, '0');
        sbuf_str(out, digits_text);
    } else {
        sbuf_printf(out, "%se-%zu", digits_text, places);
    }
}

/* For the text of a number of so many digits; free() it. What GMP allocates is not malloc's in every program. */
static char *text_for(size_t digits)
{
    char *text = malloc(digits + 3);
    if (!text)
        arena_on_exhausted(digits + 3);
    return text;
}

static void print_ratio(mpq_srcptr x, Sbuf *out)
{
    char *text = mpq_get_str(text_for(mpz_sizeinbase(mpq_numref(x), 10) + mpz_sizeinbase(mpq_denref(x), 10)), 10, x);
    sbuf_str(out, mpq_sgn(x) < 0 ? text + 1 : text);
    free(text);
}

/* The digits of n, which end before s: two at a time, and none of 0. */
static char *whole_before(char *s, uint64_t n)
{
    for (; n >= 10; n /= 100) {
        unsigned low = (unsigned)(n % 100);
        *--s = (char)('0' + low % 10);
        *--s = (char)('0' + low / 10);
    }
    if (n)
        *--s = (char)('0' + n);
    return s;
}

enum { WIDE_DIGITS = 48 };      /* more than a number of two words has */

/* n >= 1, the digits ending before `end`. A division of two words costs as much as ten of one: there is one for every 19 digits. */
static char *wide_before(char *end, unsigned __int128 n)
{
    enum { WORD = 19 };
    const uint64_t word = 10000000000000000000u;        /* 10^WORD */
    char *s = end;
    while (n > UINT64_MAX) {
        char *next = s - WORD;
        s = whole_before(s, (uint64_t)(n % word));
        while (s > next)
            *--s = '0';
        n /= word;
    }
    return whole_before(s, (uint64_t)n);
}

/* above / 2^twos, above >= 1, in one piece: there are millions of them. */
static void print_dyadic(bool is_negative, uint64_t above, size_t twos, Sbuf *out)
{
    char text[2 * WIDE_DIGITS], *end = text + sizeof text;
    char *s = wide_before(end, (unsigned __int128)1 << twos);
    *--s = '/';
    s = whole_before(s, above);
    if (is_negative)
        *--s = '-';
    sbuf_mem(out, s, (size_t)(end - s));
}

/* What nearly every double is: a numerator of one word over a power of two beyond all decimals that are written. Files
 * hold millions of them, and print_ratio() takes ten times as long. */
static bool print_double(mpq_srcptr x, Sbuf *out)
{
    mpz_srcptr below = mpq_denref(x);
    size_t twos = mpz_sizeinbase(below, 2) - 1;
    if (twos <= MAX_PLACES || twos > 127 || mpz_scan1(below, 0) != twos || mpz_size(mpq_numref(x)) != 1)
        return false;
    print_dyadic(false, mpz_getlimbn(mpq_numref(x), 0), twos, out);
    return true;
}

void rational_print_double(double x, mpq_ptr room, Sbuf *out)
{
    int exponent;
    double mantissa = frexp(fabs(x), &exponent);
    uint64_t whole = (uint64_t)ldexp(mantissa, 53);
    int zeros = whole ? __builtin_ctzll(whole) : 0, twos = 53 - exponent - zeros;
    if (!whole || twos <= MAX_PLACES || twos > 127) {
        mpq_set_d(room, x);
        rational_print(room, out);
        return;
    }
    print_dyadic(x < 0, whole >> zeros, (size_t)twos, out);
}

void rational_print(mpq_srcptr x, Sbuf *out)
{
    unsigned long places;
    if (mpq_sgn(x) < 0)
        sbuf_char(out, '-');
    if (print_double(x, out))
        return;
    if (!decimal_places(x, &places)) {
        print_ratio(x, out);
        return;
    }
    mpz_t scaled;
    mpz_init(scaled);
    mpz_ui_pow_ui(scaled, 10, places);
    mpz_mul(scaled, scaled, mpq_numref(x));
    mpz_divexact(scaled, scaled, mpq_denref(x));
    mpz_abs(scaled, scaled);
    char *text = mpz_get_str(text_for(mpz_sizeinbase(scaled, 10)), 10, scaled);
    mpz_clear(scaled);
    Sbuf decimal = {0}, ratio = {0};
    print_decimal(text, places, &decimal);
    if (decimal.n > 12)
        print_ratio(x, &ratio);
    bool is_decimal = decimal.n <= 12 || decimal.n <= ratio.n + 4;
    sbuf_str(out, sbuf_text(is_decimal ? &decimal : &ratio));
    sbuf_free(&decimal);
    sbuf_free(&ratio);
    free(text);
}
