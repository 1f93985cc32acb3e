/* The passes of runtime/circle.c over a circle, in vectors of LANES numbers. The file that includes it has V, LOAD, STORE, SPLAT,
 * ADD, SUB, MUL, FMA(a, b, c) = a b + c, FNMA(a, b, c) = c - a b, FMS(a, b, c) = a b - c, NAME and, for LANES > 1, a function
 * NAME(across)(V *): LANES x LANES numbers, rows for columns. Every number goes through the same operations, however many stand
 * side by side. The words are free again behind it. */

typedef struct NAME(Two) { V re, im; } NAME(Two);

#define UNROLL _Pragma("GCC unroll 16")
#define INLINE static inline __attribute__((always_inline))

/* a + r c and a - r c */
INLINE void NAME(apart)(NAME(Two) *a, NAME(Two) *c, V p, V q)
{
    V two = SPLAT(2.0);
    V re = FMA(p, c->re, FNMA(q, c->im, a->re)), im = FMA(p, c->im, FMA(q, c->re, a->im));
    *c = (NAME(Two)){ FMS(two, a->re, re), FMS(two, a->im, im) };
    *a = (NAME(Two)){ re, im };
}

/* Back, but for a factor 2. */
INLINE void NAME(together)(NAME(Two) *a, NAME(Two) *c, V p, V q)
{
    V re = SUB(a->re, c->re), im = SUB(a->im, c->im);
    *a = (NAME(Two)){ ADD(a->re, c->re), ADD(a->im, c->im) };
    *c = (NAME(Two)){ FMA(p, re, MUL(q, im)), FMS(p, im, MUL(q, re)) };
}

INLINE void NAME(swap_sum)(V *a, V *b)
{
    V sum = ADD(*a, *b), less = SUB(*a, *b);
    *a = sum;
    *b = less;
}

/* ---- two levels at once: a part of eight groups of g numbers ---- */

INLINE void NAME(real_apart)(const double *from, double *to, size_t g, const double *root)
{
    V p = SPLAT(root[2]), q = SPLAT(root[3]);
    for (size_t j = 0; j < g; j += LANES) {
        V h[8];
        UNROLL for (size_t k = 0; k < 8; k++)
            h[k] = LOAD(from + k * g + j);
        UNROLL for (size_t k = 0; k < 4; k++)
            NAME(swap_sum)(&h[k], &h[k + 4]);
        NAME(swap_sum)(&h[0], &h[2]);
        NAME(swap_sum)(&h[1], &h[3]);
        NAME(Two) a = { h[4], h[6] }, c = { h[5], h[7] };
        NAME(apart)(&a, &c, p, q);
        STORE(to + j, h[0]);
        STORE(to + g + j, h[1]);
        STORE(to + 2 * g + j, h[2]);
        STORE(to + 3 * g + j, h[3]);
        STORE(to + 4 * g + j, a.re);
        STORE(to + 5 * g + j, a.im);
        STORE(to + 6 * g + j, c.re);
        STORE(to + 7 * g + j, c.im);
    }
}

INLINE void NAME(real_together)(double *y, size_t g, const double *root)
{
    V p = SPLAT(root[2]), q = SPLAT(root[3]);
    for (size_t j = 0; j < g; j += LANES) {
        V h[8];
        UNROLL for (size_t k = 0; k < 8; k++)
            h[k] = LOAD(y + k * g + j);
        NAME(Two) a = { h[4], h[5] }, c = { h[6], h[7] };
        NAME(together)(&a, &c, p, q);
        NAME(swap_sum)(&h[0], &h[2]);
        NAME(swap_sum)(&h[1], &h[3]);
        h[4] = a.re;
        h[5] = c.re;
        h[6] = a.im;
        h[7] = c.im;
        UNROLL for (size_t k = 0; k < 4; k++)
            NAME(swap_sum)(&h[k], &h[k + 4]);
        UNROLL for (size_t k = 0; k < 8; k++)
            STORE(y + k * g + j, h[k]);
    }
}

