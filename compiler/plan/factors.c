/* Weights of low rank become columns that signals and gates read: the block of a product is the sum of its source's
 * signal times the right factors, times the target's left factor. */
#include "compiler/plan/build.h"

#include <stdlib.h>
#include <string.h>

/* The factors of one population. */
typedef struct Factor {
    const double *value;
    size_t n, *column;          /* where its number goes */
} Factor;

/* By what they hold, so that columns are numbered alike whatever the order of the text. */
static int by_content(const void *a, const void *b)
{
    const Factor *x = a, *y = b;
    return x->value == y->value ? 0 : memcmp(x->value, y->value, x->n * sizeof *x->value);
}

static void add_columns(Ctx *cx, EigPop *pop, Factor *f, size_t n)
{
    qsort(f, n, sizeof *f, by_content);
    for (size_t k = 0; k < n; k++)
        *f[k].column = k && by_content(&f[k - 1], &f[k]) == 0 ? *f[k - 1].column : plan_column(cx, pop, f[k].value);
}

void plan_factors(Ctx *cx, const Net *net, EigPop *pop, size_t *left, size_t *right)
{
    Factor *f = ARENA_ARRAY(&cx->arena, 2 * net->n_blocks + 1, Factor);
    for (size_t q = 0; q < net->n_pops; q++) {
        size_t n = 0;
        for (size_t k = 0; k < net->n_blocks; k++) {
            const Block *b = &net->block[k];
            if (b->kind == BLOCK_PRODUCT && b->post == q)
                f[n++] = (Factor){ b->left.d, b->left.n, &left[k] };
            if (b->kind == BLOCK_PRODUCT && b->pre == q)
                f[n++] = (Factor){ b->right.d, b->right.n, &right[k] };
        }
        add_columns(cx, &pop[q], f, n);
    }
}
