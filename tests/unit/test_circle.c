/* Kernels on circles: against sums over all pairs in 300 binary digits, in vectors of every width, by the reference; the roots of 1 and
 * the transforms of kernels against MPFR; which kernels are computed so. */
#include <mpfr.h>
#include <stdlib.h>

#include "compiler/plan/circle.h"
#include "runtime/integrate.h"
#include "runtime/layout.h"
#include "runtime/support.h"
#include "tests/test.h"

enum { DIGITS = 300 };

static double random_number(void)
{
    return (double)rand() / RAND_MAX - 0.3;
}

/* A kernel whose weights reach so far and are the same both ways. */
static EigBlock even_kernel(Ctx *cx, size_t columns, size_t rows, bool periodic, size_t reach_x, size_t reach_y)
{
    EigBlock b = { .kind = EIG_BLOCK_KERNEL, .extent = { columns, rows }, .is_periodic = periodic };
    size_t wide = periodic ? columns : 2 * columns - 1, tall = periodic ? rows : 2 * rows - 1;
    double *w = ARENA_ARRAY(&cx->arena, wide * tall, double);
    for (size_t k = 0; k < wide * tall; k++) {
        size_t x = k % wide, y = k / wide;
        size_t over_x = periodic ? (wide - x) % wide : wide - 1 - x, over_y = periodic ? (tall - y) % tall : tall - 1 - y;
        size_t dx = periodic ? (x < over_x ? x : over_x) : (size_t)labs((long)x - (long)(columns - 1));
        size_t dy = periodic ? (y < over_y ? y : over_y) : (size_t)labs((long)y - (long)(rows - 1));
        if (dx <= reach_x && dy <= reach_y)
            w[k] = w[over_y * wide + over_x] = random_number();
    }
    b.w = w;
    return b;
}

/* Target i of the exact sum; *size: of the sizes of the weights that reach it. */
static double exactly(const EigBlock *b, const double *x, size_t i, double *size)
{
    size_t a = b->extent[0], rows = b->extent[1], n = a * rows;
    mpfr_t sum, term;
    mpfr_init2(sum, DIGITS);
    mpfr_init2(term, DIGITS);
    mpfr_set_zero(sum, 1);
    *size = 0;
    for (size_t j = 0; j < n; j++) {
        size_t dx = i % a + a - j % a, dy = i / a + rows - j / a;
        double w = b->is_periodic ? b->w[dy % rows * a + dx % a] : b->w[(dy - 1) * (2 * a - 1) + dx - 1];
        mpfr_set_d(term, w, MPFR_RNDN);
        mpfr_mul_d(term, term, x[j], MPFR_RNDN);
        mpfr_add(sum, sum, term, MPFR_RNDN);
        *size += fabs(w);
    }
    double value = mpfr_get_d(sum, MPFR_RNDN);
    mpfr_clear(sum);
    mpfr_clear(term);
    return value;
}

/* Rates from 0 to 1 at most: their root mean square is the size that the error is measured by. */
static void right(size_t columns, size_t rows, bool periodic, size_t reach_x, size_t reach_y)
{
    Ctx cx;
    ctx_init(&cx);
    size_t n = columns * rows;
    EigBlock b = even_kernel(&cx, columns, rows, periodic, reach_x, reach_y);
    circle_give(&cx, &b);
    double *x = ARENA_ARRAY(&cx.arena, n, double), *s = ARENA_ARRAY(&cx.arena, n, double), *first = ARENA_ARRAY(&cx.arena, n, double);
    double *dx = ARENA_ARRAY(&cx.arena, n, double), worst = 0, size = 0, mean = 0, most = 0;
    for (size_t i = 0; i < n; i++) {
        x[i] = random_number();
        mean += x[i] * x[i] / (double)n;
    }
    static const EigOp zero[] = { { .kind = EIG_OP_CONST } };
    EigPop pop = { .name = "E", .size = n, .rate = 1, .input = { .n = 1, .op = zero, .depth = 1 }, .phi = { .n = 1, .op = zero, .depth = 1 } };
    EigProblem p = { .n = n, .n_pops = 1, .n_blocks = 1, .pop = &pop, .block = &b };
    eig_reference_drift(&p, 0, x, first, dx);
    for (size_t i = 0; i < n; i++) {
        double error = fabs(first[i] - exactly(&b, x, i, &size));
        worst = error > worst ? error : worst;
        most = size > most ? size : most;
    }
    double bound = 0x1p-53 * log2((double)b.circle->length) * most * sqrt(mean);
    CHECK(worst <= bound);
    if (worst > bound)
        fprintf(stderr, "%zu x %zu, periodic %d: %g of the bound\n", columns, rows, periodic, worst / bound);
    static const int lanes[] = { 1, 4, 8 };
    EigSupport support;
    CHECK(eig_support_open(&support, &b));
    for (size_t k = 0; k < 3; k++) {
        if (!eig_circling_lanes(support.circling, lanes[k]))
            continue;
        memset(s, 0, n * sizeof *s);
        eig_support_add(&support, x, 0, (int64_t)(n / 2), s);
        eig_support_add(&support, x, (int64_t)(n / 2), (int64_t)(n - n / 2), s + n / 2);
        CHECK(memcmp(s, first, n * sizeof *s) == 0);
    }
    eig_support_free(&support);
    ctx_free(&cx);
}

