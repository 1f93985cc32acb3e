/* Delays as whole numbers of steps, and whether the method can compute the model. */
#include "compiler/plan/build.h"

#include "compiler/data/memory.h"
#include "runtime/layout.h"

static Diag *report_method(Ctx *cx, const Model *m, const char *why)
{
    return diag_at(cx, D_E0807, m->sim.method_span, "`%s` %s", eig_method[m->sim.method].name, why);
}

/* A fluctuating input has a new value at every step, and steps chosen by their errors would leave it at its start. */
static bool fits_fluctuations(Ctx *cx, const Model *m)
{
    for (size_t q = 0; eig_method[m->sim.method].adaptive && q < m->pops.n; q++)
        for (size_t k = 0; k < m->pops.at[q].ous.n; k++) {
            const ModelOu *ou = &m->pops.at[q].ous.at[k];
            if (mpq_sgn(ou->sigma) == 0)
                continue;
            Diag *d = report_method(cx, m, "chooses its steps by their errors, and a fluctuating input has a new value at every step");
            diag_note_at(cx, d, ou->span, "of `%s`", m->pops.at[q].name);
            diag_help(cx, d, "take `rk4`, `heun` or another method with a fixed `step`");
            return false;
        }
    return true;
}

/* exponential_euler is another word for euler where there is no leak. */
static bool fits_equations(Ctx *cx, const Model *m)
{
    bool has_leak = m->sim.method != EIG_METHOD_EXPEULER;
    for (size_t q = 0; q < m->pops.n; q++)
        has_leak |= m->pops.at[q].n_states == 0;
    if (has_leak)
        return true;
    Diag *d = report_method(cx, m, "takes the leak of rates exactly, and this model has equations alone");
    diag_note_at(cx, d, m->pops.at[0].span, "`%s` is given by equations", m->pops.at[0].name);
    diag_help(cx, d, "`rk4` and `rk45` are for all equations, `euler_maruyama` for noise");
    return false;
}

/* A stage within a step would read a signal between two steps, which nobody keeps. */
static bool fits_delays(Ctx *cx, const Model *m)
{
    for (size_t k = 0; !eig_method[m->sim.method].delays && k < m->conns.n; k++)
        if (m->conns.at[k].delay) {
            Diag *d = report_method(cx, m, "looks at times between two steps, and a delayed rate is kept at the steps alone");
            diag_note_at(cx, d, m->conns.at[k].delay_span, "the delay of %s", m->conns.at[k].label);
            diag_help(cx, d, eig_method[m->sim.method].noise ? "take `stochastic_heun`, `milstein` or `euler_maruyama`"
                                                             : "take `heun`, `euler` or `exponential_euler` with a small step");
            return false;
        }
    return true;
}

/* Their right sides jump; a step of Euler's method has the limits of short and of long proximal steps in it. */
static bool fits_limits(Ctx *cx, const Model *m)
{
    for (size_t q = 0; q < m->pops.n; q++) {
        const ModelPop *p = &m->pops.at[q];
        if ((!p->prox_step && !p->is_switched) || p->stepped)
            continue;
        bool is_euler = m->sim.method == EIG_METHOD_EULER;
        const char *dynamics = p->is_switched ? "switched" : "projected";
        Diag *d = report_method(cx, m, arena_printf(&cx->arena, is_euler ? "takes the %s dynamics with one time constant for all neurons of a "
                                                    "population" : "does not know the %s dynamics", dynamics));
        diag_note_at(cx, d, is_euler ? p->tau_span : p->prox_span, is_euler ? "those of `%s` are not known to be equal" : "of `%s`", p->name);
        if (plan_has_noise(m)) {
            diag_help(cx, d, "no method takes noise beside the %s dynamics: leave the noise out, or take a step of the prox that is a number above 0", dynamics);
            return false;
        }
        diag_help(cx, d, !is_euler ? "write `method = euler`, with a small step" : p->is_switched ? "a long step is close to it: `prox_step = 100`"
                                                                                   : "a short step is close to it: `prox_step = 0.01`");
        return false;
    }
    return true;
}

bool plan_method_fits(Ctx *cx, const Model *m)
{
    bool limits = fits_limits(cx, m), noise = plan_noise_fits(cx, m), equations = fits_equations(cx, m);
    bool fluctuations = fits_fluctuations(cx, m);
    return fits_delays(cx, m) && limits && noise && equations && fluctuations && plan_is_smooth(cx, m);
}

bool plan_count_delays(Ctx *cx, const Model *m, int64_t *steps)
{
    bool ok = true;
    for (size_t k = 0; k < m->conns.n; k++) {
        const ModelConn *c = &m->conns.at[k];
        if (!c->delay)
            continue;
        steps[k] = plan_count_steps(cx, m, c->delay_span, c->delay, D_E0808, arena_printf(&cx->arena, "delay of %s", c->label));
        ok = ok && steps[k] > 0;
    }
    return ok;
}

/* Beyond the length of a run nothing but the start is looked back at, and one row is all there is to keep of it. */
bool plan_delays(Ctx *cx, const Net *net, int64_t n_steps, EigBlock *block)
{
    int64_t *steps = ARENA_ARRAY(&cx->arena, net->model->conns.n + 1, int64_t);
    if (!plan_count_delays(cx, net->model, steps))
        return false;
    for (size_t k = 0; k < net->n_blocks; k++) {
        int64_t delay = steps[net->block[k].conn];
        block[k].delay = delay < n_steps + 2 ? delay : n_steps + 2;
    }
    return true;
}

/* Bytes of what delayed blocks read: a row of the signal for each step of the longest delay. */
static double history_bytes(Ctx *cx, const EigProblem *p)
{
    size_t n = eig_n_signals(p), *rows = ARENA_ARRAY(&cx->arena, n + 1, size_t);
    double bytes = 0;
    eig_history_rows(p, rows);
    for (size_t q = 0; q < n; q++)
        bytes += 8.0 * (double)rows[q] * (double)p->pop[eig_signal(p, q).pop].size;
    return bytes;
}

bool plan_history_fits(Ctx *cx, const Net *net, const EigProblem *p)
{
    double bytes = history_bytes(cx, p), limit = (double)data_memory_limit();
    if (bytes <= limit)
        return true;
    size_t longest = 0;
    for (size_t k = 0; k < p->n_blocks; k++)
        longest = p->block[k].delay > p->block[longest].delay ? k : longest;
    const ModelConn *c = &net->model->conns.at[net->block[longest].conn];
    Diag *d = diag_at(cx, D_E0805, c->delay_span, "what delays look back at, %lld steps for %s, needs %.3g GB, more than the %.3g GB of "
                      "this machine", (long long)p->block[longest].delay, c->label, bytes * 1e-9, limit * 1e-9);
    diag_help(cx, d, "a shorter delay, or a longer step: what is delayed is kept for every step of the delay");
    return false;
}
