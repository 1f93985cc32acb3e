/* Rows that a team shares: every target once, whatever the threads, and the next row only after the last. */
#include <stdbool.h>

#include "runtime/team.h"
#include "tests/test.h"

enum { MOST = 5000 };

typedef struct Row {
    uint64_t n, piece;
    unsigned char *seen;        /* by target: how often */
    const uint64_t *before;     /* what the row before left, read by all */
    uint64_t *made;
    unsigned long *calls;
} Row;

/* Reads from far away what the row before made: a row that began too early finds old numbers. */
static void part(const void *job, uint64_t from, uint64_t to)
{
    const Row *r = job;
    CHECK(from < to && to <= r->n);
    CHECK(from % r->piece == 0 || from == 0);
    for (uint64_t k = from; k < to; k++) {
        __atomic_add_fetch(&r->seen[k], 1, __ATOMIC_RELAXED);
        r->made[k] = r->before[r->n - 1 - k] * 3 + k;
    }
    __atomic_add_fetch(r->calls, 1, __ATOMIC_RELAXED);
}

static uint64_t array[2][MOST], expected[2][MOST];
static unsigned char seen[MOST];

static void run(EigTeam *team, uint64_t n, uint64_t piece, size_t rows)
{
    memset(array, 0, sizeof array);
    memset(expected, 0, sizeof expected);
    for (size_t k = 0; k < rows; k++) {
        unsigned long calls = 0;
        Row row = { n, piece, seen, array[k % 2], array[(k + 1) % 2], &calls };
        memset(seen, 0, sizeof seen);
        eig_share(team, part, &row, n, piece, k % 3);
        for (uint64_t i = 0; i < n; i++)
            expected[(k + 1) % 2][i] = expected[k % 2][n - 1 - i] * 3 + i;
        bool once = true;
        for (uint64_t i = 0; i < n; i++)
            once &= seen[i] == 1;
        CHECK(once);
        CHECK(memcmp(array[(k + 1) % 2], expected[(k + 1) % 2], n * sizeof **array) == 0);
        CHECK(calls == 1 || calls == (n + piece - 1) / piece);
    }
}

static void every_target_is_computed_once(void)
{
    static const unsigned threads[] = { 2, 3, 7, 16 };
    static const uint64_t sizes[] = { 1, 2, 31, 32, 33, 1000, MOST }, pieces[] = { 1, 32, 96, 1024 };
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
        EigTeam *team = eig_team_open(threads[t], 3);
        CHECK(team != NULL);
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
            for (size_t q = 0; q < sizeof pieces / sizeof *pieces; q++)
                run(team, sizes[k], pieces[q], 40);
        CHECK(eig_team_shared(team) > 0);
        eig_team_close(team);
    }
}

static void a_team_goes_on_for_long(void)
{
    EigTeam *team = eig_team_open(2, 3);
    run(team, 320, 32, 20000);
    CHECK(eig_team_shared(team) >= 12);     /* of three sites each way four times, and again */
    eig_team_close(team);
}

static void one_thread_needs_no_team(void)
{
    CHECK(eig_team_open(1, 3) == NULL && eig_team_open(0, 3) == NULL);
    run(NULL, 1000, 32, 5);
    eig_team_close(NULL);
}

static void a_team_without_work_starts_and_ends(void)
{
    for (int k = 0; k < 50; k++)
        eig_team_close(eig_team_open(4, 0));
}

/* A site that the team does not know is computed alone. */
static void unknown_sites_are_computed(void)
{
    EigTeam *team = eig_team_open(3, 1);
    run(team, 100, 10, 60);
    eig_team_close(team);
}

int main(void)
{
    RUN(every_target_is_computed_once);
    RUN(a_team_goes_on_for_long);
    RUN(one_thread_needs_no_team);
    RUN(a_team_without_work_starts_and_ends);
    RUN(unknown_sites_are_computed);
    return test_done();
}
