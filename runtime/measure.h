/* Numbers kept of a quantity over a run. */
#ifndef RUNTIME_MEASURE_H
#define RUNTIME_MEASURE_H
#include <stddef.h>

typedef enum EigMeasureKind {
#define MEASURE(id, name, text) EIG_MEASURE_##id,
#include "runtime/measure.def"
#undef MEASURE
    EIG_N_MEASURES
} EigMeasureKind;
extern const char *const eig_measure_name[EIG_N_MEASURES], *const eig_measure_text[EIG_N_MEASURES];

/* Of a quantity of one number. */
typedef struct EigMeasure {
    EigMeasureKind kind;
    size_t record;              /* of the problem; width 1 */
    double from;                /* canonical time; values before it do not count */
} EigMeasure;

/* The values so far, one after the other: Welford's updates of mean and squares. */
typedef struct EigTally {
    double n, last, mean, squares, largest, smallest;
} EigTally;
void eig_tally_add(EigTally *t, double value);
/* A NaN where no value came. */
double eig_tally_value(const EigTally *t, EigMeasureKind kind);
#endif
