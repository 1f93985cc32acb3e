#include "compiler/check/proof/statement/statement_verify.h"

/* ---- contraction in weighted maximum and sum norms ---- */

static bool all_positive(const mpq_t *x, size_t n)
{
    bool positive = true;
    for (size_t k = 0; positive && k < n; k++)
        positive = mpq_sgn(x[k]) > 0;
    return positive;
}

/* d_i (1 - W_ii) - sum |W_ij| d_j > 0 in every row i, and 1 - max(0, W_ii + sum |W_ij| d_j / d_i) >= rate tau_i. A sum, which has
 * no dynamics, is to be no larger than its d: d_k >= sum |R_jk| d_j. */
static const char *dominance_fault(const StatementCase *x)
{
    const mpq_t *d = statement_numbers(x->s, "d"), *tau = statement_numbers(x->s, "tau");
    mpq_srcptr rate = statement_numbers(x->s, "rate")[0];
    if (!all_positive(d, x->m->q) || !all_positive(tau, x->m->q) || mpq_sgn(rate) < 0)
        return "d and tau are not all positive, or the rate is negative";
    mpq_t slack, sum;
    bool holds = true;
    mpq_inits(slack, sum, (mpq_ptr)0);
    for (size_t a = 0; holds && a < x->m->q; a++) {
        neuron_net_leak(x->m, a, slack);
        neuron_row_sum(x->m, a, d, sum);
        mpq_div(sum, sum, d[a]);
        mpq_sub(slack, slack, sum);
        if (mpq_cmp_ui(slack, 1, 1) > 0)
            mpq_set_ui(slack, 1, 1);
        mpq_mul(sum, rate, tau[a]);
        holds = x->m->n_sums && a >= x->m->n ? mpq_sgn(slack) >= 0 : mpq_sgn(slack) > 0 && mpq_cmp(slack, sum) >= 0;
    }
    mpq_clears(slack, sum, (mpq_ptr)0);
    return holds ? NULL : "a row is not dominated by its diagonal at this rate";
}

/* min(1, 1 - W_jj)/tau_j - sum over i of (q_i/q_j) |W_ij| / tau_i >= rate in every column j. */
static const char *contraction_one_fault(const StatementCase *x)
{
    size_t n = x->m->q;
    const mpq_t *q = statement_numbers(x->s, "q"), *tau = statement_numbers(x->s, "tau");
    mpq_srcptr rate = statement_numbers(x->s, "rate")[0];
    if (!all_positive(q, n) || !all_positive(tau, n) || mpq_sgn(rate) <= 0)
        return "q, tau and rate are not all positive";
    mpq_t *weight = rationals_new(x->cx, n), *column = rationals_new(x->cx, n), slack;
    bool holds = true;
    mpq_init(slack);
    for (size_t a = 0; a < n; a++)
        mpq_div(weight[a], q[a], tau[a]);
    neuron_column_sums(x->m, (const mpq_t *)weight, column);
    for (size_t b = 0; holds && b < n; b++) {
        neuron_net_leak(x->m, b, slack);
        if (mpq_cmp_ui(slack, 1, 1) > 0)
            mpq_set_ui(slack, 1, 1);
        mpq_div(slack, slack, tau[b]);
        mpq_div(column[b], column[b], q[b]);
        mpq_sub(slack, slack, column[b]);
        holds = mpq_cmp(slack, rate) >= 0;
    }
    mpq_clear(slack);
    rationals_clear(weight, n);
    rationals_clear(column, n);
    return holds ? NULL : "a column is not dominated by its diagonal at this rate";
}

/* ---- games with a potential, and saddles ---- */

