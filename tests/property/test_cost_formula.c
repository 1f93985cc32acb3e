/* Random costs by formula against brute force that knows nothing of eigc: the
 * least g(x) + (x - z)^2/2 on a grid, narrowed down with MPFR; the largest slope
 * by sampling curvatures that are written out by hand here. Costs that are not
 * convex have to be refused. */
#include <mpfr.h>

#include "compiler/check/slope/slope.h"
#include "compiler/code/code.h"
#include "tests/unit/model_text.h"

enum { BITS = 160, N_COSTS = 250, MAX_TERMS = 4, N_INPUTS = 3, GRID = 300 };
static const double FAR = 40;

static uint64_t state;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

/* ---- a cost: a sum of terms, with its text, value and curvature ---- */

typedef enum Kind { SQUARE, FOURTH, LINEAR, ABS, HINGE, EXP, SOFT, ROOT, COS, TANH, ATAN, THREE_HALVES, ENTROPY, BARRIER, N_KINDS } Kind;

typedef struct Term {
    Kind kind;
    double c, k;                /* hundredths; k: place, rate or frequency */
} Term;

typedef struct Random {
    int n;
    Term term[MAX_TERMS];
    bool has_lo, has_hi;
    double lo, hi;
} Random;

static void term_text(const Term *t, double lo, Sbuf *out)
{
    static const char *const form[N_KINDS] = {
        [SQUARE] = "x^2", [FOURTH] = "x^4", [LINEAR] = "x", [ABS] = "abs(x - (%.2f))", [HINGE] = "max(x - (%.2f), 0)^2",
        [EXP] = "exp((%.2f) * x)", [SOFT] = "log(1 + exp(x))", [ROOT] = "sqrt(1 + x^2)", [COS] = "cos((%.2f) * x)",
        [TANH] = "tanh(x)", [ATAN] = "atan(x)", [THREE_HALVES] = "abs(x)^1.5", [ENTROPY] = "(x - (%.2f)) * log(x - (%.2f))",
        [BARRIER] = "log(x - (%.2f))" };
    char text[100];
    bool at_lo = t->kind == ENTROPY || t->kind == BARRIER;
    snprintf(text, sizeof text, form[t->kind], at_lo ? lo : t->k, lo);
    sbuf_printf(out, "(%.2f) * %s", t->c, text);
}

static void term_value(const Term *t, double lo, mpfr_srcptr x, mpfr_ptr out)
{
    mpfr_t k;
    mpfr_init2(k, BITS);
    mpfr_set_d(k, 100 * (t->kind == ENTROPY || t->kind == BARRIER ? lo : t->k), MPFR_RNDN);
    mpfr_rint(k, k, MPFR_RNDN);
    mpfr_div_ui(k, k, 100, MPFR_RNDN);
    switch (t->kind) {
    case SQUARE: mpfr_sqr(out, x, MPFR_RNDN); break;
    case FOURTH: mpfr_pow_ui(out, x, 4, MPFR_RNDN); break;
    case LINEAR: mpfr_set(out, x, MPFR_RNDN); break;
    case ABS: mpfr_sub(out, x, k, MPFR_RNDN); mpfr_abs(out, out, MPFR_RNDN); break;
    case HINGE:
        mpfr_sub(out, x, k, MPFR_RNDN);
        if (mpfr_sgn(out) < 0)
            mpfr_set_ui(out, 0, MPFR_RNDN);
        mpfr_sqr(out, out, MPFR_RNDN);
        break;
    case EXP: mpfr_mul(out, k, x, MPFR_RNDN); mpfr_exp(out, out, MPFR_RNDN); break;
    case SOFT: mpfr_exp(out, x, MPFR_RNDN); mpfr_log1p(out, out, MPFR_RNDN); break;
    case ROOT: mpfr_sqr(out, x, MPFR_RNDN); mpfr_add_ui(out, out, 1, MPFR_RNDN); mpfr_sqrt(out, out, MPFR_RNDN); break;
    case COS: mpfr_mul(out, k, x, MPFR_RNDN); mpfr_cos(out, out, MPFR_RNDN); break;
    case TANH: mpfr_tanh(out, x, MPFR_RNDN); break;
    case ATAN: mpfr_atan(out, x, MPFR_RNDN); break;
    case THREE_HALVES: mpfr_abs(out, x, MPFR_RNDN); mpfr_sqrt(out, out, MPFR_RNDN); mpfr_pow_ui(out, out, 3, MPFR_RNDN); break;
    case ENTROPY:
    case BARRIER:
        mpfr_sub(k, x, k, MPFR_RNDN);
        mpfr_log(out, k, MPFR_RNDN);
        if (t->kind == ENTROPY && mpfr_zero_p(k))
            mpfr_set_ui(out, 0, MPFR_RNDN);
        else if (t->kind == ENTROPY)
            mpfr_mul(out, out, k, MPFR_RNDN);
        break;
    case N_KINDS: break;
    }
    mpfr_set_d(k, round(100 * t->c), MPFR_RNDN);
    mpfr_div_ui(k, k, 100, MPFR_RNDN);
    mpfr_mul(out, out, k, MPFR_RNDN);
    mpfr_clear(k);
}

