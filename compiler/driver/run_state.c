#include "compiler/driver/run_state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compiler/driver/run_identity.h"
#include "compiler/driver/version.h"
#include "runtime/integrate.h"
#include "runtime/layout.h"

enum { STATE_FORMAT = 1 };

/* ---- writing ---- */

/* One file, be it under two names. */
static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return !strcmp(a, b) || (stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

bool run_state_fits(Compilation *c)
{
    const ModelSim *sim = &c->model->sim;

    if (sim->method != EIG_METHOD_CVODE)
        return true;
    Diag *d = diag_at(&c->cx, D_E0814, sim->method_span, "`cvode` takes its steps by those before them, which SUNDIALS keeps and no state file holds");
    diag_help(&c->cx, d, "run to the end at once, or take `method = rk45` or `dopri8`, whose state is a state vector and the length of a step");
    return false;
}

bool run_state_place(Compilation *c, const char *result, EigMoment *end)
{
    char error[256] = "";
    const char *path = c->options->save_state;

    c->failed_in_system = true;
    if (is_same_file(path, result)) {
        Diag *d = diag_nowhere(&c->cx, D_E0004, "%s would be the state and the result", path);
        diag_help(&c->cx, d, "give the state another name, or the result by -o");
    } else if (!eig_moment_has_place(path, error))
        diag_nowhere(&c->cx, D_E0004, "%s", error);
    else if (!eig_moment_open(end, &c->plan->problem))
        diag_nowhere(&c->cx, D_E0004, "%s: there is not enough memory for the state", path);
    else
        c->failed_in_system = false;
    return !c->failed_in_system;
}

bool run_state_write(Compilation *c, const EigMoment *end)
{
    char error[256] = "";
    const EigProblem *p = &c->plan->problem;
    json_t *o = json_pack("{s:i, s:s, s:I, s:f, s:o}", "eigc_state", STATE_FORMAT, "eigc", EIGC_VERSION, "steps", (json_int_t)end->step, "t",
                          eig_moment_time(end, p), "run", run_identity(&c->cx, c->plan));
    char *text = json_dumps(o, JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17));

    if (!text)
        BUG("what a state says about itself is not JSON");
    bool ok = eig_moment_write(end, c->options->save_state, text, error);
    if (!ok)
        diag_nowhere(&c->cx, D_E0004, "%s", error);
    free(text);
    json_decref(o);
    return ok;
}

/* ---- reading: whose state it is ---- */

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "";
}

static bool differs(const json_t *a, const json_t *b, const char *key)
{
    const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);
    return (x || y) && !json_equal(x, y);
}

static const char *setting_of(const json_t *o, const char *key)
{
    const char *text = text_of(o, key);
    return *text ? text : "none";
}

/* The same: false. `now` is this model's, `then` the file's. */
static bool settings_differ(Compilation *c, const json_t *then, const json_t *now)
{
    static const char *const key[] = { "method", "step", "seed", "time_unit", "rtol", "atol", "noise_step" };
    const ModelSim *sim = &c->model->sim;

    for (size_t k = 0; k < sizeof key / sizeof *key; k++) {
        if (!differs(then, now, key[k]))
            continue;
        Diag *d = diag_at(&c->cx, D_E0814, k == 0 ? sim->method_span : sim->span, "the %s is %s here, and %s in the run that %s is of",
                          k == 3 ? "unit of time" : key[k], setting_of(now, key[k]), setting_of(then, key[k]), c->options->from);
        if (k == 2)
            diag_help(&c->cx, d, "`--seed %s` goes on with that run's draws and noise", text_of(then, key[k]));
        else
            diag_help(&c->cx, d, "a run goes on as it was; give this one the same %s, or start it anew without --from", k == 3 ? "unit" : key[k]);
        return true;
    }
    return false;
}

