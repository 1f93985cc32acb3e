/* Exact numbers against strtod, Python's fractions (values written out below)
 * and MPFR. */
#include <mpfr.h>
#include <stdlib.h>

#include "compiler/expr/expr.h"
#include "compiler/expr/num_special.h"
#include "tests/test.h"

static NumPool pool;

static Num parse(const char *text)
{
    Num x;
    CHECK(num_parse(&pool, text, strlen(text), &x));
    return x;
}

static bool parses(const char *text)
{
    Num x;
    return num_parse(&pool, text, strlen(text), &x);
}

static bool prints(Num x, const char *text)
{
    Sbuf out = { 0 };
    Num back;
    num_print(x, &out);
    bool same = strcmp(sbuf_text(&out), text) == 0;
    if (!same)
        fprintf(stderr, "printed %s, expected %s\n", sbuf_text(&out), text);
    CHECK(num_parse(&pool, sbuf_text(&out), out.n, &back) && mpq_cmp(back, x) == 0);
    sbuf_free(&out);
    return same;
}

static void text_is_exact(void)
{
    CHECK(mpq_cmp_ui(parse("0.1"), 1, 10) == 0);
    CHECK(mpq_cmp_si(parse("-0.1"), -1, 10) == 0);
    CHECK(mpq_cmp_ui(parse("1e-3"), 1, 1000) == 0);
    CHECK(mpq_cmp_ui(parse("1.50E+2"), 150, 1) == 0);
    CHECK(mpq_cmp_ui(parse("6/4"), 3, 2) == 0);
    CHECK(mpq_cmp_ui(parse("0e5000"), 0, 1) == 0);
    CHECK(mpq_cmp_ui(parse(".5"), 1, 2) == 0);
    static const char *const bad[] = { "", "-", ".", "e5", "1e", "1e+", "1e5001", "1e-5001", "1/0", "1/-2", "1.5/2",
                                       "1..2", "0x10", "nan", "inf", "1 ", " 1", "1e99999999999999999999", "--1" };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
        CHECK(!parses(bad[k]));
}

static void text_goes_back(void)
{
    CHECK(prints(parse("0.1"), "0.1"));
    CHECK(prints(parse("-12.50"), "-12.5"));
    CHECK(prints(parse("1/3"), "1/3"));
    CHECK(prints(parse("-7/12"), "-7/12"));
    CHECK(prints(parse("1e300"), "1e300"));
    CHECK(prints(parse("1.25e-300"), "125e-302"));
    CHECK(prints(parse("1000000"), "1000000"));
    CHECK(prints(num_int(&pool, 0), "0"));
    CHECK(prints(num_from_double(&pool, 0.1), "3602879701896397/36028797018963968"));
}

/* Deterministic bits for the random cases. */
static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Ends of intervals: short ones as they are, long ones in nine digits and not outside. */
static void long_ends_are_rounded_inside(void)
{
    static const struct {
        const char *x, *lower, *upper;
    } list[] = {{"0.1", "0.1", "0.1"}, {"-3/7", "-3/7", "-3/7"}, {"1e-64", "1e-64", "1e-64"}, {"1.00000000049999999999999", "1", "1.00000001"},
                {"0.33333333333333333333333333", "0.333333333", "0.333333334"}, {"-0.33333333333333333333333333", "-0.333333334", "-0.333333333"},
                {"123456789123456789123456789123456789", "1.23456789e+35", "1.23456790e+35"},
                {"4977247334826195/4503599627370496", "1.10517091", "1.10517092"},
                {"-1/100000000000000000000000000000000000000000003", "-1.00000001e-44", "-1e-44"}};
    for (size_t k = 0; k < sizeof list / sizeof *list; k++)
        for (int side = -1; side <= 1; side += 2) {
            Sbuf out = { 0 };
            Num x = parse(list[k].x), shown, end = parse(side < 0 ? list[k].lower : list[k].upper);
            num_print_inside(x, side, &out);
            CHECK(num_parse(&pool, sbuf_text(&out), strlen(sbuf_text(&out)), &shown));
            CHECK(mpq_cmp(shown, x) * side >= 0);
            mpq_t gap, size;
            mpq_inits(gap, size, (mpq_ptr)0);
            mpq_sub(gap, shown, end);
            mpq_abs(gap, gap);
            mpq_abs(size, x);
            mpq_div_2exp(size, size, 26);
            CHECK(mpq_cmp(gap, size) <= 0 && strlen(sbuf_text(&out)) <= 20);
            mpq_clears(gap, size, (mpq_ptr)0);
            sbuf_free(&out);
        }
}

