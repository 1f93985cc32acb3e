/* Slope proofs of activations by formula, against closed forms worked out by hand. */
#include "compiler/check/slope/slope.h"

#include "compiler/check/slope/jet/jet.h"
#include "compiler/code/code.h"
#include "tests/test.h"

typedef struct Bench {
    Ctx cx;
    NumPool nums;
} Bench;

static void bench_init(Bench *b)
{
    ctx_init(&b->cx);
    b->nums = (NumPool){0};
}

static void bench_free(Bench *b)
{
    num_pool_free(&b->nums);
    ctx_free(&b->cx);
}

static const Span NOWHERE;

static const Expr *num(Bench *b, const char *text)
{
    Num x;
    if (!num_parse(&b->nums, text, strlen(text), &x))
        BUG("bad number %s", text);
    return expr_const(&b->cx, NOWHERE, x);
}

static const Expr *z(Bench *b)
{
    return expr_var(&b->cx, NOWHERE, EIG_VAR_Z);
}

/* A constant outside its domain (random expressions only) gives way to z. */
static const Expr *call1(Bench *b, EigFn fn, const Expr *x)
{
    const Expr *e = expr_call(&b->cx, &b->nums, NOWHERE, fn, 1, &x);
    return e ? e : z(b);
}

static const Expr *call2(Bench *b, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *arg[] = {x, y};
    const Expr *e = expr_call(&b->cx, &b->nums, NOWHERE, fn, 2, arg);
    return e ? e : z(b);
}

static SlopeReport slope(Bench *b, const Expr *phi)
{
    SlopeReport r;
    Activation act = {.phi = phi, .by_formula = true};
    slope_of_formula(&b->cx, &b->nums, &act, &r);
    return r;
}

/* The proved bound is at least the true one and not more than 1e-6 above it. */
static void check_bound(Bench *b, const Expr *phi, double truth)
{
    SlopeReport r = slope(b, phi);
    CHECK(r.proved && r.monotone && r.bounded);
    if (!r.bounded) {
        fprintf(stderr, "%s\n", r.reason);
        return;
    }
    double hi = num_to_double(r.hi);
    CHECK(hi >= truth * (1 - 1e-15));
    CHECK_CLOSE(hi, truth, 1e-6, 0);
    CHECK(b->cx.diags.n == 0);
}

static const Expr *logistic(Bench *b, const char *gain, const char *threshold)
{
    const Expr *s = call2(b, EIG_FN_MUL, num(b, gain), call2(b, EIG_FN_SUB, z(b), num(b, threshold)));
    return call2(b, EIG_FN_DIV, num(b, "1"), call2(b, EIG_FN_ADD, num(b, "1"), call1(b, EIG_FN_EXP, call1(b, EIG_FN_NEG, s))));
}

static void smooth_sigmoids_have_their_closed_form_slopes(void)
{
    Bench b;
    bench_init(&b);
    check_bound(&b, call1(&b, EIG_FN_TANH, z(&b)), 1);
    check_bound(&b, call1(&b, EIG_FN_ATAN, call2(&b, EIG_FN_MUL, num(&b, "3"), z(&b))), 3);
    check_bound(&b, logistic(&b, "1", "0"), 0.25);
    check_bound(&b, logistic(&b, "7", "0.3"), 1.75);
    /* z/(1+|z|): 1/(1+|z|)^2; z/sqrt(1+z^2): (1+z^2)^(-3/2) */
    check_bound(&b, call2(&b, EIG_FN_DIV, z(&b), call2(&b, EIG_FN_ADD, num(&b, "1"), call1(&b, EIG_FN_ABS, z(&b)))), 1);
    const Expr *root = call1(&b, EIG_FN_SQRT, call2(&b, EIG_FN_ADD, num(&b, "1"), call2(&b, EIG_FN_POW, z(&b), num(&b, "2"))));
    check_bound(&b, call2(&b, EIG_FN_DIV, z(&b), root), 1);
    /* (z + sqrt(z^2 + 1))/2 */
    check_bound(&b, call2(&b, EIG_FN_DIV, call2(&b, EIG_FN_ADD, z(&b), root), num(&b, "2")), 1);
    bench_free(&b);
}

