/* Large populations that meet only through sums: the stages of a step are not
 * kept in arrays but computed again from x. A sweep goes over a population
 * once; sweep k computes the first k stages of each neuron in
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
enum { AREA_TIMES, AREA_SUMS = AREA_TIMES + N_STAGE_TIMES };     /* sums: n_stages + 1 rows of n_pops; then the rows of plain populations */
enum { PLAIN_RATE, PLAIN_EXP, PLAIN_VALUES };   /* one value a stage */
enum { BODY_ARGS, BODY_X, BODY_N, BODY_FIRST, BODY_VALID, BODY_LANES, BODY_AREA, BODY_STAGES, BODY_N_PARAMS };

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

/* ---- one sweep: body(args, x, n, first, valid, lanes, area, stages) ----
 * n neurons from x on, a multiple of the lanes; the first is number `first` of
 * its population. Only the first `valid` lanes enter the sum. One function
 * serves all sweeps and leaves the chain after `stages` of them: as the branch
 * goes the same way for all neurons it costs next to nothing, and a function
 * for each sweep takes three times as long to compile. */

typedef struct Sweep {
    Emit *e;
    const Method *m;
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
    for (unsigned stage = 0; stage < w->m->n_stages; stage++) {
        Val t = area_value(e, w->f.param[BODY_AREA], AREA_TIMES + (size_t)w->m->stage[stage].time);
        w->input[stage] = code_uses(&p->input, EIG_VAR_I) ? NULL : all_lanes(w, input_value(e, w->pop, NULL, t, NULL));
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
    for (unsigned stage = 0; stage < w->m->n_stages; stage++)
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
    if (plan_stores_input(e->plan, w->pop)) {
        Val from = ll_i64(ll, e->p->pop[w->pop].from);
        return lane_vector(ll, stored_input(e, w->f.param[BODY_ARGS], from), neuron);
    }
    Val t = area_value(e, w->f.param[BODY_AREA], AREA_TIMES + (size_t)w->m->stage[stage].time);
    Val numbers = LLVMBuildAdd(ll->builder, all_lanes(w, neuron), lane_numbers(ll), "");
    return input_value(e, w->pop, NULL, all_lanes(w, t), numbers);
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
    return activation_value(e, w->pop, NULL, s);
}

/* The state after the sweep's last stage, in the block that all sweeps meet in. */
static Val lanes_stages(const Sweep *w, Val index, Val x)
{
    Ll *ll = w->e->ll;
    LLVMBasicBlockRef meet = LLVMAppendBasicBlockInContext(ll->context, ll->function, "meet"), from[MAX_STAGES];
    Val y = x, acc = NULL, after[MAX_STAGES];
    for (unsigned stage = 0; stage < w->m->n_stages; stage++) {
        ll->lanes = EIG_SUM_LANES;
        Val d = ll_fsub(ll, lanes_activation(w, stage, index, y), y);
        y = after[stage] = stage_formula(w->e, stage, &(Neuron){ x, acc, d, w->rate, w->exp_step }, &acc);
        ll->lanes = 0;
        from[stage] = LLVMGetInsertBlock(ll->builder);
        if (stage + 1 == w->m->n_stages)
            break;
        LLVMBasicBlockRef next = LLVMAppendBasicBlockInContext(ll->context, ll->function, "stage");
        Val done = LLVMBuildICmp(ll->builder, LLVMIntEQ, w->f.param[BODY_STAGES], ll_i64(ll, stage + 1), "");
        LLVMBuildCondBr(ll->builder, done, meet, next);
        LLVMPositionBuilderAtEnd(ll->builder, next);
    }
    store_lanes(ll, y, w->f.param[BODY_X], index);
    LLVMBuildBr(ll->builder, meet);
    LLVMPositionBuilderAtEnd(ll->builder, meet);
    Val result = LLVMBuildPhi(ll->builder, LLVMTypeOf(y), "");
    LLVMAddIncoming(result, after, from, w->m->n_stages);
    return result;
}

static LlFunction body_function(Sweep *w)
{
    Ll *ll = w->e->ll;
    char name[64];
    if (w->is_plain)
        snprintf(name, sizeof name, "sweep_plain");
    else
        snprintf(name, sizeof name, "sweep_%zu", w->pop);
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->i64, ll->i64, ll->i64, ll->ptr, ll->ptr, ll->i64 };
    w->f = ll_function(ll, name, false, ll->none, params, "args x n first valid lanes area stages");
    if (w->is_plain)
        hoist_plain(w);
    else
        hoist(w);
    Val on = first_lanes(ll, w->f.param[BODY_VALID]), lanes = w->f.param[BODY_LANES];
    Val before = lane_vector(ll, lanes, ll_i64(ll, 0));
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), w->f.param[BODY_N], EIG_SUM_LANES, 1, &before);
    Val y = lanes_stages(w, loop.index, lane_vector(ll, w->f.param[BODY_X], loop.index));
    loop.next[0] = ll_select(ll, on, ll_fadd(ll, loop.carried[0], y), loop.carried[0]);
    ll_loop_end(ll, &loop);
    store_lanes(ll, loop.result[0], lanes, ll_i64(ll, 0));
    LLVMBuildRetVoid(ll->builder);
    return w->f;
}

