/* Where the roundings of a solve's value are known to be too little to matter, so that no run looks at them. */
#ifndef COMPILER_CODE_SURE_H
#define COMPILER_CODE_SURE_H
#include "runtime/expr.h"

/* Wherever a solution in the piece between lo and hi may be found, the bound of runtime/slack_form.h shows it to be right: by interval arithmetic
 * over all of the piece but its gaps, which are nodes of q. */
bool solve_is_sure(const EigSolve *q, const EigPiece *piece, double lo, double hi);
#endif
