/* Blocks of a linear matrix inequality: indices that some matrix ties to each other. In between all are 0, so each is factored
 * for itself, as the conditions at the corners of a cell are. Most of a matrix is 0: only what is not is multiplied, four
 * neighbours at a time, and only what a trace reads is computed. Each sum has its terms in the order of the indices.
 *
 * Rows are padded to a multiple of four (lmi_row); what stands in the padding means nothing. */
#ifndef COMPILER_CHECK_LMI_BLOCK_H
#define COMPILER_CHECK_LMI_BLOCK_H
#include <stdint.h>

#include "compiler/check/stability/lmi.h"

/* B_ij and, where i > j, B_ji. */
typedef struct LmiEntry {
    uint32_t at, mirror;        /* i * row + j, j * row + i where i > j; i, i * row + i on the diagonal */
    double x;
} LmiEntry;

typedef struct LmiTerm {
    uint32_t column;
    double x;
} LmiTerm;

/* A row of B_k that is not 0. */
typedef struct LmiRow {
    uint32_t at, n_terms;       /* at: of its first place in Z, index * row */
    const LmiTerm *term;        /* columns ascending */
} LmiRow;

/* B_k = e a' + a e', e that of the centre. */
typedef struct LmiStar {
    size_t centre, n_terms;
    LmiTerm *term;              /* a */
} LmiStar;

/* Four neighbours in each of four rows, that traces read below the diagonal. */
typedef struct LmiTile {
    uint32_t column, row[4];    /* the first of the columns; rows repeat the last where there are fewer */
} LmiTile;

/* Each of the m matrices has a stretch of `below`, `on` and `rows`, from first_...[k] to first_...[k + 1]. */
typedef struct LmiBlock {
    size_t d, row;              /* order, doubles a row */
    LmiEntry *below, *on;       /* the diagonal and on it, by rows */
    LmiRow *rows;               /* behind those of the m matrices: each index once, as the identity has them */
    LmiTerm *term;
    uint32_t *first_below, *first_on, *first_rows;
    LmiTile *tile;
    size_t n_tiles;
    double *f;                  /* F - tI or its factor, by columns, on and below the diagonal */
    double *z, *zt;             /* its inverse, of which rounding makes no symmetric matrix, by rows and by columns */
    double *bz;                 /* rows of B_k Z that are not 0 */
    double *zbz, *diagonal;     /* Z B_k Z, what traces read */
    double *unit;               /* of lmi_solve */
    LmiStar *star;              /* the m matrices, where all are such; else NULL */
    LmiTerm *arm;
    double *za;                 /* Z a, a column for each star, and a row of room */
} LmiBlock;

/* The blocks of l, one after the other, malloc'd; NULL without memory. lmi_blocks_free takes NULL. */
LmiBlock *lmi_blocks(const Lmi *l, size_t *n_blocks);
void lmi_blocks_free(LmiBlock *block, size_t n_blocks);
/* f = F(y) - y_m I, factored; false where it is not positive definite. */
bool lmi_block_factor(LmiBlock *b, const double *y, size_t m);
/* Adds gradient and Hessian (rows of so many doubles, on and below the diagonal) of logdet(F(y) - y_m I), which has been factored. */
void lmi_block_add(LmiBlock *b, size_t m, size_t row, double *gradient, double *hessian);

/* lmi_star.c: sets b->star where all matrices are stars; false without memory. */
bool lmi_stars(LmiBlock *b, size_t m);
void lmi_stars_free(LmiBlock *b);
/* What lmi_block_add adds but for what y_m does alone, by products of vectors, Z being there. */
void lmi_stars_add(LmiBlock *b, size_t m, size_t row, double *gradient, double *hessian);

/* Lower factor in place, a by columns, of which what is above the diagonal is lost; false when a is not positive definite. */
bool lmi_factor(size_t n, size_t row, double *a);
/* Solves for so many right-hand sides: b has n rows of 16 doubles, with one in each column. */
enum { LMI_SIDES = 16 };
void lmi_solve(size_t n, size_t row, const double *f, double *b);
#endif
