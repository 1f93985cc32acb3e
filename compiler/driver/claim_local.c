#include "compiler/driver/claim.h"

#include "compiler/check/stability/equilibria.h"
#include "compiler/check/lds/lds.h"
#include "compiler/check/slope/slope.h"

/* What is known of the activation of row a is within what the statement says of it. */
static bool facts_hold(const LocalNet *net, const ClaimMatrix *m, size_t n, const Statement *s, size_t a)
{
    double value[2], slope[2];
    return equilibrium_facts(net, m, n, s, a, value, slope) &&
           mpq_cmp(statement_numbers(s, "value_lo")[a], num_from_double(net->nums, value[0])) <= 0 &&
           mpq_cmp(statement_numbers(s, "value_hi")[a], num_from_double(net->nums, value[1])) >= 0 &&
           mpq_cmp(statement_numbers(s, "slope_lo")[a], num_from_double(net->nums, slope[0])) <= 0 &&
           mpq_cmp(statement_numbers(s, "slope_hi")[a], num_from_double(net->nums, slope[1])) >= 0;
}

static bool same_input(const LocalNet *net, const ClaimMatrix *m, const Statement *s)
{
    mpq_t input;
    bool same = true;
    mpq_init(input);
    for (size_t a = 0; same && a < m->q; a++) {
        local_input(net, a, input);
        same = mpq_equal(input, statement_numbers(s, "input")[a]);
    }
    mpq_clear(input);
    return same;
}

/* For all means of n matrices. */
static const char *equilibrium_differs(const LocalNet *net, const ClaimMatrix *m, size_t n, const Statement *s)
{
    if (!same_input(net, m, s))
        return "the statement \"equilibrium\" is about another input";
    for (size_t a = 0; a < m->q; a++)
        if (!facts_hold(net, m, n, s, a))
            return "the activations are not known to be what the statement \"equilibrium\" says";
    return NULL;
}

static const char *moving_differs(const LocalNet *net, const ClaimMatrix *m, size_t n, const Statement *s)
{
    double *value = ARENA_ARRAY(&net->cx->arena, 2 * m->q, double), *slope = ARENA_ARRAY(&net->cx->arena, 2 * m->q, double);
    if (!same_input(net, m, s))
        return "the statement \"moving-equilibrium\" is about another input";
    bool fine = moving_facts(net, m, n, s, value, slope);
    for (size_t a = 0; fine && a < m->q; a++)
        fine = mpq_cmp(statement_numbers(s, "value_lo")[a], num_from_double(net->nums, value[2 * a])) <= 0 &&
               mpq_cmp(statement_numbers(s, "value_hi")[a], num_from_double(net->nums, value[2 * a + 1])) >= 0 &&
               mpq_cmp(statement_numbers(s, "slope_lo")[a], num_from_double(net->nums, slope[2 * a])) <= 0 &&
               mpq_cmp(statement_numbers(s, "slope_hi")[a], num_from_double(net->nums, slope[2 * a + 1])) >= 0;
    return fine ? NULL : "the activations are not known to be what the statement \"moving-equilibrium\" says";
}

/* What the activations do far out is within what the statement says. */
static const char *tails_differ(const LocalNet *net, const ClaimMatrix *m, const Statement *s)
{
    for (size_t a = 0; a < m->q; a++) {
        double least, most;
        if (!local_tails(net, a, mpq_sgn(statement_numbers(s, "sign")[a]), &least, &most) ||
            mpq_cmp(statement_numbers(s, "slope_lo")[a], num_from_double(net->nums, least)) > 0 ||
            mpq_cmp(statement_numbers(s, "slope_hi")[a], num_from_double(net->nums, most)) < 0)
            return "the activations are not known to be what the statement \"run-away\" says far out";
    }
    return NULL;
}

/* ---- straight activations, as pieces and far out ---- */

static const char *pieces_differ(const LocalNet *net, const ClaimMatrix *m, const Statement *s)
{
    if (!same_input(net, m, s))
        return "the statement \"equilibrium-on-pieces\" is about another input";
    for (size_t a = 0; a < m->q; a++)
        if (!local_is_straight(net, a, statement_numbers(s, "t_lo")[a], statement_numbers(s, "t_hi")[a], statement_numbers(s, "slope")[a],
                               statement_numbers(s, "offset")[a]))
            return "the activations are not straight where the statement \"equilibrium-on-pieces\" says it";
    return NULL;
}

