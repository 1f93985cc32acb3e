/* The verifier: matrices whose answer is known on paper, both sides of the
 * boundary, and evidence that is broken in each way it can be. */
#include "compiler/check/verify.h"

#include <fenv.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#include "compiler/check/positive.h"
#include "compiler/check/rational.h"
#include "tests/test.h"

static unsigned long random_state = 12345;

static long random_to(long most)       /* 0 .. most */
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (long)((random_state >> 33) % (unsigned long)(most + 1));
}

static void set(mpq_ptr x, const char *text)
{
    if (!rational_parse(x, text, strlen(text)))
        BUG("test number %s", text);
}

/* A full n x n matrix from numbers separated by blanks. */
static ClaimMatrix matrix_of(Ctx *cx, size_t n, const char *text)
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

static ClaimMatrix zeros(Ctx *cx, size_t n)
{
    ClaimMatrix m;
    claim_matrix_init(cx, &m, n, n * n, false);
    for (size_t k = 0; k < n * n; k++) {
        m.row_from[k / n] = k / n * n;
        m.column[k] = (uint32_t)(k % n);
    }
    return m;
}

static Component ones(Ctx *cx, size_t n)
{
    Component c;
    component_init(cx, &c, n);
    for (size_t k = 0; k < n; k++) {
        c.member[k] = (uint32_t)k;
        mpq_set_ui(c.p[k], 1, 1);
    }
    return c;
}

static Witness vectors(Ctx *cx, size_t n, size_t rank, const char *text)
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

static bool proves(Ctx *cx, const ClaimMatrix *m, const Component *c)
{
    VerifyResult r = verify_component(cx, m, c);
    CHECK(r.reason != NULL);
    CHECK(r.margin >= 0 && r.margin <= 1);
    return r.accepted;
}

static bool refutes(Ctx *cx, const ClaimMatrix *m, const Witness *w)
{
    VerifyResult r = verify_witness(cx, m, w);
    CHECK(r.reason != NULL);
    return r.accepted;
}

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
        CHECK(r.accepted && r.proof == PROOF_RUMP && r.margin > 0.3);
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

/* ---- populations ------------------------------------------------------------ */

/* Four populations of three neurons, each uniformly -1/10 onto the next and onto
 * itself, the last onto the second: only the component's own rows and columns count. */
static void components_of_populations_stand_alone(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m;
    claim_matrix_init(&cx, &m, 4, 16, true);
    m.n = 12;
    for (size_t k = 0; k < 16; k++) {
        m.row_from[k / 4] = k / 4 * 4;
        m.column[k] = (uint32_t)(k % 4);
    }
    for (size_t a = 0; a < 4; a++) {
        m.size[a] = 3;
        set(m.leak[a], "1");
        set(m.entry[4 * a + a], "-0.1");
        if (a)
            set(m.entry[4 * a + a - 1], "100");
    }
    set(m.entry[4 * 1 + 3], "-0.1");
    static const uint32_t rows[][3] = {{0}, {1, 3}, {2}, {1, 2}};
    static const size_t n[] = {1, 2, 1, 2};
    static const bool holds[] = {true, true, true, false};      /* T_21 = 300 against 1.3 */
    for (size_t k = 0; k < 4; k++) {
        Component c = ones(&cx, n[k]);
        for (size_t i = 0; i < n[k]; i++)
            c.member[i] = rows[k][i];
        CHECK(verify_component(&cx, &m, &c).accepted == holds[k]);
        component_clear(&c);
    }
    claim_matrix_clear(&m);
    ctx_free(&cx);
}

static ClaimMatrix random_populations(Ctx *cx, size_t q)
{
    ClaimMatrix m;
    claim_matrix_init(cx, &m, q, q * q, true);
    m.n = 0;
    for (size_t a = 0; a < q; a++) {
        m.row_from[a] = a * q;
        m.size[a] = (size_t)random_to(3) + 1;
        m.n += m.size[a];
        mpq_set_si(m.self[a], random_to(12) - 4, 5);
        mpq_canonicalize(m.self[a]);
        mpq_set_si(m.leak[a], random_to(3) + 1, 2);
        mpq_canonicalize(m.leak[a]);
        for (size_t b = 0; b < q; b++) {
            m.column[a * q + b] = (uint32_t)b;
            mpq_set_si(m.entry[a * q + b], random_to(6) - 3, 7);
            mpq_canonicalize(m.entry[a * q + b]);
        }
    }
    return m;
}

/* The full matrix, by the definition; of[i] is neuron i's population. */
static ClaimMatrix expanded(Ctx *cx, const ClaimMatrix *m, size_t *of)
{
    size_t n = 0;
    for (size_t a = 0; a < m->q; a++)
        for (size_t k = 0; k < m->size[a]; k++)
            of[n++] = a;
    ClaimMatrix full = zeros(cx, n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            mpq_ptr x = full.entry[i * n + j];
            mpq_set(x, m->entry[of[i] * m->q + of[j]]);
            if (i == j) {
                mpq_add(x, x, m->self[of[i]]);
                mpq_sub(x, x, m->leak[of[i]]);
            }
        }
    return full;
}

