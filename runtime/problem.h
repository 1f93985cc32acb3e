/* The network as plain doubles: what the generated kernel was made for and
 * what the reference integrator reads. Filled by compiler/plan, which does all
 * rounding; this folder knows nothing of the compiler.
 *
 *   tau x' = -x + phi(s),   s = u(t) + W x          (docs/theory.md, "The network")
 *
 * The value of every step is defined to the bit (docs/semantics.md):
 *   s_i    starts as u_i(t) and takes the blocks in order; within a block the
 *          sources in ascending order, s = s + w * x_j; a uniform block adds
 *          w * S or, without self-connections, w * (S - x_i) in one go
 *   S      the sum of the source population: left to right below EIG_SUM_LANES neurons,
 *          else lane k of EIG_SUM_LANES sums x[k], x[k + LANES], ... in order and the
 *          lanes are folded: lane k += lane k + stride for stride = LANES/2, ..., 1. A sum
 *          starts with its first term, not with 0 + it
 *   x'_i   rate_i * (phi(s_i) - x_i),  rate = 1/tau rounded once
 *   t      the double nearest to k times the exact step;  methods of several stages: t * EIG_AFTER + EIG_LITTLE * h, t + 0.5 * h,
 *          (t + h) * EIG_BEFORE
 *   euler  x + h k1                      heun  x + (0.5 h) (k1 + k2)
 *   rk4    x + (h/6) (((k1 + 2 k2) + 2 k3) + k4);  stages x + (0.5 h) k1, x + (0.5 h) k2, x + h k3
 *   exponential_euler   x + c (phi(s) - x), c = 1 - exp(-h/tau) rounded once
 *   rk45   docs/semantics.md, section 6: Dormand-Prince, the norm of the error its largest scaled component
 *   dopri8 the same section
 *   taylor docs/semantics.md, section 16
 *   cvode  what SUNDIALS makes of it: docs/semantics.md, section 15
 *   euler_maruyama      (x + h k1) + (g r) z, r = sqrt(h) rounded once, g the noise at (t, x), z the step's normal
 * milstein            (x + h k1) + ((g r) z + ((g g') (0.5 h)) (z z - 1)), g' the noise_slope at (t, x); where it is absent, euler_maruyama
 * stochastic_heun     y = (x + h k1) + (g r) z; (x + (0.5 h) (k1 + k2)) + ((g + G) (0.5 r)) z, G the noise at the second stage
 * sra1                v = (0.5 r) (z + EIG_SRA1_SECOND u), u a second normal; y = (x + (0.75 h) k1) + (1.5 g) v at t + 0.75 h,
 *                     d = (4/3) (G - g); ((x + (h/3) (k1 + 2 k2)) + ((g + d) r) z) - d v
 * No operation is fused or reordered.
 *
 *   a block of pairs sums its own numbers (docs/semantics.md, section 10): lane k, from -0 on, those of the sources k,
 *          k + LANES, ... that are connected, in a sparse block of the entries of the row; then the lanes are folded
 *
 * A network with states, signals, gates, delays, kernels, columns or noise (docs/semantics.md, section 10):
 *   signals are computed first, from the states at the stage's time and state; then s, population by population;
 *   then the slopes. LEAK: x' = rate * (phi(s) - x), rate = rate_of[i] if there is one; EQUATION: x' = drift;
 *   OU: x' = 0, and after the step x = decay * x + spread * z. exponential_euler: LEAK as above with the neuron's
 *   own c, EQUATION as euler.
 *   a delayed block reads the signal as it was at the start of the step with number max(k - delay, 0), k the number
 *   of the step; a stage at the end and a record after step k read for k + 1 and k. rk4, rk45 and dopri8 know no delays. */
#ifndef RUNTIME_PROBLEM_H
#define RUNTIME_PROBLEM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/expr.h"
#include "runtime/method.h"
#include "runtime/ratio.h"

enum { EIG_SUM_LANES = 16 };

/* Methods of several stages see inputs as they are within a step, just after its start and just before its end: what changes there
 * is another step's. Eight units in the last place, so that a few roundings of a time do not bring it back. */
#define EIG_BEFORE (1.0 - 0x1p-50)
#define EIG_AFTER (1.0 + 0x1p-50)
#define EIG_LITTLE 0x1p-50              /* of a step, for the one that starts at 0 */

/* 1/sqrt(3): h v = (h r / 2) (z + u / sqrt(3)) has the law of the integral of W - W(t) over a step, given r z = W(t + h) - W(t). */
#define EIG_SRA1_SECOND 0x1.279a74590331cp-1

/* Targets of a dense block whose weights stand together: what a step reads of a block is one stream, and a tile's totals fit in registers. */
enum { EIG_TILE = 32 };

typedef enum EigStateKind {
    EIG_STATE_LEAK,             /* x' = rate * (phi(s) - x): state 0 of a population by time constant and cost */
    EIG_STATE_EQUATION,         /* x' = drift */
    EIG_STATE_OU                /* an Ornstein-Uhlenbeck input, exact in law: x = decay * x + spread * normal, once a step */
} EigStateKind;

