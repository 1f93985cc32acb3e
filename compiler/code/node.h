/* The ends and kinks of a solve, with the values beside them, and what lies between where no value is computed. */
#ifndef COMPILER_CODE_NODE_H
#define COMPILER_CODE_NODE_H
#include "compiler/code/reach.h"
#include "runtime/expr.h"

/* The nodes of q, which has its pieces, its reach and these gaps; lo and hi are infinite where the domain is. A gap is a node without a solution:
 * a NaN. Where no value is known beside an end, an infinity says so; beside a kink the value of the other side stands for it, and where none is
 * known on either side it is no node. */
void solve_set_nodes(Ctx *cx, EigSolve *q, double lo, double hi, const Gaps *gaps);
#endif
