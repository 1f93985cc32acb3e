/* Net + options -> Plan: every lowering decision, as data and as printable
 * text, no instructions. All rounding of exact numbers to doubles happens
 * here. The problem inside is what generated code and the reference share. */
#ifndef COMPILER_PLAN_PLAN_H
#define COMPILER_PLAN_PLAN_H
#include "compiler/net/net.h"
#include "runtime/jet.h"
#include "runtime/problem.h"

/* How one block is computed, and why (the reason is printed by --dump=plan). */
typedef enum Lowering { LOWER_SUM, LOWER_DIAGONAL, LOWER_ROWS, LOWER_COLUMNS, LOWER_SHIFTS, LOWER_CIRCLE, LOWER_PAIRS } Lowering;
typedef struct PlanBlock {
    Lowering how;
    const char *why;
} PlanBlock;

/* A state of a population by equations as the method takes it. */
typedef struct PlanState {
    const Expr *drift;          /* in the sense that the method computes */
    const Expr *noise_slope;    /* the derivative of the noise by the state, where the method asks for it; NULL: 0 */
} PlanState;

typedef struct PlanPop {
    const Expr *phi, *input;    /* for the emitter; the EigPop holds the same as postfix code */
    bool phi_is_analytic;       /* whatever it chooses between, both continue each other */
    bool input_varies;          /* with t; otherwise it is a constant or a per-neuron constant */
    const PlanState *state;     /* the model's n_states */
} PlanPop;

/* Where the state lives while a step is computed. */
typedef enum StateHome { STATE_IN_REGISTERS, STATE_IN_MEMORY } StateHome;
enum { PLAN_REGISTER_NEURONS = 16 };    /* at most so many in registers */
enum { PLAN_MOST_DENSE = 32 };          /* cvode: at most so many numbers have a Jacobian that is a matrix */

typedef struct Plan Plan;
struct Plan {
    const Net *given;           /* the network that the plan was made of */
    const Net *net;             /* the same as it is computed: some kernels are products there (separate.c) */
    EigProblem problem;
    PlanPop *pop;
    PlanBlock *block;
    const size_t *net_block;    /* block k of the problem is this one of the net */
    StateHome state;            /* REGISTERS: few neurons, straight-line code within the time loop */
    const char *state_why;
    /* State in memory: the stages of a step are computed again from x in every
     * pass over the neurons instead of being kept in arrays. */
    bool recompute;
    const char *recompute_why;
    /* Not a network of leaky rates with weights alone: compiler/emit/general.c; NULL: it is. */
    const char *general_why;
    const size_t *piece;        /* by population: so many targets are one thread's at a time, a multiple of EIG_TILE; 0: it is not shared */
    size_t piece_of_normals;    /* the same of the normals of a step, a multiple of EIG_SUM_LANES */
    size_t piece_of_states;     /* the same of the state vector, where stages are loops over it */
    double bytes;               /* that a run takes: lists of the network, weights, state, scratch, what delays look back to */
    const Plan *tangent;        /* cvode: of the problem's tangent, whose net is NULL */
    const Plan *linear;         /* taylor: of EigJets.linear, whose net is NULL */
    bool has_kinks;             /* taylor: a step ends where an argument of min, max, abs crosses */
    bool jets_in_registers;     /* taylor: its coefficients are straight-line code */
    const char *jets_why;
    const char *why_no_tangent, *no_tangent_of;         /* cvode: NULL where there is one; the population */
};

/* False after E08xx: no simulate block, duration not a whole number of steps, record interval not a multiple of the step, ... */
bool plan_make(Ctx *cx, const Net *net, Plan *out);
/* schedule.c: what plan_make would say of the simulate block and of the model beside it, asked without a network: false after
 * E0801 to E0804, E0807, E0808 and E0811, all of them at once. True where there is no such block. */
/* choose.c: `method = auto` becomes a method, with the reason. */
void plan_choose_method(Ctx *cx, Model *m);
bool plan_simulate_fits(Ctx *cx, const Model *m);
/* Pairs that an evaluation of the network computes one by one, and those of one block. */
double plan_n_pairs(const Plan *p);
double plan_block_pairs(const EigProblem *p, const EigBlock *b);
/* The decisions alone, for out->problem as it stands: block, state, bytes. */
void plan_lower(Ctx *cx, Plan *out);
/* Whether the population's inputs are computed once for many steps and kept, one a neuron. */
bool plan_stores_input(const Plan *p, size_t pop);
/* alike.c: < 0, 0, > 0: the order of two programs, of two solves, by what they compute; 0: they give the same bits. */
int plan_compare_codes(const EigProblem *p, const EigCode *a, const EigCode *b);
int plan_compare_solves(const EigProblem *p, const EigSolve *a, const EigSolve *b);
void plan_print(const Plan *p, Sbuf *out);
void plan_verify(const Plan *p);
#endif
