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

/* The equilibria that `shown` says, or all. */
static const char *states_text(Ctx *cx, const LdsReport *lds, const bool *shown)
{
    const Evidence *e = &lds->evidence;
    Sbuf text = {0};
    size_t n = 0;
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        if (s->kind != STATEMENT_EQUILIBRIUM || (shown && !shown[k]) || n++ >= SHOWN_EQUILIBRIA)
            continue;
        sbuf_str(&text, n > 1 ? "; " : "");
        print_state(&lds->matrix, s, &text);
    }
    if (n > SHOWN_EQUILIBRIA)
        sbuf_printf(&text, "; and %zu more", n - SHOWN_EQUILIBRIA);
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

static size_t named(const Statement *s, const char *key)
{
    return mpz_get_ui(mpq_numref(statement_numbers(s, key)[0]));
}

/* ---- several things are said, each by its theorems ---- */

/* "at the model's" becomes "At the model's". */
static const char *sentence(Ctx *cx, const char *says)
{
    char *copy = arena_strdup(&cx->arena, says);
    copy[0] = (char)(copy[0] >= 'a' && copy[0] <= 'z' ? copy[0] - 'a' + 'A' : copy[0]);
    return copy;
}

void stability_say(Ctx *cx, StabilityReport *out, const char *says, const char *theorem, const char *because)
{
    bool first = out->n_parts == 0;
    const char *by = arena_printf(&cx->arena, "%s (docs/theory.md): %s", theorem, because);
    if (out->n_parts < STABILITY_MOST_PARTS)
        out->part[out->n_parts++] = (StabilityPart){says, theorem, because};
    out->conclusion = first ? says : arena_printf(&cx->arena, "%s. %s", out->conclusion, sentence(cx, says));
    out->theorem = first ? by : arena_printf(&cx->arena, "%s; %s", out->theorem, by);
}

