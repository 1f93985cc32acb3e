#include "compiler/driver/options.h"

#include <getopt.h>
#include <string.h>

#include "compiler/driver/option_table.h"

#define COMMAND(id, operands, n_min, n_max, summary) [COMMAND_##id] = {#id, operands, n_min, n_max, summary, cmd_##id},
const Command command_table[N_COMMANDS] = {
#include "compiler/driver/commands.def"
};
#undef COMMAND

/* Which commands know an option. */
enum {
    CHECK = 1 << COMMAND_check,
    VERIFY = 1 << COMMAND_verify,
    NASH = 1 << COMMAND_nash,
    MAP = 1 << COMMAND_map,
    RUN = 1 << COMMAND_run,
    SWEEP = 1 << COMMAND_sweep,
    DUMP_ = 1 << COMMAND_dump,
    FMT = 1 << COMMAND_fmt,
    NEW = 1 << COMMAND_new,
    ALL = (1 << N_COMMANDS) - 1
};

/* DUMP names a command in options.def and a row in phases.def. */
static const OptionRow option_table[] = {
#define PHASE(id, text)
#define DUMP(id, phase, name, alias, text)                          \
    {OPT_first_dump + (int)DUMP_##id, 0, name, NULL, DUMP_, text}, \
    {OPT_first_dump + (int)DUMP_##id, 0, alias, NULL, DUMP_, "the same as --" name},
#include "compiler/driver/phases.def"
#undef PHASE
#undef DUMP
#define DUMP DUMP_
#define OPTION(id, letter, name, argument, commands, help) {OPT_##id, letter, name, argument, commands, help},
#include "compiler/driver/options.def"
#undef OPTION
#undef DUMP
};
enum { N_ROWS = sizeof option_table / sizeof option_table[0], FIRST_LONG = 256 };

const OptionRow *option_row(size_t k)
{
    return k < N_ROWS ? &option_table[k] : NULL;
}

/* ---- complaints about the command line ---- */

bool option_complain_end(CommandId command)
{
    fprintf(stderr, "Try 'eigc %s --help'.\n", command_table[command].name);
    return false;
}

static bool complain_unknown(CommandId command, const char *typed, const char *const *name, size_t n)
{
    const char *near = diag_nearest(typed, name, n);

    fprintf(stderr, "eigc %s: unknown option '--%s'", command_table[command].name, typed);
    if (near)
        fprintf(stderr, "; did you mean '--%s'?", near);
    fputc('\n', stderr);
    return option_complain_end(command);
}

static bool complain_ambiguous(CommandId command, const char *typed, const char *const *name, size_t n)
{
    fprintf(stderr, "eigc %s: option '--%s' may be", command_table[command].name, typed);
    for (size_t k = 0; k < n; k++)
        fprintf(stderr, "%s '--%s'", k ? " or" : "", name[k]);
    fputc('\n', stderr);
    return option_complain_end(command);
}

/* What getopt_long returned as '?': an unknown or ambiguous option, or an argument where none belongs. */
static bool complain_option(CommandId command, const char *written)
{
    const char *all[N_ROWS], *longer[N_ROWS];
    char typed[64];
    size_t n = 0, n_longer = 0, len = strcspn(written, "=");

    if (strncmp(written, "--", 2) != 0) {
        fprintf(stderr, "eigc %s: unknown option '%s'\n", command_table[command].name, written);
        return option_complain_end(command);
    }
    snprintf(typed, sizeof typed, "%.*s", (int)(len - 2 < 63 ? len - 2 : 63), written + 2);
    for (size_t k = 0; k < N_ROWS; k++) {
        if (!option_row_applies(&option_table[k], command))
            continue;
        all[n++] = option_table[k].name;
        if (!strncmp(option_table[k].name, typed, strlen(typed)))
            longer[n_longer++] = option_table[k].name;
    }
    if (n_longer > 1)
        return complain_ambiguous(command, typed, longer, n_longer);
    if (n_longer == 0)
        return complain_unknown(command, typed, all, n);
    fprintf(stderr, "eigc %s: option '--%s' takes no argument\n", command_table[command].name, longer[0]);
    return option_complain_end(command);
}

/* ---- the command line ---- */

/* getopt_long's two tables, from the rows that the command knows. The value of a long option is its row. */
static void make_tables(CommandId command, struct option *longs, char *shorts)
{
    *shorts++ = ':';            /* a missing argument is told apart from an unknown option */
    for (size_t k = 0; k < N_ROWS; k++) {
        const OptionRow *row = &option_table[k];
        if (!option_row_applies(row, command))
            continue;
        *longs++ = (struct option){row->name, row->argument ? required_argument : no_argument, NULL, FIRST_LONG + (int)k};
        if (row->letter) {
            *shorts++ = row->letter;
            if (row->argument)
                *shorts++ = ':';
        }
    }
    *longs = (struct option){0};
    *shorts = '\0';
}

static int row_of_letter(int letter)
{
    for (int k = 0; k < (int)N_ROWS; k++)
        if (option_table[k].letter == letter)
            return k;
    return -1;
}

static bool take_operands(Options *o, int n, char **operand)
{
    const Command *command = &command_table[o->command];

    if (o->help || o->version)
        return true;
    if (n < command->n_min) {
        fprintf(stderr, "eigc %s: %s is missing%s\n", command->name, command->operands,
                command->n_min == 1 && o->command != COMMAND_new ? "; '-' is standard input" : "");
        return option_complain_end(o->command);
    }
    if (n > command->n_max) {
        fprintf(stderr, "eigc %s: one %s at a time; '%s' is too much\n", command->name, command->operands,
                operand[command->n_max]);
        return option_complain_end(o->command);
    }
    o->operand = n ? operand[0] : NULL;
    o->operands = operand;
    o->n_operands = n;
    return true;
}

bool options_parse(CommandId command, int argc, char **argv, Options *out)
{
    struct option longs[N_ROWS + 1];
    char shorts[2 * N_ROWS + 2];
    int got;

    *out = (Options){.command = command, .opt_level = 2, .depth = 6};
    make_tables(command, longs, shorts);
    opterr = 0;
    optind = 0;                 /* glibc: start afresh */
    while ((got = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        char letter[] = {'-', (char)optopt, '\0'};
        if (got == ':') {
            fprintf(stderr, "eigc %s: option '%s' needs an argument\n", argv[0],
                    optopt < FIRST_LONG ? letter : argv[optind - 1]);
            return option_complain_end(command);
        }
        if (got == '?')
            return complain_option(command, optopt > 0 && optopt < FIRST_LONG ? letter : argv[optind - 1]);
        int row = got >= FIRST_LONG ? got - FIRST_LONG : row_of_letter(got);
        if (!option_apply(out, option_table[row].id, optarg))
            return false;
    }
    return take_operands(out, argc - optind, argv + optind);
}

/* ---- commands ---- */

CommandId command_find(const char *name)
{
    CommandId id = 0;

    while (id < N_COMMANDS && strcmp(command_table[id].name, name) != 0)
        id++;
    return id;
}

const char *command_nearest(const char *name)
{
    const char *all[N_COMMANDS];

    for (size_t k = 0; k < N_COMMANDS; k++)
        all[k] = command_table[k].name;
    return diag_nearest(name, all, N_COMMANDS);
}
