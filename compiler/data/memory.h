/* How much memory one array of numbers may take. */
#ifndef COMPILER_DATA_MEMORY_H
#define COMPILER_DATA_MEMORY_H
#include <stddef.h>

/* Half of the machine's memory in bytes, or of what the process may take (ulimit -v). */
size_t data_memory_limit(void);
#endif
