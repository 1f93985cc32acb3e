/* Roots of square polynomials in u beside lines in u, where intervals would not see terms cancel.
 *
 * A line over a root, n/sqrt(q), which the sigmoids made of roots are:
 *
 *   slope = (c0 + c1 u) u'/q^(3/2),   c0 = n1 q0 - n0 q1/2,  c1 = n1 q1/2 - n0 q2
 *
 * for n = n0 + n1 u, q = q0 + q1 u + q2 u^2. With c1 = 0 the slope has one sign where u has, out to infinity.
 *
 * A line and a root of opposite signs, n + sqrt(q), as in log(z + sqrt(z^2 + 1)): this is (q - n^2)/(sqrt(q) - n), where
 * q - n^2 may be a number. */
#include "compiler/check/slope/jet_walk.h"
#include "compiler/check/slope/square.h"
#include "compiler/check/slope/standard.h"
#include "compiler/expr/affine.h"

/* ---- a line over a root ---- */

/* c0/n1, where c1 is 0. */
static bool read_constant(NumPool *nums, const Expr *line, const Expr *under, mpq_ptr c0)
{
    StandardLine n = { .core = NULL };
    if (!expr_affine(nums, line, EIG_VAR_Z, &n.offset, &n.rate))
        n = standard_line(nums, line);
    if (mpq_sgn(n.rate) == 0)
        return false;
    Square q;
    mpq_t n0;
    square_init(&q);
    mpq_init(n0);
    bool fits = square_read(under, n.core, &q);
    mpq_div_2exp(q.c[1], q.c[1], 1);
    mpq_div(n0, n.offset, n.rate);
    mpq_mul(c0, n0, q.c[2]);
    fits = fits && mpq_equal(c0, q.c[1]);
    mpq_mul(c0, n0, q.c[1]);
    mpq_sub(c0, q.c[0], c0);
    mpq_clear(n0);
    square_clear(&q);
    return fits;
}

/* With a = n and c = c0/n1: c a'/r^3 and c a''/r^3 - 3 c a' r'/r^4 for the root r. */
void jet_over_root(Walk *w, const Expr *e, const Jet *a, const Jet *root, Jet *out)
{
    const Expr *line = e->as.call.arg[0], *under = e->as.call.arg[1];
    bool is_root = under->kind == EXPR_CALL && under->as.call.fn == EIG_FN_SQRT && scaled_is_positive(&root->v[0]);
    if (!is_root || w->trouble != JET_FINE)
        return;
    mpq_ptr c = num_new(w->at->nums);
    if (!read_constant(w->at->nums, line, under->as.call.arg[0], c))
        return;
    Scaled x, bend;
    scaled_init(&x);
    scaled_init(&bend);
    scaled_power(w->at, &root->v[0], 3, &x);
    scaled_set_num(&bend, c);
    scaled_div(w->at, &bend, &x, &x);
    scaled_mul(w->at, &x, &a->v[1], &out->v[1]);
    scaled_mul(w->at, &x, &a->v[2], &bend);
    scaled_div(w->at, &root->v[1], &root->v[0], &out->v[2]);
    scaled_mul(w->at, &out->v[2], &out->v[1], &out->v[2]);
    scaled_int(&x, -3);
    scaled_mul(w->at, &out->v[2], &x, &out->v[2]);
    scaled_add(w->at, &out->v[2], &bend, &out->v[2]);
    scaled_clear(&x);
    scaled_clear(&bend);
}

/* ---- a line and a root ---- */

static bool is_root(const Expr *e)
{
    return e->kind == EXPR_CALL && e->as.call.fn == EIG_FN_SQRT;
}

/* q - n^2, where that is a number. */
static bool read_apart(NumPool *nums, const Expr *line, const Expr *under, mpq_ptr apart)
{
    StandardLine n = { .core = NULL };
    if (!expr_affine(nums, line, EIG_VAR_Z, &n.offset, &n.rate))
        n = standard_line(nums, line);
    if (mpq_sgn(n.rate) == 0)
        return false;
    Square q;
    mpq_t x;
    square_init(&q);
    mpq_init(x);
    bool fits = square_read(under, n.core, &q);
    mpq_mul(x, n.rate, n.rate);
    fits = fits && mpq_equal(x, q.c[2]);
    mpq_mul(x, n.rate, n.offset);
    mpq_mul_2exp(x, x, 1);
    fits = fits && mpq_equal(x, q.c[1]);
    mpq_mul(x, n.offset, n.offset);
    mpq_sub(apart, q.c[0], x);
    mpq_clear(x);
    square_clear(&q);
    return fits;
}

/* line + s and s - line are apart/(s - line) and apart/(s + line). */
void jet_beside_root(Walk *w, const Expr *e, const Jet *a, const Jet *b, Jet *out)
{
    const Expr *const *arg = e->as.call.arg;
    bool minus = e->as.call.fn == EIG_FN_SUB, root_first = is_root(arg[0]);
    if (w->trouble != JET_FINE || root_first == is_root(arg[1]) || (minus && !root_first))
        return;
    mpq_ptr apart = num_new(w->at->nums);
    if (!read_apart(w->at->nums, arg[root_first], arg[!root_first]->as.call.arg[0], apart))
        return;
    const Scaled *root = root_first ? &a->v[0] : &b->v[0], *line = root_first ? &b->v[0] : &a->v[0];
    Scaled over, x;
    scaled_init(&over);
    scaled_init(&x);
    scaled_set(&x, line);
    if (!minus)
        scaled_neg(line, &x);
    scaled_add(w->at, root, &x, &over);
    scaled_set_num(&x, apart);
    if (scaled_is_positive(&over)) {
        scaled_div(w->at, &x, &over, &x);
        if (w->at->side && scaled_is_positive(&x) && !scaled_is_positive(&out->v[0]))
            scaled_set(&out->v[0], &x);         /* in a tail one of the two forms says more */
        else if (!x.power && !x.rate && !out->v[0].power && !out->v[0].rate)
            mpfi_intersect(out->v[0].c, out->v[0].c, x.c);
    }
    scaled_clear(&over);
    scaled_clear(&x);
}
