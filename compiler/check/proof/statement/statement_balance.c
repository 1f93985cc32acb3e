/* Balance (docs/theory.md, Theorem 34): net inputs G m + u of the strong weights G and the input u. */
#include "compiler/check/proof/statement/statement_verify.h"

static const char *size_fault(const StatementCase *x)
{
    return x->s->is_part ? "it is about all rows" : x->m->q > STATEMENT_MOST_DENSE ? "it has too many rows" : NULL;
}

/* row i of G times m */
static void times_row(const mpq_t *g, const mpq_t *m, size_t n, size_t i, mpq_t out, mpq_t term)
{
    mpq_set_ui(out, 0, 1);
    for (size_t k = 0; k < n; k++) {
        mpq_mul(term, g[i * n + k], m[k]);
        mpq_add(out, out, term);
    }
}

static bool are_inverse(const mpq_t *g, const mpq_t *y, size_t n)
{
    mpq_t sum, term;
    bool same = true;
    mpq_inits(sum, term, (mpq_ptr)0);
    for (size_t i = 0; same && i < n; i++)
        for (size_t j = 0; same && j < n; j++) {
            mpq_set_ui(sum, 0, 1);
            for (size_t k = 0; k < n; k++) {
                mpq_mul(term, g[i * n + k], y[k * n + j]);
                mpq_add(sum, sum, term);
            }
            same = mpq_cmp_ui(sum, i == j, 1) == 0;
        }
    mpq_clears(sum, term, (mpq_ptr)0);
    return same;
}

/* G Y = 1 and G M + u = 0. */
const char *balance_fault(const StatementCase *x)
{
    size_t n = x->m->q;
    const char *fault = size_fault(x);
    if (fault)
        return fault;
    const mpq_t *g = statement_numbers(x->s, "G"), *u = statement_numbers(x->s, "input"), *m = statement_numbers(x->s, "M");
    if (!are_inverse(g, statement_numbers(x->s, "Y"), n))
        return "Y is not the inverse of G";
    mpq_t sum, term;
    bool balanced = true;
    mpq_inits(sum, term, (mpq_ptr)0);
    for (size_t i = 0; balanced && i < n; i++) {
        times_row(g, m, n, i, sum, term);
        mpq_add(sum, sum, u[i]);
        balanced = mpq_sgn(sum) == 0;
    }
    mpq_clears(sum, term, (mpq_ptr)0);
    return balanced ? NULL : "a net input is not 0";
}

/* eta (G at + u) > 0; that no other rates make it less is in where `at` lies. */
const char *no_balance_fault(const StatementCase *x)
{
    size_t n = x->m->q;
    const char *fault = size_fault(x);
    if (fault)
        return fault;
    const mpq_t *g = statement_numbers(x->s, "G"), *u = statement_numbers(x->s, "input"), *at = statement_numbers(x->s, "at"),
                *eta = statement_numbers(x->s, "eta");
    mpq_t all, sum, term;
    mpq_inits(all, sum, term, (mpq_ptr)0);
    for (size_t i = 0; i < n; i++) {
        times_row(g, at, n, i, sum, term);
        mpq_add(sum, sum, u[i]);
        mpq_mul(sum, sum, eta[i]);
        mpq_add(all, all, sum);
    }
    bool positive = mpq_sgn(all) > 0;
    mpq_clears(all, sum, term, (mpq_ptr)0);
    return positive ? NULL : "the combination of net inputs is not above 0";
}
