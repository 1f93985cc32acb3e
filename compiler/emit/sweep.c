/* Large populations that meet only through sums: the stages of a step are not
 * kept in arrays but computed again from x. A sweep goes over a population
 * once; the sweep of stage k computes the first k stages of each neuron in
 * registers and sums the state for the next one, the last sweep stores the new
 * x. A step of m stages reads x m times and writes it once, where arrays of
 * stages would be read and written some 6 m times: such a run waits for memory.
 *
 * Sixteen neurons at a time, the lanes of the sums of runtime/problem.h. A lane
 * starts at -0, which is what adding changes nothing: its sum starts with its
 * first term. */
#include <stdio.h>

#include "compiler/emit/parts.h"

/* What a sweep reads beside x: one array of doubles on the stack. */
enum { AREA_TIMES, AREA_SUMS = 3 };     /* sums: n_stages + 1 rows of n_pops; then the rows of plain populations */
enum { PLAIN_RATE, PLAIN_EXP, PLAIN_VALUES };   /* one value a stage */
enum { BODY_ARGS, BODY_X, BODY_N, BODY_FIRST, BODY_VALID, BODY_LANES, BODY_AREA };

static size_t sums_at(const Emit *e, unsigned stage)
{
    return AREA_SUMS + stage * e->p->n_pops;
}

static size_t plain_row_size(const Method *m)
{
    return PLAIN_VALUES + m->n_stages;
}

static size_t plain_at(const Emit *e, const Method *m)
{
    return sums_at(e, m->n_stages + 1);
}

static Val area_value(const Emit *e, Val area, size_t at)
{
    return ll_load_f64(e->ll, area, ll_i64(e->ll, at));
}

/* ---- one sweep: body(args, x, n, first, valid, lanes, area) ----
 * n neurons from x on, a multiple of the lanes; the first is number `first` of
 * its population. Only the first `valid` lanes enter the sum. */

typedef struct Sweep {
    Emit *e;
    const Method *m;
    unsigned n_stages;          /* stages computed here */
    size_t pop;                 /* of a population with a body of its own */
    bool is_plain;
    LlFunction f;
    Val rate, exp_step;         /* vectors */
    Val value[MAX_STAGES];      /* plain: phi(s) at each stage */
    Val input[MAX_STAGES];      /* where it is the same for all neurons, else NULL */
    Val *sum[MAX_STAGES];       /* by block: S, or w S where every pair is connected */
} Sweep;

static Val all_lanes(const Sweep *w, Val scalar)
{
    return ll_splat(w->e->ll, scalar, EIG_SUM_LANES);
}

static Val block_sum(const Sweep *w, unsigned stage, size_t block)
{
    const Emit *e = w->e;
    const EigBlock *b = &e->p->block[block];
    if (b->kind != EIG_BLOCK_UNIFORM)
        return NULL;
    Val sum = area_value(e, w->f.param[BODY_AREA], sums_at(e, stage) + b->pre);
    return all_lanes(w, b->skip_self ? sum : ll_fmul(e->ll, ll_f64(e->ll, b->weight), sum));
}

/* Before the loop: what is the same for all neurons of a population. */
static void hoist(Sweep *w)
{
    Emit *e = w->e;
    const EigPop *p = &e->p->pop[w->pop];
    size_t from = e->into_from[w->pop], n = e->into_from[w->pop + 1] - from;
    for (unsigned stage = 0; stage < w->n_stages; stage++) {
        Val t = area_value(e, w->f.param[BODY_AREA], AREA_TIMES + (size_t)w->m->stage[stage].time);
        w->input[stage] = code_uses(&p->input, EIG_VAR_I) ? NULL : all_lanes(w, input_value(e, w->pop, t, NULL));
        w->sum[stage] = ARENA_ARRAY(&e->cx->arena, n + 1, Val);
        for (size_t k = 0; k < n; k++)
            w->sum[stage][k] = block_sum(w, stage, e->into[from + k]);
    }
    w->rate = all_lanes(w, ll_f64(e->ll, p->rate));
    w->exp_step = all_lanes(w, ll_f64(e->ll, p->exp_step));
}

static void hoist_plain(Sweep *w)
{
    Val row = w->f.param[BODY_AREA];
    w->rate = all_lanes(w, area_value(w->e, row, PLAIN_RATE));
    w->exp_step = all_lanes(w, area_value(w->e, row, PLAIN_EXP));
    for (unsigned stage = 0; stage < w->n_stages; stage++)
        w->value[stage] = all_lanes(w, area_value(w->e, row, PLAIN_VALUES + stage));
}

