/* Differences log(1 + exp(u)) - log(1 + exp(v)) of two straight u, v with u - v = d: between 0 and d. With s(t) = 1/(1 + exp(-t)),
 *
 *   s(u) - s(v) = s(u) s(-v) (1 - exp(-d)),
 *
 * which times u' is the slope, of one sign where the terms of the difference are not seen to be in order; the logarithmic
 * derivative of that is u' (s(-u) - s(v)). */
#include "compiler/check/slope/jet/jet_walk.h"
#include "compiler/expr/affine.h"
#include "compiler/expr/recall.h"

/* u' and d. */
static bool read_lines(NumPool *nums, const Expr *u, const Expr *v, Num *rate, mpq_ptr d)
{
    static const EigVar variable[] = { EIG_VAR_Z, EIG_VAR_X };
    Num p, q, other;
    for (int k = 0; k < 2; k++) {
        if (!expr_affine(nums, u, variable[k], &p, rate) || !expr_affine(nums, v, variable[k], &q, &other))
            continue;
        mpq_sub(d, p, q);
        return mpq_equal(*rate, other) && mpq_sgn(*rate) != 0;
    }
    return false;
}

/* s(sign e) in *out; false where it is not known. */
static bool sigmoid(Walk *w, const Expr *e, int sign, Num rate, Scaled *out)
{
    const Jet *u = jet_of(w, e);
    Jet turned, plus;
    jet_init(&turned);
    jet_init(&plus);
    if (sign < 0)
        jet_neg(w, u, &turned);
    bool fits = w->trouble == JET_FINE && jet_softplus(w, sign < 0 ? &turned : u, &plus);
    mpq_ptr by = num_new(w->at->nums);
    mpq_inv(by, rate);
    scaled_set(out, &plus.v[1]);
    mpfi_mul_q(out->c, out->c, by);
    if (sign < 0)
        scaled_neg(out, out);
    jet_clear(&turned);
    jet_clear(&plus);
    return fits;
}

static void narrow_value(const Walk *w, mpq_srcptr d, Scaled *value)
{
    mpfi_t range, zero;
    if (value->rate && mpq_sgn(value->rate) < 0)        /* goes to 0 */
        return;
    mpfi_init2(range, JET_PRECISION);
    mpfi_init2(zero, JET_PRECISION);
    mpfi_set_q(range, d);
    mpfi_set_ui(zero, 0);
    mpfi_union(range, range, zero);
    if (w->at->side) {
        value->power = value->rate = NULL;
        mpfi_set(value->c, range);
    } else {
        mpfi_intersect(value->c, value->c, range);
    }
    mpfi_clear(range);
    mpfi_clear(zero);
}

void jet_softclip(Walk *w, const Expr *u, const Expr *v, Jet *out)
{
    Num rate;
    mpq_ptr d = num_new(w->at->nums);
    if (w->trouble != JET_FINE || !read_lines(w->at->nums, u, v, &rate, d))
        return;
    Scaled a, b, less, more;
    Scaled *all[] = { &a, &b, &less, &more };
    for (int k = 0; k < 4; k++)
        scaled_init(all[k]);
    if (sigmoid(w, u, 1, rate, &a) && sigmoid(w, v, -1, rate, &b) && sigmoid(w, u, -1, rate, &less) && sigmoid(w, v, 1, rate, &more)) {
        mpfi_t factor;
        mpfi_init2(factor, JET_PRECISION);
        mpfi_set_q(factor, d);
        mpfi_neg(factor, factor);
        recall(mpfr_expm1, factor, factor);
        mpfi_neg(factor, factor);
        mpfi_mul_q(factor, factor, rate);
        scaled_mul(w->at, &a, &b, &out->v[1]);
        mpfi_mul(out->v[1].c, out->v[1].c, factor);
        scaled_neg(&more, &more);
        scaled_add(w->at, &less, &more, &out->v[2]);
        mpfi_mul_q(out->v[2].c, out->v[2].c, rate);
        scaled_mul(w->at, &out->v[2], &out->v[1], &out->v[2]);
        narrow_value(w, d, &out->v[0]);
        mpfi_clear(factor);
    }
    for (int k = 0; k < 4; k++)
        scaled_clear(all[k]);
}
