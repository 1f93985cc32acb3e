/* The verifier: matrices whose answer is known on paper, both sides of the boundary. */
#include "tests/unit/claim_of.h"

#include <fenv.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#include "compiler/check/proof/positive/positive.h"

/* a, d < 0 and ad > bc, with p = (|c|, |b|); else v = e_i or (|b|, +-|a|). */
static void two_rows_closed_form(void)
{
    Ctx cx;
    ctx_init(&cx);
    size_t n_lds = 0;
    for (int k = 0; k < 3000; k++) {
        long a = random_to(12) - 10, d = random_to(12) - 10;
        long b = (random_to(9) + 1) * (random_to(1) ? 1 : -1), c = (random_to(9) + 1) * (random_to(1) ? 1 : -1);
        bool is_lds = a < 0 && d < 0 && a * d > b * c;
        ClaimMatrix m = zeros(&cx, 2);
        mpq_set_si(m.entry[0], a, 1), mpq_set_si(m.entry[1], b, 1);
        mpq_set_si(m.entry[2], c, 1), mpq_set_si(m.entry[3], d, 1);
        Component p = ones(&cx, 2);
        mpq_set_si(p.p[0], labs(c), 1), mpq_set_si(p.p[1], labs(b), 1);
        Witness w = vectors(&cx, 2, 1, a >= 0 ? "1 0" : d >= 0 ? "0 1" : "1 1");
        if (a < 0 && d < 0)
            mpq_set_si(w.v[0], labs(b), 1), mpq_set_si(w.v[1], b > 0 ? -a : a, 1);
        CHECK(proves(&cx, &m, &p) == is_lds);
        CHECK(refutes(&cx, &m, &w) == !is_lds);
        n_lds += is_lds;
        claim_matrix_clear(&m);
        component_clear(&p);
        witness_clear(&w);
    }
    CHECK(n_lds > 500 && n_lds < 2500);
    ctx_free(&cx);
}

/* The doubles nearest to these matrices cannot tell them apart. */
static void exact_decimals_decide(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix boundary = matrix_of(&cx, 2, "-1 0.1 10 -1"), inside = matrix_of(&cx, 2, "-1 0.3 3.3333333333333333 -1");
    Component c = ones(&cx, 2);
    set(c.p[0], "10"), set(c.p[1], "0.1");
    CHECK(!proves(&cx, &boundary, &c));
    Witness w = vectors(&cx, 2, 1, "1 10");
    CHECK(refutes(&cx, &boundary, &w));
    set(c.p[0], "3.3333333333333333"), set(c.p[1], "0.3");
    CHECK(proves(&cx, &inside, &c));
    set(w.v[0], "0.3"), set(w.v[1], "1");
    CHECK(!refutes(&cx, &inside, &w));
    claim_matrix_clear(&boundary);
    claim_matrix_clear(&inside);
    component_clear(&c);
    witness_clear(&w);
    ctx_free(&cx);
}

/* Three neurons that inhibit each other in a ring with weight k: LDS exactly when k < 2. */
static void inhibitory_ring_of_three(void)
{
    static const struct { const char *weight; bool is_lds; } rows[] = {
        {"-1.9", true}, {"-1.99999999999999999", true}, {"-2", false}, {"-2.00000000000000001", false}, {"-2.1", false},
    };
    Ctx cx;
    ctx_init(&cx);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        ClaimMatrix m = matrix_of(&cx, 3, "-1 0 0 0 -1 0 0 0 -1");
        set(m.entry[2], rows[k].weight), set(m.entry[3], rows[k].weight), set(m.entry[7], rows[k].weight);
        Component c = ones(&cx, 3);
        Witness w = vectors(&cx, 3, 2, "2 -1 -1 0 1 -1");
        w.w = ARENA_ARRAY(&cx.arena, 2, mpq_t);
        mpq_inits(w.w[0], w.w[1], NULL);
        set(w.w[0], "1/6"), set(w.w[1], "1/2");
        CHECK(proves(&cx, &m, &c) == rows[k].is_lds);
        CHECK(refutes(&cx, &m, &w) == !rows[k].is_lds);
        set(w.w[1], "1/3");     /* no longer balanced between the rows */
        CHECK(!refutes(&cx, &m, &w) || strcmp(rows[k].weight, "-2.1") == 0);
        claim_matrix_clear(&m);
        component_clear(&c);
        witness_clear(&w);
    }
    ctx_free(&cx);
}

