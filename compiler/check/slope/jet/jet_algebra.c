#include "compiler/check/slope/jet/jet_walk.h"

void jet_init(Jet *j)
{
    for (int k = 0; k < 3; k++)
        scaled_init(&j->v[k]);
    j->is_affine = false;
    j->offset = j->rate = NULL;
}

void jet_clear(Jet *j)
{
    for (int k = 0; k < 3; k++)
        scaled_clear(&j->v[k]);
}

void jet_trouble(Walk *w, JetTrouble t, const char *function)
{
    bool is_more = t >= JET_OUTSIDE && w->trouble < JET_OUTSIDE;
    if (w->trouble == JET_FINE || is_more) {
        w->trouble = t;
        w->function = function;
    }
}

void jet_domain(Walk *w, bool inside, bool outside, const char *function)
{
    if (!inside)
        jet_trouble(w, outside ? JET_OUTSIDE : JET_EDGE, function);
}

void jet_const(Walk *w, Num x, Jet *out)
{
    (void)w;
    scaled_set_num(&out->v[0], x);
    scaled_zero(&out->v[1]);
    scaled_zero(&out->v[2]);
    out->is_affine = true;
    out->offset = mpq_sgn(x) ? x : NULL;
    out->rate = NULL;
}

void jet_lost(Walk *w, Jet *out)
{
    (void)w;
    for (int k = 0; k < 3; k++)
        scaled_zero(&out->v[k]);
    out->is_affine = true;
    out->offset = out->rate = NULL;
}

void jet_same(const Jet *a, Jet *out)
{
    for (int k = 0; k < 3; k++)
        scaled_set(&out->v[k], &a->v[k]);
    out->is_affine = a->is_affine;
    out->offset = a->offset;
    out->rate = a->rate;
}

void jet_variable(Walk *w, Jet *out)
{
    const JetDomain *d = w->at;
    scaled_zero(&out->v[2]);
    scaled_int(&out->v[1], 1);
    if (!d->side) {
        scaled_zero(&out->v[0]);
        mpfi_interv_d(out->v[0].c, d->lo, d->hi);
        return;
    }
    scaled_int(&out->v[0], d->side);
    out->v[0].power = num_int(d->nums, 1);
    out->is_affine = true;
    out->offset = NULL;
    out->rate = num_int(d->nums, d->side);
}

/* The same number on all of the interval. */
static bool is_constant(const Jet *a)
{
    return a->is_affine && !a->rate;
}

void jet_add(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    for (int k = 0; k < 3; k++)
        scaled_add(w->at, &a->v[k], &b->v[k], &out->v[k]);
    out->is_affine = a->is_affine && b->is_affine;
    if (out->is_affine) {
        out->offset = scale_sum(w->at->nums, a->offset, b->offset);
        out->rate = scale_sum(w->at->nums, a->rate, b->rate);
        /* A cancelled leading term, (z + 1) - z, is then known exactly. */
        if (w->at->side && !out->rate && out->offset)
            scaled_set_num(&out->v[0], out->offset);
        else if (w->at->side && !out->rate)
            scaled_zero(&out->v[0]);
    }
}

void jet_neg(Walk *w, const Jet *a, Jet *out)
{
    for (int k = 0; k < 3; k++)
        scaled_neg(&a->v[k], &out->v[k]);
    out->is_affine = a->is_affine;
    out->offset = scale_negate(w->at->nums, a->offset);
    out->rate = scale_negate(w->at->nums, a->rate);
}

void jet_sub(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Jet minus;
    jet_init(&minus);
    jet_neg(w, b, &minus);
    jet_add(w, a, &minus, out);
    jet_clear(&minus);
}

static void product_rule(const JetDomain *d, const Jet *a, const Jet *b, Jet *out)
{
    Scaled x, y;
    scaled_init(&x);
    scaled_init(&y);
    scaled_mul(d, &a->v[1], &b->v[1], &x);
    scaled_add(d, &x, &x, &y);
    scaled_mul(d, &a->v[2], &b->v[0], &x);
    scaled_add(d, &x, &y, &out->v[2]);
    scaled_mul(d, &a->v[0], &b->v[2], &x);
    scaled_add(d, &x, &out->v[2], &out->v[2]);
    scaled_mul(d, &a->v[1], &b->v[0], &x);
    scaled_mul(d, &a->v[0], &b->v[1], &y);
    scaled_add(d, &x, &y, &out->v[1]);
    scaled_mul(d, &a->v[0], &b->v[0], &out->v[0]);
    scaled_clear(&x);
    scaled_clear(&y);
}

