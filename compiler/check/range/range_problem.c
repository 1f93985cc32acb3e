/* The matrix of a network as a function of its params. */
#include "compiler/check/range/range_powers.h"
#include "compiler/check/range/range_search.h"

#include "compiler/check/lds/lds.h"

/* The weight of a connection that is one param as a whole, times a constant. */
typedef struct RangeWhole {
    const DependPart *part;     /* NULL: it is not */
    Num constant;
} RangeWhole;

/* ---- which params, and what stands in the way ---- */

static const char *name_of_any(const Model *m, uint64_t params)
{
    for (unsigned bit = 0; bit <= DEPEND_MAX_PARAMS; bit++)
        if (params >> bit & 1 && param_of_bit(m, bit))
            return param_of_bit(m, bit)->name;
    return "a param";
}

/* The weight of a connection times the gain of its target, over the target's own gain. */
static const Dependence *dependence_of(Ctx *cx, const Net *net, const ModelConn *c)
{
    const ModelPop *post = &net->model->pops.at[c->post];
    if (!post->gain_of_params)
        return c->factor_of;
    Num inverse = num_new(net->nums), one = num_int(net->nums, 1);
    mpq_div((mpq_ptr)inverse, one, post->act.gain);
    const Dependence *d = depend_product(cx, net->nums, c->factor_of, c->factor, post->gain_of_params, post->act.gain);
    mpq_ptr factor = num_new(net->nums);
    mpq_mul(factor, c->factor, post->act.gain);
    return depend_product(cx, net->nums, d, factor, NULL, inverse);
}

static bool stays_positive(const Model *m, const Dependence *d)
{
    mpq_t lo, hi;
    mpq_inits(lo, hi, (mpq_ptr)0);
    bool positive = values_of_sum(m, d, lo, hi) && mpq_sgn(lo) > 0;
    mpq_clears(lo, hi, (mpq_ptr)0);
    return positive;
}

const char *range_tau_obstacle(Ctx *cx, const Model *m)
{
    for (size_t k = 0; k < m->pops.n; k++) {
        const Dependence *d = m->pops.at[k].tau_of_params;
        if (d && !d->is_sum)
            return arena_printf(&cx->arena, "the time constant of `%s` depends on `%s`, and is not one sum of products of constants, "
                                "params and functions of them for all neurons", m->pops.at[k].name, name_of_any(m, d->params));
        if (d && !stays_positive(m, d))
            return arena_printf(&cx->arena, "the time constant of `%s` depends on `%s` and is not seen to be above 0 for all its values",
                                m->pops.at[k].name, name_of_any(m, d->params));
    }
    return NULL;
}

static const char *gain_obstacle(Ctx *cx, const Model *m, uint64_t *params)
{
    for (size_t k = 0; k < m->pops.n; k++) {
        const Dependence *d = m->pops.at[k].gain_of_params;
        if (d && (__builtin_popcountll(d->params) > RANGES_MAX_PARAMS || !stays_positive(m, d)))
            return arena_printf(&cx->arena, "the gain of `%s` depends on `%s` and is not seen to be above 0 for all its values", m->pops.at[k].name,
                                name_of_any(m, d->params));
        *params |= d && d->is_followed ? d->params : 0;
    }
    return NULL;
}

const char *range_elsewhere(Ctx *cx, const Model *m)
{
    if (!m->params_elsewhere)
        return NULL;
    return arena_printf(&cx->arena, "`%s` has a range and stands in more than weights, time constants, inputs, thresholds, starts, and gains that "
                        "are one sum of products of constants, powers of params and some functions of them for all neurons of a population, "
                        "and of that nothing is proved for all its values", name_of_any(m, m->params_elsewhere));
}

static const char *divisor_obstacle(Ctx *cx, const Model *m, const Dependence *d, const char *label)
{
    for (unsigned bit = 0; d && bit < DEPEND_MAX_PARAMS; bit++)
        if (d->divided >> bit & 1 && param_has_zero(param_of_bit(m, bit)))
            return arena_printf(&cx->arena, "the weight of %s is divided by `%s`, which is 0 somewhere in its range", label,
                                param_of_bit(m, bit)->name);
    return NULL;
}

static const char *values_obstacle(Ctx *cx, const Model *m, const Powers *powers)
{
    const RangePower *p = powers_without_value(m, powers);
    if (!p)
        return NULL;
    return arena_printf(&cx->arena, "%s stands in weights, gains or time constants, and is not seen to have a value wherever `%s` is in its range",
                        power_text(cx, m, p), name_of_any(m, p->part ? p->part->of->params : UINT64_C(1) << p->bit));
}

