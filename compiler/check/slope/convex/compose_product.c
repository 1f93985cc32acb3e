#include "compiler/check/slope/convex/compose.h"
#include "compiler/expr/affine.h"

/* ---- products ---- */

/* (a0 + a1 x)(b0 + b1 x) */
static Shape of_lines(const Compose *c, const Expr *e, const Shape *a, const Shape *b)
{
    Shape s = { .is_defined = true };
    s.least = s.most = compose_num(c, mpq_mul, num_int(c->nums, 2), compose_num(c, mpq_mul, a->rate, b->rate));
    if (expr_equal(e->as.call.arg[0], e->as.call.arg[1])) {
        s.sign = NONNEG | (a->sign & NONZERO);
        s.root = num_ratio(c->nums, 1, 2);
    }
    return s;
}

bool compose_is_log_of_line(const Compose *c, const Expr *e, Shape *line)
{
    Num offset, rate;
    if (e->kind != EXPR_CALL || e->as.call.fn != EIG_FN_LOG || !expr_affine(c->nums, e->as.call.arg[0], EIG_VAR_X, &offset, &rate))
        return false;
    *line = shape_affine(c, offset, rate);
    return shape_has_sign(line, POSITIVE);
}

/* a log(b) of two lines, b > 0: its second derivative is b1 (2 a1 b - a b1)/b^2, the sign of which is that of a line. That of
 * x log(x) is 1/x. */
static Shape of_line_and_log(const Compose *c, const Shape *a, const Shape *b)
{
    Num zero = num_int(c->nums, 0), twice = compose_num(c, mpq_mul, num_int(c->nums, 2), a->rate);
    Num offset = compose_num(c, mpq_sub, compose_num(c, mpq_mul, twice, b->offset), compose_num(c, mpq_mul, a->offset, b->rate));
    Num rate = compose_num(c, mpq_mul, a->rate, b->rate);
    unsigned sign = compose_line_sign(c, compose_num(c, mpq_mul, offset, b->rate), compose_num(c, mpq_mul, rate, b->rate));
    return (Shape){ .is_defined = true, .least = sign & NONNEG ? zero : NULL, .most = sign & NONPOS ? zero : NULL };
}

/* Both >= 0: both convex and moving the same way, or both concave and moving against each other (exercise 3.32). */
static Shape of_factors(const Compose *c, const Shape *a, const Shape *b)
{
    Num zero = num_int(c->nums, 0);
    Shape s = { .is_defined = true, .sign = NONNEG | (a->sign & b->sign & NONZERO), .way = a->way & b->way };
    bool is_same = (a->way & b->way) != 0, is_against = (a->way & UP && b->way & DOWN) || (a->way & DOWN && b->way & UP);
    if (is_same && shape_is_convex(a) && shape_is_convex(b))
        s.least = zero;
    if (is_against && shape_is_concave(a) && shape_is_concave(b))
        s.most = zero;
    if (shape_has_root(a, zero) && shape_has_root(b, zero))
        s.root = zero;
    s.is_log_concave = a->is_log_concave && b->is_log_concave;
    return s;
}

static Shape of_signed(const Compose *c, const Shape *a, const Shape *b)
{
    Num minus = num_int(c->nums, -1);
    bool knows = (a->sign & (NONNEG | NONPOS)) && (b->sign & (NONNEG | NONPOS));
    if (!knows)
        return (Shape){ .is_defined = true };
    Shape x = shape_has_sign(a, NONNEG) ? *a : shape_times(c, minus, a), y = shape_has_sign(b, NONNEG) ? *b : shape_times(c, minus, b);
    Shape s = of_factors(c, &x, &y);
    return shape_has_sign(a, NONNEG) == shape_has_sign(b, NONNEG) ? s : shape_times(c, minus, &s);
}

static bool is_number(const Shape *a)
{
    return a->rate && mpq_sgn(a->rate) == 0;
}

Shape compose_product(const Compose *c, const Expr *e, const Shape *a, const Shape *b)
{
    Shape line;
    if (is_number(a) || is_number(b))
        return is_number(a) ? shape_times(c, a->offset, b) : shape_times(c, b->offset, a);
    if (a->rate && b->rate)
        return of_lines(c, e, a, b);
    for (int k = 0; k < 2; k++)
        if ((k ? b : a)->rate && compose_is_log_of_line(c, e->as.call.arg[1 - k], &line))
            return of_line_and_log(c, k ? b : a, &line);
    return of_signed(c, a, b);
}

/* ---- quotients ---- */

/* (a0 + a1 x)/(b0 + b1 x), b > 0: the derivatives are d/b^2 and -2 d b1/b^3, d = a1 b0 - a0 b1. */
static Shape of_ratio(const Compose *c, const Shape *a, const Shape *b)
{
    Num zero = num_int(c->nums, 0);
    Num d = compose_num(c, mpq_sub, compose_num(c, mpq_mul, a->rate, b->offset), compose_num(c, mpq_mul, a->offset, b->rate));
    int bend = -mpq_sgn(d) * mpq_sgn(b->rate);
    Shape s = { .is_defined = true, .sign = a->sign, .least = bend >= 0 ? zero : NULL, .most = bend <= 0 ? zero : NULL };
    s.way = (mpq_sgn(d) >= 0 ? UP : NO_WAY) | (mpq_sgn(d) <= 0 ? DOWN : NO_WAY);
    return s;
}

/* 1/b, b > 0: its logarithm is convex where that of b is concave. */
static Shape of_inverse(const Compose *c, const Shape *b)
{
    Num zero = num_int(c->nums, 0);
    Shape s = { .is_defined = true, .sign = POSITIVE, .way = (b->way & UP ? DOWN : NO_WAY) | (b->way & DOWN ? UP : NO_WAY) };
    s.root = b->is_log_concave ? zero : NULL;
    s.least = s.root;
    s.is_log_concave = shape_has_root(b, zero);
    return s;
}

/* y^2/b is convex in (y, b), grows with y >= 0 and falls with b > 0 (3.1.5): y = sqrt(a) convex, b concave. */
static bool is_square_over_line(const Compose *c, const Shape *a, const Shape *b)
{
    return shape_has_root(a, num_ratio(c->nums, 1, 2)) && shape_is_concave(b);
}

Shape compose_quotient(const Compose *c, const Shape *a, const Shape *b)
{
    Num minus = num_int(c->nums, -1), one = num_int(c->nums, 1);
    if (!(b->sign & NONZERO))
        return (Shape){ .is_defined = false };
    if (is_number(b))
        return shape_times(c, compose_num(c, mpq_div, one, b->offset), a);
    if (!shape_has_sign(b, POSITIVE)) {
        Shape above = shape_times(c, minus, b), s;
        above.is_log_concave = shape_has_sign(&above, POSITIVE) && shape_is_concave(&above);
        if (!shape_has_sign(&above, POSITIVE))
            return (Shape){ .is_defined = true };
        s = compose_quotient(c, a, &above);
        return shape_times(c, minus, &s);
    }
    if (a->rate && b->rate)
        return of_ratio(c, a, b);
    Shape inverse = of_inverse(c, b);
    Shape s = is_number(a) ? shape_times(c, a->offset, &inverse) : of_signed(c, a, &inverse);
    if (is_square_over_line(c, a, b))
        s.least = num_int(c->nums, 0);
    return s;
}
