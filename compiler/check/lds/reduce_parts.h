/* What reduce.c, reduce_rows.c and reduce_scaled.c share: a network on its way to a matrix. */
#ifndef COMPILER_CHECK_LDS_REDUCE_PARTS_H
#define COMPILER_CHECK_LDS_REDUCE_PARTS_H
#include "compiler/check/lds/lds.h"

/* A row of entries under construction: one accumulator per column. */
typedef struct RowSum {
    mpq_t *sum;
    bool *used;
    uint32_t *touched;
    size_t n_touched;
    mpq_t term;
} RowSum;

typedef struct Reduction {
    const Net *net;
    const SlopeReport *slope;
    bool is_by_row;             /* then instead of these */
    const Num *row_slope;       /* one number a row; NULL: all 1 */
    GainLevel gains;
    mpq_t *mean;                /* GAINS_MEAN_...: of each population that is one row and differs in gain; NULL elsewhere */
    ClaimMatrix *m;
    bool *whole;                /* of each population: one row stands for two neurons or more */
    size_t *row_of;             /* of each population: its first row */
    bool has_sums;              /* each neuron is a row, and what all targets of a population read alike is one more */
    const Block **between;      /* weights that are kept as doubles: the block to a population from one, or NULL */
    size_t *pop_sum, *block_sum;    /* has_sums: the row of a population's sum, of a product's; NO_SUM where there is none */
    RowSum row;
} Reduction;

#define NO_SUM SIZE_MAX

/* ---- reduce.c ---- */
/* The slope bound of neuron k of a population, or of the population. */
void reduce_set_slope(const Reduction *r, size_t pop, size_t k, mpq_t out);
/* Rows that a population has. */
size_t reduce_rows_of(const Reduction *r, size_t pop);
/* Between several sources and several targets a sum has fewer entries than the pairs. */
bool reduce_is_summed(const Net *net, const Block *b);

/* ---- reduce_rows.c ---- */
void reduce_row_init(Ctx *cx, RowSum *row, size_t q);
void reduce_row_clear(RowSum *row, size_t q);
void reduce_row_add(RowSum *row, size_t column, mpq_srcptr term);
/* The row so far becomes row `at` of r->m, behind *n_entries entries; r->row is empty again. */
void reduce_row_store(Reduction *r, size_t at, size_t *n_entries);
/* The block's part of row `post` (counted within the target population); gain = L * factor. */
void reduce_add_block(Reduction *r, const Block *b, size_t post, mpq_srcptr gain);
/* What a whole population's neurons send to themselves beyond the uniform weight. */
void reduce_add_self(Reduction *r, const Block *b, mpq_srcptr gain);
/* All rows of sums. */
void reduce_fill_sum_rows(Reduction *r, size_t *n_entries);

/* ---- reduce_scaled.c ---- */
/* Every entry is a double of a file times what its row has in common; sets r->between. */
bool reduce_is_scaled(Ctx *cx, Reduction *r);
/* All rows, as scaled entries, of which there are at most so many. */
void reduce_fill_scaled(Ctx *cx, Reduction *r, size_t most);
#endif
