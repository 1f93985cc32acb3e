/* A balance of strong connections (docs/theory.md, Theorem 34): whether there are rates, inside their ranges, at which
 * strong weights cancel the input. */
#include <math.h>

#include "compiler/check/slope/image.h"
#include "compiler/check/slope/jet/jet.h"
#include "compiler/check/require.h"
#include "compiler/check/stability/stability.h"
#include "compiler/check/proof/statement/statement_verify.h"

enum { MOST_POPULATIONS = 64 };

/* ---- which connections are strong ---- */

/* Its sum over n sources grows with n, but less than n does. */
static bool is_strong(const ModelConn *c)
{
    return c->scale_power > -1 && c->scale_power < 0;
}

/* NULL, or why nothing is said of the network. */
static const char *population_obstacle(Ctx *cx, const Net *net, const SlopeReport *slope, size_t a)
{
    const ModelPop *p = net->pop[a].model;
    Num u;
    const char *what = p->noise ? "has noise" : p->act.gain_of || p->tau_of ? "has neurons that differ"
                     : p->act.set_valued ? "has an activation that jumps"
                     : !slope[a].proved || !slope[a].monotone ? "has an activation that is not known to be nondecreasing"
                     : !expr_is_const(p->input, &u) ? "has an input that is not one constant number" : NULL;
    return what ? arena_printf(&cx->arena, "population `%s` %s", p->name, what) : NULL;
}

static const char *connection_obstacle(Ctx *cx, const Net *net, const Block *b)
{
    const ModelConn *c = &net->model->conns.at[b->conn];
    bool own = b->kind == BLOCK_DIAGONAL && b->pre == b->post;
    const char *what = b->kind != BLOCK_UNIFORM && !own ? "does not join all neurons with one weight, so that neurons of a population differ"
                     : isnan(c->scale_power) ? "has a scale that is not read as a constant times a power of n"
                     : is_strong(c) && c->delay ? "is strong and has a delay" : is_strong(c) && own ? "is strong, and of single neurons" : NULL;
    return what ? arena_printf(&cx->arena, "the connection %s %s", c->label, what) : NULL;
}

static const char *strength_obstacle(Ctx *cx, const Net *net)
{
    double power = 0;
    bool *receives = ARENA_ARRAY(&cx->arena, net->n_pops, bool);
    const ModelConn *stronger = NULL;
    for (size_t k = 0; k < net->n_blocks; k++) {
        const ModelConn *c = &net->model->conns.at[net->block[k].conn];
        if (net->block[k].kind == BLOCK_UNIFORM && c->scale_power >= 0)
            stronger = c;
        if (!is_strong(c))
            continue;
        if (power != 0 && power != c->scale_power)
            return "strong connections with different powers of n are not judged together";
        power = c->scale_power;
        receives[net->block[k].post] = true;
    }
    if (power == 0)
        return "no connection is strong: `scale = 1/sqrt(n)`, or another power of n between -1 and 0, makes one so";
    if (stronger)
        return arena_printf(&cx->arena, "the connection %s has no scale that falls with n, so that among many neurons it outgrows the strong ones",
                            stronger->label);
    for (size_t a = 0; a < net->n_pops; a++)
        if (!receives[a])
            return arena_printf(&cx->arena, "population `%s` has no strong connection to it, and strong inputs of all populations are what has to cancel",
                                net->pop[a].model->name);
    return NULL;
}

static const char *obstacle(Ctx *cx, const Net *net, const SlopeReport *slope)
{
    const char *reason = theory_obstacle(cx, net);
    if (!reason && (net->n_pops > MOST_POPULATIONS || stability_has_prox_steps(net)))
        reason = "there are too many populations, or proximal steps";
    for (size_t a = 0; !reason && a < net->n_pops; a++)
        reason = population_obstacle(cx, net, slope, a);
    for (size_t k = 0; !reason && k < net->n_blocks; k++)
        reason = connection_obstacle(cx, net, &net->block[k]);
    return reason ? reason : strength_obstacle(cx, net);
}

/* ---- the balance ---- */

