/* Sums of terms c y^power exp(rate y) for y in [from, infinity) or a part of that, the ones that grow faster first, and a rest.
 *
 * Where the leading terms of a sum cancel, what comes after them is still there: 1 - 1/(1 + exp(-y)) is exp(-y) - exp(-2 y) and so on. A
 * coefficient is q exp(shift) with exact q and shift as long as it can be, so that what cancels does so to nothing; else it is some number
 * in an interval. Terms differentiate by themselves. Of what is left over the value and two derivatives are enclosed, each as an interval
 * times a power and an exponential. */
#ifndef COMPILER_CHECK_TERMS_H
#define COMPILER_CHECK_TERMS_H
#include "compiler/check/slope/jet/jet_walk.h"

enum { TERMS_MOST = 10 };

typedef struct FarTerm {
    mpfi_t c;                   /* encloses the coefficient */
    Num exact, shift;           /* which is exact exp(shift) pi^pis; exact NULL: some number in c. shift NULL: 0 */
    int pis;
    Num power, rate;            /* NULL: 0 */
} FarTerm;

typedef struct Terms {
    size_t n;
    FarTerm term[TERMS_MOST];   /* no coefficient has 0 in it */
    Num logs;                   /* so many log(y) more; NULL: 0 */
    Scaled rest[3];             /* the rest and its first and second derivatives by y */
} Terms;

void terms_init(Terms *x);
void terms_clear(Terms *x);
void terms_set(Terms *to, const Terms *from);
void terms_zero(Terms *x);
void terms_const(const JetDomain *d, Num value, Terms *out);
/* side y */
void terms_variable(const JetDomain *d, Terms *out);
/* What is known of a value and its derivatives by y, all of it the rest. */
void terms_rest(const Scaled v[3], Terms *out);

/* The result is none of the arguments. */
void terms_add(const JetDomain *d, const Terms *a, const Terms *b, Terms *out);
void terms_mul(const JetDomain *d, const Terms *a, const Terms *b, Terms *out);
void terms_times(const JetDomain *d, const Terms *a, const FarTerm *by, Terms *out);
void terms_scale(const JetDomain *d, const Terms *a, Num by, Terms *out);
/* In place: c y^power exp(rate y) more. */
void terms_add_term(const JetDomain *d, Terms *x, const FarTerm *t);

/* ... with logs among the rest. */
void terms_without_logs(const JetDomain *d, const Terms *a, Terms *out);
/* The value and its derivatives by y. */
void terms_jet(const JetDomain *d, const Terms *a, Scaled v[3]);
/* What the first derivative goes to as y grows without bound, perhaps infinite; false where that is not seen. */
bool terms_limit(const JetDomain *d, const Terms *a, mpfi_t limit);
/* 1: above 0 on all of the domain, -1: below; 0: neither is seen. */
int terms_sign(const JetDomain *d, const Terms *a);
bool terms_is_zero(const Terms *a);

/* ---- what the files share: terms, and triples of a value and its first two derivatives by y ---- */
void term_init(FarTerm *t);
void term_clear(FarTerm *t);
/* c, where exact, shift and pis were written. */
void term_enclose(FarTerm *t);
/* Its coefficient is not worth to be kept exact. */
bool term_is_long(Num exact, long pis);
/* exact exp(shift) y^power exp(rate y), without pi. */
void term_exact(FarTerm *t, Num exact, Num shift, Num power, Num rate);

void term_multiply(const JetDomain *d, const FarTerm *a, const FarTerm *b, FarTerm *out);
void term_jet(const JetDomain *d, const FarTerm *t, Scaled v[3]);
void triple_init(Scaled v[3]);
void triple_clear(Scaled v[3]);
void triple_add(const JetDomain *d, Scaled v[3], const Scaled by[3]);
/* 1, -1 or 0: y^power exp(rate y) grows, goes to 0, or is 1. */
int terms_growth(Num power, Num rate);

/* ---- terms_power.c: false where nothing is known so ---- */
enum { TERMS_ORDER = 5 };

/* f(u) = f[0] + f[1] u + ...: from TERMS_ORDER on coefficient TERMS_ORDER + k is at most most ratio^k in size. */
typedef struct TermsTaylor {
    Num f[TERMS_ORDER];
    Num most, ratio;
} TermsTaylor;

bool terms_taylor(const JetDomain *d, const TermsTaylor *f, const Terms *u, Terms *out);
/* a = lead (1 + u), *lead all that grows as the first term does; it is away from 0. */
bool terms_apart(const JetDomain *d, const Terms *a, FarTerm *lead, Terms *u);
/* a^k; for k that is no whole number a is proved to be above 0. */
bool terms_power(const JetDomain *d, const Terms *a, Num k, Terms *out);
bool terms_divide(const JetDomain *d, const Terms *a, const Terms *b, Terms *out);

/* ---- terms_function.c: so too ---- */
bool terms_exp(const JetDomain *d, const Terms *a, Terms *out);
bool terms_log(const JetDomain *d, const Terms *a, Terms *out);
/* Of an a that is small or grows. */
bool terms_atan(const JetDomain *d, const Terms *a, Terms *out);
/* fn of a by its jet: all of it is rest. */
bool terms_by_jet(const JetDomain *d, EigFn fn, const Terms *a, Terms *out);
#endif
