#include "compiler/check/slope/image.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/slope/image_form.h"
#include "compiler/check/slope/jet/jet.h"
#include "compiler/check/slope/form/standard.h"

/* Branch and bound on the value, over the pieces that slope_formula.c starts from. A piece is done when none of its
 * values is more than SHARPNESS beyond one that is taken: seen at once where phi never turns, since its largest value
 * is at an end or, in a tail, the limit. */
enum { MAX_PIECES = 6000, MAX_WORK = JET_BUDGET / 4, MAX_STACK = 512 };     /* of all the searches over one formula */
static const double SHARPNESS = 1e-8, NARROWEST = 0x1p-44, FURTHEST = 0x1p60, TAIL_FROM = 64;

/* [lo, hi]; infinite outwards in a tail. */
typedef struct Piece {
    double lo, hi;
} Piece;

/* Under way to the largest value of sign * e. */
typedef struct Search {
    const Expr *e;
    int sign;
    NumPool scratch;
    size_t most_work;           /* of scratch */
    Piece stack[MAX_STACK];
    size_t n, n_done;
    double taken, bound;        /* some value is at least this; no value of the pieces done is larger than that */
    double size;                /* of the values seen */
    bool failed;                /* somewhere not defined, or a jump, as far as was seen */
    JetResult whole, end, room;
} Search;

static void evaluate(Search *s, double lo, double hi, JetResult *out)
{
    jet_on_line(s->e, &s->scratch, lo, hi, &s->room, out);
}

static double upper(mpfi_srcptr x, int sign)
{
    return sign > 0 ? mpfr_get_d(&x->right, MPFR_RNDU) : -mpfr_get_d(&x->left, MPFR_RNDD);
}

static double lower(mpfi_srcptr x, int sign)
{
    return -upper(x, -sign);
}

/* No value at z is larger than this; infinite where there is none. */
static double value_at(Search *s, double z)
{
    evaluate(s, z, z, &s->end);
    if (s->end.trouble != JET_FINE)
        return INFINITY;
    double lo = lower(s->end.value, s->sign);
    s->taken = fmax(s->taken, lo);
    s->size = isfinite(lo) ? fmax(s->size, fabs(lo)) : s->size;
    return upper(s->end.value, s->sign);
}

static bool is_tail(const Piece *p)
{
    return !isfinite(p->lo) || !isfinite(p->hi);
}

static bool is_sharp(const Search *s, double hi)
{
    return hi <= s->taken + SHARPNESS * fmax(fabs(s->taken), 0.01 * s->size);
}

/* An upper bound `hi` of the limit of a tail, narrowed. In the tail sign * e never falls outwards, so that its
 * limit, seen from far out, bounds all of it. */
static double limit_of(Search *s, const Piece *p, double hi)
{
    bool right = !isfinite(p->hi);
    for (double from = fabs(right ? p->lo : p->hi); from <= FURTHEST && !is_sharp(s, hi); from *= 4) {
        value_at(s, right ? from : -from);
        evaluate(s, right ? from : -(double)INFINITY, right ? (double)INFINITY : -from, &s->end);
        if (s->end.trouble == JET_FINE)
            hi = fmin(hi, upper(s->end.value, s->sign));
    }
    return hi;
}

/* An upper bound of the values in a piece whose jet is `whole`. */
static double most_in(Search *s, const Piece *p)
{
    double hi = upper(s->whole.value, s->sign), rise = lower(s->whole.slope, s->sign), fall = upper(s->whole.slope, s->sign);
    if (is_tail(p)) {
        bool right = !isfinite(p->hi), outwards = right ? rise >= 0 : fall <= 0, inwards = right ? fall <= 0 : rise >= 0;
        return inwards ? fmin(hi, value_at(s, right ? p->lo : p->hi)) : outwards ? limit_of(s, p, hi) : hi;
    }
    double middle = p->lo + (p->hi - p->lo) / 2, half = nextafter(fmax(p->hi - middle, middle - p->lo), INFINITY);
    if (rise >= 0 || fall <= 0)
        return fmin(hi, value_at(s, rise >= 0 ? p->hi : p->lo));
    double steep = fmax(-rise, fall), beside = value_at(s, middle);
    /* Two roundings, each covered by one step. */
    return fmin(hi, nextafter(beside + nextafter(steep * half, INFINITY), INFINITY));
}

static void push(Search *s, double lo, double hi)
{
    if (s->n < MAX_STACK)
        s->stack[s->n++] = (Piece){ lo, hi };
    else
        s->failed = true;
}

static void split(Search *s, const Piece *p)
{
    bool left_tail = !isfinite(p->lo);
    double middle = is_tail(p) ? 2 * (left_tail ? p->hi : p->lo) : p->lo + (p->hi - p->lo) / 2;
    push(s, p->lo, middle);
    push(s, middle, p->hi);
}

static bool may_split(const Piece *p)
{
    if (is_tail(p))
        return fmin(fabs(p->lo), fabs(p->hi)) < FURTHEST;
    return p->hi - p->lo > NARROWEST * fmax(1, fmax(fabs(p->lo), fabs(p->hi)));
}

