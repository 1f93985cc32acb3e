/* A solve of an activation program, of one number or of lanes: runtime/solve.c, operation by operation. Constants in which
 * the solves of its group differ are read from a row of a table. Lanes are solved side by side; one
 * that has its solution keeps it while the others go on. */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "compiler/emit/parts.h"

/* The numbers of a solve: its ends; those of each node; the end of each piece; then the constants of value and slope, piece by piece. */
enum { OWN_FROM, OWN_TO, OWN_NODES };
enum { NODE_X, NODE_BELOW, NODE_ABOVE, NODE_BEFORE, NODE_AFTER, NODE_NUMBERS };

/* One function while it is built. */
typedef struct Body {
    Emit *e;
    const EigSolve *q;          /* the first of the group */
    Own own;
    LlFunction f;
    LlFunction sure;            /* where a piece may cancel */
    bool is_sure;               /* this is it: of a piece the bound is computed, not the slope */
    Val s;
    Val x, a, b;                /* at the head of the loop, then after the step */
    Val lost_a, lost_b;         /* the value at this end had left the doubles */
    Val last;                   /* the size of the gap before */
    Val found;                  /* x is the solution */
    Val begin, end, is_given;   /* the ends that the search began with, and where it needed not */
} Body;

static Val and_of(const Ll *ll, Val p, Val q)
{
    return LLVMBuildAnd(ll->builder, p, q, "");
}

static Val or_of(const Ll *ll, Val p, Val q)
{
    return LLVMBuildOr(ll->builder, p, q, "");
}

static Val xor_of(const Ll *ll, Val p, Val q)
{
    return LLVMBuildXor(ll->builder, p, q, "");
}

static Val truth(const Ll *ll, Val one)
{
    return ll->lanes ? ll_splat(ll, one, ll->lanes) : one;
}

/* Doubles in their order as integers, and back: the map is its own inverse. */
static Val reflect(const Ll *ll, Val bits)
{
    Val negative = LLVMBuildICmp(ll->builder, LLVMIntSLT, bits, ll_integer(ll, 0), "");
    return ll_select(ll, negative, xor_of(ll, ll_integer(ll, INT64_MAX), bits), bits);
}

static Val middle_of(const Ll *ll, Val a, Val b)
{
    LLVMTypeRef i64 = ll_of_lanes(ll, ll->i64), f64 = ll_of_lanes(ll, ll->f64);
    Val i = reflect(ll, LLVMBuildBitCast(ll->builder, a, i64, ""));
    Val k = reflect(ll, LLVMBuildBitCast(ll->builder, b, i64, ""));
    Val half = LLVMBuildAShr(ll->builder, xor_of(ll, i, k), ll_integer(ll, 1), "");
    Val middle = LLVMBuildAdd(ll->builder, and_of(ll, i, k), half, "");
    return LLVMBuildBitCast(ll->builder, reflect(ll, middle), f64, "");
}

/* It is true of every lane, or of some. */
static Val of_every_lane(const Ll *ll, Val is)
{
    if (!ll->lanes)
        return is;
    LLVMTypeRef bits = LLVMIntTypeInContext(ll->context, ll->lanes);
    return LLVMBuildICmp(ll->builder, LLVMIntEQ, LLVMBuildBitCast(ll->builder, is, bits, ""), LLVMConstAllOnes(bits), "");
}

static Val of_some_lane(const Ll *ll, Val is)
{
    if (!ll->lanes)
        return is;
    LLVMTypeRef bits = LLVMIntTypeInContext(ll->context, ll->lanes);
    return LLVMBuildICmp(ll->builder, LLVMIntNE, LLVMBuildBitCast(ll->builder, is, bits, ""), LLVMConstNull(bits), "");
}

static Val node_number(const Body *b, size_t node, size_t which)
{
    return own_f64(b->e, &b->own, OWN_NODES + NODE_NUMBERS * node + which);
}

