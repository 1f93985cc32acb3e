/* A box around an equilibrium, with the numbers that prove it. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/stability/krawczyk.h"

/* x to a multiple of 2^-bits. */
static double rounded(double x, int bits)
{
    return ldexp(rint(ldexp(x, bits)), -bits);
}

/* t0 and the reach of t in the box, in row a. */
static void inputs_in_box(const ClaimMatrix *m, const Statement *s, size_t a, mpq_t centre, mpq_t reach)
{
    mpq_t weight, size, term;
    mpq_inits(weight, size, term, (mpq_ptr)0);
    mpq_set(centre, statement_numbers(s, "input")[a]);
    mpq_set_ui(reach, 0, 1);
    for (size_t b = 0; b < m->q; b++) {
        mpq_srcptr entry = claim_matrix_entry(m, a, b);
        mpq_set_ui(weight, 0, 1);
        if (entry) {
            mpq_set_ui(size, claim_matrix_size(m, b), 1);
            mpq_mul(weight, entry, size);
        }
        if (a == b) {
            mpq_set_ui(size, 1, 1);
            mpq_add(weight, weight, size);
            if (m->self) {
                mpq_add(weight, weight, m->self[a]);
                mpq_sub(weight, weight, m->leak[a]);
            }
        }
        mpq_mul(term, weight, statement_numbers(s, "x")[b]);
        mpq_add(centre, centre, term);
        mpq_abs(weight, weight);
        mpq_mul(term, weight, statement_numbers(s, "radius")[b]);
        mpq_add(reach, reach, term);
    }
    mpq_clears(weight, size, term, (mpq_ptr)0);
}

/* [lo, hi] gains x -+ reach; the first one makes it. */
static void widen(mpq_t lo, mpq_t hi, mpq_srcptr x, mpq_srcptr reach, bool is_first)
{
    mpq_t end;
    mpq_init(end);
    mpq_sub(end, x, reach);
    if (is_first || mpq_cmp(end, lo) < 0)
        mpq_set(lo, end);
    mpq_add(end, x, reach);
    if (is_first || mpq_cmp(end, hi) > 0)
        mpq_set(hi, end);
    mpq_clear(end);
}

typedef bool LocalSlopes(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most);

/* Of a mean of matrices, the centre lies between theirs, and the box reaches no further than the farthest of theirs. */
static bool facts_by(LocalSlopes *slopes, const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Statement *s, size_t a, double value[2],
                     double slope[2])
{
    mpq_t centre, reach, none, at_lo, at_hi, lo, hi;
    mpq_inits(centre, reach, none, at_lo, at_hi, lo, hi, (mpq_ptr)0);
    for (size_t k = 0; k < n_matrices; k++) {
        inputs_in_box(&m[k], s, a, centre, reach);
        widen(at_lo, at_hi, centre, none, k == 0);
        widen(lo, hi, centre, reach, k == 0);
    }
    bool fine = local_values(net, a, at_lo, at_hi, &value[0], &value[1]) && slopes(net, a, lo, hi, &slope[0], &slope[1]);
    mpq_clears(centre, reach, none, at_lo, at_hi, lo, hi, (mpq_ptr)0);
    return fine;
}

bool equilibrium_facts(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Statement *s, size_t a, double value[2],
                       double slope[2])
{
    return facts_by(local_slopes, net, m, n_matrices, s, a, value, slope);
}

static bool set_facts(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, Statement *s)
{
    for (size_t a = 0; a < s->n; a++) {
        double value[2], slope[2];
        if (!facts_by(local_slopes_quickly, net, m, n_matrices, s, a, value, slope))
            return false;
        mpq_set_d(statement_numbers(s, "value_lo")[a], value[0]);
        mpq_set_d(statement_numbers(s, "value_hi")[a], value[1]);
        mpq_set_d(statement_numbers(s, "slope_lo")[a], slope[0]);
        mpq_set_d(statement_numbers(s, "slope_hi")[a], slope[1]);
    }
    return true;
}

static void middle_and_half(double from, double to, double *middle, double *half)
{
    *middle = (from + to) / 2;
    *half = (to - from) / 2;
}

