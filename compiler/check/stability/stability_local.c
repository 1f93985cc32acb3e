/* Slopes where the rates end up, or stay. Bounded activations pull every trajectory into the box of their values, then into that of the
 * values that they take there, and so on; in other boxes trajectories stay that start there. The network whose
 * activations go on beyond the box as constants has these smaller slopes everywhere. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/stability/box_guess.h"
#include "compiler/check/lds/lds.h"
#include "compiler/check/report_text.h"

enum { MOST_ROWS = 200, MOST_STEPS = 200, MOST_WORK = 500 * 1000 };      /* work: steps times entries */

typedef struct Boxing {
    Ctx *cx;
    const Net *net;
    const SlopeReport *slope;
    LocalNet local;             /* slopes 1: w = W, psi = phi */
    ClaimMatrix m;
    GainLevel gains;            /* of its rows */
    mpq_t *lo, *hi;             /* the box */
    mpq_t *next_lo, *next_hi;
    double margin;              /* values of phi stay this far within the box */
    const Equilibria **places;       /* of the StabilityReport */
} Boxing;

/* ---- boxes ---- */

/* So far from the end of the doubles that sums with margins stay among them. */
static bool is_moderate(double x)
{
    return fabs(x) < 1e300;
}

/* The values of phi, row by row; false where they are not bounded. */
static bool start_from_ranges(Boxing *b)
{
    double *lo = ARENA_ARRAY(&b->cx->arena, b->m.q, double), *hi = ARENA_ARRAY(&b->cx->arena, b->m.q, double), size = 0;
    if (!local_ranges(&b->local, b->slope, lo, hi))
        return false;
    for (size_t a = 0; a < b->m.q; a++)
        size = fmax(size, fmax(fabs(lo[a]), fabs(hi[a])));
    if (!is_moderate(size))
        return false;
    b->margin = ldexp(size > 0 ? size : 1, -24);
    for (size_t a = 0; a < b->m.q; a++) {
        mpq_set_d(b->lo[a], lo[a] - b->margin);
        mpq_set_d(b->hi[a], hi[a] + b->margin);
    }
    return true;
}

/* A verifier works the values out with other slopes, and rounds them elsewhere. */
static const double ROUNDINGS = 0x1p-40;

/* phi(W X + u) with the margin around it; false where it is not enclosed. */
static bool image_of_box(Boxing *b)
{
    mpq_t from, to;
    bool fine = true;
    mpq_inits(from, to, (mpq_ptr)0);
    for (size_t a = 0; fine && a < b->m.q; a++) {
        double lo, hi;
        local_inputs(&b->local, &b->m, a, (const mpq_t *)b->lo, (const mpq_t *)b->hi, from, to);
        fine = local_values(&b->local, a, from, to, &lo, &hi) && is_moderate(lo) && is_moderate(hi);
        double margin = fmax(b->margin, ROUNDINGS * fmax(fabs(lo), fabs(hi)));
        mpq_set_d(b->next_lo[a], fine ? lo - margin : 0);
        mpq_set_d(b->next_hi[a], fine ? hi + margin : 0);
    }
    mpq_clears(from, to, (mpq_ptr)0);
    return fine;
}

static bool image_is_inside(const Boxing *b)
{
    for (size_t a = 0; a < b->m.q; a++)
        if (mpq_cmp(b->next_lo[a], b->lo[a]) < 0 || mpq_cmp(b->next_hi[a], b->hi[a]) > 0)
            return false;
    return true;
}

/* X becomes what it has in common with the image. True when a side has become shorter by more than some hundredth. */
static bool shrink(Boxing *b)
{
    bool shorter = false;
    for (size_t a = 0; a < b->m.q; a++) {
        double before = mpq_get_d(b->hi[a]) - mpq_get_d(b->lo[a]);
        if (mpq_cmp(b->next_lo[a], b->lo[a]) > 0)
            mpq_set(b->lo[a], b->next_lo[a]);
        if (mpq_cmp(b->next_hi[a], b->hi[a]) < 0)
            mpq_set(b->hi[a], b->next_hi[a]);
        shorter |= mpq_get_d(b->hi[a]) - mpq_get_d(b->lo[a]) < 0.99 * before;
    }
    return shorter;
}

