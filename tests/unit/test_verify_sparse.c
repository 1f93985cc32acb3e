/* Proofs by rows, on circulant forms of thousands of rows whose least eigenvalue is a formula. */
#include <fenv.h>
#include <stdlib.h>

#include "compiler/check/proof/positive/positive.h"
#include "compiler/check/proof/rational.h"
#include "compiler/check/proof/verify.h"
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
static void fronts_prove_what_does_not_dominate(void)
{
    CHECK(proves("-3.0001", "2", "2", "-0.5", PROOF_RUMP));
    CHECK(proves("-3.0001", "3", "1", "-0.5", PROOF_RUMP));
    CHECK(!proves("-3", "2", "2", "-0.5", PROOF_RUMP));
    CHECK(!proves("-2.9999999", "2", "2", "-0.5", PROOF_RUMP));
}

/* A sheet of SIDE x SIDE neurons that are -own and join their neighbours by 1 along x and by (-1)^x along y. The two
 * joins anticommute, so the largest eigenvalue of both is the root of the sum of squares, sqrt 8 cos(pi / (SIDE + 1)) =
 * 2.82012795...; of their absolute values it would be 4 cos(pi / (SIDE + 1)). `forth` and `back` are the two halves of each
 * join. Rows are numbered with a stride. */
enum { SIDE = 40, SHEET = SIDE * SIDE, SHEET_STRIDE = 7 };

static uint32_t sheet_row(size_t x, size_t y)
{
    return (uint32_t)((y * SIDE + x) * SHEET_STRIDE % SHEET);
}

typedef struct Join {
    uint32_t to, from;
    int sign;                   /* 0: the neuron itself */
    bool is_forth;
} Join;

static int compare_joins(const void *a, const void *b)
{
    const Join *x = a, *y = b;
    return x->to != y->to ? (x->to > y->to) - (x->to < y->to) : (x->from > y->from) - (x->from < y->from);
}

static size_t sheet_joins(Join *join)
{
    size_t n = 0;
    for (size_t y = 0; y < SIDE; y++)
        for (size_t x = 0; x < SIDE; x++) {
            uint32_t here = sheet_row(x, y), right = sheet_row(x + 1, y), up = sheet_row(x, y + 1);
            join[n++] = (Join){here, here, 0, false};
            if (x + 1 < SIDE) {
                join[n++] = (Join){here, right, 1, true};
                join[n++] = (Join){right, here, 1, false};
            }
            if (y + 1 < SIDE) {
                join[n++] = (Join){here, up, x % 2 ? -1 : 1, true};
                join[n++] = (Join){up, here, x % 2 ? -1 : 1, false};
            }
        }
    qsort(join, n, sizeof *join, compare_joins);
    return n;
}

static bool proves_sheet(const char *own, const char *forth, const char *back, ProofKind how)
{
    static Join join[5 * SHEET];
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m;
    Component c;
    size_t n = sheet_joins(join);
    claim_matrix_init(&cx, &m, SHEET, n, false);
    component_init(&cx, &c, SHEET);
    for (size_t k = 0; k < n; k++) {
        const char *text = join[k].sign == 0 ? own : join[k].is_forth ? forth : back;
        m.column[k] = join[k].from;
        m.row_from[join[k].to + 1] = k + 1;
        if (!rational_parse(m.entry[k], text, strlen(text)))
            BUG("test number");
        if (join[k].sign < 0)
            mpq_neg(m.entry[k], m.entry[k]);
    }
    for (uint32_t i = 0; i < SHEET; i++) {
        c.member[i] = i;
        mpq_set_ui(c.p[i], 1, 1);
    }
    VerifyResult r = verify_component(&cx, &m, &c);
    CHECK(!r.accepted || r.proof == how);
    claim_matrix_clear(&m);
    component_clear(&c);
    ctx_free(&cx);
    return r.accepted;
}

