/* What cvode needs beside the problem: its derivative by the states, as a problem (EigTangent), and the times at which it jumps. The programs of
 * the problem are differentiated, so that the derivative is that of what a run computes. */
#include "compiler/code/code.h"
#include "compiler/code/read.h"
#include "compiler/expr/affine.h"
#include "compiler/expr/derive.h"
#include "compiler/plan/build.h"
#include "runtime/layout.h"

#include <math.h>

typedef struct Build {
    Ctx *cx;
    NumPool *nums;
    const EigProblem *p;
    EigProblem *out;
    EigPop *pop;
    EigSignal *signal;
    EigBlock *block;
    size_t n_blocks;
    bool *is_solved;            /* by population */
    size_t *value_of;           /* by signal: the one that is its value at the point; SIZE_MAX: none yet */
    bool isolates;
    const char *of;             /* the population whose programs are read */
    const char *why_not, *not_of;       /* NULL: all is well so far; whose is not */
} Build;

static const Span nowhere;

static const Expr *fail(Build *b, const char *why)
{
    if (!b->why_not) {
        b->why_not = why;
        b->not_of = b->of;
    }
    return NULL;
}

static size_t n_states(const Build *b, size_t q)
{
    return eig_n_states(&b->p->pop[q]);
}

/* ---- columns of the tangent (EigTangent) ---- */

static size_t column_of_rates(const Build *b, size_t q)
{
    return b->p->pop[q].n_columns;
}

static size_t column_of_state(const Build *b, size_t q, size_t k)
{
    return column_of_rates(b, q) + (b->p->pop[q].rate_of != NULL) + k;
}

static size_t column_of_total(const Build *b, size_t q)
{
    return column_of_state(b, q, n_states(b, q));
}

static size_t column_of_solved(const Build *b, size_t q)
{
    return column_of_total(b, q) + 1;
}

static size_t column_of_sent(const Build *b, size_t q)
{
    return column_of_solved(b, q) + b->is_solved[q];
}

static size_t count_columns(const Build *b, size_t q)
{
    return column_of_sent(b, q) + b->isolates;
}

/* ---- expressions ---- */

static const Expr *call(Build *b, EigFn fn, const Expr *x, const Expr *y)
{
    const Expr *arg[2] = { x, y };
    const Expr *e = x && y ? expr_call(b->cx, b->nums, nowhere, fn, 2, arg) : NULL;
    return e && e->size < EXPR_MAX_SIZE && e->depth <= EXPR_MAX_DEPTH ? e : fail(b, "its derivative is too large to be written out");
}

static const Expr *number(Build *b, long value)
{
    return expr_const(b->cx, nowhere, num_int(b->nums, value));
}

static bool is_zero(const Expr *e)
{
    Num value;
    return e && expr_is_const(e, &value) && mpq_sgn(value) == 0;
}

static const Expr *sum(Build *b, const Expr *x, const Expr *y)
{
    return is_zero(x) ? y : is_zero(y) ? x : call(b, EIG_FN_ADD, x, y);
}

static const Expr *product(Build *b, const Expr *x, const Expr *y)
{
    return is_zero(x) ? x : is_zero(y) ? y : call(b, EIG_FN_MUL, x, y);
}

static const Expr *column(Build *b, size_t k)
{
    return expr_column(b->cx, nowhere, k);
}

static const Expr *read(Build *b, const EigCode *code)
{
    const Expr *e = code_to_expr(b->cx, b->nums, code);
    return e ? e : fail(b, "the equation that is solved is part of a formula");
}

/* At the point: the states and the total input of a neuron of q are columns. */
static const Expr *at_point(Build *b, size_t q, const Expr *e)
{
    for (size_t k = 0; e && k < n_states(b, q); k++)
        e = expr_replaced(b->cx, b->nums, e, (EigVar)(EIG_VAR_STATE + k), column(b, column_of_state(b, q, k)));
    if (e)
        e = expr_replaced(b->cx, b->nums, e, EIG_VAR_Z, column(b, column_of_total(b, q)));
    return e ? e : fail(b, "its derivative is too large to be written out");
}

static const Expr *derivative(Build *b, size_t q, const Expr *e, EigVar by)
{
    if (!e || !expr_uses(e, by))
        return number(b, 0);
    const Expr *d = expr_derive(b->cx, b->nums, e, by);
    return d ? at_point(b, q, d) : fail(b, "its derivative is too large to be written out");
}

