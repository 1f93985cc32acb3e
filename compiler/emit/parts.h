/* What the files of this folder share while one module is built. */
#ifndef COMPILER_EMIT_PARTS_H
#define COMPILER_EMIT_PARTS_H
#include "compiler/emit/ll.h"
#include "compiler/plan/numbers.h"
#include "compiler/plan/plan.h"
#include "lang/base/vec.h"
#include "runtime/kernel_abi.h"

/* Neurons computed at a time in memory mode: the scratch of a chunk (two
 * arrays of it) stays in the first-level cache. */
enum { EMIT_CHUNK = 1024 };

/* Parts of args->work, eig_n_x doubles each. */
enum { WORK_ACC, WORK_STAGE_A, WORK_STAGE_B, WORK_INPUT };

/* A number in which what is computed alike may differ. */
typedef struct OwnNumber {
    bool is_integer;
    double real;
    uint64_t integer;
} OwnNumber;
typedef VEC(OwnNumber) OwnNumbers;      /* of one population or solve, in an order that those of its group share */

/* The numbers of a group (own.c). */
typedef struct OwnTable {
    const OwnNumber *first;     /* those of the first */
    int *field;                 /* by number: its field in a row; < 0: the same in all, no field */
    size_t n_fields;
    LLVMTypeRef type;           /* of a row */
    Val rows;                   /* NULL without fields */
    bool by_lane;               /* a row holds so many of each field as there are lanes, one after the other (lanes.c) */
} OwnTable;

/* Numbers `from` on of one row, while a function is built for all of them. */
typedef struct Own {
    const OwnTable *table;
    Val row;                    /* its address; NULL without fields */
    size_t from;
    bool in_loop;               /* over rows: a number is loaded where it is asked for, not at the entry of the function */
} Own;

/* Populations, or other things of the problem that are numbered from 0 on, that one function computes. */
typedef struct Group {
    VEC(size_t) member;         /* in ascending order: the rows of the table */
    OwnTable own;
    LlFunction function;
    size_t row_from, row_to;    /* plain populations: rows of plain.c's tables */
    size_t piece;               /* > 0: threads share its targets, so many at a time: share.c */
    size_t site;                /* of its first member */
    LlFunction part;
} Group;
typedef VEC(Group) Groups;

/* What one function may compute, and in which numbers they differ. */
typedef struct Emit Emit;
typedef struct GroupRule {
    const char *name;
    bool (*belongs)(const Emit *e, size_t item);
    bool (*same_shape)(const Emit *e, size_t a, size_t b);
    void (*numbers)(const Emit *e, size_t item, OwnNumbers *out);
} GroupRule;

typedef struct PlainTables PlainTables;

/* Solves that differ in constants alone (solves.c). */
typedef struct SolveGroup {
    const EigSolve *first;
    VEC(OwnNumbers) row;        /* different ones */
    OwnTable own;
    LlFunction function;        /* x(s), and x(s, row) where there is more than one row */
    LlFunction lanes;           /* of EIG_SUM_LANES numbers */
} SolveGroup;

typedef struct EmitSolve {
    const EigSolve *of;
    size_t group, row;
} EmitSolve;

typedef struct General General;
typedef struct Receipts Receipts;
typedef struct BlockTable BlockTable;

