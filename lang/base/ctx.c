#include "lang/base/ctx.h"

#include <stdio.h>
#include <stdlib.h>

void ctx_init(Ctx *cx)
{
    *cx = (Ctx){ 0 };
    cx->names.arena = &cx->arena;
}

void ctx_free(Ctx *cx)
{
    arena_free(&cx->arena);
    *cx = (Ctx){ 0 };
}

_Noreturn void bug_at(const char *file, int line, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "eigc: a mistake in eigc itself at %s:%d: ", file, line);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    abort();
}