/* A time constant as a product of powers, for its inverse: a sum is one as a whole. False where it is none. */
static bool product_of_tau(const RangeProblem *p, const ModelPop *pop, DependTerm *out, DependPartPower *room)
{
    const Dependence *d = pop->tau_of_params;
    Num constant;
    if (!d->is_sum || d->n == 0)
        return false;
    *out = d->term[0];
    if (d->n == 1)
        return p->has_parts || !out->n_parts;
    *room = (DependPartPower){p->has_parts && pop->tau ? depend_sum_part(p->cx, p->net->nums, d, pop->tau, &constant) : NULL, 1};
    *out = (DependTerm){.factor = constant, .n_parts = 1, .part = room};
    return room->part != NULL;
}

/* All its powers are above 0, at the params' own values too. */
static bool has_positive_powers(const Model *m, const DependTerm *t)
{
    Powers powers = {0};
    return powers_add_inverse(&powers, t) && powers_are_positive(m, &powers);
}

/* NULL, with a param for each power that speeds, the inverses of time constants, are products of, or why there is none. */
static const char *speeds_obstacle(const RangeProblem *p, Powers *powers)
{
    const Model *m = p->net->model;
    Powers speeds = {0};
    bool few = true;
    for (size_t k = 0; k < m->pops.n; k++) {
        const ModelPop *pop = &m->pops.at[k];
        DependTerm tau;
        DependPartPower room;
        if (!pop->tau_of_params)
            continue;
        if (!product_of_tau(p, pop, &tau, &room) || !has_positive_powers(m, &tau) || !stays_positive(m, pop->tau_of_params))
            return arena_printf(&p->cx->arena, "the time constant of `%s` depends on `%s`, and is not %s above 0 for all neurons", pop->name,
                                name_of_any(m, pop->tau_of_params->params),
                                p->has_parts ? "seen to be a sum, or a product of powers," : "a product of powers of params");
        few = few && powers_add_inverse(&speeds, &tau);
    }
    for (size_t k = 0; few && k < speeds.n; k++)
        if (powers_have(powers, speeds.at[k]))
            return arena_printf(&p->cx->arena, "one over a time constant goes with %s, which a weight goes with, too",
                                power_text(p->cx, m, &speeds.at[k]));
    if (few && powers_join(powers, &speeds))
        return NULL;
    return arena_printf(&p->cx->arena, "more than %d params with ranges, or powers of them, stand in weights, gains and time constants, and proofs "
                        "stop there", RANGES_MAX_PARAMS);
}

/* At the params' own values the terms add up to the weight: elsewhere what they change by is added to it. */
static bool adds_up(const Model *m, const ModelConn *c, const Dependence *d)
{
    mpq_t sum;
    mpq_init(sum);
    value_of_sum(m, d, sum);
    bool same = mpq_equal(sum, c->factor);
    mpq_clear(sum);
    return same;
}

/* The powers in the weight of connection k. With cells of own params one in which several powers of a param stand is one as a whole. */
static bool add_powers(RangeProblem *p, size_t k, const Dependence *d, unsigned with, Powers *powers)
{
    const ModelConn *c = &p->apart->model->conns.at[k];
    RangeWhole *whole = &p->whole[k];
    if (with & RANGE_OWN && d && powers_share_params(d))
        whole->part = depend_whole(p->cx, p->net->nums, d, c->factor, &whole->constant);
    return whole->part ? powers_add_part(powers, whole->part) : powers_add(powers, d);
}

static const char *obstacle(RangeProblem *p, unsigned with, Powers *powers)
{
    Ctx *cx = p->cx;
    const Model *m = p->apart->model;
    const char *elsewhere = range_elsewhere(cx, m);
    uint64_t of_gains = 0;
    p->has_parts = with & RANGE_POWERS;
    *powers = (Powers){0};
    p->whole = ARENA_ARRAY(&cx->arena, m->conns.n + 1, RangeWhole);
    if (elsewhere)
        return elsewhere;
    const char *fault = gain_obstacle(cx, m, &of_gains);
    bool few = !fault && powers_add_first(powers, of_gains);
    for (size_t k = 0; !fault && k < m->conns.n; k++) {
        const ModelConn *c = &m->conns.at[k];
        const Dependence *d = dependence_of(cx, p->apart, c);
        if (d && (!(p->has_parts ? d->is_sum : d->is_followed) || !adds_up(m, c, d)))
            return arena_printf(&cx->arena, "the weight of %s%s depends on `%s`, and is not a sum of products of constants and %s "
                                "times what is written there", c->label, m->pops.at[c->post].gain_of_params ? ", times the gain of its target," : "",
                                name_of_any(m, d->params), p->has_parts ? "powers of params and of some functions of them" : "different params");
        fault = divisor_obstacle(cx, m, d, c->label);
        few = few && add_powers(p, k, d, with, powers);
    }
    if (!fault && few && with & RANGE_SPEEDS)
        fault = speeds_obstacle(p, powers);
    for (size_t k = 0; k < powers->n; k++)
        p->has_powers |= powers->at[k].part || powers->at[k].exponent != 1;
    if (!fault && few)
        p->without_value = values_obstacle(cx, m, powers);
    if (p->without_value && (!(with & RANGE_OWN) || powers_divide_by_zero(m, powers)))
        fault = p->without_value;
    if (fault || few)
        return fault;
    return arena_printf(&cx->arena, "more than %d params with ranges, or powers of them, stand in weights and gains, and proofs stop there",
                        RANGES_MAX_PARAMS);
}

