/* A large symmetric matrix by the entries that it has, in doubles with bounds: what the files of the
 * proof by rows share (positive_sparse.c has what the numbers are). */
#ifndef COMPILER_CHECK_POSITIVE_ROWS_H
#define COMPILER_CHECK_POSITIVE_ROWS_H
#include "compiler/check/proof/positive/positive_split.h"

typedef struct Entry {
    uint32_t column;
    double value, size;         /* b_ij; |t_1| + |t_2| */
} Entry;

typedef struct Rows {
    size_t n;
    size_t *from, *end;         /* of row i: entry[from[i] .. end[i]-1], off the diagonal, columns ascending; i in row j where j in row i */
    Entry *entry;
    double *own;                /* b_ii */
    long *scale;
    Split *p;
    uint32_t *place;            /* of each row of A: its row here, or UINT32_MAX */
} Rows;

/* An order of elimination as a forest: the rows of one front are eliminated together, after those of the fronts
 * below it, and touch no later ones but its `next`, all of which belong to fronts above. */
typedef struct Front {
    size_t from, to;            /* its rows: order[from .. to-1] */
    size_t n_next;
    uint32_t *next;             /* places in the order, ascending */
    size_t n_below;             /* the last so many fronts without one above are below it */
} Front;

typedef struct Dissection {
    size_t n, n_fronts;
    uint32_t *order, *position; /* of each place its row, of each row its place */
    Front *front;               /* those below before those above */
} Dissection;

/* positive_dissect.c: false where there is no memory, or factors would take too much of it, or of time. */
bool dissect_rows(const Rows *r, Dissection *out);
void dissection_free(Dissection *d);

/* positive_fronts.c: whether floating Cholesky of b with `down` taken from the diagonal, rounded down, ends with pivots > 0. */
bool fronts_end(const Rows *r, const Dissection *d, double down);

/* positive.c: eliminates the first columns of a column-major matrix of which the lower triangle counts; both numbers are
 * multiples of 4. `panel` has room for order * POSITIVE_PANEL. False at a pivot that is not > 0, or not finite. */
enum { POSITIVE_TILE = 4, POSITIVE_PANEL = 64 };
bool positive_eliminate(double *a, size_t order, size_t columns, double *panel);
#endif
