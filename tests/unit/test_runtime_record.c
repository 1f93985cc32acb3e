/* Recordings: formats, bounded memory, and what is left behind when the disk,
 * the user or the system says no. With the arguments `write DIR` it writes the
 * files that tests/numeric/test_npz.py reads with NumPy. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/csv.h"
#include "runtime/npz.h"
#include "runtime/record.h"
#include "tests/test.h"

static char folder[200] = "/tmp/eigc-record-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[4][400];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", folder, name);
    return path[next];
}

/* E: 3 named neurons, big: many; records E, mean(E), worm["AVAL"], E again. */
static const char *const e_names[3] = {"AVAL", "AVAR", "odd,\"one\""};
static EigPop pops[2] = {{.name = "E", .size = 3, .neuron_name = e_names}, {.name = "big", .from = 3, .size = 1}};
static const EigObs each_e = {.kind = EIG_OBS_RATE, .pop = 0, .index = -1};
static const EigObs each_big = {.kind = EIG_OBS_RATE, .pop = 1, .index = -1};
static const EigObs mean_e = {.kind = EIG_OBS_MEAN, .pop = 0, .arg = {&each_e}};
static const EigObs one_e = {.kind = EIG_OBS_RATE, .pop = 0, .index = 1};

static EigRecord records[] = {{"E", "", 3, &each_e, 0}, {"mean(E)", "", 1, &mean_e, 0}, {"worm[\"AVAL\"]", "", 1, &one_e, 0},
                              {"E", "", 1, &one_e, 0}, {"E / 2 \xC3\xA9", "", 1, &one_e, 0}, {"meta", "", 1, &one_e, 0}};
enum { N_RECORDS = sizeof records / sizeof *records, WIDTH = 8 };
static const EigProblem small = {.n = 4, .n_pops = 2, .pop = pops, .n_records = N_RECORDS, .record = records};

/* The number in row r, column c; test_npz.py computes the same. */
static double value(int64_t r, size_t c)
{
    return (double)(r * 7919 % 104729 - 50000) / (double)(c + 3);
}

static bool append_rows(EigRecorder *rec, int64_t from, int64_t to, double *row, size_t width)
{
    for (int64_t r = from; r < to; r++) {
        for (size_t c = 0; c < width; c++)
            row[c] = value(r, c);
        if (!eig_recorder_append(rec, 0, 0.1 * (double)r, row))
            return false;
    }
    return true;
}

static bool write_file(const EigProblem *p, const char *path, int64_t n_rows, size_t width, const char *meta)
{
    char error[256] = "";
    double *row = malloc((width + 1) * sizeof *row);
    EigRecorder *rec = eig_recorder_open(p, path, error);
    bool ok = rec && append_rows(rec, 0, n_rows, row, width) && eig_recorder_finish(rec, meta, error);
    if (!ok)
        fprintf(stderr, "%s\n", error);
    eig_recorder_close(rec);
    free(row);
    return ok;
}

static size_t n_files(void)
{
    char command[500];
    int n = -1;
    snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
    FILE *f = popen(command, "r");
    CHECK(f && fscanf(f, "%d", &n) == 1);
    if (f)
        pclose(f);
    return (size_t)n;
}

static char *read_text(const char *path)
{
    char *text = calloc(1, 1 << 20);
    FILE *f = fopen(path, "r");
    if (f) {
        CHECK(fread(text, 1, (1 << 20) - 1, f) > 0);
        fclose(f);
    }
    return text;
}

static void empty_folder(void)
{
    char command[500];
    snprintf(command, sizeof command, "rm -rf %s/* %s/.[a-z]*", folder, folder);
    CHECK(system(command) == 0);
}

static void extensions(void)
{
    CHECK(eig_recorder_knows("a.npz") && eig_recorder_knows("b/c.csv") && eig_recorder_knows("x.npz.csv"));
    CHECK(!eig_recorder_knows("a.txt") && !eig_recorder_knows(".npz") && !eig_recorder_knows("npz") &&
          !eig_recorder_knows(""));
}

static void memory_mode(void)
{
    char error[256];
    double row[WIDTH];
    size_t width;
    EigRecorder *rec = eig_recorder_open(&small, NULL, error);
    CHECK(append_rows(rec, 0, 1000, row, WIDTH));
    const double *rows = eig_recorder_rows(rec, 0, &width);
    CHECK(width == WIDTH + 1 && eig_recorder_count(rec, 0) == 1000);
    CHECK(rows[999 * width] == 0.1 * 999 && rows[999 * width + 8] == value(999, 7));
    CHECK(eig_recorder_finish(rec, "", error));
    eig_recorder_close(rec);
}

