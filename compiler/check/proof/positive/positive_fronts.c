/* Cholesky's method front by front (Duff and Reid 1983): the rows of a front and those that they touch make a dense
 * matrix, in which the former are eliminated; what is left is added to the front above. Nothing of the factor
 * is kept, since only the signs of its pivots are asked for. Each of its entries comes from the same
 * products as in any other order, summed in an order of its own, so that Rump's bounds hold (positive.c). */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/proof/positive/positive.h"
#include "compiler/check/proof/positive/positive_rows.h"

/* What a front leaves: n x n, column-major, lower triangle; order is n up to a multiple of the tile. */
typedef struct Rest {
    const Front *front;
    size_t order;
    double *value;
} Rest;

typedef struct Assembly {
    const Rows *r;
    const Dissection *d;
    double down;
    uint32_t *local;            /* of each place that the front has: its row in the dense matrix */
    Rest *rest;                 /* of the fronts that have none above yet */
    size_t n_rests;
    double *dense, *panel;      /* of the front at hand */
    size_t order, own;          /* its rows, and those that are eliminated; filled up with rows of the unit matrix, and of 0 */
} Assembly;

static size_t whole_tiles(size_t n)
{
    return (n + POSITIVE_TILE - 1) / POSITIVE_TILE * POSITIVE_TILE;
}

/* Of the front's rows, what the matrix has; of the others nothing: they bring their own. */
static void assemble_rows(Assembly *s, const Front *f)
{
    for (size_t k = f->from; k < f->to; k++) {
        size_t row = s->d->order[k], i = k - f->from;
        s->dense[i * s->order + i] = nextafter(s->r->own[row] - nextafter(s->down, INFINITY), -INFINITY);
        for (size_t e = s->r->from[row]; e < s->r->end[row]; e++) {
            size_t place = s->d->position[s->r->entry[e].column];
            if (place > k)
                s->dense[i * s->order + s->local[place]] = s->r->entry[e].value;
        }
    }
    for (size_t i = f->to - f->from; i < s->own; i++)
        s->dense[i * s->order + i] = 1;
}

static void add_rest(Assembly *s, const Rest *x)
{
    for (size_t j = 0; j < x->front->n_next; j++) {
        double *column = s->dense + s->local[x->front->next[j]] * s->order;
        for (size_t i = j; i < x->front->n_next; i++)
            column[s->local[x->front->next[i]]] += x->value[j * x->order + i];
    }
}

static bool keep_rest(Assembly *s, const Front *f)
{
    size_t order = s->order - s->own;
    double *value = malloc((order * order + 1) * sizeof *value);
    for (size_t j = 0; value && j < order; j++)
        memcpy(value + j * order, s->dense + (s->own + j) * s->order + s->own, order * sizeof *value);
    s->rest[s->n_rests++] = (Rest){f, order, value};
    return value != NULL;
}

static bool front_ends(Assembly *s, const Front *f)
{
    s->own = whole_tiles(f->to - f->from);
    s->order = s->own + whole_tiles(f->n_next);
    for (size_t k = f->from; k < f->to; k++)
        s->local[k] = (uint32_t)(k - f->from);
    for (size_t k = 0; k < f->n_next; k++)
        s->local[f->next[k]] = (uint32_t)(s->own + k);
    s->dense = calloc(s->order * s->order, sizeof *s->dense);
    s->panel = malloc(s->order * POSITIVE_PANEL * sizeof *s->panel);
    bool ends = s->dense && s->panel;
    if (ends)
        assemble_rows(s, f);
    for (size_t k = 0; k < f->n_below; k++) {
        Rest *x = &s->rest[--s->n_rests];
        if (ends)
            add_rest(s, x);
        free(x->value);
    }
    ends = ends && positive_eliminate(s->dense, s->order, s->own, s->panel) && keep_rest(s, f);
    free(s->dense);
    free(s->panel);
    return ends;
}

bool fronts_end(const Rows *r, const Dissection *d, double down)
{
    Assembly s = {.r = r, .d = d, .down = down};
    s.local = malloc(d->n * sizeof *s.local);
    s.rest = malloc((d->n_fronts + 1) * sizeof *s.rest);
    bool ends = s.local && s.rest;
    for (size_t k = 0; ends && k < d->n_fronts; k++)
        ends = front_ends(&s, &d->front[k]);
    while (s.n_rests)
        free(s.rest[--s.n_rests].value);
    free(s.local);
    free(s.rest);
    return ends;
}
