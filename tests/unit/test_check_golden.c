/* The search on matrices whose answer is known: no wrong verdict, and at least
 * as many decided as when this was written. */
#include "tests/golden_lds.h"

#include <time.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/proof/verify.h"
#include "tests/test.h"

/* Measured. Raise it when the search improves; never lower it. */
enum { DECIDED_FLOOR = 318, SEARCH_MAX_N = 200 };

static void check_case(Ctx *cx, GoldenCase *g, size_t *decided)
{
    LdsReport r = {.matrix = g->matrix};
    clock_t from = clock();
    lds_decide(cx, NULL, &r);
    double seconds = (double)(clock() - from) / CLOCKS_PER_SEC;
    if (getenv("EIGC_TEST_VERBOSE"))
        fprintf(stderr, "%-32s n=%-4zu %-7s %-10s %.3fs %s\n", g->id, g->n, g->is_lds ? "lds" : "not",
                truth_name(r.verdict), seconds, r.verdict == TRUTH_UNDECIDED ? r.reason : r.method);
    bool wrong = g->is_lds ? r.verdict == TRUTH_REFUTED : r.verdict == TRUTH_CERTIFIED;
    if (wrong)
        fprintf(stderr, "%s: %s by %s\n", g->id, truth_name(r.verdict), r.method);
    CHECK(!wrong);
    if (r.verdict != TRUTH_UNDECIDED) {
        CHECK(verify_evidence(cx, &g->matrix, &r.evidence).accepted);
        ++*decided;
    } else {
        CHECK(r.reason != NULL);
    }
    evidence_clear(&r.evidence);
}

static void golden_matrices_are_decided_rightly(void)
{
    Ctx cx;
    ctx_init(&cx);
    GoldenCase *cases;
    size_t n = golden_load(&cx, GOLDEN_PATH, &cases), decided = 0, tried = 0;
    for (size_t k = 0; k < n; k++)
        if (cases[k].n <= SEARCH_MAX_N) {
            check_case(&cx, &cases[k], &decided);
            tried++;
        }
    printf("# %zu of %zu golden matrices decided\n", decided, tried);
    CHECK(tried >= 300);
    CHECK(decided >= DECIDED_FLOOR);
    golden_free(cases, n);
    ctx_free(&cx);
}

int main(void)
{
    RUN(golden_matrices_are_decided_rightly);
    return test_done();
}
