#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/data/sha256.h"
#include "compiler/driver/diagnose.h"
#include "compiler/driver/json_out.h"
#include "compiler/driver/progress.h"
#include "compiler/driver/run_meta.h"
#include "compiler/driver/sweep/cells.h"
#include "compiler/driver/threads.h"
#include "compiler/driver/version.h"

/* A sweep on its way. */
typedef struct Job {
    Sweep s;
    Maker first;                /* of set 0; the context of all that is said */
    const char *path;           /* of the result; the journal is beside it */
    EigAxis axis[SURVEY_MAX_AXES];
    size_t n_before;            /* sets that an earlier sweep left */
    size_t n_ended[RUN_N_STATUS], first_ended[RUN_N_STATUS];
    double first_time[RUN_N_STATUS];
    double *least, *most;       /* of each measure */
    size_t n_not_finite;        /* sets that ended well, with a measure that is no finite number */
    size_t first_set, first_measure;    /* of those the first; its first */
    double first_value;
    double seconds;
    bool written;
} Job;

static Ctx *context(Job *w)
{
    return &w->first.c.cx;
}

/* ---- before the first step ---- */

static const ModelParam *param_named(const Model *m, const char *name)
{
    for (size_t k = 0; k < m->params.n; k++)
        if (strcmp(m->params.at[k].name, name) == 0)
            return &m->params.at[k];
    return NULL;
}

/* What is wrong with a set names it; E0404 does by itself. */
static bool try_set(Job *w, size_t set)
{
    Ctx *cx = context(w);
    size_t before = cx->diags.n;
    if (maker_make(&w->first, set))
        return true;
    if (cx->diags.n > before && cx->diags.at[before].code != D_E0404)
        diag_note(cx, &cx->diags.at[before], "at %s", grid_set_text(cx, &w->s.grid, set));
    return false;
}

/* A set in a maker of its own, so that its network goes with it; maker_close is due where it is true. What is wrong is said in the first's. */
static bool make_other(Job *w, Maker *m, size_t set)
{
    if (maker_open(m, w->s.options, &w->s.grid) && maker_make(m, set))
        return true;
    maker_close(m);
    try_set(w, set);
    return false;
}

/* The values of an axis in the units of the model: that of one number that is not 0 gives the scale. False after diagnostics. */
static bool read_values(Job *w, size_t axis, size_t stride)
{
    const GridAxis *g = &w->s.grid.axis[axis];
    size_t k = 0;
    while (k + 1 < g->n && mpq_sgn(g->number[k]) == 0)
        k++;
    Maker of;
    if (!make_other(w, &of, k * stride))
        return false;
    double *value = ARENA_ARRAY(&context(w)->arena, g->n, double);
    mpq_t scale, x;
    mpq_inits(scale, x, (mpq_ptr)0);
    if (axis >= w->s.grid.n_params)
        mpq_set_ui(scale, 1, 1);
    else if (mpq_sgn(g->number[k]) != 0)
        mpq_div(scale, param_named(of.c.model, g->name)->value, g->number[k]);
    maker_close(&of);
    for (size_t j = 0; j < g->n; j++) {
        mpq_mul(x, scale, g->number[j]);
        value[j] = num_to_double(x);
    }
    mpq_clears(scale, x, (mpq_ptr)0);
    w->axis[axis] = (EigAxis){ .name = g->name, .n = g->n, .value = value };
    return true;
}

/* Set 0, the last one, and one for each axis are models: most mistakes are found before anything runs. */
static bool try_sets(Job *w)
{
    size_t stride = 1;
    Maker last;
    if (!try_set(w, 0) || !make_other(w, &last, w->s.grid.n_sets - 1))
        return false;
    maker_close(&last);
    for (size_t k = w->s.grid.n_axes; k-- > 0; stride *= w->s.grid.axis[k].n)
        if (!read_values(w, k, stride))
            return false;
    return true;
}

