/* The activation of every cost against three independent things: the reference
 * values of docs/theory.md, the prox by brute force, and the slopes and range
 * that the model states. */
#include "compiler/code/code.h"
#include "tests/unit/model_text.h"

enum { N_REFERENCE = 5 };
static const double reference_at[N_REFERENCE] = { -1.5, -0.3, 0, 0.4, 2 };

static void build_cost(Built *b, const char *attributes)
{
    char text[600];
    snprintf(text, sizeof text, "population E excitatory { tau = 1; %s }\n", attributes);
    build_good(b, text);
}

static double phi_at(const EigCode *code, double z)
{
    double var[EIG_N_VARS] = { 0 };
    var[EIG_VAR_Z] = z;
    return eig_code_eval(code, var, NULL);
}

/* ---- the reference table ---- */

static const struct { const char *attributes; double phi[N_REFERENCE]; } reference[] = {
    { "cost = identity", { -1.5, -0.3, 0, 0.4, 2 } },
    { "cost = nonnegative", { 0, 0, 0, 0.4, 2 } },
    { "cost = nonnegative + linear(0.5)", { 0, 0, 0, 0, 1.5 } },
    { "cost = nonnegative; threshold = 0.5", { 0, 0, 0, 0, 1.5 } },
    { "cost = nonnegative; gain = 2; threshold = 0.5", { 0, 0, 0, 0, 3 } },
    { "cost = nonnegative + linear(0.5) + quadratic(-0.5)", { 0, 0, 0, 0, 3 } },
    { "cost = box(0, 1)", { 0, 0, 0, 0.4, 1 } },
    { "cost = box(lo = -0.5, hi = inf)", { -0.5, -0.3, 0, 0.4, 2 } },
    { "cost = l1(0.5)", { -1, 0, 0, 0, 1.5 } },
    { "cost = elastic(0.5, 1)", { -0.5, 0, 0, 0, 0.75 } },
    { "cost = elastic(b = 1, lambda = 0.5)", { -0.5, 0, 0, 0, 0.75 } },
    { "cost = leaky(0.1)", { -0.15, -0.03, 0, 0.4, 2 } },
    { "cost = logistic", { 0.182425523806, 0.425557483188, 0.5, 0.598687660112, 0.880797077978 } },
    { "cost = logistic(1, 0.2, 1)",
      { 3.72663928419e-06, 0.00150118225674, 0.00669285092428, 0.0474258731776, 0.993307149076 } },
    { "cost = logistic(T = 0.2) + linear(1)",
      { 3.72663928419e-06, 0.00150118225674, 0.00669285092428, 0.0474258731776, 0.993307149076 } },
    { "cost = tanh_cost", { -0.905148253645, -0.291312612452, 0, 0.379948962255, 0.964027580076 } },
    { "cost = tanh", { -0.905148253645, -0.291312612452, 0, 0.379948962255, 0.964027580076 } },
    { "cost = softplus", { 0.201413277983, 0.554355244469, 0.69314718056, 0.9130152524, 2.12692801104 } },
    { "cost = elu", { -0.776869839852, -0.259181779318, 0, 0.4, 2 } },
    { "cost = logistic_entropy(0.25)",
      { 0.00244858268895, 0.144533633986, 0.2606492285, 0.450083416348, 0.983165358488 } },
    { "cost = entropy(0.25)", { 0.00244858268895, 0.144533633986, 0.2606492285, 0.450083416348, 0.983165358488 } },
    { "cost = 0.25 * logistic + quadratic(0.25)",
      { 0.00244858268895, 0.144533633986, 0.2606492285, 0.450083416348, 0.983165358488 } },
    { "cost = arctan", { -0.744477692536, -0.280351524454, 0, 0.357132307059, 0.803813476095 } },
    { "cost = softsign", { -0.6, -0.230769230769, 0, 0.285714285714, 0.666666666667 } },
    { "cost = algebraic", { -0.832050294338, -0.287347885566, 0, 0.371390676354, 0.894427191 } },
    { "cost = probit(0.5)", { 0.00134989803163, 0.27425311775, 0.5, 0.788144601417, 0.999968328758 } },
    { "cost = log_barrier(0.25)", { 0.151387818866, 0.372015325446, 0.5, 0.738516480713, 2.11803398875 } },
    { "cost = 0.5 * log_barrier(0.25) + log_barrier(1/8)",
      { 0.151387818866, 0.372015325446, 0.5, 0.738516480713, 2.11803398875 } },
    { "cost = boltzmann(0.5)", { 0.0454601025346, 0.300745478748, 0.426302751007, 0.630567519916, 1.72685041116 } },
    { "cost = power(0.3, 2)", { 0, 0, 0, 0.048, 1.2 } },
    { "cost = three_halves(0.5)", { 0, 0, 0, 0.184963237282, 1.40692966918 } },
    { "cost = cubic(0.5)", { 0, 0, 0, 0.3416407865, 1.2360679775 } },
    { "cost = naka_rushton(1, 1, 2)", { 0, 0, 0, 0.137931034483, 0.8 } },
    { "cost = hard_selector(3, 0.2)", { 0, 0, 0, 3, 3 } },
    { "cost = hard_selector(3, 0.2) + quadratic(0.5)", { 0, 0, 0, 0.4, 3 } },
};

