/* Prox and derivative of every smooth cost with parameters, gains and thresholds from tiny to large, against the
 * definition in 320 bits: docs/semantics.md, section 2, says how near they are. */
#include "tests/numeric/cost_subject.h"

enum { MODELS = 60, INPUTS = 32 };

typedef struct Case {
    double p[REFERENCE_PARAMS], gain, threshold;
} Case;

static double wide(int most)
{
    return ldexp(uniform(1, 2), (int)(draw() % (unsigned)(2 * most)) - most);
}

static bool is_cost(const CostReference *cost, const char *name)
{
    return strcmp(cost->name, name) == 0;
}

/* Moderate parameters, or from 2^-996 to 2^997. */
static Case random_case(const CostReference *cost)
{
    int most = draw() % 2 ? 40 : 996;
    Case c = {.gain = draw() % 2 ? 1 : wide(most), .threshold = draw() % 2 ? 0 : (draw() % 2 ? -1 : 1) * wide(most)};
    for (int k = 0; k < cost->n_params; k++)
        c.p[k] = wide(most);
    if (is_cost(cost, "elu"))
        c.p[0] = ldexp(uniform(0.5, 1), -(int)(draw() % (unsigned)most));
    if (is_cost(cost, "logistic"))
        c.p[2] *= draw() % 2 ? 1 : -1;
    if (is_cost(cost, "power"))
        c.p[1] = 1 + (draw() % 2 ? dyadic(0.0625, 10) : ldexp(uniform(1, 2), (int)(draw() % 16) - 8));
    if (is_cost(cost, "naka_rushton"))
        c.p[2] = draw() % 3 ? uniform(1, 12) : floor(uniform(1, 12));
    return c;
}

/* What the cost takes from s by itself. */
static double tilt(const CostReference *cost, const Case *c)
{
    return is_cost(cost, "logistic") ? c->p[2] : 0;
}

/* The whole range, and near what the parameters make interesting. */
static double random_input(const CostReference *cost, const Case *c, int k)
{
    if (k % 3 == 0)
        return point((int)(draw() % 400));
    if (k % 3 == 1)             /* where s changes its sign, and next to it */
        return step_ulps(c->threshold + tilt(cost, c) / c->gain, (int)(draw() % 4), k % 2 ? INFINITY : -INFINITY);
    double scale = draw() % 3 == 0 ? wide(draw() % 2 ? 60 : 996) : draw() % 2 && cost->n_params ? c->p[draw() % (unsigned)cost->n_params] : 1;
    return uniform(-3, 3) * scale / (draw() % 2 ? c->gain : 1) + (draw() % 2 ? c->threshold : 0);
}

/* ---- how far s may be moved ---- */

typedef struct Inputs {
    mpfr_t s, low, high;        /* s = gain (z - threshold), and the ends of where rounding may have moved it */
} Inputs;

/* z moves by 2^-53 (3 |z - a| + |a|), and by the least double; z - a is at most the largest double. */
static void place(const CostReference *cost, const Case *c, double z, Inputs *at)
{
    mpfr_t a;
    mpfr_init2(a, REFERENCE_BITS);
    mpfr_set_d(a, tilt(cost, c), MPFR_RNDN);
    mpfr_div_d(a, a, c->gain, MPFR_RNDN);
    mpfr_add_d(a, a, c->threshold, MPFR_RNDN);
    mpfr_d_sub(at->high, z, a, MPFR_RNDN);
    mpfr_abs(at->high, at->high, MPFR_RNDN);
    mpfr_sub_d(at->low, at->high, DBL_MAX, MPFR_RNDN);
    mpfr_mul_ui(at->high, at->high, 3, MPFR_RNDN);
    mpfr_abs(a, a, MPFR_RNDN);
    mpfr_add(at->high, at->high, a, MPFR_RNDN);
    mpfr_div_2ui(at->high, at->high, 53, MPFR_RNDN);
    if (mpfr_sgn(at->low) > 0)
        mpfr_add(at->high, at->high, at->low, MPFR_RNDN);
    if (c->threshold != 0 || tilt(cost, c) != 0)
        mpfr_add_d(at->high, at->high, DBL_TRUE_MIN, MPFR_RNDN);
    mpfr_mul_d(at->high, at->high, c->gain, MPFR_RNDN);
    mpfr_set_d(at->s, z, MPFR_RNDN);
    mpfr_sub_d(at->s, at->s, c->threshold, MPFR_RNDN);
    mpfr_mul_d(at->s, at->s, c->gain, MPFR_RNDN);
    mpfr_sub(at->low, at->s, at->high, MPFR_RNDN);
    mpfr_add(at->high, at->s, at->high, MPFR_RNDN);
    mpfr_clear(a);
}

