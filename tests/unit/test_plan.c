/* Rounding and schedule of a plan. Expected values come from MPFR with many digits. */
#include <mpfr.h>
#include <stdlib.h>

#include "compiler/plan/build.h"
#include "runtime/layout.h"
#include "tests/test.h"

static NumPool pool;

static Num num(const char *text)
{
    Num n = NULL;
    CHECK(num_parse(&pool, text, strlen(text), &n));
    return n;
}

/* The double nearest to a * b, by MPFR. */
static double nearest_product(Num a, double b)
{
    mpq_t q;
    mpfr_t x;
    mpq_init(q);
    mpq_set_d(q, b);
    mpq_mul(q, q, a);
    mpfr_init2(x, 4000);        /* enough to tell which side of a midpoint */
    mpfr_set_q(x, q, MPFR_RNDN);
    double d = mpfr_get_d(x, MPFR_RNDN);
    mpfr_clear(x);
    mpq_clear(q);
    return d;
}

static double random_double(void)
{
    double m = 1.0 + (double)rand() / RAND_MAX + (double)rand() * 0x1p-52;
    return ldexp(rand() % 2 ? m : -m, rand() % 80 - 40);
}

/* A sparse block of one row with these entries, planned with a factor. */
static EigBlock planned_row(Ctx *cx, Num factor, double *d, size_t n)
{
    NetPop pops[2] = { { .size = n }, { .from = n, .size = 1 } };
    Net net = { .n = n + 1, .n_pops = 2, .pop = pops, .nums = &pool };
    uint64_t *row_from = ARENA_ARRAY(&cx->arena, 2, uint64_t);
    row_from[1] = n;
    Block b = { .kind = BLOCK_SPARSE, .pre = 0, .post = 1, .factor = factor, .values = { n, d, NULL },
                .row_from = row_from, .column = ARENA_ARRAY(&cx->arena, n, uint32_t) };
    return plan_block(cx, &net, &b);
}

static void products_round_once(void)
{
    static const char *const factor[] = { "1/10", "1/3", "7/3", "0.1", "1e-160", "1e160", "3", "1", "0.5", "1e-305" };
    enum { N = 3000 };
    Ctx cx;
    ctx_init(&cx);
    double *d = ARENA_ARRAY(&cx.arena, N, double);
    for (size_t f = 0; f < sizeof factor / sizeof *factor; f++) {
        for (size_t k = 0; k < N; k++)
            d[k] = k ? random_double() : 0.0;
        size_t wrong = 0;
        EigBlock b = planned_row(&cx, num(factor[f]), d, N);
        for (size_t k = 0; k < N; k++)
            wrong += b.w[k] != nearest_product(num(factor[f]), d[k]);
        CHECK(wrong == 0);
    }
    ctx_free(&cx);
}

/* What is one weight in the network is one in the run, and the pattern is not copied. */
static void one_weight_stays_one(void)
{
    Ctx cx;
    ctx_init(&cx);
    NetPop pops[2] = { { .size = 4 }, { .from = 4, .size = 2 } };
    Net net = { .n = 6, .n_pops = 2, .pop = pops, .nums = &pool };
    uint64_t row_from[3] = { 0, 2, 3 };
    uint32_t column[3] = { 0, 3, 1 };
    Block b = { .kind = BLOCK_SPARSE, .pre = 0, .post = 1, .factor = num("-1/10"), .values = { .n = 3 }, .row_from = row_from, .column = column };
    EigBlock e = plan_block(&cx, &net, &b);
    CHECK(!e.w && e.weight == -0.1 && e.row_from == row_from && e.column == column);
    ctx_free(&cx);
}

static void exact_entries_round_once(void)
{
    Ctx cx;
    ctx_init(&cx);
    double d[1];
    Num q[1] = { num("1/3") };
    d[0] = num_to_double(q[0]);
    NetPop pops[1] = { { .size = 1 } };
    Net net = { .n = 1, .n_pops = 1, .pop = pops, .nums = &pool };
    Block b = { .kind = BLOCK_DENSE, .factor = num("3"), .values = { 1, d, q } };
    CHECK(plan_block(&cx, &net, &b).w[0] == 1.0);
    b.factor = num("1");
    CHECK(plan_block(&cx, &net, &b).w[0] == 1.0 / 3.0);
    ctx_free(&cx);
}

