/* Any bytes as a file of samples behind an input: the first byte says how the
 * model asks for it, the others are the file. No crash, and what is read has
 * finite values at times that ascend. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/phases_hold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const struct { const char *file, *input; int neurons; } form[] = {
    { "s.csv", "samples(\"s.csv\", times = \"t\")", 1 },
    { "s.csv", "samples(\"s.csv\", times = \"t\", unit = 1 s, column = \"a\", interpolation = step)", 3 },
    { "s.csv", "samples(\"s.csv\", every = 0.1 ms)", 2 },
    { "s.csv", "2 * samples(\"s.csv\", every = 1 ms, column = \"a\", interpolation = linear)", 1 },
    { "s.npy", "samples(\"s.npy\", every = 2 ms)", 1 },
    { "s.npy", "samples(\"s.npy\", every = 0.1 ms, interpolation = step) - 1", 3 },
};

static char folder[] = "/tmp/eigc-samples-XXXXXX";

static void remove_folder(void)
{
    char path[64];
    for (size_t k = 0; k < sizeof form / sizeof *form; k++) {
        snprintf(path, sizeof path, "%s/%s", folder, form[k].file);
        unlink(path);
    }
    rmdir(folder);
}

static void write_samples(const char *name, const uint8_t *data, size_t n)
{
    static bool made;
    char path[64];
    if (!made && !mkdtemp(folder))
        BUG("no folder in /tmp");
    if (!made)
        atexit(remove_folder);
    made = true;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0)
        BUG("%s cannot be written", path);
}

static void check_tables(const Model *m)
{
    for (size_t k = 0; k < m->tables.n; k++) {
        const ModelTable *t = &m->tables.at[k];
        for (size_t row = 0; row < t->n_rows; row++)
            MUST(row == 0 || t->time[row - 1] < t->time[row]);
        for (size_t e = 0; e < t->n_rows * t->n_columns; e++)
            MUST(isfinite(t->value[e]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    size_t k = data[0] % (sizeof form / sizeof *form);
    write_samples(form[k].file, data + 1, n - 1);
    char path[64], text[400];
    snprintf(path, sizeof path, "%s/fuzz.eig", folder);
    int length = snprintf(text, sizeof text, "population E excitatory { size = %d; tau = 5 ms; cost = nonnegative; input = %s }\n"
                          "simulate { duration = 1 ms; method = rk4; step = 0.1 ms }\n", form[k].neurons, form[k].input);
    Ctx cx;
    NumPool nums = { 0 };
    Model model = { 0 };
    ctx_init(&cx);
    int source = source_from_text(&cx, path, text, (size_t)length);
    bool ok = model_build(&cx, &nums, source, parse_source(&cx, source), 0, NULL, &model);
    MUST(ok == (cx.diags.n_errors == 0));
    if (ok)
        check_tables(&model);
    check_diagnostics(&cx);
    num_pool_free(&nums);
    ctx_free(&cx);
    return 0;
}
