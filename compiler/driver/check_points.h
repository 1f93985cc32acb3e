/* Requirements for all params: what is refuted at one point is refuted for all. */
#ifndef COMPILER_DRIVER_CHECK_POINTS_H
#define COMPILER_DRIVER_CHECK_POINTS_H
#include "compiler/driver/pipeline.h"

/* Checks the model at the point where diagonal stability is refuted, if there is one, and at ends and some inner points of the ranges,
 * and says in the report what is refuted there. */
void check_points(Compilation *c);
/* Returns what it has kept. */
void check_points_free(Compilation *c);

/* For the certificate: points at which the model is not diagonally stable, with the model there and its report; the first is that of the
 * report, if it has one. */
typedef struct PointKept {
    Num *value;                 /* of each param */
    const LdsReport *proof;     /* about slopes everywhere */
    bool is_built;
    Compilation there;          /* then: the proof is of its report; else it is that of the search over ranges */
} PointKept;

struct PointsKept {
    size_t n_params, n;
    const ModelParam **param;   /* those that have a range */
    PointKept *at;              /* and room behind them for the one that is looked at */
};

/* "10 ms", as --set reads it; NULL for units that it does not read. */
const char *point_value_text(Ctx *cx, const ModelParam *p, Num value);
#endif
