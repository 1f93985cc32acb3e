/* The numbers of a circle (docs/semantics.md, section 13): roots of 1 and the transform of the kernel, which is real, as its weights
 * are the same both ways. */
#include "compiler/plan/circle.h"

#include <math.h>
#include <mpfr.h>
#include <stdlib.h>

#include "runtime/circle.h"

/* ---- roots of 1 ---- */

/* Cosine and sine of k/L of a turn, k up to L/8: the nearest doubles, and the nearest long doubles for the kernel's transform. */
typedef struct Turn {
    double cosine, sine;
    long double long_cosine, long_sine;
} Turn;

typedef struct Turns {
    size_t length;
    Turn *at;                   /* length/8 + 1 */
} Turns;

enum { DIGITS = 160 };          /* binary, of what the turns are rounded from */

typedef struct Exact { mpfr_t cosine, sine; } Exact;

static Exact *exact_turns(size_t n, size_t step, size_t length)
{
    Exact *e = malloc(n * sizeof *e);
    if (!e)
        BUG("no memory for the roots of 1");
    for (size_t k = 0; k < n; k++) {
        mpfr_t x;
        mpfr_init2(x, 64);
        mpfr_init2(e[k].cosine, DIGITS);
        mpfr_init2(e[k].sine, DIGITS);
        mpfr_set_ui(x, k * step, MPFR_RNDN);
        mpfr_cosu(e[k].cosine, x, length, MPFR_RNDN);
        mpfr_sinu(e[k].sine, x, length, MPFR_RNDN);
        mpfr_clear(x);
    }
    return e;
}

static void exact_free(Exact *e, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        mpfr_clear(e[k].cosine);
        mpfr_clear(e[k].sine);
    }
    free(e);
}

/* Of the sum of two angles from tables of a few: a product is a tenth of a cosine. */
static Turns turns_make(size_t length)
{
    size_t n = length / 8 + 1, fine = 1;
    while (fine * fine < n)
        fine *= 2;
    size_t coarse = (n - 1) / fine + 1;
    Exact *small = exact_turns(fine, 1, length), *large = exact_turns(coarse, fine, length);
    Turns t = { length, malloc(n * sizeof *t.at) };
    if (!t.at)
        BUG("no memory for the roots of 1");
    mpfr_t x;
    mpfr_init2(x, DIGITS);
    for (size_t k = 0; k < n; k++) {
        const Exact *a = &large[k / fine], *b = &small[k % fine];
        mpfr_fmms(x, a->cosine, b->cosine, a->sine, b->sine, MPFR_RNDN);
        t.at[k].cosine = mpfr_get_d(x, MPFR_RNDN);
        t.at[k].long_cosine = mpfr_get_ld(x, MPFR_RNDN);
        mpfr_fmma(x, a->sine, b->cosine, a->cosine, b->sine, MPFR_RNDN);
        t.at[k].sine = mpfr_get_d(x, MPFR_RNDN);
        t.at[k].long_sine = mpfr_get_ld(x, MPFR_RNDN);
    }
    mpfr_clear(x);
    exact_free(small, fine);
    exact_free(large, coarse);
    return t;
}

/* Of k/L of a turn, k < L: angles beyond an eighth by symmetry. */
static Turn turn_of(const Turns *t, size_t k)
{
    size_t n = t->length, quarter = k / (n / 4), rest = k % (n / 4);
    Turn u = t->at[rest <= n / 8 ? rest : n / 4 - rest];
    if (rest > n / 8)
        u = (Turn){ u.sine, u.cosine, u.long_sine, u.long_cosine };
    for (; quarter > 0; quarter--)
        u = (Turn){ -u.sine, u.cosine, -u.long_sine, u.long_cosine };
    return u;
}

/* The turn, as k of k/L, of which part `part` of a level is: its x^(m/2), m its size. Part 0 is real. */
static size_t part_turn(const EigCircle *c, size_t level, size_t part)
{
    size_t n = c->length, top = part >> level, k;
    if (top > 0) {
        k = top == 1 ? n / 6 : n / 6 + n / 2;
    } else {
        for (; level > 0 && part >> (level - 1) != 1; level--)
            ;
        if (level == 0)
            return 0;
        level--;                /* where it left part 0 */
        k = n / 4;
    }
    while (level-- > 0)
        k = k / 2 + (part >> level & 1 ? n / 2 : 0);
    return k;
}

/* Visits the root of every part but the real ones. */
typedef void Rooted(void *of, size_t level, size_t part, const Turn *root);

static void each_root(const EigCircle *c, const Turns *t, size_t level, Rooted *visit, void *of)
{
    for (size_t part = 1; part < c->top << level; part++) {
        Turn root = turn_of(t, part_turn(c, level, part) / 2);
        visit(of, level, part, &root);
    }
}

typedef struct Roots { const EigCircle *circle; double *to; } Roots;

static void put_root(void *of, size_t level, size_t part, const Turn *root)
{
    const Roots *r = of;
    double *to = r->to + eig_circle_root(r->circle, level) + 2 * part;
    to[0] = root->cosine;
    to[1] = root->sine;
}

