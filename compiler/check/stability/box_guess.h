/* Boxes of rates in doubles: which of them are worth a look in exact numbers. Nothing that is proved hangs on this. */
#ifndef COMPILER_CHECK_BOX_GUESS_H
#define COMPILER_CHECK_BOX_GUESS_H
#include "compiler/check/stability/equilibria.h"

/* A box, row by row, and the values that the activations take there. */
typedef struct BoxGuess {
    const Equilibria *e;
    double *lo, *hi, *next_lo, *next_hi;
} BoxGuess;

void box_guess_init(Arena *arena, const Equilibria *e, BoxGuess *out);
/* Of row a, while rates are in the box: hardly more than there are. */
void box_guess_inputs(const BoxGuess *g, size_t a, double *from, double *to);
/* False where a value is not finite. */
bool box_guess_image(BoxGuess *g);
bool box_guess_image_is_inside(const BoxGuess *g);
/* From all values of the activations on, until the box shrinks no more, at most so many steps; false where some have no end. */
bool box_guess_end(BoxGuess *g, size_t most_steps);
#endif
