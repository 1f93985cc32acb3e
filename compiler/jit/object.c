/* Object code and assembly text from a module. The object is emitted here and
 * then handed to the linker, so that a failure of code generation comes back
 * as a message and a dump shows what runs. */
#include <stdlib.h>
#include <string.h>

#include "compiler/jit/machine.h"

static LLVMMemoryBufferRef emit(Ctx *cx, const Machine *m, LLVMModuleRef module, LLVMCodeGenFileType kind)
{
    LLVMMemoryBufferRef out = NULL;
    char *message = NULL;
    if (!LLVMTargetMachineEmitToMemoryBuffer(m->at, module, kind, &message, &out))
        return out;
    diag_nowhere(cx, D_E0901, "code generation failed: %s", message ? message : "no reason was given");
    LLVMDisposeMessage(message);
    return NULL;
}

LLVMMemoryBufferRef object_emit(Ctx *cx, const Machine *m, LLVMModuleRef module)
{
    return emit(cx, m, module, LLVMObjectFile);
}

char *object_assembly(Ctx *cx, const Machine *m, LLVMModuleRef module)
{
    LLVMModuleRef copy = LLVMCloneModule(module);
    LLVMMemoryBufferRef text = emit(cx, m, copy, LLVMAssemblyFile);
    LLVMDisposeModule(copy);
    if (!text)
        return NULL;
    char *out = strndup(LLVMGetBufferStart(text), LLVMGetBufferSize(text));
    LLVMDisposeMemoryBuffer(text);
    return out;
}
