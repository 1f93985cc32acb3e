/* A game with a potential (docs/theory.md, Theorems 17 and 33): decided by the weights alone, whatever the
 * activations, and so also where diagonal stability is not. */
#include "compiler/check/lds.h"
#include "compiler/check/require.h"
#include "compiler/check/slope.h"
#include "compiler/check/stability.h"
#include "compiler/check/statement_verify.h"

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
    if (!decided || lds->matrix.n_kernels || lds->matrix.q != s->n || find(&lds->evidence, s->kind))
        return;
    Statement copy;
    statement_init(cx, &copy, s->kind, s->n);
    for (size_t k = 0; k < s->n; k++)
        mpq_set(copy.field[0][k], s->field[0][k]);
    stability_keep(cx, lds, &copy);
}

static RequirementReport refute(Ctx *cx, Report *r, const ClaimMatrix *m, const Statement *s)
{
    const char *constant = potential_players_fault(cx, r->net, r->slope, m, s);
    if (constant)
        return (RequirementReport){.reason = arena_printf(&cx->arena, "%s; but %s, and a rate that does not change plays no part",
                                                          witness_text(cx, m, s), constant)};
    keep_witness(cx, r, s);
    return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = witness_text(cx, m, s)};
}

RequirementReport potential_of(Ctx *cx, Report *r, const ClaimMatrix *m)
{
    Statement s;
    if (holds(cx, r->net, m, propose_potential, &s)) {
        statement_clear(&s);
        return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = has_one};
    }
    if (!holds(cx, r->net, m, propose_no_potential, &s))
        return (RequirementReport){.reason = arena_printf(&cx->arena, "each two neurons answer each other with one sign, and the cycles among %zu rows are "
                                                          "more than are looked at", m->q)};
    RequirementReport a = refute(cx, r, m, &s);
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
    if (!reduce_with_slopes(cx, r->net, NULL, &m, &reason))
        return (RequirementReport){.reason = reason};
    RequirementReport a = potential_of(cx, r, &m);
    claim_matrix_clear(&m);
    return a;
}
