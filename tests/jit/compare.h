/* Runs of a circuit by generated code and by the reference, compared bit for bit. */
#ifndef TESTS_JIT_COMPARE_H
#define TESTS_JIT_COMPARE_H
#include "runtime/layout.h"
#include "tests/jit/circuit.h"
#include "tests/test.h"

/* Equal bits; any NaN equals any other. */
static inline bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* What a run recorded, of which at, width and n are the first clock's. */
typedef struct Rows { EigRecorder *rec; RunResult result; size_t n_clocks; const double *at; size_t width; int64_t n; } Rows;

static inline void at_clock(Rows *r, size_t clock)
{
    r->n = eig_recorder_count(r->rec, clock);
    r->at = eig_recorder_rows(r->rec, clock, &r->width);
}

static inline Rows finish(const EigProblem *p, EigRecorder *rec, RunResult result)
{
    Rows r = { .rec = rec, .result = result, .n_clocks = eig_n_clocks(p) };
    at_clock(&r, 0);
    return r;
}

static inline Rows by_reference(const EigProblem *p)
{
    char error[256];
    EigRecorder *rec = eig_recorder_open(p, NULL, error);
    return finish(p, rec, eig_reference(p, rec, NULL, NULL, NULL));
}

static inline Rows by_kernel(const EigProblem *p, const Kernel *k)
{
    char error[256];
    EigRecorder *rec = eig_recorder_open(p, NULL, error);
    return finish(p, rec, eig_integrate(p, kernel_functions(k), rec, NULL, NULL, NULL));
}

/* True when the rows agree; says where the first difference is. */
static inline bool same_rows(const Rows *a, const Rows *b)
{
    if (a->n != b->n || a->width != b->width || a->result.status != b->result.status) {
        fprintf(stderr, "%lld rows of %zu, status %d; reference %lld of %zu, status %d\n", (long long)a->n, a->width,
                (int)a->result.status, (long long)b->n, b->width, (int)b->result.status);
        return false;
    }
    for (size_t k = 0; k < (size_t)a->n * a->width; k++) {
        if (same(a->at[k], b->at[k]))
            continue;
        fprintf(stderr, "row %zu, number %zu: %a, reference %a\n", k / a->width, k % a->width, a->at[k], b->at[k]);
        return false;
    }
    return true;
}

static inline bool same_run(Rows a, Rows b)
{
    for (size_t k = 0; k < a.n_clocks; k++) {
        at_clock(&a, k);
        at_clock(&b, k);
        if (!same_rows(&a, &b))
            return false;
    }
    return true;
}

static inline bool agrees(Circuit *c, const Plan *plan, int opt_level, const char *cpu, const Rows *reference)
{
    Kernel *k = circuit_compile(c, plan, opt_level, cpu);
    if (!k)
        return false;
    Rows rows = by_kernel(&c->p, k);
    bool equal = same_run(rows, *reference);
    eig_recorder_close(rows.rec);
    kernel_free(k);
    return equal;
}

/* Every circuit as it is compiled by default, and every fourth at one of the
 * other levels and processors in turn, against one reference run. */
static inline void check_circuit(Circuit *c, const Plan *plan, unsigned seed)
{
    static const struct { int level; const char *cpu; } way[] = {
        { 2, NULL }, { 0, "x86-64" }, { 3, NULL }, { 2, "x86-64-v3" }, { 1, "x86-64-v2" },
    };
    Rows reference = by_reference(&c->p);
    enum { N_WAYS = sizeof way / sizeof *way };
    for (size_t k = 0; k < N_WAYS; k++) {
        if (k != 0 && (seed % 4 != 0 || k != 1 + seed / 4 % (N_WAYS - 1)))
            continue;
        bool equal = agrees(c, plan, way[k].level, way[k].cpu, &reference);
        if (!equal)
            fprintf(stderr, "seed %u, level %d, %s, %s\n", seed, way[k].level, way[k].cpu ? way[k].cpu : "host",
                    plan->state_why);
        CHECK(equal);
    }
    eig_recorder_close(reference.rec);
}
#endif
