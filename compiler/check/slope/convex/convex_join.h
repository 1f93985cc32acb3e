/* Where two pieces of a cost meet, and where one ends with the domain. */
#ifndef COMPILER_CHECK_CONVEX_JOIN_H
#define COMPILER_CHECK_CONVEX_JOIN_H
#include "compiler/expr/jump.h"
#include "compiler/model/model.h"

typedef enum PieceJoin { JOIN_FINE, JOIN_JUMPS, JOIN_JUMPS_UP, JOIN_BENDS_DOWN, JOIN_OUTSIDE, JOIN_UNKNOWN } PieceJoin;

/* Of g at left->hi = right->lo: JOIN_FINE when it is proved that g has a value there and does not jump, and its slope
 * not down. JOIN_OUTSIDE: *function has no value there; JOIN_UNKNOWN: it is not seen to have one, or NULL. JOIN_JUMPS: *jump. */
PieceJoin pieces_join(Ctx *cx, NumPool *nums, const Expr *g, const CostPiece *left, const CostPiece *right, const char **function, Jump *jump);
/* Of g at an end of its domain, where the piece inside stops: JOIN_JUMPS_UP when its value there is larger than the limit inside, which leaves
 * it convex, JOIN_JUMPS when it is smaller; *jump from the one inside to that. */
PieceJoin piece_ends(Ctx *cx, NumPool *nums, const Expr *g, const CostPiece *piece, Num end, Jump *jump);
/* x + g' is at least `before` at x = from, and at most `after`, which is less, at x = to. */
typedef struct SlopeFall {
    double from, to, before, after;
} SlopeFall;
/* On both sides of where two pieces meet, near to there; false: none is seen. So it is where one of the slopes is infinite there. */
bool pieces_fall(Ctx *cx, NumPool *nums, const CostPiece *left, const CostPiece *right, SlopeFall *out);
#endif
