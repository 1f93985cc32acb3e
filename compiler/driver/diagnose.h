/* Diagnostics to standard error, in the format that the command line asks for. */
#ifndef COMPILER_DRIVER_DIAGNOSE_H
#define COMPILER_DRIVER_DIAGNOSE_H
#include "compiler/driver/options.h"
#include "lang/base/ctx.h"

/* Prints all of them: text and gnu print nothing when there are none. */
void diagnose(const Ctx *cx, const Options *o);
#endif
