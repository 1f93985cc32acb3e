/* Weights that are a function of the displacement: one exact number for each
 * displacement, however many pairs have it. */
#include "compiler/net/build.h"

#include <math.h>

#include "compiler/net/pair_round.h"

typedef struct KernelBuild {
    NetBuild *b;
    const ModelConn *c;
    const Place *place;
    PairEval exact;
    PairRound rounded;          /* of strips of a row, where there are more values than a proof reads */
    bool by_strips;
    size_t most[2];             /* largest displacement in each direction that is evaluated */
    Block *out;
} KernelBuild;

static size_t width(const Block *b, size_t axis)
{
    return b->is_periodic ? b->extent[axis] : 2 * b->extent[axis] - 1;
}

size_t block_kernel_at(const Block *b, long dx, long dy)
{
    long shift[2] = { dx, dy };
    size_t at[2];
    for (size_t axis = 0; axis < 2; axis++) {
        long n = (long)b->extent[axis];
        at[axis] = (size_t)(b->is_periodic ? (shift[axis] % n + n) % n : shift[axis] + n - 1);
    }
    return at[1] * width(b, 0) + at[0];
}

static const char *how_far(KernelBuild *k, size_t dx, size_t dy)
{
    Arena *arena = &k->b->cx->arena;
    return place_axes(k->place->kind) == 1 ? arena_printf(arena, "%zu place%s away", dx, dx == 1 ? "" : "s")
                                           : arena_printf(arena, "%zu column%s and %zu row%s away", dx, dx == 1 ? "" : "s", dy, dy == 1 ? "" : "s");
}

static Span place_of(const KernelBuild *k)
{
    return k->c->kernel_span.to > k->c->kernel_span.from ? k->c->kernel_span : k->c->weight_span;
}

static bool is_negative(KernelBuild *k, size_t dx, size_t dy, Num x)
{
    const ModelPop *pre = k->b->net->pop[k->c->pre].model;
    double nearest = num_to_double(x);
    const char *text = nearest != 0 ? arena_printf(&k->b->cx->arena, "%.6g", nearest) : num_text(k->b->cx, x);
    Diag *d = diag_at(k->b->cx, D_E0452, place_of(k), "this kernel is %s %s, below 0, but the sign of a weight comes from its source",
                      text, how_far(k, dx, dy));
    diag_note_at(k->b->cx, d, pre->sign_span, "the sign of `%s` is declared here", pre->name);
    diag_help(k->b->cx, d, "make two connections of it: the positive part from an excitatory, the negative part from an inhibitory "
              "population; or declare `%s` mixed", pre->name);
    return false;
}

static bool put(KernelBuild *k, size_t dx, size_t dy, const PairValue *x)
{
    Num q = NULL;
    if (x->q) {
        mpq_ptr kept = num_new(k->b->net->nums);
        mpq_set(kept, x->q);
        q = kept;
    }
    for (int side = 0; side < 4; side++) {
        long sx = side & 1 ? -(long)dx : (long)dx, sy = side & 2 ? -(long)dy : (long)dy;
        values_put(k->b->cx, &k->out->values, k->out->values.n, block_kernel_at(k->out, sx, sy), x->d, q);
    }
    return true;
}

/* A kernel is even in each direction, as distances are: a quarter says it all. */
static bool put_exactly(KernelBuild *k, size_t dx, size_t dy)
{
    PairValue x;
    if (!pair_eval(&k->exact, 0, dy * k->place->extent[0] + dx, &x)) {
        diag_at(k->b->cx, D_E0455, place_of(k), "the weight to a neuron %s has no finite value", how_far(k, dx, dy));
        return false;
    }
    bool negative = x.q ? mpq_sgn(x.q) < 0 : x.d < 0;
    if (negative && !k->b->net->pop[k->c->pre].model->is_exempt)
        return is_negative(k, dx, dy, x.q ? x.q : num_from_double(k->b->net->nums, x.d));
    return put(k, dx, dy, &x);
}

/* What is no double is exact in a run, which may divide by the sum of all, and the nearest double where only the signs are read;
 * a diagnostic is of the number. */
static bool put_strip(KernelBuild *k, size_t dx, size_t dy, size_t n)
{
    double value[PAIR_STRIP];
    signed char sign[PAIR_STRIP];
    size_t done = pair_round_strip(&k->rounded, 0, NULL, dy * k->place->extent[0] + dx, n, value, sign);
    for (size_t e = 0; e < n; e++) {
        bool is_wrong = e >= done || (sign[e] < 0 && !k->b->net->pop[k->c->pre].model->is_exempt);
        bool is_kept = !is_wrong && (k->rounded.is_exact[e] || k->out->is_rounded);
        if (!(is_kept ? put(k, dx + e, dy, &(PairValue){ value[e], NULL }) : put_exactly(k, dx + e, dy)))
            return false;
    }
    return true;
}