/* p_a k_ab(d) = sign p_b k_ba(-d). */
static bool kernels_match(const ClaimMatrix *m, const ClaimKernel *k, const mpq_t *p, int sign)
{
    const ClaimKernel *back = claim_matrix_kernel(m, k->from, k->to);
    bool same = back != NULL && back->extent[0] == k->extent[0] && back->extent[1] == k->extent[1];
    size_t width = k->extent[0], height = k->extent[1];
    mpq_t x, y;
    mpq_inits(x, y, (mpq_ptr)0);
    for (size_t d = 0; same && d < width * height; d++) {
        size_t across = (width - d % width) % width, along = (height - d / width) % height;
        mpq_mul(x, p[k->to], k->value[d]);
        mpq_mul(y, p[k->from], back->value[along * width + across]);
        if (sign < 0)
            mpq_neg(y, y);
        same = mpq_equal(x, y);
    }
    mpq_clears(x, y, (mpq_ptr)0);
    return same;
}

static bool entry_matches(const ClaimMatrix *m, size_t a, size_t e, const mpq_t *p, int sign, mpq_t x, mpq_t y)
{
    size_t b = m->column[e];
    mpq_srcptr back = claim_matrix_entry(m, b, a);
    mpq_mul(x, p[a], claim_matrix_at(m, a, e));
    if (sign < 0)
        mpq_neg(x, x);
    if (!back)
        return mpq_sgn(x) == 0;
    mpq_mul(y, p[b], back);
    return mpq_equal(x, y);
}

/* p_i W_ij = s_i s_j p_j W_ji for all i, j, s NULL being all 1. */
static bool weights_match(const ClaimMatrix *m, const mpq_t *p, const mpq_t *s)
{
    bool same = true;
    mpq_t x, y;
    mpq_inits(x, y, (mpq_ptr)0);
    for (size_t a = 0; same && a < m->q; a++)
        for (size_t e = m->row_from[a]; same && e < m->row_from[a + 1]; e++)
            same = entry_matches(m, a, e, p, s && mpq_sgn(s[a]) != mpq_sgn(s[m->column[e]]) ? -1 : 1, x, y);
    for (size_t k = 0; same && k < m->n_kernels; k++) {
        const ClaimKernel *c = &m->kernel[k];
        same = kernels_match(m, c, p, s && mpq_sgn(s[c->to]) != mpq_sgn(s[c->from]) ? -1 : 1);
    }
    mpq_clears(x, y, (mpq_ptr)0);
    return same;
}

static const char *potential_fault(const StatementCase *x)
{
    const mpq_t *p = statement_numbers(x->s, "p");
    if (!all_positive(p, x->m->q))
        return "p is not positive";
    return weights_match(x->m, p, NULL) ? NULL : "p_i W_ij and p_j W_ji differ somewhere";
}

/* place[k]: the row with the number k + 1. False unless the numbers are 1 to *n, each once. */
static bool read_cycle(const mpq_t *number, size_t q, size_t *place, size_t *n)
{
    *n = 0;
    for (size_t a = 0; a < q; a++)
        *n += mpq_sgn(number[a]) != 0;
    for (size_t k = 0; k < *n; k++)
        place[k] = SIZE_MAX;
    for (size_t a = 0; a < q; a++) {
        if (mpq_sgn(number[a]) == 0)
            continue;
        if (mpz_cmp_ui(mpq_denref(number[a]), 1) != 0 || mpq_sgn(number[a]) < 0 || mpq_cmp_ui(number[a], *n, 1) > 0)
            return false;
        size_t k = mpz_get_ui(mpq_numref(number[a])) - 1;
        if (place[k] != SIZE_MAX)
            return false;
        place[k] = a;
    }
    return *n >= 2;
}

/* The product of the weights around the cycle, each neuron's to the one before it, or from it. */
static void product_around(const ClaimMatrix *m, const size_t *place, size_t n, bool from, mpq_t out)
{
    mpq_set_ui(out, 1, 1);
    for (size_t k = 0; k < n; k++) {
        size_t a = place[k], b = place[(k + 1) % n];
        mpq_srcptr w = from ? claim_matrix_entry(m, b, a) : claim_matrix_entry(m, a, b);
        if (w)
            mpq_mul(out, out, w);
        else
            mpq_set_ui(out, 0, 1);
    }
}

