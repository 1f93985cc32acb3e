/* Roots of square polynomials in u beside lines in u, where intervals would not see terms cancel.
 *
 * A line over a root, n/sqrt(q), which the sigmoids made of roots are:
 *
 *   slope = (c0 + c1 u) u'/q^(3/2),   c0 = n1 q0 - n0 q1/2,  c1 = n1 q1/2 - n0 q2
 *
 * for n = n0 + n1 u, q = q0 + q1 u + q2 u^2. With c1 = 0 the slope has one sign where u has, out to infinity.
 *
 * A root alone, sqrt(k^2 (z + a)^2 + c), c >= 0, has slopes between -k and k.
 *
 * A number beside a line over a root, k + b n/sqrt(q), k > 0, where k^2 q - (b n)^2 is a number c > 0: with r = sqrt(q) the value is
 * c/(r (k r - b n)).
 *
 * A line and a root, n + b sqrt(q), as in log(z + sqrt(z^2 + 1)), where b^2 q = l^2 + k for numbers k > 0 and l - n: with r = b sqrt(q),
 * r + l is k/(r - l), and has the slope l' (r + l)/r and, l straight, the curvature k l'^2/r^3. */
#include "compiler/check/slope/jet/jet_walk.h"
#include "compiler/check/slope/form/polynomial.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/affine.h"

/* ---- a line over a root ---- */

static void meet_or_take(Walk *w, const Scaled *x, Scaled *out)
{
    if (!x->power && !x->rate && !out->power && !out->rate)
        mpfi_intersect(out->c, out->c, x->c);
    else if (w->at->side)
        scaled_set(out, x);         /* in a tail one of the two forms says more */
}

