/* The solves of activation programs, one function each: runtime/solve.c,
 * operation by operation. */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "compiler/emit/parts.h"

/* One function while it is built. */
typedef struct Body {
    Emit *e;
    const EigSolve *q;
    LlFunction f;
    Val s;
    Val step, x, a, b;          /* at the head of the loop */
} Body;

static Val and_of(const Ll *ll, Val p, Val q)
{
    return LLVMBuildAnd(ll->builder, p, q, "");
}

static Val xor_of(const Ll *ll, Val p, Val q)
{
    return LLVMBuildXor(ll->builder, p, q, "");
}

/* Doubles in their order as integers, and back: the map is its own inverse. */
static Val reflect(const Ll *ll, Val bits)
{
    Val negative = LLVMBuildICmp(ll->builder, LLVMIntSLT, bits, ll_i64(ll, 0), "");
    return ll_select(ll, negative, xor_of(ll, ll_i64(ll, INT64_MAX), bits), bits);
}

static Val middle_of(const Ll *ll, Val a, Val b)
{
    Val i = reflect(ll, LLVMBuildBitCast(ll->builder, a, ll->i64, ""));
    Val k = reflect(ll, LLVMBuildBitCast(ll->builder, b, ll->i64, ""));
    Val half = LLVMBuildAShr(ll->builder, xor_of(ll, i, k), ll_i64(ll, 1), "");
    Val middle = LLVMBuildAdd(ll->builder, and_of(ll, i, k), half, "");
    return LLVMBuildBitCast(ll->builder, reflect(ll, middle), ll->f64, "");
}

/* Opens a block for the case that `condition` does not hold; where it does, the function returns x. */
static void return_if(const Body *b, Val condition, Val x)
{
    const Ll *ll = b->e->ll;
    LLVMBasicBlockRef yes = LLVMAppendBasicBlockInContext(ll->context, b->f.value, "found");
    LLVMBasicBlockRef no = LLVMAppendBasicBlockInContext(ll->context, b->f.value, "on");
    LLVMBuildCondBr(ll->builder, condition, yes, no);
    LLVMPositionBuilderAtEnd(ll->builder, yes);
    LLVMBuildRet(ll->builder, x);
    LLVMPositionBuilderAtEnd(ll->builder, no);
}

/* The ends from the nodes, last node first: a node with s <= above overrides what the later ones say. */
static void enclose(Body *b)
{
    const Ll *ll = b->e->ll;
    Val hit = LLVMConstInt(ll->i1, 0, 0);
    b->a = ll_f64(ll, b->q->n_nodes ? b->q->node[b->q->n_nodes - 1].x : -DBL_MAX);
    b->b = ll_f64(ll, DBL_MAX);
    for (size_t k = b->q->n_nodes; k-- > 0;) {
        const EigNode *node = &b->q->node[k];
        Val x = ll_f64(ll, node->x), before = ll_f64(ll, k ? b->q->node[k - 1].x : -DBL_MAX);
        Val stops = ll_fcmp(ll, LLVMRealOLE, b->s, ll_f64(ll, node->above));
        Val inside = ll_fcmp(ll, LLVMRealOGE, b->s, ll_f64(ll, node->below));
        hit = ll_select(ll, stops, inside, hit);
        b->a = ll_select(ll, stops, ll_select(ll, inside, x, before), b->a);
        b->b = ll_select(ll, stops, ll_select(ll, inside, b->b, x), b->b);
    }
    return_if(b, hit, b->a);
}

static Val value_at(const Body *b, const EigCode *code, Val x)
{
    Val var[EIG_N_VARS] = { 0 };
    var[EIG_VAR_X] = x;
    return expr_emit(b->e, code, var);
}

/* The next x from the gap at this one; may return. */
static Val next_x(Body *b, Val gap)
{
    const Ll *ll = b->e->ll;
    Val zero = ll_f64(ll, 0.0);
    return_if(b, ll_fcmp(ll, LLVMRealOEQ, gap, zero), b->x);
    Val known = ll_fcmp(ll, LLVMRealOEQ, gap, gap);
    Val high = ll_select(ll, known, ll_fcmp(ll, LLVMRealOGT, gap, zero), ll_fcmp(ll, LLVMRealOGT, b->x, zero));
    b->a = ll_select(ll, high, b->a, b->x);
    b->b = ll_select(ll, high, b->x, b->b);
    Val slope = value_at(b, &b->q->slope, b->x);
    Val newton = ll_fsub(ll, b->x, ll_fdiv(ll, gap, slope)), middle = middle_of(ll, b->a, b->b);
    Val is_flat = ll_fcmp(ll, LLVMRealOLT, slope, ll_f64(ll, (double)INFINITY));
    Val stays = and_of(ll, ll_fcmp(ll, LLVMRealOEQ, newton, b->x), is_flat);
    return_if(b, LLVMBuildOr(ll->builder, ll_fcmp(ll, LLVMRealOEQ, middle, b->a), stays, ""), b->x);
    Val third = LLVMBuildURem(ll->builder, b->step, ll_i64(ll, 3), "");
    Val may = LLVMBuildICmp(ll->builder, LLVMIntNE, third, ll_i64(ll, 2), "");
    Val within = and_of(ll, ll_fcmp(ll, LLVMRealOGT, newton, b->a), ll_fcmp(ll, LLVMRealOLT, newton, b->b));
    return ll_select(ll, and_of(ll, may, within), newton, middle);
}

static void iterate(Body *b)
{
    Ll *ll = b->e->ll;
    Val within = and_of(ll, ll_fcmp(ll, LLVMRealOGT, b->s, b->a), ll_fcmp(ll, LLVMRealOLT, b->s, b->b));
    Val first[3] = { ll_select(ll, within, b->s, middle_of(ll, b->a, b->b)), b->a, b->b };
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, EIG_SOLVE_STEPS), 1, 3, first);
    b->step = loop.index;
    b->x = loop.carried[0];
    b->a = loop.carried[1];
    b->b = loop.carried[2];
    loop.next[0] = next_x(b, ll_fsub(ll, value_at(b, &b->q->value, b->x), b->s));
    loop.next[1] = b->a;
    loop.next[2] = b->b;
    ll_loop_end(ll, &loop);
    LLVMBuildRet(ll->builder, loop.result[0]);
}

static void solve_function(Emit *e, const EigSolve *q)
{
    char name[48];
    snprintf(name, sizeof name, "solve_%zu", e->solves.n);
    Body b = { .e = e, .q = q };
    b.f = ll_function(e->ll, name, false, e->ll->f64, &e->ll->f64, "s");
    b.s = b.f.param[0];
    return_if(&b, LLVMBuildFCmp(e->ll->builder, LLVMRealUNO, b.s, b.s, ""), b.s);
    enclose(&b);
    iterate(&b);
    vec_push(&e->cx->arena, &e->solves, ((EmitSolve){ q, b.f }));
}

static void solves_of(Emit *e, const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_SOLVE)
            solve_function(e, &code->solve[code->op[k].which]);
}

void solve_functions(Emit *e)
{
    for (size_t q = 0; q < e->p->n_pops; q++)
        solves_of(e, &e->p->pop[q].phi);
}

Val solve_call(const Emit *e, const EigSolve *q, Val s)
{
    for (size_t k = 0; k < e->solves.n; k++)
        if (e->solves.at[k].of == q)
            return ll_call(e->ll, &e->solves.at[k].function, &s, 1);
    BUG("a solve without a function");
}