/* Y, about the inverse of I - D w, and the statement in doubles. */
static bool set_inverse(const LocalNet *net, const Equilibria *e, Statement *s, KrawczykBox *b)
{
    krawczyk_box_init(&net->cx->arena, s->n, b);
    for (size_t a = 0; a < s->n; a++) {
        b->x[a] = mpq_get_d(statement_numbers(s, "x")[a]);
        b->radius[a] = mpq_get_d(statement_numbers(s, "radius")[a]);
        middle_and_half(mpq_get_d(statement_numbers(s, "value_lo")[a]), mpq_get_d(statement_numbers(s, "value_hi")[a]), &b->value[a],
                        &b->value_half[a]);
        middle_and_half(mpq_get_d(statement_numbers(s, "slope_lo")[a]), mpq_get_d(statement_numbers(s, "slope_hi")[a]), &b->slope[a],
                        &b->slope_half[a]);
    }
    if (!krawczyk_inverse(&net->cx->arena, e->w, b))
        return false;
    for (size_t k = 0; k < s->n * s->n; k++)
        mpq_set_d(statement_numbers(s, "Y")[k], b->y[k]);
    return true;
}

/* ---- where a box may be ---- */

enum { MOST_EXPONENT = 200 };

/* The radius as a part 2^-narrow of the largest number of x, or of the rates' scale. The scale is for an x of about 0: of a 0 Newton's
 * method leaves some 1e-17, which says nothing of how far off the 0 is. */
typedef struct BoxTry {
    int narrow;
    bool by_scale;
} BoxTry;

static const BoxTry box_try[] = {{24, false}, {30, false}, {36, false}, {18, false}, {12, false},
                                 {24, true},  {36, true},  {48, true},  {60, true},  {12, true}};

/* The power of 2 that x is measured by; false where there is none, or numbers are out of hand. */
static bool size_of(const Equilibria *e, const double *x, bool by_scale, int *exponent)
{
    static const double FEW = 0x1p-20;      /* of the scale, and more than that is measured by itself */
    double size = 0;
    for (size_t a = 0; a < e->n_rows; a++)
        size = fmax(size, fabs(x[a]));
    if (by_scale ? size > FEW * e->scale : size == 0)
        return false;
    frexp(by_scale ? e->scale : size, exponent);
    return abs(*exponent) <= MOST_EXPONENT;
}

/* A box around x of the model's input, of a radius 2^-narrow times 2^exponent, times `side`. */
static void place_box(const LocalNet *net, const double *x, int exponent, int narrow, const double *side, Statement *out)
{
    statement_init(net->cx, out, STATEMENT_EQUILIBRIUM, net->n);
    for (size_t a = 0; a < net->n; a++) {
        local_input(net, a, statement_numbers(out, "input")[a]);
        mpq_set_d(statement_numbers(out, "x")[a], rounded(x[a], 46 - exponent));
        mpq_set_d(statement_numbers(out, "radius")[a], ldexp(side ? side[a] : 1, exponent - narrow));
    }
}

/* What equilibrium_facts gives, about. */
static bool facts_in_doubles(const LocalNet *net, const Equilibria *e, KrawczykBox *b)
{
    bool fine = true;
    mpq_t lo, hi;
    mpq_inits(lo, hi, (mpq_ptr)0);
    for (size_t a = 0; fine && a < b->n; a++) {
        double t = e->v[a], reach = 0, from, to;
        for (size_t c = 0; c < b->n; c++) {
            t += e->w[a * b->n + c] * b->x[c];
            reach += fabs(e->w[a * b->n + c]) * b->radius[c];
        }
        fine = isfinite(t) && isfinite(t - reach) && isfinite(t + reach);
        mpq_set_d(lo, fine ? t : 0);
        fine = fine && local_values(net, a, lo, lo, &from, &to);
        if (fine)
            middle_and_half(from, to, &b->value[a], &b->value_half[a]);
        mpq_set_d(lo, fine ? t - reach : 0);
        mpq_set_d(hi, fine ? t + reach : 0);
        fine = fine && local_slopes_quickly(net, a, lo, hi, &from, &to);
        if (fine)
            middle_and_half(from, to, &b->slope[a], &b->slope_half[a]);
    }
    mpq_clears(lo, hi, (mpq_ptr)0);
    return fine;
}

/* In the boxes of a search that failed the slopes were these, and no radius could have been enough for them. */
static bool is_hopeless(const BoxSearch *search, const KrawczykBox *b)
{
    return search->slope && memcmp(search->slope, b->slope, b->n * sizeof *b->slope) == 0 &&
           memcmp(search->slope_half, b->slope_half, b->n * sizeof *b->slope_half) == 0;
}

/* Boxes of equal radii are not worth another try with these slopes; those of others are, once, where some would do: as where an input is at a
 * kink, so that slopes stay apart in boxes of all sizes. */
static void note_hopeless(Arena *arena, const Equilibria *e, const KrawczykBox *b, BoxSearch *search)
{
    double *side = ARENA_ARRAY(arena, b->n, double);
    search->slope = b->slope;
    search->slope_half = b->slope_half;
    if (!search->side && krawczyk_sides(arena, e->w, b, side))
        *search = (BoxSearch){.side = side};
}

