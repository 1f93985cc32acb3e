/* The fixed-step methods. A method is a list of stages; a stage evaluates the
 * drift at a time and a state, and a formula turns each neuron's slope into
 * the next state and a running sum. The formulas below are those of
 * runtime/problem.h, written once for both modes. */
#include <stdio.h>

#include "compiler/emit/parts.h"

Method method_of(EigMethod m)
{
    switch (m) {
    case EIG_METHOD_EULER:
    case EIG_METHOD_EULERMARUYAMA:              /* noise: equations.c */
    case EIG_METHOD_MILSTEIN:
    case EIG_METHOD_EXPEULER:
        return (Method){ 1, { { AT_START, false, false } } };
    case EIG_METHOD_SRA1:
        return (Method){ 2, { { AT_START, false, true }, { AT_THREE_QUARTERS, true, false } } };
    case EIG_METHOD_STOCHASTICHEUN:
    case EIG_METHOD_HEUN:
        return (Method){ 2, { { AT_START, false, true }, { AT_END, true, false } } };
    case EIG_METHOD_RK4:
        return (Method){ 4, { { AT_START, false, true }, { AT_HALF, true, true }, { AT_HALF, true, true },
                              { AT_END, true, false } } };
    case EIG_METHOD_RK45:
    case EIG_METHOD_DOPRI8:
    case EIG_METHOD_CVODE:
    case EIG_METHOD_TAYLOR:
    case EIG_N_METHODS:
        break;
    }
    BUG("method %d takes no fixed steps", (int)m);
}

/* x + factor * slope */
static Val along(const Ll *ll, Val x, double factor, Val slope)
{
    return ll_fadd(ll, x, ll_fmul(ll, ll_f64(ll, factor), slope));
}

static Val rk4_formula(const Emit *e, unsigned stage, Val x, Val k, Val *acc)
{
    const Ll *ll = e->ll;
    double h = e->p->h;
    if (stage == 0) {
        *acc = k;
        return along(ll, x, 0.5 * h, k);
    }
    if (stage == 3)
        return along(ll, x, h / 6.0, ll_fadd(ll, *acc, k));
    *acc = ll_fadd(ll, *acc, ll_fmul(ll, ll_f64(ll, 2.0), k));
    return along(ll, x, stage == 1 ? 0.5 * h : h, k);
}

static Val sra1_formula(const Emit *e, unsigned stage, Val x, Val k, Val *acc)
{
    const Ll *ll = e->ll;
    if (stage == 1)
        return along(ll, x, e->p->h / 3.0, ll_fadd(ll, *acc, ll_fmul(ll, ll_f64(ll, 2.0), k)));
    *acc = k;
    return along(ll, x, 0.75 * e->p->h, k);
}

Val slope_formula(const Emit *e, unsigned stage, Val x, Val k, Val *acc)
{
    double h = e->p->h;
    if (e->p->method == EIG_METHOD_RK4)
        return rk4_formula(e, stage, x, k, acc);
    if (e->p->method == EIG_METHOD_SRA1)
        return sra1_formula(e, stage, x, k, acc);
    if ((e->p->method == EIG_METHOD_HEUN || e->p->method == EIG_METHOD_STOCHASTICHEUN) && stage == 1)
        return along(e->ll, x, 0.5 * h, ll_fadd(e->ll, *acc, k));
    *acc = k;
    return along(e->ll, x, h, k);
}

Val stage_formula(const Emit *e, unsigned stage, const Neuron *v, Val *acc)
{
    const Ll *ll = e->ll;
    if (e->p->method == EIG_METHOD_EXPEULER)
        return ll_fadd(ll, v->x, ll_fmul(ll, v->exp_step, v->d));
    *acc = v->acc;
    return slope_formula(e, stage, v->x, ll_fmul(ll, v->rate, v->d), acc);
}

StepTimes step_times(const Emit *e, const LlFunction *advance, Val k)
{
    const Ll *ll = e->ll;
    double h = e->p->h;
    Val t = ll_load_f64(ll, abi_load(e, advance->param[0], ABI_time), LLVMBuildSub(ll->builder, k, advance->param[1], ""));
    Val half = ll_fadd(ll, t, ll_f64(ll, 0.5 * h)), end = ll_fadd(ll, t, ll_f64(ll, h));
    Val late = ll_fadd(ll, t, ll_f64(ll, 0.75 * h));
    Val after = ll_fadd(ll, ll_fmul(ll, t, ll_f64(ll, EIG_AFTER)), ll_f64(ll, EIG_LITTLE * h));
    Val start = method_of(e->p->method).n_stages > 1 ? after : t;
    return (StepTimes){ { start, half, late, ll_fmul(ll, end, ll_f64(ll, EIG_BEFORE)) } };
}

/* ---- state in registers ---- */

void registers_step(const Emit *e, const Method *m, const StepTimes *times, const Val *x, Val *next)
{
    Val y[PLAN_REGISTER_NEURONS], s[PLAN_REGISTER_NEURONS], d[PLAN_REGISTER_NEURONS];
    Val acc[PLAN_REGISTER_NEURONS] = {0};
    for (size_t i = 0; i < e->p->n; i++)
        y[i] = x[i];
    for (unsigned stage = 0; stage < m->n_stages; stage++) {
        registers_drift(e, times->at[m->stage[stage].time], y, s, d);
        for (size_t q = 0; q < e->p->n_pops; q++) {
            const EigPop *p = &e->p->pop[q];
            size_t number = sets_rate_number(e, q);
            Val rate = constant(e, p->rate, number), exp_step = constant(e, p->exp_step, number + 1);
            for (size_t i = p->from; i < p->from + p->size; i++)
                y[i] = stage_formula(e, stage, &(Neuron){ x[i], acc[i], d[i], rate, exp_step }, &acc[i]);
        }
    }
    for (size_t i = 0; i < e->p->n; i++)
        next[i] = y[i];
}

