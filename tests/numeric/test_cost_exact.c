/* Prox and derivative of every named cost at the very input, with parameters, gains and thresholds that are no doubles: 0.3, 1/3, 5/7. What
 * rounding takes is large beside the value next to a kink, and in the far tails of exponentials and powers, so that these are looked at most. */
#include "tests/numeric/cost_subject.h"

enum { MODELS = 60, INPUTS = 80, FEW_BITS = 128 };

typedef struct Written {
    const char *text;
    int top, bottom;
} Written;

static const Written numbers[] = {
    { "0.3", 3, 10 }, { "0.1", 1, 10 }, { "1/3", 1, 3 }, { "5/7", 5, 7 }, { "0.7", 7, 10 }, { "1", 1, 1 }, { "0.25", 1, 4 },
    { "2", 2, 1 }, { "1.7", 17, 10 }, { "10", 10, 1 }, { "100/3", 100, 3 }, { "0.01", 1, 100 }, { "1e-6", 1, 1000000 }, { "1e6", 1000000, 1 },
};
enum { N_NUMBERS = sizeof numbers / sizeof *numbers, N_BELOW_ONE = 7, ONE = 5 };

static const Written exponents[] = {
    { "2", 2, 1 }, { "3", 3, 1 }, { "4", 4, 1 }, { "5", 5, 1 }, { "6", 6, 1 }, { "8", 8, 1 }, { "5/2", 5, 2 }, { "1.2", 6, 5 }, { "3.3", 33, 10 },
};
static const Written shifts[] = {
    { "0", 0, 1 }, { "1", 1, 1 }, { "-0.375", -3, 8 }, { "0.3", 3, 10 }, { "-0.1", -1, 10 }, { "2.5", 5, 2 }, { "-1e3", -1000, 1 }, { "70/3", 70, 3 },
};
enum { N_EXPONENTS = sizeof exponents / sizeof *exponents, N_SHIFTS = sizeof shifts / sizeof *shifts };

static void set(mpfr_ptr x, const Written *n)
{
    mpfr_set_si(x, n->top, MPFR_RNDN);
    mpfr_div_si(x, x, n->bottom, MPFR_RNDN);
}

static bool is_cost(const CostReference *cost, const char *name)
{
    return strcmp(cost->name, name) == 0;
}

/* ---- a model whose numbers are written as fractions, and the same exactly ---- */

typedef struct Case {
    Subject t;
    mpfr_t gain, threshold, s;
} Case;

static const Written *random_parameter(const CostReference *cost, int k)
{
    if (is_cost(cost, "logistic") && k == 2)
        return &shifts[draw() % N_SHIFTS];
    if (cost->n_params > 1 && k == cost->n_params - 1)
        return is_cost(cost, "naka_rushton") && draw() % 4 == 0 ? &numbers[ONE] : &exponents[draw() % N_EXPONENTS];
    return &numbers[draw() % (is_cost(cost, "elu") ? N_BELOW_ONE : N_NUMBERS)];
}