static void rounding_is_strtod(void)
{
    uint64_t state = 88172645463325252u;
    for (int k = 0; k < 20000; k++) {
        char text[64];
        uint64_t digits = next(&state) >> (next(&state) % 60);
        int exponent = (int)(next(&state) % 700) - 360;
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)digits, exponent);
        CHECK(num_to_double(parse(text)) == strtod(text, NULL));
    }
    static const char *const edge[] = { "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623158e308",
                                        "1.7976931348623159e308", "9007199254740993", "9007199254740995",
                                        "2.2250738585072011e-308", "4.9406564584124654e-324", "1e-400", "1e400",
                                        "7.4109846876186981626485318930233205854758970392148714663837852375101326090531312779794975454245398856969484704316857659638998506553390969459816219401617281718945106978546710679176872575177347315553307795408549809608457500958111373034747658096871009590975442271004757307809711118935784838675653998783503015228055934046593739791790738723868299395818481660169122019456499931289798411362062484498678713572180352209017023903285791732520220528974020802906854021606612375549983402671300035812486479041385743401875520901590172592547146296175134159774938718574737870961645638908718119841271673056017045493004705269590165763776884908267986972573366521765567941072508764337560846003984904972149117463085539556354188641513168478436313080237596295773983001708984375e-324" };
    for (size_t k = 0; k < sizeof edge / sizeof *edge; k++)
        CHECK(num_to_double(parse(edge[k])) == strtod(edge[k], NULL));
}

/* Two doubles beside each other and x between them. */
static bool is_nearest(Num x, double down, double up, double near)
{
    mpq_ptr left = num_new(&pool), right = num_new(&pool);
    mpq_sub(left, x, num_from_double(&pool, down));
    mpq_sub(right, num_from_double(&pool, up), x);
    int way = mpq_cmp(left, right);
    return way < 0 ? near == down : way > 0 ? near == up : fmod(near / (up - down), 2) == 0;
}

static void rounding_encloses(void)
{
    uint64_t state = 1234567;
    for (int k = 0; k < 5000; k++) {
        long top = (long)(next(&state) >> (1 + next(&state) % 50));
        unsigned long bottom = (next(&state) >> (1 + next(&state) % 50)) | 1;
        Num x = num_ratio(&pool, k % 2 ? top : -top, bottom);
        double down = num_to_double_down(x), up = num_to_double_up(x), near = num_to_double(x);
        CHECK(mpq_cmp(num_from_double(&pool, down), x) <= 0 && mpq_cmp(num_from_double(&pool, up), x) >= 0);
        CHECK(down == up ? num_is_double(x) : nextafter(down, up) == up && !num_is_double(x));
        CHECK(near == down || near == up);
        CHECK(down == up || is_nearest(x, down, up, near));
    }
    Num huge = parse("-1e400"), tiny = parse("1e-400");
    CHECK(num_to_double_down(huge) == -HUGE_VAL && num_to_double_up(huge) == -0x1.fffffffffffffp1023);
    CHECK(num_to_double_down(tiny) == 0 && num_to_double_up(tiny) == 0x1p-1074);
}

/* (1 + erf(x/sqrt(2)))/2, and its density */
static int reference_normcdf(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round)
{
    mpfr_t root;
    mpfr_init2(root, mpfr_get_prec(y));
    mpfr_sqrt_ui(root, 2, round);
    mpfr_div(y, x, root, round);
    mpfr_neg(y, y, round);
    mpfr_erfc(y, y, round);
    mpfr_clear(root);
    return mpfr_div_2ui(y, y, 1, round);
}

static int reference_normpdf(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round)
{
    mpfr_t root;
    mpfr_init2(root, mpfr_get_prec(y));
    mpfr_const_pi(root, round);
    mpfr_mul_2ui(root, root, 1, round);
    mpfr_sqrt(root, root, round);
    mpfr_sqr(y, x, round);
    mpfr_div_si(y, y, -2, round);
    mpfr_exp(y, y, round);
    mpfr_div(y, y, root, round);
    mpfr_clear(root);
    return 0;
}

