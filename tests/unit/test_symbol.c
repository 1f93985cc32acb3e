/* Fourier transforms of kernels against the sum itself in 128-bit MPFR, their stated error
 * against the true one, and elimination in balls against matrices whose definiteness is known. */
#include "compiler/check/proof/symbol.h"

#include <fenv.h>
#include <math.h>
#include <mpfr.h>
#include <stdint.h>
#include <stdlib.h>

#include "tests/test.h"

static uint64_t state = 7;

static double uniform(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) * 0x1p-52 - 1;
}

static mpq_t *random_values(size_t n, int kind)
{
    mpq_t *value = malloc(n * sizeof *value);
    for (size_t k = 0; k < n; k++) {
        mpq_init(value[k]);
        if (kind == 0)
            mpq_set_d(value[k], uniform());
        else if (kind == 1)             /* of very different size */
            mpq_set_d(value[k], uniform() * ldexp(1, (int)(uniform() * 60)));
        else
            mpq_set_si(value[k], (long)(uniform() * 100), 7);
        mpq_canonicalize(value[k]);
    }
    return value;
}

/* Half of the real and of the imaginary part of the sum, rounded to 100 bits and more. */
static double distance_to_sum(const mpq_t *value, const size_t extent[2], size_t k, double re, double im)
{
    mpfr_t angle, s, c, x, sum_re, sum_im;
    mpfr_inits2(160, angle, s, c, x, sum_re, sum_im, (mpfr_ptr)0);
    mpfr_set_zero(sum_re, 1);
    mpfr_set_zero(sum_im, 1);
    for (size_t e = 0; e < extent[0] * extent[1]; e++) {
        size_t turn = (k % extent[0]) * (e % extent[0]) % extent[0] * extent[1] + (k / extent[0]) * (e / extent[0]) % extent[1] * extent[0];
        mpfr_const_pi(angle, MPFR_RNDN);
        mpfr_mul_ui(angle, angle, 2 * turn, MPFR_RNDN);
        mpfr_div_ui(angle, angle, extent[0] * extent[1], MPFR_RNDN);
        mpfr_sin_cos(s, c, angle, MPFR_RNDN);
        mpfr_set_q(x, value[e], MPFR_RNDN);
        mpfr_mul(c, c, x, MPFR_RNDN);
        mpfr_mul(s, s, x, MPFR_RNDN);
        mpfr_add(sum_re, sum_re, c, MPFR_RNDN);
        mpfr_sub(sum_im, sum_im, s, MPFR_RNDN);
    }
    mpfr_sub_d(sum_re, sum_re, re, MPFR_RNDN);
    mpfr_sub_d(sum_im, sum_im, im, MPFR_RNDN);
    mpfr_hypot(x, sum_re, sum_im, MPFR_RNDU);
    double d = mpfr_get_d(x, MPFR_RNDU);
    mpfr_clears(angle, s, c, x, sum_re, sum_im, (mpfr_ptr)0);
    return d;
}

static void transforms_are_within_their_error(void)
{
    static const size_t extents[][2] = {
        { 1, 1 }, { 2, 1 }, { 3, 1 }, { 8, 1 }, { 60, 1 }, { 97, 1 }, { 243, 1 }, { 2, 2 }, { 5, 3 }, { 12, 10 }, { 1, 30 }, { 7, 49 },
    };
    for (size_t e = 0; e < sizeof extents / sizeof *extents; e++)
        for (int kind = 0; kind < 3; kind++) {
            const size_t *extent = extents[e];
            size_t n = extent[0] * extent[1];
            mpq_t *value = random_values(n, kind);
            double sum = 0, worst = 0;
            for (size_t k = 0; k < n; k++)
                sum += fabs(mpq_get_d(value[k]));
            Symbol *s = symbol_new((const mpq_t *)value, extent);
            CHECK(s != NULL);
            for (size_t k = 0; s && k < n; k++)
                worst = fmax(worst, distance_to_sum((const mpq_t *)value, extent, k, s->re[k], s->im[k]));
            CHECK(s && worst <= s->error);
            CHECK(s && s->error <= 1e-13 * sum);        /* and it is of use */
            symbol_free(s);
            for (size_t k = 0; k < n; k++)
                mpq_clear(value[k]);
            free(value);
        }
}

