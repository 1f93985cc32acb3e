#include "compiler/check/slope/solve_local.h"

#include <math.h>

#include "compiler/check/slope/jet/jet.h"
#include "compiler/expr/affine.h"

enum { N_PARTS = 16, MOST_SEEN = 100 };

const LocalSolve *local_solve_new(Ctx *cx, NumPool *nums, const Activation *act)
{
    if (act->phi->kind != EXPR_SOLVE || !act->cost)
        return NULL;
    LocalSolve *s = ARENA_NEW(&cx->arena, LocalSolve);
    *s = (LocalSolve){ act, expr_to_code(cx, act->phi), ARENA_ARRAY(&cx->arena, act->cost->n_pieces, const Expr *) };
    for (size_t k = 0; k < act->cost->n_pieces; k++)
        s->steep[k] = expr_plus_affine(cx, nums, act->cost->piece[k].curve, EIG_VAR_X, num_int(nums, 1), num_int(nums, 0));
    return s;
}

/* ---- values ---- */

/* The piece next to x on this side, x at its end or in it; NULL where the domain ends. Ends at irrational kinks are doubles beside
 * these, already in the other piece. */
static const CostPiece *piece_beside(const CostFormula *c, Num x, int side)
{
    for (size_t k = 0; k < c->n_pieces; k++) {
        const CostPiece *p = &c->piece[k];
        int from = p->lo ? mpq_cmp(x, p->lo) : 1, to = p->hi ? mpq_cmp(x, p->hi) : -1;
        if (side < 0 ? from > 0 && to <= (p->to ? -1 : 0) : from >= (p->from ? 1 : 0) && to < 0)
            return p;
    }
    return NULL;
}

/* At x the left side of the equation is proved to lie on `side` of the right one at z, or on it; NaNs are on neither. */
static bool is_beyond(const LocalSolve *s, NumPool *nums, double x, double z, int side, JetResult *room)
{
    const CostPiece *p = piece_beside(s->act->cost, num_from_double(nums, x), side);
    mpfi_t input;
    if (!p)
        return false;
    jet_evaluate(p->slope, &(JetDomain){ nums, 0, x, x }, room);
    if (room->trouble != JET_FINE)
        return false;
    mpfi_init2(input, JET_PRECISION);
    mpfi_set_d(input, z);
    mpfi_sub_q(input, input, s->act->threshold);
    mpfi_mul_q(input, input, s->act->gain);
    mpfi_sub(input, room->value, input);
    mpfi_add_d(input, input, x);
    bool yes = side > 0 ? mpfr_sgn(&input->left) >= 0 : mpfr_sgn(&input->right) <= 0;
    yes = yes && !mpfi_nan_p(input);
    mpfi_clear(input);
    return yes;
}

/* The end of the domain on this side, when x is not before it. */
static bool is_past_end(const LocalSolve *s, NumPool *nums, double x, int side, double *end)
{
    Num last = side < 0 ? s->act->cost->lo : s->act->cost->hi;
    if (!last || side * mpq_cmp(num_from_double(nums, x), last) < 0)
        return false;
    *end = side < 0 ? num_to_double_down(last) : num_to_double_up(last);
    return true;
}

/* A rate that phi(z) is proved to be at most (side = 1), or at least (-1), near the computed one; NaN: none. At a kink or an end it is that itself. */
static double bound(const LocalSolve *s, NumPool *nums, double z, int side, JetResult *room)
{
    double var[EIG_N_VARS] = { [EIG_VAR_Z] = z }, x = eig_code_eval(&s->phi, var, NULL), end;
    if (!isfinite(x))
        return (double)NAN;
    for (double by = 0; by < 1e-2; by = by == 0 ? 1e-14 : 10 * by) {
        double y = x + side * by * fmax(1e-3, fabs(x));
        if (!isfinite(y))
            return (double)NAN;
        if (is_past_end(s, nums, y, side, &end))
            return end;
        if (is_beyond(s, nums, y, z, side, room))
            return y;
    }
    return (double)NAN;
}

bool local_solve_values(const LocalSolve *s, NumPool *nums, double lo, double hi, double *least, double *most)
{
    JetResult room;
    jet_result_init(&room);
    *least = bound(s, nums, lo, -1, &room);
    *most = bound(s, nums, hi, 1, &room);
    jet_result_clear(&room);
    return isfinite(*least) && isfinite(*most);
}

/* ---- slopes ---- */

/* What is seen of 1 + g'' over an interval of rates. */
typedef struct Seen {
    NumPool *nums;
    JetResult *room;
    int left;                   /* evaluations */
    double least, most;
} Seen;

/* Over [a, b], too: in halves, where terms of it cancel too little to see that it is above 0. False: not seen. */
static bool see_part(Seen *s, const Expr *steep, double a, double b)
{
    if (s->left-- <= 0)
        return false;
    jet_evaluate(steep, &(JetDomain){ s->nums, 0, a, b }, s->room);
    double middle = a + (b - a) / 2, lo = mpfr_get_d(&s->room->value->left, MPFR_RNDD);
    bool fine = s->room->trouble == JET_FINE && !mpfi_nan_p(s->room->value) && lo > 0;
    if (!fine)
        return a < middle && middle < b && see_part(s, steep, a, middle) && see_part(s, steep, middle, b);
    s->least = fmin(s->least, lo);
    s->most = fmax(s->most, mpfr_get_d(&s->room->value->right, MPFR_RNDU));
    return true;
}

static bool see(Seen *s, const Expr *steep, double a, double b)
{
    int n = fmin(1e-3, fabs(a)) * N_PARTS > b - a ? 1 : N_PARTS;        /* few of a narrow one */
    for (int j = 0; j < n; j++) {
        double step = b / n - a / n, from = j ? fmin(a + step * j, b) : a, to = j + 1 < n ? fmin(a + step * (j + 1), b) : b;
        if (!see_part(s, steep, from, to))
            return false;
    }
    return true;
}

bool local_solve_slopes(const LocalSolve *s, NumPool *nums, double lo, double hi, double *least, double *most)
{
    const CostFormula *c = s->act->cost;
    double a, b, end;
    size_t n_seen = 0;
    JetResult room;
    *least = *most = 0;
    if (!local_solve_values(s, nums, lo, hi, &a, &b))
        return false;
    if (a == b && lo < hi)
        return true;            /* it stays at a kink, or at an end */
    bool fine = true;
    jet_result_init(&room);
    Seen seen = { nums, &room, MOST_SEEN, INFINITY, 0 };
    for (size_t k = 0; fine && k < c->n_pieces; k++) {
        double from = c->piece[k].lo ? fmax(a, num_to_double_down(c->piece[k].lo)) : a;
        double to = c->piece[k].hi ? fmin(b, num_to_double_up(c->piece[k].hi)) : b;
        if (!(from <= to))
            continue;
        n_seen++;
        fine = see(&seen, s->steep[k], from, to);
    }
    jet_result_clear(&room);
    if (!fine || n_seen == 0)
        return false;
    bool is_inside = n_seen == 1 && !is_past_end(s, nums, a, -1, &end) && !is_past_end(s, nums, b, 1, &end);
    *least = is_inside ? fmax(0, nextafter(num_to_double_down(s->act->gain) / seen.most, 0)) : 0;
    *most = nextafter(num_to_double_up(s->act->gain) / seen.least, (double)INFINITY);
    return isfinite(*most);
}
