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

bool equilibrium_facts(const LocalNet *net, const ClaimMatrix *m, const Statement *s, size_t a, double value[2], double slope[2])
{
    mpq_t centre, reach, lo, hi;
    mpq_inits(centre, reach, lo, hi, (mpq_ptr)0);
    inputs_in_box(m, s, a, centre, reach);
    mpq_sub(lo, centre, reach);
    mpq_add(hi, centre, reach);
    bool fine = local_values(net, a, centre, centre, &value[0], &value[1]) && local_slopes(net, a, lo, hi, &slope[0], &slope[1]);
    mpq_clears(centre, reach, lo, hi, (mpq_ptr)0);
    return fine;
}

static bool set_facts(const LocalNet *net, const ClaimMatrix *m, Statement *s)
{
    for (size_t a = 0; a < m->q; a++) {
        double value[2], slope[2];
        if (!equilibrium_facts(net, m, s, a, value, slope))
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

bool propose_equilibrium(const LocalNet *net, const ClaimMatrix *m, const Equilibria *e, const double *x, int attempt, Statement *out)
{
    static const int narrow[] = {24, 30, 36, 18, 12};
    int exponent = 0;
    double size = 0;
    if (attempt >= (int)(sizeof narrow / sizeof *narrow))
        return false;
    for (size_t a = 0; a < m->q; a++)
        size = fmax(size, fabs(x[a]));
    if (size > 0)
        frexp(size, &exponent);
    if (abs(exponent) > 200)
        return false;
    statement_init(net->cx, out, STATEMENT_EQUILIBRIUM, m->q);
    for (size_t a = 0; a < m->q; a++) {
        local_input(net, a, statement_numbers(out, "input")[a]);
        set_rounded(statement_numbers(out, "x")[a], x[a], 46 - exponent);
        mpq_set_d(statement_numbers(out, "radius")[a], ldexp(1, exponent - narrow[attempt]));
    }
    if (set_facts(net, m, out) && set_inverse(net, e, out))
        return true;
    statement_clear(out);
    return false;
}
