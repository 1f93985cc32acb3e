/* Whether there is one equilibrium for every constant input, where one vector v refutes diagonal stability and activations are
 * max(s, 0), scaled and moved: then not, since at some input the parts of v above 0 are an equilibrium, and those below 0, too (Theorem 8). */
#include <math.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/proof/verify.h"
#include "compiler/check/slope/slope.h"
#include "compiler/check/stability/local.h"
#include "compiler/check/stability/stability.h"

enum { SHOWN_ROWS = 4 };        /* of more no example is shown */

static bool is_said(const Evidence *e, StatementKind kind)
{
    for (size_t k = 0; k < e->n_statements; k++)
        if (e->statement[k].kind == kind)
            return true;
    return false;
}

/* ---- such an input, in doubles and for people: the proof is the vector ---- */

typedef struct Example {
    const LocalNet *net;
    const ClaimMatrix *m;
    double *v, *above, *rest;   /* of the rows; rest: the rate where psi is constant */
} Example;

/* (T x)_a */
static double row_product(const ClaimMatrix *m, size_t a, const double *x)
{
    double sum = m->self ? (mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a])) * x[a] : 0;
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
        sum += claim_matrix_near(m, a, e) * (double)claim_matrix_size(m, m->column[e]) * x[m->column[e]];
    return sum;
}

/* With M = -T, psi(t) = c + max(t - t0, 0) and c, t0 those of the rows: diag(L) u = M v+ - (M v)+ - (T + I) c + t0. */
static double input_of(const Example *x, size_t a)
{
    StraightPiece piece[STRAIGHT_MOST_PIECES];
    const LocalRow *row = &x->net->row[a];
    local_straight(x->net, a, piece);
    double t = -row_product(x->m, a, x->above) - fmax(0, -row_product(x->m, a, x->v)) - row_product(x->m, a, x->rest) - x->rest[a];
    return (t + mpq_get_d(piece[1].lo)) / mpq_get_d(row->slope);
}

static void print_rows(const Example *x, int what, Sbuf *out)
{
    for (size_t a = 0; a < x->m->q; a++) {
        double y = what == 0 ? input_of(x, a) : x->rest[a] + fmax(0, what * x->v[a]);
        sbuf_printf(out, "%s%s = %.6g", a ? ", " : "", x->m->name ? x->m->name[a] : "x", y + 0.0);
    }
}

/* v with a largest entry of 1. False where neurons of a row differ, whose rates are then not those of the row. */
static bool example_init(Ctx *cx, const LocalNet *net, const LdsReport *lds, Example *out)
{
    const Witness *w = &lds->evidence.witness;
    size_t q = lds->matrix.q;
    double *room = ARENA_ARRAY(&cx->arena, 3 * q, double);
    *out = (Example){.net = net, .m = &lds->matrix, .v = room, .above = room + q, .rest = room + 2 * q};
    bool fine = true;
    double largest = 0;
    for (size_t k = 0; k < w->n; k++)
        largest = fmax(largest, fabs(mpq_get_d(w->v[k])));
    for (size_t k = 0; k < w->n; k++)
        out->v[w->member[k]] = mpq_get_d(w->v[k]) / largest;
    for (size_t a = 0; a < q; a++) {
        StraightPiece piece[STRAIGHT_MOST_PIECES];
        local_straight(net, a, piece);
        out->rest[a] = mpq_get_d(piece[0].offset);
        out->above[a] = fmax(0, out->v[a]);
        fine &= isfinite(out->v[a]) && !(claim_matrix_size(&lds->matrix, a) > 1 && net->row[a].act->gain_of);
    }
    return fine;
}

static const char *example_text(Ctx *cx, const LocalNet *net, const LdsReport *lds)
{
    const Witness *w = &lds->evidence.witness;
    Sbuf text = {0};
    Example x;
    if (w->is_zero_sum)
        return arena_printf(&cx->arena, ", in which one neuron of %s is active and another is not, or the other way round",
                            lds->matrix.name ? lds->matrix.name[w->population] : "a population");
    if (lds->matrix.q > SHOWN_ROWS || !example_init(cx, net, lds, &x))
        return "";
    sbuf_str(&text, ": with an input of about ");
    print_rows(&x, 0, &text);
    sbuf_str(&text, " both ");
    print_rows(&x, 1, &text);
    sbuf_str(&text, " and ");
    print_rows(&x, -1, &text);
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* ---- what is concluded ---- */

static const char *const theorem = "Theorem 8", *const because = "a witness of one vector, activations max(s, 0), scaled and moved";

/* Beside nothing, or how an equilibrium attracts, or what else refutes stability. Several at the model's own input, or none, say it already. */
static void conclude(Ctx *cx, const Net *net, const LdsReport *lds, const char *example, StabilityReport *out)
{
    bool attracts = is_said(&lds->evidence, STATEMENT_ATTRACTING), alone = out->verdict != TRUTH_REFUTED;
    if (out->unique == TRUTH_REFUTED)
        return;
    const char *says = arena_printf(&cx->arena, "for some constant inputs, which need not be the model's, there are at least two equilibria%s", example);
    out->unique = TRUTH_REFUTED;
    out->not_unique = says;
    if (alone && !attracts)
        says = arena_printf(&cx->arena, "%s; that is no statement about what the network does at its actual inputs", says);
    if (alone)
        out->n_parts = 0;
    stability_say(cx, out, says, theorem, because);
    if (!alone)
        return;
    stability_say_attracting(cx, net, lds, out);
    out->open = attracts ? "which other inputs these are, and what trajectories do that start far from that equilibrium"
                         : "which other inputs these are, and what the network does at its actual inputs";
}

/* The witness found may have several vectors where one does, too; then that one takes its place. */
static bool propose_several_or_none(Ctx *cx, LdsReport *lds)
{
    Witness *w = &lds->evidence.witness, found = *w, minor;
    Statement proposed;
    bool is_replaced = !witness_is_vector(w);
    if (is_replaced && !stability_vector_of_minor(cx, lds, &minor))
        return false;
    if (is_replaced)
        *w = minor;
    statement_init(cx, &proposed, STATEMENT_SEVERAL_OR_NONE, lds->matrix.q);
    bool is_kept = (!is_replaced || verify_witness(cx, &lds->matrix, w).accepted) && stability_keep(cx, lds, &proposed);
    if (is_replaced) {
        witness_clear(is_kept ? &found : w);
        if (is_kept)
            lds->method = "principal minor";
        else
            *w = found;
    }
    return is_kept;
}

/* Delays change nothing about equilibria; under noise there are none. */
void stability_refute_unique(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out)
{
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops ? net->n_pops : 1, SlopeReport);
    LocalNet local;
    const char *reason;
    lds_attained(net, slope, attained);
    if (slope_all_bounded(net, attained) && !theory_noise(cx, net) && local_activations(cx, net, attained, NULL, &lds->matrix, &local, &reason) && local_is_relu(&local) &&
        propose_several_or_none(cx, lds))
        conclude(cx, net, lds, example_text(cx, &local, lds), out);
}

void stability_add_not_unique(Ctx *cx, StabilityReport *out)
{
    stability_say(cx, out, out->not_unique, theorem, because);
}
