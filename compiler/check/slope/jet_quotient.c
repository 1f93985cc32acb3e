/* Quotients in which intervals would not see terms cancel.
 *
 * Lines in the same u, (n0 + n1 u)/(d0 + d1 u), which saturating functions are, u^2/(1 + u^2) and exp(u)/(1 + exp(u)): this is
 * n1/d1 + r/d for the divisor d and r = n0 - n1 d0/d1.
 *
 * A product p n over a line d in the same u as n, sin(x) x/(1 + abs(x)), is p times that.
 *
 * A square polynomial over a line in the same u, (n0 + n1 u + n2 u^2)/d, which is l u + m + r/d with l = n2/d1: the slope is
 * (l/d1 - r/d^2) d'.
 *
 * A line over a power of a line in the same u, n/d^p: with the same r and l = n1/d1 the slope is (l (1 - p) - p r/d) d'/d^p.
 *
 * A line over the root of a square polynomial in the same u, n/sqrt(q), which the sigmoids made of roots are:
 *
 *   slope = (c0 + c1 u) u'/q^(3/2),   c0 = n1 q0 - n0 q1/2,  c1 = n1 q1/2 - n0 q2
 *
 * for n = n0 + n1 u, q = q0 + q1 u + q2 u^2. With c1 = 0 the slope has one sign where u has, out to infinity. */
#include "compiler/check/slope/jet_walk.h"
#include "compiler/check/slope/standard.h"
#include "compiler/expr/affine.h"

/* ---- over a line ---- */

/* l and r of a/b; false where this is no such quotient. */
static bool read_rest(NumPool *nums, const Expr *a, const Expr *b, mpq_ptr limit, mpq_ptr rest)
{
    if (expr_is_const(a, NULL) || expr_is_const(b, NULL))
        return false;
    StandardLine n = standard_line(nums, a), d = standard_line(nums, b);
    if (!n.core || !d.core || mpq_sgn(d.rate) == 0 || !expr_equal(n.core, d.core))
        return false;
    mpq_div(limit, n.rate, d.rate);
    mpq_mul(rest, limit, d.offset);
    mpq_sub(rest, n.offset, rest);
    return true;
}

/* -r d'/d^2 and -r (d'' - 2 d'^2/d)/d^2 */
void jet_over_line(Walk *w, const Expr *e, const Jet *d, Jet *out)
{
    mpq_ptr limit = num_new(w->at->nums), rest = num_new(w->at->nums);
    if (w->trouble != JET_FINE || scaled_has_zero(&d->v[0]) || !read_rest(w->at->nums, e->as.call.arg[0], e->as.call.arg[1], limit, rest))
        return;
    Scaled x, y;
    scaled_init(&x);
    scaled_init(&y);
    scaled_set_num(&x, rest);
    scaled_div(w->at, &x, &d->v[0], &x);
    if (!w->at->side) {
        mpfi_add_q(y.c, x.c, limit);
        mpfi_intersect(out->v[0].c, out->v[0].c, y.c);
    }
    scaled_neg(&x, &x);
    scaled_div(w->at, &x, &d->v[0], &x);
    scaled_mul(w->at, &x, &d->v[1], &out->v[1]);
    scaled_mul(w->at, &d->v[1], &d->v[1], &y);
    scaled_add(w->at, &y, &y, &y);
    scaled_div(w->at, &y, &d->v[0], &y);
    scaled_neg(&y, &y);
    scaled_add(w->at, &y, &d->v[2], &y);
    scaled_mul(w->at, &x, &y, &out->v[2]);
    scaled_clear(&x);
    scaled_clear(&y);
}

static bool same_scale(Num a, Num b)
{
    return a && b ? mpq_equal(a, b) : a == b;
}

void jet_product_over_line(Walk *w, const Expr *e, const Jet *d, Jet *out)
{
    const Expr *product = e->as.call.arg[0];
    mpq_ptr limit = num_new(w->at->nums), rest = num_new(w->at->nums);
    if (product->kind != EXPR_CALL || product->as.call.fn != EIG_FN_MUL)
        return;
    for (int k = 0; k < 2; k++) {
        Expr quotient = *e;
        quotient.as.call.arg[0] = product->as.call.arg[1 - k];
        if (!read_rest(w->at->nums, quotient.as.call.arg[0], e->as.call.arg[1], limit, rest))
            continue;
        Jet part, whole;
        jet_init(&part);
        jet_init(&whole);
        jet_divide(w, jet_of(w, quotient.as.call.arg[0]), d, &part);
        jet_over_line(w, &quotient, d, &part);
        jet_mul(w, jet_of(w, product->as.call.arg[k]), &part, &whole);
        for (int j = 0; j < 3; j++)
            if (same_scale(whole.v[j].power, out->v[j].power) && same_scale(whole.v[j].rate, out->v[j].rate))
                mpfi_intersect(out->v[j].c, out->v[j].c, whole.v[j].c);
        jet_clear(&whole);
        jet_clear(&part);
        return;
    }
}

