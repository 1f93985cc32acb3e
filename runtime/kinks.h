/* Where steps of `taylor` end before their time: at the first time at which an argument of `min`, `max` or `abs` takes another sign than at
 * the start of the step (docs/semantics.md, section 16). Up to there a solution is as smooth as what it is made of. */
#ifndef RUNTIME_KINKS_H
#define RUNTIME_KINKS_H
#include "runtime/jet.h"

/* A step is short below this part of what its coefficients ask for; more in a row than kinks can account for are no run, but a slope that
 * jumps. */
#define EIG_KINKS_SHORT 0x1p-20
enum { EIG_KINKS_MOST_SHORT = 1000 };

/* Kinks of all neurons: operation by operation of the slopes of a population, neuron by neuron, then those of what is sent. Sets n_kinks and
 * choose. */
void eig_kinks_count(const EigProblem *p, EigJets *jets);
/* Their coefficients, those of each side by side, out of the rows of runtime/jet.h. */
void kinks_gather(const EigProblem *p, const double *work, double *kink);
/* The first time in (0, length] at which one of them is on the other side; infinity without one. */
double kinks_first(const EigProblem *p, const double *kink, double length);
/* No step that a switch ends is shorter. */
double kinks_least(double t, double longest);
bool kinks_crowd(const EigProblem *p, size_t n_short);
#endif