/* Skips '#' lines; *header is the first other line. */
static char *csv_body(char *text, char **header)
{
    while (*text == '#')
        text = strchr(text, '\n') + 1;
    *header = text;
    text = strchr(text, '\n');
    *text = '\0';
    return text + 1;
}

static void csv_reads_back(void)
{
    const char *path = in_folder("a.csv");
    CHECK(write_file(&small, path, 500, WIDTH, "{\"a\": 1,\n \"b\": 2}"));
    char *text = read_text(path), *header;
    CHECK(strncmp(text, "# {\"a\": 1,\n#  \"b\": 2}\nt,", 24) == 0);
    char *at = csv_body(text, &header);
    CHECK_TEXT(header, "t,E[AVAL],E[AVAR],\"E[odd,\"\"one\"\"]\",mean(E),\"worm[\"\"AVAL\"\"]\",E,E / 2 \xC3\xA9,meta");
    for (int64_t r = 0; r < 500; r++) {
        CHECK(strtod(at, &at) == 0.1 * (double)r);
        for (size_t c = 0; c < WIDTH; c++)
            CHECK(*at == ',' && strtod(at + 1, &at) == value(r, c));
        CHECK(*at == '\n');
        at++;
    }
    CHECK(*at == '\0' && n_files() == 1);
    free(text);
    empty_folder();
}

static void csv_numbers(void)
{
    static const double row[WIDTH] = {0.1, 1e300, -0.0, 1.0 / 3.0, 5e-324, 123456789012345678.0, 0, 2};
    char error[256], *header;
    double special[WIDTH] = {0};
    special[0] = NAN;
    special[1] = (double)INFINITY;
    special[2] = (double)-INFINITY;
    EigRecorder *rec = eig_recorder_open(&small, in_folder("n.csv"), error);
    CHECK(eig_recorder_append(rec, 0, 0, row) && !eig_recorder_lost(rec).is_there && eig_recorder_append(rec, 0, 0.1, special));
    EigLost lost = eig_recorder_lost(rec);
    CHECK(lost.is_there && isnan(lost.value) && lost.t == 0.1 && lost.record == 0 && lost.column == 0);
    CHECK(eig_recorder_finish(rec, "", error));
    eig_recorder_close(rec);
    char *text = read_text(in_folder("n.csv"));
    CHECK_TEXT(csv_body(text, &header), "0,0.1,1e+300,-0,0.3333333333333333,4.94065645841247e-324,1.2345678901234568e+17,0,2\n"
                                        "0.1,nan,inf,-inf,0,0,0,0,0\n");
    free(text);
    empty_folder();
}

/* The shortest of 15 to 17 digits that reads back, tried one by one. */
static size_t tried(char text[40], double x)
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, 40, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    return strlen(text);
}

/* Of all sizes; short ones and their neighbours; ties between two of 17 digits; powers of ten, and beside them. */
static double number_of_kind(uint64_t k, uint64_t random)
{
    double x = (double)(random >> 11) * 0x1p-53, short_x = round(x * 1e6) / 1e3, power = pow(10, (double)(random % 40) - 20);
    switch (k % 8) {
    case 0:  return ldexp(x - 0.5, (int)(random % 2000) - 1000);
    case 1:  return x;
    case 2:  return short_x;
    case 3:  return nextafter(short_x, random & 1 ? 1e9 : -1e9);
    case 4:  return -x * 1e-4;
    case 5:  return (double)(random >> 8) + 0.5;
    case 6:  return nextafter(power, random & 64 ? 1e99 : 0);
    default: return power;
    }
}

static void csv_numbers_are_short(void)
{
    enum { ROUNDS = 400, AT_ONCE = 100 };
    uint64_t random = 88172645463325252u;
    double number[AT_ONCE];
    char expected[40];
    for (uint64_t k = 0; k < ROUNDS; k++) {
        OutFile out;
        Csv c = {.out = &out, .row_width = AT_ONCE};
        for (uint64_t j = 0; j < AT_ONCE; j++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            number[j] = number_of_kind(j, random);
        }
        CHECK(outfile_open(&out, in_folder("short.csv")) && csv_doubles(&c, number, AT_ONCE) && outfile_commit(&out));
        outfile_close(&out);
        char *text = read_text(in_folder("short.csv")), *at = text;
        for (uint64_t j = 0; j < AT_ONCE; at += strcspn(at, ",\n") + 1, j++) {
            size_t n = tried(expected, number[j]);
            CHECK(strncmp(at, expected, n) == 0 && (at[n] == ',' || at[n] == '\n'));
        }
        free(text);
    }
    empty_folder();
}

