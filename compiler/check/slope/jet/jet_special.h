/* Value, slope and curvature of the functions of runtime/special.h over an
 * interval, with respect to their first argument. */
#ifndef COMPILER_CHECK_JET_SPECIAL_H
#define COMPILER_CHECK_JET_SPECIAL_H
#include <mpfi.h>

#include "runtime/expr.h"

/* False when fn is no such function. b is the second argument, a constant. */
bool jet_special(EigFn fn, mpfi_srcptr a, mpfi_srcptr b, mpfi_ptr value, mpfi_ptr slope, mpfi_ptr curvature);
#endif
