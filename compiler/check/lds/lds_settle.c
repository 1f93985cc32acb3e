/* Witnesses that nearly hold, moved until they do. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/proof/wide.h"

enum { RANK = LDS_SETTLED, SETTLE_SWEEPS = 40 };
static const double ROOM = 1e-4;                /* part of a row's ball that is kept free: for rounding */

/* u = sum over j of K_ij v_j */
WIDE static void row_product(const LdsPart *p, size_t i, const double *v, double *u)
{
    Four low = {0}, high = {0};
    for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
        const Four *x = (const Four *)(v + (size_t)p->column[e] * RANK);
        low += x[0] * p->k[e];
        high += x[1] * p->k[e];
    }
    ((Four *)u)[0] = low;
    ((Four *)u)[1] = high;
}

/* Row i of the witness holds when v_i . u_i >= v_i . v_i: when v_i is in the ball that has u_i as a diameter. Moves it to the nearest point
 * of that ball, made a little smaller, where it is outside. True when it was. */
static bool settle_row(const double *u, double *v)
{
    double inside = 0, size = 0, distance = 0, radius = 0;
    for (size_t k = 0; k < RANK; k++) {
        inside += v[k] * (u[k] - v[k]);
        size += v[k] * v[k];
        distance += (v[k] - u[k] / 2) * (v[k] - u[k] / 2);
        radius += u[k] * u[k] / 4;
    }
    if (inside > ROOM / 2 * ROOM * size)
        return false;
    double by = (1 - ROOM) * sqrt(radius / distance);
    for (size_t k = 0; k < RANK && by < 1; k++)
        v[k] = u[k] / 2 + by * (v[k] - u[k] / 2);
    return true;
}

/* Row after row, until all that are not 0 hold. */
static bool settle(const LdsPart *p, double *v)
{
    double u[RANK];
    for (int sweep = 0; sweep < SETTLE_SWEEPS; sweep++) {
        bool has_moved = false;
        for (size_t i = 0; i < p->n; i++) {
            double size = 0;
            for (size_t k = 0; k < RANK; k++)
                size += v[i * RANK + k] * v[i * RANK + k];
            if (size == 0)
                continue;
            row_product(p, i, v, u);
            has_moved |= settle_row(u, v + i * RANK);
        }
        if (!has_moved)
            return true;
    }
    return false;
}

bool lds_offer_settled(LdsPart *p, size_t rank, double *v, const char *method, LdsFinding *f)
{
    size_t n = p->n;
    bool accepted = false;
    double *apart = malloc(n * rank * sizeof *apart);
    if (apart && lds_spend_operations(p, 2.0 * RANK * SETTLE_SWEEPS * (double)p->n_edges, f) && settle(p, v)) {
        for (size_t k = 0; k < rank; k++)
            for (size_t i = 0; i < n; i++)
                apart[k * n + i] = v[i * RANK + k];
        accepted = lds_offer_v(p, rank, apart, method, f);
    }
    free(apart);
    return accepted;
}
