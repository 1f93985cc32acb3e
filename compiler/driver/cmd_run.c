#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/diagnose.h"
#include "compiler/driver/integrator.h"
#include "compiler/driver/json_out.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/progress.h"
#include "compiler/driver/run_cost.h"
#include "compiler/driver/run_input.h"
#include "compiler/driver/run_meta.h"
#include "compiler/driver/run_room.h"
#include "compiler/driver/run_state.h"
#include "compiler/driver/run_until.h"
#include "compiler/driver/threads.h"
#include "runtime/integrate.h"
#include "runtime/layout.h"

/* A run on its way: what it needs and what came of it. */
typedef struct Run {
    Compilation c;
    const char *path;           /* of the result */
    EigRecorder *recorder;
    double *x;                  /* final state */
    EigMoment from, end;        /* with --from; with --save-state */
    RunResult result;
    double seconds;             /* of integration alone */
    bool written, has_state;    /* result, file of --save-state */
} Run;

/* ---- where the result goes ---- */

static bool knows_format(const char *path)
{
    const char *dot = strrchr(path, '.');

    if (eig_recorder_knows(path))
        return true;
    if (dot && !strcmp(dot, ".h5"))
        fprintf(stderr, "eigc run: %s: .h5 files are not built yet; use .npz or .csv\n", path);
    else
        fprintf(stderr, "eigc run: %s: the result's format is told by its extension, .npz or .csv\n", path);
    return false;
}

/* Before the first step: a run of hours must not find out at its end that its folder is read-only. */
static bool open_result(Run *r)
{
    char error[256] = "";
    const Options *o = r->c.options;

    r->recorder = eig_recorder_open(&r->c.plan->problem, r->path, error);
    if (r->recorder && o->from)
        eig_recorder_goes_on(r->recorder, &r->from);
    if (!r->recorder)
        diag_nowhere(&r->c.cx, D_E0004, "%s", error);
    else if (!run_room(&r->c.cx, r->c.model, r->recorder, r->path)) {
        eig_recorder_close(r->recorder);
        r->recorder = NULL;
    } else {
        progress_catch_signals();       /* from here on what is computed is kept */
        if (!o->quiet && !o->json) {
            run_room_say(&r->c.cx, r->recorder, r->path);
            run_cost_say(r->c.plan, r->from.step);
        }
    }
    return r->recorder != NULL;
}

/* ---- the run ---- */

static void integrate(Run *r)
{
    const EigProblem *p = &r->c.plan->problem;
    Progress progress;
    double start = seconds_now();
    const EigMoment *from = r->c.options->from ? &r->from : NULL;
    EigMoment *end = r->c.options->save_state ? &r->end : NULL;

    r->x = ARENA_ARRAY(&r->c.cx.arena, eig_n_x(p), double);
    progress_start(&progress, p->time_unit, from ? eig_moment_time(from, p) : 0.0, r->c.options->quiet);
    if (r->c.options->reference) {
        r->result = eig_reference_from(p, r->recorder, progress_tick, &progress, from, end, r->x);
    } else {
        EigKernel kernel = *r->c.jit->functions(r->c.kernel);
        kernel.threads = threads_of(r->c.options->threads);
        r->result = eig_integrate_from(p, &kernel, r->recorder, progress_tick, &progress, from, end, r->x);
    }
    progress_end(&progress);
    r->seconds = seconds_now() - start;
}

static const char *with_unit(Run *r, double t)
{
    const char *unit = r->c.plan->problem.time_unit;

    return arena_printf(&r->c.cx.arena, "%.9g%s%s", t, *unit ? " " : "", unit);
}

static const char *kept(Run *r)
{
    return arena_printf(&r->c.cx.arena, "%lld records up to then are in %s", (long long)r->result.n_records, r->path);
}

/* The disk refused a record, or has no room for more; `saved`: those before it are in the file. */
static void explain_write_error(Run *r, bool saved)
{
    bool is_full = eig_recorder_is_full(r->recorder);
    Diag *d = is_full ? run_room_used_up(&r->c.cx, r->c.model, r->recorder, with_unit(r, r->result.t))
                      : diag_nowhere(&r->c.cx, D_E0004, "%s: %s", r->path, r->result.error);

    if (saved)
        diag_note(&r->c.cx, d, "%s", kept(r));
    else
        diag_note(&r->c.cx, d, "nothing of this run was written; a file that was there before is as it was");
    if (!is_full)
        diag_help(&r->c.cx, d, "a run needs the room of its records twice; record less often, or write elsewhere with -o");
}

