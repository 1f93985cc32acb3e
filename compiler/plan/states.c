/* The numbers that neurons carry, and what populations send. A network of
 * leaky rates has one state a neuron, which is what it sends, and needs nothing
 * of this. */
#include "compiler/code/code.h"
#include "compiler/plan/build.h"
#include "runtime/rng.h"

static EigState round_state(Ctx *cx, const Model *m, const ModelPop *p, size_t k, const PlanState *planned, EigPop *pop)
{
    const ModelState *s = &p->state[k];
    return (EigState){
        .name = s->name, .kind = EIG_STATE_EQUATION,
        .drift = expr_to_code(cx, planned->drift),
        .noise = s->noise ? expr_to_code(cx, s->noise) : (EigCode){ 0 },
        .noise_slope = planned->noise_slope ? expr_to_code(cx, planned->noise_slope) : (EigCode){ 0 },
        .entity = eig_fnv1a(arena_printf(&cx->arena, "%s.%s", p->key, s->name)),
        .start = plan_code(cx, m, s->start, pop),
    };
}

/* The state of a population with a time constant. */
static EigState leak_state(Ctx *cx, const Model *m, const ModelPop *p, EigPop *pop)
{
    return (EigState){
        .name = "rate", .kind = EIG_STATE_LEAK,
        .noise = plan_code(cx, m, p->noise, pop),
        .entity = eig_fnv1a(p->key),
        .start = pop->start,
    };
}

size_t plan_column(Ctx *cx, EigPop *pop, const double *column)
{
    const double **all = ARENA_ARRAY(&cx->arena, pop->n_columns + 1, const double *);
    for (size_t k = 0; k < pop->n_columns; k++)
        all[k] = pop->column[k];
    all[pop->n_columns] = column;
    pop->column = all;
    return pop->n_columns++;
}

/* More than the one number that a leak without noise is. */
static bool needs_states(const ModelPop *p)
{
    return p->n_states > 0 || p->noise || p->ous.n > 0;
}

static bool has_states(const Net *net)
{
    for (size_t q = 0; q < net->n_pops; q++)
        if (needs_states(net->pop[q].model))
            return true;
    return false;
}

/* Its own states, then its fluctuating inputs. */
static void pop_states(Ctx *cx, const Net *net, const ModelPop *m, const PlanPop *planned, EigPop *pop)
{
    size_t own = m->n_states ? m->n_states : 1, n = own + m->ous.n;
    EigState *state = ARENA_ARRAY(&cx->arena, n, EigState);
    if (m->n_states == 0)
        state[0] = leak_state(cx, net->model, m, pop);
    for (size_t k = 0; k < m->n_states; k++)
        state[k] = round_state(cx, net->model, m, k, &planned->state[k], pop);
    for (size_t k = 0; k < m->ous.n; k++)
        state[own + k] = plan_ou(cx, net->model, m, k, pop);
    pop->n_states = n;
    pop->state = state;
}

/* State k of a population stands behind state k - 1 of all its neurons. */
static void place_states(Ctx *cx, const Net *net, const PlanPop *planned, EigProblem *out, EigPop *pop)
{
    for (size_t q = 0; q < net->n_pops; q++) {
        const ModelPop *m = net->pop[q].model;
        if (needs_states(m))
            pop_states(cx, net, m, &planned[q], &pop[q]);
        pop[q].state_from = out->n_x;
        out->n_x += (pop[q].n_states ? pop[q].n_states : 1) * m->size;
    }
}

static bool is_first_state(const Expr *rate)
{
    return !rate || (rate->kind == EXPR_VAR && rate->as.var == EIG_VAR_STATE);
}

static bool sends_rates_alone(const Net *net)
{
    for (size_t k = 0; k < net->n_blocks; k++)
        if (net->block[k].term || net->block[k].kind == BLOCK_PRODUCT)
            return false;
    return true;
}

/* Of each block that is a product, the columns of its factors. */
typedef struct Factors {
    size_t *left, *right;
} Factors;

/* The signals under construction, and what each was rounded from; NULL: state 0. */
typedef struct Signals {
    EigSignal *at;
    const Expr **from;
    size_t n;
} Signals;

static void add_signal(Ctx *cx, Signals *s, size_t pop, const Expr *from)
{
    s->at[s->n].pop = pop;
    s->from[s->n] = is_first_state(from) ? NULL : from;
    if (s->from[s->n])
        s->at[s->n].code = expr_to_code(cx, from);
    s->n++;
}

