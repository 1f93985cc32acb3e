/* An input of a command as one piece of bytes. */
#ifndef COMPILER_DRIVER_READ_FILE_H
#define COMPILER_DRIVER_READ_FILE_H
#include <stdbool.h>
#include <stddef.h>

struct Ctx;

enum { READ_FILE_MAX_BYTES = 1 << 30 };

/* The whole of a file ("-": standard input), malloc'd. False after E0001 or E0003. */
bool read_file(struct Ctx *cx, const char *path, char **bytes, size_t *n);
#endif
