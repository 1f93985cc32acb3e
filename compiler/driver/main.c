#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/number_memory.h"
#include "compiler/driver/options.h"
#include "compiler/driver/version.h"

static ExitStatus print_version(void)
{
    puts("eigc " EIGC_VERSION);
    return STATUS_DONE;
}

static ExitStatus complain_command(const char *written)
{
    static const char *const global[] = {"--help", "--version"};
    bool is_option = written[0] == '-';
    const char *near = is_option ? diag_nearest(written, global, 2) : command_nearest(written);

    fprintf(stderr, "eigc: unknown %s '%s'", is_option ? "option" : "command", written);
    if (near)
        fprintf(stderr, "; did you mean '%s'?", near);
    fputc('\n', stderr);
    fputs("Try 'eigc --help'.\n", stderr);
    return STATUS_WRONG;
}

static ExitStatus run_command(CommandId command, int argc, char **argv)
{
    Options options;
    ExitStatus status = STATUS_DONE;

    if (!options_parse(command, argc, argv, &options))
        status = STATUS_WRONG;
    else if (options.help)
        help_command(command, stdout);
    else if (options.version)
        print_version();
    else
        status = command_table[command].run(&options);
    options_free(&options);
    return status;
}

static ExitStatus dispatch(int argc, char **argv)
{
    if (argc < 2) {
        help_commands(stderr);
        return STATUS_WRONG;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) {
        help_commands(stdout);
        return STATUS_DONE;
    }
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))
        return print_version();
    CommandId command = command_find(argv[1]);
    return command == N_COMMANDS ? complain_command(argv[1]) : run_command(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    number_memory_start();
    signal(SIGXFSZ, SIG_IGN);   /* a file over the limit is a write that fails, E0004 */
    ExitStatus status = dispatch(argc, argv);
    errno = 0;
    if ((fflush(stdout) || ferror(stdout)) && status != STATUS_INTERRUPTED) {
        fprintf(stderr, "eigc: standard output cannot be written: %s\n", errno ? strerror(errno) : "write error");
        status = STATUS_SYSTEM;
    }
    exit(status);
}
