#include "compiler/check/stability/equilibria.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/row_order.h"
#include "compiler/check/proof/wide.h"
#include "compiler/code/code.h"

/* The network in doubles. */
typedef struct Hunt {
    const LocalNet *net;
    Equilibria *found;
    EigCode *phi;
    double *slope, *gain, *threshold, *input;       /* of LocalRow */
    double *step, *system;
    uint64_t state;             /* of the starts */
} Hunt;

static double psi(const Hunt *h, size_t a, double t)
{
    double s = h->slope[a] > 0 ? t / h->slope[a] : h->input[a];
    double var[EIG_N_VARS] = {[EIG_VAR_Z] = h->gain[a] * (s - h->threshold[a])};
    return eig_code_eval(&h->phi[a], var, NULL);
}

/* By steps that are small beside small rates, too. */
static double slope_of(const Hunt *h, size_t a, double t)
{
    double by = 1e-7 * (fmin(1, h->found->scale) + fabs(t));
    return (psi(h, a, t + by) - psi(h, a, t - by)) / (2 * by);
}

double equilibria_value(const Equilibria *e, size_t a, double t)
{
    return psi(e->hunt, a, t);
}

double equilibria_slope(const Equilibria *e, size_t a, double t)
{
    return slope_of(e->hunt, a, t);
}

double equilibria_steepness(const Equilibria *e, size_t a, double from, double to)
{
    enum { PARTS = 32 };
    const double rounding = 0x1p-44;
    double most = 0, at = from, value = psi(e->hunt, a, from);
    for (int k = 1; k <= PARTS; k++) {
        double next = k < PARTS ? from + (to - from) * k / PARTS : to, there = psi(e->hunt, a, next);
        double rise = there - value - rounding * (fabs(there) + fabs(value)), run = next - at + rounding * (fabs(at) + fabs(next));
        most = run > 0 && rise > most * run ? rise / run : most;
        at = next;
        value = there;
    }
    return most;
}

double equilibria_size(const Equilibria *e, const double *x)
{
    double size = 0;
    for (size_t a = 0; a < e->n_rows; a++)
        size = fmax(size, fabs(x[a]));
    return size > ldexp(e->scale, -40) ? size : e->scale;
}

static double total_input(const Hunt *h, size_t a, const double *x)
{
    const Equilibria *e = h->found;
    return e->v[a] + wide_dot(e->n_rows, e->w + a * e->n_rows, x);
}

/* ---- Newton's method ---- */

/* x - psi(w x + v) into step, I - D w into system. */
static double linearise(Hunt *h, const double *x)
{
    size_t n = h->found->n_rows;
    double largest = 0;
    for (size_t a = 0; a < n; a++) {
        double t = total_input(h, a, x), here = psi(h, a, t), slope = slope_of(h, a, t);
        h->step[a] = x[a] - here;
        if (!isfinite(h->step[a]) || !isfinite(slope))
            return INFINITY;
        largest = fmax(largest, fabs(h->step[a]));
        for (size_t b = 0; b < n; b++)
            h->system[a * n + b] = (a == b) - slope * h->found->w[a * n + b];
    }
    return largest;
}

/* From the equilibria that there are, by more than this part of the scale. */
static bool is_apart(const Hunt *h, const double *x, double part)
{
    for (size_t k = 0; k < h->found->n; k++) {
        double apart = 0;
        for (size_t a = 0; a < h->found->n_rows; a++)
            apart = fmax(apart, fabs(x[a] - h->found->at[k][a]));
        if (apart <= part * h->found->scale)
            return false;
    }
    return true;
}

static bool newton(Hunt *h, double *x)
{
    size_t n = h->found->n_rows;
    double size = h->found->scale, best = INFINITY;
    int most = n <= EQUILIBRIA_FEW_ROWS ? 40 : 15, idle = 0;
    for (int k = 0; k < most; k++) {
        double miss = linearise(h, x);
        idle = miss < best / 2 ? 0 : idle + 1;
        best = fmin(best, miss);
        if (idle > (n > EQUILIBRIA_FEW_ROWS ? 4 : 20))
            return false;       /* from piece to piece of the activations, and back */
        size = h->found->scale;         /* of where x is, not of where it began */
        for (size_t a = 0; a < n; a++)
            size = fmax(size, fabs(x[a]));
        if (!isfinite(miss))
            return false;
        if (miss <= 1e-14 * size)
            return true;
        if (miss <= 1e-7 * size && !is_apart(h, x, 1e-7))
            return false;       /* where a piece ends there steps come no nearer */
        if (!dense_solve(n, h->system, h->step))
            return miss <= 1e-12 * size;
        for (size_t a = 0; a < n; a++)
            x[a] -= h->step[a];
    }
    return linearise(h, x) <= 1e-11 * size;
}