INLINE void NAME(part_apart)(const double *from, double *to, size_t g, const double *root, const double *next)
{
    V p = SPLAT(root[0]), q = SPLAT(root[1]), p0 = SPLAT(next[0]), q0 = SPLAT(next[1]), p1 = SPLAT(next[2]), q1 = SPLAT(next[3]);
    for (size_t j = 0; j < g; j += LANES) {
        NAME(Two) a[4];
        UNROLL for (size_t k = 0; k < 4; k++)
            a[k] = (NAME(Two)){ LOAD(from + k * g + j), LOAD(from + (k + 4) * g + j) };
        NAME(apart)(&a[0], &a[2], p, q);
        NAME(apart)(&a[1], &a[3], p, q);
        NAME(apart)(&a[0], &a[1], p0, q0);
        NAME(apart)(&a[2], &a[3], p1, q1);
        UNROLL for (size_t k = 0; k < 4; k++) {
            STORE(to + 2 * k * g + j, a[k].re);
            STORE(to + (2 * k + 1) * g + j, a[k].im);
        }
    }
}

INLINE void NAME(part_together)(double *y, size_t g, const double *root, const double *next)
{
    V p = SPLAT(root[0]), q = SPLAT(root[1]), p0 = SPLAT(next[0]), q0 = SPLAT(next[1]), p1 = SPLAT(next[2]), q1 = SPLAT(next[3]);
    for (size_t j = 0; j < g; j += LANES) {
        NAME(Two) a[4];
        UNROLL for (size_t k = 0; k < 4; k++)
            a[k] = (NAME(Two)){ LOAD(y + 2 * k * g + j), LOAD(y + (2 * k + 1) * g + j) };
        NAME(together)(&a[0], &a[1], p0, q0);
        NAME(together)(&a[2], &a[3], p1, q1);
        NAME(together)(&a[0], &a[2], p, q);
        NAME(together)(&a[1], &a[3], p, q);
        UNROLL for (size_t k = 0; k < 4; k++) {
            STORE(y + k * g + j, a[k].re);
            STORE(y + (k + 4) * g + j, a[k].im);
        }
    }
}

/* ---- one level: a part of four groups ---- */

static void NAME(level_apart)(const EigCircle *c, const double *from, double *y)
{
    size_t m = c->length / c->top, g = m / 4;
    for (size_t j = 0; j < 2 * g; j += LANES) {
        V a = LOAD(from + j), b = LOAD(from + 2 * g + j);
        NAME(swap_sum)(&a, &b);
        STORE(y + j, a);
        STORE(y + 2 * g + j, b);
    }
    for (size_t part = 1; part < c->top; part++) {
        V p = SPLAT(c->root[2 * part]), q = SPLAT(c->root[2 * part + 1]);
        double *at = y + part * m;
        for (size_t j = 0; j < g; j += LANES) {
            NAME(Two) a = { LOAD(at + j), LOAD(at + 2 * g + j) }, b = { LOAD(at + g + j), LOAD(at + 3 * g + j) };
            NAME(apart)(&a, &b, p, q);
            STORE(at + j, a.re);
            STORE(at + g + j, a.im);
            STORE(at + 2 * g + j, b.re);
            STORE(at + 3 * g + j, b.im);
        }
    }
}

static void NAME(level_together)(const EigCircle *c, double *y)
{
    size_t m = c->length / c->top, g = m / 4;
    for (size_t j = 0; j < 2 * g; j += LANES) {
        V a = LOAD(y + j), b = LOAD(y + 2 * g + j);
        NAME(swap_sum)(&a, &b);
        STORE(y + j, a);
        STORE(y + 2 * g + j, b);
    }
    for (size_t part = 1; part < c->top; part++) {
        V p = SPLAT(c->root[2 * part]), q = SPLAT(c->root[2 * part + 1]);
        double *at = y + part * m;
        for (size_t j = 0; j < g; j += LANES) {
            NAME(Two) a = { LOAD(at + j), LOAD(at + g + j) }, b = { LOAD(at + 2 * g + j), LOAD(at + 3 * g + j) };
            NAME(together)(&a, &b, p, q);
            STORE(at + j, a.re);
            STORE(at + g + j, b.re);
            STORE(at + 2 * g + j, a.im);
            STORE(at + 3 * g + j, b.im);
        }
    }
}

