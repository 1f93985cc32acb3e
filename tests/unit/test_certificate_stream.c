/* Certificates in pieces: what is read so is what the whole text says, and what is not quite in the form that is written is left
 * to the reading of whole texts. */
#include "compiler/check/proof/file/certificate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/claim_of.h"

typedef struct Both {
    Ctx cx;
    CertificateFile pieces, whole;
    bool in_pieces, as_whole;
} Both;

static bool matrices_equal(const ClaimMatrix *a, const ClaimMatrix *b)
{
    bool same = a->n == b->n && a->q == b->q && a->n_sums == b->n_sums && a->row_from[a->q] == b->row_from[b->q];
    for (size_t i = 0; same && i < a->q; i++) {
        same = a->row_from[i] == b->row_from[i] && a->row_from[i + 1] == b->row_from[i + 1];
        for (size_t e = a->row_from[i]; same && e < a->row_from[i + 1]; e++)
            same = a->column[e] == b->column[e] && mpq_equal(claim_matrix_at(a, i, e), claim_matrix_at(b, i, e));
    }
    return same;
}

static Both read_both(const char *text, size_t n)
{
    Both b;
    const char *reason;
    ctx_init(&b.cx);
    b.in_pieces = certificate_read_text(&b.cx, text, n, &b.pieces);
    b.as_whole = certificate_read_whole(&b.cx, text, n, &b.whole, &reason);
    CHECK(!b.in_pieces || b.as_whole);
    if (b.in_pieces && b.as_whole)
        CHECK(matrices_equal(&b.pieces.matrix, &b.whole.matrix) && evidence_equal(&b.pieces.evidence, &b.whole.evidence));
    return b;
}

static void both_clear(Both *b)
{
    certificate_clear(&b->pieces);
    certificate_clear(&b->whole);
    ctx_free(&b->cx);
}

/* 'p': in pieces, and as a whole to the same; 'w': only as a whole; '-': not at all. */
static char how(const char *text, size_t n)
{
    Both b = read_both(text, n);
    char c = b.in_pieces ? 'p' : b.as_whole ? 'w' : '-';
    both_clear(&b);
    return c;
}

#define HEAD "{\"format\": \"eig-certificate/1\", \"claim\": \"lds\",\n \"matrix\": {\"n\": 2, "
#define TAIL "},\n \"components\": [{\"members\": [0, 1], \"p\": [\"3\", \"2\"], \"proof\": \"exact\"}]}\n"
static const char rows_text[] = HEAD "\"rows\": [[\"-1/2\", \"-2\"], [\"3/1024\", \"-1.5\"]]" TAIL;
static const char entries_text[] = HEAD "\"entries\": [[0, 0, \"-0.5\"], [0, 1, \"-2\"], [1, 1, \"-1.5\"]]" TAIL;

static void what_is_taken(void)
{
    static const struct { char how; const char *text; } rows[] = {
        {'p', rows_text}, {'p', entries_text},
        {'p', HEAD "\"rows\" :\t[ [\"0\" ,\"0\"]\r\n,[\"0.0\", \"0\"] ] " TAIL},
        {'p', HEAD "\"source\": \"matrix\", \"entries\": [[1, 0, \"1e-20\"]]" TAIL},
        {'p', HEAD "\"sha256\": \"rows\\\"\", \"rows\": [[\"-1\", \"0.3\"], [\"1/3\", \"-1\"]]" TAIL},
        {'w', HEAD "\"entries\": []" TAIL},
        {'w', HEAD "\"r\\u006fws\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]" TAIL},
        {'w', HEAD "\"rows\": [[\"-1\", \"\\u0030\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": null" TAIL}, {'-', HEAD "\"entries\": null" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]], \"rows\": null" TAIL},
        {'-', HEAD "\"rows\": null, \"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]], \"entries\": []" TAIL},
        {'-', HEAD "\"entries\": null, \"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]" TAIL "x"},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]x" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\",]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", -1]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\", \"0\"], [\"0\", \"-1\", \"0\"], [\"0\", \"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"1e5001\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"1/0\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"1/00000000000000000000000000\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"--1\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"1.\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \".5\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"entries\": [[0, 0, \"-1\"], [0, 0, \"-1\"]]" TAIL},
        {'-', HEAD "\"entries\": [[1, 0, \"-1\"], [0, 0, \"-1\"]]" TAIL},
        {'-', HEAD "\"entries\": [[0, 1, \"-1\"], [0, 0, \"-1\"]]" TAIL}, {'-', HEAD "\"entries\": [[1, 0, \"-1\"], [0, 1, \"-1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"1234567:\"], [\"0\", \"-1\"]]" TAIL},
        {'-', HEAD "\"entries\": [[2, 0, \"-1\"]]" TAIL}, {'-', HEAD "\"entries\": [[0, 2, \"-1\"]]" TAIL},
        {'-', HEAD "\"entries\": [[00, 0, \"-1\"]]" TAIL}, {'-', HEAD "\"entries\": [[0, 0, \"-1\", \"1\"]]" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]], \"matrix\": {}" TAIL},
        {'-', HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]}, \"matrix\": {\"n\": 2, \"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]" TAIL},
        {'-', "[" HEAD "\"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]" TAIL "]"},
        {'-', "{\"matrix\": {\"n\": 1, \"rows\": [[\"-1\"]]"},
        {'w', "{\"format\": \"eig-certificate/1\", \"claim\": \"lds\", \"matrix\": {\"n\": 2, \"populations\": [{\"name\": \"E\", \"size\": 2}], "
              "\"entries\": [[0, 0, \"0\"]], \"self\": [\"0\"], \"leak\": [\"1\"]}, "
              "\"components\": [{\"members\": [0], \"p\": [\"1\"], \"proof\": \"exact\"}]}"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        char got = how(rows[k].text, strlen(rows[k].text));
        if (got != rows[k].how)
            fprintf(stderr, "%c: %s\n", got, rows[k].text);
        CHECK(got == rows[k].how);
    }
    CHECK(how(rows_text, sizeof rows_text) == '-');     /* a byte 0 behind it */
    CHECK(how("", 0) == '-');
}