/* A = -I + s (J - I), s = (1 - d)/(n - 1): M(1) has least eigenvalue 2 d. Rows and
 * columns are then scaled by e and f, powers of ten, which changes p to f / e. */
static ClaimMatrix all_excited(Ctx *cx, size_t n, const char *d, Component *c, bool is_scaled)
{
    ClaimMatrix m = zeros(cx, n);
    mpq_t s, power;
    mpq_inits(s, power, NULL);
    set(s, d);
    set(power, "1");
    mpq_sub(s, power, s);
    mpq_set_ui(power, n - 1, 1);
    mpq_div(s, s, power);
    *c = ones(cx, n);
    for (size_t k = 0; k < n * n; k++)
        if (k / n == k % n)
            mpq_set_si(m.entry[k], -1, 1);
        else
            mpq_set(m.entry[k], s);
    for (size_t i = 0; i < n && is_scaled; i++) {
        set(power, i % 3 == 0 ? "1e200" : i % 3 == 1 ? "1e-200" : "1e3");
        for (size_t j = 0; j < n; j++)
            mpq_mul(m.entry[i * n + j], m.entry[i * n + j], power);     /* row i */
        mpq_div(c->p[i], c->p[i], power);
        set(power, i % 2 ? "1e-150" : "1e150");
        for (size_t j = 0; j < n; j++)
            mpq_mul(m.entry[j * n + i], m.entry[j * n + i], power);     /* column i */
        mpq_mul(c->p[i], c->p[i], power);
    }
    mpq_clears(s, power, NULL);
    return m;
}

static void near_singular_both_sides(void)
{
    static const struct { size_t n; const char *d; bool is_scaled, accepted; } rows[] = {
        {2, "1e-17", 0, 1}, {2, "0", 0, 0}, {2, "-1e-17", 0, 0}, {5, "1e-40", 1, 1}, {5, "0", 1, 0}, {5, "-1e-40", 1, 0},
        {12, "1e-17", 0, 1}, {13, "1e-17", 0, 1}, {13, "0", 0, 0}, {13, "-1e-17", 0, 0}, {20, "1e-17", 1, 1},
        {20, "0", 1, 0}, {20, "-1e-17", 1, 0}, {60, "1e-17", 0, 1}, {60, "0", 0, 0}, {60, "-1e-17", 0, 0},
        {70, "1e-6", 1, 1}, {100, "0", 0, 0}, {100, "-1e-6", 1, 0}, {200, "1e-6", 0, 1}, {200, "0", 0, 0},
        {200, "-1e-17", 0, 0}, {100, "-1e-6", 1, 0},
    };
    Ctx cx;
    ctx_init(&cx);
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        Component c;
        ClaimMatrix m = all_excited(&cx, rows[k].n, rows[k].d, &c, rows[k].is_scaled);
        bool accepted = proves(&cx, &m, &c);
        if (accepted != rows[k].accepted)
            fprintf(stderr, "n = %zu, d = %s, scaled %d\n", rows[k].n, rows[k].d, rows[k].is_scaled);
        CHECK(accepted == rows[k].accepted);
        claim_matrix_clear(&m);
        component_clear(&c);
    }
    ctx_free(&cx);
}

/* A with M(1) = G G' - cut e e' for the last unit vector e, G lower triangular with
 * last diagonal entry g, and a skew part that M does not see: positive definite
 * exactly when cut < g^2. */