/* A while along the network's own way, time constants all 1, or until it hardly moves. */
static void relax(const Hunt *h, double *x)
{
    enum { STEPS = 120 };
    static const double settled = 1e-4;     /* of the scale: Newton's method does the rest in a step or two */
    size_t n = h->found->n_rows;
    double next[EQUILIBRIA_MOST_ROWS], moved = INFINITY;
    for (int k = 0; k < STEPS && moved > settled * h->found->scale; k++) {
        moved = 0;
        for (size_t a = 0; a < n; a++) {
            next[a] = x[a] + 0.25 * (psi(h, a, total_input(h, a, x)) - x[a]);
            moved = fmax(moved, fabs(next[a] - x[a]));
        }
        for (size_t a = 0; a < n && fabs(next[a]) < 1e9 * h->found->scale; a++)
            x[a] = next[a];
    }
}

/* ---- starts ---- */

static double random_unit(Hunt *h)
{
    h->state = h->state * 6364136223846793005u + 1442695040888963407u;
    return (double)(h->state >> 11) * 0x1p-53;
}

static void try_from(Hunt *h, double *x)
{
    Equilibria *e = h->found;
    if (e->n == EQUILIBRIA_MOST || !newton(h, x) || !is_apart(h, x, 1e-6))
        return;
    for (size_t a = 0; a < e->n_rows; a++)
        e->at[e->n][a] = x[a];
    e->n++;
}

/* Between the bounds of phi; where there are none, within some scales. */
static double somewhere(Hunt *h, size_t a, int number, double part)
{
    const Activation *act = h->net->row[a].act;
    double far = h->found->scale * (number % 3 == 0 ? 1 : number % 3 == 1 ? 4 : 0.25);
    double lo = act->range_lo ? num_to_double(act->range_lo) : act->range_hi ? num_to_double(act->range_hi) - far : -far;
    double hi = act->range_hi ? num_to_double(act->range_hi) : act->range_lo ? num_to_double(act->range_lo) + far : far;
    return lo + part * (hi - lo);
}

/* On the way from one to another there may be one that neither attracts. */
static void try_between(Hunt *h)
{
    Equilibria *e = h->found;
    double x[EQUILIBRIA_MOST_ROWS];
    for (size_t j = 1; j < e->n; j++)
        for (size_t k = 0; k < j; k++)
            for (int part = 1; part < 8 && e->n < EQUILIBRIA_MOST; part++) {
                for (size_t a = 0; a < e->n_rows; a++)
                    x[a] = e->at[k][a] + (e->at[j][a] - e->at[k][a]) * part / 8;
                try_from(h, x);
            }
}

/* Some rates have no bound, so that there may be equilibria of any size. */
static bool is_unbounded(const Hunt *h)
{
    bool bounded = true;
    for (size_t a = 0; a < h->found->n_rows; a++)
        bounded &= h->net->row[a].act->range_lo && h->net->row[a].act->range_hi;
    return !bounded;
}

/* Random directions, farther and farther out: from there Newton's method comes back, where slopes grow, to the equilibrium
 * that is farthest. */
static void try_far_out(Hunt *h)
{
    enum { FARTHEST = 40 };
    const Equilibria *e = h->found;
    double x[EQUILIBRIA_MOST_ROWS];
    for (int k = -8; k < FARTHEST && e->n < EQUILIBRIA_MOST; k++) {
        for (size_t a = 0; a < e->n_rows; a++) {
            const Activation *act = h->net->row[a].act;
            double side = act->range_lo ? 1 : act->range_hi ? -1 : k % 2 ? 1 : -1;
            x[a] = side * ldexp(e->scale, k / 2) * (k % 4 == 0 ? 1 : random_unit(h));
        }
        try_from(h, x);
    }
}

/* From the first that was found, one row after the other at an end of its values: what the others do to it is settled then, as it
 * hardly is where all start anywhere. */
static void try_row_by_row(Hunt *h)
{
    enum { MOST_ROWS = 16 };
    const Equilibria *e = h->found;
    double x[EQUILIBRIA_MOST_ROWS];
    if (e->n == 0 || e->n_rows > MOST_ROWS)
        return;
    for (size_t a = 0; a < 2 * e->n_rows; a++) {
        memcpy(x, e->at[0], sizeof x);
        x[a / 2] = somewhere(h, a / 2, 0, a % 2 ? 1 : 0);
        relax(h, x);
        try_from(h, x);
    }
}

