/* Values of activations by formula at their ends, which are approached and never taken. */
#include "compiler/check/slope/image.h"
#include "compiler/check/slope/slope.h"

#include "tests/test.h"

typedef struct Bench {
    Ctx cx;
    NumPool nums;
} Bench;

static const Expr *num(Bench *b, long top, unsigned long bottom)
{
    return expr_const(&b->cx, (Span){ 0 }, num_ratio(&b->nums, top, bottom));
}

static const Expr *z(Bench *b)
{
    return expr_var(&b->cx, (Span){ 0 }, EIG_VAR_Z);
}

static const Expr *call(Bench *b, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *arg[2] = { x, y };
    return expr_call(&b->cx, &b->nums, (Span){ 0 }, fn, y ? 2 : 1, arg);
}

static Image image_of(Bench *b, const Expr *phi)
{
    SlopeReport r;
    Image image;
    Activation act = { .phi = phi, .by_formula = true };
    slope_of_formula(&b->cx, &b->nums, &act, &r);
    CHECK(r.proved && r.bounded);
    image_of_formula(&b->cx, &b->nums, phi, &r, &image);
    CHECK(image.known);
    return image;
}

/* u normcdf(u) + normpdf(u) */
static const Expr *mean_above(Bench *b, const Expr *u)
{
    return call(b, EIG_FN_ADD, call(b, EIG_FN_MUL, u, call(b, EIG_FN_NORMCDF, u, NULL)), call(b, EIG_FN_NORMPDF, u, NULL));
}

static void limits_are_exact(void)
{
    Bench b = { 0 };
    ctx_init(&b.cx);
    const Expr *u = call(&b, EIG_FN_DIV, call(&b, EIG_FN_SUB, z(&b), num(&b, 1, 10)), num(&b, 3, 10)), *mean = mean_above(&b, u);
    Image image = image_of(&b, mean_above(&b, z(&b)));
    CHECK(image.lo && mpq_sgn(image.lo) == 0 && !image.hi);
    image = image_of(&b, call(&b, EIG_FN_ADD, call(&b, EIG_FN_MUL, num(&b, 2, 1), mean), num(&b, 1, 3)));
    CHECK(image.lo && mpq_equal(image.lo, num_ratio(&b.nums, 1, 3)) && !image.hi);
    image = image_of(&b, call(&b, EIG_FN_SUB, num(&b, 1, 5), mean_above(&b, call(&b, EIG_FN_NEG, z(&b), NULL))));
    CHECK(image.hi && mpq_equal(image.hi, num_ratio(&b.nums, 1, 5)) && !image.lo);
    num_pool_free(&b.nums);
    ctx_free(&b.cx);
}

/* What stays above 0 by a little does not go to 0. */
static void no_limit_is_invented(void)
{
    Bench b = { 0 };
    ctx_init(&b.cx);
    Image image = image_of(&b, call(&b, EIG_FN_SUB, z(&b), mean_above(&b, call(&b, EIG_FN_NEG, z(&b), NULL))));
    CHECK(!image.lo);
    image = image_of(&b, call(&b, EIG_FN_ADD, mean_above(&b, z(&b)), call(&b, EIG_FN_MUL, num(&b, 1, 1000000), call(&b, EIG_FN_TANH, z(&b), NULL))));
    CHECK(image.lo && num_to_double(image.lo) <= -1e-6);
    num_pool_free(&b.nums);
    ctx_free(&b.cx);
}

int main(void)
{
    RUN(limits_are_exact);
    RUN(no_limit_is_invented);
    return test_done();
}
