/* Activations that consist of straight pieces, exactly. */
#include "compiler/check/stability/local.h"

#include "compiler/expr/affine.h"
#include "compiler/expr/piece.h"

/* t = L (z/gain + threshold); NULL stays NULL. */
static Num input_at(const LocalNet *net, const LocalRow *r, Num z)
{
    if (!z)
        return NULL;
    mpq_ptr t = num_new(net->nums);
    mpq_div(t, z, r->gain);
    mpq_add(t, t, r->threshold);
    mpq_mul(t, t, r->slope);
    return t;
}

/* The piece offset + rate z of phi, as one of psi. */
static void set_piece(const LocalNet *net, const LocalRow *r, const Piece *p, Num offset, Num rate, StraightPiece *out)
{
    mpq_ptr slope = num_new(net->nums), at = num_new(net->nums);
    mpq_mul(slope, rate, r->gain);
    mpq_mul(at, slope, r->threshold);
    mpq_sub(at, offset, at);
    mpq_div(slope, slope, r->slope);
    *out = (StraightPiece){input_at(net, r, p->lo), input_at(net, r, p->hi), slope, at};
}

size_t local_straight(const LocalNet *net, size_t row, StraightPiece *out)
{
    const LocalRow *r = &net->row[row];
    Pieces pieces = {0};
    const Expr *trouble;
    if (r->solve || mpq_sgn(r->slope) <= 0 || mpq_sgn(r->gain) <= 0 || expr_may_jump(r->act->phi, EIG_VAR_Z) ||
        expr_pieces(net->cx, net->nums, &(Piece){.e = r->act->phi}, EIG_VAR_Z, ONLY_RATIONAL, &pieces, &trouble) != PIECES_FINE || pieces.n > STRAIGHT_MOST_PIECES)
        return 0;
    for (size_t k = 0; k < pieces.n; k++) {
        Num offset, rate;
        if (!expr_affine(net->nums, pieces.at[k].e, EIG_VAR_Z, &offset, &rate))
            return 0;
        set_piece(net, r, &pieces.at[k], offset, rate, &out[k]);
    }
    return pieces.n;
}

bool local_is_straight(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, mpq_srcptr slope, mpq_srcptr offset)
{
    StraightPiece piece[STRAIGHT_MOST_PIECES];
    size_t n = local_straight(net, row, piece);
    for (size_t k = 0; k < n; k++) {
        const StraightPiece *p = &piece[k];
        bool reaches = (!p->lo || (lo && mpq_cmp(p->lo, lo) <= 0)) && (!p->hi || (hi && mpq_cmp(hi, p->hi) <= 0));
        if (reaches && mpq_equal(p->slope, slope) && (!offset || mpq_equal(p->offset, offset)))
            return true;
    }
    return false;
}

static bool is_relu(const LocalNet *net, size_t row)
{
    StraightPiece piece[STRAIGHT_MOST_PIECES];
    return local_straight(net, row, piece) == 2 && mpq_sgn(piece[0].slope) == 0 && mpq_cmp_ui(piece[1].slope, 1, 1) == 0;
}

bool local_is_relu(const LocalNet *net)
{
    bool all = true;
    for (size_t a = 0; all && a < net->n; a++)
        all = (a > 0 && local_is_alike(net, a, a - 1)) || is_relu(net, a);
    return all;
}

bool local_is_alike(const LocalNet *net, size_t a, size_t b)
{
    const LocalRow *r = &net->row[a], *s = &net->row[b];
    return r->act == s->act && mpq_equal(r->slope, s->slope) && mpq_equal(r->gain, s->gain) && mpq_equal(r->threshold, s->threshold);
}