/* Two neurons: the weights between them differ in sign. More: the products around, in both directions, are not equal. */
static const char *no_potential_fault(const StatementCase *x)
{
    size_t *place = ARENA_ARRAY(&x->cx->arena, x->m->q, size_t), n;
    if (x->s->is_part)
        return "it is about all rows";
    if (x->m->n_kernels)
        return "there are kernels, whose weights are not of two rows";
    if (!read_cycle(statement_numbers(x->s, "cycle"), x->m->q, place, &n))
        return "the numbers around the cycle are not 1, 2, ..., each once";
    if (n == 2) {
        mpq_srcptr to = claim_matrix_entry(x->m, place[0], place[1]), back = claim_matrix_entry(x->m, place[1], place[0]);
        return (to ? mpq_sgn(to) : 0) != (back ? mpq_sgn(back) : 0) ? NULL : "the two weights have one sign";
    }
    mpq_t one, other;
    mpq_inits(one, other, (mpq_ptr)0);
    product_around(x->m, place, n, false, one);
    product_around(x->m, place, n, true, other);
    bool differ = !mpq_equal(one, other);
    mpq_clears(one, other, (mpq_ptr)0);
    return differ ? NULL : "the products around the cycle are equal";
}

static const char *saddle_fault(const StatementCase *x)
{
    const mpq_t *p = statement_numbers(x->s, "p"), *sign = statement_numbers(x->s, "sign");
    bool any[2] = {false, false};
    if (!all_positive(p, x->m->q))
        return "p is not positive";
    for (size_t a = 0; a < x->m->q; a++) {
        if (mpq_cmp_si(sign[a], 1, 1) != 0 && mpq_cmp_si(sign[a], -1, 1) != 0)
            return "a sign is neither 1 nor -1";
        any[mpq_sgn(sign[a]) > 0] = true;
    }
    if (!any[0] || !any[1])
        return "a saddle has neurons of both signs";
    return weights_match(x->m, p, sign) ? NULL : "p_i W_ij and s_i s_j p_j W_ji differ somewhere";
}

/* ---- cascades ---- */

/* Each component converges exponentially by a statement of its own. That the components
 * are in an order in which none reaches back has been seen with the claim. */
static const char *cascade_fault(const StatementCase *x)
{
    const Evidence *e = x->e;
    bool *converges = ARENA_ARRAY(&x->cx->arena, e->n_components, bool);
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        if (s->is_part && s->component < e->n_components && statement_is_plain(s->kind) &&
            statement_table[s->kind].says == STATES_EXPONENTIAL)
            converges[s->component] = true;
    }
    for (size_t k = 0; k < e->n_components; k++)
        if (!converges[k])
            return arena_printf(&x->cx->arena, "nothing says that component %zu converges exponentially", k);
    return NULL;
}

/* The largest rate that a statement about component k gives; NULL: none does. */
static mpq_srcptr rate_of_part(const Evidence *e, size_t k)
{
    mpq_srcptr best = NULL;
    for (size_t i = 0; i < e->n_statements; i++) {
        const Statement *s = &e->statement[i];
        mpq_t *rate = s->is_part && s->component == k && statement_is_plain(s->kind) && statement_table[s->kind].says == STATES_EXPONENTIAL
                    ? statement_numbers(s, "rate") : NULL;
        if (rate && (!best || mpq_cmp(rate[0], best) > 0))
            best = rate[0];
    }
    return best;
}

/* It is below that of every component. */
static const char *cascade_rate_fault(const StatementCase *x)
{
    mpq_srcptr rate = statement_numbers(x->s, "rate")[0];
    if (mpq_sgn(rate) <= 0)
        return "its rate is not above 0";
    for (size_t k = 0; k < x->e->n_components; k++) {
        mpq_srcptr own = rate_of_part(x->e, k);
        if (!own || mpq_cmp(rate, own) >= 0)
            return arena_printf(&x->cx->arena, "nothing says that component %zu converges at a larger rate", k);
    }
    return NULL;
}

