#include "compiler/data/sha256.h"

#include <sha256.h>

const char *sha256_hex(Ctx *cx, const void *bytes, size_t n)
{
    char hex[SHA256_DIGEST_STRING_LENGTH];
    SHA256Data(bytes, n, hex);
    return arena_strdup(&cx->arena, hex);
}
