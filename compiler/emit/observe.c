/* Recorded quantities. Means and sums are loops of their own, computed before
 * the loop over a row's neurons, which only reads their results. */
#include "compiler/emit/parts.h"
#include "runtime/layout.h"

/* A MEAN or SUM that has been computed. */
typedef struct Done {
    const EigObs *obs;
    Val value;
} Done;

typedef struct Observation {
    Emit *e;
    Val args, t, x, total;
    VEC(Done) done;
} Observation;

static bool reads_total(const EigObs *o)
{
    if (o->kind == EIG_OBS_INPUT)
        return true;
    for (int k = 0; k < 2; k++)
        if (o->arg[k] && reads_total(o->arg[k]))
            return true;
    return false;
}

/* Where the numbers lie that a RATE, STATE or INPUT picks from, one a neuron. */
static Val numbers_of(const Observation *ob, const EigObs *o)
{
    const Emit *e = ob->e;
    const EigPop *pop = &e->p->pop[o->pop];
    size_t skipped = o->index < 0 ? o->first : 0;
    if (o->kind == EIG_OBS_RATE && e->general)
        return ll_at(e->ll, e->ll->f64, signal_now(e, ob->args, o->pop, ob->x), ll_i64(e->ll, skipped));
    size_t first = skipped + (o->kind == EIG_OBS_STATE ? eig_state_from(e->p, o->pop) + o->state * pop->size : pop->from);
    return ll_at(e->ll, e->ll->f64, o->kind == EIG_OBS_INPUT ? ob->total : ob->x, ll_i64(e->ll, first));
}

static Val done_value(const Observation *ob, const EigObs *o)
{
    for (size_t k = 0; k < ob->done.n; k++)
        if (ob->done.at[k].obs == o)
            return ob->done.at[k].value;
    BUG("a mean was not computed before its use");
}

static Val code_value(const Observation *ob, const EigObs *o, Val neuron)
{
    Val var[EIG_N_VARS] = {0};
    var[EIG_VAR_T] = ob->t;
    if (code_uses(&o->code, EIG_VAR_I))
        var[EIG_VAR_I] = LLVMBuildSIToFP(ob->e->ll->builder, neuron, ob->e->ll->f64, "");
    return expr_emit(ob->e, &o->code, var);
}

static Val value(const Observation *ob, const EigObs *o, Val neuron)
{
    const Ll *ll = ob->e->ll;
    switch (o->kind) {
    case EIG_OBS_CODE:
        return code_value(ob, o, neuron);
    case EIG_OBS_RATE:
    case EIG_OBS_STATE:
    case EIG_OBS_INPUT:
        return ll_load_f64(ll, numbers_of(ob, o), o->index < 0 ? neuron : ll_i64(ll, (uint64_t)o->index));
    case EIG_OBS_MEAN:
    case EIG_OBS_SUM:
        return done_value(ob, o);
    case EIG_OBS_CALL: {
        Val a = value(ob, o->arg[0], neuron);
        return apply_emit(ob->e, o->fn, a, o->n_args > 1 ? value(ob, o->arg[1], neuron) : NULL, &(Known){ 0 });
    }
    }
    BUG("observation of kind %d", (int)o->kind);
}

/* The sum of o's argument. The sum of the state as it is has a vector loop of its own. */
static Val fold_value(const Observation *ob, const EigObs *o, size_t size)
{
    Emit *e = ob->e;
    const EigObs *arg = o->arg[0];
    if (arg->kind == EIG_OBS_RATE && arg->index < 0 && e->sum.value)
        return ll_call(e->ll, &e->sum, (Val[]){ numbers_of(ob, arg), ll_i64(e->ll, size) }, 2);
    Fold fold;
    fold_begin(e, &fold, size);
    return fold_end(e, &fold, value(ob, arg, fold.loop.index));
}

/* Computes every MEAN and SUM below o, the inner ones first. */
static void compute_folds(Observation *ob, const EigObs *o)
{
    Emit *e = ob->e;
    for (int k = 0; k < 2; k++)
        if (o->arg[k])
            compute_folds(ob, o->arg[k]);
    if (o->kind != EIG_OBS_MEAN && o->kind != EIG_OBS_SUM)
        return;
    size_t size = eig_obs_neurons(e->p, o);
    Val sum = fold_value(ob, o, size);
    Done d = { o, o->kind == EIG_OBS_SUM ? sum : ll_fdiv(e->ll, sum, ll_f64(e->ll, (double)size)) };
    vec_push(&e->cx->arena, &ob->done, d);
}