/* More rows than fit in memory, and rows that are themselves too large. */
static void spilled_rows_read_back(void)
{
    EigRecord wide = {"big", "", 1000000, &each_big, 0};
    EigPop big_pops[2] = {pops[0], {.name = "big", .from = 3, .size = 1000000}};
    EigProblem p = {.n = 1000003, .n_pops = 2, .pop = big_pops, .n_records = 1, .record = &wide};
    char error[256];
    CHECK(write_file(&small, in_folder("long.csv"), 60000 * 3, WIDTH, ""));
    FILE *f = fopen(in_folder("long.csv"), "r");
    char line[1000];
    CHECK(f && fgets(line, sizeof line, f));
    for (int64_t r = 0; f && r < 180000; r++) {
        char *at = line;
        if (!fgets(line, sizeof line, f) || strtod(at, &at) != 0.1 * (double)r || strtod(at + 1, &at) != value(r, 0)) {
            CHECK(!"a row is wrong");
            break;
        }
    }
    if (f)
        fclose(f);
    double *row = calloc(1000000, sizeof *row);
    EigRecorder *rec = eig_recorder_open(&p, in_folder("wide.csv"), error);
    for (int r = 0; r < 2; r++) {
        row[999999] = 7 + r;
        CHECK(eig_recorder_append(rec, 0, r, row));
    }
    CHECK(eig_recorder_finish(rec, "", error));
    eig_recorder_close(rec);
    f = fopen(in_folder("wide.csv"), "r");
    char *text = NULL;
    size_t size = 0;
    CHECK(f && getline(&text, &size, f) > 8000000 && getline(&text, &size, f) == 2 * 1000000 + 2);
    CHECK(strcmp(text + 2 * 1000000, "7\n") == 0);
    if (f)
        fclose(f);
    free(text);
    free(row);
    empty_folder();
}

/* Three clocks: a table of all times, with nothing where a clock has no row. */
static const EigClock clocks[3] = {{.name = "t every 2", .steps = 2}, {.name = "t every 3", .steps = 3}, {.name = "t every 6", .steps = 6}};
static EigRecord at_clocks[] = {{"a", "", 1, &one_e, 1}, {"E", "", 3, &each_e, 0}, {"mean(E)", "", 1, &mean_e, 0},
                                {"t every 3", "", 1, &one_e, 2}};
static const EigProblem several = {.n = 4, .n_pops = 2, .pop = pops, .n_records = 4, .record = at_clocks, .n_clocks = 3, .clock = clocks};

static bool append_clocks(EigRecorder *rec, int64_t n)
{
    bool ok = true;
    for (int64_t k = 0; k < n; k++)
        for (size_t c = 0; c < 3; c++) {
            double row[4] = {(double)k, (double)(k + 1), (double)(k + 2), (double)(10 * k)};
            if (k % clocks[c].steps == 0)
                ok &= eig_recorder_append(rec, c, (double)k, row);
        }
    return ok;
}

static void clocks_share_a_table(void)
{
    char error[256];
    EigRecorder *rec = eig_recorder_open(&several, in_folder("c.csv"), error);
    CHECK(append_clocks(rec, 7) && eig_recorder_finish(rec, "", error));
    CHECK(eig_recorder_count(rec, 0) == 4 && eig_recorder_count(rec, 1) == 3 && eig_recorder_count(rec, 2) == 2);
    CHECK_TEXT(eig_recorder_name(rec, 3), "t every 3#2");
    CHECK_TEXT(eig_recorder_time_name(rec, 3), "t every 6");
    eig_recorder_close(rec);
    char *text = read_text(in_folder("c.csv")), *header;
    char *body = csv_body(text, &header);
    CHECK_TEXT(header, "t,E[AVAL],E[AVAR],\"E[odd,\"\"one\"\"]\",mean(E),a,t every 3");
    CHECK_TEXT(body, "0,0,1,2,0,0,0\n2,2,3,4,20,,\n3,,,,,3,\n4,4,5,6,40,,\n6,6,7,8,60,6,6\n");
    free(text);
    empty_folder();
}