/* G: what neurons of a population receive through strong connections, by the rate of each population; u: the input. */
static void strong_part(const Net *net, mpq_t *g, mpq_t *u)
{
    size_t n = net->n_pops;
    mpq_t x;
    mpq_init(x);
    for (size_t k = 0; k < net->n_blocks; k++) {
        const Block *b = &net->block[k];
        if (!is_strong(&net->model->conns.at[b->conn]))
            continue;
        mpq_set_ui(x, net->pop[b->pre].size - (b->pre == b->post && !b->self), 1);
        mpq_mul(x, x, b->factor);
        mpq_add(g[b->post * n + b->pre], g[b->post * n + b->pre], x);
    }
    for (size_t a = 0; a < n; a++) {
        Num input;
        if (expr_is_const(net->pop[a].model->input, &input))
            mpq_set(u[a], input);
    }
    mpq_clear(x);
}

/* Row `to` less `factor` times row `from`. */
static void subtract_row(mpq_t *a, size_t n, size_t to, size_t from, mpq_srcptr factor, mpq_t term)
{
    for (size_t k = 0; k < n; k++) {
        mpq_mul(term, factor, a[from * n + k]);
        mpq_sub(a[to * n + k], a[to * n + k], term);
    }
}

/* Gauss and Jordan on (G, 1). True: y is the inverse. False: row *dependent of y has y G = 0. */
static bool invert(Ctx *cx, const mpq_t *g, size_t n, mpq_t *y, size_t *dependent)
{
    mpq_t *a = rationals_new(cx, n * n), factor, term;
    bool *used = ARENA_ARRAY(&cx->arena, n, bool), whole = true;
    mpq_inits(factor, term, (mpq_ptr)0);
    for (size_t k = 0; k < n * n; k++)
        mpq_set(a[k], g[k]);
    for (size_t i = 0; i < n; i++)
        mpq_set_ui(y[i * n + i], 1, 1);
    size_t *pivot_row = ARENA_ARRAY(&cx->arena, n, size_t);
    for (size_t c = 0; c < n; c++) {
        size_t r = 0;
        while (r < n && (used[r] || mpq_sgn(a[r * n + c]) == 0))
            r++;
        if (r == n) {
            whole = false;
            continue;
        }
        used[r] = true;
        pivot_row[c] = r;
        for (size_t i = 0; i < n; i++) {
            if (i == r)
                continue;
            mpq_div(factor, a[i * n + c], a[r * n + c]);
            subtract_row(a, n, i, r, factor, term);
            subtract_row(y, n, i, r, factor, term);
        }
    }
    for (*dependent = 0; !whole && *dependent < n && used[*dependent]; ++*dependent)
        continue;
    mpq_t *sorted = rationals_new(cx, n * n);
    for (size_t c = 0; whole && c < n; c++)
        for (size_t k = 0; k < n; k++)
            mpq_div(sorted[c * n + k], y[pivot_row[c] * n + k], a[pivot_row[c] * n + c]);
    for (size_t k = 0; whole && k < n * n; k++)
        mpq_set(y[k], sorted[k]);
    rationals_clear(sorted, n * n);
    rationals_clear(a, n * n);
    mpq_clears(factor, term, (mpq_ptr)0);
    return whole;
}

/* ---- ranges ---- */

/* Some value of the activation is proved to be beyond x, above it or below it. */
static bool goes_beyond(NumPool *nums, const Expr *phi, mpq_srcptr x, bool above)
{
    JetResult r;
    bool found = false;
    jet_result_init(&r);
    for (double z = above ? 1 : -1; !found && z < 1e7 && z > -1e7; z *= 4) {
        jet_evaluate(phi, &(JetDomain){.nums = nums, .lo = z, .hi = z}, &r);
        found = r.trouble == JET_FINE && (above ? mpfr_cmp_q(&r.value->left, x) > 0 : mpfr_cmp_q(&r.value->right, x) < 0);
    }
    jet_result_clear(&r);
    return found;
}

/* x lies strictly between two values of the activation. Domains of costs are what they map onto. */
static bool is_inside_range(const Net *net, size_t a, mpq_srcptr x)
{
    const Activation *act = &net->pop[a].model->act;
    if (act->by_formula)
        return goes_beyond(net->nums, act->phi, x, true) && goes_beyond(net->nums, act->phi, x, false);
    return (!act->range_lo || mpq_cmp(x, act->range_lo) > 0) && (!act->range_hi || mpq_cmp(x, act->range_hi) < 0);
}

/* Bounds of all rates; NULL: none. */
static void range_of(Ctx *cx, const Net *net, const SlopeReport *slope, size_t a, Num *lo, Num *hi)
{
    const Activation *act = &net->pop[a].model->act;
    Image image = {true, act->range_lo, act->range_hi};
    if (act->by_formula)
        image_of_formula(cx, net->nums, act->phi, &slope[a], &image);
    *lo = image.known ? image.lo : NULL;
    *hi = image.known ? image.hi : NULL;
}

