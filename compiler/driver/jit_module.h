/* The library with the code generator, opened when a command compiles. */
#ifndef COMPILER_DRIVER_JIT_MODULE_H
#define COMPILER_DRIVER_JIT_MODULE_H
#include "compiler/jit/jit.h"

/* libeigc_jit.so beside the program, in ../lib/eigc, or in $EIGC_LIBDIR. NULL
 * after E0910. Stays loaded until the program ends: kernels point into it. */
const JitModule *jit_module_load(Ctx *cx);
#endif