static void rational_frequencies_are_exact(void)
{
    static const size_t extents[][2] = { { 8, 1 }, { 7, 1 }, { 4, 6 }, { 3, 4 }, { 1, 1 } };
    for (size_t e = 0; e < sizeof extents / sizeof *extents; e++) {
        const size_t *extent = extents[e];
        size_t n = extent[0] * extent[1], n_real = 0;
        mpq_t *value = random_values(n, 2), x;
        mpq_init(x);
        for (size_t k = 0; k < n; k++) {
            if (!symbol_is_real(extent, k))
                continue;
            n_real++;
            symbol_exact((const mpq_t *)value, extent, k, x);
            CHECK(distance_to_sum((const mpq_t *)value, extent, k, mpq_get_d(x), 0) <= 1e-12);
        }
        CHECK(n_real == (size_t)((extent[0] % 2 ? 1 : 2) * (extent[1] % 2 ? 1 : 2)));
        mpq_clear(x);
        for (size_t k = 0; k < n; k++)
            mpq_clear(value[k]);
        free(value);
    }
}

/* 0 aside, k or -k, and each once. */
static void one_of_each_pair_counts(void)
{
    static const size_t extents[][2] = { { 8, 1 }, { 7, 1 }, { 4, 6 }, { 3, 5 }, { 1, 1 }, { 1, 4 } };
    for (size_t e = 0; e < sizeof extents / sizeof *extents; e++) {
        const size_t *extent = extents[e];
        for (size_t k = 0; k < extent[0] * extent[1]; k++) {
            size_t f = k % extent[0], g = k / extent[0];
            size_t other = (extent[1] - g) % extent[1] * extent[0] + (extent[0] - f) % extent[0];
            CHECK(k == 0 ? !symbol_counts(extent, k)
                         : k == other ? symbol_counts(extent, k) : symbol_counts(extent, k) != symbol_counts(extent, other));
        }
    }
}

/* B B* + shift, B with n - 1 columns: its least eigenvalue is the shift, up to rounding. */
static bool is_positive(size_t n, double shift, double radius)
{
    double re[36], im[36];
    Ball m[36];
    for (size_t k = 0; k < n * n; k++) {
        re[k] = uniform();
        im[k] = uniform();
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            Ball *x = &m[i * n + j];
            *x = (Ball){ .re = i == j ? shift : 0, .radius = radius };
            for (size_t k = 0; k + 1 < n; k++) {
                x->re += re[i * n + k] * re[j * n + k] + im[i * n + k] * im[j * n + k];
                x->im += im[i * n + k] * re[j * n + k] - re[i * n + k] * im[j * n + k];
            }
        }
    return ball_positive(n, m);
}

static void elimination_in_balls(void)
{
    for (size_t n = 1; n <= 6; n++)
        for (int k = 0; k < 200; k++) {
            CHECK(!is_positive(n, -1e-9, 0));
            CHECK(!is_positive(n, 1e-9, 1e-8));         /* the balls reach below 0 */
            CHECK(!is_positive(n, 0, 1e-13));
            CHECK(is_positive(n, 1, 1e-12));
        }
    Ball huge = { INFINITY, 0, 0 }, none = { NAN, 0, 0 }, wide = { 1, 0, INFINITY }, edge = { 1, 0, 1 };
    CHECK(!ball_positive(1, &huge) && !ball_positive(1, &none) && !ball_positive(1, &wide) && !ball_positive(1, &edge));
}

/* The bounds are those of rounding to nearest. */
static void other_rounding_modes_prove_nothing(void)
{
    static const size_t extent[2] = { 4, 1 };
    mpq_t *value = random_values(4, 0);
    Ball one = { 1, 0, 0 };
    CHECK(fesetround(FE_UPWARD) == 0);
    Symbol *s = symbol_new((const mpq_t *)value, extent);
    bool positive = ball_positive(1, &one);
    CHECK(fesetround(FE_TONEAREST) == 0);
    CHECK(s == NULL && !positive && ball_positive(1, &one));
    for (size_t k = 0; k < 4; k++)
        mpq_clear(value[k]);
    free(value);
}

static void hopeless_sizes_are_refused_at_once(void)
{
    static const size_t prime[2] = { 1000003, 1 };
    CHECK(symbol_work(prime) > SYMBOL_MOST_WORK);
    CHECK(symbol_new(NULL, prime) == NULL);
}

int main(void)
{
    RUN(transforms_are_within_their_error);
    RUN(rational_frequencies_are_exact);
    RUN(one_of_each_pair_counts);
    RUN(elimination_in_balls);
    RUN(other_rounding_modes_prove_nothing);
    RUN(hopeless_sizes_are_refused_at_once);
    return test_done();
}
