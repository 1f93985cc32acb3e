/* Components with kernels: multipliers for all frequencies at once.
 *
 * With v a vector of frequency k, v*(-(P A^ + A^* P)) v is linear in p. It is a game:
 * one side chooses p on a simplex, the other a frequency and a vector. A p whose worst
 * answer is above 0 proves; a mixture of answers against which no p gets above 0 refutes.
 * The game grows by the worst answers to the p that is best so far. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/proof/symbol.h"
#include "compiler/check/proof/verify.h"

enum { MAX_MEMBERS = 12, MAX_ROUNDS = 80, MAX_CUTS = 4 * MAX_ROUNDS };

static const double most_work = 4e8;    /* rounds stop when their frequencies would take longer */

/* An answer: its frequency, its vector and the value of every multiplier against it. */
typedef struct Cut {
    uint32_t frequency[2];
    double re[MAX_MEMBERS], im[MAX_MEMBERS];
    double value[MAX_MEMBERS];
} Cut;

typedef struct Game {
    LdsPart *part;
    size_t n, n_cuts;
    double row[MAX_MEMBERS * MAX_MEMBERS];      /* T */
    double own[MAX_MEMBERS];                    /* self - leak */
    const ClaimKernel *kernel[MAX_MEMBERS * MAX_MEMBERS];       /* of each pair, or NULL */
    const ClaimKernel *place[MAX_MEMBERS];      /* a kernel that touches the member, or NULL */
    double scale[MAX_MEMBERS];                  /* p = scale * x, x on the simplex */
    Cut *cut;
} Game;

/* ---- reading ---- */

static size_t number_of(const LdsPart *p, size_t row)
{
    for (size_t k = 0; k < p->n; k++)
        if (p->member[k] == row)
            return k;
    return SIZE_MAX;
}

/* Those of the declared matrix: the verifier asks for the same transforms. */
static void read_kernels(Game *g)
{
    const ClaimMatrix *m = g->part->declared;
    const RowOrder *o = g->part->order;
    for (size_t k = 0; k < m->n_kernels; k++) {
        ClaimKernel *c = &m->kernel[k];
        size_t to = number_of(g->part, o ? o->place[c->to] : c->to), from = number_of(g->part, o ? o->place[c->from] : c->from);
        if (to != SIZE_MAX)
            g->place[to] = c;
        if (from != SIZE_MAX)
            g->place[from] = c;
        if (to == SIZE_MAX || from == SIZE_MAX)
            continue;
        g->kernel[to * g->n + from] = c;
    }
}

static void read_game(LdsPart *p, Game *g)
{
    const ClaimMatrix *m = p->matrix;
    mpq_t x;
    mpq_init(x);
    g->part = p;
    g->n = p->n;
    for (size_t i = 0; i < p->n; i++) {
        lds_part_diagonal(p, i, x);
        g->row[i * p->n + i] = mpq_get_d(x);
        mpq_sub(x, m->self[p->member[i]], m->leak[p->member[i]]);
        g->own[i] = mpq_get_d(x);
        for (size_t e = p->row_from[i]; e < p->row_from[i + 1]; e++) {
            lds_part_entry(p, e, x);
            g->row[i * p->n + p->column[e]] = mpq_get_d(x);
        }
        double diagonal = fmax(fabs(g->row[i * p->n + i]), fabs(g->own[i]));
        g->scale[i] = p->balance[i] * p->balance[i] * ldexp(1, (int)(-2 * p->s_exp[i])) / (diagonal > 0 ? diagonal : 1);
    }
    mpq_clear(x);
    read_kernels(g);
}

/* All transforms are there. */
static bool have_symbols(Game *g)
{
    for (size_t k = 0; k < g->n * g->n; k++) {
        ClaimKernel *c = (ClaimKernel *)g->kernel[k];
        if (!c || c->symbol)
            continue;
        if (!c->has_no_symbol)
            c->symbol = symbol_new(c->value, c->extent);
        c->has_no_symbol = !c->symbol;
        if (!c->symbol)
            return false;
    }
    return true;
}

/* ---- one frequency ---- */

/* The matrix of a frequency on the members of its place. */
typedef struct Mode {
    uint32_t frequency[2];
    size_t n;
    size_t member[MAX_MEMBERS];
    double re[MAX_MEMBERS * MAX_MEMBERS], im[MAX_MEMBERS * MAX_MEMBERS];
} Mode;

static void mode_zero(const Game *g, Mode *m)
{
    *m = (Mode){.n = g->n};
    for (size_t i = 0; i < g->n; i++)
        m->member[i] = i;
    memcpy(m->re, g->row, g->n * g->n * sizeof *m->re);
}

