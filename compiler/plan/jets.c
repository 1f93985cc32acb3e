/* What `taylor` needs beside the problem (runtime/jet.h): the programs of its neurons as recurrences for Taylor coefficients, and what arrives
 * as a problem of its own, which is linear. Every smooth function is the solution of y' = w a', w made of y and of its argument a by sums,
 * products and quotients: so one recurrence serves them all. */
#include "compiler/plan/build.h"
#include "runtime/elementary.h"
#include "runtime/layout.h"

#include <math.h>

typedef VEC(EigJetOp) JetOps;

/* One program while it grows. */
typedef struct Write {
    Ctx *cx;
    JetOps op;
    const char *why_not;        /* NULL: all is well */
} Write;

static const EigJetOp *at(const Write *w, size_t k)
{
    return &w->op.at[k];
}

static size_t push(Write *w, EigJetOp op)
{
    vec_push(&w->cx->arena, &w->op, op);
    return w->op.n - 1;
}

static size_t constant(Write *w, EigCode code)
{
    return push(w, (EigJetOp){ .kind = EIG_JET_CONSTANT, .is_constant = true, .code = code });
}

static size_t leaf(Write *w, const EigOp *op, size_t n)
{
    return constant(w, (EigCode){ .n = n, .op = op, .depth = n });
}

static size_t literal(Write *w, double value)
{
    EigOp *op = ARENA_NEW(&w->cx->arena, EigOp);
    *op = (EigOp){ .kind = EIG_OP_CONST, .value = value };
    return leaf(w, op, 1);
}

static bool is_literal(const Write *w, size_t k, double *value)
{
    if (!eig_jet_is_literal(at(w, k)))
        return false;
    *value = at(w, k)->code.op[0].value;
    return true;
}

static size_t two(Write *w, EigJetKind kind, size_t a, size_t b)
{
    if (kind == EIG_JET_MUL && a == b)
        kind = EIG_JET_SQUARE;
    bool is_constant = at(w, a)->is_constant && at(w, b)->is_constant;
    return push(w, (EigJetOp){ .kind = (uint8_t)kind, .a = a, .b = b, .is_constant = is_constant });
}

static size_t one(Write *w, EigJetKind kind, size_t a)
{
    return push(w, (EigJetOp){ .kind = (uint8_t)kind, .a = a, .b = a, .is_constant = at(w, a)->is_constant });
}

static size_t square(Write *w, size_t a)
{
    return two(w, EIG_JET_MUL, a, a);
}

static size_t less(Write *w, double from, size_t a)
{
    return two(w, EIG_JET_SUB, literal(w, from), a);
}

static size_t more(Write *w, double by, size_t a)
{
    return two(w, EIG_JET_ADD, literal(w, by), a);
}

static size_t over(Write *w, double a, size_t b)
{
    return two(w, EIG_JET_DIV, literal(w, a), b);
}

/* fn(a, b), whose w is set behind it. */
static size_t flow(Write *w, EigFn fn, size_t a, size_t b)
{
    return push(w, (EigJetOp){ .kind = EIG_JET_FLOW, .fn = (uint8_t)fn, .a = a, .b = b, .w = w->op.n });
}

static size_t flows(Write *w, size_t y, size_t by)
{
    w->op.at[y].w = by;
    return y;
}

/* ---- functions ---- */

static size_t sine(Write *w, EigFn fn, size_t a)
{
    size_t y = flow(w, fn, a, a), other = flow(w, fn == EIG_FN_SIN ? EIG_FN_COS : EIG_FN_SIN, a, a);
    size_t minus = one(w, EIG_JET_NEG, fn == EIG_FN_SIN ? y : other);
    flows(w, y, fn == EIG_FN_SIN ? other : minus);
    flows(w, other, fn == EIG_FN_SIN ? minus : y);
    return y;
}

static size_t density(Write *w, size_t a)
{
    size_t y = flow(w, EIG_FN_NORMPDF, a, a);
    return flows(w, y, one(w, EIG_JET_NEG, two(w, EIG_JET_MUL, a, y)));
}

