/* Expressions as postfix programs. */
#include "compiler/code/code.h"
#include "compiler/code/node.h"
#include "compiler/code/reach.h"
#include "compiler/code/sure.h"
#include "compiler/expr/affine.h"
#include "runtime/elementary.h"

#include <float.h>
#include <math.h>

typedef struct Program {
    Ctx *cx;
    bool is_piece;              /* of a solve, whose roundings are bounded operation by operation */
    EigOp *op;
    size_t n;
    unsigned level, deeper;     /* by so many slots than the expression, where it is deeper */
    EigSolve *solve;
    size_t n_solves;
} Program;

/* Two comparisons and their difference. */
enum { MOST_SWITCH_OPS = 9 };

static bool is_switch(const Expr *e)
{
    return e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_STEP || e->as.call.fn == EIG_FN_PULSE);
}

static bool is_lost(const Expr *e)
{
    return e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_LOST_SUM || e->as.call.fn == EIG_FN_LOST_PRODUCT);
}

/* At most so many. */
static void count_ops(const Expr *e, size_t *ops, size_t *solves)
{
    if (is_lost(e)) {
        *ops += 4;
        count_ops(e->as.call.arg[0], ops, solves);
    }
    *ops += is_switch(e) ? MOST_SWITCH_OPS : 1;
    if (e->kind == EXPR_CALL)
        for (int k = 0; k < e->as.call.n_args; k++)
            count_ops(e->as.call.arg[k], ops, solves);
    if (e->kind == EXPR_SOLVE) {
        ++*solves;
        count_ops(e->as.solve.s, ops, solves);
    }
}

static EigCode to_code(Ctx *cx, const Expr *e, bool is_piece);

static EigSolve solve_to_code(Ctx *cx, const ExprSolve *of)
{
    EigSolve q = { .n_pieces = of->n_kinks + 1 };
    EigPiece *piece = ARENA_ARRAY(&cx->arena, q.n_pieces, EigPiece);
    for (size_t k = 0; k < q.n_pieces; k++) {
        double up_to = k < of->n_kinks ? num_to_double(of->kink[k]) : (double)INFINITY;
        piece[k] = (EigPiece){ up_to, to_code(cx, of->piece[k].value, true), to_code(cx, of->piece[k].slope, true), false };
    }
    q.piece = piece;
    double lo = of->lo ? num_to_double(of->lo) : -(double)INFINITY, hi = of->hi ? num_to_double(of->hi) : (double)INFINITY;
    Gaps gaps = { 0 };
    solve_set_reach(cx, &q, lo, hi, &gaps);
    solve_set_nodes(cx, &q, lo, hi, &gaps);
    for (size_t k = 0; k < q.n_pieces; k++)
        piece[k].may_cancel = !solve_is_sure(&q, &piece[k], k ? piece[k - 1].up_to : lo, k + 1 < q.n_pieces ? piece[k].up_to : hi);
    return q;
}

/* ---- switches ---- */

/* step(offset + rate t) and pulse(offset + rate t, length > 0): the doubles nearest to the times at which they switch. */
typedef struct Switch {
    bool rises;                 /* rate > 0 */
    int n_times;
    double time[2];             /* where the argument is 0, and where it is the length */
} Switch;

static double time_at(NumPool *pool, Num argument, Num offset, Num rate)
{
    mpq_ptr time = num_new(pool);
    mpq_sub(time, argument, offset);
    mpq_div(time, time, rate);
    return num_to_double(time);
}

/* Where the argument is t or -t, comparing it is exact already. */
static bool read_switch(const Expr *e, Switch *out)
{
    NumPool pool = { 0 };
    const Expr *const *arg = e->as.call.arg;
    Num offset, rate, zero = num_int(&pool, 0), length = zero;
    bool ok = arg[0]->depth > 1 && expr_affine(&pool, arg[0], EIG_VAR_T, &offset, &rate) && mpq_sgn(rate) != 0;
    out->n_times = e->as.call.n_args;
    if (out->n_times == 2)
        ok = ok && expr_is_const(arg[1], &length) && mpq_sgn(length) > 0;
    if (ok) {
        out->rises = mpq_sgn(rate) > 0;
        out->time[0] = time_at(&pool, zero, offset, rate);
        out->time[1] = time_at(&pool, length, offset, rate);
        ok = fabs(out->time[0]) <= DBL_MAX && fabs(out->time[1]) <= DBL_MAX;
    }
    num_pool_free(&pool);
    return ok;
}

