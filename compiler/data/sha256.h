/* The hash by which certificates and results name the files they come from. */
#ifndef COMPILER_DATA_SHA256_H
#define COMPILER_DATA_SHA256_H
#include "lang/base/ctx.h"

/* SHA-256 as 64 lower-case hex digits (arena). */
const char *sha256_hex(Ctx *cx, const void *bytes, size_t n);
#endif
