/* Object bytes -> addresses, through LLVM's JIT linker. Who owns what:
 *   LLVMOrcCreateLLJIT             takes a builder even when it fails (none is given here)
 *   LLVMOrcLLJITAddObjectFile      takes the buffer, always
 *   LLVMOrcAbsoluteSymbols         takes the names; the unit it returns is taken by Define on success
 *   LLVMGetErrorMessage            takes the error; its text has a dispose function of its own */
#include "compiler/jit/link.h"

#include <llvm-c/Core.h>
#include <llvm-c/Error.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "runtime/expr.h"
#include "runtime/kernel_abi.h"

static bool ok(Ctx *cx, const char *doing, LLVMErrorRef error)
{
    if (!error)
        return true;
    char *message = LLVMGetErrorMessage(error);
    diag_nowhere(cx, D_E0901, "%s: %s", doing, message);
    LLVMDisposeErrorMessage(message);
    return false;
}

enum { MAX_SYMBOLS = EIG_N_FNS + 8 };

typedef struct Symbols {
    LLVMOrcLLJITRef jit;
    LLVMOrcCSymbolMapPair pair[MAX_SYMBOLS];
    size_t n;
} Symbols;

/* Function pointers of any type as an address. */
#define ADDRESS(f) ((LLVMOrcExecutorAddress)(uintptr_t)(f))

static void add_symbol(Symbols *s, const char *name, LLVMOrcExecutorAddress address)
{
    LLVMOrcCSymbolMapPair *p = &s->pair[s->n++];
    p->Name = LLVMOrcLLJITMangleAndIntern(s->jit, name);
    p->Sym.Address = address;
    p->Sym.Flags = (LLVMJITSymbolFlags){ .GenericFlags = LLVMJITSymbolGenericFlagsExported
                                                       | LLVMJITSymbolGenericFlagsCallable };
}

/* The functions of runtime/expr.c and what networks with samples and kernels call, under their names, and the few C functions
 * that LLVM itself may call: floor and fma on processors without the instruction, and
 * block copies. Nothing else of the process is visible to generated code. */
static void add_runtime(Symbols *s)
{
    for (int fn = 0; fn < EIG_N_FNS; fn++) {
        char name[48];
        snprintf(name, sizeof name, "eig_fn_%s", eig_fn_word((EigFn)fn));
        if (eig_fn_address1((EigFn)fn))
            add_symbol(s, name, ADDRESS(eig_fn_address1((EigFn)fn)));
        else if (eig_fn_address2((EigFn)fn))
            add_symbol(s, name, ADDRESS(eig_fn_address2((EigFn)fn)));
    }
    add_symbol(s, "eig_table_at", ADDRESS(eig_table_at));
    add_symbol(s, "eig_support_add", ADDRESS(eig_support_add));
    add_symbol(s, "eig_share", ADDRESS(eig_share));
    double (*const whole)(double) = floor, (*const fused)(double, double, double) = fma;
    add_symbol(s, "floor", ADDRESS(whole));
    add_symbol(s, "fma", ADDRESS(fused));
    add_symbol(s, "memcpy", ADDRESS(memcpy));
    add_symbol(s, "memmove", ADDRESS(memmove));
    add_symbol(s, "memset", ADDRESS(memset));
}

static bool define_runtime(Ctx *cx, LLVMOrcLLJITRef jit)
{
    Symbols s = { .jit = jit };
    add_runtime(&s);
    LLVMOrcMaterializationUnitRef unit = LLVMOrcAbsoluteSymbols(s.pair, s.n);
    LLVMErrorRef error = LLVMOrcJITDylibDefine(LLVMOrcLLJITGetMainJITDylib(jit), unit);
    if (error)
        LLVMOrcDisposeMaterializationUnit(unit);
    return ok(cx, "the runtime's functions could not be offered to the generated code", error);
}

void link_close(LLVMOrcLLJITRef jit)
{
    if (jit)
        LLVMConsumeError(LLVMOrcDisposeLLJIT(jit));
}

LLVMOrcLLJITRef link_object(Ctx *cx, LLVMMemoryBufferRef object)
{
    LLVMOrcLLJITRef jit = NULL;
    if (!ok(cx, "the linker could not be started", LLVMOrcCreateLLJIT(&jit, NULL))) {
        LLVMDisposeMemoryBuffer(object);
        return NULL;
    }
    bool defined = define_runtime(cx, jit);
    LLVMErrorRef error = LLVMOrcLLJITAddObjectFile(jit, LLVMOrcLLJITGetMainJITDylib(jit), object);
    if (ok(cx, "the generated code could not be loaded", error) && defined)
        return jit;
    link_close(jit);
    return NULL;
}

bool link_address(Ctx *cx, LLVMOrcLLJITRef jit, const char *name, uint64_t *address)
{
    LLVMOrcExecutorAddress at = 0;
    if (!ok(cx, "the generated code could not be linked", LLVMOrcLLJITLookup(jit, &at, name)))
        return false;
    *address = at;
    return true;
}
