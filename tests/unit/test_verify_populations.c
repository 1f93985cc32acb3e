/* The verifier: rows that stand for populations, beside the same network neuron by neuron. */
#include "tests/unit/claim_of.h"

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

int main(void)
{
    RUN(components_of_populations_stand_alone);
    RUN(populations_agree_with_their_expansion);
    RUN(zero_sum_modes_count);
    return test_done();
}
