/* `eigc verify --json` of many texts in one process: each text of standard input ends with a NUL byte, and so does each answer,
 * which ends with the exit status on a line of its own.
 * Usage: verify_many ROOM [MODEL] < TEXTS     ROOM: a path where a text is put for the command to read. */
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/options.h"
#include "lang/base/ctx.h"

static void put_text(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(text, 1, n, f) != n || fclose(f) != 0)
        BUG("%s cannot be written", path);
}

int main(int argc, char **argv)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t n;
    if (argc < 2)
        return 2;
    Options o = {.command = COMMAND_verify, .operand = argv[1], .operands = &argv[1], .n_operands = 1, .json = true, .diagnostics = DIAGS_JSON,
                 .model = argc > 2 ? argv[2] : NULL};
    while ((n = getdelim(&text, &room, 0, stdin)) > 0) {
        put_text(argv[1], text, (size_t)n - (text[n - 1] == 0));
        ExitStatus status = cmd_verify(&o);
        printf("%d", (int)status);
        putchar(0);
        fflush(stdout);
    }
    free(text);
    return 0;
}