/* One of the numbers that a neuron carries from step to step. */
typedef struct EigState {
    const char *name;           /* "v" */
    EigStateKind kind;
    EigCode drift;              /* EQUATION: of T, I, Z, STATE + k, columns, samples */
    EigCode noise;              /* LEAK, EQUATION: what stands before unit white noise, of the same; absent: no noise */
    EigCode noise_slope;        /* EQUATION, milstein: the derivative of noise by the state, of the same; absent: 0 */
    EigCode decay, spread;      /* OU: of I, columns */
    uint64_t entity;            /* of a state with noise: eig_fnv1a of "E.v", key of its normals together with the neuron */
    EigCode start;              /* of I, columns */
} EigState;

typedef struct EigPop {
    const char *name;
    size_t from, size;          /* neurons from .. from+size-1 */
    /* Populations by equations, or with noise; n_states == 0: one state, the LEAK
     * with `start` below. State k of neuron i is x[state_from + k * size + i]; with
     * n_x == 0 state_from is not set and stands for `from` (eig_state_from). */
    size_t state_from, n_states;
    const EigState *state;
    size_t n_columns;           /* numbers of its neurons that programs read by EIG_OP_COLUMN */
    const double *const *column;
    const double *rate_of;      /* 1/tau neuron by neuron; NULL: `rate` for all */
    const char *const *neuron_name;     /* size names, or NULL */
    double rate;                /* 1/tau, canonical units */
    double exp_step;            /* 1 - exp(-h/tau) for exponential_euler, else 0 */
    const double *exp_step_of;  /* the same neuron by neuron, for exponential_euler with rate_of; else NULL */
    EigCode phi;                /* of Z, I, columns */
    EigCode input;              /* of T, I, columns, samples, and STATE + k where state k is an OU */
    EigCode start;              /* of EIG_VAR_I */
} EigPop;

typedef enum EigBlockKind {
    EIG_BLOCK_UNIFORM, EIG_BLOCK_DIAGONAL, EIG_BLOCK_SPARSE, EIG_BLOCK_DENSE,
    EIG_BLOCK_KERNEL            /* the weight is a function of the displacement: populations of one place */
} EigBlockKind;

/* What a population sends: a number a neuron, computed once an evaluation. */
typedef struct EigSignal {
    size_t pop;
    EigCode code;               /* of T, I, STATE + k, columns; absent: state 0 itself */
} EigSignal;

/* A number of one side of a pair, computed once a neuron. */
typedef struct EigPart {
    bool of_source;
    size_t signal;              /* of the source: one of the problem, of its population */
    EigCode code;               /* of the target: as a gate */
} EigPart;

/* How a kernel is computed on a circle of numbers (docs/semantics.md, section 13). Row r, column q of the place stand at
 * (r + before[1]) * stride + q + before[0]; on a periodic place `before` rows and columns are repeated on either side, all else is 0. */
typedef struct EigCircle {
    size_t length, top;         /* top * 2^k numbers, top 1 or 3 */
    size_t stride, before[2];
    const double *root;         /* level after level, part after part: cosine and sine (runtime/circle.h) */
    const double *gain;         /* of the last parts: what their values are multiplied by; then that of -1 */
} EigCircle;

typedef struct EigBlock {
    EigBlockKind kind;
    size_t pre, post;           /* populations */
    size_t signal;              /* of the problem; what the targets read. Signal q < n_pops is population q's rate.
                                 * Without n_signals: the rate of `pre` */
    EigCode gate;               /* absent: the block's terms are added to s; else s = s + gate * c, gate of the target's T, I,
                                 * STATE + k, columns and samples, and c what the block makes of -0 (which adds nothing) */
    EigCode pair;               /* present: what goes from a source to a target, in place of the signal; of the pair's parts, where
                                 * EIG_OP_COLUMN k is part k. UNIFORM, DIAGONAL, SPARSE, DENSE */
    size_t n_parts;
    const EigPart *part;
    int64_t delay;              /* the signal, or each of the source's parts, of so many steps ago; before the start, that of the start. 0: none */
    bool skip_self;             /* UNIFORM with pre == post and no self-connections */
    double weight;              /* UNIFORM, DIAGONAL, and SPARSE without w: of every entry */
    const double *w;            /* SPARSE: one per entry, or NULL; DENSE: by tiles of EIG_TILE targets, the last of those that
                                 * are left; in a tile by columns (eig_dense_at), and EIG_SUM_LANES numbers behind the last weight
                                 * may be read. DENSE of pairs: row-major, w[post * pre_size + pre], where 0 is no connection */
    const float *w32;           /* of a problem with f32_weights, DENSE not of pairs and SPARSE with w: the same numbers in the same places; else NULL */
    const uint64_t *row_from;   /* SPARSE: post_size + 1 */
    const uint32_t *column;     /* SPARSE: neuron within the pre population, ascending in a row */
    size_t extent[2];           /* KERNEL: neuron i of both populations stands at (i % extent[0], i / extent[0]); a line has extent[1] = 1 */
    bool is_periodic;           /* KERNEL: ring, torus; else line, grid */
    /* KERNEL: like SPARSE with an entry for every pair whose w is not 0. */
    /* KERNEL: w by target - source in each direction, modulo the extent when periodic
     * (extent[0] * extent[1] numbers), else shifted by extent - 1 ((2 extent[0] - 1) * (2 extent[1] - 1)). Row-major, direction 0 fastest. */
    const EigCircle *circle;    /* KERNEL of weights that are the same both ways: computed on it; NULL: displacement by displacement */
} EigBlock;