static void dense_is_by_tiles(void)
{
    enum { POST = 70, PRE = 3 };
    Ctx cx;
    ctx_init(&cx);
    double d[POST * PRE];
    for (size_t k = 0; k < POST * PRE; k++)
        d[k] = (double)k;
    NetPop pops[2] = { { .size = PRE }, { .size = POST } };
    Net net = { .n_pops = 2, .pop = pops, .nums = &pool };
    Block b = { .kind = BLOCK_DENSE, .pre = 0, .post = 1, .factor = num("2"), .values = { POST * PRE, d, NULL } };
    EigBlock e = plan_block(&cx, &net, &b);
    for (size_t i = 0; i < POST; i++)
        for (size_t j = 0; j < PRE; j++)
            CHECK(e.w[eig_dense_at(POST, PRE, i, j)] == 2.0 * (double)(i * PRE + j));
    CHECK(eig_dense_at(POST, PRE, 33, 1) == 32 * PRE + 32 + 1 && eig_dense_at(POST, PRE, 65, 2) == 64 * PRE + 2 * 6 + 1);
    ctx_free(&cx);
}

static double expm1_by_mpfr(const char *step, const char *tau)
{
    mpq_t q;
    mpfr_t x;
    mpq_init(q);
    mpq_div(q, num(step), num(tau));
    mpfr_init2(x, 2000);
    mpfr_set_q(x, q, MPFR_RNDN);
    mpfr_neg(x, x, MPFR_RNDN);
    mpfr_expm1(x, x, MPFR_RNDN);
    mpfr_neg(x, x, MPFR_RNDN);
    double d = mpfr_get_d(x, MPFR_RNDN);
    mpfr_clear(x);
    mpq_clear(q);
    return d;
}

static void leak_factors_round_once(void)
{
    static const char *const pair[][2] = { { "0.1", "20" }, { "1", "3" }, { "1e-300", "7" }, { "1e-320", "1" },
                                           { "50", "1" }, { "1e6", "1" }, { "1e-9", "10" } };
    for (size_t k = 0; k < sizeof pair / sizeof *pair; k++)
        CHECK(plan_exp_step(num(pair[k][0]), num(pair[k][1])) == expm1_by_mpfr(pair[k][0], pair[k][1]));
    CHECK(plan_rate(&pool, num("20")) == 0.05);
    CHECK(plan_rate(&pool, num("1/3")) == 3.0);
    CHECK(plan_rate(&pool, num("0.1")) == 10.0);
}

/* With a clock for each interval; NULL: every step. One model at a time. */
static Model records_every(Model m, size_t n, const char *const *every)
{
    static ModelClock clock[4];
    for (size_t k = 0; k < n; k++)
        clock[k] = (ModelClock){ .every = every[k] ? num(every[k]) : NULL, .text = every[k] ? every[k] : "step" };
    m.sim.clocks.at = clock;
    m.sim.clocks.n = n;
    return m;
}

static Model timed(const char *duration, const char *step, const char *every)
{
    Model m = { .name = "m", .path = "m.eig", .nums = &pool };
    m.sim = (ModelSim){ .present = true, .duration = num(duration), .method = EIG_METHOD_RK4, .has_step = step != NULL,
                        .step = step ? num(step) : NULL };
    return records_every(m, 1, &every);
}

/* The code of the only diagnostic, or -1 when the schedule is accepted. */
static int schedule_error(const Model *m, EigProblem *p, const char *help)
{
    Ctx cx;
    ctx_init(&cx);
    source_from_text(&cx, "m.eig", "model m\n", 8);
    *p = (EigProblem){0};
    bool ok = plan_schedule(&cx, m, p);
    int code = ok ? -1 : (int)cx.diags.at[0].code;
    CHECK(ok == (cx.diags.n == 0));
    if (help)
        CHECK(!ok && cx.diags.at[0].help && strstr(cx.diags.at[0].help, help));
    ctx_free(&cx);
    return code;
}

