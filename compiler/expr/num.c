#include "compiler/expr/num.h"

#include <fenv.h>
#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_CHUNK = 256 };

struct NumChunk {
    NumChunk *below;
    size_t used;
    mpq_t at[POOL_CHUNK];
};

mpq_ptr num_new(NumPool *pool)
{
    if (!pool->top || pool->top->used == POOL_CHUNK) {
        NumChunk *c = malloc(sizeof *c);
        if (!c) {
            arena_on_exhausted(sizeof *c);
            abort();
        }
        c->below = pool->top;
        c->used = 0;
        pool->top = c;
    }
    mpq_ptr q = pool->top->at[pool->top->used++];
    mpq_init(q);
    return q;
}

NumMark num_pool_mark(const NumPool *pool)
{
    return (NumMark){ pool->top, pool->top ? pool->top->used : 0 };
}

void num_pool_release(NumPool *pool, NumMark mark)
{
    while (pool->top) {
        NumChunk *c = pool->top;
        size_t kept = c == mark.top ? mark.used : 0;
        while (c->used > kept)
            mpq_clear(c->at[--c->used]);
        if (c == mark.top)
            return;
        pool->top = c->below;
        free(c);
    }
}

void num_pool_free(NumPool *pool)
{
    num_pool_release(pool, (NumMark){ NULL, 0 });
}

Num num_int(NumPool *pool, long value)
{
    mpq_ptr q = num_new(pool);
    mpq_set_si(q, value, 1);
    return q;
}

Num num_ratio(NumPool *pool, long top, unsigned long bottom)
{
    if (bottom == 0)
        BUG("ratio with a zero denominator");
    mpq_ptr q = num_new(pool);
    mpq_set_si(q, top, bottom);
    mpq_canonicalize(q);
    return q;
}

Num num_from_double(NumPool *pool, double value)
{
    if (!(value >= -DBL_MAX && value <= DBL_MAX))
        BUG("not a finite number");
    mpq_ptr q = num_new(pool);
    mpq_set_d(q, value);
    return q;
}

/* ---- text ---- */

/* Digits and one optional point: mantissa digits into `digits`, the number of
 * them behind the point into *n_behind. Returns the bytes read, 0 if none. */
static size_t scan_digits(const char *s, size_t n, char *digits, size_t *n_digits, long *n_behind)
{
    size_t k = 0;
    bool seen_point = false;
    *n_digits = 0;
    *n_behind = 0;
    for (; k < n; k++) {
        if (s[k] >= '0' && s[k] <= '9') {
            digits[(*n_digits)++] = s[k];
            *n_behind += seen_point;
        } else if (s[k] == '.' && !seen_point) {
            seen_point = true;
        } else {
            break;
        }
    }
    digits[*n_digits] = 0;
    return *n_digits ? k : 0;
}

/* "e-3" at s; the whole rest must be it. */
static bool scan_exponent(const char *s, size_t n, long *exponent)
{
    *exponent = 0;
    if (n == 0)
        return true;
    if (s[0] != 'e' && s[0] != 'E')
        return false;
    size_t k = 1;
    bool negative = k < n && s[k] == '-';
    if (k < n && (s[k] == '-' || s[k] == '+'))
        k++;
    if (k == n)
        return false;
    for (; k < n; k++) {
        if (s[k] < '0' || s[k] > '9')
            return false;
        *exponent = 10 * *exponent + (s[k] - '0');
        if (*exponent > NUM_MAX_EXPONENT)
            return false;
    }
    if (negative)
        *exponent = -*exponent;
    return true;
}

static void set_decimal(mpq_ptr q, const char *digits, long ten_power)
{
    mpz_set_str(mpq_numref(q), digits, 10);
    if (mpz_sgn(mpq_numref(q)) == 0 || ten_power == 0)
        return;
    mpz_t ten;
    mpz_init(ten);
    mpz_ui_pow_ui(ten, 10, (unsigned long)labs(ten_power));
    if (ten_power > 0) {
        mpz_mul(mpq_numref(q), mpq_numref(q), ten);
    } else {
        mpz_set(mpq_denref(q), ten);
        mpq_canonicalize(q);
    }
    mpz_clear(ten);
}

static bool all_digits(const char *s, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (s[k] < '0' || s[k] > '9')
            return false;
    return n > 0;
}

static bool parse_fraction(mpq_ptr q, const char *text, size_t n, const char *slash, char *buffer)
{
    size_t n_top = (size_t)(slash - text), n_bottom = n - n_top - 1;
    if (!all_digits(text, n_top) || !all_digits(slash + 1, n_bottom))
        return false;
    memcpy(buffer, slash + 1, n_bottom);
    buffer[n_bottom] = 0;
    mpz_set_str(mpq_denref(q), buffer, 10);
    if (mpz_sgn(mpq_denref(q)) == 0) {
        mpz_set_ui(mpq_denref(q), 1);
        return false;
    }
    memcpy(buffer, text, n_top);
    buffer[n_top] = 0;
    mpz_set_str(mpq_numref(q), buffer, 10);
    mpq_canonicalize(q);
    return true;
}