/* Of a lifted one, L/(1 + exp(-a)), w = y - (y/L) y. */
static size_t logistic(Write *w, EigFn fn, size_t a, size_t b)
{
    size_t y = flow(w, fn, a, b);
    size_t part = fn == EIG_FN_LOGISTIC ? square(w, y) : two(w, EIG_JET_MUL, two(w, EIG_JET_MUL, y, literal(w, 1 / EIG_LOGISTIC_LIFT)), y);
    return flows(w, y, two(w, EIG_JET_SUB, y, part));
}

/* x + b log(x) = a: x' (1 + b/x) = a'. */
static size_t log_root(Write *w, size_t a, size_t b)
{
    size_t y = flow(w, EIG_FN_LOG_ROOT, a, b);
    return flows(w, y, two(w, EIG_JET_DIV, y, two(w, EIG_JET_ADD, y, b)));
}

/* log(x/(1 - x)) + b x = a: x' (1/(x (1 - x)) + b) = a'. */
static size_t logit_root(Write *w, size_t a, size_t b)
{
    size_t y = flow(w, EIG_FN_LOGIT_ROOT, a, b), u = two(w, EIG_JET_SUB, y, square(w, y));
    return flows(w, y, two(w, EIG_JET_DIV, u, more(w, 1, two(w, EIG_JET_MUL, b, u))));
}

static size_t value(Write *w, EigFn fn, size_t a, size_t b)
{
    return push(w, (EigJetOp){ .kind = EIG_JET_VALUE, .fn = (uint8_t)fn, .a = a, .b = b, .is_constant = true });
}

/* Of one argument. */
static size_t function(Write *w, EigFn fn, size_t a)
{
    if (at(w, a)->is_constant || (fn == EIG_FN_STEP && at(w, a)->kind == EIG_JET_TIME))
        return value(w, fn, a, a);
    if (fn == EIG_FN_SIN || fn == EIG_FN_COS)
        return sine(w, fn, a);
    if (fn == EIG_FN_NORMPDF)
        return density(w, a);
    size_t y = flow(w, fn, a, a);
    switch (fn) {
    case EIG_FN_EXP:     return flows(w, y, y);
    case EIG_FN_EXPM1:   return flows(w, y, more(w, 1, y));
    case EIG_FN_LOG:     return flows(w, y, over(w, 1, a));
    case EIG_FN_LOG1P:   return flows(w, y, over(w, 1, more(w, 1, a)));
    case EIG_FN_SQRT:    return flows(w, y, over(w, 0.5, y));
    case EIG_FN_TANH:    return flows(w, y, less(w, 1, square(w, y)));
    case EIG_FN_ATAN:    return flows(w, y, over(w, 1, more(w, 1, square(w, a))));
    case EIG_FN_NORMCDF: return flows(w, y, density(w, a));
    case EIG_FN_OMEGA:   return flows(w, y, two(w, EIG_JET_DIV, y, more(w, 1, y)));
    default:             break;
    }
    w->why_not = "a function that has no derivatives, or whose recurrence is not known";
    return y;
}

/* a^n, n > 0, from the highest bit of n down. */
static size_t whole_power(Write *w, size_t a, unsigned n)
{
    if (n == 1)
        return a;
    size_t y = square(w, whole_power(w, a, n / 2));
    return n % 2 ? two(w, EIG_JET_MUL, y, a) : y;
}

static size_t power(Write *w, size_t a, size_t b)
{
    enum { MOST_WHOLE = 64 };
    double n;
    bool is_number = is_literal(w, b, &n);
    if (is_number && n == floor(n) && n != 0 && fabs(n) <= MOST_WHOLE) {
        size_t y = whole_power(w, a, (unsigned)fabs(n));
        return n > 0 ? y : over(w, 1, y);
    }
    if (!at(w, b)->is_constant)
        return function(w, EIG_FN_EXP, two(w, EIG_JET_MUL, b, function(w, EIG_FN_LOG, a)));
    size_t y = flow(w, EIG_FN_POW, a, b);
    return flows(w, y, two(w, EIG_JET_MUL, b, two(w, EIG_JET_DIV, y, a)));
}

