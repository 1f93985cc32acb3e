#include <stdlib.h>
#include <string.h>

#include "compiler/driver/sweep/sweep.h"

static void set_values(Maker *m, size_t set)
{
    size_t n = m->options.n_set - m->grid->n_params;
    for (size_t k = 0; k < m->grid->n_params; k++)
        m->options.set[n + k].value = m->grid->axis[k].text[grid_index(m->grid, set, k)];
}

/* The settings of the command, then one for each axis. */
static void join_settings(Maker *m, const Options *o)
{
    size_t n = o->n_set;
    Setting *all = ARENA_ARRAY(&m->c.cx.arena, n + m->grid->n_params + 1, Setting);
    for (size_t k = 0; k < n; k++)
        all[k] = o->set[k];
    for (size_t k = 0; k < m->grid->n_params; k++)
        all[n + k] = (Setting){ .name = m->grid->axis[k].name, .option = "over", .axis = (unsigned)k + 1 };
    m->options.set = all;
    m->options.n_set = n + m->grid->n_params;
}

bool maker_open(Maker *m, const Options *o, const Grid *g)
{
    *m = (Maker){ .grid = g, .options = *o };
    m->options.only = CONCLUDE_DALE;
    compilation_init(&m->c, &m->options, o->operand);
    m->c.check_max_rows = 1;            /* nothing is proved of a set but its signs */
    m->c.exact_max_rows = o->no_check ? 0 : 1;
    m->c.skip[PHASE_check] = o->no_check;
    join_settings(m, o);
    if (!compilation_run(&m->c, PHASE_parse) || !measures_read(&m->c, &m->measures))
        return false;
    m->c.known = &m->known;
    return true;
}

/* Lists of their own go on where those of the other one end. */
void maker_know(Maker *m, const Maker *of)
{
    m->known = of->known;
    m->known.proof.cap = m->known.proof.n;
    m->known.form.cap = m->known.form.n;
    m->known.read.cap = m->known.read.n;
}

/* Forgets what the set before was. */
static void begin_again(Compilation *c)
{
    if (c->report)
        report_free(c->report);
    c->report = NULL;
    for (Phase p = PHASE_model; p <= PHASE_plan; p++)
        c->ran[p] = false;
}

bool maker_make(Maker *m, size_t set)
{
    begin_again(&m->c);
    set_values(m, set);
    if (m->measures.n == 0) {           /* which populations there are, the model says */
        if (!compilation_run(&m->c, PHASE_model))
            return false;
        measures_of_all(&m->c, &m->measures);
        begin_again(&m->c);
    }
    m->c.many.measured = &m->measures.quantity;
    if (!compilation_run(&m->c, PHASE_model) || !measures_fit(&m->c, &m->measures))
        return false;
    m->c.model->sim.seed += grid_trial(m->grid, set);
    return compilation_run(&m->c, PHASE_plan);
}

void maker_close(Maker *m)
{
    compilation_free(&m->c);
}

void maker_done(Maker *m)
{
    if (m)
        maker_close(m);
    free(m);
}

Maker *maker_of(Maker *m, const Options *o, const Grid *g)
{
    enum { LARGE = 32 << 20 };
    if (m && m->c.cx.arena.bytes < LARGE)
        return m;
    maker_done(m);
    m = calloc(1, sizeof *m);
    if (!m)
        arena_on_exhausted(sizeof *m);
    if (maker_open(m, o, g))
        return m;
    maker_done(m);
    return NULL;
}
