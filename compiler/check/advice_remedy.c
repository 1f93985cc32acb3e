/* Changes of the model that restore diagonal stability: found by trying. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "compiler/check/advice.h"
#include "compiler/check/proof/verify.h"

/* Rows of the matrix, and changes that are tried. */
enum { REMEDY_MAX_ROWS = 40, REMEDY_MAX_TRIED = 24 };

/* Neurons of which a mean is taken anew for every change. */
enum { REMEDY_MAX_NEURONS = 100000 };

/* The least factor that is worth a word, on all weights, about a millionth, and on others, which else are taken away as a whole; the part
 * to which the largest one is enclosed. */
static const double least_of_all = 0x1p-20, least_of_one = 0x1p-10, nearly = 1.001;

typedef struct Search {
    Ctx *cx;
    const Report *r;
    LdsReport last;             /* the last changed network that was refuted; zero: none was */
    bool many;                  /* rows: only so much work is done */
    RemedyWork work;
} Search;

GainLevel remedy_level(Ctx *cx, const Net *net)
{
    return reduce_has_means(cx, net) ? GAINS_MEAN_ABOVE : GAINS_LARGEST;
}

Net remedy_net(Ctx *cx, const Net *net, const Remedy *x, Num factor)
{
    Net changed = *net;
    changed.block = ARENA_ARRAY(&cx->arena, net->n_blocks + 1, Block);
    memcpy(changed.block, net->block, net->n_blocks * sizeof *net->block);
    for (size_t k = 0; k < net->n_blocks; k++)
        if (x->kind == REMEDY_ALL_WEIGHTS || (x->kind == REMEDY_WEIGHTS && net->block[k].conn == x->conn)) {
            mpq_ptr scaled = num_new(net->nums);
            mpq_mul(scaled, net->block[k].factor, factor);
            changed.block[k].factor = scaled;
        }
    return changed;
}

const SlopeReport *remedy_slopes(Ctx *cx, const Report *r, const Remedy *x, Num factor)
{
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, r->net->n_pops, SlopeReport);
    memcpy(slope, r->slope, r->net->n_pops * sizeof *slope);
    if (x->kind != REMEDY_SLOPES && x->kind != REMEDY_GAINS)
        return slope;
    Num *bound[] = {&slope[x->pop].hi, &slope[x->pop].attained, &slope[x->pop].unit_hi, &slope[x->pop].unit_attained};
    for (size_t k = 0; k < sizeof bound / sizeof *bound; k++)
        if (*bound[k]) {
            mpq_ptr scaled = num_new(r->net->nums);
            mpq_mul(scaled, *bound[k], factor);
            *bound[k] = scaled;
        }
    return slope;
}

/* What refutes the network as it is, or as it was changed last, often refutes the changed one too, which then needs no search. */
static bool is_refuted_already(Search *s, const Net *net, const SlopeReport *slope)
{
    const LdsReport *known[] = {&s->last, &s->r->lds};
    ClaimMatrix m;
    const char *reason;
    bool refuted = false;
    if (!reduce_net(s->cx, net, slope, remedy_level(s->cx, net), &m, &reason))
        return false;
    for (size_t k = 0; k < sizeof known / sizeof *known; k++)
        if (known[k]->verdict == TRUTH_REFUTED && !refuted)
            refuted = verify_witness(s->cx, &m, &known[k]->evidence.witness).accepted;
    claim_matrix_clear(&m);
    return refuted;
}

static void forget(LdsReport *r)
{
    if (r->matrix.q)
        claim_matrix_clear(&r->matrix);
    evidence_clear(&r->evidence);
    *r = (LdsReport){0};
}

/* The largest gains may be too large, and a row for each neuron is a larger problem: means are exact. Where neurons have none, which do not
 * damp what they send to themselves, few are searched one by one. */
static void decide(Search *s, const Net *net, const SlopeReport *slope, LdsReport *out)
{
    GainLevel level = remedy_level(s->cx, net);
    *out = (LdsReport){0};
    if (level == GAINS_LARGEST)
        lds_check(s->cx, net, slope, out);
    else if (reduce_net(s->cx, net, slope, level, &out->matrix, &out->reason))
        lds_decide(s->cx, net, out);
    else if (reduce_count_rows_with(s->cx, net, GAINS_OWN) <= REMEDY_MAX_ROWS)
        lds_check(s->cx, net, slope, out);
}