/* Every psi is level up to the corner, and from there on a line of slope 1. */
static const char *corners_differ(const LocalNet *net, const ClaimMatrix *m, const Statement *s)
{
    StraightPiece piece[STRAIGHT_MOST_PIECES];
    if (!same_input(net, m, s))
        return "the statement \"no-equilibrium-on-pieces\" is about another input";
    for (size_t a = 0; a < m->q; a++)
        if (local_straight(net, a, piece) != 2 || mpq_sgn(piece[0].slope) != 0 || mpq_cmp_ui(piece[1].slope, 1, 1) != 0 ||
            !mpq_equal(piece[0].hi, statement_numbers(s, "corner")[a]) || !mpq_equal(piece[0].offset, statement_numbers(s, "level")[a]))
            return "the activations are not what the statement \"no-equilibrium-on-pieces\" says";
    return NULL;
}

/* Far out to the right all are straight, of the slope that is said where it matters; with `level`, far out to the left they are constant. */
static bool far_out_fits(const LocalNet *net, const ClaimMatrix *m, const Statement *s, bool level)
{
    const mpq_t *q = statement_numbers(s, "q");
    StraightPiece piece[STRAIGHT_MOST_PIECES];
    bool fits = true;
    for (size_t a = 0; fits && a < m->q; a++) {
        size_t n = local_straight(net, a, piece);
        fits = n > 0 && (!level || mpq_sgn(piece[0].slope) == 0) &&
               ((q && mpq_sgn(q[a]) == 0) || mpq_equal(piece[n - 1].slope, statement_numbers(s, "slope")[a]));
    }
    return fits;
}

static const char *relu_differs(const LocalNet *net)
{
    return local_is_relu(net) ? NULL : "the statement \"several-or-none\" is about activations that are max(s, 0), moved and scaled";
}

/* The facts of statement s about activations, for all means of n matrices; NULL also where it has none. */
static const char *facts_differ(const LocalNet *net, const ClaimMatrix *m, size_t n, const Statement *s)
{
    switch (s->kind) {
    case STATEMENT_EQUILIBRIUM:
        return equilibrium_differs(net, m, n, s);
    case STATEMENT_MOVING:
        return moving_differs(net, m, n, s);
    case STATEMENT_RUNAWAY:
        return tails_differ(net, m, s);
    case STATEMENT_ON_PIECES:
        return pieces_differ(net, m, s);
    case STATEMENT_PIECES_NONE:
        return corners_differ(net, m, s);
    case STATEMENT_PIECES_RUNAWAY:
    case STATEMENT_FORM_RUNAWAY:
        return far_out_fits(net, m, s, s->kind == STATEMENT_FORM_RUNAWAY) ? NULL : "the activations are not what a statement says of them far out";
    case STATEMENT_SEVERAL_OR_NONE:
        return relu_differs(net);
    default:
        return NULL;
    }
}

/* Neurons that part from each other have one time constant. */
static bool within_fits(const RowTau *tau, const Statement *s)
{
    size_t row = mpz_get_ui(mpq_numref(statement_numbers(s, "row")[0]));
    return mpq_equal(tau->least[row], tau->most[row]);
}

/* ---- boxes ---- */

/* The box [lo, hi] becomes what it has in common with its image. False where that is not enclosed. */
static bool meet_image(const LocalNet *net, const ClaimMatrix *m, mpq_t *lo, mpq_t *hi)
{
    double *next = ARENA_ARRAY(&net->cx->arena, 2 * m->q, double);
    mpq_t from, to;
    bool fine = true;
    mpq_inits(from, to, (mpq_ptr)0);
    for (size_t a = 0; fine && a < m->q; a++) {
        local_inputs(net, m, a, (const mpq_t *)lo, (const mpq_t *)hi, from, to);
        fine = local_values(net, a, from, to, &next[2 * a], &next[2 * a + 1]);
    }
    for (size_t a = 0; fine && a < m->q; a++) {
        mpq_set_d(from, next[2 * a]);
        mpq_set_d(to, next[2 * a + 1]);
        if (mpq_cmp(from, lo[a]) > 0)
            mpq_set(lo[a], from);
        if (mpq_cmp(to, hi[a]) < 0)
            mpq_set(hi[a], to);
    }
    mpq_clears(from, to, (mpq_ptr)0);
    return fine;
}