static Val end_of_piece(const Body *b, size_t piece)
{
    return own_f64(b->e, &b->own, OWN_NODES + NODE_NUMBERS * b->q->n_nodes + piece);
}

/* `is`, and x is where its value is computed as it is. */
static Val and_within_reach(const Body *b, Val x, Val is)
{
    const Ll *ll = b->e->ll;
    if (b->q->from > -(double)INFINITY)
        is = and_of(ll, is, ll_fcmp(ll, LLVMRealOGE, x, own_f64(b->e, &b->own, OWN_FROM)));
    if (b->q->to < (double)INFINITY)
        is = and_of(ll, is, ll_fcmp(ll, LLVMRealOLE, x, own_f64(b->e, &b->own, OWN_TO)));
    return is;
}

/* x, or a NaN where its value is none. */
static Val within_reach(const Body *b, Val x)
{
    const Ll *ll = b->e->ll;
    bool is_limited = b->q->from > -(double)INFINITY || b->q->to < (double)INFINITY;
    return is_limited ? ll_select(ll, and_within_reach(b, x, truth(ll, LLVMConstInt(ll->i1, 1, 0))), x, ll_f64(ll, (double)NAN)) : x;
}

/* What was searched for: a NaN too where roundings may have put it elsewhere. */
static Val where_sure(const Body *b, Val x)
{
    Val known = within_reach(b, x);
    if (!b->sure.value)
        return known;
    Val args[] = { known, b->s, b->begin, b->end, b->f.param[1] };
    return ll_select(b->e->ll, b->is_given, known, ll_call(b->e->ll, &b->sure, args, b->own.table->n_fields ? 5 : 4));
}

/* The function returns x where all lanes have it; opens a block for the case that they do not. */
static void return_if_found(const Body *b, Val (*result)(const Body *b, Val x))
{
    const Ll *ll = b->e->ll;
    LLVMBasicBlockRef yes = LLVMAppendBasicBlockInContext(ll->context, b->f.value, "found");
    LLVMBasicBlockRef no = LLVMAppendBasicBlockInContext(ll->context, b->f.value, "on");
    LLVMBuildCondBr(ll->builder, of_every_lane(ll, b->found), yes, no);
    LLVMPositionBuilderAtEnd(ll->builder, yes);
    LLVMBuildRet(ll->builder, result(b, b->x));
    LLVMPositionBuilderAtEnd(ll->builder, no);
}

/* The ends from the nodes, last node first: a node with s <= above overrides what the later ones say. */
static Val enclose(Body *b)
{
    const Ll *ll = b->e->ll;
    Val hit = truth(ll, LLVMConstInt(ll->i1, 0, 0));
    b->a = b->q->n_nodes ? node_number(b, b->q->n_nodes - 1, NODE_AFTER) : ll_f64(ll, -DBL_MAX);
    b->b = ll_f64(ll, DBL_MAX);
    for (size_t k = b->q->n_nodes; k-- > 0;) {
        Val x = node_number(b, k, NODE_X), last = k ? node_number(b, k - 1, NODE_AFTER) : ll_f64(ll, -DBL_MAX);
        Val inside = ll_fcmp(ll, LLVMRealOGE, b->s, node_number(b, k, NODE_BELOW));
        Val stops = ll_fcmp(ll, LLVMRealOLE, b->s, node_number(b, k, NODE_ABOVE));
        hit = ll_select(ll, stops, inside, hit);
        b->a = ll_select(ll, stops, ll_select(ll, inside, x, last), b->a);
        b->b = ll_select(ll, stops, ll_select(ll, inside, b->b, node_number(b, k, NODE_BEFORE)), b->b);
    }
    return hit;
}

