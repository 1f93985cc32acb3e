#include "compiler/jit/jit.h"

#include <llvm-c/BitWriter.h>
#include <llvm-c/Core.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "compiler/emit/emit.h"
#include "compiler/jit/link.h"
#include "compiler/jit/machine.h"

struct Kernel {
    LLVMOrcLLJITRef jit;        /* owns the code */
    EigKernel functions;
    char *llvm, *llvm_opt, *assembly;   /* NULL unless asked for */
    char *target;
    LLVMMemoryBufferRef bitcode;        /* of the module before it was optimised, or NULL */
    Kernel *beside;             /* of the plan's tangent, or linear problem; or NULL */
};

static double seconds(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

/* The time since *from, which is moved to now. */
static double lap(double *from)
{
    double now = seconds(), took = now - *from;
    *from = now;
    return took;
}

/* A copy with malloc of the module's text, so that every text of a kernel is freed alike. */
static char *module_text(LLVMModuleRef module)
{
    char *text = LLVMPrintModuleToString(module);
    char *copy = strdup(text);
    LLVMDisposeMessage(text);
    return copy;
}

static bool look_up_sets(Ctx *cx, const Plan *plan, const PlanSets *sets, Kernel *k)
{
    uint64_t advance = 0, drift = 0, rates = 0, observe;
    bool adaptive = eig_method[plan->problem.method].adaptive;
    if (adaptive ? !link_address(cx, k->jit, "eig_drift_sets", &drift) || !link_address(cx, k->jit, "eig_rates_sets", &rates)
                 : !link_address(cx, k->jit, "eig_advance_sets", &advance))
        return false;
    if (!link_address(cx, k->jit, "eig_observe_sets", &observe))
        return false;
    k->functions.advance_sets = (EigAdvanceSetsFn)(uintptr_t)advance;
    k->functions.drift_sets = (EigDriftSetsFn)(uintptr_t)drift;
    k->functions.rates_sets = (EigRatesSetsFn)(uintptr_t)rates;
    k->functions.observe_sets = (EigObserveSetsFn)(uintptr_t)observe;
    k->functions.lanes = sets->lanes;
    k->functions.sets_in_memory = plan->state == STATE_IN_MEMORY;
    return true;
}

static bool look_up_jets(Ctx *cx, const Plan *plan, Kernel *k)
{
    uint64_t jet = 0, sent = 0, slope = 0;
    if (!plan->problem.jets)
        return true;
    if (plan->jets_in_registers ? !link_address(cx, k->jit, "eig_jet", &jet) : !link_address(cx, k->jit, "eig_jet_slope", &slope))
        return false;
    if (!plan->jets_in_registers && !plan->problem.jets->sends_states && !link_address(cx, k->jit, "eig_jet_sent", &sent))
        return false;
    k->functions.jet = (EigJetFn)(uintptr_t)jet;
    k->functions.jet_sent = (EigJetOrderFn)(uintptr_t)sent;
    k->functions.jet_slope = (EigJetOrderFn)(uintptr_t)slope;
    return true;
}

static bool look_up(Ctx *cx, const Plan *plan, const PlanSets *sets, Kernel *k)
{
    uint64_t version, drift = 0, advance = 0, observe;
    bool adaptive = eig_method[plan->problem.method].adaptive;
    if (!link_address(cx, k->jit, "eig_abi_version", &version))
        return false;
    if (*(const uint64_t *)(uintptr_t)version != EIG_ABI_VERSION)
        BUG("generated code of another version");
    if (sets)
        return look_up_sets(cx, plan, sets, k);
    if (!link_address(cx, k->jit, "eig_observe", &observe) ||
        !(adaptive ? link_address(cx, k->jit, "eig_drift", &drift) : link_address(cx, k->jit, "eig_advance", &advance)))
        return false;
    k->functions.drift = (EigDriftFn)(uintptr_t)drift;
    k->functions.advance = (EigAdvanceFn)(uintptr_t)advance;
    k->functions.observe = (EigObserveFn)(uintptr_t)observe;
    return look_up_jets(cx, plan, k);
}

static bool same_bytes(LLVMMemoryBufferRef a, LLVMMemoryBufferRef b)
{
    size_t n = LLVMGetBufferSize(a);
    return n == LLVMGetBufferSize(b) && memcmp(LLVMGetBufferStart(a), LLVMGetBufferStart(b), n) == 0;
}

/* The cache, where it has all that is asked for. */
static const JitCache *usable_cache(const JitOptions *o)
{
    return o->want_llvm_opt || o->want_asm ? NULL : o->cache;
}

/* The module as it was built is that of the other kernel. */
static bool is_like(const JitOptions *o, const Ll *ll, Kernel *k)
{
    if (o->like || o->is_first_of_many || usable_cache(o))
        k->bitcode = LLVMWriteBitcodeToMemoryBuffer(ll->module);
    return o->like && o->like->bitcode && same_bytes(k->bitcode, o->like->bitcode);
}

/* The name of the object that this bitcode becomes on this machine. */
static void name_object(Ctx *cx, const JitOptions *o, const Machine *m, const Kernel *k, char key[JIT_KEY_SIZE])
{
    unsigned major, minor, patch;
    LLVMGetVersion(&major, &minor, &patch);
    const char *how = arena_printf(&cx->arena, "LLVM %u.%u.%u, level %d\n%s\n%s\n%s\n", major, minor, patch, o->opt_level, m->triple,
                                   m->cpu, m->features);
    o->cache->name(o->cache->of, cx, how, LLVMGetBufferStart(k->bitcode), LLVMGetBufferSize(k->bitcode), key);
}

static LLVMMemoryBufferRef find_object(Ctx *cx, const JitCache *cache, const char *key)
{
    size_t n;
    char *bytes = cache->find(cache->of, cx, key, &n);
    LLVMMemoryBufferRef object = bytes ? LLVMCreateMemoryBufferWithMemoryRangeCopy(bytes, n, "object") : NULL;
    free(bytes);
    return object;
}

/* Module -> object code, keeping the texts asked for. NULL after a diagnostic, and with *is_same where the kernel is there. */
static LLVMMemoryBufferRef translate(Ctx *cx, const Plan *plan, const JitOptions *o, const Machine *m, Ll *ll,
                                     Kernel *k, JitTimes *times, bool *is_same)
{
    const JitCache *cache = usable_cache(o);
    char key[JIT_KEY_SIZE];
    double clock = seconds();
    machine_describe(m, ll->module);
    if (!(o->sets ? emit_sets_kernel(cx, plan, o->sets, ll) : emit_kernel(cx, plan, ll)))
        return NULL;
    times->emit = lap(&clock);
    *is_same = is_like(o, ll, k);
    if (*is_same)
        return NULL;
    if (o->want_llvm)
        k->llvm = module_text(ll->module);
    lap(&clock);
    if (cache) {
        name_object(cx, o, m, k, key);
        LLVMMemoryBufferRef known = find_object(cx, cache, key);
        times->is_from_cache = known != NULL;
        if (known)
            return known;
    }
    lap(&clock);
    if (!emit_optimise(cx, ll, m->at, o->opt_level))
        return NULL;
    times->optimise = lap(&clock);
    if (o->want_llvm_opt)
        k->llvm_opt = module_text(ll->module);
    if (o->want_asm && !(k->assembly = object_assembly(cx, m, ll->module)))
        return NULL;
    lap(&clock);
    LLVMMemoryBufferRef object = object_emit(cx, m, ll->module);
    times->codegen = lap(&clock);
    if (cache && object)
        cache->keep(cache->of, cx, key, LLVMGetBufferStart(object), LLVMGetBufferSize(object));
    return object;
}

static bool compile(Ctx *cx, const Plan *plan, const JitOptions *o, const Machine *m, Kernel *k, JitTimes *times, bool *is_same)
{
    Ll ll;
    ll_init(&ll, plan->problem.model_name ? plan->problem.model_name : "model", m->cpu, m->features);
    LLVMMemoryBufferRef object = translate(cx, plan, o, m, &ll, k, times, is_same);
    ll_free(&ll);
    if (!object)
        return false;
    double clock = seconds();
    k->jit = link_object(cx, object);
    bool linked = k->jit && look_up(cx, plan, o->sets, k);
    times->link = lap(&clock);
    return linked;
}

static char *target_text(const Machine *m)
{
    size_t n = strlen(m->triple) + strlen(m->cpu) + 3;
    char *text = malloc(n);
    if (text)
        snprintf(text, n, "%s, %s", m->triple, m->cpu);
    return text;
}

/* The problem that a run needs beside the plan's own: for cvode, or where taylor is not in registers. */
static const Plan *plan_beside(const Plan *plan)
{
    return plan->tangent ? plan->tangent : plan->jets_in_registers ? NULL : plan->linear;
}

/* Its code is a kernel of its own, whose drift is the products with the Jacobian, or has the total inputs. */
static Kernel *compile_beside(Ctx *cx, const Plan *plan, const JitOptions *options, Kernel *k, JitTimes *times)
{
    JitTimes more;
    k->beside = jit_compile(cx, plan_beside(plan), options, &more);
    if (!k->beside) {
        kernel_free(k);
        return NULL;
    }
    *(plan->tangent ? &k->functions.tangent : &k->functions.linear) = k->beside->functions.drift;
    times->emit += more.emit;
    times->optimise += more.optimise;
    times->codegen += more.codegen;
    times->link += more.link;
    times->is_from_cache &= more.is_from_cache;
    return k;
}

/* Two kernels are one pair: no earlier one has both. */
static JitOptions without_like(JitOptions o)
{
    o.like = NULL;
    o.is_first_of_many = false;
    return o;
}

Kernel *jit_compile(Ctx *cx, const Plan *plan, const JitOptions *options, JitTimes *times)
{
    JitTimes unused;
    if (!times)
        times = &unused;
    *times = (JitTimes){0};
    JitOptions alone = without_like(*options);
    if (plan_beside(plan))
        options = &alone;
    Kernel *k = calloc(1, sizeof *k);
    if (!k) {
        arena_on_exhausted(sizeof *k);
        abort();
    }
    Machine m;
    bool is_same = false, ok = machine_open(cx, options->cpu, options->opt_level, &m) && compile(cx, plan, options, &m, k, times, &is_same);
    if (ok)
        k->target = target_text(&m);
    machine_close(&m);
    if (ok)
        return plan_beside(plan) ? compile_beside(cx, plan, options, k, times) : k;
    kernel_free(k);
    return is_same ? options->like : NULL;
}

const EigKernel *kernel_functions(const Kernel *k)
{
    return &k->functions;
}

const char *kernel_text(const Kernel *k, const char *which)
{
    if (strcmp(which, "llvm") == 0)
        return k->llvm;
    if (strcmp(which, "llvm-opt") == 0)
        return k->llvm_opt;
    return strcmp(which, "asm") == 0 ? k->assembly : NULL;
}

const char *kernel_target(const Kernel *k)
{
    return k->target;
}

void kernel_free(Kernel *k)
{
    if (!k)
        return;
    kernel_free(k->beside);
    link_close(k->jit);
    free(k->llvm);
    free(k->llvm_opt);
    free(k->assembly);
    free(k->target);
    if (k->bitcode)
        LLVMDisposeMemoryBuffer(k->bitcode);
    free(k);
}

extern const JitModule eigc_jit_module;
const JitModule eigc_jit_module = {
    .version = JIT_MODULE_VERSION,
    .prepare = machine_prepare,
    .compile = jit_compile,
    .functions = kernel_functions,
    .text = kernel_text,
    .target = kernel_target,
    .free = kernel_free,
};
