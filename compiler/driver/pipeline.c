#include "compiler/driver/pipeline.h"

#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <time.h>

#include "compiler/check/lds/lds.h"

double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- the phases: each fills its pointer and says whether to go on ---- */

static bool phase_load(Compilation *c)
{
    c->source = source_load(&c->cx, c->path, NULL);
    return c->source >= 0;
}

static bool phase_parse(Compilation *c)
{
    c->ast = parse_source(&c->cx, c->source);
    return c->cx.diags.n_errors == 0;
}

static bool phase_model(Compilation *c)
{
    const Options *o = c->options;

    c->model = ARENA_NEW(&c->cx.arena, Model);
    bool ok = model_build_of_many(&c->cx, &c->nums, c->source, c->ast, o->n_set, o->set, &c->many, c->model);
    if (o->has_seed)
        c->model->sim.seed = o->seed;
    if (ok)
        plan_choose_method(&c->cx, c->model);
    return ok;
}

static void say_slow(const char *what, double seconds)
{
    fprintf(stderr, "eigc: %s, at this pace some %.0f s\n", what, seconds);
}

/* What nobody runs, beyond what is proved, is not drawn. */
static NetDetail detail_of(const Compilation *c)
{
    NetSlow *slow = c->options->quiet ? NULL : say_slow;

    if (c->only_check)
        return (NetDetail){CHECK_MAX_ROWS, CHECK_MAX_ENTRIES, NET_MAX_EXACT, slow};
    return (NetDetail){c->exact_max_rows, INFINITY, NET_MAX_EXACT, slow};
}

static bool phase_net(Compilation *c)
{
    Net *net = ARENA_NEW(&c->cx.arena, Net);

    if (!net_build_for(&c->cx, c->model, detail_of(c), net))
        return false;
    c->net = net;
    return true;
}

static bool phase_check(Compilation *c)
{
    bool is_small = !c->check_max_rows || reduce_count_rows(&c->cx, c->net) <= c->check_max_rows;

    c->report = ARENA_NEW(&c->cx.arena, Report);
    Conclusion only = is_small ? c->options->only : CONCLUDE_DALE;
    return c->known ? check_net_knowing(&c->cx, c->net, only, c->known, c->report) : check_net(&c->cx, c->net, only, c->report);
}

static bool phase_plan(Compilation *c)
{
    Plan *plan = ARENA_NEW(&c->cx.arena, Plan);

    if (!plan_make(&c->cx, c->net, plan))
        return false;
    c->plan = plan;
    return true;
}

/* --cpu is the command line's mistake, not the machine's failure. */
static bool names_no_processor(const Ctx *cx)
{
    for (size_t k = 0; k < cx->diags.n; k++)
        if (cx->diags.at[k].code == D_E0902)
            return true;
    return false;
}

static bool phase_jit(Compilation *c)
{
    const bool *dump = c->options->dump;
    JitOptions how = {.opt_level = c->options->opt_level,
                      .cpu = c->options->cpu,
                      .want_llvm = dump[DUMP_llvm],
                      .want_llvm_opt = dump[DUMP_llvm_opt],
                      .want_asm = dump[DUMP_asm]};

    c->failed_in_system = true;
    double start = seconds_now();
    const char *library;
    c->jit = jit_module_load(&c->cx, c->opening, &library);
    c->opening = NULL;
    c->open_seconds = seconds_now() - start;
    if (!c->jit)
        return false;
    if (!c->options->no_cache && code_cache_open(&c->cx, library, &c->cache, &c->why_no_cache))
        how.cache = &c->cache.jit;
    c->kernel = c->jit->compile(&c->cx, c->plan, &how, &c->jit_times);
    c->failed_in_system = !c->kernel && !names_no_processor(&c->cx);
    return c->kernel != NULL;
}

/* ---- invariants ---- */

/* The canonical text of a tree parses back to the tree. */
static void verify_parse(Compilation *c)
{
    Sbuf text = {0};

    ast_print(c->ast, &text);
    if (text.n > SOURCE_MAX_BYTES) {
        sbuf_free(&text);
        return;
    }
    int again = source_from_text(&c->cx, "canonical text", sbuf_text(&text), text.n);
    if (again < 0 || !ast_equal(c->ast, parse_source(&c->cx, again)) || c->cx.diags.n_errors)
        BUG("the canonical text of the syntax tree does not parse back to it");
    sbuf_free(&text);
}

static void verify_phase(Compilation *c, Phase phase)
{
    switch (phase) {
    case PHASE_parse: verify_parse(c); break;
    case PHASE_model: model_verify(c->model); break;
    case PHASE_net:   net_verify(c->net); break;
    case PHASE_plan:  plan_verify(c->plan); break;
    default:          break;    /* load has nothing to break; check and jit verify what they make */
    }
}

