#include "compiler/check/proof/verify_kernel.h"

#include <string.h>

#include "compiler/check/proof/symbol.h"

/* ---- structure -------------------------------------------------------------- */

static bool adds_up_to_zero(const ClaimKernel *k)
{
    mpq_t sum;
    mpq_init(sum);
    for (size_t e = 0; e < k->extent[0] * k->extent[1]; e++)
        mpq_add(sum, sum, k->value[e]);
    bool zero = mpq_sgn(sum) == 0;
    mpq_clear(sum);
    return zero;
}

static bool is_area(const size_t extent[2], size_t n)
{
    size_t area;
    return extent[0] && extent[1] && !__builtin_mul_overflow(extent[0], extent[1], &area) && area == n;
}

/* A population has one place: all kernels that touch it have one extent. */
static bool have_one_place(const ClaimKernel *a, const ClaimKernel *b)
{
    bool meet = a->to == b->to || a->to == b->from || a->from == b->to || a->from == b->from;
    return !meet || (a->extent[0] == b->extent[0] && a->extent[1] == b->extent[1]);
}

const char *kernels_fault(const ClaimMatrix *m)
{
    for (size_t k = 0; k < m->n_kernels; k++) {
        const ClaimKernel *a = &m->kernel[k];
        if (!claim_matrix_is_populations(m) || a->to >= m->q || a->from >= m->q)
            return "a kernel leads to or from no population";
        if (!is_area(a->extent, claim_matrix_size(m, a->to)) || !is_area(a->extent, claim_matrix_size(m, a->from)))
            return "the extent of a kernel is not the size of its populations";
        for (size_t j = 0; j < k; j++) {
            if (m->kernel[j].to == a->to && m->kernel[j].from == a->from)
                return "two kernels between the same populations";
            if (!have_one_place(a, &m->kernel[j]))
                return "a population has kernels of two extents";
        }
        if (!adds_up_to_zero(a))
            return "the values of a kernel do not add up to 0";
    }
    return NULL;
}

bool kernels_touch(const ClaimMatrix *m, size_t a)
{
    for (size_t k = 0; k < m->n_kernels; k++)
        if (m->kernel[k].to == a || m->kernel[k].from == a)
            return true;
    return false;
}

const char *kernels_order_fault(Ctx *cx, const ClaimMatrix *m, const uint32_t *of)
{
    for (size_t k = 0; k < m->n_kernels; k++)
        if (of[m->kernel[k].to] < of[m->kernel[k].from])
            return arena_printf(&cx->arena, "the kernel from population %u to %u leads into an earlier component",
                                m->kernel[k].from, m->kernel[k].to);
    return NULL;
}

/* The transform is kept with the kernel: a search asks for it again and again. */
static const Symbol *symbol_of(const ClaimMatrix *m, size_t kernel)
{
    ClaimKernel *k = &m->kernel[kernel];
    if (!k->symbol && !k->has_no_symbol) {
        k->symbol = symbol_new(k->value, k->extent);
        k->has_no_symbol = !k->symbol;
    }
    return k->symbol;
}

/* ---- certificates ----------------------------------------------------------- */

/* The members of a component that stand on one place. */
typedef struct Field {
    Ctx *cx;
    const ClaimMatrix *m;
    size_t extent[2];
    size_t n, n_kernels;
    uint32_t *member;
    size_t *kernel;             /* among these members */
    uint32_t *to, *from;        /* of each kernel: numbers among the members */
    Ball *p, *own;              /* of each member: multiplier, self - leak */
    Ball *form;                 /* n * n */
} Field;

static size_t member_number(const Field *f, size_t row)
{
    for (size_t k = 0; k < f->n; k++)
        if (f->member[k] == row)
            return k;
    return SIZE_MAX;
}

/* The first kernel that touches the population, or NULL. */
static const ClaimKernel *place_of(const ClaimMatrix *m, size_t a)
{
    for (size_t k = 0; k < m->n_kernels; k++)
        if (m->kernel[k].to == a || m->kernel[k].from == a)
            return &m->kernel[k];
    return NULL;
}

static bool same_extent(const size_t a[2], const size_t b[2])
{
    return a[0] == b[0] && a[1] == b[1];
}

/* p over the largest one: the form may be multiplied by any positive number. */
static void read_multiplier(const Component *c, size_t k, size_t largest, Ball *out)
{
    mpq_t x;
    mpq_init(x);
    mpq_div(x, c->p[k], c->p[largest]);
    *out = ball_of(x);
    mpq_clear(x);
}