static void sheets_are_dissected(void)
{
    CHECK(proves_sheet("-2.820129", "1", "1", PROOF_RUMP));
    CHECK(!proves_sheet("-2.820127", "1", "1", PROOF_RUMP));
    CHECK(proves_sheet("-2.820129", "3", "-1", PROOF_RUMP));
    CHECK(!proves_sheet("-2.820127", "-1", "3", PROOF_RUMP));
    CHECK(!proves_sheet("-2.8201279573", "1", "1", PROOF_RUMP));        /* definite, by less than what 1600 roundings may be off */
    CHECK(proves_sheet("-1e-9", "5", "-5", PROOF_DOMINANCE));           /* nothing is left of the pairs */
}

/* Each of MESH neurons reads MESH_IN others, a fixed number of places on, which leaves no order in which few entries
 * fill in. The weight from j to i is `weight` d_j / d_i, and multipliers are d_i^2: |W| multiplies 1/d by MESH_IN * weight,
 * its spectral radius. */
enum { MESH = 16001, MESH_IN = 10 };

static void mesh_scale(uint32_t i, mpq_t d)
{
    mpq_set_ui(d, 4 + i % 7 % 4, 4);
    mpq_canonicalize(d);
}

static void mesh(Ctx *cx, const char *weight, ClaimMatrix *m, Component *c)
{
    static const uint32_t on[MESH_IN] = {113, 1297, 2753, 3889, 5471, 7001, 8837, 10711, 13093, 15319};
    mpq_t d;
    mpq_init(d);
    claim_matrix_init(cx, m, MESH, (MESH_IN + 1) * MESH, false);
    component_init(cx, c, MESH);
    for (uint32_t i = 0; i < MESH; i++) {
        uint32_t *column = m->column + (MESH_IN + 1) * i;
        column[MESH_IN] = i;
        for (int k = 0; k < MESH_IN; k++)
            column[k] = (i + on[k]) % MESH;
        qsort(column, MESH_IN + 1, sizeof *column, compare_columns);
        for (size_t k = 0; k <= MESH_IN; k++) {
            mpq_t *entry = &m->entry[(MESH_IN + 1) * i + k];
            if (!rational_parse(*entry, column[k] == i ? "-1" : weight, strlen(column[k] == i ? "-1" : weight)))
                BUG("test number");
            mesh_scale(column[k], d);
            mpq_mul(*entry, *entry, d);
            mesh_scale(i, d);
            mpq_div(*entry, *entry, d);
        }
        m->row_from[i + 1] = (MESH_IN + 1) * (i + 1);
        c->member[i] = i;
        mesh_scale(i, d);
        mpq_mul(c->p[i], d, d);
    }
    mpq_clear(d);
}

static bool proves_mesh(const char *weight)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m;
    Component c;
    mesh(&cx, weight, &m, &c);
    VerifyResult r = verify_component(&cx, &m, &c);
    CHECK(!r.accepted || r.proof == PROOF_DOMINANCE);
    claim_matrix_clear(&m);
    component_clear(&c);
    ctx_free(&cx);
    return r.accepted;
}

static void what_dominates_near_the_edge_is_found(void)
{
    CHECK(proves_mesh("0.09"));
    CHECK(proves_mesh("0.09999"));
    CHECK(!proves_mesh("0.1"));
    CHECK(!proves_mesh("0.100001"));
}

/* The bounds are of numbers that are rounded to the nearest. */
static void other_roundings_prove_nothing(void)
{
    fesetround(FE_UPWARD);
    bool any = proves("-1.1", "0.4", "0.4", "0.1", PROOF_DOMINANCE) || proves("-3.1", "2", "2", "-0.5", PROOF_RUMP);
    fesetround(FE_TONEAREST);
    CHECK(!any);
}

int main(void)
{
    RUN(dominance_stops_at_the_edge);
    RUN(fronts_prove_what_does_not_dominate);
    RUN(sheets_are_dissected);
    RUN(what_dominates_near_the_edge_is_found);
    RUN(other_roundings_prove_nothing);
    return test_done();
}
