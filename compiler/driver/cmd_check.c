#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/advice.h"
#include "compiler/driver/certificate_out.h"
#include "compiler/driver/check_points.h"
#include "compiler/driver/diagnose.h"
#include "compiler/driver/json_out.h"
#include "compiler/driver/pipeline.h"

static bool to_stdout(const char *path)
{
    return path && !strcmp(path, "-");
}

/* Writes the proof if one was asked for. False when the system refused. Where
 * there is none that could be written, *missing says why. */
static bool write_certificate(Compilation *c, const char **missing)
{
    const LdsReport *lds = report_proof(c->report);
    const char *path = c->options->certificate;

    *missing = NULL;
    if (!path)
        return true;
    if (lds->verdict != TRUTH_CERTIFIED && lds->verdict != TRUTH_REFUTED) {
        *missing = report_covers(c->report, CONCLUDE_LDS) ? "Lyapunov diagonal stability is undecided"
                                                          : "diagonal stability is not looked at with --only=dale";
        return true;
    }
    return certificate_out(c, path, missing);
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
        check_points(&c);
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
    check_points_free(&c);
    compilation_free(&c);
    return status;
}