static void push(Program *p, EigOpKind kind, int which, double value)
{
    p->op[p->n++] = (EigOp){ .kind = (uint8_t)kind, .which = (uint8_t)which, .value = value };
}

/* step(t - time), or step(time - t): the sign of a difference of doubles is that of the exact one. */
static void append_since(Program *p, const Switch *s, double time)
{
    if (s->rises)
        push(p, EIG_OP_VAR, EIG_VAR_T, 0);
    push(p, EIG_OP_CONST, 0, time);
    if (!s->rises)
        push(p, EIG_OP_VAR, EIG_VAR_T, 0);
    push(p, EIG_OP_CALL, EIG_FN_SUB, 0);
    push(p, EIG_OP_CALL, EIG_FN_STEP, 0);
}

static void append_switch(Program *p, const Switch *s)
{
    append_since(p, s, s->time[0]);
    if (s->n_times == 1)
        return;
    append_since(p, s, s->time[1]);
    push(p, EIG_OP_CALL, EIG_FN_SUB, 0);
    p->deeper = p->level + 1 > p->deeper ? p->level + 1 : p->deeper;
}

/* ---- what is lost ---- */

static void append(Program *p, const Expr *e);

/* lost(a + K) and lost(a * K) with a K that is no double also are what K is off by, or a times that. */
static bool append_lost(Program *p, const Expr *e)
{
    const Expr *const *arg = e->as.call.arg;
    Num k;
    if (!expr_is_const(arg[1], &k))
        return false;
    bool is_sum = e->as.call.fn == EIG_FN_LOST_SUM;
    double high = num_to_double(k);
    NumPool pool = { 0 };
    mpq_ptr off = num_new(&pool);
    mpq_set_d(off, high);
    mpq_sub(off, k, off);
    double low = num_to_double(off);
    num_pool_free(&pool);
    if (!is_sum && expr_is_const(arg[0], NULL)) {        /* 1 * K */
        push(p, EIG_OP_CONST, 0, low);
        return true;
    }
    p->level++;
    p->deeper = p->level > p->deeper ? p->level : p->deeper;
    append(p, arg[0]);
    push(p, EIG_OP_CONST, 0, high);
    push(p, EIG_OP_CALL, e->as.call.fn, 0);
    if (low != 0) {
        if (!is_sum)
            append(p, arg[0]);
        push(p, EIG_OP_CONST, 0, low);
        if (!is_sum)
            push(p, EIG_OP_CALL, EIG_FN_MUL, 0);
        push(p, EIG_OP_CALL, EIG_FN_ADD, 0);
    }
    p->level--;
    return true;
}

/* ---- the logistic function ---- */

static const Expr *argument_of(const Expr *e, EigFn fn)
{
    return e->kind == EXPR_CALL && e->as.call.fn == fn ? e->as.call.arg[0] : NULL;
}

static bool is_one(const Expr *e)
{
    return e->kind == EXPR_CONST && mpq_cmp_ui(e->as.value, 1, 1) == 0;
}

/* The w of c/(1 + exp(w)), c a constant; else NULL. */
static const Expr *falling_exponent(const Expr *e)
{
    if (!argument_of(e, EIG_FN_DIV) || e->as.call.arg[0]->kind != EXPR_CONST || !argument_of(e->as.call.arg[1], EIG_FN_ADD))
        return NULL;
    const Expr *const *sum = e->as.call.arg[1]->as.call.arg;
    return is_one(sum[0]) ? argument_of(sum[1], EIG_FN_EXP) : is_one(sum[1]) ? argument_of(sum[0], EIG_FN_EXP) : NULL;
}

