/* How much memory one array of numbers may take. */
#ifndef COMPILER_DATA_MEMORY_H
#define COMPILER_DATA_MEMORY_H
#include "lang/base/ctx.h"

/* Half of the machine's memory in bytes, or of what the process may take (ulimit -v). */
size_t data_memory_limit(void);
/* "8.0 TB": powers of 1000, as memory and disks are sold. */
const char *bytes_in_words(Ctx *cx, double bytes);
#endif