/* Debugging builds check their invariants without being asked. */
static bool wants_verify(const Options *o)
{
#ifdef EIGC_VERIFY
    (void)o;
    return true;
#else
    return o->verify;
#endif
}

/* ---- the loop ---- */

typedef struct PhaseRow {
    const char *name, *text;
    bool (*run)(Compilation *);
} PhaseRow;

static const PhaseRow phase_table[N_PHASES] = {
#define PHASE(id, text) [PHASE_##id] = {#id, text, phase_##id},
#define DUMP(id, phase, name, alias, text)
#include "compiler/driver/phases.def"
#undef PHASE
#undef DUMP
};

const DumpRow dump_table[N_DUMPS] = {
#define PHASE(id, text)
#define DUMP(id, phase, name, alias, text) [DUMP_##id] = {PHASE_##phase, name, alias, text},
#include "compiler/driver/phases.def"
#undef PHASE
#undef DUMP
};

static size_t count_dumps(const Options *o)
{
    size_t n = 0;

    for (size_t k = 0; k < N_DUMPS; k++)
        n += o->dump[k];
    return n;
}

/* A dump alone on standard output is bare, so that it can be piped on. */
static void dump_phase(Compilation *c, Phase phase)
{
    bool bare = c->options->command == COMMAND_dump && count_dumps(c->options) == 1;

    for (DumpId k = 0; k < N_DUMPS; k++) {
        Sbuf text = {0};
        if (c->options->dump[k] && dump_table[k].phase == phase && compilation_dump(c, k, &text)) {
            if (!bare)
                fprintf(c->dump_to, "==== %s: %s ====\n", dump_table[k].name, dump_table[k].text);
            fputs(sbuf_text(&text), c->dump_to);
        }
        sbuf_free(&text);
    }
}

bool compilation_run(Compilation *c, Phase last)
{
    for (Phase phase = 0; phase <= last; phase++) {
        if (c->skip[phase] || c->ran[phase])
            continue;
        if (phase == PHASE_net && last >= PHASE_jit && !c->skip[PHASE_jit])
            c->opening = jit_module_begin(&c->cx);
        double start = seconds_now();
        bool ok = phase_table[phase].run(c);
        c->seconds[phase] = seconds_now() - start;
        c->ran[phase] = true;
        if (ok && wants_verify(c->options))
            verify_phase(c, phase);
        dump_phase(c, phase);
        if (!ok) {
            c->failed = phase;
            return false;
        }
    }
    return true;
}

ExitStatus compilation_failure(const Compilation *c)
{
    if (c->failed_in_system)
        return STATUS_SYSTEM;
    bool is_verdict = c->failed == PHASE_check && c->report->dale.verdict == TRUTH_REFUTED;
    return is_verdict ? STATUS_NOT_PROVED : STATUS_WRONG;
}

void compilation_print_times(const Compilation *c, FILE *to)
{
    fflush(stdout);             /* after what was printed, where both are a terminal */
    for (Phase phase = 0; phase < N_PHASES; phase++)
        if (c->ran[phase])
            fprintf(to, "time  %-8s %10.3f ms  %s\n", phase_table[phase].name, 1e3 * c->seconds[phase],
                    phase_table[phase].text);
    if (!c->kernel)
        return;
    const JitTimes *t = &c->jit_times;
    fprintf(to, "time  %-8s %10.3f ms  opening LLVM, %.3f emit, ", "  of it", 1e3 * c->open_seconds, 1e3 * t->emit);
    if (t->is_from_cache)
        fputs("the rest from the cache, ", to);
    else
        fprintf(to, "%.3f optimise, %.3f generate, ", 1e3 * t->optimise, 1e3 * t->codegen);
    fprintf(to, "%.3f link\n", 1e3 * t->link);
    if (c->why_no_cache)
        fprintf(to, "time  %-8s %10s     %s is not used: %s\n", "cache", "", c->cache.folder, c->why_no_cache);
    if (c->cache.why_not_kept)
        fprintf(to, "time  %-8s %10s     the code is not kept in %s: %s\n", "cache", "", c->cache.folder, c->cache.why_not_kept);
}

void compilation_init(Compilation *c, const Options *o, const char *path)
{
    *c = (Compilation){.options = o, .path = path, .dump_to = o->json ? stderr : stdout, .exact_max_rows = SIZE_MAX,
                        .source = -1, .failed = N_PHASES};
    ctx_init(&c->cx);
}

void compilation_free(Compilation *c)
{
    jit_module_leave(c->opening);
    if (c->kernel)
        c->jit->free(c->kernel);
    if (c->report)
        report_free(c->report);
    num_pool_free(&c->nums);
    mpfr_free_cache();      /* of this thread: log 2 to so many digits, which every exponential asks for */
    ctx_free(&c->cx);
}
