/* Activation costs in the one form that the catalogue's closed proxes have:
 *
 *   g(x) = smooth(x) + tilt x + lambda |x| + a x^2/2   on [lo, hi],
 *
 * a = a_neg for x < 0 and a_pos for x > 0. Without a smooth part
 *
 *   prox_g(s) = clip(soft(s - tilt, lambda)/(1 + a_side), lo, hi)
 *
 * (docs/theory.md, catalogue of costs). A smooth part can be tilted and put on
 * an interval; lambda is a tilt where x has one sign, and goes in front of a
 * prox with prox(0) = 0; a quadratic goes with those smooth parts that have a
 * strength (cost_smooth.c). */
#ifndef COMPILER_MODEL_COST_COST_H
#define COMPILER_MODEL_COST_COST_H
#include "compiler/expr/jump.h"
#include "compiler/model/cost/cost_write.h"

/* Smooth parts and their parameters, in the order of Cost.p. */
typedef enum Smooth {
    SMOOTH_NONE,
    SMOOTH_ENTROPY,             /* T, r: T (x ln(x/r) + (r - x) ln((r - x)/r)) on [0, r] */
    SMOOTH_TANH,
    SMOOTH_ARCTAN,
    SMOOTH_SOFTSIGN,
    SMOOTH_ALGEBRAIC,
    SMOOTH_PROBIT,              /* sigma */
    SMOOTH_ELU,                 /* a */
    SMOOTH_SOFTPLUS,            /* T */
    SMOOTH_LOG_BARRIER,         /* m */
    SMOOTH_BOLTZMANN,           /* T */
    SMOOTH_THREE_HALVES,        /* lambda */
    SMOOTH_CUBIC,               /* lambda */
    SMOOTH_POWER,               /* k, p */
    SMOOTH_NAKA_RUSHTON,        /* r, sigma, n */
    N_SMOOTHS
} Smooth;

enum { COST_MAX_PARAMS = 3 };

struct Cost {
    Span span;
    const char *text;           /* as written */
    Num lo, hi;                 /* NULL: unbounded */
    Num lambda, tilt, a_neg, a_pos;
    Smooth smooth;
    Span smooth_span, quadratic_span, lambda_span;      /* the last such term */
    Num p[COST_MAX_PARAMS];     /* of the smooth part */
    Num shift;                  /* everything here is of x - shift; NULL: of x */
    bool is_mirrored;           /* cost_match.c: everything here is of -x */
    bool is_in_shift;           /* while it is read: inside of shift(...) */
    bool may_jump;              /* it has a hard selector: 1 + a = 0 is what was meant */
    VEC(UnitFact) places;       /* parameters in the unit of the rate */
};

/* A prox and its derivative with respect to z. */
typedef struct Prox {
    const Expr *value, *slope;
} Prox;

/* ---- cost_read.c ---- */
/* Catalogue entries by name, with their parameters read. */
typedef enum CostId {
#define COST(id, name, parameters, unit, text) COST_##id,
#define ALIAS(name, id)
#include "compiler/model/cost/cost.def"
#undef COST
#undef ALIAS
    N_COSTS
} CostId;

typedef struct CostArgs {
    Num value[COST_MAX_PARAMS]; /* NULL: an infinite bound */
    Typed given[COST_MAX_PARAMS];       /* the value as it was written */
    Span span[COST_MAX_PARAMS];
} CostArgs;

/* inf (1) and -inf (-1) as bounds; 0 for what is neither. */
int infinite_bound(const AstExpr *e);
/* The CostId of a name, or -1. */
int cost_find(const char *name);
/* Reads `name` or `name(arguments)`; the units of parameters go to c->places.
 * False after a diagnostic. */
bool cost_read_call(Builder *b, Cost *c, const AstExpr *e, CostId *id, CostArgs *out);

/* ---- cost_close.c ---- */
/* A sum that has a closed prox: lambda folded into the tilt where it can be.
 * E0702, E0401 and false otherwise. */
bool cost_close(Builder *b, Cost *c);
/* `factor` times a closed cost, when that has a closed prox: not every smooth cost has multiples, and x^2/2 plus the
 * multiple may not be convex. */
bool cost_multiple(Builder *b, const Cost *c, Num factor, Cost *out);
/* +1 or -1 where x cannot have the other sign, 0 where it can have both. */
int cost_sign(const Cost *c);
/* Linear on an interval with two ends, so that its prox is a clip. */
bool cost_is_box(const Cost *c);
/* Its prox is a step from lo to hi, of every value between them at the step. */
bool cost_jumps(const Cost *c);

/* ---- cost_match.c ---- */
/* A cost by formula that is a smooth cost of the catalogue on an interval, as a closed cost. */
bool cost_match(Builder *b, const CostFormula *f, Cost *out);
/* cost_activation() of such a one, or of a multiple of it. */
void cost_match_activation(Builder *b, const Cost *c, Num gain, Num threshold, Activation *out);

/* ---- cost_pieces.c ---- */
/* The activation of a cost by formula that is a parabola between any two of at most 7 rational kinks, but for its
 * text; false: it is none, or x^2/2 plus the cost is not convex. */
bool cost_pieces_activation(Builder *b, const CostFormula *f, Num gain, Num threshold, Activation *out);

/* ---- cost_formula.c ---- */
/* E0720: it jumps inside its domain. */
void cost_report_jump(Ctx *cx, const Jump *jump, Span at);

/* ---- cost_smooth.c, and cost_root.c for it ---- */
/* The parameter that a factor multiplies, or -1: a multiple, or a sum with a
 * quadratic, has no closed prox. */
int smooth_strength(Smooth smooth);
/* x >= 0 throughout; prox(0) = 0. */
bool smooth_is_one_sided(Smooth smooth);
bool smooth_fixes_zero(Smooth smooth);
/* The prox has all derivatives everywhere. */
bool smooth_is_analytic(Smooth smooth);
/* The open interval of its values; NULL: unbounded. */
void smooth_range(Builder *b, const Cost *c, Num *lo, Num *hi);
/* phi(z) = prox_g(gain (z - threshold)) before the clip, and its derivative. */
Prox smooth_prox(const Writer *w, const Cost *c, Num gain, Num threshold);

/* ---- cost_slope.c ---- */
/* The largest slope of the prox within the clip as hi, and a slope that is
 * reached or approached. Both NULL when there is no largest, or with true when it
 * is beyond the doubles, in which it is enclosed. */
bool smooth_slope(const Writer *w, const Cost *c, Num *hi, Num *attained);
#endif
