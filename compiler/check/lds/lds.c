#include "compiler/check/lds/lds.h"

#include <float.h>
#include <math.h>

#include "compiler/check/proof/verify.h"

/* Operations for factorisations and products in all: about a minute of LAPACK's products,
 * a dozen steps of the interior-point method for 2000 rows. */
static const double work_in_all = 2e12;

/* The cascade, cheapest and most decisive first. `max_n` bounds
 * the components for which a test is tried: trees, whose exact numbers grow, go to
 * the symmetriser beyond theirs, which uses doubles. A further search method is one
 * more row here (lds.h, LdsTest). */
typedef struct TestRow {
    const char *name;
    size_t max_n;
    LdsTest *test;
} TestRow;

static const TestRow test_table[] = {
    {"kernels",          SIZE_MAX,       lds_test_symbol},
    {"diagonal",         SIZE_MAX,       lds_test_diagonal},
    {"one row",          1,              lds_test_one_row},
    {"two rows",         2,              lds_test_two_rows},
    {"pairs of rows",    SIZE_MAX,       lds_test_minors},
    {"tree",             64,             lds_test_tree},
    {"three rows",       3,              lds_test_three_rows},
    {"balanced scaling", SIZE_MAX,       lds_test_balanced},
    {"symmetriser",      SIZE_MAX,       lds_test_symmetriser},
    {"excitatory block", SIZE_MAX,       lds_test_excitatory},
    {"direction of sums", SIZE_MAX,      lds_test_sums},
    {"quasi-dominance",  SIZE_MAX,       lds_test_comparison},
    {"symmetric part",   SIZE_MAX,       lds_test_plain},
    {"worst direction",  SIZE_MAX,       lds_test_top_vector},
    {"rank one",         1000,           lds_test_rank_one},
    {"determinant",      64,             lds_test_singular},
    {"descent",          SIZE_MAX,       lds_test_descent},
    {"interior point",   LDS_DENSE_ROWS, lds_test_interior},
};
enum { N_TESTS = sizeof test_table / sizeof *test_table };

/* Beyond so many rows a proof is dominance, or a factor that few entries fill in, which no other multipliers bring about: where some clearly
 * hold in doubles, there is no witness either, and dominance alone is left to be tried. */
static bool is_worth_it(const Component *c, const LdsFinding *f, LdsTest *test)
{
    static const double clear = 1e-3;
    return c->n <= LDS_DENSE_ROWS || !(f->margin > clear) || test == lds_test_comparison;
}

/* ran[k]: whether the k-th test was run. */
static LdsFinding decide_component(Ctx *cx, const LdsRows *rows, const Component *c, double *work, bool *ran)
{
    LdsPart part;
    LdsFinding f = {.margin = -DBL_MAX};
    lds_part_init(cx, rows, c, work, &part);
    for (size_t k = 0; k < N_TESTS; k++)
        ran[k] = f.verdict == TRUTH_UNDECIDED && c->n <= test_table[k].max_n && is_worth_it(c, &f, test_table[k].test) &&
                 test_table[k].test(&part, &f);
    if (f.verdict == TRUTH_UNDECIDED && c->n > LDS_DENSE_ROWS)
        f.missing = arena_printf(&cx->arena, "beyond %d rows only multipliers that dominate the diagonal, or whose matrix "
                                 "has a sparse factor, are proved, and the interior-point method is not run", LDS_DENSE_ROWS);
    return f;
}

/* ---- zero-sum modes: differences between the neurons of one population ---- */

/* leak - self <= 0 leaves a difference undamped. */
static bool refute_zero_sum(Ctx *cx, LdsReport *r)
{
    const ClaimMatrix *m = &r->matrix;
    for (size_t a = 0; m->size && a < m->q; a++) {
        if (m->size[a] < 2 || mpq_cmp(m->leak[a], m->self[a]) > 0)
            continue;
        Witness w = {.is_zero_sum = true, .population = (uint32_t)a};
        if (!verify_witness(cx, m, &w).accepted)
            continue;
        r->verdict = TRUTH_REFUTED;
        r->method = "differences within a population";
        r->evidence.witness = w;
        return true;
    }
    return false;
}