void jet_mul(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    const JetDomain *d = w->at;
    const Jet *c = is_constant(a) ? a : is_constant(b) ? b : NULL;
    if (!c)
        product_rule(d, a, b, out);
    for (int k = 0; c && k < 3; k++)
        scaled_mul(d, &c->v[0], &(c == a ? b : a)->v[k], &out->v[k]);
    const Jet *factor = !a->rate ? a : b, *other = factor == a ? b : a;
    out->is_affine = a->is_affine && b->is_affine && !factor->rate;
    if (out->is_affine) {
        out->offset = scale_product(d->nums, factor->offset, other->offset);
        out->rate = scale_product(d->nums, factor->offset, other->rate);
    }
}

/* out = g(a) from g, g', g'' at a. Where a does not move neither does g(a),
 * even where g' is infinite. */
void jet_compose(Walk *w, const Jet *a, Scaled g[3], Jet *out)
{
    const JetDomain *d = w->at;
    Scaled x;
    scaled_init(&x);
    scaled_mul(d, &a->v[1], &a->v[1], &x);
    scaled_mul(d, &x, &g[2], &x);
    scaled_mul(d, &a->v[2], &g[1], &out->v[2]);
    scaled_add(d, &x, &out->v[2], &out->v[2]);
    scaled_mul(d, &a->v[1], &g[1], &out->v[1]);
    scaled_set(&out->v[0], &g[0]);
    scaled_clear(&x);
    out->is_affine = false;
}

/* 1/a and its derivatives. */
static void reciprocal(Walk *w, const Scaled *a, Scaled g[3])
{
    Scaled one;
    scaled_init(&one);
    scaled_int(&one, 1);
    jet_domain(w, !scaled_has_zero(a), scaled_is_zero(a), "/");
    scaled_div(w->at, &one, a, &g[0]);
    scaled_mul(w->at, &g[0], &g[0], &g[1]);
    scaled_neg(&g[1], &g[1]);
    scaled_mul(w->at, &g[1], &g[0], &g[2]);
    scaled_add(w->at, &g[2], &g[2], &g[2]);
    scaled_neg(&g[2], &g[2]);
    scaled_clear(&one);
}

/* (a' b - a b') / b^2: for s^2 / (1 + s^2) the leading terms cancel exactly
 * here, and the slope is seen to be positive. */
static void quotient_slope(Walk *w, const Jet *a, const Jet *b, const Scaled *inverse, Scaled *out)
{
    const JetDomain *d = w->at;
    Scaled x, y;
    if (scaled_has_zero(&b->v[0]))
        return;
    scaled_init(&x);
    scaled_init(&y);
    scaled_mul(d, &a->v[1], &b->v[0], &x);
    scaled_mul(d, &a->v[0], &b->v[1], &y);
    scaled_neg(&y, &y);
    scaled_add(d, &x, &y, &x);
    scaled_mul(d, inverse, inverse, &y);
    scaled_mul(d, &x, &y, out);
    scaled_clear(&x);
    scaled_clear(&y);
}

void jet_divide(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Jet inverse;
    Scaled g[3];
    jet_init(&inverse);
    for (int k = 0; k < 3; k++)
        scaled_init(&g[k]);
    reciprocal(w, &b->v[0], g);
    jet_compose(w, b, g, &inverse);
    if (is_constant(b) && b->offset) {
        mpq_ptr x = num_new(w->at->nums);
        mpq_inv(x, b->offset);
        inverse.is_affine = true;
        inverse.offset = x;
        inverse.rate = NULL;
    }
    jet_mul(w, a, &inverse, out);
    if (!is_constant(a))        /* else nothing would cancel */
        quotient_slope(w, a, b, &g[0], &out->v[1]);
    for (int k = 0; k < 3; k++)
        scaled_clear(&g[k]);
    jet_clear(&inverse);
}
