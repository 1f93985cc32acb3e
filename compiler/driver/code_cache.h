/* Object code kept on disk, so that a model that was run before is not compiled
 * again. One file an entry, <sha256 of what the code was made from>.o, in a
 * folder that only the user may write to:
 *   $EIGC_CACHE_DIR, else $XDG_CACHE_HOME/eigc, else $HOME/.cache/eigc
 * (EIGC_CACHE_DIR empty: none). A run never fails for the cache's sake: what
 * cannot be read is compiled, what cannot be written is not kept. */
#ifndef COMPILER_DRIVER_CODE_CACHE_H
#define COMPILER_DRIVER_CODE_CACHE_H
#include "compiler/jit/jit.h"

enum {
    CODE_CACHE_MAX_FILES = 1000,        /* beyond either the longest unused go */
    CODE_CACHE_MAX_BYTES = 256 << 20
};

typedef struct CodeCache {
    const char *folder;         /* arena; NULL: no place for one */
    const char *stamp;          /* arena: which build of the code generator, part of every key */
    const char *why_not_kept;   /* arena; NULL: nothing failed */
    JitCache jit;               /* as jit_compile wants it; points to this CodeCache */
} CodeCache;

/* The cache for code made by the library at `library`. Creates the folder. False
 * where there can be none; *why (arena) says why not, NULL where the environment asks for none. */
bool code_cache_open(Ctx *cx, const char *library, CodeCache *c, const char **why);

typedef struct CodeCacheSize {
    size_t n_files;
    unsigned long long n_bytes;
} CodeCacheSize;

/* The folder as the environment says (arena), whether it is there or not; NULL: none. */
const char *code_cache_folder(Ctx *cx);
/* Why nothing is kept in this folder, or NULL. */
const char *code_cache_refusal(const char *folder);
/* What lies there. False with errno where the folder cannot be read; one that is missing is empty. */
bool code_cache_measure(const char *folder, CodeCacheSize *is);
/* Removes the entries, and what writers that were killed left; other files stay.
 * *gone is what was removed. False with errno where something could not be. */
bool code_cache_clear(const char *folder, CodeCacheSize *gone);
#endif
