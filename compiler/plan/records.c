/* Recorded quantities: expressions of the model as trees for the runtime. */
#include <string.h>

#include "compiler/code/code.h"
#include "compiler/plan/build.h"

/* True when the value needs neither rates nor inputs, so one program gives it. */
static bool is_plain(const Expr *e)
{
    switch (e->kind) {
    case EXPR_CONST:
    case EXPR_VAR:
        return true;
    case EXPR_CALL:
        for (int k = 0; k < e->as.call.n_args; k++)
            if (!is_plain(e->as.call.arg[k]))
                return false;
        return true;
    default:
        return false;
    }
}

static const EigObs *observe(Ctx *cx, const Expr *e)
{
    EigObs *o = ARENA_NEW(&cx->arena, EigObs);
    if (is_plain(e)) {
        *o = (EigObs){ .kind = EIG_OBS_CODE, .code = expr_to_code(cx, e) };
        return o;
    }
    switch (e->kind) {
    case EXPR_RATE:
    case EXPR_INPUT:
        *o = (EigObs){ .kind = e->kind == EXPR_RATE ? EIG_OBS_RATE : EIG_OBS_INPUT, .pop = e->as.rate.pop,
                       .index = e->as.rate.index, .first = e->as.rate.first };
        break;
    case EXPR_STATE:
        *o = (EigObs){ .kind = EIG_OBS_STATE, .pop = e->as.rate.pop, .index = e->as.rate.index,
                       .first = e->as.rate.first, .state = e->as.rate.state };
        break;
    case EXPR_MEAN:
    case EXPR_SUM:
        *o = (EigObs){ .kind = e->kind == EXPR_MEAN ? EIG_OBS_MEAN : EIG_OBS_SUM, .pop = e->as.fold.pop,
                       .n_neurons = e->as.fold.n_neurons };
        o->arg[0] = observe(cx, e->as.fold.arg);
        break;
    case EXPR_CALL:
        *o = (EigObs){ .kind = EIG_OBS_CALL, .fn = e->as.call.fn, .n_args = e->as.call.n_args };
        for (int k = 0; k < o->n_args; k++)
            o->arg[k] = observe(cx, e->as.call.arg[k]);
        break;
    case EXPR_CONST:
    case EXPR_VAR:
    case EXPR_SAMPLES:
    case EXPR_DRAW:
    case EXPR_COLUMN:
    case EXPR_SOLVE:
        break;
    }
    return o;
}

/* "" for a pure number */
static const char *record_unit(Ctx *cx, Unit unit)
{
    return unit_is_none(unit) ? "" : unit_text(cx, unit);
}

static EigRecord all_rates(Ctx *cx, const NetPop *p, size_t pop)
{
    EigObs *o = ARENA_NEW(&cx->arena, EigObs);
    *o = (EigObs){ .kind = EIG_OBS_RATE, .pop = pop, .index = -1 };
    return (EigRecord){ .name = p->model->name, .unit = record_unit(cx, p->model->unit_x), .width = p->size, .obs = o };
}

void plan_records(Ctx *cx, const Net *net, EigProblem *out)
{
    const ModelSim *sim = &net->model->sim;
    bool chosen = sim->records.n > 0;
    out->n_records = chosen ? sim->records.n : net->n_pops;
    EigRecord *r = ARENA_ARRAY(&cx->arena, out->n_records + 1, EigRecord);
    for (size_t k = 0; k < out->n_records; k++) {
        if (!chosen) {
            r[k] = all_rates(cx, &net->pop[k], k);
            continue;
        }
        const ModelRecord *m = &sim->records.at[k];
        r[k] = (EigRecord){ .name = m->name, .unit = record_unit(cx, m->unit), .width = m->width, .clock = m->clock,
                            .obs = observe(cx, m->expr) };
    }
    out->record = r;
}
