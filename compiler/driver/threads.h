/* How many threads a command may use. */
#ifndef COMPILER_DRIVER_THREADS_H
#define COMPILER_DRIVER_THREADS_H

/* asked > 0: that many; 0: as many as there are processors for this process. At least 1. */
unsigned threads_of(unsigned asked);
#endif
