/* Expressions as polynomials in one of their parts. */
#ifndef COMPILER_CHECK_POLYNOMIAL_H
#define COMPILER_CHECK_POLYNOMIAL_H
#include "compiler/expr/expr.h"

enum { POLYNOMIAL_MOST = 9 };

typedef struct Polynomial {
    int n;                              /* coefficients; of a square one 3 */
    mpq_t c[POLYNOMIAL_MOST];           /* c[0] + c[1] u + ... */
} Polynomial;

void polynomial_init(Polynomial *p, int n);     /* 0 */
void polynomial_clear(Polynomial *p);
/* e as a polynomial in u (NULL: z), exactly, into *out, which is 0 before. False: it is none, or needs more coefficients, or a long one. */
bool polynomial_read(const Expr *e, const Expr *u, Polynomial *out);
/* -1: that of 0. */
int polynomial_degree(const Polynomial *p);
/* *a, of no lower degree than b, which is not 0, becomes the rest of its division by b, and *quotient, which is 0 before, the quotient. */
void polynomial_divide(Polynomial *a, const Polynomial *b, Polynomial *quotient);
#endif
