#include "compiler/code/code.h"
#include "compiler/plan/plan.h"

#include "compiler/plan/build.h"
#include "compiler/plan/circle.h"

static EigPop round_pop(Ctx *cx, const Net *net, const NetPop *p)
{
    const ModelPop *m = p->model;
    const ModelSim *sim = &net->model->sim;
    EigPop pop = { .name = m->name, .from = p->from, .size = p->size, .neuron_name = m->neuron_name };
    pop.input = plan_code(cx, net->model, m->input, &pop);
    if (m->n_states > 0)
        return pop;
    Num tau = plan_leak(net->nums, sim, m, net_tau_min(p));
    pop.rate = plan_rate(net->nums, tau);
    pop.exp_step = sim->method == EIG_METHOD_EXPEULER && sim->has_step ? plan_exp_step(sim->step, tau) : 0.0;
    if (m->tau_of)
        plan_rates(cx, net, p, &pop);
    pop.phi = expr_to_code(cx, plan_activation(cx, net, p, &pop));
    pop.start = plan_code(cx, net->model, m->start, &pop);
    return pop;
}

static bool round_network(Ctx *cx, const Net *net, Plan *out)
{
    EigPop *pop = ARENA_ARRAY(&cx->arena, net->n_pops + 1, EigPop);
    EigBlock *block = ARENA_ARRAY(&cx->arena, net->n_blocks + 1, EigBlock);
    out->pop = ARENA_ARRAY(&cx->arena, net->n_pops + 1, PlanPop);
    for (size_t q = 0; q < net->n_pops; q++) {
        const ModelPop *m = net->pop[q].model;
        pop[q] = round_pop(cx, net, &net->pop[q]);
        out->pop[q] = (PlanPop){ .phi = plan_phi(m), .input = m->input, .phi_is_analytic = plan_phi_is_analytic(m),
                                 .input_varies = expr_uses(m->input, EIG_VAR_T) || m->ous.n > 0,
                                 .state = plan_diffusion(cx, net->model, m) };
    }
    for (size_t k = 0; k < net->n_blocks; k++)
        block[k] = plan_block(cx, net, &net->block[k]);
    EigTable *table = ARENA_ARRAY(&cx->arena, net->model->tables.n + 1, EigTable);
    for (size_t k = 0; k < net->model->tables.n; k++) {
        const ModelTable *t = &net->model->tables.at[k];
        table[k] = (EigTable){ t->n_rows, t->n_columns, t->time, t->value, t->is_step };
    }
    out->problem.table = table;
    out->problem.n_tables = net->model->tables.n;
    plan_states(cx, net, out->pop, &out->problem, pop, block);
    out->problem.n = net->n;
    out->problem.n_pops = net->n_pops;
    out->problem.n_blocks = net->n_blocks;
    out->problem.pop = pop;
    out->problem.block = block;
    plan_narrow(cx, &out->problem, block);
    return plan_delays(cx, net, out->problem.n_steps, block) && plan_history_fits(cx, net, &out->problem);
}

/* From the order of the text to that of the sums. */
static void put_in_order(Ctx *cx, Plan *out)
{
    EigProblem *p = &out->problem;
    const size_t *order = plan_order(cx, p);
    EigBlock *block = ARENA_ARRAY(&cx->arena, p->n_blocks + 1, EigBlock);
    for (size_t k = 0; k < p->n_blocks; k++)
        block[k] = p->block[order[k]];
    plan_circles(cx, block, p->n_blocks);
    p->block = block;
    out->net_block = order;
}

bool plan_make(Ctx *cx, const Net *net, Plan *out)
{
    const Model *m = net->model;
    *out = (Plan){ .given = net };
    out->problem.model_name = m->name;
    out->problem.seed = m->sim.seed;
    out->problem.f32_weights = m->sim.f32_weights;
    out->problem.time_unit = m->has_time_unit ? "ms" : "";
    if (!plan_schedule(cx, m, &out->problem) || !plan_method_fits(cx, m) || !plan_may_fit(cx, net))
        return false;
    out->net = net = plan_separated(cx, net);
    if (!round_network(cx, net, out))
        return false;
    plan_records(cx, net, &out->problem);
    if (!plan_in_range(cx, out))
        return false;
    put_in_order(cx, out);
    plan_lower(cx, out);
    plan_jumps(cx, &out->problem);
    plan_tangent(cx, net->nums, out);
    out->has_kinks = plan_has_kinks(cx, m);
    return plan_jets(cx, m->sim.method_span, out) && plan_fits(cx, out);
}