static void reference_values(void)
{
    for (size_t k = 0; k < sizeof reference / sizeof *reference; k++) {
        Built b;
        build_cost(&b, reference[k].attributes);
        EigCode code = expr_to_code(&b.cx, b.m.pops.at[0].act.phi);
        for (int j = 0; j < N_REFERENCE; j++)
            CHECK_CLOSE(phi_at(&code, reference_at[j]), reference[k].phi[j], 4e-12, 1e-15);
        built_free(&b);
    }
}

/* ---- the prox by brute force ---- */

static double nonnegative_l1(double x) { return x < 0 ? HUGE_VAL : 0.3 * x; }
static double boxed_elastic(double x) { return x < -0.4 || x > 0.9 ? HUGE_VAL : 0.2 * fabs(x) + 0.5 * x * x / 2; }
static double boxed_left(double x) { return x < -2 || x > -0.1 ? HUGE_VAL : 0.3 * fabs(x) + 0.1 * x; }
static double leaky_l1(double x) { return 0.25 * fabs(x) + (x < 0 ? 3 * x * x / 2 : 0); }
static double leaky_weak(double x) { return (x < 0 ? 1 * x * x / 2 : 0) + 2 * x * x / 2 - 0.3 * x; }
static double scaled_sum(double x) { return 3 * (0.1 * fabs(x) + 0.2 * x * x / 2) + 0.5 * x; }
static double doubled(double x) { return x < -1 || x > 1 ? HUGE_VAL : -0.5 * x * x / 2; }

static double xlogx(double x, double y) { return x > 0 ? x * log(y) : 0; }

static double logistic_cost(double x, double r, double T, double th)
{
    if (x < 0 || x > r)
        return HUGE_VAL;
    return T * (xlogx(x, x / r) + xlogx(r - x, (r - x) / r)) + th * x - x * x / 2;
}
static double logistic_wide(double x) { return logistic_cost(x, 3, 1.5, 0.2); }
static double logistic_l1(double x) { return logistic_cost(x, 1, 0.5, 0) + 0.4 * fabs(x) + (x > 0.6 ? HUGE_VAL : 0); }

static double tanh_cost(double x)
{
    return fabs(x) >= 1 ? HUGE_VAL : x * atanh(x) + log1p(-x * x) / 2 - x * x / 2;
}
static double tanh_positive(double x) { return x < 0 ? HUGE_VAL : tanh_cost(x) + 0.2 * x; }

