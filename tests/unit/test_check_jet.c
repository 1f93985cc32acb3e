/* Value, slope and curvature of formulas that are enclosed as one, over intervals and tails, against those of the formula and its derivatives as
 * they are written, at places inside, in 128 bits; and what is written otherwise before it is looked at, against itself. */
#include "compiler/check/slope/jet/jet.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/derive.h"
#include "compiler/expr/enclose.h"
#include "tests/unit/model_text.h"

static unsigned long state = 5;

static unsigned long next_random(unsigned long n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % n;
}

/* A and B are numbers of two digits, C and D such numbers above 0; each stands for the same everywhere. */
static const char *const FORMULA[] = {
    "log(normcdf(A * z + B))", "normpdf(A * z + B) / normcdf(A * z + B)", "3 * (normpdf(A * z + B) / normcdf(-B - A * z))",
    "log(normcdf(z^2 * A - z))", "log(normcdf(-exp(A * z)))", "normpdf(tanh(z) * A) / normcdf(tanh(z) * A)",
    "sqrt((z + A)^2 + C) - sqrt((z - B)^2 + C)", "2 * sqrt((z + A)^2 * C + D) - 2 * sqrt(C * z^2 + D)", "0.5 * sqrt(z^2 + C) - sqrt((z - B)^2 / 4 + C / 4)",
    "C + C * z / sqrt(z^2 + D)", "C - 2 * (C * (z - A)) / sqrt(4 * (z - A)^2 + D)", "1 + (z / sqrt(z^2 - 2 * z + 1 + D) - 1 / sqrt(z^2 - 2 * z + 1 + D))",
    "(A * z^2 + z + B) / (C * z^2 + D)", "(exp(z)^2 + A * exp(z)) / (C * exp(z)^2 + D * exp(z) + 1)", "(log(1 + exp(z))^2 + A) / (log(1 + exp(z))^2 + D)",
    "(z^3 + A * z) / (z^2 + C)", "(exp(z)^3 + A * exp(z) + B) / (C * exp(z)^3 + exp(z)^2 + D)", "(sqrt(1 + z^2)^4 + A) / (sqrt(1 + z^2)^2 + sqrt(1 + z^2) * C + D)",
    "A + z + sqrt(z^2 + C)", "z - A - sqrt((z - B)^2 + C)", "sqrt(C * z^2 + A * z + 4 * A^2 / C)", "log(exprel(A * z + B))", "log(exprel(-exp(z)))",
    "z * tanh(A * z) / (C + z)", "tanh(A * z + B)", "z^2 * atan(z + A) / (D + z^2)",
};
static const char *const REWRITTEN[] = {
    "-1 / (z + sqrt(z^2 + C))", "1 / (C * sqrt(z^2 + D) - C * z)", "A / (z - 1 + sqrt(z^2 - 2 * z + 1 + D))", "A / (z + 0.5 - sqrt(z^2 + z + 0.25 + D))",
    "z / (sqrt(4 * z^2 + C) + 2 * z)", "sqrt(C + C * tanh(A * z))", "(C - C * tanh(z + A))^0.3", "exp(A * z)^0.7", "normcdf(A * z + B)^0.3", "sqrt(normcdf(z + A))",
    "C^(A * z)", "C - C * normcdf(A * z)", "(B + step(z)) * z * normcdf(z)", "z - A + sqrt(z^2 + C) - z + sqrt(z^2 + D)",
    "A * z * exprel(-C * abs(z))", "(z - A) * exprel(D * abs(z - A))", "2 * z * exprel(-abs(3 * z))", "log(C * (exp(z) + 1))", "log((1 + z^2) / D)",
};
enum { N_FORMULAS = sizeof FORMULA / sizeof *FORMULA, N_REWRITTEN = sizeof REWRITTEN / sizeof *REWRITTEN };

