/* The steps of `cvode`: SUNDIALS' integrator, of slopes and products with the Jacobian that its caller computes (inside this folder only). */
#ifndef RUNTIME_CVODE_H
#define RUNTIME_CVODE_H
#include "runtime/own_part.h"
#include "runtime/problem.h"
#include "runtime/sundials.h"

/* Who computes. */
typedef struct CvodeModel {
    const EigProblem *p;
    void *of;
    void (*slope)(void *of, double t, const double *x, double *dx);
    /* Of a problem with a tangent: the Jacobian from here on is that at (t, x); its product with v. isolated: of each neuron's own part alone. */
    void (*move)(void *of, double t, const double *x);
    void (*product)(void *of, const double *v, double *jv, bool isolated);
} CvodeModel;

typedef enum CvodeStep {
    CVODE_STEPPED,
    CVODE_NONFINITE,            /* a slope that is not finite: bad_at, bad_value */
    CVODE_TOO_SMALL,            /* a step for the tolerances: bad_at has the largest error */
    CVODE_UNSOLVED,             /* Newton's method does not converge, with steps as small as they may be */
    CVODE_FAILED                /* `error` says how */
} CvodeStep;

typedef struct Cvode {
    const CvodeModel *model;
    const EigProblem *p;
    size_t n;                   /* eig_n_x */
    const Sundials *sun;
    SUNContext context;
    void *memory;
    N_Vector state, between, errors, weights;
    SUNMatrix matrix;           /* is_dense */
    SUNLinearSolver solver;
    double *unit;               /* n numbers, 0 but while a column is computed */
    OwnPart own;                /* not is_dense: the preconditioner */
    double t_before, t;         /* of the last step */
    double from, to;            /* slopes are computed at times within them: what jumps at their ends is another piece's */
    double stop;                /* no step goes beyond */
    size_t n_jumps_done;
    long n_rejected;            /* in the pieces before this one */
    bool has_bad;
    size_t bad_at;
    double bad_value;
    char error[200];
} Cvode;

/* x: the state at 0. False without memory or library, with `error`; cvode_close is due either way. */
bool cvode_open(Cvode *c, const CvodeModel *model, const double *x);
void cvode_close(Cvode *c);
/* One step, to c->t. */
CvodeStep cvode_step(Cvode *c);
/* After it: the state at a time in [t_before, t]. */
const double *cvode_at(Cvode *c, double time);
/* Begins anew where a jump lies at the end of the step. */
CvodeStep cvode_go_on(Cvode *c);
int64_t cvode_rejected(const Cvode *c);
#endif
