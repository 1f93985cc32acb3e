/* The network as a game (docs/theory.md, "The game"): each neuron chooses its rate and pays its own energy (player.h); at
 * an equilibrium of the network no neuron's energy falls at first when it alone changes its rate a little, and where every energy is
 * convex in the own rate it is a Nash equilibrium: no neuron can lower its energy alone.
 *
 * Equilibria are those at the model's constant input, or at the one that it keeps in the end. */
#ifndef COMPILER_GAME_GAME_H
#define COMPILER_GAME_GAME_H
#include "compiler/check/check.h"
#include "compiler/game/player.h"

struct json_t;

typedef struct GameRow {
    const char *name;           /* of a neuron, or of a population whose neurons are alike */
    size_t size;
    Unit unit;                  /* of its rate; energies are in the square of it */
    double scale;               /* by which rates are multiplied for people: 1000 for rates per ms, in Hz */
    size_t first;               /* the first row of its population */
    Truth convex;               /* CERTIFIED: its energy is convex in its own rate, whatever the others do. Else UNDECIDED */
    double steepness;           /* slope bound times own weight, which is to be at most 1; infinite where the slope is not bounded */
} GameRow;

/* A state of the network, and what everyone pays there. */
typedef struct GamePoint {
    bool is_equilibrium;        /* else one that was asked for */
    bool is_proved;             /* exactly one equilibrium lies within `radius` of these rates, of those in which the neurons of a row are equal */
    double radius, shown_radius;        /* the second one in the units of people, and enough for what is printed */
    bool attracts, is_unstable; /* where that is proved */
    PlayerState *at;            /* of each row */
} GamePoint;

typedef struct Game {
    const Report *report;
    const char *when;           /* "at the model's input" */
    size_t n_rows;
    GameRow *row;
    size_t n_points;
    GamePoint *point;
} Game;

/* Of a network that was checked. asked: a rate for each population, whose state is looked at in place of equilibria; NULL: none. False, with
 * *reason, where the network has no such game: its inputs keep changing, its neurons have equations, ... */
bool game_of(Ctx *cx, const Net *net, const Report *report, const double *asked, Game *out, const char **reason);
/* Some row stands for several neurons. */
bool game_has_rows_of_many(const Game *g);
/* All rows' energies are convex: equilibria are Nash equilibria. */
bool game_is_convex(const Game *g);
/* An equilibrium is proved. */
bool game_has_equilibrium(const Game *g);
void game_print(const Game *g, Sbuf *out);
struct json_t *game_json(const Game *g);
#endif
