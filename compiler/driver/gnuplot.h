/* gnuplot as a process: a script in, a picture out, both in memory. */
#ifndef COMPILER_DRIVER_GNUPLOT_H
#define COMPILER_DRIVER_GNUPLOT_H
#include <stdbool.h>

#include "lang/base/sbuf.h"

/* What gnuplot makes of the script on its standard output, appended to *picture. False after a message on standard error. */
bool gnuplot_draw(const Sbuf *script, Sbuf *picture);
#endif