static size_t most_steps(const Boxing *b)
{
    size_t entries = b->m.row_from[b->m.q], most = entries ? (MOST_WORK - 1) / entries + 1 : MOST_STEPS;
    return most < MOST_STEPS ? most : MOST_STEPS;
}

static bool shrink_to_the_end(Boxing *b)
{
    for (size_t k = 0; k < most_steps(b); k++) {
        if (!image_of_box(b))
            return false;
        if (!shrink(b))
            break;
    }
    return true;
}

/* x - by, x + by; false where these are not moderate. */
static bool set_box(Boxing *b, const double *x, const double *by)
{
    for (size_t a = 0; a < b->m.q; a++) {
        if (!is_moderate(x[a]) || !is_moderate(by[a]))
            return false;
        mpq_set_d(b->lo[a], x[a] - by[a]);
        mpq_set_d(b->hi[a], x[a] + by[a]);
    }
    return true;
}

/* Sides in proportion of a box that shrinks onto the equilibrium: (I - |D W|)^-1 applied to 1, D the slopes there, about. */
static bool sides_at(const Boxing *b, const Equilibria *e, const double *x, double *by)
{
    size_t n = b->m.q;
    double *a = ARENA_ARRAY(&b->cx->arena, n * n, double), *y = ARENA_ARRAY(&b->cx->arena, n * n, double);
    for (size_t i = 0; i < n; i++) {
        double s = e->v[i];
        for (size_t j = 0; j < n; j++)
            s += e->w[i * n + j] * x[j];
        double beside = 0x1p-20 * (fmin(1, e->scale) + fabs(s)), most = equilibria_steepness(e, i, s - beside, s + beside);
        for (size_t j = 0; j < n; j++)
            a[i * n + j] = (i == j) - most * fabs(e->w[i * n + j]);
    }
    if (!dense_invert(n, a, y))
        return false;
    for (size_t i = 0; i < n; i++) {
        by[i] = 0;
        for (size_t j = 0; j < n; j++)
            by[i] += y[i * n + j];
        if (!(by[i] > 0) || !isfinite(by[i]))
            return false;
    }
    return true;
}

enum { WIDEST = 12, NARROWEST = -30 };

/* The widest of some boxes around x that phi(W X + u) stays within, up to 2^*k times `size`; *k becomes that of the next one. */
static bool widest_invariant(Boxing *b, const Equilibria *e, const double *x, double size, int *k)
{
    size_t n = b->m.q;
    double *by = ARENA_ARRAY(&b->cx->arena, n, double), *side = ARENA_ARRAY(&b->cx->arena, n, double), least = INFINITY;
    BoxGuess guess;
    if (!sides_at(b, e, x, by))
        return false;
    box_guess_init(&b->cx->arena, e, &guess);
    for (size_t a = 0; a < n; a++)
        least = fmin(least, by[a]);
    while (*k > NARROWEST) {
        double factor = ldexp(size, (*k)--) / 2;
        for (size_t a = 0; a < n; a++) {
            side[a] = factor * by[a];
            guess.lo[a] = x[a] - side[a];
            guess.hi[a] = x[a] + side[a];
        }
        b->margin = ldexp(factor * least, -10);
        if (!box_guess_image(&guess) || !box_guess_image_is_inside(&guess))
            continue;
        if (is_moderate(b->margin) && set_box(b, x, side) && image_of_box(b) && image_is_inside(b))
            return true;
    }
    return false;
}

/* ---- slopes in a box ---- */

/* The least number of 20 binary digits that is not below x, and not below 2^-10. */
static double round_up(double x)
{
    int exponent;
    double mantissa = frexp(fmax(x, 0x1p-10), &exponent);
    return ldexp(ceil(ldexp(mantissa, 20)), exponent - 20);
}