static void mode_at(const Game *g, const size_t extent[2], size_t k, Mode *m)
{
    *m = (Mode){.frequency = {(uint32_t)(k % extent[0]), (uint32_t)(k / extent[0])}};
    for (size_t i = 0; i < g->n; i++)
        if (g->place[i] && g->place[i]->extent[0] == extent[0] && g->place[i]->extent[1] == extent[1])
            m->member[m->n++] = i;
    for (size_t i = 0; i < m->n; i++)
        for (size_t j = 0; j < m->n; j++) {
            const ClaimKernel *c = g->kernel[m->member[i] * g->n + m->member[j]];
            m->re[i * m->n + j] = (c ? c->symbol->re[k] : 0) + (i == j ? g->own[m->member[i]] : 0);
            m->im[i * m->n + j] = c ? c->symbol->im[k] : 0;
        }
}

/* Least eigenvalue of -(P A + A* P), rows and columns divided by sqrt(p scale), and a vector in the coordinates of A. */
static double mode_least(const Game *g, const Mode *m, const double *p, double *re, double *im)
{
    size_t n = m->n, two = 2 * n;
    double a[4 * MAX_MEMBERS * MAX_MEMBERS], value[2 * MAX_MEMBERS], vector[4 * MAX_MEMBERS * MAX_MEMBERS], root[MAX_MEMBERS];
    for (size_t i = 0; i < n; i++)
        root[i] = sqrt(p[m->member[i]] * g->scale[m->member[i]]) / g->scale[m->member[i]];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double w = root[i] * root[j], pi = p[m->member[i]], pj = p[m->member[j]];
            double x = -(pi * m->re[i * n + j] + pj * m->re[j * n + i]) / w;
            double y = -(pi * m->im[i * n + j] - pj * m->im[j * n + i]) / w;
            a[i * two + j] = a[(i + n) * two + j + n] = x;
            a[(i + n) * two + j] = y;
            a[i * two + j + n] = -y;
        }
    if (n == 1) {
        re[0] = 1;
        im[0] = 0;
        return a[0];
    }
    eigen_symmetric(two, a, value, vector);
    for (size_t i = 0; i < n; i++) {
        re[i] = vector[i] / root[i];
        im[i] = vector[i + n] / root[i];
    }
    return value[0];
}

static void add_cut(Game *g, const Mode *m, const double *re, const double *im)
{
    if (g->n_cuts >= MAX_CUTS)
        return;
    Cut *c = &g->cut[g->n_cuts++];
    *c = (Cut){.frequency = {m->frequency[0], m->frequency[1]}};
    double top = 0;
    for (size_t i = 0; i < m->n; i++)
        top = fmax(top, fmax(fabs(re[i]), fabs(im[i])) / sqrt(g->scale[m->member[i]]));
    for (size_t i = 0; i < m->n; i++) {
        double x = 0, y = 0;
        for (size_t j = 0; j < m->n; j++) {
            x += m->re[i * m->n + j] * re[j] - m->im[i * m->n + j] * im[j];
            y += m->re[i * m->n + j] * im[j] + m->im[i * m->n + j] * re[j];
        }
        c->re[m->member[i]] = re[i];
        c->im[m->member[i]] = im[i];
        c->value[m->member[i]] = top > 0 ? -2 * (re[i] * x + im[i] * y) * g->scale[m->member[i]] / (top * top) : 0;
    }
}

/* ---- the worst answers ---- */

static bool is_first_of_extent(const Game *g, size_t i)
{
    if (!g->place[i])
        return false;
    for (size_t j = 0; j < i; j++)
        if (g->place[j] && g->place[j]->extent[0] == g->place[i]->extent[0] && g->place[j]->extent[1] == g->place[i]->extent[1])
            return false;
    return true;
}

static double worst_of_place(Game *g, const size_t extent[2], const double *p)
{
    Mode m, worst = {.n = 0};
    double least = DBL_MAX, re[MAX_MEMBERS], im[MAX_MEMBERS], worst_re[MAX_MEMBERS], worst_im[MAX_MEMBERS];
    for (size_t k = 1; k < extent[0] * extent[1]; k++) {
        if (!symbol_counts(extent, k))
            continue;
        mode_at(g, extent, k, &m);
        double value = mode_least(g, &m, p, re, im);
        if (!(value < least))
            continue;
        least = value;
        worst = m;
        memcpy(worst_re, re, sizeof re);
        memcpy(worst_im, im, sizeof im);
    }
    if (worst.n)
        add_cut(g, &worst, worst_re, worst_im);
    return least;
}