/* The first x, and the lanes that need no other: a NaN, and s at a node. */
static void begin(Body *b)
{
    const Ll *ll = b->e->ll;
    Val unknown = LLVMBuildFCmp(ll->builder, LLVMRealUNO, b->s, b->s, ""), hit = enclose(b);
    Val within = and_of(ll, ll_fcmp(ll, LLVMRealOGT, b->s, b->a), ll_fcmp(ll, LLVMRealOLT, b->s, b->b));
    b->x = ll_select(ll, within, b->s, middle_of(ll, b->a, b->b));
    b->x = ll_select(ll, unknown, b->s, ll_select(ll, hit, b->a, b->x));
    b->found = b->is_given = or_of(ll, unknown, hit);
    b->begin = b->a;
    b->end = b->b;
    b->lost_a = b->lost_b = truth(ll, LLVMConstInt(ll->i1, 0, 0));
    b->last = ll_f64(ll, (double)INFINITY);
}

typedef struct AtX {
    Val value, slope;           /* or the bound in the place of the slope */
} AtX;

/* x lies in piece k, of two or more. */
static Val is_in_piece(const Body *b, size_t k)
{
    const Ll *ll = b->e->ll;
    Val above = k ? ll_fcmp(ll, LLVMRealUGE, b->x, end_of_piece(b, k - 1)) : NULL;
    Val below = k + 1 < b->q->n_pieces ? ll_fcmp(ll, LLVMRealOLT, b->x, end_of_piece(b, k)) : NULL;
    return above && below ? and_of(ll, above, below) : above ? above : below;
}

static AtX piece_at_x(const Body *b, size_t k)
{
    Val var[EIG_N_VARS] = { 0 };
    var[EIG_VAR_X] = b->x;
    size_t from = OWN_NODES + NODE_NUMBERS * b->q->n_nodes + b->q->n_pieces;
    for (size_t j = 0; j < k; j++)
        from += code_n_numbers(&b->q->piece[j].value) + code_n_numbers(&b->q->piece[j].slope);
    Own of_value = own_after(&b->own, from), of_slope = own_after(&of_value, code_n_numbers(&b->q->piece[k].value));
    if (b->is_sure && !b->q->piece[k].may_cancel)
        return (AtX){ b->s, ll_f64(b->e->ll, 0.0) };
    if (b->is_sure) {
        AtX at;
        at.slope = slack_emit(b->e, &b->q->piece[k].value, b->x, &of_value, &at.value);
        return at;
    }
    Val value = expr_emit_reading(b->e, &b->q->piece[k].value, var, &(Reads){ .own = &of_value });
    return (AtX){ value, expr_emit_reading(b->e, &b->q->piece[k].slope, var, &(Reads){ .own = &of_slope }) };
}

static Val joined(const Ll *ll, Val a, LLVMBasicBlockRef from_a, Val b, LLVMBasicBlockRef from_b)
{
    Val phi = LLVMBuildPhi(ll->builder, LLVMTypeOf(a), "");
    LLVMAddIncoming(phi, (Val[]){ a, b }, (LLVMBasicBlockRef[]){ from_a, from_b }, 2);
    return phi;
}

/* `so_far`, and piece k in the lanes that are in it; nothing is computed where none is. */
static AtX with_piece(const Body *b, size_t k, AtX so_far)
{
    const Ll *ll = b->e->ll;
    Val is_in = is_in_piece(b, k);
    LLVMBasicBlockRef before = LLVMGetInsertBlock(ll->builder);
    LLVMBasicBlockRef inside = LLVMAppendBasicBlockInContext(ll->context, b->f.value, "piece");
    LLVMBasicBlockRef after = LLVMAppendBasicBlockInContext(ll->context, b->f.value, "on");
    LLVMBuildCondBr(ll->builder, of_some_lane(ll, is_in), inside, after);
    LLVMPositionBuilderAtEnd(ll->builder, inside);
    AtX there = piece_at_x(b, k);
    there.value = ll_select(ll, is_in, there.value, so_far.value);
    there.slope = ll_select(ll, is_in, there.slope, so_far.slope);
    inside = LLVMGetInsertBlock(ll->builder);
    LLVMBuildBr(ll->builder, after);
    LLVMPositionBuilderAtEnd(ll->builder, after);
    return (AtX){ joined(ll, there.value, inside, so_far.value, before), joined(ll, there.slope, inside, so_far.slope, before) };
}

