/* The owned corner of LLVM's C API that the emitter uses: one context, one
 * module, one builder, a handful of types. Float arithmetic is built here and
 * nowhere else, and never carries a fast-math flag: docs/semantics.md fixes
 * every rounding, so nothing may be fused, reassociated or assumed finite. */
#ifndef COMPILER_EMIT_LL_H
#define COMPILER_EMIT_LL_H
#include <llvm-c/Core.h>
#include <llvm/Config/llvm-config.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lang/base/ctx.h"

/* Orc.h calls itself unstable and the pass names change from release to
 * release, so another LLVM is a porting job and not a matter of luck. */
_Static_assert(LLVM_VERSION_MAJOR == 19,
               "eigc is written for LLVM 19: install llvm-19-dev, or build with LLVM=0");

typedef LLVMValueRef Val;

typedef struct Ll {
    LLVMContextRef context;     /* owned, like the next two; freed by ll_free */
    LLVMModuleRef module;
    LLVMBuilderRef builder;
    LLVMTypeRef f64, f32, i64, i32, i1, ptr, none;
    LLVMValueRef function;      /* being built */
    LLVMBasicBlockRef entry;    /* of that function: allocas go to its end */
    const char *cpu, *features; /* attributes of every function */
    unsigned lanes;             /* > 0: ll_f64 and ll_real make vectors of so many equal or converted numbers */
} Ll;

void ll_init(Ll *ll, const char *module_name, const char *cpu, const char *features);
void ll_free(Ll *ll);

/* ---- constants ---- */
enum { LL_MAX_LANES = 32 };
Val ll_f64(const Ll *ll, double value);
Val ll_i64(const Ll *ll, uint64_t value);
/* The integer, or vector of them, as doubles. */
Val ll_real(const Ll *ll, Val integer);
/* One, or as many as there are lanes. */
Val ll_integer(const Ll *ll, uint64_t value);
LLVMTypeRef ll_of_lanes(const Ll *ll, LLVMTypeRef type);
/* A vector of `lanes` copies. */
Val ll_splat(const Ll *ll, Val scalar, unsigned lanes);

/* ---- float arithmetic: one rounding each, no flags ---- */
Val ll_fadd(const Ll *ll, Val a, Val b);
Val ll_fsub(const Ll *ll, Val a, Val b);
Val ll_fmul(const Ll *ll, Val a, Val b);
Val ll_fdiv(const Ll *ll, Val a, Val b);
Val ll_fneg(const Ll *ll, Val a);
/* Ordered comparison: false when an operand is a NaN. */
Val ll_fcmp(const Ll *ll, LLVMRealPredicate how, Val a, Val b);
Val ll_select(const Ll *ll, Val condition, Val a, Val b);
/* llvm.sqrt, llvm.fabs, llvm.floor: exact or correctly rounded everywhere. */
Val ll_intrinsic1(const Ll *ll, const char *name, Val a);
/* a b + c, rounded once; |a| with the sign of b. */
Val ll_fma(const Ll *ll, Val a, Val b, Val c);
Val ll_copysign(const Ll *ll, Val a, Val b);

/* ---- integers and memory ---- */
Val ll_iadd(const Ll *ll, Val a, Val b);
Val ll_imul(const Ll *ll, Val a, Val b);
/* base + index elements of `type`. */
Val ll_at(const Ll *ll, LLVMTypeRef type, Val base, Val index);
Val ll_load(const Ll *ll, LLVMTypeRef type, Val address);
Val ll_load_f64(const Ll *ll, Val base, Val index);
void ll_store_f64(const Ll *ll, Val value, Val base, Val index);
/* Asks for the line of memory that `address` is in, which need not be valid. */
void ll_prefetch(const Ll *ll, Val address);
/* n doubles that do not overlap. */
void ll_copy(const Ll *ll, Val n, Val from, Val to);
/* What is built between the two stands at the end of the function's entry block. */
LLVMBasicBlockRef ll_entry_begin(const Ll *ll);
void ll_entry_end(const Ll *ll, LLVMBasicBlockRef here);
/* `count` doubles of stack, 64-byte aligned, in the function's entry block. */
Val ll_scratch(const Ll *ll, size_t count, const char *name);

/* ---- functions ---- */
enum { LL_MAX_PARAMS = 12 };
typedef struct LlFunction {
    Val value;
    LLVMTypeRef type;
    Val param[LL_MAX_PARAMS];
} LlFunction;
/* Declares and opens a function; `names` are its parameters, separated by
 * spaces. Internal unless exported. nounwind, target attributes set. */
LlFunction ll_function(Ll *ll, const char *name, bool exported, LLVMTypeRef result,
                       const LLVMTypeRef *params, const char *names);
void ll_param_attribute(const Ll *ll, Val function, unsigned param, const char *attribute);
/* It has no side effects and reads no memory: calls of the same arguments are one. */
void ll_mark_pure(const Ll *ll, const LlFunction *f);
/* A C function of doubles without side effects, known to the linker as `name`. */
LlFunction ll_pure_external(Ll *ll, const char *name, unsigned n_args);
/* A C function that only reads memory, and one that also writes what its arguments point to. */
LlFunction ll_reading_external(Ll *ll, const char *name, LLVMTypeRef result, const LLVMTypeRef *params, unsigned n);
LlFunction ll_external(Ll *ll, const char *name, LLVMTypeRef result, const LLVMTypeRef *params, unsigned n);
/* The same of one that waits for other threads. */
LlFunction ll_synchronising_external(Ll *ll, const char *name, LLVMTypeRef result, const LLVMTypeRef *params, unsigned n);
Val ll_call(const Ll *ll, const LlFunction *f, Val *args, unsigned n);

/* ---- loops: for (i = from; i < to; i += by), with values carried round ---- */
enum { LL_MAX_CARRIED = 17 };
typedef struct LlLoop {
    Val index;
    Val from, to, by;
    LLVMBasicBlockRef before, body, after;
    unsigned n_carried;
    Val carried[LL_MAX_CARRIED];        /* inside: the value at the head */
    Val first[LL_MAX_CARRIED];
    Val next[LL_MAX_CARRIED];           /* set before ll_loop_end */
    Val result[LL_MAX_CARRIED];         /* valid after ll_loop_end */
} LlLoop;
/* `first` may be NULL when n_carried is 0. */
void ll_loop_begin(Ll *ll, LlLoop *loop, Val from, Val to, uint64_t by, unsigned n_carried, const Val *first);
void ll_loop_end(Ll *ll, LlLoop *loop);
#endif
