#include "compiler/data/matrix.h"

#include <stdlib.h>

#include "tests/test.h"

typedef struct Bench {
    Ctx cx;
    NumPool pool;
    MatrixFile m;
} Bench;

static bool parse(Bench *b, const char *path, const void *bytes, size_t n)
{
    *b = (Bench){ 0 };
    ctx_init(&b->cx);
    source_from_text(&b->cx, "model.eig", "model", 5);
    return matrix_parse(&b->cx, &b->pool, path, bytes, n, (Span){ 0, 0, 5 }, &b->m);
}

static bool parse_text(Bench *b, const char *path, const char *text)
{
    return parse(b, path, text, strlen(text));
}

static void done(Bench *b)
{
    num_pool_free(&b->pool);
    ctx_free(&b->cx);
}

static bool complains(Bench *b, DiagCode code, const char *piece)
{
    bool ok = b->cx.diags.n == 1 && b->cx.diags.at[0].code == code && strstr(b->cx.diags.at[0].text, piece);
    if (!ok)
        for (size_t k = 0; k < b->cx.diags.n; k++)
            fprintf(stderr, "  got %s: %s\n", diag_code_name(b->cx.diags.at[k].code), b->cx.diags.at[k].text);
    return ok;
}

/* ---- .npy ---- */

/* A file of `version` with this dictionary and data; the caller frees. */
static char *npy(int version, const char *dict, const void *data, size_t n_data, size_t *n)
{
    size_t n_dict = strlen(dict), from = version == 1 ? 10 : 12;
    char *p = malloc(from + n_dict + n_data);
    memcpy(p, "\x93NUMPY", 6);
    p[6] = (char)version;
    p[7] = 0;
    for (size_t k = 8; k < from; k++)
        p[k] = (char)(n_dict >> (8 * (k - 8)) & 0xff);
    memcpy(p + from, dict, n_dict);
    if (n_data)
        memcpy(p + from + n_dict, data, n_data);
    *n = from + n_dict + n_data;
    return p;
}

static bool parse_npy(Bench *b, int version, const char *dict, const void *data, size_t n_data)
{
    size_t n;
    char *p = npy(version, dict, data, n_data, &n);
    bool ok = parse(b, "w.npy", p, n);
    free(p);
    return ok;
}

static void npy_reads_every_type(void)
{
    const double f8[6] = { 0.1, -2, 3, 0, 5, -0.0 };
    const float f4[6] = { 0.1f, -2, 3, 0, 5, 6 };
    const int64_t i8[6] = { 1, -2, 3, INT64_MIN, 5, 6 };
    const int32_t i4[6] = { 1, -2, 3, INT32_MIN, 5, 6 };
    const int16_t i2[6] = { 1, -2, 3, INT16_MIN, 5, 6 };
    const int8_t i1[6] = { 1, -2, 3, INT8_MIN, 5, 6 };
    const uint64_t u8[6] = { 1, 2, 3, 1ull << 63, 5, 6 };
    const uint32_t u4[6] = { 1, 2, 3, UINT32_MAX, 5, 6 };
    const uint16_t u2[6] = { 1, 2, 3, UINT16_MAX, 5, 6 };
    const uint8_t u1[6] = { 1, 2, 3, UINT8_MAX, 5, 6 }, b1[6] = { 1, 0, 1, 1, 0, 0 };
    const struct { const char *descr; const void *data; size_t bytes; double first, second, fourth; } row[] = {
        { "<f8", f8, 8, 0.1, -2, 0 }, { "<f4", f4, 4, (double)0.1f, -2, 0 },
        { "<i8", i8, 8, 1, -2, -0x1p63 }, { "<i4", i4, 4, 1, -2, -0x1p31 }, { "<i2", i2, 2, 1, -2, -0x1p15 },
        { "|i1", i1, 1, 1, -2, -128 }, { "<u8", u8, 8, 1, 2, 0x1p63 }, { "<u4", u4, 4, 1, 2, 4294967295.0 },
        { "<u2", u2, 2, 1, 2, 65535 }, { "|u1", u1, 1, 1, 2, 255 }, { "|b1", b1, 1, 1, 0, 1 },
    };
    for (size_t k = 0; k < sizeof row / sizeof *row; k++)
        for (int version = 1; version <= 3; version++) {
            Bench b;
            char dict[128];
            snprintf(dict, sizeof dict, "{'descr': '%s', 'fortran_order': False, 'shape': (2, 3), }   \n", row[k].descr);
            CHECK(parse_npy(&b, version, dict, row[k].data, 6 * row[k].bytes));
            CHECK(b.m.n_rows == 2 && b.m.n_columns == 3 && !b.m.is_sparse && b.m.values.n == 6 && !b.m.values.q);
            CHECK(b.m.values.d[0] == row[k].first && b.m.values.d[1] == row[k].second && b.m.values.d[3] == row[k].fourth);
            CHECK(!signbit(b.m.values.d[5]));
            done(&b);
        }
}