/* The second derivative, away from kinks. */
static double term_curvature(const Term *t, double lo, double x)
{
    double e;
    switch (t->kind) {
    case SQUARE: return 2 * t->c;
    case FOURTH: return 12 * t->c * x * x;
    case LINEAR:
    case ABS: return 0;
    case HINGE: return x > t->k ? 2 * t->c : 0;
    case EXP: return t->c * t->k * t->k * exp(t->k * x);
    case SOFT: e = exp(-fabs(x)); return t->c * e / ((1 + e) * (1 + e));
    case ROOT: return t->c * pow(1 + x * x, -1.5);
    case COS: return -t->c * t->k * t->k * cos(t->k * x);
    case TANH: return -2 * t->c * tanh(x) / (cosh(x) * cosh(x));
    case ATAN: return -2 * t->c * x / ((1 + x * x) * (1 + x * x));
    case THREE_HALVES: return 0.75 * t->c / sqrt(fabs(x));
    case ENTROPY: return t->c / (x - lo);
    case BARRIER: return -t->c / ((x - lo) * (x - lo));
    case N_KINDS: break;
    }
    return 0;
}

static double curvature(const Random *r, double x)
{
    double sum = 1;
    for (int k = 0; k < r->n; k++)
        sum += term_curvature(&r->term[k], r->lo, x);
    return sum;
}

/* g(x) + (x - z)^2/2 */
static void total(const Random *r, mpfr_srcptr x, double z, mpfr_ptr out)
{
    mpfr_t part;
    mpfr_init2(part, BITS);
    mpfr_sub_d(out, x, z, MPFR_RNDN);
    mpfr_sqr(out, out, MPFR_RNDN);
    mpfr_div_2ui(out, out, 1, MPFR_RNDN);
    for (int k = 0; k < r->n; k++) {
        term_value(&r->term[k], r->lo, x, part);
        mpfr_add(out, out, part, MPFR_RNDN);
    }
    mpfr_clear(part);
}

static double hundredths(int lo, int hi)
{
    return (lo + (int)below((unsigned)(hi - lo))) / 100.0;
}

/* Mostly convex; a third has a term that may bend down too far. */
static Random draw(void)
{
    Random r = { .n = 1 + (int)below(MAX_TERMS), .has_lo = below(3) == 0 };
    r.has_hi = below(3) == 0;
    r.lo = r.has_lo ? hundredths(-200, 100) : -FAR;
    r.hi = r.has_hi ? r.lo + hundredths(50, 400) : FAR;
    r.hi = r.has_hi && !r.has_lo ? hundredths(-50, 300) : r.hi;
    bool wild = below(3) == 0;
    for (int k = 0; k < r.n; k++) {
        Term *t = &r.term[k];
        do
            t->kind = (Kind)below(N_KINDS);
        while (!r.has_lo && (t->kind == ENTROPY || t->kind == BARRIER));
        t->k = t->kind == EXP || t->kind == COS ? hundredths(20, 250) : hundredths(-150, 150);
        t->c = hundredths(5, 120);
        bool may_fall = t->kind == LINEAR || t->kind == COS || t->kind == TANH || t->kind == ATAN;
        if (t->kind == BARRIER || (wild && below(2)) || (may_fall && below(2)))
            t->c = -t->c;
        if (t->kind == SQUARE && !wild && below(2))
            t->c = -hundredths(5, 45);
        if (may_fall && t->kind != LINEAR && !wild)
            t->c /= 4;
        t->c = round(100 * t->c) / 100;
    }
    return r;
}

