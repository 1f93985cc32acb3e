/* Generated code against the reference interpreter, bit for bit. */
#include "tests/jit/compare.h"
#include "tests/jit/random_circuit.h"

static void check_method(EigMethod method, size_t n_sizes, const size_t *sizes, unsigned n)
{
    for (unsigned seed = 0; seed < n; seed++) {
        Circuit c;
        random_circuit(&c, 1000 * (uint64_t)method + seed, method, n_sizes, sizes);
        Plan plan = circuit_plan(&c);
        check_circuit(&c, &plan, seed);
        circuit_free(&c);
    }
}

static const size_t few[] = { 1, 2, 3, 7 }, many[] = { 1, 2, 15, 16, 17, 100 }, large[] = { 1000, 1024, 1025, 2500 };
#define SIZES(a) sizeof (a) / sizeof *(a), (a)

static void euler_equals_reference(void)
{
    check_method(EIG_METHOD_EULER, SIZES(few), 16);
    check_method(EIG_METHOD_EULER, SIZES(many), 10);
    check_method(EIG_METHOD_EULER, SIZES(large), 3);
}

static void exponential_euler_equals_reference(void)
{
    check_method(EIG_METHOD_EXPEULER, SIZES(few), 12);
    check_method(EIG_METHOD_EXPEULER, SIZES(many), 12);
}

static void heun_equals_reference(void)
{
    check_method(EIG_METHOD_HEUN, SIZES(few), 12);
    check_method(EIG_METHOD_HEUN, SIZES(many), 12);
    check_method(EIG_METHOD_HEUN, SIZES(large), 2);
}

static void rk4_equals_reference(void)
{
    check_method(EIG_METHOD_RK4, SIZES(few), 16);
    check_method(EIG_METHOD_RK4, SIZES(many), 10);
    check_method(EIG_METHOD_RK4, SIZES(large), 2);
}

/* Without noise: as their drifts alone go. */
static void methods_for_noise_equal_reference(void)
{
    static const EigMethod method[] = { EIG_METHOD_EULERMARUYAMA, EIG_METHOD_MILSTEIN, EIG_METHOD_STOCHASTICHEUN, EIG_METHOD_SRA1 };
    for (size_t k = 0; k < sizeof method / sizeof *method; k++) {
        check_method(method[k], SIZES(few), 6);
        check_method(method[k], SIZES(many), 8);
    }
}

static void rk45_equals_reference(void)
{
    check_method(EIG_METHOD_RK45, SIZES(few), 12);
    check_method(EIG_METHOD_RK45, SIZES(many), 12);
}

static void dopri8_equals_reference(void)
{
    check_method(EIG_METHOD_DOPRI8, SIZES(few), 12);
    check_method(EIG_METHOD_DOPRI8, SIZES(many), 12);
}

static void wilson_cowan_equals_reference(void)
{
    for (int smooth = 0; smooth < 2; smooth++) {
        Circuit c;
        wilson_cowan(&c, EIG_METHOD_RK4, 0.1, 5000, smooth);
        Plan plan = circuit_plan(&c);
        check_circuit(&c, &plan, 0);
        circuit_free(&c);
    }
}

/* Arguments on both sides of where the shorter forms of exp, log, sin and the logistic function end, at some steps and not at others. */
static void far_and_near(void)
{
    for (unsigned seed = 0; seed < 12; seed++) {
        double size = (double[]){ 600, 720, 2000, 1e7 }[seed % 4];
        Circuit c;
        circuit_init(&c, (EigMethod)(seed % EIG_METHOD_RK45), 0.05, 1200);
        EigCode swing = CODE(&c, var(EIG_VAR_T), fn(EIG_FN_SIN), push(size), fn(EIG_FN_MUL));
        EigCode log_of = CODE(&c, var(EIG_VAR_Z), push(1e-300), fn(EIG_FN_MUL), fn(EIG_FN_EXP), fn(EIG_FN_LOG), var(EIG_VAR_Z), fn(EIG_FN_EXP), fn(EIG_FN_LOG),
                              push(-1e4), fn(EIG_FN_MAX), push(1e-3), fn(EIG_FN_MUL), fn(EIG_FN_ADD), push(1.0), fn(EIG_FN_MIN));
        EigCode phi[] = { activation(&c, 10, 1), activation(&c, 11, 1), log_of,
                          CODE(&c, var(EIG_VAR_Z), fn(EIG_FN_SIN)), CODE(&c, var(EIG_VAR_Z), fn(EIG_FN_ABS), fn(EIG_FN_NEG), fn(EIG_FN_EXP)) };
        add_pop(&c, 1, 3.0, phi[seed % 5], swing, CODE(&c, push(0.0)));
        add_pop(&c, 1, 2.0, phi[(seed + 1 + seed / 5) % 5], (EigCode){ 0 }, CODE(&c, push(0.5)));
        add_block(&c, EIG_BLOCK_UNIFORM, 0, 1, 1.5);
        add_block(&c, EIG_BLOCK_UNIFORM, 1, 0, -2.5);
        record_rates(&c);
        Plan plan = circuit_plan(&c);
        CHECK(plan.state == STATE_IN_REGISTERS);
        check_circuit(&c, &plan, seed);
        circuit_free(&c);
    }
}

