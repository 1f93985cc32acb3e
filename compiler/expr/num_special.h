/* Enclosures of the functions of runtime/function.def and special.h, to the precision of y. */
#ifndef COMPILER_EXPR_NUM_SPECIAL_H
#define COMPILER_EXPR_NUM_SPECIAL_H
#include <mpfi.h>

#include "runtime/expr.h"

/* An enclosure of f at the arguments, from enclosures of them; a > 0 for POW, and b unused by a function of one. Of the functions whose
 * values are irrational: no operator but POW, none that chooses between its arguments. */
void num_enclose(mpfi_ptr y, EigFn fn, mpfi_ptr a, mpfi_ptr b);
/* Those of MPFI, in a time that does not grow with how far a is from 0 or how near to it; y may be a. */
void enclose_sin(mpfi_ptr y, mpfi_srcptr a);
void enclose_cos(mpfi_ptr y, mpfi_srcptr a);
/* y is another variable than a and b; ends may be infinite. */
void enclose_normcdf(mpfi_ptr y, mpfi_srcptr a);
void enclose_normpdf(mpfi_ptr y, mpfi_srcptr a);
/* The integral of t^n exp(a t) for t from 0 to 1, n = 0 (exprel) to NUM_MOST_MOMENT. */
enum { NUM_MOST_MOMENT = 32 };
void enclose_exp_moment(mpfi_ptr y, mpfi_srcptr a, unsigned n);
/* That over the integral of exp(a t), n = 1 to NUM_MOST_MOMENT. */
void enclose_exp_mean(mpfi_ptr y, mpfi_srcptr a, unsigned n);
void enclose_wright_omega(mpfi_ptr y, mpfi_srcptr a);
/* b a point or an interval above 0. */
void enclose_log_root(mpfi_ptr y, mpfi_srcptr a, mpfi_srcptr b);
/* b a point or an interval above -4. */
void enclose_logit_root(mpfi_ptr y, mpfi_srcptr a, mpfi_srcptr b);
#endif
