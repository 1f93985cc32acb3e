/* Claims with kernels: the same evidence is taken and refused as for the matrix written out,
 * and kernels that are broken in each way they can be are refused. */
#include "compiler/check/proof/verify.h"

#include <math.h>
#include <stdlib.h>

#include "tests/test.h"

static unsigned long random_state = 4242;

static long random_to(long most)       /* 0 .. most */
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (long)((random_state >> 33) % (unsigned long)(most + 1));
}

static void set(mpq_ptr x, long top, unsigned long bottom)
{
    mpq_set_si(x, top, bottom);
    mpq_canonicalize(x);
}

/* ---- claims ----------------------------------------------------------------- */

static void random_kernel(Ctx *cx, ClaimMatrix *m, uint32_t to, uint32_t from, const size_t extent[2])
{
    ClaimKernel *k = &m->kernel[m->n_kernels++];
    size_t n = extent[0] * extent[1];
    *k = (ClaimKernel){ .to = to, .from = from, .extent = { extent[0], extent[1] }, .value = rationals_new(cx, n) };
    for (size_t d = 1; d < n; d++) {
        set(k->value[d], random_to(8) - 4, 9);
        mpq_sub(k->value[0], k->value[0], k->value[d]);
    }
}

/* Two populations of extent, and one without a place. */
static ClaimMatrix random_claim(Ctx *cx, const size_t extent[2])
{
    enum { Q = 3 };
    ClaimMatrix m;
    claim_matrix_init(cx, &m, Q, Q * Q, true);
    m.n = 0;
    for (size_t a = 0; a < Q; a++) {
        m.row_from[a] = a * Q;
        m.size[a] = a < 2 ? extent[0] * extent[1] : (size_t)random_to(2) + 1;
        m.n += m.size[a];
        set(m.self[a], random_to(6) - 3, 5);
        set(m.leak[a], random_to(3) + 2, 2);
        for (size_t b = 0; b < Q; b++) {
            m.column[a * Q + b] = (uint32_t)b;
            set(m.entry[a * Q + b], random_to(6) - 4, 12);
        }
    }
    m.kernel = ARENA_ARRAY(&cx->arena, 4, ClaimKernel);
    for (uint32_t k = 0; k < 4; k++)
        if (random_to(3))
            random_kernel(cx, &m, k / 2, k % 2, extent);
    return m;
}

static size_t shifted(size_t i, size_t j, const size_t extent[2])
{
    size_t x = (i % extent[0] + extent[0] - j % extent[0]) % extent[0];
    size_t y = (i / extent[0] + extent[1] - j / extent[0]) % extent[1];
    return y * extent[0] + x;
}

/* By the definition; of[i] is neuron i's population, at[i] its number there. */
static ClaimMatrix expanded(Ctx *cx, const ClaimMatrix *m, size_t *of, size_t *at)
{
    size_t n = 0;
    for (size_t a = 0; a < m->q; a++)
        for (size_t k = 0; k < m->size[a]; k++) {
            at[n] = k;
            of[n++] = a;
        }
    ClaimMatrix full;
    claim_matrix_init(cx, &full, n, n * n, false);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            mpq_ptr x = full.entry[i * n + j];
            full.row_from[i] = i * n;
            full.column[i * n + j] = (uint32_t)j;
            mpq_set(x, m->entry[of[i] * m->q + of[j]]);
            if (i == j) {
                mpq_add(x, x, m->self[of[i]]);
                mpq_sub(x, x, m->leak[of[i]]);
            }
            const ClaimKernel *k = claim_matrix_kernel(m, of[i], of[j]);
            if (k)
                mpq_add(x, x, k->value[shifted(at[i], at[j], k->extent)]);
        }
    return full;
}

/* ---- certificates ----------------------------------------------------------- */

static void certificates_agree_with_the_expansion(void)
{
    static const size_t extents[][2] = { { 2, 1 }, { 3, 1 }, { 4, 1 }, { 5, 1 }, { 2, 2 }, { 3, 2 } };
    Ctx cx;
    ctx_init(&cx);
    size_t n_proved = 0, n_by_kernels = 0;
    for (int round = 0; round < 1500; round++) {
        size_t of[32], at[32];
        ClaimMatrix m = random_claim(&cx, extents[random_to(5)]), full = expanded(&cx, &m, of, at), mean = m;
        Component c, wide;
        component_init(&cx, &c, m.q);
        component_init(&cx, &wide, m.n);
        for (size_t a = 0; a < m.q; a++) {
            c.member[a] = (uint32_t)a;
            set(c.p[a], random_to(3) + 1, 1);
        }
        for (size_t i = 0; i < m.n; i++) {
            wide.member[i] = (uint32_t)i;
            mpq_set_ui(wide.p[i], m.size[of[i]], 1);
            mpq_div(wide.p[i], c.p[of[i]], wide.p[i]);
        }
        Evidence e = { .is_certificate = true, .n_components = 1, .component = &c };
        bool proved = verify_evidence(&cx, &m, &e).accepted;
        CHECK(proved == verify_component(&cx, &full, &wide).accepted);
        CHECK(proved == verify_component(&cx, &m, &c).accepted);
        mean.n_kernels = 0;
        n_proved += proved;
        n_by_kernels += !proved && verify_component(&cx, &mean, &c).accepted;
        component_clear(&c);
        component_clear(&wide);
        claim_matrix_clear(&m);
        claim_matrix_clear(&full);
    }
    CHECK(n_proved > 100 && n_by_kernels > 100);
    ctx_free(&cx);
}