struct Emit {
    Ctx *cx;
    Ll *ll;
    const Plan *plan;
    const EigProblem *p;
    LLVMTypeRef args;           /* struct EigKernelArgs */
    Groups plain_group;      /* memory mode: the plain populations */
    Groups pop_group;        /* memory mode: the others (drift.c) */
    const BlockTable *block_table;  /* memory mode: of all blocks; NULL: each has code of its own */
    LlFunction add_block;       /* memory mode, with that table */
    LlFunction add_tiles, add_rows[2];  /* dense blocks; sparse ones of one weight, and with weights; what no block needs is not there */
    Groups input_group;      /* memory mode: fill constant per-neuron inputs, of those that need it */
    LlFunction eval;            /* memory mode: sums, then every population */
    LlFunction fill_inputs;     /* sets in memory: the inputs that depend on the neuron alone, once a run */
    LlFunction sum;             /* sum of n doubles in the order of problem.h */
    LLVMTypeRef update;         /* type of the functions that take a chunk's result */
    bool *needs_sum;            /* populations that are the source of a uniform block */
    size_t *into_from, *into;   /* blocks by target: into[into_from[pop] .. into_from[pop+1]-1], in order */
    size_t n_sites;             /* rows that threads share */
    bool in_place;              /* no neuron reads another's rate except through a sum */
    VEC(EmitSolve) solves;      /* of every activation */
    SolveGroup *solve_group;
    const General *general;     /* of a plan with general_why */
    const Own *sets;            /* lanes.c: where the constants of the sets are; NULL: there is one set, they stand in the code */
    const PlanNumbers *numbers; /* and their order */
    Val *near;                  /* elementary.c: negative as long as all numbers were near; NULL: the functions are whole */
    const PlainTables *plain;   /* memory mode: what the functions of plain.c read; NULL without plain populations */
};

/* own.c */
void own_push_f64(const Emit *e, OwnNumbers *list, double value);
void own_push_i64(const Emit *e, OwnNumbers *list, uint64_t value);
/* Lists of one length. */
bool own_same(const OwnNumbers *a, const OwnNumbers *b);
OwnTable own_table(const Emit *e, const char *name, const OwnNumbers *row, size_t n_rows);
/* The address of a row, NULL where all are the same. */
Val own_row(const Emit *e, const OwnTable *t, Val row);
/* Number k: with lanes as many equal ones, an integer alone. */
Val own_f64(const Emit *e, const Own *own, size_t k);
Val own_i64(const Emit *e, const Own *own, size_t k);
/* A constant of the plan, which is this number of its row (compiler/plan/numbers.h). */
Val constant(const Emit *e, double value, size_t number);
Own own_after(const Own *own, size_t n);
/* Numbers that stand in the code. */
Own own_literals(const Emit *e, OwnNumbers numbers);
/* Of the items before n. */
Groups groups_of(const Emit *e, const GroupRule *rule, size_t n);
/* name(args, ...): what the body makes, for each of the items before n. Groups of more than one have a function of their own. */
typedef void GroupBody(Emit *e, size_t item, const Own *own, const Val *param);
LlFunction groups_function(Emit *e, const GroupRule *rule, GroupBody *body, size_t n, const char *name, LLVMTypeRef *params, const char *names);
/* At the entry of the group's function; row NULL: of a group of one. */
Own group_own(const Emit *e, const Group *g, Val row);
size_t group_largest_size(const Emit *e, const Group *g);
/* Calls the function for each, with its row behind the n arguments where there is more than one. */
void group_call(const Emit *e, const Group *g, const Val *args, unsigned n);
/* The same but for constants that a row may hold, which are what code_numbers lists. */
bool code_same_shape(const Emit *e, const EigCode *a, const EigCode *b);
void code_numbers(const Emit *e, const EigCode *code, OwnNumbers *out);
size_t code_n_numbers(const EigCode *code);

/* abi.c */
LLVMTypeRef abi_args_type(const Ll *ll);
typedef enum AbiArg {
#define KERNEL_ARG(field, type) ABI_##field,
#include "runtime/kernel_abi.def"
#undef KERNEL_ARG
} AbiArg;
Val abi_load(const Emit *e, Val args, AbiArg which);
Val abi_block_pointer(const Emit *e, Val args, AbiArg which, Val block);
void abi_version(const Emit *e);
typedef enum AbiEntry { ABI_DRIFT, ABI_ADVANCE, ABI_OBSERVE } AbiEntry;
LlFunction abi_entry(const Emit *e, AbiEntry which);

