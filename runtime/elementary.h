/* Elementary functions of eigc's own: the same bits on every machine, in the
 * reference and in generated code of any vector width, for every double, the
 * subnormal ones, infinities and NaNs too. Each is off by less than as many
 * units in the last place (of the exact value) as its row says; measured
 * against MPFR by tests/numeric/test_elementary.c. */
#ifndef RUNTIME_ELEMENTARY_H
#define RUNTIME_ELEMENTARY_H

/* ELEMENTARY(name, units) */
#define EIG_ELEMENTARY_FUNCTIONS \
    ELEMENTARY(exp, 0.75) \
    ELEMENTARY(expm1, 1.75) \
    ELEMENTARY(exprel, 2.5) \
    ELEMENTARY(tanh, 2.5) \
    ELEMENTARY(log, 0.9) \
    ELEMENTARY(log1p, 0.9) \
    ELEMENTARY(sin, 0.85) \
    ELEMENTARY(cos, 0.85)

#define ELEMENTARY(name, units) double eig_##name(double x);
EIG_ELEMENTARY_FUNCTIONS
#undef ELEMENTARY

/* 1/(1 + exp(-(a + rest))), off by less than EIG_LOGISTIC_UNITS; a rest of 1 or more in size counts as none. */
#define EIG_LOGISTIC_UNITS 3
double eig_logistic(double a, double rest);
/* 2^128 times that, of which nothing is below the doubles down to exp(-800). */
#define EIG_LOGISTIC_LIFT 0x1p128
double eig_lifted_logistic(double a, double rest);

/* sin and cos of smaller angles are straight lines too; beyond, pi has to be known to more than a thousand bits. */
#define EIG_SINE_NEAR 0x1p20
#endif