/* Li2(y) for 0 <= y <= 1 by its series; slow near 1, where the tests do not go. */
static double dilogarithm(double y)
{
    double sum = 0, power = 1;
    for (int k = 1; k < 4000; k++) {
        power *= y;
        sum += power / ((double)k * k);
    }
    return sum;
}
static double softplus_cost(double x)
{
    double T = 0.5, pi = acos(-1);
    return x <= 0 ? HUGE_VAL : T * T * (dilogarithm(exp(-x / T)) - pi * pi / 6);
}

static const struct { const char *attributes; double (*g)(double); double gain, threshold; } brute[] = {
    { "cost = nonnegative + l1(0.3)", nonnegative_l1, 1, 0 },
    { "cost = nonnegative + l1(0.3); gain = 1.7; threshold = -0.2", nonnegative_l1, 1.7, -0.2 },
    { "cost = box(-0.4, 0.9) + elastic(0.2, 0.5)", boxed_elastic, 1, 0 },
    { "cost = box(-2, -0.1) + l1(0.3) + linear(0.1)", boxed_left, 1, 0 },
    { "cost = l1(0.25) + leaky(0.25)", leaky_l1, 1, 0 },
    { "cost = l1(0.25) + leaky(1/4); gain = 0.5; threshold = 0.7", leaky_l1, 0.5, 0.7 },
    { "cost = leaky(0.5) + quadratic(2) + linear(-0.3)", leaky_weak, 1, 0 },
    { "cost = 3 * (l1(0.1) + quadratic(0.2)) + linear(0.5)", scaled_sum, 1, 0 },
    { "cost = box(-1, 1) + quadratic(-0.5)", doubled, 1, 0 },
    { "cost = logistic(r = 3, T = 1.5, th = 0.2)", logistic_wide, 1, 0 },
    { "cost = logistic(T = 0.5) + l1(0.4) + box(-5, 0.6)", logistic_l1, 1, 0 },
    { "cost = tanh_cost", tanh_cost, 1, 0 },
    { "cost = tanh_cost + nonnegative + l1(0.2); gain = 2; threshold = 0.1", tanh_positive, 2, 0.1 },
    { "cost = softplus(0.5)", softplus_cost, 1, 0 },
};

/* argmin of g(x) + (x - s)^2/2 on a grid that shrinks around the best point. */
static double brute_prox(double (*g)(double), double s)
{
    double from = -8, to = 8, best = 0;
    for (int round = 0; round < 9; round++) {
        double least = HUGE_VAL, step = (to - from) / 400;
        for (int k = 0; k <= 400; k++) {
            double x = from + step * k, value = g(x) + (x - s) * (x - s) / 2;
            if (value < least) {
                least = value;
                best = x;
            }
        }
        from = best - 8 * step;
        to = best + 8 * step;
    }
    return best;
}

static void prox_by_brute_force(void)
{
    for (size_t k = 0; k < sizeof brute / sizeof *brute; k++) {
        Built b;
        build_cost(&b, brute[k].attributes);
        EigCode code = expr_to_code(&b.cx, b.m.pops.at[0].act.phi);
        for (double z = -3.05; z < 3.1; z += 0.35) {
            double s = brute[k].gain * (z - brute[k].threshold), found = brute_prox(brute[k].g, s);
            /* A minimum is flat: its place is known to the square root of the rounding. */
            CHECK_CLOSE(phi_at(&code, z), found, 0, 2e-7);
        }
        built_free(&b);
    }
}

/* ---- slopes and ranges ---- */