static void rings(void)
{
    static const size_t size[] = { 1, 2, 3, 7, 64, 67, 100, 127, 128, 129, 255, 256, 257, 300, 383, 384, 512, 600, 768, 1009, 1024, 1536 };
    for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
        right(size[k], 1, true, size[k], 0);
        right(size[k], 1, true, size[k] / 5, 0);
        right(1, size[k], true, 0, size[k]);
    }
}

static void lines(void)
{
    static const size_t size[] = { 1, 2, 3, 61, 127, 128, 129, 200, 256, 385, 1000 };
    for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
        right(size[k], 1, false, size[k], 0);
        right(size[k], 1, false, size[k] / 7, 0);
        right(1, size[k], false, 0, size[k] / 2);
    }
}

static void planes(void)
{
    static const size_t size[][4] = { { 2, 2, 1, 1 }, { 8, 8, 4, 4 }, { 9, 7, 9, 9 }, { 16, 16, 3, 2 }, { 20, 30, 20, 30 }, { 31, 2, 31, 2 },
                                      { 12, 64, 6, 32 }, { 32, 32, 16, 16 }, { 5, 100, 1, 50 }, { 33, 24, 0, 24 }, { 24, 48, 12, 0 } };
    for (size_t k = 0; k < sizeof size / sizeof *size; k++)
        for (int periodic = 0; periodic < 2; periodic++)
            right(size[k][0], size[k][1], periodic, size[k][2], size[k][3]);
}

/* More than the cache holds at once, and more than a square root of turns. */
static void large(void)
{
    Ctx cx;
    ctx_init(&cx);
    size_t n = 49152;
    EigBlock b = even_kernel(&cx, n, 1, true, 40, 0);
    circle_give(&cx, &b);
    CHECK(b.circle->length == n);
    double *x = ARENA_ARRAY(&cx.arena, n, double), *s = ARENA_ARRAY(&cx.arena, n, double), *other = ARENA_ARRAY(&cx.arena, n, double);
    for (size_t i = 0; i < n; i++)
        x[i] = random_number();
    EigSupport support;
    CHECK(eig_support_open(&support, &b));
    eig_support_add(&support, x, 0, (int64_t)n, s);
    CHECK(eig_circling_lanes(support.circling, 1));
    eig_support_add(&support, x, 0, (int64_t)n, other);
    CHECK(memcmp(s, other, n * sizeof *s) == 0);
    for (size_t i = 0; i < n; i += 977) {
        double size, want = exactly(&b, x, i, &size);
        CHECK(fabs(s[i] - want) <= 0x1p-53 * log2((double)n) * size);
    }
    eig_support_free(&support);
    ctx_free(&cx);
}

/* ---- the numbers of a circle ---- */

/* cos and sin of k/n of a turn, as doubles. */
static void turn(size_t k, size_t n, double out[2])
{
    mpfr_t x, y;
    mpfr_init2(x, 64);
    mpfr_init2(y, 53);
    mpfr_set_ui(x, k, MPFR_RNDN);
    mpfr_cosu(y, x, n, MPFR_RNDN);
    out[0] = mpfr_get_d(y, MPFR_RNDN);
    mpfr_sinu(y, x, n, MPFR_RNDN);
    out[1] = mpfr_get_d(y, MPFR_RNDN);
    mpfr_clear(x);
    mpfr_clear(y);
}

