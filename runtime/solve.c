/* The x at which a nondecreasing expression of x reaches a value: Newton's
 * method between two doubles that enclose it, and bisection where Newton does
 * not help. compiler/emit/solve.c writes the same operations out; docs/semantics.md
 * defines them. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "runtime/expr.h"

/* Doubles in their order as integers: neighbours differ by 1. -0 and 0 are one apart. */
static int64_t rank_of(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? INT64_MAX ^ bits : bits;
}

static double of_rank(int64_t rank)
{
    int64_t bits = rank < 0 ? INT64_MAX ^ rank : rank;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

double eig_middle(double a, double b)
{
    int64_t i = rank_of(a), k = rank_of(b);
    return of_rank((i & k) + ((i ^ k) >> 1));
}

typedef struct Bracket {
    double a, b;
    bool hit;                   /* at a node: a */
    bool lost_a, lost_b;        /* the value there had left the doubles, so that on which side of the solution it lies was guessed */
} Bracket;

static Bracket enclose(const EigSolve *q, double s)
{
    Bracket r = { .a = -DBL_MAX, .b = DBL_MAX };
    for (size_t k = 0; k < q->n_nodes; k++) {
        const EigNode *node = &q->node[k];
        if (s <= node->above) {
            r.hit = s >= node->below;
            *(r.hit ? &r.a : &r.b) = r.hit ? node->x : node->before;
            break;
        }
        r.a = node->after;
    }
    return r;
}

/* What replaces a step of Newton's: by turns half way in the order of the
 * doubles, which finds the size of x, and half way on the line, which is better
 * once the size is known. */
static double halved(double a, double b, int k)
{
    return k < EIG_SOLVE_NEWTON && k % 2 ? 0.5 * a + 0.5 * b : eig_middle(a, b);
}

const EigPiece *eig_solve_piece(const EigSolve *q, double x)
{
    const EigPiece *piece = q->piece;
    while (piece < q->piece + q->n_pieces - 1 && !(x < piece->up_to))
        piece++;
    return piece;
}

static bool is_within_reach(const EigSolve *q, double x)
{
    return x >= q->from && x <= q->to;
}

static double search(const EigSolve *q, Bracket r, double s)
{
    double var[EIG_N_VARS] = { 0 };
    double x = s > r.a && s < r.b ? s : eig_middle(r.a, r.b), last = (double)INFINITY;
    for (int k = 0; k < EIG_SOLVE_STEPS; k++) {
        const EigPiece *piece = eig_solve_piece(q, x);
        var[EIG_VAR_X] = x;
        double gap = eig_code_eval(&piece->value, var, NULL) - s, size = fabs(gap);
        bool is_near = is_within_reach(q, x);
        if (gap == 0.0 && is_near)
            return x;
        /* Beyond the reach nothing that is computed counts, and no solution is looked for. A NaN far out, infinity less infinity, is
         * beyond the solution: a guess, as what an infinity says is, which a quotient that overflows has where its value is small. No
         * solution lies beside either. */
        bool known = size < (double)INFINITY && is_near, high = x > q->to || (x >= q->from && (gap == gap ? gap > 0.0 : x > 0.0));
        r.a = high ? r.a : x;
        r.b = high ? x : r.b;
        r.lost_a = high ? r.lost_a : !known;
        r.lost_b = high ? !known : r.lost_b;
        double slope = eig_code_eval(&piece->slope, var, NULL), newton = x - gap / slope;
        bool is_flat = is_near && slope > 0.0 && slope < (double)INFINITY, is_inside = is_near && newton > r.a && newton < r.b;
        if (newton == x && is_flat)
            return x;
        if (eig_middle(r.a, r.b) == r.a)
            return r.lost_a || r.lost_b ? (double)NAN : x;
        if (is_inside && is_flat && fabs(newton - x) <= DBL_EPSILON * fabs(x))
            return newton;
        bool may = k < EIG_SOLVE_NEWTON && size <= 0.5 * last;
        last = size;
        x = is_inside && may ? newton : halved(r.a, r.b, k);
    }
    return x;
}

/* The exact value at x is at most s, or at least s with `side` -1: but for `room`. */
static bool is_beside(const EigSolve *q, double x, double s, double room, double side)
{
    const EigPiece *piece = eig_solve_piece(q, x);
    if (!piece->may_cancel)
        return true;
    double value, slack = eig_code_slack(&piece->value, x, &value);
    return side * (value - s) + slack <= room;
}

/* The exact value reaches s next to x, whatever the roundings were. It does so between the ends that were begun with, where nothing is computed. */
static bool is_sure(const EigSolve *q, const Bracket *r, double x, double s)
{
    double size = fabs(x), way = EIG_SOLVE_OFF_X * size, room = EIG_SOLVE_OFF_S * fabs(s) + EIG_SOLVE_LEAST_S;
    double low = x - way, high = x + way;
    if (size < EIG_SOLVE_SMALL || size > EIG_SOLVE_LARGE)
        return true;
    bool is_from = low <= r->a || is_beside(q, low < q->from ? q->from : low, s, room, 1);
    return is_from && (high >= r->b || is_beside(q, high > q->to ? q->to : high, s, room, -1));
}

double eig_solve(const EigSolve *q, double s)
{
    if (s != s)
        return s;
    Bracket r = enclose(q, s);
    if (r.hit)
        return r.a;
    double x = search(q, r, s);
    return is_within_reach(q, x) && is_sure(q, &r, x, s) ? x : (double)NAN;
}
