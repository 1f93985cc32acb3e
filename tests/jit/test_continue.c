/* A run that goes on from where another ended is one run, to the bit: generated code and the reference, each from its own ends and from the
 * other's, for random circuits of every method. */
#include <unistd.h>

#include "tests/jit/compare.h"
#include "tests/jit/many_copies.h"

static const size_t few[] = { 1, 2, 3, 7 }, many[] = { 1, 15, 16, 30, 30, 30, 100 };
#define SIZES(a) sizeof (a) / sizeof *(a), (a)

/* The interpreter where there is no kernel. */
static Rows part(const EigProblem *p, const Kernel *k, const EigMoment *from, EigMoment *end)
{
    char error[256];
    EigRecorder *rec = eig_recorder_open(p, NULL, error);
    return finish(p, rec, k ? eig_integrate_from(p, kernel_functions(k), rec, NULL, NULL, from, end, NULL)
                            : eig_reference_from(p, rec, NULL, NULL, from, end, NULL));
}

static bool same_numbers(const double *a, const double *b, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!same(a[k], b[k]))
            return false;
    return true;
}

static bool same_moment(const EigMoment *a, const EigMoment *b)
{
    return a->step == b->step && a->n_x == b->n_x && a->n_sent == b->n_sent && same_numbers(a->x, b->x, a->n_x) &&
           same_numbers(a->sent, b->sent, a->n_sent);
}

/* The rows of `first`, and then those of `rest`, are those of `whole`. */
static bool rows_join(Rows whole, Rows first, Rows rest)
{
    for (size_t c = 0; c < whole.n_clocks; c++) {
        at_clock(&whole, c);
        at_clock(&first, c);
        at_clock(&rest, c);
        if (first.n + rest.n != whole.n || !same_numbers(whole.at, first.at, (size_t)first.n * first.width) ||
            !same_numbers(whole.at + (size_t)first.n * first.width, rest.at, (size_t)rest.n * rest.width))
            return false;
    }
    return true;
}

static int64_t n_joined;

/* Cut after step `cut`: the first part by one way, the rest by the other, through a file. */
static void check_cut(const EigProblem *p, const Kernel *by_first, const Kernel *by_rest, Rows whole, const EigMoment *at_end, int64_t cut)
{
    char path[] = "/tmp/eigc-moment-XXXXXX", error[256] = "", *meta = NULL;
    EigProblem short_run = *p;
    EigMoment end, from, last;
    short_run.n_steps = cut;
    CHECK(eig_moment_open(&end, p) && eig_moment_open(&last, p));
    Rows first = part(&short_run, by_first, NULL, &end);
    if (first.result.status == RUN_DONE) {
        close(mkstemp(path));
        CHECK(end.step == cut);
        CHECK(eig_moment_write(&end, path, "{}", error));
        CHECK(eig_moment_read(&from, path, &meta, error) == MOMENT_READ);
        from.step = end.step;
        CHECK(strcmp(meta, "{}") == 0 && same_moment(&from, &end));
        Rows rest = part(p, by_rest, &from, &last);
        CHECK(rest.result.status == whole.result.status && rest.result.n_steps + cut == whole.result.n_steps && rest.result.t == whole.result.t);
        CHECK(rows_join(whole, first, rest));
        if (rest.result.status == RUN_DONE) {
            CHECK(same_moment(&last, at_end));
            n_joined++;
        }
        eig_recorder_close(rest.rec);
        eig_moment_free(&from);
        free(meta);
        unlink(path);
    }
    eig_recorder_close(first.rec);
    eig_moment_free(&end);
    eig_moment_free(&last);
}

static void check_one(Circuit *c, uint64_t seed)
{
    Plan plan = circuit_plan(c);
    Kernel *k = circuit_compile(c, &plan, 2, NULL);
    EigMoment at_end;
    CHECK(k && eig_moment_open(&at_end, &c->p));
    Rows whole = part(&c->p, NULL, NULL, &at_end);
    int64_t cut = 1 + (int64_t)(seed * 7 % (uint64_t)(c->p.n_steps - 1));
    check_cut(&c->p, k, k, whole, &at_end, cut);
    check_cut(&c->p, k, NULL, whole, &at_end, 1 + cut * 5 % (c->p.n_steps - 1));
    check_cut(&c->p, NULL, k, whole, &at_end, 1 + cut * 11 % (c->p.n_steps - 1));
    eig_recorder_close(whole.rec);
    eig_moment_free(&at_end);
    kernel_free(k);
}

