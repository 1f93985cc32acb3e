/* What is concluded of a network that is not diagonally stable: what refutes its stability, and what attracts. */
#include <math.h>

#include "compiler/check/stability/local.h"
#include "compiler/check/report_text.h"
#include "compiler/check/stability/stability.h"

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
    out->attracts = arena_printf(&cx->arena, "%s an equilibrium attracts what starts near it, exponentially: %s", local_when(cx, net),
                                 states_text(cx, lds, at));
    out->conclusion = arena_printf(&cx->arena, "diagonal stability does not hold, so this method proves neither a unique equilibrium nor convergence from "
                                   "everywhere. But %s", out->attracts);
    out->theorem = "Theorems 1, 20 and 29 (docs/theory.md): a box with one equilibrium, a form that falls along trajectories beside it";
}

/* ---- what refutes stability ---- */

typedef struct Refuting {
    const Statement *several, *unstable, *runaway;      /* NULL where not proved */
} Refuting;

static Refuting refuting(const Evidence *e)
{
    Refuting r = {first_of(e, STATEMENT_SEVERAL), first_of(e, STATEMENT_UNSTABLE), first_of(e, STATEMENT_RUNAWAY)};
    if (!r.unstable)
        r.unstable = first_of(e, STATEMENT_UNSTABLE_WITHIN);
    return r;
}

static const char *theorems_text(Ctx *cx, const Refuting *r)
{
    const Statement *by[] = {r->several, r->unstable, r->runaway};
    int number[4], n = 0;
    Sbuf because = {0}, text = {0};
    if (r->several || r->unstable)
        number[n++] = statement_table[STATEMENT_EQUILIBRIUM].theorem;
    if (!r->several && r->unstable)
        sbuf_str(&because, statement_table[STATEMENT_EQUILIBRIUM].because);
    for (int k = 0; k < 3; k++)
        if (by[k]) {
            number[n++] = statement_table[by[k]->kind].theorem;
            sbuf_printf(&because, "%s%s", because.n ? ", " : "", statement_table[by[k]->kind].because);
        }
    sbuf_str(&text, n > 1 ? "Theorems " : "Theorem ");
    for (int k = 0; k < n; k++)
        sbuf_printf(&text, "%s%d", k == 0 ? "" : k + 1 < n ? ", " : " and ", number[k]);
    sbuf_printf(&text, " (docs/theory.md): %s", sbuf_text(&because));
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&because);
    sbuf_free(&text);
    return kept;
}

/* "E = 1, I = 0.557": the largest entries of the direction. */
static void print_direction(const ClaimMatrix *m, const Statement *s, Sbuf *out)
{
    const mpq_t *v = statement_numbers(s, "direction");
    double largest = 0;
    size_t shown = 0;
    for (size_t a = 0; a < m->q; a++)
        largest = fmax(largest, fabs(mpq_get_d(v[a])));
    for (size_t a = 0; a < m->q; a++) {
        double part = mpq_get_d(v[a]) / largest;
        if (fabs(part) < 1e-3 || shown++ >= SHOWN_ROWS)
            continue;
        sbuf_printf(out, "%s%s = %.3g", shown > 1 ? ", " : "", m->name ? m->name[a] : "x", part);
    }
    if (shown > SHOWN_ROWS)
        sbuf_str(out, ", ...");
}

static void say_equilibria(Ctx *cx, const Net *net, const LdsReport *lds, const Refuting *r, Sbuf *out)
{
    const Statement *at = !r->unstable ? NULL
                        : &lds->evidence.statement[mpz_get_ui(mpq_numref(statement_numbers(r->unstable, "equilibrium")[0]))];
    if (r->several)
        sbuf_printf(out, "%s there are several equilibria, so that not every trajectory converges to the same one: %s", local_when(cx, net),
                    states_text(cx, lds, NULL));
    if (r->several && at)
        sbuf_printf(out, ". An unstable equilibrium is among them: %s", states_text(cx, lds, at));
    else if (at)
        sbuf_printf(out, "%s an unstable equilibrium exists: %s", local_when(cx, net), states_text(cx, lds, at));
}

static void say_runaway(Ctx *cx, const Net *net, const LdsReport *lds, const Statement *s, Sbuf *out)
{
    sbuf_printf(out, "%s constant input, from some starts rates grow without bound, ", out->n ? ". Whatever the" : "whatever the");
    mpq_srcptr rate = statement_numbers(s, "rate")[0];
    if (mpq_sgn(rate) > 0)
        sbuf_printf(out, "at a rate of at least %s per %s, ", report_rounded(cx, rate, 3, false), model_time_unit(net->model));
    sbuf_str(out, "about in proportion of ");
    print_direction(&lds->matrix, s, out);
}

bool stability_conclude_equilibria(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    const Evidence *e = &lds->evidence;
    Refuting r = refuting(e);
    if (!r.several && !r.unstable && !r.runaway)
        return false;
    Sbuf text = {0};
    say_equilibria(cx, net, lds, &r, &text);
    if (r.runaway)
        say_runaway(cx, net, lds, r.runaway, &text);
    out->verdict = TRUTH_REFUTED;
    out->unique = r.several ? TRUTH_REFUTED : out->unique;
    out->conclusion = arena_strdup(&cx->arena, sbuf_text(&text));
    out->theorem = theorems_text(cx, &r);
    out->open = first_of(e, STATEMENT_ATTRACTING) ? "what trajectories do that start far from equilibria"
              : r.several || r.unstable           ? "which equilibria attract, and what else trajectories do"
                                                  : "equilibria, and what trajectories do from other starts";
    sbuf_free(&text);
    return true;
}
