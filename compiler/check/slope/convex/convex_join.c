#include "compiler/check/slope/convex/convex_join.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/slope/jet/jet.h"
#include "compiler/expr/affine.h"
#include "compiler/expr/collect.h"
#include "compiler/expr/piece.h"

typedef struct Join {
    Ctx *cx;
    NumPool *nums;
    const Kink *kink;           /* irrational: what is compared is compared all over the doubles beside it */
    JetResult term, sum;        /* of what is not exact */
} Join;

/* e at x, which the text may have as 1/3: moved to 0 it is exact. */
static JetTrouble evaluate_at(Join *j, const Expr *e, Num x)
{
    if (j->kink) {
        jet_evaluate(e, &(JetDomain){ .nums = j->nums, .lo = num_to_double(j->kink->below), .hi = num_to_double(j->kink->above) }, &j->term);
        return j->term.trouble;
    }
    const Expr *moved = expr_moved(j->cx, j->nums, e, EIG_VAR_X, x, expr_var(j->cx, e->span, EIG_VAR_X));
    if (!moved)
        return JET_TOO_DEEP;
    jet_evaluate(moved, &(JetDomain){ .nums = j->nums }, &j->term);
    return j->term.trouble;
}

/* Adds a term's value at x to *exact, or encloses it and adds it to the sum; false where it is not defined. */
static bool add_value(Join *j, const Term *t, Num x, mpq_ptr exact)
{
    Num value = j->kink ? NULL : expr_exact(j->nums, t->e, EIG_VAR_X, x);
    if (value || expr_is_const(t->e, &value)) {
        (t->sign > 0 ? mpq_add : mpq_sub)(exact, exact, value);
        return true;
    }
    if (evaluate_at(j, t->e, x) != JET_FINE)
        return false;
    (t->sign > 0 ? mpfi_add : mpfi_sub)(j->sum.value, j->sum.value, j->term.value);
    return true;
}

/* a and b are one number at x, whatever functions give there: exp(x - (x - 1)^2) and exp(x) at 1. */
static bool is_one_number(Join *j, const Expr *a, const Expr *b, Num x)
{
    size_t fewer;
    const Expr *zero = expr_const(j->cx, a->span, num_int(j->nums, 0));
    if (evaluate_at(j, a, x) != JET_FINE || evaluate_at(j, b, x) != JET_FINE)
        return false;
    const Expr *arg[2] = { expr_moved(j->cx, j->nums, b, EIG_VAR_X, x, zero), expr_moved(j->cx, j->nums, a, EIG_VAR_X, x, zero) };
    const Expr *rest = arg[0] && arg[1] ? expr_collected(j->cx, j->nums, expr_apply(j->cx, a->span, EIG_FN_SUB, 2, arg), &fewer) : NULL;
    return rest && expr_is_const(rest, NULL) && mpq_sgn(rest->as.value) == 0;
}

/* The sign of b - a at x: 2 when it is not known. What both sides have in common cancels. */
static int compare_at(Join *j, const Expr *a, const Expr *b, Num x)
{
    Terms terms = { 0 };
    mpq_ptr exact = num_new(j->nums);
    bool known = true;
    expr_terms(j->cx, b, 1, &terms);
    expr_terms(j->cx, a, -1, &terms);
    mpfi_set_ui(j->sum.value, 0);
    for (size_t k = 0; k < terms.n; k++)
        known = known && add_value(j, &terms.at[k], x, exact);
    mpfi_add_q(j->sum.value, j->sum.value, exact);
    if (!known)
        return 2;
    if (mpfi_is_strictly_pos(j->sum.value) || mpfi_is_strictly_neg(j->sum.value))
        return mpfi_is_strictly_pos(j->sum.value) ? 1 : -1;
    return mpfi_is_zero(j->sum.value) || (!j->kink && is_one_number(j, a, b, x)) ? 0 : 2;
}

static const Expr *difference(Join *j, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { b, a };
    return expr_apply(j->cx, b->span, EIG_FN_SUB, 2, arg);
}

/* b - a is 0 at the kink: as a whole, or what is left of it without the terms that are. */
static bool is_same_at_kink(Join *j, const Expr *a, const Expr *b)
{
    Terms terms = { 0 };
    const Expr *whole = difference(j, a, b), *rest = NULL;
    if (kink_vanishes(j->cx, j->kink, whole))
        return true;
    expr_terms(j->cx, whole, 1, &terms);
    for (size_t k = 0; k < terms.n; k++) {
        const Term *t = &terms.at[k];
        const Expr *arg[2] = { rest ? rest : expr_const(j->cx, whole->span, num_int(j->nums, 0)), t->e };
        if (!kink_vanishes(j->cx, j->kink, t->e))
            rest = expr_apply(j->cx, whole->span, t->sign > 0 ? EIG_FN_ADD : EIG_FN_SUB, 2, arg);
    }
    return !rest || kink_vanishes(j->cx, j->kink, rest);
}

