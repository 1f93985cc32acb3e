/* The processor that code is made for. */
#include <llvm-c/Target.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/jit/machine.h"

/* Processors by level, with the features that tell whether this machine has
 * the level. "generic" is what other architectures offer beside the host. */
typedef struct Level {
    const char *name;
    const char *needs[5];
} Level;

static const Level level[] = {
    { "generic", { NULL } },
    { "x86-64", { NULL } },
    { "x86-64-v2", { "+sse4.2", "+popcnt", NULL } },
    { "x86-64-v3", { "+avx2", "+fma", "+bmi2", NULL } },
    { "x86-64-v4", { "+avx512f", "+avx512bw", "+avx512dq", "+avx512vl", NULL } },
};
enum { N_LEVELS = sizeof level / sizeof *level };

/* True when the comma-separated list holds the word. */
static bool has_feature(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = strstr(list, word); at; at = strstr(at + 1, word))
        if ((at == list || at[-1] == ',') && (at[n] == 0 || at[n] == ','))
            return true;
    return false;
}

static const Level *find_level(const char *name)
{
    for (size_t k = 0; k < N_LEVELS; k++)
        if (strcmp(level[k].name, name) == 0)
            return &level[k];
    return NULL;
}

static bool unknown_cpu(Ctx *cx, const char *cpu)
{
    const char *names[N_LEVELS + 1] = { "host" };
    for (size_t k = 0; k < N_LEVELS; k++)
        names[k + 1] = level[k].name;
    const char *near = diag_nearest(cpu, names, N_LEVELS + 1);
    Diag *d = diag_nowhere(cx, D_E0902, "there is no processor '%s' to compile for", cpu);
    if (near)
        diag_help(cx, d, "did you mean %s?", near);
    else
        diag_help(cx, d, "choose one of host, generic, x86-64, x86-64-v2, x86-64-v3, x86-64-v4");
    return false;
}

static bool host_has(Ctx *cx, const Level *l, const char *host_features)
{
    for (const char *const *need = l->needs; *need; need++) {
        if (has_feature(host_features, *need))
            continue;
        Diag *d = diag_nowhere(cx, D_E0902, "this machine cannot run code for %s: it has no %s", l->name, *need + 1);
        diag_help(cx, d, "leave --cpu out to compile for this machine");
        return false;
    }
    return true;
}

/* Strings of LLVM have their own dispose function; ours are malloc'd. */
static char *take(char *message)
{
    char *copy = strdup(message ? message : "");
    LLVMDisposeMessage(message);
    return copy;
}

static bool choose_cpu(Ctx *cx, const char *cpu, Machine *out)
{
    char *features = take(LLVMGetHostCPUFeatures());
    if (!cpu || strcmp(cpu, "host") == 0) {
        out->cpu = take(LLVMGetHostCPUName());
        out->features = features;
        return true;
    }
    const Level *l = find_level(cpu);
    bool ok = l ? host_has(cx, l, features) : unknown_cpu(cx, cpu);
    free(features);
    out->cpu = strdup(cpu);
    out->features = strdup("");
    return ok;
}

static LLVMCodeGenOptLevel codegen_level(int opt_level)
{
    static const LLVMCodeGenOptLevel of[4] = { LLVMCodeGenLevelNone, LLVMCodeGenLevelLess, LLVMCodeGenLevelDefault,
                                               LLVMCodeGenLevelAggressive };
    return of[opt_level < 0 ? 0 : opt_level > 3 ? 3 : opt_level];
}

static bool failed(Ctx *cx, const char *doing, char *message)
{
    diag_nowhere(cx, D_E0901, "%s: %s", doing, message ? message : "no reason was given");
    LLVMDisposeMessage(message);
    return false;
}

/* LLVM's list of targets has no lock: of two threads that enter one at once, the other may find none, or half of one. */
static bool has_no_target;

static void register_target(void)
{
    has_no_target = LLVMInitializeNativeTarget() || LLVMInitializeNativeAsmPrinter();
}

void machine_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_target);
}

bool machine_open(Ctx *cx, const char *cpu, int opt_level, Machine *out)
{
    *out = (Machine){0};
    machine_prepare();
    if (has_no_target)
        return failed(cx, "this build of LLVM has no code generator for this machine", NULL);
    if (!choose_cpu(cx, cpu, out))
        return false;
    out->triple = take(LLVMGetDefaultTargetTriple());
    LLVMTargetRef target;
    char *message = NULL;
    if (LLVMGetTargetFromTriple(out->triple, &target, &message))
        return failed(cx, "no target for this machine", message);
    /* Small, not LLVM's default for a JIT: the object is loaded in one piece, and
     * far functions are reached through the linker's stubs. */
    out->at = LLVMCreateTargetMachine(target, out->triple, out->cpu, out->features, codegen_level(opt_level),
                                      LLVMRelocPIC, LLVMCodeModelSmall);
    return out->at || failed(cx, "no code generator for this machine", NULL);
}

void machine_close(Machine *m)
{
    if (m->at)
        LLVMDisposeTargetMachine(m->at);
    free(m->triple);
    free(m->cpu);
    free(m->features);
    *m = (Machine){0};
}

void machine_describe(const Machine *m, LLVMModuleRef module)
{
    LLVMTargetDataRef layout = LLVMCreateTargetDataLayout(m->at);
    LLVMSetModuleDataLayout(module, layout);
    LLVMDisposeTargetData(layout);
    LLVMSetTarget(module, m->triple);
}
