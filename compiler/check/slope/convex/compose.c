#include "compiler/check/slope/convex/compose.h"

#include <stdint.h>

/* ---- numbers and signs ---- */

Num compose_num(const Compose *c, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr x = num_new(c->nums);
    op(x, a, b);
    return x;
}

static Num lesser(Num a, Num b)
{
    return !a || !b ? NULL : mpq_cmp(a, b) <= 0 ? a : b;
}

static Num greater(Num a, Num b)
{
    return !a || !b ? NULL : mpq_cmp(a, b) >= 0 ? a : b;
}

static Num sum(const Compose *c, Num a, Num b)
{
    return a && b ? compose_num(c, mpq_add, a, b) : NULL;
}

bool shape_has_sign(const Shape *a, unsigned sign)
{
    return a->is_defined && (a->sign & sign) == sign;
}

bool shape_is_convex(const Shape *a)
{
    return a->is_defined && a->least && mpq_sgn(a->least) >= 0;
}

bool shape_is_concave(const Shape *a)
{
    return a->is_defined && a->most && mpq_sgn(a->most) <= 0;
}

bool shape_has_root(const Shape *a, Num most)
{
    return a->is_defined && a->root && mpq_cmp(a->root, most) <= 0;
}

static int sign_at(const Compose *c, Num offset, Num rate, Num x)
{
    return mpq_sgn(compose_num(c, mpq_add, offset, compose_num(c, mpq_mul, rate, x)));
}

unsigned compose_line_sign(const Compose *c, Num offset, Num rate)
{
    int slope = mpq_sgn(rate);
    int from = c->lo ? sign_at(c, offset, rate, c->lo) : slope ? -slope : mpq_sgn(offset);
    int to = c->hi ? sign_at(c, offset, rate, c->hi) : slope ? slope : mpq_sgn(offset);
    if (from == 0 && to == 0)
        return NONNEG | NONPOS;
    return from >= 0 && to >= 0 ? POSITIVE : from <= 0 && to <= 0 ? NEGATIVE : ANY_SIGN;
}

Shape shape_affine(const Compose *c, Num offset, Num rate)
{
    Num zero = num_int(c->nums, 0);
    Shape s = { .is_defined = true, .least = zero, .most = zero, .offset = offset, .rate = rate };
    s.sign = compose_line_sign(c, offset, rate);
    s.way = (mpq_sgn(rate) >= 0 ? UP : NO_WAY) | (mpq_sgn(rate) <= 0 ? DOWN : NO_WAY);
    s.is_log_concave = shape_has_sign(&s, POSITIVE);
    if (shape_has_sign(&s, NONNEG))
        s.root = num_int(c->nums, mpq_sgn(rate) ? 1 : 0);
    return s;
}

static unsigned turned_way(unsigned way)
{
    return (way & UP ? DOWN : NO_WAY) | (way & DOWN ? UP : NO_WAY);
}

static unsigned turned_sign(unsigned sign)
{
    return (sign & NONZERO) | (sign & NONNEG ? NONPOS : 0) | (sign & NONPOS ? NONNEG : 0);
}

Shape shape_times(const Compose *c, Num by, const Shape *a)
{
    if (!a->is_defined || a->rate || mpq_sgn(by) == 0)
        return a->is_defined ? shape_affine(c, compose_num(c, mpq_mul, by, a->rate ? a->offset : by),
                                            compose_num(c, mpq_mul, by, a->rate ? a->rate : by)) : *a;
    Shape s = *a;
    s.least = a->least ? compose_num(c, mpq_mul, by, a->least) : NULL;
    s.most = a->most ? compose_num(c, mpq_mul, by, a->most) : NULL;
    if (mpq_sgn(by) > 0)
        return s;
    Num least = s.least;
    s.least = s.most;
    s.most = least;
    s.sign = turned_sign(a->sign);
    s.way = turned_way(a->way);
    s.root = NULL;
    s.is_log_concave = false;
    return s;
}