/* Rates for which eta (G m + u) is least go to `at`; false where there are none such. */
static bool least_rates(Ctx *cx, const Net *net, const SlopeReport *slope, const mpq_t *g, const mpq_t *eta, mpq_t *at)
{
    size_t n = net->n_pops;
    mpq_t sum, term;
    bool bounded = true;
    mpq_inits(sum, term, (mpq_ptr)0);
    for (size_t q = 0; q < n; q++) {
        Num lo, hi;
        range_of(cx, net, slope, q, &lo, &hi);
        mpq_set_ui(sum, 0, 1);
        for (size_t i = 0; i < n; i++) {
            mpq_mul(term, eta[i], g[i * n + q]);
            mpq_add(sum, sum, term);
        }
        Num end = mpq_sgn(sum) > 0 ? lo : hi;
        if (mpq_sgn(sum) == 0)
            continue;
        bounded &= end != NULL;
        if (end)
            mpq_set(at[q], end);
    }
    mpq_clears(sum, term, (mpq_ptr)0);
    return bounded;
}

const char *balance_facts_fault(Ctx *cx, const Net *net, const SlopeReport *slope, const Statement *s)
{
    const char *fault = obstacle(cx, net, slope);
    size_t n = net->n_pops;
    if (fault || s->n != n)
        return fault ? fault : "its rows are not the populations";
    mpq_t *g = rationals_new(cx, n * n), *u = rationals_new(cx, n), *at = rationals_new(cx, n);
    const mpq_t *said_g = statement_numbers(s, "G"), *said_u = statement_numbers(s, "input"), *m = statement_numbers(s, "M");
    strong_part(net, g, u);
    for (size_t k = 0; !fault && k < n * n; k++)
        fault = mpq_equal(g[k], said_g[k]) ? NULL : "the strong weights are others";
    for (size_t k = 0; !fault && k < n; k++)
        fault = mpq_equal(u[k], said_u[k]) ? NULL : "the input is another";
    for (size_t k = 0; !fault && m && k < n; k++)
        fault = is_inside_range(net, k, m[k]) ? NULL : "a rate is not inside of its range";
    if (!fault && !m) {
        bool bounded = least_rates(cx, net, slope, (const mpq_t *)g, statement_numbers(s, "eta"), at);
        for (size_t k = 0; bounded && k < n; k++)
            bounded = mpq_equal(at[k], statement_numbers(s, "at")[k]);
        fault = bounded ? NULL : "other rates make the combination of inputs less";
    }
    rationals_clear(g, n * n);
    rationals_clear(u, n);
    rationals_clear(at, n);
    return fault;
}

/* ---- the verdict ---- */

typedef struct Balance {
    Ctx *cx;
    Report *r;
    size_t n;
    Statement s;                /* what is proposed */
    mpq_t *g, *u, *y, *m;
} Balance;

/* The verifier accepts it of a matrix of that many rows, and the facts are the network's. Kept where a certificate is about the same rows. */
static bool accept(Balance *b)
{
    ClaimMatrix rows = {.n = b->n, .q = b->n};
    Evidence e = {.n_statements = 1, .statement = &b->s};
    LdsReport *lds = b->r->local.verdict == TRUTH_CERTIFIED ? &b->r->local : &b->r->lds;
    bool accepted = !statement_fault(b->cx, &rows, &e, 0) && !balance_facts_fault(b->cx, b->r->net, b->r->slope, &b->s);
    bool fits = (lds->verdict == TRUTH_CERTIFIED || lds->verdict == TRUTH_REFUTED) && lds->matrix.q == b->n && !lds->matrix.n_kernels && !lds->matrix.n_sums;
    if (accepted && fits)
        stability_keep(b->cx, lds, &b->s);
    else
        statement_clear(&b->s);
    return accepted;
}

static void begin(Balance *b, StatementKind kind)
{
    statement_init(b->cx, &b->s, kind, b->n);
    for (size_t k = 0; k < b->n * b->n; k++)
        mpq_set(statement_numbers(&b->s, "G")[k], b->g[k]);
    for (size_t k = 0; k < b->n; k++)
        mpq_set(statement_numbers(&b->s, "input")[k], b->u[k]);
}

