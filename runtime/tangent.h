/* A problem's tangent during a run: where it is taken, and the columns that hold this (inside this folder only). */
#ifndef RUNTIME_TANGENT_H
#define RUNTIME_TANGENT_H
#include "runtime/problem.h"

typedef struct Tangent {
    EigProblem p;               /* the linear problem, with its columns */
    EigPop *pop;
    const double **column;
    double t;                   /* the point */
    double *x, *total, *solved;
    double *sent;               /* factor of what neurons send; as many as the largest population has */
    size_t n_x, n_sent;
    bool is_somewhere;          /* the point is set */
    bool is_settled;            /* and `solved` is that of it */
    const EigProblem *of;
} Tangent;

/* Of p, which has one. False without memory; tangent_close is due either way. */
bool tangent_open(Tangent *t, const EigProblem *p);
void tangent_close(Tangent *t);
/* The point, and the total inputs there. */
void tangent_move(Tangent *t, double time, const double *x, const double *total);
bool tangent_is_at(const Tangent *t, double time, const double *x);
/* Before products: what of the point is computed for them alone. */
void tangent_settle(Tangent *t);
/* Nothing is sent: each neuron's own part of the Jacobian. */
void tangent_isolate(Tangent *t, bool is_isolated);
#endif
