/* A box that moves along with an equilibrium, with the numbers that prove it for several matrices and all their means. It is looked for
 * in doubles, with slopes that are seen at some inputs; then the slopes are enclosed, and the verifier decides. */
#include <math.h>

#include "compiler/check/proof/statement/statement_verify.h"
#include "compiler/check/stability/krawczyk.h"

bool moving_facts(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Statement *s, double *value, double *slope)
{
    mpq_t *lo = rationals_new(net->cx, s->n), *hi = rationals_new(net->cx, s->n), *at = statement_numbers(s, "at");
    bool fine = true;
    statement_moving_inputs(net->cx, m, n_matrices, s, lo, hi);
    for (size_t a = 0; fine && a < s->n; a++)
        fine = local_values(net, a, at[a], at[a], &value[2 * a], &value[2 * a + 1]) &&
               local_slopes_closely(net, a, lo[a], hi[a], &slope[2 * a], &slope[2 * a + 1]);
    rationals_clear(lo, s->n);
    rationals_clear(hi, s->n);
    return fine;
}

/* ---- in doubles ---- */

/* Of each matrix w, and the shift of the box's middle there; of a pair of them what is compared, as in statement_moving.c. */
typedef struct Walk {
    const Equilibria *e;
    size_t n, n_matrices;
    const double **w;
    double **shift;
    KrawczykBox b;              /* x, radius, slopes, and the value of psi at `at` */
    double *at, *lo, *hi;       /* inputs in the box */
    double *image, *own;        /* where the map leads, and how much of it is the radius' own doing */
    double *weight, *moved, *along, *drift, *reach;
} Walk;

static double row_times(const Walk *k, const double *w, size_t a, const double *y)
{
    double sum = 0;
    for (size_t b = 0; b < k->n; b++)
        sum += w[a * k->n + b] * y[b];
    return sum;
}

static void set_shift(const Walk *k, const double *w, double *out)
{
    for (size_t a = 0; a < k->n; a++)
        k->along[a] = k->b.value[a] - k->b.x[a] + k->b.slope[a] * (row_times(k, w, a, k->b.x) + k->e->v[a] - k->at[a]);
    for (size_t a = 0; a < k->n; a++)
        out[a] = row_times(k, k->b.y, a, k->along);
}

static void set_pair(Walk *k, size_t i, size_t j)
{
    for (size_t c = 0; c < k->n * k->n; c++)
        k->weight[c] = (k->w[i][c] + k->w[j][c]) / 2;
    for (size_t a = 0; a < k->n; a++) {
        k->moved[a] = (k->shift[i][a] + k->shift[j][a]) / 2;
        k->along[a] = (row_times(k, k->w[i], a, k->shift[j]) + row_times(k, k->w[j], a, k->shift[i])) / 2;
        k->drift[a] = row_times(k, k->weight, a, k->b.x) + k->along[a] + k->e->v[a] - k->at[a];
        k->reach[a] = 0;
        for (size_t b = 0; b < k->n; b++)
            k->reach[a] += fabs(k->weight[a * k->n + b]) * k->b.radius[b];
    }
}

static void widen_inputs(Walk *k)
{
    for (size_t a = 0; a < k->n; a++) {
        k->lo[a] = fmin(k->lo[a], k->at[a] + k->drift[a] - k->reach[a]);
        k->hi[a] = fmax(k->hi[a], k->at[a] + k->drift[a] + k->reach[a]);
    }
}

static void widen_image(Walk *k)
{
    size_t n = k->n;
    for (size_t a = 0; a < n; a++) {
        const double *y = k->b.y + a * n;
        double off = k->moved[a], spread = 0, own = 0;
        for (size_t c = 0; c < n; c++) {
            double entry = (a == c) - y[c];
            off += y[c] * (k->b.slope[c] * k->along[c] - k->moved[c]);
            spread += fabs(y[c]) * k->b.slope_half[c] * fabs(k->drift[c]);
            own += fabs(y[c]) * k->b.slope_half[c] * k->reach[c];
            for (size_t b = 0; b < n; b++)
                entry += y[b] * k->b.slope[b] * k->weight[b * n + c];
            own += fabs(entry) * k->b.radius[c];
        }
        k->image[a] = fmax(k->image[a], fabs(off) + spread + own);
        k->own[a] = fmax(k->own[a], own);
    }
}

