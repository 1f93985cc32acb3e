/* Philox4x32-10 and FNV-1a against published known answers (Random123's kat_vectors). */
#include "runtime/rng.h"

#include <stdbool.h>

#include "tests/test.h"

static bool philox_is(const uint32_t counter[4], const uint32_t key[2], const uint32_t expected[4])
{
    uint32_t out[4];
    eig_philox(counter, key, out);
    return memcmp(out, expected, sizeof out) == 0;
}

static void philox_known_answers(void)
{
    uint32_t ones = 0xffffffffu;
    CHECK(philox_is((uint32_t[4]){ 0, 0, 0, 0 }, (uint32_t[2]){ 0, 0 },
                    (uint32_t[4]){ 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 }));
    CHECK(philox_is((uint32_t[4]){ ones, ones, ones, ones }, (uint32_t[2]){ ones, ones },
                    (uint32_t[4]){ 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd }));
    CHECK(philox_is((uint32_t[4]){ 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, (uint32_t[2]){ 0xa4093822, 0x299f31d0 },
                    (uint32_t[4]){ 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 }));
}

static void fnv_known_answers(void)
{
    CHECK(eig_fnv1a("") == 0xcbf29ce484222325u);
    CHECK(eig_fnv1a("E[0]") == 0x40ccd06d3b3268fau);
    CHECK(eig_fnv1a("noise") == 0x6c092771d20768d1u);
}

static void uniforms_are_keyed_by_names(void)
{
    static const struct { const char *entity; uint64_t step; double u0, u1; } row[] = {
        { "E[0]", 0, 0.74921383436308076, 0.14764807906707461 },
        { "E[0]", 1, 0.0096620131035546897, 0.25466008142041746 },
        { "E[1]", 0, 0.84198534487787735, 0.58793038427832633 },
        { "E[1]", 1, 0.47704919846755384, 0.59748499241202335 },
        { "I[0]", 0, 0.65602450936637013, 0.95432747678009378 },
        { "I[0]", 1, 0.53971879188554972, 0.80981028603753691 },
    };
    for (size_t k = 0; k < sizeof row / sizeof *row; k++) {
        double u[2];
        eig_uniform2(42, eig_fnv1a(row[k].entity), eig_fnv1a("noise"), row[k].step, 0, u);
        CHECK(u[0] == row[k].u0);
        CHECK(u[1] == row[k].u1);
    }
}

static void every_part_of_the_key_counts(void)
{
    double a[2], b[2];
    eig_uniform2(1, 2, 3, 4, 5, a);
    eig_uniform2(1 + (1ull << 32), 2, 3, 4, 5, b);
    CHECK(a[0] != b[0]);
    eig_uniform2(1, 2 + (1ull << 32), 3, 4, 5, b);
    CHECK(a[0] != b[0]);
    eig_uniform2(1, 2, 4, 4, 5, b);
    CHECK(a[0] != b[0]);
    eig_uniform2(1, 2, 3, 4 + (1ull << 32), 5, b);
    CHECK(a[0] != b[0]);
    eig_uniform2(1, 2, 3, 4, 6, b);
    CHECK(a[0] != b[0]);
}

static void uniforms_fill_the_open_interval(void)
{
    double sum = 0, least = 1, greatest = 0;
    for (uint32_t k = 0; k < 100000; k++) {
        double u[2];
        eig_uniform2(7, 11, 13, k, 0, u);
        for (int j = 0; j < 2; j++) {
            sum += u[j];
            least = u[j] < least ? u[j] : least;
            greatest = u[j] > greatest ? u[j] : greatest;
        }
    }
    CHECK(least > 0 && least < 1e-4);
    CHECK(greatest < 1 && greatest > 1 - 1e-4);
    CHECK_CLOSE(sum / 200000, 0.5, 0, 5 * 0.2887 / sqrt(200000.0));
}

int main(void)
{
    RUN(philox_known_answers);
    RUN(fnv_known_answers);
    RUN(uniforms_are_keyed_by_names);
    RUN(every_part_of_the_key_counts);
    RUN(uniforms_fill_the_open_interval);
    return test_done();
}