/* c0/n1, where c1 is 0. */
static bool read_constant(NumPool *nums, const Expr *line, const Expr *under, mpq_ptr c0)
{
    StandardLine n = { .core = NULL };
    if (!expr_affine(nums, line, EIG_VAR_Z, &n.offset, &n.rate))
        n = standard_line(nums, line);
    if (mpq_sgn(n.rate) == 0)
        return false;
    Polynomial q;
    mpq_t n0;
    polynomial_init(&q, 3);
    mpq_init(n0);
    bool fits = polynomial_read(under, n.core, &q);
    mpq_div_2exp(q.c[1], q.c[1], 1);
    mpq_div(n0, n.offset, n.rate);
    mpq_mul(c0, n0, q.c[2]);
    fits = fits && mpq_equal(c0, q.c[1]);
    mpq_mul(c0, n0, q.c[1]);
    mpq_sub(c0, q.c[0], c0);
    mpq_clear(n0);
    polynomial_clear(&q);
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

/* ---- a root ---- */

/* The root of a square polynomial k^2 (z + a)^2 + c, c >= 0, is nowhere steeper than k. */
void jet_root_slope(Walk *w, const Expr *e, Jet *out)
{
    if (!w->at->side || w->trouble != JET_FINE || out->v[1].power || out->v[1].rate)
        return;
    Polynomial q;
    mpq_t x;
    polynomial_init(&q, 3);
    mpq_init(x);
    bool fits = polynomial_read(e->as.call.arg[0], NULL, &q) && mpq_sgn(q.c[2]) > 0;
    mpq_mul(x, q.c[1], q.c[1]);                 /* 4 c2 c0 >= c1^2 */
    mpq_div_2exp(x, x, 2);
    mpq_mul(q.c[0], q.c[0], q.c[2]);
    if (fits && mpq_cmp(q.c[0], x) >= 0) {
        mpfi_t most;
        mpfi_init2(most, JET_PRECISION);
        mpfi_set_q(most, q.c[2]);
        mpfi_sqrt(most, most);
        mpfr_neg(&most->left, &most->right, MPFR_RNDD);
        mpfi_intersect(out->v[1].c, out->v[1].c, most);
        mpfi_clear(most);
    }
    mpq_clear(x);
    polynomial_clear(&q);
}

/* ---- a number and a line over a root ---- */

/* k^2 q - (by n)^2. */
static bool read_complement(NumPool *nums, Num k, Num by, const Expr *line, const Expr *under, mpq_ptr apart)
{
    StandardLine n = { .core = NULL };
    if (!expr_affine(nums, line, EIG_VAR_Z, &n.offset, &n.rate))
        n = standard_line(nums, line);
    Polynomial q;
    mpq_t x, scale;
    polynomial_init(&q, 3);
    mpq_inits(x, scale, (mpq_ptr)0);
    bool fits = mpq_sgn(n.rate) != 0 && polynomial_read(under, n.core, &q);
    mpq_div(scale, k, by);
    mpq_mul(scale, scale, scale);
    const mpq_srcptr of[3][2] = { { n.offset, n.offset }, { n.offset, n.rate }, { n.rate, n.rate } };
    for (int j = 0; fits && j < 3; j++) {
        mpq_mul(q.c[j], q.c[j], scale);
        mpq_mul(x, of[j][0], of[j][1]);
        if (j == 1)
            mpq_add(x, x, x);
        mpq_sub(q.c[j], q.c[j], x);
    }
    mpq_mul(apart, q.c[0], by);
    mpq_mul(apart, apart, by);
    fits = fits && mpq_sgn(apart) > 0 && mpq_sgn(q.c[1]) == 0 && mpq_sgn(q.c[2]) == 0;
    mpq_clears(x, scale, (mpq_ptr)0);
    polynomial_clear(&q);
    return fits;
}

/* k r - by n, and the value apart/(r (k r - by n)), where that is seen to be above 0. */
static void complement(Walk *w, const Jet *n, const Jet *r, Num k, Num by, Num apart, Jet *out)
{
    Scaled v, x;
    scaled_init(&v);
    scaled_init(&x);
    scaled_set_num(&x, k);
    scaled_mul(w->at, &r->v[0], &x, &v);
    scaled_set_num(&x, by);
    scaled_mul(w->at, &n->v[0], &x, &x);
    scaled_neg(&x, &x);
    scaled_add(w->at, &v, &x, &v);
    if (scaled_is_positive(&v) && scaled_is_positive(&r->v[0])) {
        scaled_mul(w->at, &v, &r->v[0], &v);
        scaled_set_num(&x, apart);
        scaled_div(w->at, &x, &v, &v);
        if (!w->at->side || !scaled_is_positive(&out->v[0]))
            meet_or_take(w, &v, &out->v[0]);
    }
    scaled_clear(&v);
    scaled_clear(&x);
}

void jet_complement_root(Walk *w, const Expr *e, Jet *out)
{
    const Expr *const *arg = e->as.call.arg;
    bool minus = e->as.call.fn == EIG_FN_SUB;
    Num k;
    int of = expr_is_const(arg[0], &k) ? 1 : !minus && expr_is_const(arg[1], &k) ? 0 : -1;
    if (w->trouble != JET_FINE || of < 0 || mpq_sgn(k) <= 0)
        return;
    StandardLine term = standard_line(w->at->nums, arg[of]);
    const Expr *over = term.core;
    if (!over || mpq_sgn(term.offset) != 0 || mpq_sgn(term.rate) == 0 || over->kind != EXPR_CALL || over->as.call.fn != EIG_FN_DIV)
        return;
    const Expr *line = over->as.call.arg[0], *root = over->as.call.arg[1];
    mpq_ptr apart = num_new(w->at->nums), by = num_new(w->at->nums);
    (minus ? mpq_neg : mpq_set)(by, term.rate);
    if (root->kind == EXPR_CALL && root->as.call.fn == EIG_FN_SQRT && read_complement(w->at->nums, k, by, line, root->as.call.arg[0], apart))
        complement(w, jet_of(w, line), jet_of(w, root), k, by, apart, out);
}

/* ---- a line and a root ---- */

/* by * sqrt(under), by > 0; false where e is no such thing. */
static bool read_root(NumPool *nums, const Expr *e, const Expr **under, Num *by)
{
    *by = num_int(nums, 1);
    if (e->kind != EXPR_CALL)
        return false;
    const Expr *const *arg = e->as.call.arg;
    bool is_product = e->as.call.fn == EIG_FN_MUL, is_quotient = e->as.call.fn == EIG_FN_DIV;
    if (is_product && expr_is_const(arg[0], by))
        e = arg[1];
    else if ((is_product || is_quotient) && expr_is_const(arg[1], by))
        e = arg[0];
    if (mpq_sgn(*by) <= 0 || e->kind != EXPR_CALL || e->as.call.fn != EIG_FN_SQRT)
        return false;
    mpq_ptr inverse = num_new(nums);
    if (is_quotient)
        mpq_inv(inverse, *by);
    *by = is_quotient ? inverse : *by;
    *under = e->as.call.arg[0];
    return true;
}

/* by^2 q = (n + shift)^2 + apart for a line n: false where there are no such numbers. */
static bool read_apart(NumPool *nums, const Expr *line, const Expr *under, Num by, mpq_ptr shift, mpq_ptr apart)
{
    StandardLine n = { .core = NULL };
    if (!expr_affine(nums, line, EIG_VAR_Z, &n.offset, &n.rate))
        n = standard_line(nums, line);
    if (mpq_sgn(n.rate) == 0)
        return false;
    Polynomial q;
    mpq_t x;
    polynomial_init(&q, 3);
    mpq_init(x);
    bool fits = polynomial_read(under, n.core, &q);
    for (int k = 0; k < 3; k++) {
        mpq_mul(q.c[k], q.c[k], by);
        mpq_mul(q.c[k], q.c[k], by);
    }
    mpq_mul(x, n.rate, n.rate);
    fits = fits && mpq_equal(x, q.c[2]);
    mpq_div(x, q.c[1], n.rate);
    mpq_div_2exp(x, x, 1);                      /* where n + shift begins */
    mpq_sub(shift, x, n.offset);
    mpq_mul(x, x, x);
    mpq_sub(apart, q.c[0], x);
    mpq_clear(x);
    polynomial_clear(&q);
    return fits && mpq_sgn(apart) > 0;
}

/* r + n and r - n (turn -1) where n is l less `shift` and v is r + l or r - l: v less turn times `shift`. */
static void shifted_value(Walk *w, const Scaled *v, Num shift, int turn, Jet *out)
{
    mpq_ptr by = num_new(w->at->nums);
    Scaled x;
    scaled_init(&x);
    (turn > 0 ? mpq_neg : mpq_set)(by, shift);
    scaled_set_num(&x, by);
    scaled_add(w->at, v, &x, &x);
    if (!scaled_is_positive(&out->v[0]) || !w->at->side)
        meet_or_take(w, &x, &out->v[0]);
    scaled_clear(&x);
}

/* What is known of r + n and r - n (turn -1), l = n + shift, r^2 = l^2 + apart: v = apart/(r -+ l), its slope turn l' v/r, and its curvature
 * apart l'^2/r^3 + turn l'' v/r. All of it times `sign`; *value is l. */
static void beside_root(Walk *w, const Scaled *r, const Jet *l, const Scaled *value, Num shift, Num apart, int turn, int sign, Jet *out)
{
    Scaled v, by, bend;
    Scaled *all[] = { &v, &by, &bend };
    for (int k = 0; k < 3; k++)
        scaled_init(all[k]);
    scaled_set(&by, value);
    if (turn > 0)
        scaled_neg(value, &by);
    scaled_add(w->at, r, &by, &v);
    if (scaled_is_positive(&v) && scaled_is_positive(r)) {
        scaled_set_num(&by, apart);
        scaled_div(w->at, &by, &v, &v);
        if (sign > 0)
            shifted_value(w, &v, shift, turn, out);
        scaled_div(w->at, &v, r, &v);
        if (turn * sign < 0)
            scaled_neg(&v, &v);
        scaled_mul(w->at, &l->v[1], &v, &by);
        meet_or_take(w, &by, &out->v[1]);
        scaled_power(w->at, r, 3, &by);
        scaled_set_num(&bend, apart);
        scaled_div(w->at, &bend, &by, &bend);
        if (sign < 0)
            scaled_neg(&bend, &bend);
        scaled_mul(w->at, &bend, &l->v[1], &bend);
        scaled_mul(w->at, &bend, &l->v[1], &bend);
        scaled_mul(w->at, &l->v[2], &v, &by);
        scaled_add(w->at, &bend, &by, &bend);
        meet_or_take(w, &bend, &out->v[2]);
    }
    for (int k = 0; k < 3; k++)
        scaled_clear(all[k]);
}

void jet_beside_root(Walk *w, const Expr *e, const Jet *a, const Jet *b, Jet *out)
{
    const Expr *const *arg = e->as.call.arg, *under;
    bool minus = e->as.call.fn == EIG_FN_SUB;
    mpq_ptr shift = num_new(w->at->nums), apart = num_new(w->at->nums);
    for (int k = 0; k < 2 && w->trouble == JET_FINE; k++) {
        Num by;
        if (!read_root(w->at->nums, arg[k], &under, &by) || !read_apart(w->at->nums, arg[1 - k], under, by, shift, apart))
            continue;
        const Jet *root = k ? b : a, *line = k ? a : b;
        Scaled moved;
        scaled_init(&moved);
        scaled_set_num(&moved, shift);
        scaled_add(w->at, &line->v[0], &moved, &moved);
        beside_root(w, &root->v[0], line, mpq_sgn(shift) ? &moved : &line->v[0], shift, apart, minus ? -1 : 1, minus && k ? -1 : 1, out);
        scaled_clear(&moved);
        return;
    }
}
