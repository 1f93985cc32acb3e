/* What is recorded of sets side by side with their neurons in memory: as
 * observe.c has it, means and sums first, each number one a set. */
#include "compiler/emit/parts.h"
#include "runtime/layout.h"

/* A MEAN or SUM that has been computed. */
typedef struct Done {
    const EigObs *obs;
    Val value;
} Done;

typedef struct Observation {
    const Emit *e;
    Val t, x, total;
    const EigRecord *record;
    Own own;                    /* the constants of its tree */
    VEC(Done) done;
} Observation;

static Val value(const Observation *ob, const EigObs *o, Val neuron);

/* Constants of the tree before those of `o`, which is in it: adds them to *n. */
static bool find(const EigObs *tree, const EigObs *o, size_t *n)
{
    if (tree == o)
        return true;
    *n += tree->kind == EIG_OBS_CODE ? plan_code_numbers(&tree->code) : 0;
    for (int k = 0; k < 2; k++)
        if (tree->arg[k] && find(tree->arg[k], o, n))
            return true;
    return false;
}

static Val code_value(const Observation *ob, const EigObs *o, Val neuron)
{
    const Ll *ll = ob->e->ll;
    Val var[EIG_N_VARS] = { 0 };
    size_t n = 0;
    if (!find(ob->record->obs, o, &n))
        BUG("a formula that is not recorded");
    Own own = own_after(&ob->own, n);
    var[EIG_VAR_T] = ob->t;
    var[EIG_VAR_I] = ll_real(ll, ll_splat(ll, neuron, ll->lanes));
    return expr_emit_reading(ob->e, &o->code, var, &(Reads){ .own = &own });
}

static Val done_value(const Observation *ob, const EigObs *o)
{
    for (size_t k = 0; k < ob->done.n; k++)
        if (ob->done.at[k].obs == o)
            return ob->done.at[k].value;
    BUG("a mean was not computed before its use");
}

static Val value(const Observation *ob, const EigObs *o, Val neuron)
{
    const Ll *ll = ob->e->ll;
    switch (o->kind) {
    case EIG_OBS_CODE:
        return code_value(ob, o, neuron);
    case EIG_OBS_RATE:
    case EIG_OBS_STATE:
    case EIG_OBS_INPUT: {
        Val first = ll_i64(ll, ob->e->p->pop[o->pop].from + (o->index < 0 ? o->first : (size_t)o->index));
        return lanes_load(ll, o->kind == EIG_OBS_INPUT ? ob->total : ob->x, o->index < 0 ? ll_iadd(ll, first, neuron) : first);
    }
    case EIG_OBS_MEAN:
    case EIG_OBS_SUM:
        return done_value(ob, o);
    case EIG_OBS_CALL: {
        Val a = value(ob, o->arg[0], neuron), b = o->n_args > 1 ? value(ob, o->arg[1], neuron) : NULL;
        return apply_emit(ob->e, o->fn, a, b, &(Known){ 0 });
    }
    }
    BUG("observation of kind %d", (int)o->kind);
}

/* Sums over the values of a loop in the order of runtime/problem.h: every lane of the sum is a loop, and few neurons are one lane. */
static Val fold(const Observation *ob, const EigObs *o, size_t size)
{
    const Emit *e = ob->e;
    Ll *ll = e->ll;
    size_t n_lanes = size < EIG_SUM_LANES ? 1 : EIG_SUM_LANES;
    Val part = ll_scratch(ll, EIG_SUM_LANES * ll->lanes, "lanes"), all[EIG_SUM_LANES];
    LlLoop lane, loop;
    ll_loop_begin(ll, &lane, ll_i64(ll, 0), ll_i64(ll, n_lanes), 1, 0, NULL);
    Val first = value(ob, o, lane.index);
    ll_loop_begin(ll, &loop, ll_iadd(ll, lane.index, ll_i64(ll, n_lanes)), ll_i64(ll, size), n_lanes, 1, &first);
    loop.next[0] = ll_fadd(ll, loop.carried[0], value(ob, o, loop.index));
    ll_loop_end(ll, &loop);
    lanes_store(ll, loop.result[0], part, lane.index);
    ll_loop_end(ll, &lane);
    for (size_t k = 0; k < n_lanes; k++)
        all[k] = lanes_load(ll, part, ll_i64(ll, k));
    return sum_of_values(e, n_lanes, all);
}

/* Every MEAN and SUM below o, the inner ones first. */
static void compute_folds(Observation *ob, const EigObs *o)
{
    for (int k = 0; k < 2; k++)
        if (o->arg[k])
            compute_folds(ob, o->arg[k]);
    if (o->kind != EIG_OBS_MEAN && o->kind != EIG_OBS_SUM)
        return;
    size_t size = eig_obs_neurons(ob->e->p, o);
    Val sum = fold(ob, o->arg[0], size);
    Done d = { o, o->kind == EIG_OBS_SUM ? sum : ll_fdiv(ob->e->ll, sum, ll_f64(ob->e->ll, (double)size)) };
    vec_push(&ob->e->cx->arena, &ob->done, d);
}

void abreast_observe(Emit *e, Own *sets)
{
    Ll *ll = e->ll;
    LlFunction f = sets_observe_function(e, sets);
    Val x = f.param[2], total = abi_load(e, f.param[0], ABI_total);
    if (observes_total(e))
        abreast_totals(e, f.param[0], f.param[1], x, f.param[4]);
    size_t n = 0;
    for (size_t r = 0; r < e->p->n_records; n += e->p->record[r++].width) {
        Observation ob = { .e = e, .t = ll_splat(ll, f.param[1], ll->lanes), .x = x, .total = total, .record = &e->p->record[r],
                           .own = own_after(sets, e->numbers->record[r]) };
        compute_folds(&ob, ob.record->obs);
        LlLoop loop;
        ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, ob.record->width), 1, 0, NULL);
        lanes_store(ll, value(&ob, ob.record->obs, loop.index), f.param[3], ll_iadd(ll, ll_i64(ll, n), loop.index));
        ll_loop_end(ll, &loop);
    }
    LLVMBuildRetVoid(ll->builder);
}
