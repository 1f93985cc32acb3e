/* What `taylor` needs beside the problem (runtime/jet.h): the programs of its neurons as recurrences for Taylor coefficients, and what arrives
 * as a problem of its own, which is linear. */
#include "compiler/plan/build.h"
#include "compiler/plan/recurrence.h"
#include "runtime/kinks.h"
#include "runtime/layout.h"

#include <math.h>

/* ---- populations ---- */

typedef struct Build {
    Ctx *cx;
    const EigProblem *p;
    const PlanPop *planned;     /* NULL: of a problem without a model */
    EigJets *out;
    size_t *source;             /* by signal: its population in the linear problem */
    size_t *through;            /* by block with a gate: likewise; else its target */
    EigPop *pop;                /* of the linear problem */
    size_t n_pops, n;
    bool has_kinks;
    const char *why_not, *of;
} Build;

/* ((u + T) + g1 G1) + ...; u = 0 is left out. */
static size_t total_input(Build *b, Write *w, Vars *v, size_t q, size_t *from)
{
    const EigProblem *p = b->p;
    double u;
    size_t n = 0, input = write_code(w, v, &p->pop[q].input), z = write_push(w, (EigJetOp){ .kind = EIG_JET_TOTAL, .which = n });
    from[n++] = b->pop[q].from;
    if (!w->why_not && !(write_is_literal(w, input, &u) && u == 0))
        z = write_two(w, EIG_JET_ADD, input, z);
    for (size_t k = 0; k < p->n_blocks && !w->why_not; k++) {
        const EigBlock *block = &p->block[k];
        if (block->post != q || !block->gate.n)
            continue;
        size_t gate = write_code(w, v, &block->gate), arrives = write_push(w, (EigJetOp){ .kind = EIG_JET_TOTAL, .which = n });
        from[n++] = b->pop[b->through[k]].from;
        if (!w->why_not)
            z = write_two(w, EIG_JET_ADD, z, write_two(w, EIG_JET_MUL, gate, arrives));
    }
    return z;
}

static size_t slope(Build *b, Write *w, Vars *v, size_t q, size_t k, double *rate)
{
    const EigPop *pop = &b->p->pop[q];
    EigState state = eig_state(pop, k);
    *rate = state.kind == EIG_STATE_LEAK && !pop->rate_of ? pop->rate : 1.0;
    if (state.kind == EIG_STATE_OU)
        return write_literal(w, 0);
    if (state.kind == EIG_STATE_EQUATION)
        return write_code(w, v, &state.drift);
    bool is_analytic = b->planned && b->planned[q].phi_is_analytic;
    w->has_kinks = b->has_kinks && !is_analytic;
    size_t phi = write_code(w, v, &pop->phi);
    w->has_kinks = b->has_kinks;
    if (w->why_not)
        return 0;
    EigOp own = { .kind = EIG_OP_VAR, .which = (uint8_t)(EIG_VAR_STATE + k) };
    size_t rest = write_two(w, EIG_JET_SUB, phi, write_variable(w, v, &own));
    if (!pop->rate_of)
        return rest;
    return write_two(w, EIG_JET_MUL, write_push(w, (EigJetOp){ .kind = EIG_JET_RATE, .is_constant = true }), rest);
}

static bool is_well(Build *b, const Write *w, size_t pop)
{
    if (w->why_not && !b->why_not) {
        b->why_not = w->why_not;
        b->of = b->p->pop[pop].name;
    }
    return !b->why_not;
}

static void write_slopes(Build *b, size_t q, EigJetPop *to)
{
    const EigPop *pop = &b->p->pop[q];
    Write w = { .cx = b->cx, .order = b->out->order, .has_kinks = b->has_kinks };
    Vars v = write_no_vars();
    size_t n = eig_n_states(pop), *result = ARENA_ARRAY(&b->cx->arena, n, size_t), n_gates = 0;
    for (size_t k = 0; k < b->p->n_blocks; k++)
        n_gates += b->p->block[k].post == q && b->p->block[k].gate.n;
    size_t *total = ARENA_ARRAY(&b->cx->arena, n_gates + 1, size_t);
    to->rate = ARENA_ARRAY(&b->cx->arena, n, double);
    v.total = total_input(b, &w, &v, q, total);
    for (size_t k = 0; k < n && !w.why_not; k++)
        result[k] = slope(b, &w, &v, q, k, &to->rate[k]);
    to->total = total;
    to->n_totals = n_gates + 1;
    if (is_well(b, &w, q))
        to->slope = write_finish(&w, n, result);
}