/* What the rows are of: the texts, the settings, and the numbers of set 0 (data files stand in them). */
static const char *key_of(Job *w)
{
    Ctx *cx = context(w);
    const Options *o = w->s.options;
    Sbuf text = { 0 };
    sbuf_printf(&text, "%s\n", EIGC_VERSION);
    const Source *model = cx->sources[w->first.c.source];
    sbuf_printf(&text, "%s\n", sha256_hex(cx, model->bytes, model->n));
    for (size_t k = 0; k < w->first.c.model->imported.n; k++) {
        const Source *s = cx->sources[w->first.c.model->imported.at[k]];
        sbuf_printf(&text, "%s\n", sha256_hex(cx, s->bytes, s->n));
    }
    for (size_t k = 0; k < o->n_set; k++)
        sbuf_printf(&text, "%s=%s\n", o->set[k].name, o->set[k].value);
    for (size_t k = 0; k < w->s.grid.n_axes; k++) {
        sbuf_printf(&text, "%s", w->s.grid.axis[k].name);
        for (size_t j = 0; j < w->s.grid.axis[k].n; j++)
            sbuf_printf(&text, ",%s", w->s.grid.axis[k].text[j]);
    }
    for (size_t m = 0; m < w->first.measures.n; m++)
        sbuf_printf(&text, "\n%s", w->first.measures.name[m]);
    sbuf_printf(&text, "\n%llu\n", (unsigned long long)w->first.c.model->sim.seed);
    plan_print(w->first.c.plan, &text);
    const EigProblem *p = &w->first.c.plan->problem;
    for (size_t k = 0; k < p->n_blocks; k++)
        if (p->block[k].kind == EIG_BLOCK_DENSE && p->block[k].w)
            sbuf_printf(&text, "%s", sha256_hex(cx, p->block[k].w, p->pop[p->block[k].pre].size * p->pop[p->block[k].post].size * sizeof(double)));
    const char *key = sha256_hex(cx, sbuf_text(&text), text.n);
    sbuf_free(&text);
    return key;
}

/* Blocks are what is kept at a time, and what a thread takes: they depend on the sweep alone, so that another number of
 * threads may go on. */
static size_t block_rows(const Sweep *s)
{
    enum { MOST = 256, PARTS = 32 };
    if (s->why_alone)
        return 1;
    if (s->in_memory)
        return s->grid.n_sets > SWEEP_LANES ? SWEEP_LANES_IN_MEMORY : SWEEP_LANES;
    size_t lanes = s->grid.n_sets >= SWEEP_MANY_SETS ? SWEEP_MOST_LANES : SWEEP_LANES_OF_FEW, n = (s->grid.n_sets / PARTS + lanes - 1) / lanes * lanes;
    return n < lanes ? lanes : n > MOST ? MOST : n;
}

static bool open_journal(Job *w)
{
    Ctx *cx = context(w);
    Sweep *s = &w->s;
    bool is_other;
    const char *path = arena_printf(&cx->arena, "%s.part", w->path);
    if (eig_journal_open(&s->journal, path, key_of(w), s->grid.n_sets, block_rows(s), s->n_measures + 2, &is_other)) {
        for (size_t k = 0; k < s->journal.n_blocks; k++)
            s->n_done += s->journal.kept[k] ? eig_journal_rows(&s->journal, k) : 0;
        w->n_before = s->n_done;
        return true;
    }
    Diag *d = diag_nowhere(cx, is_other ? D_E0006 : D_E0004, "%s", s->journal.error);
    if (is_other) {
        diag_note(cx, d, "the model, its parameters, the axes or the measures were others");
        diag_help(cx, d, "finish that sweep, remove the file, or write elsewhere with -o");
    }
    return false;
}

/* ---- what came of it ---- */

/* The set that is no model, once more, so that its diagnostics are said. */
static void explain_failure(Job *w)
{
    Ctx *cx = context(w);
    const Sweep *s = &w->s;
    if (!s->failed_in_system)
        try_set(w, s->failed_set);
    else if (*s->error)
        diag_nowhere(cx, D_E0004, "%s", s->error);
}