static bool is_in_box(const Boxing *b, const double *x)
{
    for (size_t a = 0; a < b->m.q; a++)
        if (x[a] < mpq_get_d(b->lo[a]) || x[a] > mpq_get_d(b->hi[a]))
            return false;
    return true;
}

static const Num *slopes_in_box(Boxing *b)
{
    Num *own = ARENA_ARRAY(&b->cx->arena, b->m.q, Num);
    mpq_t from, to;
    bool fine = true;
    mpq_inits(from, to, (mpq_ptr)0);
    for (size_t a = 0; fine && a < b->m.q; a++) {
        double most;
        local_inputs(&b->local, &b->m, a, (const mpq_t *)b->lo, (const mpq_t *)b->hi, from, to);
        fine = local_steepest(&b->local, a, from, to, &most);
        own[a] = fine ? num_from_double(b->net->nums, round_up(most)) : NULL;
    }
    mpq_clears(from, to, (mpq_ptr)0);
    return fine ? own : NULL;
}

static void add_statement(Boxing *b, StatementKind kind, const Num *own, LdsReport *out)
{
    Statement s;
    statement_init(b->cx, &s, kind, b->m.q);
    for (size_t a = 0; a < b->m.q; a++) {
        mpq_set(statement_numbers(&s, "slope")[a], own[a]);
        mpq_mul(statement_numbers(&s, "input")[a], own[a], b->local.row[a].input);
        mpq_set(statement_numbers(&s, "x_lo")[a], b->lo[a]);
        mpq_set(statement_numbers(&s, "x_hi")[a], b->hi[a]);
    }
    stability_keep(b->cx, out, &s);
}

static void drop(LdsReport *r)
{
    if (r->matrix.q)
        claim_matrix_clear(&r->matrix);
    evidence_clear(&r->evidence);
    *r = (LdsReport){0};
}

/* Where the equilibrium in the box is. */
static void add_equilibrium(Boxing *b, const Num *own, LdsReport *out)
{
    Equilibria e;
    LocalNet local;
    const char *reason;
    if (b->m.q > EQUILIBRIA_MOST_ROWS || !local_net(b->cx, b->net, b->slope, own, &out->matrix, &local, &reason))
        return;
    equilibria_find_once(&local, &out->matrix, b->places, &e);
    for (size_t k = 0; k < e.n; k++) {
        if (is_in_box(b, e.at[k]) && stability_keep_equilibrium(&local, out, &e, e.at[k]))
            return;
    }
}

/* The network with the slopes of the box is diagonally stable: its matrix, its multipliers, and the statements about it. */
static bool certify_box(Boxing *b, StatementKind kind, LdsReport *out)
{
    const Num *own = slopes_in_box(b);
    *out = (LdsReport){0};
    if (!own || !reduce_with_slopes(b->cx, b->net, b->gains, own, &out->matrix, &out->reason))
        return false;
    lds_decide(b->cx, b->net, out);
    if (out->verdict != TRUTH_CERTIFIED) {
        drop(out);
        return false;
    }
    stability_search(b->cx, b->net, b->slope, out, true);
    add_equilibrium(b, own, out);
    add_statement(b, kind, own, out);
    return true;
}

/* Slopes that occur in the box, or less, are refuted, and so would be bounds of slopes, which cost more to know. In doubles: all that hangs on it
 * is whether the box is looked at. */
static bool is_too_steep(Boxing *b, const BoxGuess *g)
{
    Num *own = ARENA_ARRAY(&b->cx->arena, b->m.q, Num);
    LdsReport lds = {0};
    for (size_t a = 0; a < b->m.q; a++) {
        double from, to;
        box_guess_inputs(g, a, &from, &to);
        double steepness = equilibria_steepness(g->e, a, from, to);
        own[a] = num_from_double(b->net->nums, isfinite(steepness) ? steepness : 0);
    }
    if (reduce_with_slopes(b->cx, b->net, b->gains, own, &lds.matrix, &lds.reason))
        lds_decide(b->cx, b->net, &lds);
    bool is_refuted = lds.verdict == TRUTH_REFUTED;
    drop(&lds);
    return is_refuted;
}

