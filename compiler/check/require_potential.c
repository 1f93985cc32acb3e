/* A game with a potential (docs/theory.md, Theorems 17 and 33): decided by the weights alone, whatever the
 * activations, and so also where diagonal stability is not. */
#include "compiler/check/lds/lds.h"
#include "compiler/check/range/range_search.h"
#include "compiler/check/require.h"
#include "compiler/check/slope/slope.h"
#include "compiler/check/stability/stability.h"
#include "compiler/check/proof/statement/statement_verify.h"

static const char *const has_one = "Theorem 17 (docs/theory.md): positive p with p_i W_ij = p_j W_ji for all neurons";

static const Statement *find(const Evidence *e, StatementKind kind)
{
    for (size_t k = 0; k < e->n_statements; k++)
        if (e->statement[k].kind == kind && !e->statement[k].is_part)
            return &e->statement[k];
    return NULL;
}

/* True, the statement being the caller's, where the verifier accepts it of m. */
static bool holds(Ctx *cx, const Net *net, const ClaimMatrix *m, StatementProposal *propose, Statement *out)
{
    StabilityCase x = {.cx = cx, .nums = net->nums, .m = m};
    if (!propose(&x, out))
        return false;
    Evidence e = {.n_statements = 1, .statement = out};
    if (!statement_fault(cx, m, &e, 0))
        return true;
    statement_clear(out);
    return false;
}

/* The population that a row is of, or is one of the neurons of. */
static size_t population_of(const Net *net, const ClaimMatrix *m, size_t row)
{
    size_t a = 0, left = net->pop[0].size;
    for (size_t k = 0; k <= row; k++) {
        while (left == 0)
            left = net->pop[++a].size;
        left -= claim_matrix_size(m, k);
    }
    return a;
}

const char *potential_players_fault(Ctx *cx, const Net *net, const SlopeReport *slope, const ClaimMatrix *m, const Statement *s)
{
    const mpq_t *cycle = statement_numbers(s, "cycle");
    for (size_t k = 0; k < m->q; k++) {
        size_t a = mpq_sgn(cycle[k]) ? population_of(net, m, k) : SIZE_MAX;
        if (a != SIZE_MAX && !slope_varies(net->nums, &net->pop[a].model->act, &slope[a]))
            return arena_printf(&cx->arena, "the activation of `%s` is not known to be other than constant", net->pop[a].model->name);
    }
    return NULL;
}

static const char *weight_text(Ctx *cx, const ClaimMatrix *m, size_t to, size_t from)
{
    mpq_srcptr w = claim_matrix_entry(m, to, from);
    return w ? num_brief(cx, w) : "0";
}

static const char *witness_text(Ctx *cx, const ClaimMatrix *m, const Statement *s)
{
    const mpq_t *cycle = statement_numbers(s, "cycle");
    size_t *place = ARENA_ARRAY(&cx->arena, m->q, size_t), n = 0;
    for (size_t k = 0; k < m->q; k++)
        if (mpq_sgn(cycle[k])) {
            place[mpz_get_ui(mpq_numref(cycle[k])) - 1] = k;
            n++;
        }
    if (n == 2)
        return arena_printf(&cx->arena, "the weights between two neurons have one sign in a potential, and %s -> %s has %s, %s -> %s %s",
                            m->name[place[1]], m->name[place[0]], weight_text(cx, m, place[0], place[1]),
                            m->name[place[0]], m->name[place[1]], weight_text(cx, m, place[1], place[0]));
    Sbuf text = {0};
    for (size_t k = 0; k < n && k < 8; k++)
        sbuf_printf(&text, "%s%s", k ? ", " : "", m->name[place[k]]);
    const char *kept = arena_printf(&cx->arena, "around the cycle %s%s the weights multiply to different numbers in the two directions, and in a "
                                    "potential to the same", sbuf_text(&text), n > 8 ? ", ..." : "");
    sbuf_free(&text);
    return kept;
}

/* The certificate has the witness too, where it is about the same rows. */
static void keep_witness(Ctx *cx, Report *r, const Statement *s)
{
    LdsReport *lds = r->local.verdict == TRUTH_CERTIFIED ? &r->local : &r->lds;
    bool decided = lds->verdict == TRUTH_CERTIFIED || lds->verdict == TRUTH_REFUTED;
    if (!decided || lds->matrix.n_kernels || lds->matrix.n_sums || lds->matrix.q != s->n || find(&lds->evidence, s->kind))
        return;
    Statement copy;
    statement_init(cx, &copy, s->kind, s->n);
    for (size_t k = 0; k < s->n; k++)
        mpq_set(copy.field[0][k], s->field[0][k]);
    stability_keep(cx, lds, &copy);
}