static ClaimMatrix from_factor(Ctx *cx, size_t n, const char *cut)
{
    ClaimMatrix m = zeros(cx, n);
    long *g = calloc(n * n, sizeof *g);
    for (size_t i = 0; g && i < n; i++) {
        for (size_t j = 0; j < i; j++)
            g[i * n + j] = random_to(4) - 2;
        g[i * n + i] = i + 1 == n ? 2 : 20;
    }
    for (size_t i = 0; g && i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            long sum = 0, skew = i == j ? 0 : random_to(40) - 20;
            for (size_t k = 0; k <= j; k++)
                sum += g[i * n + k] * g[j * n + k];
            mpq_set_si(m.entry[i * n + j], -sum + skew, 2);
            mpq_canonicalize(m.entry[i * n + j]);
            mpq_set_si(m.entry[j * n + i], -sum - skew, 2);
            mpq_canonicalize(m.entry[j * n + i]);
        }
    mpq_t half;
    mpq_init(half);
    set(half, cut);
    mpq_div_2exp(half, half, 1);
    mpq_add(m.entry[n * n - 1], m.entry[n * n - 1], half);
    mpq_clear(half);
    free(g);
    return m;
}

/* Orders around the tile and panel sizes of the floating factorisation. */
static void last_pivot_decides_at_every_order(void)
{
    Ctx cx;
    ctx_init(&cx);
    for (size_t n = 1; n <= 140; n += n < 20 || (n > 60 && n < 70) || n > 126 ? 1 : 7) {
        static const struct { const char *cut; Positive expected; } rows[] = {
            {"3.9999", POSITIVE_YES}, {"4", POSITIVE_UNKNOWN}, {"4.0001", POSITIVE_NO},
        };
        for (size_t k = 0; k < 3; k++) {
            ClaimMatrix m = from_factor(&cx, n, rows[k].cut);
            Component c = ones(&cx, n);
            LyapunovForm f = {&m, n, c.member, c.p};
            double margin;
            Positive answer = positive_by_cholesky(&f, &margin);
            if (rows[k].expected == POSITIVE_UNKNOWN)
                CHECK(answer != POSITIVE_YES);
            else
                CHECK(answer == rows[k].expected);
            claim_matrix_clear(&m);
            component_clear(&c);
        }
    }
    ctx_free(&cx);
}

/* Multiplies the diagonal by 1 - margin, so that M becomes M - margin diag(M). */
static void take_away(ClaimMatrix *m, double margin)
{
    mpq_t factor;
    mpq_init(factor);
    mpq_set_d(factor, 1 - margin);
    if (1 - (1 - margin) != margin)
        mpq_set_d(factor, nextafter(1 - margin, 2));
    for (size_t k = 0; k < m->q; k++)
        mpq_mul(m->entry[k * m->q + k], m->entry[k * m->q + k], factor);
    mpq_clear(factor);
}

/* 4000 forms M = sum of r integer squares, singular when r < n, with the diagonal
 * moved by a tiny amount or none: floats must never say yes to what is not, nor no
 * to what is, nor claim a margin that is not there. */
static void floats_are_never_wrong(void)
{
    static const char *const moves[] = {"0", "1e-30", "-1e-30", "1e-15", "-1e-15", "1e-13", "-1e-12", "1e-10", "-1e-8"};
    Ctx cx;
    ctx_init(&cx);
    size_t n_yes = 0, n_definite = 0, n_by_rows = 0;
    for (int k = 0; k < 4000; k++) {
        size_t n = (size_t)random_to(9) + 2, rank = n - 1 + (size_t)random_to(1);
        ClaimMatrix m = zeros(&cx, n);
        long v[12][12];
        for (size_t r = 0; r < rank; r++)
            for (size_t i = 0; i < n; i++)
                v[r][i] = random_to(200) - 100;
        mpq_t move;
        mpq_init(move);
        set(move, moves[random_to(8)]);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                long sum = 0, skew = i == j ? 0 : (long)((i * 37 + j * 37) % 100) * (i < j ? 1 : -1);
                for (size_t r = 0; r < rank; r++)
                    sum += v[r][i] * v[r][j];
                mpq_set_si(m.entry[i * n + j], skew - sum, 1);
                if (i == j)
                    mpq_sub(m.entry[i * n + j], m.entry[i * n + j], move);
            }
        Component c = ones(&cx, n);
        LyapunovForm f = {&m, n, c.member, c.p};
        double margin;
        bool too_long, is_definite = positive_exactly(&f, &too_long);
        ProofKind how;
        bool by_rows = positive_by_rows(&f, &how);
        Positive answer = positive_by_cholesky(&f, &margin);
        CHECK(!too_long);
        if (rank < n)           /* singular: the move alone decides */
            CHECK(is_definite == (mpq_sgn(move) > 0));
        CHECK(answer != POSITIVE_YES || is_definite);
        CHECK(!by_rows || is_definite);
        n_by_rows += by_rows;
        CHECK(answer != POSITIVE_NO || !is_definite);
        n_yes += answer == POSITIVE_YES;
        n_definite += is_definite;
        if (answer == POSITIVE_YES) {
            take_away(&m, margin);
            CHECK(positive_exactly(&f, &too_long));
        }
        mpq_clear(move);
        claim_matrix_clear(&m);
        component_clear(&c);
    }
    CHECK(n_yes > 500 && n_definite > n_yes && n_by_rows > 500);
    ctx_free(&cx);
}

