#include "compiler/check/advice.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/lds/lds.h"

/* ---- the rows that a verdict hangs on ---- */

enum { BINDING_MAX_ROWS = 2000 };

static double tested_entry(const ClaimMatrix *m, size_t a, size_t e)
{
    size_t b = m->column[e];
    double x = claim_matrix_near(m, a, e) * (double)claim_matrix_size(m, b);
    return a == b && m->leak ? x + mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : x;
}

static double tested_diagonal(const ClaimMatrix *m, size_t a)
{
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++)
        if (m->column[e] == a)
            return tested_entry(m, a, e);
    return m->leak ? mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : 0;
}

/* The places of the component's entries off the diagonal, by rows. */
static void find_places(Ctx *cx, const ClaimMatrix *m, const Component *c, size_t *from, uint32_t *column, size_t *entry)
{
    uint32_t *place = ARENA_ARRAY(&cx->arena, m->q, uint32_t);
    size_t n = 0;
    memset(place, 0xff, m->q * sizeof *place);
    for (size_t k = 0; k < c->n; k++)
        place[c->member[k]] = (uint32_t)k;
    for (size_t k = 0; k < c->n; k++) {
        size_t a = c->member[k];
        for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
            uint32_t j = place[m->column[e]];
            if (j == UINT32_MAX || j == k)
                continue;
            column[n] = j;
            entry[n++] = e;
        }
        from[k + 1] = n;
    }
}

/* Of M(p) of one component, scaled to diagonal 1, in doubles: its least eigenvalue, the vector into v (n). */
static double least_direction(Ctx *cx, const ClaimMatrix *m, const Component *c, double *v)
{
    size_t most = 1;
    double *p = ARENA_ARRAY(&cx->arena, c->n, double), *root = ARENA_ARRAY(&cx->arena, c->n, double);
    for (size_t k = 0; k < c->n; k++) {
        most += m->row_from[c->member[k] + 1] - m->row_from[c->member[k]];
        p[k] = mpq_get_d(c->p[k]);
        root[k] = sqrt(-2 * p[k] * tested_diagonal(m, c->member[k]));
        if (!(root[k] > 0 && root[k] < 1e150))
            return (double)INFINITY;
    }
    size_t *from = ARENA_ARRAY(&cx->arena, c->n + 1, size_t), *entry = ARENA_ARRAY(&cx->arena, most, size_t);
    uint32_t *column = ARENA_ARRAY(&cx->arena, most, uint32_t);
    double *inverse = ARENA_ARRAY(&cx->arena, c->n, double);
    SparseForm f;
    for (size_t k = 0; k < c->n; k++)
        inverse[k] = 1 / root[k];
    find_places(cx, m, c, from, column, entry);
    if (!sparse_form_init(&f, c->n, from, column))
        return (double)INFINITY;
    for (size_t k = 0; k < c->n; k++)
        for (size_t e = from[k]; e < from[k + 1]; e++)
            f.half[e] = p[k] / root[k] * tested_entry(m, c->member[k], entry[e]) * inverse[column[e]];
    double least = eigen_smallest(c->n, sparse_form_apply, &f, v);
    sparse_form_clear(&f);
    return least;
}

/* Keeps the largest shares, in descending order. */
static void add_row(Advice *a, uint32_t row, double share)
{
    size_t k = a->n_rows < ADVICE_MAX_ROWS ? a->n_rows++ : ADVICE_MAX_ROWS;
    for (; k > 0 && a->share[k - 1] < share; k--)
        if (k < ADVICE_MAX_ROWS) {
            a->row[k] = a->row[k - 1];
            a->share[k] = a->share[k - 1];
        }
    if (k < ADVICE_MAX_ROWS) {
        a->row[k] = row;
        a->share[k] = share;
    }
}

