/* An interval is halved until e has a sign in each part, or a slope with a sign, so that signs at the ends tell of its roots. Where e is 0 at an
 * end, or the part is infinite, higher derivatives tell (Taylor): if one of them has a sign throughout and those before it the same sign, or are 0,
 * at the left end, e has that sign beyond; from the right end every second sign turns. What goes to 0 far out has a sign there by the ends of its
 * enclosure that no value comes to (open.h), or by what it is compared with (compare.h). */
#include "compiler/expr/bracket.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "compiler/expr/affine.h"
#include "compiler/expr/compare.h"
#include "compiler/expr/derive.h"
#include "compiler/expr/enclose.h"

enum { ORDERS = 5, PARTS = 2000, MORE_PRECISION = 1024, NOT_DEFINED = 3 };
/* What all parts together may take, in sums, a second or so; and a function whose value is the root of an equation, which is enclosed by Newton's
 * method at each end. */
enum { MOST_WORK = 1500000, WORK_OF_ROOT = 600 };

typedef struct Search {
    Ctx *cx;
    NumPool *pool;
    EigVar by;
    Num lo, hi;                 /* left out; NULL: infinite */
    const Expr *e[ORDERS];      /* e and its derivatives; NULL: too large */
    Compared compared;          /* difference NULL: e is no such difference */
    const Expr *compared_slope; /* of that; NULL: none, or too large */
    int n_left;                 /* parts */
    BracketFound found;         /* BRACKET_UNKNOWN: no root so far */
    Num root;
    double below, above;
    int sign;
} Search;

/* ---- signs ---- */

/* -1, 1, 0 where both or neither may be, NOT_DEFINED where there may be no value. */
static int sign_between(const Expr *e, EigVar by, Num lo, Num hi, mpfr_prec_t bits, const bool *is_open)
{
    mpfi_t x;
    OpenRange y;
    mpfi_init2(x, bits);
    mpfi_init2(y.in, bits);
    lo ? mpfr_set_q(&x->left, lo, MPFR_RNDD) : mpfr_set_inf(&x->left, -1);
    hi ? mpfr_set_q(&x->right, hi, MPFR_RNDU) : mpfr_set_inf(&x->right, 1);
    bool is_defined = enclose_expr(e, by, &(EncloseAt){ x, { is_open[0], is_open[1] } }, &y);
    int sign = !is_defined ? NOT_DEFINED : range_is_positive(&y) ? 1 : range_is_negative(&y) ? -1 : 0;
    mpfi_clear(x);
    mpfi_clear(y.in);
    return sign;
}

static int sign_in(const Expr *e, EigVar by, Num lo, Num hi, mpfr_prec_t bits)
{
    return sign_between(e, by, lo, hi, bits, (const bool[2]){ false, false });
}

/* In a part. */
static int sign_there(const Search *s, const Expr *e, Num lo, Num hi)
{
    const bool is_open[] = { lo && s->lo && mpq_equal(lo, s->lo), hi && s->hi && mpq_equal(hi, s->hi) };
    return sign_between(e, s->by, lo, hi, ENCLOSE_PRECISION, is_open);
}

/* Of the derivative `order`. */
static int sign_of(const Search *s, int order, Num lo, Num hi)
{
    return sign_there(s, s->e[order], lo, hi);
}

int expr_sign_within(const Expr *e, EigVar by, Num lo, Num hi)
{
    int sign = sign_in(e, by, lo, hi, ENCLOSE_PRECISION);
    return abs(sign) == 1 ? sign : SIGN_UNKNOWN;
}

int expr_sign_at(NumPool *pool, const Expr *e, EigVar by, Num x)
{
    Num exact = expr_exact(pool, e, by, x);
    if (exact)
        return mpq_sgn(exact);
    int sign = sign_in(e, by, x, x, ENCLOSE_PRECISION);
    if (sign == 0)
        sign = sign_in(e, by, x, x, MORE_PRECISION);
    return abs(sign) == 1 ? sign : SIGN_UNKNOWN;
}

/* ---- one part ---- */

/* The sign of e beyond the left end x, or with turn = -1 before the right end, where the last derivative has `sign`. */
static bool has_taylor_sign(const Search *s, int order, Num x, int turn, int sign)
{
    int turned = 1;
    for (int k = 0; k < order; k++, turned *= turn) {
        int there = turned * expr_sign_at(s->pool, s->e[k], s->by, x);
        if (there != 0 && there != sign)
            return false;
    }
    return true;
}