static bool is_ratio(EigRatio r, uint64_t num, uint64_t den, int exponent)
{
    return r.num == num && r.den == den && r.exponent == exponent;
}

static void steps_are_counted_exactly(void)
{
    EigProblem p;
    Model m = timed("500", "0.1", "1");
    CHECK(schedule_error(&m, &p, NULL) == -1);
    CHECK(p.n_steps == 5000 && p.steps_per_record == 10 && p.h == 0.1 && p.duration == 500.0 && is_ratio(p.step, 1, 5, -1));
    m = timed("1", "1/3", NULL);
    CHECK(schedule_error(&m, &p, NULL) == -1);
    CHECK(p.n_steps == 3 && p.steps_per_record == 1 && is_ratio(p.step, 1, 3, 0));
}

/* Fixed steps count each interval in steps; others keep it as it is. */
static void intervals_are_exact(void)
{
    static const char *const every[] = { "0.3", NULL, "1/2", "4/5" };
    static const int64_t in_steps[] = { 3, 1, 5, 8 };
    static const EigRatio wanted[] = { { 3, 5, -1 }, { 0, 0, 0 }, { 1, 1, -1 }, { 1, 5, 2 } };
    Model m = records_every(timed("6", "0.1", NULL), 4, every);
    for (int adaptive = 0; adaptive < 2; adaptive++) {
        EigProblem p = {0};
        Ctx cx;
        ctx_init(&cx);
        m.sim.method = adaptive ? EIG_METHOD_RK45 : EIG_METHOD_RK4;
        CHECK(plan_schedule(&cx, &m, &p) && p.n_clocks == 4 && strcmp(p.clock[0].name, "t every 0.3") == 0);
        for (size_t k = 0; k < 4; k++)
            CHECK(adaptive ? is_ratio(p.clock[k].every, wanted[k].num, wanted[k].den, wanted[k].exponent)
                           : p.clock[k].steps == in_steps[k]);
        ctx_free(&cx);
    }
}

/* 2^63 - 1 fits and 2^63 + 1 does not: that is the double 2^63. Twos do not count. */
static void long_intervals_are_rounded(void)
{
    static const char *const every[] = { "9223372036854775807", "9223372036854775809", "147573952589676412928/9223372036854775807" };
    static const EigRatio wanted[] = { { INT64_MAX, 1, 0 }, { (uint64_t)1 << 52, 1, 11 }, { 1, INT64_MAX, 67 } };
    for (size_t k = 0; k < 3; k++) {
        EigProblem p;
        Model m = timed("6", NULL, every[k]);
        m.sim.method = EIG_METHOD_RK45;
        CHECK(schedule_error(&m, &p, NULL) == -1 && p.n_clocks == 0);
        CHECK(is_ratio(p.record_every, wanted[k].num, wanted[k].den, wanted[k].exponent));
    }
}

static void bad_schedules_are_explained(void)
{
    EigProblem p;
    Model m = timed("500", "0.3", NULL);
    CHECK(schedule_error(&m, &p, "499.8 and 500.1") == D_E0802);
    m = timed("0.1", "0.3", NULL);
    CHECK(schedule_error(&m, &p, "0.3") == D_E0802);
    m = timed("3", "0.3", "0.4");
    CHECK(schedule_error(&m, &p, "0.3 and 0.6") == D_E0803);
    m = timed("1e30", "0.1", NULL);
    CHECK(schedule_error(&m, &p, NULL) == D_E0804);
    m = timed("1", NULL, NULL);
    CHECK(schedule_error(&m, &p, "rk45") == D_E0801);
    m.sim.present = false;
    CHECK(schedule_error(&m, &p, "simulate {") == D_E0801);
}

int main(void)
{
    RUN(products_round_once);
    RUN(one_weight_stays_one);
    RUN(exact_entries_round_once);
    RUN(dense_is_by_tiles);
    RUN(leak_factors_round_once);
    RUN(steps_are_counted_exactly);
    RUN(intervals_are_exact);
    RUN(long_intervals_are_rounded);
    RUN(bad_schedules_are_explained);
    num_pool_free(&pool);
    return test_done();
}
