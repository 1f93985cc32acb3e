/* What generated code must look like: no fast-math flag, no fused operation,
 * a size that does not depend on the number of neurons, no write outside the
 * arrays it is given. */
#include "tests/jit/random_circuit.h"
#include "tests/test.h"

static size_t count_text(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *at = strstr(text, word); at; at = strstr(at + 1, word))
        n++;
    return n;
}

static void no_fast_math(void)
{
    static const char *const flag[] = { " fast ", " nnan ", " ninf ", " nsz ", " arcp ", " contract ", " afn ",
                                        " reassoc ", "unsafe-fp-math", "llvm.fmuladd" };
    for (unsigned seed = 0; seed < 8; seed++) {
        static const size_t sizes[] = { 1, 3, 40 };
        Circuit c;
        random_circuit(&c, seed, any_method(seed), 3, sizes);
        Plan plan = circuit_plan(&c);
        Kernel *k = circuit_compile_texts(&c, &plan, 2, NULL, true);
        for (size_t f = 0; f < sizeof flag / sizeof *flag; f++) {
            CHECK(count_text(kernel_text(k, "llvm"), flag[f]) == 0);
            CHECK(count_text(kernel_text(k, "llvm-opt"), flag[f]) == 0);
        }
        CHECK(count_text(kernel_text(k, "llvm"), "nounwind") > 0);
        kernel_free(k);
        circuit_free(&c);
    }
}

/* Only what runtime/elementary_form.h asks for by name is, and threshold-linear neurons have no such function. */
static void nothing_is_fused(void)
{
    Circuit c;
    wilson_cowan(&c, EIG_METHOD_RK4, 0.1, 10, false);
    Plan plan = circuit_plan(&c);
    JitOptions o = { .opt_level = 3, .want_asm = true };
    Kernel *k = jit_compile(&c.cx, &plan, &o, NULL);
    CHECK(k && count_text(kernel_text(k, "asm"), "fmadd") == 0 && count_text(kernel_text(k, "asm"), "fmsub") == 0);
    CHECK(count_text(kernel_text(k, "asm"), "eig_advance") > 0);
    CHECK(!kernel_text(k, "llvm") && !kernel_text(k, "llvm-opt"));
    kernel_free(k);
    circuit_free(&c);
}

/* Lines of IR of a pair of populations with blocks of each kind but the explicit ones. */
static size_t lines_of_pair(size_t n)
{
    Circuit c;
    circuit_init(&c, EIG_METHOD_RK4, 0.1, 10);
    size_t e = add_pop(&c, n, 10.0, relu(&c), CODE(&c, var(EIG_VAR_I)), CODE(&c, push(0.0)));
    size_t i = add_pop(&c, n, 5.0, relu(&c), CODE(&c, push(1.0)), CODE(&c, push(0.0)));
    add_block(&c, EIG_BLOCK_UNIFORM, e, i, 0.1);
    add_block(&c, EIG_BLOCK_UNIFORM, e, e, 0.1)->skip_self = true;
    add_block(&c, EIG_BLOCK_DIAGONAL, i, e, -0.1);
    record_rates(&c);
    Plan plan = circuit_plan(&c);
    Kernel *k = circuit_compile_texts(&c, &plan, 2, NULL, true);
    size_t lines = count_text(kernel_text(k, "llvm-opt"), "\n");
    kernel_free(k);
    circuit_free(&c);
    return lines;
}

static void size_is_independent_of_neurons(void)
{
    size_t lines = lines_of_pair(50000);        /* so many are shared by threads, which is some lines more than for few */
    CHECK(lines_of_pair(3000000) == lines);
    CHECK(lines_of_pair(2000) <= lines);
    CHECK(lines_of_pair(1024 * 1024) <= lines);
}

/* Lines of IR of n_pops populations with n_blocks uniform blocks. */
static size_t lines_of_many(size_t n_pops, size_t n_blocks)
{
    uint64_t r = 1;
    Circuit c;
    circuit_init(&c, EIG_METHOD_RK4, 0.1, 10);
    for (size_t q = 0; q < n_pops; q++)
        add_pop(&c, 2, 10.0 + (double)(q % 7), q % 2 ? relu(&c) : logistic(&c), CODE(&c, push(1.0)), CODE(&c, push(0.0)));
    for (size_t k = 0; k < n_blocks; k++)
        add_block(&c, EIG_BLOCK_UNIFORM, below(&r, n_pops), below(&r, n_pops), uniform(&r, -0.1, 0.1));
    add_record(&c, 1, obs(&c, (EigObs){ .kind = EIG_OBS_RATE, .index = 0 }));
    Plan plan = circuit_plan(&c);
    Kernel *k = circuit_compile_texts(&c, &plan, 2, NULL, true);
    size_t lines = count_text(kernel_text(k, "llvm-opt"), "\n");
    kernel_free(k);
    circuit_free(&c);
    return lines;
}

static void many_populations_share_code(void)
{
    size_t lines = lines_of_many(500, 10000);
    CHECK(lines < 6000);
    CHECK(lines < lines_of_many(50, 500) + 3000);
}