static void field_init(Ctx *cx, const ClaimMatrix *m, const Component *c, const size_t extent[2], Field *f)
{
    size_t largest = 0;
    *f = (Field){.cx = cx, .m = m, .extent = {extent[0], extent[1]}};
    f->member = ARENA_ARRAY(&cx->arena, c->n, uint32_t);
    f->p = ARENA_ARRAY(&cx->arena, c->n, Ball);
    f->own = ARENA_ARRAY(&cx->arena, c->n, Ball);
    f->form = ARENA_ARRAY(&cx->arena, c->n * c->n, Ball);
    f->kernel = ARENA_ARRAY(&cx->arena, m->n_kernels, size_t);
    f->to = ARENA_ARRAY(&cx->arena, m->n_kernels, uint32_t);
    f->from = ARENA_ARRAY(&cx->arena, m->n_kernels, uint32_t);
    for (size_t k = 1; k < c->n; k++)
        largest = mpq_cmp(c->p[k], c->p[largest]) > 0 ? k : largest;
    mpq_t own;
    mpq_init(own);
    for (size_t k = 0; k < c->n; k++) {
        const ClaimKernel *place = place_of(m, c->member[k]);
        if (!place || !same_extent(place->extent, extent))
            continue;
        read_multiplier(c, k, largest, &f->p[f->n]);
        mpq_sub(own, m->self[c->member[k]], m->leak[c->member[k]]);
        f->own[f->n] = ball_of(own);
        f->member[f->n++] = c->member[k];
    }
    mpq_clear(own);
    for (size_t k = 0; k < m->n_kernels; k++) {
        size_t to = member_number(f, m->kernel[k].to), from = member_number(f, m->kernel[k].from);
        if (to == SIZE_MAX || from == SIZE_MAX)
            continue;
        f->to[f->n_kernels] = (uint32_t)to;
        f->from[f->n_kernels] = (uint32_t)from;
        f->kernel[f->n_kernels++] = k;
    }
}

static void take_away(Field *f, size_t i, size_t j, Ball x)
{
    f->form[i * f->n + j] = ball_add(f->form[i * f->n + j], (Ball){-x.re, -x.im, x.radius});
}

/* The lower triangle of -(P A + A* P), A the matrix of frequency k. */
static bool fill_form(Field *f, size_t k)
{
    memset(f->form, 0, f->n * f->n * sizeof *f->form);
    for (size_t i = 0; i < f->n; i++) {
        Ball x = ball_mul(f->p[i], f->own[i]);
        take_away(f, i, i, ball_add(x, x));
    }
    for (size_t e = 0; e < f->n_kernels; e++) {
        const Symbol *s = symbol_of(f->m, f->kernel[e]);
        size_t i = f->to[e], j = f->from[e];
        if (!s)
            return false;
        Ball x = ball_mul(f->p[i], (Ball){s->re[k], s->im[k], s->error});
        if (i == j) {
            x = (Ball){2 * x.re, 0, 2 * x.radius};
            take_away(f, i, i, x);
        } else {
            take_away(f, i > j ? i : j, i > j ? j : i, i > j ? x : (Ball){x.re, -x.im, x.radius});
        }
    }
    return true;
}

static const char *field_fault(Field *f)
{
    for (size_t k = 1; k < f->extent[0] * f->extent[1]; k++) {
        if (!symbol_counts(f->extent, k))
            continue;
        if (!fill_form(f, k))
            return "a kernel is too large for its Fourier transform, or its extent has too large a prime factor";
        if (!ball_positive(f->n, f->form))
            return arena_printf(&f->cx->arena, "the form of frequency (%zu, %zu) is not proved positive definite", k % f->extent[0],
                                k / f->extent[0]);
    }
    return NULL;
}

const char *kernels_component_fault(Ctx *cx, const ClaimMatrix *m, const Component *c)
{
    const char *fault = NULL;
    for (size_t k = 0; !fault && m->n_kernels && k < c->n; k++) {
        const ClaimKernel *place = place_of(m, c->member[k]);
        bool is_first = place != NULL;
        for (size_t j = 0; is_first && j < k; j++) {
            const ClaimKernel *earlier = place_of(m, c->member[j]);
            is_first = !earlier || !same_extent(earlier->extent, place->extent);
        }
        if (!is_first)
            continue;
        Field f;
        field_init(cx, m, c, place->extent, &f);
        fault = field_fault(&f);
    }
    return fault;
}

/* ---- witnesses --------------------------------------------------------------
 *
 * For the mode exp(i theta x) v of frequency k, (A X)_ii of any neuron of population a is
 * Re(conj(v_a) (A^ v)_a). A lower bound of it is computed in rationals: the symbol is a
 * rational up to its error, and exactly one where the characters are +1 and -1. */

typedef struct ModeCheck {
    const ClaimMatrix *m, *tested;
    const Witness *w;
    const uint32_t *place;
    mpq_t sum, x, y, alpha, beta;
} ModeCheck;

/* conj(v_i) v_j = alpha + i beta for vector r and members i and j. */
static void product(ModeCheck *s, size_t r, size_t i, size_t j)
{
    const mpq_t *re = s->w->v + r * s->w->n, *im = s->w->im + r * s->w->n;
    mpq_mul(s->alpha, re[i], re[j]);
    mpq_mul(s->x, im[i], im[j]);
    mpq_add(s->alpha, s->alpha, s->x);
    mpq_mul(s->beta, re[i], im[j]);
    mpq_mul(s->x, im[i], re[j]);
    mpq_sub(s->beta, s->beta, s->x);
}