static void add_rows(Advice *a, size_t n, const uint32_t *row, const double *v)
{
    double sum = 0;
    a->n_rows = 0;
    for (size_t k = 0; k < n; k++)
        sum += v[k] * v[k];
    for (size_t k = 0; k < n && sum > 0; k++)
        if (v[k] * v[k] > 1e-3 * sum)
            add_row(a, row[k], v[k] * v[k] / sum);
}

static void find_binding(Ctx *cx, const LdsReport *l, Advice *out)
{
    const double wide = 0.5;
    double least = INFINITY;
    if (l->margin >= wide || l->matrix.q > BINDING_MAX_ROWS || l->matrix.n_kernels || l->matrix.n_sums)
        return;
    for (size_t k = 0; k < l->evidence.n_components; k++) {
        const Component *c = &l->evidence.component[k];
        double *v = ARENA_ARRAY(&cx->arena, c->n, double), value = least_direction(cx, &l->matrix, c, v);
        if (value < least) {
            least = value;
            add_rows(out, c->n, c->member, v);
        }
    }
}

static void find_witness_rows(Ctx *cx, const LdsReport *l, Advice *out)
{
    const Witness *w = &l->evidence.witness;
    if (w->is_zero_sum) {
        add_row(out, w->population, 1);
        return;
    }
    double *v = ARENA_ARRAY(&cx->arena, w->n, double);
    for (size_t i = 0; i < w->n; i++) {
        if (w->member[i] >= l->matrix.q - l->matrix.n_sums)
            continue;           /* a sum of the others */
        double sum = 0, size = sqrt((double)claim_matrix_size(&l->matrix, w->member[i]));
        for (size_t k = 0; k < w->rank; k++) {
            double weight = w->w ? mpq_get_d(w->w[k]) : 1, x = mpq_get_d(w->v[k * w->n + i]), y = w->im ? mpq_get_d(w->im[k * w->n + i]) : 0;
            sum += weight * (x * x + y * y);
        }
        v[i] = sqrt(sum) * size;
    }
    add_rows(out, w->n, w->member, v);
}

/* ---- remedies ---- */

/* Rows of the matrix, changes that are tried, and steps of a bisection. */
enum { REMEDY_MAX_ROWS = 40, REMEDY_MAX_TRIED = 24, REMEDY_STEPS = 10 };

/* Neurons of which a mean is taken anew for every change. */
enum { REMEDY_MAX_NEURONS = 100000 };

/* The least factor on all weights that is worth a word, about a millionth, and the steps that find it within a power of 2. */
static const double least_of_all = 0x1p-20;
enum { REMEDY_STEPS_OF_ALL = 5 };

/* Certified when what x changes is `factor` times what it is. */
static bool is_certified(Ctx *cx, const Report *r, const Remedy *x, Num factor)
{
    Net net = *r->net;
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, net.n_pops, SlopeReport);
    LdsReport lds;
    memcpy(slope, r->slope, net.n_pops * sizeof *slope);
    net.block = ARENA_ARRAY(&cx->arena, net.n_blocks + 1, Block);
    memcpy(net.block, r->net->block, net.n_blocks * sizeof *net.block);
    for (size_t k = 0; k < net.n_blocks; k++)
        if (x->kind == REMEDY_ALL_WEIGHTS || (x->kind == REMEDY_WEIGHTS && net.block[k].conn == x->conn)) {
            mpq_ptr scaled = num_new(net.nums);
            mpq_mul(scaled, net.block[k].factor, factor);
            net.block[k].factor = scaled;
        }
    if (x->kind == REMEDY_SLOPES) {
        Num *bound[] = {&slope[x->pop].hi, &slope[x->pop].attained, &slope[x->pop].unit_hi, &slope[x->pop].unit_attained};
        for (size_t k = 0; k < sizeof bound / sizeof *bound; k++)
            if (*bound[k]) {
                mpq_ptr scaled = num_new(net.nums);
                mpq_mul(scaled, *bound[k], factor);
                *bound[k] = scaled;
            }
    }
    lds_check(cx, &net, slope, &lds);
    bool certified = lds.verdict == TRUTH_CERTIFIED;
    claim_matrix_clear(&lds.matrix);
    evidence_clear(&lds.evidence);
    return certified;
}