/* The margin is stated for the neurons' own diagonal, the tests measure it on the reduced one. */
static double neuron_margin(const ClaimMatrix *m, double reduced)
{
    double margin = reduced;
    mpq_t uniform, own, all;
    mpq_inits(uniform, own, all, (mpq_ptr)0);
    for (size_t a = 0; m->size && a < m->q; a++) {
        if (m->size[a] < 2)
            continue;
        mpq_set_ui(uniform, 0, 1);
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
            if (m->column[e] == a)
                mpq_set(uniform, m->entry[e]);
        mpq_sub(own, m->leak[a], m->self[a]);           /* of differences */
        double difference = mpq_get_d(own);
        mpz_set_ui(mpq_numref(all), m->size[a]);
        mpz_set_ui(mpq_denref(all), 1);
        mpq_mul(all, all, uniform);
        mpq_sub(all, own, all);                         /* of the mean: |R_aa| */
        mpq_sub(own, own, uniform);                     /* of one neuron: |A_ii| */
        margin = fmin(margin, fmin(difference, reduced * mpq_get_d(all)) / mpq_get_d(own));
    }
    mpq_clears(uniform, own, all, (mpq_ptr)0);
    return margin;
}

/* ---- all components ---- */

/* What the best multipliers that were found leave of the form, scaled to diagonal 1. About 0 doubles tell nothing, and a number that is clearly
 * above it, and was not accepted, is that of entries too far apart for them. */
static const char *best_margin(Ctx *cx, double margin, bool is_all_tried)
{
    static const double rounding = 1e-12;
    if (fabs(margin) <= rounding)
        return "the best multipliers found leave a least eigenvalue that doubles do not tell from 0";
    if (margin > 0)
        return is_all_tried ? "multipliers that seem to hold in doubles do not hold exactly: entries are too far apart for doubles"
                            : "multipliers were found that seem to hold, and could not be verified";
    return arena_printf(&cx->arena, "the best multipliers found leave, in doubles, a least eigenvalue of %.2g, of the form scaled to diagonal 1, where one "
                        "above 0 would be a proof", margin);
}

/* How near the search came, and what kept it from more. */
static const char *nearest(Ctx *cx, const LdsFinding *f)
{
    const char *margin = f->margin > -DBL_MAX ? best_margin(cx, f->margin, !f->missing) : f->missing ? "" : "no multipliers came near";
    return arena_printf(&cx->arena, "%s%s%s", margin, *margin && f->missing ? "; " : "", f->missing ? f->missing : "");
}

static void note_undecided(Ctx *cx, const ClaimMatrix *m, const Component *c, const LdsFinding *f, const bool *ran, LdsReport *out)
{
    Sbuf tried = {0};
    for (size_t k = 0; k < N_TESTS; k++)
        if (ran[k])
            sbuf_printf(&tried, "%s%s", tried.n ? ", " : "", test_table[k].name);
    const char *first = m->name ? m->name[c->member[0]] : "row 0";
    out->reason = arena_printf(&cx->arena, "the component of %zu row%s that holds `%s` was neither certified nor refuted: %s; tried: %s",
                               c->n, c->n == 1 ? "" : "s", first, nearest(cx, f), sbuf_text(&tried));
    sbuf_free(&tried);
}

static void accept_all(Ctx *cx, LdsReport *out, const char *method, double margin)
{
    out->evidence.is_certificate = true;
    VerifyResult v = verify_joined(cx, &out->matrix, &out->evidence);
    if (!v.accepted) {
        out->reason = arena_printf(&cx->arena, "the verifier did not accept the parts together: %s", v.reason);
        return;
    }
    out->verdict = TRUTH_CERTIFIED;
    out->method = method;
    out->margin = neuron_margin(&out->matrix, margin);
    out->has_margin = out->margin > 0 && !out->matrix.n_kernels && !out->matrix.mean_slope && !out->matrix.n_sums;      /* of the mean alone */
}

static void keep_refutation(LdsReport *out, const LdsFinding *f)
{
    for (size_t k = 0; k < out->evidence.n_components; k++)
        if (out->evidence.component[k].p)
            rationals_clear(out->evidence.component[k].p, out->evidence.component[k].n);
    out->evidence = (Evidence){.witness = f->witness};
    out->verdict = TRUTH_REFUTED;
    out->method = f->method;
}

