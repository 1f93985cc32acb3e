/* Activations of named costs, built from text, and what is drawn for them; compared with cost_reference.h. */
#ifndef TESTS_NUMERIC_COST_SUBJECT_H
#define TESTS_NUMERIC_COST_SUBJECT_H
#include <float.h>
#include <stdint.h>

#include "compiler/code/code.h"
#include "tests/numeric/cost_reference.h"
#include "tests/unit/model_text.h"

enum { ULPS = 4 };

/* ---- random numbers ---- */

static uint64_t random_state = 20240229;

static inline uint64_t draw(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

/* A multiple of 1/64 in [from, to]: exact as a double and short as a decimal. */
static inline double dyadic(double from, double to)
{
    double n = floor((to - from) * 64);
    return from + (double)(draw() % ((uint64_t)n + 1)) / 64;
}

static inline double uniform(double from, double to)
{
    return from + (to - from) * (double)(draw() >> 11) * 0x1p-53;
}

/* Every exponent, or the part of the line where things happen. */
static inline double point(int k)
{
    static const double special[] = { 0.0, -0.0, DBL_TRUE_MIN, -DBL_TRUE_MIN, DBL_MIN, -DBL_MIN, DBL_MAX, -DBL_MAX, 1, -1,
                                      DBL_EPSILON, -DBL_EPSILON, 1e308, -1e308, 709.78, -745.13, -38.4, 1e16, -1e16 };
    if (k < (int)(sizeof special / sizeof *special))
        return special[k];
    uint64_t bits = draw();
    double any;
    memcpy(&any, &bits, sizeof any);
    switch (k % 4) {
    case 0: return isfinite(any) ? any : 1;
    case 1: return uniform(-8, 8);
    case 2: return uniform(-760, 760);
    default: return ldexp(uniform(-1, 1), (int)(draw() % 80) - 60);
    }
}

/* ---- the activation under test ---- */

typedef struct Subject {
    Built built;
    const Activation *act;
    EigCode phi, slope;
    const CostReference *cost;
    double p[REFERENCE_PARAMS];
    mpfr_t exact[REFERENCE_PARAMS];     /* of the parameters, where they are no doubles too */
} Subject;

static inline void subject_free(Subject *s)
{
    for (int k = 0; k < REFERENCE_PARAMS; k++)
        mpfr_clear(s->exact[k]);
    built_free(&s->built);
}

/* cost(parameters) `more` */
static inline bool subject_init(Subject *s, const CostReference *cost, const double *p, const char *more)
{
    char text[6000];
    int n = snprintf(text, sizeof text, "population E excitatory { tau = 1; cost = %s", cost->name);
    for (int k = 0; k < cost->n_params; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%.800g", k ? ", " : "(", p[k]);
    snprintf(text + n, sizeof text - (size_t)n, "%s%s }\n", cost->n_params ? ")" : "", more);
    build_good(&s->built, text);
    s->cost = cost;
    for (int k = 0; k < REFERENCE_PARAMS; k++) {
        mpfr_init2(s->exact[k], REFERENCE_BITS);
        mpfr_set_d(s->exact[k], p[k], MPFR_RNDN);
    }
    memcpy(s->p, p, sizeof s->p);
    if (!s->built.ok) {
        subject_free(s);
        return false;
    }
    s->act = &s->built.m.pops.at[0].act;
    s->phi = expr_to_code(&s->built.cx, activation_computed(s->act));
    const Expr *slope = s->act->computed_slope ? s->act->computed_slope : s->act->slope;
    s->slope = slope ? expr_to_code(&s->built.cx, slope) : (EigCode){ 0 };
    return true;
}

static inline double at(const EigCode *code, double z)
{
    double var[EIG_N_VARS] = { 0 };
    var[EIG_VAR_Z] = z;
    return eig_code_eval(code, var, NULL);
}

static inline double step_ulps(double x, int n, double towards)
{
    for (int k = 0; k < n; k++)
        x = nextafter(x, towards);
    return x;
}

/* ---- values: 4 ulp below and above, the inverse is below and above the input ---- */

static inline double range_top(const Subject *t)
{
    return t->cost->p0_is_range ? t->p[0] : t->cost->hi;
}

/* The sign of inverse(x) - (s + slack), or of x - phi(s + slack). */
static inline int compare(const Subject *t, double x, double s, double slack)
{
    if (x <= (strcmp(t->cost->name, "elu") == 0 ? -t->p[0] : t->cost->lo))
        return -1;
    if (x >= range_top(t))
        return 1;
    mpfr_t y, a, b;
    mpfr_inits2(REFERENCE_BITS, y, a, b, (mpfr_ptr)0);
    mpfr_set_d(a, x, MPFR_RNDN);
    mpfr_set_d(b, s, MPFR_RNDN);
    mpfr_add_d(b, b, slack, MPFR_RNDN);
    int sign;
    if (t->cost->inverse) {
        t->cost->inverse(y, a, t->exact);
        sign = mpfr_cmp(y, b);
    } else {
        t->cost->value(y, b, t->exact);
        sign = mpfr_cmp(a, y);
    }
    mpfr_clears(y, a, b, (mpfr_ptr)0);
    return sign;
}

/* Is x within 4 ulp of phi at an input within `slack` of s? */
static inline bool value_is_near(const Subject *t, double x, double s, double slack)
{
    return !isnan(x) && compare(t, step_ulps(x, ULPS, -INFINITY), s, slack) <= 0 && compare(t, step_ulps(x, ULPS, INFINITY), s, -slack) >= 0;
}
#endif