/* Slopes that touch 0 where terms cancel, and tails where one factor grows and another outweighs it. */
static void slopes_that_touch_zero_are_bounded(void)
{
    Bench b;
    bench_init(&b);
    const Expr *cube = call2(&b, EIG_FN_POW, z(&b), num(&b, "3")), *square = call2(&b, EIG_FN_POW, z(&b), num(&b, "2"));
    const Expr *one = num(&b, "1");
    check_bound(&b, call2(&b, EIG_FN_DIV, cube, call2(&b, EIG_FN_ADD, one, square)), 1.125);
    check_bound(&b, call2(&b, EIG_FN_DIV, cube, call2(&b, EIG_FN_ADD, one, call1(&b, EIG_FN_ABS, cube))), 0.8399473665965821);
    check_bound(&b, call2(&b, EIG_FN_POW, call1(&b, EIG_FN_TANH, z(&b)), num(&b, "3")), 0.75);
    check_bound(&b, call1(&b, EIG_FN_TANH, cube), 1.5189241844683274);
    /* The same away from 0, at a place that is no double. */
    const Expr *moved = call2(&b, EIG_FN_SUB, z(&b), num(&b, "0.3"));
    cube = call2(&b, EIG_FN_POW, moved, num(&b, "3"));
    square = call2(&b, EIG_FN_POW, moved, num(&b, "2"));
    check_bound(&b, call2(&b, EIG_FN_DIV, cube, call2(&b, EIG_FN_ADD, one, square)), 1.125);
    /* exp(-exp(-z)): exp(-z) exp(-exp(-z)), 1/e at 0 */
    const Expr *inner = call1(&b, EIG_FN_NEG, call1(&b, EIG_FN_EXP, call1(&b, EIG_FN_NEG, z(&b))));
    check_bound(&b, call1(&b, EIG_FN_EXP, inner), 0.36787944117144233);
    bench_free(&b);
}

static void functions_that_libm_has_not(void)
{
    Bench b;
    bench_init(&b);
    const Expr *zero = num(&b, "0");
    check_bound(&b, call1(&b, EIG_FN_NORMCDF, z(&b)), 0.3989422804014327);
    check_bound(&b, call1(&b, EIG_FN_NORMCDF, call2(&b, EIG_FN_MUL, num(&b, "5"), z(&b))), 1.9947114020071635);
    check_bound(&b, call1(&b, EIG_FN_OMEGA, z(&b)), 1);
    check_bound(&b, call2(&b, EIG_FN_LOG_ROOT, z(&b), num(&b, "1/3")), 1);
    check_bound(&b, call2(&b, EIG_FN_LOG_ROOT, z(&b), num(&b, "7")), 1);
    check_bound(&b, call2(&b, EIG_FN_LOGIT_ROOT, z(&b), num(&b, "4")), 0.125);
    check_bound(&b, call2(&b, EIG_FN_LOGIT_ROOT, z(&b), num(&b, "-3")), 1);
    check_bound(&b, call2(&b, EIG_FN_ADD, call2(&b, EIG_FN_MAX, z(&b), zero),
                          call1(&b, EIG_FN_EXPM1, call2(&b, EIG_FN_MIN, z(&b), zero))), 1);
    bench_free(&b);
}

static void slopes_reached_at_infinity_are_bounded(void)
{
    Bench b;
    bench_init(&b);
    const Expr *soft = call1(&b, EIG_FN_LOG, call2(&b, EIG_FN_ADD, num(&b, "1"), call1(&b, EIG_FN_EXP, z(&b))));
    check_bound(&b, soft, 1);
    check_bound(&b, call1(&b, EIG_FN_LOG1P, call1(&b, EIG_FN_EXP, call2(&b, EIG_FN_MUL, num(&b, "2"), z(&b)))), 2);
    bench_free(&b);
}

/* 1/exprel(-z) = z/(1 - exp(-z)): its slope rises from 0 to 1; (270 z - 108)/(1 - exp(-0.154 (270 z - 108))), written with a factor in front or
 * below, is 270 times as steep. exprel has the slope (exp(z) (z - 1) + 1)/z^2, 1 at 1 and 1/2 at 0. */