/* ---- waves ------------------------------------------------------------------ */

/* The least (A X)_ii over neurons that the waves touch, in doubles. */
static double least_of(const ClaimMatrix *m, const ClaimMatrix *full, const size_t *of, const size_t *at, const Witness *w, const size_t extent[2])
{
    double least = INFINITY;
    double *re = malloc(2 * m->n * sizeof *re), *im = re + m->n, sum[32] = { 0 };
    for (size_t r = 0; r < w->rank; r++) {
        for (size_t i = 0; i < m->n; i++) {
            double turn = 2 * M_PI * ((double)(w->frequency[2 * r] * (at[i] % extent[0])) / (double)extent[0] +
                                      (double)(w->frequency[2 * r + 1] * (at[i] / extent[0])) / (double)extent[1]);
            double x = mpq_get_d(w->v[r * m->q + of[i]]), y = mpq_get_d(w->im[r * m->q + of[i]]);
            re[i] = x * cos(turn) - y * sin(turn);
            im[i] = x * sin(turn) + y * cos(turn);
        }
        for (size_t i = 0; i < m->n; i++)
            for (size_t j = 0; j < m->n; j++)
                sum[i] += mpq_get_d(w->w[r]) * mpq_get_d(full->entry[i * m->n + j]) * (re[i] * re[j] + im[i] * im[j]);
    }
    for (size_t i = 0; i < m->n; i++)
        least = fmin(least, sum[i]);
    free(re);
    return least;
}

static Witness random_waves(Ctx *cx, const ClaimMatrix *m, const size_t extent[2])
{
    Witness w;
    witness_init_modes(cx, &w, m->q, (size_t)random_to(2) + 1);
    for (size_t a = 0; a < m->q; a++)
        w.member[a] = (uint32_t)a;
    for (size_t r = 0; r < w.rank; r++) {
        w.frequency[2 * r] = (uint32_t)random_to((long)extent[0] - 1);
        w.frequency[2 * r + 1] = (uint32_t)random_to((long)extent[1] - 1);
        bool zero = w.frequency[2 * r] == 0 && w.frequency[2 * r + 1] == 0;
        set(w.w[r], random_to(3), 1);
        for (size_t a = 0; a < m->q; a++) {
            bool has_place = false;
            for (size_t k = 0; k < m->n_kernels; k++)
                has_place |= m->kernel[k].to == a || m->kernel[k].from == a;
            if ((!zero && !has_place) || (a == 1 && random_to(3)))
                continue;
            set(w.v[r * m->q + a], random_to(6) - 3, 2);
            set(w.im[r * m->q + a], random_to(2) ? 0 : random_to(4) - 2, 1);
        }
    }
    return w;
}

static bool is_zero(const Witness *w)
{
    for (size_t r = 0; r < w->rank; r++)
        for (size_t a = 0; a < w->n && mpq_sgn(w->w[r]); a++)
            if (mpq_sgn(w->v[r * w->n + a]) || mpq_sgn(w->im[r * w->n + a]))
                return false;
    return true;
}

static void waves_agree_with_the_expansion(void)
{
    static const size_t extents[][2] = { { 2, 1 }, { 3, 1 }, { 4, 1 }, { 5, 1 }, { 2, 2 }, { 3, 2 } };
    Ctx cx;
    ctx_init(&cx);
    size_t n_refuted = 0, n_clear = 0;
    for (int round = 0; round < 6000; round++) {
        const size_t *extent = extents[random_to(5)];
        size_t of[32], at[32];
        ClaimMatrix m = random_claim(&cx, extent), full = expanded(&cx, &m, of, at);
        Witness w = random_waves(&cx, &m, extent);
        double least = least_of(&m, &full, of, at, &w, extent);
        bool refuted = verify_witness(&cx, &m, &w).accepted;
        CHECK(!refuted || least > -1e-12);
        CHECK(refuted || is_zero(&w) || least < 1e-12);
        n_refuted += refuted;
        n_clear += least < -1e-12;
        witness_clear(&w);
        claim_matrix_clear(&m);
        claim_matrix_clear(&full);
    }
    CHECK(n_refuted > 40 && n_clear > 1000);
    ctx_free(&cx);
}

/* ---- what is broken --------------------------------------------------------- */

typedef struct Case {
    Ctx cx;
    ClaimMatrix m;
    Evidence e;
} Case;

