/* Intervals c * y^power * exp(rate * y) for jet.c, y in [from, infinity). On a
 * finite interval those of a jet are always NULL, which means 0; those of terms.h need not be. */
#ifndef COMPILER_CHECK_SCALED_H
#define COMPILER_CHECK_SCALED_H
#include "compiler/check/slope/jet/jet.h"

typedef struct Scaled {
    mpfi_t c;
    Num power, rate;
} Scaled;

void scaled_init(Scaled *x);
void scaled_clear(Scaled *x);
void scaled_set(Scaled *to, const Scaled *from);
void scaled_zero(Scaled *x);
void scaled_int(Scaled *x, long value);
void scaled_set_num(Scaled *x, Num value);
void scaled_everything(Scaled *x);

bool scaled_has_zero(const Scaled *x);
bool scaled_is_positive(const Scaled *x);
bool scaled_is_nonnegative(const Scaled *x);
bool scaled_is_nonpositive(const Scaled *x);
bool scaled_is_negative(const Scaled *x);
bool scaled_is_zero(const Scaled *x);

/* The result may be one of the arguments. */
void scaled_add(const JetDomain *d, const Scaled *a, const Scaled *b, Scaled *out);
void scaled_neg(const Scaled *a, Scaled *out);
void scaled_mul(const JetDomain *d, const Scaled *a, const Scaled *b, Scaled *out);
void scaled_div(const JetDomain *d, const Scaled *a, const Scaled *b, Scaled *out);
void scaled_power(const JetDomain *d, const Scaled *a, long n, Scaled *out);
/* max(a, 0)^k */
void scaled_root(const JetDomain *d, const Scaled *a, mpq_srcptr k, Scaled *out);
/* max(a, 0)^k, ^(k - 1) and ^(k - 2). */
void scaled_roots(const JetDomain *d, const Scaled *a, mpq_srcptr k, Scaled out[3]);
/* by_power: where y is unbounded log(y) is held as a multiple, from 0 to a number, of a small power of y, else as a number or more. */
void scaled_log(const JetDomain *d, const Scaled *a, bool by_power, Scaled *out);
/* Both as plain intervals, and the plain interval around both. */
void scaled_collapse(const JetDomain *d, const Scaled *a, Scaled *out);
void scaled_hull(const JetDomain *d, const Scaled *a, const Scaled *b, Scaled *out);

/* Exact exponents; NULL is 0, and a sum of 0 is NULL. */
Num scale_sum(NumPool *nums, Num a, Num b);
Num scale_negate(NumPool *nums, Num a);
Num scale_product(NumPool *nums, Num a, Num b);
#endif