static const double *roots(Ctx *cx, const EigCircle *c, const Turns *t)
{
    Roots r = { c, ARENA_ARRAY(&cx->arena, eig_circle_roots(c), double) };
    for (size_t level = 0; level < eig_circle_levels(c); level++) {
        put_root(&r, level, 0, &(Turn){ .cosine = 1.0 });
        each_root(c, t, level, put_root, &r);
    }
    return r.to;
}

/* ---- the kernel's transform ---- */

static bool is_half_way(const EigBlock *b, size_t axis, long d)
{
    return b->is_periodic && d > 0 && 2 * (size_t)d == b->extent[axis];
}

typedef struct Laid { const EigCircle *circle; long double *y; } Laid;

static void lay(const Laid *l, long dx, long dy, double w)
{
    long n = (long)l->circle->length, at = (dy * (long)l->circle->stride + dx) % n;
    l->y[at < 0 ? at + n : at] += (long double)w;
}

/* What is half way round lies on both sides, half of it each, where the circle is no ring: so it stays the same both ways. */
static void lay_weights(const EigBlock *b, const EigCircle *c, long double *y)
{
    Laid l = { c, y };
    size_t wide = circle_width(b, 0), tall = circle_width(b, 1);
    for (size_t at = 0; at < wide * tall; at++) {
        long d[2] = { circle_displacement(b, 0, at % wide), circle_displacement(b, 1, at / wide) };
        double w = b->w[at];
        bool twice[2];
        for (size_t axis = 0; axis < 2; axis++) {
            twice[axis] = is_half_way(b, axis, d[axis]) && c->before[axis] > 0;
            w *= twice[axis] ? 0.5 : 1.0;
        }
        for (int side = 0; side < 4; side++)
            if (w != 0.0 && (!(side & 1) || twice[0]) && (!(side & 2) || twice[1]))
                lay(&l, side & 1 ? -d[0] : d[0], side & 2 ? -d[1] : d[1], w);
    }
}

static void halves(long double *y, size_t m)
{
    for (size_t k = 0; k < m / 2; k++) {
        long double a = y[k], b = y[k + m / 2];
        y[k] = a + b;
        y[k + m / 2] = a - b;
    }
}

/* As runtime/reference_circle.c, in long doubles and without fma. */
static void split(long double *y, size_t m, const Turn *root)
{
    size_t g = m / 4;
    for (size_t k = 0; k < g; k++) {
        long double re = root->long_cosine * y[g + k] - root->long_sine * y[3 * g + k];
        long double im = root->long_cosine * y[3 * g + k] + root->long_sine * y[g + k];
        long double a_re = y[k], a_im = y[2 * g + k];
        y[k] = a_re + re;
        y[g + k] = a_im + im;
        y[2 * g + k] = a_re - re;
        y[3 * g + k] = a_im - im;
    }
}

static void split_three(long double *y, size_t m, const Turn *sixth)
{
    for (size_t k = 0; k < m; k++) {
        long double x = y[k], sum = y[m + k] + y[2 * m + k], less = y[m + k] - y[2 * m + k];
        y[k] = x + sum;
        y[m + k] = x - 0.5L * sum;
        y[2 * m + k] = sixth->long_sine * less;
    }
    split(y + m, 2 * m, sixth);
}

static void split_part(void *of, size_t level, size_t part, const Turn *root)
{
    const Laid *l = of;
    size_t m = (l->circle->length / l->circle->top) >> level;
    split(l->y + part * m, m, root);
}

static const double *gains(Ctx *cx, const EigBlock *b, const EigCircle *c, const Turns *t)
{
    size_t n = c->length;
    double *gain = ARENA_ARRAY(&cx->arena, eig_circle_gains(c), double);
    Laid l = { c, calloc(n, sizeof *l.y) };
    if (!l.y)
        BUG("no memory for the transform of a kernel");
    lay_weights(b, c, l.y);
    if (c->top == 3) {
        Turn sixth = turn_of(t, n / 6);
        split_three(l.y, n / 3, &sixth);
    }
    for (size_t level = 0; level < eig_circle_levels(c); level++) {
        halves(l.y, (n / c->top) >> level);
        each_root(c, t, level, split_part, &l);
    }
    halves(l.y, 2);
    gain[0] = (double)(l.y[0] / (long double)n);
    gain[n / 2] = (double)(l.y[1] / (long double)n);
    for (size_t part = 1; part < n / 2; part++)
        gain[part] = (double)(2.0L * l.y[2 * part] / (long double)n);
    free(l.y);
    return gain;
}

bool circle_numbers(Ctx *cx, const EigBlock *b, EigCircle *c)
{
    Turns t = turns_make(c->length);
    bool finite = true;
    if (!c->root)
        c->root = roots(cx, c, &t);
    c->gain = gains(cx, b, c, &t);
    free(t.at);
    for (size_t k = 0; k < eig_circle_gains(c); k++)
        finite = finite && isfinite(c->gain[k] * (double)c->length);
    return finite;
}
