/* What every phase receives: memory, names, sources, diagnostics. One per
 * compilation; no phase keeps state anywhere else. */
#ifndef LANG_BASE_CTX_H
#define LANG_BASE_CTX_H
#include "lang/base/arena.h"
#include "lang/base/diag.h"
#include "lang/base/intern.h"
#include "lang/base/source.h"

typedef struct Ctx {
    Arena arena;
    Interner names;
    Source **sources;
    size_t n_sources, cap_sources;
    DiagList diags;
} Ctx;

void ctx_init(Ctx *cx);
void ctx_free(Ctx *cx);

/* A broken promise of ours, never the user's fault: says where, aborts. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void bug_at(const char *file, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
#endif