/* Its derivative along v, whose states are those of the tangent, and whose total input is Z there. */
static const Expr *along(Build *b, size_t q, const Expr *e)
{
    const Expr *total = product(b, derivative(b, q, e, EIG_VAR_Z), expr_var(b->cx, nowhere, EIG_VAR_Z));
    for (size_t k = 0; total && k < n_states(b, q); k++) {
        EigVar state = (EigVar)(EIG_VAR_STATE + k);
        total = sum(b, total, product(b, derivative(b, q, e, state), expr_var(b->cx, nowhere, state)));
    }
    return total;
}

static EigCode code(const Build *b, const Expr *e)
{
    return e && !b->why_not ? expr_to_code(b->cx, e) : (EigCode){ 0 };
}

/* ---- populations ---- */

/* ---- activations that solve an equation ---- */

static bool is_solve(const EigCode *phi)
{
    return phi->n > 0 && phi->op[phi->n - 1].kind == EIG_OP_SOLVE;
}

/* 1 where x is above the double, below it; at it, 0. */
static const Expr *beyond(Build *b, const Expr *x, double at, bool above)
{
    const Expr *end = expr_const(b->cx, nowhere, num_from_double(b->nums, at));
    const Expr *not = call(b, EIG_FN_SUB, above ? end : x, above ? x : end);
    not = not ? expr_call(b->cx, b->nums, nowhere, EIG_FN_STEP, 1, &not) : NULL;
    return call(b, EIG_FN_SUB, number(b, 1), not);
}

/* The derivative of the solution x by s: 1 / slope within a piece, 0 at an end and where x is that of all s in a jump. */
static const Expr *slope_of_solution(Build *b, const EigSolve *solve, const Expr *x)
{
    const Expr *total = number(b, 0);
    for (size_t k = 0; k < solve->n_pieces && !b->why_not; k++) {
        double lo = k ? solve->piece[k - 1].up_to : -(double)INFINITY, hi = solve->piece[k].up_to;
        for (size_t j = 0; j < solve->n_nodes; j++) {
            lo = k == 0 && isinf(solve->node[j].below) ? solve->node[j].x : lo;
            hi = k + 1 == solve->n_pieces && isinf(solve->node[j].above) ? solve->node[j].x : hi;
        }
        const Expr *slope = read(b, &solve->piece[k].slope);
        const Expr *part = slope ? call(b, EIG_FN_DIV, number(b, 1), expr_replaced(b->cx, b->nums, slope, EIG_VAR_X, x)) : NULL;
        part = isinf(lo) ? part : product(b, beyond(b, x, lo, true), part);
        total = sum(b, total, isinf(hi) ? part : product(b, beyond(b, x, hi, false), part));
    }
    return total;
}

static const Expr *along_solution(Build *b, size_t q)
{
    const EigCode *phi = &b->p->pop[q].phi;
    EigCode s = { .n = phi->n - 1, .op = phi->op, .depth = phi->depth };
    return product(b, slope_of_solution(b, &phi->solve[phi->op[phi->n - 1].which], column(b, column_of_solved(b, q))), along(b, q, read(b, &s)));
}

static const Expr *slope_of_leak(Build *b, size_t q)
{
    const EigPop *pop = &b->p->pop[q];
    const Expr *rest = b->is_solved[q] ? along_solution(b, q) : along(b, q, read(b, &pop->phi)), *state = expr_var(b->cx, nowhere, EIG_VAR_STATE);
    const Expr *rate = pop->rate_of ? column(b, column_of_rates(b, q)) : expr_const(b->cx, nowhere, num_from_double(b->nums, pop->rate));
    return product(b, rate, call(b, EIG_FN_SUB, rest, state));
}

static void add_states(Build *b, size_t q)
{
    size_t n = n_states(b, q);
    EigState *state = ARENA_ARRAY(&b->cx->arena, n, EigState);
    for (size_t k = 0; k < n && !b->why_not; k++) {
        EigState of = eig_state(&b->p->pop[q], k);
        const Expr *slope = of.kind == EIG_STATE_LEAK       ? slope_of_leak(b, q)
                            : of.kind == EIG_STATE_EQUATION ? along(b, q, read(b, &of.drift))
                                                            : number(b, 0);
        state[k] = (EigState){ .name = of.name, .kind = EIG_STATE_EQUATION, .drift = code(b, slope), .start = code(b, number(b, 0)) };
    }
    b->pop[q].state = state;
    b->pop[q].n_states = n;
}

