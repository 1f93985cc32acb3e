#include "compiler/driver/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#define COMMAND(id, operands, n_min, n_max, summary) [COMMAND_##id] = {#id, operands, n_min, n_max, summary, cmd_##id},
const Command command_table[N_COMMANDS] = {
#include "compiler/driver/commands.def"
};
#undef COMMAND

/* Which commands know an option. */
enum {
    CHECK = 1 << COMMAND_check,
    VERIFY = 1 << COMMAND_verify,
    MAP = 1 << COMMAND_map,
    RUN = 1 << COMMAND_run,
    SWEEP = 1 << COMMAND_sweep,
    DUMP_ = 1 << COMMAND_dump,
    FMT = 1 << COMMAND_fmt,
    NEW = 1 << COMMAND_new,
    ALL = (1 << N_COMMANDS) - 1
};

typedef enum OptionId {
#define OPTION(id, letter, name, argument, commands, help) OPT_##id,
#include "compiler/driver/options.def"
#undef OPTION
    OPT_first_dump              /* OPT_first_dump + DumpId */
} OptionId;

typedef struct OptionRow {
    int id;
    char letter;
    const char *name, *argument;
    unsigned commands;
    const char *help;
} OptionRow;

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

static bool row_applies(const OptionRow *row, CommandId command)
{
    return row->name && (row->commands >> command & 1);
}

/* ---- complaints about the command line ---- */

static bool complain_end(CommandId command)
{
    fprintf(stderr, "Try 'eigc %s --help'.\n", command_table[command].name);
    return false;
}

static bool complain_choice(CommandId command, const char *option, const char *value, const char *const *choice,
                            size_t n)
{
    const char *near = diag_nearest(value, choice, n);

    fprintf(stderr, "eigc %s: '%s' is no value of --%s; it takes", command_table[command].name, value, option);
    for (size_t k = 0; k < n; k++)
        fprintf(stderr, "%s %s", k ? "," : "", choice[k]);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputc('\n', stderr);
    return complain_end(command);
}

static bool complain_number(CommandId command, const char *option, const char *value, const char *range)
{
    fprintf(stderr, "eigc %s: --%s takes %s, not '%s'\n", command_table[command].name, option, range, value);
    return complain_end(command);
}

static bool complain_unknown(CommandId command, const char *typed, const char *const *name, size_t n)
{
    const char *near = diag_nearest(typed, name, n);

    fprintf(stderr, "eigc %s: unknown option '--%s'", command_table[command].name, typed);
    if (near)
        fprintf(stderr, "; did you mean '--%s'?", near);
    fputc('\n', stderr);
    return complain_end(command);
}

static bool complain_ambiguous(CommandId command, const char *typed, const char *const *name, size_t n)
{
    fprintf(stderr, "eigc %s: option '--%s' may be", command_table[command].name, typed);
    for (size_t k = 0; k < n; k++)
        fprintf(stderr, "%s '--%s'", k ? " or" : "", name[k]);
    fputc('\n', stderr);
    return complain_end(command);
}