/* ---- values ---- */

/* The sign of x - phi(s). */
static int above_phi(const Subject *t, double x, mpfr_srcptr s)
{
    if (x <= (is_cost(t->cost, "elu") ? -t->p[0] : t->cost->lo))
        return -1;
    if (x >= range_top(t))
        return 1;
    mpfr_t y, a;
    mpfr_inits2(REFERENCE_BITS, y, a, (mpfr_ptr)0);
    mpfr_set_d(a, x, MPFR_RNDN);
    (t->cost->inverse ? t->cost->inverse : t->cost->value)(y, t->cost->inverse ? a : s, t->exact);
    int sign = t->cost->inverse ? mpfr_cmp(y, s) : mpfr_cmp(a, y);
    mpfr_clears(y, a, (mpfr_ptr)0);
    return sign;
}

/* x within so many ulp, or within 2^-1073 times the factor. */
static double end(double x, int units, double factor, double towards)
{
    double ulps = step_ulps(x, units, towards), least = x + copysign(factor * 2 * DBL_TRUE_MIN, towards);
    return towards > 0 ? fmax(ulps, least) : fmin(ulps, least);
}

/* What multiplies numbers that may be below 2^-1022. */
static double value_factor(const CostReference *cost, const Case *c)
{
    return fmax(1, cost->p0_is_range || is_cost(cost, "softplus") ? c->p[0] : 1);
}

static double slope_factor(const CostReference *cost, const Case *c)
{
    double factor = fmax(1, c->gain);
    if (is_cost(cost, "logistic") || is_cost(cost, "naka_rushton"))
        factor = fmax(1, c->gain * c->p[0] / c->p[1] * 12);
    if (is_cost(cost, "probit") || is_cost(cost, "logistic_entropy"))
        factor = fmax(1, c->gain / c->p[0]);
    return factor;
}

static void check_value(const Subject *t, const Case *c, double z, const Inputs *in)
{
    double x = at(&t->phi, z), factor = value_factor(t->cost, c);
    int n = ULPS;
    bool near = !isnan(x) && above_phi(t, end(x, n, factor, -INFINITY), in->high) <= 0 && above_phi(t, end(x, n, factor, INFINITY), in->low) >= 0;
    if (!near)
        fprintf(stderr, "%s, gain %a, threshold %a: phi(%a) = %.17g\n", t->act->text, c->gain, c->threshold, z, x);
    CHECK(near);
}

/* ---- slopes ---- */

/* Where the slope is largest, if it has a peak; elsewhere 0 is as good as any input. */
static double peak_of(const CostReference *cost, const Case *c)
{
    if (is_cost(cost, "logistic_entropy"))
        return 0.5;
    if (is_cost(cost, "naka_rushton"))
        return c->p[1] * pow((c->p[2] - 1) / (c->p[2] + 1), 1 / c->p[2]);
    return is_cost(cost, "logistic") ? c->p[2] : 0;
}

/* The least and the largest slope of where rounding may have moved s: at the ends, or at a peak between. */
static void slopes_at(const Subject *t, const Case *c, double x, const Inputs *in, mpfr_ptr least, mpfr_ptr largest)
{
    mpfr_t peak, there;
    mpfr_inits2(REFERENCE_BITS, peak, there, (mpfr_ptr)0);
    mpfr_set_d(peak, peak_of(t->cost, c), MPFR_RNDN);
    t->cost->slope(least, in->low, x, t->exact);
    t->cost->slope(largest, in->high, x, t->exact);
    if (mpfr_cmp(least, largest) > 0)
        mpfr_swap(least, largest);
    if (mpfr_cmp(in->low, peak) <= 0 && mpfr_cmp(peak, in->high) <= 0) {
        t->cost->slope(there, peak, x, t->exact);
        mpfr_max(largest, largest, there, MPFR_RNDN);
    }
    mpfr_mul_d(least, least, c->gain, MPFR_RNDN);
    mpfr_mul_d(largest, largest, c->gain, MPFR_RNDN);
    mpfr_clears(peak, there, (mpfr_ptr)0);
}