/* A recorded quantity: a postfix program over the state is not enough (means
 * need a loop), so it is a small tree. */
typedef enum EigObsKind {
    EIG_OBS_CODE, EIG_OBS_RATE, EIG_OBS_STATE, EIG_OBS_INPUT, EIG_OBS_MEAN, EIG_OBS_SUM, EIG_OBS_CALL
} EigObsKind;
typedef struct EigObs EigObs;
struct EigObs {
    EigObsKind kind;
    size_t pop;                 /* RATE, STATE, INPUT, MEAN, SUM */
    long index;                 /* RATE, STATE, INPUT: < 0 is "the neuron of the surrounding loop", counted from `first` */
    size_t first;
    size_t n_neurons;           /* MEAN, SUM: of the loop; 0: all of the population */
    size_t state;               /* STATE: k of x[state_from + k * size + neuron] */
    EigCode code;               /* CODE: constants and t */
    EigFn fn;                   /* CALL */
    int n_args;
    const EigObs *arg[2];       /* CALL; MEAN and SUM use arg[0] */
};

typedef struct EigRecord {
    const char *name;           /* array name in the result */
    const char *unit;           /* canonical unit, "" for a pure number */
    size_t width;               /* numbers per record */
    const EigObs *obs;          /* evaluated for loop neuron 0 .. width-1. MEAN divides the SUM (order as S above) by their number */
    size_t clock;               /* when it is recorded */
} EigRecord;

/* Times at which some of the quantities are recorded. */
typedef struct EigClock {
    const char *name;           /* of its array of times in the result */
    int64_t steps;              /* fixed-step methods: between two records, >= 1 */
    EigRatio every;             /* adaptive methods: records at the doubles nearest to 0, every, 2 every, ...; num == 0: at every accepted step */
} EigClock;

typedef struct EigProblem EigProblem;

/* The derivative of a problem's slopes by its states, as a problem: at a point (t, x) its states are a vector v and its slopes J v. Population q
 * has the columns of the original's, then its rates where these are each neuron's own, then x of each state, the total input, where it
 * is_solved what the activation makes of this, and, where `isolates`, the factor of all that neurons send: these are NULL here, and the run's. */
typedef struct EigTangent {
    const EigProblem *problem;
    const bool *is_solved;      /* [n_pops]: the activation solves an equation, whose solution its derivative reads */
    bool isolates;              /* for Krylov's method; else for a dense matrix */
} EigTangent;

struct EigProblem {
    const char *model_name;
    const char *time_unit;      /* "ms" or "" */
    size_t n, n_pops, n_blocks, n_records;
    size_t n_x;                 /* numbers of the state vector; 0: n, every population has its one LEAK state */
    size_t n_signals, n_tables; /* n_signals == 0: the rates of the populations, which are their states 0 */
    const EigSignal *signal;
    const EigTable *table;
    uint64_t seed;              /* of noise */
    unsigned noise_halvings;    /* h 2^noise_halvings is the step whose noise the run follows (runtime/noise.h); 0: its own */
    bool f32_weights;           /* weights that are arrays have single precision */
    const EigPop *pop;
    const EigBlock *block;
    const EigRecord *record;
    EigMethod method;
    double h;                   /* step; first step of an adaptive method, 0: choose */
    EigRatio step;              /* fixed-step methods, exactly: h is the double nearest to it; num == 0: h itself */
    int64_t n_steps;            /* fixed-step methods: duration / step exactly */
    int64_t steps_per_record;   /* fixed-step methods: >= 1 */
    double duration;
    double whole;               /* adaptive methods: the duration that limits the length of steps, where the run ends before it; 0: `duration` */
    EigRatio record_every;      /* adaptive methods: EigClock.every */
    size_t n_clocks;            /* 0: one clock of these two, its times are "t" */
    const EigClock *clock;
    double rtol, atol;
    const struct EigJets *jets; /* taylor: runtime/jet.h; else NULL */
    /* cvode, and jumps and the limit taylor too: */
    const EigTangent *tangent;  /* NULL: derivatives are difference quotients */
    bool is_dense;              /* the Jacobian is a matrix; else known by its products */
    size_t n_jumps;             /* times in (0, duration), ascending, at which slopes jump: the method begins anew */
    const double *jump;
    double longest_step;        /* 0: no limit; else, as slopes hang on the time elsewhere too, so that no step goes over a stimulus unseen */
};
#endif
