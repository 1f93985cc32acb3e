/* The Taylor coefficients of a solution, order by order: what the programs of a problem are for the recurrences of automatic differentiation
 * (Moore, Interval Analysis, 1966; the order and the step of `taylor` after Jorba and Zou, Exp. Math. 14, 2005). docs/semantics.md, section 16,
 * has every operation. compiler/plan/jets.c makes the programs; generated code and the reference compute them, to the same bits. */
#ifndef RUNTIME_JET_H
#define RUNTIME_JET_H
#include "runtime/problem.h"

/* Of a neuron, coefficient k of each operation from those of its operands; in the order of the list, but that `w` may stand behind. */
typedef enum EigJetKind {
    EIG_JET_CONSTANT,           /* code: of T (steps), I, columns, held samples */
    EIG_JET_RATE,               /* 1/tau of the neuron */
    EIG_JET_TIME,               /* t, 1, 0, ... */
    EIG_JET_STATE,              /* `which` of the neuron */
    EIG_JET_TOTAL,              /* `which` of EigJetPop.total */
    EIG_JET_VALUE,              /* fn(a, b) of order 0 alone */
    EIG_JET_ADD, EIG_JET_SUB, EIG_JET_NEG,
    EIG_JET_MUL, EIG_JET_SQUARE, EIG_JET_DIV,
    EIG_JET_CHOICE,             /* fn(a, b), which is a or b or neither of them: coefficients of the one that it is, a first */
    EIG_JET_FLOW                /* fn(a, b), whose derivative is w a' */
} EigJetKind;

enum { EIG_JET_LEAST_ORDER = 4, EIG_JET_MOST_ORDER = 24 };

typedef struct EigJetOp {
    uint8_t kind, fn;           /* EigJetKind, EigFn */
    bool is_constant;           /* coefficient 0 alone is computed, the others are 0 */
    bool is_kept, is_slope_kept;        /* its coefficients, and j times the one of order j, are read again at higher orders */
    bool is_kink;               /* of fn(a, b) behind it, the other one from where its sign changes; kept */
    size_t a, b, w;             /* operations; b of a function of one argument is a */
    size_t which;
    size_t row, slope_row;      /* in memory: the row of order 0 among those of the program */
    EigCode code;
} EigJetOp;

typedef struct EigJetProgram {
    size_t n;
    const EigJetOp *op;
    size_t n_results;
    const size_t *result;       /* operations */
    size_t n_rows;              /* of numbers of its neurons, in memory */
} EigJetProgram;

/* Where total inputs come from: `from` of populations of the linear problem. */
typedef struct EigJetPop {
    EigJetProgram slope;        /* a result for each state; of a leak without rate_of it is slope/rate */
    double *rate;               /* of each state: what the result is multiplied by */
    size_t n_totals;
    const size_t *total;
} EigJetPop;

typedef struct EigJets {
    unsigned order;             /* of the polynomials */
    size_t n_kinks;             /* of all neurons, runtime/kinks.h; they end steps */
    double choose[EIG_JET_MOST_ORDER];  /* with kinks: 1 over order - 1 choose k */
    const EigJetPop *pop;       /* [n_pops] */
    /* What arrives at order k is linear in what is sent at order k: the total inputs of this problem, whose states are what is sent. Its
     * first populations are those of the problem, each with its signal and what arrives without a gate; then one for each further
     * signal, and one for what arrives through each gate. */
    const EigProblem *linear;
    bool sends_states;          /* the states are what is sent */
    const EigJetProgram *sent;  /* [n_signals] otherwise; one result */
    const size_t *sent_from;    /* [n_signals] their places in the states of `linear` */
} EigJets;

static inline bool eig_jet_is_literal(const EigJetOp *op)
{
    return op->kind == EIG_JET_CONSTANT && op->code.n == 1 && op->code.op[0].kind == EIG_OP_CONST;
}

/* ---- in memory: rows of whole vectors, those of the slopes, population by population, then those of the signals ---- */
size_t eig_jet_stride(const EigProblem *p, size_t pop);
size_t eig_jet_from(const EigProblem *p, size_t pop);           /* pop up to n_pops */
size_t eig_jet_sent_from(const EigProblem *p, size_t signal);   /* signal up to n_signals: all of them */
/* What `taylor` allocates beside what other methods do, in bytes. */
double eig_jet_bytes(const EigProblem *p);
#endif