static AtX at_x(const Body *b)
{
    if (b->q->n_pieces == 1)
        return piece_at_x(b, 0);
    AtX found = { b->x, b->x };         /* of no piece */
    for (size_t k = 0; k < b->q->n_pieces; k++)
        found = with_piece(b, k, found);
    return found;
}

/* The ends after the gap at x is known. */
static void narrow(Body *b, Val gap)
{
    const Ll *ll = b->e->ll;
    Val zero = ll_f64(ll, 0.0), known = ll_fcmp(ll, LLVMRealOEQ, gap, gap);
    Val high = ll_select(ll, known, ll_fcmp(ll, LLVMRealOGT, gap, zero), ll_fcmp(ll, LLVMRealOGT, b->x, zero));
    if (b->q->from > -(double)INFINITY)
        high = and_of(ll, high, ll_fcmp(ll, LLVMRealOGE, b->x, own_f64(b->e, &b->own, OWN_FROM)));
    if (b->q->to < (double)INFINITY)
        high = or_of(ll, high, ll_fcmp(ll, LLVMRealOGT, b->x, own_f64(b->e, &b->own, OWN_TO)));
    b->a = ll_select(ll, high, b->a, b->x);
    b->b = ll_select(ll, high, b->x, b->b);
    Val is_finite = ll_fcmp(ll, LLVMRealOLT, ll_intrinsic1(ll, "llvm.fabs", gap), ll_f64(ll, (double)INFINITY));
    Val none = LLVMBuildNot(ll->builder, and_within_reach(b, b->x, is_finite), "");
    b->lost_a = ll_select(ll, high, b->lost_a, none);
    b->lost_b = ll_select(ll, high, none, b->lost_b);
}

static Val halved(const Body *b, Val middle, Val step)
{
    const Ll *ll = b->e->ll;
    Val half = ll_f64(ll, 0.5), mean = ll_fadd(ll, ll_fmul(ll, half, b->a), ll_fmul(ll, half, b->b));
    Val odd = LLVMBuildTrunc(ll->builder, step, ll->i1, "");
    Val early = LLVMBuildICmp(ll->builder, LLVMIntULT, step, ll_i64(ll, EIG_SOLVE_NEWTON), "");
    return ll_select(ll, and_of(ll, early, odd), mean, middle);
}