static EigJetProgram write_signal(Build *b, const EigSignal *s)
{
    Write w = { .cx = b->cx, .order = b->out->order, .has_kinks = b->has_kinks };
    Vars v = write_no_vars();
    EigOp own = { .kind = EIG_OP_VAR, .which = EIG_VAR_STATE };
    size_t *result = ARENA_NEW(&b->cx->arena, size_t);
    *result = s->code.n ? write_code(&w, &v, &s->code) : write_variable(&w, &v, &own);
    return is_well(b, &w, s->pop) ? write_finish(&w, 1, result) : (EigJetProgram){ 0 };
}

/* ---- the linear problem ---- */

static size_t add_pop(Build *b, size_t like)
{
    static const EigOp minus_zero = { .kind = EIG_OP_CONST, .value = -0.0 }, total = { .kind = EIG_OP_VAR, .which = EIG_VAR_Z };
    const EigPop *from = &b->p->pop[like];
    b->pop[b->n_pops] = (EigPop){ .name = from->name, .from = b->n, .size = from->size, .state_from = b->n, .rate = 1,
                                  .input = { 1, &minus_zero, 1, NULL }, .phi = { 1, &total, 1, NULL } };
    b->n += from->size;
    return b->n_pops++;
}

static void place(Build *b)
{
    const EigProblem *p = b->p;
    size_t n_signals = eig_n_signals(p);
    b->pop = ARENA_ARRAY(&b->cx->arena, p->n_pops + n_signals + p->n_blocks + 1, EigPop);
    b->source = ARENA_ARRAY(&b->cx->arena, n_signals + 1, size_t);
    b->through = ARENA_ARRAY(&b->cx->arena, p->n_blocks + 1, size_t);
    for (size_t q = 0; q < p->n_pops; q++)
        add_pop(b, q);
    for (size_t q = 0; q < n_signals; q++)
        b->source[q] = q < p->n_pops ? q : add_pop(b, eig_signal(p, q).pop);
    for (size_t k = 0; k < p->n_blocks; k++)
        b->through[k] = p->block[k].gate.n ? add_pop(b, p->block[k].post) : p->block[k].post;
}

static const EigProblem *linear_problem(Build *b)
{
    const EigProblem *p = b->p;
    EigProblem *out = ARENA_NEW(&b->cx->arena, EigProblem);
    EigBlock *block = ARENA_ARRAY(&b->cx->arena, p->n_blocks + 1, EigBlock);
    for (size_t k = 0; k < p->n_blocks; k++) {
        block[k] = p->block[k];
        block[k].pre = b->source[eig_block_signal(p, &p->block[k])];
        block[k].post = b->through[k];
        block[k].gate = (EigCode){ 0 };
        block[k].signal = 0;
    }
    *out = (EigProblem){ .model_name = p->model_name, .time_unit = p->time_unit, .n = b->n, .n_pops = b->n_pops, .n_blocks = p->n_blocks,
                         .f32_weights = p->f32_weights, .pop = b->pop, .block = block, .duration = p->duration, .rtol = p->rtol, .atol = p->atol,
                         .method = EIG_METHOD_CVODE };      /* its drift is asked for, and its method takes no vectors */
    return out;
}

static void write_all(Build *b)
{
    const EigProblem *p = b->p;
    size_t n_signals = eig_n_signals(p);
    EigJetPop *pop = ARENA_ARRAY(&b->cx->arena, p->n_pops + 1, EigJetPop);
    EigJetProgram *sent = ARENA_ARRAY(&b->cx->arena, n_signals + 1, EigJetProgram);
    size_t *from = ARENA_ARRAY(&b->cx->arena, n_signals + 1, size_t);
    b->out->sends_states = p->n_signals == 0 && eig_n_x(p) == p->n;
    for (size_t q = 0; q < p->n_pops; q++)
        write_slopes(b, q, &pop[q]);
    for (size_t q = 0; q < n_signals; q++) {
        EigSignal s = eig_signal(p, q);
        from[q] = b->pop[b->source[q]].from;
        if (!b->out->sends_states)
            sent[q] = write_signal(b, &s);
    }
    b->out->pop = pop;
    b->out->sent = sent;
    b->out->sent_from = from;
    if (!b->why_not)
        eig_kinks_count(p, b->out);
}

