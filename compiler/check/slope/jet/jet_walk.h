/* What the files of jet.c share: a jet under construction, and the walk that makes it. */
#ifndef COMPILER_CHECK_JET_WALK_H
#define COMPILER_CHECK_JET_WALK_H
#include "compiler/check/slope/jet/jet.h"
#include "compiler/check/slope/jet/scaled.h"

typedef struct Jet {
    Scaled v[3];                /* value, slope, curvature */
    bool is_affine;             /* exactly offset + rate * y: then exp has an exact rate */
    Num offset, rate;           /* NULL: 0 */
} Jet;

/* What was found of a subexpression, with the trouble that lies in it. */
typedef struct JetSeen {
    Jet *jet;
    JetTrouble trouble;
    const char *function;
} JetSeen;

typedef struct SeenChunk SeenChunk;
typedef struct SeenPlace SeenPlace;
typedef struct SeenTable {
    SeenPlace *place;
    size_t n, n_places;         /* a power of two */
    SeenChunk *top;             /* the jets */
} SeenTable;

typedef struct Walk {
    const JetDomain *at;
    JetTrouble trouble;         /* of what is being walked */
    const char *function;
    int depth;
    SeenTable *seen;
    bool log_by_power;          /* scaled_log() */
} Walk;

/* ---- jet_seen.c ---- */
/* NULL: e, the very same, has not been seen. */
const JetSeen *seen_find(const SeenTable *t, const Expr *e);
/* e, which has not been seen; the jet is to be written. */
JetSeen *seen_add(SeenTable *t, const Expr *e);
void seen_clear(SeenTable *t);

/* ---- jet.c ---- */
/* The jet of e, which lasts as long as the walk. */
const Jet *jet_of(Walk *w, const Expr *e);

/* ---- jet_algebra.c: sums, products, quotients, composition ---- */
void jet_init(Jet *j);
void jet_clear(Jet *j);
void jet_trouble(Walk *w, JetTrouble t, const char *function);      /* which is kept: jet.h */
/* JET_OUTSIDE where all of the interval is outside the function's domain, JET_EDGE where not all of it is seen to be inside. */
void jet_domain(Walk *w, bool inside, bool outside, const char *function);
void jet_const(Walk *w, Num x, Jet *out);
/* 0, which exact numbers lose in a sum or a product. */
void jet_lost(Walk *w, Jet *out);
void jet_same(const Jet *a, Jet *out);
void jet_variable(Walk *w, Jet *out);
void jet_add(Walk *w, const Jet *a, const Jet *b, Jet *out);
void jet_neg(Walk *w, const Jet *a, Jet *out);
void jet_sub(Walk *w, const Jet *a, const Jet *b, Jet *out);
void jet_mul(Walk *w, const Jet *a, const Jet *b, Jet *out);
void jet_divide(Walk *w, const Jet *a, const Jet *b, Jet *out);
/* out = g(a) from g, g', g'' at a. */
void jet_compose(Walk *w, const Jet *a, Scaled g[3], Jet *out);

/* ---- jet_quotient.c ---- */
/* *out, the quotient e = a/b, narrowed where both are lines in the same u. */
void jet_over_line(Walk *w, const Expr *e, const Jet *b, Jet *out);
/* *out, the quotient e = a/b, narrowed where a is a product of anything and a line in the same u as the line b. */
void jet_product_over_line(Walk *w, const Expr *e, const Jet *b, Jet *out);
/* Slope and curvature of the quotient e = a/b, *out, narrowed where a is a square polynomial in u and b a line in u. */
void jet_square_over_line(Walk *w, const Expr *e, const Jet *b, Jet *out);
/* Slope and curvature of the quotient e = a/b, *out, narrowed far out where both are polynomials in the same u. */
void jet_over_polynomial(Walk *w, const Expr *e, const Jet *b, Jet *out);
/* The slope of the quotient e = a/b, *out, narrowed where a is a line and b a power of a line in the same u. */
void jet_over_power(Walk *w, const Expr *e, const Jet *b, Jet *out);