/* One step: the next x, where it was not found. */
static void next_x(Body *b, Val step)
{
    const Ll *ll = b->e->ll;
    AtX at = at_x(b);
    Val gap = ll_fsub(ll, at.value, b->s), size = ll_intrinsic1(ll, "llvm.fabs", gap);
    b->found = or_of(ll, b->found, and_within_reach(b, b->x, ll_fcmp(ll, LLVMRealOEQ, gap, ll_f64(ll, 0.0))));
    narrow(b, gap);
    Val slope = at.slope, middle = middle_of(ll, b->a, b->b);
    Val newton = ll_fsub(ll, b->x, ll_fdiv(ll, gap, slope));
    Val is_flat = and_of(ll, ll_fcmp(ll, LLVMRealOGT, slope, ll_f64(ll, 0.0)), ll_fcmp(ll, LLVMRealOLT, slope, ll_f64(ll, (double)INFINITY)));
    Val is_inside = and_of(ll, ll_fcmp(ll, LLVMRealOGT, newton, b->a), ll_fcmp(ll, LLVMRealOLT, newton, b->b));
    is_flat = and_within_reach(b, b->x, is_flat);
    is_inside = and_within_reach(b, b->x, is_inside);
    Val stays = and_of(ll, ll_fcmp(ll, LLVMRealOEQ, newton, b->x), is_flat);
    Val is_settled = or_of(ll, b->found, stays), is_closed = ll_fcmp(ll, LLVMRealOEQ, middle, b->a);
    Val is_lost = and_of(ll, and_of(ll, is_closed, or_of(ll, b->lost_a, b->lost_b)), LLVMBuildNot(ll->builder, is_settled, ""));
    b->x = ll_select(ll, is_lost, ll_f64(ll, (double)NAN), b->x);
    b->found = or_of(ll, is_settled, is_closed);
    Val way = ll_intrinsic1(ll, "llvm.fabs", ll_fsub(ll, newton, b->x));
    Val little = ll_fmul(ll, ll_f64(ll, DBL_EPSILON), ll_intrinsic1(ll, "llvm.fabs", b->x));
    Val is_near = and_of(ll, and_of(ll, is_inside, is_flat), ll_fcmp(ll, LLVMRealOLE, way, little));
    Val early = LLVMBuildICmp(ll->builder, LLVMIntULT, step, ll_i64(ll, EIG_SOLVE_NEWTON), "");
    Val gains = ll_fcmp(ll, LLVMRealOLE, size, ll_fmul(ll, ll_f64(ll, 0.5), b->last));
    Val may = or_of(ll, is_near, and_of(ll, truth(ll, early), gains));
    Val next = ll_select(ll, and_of(ll, is_inside, may), newton, halved(b, middle, step));
    b->x = ll_select(ll, b->found, b->x, next);
    b->found = or_of(ll, b->found, is_near);
    b->last = size;
}

static void iterate(Body *b)
{
    Ll *ll = b->e->ll;
    Val first[] = { b->x, b->a, b->b, b->last, b->found, b->lost_a, b->lost_b };
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, EIG_SOLVE_STEPS), 1, 7, first);
    b->x = loop.carried[0];
    b->a = loop.carried[1];
    b->b = loop.carried[2];
    b->last = loop.carried[3];
    b->found = loop.carried[4];
    b->lost_a = loop.carried[5];
    b->lost_b = loop.carried[6];
    next_x(b, loop.index);
    return_if_found(b, where_sure);
    loop.next[0] = b->x;
    loop.next[1] = b->a;
    loop.next[2] = b->b;
    loop.next[3] = b->last;
    loop.next[4] = b->found;
    loop.next[5] = b->lost_a;
    loop.next[6] = b->lost_b;
    ll_loop_end(ll, &loop);
    LLVMBuildRet(ll->builder, where_sure(b, loop.result[0]));
}

/* ---- what roundings may amount to ---- */

/* runtime/solve.c, is_beside. */
static Val is_beside(Body *b, Val x, Val room, bool is_low)
{
    const Ll *ll = b->e->ll;
    b->x = x;
    AtX at = at_x(b);
    Val over = is_low ? ll_fsub(ll, at.value, b->s) : ll_fsub(ll, b->s, at.value);
    return ll_fcmp(ll, LLVMRealOLE, ll_fadd(ll, over, at.slope), room);
}