/* ---- over a power of a line ---- */

/* l (1 - p) - p r/d, d being of *d's value. */
static void power_factor(Walk *w, mpq_srcptr limit, mpq_srcptr rest, mpq_srcptr p, const Scaled *d, Scaled *out)
{
    mpq_t part;
    Scaled first;
    mpq_init(part);
    scaled_init(&first);
    mpq_mul(part, rest, p);
    mpq_neg(part, part);
    scaled_set_num(out, part);
    scaled_div(w->at, out, d, out);
    mpq_set_ui(part, 1, 1);
    mpq_sub(part, part, p);
    mpq_mul(part, part, limit);
    scaled_set_num(&first, part);
    scaled_add(w->at, &first, out, out);
    scaled_clear(&first);
    mpq_clear(part);
}

void jet_over_power(Walk *w, const Expr *e, const Jet *b, Jet *out)
{
    const Expr *over = e->as.call.arg[1];
    bool is_root = over->kind == EXPR_CALL && over->as.call.fn == EIG_FN_SQRT;
    mpq_ptr limit = num_new(w->at->nums), rest = num_new(w->at->nums);
    Num p = num_ratio(w->at->nums, 1, 2);
    if (!is_root && !(over->kind == EXPR_CALL && over->as.call.fn == EIG_FN_POW && expr_is_const(over->as.call.arg[1], &p)))
        return;
    if (w->at->side || w->trouble != JET_FINE || !read_rest(w->at->nums, e->as.call.arg[0], over->as.call.arg[0], limit, rest))
        return;
    const Jet *d = jet_of(w, over->as.call.arg[0]);
    Scaled x;
    scaled_init(&x);
    if (!scaled_has_zero(&d->v[0]) && !scaled_has_zero(&b->v[0])) {
        power_factor(w, limit, rest, p, &d->v[0], &x);
        scaled_mul(w->at, &x, &d->v[1], &x);
        scaled_div(w->at, &x, &b->v[0], &x);
        mpfi_intersect(out->v[1].c, out->v[1].c, x.c);
    }
    scaled_clear(&x);
}

/* ---- over a root ---- */

typedef struct Square {
    mpq_t c[3];                 /* c[0] + c[1] z + c[2] z^2 */
} Square;

static bool read_square(const Expr *e, const Expr *u, Square *out);

static void square_init(Square *s)
{
    mpq_inits(s->c[0], s->c[1], s->c[2], (mpq_ptr)0);
}

static void square_clear(Square *s)
{
    mpq_clears(s->c[0], s->c[1], s->c[2], (mpq_ptr)0);
}

static bool multiply(const Square *a, const Square *b, Square *out)
{
    bool fits = true;
    mpq_t x;
    mpq_init(x);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            mpq_mul(x, a->c[i], b->c[j]);
            if (i + j < 3)
                mpq_add(out->c[i + j], out->c[i + j], x);
            else
                fits &= mpq_sgn(x) == 0;
        }
    mpq_clear(x);
    return fits;
}

static bool divide(const Square *a, const Square *b, Square *out)
{
    if (mpq_sgn(b->c[0]) == 0 || mpq_sgn(b->c[1]) != 0 || mpq_sgn(b->c[2]) != 0)
        return false;
    for (int k = 0; k < 3; k++)
        mpq_div(out->c[k], a->c[k], b->c[0]);
    return true;
}

static bool combine(EigFn fn, const Square *a, const Square *b, Square *out)
{
    switch (fn) {
    case EIG_FN_MUL: return multiply(a, b, out);
    case EIG_FN_DIV: return divide(a, b, out);
    case EIG_FN_POW: return mpq_cmp_ui(b->c[0], 2, 1) == 0 && mpq_sgn(b->c[1]) == 0 && mpq_sgn(b->c[2]) == 0 && multiply(a, a, out);
    case EIG_FN_ADD:
    case EIG_FN_SUB:
    case EIG_FN_NEG:
        for (int k = 0; k < 3; k++) {
            if (fn == EIG_FN_ADD)
                mpq_add(out->c[k], a->c[k], b->c[k]);
            else if (fn == EIG_FN_SUB)
                mpq_sub(out->c[k], a->c[k], b->c[k]);
            else
                mpq_neg(out->c[k], a->c[k]);
        }
        return true;
    default: return false;
    }
}