static void try_starts(Hunt *h)
{
    size_t n = h->found->n_rows;
    double x[EQUILIBRIA_MOST_ROWS];
    int starts = n <= 8 ? 96 : n <= EQUILIBRIA_FEW_ROWS ? 48 : 6;
    for (int k = 0; k < (h->found->n == 1 ? starts / 2 : starts) && h->found->n < EQUILIBRIA_MOST; k++) {
        for (size_t a = 0; a < n; a++)
            x[a] = somewhere(h, a, k / 3, k < 3 ? 0.5 * k : random_unit(h));
        if (k < 3 || k % 3 == 0)
            relax(h, x);
        try_from(h, x);
    }
    try_row_by_row(h);
    if (n <= EQUILIBRIA_FEW_ROWS && is_unbounded(h))
        try_far_out(h);
    if (n <= EQUILIBRIA_FEW_ROWS)
        try_between(h);
}

/* ---- the network in doubles ---- */

double *equilibria_weights(Ctx *cx, const ClaimMatrix *m)
{
    double *w = ARENA_ARRAY(&cx->arena, m->q * m->q, double);
    for (size_t a = 0; a < m->q; a++) {
        for (size_t k = m->row_from[a]; k < m->row_from[a + 1]; k++)
            w[a * m->q + m->column[k]] = claim_matrix_near(m, a, k) * (double)claim_matrix_size(m, m->column[k]);
        w[a * m->q + a] += 1 + (m->self ? mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : 0);
    }
    return w;
}

static void read_rows(Hunt *h, double *v)
{
    mpq_t x;
    mpq_init(x);
    for (size_t a = 0; a < h->net->n; a++) {
        const LocalRow *r = &h->net->row[a];
        h->phi[a] = a && r->act == h->net->row[a - 1].act ? h->phi[a - 1] : expr_to_code(h->net->cx, activation_computed(r->act));
        h->slope[a] = num_to_double(r->slope);
        h->gain[a] = num_to_double(r->gain);
        h->threshold[a] = num_to_double(r->threshold);
        h->input[a] = num_to_double(r->input);
        local_input(h->net, a, x);
        v[a] = mpq_get_d(x);
    }
    mpq_clear(x);
}

/* The value far out on that side, where it has come to an end, as those of formulas may, whose bounds are not written; else NAN. */
static double settled_value(const Hunt *h, size_t a, int side)
{
    double far = psi(h, a, side * 0x1p60), near = psi(h, a, side * 0x1p50);
    return fabs(far - near) <= 1e-6 * fabs(far) ? far : (double)NAN;
}

bool equilibria_settle(const Equilibria *e, double *lo, double *hi)
{
    bool all = true;
    for (size_t a = 0; all && a < e->n_rows; a++) {
        lo[a] = settled_value(e->hunt, a, -1);
        hi[a] = settled_value(e->hunt, a, 1);
        all = isfinite(lo[a]) && isfinite(hi[a]);
    }
    return all;
}

/* About the size of the values where they have come to an end on both sides; else -1. */
static double settled_size(const Hunt *h, size_t a)
{
    double size = fmax(fabs(settled_value(h, a, -1)), fabs(settled_value(h, a, 1)));
    bool both = !isnan(settled_value(h, a, -1)) && !isnan(settled_value(h, a, 1));
    return both ? size : -1;
}

/* The largest of the bounds and of what the input alone gives. */
static double scale_of(const Hunt *h)
{
    double scale = 0;
    for (size_t a = 0; a < h->net->n; a++) {
        const Activation *act = h->net->row[a].act;
        if (act->range_lo && act->range_hi)
            scale = fmax(scale, fmax(fabs(num_to_double(act->range_lo)), fabs(num_to_double(act->range_hi))));
        else if (settled_size(h, a) >= 0)
            scale = fmax(scale, settled_size(h, a));
        else
            scale = fmax(scale, fmax(fabs(psi(h, a, h->found->v[a])), fabs(h->found->v[a])));
    }
    return scale > 0 && isfinite(scale) ? scale : 1;
}

static int compare_states(const void *a, const void *b)
{
    const double *x = a, *y = b;
    for (size_t k = 0; k < EQUILIBRIA_MOST_ROWS; k++)
        if (x[k] != y[k])
            return x[k] < y[k] ? -1 : 1;
    return 0;
}

