/* What the files of this folder share. All rounding of exact numbers to
 * doubles happens in them. */
#ifndef COMPILER_PLAN_BUILD_H
#define COMPILER_PLAN_BUILD_H
#include "compiler/plan/plan.h"

/* schedule.c: steps, records, tolerances. False after E0801 to E0804. */
bool plan_schedule(Ctx *cx, const Model *m, EigProblem *out);

/* Number of steps in the time t, which the text has `at`; 0 after a diagnostic. */
int64_t plan_count_steps(Ctx *cx, const Model *m, Span at, Num t, DiagCode code, const char *what);

/* tangent.c, jumps.c: what cvode needs beside the problem, which is otherwise complete and lowered; nothing for other methods. */
void plan_tangent(Ctx *cx, NumPool *nums, Plan *plan);
void plan_jumps(Ctx *cx, EigProblem *p);

/* jets.c, smooth.c: what taylor needs beside the problem; false after E0807, a formula is not smooth. */
bool plan_jets(Ctx *cx, Span method, Plan *plan);
bool plan_is_smooth(Ctx *cx, const Model *m);
bool plan_has_kinks(Ctx *cx, const Model *m);
/* The activation has all derivatives, though its formula may have abs and max in it: log1p(exp(-abs(z))) + max(0, z). */
bool plan_phi_is_analytic(const ModelPop *p);

/* stiff.c: one state of the model changes so much faster than another that `auto` takes cvode, and *why. */
bool plan_is_stiff(Ctx *cx, const Model *m, const char **why);

/* delay.c: false after E0807, the method cannot compute the model. */
bool plan_method_fits(Ctx *cx, const Model *m);
/* The delay of each connection, 0 without one, in steps; false after E0808. The same of each block of a run of n_steps: there a
 * delay longer than the run is one just longer than it. */
bool plan_count_delays(Ctx *cx, const Model *m, int64_t *steps);
bool plan_delays(Ctx *cx, const Net *net, int64_t n_steps, EigBlock *block);
bool plan_history_fits(Ctx *cx, const Net *net, const EigProblem *p);   /* else E0805 */

/* diffusion.c: false after E0807, the method cannot compute the noise. */
bool plan_noise_fits(Ctx *cx, const Model *m);
bool plan_has_noise(const Model *m);
/* The states of a population by equations as the method, which fits, takes them. */
const PlanState *plan_diffusion(Ctx *cx, const Model *m, const ModelPop *p);

/* separate.c: the network with kernels that are a short sum of products as these, UNIFORM and PRODUCT blocks of the same connection. */
const Net *plan_separated(Ctx *cx, const Net *net);

/* narrow.c: rounds the weights of such blocks to single precision, if the problem says so; and which these are. */
void plan_narrow(Ctx *cx, const EigProblem *p, EigBlock *block);
bool plan_is_narrow(const EigBlock *b);

/* weights.c: one block as doubles. */
EigBlock plan_block(Ctx *cx, const Net *net, const Block *b);

/* states.c: n_x and the states of each population; signals, and which of them each block reads. */
void plan_states(Ctx *cx, const Net *net, const PlanPop *planned, EigProblem *out, EigPop *pop, EigBlock *block);

/* states.c: gives the population one more column, size numbers in the arena; its number. */
size_t plan_column(Ctx *cx, EigPop *pop, const double *column);

/* factors.c: gives populations the factors of products as columns, equal ones once; left[k] and right[k] are those of block k. */
void plan_factors(Ctx *cx, const Net *net, EigPop *pop, size_t *left, size_t *right);

/* ou.c: the state that carries fluctuating input k of the population. */
EigState plan_ou(Ctx *cx, const Model *m, const ModelPop *p, size_t k, EigPop *pop);

/* columns.c: the expression with columns of the population in place of what is drawn. */
const Expr *plan_drawn(Ctx *cx, const Model *m, const Expr *e, EigPop *pop);
/* phi of the total input as a run has it, or what stands in its place. */
const Expr *plan_phi(const ModelPop *p);
/* The same of a neuron, gains and thresholds of neurons in it. */
const Expr *plan_activation(Ctx *cx, const Net *net, const NetPop *p, EigPop *pop);
/* A program of its neurons; e NULL: none. */
EigCode plan_code(Ctx *cx, const Model *m, const Expr *e, EigPop *pop);

/* alike.c: < 0, 0, > 0: the order of two populations, of two blocks, by what they compute, whatever they are called. */
int plan_compare_pops(const EigProblem *p, size_t a, size_t b);
int plan_compare_blocks(const EigProblem *p, size_t a, size_t b);

/* order.c: the blocks in the order in which they are added, as their numbers in p. */
const size_t *plan_order(Ctx *cx, const EigProblem *p);

/* rate.c: tau of x' = (phi - x)/tau, where the text has `tau`. */
Num plan_leak(NumPool *nums, const ModelSim *sim, const ModelPop *m, Num tau);
double plan_rate(NumPool *nums, Num tau);
/* 1 - exp(-step/tau), correctly rounded. */
double plan_exp_step(Num step, Num tau);
/* rates.c: the same for each neuron of a population of many time constants, and nothing kept of these. */
void plan_rates(Ctx *cx, const Net *net, const NetPop *p, EigPop *pop);

/* records.c: what is recorded; without a record line, every rate. */
void plan_records(Ctx *cx, const Net *net, EigProblem *out);

/* memory.c: false after E0805. The first is asked before anything is allocated, and knows no delays; the
 * second knows all that a run takes. */
bool plan_may_fit(Ctx *cx, const Net *net);
bool plan_fits(Ctx *cx, const Plan *plan);
double plan_bytes(const Plan *plan);

/* lower.c: all neurons of the population have the same total input, from sums. */
bool plan_is_plain(const EigProblem *p, size_t pop);
/* share.c: the pieces; after all other decisions. */
void plan_share(Ctx *cx, Plan *plan);

/* range.c: false after E0806 for every number that is beyond the doubles, and
 * E0713 for every activation with many values at one input. */
bool plan_in_range(Ctx *cx, const Plan *p);
#endif