static void record(Observation *ob, const EigRecord *r, Val out)
{
    Ll *ll = ob->e->ll;
    ob->done.n = 0;
    compute_folds(ob, r->obs);
    if (r->width == 1) {
        ll_store_f64(ll, value(ob, r->obs, ll_i64(ll, 0)), out, ll_i64(ll, 0));
        return;
    }
    if ((r->obs->kind == EIG_OBS_RATE || r->obs->kind == EIG_OBS_STATE || r->obs->kind == EIG_OBS_INPUT) && r->obs->index < 0) {
        ll_copy(ll, ll_i64(ll, r->width), numbers_of(ob, r->obs), out);
        return;
    }
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, r->width), 1, 0, NULL);
    ll_store_f64(ll, value(ob, r->obs, loop.index), out, loop.index);
    ll_loop_end(ll, &loop);
}

static void record_clock(Observation *ob, size_t clock, Val out)
{
    const Emit *e = ob->e;
    size_t at = 0;
    for (size_t r = 0; r < e->p->n_records; r++) {
        if (e->p->record[r].clock != clock)
            continue;
        record(ob, &e->p->record[r], ll_at(e->ll, e->ll->f64, out, ll_i64(e->ll, at)));
        at += e->p->record[r].width;
    }
}

/* Returns after the records of a clock when that is the one asked for. */
static void record_if(Observation *ob, size_t clock, Val asked, Val out)
{
    Ll *ll = ob->e->ll;
    LLVMBasicBlockRef yes = LLVMAppendBasicBlockInContext(ll->context, ll->function, "clock");
    LLVMBasicBlockRef no = LLVMAppendBasicBlockInContext(ll->context, ll->function, "another");
    LLVMBuildCondBr(ll->builder, LLVMBuildICmp(ll->builder, LLVMIntEQ, asked, ll_i64(ll, clock), ""), yes, no);
    LLVMPositionBuilderAtEnd(ll->builder, yes);
    record_clock(ob, clock, out);
    LLVMBuildRetVoid(ll->builder);
    LLVMPositionBuilderAtEnd(ll->builder, no);
}

static void totals_registers(const Observation *ob)
{
    Val x[PLAN_REGISTER_NEURONS], s[PLAN_REGISTER_NEURONS];
    registers_load(ob->e, ob->x, x);
    registers_drift(ob->e, ob->t, x, s, NULL);
    registers_store(ob->e, s, ob->total);
}

static void totals_memory(const Observation *ob, Val args, const LlFunction *update)
{
    const Emit *e = ob->e;
    input_store(e, args);
    Val a[] = { args, ob->t, ob->x, update->value, ob->x, ob->total, ob->total };
    ll_call(e->ll, &e->eval, a, 7);
}

bool observes_total(const Emit *e)
{
    for (size_t r = 0; r < e->p->n_records; r++)
        if (reads_total(e->p->record[r].obs))
            return true;
    return false;
}

void observe_entry(Emit *e)
{
    bool wants_total = observes_total(e), in_registers = e->plan->state == STATE_IN_REGISTERS && !e->general;
    LlFunction update = { 0 };
    if (wants_total && !in_registers && !e->general)
        update = drift_total_update(e);
    LlFunction f = abi_entry(e, ABI_OBSERVE);
    Observation ob = { .e = e, .args = f.param[0], .t = f.param[1], .x = f.param[2], .total = abi_load(e, f.param[0], ABI_total) };
    if (e->general)
        general_observe(e, f.param[0], ob.t, ob.x, wants_total);
    else if (wants_total && in_registers)
        totals_registers(&ob);
    else if (wants_total)
        totals_memory(&ob, f.param[0], &update);
    for (size_t k = 0; k + 1 < eig_n_clocks(e->p); k++)
        record_if(&ob, k, f.param[4], f.param[3]);
    record_clock(&ob, eig_n_clocks(e->p) - 1, f.param[3]);
    LLVMBuildRetVoid(e->ll->builder);
}
