#include "compiler/data/table.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compiler/data/sha256.h"
#include "tests/test.h"

typedef struct Bench {
    Ctx cx;
    NumPool pool;
} Bench;

static Bench *setup(Bench *b)
{
    *b = (Bench){ 0 };
    ctx_init(&b->cx);
    source_from_text(&b->cx, "model.eig", "model", 5);
    return b;
}

static void teardown(Bench *b)
{
    num_pool_free(&b->pool);
    ctx_free(&b->cx);
}

static bool parse(Bench *b, const char *text, Table *t)
{
    return table_parse(&b->cx, "t.csv", text, strlen(text), (Span){ 0, 0, 5 }, t);
}

/* The code of the only diagnostic, and a piece of its text. */
static bool complains(Bench *b, DiagCode code, const char *piece)
{
    bool ok = b->cx.diags.n == 1 && b->cx.diags.at[0].code == code && strstr(b->cx.diags.at[0].text, piece);
    if (!ok)
        for (size_t k = 0; k < b->cx.diags.n; k++)
            fprintf(stderr, "  got %s: %s\n", diag_code_name(b->cx.diags.at[k].code), b->cx.diags.at[k].text);
    return ok;
}

static bool is_number(Num x, const char *expected)
{
    Sbuf text = { 0 };
    char *s = mpq_get_str(NULL, 10, x);
    bool same = strcmp(s, expected) == 0;
    if (!same)
        fprintf(stderr, "  got %s, expected %s\n", s, expected);
    void (*release)(void *, size_t);
    mp_get_memory_functions(NULL, NULL, &release);
    release(s, strlen(s) + 1);
    sbuf_free(&text);
    return same;
}

static void cells_are_trimmed_and_unquoted(void)
{
    Bench b;
    Table t;
    const char *text = "\xef\xbb\xbf# a comment\r\nname , \"value, quoted\"\r\n\r\n a ,\"say \"\"hi\"\"\"\r\n  # another\nb,\"two\nlines\"\nc,";
    CHECK(parse(setup(&b), text, &t));
    CHECK(t.n_columns == 2 && t.n_rows == 3);
    CHECK_TEXT(t.column[1].name, "value, quoted");
    CHECK_TEXT(t.column[0].text[0], "a");
    CHECK_TEXT(t.column[1].text[0], "say \"hi\"");
    CHECK_TEXT(t.column[1].text[1], "two\nlines");
    CHECK_TEXT(t.column[1].text[2], "");
    CHECK(t.line[0] == 4 && t.line[1] == 6 && t.line[2] == 8);
    CHECK(table_column(&t, intern(&b.cx.names, "name")) == 0);
    CHECK(table_column(&t, intern(&b.cx.names, "nam")) == -1);
    teardown(&b);
}

static void decimals_are_exact(void)
{
    static const char *const expected[] = { "1/10", "-3", "25/2", "1/1000", "1", "2/3", "-1/8", "1000000000000000000001",
                                            "12345678901234567890123/1000000000000000000000000000000000000000000", "0", "9007199254740993" };
    Bench b;
    Table t;
    Values v;
    CHECK(parse(setup(&b), "x\n0.1\n-3\n12.5\n1e-3\n+1.\n2/3\n-.125\n1000000000000000000001\n1.2345678901234567890123e-20\n-0.000\n9007199254740993\n", &t));
    CHECK(table_numbers(&b.cx, &b.pool, &t, 0, (Span){ 0 }, &v));
    CHECK(v.q != NULL);
    for (size_t k = 0; k < v.n; k++) {
        CHECK(is_number(values_exact(&b.pool, &v, k), expected[k]));
        CHECK(v.d[k] == mpq_get_d(v.q[k]) || fabs(v.d[k] - mpq_get_d(v.q[k])) <= fabs(v.d[k]) * 0x1p-52);
    }
    CHECK(v.d[0] == 0.1 && v.d[3] == 1e-3);
    CHECK(!signbit(v.d[9]));
    teardown(&b);
}

/* Decimals that are doubles need no rationals. */
static void doubles_stay_doubles(void)
{
    Bench b;
    Table t;
    Values v;
    CHECK(parse(setup(&b), "x\n0.5\n-3\n9007199254740992\n1e15\n0.0009765625\n1e22\n0e99\n", &t));
    CHECK(table_numbers(&b.cx, &b.pool, &t, 0, (Span){ 0 }, &v));
    CHECK(v.q == NULL);
    CHECK(v.d[0] == 0.5 && v.d[1] == -3 && v.d[2] == 0x1p53 && v.d[3] == 1e15 && v.d[4] == 0x1p-10 && v.d[5] == 1e22 && v.d[6] == 0);
    teardown(&b);
}

/* The quick way and GMP must agree on every decimal: nearest double, same rational. */
static void quick_decimals_agree_with_gmp(void)
{
    Bench b;
    setup(&b);
    uint64_t state = 88172645463325252u;
    for (int k = 0; k < 20000; k++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        char text[80];
        uint64_t digits = state >> (state % 60);
        snprintf(text, sizeof text, "x\n%s%llue%d\n", state & 1 ? "-" : "", (unsigned long long)digits, (int)(state >> 8 & 31) - 16);
        Table t;
        Values v;
        CHECK(parse(&b, text, &t) && table_numbers(&b.cx, &b.pool, &t, 0, (Span){ 0 }, &v));
        mpq_t x, ten;
        mpq_inits(x, ten, NULL);
        char *e = strchr(text, 'e');
        int exponent = atoi(e + 1);
        *e = 0;
        mpz_set_str(mpq_numref(x), text + 2, 10);
        mpz_ui_pow_ui(mpq_numref(ten), 10, (unsigned long)abs(exponent));
        exponent < 0 ? mpq_div(x, x, ten) : mpq_mul(x, x, ten);
        CHECK(mpq_equal(x, values_exact(&b.pool, &v, 0)));
        *e = 'e';
        CHECK(v.d[0] == strtod(text + 2, NULL));
        mpq_clears(x, ten, NULL);
    }
    teardown(&b);
}

