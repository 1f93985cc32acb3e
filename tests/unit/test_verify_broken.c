/* The verifier: evidence that is broken in each way it can be. */
#include "tests/unit/claim_of.h"

#include <stdlib.h>

/* A = [[-1, 0, 0], [5, -1, 1], [9, 0, -1]]: 0 before 2 before 1. */
static void components_partition_in_order(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m = matrix_of(&cx, 3, "-1 0 0 5 -1 1 9 0 -1");
    Component c[4];
    for (size_t k = 0; k < 4; k++)
        c[k] = ones(&cx, 1);
    c[0].member[0] = 0, c[1].member[0] = 2, c[2].member[0] = 1, c[3].member[0] = 0;
    Evidence e = {.is_certificate = true, .n_components = 3, .component = c};
    VerifyResult r = verify_evidence(&cx, &m, &e);
    CHECK(r.accepted && verify_margin(&m, &e) > 0.4 && r.proof == PROOF_EXACT);
    e.n_components = 2;                                         /* row 1 is nowhere */
    CHECK(!verify_evidence(&cx, &m, &e).accepted);
    e.n_components = 4;                                         /* row 0 twice */
    CHECK(!verify_evidence(&cx, &m, &e).accepted);
    e.n_components = 0;
    CHECK(!verify_evidence(&cx, &m, &e).accepted);
    e.n_components = 3;
    c[1].member[0] = 1, c[2].member[0] = 2;                     /* A_12 = 1 leads backwards */
    CHECK(!verify_evidence(&cx, &m, &e).accepted);
    set(m.entry[5], "0");                                       /* a held zero is no entry */
    CHECK(verify_evidence(&cx, &m, &e).accepted);
    set(c[2].p[0], "0");                                        /* the last component counts as well */
    CHECK(!verify_evidence(&cx, &m, &e).accepted);
    set(c[2].p[0], "1"), set(m.entry[8], "0");
    CHECK(!verify_evidence(&cx, &m, &e).accepted);
    set(m.entry[8], "-1"), set(m.entry[0], "1");
    CHECK(!verify_evidence(&cx, &m, &e).accepted);
    set(m.entry[0], "-1");
    c[2].member[0] = 3;                                         /* no such row */
    CHECK(!verify_evidence(&cx, &m, &e).accepted);
    c[2].member[0] = 2;
    CHECK(verify_evidence(&cx, &m, &e).accepted);
    claim_matrix_clear(&m);
    for (size_t k = 0; k < 4; k++)
        component_clear(&c[k]);
    ctx_free(&cx);
}

/* Each row breaks a good component in one way; the second element is undone after. */
static void broken_components_are_rejected(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m = matrix_of(&cx, 3, "-1 0 0 0 -1 0 0 0 -1");
    Component c = ones(&cx, 3);
    CHECK(proves(&cx, &m, &c));
    c.member[1] = 0;
    CHECK(!proves(&cx, &m, &c));                                /* twice */
    c.member[1] = 2, c.member[2] = 1;
    CHECK(!proves(&cx, &m, &c));                                /* not ascending */
    c.member[1] = 1, c.member[2] = 3;
    CHECK(!proves(&cx, &m, &c));                                /* out of range */
    c.member[2] = UINT32_MAX;
    CHECK(!proves(&cx, &m, &c));
    c.member[2] = 2, c.n = 0;
    CHECK(!proves(&cx, &m, &c));
    c.n = 3;
    static const char *const bad[] = {"0", "-1", "-1e-4000"};
    for (size_t k = 0; k < 3; k++) {
        set(c.p[1], bad[k]);
        CHECK(!proves(&cx, &m, &c));
    }
    ClaimMatrix up = matrix_of(&cx, 1, "1");                    /* -1 would make M(p) = 2 */
    Component minus = ones(&cx, 1);
    set(minus.p[0], "-1");
    CHECK(!proves(&cx, &up, &minus));
    claim_matrix_clear(&up);
    component_clear(&minus);
    set(c.p[1], "1e-4000");                                     /* small is not zero */
    CHECK(proves(&cx, &m, &c));
    set(m.entry[4], "0");
    CHECK(!proves(&cx, &m, &c));
    claim_matrix_clear(&m);
    component_clear(&c);
    ctx_free(&cx);
}

