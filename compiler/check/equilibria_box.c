/* A box around an equilibrium, with the numbers that prove it. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/equilibria.h"

/* x to a multiple of 2^-bits. */
static void set_rounded(mpq_t out, double x, int bits)
{
    mpq_set_d(out, ldexp(rint(ldexp(x, bits)), -bits));
}

/* To 24 binary digits. */
static void set_short(mpq_t out, double x)
{
    int exponent;
    double mantissa = frexp(x, &exponent);
    mpq_set_d(out, ldexp(rint(ldexp(mantissa, 24)), exponent - 24));
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

/* Of a mean of matrices, the centre lies between theirs, and the box reaches no further than the farthest of theirs. */
bool equilibrium_facts(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Statement *s, size_t a, double value[2],
                       double slope[2])
{
    mpq_t centre, reach, none, at_lo, at_hi, lo, hi;
    mpq_inits(centre, reach, none, at_lo, at_hi, lo, hi, (mpq_ptr)0);
    for (size_t k = 0; k < n_matrices; k++) {
        inputs_in_box(&m[k], s, a, centre, reach);
        widen(at_lo, at_hi, centre, none, k == 0);
        widen(lo, hi, centre, reach, k == 0);
    }
    bool fine = local_values(net, a, at_lo, at_hi, &value[0], &value[1]) && local_slopes(net, a, lo, hi, &slope[0], &slope[1]);
    mpq_clears(centre, reach, none, at_lo, at_hi, lo, hi, (mpq_ptr)0);
    return fine;
}

static bool set_facts(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, Statement *s)
{
    for (size_t a = 0; a < s->n; a++) {
        double value[2], slope[2];
        if (!equilibrium_facts(net, m, n_matrices, s, a, value, slope))
            return false;
        mpq_set_d(statement_numbers(s, "value_lo")[a], value[0]);
        mpq_set_d(statement_numbers(s, "value_hi")[a], value[1]);
        mpq_set_d(statement_numbers(s, "slope_lo")[a], slope[0]);
        mpq_set_d(statement_numbers(s, "slope_hi")[a], slope[1]);
    }
    return true;
}

/* Y, about the inverse of I - D w. */
static bool set_inverse(const LocalNet *net, const Equilibria *e, Statement *s)
{
    size_t n = e->n_rows;
    double *a = ARENA_ARRAY(&net->cx->arena, n * n, double), *y = ARENA_ARRAY(&net->cx->arena, n * n, double);
    for (size_t i = 0; i < n; i++) {
        double slope = (mpq_get_d(statement_numbers(s, "slope_lo")[i]) + mpq_get_d(statement_numbers(s, "slope_hi")[i])) / 2;
        for (size_t j = 0; j < n; j++)
            a[i * n + j] = (i == j) - slope * e->w[i * n + j];
    }
    if (!dense_invert(n, a, y))
        return false;
    for (size_t k = 0; k < n * n; k++) {
        if (!isfinite(y[k]))
            return false;
        set_short(statement_numbers(s, "Y")[k], y[k]);
    }
    return true;
}

/* A box around x, with 2^-narrow of its size as the radius, and the model's input. False where numbers are out of hand. */
static bool place_box(const LocalNet *net, const double *x, int narrow, Statement *out)
{
    int exponent = 0;
    double size = 0;
    for (size_t a = 0; a < net->n; a++)
        size = fmax(size, fabs(x[a]));
    if (size > 0)
        frexp(size, &exponent);
    if (abs(exponent) > 200)
        return false;
    statement_init(net->cx, out, STATEMENT_EQUILIBRIUM, net->n);
    for (size_t a = 0; a < net->n; a++) {
        local_input(net, a, statement_numbers(out, "input")[a]);
        set_rounded(statement_numbers(out, "x")[a], x[a], 46 - exponent);
        mpq_set_d(statement_numbers(out, "radius")[a], ldexp(1, exponent - narrow));
    }
    return true;
}

bool propose_equilibrium(const LocalNet *net, const ClaimMatrix *m, const Equilibria *e, const double *x, int attempt, Statement *out)
{
    static const int narrow[] = {24, 30, 36, 18, 12};
    if (attempt >= (int)(sizeof narrow / sizeof *narrow) || !place_box(net, x, narrow[attempt], out))
        return false;
    if (set_facts(net, m, 1, out) && set_inverse(net, e, out))
        return true;
    statement_clear(out);
    return false;
}

/* ---- one box for several matrices ---- */

static void middle_and_half(const Statement *s, const char *lo, const char *hi, double *middle, double *half)
{
    for (size_t a = 0; a < s->n; a++) {
        double from = mpq_get_d(statement_numbers(s, lo)[a]), to = mpq_get_d(statement_numbers(s, hi)[a]);
        middle[a] = (from + to) / 2;
        half[a] = (to - from) / 2;
    }
}

/* In doubles, where Krawczyk's map for the weights w leads: image[a], at least what it was, of |Y (x0 - f)| +
 * |Y| (f^ + d^ |w| r) + |I - Y (I - diag(d) w)| r. */
static void map_box(Ctx *cx, const Statement *s, const double *w, double *image)
{
    size_t n = s->n;
    double *value = ARENA_ARRAY(&cx->arena, n, double), *slope = ARENA_ARRAY(&cx->arena, n, double);
    double *off = ARENA_ARRAY(&cx->arena, n, double), *wide = ARENA_ARRAY(&cx->arena, n, double);
    const mpq_t *y = statement_numbers(s, "Y"), *x = statement_numbers(s, "x"), *radius = statement_numbers(s, "radius");
    middle_and_half(s, "value_lo", "value_hi", value, off);
    middle_and_half(s, "slope_lo", "slope_hi", slope, wide);
    for (size_t k = 0; k < n; k++)
        for (size_t b = 0; b < n; b++)
            off[k] += wide[k] * fabs(w[k * n + b]) * mpq_get_d(radius[b]);
    for (size_t a = 0; a < n; a++) {
        double miss = 0, sum = 0;
        for (size_t k = 0; k < n; k++) {
            miss += mpq_get_d(y[a * n + k]) * (mpq_get_d(x[k]) - value[k]);
            sum += fabs(mpq_get_d(y[a * n + k])) * off[k];
        }
        for (size_t b = 0; b < n; b++) {
            double row = (a == b) - mpq_get_d(y[a * n + b]);
            for (size_t k = 0; k < n; k++)
                row += mpq_get_d(y[a * n + k]) * slope[k] * w[k * n + b];
            sum += fabs(row) * mpq_get_d(radius[b]);
        }
        image[a] = fmax(image[a], fabs(miss) + sum);
    }
}

/* The map leads into the box; otherwise the box becomes a little more than where it leads. False when that is nowhere. */
static bool settle_box(Ctx *cx, Statement *s, const double *const *w, size_t n_matrices, bool *inside)
{
    double *image = ARENA_ARRAY(&cx->arena, s->n, double);
    mpq_t *radius = statement_numbers(s, "radius");
    for (size_t k = 0; k < n_matrices; k++)
        map_box(cx, s, w[k], image);
    *inside = true;
    for (size_t a = 0; a < s->n; a++)
        *inside &= image[a] < 0.999 * mpq_get_d(radius[a]);
    for (size_t a = 0; !*inside && a < s->n; a++) {
        if (!(image[a] < 0x1p200))
            return false;
        if (image[a] > 0.8 * mpq_get_d(radius[a]))
            set_short(radius[a], 1.25 * image[a]);
    }
    return true;
}

bool propose_equilibrium_for_all(const LocalNet *net, const ClaimMatrix *m, size_t n_matrices, const Equilibria *e, const double *x,
                                 Statement *out)
{
    enum { WIDENINGS = 6 };
    const double **w = ARENA_ARRAY(&net->cx->arena, n_matrices, const double *);
    bool inside = false;
    if (!place_box(net, x, 24, out))
        return false;
    for (size_t k = 0; k < n_matrices; k++)
        w[k] = equilibria_weights(net->cx, &m[k]);
    for (int k = 0; k < WIDENINGS; k++) {
        if (!set_facts(net, m, n_matrices, out) || !set_inverse(net, e, out) || !settle_box(net->cx, out, w, n_matrices, &inside))
            break;
        if (inside)
            return true;
    }
    statement_clear(out);
    return false;
}
