/* Equilibria where no claim, or none about the rows that they need, has been made: slopes have no bound, or neurons of one row differ.
 * The claim that is refuted then is about slopes that are attained, row by row, and names them. Boxes around equilibria ask for
 * no other slopes than those in them. */
#include <math.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/slope/slope.h"
#include "compiler/check/stability/equilibria.h"

typedef struct Attaining {
    Ctx *cx;
    const Net *net;
    const SlopeReport *everywhere, *attained;   /* of the populations */
    LocalNet local;             /* slopes 1 */
    ClaimMatrix m;
    GainLevel gains;            /* of its rows */
    Equilibria e;
    Num *slope, *at;            /* of each row, and the input at which it is attained, where that is not known of the population */
} Attaining;

/* ---- slopes ---- */

/* The largest slope of row a at an equilibrium, about, and at what input. */
static double steepest(const Attaining *s, size_t a, double *where)
{
    const Equilibria *e = &s->e;
    double most = 0;
    *where = e->v[a];
    for (size_t k = 0; k < e->n; k++) {
        double t = e->v[a];
        for (size_t b = 0; b < e->n_rows; b++)
            t += e->w[a * e->n_rows + b] * e->at[k][b];
        double slope = equilibria_slope(e, a, t);
        if (slope > most) {
            most = slope;
            *where = t;
        }
    }
    return most;
}

/* *best becomes no less than what the slope is proved to be at input t. */
static void try_point(Attaining *s, size_t a, double t, double *best, mpq_ptr at)
{
    double least, most, about = fabs(t) < 1e100 ? equilibria_slope(&s->e, a, t) : (double)NAN;
    mpq_t point;
    if (!(about > *best / 2))
        return;
    mpq_init(point);
    mpq_set_d(point, t);
    if (local_slopes(&s->local, a, point, point, &least, &most) && least > *best && least < 1e100) {
        *best = least;
        mpq_set(at, point);
    }
    mpq_clear(point);
}

/* Of row a a slope of `want`, or the largest that is found: away from the input `where`, and from the threshold. False where none is above 0. */
static bool find_slope(Attaining *s, size_t a, double want, double where)
{
    mpq_ptr at = num_new(s->net->nums), slope = num_new(s->net->nums);
    double best = 0, threshold = num_to_double(s->local.row[a].threshold);
    try_point(s, a, where, &best, at);
    for (int k = 0; k < 128 && best < want; k++) {
        double by = ldexp(1, k % 2 ? k / 2 + 1 : -(k / 2));
        for (int side = -1; side <= 1; side += 2) {
            try_point(s, a, where + side * by, &best, at);
            try_point(s, a, threshold + side * by, &best, at);
        }
    }
    int exponent;
    double mantissa = frexp(fmin(best, want) * (1 - 0x1p-30), &exponent);       /* a verifier rounds elsewhere */
    mpq_set_d(slope, ldexp(floor(ldexp(mantissa, 20)), exponent - 20));
    s->slope[a] = slope;
    s->at[a] = at;
    return best > 0;
}

/* What is known of the population, where that is enough. Twice what there is at equilibria leaves a witness room. */
static bool find_slopes(Attaining *s)
{
    bool fine = true;
    size_t first = 0;
    for (size_t a = 0; fine && a < s->m.q; a++) {
        double where, steep = steepest(s, a, &where);
        size_t pop = s->local.row[a].pop;
        first = a > 0 && s->local.row[a - 1].pop == pop ? first : a;
        mpq_ptr known = num_new(s->net->nums);
        s->slope[a] = known;
        s->at[a] = num_int(s->net->nums, 0);
        if (s->attained[pop].bounded)
            reduce_row_slope(s->net, s->attained, pop, a - first, claim_matrix_size(&s->m, a) > 1, known);
        bool is_constant = s->everywhere[pop].bounded && mpq_sgn(s->everywhere[pop].hi) == 0;
        if (!is_constant && (!s->attained[pop].bounded || mpq_sgn(known) == 0 || mpq_get_d(known) < steep * (1 - 1e-6)))
            fine = find_slope(s, a, steep > 0 ? 2 * steep : 1, where);
    }
    return fine;
}