/* ---- a circle of three times 2^k: the sum of the thirds; and two parts by the sixth root of 1 and its negative ---- */

static void NAME(three_apart)(const EigCircle *c, const double *from, double *y)
{
    size_t m = c->length / 3, g = m / 2;
    V half = SPLAT(0.5), s = SPLAT(CIRCLE_SINE);
    for (size_t j = 0; j < g; j += LANES) {
        NAME(Two) a[2];
        UNROLL for (size_t k = 0; k < 2; k++) {
            V x0 = LOAD(from + k * g + j), x1 = LOAD(from + (k + 2) * g + j), x2 = LOAD(from + (k + 4) * g + j);
            V sum = ADD(x1, x2), less = SUB(x1, x2);
            STORE(y + k * g + j, ADD(x0, sum));
            a[k] = (NAME(Two)){ FNMA(half, sum, x0), MUL(s, less) };
        }
        NAME(apart)(&a[0], &a[1], half, s);
        UNROLL for (size_t k = 0; k < 2; k++) {
            STORE(y + (2 * k + 2) * g + j, a[k].re);
            STORE(y + (2 * k + 3) * g + j, a[k].im);
        }
    }
}

static void NAME(three_together)(const EigCircle *c, double *y)
{
    size_t m = c->length / 3, g = m / 2;
    V half = SPLAT(0.5), s = SPLAT(CIRCLE_SINE);
    for (size_t j = 0; j < g; j += LANES) {
        NAME(Two) a[2];
        UNROLL for (size_t k = 0; k < 2; k++)
            a[k] = (NAME(Two)){ LOAD(y + (2 * k + 2) * g + j), LOAD(y + (2 * k + 3) * g + j) };
        NAME(together)(&a[0], &a[1], half, s);
        UNROLL for (size_t k = 0; k < 2; k++) {
            V x = LOAD(y + k * g + j), rest = FNMA(half, a[k].re, x);
            STORE(y + k * g + j, ADD(x, a[k].re));
            STORE(y + (k + 2) * g + j, FMA(s, a[k].im, rest));
            STORE(y + (k + 4) * g + j, FNMA(s, a[k].im, rest));
        }
    }
}

/* ---- the last three levels, the products, and back: LANES parts of 16 numbers ---- */

INLINE void NAME(turned)(double *y, V *v)
{
#if LANES == 1
    UNROLL for (size_t k = 0; k < 16; k++)
        v[k] = y[k];
#else
    UNROLL for (size_t h = 0; h < 16; h += LANES) {
        UNROLL for (size_t k = 0; k < LANES; k++)
            v[h + k] = LOAD(y + 16 * k + h);
        NAME(across)(v + h);
    }
#endif
}

INLINE void NAME(turned_back)(V *v, double *y)
{
#if LANES == 1
    UNROLL for (size_t k = 0; k < 16; k++)
        y[k] = v[k];
#else
    UNROLL for (size_t h = 0; h < 16; h += LANES) {
        NAME(across)(v + h);
        UNROLL for (size_t k = 0; k < LANES; k++)
            STORE(y + 16 * k + h, v[h + k]);
    }
#endif
}