static bool write_result(Run *r)
{
    char error[256] = "";
    json_t *meta = run_meta(&r->c, r->recorder, &r->result);

    if (r->c.options->from)
        json_object_set_new(json_object_get(meta, "run"), "from", json_real(eig_moment_time(&r->from, &r->c.plan->problem)));
    char *text = json_dumps(meta, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    if (!text)
        BUG("what a result says about itself is not JSON");
    bool ok = eig_recorder_finish(r->recorder, text, error);
    if (r->result.status == RUN_WRITE_ERROR)
        explain_write_error(r, ok);
    else if (!ok)
        diag_nowhere(&r->c.cx, D_E0004, "%s", error);
    free(text);
    json_decref(meta);
    return ok;
}

/* ---- what is said about it ---- */

/* "neuron wild[2] of population wild", or "population E" when that is one neuron. */
static const char *culprit(Run *r)
{
    const NetPop *pop = &r->c.net->pop[r->result.bad_pop];
    Sbuf name = {0};

    net_neuron_name(pop, r->result.bad_neuron, &name);
    const char *text = pop->size == 1 ? arena_printf(&r->c.cx.arena, "population %s", pop->model->name)
                                      : arena_printf(&r->c.cx.arena, "neuron %s of population %s", sbuf_text(&name),
                                                     pop->model->name);
    sbuf_free(&name);
    return text;
}

/* "rate", or "state v" of a population by equations. */
static const char *bad_state(Run *r)
{
    const EigPop *pop = &r->c.plan->problem.pop[r->result.bad_pop];
    EigState state = eig_state(pop, r->result.bad_state);
    return state.kind == EIG_STATE_LEAK ? "rate" : arena_printf(&r->c.cx.arena, "state %s", state.name);
}

/* What is likely to help, where `eigc check` has something to say and where it has not. */
static const char *nonfinite_help(const ModelPop *p)
{
    if (p->n_states)
        return "a smaller step helps where the solution of the equations stays finite; where it does not, as that of `v' = v^2`, a term that brings it back does";
    if (p->act.phi && p->act.phi->kind == EXPR_SOLVE)
        return "a formula in which nothing overflows or cancels, or a domain, `on [lo, hi]`, repairs that; else `eigc check` says whether recurrent "
               "excitation is proved bounded; where it is, a smaller step helps";
    if (p->act.has_gaps)
        return "a formula in which nothing overflows repairs that, `1/sqrt(1 + exp(-2 * z))` for `exp(z)/sqrt(1 + exp(z)^2)`";
    return "`eigc check` says whether recurrent excitation is proved bounded; where it is, a smaller step helps";
}

static void explain_lost_input(Run *r, Diag *d, const ModelPop *p, double when)
{
    diag_note_at(&r->c.cx, d, p->input->span, "its input is no finite number at t = %s", with_unit(r, when));
    diag_help(&r->c.cx, d, "keep divisors in the input away from 0, and what a logarithm or a root is of above it, at all times of the run");
}

static void explain_nonfinite(Run *r)
{
    const ModelPop *p = r->c.net->pop[r->result.bad_pop].model;
    double when;
    Diag *d = diag_at(&r->c.cx, D_E0890, p->span,
                      "the %s of %s left the finite numbers at t = %s", bad_state(r), culprit(r), with_unit(r, r->result.t));

    if (r->written)
        diag_note(&r->c.cx, d, "%s", kept(r));
    if (r->c.options->save_state)
        diag_note(&r->c.cx, d, "there is no state to go on from; %s is as it was", r->c.options->save_state);
    if (run_input_is_lost(&r->c.plan->problem, r->result.bad_pop, r->result.bad_neuron, r->result.t, &when)) {
        explain_lost_input(r, d, p, when);
        return;
    }
    if (p->act.phi && p->act.phi->kind == EXPR_SOLVE)
        diag_note(&r->c.cx, d, "its rate is solved for: there is none where the derivative of its cost, as the formula has it, leaves "
                               "the doubles or its digits cancel");
    else if (p->act.has_gaps && !p->stepped)
        diag_note(&r->c.cx, d, "its activation is no number where the formula, as it is written, overflows and would be something else: "
                               "`eigc dump --model` says from where on");
    diag_help(&r->c.cx, d, "%s", nonfinite_help(p));
}

static void explain_underflow(Run *r)
{
    const EigProblem *p = &r->c.plan->problem;
    Diag *d = diag_at(&r->c.cx, D_E0891, r->c.model->sim.span,
                      "at t = %s no step is small enough for rtol = %g and atol = %g; %s has the largest error",
                      with_unit(r, r->result.t), p->rtol, p->atol, culprit(r));

    if (r->written)
        diag_note(&r->c.cx, d, "%s", kept(r));
    diag_help(&r->c.cx, d, "use larger tolerances, or a method with a fixed step");
}

/* The equation of a backward step has no solution near, or the Jacobian is not that of what is computed: at jumps of the slopes in the state. */
static void explain_unsolved(Run *r)
{
    Diag *d = diag_at(&r->c.cx, D_E0892, r->c.model->sim.span,
                      "at t = %s Newton's method, by which `cvode` finds the end of a step, does not converge, however short the step",
                      with_unit(r, r->result.t));

    if (r->written)
        diag_note(&r->c.cx, d, "%s", kept(r));
    diag_help(&r->c.cx, d, "%swhere activations, equations or currents jump with the state, make them continuous, `1/(1 + exp(-k * z))` for `step(z)`; "
              "`method = rk45` looks for no such end", r->c.model->sim.has_step && r->result.n_steps == 0 ? "leave out `step`, which is the first one; " : "");
}

/* "`log(E)` of neuron E[1]", or "`mean(1 / E)`" */
static const char *lost_record(Run *r, const EigLost *lost)
{
    const EigRecord *record = &r->c.plan->problem.record[lost->record];
    const EigObs *row = record->width > 1 ? eig_obs_row(record->obs) : NULL;
    if (!row)
        return arena_printf(&r->c.cx.arena, "`%s`", record->name);
    Sbuf name = {0};
    net_neuron_name(&r->c.net->pop[row->pop], row->first + lost->column, &name);
    const char *text = arena_printf(&r->c.cx.arena, "`%s` of neuron %s", record->name, sbuf_text(&name));
    sbuf_free(&name);
    return text;
}

/* Without `record` lines the rates are recorded, in the order of the populations. */
static void explain_lost_record(Run *r)
{
    EigLost lost = eig_recorder_lost(r->recorder);
    if (!lost.is_there)
        return;
    const ModelSim *sim = &r->c.model->sim;
    Span at = sim->records.n ? sim->records.at[lost.record].span : r->c.net->pop[lost.record].model->span;
    Diag *d = diag_at(&r->c.cx, D_E0893, at, "the record %s is %s at t = %s", lost_record(r, &lost),
                      isnan(lost.value) ? "no number" : lost.value < 0 ? "-inf" : "inf", with_unit(r, lost.t));

    diag_note(&r->c.cx, d, "this is the first; what is recorded changes nothing in the run, and stands in the result as it is");
    diag_help(&r->c.cx, d, "keep what it divides by away from 0, and what a logarithm or a root is of above it: `log(max(E, 1e-9))`");
}

/* A run that left the finite numbers has no state to go on from. */
static bool write_state(Run *r)
{
    if (!r->c.options->save_state || (r->result.status != RUN_DONE && r->result.status != RUN_INTERRUPTED))
        return true;
    return r->has_state = run_state_write(&r->c, &r->end);
}

static ExitStatus finish(Run *r)
{
    r->written = write_result(r);
    bool is_kept = write_state(r);
    if (!r->written || !is_kept)
        return STATUS_SYSTEM;
    explain_lost_record(r);
    switch (r->result.status) {
    case RUN_NONFINITE:   explain_nonfinite(r); return STATUS_NOT_PROVED;
    case RUN_UNDERFLOW:   explain_underflow(r); return STATUS_NOT_PROVED;
    case RUN_UNSOLVED:    explain_unsolved(r); return STATUS_NOT_PROVED;
    case RUN_INTERRUPTED: return STATUS_INTERRUPTED;
    case RUN_WRITE_ERROR: return STATUS_SYSTEM;
    default:              return STATUS_DONE;
    }
}

/* Of the rates, or of the first state where a population is by equations. */
static double mean_first(const Run *r, const EigPop *pop)
{
    double sum = 0.0;

    for (size_t k = 0; k < pop->size; k++)
        sum += r->x[eig_state_from(&r->c.plan->problem, (size_t)(pop - r->c.plan->problem.pop)) + k];
    return sum / (double)pop->size;
}

/* "E 9.99955 Hz": results hold canonical numbers, but nobody thinks of a rate per ms. */
static void print_mean(Ctx *cx, double mean, Unit u)
{
    bool per_time = unit_equal(u, (Unit){.twice = {[DIM_TIME] = -2}});

    if (per_time)
        printf("%.6g Hz", 1e3 * mean);
    else if (unit_is_none(u))
        printf("%.6g", mean);
    else
        printf("%.6g %s", mean, unit_text(cx, u));
}

/* E, or C.v */
static const char *first_name(Run *r, size_t pop)
{
    const ModelPop *m = r->c.net->pop[pop].model;
    return m->n_states ? arena_printf(&r->c.cx.arena, "%s.%s", m->name, m->state[0].name) : m->name;
}

enum { MOST_FINAL = 12 };       /* populations that are printed */

static void print_final(Run *r)
{
    const EigProblem *p = &r->c.plan->problem;

    bool all_rates = true;
    for (size_t k = 0; k < p->n_pops; k++)
        all_rates &= r->c.net->pop[k].model->n_states == 0;
    printf(all_rates ? "final mean rate:" : "final mean:");
    for (size_t k = 0; k < p->n_pops && k < MOST_FINAL; k++) {
        const ModelPop *m = r->c.net->pop[k].model;
        printf("%s %s ", k ? "," : "", first_name(r, k));
        print_mean(&r->c.cx, mean_first(r, &p->pop[k]), m->n_states ? m->state[0].unit : m->unit_x);
    }
    if (p->n_pops > MOST_FINAL)
        printf(", and %zu more", p->n_pops - MOST_FINAL);
    putchar('\n');
}

/* Wall time for people. */
static void print_seconds(double s)
{
    if (s < 1e-3)
        printf("%.0f us", 1e6 * s);
    else if (s < 1.0)
        printf("%.3g ms", 1e3 * s);
    else
        printf("%.3g s", s);
}

/* "501 records of E, I" */
static void print_recorded(const Run *r, size_t clock)
{
    enum { SHOWN = 8 };
    const EigProblem *p = &r->c.plan->problem;
    size_t n = 0;

    printf("%lld records of ", (long long)eig_recorder_count(r->recorder, clock));
    for (size_t k = 0; k < p->n_records; k++)
        if (p->record[k].clock == clock && n++ < SHOWN)
            printf("%s%s", n > 1 ? ", " : "", p->record[k].name);
    if (n > SHOWN)
        printf(" and %zu more", n - SHOWN);
}

/* "501 records of E, I in wilson_cowan.npz", a line for each record interval */
static void print_where(const Run *r)
{
    for (size_t k = 0; k < eig_n_clocks(&r->c.plan->problem); k++) {
        print_recorded(r, k);
        printf(" in %s\n", r->path);
    }
}

static void print_summary(Run *r)
{
    const RunResult *run = &r->result;

    const ModelSim *sim = &r->c.model->sim;
    printf("%s: %lld steps", r->c.model->name, (long long)run->n_steps);
    if (r->c.options->from)
        printf(" from t = %s", with_unit(r, eig_moment_time(&r->from, &r->c.plan->problem)));
    if (run->n_rejected)
        printf(" (and %lld rejected)", (long long)run->n_rejected);
    printf(" to t = %s in ", with_unit(r, run->t));
    print_seconds(r->seconds);
    putchar('\n');
    if (sim->chosen_since)
        printf("method %s, since %s\n", eig_method[sim->method].name, sim->chosen_since);
    if (run->status == RUN_INTERRUPTED)
        puts("interrupted; what was computed is kept");
    if (r->written)
        print_where(r);
    if (r->has_state)
        printf("state at t = %s in %s\n", with_unit(r, run->t), r->c.options->save_state);
    if (run->status == RUN_DONE || run->status == RUN_INTERRUPTED)
        print_final(r);
}

static json_t *final_means(Run *r)
{
    const EigProblem *p = &r->c.plan->problem;
    json_t *o = json_object();

    for (size_t k = 0; k < p->n_pops; k++) {
        double mean = mean_first(r, &p->pop[k]);
        json_object_set_new(o, first_name(r, k), isfinite(mean) ? json_real(mean) : json_null());
    }
    return o;
}

static void print_json(Run *r)
{
    json_t *o = json_object();

    json_object_set_new(o, "model", r->c.model && r->c.model->name ? json_string(r->c.model->name) : json_null());
    json_object_set_new(o, "file", json_path(&r->c.cx, r->c.path));
    if (r->recorder) {
        json_object_set_new(o, "result", r->written ? json_path(&r->c.cx, r->path) : json_null());
        json_object_set_new(o, "state", r->has_state ? json_path(&r->c.cx, r->c.options->save_state) : json_null());
        json_object_set_new(o, "status", json_string(eig_run_status[r->result.status]));
        json_object_set_new(o, "t", json_real(r->result.t));
        json_object_set_new(o, "steps", json_integer((json_int_t)r->result.n_steps));
        json_object_set_new(o, "rejected", json_integer((json_int_t)r->result.n_rejected));
        json_object_set_new(o, "records", json_integer((json_int_t)r->result.n_records));
        json_object_set_new(o, "seconds", json_real(r->seconds));
        json_object_set_new(o, "final_mean_rate", final_means(r));
    }
    json_object_set_new(o, "diagnostics", json_diagnostics(&r->c.cx));
    json_print(o);
}

/* ---- the command ---- */

/* Everything before the first step. */
static bool prepare(Run *r)
{
    const Options *o = r->c.options;
    bool jit_dump = o->dump[DUMP_llvm] || o->dump[DUMP_llvm_opt] || o->dump[DUMP_asm];

    r->c.skip[PHASE_check] = o->no_check;
    r->c.check_max_rows = RUN_CHECK_MAX_ROWS;
    r->c.exact_max_rows = o->no_check ? 0 : RUN_CHECK_MAX_ROWS;
    r->c.skip[PHASE_jit] = o->reference && !jit_dump;
    return compilation_run(&r->c, PHASE_jit) && integrator_is_there(&r->c);
}

/* When the run ends, what it goes on from, and room for where it ends. */
static bool prepare_states(Run *r)
{
    const Options *o = r->c.options;

    r->path = o->output ? o->output : arena_printf(&r->c.cx.arena, "%s.npz", r->c.model->name);
    if (o->until && !run_until(&r->c))
        return false;
    if ((o->from || o->save_state) && !run_state_fits(&r->c))
        return false;
    if (o->from && !run_state_read(&r->c, &r->from))
        return false;
    return !o->save_state || run_state_place(&r->c, r->path, &r->end);
}

ExitStatus cmd_run(const Options *o)
{
    Run r = {0};
    ExitStatus status;

    if (o->output && !knows_format(o->output))
        return STATUS_WRONG;
    compilation_init(&r.c, o, o->operand);
    if (!prepare(&r))
        status = compilation_failure(&r.c);
    else if (!prepare_states(&r))
        status = r.c.failed_in_system ? STATUS_SYSTEM : STATUS_WRONG;
    else if (!open_result(&r))
        status = STATUS_SYSTEM;
    else {
        integrate(&r);
        status = finish(&r);
    }
    diagnose(&r.c.cx, o);
    if (o->json)
        print_json(&r);
    else if (r.recorder && !o->quiet)
        print_summary(&r);
    if (o->time) {
        compilation_print_times(&r.c, stderr);
        fprintf(stderr, "time  %-8s %10.3f ms  %s\n", "run", 1e3 * r.seconds, "integration");
    }
    if (r.recorder)
        eig_recorder_close(r.recorder);
    eig_moment_free(&r.from);
    eig_moment_free(&r.end);
    compilation_free(&r.c);
    return status;
}