static void npy_reads_fortran_order(void)
{
    Bench b;
    const double by_columns[6] = { 1, 4, 2, 5, 3, 6 };
    CHECK(parse_npy(&b, 1, "{\"shape\":(2,3),\"fortran_order\":True,\"descr\":\"<f8\"}", by_columns, sizeof by_columns));
    for (size_t k = 0; k < 6; k++)
        CHECK(b.m.values.d[k] == (double)(k + 1));
    done(&b);
}

static void npy_integers_beyond_doubles_are_exact(void)
{
    Bench b;
    const int64_t i8[2] = { -9007199254740993, INT64_MAX };
    CHECK(parse_npy(&b, 1, "{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2)}", i8, sizeof i8));
    CHECK(b.m.values.q && mpz_cmp_si(mpq_numref(b.m.values.q[0]), -9007199254740993) == 0);
    CHECK(mpz_cmp_si(mpq_numref(b.m.values.q[1]), INT64_MAX) == 0 && b.m.values.d[1] == 0x1p63);
    done(&b);
    const uint64_t u8[1] = { UINT64_MAX };
    CHECK(parse_npy(&b, 1, "{'descr': '<u8', 'fortran_order': False, 'shape': (1, 1)}", u8, sizeof u8));
    CHECK(b.m.values.q && mpz_cmp_ui(mpq_numref(b.m.values.q[0]), UINT64_MAX) == 0);
    done(&b);
}

static void npy_refuses(void)
{
    const double four[4] = { 1, 2, 3, 4 }, with_nan[4] = { 1, 2, (double)NAN, 4 }, with_inf[4] = { 1, -(double)INFINITY, 3, 4 };
    static const struct { const char *dict; size_t bytes; int what; DiagCode code; const char *piece; } bad[] = {
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}", 31, 0, D_E0505, "cut off" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2)}", 32, 0, D_E0505, "16 bytes behind its last entry" },
        { "{'descr': '|i1', 'fortran_order': False, 'shape': (1, 2)}", 3, 0, D_E0505, "1 byte behind its last entry" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}", 32, 0, D_E0505, "cut off" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (18446744073709551615, 2)}", 32, 0, D_E0502, "dictionary" },
        { "{'descr': '|O', 'fortran_order': False, 'shape': (2, 2)}", 32, 0, D_E0507, "Python objects" },
        { "{'descr': '>f8', 'fortran_order': False, 'shape': (2, 2)}", 32, 0, D_E0507, "'>f8'" },
        { "{'descr': '<c16', 'fortran_order': False, 'shape': (1, 2)}", 32, 0, D_E0507, "'<c16'" },
        { "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2, 2)}", 32, 0, D_E0507, "records" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (4,)}", 32, 0, D_E0507, "1 dimension," },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2, 1)}", 32, 0, D_E0507, "3 dimensions," },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': ()}", 32, 0, D_E0507, "0 dimensions," },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4)}", 0, 0, D_E0508, "0 x 4" },
        { "{'descr': '<f8', 'fortran_order': False}", 32, 0, D_E0502, "dictionary" },
        { "{'descr': '<f8', 'fortran_order': 0, 'shape': (2, 2)}", 32, 0, D_E0502, "dictionary" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2, -2)}", 32, 0, D_E0502, "dictionary" },
        { "{'descr': '<f8", 32, 0, D_E0502, "dictionary" },
        { "", 32, 0, D_E0502, "dictionary" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}", 32, 1, D_E0504, "row 2, column 1 is NaN" },
        { "{'descr': '<f8', 'fortran_order': True, 'shape': (2, 2)}", 32, 1, D_E0504, "row 1, column 2 is NaN" },
        { "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}", 32, 2, D_E0504, "row 1, column 2 is minus infinity" },
        { "{'descr': '|b1', 'fortran_order': False, 'shape': (4, 8)}", 32, 0, D_E0504, "no boolean" },
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Bench b;
        const double *data = bad[k].what == 1 ? with_nan : bad[k].what == 2 ? with_inf : four;
        CHECK(!parse_npy(&b, 1, bad[k].dict, data, bad[k].bytes));
        CHECK(complains(&b, bad[k].code, bad[k].piece));
        done(&b);
    }
}

