/* What to tell a person beyond the verdict on diagonal stability: which neurons it
 * hangs on, and what would restore it. Measured and searched, after the verdict;
 * only a remedy's own network has been certified. */
#ifndef COMPILER_CHECK_ADVICE_H
#define COMPILER_CHECK_ADVICE_H
#include "compiler/check/check.h"
#include "compiler/check/lds/lds.h"

enum { ADVICE_MAX_ROWS = 4, ADVICE_MAX_REMEDIES = 6 };

typedef enum RemedyKind { REMEDY_WEIGHTS, REMEDY_SLOPES, REMEDY_GAINS, REMEDY_ALL_WEIGHTS } RemedyKind;

/* One change that suffices, everything else left as it is. */
typedef struct Remedy {
    RemedyKind kind;            /* ALL_WEIGHTS: one factor on those of all connections; where nothing less suffices */
    size_t conn;                /* WEIGHTS */
    size_t pop;                 /* SLOPES; GAINS: one factor on those of its neurons, where they have their own */
    const char *name;           /* "w_EE", a parameter that is the weight; NULL elsewhere */
    Num now, at;                /* of the parameter, the slope bound or (GAINS, weights without a name) relative to now: certified at `at` */
    Num below;                  /* a simple number a little above: certified for all from 0 to below it; NULL: none is proved */
} Remedy;

typedef struct Advice {
    /* CERTIFIED: rows in which the direction lies that is damped least, and their shares of it; REFUTED: of the witness. */
    size_t n_rows;              /* 0 where the margin is wide */
    uint32_t row[ADVICE_MAX_ROWS];
    double share[ADVICE_MAX_ROWS];
    size_t n_remedies;
    Remedy remedy[ADVICE_MAX_REMEDIES];
    const char *no_remedy;      /* of a matrix that is not CERTIFIED, and n_remedies is 0: why, for people; elsewhere NULL */
} Advice;

/* Fills r->advice, in the arena; with nothing where one conclusion alone was asked for. */
void advice_find(Ctx *cx, Report *r);

/* ---- advice_remedy.c ---- */
/* The part about remedies, of a network that is not certified. */
void remedies_find(Ctx *cx, const Report *r, Advice *out);
/* The network with weights of the remedy's connection, or all of them, times `factor`; shares all else. */
Net remedy_net(Ctx *cx, const Net *net, const Remedy *x, Num factor);
/* The bounds of slopes as the remedy's change leaves them. */
const SlopeReport *remedy_slopes(Ctx *cx, const Report *r, const Remedy *x, Num factor);
/* The rows in which changes of it are tried. */
GainLevel remedy_level(Ctx *cx, const Net *net);
/* Three digits of x, towards 0. */
Num remedy_digits(NumPool *nums, double x);

/* ---- advice_edge.c ---- */
/* x->below, of what is certified with the factor `lo` and not with `hi`. */
void remedy_find_edge(Ctx *cx, const Report *r, double lo, double hi, Remedy *x);

/* ---- advice_factor.c: networks of more rows than changes are searched in to the end ---- */
enum { FACTOR_MAX_ROWS = 2000, FACTOR_MAX_ENTRIES = 200 * 1000 };      /* one factor on all weights */
enum { CHANGES_MAX_ROWS = 300 };                                        /* single changes */
/* Operations (lds.c) of all decisions about single changes; of those about one factor. */
extern const double remedy_work_of_changes, remedy_work_of_factor;
typedef struct RemedyWork {
    double left;
    double factor;              /* that sufficed for the change before, and may be that of this one, too; 0: none */
} RemedyWork;
/* x->at, which suffices; takes its work from *work. False where none is found. */
bool remedy_find_within(Ctx *cx, const Report *r, RemedyWork *work, Remedy *x);
#endif