static bool parse_decimal(mpq_ptr q, const char *text, size_t n, char *buffer)
{
    size_t n_digits;
    long n_behind, exponent;
    size_t k = scan_digits(text, n, buffer, &n_digits, &n_behind);
    if (k == 0 || !scan_exponent(text + k, n - k, &exponent))
        return false;
    set_decimal(q, buffer, exponent - n_behind);
    return true;
}

bool num_parse(NumPool *pool, const char *text, size_t n, Num *out)
{
    bool negative = n > 0 && text[0] == '-';
    if (n > 0 && (text[0] == '-' || text[0] == '+')) {
        text++;
        n--;
    }
    if (n == 0 || n > NUM_MAX_DIGITS)
        return false;
    char small[64];
    char *buffer = n < sizeof small ? small : malloc(n + 1);
    if (!buffer)
        return false;
    mpq_ptr q = num_new(pool);
    const char *slash = memchr(text, '/', n);
    bool ok = slash ? parse_fraction(q, text, n, slash, buffer) : parse_decimal(q, text, n, buffer);
    if (buffer != small)
        free(buffer);
    if (ok && negative)
        mpq_neg(q, q);
    *out = q;
    return ok;
}

/* The power of ten that makes x an integer, or -1 when none does. */
static long decimal_places(Num x)
{
    mpz_t rest, five;
    mpz_init_set(rest, mpq_denref(x));
    mpz_init_set_ui(five, 5);
    unsigned long twos = mpz_scan1(rest, 0);
    mpz_tdiv_q_2exp(rest, rest, twos);
    unsigned long fives = mpz_remove(rest, rest, five);
    bool terminates = mpz_cmp_ui(rest, 1) == 0;
    mpz_clears(rest, five, NULL);
    return !terminates ? -1 : (long)(twos > fives ? twos : fives);
}

enum { PLAIN_DIGITS = 24 };

/* mantissa * 10^-places, no sign. Puts in the point, or an exponent when the
 * zeros would hide the digits. */
static bool print_decimal(const char *mantissa, long places, Sbuf *out)
{
    long n = (long)strlen(mantissa);
    if (places <= PLAIN_DIGITS && n <= PLAIN_DIGITS) {
        if (n > places)
            sbuf_mem(out, mantissa, (size_t)(n - places));
        else
            sbuf_char(out, '0');
        if (places > 0)
            sbuf_char(out, '.');
        for (long k = n; k < places; k++)
            sbuf_char(out, '0');
        sbuf_str(out, mantissa + (n > places ? n - places : 0));
        return true;
    }
    long zeros = 0;
    while (zeros < n - 1 && mantissa[n - 1 - zeros] == '0')
        zeros++;
    if (n - zeros > PLAIN_DIGITS || labs(zeros - places) > NUM_MAX_EXPONENT)
        return false;
    sbuf_mem(out, mantissa, (size_t)(n - zeros));
    sbuf_printf(out, "e%ld", zeros - places);
    return true;
}

/* Decimal digits, for free(): what GMP allocates is not malloc's in every program. */
static char *digits_of(mpz_srcptr z)
{
    char *s = malloc(mpz_sizeinbase(z, 10) + 2);
    if (!s)
        arena_on_exhausted(mpz_sizeinbase(z, 10) + 2);
    return mpz_get_str(s, 10, z);
}

static void print_integer(mpz_srcptr z, Sbuf *out)
{
    char *s = digits_of(z);
    sbuf_str(out, s);
    free(s);
}

void num_print(Num x, Sbuf *out)
{
    if (mpq_sgn(x) < 0)
        sbuf_char(out, '-');
    mpz_t top;
    mpz_init(top);
    mpz_abs(top, mpq_numref(x));
    long places = decimal_places(x);
    bool done = false;
    if (places >= 0 && places <= NUM_MAX_DIGITS) {
        mpz_t m;
        mpz_init(m);
        mpz_ui_pow_ui(m, 10, (unsigned long)places);
        mpz_mul(m, m, top);
        mpz_divexact(m, m, mpq_denref(x));
        char *s = digits_of(m);
        done = print_decimal(s, places, out);
        free(s);
        mpz_clear(m);
    }
    if (!done) {
        print_integer(top, out);
        if (mpz_cmp_ui(mpq_denref(x), 1) != 0) {
            sbuf_char(out, '/');
            print_integer(mpq_denref(x), out);
        }
    }
    mpz_clear(top);
}

const char *num_text(Ctx *cx, Num x)
{
    Sbuf s = { 0 };
    num_print(x, &s);
    const char *text = arena_strdup(&cx->arena, sbuf_text(&s));
    sbuf_free(&s);
    return text;
}

/* The fewest digits that read back as the double. */
static const char *shortest_decimal(Ctx *cx, double d)
{
    char text[40];
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, d);
        if (strtod(text, NULL) == d)
            break;
    }
    return arena_strdup(&cx->arena, text);
}