static void advance_registers(Emit *e)
{
    LlFunction f = abi_entry(e, ABI_ADVANCE);
    Val first[PLAN_REGISTER_NEURONS], last[PLAN_REGISTER_NEURONS];
    registers_load(e, f.param[3], first);
    registers_advance(e, &f, first, last);
    registers_store(e, last, f.param[3]);
    LLVMBuildRetVoid(e->ll->builder);
}

/* ---- state in memory ---- */

/* Where a stage's result goes: another array than x, or x itself. */
static LlFunction update_function(Emit *e, const Method *m, unsigned stage, bool into_x)
{
    Ll *ll = e->ll;
    char name[32];
    snprintf(name, sizeof name, "update_%u", stage);
    LlFunction f = update_begin(e, name);
    Val x = f.param[UPDATE_X], acc_at = f.param[UPDATE_ACC];
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), f.param[UPDATE_N], 1, 0, NULL);
    Neuron v = { .x = ll_load_f64(ll, x, loop.index), .d = ll_load_f64(ll, f.param[UPDATE_D], loop.index),
                 .rate = f.param[UPDATE_RATE], .exp_step = f.param[UPDATE_EXP] };
    if (m->stage[stage].reads_acc)
        v.acc = ll_load_f64(ll, acc_at, loop.index);
    Val acc = NULL, y = stage_formula(e, stage, &v, &acc);
    if (m->stage[stage].writes_acc)
        ll_store_f64(ll, acc, acc_at, loop.index);
    ll_store_f64(ll, y, into_x ? x : f.param[UPDATE_OUT], loop.index);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

static Val work_part(const Emit *e, Val args, size_t part)
{
    return ll_at(e->ll, e->ll->f64, abi_load(e, args, ABI_work), ll_i64(e->ll, part * e->p->n));
}

static void eval_stage(const Emit *e, Val args, Val t, Val y, const LlFunction *update, Val x, Val acc, Val out)
{
    Val a[] = { args, t, y, update->value, x, acc, out };
    ll_call(e->ll, &e->eval, a, 7);
}

/* The last state is in the other array after an odd number of steps. */
static void copy_back(const Emit *e, Val from, Val to)
{
    Ll *ll = e->ll;
    LLVMBasicBlockRef must = LLVMAppendBasicBlockInContext(ll->context, ll->function, "copy");
    LLVMBasicBlockRef end = LLVMAppendBasicBlockInContext(ll->context, ll->function, "end");
    LLVMBuildCondBr(ll->builder, LLVMBuildICmp(ll->builder, LLVMIntEQ, from, to, ""), end, must);
    LLVMPositionBuilderAtEnd(ll->builder, must);
    ll_copy(ll, ll_i64(ll, e->p->n), from, to);
    LLVMBuildBr(ll->builder, end);
    LLVMPositionBuilderAtEnd(ll->builder, end);
}

/* One stage. A neuron that reads others needs the old state until everybody
 * has been computed: then the new one goes to a second array and they swap. */
static void advance_one_stage(Emit *e, const Method *m)
{
    Ll *ll = e->ll;
    LlFunction update = update_function(e, m, 0, e->in_place);
    LlFunction f = abi_entry(e, ABI_ADVANCE);
    Val args = f.param[0], x = f.param[3];
    input_store(e, args);
    Val arrays[2] = { x, e->in_place ? x : work_part(e, args, WORK_STAGE_A) };
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[1], f.param[2], 1, 2, arrays);
    StepTimes times = step_times(e, &f, loop.index);
    Val now = loop.carried[0], next = loop.carried[1];
    eval_stage(e, args, times.at[AT_START], now, &update, now, next, next);
    loop.next[0] = next;
    loop.next[1] = now;
    ll_loop_end(ll, &loop);
    if (!e->in_place)
        copy_back(e, loop.result[0], x);
    LLVMBuildRetVoid(ll->builder);
}

static void advance_stages(Emit *e, const Method *m)
{
    Ll *ll = e->ll;
    LlFunction update[MAX_STAGES];
    for (unsigned stage = 0; stage < m->n_stages; stage++)
        update[stage] = update_function(e, m, stage, stage + 1 == m->n_stages);
    LlFunction f = abi_entry(e, ABI_ADVANCE);
    Val args = f.param[0], x = f.param[3];
    input_store(e, args);
    Val acc = work_part(e, args, WORK_ACC);
    Val buffer[2] = { work_part(e, args, WORK_STAGE_A), work_part(e, args, e->in_place ? WORK_STAGE_A : WORK_STAGE_B) };
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[1], f.param[2], 1, 0, NULL);
    StepTimes times = step_times(e, &f, loop.index);
    Val y = x;
    for (unsigned stage = 0; stage < m->n_stages; stage++) {
        Val out = buffer[stage % 2];
        eval_stage(e, args, times.at[m->stage[stage].time], y, &update[stage], x, acc, out);
        y = out;
    }
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
}

void advance_entry(Emit *e)
{
    if (eig_method[e->p->method].adaptive)
        return;
    Method m = method_of(e->p->method);
    if (e->plan->state == STATE_IN_REGISTERS)
        advance_registers(e);
    else if (e->plan->recompute)
        advance_sweeps(e, &m);
    else if (m.n_stages == 1)
        advance_one_stage(e, &m);
    else
        advance_stages(e, &m);
}