static void help_change(Compilation *c, Diag *d)
{
    diag_help(&c->cx, d, "only duration and records may be others; what is to change at some time is a protocol, `at 100 ms PARAM = ...`, "
                         "which the first run has too: `--until` ends it before");
}

/* NULL where population k is as it was. */
static Diag *population_differs(Compilation *c, const json_t *was, const json_t *is, const ModelPop *pop)
{
    const char *file = c->options->from;

    if (!was)
        return diag_at(&c->cx, D_E0814, pop->span, "population %s is not in the network of the run that %s is of", pop->name, file);
    if (!is)
        return diag_nowhere(&c->cx, D_E0814, "population %s of the run that %s is of is missing here", text_of(was, "name"), file);
    if (differs(was, is, "name"))
        return diag_at(&c->cx, D_E0814, pop->span, "%s is of another network: population %s stands there where %s stands here", file,
                       text_of(was, "name"), pop->name);
    if (differs(was, is, "size"))
        return diag_at(&c->cx, D_E0814, pop->span, "population %s has %zu neurons here, and %lld in the run that %s is of", pop->name, pop->size,
                       (long long)json_integer_value(json_object_get(was, "size")), file);
    if (differs(was, is, "states"))
        return diag_at(&c->cx, D_E0814, pop->span, "the neurons of population %s have %lld states in the run that %s is of, and another number here",
                       pop->name, (long long)json_integer_value(json_object_get(was, "states")), file);
    if (differs(was, is, "sha256"))
        return diag_at(&c->cx, D_E0814, pop->span, "population %s is not as in the run that %s is of, in its time constants, cost, input, start, "
                       "equations or noise", pop->name, file);
    return NULL;
}

static bool populations_differ(Compilation *c, const json_t *then, const json_t *now)
{
    const json_t *a = json_object_get(then, "populations"), *b = json_object_get(now, "populations");
    Diag *d = NULL;

    for (size_t k = 0; !d && (k < json_array_size(a) || k < json_array_size(b)); k++)
        d = population_differs(c, json_array_get(a, k), json_array_get(b, k), k < json_array_size(b) ? c->net->pop[k].model : NULL);
    if (d)
        help_change(c, d);
    return d != NULL;
}

static bool has_label(const json_t *list, const char *label)
{
    size_t k = 0;
    while (k < json_array_size(list) && strcmp(text_of(json_array_get(list, k), "label"), label) != 0)
        k++;
    return k < json_array_size(list);
}

static bool connections_differ(Compilation *c, const json_t *then, const json_t *now)
{
    const json_t *a = json_object_get(then, "connections"), *b = json_object_get(now, "connections");
    size_t k = 0;

    if (json_equal(a, b))
        return false;
    while (k < json_array_size(b) && json_equal(json_array_get(a, k), json_array_get(b, k)))
        k++;
    const char *was = text_of(json_array_get(a, k), "label"), *file = c->options->from;
    const ModelConn *is = k < json_array_size(b) ? &c->model->conns.at[c->plan->net->block[c->plan->net_block[k]].conn] : NULL;
    Diag *d;
    if (k < json_array_size(a) && !(is && has_label(b, was)))
        d = diag_nowhere(&c->cx, D_E0814, "connection %s of the run that %s is of is missing here", was, file);
    else if (is && has_label(a, is->label))
        d = diag_at(&c->cx, D_E0814, is->span, "connection %s is not as in the run that %s is of", is->label, file);
    else
        d = is ? diag_at(&c->cx, D_E0814, is->span, "connection %s is not in the network of the run that %s is of", is->label, file)
               : diag_nowhere(&c->cx, D_E0814, "%s lists the connections of its network in a way that none does", file);
    help_change(c, d);
    return true;
}

static bool is_ours(Compilation *c, const json_t *then)
{
    json_t *now = run_identity(&c->cx, c->plan);
    bool ok = !settings_differ(c, then, now) && !populations_differ(c, then, now) && !connections_differ(c, then, now);
    json_decref(now);
    return ok;
}

