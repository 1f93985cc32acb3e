/* An expression is cut where step, pulse and floor break it, and the pieces that meet at such a place are compared there: at a rational place
 * exactly, or in many digits; at an irrational one over all between the doubles beside it. What both have in common cancels first. */
#include "compiler/expr/jump.h"

#include <math.h>
#include <string.h>

#include "compiler/expr/affine.h"
#include "compiler/expr/enclose.h"
#include "compiler/expr/piece.h"

typedef struct Look {
    Ctx *cx;
    NumPool *nums;
    EigVar by;
    const Piece *left, *right;  /* they meet under way */
} Look;

/* All values of a term where the pieces meet; false: it may have none, or is not seen to be without breaks. */
static bool enclose_there(Look *l, const Expr *e, mpfi_ptr y)
{
    const Kink *kink = l->right->from;
    Num exact = kink ? NULL : expr_exact(l->nums, e, l->by, l->right->lo);
    if (exact || expr_is_const(e, &exact)) {
        mpfi_set_q(y, exact);
        return true;
    }
    const Expr *moved = kink ? e : expr_moved(l->cx, l->nums, e, l->by, l->right->lo, expr_var(l->cx, e->span, l->by));
    mpfi_t x;
    OpenRange value;
    mpfi_init2(x, ENCLOSE_PRECISION);
    mpfi_init2(value.in, ENCLOSE_PRECISION);
    mpfi_set_ui(x, 0);
    if (kink) {
        mpfr_set_q(&x->left, kink->below, MPFR_RNDD);
        mpfr_set_q(&x->right, kink->above, MPFR_RNDU);
    }
    bool is = moved && enclose_expr(moved, l->by, &(EncloseAt){ .x = x }, &value);
    mpfi_set(y, value.in);
    mpfi_clear(x);
    mpfi_clear(value.in);
    return is;
}

/* b - a there is proved not to be 0. */
static bool differ(Look *l, const Expr *a, const Expr *b)
{
    Terms terms = { 0 };
    mpfi_t sum, term;
    bool is_known = true;
    mpfi_init2(sum, ENCLOSE_PRECISION);
    mpfi_init2(term, ENCLOSE_PRECISION);
    mpfi_set_ui(sum, 0);
    expr_terms(l->cx, b, 1, &terms);
    expr_terms(l->cx, a, -1, &terms);
    for (size_t k = 0; k < terms.n && is_known; k++) {
        is_known = enclose_there(l, terms.at[k].e, term);
        (terms.at[k].sign > 0 ? mpfi_add : mpfi_sub)(sum, sum, term);
    }
    bool yes = is_known && (mpfi_is_strictly_pos(sum) || mpfi_is_strictly_neg(sum));
    mpfi_clear(sum);
    mpfi_clear(term);
    return yes;
}

static double value_there(Look *l, const Expr *e)
{
    mpfi_t y;
    mpfi_init2(y, ENCLOSE_PRECISION);
    double value = enclose_there(l, e, y) ? mpfi_get_d(y) : (double)NAN;
    mpfi_clear(y);
    return value;
}

static bool jumps_where_they_meet(Look *l, const Expr *e, Jump *out)
{
    const Expr *before = l->left->e, *after = l->right->e;
    bool is_rational = !l->right->from;
    if (!differ(l, before, after) && !(is_rational && (differ(l, before, e) || differ(l, after, e))))
        return false;
    out->at = num_to_double(is_rational ? l->right->lo : l->right->from->nearest);
    out->before = value_there(l, before);
    out->there = is_rational ? value_there(l, e) : (double)NAN;
    out->after = value_there(l, after);
    return true;
}

static bool jump_within(Look *l, const Expr *e, Num lo, Num hi, Jump *out)
{
    Pieces pieces = { 0 };
    const Expr *at;
    if (expr_pieces(l->cx, l->nums, &(Piece){ .lo = lo, .hi = hi, .e = e }, l->by, ANY_BREAKS, &pieces, &at) != PIECES_FINE)
        return false;
    for (size_t k = 1; k < pieces.n; k++) {
        l->left = &pieces.at[k - 1];
        l->right = &pieces.at[k];
        if (jumps_where_they_meet(l, e, out))
            return true;
    }
    return false;
}

/* Between middle + from and middle + to, as far as that is in [lo, hi]. */
static bool jump_near(Look *l, const Expr *e, Num lo, Num hi, double from, double to, Jump *out)
{
    mpq_ptr middle = num_new(l->nums), a = num_new(l->nums), b = num_new(l->nums);
    if (lo || hi)
        mpq_add(middle, lo ? lo : hi, hi ? hi : lo);
    mpq_div_2exp(middle, middle, 1);
    mpq_add(a, middle, num_from_double(l->nums, from));
    mpq_add(b, middle, num_from_double(l->nums, to));
    Num least = lo && mpq_cmp(a, lo) < 0 ? lo : a, most = hi && mpq_cmp(b, hi) > 0 ? hi : b;
    return mpq_cmp(least, most) < 0 && jump_within(l, e, least, most, out);
}

bool expr_jump(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Jump *out)
{
    static const int width[] = { 0, 2, 4, -4, 8, -8, 12, -12, 16, -16, 20, -20, -28, -36 };         /* powers of two */
    static const double part[][2] = { { -1, 1 }, { 0.375, 1.625 }, { -1.625, -0.375 } };      /* breaks may have no end next to the middle */
    Look l = { .cx = cx, .nums = pool, .by = by };
    if (!expr_may_jump(e, by))
        return false;
    for (size_t k = 0; k < sizeof width / sizeof *width; k++)
        for (size_t n = 0; n < sizeof part / sizeof *part; n++)
            if (jump_near(&l, e, lo, hi, ldexp(part[n][0], width[k]), ldexp(part[n][1], width[k]), out))
                return true;
    return jump_within(&l, e, lo, hi, out);
}

const char *jump_text(Ctx *cx, const Jump *j)
{
    const char *before = arena_printf(&cx->arena, "%.10g", j->before), *there = arena_printf(&cx->arena, "%.10g", j->there);
    const char *after = arena_printf(&cx->arena, "%.10g", j->after);
    bool is_single = !isnan(j->there) && strcmp(there, before) != 0 && strcmp(there, after) != 0;
    if (isnan(j->before) || isnan(j->after) || (!is_single && strcmp(before, after) == 0))
        return NULL;
    return is_single ? arena_printf(&cx->arena, "from %s over %s to %s", before, there, after)
           : arena_printf(&cx->arena, "from %s to %s", before, after);
}
