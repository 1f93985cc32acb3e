/* LLVM IR -> object bytes, for the processor asked for. */
#ifndef COMPILER_JIT_MACHINE_H
#define COMPILER_JIT_MACHINE_H
#include <llvm-c/TargetMachine.h>

#include "compiler/emit/ll.h"

typedef struct Machine {
    LLVMTargetMachineRef at;    /* owned */
    char *triple, *cpu, *features;      /* malloc'd; features may be "" */
} Machine;

/* Makes this machine's code generator known to LLVM; machine_open does it where nobody did. From any thread. */
void machine_prepare(void);

/* cpu NULL or "host": this machine's. False after E0901 or E0902 (unknown
 * processor, or one whose instructions this machine does not have). */
bool machine_open(Ctx *cx, const char *cpu, int opt_level, Machine *out);
void machine_close(Machine *m);
/* Triple and data layout of the module. */
void machine_describe(const Machine *m, LLVMModuleRef module);

/* The module as object code; the caller owns the buffer. NULL after E0901. */
LLVMMemoryBufferRef object_emit(Ctx *cx, const Machine *m, LLVMModuleRef module);
/* Assembly text (malloc'd), from a copy, since emission changes a module. NULL after E0901. */
char *object_assembly(Ctx *cx, const Machine *m, LLVMModuleRef module);
#endif
