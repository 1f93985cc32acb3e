/* Matrices that are 0 but for one row and the same column, B = e a' + a e': those of a contraction's form. Then
 *
 *   trace B_k Z B_l Z = 2 (Z_cc' a'Z b + (Z a)_c' (Z b)_c),   trace B_l Z Z = 2 (Z a)'(Z e),   trace B_l Z = 2 (Z a)_c
 *
 * for centres c, c' and vectors a, b: no product of matrices is formed. */
#include "compiler/check/stability/lmi_block.h"

#include <stdlib.h>

#include "compiler/check/proof/wide.h"

/* The row that may be the centre: the one with most entries, or the first of these. */
static const LmiRow *widest(const LmiRow *rows, size_t n)
{
    const LmiRow *best = rows;
    for (size_t r = 1; r < n; r++)
        if (rows[r].n_terms > best->n_terms)
            best = &rows[r];
    return best;
}

/* Matrix k, its vector into arms; false where it is no star. */
static bool read_star(const LmiBlock *b, size_t k, LmiTerm *arm, LmiStar *out)
{
    const LmiRow *rows = b->rows + b->first_rows[k];
    size_t n = b->first_rows[k + 1] - b->first_rows[k];
    *out = (LmiStar){.term = arm};
    if (n == 0)
        return true;
    const LmiRow *centre = widest(rows, n);
    out->centre = centre->at / b->row;
    for (size_t r = 0; r < n; r++)
        if (&rows[r] != centre && (rows[r].n_terms != 1 || rows[r].term[0].column != out->centre))
            return false;
    for (size_t t = 0; t < centre->n_terms; t++) {
        arm[t] = centre->term[t];
        if (arm[t].column == out->centre)
            arm[t].x /= 2;
    }
    out->n_terms = centre->n_terms;
    return true;
}

bool lmi_stars(LmiBlock *b, size_t m)
{
    size_t n_terms = 0, room = 0;
    for (size_t r = 0; r < b->first_rows[m]; r++)
        room += b->rows[r].n_terms;
    b->star = malloc((m + 1) * sizeof *b->star);
    b->arm = malloc((room + 1) * sizeof *b->arm);
    b->za = calloc((b->row + 1) * lmi_row(m), sizeof *b->za);
    if (!b->star || !b->arm || !b->za)
        return false;
    bool all = true;
    for (size_t k = 0; all && k < m; k++) {
        all = read_star(b, k, b->arm + n_terms, &b->star[k]);
        n_terms += b->star[k].n_terms;
    }
    if (!all)
        lmi_stars_free(b);
    return true;
}

void lmi_stars_free(LmiBlock *b)
{
    free(b->star);
    free(b->arm);
    free(b->za);
    b->star = NULL;
    b->arm = NULL;
    b->za = NULL;
}

/* Z a of one star, and into its column of za. */
INTO_WIDE void multiply(LmiBlock *b, const LmiStar *s, size_t k, size_t m_row)
{
    for (size_t g = 0; g < b->row; g += 4) {
        Four sum = {0};
        for (size_t t = 0; t < s->n_terms; t++)
            sum += *(const Four *)(b->z + s->term[t].column * b->row + g) * s->term[t].x;
        for (size_t i = 0; i < 4; i++)
            b->za[(g + i) * m_row + k] = sum[i];
    }
}

/* out = a'Z b of all stars b. */
INTO_WIDE void dots(const LmiBlock *b, const LmiStar *s, size_t m_row, double *out)
{
    for (size_t g = 0; g < m_row; g += 4) {
        Four sum = {0};
        for (size_t t = 0; t < s->n_terms; t++)
            sum += *(const Four *)(b->za + s->term[t].column * m_row + g) * s->term[t].x;
        *(Four *)(out + g) = sum;
    }
}

WIDE void lmi_stars_add(LmiBlock *b, size_t m, size_t row, double *gradient, double *hessian)
{
    size_t m_row = lmi_row(m);
    double *dot = b->za + b->row * m_row;
    for (size_t k = 0; k < m; k++)
        multiply(b, &b->star[k], k, m_row);
    for (size_t k = 0; k < m; k++) {
        const LmiStar *s = &b->star[k];
        const double *z = b->z + s->centre * b->row, *za = b->za + s->centre * m_row;
        double both = 0;
        if (s->n_terms == 0)
            continue;
        dots(b, s, m_row, dot);
        for (size_t l = 0; l <= k; l++)
            hessian[k * row + l] += 2 * (z[b->star[l].centre] * dot[l] + za[l] * b->za[b->star[l].centre * m_row + k]);
        for (size_t i = 0; i < b->d; i++)
            both += b->za[i * m_row + k] * z[i];
        hessian[m * row + k] -= 2 * both;
        gradient[k] += 2 * za[k];
    }
}
