/* The names of phases and dumps, from phases.def. */
#ifndef COMPILER_DRIVER_PHASE_H
#define COMPILER_DRIVER_PHASE_H

typedef enum Phase {
#define PHASE(id, text) PHASE_##id,
#define DUMP(id, phase, name, alias, text)
#include "compiler/driver/phases.def"
#undef PHASE
#undef DUMP
    N_PHASES
} Phase;

typedef enum DumpId {
#define PHASE(id, text)
#define DUMP(id, phase, name, alias, text) DUMP_##id,
#include "compiler/driver/phases.def"
#undef PHASE
#undef DUMP
    N_DUMPS
} DumpId;

typedef struct DumpRow {
    Phase phase;
    const char *name, *alias;   /* alias may be NULL */
    const char *text;
} DumpRow;
extern const DumpRow dump_table[N_DUMPS];
#endif