/* expr.c: the value of a postfix program; var[] may hold NULL for variables that it does not use. */
Val expr_emit(const Emit *e, const EigCode *code, const Val var[EIG_N_VARS]);
bool code_uses(const EigCode *code, EigVar var);
bool code_solves(const EigCode *code);
/* What a program reads besides variables: the columns of a population, samples; and its constants where they are a row's. */
typedef struct Reads { Val args, pop, neuron; const Own *own; const Val *part; /* of a pair, in the place of columns */ } Reads;
Val expr_emit_reading(const Emit *e, const EigCode *code, const Val var[EIG_N_VARS], const Reads *reads);
/* Operands that are constants of the program, none of them a NaN; else NULL. */
typedef struct Known { const double *a, *b; } Known;
Val apply_emit(const Emit *e, EigFn fn, Val a, Val b, const Known *known);
/* A call of the runtime's function, lane by lane; b is NULL for functions of one argument. */
Val call_runtime(const Emit *e, EigFn fn, Val a, Val b);

/* elementary.c: exp, expm1, log, log1p, tanh, sin, cos of a number or of lanes, written out; a function where neurons are in registers. */
bool is_elementary(EigFn fn);
Val elementary(const Emit *e, EigFn fn, Val x);
/* Also the lifted one; rest NULL: 0. */
Val logistic(const Emit *e, EigFn fn, Val a, Val rest);
/* The quantile of the standard normal, for u in [2^-54, 1 - 2^-54]. */
Val normal_quantile(const Emit *e, Val u);
/* Input of a population at t to a neuron (an i64 index); activation at a total input. own: its numbers, NULL: in the code. */
Val input_value(const Emit *e, size_t pop, const Own *own, Val t, Val neuron);
Val activation_value(const Emit *e, size_t pop, const Own *own, Val s);

/* slack.c: a program of EIG_VAR_X, and a bound of what its roundings put it off by; constants from `own` */
Val slack_emit(const Emit *e, const EigCode *code, Val x, const Own *own, Val *value);

/* solve.c: the function numbered so of a group, lanes 0: of one number; and the numbers of a solve */
LlFunction solve_function(Emit *e, const SolveGroup *g, size_t number, unsigned lanes);
OwnNumbers solve_numbers(const Emit *e, const EigSolve *q);

/* solves.c: the functions are made before what calls them */
void solve_functions(Emit *e);
size_t solve_group_of(const Emit *e, const EigSolve *q);
size_t solve_row_of(const Emit *e, const EigSolve *q);
/* row: the number of its row, which may be another's of the group of q. */
Val solve_call(const Emit *e, const EigSolve *q, Val row, Val s);

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
Val block_rates(const Emit *e, Val pre_from, Val y);
/* Its number and weight, which may be another's of a group. */
typedef struct BlockOwn { Val number, weight; } BlockOwn;
BlockOwn block_own(const Emit *e, size_t block);
/* Numbers of args->weight, which may be in single precision; their address. */
Val weight_lanes(const Emit *e, Val base, Val index);
Val weight_value(const Emit *e, Val base, Val index);
Val weight_at(const Emit *e, Val base, Val index);
/* Sparse and dense blocks are arrays, which take a chunk of targets; the others are pointwise, but for kernels and pairs. */
bool block_is_array(const EigBlock *b);
void block_functions(Emit *e);          /* before what calls them */
Val block_pointwise(const Emit *e, size_t block, BlockOwn own, Val sum, Val pre_x, Val neuron, Val s);
typedef struct BlockSizes { Val pre, post; } BlockSizes;
void block_array(const Emit *e, size_t block, BlockOwn own, const BlockSizes *n, Val args, Val pre_x, Val lo, Val count, Val s);

/* tiles.c, rows.c: for block_functions */
void tiles_function(Emit *e);
LlFunction rows_function(Emit *e, bool has_weights);

/* blocks.c: where too many blocks would have code of their own */
void blocks_by_table(Emit *e);
/* Adds the blocks from `from` on, before `to`, in the order of e->into; shared: args, y, sums, lo, count, s. */
void blocks_add(const Emit *e, Val from, Val to, const Val *shared);

