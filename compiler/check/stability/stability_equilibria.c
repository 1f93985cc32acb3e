/* Equilibria at the model's own input: what refutes that there is one which attracts everything. */
#include "compiler/check/stability/equilibria.h"
#include "compiler/check/lds/lds.h"

bool stability_keep_equilibrium(const LocalNet *net, LdsReport *lds, const Equilibria *e, const double *x)
{
    Statement proposed;
    BoxSearch search = {0};
    while (propose_equilibrium(net, &lds->matrix, e, x, &search, &proposed))
        if (stability_keep(net->cx, lds, &proposed))
            return true;
    return false;
}

/* The boxes of two equilibria are known to be apart. */
static bool are_apart(const Statement *s, const Statement *t)
{
    bool apart = false;
    mpq_t gap, reach;
    mpq_inits(gap, reach, (mpq_ptr)0);
    for (size_t a = 0; !apart && a < s->n; a++) {
        mpq_sub(gap, statement_numbers(s, "x")[a], statement_numbers(t, "x")[a]);
        mpq_abs(gap, gap);
        mpq_add(reach, statement_numbers(s, "radius")[a], statement_numbers(t, "radius")[a]);
        apart = mpq_cmp(gap, reach) > 0;
    }
    mpq_clears(gap, reach, (mpq_ptr)0);
    return apart;
}

/* Adds the equilibria that are proved, but not one that may be another once more, where the search came to it from two sides. */
static void keep_equilibria(const LocalNet *net, LdsReport *lds, const Equilibria **places)
{
    Equilibria e;
    Evidence *evidence = &lds->evidence;
    size_t from = evidence->n_statements;
    equilibria_find_once(net, &lds->matrix, places, &e);
    for (size_t k = 0; k < e.n; k++) {
        if (!stability_keep_equilibrium(net, lds, &e, e.at[k]))
            continue;
        Statement *last = &evidence->statement[evidence->n_statements - 1];
        bool apart = true;
        for (size_t j = from; j + 1 < evidence->n_statements; j++)
            apart &= are_apart(last, &evidence->statement[j]);
        if (!apart) {
            statement_clear(last);
            evidence->n_statements--;
        }
    }
}

void propose_several(Ctx *cx, size_t n_rows, size_t first, size_t second, Statement *out)
{
    statement_init(cx, out, STATEMENT_SEVERAL, n_rows);
    mpq_set_ui(statement_numbers(out, "first")[0], first, 1);
    mpq_set_ui(statement_numbers(out, "second")[0], second, 1);
}

void propose_inhibition(Ctx *cx, size_t attracting, size_t row, Statement *out)
{
    statement_init(cx, out, STATEMENT_INHIBITION, 2);
    mpq_set_ui(statement_numbers(out, "attracting")[0], attracting, 1);
    mpq_set_ui(statement_numbers(out, "row")[0], row, 1);
}

/* Any two of the equilibria numbered so, as different ones. */
static bool keep_two(Ctx *cx, LdsReport *lds, size_t n, const size_t *number)
{
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k < j; k++) {
            Statement proposed;
            propose_several(cx, lds->matrix.q, number[k], number[j], &proposed);
            if (stability_keep(cx, lds, &proposed))
                return true;
        }
    return false;
}

/* Of the equilibria from number `from` up to `to` two that attract, or else any two. */
static void keep_several(Ctx *cx, LdsReport *lds, size_t from, size_t to)
{
    const Evidence *e = &lds->evidence;
    size_t any[STATEMENTS_EACH], attracting[STATEMENTS_EACH], n_any = 0, n_attracting = 0;
    for (size_t k = from; k < to && n_any < STATEMENTS_EACH; k++)
        any[n_any++] = k;
    for (size_t k = to; k < e->n_statements && n_attracting < STATEMENTS_EACH; k++)
        if (e->statement[k].kind == STATEMENT_ATTRACTING)
            attracting[n_attracting++] = mpz_get_ui(mpq_numref(statement_numbers(&e->statement[k], "equilibrium")[0]));
    if (!keep_two(cx, lds, n_attracting, attracting))
        keep_two(cx, lds, n_any, any);
}

