/* --explain-verdict: the verdict with the numbers behind it, for someone who wants to redo it by hand. */
#include <math.h>
#include <stdlib.h>

#include "compiler/check/advice.h"
#include "compiler/check/lds/lapack.h"
#include "compiler/check/report_text.h"

/* Rows that a matrix is shown for, entries of a vector, components, rows for eigenvalues. */
enum { SHOWN_ROWS = 8, SHOWN_ENTRIES = 12, SHOWN_COMPONENTS = 6, EIGEN_ROWS = 1000 };

static void say(Sbuf *out, const char *label, Sbuf *text)
{
    report_line(out, label, sbuf_text(text));
    sbuf_free(text);
}

static const char *row_name(const ClaimMatrix *m, size_t row)
{
    return m->name && m->name[row] ? m->name[row] : "?";
}

/* T_ab of the tested matrix, exactly. */
static void tested(const ClaimMatrix *m, size_t a, size_t b, mpq_t out)
{
    mpq_srcptr x = claim_matrix_entry(m, a, b);
    mpq_set_ui(out, 0, 1);
    if (x) {
        mpz_set_ui(mpq_numref(out), claim_matrix_size(m, b));
        mpq_mul(out, out, x);
    }
    if (a == b && m->leak) {
        mpq_add(out, out, m->self[a]);
        mpq_sub(out, out, m->leak[a]);
    }
}

/* ---- the question ---- */

static void explain_matrix(const ClaimMatrix *m, Sbuf *out)
{
    mpq_t x;
    mpq_init(x);
    for (size_t a = 0; a < m->q; a++) {
        Sbuf line = {0};
        for (size_t b = 0; b < m->q; b++) {
            Sbuf number = {0};
            tested(m, a, b, x);
            report_number(x, &number);
            sbuf_printf(&line, "%12s", sbuf_text(&number));
            sbuf_free(&number);
        }
        sbuf_printf(out, "%*s%-12.12s%s\n", REPORT_LABEL, "", row_name(m, a), sbuf_text(&line));
        sbuf_free(&line);
    }
    mpq_clear(x);
}

static void explain_question(const Report *r, Sbuf *out)
{
    const LdsReport *l = &r->lds;
    const ClaimMatrix *m = &l->matrix;
    report_line(out, "the question", "A = diag(L) W - I: weights times the slope bounds L of their targets, minus the leak. Is there one positive "
                                     "number p for each row so that P A + A' P is negative definite?");
    Sbuf text = {0};
    if (m->size)
        sbuf_printf(&text, "%zu neurons are %zu %s: neurons of a population that differ in nothing are one row, which carries the sum of "
                    "their weights (Theorem 10)%s", m->n, m->q, report_plural(m->q, "row", "rows"), m->mean_slope ? "; those that differ "
                    "in gain alone are one too, with the mean of their slopes as L (Theorem 35)" : "");
    else
        sbuf_printf(&text, "%zu %s, each a row of its own", m->n, report_plural(m->n, "neuron", "neurons"));
    if (m->n_sums)
        sbuf_printf(&text, "; what many targets read alike is a sum of its sources with a row of its own, %zu in all (Theorem 36)", m->n_sums);
    if (l->n_components > 1)
        sbuf_printf(&text, "; they fall into %zu strongly connected components, the largest of %zu rows, which are decided one by one "
                    "(Theorem 9)", l->n_components, l->largest_component);
    say(out, "the matrix", &text);
    if (m->q <= SHOWN_ROWS)
        explain_matrix(m, out);
    if (m->n_kernels)
        report_line(out, "", "and kernels, whose every frequency is decided with the same p (Theorem 11)");
}

/* ---- the proof ---- */

static void explain_component(const ClaimMatrix *m, const Component *c, Sbuf *out)
{
    Sbuf text = {0};
    sbuf_printf(&text, "p = ");
    for (size_t k = 0; k < c->n && k < SHOWN_ENTRIES; k++) {
        sbuf_printf(&text, "%s%s ", k ? ", " : "", row_name(m, c->member[k]));
        report_number(c->p[k], &text);
    }
    if (c->n > SHOWN_ENTRIES)
        sbuf_printf(&text, " and %zu more", c->n - SHOWN_ENTRIES);
    sbuf_printf(&text, "; -(P A + A' P) is positive definite by %s",
                c->proof == PROOF_EXACT ? "elimination in exact fractions" : "a Cholesky factorisation with proved error bounds (Rump)");
    say(out, "", &text);
}