/* The second part of each pair has i times the root of the first, (-q, p). */
INLINE void NAME(leaf)(double *y, const double *t)
{
    V v[16], p[4], q[4], minus[4];
    NAME(Two) a[8];
    NAME(turned)(y, v);
    UNROLL for (size_t k = 0; k < 4; k++) {
        p[k] = LOAD(t + 2 * k * LANES);
        q[k] = LOAD(t + (2 * k + 1) * LANES);
        minus[k] = SUB(SPLAT(-0.0), q[k]);
    }
    UNROLL for (size_t k = 0; k < 8; k++)
        a[k] = (NAME(Two)){ v[k], v[k + 8] };
    UNROLL for (size_t k = 0; k < 4; k++)
        NAME(apart)(&a[k], &a[k + 4], p[0], q[0]);
    UNROLL for (size_t k = 0; k < 2; k++) {
        NAME(apart)(&a[k], &a[k + 2], p[1], q[1]);
        NAME(apart)(&a[k + 4], &a[k + 6], minus[1], p[1]);
    }
    NAME(apart)(&a[0], &a[1], p[2], q[2]);
    NAME(apart)(&a[2], &a[3], minus[2], p[2]);
    NAME(apart)(&a[4], &a[5], p[3], q[3]);
    NAME(apart)(&a[6], &a[7], minus[3], p[3]);
    UNROLL for (size_t k = 0; k < 8; k++) {
        V gain = LOAD(t + (8 + k) * LANES);
        a[k] = (NAME(Two)){ MUL(gain, a[k].re), MUL(gain, a[k].im) };
    }
    NAME(together)(&a[0], &a[1], p[2], q[2]);
    NAME(together)(&a[2], &a[3], minus[2], p[2]);
    NAME(together)(&a[4], &a[5], p[3], q[3]);
    NAME(together)(&a[6], &a[7], minus[3], p[3]);
    UNROLL for (size_t k = 0; k < 2; k++) {
        NAME(together)(&a[k], &a[k + 2], p[1], q[1]);
        NAME(together)(&a[k + 4], &a[k + 6], minus[1], p[1]);
    }
    UNROLL for (size_t k = 0; k < 4; k++)
        NAME(together)(&a[k], &a[k + 4], p[0], q[0]);
    UNROLL for (size_t k = 0; k < 8; k++) {
        v[k] = a[k].re;
        v[k + 8] = a[k].im;
    }
    NAME(turned_back)(v, y);
}

/* ---- the first part of the last three levels, number by number ---- */

INLINE void NAME(real_part_apart)(double *y, size_t m)
{
    for (size_t k = 0; k < m / 2; k++) {
        double a = y[k], b = y[k + m / 2];
        y[k] = a + b;
        y[k + m / 2] = a - b;
    }
}

INLINE void NAME(part_of_four_apart)(double *y, size_t g, const double *root)
{
    double p = root[0], q = root[1];
    double in[EIG_CIRCLE_LEAF];
    memcpy(in, y, 4 * g * sizeof *y);
    for (size_t k = 0; k < g; k++) {
        double a_re = in[k], c_re = in[g + k], a_im = in[2 * g + k], c_im = in[3 * g + k];
        y[k] = __builtin_fma(p, c_re, __builtin_fma(-q, c_im, a_re));
        y[g + k] = __builtin_fma(p, c_im, __builtin_fma(q, c_re, a_im));
        y[2 * g + k] = 2.0 * a_re - y[k];
        y[3 * g + k] = 2.0 * a_im - y[g + k];
    }
}

INLINE void NAME(part_of_four_together)(double *y, size_t g, const double *root)
{
    double p = root[0], q = root[1];
    double in[EIG_CIRCLE_LEAF];
    memcpy(in, y, 4 * g * sizeof *y);
    for (size_t k = 0; k < g; k++) {
        double re = in[k] - in[2 * g + k], im = in[g + k] - in[3 * g + k];
        y[k] = in[k] + in[2 * g + k];
        y[2 * g + k] = in[g + k] + in[3 * g + k];
        y[g + k] = __builtin_fma(p, re, q * im);
        y[3 * g + k] = __builtin_fma(p, im, -(q * re));
    }
}

