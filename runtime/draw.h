/* Random numbers by inversion of distribution functions. */
#ifndef RUNTIME_DRAW_H
#define RUNTIME_DRAW_H
#include <stdbool.h>
#include <stddef.h>

typedef enum EigDist {
#define DISTRIBUTION(id, name, first, second, unit_a, unit_b, text) EIG_DIST_##id,
#include "runtime/distribution.def"
#undef DISTRIBUTION
    EIG_N_DISTS
} EigDist;

typedef struct EigDistInfo {
    const char *name;
    const char *param[2];       /* param[1] NULL: there is one */
    bool has_unit[2];           /* the parameter has the unit of the number */
    const char *text;
} EigDistInfo;

/* Up to this shape gamma's quantiles are found to 1e-11 of their size. */
enum { EIG_GAMMA_MOST_SHAPE = 100000000 };

extern const EigDistInfo eig_dist[EIG_N_DISTS];

/* A distribution, maybe cut to [lo, hi]; parameters as in distribution.def, in their domains. */
typedef struct EigDraw {
    EigDist dist;
    double a, b;
    bool is_cut;
    double lo, hi;
} EigDraw;

/* The probability of [lo, hi]: what a cut leaves. */
double eig_draw_mass(const EigDraw *d);
/* lo is above the median, and what is above counts in place of what is below. */
bool eig_draw_is_upper(const EigDraw *d);
/* That of [lo, inf) where lo is above the median, else of (-inf, hi]: what the numbers in [lo, hi] are told apart by. */
double eig_draw_tail(const EigDraw *d);
/* Cuts can be drawn from whose mass is above this part of their tail, and whose tail is above EIG_DRAW_LEAST. */
#define EIG_DRAW_PART 1e-12
#define EIG_DRAW_LEAST 1e-280
/* The number for a uniform u in (0, 1); rises with u. */
double eig_draw_value(const EigDraw *d, double u);
#endif
