/* compiler/expr/recall.c against MPFR: what was asked before and what was not, asked in any order, of one another's neighbours, signs,
 * precisions and directions. */
#include <math.h>
#include <stdbool.h>

#include "compiler/expr/recall.h"
#include "tests/test.h"

enum { QUESTIONS = 200000, PLACES = 60 };

static unsigned drawn_of(unsigned *state, unsigned n)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % n;
}

static bool same(mpfr_srcptr a, mpfr_srcptr b)
{
    return (mpfr_nan_p(a) && mpfr_nan_p(b)) || (mpfr_equal_p(a, b) && mpfr_signbit(a) == mpfr_signbit(b));
}

/* A few numbers, so that most are met again, and those beside them. */
static void draw_place(unsigned *state, mpfr_ptr x)
{
    static const double special[] = { 0, -0.0, HUGE_VAL, -HUGE_VAL, NAN, 1, -1, 1e300, -1e300, 1e-300, 5e-324 };
    unsigned k = drawn_of(state, PLACES);
    mpfr_set_d(x, k < sizeof special / sizeof *special ? special[k] : (double)k / 7 - 4, MPFR_RNDN);
    if (k % 3 == 1)
        mpfr_div_ui(x, x, 3, MPFR_RNDN);
    if (drawn_of(state, 4) == 0)
        mpfr_nextabove(x);
}

static void ends_are_those_of_mpfr(void)
{
    static MpfrFunction *const fn[] = { mpfr_exp, mpfr_log, mpfr_log1p, mpfr_expm1, mpfr_tanh, mpfr_atan, mpfr_erfc, mpfr_cosh };
    static const mpfr_prec_t bits[] = { 53, 64, 65, 96, 128, 192, 193, 256 };
    unsigned state = 1;
    size_t n_wrong = 0;
    for (int k = 0; k < QUESTIONS; k++) {
        mpfr_t x, y, z;
        mpfr_init2(x, bits[drawn_of(&state, 8)]);
        mpfr_prec_t out = bits[drawn_of(&state, 8)];
        mpfr_init2(y, out);
        mpfr_init2(z, out);
        MpfrFunction *f = fn[drawn_of(&state, 8)];
        mpfr_rnd_t rounding = drawn_of(&state, 2) ? MPFR_RNDU : MPFR_RNDD;
        draw_place(&state, x);
        f(z, x, rounding);
        recall_end(f, y, x, rounding);
        n_wrong += !same(y, z);
        if (mpfr_get_prec(x) == out) {          /* in place */
            recall_end(f, x, x, rounding);
            n_wrong += !same(x, z);
        }
        mpfr_clears(x, y, z, (mpfr_ptr)0);
    }
    CHECK(n_wrong == 0);
}

static void powers_are_those_of_mpfr(void)
{
    static const char *const exponents[] = { "1/3", "-1/3", "5/2", "2", "-2", "0", "123456789/1000", "1/123456789012345678901234567890" };
    unsigned state = 7;
    size_t n_wrong = 0;
    for (int k = 0; k < QUESTIONS / 10; k++) {
        mpfr_t x, y, z, e;
        mpq_t q;
        mpq_init(q);
        mpq_set_str(q, exponents[drawn_of(&state, 8)], 10);
        mpfr_inits2(drawn_of(&state, 2) ? 96 : 200, x, y, z, (mpfr_ptr)0);
        mpfr_init2(e, RECALL_EXPONENT);
        draw_place(&state, x);
        mpfr_abs(x, x, MPFR_RNDN);
        bool is_exact = mpfr_set_q(e, q, MPFR_RNDN) == 0;
        is_exact &= mpfr_pow(z, x, e, MPFR_RNDD) == 0;
        bool said = recall_power(y, x, q);
        n_wrong += !same(y, z) || said != is_exact;
        mpfr_clears(x, y, z, e, (mpfr_ptr)0);
        mpq_clear(q);
    }
    CHECK(n_wrong == 0);
}

static void intervals_are_those_of_mpfi(void)
{
    unsigned state = 3;
    size_t n_wrong = 0;
    for (int k = 0; k < QUESTIONS / 10; k++) {
        mpfi_t x, y, z;
        mpfi_init2(x, 96);
        mpfi_init2(y, 96);
        mpfi_init2(z, 96);
        draw_place(&state, &x->left);
        draw_place(&state, &x->right);
        if (!mpfi_nan_p(x) && mpfr_cmp(&x->left, &x->right) > 0)
            mpfr_swap(&x->left, &x->right);
        mpfi_exp(z, x);
        recall(mpfr_exp, y, x);
        n_wrong += mpfi_nan_p(z) ? !mpfi_nan_p(y) : !mpfr_equal_p(&y->left, &z->left) || !mpfr_equal_p(&y->right, &z->right);
        mpfi_cosh(z, x);
        recall_even(mpfr_cosh, x, x);
        n_wrong += mpfi_nan_p(z) ? !mpfi_nan_p(x) : !mpfr_equal_p(&x->left, &z->left) || !mpfr_equal_p(&x->right, &z->right);
        mpfi_clear(x);
        mpfi_clear(y);
        mpfi_clear(z);
    }
    CHECK(n_wrong == 0);
}

int main(void)
{
    RUN(ends_are_those_of_mpfr);
    RUN(powers_are_those_of_mpfr);
    RUN(intervals_are_those_of_mpfi);
    return test_done();
}
