/* Slopes and curvatures by sums of terms far out (compiler/check/slope/terms/terms.h), over tails and finite pieces, against the derivatives as they
 * are written, at places inside, in 128 bits; and that the sign is seen of what is left where leading terms cancel. */
#include <math.h>

#include "compiler/check/slope/terms/terms.h"
#include "compiler/check/slope/terms/terms_walk.h"
#include "compiler/expr/derive.h"
#include "compiler/expr/enclose.h"
#include "tests/unit/model_text.h"

static unsigned long state = 3;

static unsigned long next_random(unsigned long n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % n;
}

/* A and B are numbers of two digits, C and D such numbers above 0; each stands for the same everywhere. */
static const char *const FORMULA[] = {
    "1 / exprel(-z) - 1 / exprel(A - z)", "log(1 + exprel(z + C)) - log(1 + exprel(z))", "(z + A) * atan(z + A) - z * atan(z + B)",
    "1 - (1 - 1 / (1 + exp(-(z - A))))^D", "exprel(z) / exprel(z - C)", "(z + log(1 + exp(-z))) * (1 + z / sqrt(1 + z^2))",
    "log(2 + exp(z + A))^2 / (1 + log(2 + exp(z)))", "sqrt(1 + (z + A)^2)^C - D * z", "(tanh(z + A) - tanh(z)) * z^3", "exp(A * z + tanh(z)) / (C + z^2)",
    "log(1 + z^2) * z - 2 * z * log(C + z)", "exp(-log(1 + z^2) * D) * z", "(1 + tanh(z))^1.5 / (2 + exp(-C * z))", "z^3 / (1 + z^2) - z + A / z",
    "exp(-exp(-z)) - exp(-exp(-z - C))", "exprel(A - z) * (C + z^2) - z", "atan(exp(z)) - tanh(exp(A * z))", "normcdf(z + A) - normcdf(z - C) + D / (1 + exp(-z))",
    "max(z^2 - z, C) - abs(z^2 + A)", "expm1(-C * z) * log1p(exp(-z)) + exp(-z^2 * D)", "wright_omega(z) / (C + exp(z)) + sin(A * z) / (1 + z^2)",
    "(2 + exp(z))^0.7 / (C + exp(z))^0.7", "z * (atan(z) * 2 + A * atan(-z)) / atan(z * C)^2", "sqrt(4 + 9 * exp(z)) - 3 * exp(z / 2)",
    /* the rest of Taylor's formula as large as its bound, leading terms with irrational factors */
    "1 / (1 - D / 6 * exp(-z / 8))", "sqrt(C * z^2 + D) - sqrt(D * z^3 + exp(-C * z))", "exp(log(C + z^2) / 3 + atan(z))",
    "1 / (z - (1 + C) * z * atan(z))", "sqrt(z) * log(C + z^2)", "D * log(C + z^2) - A * z",
    /* terms by what is all rest */
    "z^2 * exp(-C * z) * sin(A * z)", "(exp(z / 3) / z^3 + C * z) * normcdf(z + A)", "(log(2 + exp(z)) / z - D / z^2) * cos(z)",
    "normpdf(C * z) * exp(A * z) * z^4", "sqrt(z^2 + C) * exp(-D * z) * wright_omega(z)", "atan(C * z) * sin(z) - exp(A * z) * cos(z) / z",
};
/* These rise from z = 4 on, and up to z = -4. */
static const char *const RISING[] = {
    "1 / exprel(-z) - 1 / exprel(1 - z)", "log(1 + exprel(z + 0.3)) - log(1 + exprel(z))", "(z + 0.3) * atan(z + 0.3) - z * atan(z)",
    "1 - (1 - 1 / (1 + exp(-(z - 0.1))))^0.3", "exprel(z) / exprel(z - 1)", "log(exp(z) + exp(-z)) + z", "z + sqrt(1 + z^2)",
    "exp(-exp(-z))", "sqrt(1 + (z + 1)^2) - sqrt(1 + z^2)",
};
enum { N_FORMULAS = sizeof FORMULA / sizeof *FORMULA, N_RISING = sizeof RISING / sizeof *RISING };

