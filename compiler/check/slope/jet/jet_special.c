#include "compiler/check/slope/jet/jet_special.h"

#include "compiler/expr/num_special.h"

/* Products of 0 and infinity leave NaN: nothing is known then. */
static void repair(mpfi_ptr x)
{
    if (mpfr_nan_p(&x->left))
        mpfr_set_inf(&x->left, -1);
    if (mpfr_nan_p(&x->right))
        mpfr_set_inf(&x->right, 1);
}

static void normal(mpfi_srcptr a, mpfi_ptr density, mpfi_ptr slope)
{
    enclose_normpdf(density, a);
    mpfi_mul(slope, a, density);
    mpfi_neg(slope, slope);
}

/* (a^2 - 1) n(a) */
static void normal_curvature(mpfi_srcptr a, mpfi_srcptr density, mpfi_ptr out)
{
    mpfi_sqr(out, a);
    mpfi_sub_ui(out, out, 1);
    mpfi_mul(out, out, density);
}

/* x/(1 + x) and x/(1 + x)^3, as 1/(1 + 1/x) and s (1 - s)^2. */
static void omega(mpfi_srcptr a, mpfi_ptr x, mpfi_ptr slope, mpfi_ptr curvature)
{
    enclose_wright_omega(x, a);
    mpfi_ui_div(slope, 1, x);
    mpfi_add_ui(slope, slope, 1);
    mpfi_ui_div(slope, 1, slope);
    repair(slope);
    mpfi_ui_sub(curvature, 1, slope);
    mpfi_sqr(curvature, curvature);
    mpfi_mul(curvature, curvature, slope);
}

/* s = x/(x + b), as 1/(1 + b/x), and b x/(x + b)^3 = s (1 - s)^2/b. */
static void log_root(mpfi_srcptr a, mpfi_srcptr b, mpfi_ptr x, mpfi_ptr slope, mpfi_ptr curvature)
{
    enclose_log_root(x, a, b);
    mpfi_div(slope, b, x);
    mpfi_add_ui(slope, slope, 1);
    mpfi_ui_div(slope, 1, slope);
    repair(slope);
    mpfi_ui_sub(curvature, 1, slope);
    mpfi_sqr(curvature, curvature);
    mpfi_mul(curvature, curvature, slope);
    mpfi_div(curvature, curvature, b);
}

/* x (1 - x), which has its peak at 1/2. */
static void spread(mpfi_srcptr x, mpfi_ptr out)
{
    mpfi_t half;
    mpfi_init2(half, mpfi_get_prec(out));
    mpfi_sub_d(half, x, 0.5);
    mpfi_sqr(half, half);
    mpfi_d_sub(out, 0.25, half);
    mpfi_clear(half);
    if (mpfr_sgn(&out->left) < 0)
        mpfr_set_ui(&out->left, 0, MPFR_RNDN);
}

/* With p = x (1 - x): s = 1/(1/p + b), and s (1 - 2 x)/(1 + b p)^2 = s (1 - 2 x) (1 - b s)^2. */
static void logit_root(mpfi_srcptr a, mpfi_srcptr b, mpfi_ptr x, mpfi_ptr slope, mpfi_ptr curvature)
{
    mpfi_t part;
    mpfi_init2(part, mpfi_get_prec(x));
    enclose_logit_root(x, a, b);
    spread(x, slope);
    mpfi_ui_div(slope, 1, slope);
    mpfi_add(slope, slope, b);
    mpfi_ui_div(slope, 1, slope);
    repair(slope);
    mpfi_mul(part, b, slope);
    mpfi_ui_sub(part, 1, part);
    mpfi_sqr(part, part);
    mpfi_mul_2ui(curvature, x, 1);
    mpfi_ui_sub(curvature, 1, curvature);
    mpfi_mul(curvature, curvature, part);
    mpfi_mul(curvature, curvature, slope);
    mpfi_clear(part);
}

bool jet_special(EigFn fn, mpfi_srcptr a, mpfi_srcptr b, mpfi_ptr value, mpfi_ptr slope, mpfi_ptr curvature)
{
    switch (fn) {
    case EIG_FN_NORMCDF:
        enclose_normcdf(value, a);
        normal(a, slope, curvature);
        break;
    case EIG_FN_NORMPDF:
        normal(a, value, slope);
        normal_curvature(a, value, curvature);
        break;
    case EIG_FN_OMEGA: omega(a, value, slope, curvature); break;
    case EIG_FN_LOG_ROOT: log_root(a, b, value, slope, curvature); break;
    case EIG_FN_LOGIT_ROOT: logit_root(a, b, value, slope, curvature); break;
    default: return false;
    }
    repair(value);
    repair(slope);
    repair(curvature);
    return true;
}
