#include "compiler/driver/claim.h"
#include "tests/test.h"

/* A 2 x 2 matrix in neuron form from its rows; zeros are stored or left out. */
static ClaimMatrix neuron_form(Ctx *cx, const char *const text[4], bool keep_zeros)
{
    ClaimMatrix m;
    size_t n = 0, at = 0;

    for (int k = 0; k < 4; k++)
        n += keep_zeros || strcmp(text[k], "0") != 0;
    claim_matrix_init(cx, &m, 2, n, false);
    m.n = 2;
    for (uint32_t k = 0; k < 4; k++) {
        if (k % 2 == 0)
            m.row_from[k / 2] = at;
        if (!keep_zeros && !strcmp(text[k], "0"))
            continue;
        m.column[at] = k % 2;
        mpq_set_str(m.entry[at++], text[k], 10);
    }
    return m;
}

static bool compare_stored(const char *const a[4], bool zeros_a, const char *const b[4], bool zeros_b,
                           const char **difference)
{
    static Ctx cx;              /* the difference lives in its arena */

    ctx_init(&cx);
    ClaimMatrix certified = neuron_form(&cx, a, zeros_a), model = neuron_form(&cx, b, zeros_b);
    bool same = claim_equal(&cx, &certified, &model, difference);
    if (!same) {
        static char copy[256];
        snprintf(copy, sizeof copy, "%s", *difference);
        *difference = copy;
    }
    claim_matrix_clear(&certified);
    claim_matrix_clear(&model);
    ctx_free(&cx);
    return same;
}

static bool compare(const char *const a[4], const char *const b[4], const char **difference)
{
    return compare_stored(a, true, b, false, difference);
}

static void a_stored_zero_is_no_difference(void)
{
    const char *const a[4] = {"-1/2", "0", "1", "-7/5"};
    const char *difference = NULL;

    for (int k = 0; k < 4; k++)
        CHECK(compare_stored(a, k & 1, a, k & 2, &difference));
}

static void an_entry_that_only_one_has_counts(void)
{
    const char *const a[4] = {"-1/2", "0", "1", "-7/5"}, *const b[4] = {"-1/2", "2", "1", "-7/5"};
    const char *difference = NULL;

    for (int k = 0; k < 4; k++) {
        CHECK(!compare_stored(a, k & 1, b, k & 2, &difference));
        CHECK(!compare_stored(b, k & 1, a, k & 2, &difference));
    }
}

static void every_entry_counts(void)
{
    const char *const a[4] = {"-1/2", "0", "1", "-7/5"};

    for (int k = 0; k < 4; k++) {
        const char *b[4] = {a[0], a[1], a[2], a[3]};
        const char *difference = NULL;
        b[k] = "1000000000000000000001/1000000000000000000000";
        CHECK(!compare(a, b, &difference));
        CHECK(difference && strstr(difference, k / 2 ? "to row 2" : "to row 1"));
        CHECK(difference && strstr(difference, k % 2 ? "from row 2" : "from row 1"));
    }
}

static void sizes_and_forms_count(void)
{
    Ctx cx;
    ClaimMatrix neurons, populations, larger;
    const char *difference = NULL;

    ctx_init(&cx);
    claim_matrix_init(&cx, &neurons, 1, 0, false);
    claim_matrix_init(&cx, &populations, 1, 0, true);
    claim_matrix_init(&cx, &larger, 1, 0, true);
    neurons.n = populations.n = 1;
    larger.n = 5;
    larger.size = ARENA_ARRAY(&cx.arena, 1, size_t);
    larger.size[0] = 5;
    CHECK(!claim_equal(&cx, &neurons, &populations, &difference));
    CHECK(!claim_equal(&cx, &populations, &larger, &difference));
    CHECK(claim_equal(&cx, &larger, &larger, &difference));
    mpq_set_si(larger.leak[0], 1, 1);
    populations.n = 5;
    populations.size = larger.size;
    CHECK(!claim_equal(&cx, &populations, &larger, &difference));
    claim_matrix_clear(&neurons);
    claim_matrix_clear(&populations);
    claim_matrix_clear(&larger);
    ctx_free(&cx);
}

int main(void)
{
    RUN(a_stored_zero_is_no_difference);
    RUN(an_entry_that_only_one_has_counts);
    RUN(every_entry_counts);
    RUN(sizes_and_forms_count);
    return test_done();
}