/* The sign that e has throughout, its ends left out; 0: not seen. */
static int sign_by_taylor(const Search *s, Num lo, Num hi)
{
    int turned = -1;
    for (int order = 1; order < ORDERS && s->e[order]; order++, turned = -turned) {
        int last = sign_of(s, order, lo, hi);
        if (last == NOT_DEFINED)
            return 0;
        if (last == 0)
            continue;
        if (lo && has_taylor_sign(s, order, lo, 1, last))
            return last;
        if (hi && has_taylor_sign(s, order, hi, -1, turned * last))
            return turned * last;
    }
    return 0;
}

/* The same by what e, which has a value, is compared with. */
static int sign_by_comparison(const Search *s, Num lo, Num hi)
{
    const Compared *c = &s->compared;
    int there = c->difference ? sign_there(s, c->difference, lo, hi) : 0;
    bool is_below = there == -1 && (!c->above || sign_there(s, c->above, lo, hi) == 1);
    return there == 1 ? c->sign : is_below ? -c->sign : 0;
}

static Num from_double(const Search *s, double x)
{
    return num_from_double(s->pool, x);
}

static bool is_zero_at(const Search *s, Num x)
{
    Num value = expr_exact(s->pool, s->e[0], s->by, x);
    return value && mpq_sgn(value) == 0;
}

static void find_rational(Search *s, Num x)
{
    s->found = BRACKET_RATIONAL;
    s->root = x;
}

/* e has `sign` at hi, the other one at lo, and one root between them. */
static bool narrow(Search *s, Num lo, Num hi, int sign)
{
    double a = num_to_double_up(lo), b = num_to_double_down(hi), m = a;
    while (a < b && (m = eig_middle(a, b)) != a && m != b) {
        Num at = from_double(s, m);
        int there = expr_sign_at(s->pool, s->e[0], s->by, at);
        if (there == 0)
            find_rational(s, at);
        if (there == 0 || there == SIGN_UNKNOWN)
            return there == 0;
        *(there == sign ? &b : &a) = m;
    }
    bool is = a < b && expr_sign_at(s->pool, s->e[0], s->by, from_double(s, a)) == -sign
              && expr_sign_at(s->pool, s->e[0], s->by, from_double(s, b)) == sign;
    s->below = a;
    s->above = b;
    if (is)
        s->found = BRACKET_ROOT;
    return is;
}

/* The sign of e to the right of each of its roots in a part: that of its slope, or of the slope of what it is compared with. */
static int sign_beyond_roots(const Search *s, Num lo, Num hi)
{
    const Compared *c = &s->compared;
    int slope = s->e[1] ? sign_of(s, 1, lo, hi) : 0;
    if (abs(slope) == 1 || !s->compared_slope || (c->above && sign_there(s, c->above, lo, hi) != 1))
        return slope;
    slope = sign_there(s, s->compared_slope, lo, hi);
    return abs(slope) == 1 ? c->sign * slope : 0;
}

static bool has_one_root(const Search *s, Num lo, Num hi, int *sign)
{
    if (abs(*sign = sign_beyond_roots(s, lo, hi)) != 1)
        return false;
    return expr_sign_at(s->pool, s->e[0], s->by, lo) == -*sign && expr_sign_at(s->pool, s->e[0], s->by, hi) == *sign;
}

/* Halves near 0 and far out are those in the order of the doubles. */
static double middle(double a, double b)
{
    if (a < 0 && b > 0)
        return 0;
    bool is_far = fmax(fabs(a), fabs(b)) > 16 * fmin(fabs(a), fabs(b)) && fmin(fabs(a), fabs(b)) > 0;
    return is_far ? eig_middle(a, b) : a / 2 + b / 2;
}

/* e has one in [lo, hi], its ends left out where it is 0 there. */
static bool has_sign(Search *s, Num lo, Num hi)
{
    int sign = sign_of(s, 0, lo, hi);
    if (sign == 0)
        sign = sign_by_taylor(s, lo, hi);
    if (sign == 0 && sign_of(s, 0, lo, hi) != NOT_DEFINED)
        sign = sign_by_comparison(s, lo, hi);
    if (abs(sign) != 1)
        return false;
    s->sign = sign;
    return true;
}

/* e in [lo, hi], its ends left out: a sign, or a root. */
static bool look_between(Search *s, Num lo, Num hi)
{
    int slope;
    if (has_sign(s, lo, hi))
        return true;
    if (sign_of(s, 0, lo, hi) != NOT_DEFINED && has_one_root(s, lo, hi, &slope))
        return narrow(s, lo, hi, slope);
    double a = num_to_double_up(lo), b = num_to_double_down(hi), m = middle(a, b);
    if (s->n_left-- <= 0 || !(a < m && m < b))
        return false;
    Num at = from_double(s, m);
    if (is_zero_at(s, at)) {
        find_rational(s, at);
        return true;
    }
    return look_between(s, lo, at) && (s->found != BRACKET_UNKNOWN || look_between(s, at, hi));
}

