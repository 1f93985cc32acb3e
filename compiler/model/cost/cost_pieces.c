/* Costs by formula made of parabolas that meet anywhere: x + g'(x) = offset + rate x is straight on every piece and
 * nowhere jumps down, so that the prox is straight between plateaus. With the piece that has 0 in it, or is nearest to
 * 0, as the first of a sum, every further piece adds what lies beyond the kink towards 0:
 *
 *   v = clip(y_p, lo_p, hi_p),  y_k = (s - offset_k)/rate_k
 *   v = min(v + max(y_k - lo_k, 0), hi_k)    for the pieces above, upwards
 *   v = max(v + min(y_k - hi_k, 0), lo_k)    for those below, downwards
 *
 * What is added has the sign of v, so that nothing cancels; v is the kink itself, rounded once, before anything is
 * added; and y_k - lo_k is one constant times z less another, exact until each is rounded. */
#include "compiler/expr/affine.h"
#include "compiler/expr/piece.h"
#include "compiler/expr/zero.h"
#include "compiler/model/cost/cost_input.h"

#include <math.h>

enum { MOST_LINES = 8 };

typedef struct Line {
    Num offset, rate;           /* x + g'(x) = offset + rate x, rate > 0 */
    Num lo, hi;                 /* NULL: unbounded */
} Line;

typedef struct Lines {
    size_t n, near;             /* near: the line with 0 in it, or next to 0 */
    Line at[MOST_LINES];
    Num gain, threshold;
} Lines;

/* ---- reading ---- */

static bool is_double(Num x)
{
    return !x || isfinite(num_to_double(x));
}

static Num value_at(const Writer *w, const Line *l, Num x)
{
    return exact_sum(w, l->offset, exact_product(w, l->rate, x));
}

/* Appends l; one line where it goes on as the last one. False where it would jump down, or there are too many. */
static bool add_line(const Writer *w, Lines *out, const Line *l)
{
    if (out->n) {
        Line *last = &out->at[out->n - 1];
        if (mpq_equal(last->offset, l->offset) && mpq_equal(last->rate, l->rate)) {
            last->hi = l->hi;
            return true;
        }
        if (mpq_cmp(value_at(w, last, l->lo), value_at(w, l, l->lo)) > 0 || out->n == MOST_LINES)
            return false;
    }
    out->at[out->n++] = *l;
    return true;
}

static bool read_lines(const Writer *w, const CostFormula *f, Lines *out)
{
    if (!expr_is_defined(f->g) || expr_may_jump(f->g, EIG_VAR_X))
        return false;
    for (size_t k = 0; k < f->n_pieces; k++) {
        const CostPiece *p = &f->piece[k];
        Num tilt, a;
        if (p->from || p->to || !is_double(p->lo) || !is_double(p->hi) || !expr_affine(w->b->nums, p->slope, EIG_VAR_X, &tilt, &a))
            return false;
        Line l = { tilt, exact_sum(w, one(w), a), p->lo, p->hi };
        if (mpq_sgn(l.rate) <= 0 || !add_line(w, out, &l))
            return false;
    }
    while (out->near + 1 < out->n && mpq_sgn(out->at[out->near].hi) <= 0)
        out->near++;
    return true;
}

/* ---- writing ---- */

static Num slope_of(const Writer *w, const Lines *q, const Line *l)
{
    return exact_quotient(w, q->gain, l->rate);
}

/* The z at which the line has come to x. */
static Num place_of(const Writer *w, const Lines *q, const Line *l, Num x)
{
    return exact_sum(w, q->threshold, exact_quotient(w, value_at(w, l, x), q->gain));
}

/* y - x, y the line */
static const Expr *beyond(const Writer *w, const Lines *q, const Line *l, Num x)
{
    return write_affine(w, slope_of(w, q, l), place_of(w, q, l, x));
}

static const Expr *write_value(const Writer *w, const Lines *q)
{
    const Line *near = &q->at[q->near];
    const Expr *zero = write_integer(w, 0);
    const Expr *v = write_clipped(w, beyond(w, q, near, num_int(w->b->nums, 0)), near->lo, near->hi);
    for (const Line *l = near + 1; l < q->at + q->n; l++)
        v = write_clipped(w, plus(w, v, larger(w, beyond(w, q, l, l->lo), zero)), NULL, l->hi);
    for (size_t k = q->near; k-- > 0;) {
        const Line *l = &q->at[k];
        v = write_clipped(w, plus(w, v, smaller(w, beyond(w, q, l, l->hi), zero)), l->lo, NULL);
    }
    return v;
}

/* 1 from x of the line on, 0 below. */
static const Expr *from_place(const Writer *w, const Lines *q, const Line *l, Num x)
{
    return step(w, write_affine(w, one(w), place_of(w, q, l, x)));
}

/* 1 on the line, at its lower end and at the upper end of the domain; NULL: everywhere. */
static const Expr *inside(const Writer *w, const Lines *q, const Line *l)
{
    const Expr *from = l->lo ? from_place(w, q, l, l->lo) : NULL;
    if (!l->hi)
        return from;
    if (l < q->at + q->n - 1)
        return less(w, from ? from : write_integer(w, 1), from_place(w, q, l, l->hi));
    const Expr *to = step(w, write1(w, EIG_FN_NEG, write_affine(w, one(w), place_of(w, q, l, l->hi))));
    return from ? times(w, from, to) : to;
}

static const Expr *write_slope(const Writer *w, const Lines *q)
{
    const Expr *all = NULL;
    for (const Line *l = q->at; l < q->at + q->n; l++) {
        const Expr *on = inside(w, q, l), *part = on ? write_scaled(w, slope_of(w, q, l), on) : write_number(w, slope_of(w, q, l));
        all = all ? plus(w, all, part) : part;
    }
    return all;
}

/* ---- what is known of it ---- */

static void widen(Activation *out, Num slope)
{
    if (!out->slope_lo || mpq_cmp(slope, out->slope_lo) < 0)
        out->slope_lo = slope;
    if (!out->slope_hi || mpq_cmp(slope, out->slope_hi) > 0)
        out->slope_hi = out->slope_attained = slope;
}

static bool has_plateau(const Writer *w, const Lines *q)
{
    for (const Line *l = q->at + 1; l < q->at + q->n; l++)
        if (mpq_cmp(value_at(w, l - 1, l->lo), value_at(w, l, l->lo)) < 0)
            return true;
    return q->at[0].lo || q->at[q->n - 1].hi;
}

bool cost_pieces_activation(Builder *b, const CostFormula *f, Num gain, Num threshold, Activation *out)
{
    Writer plain = { b, f->span, .plain = true }, computed = { b, f->span, .plain = false };
    Lines q = { .gain = gain, .threshold = threshold };
    if (!read_lines(&plain, f, &q))
        return false;
    *out = (Activation){ .slope_known = true, .gain = gain, .threshold = threshold, .span = f->span, .range_lo = f->lo, .range_hi = f->hi };
    out->phi = write_value(&plain, &q);
    out->slope = write_slope(&plain, &q);
    out->computed = write_value(&computed, &q);
    out->computed_slope = write_slope(&computed, &q);
    for (const Line *l = q.at; l < q.at + q.n; l++)
        widen(out, slope_of(&plain, &q, l));
    if (has_plateau(&plain, &q))
        widen(out, num_int(b->nums, 0));
    return true;
}
