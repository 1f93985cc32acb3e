#ifndef COMPILER_DRIVER_WRITE_FILE_H
#define COMPILER_DRIVER_WRITE_FILE_H
#include <stdbool.h>
#include <stddef.h>

struct Ctx;

/* Puts n bytes under `path`: the file there is the previous one or the whole
 * new one, never a part. "-" is standard output. False after E0004. */
bool write_file(struct Ctx *cx, const char *path, const char *bytes, size_t n);
#endif
