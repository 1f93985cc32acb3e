#include "compiler/driver/claim.h"

#include <string.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/require.h"
#include "compiler/check/slope/slope.h"
#include "compiler/check/stability/stability.h"
#include "lang/base/source.h"

/* Where gains or time constants differ the rows tell whether neurons were taken one by one. */
static GainLevel level_of(Ctx *cx, const Net *net, const ClaimMatrix *like)
{
    if (like->q == reduce_count_rows_with(cx, net, GAINS_LARGEST_ALL_TAU))
        return GAINS_LARGEST_ALL_TAU;
    if (like->q != reduce_count_rows(cx, net) && like->q == reduce_count_rows_with(cx, net, GAINS_OWN_EACH_TAU))
        return GAINS_OWN_EACH_TAU;
    return reduce_has_own_gains(net) && like->q != reduce_count_rows(cx, net) ? GAINS_OWN : GAINS_LARGEST;
}

/* With the slopes that a statement gives each row. */
static bool claim_with_slopes(Ctx *cx, const Net *net, const Statement *s, ClaimMatrix *out, const char **reason)
{
    GainLevel gains;
    if (!reduce_level_of_rows(cx, net, s->n, &gains)) {
        *reason = arena_printf(&cx->arena, "the certificate is about %zu rows, and the model, of %zu neurons, has others", s->n, net->n);
        return false;
    }
    Num *slope = ARENA_ARRAY(&cx->arena, s->n, Num);
    for (size_t k = 0; k < s->n; k++)
        slope[k] = statement_numbers(s, "slope")[k];
    return reduce_with_slopes(cx, net, gains, slope, out, reason);
}

bool claim_of_net(Ctx *cx, const Net *net, const Evidence *evidence, const ClaimMatrix *like, ClaimMatrix *out, const char **reason)
{
    const Statement *own = statement_of_slopes(evidence->statement, evidence->n_statements);
    bool is_certificate = evidence->is_certificate;
    if (own)
        return claim_with_slopes(cx, net, own, out, reason);
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);

    slope_check(cx, net, slope);
    lds_attained(net, slope, attained);
    if (like->mean_slope)
        return claim_of_means(cx, net, is_certificate ? slope : attained, is_certificate, like, out, reason);
    if (like->n_sums)
        return reduce_with_sums(cx, net, is_certificate ? slope : attained, out, reason);
    if (!like->n_kernels)
        return reduce_net(cx, net, is_certificate ? slope : attained, level_of(cx, net, like), out, reason);
    bool is_part = false, read = fields_of_net(cx, net, is_certificate ? slope : attained, out, &is_part, reason);
    if (read && (is_certificate || !is_part))
        return true;
    if (read)
        claim_matrix_clear(out);
    if (!*reason)
        *reason = read ? "the model is a part of the refuted network" : "the model has no kernels of this kind";
    return false;
}

bool claim_is_drawn(const Model *m)
{
    bool drawn = false;
    for (size_t a = 0; a < m->pops.n; a++) {
        const ModelPop *p = &m->pops.at[a];
        const Expr *of[] = {p->act.gain_of, p->act.threshold_of, p->tau_of, p->input};
        for (size_t k = 0; k < sizeof of / sizeof *of; k++)
            drawn |= of[k] && expr_has_draw(of[k]);
    }
    return drawn;
}

static const char *row_name(Ctx *cx, const ClaimMatrix *m, size_t row)
{
    return m->name ? m->name[row] : arena_printf(&cx->arena, "row %zu", row + 1);
}

const char *claim_number(Ctx *cx, mpq_srcptr x)
{
    const char *text = num_text(cx, x);
    size_t n = strlen(text);
    return n <= 60 ? text : arena_printf(&cx->arena, "%.40s... (%zu characters)", text, n);
}

static bool differ(Ctx *cx, const ClaimMatrix *m, size_t row, size_t column, mpq_srcptr a, mpq_srcptr b,
                   const char **difference)
{
    *difference = arena_printf(&cx->arena, "the entry from %s to %s is %s in the certificate and %s in the model",
                               row_name(cx, m, column), row_name(cx, m, row), claim_number(cx, a), claim_number(cx, b));
    return false;
}

/* Whether entries i of a and j of b, of this row and column, are surely equal: the same double times the same unit. Nearly all
 * that are equal are, of matrices from files, and need no rational. */
static bool are_one_double(const ClaimMatrix *a, const ClaimMatrix *b, size_t row, size_t i, size_t j, uint32_t column)
{
    return a->scaled && b->scaled && column != row && a->scaled->value[i] == b->scaled->value[j] &&
           mpq_equal(claim_matrix_unit(a, row, i), claim_matrix_unit(b, row, j));
}