/* ---- what follows from the rest ---- */

/* A convex e >= 0 has convex powers from 1 on, and the logarithm of a concave e > 0 is concave. */
static Shape completed(const Compose *c, Shape s)
{
    if (!s.is_defined)
        return (Shape){ .is_defined = false };
    Num one = num_int(c->nums, 1);
    if (shape_has_sign(&s, NONNEG) && shape_is_convex(&s) && (!s.root || mpq_cmp(s.root, one) > 0))
        s.root = one;
    s.is_log_concave = s.is_log_concave || (shape_has_sign(&s, POSITIVE) && shape_is_concave(&s));
    if (shape_has_root(&s, one) && !shape_is_convex(&s))
        s.least = num_int(c->nums, 0);
    return s;
}

/* ---- sums, maxima and minima ---- */

static Shape of_sum(const Compose *c, const Shape *a, const Shape *b)
{
    if (a->rate && b->rate)
        return shape_affine(c, sum(c, a->offset, b->offset), sum(c, a->rate, b->rate));
    Shape s = { .is_defined = true, .least = sum(c, a->least, b->least), .most = sum(c, a->most, b->most) };
    unsigned common = a->sign & b->sign & (NONNEG | NONPOS);
    s.sign = common ? common | ((a->sign | b->sign) & NONZERO) : ANY_SIGN;
    s.way = a->way & b->way;
    s.root = greater(a->root, b->root);         /* a norm of (a^q, b^q) (3.2.4), a sum of exponentials (3.5.2) */
    if (s.root && mpq_cmp_ui(s.root, 1, 1) > 0)
        s.root = NULL;
    return s;
}

static Shape of_largest(const Shape *a, const Shape *b)
{
    Shape s = { .is_defined = true, .least = lesser(a->least, b->least), .way = a->way & b->way, .root = greater(a->root, b->root) };
    s.sign = (a->sign & b->sign) | ((a->sign | b->sign) & NONNEG);
    if (shape_has_sign(a, POSITIVE) || shape_has_sign(b, POSITIVE))
        s.sign |= NONZERO;
    else if (!shape_has_sign(a, NEGATIVE) || !shape_has_sign(b, NEGATIVE))
        s.sign &= ~(unsigned)NONZERO;
    return s;
}

static Shape of_larger(const Compose *c, bool is_max, const Shape *a, const Shape *b)
{
    if (is_max)
        return of_largest(a, b);
    Num minus = num_int(c->nums, -1);
    Shape x = shape_times(c, minus, a), y = shape_times(c, minus, b), most = of_largest(&x, &y);
    return shape_times(c, minus, &most);
}

/* ---- functions of one argument ---- */

static const int64_t NONE = INT64_MAX, TRILLION = 1000000000000;

typedef struct Composed {
    EigFn fn;
    unsigned of, sign, way;
    int64_t least, most;
} Composed;

static const Composed *row_of(EigFn fn, const Shape *a)
{
    static const Composed row[] = {
#define COMPOSED(fn, of, sign, way, least, most) { EIG_FN_##fn, of, sign, way, least, most },
#include "compiler/check/slope/convex/compose.def"
#undef COMPOSED
    };
    for (size_t k = 0; k < sizeof row / sizeof *row; k++)
        if (row[k].fn == fn && shape_has_sign(a, row[k].of))
            return &row[k];
    return NULL;
}

/* f'' in [least, most], of an argument with this rate: f'' rate^2. */
static Num scaled_bend(const Compose *c, int64_t bend, Num rate)
{
    if (bend == NONE)
        return NULL;
    return compose_num(c, mpq_mul, num_ratio(c->nums, (long)bend, (unsigned long)TRILLION), compose_num(c, mpq_mul, rate, rate));
}