static const struct { const char *attributes, *lo, *hi, *range_lo, *range_hi; } slope[] = {
    { "cost = identity", "1", "1", "none", "none" },
    { "cost = identity; gain = 0.3", "0.3", "0.3", "none", "none" },
    { "cost = nonnegative", "0", "1", "0", "none" },
    { "cost = nonnegative; gain = 2", "0", "2", "0", "none" },
    { "cost = elastic(0.5, 1); gain = 3", "0", "1.5", "none", "none" },
    { "cost = quadratic(2)", "1/3", "1/3", "none", "none" },
    { "cost = leaky(0.1)", "0.1", "1", "none", "none" },
    { "cost = leaky(0.1) + nonnegative", "0", "1", "0", "none" },
    { "cost = leaky(0.1) + box(-inf, 0)", "0", "0.1", "none", "0" },
    { "cost = box(-1, 2)", "0", "1", "-1", "2" },
    { "cost = logistic(r = 3, T = 0.2); gain = 2", "0", "7.5", "0", "3" },
    { "cost = logistic + box(0.75, 2)", "0", "0.1875", "0.75", "1" },
    { "cost = tanh_cost; gain = 0.5", "0", "0.5", "-1", "1" },
    { "cost = tanh_cost + box(0.5, inf)", "0", "0.75", "0.5", "1" },
    { "cost = softplus(0.1); gain = 0.7", "0", "0.7", "0", "none" },
    { "cost = elu(0.5)", "0", "1", "-0.5", "none" },
    { "cost = elu(0.5) + box(-1, -0.25)", "0", "0.25", "-0.5", "-0.25" },
    { "cost = logistic_entropy(0.25); gain = 3", "0", "1.5", "0", "1" },
    { "cost = logistic_entropy(0.25) + box(0, 0.25)", "0", "3/7", "0", "0.25" },
    { "cost = 2 * logistic(r = 2) + quadratic(0.5)", "0", "2/7", "0", "2" },
    { "cost = arctan; gain = 2", "0", "2", "-1", "1" },
    { "cost = softsign + box(0.5, 1)", "0", "0.25", "0.5", "1" },
    { "cost = algebraic", "0", "1", "-1", "1" },
    { "cost = log_barrier(0.25) + quadratic(1)", "0", "0.5", "0", "none" },
    { "cost = log_barrier(0.25) + box(-3, 1)", "0", "0.8", "0", "1" },
    { "cost = boltzmann(0.5) + box(0, 1)", "0", "2/3", "0", "1" },
    { "cost = three_halves(0.5) + quadratic(3)", "0", "0.25", "0", "none" },
    { "cost = cubic(4) + box(0.5, 1)", "0", "0.2", "0.5", "1" },
    { "cost = hard_selector(3, 0.2) + quadratic(0.5)", "0", "2", "0", "3" },
    { "cost = naka_rushton(3, 2, 1)", "0", "1.5", "0", "3" },
};

static void slopes_and_ranges(void)
{
    for (size_t k = 0; k < sizeof slope / sizeof *slope; k++) {
        Built b;
        build_cost(&b, slope[k].attributes);
        const Activation *a = &b.m.pops.at[0].act;
        CHECK(a->slope_known && !a->by_formula);
        CHECK_TEXT(number_text(&b, a->slope_lo), slope[k].lo);
        CHECK_TEXT(number_text(&b, a->slope_hi), slope[k].hi);
        CHECK_TEXT(number_text(&b, a->range_lo), slope[k].range_lo);
        CHECK_TEXT(number_text(&b, a->range_hi), slope[k].range_hi);
        built_free(&b);
    }
}

/* Difference quotients stay within the stated slopes and come close to both. */
static void slopes_are_attained(void)
{
    for (size_t k = 0; k < sizeof slope / sizeof *slope; k++) {
        Built b;
        build_cost(&b, slope[k].attributes);
        const Activation *a = &b.m.pops.at[0].act;
        EigCode code = expr_to_code(&b.cx, a->phi);
        double lo = HUGE_VAL, hi = -HUGE_VAL;
        for (double z = -1e5; z < 2e5; z += 2e5) {      /* limits */
            double d = phi_at(&code, z + 1) - phi_at(&code, z);
            lo = d < lo ? d : lo;
            hi = d > hi ? d : hi;
        }
        for (double z = -20; z < 20; z += 0x1p-10) {
            double d = (phi_at(&code, z + 0x1p-10) - phi_at(&code, z)) / 0x1p-10;
            lo = d < lo ? d : lo;
            hi = d > hi ? d : hi;
        }
        CHECK_CLOSE(lo, num_to_double(a->slope_lo), 1e-3, 1e-6);
        CHECK_CLOSE(hi, num_to_double(a->slope_hi), 1e-3, 1e-6);
        built_free(&b);
    }
}

