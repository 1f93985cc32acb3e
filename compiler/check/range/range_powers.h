/* Powers of params: each that stands in weights is a param of its own. What is proved for all values of w and of w^2 holds where the one
 * is the square of the other (docs/theory.md, Powers). */
#ifndef COMPILER_CHECK_RANGE_POWERS_H
#define COMPILER_CHECK_RANGE_POWERS_H
#include "compiler/check/check.h"
#include "compiler/check/proof/ranges.h"

/* The powers that occur, each once. */
typedef struct Powers {
    size_t n;
    DependPower at[RANGES_MAX_PARAMS];
} Powers;

/* The params themselves; the powers in a sum of products, none where d is NULL. False where there are too many. */
bool powers_add_first(Powers *p, uint64_t params);
bool powers_add(Powers *p, const Dependence *d);
/* What 1/tau is a product of, tau being a product of powers. False where there are too many. */
bool powers_add_inverse(Powers *p, const DependTerm *tau);
bool powers_have(const Powers *p, DependPower power);
/* All of q, none of which p has. False where there are too many. */
bool powers_join(Powers *p, const Powers *q);
/* The params of `out`, without cells, in the order of the model's and of exponents, and of[k] what power param k is. What is divided by is not 0
 * anywhere in its range. */
void powers_take(Ctx *cx, const Model *m, const Powers *powers, Ranges *out, DependPower *of);
/* Bits of those of the n powers `of` that are in a term. */
uint32_t powers_in_term(const DependTerm *t, const DependPower *of, size_t n);
/* Bits of those of the n powers `of` whose product is, but for a constant, one over the term. */
uint32_t powers_in_inverse(const DependTerm *t, const DependPower *of, size_t n);
/* 0 is in the range. */
bool param_has_zero(const ModelParam *p);
#endif
