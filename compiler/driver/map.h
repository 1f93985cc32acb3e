/* A plane of params, cut into cells of which something is proved. */
#ifndef COMPILER_DRIVER_MAP_H
#define COMPILER_DRIVER_MAP_H
#include "compiler/check/range_search.h"

/* MAP_REGION(id, name, colour, text): what may be known of a cell. Proved regions are so in all of it. From NOT_LDS
 * on they are in the order of RangeBeside. Colours differ also for those who tell red from green badly. */
#define MAP_REGIONS(R)                                                                                                  \
    R(STABLE,            "stable",            "#0072b2", "stable: one equilibrium, and convergence to it")              \
    R(LDS,               "lds",               "#56b4e9", "diagonally stable")                                           \
    R(NOT_LDS,           "not-lds",           "#f0e442", "not diagonally stable")                                       \
    R(ATTRACTING,        "attracting",        "#009e73", "not diagonally stable, and an equilibrium attracts what starts near it") \
    R(UNSTABLE,          "unstable",          "#d55e00", "an unstable equilibrium")                                     \
    R(SEVERAL,           "several",           "#8e4585", "several equilibria")                                          \
    R(CENTRE_STABLE,     "centre-stable",     "#b3d4e8", "stable at its centre")                                        \
    R(CENTRE_LDS,        "centre-lds",        "#d7ecf9", "diagonally stable at its centre")                             \
    R(CENTRE_NOT_LDS,    "centre-not-lds",    "#fbf7c9", "not diagonally stable at its centre")                         \
    R(CENTRE_ATTRACTING, "centre-attracting", "#b3e2d5", "an equilibrium that attracts at its centre")                  \
    R(CENTRE_UNSTABLE,   "centre-unstable",   "#f2ceb3", "an unstable equilibrium at its centre")                       \
    R(CENTRE_SEVERAL,    "centre-several",    "#ddc7da", "several equilibria at its centre")                            \
    R(UNDECIDED,         "undecided",         "#bbbbbb", "undecided")

typedef enum MapRegion {
#define R(id, name, colour, text) MAP_##id,
    MAP_REGIONS(R)
#undef R
    N_MAP_REGIONS
} MapRegion;
typedef struct MapRegionRow {
    const char *name, *colour, *text;
} MapRegionRow;
extern const MapRegionRow map_region[N_MAP_REGIONS];

typedef struct MapCell {
    MapRegion region;
    RangeCell box;              /* with evidence, as far as something is proved in all of it */
    Evidence centre;            /* of what is proved at its centre only */
} MapCell;
typedef struct Map {
    RangeProblem problem;
    const char *name[2];        /* of the params along x and y */
    size_t axis[2];             /* where they stand in problem.ranges; SIZE_MAX: the network's matrix does not depend on it */
    mpq_t lo[2], hi[2];
    VEC(MapCell) cells;
} Map;

/* Cells that are not proved are cut in four, `depth` times at most. */
void map_cells(Map *m, int depth);
void map_clear(Map *m);
/* The box along x or y. */
mpq_srcptr map_end(const Map *m, const MapCell *c, int axis, bool upper);

void map_write_csv(const Map *m, Sbuf *out);
/* The matrix as a function of the params, and each cell with its proof (docs/cli.md). */
void map_write_json(const Map *m, Sbuf *out);
/* A gnuplot script that draws it into `path`, .svg or .png. */
void map_write_script(const Map *m, const char *title, const char *path, Sbuf *out);
/* Runs gnuplot; false after a message on standard error. */
bool map_draw(const Map *m, const char *title, const char *path);
#endif