static size_t call(Write *w, EigFn fn, size_t a, size_t b)
{
    bool is_lost = fn == EIG_FN_LOST_SUM || fn == EIG_FN_LOST_PRODUCT;
    switch (fn) {
    case EIG_FN_ADD: return two(w, EIG_JET_ADD, a, b);
    case EIG_FN_SUB: return two(w, EIG_JET_SUB, a, b);
    case EIG_FN_MUL: return two(w, EIG_JET_MUL, a, b);
    case EIG_FN_DIV: return two(w, EIG_JET_DIV, a, b);
    case EIG_FN_NEG: return one(w, EIG_JET_NEG, a);
    default:         break;
    }
    if (is_lost || (at(w, a)->is_constant && at(w, b)->is_constant))
        return value(w, fn, a, b);
    switch (fn) {
    case EIG_FN_POW:        return power(w, a, b);
    case EIG_FN_LOGISTIC:
    case EIG_FN_LIFTED_LOGISTIC: return logistic(w, fn, a, b);
    case EIG_FN_LOG_ROOT:   return log_root(w, a, b);
    case EIG_FN_LOGIT_ROOT: return logit_root(w, a, b);
    default:                return function(w, fn, a);
    }
}

/* ---- programs ---- */

/* What the variables of a program are; SIZE_MAX: not yet asked for. */
typedef struct Vars {
    size_t time, state[EIG_MAX_STATES], total;
} Vars;

static size_t variable(Write *w, Vars *v, const EigOp *op)
{
    size_t *known = op->which == EIG_VAR_T ? &v->time : op->which == EIG_VAR_Z ? &v->total : &v->state[op->which - EIG_VAR_STATE];
    if (op->which == EIG_VAR_I)
        return leaf(w, op, 1);
    if (*known == SIZE_MAX)
        *known = push(w, op->which == EIG_VAR_T ? (EigJetOp){ .kind = EIG_JET_TIME }
                                                : (EigJetOp){ .kind = EIG_JET_STATE, .which = op->which - EIG_VAR_STATE });
    return *known;
}

/* step(t - c), step(c - t) with a number c: constant between the jumps. */
static bool is_step(const EigCode *code, size_t k)
{
    const EigOp *op = &code->op[k];
    if (k + 4 > code->n || op[2].kind != EIG_OP_CALL || op[2].which != EIG_FN_SUB || op[3].kind != EIG_OP_CALL || op[3].which != EIG_FN_STEP)
        return false;
    const EigOp *time = op[0].kind == EIG_OP_VAR ? &op[0] : &op[1], *number = time == &op[0] ? &op[1] : &op[0];
    return time->kind == EIG_OP_VAR && time->which == EIG_VAR_T && number->kind == EIG_OP_CONST;
}

static size_t append(Write *w, Vars *v, const EigCode *code)
{
    size_t stack[EIG_CODE_MAX_DEPTH], top = 0;
    if (code->n == 0)
        return literal(w, 0);
    for (size_t k = 0; k < code->n && !w->why_not; k++) {
        const EigOp *op = &code->op[k];
        if (is_step(code, k)) {
            stack[top++] = leaf(w, op, 4);
            k += 3;
        } else if (op->kind == EIG_OP_VAR) {
            stack[top++] = variable(w, v, op);
        } else if (op->kind == EIG_OP_SOLVE) {
            w->why_not = "the solution of an equation";
        } else if (op->kind != EIG_OP_CALL) {
            stack[top++] = leaf(w, op, 1);
        } else {
            size_t n = (size_t)eig_fn_n_args[op->which];
            top -= n - 1;
            stack[top - 1] = call(w, (EigFn)op->which, stack[top - 1], stack[top + n - 2]);
        }
    }
    return w->why_not ? 0 : stack[0];
}

/* ---- what is read again ---- */

static void keep(Write *w, size_t k)
{
    w->op.at[k].is_kept |= !eig_jet_is_literal(at(w, k));
}

static void mark(Write *w, const EigJetOp *op, size_t self)
{
    bool a = at(w, op->a)->is_constant, b = at(w, op->b)->is_constant;
    switch ((EigJetKind)op->kind) {
    case EIG_JET_MUL:
        if (a || !b)
            keep(w, op->a);
        if (b || !a)
            keep(w, op->b);
        break;
    case EIG_JET_SQUARE:
        keep(w, op->a);
        break;
    case EIG_JET_DIV:
        keep(w, op->b);
        if (!b)
            keep(w, self);
        break;
    case EIG_JET_FLOW:
        w->op.at[op->a].is_slope_kept = true;
        keep(w, op->w);
        break;
    default: break;
    }
}