/* ---- all of it ---- */

/* How long an enclosure takes. */
static size_t work_of(const Expr *e)
{
    size_t work = 1;
    if (e->kind != EXPR_CALL)
        return work;
    EigFn fn = e->as.call.fn;
    for (int k = 0; k < e->as.call.n_args; k++)
        work += work_of(e->as.call.arg[k]);
    return work + (fn == EIG_FN_OMEGA || fn == EIG_FN_LOG_ROOT || fn == EIG_FN_LOGIT_ROOT ? WORK_OF_ROOT : 0);
}

static int parts_of(const Search *s)
{
    size_t work = 0;
    for (int k = 0; k < ORDERS && s->e[k]; k++)
        work += work_of(s->e[k]);
    size_t parts = MOST_WORK / work;
    return parts < PARTS ? (int)parts : PARTS;
}

/* Where e, beyond the x that this gives, has a sign; x = +-2^(2^k) on the side of `way`, inside of `end`. False: nowhere. */
static bool look_far(Search *s, int way, Num end, Num *x)
{
    for (int k = 0; k <= 10; k++) {
        double far = way * (k < 10 ? ldexp(1, 1 << k) : DBL_MAX);
        *x = from_double(s, far);
        if (end && way * mpq_cmp(*x, end) <= 0)
            continue;
        if (has_sign(s, way > 0 ? *x : NULL, way > 0 ? NULL : *x))
            return true;
    }
    return false;
}

/* A root where the argument of a function is 0, as of tanh(x - 1/3). */
static bool look_at_arguments(Search *s, const Expr *e, Num lo, Num hi)
{
    Num offset, rate;
    if (e->kind != EXPR_CALL)
        return false;
    for (int k = 0; k < e->as.call.n_args; k++) {
        const Expr *arg = e->as.call.arg[k];
        if (!expr_affine(s->pool, arg, s->by, &offset, &rate) || mpq_sgn(rate) == 0) {
            if (look_at_arguments(s, arg, lo, hi))
                return true;
            continue;
        }
        mpq_ptr x = num_new(s->pool);
        mpq_div(x, offset, rate);
        mpq_neg(x, x);
        if ((!lo || mpq_cmp(x, lo) > 0) && (!hi || mpq_cmp(x, hi) < 0) && is_zero_at(s, x)) {
            find_rational(s, x);
            return true;
        }
    }
    return false;
}

static bool look(Search *s, Num lo, Num hi)
{
    Num from = lo, to = hi;
    if (look_at_arguments(s, s->e[0], lo, hi))
        return true;
    if ((!lo && !look_far(s, -1, hi, &from)) || (!hi && !look_far(s, 1, lo, &to)))
        return false;
    if (!lo && is_zero_at(s, from))
        find_rational(s, from);
    else if (!hi && is_zero_at(s, to))
        find_rational(s, to);
    return s->found != BRACKET_UNKNOWN || mpq_cmp(from, to) >= 0 || look_between(s, from, to);
}

BracketFound expr_bracket(Ctx *cx, NumPool *pool, const Expr *e, EigVar by, Num lo, Num hi, Num *root, double *below, double *above, int *sign)
{
    NumPool scratch = { 0 };
    Search s = { .cx = cx, .pool = &scratch, .by = by, .lo = lo, .hi = hi, .e = { e } };
    for (int k = 1; k < ORDERS && s.e[k - 1]; k++)
        s.e[k] = expr_derive(cx, pool, s.e[k - 1], by);
    if (!expr_compare(cx, pool, e, &s.compared))
        s.compared.difference = NULL;
    s.compared_slope = s.compared.difference ? expr_derive(cx, pool, s.compared.difference, by) : NULL;
    s.n_left = parts_of(&s);
    BracketFound found = !look(&s, lo, hi) ? BRACKET_UNKNOWN : s.found != BRACKET_UNKNOWN ? s.found : BRACKET_SIGN;
    *sign = s.sign;
    *below = s.below;
    *above = s.above;
    if (found == BRACKET_RATIONAL) {
        mpq_ptr q = num_new(pool);
        mpq_set(q, s.root);
        *root = q;
    }
    num_pool_free(&scratch);
    return found;
}