/* runtime/solve.c, is_sure: x, or a NaN where it is not. A function of its own, since a solve ends in two places. */
static LlFunction sure_function(Emit *e, const SolveGroup *g, size_t number, unsigned lanes)
{
    Ll *ll = e->ll;
    char name[48];
    snprintf(name, sizeof name, lanes ? "sure_lanes_%zu" : "sure_%zu", number);
    LLVMTypeRef type = lanes ? LLVMVectorType(ll->f64, lanes) : ll->f64, params[] = { type, type, type, type, ll->ptr };
    Body b = { .e = e, .q = g->first, .is_sure = true };
    b.f = ll_function(ll, name, false, type, params, g->own.n_fields ? "x s begin end own" : "x s begin end");
    b.own = (Own){ &g->own, b.f.param[4], 0, false };
    b.s = b.f.param[1];
    ll->lanes = lanes;
    Val x = b.f.param[0], size = ll_intrinsic1(ll, "llvm.fabs", x), way = ll_fmul(ll, ll_f64(ll, EIG_SOLVE_OFF_X), size);
    Val room = ll_fmul(ll, ll_f64(ll, EIG_SOLVE_OFF_S), ll_intrinsic1(ll, "llvm.fabs", b.s));
    room = ll_fadd(ll, room, ll_f64(ll, EIG_SOLVE_LEAST_S));
    Val low = ll_fsub(ll, x, way), high = ll_fadd(ll, x, way);
    Val is_from = ll_fcmp(ll, LLVMRealOLE, low, b.f.param[2]), is_to = ll_fcmp(ll, LLVMRealOGE, high, b.f.param[3]);
    if (b.q->from > -(double)INFINITY) {
        Val from = own_f64(e, &b.own, OWN_FROM);
        low = ll_select(ll, ll_fcmp(ll, LLVMRealOLT, low, from), from, low);
    }
    if (b.q->to < (double)INFINITY) {
        Val to = own_f64(e, &b.own, OWN_TO);
        high = ll_select(ll, ll_fcmp(ll, LLVMRealOGT, high, to), to, high);
    }
    is_from = or_of(ll, is_from, is_beside(&b, low, room, true));
    is_to = or_of(ll, is_to, is_beside(&b, high, room, false));
    Val is_small = ll_fcmp(ll, LLVMRealOLT, size, ll_f64(ll, EIG_SOLVE_SMALL));
    Val is_large = ll_fcmp(ll, LLVMRealOGT, size, ll_f64(ll, EIG_SOLVE_LARGE));
    Val is_sure = or_of(ll, and_of(ll, is_from, is_to), or_of(ll, is_small, is_large));
    LLVMBuildRet(ll->builder, ll_select(ll, is_sure, x, ll_f64(ll, (double)NAN)));
    ll->lanes = 0;
    return b.f;
}

static bool may_cancel(const EigSolve *q)
{
    for (size_t k = 0; k < q->n_pieces; k++)
        if (q->piece[k].may_cancel)
            return true;
    return false;
}

LlFunction solve_function(Emit *e, const SolveGroup *g, size_t number, unsigned lanes)
{
    Ll *ll = e->ll;
    char name[48];
    snprintf(name, sizeof name, lanes ? "solve_lanes_%zu" : "solve_%zu", number);
    LLVMTypeRef result = lanes ? LLVMVectorType(ll->f64, lanes) : ll->f64, params[] = { result, ll->ptr };
    Body b = { .e = e, .q = g->first };
    if (may_cancel(b.q))
        b.sure = sure_function(e, g, number, lanes);
    b.f = ll_function(ll, name, false, result, params, g->own.n_fields ? "s own" : "s");
    b.own = (Own){ &g->own, b.f.param[1], 0, false };
    b.s = b.f.param[0];
    ll->lanes = lanes;
    begin(&b);
    return_if_found(&b, within_reach);
    iterate(&b);
    ll->lanes = 0;
    return b.f;
}

OwnNumbers solve_numbers(const Emit *e, const EigSolve *q)
{
    OwnNumbers n = { 0 };
    own_push_f64(e, &n, q->from);
    own_push_f64(e, &n, q->to);
    for (size_t k = 0; k < q->n_nodes; k++) {
        own_push_f64(e, &n, q->node[k].x);
        own_push_f64(e, &n, q->node[k].below);
        own_push_f64(e, &n, q->node[k].above);
        own_push_f64(e, &n, q->node[k].before);
        own_push_f64(e, &n, q->node[k].after);
    }
    for (size_t k = 0; k < q->n_pieces; k++)
        own_push_f64(e, &n, q->piece[k].up_to);
    for (size_t k = 0; k < q->n_pieces; k++) {
        code_numbers(e, &q->piece[k].value, &n);
        code_numbers(e, &q->piece[k].slope, &n);
    }
    return n;
}
