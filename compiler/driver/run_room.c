#include "compiler/driver/run_room.h"

#include <stdio.h>

#include "compiler/data/memory.h"

/* What is recorded at every step, or else the first; without a record of one's own, the block. */
static Span place(const Model *m)
{
    const ModelSim *sim = &m->sim;

    for (size_t k = 0; k < sim->records.n; k++)
        if (!sim->clocks.at[sim->records.at[k].clock].every)
            return sim->records.at[k].span;
    return sim->records.n ? sim->records.at[0].span : sim->span;
}

static void help(Ctx *cx, const Model *m, Diag *d)
{
    const char *unit = m->has_time_unit ? " ms" : "";

    diag_help(cx, d, "record less often, as in `record E every 10%s`, or less, as in `record mean(E)`, or write elsewhere with -o", unit);
}

bool run_room(Ctx *cx, const Model *m, const EigRecorder *recorder, const char *path)
{
    double bytes = eig_recorder_bytes(recorder), room = eig_recorder_room(recorder);

    if (bytes <= room)
        return true;
    Diag *d = diag_at(cx, D_E0812, place(m), "this run would record %s of numbers, and there is room for %s where %s is to be written",
                      bytes_in_words(cx, bytes), bytes_in_words(cx, room), path);
    help(cx, m, d);
    return false;
}

void run_room_say(Ctx *cx, const EigRecorder *recorder, const char *path)
{
    double bytes = eig_recorder_bytes(recorder);

    if (bytes < 1e9)
        return;
    printf("records of %s go to %s\n", bytes_in_words(cx, bytes), path);
    fflush(stdout);
}

Diag *run_room_used_up(Ctx *cx, const Model *m, const EigRecorder *recorder, const char *time)
{
    Diag *d = diag_at(cx, D_E0812, place(m), "at t = %s the records take %s, for which there was room on the disk when the run began", time,
                      bytes_in_words(cx, eig_recorder_room(recorder)));

    help(cx, m, d);
    return d;
}
