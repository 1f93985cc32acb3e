/* Differences b f(u) - b f(v) of roots f(u) = sqrt(u^2 + c), c > 0, where u and v = u - h are straight in z, as sqrt((z + 1)^2 + 1) -
 * sqrt((z - 1)^2 + 1). By the mean value theorem the difference is h f'(x) for some x between u and v, its slope is h u' f''(x) for another
 * one, and its curvature h u'^2 f'''(x): with r = f(x)
 *
 *   f' = x/r,   f'' = c/r^3,   f''' = -3 c x/r^5.
 *
 * u' may be no rational number, its square is: u = u' (z + a), h = u' (a - a'), x = u' t. */
#include "compiler/check/slope/jet/jet_walk.h"
#include "compiler/check/slope/form/polynomial.h"
#include "compiler/check/slope/form/standard.h"

/* by * sqrt(rate2 (z + over)^2 + c) */
typedef struct Root {
    Num by, rate2, over, c;
} Root;

static bool read_root(NumPool *nums, const Expr *e, int sign, Root *out)
{
    StandardLine a = standard_line(nums, e);
    if (!a.core || a.core->kind != EXPR_CALL || a.core->as.call.fn != EIG_FN_SQRT || mpq_sgn(a.offset) != 0)
        return false;
    Polynomial q;
    polynomial_init(&q, 3);
    bool is = polynomial_read(a.core->as.call.arg[0], NULL, &q) && mpq_sgn(q.c[2]) > 0;
    mpq_ptr by = num_new(nums), rate2 = num_new(nums), over = num_new(nums), c = num_new(nums);
    if (is) {
        (sign > 0 ? mpq_set : mpq_neg)(by, a.rate);
        mpq_set(rate2, q.c[2]);
        mpq_div(over, q.c[1], rate2);
        mpq_div_2exp(over, over, 1);
        mpq_mul(c, over, over);
        mpq_mul(c, c, rate2);
        mpq_sub(c, q.c[0], c);
    }
    *out = (Root){ by, rate2, over, c };
    polynomial_clear(&q);
    return is && mpq_sgn(c) > 0;
}

static void times(const JetDomain *d, Scaled *x, Num by)
{
    Scaled y;
    scaled_init(&y);
    scaled_set_num(&y, by);
    scaled_mul(d, x, &y, x);
    scaled_clear(&y);
}

/* t = z + over, over from that of b to that of a. */
static void between(Walk *w, const Root *a, const Root *b, Scaled *t)
{
    Jet z;
    Scaled x, y;
    jet_init(&z);
    scaled_init(&x);
    scaled_init(&y);
    jet_variable(w, &z);
    scaled_set_num(&x, a->over);
    scaled_set_num(&y, b->over);
    mpfi_union(x.c, x.c, y.c);
    scaled_add(w->at, &z.v[0], &x, t);
    jet_clear(&z);
    scaled_clear(&x);
    scaled_clear(&y);
}

/* rate2 t^2 + c, and its root. */
static void root_over(Walk *w, const Root *a, const Scaled *t, Scaled *square, Scaled *r)
{
    mpq_t half;
    mpq_init(half);
    mpq_set_ui(half, 1, 2);
    scaled_power(w->at, t, 2, square);
    times(w->at, square, a->rate2);
    scaled_set_num(r, a->c);
    scaled_add(w->at, square, r, square);
    scaled_root(w->at, square, half, r);
    mpq_clear(half);
}

static void narrow(Walk *w, const Scaled *x, Scaled *out)
{
    if (!x->power && !x->rate && !out->power && !out->rate)
        mpfi_intersect(out->c, out->c, x->c);
    else if (w->at->side)
        scaled_set(out, x);
}

/* With k = by rate2 (a - a'): k t/r, k c/r^3 and -3 rate2 (k c/r^3) t/r^2. */
static void difference(Walk *w, const Root *a, const Root *b, Jet *out)
{
    mpq_ptr k = num_new(w->at->nums), bend = num_new(w->at->nums);
    mpq_sub(k, a->over, b->over);
    mpq_mul(k, k, a->rate2);
    mpq_mul(k, k, a->by);
    Scaled t, square, r, x;
    Scaled *all[] = { &t, &square, &r, &x };
    for (int j = 0; j < 4; j++)
        scaled_init(all[j]);
    between(w, a, b, &t);
    root_over(w, a, &t, &square, &r);
    scaled_div(w->at, &t, &r, &x);
    times(w->at, &x, k);
    narrow(w, &x, &out->v[0]);

    mpq_mul(k, k, a->c);
    scaled_set_num(&x, k);
    scaled_div(w->at, &x, &square, &x);
    scaled_div(w->at, &x, &r, &x);
    narrow(w, &x, &out->v[1]);

    mpq_set_si(bend, -3, 1);
    mpq_mul(bend, bend, a->rate2);
    scaled_mul(w->at, &x, &t, &x);
    scaled_div(w->at, &x, &square, &x);
    times(w->at, &x, bend);
    narrow(w, &x, &out->v[2]);
    for (int j = 0; j < 4; j++)
        scaled_clear(all[j]);
}

void jet_apart_roots(Walk *w, const Expr *e, Jet *out)
{
    Root a, b;
    NumPool *nums = w->at->nums;
    const Expr *const *arg = e->as.call.arg;
    if (w->trouble != JET_FINE || !read_root(nums, arg[0], 1, &a) || !read_root(nums, arg[1], e->as.call.fn == EIG_FN_SUB ? -1 : 1, &b))
        return;
    mpq_ptr minus = num_new(nums);
    mpq_neg(minus, b.by);
    if (mpq_equal(a.by, minus) && mpq_equal(a.rate2, b.rate2) && mpq_equal(a.c, b.c))
        difference(w, &a, &b, out);
}