/* The same network in registers and in memory. */
static void both_homes_agree(void)
{
    for (unsigned seed = 0; seed < 12; seed++) {
        Circuit c;
        random_circuit(&c, seed, (EigMethod)(seed % EIG_METHOD_RK45), SIZES(few));
        Plan plan = circuit_plan(&c);
        plan.state = plan.state == STATE_IN_REGISTERS ? STATE_IN_MEMORY : STATE_IN_REGISTERS;
        if (c.p.n <= PLAN_REGISTER_NEURONS)
            check_circuit(&c, &plan, 1);
        circuit_free(&c);
    }
}

/* Large populations that meet only through sums: stages computed again. */
static void sweeps_equal_reference(void)
{
    static const size_t size[] = { 1, 3, 15, 16, 17, 32, 100, 1000, 1024, 1039 }, cheap[] = { 0, 2, 4, 5, 7, 8 };
    for (unsigned seed = 0; seed < 16; seed++) {
        uint64_t r = seed;
        Circuit c;
        circuit_init(&c, (EigMethod)(seed % EIG_METHOD_RK45), 0.05, 9);
        c.p.steps_per_record = 1 + seed % 3;
        size_t n_pops = 2 + below(&r, 3);
        for (size_t q = 0; q < n_pops; q++) {
            EigCode start = CODE(&c, var(EIG_VAR_I), push(0.7), fn(EIG_FN_MUL), fn(EIG_FN_COS));
            add_pop(&c, q == 0 ? 64 : size[below(&r, 10)], uniform(&r, 0.5, 5.0), activation(&c, cheap[below(&r, 6)], 0.4),
                    drive(&c, below(&r, 7), 0.6), start);
        }
        for (size_t k = 0; k < 2 * n_pops; k++) {
            size_t pre = below(&r, n_pops), post = below(&r, n_pops);
            EigBlockKind kind = pre == post && below(&r, 3) == 0 ? EIG_BLOCK_DIAGONAL : EIG_BLOCK_UNIFORM;
            EigBlock *b = add_block(&c, kind, pre, post, uniform(&r, -1.0, 1.0) / (double)c.pop[pre].size);
            b->skip_self = kind == EIG_BLOCK_UNIFORM && pre == post && below(&r, 2);
        }
        random_records(&c, &r);
        Plan plan = circuit_plan(&c);
        CHECK(plan.recompute && plan.state == STATE_IN_MEMORY);
        check_circuit(&c, &plan, seed);
        circuit_free(&c);
    }
}

/* Populations that share a function, among some that do not. */
static void shared_populations_equal_reference(void)
{
    for (unsigned seed = 0; seed < 5; seed++) {
        uint64_t r = seed;
        Circuit c;
        circuit_init(&c, (EigMethod)seed, 0.05, 12);
        for (size_t q = 0; q < 40; q++) {
            EigCode input = drive(&c, q % 5 == 0 ? 4 : 2 + q % 2, 0.5);
            EigCode start = CODE(&c, var(EIG_VAR_I), push(0.1 * (double)q), fn(EIG_FN_ADD), fn(EIG_FN_SIN));
            add_pop(&c, 1 + q * (q % 3), 1.0 + (double)q, activation(&c, q % 2, 1.0), input, start);
        }
        for (size_t k = 0; k < 200; k++) {
            size_t pre = below(&r, 40), post = below(&r, 40);
            EigBlock *b = add_block(&c, EIG_BLOCK_UNIFORM, pre, post, uniform(&r, -0.2, 0.2));
            b->skip_self = pre == post && k % 2;
        }
        random_records(&c, &r);
        Plan plan = circuit_plan(&c);
        check_circuit(&c, &plan, seed);
        circuit_free(&c);
    }
}