static void decide_rows(Ctx *cx, const LdsRows *rows, double *work, LdsReport *out)
{
    Evidence *e = &out->evidence;
    double margin = 1;
    bool ran[N_TESTS];
    size_t n_undecided = 0, method_size = 0;
    const char *method = "no rows";
    reduce_components(cx, rows->matrix, &e->n_components, &e->component);
    out->n_components = e->n_components;
    for (size_t k = 0; k < e->n_components; k++) {
        Component *c = &e->component[k];
        out->largest_component = c->n > out->largest_component ? c->n : out->largest_component;
        LdsFinding f = decide_component(cx, rows, c, work, ran);
        *c = row_order_declared(cx, rows->order, c);
        if (f.verdict == TRUTH_REFUTED) {
            keep_refutation(out, &f);
            return;
        }
        if (f.verdict == TRUTH_UNDECIDED) {
            if (!n_undecided++)
                note_undecided(cx, &out->matrix, c, &f, ran, out);
            continue;
        }
        *c = f.component;
        margin = fmin(margin, f.margin);
        if (c->n > method_size)
            method = f.method;
        method_size = c->n > method_size ? c->n : method_size;
    }
    if (!n_undecided)
        accept_all(cx, out, method, margin);
}

/* Whatever the order of declarations is, what is found is the same. */
static void decide_matrix(Ctx *cx, const Net *net, double *work, LdsReport *out)
{
    OrderedMatrix ordered;
    out->order = net ? row_order_find(cx, net, &out->matrix) : NULL;
    ordered_matrix_init(out->order, &out->matrix, &ordered);
    decide_rows(cx, &(LdsRows){&ordered.m, &out->matrix, out->order}, work, out);
    ordered_matrix_clear(&ordered);
}

void lds_decide_within(Ctx *cx, const Net *net, double *work, LdsReport *out)
{
    out->at_population_level = out->matrix.size != NULL;
    if (!refute_zero_sum(cx, out))
        decide_matrix(cx, net, work, out);
}

void lds_decide(Ctx *cx, const Net *net, LdsReport *out)
{
    double work = work_in_all;
    lds_decide_within(cx, net, &work, out);
}

static void drop(LdsReport *r)
{
    claim_matrix_clear(&r->matrix);
    evidence_clear(&r->evidence);
}

/* By its kernels' frequencies, as far as that decides it. */
static bool decide_fields(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *out)
{
    bool is_part;
    if (!fields_of_net(cx, net, slope, &out->matrix, &is_part, &out->reason))
        return false;
    lds_decide(cx, net, out);
    if (out->verdict == TRUTH_CERTIFIED) {
        if (is_part)
            out->method = arena_printf(&cx->arena, "%s; the network is a part of this larger one without ends", out->method);
        return true;
    }
    if (out->verdict == TRUTH_REFUTED && !is_part)
        return true;
    const char *why = is_part ? "closed to a ring or torus, which only proves, it is not certified"
                              : arena_printf(&cx->arena, "by the frequencies of its kernels: %s", out->reason);
    drop(out);
    *out = (LdsReport){.reason = why};
    return false;
}

/* With rows of sums in place of pairs without number. What is found so is final, but not that nothing is found. */
static bool decide_sums(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *out)
{
    if (!reduce_prefers_sums(cx, net) || !reduce_with_sums(cx, net, slope, &out->matrix, &out->reason))
        return false;
    lds_decide(cx, net, out);
    if (out->verdict != TRUTH_UNDECIDED)
        return true;
    const char *why = arena_printf(&cx->arena, "with sums in place of pairs: %s", out->reason);
    drop(out);
    *out = (LdsReport){.reason = why};
    return false;
}

/* What is searched neuron by neuron where populations as a whole do not decide it. */
enum { MOST_NEURONS = 1000 };

/* Neuron by neuron where frequencies do not decide it and there are few neurons. */
static void decide_level(Ctx *cx, const Net *net, const SlopeReport *slope, GainLevel gains, LdsReport *out)
{
    bool by_populations = gains == GAINS_LARGEST || gains == GAINS_LARGEST_ALL_TAU;
    if (by_populations && (decide_fields(cx, net, slope, out) || (out->reason && net->n > MOST_NEURONS)))
        return;
    if (by_populations && (decide_sums(cx, net, slope, out) || (out->reason && reduce_count_rows(cx, net) > LDS_DENSE_ROWS)))
        return;
    const char *earlier = out->reason;
    if (reduce_net(cx, net, slope, gains, &out->matrix, &out->reason))
        lds_decide(cx, net, out);
    else if (earlier)
        out->reason = earlier;
}

static bool has_steps(const Net *net)
{
    bool any = false;
    for (size_t a = 0; a < net->n_pops; a++)
        any |= net->pop[a].model->prox_step || net->pop[a].model->is_switched;
    return any;
}

/* Few neurons that differ in time constant are rows of their own, and are searched as such. What that does not decide, as exactly on
 * the boundary, may be decided for populations, whose problem is the smaller one. With proximal steps that goes first: rates are those that
 * multipliers leave, and multipliers that are alike within populations leave more. */
