#include "compiler/emit/ll.h"

#include <string.h>

void ll_init(Ll *ll, const char *module_name, const char *cpu, const char *features)
{
    LLVMContextRef c = LLVMContextCreate();
    *ll = (Ll){
        .context = c,
        .module = LLVMModuleCreateWithNameInContext(module_name, c),
        .builder = LLVMCreateBuilderInContext(c),
        .f64 = LLVMDoubleTypeInContext(c),
        .i64 = LLVMInt64TypeInContext(c),
        .f32 = LLVMFloatTypeInContext(c),
        .i32 = LLVMInt32TypeInContext(c),
        .i1 = LLVMInt1TypeInContext(c),
        .ptr = LLVMPointerTypeInContext(c, 0),
        .none = LLVMVoidTypeInContext(c),
        .cpu = cpu,
        .features = features,
    };
}

void ll_free(Ll *ll)
{
    if (ll->builder)
        LLVMDisposeBuilder(ll->builder);
    if (ll->module)
        LLVMDisposeModule(ll->module);
    if (ll->context)
        LLVMContextDispose(ll->context);
    *ll = (Ll){0};
}

Val ll_f64(const Ll *ll, double value)
{
    Val one = LLVMConstReal(ll->f64, value), all[LL_MAX_LANES];
    if (!ll->lanes)
        return one;
    for (unsigned k = 0; k < ll->lanes; k++)
        all[k] = one;
    return LLVMConstVector(all, ll->lanes);
}

Val ll_real(const Ll *ll, Val integer)
{
    LLVMTypeRef type = ll->lanes ? LLVMVectorType(ll->f64, ll->lanes) : ll->f64;
    return LLVMBuildSIToFP(ll->builder, integer, type, "");
}

Val ll_splat(const Ll *ll, Val scalar, unsigned lanes)
{
    Val none = LLVMGetPoison(LLVMVectorType(LLVMTypeOf(scalar), lanes));
    Val first = LLVMBuildInsertElement(ll->builder, none, scalar, ll_i64(ll, 0), "");
    Val zero[LL_MAX_LANES];
    for (unsigned k = 0; k < lanes; k++)
        zero[k] = LLVMConstInt(ll->i32, 0, 0);
    return LLVMBuildShuffleVector(ll->builder, first, none, LLVMConstVector(zero, lanes), "");
}

Val ll_i64(const Ll *ll, uint64_t value)
{
    return LLVMConstInt(ll->i64, value, 0);
}

Val ll_integer(const Ll *ll, uint64_t value)
{
    return ll->lanes ? ll_splat(ll, ll_i64(ll, value), ll->lanes) : ll_i64(ll, value);
}

LLVMTypeRef ll_of_lanes(const Ll *ll, LLVMTypeRef type)
{
    return ll->lanes ? LLVMVectorType(type, ll->lanes) : type;
}

Val ll_fadd(const Ll *ll, Val a, Val b)
{
    return LLVMBuildFAdd(ll->builder, a, b, "");
}

Val ll_fsub(const Ll *ll, Val a, Val b)
{
    return LLVMBuildFSub(ll->builder, a, b, "");
}

Val ll_fmul(const Ll *ll, Val a, Val b)
{
    return LLVMBuildFMul(ll->builder, a, b, "");
}

Val ll_fdiv(const Ll *ll, Val a, Val b)
{
    return LLVMBuildFDiv(ll->builder, a, b, "");
}

Val ll_fneg(const Ll *ll, Val a)
{
    return LLVMBuildFNeg(ll->builder, a, "");
}

Val ll_fcmp(const Ll *ll, LLVMRealPredicate how, Val a, Val b)
{
    return LLVMBuildFCmp(ll->builder, how, a, b, "");
}

Val ll_select(const Ll *ll, Val condition, Val a, Val b)
{
    return LLVMBuildSelect(ll->builder, condition, a, b, "");
}

static Val intrinsic(const Ll *ll, const char *name, Val *args, unsigned n)
{
    LLVMTypeRef type = LLVMTypeOf(args[0]);
    unsigned id = LLVMLookupIntrinsicID(name, strlen(name));
    Val f = LLVMGetIntrinsicDeclaration(ll->module, id, &type, 1);
    return LLVMBuildCall2(ll->builder, LLVMIntrinsicGetType(ll->context, id, &type, 1), f, args, n, "");
}

Val ll_intrinsic1(const Ll *ll, const char *name, Val a)
{
    return intrinsic(ll, name, &a, 1);
}

Val ll_fma(const Ll *ll, Val a, Val b, Val c)
{
    return intrinsic(ll, "llvm.fma", (Val[]){ a, b, c }, 3);
}

Val ll_copysign(const Ll *ll, Val a, Val b)
{
    return intrinsic(ll, "llvm.copysign", (Val[]){ a, b }, 2);
}

Val ll_iadd(const Ll *ll, Val a, Val b)
{
    return LLVMBuildNUWAdd(ll->builder, a, b, "");
}

Val ll_imul(const Ll *ll, Val a, Val b)
{
    return LLVMBuildNUWMul(ll->builder, a, b, "");
}