static bool has_lost(const Expr *e)
{
    bool has = is_lost(e);
    for (int k = 0; e->kind == EXPR_CALL && !has && k < e->as.call.n_args; k++)
        has = has_lost(e->as.call.arg[k]);
    return has;
}

/* c/(1 + exp(w)) is c logistic(-w, 0), and c/(1 + exp(-(a + b))) with a b that was lost c logistic(a, b); with c = 2^128 one function, too. */
static bool append_logistic(Program *p, const Expr *e)
{
    const Expr *w = p->is_piece ? NULL : falling_exponent(e);
    if (!w)
        return false;
    const Expr *minus = argument_of(w, EIG_FN_NEG), *a = minus && argument_of(minus, EIG_FN_ADD) ? minus : NULL;
    double c = num_to_double(e->as.call.arg[0]->as.value);
    bool is_lifted = c == EIG_LOGISTIC_LIFT, has_factor = c != 1 && !is_lifted;
    if (has_factor)
        push(p, EIG_OP_CONST, 0, c);
    if (a && has_lost(a->as.call.arg[1])) {
        append(p, a->as.call.arg[0]);
        append(p, a->as.call.arg[1]);
    } else {
        append(p, minus ? minus : w);
        if (!minus)
            push(p, EIG_OP_CALL, EIG_FN_NEG, 0);
        push(p, EIG_OP_CONST, 0, 0);
    }
    push(p, EIG_OP_CALL, is_lifted ? EIG_FN_LIFTED_LOGISTIC : EIG_FN_LOGISTIC, 0);
    if (has_factor)
        push(p, EIG_OP_CALL, EIG_FN_MUL, 0);
    return true;
}

/* ---- programs ---- */

static void append(Program *p, const Expr *e)
{
    EigOp op = { 0 };
    Switch s;
    if (is_switch(e) && read_switch(e, &s)) {
        append_switch(p, &s);
        return;
    }
    switch (e->kind) {
    case EXPR_CONST: op.value = num_to_double(e->as.value); break;
    case EXPR_VAR:
        op.kind = EIG_OP_VAR;
        op.which = (uint8_t)e->as.var;
        break;
    case EXPR_CALL:
        if ((is_lost(e) && append_lost(p, e)) || append_logistic(p, e))
            return;
        for (int k = 0; k < e->as.call.n_args; k++)
            append(p, e->as.call.arg[k]);
        op.kind = EIG_OP_CALL;
        op.which = (uint8_t)e->as.call.fn;
        break;
    case EXPR_COLUMN:
        op.kind = EIG_OP_COLUMN;
        op.which = (uint8_t)e->as.column.column;
        break;
    case EXPR_SAMPLES:
        op.kind = EIG_OP_SAMPLES;
        op.which = (uint8_t)e->as.samples.table;
        break;
    case EXPR_SOLVE:
        append(p, e->as.solve.s);
        op.kind = EIG_OP_SOLVE;
        op.which = (uint8_t)p->n_solves;
        p->solve[p->n_solves++] = solve_to_code(p->cx, e->as.solve.of);
        break;
    default: BUG("a record's quantity has no postfix program");
    }
    p->op[p->n++] = op;
}

static EigCode to_code(Ctx *cx, const Expr *e, bool is_piece)
{
    if (e->depth > EXPR_MAX_DEPTH || e->size >= EXPR_MAX_SIZE)
        BUG("expression of size %u and depth %u", e->size, e->depth);
    size_t ops = 0, solves = 0;
    count_ops(e, &ops, &solves);
    if (solves > UINT8_MAX)
        BUG("%zu solves in one expression", solves);
    Program p = { .cx = cx, .is_piece = is_piece, .op = ARENA_ARRAY(&cx->arena, ops, EigOp) };
    if (solves)
        p.solve = ARENA_ARRAY(&cx->arena, solves, EigSolve);
    append(&p, e);
    return (EigCode){ .n = p.n, .op = p.op, .depth = e->depth + p.deeper, .solve = p.solve };
}

EigCode expr_to_code(Ctx *cx, const Expr *e)
{
    return to_code(cx, e, false);
}