/* Of an equilibrium of two neurons that attracts by the last statement: that one is held there by the other one's inhibition. */
static void keep_inhibition(Ctx *cx, LdsReport *lds)
{
    size_t last = lds->evidence.n_statements - 1;
    if (lds->matrix.q != 2 || lds->evidence.statement[last].kind != STATEMENT_ATTRACTING)
        return;
    for (size_t row = 0; row < 2; row++) {
        Statement proposed;
        propose_inhibition(cx, last, row, &proposed);
        if (stability_keep(cx, lds, &proposed))
            return;
    }
}

/* What the equilibrium `number` does to trajectories near it: by rows, and by differences within a row. */
static void keep_beside(const LocalNet *net, LdsReport *lds, const RowTau *tau, size_t number)
{
    Equilibria e = {.n_rows = lds->matrix.q};
    const Statement *at = &lds->evidence.statement[number];
    Statement proposed;
    bool alike = true;
    for (size_t a = 0; a < lds->matrix.q; a++)
        alike &= mpq_equal(tau->least[a], tau->most[a]) != 0;
    e.w = equilibria_weights(net->cx, &lds->matrix);
    if (alike && propose_form(net, &e, at, number, tau->least, &proposed) && stability_keep(net->cx, lds, &proposed)) {
        keep_inhibition(net->cx, lds);
        return;
    }
    for (size_t a = 0; a < lds->matrix.q; a++) {
        if (claim_matrix_size(&lds->matrix, a) < 2 || !mpq_equal(tau->least[a], tau->most[a]))
            continue;
        statement_init(net->cx, &proposed, STATEMENT_UNSTABLE_WITHIN, lds->matrix.q);
        mpq_set_ui(proposed.field[0][0], number, 1);
        mpq_set_ui(proposed.field[1][0], a, 1);
        if (stability_keep(net->cx, lds, &proposed))
            return;
    }
}

void stability_add_equilibria(const LocalNet *local, const Net *net, LdsReport *lds, const Equilibria **places)
{
    RowTau tau = stability_row_tau(local->cx, net, &lds->matrix);
    size_t from = lds->evidence.n_statements;
    keep_equilibria(local, lds, places);
    size_t to = lds->evidence.n_statements;
    for (size_t k = from; k < to; k++)
        keep_beside(local, lds, &tau, k);
    keep_several(local->cx, lds, from, to);
}

/* Something is said of equilibria, or of what runs away. */
static bool says_more(const Evidence *e)
{
    for (size_t k = 0; k < e->n_statements; k++) {
        StatementSays says = statement_table[e->statement[k].kind].says;
        if (says == STATES_INSTABILITY || e->statement[k].kind == STATEMENT_ATTRACTING)
            return true;
    }
    return false;
}

/* The rows are not those of alike neurons: another refuted claim, of rows that are, takes the place of *lds where it says more. */
static void seek_in_other_rows(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out)
{
    LdsReport found;
    if (!stability_claim_attained(cx, net, slope, &out->places, &found))
        return;
    LdsReport *dropped = says_more(&found.evidence) ? lds : &found;
    LdsReport kept = dropped == lds ? found : *lds;
    claim_matrix_clear(&dropped->matrix);
    evidence_clear(&dropped->evidence);
    *lds = kept;
}

void stability_seek_equilibria(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out)
{
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    LocalNet local;
    const char *reason;
    lds_attained(net, slope, attained);
    if (theory_no_convergence(cx, net))
        return;
    if (lds->matrix.q > EQUILIBRIA_MOST_ROWS || lds->matrix.mean_slope || lds->matrix.n_sums ||
        !local_net(cx, net, attained, NULL, &lds->matrix, &local, &reason)) {
        seek_in_other_rows(cx, net, slope, lds, out);
        return;
    }
    RowTau tau = stability_row_tau(cx, net, &lds->matrix);
    stability_seek_runaway(&local, &tau, lds);
    size_t before = lds->evidence.n_statements;
    stability_add_equilibria(&local, net, lds, &out->places);
    if (lds->evidence.n_statements == before)
        stability_seek_none(&local, lds);
}