/* The formula of a model, with numbers for the letters. */
static const Expr *formula(Built *b, const char *with)
{
    Sbuf text = { 0 };
    char number[4][16];
    for (int k = 0; k < 4; k++)
        snprintf(number[k], sizeof *number, "%s%lu.%lu", k < 2 && next_random(2) ? "(-" : "(", next_random(4), 1 + next_random(9));
    sbuf_str(&text, "population E excitatory { tau = 1; activation(z) = ");
    for (; *with; with++)
        if (*with >= 'A' && *with <= 'D')
            sbuf_printf(&text, "%s)", number[*with - 'A']);
        else
            sbuf_printf(&text, "%c", *with);
    sbuf_str(&text, " }\n");
    build_good(b, sbuf_text(&text));
    sbuf_free(&text);
    return b->m.pops.at[0].act.phi;
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

/* Both hold one number: they have something in common. */
static bool meet(mpfi_srcptr a, mpfi_srcptr b)
{
    return mpfr_lessequal_p(&a->left, &b->right) && mpfr_lessequal_p(&b->left, &a->right);
}

static size_t check_places(const char *text, const Expr *const e[3], const JetDomain *d, const JetResult *r)
{
    mpfi_srcptr found[3] = { r->value, r->slope, r->curvature };
    OpenRange y;
    size_t n = 0;
    mpfi_init2(y.in, ENCLOSE_PRECISION);
    for (int k = 0; k < 30; k++) {
        double to = isfinite(d->hi) ? d->hi : 60 * d->lo, z = d->lo + (to - d->lo) * (double)next_random(1001) / 1000;
        for (int j = 0; j < 3; j++) {
            if (!enclose_at(e[j], d->side ? d->side * z : z, &y))
                continue;
            bool is = meet(y.in, found[j]);
            if (!is)
                fprintf(stderr, "%s, derivative %d, on side %d [%g, %g] at %.17g: [%.17g, %.17g] and [%.17g, %.17g]\n", text, j, d->side, d->lo, d->hi, z,
                        mpfr_get_d(&y.in->left, MPFR_RNDD), mpfr_get_d(&y.in->right, MPFR_RNDU), mpfr_get_d(&found[j]->left, MPFR_RNDD),
                        mpfr_get_d(&found[j]->right, MPFR_RNDU));
            CHECK(is);
            n++;
        }
    }
    mpfi_clear(y.in);
    return n;
}

static void enclosures_hold_the_derivatives(void)
{
    size_t n = 0;
    JetResult r;
    jet_result_init(&r);
    for (int round = 0; round < 8 * N_FORMULAS && !test_failures; round++) {
        Built b;
        const char *text = FORMULA[round % N_FORMULAS];
        const Expr *e = formula(&b, text), *slope = expr_derive(&b.cx, &b.nums, e, EIG_VAR_Z);
        const Expr *const all[3] = { e, slope, slope ? expr_derive(&b.cx, &b.nums, slope, EIG_VAR_Z) : NULL };
        for (int k = 0; k < 6; k++) {
            int side = (int)next_random(3) - 1;
            double lo = side ? ldexp(1 + (double)next_random(16) / 16, (int)next_random(6)) : (double)next_random(400) / 20 - 10;
            double hi = side && next_random(2) ? HUGE_VAL : lo + ldexp(1, (int)next_random(8) - 6);
            JetDomain d = { &b.nums, side, lo, hi };
            jet_evaluate(e, &d, &r);
            if (r.trouble == JET_FINE)
                n += check_places(text, all, &d, &r);
        }
        built_free(&b);
    }
    jet_result_clear(&r);
    CHECK(n > 20000);
}

static void what_is_written_otherwise_is_the_same(void)
{
    OpenRange y[2];
    size_t n = 0;
    for (int k = 0; k < 2; k++)
        mpfi_init2(y[k].in, ENCLOSE_PRECISION);
    for (int round = 0; round < 20 * N_REWRITTEN && !test_failures; round++) {
        Built b;
        const Expr *e = formula(&b, REWRITTEN[round % N_REWRITTEN]), *other = standard_rules(&b.cx, &b.nums, e);
        if (expr_equal(e, other))
            fprintf(stderr, "%s is left as it is\n", REWRITTEN[round % N_REWRITTEN]);
        CHECK(!expr_equal(e, other));
        for (int k = 0; k < 40; k++) {
            double z = ((double)next_random(2001) / 1000 - 1) * ldexp(1, (int)next_random(12) - 6);
            bool is[2] = { enclose_at(e, z, &y[0]), enclose_at(other, z, &y[1]) };
            if (is[0] && is[1])
                CHECK(meet(y[0].in, y[1].in));
            n += is[0] && is[1];
        }
        built_free(&b);
    }
    for (int k = 0; k < 2; k++)
        mpfi_clear(y[k].in);
    CHECK(n > 8000);
}

int main(void)
{
    RUN(enclosures_hold_the_derivatives);
    RUN(what_is_written_otherwise_is_the_same);
    return test_done();
}