static bool is_inside(const ClaimMatrix *m, const mpq_t *lo, const mpq_t *hi, const Statement *s)
{
    for (size_t a = 0; a < m->q; a++)
        if (mpq_cmp(lo[a], statement_numbers(s, "x_lo")[a]) <= 0 || mpq_cmp(hi[a], statement_numbers(s, "x_hi")[a]) >= 0)
            return false;
    return true;
}

/* From the values of the activations, image after image, into the box. */
static bool all_end_inside(const LocalNet *net, const ClaimMatrix *m, const SlopeReport *slope, const Statement *s)
{
    enum { STEPS = 1000 };
    double *range_lo = ARENA_ARRAY(&net->cx->arena, m->q, double), *range_hi = ARENA_ARRAY(&net->cx->arena, m->q, double);
    mpq_t *lo = rationals_new(net->cx, m->q), *hi = rationals_new(net->cx, m->q);
    bool fine = local_ranges(net, slope, range_lo, range_hi), inside = false;
    for (size_t a = 0; fine && a < m->q; a++) {
        mpq_set_d(lo[a], range_lo[a]);
        mpq_set_d(hi[a], range_hi[a]);
    }
    for (int k = 0; fine && k < STEPS && !(inside = is_inside(m, (const mpq_t *)lo, (const mpq_t *)hi, s)); k++)
        fine = meet_image(net, m, lo, hi);
    rationals_clear(lo, m->q);
    rationals_clear(hi, m->q);
    return inside;
}

/* In the box values stay strictly inside it, and slopes are at most 1. */
static bool box_is_kept(const LocalNet *net, const ClaimMatrix *m, const Statement *s)
{
    mpq_t from, to, lo, hi;
    bool kept = true;
    mpq_inits(from, to, lo, hi, (mpq_ptr)0);
    for (size_t a = 0; kept && a < m->q; a++) {
        double value[2], slope[2];
        local_inputs(net, m, a, statement_numbers(s, "x_lo"), statement_numbers(s, "x_hi"), from, to);
        kept = local_values(net, a, from, to, &value[0], &value[1]) && local_slopes(net, a, from, to, &slope[0], &slope[1]) && slope[1] <= 1;
        if (!kept)
            break;
        mpq_set_d(lo, value[0]);
        mpq_set_d(hi, value[1]);
        kept = mpq_cmp(statement_numbers(s, "x_lo")[a], lo) < 0 && mpq_cmp(hi, statement_numbers(s, "x_hi")[a]) < 0;
    }
    mpq_clears(from, to, lo, hi, (mpq_ptr)0);
    return kept;
}

static const char *box_differs(const LocalNet *net, const ClaimMatrix *m, const SlopeReport *slope, const Statement *s)
{
    if (!same_input(net, m, s))
        return "the statement about a box is about another input";
    if (!box_is_kept(net, m, s))
        return "the activations are not known to keep the rates in the box, with the slopes that are said";
    return s->kind == STATEMENT_INVARIANT_BOX || all_end_inside(net, m, slope, s) ? NULL : "not every trajectory is known to end up in the box";
}

/* ---- all of them ---- */

static bool is_about_activations(const Statement *s)
{
    return s->kind == STATEMENT_EQUILIBRIUM || s->kind == STATEMENT_MOVING || s->kind == STATEMENT_PIECES_NONE || s->kind == STATEMENT_RUNAWAY || statement_table[s->kind].says == STATES_LOCAL ||
           s->kind == STATEMENT_ATTAINED ||
           s->kind == STATEMENT_ON_PIECES || s->kind == STATEMENT_PIECES_RUNAWAY || s->kind == STATEMENT_FORM_RUNAWAY;
}

/* NULL, or one slope a row, where a statement names them. */
static const Num *named_slopes(Ctx *cx, const Evidence *e, size_t q)
{
    const Statement *s = statement_of_slopes(e->statement, e->n_statements);
    Num *own = ARENA_ARRAY(&cx->arena, q, Num);
    for (size_t a = 0; s && a < q; a++)
        own[a] = statement_numbers(s, "slope")[a];
    return s ? own : NULL;
}