static EigJetProgram finish(Write *w, unsigned order, size_t n_results, const size_t *result)
{
    EigJetProgram p = { .n = w->op.n, .op = w->op.at, .n_results = n_results, .result = result };
    for (size_t k = 0; k < p.n; k++)
        if (!p.op[k].is_constant)
            mark(w, &p.op[k], k);
    for (size_t k = 0; k < p.n; k++) {
        EigJetOp *op = &w->op.at[k];
        op->is_kept |= op->kind == EIG_JET_RATE || (op->kind == EIG_JET_CONSTANT && !eig_jet_is_literal(op));
        op->row = p.n_rows;
        p.n_rows += op->is_kept ? op->is_constant ? 1 : order : 0;
        op->slope_row = p.n_rows;
        p.n_rows += op->is_slope_kept ? order : 0;
    }
    p.n_rows += n_results;      /* where results are before they are copied */
    return p;
}

/* ---- populations ---- */

typedef struct Build {
    Ctx *cx;
    const EigProblem *p;
    EigJets *out;
    size_t *source;             /* by signal: its population in the linear problem */
    size_t *through;            /* by block with a gate: likewise; else its target */
    EigPop *pop;                /* of the linear problem */
    size_t n_pops, n;
    const char *why_not, *of;
} Build;

/* ((u + T) + g1 G1) + ...; u = 0 is left out. */
static size_t total_input(Build *b, Write *w, Vars *v, size_t q, size_t *from)
{
    const EigProblem *p = b->p;
    double u;
    size_t n = 0, input = append(w, v, &p->pop[q].input), z = push(w, (EigJetOp){ .kind = EIG_JET_TOTAL, .which = n });
    from[n++] = b->pop[q].from;
    if (!w->why_not && !(is_literal(w, input, &u) && u == 0))
        z = two(w, EIG_JET_ADD, input, z);
    for (size_t k = 0; k < p->n_blocks && !w->why_not; k++) {
        const EigBlock *block = &p->block[k];
        if (block->post != q || !block->gate.n)
            continue;
        size_t gate = append(w, v, &block->gate), arrives = push(w, (EigJetOp){ .kind = EIG_JET_TOTAL, .which = n });
        from[n++] = b->pop[b->through[k]].from;
        if (!w->why_not)
            z = two(w, EIG_JET_ADD, z, two(w, EIG_JET_MUL, gate, arrives));
    }
    return z;
}

static size_t slope(Build *b, Write *w, Vars *v, size_t q, size_t k, double *rate)
{
    const EigPop *pop = &b->p->pop[q];
    EigState state = eig_state(pop, k);
    *rate = state.kind == EIG_STATE_LEAK && !pop->rate_of ? pop->rate : 1.0;
    if (state.kind == EIG_STATE_OU)
        return literal(w, 0);
    if (state.kind == EIG_STATE_EQUATION)
        return append(w, v, &state.drift);
    size_t phi = append(w, v, &pop->phi);
    if (w->why_not)
        return 0;
    EigOp own = { .kind = EIG_OP_VAR, .which = (uint8_t)(EIG_VAR_STATE + k) };
    size_t rest = two(w, EIG_JET_SUB, phi, variable(w, v, &own));
    if (!pop->rate_of)
        return rest;
    return two(w, EIG_JET_MUL, push(w, (EigJetOp){ .kind = EIG_JET_RATE, .is_constant = true }), rest);
}

static Vars no_vars(void)
{
    Vars v = { .time = SIZE_MAX, .total = SIZE_MAX };
    for (size_t k = 0; k < EIG_MAX_STATES; k++)
        v.state[k] = SIZE_MAX;
    return v;
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
    Write w = { .cx = b->cx };
    Vars v = no_vars();
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
        to->slope = finish(&w, b->out->order, n, result);
}

static EigJetProgram write_signal(Build *b, const EigSignal *s)
{
    Write w = { .cx = b->cx };
    Vars v = no_vars();
    EigOp own = { .kind = EIG_OP_VAR, .which = EIG_VAR_STATE };
    size_t *result = ARENA_NEW(&b->cx->arena, size_t);
    *result = s->code.n ? append(&w, &v, &s->code) : variable(&w, &v, &own);
    return is_well(b, &w, s->pop) ? finish(&w, b->out->order, 1, result) : (EigJetProgram){ 0 };
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
    Build b = { .cx = cx, .p = p, .out = jets };
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
