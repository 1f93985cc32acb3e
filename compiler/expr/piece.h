/* An expression of x cut where abs, min, max, step, pulse, ramp and floor break
 * it, into pieces that are free of them: what is to be proved of it is proved
 * of each piece and of the places between. */
#ifndef COMPILER_EXPR_PIECE_H
#define COMPILER_EXPR_PIECE_H
#include "compiler/expr/derive.h"

typedef struct Piece {
    Num lo, hi;                 /* NULL: infinite */
    const Expr *e;              /* the expression on [lo, hi] */
} Piece;
typedef VEC(Piece) Pieces;

enum { MAX_PIECES_OF_FORMULA = 64 };

typedef enum PieceTrouble {
    PIECES_FINE,
    PIECES_NOT_RATIONAL,        /* a break lies where an expression vanishes of which it is not seen where */
    PIECES_IRRATIONAL,          /* a break lies where a polynomial vanishes, at a place that is no rational number */
    PIECES_TOO_MANY,
    PIECES_NO_VALUE,            /* somewhere a constant has none: 1/max(x, 0) for x < 0 */
    PIECES_TOO_LARGE            /* or a constant without a value */
} PieceTrouble;

/* Cuts e over [lo, hi]; *at is the expression in trouble. */
PieceTrouble expr_pieces(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Pieces *out, const Expr **at);
/* A step, pulse or floor of `by` is in it: it may jump in value where pieces meet. */
bool expr_may_jump(const Expr *e, EigVar by);
#endif
