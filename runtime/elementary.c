/* runtime/elementary_form.h with numbers, and sines of large angles. */
#include "runtime/elementary.h"

#include "runtime/elementary_number.h"
#include "runtime/elementary_form.h"
#include "runtime/exprel_form.h"

/* 2/pi in whole numbers below 2^48: the sum of c[j] 2^(-48 (j + 1)). */
static const double two_over_pi[] = {
    0x1.45f306dc9c88p47, 0x1.529fc2757d1p44, 0x1.ea69bb81b6c4p47, 0x1.2b3278872082p47, 0x1.fca2c757bd76p47,
    0x1.8ac36e48dc74p47, 0x1.09374b801924p46, 0x1.77504e8c90ep45, 0x1.fc3bd6396252p47, 0x1.4e7dd1046beap47,
    0x1.75da24274cep45, 0x1.c09ad17df904p46, 0x1.cc8eb1cc1a98p45, 0x1.cfa4e422fc58p45, 0x1.7bf250763ffp47,
    0x1.2fffbc0b301ep47, 0x1.de5e2316b414p47, 0x1.b47db4d9fb3cp46, 0x1.3e584dba7a3p45, 0x1.fb34f2ff5168p45,
    0x1.d49eeb1faf94p46, 0x1.e2f67a0e73eep47, 0x1.14a525d4d7f6p47, 0x1.7ec47e35742p46, 0x1.580cc11bf1ecp46,
};


/* ---- angles beyond EIG_SINE_NEAR ---- */

static inline double mod4(double a)
{
    return a - 4 * __builtin_rint(a / 4);
}

/* In quarters of a turn, x 2/pi. Pieces of 2/pi whose products with x are whole
 * multiples of 4 are left out (Payne and Hanek); the five after them carry what
 * any double needs, as none is nearer to a multiple of pi/2 than 2^-62. The
 * first sums, from the small to the large, are exact. */
static inline FORM_TURN far_turn(double x)
{
    enum { PIECES = 5, LAST = 2 * PIECES - 2 };
    int exponent = (int)(bits_of(x) >> 52 & 0x7ff) - 1023, first = exponent < 54 ? 0 : (exponent - 54) / 48;
    double scaled = x * form_two_to(-48.0 * (first + 1)), t[LAST + 1], quarters = 0;
    for (int j = 0; j < PIECES; j++, scaled *= 0x1p-48) {
        double c = two_over_pi[first + j], p = scaled * c;
        t[2 * j] = mod4(p);
        if (j < PIECES - 1)
            t[2 * j + 1] = mod4(__builtin_fma(scaled, c, -p));
    }
    for (int pass = 0; pass < 2; pass++) {
        for (int j = LAST; j-- > 0;) {
            FORM_PAIR s = form_sum(t[j], t[j + 1]);
            t[j] = s.hi;
            t[j + 1] = s.lo;
        }
        double k = __builtin_rint(t[0]);
        t[0] -= k;
        quarters += k;
    }
    const double pi_hi = 0x1.921fb54442d18p0, pi_lo = 0x1.1a62633145c07p-54;
    double hi = t[0] * pi_hi, lost = __builtin_fma(t[0], pi_hi, -hi), lo = t[1] + t[2];
    return (FORM_TURN){ bits_of(quarters + FORM_SHIFT), hi, lost + __builtin_fma(t[0], pi_lo, lo * pi_hi) };
}

static inline double sine(double x, int ahead)
{
    if (fabs(x) < EIG_SINE_NEAR)
        return ahead ? form_cos(x) : form_sin(x);
    return form_sine_of(fabs(x) < (double)INFINITY ? far_turn(x) : (FORM_TURN){ 0, NAN, NAN }, ahead);
}

/* ---- each function, with and without the instruction ---- */

static inline double value_exp(double x) { return form_exp(x); }
static inline double value_expm1(double x) { return form_expm1(x); }
static inline double value_exprel(double x) { return form_exprel(x); }
static inline double value_tanh(double x) { return form_tanh(x); }
static inline double value_log(double x) { return form_log(x); }
static inline double value_log1p(double x) { return form_log1p(x); }
static inline double value_sin(double x) { return sine(x, 0); }
static inline double value_cos(double x) { return sine(x, 1); }

static inline double value_logistic(double a, double rest) { return form_logistic(1, a, rest); }
static inline double value_lifted_logistic(double a, double rest) { return form_logistic(EIG_LOGISTIC_LIFT, a, rest); }

#ifdef ELEMENTARY_BY_MACHINE
#define ELEMENTARY2(name) \
    ELEMENTARY_FUSED static double fused_##name(double a, double b) { return value_##name(a, b); } \
    ELEMENTARY_PLAIN static double plain_##name(double a, double b) { return value_##name(a, b); } \
    double eig_##name(double a, double b) { return ELEMENTARY_BY_MACHINE(fused_##name(a, b), plain_##name(a, b)); }
#define ELEMENTARY(name, units) \
    ELEMENTARY_FUSED static double fused_##name(double x) { return value_##name(x); } \
    ELEMENTARY_PLAIN static double plain_##name(double x) { return value_##name(x); } \
    double eig_##name(double x) { return ELEMENTARY_BY_MACHINE(fused_##name(x), plain_##name(x)); }
#else
#define ELEMENTARY2(name) double eig_##name(double a, double b) { return value_##name(a, b); }
#define ELEMENTARY(name, units) double eig_##name(double x) { return value_##name(x); }
#endif
EIG_ELEMENTARY_FUNCTIONS
ELEMENTARY2(logistic)
ELEMENTARY2(lifted_logistic)
#undef ELEMENTARY
#undef ELEMENTARY2