/* input.c: inputs of neurons that are computed once a run (plan_stores_input) */
void input_functions(Emit *e);
/* Fills the part WORK_INPUT of args->work, where that has not been done. */
void input_store(const Emit *e, Val args);
/* Where those of a population lie. */
Val stored_input(const Emit *e, Val args, Val pop_from);

/* share.c: populations whose targets several threads compute */
/* Whether two populations are shared alike, so that one function may compute both. */
bool share_alike(const Emit *e, size_t a, size_t b);
/* Decides for the group; before its function is made. */
void share_plan(Emit *e, Group *g);
/* The parameters of the group's function: behind those that its callers give a row where there is more than one, and from, to where it
 * is shared. Types from param[n] on; their names. */
enum { SHARE_TARGETS = 2 };
const char *share_params(const Emit *e, const Group *g, LLVMTypeRef *param, unsigned n, const char *names);
/* The targets of a call of such a function; size: of the population. */
typedef struct Targets { Val from, to; } Targets;
Targets share_targets(const Emit *e, const Group *g, const LlFunction *f, unsigned n, Val size);
/* What another thread calls in place of a function whose last parameters are from and to. */
LlFunction share_part(Emit *e, const LlFunction *function);
/* Calls a function for targets 0 .. size - 1, by whom is free; args are all but from and to, the first of them the argument block. */
typedef struct SharedRow { Val size; size_t piece; Val site; } SharedRow;
void share_row(const Emit *e, const LlFunction *function, const LlFunction *part, const Val *args, const SharedRow *row);
/* Calls the function for each member, as group_call does; size: which number of a row that is. */
void share_call(const Emit *e, const Group *g, const Val *args, unsigned n, size_t size);

/* drift.c: memory mode */
void drift_functions(Emit *e);
/* Calls the function of a group of populations that are not plain, args its first 8 parameters. */
void drift_call(const Emit *e, const Group *g, const Val *args);
/* update(n, s, d, rate, exp_step, x, acc, out): a chunk of n neurons; d = phi(s) - x. */
LlFunction update_begin(Emit *e, const char *name);
/* Calls an update function through its address; args in the order below. */
void update_call(const Emit *e, Val update, Val *args);
/* Neurons in the chunk that starts at lo. */
Val chunk_count(const Ll *ll, Val size, Val lo);
enum { UPDATE_N, UPDATE_S, UPDATE_D, UPDATE_RATE, UPDATE_EXP, UPDATE_X, UPDATE_ACC, UPDATE_OUT };

/* eval.c: memory mode */
void eval_function(Emit *e);
void drift_entry_memory(Emit *e);
/* An update that leaves s in acc and nothing else. */
LlFunction drift_total_update(Emit *e);

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
LlFunction plain_value_function(Emit *e, const Group *g);
void plain_calls(const Emit *e, Val t, Val y, Val sums, Val update, Val x, Val acc, Val out);

/* jets.c, jets_registers.c: the entry points of taylor */
void jet_entries(Emit *e);
void jet_entry_registers(Emit *e);

/* registers.c: few neurons, everything in values */
/* s = total input and d = phi(s) - x of every neuron; d may be NULL. */
void registers_drift(const Emit *e, Val t, const Val *x, Val *s, Val *d);
void registers_load(const Emit *e, Val from, Val *x);
/* The same of sets side by side: neuron i of each set in turn, then the next. */
void registers_load_lanes(const Emit *e, Val from, Val *x);
void registers_store(const Emit *e, const Val *x, Val to);
void drift_entry_registers(Emit *e);
/* lanes.c: the entry points of sets of parameters side by side */
void sets_entries(Emit *e, const PlanSets *sets);
/* The constants of a population's input, or of its activation behind them; NULL where these stand in the code. Its rate; exp_step is behind it. */
const Own *sets_own(const Emit *e, size_t pop, bool of_phi, Own *own);
size_t sets_rate_number(const Emit *e, size_t pop);
/* Opens eig_advance_sets and eig_observe_sets. */
LlFunction sets_advance_function(const Emit *e, Own *own);
LlFunction sets_observe_function(const Emit *e, Own *own);

