/* Where two pieces of a cost meet, and where one ends with the domain. */
#ifndef COMPILER_CHECK_CONVEX_JOIN_H
#define COMPILER_CHECK_CONVEX_JOIN_H
#include "compiler/model/model.h"

typedef enum PieceJoin { JOIN_FINE, JOIN_JUMPS, JOIN_BENDS_DOWN, JOIN_OUTSIDE, JOIN_UNKNOWN } PieceJoin;

/* Of g at left->hi = right->lo: JOIN_FINE when it is proved that g has a value there and does not jump, and its slope
 * not down. JOIN_OUTSIDE: *function has no value there; JOIN_UNKNOWN: it is not seen to have one, or NULL. */
PieceJoin pieces_join(Ctx *cx, NumPool *nums, const Expr *g, const CostPiece *left, const CostPiece *right, const char **function);
/* Of g at an end of its domain, where the piece inside stops. */
PieceJoin piece_ends(Ctx *cx, NumPool *nums, const Expr *g, const CostPiece *piece, Num end);
#endif