/* The same signal is computed once, however many blocks read it. */
static size_t find_signal(Ctx *cx, Signals *s, size_t pop, const Expr *from)
{
    const Expr *wanted = is_first_state(from) ? NULL : from;
    for (size_t k = 0; k < s->n; k++)
        if (s->at[k].pop == pop && (s->from[k] == wanted || (s->from[k] && wanted && expr_equal(s->from[k], wanted))))
            return k;
    add_signal(cx, s, pop, from);
    return s->n - 1;
}

/* e times a column of the population's neurons; e NULL: the column. */
static const Expr *times_column(Ctx *cx, const Net *net, Span at, const Expr *e, size_t column)
{
    const Expr *arg[2] = { e, expr_column(cx, at, column) };
    return e ? expr_call(cx, net->nums, at, EIG_FN_MUL, 2, arg) : arg[1];
}

/* What block k reads of its sources, and what stands before it; NULL: the rate, and nothing. A rate that is NULL is state 0. */
static void block_parts(Ctx *cx, const Net *net, size_t k, const Factors *f, const Expr **signal, const Expr **gate)
{
    const Block *b = &net->block[k];
    *signal = b->term ? b->term->signal : NULL;
    *gate = b->term ? b->term->gate : NULL;
    if (b->kind != BLOCK_PRODUCT)
        return;
    Span at = net->model->conns.at[b->conn].weight_span;
    const Expr *rate = net->pop[b->pre].model->rate;
    if (!*signal)
        *signal = rate ? rate : expr_var(cx, at, EIG_VAR_STATE);
    *signal = times_column(cx, net, at, *signal, f->right[k]);
    *gate = times_column(cx, net, at, *gate, f->left[k]);
}

static size_t count_signals(const Net *net)
{
    size_t n = net->n_pops;
    for (size_t k = 0; k < net->n_blocks; k++)
        n += net->block[k].term ? net->block[k].term->n_parts + 1 : 1;
    return n;
}

/* Numbers of pairs. What weights of low rank have of the source is one more part, and what they have of the target a gate. */
static void round_pair(Ctx *cx, const Net *net, size_t k, const Factors *f, Signals *s, EigBlock *out)
{
    const Block *b = &net->block[k];
    const ModelTerm *t = b->term;
    const Expr *pair = t->pair;
    EigPart *part = ARENA_ARRAY(&cx->arena, t->n_parts + 1, EigPart);
    size_t n = t->n_parts;
    for (size_t q = 0; q < n; q++) {
        part[q].of_source = t->part[q].of_source;
        if (part[q].of_source)
            part[q].signal = find_signal(cx, s, b->pre, t->part[q].e);
        else
            part[q].code = expr_to_code(cx, t->part[q].e);
    }
    if (b->kind == BLOCK_PRODUCT) {
        Span at = net->model->conns.at[b->conn].weight_span;
        part[n] = (EigPart){ .of_source = true, .signal = find_signal(cx, s, b->pre, expr_column(cx, at, f->right[k])) };
        out->gate = expr_to_code(cx, expr_column(cx, at, f->left[k]));
        pair = times_column(cx, net, at, pair, n++);
    }
    out->pair = expr_to_code(cx, pair);
    out->n_parts = n;
    out->part = part;
}

/* Signal q is the rate of population q; then those of currents and products. */
static void round_signals(Ctx *cx, const Net *net, const Factors *f, EigProblem *out, EigBlock *block)
{
    size_t most = count_signals(net);
    Signals s = { ARENA_ARRAY(&cx->arena, most, EigSignal), ARENA_ARRAY(&cx->arena, most, const Expr *), 0 };
    bool all_first = sends_rates_alone(net);
    for (size_t q = 0; q < net->n_pops; q++) {
        add_signal(cx, &s, q, net->pop[q].model->rate);
        all_first = all_first && !s.from[q];
    }
    for (size_t k = 0; k < net->n_blocks; k++) {
        const Expr *signal, *gate;
        if (block_is_by_pairs(&net->block[k])) {
            round_pair(cx, net, k, f, &s, &block[k]);
            continue;
        }
        block_parts(cx, net, k, f, &signal, &gate);
        block[k].signal = signal ? find_signal(cx, &s, block[k].pre, signal) : block[k].pre;
        if (gate)
            block[k].gate = expr_to_code(cx, gate);
    }
    if (all_first)
        return;
    out->signal = s.at;
    out->n_signals = s.n;
}

void plan_states(Ctx *cx, const Net *net, const PlanPop *planned, EigProblem *out, EigPop *pop, EigBlock *block)
{
    if (has_states(net))
        place_states(cx, net, planned, out, pop);
    Factors f = { ARENA_ARRAY(&cx->arena, net->n_blocks + 1, size_t), ARENA_ARRAY(&cx->arena, net->n_blocks + 1, size_t) };
    plan_factors(cx, net, pop, f.left, f.right);
    round_signals(cx, net, &f, out, block);
}