/* ---- the claim ---- */

static void drop(LdsReport *r)
{
    if (r->matrix.q)
        claim_matrix_clear(&r->matrix);
    evidence_clear(&r->evidence);
    *r = (LdsReport){0};
}

static void add_statements(Attaining *s, const Equilibria **places, LdsReport *out)
{
    LocalNet local;
    Statement own;
    const char *reason;
    if (!local_net(s->cx, s->net, s->attained, s->slope, &out->matrix, &local, &reason))
        return;
    stability_search(s->cx, s->net, s->attained, out, false);
    statement_init(s->cx, &own, STATEMENT_ATTAINED, out->matrix.q);
    for (size_t a = 0; a < out->matrix.q; a++) {
        mpq_set(statement_numbers(&own, "slope")[a], s->slope[a]);
        mpq_set(statement_numbers(&own, "at")[a], s->at[a]);
    }
    if (!stability_keep(s->cx, out, &own))
        return;
    RowTau tau = stability_row_tau(s->cx, s->net, &out->matrix);
    stability_seek_runaway(&local, &tau, out);
    stability_add_equilibria(&local, s->net, out, places);
}

bool stability_claim_attained(Ctx *cx, const Net *net, const SlopeReport *slope, const Equilibria **places, LdsReport *out)
{
    const char *reason;
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops ? net->n_pops : 1, SlopeReport);
    Attaining s = {.cx = cx, .net = net, .everywhere = slope, .attained = attained};
    *out = (LdsReport){0};
    lds_attained(net, slope, attained);
    if (theory_obstacle(cx, net) || theory_no_convergence(cx, net) ||
        !local_with_slopes_one(cx, net, attained, EQUILIBRIA_MOST_ROWS, &s.gains, &s.m, &s.local, &reason))
        return false;
    s.slope = ARENA_ARRAY(&cx->arena, s.m.q, Num);
    s.at = ARENA_ARRAY(&cx->arena, s.m.q, Num);
    equilibria_find_once(&s.local, &s.m, places, &s.e);
    if (find_slopes(&s) && reduce_with_slopes(cx, net, s.gains, s.slope, &out->matrix, &out->reason)) {
        lds_decide(cx, net, out);
        if (out->verdict == TRUTH_REFUTED)
            add_statements(&s, places, out);
        else
            drop(out);
    }
    claim_matrix_clear(&s.m);
    return out->verdict == TRUTH_REFUTED;
}

/* ---- conclusions ---- */

/* "two rows, closed form, with the attained slopes of E 4, of I 0.5": of populations that have no bound, the first row's. */
static const char *method_text(Ctx *cx, const Net *net, const SlopeReport *slope, const LdsReport *r)
{
    const Statement *own = statement_of_slopes(r->evidence.statement, r->evidence.n_statements);
    Sbuf text = {0};
    size_t row = 0;
    sbuf_printf(&text, "%s, with slopes that are attained", r->method);
    for (size_t a = 0; own && a < net->n_pops; a++) {
        if (!slope[a].bounded)
            sbuf_printf(&text, ", %.4g by %s", mpq_get_d(statement_numbers(own, "slope")[row]), net->pop[a].model->name);
        for (size_t left = net->pop[a].size; left > 0; row++)
            left -= claim_matrix_size(&r->matrix, row);
    }
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

void stability_seek_attained(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, LdsReport *local, StabilityReport *out)
{
    LdsReport found;
    if (lds->verdict != TRUTH_UNDECIDED || out->verdict != TRUTH_UNDECIDED || !stability_claim_attained(cx, net, slope, &out->places, &found))
        return;
    StabilityReport says = {.places = out->places};
    bool refutes = stability_conclude_equilibria(cx, net, &found, &says);
    if (!refutes && local->verdict == TRUTH_UNDECIDED)
        stability_add_attracting(cx, net, &found, &says);
    if (!refutes && !says.attracts) {
        drop(&found);
        return;
    }
    if (!refutes)
        says.open = "uniqueness, and what trajectories do from other starts";
    found.method = method_text(cx, net, slope, &found);
    drop(local);
    drop(lds);
    *lds = found;
    *out = says;
}
