/* The verifier on matrices whose answer is known: it takes every golden proof
 * and none of the evidence for the other answer. */
#include "tests/golden_lds.h"

#include "compiler/check/proof/verify.h"
#include "tests/test.h"

/* A small generator, so that the "random" evidence is the same on every machine. */
static unsigned long next_random(unsigned long *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static void golden_proofs_are_accepted(void)
{
    Ctx cx;
    ctx_init(&cx);
    GoldenCase *cases;
    size_t n = golden_load(&cx, GOLDEN_PATH, &cases), exact = 0;
    CHECK(n == 318);
    for (size_t k = 0; k < n; k++) {
        const GoldenCase *g = &cases[k];
        VerifyResult r = g->is_lds ? verify_component(&cx, &g->matrix, &g->certificate)
                                   : verify_witness(&cx, &g->matrix, &g->witness);
        if (!r.accepted) {
            fprintf(stderr, "%s: %s\n", g->id, r.reason);
            CHECK(r.accepted);
        }
        if (g->is_lds && g->n > VERIFY_EXACT_N && r.proof == PROOF_EXACT) {
            fprintf(stderr, "note: %s (n = %zu) needs exact elimination\n", g->id, g->n);
            exact++;
        }
        if (g->is_lds) {
            double margin = verify_margin(&g->matrix, &(Evidence){.is_certificate = true, .n_components = 1, .component = &cases[k].certificate});
            CHECK(margin >= 0 && margin <= 1);
        }
    }
    CHECK(exact >= 1);          /* the set holds matrices that floating arithmetic cannot decide */
    golden_free(cases, n);
    ctx_free(&cx);
}

/* Multipliers that would be tried for it prove nothing about a matrix that is
 * not LDS: all 1, powers of two by row, and a few random ones. */
static void no_multipliers_prove_a_refuted_matrix(void)
{
    Ctx cx;
    ctx_init(&cx);
    GoldenCase *cases;
    size_t n = golden_load(&cx, GOLDEN_PATH, &cases), tried = 0;
    unsigned long state = 1;
    for (size_t k = 0; k < n; k++) {
        const GoldenCase *g = &cases[k];
        if (g->is_lds)
            continue;
        Component c;
        component_init(&cx, &c, g->n);
        for (int attempt = 0; attempt < 5; attempt++) {
            for (size_t i = 0; i < g->n; i++) {
                c.member[i] = (uint32_t)i;
                mpq_set_ui(c.p[i], attempt == 0 ? 1 : 1 + next_random(&state) % 1000, 1);
                if (attempt > 2 && next_random(&state) % 2)
                    mpq_div_2exp(c.p[i], c.p[i], next_random(&state) % 40);
            }
            VerifyResult r = verify_component(&cx, &g->matrix, &c);
            CHECK(!r.accepted && r.reason);
            tried++;
        }
        component_clear(&c);
    }
    CHECK(tried > 700);
    golden_free(cases, n);
    ctx_free(&cx);
}

/* No vectors refute a matrix that is LDS. */
static void no_vectors_refute_a_certified_matrix(void)
{
    Ctx cx;
    ctx_init(&cx);
    GoldenCase *cases;
    size_t n = golden_load(&cx, GOLDEN_PATH, &cases), tried = 0;
    unsigned long state = 2;
    for (size_t k = 0; k < n; k++) {
        const GoldenCase *g = &cases[k];
        if (!g->is_lds)
            continue;
        for (size_t rank = 1; rank <= 4; rank++) {
            Witness w;
            witness_init(&cx, &w, g->n, rank, false);
            for (size_t i = 0; i < g->n; i++)
                w.member[i] = (uint32_t)i;
            for (size_t i = 0; i < rank * g->n; i++)
                mpq_set_si(w.v[i], rank == 1 ? 1 : (long)(next_random(&state) % 201) - 100, 1 + next_random(&state) % 7);
            for (size_t i = 0; i < rank * g->n; i++)
                mpq_canonicalize(w.v[i]);
            VerifyResult r = verify_witness(&cx, &g->matrix, &w);
            CHECK(!r.accepted && r.reason);
            witness_clear(&w);
            tried++;
        }
    }
    CHECK(tried > 600);
    golden_free(cases, n);
    ctx_free(&cx);
}

/* The answer does not change when a golden proof is spoiled in one number, except
 * where what remains is still a proof: then an independent rule says so. */
static void golden_refutations_die_without_their_support(void)
{
    Ctx cx;
    ctx_init(&cx);
    GoldenCase *cases;
    size_t n = golden_load(&cx, GOLDEN_PATH, &cases);
    for (size_t k = 0; k < n; k++) {
        GoldenCase *g = &cases[k];
        if (g->is_lds) {        /* p_0 = 0 and p_0 < 0 are never multipliers */
            mpq_set_ui(g->certificate.p[0], 0, 1);
            CHECK(!verify_component(&cx, &g->matrix, &g->certificate).accepted);
            mpq_set_si(g->certificate.p[0], -1, 1);
            CHECK(!verify_component(&cx, &g->matrix, &g->certificate).accepted);
        } else {                /* X = 0 refutes nothing */
            for (size_t i = 0; i < g->n * g->witness.rank; i++)
                mpq_set_ui(g->witness.v[i], 0, 1);
            CHECK(!verify_witness(&cx, &g->matrix, &g->witness).accepted);
        }
    }
    golden_free(cases, n);
    ctx_free(&cx);
}

int main(void)
{
    RUN(golden_proofs_are_accepted);
    RUN(no_multipliers_prove_a_refuted_matrix);
    RUN(no_vectors_refute_a_certified_matrix);
    RUN(golden_refutations_die_without_their_support);
    return test_done();
}