/* Strong loops that cancel in M: each -(p_i a_ij + p_j a_ji) is taken exactly, so
 * that no rounding error of the large terms hides the small rest. */
static void cancelling_terms_are_exact(void)
{
    Ctx cx;
    ctx_init(&cx);
    enum { N = 130 };
    for (int k = 0; k < 3; k++) {
        ClaimMatrix m = zeros(&cx, N);
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j <= i; j++) {
                set(m.entry[i * N + j], i == j ? "-1" : k == 0 ? "1e9" : k == 1 ? "123456789.123456789" : "1e600");
                if (i != j) {
                    mpq_neg(m.entry[j * N + i], m.entry[i * N + j]);
                    if (k == 1)
                        set(m.entry[j * N + i], "-123456789.118456789");
                }
            }
        Component c = ones(&cx, N);
        VerifyResult r = verify_component(&cx, &m, &c);     /* off the diagonal M is 0 or -0.005 */
        CHECK(r.accepted && r.proof == PROOF_RUMP);
        CHECK(verify_margin(&m, &(Evidence){.is_certificate = true, .n_components = 1, .component = &c}) > 0.3);
        claim_matrix_clear(&m);
        component_clear(&c);
    }
    ctx_free(&cx);
}

/* Rump's bounds hold for rounding to nearest only: in another mode, be it of one unit
 * alone, the proof is exact or there is none. Flushed subnormals change nothing. */
static void other_rounding_modes_prove_nothing(void)
{
    Ctx cx;
    ctx_init(&cx);
    enum { N = 20 };
    ClaimMatrix m = zeros(&cx, N);
    for (size_t i = 0; i < N; i++)
        set(m.entry[i * N + i], "-1");
    Component c = ones(&cx, N);
    LyapunovForm f = {&m, N, c.member, c.p};
    double margin;
    CHECK(positive_by_cholesky(&f, &margin) == POSITIVE_YES);
    CHECK(fesetround(FE_UPWARD) == 0);
    CHECK(positive_by_cholesky(&f, &margin) == POSITIVE_UNKNOWN);
    VerifyResult r = verify_component(&cx, &m, &c);
    CHECK(fesetround(FE_TONEAREST) == 0);
    CHECK(r.accepted && r.proof == PROOF_EXACT);
#ifdef __SSE2__
    _MM_SET_ROUNDING_MODE(_MM_ROUND_DOWN);
    CHECK(positive_by_cholesky(&f, &margin) == POSITIVE_UNKNOWN);
    _MM_SET_ROUNDING_MODE(_MM_ROUND_NEAREST);
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_ON);
    CHECK(positive_by_cholesky(&f, &margin) == POSITIVE_YES);
    _MM_SET_FLUSH_ZERO_MODE(_MM_FLUSH_ZERO_OFF);
#endif
    claim_matrix_clear(&m);
    component_clear(&c);
    ctx_free(&cx);
}

int main(void)
{
    RUN(two_rows_closed_form);
    RUN(exact_decimals_decide);
    RUN(inhibitory_ring_of_three);
    RUN(near_singular_both_sides);
    RUN(last_pivot_decides_at_every_order);
    RUN(floats_are_never_wrong);
    RUN(cancelling_terms_are_exact);
    RUN(other_rounding_modes_prove_nothing);
    return test_done();
}