/* ---- the terms ---- */

/* Where the factor is 0 its sign does not show; it is that of the source then. */
bool range_is_negated(const Net *net, const Block *b)
{
    const ModelConn *c = &net->model->conns.at[b->conn];
    if (mpq_sgn(b->factor))
        return mpq_sgn(b->factor) != mpq_sgn(c->factor);
    return !b->values.d && !c->n_terms && net_neuron_sign(&net->pop[b->pre], 0) == SIGN_INH;
}

/* Bits of the one of the n powers that is all of a weight. */
static uint32_t power_of_whole(const DependPart *whole, const RangePower *of, size_t n)
{
    size_t k = 0;
    while (k < n && !(of[k].part && of[k].exponent == 1 && depend_compare_parts(of[k].part, whole) == 0))
        k++;
    return (uint32_t)1 << k;
}

/* The coefficient of a product of powers in the weight of a connection. */
static void take_coefficient(const RangeProblem *p, size_t conn, uint32_t product, const RangePower *of, size_t n, mpq_ptr out)
{
    const RangeWhole *whole = &p->whole[conn];
    const Dependence *d = whole->part ? NULL : dependence_of(p->cx, p->apart, &p->apart->model->conns.at[conn]);
    if (whole->part && power_of_whole(whole->part, of, n) == product)
        mpq_set(out, whole->constant);
    for (size_t t = 0; d && t < d->n; t++)
        if (powers_in_term(&d->term[t], of, n) == product)
            mpq_set(out, d->term[t].factor);
}

/* The network whose weights are the coefficients of one product of powers. */
static void net_of_product(const RangeProblem *p, uint32_t product, const RangePower *of, size_t n, Net *out)
{
    const Net *net = p->apart;
    *out = *net;
    out->block = ARENA_ARRAY(&p->cx->arena, net->n_blocks + 1, Block);
    for (size_t k = 0; k < net->n_blocks; k++) {
        mpq_ptr factor = num_new(net->nums);
        take_coefficient(p, net->block[k].conn, product, of, n, factor);
        if (range_is_negated(net, &net->block[k]))
            mpq_neg(factor, factor);
        out->block[k] = net->block[k];
        out->block[k].factor = factor;
    }
}

static void put_entry(RangeTerm *t, size_t row, uint32_t column, mpq_srcptr x)
{
    if (!mpq_sgn(x))
        return;
    t->row[t->n] = (uint32_t)row;
    t->column[t->n] = column;
    mpq_init(t->entry[t->n]);
    mpq_set(t->entry[t->n++], x);
}

/* A row in neuron form less its leak of 1: where no entry is held on the diagonal, the weight was 1. */
static void take_row(const ClaimMatrix *m, size_t a, RangeTerm *out)
{
    mpq_t one, x;
    bool seen = m->leak != NULL;
    mpq_inits(one, x, (mpq_ptr)0);
    mpq_set_ui(one, 1, 1);
    for (size_t e = m->row_from[a]; e < m->row_from[a + 1]; e++) {
        if (!seen && m->column[e] > a)
            put_entry(out, a, (uint32_t)a, one);
        seen |= m->column[e] >= a;
        mpq_set(x, claim_matrix_at(m, a, e));
        if (!m->leak && m->column[e] == a)
            mpq_add(x, x, one);
        put_entry(out, a, m->column[e], x);
    }
    if (!seen)
        put_entry(out, a, (uint32_t)a, one);
    mpq_clears(one, x, (mpq_ptr)0);
}

static void take_term(Ctx *cx, const ClaimMatrix *m, RangeTerm *out)
{
    size_t most = m->row_from[m->q] + m->q;
    *out = (RangeTerm){.n_self = m->self ? m->q : 0};
    out->row = ARENA_ARRAY(&cx->arena, most, uint32_t);
    out->column = ARENA_ARRAY(&cx->arena, most, uint32_t);
    out->entry = ARENA_ARRAY(&cx->arena, most, mpq_t);
    out->self = m->self ? rationals_new(cx, m->q) : NULL;
    for (size_t a = 0; a < m->q; a++) {
        take_row(m, a, out);
        if (m->self)
            mpq_set(out->self[a], m->self[a]);
    }
}