/* What getopt_long returned as '?': an unknown or ambiguous option, or an argument where none belongs. */
static bool complain_option(CommandId command, const char *written)
{
    const char *all[N_ROWS], *longer[N_ROWS];
    char typed[64];
    size_t n = 0, n_longer = 0, len = strcspn(written, "=");

    if (strncmp(written, "--", 2) != 0) {
        fprintf(stderr, "eigc %s: unknown option '%s'\n", command_table[command].name, written);
        return complain_end(command);
    }
    snprintf(typed, sizeof typed, "%.*s", (int)(len - 2 < 63 ? len - 2 : 63), written + 2);
    for (size_t k = 0; k < N_ROWS; k++) {
        if (!row_applies(&option_table[k], command))
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
    return complain_end(command);
}

/* ---- values ---- */

static bool parse_choice(CommandId command, const char *option, const char *value, const char *const *choice, size_t n,
                         int *out)
{
    for (size_t k = 0; k < n; k++)
        if (!strcmp(value, choice[k])) {
            *out = (int)k;
            return true;
        }
    return complain_choice(command, option, value, choice, n);
}

static bool parse_seed(Options *o, const char *value)
{
    char *end;

    errno = 0;
    o->seed = strtoull(value, &end, 10);
    o->has_seed = true;
    if (value[0] < '0' || value[0] > '9' || *end || errno)
        return complain_number(o->command, "seed", value, "a whole number from 0 to 18446744073709551615");
    return true;
}

static bool parse_opt_level(Options *o, const char *value)
{
    if (value[0] < '0' || value[0] > '3' || value[1])
        return complain_number(o->command, "opt-level", value, "0, 1, 2 or 3");
    o->opt_level = value[0] - '0';
    return true;
}

static bool parse_set(Options *o, const char *value)
{
    const char *equals = strchr(value, '=');

    if (!equals || equals == value || !equals[1])
        return complain_number(o->command, "set", value, "NAME=VALUE");
    Setting *grown = realloc(o->set, (o->n_set + 1) * sizeof *grown);
    if (!grown)
        arena_on_exhausted((o->n_set + 1) * sizeof *grown);
    o->set = grown;
    char *name = strndup(value, (size_t)(equals - value));
    if (!name)
        arena_on_exhausted((size_t)(equals - value));
    o->set[o->n_set++] = (Setting){.name = name, .value = equals + 1};
    return true;
}

/* NAME=LO:HI:N or NAME=A,B,...; what stands there is read by grid_read. */
static bool parse_axis(Options *o, const char *value)
{
    const char *equals = strchr(value, '=');
    char *name = equals ? strndup(value, (size_t)(equals - value)) : NULL;

    if (!equals || equals == value || !equals[1]) {
        free(name);
        return complain_number(o->command, "over", value, "NAME=LO:HI:N or NAME=A,B,...");
    }
    if (!name)
        arena_on_exhausted((size_t)(equals - value));
    if (o->n_over < SURVEY_MAX_AXES)
        o->over[o->n_over] = (Setting){.name = name, .value = equals + 1, .option = "over"};
    else
        free(name);
    o->n_over++;
    return true;
}

static bool parse_measure(Options *o, const char *value)
{
    const char **grown = realloc(o->measure, (o->n_measures + 1) * sizeof *grown);

    if (!grown)
        arena_on_exhausted((o->n_measures + 1) * sizeof *grown);
    o->measure = grown;
    o->measure[o->n_measures++] = value;
    return true;
}

static bool parse_count(CommandId command, const char *option, const char *value, long most, unsigned *out)
{
    char *end, wanted[64];
    long n = strtol(value, &end, 10);

    snprintf(wanted, sizeof wanted, "a whole number from 1 to %ld", most);
    if (value[0] < '1' || value[0] > '9' || *end || n > most)
        return complain_number(command, option, value, wanted);
    *out = (unsigned)n;
    return true;
}

static bool parse_over(Options *o, const char *value)
{
    if (o->command == COMMAND_sweep)
        return parse_axis(o, value);
    const char *equals = strchr(value, '='), *colon = equals ? strchr(equals, ':') : NULL;

    if (!equals || equals == value || !colon || colon == equals + 1 || !colon[1])
        return complain_number(o->command, "over", value, "NAME=LO:HI");
    if (!parse_set(o, value))
        return false;
    o->set[o->n_set - 1].is_range = true;
    o->set[o->n_set - 1].option = "over";
    if (o->n_over < 2)
        o->over[o->n_over] = o->set[o->n_set - 1];
    o->n_over++;
    return true;
}

static bool parse_depth(Options *o, const char *value)
{
    char *end;
    long depth = strtol(value, &end, 10);

    if (value[0] < '0' || value[0] > '9' || *end || depth > 12)
        return complain_number(o->command, "depth", value, "a whole number from 0 to 12");
    o->depth = (int)depth;
    return true;
}

static bool parse_dumps(Options *o, const char *value)
{
    const char *name[N_DUMPS];
    char word[32];

    for (int k = 0; k < N_DUMPS; k++)
        name[k] = dump_table[k].name;
    for (const char *p = value;; p++) {
        size_t n = strcspn(p, ",");
        int which = -1;
        snprintf(word, sizeof word, "%.*s", (int)(n < 31 ? n : 31), p);
        for (int k = 0; k < N_DUMPS; k++)
            if (dump_table[k].alias && !strcmp(word, dump_table[k].alias))
                which = k;
        if (which < 0 && !parse_choice(o->command, "dump", word, name, N_DUMPS, &which))
            return false;
        o->dump[which] = true;
        p += n;
        if (!*p)
            return true;
    }
}

static bool parse_format(Options *o, const char *value)
{
    static const char *const choice[] = {"text", "gnu", "json"};
    int k;

    if (!parse_choice(o->command, "diagnostics", value, choice, 3, &k))
        return false;
    o->diagnostics = (DiagFormat)k;
    return true;
}

static bool parse_only(Options *o, const char *value)
{
    const char *choice[N_CONCLUSIONS - 1];
    int k;

    for (Conclusion c = CONCLUDE_ALL + 1; c < N_CONCLUSIONS; c++)
        choice[c - 1] = conclusion_table[c].name;
    if (!parse_choice(o->command, "only", value, choice, N_CONCLUSIONS - 1, &k))
        return false;
    o->only = (Conclusion)(k + 1);
    return true;
}

static bool parse_colour(Options *o, const char *value)
{
    static const char *const choice[] = {"auto", "always", "never"};
    int k;

    if (!parse_choice(o->command, "color", value, choice, 3, &k))
        return false;
    o->colour = (ColourWhen)k;
    return true;
}

static bool apply(Options *o, int id, const char *value)
{
    switch (id) {
    case OPT_set:         return parse_set(o, value);
    case OPT_seed:        return parse_seed(o, value);
    case OPT_opt_level:   return parse_opt_level(o, value);
    case OPT_dump:        return parse_dumps(o, value);
    case OPT_diagnostics: return parse_format(o, value);
    case OPT_color:       return parse_colour(o, value);
    case OPT_certificate: o->certificate = value; return true;
    case OPT_model:       o->model = value; return true;
    case OPT_output:      o->output = value; return true;
    case OPT_data:        o->data = value; return true;
    case OPT_only:        return parse_only(o, value);
    case OPT_over:        return parse_over(o, value);
    case OPT_measure:     return parse_measure(o, value);
    case OPT_threads:     return parse_count(o->command, "threads", value, 1024, &o->threads);
    case OPT_trials:      return parse_count(o->command, "trials", value, 1 << 30, &o->trials);
    case OPT_depth:       return parse_depth(o, value);
    case OPT_cpu:         o->cpu = value; return true;
    case OPT_explain:     o->explain = true; return true;
    case OPT_no_check:    o->no_check = true; return true;
    case OPT_no_cache:    o->no_cache = true; return true;
    case OPT_reference:   o->reference = true; return true;
    case OPT_check:       o->check_only = true; return true;
    case OPT_json:        o->json = true; return true;
    case OPT_quiet:       o->quiet = true; return true;
    case OPT_time:        o->time = true; return true;
    case OPT_verify:      o->verify = true; return true;
    case OPT_help:        o->help = true; return true;
    case OPT_version:     o->version = true; return true;
    default:              o->dump[id - OPT_first_dump] = true; return true;
    }
}

/* ---- the command line ---- */

/* getopt_long's two tables, from the rows that the command knows. The value of a long option is its row. */
static void make_tables(CommandId command, struct option *longs, char *shorts)
{
    *shorts++ = ':';            /* a missing argument is told apart from an unknown option */
    for (size_t k = 0; k < N_ROWS; k++) {
        const OptionRow *row = &option_table[k];
        if (!row_applies(row, command))
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
        fprintf(stderr, "eigc %s: %s is missing\n", command->name, command->operands);
        return complain_end(o->command);
    }
    if (n > command->n_max) {
        fprintf(stderr, "eigc %s: one %s at a time; '%s' is too much\n", command->name, command->operands,
                operand[command->n_max]);
        return complain_end(o->command);
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
            return complain_end(command);
        }
        if (got == '?')
            return complain_option(command, optopt > 0 && optopt < FIRST_LONG ? letter : argv[optind - 1]);
        int row = got >= FIRST_LONG ? got - FIRST_LONG : row_of_letter(got);
        if (!apply(out, option_table[row].id, optarg))
            return false;
    }
    return take_operands(out, argc - optind, argv + optind);
}