/* Slopes seem to be too large where the rates end up. */
static bool ends_too_steep(Boxing *b)
{
    enum { FEW_ROWS = 64 };     /* of many the question costs as much as its answer saves */
    Equilibria e;
    BoxGuess g;
    if (b->m.q > FEW_ROWS)
        return false;
    equilibria_network(&b->local, &b->m, &e);
    box_guess_init(&b->cx->arena, &e, &g);
    return box_guess_end(&g, most_steps(b)) && is_too_steep(b, &g);
}

static bool try_global(Boxing *b, LdsReport *out)
{
    return !ends_too_steep(b) && start_from_ranges(b) && shrink_to_the_end(b) && certify_box(b, STATEMENT_LOCAL_SLOPES, out);
}

/* The box as it is, in doubles. */
static void guess_box(const Boxing *b, const Equilibria *e, BoxGuess *out)
{
    box_guess_init(&b->cx->arena, e, out);
    for (size_t a = 0; a < b->m.q; a++) {
        out->lo[a] = mpq_get_d(b->lo[a]);
        out->hi[a] = mpq_get_d(b->hi[a]);
    }
}

/* In the widest box slopes may be too large, and in narrower ones not. */
static bool try_sizes(Boxing *b, const Equilibria *e, const double *x, double size, LdsReport *out)
{
    enum { MOST_TRIES = 4 };
    int k = WIDEST;
    BoxGuess g;
    for (int tries = 0; tries < MOST_TRIES && widest_invariant(b, e, x, size, &k); tries++) {
        guess_box(b, e, &g);
        if (!is_too_steep(b, &g) && certify_box(b, STATEMENT_INVARIANT_BOX, out))
            return true;
    }
    return false;
}

/* Around a 0 there may be boxes of the rates' scale in which slopes are too large, as where the scale is that of an input which keeps all
 * silent, and smaller ones in which they are not. */
static bool try_around(Boxing *b, const Equilibria *e, const double *x, LdsReport *out)
{
    double size = equilibria_size(e, x);
    return try_sizes(b, e, x, size, out) || (size == e->scale && size > 1 && try_sizes(b, e, x, 1, out));
}

/* Around the equilibria, as few as there may be. */
static bool try_invariant(Boxing *b, LdsReport *out)
{
    Equilibria e;
    if (b->m.q > EQUILIBRIA_MOST_ROWS)
        return false;
    equilibria_find_once(&b->local, &b->m, b->places, &e);
    for (size_t k = 0; k < e.n; k++)
        if (try_around(b, &e, e.at[k], out))
            return true;
    return false;
}

/* ---- conclusions ---- */

enum { SHOWN_ROWS = 4 };