/* At an irrational kink g may jump in value if a step or floor in it switches there, and no other: its value is then the limit from one side. */
static PieceJoin values_at_kink(Join *j, const Expr *g, const CostPiece *left, const CostPiece *right)
{
    if (!expr_may_jump(g, EIG_VAR_X) || evaluate_at(j, g, NULL) == JET_FINE)
        return JOIN_FINE;
    if (!expr_has_one_switch(g, EIG_VAR_X) || evaluate_at(j, left->g, NULL) != JET_FINE || evaluate_at(j, right->g, NULL) != JET_FINE)
        return JOIN_UNKNOWN;
    int value = compare_at(j, left->g, right->g, right->lo);
    return abs(value) == 1 ? JOIN_JUMPS : value == 0 || is_same_at_kink(j, left->g, right->g) ? JOIN_FINE : JOIN_UNKNOWN;
}

/* Where nothing jumps in value the slopes may be the same. */
static PieceJoin compare_at_kink(Join *j, const Expr *g, const CostPiece *left, const CostPiece *right)
{
    PieceJoin values = values_at_kink(j, g, left, right);
    if (values != JOIN_FINE)
        return values;
    int slope = compare_at(j, left->slope, right->slope, right->lo);
    bool is_known = evaluate_at(j, left->slope, NULL) == JET_FINE && evaluate_at(j, right->slope, NULL) == JET_FINE;
    if (slope == 2 && is_known && is_same_at_kink(j, left->slope, right->slope))
        slope = 0;
    return slope == -1 ? JOIN_BENDS_DOWN : slope == 2 ? JOIN_UNKNOWN : JOIN_FINE;
}

/* The terms of g that may jump, as one sum; what is left of g is continuous. NULL: there are none. */
static const Expr *jumping_part(Join *j, const Expr *g)
{
    Terms terms = { 0 };
    const Expr *sum = NULL;
    expr_terms(j->cx, g, 1, &terms);
    for (size_t k = 0; k < terms.n; k++) {
        const Term *t = &terms.at[k];
        if (!expr_may_jump(t->e, EIG_VAR_X))
            continue;
        const Expr *arg[2] = { sum, t->e };
        if (sum)
            sum = expr_apply(j->cx, g->span, t->sign > 0 ? EIG_FN_ADD : EIG_FN_SUB, 2, arg);
        else
            sum = t->sign > 0 ? t->e : expr_apply(j->cx, g->span, EIG_FN_NEG, 1, &t->e);
    }
    return sum;
}

/* e on the piece, free of breaks: nowhere inside does it break that g does not. NULL: not seen. */
static const Expr *on_piece(Join *j, const Expr *e, const CostPiece *p)
{
    Pieces cut = { 0 };
    const Expr *at;
    Piece whole = { .lo = p->lo, .hi = p->hi, .e = e, .from = p->from, .to = p->to };
    return expr_pieces(j->cx, j->nums, &whole, EIG_VAR_X, ANY_KINKS, &cut, &at) == PIECES_FINE && cut.n == 1 ? cut.at[0].e : NULL;
}

/* Whether the limits of g at x from both sides and its value there are one. */
static PieceJoin compare_values(Join *j, const Expr *g, const CostPiece *left, const CostPiece *right)
{
    const Expr *part = jumping_part(j, g), *before, *after;
    if (!part)
        return JOIN_FINE;
    before = on_piece(j, part, left);
    after = on_piece(j, part, right);
    if (!before || !after) {
        part = g;
        before = left->g;
        after = right->g;
    }
    int value = compare_at(j, before, after, right->lo), there = compare_at(j, part, after, right->lo);
    return abs(value) == 1 || abs(there) == 1 ? JOIN_JUMPS : value == 2 || there == 2 ? JOIN_UNKNOWN : JOIN_FINE;
}

static PieceJoin compare(Join *j, const Expr *g, const CostPiece *left, const CostPiece *right)
{
    if (j->kink)
        return compare_at_kink(j, g, left, right);
    PieceJoin values = compare_values(j, g, left, right);
    int slope = compare_at(j, left->slope, right->slope, right->lo);
    if (values == JOIN_JUMPS)
        return JOIN_JUMPS;
    return slope == -1 ? JOIN_BENDS_DOWN : values == JOIN_UNKNOWN || slope == 2 ? JOIN_UNKNOWN : JOIN_FINE;
}