/* ---- numerics and form ---- */

static void tails_keep_their_digits(void)
{
    Built b;
    build_cost(&b, "cost = logistic");
    EigCode code = expr_to_code(&b.cx, b.m.pops.at[0].act.phi);
    CHECK_CLOSE(phi_at(&code, -700), 9.859676543759770e-305, 1e-13, 0);
    CHECK(phi_at(&code, 1e308) == 1 && phi_at(&code, -1e308) == 0);
    built_free(&b);
    build_cost(&b, "cost = softplus");
    code = expr_to_code(&b.cx, b.m.pops.at[0].act.phi);
    CHECK_CLOSE(phi_at(&code, -700), 9.859676543759770e-305, 1e-13, 0);
    CHECK_CLOSE(phi_at(&code, 1e300), 1e300, 1e-15, 0);
    built_free(&b);
}

static void phi_is_simple(void)
{
    static const struct { const char *attributes, *phi; } form[] = {
        { "cost = identity", "z" },
        { "cost = nonnegative", "max(z, 0)" },
        { "cost = nonnegative; gain = 2; threshold = 1/2", "max(2 * (z - 0.5), 0)" },
        { "cost = box(0, 1); threshold = -1", "min(max(z + 1, 0), 1)" },
        { "cost = leaky(0.1)", "max(z, 0.1 * z)" },
        { "cost = l1(0.5)", "max(z - 0.5, 0) + min(z + 0.5, 0)" },
    };
    for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
        Built b;
        Sbuf out = { 0 };
        build_cost(&b, form[k].attributes);
        expr_print(b.m.pops.at[0].act.phi, &out);
        CHECK_TEXT(sbuf_text(&out), form[k].phi);
        sbuf_free(&out);
        built_free(&b);
    }
}

static void wrong_costs(void)
{
    static const struct { const char *cost, *codes; } wrong[] = {
        { "tanh_cost + quadratic(1)", "E0702" }, { "2 * softsign", "E0702" },
        { "logistic + softplus", "E0702" },      { "logistic + logistic(r = 2)", "E0702" },
        { "l1(1) - l1(0.5)", "E0702" },          { "-l1(1)", "E0702" },
        { "quadratic(-1)", "E0401" },            { "quadratic(-0.5) + quadratic(-0.5)", "E0401" },
        { "nonnegative + box(-2, -1)", "E0401" }, { "box(1, 1)", "E0401" },
        { "box(-inf, -inf)", "E0401" },          { "logistic + box(1, 2)", "E0401" },
        { "logistic(T = 0)", "E0401" },          { "leaky(1.5)", "E0401" },
        { "l1", "E0209" },                       { "l1(1, 2)", "E0209" },
        { "l1(lamda = 1)", "E0209" },            { "l1(lambda = 1, lambda = 1)", "E0209" },
        { "0 * l1(1)", "E0401" },                { "-1 * l1(1)", "E0401" },
        { "3", "E0304" },                        { "entrop", "E0201" },
        { "elu(1.5)", "E0401" },                 { "nonnegativ", "E0201" },
        { "quadratic(1 ms)", "E0301" },          { "l1(1) * l1(1)", "E0702" },
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        Built b;
        char text[200];
        snprintf(text, sizeof text, "population E excitatory { tau = 1 ms; cost = %s }\n", wrong[k].cost);
        build(&b, text);
        CHECK(!b.ok);
        if (strcmp(codes(&b), wrong[k].codes) != 0)
            fprintf(stderr, "%s:\n", wrong[k].cost);
        CHECK_TEXT(codes(&b), wrong[k].codes);
        built_free(&b);
    }
}

int main(void)
{
    RUN(reference_values);
    RUN(prox_by_brute_force);
    RUN(slopes_and_ranges);
    RUN(slopes_are_attained);
    RUN(tails_keep_their_digits);
    RUN(phi_is_simple);
    RUN(wrong_costs);
    return test_done();
}
