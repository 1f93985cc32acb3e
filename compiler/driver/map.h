/* A plane of params, cut into cells of which something is proved. */
#ifndef COMPILER_DRIVER_MAP_H
#define COMPILER_DRIVER_MAP_H
#include "compiler/check/range_search.h"

/* MAP_REGION(id, name, colour, text): what may be known of a cell. Proved regions are so in all of it. */
#define MAP_REGIONS(R)                                                                                                  \
    R(STABLE,         "stable",            "#2f7f4f", "stable: one equilibrium, and convergence to it")                 \
    R(LDS,            "lds",               "#7fbf8f", "diagonally stable")                             \
    R(NOT_LDS,        "not-lds",           "#c0504d", "not diagonally stable")                                          \
    R(CENTRE_STABLE,  "centre-stable",     "#cfe8d6", "stable at its centre")                                           \
    R(CENTRE_LDS,     "centre-lds",        "#e2f0e6", "diagonally stable at its centre")                                \
    R(CENTRE_NOT_LDS, "centre-not-lds",    "#f2d5d4", "not diagonally stable at its centre")                            \
    R(UNDECIDED,      "undecided",         "#bbbbbb", "undecided")

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
    RangeCell box;              /* with the evidence of a proved region */
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
