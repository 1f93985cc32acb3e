/* Certificate files: the examples of docs/certificate.md, golden matrices written
 * and read back, and every spoiled text that can be made from them. What becomes of
 * a spoiled text is not guessed: tests/second_checker.py, which shares nothing with
 * eigc, has to come to the same answer. */
#include "compiler/check/proof/file/certificate.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "compiler/check/proof/rational.h"
#include "compiler/check/proof/verify.h"
#include "tests/golden_lds.h"
#include "tests/test.h"

static bool text_proves(const char *text, size_t n, const char **reason, Ctx *cx)
{
    CertificateFile file;
    if (!certificate_read(cx, text, n, &file, reason)) {
        CHECK(*reason != NULL && **reason);
        CHECK(file.matrix.q == 0);
        return false;
    }
    VerifyResult r = certificate_verify(cx, &file, NULL);
    *reason = r.reason;
    certificate_clear(&file);
    return r.accepted;
}

static bool accepted(const char *text)
{
    Ctx cx;
    ctx_init(&cx);
    const char *reason;
    bool yes = text_proves(text, strlen(text), &reason, &cx);
    ctx_free(&cx);
    return yes;
}

/* ---- texts ------------------------------------------------------------------ */

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t n = 0;
    char *text = malloc(1 << 20);
    if (file && text)
        n = fread(text, 1, (1 << 20) - 1, file);
    if (file)
        fclose(file);
    if (text)
        text[n] = 0;
    return text;
}

enum { MAX_BASES = 40 };
typedef struct Bases {
    char *text[MAX_BASES];
    size_t n;
} Bases;

static void add_doc_examples(Bases *b)
{
    char *doc = file_text("docs/certificate.md");
    for (char *s = doc; s && (s = strstr(s, "```json\n"));) {
        s += strlen("```json\n");
        char *end = strstr(s, "```");
        if (end && b->n < MAX_BASES)
            b->text[b->n++] = strndup(s, (size_t)(end - s));
        s = end;
    }
    free(doc);
}

static char *golden_certificate(GoldenCase *g)
{
    static const Setting set[] = {{.name = "g", .value = "0.01"}, {.name = "tau", .value = "20 ms"}, {.name = "g", .value = "0.02"}};
    const CertificateModel model = {.path = "worm \"1\".eig", .sha256 = "00ff", .n_set = 3, .set = set};
    const Evidence evidence = {.is_certificate = g->is_lds, .n_components = g->is_lds, .component = &g->certificate, .witness = g->witness};
    const CertificateFile file = {.matrix = g->matrix, .evidence = evidence, .has_model = true, .model = model};
    Sbuf out = {0};
    certificate_write(&file, &out);
    return out.text;
}

/* Every 20th golden matrix of a few rows. */
static void add_golden(Bases *b)
{
    Ctx cx;
    ctx_init(&cx);
    GoldenCase *cases;
    size_t n = golden_load(&cx, GOLDEN_PATH, &cases), seen = 0;
    for (size_t k = 0; k < n; k++)
        if (cases[k].n >= 2 && cases[k].n <= 4 && seen++ % 20 == 0 && b->n < MAX_BASES)
            b->text[b->n++] = golden_certificate(&cases[k]);
    golden_free(cases, n);
    ctx_free(&cx);
}

static Bases bases_make(void)
{
    Bases b = {0};
    add_doc_examples(&b);
    add_golden(&b);
    return b;
}

static void bases_free(Bases *b)
{
    for (size_t k = 0; k < b->n; k++)
        free(b->text[k]);
}

/* ---- tests ------------------------------------------------------------------ */

static void examples_and_golden_files_are_accepted(void)
{
    Bases b = bases_make();
    CHECK(b.n >= 12);
    for (size_t k = 0; k < b.n; k++) {
        if (!accepted(b.text[k]))
            fprintf(stderr, "%s\n", b.text[k]);
        CHECK(accepted(b.text[k]));
    }
    bases_free(&b);
}

