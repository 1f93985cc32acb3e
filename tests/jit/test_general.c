/* Generated code against the reference where neurons have states, signals,
 * gates, delays, kernels, columns, samples and noise. */
#include "tests/jit/compare.h"
#include "tests/jit/many_copies.h"

static const size_t few[] = { 1, 2, 3, 7 }, many[] = { 1, 15, 16, 30, 30, 30, 100 }, large[] = { 30, 1023, 1025 };
#define SIZES(a) sizeof (a) / sizeof *(a), (a)

static void check_method(EigMethod method, size_t n_sizes, const size_t *sizes, unsigned n)
{
    for (unsigned seed = 0; seed < n; seed++) {
        Circuit c;
        random_general(&c, 1000 * (uint64_t)method + seed, method, n_sizes, sizes);
        Plan plan = circuit_plan(&c);
        CHECK(plan.general_why);
        plan_verify(&plan);
        check_circuit(&c, &plan, seed);
        circuit_free(&c);
    }
}

static void check_sizes(EigMethod method)
{
    check_method(method, SIZES(few), 12);
    check_method(method, SIZES(many), 12);
    check_method(method, SIZES(large), 2);
}

static void euler_equals_reference(void) { check_sizes(EIG_METHOD_EULER); }
static void heun_equals_reference(void) { check_sizes(EIG_METHOD_HEUN); }
static void rk4_equals_reference(void) { check_sizes(EIG_METHOD_RK4); }
static void exponential_euler_equals_reference(void) { check_sizes(EIG_METHOD_EXPEULER); }
static void euler_maruyama_equals_reference(void) { check_sizes(EIG_METHOD_EULERMARUYAMA); }
static void milstein_equals_reference(void) { check_sizes(EIG_METHOD_MILSTEIN); }
static void stochastic_heun_equals_reference(void) { check_sizes(EIG_METHOD_STOCHASTICHEUN); }
static void sra1_equals_reference(void) { check_sizes(EIG_METHOD_SRA1); }
static void rk45_equals_reference(void) { check_sizes(EIG_METHOD_RK45); }
static void dopri8_equals_reference(void) { check_sizes(EIG_METHOD_DOPRI8); }

/* Late sums and inputs that are the same for all, so that a population has one activation; the last has an exception. */
static void one_activation_for_all_equals_reference(void)
{
    static const size_t size[] = { 1, 16, 17, 1025, 40 };
    static const EigMethod method[] = { EIG_METHOD_EULER, EIG_METHOD_HEUN, EIG_METHOD_EXPEULER };
    for (unsigned seed = 0; seed < 3; seed++) {
        Circuit c;
        circuit_init(&c, method[seed], 0.1, 20);
        for (size_t q = 0; q < 5; q++) {
            EigCode start = CODE(&c, var(EIG_VAR_I), push(0.37), fn(EIG_FN_MUL), fn(EIG_FN_COS));
            EigCode input = q % 2 ? CODE(&c, push(0.3)) : CODE(&c, var(EIG_VAR_T), fn(EIG_FN_SIN));
            add_pop(&c, size[q], 1.0 + (double)q, q % 2 ? relu(&c) : logistic(&c), input, start);
        }
        for (size_t k = 0; k < 15; k++) {
            EigBlock *b = add_block(&c, EIG_BLOCK_UNIFORM, k % 5, (k + k / 5) % 5, (double)(k % 3) - 0.9);
            b->weight /= (double)c.pop[b->pre].size;
            b->delay = (int64_t)(k % 4);
            b->skip_self = b->pre == b->post && b->pre == 4;
            b->signal = b->pre;
        }
        record_rates(&c);
        Plan plan = circuit_plan(&c);
        CHECK(plan.general_why);
        check_circuit(&c, &plan, 4 * seed);
        circuit_free(&c);
    }
}

/* So many copies that code is shared; in every second circuit blocks are added by a table. */
static void copies_equal_reference(void)
{
    enum { COPIES = 150, CIRCUITS = 14 };
    size_t least = SIZE_MAX, most = 0;
    for (unsigned seed = 0; seed < CIRCUITS; seed++) {
        Circuit c;
        EigMethod method = any_method(seed);
        if (seed % 3 == 2)
            random_general(&c, 515 + seed, method, SIZES(many));
        else
            random_general(&c, 515 + seed, method, SIZES(few));
        make_copies(&c, COPIES, seed % 2);
        record_last(&c);
        c.p.n_clocks = 0;
        Plan plan = circuit_plan(&c);
        CHECK(plan.general_why);
        plan_verify(&plan);
        check_circuit(&c, &plan, seed);
        least = c.p.n_blocks < least ? c.p.n_blocks : least;
        most = c.p.n_blocks > most ? c.p.n_blocks : most;
        circuit_free(&c);
    }
    CHECK(least < 500 && most > 2000);
}

int main(void)
{
    RUN(copies_equal_reference);
    RUN(one_activation_for_all_equals_reference);
    RUN(euler_equals_reference);
    RUN(heun_equals_reference);
    RUN(rk4_equals_reference);
    RUN(exponential_euler_equals_reference);
    RUN(euler_maruyama_equals_reference);
    RUN(milstein_equals_reference);
    RUN(stochastic_heun_equals_reference);
    RUN(sra1_equals_reference);
    RUN(rk45_equals_reference);
    RUN(dopri8_equals_reference);
    return test_done();
}