static void for_pairs(Walk *k, void (*widen)(Walk *k))
{
    for (size_t i = 0; i < k->n_matrices; i++)
        set_shift(k, k->w[i], k->shift[i]);
    for (size_t i = 0; i < k->n_matrices; i++)
        for (size_t j = 0; j <= i; j++) {
            set_pair(k, i, j);
            widen(k);
        }
}

static void see_inputs(Walk *k)
{
    for (size_t a = 0; a < k->n; a++)
        k->lo[a] = k->hi[a] = k->at[a];
    for_pairs(k, widen_inputs);
}

/* Slopes as they are seen at some inputs, with a margin for what is between them. False where some are not finite. */
static bool see_slopes(Walk *k)
{
    enum { PARTS = 16 };
    bool fine = true;
    for (size_t a = 0; fine && a < k->n; a++) {
        double least = INFINITY, most = 0;
        for (int part = 0; part <= PARTS; part++) {
            double slope = equilibria_slope(k->e, a, k->lo[a] + (k->hi[a] - k->lo[a]) * part / PARTS);
            fine = fine && isfinite(slope);
            least = fmin(least, slope);
            most = fmax(most, slope);
        }
        double margin = (most - least) / 64 + fabs(most) * 0x1p-18;
        least = fmax(0, krawczyk_round(least - margin));
        most = krawczyk_round(most + margin);
        k->b.slope[a] = (least + most) / 2;
        k->b.slope_half[a] = (most - least) / 2;
    }
    return fine;
}

static void walk_init(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Equilibria *e, Walk *k)
{
    Arena *arena = &net->cx->arena;
    *k = (Walk){.e = e, .n = net->n, .n_matrices = n_matrices};
    double **row[] = {&k->at, &k->lo, &k->hi, &k->image, &k->own, &k->moved, &k->along, &k->drift, &k->reach};
    for (size_t a = 0; a < sizeof row / sizeof *row; a++)
        *row[a] = ARENA_ARRAY(arena, k->n, double);
    k->weight = ARENA_ARRAY(arena, k->n * k->n, double);
    k->w = ARENA_ARRAY(arena, n_matrices, const double *);
    k->shift = ARENA_ARRAY(arena, n_matrices, double *);
    for (size_t i = 0; i < n_matrices; i++) {
        k->w[i] = equilibria_weights(net->cx, &m[i]);
        k->shift[i] = ARENA_ARRAY(arena, k->n, double);
    }
    krawczyk_box_init(arena, k->n, &k->b);
}

/* A narrow box around x, the inputs there, and the values at these. */
static bool walk_start(const LocalNet *net, const double *x, Walk *k)
{
    double size = equilibria_size(k->e, x);
    bool fine = true;
    mpq_t at;
    mpq_init(at);
    for (size_t a = 0; fine && a < k->n; a++) {
        double t = k->e->v[a] + row_times(k, k->e->w, a, x), least, most;
        fine = fabs(t) < 0x1p200 && size < 0x1p200;
        k->b.x[a] = krawczyk_round(fine ? x[a] : 0);
        k->b.radius[a] = ldexp(krawczyk_round(fine ? size : 1), -24);
        k->at[a] = k->lo[a] = k->hi[a] = krawczyk_round(fine ? t : 0);
        mpq_set_d(at, k->at[a]);
        fine = fine && local_values(net, a, at, at, &least, &most);
        k->b.value[a] = fine ? (least + most) / 2 : 0;
    }
    mpq_clear(at);
    return fine;
}

/* Wider and wider, until the map leads into the box. False when it does not: what is the radius' own doing only grows with it. */
static bool walk_on(const LocalNet *net, Walk *k)
{
    enum { WIDENINGS = 12 };
    bool going = see_slopes(k) && krawczyk_inverse(&net->cx->arena, k->e->w, &k->b);
    for (int step = 0; going && step < WIDENINGS; step++) {
        bool inside = true, hopeless = false;
        see_inputs(k);
        if (!see_slopes(k) || !krawczyk_inverse(&net->cx->arena, k->e->w, &k->b))
            return false;
        memset(k->image, 0, k->n * sizeof *k->image);
        memset(k->own, 0, k->n * sizeof *k->own);
        for_pairs(k, widen_image);
        for (size_t a = 0; a < k->n; a++) {
            inside &= k->image[a] < 0.98 * k->b.radius[a];
            hopeless |= !(k->image[a] < 0x1p200) || (step > 3 && k->own[a] > 1.2 * k->b.radius[a]);
        }
        if (inside || hopeless)
            return inside;
        for (size_t a = 0; a < k->n; a++)
            if (k->image[a] > 0.8 * k->b.radius[a])
                k->b.radius[a] = krawczyk_round(1.25 * k->image[a]);
    }
    return false;
}

