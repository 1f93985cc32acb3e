#include "compiler/data/sha256.h"

#include <sha256.h>

#include "compiler/data/sha256_blocks.h"

/* Whole blocks by the processor where it can; libmd does the rest. */
const char *sha256_hex(Ctx *cx, const void *bytes, size_t n)
{
    char hex[SHA256_DIGEST_STRING_LENGTH];
    size_t n_blocks = sha256_has_blocks() ? n / SHA256_BLOCK_LENGTH : 0, done = n_blocks * SHA256_BLOCK_LENGTH;
    SHA2_CTX hash;
    SHA256Init(&hash);
    if (n_blocks) {
        sha256_blocks(hash.state.st32, bytes, n_blocks);
        hash.bitcount[0] = (uint64_t)done * 8;
    }
    SHA256Update(&hash, (const uint8_t *)bytes + done, n - done);
    SHA256End(&hash, hex);
    return arena_strdup(&cx->arena, hex);
}