/* "Theorems 20 and 29", of numbers in order. */
static const char *theorems_text(Ctx *cx, int n, const int *number)
{
    Sbuf text = {0};
    sbuf_str(&text, n > 1 ? "Theorems " : "Theorem ");
    for (int k = 0; k < n; k++)
        sbuf_printf(&text, "%s%d", k == 0 ? "" : k + 1 < n ? ", " : " and ", number[k]);
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* ---- what attracts ---- */

/* Which equilibria do; false where none does. */
static size_t find_attracting(Ctx *cx, const Evidence *e, bool **out)
{
    size_t n = 0;
    *out = ARENA_ARRAY(&cx->arena, e->n_statements + 1, bool);
    for (size_t k = 0; k < e->n_statements; k++)
        if (e->statement[k].kind == STATEMENT_ATTRACTING) {
            (*out)[named(&e->statement[k], "equilibrium")] = true;
            n++;
        }
    return n;
}

/* Of one: that the one neuron is held there by the other one's inhibition. */
static const char *inhibition_text(Ctx *cx, const LdsReport *lds, size_t n_attracting)
{
    const Statement *s = first_of(&lds->evidence, STATEMENT_INHIBITION);
    const char *const *name = lds->matrix.name;
    if (!s || n_attracting != 1 || !name)
        return "";
    size_t row = named(s, "row");
    return arena_printf(&cx->arena, ". It is inhibition-stabilised: with the rate of %s held there, %s leaves it", name[1 - row], name[row]);
}

/* False where none attracts. With Theorem 1, by which diagonal stability fails, or without. */
static bool describe_attracting(Ctx *cx, const Net *net, const LdsReport *lds, bool with_refutation, StabilityPart *out)
{
    bool *shown;
    size_t n = find_attracting(cx, &lds->evidence, &shown);
    if (n == 0)
        return false;
    const char *inhibition = inhibition_text(cx, lds, n), *when = local_when(cx, net), *states = states_text(cx, lds, shown);
    int number[] = {1, statement_table[STATEMENT_EQUILIBRIUM].theorem, statement_table[STATEMENT_ATTRACTING].theorem,
                    statement_table[STATEMENT_INHIBITION].theorem};
    out->says = n == 1 ? arena_printf(&cx->arena, "%s an equilibrium attracts what starts near it, exponentially: %s%s", when, states, inhibition)
                       : arena_printf(&cx->arena, "%s %zu equilibria attract what starts near them, exponentially: %s", when, n, states);
    out->theorem = theorems_text(cx, (*inhibition ? 3 : 2) + with_refutation, number + !with_refutation);
    out->because = arena_printf(&cx->arena, "%s, %s%s", statement_table[STATEMENT_EQUILIBRIUM].because, statement_table[STATEMENT_ATTRACTING].because,
                                *inhibition ? ", which one neuron by itself leaves" : "");
    return true;
}

void stability_say_attracting(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    StabilityPart part;
    if (describe_attracting(cx, net, lds, false, &part))
        stability_say(cx, out, part.says, part.theorem, part.because);
}

void stability_add_attracting(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    StabilityPart part;
    if (!describe_attracting(cx, net, lds, true, &part))
        return;
    out->attracts = part.says;
    out->conclusion = arena_printf(&cx->arena, "diagonal stability does not hold, so this method proves neither a unique equilibrium nor convergence from "
                                   "everywhere. But %s", part.says);
    out->theorem = arena_printf(&cx->arena, "%s (docs/theory.md): %s", part.theorem, part.because);
}

/* ---- what refutes stability ---- */

typedef struct Refuting {
    const Statement *several, *unstable, *none, *runaway;       /* NULL where not proved */
} Refuting;

static Refuting refuting(const Evidence *e)
{
    Refuting r = {first_of(e, STATEMENT_SEVERAL), first_of(e, STATEMENT_UNSTABLE), first_of(e, STATEMENT_PIECES_NONE), first_of(e, STATEMENT_RUNAWAY)};
    if (!r.unstable)
        r.unstable = first_of(e, STATEMENT_UNSTABLE_WITHIN);
    return r;
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

static void say_equilibria(Ctx *cx, const Net *net, const LdsReport *lds, const Refuting *r, StabilityReport *out)
{
    const Statement *by[] = {r->several, r->unstable};
    int number[3] = {statement_table[STATEMENT_EQUILIBRIUM].theorem}, n = 1;
    const char *when = local_when(cx, net), *says = NULL, *because = r->several ? NULL : statement_table[STATEMENT_EQUILIBRIUM].because;
    bool *at = ARENA_ARRAY(&cx->arena, lds->evidence.n_statements + 1, bool);
    if (!r->several && !r->unstable)
        return;
    for (int k = 0; k < 2; k++)
        if (by[k]) {
            number[n++] = statement_table[by[k]->kind].theorem;
            because = because ? arena_printf(&cx->arena, "%s, %s", because, statement_table[by[k]->kind].because) : statement_table[by[k]->kind].because;
        }
    if (r->unstable)
        at[named(r->unstable, "equilibrium")] = true;
    if (r->several)
        says = arena_printf(&cx->arena, "%s there are several equilibria, so that not every trajectory converges to the same one: %s", when,
                            states_text(cx, lds, NULL));
    if (r->several && r->unstable)
        says = arena_printf(&cx->arena, "%s. An unstable equilibrium is among them: %s", says, states_text(cx, lds, at));
    else if (r->unstable)
        says = arena_printf(&cx->arena, "%s an unstable equilibrium exists: %s", when, states_text(cx, lds, at));
    stability_say(cx, out, says, theorems_text(cx, n, number), because);
}

/* By the theorem of one statement alone. */
static void say_by(Ctx *cx, StabilityReport *out, const char *says, StatementKind kind)
{
    stability_say(cx, out, says, theorems_text(cx, 1, &statement_table[kind].theorem), statement_table[kind].because);
}

static void say_runaway(Ctx *cx, const Net *net, const LdsReport *lds, const Statement *s, StabilityReport *out)
{
    Sbuf text = {0};
    sbuf_str(&text, "whatever the constant input, from some starts rates grow without bound, ");
    mpq_srcptr rate = statement_numbers(s, "rate")[0];
    if (mpq_sgn(rate) > 0)
        sbuf_printf(&text, "at a rate of at least %s per %s, ", report_rounded(cx, rate, 3, false), model_time_unit(net->model));
    sbuf_str(&text, "about in proportion of ");
    print_direction(&lds->matrix, s, &text);
    say_by(cx, out, arena_strdup(&cx->arena, sbuf_text(&text)), s->kind);
    sbuf_free(&text);
}

bool stability_conclude_equilibria(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    const Evidence *e = &lds->evidence;
    Refuting r = refuting(e);
    if (!r.several && !r.unstable && !r.none && !r.runaway)
        return false;
    say_equilibria(cx, net, lds, &r, out);
    if (r.none)
        say_by(cx, out, arena_printf(&cx->arena, "%s there is no equilibrium", local_when(cx, net)), r.none->kind);
    stability_say_attracting(cx, net, lds, out);
    if (r.runaway)
        say_runaway(cx, net, lds, r.runaway, out);
    out->verdict = TRUTH_REFUTED;
    out->unique = r.several || r.none ? TRUTH_REFUTED : out->unique;
    out->open = first_of(e, STATEMENT_ATTRACTING) ? "what trajectories do that start far from equilibria"
              : r.several || r.unstable           ? "which equilibria attract, and what else trajectories do"
              : r.none                            ? "what trajectories do from other starts"
                                                  : "equilibria, and what trajectories do from other starts";
    return true;
}
