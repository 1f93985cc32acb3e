/* Functions of numbers met a moment ago. A search by bisection asks at the ends of every part for what it knew at the ends of the
 * part before; MPFR's functions, rounded correctly, give the same number again, and here from a table. Beyond 192 bits, and for
 * arguments or values that are 0, infinite or NaN, MPFR is called. Each thread has a table; nothing depends on what it holds. */
#ifndef COMPILER_EXPR_RECALL_H
#define COMPILER_EXPR_RECALL_H
#include <gmp.h>
#include <stdbool.h>
#include <mpfi.h>

typedef int MpfrFunction(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding);

/* y = f(x), rounded down or up: MPFR_RNDD or MPFR_RNDU. */
void recall_end(MpfrFunction *f, mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t rounding);
/* The same outwards at both ends, for an f that grows everywhere. y may be x. */
void recall(MpfrFunction *f, mpfi_ptr y, mpfi_srcptr x);
/* And for an even f that grows with |x|. */
void recall_even(MpfrFunction *f, mpfi_ptr y, mpfi_srcptr x);
/* y = x^k for x > 0, k rounded to a number of RECALL_EXPONENT bits: off x^k, and rounded down, by less than a unit in the last place
 * each. True where y is x^k. */
enum { RECALL_EXPONENT = 384 };
bool recall_power(mpfr_ptr y, mpfr_srcptr x, mpq_srcptr k);
#endif
