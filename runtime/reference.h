/* Parts of the reference interpreter (inside this folder only). Nothing here
 * is used by integrate.c, dopri.c or dopri8.c: the two ways share no stepping. */
#ifndef RUNTIME_REFERENCE_H
#define RUNTIME_REFERENCE_H
#include "runtime/integrate.h"
#include "runtime/noise.h"

enum { ORACLE_SLOPES = 16 };    /* of dopri8 with its dense output */

/* One run. x is the state at time t, which is step number k. */
typedef struct Oracle {
    const EigProblem *p;
    EigRecorder *rec;
    size_t n_x;
    double *x, *total, *stage, *row, *normal;
    double *k[ORACLE_SLOPES];   /* slopes of the stages */
    double *x_new, *x_between;  /* adaptive methods; x_new: also the predictor of methods for noise */
    double *first, *second;     /* of these: the noise at the first stage, the second normals */
    double *sent, **signal;     /* the signals, one after the other */
    double *circle;             /* of the block that is being added, and as many numbers beside it */
    double *past;               /* n_past rows of n_sent: the signals at the start of the last steps */
    size_t n_sent;
    int64_t n_past;
    int64_t from_step;          /* number of the first step, and whether another run ended there */
    bool goes_on;
    void *steps;                /* cvode, taylor: who takes them */
    const EigMoment *from;      /* adaptive methods: where it goes on, and the moment before the last step */
    EigMoment *end;
    EigNoise noise;
    EigTick tick;
    void *user;
    double last_tick;           /* ms */
    RunResult result;
} Oracle;

/* All arrays of o->p in one piece of memory; false when there is none. oracle_close is due either way. */
bool oracle_open(Oracle *o);
void oracle_close(Oracle *o);
/* The run ends for the lack of it. */
void oracle_no_memory(Oracle *o);

/* Sum of n numbers in the defined order (problem.h, S). get(of, j) is the j-th. */
typedef double (*OracleTerm)(const void *of, size_t j);
double oracle_sum(OracleTerm get, const void *of, size_t n);

/* What the programs of a neuron read; Z is set by the caller. x may be NULL for a start. */
typedef struct OracleView {
    double var[EIG_N_VARS];
    EigData data;
} OracleView;
void oracle_view(const EigProblem *p, size_t pop, size_t i, double t, const double *x, OracleView *v);
double oracle_value(const EigCode *code, const OracleView *v);

/* runtime/reference_drift.c. k: the step for which delayed blocks read. */
/* The signals at (t, x), which is the start of step k, become readable late. */
void oracle_remember(Oracle *o, int64_t k, double t, const double *x);
void oracle_totals(Oracle *o, int64_t k, double t, const double *x);
void oracle_drift(Oracle *o, int64_t k, double t, const double *x, double *dx);
/* Slope of state k of a neuron; over_rate: of a leak, phi(s) - x alone. */
double oracle_slope(const EigProblem *p, size_t pop, size_t k, const OracleView *v, bool over_rate);

/* The rows of `past` that later steps read, from and to those of a moment, whose step is set. False without memory. */
bool oracle_recall(Oracle *o, const EigMoment *from);
bool oracle_leave(const Oracle *o, EigMoment *end);

/* Signal q as it was `delay` steps before step k. */
const double *oracle_sent(const Oracle *o, size_t q, int64_t delay, int64_t k);
/* runtime/reference_pairs.c: every target of a block of pairs. */
void oracle_pairs(Oracle *o, const EigBlock *b, int64_t k, double t, const double *x);

/* runtime/reference_circle.c. What a kernel with a circle makes of its sources x, in y and `was`, of the circle's length each; and what
 * of it arrives at target i. */
void oracle_circle(const EigBlock *b, const double *x, double *y, double *was);
double oracle_circle_at(const EigBlock *b, const double *y, size_t i);

/* After a step. False, with status INTERRUPTED, when the caller wants to stop before the end. */
bool oracle_goes_on(Oracle *o, double t);

/* runtime/reference_observe.c. Appends what the clock records at (t, x). False after a write error. */
bool oracle_record(Oracle *o, size_t clock, int64_t k, double t, const double *x);
/* False, with status NONFINITE, population, neuron and state in the result, when x has such a number. */
bool oracle_check(Oracle *o, const double *x);
/* runtime/reference_adaptive.c */
void oracle_run_adaptive(Oracle *o);
/* What the clocks record of the accepted step from t to t_new, with x_new at its end: the state within it is what `at` says. */
typedef const double *OracleAt(Oracle *o, double t, double time, double h);
bool oracle_record_step(Oracle *o, double t, double h, double t_new, OracleAt *at);
/* runtime/reference_cvode.c */
void oracle_run_cvode(Oracle *o);
/* runtime/reference_taylor.c */
void oracle_run_taylor(Oracle *o);
/* Largest |value_i| / (atol + rtol max(|size_a_i|, |size_b_i|)); not finite as soon as one quotient is a NaN. */
double oracle_worst(const Oracle *o, const double *value, const double *size_a, const double *size_b);
/* runtime/reference_dopri8.c. All stages from t to t_new, and the number by which the step is judged. */
double oracle_dopri8_attempt(Oracle *o, double t, double h, double t_new);
/* x_between at t + theta h. */
void oracle_dopri8_between(Oracle *o, double t, double theta, double h);
#endif