static void broken_matrices_are_rejected(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m = matrix_of(&cx, 2, "-1 0 0 -1"), broken = m;
    Component c = ones(&cx, 2);
    size_t sizes[2] = {1, 1}, rows[3] = {0, 3, 2};
    uint32_t columns[4] = {0, 1, 1, 1};
    CHECK(proves(&cx, &m, &c));
    broken.size = sizes;
    CHECK(proves(&cx, &broken, &c));
    sizes[1] = 2, broken.n = 3;                                 /* two neurons in a row without self and leak */
    CHECK(!proves(&cx, &broken, &c));
    sizes[1] = 0, broken.n = 1;
    CHECK(!proves(&cx, &broken, &c));
    sizes[0] = 3, sizes[1] = SIZE_MAX, broken.n = 2;            /* a sum that wraps round to n */
    CHECK(!proves(&cx, &broken, &c));
    broken = m;
    broken.n = 3;
    CHECK(!proves(&cx, &broken, &c));
    broken = m;
    broken.row_from = rows;
    CHECK(!proves(&cx, &broken, &c));
    broken = m;
    broken.column = columns;
    CHECK(!proves(&cx, &broken, &c));
    columns[2] = 0, columns[3] = 2;
    CHECK(!proves(&cx, &broken, &c));
    broken = m;
    broken.self = m.entry;                                      /* self without leak */
    CHECK(!proves(&cx, &broken, &c));
    claim_matrix_init(&cx, &broken, 2, 0, true);
    broken.size[0] = 2, broken.size[1] = 0;                     /* nobody in a population */
    mpq_set_ui(broken.leak[0], 1, 1), mpq_set_ui(broken.leak[1], 1, 1);
    CHECK(!proves(&cx, &broken, &c));
    broken.size[0] = broken.size[1] = 1;
    CHECK(proves(&cx, &broken, &c));
    claim_matrix_clear(&broken);
    CHECK(!proves(&cx, &broken, &c));
    Witness w = vectors(&cx, 2, 1, "1 1");
    CHECK(!refutes(&cx, &broken, &w));
    Evidence e = {.is_certificate = true, .n_components = 1, .component = &c};
    CHECK(!verify_evidence(&cx, &broken, &e).accepted);
    claim_matrix_clear(&m);
    component_clear(&c);
    witness_clear(&w);
    ctx_free(&cx);
}

/* Faults that nothing but the check of the structure would notice: what is read
 * despite them is a good matrix. */
static void broken_rows_are_rejected(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m = matrix_of(&cx, 2, "-1 0 -1 0"), broken = m, pops;
    Component c = ones(&cx, 2);
    uint32_t columns[4] = {0, 1, 1, 2};
    broken.column = columns;
    CHECK(!proves(&cx, &broken, &c));                           /* a column beyond the last */
    columns[1] = 0, columns[3] = 1;
    CHECK(!proves(&cx, &broken, &c));                           /* a column twice */
    columns[1] = 1, columns[2] = 1, columns[3] = 0;
    CHECK(!proves(&cx, &broken, &c));
    claim_matrix_init(&cx, &pops, 2, 4, true);
    for (size_t a = 0; a < 2; a++) {
        mpq_set_ui(pops.leak[a], 1, 1);
        pops.size[a] = 1;
    }
    pops.row_from[1] = 2;
    pops.column[1] = pops.column[3] = 1;
    CHECK(proves(&cx, &pops, &c));
    pops.n = 3;
    CHECK(!proves(&cx, &pops, &c));                             /* sizes add up to 2 */
    pops.n = 2, pops.row_from[0] = 1;
    CHECK(!proves(&cx, &pops, &c));                             /* an entry before the first row */
    pops.row_from[0] = 0;
    size_t backwards[3] = {0, 2, 1}, *forwards = pops.row_from;
    pops.row_from = backwards;
    CHECK(!proves(&cx, &pops, &c));
    pops.row_from = forwards;
    CHECK(proves(&cx, &pops, &c));
    claim_matrix_clear(&pops);
    claim_matrix_clear(&m);
    component_clear(&c);
    ctx_free(&cx);
}

static void broken_witnesses_are_rejected(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m = matrix_of(&cx, 3, "-1 1 0 1 -1 0 0 0 1");   /* refuted by (1, 1, 0) and by e_2 */
    Witness w = vectors(&cx, 2, 1, "1 1");
    Evidence e = {.is_certificate = false, .witness = w};
    CHECK(refutes(&cx, &m, &w));
    CHECK(verify_evidence(&cx, &m, &e).accepted);
    w.member[1] = 0;
    CHECK(!refutes(&cx, &m, &w));                               /* twice */
    set(w.v[1], "0");
    CHECK(!refutes(&cx, &m, &w));                               /* ... where no sum would say so */
    set(w.v[1], "1");
    w.member[1] = 3;
    CHECK(!refutes(&cx, &m, &w));
    w.member[1] = 2, w.member[0] = 1;                           /* any order of distinct rows is good */
    set(w.v[0], "0");
    CHECK(refutes(&cx, &m, &w));
    set(w.v[1], "0");
    CHECK(!refutes(&cx, &m, &w));                               /* X = 0 */
    set(w.v[1], "-2/3");
    CHECK(refutes(&cx, &m, &w));
    w.n = 0;
    CHECK(!refutes(&cx, &m, &w));
    w.n = 2, w.rank = 0;
    CHECK(!refutes(&cx, &m, &w));
    w.rank = 1, w.is_zero_sum = true;                           /* not in this form of matrix */
    CHECK(!refutes(&cx, &m, &w));
    w.population = 7;
    CHECK(!refutes(&cx, &m, &w));
    w.is_zero_sum = false;
    w.w = ARENA_ARRAY(&cx.arena, 1, mpq_t);
    mpq_init(w.w[0]);
    CHECK(!refutes(&cx, &m, &w));                               /* weight 0: X = 0 */
    set(w.w[0], "-1");
    CHECK(!refutes(&cx, &m, &w));
    set(w.w[0], "1e-300");
    CHECK(refutes(&cx, &m, &w));
    claim_matrix_clear(&m);
    witness_clear(&w);
    ctx_free(&cx);
}