const char *num_brief(Ctx *cx, Num x)
{
    const char *text = num_text(cx, x);
    size_t most = strchr(text, '/') ? 24 : 60;      /* nobody reads long fractions */
    return strlen(text) <= most ? text : shortest_decimal(cx, num_to_double(x));
}

/* False where so many digits do not show it. */
static bool print_digits(Num x, int side, double near, Sbuf *out)
{
    NumPool pool = {0};
    char text[40];
    Num shown;
    bool inside = false;
    for (int step = 0; !inside && step < 4; step++) {       /* at last 0, beside which doubles have few digits */
        snprintf(text, sizeof text, "%.9g", step == 3 && fabs(near) < DBL_MIN ? 0 : near + side * step * fabs(near) * 0x1p-27);
        inside = num_parse(&pool, text, strlen(text), &shown) && mpq_cmp(shown, x) * side >= 0;
    }
    if (inside)
        sbuf_str(out, text);
    num_pool_free(&pool);
    return inside;
}

void num_print_inside(Num x, int side, Sbuf *out)
{
    enum { SHORT = 20 };
    Sbuf text = {0};
    num_print(x, &text);
    double near = num_to_double(x);
    bool is_short = text.n <= SHORT || !isfinite(near) || near == 0;
    if (is_short || !print_digits(x, side, near, out))
        sbuf_str(out, sbuf_text(&text));
    sbuf_free(&text);
}

/* ---- rounding to double ---- */

typedef enum Rounding { TO_ZERO, FROM_ZERO, TO_NEAREST } Rounding;

/* q = floor(|x| * 2^-s) and how the rest compares with 0 and a half. */
static void scaled_quotient(Num x, long s, mpz_ptr q, bool *inexact, int *against_half)
{
    mpz_t top, bottom, rest;
    mpz_inits(top, bottom, rest, NULL);
    mpz_abs(top, mpq_numref(x));
    mpz_set(bottom, mpq_denref(x));
    if (s < 0)
        mpz_mul_2exp(top, top, (mp_bitcnt_t)-s);
    else
        mpz_mul_2exp(bottom, bottom, (mp_bitcnt_t)s);
    mpz_fdiv_qr(q, rest, top, bottom);
    *inexact = mpz_sgn(rest) != 0;
    mpz_mul_2exp(rest, rest, 1);
    *against_half = mpz_cmp(rest, bottom);
    mpz_clears(top, bottom, rest, NULL);
}

/* |x| of two whole numbers that are doubles: their quotient is rounded once, and what it leaves, a double too, says to which side. */
static double round_quotient(Num x, Rounding how)
{
    double top = fabs(mpz_get_d(mpq_numref(x))), bottom = mpz_get_d(mpq_denref(x)), q = top / bottom, over = fma(q, bottom, -top);
    if (how == TO_ZERO && over > 0)
        return nextafter(q, 0);
    return how == FROM_ZERO && over < 0 ? nextafter(q, HUGE_VAL) : q;
}

/* |x| as a double. Subnormals are rounded once, at 2^-1074. */
static double round_magnitude(Num x, Rounding how)
{
    if (mpq_sgn(x) == 0)
        return 0;
    bool small = mpz_sizeinbase(mpq_numref(x), 2) <= DBL_MANT_DIG && mpz_sizeinbase(mpq_denref(x), 2) <= DBL_MANT_DIG;
    if (small && fegetround() == FE_TONEAREST)
        return round_quotient(x, how);
    long e = (long)mpz_sizeinbase(mpq_numref(x), 2) - (long)mpz_sizeinbase(mpq_denref(x), 2);
    if (e > 1030)
        return how == TO_ZERO ? DBL_MAX : HUGE_VAL;
    long s = e - 53 > -1074 ? e - 53 : -1074;
    mpz_t q;
    mpz_init(q);
    bool inexact;
    int half;
    scaled_quotient(x, s, q, &inexact, &half);
    if (mpz_sizeinbase(q, 2) > 53)
        scaled_quotient(x, ++s, q, &inexact, &half);
    bool up = how == FROM_ZERO ? inexact : how == TO_NEAREST && (half > 0 || (half == 0 && mpz_odd_p(q)));
    double value = ldexp(mpz_get_d(q) + (up ? 1 : 0), (int)s);
    mpz_clear(q);
    return how == TO_ZERO && value > DBL_MAX ? DBL_MAX : value;
}

double num_to_double(Num x)
{
    double m = round_magnitude(x, TO_NEAREST);
    return mpq_sgn(x) < 0 ? -m : m;
}

double num_to_double_down(Num x)
{
    return mpq_sgn(x) < 0 ? -round_magnitude(x, FROM_ZERO) : round_magnitude(x, TO_ZERO);
}

double num_to_double_up(Num x)
{
    return mpq_sgn(x) < 0 ? -round_magnitude(x, TO_ZERO) : round_magnitude(x, FROM_ZERO);
}

bool num_is_double(Num x)
{
    return num_to_double_down(x) == num_to_double_up(x);
}
