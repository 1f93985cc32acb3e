/* The ends and kinks of a solve, with the values beside them. */
#ifndef COMPILER_MODEL_NODE_H
#define COMPILER_MODEL_NODE_H
#include "runtime/expr.h"

/* At x, between the pieces `left`, from `from` on, and `right`, up to `to`; a NULL piece: x is an end of the domain. q has its pieces and its
 * reach. Where no value is known beside an end, an infinity says so; beside a kink the value of the other side stands for it. False: none is
 * known on either side of a kink, and nothing is said of where a solution lies. */
bool solve_node(const EigSolve *q, double x, const EigPiece *left, double from, const EigPiece *right, double to, EigNode *out);
#endif
