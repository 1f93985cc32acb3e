/* From statements to what a report concludes. */
#include "compiler/check/stability/stability.h"

#include "compiler/check/lds/lds.h"

/* The statement about all neurons that says most: by its rate, then in the order of the table. */
const Statement *stability_strongest(const Evidence *e)
{
    const Statement *best = NULL;
    mpq_srcptr best_rate = NULL;
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        StatementSays says = statement_table[s->kind].says;
        if (s->is_part || says == STATES_STRUCTURE || says == STATES_EQUILIBRIUM || says == STATES_INSTABILITY || says == STATES_LOCAL)
            continue;
        mpq_t *rate = statement_numbers(s, "rate");
        if (!best || (rate && (!best_rate || mpq_cmp(rate[0], best_rate) > 0)))
            best = s;
        if (best == s)
            best_rate = rate ? rate[0] : NULL;
    }
    return best;
}

Num stability_rate(NumPool *nums, const Statement *s)
{
    mpq_t *rate = statement_numbers(s, "rate");
    if (!rate || mpq_sgn(rate[0]) <= 0)
        return NULL;
    mpq_ptr kept = num_new(nums);
    mpq_set(kept, rate[0]);
    return kept;
}

static void conclude_open(const LdsReport *lds, StabilityReport *out)
{
    out->conclusion = "for every constant input there is exactly one equilibrium, for these and all other time constants; "
                      "it is locally exponentially stable wherever the activations are differentiable at it";
    out->theorem = "Theorems 2 and 4 (docs/theory.md): diagonal stability, slopes in [0, L]";
    out->open = lds->matrix.mean_slope
              ? "convergence from every initial state is not proved: the time constants differ, the weights are not symmetrisable, and the other "
                "conditions for that case are about each neuron's own gain, of which only the mean was looked at; nothing suggests that it fails"
              : "convergence from every initial state is not proved: the time constants differ, and none of the conditions for that "
                "case was found to hold (quasi-dominance, symmetrisable weights, two neurons, nearly equal time constants, contraction for any time constants, a Lur'e-Popov "
                "function, components of such kinds one after the other); nothing suggests that it fails";
}

static void conclude_partly_limit(const Net *net, StabilityReport *out)
{
    bool any_switched = false;
    for (size_t a = 0; a < net->n_pops; a++)
        any_switched |= net->pop[a].model->is_switched;
    out->conclusion = "for every constant input there is exactly one equilibrium";
    out->theorem = any_switched ? "Theorems 2 and 19 (docs/theory.md): diagonal stability, slopes in [0, L]"
                                : "Theorems 2 and 14 (docs/theory.md): diagonal stability, slopes in [0, L]";
    out->open = any_switched ? "convergence: some populations follow the switched dynamics and others do not, and the theorems are about "
                               "networks in which all or none do"
                             : "convergence: some populations follow the projected dynamics and others do not, and the theorems are about "
                               "networks in which all or none do";
}

/* The multipliers are the same for every step, rates are not: those above are of the plain network. */
static void qualify_prox_steps(Ctx *cx, StabilityReport *out)
{
    out->theorem = arena_printf(&cx->arena, "%s; Theorem 13: the same for these proximal steps", out->theorem);
}

static void conclude_certified(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    const Statement *s = stability_strongest(&lds->evidence);
    out->unique = TRUTH_CERTIFIED;
    if (!s) {
        if (stability_limit(net) != LIMIT_NONE)
            conclude_partly_limit(net, out);
        else
            conclude_open(lds, out);
        return;
    }
    bool is_limit = !statement_is_plain(s->kind);
    out->verdict = TRUTH_CERTIFIED;
    out->conclusion = arena_printf(&cx->arena, "for every constant input there is exactly one equilibrium, and every trajectory %sconverges to it%s",
                                   is_limit ? "that starts where the costs are finite " : "",
                                   statement_table[s->kind].says == STATES_CONVERGENCE ? "" : " exponentially");
    out->theorem = arena_printf(&cx->arena, "Theorem %d (docs/theory.md): %s", statement_table[s->kind].theorem, statement_table[s->kind].because);
    out->rate = stability_rate(net->nums, s);
    if (stability_has_prox_steps(net) && !is_limit)
        qualify_prox_steps(cx, out);
}