/* Newton's method of the reference starts at x, for both ends. */
static bool is_steep(const Subject *t, const Inputs *in)
{
    return is_cost(t->cost, "logistic_entropy") && mpfr_get_d(in->high, MPFR_RNDN) - mpfr_get_d(in->low, MPFR_RNDN) > t->p[0];
}

static void check_slope(const Subject *t, const Case *c, double z, const Inputs *in)
{
    mpfr_t least, largest;
    double x = at(&t->phi, z), slope = at(&t->slope, z), factor = slope_factor(t->cost, c);
    mpfr_inits2(REFERENCE_BITS, least, largest, (mpfr_ptr)0);
    slopes_at(t, c, x, in, least, largest);
    int n = ULPS;
    bool near = !isnan(slope) && mpfr_cmp_d(largest, end(slope, n, factor, -INFINITY)) >= 0 &&
                mpfr_cmp_d(least, end(slope, n, factor, INFINITY)) <= 0;
    if (!near)
        fprintf(stderr, "%s, gain %a, threshold %a: phi'(%a) = %.17g, is %.17g\n", t->act->text, c->gain, c->threshold, z, slope,
                mpfr_get_d(least, MPFR_RNDN));
    CHECK(near);
    mpfr_clears(least, largest, (mpfr_ptr)0);
}

/* ---- all ---- */

static void check_at(const Subject *t, const Case *c, double z, Inputs *in)
{
    place(t->cost, c, z, in);
    check_value(t, c, z, in);
    if (!is_steep(t, in))
        check_slope(t, c, z, in);
}

static bool case_init(Subject *t, const CostReference *cost, const Case *c)
{
    char more[4000];
    snprintf(more, sizeof more, "; gain = %.800g; threshold = %.800g", c->gain, c->threshold);
    return subject_init(t, cost, c->p, more);
}

static void near_with_all_parameters(void)
{
    Inputs in;
    mpfr_inits2(REFERENCE_BITS, in.s, in.low, in.high, (mpfr_ptr)0);
    for (int m = 0; m < N_COST_REFERENCES * MODELS; m++) {
        const CostReference *cost = &cost_reference[m % N_COST_REFERENCES];
        Case c = random_case(cost);
        Subject t;
        if (!case_init(&t, cost, &c))
            continue;
        for (int k = 0; k < INPUTS; k++) {
            double z = random_input(cost, &c, k);
            if (isfinite(z))
                check_at(&t, &c, z, &in);
        }
        subject_free(&t);
    }
    mpfr_clears(in.s, in.low, in.high, (mpfr_ptr)0);
}

/* Whole powers without gain and threshold: nothing moves the input, and nothing may be lost with the exponent. */
static void whole_powers(void)
{
    const CostReference *cost = cost_reference;
    while (!is_cost(cost, "power"))
        cost++;
    Inputs in;
    mpfr_inits2(REFERENCE_BITS, in.s, in.low, in.high, (mpfr_ptr)0);
    for (int m = 0; m < 4 * 70; m++) {
        Case c = { { m % 4 ? wide(60) : 1, 2 + m / 4 }, 1, 0 };
        Subject t;
        if (!case_init(&t, cost, &c))
            continue;
        for (int k = 0; k < 2 * INPUTS; k++) {
            double z = k % 4 ? uniform(0, 3) : wide(990 / (int)c.p[1]);
            mpfr_set_d(in.low, z, MPFR_RNDN);
            mpfr_set_d(in.high, z, MPFR_RNDN);
            check_value(&t, &c, z, &in);
            check_slope(&t, &c, z, &in);
        }
        subject_free(&t);
    }
    mpfr_clears(in.s, in.low, in.high, (mpfr_ptr)0);
}

static double power_of_two(void)
{
    return ldexp(1, (int)(draw() % 9) - 4);
}