/* The input of sixteen neurons at a stage. */
static Val lanes_input(const Sweep *w, unsigned stage, Val index)
{
    Emit *e = w->e;
    Ll *ll = e->ll;
    if (w->input[stage])
        return w->input[stage];
    Val neuron = ll_iadd(ll, w->f.param[BODY_FIRST], index);
    if (e->input[w->pop].value)
        return lane_vector(ll, stored_input(e, w->f.param[BODY_ARGS], w->pop), neuron);
    Val t = area_value(e, w->f.param[BODY_AREA], AREA_TIMES + (size_t)w->m->stage[stage].time);
    Val numbers = LLVMBuildAdd(ll->builder, all_lanes(w, neuron), lane_numbers(ll), "");
    return input_value(e, w->pop, all_lanes(w, t), numbers);
}

/* phi(s) of sixteen neurons whose state at the stage is y. */
static Val lanes_activation(const Sweep *w, unsigned stage, Val index, Val y)
{
    const Emit *e = w->e;
    if (w->is_plain)
        return w->value[stage];
    Val s = lanes_input(w, stage, index);
    size_t from = e->into_from[w->pop], n = e->into_from[w->pop + 1] - from;
    for (size_t k = 0; k < n; k++) {
        const EigBlock *b = &e->p->block[e->into[from + k]];
        Val weight = ll_f64(e->ll, b->weight), term = w->sum[stage][k];
        if (b->kind == EIG_BLOCK_DIAGONAL)
            term = ll_fmul(e->ll, weight, y);
        else if (b->skip_self)
            term = ll_fmul(e->ll, weight, ll_fsub(e->ll, term, y));
        s = ll_fadd(e->ll, s, term);
    }
    return activation_value(e, w->pop, s);
}

/* The state after the sweep's last stage. */
static Val lanes_stages(const Sweep *w, Val index, Val x)
{
    Val y = x, acc = NULL;
    for (unsigned stage = 0; stage < w->n_stages; stage++) {
        Val d = ll_fsub(w->e->ll, lanes_activation(w, stage, index, y), y);
        y = stage_formula(w->e, stage, &(Neuron){ x, acc, d, w->rate, w->exp_step }, &acc);
    }
    return y;
}

static void store_lanes(const Ll *ll, Val value, Val base, Val index)
{
    LLVMSetAlignment(LLVMBuildStore(ll->builder, value, ll_at(ll, ll->f64, base, index)), 8);
}

static LlFunction body_function(Sweep *w)
{
    Ll *ll = w->e->ll;
    char name[64];
    snprintf(name, sizeof name, w->is_plain ? "sweep_plain_%u" : "sweep_%u_%zu", w->n_stages, w->pop);
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->i64, ll->i64, ll->i64, ll->ptr, ll->ptr };
    w->f = ll_function(ll, name, false, ll->none, params, "args x n first valid lanes area");
    if (w->is_plain)
        hoist_plain(w);
    else
        hoist(w);
    Val on = first_lanes(ll, w->f.param[BODY_VALID]), x_at = w->f.param[BODY_X];
    Val before = lane_vector(ll, w->f.param[BODY_LANES], ll_i64(ll, 0));
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), w->f.param[BODY_N], EIG_SUM_LANES, 1, &before);
    ll->lanes = EIG_SUM_LANES;
    Val y = lanes_stages(w, loop.index, lane_vector(ll, x_at, loop.index));
    ll->lanes = 0;
    if (w->n_stages == w->m->n_stages)
        store_lanes(ll, y, x_at, loop.index);
    loop.next[0] = ll_select(ll, on, ll_fadd(ll, loop.carried[0], y), loop.carried[0]);
    ll_loop_end(ll, &loop);
    store_lanes(ll, loop.result[0], w->f.param[BODY_LANES], ll_i64(ll, 0));
    LLVMBuildRetVoid(ll->builder);
    return w->f;
}

/* ---- sweep(args, body, x, n, area): all neurons of a population; the sum ---- */

/* The last n mod LANES neurons, in a piece of scratch as long as the lanes. */
static void sweep_rest(const Emit *e, const LlFunction *f, LLVMTypeRef body, Val whole, Val rest, Val lanes)
{
    Ll *ll = e->ll;
    Val pad = ll_scratch(ll, EIG_SUM_LANES, "pad"), x = ll_at(ll, ll->f64, f->param[2], whole);
    store_lanes(ll, LLVMConstNull(LLVMVectorType(ll->f64, EIG_SUM_LANES)), pad, ll_i64(ll, 0));
    ll_call(ll, &e->copy, (Val[]){ rest, x, pad }, 3);
    Val args[] = { f->param[0], pad, ll_i64(ll, EIG_SUM_LANES), whole, rest, lanes, f->param[4] };
    LLVMBuildCall2(ll->builder, body, f->param[1], args, 7, "");
    ll_call(ll, &e->copy, (Val[]){ rest, pad, x }, 3);
}