/* Certified when what x changes is `factor` times what it is. */
static bool is_certified(Search *s, const Remedy *x, Num factor)
{
    Net net = remedy_net(s->cx, s->r->net, x, factor);
    const SlopeReport *slope = remedy_slopes(s->cx, s->r, x, factor);
    LdsReport lds;
    if (is_refuted_already(s, &net, slope))
        return false;
    decide(s, &net, slope, &lds);
    bool certified = lds.verdict == TRUTH_CERTIFIED;
    forget(lds.verdict == TRUTH_REFUTED ? &s->last : &lds);
    if (lds.verdict == TRUTH_REFUTED)
        s->last = lds;
    return certified;
}

/* Three digits of x, towards 0. */
Num remedy_digits(NumPool *nums, double x)
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

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* No + or - outside of brackets, and nowhere the name. */
static bool is_product_without(const char *text, const char *end, const char *name)
{
    size_t n = strlen(name);
    int depth = 0;
    for (const char *at = text; at < end; at++) {
        depth += (*at == '(' || *at == '[') - (*at == ')' || *at == ']');
        if (depth == 0 && (*at == '+' || *at == '-'))
            return false;
        bool begins = at == text || !is_name_char(at[-1]);
        if (begins && (size_t)(end - at) >= n && memcmp(at, name, n) == 0 && (at + n == end || !is_name_char(at[n])))
            return false;
    }
    return true;
}

/* The text is the name, or a product that begins or ends with it. */
static bool is_times(const char *text, size_t length, const char *name)
{
    size_t n = strlen(name);
    const char *end = text + length, *left = text + n, *right = end - n;
    if (length < n)
        return false;
    if (length == n)
        return memcmp(text, name, n) == 0;
    for (; left < end && *left == ' '; left++);
    for (; right > text && right[-1] == ' '; right--);
    if (memcmp(text, name, n) == 0 && left < end && *left == '*')
        return is_product_without(left + 1, end, name);
    return memcmp(end - n, name, n) == 0 && right > text && right[-1] == '*' && is_product_without(text, right - 1, name);
}

/* A parameter that is the weight of a connection, or a factor of it. */
static const ModelParam *weight_param(const Report *r, Ctx *cx, const ModelConn *c)
{
    const Model *m = r->net->model;
    if (c->weight_span.source >= cx->n_sources)
        return NULL;
    const char *text = cx->sources[c->weight_span.source]->bytes + c->weight_span.from;
    size_t n = c->weight_span.to - c->weight_span.from;
    for (size_t k = 0; k < m->params.n; k++) {
        const ModelParam *p = &m->params.at[k];
        bool is_whole = strlen(p->name) == n, is_here = p->span.source == c->weight_span.source;
        if (is_times(text, n, p->name) && unit_is_none(p->unit) && mpq_sgn(p->value) > 0 &&
            (is_weight_of(r->net, c, p->value) || (!is_whole && is_here)))
            return p;
    }
    return NULL;
}

/* Largest factor below 1 that is found to suffice, as a short number of what a person changes. What is certified for one
 * factor on all weights holds for every smaller one, with the same p: the matrix is then a mean of that one and of the leaks alone. */
static bool try_remedy(Search *s, Remedy *x)
{
    NumPool *nums = s->r->net->nums;
    bool is_all = x->kind == REMEDY_ALL_WEIGHTS;
    double lo = is_all ? least_of_all : 0, hi = 1;
    if (!is_certified(s, x, num_from_double(nums, lo)))
        return false;
    while (lo > 0 ? hi > lo * nearly : hi > least_of_one) {
        double middle = lo > 0 && hi > 2 * lo ? sqrt(lo * hi) : (lo + hi) / 2;
        if (is_certified(s, x, num_from_double(nums, middle)))
            lo = middle;
        else
            hi = middle;
    }
    mpq_ptr factor = num_new(nums);
    for (double slack = 1; slack > 0.5; slack -= 0.01) {
        x->at = remedy_digits(nums, lo * slack * num_to_double(x->now));
        if (x->kind == REMEDY_GAINS && mpq_sgn(x->at) == 0)
            return false;       /* a gain is above 0 */
        mpq_div(factor, x->at, x->now);
        if (is_certified(s, x, factor)) {
            remedy_find_edge(s->cx, s->r, lo, hi, x);
            return true;
        }
    }
    return false;
}