static void two_parts_are_one_run(void)
{
    for (int method = 0; method < EIG_N_METHODS; method++) {
        for (unsigned seed = 0; seed < 8 && !eig_method[method].adaptive; seed++) {
            Circuit c;
            if (seed % 2)
                random_general(&c, 31 * (uint64_t)method + seed, (EigMethod)method, SIZES(few));
            else
                random_general(&c, 31 * (uint64_t)method + seed, (EigMethod)method, SIZES(many));
            check_one(&c, seed + 3 * (uint64_t)method);
            circuit_free(&c);
        }
    }
    CHECK(n_joined > 100);
}

/* Delays as long as the run and longer than its parts. */
static void long_delays_go_on(void)
{
    for (unsigned seed = 0; seed < 3; seed++) {
        Circuit c;
        circuit_init(&c, seed == 1 ? EIG_METHOD_HEUN : EIG_METHOD_EULER, 0.1, 30);
        for (size_t q = 0; q < 3; q++) {
            EigCode start = CODE(&c, var(EIG_VAR_I), push(0.37), fn(EIG_FN_MUL), fn(EIG_FN_COS));
            add_pop(&c, 5 + 17 * q, 1.0 + (double)q, logistic(&c), CODE(&c, var(EIG_VAR_T), fn(EIG_FN_SIN)), start);
        }
        for (size_t k = 0; k < 9; k++) {
            EigBlock *b = add_block(&c, EIG_BLOCK_UNIFORM, k % 3, (k + k / 3) % 3, (double)(k % 3) - 0.9);
            b->delay = (int64_t)(k * k % 37);
            b->signal = b->pre;
        }
        record_rates(&c);
        check_one(&c, seed);
        circuit_free(&c);
    }
}

/* Behind the time that the first part reached; and its moment is that of the one run. */
static bool rows_end_alike(Rows whole, Rows rest)
{
    for (size_t c = 0; c < whole.n_clocks; c++) {
        at_clock(&whole, c);
        at_clock(&rest, c);
        if (rest.n > whole.n || !same_numbers(whole.at + (size_t)(whole.n - rest.n) * whole.width, rest.at, (size_t)rest.n * rest.width))
            return false;
    }
    return true;
}

static void check_times(const EigProblem *p, const Kernel *by_first, const Kernel *by_rest, Rows whole, const EigMoment *at_end, double cut)
{
    EigProblem short_run = *p;
    EigMoment end, last;
    short_run.whole = p->duration;
    short_run.duration = cut;
    CHECK(eig_moment_open(&end, p) && eig_moment_open(&last, p));
    Rows first = part(&short_run, by_first, NULL, &end);
    if (first.result.status == RUN_DONE) {
        CHECK(eig_moment_is_finite(&end) && end.control.reached == cut);
        Rows rest = part(p, by_rest, &end, &last);
        CHECK(rest.result.status == whole.result.status && rest.result.t == whole.result.t);
        CHECK(rows_end_alike(whole, rest));
        for (size_t c = 0; c < whole.n_clocks; c++) {
            at_clock(&rest, c);
            CHECK(rest.n == 0 || rest.at[0] > cut);
        }
        if (rest.result.status == RUN_DONE) {
            CHECK(same_numbers(last.x, at_end->x, last.n_x) && same_numbers(&last.control.t, &at_end->control.t, 5));
            n_joined++;
        }
        eig_recorder_close(rest.rec);
    }
    eig_recorder_close(first.rec);
    eig_moment_free(&end);
    eig_moment_free(&last);
}

static void adaptive_parts_end_as_one_run(void)
{
    n_joined = 0;
    for (unsigned seed = 0; seed < 16; seed++) {
        Circuit c;
        random_general(&c, 977 + seed, seed % 2 ? EIG_METHOD_RK45 : EIG_METHOD_DOPRI8, SIZES(few));
        c.p.duration *= 5;
        Plan plan = circuit_plan(&c);
        Kernel *k = circuit_compile(&c, &plan, 2, NULL);
        EigMoment at_end;
        CHECK(k && eig_moment_open(&at_end, &c.p));
        Rows whole = part(&c.p, NULL, NULL, &at_end);
        check_times(&c.p, k, k, whole, &at_end, 0.3 * c.p.duration);
        check_times(&c.p, k, NULL, whole, &at_end, 0.61 * c.p.duration);
        check_times(&c.p, NULL, k, whole, &at_end, 0.98 * c.p.duration);
        eig_recorder_close(whole.rec);
        eig_moment_free(&at_end);
        kernel_free(k);
        circuit_free(&c);
    }
    CHECK(n_joined > 30);
}

int main(void)
{
    RUN(adaptive_parts_end_as_one_run);
    RUN(two_parts_are_one_run);
    RUN(long_delays_go_on);
    return test_done();
}