static void say_more(size_t n, Sbuf *out)
{
    Sbuf text = {0};
    sbuf_printf(&text, "and so for the other %zu, which are no larger", n);
    say(out, "", &text);
}

/* The largest components, in descending order, those of one size as they stand. */
static size_t largest_components(const Evidence *e, size_t *out)
{
    size_t n = 0;
    for (size_t c = 0; c < e->n_components; c++) {
        size_t k = n < SHOWN_COMPONENTS ? n++ : SHOWN_COMPONENTS;
        for (; k > 0 && e->component[out[k - 1]].n < e->component[c].n; k--)
            if (k < SHOWN_COMPONENTS)
                out[k] = out[k - 1];
        if (k < SHOWN_COMPONENTS)
            out[k] = c;
    }
    return n;
}

static void explain_certificate(const LdsReport *l, Sbuf *out)
{
    size_t shown[SHOWN_COMPONENTS], n = largest_components(&l->evidence, shown);
    Sbuf text = {0};
    sbuf_printf(&text, "certified, found by: %s", l->method);
    if (l->has_margin)
        sbuf_printf(&text, "; %.3g %% of every net leak may be taken away before these multipliers fail (measured)", 100 * l->margin);
    say(out, "the proof", &text);
    for (size_t k = 0; k < n; k++)
        explain_component(&l->matrix, &l->evidence.component[shown[k]], out);
    if (l->evidence.n_components > n)
        say_more(l->evidence.n_components - n, out);
}

/* sum_k w_k v_ki (T v_k)_i, which is not below 0. */
static void witness_product(const ClaimMatrix *m, const Witness *w, size_t i, mpq_t out)
{
    mpq_t x, sum;
    mpq_inits(x, sum, (mpq_ptr)0);
    mpq_set_ui(out, 0, 1);
    for (size_t k = 0; k < w->rank; k++) {
        mpq_set_ui(sum, 0, 1);
        for (size_t j = 0; j < w->n; j++) {
            tested(m, w->member[i], w->member[j], x);
            mpq_mul(x, x, w->v[k * w->n + j]);
            mpq_add(sum, sum, x);
        }
        mpq_mul(sum, sum, w->v[k * w->n + i]);
        if (w->w)
            mpq_mul(sum, sum, w->w[k]);
        mpq_add(out, out, sum);
    }
    mpq_clears(x, sum, (mpq_ptr)0);
}

static void explain_vector(const ClaimMatrix *m, const Witness *w, size_t k, Sbuf *out)
{
    Sbuf text = {0};
    sbuf_printf(&text, "v%zu = ", k + 1);
    for (size_t i = 0; i < w->n && i < SHOWN_ENTRIES; i++) {
        sbuf_printf(&text, "%s%s ", i ? ", " : "", row_name(m, w->member[i]));
        report_number(w->v[k * w->n + i], &text);
    }
    if (w->n > SHOWN_ENTRIES)
        sbuf_printf(&text, " and %zu more", w->n - SHOWN_ENTRIES);
    say(out, "", &text);
}

static void explain_products(const ClaimMatrix *m, const Witness *w, Sbuf *out)
{
    Sbuf text = {0};
    mpq_t x;
    mpq_init(x);
    sbuf_str(&text, "the sum of v_i (A v)_i over the vectors is ");
    for (size_t i = 0; i < w->n && i < SHOWN_ENTRIES; i++) {
        witness_product(m, w, i, x);
        sbuf_printf(&text, "%s%s ", i ? ", " : "", row_name(m, w->member[i]));
        report_number(x, &text);
    }
    sbuf_str(&text, ": nowhere below 0, which no p allows");
    mpq_clear(x);
    say(out, "", &text);
}

