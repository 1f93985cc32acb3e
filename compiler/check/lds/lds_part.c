#include "compiler/check/lds/lds.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/check/proof/verify.h"

/* ---- reading a component ---- */

static void scale_by_size(const LdsPart *p, uint32_t row, mpq_t x)
{
    if (!p->matrix->size || p->matrix->size[row] == 1)
        return;
    mpq_t n;
    mpq_init(n);
    mpz_set_ui(mpq_numref(n), p->matrix->size[row]);
    mpq_mul(x, x, n);
    mpq_clear(n);
}

/* The row whose edge it is. */
static size_t row_of(const LdsPart *p, size_t edge)
{
    size_t lo = 0, hi = p->n;
    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;
        if (p->row_from[mid] <= edge)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

void lds_part_entry(const LdsPart *p, size_t edge, mpq_t out)
{
    mpq_set(out, claim_matrix_at(p->matrix, p->member[row_of(p, edge)], p->source[edge]));
    scale_by_size(p, p->member[p->column[edge]], out);
}

void lds_part_diagonal(const LdsPart *p, size_t i, mpq_t out)
{
    const ClaimMatrix *m = p->matrix;
    uint32_t row = p->member[i];
    mpq_set_ui(out, 0, 1);
    for (size_t e = m->row_from[row]; e < m->row_from[row + 1]; e++)
        if (m->column[e] == row)
            mpq_set(out, claim_matrix_at(m, row, e));
    scale_by_size(p, row, out);
    if (m->self)
        mpq_add(out, out, m->self[row]);
    if (m->leak)
        mpq_sub(out, out, m->leak[row]);
}

size_t lds_part_find(const LdsPart *p, size_t i, size_t j)
{
    size_t lo = p->row_from[i], hi = p->row_from[i + 1];
    if (hi - lo == p->n - 1)                /* all others */
        return j == i ? SIZE_MAX : lo + j - (j > i);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (p->column[mid] < j)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->row_from[i + 1] && p->column[lo] == j ? lo : SIZE_MAX;
}

double *lds_part_dense(const LdsPart *p)
{
    double *a = calloc(p->n * p->n, sizeof *a);
    if (!a)
        return NULL;
    for (size_t i = 0; i < p->n; i++) {
        a[i * p->n + i] = -1;
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++)
            a[i * p->n + p->column[e]] = p->k[e];
    }
    return a;
}

double lds_split(mpq_srcptr x, long *exponent)
{
    long top, bottom;
    double a = mpz_get_d_2exp(&top, mpq_numref(x)), b = mpz_get_d_2exp(&bottom, mpq_denref(x));
    *exponent = top - bottom;
    return a / b;
}

size_t lds_part_index(const LdsPart *p, uint32_t row)
{
    size_t lo = 0, hi = p->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (p->member[mid] < row)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < p->n && p->member[lo] == row ? lo : SIZE_MAX;
}

static inline bool is_zero(const ClaimMatrix *m, size_t e)
{
    return m->entry ? mpq_sgn(m->entry[e]) == 0 : m->scaled->value[e] == 0;
}

/* Where rows hold a number in every column, those of row i are all edges but the diagonal's. */
static bool take_full_row(LdsPart *p, size_t i, const double *value, size_t from)
{
    for (size_t j = 0; j < p->n; j++)
        if (value[j] == 0 && j != i)
            return false;
    uint32_t *column = p->column + p->n_edges, *source = p->source + p->n_edges;
    for (size_t k = 0; k + 1 < p->n; k++) {
        column[k] = (uint32_t)(k + (k >= i));
        source[k] = (uint32_t)from + column[k];
    }
    p->n_edges += p->n - 1;
    return true;
}

static void find_runs(LdsPart *p)
{
    size_t n_runs = 0, *run = sparse_runs(p->n, p->row_from, p->column);
    if (!run)
        return;
    while (run[n_runs] < p->n_edges)
        n_runs++;
    p->run = ARENA_ARRAY(&p->cx->arena, n_runs + 1, size_t);
    memcpy(p->run, run, (n_runs + 1) * sizeof *run);
    free(run);
}

static void find_edges(LdsPart *p)
{
    const ClaimMatrix *m = p->matrix;
    size_t bound = 0;
    for (size_t i = 0; i < p->n; i++)
        bound += m->row_from[p->member[i] + 1] - m->row_from[p->member[i]];
    p->row_from = ARENA_ARRAY(&p->cx->arena, p->n + 1, size_t);
    p->column = ARENA_ARRAY(&p->cx->arena, bound, uint32_t);
    p->source = ARENA_ARRAY(&p->cx->arena, bound, uint32_t);
    for (size_t i = 0; i < p->n; i++) {
        uint32_t row = p->member[i];
        size_t from = m->row_from[row];
        bool is_full = m->scaled && p->n == m->q && p->n > 1 && m->row_from[row + 1] - from == p->n;
        if (is_full && take_full_row(p, i, m->scaled->value + from, from)) {
            p->row_from[i + 1] = p->n_edges;
            continue;
        }
        for (size_t e = from; p->n > 1 && e < m->row_from[row + 1]; e++) {
            size_t j = m->column[e] == row ? SIZE_MAX : p->n == m->q ? m->column[e] : lds_part_index(p, m->column[e]);
            if (j == SIZE_MAX || is_zero(m, e))
                continue;
            p->column[p->n_edges] = (uint32_t)j;
            p->source[p->n_edges++] = (uint32_t)e;
        }
        p->row_from[i + 1] = p->n_edges;
    }
    find_runs(p);
}