Val ll_at(const Ll *ll, LLVMTypeRef type, Val base, Val index)
{
    return LLVMBuildGEP2(ll->builder, type, base, &index, 1, "");
}

Val ll_load(const Ll *ll, LLVMTypeRef type, Val address)
{
    return LLVMBuildLoad2(ll->builder, type, address, "");
}

Val ll_load_f64(const Ll *ll, Val base, Val index)
{
    return ll_load(ll, ll->f64, ll_at(ll, ll->f64, base, index));
}

void ll_store_f64(const Ll *ll, Val value, Val base, Val index)
{
    LLVMBuildStore(ll->builder, value, ll_at(ll, ll->f64, base, index));
}

void ll_prefetch(const Ll *ll, Val address)
{
    enum { TO_READ = 0, KEEP = 3, DATA = 1 };
    static const char name[] = "llvm.prefetch";
    unsigned id = LLVMLookupIntrinsicID(name, sizeof name - 1);
    LLVMTypeRef type = ll->ptr;
    Val f = LLVMGetIntrinsicDeclaration(ll->module, id, &type, 1);
    Val args[] = { address, LLVMConstInt(ll->i32, TO_READ, 0), LLVMConstInt(ll->i32, KEEP, 0), LLVMConstInt(ll->i32, DATA, 0) };
    LLVMBuildCall2(ll->builder, LLVMIntrinsicGetType(ll->context, id, &type, 1), f, args, 4, "");
}

void ll_copy(const Ll *ll, Val n, Val from, Val to)
{
    LLVMBuildMemCpy(ll->builder, to, 8, from, 8, ll_imul(ll, n, ll_i64(ll, 8)));
}

LLVMBasicBlockRef ll_entry_begin(const Ll *ll)
{
    LLVMBasicBlockRef here = LLVMGetInsertBlock(ll->builder);
    Val last = LLVMGetBasicBlockTerminator(ll->entry);
    if (last)
        LLVMPositionBuilderBefore(ll->builder, last);
    else
        LLVMPositionBuilderAtEnd(ll->builder, ll->entry);
    return here;
}

void ll_entry_end(const Ll *ll, LLVMBasicBlockRef here)
{
    LLVMPositionBuilderAtEnd(ll->builder, here);
}

/* Allocas outside the entry block would grow the stack on every turn. */
Val ll_scratch(const Ll *ll, size_t count, const char *name)
{
    LLVMBasicBlockRef here = ll_entry_begin(ll);
    Val a = LLVMBuildAlloca(ll->builder, LLVMArrayType2(ll->f64, count), name);
    LLVMSetAlignment(a, 64);
    ll_entry_end(ll, here);
    return a;
}

static LLVMAttributeRef flag(const Ll *ll, const char *name, uint64_t value)
{
    return LLVMCreateEnumAttribute(ll->context, LLVMGetEnumAttributeKindForName(name, strlen(name)), value);
}

static void text_attribute(const Ll *ll, Val f, const char *key, const char *value)
{
    LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex,
                            LLVMCreateStringAttribute(ll->context, key, (unsigned)strlen(key), value,
                                                      (unsigned)strlen(value)));
}

static void target_attributes(const Ll *ll, Val f)
{
    text_attribute(ll, f, "target-cpu", ll->cpu);
    if (ll->features[0])
        text_attribute(ll, f, "target-features", ll->features);
    /* Some processors are described as preferring 256 bits; the loops here are
     * plain streams, which gain from the full width. */
    text_attribute(ll, f, "prefer-vector-width", "512");
    LLVMAddAttributeAtIndex(f, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, flag(ll, "nounwind", 0));
}

static void name_params(LlFunction *f, unsigned n, const char *names)
{
    for (unsigned k = 0; k < n; k++) {
        size_t length = strcspn(names, " ");
        f->param[k] = LLVMGetParam(f->value, k);
        LLVMSetValueName2(f->param[k], names, length);
        names += length + (names[length] == ' ');
    }
}

static unsigned count_words(const char *names)
{
    unsigned n = names[0] != 0;
    for (const char *c = names; *c; c++)
        n += *c == ' ';
    return n;
}

LlFunction ll_function(Ll *ll, const char *name, bool exported, LLVMTypeRef result,
                       const LLVMTypeRef *params, const char *names)
{
    unsigned n = count_words(names);
    LLVMTypeRef type[LL_MAX_PARAMS];
    if (n > LL_MAX_PARAMS)
        BUG("%s has %u parameters", name, n);
    memcpy(type, params, n * sizeof *type);
    LlFunction f = { .type = LLVMFunctionType(result, type, n, 0) };
    f.value = LLVMAddFunction(ll->module, name, f.type);
    if (!exported)
        LLVMSetLinkage(f.value, LLVMInternalLinkage);
    target_attributes(ll, f.value);
    name_params(&f, n, names);
    ll->function = f.value;
    ll->entry = LLVMAppendBasicBlockInContext(ll->context, f.value, "entry");
    LLVMPositionBuilderAtEnd(ll->builder, ll->entry);
    return f;
}