/* The formula of a model, with numbers for the letters and texts for @ and #. */
static const Expr *formula_at(Built *b, const char *with, const char *place, const char *distance)
{
    Sbuf text = { 0 };
    char number[4][16];
    for (int k = 0; k < 4; k++)
        snprintf(number[k], sizeof *number, "%s%lu.%lu", k < 2 && next_random(2) ? "(-" : "(", next_random(4), 1 + next_random(9));
    sbuf_str(&text, "population E excitatory { tau = 1; activation(z) = ");
    for (; *with; with++)
        if (*with >= 'A' && *with <= 'D')
            sbuf_printf(&text, "%s)", number[*with - 'A']);
        else if (*with == '@' || *with == '#')
            sbuf_str(&text, *with == '@' ? place : distance);
        else
            sbuf_printf(&text, "%c", *with);
    sbuf_str(&text, " }\n");
    build_good(b, sbuf_text(&text));
    sbuf_free(&text);
    return b->m.pops.at[0].act.phi;
}

static const Expr *formula(Built *b, const char *with)
{
    return formula_at(b, with, "z", "z");
}

static bool enclose_at(const Expr *e, double z, OpenRange *y)
{
    mpfi_t at;
    mpfi_init2(at, ENCLOSE_PRECISION);
    mpfi_set_d(at, z);
    bool is = e && enclose_expr(e, EIG_VAR_Z, &(EncloseAt){ at, { false, false } }, y) && mpfi_bounded_p(y->in);
    mpfi_clear(at);
    return is;
}

/* What terms know of e on [lo, hi], on side -1 on [-hi, -lo]. */
static bool by_terms(Built *b, const Expr *e, int side, double lo, double hi, JetResult *r, double *limit)
{
    r->trouble = JET_EDGE;
    terms_narrow(e, &b->nums, side > 0 ? lo : -hi, side > 0 ? hi : -lo, JET_BUDGET, r, limit);
    return r->trouble == JET_FINE;
}

/* [lo, hi] or [lo, infinity); a narrow one shows what wide ones hide, as a wrong sign. */
static double far_end(double lo)
{
    switch (next_random(3)) {
    case 0: return HUGE_VAL;
    case 1: return lo * (1 + ldexp(1, -30));
    default: return lo * (1 + (double)next_random(20) / 10);
    }
}

static double near_end(void)
{
    return ldexp(1 + (double)next_random(16) / 16, (int)next_random(6));
}

static size_t check_places(const char *text, const Expr *const e[3], int side, double lo, double hi, const JetResult *r)
{
    mpfi_srcptr found[3] = { r->value, r->slope, r->curvature };
    OpenRange y;
    size_t n = 0;
    mpfi_init2(y.in, ENCLOSE_PRECISION);
    for (int k = 0; k < 6; k++) {
        double to = isfinite(hi) ? hi : 20 * lo, z = side * (lo + (to - lo) * (double)next_random(1001) / 1000);
        for (int j = 0; j < 3; j++) {
            if (!enclose_at(e[j], z, &y))
                continue;
            bool is = mpfr_lessequal_p(&y.in->left, &found[j]->right) && mpfr_lessequal_p(&found[j]->left, &y.in->right);
            if (!is)
                fprintf(stderr, "%s, derivative %d, on side %d [%g, %g] at %.17g: [%.17g, %.17g] and [%.17g, %.17g]\n", text, j, side, lo, hi, z,
                        mpfr_get_d(&y.in->left, MPFR_RNDD), mpfr_get_d(&y.in->right, MPFR_RNDU), mpfr_get_d(&found[j]->left, MPFR_RNDD),
                        mpfr_get_d(&found[j]->right, MPFR_RNDU));
            CHECK(is);
            n++;
        }
    }
    mpfi_clear(y.in);
    return n;
}

/* It would show that its curvature is off by a part of 1e-6. */
static bool is_sharp(const JetResult *r)
{
    mpfr_t most, apart;
    mpfr_inits2(JET_PRECISION, most, apart, (mpfr_ptr)NULL);
    mpfi_mag(most, r->curvature);
    mpfi_diam_abs(apart, r->curvature);
    mpfr_mul_d(most, most, 1e-6, MPFR_RNDD);
    bool is = mpfr_less_p(apart, most);
    mpfr_clears(most, apart, (mpfr_ptr)NULL);
    return is;
}