/* Any byte left out, doubled, or another: never in pieces what is nothing as a whole, and never another matrix. */
static void mutations_are_read_alike(void)
{
    const char *const base[] = {rows_text, entries_text};
    const char others[] = "0123456789[]{}\",:.-/e \\n\x01";
    size_t seen[128] = {0};
    for (size_t k = 0; k < 2; k++)
        for (size_t at = 0; base[k][at]; at++)
            for (size_t o = 0; o < sizeof others + 1; o++) {
                char text[600];
                size_t n = strlen(base[k]);
                memcpy(text, base[k], n);
                if (o == sizeof others) {                   /* left out */
                    memmove(text + at, text + at + 1, n-- - at - 1);
                } else if (o == sizeof others - 1) {        /* doubled */
                    memmove(text + at + 1, text + at, n++ - at);
                } else
                    text[at] = others[o];
                seen[(size_t)how(text, n)]++;
            }
    CHECK(seen['p'] > 100 && seen['-'] > 1000);
}

/* What numbers a row may have so that it is held as doubles times one rational. */
static void rows_with_a_measure(void)
{
    static const struct { char how; const char *x, *y; } rows[] = {
        {'p', "3602879701896397/36028797018963968", "-1/1024"},
        {'p', "10808639105689191/360287970189639680", "0.3"},       /* both are 3/5 times a double */
        {'p', "-0.123456", "0.7"}, {'p', "1/3", "2/3"}, {'p', "1/3", "0.1"}, {'p', "18446744073709551616", "1e22"},
        {'p', "3999999999999999999", "0"}, {'p', "0.3999999999999999999", "-0.0"},
        {'w', "9999999999999999999", "0"}, {'w', "0.9999999999999999999", "-0.0"},          /* an odd number of more than 62 bits */
        {'p', "1/1606938044258990275541962092341162602522202993782792835301376", "5/64"},      /* 2^-200 */
        {'p', "1/170141183460469231731687303715884105728", "1/10000000000000000000000"},
        {'w', "1/170141183460469231731687303715884105728", "1/99999999999999999999999999999999999999"},
        {'w', "1e300", "1e-300"}, {'p', "4/6", "-6/4"}, {'p', "0001.50", "1/0002"},
        {'w', "25/3", "0"},      /* times the number below it is 1 modulo 2^128 */
        {'w', "1e400", "1/3"}, {'w', "123456789012345678901/10000000000000000000", "1.1"},
        {'w', "1/9223372036854775837", "1/9223372036854775907"},
        {'w', "12345678901234567", "12345678901234569"},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        Sbuf text = {0};
        sbuf_printf(&text, "{\"format\": \"eig-certificate/1\", \"claim\": \"not-lds\", \"matrix\": {\"n\": 3, "
                    "\"rows\": [[\"1/7\", \"%s\", \"%s\"], "
                    "[\"%s\", \"0\", \"%s\"], [\"0.1\", \"0\", \"-1e-5000\"]]}, \"witness\": {\"members\": [0], \"V\": [[\"1\"]]}}",
                    rows[k].x, rows[k].y, strcmp(rows[k].x, "25/3") ? "1/1048576" : "0",
                    strcmp(rows[k].x, "25/3") ? "5/281474976710656" : "1/54445178707350154154139937189082913833");
        char got = how(sbuf_text(&text), text.n);
        if (got != rows[k].how)
            fprintf(stderr, "%c: %s, %s\n", got, rows[k].x, rows[k].y);
        CHECK(got == rows[k].how);
        sbuf_free(&text);
    }
}