static void do_piece(Search *s, const Piece *p)
{
    evaluate(s, p->lo, p->hi, &s->whole);
    bool fine = s->whole.trouble == JET_FINE;
    double hi = fine ? most_in(s, p) : (double)INFINITY;
    if (isnan(hi))
        hi = INFINITY;
    bool spent = s->n_done > MAX_PIECES || s->scratch.work > s->most_work;
    if (!(fine && is_sharp(s, hi)) && may_split(p) && !spent && !(fine && hi <= s->bound)) {
        split(s, p);
        return;
    }
    s->failed |= !fine;
    s->bound = fmax(s->bound, hi);
}

static void start(Search *s)
{
    push(s, TAIL_FROM, INFINITY);
    push(s, -INFINITY, -TAIL_FROM);
    for (double from = TAIL_FROM / 2; from >= 1; from /= 2) {
        push(s, from, 2 * from);
        push(s, -2 * from, -from);
    }
    push(s, -1, 0);
    push(s, 0, 1);
    for (int k = -24; k <= 24; k++)
        value_at(s, 0.25 * k * abs(k));
}

static void search(Search *s)
{
    start(s);
    while (s->n && !s->failed) {
        Piece p = s->stack[--s->n];
        s->n_done++;
        do_piece(s, &p);
    }
}

/* One formula. */
typedef struct Formula {
    Ctx *cx;
    NumPool *nums;
    size_t work;                /* that is left for it */
} Formula;

/* The least upper bound found of sign * e, as a bound of e; NULL: none. */
static Num bound_of(Formula *f, const Expr *e, int sign, bool is_monotone, bool *fine)
{
    Search s = { .e = e, .sign = sign, .taken = -INFINITY, .bound = -INFINITY, .most_work = f->work / 2 };
    JetResult *r[] = { &s.whole, &s.end, &s.room };
    for (int k = 0; k < 3; k++)
        jet_result_init(r[k]);
    const Piece right = { TAIL_FROM, INFINITY }, left = { -INFINITY, -TAIL_FROM };
    if (is_monotone)
        s.bound = limit_of(&s, sign > 0 ? &right : &left, INFINITY);
    else
        search(&s);
    *fine = !s.failed;
    if (s.failed)
        s.bound = INFINITY;
    for (int k = 0; k < 3; k++)
        jet_result_clear(r[k]);
    f->work -= s.scratch.work < f->work ? s.scratch.work : f->work;
    num_pool_free(&s.scratch);
    return isfinite(s.bound) ? num_from_double(f->nums, sign * s.bound) : NULL;
}

static Bounds searched(Formula *f, const Expr *e, bool is_monotone, bool *fine)
{
    bool below, above;
    Num at;
    e = standard_place(f->cx, f->nums, e, EIG_VAR_Z, &at);
    Bounds out;
    out.lo = bound_of(f, e, -1, is_monotone, &below);
    out.hi = bound_of(f, e, 1, is_monotone, &above);
    *fine = below && above;
    return out;
}

/* ---- what is exact about it ---- */

static Bounds parts(Formula *f, const Expr *e);

static Bounds of_product(Formula *f, const Expr *e)
{
    Num factor;
    const Expr *rest = standard_factor(f->cx, f->nums, e, &factor);
    if (rest != e)
        return bounds_times(f->nums, parts(f, rest), factor);
    bool fine;
    Bounds form = form_bounds(f->nums, e);
    if (e->kind != EXPR_CALL || (form.lo && form.hi))
        return form;
    return bounds_meet(form, searched(f, e, false, &fine));
}

/* Sums, minima and maxima of terms whose bounds are known each by itself. */
static Bounds parts(Formula *f, const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return form_bounds(f->nums, e);
    EigFn fn = e->as.call.fn;
    if (fn != EIG_FN_ADD && fn != EIG_FN_SUB && fn != EIG_FN_MIN && fn != EIG_FN_MAX)
        return of_product(f, e);
    Bounds a = parts(f, e->as.call.arg[0]);     /* first, and with the work that is left then */
    Bounds b = parts(f, e->as.call.arg[1]);
    switch (fn) {
    case EIG_FN_ADD: return bounds_sum(f->nums, a, b);
    case EIG_FN_SUB: return bounds_sum(f->nums, a, bounds_times(f->nums, b, num_int(f->nums, -1)));
    case EIG_FN_MIN: return bounds_min(a, b);
    default:         return bounds_max(a, b);
    }
}

/* Of a formula that never falls, what it goes to at -infinity, sign -1, or infinity, where that is seen exactly: by what is left
 * of it beside its constant term. NULL: it is not. */
static Num limit_towards(NumPool *nums, const Expr *phi, int sign)
{
    StandardLine line = standard_line(nums, phi);
    return !line.core || jet_goes_to_zero(line.core, nums, sign, TAIL_FROM) ? line.offset : NULL;
}

void image_of_formula(Ctx *cx, NumPool *nums, const Expr *phi, const SlopeReport *slope, Image *out)
{
    bool fine, is_monotone = slope->proved && slope->monotone;
    phi = standard_rules(cx, nums, phi);
    Formula f = { cx, nums, MAX_WORK };
    Bounds all = searched(&f, phi, is_monotone, &fine);
    *out = (Image){ .known = is_monotone || fine };
    if (!out->known)
        return;
    all = bounds_meet(all, parts(&f, phi));
    if (is_monotone)
        all = bounds_meet(all, (Bounds){ limit_towards(nums, phi, -1), limit_towards(nums, phi, 1) });
    out->lo = all.lo;
    out->hi = all.hi;
}