static void malformed_tables_are_refused(void)
{
    static const struct { const char *text; DiagCode code; const char *piece; } bad[] = {
        { "a,b\n1,2\n3\n", D_E0503, "t.csv:3:1: cells in this row: 1, in the header: 2" },
        { "a,b\n1,\"2\n3,4\n", D_E0503, "t.csv:2:3: a quote that is never closed" },
        { "a,b\n1,\"2\"x\n", D_E0503, "t.csv:2:6: text behind a closing quote" },
        { "a,b\n1,2\"\n", D_E0503, "t.csv:2:4: a quote inside" },
        { "a,a\n1,2\n", D_E0506, "t.csv:1:3: a second column named 'a'" },
        { "a,b\n", D_E0508, "no rows" },
        { "# nothing\n\n", D_E0508, "no header" },
        { "", D_E0508, "no header" },
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Bench b;
        Table t;
        CHECK(!parse(setup(&b), bad[k].text, &t));
        CHECK(complains(&b, bad[k].code, bad[k].piece));
        teardown(&b);
    }
}

static void bad_numbers_are_refused(void)
{
    static const struct { const char *text, *piece; } bad[] = {
        { "x\n1\nabc\n", "t.csv:3: 'abc' in column 'x' is not a number" },
        { "x\nnan\n", "'nan' in column 'x' is not a finite number" },
        { "x\n-Inf\n", "not a finite number" },
        { "x\n1e400\n", "beyond the range of a double" },
        { "x\n1e999999999999\n", "beyond the range of a double" },
        { "x\n1e\n", "not a number" },
        { "x\n1 2\n", "not a number" },
        { "x\n0x10\n", "not a number" },
        { "x\n1/0\n", "is not a fraction a/b of whole numbers with b above 0" },
        { "x\n.\n", "not a number" },
        { "x,y\n,1\n", "'' in column 'x' is not a number" },
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Bench b;
        Table t;
        Values v;
        CHECK(parse(setup(&b), bad[k].text, &t));
        CHECK(!table_numbers(&b.cx, &b.pool, &t, 0, (Span){ 0, 0, 5 }, &v));
        CHECK(complains(&b, D_E0504, bad[k].piece));
        teardown(&b);
    }
}

static void files_that_cannot_be_read(void)
{
    Bench b;
    Table t;
    setup(&b);
    CHECK(!table_read(&b.cx, "no/such/folder", "t.csv", (Span){ 0, 0, 5 }, &t));
    CHECK(complains(&b, D_E0501, "'no/such/folder/t.csv' cannot be read: No such file"));
    teardown(&b);
    setup(&b);
    CHECK(!table_read(&b.cx, "", "tests", (Span){ 0, 0, 5 }, &t));
    CHECK(complains(&b, D_E0501, "folder"));
    teardown(&b);
    setup(&b);
    CHECK(!table_read(&b.cx, "tests", "/dev/zero", (Span){ 0, 0, 5 }, &t));
    CHECK(complains(&b, D_E0501, "not a regular file"));
    teardown(&b);
}

static void sha256_of_abc(void)
{
    Bench b;
    setup(&b);
    CHECK_TEXT(sha256_hex(&b.cx, "abc", 3), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK_TEXT(sha256_hex(&b.cx, "", 0), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    char *million = arena_alloc(&b.cx.arena, 1000000);
    memset(million, 'a', 1000000);
    CHECK_TEXT(sha256_hex(&b.cx, million, 1000000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    teardown(&b);
}

/* How a child ends that asks a column for entry k, in each of three ways. */
static bool asking_aborts(const Values *v, size_t k, int how)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        NumPool pool = { 0 };
        mpq_t x;
        mpq_init(x);
        freopen("/dev/null", "w", stderr);
        if (how == 0)
            values_get(v, k, x);
        else if (how == 1)
            values_exact(&pool, v, k);
        else
            values_sign(v, k);
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void what_is_not_kept_is_not_one(void)
{
    double two[2] = { 2, 3 };
    Values none = { 0 }, ones = { .n = 2 }, pair = { .n = 2, .d = two };
    for (int how = 0; how < 3; how++) {
        CHECK(asking_aborts(&none, 0, how) && asking_aborts(&ones, 2, how) && asking_aborts(&pair, 2, how));
        CHECK(!asking_aborts(&ones, 1, how) && !asking_aborts(&pair, 1, how));
    }
    CHECK(values_sign(&ones, 1) == 1 && values_sign(&pair, 1) == 1);
}

int main(void)
{
    RUN(what_is_not_kept_is_not_one);
    RUN(cells_are_trimmed_and_unquoted);
    RUN(decimals_are_exact);
    RUN(doubles_stay_doubles);
    RUN(quick_decimals_agree_with_gmp);
    RUN(malformed_tables_are_refused);
    RUN(bad_numbers_are_refused);
    RUN(files_that_cannot_be_read);
    RUN(sha256_of_abc);
    return test_done();
}
