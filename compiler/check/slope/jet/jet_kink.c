#include "compiler/check/slope/jet/jet_walk.h"

/* The branch that is taken where `difference` >= 0, or both. */
static void choose(Walk *w, const Scaled *difference, const Jet *above, const Jet *below, Jet *out)
{
    /* At one point a tie hides which side a piece beside it takes: both. */
    bool point = w->at->lo == w->at->hi && mpfi_has_zero(difference->c);
    const Jet *one = point ? NULL : scaled_is_nonnegative(difference) ? above
                     : scaled_is_nonpositive(difference) ? below : NULL;
    for (int k = 0; k < 3; k++) {
        if (one)
            scaled_set(&out->v[k], &one->v[k]);
        else if (k < 2)
            scaled_hull(w->at, &above->v[k], &below->v[k], &out->v[k]);
        else
            scaled_everything(&out->v[k]);
    }
    out->is_affine = one && one->is_affine;
    out->offset = one ? one->offset : NULL;
    out->rate = one ? one->rate : NULL;
}

/* The larger of two numbers, or the smaller one, end by end: max(z, 0) is nowhere below 0. */
static void larger_value(Walk *w, const Scaled *a, const Scaled *b, bool is_max, Scaled *out)
{
    Scaled other;
    scaled_init(&other);
    scaled_collapse(w->at, a, out);
    scaled_collapse(w->at, b, &other);
    (is_max ? mpfr_max : mpfr_min)(&out->c->left, &out->c->left, &other.c->left, MPFR_RNDD);
    (is_max ? mpfr_max : mpfr_min)(&out->c->right, &out->c->right, &other.c->right, MPFR_RNDU);
    scaled_clear(&other);
}

void jet_max(Walk *w, const Jet *a, const Jet *b, bool is_max, Jet *out)
{
    Jet difference;
    jet_init(&difference);
    jet_sub(w, a, b, &difference);
    choose(w, &difference.v[0], is_max ? a : b, is_max ? b : a, out);
    if (!scaled_is_nonnegative(&difference.v[0]) && !scaled_is_nonpositive(&difference.v[0]))
        larger_value(w, &a->v[0], &b->v[0], is_max, &out->v[0]);
    jet_clear(&difference);
}

void jet_abs(Walk *w, const Jet *a, Jet *out)
{
    Jet minus;
    jet_init(&minus);
    jet_neg(w, a, &minus);
    choose(w, &a->v[0], a, &minus, out);
    if (!scaled_is_nonnegative(&a->v[0]) && !scaled_is_nonpositive(&a->v[0])) {
        scaled_collapse(w->at, &a->v[0], &out->v[0]);
        mpfi_abs(out->v[0].c, out->v[0].c);
    }
    jet_clear(&minus);
}

void jet_constant_pieces(Walk *w, const Scaled *a, const char *name, bool is_floor, Jet *out)
{
    Scaled x;
    scaled_init(&x);
    scaled_collapse(w->at, a, &x);
    scaled_zero(&out->v[1]);
    scaled_zero(&out->v[2]);
    if (!is_floor && (scaled_is_positive(a) || mpfr_sgn(&a->c->right) < 0)) {
        /* c y^power exp(rate y) has the sign of c, however near to 0 it comes. */
        mpfi_set_ui(x.c, scaled_is_positive(a));
    } else if (is_floor) {
        mpfr_floor(&x.c->left, &x.c->left);
        mpfr_floor(&x.c->right, &x.c->right);
    } else {
        bool lo = mpfr_sgn(&x.c->left) >= 0, hi = mpfr_sgn(&x.c->right) >= 0;
        mpfr_set_ui(&x.c->left, lo, MPFR_RNDD);
        mpfr_set_ui(&x.c->right, hi, MPFR_RNDU);
    }
    if (!mpfr_equal_p(&x.c->left, &x.c->right) || !mpfr_number_p(&x.c->left))
        jet_trouble(w, JET_JUMP, name);
    scaled_set(&out->v[0], &x);
    out->is_affine = false;
    scaled_clear(&x);
}

/* step(a) - step(a - b). */
void jet_pulse(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Jet first, rest, second;
    jet_init(&first);
    jet_init(&rest);
    jet_init(&second);
    jet_sub(w, a, b, &rest);
    jet_constant_pieces(w, &a->v[0], "pulse", false, &first);
    jet_constant_pieces(w, &rest.v[0], "pulse", false, &second);
    jet_sub(w, &first, &second, out);
    jet_clear(&first);
    jet_clear(&rest);
    jet_clear(&second);
}

/* ramp(a, b) = min(max(a / b, 0), 1). */
void jet_ramp(Walk *w, const Jet *a, const Jet *b, Jet *out)
{
    Jet ratio, bound, low;
    jet_init(&ratio);
    jet_init(&bound);
    jet_init(&low);
    jet_domain(w, scaled_is_positive(&b->v[0]), scaled_is_nonpositive(&b->v[0]), "ramp");
    jet_divide(w, a, b, &ratio);
    jet_const(w, num_int(w->at->nums, 0), &bound);
    jet_max(w, &ratio, &bound, true, &low);
    jet_const(w, num_int(w->at->nums, 1), &bound);
    jet_max(w, &low, &bound, false, out);
    jet_clear(&ratio);
    jet_clear(&bound);
    jet_clear(&low);
}
