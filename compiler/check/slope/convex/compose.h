/* How far a cost bends by the way it is composed: sums of convex terms are convex, a convex function that grows, of a convex
 * argument, is convex, and so on. What is found so is exact, at once, and holds out to infinity.
 *
 * The rules are those of S. Boyd and L. Vandenberghe, Convex Optimization (2004), sections 3.1.5 (square over linear), 3.2
 * (sums, compositions, maxima, norms) and 3.5 (functions whose logarithm is convex or concave), applied as M. Grant, S. Boyd
 * and Y. Ye do in disciplined convex programming (2006), and those that compose_product.c derives. */
#ifndef COMPILER_CHECK_COMPOSE_H
#define COMPILER_CHECK_COMPOSE_H
#include "compiler/model/cost/cost.h"

/* Of an expression of x at every x between lo and hi, the ends left out. */
typedef enum ShapeSign { ANY_SIGN = 0, NONNEG = 1, NONPOS = 2, NONZERO = 4, POSITIVE = NONNEG | NONZERO, NEGATIVE = NONPOS | NONZERO } ShapeSign;
typedef enum ShapeWay { NO_WAY = 0, UP = 1, DOWN = 2 } ShapeWay;        /* nowhere falls, nowhere grows; a constant does neither */

typedef struct Shape {
    bool is_defined;            /* has a value; else nothing else is known */
    unsigned sign, way;         /* bits of ShapeSign and ShapeWay */
    Num least, most;            /* e - least x^2/2 is convex, e - most x^2/2 concave; NULL: not known */
    Num root;                   /* e >= 0, and e^q is convex for every q >= root, q > 0; 0: log(e) is convex where e > 0. NULL: not known */
    bool is_log_concave;        /* e > 0, and log(e) is concave */
    Num offset, rate;           /* e = offset + rate x; both NULL: not known */
} Shape;

typedef struct Compose {
    NumPool *nums;
    Num lo, hi;                 /* NULL: infinite */
} Compose;

Shape compose_shape(const Compose *c, const Expr *e);

/* ---- what the files of compose.c share ---- */
bool shape_has_sign(const Shape *a, unsigned sign);
bool shape_is_convex(const Shape *a);
bool shape_is_concave(const Shape *a);
/* Some power of it is known to be convex, or its logarithm (root 0). */
bool shape_has_root(const Shape *a, Num most);
Shape shape_affine(const Compose *c, Num offset, Num rate);
Shape shape_times(const Compose *c, Num by, const Shape *a);
Num compose_num(const Compose *c, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b);
/* The signs that offset + rate x has everywhere between the ends. */
unsigned compose_line_sign(const Compose *c, Num offset, Num rate);

/* ---- compose_product.c ---- */
/* e = log(b) of a straight b > 0. */
bool compose_is_log_of_line(const Compose *c, const Expr *e, Shape *b);
Shape compose_product(const Compose *c, const Expr *e, const Shape *a, const Shape *b);
Shape compose_quotient(const Compose *c, const Shape *a, const Shape *b);
#endif