static void enclosures_hold_the_derivatives(void)
{
    size_t n = 0, n_sharp = 0, known[N_FORMULAS] = { 0 };
    double limit;
    JetResult r;
    jet_result_init(&r);
    for (int round = 0; round < 6 * N_FORMULAS && !test_failures; round++) {
        Built b;
        const char *text = FORMULA[round % N_FORMULAS];
        const Expr *e = formula(&b, text), *slope = expr_derive(&b.cx, &b.nums, e, EIG_VAR_Z);
        const Expr *const all[3] = { e, slope, slope ? expr_derive(&b.cx, &b.nums, slope, EIG_VAR_Z) : NULL };
        for (int k = 0; k < 6; k++) {
            int side = next_random(2) ? 1 : -1;
            double lo = near_end(), hi = far_end(lo);
            if (!by_terms(&b, e, side, lo, hi, &r, &limit))
                continue;
            n_sharp += is_sharp(&r);
            n += check_places(text, all, side, lo, hi, &r);
            known[round % N_FORMULAS]++;
        }
        built_free(&b);
    }
    jet_result_clear(&r);
    for (int k = 0; k < N_FORMULAS; k++) {
        if (known[k] < 4)
            fprintf(stderr, "%s is known %zu times\n", FORMULA[k], known[k]);
        CHECK(known[k] >= 4);
    }
    CHECK(n > 6000);
    CHECK(n_sharp > 100);
}

/* c y^power exp(rate y), each with all that it may have: they are enclosed by themselves, before anything hides them. */
static void jets_of_terms_hold_the_derivatives(void)
{
    size_t n = 0;
    JetResult r;
    jet_result_init(&r);
    for (int round = 0; round < 120 && !test_failures; round++) {
        Built b;
        FarTerm t;
        Scaled v[3];
        char text[120];
        double lo = near_end(), hi = far_end(lo);
        long c = (long)next_random(40) - 20, power = (long)next_random(60) - 30, rate = (long)next_random(40) - 20;
        snprintf(text, sizeof text, "(%ld / 10) * z^(%ld / 10) * exp((%ld / 10) * z)", c, power, rate);
        const Expr *e = formula(&b, text), *slope = expr_derive(&b.cx, &b.nums, e, EIG_VAR_Z);
        const Expr *const all[3] = { e, slope, expr_derive(&b.cx, &b.nums, slope, EIG_VAR_Z) };
        const JetDomain d = { &b.nums, 1, lo, hi };
        Num of[3] = { num_ratio(&b.nums, c, 10), power ? num_ratio(&b.nums, power, 10) : NULL, rate ? num_ratio(&b.nums, rate, 10) : NULL };
        mpfi_ptr into[3] = { r.value, r.slope, r.curvature };
        term_init(&t);
        triple_init(v);
        term_exact(&t, of[0], NULL, of[1], of[2]);
        term_jet(&d, &t, v);
        for (int k = 0; k < 3; k++) {
            scaled_collapse(&d, &v[k], &v[k]);
            mpfi_set(into[k], v[k].c);
        }
        n += check_places(text, all, 1, lo, hi, &r);
        triple_clear(v);
        term_clear(&t);
        built_free(&b);
    }
    jet_result_clear(&r);
    CHECK(n > 1000);
}

static void what_comes_after_terms_that_cancel_has_its_sign(void)
{
    double limit;
    JetResult r;
    jet_result_init(&r);
    for (int k = 0; k < N_RISING; k++)
        for (int side = -1; side <= 1; side += 2)
            for (int j = 0; j < 6; j++) {
                Built b;
                double lo = ldexp(8, j), hi = j % 2 ? HUGE_VAL : 2 * lo;
                const Expr *e = formula(&b, RISING[k]);
                bool is = by_terms(&b, e, side, lo, hi, &r, &limit) && mpfi_is_nonneg(r.slope);
                if (!is)
                    fprintf(stderr, "%s on side %d [%g, %g]\n", RISING[k], side, lo, hi);
                CHECK(is);
                built_free(&b);
            }
    jet_result_clear(&r);
}

