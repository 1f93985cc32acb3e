/* Branch and bound on the slope of a formula over the whole line; what the files of slope_formula.c share. */
#ifndef COMPILER_CHECK_SLOPE_SEARCH_H
#define COMPILER_CHECK_SLOPE_SEARCH_H
#include "compiler/check/slope/branch.h"
#include "compiler/check/slope/slope_origin.h"

enum { SLOPE_MAX_STACK = 4096, SLOPE_N_POINTS = 256, SLOPE_N_COLLECTED = 16, SLOPE_N_ROOTS = 4 };

/* So much above a slope that is attained a bound may be. */
#define SLOPE_SHARPNESS 1e-7

/* phi on [lo, hi], infinite outwards in a tail. */
typedef struct SlopePiece {
    double lo, hi;
    const Expr *phi;            /* equal to the activation there: every abs, min and max that is known to take one side has given way */
    bool is_open;               /* it has an abs, min or max */
} SlopePiece;

typedef enum SlopeVerdict { SLOPE_SEARCHING, SLOPE_PROVED, SLOPE_DECREASES, SLOPE_JUMPS, SLOPE_OUTSIDE, SLOPE_UNPROVED } SlopeVerdict;

typedef struct SlopePoint {
    const Expr *of;             /* NULL: none yet */
    double z;
    JetResult there;
} SlopePoint;

/* What is worth trying: where the pieces become many, derivatives in factors, if they are shorter so; where one cannot be split
 * further, any. */
typedef enum SlopeEffort { SLOPE_EASY, SLOPE_LONG, SLOPE_STUCK } SlopeEffort;

/* Another way to write a slope. */
typedef struct SlopeForm {
    const Expr *slope;          /* NULL: there is none that says more */
    const Expr *curve;          /* the derivative of that, written so too; NULL: there is none */
    bool vanishes[2];           /* the slope goes to 0 towards -infinity, infinity */
    bool is_looked_at[2];       /* ... so far as that is known */
} SlopeForm;

typedef enum SlopeForms { SLOPE_COLLECTED, SLOPE_FACTORED, SLOPE_FACTORED_TERMS, SLOPE_N_FORMS } SlopeForms;

/* What roots are taken of. */
typedef struct SlopeRoots {
    const Expr *root[SLOPE_N_ROOTS];
    size_t n;
} SlopeRoots;

typedef struct SlopeCollected {
    const Expr *of;             /* NULL: none yet */
    SlopeForm form[SLOPE_N_FORMS];
    SlopeEffort tried;          /* so far, to take them in factors */
    SlopeRoots roots;           /* those in factors hold where these are above 0 */
} SlopeCollected;

/* The derivative of `of`, for the third one. */
typedef struct SlopeBend {
    const Expr *of, *slope;     /* NULL: none yet; there is none */
    SlopeRoots roots;           /* it holds where these are above 0 */
} SlopeBend;

typedef struct SlopeSearch {
    const Expr *phi;            /* in standard form: the activation is factor * phi(z - place) */
    Num factor, place;
    Ctx *cx;
    NumPool scratch;            /* its work is that of the search */
    SlopePiece stack[SLOPE_MAX_STACK];
    size_t n, n_done;
    double attained;            /* some slope is at least this, or comes as near to it as one likes */
    double steepest;            /* where that of the samples was */
    double bound;               /* no slope of the pieces done is larger */
    bool has_origins;
    Origins origins;
    SlopeVerdict verdict;
    double at, beside;          /* where it was decided */
    const char *function;
    size_t n_left;              /* pieces of which nothing is proved; the first of them is near here, and has this trouble in a function */
    double unproved;
    JetTrouble trouble;
    const char *difficulty;
    bool is_spent;              /* all that is left is left for the work that it would take: the piece [spent_lo, spent_hi], and n_more */
    double spent_lo, spent_hi;
    size_t n_more;
    size_t terms_work, lost_work, n_lost;   /* of sums of terms (terms.h): the last time; all that said nothing, and how often */
    JetResult whole, left, right, middle, scaled, side, sides;
    Branches branches;
    SlopePoint point[SLOPE_N_POINTS];   /* the last ones looked at */
    SlopeCollected collected[SLOPE_N_COLLECTED];
    size_t n_collected;
    SlopeBend bend[SLOPE_N_COLLECTED];
    size_t n_bends;
    SlopeEffort effort;
} SlopeSearch;

/* ---- slope_piece.c: what is known of one piece ---- */
bool slope_is_tail(const SlopePiece *p);
/* A point inside; of a tail its finite end. */
double slope_middle_of(const SlopePiece *p);
double slope_upper(mpfi_srcptr x);
double slope_lower(mpfi_srcptr x);
/* Of e, at one place. Pieces have their ends in common, and those of halves were middles. */
void slope_evaluate_at(SlopeSearch *s, const Expr *e, double z, JetResult *out);
/* Encloses phi on p in s->whole, with the help of s->middle; where that says little, also by the forms that cost more, when
 * `thorough`. May narrow p->phi. */
void slope_evaluate(SlopeSearch *s, SlopePiece *p, bool thorough);

/* ---- slope_analytic.c ---- */
/* e is analytic wherever it has values; its roots, and powers that are no whole numbers, where what they are taken of is above 0:
 * that is added to *roots. NULL: there are to be none. */
bool slope_is_analytic(const Expr *e, SlopeRoots *roots);
/* These are above 0 on p but for its ends: what is enclosed there inside holds by continuity for a phi that has no trouble on p.
 * Overwrites s->side. */
bool slope_has_roots(SlopeSearch *s, const SlopePiece *p, const SlopeRoots *r);
/* e, its slope and its curvature are enclosed on p, in s->side. */
bool slope_is_enclosed(SlopeSearch *s, const SlopePiece *p, const Expr *e);

/* ---- slope_bend.c ---- */
/* Narrows the curvature in *whole, of p, where it has no sign. Overwrites s->side and s->middle. */
void slope_narrow_curvature(SlopeSearch *s, const SlopePiece *p, JetResult *whole);
/* About the third derivative at z; 0 where it is not found. */
double slope_third_at(SlopeSearch *s, double z);

/* ---- slope_collect.c ---- */
/* Narrows *whole, of p, by the derivative of p->phi in which like terms are added up, or which is factored. Overwrites s->side. */
void slope_narrow_by_collected(SlopeSearch *s, const SlopePiece *p, JetResult *whole);

/* ---- slope_search.c ---- */
/* From s->phi to s->verdict. */
void slope_search(SlopeSearch *s);
#endif
