#include <string.h>

#include "compiler/check/slope/slope.h"
#include "compiler/check/stability/stability.h"
#include "compiler/driver/claim.h"
#include "compiler/driver/diagnose.h"
#include "compiler/driver/map.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/write_file.h"

/* ---- the two params ---- */

static const ModelParam *param_named(const Model *m, const char *name)
{
    for (size_t k = 0; k < m->params.n; k++)
        if (strcmp(m->params.at[k].name, name) == 0)
            return &m->params.at[k];
    return NULL;
}

/* The param "1/T" of T. */
static bool is_inverse(const char *power, const char *name)
{
    return strncmp(power, "1/", 2) == 0 && strcmp(power + 2, name) == 0;
}

/* NULL, or why a box of the problem's params is none of the plane: each is to stand there once, as itself or as what 1 is divided by. */
static const char *axes_obstacle(Compilation *c, const Ranges *r)
{
    for (size_t k = 0; k < r->n_params; k++) {
        bool is_axis = false;
        for (int axis = 0; axis < 2; axis++)
            is_axis |= strcmp(r->name[k], c->options->over[axis].name) == 0 || is_inverse(r->name[k], c->options->over[axis].name);
        if (!is_axis)
            return arena_printf(&c->cx.arena, "one over a time constant goes with `%s`, a power, and cells are drawn where it goes with a param "
                                "itself, or with one over a param", r->name[k]);
        for (size_t j = 0; j < k; j++)
            if (is_inverse(r->name[k], r->name[j]) || is_inverse(r->name[j], r->name[k]))
                return arena_printf(&c->cx.arena, "one over a time constant goes with `%s`, and a weight or another time constant with `%s`: no cell "
                                    "of both is one of the plane", r->name[k], r->name[j]);
    }
    return NULL;
}

/* With time constants as they are at each point, if that can be; else *any_tau says why what is proved of convergence holds for any. */
static const char *init_problem(Compilation *c, const SlopeReport *slope, RangeProblem *out, const char **any_tau)
{
    const char *reason = NULL;
    *any_tau = NULL;
    if (c->model->params_in_tau) {
        reason = range_problem_init(&c->cx, c->net, slope, RANGE_SPEEDS, out);
        if (!reason)
            reason = axes_obstacle(c, &out->ranges);
        if (!reason)
            return NULL;
        range_problem_clear(out);
        *any_tau = reason;
    }
    return range_problem_init(&c->cx, c->net, slope, 0, out);
}

static void take_axes(const Compilation *c, Map *m)
{
    const Ranges *r = &m->problem.ranges;
    for (int axis = 0; axis < 2; axis++) {
        const ModelParam *p = param_named(c->model, c->options->over[axis].name);
        mpq_inits(m->lo[axis], m->hi[axis], (mpq_ptr)0);
        m->name[axis] = p->name;
        mpq_set(m->lo[axis], p->lo);
        mpq_set(m->hi[axis], p->hi);
        m->axis[axis] = SIZE_MAX;
        for (size_t k = 0; k < r->n_params; k++)
            if (strcmp(r->name[k], p->name) == 0 || is_inverse(r->name[k], p->name)) {
                m->axis[axis] = k;
                m->is_inverse[axis] = is_inverse(r->name[k], p->name);
            }
    }
}

/* ---- what comes of it ---- */

static bool ends_in(const char *path, const char *ending)
{
    size_t n = strlen(path), k = strlen(ending);
    return n > k && strcmp(path + n - k, ending) == 0;
}

/* Part of the plane, for the summary. */
static double share(const Map *m, const MapCell *c)
{
    double part = 1;
    mpq_t lo, hi;
    mpq_inits(lo, hi, (mpq_ptr)0);
    for (int axis = 0; axis < 2; axis++) {
        double all = mpq_get_d(m->hi[axis]) - mpq_get_d(m->lo[axis]);
        map_end(m, c, axis, false, lo);
        map_end(m, c, axis, true, hi);
        part *= all > 0 ? (mpq_get_d(hi) - mpq_get_d(lo)) / all : 1;
    }
    mpq_clears(lo, hi, (mpq_ptr)0);
    return part;
}