static const char *add_term(const RangeProblem *p, const SlopeReport *slope, uint32_t params, const RangePower *of, Ranges *out)
{
    Ctx *cx = p->cx;
    Net part;
    ClaimMatrix m;
    const char *reason;
    for (size_t k = 0; k < out->n_terms; k++)
        if (out->term[k].params == params)
            return NULL;
    if (out->n_terms == RANGES_MAX_TERMS)
        return "the weights are sums of too many products of params";
    net_of_product(p, params, of, out->n_params, &part);
    if (!reduce_net(cx, &part, slope, GAINS_LARGEST, &m, &reason))
        return reason;
    RangeTerm *t = &out->term[out->n_terms++];
    take_term(cx, &m, t);
    t->params = params;
    claim_matrix_clear(&m);
    return NULL;
}

static const char *add_terms(const RangeProblem *p, const SlopeReport *slope, const RangePower *of, Ranges *out)
{
    const char *reason = NULL;
    out->term = ARENA_ARRAY(&p->cx->arena, RANGES_MAX_TERMS, RangeTerm);
    for (size_t k = 0; !reason && k < p->apart->model->conns.n; k++) {
        const DependPart *whole = p->whole[k].part;
        const Dependence *d = whole ? NULL : dependence_of(p->cx, p->apart, &p->apart->model->conns.at[k]);
        if (whole)
            reason = add_term(p, slope, power_of_whole(whole, of, out->n_params), of, out);
        for (size_t t = 0; !reason && d && t < d->n; t++) {
            uint32_t in = powers_in_term(&d->term[t], of, out->n_params);
            reason = in ? add_term(p, slope, in, of, out) : NULL;
        }
    }
    return reason;
}

/* ---- the time constants ---- */

static void take_speeds(RangeProblem *p, const RangePower *of)
{
    const Net *net = p->net;
    const ClaimMatrix *m = &p->base;
    Ranges *out = &p->ranges;
    size_t row = 0;
    out->speed = ARENA_ARRAY(&p->cx->arena, m->q + 1, uint32_t);
    for (size_t a = 0; a < net->n_pops; a++) {
        const ModelPop *pop = &net->model->pops.at[a];
        DependTerm tau;
        DependPartPower room;
        uint32_t speed = pop->tau_of_params && product_of_tau(p, pop, &tau, &room) ? powers_in_inverse(&tau, of, out->n_params) : 0;
        for (size_t left = net->pop[a].size; left > 0; row++) {
            out->speed[row] = speed;
            left -= m->n_kernels ? left : claim_matrix_size(m, row);
        }
    }
}

/* ---- the problem ---- */

static const char *init_attained(Ctx *cx, const Net *net, const SlopeReport *slope, const Powers *powers, RangeProblem *out)
{
    SlopeReport *attained = ARENA_ARRAY(&cx->arena, net->n_pops, SlopeReport);
    RangePower of[RANGES_MAX_PARAMS];
    const char *reason;
    if (!lds_attained(net, slope, attained))
        return NULL;
    if (!reduce_net(cx, net, attained, GAINS_LARGEST, &out->attained_base, &reason))
        return reason;
    powers_take(cx, net->model, powers, &out->attained, of);
    return add_terms(out, attained, of, &out->attained);
}

const char *range_problem_init(Ctx *cx, const Net *net, const SlopeReport *slope, unsigned with, RangeProblem *out)
{
    Powers powers;
    RangePower of[RANGES_MAX_PARAMS];
    *out = (RangeProblem){.cx = cx, .net = net, .slope = slope, .makes_no_statements = range_tau_obstacle(cx, net->model) != NULL};
    const char *reason = range_entries_apart(cx, net, &out->apart);
    if (!reason)
        reason = obstacle(out, with, &powers);
    if (reason || !reduce_net(cx, net, slope, GAINS_LARGEST, &out->base, &reason))
        return reason;
    powers_take(cx, net->model, &powers, &out->ranges, of);
    if (with & RANGE_OWN && out->has_powers)
        ranges_take_own(cx, net->model, of, &out->ranges);
    if (with & RANGE_OWN && out->has_powers && !out->ranges.n_own) {
        range_problem_clear(out);
        return range_problem_init(cx, net, slope, with & ~(unsigned)RANGE_OWN, out);
    }
    reason = add_terms(out, slope, of, &out->ranges);
    if (with & RANGE_SPEEDS)
        take_speeds(out, of);
    if (!reason)
        reason = init_attained(cx, net, slope, &powers, out);
    out->attained.speed = out->ranges.speed;
    return reason;
}

void range_problem_clear(RangeProblem *p)
{
    ranges_clear(&p->ranges);
    ranges_clear(&p->attained);
    if (p->base.q)
        claim_matrix_clear(&p->base);
    if (p->attained_base.q)
        claim_matrix_clear(&p->attained_base);
}