static bool try_change(Search *s, Remedy *x)
{
    return s->many ? remedy_find_within(s->cx, s->r, &s->work, x) : try_remedy(s, x);
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

/* Of one connection, or of one population's slopes. */
static void find_changes(Search *s, Advice *out)
{
    Ctx *cx = s->cx;
    const Report *r = s->r;
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
        out->n_remedies += try_change(s, x);
    }
    for (size_t a = 0; a < r->net->n_pops && out->n_remedies < ADVICE_MAX_REMEDIES && tried < REMEDY_MAX_TRIED; a++) {
        Remedy *x = &out->remedy[out->n_remedies];
        if (!is[a] || !r->slope[a].hi || mpq_sgn(r->slope[a].hi) <= 0)
            continue;
        *x = r->net->pop[a].gain_max ? (Remedy){.kind = REMEDY_GAINS, .pop = a, .now = num_int(r->net->nums, 1)}
                                     : (Remedy){.kind = REMEDY_SLOPES, .pop = a, .now = r->slope[a].hi};
        tried++;
        out->n_remedies += try_change(s, x);
    }
}

static void find_factor(Search *s, Advice *out)
{
    s->work = (RemedyWork){.left = remedy_work_of_factor};
    out->remedy[0] = (Remedy){.kind = REMEDY_ALL_WEIGHTS, .now = num_int(s->r->net->nums, 1)};
    out->n_remedies = try_change(s, &out->remedy[0]);
    if (out->n_remedies == 0)
        out->no_remedy = s->many
            ? "no change was found with the work that is done for it in a matrix of more than 40 rows: of one connection, of the slopes or gains of one "
              "population (of at most 300 rows), or of all weights at once"
            : "no change of one connection, of the slopes or gains of one population or of all weights at once was found that restores it";
}

/* Rows of the matrices of changed networks: neurons that differ only in gain are one again, whatever decided the verdict. */
static size_t changed_rows(Ctx *cx, const Report *r)
{
    return remedy_level(cx, r->net) == GAINS_LARGEST ? r->lds.matrix.q : reduce_count_rows(cx, r->net);
}

/* Why nobody looks for remedies of a matrix; NULL: somebody does. */
static const char *why_unsought(Ctx *cx, const Report *r)
{
    const ClaimMatrix *m = &r->lds.matrix;
    if (m->n_kernels)
        return "what would restore it is not looked for: its weights are kernels";
    if (m->n_sums)
        return "what would restore it is not looked for: some of its rows are sums";
    if (changed_rows(cx, r) > REMEDY_MAX_ROWS && (m->q > FACTOR_MAX_ROWS || m->row_from[m->q] > FACTOR_MAX_ENTRIES))
        return "what would restore it is looked for in a matrix of at most 2000 rows and 200000 entries";
    if (reduce_has_means(cx, r->net) && r->net->n > REMEDY_MAX_NEURONS)
        return "what would restore it is not looked for: too many neurons of which means are taken";
    return NULL;
}

void remedies_find(Ctx *cx, const Report *r, Advice *out)
{
    Search s = {.cx = cx, .r = r};
    out->no_remedy = why_unsought(cx, r);
    if (out->no_remedy)
        return;
    size_t rows = changed_rows(cx, r);
    s.many = rows > REMEDY_MAX_ROWS;
    s.work = (RemedyWork){.left = remedy_work_of_changes};
    if (!s.many || rows <= CHANGES_MAX_ROWS)
        find_changes(&s, out);
    if (out->n_remedies == 0)
        find_factor(&s, out);
    forget(&s.last);
}