/* ---- sweep(args, body, x, n, area, stages): all neurons of a population; the sum ---- */

/* The last n mod LANES neurons, in a piece of scratch as long as the lanes. */
static void sweep_rest(Ll *ll, const LlFunction *f, LLVMTypeRef body, Val whole, Val rest, Val lanes)
{
    Val pad = ll_scratch(ll, EIG_SUM_LANES, "pad"), x = ll_at(ll, ll->f64, f->param[2], whole);
    store_lanes(ll, LLVMConstNull(LLVMVectorType(ll->f64, EIG_SUM_LANES)), pad, ll_i64(ll, 0));
    ll_copy(ll, rest, x, pad);
    Val args[] = { f->param[0], pad, ll_i64(ll, EIG_SUM_LANES), whole, rest, lanes, f->param[4], f->param[5] };
    LLVMBuildCall2(ll->builder, body, f->param[1], args, BODY_N_PARAMS, "");
    ll_copy(ll, rest, pad, x);
}

/* After a single piece the lanes are the numbers themselves, which short sums add from left to right. */
static void return_sum(Ll *ll, Val n, Val lanes)
{
    LLVMBasicBlockRef few = LLVMAppendBasicBlockInContext(ll->context, ll->function, "few");
    LLVMBasicBlockRef many = LLVMAppendBasicBlockInContext(ll->context, ll->function, "many");
    Val is_short = LLVMBuildICmp(ll->builder, LLVMIntULT, n, ll_i64(ll, EIG_SUM_LANES), "");
    LLVMBuildCondBr(ll->builder, is_short, few, many);
    LLVMPositionBuilderAtEnd(ll->builder, few);
    LLVMBuildRet(ll->builder, sum_short(ll, lanes, n));
    LLVMPositionBuilderAtEnd(ll->builder, many);
    LLVMBuildRet(ll->builder, fold_lanes(ll, lane_vector(ll, lanes, ll_i64(ll, 0))));
}

static LlFunction sweep_function(Ll *ll, LLVMTypeRef body)
{
    LLVMTypeRef params[] = { ll->ptr, ll->ptr, ll->ptr, ll->i64, ll->ptr, ll->i64 };
    LlFunction f = ll_function(ll, "sweep", false, ll->f64, params, "args body x n area stages");
    Val n = f.param[3], lanes = ll_scratch(ll, EIG_SUM_LANES, "lanes");
    store_lanes(ll, ll_splat(ll, ll_f64(ll, -0.0), EIG_SUM_LANES), lanes, ll_i64(ll, 0));
    Val whole = LLVMBuildAnd(ll->builder, n, ll_i64(ll, ~(uint64_t)(EIG_SUM_LANES - 1)), "");
    Val args[] = { f.param[0], f.param[2], whole, ll_i64(ll, 0), ll_i64(ll, EIG_SUM_LANES), lanes, f.param[4],
                   f.param[5] };
    LLVMBuildCall2(ll->builder, body, f.param[1], args, BODY_N_PARAMS, "");
    LlLoop once;                /* at most one turn: n may be a multiple of the lanes */
    ll_loop_begin(ll, &once, whole, n, EIG_SUM_LANES, 0, NULL);
    sweep_rest(ll, &f, body, whole, LLVMBuildSub(ll->builder, n, whole, ""), lanes);
    ll_loop_end(ll, &once);
    return_sum(ll, n, lanes);
    return f;
}

