/* A compilation: one pointer per phase result, filled in the order of
 * phases.def. A command runs it up to the phase it needs. */
#ifndef COMPILER_DRIVER_PIPELINE_H
#define COMPILER_DRIVER_PIPELINE_H
#include "compiler/check/check.h"
#include "compiler/driver/code_cache.h"
#include "compiler/driver/jit_module.h"
#include "compiler/driver/options.h"
#include "compiler/net/net.h"
#include "compiler/plan/plan.h"
#include "lang/parse.h"

typedef struct Compilation {
    Ctx cx;
    NumPool nums;
    const Options *options;
    const char *path;           /* of the model; "-" is standard input */
    FILE *dump_to;              /* where --dump goes */
    bool skip[N_PHASES];        /* set by the command before compilation_run */
    Phase failed;               /* N_PHASES: none */
    bool failed_in_system;      /* the failure is the machine's, not the model's: STATUS_SYSTEM */
    size_t check_max_rows;      /* beyond this many rows only signs are checked, not stability; 0: no limit */
    size_t exact_max_rows;      /* of more neurons weights are rounded at once, as nobody proves anything about them; SIZE_MAX: never */
    ModelOfMany many;           /* of a sweep */
    SlopeProofs *known;         /* of the networks before this one, or NULL */
    bool only_check;            /* nothing is run: what no check reads need not be drawn */

    int source;                 /* number of the model's text, -1 before it is loaded */
    Ast *ast;
    Model *model;
    Net *net;
    Report *report;             /* complete also when it holds violations */
    struct PointsKept *points;  /* check_points.h; NULL: none */
    Plan *plan;
    const JitModule *jit;
    CodeCache cache;
    const char *why_no_cache;   /* NULL: there is one, or none is asked for */
    Kernel *kernel;

    double seconds[N_PHASES];
    bool ran[N_PHASES];
    JitTimes jit_times;
    JitOpening *opening;        /* the code generator, while the phases before it run */
    double open_seconds;        /* waiting for it */
} Compilation;

/* A run waits for proofs of stability, which cost about rows^3, no longer than seconds. */
enum { RUN_CHECK_MAX_ROWS = 500 };

void compilation_init(Compilation *c, const Options *o, const char *path);
/* Runs every phase up to and including `last`, with dumps and, when asked,
 * invariant checks. False as soon as one fails; its diagnostics are in c->cx. */
bool compilation_run(Compilation *c, Phase last);
/* What a failed compilation means for the program's exit status. Signs that
 * break Dale's law are a verdict about a model that was understood:
 * STATUS_NOT_PROVED, not STATUS_WRONG. */
ExitStatus compilation_failure(const Compilation *c);
void compilation_print_times(const Compilation *c, FILE *to);
void compilation_free(Compilation *c);

/* dump.c: what a phase produced; false when there is nothing to print. */
bool compilation_dump(Compilation *c, DumpId which, Sbuf *out);
double seconds_now(void);
#endif
