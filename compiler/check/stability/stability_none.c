/* No equilibrium at the model's input, of two neurons whose activations are max(s, 0), moved (Theorem 42): on each of the four pairs of
 * their pieces the equilibrium of the straight lines lies elsewhere. Seen in doubles; the verifier decides. */
#include <math.h>

#include "compiler/check/stability/equilibria.h"

typedef struct Corners {
    const double *w;
    double input[2], corner[2], level[2];       /* psi(t) = level + max(t - corner, 0) */
} Corners;

/* Row a of the statement, and its numbers in doubles. */
static void set_row(const LocalNet *net, size_t a, Statement *s, Corners *out)
{
    StraightPiece piece[STRAIGHT_MOST_PIECES];
    local_straight(net, a, piece);
    local_input(net, a, statement_numbers(s, "input")[a]);
    mpq_set(statement_numbers(s, "corner")[a], piece[0].hi);
    mpq_set(statement_numbers(s, "level")[a], piece[0].offset);
    out->input[a] = mpq_get_d(statement_numbers(s, "input")[a]);
    out->corner[a] = mpq_get_d(piece[0].hi);
    out->level[a] = mpq_get_d(piece[0].offset);
}

/* On the pieces of number `set`, bit a: the last one of row a: the sign of the determinant, and the row whose input is farthest on the wrong
 * side of its corner. */
static bool choose_row(const Corners *c, size_t set, mpq_t sign, mpq_t row)
{
    double g[4], b[2], most = 0;
    size_t out = 2;
    for (size_t a = 0; a < 2; a++) {
        bool active = set >> a & 1;
        b[a] = c->level[a] + (active ? c->input[a] - c->corner[a] : 0);
        for (size_t k = 0; k < 2; k++)
            g[2 * a + k] = (a == k) - (active ? c->w[2 * a + k] : 0);
    }
    double det = g[0] * g[3] - g[1] * g[2], x[2] = {(g[3] * b[0] - g[1] * b[1]) / det, (g[0] * b[1] - g[2] * b[0]) / det};
    for (size_t a = 0; a < 2; a++) {
        double t = c->w[2 * a] * x[0] + c->w[2 * a + 1] * x[1] + c->input[a], off = set >> a & 1 ? c->corner[a] - t : t - c->corner[a];
        if (off > most) {
            most = off;
            out = a;
        }
    }
    mpq_set_si(sign, det > 0 ? 1 : -1, 1);
    mpq_set_ui(row, out, 1);
    return out < 2 && fabs(det) > 0;
}

void stability_seek_none(const LocalNet *net, LdsReport *lds)
{
    Statement proposed;
    Corners c = {0};
    bool fits = true;
    if (lds->matrix.q != 2 || lds->matrix.n != 2 || !local_is_relu(net))
        return;
    c.w = equilibria_weights(net->cx, &lds->matrix);
    statement_init(net->cx, &proposed, STATEMENT_PIECES_NONE, 2);
    for (size_t a = 0; a < 2; a++)
        set_row(net, a, &proposed, &c);
    for (size_t set = 0; fits && set < 4; set++)
        fits = choose_row(&c, set, statement_numbers(&proposed, "sign")[set], statement_numbers(&proposed, "row")[set]);
    if (fits)
        stability_keep(net->cx, lds, &proposed);
    else
        statement_clear(&proposed);
}
