#include "runtime/circle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Numbers that stay in the first-level cache while all their levels pass, with the roots and gains of the last. */
enum { NEAR = 4096 };

/* The sine of a third of a turn, and of a sixth. */
#define CIRCLE_SINE 0x1.bb67ae8584caap-1

struct EigCirclePasses {
    int lanes;
    void (*turn)(const EigCircle *c, const double *leaf, const double *from, double *y);
    void (*add)(const double *y, int64_t n, double *s);
};

size_t eig_circle_levels(const EigCircle *c)
{
    size_t n = 0;
    for (size_t m = c->length / c->top; m > 2; m /= 2)
        n++;
    return n;
}

size_t eig_circle_root(const EigCircle *c, size_t level)
{
    return 2 * c->top * (((size_t)1 << level) - 1);
}

size_t eig_circle_roots(const EigCircle *c)
{
    return eig_circle_root(c, eig_circle_levels(c));
}

size_t eig_circle_gains(const EigCircle *c)
{
    return c->length / 2 + 1;
}

/* ---- the passes, in vectors of 1, 4 and 8 ---- */

#define LANES 1
#define NAME(f) f##_1
#define V double
#define LOAD(at) (*(at))
#define STORE(at, v) (*(at) = (v))
#define SPLAT(x) (x)
#define ADD(a, b) ((a) + (b))
#define SUB(a, b) ((a) - (b))
#define MUL(a, b) ((a) * (b))
#define FMA(a, b, c) __builtin_fma(a, b, c)
#define FNMA(a, b, c) __builtin_fma(-(a), b, c)
#define FMS(a, b, c) __builtin_fma(a, b, -(c))
#include "runtime/circle_form.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BY_VECTORS 1
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define LANES 4
#define NAME(f) f##_4
#define V __m256d
#define LOAD(at) _mm256_loadu_pd(at)
#define STORE(at, v) _mm256_storeu_pd(at, v)
#define SPLAT(x) _mm256_set1_pd(x)
#define ADD(a, b) _mm256_add_pd(a, b)
#define SUB(a, b) _mm256_sub_pd(a, b)
#define MUL(a, b) _mm256_mul_pd(a, b)
#define FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#define FNMA(a, b, c) _mm256_fnmadd_pd(a, b, c)
#define FMS(a, b, c) _mm256_fmsub_pd(a, b, c)
static inline __attribute__((always_inline)) void across_4(V *v)
{
    V a = _mm256_unpacklo_pd(v[0], v[1]), b = _mm256_unpackhi_pd(v[0], v[1]);
    V c = _mm256_unpacklo_pd(v[2], v[3]), d = _mm256_unpackhi_pd(v[2], v[3]);
    v[0] = _mm256_permute2f128_pd(a, c, 0x20);
    v[1] = _mm256_permute2f128_pd(b, d, 0x20);
    v[2] = _mm256_permute2f128_pd(a, c, 0x31);
    v[3] = _mm256_permute2f128_pd(b, d, 0x31);
}
#include "runtime/circle_form.h"
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("avx512f")
#define LANES 8
#define NAME(f) f##_8
#define V __m512d
#define LOAD(at) _mm512_loadu_pd(at)
#define STORE(at, v) _mm512_storeu_pd(at, v)
#define SPLAT(x) _mm512_set1_pd(x)
#define ADD(a, b) _mm512_add_pd(a, b)
#define SUB(a, b) _mm512_sub_pd(a, b)
#define MUL(a, b) _mm512_mul_pd(a, b)
#define FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define FNMA(a, b, c) _mm512_fnmadd_pd(a, b, c)
#define FMS(a, b, c) _mm512_fmsub_pd(a, b, c)
static inline __attribute__((always_inline)) void across_8(V *v)
{
    V a[8], b[8];
#pragma GCC unroll 8
    for (int k = 0; k < 8; k += 2) {
        a[k] = _mm512_unpacklo_pd(v[k], v[k + 1]);
        a[k + 1] = _mm512_unpackhi_pd(v[k], v[k + 1]);
    }
#pragma GCC unroll 8
    for (int k = 0; k < 2; k++) {
        b[k] = _mm512_shuffle_f64x2(a[k], a[k + 2], 0x88);
        b[k + 2] = _mm512_shuffle_f64x2(a[k], a[k + 2], 0xdd);
        b[k + 4] = _mm512_shuffle_f64x2(a[k + 4], a[k + 6], 0x88);
        b[k + 6] = _mm512_shuffle_f64x2(a[k + 4], a[k + 6], 0xdd);
    }
#pragma GCC unroll 8
    for (int k = 0; k < 4; k++) {
        v[k] = _mm512_shuffle_f64x2(b[k], b[k + 4], 0x88);
        v[k + 4] = _mm512_shuffle_f64x2(b[k], b[k + 4], 0xdd);
    }
}
#include "runtime/circle_form.h"
#pragma GCC pop_options
#endif

