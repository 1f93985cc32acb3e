/* What a param of ranges is as a function of the model's own: sums, products and whole powers of these and of functions that never
 * fall. Its values over a box are enclosed with rational ends, functions rounded outward; exact but for these (docs/certificate.md,
 * Ranges). Nothing of it is shared with what finds the ranges of dependences (compiler/check/range/range_values.c). */
#ifndef COMPILER_CHECK_FORMULA_H
#define COMPILER_CHECK_FORMULA_H
#include <gmp.h>

#include "lang/base/ctx.h"
#include "lang/base/sbuf.h"

typedef enum FormulaKind { FORMULA_NUMBER, FORMULA_PARAM, FORMULA_SUM, FORMULA_PRODUCT, FORMULA_POWER, FORMULA_FUNCTION } FormulaKind;

/* PARAMS: own ones. DEPTH: of one in another. EXPONENT: in size, of one power, and of powers in powers, functions apart, multiplied. */
enum { FORMULA_MAX_DEPTH = 32, FORMULA_MAX_PARTS = 256, FORMULA_MAX_EXPONENT = 64, FORMULA_MAX_DEGREE = 256, FORMULA_MAX_PARAMS = 8 };

typedef struct RangeFormula {
    FormulaKind kind;
    mpq_t number;               /* FORMULA_NUMBER; else 0 */
    size_t param;               /* FORMULA_PARAM: from 0 */
    int exponent;               /* FORMULA_POWER: not 0 */
    int function;               /* FORMULA_FUNCTION: formula_function */
    size_t n;                   /* parts: of a power and a function one */
    struct RangeFormula **part;
} RangeFormula;

/* Without parts, and room for n; in the arena, but for its number: formula_clear. */
RangeFormula *formula_new(Ctx *cx, FormulaKind kind, size_t n);
void formula_clear(RangeFormula *f);     /* its parts too; NULL: nothing */
/* exp, log, log1p, expm1, sqrt, tanh, atan, normcdf; -1: none of these. */
int formula_function(const char *name);
const char *formula_function_name(int function);
/* A function stands in it: its values are not rational. */
bool formula_has_function(const RangeFormula *f);
/* It keeps to the limits above. */
bool formula_is_small(const RangeFormula *f);
/* All values where the n own params are in the box lie from `least` to `most`, and it has one at each point. A function f stands for any whose value
 * at each s is off f(s) by no more than 2^-52 |f(s)| + 2^-1074, and not below 0 where f never is: f itself, and its nearest double.
 * False where it is not seen to have values. */
bool formula_values(const RangeFormula *f, const mpq_t *lo, const mpq_t *hi, size_t n, mpq_ptr least, mpq_ptr most);
/* The same function, written alike, where param k of a is param at[k] of b. */
bool formula_equal(const RangeFormula *a, const RangeFormula *b, const size_t *at);
#endif
