/* The exact values of programs in doubles, enclosed. */
#ifndef COMPILER_EXPR_ENCLOSE_H
#define COMPILER_EXPR_ENCLOSE_H
#include <mpfi.h>

#include "runtime/expr.h"

enum { ENCLOSE_PRECISION = 128 };

/* y encloses the value at x of a program of one variable, its constants taken as the doubles that they are; floor, pulse and ramp have any value.
 * `stack` has a slot for each of the program's. */
void enclose_code(const EigCode *code, double x, mpfi_t *stack, mpfi_ptr y);
#endif