static void npy_cut_anywhere_is_refused(void)
{
    const double four[4] = { 1, 2, 3, 4 };
    size_t n;
    char *p = npy(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }\n", four, sizeof four, &n);
    for (size_t k = 0; k < n; k++) {
        Bench b;
        char *cut = malloc(k ? k : 1);      /* so that ASan sees a byte too many */
        memcpy(cut, p, k);
        CHECK(!parse(&b, "w.npy", cut, k));
        CHECK(b.cx.diags.n == 1);
        free(cut);
        done(&b);
    }
    free(p);
}

/* ---- .csv ---- */

static void csv_reads_plain_numbers(void)
{
    Bench b;
    CHECK(parse_text(&b, "w.csv", "1, 0.1\n-2,3e2\n"));
    CHECK(b.m.n_rows == 2 && b.m.n_columns == 2 && !b.m.row_name && !b.m.column_name);
    CHECK(b.m.values.d[1] == 0.1 && b.m.values.d[3] == 300);
    CHECK(b.m.values.q && mpq_cmp_ui(b.m.values.q[1], 1, 10) == 0 && mpq_cmp_si(b.m.values.q[2], -2, 1) == 0);
    done(&b);
}

static void csv_reads_names(void)
{
    Bench b;
    CHECK(parse_text(&b, "w.csv", "target\\source,A,B,C\nX,1,2,3\nY,4,5,6\n"));
    CHECK(b.m.n_rows == 2 && b.m.n_columns == 3 && b.m.values.d[5] == 6 && !b.m.values.q);
    CHECK_TEXT(b.m.column_name[2], "C");
    CHECK_TEXT(b.m.row_name[1], "Y");
    done(&b);
    CHECK(parse_text(&b, "w.csv", ",0,1\n0,1/3,.2\n1,.3,.4\n"));
    CHECK(b.m.n_rows == 2 && b.m.n_columns == 2 && b.m.values.d[0] == 1.0 / 3);
    CHECK_TEXT(b.m.column_name[1], "1");
    CHECK_TEXT(b.m.row_name[0], "0");
    done(&b);
    CHECK(parse_text(&b, "w.csv", "to,0\n0,5\n"));
    CHECK(b.m.n_rows == 1 && b.m.n_columns == 1 && b.m.values.d[0] == 5);
    done(&b);
}

static void csv_reads_fractions(void)
{
    static const char *const text[] = { "1/3,1/4\n.1,.4\n", "1/3, 1/4\n1/10, 2/5\n", "+1/3,0.25\n1e-1,\"4/10\"\n" };
    for (size_t k = 0; k < sizeof text / sizeof *text; k++) {
        Bench b;
        CHECK(parse_text(&b, "w.csv", text[k]));
        CHECK(b.m.n_rows == 2 && b.m.n_columns == 2 && !b.m.row_name && !b.m.column_name);
        CHECK(b.m.values.q && mpq_cmp_ui(b.m.values.q[0], 1, 3) == 0 && mpq_cmp_ui(b.m.values.q[1], 1, 4) == 0);
        CHECK(mpq_cmp_ui(b.m.values.q[2], 1, 10) == 0 && mpq_cmp_ui(b.m.values.q[3], 2, 5) == 0);
        done(&b);
    }
}

