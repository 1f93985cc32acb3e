/* runtime/expr.c: values of the functions where they are easy to get wrong. */
#include <stdlib.h>
#include <string.h>

#include "runtime/expr.h"
#include "tests/test.h"

static double fn(EigFn f, double a, double b)
{
    return eig_fn_apply(f, a, b);
}

static int same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void corners(void)
{
    CHECK(fn(EIG_FN_STEP, -1e-300, 0) == 0 && fn(EIG_FN_STEP, 0.0, 0) == 1 && fn(EIG_FN_STEP, -0.0, 0) == 1);
    CHECK(fn(EIG_FN_PULSE, 0.0, 20.0) == 1 && fn(EIG_FN_PULSE, 20.0, 20.0) == 0 && fn(EIG_FN_PULSE, -1.0, 20.0) == 0);
    CHECK(fn(EIG_FN_PULSE, 19.999, 20.0) == 1 && fn(EIG_FN_PULSE, 0.0, 0.0) == 0);
    CHECK(fn(EIG_FN_RAMP, -1.0, 50.0) == 0 && fn(EIG_FN_RAMP, 25.0, 50.0) == 0.5 && fn(EIG_FN_RAMP, 75.0, 50.0) == 1);
    CHECK(fn(EIG_FN_RAMP, 50.0, 50.0) == 1 && fn(EIG_FN_RAMP, 0.0, 50.0) == 0);
    CHECK(fn(EIG_FN_RAMP, 0.0, 0.0) == 1 && fn(EIG_FN_RAMP, -1.0, 0.0) == 0);
    CHECK(fn(EIG_FN_FLOOR, -0.5, 0) == -1 && fn(EIG_FN_ABS, -2.5, 0) == 2.5);
    CHECK(fn(EIG_FN_SUB, 1, 3) == -2 && fn(EIG_FN_DIV, 1, 4) == 0.25 && fn(EIG_FN_NEG, 3, 0) == -3);
}

/* No function that a model can name makes a number of what is none. */
static void nan_stays_one(void)
{
    for (int f = 0; f < EIG_N_FNS; f++) {
        if (f == EIG_FN_OR_ZERO)
            continue;
        CHECK(isnan(fn((EigFn)f, NAN, 2)));
        if (eig_fn_n_args[f] == 2 && f != EIG_FN_LOGISTIC && f != EIG_FN_LIFTED_LOGISTIC)
            CHECK(isnan(fn((EigFn)f, 2, NAN)) && isnan(fn((EigFn)f, NAN, NAN)));
    }
    CHECK(fn(EIG_FN_OR_ZERO, NAN, 0) == 0 && fn(EIG_FN_OR_ZERO, -3, 0) == -3);
    CHECK(fn(EIG_FN_PULSE, -1, NAN) == 0 && fn(EIG_FN_RAMP, -1, NAN) == 0);
}

static void zeros_keep_the_first(void)
{
    CHECK(same_bits(fn(EIG_FN_MAX, -0.0, 0.0), -0.0) && same_bits(fn(EIG_FN_MAX, 0.0, -0.0), 0.0));
    CHECK(same_bits(fn(EIG_FN_MIN, -0.0, 0.0), -0.0) && same_bits(fn(EIG_FN_MIN, 0.0, -0.0), 0.0));
}

/* Powers written out in the defined order: bits of the exponent upwards. */
static void integer_powers(void)
{
    double a = 1.1, a2 = a * a;
    CHECK(same_bits(fn(EIG_FN_POW, a, 3), a * a2));
    CHECK(same_bits(fn(EIG_FN_POW, a, 4), a2 * a2));
    CHECK(same_bits(fn(EIG_FN_POW, a, -3), 1.0 / (a * a2)));
    CHECK(fn(EIG_FN_POW, NAN, 0) == 1 && fn(EIG_FN_POW, -2, 3) == -8 && fn(EIG_FN_POW, 2, -64) == 0x1p-64);
    CHECK(fn(EIG_FN_POW, 0, -1) == (double)INFINITY && fn(EIG_FN_POW, 3, 1) == 3);
}

