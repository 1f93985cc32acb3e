/* Enclosures of the functions of runtime/special.h, to the precision of y. */
#ifndef COMPILER_MODEL_NUM_SPECIAL_H
#define COMPILER_MODEL_NUM_SPECIAL_H
#include <mpfi.h>

/* y is another variable than a and b; ends may be infinite. */
void enclose_normcdf(mpfi_ptr y, mpfi_srcptr a);
void enclose_normpdf(mpfi_ptr y, mpfi_srcptr a);
void enclose_wright_omega(mpfi_ptr y, mpfi_srcptr a);
/* b a point or an interval above 0. */
void enclose_log_root(mpfi_ptr y, mpfi_srcptr a, mpfi_srcptr b);
/* b a point or an interval above -4. */
void enclose_logit_root(mpfi_ptr y, mpfi_srcptr a, mpfi_srcptr b);
#endif
