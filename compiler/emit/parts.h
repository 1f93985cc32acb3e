/* What the files of this folder share while one module is built. */
#ifndef COMPILER_EMIT_PARTS_H
#define COMPILER_EMIT_PARTS_H
#include "compiler/emit/ll.h"
#include "compiler/plan/plan.h"
#include "lang/base/vec.h"
#include "runtime/kernel_abi.h"

/* Neurons computed at a time in memory mode: the scratch of a chunk (two
 * arrays of it) stays in the first-level cache. */
enum { EMIT_CHUNK = 1024 };

/* Parts of args->work, n doubles each. */
enum { WORK_ACC, WORK_STAGE_A, WORK_STAGE_B, WORK_INPUT };

/* Populations that one function computes (plain.c): rows of its tables. */
typedef struct PlainGroup {
    LlFunction function;
    size_t leader;              /* a population of the group */
    size_t row_from, row_to;
} PlainGroup;
typedef struct PlainTables PlainTables;

typedef struct EmitSolve {
    const EigSolve *of;
    bool is_leader;             /* the functions were made for it; those that are the same share them */
    LlFunction function;        /* x(s) */
    LlFunction lanes;           /* of EIG_SUM_LANES numbers */
} EmitSolve;

typedef struct General General;

typedef struct Emit {
    Ctx *cx;
    Ll *ll;
    const Plan *plan;
    const EigProblem *p;
    LLVMTypeRef args;           /* struct EigKernelArgs */
    PlainGroup *group;          /* memory mode: the plain populations */
    size_t n_groups;
    LlFunction *pop;            /* memory mode: one per other population (drift.c) */
    LlFunction *input;          /* memory mode: fills constant per-neuron inputs; value NULL where not needed */
    LlFunction eval;            /* memory mode: sums, then every population */
    LlFunction sum;             /* sum of n doubles in the order of problem.h */
    LLVMTypeRef update;         /* type of the functions that take a chunk's result */
    bool *needs_sum;            /* populations that are the source of a uniform block */
    size_t *into_from, *into;   /* blocks by target: into[into_from[pop] .. into_from[pop+1]-1], in order */
    bool in_place;              /* no neuron reads another's rate except through a sum */
    VEC(EmitSolve) solves;      /* of every activation */
    const General *general;     /* of a plan with general_why */
    const PlainTables *plain;   /* memory mode: what the functions of plain.c read; NULL without plain populations */
} Emit;

/* abi.c */
LLVMTypeRef abi_args_type(const Ll *ll);
typedef enum AbiArg {
#define KERNEL_ARG(field, type) ABI_##field,
#include "runtime/kernel_abi.def"
#undef KERNEL_ARG
} AbiArg;
Val abi_load(const Emit *e, Val args, AbiArg which);
Val abi_block_pointer(const Emit *e, Val args, AbiArg which, size_t block);
void abi_version(const Emit *e);
typedef enum AbiEntry { ABI_DRIFT, ABI_ADVANCE, ABI_OBSERVE } AbiEntry;
LlFunction abi_entry(const Emit *e, AbiEntry which);

/* expr.c: the value of a postfix program; var[] may hold NULL for variables that it does not use. */
Val expr_emit(const Emit *e, const EigCode *code, const Val var[EIG_N_VARS]);
bool code_uses(const EigCode *code, EigVar var);
bool code_solves(const EigCode *code);
/* What a program reads besides variables: the columns of a population, samples. */
typedef struct Reads { Val args; size_t pop; Val neuron; } Reads;
Val expr_emit_reading(const Emit *e, const EigCode *code, const Val var[EIG_N_VARS], const Reads *reads);
Val apply_emit(const Emit *e, EigFn fn, Val a, Val b, const double *constant_b);
/* Input of a population at t to a neuron (an i64 index); activation at a total input. */
Val input_value(const Emit *e, size_t pop, Val t, Val neuron);
Val activation_value(const Emit *e, size_t pop, Val s);

/* solve.c: two functions for each solve of an activation, made before what calls them */
void solve_functions(Emit *e);
Val solve_call(const Emit *e, const EigSolve *q, Val s);

/* sum.c */
void sum_function(Emit *e);
Val sum_of_values(const Emit *e, size_t n, const Val *x);
/* The same order over values computed one by one: fold_begin opens the loop
 * (index in loop->index), fold_end takes the value and gives the sum. */
/* EIG_SUM_LANES doubles from base + index on, at any address. */
Val lane_vector(const Ll *ll, Val base, Val index);
void store_lanes(const Ll *ll, Val value, Val base, Val index);
/* 0, 1, ... and, for each lane k, k < count. */
Val lane_numbers(const Ll *ll);
Val first_lanes(const Ll *ll, Val count);
/* Lanes k and k + half added, for half = LANES/2, ..., 1. */
Val fold_lanes(const Ll *ll, Val lanes);
/* Left to right, n >= 1. */
Val sum_short(Ll *ll, Val x, Val n);
typedef struct Fold { LlLoop loop; Val lanes; size_t n; } Fold;
void fold_begin(const Emit *e, Fold *f, size_t n);
Val fold_end(const Emit *e, Fold *f, Val value);

/* matvec.c: contributions of one block */
/* Where the rates of a block's source population lie in y. */
Val block_rates(const Emit *e, size_t block, Val y);
Val block_pointwise(const Emit *e, size_t block, Val args, Val sum, Val pre_x, Val neuron, Val s);
void block_columns(const Emit *e, size_t block, Val args, Val pre_x, Val lo, Val count, Val s);