static const char *cost_text(const Random *r)
{
    static char text[900];
    Sbuf g = { 0 };
    char lo[20] = "-inf", hi[20] = "inf";
    for (int k = 0; k < r->n; k++) {
        sbuf_str(&g, k ? " + " : "");
        term_text(&r->term[k], r->lo, &g);
    }
    if (r->has_lo)
        snprintf(lo, sizeof lo, "%.2f", r->lo);
    if (r->has_hi)
        snprintf(hi, sizeof hi, "%.2f", r->hi);
    snprintf(text, sizeof text, "population E excitatory { tau = 1; cost(x) = %s on [%s, %s] }\n", sbuf_text(&g), lo, hi);
    sbuf_free(&g);
    return text;
}

/* ---- brute force ---- */

/* The place of the least total on [from, to], where it falls and then rises. */
static double narrow(const Random *r, double z, double from, double to)
{
    mpfr_t a, b, p, q, fp, fq, ratio;
    mpfr_inits2(BITS, a, b, p, q, fp, fq, ratio, (mpfr_ptr)0);
    mpfr_sqrt_ui(ratio, 5, MPFR_RNDN);
    mpfr_sub_ui(ratio, ratio, 1, MPFR_RNDN);
    mpfr_div_2ui(ratio, ratio, 1, MPFR_RNDN);
    mpfr_set_d(a, from, MPFR_RNDN);
    mpfr_set_d(b, to, MPFR_RNDN);
    for (int k = 0; k < 72; k++) {
        mpfr_sub(q, b, a, MPFR_RNDN);
        mpfr_mul(q, q, ratio, MPFR_RNDN);
        mpfr_sub(p, b, q, MPFR_RNDN);
        mpfr_add(q, a, q, MPFR_RNDN);
        total(r, p, z, fp);
        total(r, q, z, fq);
        mpfr_set(mpfr_lessequal_p(fp, fq) ? b : a, mpfr_lessequal_p(fp, fq) ? q : p, MPFR_RNDN);
    }
    double x = mpfr_get_d(a, MPFR_RNDN);
    mpfr_clears(a, b, p, q, fp, fq, ratio, (mpfr_ptr)0);
    return x;
}

static double grid_point(const Random *r, int k)
{
    return r->lo + (r->hi - r->lo) * k / GRID;
}

static double least(const Random *r, double z)
{
    mpfr_t x, f, best;
    int at = 0;
    mpfr_inits2(BITS, x, f, best, (mpfr_ptr)0);
    for (int k = 0; k <= GRID; k++) {
        mpfr_set_d(x, grid_point(r, k), MPFR_RNDN);
        total(r, x, z, f);
        if (k == 0 || mpfr_less_p(f, best) || mpfr_nan_p(best)) {
            mpfr_set(best, f, MPFR_RNDN);
            at = k;
        }
    }
    mpfr_clears(x, f, best, (mpfr_ptr)0);
    return narrow(r, z, grid_point(r, at ? at - 1 : 0), grid_point(r, at < GRID ? at + 1 : GRID));
}

/* The least 1 + g'' that sampling finds; NaN never. */
static double least_curvature(const Random *r)
{
    double best = INFINITY, at = 0;
    for (int k = 1; k < 100 * GRID; k++) {
        double x = r->lo + (r->hi - r->lo) * k / (100 * GRID), c = curvature(r, x);
        if (c < best) {
            best = c;
            at = x;
        }
    }
    double width = (r->hi - r->lo) / (100 * GRID);
    for (int k = -2000; k <= 2000; k++) {
        double x = at + width * k / 1000;
        if (x > r->lo && x < r->hi)
            best = fmin(best, curvature(r, x));
    }
    double ends[] = { r->lo + 1e-12 * (1 + fabs(r->lo)), r->hi - 1e-12 * (1 + fabs(r->hi)), -1e18, 1e18 };
    bool has[] = { r->has_lo, r->has_hi, !r->has_lo, !r->has_hi };
    for (int k = 0; k < 4; k++)
        if (has[k] && !isnan(curvature(r, ends[k])))
            best = fmin(best, curvature(r, ends[k]));
    return best;
}

