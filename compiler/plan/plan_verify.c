/* Invariants of a plan; generated code trusts them. */
#include <math.h>

#include "compiler/plan/plan.h"
#include "runtime/layout.h"

#define HOLDS(condition, ...) do { if (!(condition)) BUG(__VA_ARGS__); } while (0)

/* Operands are there when an operation needs them, and one value is left. */
static void verify_code(const EigCode *code, const char *what)
{
    size_t top = 0;
    for (size_t k = 0; k < code->n; k++) {
        const EigOp *op = &code->op[k];
        HOLDS(op->kind <= EIG_OP_CALL && (op->kind != EIG_OP_VAR || op->which < EIG_N_VARS) &&
                  (op->kind != EIG_OP_CALL || op->which < EIG_N_FNS) &&
                  (op->kind != EIG_OP_SOLVE || code->solve),
              "%s: operation %zu", what, k);
        size_t takes = op->kind == EIG_OP_CALL ? (size_t)eig_fn_n_args[op->which] : op->kind == EIG_OP_SOLVE;
        HOLDS(top >= takes, "%s: operation %zu finds too few operands", what, k);
        top = top - takes + 1;
        HOLDS(top <= EIG_CODE_MAX_DEPTH, "%s: needs more than %d stack slots", what, EIG_CODE_MAX_DEPTH);
    }
    HOLDS(code->n == 0 || top == 1, "%s: leaves %zu values", what, top);
}

static void verify_states(const EigProblem *p)
{
    size_t at = 0;
    for (size_t q = 0; p->n_x && q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        HOLDS(pop->state_from == at, "population %s: states from %zu, expected %zu", pop->name, pop->state_from, at);
        HOLDS(pop->n_states <= EIG_MAX_STATES, "population %s: %zu states", pop->name, pop->n_states);
        for (size_t k = 0; k < pop->n_states; k++) {
            verify_code(&pop->state[k].drift, "equation");
            verify_code(&pop->state[k].noise, "noise");
            verify_code(&pop->state[k].noise_slope, "slope of the noise");
            verify_code(&pop->state[k].start, "start");
        }
        at += (pop->n_states ? pop->n_states : 1) * pop->size;
    }
    HOLDS(at == p->n_x, "%zu states in populations, %zu in all", at, p->n_x);
    for (size_t k = 0; k < p->n_signals; k++) {
        HOLDS(p->signal[k].pop < p->n_pops && (k >= p->n_pops || p->signal[k].pop == k), "signal %zu: population", k);
        verify_code(&p->signal[k].code, "signal");
    }
}

static void verify_pops(const EigProblem *p)
{
    size_t at = 0;
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        HOLDS(pop->size > 0 && pop->from == at, "population %s: neurons from %zu, expected %zu", pop->name, pop->from, at);
        HOLDS(pop->rate >= 0.0 && isfinite(pop->rate), "population %s: rate %g", pop->name, pop->rate);
        HOLDS(pop->exp_step >= 0.0 && pop->exp_step <= 1.0, "population %s: exp_step %g", pop->name, pop->exp_step);
        verify_code(&pop->phi, "phi");
        verify_code(&pop->input, "input");
        verify_code(&pop->start, "start");
        at += pop->size;
    }
    HOLDS(at == p->n, "%zu neurons in populations, %zu in all", at, p->n);
}

static void verify_rows(const EigProblem *p, const EigBlock *b)
{
    size_t n_post = p->pop[b->post].size, n_pre = p->pop[b->pre].size;
    HOLDS(b->row_from[0] == 0, "rows start at %llu", (unsigned long long)b->row_from[0]);
    for (size_t i = 0; i < n_post; i++) {
        HOLDS(b->row_from[i] <= b->row_from[i + 1], "row %zu ends before it starts", i);
        for (uint64_t e = b->row_from[i]; e < b->row_from[i + 1]; e++)
            HOLDS(b->column[e] < n_pre && (e == b->row_from[i] || b->column[e - 1] < b->column[e]),
                  "row %zu: column %u", i, (unsigned)b->column[e]);
    }
}

static void verify_pair(const EigProblem *p, const EigBlock *b, size_t k)
{
    verify_code(&b->pair, "pair");
    HOLDS(b->kind != EIG_BLOCK_KERNEL && p->n_signals > 0, "block %zu: pairs of kind %d", k, (int)b->kind);
    for (size_t q = 0; q < b->pair.n; q++) {
        const EigOp *op = &b->pair.op[q];
        HOLDS(op->kind == EIG_OP_CONST || op->kind == EIG_OP_CALL || (op->kind == EIG_OP_COLUMN && op->which < b->n_parts),
              "block %zu: operation %zu of a pair", k, q);
    }
    for (size_t q = 0; q < b->n_parts; q++) {
        verify_code(&b->part[q].code, "part of a pair");
        HOLDS(!b->part[q].of_source || (b->part[q].signal < p->n_signals && p->signal[b->part[q].signal].pop == b->pre),
              "block %zu: part %zu", k, q);
    }
}

