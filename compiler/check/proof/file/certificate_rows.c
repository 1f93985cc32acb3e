#include "compiler/check/proof/file/certificate_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/rational.h"

typedef unsigned __int128 Wide;

/* (-1)^is_negative up / down; or number `longer` - 1 of the long ones. */
typedef struct RowNumber {
    Wide down;
    uint64_t up;
    uint32_t longer;
    bool is_negative, is_own;   /* on the diagonal: kept apart */
} RowNumber;

typedef struct RowKept {
    size_t from;
    uint64_t up, down;          /* its unit */
    mpq_t own;                  /* on the diagonal */
} RowKept;

enum { MOST_UNIT_BITS = 62 };

static void *grown(void *array, size_t *room, size_t n, size_t size)
{
    if (n < *room)
        return array;
    *room = n < 8 ? 16 : 2 * n;
    array = realloc(array, *room * size);
    if (!array)
        arena_on_exhausted(*room * size);
    return array;
}

static void begin_row(CertificateRows *r)
{
    r->row = grown(r->row, &r->rows_room, r->n_rows, sizeof *r->row);
    r->row[r->n_rows].from = r->n;
    mpq_init(r->row[r->n_rows].own);
    r->n_numbers = r->n_longer = 0;
    r->is_off = false;
}

void certificate_rows_init(CertificateRows *r, Ctx *cx, size_t text_bytes)
{
    *r = (CertificateRows){.cx = cx, .text_bytes = text_bytes, .up = 1, .down = 1};
    begin_row(r);
}

/* ---- one number ---- */

/* Eight bytes, the first one lowest, if all are digits: pairs, fours and all eight are joined at once. */
static inline bool eight_digits(const char *s, uint64_t *out)
{
    uint64_t x;
    memcpy(&x, s, sizeof x);
    uint64_t digit = x - 0x3030303030303030u;
    if ((digit | (digit + 0x7676767676767676u)) & 0x8080808080808080u)     /* below '0', or above '9' */
        return false;
    digit = digit * 10 + (digit >> 8);
    *out = ((digit & 0x000000ff000000ffu) * 0x000f424000000064u + (digit >> 16 & 0x000000ff000000ffu) * 0x0000271000000001u) >> 32;
    return true;
}

/* The digits at s, of at most n bytes; their value modulo 2^64. */
static inline size_t digits_at(const char *s, size_t n, uint64_t *value)
{
    size_t k = 0;
    uint64_t eight;
    for (*value = 0; k + 8 <= n && eight_digits(s + k, &eight); k += 8)
        *value = 100000000 * *value + eight;
    for (; k < n && s[k] >= '0' && s[k] <= '9'; k++)
        *value = 10 * *value + (uint64_t)(s[k] - '0');
    return k;
}

static Wide ten_to(size_t n)
{
    Wide x = 1;
    while (n-- > 0)
        x *= 10;
    return x;
}

/* Nearly every number is digits "/" digits, digits, or digits "." digits. False for any other, which may be one all the same. */
static bool read_short(const char *s, size_t n, RowNumber *x)
{
    enum { WORD = 19, TWO_WORDS = 38 };         /* digits that surely fit */
    *x = (RowNumber){.down = 1};
    if (n && *s == '-') {
        x->is_negative = true;
        s++, n--;
    }
    uint64_t behind = 0, rest;
    size_t whole = digits_at(s, n, &x->up), more = whole < n ? digits_at(s + whole + 1, n - whole - 1, &behind) : 0;
    if (!whole || whole > WORD || (whole < n && (!more || whole + 1 + more != n)))
        return false;
    if (whole == n)
        return true;
    if (s[whole] == '/' && more <= TWO_WORDS) {
        x->down = behind;
        if (more > WORD) {
            digits_at(s + whole + 1, more - WORD, &behind);
            digits_at(s + n - WORD, WORD, &rest);
            x->down = (Wide)behind * (uint64_t)ten_to(WORD) + rest;
        }
        return x->down != 0;
    }
    if (s[whole] != '.' || whole + more > WORD)
        return false;
    x->up = x->up * (uint64_t)ten_to(more) + behind;
    x->down = ten_to(more);
    return true;
}

static size_t zeros_below(Wide x)
{
    return (uint64_t)x ? (size_t)__builtin_ctzll((uint64_t)x) : 64 + (size_t)__builtin_ctzll((uint64_t)(x >> 64));
}