/* The weights of a row of displacements, some at a time. */
static bool put_row(KernelBuild *k, size_t dy)
{
    static const PairValue zero = { 0, NULL };
    size_t dx = 0;
    bool ok = true;
    if (dy == 0 && !k->c->self && k->c->pre == k->c->post)
        ok = put(k, dx++, 0, &zero);
    for (size_t n; ok && dx <= k->most[0]; dx += n) {
        n = !k->by_strips ? 1 : k->most[0] - dx < PAIR_STRIP ? k->most[0] - dx + 1 : PAIR_STRIP;
        ok = k->by_strips ? put_strip(k, dx, dy, n) : put_exactly(k, dx, dy);
    }
    return ok;
}

/* The sum of the values, and of those below 0. */
static void add_values(const Values *v, mpq_t sum, mpq_t below)
{
    mpq_t x;
    mpq_init(x);
    for (size_t e = 0; e < v->n; e++) {
        values_get(v, e, x);
        mpq_add(sum, sum, x);
        if (mpq_sgn(x) < 0)
            mpq_add(below, below, x);
    }
    mpq_clear(x);
}

/* Whether values that were rounded add up to more than their roundings, 2^-53 of each and half of the least double. */
static bool is_surely_positive(const Values *v, const mpq_t sum, const mpq_t below)
{
    mpq_t slack, least;
    mpq_inits(slack, least, (mpq_ptr)0);
    mpq_sub(slack, sum, below);
    mpq_sub(slack, slack, below);
    mpq_div_2exp(slack, slack, 53);
    mpq_set_ui(least, v->n, 1);
    mpq_div_2exp(least, least, 1075);
    mpq_add(slack, slack, least);
    bool is = mpq_cmp(sum, slack) > 0;
    mpq_clears(slack, least, (mpq_ptr)0);
    return is;
}

static bool put_all(KernelBuild *k)
{
    bool ok = true;
    for (size_t dy = 0; ok && dy <= k->most[1]; dy++)
        ok = put_row(k, dy);
    values_finish(k->b->net->nums, &k->out->values);
    return ok;
}

/* The factor divided by the sum of the values; where roundings might make that what it is not, of exact ones. */
static bool normalize(KernelBuild *k)
{
    mpq_t sum, below;
    mpq_ptr factor = num_new(k->b->net->nums);
    mpq_inits(sum, below, (mpq_ptr)0);
    add_values(&k->out->values, sum, below);
    if (k->out->is_rounded && !is_surely_positive(&k->out->values, sum, below)) {
        k->out->is_rounded = false;
        mpq_set_ui(sum, 0, 1);
        if (put_all(k))
            add_values(&k->out->values, sum, below);
    }
    bool good = mpq_sgn(sum) > 0;
    if (good) {
        mpq_div(factor, k->out->factor, sum);
        k->out->factor = factor;
    } else {
        Diag *d = diag_at(k->b->cx, D_E0455, k->c->kernel_span, "this kernel cannot be normalised: its values add up to %s",
                          num_brief(k->b->cx, sum));
        diag_help(k->b->cx, d, "leave out `normalize`, and choose the weight");
    }
    mpq_clears(sum, below, (mpq_ptr)0);
    return good;
}

bool kernel_block(NetBuild *b, const ModelConn *c, Block *out)
{
    KernelBuild k = { .b = b, .c = c, .place = &b->net->pop[c->pre].model->place, .out = out };
    double neurons = 1;
    out->kind = BLOCK_KERNEL;
    out->is_periodic = place_is_periodic(k.place->kind);
    for (size_t axis = 0; axis < 2; axis++) {
        out->extent[axis] = k.place->extent[axis];
        k.most[axis] = out->is_periodic ? out->extent[axis] / 2 : out->extent[axis] - 1;
        neurons *= (double)out->extent[axis];
    }
    size_t n = width(out, 0) * width(out, 1);
    if (!pair_few_enough(b, c, neurons) || !memory_take(b, c, (double)n, sizeof(double), "use fewer neurons"))
        return false;
    out->values = (Values){ .n = n, .d = ARENA_ARRAY(&b->cx->arena, n, double) };
    k.by_strips = n > NET_MAX_KERNEL;
    out->is_rounded = k.by_strips && b->read.most_synapses < (double)INFINITY;
    pair_eval_begin(&k.exact, c->pair, c->seed);
    if (k.by_strips)
        pair_round_begin(&k.rounded, c->pair, c->seed, num_int(b->net->nums, 1), (size_t)neurons, n);
    bool ok = put_all(&k) && (!c->normalize || normalize(&k));
    if (k.by_strips)
        pair_round_end(&k.rounded);
    pair_eval_end(&k.exact);
    if (ok)
        entries_take_signs(b, b->net->pop[c->pre].model->is_exempt ? ENTRIES_MAY_BE_SIGNED : ENTRIES_ARE_MAGNITUDES, out);
    return ok;
}
