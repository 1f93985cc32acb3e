/* Populations whose targets several threads compute: their functions take the
 * targets from .. to - 1, and callers leave it to eig_share (runtime/team.h)
 * who calls them. Every target is computed as it is without threads, and writes what is its own. */
#include <stdio.h>
#include <string.h>

#include "compiler/emit/parts.h"

bool share_alike(const Emit *e, size_t a, size_t b)
{
    return !e->plan->piece[a] == !e->plan->piece[b];
}

void share_plan(Emit *e, Group *g)
{
    g->piece = 0;
    for (size_t k = 0; k < g->member.n; k++)
        if (e->plan->piece[g->member.at[k]] > g->piece)
            g->piece = e->plan->piece[g->member.at[k]];
    g->site = e->n_sites;
    if (g->piece)
        e->n_sites += g->member.n;
}

const char *share_params(const Emit *e, const Group *g, LLVMTypeRef *param, unsigned n, const char *names)
{
    for (unsigned k = n; k < n + SHARE_PARAMS; k++)
        param[k] = e->ll->i64;
    return arena_printf(&e->cx->arena, "%s%s%s", names, g->piece ? " from to" : "", g->member.n > 1 ? " row" : "");
}

Val share_row(const Group *g, const LlFunction *f, unsigned n)
{
    return g->member.n > 1 ? f->param[n + (g->piece ? SHARE_ROW : 0)] : NULL;
}

Targets share_targets(const Emit *e, const Group *g, const LlFunction *f, unsigned n, Val size)
{
    if (!g->piece)
        return (Targets){ ll_i64(e->ll, 0), size };
    return (Targets){ f->param[n + SHARE_FROM], f->param[n + SHARE_TO] };
}

/* What the callers give, and the row. */
static LLVMTypeRef job_type(const Emit *e, const Group *g, unsigned n)
{
    LLVMTypeRef type[LL_MAX_PARAMS];
    LLVMGetParamTypes(g->function.type, type);
    type[n] = e->ll->i64;
    return LLVMStructTypeInContext(e->ll->context, type, n + 1, 0);
}

static Val job_field(const Emit *e, LLVMTypeRef type, Val job, unsigned k)
{
    return LLVMBuildStructGEP2(e->ll->builder, type, job, k, "");
}

/* part(job, from, to) */
void share_part(Emit *e, Group *g, unsigned n)
{
    Ll *ll = e->ll;
    if (!g->piece)
        return;
    char name[48];
    snprintf(name, sizeof name, "part_%zu", g->member.at[0]);
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->i64 }, type = job_type(e, g, n);
    LlFunction f = ll_function(ll, name, false, ll->none, params, "job from to");
    Val all[LL_MAX_PARAMS];
    for (unsigned k = 0; k <= n; k++)
        all[k == n ? n + SHARE_ROW : k] = ll_load(ll, LLVMStructGetTypeAtIndex(type, k), job_field(e, type, f.param[0], k));
    all[n + SHARE_FROM] = f.param[1];
    all[n + SHARE_TO] = f.param[2];
    ll_call(ll, &g->function, all, n + (g->member.n > 1 ? SHARE_PARAMS : SHARE_ROW));
    LLVMBuildRetVoid(ll->builder);
    g->part = f;
}

static Val make_job(const Emit *e, LLVMTypeRef type)
{
    LLVMBasicBlockRef here = ll_entry_begin(e->ll);
    Val job = LLVMBuildAlloca(e->ll->builder, type, "job");
    ll_entry_end(e->ll, here);
    return job;
}

static void call_row(const Emit *e, const Group *g, const Val *args, unsigned n, Val row, size_t size)
{
    Ll *ll = e->ll;
    LLVMTypeRef type = job_type(e, g, n), params[] = { ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->i64, ll->i64 };
    LlFunction share = ll_synchronising_external(ll, "eig_share", ll->none, params, 6);
    Val job = make_job(e, type), site = ll_iadd(ll, ll_i64(ll, g->site), row);
    for (unsigned k = 0; k <= n; k++)
        LLVMBuildStore(ll->builder, k == n ? row : args[k], job_field(e, type, job, k));
    Own own = group_own(e, g, row);
    own.in_loop = true;
    Val all[] = { abi_load(e, args[0], ABI_team), g->part.value, job, own_i64(e, &own, size), ll_i64(ll, g->piece), site };
    ll_call(ll, &share, all, 6);
}

void share_call(const Emit *e, const Group *g, const Val *args, unsigned n, size_t size)
{
    Ll *ll = e->ll;
    if (!g->piece) {
        group_call(e, g, args, n);
        return;
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, g->member.n), 1, 0, NULL);
    call_row(e, g, args, n, loop.index, size);
    ll_loop_end(ll, &loop);
}