/* Three digits of x, towards 0. */
static Num few_digits(NumPool *nums, double x)
{
    char text[40];
    Num out = num_int(nums, 0);
    if (x > 0) {
        double unit = pow(10, floor(log10(x)) - 2);
        snprintf(text, sizeof text, "%.2e", floor(x / unit * (1 + 1e-12)) * unit);
        num_parse(nums, text, strlen(text), &out);
    }
    return out;
}

/* The value of the weight, whether or not it is divided by the number of sources. */
static bool is_weight_of(const Net *net, const ModelConn *c, Num value)
{
    if (!c->factor)
        return false;
    mpq_ptr size = num_new(net->nums), weight = num_new(net->nums);
    mpq_abs(weight, c->factor);
    mpq_set_ui(size, net->pop[c->pre].size, 1);
    mpq_mul(size, size, weight);
    return mpq_equal(weight, value) || mpq_equal(size, value);
}

/* A parameter that is the whole weight of a connection. */
static const ModelParam *weight_param(const Report *r, Ctx *cx, const ModelConn *c)
{
    const Model *m = r->net->model;
    if (c->weight_span.source >= cx->n_sources)
        return NULL;
    const char *text = cx->sources[c->weight_span.source]->bytes + c->weight_span.from;
    size_t n = c->weight_span.to - c->weight_span.from;
    for (size_t k = 0; k < m->params.n; k++) {
        const ModelParam *p = &m->params.at[k];
        if (strlen(p->name) == n && memcmp(p->name, text, n) == 0 && unit_is_none(p->unit) && mpq_sgn(p->value) > 0 &&
            is_weight_of(r->net, c, p->value))
            return p;
    }
    return NULL;
}

/* Largest factor below 1 that is found to suffice, as a short number of what a person changes. What is certified for one
 * factor on all weights holds for every smaller one, with the same p: the matrix is then a mean of that one and of the leaks alone. */
static bool try_remedy(Ctx *cx, const Report *r, Remedy *x)
{
    NumPool *nums = r->net->nums;
    bool is_all = x->kind == REMEDY_ALL_WEIGHTS;
    double lo = is_all ? least_of_all : 0, hi = 1;
    if (!is_certified(cx, r, x, num_from_double(nums, lo)))
        return false;
    for (int k = is_all ? -REMEDY_STEPS_OF_ALL : 0; k < REMEDY_STEPS; k++) {
        double middle = lo > 0 && hi > 2 * lo ? sqrt(lo * hi) : (lo + hi) / 2;
        if (is_certified(cx, r, x, num_from_double(nums, middle)))
            lo = middle;
        else
            hi = middle;
    }
    mpq_ptr factor = num_new(nums);
    for (double slack = 1; slack > 0.5; slack -= 0.01) {
        x->at = few_digits(nums, lo * slack * num_to_double(x->now));
        mpq_div(factor, x->at, x->now);
        if (is_certified(cx, r, x, factor))
            return true;
    }
    return false;
}

/* Population of each row, as the matrix has them. */
static const size_t *row_pops(Ctx *cx, const Report *r)
{
    const ClaimMatrix *m = &r->lds.matrix;
    size_t *pop = ARENA_ARRAY(&cx->arena, m->q + 1, size_t), row = 0;
    for (size_t a = 0; a < r->net->n_pops; a++)
        for (size_t left = r->net->pop[a].size; left > 0 && row < m->q; row++) {
            pop[row] = a;
            left -= m->n_kernels ? left : claim_matrix_size(m, row);
        }
    return pop;
}

