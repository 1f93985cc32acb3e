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
    bool has_row = g->member.n > 1;
    for (unsigned k = n; k < n + has_row + SHARE_TARGETS; k++)
        param[k] = e->ll->i64;
    return arena_printf(&e->cx->arena, "%s%s%s", names, has_row ? " row" : "", g->piece ? " from to" : "");
}

Targets share_targets(const Emit *e, const Group *g, const LlFunction *f, unsigned n, Val size)
{
    unsigned at = n + (g->member.n > 1);
    return g->piece ? (Targets){ f->param[at], f->param[at + 1] } : (Targets){ ll_i64(e->ll, 0), size };
}

/* ---- what another thread calls ---- */

/* All that the function takes but the targets. */
static LLVMTypeRef job_type(const Emit *e, const LlFunction *f, unsigned *n)
{
    LLVMTypeRef type[LL_MAX_PARAMS];
    *n = LLVMCountParamTypes(f->type) - SHARE_TARGETS;
    LLVMGetParamTypes(f->type, type);
    return LLVMStructTypeInContext(e->ll->context, type, *n, 0);
}

static Val job_field(const Emit *e, LLVMTypeRef type, Val job, unsigned k)
{
    return LLVMBuildStructGEP2(e->ll->builder, type, job, k, "");
}

/* part(job, from, to) */
LlFunction share_part(Emit *e, const LlFunction *function)
{
    Ll *ll = e->ll;
    unsigned n;
    char name[64];
    size_t length;
    const char *of = LLVMGetValueName2(function->value, &length);
    snprintf(name, sizeof name, "part_of_%.*s", (int)length, of);
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->i64 }, type = job_type(e, function, &n);
    LlFunction f = ll_function(ll, name, false, ll->none, params, "job from to");
    Val all[LL_MAX_PARAMS];
    for (unsigned k = 0; k < n; k++)
        all[k] = ll_load(ll, LLVMStructGetTypeAtIndex(type, k), job_field(e, type, f.param[0], k));
    all[n] = f.param[1];
    all[n + 1] = f.param[2];
    ll_call(ll, function, all, n + SHARE_TARGETS);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

/* ---- calls ---- */

static Val make_job(const Emit *e, LLVMTypeRef type)
{
    LLVMBasicBlockRef here = ll_entry_begin(e->ll);
    Val job = LLVMBuildAlloca(e->ll->builder, type, "job");
    ll_entry_end(e->ll, here);
    return job;
}

void share_row(const Emit *e, const LlFunction *function, const LlFunction *part, const Val *args, const SharedRow *row)
{
    Ll *ll = e->ll;
    unsigned n;
    LLVMTypeRef type = job_type(e, function, &n), params[] = { ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->i64, ll->i64 };
    LlFunction share = ll_synchronising_external(ll, "eig_share", ll->none, params, 6);
    Val job = make_job(e, type);
    for (unsigned k = 0; k < n; k++)
        LLVMBuildStore(ll->builder, args[k], job_field(e, type, job, k));
    Val all[] = { abi_load(e, args[0], ABI_team), part->value, job, row->size, ll_i64(ll, row->piece), row->site };
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
    Val all[LL_MAX_PARAMS];
    memcpy(all, args, n * sizeof *all);
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, g->member.n), 1, 0, NULL);
    all[n] = loop.index;
    Own own = group_own(e, g, loop.index);
    own.in_loop = true;
    SharedRow row = { own_i64(e, &own, size), g->piece, ll_iadd(ll, ll_i64(ll, g->site), loop.index) };
    share_row(e, &g->function, &g->part, all, &row);
    ll_loop_end(ll, &loop);
}