/* up 2^-places, exactly, if that is a double. */
static inline bool as_double(Wide up, size_t places, bool is_negative, double *out)
{
    size_t zeros = up ? zeros_below(up) : 0;
    Wide odd = up >> zeros;
    if (odd >> 53)
        return false;
    uint64_t bits = (uint64_t)(1023 + zeros - places) << 52;                 /* of 2^(zeros - places), neither beyond 2^128 */
    double power, x = (double)(uint64_t)odd;
    memcpy(&power, &bits, sizeof power);
    *out = (is_negative ? -x : x) * power;
    return true;
}

/* The double that is x down / up, if one is. */
static bool short_over(const RowNumber *x, uint64_t up, uint64_t down, double *out)
{
    size_t places = zeros_below(x->down);
    Wide odd = x->down >> places;
    if (odd == 1 && up == 1 && down == 1)
        return as_double(x->up, places, x->is_negative, out);
    if (odd >> 64)
        return false;
    Wide above = (Wide)x->up * down, below = odd * up;
    return above % below == 0 && as_double(above / below, places, x->is_negative, out);
}

static bool longer_over(mpq_srcptr x, uint64_t up, uint64_t down, double *out)
{
    mpq_t y, back;
    mpq_inits(y, back, NULL);
    mpz_mul_ui(mpq_numref(y), mpq_numref(x), down);
    mpz_mul_ui(mpq_denref(y), mpq_denref(x), up);
    mpq_canonicalize(y);
    *out = mpq_get_d(y);
    bool same = *out == 0 || isnormal(*out);
    if (same)
        mpq_set_d(back, *out);
    same = same && mpq_equal(y, back);
    mpq_clears(y, back, NULL);
    return same;
}

static void set_wide(mpz_ptr z, Wide x)
{
    mpz_set_ui(z, (unsigned long)(x >> 64));
    mpz_mul_2exp(z, z, 64);
    mpz_add_ui(z, z, (unsigned long)(uint64_t)x);
}

static void set_number(const CertificateRows *r, const RowNumber *x, mpq_ptr out)
{
    if (x->longer) {
        mpq_set(out, r->longer[x->longer - 1]);
        return;
    }
    mpz_set_ui(mpq_numref(out), x->up);
    set_wide(mpq_denref(out), x->down);
    mpq_canonicalize(out);      /* its sign does not matter to whoever asks */
}

static bool number_over(const CertificateRows *r, const RowNumber *x, double *out)
{
    if (x->longer)
        return longer_over(r->longer[x->longer - 1], r->up, r->down, out);
    return short_over(x, r->up, r->down, out);
}

/* ---- one row ---- */

/* Room for k more entries. Only as many can come as the text has bytes for: `"0",` or `[0,0,"0"],` are the shortest. */
static bool find_room(CertificateRows *r)
{
    if (r->n < r->room)
        return true;
    if (r->room)
        return false;
    size_t most = r->text_bytes / (r->is_entries ? 10 : 4) + 1;
    r->room = r->is_entries || r->q == 0 || most / r->q < r->q ? most : r->q * r->q;
    r->value = ARENA_ARRAY(&r->cx->arena, r->room, double);
    r->column = ARENA_ARRAY(&r->cx->arena, r->room, uint32_t);
    return true;
}

static RowNumber *next_number(CertificateRows *r)
{
    r->number = grown(r->number, &r->numbers_room, r->n_numbers, sizeof *r->number);
    return &r->number[r->n_numbers++];
}

/* A number that takes more than two words; they are kept from row to row, as memory. */
static bool read_longer(CertificateRows *r, const char *text, size_t n, RowNumber *x)
{
    size_t before = r->longer_room;
    r->longer = grown(r->longer, &r->longer_room, r->n_longer, sizeof *r->longer);
    for (size_t k = before; k < r->longer_room; k++)
        mpq_init(r->longer[k]);
    *x = (RowNumber){.longer = (uint32_t)++r->n_longer};
    return rational_parse(r->longer[r->n_longer - 1], text, n);
}