/* Entry e; of one that is a double times its unit the rational is formed in `room`, not kept. */
static mpq_srcptr entry_once(const ClaimMatrix *m, size_t row, size_t e, mpq_ptr room)
{
    if (m->entry)
        return m->entry[e];
    scaled_entries_one(m->scaled, row, e, m->column[e], room);
    return room;
}

/* An entry that is not there is zero, so a stored zero and none are the same. */
static bool rows_equal(Ctx *cx, const ClaimMatrix *a, const ClaimMatrix *b, size_t row, mpq_t room[2], mpq_srcptr zero,
                       const char **difference)
{
    size_t i = a->row_from[row], j = b->row_from[row], i_end = a->row_from[row + 1], j_end = b->row_from[row + 1];

    while (i < i_end || j < j_end) {
        uint32_t ca = i < i_end ? a->column[i] : UINT32_MAX, cb = j < j_end ? b->column[j] : UINT32_MAX;
        uint32_t column = ca < cb ? ca : cb;
        if (ca == cb && are_one_double(a, b, row, i, j, column)) {
            i++, j++;
            continue;
        }
        mpq_srcptr x = ca == column ? entry_once(a, row, i++, room[0]) : zero, y = cb == column ? entry_once(b, row, j++, room[1]) : zero;
        if (!mpq_equal(x, y))
            return differ(cx, b, row, column, x, y, difference);
    }
    return true;
}

static bool shapes_equal(Ctx *cx, const ClaimMatrix *a, const ClaimMatrix *b, const char **difference)
{
    bool same = a->n == b->n && a->q == b->q && a->n_sums == b->n_sums && claim_matrix_is_populations(a) == claim_matrix_is_populations(b);

    for (size_t k = 0; same && k < a->q; k++)
        same = claim_matrix_size(a, k) == claim_matrix_size(b, k);
    if (!same)
        *difference = arena_printf(&cx->arena, "the certificate is about %zu neurons in %zu rows, the model has %zu in %zu",
                                   a->n, a->q, b->n, b->q);
    return same;
}

/* A report names who carries a witness: the names are part of what is certified. Where a population has none, its name in the
 * file is its number, which is its place. */
static bool names_equal(Ctx *cx, const ClaimMatrix *a, const ClaimMatrix *b, const char **difference)
{
    if (!claim_matrix_is_populations(a) || !a->name || !b->name)
        return true;
    for (size_t k = 0; k < a->q; k++) {
        if (!a->name[k] || !b->name[k] || !strcmp(a->name[k], b->name[k]))
            continue;
        *difference = arena_printf(&cx->arena, "population %zu is \"%s\" in the certificate and `%s` in the model", k + 1,
                                   source_one_line(cx, a->name[k]), b->name[k]);
        return false;
    }
    return true;
}

static bool diagonals_equal(Ctx *cx, const ClaimMatrix *a, const ClaimMatrix *b, size_t row, const char **difference)
{
    if (!claim_matrix_is_populations(a))
        return true;
    if (!mpq_equal(a->self[row], b->self[row]))
        return differ(cx, b, row, row, a->self[row], b->self[row], difference);
    if (!mpq_equal(a->leak[row], b->leak[row])) {
        *difference = arena_printf(&cx->arena, "the leak of %s differs", row_name(cx, b, row));
        return false;
    }
    return true;
}

static bool kernels_equal(Ctx *cx, const ClaimMatrix *a, const ClaimMatrix *b, const char **difference)
{
    bool same = a->n_kernels == b->n_kernels;
    for (size_t k = 0; same && k < a->n_kernels; k++) {
        const ClaimKernel *x = &a->kernel[k], *y = claim_matrix_kernel(b, x->to, x->from);
        same = y && x->extent[0] == y->extent[0] && x->extent[1] == y->extent[1];
        for (size_t d = 0; same && d < x->extent[0] * x->extent[1]; d++)
            same = mpq_equal(x->value[d], y->value[d]);
        if (!same)
            *difference = arena_printf(&cx->arena, "the kernel from %s to %s differs", row_name(cx, b, x->from), row_name(cx, b, x->to));
    }
    if (a->n_kernels != b->n_kernels)
        *difference = arena_printf(&cx->arena, "the certificate has %zu kernels, the model %zu", a->n_kernels, b->n_kernels);
    return same;
}

bool claim_equal(Ctx *cx, const ClaimMatrix *certified, const ClaimMatrix *model, const char **difference)
{
    mpq_t zero, room[2];
    bool same = shapes_equal(cx, certified, model, difference) && names_equal(cx, certified, model, difference);

    mpq_inits(zero, room[0], room[1], NULL);
    for (size_t row = 0; same && row < model->q; row++)
        same = rows_equal(cx, certified, model, row, room, zero, difference) &&
               diagonals_equal(cx, certified, model, row, difference);
    same = same && kernels_equal(cx, certified, model, difference);
    mpq_clears(zero, room[0], room[1], NULL);
    return same;
}