static void quotients_by_exprel(void)
{
    Bench b;
    bench_init(&b);
    const Expr *one = num(&b, "1"), *minus = call1(&b, EIG_FN_NEG, z(&b)), *d = num(&b, "0.154");
    check_bound(&b, call2(&b, EIG_FN_DIV, one, call1(&b, EIG_FN_EXPREL, minus)), 1);
    const Expr *line = call2(&b, EIG_FN_SUB, call2(&b, EIG_FN_MUL, num(&b, "270"), z(&b)), num(&b, "108"));
    const Expr *below = call1(&b, EIG_FN_EXPREL, call1(&b, EIG_FN_NEG, call2(&b, EIG_FN_MUL, d, line)));
    check_bound(&b, call2(&b, EIG_FN_DIV, num(&b, "500/77"), below), 270);
    check_bound(&b, call2(&b, EIG_FN_DIV, one, call2(&b, EIG_FN_MUL, d, below)), 270);
    check_bound(&b, call2(&b, EIG_FN_DIV, one, call2(&b, EIG_FN_MUL, below, num(&b, "1e-3"))), 41580);
    check_bound(&b, call1(&b, EIG_FN_EXPREL, call2(&b, EIG_FN_MIN, z(&b), one)), 1);
    check_bound(&b, call1(&b, EIG_FN_EXPREL, call2(&b, EIG_FN_MIN, z(&b), num(&b, "0"))), 0.5);
    bench_free(&b);
}

/* sqrt(max(z, 0) + c) */
static const Expr *root_of_ramp(Bench *b, const char *c)
{
    return call1(b, EIG_FN_SQRT, call2(b, EIG_FN_ADD, call2(b, EIG_FN_MAX, z(b), num(b, "0")), num(b, c)));
}

/* Far out the leading terms are equal, and the slope is what comes after them. 1 - (1 - s)^(1/2) of the logistic s has the slope
 * s (1 - s)^(1/2)/2, largest at s = 2/3; u atan(u) the slope a(u) = atan(u) + u/(1 + u^2), and a(u + h) - a(u) is largest at u = -h/2. The slope
 * of the next one rises to 4, that of the roots falls from 1/4 - 1/16, and that of the last one is unbounded. */
static void what_is_left_where_terms_cancel(void)
{
    Bench b;
    bench_init(&b);
    const Expr *one = num(&b, "1"), *part = call2(&b, EIG_FN_SUB, one, logistic(&b, "1", "0.1"));
    check_bound(&b, call2(&b, EIG_FN_SUB, one, call2(&b, EIG_FN_POW, part, num(&b, "0.5"))), 1 / sqrt(27));
    const Expr *further = call2(&b, EIG_FN_ADD, z(&b), num(&b, "0.3"));
    const Expr *far = call2(&b, EIG_FN_MUL, further, call1(&b, EIG_FN_ATAN, further));
    check_bound(&b, call2(&b, EIG_FN_SUB, far, call2(&b, EIG_FN_MUL, z(&b), call1(&b, EIG_FN_ATAN, z(&b)))), 2 * (atan(0.15) + 0.15 / 1.0225));
    const Expr *exprel = call1(&b, EIG_FN_EXPREL, call2(&b, EIG_FN_MUL, num(&b, "3"), z(&b)));
    check_bound(&b, call2(&b, EIG_FN_ADD, call1(&b, EIG_FN_LOG, call2(&b, EIG_FN_ADD, one, exprel)), z(&b)), 4);
    check_bound(&b, call2(&b, EIG_FN_DIV, root_of_ramp(&b, "1"), root_of_ramp(&b, "4")), 0.1875);
    const Expr *near = call1(&b, EIG_FN_EXPREL, z(&b)), *next = call1(&b, EIG_FN_EXPREL, further);
    SlopeReport r = slope(&b, call2(&b, EIG_FN_SUB, next, near));
    CHECK(r.proved && !r.bounded);
    bench_free(&b);
}

/* exprel or 1/exprel at u. */
static void exprel_at(mpfr_srcptr u, bool is_below, mpfr_ptr out)
{
    mpfr_expm1(out, u, MPFR_RNDN);
    if (is_below)
        mpfr_div(out, u, out, MPFR_RNDN);
    else
        mpfr_div(out, out, u, MPFR_RNDN);
}

