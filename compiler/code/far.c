#include "compiler/code/far.h"

#include <float.h>
#include <math.h>

#include "compiler/expr/affine.h"
#include "compiler/expr/enclose.h"

/* It is looked at every power of two times the edge, and from 2^FINE on at one in STRIDE. From 2^ENOUGH on an enclosure may tell nothing. */
enum { FINE = 64, STRIDE = 8, ENOUGH = 16 };

/* A value is on the line if it is off by no more than its rounding, about. One that is SHARP tells something. */
static const double CLOSE = 0x1p-51, SHARP = 0x1p-60, NOTHING = 0x1p-1074, LEAST_SLOPE = 0x1p-10;

typedef struct Look {
    const EigSolve *q;
    mpfi_t *stack;
    mpfi_t exact;
    mpfr_t at_edge, value, line, width;
} Look;

/* The exact value at x into l->value; false where its enclosure tells nothing. */
static bool look_at(Look *l, double x)
{
    enclose_code(&eig_solve_piece(l->q, x)->value, x, l->stack, l->exact);
    mpfi_diam_abs(l->width, l->exact);
    mpfi_mid(l->value, l->exact);
    mpfr_mul_d(l->line, l->value, SHARP, MPFR_RNDN);
    return mpfr_number_p(l->value) && mpfr_number_p(l->width) && (mpfr_cmpabs(l->width, l->line) <= 0 || mpfr_cmp_d(l->width, NOTHING) <= 0);
}

/* What is as good as 0 beside the value at the edge is 0. */
static bool draw(Look *l, double edge, double other, FarLine *out)
{
    if (!look_at(l, edge))
        return false;
    mpfr_set(l->at_edge, l->value, MPFR_RNDN);
    if (!look_at(l, other))
        return false;
    mpfr_sub(l->line, l->value, l->at_edge, MPFR_RNDN);
    mpfr_div_d(l->line, l->line, other - edge, MPFR_RNDN);
    out->slope = mpfr_get_d(l->line, MPFR_RNDN);
    if (fabs(out->slope * edge) <= SHARP * fabs(mpfr_get_d(l->at_edge, MPFR_RNDN)))
        out->slope = 0;
    mpfr_set_d(l->line, edge, MPFR_RNDN);
    mpfr_mul_d(l->line, l->line, out->slope, MPFR_RNDN);
    mpfr_sub(l->line, l->at_edge, l->line, MPFR_RNDN);
    out->offset = mpfr_get_d(l->line, MPFR_RNDN);
    if (fabs(out->offset) <= CLOSE * fabs(out->slope * edge))
        out->offset = 0;
    return isfinite(out->slope) && isfinite(out->offset);
}

/* l->value, at x, is on the line. */
static bool is_on(Look *l, double x, const FarLine *of)
{
    mpfr_set_d(l->line, x, MPFR_RNDN);
    mpfr_mul_d(l->line, l->line, of->slope, MPFR_RNDN);
    mpfr_add_d(l->line, l->line, of->offset, MPFR_RNDN);
    mpfr_sub(l->value, l->value, l->line, MPFR_RNDN);
    mpfr_mul_d(l->line, l->line, CLOSE, MPFR_RNDN);
    return mpfr_cmpabs(l->value, l->line) <= 0 || (mpfr_abs(l->value, l->value, MPFR_RNDN), mpfr_cmp_d(l->value, NOTHING) <= 0);
}

static bool is_straight(Look *l, double edge, double last, const FarLine *of)
{
    double x = edge;
    for (int k = 1; fabs(x) < fabs(last); k += k < FINE ? 1 : STRIDE) {
        x = copysign(fmin(ldexp(fabs(edge), k), fabs(last)), edge);
        if (!look_at(l, x))
            return k > ENOUGH;
        if (!is_on(l, x, of))
            return false;
    }
    return true;
}

static size_t slots(const EigSolve *q)
{
    size_t most = 0;
    for (size_t k = 0; k < q->n_pieces; k++)
        most = q->piece[k].value.depth > most ? q->piece[k].value.depth : most;
    return most;
}

bool far_line(const EigSolve *q, double edge, double last, FarLine *out)
{
    mpfi_t stack[EIG_CODE_MAX_DEPTH];
    Look l = { .q = q, .stack = stack };
    size_t n = slots(q);
    for (size_t k = 0; k < n; k++)
        mpfi_init2(stack[k], ENCLOSE_PRECISION);
    mpfi_init2(l.exact, ENCLOSE_PRECISION);
    mpfr_inits2(ENCLOSE_PRECISION, l.at_edge, l.value, l.line, l.width, (mpfr_ptr)0);
    double other = copysign(fmin(2 * fabs(edge), fabs(last)), edge);
    bool is = edge * last > 0 && other != edge && draw(&l, edge, other, out) && is_straight(&l, edge, last, out);
    mpfr_clears(l.at_edge, l.value, l.line, l.width, (mpfr_ptr)0);
    mpfi_clear(l.exact);
    for (size_t k = 0; k < n; k++)
        mpfi_clear(stack[k]);
    return is;
}

/* ---- in a solve ---- */

typedef struct Side {
    bool is;
    double edge;
    FarLine line;
} Side;

/* A solution on a line is found where the line rises. */
static Side side(const EigSolve *q, double edge, double last)
{
    Side s = { .edge = edge };
    s.is = isfinite(edge) && edge != 0 && far_line(q, edge, last, &s.line) && s.line.slope >= LEAST_SLOPE;
    return s;
}

static SolvePiece on_line(Ctx *cx, NumPool *pool, Span at, const FarLine *line)
{
    Num slope = num_from_double(pool, line->slope);
    const Expr *value = expr_plus_affine(cx, pool, expr_const(cx, at, num_int(pool, 0)), EIG_VAR_X, num_from_double(pool, line->offset), slope);
    return (SolvePiece){ value, expr_const(cx, at, slope) };
}

const ExprSolve *solve_with_far_lines(Ctx *cx, NumPool *pool, Span at, const ExprSolve *of, const EigSolve *q)
{
    double lo = of->lo ? num_to_double(of->lo) : -DBL_MAX, hi = of->hi ? num_to_double(of->hi) : DBL_MAX;
    Side low = side(q, q->from, nextafter(lo, 0)), high = side(q, q->to, nextafter(hi, 0));
    if (!low.is && !high.is)
        return of;
    ExprSolve *out = ARENA_NEW(&cx->arena, ExprSolve);
    Num *kink = ARENA_ARRAY(&cx->arena, of->n_kinks + 2, Num);
    SolvePiece *piece = ARENA_ARRAY(&cx->arena, of->n_kinks + 3, SolvePiece);
    *out = (ExprSolve){ .lo = of->lo, .hi = of->hi, .kink = kink, .piece = piece };
    size_t n = 0;
    if (low.is) {
        piece[n] = on_line(cx, pool, at, &low.line);
        kink[n++] = num_from_double(pool, low.edge);
    }
    for (size_t k = 0; k <= of->n_kinks; k++) {
        bool is_before = low.is && k < of->n_kinks && num_to_double(of->kink[k]) <= low.edge;
        bool is_last = k == of->n_kinks || (high.is && num_to_double(of->kink[k]) >= high.edge);
        if (is_before)
            continue;
        piece[n] = of->piece[k];
        if (is_last)
            break;
        kink[n++] = of->kink[k];
    }
    if (high.is) {
        kink[n++] = num_from_double(pool, high.edge);
        piece[n] = on_line(cx, pool, at, &high.line);
    }
    out->n_kinks = n;
    return out;
}
