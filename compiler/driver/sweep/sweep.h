/* A sweep: a model at many values of its params. A set is one value of each;
 * sets are numbered from 0, the last axis runs fastest. */
#ifndef COMPILER_DRIVER_SWEEP_SWEEP_H
#define COMPILER_DRIVER_SWEEP_SWEEP_H
#include <pthread.h>

#include "compiler/check/slope/slope_proved.h"
#include "compiler/driver/pipeline.h"
#include "compiler/plan/numbers.h"
#include "runtime/sets.h"
#include "runtime/survey.h"

/* ---- grid.c: the axes ---- */
typedef struct GridAxis {
    const char *name;
    size_t n;
    const char **text;          /* [n]: each value as --set takes it, exactly: "5/3 ms" */
    Num *number;                /* [n]: the same without the unit, which is one for all */
} GridAxis;
typedef struct Grid {
    size_t n_axes, n_sets;
    size_t n_params;            /* the first so many axes; the one behind them is the trial, which is added to the seed */
    GridAxis axis[SURVEY_MAX_AXES];
} Grid;
/* False after a diagnostic E0404. */
bool grid_read(Ctx *cx, NumPool *nums, const Options *o, Grid *out);
size_t grid_index(const Grid *g, size_t set, size_t axis);
/* 0 without trials. */
size_t grid_trial(const Grid *g, size_t set);
/* "w = 1/2, tau = 20 ms" */
const char *grid_set_text(Ctx *cx, const Grid *g, size_t set);

/* ---- measures.c: what is kept ---- */
typedef struct Measures {
    AstExprs quantity;          /* the different ones: what is recorded */
    size_t n;
    EigMeasure *measure;        /* `from` is set once the unit of time is known */
    const char **name;          /* "average(mean(E), 100 ms)" */
    const AstExpr **from;       /* NULL: from the start */
} Measures;
/* Reads --measure in the compilation's own context; without any n == 0. False after diagnostics. */
bool measures_read(Compilation *c, Measures *out);
/* Where no measure was asked for: the final mean of every population, of a model that was built. */
void measures_of_all(Compilation *c, Measures *out);
/* What a model makes of them: times, and that each is one number. False after a diagnostic E0813. */
bool measures_fit(Compilation *c, Measures *m);

/* ---- maker.c: sets become plans ---- */
typedef struct Maker {
    const Grid *grid;
    Options options;            /* those of the command, with the set's values */
    Compilation c;
    Measures measures;
    SlopeProofs known;          /* of the sets before */
} Maker;
/* Reads the model. False after diagnostics in m->c.cx; maker_close is due either way. */
bool maker_open(Maker *m, const Options *o, const Grid *g);
/* What was found of activations by another one, which outlives this. */
void maker_know(Maker *m, const Maker *of);
/* m->c.plan is that of the set, until the next. */
bool maker_make(Maker *m, size_t set);
void maker_close(Maker *m);
/* The same maker, malloc'd, as long as what it has made is not large, else, and for NULL, a new one: networks of many synapses are not kept
 * from set to set. NULL where that cannot be opened, which says why when it is opened elsewhere. */
Maker *maker_of(Maker *m, const Options *o, const Grid *g);
void maker_done(Maker *m);

/* Sets side by side: as many as hide how long an operation takes behind those of other sets, and of other neurons where these are not few. Twice as
 * many pay where there is much to do, since the code is as much longer. */
enum { SWEEP_LANES = 8, SWEEP_LANES_OF_FEW = 16, SWEEP_MOST_LANES = 32, SWEEP_FEW_NEURONS = 4, SWEEP_MANY_SETS = 1024 };
/* With neurons in memory: as many as the registers hold totals of, of some targets; fewer than this part of them run one at a time. */
enum { SWEEP_LANES_IN_MEMORY = 16, SWEEP_LEAST_PART = 4 };

/* ---- shapes.c: kernels, each of plans that differ in numbers alone ---- */
typedef struct Shape {
    Maker maker;                /* holds the plan of the first set of this shape */
    const JitModule *jit;
    Kernel *kernel;
    size_t n_numbers, n_fields, lanes;
    double *number;             /* of the first */
    bool *varies;
    struct Shape *next;
} Shape;
typedef struct Shapes {
    const Options *options;     /* of the command */
    pthread_mutex_t lock;
    Shape *first;
    struct Family *families;    /* cells.c */
    bool no_families;           /* there can be none */
} Shapes;
/* The shape of the set, whose plan is in `of`; its kernel is made where there is none yet. NULL after diagnostics in of->c.cx.
 * numbers: of the plan, in the arena of `of`. */
const Shape *shape_find(Shapes *s, Maker *of, size_t set, const double **numbers);
/* Of a plan's numbers those that the kernel reads, one for each that varies. */
void shape_row(const Shape *s, const double *numbers, double *out);
void shapes_free(Shapes *s);

/* ---- workers.c ---- */
typedef struct Sweep {
    const Options *options;
    Grid grid;
    size_t n_measures;
    EigJournal journal;
    Shapes shapes;
    const Maker *first;         /* of the sets that were tried before */
    const char *why_alone;      /* NULL: sets run side by side */
    bool in_memory;             /* then with their neurons in memory */
    unsigned threads_each;      /* of a block: where there are fewer blocks than threads several share the evaluations of one */
    volatile bool stop;
    size_t next_block;          /* atomic */
    size_t n_done;              /* atomic: sets that are kept */
    size_t n_working;           /* atomic: threads */
    pthread_mutex_t lock;       /* of what follows */
    size_t failed_set;          /* the lowest that is no model; SIZE_MAX: none */
    bool failed_in_system;
    char error[256];
} Sweep;
/* Runs what the journal does not have, with a line of progress; until Ctrl-C. False when a set could not be made or run (failed_set,
 * error), or it was stopped. */
bool sweep_work(Sweep *s, size_t n_threads, bool quiet);
#endif