static void print_summary(const Map *m, const char *no_equilibria, const char *any_tau)
{
    size_t n[N_MAP_REGIONS] = {0};
    double part[N_MAP_REGIONS] = {0};
    for (size_t k = 0; k < m->cells.n; k++) {
        n[m->cells.at[k].region]++;
        part[m->cells.at[k].region] += share(m, &m->cells.at[k]);
    }
    for (int r = 0; r < N_MAP_REGIONS; r++)
        if (n[r])
            printf("%6.2f %%  %6zu cell%s  %s%s\n", 100 * part[r], n[r], n[r] == 1 ? " " : "s", map_region[r].text,
                   r < MAP_CENTRE_STABLE ? ": proved in all of it" : "");
    if (no_equilibria && n[MAP_NOT_LDS] + n[MAP_CENTRE_NOT_LDS])
        printf("equilibria are not looked at: %s\n", no_equilibria);
    if (any_tau)
        printf("what is said of convergence holds for any time constants: %s\n", any_tau);
}

static bool write_data(Compilation *c, const Map *m, const char *path)
{
    Sbuf text = {0};
    if (ends_in(path, ".json")) {
        MapFile file = map_as_file(m);
        file.plane.has_model = true;
        file.plane.model = claim_model(c);
        map_file_write(&file, &text);
    } else
        map_write_csv(m, &text);
    bool ok = write_file(&c->cx, path, sbuf_text(&text), text.n);
    sbuf_free(&text);
    return ok;
}

static ExitStatus make_map(Compilation *c)
{
    const Options *o = c->options;
    Map m = {0};
    SlopeReport *slope = ARENA_ARRAY(&c->cx.arena, c->net->n_pops, SlopeReport);
    slope_check(&c->cx, c->net, slope);
    const char *any_tau, *reason = init_problem(c, slope, &m.problem, &any_tau);
    if (reason) {
        range_problem_clear(&m.problem);
        diagnose(&c->cx, o);
        fprintf(stderr, "eigc map: nothing can be proved of cells: %s\n", reason);
        return STATUS_NOT_PROVED;
    }
    take_axes(c, &m);
    m.may_converge = !theory_no_convergence(&c->cx, c->net);
    const char *no_equilibria = range_equilibria_init(&m.problem, slope);
    map_cells(&m, o->depth);
    const char *picture = o->output || o->data ? o->output : arena_printf(&c->cx.arena, "%s.svg", c->model->name);
    bool ok = (!o->data || write_data(c, &m, o->data)) && (!picture || map_draw(&c->cx, &m, c->model->name, picture));
    diagnose(&c->cx, o);
    if (ok && !o->quiet && !(o->data && strcmp(o->data, "-") == 0))
        print_summary(&m, no_equilibria, any_tau);
    map_clear(&m);
    return ok ? STATUS_DONE : STATUS_SYSTEM;
}

static bool complain(const char *what)
{
    fprintf(stderr, "eigc map: %s\ntry 'eigc map --help'\n", what);
    return false;
}

static bool options_fit(const Options *o)
{
    if (o->n_over != 2)
        return complain("a map is over two params: --over p=0:1 --over q=0:3");
    if (strcmp(o->over[0].name, o->over[1].name) == 0)
        return complain("a map is over two different params");
    if (o->output && !ends_in(o->output, ".svg") && !ends_in(o->output, ".png"))
        return complain("a picture is written as .svg or .png");
    if (o->data && strcmp(o->data, "-") != 0 && !ends_in(o->data, ".csv") && !ends_in(o->data, ".json"))
        return complain("data are written as .csv or .json");
    return true;
}

ExitStatus cmd_map(const Options *o)
{
    Compilation c;
    ExitStatus status;
    if (!options_fit(o))
        return STATUS_WRONG;
    compilation_init(&c, o, o->operand);
    c.only_check = true;
    if (compilation_run(&c, PHASE_net)) {
        status = make_map(&c);
    } else {
        status = compilation_failure(&c);
        diagnose(&c.cx, o);
    }
    compilation_free(&c);
    return status;
}
