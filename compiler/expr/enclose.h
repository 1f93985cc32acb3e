/* The exact values of programs in doubles, and of expressions, enclosed. */
#ifndef COMPILER_EXPR_ENCLOSE_H
#define COMPILER_EXPR_ENCLOSE_H
#include <mpfi.h>

#include "compiler/expr/expr.h"
#include "compiler/expr/open.h"
#include "runtime/expr.h"

enum { ENCLOSE_PRECISION = 128 };

/* y encloses the value at x of a program of one variable, its constants taken as the doubles that they are. `stack` has a slot for each of
 * the program's. */
void enclose_code(const EigCode *code, double x, mpfi_t *stack, mpfi_ptr y);
/* Numbers from a to b; an end may be left out. */
typedef struct EncloseAt {
    mpfi_srcptr x;
    bool is_open[2];            /* left, right */
} EncloseAt;

/* y encloses the values of e, which has no breaks, where `by` is in at->x; false where it is not seen to have a value at each of these. */
bool enclose_expr(const Expr *e, EigVar by, const EncloseAt *at, OpenRange *y);
#endif
