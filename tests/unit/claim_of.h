/* Matrices, multipliers and vectors of claims from text, and what the verifier says of them. */
#ifndef TESTS_UNIT_CLAIM_OF_H
#define TESTS_UNIT_CLAIM_OF_H
#include "compiler/check/proof/rational.h"
#include "compiler/check/proof/verify.h"
#include "tests/test.h"

static unsigned long random_state = 12345;

static inline long random_to(long most)       /* 0 .. most */
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (long)((random_state >> 33) % (unsigned long)(most + 1));
}

static inline void set(mpq_ptr x, const char *text)
{
    if (!rational_parse(x, text, strlen(text)))
        BUG("test number %s", text);
}

/* A full n x n matrix from numbers separated by blanks. */
static inline ClaimMatrix matrix_of(Ctx *cx, size_t n, const char *text)
{
    ClaimMatrix m;
    claim_matrix_init(cx, &m, n, n * n, false);
    for (size_t k = 0; k < n * n; k++) {
        size_t length = strcspn(text, " ");
        m.row_from[k / n] = k / n * n;
        m.column[k] = (uint32_t)(k % n);
        if (!rational_parse(m.entry[k], text, length))
            BUG("test matrix");
        text += length + (text[length] == ' ');
    }
    return m;
}

static inline ClaimMatrix zeros(Ctx *cx, size_t n)
{
    ClaimMatrix m;
    claim_matrix_init(cx, &m, n, n * n, false);
    for (size_t k = 0; k < n * n; k++) {
        m.row_from[k / n] = k / n * n;
        m.column[k] = (uint32_t)(k % n);
    }
    return m;
}

static inline Component ones(Ctx *cx, size_t n)
{
    Component c;
    component_init(cx, &c, n);
    for (size_t k = 0; k < n; k++) {
        c.member[k] = (uint32_t)k;
        mpq_set_ui(c.p[k], 1, 1);
    }
    return c;
}

static inline Witness vectors(Ctx *cx, size_t n, size_t rank, const char *text)
{
    Witness w;
    witness_init(cx, &w, n, rank, false);
    for (size_t k = 0; k < n; k++)
        w.member[k] = (uint32_t)k;
    for (size_t k = 0; k < n * rank; k++) {
        size_t length = strcspn(text, " ");
        if (!rational_parse(w.v[k], text, length))
            BUG("test vectors");
        text += length + (text[length] == ' ');
    }
    return w;
}

static inline bool proves(Ctx *cx, const ClaimMatrix *m, const Component *c)
{
    VerifyResult r = verify_component(cx, m, c);
    CHECK(r.reason != NULL);
    return r.accepted;
}

static inline bool refutes(Ctx *cx, const ClaimMatrix *m, const Witness *w)
{
    VerifyResult r = verify_witness(cx, m, w);
    CHECK(r.reason != NULL);
    return r.accepted;
}
#endif
