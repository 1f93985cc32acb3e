/* Maps: a box of params in cells, each with what is proved in all of it or at its centre, and the proofs, which cells
 * share. Files of them, "eig-map/1" (docs/certificate.md, "Maps"), are read with the distrust of certificate.h.
 * Ownership as in evidence.h. */
#ifndef COMPILER_CHECK_MAP_FILE_H
#define COMPILER_CHECK_MAP_FILE_H
#include "compiler/check/proof/file/certificate.h"

typedef enum MapRegion {
#define MAP_REGION(NAME, ...) MAP_##NAME,
#include "compiler/check/proof/file/map_region.def"
#undef MAP_REGION
    N_MAP_REGIONS
} MapRegion;
typedef struct MapRegionRow {
    const char *name, *colour, *label, *text;
} MapRegionRow;
extern const MapRegionRow map_region[N_MAP_REGIONS];
bool map_region_from_name(const char *name, MapRegion *out);
/* What is said of the centre, as said of a whole cell; other regions as they are. */
MapRegion map_region_of_centre(MapRegion r);
/* Of evidence that holds somewhere: that it says what the region (of a whole cell) says there. */
bool map_shows(const Evidence *e, MapRegion r);

enum { MAP_MAX_CELLS = 1 << 22 };
#define MAP_NO_PROOF SIZE_MAX

typedef struct MapCell {
    MapRegion region;
    mpq_t *lo, *hi;             /* of each param */
    size_t proof, centre;       /* numbers of proofs, in all of it and at its centre, or MAP_NO_PROOF */
} MapCell;
typedef struct MapFile {
    CertificateFile plane;      /* the matrix and, without cells, the ranges; no evidence */
    CertificateFile attained;   /* the same for attained slopes, which witnesses are about; matrix.q = 0: none */
    size_t n_proofs;
    Evidence *proof;
    size_t n_cells;
    MapCell *cell;
} MapFile;

/* ---- map_file.c ---- */
void map_file_clear(MapFile *m);
/* JSON text, the same bytes for the same map. Proofs that no cell names are left out. */
void map_file_write(const MapFile *m, Sbuf *out);
void map_proof_write(const MapFile *m, const Evidence *e, Sbuf *out);

/* ---- map_read.c ---- */
/* The text says that it is a map. */
bool map_file_is(const char *text, size_t n);
/* False with *reason set (arena) and *out empty when the text is not a well-formed map. */
bool map_file_read(Ctx *cx, const char *text, size_t n, MapFile *out, const char **reason);

/* ---- map_verify.c ---- */
/* Every proof holds in the cells that name it, every region is what its proof shows, and the cells are the plane in pieces. */
VerifyResult verify_map(Ctx *cx, const MapFile *m);
#endif