/* After a single piece the lanes are the numbers themselves, which short sums add from left to right. */
static void return_sum(const Emit *e, Val n, Val lanes)
{
    Ll *ll = e->ll;
    LLVMBasicBlockRef few = LLVMAppendBasicBlockInContext(ll->context, ll->function, "few");
    LLVMBasicBlockRef many = LLVMAppendBasicBlockInContext(ll->context, ll->function, "many");
    Val is_short = LLVMBuildICmp(ll->builder, LLVMIntULT, n, ll_i64(ll, EIG_SUM_LANES), "");
    LLVMBuildCondBr(ll->builder, is_short, few, many);
    LLVMPositionBuilderAtEnd(ll->builder, few);
    LLVMBuildRet(ll->builder, sum_short(ll, lanes, n));
    LLVMPositionBuilderAtEnd(ll->builder, many);
    LLVMBuildRet(ll->builder, fold_lanes(ll, lane_vector(ll, lanes, ll_i64(ll, 0))));
}

static LlFunction sweep_function(Emit *e, LLVMTypeRef body)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->ptr };
    LlFunction f = ll_function(ll, "sweep", false, ll->f64, params, "args body x n area");
    Val n = f.param[3], lanes = ll_scratch(ll, EIG_SUM_LANES, "lanes");
    store_lanes(ll, ll_splat(ll, ll_f64(ll, -0.0), EIG_SUM_LANES), lanes, ll_i64(ll, 0));
    Val whole = LLVMBuildAnd(ll->builder, n, ll_i64(ll, ~(uint64_t)(EIG_SUM_LANES - 1)), "");
    Val args[] = { f.param[0], f.param[2], whole, ll_i64(ll, 0), ll_i64(ll, EIG_SUM_LANES), lanes, f.param[4] };
    LLVMBuildCall2(ll->builder, body, f.param[1], args, 7, "");
    LlLoop once;                /* at most one turn: n may be a multiple of the lanes */
    ll_loop_begin(ll, &once, whole, n, EIG_SUM_LANES, 0, NULL);
    sweep_rest(e, &f, body, whole, LLVMBuildSub(ll->builder, n, whole, ""), lanes);
    ll_loop_end(ll, &once);
    return_sum(e, n, lanes);
    return f;
}

/* ---- a step ---- */

/* Everything that eig_advance calls. */
typedef struct Sweeps {
    Emit *e;
    const Method *m;
    LlFunction sweep;
    LlFunction plain[MAX_STAGES];
    LlFunction *own;            /* [pop * MAX_STAGES + stage], populations that are not plain */
    Val args, x, area;
} Sweeps;

static void make_functions(Sweeps *s)
{
    Emit *e = s->e;
    LLVMTypeRef body = NULL;
    s->own = ARENA_ARRAY(&e->cx->arena, e->p->n_pops * MAX_STAGES + 1, LlFunction);
    for (unsigned stage = 0; stage < s->m->n_stages; stage++) {
        bool is_last = stage + 1 == s->m->n_stages;
        if (e->n_groups)
            s->plain[stage] = body_function(&(Sweep){ .e = e, .m = s->m, .n_stages = stage + 1, .is_plain = true });
        for (size_t q = 0; q < e->p->n_pops; q++)
            if (!pop_is_plain(e, q) && (is_last || e->needs_sum[q]))
                s->own[q * MAX_STAGES + stage] =
                    body_function(&(Sweep){ .e = e, .m = s->m, .n_stages = stage + 1, .pop = q });
        if (e->n_groups)
            body = s->plain[stage].type;
    }
    for (size_t q = 0; q < e->p->n_pops && !body; q++)
        body = s->own[q * MAX_STAGES + s->m->n_stages - 1].type;
    for (size_t g = 0; g < e->n_groups; g++)
        e->group[g].function = plain_value_function(e, &e->group[g]);
    s->sweep = sweep_function(e, body);
}

static Val area_at(const Sweeps *s, size_t at)
{
    return ll_at(s->e->ll, s->e->ll->f64, s->area, ll_i64(s->e->ll, at));
}

static Val pop_state(const Sweeps *s, size_t pop)
{
    return ll_at(s->e->ll, s->e->ll->f64, s->x, ll_i64(s->e->ll, s->e->p->pop[pop].from));
}

