#include <stdlib.h>
#include <string.h>

#include "compiler/driver/diagnose.h"
#include "compiler/driver/sweep/sweep.h"

static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static bool row_fits(const Shape *s, const double *numbers)
{
    for (size_t k = 0; k < s->n_numbers; k++)
        if (!s->varies[k] && !same(s->number[k], numbers[k]))
            return false;
    return true;
}

/* Whoever asks for a shape has checked the set; and of its neighbours nothing but numbers is looked at. */
static bool open_unchecked(Maker *m, const Options *o, const Grid *g)
{
    bool ok = maker_open(m, o, g);
    m->c.skip[PHASE_check] = true;
    return ok;
}

/* maker_of, unchecked too. */
static Maker *unchecked_of(Maker *m, const Options *o, const Grid *g)
{
    m = maker_of(m, o, g);
    if (m)
        m->c.skip[PHASE_check] = true;
    return m;
}

/* ---- which numbers vary ---- */

/* Marks those that another set of this shape has otherwise. One that is no model says nothing: what it says would be taken for
 * said already where the next one is wrong at the same place. */
static void mark(Shape *s, Maker *m, size_t set, double *numbers)
{
    m->c.cx.diags = (DiagList){ 0 };
    if (!maker_make(m, set) || !plan_same_shape(s->maker.c.plan, m->c.plan))
        return;
    plan_numbers_read(m->c.plan, numbers);
    for (size_t k = 0; k < s->n_numbers; k++)
        s->varies[k] |= !same(s->number[k], numbers[k]);
}

/* Sets that differ from this one on one axis each, in both directions. A number that varies nevertheless unseen makes row_fits say so. */
static void mark_neighbours(Shape *s, const Options *o, size_t set)
{
    const Grid *g = s->maker.grid;
    Maker *m = unchecked_of(NULL, o, g);
    Arena *a = &s->maker.c.cx.arena;
    double *numbers = ARENA_ARRAY(a, s->n_numbers + 1, double);
    size_t stride = 1;
    for (size_t k = g->n_axes; m && k-- > 0; stride *= g->axis[k].n) {
        size_t at = grid_index(g, set, k), n = g->axis[k].n, other[] = { at - 1, at + 1, (at + n / 2) % n };
        for (size_t j = 0; m && j < (n > 3 ? 3 : 2); j++)
            if (other[j] < n) {
                mark(s, m, set + (other[j] - at) * stride, numbers);
                m = unchecked_of(m, o, g);
            }
    }
    maker_done(m);
}

/* ---- kernels ---- */

static size_t lanes_of(const Shape *s)
{
    const EigProblem *p = &s->maker.c.plan->problem;
    size_t n_sets = s->maker.grid->n_sets;
    if (s->maker.c.plan->state == STATE_IN_MEMORY)
        return n_sets > SWEEP_LANES ? SWEEP_LANES_IN_MEMORY : SWEEP_LANES;
    if (p->n > SWEEP_FEW_NEURONS)
        return SWEEP_LANES;
    return n_sets >= SWEEP_MANY_SETS && (double)n_sets * (double)p->n_steps >= 1e8 ? SWEEP_MOST_LANES : SWEEP_LANES_OF_FEW;
}

/* Code is kept for the next sweep, as that of a run is: but not that of many shapes, which would take the place of everything else. */
static const JitCache *cache_of(const Shapes *all, Compilation *c, const char *library)
{
    enum { FEW_SHAPES = 8 };
    size_t n = 0;
    for (const Shape *s = all->first; s; s = s->next)
        n++;
    bool is_open = n < FEW_SHAPES && !c->options->no_cache && code_cache_open(&c->cx, library, &c->cache, &c->why_no_cache);
    return is_open ? &c->cache.jit : NULL;
}

static bool compile(const Shapes *all, Shape *s)
{
    Compilation *c = &s->maker.c;
    const char *library;
    s->lanes = lanes_of(s);
    PlanSets sets = { .lanes = (unsigned)s->lanes, .number = s->number, .varies = s->varies };
    JitOptions how = { .opt_level = c->options->opt_level, .cpu = c->options->cpu, .sets = &sets };
    for (size_t k = 0; k < s->n_numbers; k++)
        s->n_fields += s->varies[k];
    s->jit = jit_module_load(&c->cx, NULL, &library);
    how.cache = s->jit ? cache_of(all, c, library) : NULL;
    s->kernel = s->jit ? s->jit->compile(&c->cx, c->plan, &how, NULL) : NULL;
    return s->kernel != NULL;
}

static Shape *shape_new(Shapes *all, const Grid *g, size_t set, bool all_vary)
{
    const Options *o = all->options;
    Shape *s = calloc(1, sizeof *s);
    if (!s)
        arena_on_exhausted(sizeof *s);
    bool ok = open_unchecked(&s->maker, o, g) && maker_make(&s->maker, set);
    if (ok) {
        Arena *a = &s->maker.c.cx.arena;
        PlanNumbers place;
        plan_numbers_place(a, s->maker.c.plan, &place);
        s->n_numbers = place.n;
        s->number = ARENA_ARRAY(a, place.n + 1, double);
        s->varies = ARENA_ARRAY(a, place.n + 1, bool);
        plan_numbers_read(s->maker.c.plan, s->number);
        memset(s->varies, all_vary, place.n);
        if (!all_vary)
            mark_neighbours(s, o, set);
        ok = compile(all, s);
    }
    if (!ok)
        diagnose(&s->maker.c.cx, o);
    s->next = all->first;
    all->first = s;
    return ok ? s : NULL;
}

const Shape *shape_find(Shapes *all, Maker *of, size_t set, const double **out)
{
    const Plan *plan = of->c.plan;
    PlanNumbers place;
    plan_numbers_place(&of->c.cx.arena, plan, &place);
    double *numbers = ARENA_ARRAY(&of->c.cx.arena, place.n + 1, double);
    plan_numbers_read(plan, numbers);
    *out = numbers;
    bool unseen = false;
    pthread_mutex_lock(&all->lock);
    Shape *s = all->first;
    for (; s; s = s->next)
        if (s->kernel && plan_same_shape(s->maker.c.plan, plan)) {
            if (row_fits(s, numbers))
                break;
            unseen = true;      /* a number was taken for one that all share */
        }
    if (!s)
        s = shape_new(all, of->grid, set, unseen);
    pthread_mutex_unlock(&all->lock);
    return s;
}

void shape_row(const Shape *s, const double *numbers, double *out)
{
    for (size_t k = 0; k < s->n_numbers; k++)
        if (s->varies[k])
            *out++ = numbers[k];
}

void shapes_free(Shapes *all)
{
    for (Shape *s = all->first, *next; s; s = next) {
        next = s->next;
        if (s->kernel)
            s->jit->free(s->kernel);
        maker_close(&s->maker);
        free(s);
    }
}