/* ---- two neurons ---- */

/* The weights from a neuron to the other one have this sign or none. */
static bool sends(const ClaimMatrix *m, size_t from, int sign)
{
    mpq_srcptr weight = claim_matrix_entry(m, 1 - from, from);
    return !weight || mpq_sgn(weight) != -sign;
}

static const char *planar_fault(const StatementCase *x)
{
    if (x->m->n != 2 || x->m->q != 2 || x->m->n_kernels)
        return "it is about two neurons";
    return NULL;
}

static const char *planar_signs_fault(const StatementCase *x)
{
    const char *fault = planar_fault(x);
    bool ei = !fault && ((sends(x->m, 0, 1) && sends(x->m, 1, -1)) || (sends(x->m, 0, -1) && sends(x->m, 1, 1)));
    return fault || ei ? fault : "one neuron does not excite, or the other does not inhibit";
}

/* ---- statements whose hypotheses are the claim, and facts that the file does not have ---- */

static const char *equal_tau_fault(const StatementCase *x)
{
    return mpq_sgn(x->s->field[0][0]) > 0 ? NULL : "tau is not positive";
}

static const char *no_fault(const StatementCase *x)
{
    (void)x;
    return NULL;
}

/* ---- the part of the matrix that a statement is about ---- */

/* The multipliers for all rows, where one component has them all. */
static void case_of(Ctx *cx, const ClaimMatrix *m, const Evidence *e, const Statement *s, ClaimMatrix *part, Component *c, StatementCase *out)
{
    *out = (StatementCase){.cx = cx, .m = m, .e = e, .s = s};
    if (s->is_part) {
        *c = e->component[s->component];
        claim_matrix_part(cx, m, c, part);
        out->m = part;
    } else if (e->n_components == 1) {
        *c = e->component[0];
    } else {
        return;
    }
    c->member = ARENA_ARRAY(&cx->arena, c->n, uint32_t);
    for (size_t k = 0; k < c->n; k++)
        c->member[k] = (uint32_t)k;
    out->c = c;
}

static bool is_of_all_rows(StatementSays says)
{
    return says == STATES_EQUILIBRIUM || says == STATES_INSTABILITY || says == STATES_LOCAL || says == STATES_CASCADE;
}

/* It is about rows that there are, and about a claim of its kind. */
static const char *scope_fault(const ClaimMatrix *m, const Evidence *e, const Statement *s)
{
    const StatementRow *row = &statement_table[s->kind];
    if (row->needs == NEEDS_LDS && !e->is_certificate)
        return "it needs the claim \"lds\"";
    if (m->mean_slope && !statement_holds_of_means(s->kind))
        return "it is not known of rows whose neurons differ in slope";
    if (m->n_sums && (s->is_part || !statement_holds_of_sums(s->kind)))
        return "it is not known of matrices with rows of sums";
    if (s->is_part && (!e->is_certificate || s->component >= e->n_components))
        return "it is about a component that there is not";
    if (s->is_part && is_of_all_rows(row->says))
        return "it is about all rows";
    return s->n == (s->is_part ? e->component[s->component].n : m->q) ? NULL : "it has numbers for other rows";
}

/* NULL, or why the statement's numbers do not prove it. */
typedef const char *StatementTest(const StatementCase *x);
static StatementTest *const test_of[N_STATEMENTS] = {
#define STATEMENT(NAME, name, theorem, needs, says, fault, ...) [STATEMENT_##NAME] = fault,
#include "compiler/check/proof/statement/statement.def"
#undef STATEMENT
};

const char *statement_fault(Ctx *cx, const ClaimMatrix *m, const Evidence *e, size_t which)
{
    const Statement *s = &e->statement[which];
    const char *fault = scope_fault(m, e, s);
    ClaimMatrix part;
    Component c;
    StatementCase x;
    if (fault)
        return fault;
    case_of(cx, m, e, s, &part, &c, &x);
    return test_of[s->kind](&x);
}