/* For people. */
static double value_of(Join *j, const Expr *e, Num x)
{
    return evaluate_at(j, e, x) == JET_FINE ? mpfi_get_d(j->term.value) : (double)NAN;
}

PieceJoin pieces_join(Ctx *cx, NumPool *nums, const Expr *g, const CostPiece *left, const CostPiece *right, const char **function, Jump *jump)
{
    Join j = { .cx = cx, .nums = nums, .kink = right->from };
    jet_result_init(&j.term);
    jet_result_init(&j.sum);
    JetTrouble trouble = evaluate_at(&j, g, right->lo);
    *function = trouble == JET_OUTSIDE || trouble == JET_EDGE ? j.term.function : NULL;
    bool is_outside = trouble == JET_OUTSIDE && !right->from, is_known = trouble <= JET_JUMP;
    PieceJoin there = is_outside ? JOIN_OUTSIDE : is_known ? compare(&j, g, left, right) : JOIN_UNKNOWN;
    if (there == JOIN_JUMPS)
        *jump = (Jump){ num_to_double(right->lo), value_of(&j, left->g, right->lo), value_of(&j, g, right->lo), value_of(&j, right->g, right->lo) };
    jet_result_clear(&j.term);
    jet_result_clear(&j.sum);
    return there;
}

/* Encloses x + slope at a double in j->term; false: not known. */
static bool force_at(Join *j, const Expr *slope, double x)
{
    jet_evaluate(slope, &(JetDomain){ .nums = j->nums, .lo = x, .hi = x }, &j->term);
    mpfi_add_d(j->term.value, j->term.value, x);
    return j->term.trouble == JET_FINE && mpfi_bounded_p(j->term.value);
}

bool pieces_fall(Ctx *cx, NumPool *nums, const CostPiece *left, const CostPiece *right, SlopeFall *out)
{
    static const int reach[] = { -20, -30, -40, -10, -4 };     /* powers of two */
    Join j = { .cx = cx, .nums = nums };
    bool falls = false;
    double at = num_to_double(right->from ? right->from->nearest : right->lo);
    jet_result_init(&j.term);
    for (size_t k = 0; k < sizeof reach / sizeof *reach && !falls; k++) {
        double h = ldexp(fmax(1, fabs(at)), reach[k]);
        *out = (SlopeFall){ .from = at - h, .to = at + h };
        bool is_within = (!left->lo || num_to_double_up(left->lo) < out->from) && (!right->hi || out->to < num_to_double_down(right->hi));
        if (!is_within || !force_at(&j, left->slope, out->from))
            continue;
        out->before = mpfr_get_d(&j.term.value->left, MPFR_RNDD);
        if (!force_at(&j, right->slope, out->to))
            continue;
        out->after = mpfr_get_d(&j.term.value->right, MPFR_RNDU);
        falls = out->after < out->before;
    }
    jet_result_clear(&j.term);
    return falls;
}

/* g is continuous from a little inside up to the end. */
static bool is_continuous(Join *j, const Expr *g, const CostPiece *piece, Num end)
{
    bool is_lo = piece->lo && mpq_equal(piece->lo, end);
    double reach = 0x1p-20 * fmin(1, piece->lo && piece->hi ? num_to_double(piece->hi) - num_to_double(piece->lo) : 1);
    double at = num_to_double(end), below = nextafter(at, -INFINITY), above = nextafter(at, INFINITY);
    jet_evaluate(g, &(JetDomain){ .nums = j->nums, .lo = is_lo ? below : at - reach, .hi = is_lo ? at + reach : above }, &j->term);
    return j->term.trouble == JET_FINE;
}

PieceJoin piece_ends(Ctx *cx, NumPool *nums, const Expr *g, const CostPiece *piece, Num end, Jump *jump)
{
    if (!end || !expr_may_jump(g, EIG_VAR_X))
        return JOIN_FINE;
    Join j = { .cx = cx, .nums = nums };
    jet_result_init(&j.term);
    jet_result_init(&j.sum);
    int there = is_continuous(&j, g, piece, end) ? 0 : compare_at(&j, piece->g, g, end);
    if (abs(there) == 1) {
        double value = value_of(&j, g, end);
        *jump = (Jump){ num_to_double(end), value_of(&j, piece->g, end), value, value };
    }
    jet_result_clear(&j.term);
    jet_result_clear(&j.sum);
    return there == 0 ? JOIN_FINE : there == 2 ? JOIN_UNKNOWN : there > 0 ? JOIN_JUMPS_UP : JOIN_JUMPS;
}