static void read_diagonal(LdsPart *p)
{
    mpq_t x;
    mpq_init(x);
    p->d = ARENA_ARRAY(&p->cx->arena, p->n, double);
    p->d_exp = ARENA_ARRAY(&p->cx->arena, p->n, long);
    for (size_t i = 0; i < p->n; i++) {
        lds_part_diagonal(p, i, x);
        p->d[i] = mpq_sgn(x) < 0 ? -lds_split(x, &p->d_exp[i]) : 1;
    }
    mpq_clear(x);
}

bool lds_spend_operations(LdsPart *p, double cost, LdsFinding *f)
{
    if (cost > *p->work) {
        f->missing = "the work set aside for all components was spent";
        return false;
    }
    *p->work -= cost;
    return true;
}

bool lds_spend(LdsPart *p, double cubes, LdsFinding *f)
{
    double n = (double)p->n;
    return lds_spend_operations(p, cubes * n * n * n, f);
}

/* As frexp has it; x is not 0. */
static inline double mantissa_of(double x, long *exponent)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    long biased = (long)(bits >> 52 & 0x7ff);
    if (biased == 0) {          /* below the normal numbers */
        int e;
        x = frexp(x, &e);
        *exponent = e;
        return x;
    }
    *exponent = biased - 1022;
    bits = (bits & ~((uint64_t)0x7ff << 52)) | (uint64_t)1022 << 52;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* The entries of local row i, divided by its own, as k * 2^exponent. */
static void read_row(const LdsPart *p, size_t i, mpq_t x, int32_t *exponent)
{
    const ClaimMatrix *m = p->matrix;
    const ScaledEntries *s = m->scaled;
    uint32_t row = p->member[i], group = UINT32_MAX;
    double unit = 0;
    long unit_exp = 0;
    for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
        long exp;
        if (s) {
            uint32_t column = m->column[p->source[e]];
            if (s->group[column] != group) {
                group = s->group[column];
                unit = lds_split(s->unit[row * s->n_groups + group], &unit_exp);
            }
            p->k[e] = mantissa_of(s->value[p->source[e]], &exp) * unit / p->d[i];
            exp += unit_exp;
        } else {
            mpq_set(x, m->entry[p->source[e]]);
            scale_by_size(p, p->member[p->column[e]], x);
            p->k[e] = lds_split(x, &exp) / p->d[i];
        }
        exp -= p->d_exp[i];
        exponent[e] = exp > LDS_FAR ? LDS_FAR : exp < -LDS_FAR ? -LDS_FAR : (int32_t)exp;
    }
}

/* Row i divided by its own, as doubles; false where some are too far from 1 to be squared and added. */
static bool read_plain_row(const LdsPart *p, size_t i)
{
    static const double far = 0x1p200;
    const ScaledEntries *s = p->matrix->scaled;
    uint32_t row = p->member[i], group = UINT32_MAX;
    double by = 0, least = 1, most = 1;
    for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
        uint32_t column = p->matrix->column[p->source[e]];
        if (s->group[column] != group) {
            long exp;
            group = s->group[column];
            by = lds_split(s->unit[row * s->n_groups + group], &exp) / p->d[i];
            exp -= p->d_exp[i];
            if (exp < -200 || exp > 200)
                return false;
            by = ldexp(by, (int)exp);
        }
        double size = fabs(p->k[e] = s->value[p->source[e]] * by);
        least = size < least ? size : least;
        most = size > most ? size : most;
    }
    return least > 1 / far && most < far;
}

/* As most are: no exponents of their own, if balancing them moves none far. */
static bool read_plainly(LdsPart *p)
{
    bool all = p->matrix->scaled && lds_is_dense(p) && p->run;
    for (size_t i = 0; all && i < p->n; i++)
        all = read_plain_row(p, i);
    return all && lds_balance_plain(p);
}

void lds_part_init(Ctx *cx, const LdsRows *rows, const Component *c, double *work, LdsPart *out)
{
    *out = (LdsPart){.cx = cx, .matrix = rows->matrix, .declared = rows->declared, .order = rows->order, .n = c->n, .member = c->member, .work = work};
    find_edges(out);
    read_diagonal(out);
    out->k = ARENA_ARRAY(&cx->arena, out->n_edges, double);
    out->s_exp = ARENA_ARRAY(&cx->arena, out->n, long);
    out->balance = ARENA_ARRAY(&cx->arena, out->n, double);
    if (read_plainly(out))
        return;
    int32_t *exponent = ARENA_ARRAY(&cx->arena, out->n_edges, int32_t);
    mpq_t x;
    mpq_init(x);
    for (size_t i = 0; i < out->n; i++)
        read_row(out, i, x, exponent);
    mpq_clear(x);
    lds_balance(out, exponent);
}