/* ---- statements ---- */

/* The lags that a statement names are at least those of the model. */
static bool lag_fits(Ctx *cx, const Net *net, const ClaimMatrix *m, const Statement *s)
{
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    mpq_t *lag = rationals_new(cx, m->q);
    slope_check(cx, net, slope);
    bool fits = stability_row_lag(cx, net, slope, m, lag);
    for (size_t a = 0; fits && a < m->q; a++)
        fits = mpq_cmp(statement_numbers(s, "lag")[a], lag[a]) >= 0;
    rationals_clear(lag, m->q);
    return fits;
}

/* The time constants that a statement names are those of its rows. */
static bool tau_fits(const RowTau *tau, const Evidence *e, const ClaimMatrix *m, const Statement *s)
{
    mpq_t *said = statement_numbers(s, "tau");
    bool is_one = s->kind == STATEMENT_EQUAL_TAU || s->kind == STATEMENT_RATE, same = true;
    size_t n = s->is_part ? e->component[s->component].n : m->q;
    for (size_t k = 0; said && same && k < n; k++) {
        size_t row = s->is_part ? e->component[s->component].member[k] : k;
        mpq_srcptr x = said[is_one ? 0 : k];
        same = mpq_equal(x, tau->most[row]) &&
               (s->kind == STATEMENT_DOMINANCE || s->kind == STATEMENT_SWITCHED_RATE || mpq_equal(x, tau->least[row]));
    }
    return same;
}

static const char *requirement_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Statement *s)
{
    SlopeReport *slope = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    slope_check(cx, net, slope);
    return s->kind == STATEMENT_NO_POTENTIAL ? potential_players_fault(cx, net, slope, m, s) : balance_facts_fault(cx, net, slope, s);
}

const char *claim_network_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e)
{
    RowTau tau = stability_row_tau(cx, net, m);
    const Statement *box = statement_local(e->statement, e->n_statements);      /* beyond which activations are taken as constant */
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        const StatementRow *row = &statement_table[s->kind];
        const char *limit = row->says == STATES_STRUCTURE ? NULL : theory_no_convergence(cx, net);
        if (limit)
            return arena_printf(&cx->arena, "the statement \"%s\" is about networks without noise and delays, and %s", row->name, limit);
        const char *noise = s->kind == STATEMENT_SEVERAL_OR_NONE ? theory_noise(cx, net) : NULL;
        if (noise)
            return arena_printf(&cx->arena, "the statement \"%s\" is about networks without noise, and %s", row->name, noise);
        if (row->says != STATES_STRUCTURE && !stability_limit_fits(stability_limit(net), s->kind))
            return arena_printf(&cx->arena, "the statement \"%s\" is about other dynamics", row->name);
        mpq_t *rate = statement_numbers(s, "rate");
        bool is_of_plain = s->kind == STATEMENT_CONTRACTION_ONE || s->kind == STATEMENT_NEARLY_EQUAL || s->kind == STATEMENT_LURE_POPOV ||
                           s->kind == STATEMENT_CONTRACTION_TWO || s->kind == STATEMENT_ANY_TAU;
        if (stability_has_prox_steps(net) && is_of_plain)
            return arena_printf(&cx->arena, "the statement \"%s\" is not known for proximal steps", row->name);
        if (rate && mpq_sgn(rate[0]) > 0 && stability_has_prox_steps(net) && statement_is_plain(s->kind))
            return arena_printf(&cx->arena, "the statement \"%s\" has a rate, which proximal steps change", row->name);
        if (!tau_fits(&tau, e, m, s) || (s->kind == STATEMENT_PROJECTED_RATE && !lag_fits(cx, net, m, s)))
            return arena_printf(&cx->arena, "the statement \"%s\" is about other time constants", row->name);
        bool bounded_in_box = s->kind == STATEMENT_PLANAR_BOUNDED && box;
        if (row->theorem == 7 && !bounded_in_box && (box || !stability_planar_fits(net, s->kind)))
            return arena_printf(&cx->arena, "the activations are not what the statement \"%s\" is about", row->name);
        bool is_required = s->kind == STATEMENT_NO_POTENTIAL || s->kind == STATEMENT_BALANCE || s->kind == STATEMENT_NO_BALANCE;
        const char *fault = is_required ? requirement_fault(cx, net, m, s) : NULL;
        if (fault)
            return fault;
    }
    return NULL;
}

const char *claim_statements_fault(Ctx *cx, const Net *net, const ClaimMatrix *m, const Evidence *e)
{
    const char *fault = claim_network_fault(cx, net, m, e);
    return fault ? fault : claim_local_fault(cx, net, m, e);
}