static void NAME(real_leaf)(const EigCircle *c, double *y)
{
    size_t last = eig_circle_levels(c);
    for (size_t level = last - 3, m = EIG_CIRCLE_LEAF; m > 2; level++, m /= 2) {
        NAME(real_part_apart)(y, m);
        for (size_t part = 1; part * m < EIG_CIRCLE_LEAF; part++)
            NAME(part_of_four_apart)(y + part * m, m / 4, c->root + eig_circle_root(c, level) + 2 * part);
    }
    NAME(real_part_apart)(y, 2);
    y[0] *= c->gain[0];
    y[1] *= c->gain[c->length / 2];
    for (size_t part = 1; part < EIG_CIRCLE_LEAF / 2; part++) {
        y[2 * part] *= c->gain[part];
        y[2 * part + 1] *= c->gain[part];
    }
    NAME(real_part_apart)(y, 2);
    for (size_t level = last - 1, m = 4; m <= EIG_CIRCLE_LEAF; level--, m *= 2) {
        NAME(real_part_apart)(y, m);
        for (size_t part = 1; part * m < EIG_CIRCLE_LEAF; part++)
            NAME(part_of_four_together)(y + part * m, m / 4, c->root + eig_circle_root(c, level) + 2 * part);
    }
}

/* Part 0 is real: it has its own way, beside the others of its leaf. */
static void NAME(leaves)(const EigCircle *c, const double *leaf, double *y, size_t first, size_t n)
{
    double real[EIG_CIRCLE_LEAF];
    if (first == 0)
        memcpy(real, y, sizeof real);
    for (size_t part = first; part < first + n; part += LANES)
        NAME(leaf)(y + 16 * part, leaf + 16 * part);
    if (first == 0) {
        NAME(real_leaf)(c, real);
        memcpy(y, real, sizeof real);
    }
}

/* ---- all of it ---- */

/* n parts of a level, of m numbers each: those that do not fit the cache together one by one. `from` where they are read first. */
static void NAME(parts)(const EigCircle *c, const double *leaf, const double *from, double *y, size_t level, size_t first, size_t n)
{
    size_t m = (c->length / c->top) >> level, g = m / 8, at_once = n * m > NEAR ? 1 : n;
    if (m == EIG_CIRCLE_LEAF) {
        NAME(leaves)(c, leaf, y, first, n);
        return;
    }
    const double *root = c->root + eig_circle_root(c, level), *next = c->root + eig_circle_root(c, level + 1);
    for (size_t part = first; part < first + n; part += at_once) {
        for (size_t k = part; k < part + at_once; k++) {
            if (k == 0)
                NAME(real_apart)(from, y, g, next);
            else
                NAME(part_apart)(from + k * m, y + k * m, g, root + 2 * k, next + 4 * k);
        }
        NAME(parts)(c, leaf, y, y, level + 2, 4 * part, 4 * at_once);
        for (size_t k = part; k < part + at_once; k++) {
            if (k == 0)
                NAME(real_together)(y, g, next);
            else
                NAME(part_together)(y + k * m, g, root + 2 * k, next + 4 * k);
        }
    }
}

static void NAME(turn)(const EigCircle *c, const double *leaf, const double *from, double *y)
{
    size_t odd = 0;
    for (size_t m = c->length / c->top; m > EIG_CIRCLE_LEAF; m /= 2)
        odd = 1 - odd;
    if (c->top == 3)
        NAME(three_apart)(c, from, y);
    from = c->top == 3 ? y : from;
    if (odd)
        NAME(level_apart)(c, from, y);
    NAME(parts)(c, leaf, odd ? y : from, y, odd, 0, c->top << odd);
    if (odd)
        NAME(level_together)(c, y);
    if (c->top == 3)
        NAME(three_together)(c, y);
}
static void NAME(add)(const double *y, int64_t n, double *s)
{
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        STORE(s + i, ADD(LOAD(s + i), LOAD(y + i)));
    for (; i < n; i++)
        s[i] = s[i] + y[i];
}
#undef INLINE
#undef UNROLL
#undef LANES
#undef NAME
#undef V
#undef LOAD
#undef STORE
#undef SPLAT
#undef ADD
#undef SUB
#undef MUL
#undef FMA
#undef FNMA
#undef FMS