/* Value, slope and curvature at u, by differences over 2^-200: off by about as much. */
static void jet_at(double u, bool is_below, mpfr_t out[3])
{
    mpfr_t x, h, f[3];
    mpfr_inits2(3000, x, h, f[0], f[1], f[2], (mpfr_ptr)0);
    mpfr_set_ui_2exp(h, 1, -200, MPFR_RNDN);
    for (int k = 0; k < 3; k++) {
        mpfr_set_d(x, u, MPFR_RNDN);
        mpfr_sub(x, x, h, MPFR_RNDN);
        for (int j = 0; j < k; j++)
            mpfr_add(x, x, h, MPFR_RNDN);
        exprel_at(x, is_below, f[k]);
    }
    mpfr_set(out[0], f[1], MPFR_RNDN);
    mpfr_sub(out[1], f[2], f[0], MPFR_RNDN);
    mpfr_div(out[1], out[1], h, MPFR_RNDN);
    mpfr_div_2ui(out[1], out[1], 1, MPFR_RNDN);
    mpfr_add(out[2], f[2], f[0], MPFR_RNDN);
    mpfr_sub(out[2], out[2], f[1], MPFR_RNDN);
    mpfr_sub(out[2], out[2], f[1], MPFR_RNDN);
    mpfr_div(out[2], out[2], h, MPFR_RNDN);
    mpfr_div(out[2], out[2], h, MPFR_RNDN);
    mpfr_clears(x, h, f[0], f[1], f[2], (mpfr_ptr)0);
}

static void check_jet(const Expr *e, bool is_below, const JetDomain *at, double u)
{
    JetResult r;
    mpfr_t exact[3], off;
    mpfr_inits2(3000, exact[0], exact[1], exact[2], off, (mpfr_ptr)0);
    jet_result_init(&r);
    jet_evaluate(e, at, &r);
    jet_at(u, is_below, exact);
    mpfi_srcptr got[] = { r.value, r.slope, r.curvature };
    CHECK(r.trouble == JET_FINE);
    for (int k = 0; k < 3; k++) {
        double room = 0x1p-150 * (1 + fabs(mpfr_get_d(exact[k], MPFR_RNDN)));
        mpfr_sub(off, &got[k]->left, exact[k], MPFR_RNDU);
        CHECK(mpfr_cmp_d(off, room) <= 0);
        mpfr_sub(off, exact[k], &got[k]->right, MPFR_RNDU);
        CHECK(mpfr_cmp_d(off, room) <= 0);
    }
    mpfi_diam_rel(off, r.slope);
    CHECK(at->lo < at->hi || fabs(u) > 30 || mpfr_cmp_d(off, 1e-15) < 0);
    jet_result_clear(&r);
    mpfr_clears(exact[0], exact[1], exact[2], off, (mpfr_ptr)0);
}

static void exprel_is_enclosed_with_its_derivatives(void)
{
    static const double at[] = { 0x1p-900, 0x1p-60, 1e-9, 1e-6, 0.003, 0.4, 1, 1.5, 3, 7.9, 8, 8.1, 12, 16, 17, 33, 200, 900, 1100, 30000 };
    Bench b;
    bench_init(&b);
    const Expr *above = call1(&b, EIG_FN_EXPREL, z(&b)), *below = call2(&b, EIG_FN_DIV, num(&b, "1"), above);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        for (int sign = -1; sign <= 1; sign += 2)
            for (int is_below = 0; is_below < 2; is_below++) {
                const Expr *e = is_below ? below : above;
                double u = sign * at[k];
                check_jet(e, is_below, &(JetDomain){ &b.nums, 0, u, u }, u);
                check_jet(e, is_below, &(JetDomain){ &b.nums, 0, u - 0.1, u + 0.3 }, u);
                if (at[k] < 1)
                    continue;
                check_jet(e, is_below, &(JetDomain){ &b.nums, sign, at[k], at[k] }, u);
                check_jet(e, is_below, &(JetDomain){ &b.nums, sign, at[k], at[k] * 1.1 }, u);
                check_jet(e, is_below, &(JetDomain){ &b.nums, sign, at[k], at[k] * 9 }, u * 1.25);
                check_jet(e, is_below, &(JetDomain){ &b.nums, sign, at[k], INFINITY }, u * 1.5);
            }
    bench_free(&b);
}

static const Expr *relu(Bench *b, const Expr *x)
{
    return call2(b, EIG_FN_MAX, x, num(b, "0"));
}

