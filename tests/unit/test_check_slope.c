/* Slope proofs of activations by formula, against closed forms worked out by hand. */
#include "compiler/check/slope.h"
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

static const Expr *call1(Bench *b, EigFn fn, const Expr *x)
{
    return expr_call(&b->cx, &b->nums, NOWHERE, fn, 1, &x);
}

static const Expr *call2(Bench *b, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *arg[] = {x, y};
    return expr_call(&b->cx, &b->nums, NOWHERE, fn, 2, arg);
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

static void slopes_reached_at_infinity_are_bounded(void)
{
    Bench b;
    bench_init(&b);
    const Expr *soft = call1(&b, EIG_FN_LOG, call2(&b, EIG_FN_ADD, num(&b, "1"), call1(&b, EIG_FN_EXP, z(&b))));
    check_bound(&b, soft, 1);
    check_bound(&b, call1(&b, EIG_FN_LOG1P, call1(&b, EIG_FN_EXP, call2(&b, EIG_FN_MUL, num(&b, "2"), z(&b)))), 2);
    bench_free(&b);
}

static const Expr *relu(Bench *b, const Expr *x)
{
    return call2(b, EIG_FN_MAX, x, num(b, "0"));
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

static void steep_sigmoids(void)
{
    Bench b;
    bench_init(&b);
    check_bound(&b, logistic(&b, "1000", "0.123"), 250);
    check_bound(&b, call1(&b, EIG_FN_TANH, call2(&b, EIG_FN_MUL, num(&b, "1e6"), z(&b))), 1e6);
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

int main(void)
{
    RUN(smooth_sigmoids_have_their_closed_form_slopes);
    RUN(slopes_reached_at_infinity_are_bounded);
    RUN(kinks_and_pieces);
    RUN(steep_sigmoids);
    RUN(unbounded_slopes_are_said_to_be);
    RUN(what_is_not_admissible_is_refused_with_its_place);
    RUN(deep_nesting_is_not_proved_and_does_not_crash);
    return test_done();
}