/* f(a): f'' a'^2 + f' a'' (3.2.4). */
static Shape of_row(const Compose *c, const Composed *f, const Shape *a)
{
    Shape s = { .is_defined = true, .sign = f->sign };
    s.way = f->way & UP ? a->way : f->way & DOWN ? turned_way(a->way) : NO_WAY;
    if (a->rate) {
        s.least = scaled_bend(c, f->least, a->rate);
        s.most = scaled_bend(c, f->most, a->rate);
        return s;
    }
    if (f->least != NONE && f->least >= 0 && ((f->way & UP && shape_is_convex(a)) || (f->way & DOWN && shape_is_concave(a))))
        s.least = num_int(c->nums, 0);
    if (f->most <= 0 && ((f->way & UP && shape_is_concave(a)) || (f->way & DOWN && shape_is_convex(a))))
        s.most = num_int(c->nums, 0);
    return s;
}

/* What a row does not say: logarithms. That of exprel, a mean of exponentials, is convex and grows (3.5.2), that of normcdf
 * is concave and grows, that of normpdf is -a^2/2 and a number (3.5.1). */
static Shape of_function(const Compose *c, EigFn fn, const Shape *a)
{
    const Composed *row = row_of(fn, a);
    Shape s = row ? of_row(c, row, a) : (Shape){ .is_defined = false };
    Num zero = num_int(c->nums, 0);
    if (!row)
        return s;
    if ((fn == EIG_FN_EXP || fn == EIG_FN_EXPREL) && shape_is_convex(a))
        s.root = zero;
    bool grows = fn == EIG_FN_EXP || fn == EIG_FN_NORMCDF;
    s.is_log_concave = (grows && shape_is_concave(a)) || (fn == EIG_FN_NORMPDF && a->rate);
    bool is_log = fn == EIG_FN_LOG || fn == EIG_FN_LOG1P;
    if (is_log && shape_has_root(a, zero))
        s.least = zero;
    if (fn == EIG_FN_LOG && a->is_log_concave)
        s.most = zero;
    return s;
}

/* ---- powers ---- */

/* Of an exponent beyond 2^53 a run has a double, which is even where p need not be. */
static bool is_whole(Num p)
{
    return mpz_cmp_ui(mpq_denref(p), 1) == 0 && mpz_sizeinbase(mpq_numref(p), 2) <= 53;
}

static bool is_even(Num p)
{
    return is_whole(p) && mpz_even_p(mpq_numref(p));
}

/* a >= 0 and p > 0, or a > 0. */
static Shape of_power_above(const Compose *c, const Shape *a, Num p)
{
    Num one = num_int(c->nums, 1), zero = num_int(c->nums, 0);
    bool grows = mpq_sgn(p) > 0;
    Shape s = { .is_defined = true, .sign = NONNEG | (a->sign & NONZERO), .way = grows ? a->way : turned_way(a->way) };
    if (grows && a->root)
        s.root = compose_num(c, mpq_div, a->root, p);
    if (!grows && a->is_log_concave)
        s.root = zero;
    s.is_log_concave = grows ? a->is_log_concave : shape_has_sign(a, POSITIVE) && shape_has_root(a, zero);
    if (grows && mpq_cmp(p, one) <= 0 && shape_is_concave(a))
        s.most = zero;
    return s;
}

static Shape of_power(const Compose *c, const Shape *a, Num p)
{
    Num minus = num_int(c->nums, -1);
    Shape s = { .is_defined = false };
    if (shape_has_sign(a, mpq_sgn(p) > 0 ? NONNEG : POSITIVE)) {
        s = of_power_above(c, a, p);
    } else if (is_whole(p) && shape_has_sign(a, mpq_sgn(p) > 0 ? NONPOS : NEGATIVE)) {
        Shape above = shape_times(c, minus, a);
        above = completed(c, above);
        s = of_power_above(c, &above, p);
        s = completed(c, s);
        s = is_even(p) ? s : shape_times(c, minus, &s);
    } else if (is_whole(p) && mpq_sgn(p) > 0) {
        s.is_defined = true;
        s.sign = is_even(p) ? NONNEG : ANY_SIGN;
        s.way = is_even(p) ? NO_WAY : a->way;
        if (is_even(p) && a->rate)
            s.root = compose_num(c, mpq_div, num_int(c->nums, 1), p);
    }
    if (s.is_defined && a->rate && mpq_cmp_ui(p, 2, 1) == 0)
        s.least = s.most = compose_num(c, mpq_mul, num_int(c->nums, 2), compose_num(c, mpq_mul, a->rate, a->rate));
    return s;
}