static Hunt *hunt_new(const LocalNet *net, const ClaimMatrix *m, Equilibria *found)
{
    size_t n = net->n;
    Arena *arena = &net->cx->arena;
    double *v = ARENA_ARRAY(arena, n, double);
    Hunt *h = ARENA_NEW(arena, Hunt);
    *h = (Hunt){.net = net, .found = found, .state = 1};
    *found = (Equilibria){.n_rows = n, .w = equilibria_weights(net->cx, m), .v = v, .hunt = h};
    h->phi = ARENA_ARRAY(arena, n, EigCode);
    h->slope = ARENA_ARRAY(arena, n, double);
    h->gain = ARENA_ARRAY(arena, n, double);
    h->threshold = ARENA_ARRAY(arena, n, double);
    h->input = ARENA_ARRAY(arena, n, double);
    read_rows(h, v);
    found->scale = scale_of(h);
    return h;
}

static void hunt(Hunt *h)
{
    Equilibria *found = h->found;
    h->step = ARENA_ARRAY(&h->net->cx->arena, found->n_rows, double);
    h->system = ARENA_ARRAY(&h->net->cx->arena, found->n_rows * found->n_rows, double);
    try_starts(h);
    qsort(found->at, found->n, sizeof found->at[0], compare_states);
}

/* What a start, and a step, has for each row, with the rows in another order. */
static void put_in_order(const Hunt *h, const RowOrder *o, Arena *room, LocalNet *net, Equilibria *found, Hunt *out)
{
    size_t n = h->found->n_rows;
    double *w = ARENA_ARRAY(room, n * n, double), *v = ARENA_ARRAY(room, n, double);
    *net = *h->net;
    net->row = ARENA_ARRAY(room, n, LocalRow);
    *found = (Equilibria){.n_rows = n, .w = w, .v = v, .scale = h->found->scale, .hunt = out};
    *out = (Hunt){.net = net, .found = found, .phi = ARENA_ARRAY(room, n, EigCode), .slope = ARENA_ARRAY(room, n, double),
                  .gain = ARENA_ARRAY(room, n, double), .threshold = ARENA_ARRAY(room, n, double), .input = ARENA_ARRAY(room, n, double),
                  .state = h->state};
    for (size_t k = 0; k < n; k++) {
        size_t a = o->at[k];
        net->row[k] = h->net->row[a];
        out->phi[k] = h->phi[a];
        out->slope[k] = h->slope[a];
        out->gain[k] = h->gain[a];
        out->threshold[k] = h->threshold[a];
        out->input[k] = h->input[a];
        v[k] = h->found->v[a];
        for (size_t j = 0; j < n; j++)
            w[k * n + j] = h->found->w[a * n + o->at[j]];
    }
}

/* Starts are drawn row by row, and there is room for few equilibria: which are found must not hang on the order of declarations. */
static void hunt_by_contents(Hunt *h, const ClaimMatrix *m)
{
    const RowOrder *o = local_order(h->net, m);
    Equilibria *found = h->found;
    Arena room = {0};
    if (!o) {
        hunt(h);
        return;
    }
    LocalNet net;
    Hunt ordered;
    Equilibria *there = ARENA_NEW(&room, Equilibria);
    put_in_order(h, o, &room, &net, there, &ordered);
    hunt(&ordered);
    found->n = there->n;
    for (size_t k = 0; k < there->n; k++)
        for (size_t a = 0; a < found->n_rows; a++)
            found->at[k][o->at[a]] = there->at[k][a];
    arena_free(&room);
}

void equilibria_network(const LocalNet *net, const ClaimMatrix *m, Equilibria *out)
{
    hunt_new(net, m, out);
}

void equilibria_find(const LocalNet *net, const ClaimMatrix *m, Equilibria *out)
{
    hunt_by_contents(hunt_new(net, m, out), m);
}

void equilibria_find_once(const LocalNet *net, const ClaimMatrix *m, const Equilibria **places, Equilibria *out)
{
    Hunt *h = hunt_new(net, m, out);
    if (*places && (*places)->n_rows == out->n_rows) {
        out->n = (*places)->n;
        memcpy(out->at, (*places)->at, sizeof out->at);
        return;
    }
    hunt_by_contents(h, m);
    Equilibria *kept = ARENA_ARRAY(&net->cx->arena, 1, Equilibria);
    *kept = *out;
    *places = kept;
}
