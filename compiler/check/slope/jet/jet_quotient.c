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
 * Polynomials in the same u, n/d, far out: this is q + r/d, with the quotient q and the rest r of their division.
 *
 * A line over a power of a line in the same u, n/d^p: with the same r and l = n1/d1 the slope is (l (1 - p) - p r/d) d'/d^p. */
#include "compiler/check/slope/jet/jet_walk.h"
#include "compiler/check/slope/form/polynomial.h"
#include "compiler/check/slope/form/standard.h"

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
            else if (scaled_has_zero(&out->v[j]) && !scaled_has_zero(&whole.v[j]))
                scaled_set(&out->v[j], &whole.v[j]);
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

/* ---- a square polynomial over a line ---- */

/* l/d1 and r of a/b. */
static bool read_square_rest(NumPool *nums, const Expr *a, const Expr *b, mpq_ptr limit, mpq_ptr rest)
{
    if (expr_is_const(a, NULL))
        return false;
    StandardLine d = standard_line(nums, b);
    Polynomial n;
    if (!d.core || mpq_sgn(d.rate) == 0)
        return false;
    polynomial_init(&n, 3);
    bool fits = polynomial_read(a, d.core, &n) && mpq_sgn(n.c[2]) != 0;
    if (fits) {
        mpq_div(limit, n.c[2], d.rate);
        mpq_mul(rest, limit, d.offset);
        mpq_sub(rest, n.c[1], rest);
        mpq_div(rest, rest, d.rate);            /* m */
        mpq_mul(rest, rest, d.offset);
        mpq_sub(rest, n.c[0], rest);
        mpq_div(limit, limit, d.rate);
    }
    polynomial_clear(&n);
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

/* ---- polynomials ---- */

/* What e is a polynomial in, if it is one: NULL for a number. */
static const Expr *variable_of(const Expr *e)
{
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_CONST ? NULL : e;
    EigFn fn = e->as.call.fn;
    bool is_power = fn == EIG_FN_POW && expr_is_const(e->as.call.arg[1], NULL);
    if (!is_power && fn != EIG_FN_ADD && fn != EIG_FN_SUB && fn != EIG_FN_MUL && fn != EIG_FN_NEG)
        return e;
    const Expr *first = variable_of(e->as.call.arg[0]);
    return first || is_power || e->as.call.n_args < 2 ? first : variable_of(e->as.call.arg[1]);
}

/* Its value at u. */
static void polynomial_at(Walk *w, const Polynomial *p, const Jet *u, Jet *out)
{
    Jet term, so_far;
    jet_init(&term);
    jet_init(&so_far);
    int degree = polynomial_degree(p);
    for (int k = degree < 0 ? 0 : degree; k >= 0; k--) {
        mpq_ptr c = num_new(w->at->nums);
        mpq_set(c, p->c[k]);
        jet_const(w, c, &term);
        if (k == degree || degree < 0) {
            jet_same(&term, out);
            continue;
        }
        jet_mul(w, out, u, &so_far);
        if (mpq_sgn(c) != 0)
            jet_add(w, &so_far, &term, out);
        else
            jet_same(&so_far, out);
    }
    jet_clear(&term);
    jet_clear(&so_far);
}

/* q + r/d. */
static void divided(Walk *w, const Polynomial *q, const Polynomial *r, const Jet *u, const Jet *d, Jet *out)
{
    Jet rest, part, whole;
    Jet *all[] = { &rest, &part, &whole };
    for (int k = 0; k < 3; k++)
        jet_init(all[k]);
    polynomial_at(w, r, u, &rest);
    jet_divide(w, &rest, d, &part);
    polynomial_at(w, q, u, &rest);
    jet_add(w, &rest, &part, &whole);
    for (int k = 1; k < 3; k++)
        if (scaled_has_zero(&out->v[k]) && !scaled_has_zero(&whole.v[k]))
            scaled_set(&out->v[k], &whole.v[k]);
    for (int k = 0; k < 3; k++)
        jet_clear(all[k]);
}

void jet_over_polynomial(Walk *w, const Expr *e, const Jet *d, Jet *out)
{
    const Expr *const *arg = e->as.call.arg;
    bool is_open = w->at->side && w->trouble == JET_FINE && scaled_has_zero(&out->v[1]) && !scaled_has_zero(&d->v[0]);
    const Expr *u = is_open && !expr_is_const(arg[0], NULL) ? variable_of(arg[1]) : NULL;
    if (!u)
        return;
    Polynomial n, over, q;
    Polynomial *all[] = { &n, &over, &q };
    for (int k = 0; k < 3; k++)
        polynomial_init(all[k], POLYNOMIAL_MOST);
    bool fits = polynomial_read(arg[1], u, &over) && polynomial_degree(&over) > 1 && polynomial_read(arg[0], u, &n);
    if (fits && polynomial_degree(&n) >= polynomial_degree(&over)) {
        polynomial_divide(&n, &over, &q);
        divided(w, &q, &n, jet_of(w, u), d, out);
    }
    for (int k = 0; k < 3; k++)
        polynomial_clear(all[k]);
}