/* ---- the statement ---- */

static void write_box(const LocalNet *net, const Walk *k, Statement *out)
{
    statement_init(net->cx, out, STATEMENT_MOVING, k->n);
    for (size_t a = 0; a < k->n; a++) {
        local_input(net, a, statement_numbers(out, "input")[a]);
        mpq_set_d(statement_numbers(out, "x")[a], k->b.x[a]);
        mpq_set_d(statement_numbers(out, "at")[a], k->at[a]);
        mpq_set_d(statement_numbers(out, "radius")[a], k->b.radius[a]);
    }
    for (size_t c = 0; c < k->n * k->n; c++)
        mpq_set_d(statement_numbers(out, "Y")[c], k->b.y[c]);
}

static void write_bounds(Statement *out, size_t a, const double *value, double least, double most)
{
    mpq_set_d(statement_numbers(out, "value_lo")[a], value[0]);
    mpq_set_d(statement_numbers(out, "value_hi")[a], value[1]);
    mpq_set_d(statement_numbers(out, "slope_lo")[a], least);
    mpq_set_d(statement_numbers(out, "slope_hi")[a], most);
}

/* Whether the map leads into the box; where it does not, the box becomes wider. */
static bool leads_inside(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, Statement *s)
{
    mpq_t *image = rationals_new(net->cx, s->n), *radius = statement_numbers(s, "radius");
    bool inside = true;
    statement_moving_image(net->cx, m, n_matrices, s, image);
    for (size_t a = 0; a < s->n; a++)
        inside &= mpq_cmp(image[a], radius[a]) < 0;
    for (size_t a = 0; !inside && a < s->n; a++) {
        double to = mpq_get_d(image[a]);
        if (to > 0.9 * mpq_get_d(radius[a]) && to < 0x1p200)
            mpq_set_d(radius[a], krawczyk_round(1.125 * to));
    }
    rationals_clear(image, s->n);
    return inside;
}

/* The facts; where slopes are bounded by less than they have to be, they are given more room, and so is the box. */
static bool set_facts(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Walk *k, Statement *out)
{
    enum { TRIES = 6 };
    double *value = ARENA_ARRAY(&net->cx->arena, 2 * k->n, double), *slope = ARENA_ARRAY(&net->cx->arena, 2 * k->n, double);
    for (size_t a = 0; a < k->n; a++) {
        double exact[2] = {k->b.value[a], k->b.value[a]};
        write_bounds(out, a, exact, k->b.slope[a] - k->b.slope_half[a], k->b.slope[a] + k->b.slope_half[a]);
    }
    for (int t = 0; t < TRIES; t++) {
        bool hold = true;
        if (!moving_facts(net, m, n_matrices, out, value, slope))
            return false;
        for (size_t a = 0; a < k->n; a++) {
            double least = mpq_get_d(statement_numbers(out, "slope_lo")[a]), most = mpq_get_d(statement_numbers(out, "slope_hi")[a]);
            double room = (slope[2 * a + 1] - slope[2 * a]) / 128;
            hold &= least <= slope[2 * a] && most >= slope[2 * a + 1];
            least = least <= slope[2 * a] ? least : fmax(0, krawczyk_round(slope[2 * a] - room));
            most = most >= slope[2 * a + 1] ? most : krawczyk_round(slope[2 * a + 1] + room);
            write_bounds(out, a, &value[2 * a], least, most);
        }
        bool inside = leads_inside(net, m, n_matrices, out);
        if (hold && inside)
            return true;
    }
    return false;
}

bool propose_moving(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Equilibria *e, const double *x, Statement *out)
{
    Walk k;
    walk_init(net, m, n_matrices, e, &k);
    if (!walk_start(net, x, &k) || !walk_on(net, &k))
        return false;
    write_box(net, &k, out);
    if (set_facts(net, m, n_matrices, &k, out))
        return true;
    statement_clear(out);
    return false;
}