/* cost(parameters) */
static bool built(Case *c, const char *name, int n_params, const Written *const *p)
{
    const Written *gain = draw() % 2 ? &numbers[ONE] : &numbers[draw() % (N_NUMBERS - 2)], *threshold = &shifts[draw() % 3 ? draw() % N_SHIFTS : 0];
    char text[400];
    CostReference named = { .name = "" };
    int n = snprintf(text, sizeof text, "%s", name);
    for (int k = 0; k < n_params; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%s", k ? ", " : "(", p[k]->text);
    snprintf(text + n, sizeof text - (size_t)n, "%s; gain = %s; threshold = %s", n_params ? ")" : "", gain->text, threshold->text);
    if (!subject_init(&c->t, &named, (double[REFERENCE_PARAMS]){ 0 }, text))
        return false;
    mpfr_inits2(REFERENCE_BITS, c->gain, c->threshold, c->s, (mpfr_ptr)0);
    set(c->gain, gain);
    set(c->threshold, threshold);
    for (int k = 0; k < n_params; k++) {
        set(c->t.exact[k], p[k]);
        c->t.p[k] = mpfr_get_d(c->t.exact[k], MPFR_RNDN);
    }
    return true;
}

static void case_free(Case *c)
{
    mpfr_clears(c->gain, c->threshold, c->s, (mpfr_ptr)0);
    subject_free(&c->t);
}

static void place(Case *c, double z)
{
    mpfr_d_sub(c->s, z, c->threshold, MPFR_RNDN);
    mpfr_mul(c->s, c->s, c->gain, MPFR_RNDN);
}

/* ---- smooth costs ---- */

/* The sign of x - phi(s). */
static int above_phi(const Case *c, double x)
{
    const CostReference *cost = c->t.cost;
    if (x <= (is_cost(cost, "elu") ? -c->t.p[0] : cost->lo))
        return -1;
    if (x >= range_top(&c->t))
        return 1;
    mpfr_t y, a;
    mpfr_inits2((mpfr_prec_t)reference_bits, y, a, (mpfr_ptr)0);
    mpfr_set_d(a, x, MPFR_RNDN);
    (cost->inverse ? cost->inverse : cost->value)(y, cost->inverse ? a : c->s, c->t.exact);
    int sign = cost->inverse ? mpfr_cmp(y, c->s) : mpfr_cmp(a, y);
    mpfr_clears(y, a, (mpfr_ptr)0);
    return sign;
}

static bool value_is_near_with(const Case *c, double x, int units)
{
    return above_phi(c, step_ulps(x, units, -INFINITY)) <= 0 && above_phi(c, step_ulps(x, units, INFINITY)) >= 0;
}

static bool number_is_near(double x, mpfr_srcptr y, int units)
{
    return !isnan(x) && mpfr_cmp_d(y, step_ulps(x, units, -INFINITY)) >= 0 && mpfr_cmp_d(y, step_ulps(x, units, INFINITY)) <= 0;
}

static bool slope_is_near_with(const Case *c, double slope, double x, int units)
{
    mpfr_t y;
    mpfr_init2(y, (mpfr_prec_t)reference_bits);
    c->t.cost->slope(y, c->s, x, c->t.exact);
    mpfr_mul(y, y, c->gain, MPFR_RNDN);
    bool near = number_is_near(slope, y, units);
    mpfr_clear(y);
    return near;
}

/* Within a unit less in few bits is within four in many. */
static bool is_near(const Case *c, double x, double slope)
{
    if (isnan(x) || isnan(slope))
        return false;
    reference_bits = FEW_BITS;
    bool value = value_is_near_with(c, x, ULPS - 1), derivative = slope_is_near_with(c, slope, x, ULPS - 1);
    reference_bits = REFERENCE_BITS;
    return (value || value_is_near_with(c, x, ULPS)) && (derivative || slope_is_near_with(c, slope, x, ULPS));
}

static double far_from(double z, int steps)
{
    return step_ulps(z, abs(steps), steps < 0 ? -INFINITY : INFINITY);
}

/* Special numbers, the doubles around the zero of s, where exponentials are normal numbers and to their ends, and near 0 by every power of two. */
static double input_of(double kink, double scale, int k)
{
    static const double far[] = { 2, 8, 60, 708, 760 };
    if (k < 19)
        return point(k);
    if (k < 26)
        return far_from(kink, k - 22);
    return kink + uniform(-1, 1) * scale * (k % 2 ? far[k % 5] : ldexp(1, -(int)(draw() % 60)));
}

static void check_case(Case *c)
{
    const CostReference *cost = c->t.cost;
    double gain = mpfr_get_d(c->gain, MPFR_RNDN), scale = (cost->n_params ? c->t.p[cost->p0_is_range] : 1) / gain;
    double kink = mpfr_get_d(c->threshold, MPFR_RNDN) + (is_cost(cost, "logistic") ? c->t.p[2] / gain : 0);
    for (int k = 0; k < INPUTS; k++) {
        double z = input_of(kink, scale, k), x = at(&c->t.phi, z), slope = at(&c->t.slope, z);
        place(c, z);
        bool near = is_near(c, x, slope);
        if (!near)
            fprintf(stderr, "%s, gain %g, threshold %g: phi(%a) = %.17g, phi' = %.17g\n", c->t.act->text, gain,
                    mpfr_get_d(c->threshold, MPFR_RNDN), z, x, slope);
        CHECK(near);
    }
}

static void smooth_costs_at_the_input_itself(void)
{
    for (int m = 0; m < N_COST_REFERENCES * MODELS; m++) {
        const CostReference *cost = &cost_reference[m % N_COST_REFERENCES];
        const Written *p[REFERENCE_PARAMS] = { 0 };
        Case c;
        for (int k = 0; k < cost->n_params; k++)
            p[k] = random_parameter(cost, k);
        if (!built(&c, cost->name, cost->n_params, p))
            continue;
        c.t.cost = cost;
        check_case(&c);
        case_free(&c);
    }
}

/* Where s/T is beyond the doubles, and nothing was rounded; and where s is so large that its square is. */
static void far_out(void)
{
    static const struct { const char *cost; double z, least, most; } row[] = {
        { "logistic_entropy(0.004); gain = 0.008", -DBL_MAX, 0, 0 },        { "logistic_entropy(0.004); gain = 0.008", DBL_MAX, 0, 0 },
        { "logistic_entropy(0.1); gain = 0.2; threshold = 0.3", -INFINITY, 0, 0 },
        { "softsign; gain = 1e200; threshold = 0.3", 0x1p30, 1e-200 / 0x1p60 * (1 - 4e-9), 1e-200 / 0x1p60 },
        { "arctan; gain = 1e200; threshold = 0.3", 0x1p30, 4e-201 / 0x1p60, 4.1e-201 / 0x1p60 },
    };
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        CostReference named = { .name = "" };
        Subject t;
        if (!subject_init(&t, &named, (double[REFERENCE_PARAMS]){ 0 }, row[k].cost))
            continue;
        double slope = at(&t.slope, row[k].z);
        if (!(slope >= row[k].least && slope <= row[k].most * (1 + 4e-9)))
            fprintf(stderr, "%s: phi'(%a) = %.17g\n", row[k].cost, row[k].z, slope);
        CHECK(slope >= row[k].least && slope <= row[k].most * (1 + 4e-9));
        subject_free(&t);
    }
}

/* ---- the others: straight lines and their ends ---- */

typedef enum Ends { NO_ENDS, FROM_ZERO, BETWEEN, SELECTED } Ends;

/* soft(s - tilt, lambda)/(1 + a), and times `leak` below 0: which parameter is which, -1 for none. */
static const struct { const char *name; int n_params, tilt, lambda, a, leak; Ends ends; } straight[] = {
    { "identity", 0, -1, -1, -1, -1, NO_ENDS },    { "nonnegative", 0, -1, -1, -1, -1, FROM_ZERO }, { "linear", 1, 0, -1, -1, -1, NO_ENDS },
    { "quadratic", 1, -1, -1, 0, -1, NO_ENDS },    { "l1", 1, -1, 0, -1, -1, NO_ENDS },             { "elastic", 2, -1, 0, 1, -1, NO_ENDS },
    { "leaky", 1, -1, -1, -1, 0, NO_ENDS },        { "box", 2, -1, -1, -1, -1, BETWEEN },           { "hard_selector", 2, 1, -1, -1, -1, SELECTED },
};
enum { N_STRAIGHT = sizeof straight / sizeof *straight };

/* Of what is 0 but for what 320 bits round away. */
static bool is_above_rounding(mpfr_srcptr y)
{
    enum { EXACT = -150 };
    return !mpfr_zero_p(y) && mpfr_get_exp(y) > EXACT;
}

static bool is_apart(mpfr_srcptr x, mpfr_srcptr y)
{
    mpfr_t gap;
    mpfr_init2(gap, REFERENCE_BITS);
    mpfr_sub(gap, x, y, MPFR_RNDN);
    bool apart = is_above_rounding(gap);
    mpfr_clear(gap);
    return apart;
}

/* Value and slope; false where the slope jumps. */
static bool straight_reference(const Case *c, int row, mpfr_ptr y, mpfr_ptr slope)
{
    const mpfr_t *p = c->t.exact;
    int sign, lambda = straight[row].lambda, a = straight[row].a;
    if (straight[row].tilt >= 0)
        mpfr_sub(y, c->s, p[straight[row].tilt], MPFR_RNDN);
    else
        mpfr_set(y, c->s, MPFR_RNDN);
    mpfr_set(slope, c->gain, MPFR_RNDN);
    sign = mpfr_sgn(y);
    bool inside = sign != 0 || straight[row].ends == NO_ENDS;
    if (lambda >= 0) {
        mpfr_abs(y, y, MPFR_RNDN);
        mpfr_sub(y, y, p[lambda], MPFR_RNDN);
        inside = is_above_rounding(y);
        if (mpfr_sgn(y) <= 0) {
            mpfr_set_zero(y, 1);
            mpfr_set_zero(slope, 1);
        }
        mpfr_setsign(y, y, sign < 0, MPFR_RNDN);
    }
    if (a >= 0) {
        mpfr_t q;
        mpfr_init2(q, REFERENCE_BITS);
        mpfr_add_ui(q, p[a], 1, MPFR_RNDN);
        mpfr_div(y, y, q, MPFR_RNDN);
        mpfr_div(slope, slope, q, MPFR_RNDN);
        mpfr_clear(q);
    }
    if (straight[row].leak >= 0 && sign < 0) {
        mpfr_mul(y, y, p[straight[row].leak], MPFR_RNDN);
        mpfr_mul(slope, slope, p[straight[row].leak], MPFR_RNDN);
    }
    if (straight[row].ends == FROM_ZERO || straight[row].ends == SELECTED) {
        if (sign < 0)
            mpfr_set_zero(y, 1);
        else if (straight[row].ends == SELECTED)
            mpfr_set(y, p[0], MPFR_RNDN);
        mpfr_mul_si(slope, slope, sign >= 0, MPFR_RNDN);
    }
    if (straight[row].ends == BETWEEN) {
        inside = is_apart(y, p[0]) && is_apart(y, p[1]);
        mpfr_mul_si(slope, slope, mpfr_greater_p(y, p[0]) && mpfr_less_p(y, p[1]), MPFR_RNDN);
        mpfr_max(y, y, p[0], MPFR_RNDN);
        mpfr_min(y, y, p[1], MPFR_RNDN);
    }
    return inside;
}

static void check_straight(Case *c, int row)
{
    mpfr_t y, slope;
    mpfr_inits2(REFERENCE_BITS, y, slope, (mpfr_ptr)0);
    double gain = mpfr_get_d(c->gain, MPFR_RNDN), threshold = mpfr_get_d(c->threshold, MPFR_RNDN);
    for (int k = 0; k < INPUTS; k++) {
        int n = straight[row].n_params;
        double by = n ? c->t.p[draw() % (unsigned)n] * (draw() % 2 ? -1 : 1) : 0, z = input_of(threshold + by / gain, 10 / gain, k);
        place(c, z);
        bool has_slope = straight_reference(c, row, y, slope), near = number_is_near(at(&c->t.phi, z), y, ULPS);
        if (straight[row].ends == SELECTED && !has_slope)
            continue;
        if (has_slope && c->t.act->slope)
            near &= number_is_near(at(&c->t.slope, z), slope, ULPS);
        if (!near)
            fprintf(stderr, "%s, gain %g, threshold %g: phi(%a) = %.17g, is %.17g\n", c->t.act->text, gain, threshold, z, at(&c->t.phi, z),
                    mpfr_get_d(y, MPFR_RNDN));
        CHECK(near);
    }
    mpfr_clears(y, slope, (mpfr_ptr)0);
}

static void straight_costs_at_the_input_itself(void)
{
    static const Written lowest[] = { { "-0.1", -1, 10 }, { "1/7", 1, 7 }, { "0", 0, 1 }, { "-100/3", -100, 3 } }, highest = { "100.1", 1001, 10 };
    for (int m = 0; m < N_STRAIGHT * MODELS; m++) {
        int row = m % N_STRAIGHT;
        const Written *p[REFERENCE_PARAMS] = { &numbers[draw() % (straight[row].leak >= 0 ? N_BELOW_ONE : N_NUMBERS)], &numbers[draw() % N_NUMBERS] };
        if (straight[row].tilt >= 0)
            p[straight[row].tilt] = &shifts[draw() % N_SHIFTS];
        if (straight[row].ends == BETWEEN) {
            p[0] = &lowest[draw() % 4];
            p[1] = draw() % 2 ? &numbers[draw() % 3 ? 0 : 7] : &highest;
        }
        Case c;
        if (!built(&c, straight[row].name, straight[row].n_params, p))
            continue;
        check_straight(&c, row);
        case_free(&c);
    }
}

int main(void)
{
    RUN(smooth_costs_at_the_input_itself);
    RUN(far_out);
    RUN(straight_costs_at_the_input_itself);
    return test_done();
}