/* abreast.c, abreast_observe.c: the same with neurons in memory; `sets` gets the row of every function that is made */
void abreast_functions(Emit *e, Own *sets);
/* Leaves the total inputs at (t, x) in args->total; own: the numbers of the sets. */
void abreast_totals(const Emit *e, Val args, Val t, Val x, Val own);
void abreast_advance(Emit *e, Own *sets);
void abreast_observe(Emit *e, Own *sets);

/* panels.c: a number of all sets, number `index` from base on; what a block adds to all targets of all sets */
Val lanes_load(const Ll *ll, Val base, Val index);
void lanes_store(const Ll *ll, Val value, Val base, Val index);
LlFunction panels_function(Emit *e);
LlFunction entries_function(Emit *e, bool has_weights);

/* step.c */
typedef enum StageTime { AT_START, AT_HALF, AT_THREE_QUARTERS, AT_END, N_STAGE_TIMES } StageTime;
typedef struct Stage {
    StageTime time;
    bool reads_acc, writes_acc;
} Stage;
enum { MAX_STAGES = EIG_MOST_STAGES };
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
/* t, of several stages t EIG_AFTER + EIG_LITTLE h, t + 0.5 h, t + 0.75 h, (t + h) EIG_BEFORE, by StageTime, t the start of step k of an
 * eig_advance */