/* The turns of a level from those of the one before, as docs/semantics.md says; at the end those of the last parts. */
static void numbers_of(size_t length)
{
    Ctx cx;
    ctx_init(&cx);
    EigBlock b = even_kernel(&cx, length, 1, true, 5, 0);
    circle_give(&cx, &b);
    const EigCircle *c = b.circle;
    CHECK(c->length == length);
    size_t *now = ARENA_ARRAY(&cx.arena, length, size_t), *next = ARENA_ARRAY(&cx.arena, length, size_t), n = c->top;
    if (n == 3) {
        now[1] = length / 6;
        now[2] = length / 6 + length / 2;
    }
    size_t at = 0;
    for (size_t m = length / c->top; m > 2; m /= 2, n *= 2) {
        next[1] = length / 4;
        for (size_t part = 0; part < n; part++) {
            double want[2];
            turn(now[part] / 2, length, want);
            CHECK(part == 0 || (c->root[at] == want[0] && c->root[at + 1] == want[1]));
            at += 2;
            if (part > 0) {
                next[2 * part] = now[part] / 2;
                next[2 * part + 1] = now[part] / 2 + length / 2;
            }
        }
        memcpy(now, next, 2 * n * sizeof *now);
    }
    CHECK(at == eig_circle_roots(c) && n == length / 2);
    for (size_t part = 0; part <= n; part += 1 + part % 7) {
        double want = b.w[0], size = fabs(b.w[0]), root[2];
        for (size_t d = 1; d <= 5; d++) {
            turn((part < n ? now[part] : length / 2) * d % length, length, root);
            want += 2 * b.w[d] * root[0];
            size += 2 * fabs(b.w[d]);
        }
        double factor = part == 0 || part == n ? 1 : 2;
        CHECK(fabs(c->gain[part] - factor * want / (double)length) <= 0x1p-51 * size / (double)length);
    }
    ctx_free(&cx);
}

static void numbers_of_circles(void)
{
    numbers_of(256);
    numbers_of(384);
    numbers_of(4096);
    numbers_of(3072);
}

/* ---- the choice ---- */

static size_t chosen(size_t columns, size_t rows, bool periodic, size_t reach_x, size_t reach_y, bool spoil)
{
    Ctx cx;
    ctx_init(&cx);
    EigBlock b = even_kernel(&cx, columns, rows, periodic, reach_x, reach_y);
    if (spoil)
        ((double *)(uintptr_t)b.w)[1] += 0.1;
    plan_circles(&cx, &b, 1);
    size_t length = b.circle ? b.circle->length : 0;
    ctx_free(&cx);
    return length;
}

static void choice(void)
{
    CHECK(chosen(4096, 1, true, 4096, 0, false) == 4096);
    CHECK(chosen(4096, 1, true, 4096, 0, true) == 0);
    CHECK(chosen(4096, 1, true, 5, 0, false) == 0);
    CHECK(chosen(4097, 1, true, 4097, 0, false) == 12288);
    CHECK(chosen(4097, 1, true, 100, 0, false) == 6144);
    CHECK(chosen(3072, 1, true, 3072, 0, false) == 3072);
    CHECK(chosen(4096, 1, false, 4096, 0, false) == 8192);
    CHECK(chosen(64, 64, true, 64, 64, false) == 8192);
    CHECK(chosen(64, 64, false, 64, 64, false) == 16384);
    CHECK(chosen(63, 1, true, 63, 0, false) == 0);
}

/* Weights that add up to more than the largest double. */
static void beyond_the_doubles(void)
{
    Ctx cx;
    ctx_init(&cx);
    EigBlock b = even_kernel(&cx, 1024, 1, true, 1024, 0);
    for (size_t k = 0; k < 1024; k++)
        ((double *)(uintptr_t)b.w)[k] = 1e306;
    plan_circles(&cx, &b, 1);
    CHECK(!b.circle);
    for (size_t k = 0; k < 1024; k++)
        ((double *)(uintptr_t)b.w)[k] = 1e303;
    plan_circles(&cx, &b, 1);
    CHECK(b.circle);
    ctx_free(&cx);
}

int main(void)
{
    RUN(rings);
    RUN(lines);
    RUN(planes);
    RUN(large);
    RUN(numbers_of_circles);
    RUN(choice);
    RUN(beyond_the_doubles);
    return test_done();
}