static void explain_refutation(const LdsReport *l, Sbuf *out)
{
    const Witness *w = &l->evidence.witness;
    Sbuf text = {0};
    sbuf_printf(&text, "refuted, found by: %s. If p existed, 0 > sum p_i v_i (A v)_i would hold for every vector v (Theorem 1)", l->method);
    say(out, "the proof", &text);
    if (w->is_zero_sum) {
        text = (Sbuf){0};
        sbuf_printf(&text, "v = 1 in one neuron of %s and -1 in another: A v is a multiple of v that is not below 0", row_name(&l->matrix, w->population));
        say(out, "", &text);
        return;
    }
    if (w->frequency) {
        report_line(out, "", "the vectors are waves over the places of a kernel; the certificate file has them");
        return;
    }
    for (size_t k = 0; k < w->rank && k < SHOWN_COMPONENTS; k++)
        explain_vector(&l->matrix, w, k, out);
    explain_products(&l->matrix, w, out);
}

/* ---- measured ---- */

/* What a neuron of row a receives, W = A + I summed by sign; and from how many rows. */
static void received(const ClaimMatrix *m, size_t a, double *up, double *down)
{
    double own = 1 + (m->leak ? mpq_get_d(m->self[a]) - mpq_get_d(m->leak[a]) : 0);
    *up = *down = 0;
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
        double weight = claim_matrix_near(m, a, e) * (double)claim_matrix_size(m, m->column[e]);
        if (m->column[e] == a)
            own += weight;
        else
            *(weight > 0 ? up : down) += weight;
    }
    *(own > 0 ? up : down) += own;
}

static void explain_row(const ClaimMatrix *m, size_t a, Sbuf *out)
{
    Sbuf text = {0};
    double up, down;
    received(m, a, &up, &down);
    sbuf_printf(&text, "%s receives %.4g in excitation and %.4g in inhibition", row_name(m, a), up, down);
    if (up - down > 0)
        sbuf_printf(&text, ": balance %+.3g (1 excitation alone, -1 inhibition alone)", (up + down) / (up - down));
    say(out, a == 0 ? "measured" : "", &text);
}

/* Sums over neurons. */
typedef struct Spread {
    double n, sum, squares, least, most;
} Spread;

static void spread_add(Spread *s, double x, double times)
{
    s->least = s->n > 0 ? fmin(s->least, x) : x;
    s->most = s->n > 0 ? fmax(s->most, x) : x;
    s->n += times;
    s->sum += times * x;
    s->squares += times * x * x;
}

static double spread_mean(const Spread *s)
{
    return s->sum / s->n;
}

static double spread_deviation(const Spread *s)
{
    double mean = spread_mean(s);
    return sqrt(fmax(0, s->squares / s->n - mean * mean));
}

static void explain_all_rows(const ClaimMatrix *m, Sbuf *out)
{
    Spread excitation = {0}, inhibition = {0}, balance = {0};
    Sbuf text = {0};
    for (size_t a = 0; a < m->q; a++) {
        double up, down, times = (double)claim_matrix_size(m, a);
        received(m, a, &up, &down);
        spread_add(&excitation, up, times);
        spread_add(&inhibition, down, times);
        if (up - down > 0)
            spread_add(&balance, (up + down) / (up - down), times);
    }
    sbuf_printf(&text, "a neuron receives %.4g +- %.3g in excitation and %.4g +- %.3g in inhibition", spread_mean(&excitation),
                spread_deviation(&excitation), spread_mean(&inhibition), spread_deviation(&inhibition));
    if (balance.n > 0)
        sbuf_printf(&text, "; balance %+.3g +- %.2g, from %+.3g to %+.3g (1 excitation alone, -1 inhibition alone)", spread_mean(&balance),
                    spread_deviation(&balance), balance.least, balance.most);
    say(out, "measured", &text);
}

static void explain_balance(const Report *r, Sbuf *out)
{
    const ClaimMatrix *m = &r->lds.matrix;
    if (m->n_sums)          /* its entries are not what neurons receive of each other */
        return;
    if (m->mean_slope)
        report_line(out, "measured", "where gains differ, of a neuron with the mean of their slopes:");
    for (size_t a = 0; a < m->q && m->q <= SHOWN_ENTRIES; a++)
        explain_row(m, a, out);
    if (m->q > SHOWN_ENTRIES)
        explain_all_rows(m, out);
}

