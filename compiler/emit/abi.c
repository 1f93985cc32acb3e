/* The argument block and the entry points of runtime/kernel_abi.h as LLVM
 * types. Every field is pointer-sized, so the struct has no padding. */
#include "compiler/emit/parts.h"

LLVMTypeRef abi_args_type(const Ll *ll)
{
    LLVMTypeRef field[] = {
#define KERNEL_ARG(field, type) ll->ptr,
#include "runtime/kernel_abi.def"
#undef KERNEL_ARG
    };
    LLVMTypeRef t = LLVMStructCreateNamed(ll->context, "EigKernelArgs");
    LLVMStructSetBody(t, field, (unsigned)(sizeof field / sizeof *field), 0);
    return t;
}

Val abi_load(const Emit *e, Val args, AbiArg which)
{
    Val at = LLVMBuildStructGEP2(e->ll->builder, e->args, args, (unsigned)which, "");
    return ll_load(e->ll, e->ll->ptr, at);
}

Val abi_block_pointer(const Emit *e, Val args, AbiArg which, Val block)
{
    Val table = abi_load(e, args, which);
    return ll_load(e->ll, e->ll->ptr, ll_at(e->ll, e->ll->ptr, table, block));
}

void abi_version(const Emit *e)
{
    Val v = LLVMAddGlobal(e->ll->module, e->ll->i64, "eig_abi_version");
    LLVMSetInitializer(v, ll_i64(e->ll, EIG_ABI_VERSION));
    LLVMSetGlobalConstant(v, 1);
}

LlFunction abi_entry(const Emit *e, AbiEntry which)
{
    Ll *ll = e->ll;
    LLVMTypeRef at_time[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->i64 };
    LLVMTypeRef steps[] = { ll->ptr, ll->i64, ll->i64, ll->ptr };
    LlFunction f = { 0 };
    switch (which) {
    case ABI_DRIFT:   f = ll_function(ll, "eig_drift", true, ll->none, at_time, "args t x dx"); break;
    case ABI_ADVANCE: f = ll_function(ll, "eig_advance", true, ll->none, steps, "args k_from k_to x"); break;
    case ABI_OBSERVE: f = ll_function(ll, "eig_observe", true, ll->none, at_time, "args t x out clock"); break;
    }
    ll_param_attribute(ll, f.value, 0, "noalias");
    ll_param_attribute(ll, f.value, 0, "readonly");
    ll_param_attribute(ll, f.value, 3, "noalias");
    if (which != ABI_ADVANCE) {
        ll_param_attribute(ll, f.value, 2, "noalias");
        ll_param_attribute(ll, f.value, 2, "readonly");
    }
    return f;
}
