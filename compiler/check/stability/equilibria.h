/* The search for equilibria at the network's own input, and for what makes one unstable.
 * In doubles: what it proposes are statements for the verifier. */
#ifndef COMPILER_CHECK_EQUILIBRIA_H
#define COMPILER_CHECK_EQUILIBRIA_H
#include "compiler/check/stability/local.h"
#include "compiler/check/stability/stability.h"

enum { EQUILIBRIA_MOST = 8, EQUILIBRIA_MOST_ROWS = 200, EQUILIBRIA_FEW_ROWS = 64 };       /* beyond few rows, with few starts */

/* Places where x = psi(w x + v), about, no two of them equal. */
typedef struct Equilibria {
    size_t n, n_rows;
    const double *w;            /* n_rows * n_rows, row by row */
    const double *v;
    double scale;               /* of the rates: the largest of their bounds, and of what the input alone gives; above 0 */
    const struct Hunt *hunt;    /* the activations, for equilibria_slope */
    double at[EQUILIBRIA_MOST][EQUILIBRIA_MOST_ROWS];
} Equilibria;
/* w, of the rows of a claim's matrix. */
double *equilibria_weights(Ctx *cx, const ClaimMatrix *m);
void equilibria_find(const LocalNet *net, const ClaimMatrix *m, Equilibria *out);
/* The network alone, with no places. */
void equilibria_network(const LocalNet *net, const ClaimMatrix *m, Equilibria *out);
/* psi of row a at t, about. */
double equilibria_value(const Equilibria *e, size_t a, double t);
/* The values of psi far out, row by row, where they have come to an end on both sides; false where some have not. */
bool equilibria_settle(const Equilibria *e, double *lo, double *hi);
/* Of the largest number of x; of the rates where that is 0, or no more than what Newton's method leaves of a 0. */
double equilibria_size(const Equilibria *e, const double *x);
/* The slope of psi of row a at t, about. */
double equilibria_slope(const Equilibria *e, size_t a, double t);
/* A slope that psi of row a has somewhere in [from, to], or less than that, about: between points it rises so much. */
double equilibria_steepness(const Equilibria *e, size_t a, double from, double to);
/* What equilibria_find does, at the places that were found with other slopes for the same rows, and otherwise found now; *places becomes what was found. */
void equilibria_find_once(const LocalNet *net, const ClaimMatrix *m, const Equilibria **places, Equilibria *out);
/* The boxes tried so far around one place; starts as {0}. */
typedef struct BoxSearch {
    size_t n_tried;
    const double *slope, *slope_half;       /* middles and halves of bounds of slopes that no radius is enough for; NULL: none known */
    const double *side;         /* of each row: what the radius is multiplied with; NULL: 1 */
} BoxSearch;
/* The next box around x and what proves an equilibrium in it; false when there is none to be tried. */
bool propose_equilibrium(const LocalNet *net, const ClaimMatrix *m, const Equilibria *e, const double *x, BoxSearch *search, Statement *out);

/* One box for each of several matrices and all their means, e being about one of these: wide enough for the equilibria of all. */
bool propose_equilibrium_for_all(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Equilibria *e, const double *x,
                                 Statement *out);
/* A box that goes along with the equilibrium, for several matrices and all their means; e is about a matrix amid them. */
bool propose_moving(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Equilibria *e, const double *x, Statement *out);
/* The facts that a statement "moving-equilibrium" needs, row by row, two numbers each: values of psi at `at`, slopes in the box. */
bool moving_facts(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Statement *s, double *value, double *slope);
/* The facts about row a that a statement "equilibrium" needs, for the means of n matrices: values of psi at the centre, slopes in the
 * box. False: not enclosed. */
bool equilibrium_facts(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Statement *s, size_t a, double value[2],
                       double slope[2]);

/* stability_equilibria.c: adds the equilibrium to the statements, when one is proved in a box around x. */
bool stability_keep_equilibrium(const LocalNet *net, LdsReport *lds, const Equilibria *e, const double *x);
/* Adds those that are proved, and what makes them several, unstable or attracting. */
void stability_add_equilibria(const LocalNet *local, const Net *net, LdsReport *lds, const Equilibria **places);
/* stability_attained.c: a refuted claim about slopes that are attained, row by row, with what stability_add_equilibria adds. False, and nothing
 * to be cleared, where none is found. */
bool stability_claim_attained(Ctx *cx, const Net *net, const SlopeReport *slope, const Equilibria **places, LdsReport *out);
/* That the equilibria which are statements number `first` and `second` are two. */
void propose_several(Ctx *cx, size_t n_rows, size_t first, size_t second, Statement *out);
/* By the statement `attracting` an equilibrium of two neurons attracts; by itself neuron `row` would not stay there. */
void propose_inhibition(Ctx *cx, size_t attracting, size_t row, Statement *out);

/* stability_none.c: adds that there is no equilibrium, of two neurons, when that is proved. */
void stability_seek_none(const LocalNet *net, LdsReport *lds);

/* equilibria_unstable.c: forms of x' = j x, j n * n without eigenvalues of real part 0. */
typedef struct FormParts {
    size_t n_growing;           /* directions in which it grows */
    double *falls, *grows;      /* F, and G, 0 where nothing grows: F - G falls along all trajectories */
    double *direction;          /* in which it grows, if it does; the largest entry is at most 1 */
} FormParts;
bool form_parts(Arena *arena, size_t n, const double *j, FormParts *out);
/* A form as short numbers, scaled; false where it is not finite, or 0. */
bool form_round(size_t n, const double *p, mpq_t *out);
/* A form that falls along all trajectories near the equilibrium `at`, the statement of that number, and is
 * negative somewhere, so that it is unstable; or positive everywhere, so that it attracts. */
bool propose_form(const LocalNet *net, const Equilibria *e, const Statement *at, size_t number, const Num *tau, Statement *out);

/* stability_runaway.c: adds that trajectories run away, when that is proved. */
void stability_seek_runaway(const LocalNet *net, const RowTau *tau, LdsReport *lds);

/* dense.c: b becomes the x with a x = b; false when a, n * n, is singular, about. `a` is destroyed. */
bool dense_solve(size_t n, double *a, double *b);
/* The inverse of a, n * n; false when it is singular, about. `a` is destroyed. */
bool dense_invert(size_t n, double *a, double *out);
#endif
