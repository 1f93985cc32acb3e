/* Krawczyk's map in doubles: shows which boxes are worth exact numbers. For x = psi(w x + v), psi being within value -+ value_half
 * at the centre x of the box and its slopes within slope -+ slope_half in it. */
#ifndef COMPILER_CHECK_KRAWCZYK_H
#define COMPILER_CHECK_KRAWCZYK_H
#include "compiler/check/stability/equilibria.h"

typedef struct KrawczykBox {
    size_t n;
    double *x, *radius;
    double *value, *value_half;
    double *slope, *slope_half;
    double *y;                  /* n * n, about the inverse of I - diag(slope) w */
} KrawczykBox;

void krawczyk_box_init(Arena *arena, size_t n, KrawczykBox *b);
/* To 24 binary digits. */
double krawczyk_round(double x);
/* Sets y, to 24 binary digits; false where the matrix is singular, about, or y not finite. */
bool krawczyk_inverse(Arena *arena, const double *w, KrawczykBox *b);
/* Where the map leads, row by row: |Y (x - value)| + |Y| value_half into offset, and |Y| slope_half |w| r + |I - Y (I - slope w)| r
 * into reach. It leads into the box where their sum is below the radius. */
void krawczyk_image(Arena *arena, const double *w, const KrawczykBox *b, double *offset, double *reach);
/* Radii, of which the largest is 1, for which the reach is below the radius in every row, while bounds of slopes stay what they are: (I - M)^-1 1
 * with the M whose M r is the reach. False where there are none. */
bool krawczyk_sides(Arena *arena, const double *w, const KrawczykBox *b, double *side);
#endif