/* Two rings of four, E onto itself and onto I, in two components: a proof. */
static void case_init(Case *c)
{
    static const size_t extent[2] = { 4, 1 };
    ctx_init(&c->cx);
    claim_matrix_init(&c->cx, &c->m, 2, 0, true);
    c->m.n = 8;
    c->m.kernel = ARENA_ARRAY(&c->cx.arena, 4, ClaimKernel);
    for (size_t a = 0; a < 2; a++) {
        c->m.size[a] = 4;
        set(c->m.leak[a], 1, 1);
    }
    for (uint32_t to = 0; to < 2; to++) {
        ClaimKernel *k = &c->m.kernel[c->m.n_kernels++];
        *k = (ClaimKernel){ .to = to, .from = 0, .extent = { extent[0], extent[1] }, .value = rationals_new(&c->cx, 4) };
        for (size_t d = 0; d < 4; d++)
            set(k->value[d], d % 2 ? 1 : -1, 5);
    }
    c->e = (Evidence){ .is_certificate = true, .n_components = 2, .component = ARENA_ARRAY(&c->cx.arena, 2, Component) };
    for (size_t k = 0; k < 2; k++) {
        component_init(&c->cx, &c->e.component[k], 1);
        c->e.component[k].member[0] = (uint32_t)k;
        set(c->e.component[k].p[0], 1, 1);
    }
}

static bool case_holds(Case *c)
{
    return verify_evidence(&c->cx, &c->m, &c->e).accepted;
}

static void case_free(Case *c)
{
    claim_matrix_clear(&c->m);
    evidence_clear(&c->e);
    ctx_free(&c->cx);
}

enum { WAYS = 9 };

static void spoil(Case *c, int way)
{
    ClaimMatrix *m = &c->m;
    switch (way) {
    case 0: set(m->kernel[1].value[0], -1, 4); break;               /* no sum of 0 */
    case 1: m->kernel[0].extent[0] = 2, m->kernel[0].extent[1] = 2; break;      /* E has two extents */
    case 2: m->kernel[1].extent[0] = 2; break;                      /* another number of places */
    case 3: m->kernel[1].to = 0; break;                             /* twice the same pair */
    case 4: m->kernel[1].from = 2; break;                           /* from no population */
    case 5: m->kernel[1].to = 0, m->kernel[1].from = 1; break;      /* into the earlier component */
    case 6: set(m->leak[1], 0, 1); break;                           /* nothing damps I's waves */
    case 7: set(m->self[0], 1, 1); break;                           /* nor E's mean */
    case 8: m->kernel[0].extent[1] = 0; break;
    }
}

static void broken_kernels_are_rejected(void)
{
    Case c;
    case_init(&c);
    CHECK(case_holds(&c));
    case_free(&c);
    for (int way = 0; way < WAYS; way++) {
        case_init(&c);
        spoil(&c, way);
        CHECK(!case_holds(&c));
        c.m.kernel[0].extent[0] = c.m.kernel[1].extent[0] = 4;
        c.m.kernel[0].extent[1] = c.m.kernel[1].extent[1] = 1;
        case_free(&c);
    }
}

/* Differences within a population that kernels see are judged by frequency alone. */
static void differences_belong_to_the_kernels(void)
{
    Case c;
    case_init(&c);
    set(c.m.self[0], 1, 1);             /* self = leak, but the kernel damps (1, -1, 1, -1) only */
    Witness w = { .is_zero_sum = true, .population = 0 };
    CHECK(!verify_witness(&c.cx, &c.m, &w).accepted);
    c.m.n_kernels = 0;
    CHECK(verify_witness(&c.cx, &c.m, &w).accepted);
    c.m.n_kernels = 2;
    case_free(&c);
}

static void frequencies_have_to_be_there(void)
{
    Case c;
    Witness w;
    case_init(&c);
    witness_init_modes(&c.cx, &w, 1, 1);
    set(w.v[0], 1, 1);
    set(w.w[0], 1, 1);
    w.frequency[0] = 2;
    CHECK(!verify_witness(&c.cx, &c.m, &w).accepted);       /* -0.8 - 1 */
    for (size_t d = 0; d < 4; d++)
        set(c.m.kernel[0].value[d], d % 2 ? -1 : 1, 4);
    CHECK(verify_witness(&c.cx, &c.m, &w).accepted);        /* 1 - 1 = 0 exactly */
    w.frequency[0] = 6;
    CHECK(!verify_witness(&c.cx, &c.m, &w).accepted);
    w.frequency[0] = 2, w.frequency[1] = 1;
    CHECK(!verify_witness(&c.cx, &c.m, &w).accepted);
    w.frequency[1] = 0;
    set(w.w[0], -1, 1);
    CHECK(!verify_witness(&c.cx, &c.m, &w).accepted);
    witness_clear(&w);
    case_free(&c);
}

int main(void)
{
    RUN(certificates_agree_with_the_expansion);
    RUN(waves_agree_with_the_expansion);
    RUN(broken_kernels_are_rejected);
    RUN(differences_belong_to_the_kernels);
    RUN(frequencies_have_to_be_there);
    return test_done();
}