/* w (z - c)/sqrt(k + (b (z - c))^2), of slope w k/(k + s^2)^(3/2). */
static const Expr *root_sigmoid(Bench *b, const char *w, const char *c, const char *steep, const char *k)
{
    const Expr *s = call2(b, EIG_FN_SUB, z(b), num(b, c)), *t = call2(b, EIG_FN_MUL, num(b, steep), s);
    const Expr *under = call2(b, EIG_FN_ADD, call2(b, EIG_FN_POW, t, num(b, "2")), num(b, k));
    return call2(b, EIG_FN_DIV, call2(b, EIG_FN_MUL, num(b, w), s), call1(b, EIG_FN_SQRT, under));
}

static double root_slope(double w, double c, double steep, double k, double at)
{
    double s = steep * (at - c);
    return w * k * pow(k + s * s, -1.5);
}

/* At z = 2 side: (1 + 4 z^2)^(-1/2) z, its slope and its curvature -12 z (1 + 4 z^2)^(-5/2). */
static void check_root_at(Bench *b, int side)
{
    JetResult r;
    jet_result_init(&r);
    jet_evaluate(root_sigmoid(b, "1", "0", "2", "1"), &(JetDomain){ &b->nums, side, 2, 2 }, &r);
    double z = side < 0 ? -2 : 2, truth[3] = { z / sqrt(17), pow(17, -1.5), -12 * z * pow(17, -2.5) };
    mpfi_ptr got[3] = { r.value, r.slope, r.curvature };
    CHECK(r.trouble == JET_FINE);
    for (int k = 0; k < 3; k++) {
        CHECK_CLOSE(mpfr_get_d(&got[k]->left, MPFR_RNDN), truth[k], 1e-14, 0);
        CHECK_CLOSE(mpfr_get_d(&got[k]->right, MPFR_RNDN), truth[k], 1e-14, 0);
    }
    jet_result_clear(&r);
}

/* Roots of squares that are no square of the numerator's, and sums of them. */
static void roots_of_squares_and_their_sums(void)
{
    Bench b;
    bench_init(&b);
    for (int side = -1; side <= 1; side++)
        check_root_at(&b, side);
    check_bound(&b, root_sigmoid(&b, "2", "1.5", "3", "1"), 2);
    check_bound(&b, root_sigmoid(&b, "0.75", "-4", "0.5", "2.25"), 0.5);
    const Expr *sum = root_sigmoid(&b, "1", "-2", "2", "1");
    char place[32];
    double most = 0;
    for (int k = 1; k < 12; k++) {
        snprintf(place, sizeof place, "%g", -2 + 0.375 * k);
        sum = call2(&b, EIG_FN_ADD, sum, root_sigmoid(&b, "1", place, "2", "1"));
    }
    for (double at = -0.3; at <= 0.5; at += 1e-5) {     /* symmetric about 0.0625: the peak is the top of one of the middle terms */
        double slope_at = 0;
        for (int k = 0; k < 12; k++)
            slope_at += root_slope(1, -2 + 0.375 * k, 2, 1, at);
        most = fmax(most, slope_at);
    }
    check_bound(&b, sum, most);
    /* 2 z/sqrt(1 + z^2 + z) turns back: it has a largest value */
    const Expr *under = call2(&b, EIG_FN_ADD, call2(&b, EIG_FN_ADD, num(&b, "1"), z(&b)), call2(&b, EIG_FN_MUL, z(&b), z(&b)));
    SlopeReport r = slope(&b, call2(&b, EIG_FN_DIV, z(&b), call1(&b, EIG_FN_SQRT, under)));
    CHECK(!r.proved);
    bench_free(&b);
}

/* max(z,0)^2/(1 + max(z,0)^2): 2 s/(1+s^2)^2, largest at s = 1/sqrt(3): 9/(8 sqrt(3)). */
static void kinks_and_pieces(void)
{
    Bench b;
    bench_init(&b);
    const Expr *shifted = call2(&b, EIG_FN_SUB, z(&b), num(&b, "0.1"));
    check_bound(&b, relu(&b, z(&b)), 1);
    check_bound(&b, call2(&b, EIG_FN_MUL, num(&b, "2.5"), relu(&b, shifted)), 2.5);
    const Expr *s2 = call2(&b, EIG_FN_POW, relu(&b, z(&b)), num(&b, "2"));
    check_bound(&b, call2(&b, EIG_FN_DIV, s2, call2(&b, EIG_FN_ADD, num(&b, "1"), s2)), 9 / (8 * sqrt(3)));
    check_bound(&b, call2(&b, EIG_FN_RAMP, z(&b), num(&b, "0.25")), 4);
    check_bound(&b, call2(&b, EIG_FN_MIN, call2(&b, EIG_FN_MAX, z(&b), num(&b, "-1")), num(&b, "3")), 1);
    check_bound(&b, num(&b, "4"), 0);
    bench_free(&b);
}