/* Each clock has rows in memory, some that were spilled, and none. */
static void clocks_spill(void)
{
    char error[256];
    EigRecorder *rec = eig_recorder_open(&several, in_folder("c.csv"), error);
    enum { TIMES = 600000 };
    CHECK(append_clocks(rec, TIMES) && eig_recorder_finish(rec, "", error));
    eig_recorder_close(rec);
    FILE *f = fopen(in_folder("c.csv"), "r");
    char line[1000], wanted[200];
    CHECK(f && fgets(line, sizeof line, f));
    for (int64_t k = 0; f && k < TIMES; k++) {
        if (k % 2 && k % 3)
            continue;
        int n = snprintf(wanted, sizeof wanted, "%lld,", (long long)k);
        n += k % 2 ? snprintf(wanted + n, 100, ",,,,") : snprintf(wanted + n, 100, "%lld,%lld,%lld,%lld,", (long long)k, (long long)k + 1,
                                                                  (long long)k + 2, (long long)k * 10);
        n += k % 3 ? snprintf(wanted + n, 20, ",") : snprintf(wanted + n, 20, "%lld,", (long long)k);
        if (k % 6 == 0)
            n += snprintf(wanted + n, 20, "%lld", (long long)k);
        snprintf(wanted + n, 20, "\n");
        if (!fgets(line, sizeof line, f) || strcmp(line, wanted) != 0) {
            CHECK(!"a row is wrong");
            break;
        }
    }
    if (f)
        fclose(f);
    empty_folder();
}

static void memory_is_bounded(void)
{
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    CHECK(write_file(&small, in_folder("long.npz"), 1000000, WIDTH, ""));   /* 72 MB */
    getrusage(RUSAGE_SELF, &after);
    CHECK(after.ru_maxrss - before.ru_maxrss < 24 * 1024);
    struct stat st;
    CHECK(stat(in_folder("long.npz"), &st) == 0 && st.st_size > 72000000);
    empty_folder();
}

static void refused_places(void)
{
    char error[256] = "";
    CHECK(!eig_recorder_open(&small, "/nowhere/at/all.npz", error) && strstr(error, "No such file"));
    CHECK(!eig_recorder_open(&small, "/proc/eigc.csv", error) && strstr(error, "/proc/eigc.csv"));
    CHECK(!eig_recorder_open(&small, in_folder("a.txt"), error) && strstr(error, ".npz"));
    CHECK(mkdir(in_folder("dir.npz"), 0777) == 0);
    CHECK(!eig_recorder_open(&small, in_folder("dir.npz"), error) && strstr(error, "directory"));
    CHECK(mkfifo(in_folder("pipe.csv"), 0666) == 0);
    CHECK(!eig_recorder_open(&small, in_folder("pipe.csv"), error) && strstr(error, "regular"));
    empty_folder();
}

static void links_and_permissions_stay(void)
{
    struct stat st;
    FILE *f = fopen(in_folder("real.csv"), "w");
    CHECK(f && fputs("old\n", f) > 0);
    fclose(f);
    CHECK(chmod(in_folder("real.csv"), 0640) == 0 && symlink("real.csv", in_folder("link.csv")) == 0);
    CHECK(write_file(&small, in_folder("link.csv"), 3, WIDTH, ""));
    CHECK(lstat(in_folder("link.csv"), &st) == 0 && S_ISLNK(st.st_mode));
    CHECK(stat(in_folder("real.csv"), &st) == 0 && (st.st_mode & 0777) == 0640 && st.st_size > 4);
    empty_folder();
}

static void put_old(const char *path)
{
    FILE *f = fopen(path, "w");
    CHECK(f && fputs("previous\n", f) > 0);
    fclose(f);
}

static void check_old(const char *path)
{
    char *text = read_text(path);
    CHECK_TEXT(text, "previous\n");
    free(text);
    CHECK(n_files() == 1);
}

/* A limit on file sizes stands for a full disk. */
static void full_disk(void)
{
    struct rlimit was, limit;
    char error[256] = "";
    double row[WIDTH];
    const char *path = in_folder("full.npz");
    put_old(path);
    signal(SIGXFSZ, SIG_IGN);
    CHECK(getrlimit(RLIMIT_FSIZE, &was) == 0);
    limit = was;
    limit.rlim_cur = 5000000;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    EigRecorder *rec = eig_recorder_open(&small, path, error);  /* refused while rows are spooled */
    CHECK(!append_rows(rec, 0, 1000000, row, WIDTH) && strstr(eig_recorder_error(rec), strerror(EFBIG)));
    eig_recorder_close(rec);
    check_old(path);
    limit.rlim_cur = 100000;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    rec = eig_recorder_open(&small, path, error);               /* refused at the end */
    CHECK(append_rows(rec, 0, 10000, row, WIDTH));
    CHECK(!eig_recorder_finish(rec, "", error) && strstr(error, strerror(EFBIG)) && strstr(error, path));
    eig_recorder_close(rec);
    CHECK(setrlimit(RLIMIT_FSIZE, &was) == 0);
    check_old(path);
    empty_folder();
}