/* Arrays of exactly the promised size, with a mark behind each. */
static void writes_stay_inside(void)
{
    enum { MARK = 8 };
    static const double mark = 12345.678;
    for (unsigned seed = 0; seed < 12; seed++) {
        static const size_t sizes[] = { 1, 17, 1000, 1025 };
        Circuit c;
        random_circuit(&c, 77 + seed, any_method(seed), 1, &sizes[seed % 4]);
        size_t n = c.p.n, width = 0;
        for (size_t r = 0; r < c.p.n_records; r++)
            width += c.p.record[r].width;
        size_t length[] = { n, EIG_KERNEL_WORK * n, n, n, width };
        double *array[5];
        for (size_t a = 0; a < 5; a++) {
            array[a] = ARENA_ARRAY(&c.cx.arena, length[a] + MARK, double);
            for (size_t m = 0; m < MARK; m++)
                array[a][length[a] + m] = mark;
        }
        const void **weight = ARENA_ARRAY(&c.cx.arena, c.p.n_blocks + 1, const void *);
        const uint64_t **row_from = ARENA_ARRAY(&c.cx.arena, c.p.n_blocks + 1, const uint64_t *);
        const uint32_t **column = ARENA_ARRAY(&c.cx.arena, c.p.n_blocks + 1, const uint32_t *);
        for (size_t b = 0; b < c.p.n_blocks; b++) {
            weight[b] = c.p.block[b].w;
            row_from[b] = c.p.block[b].row_from;
            column[b] = c.p.block[b].column;
        }
        static const double time[3] = { 0.0, 0.1, 0.2 };
        int64_t has_inputs = 0;
        EigKernelArgs args = { .time = time, .weight = weight, .row_from = row_from, .column = column, .total = array[0], .work = array[1],
                               .has_inputs = &has_inputs };
        Plan plan = circuit_plan(&c);
        Kernel *k = circuit_compile(&c, &plan, 2, NULL);
        const EigKernel *f = kernel_functions(k);
        if (f->drift)
            f->drift(&args, 0.0, array[2], array[3]);
        else
            f->advance(&args, 0, 3, array[2]);
        f->observe(&args, 0.3, array[2], array[4], 0);
        for (size_t a = 0; a < 5; a++)
            for (size_t m = 0; m < MARK; m++)
                CHECK(memcmp(&array[a][length[a] + m], &mark, sizeof mark) == 0);
        kernel_free(k);
        circuit_free(&c);
    }
}

/* Of one step from 0 of neurons with the input 2 + cos(i): what `work` holds counts where it is said to hold the inputs. */
static void inputs_are_computed_once(void)
{
    enum { N = 40 };
    Circuit c;
    circuit_init(&c, EIG_METHOD_EULER, 0.1, 1);
    size_t e = add_pop(&c, N, 10.0, relu(&c), CODE(&c, push(2.0), var(EIG_VAR_I), fn(EIG_FN_COS), fn(EIG_FN_ADD)), CODE(&c, push(0.0)));
    add_block(&c, EIG_BLOCK_UNIFORM, e, e, 0.1);
    record_rates(&c);
    Plan plan = circuit_plan(&c);
    Kernel *k = circuit_compile(&c, &plan, 2, NULL);
    static const double time[2] = { 0.0, 0.1 };
    static const void *const nothing[1] = { NULL };
    double total[N] = { 0 }, work[EIG_KERNEL_WORK * N] = { 0 }, x[N] = { 0 };
    int64_t has_inputs = 1;
    EigKernelArgs args = { .time = time, .weight = nothing, .total = total, .work = work, .has_inputs = &has_inputs };
    kernel_functions(k)->advance(&args, 0, 1, x);
    CHECK(has_inputs == 1 && x[0] == 0.0 && x[N - 1] == 0.0);
    has_inputs = 0;
    kernel_functions(k)->advance(&args, 0, 1, x);
    CHECK(has_inputs == 1 && x[0] > 0.0 && x[N - 1] > 0.0);
    kernel_free(k);
    circuit_free(&c);
}

static void processors_are_checked(void)
{
    Circuit c;
    wilson_cowan(&c, EIG_METHOD_EULER, 0.1, 10, false);
    Plan plan = circuit_plan(&c);
    JitOptions o = { .opt_level = 2, .cpu = "x86-64-v33" };
    CHECK(!jit_compile(&c.cx, &plan, &o, NULL));
    CHECK(c.cx.diags.n == 1 && c.cx.diags.at[0].code == D_E0902);
    CHECK(c.cx.diags.at[0].help && strstr(c.cx.diags.at[0].help, "x86-64-v3"));
    o.cpu = "generic";
    Kernel *k = jit_compile(&c.cx, &plan, &o, NULL);
    CHECK(k && strstr(kernel_target(k), "generic"));
    kernel_free(k);
    circuit_free(&c);
}

static void times_are_told(void)
{
    Circuit c;
    wilson_cowan(&c, EIG_METHOD_RK45, 0.1, 10, false);
    Plan plan = circuit_plan(&c);
    JitOptions o = { .opt_level = 2 };
    JitTimes t;
    Kernel *k = jit_compile(&c.cx, &plan, &o, &t);
    CHECK(t.emit > 0.0 && t.optimise > 0.0 && t.codegen > 0.0 && t.link > 0.0);
    CHECK(kernel_functions(k)->drift && kernel_functions(k)->observe && !kernel_functions(k)->advance);
    kernel_free(k);
    circuit_free(&c);
}

int main(void)
{
    RUN(no_fast_math);
    RUN(nothing_is_fused);
    RUN(size_is_independent_of_neurons);
    RUN(many_populations_share_code);
    RUN(writes_stay_inside);
    RUN(inputs_are_computed_once);
    RUN(processors_are_checked);
    RUN(times_are_told);
    return test_done();
}