typedef struct StepTimes { Val at[N_STAGE_TIMES]; } StepTimes;
StepTimes step_times(const Emit *e, const LlFunction *advance, Val k);
/* signals.c: what populations send, now and some steps ago */
enum { GENERAL_SLOPE, GENERAL_ACC, GENERAL_STAGE };     /* parts of args->work, in place of those before WORK_INPUT */
struct General {
    size_t *signal_from;        /* in args->signal, of signals with a program */
    size_t *history_from, *history_rows;
    VEC(size_t) summed;         /* of each sum a block that reads it */
    size_t *sum_of;             /* by block: where its sum stands; uniform blocks */
    bool has_delays;
    LlFunction signals;         /* (args, t, y): args->signal at (t, y) */
    LlFunction remember;        /* (args, step, y): the signals as they are now become those of the step */
    LlFunction sums;            /* (args, step, y, sums) */
    bool shares;                /* what is alike but for numbers has one function: more of it than it would be quick to write out */
    Groups pairs;               /* of blocks: (args, step, t, y, lo, count, to) */
    size_t *pairs_group, *pairs_row;    /* by block */
    const Receipts *receipts;   /* receive.c: blocks by a table; NULL: each has code of its own */
    LlFunction slopes;          /* (args, step, t, y, slope): after signals; total inputs into args->total, slopes of all states */
};
void signal_functions(Emit *e, General *g);
/* Where signal q lies; y is the state that args->signal was computed from. */
Val signal_now(const Emit *e, Val args, size_t q, Val y);
/* A signal of so many steps ago; 0: as it is. */
typedef struct Reading { size_t signal; int64_t delay; } Reading;
enum { READING_OWN = 4 };
bool reads_alike(const Emit *e, Reading a, Reading b);
void reading_numbers(const Emit *e, Reading r, OwnNumbers *out);
/* Where its numbers lie in a stage that belongs to `step` (of a delay alone); own: its own, those of any that reads alike. */
Val reading_at(const Emit *e, Reading r, const Own *own, Val args, Val step, Val y);
Reading block_reading(const Emit *e, size_t block);
/* Where what a population has lies, which may be another's of a group. */
typedef struct Where { Val pop, state_from, size; } Where;
enum { WHERE_POP, WHERE_STATE_FROM, WHERE_SIZE, WHERE_OWN };
void where_numbers(const Emit *e, size_t pop, OwnNumbers *out);
Where where_own(const Emit *e, const Own *own);
Val where_state(const Emit *e, const Where *where, size_t k);
/* Fills the variables that the program uses and that are not there yet; own: the program's constants. */
typedef struct Scope { const Emit *e; size_t n_states; Where where; Val args, t, y, neuron, var[EIG_N_VARS]; } Scope;
Val scope_value(Scope *s, const EigCode *code, const Own *own);
/* pairs.c: the functions that add blocks of pairs */
void pair_functions(Emit *e, General *g);
/* receive.c: what a block adds to the total inputs s of a chunk of its targets, lo .. lo + count - 1 of their population */
enum { OF_ARGS, OF_STEP, OF_T, OF_Y, OF_SUMS, OF_SLOPE };
typedef struct Chunk {
    Emit *e;
    const Val *param;           /* of a function, those before OF_SLOPE */
    size_t n_states;
    Where where;                /* of the targets */
    Val lo, count;
    Val s, c;                   /* c: scratch of the same size, for blocks that ask for it */
} Chunk;
Scope chunk_scope(const Chunk *c, Val neuron);
bool block_is_pointwise(const EigBlock *b);
/* All it does is to add one sum times its weight: the same to all. */
bool block_adds_sum(const EigBlock *b);
bool receive_needs_scratch(const EigBlock *b);
bool receive_alike(const Emit *e, size_t first, size_t second);
void receive_numbers(const Emit *e, size_t block, OwnNumbers *out);
size_t receive_n_numbers(const EigBlock *b);
/* A block like this one, with numbers of its own. */
void receive_block(const Chunk *c, size_t block, const Own *own);
/* A pointwise one in a loop over the chunk, which others share: what stands before the loop, and what it makes of s in the loop. */
typedef struct Pointwise { size_t block; Val weight, sum, source; Own gate; } Pointwise;
Pointwise pointwise_begin(const Chunk *c, size_t block, const Own *own);
Val pointwise_add(const Pointwise *p, Scope *scope, Val s);
/* receipts.c: blocks by a table, where too many would have code of their own */
void receipts_make(Emit *e, General *g);
/* Two numbers of a population: from, to of receipts_add or, is_total, of receipts_total. */
void receipts_numbers(const Emit *e, size_t pop, bool is_total, OwnNumbers *out);
void receipts_add(const Chunk *c, Val from, Val to);
/* s and what the blocks of a population bring of which each adds a sum. */
Val receipts_total(const Chunk *c, Val from, Val to, Val s);
/* equations.c: total inputs and slopes, a population at a time */
bool slopes_are_many(const EigProblem *p);
void slope_functions(Emit *e, General *g);
/* general.c: the entry points of a plan with general_why */
void general_functions(Emit *e);
/* In eig_observe: the signals at (t, x), and the total inputs where a record reads them. */
void general_observe(const Emit *e, Val args, Val t, Val x, bool total);
/* noise.c */
/* The normal of an event, of lanes of them: seeds, steps and names (args->noise) as integers. */
Val noise_normal(const Emit *e, Val seed, Val step, Val name, Val draw);
Val noise_names(const Emit *e, Val args);
/* normals(args, step): those of a step, before its first stage. */
LlFunction noise_fill_function(Emit *e);
/* kick(args, x): after the stages of a step, noise and Ornstein-Uhlenbeck states. */
LlFunction noise_kick_function(Emit *e);
/* predict(args, y): noise of a method of several stages, after the first, which left its result in y. */
LlFunction noise_predict_function(Emit *e);
bool noise_has_stages(const Emit *e);
/* A row of args->diffusion. */
Val noise_row(const Emit *e, Val args, size_t row);
size_t noise_slot(const Emit *e, size_t pop, size_t state);
/* A step of neurons in registers. */
void registers_step(const Emit *e, const Method *m, const StepTimes *times, const Val *x, Val *next);
/* advance.c: the steps of an eig_advance, parameters 1 and 2 of f; states before and after. */
void registers_advance(Emit *e, const LlFunction *f, const Val *first, Val *result);
/* sweep.c: eig_advance of a plan with recomputed stages */
void advance_sweeps(Emit *e, const Method *m);
void advance_entry(Emit *e);
/* observe.c */
/* Whether a record reads a total input. */
bool observes_total(const Emit *e);
void observe_entry(Emit *e);
#endif
