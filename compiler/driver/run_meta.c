#include "compiler/driver/run_meta.h"

#include "compiler/data/sha256.h"
#include "compiler/driver/version.h"

static json_t *parameters(Ctx *cx, const Model *m)
{
    json_t *list = json_array();

    for (size_t k = 0; k < m->params.n; k++) {
        const ModelParam *p = &m->params.at[k];
        json_t *row = json_pack("{s:s, s:s}", "name", p->name, "value", num_text(cx, p->value));
        if (!unit_is_none(p->unit))
            json_object_set_new(row, "unit", json_string(unit_text(cx, p->unit)));
        if (p->was_set)
            json_object_set_new(row, "set", json_string(p->set_text));
        json_array_append_new(list, row);
    }
    return list;
}

/* JSON integers of most readers are signed: a seed beyond them goes as text. */
static json_t *seed(uint64_t value)
{
    char text[24];

    if (value <= INT64_MAX)
        return json_integer((json_int_t)value);
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    return json_string(text);
}

static json_t *method(Ctx *cx, const Model *m, const EigProblem *p)
{
    json_t *o = json_pack("{s:s, s:s}", "name", eig_method[p->method].name, "duration",
                          num_text(cx, m->sim.duration));

    if (m->sim.chosen_since)
        json_object_set_new(o, "chosen", json_string(m->sim.chosen_since));
    if (m->sim.has_step)
        json_object_set_new(o, "step", json_string(num_text(cx, m->sim.step)));
    if (m->sim.noise_step)
        json_object_set_new(o, "noise_step", json_string(num_text(cx, m->sim.noise_step)));
    if (eig_method[p->method].adaptive) {
        json_object_set_new(o, "rtol", json_real(p->rtol));
        json_object_set_new(o, "atol", json_real(p->atol));
    }
    return o;
}

static json_t *verdicts(const Compilation *c)
{
    static const char unchecked[] = "not checked";
    const Report *r = c->report;
    bool all = r && report_covers(r, CONCLUDE_STABILITY);
    json_t *o = json_pack("{s:s, s:s, s:s}", "dale", r ? truth_name(r->dale.verdict) : unchecked, "lds",
                          all ? truth_name(r->lds.verdict) : unchecked, "stability",
                          all ? truth_name(r->stability.verdict) : unchecked);

    if (all && r->stability.conclusion)
        json_object_set_new(o, "conclusion", json_string(r->stability.conclusion));
    return o;
}

static json_t *run_end(const RunResult *run)
{
    return json_pack("{s:s, s:f, s:I, s:I, s:I}", "status", eig_run_status[run->status], "t", run->t, "steps",
                     (json_int_t)run->n_steps, "rejected", (json_int_t)run->n_rejected, "records",
                     (json_int_t)run->n_records);
}

static json_t *units(const EigProblem *p, const EigRecorder *recorder)
{
    json_t *o = json_object();

    for (size_t k = 0; k < p->n_records; k++)
        json_object_set_new(o, eig_recorder_time_name(recorder, k), json_string(p->time_unit));
    for (size_t k = 0; k < p->n_records; k++)
        json_object_set_new(o, eig_recorder_name(recorder, k), json_string(p->record[k].unit));
    return o;
}

/* By quantity, the array of the times at which it was recorded. */
static json_t *times(const EigProblem *p, const EigRecorder *recorder)
{
    json_t *o = json_object();

    for (size_t k = 0; k < p->n_records; k++)
        json_object_set_new(o, eig_recorder_name(recorder, k), json_string(eig_recorder_time_name(recorder, k)));
    return o;
}

/* With the model's own text, all that is needed to run it again. */
static json_t *imports(Ctx *cx, const Model *m)
{
    json_t *a = json_array();

    for (size_t k = 0; k < m->imported.n; k++) {
        const Source *s = cx->sources[m->imported.at[k]];
        json_array_append_new(a, json_pack("{s:s, s:s, s:s%}", "path", s->path, "sha256", sha256_hex(cx, s->bytes, s->n), "text",
                                           s->bytes, s->n));
    }
    return a;
}

json_t *model_meta(Compilation *c)
{
    const Source *text = c->cx.sources[c->source];
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s%}", "eigc", EIGC_VERSION, "model", c->model->name, "path", text->path,
                          "sha256", sha256_hex(&c->cx, text->bytes, text->n), "text", text->bytes, text->n);

    if (c->model->imported.n)
        json_object_set_new(o, "imports", imports(&c->cx, c->model));
    json_object_set_new(o, "parameters", parameters(&c->cx, c->model));
    json_object_set_new(o, "seed", seed(c->model->sim.seed));
    json_object_set_new(o, "method", method(&c->cx, c->model, &c->plan->problem));
    return o;
}

json_t *run_meta(Compilation *c, const EigRecorder *recorder, const RunResult *run)
{
    const char *target = c->kernel ? c->jit->target(c->kernel) : "reference interpreter";
    json_t *o = model_meta(c);

    json_object_set_new(o, "units", units(&c->plan->problem, recorder));
    json_object_set_new(o, "times", times(&c->plan->problem, recorder));
    json_object_set_new(o, "target", json_string(target));
    json_object_set_new(o, "check", verdicts(c));
    json_object_set_new(o, "run", run_end(run));
    return o;
}
