/* The certificate that `eigc check` writes. */
#ifndef COMPILER_DRIVER_CERTIFICATE_OUT_H
#define COMPILER_DRIVER_CERTIFICATE_OUT_H
#include <stdbool.h>

struct Compilation;

/* Puts the proof of a report under `path`, as write_file() does, in pieces. It is read again before anyone else can see it: what has
 * that name is a file that `eigc verify` can read, and that holds the matrix and the numbers that were proved. Otherwise
 * nothing is written, and *missing says why; false after E0004. */
bool certificate_out(struct Compilation *c, const char *path, const char **missing);
#endif
