/* `eigc verify` of many texts in one process; each text of standard input ends with a NUL byte.
 *
 *   verify_many [MODEL]      what --json prints and the exit status on a line of its own, ended by a NUL byte, of each
 *   verify_many --saved      the text is behind a `y` or an `n`: is it accepted? The first other answer ends it, with 1 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compiler/driver/options.h"
#include "lang/base/ctx.h"

/* A file in memory, which the command reads by its path. */
typedef struct Room {
    int fd;
    char path[40];
} Room;

static Room room_open(void)
{
    Room r = {.fd = memfd_create("text", 0)};
    if (r.fd < 0)
        BUG("no file in memory");
    snprintf(r.path, sizeof r.path, "/proc/self/fd/%d", r.fd);
    return r;
}

static void put_text(const Room *r, const char *text, size_t n)
{
    if (ftruncate(r->fd, 0) != 0 || pwrite(r->fd, text, n, 0) != (ssize_t)n)
        BUG("a text cannot be put in memory");
}

/* `text` has n bytes, its NUL not counted. */
static ExitStatus verify_text(const Options *o, const Room *r, const char *text, size_t n)
{
    put_text(r, text, n);
    return cmd_verify(o);
}

static bool as_was_saved(const Options *o, const Room *r, const char *text, size_t n)
{
    return n > 0 && (verify_text(o, r, text + 1, n - 1) == STATUS_DONE) == (text[0] == 'y');
}

static void answer(const Options *o, const Room *r, const char *text, size_t n)
{
    ExitStatus status = verify_text(o, r, text, n);
    printf("%d", (int)status);
    putchar(0);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    bool saved = argc > 1 && strcmp(argv[1], "--saved") == 0, good = true;
    char *text = NULL;
    size_t size = 0;
    ssize_t n;
    Room room = room_open();
    Options o = {.command = COMMAND_verify, .operand = room.path, .json = !saved, .quiet = saved, .model = !saved && argc > 1 ? argv[1] : NULL};
    while (good && (n = getdelim(&text, &size, 0, stdin)) > 0) {
        size_t length = (size_t)n - (text[n - 1] == 0);
        if (saved)
            good = as_was_saved(&o, &room, text, length);
        else
            answer(&o, &room, text, length);
    }
    free(text);
    close(room.fd);
    return good ? 0 : 1;
}
