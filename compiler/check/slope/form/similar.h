/* Formulas that are one but for the unit of their variable, a factor and where they stand: a proof of one is one of all (carry.h).
 *
 *   e(z) = q z^2 + l z + m + factor f((z - place)/s),     s > 0, factor > 0,
 *
 * where f is made of the operations of e alone, so that equal f are equal functions. Nobody evaluates f: it is written to be
 * compared, with every factor taken out in exact numbers, out of sums, products, powers, abs, min and max too, and s such
 * that the first two things of different degree in z which are added or compared are 1 in size:
 * max(z, 0)^2/(max(z, 0)^2 + c^2) has s = c.
 * Of that s no more may be rational than a power of it: where e then has another one, there is no f. */
#ifndef COMPILER_CHECK_SIMILAR_H
#define COMPILER_CHECK_SIMILAR_H
#include "compiler/expr/expr.h"

typedef struct Similar {
    const Expr *form;           /* f; NULL: none was found */
    Num lo, hi;                 /* the ends of the domain in the variable of f; NULL: infinite */
    Num least, most;            /* what a slope of f (order 1), or a curvature (order 2), is multiplied by for one of e: factor/s^order
                                 * lies between. The same number where that is rational */
    Num square;                 /* q; 0 unless asked for */
    Num place, unit;            /* unit: s; NULL: it is not rational */
} Similar;

/* Of an activation, e of z: m alone is looked for. */
Similar similar_activation(Ctx *cx, NumPool *nums, const Expr *e);
/* Of a cost, e of x in [lo, hi] (NULL: infinite): q, l and m are. */
Similar similar_cost(Ctx *cx, NumPool *nums, const Expr *e, Num lo, Num hi);
/* The same f; domains may differ. */
bool similar_equal(const Similar *a, const Similar *b);
/* The domain of b lies within that of a, and *x (NaN: no place is known) of a within the one of b, unless they are the same. */
bool similar_within(NumPool *nums, const Similar *a, const Similar *b, double x);
/* *least <= (b's factor/s^order)/(a's) <= *most. False where one of them is far beyond the doubles. */
bool similar_ratio(NumPool *nums, const Similar *a, const Similar *b, Num *least, Num *most);
#endif