/* About all inputs, and so about activations alone. */
static const char *several_or_none_differs(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e, SlopeReport *slope)
{
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    LocalNet activations;
    const char *fault = NULL;
    slope_check(cx, net, slope);
    lds_attained(net, slope, attained);
    return local_activations(cx, net, attained, named_slopes(cx, e, m->q), m, &activations, &fault) ? relu_differs(&activations) : fault;
}

/* ---- slopes that are attained ---- */

/* That of row `a`, neuron k of its population, is at most what is known to be attained by all inputs, or by the one that is named. With the slope 0
 * the row would read no inputs. */
static bool is_attained(const LocalNet *net, const Net *of, const SlopeReport *slope, const SlopeReport *attained, const ClaimMatrix *m, const Statement *s,
                        size_t a, size_t k)
{
    const LocalRow *row = &net->row[a];
    mpq_t x;
    double least = 0, most;
    mpq_init(x);
    bool fits = false, is_constant = slope[row->pop].bounded && mpq_sgn(slope[row->pop].hi) == 0;
    if (attained[row->pop].bounded) {
        reduce_row_slope(of, attained, row->pop, k, claim_matrix_size(m, a) > 1, x);
        fits = mpq_cmp(row->slope, x) <= 0 && (mpq_sgn(row->slope) > 0 || is_constant);
    }
    if (!fits && mpq_sgn(row->slope) > 0) {
        mpq_mul(x, row->slope, statement_numbers(s, "at")[a]);
        fits = local_slopes(net, a, x, x, &least, &most) && least >= 1;
    }
    mpq_clear(x);
    return fits;
}

static const char *attained_differ(const LocalNet *net, const Net *of, const SlopeReport *slope, const ClaimMatrix *m, const Statement *s)
{
    SlopeReport *attained = ARENA_ARRAY(&net->cx->arena, of->n_pops, SlopeReport);
    lds_attained(of, slope, attained);
    for (size_t a = 0, first = 0; a < m->q; a++) {
        first = a > 0 && net->row[a].pop == net->row[a - 1].pop ? first : a;
        if (!is_attained(net, of, slope, attained, m, s, a, a - first))
            return "the slopes are not known to be attained";
    }
    return NULL;
}

/* The network near a point or in a box, with the slopes that the rows of m have. */
static bool read_local(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e, SlopeReport *slope, LocalNet *out, const char **fault)
{
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    slope_check(cx, net, slope);
    lds_attained(net, slope, attained);
    return local_net(cx, net, e->is_certificate ? slope : attained, named_slopes(cx, e, m->q), m, out, fault);
}

const char *claim_local_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e)
{
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    RowTau tau = stability_row_tau(cx, net, m);
    LocalNet local = {0};
    const char *fault = NULL;
    for (size_t k = 0; !fault && k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        if (s->kind == STATEMENT_UNSTABLE_WITHIN && !within_fits(&tau, s))
            return "the statement \"unstable-differences\" is about neurons of one time constant";
        if (s->kind == STATEMENT_SEVERAL_OR_NONE) {
            fault = several_or_none_differs(cx, net, m, e, slope);
            continue;
        }
        if (!is_about_activations(s))
            continue;
        if (!local.row && !read_local(cx, net, m, e, slope, &local, &fault))
            return fault;
        fault = statement_table[s->kind].says == STATES_LOCAL ? box_differs(&local, m, slope, s)
              : s->kind == STATEMENT_ATTAINED                 ? attained_differ(&local, net, slope, m, s)
                                                              : facts_differ(&local, m, 1, s);
    }
    return fault;
}

const char *claim_corners_fault(const LocalNet *local, const Net *net, const ClaimMatrix *m, size_t n, const Evidence *e)
{
    RowTau tau = stability_row_tau(local->cx, net, m);
    const char *fault = NULL;
    for (size_t k = 0; !fault && k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        if (s->kind == STATEMENT_UNSTABLE_WITHIN && !within_fits(&tau, s))
            return "the statement \"unstable-differences\" is about neurons of one time constant";
        fault = facts_differ(local, m, n, s);
    }
    return fault;
}
