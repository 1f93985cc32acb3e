/* Circuits for the tests of generated code, as EigProblems: built by hand or
 * drawn from a seed, without the front end. Everything is in one arena. */
#ifndef TESTS_JIT_CIRCUIT_H
#define TESTS_JIT_CIRCUIT_H
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "compiler/jit/jit.h"
#include "lang/base/vec.h"
#include "runtime/integrate.h"

typedef struct Circuit {
    Ctx cx;
    EigPop *pop;
    EigBlock *block;
    EigRecord *record;
    size_t max_pops, max_blocks, max_records;
    EigProblem p;
} Circuit;

static inline void circuit_init(Circuit *c, EigMethod method, double h, int64_t n_steps)
{
    *c = (Circuit){ .max_pops = 600, .max_blocks = 12000, .max_records = 64 };
    ctx_init(&c->cx);
    c->pop = ARENA_ARRAY(&c->cx.arena, c->max_pops, EigPop);
    c->block = ARENA_ARRAY(&c->cx.arena, c->max_blocks, EigBlock);
    c->record = ARENA_ARRAY(&c->cx.arena, c->max_records, EigRecord);
    c->p = (EigProblem){ .model_name = "test", .time_unit = "", .method = method, .h = h, .n_steps = n_steps,
                         .steps_per_record = 1, .duration = h * (double)n_steps, .rtol = 1e-6, .atol = 1e-9,
                         .pop = c->pop, .block = c->block, .record = c->record };
}

/* taylor takes smooth circuits alone: test_taylor.c. */
static inline EigMethod any_method(unsigned k)
{
    EigMethod method = (EigMethod)(k % EIG_N_METHODS);
    return method == EIG_METHOD_TAYLOR ? EIG_METHOD_DOPRI8 : method;
}

/* A step that is no double. */
static inline void set_step(Circuit *c, EigRatio step)
{
    c->p.step = step;
    c->p.h = eig_ratio_times(step, 1);
    c->p.duration = eig_ratio_times(step, c->p.n_steps);
}

static inline void circuit_free(Circuit *c)
{
    ctx_free(&c->cx);
}

/* ---- postfix programs: code(c, 3, push(2.0), var(EIG_VAR_T), fn(EIG_FN_MUL)) ---- */
static inline EigOp push(double v) { return (EigOp){ .kind = EIG_OP_CONST, .value = v }; }
static inline EigOp var(EigVar v) { return (EigOp){ .kind = EIG_OP_VAR, .which = (uint8_t)v }; }
static inline EigOp fn(EigFn f) { return (EigOp){ .kind = EIG_OP_CALL, .which = (uint8_t)f }; }

static inline EigCode code_of(Circuit *c, size_t n, const EigOp *op)
{
    EigOp *copy = ARENA_ARRAY(&c->cx.arena, n, EigOp);
    memcpy(copy, op, n * sizeof *op);
    return (EigCode){ .n = n, .op = copy, .depth = n };
}
#define CODE(c, ...) \
    code_of((c), sizeof((EigOp[]){ __VA_ARGS__ }) / sizeof(EigOp), (EigOp[]){ __VA_ARGS__ })

/* ---- the parts ---- */
static inline size_t add_pop(Circuit *c, size_t size, double tau, EigCode phi, EigCode input, EigCode start)
{
    size_t q = c->p.n_pops++;
    c->pop[q] = (EigPop){ .name = arena_printf(&c->cx.arena, "P%zu", q), .from = c->p.n, .size = size,
                          .rate = 1.0 / tau, .exp_step = 1.0 - exp(-c->p.h / tau), .phi = phi, .input = input,
                          .start = start };
    c->p.n += size;
    return q;
}

static inline EigBlock *add_block(Circuit *c, EigBlockKind kind, size_t pre, size_t post, double weight)
{
    EigBlock *b = &c->block[c->p.n_blocks++];
    *b = (EigBlock){ .kind = kind, .pre = pre, .post = post, .weight = weight };
    return b;
}