/* Adds the worst answer of frequency 0 and of each place; the least of their values. */
static double answer(Game *g, const double *p)
{
    Mode m;
    double re[MAX_MEMBERS], im[MAX_MEMBERS];
    mode_zero(g, &m);
    double least = mode_least(g, &m, p, re, im);
    add_cut(g, &m, re, im);
    for (size_t i = 0; i < g->n; i++)
        if (is_first_of_extent(g, i))
            least = fmin(least, worst_of_place(g, g->place[i]->extent, p));
    return least;
}

static double work_of_round(const Game *g)
{
    double work = 0, cube = (double)(g->n * g->n * g->n);
    for (size_t i = 0; i < g->n; i++)
        if (is_first_of_extent(g, i))
            work += (double)g->place[i]->extent[0] * (double)g->place[i]->extent[1] / 2;
    return work * (g->n == 1 ? 10 : 400 * cube);
}

/* ---- the matrix game by the simplex method ----
 *
 * With all values above 0: maximise the sum of y over y >= 0 with sum over cuts of
 * y_c value_c(i) <= 1 for every i. y over its sum is the answers' mixture, the prices of
 * the rows over theirs are the multipliers, 1 / sum y is the game's value. */

typedef struct Tableau {
    size_t rows, columns, width;
    double *t;                  /* rows + 1 lines of columns + 1; the last line holds the prices */
    size_t base[MAX_MEMBERS];
    double shift;               /* added to every value */
} Tableau;

static bool tableau_init(const Game *g, Tableau *t)
{
    *t = (Tableau){.rows = g->n, .columns = g->n_cuts + g->n, .width = g->n_cuts + g->n + 1};
    t->t = calloc((t->rows + 1) * t->width, sizeof *t->t);
    if (!t->t)
        return false;
    for (size_t c = 0; c < g->n_cuts; c++)
        for (size_t i = 0; i < t->rows; i++)
            t->shift = fmax(t->shift, 1 - g->cut[c].value[i]);
    for (size_t i = 0; i < t->rows; i++) {
        for (size_t c = 0; c < g->n_cuts; c++)
            t->t[i * t->width + c] = g->cut[c].value[i] + t->shift;
        t->t[i * t->width + g->n_cuts + i] = t->t[i * t->width + t->columns] = 1;
        t->base[i] = g->n_cuts + i;
    }
    for (size_t c = 0; c < g->n_cuts; c++)
        t->t[t->rows * t->width + c] = -1;
    return true;
}

static void pivot(Tableau *t, size_t leave, size_t enter)
{
    double *line = t->t + leave * t->width, by = line[enter];
    for (size_t c = 0; c < t->width; c++)
        line[c] /= by;
    for (size_t i = 0; i <= t->rows; i++) {
        double factor = t->t[i * t->width + enter];
        for (size_t c = 0; i != leave && factor != 0 && c < t->width; c++)
            t->t[i * t->width + c] -= factor * line[c];
    }
    t->base[leave] = enter;
}

/* One step by Bland's rule; false at the end. */
static bool simplex_step(Tableau *t)
{
    size_t enter = 0, leave = t->rows;
    while (enter < t->columns && t->t[t->rows * t->width + enter] > -1e-13)
        enter++;
    if (enter == t->columns)
        return false;
    double least = DBL_MAX;
    for (size_t i = 0; i < t->rows; i++) {
        double down = t->t[i * t->width + enter], ratio = t->t[i * t->width + t->columns] / down;
        if (down > 1e-12 && ratio < least) {
            least = ratio;
            leave = i;
        }
    }
    if (leave < t->rows)
        pivot(t, leave, enter);
    return leave < t->rows;
}

/* The game's value; x, its multipliers, and the mixture of the cuts. */
static double solve_game(const Game *g, double *x, double *mixture)
{
    enum { MOST_STEPS = 2000 };
    Tableau t;
    if (!tableau_init(g, &t))
        return DBL_MAX;
    for (int step = 0; step < MOST_STEPS && simplex_step(&t); step++)
        ;
    const double *price = t.t + t.rows * t.width;
    double sum = price[t.columns];
    memset(mixture, 0, g->n_cuts * sizeof *mixture);
    for (size_t i = 0; i < t.rows; i++) {
        x[i] = price[g->n_cuts + i] / sum;
        if (t.base[i] < g->n_cuts)
            mixture[t.base[i]] = t.t[i * t.width + t.columns] / sum;
    }
    double value = 1 / sum - t.shift;
    free(t.t);
    return value;
}

/* ---- proposals ---- */

/* False of what is no number: weights near the ends of the doubles leave some. */
static bool take_number(mpq_t to, double x)
{
    if (isfinite(x))
        mpq_set_d(to, x);
    return isfinite(x);
}

