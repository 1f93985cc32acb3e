#include "compiler/check/slope/branch_root.h"

#include <math.h>

#include "compiler/check/slope/jet/jet.h"
#include "compiler/expr/affine.h"

/* -offset/rate + half_turns/2 pi/rate */
static BranchRoot root_at(NumPool *nums, Num offset, Num rate, long half_turns)
{
    mpq_ptr at = num_new(nums), pis = num_new(nums);
    mpq_div(at, offset, rate);
    mpq_neg(at, at);
    mpq_set_si(pis, half_turns, 2);
    mpq_canonicalize(pis);
    mpq_div(pis, pis, rate);
    return (BranchRoot){ at, pis };
}

/* offset + rate [lo, hi] lies within half a turn of half_turns/2 pi. */
static bool is_within_half_a_turn(Num offset, Num rate, double lo, double hi, long half_turns)
{
    mpfi_t line, pi;
    mpfi_init2(line, JET_PRECISION);
    mpfi_init2(pi, JET_PRECISION);
    mpfi_interv_d(line, lo, hi);
    mpfi_mul_q(line, line, rate);
    mpfi_add_q(line, line, offset);
    mpfi_const_pi(pi);
    mpfi_div_ui(pi, pi, 2);
    mpfi_div(line, line, pi);
    mpfi_sub_si(line, line, half_turns);
    bool is = mpfr_cmp_si(&line->left, -2) >= 0 && mpfr_cmp_si(&line->right, 2) <= 0;
    mpfi_clear(line);
    mpfi_clear(pi);
    return is;
}

/* sin(u) near u = k pi is (-1)^k sin(u - k pi); cos(u) is sin(u + pi/2). */
static bool root_of_wave(NumPool *nums, const Expr *wave, double lo, double hi, BranchRoot *root, int *turned)
{
    static const double MOST = 0x1p40;
    Num offset, rate;
    int is_cos = wave->as.call.fn == EIG_FN_COS;
    if (!expr_affine(nums, wave->as.call.arg[0], EIG_VAR_Z, &offset, &rate) || mpq_sgn(rate) == 0)
        return false;
    double middle = (mpq_get_d(offset) + mpq_get_d(rate) * (lo / 2 + hi / 2)) / 3.14159265358979324;
    if (!(fabs(middle) <= MOST))
        return false;
    long turn = lround(middle + is_cos / 2.0), half_turns = 2 * turn - is_cos;
    if (!is_within_half_a_turn(offset, rate, lo, hi, half_turns))
        return false;
    *root = root_at(nums, offset, rate, half_turns);
    *turned = (turn % 2 ? -1 : 1) * mpq_sgn(rate);
    return true;
}

static bool root_of_multiple(NumPool *nums, const Expr *zero, double lo, double hi, BranchRoot *root, int *turned)
{
    const Expr *const *arg = zero->as.call.arg;
    Num by = NULL;
    int of = 0;
    if (zero->as.call.fn == EIG_FN_MUL)
        of = expr_is_const(arg[0], &by) ? 1 : 0;
    if (zero->as.call.fn != EIG_FN_NEG && !(by || expr_is_const(arg[1], &by)))
        return false;
    if ((by && mpq_sgn(by) == 0) || !branch_root(nums, arg[of], lo, hi, root, turned))
        return false;
    *turned *= by ? mpq_sgn(by) : -1;
    return true;
}

bool branch_root(NumPool *nums, const Expr *zero, double lo, double hi, BranchRoot *root, int *turned)
{
    Num offset, rate;
    if (expr_affine(nums, zero, EIG_VAR_Z, &offset, &rate)) {
        if (mpq_sgn(rate) == 0)
            return false;
        *root = root_at(nums, offset, rate, 0);
        *turned = mpq_sgn(rate);
        return true;
    }
    if (zero->kind != EXPR_CALL)
        return false;
    switch (zero->as.call.fn) {
    case EIG_FN_SIN: case EIG_FN_COS: return root_of_wave(nums, zero, lo, hi, root, turned);
    case EIG_FN_NEG: case EIG_FN_MUL: case EIG_FN_DIV: return root_of_multiple(nums, zero, lo, hi, root, turned);
    default: return false;
    }
}

/* a - b */
static void difference(const BranchRoot *a, const BranchRoot *b, mpfi_t out)
{
    mpq_t x;
    mpq_init(x);
    mpq_sub(x, a->pis, b->pis);
    mpfi_const_pi(out);
    mpfi_mul_q(out, out, x);
    mpq_sub(x, a->offset, b->offset);
    mpfi_add_q(out, out, x);
    mpq_clear(x);
}

int branch_root_order(const BranchRoot *a, const BranchRoot *b, bool *same)
{
    *same = mpq_equal(a->offset, b->offset) && mpq_equal(a->pis, b->pis);
    if (*same)
        return 0;
    mpfi_t x;
    mpfi_init2(x, JET_PRECISION);
    difference(a, b, x);
    int order = mpfr_sgn(&x->left) > 0 ? 1 : mpfr_sgn(&x->right) < 0 ? -1 : 0;
    mpfi_clear(x);
    return order;
}

static double rounded(const BranchRoot *a, bool up)
{
    mpfi_t x;
    mpfi_init2(x, JET_PRECISION);
    mpfi_const_pi(x);
    mpfi_mul_q(x, x, a->pis);
    mpfi_add_q(x, x, a->offset);
    double end = up ? mpfr_get_d(&x->right, MPFR_RNDU) : mpfr_get_d(&x->left, MPFR_RNDD);
    mpfi_clear(x);
    return end;
}

double branch_root_down(const BranchRoot *a)
{
    return rounded(a, false);
}

double branch_root_up(const BranchRoot *a)
{
    return rounded(a, true);
}
