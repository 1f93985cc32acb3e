/* Proofs by rows, on circulant forms of thousands of rows whose least eigenvalue is a formula. */
#include <stdlib.h>

#include "compiler/check/positive.h"
#include "compiler/check/rational.h"
#include "compiler/check/verify.h"
#include "tests/test.h"

enum { N = 1200, STRIDE = 7 };

static int compare_columns(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Around a ring A has `own` on the diagonal, near_forth and near_back for the next one and the one
 * before, far for the second ones. Neighbours are STRIDE rows apart, so that their order has to be found. */
static void ring(Ctx *cx, const char *own, const char *near_forth, const char *near_back, const char *far, ClaimMatrix *m, Component *c)
{
    static const int step[] = {0, STRIDE, N - STRIDE, 2 * STRIDE, N - 2 * STRIDE};
    const char *const text[] = {own, near_forth, near_back, far, far};
    claim_matrix_init(cx, m, N, 5 * N, false);
    component_init(cx, c, N);
    for (uint32_t i = 0; i < N; i++) {
        uint32_t column[5];
        for (int k = 0; k < 5; k++)
            column[k] = (i + (uint32_t)step[k]) % N;
        qsort(column, 5, sizeof *column, compare_columns);
        for (size_t k = 0; k < 5; k++) {
            size_t which = 0;
            while ((i + (uint32_t)step[which]) % N != column[k])
                which++;
            m->column[5 * i + k] = column[k];
            if (!rational_parse(m->entry[5 * i + k], text[which], strlen(text[which])))
                BUG("test number");
        }
        m->row_from[i + 1] = 5 * (i + 1);
        c->member[i] = i;
        mpq_set_ui(c->p[i], 1, 1);
    }
}

static bool proves(const char *own, const char *near_forth, const char *near_back, const char *far, ProofKind how)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m;
    Component c;
    ring(&cx, own, near_forth, near_back, far, &m, &c);
    VerifyResult r = verify_component(&cx, &m, &c);
    CHECK(!r.accepted || r.proof == how);
    claim_matrix_clear(&m);
    component_clear(&c);
    ctx_free(&cx);
    return r.accepted;
}

/* M has 2 own on the diagonal and least eigenvalue 2 (own - forth - back)-like: 0 where the row sums are. */
static void dominance_stops_at_the_edge(void)
{
    CHECK(proves("-1.00001", "0.4", "0.4", "0.1", PROOF_DOMINANCE));
    CHECK(!proves("-1", "0.4", "0.4", "0.1", PROOF_DOMINANCE));
    CHECK(!proves("-0.99999", "0.4", "0.4", "0.1", PROOF_DOMINANCE));
    CHECK(proves("-1", "1e9", "-1e9", "0.49", PROOF_DOMINANCE));        /* the pair cancels */
    CHECK(!proves("-1", "1e30", "-1e30", "0.51", PROOF_DOMINANCE));
}

/* 6 - 8 cos t + 2 cos 2t = (2 - 2 cos t)^2 touches 0, and no scaling makes its diagonal dominate. */
static void an_envelope_proves_what_does_not_dominate(void)
{
    CHECK(proves("-3.0001", "2", "2", "-0.5", PROOF_RUMP));
    CHECK(proves("-3.0001", "3", "1", "-0.5", PROOF_RUMP));
    CHECK(!proves("-3", "2", "2", "-0.5", PROOF_RUMP));
    CHECK(!proves("-2.9999999", "2", "2", "-0.5", PROOF_RUMP));
}

int main(void)
{
    RUN(dominance_stops_at_the_edge);
    RUN(an_envelope_proves_what_does_not_dominate);
    return test_done();
}