static void no_room(void)
{
    char error[256] = "";
    double row[WIDTH];
    const char *path = in_folder("room.csv");
    EigRecorder *rec = eig_recorder_open(&small, path, error);
    CHECK(eig_recorder_room(rec) > 0);
    eig_recorder_allow(rec, 100 * 8.0 * (WIDTH + 1));
    CHECK(append_rows(rec, 0, 100, row, WIDTH) && !eig_recorder_is_full(rec));
    CHECK(!append_rows(rec, 100, 101, row, WIDTH) && eig_recorder_is_full(rec) && eig_recorder_count(rec, 0) == 100);
    CHECK(!append_rows(rec, 101, 102, row, WIDTH) && eig_recorder_error(rec)[0]);
    CHECK(eig_recorder_finish(rec, "", error) && n_files() == 1);
    eig_recorder_close(rec);
    rec = eig_recorder_open(&small, NULL, error);
    CHECK(isinf(eig_recorder_room(rec)));
    eig_recorder_close(rec);
    empty_folder();
}

static void killed_run_leaves_the_previous_file(void)
{
    char path[400];
    snprintf(path, sizeof path, "%s", in_folder("kill.npz"));
    put_old(path);
    pid_t child = fork();
    if (child == 0) {
        char error[256];
        double row[WIDTH];
        EigRecorder *rec = eig_recorder_open(&small, path, error);
        append_rows(rec, 0, 200000, row, WIDTH);
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    check_old(path);
    empty_folder();
}

static void unfinished_is_removed(void)
{
    char error[256];
    double row[WIDTH];
    EigRecorder *rec = eig_recorder_open(&small, in_folder("u.npz"), error);
    CHECK(append_rows(rec, 0, 200000, row, WIDTH));
    eig_recorder_close(rec);
    CHECK(n_files() == 0);
    CHECK(write_file(&small, in_folder("none.csv"), 0, WIDTH, "{}"));   /* no record at all is a file, too */
    CHECK(n_files() == 1);
    empty_folder();
}

/* ---- for tests/numeric/test_npz.py ---- */
static bool write_zip64(const char *path)
{
    static const double values[3] = {1.5, -2, 0.25};
    static const uint64_t dims[2] = {3, 1};
    OutFile out;
    Npz z;
    bool ok = outfile_open(&out, path);
    npz_open(&z, &out, 0);
    ok = ok && npz_begin(&z, "x", 1, dims) && npz_doubles(&z, values, 3) && npz_end(&z) &&
         npz_text(&z, "meta", "long") && npz_finish(&z) && outfile_commit(&out);
    npz_close(&z);
    outfile_close(&out);
    return ok;
}

static bool write_samples(const char *dir)
{
    EigRecord wide = {"big", "", 600000, &each_big, 0};
    EigPop big_pops[2] = {pops[0], {.name = "big", .from = 3, .size = 600000}};
    EigProblem p = {.n = 600003, .n_pops = 2, .pop = big_pops, .n_records = 1, .record = &wide};
    snprintf(folder, sizeof folder, "%.*s", (int)sizeof folder - 1, dir);
    return write_file(&small, in_folder("small.npz"), 5, WIDTH, "{\"model\": \"caf\xC3\xA9 \xF0\x9F\xA7\xA0 \xFF\"}") &&
           write_file(&small, in_folder("long.npz"), 180000, WIDTH, "") &&
           write_file(&small, in_folder("none.npz"), 0, WIDTH, "{}") &&
           write_file(&p, in_folder("wide.npz"), 3, 600000, "{}") &&
           write_file(&small, in_folder("long.csv"), 120000, WIDTH, "{}") && write_zip64(in_folder("zip64.npz"));
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "write") == 0)
        return write_samples(argv[2]) ? 0 : 1;
    if (!mkdtemp(folder))
        return 1;
    RUN(memory_is_bounded);     /* first: it compares the peak of this process */
    RUN(extensions);
    RUN(memory_mode);
    RUN(csv_reads_back);
    RUN(csv_numbers);
    RUN(csv_numbers_are_short);
    RUN(spilled_rows_read_back);
    RUN(clocks_share_a_table);
    RUN(clocks_spill);
    RUN(refused_places);
    RUN(links_and_permissions_stay);
    RUN(full_disk);
    RUN(no_room);
    RUN(killed_run_leaves_the_previous_file);
    RUN(unfinished_is_removed);
    rmdir(folder);
    return test_done();
}