static bool bends_down(const Random *r)
{
    for (int k = 0; k < r->n; k++) {
        const Term *t = &r->term[k];
        bool inside = (t->kind == THREE_HALVES ? 0 : t->k) > r->lo && (t->kind == THREE_HALVES ? 0 : t->k) < r->hi;
        if (t->kind == ABS && t->c < 0 && inside)
            return true;
    }
    return least_curvature(r) < -1e-9;
}

/* ---- the comparison ---- */

typedef struct Count {
    int accepted, refused, undecided, sharp, bounded;
} Count;

static void compare_phi(const Random *r, const EigCode *phi, const char *text)
{
    for (int k = 0; k < N_INPUTS; k++) {
        double z = k == 0 ? 0 : hundredths(-500, 500), var[EIG_N_VARS] = { [EIG_VAR_Z] = z };
        double got = eig_code_eval(phi, var, NULL), wanted = least(r, z);
        if (fabs(wanted) > FAR - 1)
            continue;
        double c = curvature(r, wanted), scale = c < 1 ? fmax(c, 1e-6) : 1;
        if (!(fabs(got - wanted) <= 1e-12 * (1 + fabs(wanted) + fabs(z)) / scale)) {
            fprintf(stderr, "%s  phi(%g) = %.17g, expected %.17g\n", text, z, got, wanted);
            CHECK(false);
        }
    }
}

static void compare_slope(const Random *r, const SlopeReport *s, const char *text, Count *n)
{
    double sampled = 1 / least_curvature(r);
    if (!s->bounded)
        return;
    n->bounded++;
    double hi = num_to_double_up(s->hi), attained = num_to_double(s->attained);
    if (!(hi >= sampled * (1 - 1e-12)) || !(attained <= hi * (1 + 1e-15))) {
        fprintf(stderr, "%s  slope bound %.17g, attained %.17g, sampled %.17g\n", text, hi, attained, sampled);
        CHECK(false);
    }
    n->sharp += hi <= sampled * (1 + 1e-6);
    if (hi > sampled * (1 + 1e-6) && getenv("VERBOSE"))
        fprintf(stderr, "%s  bound %.17g, attained %.17g, sampled %.17g\n", text, hi, attained, sampled);
}

static void one(const Random *r, Count *n)
{
    Built b;
    const char *text = cost_text(r);
    build(&b, text);
    const Activation *act = b.ok ? &b.m.pops.at[0].act : NULL;
    SlopeReport s = { .proved = b.ok };
    if (act && act->slope_known)
        s = (SlopeReport){ .proved = true, .bounded = true, .hi = act->slope_hi, .attained = act->slope_hi };
    else if (act)
        slope_of_cost_formula(&b.cx, &b.nums, act, &s);
    CHECK(s.proved == (b.cx.diags.n_errors == 0));
    bool nonconvex = bends_down(r);
    if (s.proved && nonconvex) {
        fprintf(stderr, "%s  is not convex, but was accepted\n", text);
        CHECK(false);
    } else if (s.proved) {
        EigCode phi = expr_to_code(&b.cx, act->phi);
        n->accepted++;
        compare_phi(r, &phi, text);
        compare_slope(r, &s, text, n);
    } else if (strcmp(codes(&b), "E0720") == 0) {
        n->refused++;
        if (!nonconvex)
            fprintf(stderr, "%s  is convex, but was refused\n", text);
        CHECK(nonconvex);
    } else {
        n->undecided++;
        if (!nonconvex && getenv("VERBOSE"))
            fprintf(stderr, "%s  %s\n", text, codes(&b));
    }
    built_free(&b);
}

static void random_costs(void)
{
    Count n = { 0 };
    state = 20260307;
    for (int k = 0; k < N_COSTS; k++) {
        Random r = draw();
        one(&r, &n);
    }
    printf("# %d accepted, %d refused, %d undecided; of %d bounds %d within 1e-6 of a sample\n", n.accepted, n.refused,
           n.undecided, n.bounded, n.sharp);
    CHECK(n.accepted >= 200 && n.refused >= 30 && n.undecided <= 20);
    CHECK(n.sharp >= n.bounded * 95 / 100);
}

int main(void)
{
    RUN(random_costs);
    return test_done();
}