static double random_double(int most)
{
    double x = ldexp((double)random_to(1 << 30) + (double)random_to(1 << 22) / (1 << 22), (int)random_to(2 * most) - most - 30);
    return random_to(1) ? x : -x;
}

/* A dense matrix of doubles times `unit`, some of them 0. */
static ClaimMatrix doubles(Ctx *cx, size_t n, const char *unit, int most)
{
    ClaimMatrix m = {.n = n, .q = n};
    size_t e = 0;
    m.row_from = ARENA_ARRAY(&cx->arena, n + 1, size_t);
    m.column = ARENA_ARRAY(&cx->arena, n * n, uint32_t);
    m.scaled = scaled_entries_new(cx, n, 1);
    m.scaled->value = ARENA_ARRAY(&cx->arena, n * n, double);
    for (size_t a = 0; a < n; a++) {
        rational_parse(m.scaled->unit[a], unit, strlen(unit));
        mpq_set_si(m.scaled->diagonal[a], -1, 1 + a % 3);
        for (size_t b = 0; b < n; b++) {
            if (random_to(9) == 0)
                continue;
            m.column[e] = (uint32_t)b;
            m.scaled->value[e++] = random_double(most);
        }
        m.row_from[a + 1] = e;
    }
    scaled_entries_finish(m.scaled);
    return m;
}

static void put(void *state, const char *bytes, size_t n)
{
    sbuf_mem(state, bytes, n);
}

/* Of several windows' length, with numbers and blanks across their edges. */
static void long_files(void)
{
    static const struct { size_t n; const char *unit; int most; } rows[] = {{260, "1", 20}, {260, "-7/10", 3}, {120, "1", 300}, {150, "1/64", 40}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        Ctx cx;
        ctx_init(&cx);
        ClaimMatrix m = doubles(&cx, rows[k].n, rows[k].unit, rows[k].most);
        Component c;
        component_init(&cx, &c, m.n);
        for (size_t i = 0; i < m.n; i++)
            c.member[i] = (uint32_t)i, mpq_set_ui(c.p[i], i + 1, 7), mpq_canonicalize(c.p[i]);
        Evidence e = {.is_certificate = true, .n_components = 1, .component = &c};
        Sbuf once = {0}, pieces = {0};
        const CertificateSink sink = {put, &pieces};
        const CertificateFile file = {.matrix = m, .evidence = e};
        certificate_write(&file, &once);
        certificate_write_pieces(&file, &sink);
        CHECK_TEXT(sbuf_text(&pieces), sbuf_text(&once));
        Both b = read_both(sbuf_text(&once), once.n);
        CHECK(b.in_pieces && matrices_equal(&b.pieces.matrix, &m) && evidence_equal(&b.pieces.evidence, &e));
        both_clear(&b);
        FILE *f = tmpfile();
        CHECK(f && fwrite(once.text, 1, once.n, f) == once.n);
        rewind(f);
        CertificateFile again;
        bool ok = certificate_read_file(&cx, f, &again);
        CHECK(ok);
        if (ok) {
            CHECK(matrices_equal(&again.matrix, &m));
            mpq_add(again.evidence.component[0].p[m.n - 1], again.evidence.component[0].p[m.n - 1], c.p[0]);
            CHECK(!evidence_equal(&again.evidence, &e));
            certificate_clear(&again);
        }
        fclose(f);
        sbuf_free(&once);
        sbuf_free(&pieces);
        component_clear(&c);
        claim_matrix_clear(&m);
        ctx_free(&cx);
    }
}

static void doubles_as_text(void)
{
    mpq_t x, room;
    mpq_inits(x, room, NULL);
    for (int k = 0; k < 20000; k++) {
        double d = k == 0 ? 0 : k == 1 ? 0x1p-1074 : k == 2 ? 0x1.fffffffffffffp1023 : k < 300 ? ldexp(1, -k) : random_double(k % 4 ? 20 : 700);
        Sbuf fast = {0}, slow = {0};
        mpq_set_d(x, d);
        rational_print(x, &slow);
        rational_print_double(d, room, &fast);
        CHECK_TEXT(sbuf_text(&fast), sbuf_text(&slow));
        sbuf_free(&fast);
        sbuf_free(&slow);
    }
    mpq_clears(x, room, NULL);
}

int main(void)
{
    RUN(what_is_taken);
    RUN(mutations_are_read_alike);
    RUN(rows_with_a_measure);
    RUN(long_files);
    RUN(doubles_as_text);
    return test_done();
}