static void add_pop(Build *b, size_t q)
{
    const EigPop *from = &b->p->pop[q];
    size_t n = count_columns(b, q);
    const double **columns = ARENA_ARRAY(&b->cx->arena, n, const double *);
    b->of = from->name;
    b->pop[q] = (EigPop){ .name = from->name, .from = from->from, .size = from->size, .state_from = eig_state_from(b->p, q), .n_columns = n,
                          .column = columns, .input = code(b, number(b, 0)) };
    if (n > EIG_MAX_COLUMNS)
        fail(b, "neurons have too many numbers of their own");
    for (size_t k = 0; k < from->n_columns; k++)
        columns[k] = from->column[k];
    if (from->rate_of)
        columns[column_of_rates(b, q)] = from->rate_of;
    if (!b->why_not)
        add_states(b, q);
}

/* ---- signals ---- */

static const Expr *sent(Build *b, const EigSignal *s)
{
    return s->code.n ? read(b, &s->code) : expr_var(b->cx, nowhere, EIG_VAR_STATE);
}

static void add_signal(Build *b, size_t q)
{
    EigSignal s = eig_signal(b->p, q);
    b->of = b->p->pop[s.pop].name;
    b->signal[q] = (EigSignal){ .pop = s.pop };
    b->value_of[q] = SIZE_MAX;
    if (!s.code.n && !b->isolates)
        return;
    const Expr *e = along(b, s.pop, sent(b, &s));
    if (b->isolates && e)
        e = product(b, column(b, column_of_sent(b, s.pop)), e);
    b->signal[q].code = code(b, e);
}

/* The signal as it is at the point. */
static size_t value_signal(Build *b, size_t q)
{
    EigSignal s = eig_signal(b->p, q);
    if (b->value_of[q] == SIZE_MAX) {
        b->value_of[q] = b->out->n_signals++;
        b->signal[b->value_of[q]] = (EigSignal){ s.pop, code(b, at_point(b, s.pop, sent(b, &s))) };
    }
    return b->value_of[q];
}

/* ---- blocks ---- */

static EigBlock *add_block(Build *b, const EigBlock *like)
{
    EigBlock *to = &b->block[b->n_blocks++];
    *to = *like;
    to->signal = like->pair.n ? 0 : eig_block_signal(b->p, like);
    return to;
}

enum { MOST_PARTS = EIG_MAX_STATES };

/* Part k of a pair is STATE + k while it is differentiated. */
static const Expr *parts_as_states(Build *b, const EigBlock *from)
{
    EigOp *op = ARENA_ARRAY(&b->cx->arena, from->pair.n, EigOp);
    for (size_t k = 0; k < from->pair.n; k++) {
        op[k] = from->pair.op[k];
        if (op[k].kind == EIG_OP_COLUMN)
            op[k] = (EigOp){ .kind = EIG_OP_VAR, .which = (uint8_t)(EIG_VAR_STATE + op[k].which) };
    }
    return read(b, &(EigCode){ from->pair.n, op, from->pair.depth, from->pair.solve });
}

static const Expr *parts_as_columns(Build *b, const EigBlock *from, const Expr *e)
{
    for (size_t k = 0; e && k < from->n_parts; k++)
        e = expr_replaced(b->cx, b->nums, e, (EigVar)(EIG_VAR_STATE + k), column(b, k));
    return e ? e : fail(b, "its derivative is too large to be written out");
}

static EigPart value_part(Build *b, const EigBlock *from, size_t k)
{
    const EigPart *part = &from->part[k];
    if (part->of_source)
        return (EigPart){ .of_source = true, .signal = value_signal(b, part->signal) };
    return (EigPart){ .code = code(b, at_point(b, from->post, read(b, &part->code))) };
}

static EigPart tangent_part(Build *b, const EigBlock *from, size_t k)
{
    const EigPart *part = &from->part[k];
    if (part->of_source)
        return (EigPart){ .of_source = true, .signal = part->signal };
    return (EigPart){ .code = code(b, along(b, from->post, read(b, &part->code))) };
}