static inline EigObs *obs(Circuit *c, EigObs value)
{
    EigObs *o = ARENA_NEW(&c->cx.arena, EigObs);
    *o = value;
    return o;
}

static inline void add_record(Circuit *c, size_t width, const EigObs *o)
{
    size_t r = c->p.n_records++;
    c->record[r] = (EigRecord){ .name = arena_printf(&c->cx.arena, "r%zu", r), .unit = "", .width = width, .obs = o };
}

static inline void record_rates(Circuit *c)
{
    for (size_t q = 0; q < c->p.n_pops; q++)
        add_record(c, c->pop[q].size, obs(c, (EigObs){ .kind = EIG_OBS_RATE, .pop = q, .index = -1 }));
}

/* The quantities so far in turn at three clocks, one of which is every step. */
static inline void use_clocks(Circuit *c)
{
    static const int units[] = { 3, 1, 2 };
    EigClock *clock = ARENA_ARRAY(&c->cx.arena, 3, EigClock);
    for (int k = 0; k < 3; k++) {
        EigRatio every = c->p.record_every;
        every.num *= (uint64_t)units[k];
        clock[k] = (EigClock){ .name = arena_printf(&c->cx.arena, "t %d", k), .steps = units[k], .every = every };
    }
    c->p.n_clocks = 3;
    c->p.clock = clock;
    for (size_t r = 0; r < c->p.n_records; r++)
        c->record[r].clock = r % 3;
}

static inline EigCode relu(Circuit *c)
{
    return CODE(c, var(EIG_VAR_Z), push(0.0), fn(EIG_FN_MAX));
}

static inline EigCode logistic(Circuit *c)
{
    return CODE(c, push(1.0), push(1.0), var(EIG_VAR_Z), fn(EIG_FN_NEG), fn(EIG_FN_EXP), fn(EIG_FN_ADD), fn(EIG_FN_DIV));
}

/* The Wilson-Cowan pair of examples/01, with either activation. */
static inline void wilson_cowan(Circuit *c, EigMethod method, double h, int64_t n_steps, bool smooth)
{
    circuit_init(c, method, h, n_steps);
    EigCode phi = smooth ? logistic(c) : relu(c);
    EigCode drive = CODE(c, push(2.0), push(0.5), var(EIG_VAR_T), push(100.0), fn(EIG_FN_SUB), fn(EIG_FN_STEP),
                         fn(EIG_FN_MUL), fn(EIG_FN_ADD));
    size_t e = add_pop(c, 1, 20.0, phi, drive, CODE(c, push(0.0)));
    size_t i = add_pop(c, 1, 10.0, phi, CODE(c, push(0.0)), CODE(c, push(0.0)));
    add_block(c, EIG_BLOCK_UNIFORM, e, e, 0.5);
    add_block(c, EIG_BLOCK_UNIFORM, i, e, -1.2);
    add_block(c, EIG_BLOCK_UNIFORM, e, i, 1.0);
    add_block(c, EIG_BLOCK_UNIFORM, i, i, -0.4);
    record_rates(c);
}

/* ---- running ---- */
static inline Plan circuit_plan(Circuit *c)
{
    Plan plan = { .problem = c->p };
    plan_lower(&c->cx, &plan);
    return plan;
}

/* `texts`: keep the IR, which takes as long as a compilation. */
static inline Kernel *circuit_compile_texts(Circuit *c, const Plan *plan, int opt_level, const char *cpu, bool texts)
{
    JitOptions o = { .opt_level = opt_level, .cpu = cpu, .want_llvm = texts, .want_llvm_opt = texts };
    Kernel *k = jit_compile(&c->cx, plan, &o, NULL);
    if (!k) {
        Sbuf text = {0};
        diag_render(&c->cx, &text, false);
        fprintf(stderr, "%s\n", sbuf_text(&text));
        sbuf_free(&text);
    }
    return k;
}

static inline Kernel *circuit_compile(Circuit *c, const Plan *plan, int opt_level, const char *cpu)
{
    return circuit_compile_texts(c, plan, opt_level, cpu, false);
}
#endif
