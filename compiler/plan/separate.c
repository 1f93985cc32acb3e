/* Kernels that are sums of products. On a ring cos(a - b) = cos a cos b + sin a sin b, so that weights a + b cos(2 pi d/n)
 * of the displacement d are three products of what the target and what the source contributes: a step costs as much as
 * there are neurons. They are found by their values, however the kernel is written. */
#include "compiler/plan/build.h"

#include <math.h>
#include <mpfr.h>

/* With fewer neurons the pairs take no longer than the sums and their columns. */
enum { LEAST_NEURONS = 256, MOST_PRODUCTS = 3 };

static const double SLACK = 0x1p-50;

/* Weights factor * (constant + amplitude cos(2 pi d/n)), from the displacement `from` on. */
typedef struct Wave {
    size_t n, from;             /* from 1: neurons are not connected with themselves */
    Num constant, amplitude;    /* one of them may be 0 */
    double *cosine, *sine;      /* of neuron 0 .. n-1 */
} Wave;

typedef int Function(mpfr_ptr, mpfr_srcptr, unsigned long, mpfr_rnd_t);

/* The double nearest to cos or sin of j/n of a turn. */
static double around(Function *f, size_t j, size_t n)
{
    mpfr_t x, y;
    mpfr_init2(x, 64);
    mpfr_init2(y, 53);
    mpfr_set_ui(x, j, MPFR_RNDN);
    f(y, x, n, MPFR_RNDN);
    double nearest = mpfr_get_d(y, MPFR_RNDN) + 0.0;    /* a zero has no sign */
    mpfr_clear(x);
    mpfr_clear(y);
    return nearest;
}

/* From its values at both ends, exactly. */
static bool fit(const Net *net, const Block *b, Wave *w)
{
    size_t half = w->n / 2;
    double near = b->values.d[w->from], far = b->values.d[half];
    if (!isfinite(near) || !isfinite(far))
        return false;
    mpq_ptr constant = num_new(net->nums), amplitude = num_new(net->nums);
    mpq_t x;
    mpq_init(x);
    mpq_set_d(amplitude, near);
    mpq_set_d(x, far);
    mpq_sub(amplitude, amplitude, x);
    mpq_set_d(constant, around(mpfr_cosu, w->from, w->n));
    mpq_set_d(x, around(mpfr_cosu, half, w->n));
    mpq_sub(x, constant, x);
    mpq_div(amplitude, amplitude, x);
    mpq_mul(constant, constant, amplitude);
    mpq_set_d(x, near);
    mpq_sub(constant, x, constant);
    mpq_clear(x);
    w->constant = constant;
    w->amplitude = amplitude;
    return true;
}

/* What is nothing but the rounding of the other is 0. */
static void drop_rounding(const Net *net, Wave *w)
{
    double a = fabs(num_to_double(w->constant)), b = fabs(num_to_double(w->amplitude));
    if (a <= SLACK * b)
        w->constant = num_int(net->nums, 0);
    if (b <= SLACK * a)
        w->amplitude = num_int(net->nums, 0);
}

/* Every value, up to what the kernel's own rounding leaves. Other kernels end at the first few. */
static bool goes_through(Ctx *cx, const Block *b, Wave *w)
{
    double constant = num_to_double(w->constant), amplitude = num_to_double(w->amplitude);
    double slack = SLACK * (fabs(constant) + fabs(amplitude));
    if (!(slack > 0.0))
        return false;
    w->cosine = ARENA_ARRAY(&cx->arena, w->n, double);
    for (size_t d = 0; d <= w->n / 2; d++) {
        double cosine = around(mpfr_cosu, d, w->n);
        if (d >= w->from && !(fabs(b->values.d[d] - (constant + amplitude * cosine)) <= slack))
            return false;
        w->cosine[d] = w->cosine[(w->n - d) % w->n] = cosine;
    }
    return true;
}

static double *sines(Ctx *cx, size_t n)
{
    double *sine = ARENA_ARRAY(&cx->arena, n, double);
    for (size_t j = 1; j <= n / 2; j++) {
        sine[j] = around(mpfr_sinu, j, n);
        sine[n - j] = 0.0 - sine[j];
    }
    return sine;
}

static bool is_wave(Ctx *cx, const Net *net, const Block *b, Wave *w)
{
    if (b->kind != BLOCK_KERNEL || block_is_by_pairs(b) || !b->is_periodic || b->extent[1] != 1 || b->extent[0] < LEAST_NEURONS)
        return false;
    *w = (Wave){ .n = b->extent[0], .from = b->pre == b->post && !net->model->conns.at[b->conn].self };
    if (!fit(net, b, w))
        return false;
    drop_rounding(net, w);
    if (!goes_through(cx, b, w))
        return false;
    w->sine = mpq_sgn(w->amplitude) ? sines(cx, w->n) : NULL;
    return true;
}

static Block product(const Net *net, const Block *b, const Wave *w, Num share, double *of_neuron)
{
    mpq_ptr factor = num_new(net->nums);
    Block out = { .kind = of_neuron ? BLOCK_PRODUCT : BLOCK_UNIFORM, .pre = b->pre, .post = b->post, .conn = b->conn,
                  .term = b->term, .factor = factor, .self = w->from == 0, .was_signed = b->was_signed };
    mpq_mul(factor, b->factor, share);
    if (of_neuron)
        out.left = out.right = (Values){ .n = w->n, .d = of_neuron };
    return out;
}

static size_t put_products(const Net *net, const Block *b, const Wave *w, Block *out)
{
    size_t n = 0;
    if (mpq_sgn(w->constant))
        out[n++] = product(net, b, w, w->constant, NULL);
    if (mpq_sgn(w->amplitude)) {
        out[n++] = product(net, b, w, w->amplitude, w->cosine);
        out[n++] = product(net, b, w, w->amplitude, w->sine);
    }
    return n;
}

const Net *plan_separated(Ctx *cx, const Net *net)
{
    Net *out = ARENA_NEW(&cx->arena, Net);
    *out = *net;
    out->block = ARENA_ARRAY(&cx->arena, MOST_PRODUCTS * net->n_blocks + 1, Block);
    out->n_blocks = 0;
    for (size_t k = 0; k < net->n_blocks; k++) {
        Wave w;
        if (is_wave(cx, net, &net->block[k], &w))
            out->n_blocks += put_products(net, &net->block[k], &w, out->block + out->n_blocks);
        else
            out->block[out->n_blocks++] = net->block[k];
    }
    return out;
}
