/* What straight activations say in cells of params that are not diagonally stable: of two rows, on which pieces there are
 * equilibria and what they do (Theorem 37), and whether rates run away (Theorem 38); of any number of rows, whether
 * some linear form of the rates grows without bound (Theorem 39). Seen at the centre, in doubles; the verifier decides
 * for the whole cell. */
#include <math.h>

#include "compiler/check/stability/equilibria.h"
#include "compiler/check/range/range_search.h"

static const double endless = 0x1p40;

void range_straight_init(RangeProblem *p, const LocalNet *local)
{
    StraightNet *s = ARENA_NEW(&p->cx->arena, StraightNet);
    *s = (StraightNet){.net = local, .all_relu = true};
    s->n = ARENA_ARRAY(&p->cx->arena, local->n, size_t);
    s->piece = ARENA_ARRAY(&p->cx->arena, local->n, StraightPiece *);
    for (size_t a = 0; a < local->n; a++) {
        bool as_before = a > 0 && local_is_alike(local, a, a - 1);
        s->piece[a] = as_before ? s->piece[a - 1] : ARENA_ARRAY(&p->cx->arena, STRAIGHT_MOST_PIECES, StraightPiece);
        s->n[a] = as_before ? s->n[a - 1] : local_straight(local, a, s->piece[a]);
        if (s->n[a] == 0 || mpq_sgn(s->piece[a][0].slope) != 0)
            return;
        s->all_relu &= s->n[a] == 2 && mpq_cmp_ui(s->piece[a][1].slope, 1, 1) == 0;
    }
    p->straight = s;
}

/* ---- a cell ---- */

typedef struct StraightCell {
    RangeProblem *p;
    const StraightNet *net;
    RangeCell *cell;
    size_t n;
    double *w, *tau;            /* of two rows: at its centre */
    ClaimMatrix *corner;
    size_t n_corners;
} StraightCell;

static bool keep(StraightCell *c, Statement *proposed)
{
    return range_keep_statement(c->p, c->corner, c->n_corners, &c->cell->evidence, proposed);
}

static void cell_init(RangeProblem *p, RangeCell *cell, StraightCell *out)
{
    const Ranges *r = range_ranges(p);
    ClaimMatrix centre;
    mpq_t *theta = rationals_new(p->cx, r->n_params);
    range_cell_centre(r, cell, theta);
    ranges_matrix_at(p->cx, range_base(p), r, (const mpq_t *)theta, &centre);
    rationals_clear(theta, r->n_params);
    *out = (StraightCell){.p = p, .net = p->straight, .cell = cell, .n = centre.q};
    if (out->n == 2)
        out->w = equilibria_weights(p->cx, &centre);
    out->tau = ARENA_ARRAY(&p->cx->arena, out->n, double);
    for (size_t a = 0; a < out->n; a++)
        out->tau[a] = num_to_double(p->tau[a]);
    claim_matrix_clear(&centre);
    out->corner = range_corner_matrices(p, cell, &out->n_corners);
}

static void cell_clear(StraightCell *c)
{
    for (size_t k = 0; k < c->n_corners; k++)
        claim_matrix_clear(&c->corner[k]);
}

static void set_tau(const StraightCell *c, Statement *s)
{
    for (size_t a = 0; a < c->n; a++)
        mpq_set(statement_numbers(s, "tau")[a], c->p->tau[a]);
}

static const StraightPiece *last_piece(const StraightCell *c, size_t a)
{
    return &c->net->piece[a][c->net->n[a] - 1];
}

static void keep_several_or_none(StraightCell *c)
{
    Statement proposed;
    if (!c->net->all_relu)
        return;
    statement_init(c->p->cx, &proposed, STATEMENT_SEVERAL_OR_NONE, c->n);
    keep(c, &proposed);
}

/* ---- two rows: run-away ---- */

static double short_number(double x)
{
    int exponent;
    double mantissa = frexp(x, &exponent);
    return ldexp(floor(ldexp(mantissa, 3)), exponent - 3);
}

static bool try_runaway(StraightCell *c, double rate, size_t row)
{
    Statement proposed;
    statement_init(c->p->cx, &proposed, STATEMENT_PIECES_RUNAWAY, 2);
    for (size_t a = 0; a < 2; a++)
        mpq_set(statement_numbers(&proposed, "slope")[a], last_piece(c, a)->slope);
    set_tau(c, &proposed);
    mpq_set_d(statement_numbers(&proposed, "rate")[0], rate);
    mpq_set_ui(statement_numbers(&proposed, "row")[0], row, 1);
    return keep(c, &proposed);
}

