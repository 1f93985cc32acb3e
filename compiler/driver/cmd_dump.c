#include "compiler/driver/diagnose.h"
#include "compiler/driver/pipeline.h"

/* The last phase that a wanted dump needs; N_PHASES when none was asked for. */
static Phase last_phase(const Options *o)
{
    Phase last = N_PHASES;

    for (DumpId k = 0; k < N_DUMPS; k++)
        if (o->dump[k] && (last == N_PHASES || dump_table[k].phase > last))
            last = dump_table[k].phase;
    return last;
}

ExitStatus cmd_dump(const Options *o)
{
    Compilation c;
    Phase last = last_phase(o);

    if (last == N_PHASES) {
        fputs("eigc dump: say what to print, such as --ast or --plan\nTry 'eigc dump --help'.\n", stderr);
        return STATUS_WRONG;
    }
    compilation_init(&c, o, o->operand);
    if (!o->dump[DUMP_check]) {
        c.skip[PHASE_check] = true;                 /* proofs take time, and nothing later reads them */
        c.exact_max_rows = RUN_CHECK_MAX_ROWS;      /* the network of a run */
    }
    bool ok = compilation_run(&c, last);
    diagnose(&c.cx, o);
    if (o->time)
        compilation_print_times(&c, stderr);
    ExitStatus status = ok ? STATUS_DONE : compilation_failure(&c);
    compilation_free(&c);
    return status;
}
