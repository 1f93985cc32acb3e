/* runtime/solve.c: solutions are as near as doubles can be, whatever the size
 * of s; every value of the function lies on the right side of it. */
#include <float.h>
#include <math.h>

#include "runtime/expr.h"
#include "tests/test.h"

#define X {EIG_OP_VAR, EIG_VAR_X, 0}
#define NUMBER(v) {EIG_OP_CONST, 0, v}
#define CALL(f) {EIG_OP_CALL, EIG_FN_##f, 0}
#define CODE(...) {.n = sizeof((EigOp[]){__VA_ARGS__}) / sizeof(EigOp), .op = (const EigOp[]){__VA_ARGS__}, .depth = 8}

#define EVERYWHERE .from = -INFINITY, .to = INFINITY
#define WHOLE(f, slope) EVERYWHERE, .n_pieces = 1, .piece = (const EigPiece[]){{INFINITY, f, slope, false}}

/* F and F' of x + x^3, x + exp(x), x + log(x), x + x |x|^0.5 and x + 1e6 atan(1e3 x). */
static const EigSolve cubic = {
    WHOLE(CODE(X, X, NUMBER(3), CALL(POW), CALL(ADD)),
          CODE(NUMBER(1), NUMBER(3), X, NUMBER(2), CALL(POW), CALL(MUL), CALL(ADD))),
};
static const EigSolve exponential = {
    WHOLE(CODE(X, X, CALL(EXP), CALL(ADD)),
          CODE(NUMBER(1), X, CALL(EXP), CALL(ADD))),
};
static const EigNode at_zero = {0, -INFINITY, -INFINITY, 0, 0};
static const EigSolve logarithm = {
    WHOLE(CODE(X, X, CALL(LOG), CALL(ADD)),
          CODE(NUMBER(1), NUMBER(1), X, CALL(DIV), CALL(ADD))),
    .n_nodes = 1, .node = &at_zero,
};
static const EigSolve three_halves = {
    WHOLE(CODE(X, X, X, CALL(ABS), NUMBER(0.5), CALL(POW), CALL(MUL), CALL(ADD)),
          CODE(NUMBER(1), NUMBER(1.5), X, CALL(ABS), NUMBER(0.5), CALL(POW), CALL(MUL), CALL(ADD))),
};
static const EigSolve steep = {
    WHOLE(CODE(X, NUMBER(1e6), NUMBER(1e3), X, CALL(MUL), CALL(ATAN), CALL(MUL), CALL(ADD)),
          CODE(NUMBER(1), NUMBER(1e9), NUMBER(1), NUMBER(1e6), X, NUMBER(2), CALL(POW), CALL(MUL), CALL(ADD), CALL(DIV), CALL(ADD))),
};
static const EigNode kink = {1, 0, 2, 1, 1};
static const EigSolve kinked = {
    EVERYWHERE,
    .n_pieces = 2,
    .piece = (const EigPiece[]){{1, CODE(X, NUMBER(1), CALL(SUB)), CODE(NUMBER(1)), false},
                                {INFINITY, CODE(X, NUMBER(1), CALL(ADD)), CODE(NUMBER(1)), false}},
    .n_nodes = 1, .node = &kink,
};
/* x + 2 exp(x)/(1 + exp(x)) as written: infinity over infinity from 710 on. */
static const EigSolve overflowing = {
    WHOLE(CODE(X, NUMBER(2), X, CALL(EXP), CALL(MUL), NUMBER(1), X, CALL(EXP), CALL(ADD), CALL(DIV), CALL(ADD)),
          CODE(NUMBER(1))),
};
static const EigSolve *const every[] = {&cubic, &exponential, &logarithm, &three_halves, &steep};

static double value(const EigSolve *q, double x)
{
    double var[EIG_N_VARS] = {0};
    var[EIG_VAR_X] = x;
    return eig_code_eval(&q->piece[0].value, var, NULL);
}

/* The solution in [x - r, x + r], r some units in the last place of x and what rounding s may move it by. */
static bool is_solution(const EigSolve *q, double s, double x)
{
    double r = 4 * DBL_EPSILON * fabs(x) + 4 * DBL_TRUE_MIN, low = value(q, x - r), high = value(q, x + r);
    double noise = 8 * DBL_EPSILON * fabs(s);
    return (!(low > s + noise) || (q == &logarithm && x - r <= 0)) && !(high < s - noise);
}

static void of_every_size(void)
{
    for (size_t k = 0; k < sizeof every / sizeof *every; k++)
        for (int exponent = -1070; exponent <= 1020; exponent += 5)
            for (double m = 1; m < 2; m += 0.3) {
                double s = ldexp(m, exponent);
                CHECK(is_solution(every[k], s, eig_solve(every[k], s)));
                CHECK(is_solution(every[k], -s, eig_solve(every[k], -s)));
            }
}

/* A solve is a call for each neuron and evaluation: ordinary sizes in a dense sweep, and rising. */
static void of_ordinary_size(void)
{
    for (size_t k = 0; k < sizeof every / sizeof *every; k++) {
        double last = -INFINITY;
        for (double s = -50; s < 50; s += 0.0371) {
            double x = eig_solve(every[k], s);
            CHECK(is_solution(every[k], s, x) && x >= last);
            last = x;
        }
    }
}

static void closed_forms(void)
{
    CHECK(fabs(eig_solve(&cubic, 2) - 1) <= 0);
    CHECK(fabs(eig_solve(&cubic, 10) - 2) <= 0);
    CHECK(fabs(eig_solve(&cubic, -30) - -3) <= 1e-15);
    CHECK(fabs(eig_solve(&exponential, 1) - 0) <= 1e-16);
    CHECK(fabs(eig_solve(&logarithm, 1) - 1) <= 1e-16);
    CHECK(fabs(eig_solve(&three_halves, 12) - 4) <= 1e-15);
    CHECK(fabs(eig_solve(&overflowing, 302) - 300) <= 1e-13 && fabs(eig_solve(&overflowing, -300) - -300) <= 1e-13);
    CHECK(isnan(eig_solve(&overflowing, 800)) && isnan(eig_solve(&overflowing, 1e200)));
    CHECK(eig_solve(&cubic, 0) == 0 && isnan(eig_solve(&cubic, NAN)));
}

/* Below and above a jump at 1, and between them; the function is x + |x - 1|. */
static void at_a_kink(void)
{
    CHECK(eig_solve(&kinked, 0) == 1 && eig_solve(&kinked, 1.3) == 1 && eig_solve(&kinked, 2) == 1);
    CHECK(fabs(eig_solve(&kinked, -0.5) - 0.5) <= 1e-16);
    CHECK(fabs(eig_solve(&kinked, 3.5) - 2.5) <= 1e-15);
}

int main(void)
{
    RUN(closed_forms);
    RUN(of_every_size);
    RUN(of_ordinary_size);
    RUN(at_a_kink);
    return test_done();
}
