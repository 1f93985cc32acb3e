#include "compiler/code/node.h"

#include <float.h>
#include <math.h>

/* A gap beside a node that is as small as that beside 0, or relative to the node, is the node's: a solution in it is the node. */
static const double LEAST = 0x1p-200, NEAR = 0x1p-44;

/* One side of a node. */
typedef struct Side {
    const EigSolve *q;
    const EigCode *value;       /* NULL: the domain ends */
    const Gap *gap;             /* the one that begins here; NULL: none does */
    double x;                   /* the node */
    double unknown;             /* what stands for a value that is not known: infinity on the left, -infinity on the right */
    bool is_end;                /* of the domain */
} Side;

typedef struct Beside {
    double at, value;           /* from `at` on away from the node values are computed; the node itself where all are, or none is known */
    bool has_gap;               /* one begins here */
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

/* Between the node and where the gap ends every value lies between those there, since it nowhere falls: for an s between them the solution is the
 * node, but for the width of the gap. */
static Beside beside_gap(const Side *s)
{
    double end = s->unknown > 0 ? s->gap->from : s->gap->to, next = nextafter(s->x, -s->unknown), y;
    bool is_small = fabs(end - s->x) <= (s->x == 0 ? LEAST : NEAR * fabs(s->x));
    if (is_small && is_value(s, value_at(s, end)))
        return (Beside){ end, value_at(s, end), false };
    bool is_known = solve_exact(s->q, next, &y);
    return (Beside){ s->x, is_known ? y : s->unknown, true };
}

static Beside beside(const Side *s)
{
    if (!s->value)
        return (Beside){ s->x, -s->unknown, false };
    if (!(s->x > s->q->from && s->x < s->q->to))
        return (Beside){ s->x, s->unknown, s->gap != NULL };
    if (s->gap)
        return beside_gap(s);
    double y = value_at(s, nextafter(s->x, -s->unknown));
    return (Beside){ s->x, is_value(s, y) ? y : s->unknown, false };
}

/* No exact value falls at a kink. Where one does as computed, as 1e9 ((x + 3)^2 - 3.3^2) next to 0.3, roundings take away more than the other side
 * is worth: the one that is off by less stands for both. */
static void level(const Side *left, Beside *below, const Side *right, Beside *above)
{
    double value, off_left = eig_code_slack(left->value, nextafter(left->x, -left->unknown), &value);
    double off_right = eig_code_slack(right->value, nextafter(right->x, -right->unknown), &value);
    if (off_right < off_left)
        below->value = above->value;
    else
        above->value = below->value;
}

/* ---- all of them ---- */

typedef struct Nodes {
    const EigSolve *q;
    const Gaps *gaps;
    EigNode *at;
    size_t n, next;             /* the gap that comes next */
    bool is_open;               /* the node before is a gap up to a kink of which nothing is known */
} Nodes;

static double value_in(const EigPiece *piece, double x)
{
    return value_at(&(Side){ .value = &piece->value }, x);
}

/* The gaps inside of the piece, or at its ends. What lies next to a node is the node's. */
static void add_gaps(Nodes *nodes, const EigPiece *piece, double lo, double hi, const Beside *first, const Beside *last)
{
    const Gaps *g = nodes->gaps;
    for (; nodes->next < g->n && g->at[nodes->next].to <= hi; nodes->next++) {
        Gap gap = g->at[nodes->next];
        bool is_first = gap.from == lo, is_last = gap.to == hi;
        if ((is_first && !first->has_gap) || (is_last && !last->has_gap && !is_first))
            continue;
        double below = is_first ? first->value : nextafter(value_in(piece, gap.from), (double)INFINITY);
        double above = nextafter(is_last ? last->value : value_in(piece, gap.to), -(double)INFINITY);
        EigNode *before = nodes->n ? &nodes->at[nodes->n - 1] : NULL;
        if (is_first && nodes->is_open) {
            before->above = above;
            before->after = gap.to;
        } else {
            nodes->at[nodes->n++] = (EigNode){ (double)NAN, below, above, gap.from, gap.to };
        }
        nodes->is_open = false;
    }
}

/* The gap of the piece between lo and hi that begins at either. */
static const Gap *gap_at(const Gaps *gaps, double lo, double hi, double x)
{
    for (size_t k = 0; k < gaps->n; k++)
        if (gaps->at[k].from >= lo && gaps->at[k].to <= hi && (gaps->at[k].from == x || gaps->at[k].to == x))
            return &gaps->at[k];
    return NULL;
}

void solve_set_nodes(Ctx *cx, EigSolve *q, double lo, double hi, const Gaps *gaps)
{
    double most = (double)INFINITY;
    Nodes nodes = { .q = q, .gaps = gaps, .at = ARENA_ARRAY(&cx->arena, q->n_pieces + 1 + gaps->n, EigNode) };
    Beside above = { 0 };
    for (size_t k = 0; k <= q->n_pieces; k++) {
        bool is_lo = k == 0, is_hi = k == q->n_pieces;
        double x = is_hi ? hi : is_lo ? lo : q->piece[k - 1].up_to;
        double from = k > 1 ? q->piece[k - 2].up_to : lo, to = k + 1 < q->n_pieces ? q->piece[k].up_to : hi;
        Side left = { q, is_lo ? NULL : &q->piece[k - 1].value, is_lo ? NULL : gap_at(gaps, from, x, x), x, most, is_hi };
        Side right = { q, is_hi ? NULL : &q->piece[k].value, is_hi ? NULL : gap_at(gaps, x, to, x), x, -most, is_lo };
        Beside below = beside(&left), before = above;
        above = beside(&right);
        bool is_known_below = below.value < most, is_known_above = above.value > -most, is_kink = !is_lo && !is_hi;
        if (is_kink && !is_known_below && is_known_above)
            below.value = above.value;
        if (is_kink && !is_known_above && is_known_below)
            above.value = below.value;
        if (is_kink && is_known_below && is_known_above && below.value > above.value && !left.gap && !right.gap)
            level(&left, &below, &right, &above);
        if (!is_lo)
            add_gaps(&nodes, &q->piece[k - 1], from, x, &before, &below);
        nodes.is_open = false;
        if (isinf(x))
            continue;
        if (is_kink && !is_known_below && !is_known_above)
            nodes.is_open = nodes.n && isnan(nodes.at[nodes.n - 1].x) && nodes.at[nodes.n - 1].after >= x;
        else
            nodes.at[nodes.n++] = (EigNode){ x, below.value, above.value, below.at, above.at };
    }
    q->node = nodes.at;
    q->n_nodes = nodes.n;
}