/* Rounded outwards: what ends up in the box ends up in what is printed. */
static const char *box_text(Ctx *cx, const LdsReport *lds, const Statement *s)
{
    Sbuf text = {0};
    for (size_t a = 0; a < lds->matrix.q && a < SHOWN_ROWS; a++)
        sbuf_printf(&text, "%s%s in [%s, %s]", a ? ", " : "", lds->matrix.name[a], report_rounded(cx, statement_numbers(s, "x_lo")[a], 6, false),
                    report_rounded(cx, statement_numbers(s, "x_hi")[a], 6, true));
    if (lds->matrix.q > SHOWN_ROWS)
        sbuf_str(&text, ", ...");
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

static const char *theorem_text(Ctx *cx, int own, const Statement *by)
{
    return by ? arena_printf(&cx->arena, "Theorems %d and %d", own, statement_table[by->kind].theorem)
              : arena_printf(&cx->arena, "Theorems 2 and %d", own);
}

static const char *const because = "diagonal stability with the slopes that occur there";

static void conclude_global(Boxing *b, const LdsReport *lds, const Statement *s, const Statement *by, StabilityReport *out)
{
    Ctx *cx = b->cx;
    bool anywhere = out->unique == TRUTH_CERTIFIED;
    const char *box = box_text(cx, lds, s), *when = local_when(cx, b->net);
    const char *one = anywhere ? arena_printf(&cx->arena, "for every constant input there is exactly one equilibrium; %s", when)
                               : arena_printf(&cx->arena, "%s there is exactly one equilibrium, and", when);
    const char *says = by ? arena_printf(&cx->arena, "%s every trajectory converges to it%s; all of them end up in %s", one,
                                         statement_table[by->kind].says == STATES_CONVERGENCE ? "" : " exponentially", box)
                          : arena_printf(&cx->arena, "%s every trajectory ends up in %s", one, box);
    stability_say(cx, out, says, theorem_text(cx, 24, by), because);
    out->verdict = by ? TRUTH_CERTIFIED : TRUTH_UNDECIDED;
    out->open = !by ? "other inputs, and convergence, since the time constants differ"
              : anywhere ? "convergence at other inputs" : "other inputs";
    out->rate = by ? stability_rate(b->net->nums, by) : NULL;
}

static void conclude_invariant(Boxing *b, const LdsReport *lds, const Statement *s, const Statement *by, StabilityReport *out)
{
    Ctx *cx = b->cx;
    const char *box = box_text(cx, lds, s);
    const char *says = arena_printf(&cx->arena, "%s, from every start in the box %s (its ends to six digits, exactly in the certificate), "
                                    "trajectories stay in it%s the one equilibrium in it", local_when(cx, b->net), box,
                                    by ? " and converge to" : ", as does");
    stability_say(cx, out, says, theorem_text(cx, 25, by), because);
    out->open = "what trajectories do that start outside of the box, and other inputs";
}

/* A network that the theorems are about, with slopes that are proved, though they need not be bounded. */
static bool may_be_local(Ctx *cx, const Net *net, const SlopeReport *slope)
{
    if (theory_obstacle(cx, net) || theory_no_convergence(cx, net))
        return false;
    bool proved = true;
    for (size_t a = 0; a < net->n_pops; a++)
        proved &= slope[a].proved && slope[a].monotone;
    return proved;
}

/* Where it has been known that there is one equilibrium, boxes are of use for convergence alone. The certificate has both proofs: of
 * the box, and of slopes everywhere (report_everywhere). Which equilibria attract is said of the box alone. */
static void conclude(Boxing *b, LdsReport *local, StabilityReport *out)
{
    const Statement *s = &local->evidence.statement[local->evidence.n_statements - 1], *by = stability_strongest(&local->evidence);
    if (out->unique == TRUTH_CERTIFIED && !by) {
        drop(local);
        return;
    }
    out->n_parts = 0;
    (s->kind == STATEMENT_LOCAL_SLOPES ? conclude_global : conclude_invariant)(b, local, s, by, out);
    if (out->unique == TRUTH_REFUTED)
        stability_add_not_unique(b->cx, out);
}

void stability_seek_local(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *local, StabilityReport *out)
{
    Boxing b = {.cx = cx, .net = net, .slope = slope, .places = &out->places};
    *local = (LdsReport){0};
    bool one = out->unique == TRUTH_CERTIFIED;      /* and convergence is what is open */
    const char *reason;
    mpq_t **room[] = {&b.lo, &b.hi, &b.next_lo, &b.next_hi};
    if (out->verdict != TRUTH_UNDECIDED || !may_be_local(cx, net, slope) ||
        !local_with_slopes_one(cx, net, slope, MOST_ROWS, &b.gains, &b.m, &b.local, &reason))
        return;
    for (int k = 0; k < 4; k++)
        *room[k] = rationals_new(cx, b.m.q);
    if (try_global(&b, local) || (!one && try_invariant(&b, local)))
        conclude(&b, local, out);
    for (int k = 0; k < 4; k++)
        rationals_clear(*room[k], b.m.q);
    claim_matrix_clear(&b.m);
}