/* The determinant is negative, or both eigenvalues are real and grow. */
static bool keep_pair_runaway(StraightCell *c)
{
    double j[4];
    for (size_t k = 0; k < 4; k++)
        j[k] = (mpq_get_d(last_piece(c, k / 2)->slope) * c->w[k] - (k % 3 == 0)) / c->tau[k / 2];
    double half = (j[0] + j[3]) / 2, rate[] = {0, half > 0 ? short_number(half) : 0};
    for (size_t row = 0; row < 2; row++)
        for (int k = 0; k < (half > 0 ? 2 : 1); k++)
            if (rate[k] > j[3 * row] && j[2 * row + (1 - row)] > 0 && (rate[k] - j[0]) * (rate[k] - j[3]) < j[1] * j[2] &&
                try_runaway(c, rate[k], row))
                return true;
    return false;
}

/* ---- two rows: equilibria ---- */

/* The determinant of the straight lines' system, and the inputs at its solution. */
static double solve_pair(const StraightCell *c, const StraightPiece *const *piece, double *t)
{
    double g[4], b[2], x[2], v[2];
    mpq_t input;
    mpq_init(input);
    for (size_t a = 0; a < 2; a++) {
        double slope = mpq_get_d(piece[a]->slope);
        local_input(c->net->net, a, input);
        v[a] = mpq_get_d(input);
        b[a] = slope * v[a] + mpq_get_d(piece[a]->offset);
        for (size_t k = 0; k < 2; k++)
            g[2 * a + k] = (a == k) - slope * c->w[2 * a + k];
    }
    mpq_clear(input);
    double det = g[0] * g[3] - g[1] * g[2];
    x[0] = (g[3] * b[0] - g[1] * b[1]) / det;
    x[1] = (g[0] * b[1] - g[2] * b[0]) / det;
    for (size_t a = 0; a < 2; a++)
        t[a] = c->w[2 * a] * x[0] + c->w[2 * a + 1] * x[1] + v[a];
    return det;
}

/* Where a piece has no end it is cut far out. */
static void set_ends(const StraightPiece *p, mpq_t lo, mpq_t hi)
{
    mpq_t far;
    mpq_init(far);
    mpq_set_d(far, endless);
    if (p->lo)
        mpq_set(lo, p->lo);
    else if (p->hi)
        mpq_sub(lo, p->hi, far);
    else
        mpq_neg(lo, far);
    if (p->hi)
        mpq_set(hi, p->hi);
    else
        mpq_add(hi, lo, far);
    mpq_clear(far);
}

static bool keep_on_pieces(StraightCell *c, const StraightPiece *const *piece)
{
    double t[2], det = solve_pair(c, piece, t);
    Statement proposed;
    if (!(fabs(det) > 0))
        return false;
    statement_init(c->p->cx, &proposed, STATEMENT_ON_PIECES, 2);
    for (size_t a = 0; a < 2; a++) {
        mpq_ptr lo = statement_numbers(&proposed, "t_lo")[a], hi = statement_numbers(&proposed, "t_hi")[a];
        set_ends(piece[a], lo, hi);
        local_input(c->net->net, a, statement_numbers(&proposed, "input")[a]);
        mpq_set(statement_numbers(&proposed, "slope")[a], piece[a]->slope);
        mpq_set(statement_numbers(&proposed, "offset")[a], piece[a]->offset);
        if (!(t[a] > mpq_get_d(lo)) || !(t[a] < mpq_get_d(hi))) {
            statement_clear(&proposed);
            return false;
        }
    }
    mpq_set_si(statement_numbers(&proposed, "sign")[0], det > 0 ? 1 : -1, 1);
    return keep(c, &proposed);
}

/* Of the last one, which attracts, that one neuron by itself would not stay. */
static void keep_inhibition(StraightCell *c)
{
    size_t attracting = c->cell->evidence.n_statements - 1;
    for (size_t row = 0; row < 2; row++) {
        Statement proposed;
        propose_inhibition(c->p->cx, attracting, row, &proposed);
        if (keep(c, &proposed))
            return;
    }
}