/* log(b)^2 of a line b > 0: its second derivative is 2 b1^2 (1 - log(b))/b^2, which is least where log(b) = 3/2: -b1^2 e^-3. */
static Shape of_squared_log(const Compose *c, const Shape *b)
{
    return (Shape){ .is_defined = true, .sign = NONNEG, .least = scaled_bend(c, -49787068368, b->rate) };
}

/* base^a = exp(a log(base)): where the signs decide, the size of the logarithm does not. */
static Shape of_exponential(const Compose *c, Num base, const Shape *a)
{
    Shape s = { .is_defined = false }, turned = shape_times(c, num_int(c->nums, -1), a);
    if (mpq_sgn(base) <= 0)
        return s;
    const Shape *exponent = mpq_cmp_ui(base, 1, 1) >= 0 ? a : &turned;
    s = of_function(c, EIG_FN_EXP, exponent);
    s.most = NULL;
    return s;
}

/* ---- all of them ---- */

static Shape of_abs(const Compose *c, const Shape *a)
{
    Shape minus = shape_times(c, num_int(c->nums, -1), a);
    return of_largest(a, &minus);
}

static Shape of_call(const Compose *c, const Expr *e, const Shape *a, const Shape *b)
{
    Num p;
    Shape minus, line;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_ADD: return of_sum(c, a, b);
    case EIG_FN_SUB:
        minus = shape_times(c, num_int(c->nums, -1), b);
        return of_sum(c, a, &minus);
    case EIG_FN_NEG: return shape_times(c, num_int(c->nums, -1), a);
    case EIG_FN_MUL: return compose_product(c, e, a, b);
    case EIG_FN_DIV: return compose_quotient(c, a, b);
    case EIG_FN_MAX: return of_larger(c, true, a, b);
    case EIG_FN_MIN: return of_larger(c, false, a, b);
    case EIG_FN_ABS: return of_abs(c, a);
    case EIG_FN_SQRT: return of_power(c, a, num_ratio(c->nums, 1, 2));
    case EIG_FN_POW:
        if (expr_is_const(arg[1], &p) && mpq_cmp_ui(p, 2, 1) == 0 && compose_is_log_of_line(c, arg[0], &line))
            return of_squared_log(c, &line);
        if (expr_is_const(arg[1], &p) && mpq_sgn(p) != 0)
            return of_power(c, a, p);
        return expr_is_const(arg[0], &p) ? of_exponential(c, p, b) : (Shape){ .is_defined = false };
    default: return e->as.call.n_args == 1 ? of_function(c, e->as.call.fn, a) : (Shape){ .is_defined = false };
    }
}

Shape compose_shape(const Compose *c, const Expr *e)
{
    Shape arg[2] = { { .is_defined = true }, { .is_defined = true } };
    if (e->kind == EXPR_CONST)
        return shape_affine(c, e->as.value, num_int(c->nums, 0));
    if (e->kind == EXPR_VAR)
        return e->as.var == EIG_VAR_X ? shape_affine(c, num_int(c->nums, 0), num_int(c->nums, 1)) : (Shape){ .is_defined = false };
    if (e->kind != EXPR_CALL)
        return (Shape){ .is_defined = false };
    for (int k = 0; k < e->as.call.n_args; k++) {
        arg[k] = compose_shape(c, e->as.call.arg[k]);
        if (!arg[k].is_defined)
            return (Shape){ .is_defined = false };
    }
    return completed(c, of_call(c, e, &arg[0], &arg[1]));
}
