/* Object bytes -> addresses. */
#ifndef COMPILER_JIT_LINK_H
#define COMPILER_JIT_LINK_H
#include <llvm-c/LLJIT.h>

#include "lang/base/ctx.h"

/* Takes the buffer in every case. NULL after E0901; close with link_close. */
LLVMOrcLLJITRef link_object(Ctx *cx, LLVMMemoryBufferRef object);
/* Links on the first call. False after E0901. */
bool link_address(Ctx *cx, LLVMOrcLLJITRef jit, const char *name, uint64_t *address);
/* NULL is allowed. Unmaps the code. */
void link_close(LLVMOrcLLJITRef jit);
#endif