/* Once a call: the sums of x, and the constants of the plain populations. */
static void prepare(const Sweeps *s)
{
    const Emit *e = s->e;
    const Ll *ll = e->ll;
    for (size_t q = 0; q < e->p->n_pops; q++) {
        if (!e->needs_sum[q])
            continue;
        Val args[] = { pop_state(s, q), ll_i64(ll, e->p->pop[q].size) };
        ll_store_f64(ll, ll_call(ll, &e->sum, args, 2), area_at(s, sums_at(e, 0)), ll_i64(ll, q));
    }
    size_t n_rows = e->n_groups ? e->group[e->n_groups - 1].row_to : 0;
    for (size_t row = 0; row < n_rows; row++) {
        const EigPop *p = &e->p->pop[plain_pop(e, row)];
        Val at = area_at(s, plain_at(e, s->m) + row * plain_row_size(s->m));
        ll_store_f64(ll, ll_f64(ll, p->rate), at, ll_i64(ll, PLAIN_RATE));
        ll_store_f64(ll, ll_f64(ll, p->exp_step), at, ll_i64(ll, PLAIN_EXP));
    }
}

/* phi(s) of every plain population at a stage. */
static void plain_values(const Sweeps *s, unsigned stage, Val t)
{
    const Emit *e = s->e;
    Ll *ll = e->ll;
    for (size_t g = 0; g < e->n_groups; g++) {
        LlLoop loop;
        ll_loop_begin(ll, &loop, ll_i64(ll, e->group[g].row_from), ll_i64(ll, e->group[g].row_to), 1, 0, NULL);
        Val value = ll_call(ll, &e->group[g].function, (Val[]){ t, area_at(s, sums_at(e, stage)), loop.index }, 3);
        Val at = ll_imul(ll, loop.index, ll_i64(ll, plain_row_size(s->m)));
        ll_store_f64(ll, value, area_at(s, plain_at(e, s->m) + PLAIN_VALUES + stage), at);
        ll_loop_end(ll, &loop);
    }
}

static void sweep_pop(const Sweeps *s, unsigned stage, size_t pop, const LlFunction *body, Val area)
{
    const Emit *e = s->e;
    const Ll *ll = e->ll;
    Val args[] = { s->args, body->value, pop_state(s, pop), ll_i64(ll, e->p->pop[pop].size), area };
    ll_store_f64(ll, ll_call(ll, &s->sweep, args, 5), area_at(s, sums_at(e, stage + 1)), ll_i64(ll, pop));
}

static void sweep_all(const Sweeps *s, unsigned stage)
{
    const Emit *e = s->e;
    bool is_last = stage + 1 == s->m->n_stages;
    size_t n_rows = e->n_groups ? e->group[e->n_groups - 1].row_to : 0;
    for (size_t row = 0; row < n_rows; row++) {
        size_t q = plain_pop(e, row);
        if (is_last || e->needs_sum[q])
            sweep_pop(s, stage, q, &s->plain[stage], area_at(s, plain_at(e, s->m) + row * plain_row_size(s->m)));
    }
    for (size_t q = 0; q < e->p->n_pops; q++)
        if (s->own[q * MAX_STAGES + stage].value)
            sweep_pop(s, stage, q, &s->own[q * MAX_STAGES + stage], s->area);
}

void advance_sweeps(Emit *e, const Method *m)
{
    Ll *ll = e->ll;
    Sweeps s = { .e = e, .m = m };
    make_functions(&s);
    LlFunction f = abi_entry(e, ABI_ADVANCE);
    size_t n_rows = e->n_groups ? e->group[e->n_groups - 1].row_to : 0;
    s.args = f.param[0];
    s.x = f.param[3];
    s.area = ll_scratch(ll, plain_at(e, m) + n_rows * plain_row_size(m), "area");
    drift_stored_inputs(e, s.args);
    prepare(&s);
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[1], f.param[2], 1, 0, NULL);
    StepTimes times = step_times(e, loop.index);
    for (size_t k = 0; k < 3; k++)
        ll_store_f64(ll, times.at[k], area_at(&s, AREA_TIMES), ll_i64(ll, k));
    for (unsigned stage = 0; stage < m->n_stages; stage++) {
        plain_values(&s, stage, times.at[m->stage[stage].time]);
        sweep_all(&s, stage);
    }
    Val from = area_at(&s, sums_at(e, m->n_stages)), to = area_at(&s, sums_at(e, 0));
    ll_call(ll, &e->copy, (Val[]){ ll_i64(ll, e->p->n_pops), from, to }, 3);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
}