/* Krawczyk's map leads into the box, as far as doubles tell, or hardly out of it. */
static bool image_holds(Arena *arena, const Equilibria *e, const KrawczykBox *b, BoxSearch *search)
{
    double *offset = ARENA_ARRAY(arena, b->n, double), *reach = ARENA_ARRAY(arena, b->n, double);
    bool holds = true, is_none_enough = false;
    krawczyk_image(arena, e->w, b, offset, reach);
    for (size_t a = 0; a < b->n; a++) {
        holds &= offset[a] + reach[a] < 1.01 * b->radius[a];
        is_none_enough |= reach[a] >= b->radius[a];
    }
    if (is_none_enough)
        note_hopeless(arena, e, b, search);
    return holds;
}

/* The same before anything is enclosed for it. */
static bool box_seems_to_hold(const LocalNet *net, const Equilibria *e, const double *x, int exponent, int narrow, BoxSearch *search)
{
    Arena *arena = &net->cx->arena;
    KrawczykBox b;
    krawczyk_box_init(arena, net->n, &b);
    for (size_t a = 0; a < b.n; a++) {
        b.x[a] = rounded(x[a], 46 - exponent);
        b.radius[a] = ldexp(search->side ? search->side[a] : 1, exponent - narrow);
    }
    return facts_in_doubles(net, e, &b) && !is_hopeless(search, &b) && krawczyk_inverse(arena, e->w, &b) && image_holds(arena, e, &b, search);
}

bool propose_equilibrium(const LocalNet *net, const ClaimMatrix *m, const Equilibria *e, const double *x, BoxSearch *search, Statement *out)
{
    KrawczykBox b;
    while (search->n_tried < sizeof box_try / sizeof *box_try) {
        bool is_first = search->n_tried == 0;       /* it mostly holds */
        BoxTry by = box_try[search->n_tried++];
        int exponent;
        if (!size_of(e, x, by.by_scale, &exponent) || (!is_first && !box_seems_to_hold(net, e, x, exponent, by.narrow, search)))
            continue;
        place_box(net, x, exponent, by.narrow, search->side, out);
        if (set_facts(net, m, 1, out) && set_inverse(net, e, out, &b) && (!is_first || image_holds(&net->cx->arena, e, &b, search)))
            return true;
        statement_clear(out);
    }
    return false;
}

/* ---- one box for several matrices ---- */

/* The map leads into the box; otherwise the box becomes a little more than where it leads. False when that is nowhere. */
static bool settle_box(Ctx *cx, Statement *s, const KrawczykBox *b, const double *const *w, size_t n_matrices, bool *inside)
{
    double *image = ARENA_ARRAY(&cx->arena, s->n, double), *offset = ARENA_ARRAY(&cx->arena, s->n, double);
    double *reach = ARENA_ARRAY(&cx->arena, s->n, double);
    for (size_t k = 0; k < n_matrices; k++) {
        krawczyk_image(&cx->arena, w[k], b, offset, reach);
        for (size_t a = 0; a < s->n; a++) {
            image[a] = fmax(image[a], offset[a] + reach[a]);
            if (reach[a] > 1.2 * b->radius[a])
                return false;       /* which only grows with it */
        }
    }
    *inside = true;
    for (size_t a = 0; a < s->n; a++)
        *inside &= image[a] < 0.999 * b->radius[a];
    for (size_t a = 0; !*inside && a < s->n; a++) {
        if (!(image[a] < 0x1p200))
            return false;
        if (image[a] > 0.8 * b->radius[a])
            mpq_set_d(statement_numbers(s, "radius")[a], krawczyk_round(1.25 * image[a]));
    }
    return true;
}

bool propose_equilibrium_for_all(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Equilibria *e, const double *x,
                                 Statement *out)
{
    enum { WIDENINGS = 6 };
    const double **w = ARENA_ARRAY(&net->cx->arena, n_matrices, const double *);
    bool inside = false;
    KrawczykBox b;
    int exponent;
    frexp(equilibria_size(e, x), &exponent);
    if (abs(exponent) > MOST_EXPONENT)
        return false;
    place_box(net, x, exponent, 24, NULL, out);
    for (size_t k = 0; k < n_matrices; k++)
        w[k] = equilibria_weights(net->cx, &m[k]);
    for (int k = 0; k < WIDENINGS; k++) {
        if (!set_facts(net, m, n_matrices, out) || !set_inverse(net, e, out, &b) ||
            !settle_box(net->cx, out, &b, w, n_matrices, &inside))
            break;
        if (inside)
            return true;
    }
    statement_clear(out);
    return false;
}
