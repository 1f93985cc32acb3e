/* An equilibrium that moves with the weights (Theorem 41): its box goes along with a first guess of it, which is linear in them, and
 * has to be no wider than that guess is wrong. What is compared with the radius is a sum of sizes of what is of degree two in the
 * weights: between matrices it is no more than at pairs of these, by the polar forms of what is of degree two. */
#include "compiler/check/proof/statement/statement_equilibrium.h"

/* Of n matrices: the weights w, the guess less x, and room for a pair. */
typedef struct Moving {
    const Statement *s;
    size_t q, n;
    mpq_t **w, **shift;
    mpq_t *slope, *slope_half, *miss, *miss_half;      /* miss: psi at `at` less x */
    mpq_t *weight, *moved, *along, *drift, *reach, *row;
    mpq_t sum, room;
    bool ordered;
} Moving;

static const mpq_t *field(const Moving *v, const char *key)
{
    return statement_numbers(v->s, key);
}

/* out = w y */
static void multiply(const Moving *v, const mpq_t *w, const mpq_t *y, mpq_t *out, mpq_t room)
{
    for (size_t a = 0; a < v->q; a++) {
        mpq_set_ui(out[a], 0, 1);
        for (size_t b = 0; b < v->q; b++)
            statement_add_product(out[a], w[a * v->q + b], y[b], room);
    }
}

/* Y (miss + D (w x + v - at)): linear in w. */
static void set_shift(Moving *v, const mpq_t *w, mpq_t *out)
{
    multiply(v, w, field(v, "x"), v->along, v->room);
    for (size_t a = 0; a < v->q; a++) {
        mpq_add(v->along[a], v->along[a], field(v, "input")[a]);
        mpq_sub(v->along[a], v->along[a], field(v, "at")[a]);
        mpq_mul(v->along[a], v->along[a], v->slope[a]);
        mpq_add(v->along[a], v->along[a], v->miss[a]);
    }
    multiply(v, field(v, "Y"), v->along, out, v->room);
}

static void read_bounds(Moving *v)
{
    v->ordered = true;
    for (size_t a = 0; a < v->q; a++) {
        v->ordered &= mpq_sgn(field(v, "radius")[a]) > 0;
        v->ordered &= statement_halve(field(v, "slope_lo")[a], field(v, "slope_hi")[a], v->slope[a], v->slope_half[a]);
        v->ordered &= statement_halve(field(v, "value_lo")[a], field(v, "value_hi")[a], v->miss[a], v->miss_half[a]);
        mpq_sub(v->miss[a], v->miss[a], field(v, "x")[a]);
    }
}

static void moving_init(Ctx *cx, const ClaimMatrix *m, size_t n, const Statement *s, Moving *v)
{
    size_t q = s->n;
    mpq_t **row[] = {&v->slope, &v->slope_half, &v->miss, &v->miss_half, &v->moved, &v->along, &v->drift, &v->reach, &v->row};
    *v = (Moving){.s = s, .q = q, .n = n, .w = ARENA_ARRAY(&cx->arena, n, mpq_t *), .shift = ARENA_ARRAY(&cx->arena, n, mpq_t *)};
    for (size_t k = 0; k < sizeof row / sizeof *row; k++)
        *row[k] = rationals_new(cx, q);
    v->weight = rationals_new(cx, q * q);
    mpq_inits(v->sum, v->room, (mpq_ptr)0);
    read_bounds(v);
    for (size_t k = 0; k < n; k++) {
        v->w[k] = statement_weights(&(StatementCase){.cx = cx, .m = &m[k]});
        v->shift[k] = rationals_new(cx, q);
        set_shift(v, (const mpq_t *)v->w[k], v->shift[k]);
    }
}

static void moving_clear(Moving *v)
{
    mpq_t *row[] = {v->slope, v->slope_half, v->miss, v->miss_half, v->moved, v->along, v->drift, v->reach, v->row};
    for (size_t k = 0; k < sizeof row / sizeof *row; k++)
        rationals_clear(row[k], v->q);
    rationals_clear(v->weight, v->q * v->q);
    for (size_t k = 0; k < v->n; k++) {
        rationals_clear(v->w[k], v->q * v->q);
        rationals_clear(v->shift[k], v->q);
    }
    mpq_clears(v->sum, v->room, (mpq_ptr)0);
}