/* ---- a step ---- */

/* Everything that eig_advance calls. */
typedef struct Sweeps {
    Emit *e;
    const Method *m;
    LlFunction sweep;
    LlFunction plain, values;   /* where there are plain populations */
    LlFunction *own;            /* by population, where it is not plain */
    size_t n_rows;              /* plain populations */
    Val args, x, area;
} Sweeps;

/* values(t, sums, out): phi(s) of every plain population at a stage; out is its
 * place in the first population's row. */
static LlFunction values_function(const Sweeps *s)
{
    Emit *e = s->e;
    Ll *ll = e->ll;
    for (size_t g = 0; g < e->plain_group.n; g++)
        e->plain_group.at[g].function = plain_value_function(e, &e->plain_group.at[g]);
    LLVMTypeRef params[] = { ll->f64, ll->ptr, ll->ptr };
    LlFunction f = ll_function(ll, "values", false, ll->none, params, "t sums out");
    for (size_t g = 0; g < e->plain_group.n; g++) {
        LlLoop loop;
        ll_loop_begin(ll, &loop, ll_i64(ll, e->plain_group.at[g].row_from), ll_i64(ll, e->plain_group.at[g].row_to), 1, 0, NULL);
        Val value = ll_call(ll, &e->plain_group.at[g].function, (Val[]){ f.param[0], f.param[1], loop.index }, 3);
        ll_store_f64(ll, value, f.param[2], ll_imul(ll, loop.index, ll_i64(ll, plain_row_size(s->m))));
        ll_loop_end(ll, &loop);
    }
    LLVMBuildRetVoid(ll->builder);
    return f;
}

static void make_functions(Sweeps *s)
{
    Emit *e = s->e;
    s->own = ARENA_ARRAY(&e->cx->arena, e->p->n_pops + 1, LlFunction);
    LLVMTypeRef body = NULL;
    if (e->plain_group.n) {
        s->plain = body_function(&(Sweep){ .e = e, .m = s->m, .is_plain = true });
        body = s->plain.type;
    }
    for (size_t q = 0; q < e->p->n_pops; q++) {
        if (pop_is_plain(e, q))
            continue;
        s->own[q] = body_function(&(Sweep){ .e = e, .m = s->m, .pop = q });
        body = s->own[q].type;
    }
    if (e->plain_group.n) {
        s->n_rows = e->plain_group.at[e->plain_group.n - 1].row_to;
        s->values = values_function(s);
    }
    s->sweep = sweep_function(e->ll, body);
}

static Val area_at(const Sweeps *s, size_t at)
{
    return ll_at(s->e->ll, s->e->ll->f64, s->area, ll_i64(s->e->ll, at));
}

static Val state_at(const Sweeps *s, Val neuron)
{
    return ll_at(s->e->ll, s->e->ll->f64, s->x, neuron);
}

static Val plain_row(const Sweeps *s, Val row)
{
    Ll *ll = s->e->ll;
    return ll_at(ll, ll->f64, area_at(s, plain_at(s->e, s->m)), ll_imul(ll, row, ll_i64(ll, plain_row_size(s->m))));
}

/* For every plain population: row number in loop->index. */
static void rows_begin(const Sweeps *s, LlLoop *loop)
{
    ll_loop_begin(s->e->ll, loop, ll_i64(s->e->ll, 0), ll_i64(s->e->ll, s->n_rows), 1, 0, NULL);
}

static void store_sum(const Sweeps *s, unsigned stage, Val pop, Val sum)
{
    ll_store_f64(s->e->ll, sum, area_at(s, sums_at(s->e, stage)), pop);
}

