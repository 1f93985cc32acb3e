/* What neurons draw, and gains and thresholds of their own, become columns of numbers that their programs read. */
#include "compiler/code/code.h"
#include "compiler/expr/affine.h"
#include "compiler/plan/build.h"

/* The column of each draw so far, so that one draw is one column. */
typedef struct Drawn {
    Ctx *cx;
    const Model *m;
    EigPop *pop;
    VEC(const Expr *) draw;
    VEC(size_t) column;
} Drawn;

static const Expr *column_of(Drawn *d, const Expr *draw)
{
    for (size_t k = 0; k < d->draw.n; k++)
        if (d->draw.at[k] == draw)
            return expr_column(d->cx, draw->span, d->column.at[k]);
    double *value = ARENA_ARRAY(&d->cx->arena, d->pop->size, double);
    for (size_t i = 0; i < d->pop->size; i++)
        value[i] = expr_draw_value(draw, d->m->sim.seed, i, 0);
    size_t column = plan_column(d->cx, d->pop, value);
    vec_push(&d->cx->arena, &d->draw, draw);
    vec_push(&d->cx->arena, &d->column, column);
    return expr_column(d->cx, draw->span, column);
}

static const Expr *replace(Drawn *d, const Expr *e)
{
    if (!expr_has_draw(e))
        return e;
    if (e->kind == EXPR_DRAW)
        return column_of(d, e);
    const Expr *arg[2] = { 0 };
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = replace(d, e->as.call.arg[k]);
    return expr_call(d->cx, d->m->nums, e->span, e->as.call.fn, e->as.call.n_args, arg);
}

const Expr *plan_drawn(Ctx *cx, const Model *m, const Expr *e, EigPop *pop)
{
    Drawn d = { .cx = cx, .m = m, .pop = pop };
    return replace(&d, e);
}

EigCode plan_code(Ctx *cx, const Model *m, const Expr *e, EigPop *pop)
{
    return e ? expr_to_code(cx, plan_drawn(cx, m, e, pop)) : (EigCode){ 0 };
}

/* The number itself where all neurons share it, else a column: each rounded once, as the proofs have it. */
static const Expr *own_number(Ctx *cx, const Expr *of, const Values *v, EigPop *pop)
{
    Num shared;
    if (expr_is_const(of, &shared))
        return of;
    return expr_column(cx, of->span, plan_column(cx, pop, v->d));
}

const Expr *plan_phi(const ModelPop *p)
{
    return p->stepped ? p->stepped : activation_computed(&p->act);
}

const Expr *plan_activation(Ctx *cx, const Net *net, const NetPop *p, EigPop *pop)
{
    const Activation *act = &p->model->act;
    const Expr *phi = plan_phi(p->model);
    if (!act->gain_of)
        return phi;
    Span at = act->span;
    const Expr *arg[2] = { expr_var(cx, at, EIG_VAR_Z), own_number(cx, act->threshold_of, &p->threshold, pop) };
    arg[1] = expr_call(cx, net->nums, at, EIG_FN_SUB, 2, arg);
    arg[0] = own_number(cx, act->gain_of, &p->gain, pop);
    return expr_replaced(cx, net->nums, phi, EIG_VAR_Z, expr_call(cx, net->nums, at, EIG_FN_MUL, 2, arg));
}
