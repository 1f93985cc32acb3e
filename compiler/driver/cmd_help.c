#include "compiler/driver/options.h"

ExitStatus cmd_help(const Options *o)
{
    if (!o->operand) {
        help_commands(stdout);
        return STATUS_DONE;
    }
    CommandId command = command_find(o->operand);
    if (command == N_COMMANDS) {
        const char *near = command_nearest(o->operand);
        fprintf(stderr, "eigc help: there is no command '%s'", o->operand);
        if (near)
            fprintf(stderr, "; did you mean '%s'?", near);
        fputc('\n', stderr);
        return STATUS_WRONG;
    }
    help_command(command, stdout);
    return STATUS_DONE;
}
