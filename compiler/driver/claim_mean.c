/* Mean slopes in a certificate: do they bound those of the model's neurons from the side that its claim needs? */
#include "compiler/driver/claim.h"

#include "compiler/check/lds/lds.h"

typedef struct MeanClaim {
    Ctx *cx;
    const Net *net;
    const SlopeReport *slope;
    bool is_certificate;
    const ClaimMatrix *like;
} MeanClaim;

/* The slope of the neurons of a row that starts with neuron k. False with *reason where they have none. */
static bool slope_of_row(const MeanClaim *c, size_t pop, size_t k, bool is_whole, mpq_t out, const char **reason)
{
    const NetPop *p = &c->net->pop[pop];
    reduce_row_slope(c->net, c->slope, pop, k, is_whole, out);
    if (!is_whole || !p->gain_max || mpq_equal(p->gain_min, p->gain_max) ||
        reduce_mean_slope(c->net, pop, c->slope[pop].unit_hi, c->is_certificate, out))
        return true;
    *reason = arena_printf(&c->cx->arena, "some neurons of `%s` do not damp what they send to themselves, so its slopes have no mean", p->model->name);
    return false;
}

static bool row_fits(const MeanClaim *c, size_t row, size_t pop, size_t k, bool is_whole, mpq_t slope, const char **reason)
{
    if (!slope_of_row(c, pop, k, is_whole, slope, reason))
        return false;
    int order = mpq_cmp(c->like->mean_slope[row], slope);
    if (c->is_certificate ? order >= 0 : order <= 0)
        return true;
    *reason = arena_printf(&c->cx->arena, "the mean slope of `%s` is %s in the certificate, and %s in the model", c->net->pop[pop].model->name,
                           claim_number(c->cx, c->like->mean_slope[row]), claim_number(c->cx, slope));
    return false;
}

/* m: the network's matrix, which has as many rows. */
static bool rows_fit(const MeanClaim *c, const ClaimMatrix *m, const char **reason)
{
    mpq_t slope;
    size_t row = 0;
    bool fits = true;
    mpq_init(slope);
    for (size_t a = 0; a < c->net->n_pops; a++)
        for (size_t k = 0; fits && k < c->net->pop[a].size; row++) {
            fits = row_fits(c, row, a, k, claim_matrix_size(m, row) > 1, slope, reason);
            k += claim_matrix_size(m, row);
        }
    mpq_clear(slope);
    return fits;
}

bool claim_of_means(Ctx *cx, const Net *net, const SlopeReport *slope, bool is_certificate, const ClaimMatrix *like, ClaimMatrix *out,
                    const char **reason)
{
    MeanClaim c = {cx, net, slope, is_certificate, like};
    size_t rows = reduce_count_rows(cx, net);
    if ((*reason = reduce_obstacle(cx, net, slope)))
        return false;
    if (like->q != rows) {
        *reason = arena_printf(&cx->arena, "the certificate is about %zu rows, the model has %zu", like->q, rows);
        return false;
    }
    Num *row_slope = ARENA_ARRAY(&cx->arena, rows, Num);
    for (size_t k = 0; k < rows; k++)
        row_slope[k] = like->mean_slope[k];
    if (!reduce_with_means(cx, net, row_slope, out, reason))
        return false;
    if (rows_fit(&c, out, reason))
        return true;
    claim_matrix_clear(out);
    return false;
}
