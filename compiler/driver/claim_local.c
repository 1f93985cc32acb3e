#include "compiler/driver/claim.h"

#include "compiler/check/equilibria.h"
#include "compiler/check/lds.h"
#include "compiler/check/slope.h"

/* What is known of the activation of row a is within what the statement says of it. */
static bool facts_hold(const LocalNet *net, const ClaimMatrix *m, const Statement *s, size_t a)
{
    double value[2], slope[2];
    return equilibrium_facts(net, m, s, a, value, slope) &&
           mpq_cmp(statement_numbers(s, "value_lo")[a], num_from_double(net->nums, value[0])) <= 0 &&
           mpq_cmp(statement_numbers(s, "value_hi")[a], num_from_double(net->nums, value[1])) >= 0 &&
           mpq_cmp(statement_numbers(s, "slope_lo")[a], num_from_double(net->nums, slope[0])) <= 0 &&
           mpq_cmp(statement_numbers(s, "slope_hi")[a], num_from_double(net->nums, slope[1])) >= 0;
}

static const char *equilibrium_differs(const LocalNet *net, const ClaimMatrix *m, const Statement *s)
{
    const char *fault = NULL;
    mpq_t input;
    mpq_init(input);
    for (size_t a = 0; !fault && a < m->q; a++) {
        local_input(net, a, input);
        if (!mpq_equal(input, statement_numbers(s, "input")[a]))
            fault = "the statement \"equilibrium\" is about another input";
        else if (!facts_hold(net, m, s, a))
            fault = "the activations are not known to be what the statement \"equilibrium\" says";
    }
    mpq_clear(input);
    return fault;
}

/* Neurons that part from each other have one time constant. */
static bool within_fits(const RowTau *tau, const Statement *s)
{
    size_t row = mpz_get_ui(mpq_numref(statement_numbers(s, "row")[0]));
    return mpq_equal(tau->least[row], tau->most[row]);
}

const char *claim_local_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e)
{
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    RowTau tau = stability_row_tau(cx, net, m);
    LocalNet local = {0};
    const char *fault = NULL;
    for (size_t k = 0; !fault && k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        if (s->kind == STATEMENT_UNSTABLE_WITHIN && !within_fits(&tau, s))
            return "the statement \"unstable-differences\" is about neurons of one time constant";
        if (s->kind != STATEMENT_EQUILIBRIUM)
            continue;
        if (!local.row) {
            slope_check(cx, net, slope);
            lds_attained(net, slope, attained);
            if (!local_net(cx, net, e->is_certificate ? slope : attained, NULL, m, &local, &fault))
                return fault;
        }
        fault = equilibrium_differs(&local, m, s);
    }
    return fault;
}