/* Whether the witness, where there is one, touches the population. */
static bool *touched(Ctx *cx, const Report *r)
{
    const Witness *w = &r->lds.evidence.witness;
    const size_t *pop = row_pops(cx, r);
    bool *is = ARENA_ARRAY(&cx->arena, r->net->n_pops, bool);
    for (size_t a = 0; a < r->net->n_pops; a++)
        is[a] = r->lds.verdict != TRUTH_REFUTED;
    if (r->lds.verdict != TRUTH_REFUTED)
        return is;
    if (w->is_zero_sum)
        is[pop[w->population]] = true;
    for (size_t k = 0; !w->is_zero_sum && k < w->n; k++)
        is[pop[w->member[k]]] = true;
    return is;
}

static void find_remedies(Ctx *cx, const Report *r, Advice *out)
{
    const Model *m = r->net->model;
    const bool *is = touched(cx, r);
    size_t tried = 0;
    for (size_t c = 0; c < m->conns.n && out->n_remedies < ADVICE_MAX_REMEDIES && tried < REMEDY_MAX_TRIED; c++) {
        const ModelConn *conn = &m->conns.at[c];
        if (!is[conn->pre] || !is[conn->post])
            continue;
        const ModelParam *p = weight_param(r, cx, conn);
        Remedy *x = &out->remedy[out->n_remedies];
        *x = (Remedy){.kind = REMEDY_WEIGHTS, .conn = c, .name = p ? p->name : NULL, .now = p ? p->value : num_int(r->net->nums, 1)};
        tried++;
        out->n_remedies += try_remedy(cx, r, x);
    }
    for (size_t a = 0; a < r->net->n_pops && out->n_remedies < ADVICE_MAX_REMEDIES && tried < REMEDY_MAX_TRIED; a++) {
        Remedy *x = &out->remedy[out->n_remedies];
        if (!is[a] || !r->slope[a].hi || mpq_sgn(r->slope[a].hi) <= 0)
            continue;
        *x = (Remedy){.kind = REMEDY_SLOPES, .pop = a, .now = r->slope[a].hi};
        tried++;
        out->n_remedies += try_remedy(cx, r, x);
    }
    if (out->n_remedies > 0)
        return;
    out->remedy[0] = (Remedy){.kind = REMEDY_ALL_WEIGHTS, .now = num_int(r->net->nums, 1)};
    out->n_remedies = try_remedy(cx, r, &out->remedy[0]);
    if (out->n_remedies == 0)
        out->no_remedy = "no change of one connection, of the slopes of one population or of all weights at once was found that restores it";
}

/* Why nobody looks for remedies of a matrix; NULL: somebody does. */
static const char *why_unsought(Ctx *cx, const Report *r)
{
    const ClaimMatrix *m = &r->lds.matrix;
    if (m->n_kernels)
        return "what would restore it is not looked for: its weights are kernels";
    if (m->n_sums)
        return "what would restore it is not looked for: some of its rows are sums";
    if (m->q > REMEDY_MAX_ROWS)
        return "what would restore it is looked for in a matrix of at most 40 rows";
    if (reduce_has_means(cx, r->net) && r->net->n > REMEDY_MAX_NEURONS)
        return "what would restore it is not looked for: too many neurons of which means are taken";
    return NULL;
}

void advice_find(Ctx *cx, Report *r)
{
    Advice *a = ARENA_ARRAY(&cx->arena, 1, Advice);
    r->advice = a;
    if (r->only != CONCLUDE_ALL)
        return;
    if (r->lds.verdict == TRUTH_CERTIFIED)
        find_binding(cx, &r->lds, a);
    if (r->lds.verdict == TRUTH_REFUTED)
        find_witness_rows(cx, &r->lds, a);
    if (r->lds.verdict == TRUTH_CERTIFIED || r->lds.matrix.q == 0)
        return;
    a->no_remedy = why_unsought(cx, r);
    if (!a->no_remedy)
        find_remedies(cx, r, a);
}