/* "0." and n digits of 3, alone. */
static bool parse_long_decimal(Bench *b, size_t n)
{
    char *text = malloc(n + 3);
    memcpy(text, "0.", 2);
    memset(text + 2, '3', n);
    text[n + 2] = 0;
    bool ok = parse_text(b, "w.csv", text);
    free(text);
    return ok;
}

static void csv_counts_digits(void)
{
    Bench b;
    CHECK(parse_long_decimal(&b, 29000));
    CHECK(b.m.values.d[0] == 1.0 / 3 && b.m.values.q && mpq_cmp_ui(b.m.values.q[0], 1, 3) < 0);
    done(&b);
    CHECK(!parse_long_decimal(&b, 100000));
    CHECK(complains(&b, D_E0504, "has more than the 30000 digits"));
    done(&b);
}

static void csv_refuses(void)
{
    static const struct { const char *text; DiagCode code; const char *piece; } bad[] = {
        { "1,2\n3\n", D_E0503, "w.csv:2:1: numbers in this row: 1, in the first: 2" },
        { "1,2\n3,4,5\n", D_E0503, "w.csv:2:1" },
        { "1,2\n3,x\n", D_E0504, "w.csv:2:3: 'x' is not a number (row 2, column 2" },
        { "nan,2\n3,4\n", D_E0504, "w.csv:1:1: 'nan' is not a finite number (row 1, column 1" },
        { "1,\n3,4\n", D_E0504, "w.csv:1:3: '' is not a number" },
        { "a,b\nX,1,2\n", D_E0503, "cells in this row: 3, in the header: 2" },
        { "c,a,b\nX,1,2\nY,3,inf\n", D_E0504, "w.csv:3:5: 'inf' is not a finite number (row 2, column 2" },
        { "a,b\n", D_E0508, "no numbers" },
        { "a,b\n.1,.2\n.3,.4\n", D_E0503, "w.csv:1:1: this line names the columns, but '.1' in front of the first row names no neuron" },
        { "a,b\n1,2\n", D_E0503, "'1' in front of the first row" },
        { ",a,b\n1/2,.2,.3\n", D_E0503, "'1/2' in front of the first row" },
        { ",a,b\n,.2,.3\n", D_E0503, "'' in front of the first row" },
        { "a\n.1\n.3\n", D_E0504, "w.csv:1:1: 'a' is not a number" },
        { ",.5\n3,4\n", D_E0504, "w.csv:1:1: '' is not a number (row 1, column 1" },
        { "a,nan\n3,4\n", D_E0504, "w.csv:1:1: 'a' is not a number" },
        { "1/0,2\n", D_E0504, "w.csv:1:1: '1/0' is not a fraction a/b of whole numbers" },
        { "1,.5/2\n", D_E0504, "w.csv:1:3: '.5/2' is not a fraction" },
        { "1,1/x\n", D_E0504, "w.csv:1:3: '1/x' is not a number" },
        { "1,1e6000\n", D_E0504, "w.csv:1:3: '1e6000' is beyond the range" },
        { "", D_E0508, "no numbers" },
        { "1,\"2\n", D_E0503, "w.csv:1:3: a quote" },
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Bench b;
        CHECK(!parse_text(&b, "w.csv", bad[k].text));
        CHECK(complains(&b, bad[k].code, bad[k].piece));
        done(&b);
    }
}

/* ---- .mtx ---- */

/* Behind an entry, so that it is not among the last bytes, which are read with more care. */
static const char much[] = "% ................................................\n";