/* The eigenvalue with the largest real part, and how far the others reach: far apart from them it is an outlier. */
static void say_eigenvalues(size_t n, const double *wr, const double *wi, Sbuf *out)
{
    size_t top = 0;
    double others = 0;
    Sbuf text = {0};
    for (size_t k = 1; k < n; k++)
        top = wr[k] > wr[top] ? k : top;
    for (size_t k = 0; k < n; k++)
        if (k != top && (wr[k] != wr[top] || wi[k] != -wi[top]))
            others = fmax(others, hypot(wr[k], wi[k]));
    sbuf_printf(&text, "the eigenvalue of diag(L) W with the largest real part is %.6g", wr[top]);
    if (wi[top] != 0)
        sbuf_printf(&text, " +- %.6gi", fabs(wi[top]));
    if (n > SHOWN_ENTRIES)
        sbuf_printf(&text, " (measured); all others are at most %.4g in size", others);
    say(out, "", &text);
}

static void explain_eigenvalue(const Report *r, Sbuf *out)
{
    const ClaimMatrix *m = &r->lds.matrix;
    if (m->q > EIGEN_ROWS || m->n_kernels || m->mean_slope || m->n_sums || !lapack_load(NULL))
        return;
    double *a = malloc(m->q * m->q * sizeof *a), *wr = malloc(2 * m->q * sizeof *wr), *wi = wr + m->q;
    bool finite = true;             /* LAPACK must not be asked otherwise */
    mpq_t x;
    mpq_init(x);
    for (size_t i = 0; a && wr && i < m->q; i++)
        for (size_t j = 0; j < m->q; j++) {
            tested(m, i, j, x);
            a[j * m->q + i] = mpq_get_d(x) + (i == j);
            finite = finite && fabs(a[j * m->q + i]) < 1e150;
        }
    mpq_clear(x);
    if (a && wr && finite && lapack_general_eigen(m->q, a, wr, wi, NULL) == 0) {
        say_eigenvalues(m->q, wr, wi, out);
    }
    free(a);
    free(wr);
}

/* ---- what follows ---- */

static void list_statements(const Report *r, const LdsReport *proof, Sbuf *out)
{
    const Evidence *e = &proof->evidence;
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        mpq_t *rate = statement_numbers(s, "rate");
        Sbuf text = {0};
        sbuf_printf(&text, "- %s (Theorem %d)", statement_table[s->kind].name, statement_table[s->kind].theorem);
        if (s->is_part)
            sbuf_printf(&text, " of the component that holds %s", row_name(&proof->matrix, e->component[s->component].member[0]));
        if (rate && mpq_sgn(rate[0]) > 0) {
            sbuf_str(&text, ": rate ");
            report_rate(rate[0], &text);
            sbuf_printf(&text, " per %s", model_time_unit(r->net->model));
        }
        say(out, "", &text);
    }
}

static void explain_conclusions(const StabilityReport *s, Sbuf *out)
{
    if (s->n_parts < 2) {
        report_line(out, "what follows", s->conclusion);
        report_line(out, "", s->theorem);
    }
    for (size_t k = 0; s->n_parts > 1 && k < s->n_parts; k++) {
        const StabilityPart *p = &s->part[k];
        Sbuf text = {0};
        report_line(out, k ? "" : "what follows", p->says);
        sbuf_printf(&text, "%s (docs/theory.md): %s", p->theorem, p->because);
        say(out, "", &text);
    }
}

static void explain_statements(const Report *r, Sbuf *out)
{
    const LdsReport *everywhere = report_everywhere(r);
    explain_conclusions(&r->stability, out);
    list_statements(r, report_proof(r), out);
    if (everywhere && everywhere->evidence.n_statements) {
        report_line(out, "", "and with the slopes everywhere, not in the box alone:");
        list_statements(r, everywhere, out);
    }
    if (r->stability.open)
        report_line(out, "what stays open", r->stability.open);
}

void report_explain(const Report *r, Sbuf *out)
{
    const LdsReport *l = &r->lds;
    sbuf_char(out, '\n');
    if (!report_covers(r, CONCLUDE_LDS))
        return;
    if (!l->matrix.q) {
        report_line(out, "the question", l->reason ? l->reason : "there is no matrix");
        return;
    }
    explain_question(r, out);
    if (l->verdict == TRUTH_CERTIFIED)
        explain_certificate(l, out);
    else if (l->verdict == TRUTH_REFUTED)
        explain_refutation(l, out);
    else
        report_line(out, "no proof", l->reason);
    if (report_covers(r, CONCLUDE_STABILITY))
        explain_statements(r, out);
    explain_balance(r, out);
    explain_eigenvalue(r, out);
}
