/* Where exact numbers live: small blocks without heads, for matrices of millions. */
#ifndef COMPILER_DRIVER_NUMBER_MEMORY_H
#define COMPILER_DRIVER_NUMBER_MEMORY_H

/* Before the first number. Running out of memory ends the program with STATUS_SYSTEM,
 * where GMP's own allocators abort, as a fault of the program would. */
void number_memory_start(void);
#endif
