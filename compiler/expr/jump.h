/* Where an expression is proved to jump. */
#ifndef COMPILER_EXPR_JUMP_H
#define COMPILER_EXPR_JUMP_H
#include "compiler/expr/expr.h"

typedef struct Jump {
    double at;                  /* the double nearest to the place */
    double before, there, after;        /* the limits from both sides, and the value; NaN: not known */
} Jump;

/* A place between lo and hi (NULL: infinite), the ends left out, where the limits of e from both sides and its value are proved not to be one, if
 * e has a value all over. It is looked for on all of the interval, and next to its middle or its only end. False: none is seen. */
bool expr_jump(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Jump *out);
/* "from 0 to 1", "from 0 over 1 to 0"; NULL where that says nothing, since they are the same in the digits that are shown. */
const char *jump_text(Ctx *cx, const Jump *j);
#endif