/* Row i of T, at frequency 0. */
static void add_row(ModeCheck *s, size_t r, size_t i, mpq_t out)
{
    size_t row = s->w->member[i];
    for (size_t e = s->tested->row_from[row]; e < s->tested->row_from[row + 1]; e++) {
        uint32_t j = s->place[s->tested->column[e]];
        if (j == UINT32_MAX)
            continue;
        product(s, r, i, j);
        mpq_mul(s->x, s->alpha, claim_matrix_at(s->tested, row, e));
        mpq_add(out, out, s->x);
    }
}

static bool add_kernel(ModeCheck *s, size_t kernel, size_t k, mpq_t out)
{
    const ClaimKernel *c = &s->m->kernel[kernel];
    if (symbol_is_real(c->extent, k)) {
        symbol_exact(c->value, c->extent, k, s->y);
        mpq_mul(s->x, s->alpha, s->y);
        mpq_add(out, out, s->x);
        return true;
    }
    const Symbol *symbol = symbol_of(s->m, kernel);
    if (!symbol)
        return false;
    mpq_set_d(s->y, symbol->re[k]);
    mpq_mul(s->x, s->alpha, s->y);
    mpq_add(out, out, s->x);
    mpq_set_d(s->y, symbol->im[k]);
    mpq_mul(s->x, s->beta, s->y);
    mpq_sub(out, out, s->x);
    mpq_set_d(s->y, symbol->error);
    mpq_abs(s->alpha, s->alpha);
    mpq_abs(s->beta, s->beta);
    mpq_add(s->alpha, s->alpha, s->beta);
    mpq_mul(s->x, s->alpha, s->y);
    mpq_sub(out, out, s->x);
    return true;
}

/* Member i at a frequency other than 0. */
static bool add_frequency(ModeCheck *s, size_t r, size_t i, size_t k, mpq_t out)
{
    size_t row = s->w->member[i];
    product(s, r, i, i);
    mpq_sub(s->y, s->m->self[row], s->m->leak[row]);
    mpq_mul(s->x, s->alpha, s->y);
    mpq_add(out, out, s->x);
    bool ok = true;
    for (size_t e = 0; ok && e < s->m->n_kernels; e++) {
        uint32_t j = s->place[s->m->kernel[e].from];
        if (s->m->kernel[e].to != row || j == UINT32_MAX)
            continue;
        product(s, r, i, j);
        ok = add_kernel(s, e, k, out);
    }
    return ok;
}

static bool is_zero_at(const Witness *w, size_t r, size_t i)
{
    return mpq_sgn(w->v[r * w->n + i]) == 0 && mpq_sgn(w->im[r * w->n + i]) == 0;
}

/* A frequency other than 0 is one of a place, and only populations there have it. */
static bool frequency_number(const ClaimMatrix *m, const Witness *w, size_t r, size_t *k)
{
    const uint32_t *f = w->frequency + 2 * r;
    const size_t *extent = NULL;
    *k = 0;
    if (f[0] == 0 && f[1] == 0)
        return true;
    for (size_t i = 0; i < w->n; i++) {
        if (is_zero_at(w, r, i))
            continue;
        const ClaimKernel *place = place_of(m, w->member[i]);
        if (!place || (extent && !same_extent(extent, place->extent)) || f[0] >= place->extent[0] || f[1] >= place->extent[1])
            return false;
        extent = place->extent;
        *k = f[1] * extent[0] + f[0];
    }
    return true;
}

/* A lower bound of (A X)_ii for member i; false when there is none. */
static bool member_sum(ModeCheck *s, size_t i, const size_t *k)
{
    mpq_t one;
    bool ok = true;
    mpq_init(one);
    mpq_set_ui(s->sum, 0, 1);
    for (size_t r = 0; ok && r < s->w->rank; r++) {
        if (is_zero_at(s->w, r, i))
            continue;
        mpq_set_ui(one, 0, 1);
        if (k[r])
            ok = add_frequency(s, r, i, k[r], one);
        else
            add_row(s, r, i, one);
        if (s->w->w)
            mpq_mul(one, one, s->w->w[r]);
        mpq_add(s->sum, s->sum, one);
    }
    mpq_clear(one);
    return ok;
}

const char *kernels_witness_fault(Ctx *cx, const ClaimMatrix *m, const ClaimMatrix *tested, const Witness *w, const uint32_t *place)
{
    size_t *k = ARENA_ARRAY(&cx->arena, w->rank, size_t);
    const char *fault = NULL;
    for (size_t r = 0; r < w->rank; r++)
        if (!frequency_number(m, w, r, &k[r]))
            return "a frequency of the witness is none of all its populations";
    ModeCheck s = {.m = m, .tested = tested, .w = w, .place = place};
    mpq_inits(s.sum, s.x, s.y, s.alpha, s.beta, (mpq_ptr)0);
    for (size_t i = 0; !fault && i < w->n; i++) {
        if (!member_sum(&s, i, k))
            fault = "a kernel is too large for its Fourier transform";
        else if (mpq_sgn(s.sum) < 0)
            fault = arena_printf(&cx->arena, "(A X)_ii >= 0 is not proved in population %u", w->member[i]);
    }
    mpq_clears(s.sum, s.x, s.y, s.alpha, s.beta, (mpq_ptr)0);
    return fault;
}