void ll_param_attribute(const Ll *ll, Val function, unsigned param, const char *attribute)
{
    LLVMAddAttributeAtIndex(function, param + 1, flag(ll, attribute, 0));
}

/* Of `memory`, which is otherwise as in the attribute of LLVM: 0 none, 0b010101 reads. */
enum { ANY_MEMORY = -1, OTHER_THREADS = -2 };

/* Declared once under a name. */
static LlFunction external(Ll *ll, const char *name, LLVMTypeRef result, const LLVMTypeRef *params, unsigned n,
                           int memory)
{
    static const char *const always[] = { "nounwind", "willreturn", "nofree", "nosync" /* the last */ };
    LLVMAttributeIndex at = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;
    LLVMTypeRef type[LL_MAX_PARAMS];
    memcpy(type, params, n * sizeof *type);
    LlFunction f = { .type = LLVMFunctionType(result, type, n, 0) };
    f.value = LLVMGetNamedFunction(ll->module, name);
    if (f.value)
        return f;
    f.value = LLVMAddFunction(ll->module, name, f.type);
    for (size_t k = 0; k < sizeof always / sizeof *always - (memory == OTHER_THREADS); k++)
        LLVMAddAttributeAtIndex(f.value, at, flag(ll, always[k], 0));
    if (memory >= 0)
        LLVMAddAttributeAtIndex(f.value, at, flag(ll, "memory", (uint64_t)memory));
    return f;
}

void ll_mark_pure(const Ll *ll, const LlFunction *f)
{
    LLVMAttributeIndex at = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;
    LLVMAddAttributeAtIndex(f->value, at, flag(ll, "willreturn", 0));
    LLVMAddAttributeAtIndex(f->value, at, flag(ll, "memory", 0));
}

LlFunction ll_pure_external(Ll *ll, const char *name, unsigned n_args)
{
    return external(ll, name, ll->f64, (LLVMTypeRef[]){ ll->f64, ll->f64 }, n_args, 0);
}

LlFunction ll_reading_external(Ll *ll, const char *name, LLVMTypeRef result, const LLVMTypeRef *params, unsigned n)
{
    return external(ll, name, result, params, n, 0x15);
}

LlFunction ll_external(Ll *ll, const char *name, LLVMTypeRef result, const LLVMTypeRef *params, unsigned n)
{
    return external(ll, name, result, params, n, ANY_MEMORY);
}

LlFunction ll_synchronising_external(Ll *ll, const char *name, LLVMTypeRef result, const LLVMTypeRef *params, unsigned n)
{
    return external(ll, name, result, params, n, OTHER_THREADS);
}

Val ll_call(const Ll *ll, const LlFunction *f, Val *args, unsigned n)
{
    return LLVMBuildCall2(ll->builder, f->type, f->value, args, n, "");
}

/* Built with the test at the bottom, the shape that the vectoriser wants. */
void ll_loop_begin(Ll *ll, LlLoop *loop, Val from, Val to, uint64_t by, unsigned n_carried, const Val *first)
{
    if (n_carried > LL_MAX_CARRIED)
        BUG("%u values carried round a loop", n_carried);
    *loop = (LlLoop){ .from = from, .to = to, .by = ll_i64(ll, by), .n_carried = n_carried };
    loop->body = LLVMAppendBasicBlockInContext(ll->context, ll->function, "loop");
    loop->after = LLVMAppendBasicBlockInContext(ll->context, ll->function, "done");
    Val any = LLVMBuildICmp(ll->builder, LLVMIntSLT, from, to, "");
    loop->before = LLVMGetInsertBlock(ll->builder);
    LLVMBuildCondBr(ll->builder, any, loop->body, loop->after);
    LLVMPositionBuilderAtEnd(ll->builder, loop->body);
    loop->index = LLVMBuildPhi(ll->builder, ll->i64, "");
    for (unsigned k = 0; k < n_carried; k++) {
        loop->first[k] = first[k];
        loop->carried[k] = LLVMBuildPhi(ll->builder, LLVMTypeOf(first[k]), "");
    }
}

void ll_loop_end(Ll *ll, LlLoop *loop)
{
    Val step = LLVMBuildNSWAdd(ll->builder, loop->index, loop->by, "");
    Val more = LLVMBuildICmp(ll->builder, LLVMIntSLT, step, loop->to, "");
    LLVMBasicBlockRef last = LLVMGetInsertBlock(ll->builder);
    LLVMBuildCondBr(ll->builder, more, loop->body, loop->after);
    LLVMBasicBlockRef from[2] = { loop->before, last };
    LLVMAddIncoming(loop->index, (Val[]){ loop->from, step }, from, 2);
    LLVMMoveBasicBlockAfter(loop->after, last);
    LLVMPositionBuilderAtEnd(ll->builder, loop->after);
    for (unsigned k = 0; k < loop->n_carried; k++) {
        Val in[2] = { loop->first[k], loop->next[k] };
        LLVMAddIncoming(loop->carried[k], in, from, 2);
        loop->result[k] = LLVMBuildPhi(ll->builder, LLVMTypeOf(in[0]), "");
        LLVMAddIncoming(loop->result[k], in, from, 2);
    }
}
