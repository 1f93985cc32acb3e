/* The interior-point method alone, without the tests before it, on rings whose edge is a
 * formula: n neurons in a cycle of negative gain -g are LDS exactly when g < sec(pi/n)^n. Rows and
 * columns are scaled apart, and the start is bad, so that there is something to search. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/proof/verify.h"
#include "tests/test.h"

/* A cycle whose entries multiply to -gain, as exact fractions of 2^60. */
static void ring(Ctx *cx, size_t n, double gain, ClaimMatrix *m)
{
    double each = pow(gain, 1 / (double)n);
    claim_matrix_init(cx, m, n, 2 * n, false);
    for (size_t i = 0, k = 0; i < n; i++) {
        size_t source = (i + n - 1) % n, low = source < i ? source : i;
        double scale = exp(sin((double)i)) / exp(sin((double)source));
        for (int which = 0; which < 2; which++, k++) {
            size_t column = which == 0 ? low : low == i ? source : i;
            m->column[k] = (uint32_t)column;
            mpq_set_d(m->entry[k], column == i ? -1 : (i == 0 ? -1 : 1) * each * scale);
        }
        m->row_from[i + 1] = k;
    }
}

static Truth search(size_t n, double gain)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m;
    LdsPart part;
    Component all = {.n = n};
    LdsFinding f = {.margin = -1e300};
    double work = 1e12;
    ring(&cx, n, gain, &m);
    all.member = ARENA_ARRAY(&cx.arena, n, uint32_t);
    for (size_t i = 0; i < n; i++)
        all.member[i] = (uint32_t)i;
    lds_part_init(&cx, &(LdsRows){&m, &m, NULL}, &all, &work, &part);
    for (size_t i = 0; i < n; i++)
        part.balance[i] = 1 + 0.3 * cos(2 * (double)i);
    CHECK(lds_test_interior(&part, &f) || f.missing);
    if (f.verdict == TRUTH_CERTIFIED) {
        CHECK(verify_component(&cx, &m, &f.component).accepted);
        component_clear(&f.component);
    } else if (f.verdict == TRUTH_REFUTED) {
        CHECK(verify_witness(&cx, &m, &f.witness).accepted);
        witness_clear(&f.witness);
    }
    claim_matrix_clear(&m);
    ctx_free(&cx);
    return f.verdict;
}

/* Plain loops, LAPACK in double precision, and from 100 rows in single precision first. */
static void both_sides_of_the_edge_of_a_ring(void)
{
    static const size_t order[] = {3, 7, 40, 120, 320};
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        double n = (double)order[k], edge = pow(1 / cos(acos(-1) / n), n);
        CHECK(search(order[k], edge * (1 - 0.02)) == TRUTH_CERTIFIED);
        CHECK(search(order[k], edge * (1 + 0.02)) == TRUTH_REFUTED);
    }
}

/* Nearer than doubles can factor. */
static void extended_precision_comes_nearer(void)
{
    double edge = pow(1 / cos(acos(-1) / 12), 12);
    CHECK(search(12, edge * (1 - 1e-13)) == TRUTH_CERTIFIED);
    CHECK(search(12, edge * (1 + 1e-13)) == TRUTH_REFUTED);
}

int main(void)
{
    RUN(both_sides_of_the_edge_of_a_ring);
    RUN(extended_precision_comes_nearer);
    return test_done();
}
