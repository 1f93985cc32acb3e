/* Costs by formula that are a smooth cost of the catalogue, with what may stand beside it: m log(x - c) is a
 * log_barrier moved to c, and a polynomial of degree three on a side of a place from which on it bends up a cubic; of x,
 * or of -x. */
#include "compiler/expr/affine.h"
#include "compiler/expr/derive.h"
#include "compiler/expr/piece.h"
#include "compiler/expr/zero.h"
#include "compiler/model/cost/cost_input.h"

/* ---- sums ---- */

/* The sum k log(x - at) + tilt x + a x^2/2. */
typedef struct LogSum {
    Num at;                     /* NULL: no logarithm yet */
    Num k, tilt, a;
} LogSum;

static bool add_log(const Writer *w, const Expr *of, Num k, LogSum *out)
{
    Num offset, rate;
    if (!expr_affine(w->b->nums, of, EIG_VAR_X, &offset, &rate) || mpq_sgn(rate) <= 0)
        return false;
    Num at = minus(w, exact_quotient(w, offset, rate));
    if (out->at && !mpq_equal(out->at, at))
        return false;
    out->at = at;
    out->k = exact_sum(w, out->k, k);
    return true;
}

/* At most a parabola, and defined everywhere. */
static bool add_parabola(const Writer *w, const Expr *e, Num k, LogSum *out)
{
    Num tilt, a;
    const Expr *slope = expr_is_defined(e) && !expr_may_jump(e, EIG_VAR_X) ? expr_derive(w->b->cx, w->b->nums, e, EIG_VAR_X) : NULL;
    if (!slope || !expr_affine(w->b->nums, slope, EIG_VAR_X, &tilt, &a))
        return false;
    out->tilt = exact_sum(w, out->tilt, exact_product(w, k, tilt));
    out->a = exact_sum(w, out->a, exact_product(w, k, a));
    return true;
}

/* k e */
static bool add_term(const Writer *w, const Expr *e, Num k, LogSum *out)
{
    Num c;
    if (e->kind != EXPR_CALL)
        return add_parabola(w, e, k, out);
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_LOG: return add_log(w, arg[0], k, out);
    case EIG_FN_NEG: return add_term(w, arg[0], minus(w, k), out);
    case EIG_FN_ADD: return add_term(w, arg[0], k, out) && add_term(w, arg[1], k, out);
    case EIG_FN_SUB: return add_term(w, arg[0], k, out) && add_term(w, arg[1], minus(w, k), out);
    case EIG_FN_DIV:
        if (expr_is_const(arg[1], &c) && mpq_sgn(c) != 0)
            return add_term(w, arg[0], exact_quotient(w, k, c), out);
        return false;
    case EIG_FN_MUL:
        for (int i = 0; i < 2; i++)
            if (expr_is_const(arg[i], &c))
                return add_term(w, arg[1 - i], exact_product(w, k, c), out);
        break;
    default: break;
    }
    return add_parabola(w, e, k, out);
}

/* ---- costs ---- */

static Num moved(const Writer *w, Num x, Num by)
{
    return x ? exact_sum(w, x, by) : NULL;
}

/* g(x) = G(x - c): what it is of x - c, and the domain. G' at 0 is `tilt`, G''(0) without its smooth part `a`. */
static bool place(const Writer *w, const CostFormula *f, Num c, Num tilt, Num a, Cost *out)
{
    Num back = minus(w, c);
    *out = (Cost){ .span = f->span, .lambda = num_int(w->b->nums, 0), .tilt = tilt, .a_neg = a, .a_pos = a };
    out->shift = mpq_sgn(c) ? c : NULL;
    out->lo = moved(w, f->lo, back);
    out->hi = moved(w, f->hi, back);
    return mpq_cmp_si(a, -1, 1) > 0;
}

static bool as_log_barrier(const Writer *w, const CostFormula *f, Cost *out)
{
    Num zero = num_int(w->b->nums, 0);
    LogSum sum = { .k = zero, .tilt = zero, .a = zero };
    if (!f->lo || !add_term(w, f->g, one(w), &sum) || !sum.at || mpq_sgn(sum.k) >= 0 || mpq_cmp(f->lo, sum.at) < 0)
        return false;
    Num tilt = exact_sum(w, sum.tilt, exact_product(w, sum.a, sum.at));
    if (!place(w, f, sum.at, tilt, sum.a, out))
        return false;
    out->smooth = SMOOTH_LOG_BARRIER;
    out->p[0] = minus(w, sum.k);
    return true;
}

/* From 0 on where x + g' rises there, else from the lower end of the domain on. */
static bool as_cubic(const Writer *w, const CostFormula *f, Cost *out)
{
    Num a, rate, c = num_int(w->b->nums, 0);
    if (!f->lo || mpq_sgn(f->lo) < 0 || !expr_is_defined(f->g) || expr_may_jump(f->g, EIG_VAR_X) ||
        !expr_affine(w->b->nums, f->piece[0].curve, EIG_VAR_X, &a, &rate) || mpq_sgn(rate) <= 0)
        return false;
    if (mpq_cmp_si(a, -1, 1) <= 0) {
        c = f->lo;
        a = exact_sum(w, a, exact_product(w, rate, c));
    }
    Num tilt = expr_exact(w->b->nums, f->piece[0].slope, EIG_VAR_X, c);
    if (!tilt || !place(w, f, c, tilt, a, out))
        return false;
    out->smooth = SMOOTH_CUBIC;
    out->p[0] = half(w, rate);
    return true;
}