/* drift.c: memory mode */
/* Where the inputs of a population lie that are computed once a call of eig_advance (plan_stores_input). */
Val stored_input(const Emit *e, Val args, size_t pop);
void drift_inputs(Emit *e);
void drift_functions(Emit *e);
void drift_entry_memory(Emit *e);
/* An update that leaves s in acc and nothing else. */
LlFunction drift_total_update(Emit *e);
/* Fills the part WORK_INPUT of args->work. */
void drift_stored_inputs(const Emit *e, Val args);
/* update(n, s, d, rate, exp_step, x, acc, out): a chunk of n neurons; d = phi(s) - x. */
LlFunction update_begin(Emit *e, const char *name);
/* Calls an update function through its address; args in the order below. */
void update_call(const Emit *e, Val update, Val *args);
/* Neurons in the chunk that starts at lo. */
Val chunk_count(const Ll *ll, Val size, Val lo);
enum { UPDATE_N, UPDATE_S, UPDATE_D, UPDATE_RATE, UPDATE_EXP, UPDATE_X, UPDATE_ACC, UPDATE_OUT };

/* plain.c */
bool pop_is_plain(const Emit *e, size_t pop);
/* Finds the groups and makes their tables, whose columns these are. */
typedef enum PlainInteger { ROW_FROM, ROW_SIZE, ROW_POP, ROW_SOURCES /* size, 0 when no sum is needed */,
                            ROW_BLOCK_FROM, ROW_BLOCK_TO, ROW_INTEGERS } PlainInteger;
typedef enum PlainNumber { ROW_RATE, ROW_EXP_STEP, ROW_NUMBERS } PlainNumber;
void plain_groups(Emit *e);
Val plain_integer(const Emit *e, Val row, PlainInteger which);
Val plain_number(const Emit *e, Val row, PlainNumber which);
void plain_functions(Emit *e);
/* value(t, sums, row): the activation that all neurons of the row's population share. */
LlFunction plain_value_function(Emit *e, const PlainGroup *g);
void plain_calls(const Emit *e, Val t, Val y, Val sums, Val update, Val x, Val acc, Val out);

/* registers.c: few neurons, everything in values */
/* s = total input and d = phi(s) - x of every neuron; d may be NULL. */
void registers_drift(const Emit *e, Val t, const Val *x, Val *s, Val *d);
void registers_load(const Emit *e, Val from, Val *x);
void registers_store(const Emit *e, const Val *x, Val to);
void drift_entry_registers(Emit *e);

/* step.c */
typedef enum StageTime { AT_START, AT_HALF, AT_END } StageTime;
typedef struct Stage {
    StageTime time;
    bool reads_acc, writes_acc;
} Stage;
enum { MAX_STAGES = 4 };
typedef struct Method {
    unsigned n_stages;
    Stage stage[MAX_STAGES];
} Method;
/* One neuron's numbers at a stage; d = phi(s) - y. */
typedef struct Neuron { Val x, acc, d, rate, exp_step; } Neuron;
Method method_of(EigMethod m);
/* The same for any number with slope k: x and what the stages before left in *acc. */
Val slope_formula(const Emit *e, unsigned stage, Val x, Val k, Val *acc);
/* The state for the next stage, or the new state after the last; *acc where the stage writes it. */
Val stage_formula(const Emit *e, unsigned stage, const Neuron *v, Val *acc);
/* t, t + 0.5 h, t + h, by StageTime, t the start of step k of an eig_advance */
typedef struct StepTimes { Val at[3]; } StepTimes;
StepTimes step_times(const Emit *e, const LlFunction *advance, Val k);
/* signals.c: what populations send, now and some steps ago */
enum { GENERAL_SLOPE, GENERAL_ACC, GENERAL_STAGE };     /* parts of args->work, n_x numbers each */
struct General {
    size_t *signal_from;        /* in args->signal, of signals with a program */
    size_t *history_from, *history_rows;
    size_t n_sums;
    size_t *sum_of;             /* by block: where its sum stands; uniform blocks */
    bool has_delays;
    LlFunction signals;         /* (args, t, y): args->signal at (t, y) */
    LlFunction remember;        /* (args, step, y): the signals as they are now become those of the step */
    LlFunction sums;            /* (args, step, y, sums) */
    LlFunction *slopes_of;      /* by population: (args, step, t, y, sums, slope) */
    LlFunction slopes;          /* (args, step, t, y, slope): after signals; total inputs into args->total, slopes of all states */
};
void signal_functions(Emit *e, General *g);
/* Where signal q lies; y is the state that args->signal was computed from. */
Val signal_now(const Emit *e, const General *g, Val args, size_t q, Val y);
/* What a block reads in a stage that belongs to `step`. */
Val block_source(const Emit *e, const General *g, Val args, size_t block, Val step, Val y);
/* Fills the variables that the program uses and that are not there yet. */
typedef struct Scope { const Emit *e; size_t pop; Val args, t, y, neuron, var[EIG_N_VARS]; } Scope;
Val scope_value(Scope *s, const EigCode *code);
/* equations.c: total inputs and slopes, a population at a time */
void slope_functions(Emit *e, General *g);
/* general.c: the entry points of a plan with general_why */
void general_functions(Emit *e);
/* In eig_observe: the signals at (t, x), and the total inputs where a record reads them. */
void general_observe(const Emit *e, Val args, Val t, Val x, bool total);
/* noise.c */
void noise_fill_call(const Emit *e, Val args, Val step);
/* kick(args, x): after the stages of a step, noise and Ornstein-Uhlenbeck states. */
LlFunction noise_kick_function(Emit *e);
size_t noise_slot(const Emit *e, size_t pop, size_t state);
/* sweep.c: eig_advance of a plan with recomputed stages */
void advance_sweeps(Emit *e, const Method *m);
void advance_entry(Emit *e);
/* observe.c */
/* Whether a record reads a total input. */
bool observes_total(const Emit *e);
void observe_entry(Emit *e);
#endif
