/* What a run records, and whether the disk has room for it. */
#ifndef COMPILER_DRIVER_RUN_ROOM_H
#define COMPILER_DRIVER_RUN_ROOM_H
#include "compiler/model/model.h"
#include "runtime/record.h"

/* False after E0812, where what a whole run records cannot fit; accepted steps are not known before. */
bool run_room(Ctx *cx, const Model *m, const EigRecorder *recorder, const char *path);
/* Says how much will be recorded, where that is a lot. */
void run_room_say(Ctx *cx, const EigRecorder *recorder, const char *path);
/* E0812 of a run that stopped at `time`, in words, for want of room; the caller adds what was kept. */
Diag *run_room_used_up(Ctx *cx, const Model *m, const EigRecorder *recorder, const char *time);
#endif