/* Jorba and Zou: where the last coefficient counts as much as the tolerance after a step of 1/e^2 of the radius of convergence. */
static unsigned order_for(double rtol)
{
    double order = ceil(1 - log(rtol) / 2);
    return order < EIG_JET_LEAST_ORDER ? EIG_JET_LEAST_ORDER : order > EIG_JET_MOST_ORDER ? EIG_JET_MOST_ORDER : (unsigned)order;
}

/* Operations of one step, written out. */
static double operations(const EigJets *j, const EigProblem *p)
{
    double n = 0, m = j->order, convolution = m * m;
    for (size_t q = 0; q < p->n_pops; q++)
        for (size_t k = 0; k < j->pop[q].slope.n; k++) {
            const EigJetOp *op = &j->pop[q].slope.op[k];
            bool is_long = !op->is_constant && (op->kind == EIG_JET_MUL || op->kind == EIG_JET_DIV || op->kind == EIG_JET_FLOW);
            n += (double)p->pop[q].size * (is_long ? convolution : op->kind == EIG_JET_SQUARE ? convolution / 2 : m);
        }
    for (size_t k = 0; k < j->linear->n_blocks; k++) {
        const EigBlock *b = &j->linear->block[k];
        n += 2 * m * (double)j->linear->pop[b->pre].size * (double)j->linear->pop[b->post].size;
    }
    return n;
}

static void place_jets(Ctx *cx, Plan *plan, const Plan *linear)
{
    enum { MOST_OPERATIONS = 3000 };
    const EigProblem *p = &plan->problem, *l = &linear->problem;
    double n = operations(p->jets, p);
    bool is_small = eig_n_x(p) <= PLAN_REGISTER_NEURONS && l->n <= PLAN_REGISTER_NEURONS && !linear->general_why;
    plan->jets_in_registers = is_small && n <= MOST_OPERATIONS;
    if (plan->jets_in_registers)
        plan->jets_why = arena_printf(&cx->arena, "about %.0f operations a step: straight-line code", n);
    else if (is_small)
        plan->jets_why = arena_printf(&cx->arena, "about %.0f operations a step are too many for straight-line code: loops over neurons and orders", n);
    else
        plan->jets_why = arena_printf(&cx->arena, "%zu number%s: order by order, loops over neurons", eig_n_x(p), eig_n_x(p) == 1 ? "" : "s");
}

static bool has_pairs(const EigProblem *p)
{
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].pair.n)
            return true;
    return false;
}

bool plan_jets(Ctx *cx, Span method, Plan *plan)
{
    EigProblem *p = &plan->problem;
    if (p->method != EIG_METHOD_TAYLOR)
        return true;
    EigJets *jets = ARENA_NEW(&cx->arena, EigJets);
    *jets = (EigJets){ .order = order_for(p->rtol) };
    Build b = { .cx = cx, .p = p, .planned = plan->pop, .out = jets, .has_kinks = plan->has_kinks };
    if (has_pairs(p))
        b.why_not = "a current that is no sum of products of what source and target contribute";
    else {
        place(&b);
        write_all(&b);
    }
    if (b.why_not) {
        Diag *d = diag_at(cx, D_E0807, method, "`taylor` takes formulas of which it knows all derivatives, and %s%s%s%s", b.of ? "`" : "the model has ",
                          b.of ? b.of : b.why_not, b.of ? "` is computed with " : "", b.of ? b.why_not : "");
        diag_help(cx, d, "write `method = dopri8`");
        return false;
    }
    p->jets = jets;
    jets->linear = linear_problem(&b);
    Plan *linear = ARENA_NEW(&cx->arena, Plan);
    linear->problem = *jets->linear;
    jets->linear = &linear->problem;
    plan_lower(cx, linear);
    place_jets(cx, plan, linear);
    plan->linear = linear;
    plan->bytes = plan_bytes(plan);
    return true;
}
