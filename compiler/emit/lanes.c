/* Sets of parameters side by side: the few neurons of a network in registers
 * as in registers.c, each number a vector with one lane a set; more neurons in abreast.c. The constants
 * in which the sets differ are read from a row. Lane by lane the operations are
 * those of a set alone, so are the bits. */
#include "compiler/emit/parts.h"
#include "runtime/layout.h"

static OwnTable table_of(const Emit *e, const PlanSets *sets)
{
    Arena *a = &e->cx->arena;
    size_t n = e->numbers->n;
    OwnNumber *first = ARENA_ARRAY(a, n + 1, OwnNumber);
    OwnTable t = { .first = first, .field = ARENA_ARRAY(a, n + 1, int), .by_lane = true };
    for (size_t k = 0; k < n; k++) {
        first[k].real = sets->number[k];
        t.field[k] = sets->varies[k] ? (int)t.n_fields++ : -1;
    }
    return t;
}

const Own *sets_own(const Emit *e, size_t pop, bool of_phi, Own *own)
{
    if (!e->sets)
        return NULL;
    *own = own_after(e->sets, e->numbers->pop[pop] + (of_phi ? plan_code_numbers(&e->p->pop[pop].input) : 0));
    return own;
}

size_t sets_rate_number(const Emit *e, size_t pop)
{
    const EigPop *p = &e->p->pop[pop];
    return e->sets ? e->numbers->pop[pop] + plan_code_numbers(&p->input) + plan_code_numbers(&p->phi) : 0;
}

static void store_vectors(const Emit *e, size_t n, const Val *x, Val to)
{
    for (size_t i = 0; i < n; i++)
        LLVMBuildStore(e->ll->builder, x[i], ll_at(e->ll, e->ll->f64, to, ll_i64(e->ll, i * e->ll->lanes)));
}

/* ---- steps ---- */

LlFunction sets_advance_function(const Emit *e, Own *own)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->i64, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, "eig_advance_sets", true, ll->none, params, "args k_from k_to x own");
    ll_param_attribute(ll, f.value, 3, "noalias");
    own->row = f.param[4];
    return f;
}

static void advance_sets(Emit *e, Own *own)
{
    Ll *ll = e->ll;
    LlFunction f = sets_advance_function(e, own);
    Val first[PLAN_REGISTER_NEURONS], last[PLAN_REGISTER_NEURONS];
    registers_load_lanes(e, f.param[3], first);
    registers_advance(e, &f, first, last);
    store_vectors(e, e->p->n, last, f.param[3]);
    LLVMBuildRetVoid(ll->builder);
}

/* ---- slopes, for steps of a length of their own ---- */

static Val rate_of(const Emit *e, size_t pop)
{
    return constant(e, e->p->pop[pop].rate, sets_rate_number(e, pop));
}

static void drift_sets(Emit *e, Own *own)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->ptr, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, "eig_drift_sets", true, ll->none, params, "args t x dx own");
    Val x[PLAN_REGISTER_NEURONS], s[PLAN_REGISTER_NEURONS], d[PLAN_REGISTER_NEURONS];
    own->row = f.param[4];
    registers_load_lanes(e, f.param[2], x);
    registers_drift(e, ll_load(ll, ll_of_lanes(ll, ll->f64), f.param[1]), x, s, d);
    for (size_t q = 0; q < e->p->n_pops; q++)
        for (size_t i = e->p->pop[q].from; i < e->p->pop[q].from + e->p->pop[q].size; i++)
            d[i] = ll_fmul(ll, rate_of(e, q), d[i]);
    store_vectors(e, e->p->n, d, f.param[3]);
    LLVMBuildRetVoid(ll->builder);
}

static void rates_sets(Emit *e, Own *own)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, "eig_rates_sets", true, ll->none, params, "out own");
    own->row = f.param[1];
    for (size_t q = 0; q < e->p->n_pops; q++) {
        Val rate = rate_of(e, q);
        store_vectors(e, 1, &rate, ll_at(ll, ll->f64, f.param[0], ll_i64(ll, q * ll->lanes)));
    }
    LLVMBuildRetVoid(ll->builder);
}

/* ---- records ---- */

