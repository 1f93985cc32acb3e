/* A plane of params, cut into cells of which something is proved. */
#ifndef COMPILER_DRIVER_MAP_H
#define COMPILER_DRIVER_MAP_H
#include "compiler/check/proof/file/map_file.h"
#include "compiler/check/range/range_search.h"

enum { MAP_RECENT = 6 };        /* proofs that the next cell is tried with */

typedef struct Map {
    RangeProblem problem;
    const char *name[2];        /* of the params along x and y */
    size_t axis[2];             /* where they stand in problem.ranges; SIZE_MAX: the network's matrix does not depend on it */
    bool is_inverse[2];         /* 1/p stands there, p being the param */
    mpq_t lo[2], hi[2];
    bool may_converge;          /* theorems on convergence speak of the network */
    VEC(Evidence) proofs;       /* no two have the same text */
    VEC(const char *) texts;    /* of the proofs */
    VEC(MapCell) cells;
    size_t n_recent, recent[MAP_RECENT];        /* numbers of proofs, the latest first */
} Map;

/* Cells that are not proved are cut in four, `depth` times at most. */
void map_cells(Map *m, int depth);
void map_clear(Map *m);
/* The box along x or y. */
void map_end(const Map *m, const MapCell *c, int axis, bool upper, mpq_t out);

/* Where diagonal stability is refuted, more may be said of equilibria or of rates that run away. */
bool map_looks_further(const Map *m);
/* map_proofs.c: adds the evidence, which is the map's then, and tells its number. */
size_t map_keep(Map *m, Evidence *e);
/* Its statements reduced to what a whole cell needs. */
void map_strip(Evidence *e);
/* A proof of before that says of all of the cell as much as can be said, or MAP_NO_PROOF. */
size_t map_recall(Map *m, const MapCell *c);

/* Borrows from the map: not to be cleared. */
MapFile map_as_file(const Map *m);
void map_write_csv(const Map *m, Sbuf *out);
/* A gnuplot script that draws it on its standard output. */
void map_write_script(const Map *m, const char *title, bool is_png, Sbuf *out);
/* The picture that gnuplot makes of it, .svg or .png by the path. False after a message on standard error or E0004. */
bool map_draw(Ctx *cx, const Map *m, const char *title, const char *path);
#endif