/* ---- reading: what it holds ---- */

static bool refuse(Compilation *c, const char *why)
{
    Diag *d = diag_nowhere(&c->cx, D_E0007, "%s is no state to go on from: %s", c->options->from, why);
    diag_help(&c->cx, d, "`eigc run --save-state FILE` writes one");
    return false;
}

static bool is_before_the_end(Compilation *c, const EigMoment *from)
{
    const EigProblem *p = &c->plan->problem;
    const char *space = *p->time_unit ? " " : "";
    if (from->has_control ? from->control.reached < p->duration : from->step < p->n_steps)
        return true;
    Diag *d = diag_at(&c->cx, D_E0815, c->model->sim.duration_span, "the run that %s is of reached t = %.9g%s%s, and this one ends at t = %.9g%s%s",
                      c->options->from, eig_moment_time(from, p), space, p->time_unit, p->duration, space, p->time_unit);
    diag_help(&c->cx, d, "%s counts from t = 0: give the time up to which the run is to go on", c->options->until ? "--until" : "the duration");
    return false;
}

/* The longest step of an adaptive method may be the duration's, and then all of its steps are others'. */
static bool is_as_long(Compilation *c, const EigMoment *from)
{
    const EigProblem *p = &c->plan->problem;
    if (!from->has_control || from->control.longest == eig_longest_step(p))
        return true;
    Diag *d = diag_at(&c->cx, D_E0814, c->model->sim.duration_span, "%s takes steps of up to %.9g here, and of up to %.9g in the run "
                      "that %s is of", eig_method[p->method].name, eig_longest_step(p), from->control.longest, c->options->from);
    diag_help(&c->cx, d, "no step is longer than the duration; `--until` ends a run of the model with its whole duration, which can then go on");
    return false;
}

/* A file of another version says so before anything else in it counts. */
static bool take(Compilation *c, EigMoment *from, const json_t *meta)
{
    const json_t *steps = json_object_get(meta, "steps"), *run = json_object_get(meta, "run");
    const EigProblem *p = &c->plan->problem;

    if (!json_is_integer(json_object_get(meta, "eigc_state")))
        return refuse(c, "it is an archive of something else");
    if (json_integer_value(json_object_get(meta, "eigc_state")) != STATE_FORMAT)
        return refuse(c, "another version of eigc wrote it, in another form");
    if (!json_is_integer(steps) || json_integer_value(steps) < 0 || !json_is_object(run))
        return refuse(c, "it does not say of which run it is, and after how many steps");
    from->step = json_integer_value(steps);
    if (!is_ours(c, run))
        return false;
    if (from->has_control != (bool)eig_method[p->method].adaptive)
        return refuse(c, "it holds another kind of steps than its method takes");
    if (!is_before_the_end(c, from) || !is_as_long(c, from))
        return false;
    if (from->n_x != eig_n_x(p) || from->n_sent != eig_moment_sent(p, from->step))
        return refuse(c, "it has not as many numbers as its network");
    if (!eig_moment_is_finite(from))
        return refuse(c, "a number in it is not finite, or none of a run");
    return true;
}

bool run_state_read(Compilation *c, EigMoment *from)
{
    char *text, error[256] = "";
    bool ok = false;

    switch (eig_moment_read(from, c->options->from, &text, error)) {
    case MOMENT_READ: {
        json_t *meta = json_loads(text, 0, NULL);
        ok = json_is_object(meta) ? take(c, from, meta) : refuse(c, "what it says about itself is no JSON");
        json_decref(meta);
        free(text);
        return ok;
    }
    case MOMENT_UNREADABLE:
        diag_nowhere(&c->cx, D_E0001, "%s cannot be read: %s", c->options->from, error);
        return false;
    case MOMENT_OTHER:
        return refuse(c, "it is another kind of file");
    case MOMENT_DAMAGED:
        return refuse(c, error);
    }
    return false;
}