/* A kink on the edge of a piece: at the edge itself both branches tie, and the
 * slope beside it is the larger one. 1/(1 + s)^2 is 1 at s = 0. */
static void kinks_on_the_edges_of_pieces(void)
{
    Bench b;
    bench_init(&b);
    const Expr *zero = num(&b, "0"), *one = num(&b, "1");
    check_bound(&b, call2(&b, EIG_FN_MIN, relu(&b, z(&b)), one), 1);
    check_bound(&b, call2(&b, EIG_FN_MAX, zero, call1(&b, EIG_FN_TANH, z(&b))), 1);
    check_bound(&b, call2(&b, EIG_FN_MAX, zero, call1(&b, EIG_FN_TANH, call2(&b, EIG_FN_MUL, num(&b, "2"), z(&b)))), 2);
    const Expr *decay = call1(&b, EIG_FN_EXP, call1(&b, EIG_FN_NEG, z(&b)));
    check_bound(&b, call2(&b, EIG_FN_MAX, zero, call2(&b, EIG_FN_SUB, one, decay)), 1);
    const Expr *s = relu(&b, z(&b));
    check_bound(&b, call2(&b, EIG_FN_DIV, s, call2(&b, EIG_FN_ADD, one, s)), 1);
    const Expr *half = num(&b, "0.5");
    check_bound(&b, call2(&b, EIG_FN_MUL, half, call2(&b, EIG_FN_ADD, call1(&b, EIG_FN_ABS, z(&b)), z(&b))), 1);
    bench_free(&b);
}

static void steep_sigmoids(void)
{
    Bench b;
    bench_init(&b);
    check_bound(&b, logistic(&b, "1000", "0.123"), 250);
    check_bound(&b, call1(&b, EIG_FN_TANH, call2(&b, EIG_FN_MUL, num(&b, "1e6"), z(&b))), 1e6);
    bench_free(&b);
}

/* z/2 - sin(z)/1000 - sin(2 z)/100: the slope is at most 1/2 + 1/1000 + 2/100 where
 * both cosines are -1, which is nowhere, and at least 1/2 - 21/1000. */
static void sines_of_two_periods_have_a_bound(void)
{
    Bench b;
    bench_init(&b);
    const Expr *slow = call2(&b, EIG_FN_MUL, num(&b, "0.001"), call1(&b, EIG_FN_SIN, z(&b)));
    const Expr *fast = call1(&b, EIG_FN_SIN, call2(&b, EIG_FN_MUL, num(&b, "2"), z(&b)));
    const Expr *both = call2(&b, EIG_FN_ADD, slow, call2(&b, EIG_FN_MUL, num(&b, "0.01"), fast));
    SlopeReport r = slope(&b, call2(&b, EIG_FN_SUB, call2(&b, EIG_FN_MUL, num(&b, "0.5"), z(&b)), both));
    CHECK(r.proved && r.monotone && r.bounded);
    if (r.bounded)
        CHECK(num_to_double(r.hi) >= 0.519 && num_to_double(r.hi) <= 0.521001);
    bench_free(&b);
}

static void unbounded_slopes_are_said_to_be(void)
{
    Bench b;
    bench_init(&b);
    SlopeReport square = slope(&b, call2(&b, EIG_FN_POW, relu(&b, z(&b)), num(&b, "2")));
    CHECK(square.proved && square.monotone && !square.bounded);
    SlopeReport exponential = slope(&b, call1(&b, EIG_FN_EXP, z(&b)));
    CHECK(exponential.proved && !exponential.bounded);
    SlopeReport root = slope(&b, call1(&b, EIG_FN_SQRT, relu(&b, z(&b))));
    CHECK(root.proved && !root.bounded);
    CHECK(b.cx.diags.n == 0);
    bench_free(&b);
}