/* Written, read, and written again: the same bytes. */
static void writing_is_the_inverse_of_reading(void)
{
    Ctx cx;
    ctx_init(&cx);
    Bases b = bases_make();
    for (size_t k = 0; k < b.n; k++) {
        Sbuf once = {0}, twice = {0};
        CertificateFile file;
        const char *reason, *text = b.text[k];
        for (Sbuf *out = &once; out; out = out == &once ? &twice : NULL) {
            CHECK(certificate_read(&cx, text, strlen(text), &file, &reason));
            certificate_write(&file, out);
            certificate_clear(&file);
            text = sbuf_text(&once);
        }
        CHECK_TEXT(sbuf_text(&once), sbuf_text(&twice));
        CHECK(accepted(sbuf_text(&twice)));
        if (strstr(b.text[k], "worm"))          /* was our own text to begin with */
            CHECK_TEXT(sbuf_text(&once), b.text[k]);
        sbuf_free(&once);
        sbuf_free(&twice);
    }
    bases_free(&b);
    ctx_free(&cx);
}

static void numbers_as_text(void)
{
    static const struct { const char *in, *out; } good[] = {
        {"0", "0"}, {"-0", "0"}, {"12", "12"}, {"-0.1", "-0.1"}, {"1e-3", "0.001"}, {"1.50", "1.5"}, {"3/2", "1.5"},
        {"-2/6", "-1/3"}, {"1E+2", "100"}, {"007", "7"}, {"1e-30", "1e-30"}, {"123e20", "123e20"}, {"0.0625", "0.0625"},
        {"1e-17", "1e-17"}, {"3.3333333333333333", "3.3333333333333333"}, {"1/1024", "1/1024"}, {"12345678901234567890", "12345678901234567890"},
        {"0.12345678901234567890123", "0.12345678901234567890123"}, {"1e5", "1e5"}, {"1/7", "1/7"}, {"1000", "1000"},
    };
    static const char *const bad[] = {"", "-", "+1", ".5", "5.", "1e", "1e+", "1e5001", "1e-5001", "1e999999999",
                                      "1e99999999999999999999", "nan", "NaN", "inf", "1/0", "1/", "/2", "1/-2", "1/2/3", "1.5/2",
                                      " 1", "1 ", "0x10", "1_0", "1,5", "--1", "1.2.3", "1e1.5", "\xd9\xa1"};
    mpq_t x, y;
    mpq_inits(x, y, NULL);
    for (size_t k = 0; k < sizeof good / sizeof good[0]; k++) {
        Sbuf out = {0};
        CHECK(rational_parse(x, good[k].in, strlen(good[k].in)));
        rational_print(x, &out);
        if (strcmp(good[k].in, "1/1024") != 0)      /* 0.0009765625 or 1/1024: either is exact */
            CHECK_TEXT(sbuf_text(&out), good[k].out);
        CHECK(rational_parse(y, sbuf_text(&out), out.n) && mpq_equal(x, y));
        sbuf_free(&out);
    }
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++)
        CHECK(!rational_parse(x, bad[k], strlen(bad[k])));
    char *many = malloc(RATIONAL_MAX_DIGITS + 2);
    memset(many, '7', RATIONAL_MAX_DIGITS + 1);
    CHECK(rational_parse(x, many, RATIONAL_MAX_DIGITS));
    mpz_ui_pow_ui(mpq_denref(x), 10, RATIONAL_MAX_DIGITS);      /* 9 * 77...7 = 7 (10^n - 1) */
    mpz_sub_ui(mpq_denref(x), mpq_denref(x), 1);
    mpz_mul_ui(mpq_denref(x), mpq_denref(x), 7);
    mpz_mul_ui(mpq_numref(x), mpq_numref(x), 9);
    CHECK(mpz_cmp(mpq_numref(x), mpq_denref(x)) == 0);
    mpq_set_ui(x, 0, 1);
    CHECK(!rational_parse(x, many, RATIONAL_MAX_DIGITS + 1));
    free(many);
    mpq_clears(x, y, NULL);
}

