#include "compiler/code/code.h"
#include "compiler/code/near.h"

#include <math.h>

#include "compiler/code/reach.h"
#include "compiler/expr/series.h"

/* The polynomial is for ROOM times as wide a range as is needed, if it can; it is looked at in so many places to each side, STEPS a power of two. */
enum { ROOM = 4, PLACES = 120, STEPS = 4 };

/* No range is wider. */
static const double WIDEST = 0.5;

typedef struct Near {
    Ctx *cx;
    NumPool *pool;
    Span at;
    const EigSolve *q;
    double lo, hi;              /* the piece */
    double coefficient[SERIES_TERMS];
} Near;

/* How far from 0 values of the piece are off, up to WIDEST. */
static double width_of_gaps(const Near *n)
{
    double width = 0;
    for (size_t k = 0; k < n->q->n_nodes; k++) {
        const EigNode *node = &n->q->node[k];
        double most = fmax(fabs(fmax(node->before, n->lo)), fabs(fmin(node->after, n->hi)));
        if (isnan(node->x) && node->before < n->hi && node->after > n->lo && most < WIDEST)
            width = fmax(width, most);
    }
    return width;
}

/* ---- a polynomial ---- */

static const Expr *call(const Near *n, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return expr_call(n->cx, n->pool, n->at, fn, 2, arg);
}

static const Expr *times_power(const Near *n, const Expr *e, int power)
{
    const Expr *x = expr_var(n->cx, n->at, EIG_VAR_X);
    if (power > 1)
        x = call(n, EIG_FN_POW, x, expr_const(n->cx, n->at, num_int(n->pool, power)));
    return power > 0 ? call(n, EIG_FN_MUL, x, e) : e;
}

/* c_k x^k + ... + c_m x^m as x^k (c_k + x^i (c_(k+i) + ...)), without the terms that are 0; its derivative with `is_slope`. */
static const Expr *polynomial(const Near *n, int n_terms, bool is_slope)
{
    const Expr *out = NULL;
    int power = 0;
    for (int k = n_terms; k-- > is_slope;) {
        if (n->coefficient[k] == 0)
            continue;
        mpq_ptr c = num_new(n->pool);
        mpq_set_d(c, n->coefficient[k]);
        if (is_slope)
            mpq_mul(c, c, num_int(n->pool, k));
        const Expr *term = expr_const(n->cx, n->at, c);
        out = out ? call(n, EIG_FN_ADD, term, times_power(n, out, power - k)) : term;
        power = k;
    }
    return out ? times_power(n, out, power - is_slope) : expr_const(n->cx, n->at, num_int(n->pool, 0));
}

static bool set_coefficients(Near *n, const Expr *value)
{
    Series s;
    series_init(&s);
    bool is = series_of(value, &s);
    for (int k = 0; k < SERIES_TERMS && is; k++) {
        n->coefficient[k] = mpfi_has_zero(s.c[k]) ? 0 : mpfi_get_d(s.c[k]);
        is = isfinite(n->coefficient[k]);
    }
    series_clear(&s);
    return is;
}

/* ---- where it is the value ---- */

static bool is_value_at(const Near *n, const EigCode *code, double x)
{
    double var[EIG_N_VARS] = { [EIG_VAR_X] = x };
    return !(x > n->lo && x < n->hi) || solve_has_value(n->q, x, eig_code_eval(code, var, NULL));
}

static bool is_value_within(const Near *n, const EigCode *code, double width)
{
    for (int k = 0; k < PLACES; k++) {
        double x = width * exp2(-(double)k / STEPS);
        if (!is_value_at(n, code, x) || !is_value_at(n, code, -x))
            return false;
    }
    return true;
}

/* With as few terms as do. */
static bool find(const Near *n, double width, SolvePiece *out)
{
    for (int n_terms = 2; n_terms <= SERIES_TERMS; n_terms++) {
        if (n->coefficient[n_terms - 1] == 0)
            continue;
        out->value = polynomial(n, n_terms, false);
        EigCode code = expr_to_code(n->cx, out->value);
        if (is_value_within(n, &code, width)) {
            out->slope = polynomial(n, n_terms, true);
            return true;
        }
    }
    return false;
}

/* The polynomial, and how far from 0 it is taken. */
static double find_widest(const Near *n, double needed, SolvePiece *out)
{
    double width = fmin(ROOM * needed, WIDEST);
    return find(n, width, out) ? width : find(n, needed, out) ? needed : 0;
}

static void add_kink(const Near *n, Num *kink, SolvePiece *piece, size_t *count, const SolvePiece *before, double up_to)
{
    piece[*count] = *before;
    kink[(*count)++] = num_from_double(n->pool, up_to);
}

const ExprSolve *solve_with_series(Ctx *cx, NumPool *pool, Span at, const ExprSolve *of, const EigSolve *q)
{
    enum { MORE = 4 };          /* two pieces end at 0, or one holds it */
    ExprSolve *out = ARENA_NEW(&cx->arena, ExprSolve);
    Num *kink = ARENA_ARRAY(&cx->arena, of->n_kinks + MORE, Num);
    SolvePiece *piece = ARENA_ARRAY(&cx->arena, of->n_kinks + 1 + MORE, SolvePiece);
    size_t n = 0;
    for (size_t k = 0; k <= of->n_kinks; k++) {
        Num lo = k ? of->kink[k - 1] : of->lo, hi = k < of->n_kinks ? of->kink[k] : of->hi;
        Near near = { cx, pool, at, q, lo ? num_to_double(lo) : -(double)INFINITY, hi ? num_to_double(hi) : (double)INFINITY, { 0 } };
        double needed = near.lo <= 0 && near.hi >= 0 ? width_of_gaps(&near) : 0;
        SolvePiece inner;
        double width = needed > 0 && set_coefficients(&near, of->piece[k].value) ? find_widest(&near, needed, &inner) : 0;
        if (width > 0 && near.lo < -width)
            add_kink(&near, kink, piece, &n, &of->piece[k], -width);
        if (width > 0 && near.hi > width)
            add_kink(&near, kink, piece, &n, &inner, width);
        piece[n] = width > 0 && near.hi <= width ? inner : of->piece[k];
        if (k < of->n_kinks)
            kink[n++] = of->kink[k];
    }
    *out = (ExprSolve){ .lo = of->lo, .hi = of->hi, .n_kinks = n, .kink = kink, .piece = piece };
    return out;
}