static bool read_call(const Expr *e, const Expr *u, Square *out)
{
    Square arg[2];
    bool fits = e->as.call.n_args <= 2;
    square_init(&arg[0]);
    square_init(&arg[1]);
    for (int k = 0; fits && k < e->as.call.n_args; k++)
        fits = read_square(e->as.call.arg[k], u, &arg[k]);
    fits = fits && combine(e->as.call.fn, &arg[0], &arg[1], out);
    square_clear(&arg[0]);
    square_clear(&arg[1]);
    return fits;
}

/* Written into *out, which is 0 before. u: NULL is z. */
static bool read_square(const Expr *e, const Expr *u, Square *out)
{
    enum { LARGEST = 400 };
    if (e->kind == EXPR_CONST)
        mpq_set(out->c[0], e->as.value);
    else if (u ? expr_equal(e, u) : e->kind == EXPR_VAR && e->as.var == EIG_VAR_Z)
        mpq_set_ui(out->c[1], 1, 1);
    else
        return e->kind == EXPR_CALL && e->size <= LARGEST && read_call(e, u, out);
    return true;
}

/* l/d1 and r of a/b. */
static bool read_square_rest(NumPool *nums, const Expr *a, const Expr *b, mpq_ptr limit, mpq_ptr rest)
{
    StandardLine d = standard_line(nums, b);
    Square n;
    if (!d.core || expr_is_const(a, NULL) || mpq_sgn(d.rate) == 0)
        return false;
    square_init(&n);
    bool fits = read_square(a, d.core, &n) && mpq_sgn(n.c[2]) != 0;
    if (fits) {
        mpq_div(limit, n.c[2], d.rate);
        mpq_mul(rest, limit, d.offset);
        mpq_sub(rest, n.c[1], rest);
        mpq_div(rest, rest, d.rate);            /* m */
        mpq_mul(rest, rest, d.offset);
        mpq_sub(rest, n.c[0], rest);
        mpq_div(limit, limit, d.rate);
    }
    square_clear(&n);
    return fits;
}

static void meet(Scaled *x, const Scaled *with)
{
    if (!x->power && !x->rate && !with->power && !with->rate)
        mpfi_intersect(x->c, x->c, with->c);
}

/* ... and the curvature is (l/d1 - r/d^2) d'' + 2 r d'^2/d^3. */
void jet_square_over_line(Walk *w, const Expr *e, const Jet *d, Jet *out)
{
    mpq_ptr limit = num_new(w->at->nums), rest = num_new(w->at->nums);
    if (w->trouble != JET_FINE || scaled_has_zero(&d->v[0])
        || !read_square_rest(w->at->nums, e->as.call.arg[0], e->as.call.arg[1], limit, rest))
        return;
    Scaled part, by, x, bend;
    Scaled *all[] = { &part, &by, &x, &bend };
    for (int k = 0; k < 4; k++)
        scaled_init(all[k]);
    scaled_set_num(&part, rest);
    scaled_div(w->at, &part, &d->v[0], &part);
    scaled_div(w->at, &part, &d->v[0], &part);          /* r/d^2 */
    scaled_neg(&part, &x);
    scaled_set_num(&by, limit);
    scaled_add(w->at, &by, &x, &by);
    scaled_mul(w->at, &by, &d->v[1], &x);
    meet(&out->v[1], &x);
    scaled_add(w->at, &part, &part, &bend);
    scaled_div(w->at, &bend, &d->v[0], &bend);
    scaled_mul(w->at, &bend, &d->v[1], &bend);
    scaled_mul(w->at, &bend, &d->v[1], &bend);
    scaled_mul(w->at, &by, &d->v[2], &x);
    scaled_add(w->at, &bend, &x, &bend);
    if (w->at->side)
        scaled_set(&out->v[2], &bend);
    else
        meet(&out->v[2], &bend);
    for (int k = 0; k < 4; k++)
        scaled_clear(all[k]);
}

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
    bool fits = read_square(under, n.core, &q);
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
