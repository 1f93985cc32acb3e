/* Plan -> callable kernel, through LLVM. This header is the whole surface of
 * the module that links libLLVM (build/libeigc_jit.so): the driver opens it
 * only for commands that compile, so `check` and `verify` never load LLVM. */
#ifndef COMPILER_JIT_JIT_H
#define COMPILER_JIT_JIT_H
#include "compiler/plan/numbers.h"
#include "compiler/plan/plan.h"
#include "runtime/kernel_abi.h"

typedef struct Kernel Kernel;

/* Object code kept between runs of the program. NULL in the options: none. */
enum { JIT_KEY_SIZE = 65 };
typedef struct JitCache {
    void *of;
    /* The name of what is made from n bytes of LLVM bitcode in the way that `how` tells. */
    void (*name)(void *of, Ctx *cx, const char *how, const void *code, size_t n, char key[JIT_KEY_SIZE]);
    /* The object of that name, malloc'd, of *n bytes; NULL: it is not there. */
    char *(*find)(void *of, Ctx *cx, const char *key, size_t *n);
    void (*keep)(void *of, Ctx *cx, const char *key, const void *object, size_t n);
} JitCache;

typedef struct JitOptions {
    int opt_level;              /* 0..3 of the pass pipeline and code generation */
    bool want_llvm, want_llvm_opt, want_asm;    /* texts to keep for --dump */
    const char *cpu;            /* NULL: the host's */
    Kernel *like;               /* NULL, or an earlier kernel, made with is_first_of_many: where the code is the same, it is what is returned */
    bool is_first_of_many;      /* of kernels to be compared with it; implied by like */
    const JitCache *cache;      /* not asked where texts of optimised code are wanted: they are not in it */
    const PlanSets *sets;       /* NULL: of the plan alone; else of sets of its shape, side by side */
} JitOptions;

typedef struct JitTimes {       /* seconds */
    double emit, optimise, codegen, link;
    bool is_from_cache;         /* then nothing was optimised and generated */
} JitTimes;

/* NULL after a diagnostic E09xx. The kernel owns code and texts. What a plan gives to its kernel by its problem, dense weights,
 * columns and the seed among it, is no part of the code. */
Kernel *jit_compile(Ctx *cx, const Plan *plan, const JitOptions *options, JitTimes *times);
const EigKernel *kernel_functions(const Kernel *k);
const char *kernel_text(const Kernel *k, const char *which);    /* "llvm", "llvm-opt", "asm"; NULL when not kept */
const char *kernel_target(const Kernel *k);                     /* "x86_64..., znver4": goes into results */
void kernel_free(Kernel *k);

/* What the module exports to the driver (dlsym "eigc_jit_module"). */
typedef struct JitModule {
    int version;                /* JIT_MODULE_VERSION */
    void (*prepare)(void);      /* what compile would do first, once; from any thread */
    Kernel *(*compile)(Ctx *, const Plan *, const JitOptions *, JitTimes *);
    const EigKernel *(*functions)(const Kernel *);
    const char *(*text)(const Kernel *, const char *);
    const char *(*target)(const Kernel *);
    void (*free)(Kernel *);
} JitModule;
enum { JIT_MODULE_VERSION = 4 };
#endif
