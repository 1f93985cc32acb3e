/* The rows of options.def, for those who read the command line (options.c), its values (option_value.c) and print help (option_help.c). */
#ifndef COMPILER_DRIVER_OPTION_TABLE_H
#define COMPILER_DRIVER_OPTION_TABLE_H
#include "compiler/driver/options.h"

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

/* NULL behind the last one. */
const OptionRow *option_row(size_t k);
static inline bool option_row_applies(const OptionRow *row, CommandId command)
{
    return row->name && (row->commands >> command & 1);
}

/* What an option says; false after a message on standard error. */
bool option_apply(Options *o, int id, const char *value);
/* The last line of a message about the command line; false. */
bool option_complain_end(CommandId command);
#endif
