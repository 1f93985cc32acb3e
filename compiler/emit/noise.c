/* What chance adds: the normals of a step are drawn by the runtime's function
 * before its first stage; noise and Ornstein-Uhlenbeck states take them after
 * the last. */
#include "compiler/emit/parts.h"
#include "runtime/layout.h"

size_t noise_slot(const Emit *e, size_t pop, size_t state)
{
    return eig_noise_from(e->p, pop, state);
}

void noise_fill_call(const Emit *e, Val args, Val step)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->ptr };
    LlFunction f = ll_external(ll, "eig_noise_fill", ll->none, params, 3);
    ll_call(ll, &f, (Val[]){ abi_load(e, args, ABI_noise), step, abi_load(e, args, ABI_normal) }, 3);
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
