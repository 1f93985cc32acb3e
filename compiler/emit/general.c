/* Networks with states, signals, gates, delays, kernels, columns or noise. An
 * evaluation is: signals, sums, then population by population total inputs and
 * slopes of all states; the stages of a method are loops over the state vector. */
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"

static Val part(const Emit *e, Val args, unsigned which)
{
    return ll_at(e->ll, e->ll->f64, abi_load(e, args, ABI_work), ll_i64(e->ll, which * eig_n_x(e->p)));
}

enum { STAGE_ARGS, STAGE_X, STAGE_SLOPE, STAGE_ACC, STAGE_OUT, STAGE_FROM, STAGE_TO };

/* What the method makes of the slopes in stage `stage`, numbers from .. to-1 of the state; the last stage leaves it in x. */
static void stage_loop(const Emit *e, const Method *m, unsigned stage, const LlFunction *f)
{
    Ll *ll = e->ll;
    Val to = stage + 1 == m->n_stages ? f->param[STAGE_X] : f->param[STAGE_OUT];
    LlLoop loop;
    ll_loop_begin(ll, &loop, f->param[STAGE_FROM], f->param[STAGE_TO], 1, 0, NULL);
    Val x = ll_load_f64(ll, f->param[STAGE_X], loop.index), k = ll_load_f64(ll, f->param[STAGE_SLOPE], loop.index);
    Val acc = m->stage[stage].reads_acc ? ll_load_f64(ll, f->param[STAGE_ACC], loop.index) : NULL;
    Val next = e->p->method == EIG_METHOD_EXPEULER ? ll_fadd(ll, x, k) : slope_formula(e, stage, x, k, &acc);
    ll_store_f64(ll, next, to, loop.index);
    if (m->stage[stage].writes_acc)
        ll_store_f64(ll, acc, f->param[STAGE_ACC], loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
}

/* stage_j(args, x, k, acc, out) of all numbers, by whom is free. */
static LlFunction stage_function(Emit *e, const Method *m, unsigned stage)
{
    Ll *ll = e->ll;
    char name[32];
    size_t piece = e->plan->piece_of_states;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->i64 };
    snprintf(name, sizeof name, "some_of_stage_%u", stage);
    LlFunction some = ll_function(ll, name, false, ll->none, params, "args x k acc out from to"), part = { 0 };
    for (unsigned k = STAGE_X; k <= STAGE_OUT; k++)
        ll_param_attribute(ll, some.value, k, "noalias");
    stage_loop(e, m, stage, &some);
    if (piece)
        part = share_part(e, &some);
    snprintf(name, sizeof name, "stage_%u", stage);
    LlFunction f = ll_function(ll, name, false, ll->none, params, "args x k acc out");
    Val n = ll_i64(ll, eig_n_x(e->p)), *p = f.param;
    if (piece)
        share_row(e, &some, &part, p, &(SharedRow){ n, piece, ll_i64(ll, e->n_sites++) });
    else
        ll_call(ll, &some, (Val[]){ p[STAGE_ARGS], p[STAGE_X], p[STAGE_SLOPE], p[STAGE_ACC], p[STAGE_OUT], ll_i64(ll, 0), n }, 7);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

static void advance(Emit *e, const General *g)
{
    Ll *ll = e->ll;
    Method m = method_of(e->p->method);
    bool random = eig_noise_from(e->p, e->p->n_pops, 0) > 0;
    LlFunction stage[MAX_STAGES], fill = { 0 }, predict = { 0 }, kick = { 0 };
    for (unsigned j = 0; j < m.n_stages; j++)
        stage[j] = stage_function(e, &m, j);
    if (random) {
        fill = noise_fill_function(e);
        if (noise_has_stages(e))
            predict = noise_predict_function(e);
        kick = noise_kick_function(e);
    }
    LlFunction f = abi_entry(e, ABI_ADVANCE);
    Val args = f.param[0], x = f.param[3], y = x;
    input_store(e, args);
    Val slope = part(e, args, GENERAL_SLOPE), acc = part(e, args, GENERAL_ACC), out = part(e, args, GENERAL_STAGE);
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[1], f.param[2], 1, 0, NULL);
    StepTimes times = step_times(e, &f, loop.index);
    if (random)
        ll_call(ll, &fill, (Val[]){ args, loop.index }, 2);
    for (unsigned j = 0; j < m.n_stages; j++, y = out) {
        Val t = times.at[m.stage[j].time];
        Val step = m.stage[j].time == AT_END ? ll_iadd(ll, loop.index, ll_i64(ll, 1)) : loop.index;
        ll_call(ll, &g->signals, (Val[]){ args, t, y }, 3);
        if (j == 0 && g->has_delays)
            ll_call(ll, &g->remember, (Val[]){ args, loop.index, x }, 3);
        ll_call(ll, &g->slopes, (Val[]){ args, step, t, y, slope }, 5);
        ll_call(ll, &stage[j], (Val[]){ args, x, slope, acc, out }, 5);
        if (j == 0 && predict.value)
            ll_call(ll, &predict, (Val[]){ args, out }, 2);
    }
    if (random)
        ll_call(ll, &kick, (Val[]){ args, x }, 2);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
}

static void drift(Emit *e, const General *g)
{
    Ll *ll = e->ll;
    LlFunction f = abi_entry(e, ABI_DRIFT);
    Val args = f.param[0], t = f.param[1], x = f.param[2];
    input_store(e, args);
    ll_call(ll, &g->signals, (Val[]){ args, t, x }, 3);
    ll_call(ll, &g->slopes, (Val[]){ args, ll_i64(ll, 0), t, x, f.param[3] }, 5);
    LLVMBuildRetVoid(ll->builder);
}

/* The step that starts at t, the double next to k h: the quotient is within 1/4 of k for every k that a run reaches. */
static Val step_at(const Emit *e, Val t)
{
    const Ll *ll = e->ll;
    Val steps = ll_fadd(ll, ll_fdiv(ll, t, ll_f64(ll, e->p->h)), ll_f64(ll, 0.5));
    return LLVMBuildFPToSI(ll->builder, steps, ll->i64, "");
}

void general_observe(const Emit *e, Val args, Val t, Val x, bool total)
{
    const Ll *ll = e->ll;
    const General *g = e->general;
    Val step = g->has_delays ? step_at(e, t) : ll_i64(ll, 0);
    ll_call(ll, &g->signals, (Val[]){ args, t, x }, 3);
    if (!total)
        return;
    input_store(e, args);
    if (g->has_delays)
        ll_call(ll, &g->remember, (Val[]){ args, step, x }, 3);
    ll_call(ll, &g->slopes, (Val[]){ args, step, t, x, part(e, args, GENERAL_SLOPE) }, 5);
}

void general_functions(Emit *e)
{
    General *g = ARENA_NEW(&e->cx->arena, General);
    e->general = g;
    g->shares = slopes_are_many(e->p);
    sum_function(e);
    signal_functions(e, g);
    input_functions(e);
    slope_functions(e, g);
    if (eig_method[e->p->method].adaptive)
        drift(e, g);
    else
        advance(e, g);
}
