/* What chance adds: the normals of a step are drawn before its first stage, by
 * the operations of runtime/noise.c in lanes; noise and Ornstein-Uhlenbeck
 * states take them after the last. */
#include <stddef.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"
#include "runtime/noise.h"
#include "runtime/rng.h"

size_t noise_slot(const Emit *e, size_t pop, size_t state)
{
    return eig_noise_from(e->p, pop, state);
}

/* ---- Philox4x32-10 in lanes: 32-bit words in 64 bits each ---- */

static Val low_word(const Ll *ll, Val a)
{
    return LLVMBuildAnd(ll->builder, a, ll_integer(ll, 0xffffffff), "");
}

static Val high_word(const Ll *ll, Val a)
{
    return LLVMBuildLShr(ll->builder, a, ll_integer(ll, 32), "");
}

static Val exclusive(const Ll *ll, Val a, Val b, Val c)
{
    return LLVMBuildXor(ll->builder, LLVMBuildXor(ll->builder, a, b, ""), c, "");
}

static void philox(const Ll *ll, Val x[4], Val key[2])
{
    for (int round = 0; round < EIG_PHILOX_ROUNDS; round++) {
        Val p0 = LLVMBuildMul(ll->builder, ll_integer(ll, EIG_PHILOX_M0), x[0], "");
        Val p1 = LLVMBuildMul(ll->builder, ll_integer(ll, EIG_PHILOX_M1), x[2], "");
        x[0] = exclusive(ll, high_word(ll, p1), x[1], key[0]);
        x[2] = exclusive(ll, high_word(ll, p0), x[3], key[1]);
        x[1] = low_word(ll, p1);
        x[3] = low_word(ll, p0);
        key[0] = low_word(ll, LLVMBuildAdd(ll->builder, key[0], ll_integer(ll, EIG_PHILOX_W0), ""));
        key[1] = low_word(ll, LLVMBuildAdd(ll->builder, key[1], ll_integer(ll, EIG_PHILOX_W1), ""));
    }
}

/* runtime/rng.c, uniform. */
static Val uniform(const Ll *ll, Val high, Val low)
{
    LLVMTypeRef f64 = LLVMVectorType(ll->f64, ll->lanes);
    Val a = LLVMBuildUIToFP(ll->builder, LLVMBuildLShr(ll->builder, high, ll_integer(ll, 5), ""), f64, "");
    Val b = LLVMBuildUIToFP(ll->builder, LLVMBuildLShr(ll->builder, low, ll_integer(ll, 6), ""), f64, "");
    Val sum = ll_fadd(ll, ll_fadd(ll, ll_fmul(ll, a, ll_f64(ll, 67108864.0)), b), ll_f64(ll, 0.5));
    Val u = ll_fmul(ll, sum, ll_f64(ll, 0x1p-53));
    return ll_select(ll, ll_fcmp(ll, LLVMRealOLT, u, ll_f64(ll, 1.0)), u, ll_f64(ll, 1.0 - 0x1p-53));
}

static Val noise_field(const Ll *ll, Val noise, size_t offset, LLVMTypeRef type)
{
    return ll_load(ll, type, ll_at(ll, LLVMInt8TypeInContext(ll->context), noise, ll_i64(ll, offset)));
}

/* The bits do not depend on it; more lanes make more code, and the time it takes to make that grows faster. */
enum { NOISE_LANES = EIG_SUM_LANES / 2 };

/* runtime/noise.c, eig_noise_fill; the arrays have room for whole vectors. */
LlFunction noise_fill_function(Emit *e)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->i64 }, lanes = LLVMVectorType(ll->i64, NOISE_LANES);
    LlFunction f = ll_function(ll, "normals", false, ll->none, params, "args step");
    Val noise = abi_load(e, f.param[0], ABI_noise), normal = abi_load(e, f.param[0], ABI_normal);
    Val seed = noise_field(ll, noise, offsetof(EigNoise, seed), ll->i64);
    Val name = noise_field(ll, noise, offsetof(EigNoise, name), ll->ptr);
    ll->lanes = NOISE_LANES;
    Val step = ll_splat(ll, f.param[1], NOISE_LANES), seeds = ll_splat(ll, seed, NOISE_LANES);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, eig_noise_from(e->p, e->p->n_pops, 0)), NOISE_LANES, 0, NULL);
    Val of = ll_load(ll, lanes, ll_at(ll, ll->i64, name, loop.index));
    LLVMSetAlignment(of, 8);
    Val x[4] = { low_word(ll, step), high_word(ll, step), ll_integer(ll, 0), high_word(ll, of) };
    Val key[2] = { low_word(ll, seeds), low_word(ll, LLVMBuildXor(ll->builder, of, high_word(ll, seeds), "")) };
    philox(ll, x, key);
    store_lanes(ll, normal_quantile(e, uniform(ll, x[0], x[1])), normal, loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    ll->lanes = 0;
    return f;
}

/* One state of a population. */
static void kick(const Emit *e, Val args, Val x, size_t pop, size_t k)
{
    Ll *ll = e->ll;
    const EigPop *p = &e->p->pop[pop];
    const EigState *state = &p->state[k];
    Val normal = ll_at(ll, ll->f64, abi_load(e, args, ABI_normal), ll_i64(ll, noise_slot(e, pop, k)));
    Val to = ll_at(ll, ll->f64, x, ll_i64(ll, p->state_from + k * p->size));
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, p->size), 1, 0, NULL);
    Val now = ll_load_f64(ll, to, loop.index), z = ll_load_f64(ll, normal, loop.index);
    Scope scope = { .e = e, .pop = pop, .args = args, .y = x, .neuron = loop.index };
    if (state->kind == EIG_STATE_OU) {
        now = ll_fmul(ll, scope_value(&scope, &state->decay), now);
        z = ll_fmul(ll, scope_value(&scope, &state->spread), z);
    }
    ll_store_f64(ll, ll_fadd(ll, now, z), to, loop.index);
    ll_loop_end(ll, &loop);
}

LlFunction noise_kick_function(Emit *e)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, "kick", false, ll->none, params, "args x");
    bool noise = e->p->method == EIG_METHOD_EULERMARUYAMA;
    for (size_t q = 0; q < e->p->n_pops; q++)
        for (size_t k = 0; k < e->p->pop[q].n_states; k++)
            if (e->p->pop[q].state[k].kind == EIG_STATE_OU || (noise && e->p->pop[q].state[k].noise.n))
                kick(e, f.param[0], f.param[1], q, k);
    LLVMBuildRetVoid(ll->builder);
    return f;
}