static void other_powers_are_libm(void)
{
    CHECK(same_bits(fn(EIG_FN_POW, 1.7, 2.5), pow(1.7, 2.5)));
    CHECK(same_bits(fn(EIG_FN_POW, 1.01, 5), pow(1.01, 5)) && same_bits(fn(EIG_FN_POW, -1.01, -5), pow(-1.01, -5)));
    CHECK(isnan(fn(EIG_FN_POW, -1.0, 0.5)) && fn(EIG_FN_POW, 2, INFINITY) == (double)INFINITY);
}

static void addresses_agree_with_apply(void)
{
    static const double at[] = {-2.5, -0.0, 0.3, 1, 40, INFINITY};
    for (int f = 0; f < EIG_N_FNS; f++) {
        EigFn1 one = eig_fn_address1((EigFn)f);
        EigFn2 two = eig_fn_address2((EigFn)f);
        CHECK(!(one && eig_fn_n_args[f] != 1) && !(two && eig_fn_n_args[f] != 2));
        for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
            double b = fn((EigFn)f, at[i], 3.0);
            CHECK(!one || same_bits(one(at[i]), b) || isnan(b));
            CHECK(!two || same_bits(two(at[i], 3.0), b) || isnan(b));
        }
    }
    CHECK(eig_fn_address1(EIG_FN_SIN) && eig_fn_address2(EIG_FN_POW) && !eig_fn_address1(EIG_FN_SQRT));
    CHECK_TEXT(eig_fn_name[EIG_FN_LOG1P], "log1p");
    CHECK(eig_fn_name[EIG_FN_ADD] == NULL);
}

static void programs(void)
{
    static const EigOp op[] = {{EIG_OP_VAR, EIG_VAR_Z, 0}, {EIG_OP_CONST, 0, 1.5}, {EIG_OP_CALL, EIG_FN_SUB, 0},
                               {EIG_OP_CALL, EIG_FN_NEG, 0}, {EIG_OP_VAR, EIG_VAR_T, 0}, {EIG_OP_CALL, EIG_FN_DIV, 0}};
    double var[EIG_N_VARS] = {0};
    var[EIG_VAR_Z] = 7.5;
    var[EIG_VAR_T] = 4.0;
    EigCode code = {.n = 6, .op = op, .depth = 2}, none = {0};
    CHECK(eig_code_eval(&code, var, NULL) == -1.5);
    CHECK(eig_code_eval(&none, var, NULL) == 0.0);
}

static void deepest_program(void)
{
    static EigOp op[2 * EIG_CODE_MAX_DEPTH];
    double var[EIG_N_VARS] = {0};
    for (size_t i = 0; i < EIG_CODE_MAX_DEPTH; i++)
        op[i] = (EigOp){EIG_OP_CONST, 0, (double)i};
    for (size_t i = EIG_CODE_MAX_DEPTH; i < 2 * EIG_CODE_MAX_DEPTH - 1; i++)
        op[i] = (EigOp){EIG_OP_CALL, EIG_FN_ADD, 0};
    EigCode code = {.n = 2 * EIG_CODE_MAX_DEPTH - 1, .op = op, .depth = EIG_CODE_MAX_DEPTH};
    CHECK(eig_code_eval(&code, var, NULL) == EIG_CODE_MAX_DEPTH * (EIG_CODE_MAX_DEPTH - 1) / 2);
}

int main(void)
{
    RUN(corners);
    RUN(nan_stays_one);
    RUN(zeros_keep_the_first);
    RUN(integer_powers);
    RUN(other_powers_are_libm);
    RUN(addresses_agree_with_apply);
    RUN(programs);
    RUN(deepest_program);
    return test_done();
}