#define HEAD "{\"format\": \"eig-certificate/1\", \"claim\": \"lds\", "
#define TWO "\"matrix\": {\"n\": 2, \"rows\": [[\"-1\", \"0\"], [\"0\", \"-1\"]]}, "
#define ONE(members, p) "{\"members\": [" members "], \"p\": [" p "], \"proof\": \"exact\"}"
#define NOT "{\"format\": \"eig-certificate/1\", \"claim\": \"not-lds\", "
#define UP "\"matrix\": {\"n\": 2, \"rows\": [[\"1\", \"0\"], [\"0\", \"1\"]]}, "
#define POP(n, size, more) "\"matrix\": {\"n\": " n ", \"populations\": [{\"name\": \"I\", \"size\": " size more \
                           "}], \"uniform\": [[\"-1.5\"]], \"self\": [\"1.5\"], \"leak\": [\"1\"]}, "

/* What docs/certificate.md says must be refused, a case each; the first few are
 * good, so that the pieces are known to be. */
static const struct { bool good; const char *text; } file_case[] = {
    {1, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {1, HEAD TWO "\"components\": [" ONE("0", "\"1\"") ", " ONE("1", "\"1\"") "]}\n "},
    {1, NOT UP "\"witness\": {\"members\": [1], \"V\": [[\"1\"]]}}"},
    {1, NOT POP("2", "2", "") "\"witness\": {\"population\": \"I\", \"zero_sum\": true}}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\"") "]} x"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}{}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\"") "]"},
    {0, HEAD TWO "\"claim\": \"lds\", \"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"note\": 1, \"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"format model\": 1, \"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"\": 1, \"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", 1") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", NaN") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"NaN\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"0\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"-1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 0", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("1, 0", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 2", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, -1", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 4294967297", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1.0", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, \"1\"", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0", "\"1\"") ", " ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, HEAD TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\"") ", " ONE("", "") "]}"},
    {0, HEAD TWO "\"components\": []}"},
    {0, HEAD TWO "\"components\": {}}"},
    {0, HEAD TWO "\"components\": [{\"members\": [0, 1], \"p\": [\"1\", \"1\"], \"proof\": \"trust me\"}]}"},
    {0, HEAD TWO "\"components\": [{\"members\": [0, 1], \"p\": [\"1\", \"1\"]}]}"},
    {0, HEAD TWO "\"components\": [{\"members\": [0, 1], \"p\": [\"1\", \"1\"], \"proof\": \"exact\", \"c\": 1}]}"},
    {0, HEAD TWO "\"witness\": {\"members\": [1], \"V\": [[\"1\"]]}}"},
    {0, HEAD TWO "\"witness\": null, \"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, HEAD "\"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, "{\"format\": \"eig-certificate/2\", \"claim\": \"lds\", " TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, "{\"format\": \"eig-certificate/1\", \"claim\": \"LDS\", " TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, "{\"format\": \"eig-certificate/1\", " TWO "\"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 3, \"rows\": [[\"-1\"]]}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"rows\": [[\"-1\", \"0\"]]}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"rows\": [[-1]]}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"rows\": []}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 0, \"rows\": []}, \"components\": []}"},
    {0, HEAD "\"matrix\": {\"n\": true, \"rows\": [[\"-1\"]]}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"rows\": [[\"-1\"]], \"entries\": []}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"rows\": [[\"-1\"]], \"self\": [\"0\"]}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {1, HEAD "\"matrix\": {\"n\": 1, \"entries\": [[0, 0, \"-1\"]], \"source\": \"a\", \"sha256\": \"b\"}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"entries\": [[0, 0, \"1\"], [0, 0, \"-1\"]]}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"entries\": [[0, 1, \"-1\"]]}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"entries\": [[0, \"-1\"]]}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 1, \"entries\": []}, \"components\": [" ONE("0", "\"1\"") "]}"},
    {0, HEAD "\"matrix\": {\"n\": 2, \"entries\": [[1, 1, \"-1\"], [0, 0, \"-1\"]]}, \"components\": [" ONE("0, 1", "\"1\", \"1\"") "]}"},
    {0, NOT "\"matrix\": {\"n\": 4000000000000, \"entries\": [[0, 0, \"1\"]]}, \"witness\": {\"members\": [0], \"V\": [[\"1\"]]}}"},
    {1, NOT "\"matrix\": {\"n\": 4000000, \"entries\": [[0, 0, \"1\"]]}, \"witness\": {\"members\": [0], \"V\": [[\"1\"]]}}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": [[\"0\"]]}}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": []}}"},
    {0, NOT UP "\"witness\": {\"members\": [], \"V\": [[]]}}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": [[]]}}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": [[\"1\", \"1\"]]}}"},
    {0, NOT UP "\"witness\": {\"members\": [1, 1], \"V\": [[\"1\", \"1\"]]}}"},
    {0, NOT UP "\"witness\": {\"members\": [2], \"V\": [[\"1\"]]}}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": [[\"1\"]], \"w\": [\"-1\"]}}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": [[\"1\"]], \"w\": [\"0\"]}}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": [[\"1\"]], \"w\": []}}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": [[\"1\"]], \"u\": []}}"},
    {0, NOT UP "\"witness\": [], \"components\": []}"},
    {0, NOT UP "\"witness\": {\"members\": [1], \"V\": [[\"1\"]]}, \"components\": []}"},
    {0, NOT UP "\"witness\": {\"population\": \"I\", \"zero_sum\": true}}"},
    {0, NOT POP("3", "2", "") "\"witness\": {\"population\": \"I\", \"zero_sum\": true}}"},
    {0, NOT POP("1", "1", "") "\"witness\": {\"population\": \"I\", \"zero_sum\": true}}"},
    {0, NOT POP("2", "2.0", "") "\"witness\": {\"population\": \"I\", \"zero_sum\": true}}"},
    {0, NOT POP("0", "0", "") "\"witness\": {\"population\": \"I\", \"zero_sum\": true}}"},
    {0, NOT POP("2", "2", ", \"sign\": 1") "\"witness\": {\"population\": \"I\", \"zero_sum\": true}}"},
    {0, NOT POP("2", "2", "") "\"witness\": {\"population\": \"E\", \"zero_sum\": true}}"},
    {0, NOT POP("2", "2", "") "\"witness\": {\"population\": 0, \"zero_sum\": true}}"},
    {0, NOT POP("2", "2", "") "\"witness\": {\"population\": \"I\", \"zero_sum\": false}}"},
    {0, NOT POP("2", "2", "") "\"witness\": {\"population\": \"I\"}}"},
    {0, HEAD POP("2", "2", "") "\"components\": [" ONE("0", "\"1\"") "]}"},
    {0, ""}, {0, "null"}, {0, "[]"}, {0, "{}"}, {0, "\"eig-certificate/1\""}, {0, "\xff\xfe"},
};

static void malformed_files_are_refused(void)
{
    for (size_t k = 0; k < sizeof file_case / sizeof *file_case; k++) {
        if (accepted(file_case[k].text) != file_case[k].good)
            fprintf(stderr, "%s: %s\n", file_case[k].good ? "refused" : "accepted", file_case[k].text);
        CHECK(accepted(file_case[k].text) == file_case[k].good);
    }
    char *deep = malloc(100001);
    memset(deep, '[', 100000);
    deep[100000] = 0;
    CHECK(!accepted(deep));
    free(deep);
}

/* ---- mutations -------------------------------------------------------------- */

typedef struct Batch {
    Sbuf texts;                 /* each ended by a NUL */
    char *verdict;              /* 'y' or 'n' of the same index */
    size_t n, cap, n_accepted;
} Batch;

static void batch_add(Batch *b, const char *text, size_t n)
{
    Ctx cx;
    ctx_init(&cx);
    const char *reason;
    bool yes = text_proves(text, n, &reason, &cx);
    ctx_free(&cx);
    if (b->n == b->cap)
        b->verdict = realloc(b->verdict, b->cap = b->cap ? 2 * b->cap : 1024);
    b->verdict[b->n++] = yes ? 'y' : 'n';
    b->n_accepted += yes;
    sbuf_mem(&b->texts, text, n);
    sbuf_char(&b->texts, 0);
}

/* base with the bytes from .. to-1 replaced. */
static void batch_replace(Batch *b, const char *base, size_t from, size_t to, const char *by)
{
    Sbuf text = {0};
    sbuf_mem(&text, base, from);
    sbuf_str(&text, by);
    sbuf_str(&text, base + to);
    batch_add(b, sbuf_text(&text), text.n);
    sbuf_free(&text);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Each digit to two others, each sign away, a sign before each number, each byte
 * left out or doubled. */
static void mutate_bytes(Batch *b, const char *base)
{
    for (size_t k = 0; base[k]; k++) {
        char by[3] = {base[k], base[k], 0};
        batch_replace(b, base, k, k + 1, "");
        batch_replace(b, base, k, k + 1, by);
        by[1] = 0;
        if (is_digit(base[k]))
            for (int step = 1; step <= 9; step += k % 2 ? 4 : 8) {
                by[0] = (char)('0' + (base[k] - '0' + step) % 10);
                batch_replace(b, base, k, k + 1, by);
            }
        if (is_digit(base[k]) && !is_digit(base[k - 1]))
            batch_replace(b, base, k, k, "-");
    }
}

/* Each text in quotes, and each bare number, replaced by others. */
static void mutate_values(Batch *b, const char *base)
{
    static const char *const values[] = {"\"0\"", "\"NaN\"", "\"-inf\"", "\"1e999999999\"", "\"1/0\"", "\"\"", "\"1e-400\"", "1", "-1",
                                         "1.5", "null", "[]", "{}", "true", "\"1\"", "\"-1\"", "\"7/3\"", "\"members\"", "0", "2"};
    for (size_t k = 0; base[k]; k++) {
        size_t end = k;
        if (base[k] == '"') {
            end = k + 1 + strcspn(base + k + 1, "\"") + 1;
        } else if (is_digit(base[k])) {
            while (is_digit(base[end]))
                end++;
        } else {
            continue;
        }
        for (size_t v = 0; v < sizeof values / sizeof values[0]; v++)
            batch_replace(b, base, k, end, values[v]);
        k = end - 1;
    }
}

/* Fields and elements too many, and every truncation. */
static void mutate_structure(Batch *b, const char *base)
{
    for (size_t k = 0; base[k]; k++) {
        batch_add(b, base, k);
        if (base[k] == '{') {
            batch_replace(b, base, k, k + 1, "{\"extra\": \"1\", ");
            batch_replace(b, base, k, k + 1, "{\"n\": 2, ");
            batch_replace(b, base, k, k + 1, "{\"p\": [\"1\"], ");
            batch_replace(b, base, k, k + 1, "[");
        } else if (base[k] == '[') {
            batch_replace(b, base, k, k + 1, "[0, ");
            batch_replace(b, base, k, k + 1, "[\"0\", ");
            batch_replace(b, base, k, k + 1, "[[], ");
            batch_replace(b, base, k, k + strcspn(base + k, "]"), "[");
        }
    }
}

/* Runs the second checker over the batch and counts the texts on which it disagrees. */
static size_t disagreements(const Batch *b)
{
    char path[] = "/tmp/eigc-certificates-XXXXXX", command[200], line[4096];
    int fd = mkstemp(path);
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    size_t n = 0, wrong = 0;
    const char *text = b->texts.text;
    if (!file || fwrite(text, 1, b->texts.n, file) != b->texts.n || fclose(file) != 0)
        return SIZE_MAX;
    snprintf(command, sizeof command, "/usr/bin/python3 tests/second_checker.py --many %s", path);
    FILE *answers = popen(command, "r");
    while (answers && fgets(line, sizeof line, answers)) {
        if (n >= b->n)
            break;
        if ((strncmp(line, "accepted", 8) == 0) != (b->verdict[n] == 'y') && wrong++ < 5)
            fprintf(stderr, "eigc says %c, the second checker %sof\n%s\n", b->verdict[n], line, text);
        text += strlen(text) + 1;
        n++;
    }
    if (answers)
        pclose(answers);
    unlink(path);
    return n == b->n ? wrong : SIZE_MAX;
}

static void both_checkers_agree_on_every_mutation(void)
{
    Bases bases = bases_make();
    Batch b = {0};
    for (size_t k = 0; k < bases.n; k++) {
        batch_add(&b, bases.text[k], strlen(bases.text[k]));
        if (k < 9)
            mutate_bytes(&b, bases.text[k]);
        mutate_values(&b, bases.text[k]);
        mutate_structure(&b, bases.text[k]);
    }
    CHECK(b.n > 10000);
    CHECK(b.n_accepted > bases.n && b.n_accepted < b.n / 4);
    fprintf(stderr, "note: %zu texts, %zu still proofs\n", b.n, b.n_accepted);
    CHECK(disagreements(&b) == 0);
    sbuf_free(&b.texts);
    free(b.verdict);
    bases_free(&bases);
}

/* All golden proofs, in the words of the file, convince the second checker. */
static void golden_files_convince_the_second_checker(void)
{
    Ctx cx;
    ctx_init(&cx);
    GoldenCase *cases;
    Batch b = {0};
    size_t n = golden_load(&cx, GOLDEN_PATH, &cases);
    for (size_t k = 0; k < n; k++) {
        char *text = golden_certificate(&cases[k]);
        batch_add(&b, text, strlen(text));
        free(text);
    }
    CHECK(n > 300 && b.n_accepted == n);
    CHECK(disagreements(&b) == 0);
    sbuf_free(&b.texts);
    free(b.verdict);
    golden_free(cases, n);
    ctx_free(&cx);
}

/* Numerators of a word and not, over powers of two on either side of what fits decimals, words and two words. */
static void doubles_are_written_as_their_ratios(void)
{
    static const double numerator[] = {1, -1, 3, 0x1.921fb54442d19p+52, -0x1.fffffffffffffp+52};
    mpq_t x, wide;
    mpq_inits(x, wide, NULL);
    for (size_t k = 0; k < sizeof numerator / sizeof numerator[0]; k++)
        for (int twos = 0; twos <= 200; twos++) {
            Sbuf out = {0};
            char text[200];
            mpq_set_d(x, ldexp(numerator[k], -twos));
            rational_print(x, &out);
            CHECK(rational_parse(wide, sbuf_text(&out), out.n) && mpq_equal(x, wide));
            if (twos > 40)
                CHECK_TEXT(sbuf_text(&out), mpq_get_str(text, 10, x));
            sbuf_free(&out);
            mpz_ui_pow_ui(mpq_numref(x), 3, 45);        /* of two words */
            rational_print(x, &out);
            CHECK(rational_parse(wide, sbuf_text(&out), out.n) && mpq_equal(x, wide));
            sbuf_free(&out);
        }
    mpq_clears(x, wide, NULL);
}

int main(void)
{
    RUN(examples_and_golden_files_are_accepted);
    RUN(writing_is_the_inverse_of_reading);
    RUN(numbers_as_text);
    RUN(doubles_are_written_as_their_ratios);
    RUN(malformed_files_are_refused);
    RUN(both_checkers_agree_on_every_mutation);
    RUN(golden_files_convince_the_second_checker);
    return test_done();
}
