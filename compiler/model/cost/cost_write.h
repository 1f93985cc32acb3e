/* Expressions of z and exact arithmetic for the files that write the prox of a
 * cost. Every constant stays exact until expr_to_code rounds it once. */
#ifndef COMPILER_MODEL_COST_COST_WRITE_H
#define COMPILER_MODEL_COST_COST_WRITE_H
#include "compiler/model/build.h"

typedef struct Writer {
    Builder *b;
    Span at;
    bool plain;                 /* as the function is, without what makes up for rounding */
} Writer;

const Expr *write_number(const Writer *w, Num x);
const Expr *write_integer(const Writer *w, long k);
const Expr *write1(const Writer *w, EigFn fn, const Expr *x);
const Expr *write2(const Writer *w, EigFn fn, const Expr *x, const Expr *y);
/* k x, where k is far beyond the doubles as 2^1000 ... times the rest: the value is infinite, or 0, where k x is. */
const Expr *write_scaled(const Writer *w, Num k, const Expr *x);
/* k/x, the same; x within 2^-1000 and 2^1022. */
const Expr *write_quotient(const Writer *w, Num k, const Expr *x);
/* What x + y and x * y lose; NULL in a plain expression. */
const Expr *lost_sum(const Writer *w, const Expr *x, const Expr *y);
const Expr *lost_product(const Writer *w, const Expr *x, const Expr *y);
/* x - y, right to two roundings also where that is almost 0, and, where asked, what it lost; NULL: nothing. */
const Expr *write_difference(const Writer *w, const Expr *x, Num y, const Expr **left);
/* k (z - shift), with `z + 1` for a shift of -1. Beside a shift that is almost beyond the doubles, or is, z is
 * scaled down with it. */
const Expr *write_affine(const Writer *w, Num k, Num shift);
/* min(max(x, lo), hi); NULL: unbounded. */
const Expr *write_clipped(const Writer *w, const Expr *x, Num lo, Num hi);

Num exact_sum(const Writer *w, Num a, Num b);
Num exact_difference(const Writer *w, Num a, Num b);
Num exact_product(const Writer *w, Num a, Num b);
Num exact_quotient(const Writer *w, Num a, Num b);
/* x less the double next to it; 0 where x is almost beyond the doubles, or is. */
Num lost_number(const Writer *w, Num x);
/* e with 2^(e - 1) < x < 2^(e + 1), x > 0. */
long magnitude(Num x);
Num power_of_two(const Writer *w, long e);
/* A rational above 0 within 2^-100 of sqrt(x), relatively: a cost that is
 * written with its square equals the one that was meant beyond any rounding. x > 0. */
Num near_sqrt(const Writer *w, Num x);
/* x^e, the same; x, e > 0, and the power neither beyond the numbers of MPFR nor long to write down. */
Num near_power(const Writer *w, Num x, Num e);
#endif
