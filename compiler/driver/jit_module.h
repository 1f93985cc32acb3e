/* The library with the code generator, opened when a command compiles. */
#ifndef COMPILER_DRIVER_JIT_MODULE_H
#define COMPILER_DRIVER_JIT_MODULE_H
#include "compiler/jit/jit.h"

/* The library being opened by a thread beside the phases that come before code:
 * on two processors its 20 ms are over when they are. NULL where it cannot be
 * begun; then jit_module_load does it all, and says what is wrong. */
typedef struct JitOpening JitOpening;
JitOpening *jit_module_begin(Ctx *cx);
/* For who has no use of it after all. Waits: a program must not end while the library starts. NULL is nothing. */
void jit_module_leave(JitOpening *begun);

/* libeigc_jit.so beside the program, in ../lib/eigc, or in $EIGC_LIBDIR; `begun` is
 * used up, or NULL. *library (or NULL) becomes its path, of the arena. NULL after E0910. Stays loaded until the program ends: kernels
 * point into it. */
const JitModule *jit_module_load(Ctx *cx, JitOpening *begun, const char **library);
#endif