static int reference_exprel(mpfr_ptr y, mpfr_srcptr x, mpfr_rnd_t round)
{
    mpfr_expm1(y, x, round);
    return mpfr_div(y, y, x, round);
}

typedef int (*MpfrFunction)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);
static const struct { EigFn fn; MpfrFunction f; } elementary[] = {
    { EIG_FN_EXP, mpfr_exp }, { EIG_FN_LOG, mpfr_log }, { EIG_FN_LOG1P, mpfr_log1p }, { EIG_FN_EXPM1, mpfr_expm1 }, { EIG_FN_SIN, mpfr_sin },
    { EIG_FN_COS, mpfr_cos }, { EIG_FN_TANH, mpfr_tanh }, { EIG_FN_ATAN, mpfr_atan }, { EIG_FN_SQRT, mpfr_sqrt },
    { EIG_FN_NORMCDF, reference_normcdf }, { EIG_FN_NORMPDF, reference_normpdf }, { EIG_FN_EXPREL, reference_exprel },
};

/* Rational arguments, at 3000 bits by MPFR alone and rounded once. */
static void functions_are_nearest(void)
{
    static const char *const at[] = { "1/3", "0.1", "2", "-0.7", "1e-30", "-1e-320", "355/113", "700", "-740", "1e22", "12345.678" };
    mpfr_t x, y;
    mpfr_init2(x, 3000);
    mpfr_init2(y, 3000);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        for (size_t j = 0; j < sizeof elementary / sizeof *elementary; j++) {
            Num a = parse(at[k]), value;
            mpfr_set_q(x, a, MPFR_RNDN);
            elementary[j].f(y, x, MPFR_RNDN);
            double expected = mpfr_get_d(y, MPFR_RNDN);
            bool exists = num_apply(&pool, (int)elementary[j].fn, 1, &a, &value);
            CHECK(exists == (expected - expected == 0));
            /* sqrt(1e-30) is 1e-15 itself. */
            if (exists)
                CHECK(num_to_double(value) == expected && (num_is_double(value) || elementary[j].fn == EIG_FN_SQRT));
        }
    mpfr_clear(x);
    mpfr_clear(y);
}

/* log(x) - with_rest log(1 - x) + b x - a (of x + b log(x) = c: with 1/b and c/b), at the middle between x and the double beside it. */
static int sign_beside(double x, double towards, bool with_rest, Num b, Num a)
{
    mpfr_t m, y, t;
    mpfr_inits2(2000, m, y, t, (mpfr_ptr)0);
    mpfr_set_d(m, x, MPFR_RNDN);
    mpfr_add_d(m, m, nextafter(x, towards), MPFR_RNDN);
    mpfr_div_2ui(m, m, 1, MPFR_RNDN);
    mpfr_log(y, m, MPFR_RNDN);
    if (with_rest) {
        mpfr_ui_sub(t, 1, m, MPFR_RNDN);
        mpfr_log(t, t, MPFR_RNDN);
        mpfr_sub(y, y, t, MPFR_RNDN);
    }
    mpfr_mul_q(t, m, b, MPFR_RNDN);
    mpfr_add(y, y, t, MPFR_RNDN);
    mpfr_sub_q(y, y, a, MPFR_RNDN);
    int sign = mpfr_sgn(y);
    mpfr_clears(m, y, t, (mpfr_ptr)0);
    return sign;
}

static Num exact_quotient_of(Num a, Num b)
{
    mpq_ptr q = num_new(&pool);
    mpq_div(q, a, b);
    return q;
}