static void look_at_finite(Job *w, size_t k, const double *row)
{
    size_t m = 0;
    while (m < w->s.n_measures && isfinite(row[m]))
        m++;
    if (m == w->s.n_measures || w->n_not_finite++ > 0)
        return;
    w->first_set = k;
    w->first_measure = m;
    w->first_value = row[m];
}

/* How set k ended, and what its measures lie between with the others. */
static bool look_at_row(Job *w, size_t k, const double *row)
{
    Sweep *s = &w->s;
    size_t n = s->n_measures;
    if (!(row[n] >= RUN_DONE && row[n] < RUN_N_STATUS)) {       /* the file was damaged */
        snprintf(s->journal.error, sizeof s->journal.error, "%s.part: set %zu in it is none that a sweep wrote; remove the file", w->path, k);
        return false;
    }
    RunStatus status = (RunStatus)row[n];
    if (w->n_ended[status]++ == 0) {
        w->first_ended[status] = k;
        w->first_time[status] = row[n + 1];
    }
    if (status == RUN_DONE)
        look_at_finite(w, k, row);
    for (size_t m = 0; m < n && status == RUN_DONE; m++) {
        w->least[m] = fmin(w->least[m], row[m]);
        w->most[m] = fmax(w->most[m], row[m]);
    }
    return true;
}

static bool look_at_rows(Job *w)
{
    enum { AT_A_TIME = 256 };
    Sweep *s = &w->s;
    size_t width = s->journal.width, n = s->n_measures;
    double *row = ARENA_ARRAY(&context(w)->arena, AT_A_TIME * width, double);
    w->least = ARENA_ARRAY(&context(w)->arena, n + 1, double);
    w->most = ARENA_ARRAY(&context(w)->arena, n + 1, double);
    for (size_t m = 0; m < n; m++) {
        w->least[m] = (double)INFINITY;
        w->most[m] = -(double)INFINITY;
    }
    for (size_t k = 0; k < s->grid.n_sets; k++) {
        size_t left = s->grid.n_sets - k, at = k % AT_A_TIME;
        if (at == 0 && !eig_journal_read(&s->journal, k, left < AT_A_TIME ? left : AT_A_TIME, row))
            return false;
        if (!look_at_row(w, k, row + at * width))
            return false;
    }
    return true;
}

static json_t *axes_json(const Job *w)
{
    json_t *list = json_array();
    for (size_t k = 0; k < w->s.grid.n_axes; k++) {
        const GridAxis *g = &w->s.grid.axis[k];
        json_t *values = json_array();
        for (size_t j = 0; j < g->n; j++)
            json_array_append_new(values, json_string(g->text[j]));
        json_array_append_new(list, json_pack("{s:s, s:o}", "name", g->name, "values", values));
    }
    return list;
}

static json_t *measures_json(const Job *w)
{
    json_t *list = json_array();
    for (size_t m = 0; m < w->s.n_measures; m++) {
        size_t record = w->first.measures.measure[m].record;
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", w->first.measures.name[m], "unit",
                                              w->first.c.plan->problem.record[record].unit));
    }
    return list;
}