static void verify_block(const Plan *plan, size_t k)
{
    static const Lowering how[] = {
        [EIG_BLOCK_UNIFORM] = LOWER_SUM, [EIG_BLOCK_DIAGONAL] = LOWER_DIAGONAL,
        [EIG_BLOCK_SPARSE] = LOWER_ROWS, [EIG_BLOCK_DENSE] = LOWER_COLUMNS,
        [EIG_BLOCK_KERNEL] = LOWER_SHIFTS,
    };
    const EigProblem *p = &plan->problem;
    const EigBlock *b = &p->block[k];
    HOLDS(b->pre < p->n_pops && b->post < p->n_pops, "block %zu: populations", k);
    HOLDS(plan->block[k].how == (b->pair.n ? LOWER_PAIRS : b->circle ? LOWER_CIRCLE : how[b->kind]), "block %zu: kind %d lowered as %d", k,
          (int)b->kind, (int)plan->block[k].how);
    HOLDS(eig_block_signal(p, b) < eig_n_signals(p), "block %zu: signal %zu", k, b->signal);
    HOLDS(eig_signal(p, eig_block_signal(p, b)).pop == b->pre, "block %zu: signal of another population", k);
    HOLDS(b->delay >= 0, "block %zu: delay", k);
    verify_code(&b->gate, "gate");
    if (b->pair.n)
        verify_pair(p, b, k);
    HOLDS(isfinite(b->weight), "block %zu: weight %g", k, b->weight);
    HOLDS(!b->skip_self || (b->kind == EIG_BLOCK_UNIFORM && b->pre == b->post), "block %zu: skip_self", k);
    HOLDS(b->kind != EIG_BLOCK_DIAGONAL || p->pop[b->pre].size == p->pop[b->post].size, "block %zu: sizes differ", k);
    HOLDS((b->kind != EIG_BLOCK_DENSE && b->kind != EIG_BLOCK_KERNEL) || b->w, "block %zu: no weights", k);
    HOLDS(!b->circle || b->kind == EIG_BLOCK_KERNEL, "block %zu: a circle", k);
    if (b->kind == EIG_BLOCK_SPARSE)
        verify_rows(p, b);
}

static void verify_obs(const EigProblem *p, const EigObs *o, size_t width)
{
    switch (o->kind) {
    case EIG_OBS_CODE:
        verify_code(&o->code, "record");
        break;
    case EIG_OBS_RATE:
    case EIG_OBS_STATE:
    case EIG_OBS_INPUT:
        HOLDS(o->pop < p->n_pops, "record of population %zu", o->pop);
        HOLDS((o->index < 0 ? o->first + width : (size_t)o->index + 1) <= p->pop[o->pop].size, "record of neuron %ld", o->index);
        break;
    case EIG_OBS_MEAN:
    case EIG_OBS_SUM:
        HOLDS(o->pop < p->n_pops && o->arg[0], "record of a fold");
        verify_obs(p, o->arg[0], eig_obs_neurons(p, o));
        break;
    case EIG_OBS_CALL:
        HOLDS(o->n_args == eig_fn_n_args[o->fn], "record: %d arguments", o->n_args);
        for (int k = 0; k < o->n_args; k++)
            verify_obs(p, o->arg[k], width);
        break;
    }
}

static void verify_times(const EigProblem *p)
{
    HOLDS(isfinite(p->duration) && p->duration > 0.0, "duration %g", p->duration);
    for (size_t k = 0; k < p->n_clocks; k++)
        HOLDS(p->clock[k].steps > 0 || eig_method[p->method].adaptive, "clock %zu", k);
    if (eig_method[p->method].adaptive)
        HOLDS(p->h >= 0.0, "first step %g", p->h);
    else
        HOLDS(p->h > 0.0 && p->n_steps > 0 && p->steps_per_record > 0, "step %g, %lld steps", p->h, (long long)p->n_steps);
    HOLDS(eig_method[p->method].adaptive || eig_step_time(p, 1) == p->h, "the double next to the step is not %g", p->h);
}

void plan_verify(const Plan *plan)
{
    const EigProblem *p = &plan->problem;
    verify_times(p);
    verify_pops(p);
    verify_states(p);
    for (size_t k = 0; k < p->n_blocks; k++)
        verify_block(plan, k);
    for (size_t k = 0; k < p->n_records; k++) {
        verify_obs(p, p->record[k].obs, p->record[k].width);
        HOLDS(p->record[k].clock < eig_n_clocks(p), "clock of record %zu", k);
    }
    HOLDS(plan->state == STATE_IN_MEMORY || p->n <= PLAN_REGISTER_NEURONS, "%zu neurons in registers", p->n);
}
