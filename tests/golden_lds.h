/* Reader of tests/golden_lds/cases.txt.gz: matrices with a known answer and a
 * proof of it. The file's head says its format and where it comes from. */
#ifndef TESTS_GOLDEN_LDS_H
#define TESTS_GOLDEN_LDS_H
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "compiler/check/proof/evidence.h"
#include "compiler/check/proof/rational.h"

typedef struct GoldenCase {
    const char *id, *family;
    size_t n;
    bool is_lds;
    ClaimMatrix matrix;         /* neuron form, zeros not held */
    Component certificate;      /* is_lds: p for the whole matrix, also where it is reducible */
    Witness witness;            /* else */
} GoldenCase;

#define GOLDEN_PATH "tests/golden_lds/cases.txt.gz"

static char *golden_text(const char *path)
{
    size_t n = 0, cap = 1 << 21;
    char *text = malloc(cap);
    gzFile file = gzopen(path, "rb");
    for (int got; file && text && (got = gzread(file, text + n, (unsigned)(cap - n - 1))) > 0;) {
        n += (size_t)got;
        if (n + 1 == cap)
            text = realloc(text, cap *= 2);
    }
    if (!file || !text || gzclose(file) != Z_OK) {
        free(text);
        return NULL;
    }
    text[n] = 0;
    return text;
}

static void golden_number(mpq_ptr x, const char *word)
{
    if (strcmp(word, ".") == 0)
        mpq_set_ui(x, 0, 1);
    else if (!rational_parse(x, word, strlen(word)))
        BUG("golden file: bad number %s", word);
}

/* n numbers of a line, the first word of which has been taken. */
static void golden_numbers(char **words, mpq_t *x, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        char *word = strtok_r(NULL, " ", words);
        if (!word)
            BUG("golden file: short line");
        golden_number(x[k], word);
    }
}

static mpq_t *golden_fresh(Ctx *cx, size_t n)
{
    mpq_t *x = ARENA_ARRAY(&cx->arena, n, mpq_t);
    for (size_t k = 0; k < n; k++)
        mpq_init(x[k]);
    return x;
}

/* Keeps the non-zero entries of a dense row-major matrix, which it clears. */
static void golden_matrix(Ctx *cx, ClaimMatrix *m, mpq_t *dense, size_t n)
{
    size_t kept = 0;
    for (size_t k = 0; k < n * n; k++)
        kept += mpq_sgn(dense[k]) != 0;
    claim_matrix_init(cx, m, n, kept, false);
    kept = 0;
    for (size_t i = 0; i < n; i++) {
        m->row_from[i] = kept;
        for (size_t j = 0; j < n; j++)
            if (mpq_sgn(dense[i * n + j]) != 0) {
                m->column[kept] = (uint32_t)j;
                mpq_swap(m->entry[kept++], dense[i * n + j]);
            }
    }
    for (size_t k = 0; k < n * n; k++)
        mpq_clear(dense[k]);
}

/* One case from its lines; *line is left at the next `case`. */
static void golden_case(Ctx *cx, char **line, char **lines, GoldenCase *out)
{
    char *words;
    strtok_r(*line, " ", &words);
    out->id = arena_strdup(&cx->arena, strtok_r(NULL, " ", &words));
    out->family = arena_strdup(&cx->arena, strtok_r(NULL, " ", &words));
    size_t n = out->n = strtoul(strtok_r(NULL, " ", &words), NULL, 10), row = 0, rank = 0;
    out->is_lds = strcmp(strtok_r(NULL, " ", &words), "lds") == 0;
    mpq_t *dense = golden_fresh(cx, n * n);
    if (out->is_lds)
        component_init(cx, &out->certificate, n);
    else
        witness_init(cx, &out->witness, n, 0, false);
    mpq_t *v = NULL;
    while ((*line = strtok_r(NULL, "\n", lines)) && strncmp(*line, "case ", 5) != 0) {
        char kind = strtok_r(*line, " ", &words)[0];
        if (kind == 'a') {
            golden_numbers(&words, dense + n * row++, n);
        } else if (kind == 'p') {
            golden_numbers(&words, out->certificate.p, n);
        } else if (kind == 'v') {
            mpq_t *more = golden_fresh(cx, (rank + 1) * n);
            for (size_t k = 0; k < rank * n; k++) {
                mpq_swap(more[k], v[k]);
                mpq_clear(v[k]);
            }
            golden_numbers(&words, more + rank++ * n, n);
            v = more;
        } else {
            golden_numbers(&words, out->witness.w = golden_fresh(cx, rank), rank);
        }
    }
    golden_matrix(cx, &out->matrix, dense, n);
    for (size_t k = 0; k < n; k++)
        (out->is_lds ? out->certificate.member : out->witness.member)[k] = (uint32_t)k;
    out->witness.v = v;
    out->witness.rank = rank;
}

/* The number of cases; 0 when the file cannot be read. golden_free returns the numbers. */
static size_t golden_load(Ctx *cx, const char *path, GoldenCase **out)
{
    char *text = golden_text(path), *lines;
    *out = NULL;
    if (!text)
        return 0;
    size_t n = 0;
    for (const char *s = text; (s = strstr(s, "\ncase ")); s++)
        n++;
    *out = ARENA_ARRAY(&cx->arena, n, GoldenCase);
    char *line = strtok_r(text, "\n", &lines);
    while (line && line[0] == '#')
        line = strtok_r(NULL, "\n", &lines);
    for (size_t k = 0; line; k++)
        golden_case(cx, &line, &lines, &(*out)[k]);
    free(text);
    return n;
}

static void golden_free(GoldenCase *cases, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        claim_matrix_clear(&cases[k].matrix);
        component_clear(&cases[k].certificate);
        witness_clear(&cases[k].witness);
    }
}
#endif
