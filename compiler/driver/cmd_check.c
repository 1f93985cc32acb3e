#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/advice.h"
#include "compiler/check/proof/certificate.h"
#include "compiler/driver/claim.h"
#include "compiler/driver/diagnose.h"
#include "compiler/driver/json_out.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/write_file.h"

static bool to_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

/* What a reader will make of the text: numbers that are too long for the
 * format are noticed here, not by the referee. */
static bool is_readable(Ctx *cx, const Sbuf *text, const char **reason)
{
    CertificateFile file;

    if (!certificate_read(cx, sbuf_text(text), text->n, &file, reason))
        return false;
    claim_matrix_clear(&file.matrix);
    evidence_clear(&file.evidence);
    ranges_clear(&file.ranges);
    return true;
}

/* Writes the proof if one was asked for. False when the system refused. Where
 * there is none that could be written, *missing says why. */
static bool write_certificate(Compilation *c, const char **missing)
{
    const LdsReport *lds = report_proof(c->report);
    const char *path = c->options->certificate;
    Sbuf text = {0};

    *missing = NULL;
    if (!path)
        return true;
    if (lds->verdict != TRUTH_CERTIFIED && lds->verdict != TRUTH_REFUTED) {
        *missing = report_covers(c->report, CONCLUDE_LDS) ? "Lyapunov diagonal stability is undecided"
                                                          : "diagonal stability is not looked at with --only=dale";
        return true;
    }
    CertificateModel model = claim_model(c);
    certificate_write(&model, &lds->matrix, &lds->evidence, &c->report->ranges.ranges, &text);
    bool ok = !is_readable(&c->cx, &text, missing) || write_file(&c->cx, path, sbuf_text(&text), text.n);
    sbuf_free(&text);
    return ok;
}

/* The object of --json; without a report it says which model and what is wrong with it. */
static void print_json(Compilation *c, bool has_certificate)
{
    if (c->report)
        advice_find(&c->cx, c->report);
    json_t *root = c->report ? report_json(c->report) : json_object();

    if (!c->report)
        json_object_set_new(root, "model", c->model && c->model->name ? json_string(c->model->name) : json_null());
    if (!json_object_get(root, "file"))
        json_object_set_new(root, "file", json_path(&c->cx, c->path));
    json_object_set_new(root, "certificate", has_certificate ? json_path(&c->cx, c->options->certificate) : json_null());
    json_object_set_new(root, "diagnostics", json_diagnostics(&c->cx));
    json_print(root);
}

static void print_report(Compilation *c)
{
    Sbuf text = {0};

    advice_find(&c->cx, c->report);
    report_print(c->report, &text);
    if (c->options->explain)
        report_explain(c->report, &text);
    fputs(sbuf_text(&text), stdout);
    sbuf_free(&text);
}

/* ---- requirements for all params: what is said where diagonal stability is refuted ---- */

/* The settings of the command line and, behind them, the point. False where params have units. */
static bool settings_at(Compilation *c, Options *o)
{
    const RangeReport *r = &c->report->ranges;
    Setting *set = ARENA_ARRAY(&c->cx.arena, o->n_set + r->ranges.n_params, Setting);
    memcpy(set, o->set, o->n_set * sizeof *set);
    for (size_t k = 0; k < r->ranges.n_params; k++) {
        for (size_t j = 0; j < c->model->params.n; j++)
            if (strcmp(c->model->params.at[j].name, r->ranges.name[k]) == 0 && !unit_is_none(c->model->params.at[j].unit))
                return false;
        set[o->n_set + k] = (Setting){.name = r->ranges.name[k], .value = num_text(&c->cx, r->at[k])};
    }
    o->set = set;
    o->n_set += r->ranges.n_params;
    return true;
}

/* What is said of the network at the point, where diagonal stability fails. */
static const char *reason_there(Compilation *c, const char *setting, const StabilityReport *s, bool stable)
{
    const char *point = c->report->ranges.point;
    Truth verdict = stable ? s->verdict : s->unique;
    const char *why = !stable && s->not_unique ? s->not_unique : s->conclusion;
    if (verdict == TRUTH_REFUTED)
        return arena_printf(&c->cx.arena, "at %s: %s (`eigc check%s --certificate=FILE` has the proof)", point, why, setting);
    return arena_printf(&c->cx.arena, "at %s diagonal stability fails, and %s", point,
                        verdict == TRUTH_CERTIFIED ? "what is certified there all the same does not go on to other values"
                        : stable                   ? "neither stability nor instability is proved there"
                                                   : "neither one equilibrium nor several are proved there for every constant input");
}

/* The whole check at one point: what is refuted there is refuted for all params. */
static void check_there(Compilation *c)
{
    Report *report = c->report;
    Options o = *c->options;
    Compilation there;
    if (report->ranges.lds != TRUTH_REFUTED || strcmp(c->path, "-") == 0 || !settings_at(c, &o))
        return;
    const char *setting = "";
    for (size_t k = c->options->n_set; k < o.n_set; k++)
        setting = arena_printf(&c->cx.arena, "%s --set %s=%s", setting, o.set[k].name, o.set[k].value);
    memset(o.dump, 0, sizeof o.dump);
    compilation_init(&there, &o, c->path);
    there.only_check = true;
    bool ok = compilation_run(&there, PHASE_check);
    for (size_t k = 0; ok && k < c->model->requires.n; k++) {
        const ModelRequire *require = &c->model->requires.at[k];
        const StabilityReport *s = &there.report->stability;
        bool stable = require->kind == REQUIRE_STABLE, by_cells = stable || require->kind == REQUIRE_UNIQUE;
        if (!require->for_all_params || !by_cells || report->requirement[k].verdict == TRUTH_CERTIFIED)
            continue;
        report->requirement[k].reason = reason_there(c, setting, s, stable);
        if ((stable ? s->verdict : s->unique) != TRUTH_REFUTED)
            continue;
        report->requirement[k].verdict = TRUTH_REFUTED;
        if (stable)
            report->ranges.stable = TRUTH_REFUTED;
    }
    compilation_free(&there);
}

ExitStatus cmd_check(const Options *o)
{
    Compilation c;
    ExitStatus status = STATUS_DONE;
    const char *missing = NULL;
    bool written = true;

    if (to_stdout(o->certificate) && o->json) {
        fputs("eigc check: --json and --certificate=- both want standard output\n", stderr);
        return STATUS_WRONG;
    }
    compilation_init(&c, o, o->operand);
    c.only_check = true;
    if (!compilation_run(&c, PHASE_check))
        status = compilation_failure(&c);
    else if (!report_passes(c.report))
        status = STATUS_NOT_PROVED;
    if (c.report && status == STATUS_NOT_PROVED)
        check_there(&c);
    /* No proof hangs on it, so the report stands; but a model that `run` refuses is not all right. */
    if (c.report && !plan_simulate_fits(&c.cx, c.model))
        status = STATUS_WRONG;
    if (c.report && !(written = write_certificate(&c, &missing)))
        status = STATUS_SYSTEM;
    diagnose(&c.cx, o);
    if (missing) {
        fprintf(stderr, "eigc check: no certificate is written: %s\n", missing);
        status = status == STATUS_DONE ? STATUS_NOT_PROVED : status;
    }
    if (o->json)
        print_json(&c, o->certificate && c.report && written && !missing);
    else if (c.report && !o->quiet && !to_stdout(o->certificate))
        print_report(&c);
    if (o->time)
        compilation_print_times(&c, stderr);
    compilation_free(&c);
    return status;
}