static const char *rates_text(const Balance *b, const mpq_t *x)
{
    Sbuf text = {0};
    for (size_t k = 0; k < b->n; k++)
        sbuf_printf(&text, "%s%s %.6g", k ? ", " : "", b->r->net->pop[k].model->name, num_to_double(x[k]));
    const char *kept = arena_strdup(&b->cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* eta is row `row` of y, with a sign. */
static bool refute_by(Balance *b, size_t row, int sign)
{
    begin(b, STATEMENT_NO_BALANCE);
    mpq_t *eta = statement_numbers(&b->s, "eta");
    for (size_t k = 0; k < b->n; k++) {
        mpq_set(eta[k], b->y[row * b->n + k]);
        if (sign < 0)
            mpq_neg(eta[k], eta[k]);
    }
    least_rates(b->cx, b->r->net, b->r->slope, (const mpq_t *)b->g, (const mpq_t *)eta, statement_numbers(&b->s, "at"));
    return accept(b);
}

static RequirementReport refuted(const Balance *b, const char *what)
{
    return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = arena_printf(&b->cx->arena, "no rates in the ranges of the activations balance "
                                                                                "(Theorem 34, docs/theory.md): %s", what)};
}

static RequirementReport of_singular(Balance *b, size_t row)
{
    if (refute_by(b, row, 1) || refute_by(b, row, -1))
        return refuted(b, "a combination of the strong inputs is 0 for all rates, and of the inputs it is not");
    return (RequirementReport){.reason = "the strong weights leave some combination of rates free, so that they do not make a balance alone"};
}

static RequirementReport of_regular(Balance *b)
{
    for (size_t a = 0; a < b->n; a++)
        for (size_t k = 0; k < b->n; k++) {
            mpq_t term;
            mpq_init(term);
            mpq_mul(term, b->y[a * b->n + k], b->u[k]);
            mpq_sub(b->m[a], b->m[a], term);
            mpq_clear(term);
        }
    begin(b, STATEMENT_BALANCE);
    for (size_t k = 0; k < b->n * b->n; k++)
        mpq_set(statement_numbers(&b->s, "Y")[k], b->y[k]);
    for (size_t k = 0; k < b->n; k++)
        mpq_set(statement_numbers(&b->s, "M")[k], b->m[k]);
    const char *rates = rates_text(b, (const mpq_t *)b->m);
    if (accept(b))
        return (RequirementReport){.verdict = TRUTH_CERTIFIED,
                                   .reason = arena_printf(&b->cx->arena, "a balance exists (Theorem 34, docs/theory.md), at the rates %s; that it "
                                                          "attracts is not part of this", rates)};
    for (size_t a = 0; a < b->n; a++)
        if (refute_by(b, a, 1) || refute_by(b, a, -1))
            return refuted(b, arena_printf(&b->cx->arena, "the strong inputs cancel the others at %s alone", rates));
    return (RequirementReport){.reason = arena_printf(&b->cx->arena, "the strong inputs cancel the others at the rates %s, of which not all are known to "
                                                      "be inside of the ranges of the activations, or outside", rates)};
}

RequirementReport require_balanced(Ctx *cx, Report *r, const ModelRequire *require)
{
    (void)require;
    size_t n = r->net->n_pops, dependent;
    const char *reason = obstacle(cx, r->net, r->slope);
    if (reason)
        return (RequirementReport){.reason = reason};
    Balance b = {.cx = cx, .r = r, .n = n, .g = rationals_new(cx, n * n), .u = rationals_new(cx, n),
                 .y = rationals_new(cx, n * n), .m = rationals_new(cx, n)};
    strong_part(r->net, b.g, b.u);
    RequirementReport a = invert(cx, (const mpq_t *)b.g, n, b.y, &dependent) ? of_regular(&b) : of_singular(&b, dependent);
    rationals_clear(b.g, n * n);
    rationals_clear(b.u, n);
    rationals_clear(b.y, n * n);
    rationals_clear(b.m, n);
    return a;
}

RequirementReport require_balanced_for_all(Ctx *cx, Report *r, const ModelRequire *require)
{
    RequirementReport own = require_balanced(cx, r, require);
    bool varies = false;
    for (size_t k = 0; k < r->net->model->params.n; k++)
        varies |= r->net->model->params.at[k].varies;
    if (!varies || own.verdict != TRUTH_CERTIFIED)
        return own;
    return (RequirementReport){.reason = arena_printf(&cx->arena, "at the params' own values %s; for other values nothing is proved", own.reason)};
}