static bool offer_multipliers(Game *g, const double *p, LdsFinding *f)
{
    static const int bits[] = {4, 10, 24, 53};
    double top = 0;
    for (size_t i = 0; i < g->n; i++)
        top = fmax(top, p[i]);
    for (size_t b = 0; b < sizeof bits / sizeof *bits; b++) {
        mpq_t *multiplier = rationals_new(g->part->cx, g->n);
        bool fine = true;
        for (size_t i = 0; i < g->n; i++) {
            int e = 0;
            double mantissa = frexp(p[i] / top, &e);
            fine &= take_number(multiplier[i], ldexp(rint(ldexp(mantissa, bits[b])), e - bits[b]));
        }
        if (fine && lds_offer_exact_p(g->part, multiplier, "every frequency of the kernels", f))
            return true;
    }
    return false;
}

static bool fill_witness(const Game *g, const double *mixture, Witness *w)
{
    size_t r = 0;
    bool fine = true;
    for (size_t c = 0; c < g->n_cuts; c++) {
        const Cut *cut = &g->cut[c];
        if (!(mixture[c] > 0))
            continue;
        double top = 0;
        for (size_t i = 0; i < g->n; i++)
            top = fmax(top, fmax(fabs(cut->re[i]), fabs(cut->im[i])) / sqrt(g->scale[i]));
        for (size_t i = 0; i < g->n; i++) {
            fine &= take_number(w->v[r * g->n + i], cut->re[i] / top) && take_number(w->im[r * g->n + i], cut->im[i] / top);
        }
        w->frequency[2 * r] = cut->frequency[0];
        w->frequency[2 * r + 1] = cut->frequency[1];
        fine &= take_number(w->w[r++], mixture[c]);
    }
    return fine;
}

static bool offer_mixture(Game *g, const double *mixture, LdsFinding *f)
{
    Witness w;
    size_t rank = 0;
    for (size_t c = 0; c < g->n_cuts; c++)
        rank += mixture[c] > 0;
    if (!rank)
        return false;
    witness_init_modes(g->part->cx, &w, g->n, rank);
    memcpy(w.member, g->part->member, g->n * sizeof *w.member);
    bool fine = fill_witness(g, mixture, &w);
    row_order_declare_witness(g->part->cx, g->part->order, &w);
    if (!fine || !verify_witness(g->part->cx, g->part->declared, &w).accepted) {
        witness_clear(&w);
        return false;
    }
    *f = (LdsFinding){.verdict = TRUTH_REFUTED, .method = "a frequency of the kernels", .witness = w, .margin = f->margin};
    return true;
}

/* ---- the test ---- */

static bool all_finite(const Game *g)
{
    for (size_t i = 0; i < g->n; i++)
        if (!isfinite(g->scale[i]) || !(g->scale[i] > 0))
            return false;
    return true;
}

static void play(Game *g, LdsFinding *f)
{
    double x[MAX_MEMBERS], p[MAX_MEMBERS], mixture[MAX_CUTS], work = 0;
    for (size_t i = 0; i < g->n; i++)
        x[i] = 1.0 / (double)g->n;
    for (int round = 0; round < MAX_ROUNDS && (round < 2 || work < most_work); round++) {
        for (size_t i = 0; i < g->n; i++)   /* from the rim of the simplex a little inwards */
            p[i] = g->scale[i] * (0.999 * x[i] + 0.001 / (double)g->n);
        double least = answer(g, p);
        work += work_of_round(g);
        f->margin = fmax(f->margin, least);
        if (least > 0 && offer_multipliers(g, p, f))
            return;
        double value = solve_game(g, x, mixture);
        if (value < 1e-9 && offer_mixture(g, mixture, f))
            return;
    }
}

bool lds_test_symbol(LdsPart *p, LdsFinding *f)
{
    bool touched = false;
    for (size_t k = 0; !touched && k < p->matrix->n_kernels; k++)
        touched = number_of(p, p->matrix->kernel[k].to) < p->n || number_of(p, p->matrix->kernel[k].from) < p->n;
    if (!touched)
        return false;
    if (p->n > MAX_MEMBERS) {
        f->missing = "more populations with kernels depend on one another than are searched for multipliers";
        return false;
    }
    Game g = {.n = 0};
    read_game(p, &g);
    if (!have_symbols(&g)) {
        f->missing = "a kernel has too many places for its Fourier transform, or their number has too large a prime factor";
        return false;
    }
    g.cut = malloc(MAX_CUTS * sizeof *g.cut);
    if (g.cut && all_finite(&g))
        play(&g, f);
    free(g.cut);
    return true;
}
