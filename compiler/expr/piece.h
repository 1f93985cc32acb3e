/* An expression of x cut where abs, min, max, step, pulse, ramp and floor break
 * it, into pieces that are free of them: what is to be proved of it is proved
 * of each piece and of the places between. */
#ifndef COMPILER_EXPR_PIECE_H
#define COMPILER_EXPR_PIECE_H
#include "compiler/expr/derive.h"
#include "compiler/expr/kink.h"

/* Two that meet at an irrational kink share the doubles beside it: it lies between lo of the one and hi of the other. */
typedef struct Piece {
    Num lo, hi;                 /* NULL: infinite */
    const Expr *e;              /* the expression on [lo, hi], but for what is beyond such a kink */
    const Kink *from, *to;      /* those kinks where it begins and ends; NULL: at lo and hi themselves */
} Piece;
typedef VEC(Piece) Pieces;

enum { MAX_PIECES_OF_FORMULA = 256 };

typedef enum PieceTrouble {
    PIECES_FINE,
    PIECES_NOT_SEEN,            /* a break lies where an expression vanishes of which it is not seen where */
    PIECES_IRRATIONAL,          /* a jump lies at a place that is no rational number, or not known to be one */
    PIECES_CLOSE,               /* two breaks, or one and an end, of which it is not seen that there is a double between them */
    PIECES_TOO_MANY,
    PIECES_NO_VALUE,            /* somewhere a constant has none: 1/max(x, 0) for x < 0 */
    PIECES_TOO_LARGE            /* or a constant without a value */
} PieceTrouble;

/* Cuts whole->e, with ONLY_RATIONAL at rational places alone, and not where floor breaks it; with ANY_BREAKS where it may jump at irrational
 * ones, too. *at is the expression in trouble. */
typedef enum PieceEnds { ANY_KINKS, ONLY_RATIONAL, ANY_BREAKS } PieceEnds;
PieceTrouble expr_pieces(Ctx *cx, NumPool *pool, const Piece *whole, EigVar by, PieceEnds ends, Pieces *out, const Expr **at);
/* A step, pulse or floor of `by` is in it: it may jump in value where pieces meet. */
bool expr_may_jump(const Expr *e, EigVar by);
/* ... and all of these are one step or floor, wherever it stands. Its value where it switches is the one on one of the sides, and so is that of e. */
bool expr_has_one_switch(const Expr *e, EigVar by);
#endif
