/* NumPy's .npz: a zip archive, stored, of .npy members (inside this folder
 * only). Formats: PKWARE APPNOTE 6.3, NumPy "npy format 1.0". */
#ifndef RUNTIME_NPZ_H
#define RUNTIME_NPZ_H
#include "runtime/outfile.h"

typedef struct NpzEntry {
    char *member;
    uint64_t at, size;          /* of the local header; of the member's bytes */
    uint32_t crc;
} NpzEntry;

typedef struct Npz {
    OutFile *out;
    NpzEntry *entry;
    size_t n, cap;
    uint64_t limit;             /* sizes and places from here on need the 64-bit records */
    bool ok;                    /* false: memory or a name's length; the file's own errors are in out */
} Npz;

enum { NPZ_NAME_MAX = 60000, NPZ_MAX_DIMS = 8 };
#define NPZ_LIMIT UINT64_C(0xFFFFFFFF)

/* limit: NPZ_LIMIT, or less to exercise the 64-bit records on small files. */
void npz_open(Npz *z, OutFile *out, uint64_t limit);
/* Begins the array `name` of doubles with 1 to NPZ_MAX_DIMS dimensions; exactly their product follows by npz_doubles. */
bool npz_begin(Npz *z, const char *name, int n_dims, const uint64_t *dims);
bool npz_doubles(Npz *z, const double *values, size_t n);
bool npz_end(Npz *z);
/* A 0-d unicode array. */
bool npz_text(Npz *z, const char *name, const char *utf8);
/* The directory. */
bool npz_finish(Npz *z);
void npz_close(Npz *z);
#endif
