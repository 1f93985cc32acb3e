/* How much memory a run takes, before it takes it. Doubles, which no sum overflows. */
#include "compiler/data/memory.h"
#include "compiler/plan/build.h"
#include "compiler/plan/circle.h"
#include "runtime/jet.h"
#include "runtime/kernel_abi.h"
#include "runtime/layout.h"

typedef struct Bytes {
    double weights, state, history;
} Bytes;

enum { EXACT_BYTES = 64 };      /* of an entry that is kept as a rational too */

/* Lists of the network, which stay while it runs. */
static double listed_bytes(const Net *net, const Block *b)
{
    if (b->kind == BLOCK_PRODUCT)
        return EXACT_BYTES * (double)((b->left.q ? b->left.n : 0) + (b->right.q ? b->right.n : 0));
    double n = (double)b->values.n, each = b->values.d ? sizeof *b->values.d : 0;
    if (b->values.q)
        each += EXACT_BYTES;
    if (b->kind != BLOCK_SPARSE)
        return n * each;
    return n * (each + sizeof *b->column) + ((double)net->pop[b->post].size + 1) * sizeof *b->row_from;
}

/* Weights that rounding makes of them, where they do not serve as they are. */
static double rounded_bytes(const Net *net, const Block *b)
{
    bool by_pairs = block_is_by_pairs(b);
    if (by_pairs && b->kind == BLOCK_KERNEL)
        return (double)net->pop[b->post].size * (double)net->pop[b->pre].size * sizeof(double);
    bool as_they_are = b->is_tiled || ((by_pairs || b->kind != BLOCK_DENSE) && mpq_cmp_ui(b->factor, 1, 1) == 0);
    return b->values.d && !as_they_are ? (double)b->values.n * sizeof(double) : 0.0;
}

/* Products of one current have the same lists; rounded ones have numbers of their own. */
static double block_bytes(const Net *net, size_t k)
{
    const Block *b = &net->block[k];
    bool shares = k > 0 && b->conn == net->block[k - 1].conn;
    if (!shares)
        return listed_bytes(net, b);
    return b->values.d != net->block[k - 1].values.d ? (double)b->values.n * sizeof(double) : 0.0;
}

static double weight_bytes(const Net *net)
{
    double bytes = 0.0;
    for (size_t k = 0; k < net->n_blocks; k++)
        bytes += block_bytes(net, k) + rounded_bytes(net, &net->block[k]);
    return bytes;
}

/* Numbers that neurons have of their own, beside their states. */
static double column_bytes(const EigProblem *p)
{
    double n = 0.0;
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        n += (double)pop->size * (double)(pop->n_columns + (pop->rate_of != NULL) + (pop->exp_step_of != NULL));
    }
    return n * sizeof(double);
}

/* In single precision, and as doubles once more. */
static double narrow_bytes(const EigProblem *p)
{
    double n = 0.0;
    for (size_t k = 0; p->f32_weights && k < p->n_blocks; k++) {
        const EigBlock *b = &p->block[k];
        size_t post = p->pop[b->post].size;
        if (plan_is_narrow(b))
            n += b->kind == EIG_BLOCK_SPARSE ? (double)b->row_from[post] : (double)post * (double)p->pop[b->pre].size;
    }
    return n * (sizeof(float) + sizeof(double));
}

/* CVODE's vectors, those of its linear solver, and the run of the tangent. */
static double cvode_bytes(const EigProblem *p)
{
    enum { STEPS = 19, KRYLOV = 25 };
    double n = (double)eig_n_x(p), own = 0.0;
    if (p->method != EIG_METHOD_CVODE)
        return 0.0;
    for (size_t q = 0; q < p->n_pops; q++)
        own += 2.0 * (double)(eig_n_states(&p->pop[q]) * eig_n_states(&p->pop[q])) * (double)p->pop[q].size;
    double numbers = STEPS * n + (p->is_dense ? 2.0 * n * n : KRYLOV * n + own);
    return sizeof(double) * (numbers + (p->tangent ? 2.0 * n + (double)p->n : 0.0)) + (p->tangent ? eig_run_bytes(p->tangent->problem) : 0.0);
}

static Bytes bytes_of(const Plan *plan)
{
    const EigProblem *p = &plan->problem;
    Bytes b = { .history = eig_history_numbers(p) * sizeof(double) };
    b.state = eig_run_bytes(p) - b.history + column_bytes(p) + cvode_bytes(p) + eig_jet_bytes(p);
    if (plan->given)
        b.weights = weight_bytes(plan->given);
    b.weights += plan_circle_bytes(p) + narrow_bytes(p);
    return b;
}

double plan_bytes(const Plan *plan)
{
    Bytes b = bytes_of(plan);
    return b.weights + b.state + b.history;
}

static const char *repair(const Bytes *b)
{
    if (b->history > b->state && b->history > b->weights)
        return "a delay keeps what its source sent at every step: a larger step or a shorter delay needs less";
    if (b->weights > b->state)
        return "use fewer synapses, or one weight for all pairs of a connection, which is kept once";
    return "make the populations smaller; with uniform weights a smaller network with weights scaled up in proportion behaves alike";
}

static bool fits(Ctx *cx, const Net *net, Bytes b)
{
    double all = b.weights + b.state + b.history, limit = (double)data_memory_limit();
    if (all <= limit)
        return true;
    Diag *d = diag_at(cx, D_E0805, net->model->sim.span, "a run of %zu neurons needs %.3g GB, more than the %.3g GB that it may take",
                      net->n, all * 1e-9, limit * 1e-9);
    diag_note(cx, d, "%.3g GB of weights, %.3g GB of states and the stages of a step, %.3g GB of what delays look back to",
              b.weights * 1e-9, b.state * 1e-9, b.history * 1e-9);
    diag_help(cx, d, "%s", repair(&b));
    return false;
}

bool plan_may_fit(Ctx *cx, const Net *net)
{
    double n_x = 0.0;
    for (size_t q = 0; q < net->n_pops; q++) {
        const ModelPop *m = net->pop[q].model;
        n_x += (double)net->pop[q].size * (double)((m->n_states ? m->n_states : 1) + m->ous.n);
    }
    return fits(cx, net, (Bytes){ .weights = weight_bytes(net),
                                  .state = sizeof(double) * ((2 + EIG_KERNEL_WORK) * n_x + (double)net->n) });
}

bool plan_fits(Ctx *cx, const Plan *plan)
{
    return fits(cx, plan->net, bytes_of(plan));
}
