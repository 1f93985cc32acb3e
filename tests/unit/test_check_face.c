/* Matrices exactly on the boundary of diagonal stability, which is not part of it:
 * rings at the secant bound, whose gains multiply to sec(pi/n)^n, and a matrix made
 * from its witness. A little inside they are certified. */
#include "compiler/check/lds/lds.h"
#include "compiler/check/proof/rational.h"
#include "tests/test.h"

static Truth decide(size_t n, const char *const *entry)
{
    Ctx cx;
    ctx_init(&cx);
    LdsReport r = {0};
    claim_matrix_init(&cx, &r.matrix, n, n * n, false);
    r.matrix.n = n;
    for (size_t i = 0; i < n; i++) {
        r.matrix.row_from[i] = i * n;
        for (size_t j = 0; j < n; j++) {
            const char *text = entry[i * n + j];
            r.matrix.column[i * n + j] = (uint32_t)j;
            CHECK(rational_parse(r.matrix.entry[i * n + j], text, strlen(text)));
        }
    }
    lds_decide(&cx, NULL, &r);
    Truth t = r.verdict;
    claim_matrix_clear(&r.matrix);
    evidence_clear(&r.evidence);
    ctx_free(&cx);
    return t;
}

static Truth ring(size_t n, const char *const *gain)
{
    const char *entry[36];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            entry[i * n + j] = i == j ? "-1" : j == (i + n - 1) % n ? gain[i] : "0";
    return decide(n, entry);
}

static void rings_at_the_secant_bound_are_refuted(void)
{
    CHECK(ring(3, (const char *[]){"2/7", "4", "-7"}) == TRUTH_REFUTED);
    CHECK(ring(3, (const char *[]){"2/7", "4", "-6.9999"}) == TRUTH_CERTIFIED);
    CHECK(ring(4, (const char *[]){"2", "3", "1/3", "-2"}) == TRUTH_REFUTED);
    CHECK(ring(4, (const char *[]){"2", "3", "1/3", "-1.9999"}) == TRUTH_CERTIFIED);
    CHECK(ring(6, (const char *[]){"8/9", "2", "1/5", "5", "1/3", "-4"}) == TRUTH_REFUTED);
    CHECK(ring(6, (const char *[]){"8/9", "2", "1/5", "5", "1/3", "-3.9999"}) == TRUTH_CERTIFIED);
}

/* A = -G + Z with G semidefinite, Z skew, and G v = Z v = 0 for v = (1, 2, -1, 3): then
 * A v = 0, so v v' refutes A, and P = I proves every A - c I, c > 0. G is the sum of the squares of
 * (2, -1, 0, 0), (1, 0, 1, 0), (0, 0, 3, 1) and (0, 3, 0, -2); Z comes from the first two and the last two. */
static void a_matrix_with_a_common_null_vector_is_refuted(void)
{
    const char *on[] = {"-5", "3",   "1",   "0",
                        "1",  "-10", "-10", "3",
                        "-3", "10",  "-10", "-9",
                        "0",  "9",   "3",   "-5"};
    const char *inside[16];
    const char *const diagonal[] = {"-5.00001", "-10.00001", "-10.00001", "-5.00001"};
    for (size_t k = 0; k < 16; k++)
        inside[k] = k % 5 == 0 ? diagonal[k / 5] : on[k];
    CHECK(decide(4, on) == TRUTH_REFUTED);
    CHECK(decide(4, inside) == TRUTH_CERTIFIED);
}

int main(void)
{
    RUN(rings_at_the_secant_bound_are_refuted);
    RUN(a_matrix_with_a_common_null_vector_is_refuted);
    return test_done();
}
