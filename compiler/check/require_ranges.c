/* What is required for all params and decided without cells: signs of weights, and bounds of rates. Both hang on
 * sums of products of different params, which are least and largest at corners of their ranges. */
#include "compiler/check/dale.h"
#include "compiler/check/range/range_powers.h"
#include "compiler/check/range/range_search.h"
#include "compiler/check/report_text.h"
#include "compiler/check/require.h"

/* The params of a mask; corner c has the k-th of them at its upper end where bit k of c is set. */
typedef struct Corners {
    const Model *model;
    size_t n;
    const ModelParam *param[RANGES_MAX_PARAMS];
    Num theta[DEPEND_MAX_PARAMS];       /* by bit; 0 for the others */
} Corners;

/* False where they are too many. */
static bool corners_of(const Net *net, uint64_t params, Corners *out)
{
    Num zero = num_int(net->nums, 0);
    *out = (Corners){.model = net->model};
    for (size_t k = 0; k < DEPEND_MAX_PARAMS; k++)
        out->theta[k] = zero;
    if (params >> DEPEND_MAX_PARAMS || __builtin_popcountll(params) > RANGES_MAX_PARAMS)
        return false;
    for (unsigned bit = 0; bit < DEPEND_MAX_PARAMS; bit++)
        if (params >> bit & 1)
            out->param[out->n++] = param_of_bit(net->model, bit);
    return true;
}

static void go_to(Corners *c, uint32_t corner)
{
    for (size_t k = 0; k < c->n; k++)
        c->theta[c->param[k]->bit] = corner >> k & 1 ? c->param[k]->hi : c->param[k]->lo;
}

/* "w = 3, v = 0" */
static const char *point_of(Ctx *cx, const Corners *c)
{
    Sbuf text = {0};
    for (size_t k = 0; k < c->n; k++)
        sbuf_printf(&text, "%s%s = %s", k ? ", " : "", c->param[k]->name, num_brief(cx, c->theta[c->param[k]->bit]));
    const char *kept = arena_strdup(&cx->arena, sbuf_text(&text));
    sbuf_free(&text);
    return kept;
}

/* d at the corner; without a dependence `own`. */
static Num value_at(const Net *net, const Dependence *d, Num own, const Corners *c)
{
    if (!d || !own)
        return own;
    mpq_ptr x = num_new(net->nums);
    depend_value(d, c->theta, x);
    return x;
}

/* ---- Dale's law ---- */

/* The corner at which the connection's factor is least, or largest; false where it is not followed. */
static bool extreme_of(const Net *net, const Dependence *d, bool largest, Corners *c, Num *out)
{
    uint32_t best = 0;
    *out = NULL;
    if (!d->is_followed || !corners_of(net, d->params, c))
        return false;
    for (uint32_t at = 0; at < 1u << c->n; at++) {
        go_to(c, at);
        Num x = value_at(net, d, c->theta[0], c);
        if (*out && (largest ? mpq_cmp(x, *out) <= 0 : mpq_cmp(x, *out) >= 0))
            continue;
        best = at;
        *out = x;
    }
    go_to(c, best);
    return true;
}

/* Powers, quotients and functions of params are between bounds: where all of these have the sign of the factor that there is now, the
 * weights have theirs. */
static bool keeps_sign(const Net *net, const ModelConn *conn)
{
    mpq_t lo, hi;
    mpq_inits(lo, hi, (mpq_ptr)0);
    int now = mpq_sgn(conn->factor);
    bool keeps = now && values_of_sum(net->model, conn->factor_of, lo, hi) && mpq_sgn(now > 0 ? lo : hi) * now >= 0;
    mpq_clears(lo, hi, (mpq_ptr)0);
    return keeps;
}

/* The network with the factors of all connections at their least, or largest; *open names one that is not followed. */
static void net_at_extremes(Ctx *cx, const Net *net, bool largest, Net *out, const char **open)
{
    *out = *net;
    out->block = ARENA_ARRAY(&cx->arena, net->n_blocks + 1, Block);
    for (size_t k = 0; k < net->n_blocks; k++) {
        const Block *b = &net->block[k];
        const ModelConn *conn = &net->model->conns.at[b->conn];
        Corners c;
        Num x;
        out->block[k] = *b;
        if (!conn->factor_of || b->term || net->pop[b->pre].model->is_exempt)
            continue;
        if (!extreme_of(net, conn->factor_of, largest, &c, &x) || (b->kind == BLOCK_UNDRAWN && mpq_sgn(x) < 0)) {
            if (!keeps_sign(net, conn))
                *open = conn->label;
            continue;
        }
        mpq_ptr factor = num_new(net->nums);
        mpq_set(factor, x);
        if (range_is_negated(net, b))
            mpq_neg(factor, factor);
        out->block[k].factor = factor;
    }
}

static const char *violation_text(Ctx *cx, const Net *net, bool largest, const DaleViolation *v)
{
    const ModelConn *conn = &net->model->conns.at[net->block[v->block].conn];
    Corners c;
    Num x;
    if (!conn->factor_of || !extreme_of(net, conn->factor_of, largest, &c, &x))
        return arena_printf(&cx->arena, "%s has weights of the wrong sign", conn->label);
    return arena_printf(&cx->arena, "at %s the weight of %s is %s, not of the sign of its source", point_of(cx, &c), conn->label,
                        num_brief(cx, v->weight));
}

