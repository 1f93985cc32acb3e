/* Between which ends an attribute of neurons lies, without a look at any of them. */
#include "compiler/net/build.h"

#include <float.h>
#include <math.h>

typedef struct Support {
    NumPool *nums;
    size_t n_neurons;
    bool seen_i;                /* what stands twice would make the ends wider than the values are */
    uint64_t seen_draws;        /* by their numbers */
} Support;

/* Exact ends; the values come close to both. */
typedef struct Ends {
    Num lo, hi;
} Ends;

static bool of_doubles(Support *s, double lo, double hi, Ends *out)
{
    if (!isfinite(lo) || !isfinite(hi))
        return false;
    *out = (Ends){ num_from_double(s->nums, lo), num_from_double(s->nums, hi) };
    return true;
}

static bool is_seen(Support *s, uint32_t number)
{
    bool seen = number >= 64 || s->seen_draws >> number & 1;
    if (!seen)
        s->seen_draws |= (uint64_t)1 << number;
    return seen;
}

/* A cut that is closed holds by the last operation of a draw; a uniform number rises with its u, rounding by rounding. */
static bool of_draw(Support *s, const EigDraw *d, Ends *out)
{
    if (d->is_cut)
        return of_doubles(s, d->lo, d->hi, out);
    return d->dist == EIG_DIST_UNIFORM && of_doubles(s, eig_draw_value(d, 0.0), eig_draw_value(d, 1.0), out);
}

static bool apply(Support *s, EigFn fn, Num a, Num b, Num *out)
{
    Num arg[2] = { a, b };
    return num_apply(s->nums, (int)fn, b ? 2 : 1, arg, out);
}

/* + - * / on the four corners: straight in each argument. */
static bool of_corners(Support *s, EigFn fn, const Ends *a, const Ends *b, Ends *out)
{
    if (fn == EIG_FN_DIV && mpq_sgn(b->lo) <= 0 && mpq_sgn(b->hi) >= 0)
        return false;
    *out = (Ends){ NULL, NULL };
    for (int k = 0; k < 4; k++) {
        Num x;
        if (!apply(s, fn, k & 1 ? a->hi : a->lo, k & 2 ? b->hi : b->lo, &x))
            return false;
        out->lo = !out->lo || mpq_cmp(x, out->lo) < 0 ? x : out->lo;
        out->hi = !out->hi || mpq_cmp(x, out->hi) > 0 ? x : out->hi;
    }
    return true;
}

/* A number may be exact where its neighbours are rounded: one double further holds them all. */
static bool of_rising(Support *s, EigFn fn, const Ends *a, Ends *out)
{
    Num lo, hi;
    return apply(s, fn, a->lo, NULL, &lo) && apply(s, fn, a->hi, NULL, &hi) &&
           of_doubles(s, nextafter(num_to_double_down(lo), -DBL_MAX), nextafter(num_to_double_up(hi), DBL_MAX), out);
}

static Num smaller(Num a, Num b)
{
    return mpq_cmp(a, b) < 0 ? a : b;
}

static Num larger(Num a, Num b)
{
    return mpq_cmp(a, b) > 0 ? a : b;
}

static bool of_call(Support *s, EigFn fn, const Ends *a, const Ends *b, Ends *out)
{
    switch (fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_DIV:
        return of_corners(s, fn, a, b, out);
    case EIG_FN_NEG:
        return apply(s, fn, a->hi, NULL, &out->lo) && apply(s, fn, a->lo, NULL, &out->hi);
    case EIG_FN_MIN:
        *out = (Ends){ smaller(a->lo, b->lo), smaller(a->hi, b->hi) };
        return true;
    case EIG_FN_MAX:
        *out = (Ends){ larger(a->lo, b->lo), larger(a->hi, b->hi) };
        return true;
    case EIG_FN_EXP: case EIG_FN_EXPREL: case EIG_FN_LOG: case EIG_FN_SQRT: case EIG_FN_TANH: case EIG_FN_ATAN:
        return of_rising(s, fn, a, out);
    default:
        return false;
    }
}

static bool find(Support *s, const Expr *e, Ends *out)
{
    Ends arg[2];
    switch (e->kind) {
    case EXPR_CONST:
        *out = (Ends){ e->as.value, e->as.value };
        return true;
    case EXPR_VAR:
        if (s->seen_i || (e->as.var != EIG_VAR_I && e->as.var != EIG_VAR_PRE_I))
            return false;
        *out = (Ends){ num_int(s->nums, 0), num_int(s->nums, (long)(s->n_neurons - 1)) };
        s->seen_i = true;
        return true;
    case EXPR_DRAW:
        return !is_seen(s, e->as.draw.number) && of_draw(s, e->as.draw.draw, out);
    case EXPR_CALL:
        for (int k = 0; k < e->as.call.n_args; k++)
            if (!find(s, e->as.call.arg[k], &arg[k]))
                return false;
        return of_call(s, e->as.call.fn, &arg[0], &arg[1], out);
    default:
        return false;
    }
}

bool neurons_lie_between(NumPool *nums, const Expr *e, size_t n_neurons, Num *lo, Num *hi)
{
    Support s = { .nums = nums, .n_neurons = n_neurons };
    Ends ends;
    if (!find(&s, e, &ends))
        return false;
    *lo = ends.lo;
    *hi = ends.hi;
    return isfinite(num_to_double(*lo)) && isfinite(num_to_double(*hi));
}