typedef struct View {
    const Emit *e;
    Val t;
    const Val *x, *s;           /* states; total inputs, where a record reads them */
    Own own;                    /* the numbers of the tree that follow */
} View;

static Val value(View *v, const EigObs *o, size_t neuron);

static Val fold(View *v, const EigObs *o)
{
    const Ll *ll = v->e->ll;
    size_t n = eig_obs_neurons(v->e->p, o);
    Val each[PLAN_REGISTER_NEURONS];
    Own own = v->own;
    for (size_t i = 0; i < n; i++) {
        v->own = own;           /* the same constants for each */
        each[i] = value(v, o->arg[0], i);
    }
    Val sum = sum_of_values(v->e, n, each);
    return o->kind == EIG_OBS_SUM ? sum : ll_fdiv(ll, sum, ll_f64(ll, (double)n));
}

static Val code_value(View *v, const EigObs *o, size_t neuron)
{
    Val var[EIG_N_VARS] = { 0 };
    Own own = v->own;
    var[EIG_VAR_T] = v->t;
    var[EIG_VAR_I] = ll_f64(v->e->ll, (double)neuron);
    v->own = own_after(&own, plan_code_numbers(&o->code));
    return expr_emit_reading(v->e, &o->code, var, &(Reads){ .own = &own });
}

static Val value(View *v, const EigObs *o, size_t neuron)
{
    size_t at = o->index < 0 ? o->first + neuron : (size_t)o->index;
    switch (o->kind) {
    case EIG_OBS_CODE:
        return code_value(v, o, neuron);
    case EIG_OBS_RATE:
    case EIG_OBS_STATE:
        return v->x[v->e->p->pop[o->pop].from + at];
    case EIG_OBS_INPUT:
        return v->s[v->e->p->pop[o->pop].from + at];
    case EIG_OBS_MEAN:
    case EIG_OBS_SUM:
        return fold(v, o);
    case EIG_OBS_CALL: {
        Val a = value(v, o->arg[0], neuron), b = o->n_args > 1 ? value(v, o->arg[1], neuron) : NULL;
        return apply_emit(v->e, o->fn, a, b, &(Known){ 0 });
    }
    }
    BUG("observation of kind %d", (int)o->kind);
}

LlFunction sets_observe_function(const Emit *e, Own *own)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, "eig_observe_sets", true, ll->none, params, "args t x out own");
    own->row = f.param[4];
    return f;
}

static void observe_sets(Emit *e, Own *own)
{
    Ll *ll = e->ll;
    LlFunction f = sets_observe_function(e, own);
    Val x[PLAN_REGISTER_NEURONS], s[PLAN_REGISTER_NEURONS];
    View v = { .e = e, .t = ll_splat(ll, f.param[1], ll->lanes), .x = x, .s = s };
    registers_load_lanes(e, f.param[2], x);
    if (observes_total(e))
        registers_drift(e, v.t, x, s, NULL);
    size_t n = 0;
    for (size_t r = 0; r < e->p->n_records; r++)
        for (size_t i = 0; i < e->p->record[r].width; i++) {
            v.own = own_after(own, e->numbers->record[r]);
            Val one = value(&v, e->p->record[r].obs, i);
            store_vectors(e, 1, &one, ll_at(ll, ll->f64, f.param[3], ll_i64(ll, n++ * ll->lanes)));
        }
    LLVMBuildRetVoid(ll->builder);
}

void sets_entries(Emit *e, const PlanSets *sets)
{
    PlanNumbers numbers;
    plan_numbers_place(&e->cx->arena, e->plan, &numbers);
    e->numbers = &numbers;
    OwnTable table = table_of(e, sets);
    Own own = { .table = &table };
    e->sets = &own;
    e->ll->lanes = sets->lanes;
    if (e->plan->state == STATE_IN_REGISTERS) {
        if (eig_method[e->p->method].adaptive) {
            drift_sets(e, &own);
            rates_sets(e, &own);
        } else {
            advance_sets(e, &own);
        }
        observe_sets(e, &own);
    } else {
        abreast_functions(e, &own);
        abreast_advance(e, &own);
        abreast_observe(e, &own);
    }
    e->ll->lanes = 0;
    e->sets = NULL;
    e->numbers = NULL;
}
