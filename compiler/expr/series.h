/* The Taylor series at 0 of expressions of x. */
#ifndef COMPILER_EXPR_SERIES_H
#define COMPILER_EXPR_SERIES_H
#include <mpfi.h>

#include "compiler/expr/expr.h"

enum { SERIES_TERMS = 24, SERIES_PRECISION = 512, SERIES_MAX_SIZE = 2000 };

typedef struct Series {
    mpfi_t c[SERIES_TERMS];     /* of 1, x, x^2, ... */
} Series;

void series_init(Series *s);
void series_clear(Series *s);
/* Encloses the coefficients of e, of EIG_VAR_X and functions that have derivatives of every order at 0; false for others, where e has no value at
 * 0 though its series has, as sin(x)/x, and of expressions beyond SERIES_MAX_SIZE. */
bool series_of(const Expr *e, Series *out);
#endif