/* The number of a pair along v: the sum over its parts of the derivative by the part, times the part along v. */
static void differentiate_pair(Build *b, const EigBlock *from, EigBlock *to)
{
    const Expr *pair = from->n_parts <= MOST_PARTS ? parts_as_states(b, from) : fail(b, "a current of pairs has many parts");
    EigPart *part = ARENA_ARRAY(&b->cx->arena, 2 * from->n_parts + 1, EigPart);
    const Expr *total = number(b, 0);
    for (size_t k = 0; k < from->n_parts && !b->why_not; k++) {
        const Expr *by = expr_derive(b->cx, b->nums, pair, (EigVar)(EIG_VAR_STATE + k));
        by = by ? parts_as_columns(b, from, by) : fail(b, "its derivative is too large to be written out");
        total = sum(b, total, product(b, by, column(b, from->n_parts + k)));
        part[k] = value_part(b, from, k);
        part[from->n_parts + k] = tangent_part(b, from, k);
    }
    to->pair = code(b, total);
    to->n_parts = 2 * from->n_parts;
    to->part = part;
}

static void value_pair(Build *b, const EigBlock *from, EigBlock *to)
{
    EigPart *part = ARENA_ARRAY(&b->cx->arena, from->n_parts + 1, EigPart);
    for (size_t k = 0; k < from->n_parts; k++)
        part[k] = value_part(b, from, k);
    to->part = part;
}

/* gate * c: the gate at the point times c along v, and where the gate depends on the target's state, along v times c at the point. */
static void add_blocks(Build *b, const EigBlock *from)
{
    b->of = b->p->pop[from->post].name;
    const Expr *gate = from->gate.n ? read(b, &from->gate) : NULL, *moved = gate ? along(b, from->post, gate) : NULL;
    EigBlock *to = add_block(b, from);
    if (gate)
        to->gate = code(b, at_point(b, from->post, gate));
    if (from->pair.n)
        differentiate_pair(b, from, to);
    if (b->why_not || !moved || is_zero(moved))
        return;
    to = add_block(b, from);
    to->gate = code(b, moved);
    if (from->pair.n)
        value_pair(b, from, to);
    else
        to->signal = value_signal(b, to->signal);
}

/* ---- the problem ---- */

static void build(Build *b)
{
    const EigProblem *p = b->p;
    size_t n = eig_n_signals(p);
    b->pop = ARENA_ARRAY(&b->cx->arena, p->n_pops + 1, EigPop);
    b->signal = ARENA_ARRAY(&b->cx->arena, 2 * n + 1, EigSignal);
    b->is_solved = ARENA_ARRAY(&b->cx->arena, p->n_pops + 1, bool);
    b->value_of = ARENA_ARRAY(&b->cx->arena, n + 1, size_t);
    b->block = ARENA_ARRAY(&b->cx->arena, 2 * p->n_blocks + 1, EigBlock);
    *b->out = *p;
    b->out->n_x = eig_n_x(p);
    b->out->n_signals = n;
    b->out->n_records = b->out->n_clocks = 0;
    for (size_t q = 0; q < p->n_pops; q++)
        b->is_solved[q] = is_solve(&p->pop[q].phi);
    for (size_t q = 0; q < p->n_pops && !b->why_not; q++)
        add_pop(b, q);
    for (size_t q = 0; q < n && !b->why_not; q++)
        add_signal(b, q);
    for (size_t k = 0; k < p->n_blocks && !b->why_not; k++)
        add_blocks(b, &p->block[k]);
    b->out->pop = b->pop;
    b->out->signal = b->signal;
    b->out->block = b->block;
    b->out->n_blocks = b->n_blocks;
}

void plan_tangent(Ctx *cx, NumPool *nums, Plan *plan)
{
    EigProblem *p = &plan->problem;
    if (p->method != EIG_METHOD_CVODE)
        return;
    p->is_dense = eig_n_x(p) <= PLAN_MOST_DENSE;
    Plan *tangent = ARENA_NEW(&cx->arena, Plan);
    Build b = { .cx = cx, .nums = nums, .p = p, .out = &tangent->problem, .isolates = !p->is_dense };
    build(&b);
    plan->why_no_tangent = b.why_not;
    plan->no_tangent_of = b.not_of;
    if (b.why_not)
        return;
    plan_lower(cx, tangent);
    EigTangent *of = ARENA_NEW(&cx->arena, EigTangent);
    *of = (EigTangent){ &tangent->problem, b.is_solved, b.isolates };
    p->tangent = of;
    plan->tangent = tangent;
    plan->bytes = plan_bytes(plan);
}