/* A negative weight could turn any matrix into a refuted one: -e_0 e_0' + 2 (e_0 e_0')... */
static void negative_weights_do_not_hide(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m = matrix_of(&cx, 2, "-1 0 0 -1");
    Witness w = vectors(&cx, 2, 2, "1 0 2 0");
    w.w = ARENA_ARRAY(&cx.arena, 2, mpq_t);
    mpq_inits(w.w[0], w.w[1], NULL);
    set(w.w[0], "1"), set(w.w[1], "-1");                        /* (A X)_00 = -1 + 4 > 0 */
    CHECK(!refutes(&cx, &m, &w));
    claim_matrix_clear(&m);
    witness_clear(&w);
    ctx_free(&cx);
}

/* Fractions without common factors, whose common denominators grow to gigabytes:
 * refused, quickly, by both kinds of proof. */
static void hostile_denominators_are_refused(void)
{
    Ctx cx;
    ctx_init(&cx);
    enum { N = 600 };
    ClaimMatrix m = zeros(&cx, N);
    Witness w;
    Component c = ones(&cx, N);
    witness_init(&cx, &w, N, 1, false);
    for (size_t i = 0; i < N; i++) {
        w.member[i] = (uint32_t)i;
        mpq_set_si(m.entry[i * N + i], 1, 1);
        mpq_set_ui(w.v[i], 1, 1);
        mpz_ui_pow_ui(mpq_denref(w.v[i]), 2, 20000);
        mpz_add_ui(mpq_denref(w.v[i]), mpq_denref(w.v[i]), 2 * i + 1);
    }
    VerifyResult r = verify_witness(&cx, &m, &w);
    CHECK(!r.accepted && strstr(r.reason, "too long"));
    c.n = 100;                  /* exactly singular rows, and p such that M has the same denominators */
    for (size_t i = 0; i < N; i++) {
        mpq_swap(c.p[i], w.v[i]);
        mpq_set_si(m.entry[i * N + i], -1, 1);
    }
    for (size_t i = 0; i < 2; i++)
        mpq_set_ui(c.p[i], 1, 1);
    mpq_set_ui(m.entry[1], 1, 1);
    mpq_set_ui(m.entry[N], 1, 1);
    CHECK(!proves(&cx, &m, &c));
    c.n = N;
    claim_matrix_clear(&m);
    component_clear(&c);
    witness_clear(&w);
    ctx_free(&cx);
}

/* Rows outside the members take no part, and denominators of rows and vectors none either. */
static void witness_signs_with_fractions(void)
{
    Ctx cx;
    ctx_init(&cx);
    for (int k = 0; k < 2000; k++) {
        ClaimMatrix m = zeros(&cx, 3);
        Witness w = vectors(&cx, 2, 2, "0 0 0 0");
        mpq_t x, y;
        mpq_inits(x, y, NULL);
        for (size_t e = 0; e < 9; e++) {
            mpq_set_si(m.entry[e], random_to(20) - 11, (unsigned long)random_to(11) + 1);
            mpq_canonicalize(m.entry[e]);
        }
        for (size_t e = 0; e < 4; e++) {
            mpq_set_si(w.v[e], random_to(20) - 10, (unsigned long)random_to(11) + 1);
            mpq_canonicalize(w.v[e]);
        }
        w.member[0] = (uint32_t)random_to(1) * 2, w.member[1] = 1;
        bool is_zero = true, holds = true;
        for (size_t i = 0; i < 2; i++) {        /* the definition, in rationals */
            mpq_set_ui(x, 0, 1);
            for (size_t r = 0; r < 2; r++)
                for (size_t j = 0; j < 2; j++) {
                    mpq_mul(y, m.entry[w.member[i] * 3 + w.member[j]], w.v[r * 2 + j]);
                    mpq_mul(y, y, w.v[r * 2 + i]);
                    mpq_add(x, x, y);
                    is_zero = is_zero && mpq_sgn(w.v[r * 2 + j]) == 0;
                }
            holds = holds && mpq_sgn(x) >= 0;
        }
        CHECK(refutes(&cx, &m, &w) == (holds && !is_zero));
        mpq_clears(x, y, NULL);
        claim_matrix_clear(&m);
        witness_clear(&w);
    }
    ctx_free(&cx);
}

int main(void)
{
    RUN(components_partition_in_order);
    RUN(broken_components_are_rejected);
    RUN(broken_matrices_are_rejected);
    RUN(broken_rows_are_rejected);
    RUN(broken_witnesses_are_rejected);
    RUN(negative_weights_do_not_hide);
    RUN(hostile_denominators_are_refused);
    RUN(witness_signs_with_fractions);
    return test_done();
}