static void conclude_refuted(const LdsReport *lds, StabilityReport *out)
{
    bool one_vector = witness_is_vector(&lds->evidence.witness);
    out->conclusion = "diagonal stability does not hold, so this method proves neither a unique equilibrium nor convergence; "
                      "that is no statement about what the network does at its actual inputs";
    out->theorem = "Theorem 1 (docs/theory.md)";
    out->open = one_vector
        ? "uniqueness and stability; the witness is one vector, so with threshold-linear activations of these slopes some constant "
          "input would have several equilibria (Theorem 8)"
        : "uniqueness and stability; the witness found has more than one vector, so it says nothing about uniqueness";
}

/* What is not known could be so of the neurons one by one. */
static void qualify_tau(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    bool tried = stability_rows_by_tau(cx, net, lds) > 0, refuted = lds->verdict == TRUTH_REFUTED;
    if (stability_tau_is_range(cx, net, lds))
        out->open = arena_printf(&cx->arena, "%s. Neurons that differ in time constant share a row, of which the range of these times alone was looked at; %s",
                                 out->open, tried && refuted ? "with the time constant of each neuron no equilibrium was proved to be unstable, and whether one attracts was not looked at"
                                          : tried ? "with the time constant of each neuron convergence was not proved either"
                                                  : "what asks for the time constant of each neuron was not tried (nearly equal time constants, Lur'e-Popov functions, "
                                                    "whether an equilibrium attracts or is unstable)");
}

/* With the largest gain of a population for all of its neurons convergence may not follow, and from what each one has it may. */
static void search_by_neurons(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds)
{
    enum { MOST_NEURONS = 64 };
    LdsReport own = {0};
    if (net->n > MOST_NEURONS || lds->matrix.q == net->n || !reduce_has_own_gains(net) || theory_no_convergence(cx, net) || stability_strongest(&lds->evidence) ||
        !reduce_net(cx, net, slope, GAINS_OWN, &own.matrix, &own.reason))
        return;
    lds_decide(cx, net, &own);
    if (own.verdict == TRUTH_CERTIFIED)
        stability_search(cx, net, slope, &own, false);
    bool is_more = own.verdict == TRUTH_CERTIFIED && stability_strongest(&own.evidence);
    LdsReport dropped = is_more ? *lds : own;
    *lds = is_more ? own : *lds;
    claim_matrix_clear(&dropped.matrix);
    evidence_clear(&dropped.evidence);
}

void stability_conclude(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out)
{
    *out = (StabilityReport){0};
    if (lds->verdict == TRUTH_CERTIFIED || lds->verdict == TRUTH_REFUTED) {
        stability_search(cx, net, slope, lds, false);
        if (lds->verdict == TRUTH_REFUTED)
            stability_seek_equilibria(cx, net, slope, lds, out);
    }
    if (lds->verdict == TRUTH_CERTIFIED) {
        search_by_neurons(cx, net, slope, lds);
        stability_converge_in_other_rows(cx, net, slope, lds);
        conclude_certified(cx, net, lds, out);
    } else if (lds->verdict == TRUTH_REFUTED) {
        if (!stability_conclude_equilibria(cx, net, lds, out) && !stability_refute_by_neurons(cx, net, slope, lds, out)) {
            conclude_refuted(lds, out);
            stability_add_attracting(cx, net, lds, out);
        }
        stability_refute_unique(cx, net, slope, lds, out);
    } else {
        const char *obstacle = theory_obstacle(cx, net);
        out->conclusion = obstacle ? obstacle
            : "diagonal stability was not decided, so nothing is concluded about equilibria or convergence";
        out->theorem = "none";
        out->open = lds->reason;
    }
    if (out->verdict == TRUTH_UNDECIDED && out->open && lds->verdict != TRUTH_UNDECIDED && stability_limit(net) == LIMIT_NONE)
        qualify_tau(cx, net, lds, out);
    theory_qualify(cx, net, &lds->evidence, out);
}
