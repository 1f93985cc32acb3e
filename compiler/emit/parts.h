/* What the files of this folder share while one module is built. */
#ifndef COMPILER_EMIT_PARTS_H
#define COMPILER_EMIT_PARTS_H
#include "compiler/emit/ll.h"
#include "compiler/plan/plan.h"
#include "runtime/kernel_abi.h"

/* Neurons computed at a time in memory mode: the scratch of a chunk (two
 * arrays of it) stays in the first-level cache. */
enum { EMIT_CHUNK = 1024 };

/* Parts of args->work, n doubles each. */
enum { WORK_ACC, WORK_STAGE_A, WORK_STAGE_B, WORK_INPUT };

/* Populations that one function computes (plain.c): rows of its tables. */
typedef struct PlainGroup {
    LlFunction function;
    size_t row_from, row_to;
} PlainGroup;

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
    LlFunction copy;            /* copy(n, from, to), doubles */
    LLVMTypeRef update;         /* type of the functions that take a chunk's result */
    bool *needs_sum;            /* populations that are the source of a uniform block */
    size_t *into_from, *into;   /* blocks by target: into[into_from[pop] .. into_from[pop+1]-1], in order */
    bool in_place;              /* no neuron reads another's rate except through a sum */
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
Val apply_emit(const Emit *e, EigFn fn, Val a, Val b, const double *constant_b);
/* Input of a population at t to a neuron (an i64 index); activation at a total input. */
Val input_value(const Emit *e, size_t pop, Val t, Val neuron);
Val activation_value(const Emit *e, size_t pop, Val s);

/* sum.c */
void sum_function(Emit *e);
Val sum_of_values(const Emit *e, size_t n, const Val *x);
/* The same order over values computed one by one: fold_begin opens the loop
 * (index in loop->index), fold_end takes the value and gives the sum. */
typedef struct Fold { LlLoop loop; Val lanes; size_t n; } Fold;
void fold_begin(const Emit *e, Fold *f, size_t n);
Val fold_end(const Emit *e, Fold *f, Val value);

/* matvec.c: contributions of one block */
Val block_pointwise(const Emit *e, size_t block, Val args, Val sum, Val y, Val neuron, Val s);
void block_columns(const Emit *e, size_t block, Val args, Val y, Val lo, Val count, Val s);

/* drift.c: memory mode */
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
void plain_functions(Emit *e);
void plain_calls(const Emit *e, Val t, Val y, Val sums, Val update, Val x, Val acc, Val out);

/* registers.c: few neurons, everything in values */
/* s = total input and d = phi(s) - x of every neuron; d may be NULL. */
void registers_drift(const Emit *e, Val t, const Val *x, Val *s, Val *d);
void registers_load(const Emit *e, Val from, Val *x);
void registers_store(const Emit *e, const Val *x, Val to);
void drift_entry_registers(Emit *e);

/* step.c */
void copy_function(Emit *e);
void advance_entry(Emit *e);
/* observe.c */
void observe_entry(Emit *e);
#endif
