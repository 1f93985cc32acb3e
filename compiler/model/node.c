#include "compiler/model/node.h"

#include <math.h>

#include "compiler/model/reach.h"

/* Next to 0 a power may be below the doubles, and what it divides none: the nearest double at which the value is computed, up to here. */
static const double LEAST = 0x1p-200;

/* One side of a node. */
typedef struct Side {
    const EigSolve *q;
    const EigCode *value;
    double x, end;              /* the node, and where the piece ends on this side */
    double unknown;             /* what stands for a value that is not known: infinity on the left, -infinity on the right */
    bool is_end;                /* of the domain */
} Side;

typedef struct Beside {
    double at, value;           /* from `at` on away from the node values are computed; the node itself where all are, or none is known */
} Beside;

static double value_at(const Side *s, double x)
{
    double var[EIG_N_VARS] = { [EIG_VAR_X] = x };
    return eig_code_eval(s->value, var, NULL);
}

/* An infinity that the value cannot have next to the node, as of 3/(3 x) next to 0, is no value; of a kink at another place than 0 all but a NaN
 * is one. */
static bool is_value(const Side *s, double y)
{
    return y == y && !(y == -s->unknown && (s->is_end || s->x == 0));
}

static bool is_good(const Side *s, double x)
{
    return is_value(s, value_at(s, x)) && !solve_is_off(s->q, x);
}

/* Between 0 and the place that is found every value lies between those at 0 and there, since it nowhere falls: for an s between them 0 is the
 * solution but for less than LEAST. */
static Beside beside_zero(const Side *s)
{
    double bad = 0, good = copysign(fmin(LEAST, fabs(nextafter(s->end, 0))), -s->unknown), next = nextafter(0, good);
    if (is_good(s, next))
        return (Beside){ 0, value_at(s, next) };
    if (good == 0 || !is_good(s, good))
        return (Beside){ 0, s->unknown };
    for (double x; (x = eig_middle(fmin(bad, good), fmax(bad, good))) != bad && x != good;)
        *(is_good(s, x) ? &good : &bad) = x;
    return (Beside){ good, value_at(s, good) };
}

static Beside beside(const Side *s)
{
    if (!(s->x > s->q->from && s->x < s->q->to))
        return (Beside){ s->x, s->unknown };
    if (s->x == 0)
        return beside_zero(s);
    double y = value_at(s, nextafter(s->x, -s->unknown));
    return (Beside){ s->x, is_value(s, y) ? y : s->unknown };
}

bool solve_node(const EigSolve *q, double x, const EigPiece *left, double from, const EigPiece *right, double to, EigNode *out)
{
    double most = INFINITY;
    Beside below = { x, -most }, above = { x, most };
    if (left)
        below = beside(&(Side){ q, &left->value, x, from, most, !right });
    if (right)
        above = beside(&(Side){ q, &right->value, x, to, -most, !left });
    bool is_known_below = below.value < most, is_known_above = above.value > -most;
    if (left && right && !is_known_below && !is_known_above)
        return false;
    if (left && right && !is_known_below)
        below.value = above.value;
    if (left && right && !is_known_above)
        above.value = below.value;
    *out = (EigNode){ x, below.value, above.value, below.at, above.at };
    return true;
}
