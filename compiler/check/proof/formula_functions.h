/* Values and slopes of functions that never fall, enclosed (this folder only). Rational ends, rounded outward. */
#ifndef COMPILER_CHECK_FORMULA_FUNCTIONS_H
#define COMPILER_CHECK_FORMULA_FUNCTIONS_H
#include <gmp.h>
#include <stdbool.h>

/* What lies in [least, most] becomes what the function makes of it; in `room` is that its values may be off by 2^-52 of themselves and
 * 2^-1074, and, is_clamped, that they are not below 0 where those of the function never are. False where there is no value, or one of
 * 2^1000 or beyond. */
bool function_values(int function, bool is_clamped, mpq_ptr least, mpq_ptr most);
/* The slopes between a and b of all that is off from the function by a factor in 1 -+ 2^-52, and a number. False where none are known. */
bool function_slopes(int function, mpq_srcptr a, mpq_srcptr b, mpq_ptr least, mpq_ptr most);
/* x, a bound from above where up, else from below, moves outward to 256 bits where it is long: ends beside functions are not exact, and
 * sums and products of them would only grow. */
void function_shorten(mpq_ptr x, bool up);
#endif