/* A root is nearest to the double when it lies between the middles on both sides of it. */
static void roots_are_nearest(void)
{
    static const char *const at[] = { "1/3", "0", "-0.7", "1e-30", "355/113", "30", "-30", "-700" };
    static const char *const parameter[] = { "0.25", "4", "-3.5", "1000" };
    for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
        Num arg[2] = { parse(at[k]), parse("1") }, value;
        CHECK(num_apply(&pool, EIG_FN_OMEGA, 1, arg, &value));
        double x = num_to_double(value);
        CHECK(sign_beside(x, 0, false, arg[1], arg[0]) < 0 && sign_beside(x, HUGE_VAL, false, arg[1], arg[0]) > 0);
        for (size_t j = 0; j < sizeof parameter / sizeof *parameter; j++) {
            arg[1] = parse(parameter[j]);
            if (mpq_sgn(arg[1]) > 0) {
                Num scaled[2] = { exact_quotient_of(arg[0], arg[1]), exact_quotient_of(parse("1"), arg[1]) };
                CHECK(num_apply(&pool, EIG_FN_LOG_ROOT, 2, arg, &value));
                x = num_to_double(value);
                CHECK(sign_beside(x, 0, false, scaled[1], scaled[0]) < 0 && sign_beside(x, HUGE_VAL, false, scaled[1], scaled[0]) > 0);
            }
            CHECK(num_apply(&pool, EIG_FN_LOGIT_ROOT, 2, arg, &value));
            x = num_to_double(value);
            CHECK(sign_beside(x, 0, true, arg[1], arg[0]) < 0 && (x == 1 || sign_beside(x, 1, true, arg[1], arg[0]) > 0));
        }
    }
}

/* With a parameter that is not bounded above, the ends are numbers still, and between them is what a large one gives; with the largest
 * number of all, too. */
static void roots_are_enclosed_without_an_end(void)
{
    static const double at[] = { 1, 100, -3 };
    mpfi_t a, b, y, large;
    mpfi_ptr all[] = { a, b, y, large };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        mpfi_init2(all[k], k == 0 ? 300 : 100);
    for (size_t k = 0; k < sizeof at / sizeof *at; k++)
        for (int logit = 0; logit < 2; logit++) {
            mpfi_set_d(a, at[k]);
            mpfi_interv_d(b, 2, HUGE_VAL);
            (logit ? enclose_logit_root : enclose_log_root)(y, a, b);
            CHECK(!mpfi_nan_p(y) && mpfr_sgn(&y->left) >= 0);
            mpfi_set_d(b, 1e9);
            (logit ? enclose_logit_root : enclose_log_root)(large, a, b);
            CHECK(mpfi_is_inside(large, y));
            mpfi_set_d(b, 2);
            (logit ? enclose_logit_root : enclose_log_root)(large, a, b);
            CHECK(mpfi_is_inside(large, y));
        }
    mpfi_set_d(b, 1e-308);
    mpfr_set_inf(&a->left, 1);
    mpfr_nextbelow(&a->left);                   /* rounded upwards to fewer bits, it is infinite */
    mpfr_set_inf(&a->right, 1);
    enclose_logit_root(y, a, b);
    CHECK(!mpfi_nan_p(y) && mpfr_sgn(&y->left) >= 0 && mpfr_cmp_ui(&y->right, 1) == 0);
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        mpfi_clear(all[k]);
}

static bool applies(EigFn fn, const char *a, const char *b, const char *expected)
{
    Num arg[2] = { parse(a), b ? parse(b) : NULL }, value;
    if (!num_apply(&pool, (int)fn, b ? 2 : 1, arg, &value))
        return expected == NULL;
    return expected && mpq_cmp(value, parse(expected)) == 0;
}