static const struct EigCirclePasses *passes_of(int lanes)
{
#if defined(BY_VECTORS)
    static const struct EigCirclePasses by_4 = { 4, turn_4, add_4 }, by_8 = { 8, turn_8, add_8 };
    if (lanes == 8)
        return __builtin_cpu_supports("avx512f") ? &by_8 : NULL;
    if (lanes == 4)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &by_4 : NULL;
#endif
    static const struct EigCirclePasses by_1 = { 1, turn_1, add_1 };
    return lanes == 1 ? &by_1 : NULL;
}

/* ---- a block ---- */

/* Its parts side by side: the roots of three levels, of the first parts of pairs, and the gains. */
static void fill_leaves(const EigCircle *c, size_t lanes, double *leaf)
{
    size_t level = eig_circle_levels(c) - 3, n = c->length / EIG_CIRCLE_LEAF;
    for (size_t part = 0; part < n; part++) {
        double *t = leaf + (part - part % lanes) * 16 + part % lanes;
        const double *root[4] = {
            c->root + eig_circle_root(c, level) + 2 * part, c->root + eig_circle_root(c, level + 1) + 4 * part,
            c->root + eig_circle_root(c, level + 2) + 8 * part, c->root + eig_circle_root(c, level + 2) + 8 * part + 4,
        };
        for (size_t k = 0; k < 4; k++) {
            t[2 * k * lanes] = root[k][0];
            t[(2 * k + 1) * lanes] = root[k][1];
        }
        for (size_t k = 0; k < 8; k++)
            t[(8 + k) * lanes] = c->gain[8 * part + k];
    }
}

double eig_circle_bytes(const EigCircle *c)
{
    return 2.0 * (double)c->length * sizeof(double);
}

bool eig_circling_lanes(EigCircling *c, int lanes)
{
    const struct EigCirclePasses *passes = passes_of(lanes);
    if (passes) {
        c->passes = passes;
        fill_leaves(c->block->circle, (size_t)lanes, c->leaf);
    }
    return passes != NULL;
}

bool eig_circling_open(EigCircling *c, const EigBlock *b)
{
    size_t n = b->circle->length;
    *c = (EigCircling){ .block = b, .y = aligned_alloc(64, 2 * n * sizeof *c->y) };
    if (!c->y)
        return false;
    c->leaf = c->y + n;
    return eig_circling_lanes(c, 8) || eig_circling_lanes(c, 4) || eig_circling_lanes(c, 1);
}

void eig_circling_free(EigCircling *c)
{
    free(c->y);
    *c = (EigCircling){ 0 };
}

/* Row by row: the last `before` columns, all of them, the first ones. */
static void lay(const EigBlock *b, const double *x, double *y)
{
    const EigCircle *c = b->circle;
    size_t columns = b->extent[0], rows = b->extent[1], left = c->before[0], above = c->before[1], wide = columns + 2 * left;
    double *to = y;
    for (size_t r = 0; r < rows + 2 * above; r++) {
        const double *row = x + (r + rows - above % rows) % rows * columns;
        to = y + r * c->stride;
        for (size_t q = 0; q < left; q++)
            to[q] = row[(q + columns - left % columns) % columns];
        memcpy(to + left, row, columns * sizeof *row);
        for (size_t q = 0; q < left; q++)
            to[left + columns + q] = row[q % columns];
        to += wide;
        if (r + 1 < rows + 2 * above)
            memset(to, 0, (c->stride - wide) * sizeof *to);
    }
    memset(to, 0, (size_t)(y + c->length - to) * sizeof *to);
}

void eig_circling_turn(EigCircling *c, const double *x)
{
    const EigBlock *b = c->block;
    bool all = b->circle->length == b->extent[0] * b->extent[1] && b->circle->before[0] == 0 && b->circle->before[1] == 0;
    if (!all)
        lay(b, x, c->y);
    c->passes->turn(b->circle, c->leaf, all ? x : c->y, c->y);
}

void eig_circling_add(const EigCircling *c, int64_t lo, int64_t count, double *s)
{
    const EigCircle *circle = c->block->circle;
    int64_t columns = (int64_t)c->block->extent[0];
    for (int64_t end = lo + count; lo < end;) {
        int64_t row = lo / columns, column = lo - row * columns, stop = (row + 1) * columns < end ? (row + 1) * columns : end;
        const double *y = c->y + (row + (int64_t)circle->before[1]) * (int64_t)circle->stride + column + (int64_t)circle->before[0];
        c->passes->add(y, stop - lo, s);
        s += stop - lo;
        lo = stop;
    }
}
