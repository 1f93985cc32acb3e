/* Powers of params and of parts (compiler/expr/depend.h): each that stands in weights is a param of its own. What is proved for
 * all values of w and of w^2, or of exp(w), holds where the one is the square, or the exponential, of the other (docs/theory.md, Powers). */
#ifndef COMPILER_CHECK_RANGE_POWERS_H
#define COMPILER_CHECK_RANGE_POWERS_H
#include "compiler/check/check.h"
#include "compiler/check/proof/ranges.h"

typedef struct RangePower {
    const DependPart *part;     /* NULL: of the param of `bit` */
    unsigned bit;
    int exponent;
} RangePower;

/* The powers that occur, each once. */
typedef struct Powers {
    size_t n;
    RangePower at[RANGES_MAX_PARAMS];
} Powers;

/* The params themselves; the powers in a sum of products, none where d is NULL. False where there are too many. */
bool powers_add_first(Powers *p, uint64_t params);
bool powers_add(Powers *p, const Dependence *d);
/* The part itself. */
bool powers_add_part(Powers *p, const DependPart *part);
/* Some param stands in several powers of the sum, as w in 3 w - 3 w^2: what these have to do with each other is lost between them. */
bool powers_share_params(const Dependence *d);
/* What 1/tau is a product of, tau being the term. False where there are too many. */
bool powers_add_inverse(Powers *p, const DependTerm *tau);
bool powers_have(const Powers *p, RangePower power);
/* All of q, none of which p has. False where there are too many. */
bool powers_join(Powers *p, const Powers *q);
/* One of them that is not seen to have a value for all values of the params; NULL: none. */
const RangePower *powers_without_value(const Model *m, const Powers *p);
/* In some part a param is divided by that is 0 somewhere in its range, be it that it cancelled: sqrt(w / w). */
bool powers_divide_by_zero(const Model *m, const Powers *p);
/* All are above 0 for all values of the params, and at their own. */
bool powers_are_positive(const Model *m, const Powers *p);
/* The params of `out`, without cells, in the order of bits and of exponents, parts behind them, and of[k] what power param k is.
 * One that has no values has lo = hi = 0. */
void powers_take(Ctx *cx, const Model *m, const Powers *powers, Ranges *out, RangePower *of);
/* range_own.c: what params are of the model's own, for cells in these; nothing where there are too many, or what they are is too large. */
void ranges_take_own(Ctx *cx, const Model *m, const RangePower *of, Ranges *out);
/* Bits of those of the n powers `of` that are in a term. */
uint32_t powers_in_term(const DependTerm *t, const RangePower *of, size_t n);
/* Bits of those of the n powers `of` whose product is, but for a constant, one over the term. */
uint32_t powers_in_inverse(const DependTerm *t, const RangePower *of, size_t n);
/* Its text: "w^2", "1/(T + 2)". */
const char *power_text(Ctx *cx, const Model *m, const RangePower *p);

/* ---- range_values.c ---- */
/* The one that varies as this bit; NULL: none does. */
const ModelParam *param_of_bit(const Model *m, unsigned bit);
/* 0 is in the range. */
bool param_has_zero(const ModelParam *p);
/* x^exponent for all x from lo to hi, into these; false where the exponent is below 0 and x may be 0. */
bool values_of_power(int exponent, mpq_ptr lo, mpq_ptr hi);
/* Between what the values of a sum, or a part, lie for all values of the params; false where they are not seen to have one. */
bool values_of_sum(const Model *m, const Dependence *d, mpq_ptr lo, mpq_ptr hi);
bool values_of_part(const Model *m, const DependPart *p, mpq_ptr lo, mpq_ptr hi);
/* The sum at the params' own values. */
void value_of_sum(const Model *m, const Dependence *d, mpq_ptr out);
#endif