static bool match(const Writer *w, const CostFormula *f, Cost *out)
{
    return as_log_barrier(w, f, out) || as_cubic(w, f, out);
}

static const Expr *of_negative(const Writer *w, EigVar by, const Expr *e)
{
    return expr_replaced(w->b->cx, w->b->nums, e, by, write1(w, EIG_FN_NEG, expr_var(w->b->cx, w->at, by)));
}

/* g(-x), whose prox at -s is minus that of g at s. */
static bool match_mirrored(const Writer *w, const CostFormula *f, Cost *out)
{
    CostFormula m = *f;
    CostPiece piece = f->piece[0];
    piece.slope = write1(w, EIG_FN_NEG, of_negative(w, EIG_VAR_X, piece.slope));
    piece.curve = of_negative(w, EIG_VAR_X, piece.curve);
    m.g = of_negative(w, EIG_VAR_X, f->g);
    m.lo = f->hi ? minus(w, f->hi) : NULL;
    m.hi = f->lo ? minus(w, f->lo) : NULL;
    m.piece = &piece;
    out->is_mirrored = match(w, &m, out);
    return out->is_mirrored;
}

bool cost_match(Builder *b, const CostFormula *f, Cost *out)
{
    Writer w = { b, f->span, .plain = true };
    return f->n_pieces == 1 && (match(&w, f, out) || match_mirrored(&w, f, out)) && cost_close(b, out);
}

/* ---- activations ---- */

/* Of a logarithm at c < 0, where y + c cancels if c is not too small beside it. With p = -c and q = 1 + a,
 * x (q + m/(p y)) = s less what it is for x = 0. That is for y from p/2 on; below it stays what it is at p/2, and the rest of
 * y - p/2 is added. */
static const Expr *from_zero(const Writer *w, const Cost *c, Num gain, Num threshold, const Expr *y)
{
    enum { FAR = 1000 };
    Num p = minus(w, c->shift), q = total_quadratic(w, c), middle = half(w, p), share = exact_quotient(w, c->p[0], exact_product(w, q, p));
    Num at_zero = exact_sum(w, c->tilt, exact_difference(w, exact_product(w, c->a_pos, p), exact_quotient(w, c->p[0], p)));
    Num zero = exact_sum(w, threshold, exact_quotient(w, at_zero, gain));
    if (magnitude(share) > FAR)
        return plus(w, y, write_number(w, c->shift));
    const Expr *from = write_number(w, minus(w, exact_sum(w, middle, share))), *end = write_number(w, middle);
    const Expr *top = larger(w, write_affine(w, exact_quotient(w, gain, q), zero), from);
    const Expr *x = over(w, top, one_plus(w, write_quotient(w, share, larger(w, y, end))));
    return plus(w, x, less(w, smaller(w, y, end), end));
}

/* x = y + c on its domain, from y without one, so that ends are ends as rounded. */
static void placed_activation(Builder *b, const Cost *c, Num gain, Num threshold, Activation *out)
{
    Writer plain = { b, c->span, .plain = true }, computed = { b, c->span, .plain = false };
    cost_activation(b, c, gain, threshold, out);
    if (!c->shift)
        return;
    out->is_analytic = false;   /* as it is computed it has ends */
    Cost open = *c;
    Activation y;
    open.lo = open.hi = open.shift = NULL;
    cost_activation(b, &open, gain, exact_sum(&plain, threshold, exact_quotient(&plain, c->shift, gain)), &y);
    const Expr *x = c->smooth == SMOOTH_LOG_BARRIER && mpq_sgn(c->shift) < 0 ? from_zero(&computed, c, gain, threshold, y.computed)
                                                                             : plus(&computed, y.computed, write_number(&computed, c->shift));
    Num lo = moved(&plain, c->lo, c->shift), hi = moved(&plain, c->hi, c->shift);
    out->computed = write_clipped(&computed, x, lo, hi);
    out->phi = write_clipped(&plain, plus(&plain, y.phi, write_number(&plain, c->shift)), lo, hi);
}

static Num opposite(const Writer *w, Num x)
{
    return x ? minus(w, x) : NULL;
}

void cost_match_activation(Builder *b, const Cost *c, Num gain, Num threshold, Activation *out)
{
    Writer w = { b, c->span, .plain = true };
    placed_activation(b, c, gain, c->is_mirrored ? minus(&w, threshold) : threshold, out);
    if (!c->is_mirrored)
        return;
    Num lo = out->range_lo;
    out->range_lo = opposite(&w, out->range_hi);
    out->range_hi = opposite(&w, lo);
    out->threshold = threshold;
    out->phi = write1(&w, EIG_FN_NEG, of_negative(&w, EIG_VAR_Z, out->phi));
    out->computed = write1(&w, EIG_FN_NEG, of_negative(&w, EIG_VAR_Z, out->computed));
    out->slope = of_negative(&w, EIG_VAR_Z, out->slope);
    out->computed_slope = of_negative(&w, EIG_VAR_Z, out->computed_slope);
}
