/* Where the numbers of a problem lie in the arrays of a run. Everything is
 * computed from the problem, by the runtime and by the emitter alike. */
#ifndef RUNTIME_LAYOUT_H
#define RUNTIME_LAYOUT_H
#include "runtime/problem.h"

/* ---- the state vector ---- */
size_t eig_n_x(const EigProblem *p);
size_t eig_state_from(const EigProblem *p, size_t pop);         /* of its state 0 */
size_t eig_n_states(const EigPop *pop);                         /* at least 1 */
EigState eig_state(const EigPop *pop, size_t k);                /* the LEAK of a population without `state`, too */
/* Population, neuron and state of x[at]. */
typedef struct EigPlace { size_t pop, neuron, state; } EigPlace;
EigPlace eig_place(const EigProblem *p, size_t at);

/* ---- signals ---- */
size_t eig_n_signals(const EigProblem *p);
EigSignal eig_signal(const EigProblem *p, size_t q);            /* the rates where there is no list */
size_t eig_block_signal(const EigProblem *p, const EigBlock *b);
/* Of a dense block that is not of pairs: where the weight from j to i stands in w, and the numbers that w has room for. */
size_t eig_dense_at(size_t n_post, size_t n_pre, size_t i, size_t j);
size_t eig_dense_room(size_t n_post, size_t n_pre);
/* Numbers of w of a kernel block. */
size_t eig_kernel_weights(const EigBlock *b);
/* Numbers of the signals before q that are not states themselves; q up to eig_n_signals: all of them. */
size_t eig_signal_from(const EigProblem *p, size_t q);

/* ---- what delayed blocks read: a ring of rows for each signal, row k % rows after step k has begun ---- */
bool eig_has_delays(const EigProblem *p);
/* rows[n_signals]: 0 where nobody reads the signal late. The rings stand one after the other, rows[q] * size numbers each. */
void eig_history_rows(const EigProblem *p, size_t *rows);

/* ---- fixed steps: step k starts at the double nearest to k times this ---- */
EigRatio eig_step(const EigProblem *p);
double eig_step_time(const EigProblem *p, int64_t k);

/* ---- recorded quantities ---- */
size_t eig_obs_neurons(const EigProblem *p, const EigObs *fold);        /* that a MEAN or SUM runs over */
/* Whose neurons are the columns of a record: those of the first rate, state or input "of the neuron of the surrounding loop"; or NULL. */
const EigObs *eig_obs_row(const EigObs *obs);
size_t eig_n_clocks(const EigProblem *p);                       /* at least 1 */
EigClock eig_clock(const EigProblem *p, size_t k);

/* ---- normals of a step: one a neuron for each state with noise and each OU, in the order of populations and states ---- */
bool eig_state_is_random(const EigState *s);
size_t eig_noise_from(const EigProblem *p, size_t pop, size_t state);   /* pop up to n_pops: how many */
/* Numbers in a row of whole vectors with a place for each normal; 0 without. */
size_t eig_noise_room(const EigProblem *p);
/* Methods of several stages keep the size of the noise at this stage, at the first, and sra1 a second normal of the step. */
enum { EIG_DIFFUSION_NOW, EIG_DIFFUSION_FIRST, EIG_DIFFUSION_SECOND };
size_t eig_diffusion_rows(EigMethod method);

/* ---- what a run allocates, as doubles, which no sum overflows ---- */
size_t eig_n_vectors(const EigProblem *p);              /* vectors of n_x numbers that the step loop keeps */
double eig_history_numbers(const EigProblem *p);        /* in the rings of all signals; infinite where there is no memory to count them */
double eig_run_bytes(const EigProblem *p);              /* all of it; the problem's own arrays are not counted */
#endif