/* out = (x + y)/2, n numbers */
static void set_middle(size_t n, const mpq_t *x, const mpq_t *y, mpq_t *out)
{
    for (size_t k = 0; k < n; k++) {
        mpq_add(out[k], x[k], y[k]);
        mpq_div_2exp(out[k], out[k], 1);
    }
}

/* Of the pair: the middle weight and shift; along, the polar form of w shift; drift, of the inputs less `at`; reach, |w| radius. */
static void set_pair(Moving *v, size_t j, size_t k)
{
    size_t q = v->q;
    set_middle(q * q, (const mpq_t *)v->w[j], (const mpq_t *)v->w[k], v->weight);
    set_middle(q, (const mpq_t *)v->shift[j], (const mpq_t *)v->shift[k], v->moved);
    multiply(v, (const mpq_t *)v->w[j], (const mpq_t *)v->shift[k], v->along, v->room);
    multiply(v, (const mpq_t *)v->w[k], (const mpq_t *)v->shift[j], v->drift, v->room);
    set_middle(q, (const mpq_t *)v->along, (const mpq_t *)v->drift, v->along);
    multiply(v, (const mpq_t *)v->weight, field(v, "x"), v->drift, v->room);
    for (size_t a = 0; a < q; a++) {
        mpq_add(v->drift[a], v->drift[a], v->along[a]);
        mpq_add(v->drift[a], v->drift[a], field(v, "input")[a]);
        mpq_sub(v->drift[a], v->drift[a], field(v, "at")[a]);
        mpq_set_ui(v->reach[a], 0, 1);
        for (size_t b = 0; b < q; b++)
            statement_add_size(v->reach[a], v->weight[a * q + b], field(v, "radius")[b], v->room);
    }
}

/* |shift - Y (shift - D w shift)| + |I - Y (I - D w)| r + |Y| (miss^ + D^ (|drift| + reach)) in row a. */
static void set_image(Moving *v, size_t a)
{
    size_t q = v->q;
    const mpq_t *y = field(v, "Y") + a * q;
    mpq_set(v->sum, v->moved[a]);
    for (size_t k = 0; k < q; k++) {
        mpq_mul(v->room, v->slope[k], v->along[k]);
        mpq_sub(v->room, v->room, v->moved[k]);
        mpq_mul(v->room, v->room, y[k]);
        mpq_add(v->sum, v->sum, v->room);
        mpq_set_si(v->row[k], k == a, 1);
        mpq_sub(v->row[k], v->row[k], y[k]);
    }
    mpq_abs(v->sum, v->sum);
    mpq_t factor, spread;
    mpq_inits(factor, spread, (mpq_ptr)0);
    for (size_t k = 0; k < q; k++) {
        mpq_mul(factor, y[k], v->slope[k]);
        for (size_t b = 0; b < q; b++)
            statement_add_product(v->row[b], factor, v->weight[k * q + b], v->room);
        mpq_abs(spread, v->drift[k]);
        mpq_add(spread, spread, v->reach[k]);
        mpq_mul(spread, spread, v->slope_half[k]);
        mpq_add(spread, spread, v->miss_half[k]);
        statement_add_size(v->sum, y[k], spread, v->room);
    }
    for (size_t b = 0; b < q; b++)
        statement_add_size(v->sum, v->row[b], field(v, "radius")[b], v->room);
    mpq_clears(factor, spread, (mpq_ptr)0);
}

void statement_moving_image(Ctx *cx, const ClaimMatrix *m, size_t n, const Statement *s, mpq_t *image)
{
    Moving v;
    moving_init(cx, m, n, s, &v);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k <= j; k++) {
            set_pair(&v, j, k);
            for (size_t a = 0; a < v.q; a++) {
                set_image(&v, a);
                if (mpq_cmp(v.sum, image[a]) > 0)
                    mpq_set(image[a], v.sum);
            }
        }
    moving_clear(&v);
}

void statement_moving_inputs(Ctx *cx, const ClaimMatrix *m, size_t n, const Statement *s, mpq_t *lo, mpq_t *hi)
{
    Moving v;
    moving_init(cx, m, n, s, &v);
    for (size_t a = 0; a < v.q; a++) {
        mpq_set(lo[a], field(&v, "at")[a]);
        mpq_set(hi[a], field(&v, "at")[a]);
    }
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; k <= j; k++) {
            set_pair(&v, j, k);
            for (size_t a = 0; a < v.q; a++) {
                mpq_add(v.sum, field(&v, "at")[a], v.drift[a]);
                mpq_sub(v.room, v.sum, v.reach[a]);
                if (mpq_cmp(v.room, lo[a]) < 0)
                    mpq_set(lo[a], v.room);
                mpq_add(v.room, v.sum, v.reach[a]);
                if (mpq_cmp(v.room, hi[a]) > 0)
                    mpq_set(hi[a], v.room);
            }
        }
    moving_clear(&v);
}

