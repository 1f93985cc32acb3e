/* A network at its constant input, or at the one it has after its inputs' last change, in terms of the
 * rows of a claim's matrix, and what its activations do over an interval of inputs. Rows that stand for several neurons are such only
 * where these are alike: then the rows are a network of their own, whose trajectories are those
 * of the whole network that start, and so remain, equal within rows.
 *
 *   tau_a x_a' = -x_a + psi_a((w x + v)_a),   psi_a(t) = phi_a(t/L_a),  v = diag(L) u
 *
 * L_a is the slope that row a of the matrix has, w = diag(L) W summed over the neurons of
 * a row; where L_a = 0, psi_a is phi_a(u_a). */
#ifndef COMPILER_CHECK_LOCAL_H
#define COMPILER_CHECK_LOCAL_H
#include "compiler/check/lds/lds.h"
#include "compiler/check/slope/solve_local.h"

typedef struct LocalRow {
    size_t pop;
    const Activation *act;
    Num slope;                  /* L */
    Num input;                  /* u */
    Num gain, threshold;        /* phi(gain (z - threshold)), phi that of act; gain > 0 */
    const Expr *steepness;      /* phi' as a formula, where it is continuous; else NULL */
    const LocalSolve *solve;    /* phi is the prox of a cost by formula without a closed form; else NULL */
} LocalRow;

typedef struct LocalNet {
    Ctx *cx;
    const Net *net;
    NumPool *nums;
    size_t n;
    LocalRow *row;
    Num since;                  /* of the input, in units of time: when it changes last; NULL: never */
} LocalNet;

/* False with *reason when inputs do not stop changing, when neurons of a row are not alike, or an
 * activation is of a kind that is not enclosed. m: the network's matrix for the slopes `slope`, or for
 * `row_slope`, one number a row, where that is given. */
bool local_net(Ctx *cx, const Net *net, const SlopeReport *slope, const Num *row_slope, const ClaimMatrix *m, LocalNet *out, const char **reason);
/* The same of its activations alone, whatever inputs and proximal steps are, which change nothing about equilibria at all inputs:
 * inputs are 0. */
bool local_activations(Ctx *cx, const Net *net, const SlopeReport *slope, const Num *row_slope, const ClaimMatrix *m, LocalNet *out,
                       const char **reason);
/* local_rows.c: the same of slopes 1, with its matrix, whose rows are of *gains and at most so many: populations whose neurons are alike are
 * one row. False, and nothing to be cleared, where there is none, for *reason. */
bool local_with_slopes_one(Ctx *cx, const Net *net, const SlopeReport *slope, size_t most_rows, GainLevel *gains, ClaimMatrix *m, LocalNet *out,
                           const char **reason);
/* local_order.c: row_order.h's, for searches in which activations and inputs have a say, too. NULL: as they stand. */
const struct RowOrder *local_order(const LocalNet *net, const ClaimMatrix *m);
/* Whose input it is: "at the model's input", "at the input that the model keeps from 350 ms on". */
const char *local_when(Ctx *cx, const Net *net);
/* diag(L) u, row by row. */
void local_input(const LocalNet *net, size_t row, mpq_t v);
/* The weight from a neuron of row a to itself, L times as large, without what the row's entry says of the others. */
void local_own_weight(const ClaimMatrix *m, size_t a, mpq_t out);
/* The inputs t of row a, least and largest, while x is in [lo, hi], row by row. */
void local_inputs(const LocalNet *net, const ClaimMatrix *m, size_t a, const mpq_t *lo, const mpq_t *hi, mpq_t from, mpq_t to);
/* All values of psi, row by row; false where they are not bounded. slope: of the populations. */
bool local_ranges(const LocalNet *net, const SlopeReport *slope, double *lo, double *hi);
/* All values of psi for t in [lo, hi]; the slopes between any two points there. False: not enclosed. */
bool local_values(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most);
bool local_slopes(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most);
/* The same in less time where it is narrow, for searches: bounds that local_slopes keeps within, and hardly wider. */
bool local_slopes_quickly(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most);
/* The largest of them alone, in less time: the same number. */
bool local_steepest(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *most);
/* The same, with bounds that are closer to each other, in more time. */
bool local_slopes_closely(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most);
/* ---- local_straight.c: psi in straight pieces, exactly ---- */
enum { STRAIGHT_MOST_PIECES = 8 };
typedef struct StraightPiece {
    Num lo, hi;                 /* psi(t) = slope t + offset for t in [lo, hi]; NULL: no end */
    Num slope, offset;
} StraightPiece;
/* Its pieces, in order, into STRAIGHT_MOST_PIECES places; 0 where it has others, or too many, or L is 0. */
size_t local_straight(const LocalNet *net, size_t row, StraightPiece *out);
/* It is slope t + offset in all of [lo, hi]; NULL: no such end, and whatever the offset. */
bool local_is_straight(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, mpq_srcptr slope, mpq_srcptr offset);
/* All are max(t, 0), moved in t and in value: each constant, and from some t on a line of slope 1. */
bool local_is_relu(const LocalNet *net);
/* Two rows have one psi. */
bool local_is_alike(const LocalNet *net, size_t a, size_t b);
/* What psi(t)/t tends to, or lies between, as t goes to infinity (side = 1), to minus infinity (-1), or to either (0). */
bool local_tails(const LocalNet *net, size_t row, int side, double *least, double *most);
#endif
