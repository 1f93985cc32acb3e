/* One neuron as a player: what its own rate x costs it while the others keep theirs,
 *
 *   E(x) = (1 - G w) x^2/2 - x b + g(x),   b = G (s - threshold) less what its own weight brings,
 *
 * w the weight from itself, s what it receives from the others and as input, G its gain and g the cost
 * of its activation (energy.h): phi(G (s - threshold)) is the x that minimises E where w is 0. The first two
 * terms are the interaction cost, g the activation cost (docs/theory.md, "The game"). */
#ifndef COMPILER_GAME_PLAYER_H
#define COMPILER_GAME_PLAYER_H
#include "compiler/code/code.h"
#include "compiler/check/slope/image.h"
#include "compiler/check/stability/local.h"

typedef struct Player {
    const Activation *act;
    const Image *image;         /* the values of phi, of an activation by formula; NULL: the cost says where it is finite */
    uint64_t *work;             /* what costs may still take, of all players together; beyond it they are not known */
    EigCode phi;                /* of z, as a run computes it */
    double gain, threshold;     /* of the activation itself: phi(z) = prox_g(gain (z - threshold)) */
    double own, others;         /* the weight from itself; what it receives from others and as input */
    double w, b;                /* G w, b */
} Player;

typedef struct PlayerState {
    double rate, input;         /* x; what it receives in all, from itself too */
    double interaction, activation;     /* activation: infinite outside the cost's domain, NaN where it is not known */
    double energy, error;       /* their sum; by so much at most the activation cost is off, as far as doubles tell it */
    double best_response;       /* the rate with the least energy; infinite where it has none; NaN: not known */
    double exploitability;      /* by how much that is less: 0 or more; NaN: not known */
} PlayerState;

/* others: what neuron `row` receives from the others, and its input; own: the weight from itself. image and work are the caller's to set. */
void player_init(Ctx *cx, const LocalRow *row, double own, double others, Player *out);
void player_at(const Player *p, double x, PlayerState *out);
#endif