/* Once a call: the sums of x, and the constants of the plain populations. */
static void prepare(const Sweeps *s)
{
    Emit *e = s->e;
    Ll *ll = e->ll;
    for (size_t q = 0; q < e->p->n_pops; q++) {
        if (!s->own[q].value || !e->needs_sum[q])
            continue;
        Val args[] = { state_at(s, ll_i64(ll, e->p->pop[q].from)), ll_i64(ll, e->p->pop[q].size) };
        store_sum(s, 0, ll_i64(ll, q), ll_call(ll, &e->sum, args, 2));
    }
    if (!s->n_rows)
        return;
    LlLoop loop;
    rows_begin(s, &loop);
    Val row = loop.index, at = plain_row(s, row);
    Val args[] = { state_at(s, plain_integer(e, row, ROW_FROM)), plain_integer(e, row, ROW_SIZE) };
    store_sum(s, 0, plain_integer(e, row, ROW_POP), ll_call(ll, &e->sum, args, 2));
    ll_store_f64(ll, plain_number(e, row, ROW_RATE), at, ll_i64(ll, PLAIN_RATE));
    ll_store_f64(ll, plain_number(e, row, ROW_EXP_STEP), at, ll_i64(ll, PLAIN_EXP));
    ll_loop_end(ll, &loop);
}

static Val sweep_call(const Sweeps *s, unsigned stage, const LlFunction *body, Val from, Val n, Val area)
{
    Ll *ll = s->e->ll;
    Val args[] = { s->args, body->value, state_at(s, from), n, area, ll_i64(ll, stage + 1) };
    return ll_call(ll, &s->sweep, args, 6);
}

/* A sweep that does not store x is of use for its sum alone. */
static void sweep_plain(const Sweeps *s, unsigned stage)
{
    const Emit *e = s->e;
    LlLoop loop;
    rows_begin(s, &loop);
    Val row = loop.index;
    Val n = plain_integer(e, row, stage + 1 == s->m->n_stages ? ROW_SIZE : ROW_SOURCES);
    Val sum = sweep_call(s, stage, &s->plain, plain_integer(e, row, ROW_FROM), n, plain_row(s, row));
    store_sum(s, stage + 1, plain_integer(e, row, ROW_POP), sum);
    ll_loop_end(e->ll, &loop);
}

static void sweep_all(const Sweeps *s, unsigned stage)
{
    const Emit *e = s->e;
    const Ll *ll = e->ll;
    if (s->n_rows)
        sweep_plain(s, stage);
    for (size_t q = 0; q < e->p->n_pops; q++) {
        const EigPop *p = &e->p->pop[q];
        if (!s->own[q].value || (stage + 1 < s->m->n_stages && !e->needs_sum[q]))
            continue;
        Val sum = sweep_call(s, stage, &s->own[q], ll_i64(ll, p->from), ll_i64(ll, p->size), s->area);
        store_sum(s, stage + 1, ll_i64(ll, q), sum);
    }
}

void advance_sweeps(Emit *e, const Method *m)
{
    Ll *ll = e->ll;
    Sweeps s = { .e = e, .m = m };
    make_functions(&s);
    LlFunction f = abi_entry(e, ABI_ADVANCE);
    s.args = f.param[0];
    s.x = f.param[3];
    s.area = ll_scratch(ll, plain_at(e, m) + s.n_rows * plain_row_size(m), "area");
    input_store(e, s.args);
    prepare(&s);
    LlLoop loop;
    ll_loop_begin(ll, &loop, f.param[1], f.param[2], 1, 0, NULL);
    StepTimes times = step_times(e, &f, loop.index);
    for (size_t k = 0; k < N_STAGE_TIMES; k++)
        ll_store_f64(ll, times.at[k], area_at(&s, AREA_TIMES), ll_i64(ll, k));
    for (unsigned stage = 0; stage < m->n_stages; stage++) {
        Val args[] = { times.at[m->stage[stage].time], area_at(&s, sums_at(e, stage)),
                       area_at(&s, plain_at(e, m) + PLAIN_VALUES + stage) };
        if (s.n_rows)
            ll_call(ll, &s.values, args, 3);
        sweep_all(&s, stage);
    }
    Val from = area_at(&s, sums_at(e, m->n_stages)), to = area_at(&s, sums_at(e, 0));
    ll_copy(ll, ll_i64(ll, e->p->n_pops), from, to);
    ll_loop_end(ll, &loop);
    LLVMBuildRetVoid(ll->builder);
}