/* From 1/16 to 16, where the parameter may. */
static Case case_of_powers_of_two(const CostReference *cost)
{
    Case c = {.gain = draw() % 2 ? 1 : power_of_two()};
    for (int k = 0; k < cost->n_params; k++)
        c.p[k] = power_of_two();
    if (is_cost(cost, "elu"))
        c.p[0] = fmin(c.p[0], 1 / c.p[0]);
    if (is_cost(cost, "logistic"))
        c.p[2] = 0;
    if (is_cost(cost, "power"))
        c.p[1] = cost->standard[1];
    if (is_cost(cost, "naka_rushton"))
        c.p[2] = fmax(c.p[2], 1 / c.p[2]);
    return c;
}

/* Temperatures, scales and gains that are powers of two: no constant but roots is rounded, and nothing moves the input. */
static void powers_of_two(void)
{
    static const double far[] = { 8, 60, 760 };
    Inputs in;
    mpfr_inits2(REFERENCE_BITS, in.s, in.low, in.high, (mpfr_ptr)0);
    for (int m = 0; m < N_COST_REFERENCES * MODELS; m++) {
        const CostReference *cost = &cost_reference[m % N_COST_REFERENCES];
        Case c = case_of_powers_of_two(cost);
        Subject t;
        if (!case_init(&t, cost, &c))
            continue;
        double scale = cost->n_params ? c.p[cost->p0_is_range] / c.gain : 1 / c.gain;
        for (int k = 0; k < INPUTS; k++) {
            double z = k % 2 ? point((int)(draw() % 400)) : uniform(-1, 1) * far[k / 2 % 3] * scale, s = z * c.gain;
            if (!isfinite(s) || s / c.gain != z)
                continue;
            mpfr_set_d(in.low, s, MPFR_RNDN);
            mpfr_set_d(in.high, s, MPFR_RNDN);
            check_value(&t, &c, z, &in);
            check_slope(&t, &c, z, &in);
        }
        subject_free(&t);
    }
    mpfr_clears(in.s, in.low, in.high, (mpfr_ptr)0);
}

/* Where what is computed on the way is beyond the doubles or below them, and the value or the slope is not. */
static void at_the_ends_of_the_doubles(void)
{
    static const struct { const char *name; Case c; double z; } row[] = {
        { "power", { { 0x1p143, 10 }, 0x1p-670, 0 }, 0x1p800 },         /* a slope of 2^646 */
        { "power", { { 0x1p200, 2.5 }, 0x1p-900, 0 }, 0x1p1020 },
        { "power", { { 0x1p996, 1.00390625 }, 1, 0 }, 0x1p100 },
        { "power", { { 0x1p570, 1.9744873046875 }, 1, 0 }, DBL_TRUE_MIN },
        { "power", { { 0x1p995, 1.9744873046875 }, 1, 0 }, DBL_TRUE_MIN },
        { "power", { { 0x1p948, 1.96875 }, 0x1p366, 0 }, 0x1p-861 },
        { "power", { { 0x1p-980, 2.5 }, 1, -0x1p990 }, DBL_MAX },
        { "three_halves", { { 1.25e-5 }, 1, 0 }, DBL_TRUE_MIN },
        { "three_halves", { { 100.25 }, 0x1.fp23, 0 }, DBL_TRUE_MIN },
        { "three_halves", { { 0x1p431 }, 1, -0x1.4p994 }, DBL_MAX },
        { "algebraic", { { 0 }, 1, -0x1.4p992 }, DBL_MAX },
        { "softsign", { { 0 }, 1, 0x1.4p992 }, -DBL_MAX },
        { "cubic", { { 0x1p431 }, 1, -0x1.4p994 }, DBL_MAX },
        { "naka_rushton", { { 15.5, 7e-6, 1.75 }, 0x1p26, 0 }, DBL_TRUE_MIN },
        { "naka_rushton", { { 1e-10, 1e-9, 1.0625 }, 1, 0 }, DBL_TRUE_MIN },
    };
    Inputs in;
    mpfr_inits2(REFERENCE_BITS, in.s, in.low, in.high, (mpfr_ptr)0);
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        const CostReference *cost = cost_reference;
        while (!is_cost(cost, row[k].name))
            cost++;
        Subject t;
        if (!case_init(&t, cost, &row[k].c))
            continue;
        check_at(&t, &row[k].c, row[k].z, &in);
        subject_free(&t);
    }
    mpfr_clears(in.s, in.low, in.high, (mpfr_ptr)0);
}

