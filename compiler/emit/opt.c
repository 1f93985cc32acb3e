/* The pass pipelines. The code arrives in SSA form with rotated loops and no
 * memory that could be promoted, so little is needed: common subexpressions,
 * simplification, invariants out of loops, vector loops, and cleaning up.
 * Measured: level 2 takes a fifth of the time of default<O3> and its code is
 * within a few per cent; packing the two neurons of a pair into a vector (SLP)
 * makes it slower. No pass here changes a rounding, as no operation has a flag
 * that would allow it, so all levels give the same bits. */
#include "compiler/emit/emit.h"

#include <llvm-c/Error.h>
#include <llvm-c/Transforms/PassBuilder.h>

static const char *const pipeline[4] = {
    "verify",
    "function(early-cse,instsimplify,simplifycfg)",
    "function(early-cse<memssa>,instcombine<no-verify-fixpoint>,simplifycfg,loop-mssa(licm),"
    "loop-vectorize<interleave-forced-only>,early-cse,instcombine<no-verify-fixpoint>,simplifycfg),globaldce",
    "default<O3>",
};

bool emit_optimise(Ctx *cx, Ll *ll, LLVMTargetMachineRef machine, int level)
{
    const char *passes = pipeline[level < 0 ? 0 : level > 3 ? 3 : level];
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