/* What slopes go to. */
static void limits_are_those_of_the_terms(void)
{
    static const struct { const char *text; int side; double limit; } AT[] = {
        { "log(1 + exprel(3 * z)) + z", 1, 4 }, { "log(1 + exprel(3 * z)) + z", -1, 1 }, { "z * atan(z)", 1, 1.5707963267948966 },
        { "z * atan(z)", -1, -1.5707963267948966 }, { "z^2", 1, HUGE_VAL }, { "z^2", -1, -HUGE_VAL }, { "tanh(z)", 1, 0 }, { "log(z)", 1, 0 },
        { "exp(-z) + z / 4", -1, -HUGE_VAL }, { "z * log(z)", 1, -HUGE_VAL },       /* the last one is not seen */
    };
    JetResult r;
    jet_result_init(&r);
    for (size_t k = 0; k < sizeof AT / sizeof *AT; k++) {
        Built b;
        double limit;
        by_terms(&b, formula(&b, AT[k].text), AT[k].side, 64, HUGE_VAL, &r, &limit);
        bool is = isinf(limit) ? limit == AT[k].limit : limit <= AT[k].limit && limit >= AT[k].limit - 1e-12;
        if (!is)
            fprintf(stderr, "%s on side %d: %g\n", AT[k].text, AT[k].side, limit);
        CHECK(is);
        built_free(&b);
    }
    jet_result_clear(&r);
}

/* Beside 0, where @ = z = 1/y or -1/y and # = |z|. */
static const char *const BESIDE[] = {
    "#^1.25 + A * sqrt(#^1.5 + C * #^1.4)", "#^1.5 / (C + #^0.5) - D * @", "sqrt(C + #) - D * sqrt(C + 4 * #)",
    "tanh(C * #^1.2) - #^1.3", "log(1 + #^D) / (C + @)", "1 - exp(-C * #^0.5)", "exp(-1 / #) - @^3", "#^1.1 * sin(@)",
    "#^1.2 * log(#) + A * @", "A + @ + (C + #^1.5)^D",
};
enum { N_BESIDE = sizeof BESIDE / sizeof *BESIDE };

static size_t check_beside(const char *text, const Expr *slope, int side, double from, mpfi_srcptr found)
{
    OpenRange at;
    size_t n = 0;
    mpfi_init2(at.in, ENCLOSE_PRECISION);
    for (int k = 0; k < 6; k++) {
        double z = side / from * (k ? ldexp(1, -(int)next_random(60)) : 1);
        if (!enclose_at(slope, z, &at))
            continue;
        bool is = mpfr_lessequal_p(&at.in->left, &found->right) && mpfr_lessequal_p(&found->left, &at.in->right);
        if (!is)
            fprintf(stderr, "%s at %g, from %g\n", text, z, from);
        CHECK(is);
        n++;
    }
    mpfi_clear(at.in);
    return n;
}

static void slopes_beside_a_place_are_enclosed(void)
{
    size_t n = 0;
    mpfi_t slope;
    mpfi_init2(slope, JET_PRECISION);
    for (int round = 0; round < 20 * N_BESIDE && !test_failures; round++) {
        Built b, of_y;
        int side = next_random(2) ? 1 : -1;
        double from = ldexp(1, 4 + (int)next_random(40));
        const char *text = BESIDE[round % N_BESIDE];
        unsigned long before = state;
        const Expr *e = formula_at(&b, text, "z", side > 0 ? "z" : "(-z)");
        state = before;         /* the same numbers */
        const Expr *beside = formula_at(&of_y, text, side > 0 ? "(1 / z)" : "(-1 / z)", "(1 / z)");
        bool grows;
        if (terms_beside(beside, &of_y.nums, side, from, JET_BUDGET, slope, &grows))
            n += check_beside(text, expr_derive(&b.cx, &b.nums, e, EIG_VAR_Z), side, from, slope);
        built_free(&b);
        built_free(&of_y);
    }
    mpfi_clear(slope);
    CHECK(n > 1000);
}

int main(void)
{
    RUN(jets_of_terms_hold_the_derivatives);
    RUN(enclosures_hold_the_derivatives);
    RUN(what_comes_after_terms_that_cancel_has_its_sign);
    RUN(slopes_beside_a_place_are_enclosed);
    RUN(limits_are_those_of_the_terms);
    return test_done();
}
