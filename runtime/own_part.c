#include "runtime/own_part.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/layout.h"

/* Calls visit for each population, with where its parts begin. */
typedef bool VisitPop(OwnPart *o, size_t pop, size_t from, void *user);

static bool each_pop(OwnPart *o, VisitPop *visit, void *user)
{
    size_t from = 0;
    for (size_t q = 0; q < o->p->n_pops; q++) {
        size_t s = eig_n_states(&o->p->pop[q]);
        if (!visit(o, q, from, user))
            return false;
        from += s * s * o->p->pop[q].size;
    }
    return true;
}

bool own_part_open(OwnPart *o, const EigProblem *p)
{
    *o = (OwnPart){ .p = p };
    for (size_t q = 0; q < p->n_pops; q++)
        o->n += eig_n_states(&p->pop[q]) * eig_n_states(&p->pop[q]) * p->pop[q].size;
    o->part = calloc(o->n + 1, sizeof *o->part);
    o->inverse = calloc(o->n + 1, sizeof *o->inverse);
    return o->part && o->inverse;
}

void own_part_close(OwnPart *o)
{
    free(o->part);
    free(o->inverse);
}

size_t own_part_states(const OwnPart *o)
{
    size_t most = 0;
    for (size_t q = 0; q < o->p->n_pops; q++)
        most = eig_n_states(&o->p->pop[q]) > most ? eig_n_states(&o->p->pop[q]) : most;
    return most;
}

void own_part_unit(const OwnPart *o, size_t k, double *v)
{
    memset(v, 0, eig_n_x(o->p) * sizeof *v);
    for (size_t q = 0; q < o->p->n_pops; q++) {
        const EigPop *pop = &o->p->pop[q];
        for (size_t i = 0; k < eig_n_states(pop) && i < pop->size; i++)
            v[eig_state_from(o->p, q) + k * pop->size + i] = 1.0;
    }
}

typedef struct Column {
    size_t k;
    const double *jv;
} Column;

/* A number that is not finite is left out: the inverse need not be exact. */
static bool take_column(OwnPart *o, size_t q, size_t from, void *user)
{
    const Column *c = user;
    size_t size = o->p->pop[q].size, s = eig_n_states(&o->p->pop[q]);
    for (size_t r = 0; c->k < s && r < s; r++)
        for (size_t i = 0; i < size; i++) {
            double value = c->jv[eig_state_from(o->p, q) + r * size + i];
            o->part[from + (r * s + c->k) * size + i] = isfinite(value) ? value : 0.0;
        }
    return true;
}

void own_part_column(OwnPart *o, size_t k, const double *jv)
{
    each_pop(o, take_column, &(Column){ k, jv });
}

static bool take_leaks(OwnPart *o, size_t q, size_t from, void *user)
{
    const EigPop *pop = &o->p->pop[q];
    size_t s = eig_n_states(pop);
    (void)user;
    for (size_t k = 0; k < s; k++)
        for (size_t i = 0; eig_state(pop, k).kind == EIG_STATE_LEAK && i < pop->size; i++)
            o->part[from + (k * s + k) * pop->size + i] = -(pop->rate_of ? pop->rate_of[i] : pop->rate);
    return true;
}

void own_part_leaks(OwnPart *o)
{
    each_pop(o, take_leaks, NULL);
}

enum { MOST = EIG_MAX_STATES };

static void swap_rows(double (*m)[2 * MOST], size_t a, size_t b, size_t width)
{
    for (size_t c = 0; c < width; c++) {
        double was = m[a][c];
        m[a][c] = m[b][c];
        m[b][c] = was;
    }
}

/* Gauss and Jordan, of s rows [M | 1]. */
static bool invert(double (*m)[2 * MOST], size_t s)
{
    for (size_t k = 0; k < s; k++) {
        size_t best = k;
        for (size_t r = k + 1; r < s; r++)
            best = fabs(m[r][k]) > fabs(m[best][k]) ? r : best;
        if (!(fabs(m[best][k]) > 0.0))
            return false;
        swap_rows(m, k, best, 2 * s);
        double pivot = m[k][k];
        for (size_t c = 0; c < 2 * s; c++)
            m[k][c] = m[k][c] / pivot;
        for (size_t r = 0; r < s; r++) {
            double factor = m[r][k];
            for (size_t c = 0; r != k && c < 2 * s; c++)
                m[r][c] = m[r][c] - factor * m[k][c];
        }
    }
    return true;
}

static bool invert_pop(OwnPart *o, size_t q, size_t from, void *user)
{
    double gamma = *(const double *)user, m[MOST][2 * MOST];
    size_t size = o->p->pop[q].size, s = eig_n_states(&o->p->pop[q]);
    for (size_t i = 0; i < size; i++) {
        for (size_t r = 0; r < s; r++)
            for (size_t c = 0; c < s; c++) {
                m[r][c] = (r == c ? 1.0 : 0.0) - gamma * o->part[from + (r * s + c) * size + i];
                m[r][s + c] = r == c ? 1.0 : 0.0;
            }
        if (!invert(m, s))
            return false;
        for (size_t r = 0; r < s; r++)
            for (size_t c = 0; c < s; c++)
                o->inverse[from + (r * s + c) * size + i] = m[r][s + c];
    }
    return true;
}

bool own_part_invert(OwnPart *o, double gamma)
{
    return each_pop(o, invert_pop, &gamma);
}

void own_part_solve(const OwnPart *o, const double *right, double *out)
{
    size_t from = 0;
    for (size_t q = 0; q < o->p->n_pops; q++) {
        size_t size = o->p->pop[q].size, s = eig_n_states(&o->p->pop[q]), at = eig_state_from(o->p, q);
        for (size_t r = 0; r < s; r++) {
            double *to = out + at + r * size;
            memset(to, 0, size * sizeof *to);
            for (size_t c = 0; c < s; c++) {
                const double *a = o->inverse + from + (r * s + c) * size, *x = right + at + c * size;
                for (size_t i = 0; i < size; i++)
                    to[i] = to[i] + a[i] * x[i];
            }
        }
        from += s * s * size;
    }
}