bool certificate_rows_add(CertificateRows *r, size_t column, const char *text, size_t n)
{
    size_t from = r->row[r->n_rows].from;
    if (!find_room(r) || (r->n > from && column <= r->column[r->n - 1]))
        return false;
    RowNumber *x = next_number(r);
    double value = 0;
    if (column == r->n_rows) {
        *x = (RowNumber){.is_own = true};
        if (!rational_parse(r->row[r->n_rows].own, text, n))
            return false;
    } else if (!read_short(text, n, x) && !read_longer(r, text, n, x)) {
        return false;
    } else if (!r->is_off && !number_over(r, x, &value)) {
        r->is_off = true;
    }
    r->column[r->n] = (uint32_t)column;
    r->value[r->n++] = value;
    return true;
}

/* The odd part of z; 0 for 0. */
static void make_odd(mpz_ptr z)
{
    if (mpz_sgn(z))
        mpz_fdiv_q_2exp(z, z, mpz_scan1(z, 0));
}

/* The largest number that the row's are multiples of, powers of two aside: the common divisor of what is above over the least
 * common multiple of what is below. */
static bool find_unit(CertificateRows *r)
{
    mpz_t up, down, part;
    mpq_t x;
    bool fits = true;
    mpz_inits(up, part, NULL);
    mpz_init_set_ui(down, 1);
    mpq_init(x);
    for (size_t k = 0; fits && k < r->n_numbers; k++) {
        if (r->number[k].is_own)
            continue;
        set_number(r, &r->number[k], x);
        mpz_set(part, mpq_denref(x));
        make_odd(part);
        mpz_lcm(down, down, part);
        fits = mpz_sizeinbase(down, 2) <= MOST_UNIT_BITS;
    }
    for (size_t k = 0; fits && k < r->n_numbers && mpz_cmp_ui(up, 1) != 0; k++) {
        if (r->number[k].is_own)
            continue;
        set_number(r, &r->number[k], x);
        mpz_mul(part, mpq_numref(x), down);
        make_odd(mpq_denref(x));
        mpz_divexact(part, part, mpq_denref(x));
        make_odd(part);
        mpz_gcd(up, up, part);
    }
    fits = fits && mpz_sizeinbase(up, 2) <= MOST_UNIT_BITS;
    r->up = fits && mpz_sgn(up) ? mpz_get_ui(up) : 1;
    r->down = fits ? mpz_get_ui(down) : 1;
    mpz_clears(up, down, part, NULL);
    mpq_clear(x);
    return fits;
}

bool certificate_rows_end_row(CertificateRows *r)
{
    RowKept *row = &r->row[r->n_rows];
    if (r->is_off && !find_unit(r))
        return false;
    for (size_t k = 0; r->is_off && k < r->n_numbers; k++)
        if (!r->number[k].is_own && !number_over(r, &r->number[k], &r->value[row->from + k]))
            return false;
    row->up = r->up;
    row->down = r->down;
    r->n_rows++;
    begin_row(r);
    return true;
}

/* ---- all of them ---- */

bool certificate_rows_take(CertificateRows *r, size_t q, ClaimMatrix *m)
{
    if (r->is_entries ? r->q > q : r->q != q || r->n_rows != q)
        return false;
    find_room(r);               /* a matrix of zeros has an empty list of entries, and not none */
    *m = (ClaimMatrix){.n = q, .q = q, .column = r->column};
    m->row_from = ARENA_ARRAY(&r->cx->arena, q + 1, size_t);
    m->scaled = scaled_entries_new(r->cx, q, 1);
    m->scaled->value = r->value;
    for (size_t a = 0; a < q; a++) {
        bool is_read = a < r->n_rows;
        m->row_from[a] = is_read ? r->row[a].from : r->n;
        mpq_set_ui(m->scaled->unit[a], is_read ? r->row[a].up : 1, 1);
        mpz_set_ui(mpq_denref(m->scaled->unit[a]), is_read ? r->row[a].down : 1);
        mpq_canonicalize(m->scaled->unit[a]);
        if (is_read)
            mpq_swap(m->scaled->diagonal[a], r->row[a].own);
    }
    m->row_from[q] = r->n;
    scaled_entries_finish(m->scaled);
    return true;
}

void certificate_rows_clear(CertificateRows *r)
{
    for (size_t a = 0; r->row && a <= r->n_rows; a++)
        mpq_clear(r->row[a].own);
    for (size_t k = 0; k < r->longer_room; k++)
        mpq_clear(r->longer[k]);
    free(r->row);
    free(r->number);
    free(r->longer);
    r->row = NULL;
    r->number = NULL;
    r->longer = NULL;
}