static RequirementReport refute(Ctx *cx, Report *r, const ClaimMatrix *m, const Statement *s, bool is_own)
{
    const char *constant = potential_players_fault(cx, r->net, r->slope, m, s);
    if (constant)
        return (RequirementReport){.reason = arena_printf(&cx->arena, "%s; but %s, and a rate that does not change plays no part",
                                                          witness_text(cx, m, s), constant)};
    if (is_own)
        keep_witness(cx, r, s);
    return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = witness_text(cx, m, s)};
}

/* m: W - I, rows multiplied with any positive numbers; is_own: at the params' own values. */
static RequirementReport potential_of(Ctx *cx, Report *r, const ClaimMatrix *m, bool is_own)
{
    Statement s;
    if (holds(cx, r->net, m, propose_potential, &s)) {
        statement_clear(&s);
        return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = has_one};
    }
    if (!holds(cx, r->net, m, propose_no_potential, &s))
        return (RequirementReport){.reason = arena_printf(&cx->arena, "each two neurons answer each other with one sign, and the cycles among %zu rows are "
                                                          "more than are looked at", m->q)};
    RequirementReport a = refute(cx, r, m, &s, is_own);
    statement_clear(&s);
    return a;
}

RequirementReport require_potential(Ctx *cx, Report *r, const ModelRequire *require)
{
    (void)require;
    ClaimMatrix m;
    const char *reason;
    if (find(&report_proof(r)->evidence, STATEMENT_POTENTIAL))
        return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = has_one};
    if (!reduce_with_slopes(cx, r->net, GAINS_OWN, NULL, &m, &reason))
        return (RequirementReport){.reason = reason};
    RequirementReport a = potential_of(cx, r, &m, true);
    claim_matrix_clear(&m);
    return a;
}

/* ---- for all params ---- */

static void matrix_at_corner(RangeProblem *p, uint32_t corner, bool is_middle, ClaimMatrix *out, const char **point)
{
    const Ranges *r = &p->ranges;
    mpq_t *theta = rationals_new(p->cx, r->n_params);
    Sbuf text = {0};
    for (size_t k = 0; k < r->n_params; k++) {
        mpq_set(theta[k], corner >> k & 1 ? r->hi[k] : r->lo[k]);
        if (is_middle) {
            mpq_add(theta[k], r->lo[k], r->hi[k]);
            mpq_div_2exp(theta[k], theta[k], 1);
        }
        sbuf_printf(&text, "%s%s = %s", k ? ", " : "", r->name[k], num_brief(p->cx, theta[k]));
    }
    ranges_matrix_at(p->cx, &p->base, r, (const mpq_t *)theta, out);
    rationals_clear(theta, r->n_params);
    *point = arena_strdup(&p->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
}

/* The condition on W with given p is linear, so that it holds in all of the ranges where it holds at the corners. */
static bool same_at_corners(RangeProblem *p, const Statement *s)
{
    Evidence e = {.n_statements = 1, .statement = (Statement *)s};
    bool same = true;
    for (uint32_t corner = 0; same && corner < 1u << p->ranges.n_params; corner++) {
        ClaimMatrix m;
        const char *point;
        matrix_at_corner(p, corner, false, &m, &point);
        same = !statement_fault(p->cx, &m, &e, 0);
        claim_matrix_clear(&m);
    }
    return same;
}

static RequirementReport potential_in_ranges(Ctx *cx, Report *r, RangeProblem *p)
{
    ClaimMatrix m;
    const char *point;
    Statement s;
    for (uint32_t corner = 0; corner < 1u << p->ranges.n_params; corner++) {
        matrix_at_corner(p, corner, false, &m, &point);
        RequirementReport there = potential_of(cx, r, &m, false);
        claim_matrix_clear(&m);
        if (there.verdict == TRUTH_REFUTED)
            return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = arena_printf(&cx->arena, "at %s: %s", point, there.reason)};
    }
    matrix_at_corner(p, 0, true, &m, &point);
    bool found = holds(cx, r->net, &m, propose_potential, &s), same = found && same_at_corners(p, &s);
    claim_matrix_clear(&m);
    if (found)
        statement_clear(&s);
    if (same)
        return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = "Theorem 17 (docs/theory.md): the same p make the weights symmetric at all "
                                                                        "ends of the ranges, and so between them"};
    return (RequirementReport){.reason = "no p are found that do for all values, and no value for which none do"};
}

RequirementReport require_potential_for_all(Ctx *cx, Report *r, const ModelRequire *require)
{
    RangeProblem p;
    RequirementReport a = require_potential(cx, r, require);
    if (a.verdict == TRUTH_REFUTED)
        return a;
    const char *reason = range_problem_init(cx, r->net, r->slope, 0, &p);
    a = reason ? (RequirementReport){.reason = reason} : potential_in_ranges(cx, r, &p);
    range_problem_clear(&p);
    return a;
}