static void check_zero_sum(Ctx *cx, const ClaimMatrix *m, const ClaimMatrix *full)
{
    size_t first = 0;
    for (size_t a = 0; a < m->q; first += m->size[a++]) {
        Witness modes = {.is_zero_sum = true, .population = (uint32_t)a};
        bool refuted = refutes(cx, m, &modes);
        if (m->size[a] < 2) {
            CHECK(!refuted);
            continue;
        }
        Witness w = vectors(cx, 2, 1, "1 -1");
        w.member[0] = (uint32_t)first, w.member[1] = (uint32_t)first + 1;
        CHECK(refutes(cx, full, &w) == refuted);
        witness_clear(&w);
    }
}

/* Both forms of one network take and refuse the same evidence. */
static void populations_agree_with_their_expansion(void)
{
    Ctx cx;
    ctx_init(&cx);
    size_t n_proved = 0, n_refuted = 0, n_modes = 0;
    for (int k = 0; k < 2500; k++) {
        size_t q = (size_t)random_to(2) + 1, of[16];
        ClaimMatrix m = random_populations(&cx, q), full = expanded(&cx, &m, of);
        Component c = ones(&cx, q), wide = ones(&cx, m.n);
        Witness w = vectors(&cx, q, 1, "1 1 1"), tall = vectors(&cx, m.n, 1, "1 1 1 1 1 1 1 1 1 1 1 1");
        mpq_t size;
        mpq_init(size);
        for (size_t a = 0; a < q; a++) {
            mpq_set_si(c.p[a], random_to(5) + 1, 1);
            mpq_set_si(w.v[a], random_to(6) - 3, 1);
        }
        for (size_t i = 0; i < m.n; i++) {
            mpq_set_ui(size, m.size[of[i]], 1);
            mpq_div(wide.p[i], c.p[of[i]], size);
            mpq_set(tall.v[i], w.v[of[i]]);
        }
        bool proved = proves(&cx, &m, &c), refuted = refutes(&cx, &m, &w);
        CHECK(proves(&cx, &full, &wide) == proved);
        CHECK(refutes(&cx, &full, &tall) == refuted);
        CHECK(!(proved && refuted));
        check_zero_sum(&cx, &m, &full);
        n_proved += proved;
        n_refuted += refuted;
        n_modes += mpq_cmp(m.self[0], m.leak[0]) >= 0 && m.size[0] > 1;
        mpq_clear(size);
        claim_matrix_clear(&m);
        claim_matrix_clear(&full);
        component_clear(&c);
        component_clear(&wide);
        witness_clear(&w);
        witness_clear(&tall);
    }
    CHECK(n_proved > 150 && n_refuted > 150 && n_modes > 150);
    ctx_free(&cx);
}

/* An inhibitory population whose q x q matrix is LDS but whose zero-sum modes grow. */
static void zero_sum_modes_count(void)
{
    Ctx cx;
    ctx_init(&cx);
    ClaimMatrix m;
    claim_matrix_init(&cx, &m, 1, 1, true);
    set(m.entry[0], "-1.5"), set(m.self[0], "1.5"), set(m.leak[0], "1");
    m.size[0] = m.n = 2;
    Component c = ones(&cx, 1);
    Witness w = {.is_zero_sum = true};
    CHECK(!proves(&cx, &m, &c));
    CHECK(refutes(&cx, &m, &w));
    set(m.self[0], "1");        /* self - leak = 0: on the boundary, still refuted */
    CHECK(!proves(&cx, &m, &c));
    CHECK(refutes(&cx, &m, &w));
    set(m.self[0], "0.99999999999999999999");
    CHECK(proves(&cx, &m, &c));
    CHECK(!refutes(&cx, &m, &w));
    set(m.self[0], "1.5");
    m.size[0] = m.n = 1;        /* one neuron has no such modes: A = -1.5 + 1.5 - 1 */
    CHECK(proves(&cx, &m, &c));
    CHECK(!refutes(&cx, &m, &w));
    m.size[0] = m.n = 1000000;  /* a million neurons cost as much as one */
    set(m.self[0], "0.5");
    CHECK(proves(&cx, &m, &c));
    /* a population whose uniform weight is 0 and not held */
    m.row_from[1] = 0;
    CHECK(proves(&cx, &m, &c));
    set(m.self[0], "1");
    CHECK(!proves(&cx, &m, &c));
    m.row_from[1] = 1;
    claim_matrix_clear(&m);
    component_clear(&c);
    /* a population behind the last one of the matrix */
    claim_matrix_init(&cx, &m, 2, 0, true);
    m.size[0] = m.size[1] = m.n = 2;
    m.q = 1, w.population = 1;
    mpq_set_ui(m.leak[0], 1, 1);
    CHECK(!refutes(&cx, &m, &w));
    m.q = 2, m.n = 4;
    CHECK(refutes(&cx, &m, &w));
    claim_matrix_clear(&m);
    ctx_free(&cx);
}

/* ---- structure -------------------------------------------------------------- */

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
    CHECK(r.accepted && r.margin > 0.4 && r.proof == PROOF_EXACT);
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
    RUN(two_rows_closed_form);
    RUN(exact_decimals_decide);
    RUN(inhibitory_ring_of_three);
    RUN(near_singular_both_sides);
    RUN(last_pivot_decides_at_every_order);
    RUN(floats_are_never_wrong);
    RUN(cancelling_terms_are_exact);
    RUN(other_rounding_modes_prove_nothing);
    RUN(components_of_populations_stand_alone);
    RUN(populations_agree_with_their_expansion);
    RUN(zero_sum_modes_count);
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
