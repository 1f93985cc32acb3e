/* The command line as data. options.def is the table behind it. */
#ifndef COMPILER_DRIVER_OPTIONS_H
#define COMPILER_DRIVER_OPTIONS_H
#include <stdio.h>

#include "compiler/check/conclusion.h"
#include "compiler/driver/phase.h"
#include "compiler/driver/status.h"
#include "compiler/model/model.h"
#include "runtime/survey.h"

/* n_max of a command that takes any number of files. */
enum { OPERANDS_MAX = 1 << 30 };

typedef enum CommandId {
#define COMMAND(id, operands, n_min, n_max, summary) COMMAND_##id,
#include "compiler/driver/commands.def"
#undef COMMAND
    N_COMMANDS
} CommandId;

typedef struct Options Options;
typedef struct Command {
    const char *name, *operands;
    int n_min, n_max;
    const char *summary;
    ExitStatus (*run)(const Options *);
} Command;
extern const Command command_table[N_COMMANDS];
/* N_COMMANDS when there is none of that name. */
CommandId command_find(const char *name);
/* The command most like `name`, or NULL. */
const char *command_nearest(const char *name);

typedef enum DiagFormat { DIAGS_TEXT, DIAGS_GNU, DIAGS_JSON } DiagFormat;
typedef enum ColourWhen { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER } ColourWhen;

/* A zeroed one is the default. Texts point into argv. */
struct Options {
    CommandId command;
    const char *operand;        /* the first; NULL when none was given */
    char **operands;
    int n_operands;
    size_t n_set;
    Setting *set;               /* malloc'd; the names too */
    bool has_seed;
    uint64_t seed;
    const char *certificate, *model, *output, *data, *save_state, *from, *until;
    Conclusion only;
    size_t n_over;              /* how often --over was given; map: they are among `set`, too */
    Setting over[SURVEY_MAX_AXES];
    size_t n_at;
    Setting *at;                /* malloc'd; the names too */
    size_t n_measures;
    const char **measure;       /* malloc'd */
    unsigned threads;           /* 0: as many as there are processors (threads.h) */
    unsigned trials;            /* 0: none were asked for */
    int depth;
    const char *cpu;            /* NULL: the host */
    int opt_level;
    bool explain, check_only, no_check, no_cache, reference, json, quiet, time, verify;
    bool dump[N_DUMPS];
    DiagFormat diagnostics;
    ColourWhen colour;
    bool help, version;
};

/* argv[0] is the command's name. False after a message on standard error. */
bool options_parse(CommandId command, int argc, char **argv, Options *out);
void options_free(Options *o);

/* `usage:` and the options of a command; the list of the commands. */
void help_command(CommandId command, FILE *to);
void help_commands(FILE *to);

ExitStatus cmd_check(const Options *o);
ExitStatus cmd_verify(const Options *o);
ExitStatus cmd_nash(const Options *o);
ExitStatus cmd_map(const Options *o);
ExitStatus cmd_run(const Options *o);
ExitStatus cmd_sweep(const Options *o);
ExitStatus cmd_dump(const Options *o);
ExitStatus cmd_fmt(const Options *o);
ExitStatus cmd_new(const Options *o);
ExitStatus cmd_cache(const Options *o);
ExitStatus cmd_explain(const Options *o);
ExitStatus cmd_help(const Options *o);
#endif
