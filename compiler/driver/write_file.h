/* An output of a command as one piece of bytes. */
#ifndef COMPILER_DRIVER_WRITE_FILE_H
#define COMPILER_DRIVER_WRITE_FILE_H
#include <stdbool.h>
#include <stddef.h>

struct Ctx;

/* Puts n bytes under `path`, as runtime/outfile.h does: the file there is the
 * previous one or the whole new one, never a part; a link is followed. A device
 * or a pipe is written to, "-" is standard output. False after E0004. */
bool write_file(struct Ctx *cx, const char *path, const char *bytes, size_t n);
/* A device or a pipe: it cannot be replaced, only written to. */
bool write_file_is_special(const char *path);
#endif
