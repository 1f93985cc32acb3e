/* The plan for people: what was decided, and why. A double is printed in
 * decimal with the bits behind it. */
#include <math.h>
#include <string.h>

#include "compiler/plan/numbers.h"
#include "compiler/plan/plan.h"
#include "runtime/layout.h"

static const char *const lowering_name[] = {
    [LOWER_SUM] = "sum", [LOWER_DIAGONAL] = "diagonal", [LOWER_ROWS] = "rows", [LOWER_COLUMNS] = "columns",
    [LOWER_SHIFTS] = "shifts", [LOWER_CIRCLE] = "circle", [LOWER_PAIRS] = "pairs",
};

static void print_double(double v, Sbuf *out)
{
    sbuf_printf(out, "%.6g (%a)", v, v);
}

enum { MOST_TIMES = 8 };        /* at which it begins anew that are printed */

/* ", a record every 10", or of several clocks */
static void print_clocks(const EigProblem *p, const char *unit, Sbuf *out)
{
    for (size_t k = 0; k < eig_n_clocks(p); k++) {
        sbuf_str(out, k ? " and every " : ", a record every ");
        EigClock clock = eig_clock(p, k);
        if (!eig_method[p->method].adaptive)
            sbuf_printf(out, "%lld", (long long)clock.steps);
        else if (clock.every.num)
            sbuf_printf(out, "%.9g%s", eig_ratio_times(clock.every, 1), unit);
        else
            sbuf_str(out, "step");
    }
    sbuf_char(out, '\n');
}

static void print_time(const EigProblem *p, const ModelSim *sim, Sbuf *out)
{
    const char *unit = p->time_unit[0] ? " ms" : "";
    sbuf_printf(out, "time %s", eig_method[p->method].name);
    if (sim->chosen_since)
        sbuf_printf(out, " (chosen: %s)", sim->chosen_since);
    sbuf_printf(out, ", duration %.9g%s", p->duration, unit);
    if (eig_method[p->method].adaptive) {
        sbuf_printf(out, ", rtol %g, atol %g", p->rtol, p->atol);
        print_clocks(p, unit, out);
        return;
    }
    sbuf_str(out, ", step ");
    print_double(p->h, out);
    sbuf_printf(out, "%s, %lld steps", unit, (long long)p->n_steps);
    if (p->noise_halvings)
        sbuf_printf(out, ", noise of steps of %.9g%s, halved %u times", ldexp(p->h, (int)p->noise_halvings), unit, p->noise_halvings);
    print_clocks(p, unit, out);
}

static void print_input(const Plan *plan, size_t q, Sbuf *out)
{
    const PlanPop *p = &plan->pop[q];
    sbuf_str(out, "  input ");
    expr_print(p->input, out);
    if (p->input_varies)
        sbuf_str(out, expr_uses(p->input, EIG_VAR_I) ? ": of time and neuron, each evaluation"
                                                     : ": of time, once an evaluation");
    else
        sbuf_str(out, !expr_uses(p->input, EIG_VAR_I) ? ": constant"
                      : plan_stores_input(plan, q)    ? ": of the neuron, computed once and stored"
                                                      : ": of the neuron, computed where it is used");
    sbuf_char(out, '\n');
}

/* A value that an Ornstein-Uhlenbeck process takes from step to step. */
static void print_ous(const EigPop *p, const ModelPop *m, Sbuf *out)
{
    for (size_t k = p->n_states - m->ous.n; k < p->n_states; k++) {
        size_t from = p->state_from + k * p->size;
        sbuf_printf(out, "  %s in x[%zu..%zu]: x%zu = ", p->state[k].name, from, from + p->size - 1, k);
        print_double(p->state[k].decay.op->value, out);
        sbuf_printf(out, " x%zu + ", k);
        print_double(p->state[k].spread.op->value, out);
        sbuf_str(out, " normal, once a step\n");
    }
}

