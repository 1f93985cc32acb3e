/* Expressions as square polynomials in one of their parts. */
#ifndef COMPILER_CHECK_SQUARE_H
#define COMPILER_CHECK_SQUARE_H
#include "compiler/expr/expr.h"

typedef struct Square {
    mpq_t c[3];                 /* c[0] + c[1] u + c[2] u^2 */
} Square;

void square_init(Square *s);    /* 0 */
void square_clear(Square *s);
/* e as a polynomial in u (NULL: z), exactly, into *out, which is 0 before. False: it is none, or a long one. */
bool square_read(const Expr *e, const Expr *u, Square *out);
#endif
