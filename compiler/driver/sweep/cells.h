/* Sets whose numbers follow from those of other sets, part by part (cells.c). */
#ifndef COMPILER_DRIVER_SWEEP_CELLS_H
#define COMPILER_DRIVER_SWEEP_CELLS_H
#include "compiler/driver/sweep/sweep.h"

/* What a set is to its kernel. */
typedef struct SetNumbers {
    const Shape *shape;
    const double *x, *own;      /* its start, and the numbers of its own */
} SetNumbers;

/* What a thread keeps from set to set; zeroed at first. */
typedef struct CellReader CellReader;

/* The set's numbers, in the arena, if all its parts are known. */
bool cells_find(Shapes *s, CellReader **reader, const Grid *g, size_t set, Arena *room, SetNumbers *out);
/* The parts of a set that was made, with all the numbers of its plan. */
void cells_keep(Shapes *s, const Maker *m, size_t set, const double *numbers, const SetNumbers *is);
void cells_reader_free(CellReader *r);
void cells_free(Shapes *s);
#endif