void statement_box_centre(Ctx *cx, const ClaimMatrix *m, const Statement *s, mpq_t *out)
{
    Moving v;
    for (size_t a = 0; a < s->n; a++)
        mpq_set(out[a], statement_numbers(s, "x")[a]);
    if (s->kind != STATEMENT_MOVING)
        return;
    moving_init(cx, m, 1, s, &v);
    for (size_t a = 0; a < v.q; a++)
        mpq_add(out[a], out[a], v.shift[0][a]);
    moving_clear(&v);
}

static bool maps_inside(Ctx *cx, const ClaimMatrix *m, size_t n, const Statement *s)
{
    mpq_t *image = rationals_new(cx, s->n);
    bool inside = true;
    statement_moving_image(cx, m, n, s, image);
    for (size_t a = 0; a < s->n; a++)
        inside &= mpq_cmp(image[a], statement_numbers(s, "radius")[a]) < 0;
    rationals_clear(image, s->n);
    return inside;
}

const char *moving_fault(const StatementCase *x)
{
    enum { MOST_ROWS = 64 };        /* numbers of pairs of rows, of degree two */
    Moving v;
    if (x->m->q > MOST_ROWS || x->m->n_kernels)
        return "it is about more rows than are looked at, or about kernels";
    moving_init(x->cx, x->m, 0, x->s, &v);
    bool ordered = v.ordered;
    moving_clear(&v);
    if (!ordered)
        return "a radius is not positive, or a bound is above the other one";
    return maps_inside(x->cx, x->m, 1, x->s) ? NULL : "Krawczyk's map does not lead into the box";
}

/* ---- all matrices between some ---- */

/* In some row the centres stay on their sides, further apart than the radii. */
static bool stay_apart(Ctx *cx, const ClaimMatrix *m, size_t n, const Statement *first, const Statement *second)
{
    size_t q = first->n;
    mpq_t *one = rationals_new(cx, q), *other = rationals_new(cx, q), gap;
    bool *above = ARENA_ARRAY(&cx->arena, q, bool), *below = ARENA_ARRAY(&cx->arena, q, bool), any = false;
    mpq_init(gap);
    for (size_t k = 0; k < n; k++) {
        statement_box_centre(cx, &m[k], first, one);
        statement_box_centre(cx, &m[k], second, other);
        for (size_t a = 0; a < q; a++) {
            mpq_add(gap, statement_numbers(first, "radius")[a], statement_numbers(second, "radius")[a]);
            mpq_sub(one[a], one[a], other[a]);
            above[a] = (k == 0 || above[a]) && mpq_cmp(one[a], gap) > 0;
            mpq_neg(one[a], one[a]);
            below[a] = (k == 0 || below[a]) && mpq_cmp(one[a], gap) > 0;
        }
    }
    for (size_t a = 0; a < q; a++)
        any |= above[a] || below[a];
    mpq_clear(gap);
    rationals_clear(one, q);
    rationals_clear(other, q);
    return any;
}

bool several_are_apart(Ctx *cx, const ClaimMatrix *m, size_t n, const Evidence *e, const Statement *s)
{
    const Statement *first = statement_equilibrium_named(e, s->field[0][0]), *second = statement_equilibrium_named(e, s->field[1][0]);
    return !first || !second || stay_apart(cx, m, n, first, second);
}

bool statement_holds_between(Ctx *cx, const ClaimMatrix *m, size_t n, const Evidence *e, const Statement *s)
{
    if (statement_is_straight(s->kind))
        return straight_holds_between(cx, m, n, e, s);
    if (s->kind == STATEMENT_SEVERAL)
        return several_are_apart(cx, m, n, e, s);
    return s->kind != STATEMENT_MOVING || maps_inside(cx, m, n, s);
}

bool statement_is_looked_at_between(StatementKind kind)
{
    return statement_is_straight(kind) || kind == STATEMENT_MOVING || kind == STATEMENT_SEVERAL;
}
