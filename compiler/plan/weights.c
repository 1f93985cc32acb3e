/* Weights as doubles: each is the double nearest to the exact product of the
 * block's factor and its entry. */
#include <math.h>
#include <string.h>

#include "compiler/plan/build.h"
#include "runtime/layout.h"

/* A factor prepared for many products. */
typedef struct Factor {
    Num exact;
    double high, low;           /* exact = high + low up to 2^-106 of it */
    bool is_one, is_double, is_split;   /* is_split: neither can under- nor overflow in `quick` */
    mpq_t scratch;
} Factor;

static void factor_init(Factor *f, Num exact)
{
    *f = (Factor){ .exact = exact, .high = num_to_double(exact) };
    mpq_init(f->scratch);
    f->is_one = mpq_cmp_ui(exact, 1, 1) == 0;
    f->is_double = num_is_double(exact);
    if (!isfinite(f->high))
        return;
    mpq_t high;
    mpq_init(high);
    mpq_set_d(high, f->high);
    mpq_sub(high, exact, high);
    f->low = num_to_double(high);
    mpq_clear(high);
    f->is_split = fabs(f->high) > 1e-150 && fabs(f->high) < 1e150;
}

static double product_exactly(Factor *f, Num entry)
{
    mpq_mul(f->scratch, f->exact, entry);
    return num_to_double(f->scratch);
}

/* factor * d with twice the digits; true when that is enough to round. The
 * error of high * d + c is below 2^-103 of it (three roundings of terms that
 * are 2^-52 of it); both ends of a wider interval must round alike. */
static bool quick(const Factor *f, double d, double *out)
{
    if (!f->is_split || !(fabs(d) > 1e-100 && fabs(d) < 1e150))
        return false;
    double p = f->high * d;
    double c = fma(f->high, d, -p) + f->low * d;
    double slack = fabs(p) * 0x1p-100;
    double from = p + (c - slack), to = p + (c + slack);
    *out = from;
    return from == to;
}

static double product(Factor *f, const Values *v, size_t k)
{
    double d = v->d[k], quickly;
    if (d == 0.0 && !v->q)
        return 0.0;
    if (f->is_one)
        return d;               /* already the double nearest to the entry */
    if (v->q)
        return product_exactly(f, v->q[k]);
    if (f->is_double)
        return f->high * d;     /* two doubles: one rounding */
    if (quick(f, d, &quickly))
        return quickly;
    mpq_t entry;
    mpq_init(entry);
    mpq_set_d(entry, d);
    double w = product_exactly(f, entry);
    mpq_clear(entry);
    return w;
}

/* Row-major entries to tiles, in the order in which they are read. */
static const double *by_tiles(Ctx *cx, Factor *f, const Values *v, size_t n_post, size_t n_pre)
{
    double *w = ARENA_ARRAY(&cx->arena, eig_dense_room(n_post, n_pre), double), *to = w;
    for (size_t from = 0; from < n_post; from += EIG_TILE)
        for (size_t j = 0; j < n_pre; j++)
            for (size_t i = from; i < n_post && i < from + EIG_TILE; i++)
                *to++ = product(f, v, i * n_pre + j);
    return w;
}

/* One weight for each pair, row by row: pairs are taken one by one anyway. */
static const double *by_pairs(Ctx *cx, Factor *f, const Block *b, size_t n_post, size_t n_pre)
{
    long columns = (long)b->extent[0];
    double *w = ARENA_ARRAY(&cx->arena, n_post * n_pre, double);
    for (long i = 0; i < (long)n_post; i++)
        for (long j = 0; j < (long)n_pre; j++) {
            size_t e = block_kernel_at(b, i % columns - j % columns, i / columns - j / columns);
            w[(size_t)i * n_pre + (size_t)j] = product(f, &b->values, e);
        }
    return w;
}

static const double *by_entries(Ctx *cx, Factor *f, const Values *v)
{
    if (f->is_one)
        return v->d;
    double *w = ARENA_ARRAY(&cx->arena, v->n, double);
    for (size_t k = 0; k < v->n; k++)
        w[k] = product(f, v, k);
    return w;
}

EigBlock plan_block(Ctx *cx, const Net *net, const Block *b)
{
    static const EigBlockKind kind[] = {
        [BLOCK_UNIFORM] = EIG_BLOCK_UNIFORM, [BLOCK_PRODUCT] = EIG_BLOCK_UNIFORM, [BLOCK_DIAGONAL] = EIG_BLOCK_DIAGONAL,
        [BLOCK_SPARSE] = EIG_BLOCK_SPARSE, [BLOCK_DENSE] = EIG_BLOCK_DENSE, [BLOCK_KERNEL] = EIG_BLOCK_KERNEL,
    };
    EigBlock out = { .kind = kind[b->kind], .pre = b->pre, .post = b->post, .signal = b->pre };
    size_t n_post = net->pop[b->post].size, n_pre = net->pop[b->pre].size;
    Factor f;
    factor_init(&f, b->factor);
    switch (b->kind) {
    case BLOCK_UNIFORM:
        out.skip_self = b->pre == b->post && !b->self;
        out.weight = f.high;
        break;
    case BLOCK_PRODUCT:
        out.skip_self = !b->self;
        out.weight = f.high;
        break;
    case BLOCK_DIAGONAL:
        out.weight = f.high;
        break;
    case BLOCK_KERNEL:
        if (block_is_by_pairs(b)) {
            out.kind = EIG_BLOCK_DENSE;
            out.w = by_pairs(cx, &f, b, n_post, n_pre);
            break;
        }
        out.w = by_entries(cx, &f, &b->values);
        out.extent[0] = b->extent[0];
        out.extent[1] = b->extent[1];
        out.is_periodic = b->is_periodic;
        break;
    case BLOCK_SPARSE:
        if (b->values.d)
            out.w = by_entries(cx, &f, &b->values);
        else
            out.weight = f.high;
        out.row_from = b->row_from;
        out.column = b->column;
        break;
    case BLOCK_UNDRAWN:
        BUG("a run needs synapses that are not drawn");
    case BLOCK_DENSE:
        if (b->is_tiled)
            out.w = b->values.d;
        else
            out.w = block_is_by_pairs(b) ? by_entries(cx, &f, &b->values) : by_tiles(cx, &f, &b->values, n_post, n_pre);
        break;
    }
    mpq_clear(f.scratch);
    return out;
}