static void print_states(const EigPop *p, const ModelPop *m, const PlanState *planned, Sbuf *out)
{
    sbuf_printf(out, "population %s: neurons %zu..%zu, by equations\n", p->name, p->from, p->from + p->size - 1);
    for (size_t k = 0; k < m->n_states; k++) {
        size_t from = p->state_from + k * p->size;
        sbuf_printf(out, "  %s in x[%zu..%zu]: x%zu' = ", p->state[k].name, from, from + p->size - 1, k);
        expr_print(planned[k].drift, out);
        if (m->state[k].noise) {
            sbuf_str(out, ", noise ");
            expr_print(m->state[k].noise, out);
        }
        if (planned[k].noise_slope) {
            sbuf_str(out, ", its slope ");
            expr_print(planned[k].noise_slope, out);
        }
        sbuf_char(out, '\n');
    }
    sbuf_str(out, "  sends ");
    expr_print(m->rate, out);
    sbuf_char(out, '\n');
}

static void print_share(const Plan *plan, size_t q, Sbuf *out)
{
    if (plan->piece && plan->piece[q])
        sbuf_printf(out, "  %zu targets are one thread's at a time, should several be faster\n", plan->piece[q]);
}

static void print_pop(const Plan *plan, size_t q, Sbuf *out)
{
    const EigPop *p = &plan->problem.pop[q];
    const ModelPop *m = plan->net && p->n_states > 0 ? plan->net->pop[q].model : NULL;
    if (m && m->n_states > 0) {
        print_states(p, m, plan->pop[q].state, out);
        print_input(plan, q, out);
        print_ous(p, m, out);
        return;
    }
    sbuf_printf(out, "population %s: neurons %zu..%zu, rate ", p->name, p->from, p->from + p->size - 1);
    print_double(p->rate, out);
    if (plan->problem.method == EIG_METHOD_EXPEULER) {
        sbuf_str(out, ", 1 - exp(-h/tau) ");
        print_double(p->exp_step, out);
    }
    sbuf_char(out, '\n');
    if (!plan->pop)
        return;
    sbuf_str(out, "  phi ");
    expr_print(plan->pop[q].phi, out);
    if (plan->net->pop[q].model->noise) {
        sbuf_str(out, ", noise ");
        expr_print(plan->net->pop[q].model->noise, out);
    }
    sbuf_char(out, '\n');
    print_input(plan, q, out);
    if (m)
        print_ous(p, m, out);
}

static void print_pair(const EigBlock *b, const ModelTerm *term, Sbuf *out)
{
    sbuf_str(out, "\n  of each pair ");
    expr_print(term->pair, out);
    for (size_t k = 0; k < term->n_parts; k++) {
        sbuf_printf(out, "\n    column(%zu) ", k);
        if (term->part[k].of_source)
            sbuf_printf(out, "of signal %zu, ", b->part[k].signal);
        else
            sbuf_str(out, "of the target, ");
        expr_print(term->part[k].e, out);
    }
}

static void print_block(const Plan *plan, size_t k, Sbuf *out)
{
    const EigProblem *p = &plan->problem;
    const EigBlock *b = &p->block[k];
    size_t post = p->pop[b->post].size;
    sbuf_printf(out, "block %s -> %s: %s, ", p->pop[b->pre].name, p->pop[b->post].name,
                lowering_name[plan->block[k].how]);
    if (b->kind == EIG_BLOCK_SPARSE) {
        sbuf_printf(out, "%llu entries", (unsigned long long)b->row_from[post]);
        if (!b->w) {
            sbuf_str(out, " of weight ");
            print_double(b->weight, out);
        }
    } else if (b->kind == EIG_BLOCK_KERNEL) {
        sbuf_printf(out, b->is_periodic ? "%zu x %zu periodic" : "%zu x %zu", b->extent[0], b->extent[1]);
    } else if (b->kind == EIG_BLOCK_DENSE) {
        sbuf_printf(out, "%zu x %zu", post, p->pop[b->pre].size);
    } else {
        sbuf_str(out, "weight ");
        print_double(b->weight, out);
    }
    if (b->w32)
        sbuf_str(out, ", weights in single precision");
    const ModelTerm *term = plan->net ? plan->net->block[plan->net_block[k]].term : NULL;
    if (term && term->pair) {
        print_pair(b, term, out);
    } else if (term) {
        sbuf_printf(out, "\n  of signal %zu, ", b->signal);
        expr_print(term->signal, out);
        if (term->gate) {
            sbuf_str(out, ", gate ");
            expr_print(term->gate, out);
        }
    }
    if (b->delay)
        sbuf_printf(out, "\n  of %lld steps ago", (long long)b->delay);
    sbuf_printf(out, "\n  %s\n", plan->block[k].why);
}