static bool write_result(Job *w)
{
    char error[256] = "";
    EigSurvey survey = { .n_axes = w->s.grid.n_axes, .n_measures = w->s.n_measures, .axis = w->axis, .measure = w->first.measures.name,
                         .rows = &w->s.journal };
    json_t *meta = model_meta(&w->first.c), *status = json_array();
    for (int k = 0; k < RUN_N_STATUS; k++)
        json_array_append_new(status, json_string(eig_run_status[k]));
    json_object_set_new(meta, "axes", axes_json(w));
    json_object_set_new(meta, "measures", measures_json(w));
    json_object_set_new(meta, "status", status);
    char *text = json_dumps(meta, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    if (!text)
        BUG("what a result says about itself is not JSON");
    bool ok = look_at_rows(w) && eig_survey_write(&survey, w->path, text, error);
    if (!ok)
        diag_nowhere(context(w), D_E0004, "%s", *error ? error : w->s.journal.error);
    free(text);
    json_decref(meta);
    return ok;
}

static void print_seconds(double s)
{
    printf(s < 1.0 ? "%.3g ms" : "%.3g s", s < 1.0 ? 1e3 * s : s);
}

static void print_ends(Job *w)
{
    Ctx *cx = context(w);
    for (int k = RUN_INTERRUPTED + 1; k < RUN_N_STATUS; k++)
        if (w->n_ended[k])
            printf("%zu set%s ended with status `%s`, and nan as measures; the first by t = %.6g: %s\n", w->n_ended[k], w->n_ended[k] == 1 ? "" : "s",
                   eig_run_status[k], w->first_time[k], grid_set_text(cx, &w->s.grid, w->first_ended[k]));
}

static void print_summary(Job *w)
{
    const Sweep *s = &w->s;
    const char *name = w->first.c.model->name;
    printf("%s: %zu set%s", name, s->n_done - w->n_before, s->n_done - w->n_before == 1 ? "" : "s");
    if (w->n_before)
        printf(", and %zu from before,", w->n_before);
    printf(" %s%s%s in ", s->why_alone ? "one at a time (" : "side by side", s->why_alone ? s->why_alone : "", s->why_alone ? ")" : "");
    print_seconds(w->seconds);
    putchar('\n');
    if (!w->written) {
        printf("stopped: %zu of %zu sets are kept in %s.part; the same command goes on from there\n", s->n_done, s->grid.n_sets, w->path);
        return;
    }
    for (size_t m = 0; m < s->n_measures; m++)
        if (w->n_ended[RUN_DONE])
            printf("%s: from %.6g to %.6g\n", w->first.measures.name[m], w->least[m], w->most[m]);
    print_ends(w);
    printf("in %s\n", w->path);
}

static void print_json(Job *w)
{
    Ctx *cx = context(w);
    const Sweep *s = &w->s;
    json_t *o = json_object();
    json_object_set_new(o, "model", w->first.c.model && w->first.c.model->name ? json_string(w->first.c.model->name) : json_null());
    json_object_set_new(o, "file", json_path(cx, w->first.c.path));
    json_object_set_new(o, "result", w->written ? json_path(cx, w->path) : json_null());
    json_object_set_new(o, "sets", json_integer((json_int_t)s->grid.n_sets));
    json_object_set_new(o, "kept", json_integer((json_int_t)s->n_done));
    json_object_set_new(o, "seconds", json_real(w->seconds));
    if (w->written) {
        json_t *ends = json_object();
        for (int k = 0; k < RUN_N_STATUS; k++)
            if (w->n_ended[k])
                json_object_set_new(ends, eig_run_status[k], json_integer((json_int_t)w->n_ended[k]));
        json_object_set_new(o, "status", ends);
    }
    json_object_set_new(o, "diagnostics", json_diagnostics(cx));
    json_print(o);
}

/* ---- the command ---- */

static ExitStatus complain(const char *what)
{
    fprintf(stderr, "eigc sweep: %s\nTry 'eigc sweep --help'.\n", what);
    return STATUS_WRONG;
}

static void explain_not_finite(Job *w)
{
    if (w->n_not_finite == 0)
        return;
    const Model *model = w->first.c.model;
    size_t record = w->first.measures.measure[w->first_measure].record;
    Span at = model->sim.records.n ? model->sim.records.at[record].span : w->first.c.net->pop[record].model->span;
    Diag *d = diag_at(context(w), D_E0893, at, "the measure `%s` is %s at %s", w->first.measures.name[w->first_measure],
                      isnan(w->first_value) ? "no number" : w->first_value < 0 ? "-inf" : "inf",
                      grid_set_text(context(w), &w->s.grid, w->first_set));
    diag_note(context(w), d, "this is the first; %zu of %zu sets have such a measure, which stands in the result as it is", w->n_not_finite,
              w->s.grid.n_sets);
    diag_help(context(w), d, "keep what the record divides by away from 0, and what a logarithm or a root is of above it: `log(max(E, 1e-9))`");
}

static ExitStatus finish(Job *w, bool done)
{
    if (w->s.failed_set != SIZE_MAX) {
        explain_failure(w);
        return w->s.failed_in_system ? STATUS_SYSTEM : compilation_failure(&w->first.c);
    }
    if (!done)
        return STATUS_INTERRUPTED;
    w->written = write_result(w);
    if (!w->written)
        return STATUS_SYSTEM;
    explain_not_finite(w);
    return w->n_ended[RUN_DONE] == w->s.grid.n_sets ? STATUS_DONE : STATUS_NOT_PROVED;
}

/* Arrays of weights that the fastest axis changes are of no two sets of a block. */
static bool decide_alone(Job *w)
{
    const Plan *first = w->first.c.plan;
    Sweep *s = &w->s;
    s->why_alone = plan_why_alone(first);
    s->in_memory = first->state == STATE_IN_MEMORY;
    if (s->why_alone || !s->in_memory || s->grid.n_sets == 1)
        return true;
    Maker second;
    if (!make_other(w, &second, 1))
        return false;
    if (plan_same_shape(first, second.c.plan) && !plan_same_weights(first, second.c.plan))
        s->why_alone = "each set has arrays of weights of its own";
    maker_close(&second);
    return true;
}

static ExitStatus run(Job *w)
{
    Sweep *s = &w->s;
    if (!try_sets(w) || !decide_alone(w))
        return compilation_failure(&w->first.c);
    s->n_measures = w->first.measures.n;
    s->first = &w->first;
    w->path = s->options->output ? s->options->output : arena_printf(&context(w)->arena, "%s.sweep.csv", w->first.c.model->name);
    ExitStatus status = STATUS_SYSTEM;
    progress_catch_signals();           /* from here on what is done is kept */
    if (open_journal(w) && (w->first.c.jit = jit_module_load(context(w), NULL, NULL))) {
        double start = seconds_now();
        bool done = sweep_work(s, threads_of(s->options->threads), s->options->quiet || s->options->json);
        w->seconds = seconds_now() - start;
        status = finish(w, done);
        cells_free(&s->shapes);
        shapes_free(&s->shapes);
    }
    eig_journal_close(&s->journal, w->written);
    return status;
}

ExitStatus cmd_sweep(const Options *o)
{
    if (o->n_over + o->trials == 0)
        return complain("a sweep is over params, --over p=0:1:11 or --over p=1,2,5, or trials, --trials 100");
    if (o->n_over + (o->trials > 0) > SURVEY_MAX_AXES)
        return complain("a sweep has at most eight axes");
    if (strcmp(o->operand, "-") == 0)
        return complain("a sweep reads its model once for each set: give it as a file");
    if (o->output && !eig_survey_knows(o->output))
        return complain("the result's format is told by its extension, .csv or .npz");
    Ctx axes;
    NumPool nums = { 0 };
    Job w = { .s = { .options = o, .failed_set = SIZE_MAX, .shapes = { .options = o, .lock = PTHREAD_MUTEX_INITIALIZER },
                     .lock = PTHREAD_MUTEX_INITIALIZER } };
    ctx_init(&axes);
    ExitStatus status = STATUS_WRONG;
    if (!grid_read(&axes, &nums, o, &w.s.grid)) {
        diagnose(&axes, o);
    } else {
        bool ok = maker_open(&w.first, o, &w.s.grid);
        status = ok ? run(&w) : compilation_failure(&w.first.c);
        diagnose(context(&w), o);
        if (o->json)
            print_json(&w);
        else if (!o->quiet && (w.written || status == STATUS_INTERRUPTED))
            print_summary(&w);
        maker_close(&w.first);
    }
    num_pool_free(&nums);
    ctx_free(&axes);
    return status;
}
