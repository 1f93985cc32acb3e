#include "compiler/check/stability/box_guess.h"

#include <math.h>

void box_guess_init(Arena *arena, const Equilibria *e, BoxGuess *out)
{
    *out = (BoxGuess){.e = e};
    double **room[] = {&out->lo, &out->hi, &out->next_lo, &out->next_hi};
    for (int k = 0; k < 4; k++)
        *room[k] = ARENA_ARRAY(arena, e->n_rows, double);
}

void box_guess_inputs(const BoxGuess *g, size_t a, double *from, double *to)
{
    size_t n = g->e->n_rows;
    const double *w = g->e->w + a * n;
    *from = *to = g->e->v[a];
    for (size_t b = 0; b < n; b++) {
        *from += w[b] * (w[b] > 0 ? g->lo[b] : g->hi[b]);
        *to += w[b] * (w[b] > 0 ? g->hi[b] : g->lo[b]);
    }
}

bool box_guess_image(BoxGuess *g)
{
    bool fine = true;
    for (size_t a = 0; a < g->e->n_rows; a++) {
        double from, to;
        box_guess_inputs(g, a, &from, &to);
        g->next_lo[a] = equilibria_value(g->e, a, from);
        g->next_hi[a] = equilibria_value(g->e, a, to);
        fine &= isfinite(g->next_lo[a]) && isfinite(g->next_hi[a]);
    }
    return fine;
}

bool box_guess_image_is_inside(const BoxGuess *g)
{
    for (size_t a = 0; a < g->e->n_rows; a++)
        if (g->next_lo[a] < g->lo[a] || g->next_hi[a] > g->hi[a])
            return false;
    return true;
}

static bool shrink(BoxGuess *g)
{
    bool shorter = false;
    for (size_t a = 0; a < g->e->n_rows; a++) {
        double before = g->hi[a] - g->lo[a];
        g->lo[a] = fmax(g->lo[a], g->next_lo[a]);
        g->hi[a] = fmin(g->hi[a], g->next_hi[a]);
        shorter |= g->hi[a] - g->lo[a] < 0.99 * before;
    }
    return shorter;
}

bool box_guess_end(BoxGuess *g, size_t most_steps)
{
    if (!equilibria_settle(g->e, g->lo, g->hi))
        return false;
    for (size_t k = 0; k < most_steps; k++) {
        if (!box_guess_image(g))
            return false;
        if (!shrink(g))
            break;
    }
    return true;
}