/* ---- straight pieces: clip(soft(s - c, l)/(1 + a), lo, hi) ---- */

typedef struct Straight {
    double l, a, c, lo, hi;
} Straight;

static void straight_value(mpfr_ptr y, mpfr_srcptr s, const Straight *q)
{
    mpfr_t low;
    mpfr_init2(low, REFERENCE_BITS);
    mpfr_sub_d(y, s, q->c, MPFR_RNDN);
    mpfr_add_d(low, y, q->l, MPFR_RNDN);
    mpfr_sub_d(y, y, q->l, MPFR_RNDN);
    if (mpfr_sgn(y) < 0)
        mpfr_set_d(y, 0, MPFR_RNDN);
    if (mpfr_sgn(low) < 0)
        mpfr_set(y, low, MPFR_RNDN);
    mpfr_set_d(low, q->a, MPFR_RNDN);
    mpfr_add_d(low, low, 1, MPFR_RNDN);
    mpfr_div(y, y, low, MPFR_RNDN);
    if (mpfr_cmp_d(y, q->lo) < 0)
        mpfr_set_d(y, q->lo, MPFR_RNDN);
    if (mpfr_cmp_d(y, q->hi) > 0)
        mpfr_set_d(y, q->hi, MPFR_RNDN);
    mpfr_clear(low);
}

static void check_straight(Subject *t, const Straight *q, const Case *c, const CostReference *cost)
{
    static const double tilts[] = {-1, 1};
    Inputs in[2];
    mpfr_t low, high;
    mpfr_inits2(REFERENCE_BITS, low, high, in[0].s, in[0].low, in[0].high, in[1].s, in[1].low, in[1].high, (mpfr_ptr)0);
    for (int k = 0; k < INPUTS; k++) {
        double z = random_input(cost, c, k), x = at(&t->phi, z);
        for (int side = 0; side < 2; side++) {
            Case moved = *c;
            moved.p[0] = 1;
            moved.p[2] = q->c + tilts[side] * q->l;
            place(cost, &moved, z, &in[side]);
        }
        mpfr_min(low, in[0].low, in[1].low, MPFR_RNDN);
        mpfr_max(high, in[0].high, in[1].high, MPFR_RNDN);
        straight_value(low, low, q);
        straight_value(high, high, q);
        double slope = at(&t->slope, z);
        bool near = !isnan(x) && mpfr_cmp_d(high, end(x, ULPS, 1, -INFINITY)) >= 0 && mpfr_cmp_d(low, end(x, ULPS, 1, INFINITY)) <= 0;
        near &= slope == 0 || fabs(slope / (c->gain / (1 + q->a)) - 1) < ULPS * DBL_EPSILON || (isinf(slope) && c->gain / (1 + q->a) > DBL_MAX / 2);
        if (!near)
            fprintf(stderr, "%s, gain %a, threshold %a: phi(%a) = %.17g\n", t->act->text, c->gain, c->threshold, z, x);
        CHECK(near);
    }
    mpfr_clears(low, high, in[0].s, in[0].low, in[0].high, in[1].s, in[1].low, in[1].high, (mpfr_ptr)0);
}

static void straight_pieces(void)
{
    const CostReference *like = &cost_reference[0];     /* its third parameter is a tilt */
    for (int m = 0; m < 4 * MODELS; m++) {
        Case c = random_case(like);
        int most = draw() % 2 ? 40 : 996;
        Straight q = {wide(most), wide(draw() % 2 ? 20 : 996), (draw() % 2 ? -1 : 1) * wide(most), -wide(most), wide(most)};
        CostReference named = {.name = ""};
        char text[5000];
        Subject t;
        snprintf(text, sizeof text, "l1(%.800g) + quadratic(%.800g) + linear(%.800g) + box(%.800g, %.800g); gain = %.800g; threshold = %.800g",
                 q.l, q.a, q.c, q.lo, q.hi, c.gain, c.threshold);
        if (!subject_init(&t, &named, c.p, text))
            continue;
        check_straight(&t, &q, &c, like);
        subject_free(&t);
    }
}

int main(void)
{
    RUN(near_with_all_parameters);
    RUN(whole_powers);
    RUN(powers_of_two);
    RUN(at_the_ends_of_the_doubles);
    RUN(straight_pieces);
    return test_done();
}