static void expect_code(const Expr *(*build)(Bench *), DiagCode code)
{
    Bench b;
    bench_init(&b);
    SlopeReport r = slope(&b, build(&b));
    CHECK(!r.proved);
    CHECK(b.cx.diags.n == 1 && b.cx.diags.at[0].code == code);
    if (b.cx.diags.n != 1)
        fprintf(stderr, "%s\n", r.reason);
    bench_free(&b);
}

static const Expr *sine(Bench *b) { return call1(b, EIG_FN_SIN, z(b)); }
static const Expr *bump(Bench *b)       /* falls only beyond 3 */
{
    return call2(b, EIG_FN_SUB, call1(b, EIG_FN_TANH, z(b)),
                 relu(b, call2(b, EIG_FN_SUB, z(b), num(b, "3"))));
}
static const Expr *dip(Bench *b)        /* z - 1.01 sin z: slope -0.01 at 0 */
{
    return call2(b, EIG_FN_SUB, z(b), call2(b, EIG_FN_MUL, num(b, "1.01"), sine(b)));
}
static const Expr *falling(Bench *b) { return call1(b, EIG_FN_NEG, call1(b, EIG_FN_TANH, z(b))); }
static const Expr *stairs(Bench *b) { return call1(b, EIG_FN_FLOOR, z(b)); }
static const Expr *heaviside(Bench *b) { return call1(b, EIG_FN_STEP, call2(b, EIG_FN_SUB, z(b), num(b, "0.3"))); }
static const Expr *logarithm(Bench *b) { return call1(b, EIG_FN_LOG, z(b)); }
static const Expr *root_of_z(Bench *b) { return call1(b, EIG_FN_SQRT, z(b)); }
static const Expr *pole(Bench *b) { return call2(b, EIG_FN_DIV, num(b, "-1"), z(b)); }

static void what_is_not_admissible_is_refused_with_its_place(void)
{
    expect_code(sine, D_E0710);
    expect_code(bump, D_E0710);
    expect_code(dip, D_E0710);
    expect_code(falling, D_E0710);
    expect_code(stairs, D_E0711);
    expect_code(heaviside, D_E0711);
    expect_code(logarithm, D_E0712);
    expect_code(root_of_z, D_E0712);
    expect_code(pole, D_E0712);
}

static void deep_nesting_is_not_proved_and_does_not_crash(void)
{
    Bench b;
    bench_init(&b);
    const Expr *e = z(&b);
    for (int k = 0; k < 2000; k++)
        e = call1(&b, EIG_FN_TANH, e);
    CHECK(!slope(&b, e).proved);
    bench_free(&b);
}

/* ---- enclosures against sampled values, for random expressions ---- */