static void functions_are_exact_where_they_can_be(void)
{
    CHECK(applies(EIG_FN_EXP, "0", NULL, "1") && applies(EIG_FN_LOG, "1", NULL, "0"));
    CHECK(applies(EIG_FN_SQRT, "4/9", NULL, "2/3") && applies(EIG_FN_SQRT, "-1", NULL, NULL));
    CHECK(applies(EIG_FN_POW, "2/3", "5", "32/243") && applies(EIG_FN_POW, "2/3", "-2", "9/4"));
    CHECK(applies(EIG_FN_POW, "8/27", "2/3", "4/9") && applies(EIG_FN_POW, "0", "0", "1"));
    CHECK(applies(EIG_FN_POW, "0", "-1", NULL) && applies(EIG_FN_POW, "-8", "1/3", NULL));
    CHECK(applies(EIG_FN_POW, "-1", "1e40", "1") && applies(EIG_FN_POW, "2", "1e9", NULL));
    CHECK(applies(EIG_FN_POW, "0.999", "100000", NULL) && applies(EIG_FN_POW, "1", "1e4000", "1"));
    CHECK(applies(EIG_FN_DIV, "1", "0", NULL) && applies(EIG_FN_DIV, "1", "3", "1/3"));
    CHECK(applies(EIG_FN_LOG, "0", NULL, NULL) && applies(EIG_FN_LOG1P, "-1", NULL, NULL));
    CHECK(applies(EIG_FN_EXP, "1e5", NULL, NULL) && applies(EIG_FN_EXP, "-1e6", NULL, "0"));
    CHECK(applies(EIG_FN_EXPM1, "0", NULL, "0") && applies(EIG_FN_NORMCDF, "0", NULL, "1/2") && applies(EIG_FN_OMEGA, "1", NULL, "1"));
    CHECK(applies(EIG_FN_EXPREL, "0", NULL, "1") && applies(EIG_FN_EXPREL, "1e-4000", NULL, "1") && applies(EIG_FN_EXPREL, "-1e4000", NULL, "0"));
    CHECK(applies(EIG_FN_EXPREL, "717", NULL, NULL) && applies(EIG_FN_EXPREL, "1e9", NULL, NULL));
    CHECK(applies(EIG_FN_EXP_MEAN, "0", "1", "1/2") && applies(EIG_FN_EXP_MEAN, "0", "4", "1/5") && applies(EIG_FN_EXP_MEAN, "1e4000", "3", "1"));
    CHECK(applies(EIG_FN_EXP_MEAN, "1", "0", NULL) && applies(EIG_FN_EXP_MEAN, "1", "1/2", NULL));
    CHECK(applies(EIG_FN_LOGIT_ROOT, "1", "2", "1/2") && applies(EIG_FN_LOGIT_ROOT, "1", "-4", NULL));
    CHECK(applies(EIG_FN_OMEGA, "-1e4000", NULL, "0") && applies(EIG_FN_LOGIT_ROOT, "1e4000", "1", NULL));
    CHECK(applies(EIG_FN_LOG_ROOT, "1", "1e-300", "1") && applies(EIG_FN_LOG_ROOT, "1", "0", NULL) && applies(EIG_FN_LOG_ROOT, "-1e4000", "1", "0"));
    CHECK(applies(EIG_FN_FLOOR, "-0.5", NULL, "-1") && applies(EIG_FN_STEP, "0", NULL, "1"));
    CHECK(applies(EIG_FN_PULSE, "0", "1", "1") && applies(EIG_FN_PULSE, "1", "1", "0") && applies(EIG_FN_PULSE, "-0.1", "1", "0"));
    CHECK(applies(EIG_FN_RAMP, "1", "4", "1/4") && applies(EIG_FN_RAMP, "5", "4", "1") && applies(EIG_FN_RAMP, "-1", "4", "0"));
    CHECK(applies(EIG_FN_MIN, "1", "2", "1") && applies(EIG_FN_MAX, "1/3", "0.3", "1/3") && applies(EIG_FN_ABS, "-2", NULL, "2"));
}

/* sqrt(2) and 2^0.5 are the same double; Python: math.sqrt(2).as_integer_ratio(). */
static void roots(void)
{
    Num arg[2] = { num_int(&pool, 2), num_ratio(&pool, 1, 2) }, value;
    CHECK(num_apply(&pool, EIG_FN_SQRT, 1, arg, &value) && mpq_cmp(value, parse("6369051672525773/4503599627370496")) == 0);
    CHECK(num_apply(&pool, EIG_FN_POW, 2, arg, &value) && mpq_cmp(value, parse("6369051672525773/4503599627370496")) == 0);
}

int main(void)
{
    RUN(text_is_exact);
    RUN(text_goes_back);
    RUN(long_ends_are_rounded_inside);
    RUN(rounding_is_strtod);
    RUN(rounding_encloses);
    RUN(functions_are_nearest);
    RUN(roots_are_nearest);
    RUN(roots_are_enclosed_without_an_end);
    RUN(functions_are_exact_where_they_can_be);
    RUN(roots);
    num_pool_free(&pool);
    return test_done();
}