RequirementReport require_dale_for_all(Ctx *cx, Report *r, const ModelRequire *require)
{
    const char *open = range_elsewhere(cx, r->net->model);
    const Net *apart = r->net;
    RequirementReport own = require_dale(cx, r, require);
    if (own.verdict != TRUTH_CERTIFIED)
        return own;
    if (!open)
        open = range_entries_apart(cx, r->net, &apart);
    for (int largest = 0; largest < 2 && !open; largest++) {
        Net net;
        DaleReport dale;
        const char *connection = NULL;
        net_at_extremes(cx, apart, largest, &net, &connection);
        dale_check(NULL, &net, &dale);
        if (dale.verdict == TRUTH_REFUTED)
            return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = violation_text(cx, &net, largest, &dale.violation[0])};
        if (connection)
            open = arena_printf(&cx->arena, "the weight of %s depends on params in a way that is not followed", connection);
    }
    if (open)
        return (RequirementReport){.reason = open};
    return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = "every weight has the sign of its source at the ends of the ranges, "
                                                                    "and so between them"};
}

/* ---- bounds ---- */

/* Of the starts of all populations in e. */
static uint64_t params_of_starts(const Net *net, const Expr *e)
{
    uint64_t params = 0;
    if (e->kind == EXPR_RATE)
        return net->pop[e->as.rate.pop].model->start_params;
    if (e->kind == EXPR_MEAN || e->kind == EXPR_SUM)
        return params_of_starts(net, e->as.fold.arg);
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        params |= params_of_starts(net, e->as.call.arg[k]);
    return params;
}

/* One corner after the other, of neurons whose start is one number. */
static RequirementReport bound_at_corners(Ctx *cx, Report *r, const ModelRequire *require, Corners *c)
{
    RequirementReport a = {0};
    const Net *net = r->net;
    size_t pop = require->expr->as.rate.pop;
    const Expr *start = net->pop[pop].model->start;
    Net there = *net;
    NetPop *pops = there.pop = ARENA_ARRAY(&cx->arena, net->n_pops, NetPop);
    ModelPop moved = *net->pop[pop].model;
    for (size_t k = 0; k < net->n_pops; k++)
        pops[k] = net->pop[k];
    pops[pop].model = &moved;
    Report at = *r;
    at.net = &there;
    for (uint32_t corner = 0; corner < 1u << c->n; corner++) {
        ModelRequire q = *require;
        go_to(c, corner);
        q.lo = value_at(net, require->lo_of, require->lo, c);
        q.hi = value_at(net, require->hi_of, require->hi, c);
        Num own;
        if (start->depends && expr_is_const(start, &own))
            moved.start = expr_const(cx, start->span, value_at(net, start->depends, own, c));
        RequirementReport here = require_range(cx, &at, &q);
        if (here.verdict == TRUTH_REFUTED)
            return (RequirementReport){.verdict = TRUTH_REFUTED, .reason = arena_printf(&cx->arena, "at %s %s", point_of(cx, c), here.reason)};
        if (corner == 0 || here.verdict != TRUTH_CERTIFIED)
            a = here;
    }
    return a;
}

static bool is_followed(const Dependence *d)
{
    return !d || d->is_followed;
}

RequirementReport require_range_for_all(Ctx *cx, Report *r, const ModelRequire *require)
{
    const Net *net = r->net;
    const char *elsewhere = range_elsewhere(cx, net->model);
    RequirementReport own = require_range(cx, r, require);
    uint64_t params = require->params | params_of_starts(net, require->expr);
    Num start;
    if (own.verdict == TRUTH_REFUTED || (own.verdict == TRUTH_UNDECIDED && !params))
        return own;
    if (elsewhere)
        return (RequirementReport){.reason = elsewhere};
    if (!params)
        return own;
    bool plain = require->expr->kind == EXPR_RATE;
    const Expr *of = plain ? net->pop[require->expr->as.rate.pop].model->start : NULL;
    uint64_t seen = (require->lo_of ? require->lo_of->params : 0) | (require->hi_of ? require->hi_of->params : 0);
    Corners c;
    if (!of || !expr_is_const(of, &start) || !is_followed(of->depends) || !is_followed(require->lo_of) || !is_followed(require->hi_of) ||
        (params & ~(seen | (of->depends ? of->depends->params : 0))) || !corners_of(net, params, &c))
        return (RequirementReport){.reason = "params with ranges stand in starts or bounds that are not sums of products of constants and "
                                             "different params, or in what is bounded"};
    return bound_at_corners(cx, r, require, &c);
}

/* ---- rates of convergence ---- */

RequirementReport require_rate_for_all(Ctx *cx, Report *r, const ModelRequire *require)
{
    const RangeReport *a = &r->ranges;
    RequirementReport own = require_rate(cx, r, require);
    mpq_srcptr rate = a->lds == TRUTH_CERTIFIED && r->stability.verdict == TRUTH_CERTIFIED ? ranges_rate(&a->ranges) : NULL;
    if (rate && mpq_cmp(rate, require->lo) >= 0)
        return (RequirementReport){.verdict = TRUTH_CERTIFIED, .reason = a->reason};
    if (own.verdict != TRUTH_CERTIFIED)
        return own;
    if (a->lds != TRUTH_CERTIFIED)
        return (RequirementReport){.reason = a->reason};
    if (r->net->model->params_in_tau && !a->ranges.speed)
        return (RequirementReport){.reason = "what is proved for all values holds for any time constants, and gives no rate; a rate takes time "
                                             "constants that are products of powers of params, and cells in which it holds, which were not found"};
    if (!rate)
        return (RequirementReport){.reason = "for some of the values no rate is proved: cells have one where the network contracts in a weighted "
                                             "maximum, sum or Euclidean norm, and that does not follow from diagonal stability"};
    return (RequirementReport){.reason = arena_printf(&cx->arena, "for all values a rate of %s per %s is proved, and more is not excluded",
                                                      report_rate_text(cx, rate), model_time_unit(r->net->model))};
}