static unsigned long next_random(unsigned long *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static const Expr *random_expression(Bench *b, unsigned long *state, int depth)
{
    static const EigFn one[] = {EIG_FN_NEG, EIG_FN_ABS, EIG_FN_SQRT, EIG_FN_EXP, EIG_FN_LOG, EIG_FN_LOG1P,
                                EIG_FN_SIN, EIG_FN_COS, EIG_FN_TANH, EIG_FN_ATAN, EIG_FN_FLOOR, EIG_FN_STEP, EIG_FN_EXPREL};
    static const EigFn two[] = {EIG_FN_ADD, EIG_FN_SUB, EIG_FN_MUL, EIG_FN_DIV, EIG_FN_MIN, EIG_FN_MAX, EIG_FN_RAMP};
    static const char *const constant[] = {"2", "-0.5", "3", "0.7", "-2", "1"};
    unsigned long kind = next_random(state) % 10;
    if (depth == 0 || kind == 0)
        return kind % 3 == 0 ? num(b, constant[next_random(state) % 6]) : z(b);
    const Expr *x = random_expression(b, state, depth - 1);
    if (kind < 4)
        return call1(b, one[next_random(state) % (sizeof one / sizeof *one)], x);
    if (kind == 4 && next_random(state) % 3 == 0)
        return call2(b, EIG_FN_DIV, num(b, constant[next_random(state) % 6]), call1(b, EIG_FN_EXPREL, x));
    if (kind == 4)
        return call2(b, EIG_FN_POW, x, num(b, constant[next_random(state) % 6]));
    return call2(b, two[next_random(state) % (sizeof two / sizeof *two)], x, random_expression(b, state, depth - 1));
}

static bool holds(mpfi_srcptr box, double x, double slack)
{
    return x >= mpfr_get_d(&box->left, MPFR_RNDD) - slack && x <= mpfr_get_d(&box->right, MPFR_RNDU) + slack;
}

/* Samples of value and difference quotient inside; what overflows a double says nothing. */
static size_t check_enclosure(const Expr *e, const EigCode *code, const JetDomain *d, unsigned long *state, const JetResult *r)
{
    size_t checked = 0;
    for (int k = 0; k < 20; k++) {
        double from = d->lo, to = isfinite(d->hi) ? d->hi : 50 * d->lo, var[EIG_N_VARS] = {0};
        double u = (double)(next_random(state) % 10001) / 10000, v = (double)(next_random(state) % 10001) / 10000;
        double x = from + u * (to - from), y = from + v * (to - from);
        if (d->side) {
            x *= d->side;
            y *= d->side;
        }
        var[EIG_VAR_Z] = x;
        double fx = eig_code_eval(code, var, NULL);
        var[EIG_VAR_Z] = y;
        double fy = eig_code_eval(code, var, NULL);
        if (!(fabs(fx) < 1e12 && fabs(fy) < 1e12))
            continue;
        bool good = holds(r->value, fx, 1e-9 * (1 + fabs(fx)));
        if (fabs(x - y) > 1e-3 * fabs(to - from))
            good = good && holds(r->slope, (fy - fx) / (y - x), 1e-9 * (1 + fabs(fx) + fabs(fy)) / fabs(y - x) * (1 + fabs(x)));
        if (!good) {
            Sbuf text = {0};
            expr_print(e, &text);
            mpfi_srcptr box = r->slope;
            fprintf(stderr, "%s on side %d [%g, %g]: z = %.17g, %.17g, slope [%g, %g]\n", sbuf_text(&text), d->side, d->lo, d->hi, x, y,
                    mpfr_get_d(&box->left, MPFR_RNDD), mpfr_get_d(&box->right, MPFR_RNDU));
            sbuf_free(&text);
        }
        CHECK(good);
        checked++;
    }
    return checked;
}

static void enclosures_hold_what_is_sampled(void)
{
    unsigned long state = 11;
    size_t checked = 0;
    for (int round = 0; round < 4000 && !test_failures; round++) {
        Bench b;
        bench_init(&b);
        const Expr *e = random_expression(&b, &state, 4);
        int side = (int)(next_random(&state) % 3) - 1;
        double lo = side ? 1 + (double)(next_random(&state) % 40) / 4 : (double)(next_random(&state) % 80) / 8 - 5;
        double hi = side && next_random(&state) % 2 ? HUGE_VAL : lo + (double)(1 + next_random(&state) % 16) / 16;
        JetDomain d = {&b.nums, side, lo, hi};
        JetResult r;
        jet_result_init(&r);
        jet_evaluate(e, &d, &r);
        EigCode code = expr_to_code(&b.cx, e);
        if (r.trouble == JET_FINE)
            checked += check_enclosure(e, &code, &d, &state, &r);
        jet_result_clear(&r);
        bench_free(&b);
    }
    CHECK(checked > 10000);
}

int main(void)
{
    RUN(smooth_sigmoids_have_their_closed_form_slopes);
    RUN(slopes_that_touch_zero_are_bounded);
    RUN(functions_that_libm_has_not);
    RUN(slopes_reached_at_infinity_are_bounded);
    RUN(quotients_by_exprel);
    RUN(what_is_left_where_terms_cancel);
    RUN(exprel_is_enclosed_with_its_derivatives);
    RUN(kinks_and_pieces);
    RUN(kinks_on_the_edges_of_pieces);
    RUN(roots_of_squares_and_their_sums);
    RUN(steep_sigmoids);
    RUN(sines_of_two_periods_have_a_bound);
    RUN(unbounded_slopes_are_said_to_be);
    RUN(what_is_not_admissible_is_refused_with_its_place);
    RUN(enclosures_hold_what_is_sampled);
    RUN(deep_nesting_is_not_proved_and_does_not_crash);
    return test_done();
}