static void print_pieces(const EigProblem *p, Sbuf *out)
{
    if (p->longest_step > 0)
        sbuf_printf(out, "steps of at most %.6g, as slopes move with the time\n", p->longest_step);
    if (p->n_jumps == 0)
        return;
    sbuf_printf(out, "begins anew at %zu time%s:", p->n_jumps, p->n_jumps == 1 ? "" : "s");
    for (size_t k = 0; k < p->n_jumps && k < MOST_TIMES; k++)
        sbuf_printf(out, " %.9g", p->jump[k]);
    sbuf_str(out, p->n_jumps > MOST_TIMES ? " ...\n" : "\n");
}

static void print_jets(const Plan *plan, Sbuf *out)
{
    const EigProblem *p = &plan->problem;
    if (!p->jets)
        return;
    sbuf_printf(out, "polynomials of order %u, their coefficients in %s\n  %s\n", p->jets->order,
                plan->jets_in_registers ? "registers" : "memory", plan->jets_why);
    if (p->jets->n_kinks)
        sbuf_printf(out, "  a step ends where one of %zu kinks is passed\n", p->jets->n_kinks);
    print_pieces(p, out);
}

static void print_jacobian(const Plan *plan, Sbuf *out)
{
    const EigProblem *p = &plan->problem;
    if (p->method != EIG_METHOD_CVODE)
        return;
    sbuf_printf(out, p->is_dense ? "jacobian a matrix of %zu rows, factored\n  at most %d numbers\n"
                                 : "jacobian by its products: GMRES for %zu numbers, preconditioned by what each neuron does to itself\n"
                                   "  more than %d numbers\n", eig_n_x(p), PLAN_MOST_DENSE);
    if (plan->why_no_tangent)
        sbuf_printf(out, "  by difference quotients: of `%s` %s\n", plan->no_tangent_of, plan->why_no_tangent);
    else
        sbuf_str(out, "  from the derivatives of the programs\n");
    print_pieces(p, out);
}

static void print_sets(const Plan *plan, Sbuf *out)
{
    const char *why = plan_why_alone(plan);
    sbuf_printf(out, "sets of a sweep %s\n  %s\n", why ? "one at a time" : "side by side", why ? why : plan_why_together(plan));
}

void plan_print(const Plan *plan, Sbuf *out)
{
    const EigProblem *p = &plan->problem;
    sbuf_printf(out, "plan %s\n", p->model_name);
    print_time(p, &plan->given->model->sim, out);
    print_jacobian(plan, out);
    print_jets(plan, out);
    sbuf_printf(out, "state in %s\n  %s\n", plan->state == STATE_IN_REGISTERS ? "registers" : "memory", plan->state_why);
    if (plan->general_why)
        sbuf_printf(out, "signals, total inputs and slopes one after the other\n  %s\n", plan->general_why);
    else if (plan->state == STATE_IN_MEMORY)
        sbuf_printf(out, "stages %s\n  %s\n", plan->recompute ? "computed again" : "in arrays", plan->recompute_why);
    print_sets(plan, out);
    for (size_t q = 0; q < p->n_pops; q++) {
        print_pop(plan, q, out);
        print_share(plan, q, out);
    }
    if (plan->piece_of_normals)
        sbuf_printf(out, "normals: %zu are one thread's at a time, should several be faster\n", plan->piece_of_normals);
    if (plan->piece_of_states && !eig_method[p->method].adaptive)
        sbuf_printf(out, "stages: %zu numbers are one thread's at a time, should several be faster\n", plan->piece_of_states);
    for (size_t k = 0; k < p->n_blocks; k++)
        print_block(plan, k, out);
    for (size_t k = 0; k < p->n_records; k++) {
        const EigRecord *r = &p->record[k];
        sbuf_printf(out, "record %s%s%s%s: %zu number%s\n", r->name, r->unit[0] ? " (" : "", r->unit,
                    r->unit[0] ? ")" : "", r->width, r->width == 1 ? "" : "s");
        if (p->n_clocks)
            sbuf_printf(out, "  at %s\n", p->clock[r->clock].name);
    }
    sbuf_printf(out, "memory %.0f bytes\n", plan->bytes);
}
