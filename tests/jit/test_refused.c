/* What LLVM refuses ends as E0901 with its reason, never as a crash: a module that is not valid, a pass that does not
 * exist on it, an object that is none, a function that nobody defined. */
#include <llvm-c/Core.h>
#include <string.h>

#include "compiler/emit/emit.h"
#include "compiler/jit/link.h"
#include "compiler/jit/machine.h"
#include "lang/base/ctx.h"
#include "tests/test.h"

/* One error, E0901, with these words; forgotten then. */
static bool said(Ctx *cx, const char *words)
{
    bool ok = cx->diags.n_errors == 1 && cx->diags.n == 1 && cx->diags.at[0].code == D_E0901 && strstr(cx->diags.at[0].text, words);
    if (!ok)
        fprintf(stderr, "%zu errors, the first: %s\n", cx->diags.n_errors, cx->diags.n ? cx->diags.at[0].text : "none");
    return ok;
}

/* A function whose only block does not end. */
static LLVMModuleRef endless(LLVMContextRef of)
{
    LLVMModuleRef module = LLVMModuleCreateWithNameInContext("endless", of);
    LLVMValueRef f = LLVMAddFunction(module, "f", LLVMFunctionType(LLVMVoidTypeInContext(of), NULL, 0, 0));
    LLVMAppendBasicBlockInContext(of, f, "entry");
    return module;
}

static void modules_that_are_not_valid(void)
{
    Ctx cx;
    ctx_init(&cx);
    LLVMContextRef of = LLVMContextCreate();
    Ll ll = { .module = endless(of) };
    CHECK(!emit_verified(&cx, &ll, "before optimisation"));
    CHECK(said(&cx, "the generated code is not valid before optimisation: Basic Block"));
    LLVMDisposeModule(ll.module);
    LLVMContextDispose(of);
    ctx_free(&cx);
}

static void objects_that_are_none(void)
{
    static const char text[] = "this is not an object file";
    Ctx cx;
    ctx_init(&cx);
    Machine m;
    CHECK(machine_open(&cx, NULL, 2, &m));
    CHECK(!link_object(&cx, LLVMCreateMemoryBufferWithMemoryRangeCopy(text, sizeof text, "text")));
    CHECK(said(&cx, "the generated code could not be loaded: "));
    machine_close(&m);
    ctx_free(&cx);
}

/* An object that calls what is not in the runtime, and an entry that it does not have. */
static void names_that_are_not_there(void)
{
    Ctx cx;
    ctx_init(&cx);
    Machine m;
    CHECK(machine_open(&cx, NULL, 2, &m));
    LLVMContextRef of = LLVMContextCreate();
    LLVMModuleRef module = endless(of);
    LLVMBuilderRef b = LLVMCreateBuilderInContext(of);
    LLVMTypeRef type = LLVMFunctionType(LLVMVoidTypeInContext(of), NULL, 0, 0);
    LLVMPositionBuilderAtEnd(b, LLVMGetFirstBasicBlock(LLVMGetNamedFunction(module, "f")));
    LLVMBuildCall2(b, type, LLVMAddFunction(module, "nobody_has_this", type), NULL, 0, "");
    LLVMBuildRetVoid(b);
    LLVMDisposeBuilder(b);
    LLVMMemoryBufferRef object = object_emit(&cx, &m, module);
    CHECK(object != NULL);
    LLVMOrcLLJITRef jit = object ? link_object(&cx, object) : NULL;
    CHECK(jit != NULL && cx.diags.n_errors == 0);
    uint64_t at = 0;
    CHECK(jit && !link_address(&cx, jit, "f", &at));
    CHECK(said(&cx, "the generated code could not be linked: "));
    link_close(jit);
    LLVMDisposeModule(module);
    LLVMContextDispose(of);
    machine_close(&m);
    ctx_free(&cx);
}

int main(void)
{
    RUN(modules_that_are_not_valid);
    RUN(objects_that_are_none);
    RUN(names_that_are_not_there);
    return test_done();
}
