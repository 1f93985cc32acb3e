/* A picture is read back whole before a file is touched: gnuplot itself writes what fits on a full disk and says nothing. */
#include "compiler/driver/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { NOT_INSTALLED = 127 };

/* The exit status of gnuplot from a file to another; -1: it did not end by itself. */
static int run_gnuplot(int script, int picture)
{
    char *const argv[] = { "gnuplot", "-", NULL };
    posix_spawn_file_actions_t files;
    pid_t child;
    int status = 0;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, script, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, picture, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(&child, "gnuplot", &files, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed)
        return NOT_INSTALLED;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool write_all(int to, const Sbuf *text)
{
    size_t done = 0;
    ssize_t n = 1;
    for (; done < text->n && n > 0; done += (size_t)n)
        if ((n = write(to, sbuf_text(text) + done, text->n - done)) < 0)
            return false;
    return done == text->n && lseek(to, 0, SEEK_SET) == 0;
}

static bool read_all(int from, Sbuf *out)
{
    char part[1 << 16];
    ssize_t n;
    size_t before = out->n;
    if (lseek(from, 0, SEEK_SET) != 0)
        return false;
    while ((n = read(from, part, sizeof part)) > 0)
        sbuf_mem(out, part, (size_t)n);
    return n == 0 && out->n > before;
}

bool gnuplot_draw(const Sbuf *script, Sbuf *picture)
{
    int in = memfd_create("script", MFD_CLOEXEC), out = memfd_create("picture", MFD_CLOEXEC);
    int status = in >= 0 && out >= 0 && write_all(in, script) ? run_gnuplot(in, out) : -1;
    bool ok = status == 0 && read_all(out, picture);
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    if (!ok)
        fprintf(stderr, "eigc map: no picture is written: gnuplot, which draws it, %s write the data alone with --data=map.csv\n",
                status == NOT_INSTALLED ? "is not installed\ninstall the Debian package gnuplot-nox, or" : "failed\n");
    return ok;
}