static void mtx_reads_entries_of_every_form(void)
{
    Bench b;
    char text[400];
    static const char *const tail[] = { "", much };
    for (int k = 0; k < 2; k++) {
        snprintf(text, sizeof text, "%%%%MatrixMarket matrix coordinate real general\n3 1000000000 7\n1 1 1\n 1 2 2\n1\t3\t3\n%% 9\n\n2  1 4\r\n2 2  5 \n2 0000000000003 6\n"
                 "2 1000000000 7\n%s", tail[k]);
        CHECK(parse_text(&b, "w.mtx", text));
        static const uint32_t row[] = { 0, 0, 0, 1, 1, 1, 1 }, column[] = { 0, 1, 2, 0, 1, 2, 999999999 };
        CHECK(b.m.values.n == 7);
        for (size_t j = 0; j < 7; j++)
            CHECK(b.m.row[j] == row[j] && b.m.column[j] == column[j] && b.m.values.d[j] == (double)(j + 1));
        done(&b);
        snprintf(text, sizeof text, "%%%%MatrixMarket matrix coordinate pattern general\n3 20 4\n1 1\n3 20\n 2 1\n2 20 \n%s", tail[k]);
        CHECK(parse_text(&b, "w.mtx", text));
        CHECK(b.m.values.n == 4 && b.m.row[3] == 2 && b.m.column[3] == 19 && b.m.column[2] == 19 && b.m.values.d[0] == 1);
        done(&b);
    }
}

static void mtx_reads_coordinates(void)
{
    Bench b;
    CHECK(parse_text(&b, "w.mtx", "%%MatrixMarket matrix coordinate real general\n% a comment\n\n3 4 3\n3 1 0.1\n1 4 -2\n1 2 5\n"));
    CHECK(b.m.is_sparse && b.m.n_rows == 3 && b.m.n_columns == 4 && b.m.values.n == 3);
    CHECK(b.m.row[0] == 0 && b.m.column[0] == 1 && b.m.values.d[0] == 5);
    CHECK(b.m.row[1] == 0 && b.m.column[1] == 3 && b.m.values.d[1] == -2);
    CHECK(b.m.row[2] == 2 && b.m.column[2] == 0 && mpq_cmp_ui(b.m.values.q[2], 1, 10) == 0);
    done(&b);
    CHECK(parse_text(&b, "w.mtx", "%%matrixmarket MATRIX coordinate pattern symmetric\n2 2 2\n1 1\n2 1\n"));
    CHECK(b.m.values.n == 3 && b.m.row[1] == 0 && b.m.column[1] == 1 && b.m.values.d[1] == 1);
    done(&b);
    CHECK(parse_text(&b, "w.mtx", "%%MatrixMarket matrix coordinate integer skew-symmetric\n2 2 1\n2 1 3\n"));
    CHECK(b.m.values.n == 2 && b.m.values.d[0] == -3 && b.m.values.d[1] == 3);
    done(&b);
}

static void mtx_reads_arrays(void)
{
    Bench b;
    CHECK(parse_text(&b, "w.mtx", "%%MatrixMarket matrix array real general\n2 3\n1\n4\n2\n5\n3\n6\n"));
    CHECK(!b.m.is_sparse && b.m.n_rows == 2 && b.m.n_columns == 3);
    for (size_t k = 0; k < 6; k++)
        CHECK(b.m.values.d[k] == (double)(k + 1));
    done(&b);
    CHECK(parse_text(&b, "w.mtx", "%%MatrixMarket matrix array real symmetric\n2 2\n1\n0.1\n3\n"));
    CHECK(b.m.values.d[1] == 0.1 && b.m.values.d[2] == 0.1 && mpq_equal(b.m.values.q[1], b.m.values.q[2]));
    done(&b);
    CHECK(parse_text(&b, "w.mtx", "%%MatrixMarket matrix array real skew-symmetric\n2 2\n0.1\n"));
    CHECK(b.m.values.d[0] == 0 && b.m.values.d[1] == -0.1 && b.m.values.d[2] == 0.1 && mpq_sgn(b.m.values.q[3]) == 0);
    done(&b);
}

