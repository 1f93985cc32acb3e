/* `eigc help`, from the tables. */
#include <string.h>

#include "compiler/driver/option_table.h"

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
    for (size_t k = 0; option_row(k); k++)
        if (option_row_applies(option_row(k), command))
            help_row(option_row(k), to);
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
