/* Any bytes as the state of a run that is to go on, of a network with delays in fixed steps and of one in steps by error: it is refused
 * with a reason, or has the numbers of that network. Since a checksum guards every member, each file is tried with its checksums put right, too. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "compiler/driver/run_state.h"
#include "runtime/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *const model_text[] = {
    "population E excitatory { size = 3; tau = 10 ms; cost = nonnegative; input = 1; noise = 0.1 per sqrt(ms) }\n"
    "population I inhibitory { size = 2; tau = 5 ms; cost = box(0, 2); input = 0.5 }\n"
    "connect E -> I { weight = 0.3 }\n"
    "connect I -> E { weight = 0.2; delay = 2 ms }\n"
    "simulate { duration = 20 ms; step = 0.5 ms; method = euler_maruyama; seed = 7; record E }\n",
    "population V mixed { v' = (v - v^3/3 - w + input) / 1 ms; w' = 0.08 * (v + 0.7 - 0.8 * w) / 1 ms; input = 0.5 }\n"
    "simulate { duration = 30 ms; method = rk45; record V.v every 1 ms }\n",
};
enum { N_MODELS = sizeof model_text / sizeof *model_text };

typedef struct Case {
    Compilation c;
    Options options;
    Model model;
    Net net;
    Plan plan;
} Case;

static void open_model(Case *m, const char *text, const char *path)
{
    *m = (Case){ .options = { .from = path, .save_state = NULL }, .c = { .options = NULL } };
    ctx_init(&m->c.cx);
    int source = source_from_text(&m->c.cx, "fuzz.eig", text, strlen(text));
    const Ast *ast = parse_source(&m->c.cx, source);
    if (!ast || !model_build(&m->c.cx, &m->c.nums, source, ast, 0, NULL, &m->model) || !net_build(&m->c.cx, &m->model, &m->net) ||
        !plan_make(&m->c.cx, &m->net, &m->plan))
        abort();
    m->c.options = &m->options;
    m->c.model = &m->model;
    m->c.net = &m->net;
    m->c.plan = &m->plan;
}

static void close_model(Case *m)
{
    num_pool_free(&m->c.nums);
    ctx_free(&m->c.cx);
}

static void check_moment(const EigMoment *at, const EigProblem *p)
{
    if (at->n_x != eig_n_x(p) || at->n_sent != eig_moment_sent(p, at->step))
        abort();
    for (size_t k = 0; k < at->n_x; k++)
        if (!isfinite(at->x[k]))
            abort();
}

static void as_state(const char *path, const char *text)
{
    Case m;
    EigMoment at = { 0 };
    open_model(&m, text, path);
    bool ok = run_state_read(&m.c, &at);
    if (ok != (m.c.cx.diags.n_errors == 0))
        abort();
    if (ok)
        check_moment(&at, &m.plan.problem);
    eig_moment_free(&at);
    close_model(&m);
}

static size_t number(const uint8_t *at, int n_bytes)
{
    size_t value = 0;
    for (int k = n_bytes; k-- > 0;)
        value = value << 8 | at[k];
    return value;
}

/* Of each member, as far as there are whole ones. */
static void mend_checksums(uint8_t *bytes, size_t n)
{
    enum { LOCAL = 0x04034b50, HEADER = 30 };
    for (size_t at = 0; n - at >= HEADER && number(bytes + at, 4) == LOCAL;) {
        size_t size = number(bytes + at + 22, 4), from = HEADER + number(bytes + at + 26, 2) + number(bytes + at + 28, 2);
        if (from > n - at || size > n - at - from)
            return;
        uint32_t sum = (uint32_t)crc32_z(0, bytes + at + from, size);
        for (int k = 0; k < 4; k++)
            bytes[at + 14 + (size_t)k] = (uint8_t)(sum >> 8 * k);
        at += from + size;
    }
}

static void as_file(const uint8_t *bytes, size_t n)
{
    char path[64];
    int fd = memfd_create("state", MFD_CLOEXEC);
    if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (int k = 0; k < N_MODELS; k++)
        as_state(path, model_text[k]);
    close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t *mended = malloc(n + 1);
    if (!mended)
        abort();
    memcpy(mended, data, n);
    mend_checksums(mended, n);
    as_file(data, n);
    if (memcmp(mended, data, n) != 0)
        as_file(mended, n);
    free(mended);
    return 0;
}