void options_free(Options *o)
{
    for (size_t k = 0; k < o->n_set; k++)
        free((char *)o->set[k].name);
    free(o->set);
    for (size_t k = 0; o->command == COMMAND_sweep && k < o->n_over && k < SURVEY_MAX_AXES; k++)
        free((char *)o->over[k].name);
    free(o->measure);
}

/* ---- commands and help ---- */

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

/* "  -o, --output=FILE       text", further lines of the text below the first. */
static void help_row(const OptionRow *row, FILE *to)
{
    enum { COLUMN = 29 };
    int n = row->letter ? fprintf(to, "  -%c, --%s", row->letter, row->name) : fprintf(to, "      --%s", row->name);

    if (row->argument)
        n += fprintf(to, "=%s", row->argument);
    for (const char *line = row->help; line;) {
        const char *end = strchr(line, '\n');
        if (n > COLUMN - 2) {
            fputc('\n', to);
            n = 0;
        }
        fprintf(to, "%*s%.*s\n", COLUMN - n, "", end ? (int)(end - line) : (int)strlen(line), line);
        n = 0;
        line = end ? end + 1 : NULL;
    }
}

void help_command(CommandId command, FILE *to)
{
    const Command *c = &command_table[command];

    fprintf(to, "usage: eigc %s [OPTION]... %s\n\n  %s\n\noptions:\n", c->name, c->operands, c->summary);
    for (size_t k = 0; k < N_ROWS; k++)
        if (row_applies(&option_table[k], command))
            help_row(&option_table[k], to);
    if (c->n_min == 1)
        fprintf(to, "\n'-' as %s is standard %s; '--' ends the options.\n", c->operands,
                command == COMMAND_new ? "output" : "input");
    fputs("\nexit status: 0 done and all that is required proved; 1 not proved, not finite, or\n"
          "not laid out (fmt --check); 2 wrong command line or model; 3 file, memory or\n"
          "library failure; 130 interrupted\n", to);
}

void help_commands(FILE *to)
{
    fputs("usage: eigc COMMAND [OPTION]... [FILE]\n\n"
          "Compiles models of excitatory-inhibitory circuits: checks them, proves stability,\n"
          "and runs them as machine code.\n\ncommands:\n", to);
    for (size_t k = 0; k < N_COMMANDS; k++)
        fprintf(to, "  %-8s %-12s %s\n", command_table[k].name, command_table[k].operands, command_table[k].summary);
    fputs("\n'eigc help COMMAND' describes a command; 'eigc --version' prints the version.\n", to);
}
