/* Equilibria at the model's own input: what refutes that there is one which attracts everything. */
#include "compiler/check/equilibria.h"
#include "compiler/check/lds.h"

bool stability_keep_equilibrium(const LocalNet *net, LdsReport *lds, const Equilibria *e, const double *x)
{
    Statement proposed;
    for (int attempt = 0; propose_equilibrium(net, &lds->matrix, e, x, attempt, &proposed); attempt++)
        if (stability_keep(net->cx, lds, &proposed))
            return true;
    return false;
}

/* Adds the equilibria that are proved. */
static void keep_equilibria(const LocalNet *net, LdsReport *lds)
{
    Equilibria e;
    equilibria_find(net, &lds->matrix, &e);
    for (size_t k = 0; k < e.n; k++)
        stability_keep_equilibrium(net, lds, &e, e.at[k]);
}

static void keep_several(Ctx *cx, LdsReport *lds, size_t from, size_t to)
{
    for (size_t j = from; j < to; j++)
        for (size_t k = from; k < j; k++) {
            Statement proposed;
            statement_init(cx, &proposed, STATEMENT_SEVERAL, lds->matrix.q);
            mpq_set_ui(proposed.field[0][0], k, 1);
            mpq_set_ui(proposed.field[1][0], j, 1);
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
    if (alike && propose_form(net, &e, at, number, tau->least, &proposed) && stability_keep(net->cx, lds, &proposed))
        return;
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

void stability_seek_equilibria(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds)
{
    RowTau tau = stability_row_tau(cx, net, &lds->matrix);
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    LocalNet local;
    const char *reason;
    lds_attained(net, slope, attained);
    if (lds->matrix.q > EQUILIBRIA_MOST_ROWS || theory_no_convergence(cx, net) ||
        !local_net(cx, net, attained, NULL, &lds->matrix, &local, &reason))
        return;
    size_t from = lds->evidence.n_statements;
    keep_equilibria(&local, lds);
    size_t to = lds->evidence.n_statements;
    keep_several(cx, lds, from, to);
    for (size_t k = from; k < to; k++)
        keep_beside(&local, lds, &tau, k);
}

/* ---- conclusions ---- */

enum { SHOWN_ROWS = 4, SHOWN_EQUILIBRIA = 3 };

static void print_state(const ClaimMatrix *m, const Statement *s, Sbuf *out)
{
    for (size_t a = 0; a < m->q && a < SHOWN_ROWS; a++)
        sbuf_printf(out, "%s%s = %.6g", a ? ", " : "", m->name ? m->name[a] : "x", mpq_get_d(statement_numbers(s, "x")[a]));
    if (m->q > SHOWN_ROWS)
        sbuf_str(out, ", ...");
}

static const char *states_text(Ctx *cx, const LdsReport *lds, const Statement *only)
{
    const Evidence *e = &lds->evidence;
    Sbuf text = {0};
    size_t shown = 0;
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        if (s->kind != STATEMENT_EQUILIBRIUM || (only && s != only) || shown++ >= SHOWN_EQUILIBRIA)
            continue;
        sbuf_str(&text, shown > 1 ? "; " : "");
        print_state(&lds->matrix, s, &text);
    }
    if (shown > SHOWN_EQUILIBRIA)
        sbuf_printf(&text, "; and %zu more", shown - SHOWN_EQUILIBRIA);
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

static const Statement *first_of(const Evidence *e, StatementKind kind)
{
    for (size_t k = 0; k < e->n_statements; k++)
        if (e->statement[k].kind == kind)
            return &e->statement[k];
    return NULL;
}

void stability_add_attracting(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    const Statement *s = first_of(&lds->evidence, STATEMENT_ATTRACTING);
    if (!s)
        return;
    const Statement *at = &lds->evidence.statement[mpz_get_ui(mpq_numref(statement_numbers(s, "equilibrium")[0]))];
    out->conclusion = arena_printf(&cx->arena, "diagonal stability does not hold, so this method proves neither a unique equilibrium nor convergence from "
                                   "everywhere. But %s an equilibrium attracts what starts near it, exponentially: %s",
                                   local_when(cx, net), states_text(cx, lds, at));
    out->theorem = "Theorems 1, 20 and 29 (docs/theory.md): a box with one equilibrium, a form that falls along trajectories beside it";
}

bool stability_conclude_equilibria(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    const Evidence *e = &lds->evidence;
    const Statement *several = first_of(e, STATEMENT_SEVERAL), *unstable = first_of(e, STATEMENT_UNSTABLE);
    if (!unstable)
        unstable = first_of(e, STATEMENT_UNSTABLE_WITHIN);
    if (!several && !unstable)
        return false;
    out->verdict = TRUTH_REFUTED;
    out->open = first_of(e, STATEMENT_ATTRACTING) ? "what trajectories do that start far from equilibria" : "which equilibria attract, and what else trajectories do";
    const Statement *at = unstable ? &e->statement[mpz_get_ui(mpq_numref(statement_numbers(unstable, "equilibrium")[0]))] : NULL;
    if (several) {
        out->unique = TRUTH_REFUTED;
        out->conclusion = arena_printf(&cx->arena, "%s there are several equilibria, so that not every trajectory converges to "
                                       "the same one: %s", local_when(cx, net), states_text(cx, lds, NULL));
        out->theorem = "Theorems 20 and 21 (docs/theory.md): boxes with one equilibrium each";
        if (unstable)
            out->conclusion = arena_printf(&cx->arena, "%s. An unstable equilibrium is among them: %s", out->conclusion, states_text(cx, lds, at));
        if (unstable)
            out->theorem = arena_printf(&cx->arena, "Theorems 20, 21 and %d (docs/theory.md): boxes with one equilibrium each, a form that falls "
                                        "along trajectories", statement_table[unstable->kind].theorem);
        return true;
    }
    out->conclusion = arena_printf(&cx->arena, "%s an unstable equilibrium exists: %s", local_when(cx, net), states_text(cx, lds, at));
    out->theorem = arena_printf(&cx->arena, "Theorems 20 and %d (docs/theory.md): a box with one equilibrium, %s",
                                statement_table[unstable->kind].theorem,
                                unstable->kind == STATEMENT_UNSTABLE ? "and a form that falls along trajectories beside it"
                                                                     : "from which the neurons of a population part");
    return true;
}
