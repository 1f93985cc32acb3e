/* Blocks of 64 bytes by the processor's own instructions for SHA-256, which take a tenth of the time. */
#ifndef COMPILER_DATA_SHA256_BLOCKS_H
#define COMPILER_DATA_SHA256_BLOCKS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* This processor has them. */
bool sha256_has_blocks(void);
/* The state after n blocks more (FIPS 180-4, 6.2.2). Only where it has them. */
void sha256_blocks(uint32_t state[8], const unsigned char *block, size_t n);
#endif