static void decide_by_tau(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *out)
{
    LdsReport coarse = {0};
    bool steps_first = has_steps(net);
    if (!reduce_net(cx, net, slope, GAINS_LARGEST, &out->matrix, &out->reason)) {
        decide_level(cx, net, slope, GAINS_LARGEST_ALL_TAU, out);
        return;
    }
    if (!steps_first)
        lds_decide(cx, net, out);
    if (out->verdict != TRUTH_UNDECIDED)
        return;
    decide_level(cx, net, slope, GAINS_LARGEST_ALL_TAU, &coarse);
    evidence_clear(&out->evidence);
    out->evidence = (Evidence){0};
    if (!lds_write_out(cx, &coarse, out) && steps_first)
        lds_decide(cx, net, out);
    bool is_kept = out->verdict == TRUTH_UNDECIDED && coarse.verdict != TRUTH_UNDECIDED;
    drop(is_kept ? out : &coarse);
    if (is_kept)
        *out = coarse;
}

static void decide_net(Ctx *cx, const Net *net, const SlopeReport *slope, GainLevel gains, LdsReport *out)
{
    if (gains == GAINS_LARGEST && reduce_has_own_tau(cx, net))
        decide_by_tau(cx, net, slope, out);
    else
        decide_level(cx, net, slope, gains, out);
}

bool lds_attained(const Net *net, const SlopeReport *slope, SlopeReport *attained)
{
    bool differ = false;
    for (size_t a = 0; a < net->n_pops; a++) {
        attained[a] = slope[a];
        if (slope[a].attained && !mpq_equal(slope[a].attained, slope[a].hi)) {
            attained[a].hi = slope[a].attained;
            attained[a].unit_hi = slope[a].unit_attained;
            differ = true;
        }
    }
    return differ;
}

/* A certificate for slopes up to a bound holds for smaller ones too; a
 * refutation does not. So it has to hold for slopes that are attained: not LDS
 * for those is not LDS for the supremum, since W - diag(1/L) only grows with L. */
static void refute_what_is_attained(Ctx *cx, const Net *net, const SlopeReport *slope, GainLevel gains, LdsReport *out)
{
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    LdsReport again = {0};
    if (!lds_attained(net, slope, attained))
        return;
    decide_net(cx, net, attained, gains == GAINS_MEAN_ABOVE ? GAINS_MEAN_BELOW : gains, &again);
    drop(out);
    *out = again;
    if (out->verdict == TRUTH_REFUTED)
        return;
    evidence_clear(&out->evidence);
    out->evidence = (Evidence){0};
    out->verdict = TRUTH_UNDECIDED;
    out->has_margin = false;
    out->reason = "with the proved slope bounds it is refuted, but those bounds may be larger than the true slopes, and with "
                  "the slopes that are known to be attained it is not";
}

static void decide_at(Ctx *cx, const Net *net, const SlopeReport *slope, GainLevel gains, LdsReport *out)
{
    *out = (LdsReport){0};
    decide_net(cx, net, slope, gains, out);
    if (out->verdict == TRUTH_REFUTED)
        refute_what_is_attained(cx, net, slope, gains, out);
}

/* Decides what is undecided in *out with other gains, if they can. Where they decide nothing either, *out stays, and says why. */
static void decide_again(Ctx *cx, const Net *net, const SlopeReport *slope, GainLevel gains, LdsReport *out)
{
    LdsReport again;
    if (out->verdict != TRUTH_UNDECIDED)
        return;
    decide_at(cx, net, slope, gains, &again);
    if (again.verdict == TRUTH_UNDECIDED) {
        drop(&again);
        if (gains == GAINS_MEAN_ABOVE)
            out->reason = arena_printf(&cx->arena, "%s; with the mean of the gains instead: %s", out->reason, again.reason);
        return;
    }
    drop(out);
    *out = again;
}

/* The largest gain for all neurons of a population makes a small problem, whose proofs say most, and often suffices. What each
 * neuron has, or their mean, decides more. */
void lds_check(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *out)
{
    decide_at(cx, net, slope, GAINS_LARGEST, out);
    if (out->verdict != TRUTH_UNDECIDED || !out->matrix.q || !reduce_has_own_gains(net))
        return;
    if (net->n <= MOST_NEURONS)
        decide_again(cx, net, slope, GAINS_OWN, out);
    if (reduce_has_means(cx, net))
        decide_again(cx, net, slope, GAINS_MEAN_ABOVE, out);
}