/* A sum of 16 written out and as a loop, and one neuron among many sums. */
static void sixteen_neurons(void)
{
    for (int home = 0; home < 2; home++) {
        Circuit c;
        circuit_init(&c, EIG_METHOD_RK4, 0.1, 50);
        EigCode start = CODE(&c, var(EIG_VAR_I), push(0.37), fn(EIG_FN_MUL), fn(EIG_FN_COS));
        size_t e = add_pop(&c, 16, 2.0, relu(&c), CODE(&c, push(0.3)), start);
        add_block(&c, EIG_BLOCK_UNIFORM, e, e, -0.11)->skip_self = true;
        record_rates(&c);
        Plan plan = circuit_plan(&c);
        plan.state = home ? STATE_IN_MEMORY : STATE_IN_REGISTERS;
        check_circuit(&c, &plan, 0);
        circuit_free(&c);
    }
}

/* An unstable network overflows; both name the same step, neuron and number. */
static void overflow_is_the_same(void)
{
    Circuit c;
    circuit_init(&c, EIG_METHOD_EULER, 1.0, 4000);
    c.p.steps_per_record = 1000;
    EigCode line = CODE(&c, var(EIG_VAR_Z));
    add_pop(&c, 2, 1.0, line, CODE(&c, push(1.0)), CODE(&c, push(0.0)));
    add_pop(&c, 20, 1.0, line, CODE(&c, push(0.0)), CODE(&c, push(0.0)));
    add_block(&c, EIG_BLOCK_UNIFORM, 0, 0, 3.0);
    add_block(&c, EIG_BLOCK_UNIFORM, 0, 1, 1.0);
    record_rates(&c);
    Plan plan = circuit_plan(&c);
    Rows reference = by_reference(&c.p);
    Kernel *k = circuit_compile(&c, &plan, 2, NULL);
    Rows rows = by_kernel(&c.p, k);
    CHECK(rows.result.status == RUN_NONFINITE);
    CHECK(rows.result.n_steps == reference.result.n_steps);
    CHECK(rows.result.bad_neuron == reference.result.bad_neuron && rows.result.bad_pop == reference.result.bad_pop);
    CHECK(same_rows(&rows, &reference));
    eig_recorder_close(rows.rec);
    eig_recorder_close(reference.rec);
    kernel_free(k);
    circuit_free(&c);
}

/* Whatever stands where in a comparison, an input that is no number from step 50 on stops the run there. */
static void nan_is_not_hidden(void)
{
    enum { FORMS = 12 };
    for (int form = 0; form < 2 * FORMS; form++) {
        Circuit c;
        circuit_init(&c, EIG_METHOD_EULER, 0.125, 100);
        EigOp z = var(EIG_VAR_Z), k = push(0.5), minus = fn(EIG_FN_NEG);
        EigCode phi[FORMS] = {
            CODE(&c, z, k, fn(EIG_FN_MAX)), CODE(&c, k, z, fn(EIG_FN_MAX)), CODE(&c, z, z, minus, fn(EIG_FN_MAX)),
            CODE(&c, z, k, fn(EIG_FN_MIN)), CODE(&c, k, z, fn(EIG_FN_MIN)), CODE(&c, z, minus, z, fn(EIG_FN_MIN)),
            CODE(&c, z, fn(EIG_FN_STEP)), CODE(&c, z, k, fn(EIG_FN_PULSE)), CODE(&c, k, z, fn(EIG_FN_PULSE)),
            CODE(&c, z, k, fn(EIG_FN_RAMP)), CODE(&c, k, z, fn(EIG_FN_RAMP)),
            /* a second operand alone that is none: z^0 is 1 */
            CODE(&c, z, push(0.0), fn(EIG_FN_POW), z, fn(EIG_FN_MAX)),
        };
        EigCode drive = CODE(&c, push(49.5 * 0.125), var(EIG_VAR_T), fn(EIG_FN_SUB), fn(EIG_FN_SQRT));
        add_pop(&c, form < FORMS ? 3 : 70, 1.0, phi[form % FORMS], drive, CODE(&c, push(0.0)));
        record_rates(&c);
        Plan plan = circuit_plan(&c);
        check_circuit(&c, &plan, 0);
        Rows rows = by_reference(&c.p);
        CHECK(rows.result.status == RUN_NONFINITE && rows.result.n_steps == 51);
        eig_recorder_close(rows.rec);
        circuit_free(&c);
    }
}

int main(void)
{
    RUN(wilson_cowan_equals_reference);
    RUN(euler_equals_reference);
    RUN(exponential_euler_equals_reference);
    RUN(heun_equals_reference);
    RUN(rk4_equals_reference);
    RUN(methods_for_noise_equal_reference);
    RUN(rk45_equals_reference);
    RUN(dopri8_equals_reference);
    RUN(far_and_near);
    RUN(both_homes_agree);
    RUN(shared_populations_equal_reference);
    RUN(sweeps_equal_reference);
    RUN(sixteen_neurons);
    RUN(overflow_is_the_same);
    RUN(nan_is_not_hidden);
    return test_done();
}