static void mtx_refuses(void)
{
    char longer[400];
    static const struct { const char *text; DiagCode code; const char *piece; } bad[] = {
        { "1 2 3\n", D_E0502, "w.mtx:1:1: expected" },
        { "%%MatrixMarket matrix coordinate complex general\n1 1 1\n", D_E0502, "w.mtx:1:34" },
        { "%%MatrixMarket matrix array pattern general\n1 1\n", D_E0502, "w.mtx:1:29" },
        { "%%MatrixMarket matrix coordinate real general\n", D_E0505, "cut off" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 3\n1 1 1\n1 2 1\n", D_E0505, "2 of the 3 entries" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 99999999999999\n", D_E0505, "cut off" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 1\n1 2 1\n", D_E0505, "w.mtx:4:1: more entries" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 1\n3 1 1\n", D_E0503, "w.mtx:3:1: a row outside" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 3 1\n", D_E0503, "w.mtx:3:3: a column outside" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 0 1\n", D_E0503, "w.mtx:3:3: a column outside" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1\n", D_E0503, "a number is missing" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 1 1\n", D_E0503, "w.mtx:3:7: more on this line" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 1\n1 1 nan\n", D_E0504, "w.mtx:3:5: 'nan' is not a finite" },
        { "%%MatrixMarket matrix coordinate integer general\n2 2 2\n1 1 1e1\n1 2 1.5\n", D_E0504, "w.mtx:4:5: the first line says `integer`" },
        { "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n1 1 2\n", D_E0510, "w.mtx:4: row 1, column 1 was already given in line 3" },
        { "%%MatrixMarket matrix coordinate real symmetric\n2 2 1\n1 2 1\n", D_E0503, "under the diagonal" },
        { "%%MatrixMarket matrix coordinate real symmetric\n2 3 1\n1 1 1\n", D_E0503, "as many rows as columns" },
        { "%%MatrixMarket matrix coordinate real general\n0 2 0\n", D_E0508, "without entries" },
        { "%%MatrixMarket matrix coordinate real general\n4294967296 1 0\n", D_E0512, "4294967295" },
        { "%%MatrixMarket matrix array real general\n4294967295 4294967295\n1\n", D_E0505, "cut off" },
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Bench b;
        CHECK(!parse_text(&b, "w.mtx", bad[k].text));
        CHECK(complains(&b, bad[k].code, bad[k].piece));
        done(&b);
        snprintf(longer, sizeof longer, "%s%s", bad[k].text, much);
        CHECK(!parse_text(&b, "w.mtx", longer));
        CHECK(complains(&b, bad[k].code, bad[k].piece) || strstr(bad[k].piece, "cut off"));      /* that looks at how long the file is */
        done(&b);
    }
}

static void extension_chooses_the_format(void)
{
    Bench b;
    CHECK(!parse_text(&b, "weights.mat", "1,2\n"));
    CHECK(complains(&b, D_E0502, "weights.mat"));
    CHECK(strstr(b.cx.diags.at[0].help, ".npy") && strstr(b.cx.diags.at[0].help, ".mtx"));
    done(&b);
    CHECK(parse_text(&b, "W.CSV", "1,2\n"));
    done(&b);
}

int main(void)
{
    RUN(npy_reads_every_type);
    RUN(npy_reads_fortran_order);
    RUN(npy_integers_beyond_doubles_are_exact);
    RUN(npy_refuses);
    RUN(npy_cut_anywhere_is_refused);
    RUN(csv_reads_plain_numbers);
    RUN(csv_reads_names);
    RUN(csv_reads_fractions);
    RUN(csv_counts_digits);
    RUN(csv_refuses);
    RUN(mtx_reads_entries_of_every_form);
    RUN(mtx_reads_coordinates);
    RUN(mtx_reads_arrays);
    RUN(mtx_refuses);
    RUN(extension_chooses_the_format);
    return test_done();
}
