/* The descent alone, on matrices whose edge is known: A = D^-1 (lambda J/m - N + C - I) D on a core of m neurons, J all ones, N positive
 * semidefinite and C skew, both with rows that sum to 0. D^2 is a multiplier exactly when lambda < 1; for lambda >= 1 the vector
 * that is 1 / D_i has v_i (A v)_i = (lambda - 1) v_i^2. N and C are random and do not let a balanced scaling be D.
 * The neurons beyond the core form a ring that hangs on it by weak connections. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/proof/verify.h"
#include "tests/test.h"

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) * 0x1p-53;
}

/* The core without D, row after row. */
static double *core(size_t m, double lambda)
{
    double *b = malloc(m * m * sizeof *b);
    uint64_t state = 7;
    for (size_t k = 0; k < m * m; k++)
        b[k] = lambda / (double)m - (k % (m + 1) == 0);
    for (size_t t = 0; t < 6 * m; t++) {
        size_t at[3];
        for (int k = 0; k < 3; k++)
            at[k] = (size_t)(uniform(&state) * (double)m);
        if (at[0] == at[1] || at[1] == at[2] || at[2] == at[0])
            continue;
        double round = uniform(&state) - 0.5;
        for (int k = 0; k < 3; k++) {
            size_t i = at[k], j = at[(k + 1) % 3];
            double apart = 0.5 * uniform(&state);
            b[i * m + j] += round + apart;
            b[j * m + i] += apart - round;
            b[i * m + i] -= apart;
            b[j * m + j] -= apart;
        }
    }
    return b;
}

static double scale_of(size_t i)
{
    return exp(sin((double)i));
}

/* Entry i <- j of n neurons, m of them in the core. */
static double entry(size_t n, size_t m, const double *b, size_t i, size_t j)
{
    bool is_next = j == (i + 1) % n || i == (j + 1) % n;
    double x = i < m && j < m ? b[i * m + j] : i == j ? -1 : is_next ? 1e-3 : 0;
    return x * scale_of(j) / scale_of(i);
}

/* Columns that row i may have: the core's for its own, and the neighbours. */
static void build(Ctx *cx, size_t n, size_t m, double lambda, ClaimMatrix *matrix)
{
    double *b = core(m, lambda);
    claim_matrix_init(cx, matrix, n, m * (m + 2) + 3 * n, false);
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            if (j >= m && j + 1 < i)
                j = i - 1;
            if (j > i + 1 && j >= m && j < n - 1)
                j = n - 1;
            double x = entry(n, m, b, i, j);
            if (x == 0)
                continue;
            matrix->column[k] = (uint32_t)j;
            mpq_set_d(matrix->entry[k++], x);
        }
        matrix->row_from[i + 1] = k;
    }
    free(b);
}

static Truth search(LdsTest *const *test, size_t n_tests, size_t n, size_t m, double lambda)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix matrix;
    LdsPart part;
    Component all = {.n = n};
    LdsFinding f = {.margin = -1e300};
    double work = 2e12;
    build(&cx, n, m, lambda, &matrix);
    all.member = ARENA_ARRAY(&cx.arena, n, uint32_t);
    for (size_t i = 0; i < n; i++)
        all.member[i] = (uint32_t)i;
    lds_part_init(&cx, &(LdsRows){&matrix, &matrix, NULL}, &all, &work, &part);
    for (size_t k = 0; k < n_tests && f.verdict == TRUTH_UNDECIDED; k++)
        test[k](&part, &f);
    if (f.verdict == TRUTH_CERTIFIED) {
        CHECK(verify_component(&cx, &matrix, &f.component).accepted);
        component_clear(&f.component);
    } else if (f.verdict == TRUTH_REFUTED) {
        CHECK(verify_witness(&cx, &matrix, &f.witness).accepted);
        witness_clear(&f.witness);
    }
    claim_matrix_clear(&matrix);
    ctx_free(&cx);
    return f.verdict;
}

static LdsTest *const cheap[] = {
    lds_test_balanced, lds_test_symmetriser, lds_test_excitatory, lds_test_comparison, lds_test_plain, lds_test_top_vector,
};
static LdsTest *const descent[] = {lds_test_descent};
enum { N_CHEAP = sizeof cheap / sizeof *cheap };

static void decides(size_t n, size_t m)
{
    bool by_comparison = n > LDS_DENSE_ROWS;        /* which looks closer there */
    CHECK(search(cheap, N_CHEAP, n, m, 0.98) == (by_comparison ? TRUTH_CERTIFIED : TRUTH_UNDECIDED));
    CHECK(search(descent, 1, n, m, 0.98) == TRUTH_CERTIFIED);
    CHECK(search(cheap, N_CHEAP, n, m, 1.02) == TRUTH_UNDECIDED);
    CHECK(search(descent, 1, n, m, 1.02) == TRUTH_REFUTED);
}

static void both_sides_of_the_edge(void)
{
    decides(620, 620);
}

/* More rows than the interior-point method takes. */
static void both_sides_where_few_are_connected(void)
{
    decides(LDS_DENSE_ROWS + 500, 120);
}

static void small_ones_are_left_to_others(void)
{
    Ctx cx;
    ctx_init(&cx);
    LdsPart few = {.cx = &cx, .n = 300}, dense = {.cx = &cx, .n = 500, .n_edges = 500 * 500};
    LdsFinding f = {0};
    CHECK(!lds_test_descent(&few, &f));
    CHECK(!lds_test_descent(&dense, &f));
    ctx_free(&cx);
}

int main(void)
{
    RUN(both_sides_of_the_edge);
    RUN(both_sides_where_few_are_connected);
    RUN(small_ones_are_left_to_others);
    return test_done();
}