/* ---- jet_root.c ---- */
/* Slope and curvature of the quotient e = a/b, *out, where they are known better: b the root of a square polynomial in a. */
void jet_over_root(Walk *w, const Expr *e, const Jet *a, const Jet *b, Jet *out);
/* The slope of the root e, *out, narrowed far out where it is that of a square polynomial in z. */
void jet_root_slope(Walk *w, const Expr *e, Jet *out);
/* The value of e, a sum or a difference, *out, narrowed where it is a number and a line over a root that comes near that. */
void jet_complement_root(Walk *w, const Expr *e, Jet *out);
/* The value of e, a sum or a difference of a and b, *out, narrowed where one is a line and the other a root of a square polynomial in it. */
void jet_beside_root(Walk *w, const Expr *e, const Jet *a, const Jet *b, Jet *out);

/* ---- jet_function.c: functions that are smooth inside their domain ---- */
void jet_one_argument(Walk *w, EigFn fn, const Jet *a, Jet *out);
void jet_power(Walk *w, const Jet *a, const Jet *b, const Expr *exponent, Jet *out);
void jet_root(Walk *w, EigFn fn, const Jet *a, const Jet *b, const Expr *parameter, Jet *out);

/* ---- jet_exprel.c ---- */
/* The n-th derivative of exprel at a; exprel itself for n = 0. At most NUM_MOST_MOMENT - 2. */
void jet_moment(Walk *w, unsigned n, const Jet *a, Jet *out);
/* The mean of t^n for t from 0 to 1 with the weight exp(a t), for a constant n. */
void jet_mean(Walk *w, const Jet *a, const Expr *n, Jet *out);
/* Slope and curvature of e = log(exprel(u)), *out: the slope is that mean of t. */
void jet_log_exprel(Walk *w, const Expr *e, Jet *out);
/* *out, the quotient e of n by what may be a multiple of exprel, narrowed where it is one. */
void jet_over_exprel(Walk *w, const Expr *e, const Jet *n, Jet *out);

/* ---- jet_vanish.c: functions that go to 0 ---- */
/* The value of fn at a, narrowed in a tail where both go to 0. */
void jet_vanish(Walk *w, EigFn fn, const Scaled *a, Scaled *value);
/* log(1 + exp(a)); false where nothing is known of it that a sum and a logarithm do not know. */
bool jet_softplus(Walk *w, const Jet *a, Jet *out);

/* ---- jet_mills.c: the normal density over its integral ---- */
/* u, where e is log(normcdf(u)), *order 0, or normpdf(u)/normcdf(u), *order 1; else NULL. */
const Expr *jet_mills_argument(NumPool *nums, const Expr *e, int *order);
/* That, of a = u; false where nothing is known of it that its parts do not know. */
bool jet_mills(Walk *w, const Jet *a, int order, Jet *out);

/* ---- jet_softclip.c ---- */
/* *out, of log(1 + exp(u)) - log(1 + exp(v)), narrowed where u and v are straight and apart by a constant. */
void jet_softclip(Walk *w, const Expr *u, const Expr *v, Jet *out);

/* ---- jet_apart.c ---- */
/* The value of e, a sum or a difference, *out, narrowed where it is the difference of one function at two parallel lines. */
void jet_apart(Walk *w, const Expr *e, Jet *out);
/* All of e, a sum or a difference, *out, narrowed where it is the difference of roots of square polynomials that are apart by a step in z.
 * jet_apart_root.c */
void jet_apart_roots(Walk *w, const Expr *e, Jet *out);

/* ---- jet_far.c: functions far out ---- */
/* exp(-t), in a tail where it outweighs all powers; false where t is not like that. */
bool jet_decays(Walk *w, const Scaled *t, Scaled *out);
/* Value, slope and curvature of a function of runtime/special.h where its argument grows without bound; false elsewhere.
 * b: its constant second argument, or NULL. */
bool jet_far(Walk *w, EigFn fn, const Jet *a, Num b, Scaled g[3]);
/* 1 - tanh(u)^2, in a tail where u does not change its sign. */
void jet_steepness(Walk *w, const Jet *u, Jet *out);
/* The difference e = 1 - f, *out, where f comes near 1 in a tail and what is left is known better. */
void jet_complement(Walk *w, const Expr *e, Jet *out);

/* ---- jet_kink.c: functions of pieces ---- */
void jet_max(Walk *w, const Jet *a, const Jet *b, bool is_max, Jet *out);
void jet_abs(Walk *w, const Jet *a, Jet *out);
void jet_constant_pieces(Walk *w, const Scaled *a, const char *name, bool is_floor, Jet *out);
void jet_pulse(Walk *w, const Jet *a, const Jet *b, Jet *out);
void jet_ramp(Walk *w, const Jet *a, const Jet *b, Jet *out);
#endif
