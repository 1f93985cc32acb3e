/* Plan -> LLVM IR. Reads the EigProblem of the plan and its decisions; what
 * every step's value is, to the bit, is written in runtime/problem.h. */
#ifndef COMPILER_EMIT_EMIT_H
#define COMPILER_EMIT_EMIT_H
#include <llvm-c/TargetMachine.h>

#include "compiler/emit/ll.h"
#include "compiler/plan/numbers.h"
#include "compiler/plan/plan.h"

/* Fills ll->module (which is initialised and empty) with eig_drift
 * (adaptive methods) or eig_advance (fixed steps), eig_observe and eig_abi_version. The
 * module is verified; false after a diagnostic E0901. */
bool emit_kernel(Ctx *cx, const Plan *plan, Ll *ll);
/* The same with eig_advance_sets and eig_observe_sets, for a plan without plan_why_alone. */
bool emit_sets_kernel(Ctx *cx, const Plan *plan, const PlanSets *sets, Ll *ll);

/* False after E0901 when LLVM's verifier refuses the module; `when` for the message. */
bool emit_verified(Ctx *cx, const Ll *ll, const char *when);

/* Runs the pass pipeline of a level (0..3) and verifies again. */
bool emit_optimise(Ctx *cx, Ll *ll, LLVMTargetMachineRef machine, int level);
#endif
