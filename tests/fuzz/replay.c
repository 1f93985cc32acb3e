/* Feeds files to a fuzz target without a fuzzing engine: each file named, and
 * each file of a folder named. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int failures;

static void replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    long n = -1;
    if (f && fseek(f, 0, SEEK_END) == 0)
        n = ftell(f);
    uint8_t *data = n >= 0 ? malloc((size_t)n + 1) : NULL;
    if (data)
        rewind(f);
    int good = data && fread(data, 1, (size_t)n, f) == (size_t)n;
    /* A broken promise aborts, which the runner of the tests counts. */
    if (good)
        LLVMFuzzerTestOneInput(data, (size_t)n);
    printf("%s %s\n", good ? "ok" : "not ok", path);
    failures += !good;
    free(data);
    if (f)
        fclose(f);
}

static void replay_folder(DIR *folder, const char *path)
{
    struct dirent *e;
    while ((e = readdir(folder)) != NULL) {
        char name[4096];
        if (e->d_name[0] != '.' && snprintf(name, sizeof name, "%s/%s", path, e->d_name) < (int)sizeof name)
            replay_file(name);
    }
}

int main(int argc, char **argv)
{
    for (int k = 1; k < argc; k++) {
        DIR *folder = opendir(argv[k]);
        if (folder) {
            replay_folder(folder, argv[k]);
            closedir(folder);
        } else {
            replay_file(argv[k]);
        }
        fflush(stdout);
    }
    return failures != 0;
}