/* True: it attracts. */
static bool keep_beside(StraightCell *c, size_t number)
{
    static const StatementKind kind[] = {STATEMENT_PIECES_UNSTABLE, STATEMENT_PIECES_ATTRACT};
    for (int k = 0; k < 2; k++) {
        Statement proposed;
        statement_init(c->p->cx, &proposed, kind[k], 2);
        mpq_set_ui(statement_numbers(&proposed, "equilibrium")[0], number, 1);
        set_tau(c, &proposed);
        if (!keep(c, &proposed))
            continue;
        if (k == 1)
            keep_inhibition(c);
        return k == 1;
    }
    return false;
}

static bool keep_several(StraightCell *c, size_t first, size_t second)
{
    Statement proposed;
    propose_several(c->p->cx, 2, first, second, &proposed);
    return keep(c, &proposed);
}

enum { MOST_EQUILIBRIA = 8 };

/* All that are on pieces; two that attract are named as several, or else any two. */
static size_t keep_pair_equilibria(StraightCell *c)
{
    const Evidence *e = &c->cell->evidence;
    size_t number[MOST_EQUILIBRIA], attracting[MOST_EQUILIBRIA], n = 0, n_attracting = 0;
    for (size_t k = 0; n < MOST_EQUILIBRIA && k < c->net->n[0] * c->net->n[1]; k++) {
        const StraightPiece *piece[] = {&c->net->piece[0][k / c->net->n[1]], &c->net->piece[1][k % c->net->n[1]]};
        if (keep_on_pieces(c, piece))
            number[n++] = e->n_statements - 1;
    }
    for (size_t k = 0; k < n; k++)
        if (keep_beside(c, number[k]))
            attracting[n_attracting++] = number[k];
    if (!(n_attracting > 1 && keep_several(c, attracting[0], attracting[1])) && n > 1)
        keep_several(c, number[0], number[1]);
    return n;
}

/* ---- two rows: no equilibrium ---- */

/* On the pieces of number `set`, bit a: the last one of row a: the sign of the determinant, and a row whose input would be on another piece. */
static bool choose_row(const StraightCell *c, size_t set, mpq_t sign, mpq_t row)
{
    const StraightPiece *piece[2];
    double t[2], most = 0;
    size_t out = 2;
    for (size_t a = 0; a < 2; a++)
        piece[a] = &c->net->piece[a][set >> a & 1];
    double det = solve_pair(c, piece, t);
    for (size_t a = 0; a < 2; a++) {
        double corner = mpq_get_d(c->net->piece[a][0].hi), off = set >> a & 1 ? corner - t[a] : t[a] - corner;
        if (off > most) {
            most = off;
            out = a;
        }
    }
    mpq_set_si(sign, det > 0 ? 1 : -1, 1);
    mpq_set_ui(row, out, 1);
    return out < 2 && fabs(det) > 0;
}

static void keep_no_equilibrium(StraightCell *c)
{
    Statement proposed;
    bool fits = c->net->all_relu;
    if (!fits)
        return;
    statement_init(c->p->cx, &proposed, STATEMENT_PIECES_NONE, 2);
    for (size_t a = 0; a < 2; a++) {
        local_input(c->net->net, a, statement_numbers(&proposed, "input")[a]);
        mpq_set(statement_numbers(&proposed, "corner")[a], c->net->piece[a][0].hi);
        mpq_set(statement_numbers(&proposed, "level")[a], c->net->piece[a][0].offset);
    }
    for (size_t set = 0; fits && set < 4; set++)
        fits = choose_row(c, set, statement_numbers(&proposed, "sign")[set], statement_numbers(&proposed, "row")[set]);
    if (fits)
        keep(c, &proposed);
    else
        statement_clear(&proposed);
}

static void look_at_straight(StraightCell *c)
{
    keep_several_or_none(c);
    bool runs_away = c->n == 2 ? keep_pair_runaway(c) : range_keep_form(c->p, c->cell);
    if (c->n != 2 || !c->p->at_input)
        return;
    if (keep_pair_equilibria(c) == 0 && runs_away)
        keep_no_equilibrium(c);
}

void range_cell_straight(RangeProblem *p, RangeCell *cell)
{
    StraightCell c;
    cell_init(p, cell, &c);
    look_at_straight(&c);
    cell_clear(&c);
}
