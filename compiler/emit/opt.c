/* The pass pipeline. The code arrives in SSA form with rotated loops and no
 * memory that could be promoted, so little is needed: common subexpressions,
 * simplification, invariants out of loops, vector loops, and cleaning up. */
#include <llvm-c/Error.h>
#include <llvm-c/Transforms/PassBuilder.h>
#include <stdlib.h>

#include "compiler/emit/emit.h"
#include "compiler/emit/parts.h"

static const char *const pipeline[4] = {
    "verify",
    "function(early-cse,instsimplify,simplifycfg)",
    "function(early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,loop-mssa(licm),"
    "loop-vectorize,early-cse,instcombine<no-verify-fixpoint>,simplifycfg),globaldce",
    "default<O3>",
};

bool emit_optimise(Ctx *cx, Ll *ll, LLVMTargetMachineRef machine, int level)
{
    const char *passes = pipeline[level < 0 ? 0 : level > 3 ? 3 : level];
    const char *own = getenv("EIGC_PASSES");
    if (own)
        passes = own;
    LLVMPassBuilderOptionsRef options = LLVMCreatePassBuilderOptions();
    LLVMErrorRef error = LLVMRunPasses(ll->module, passes, machine, options);
    LLVMDisposePassBuilderOptions(options);
    if (error) {
        char *message = LLVMGetErrorMessage(error);
        diag_nowhere(cx, D_E0901, "the optimiser stopped: %s", message);
        LLVMDisposeErrorMessage(message);
        return false;
    }
    return emit_verified(cx, ll, "after optimisation");
}
