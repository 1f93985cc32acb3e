/* Generated code against the reference where neurons have states, signals,
 * gates, delays, kernels, columns, samples and noise. */
#include "tests/jit/compare.h"
#include "tests/jit/random_general.h"

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
    check_method(method, SIZES(few), 24);
    check_method(method, SIZES(many), 24);
    check_method(method, SIZES(large), 2);
}

static void euler_equals_reference(void) { check_sizes(EIG_METHOD_EULER); }
static void heun_equals_reference(void) { check_sizes(EIG_METHOD_HEUN); }
static void rk4_equals_reference(void) { check_sizes(EIG_METHOD_RK4); }
static void exponential_euler_equals_reference(void) { check_sizes(EIG_METHOD_EXPEULER); }
static void euler_maruyama_equals_reference(void) { check_sizes(EIG_METHOD_EULERMARUYAMA); }
static void rk45_equals_reference(void) { check_sizes(EIG_METHOD_RK45); }
static void dopri8_equals_reference(void) { check_sizes(EIG_METHOD_DOPRI8); }

int main(void)
{
    RUN(euler_equals_reference);
    RUN(heun_equals_reference);
    RUN(rk4_equals_reference);
    RUN(exponential_euler_equals_reference);
    RUN(euler_maruyama_equals_reference);
    RUN(rk45_equals_reference);
    RUN(dopri8_equals_reference);
    return test_done();
}
