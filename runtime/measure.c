#include "runtime/measure.h"

#include <math.h>

const char *const eig_measure_name[EIG_N_MEASURES] = {
#define MEASURE(id, name, text) [EIG_MEASURE_##id] = name,
#include "runtime/measure.def"
#undef MEASURE
};

const char *const eig_measure_text[EIG_N_MEASURES] = {
#define MEASURE(id, name, text) [EIG_MEASURE_##id] = text,
#include "runtime/measure.def"
#undef MEASURE
};

void eig_tally_add(EigTally *t, double value)
{
    double by = value - t->mean;
    t->largest = t->n > 0.0 && value <= t->largest ? t->largest : value;
    t->smallest = t->n > 0.0 && value >= t->smallest ? t->smallest : value;
    t->n += 1.0;
    t->mean += by / t->n;
    t->squares += by * (value - t->mean);
    t->last = value;
}

double eig_tally_value(const EigTally *t, EigMeasureKind kind)
{
    if (t->n == 0.0)
        return (double)NAN;
    switch (kind) {
    case EIG_MEASURE_FINAL:     return t->last;
    case EIG_MEASURE_AVERAGE:   return t->mean;
    case EIG_MEASURE_PEAK:      return t->largest;
    case EIG_MEASURE_TROUGH:    return t->smallest;
    case EIG_MEASURE_DEVIATION: return sqrt(t->squares / t->n);
    case EIG_N_MEASURES:        break;
    }
    return (double)NAN;
}
