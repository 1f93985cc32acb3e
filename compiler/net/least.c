/* How much of a network a reader will be given at least, before any connection is made: where that is more than
 * it reads, no weight is made exactly for it. Nothing is proved by these numbers. */
#include <math.h>

#include "compiler/net/build.h"

/* ---- weights of which none is 0 ---- */

/* About: what rounding moves is too little to matter here. */
typedef struct Between {
    double lo, hi;
} Between;

static Between hull(double a, double b, double c, double d)
{
    return (Between){ fmin(fmin(a, b), fmin(c, d)), fmax(fmax(a, b), fmax(c, d)) };
}

static bool has_zero(Between a)
{
    return !(a.lo > 0 || a.hi < 0);
}

static bool of_draw(const EigDraw *d, Between *out)
{
    *out = (Between){ eig_draw_value(d, 0x1p-54), eig_draw_value(d, 1 - 0x1p-53) };
    return true;
}

/* A power by a whole number above 0; of what is below 0 nothing is said. */
static bool of_power(Between a, Between b, Between *out)
{
    *out = (Between){ pow(a.lo, b.lo), pow(a.hi, b.lo) };
    if (b.lo == b.hi && b.lo > 0 && fmod(b.lo, 2) == 0 && a.lo < 0)
        *out = (Between){ a.hi < 0 ? pow(a.hi, b.lo) : 0, pow(fmax(-a.lo, a.hi), b.lo) };
    return b.lo == b.hi && b.lo > 0 && (a.lo >= 0 || fmod(b.lo, 2) == 0);
}

static bool of_call(EigFn fn, Between a, Between b, Between *out)
{
    switch (fn) {
    case EIG_FN_ADD: *out = (Between){ a.lo + b.lo, a.hi + b.hi }; return true;
    case EIG_FN_SUB: *out = (Between){ a.lo - b.hi, a.hi - b.lo }; return true;
    case EIG_FN_MUL: *out = hull(a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi); return true;
    case EIG_FN_DIV: *out = hull(a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi); return !has_zero(b);
    case EIG_FN_NEG: *out = (Between){ -a.hi, -a.lo }; return true;
    case EIG_FN_ABS: *out = (Between){ has_zero(a) ? 0 : fmin(fabs(a.lo), fabs(a.hi)), fmax(fabs(a.lo), fabs(a.hi)) }; return true;
    case EIG_FN_MIN: *out = (Between){ fmin(a.lo, b.lo), fmin(a.hi, b.hi) }; return true;
    case EIG_FN_MAX: *out = (Between){ fmax(a.lo, b.lo), fmax(a.hi, b.hi) }; return true;
    case EIG_FN_POW: return of_power(a, b, out);
    case EIG_FN_EXP: case EIG_FN_LOG: case EIG_FN_SQRT: case EIG_FN_TANH:
        *out = (Between){ eig_fn_apply(fn, a.lo, 0), eig_fn_apply(fn, a.hi, 0) };
        return true;
    default:
        return false;
    }
}

static bool find(const Expr *e, double last_pre, double last_post, Between *out)
{
    Between arg[2] = { { 0, 0 }, { 0, 0 } };
    switch (e->kind) {
    case EXPR_CONST:
        out->lo = out->hi = num_to_double(e->as.value);
        break;
    case EXPR_VAR:
        *out = (Between){ 0, e->as.var == EIG_VAR_POST_I ? last_post : last_pre };
        break;
    case EXPR_DRAW:
        return of_draw(e->as.draw.draw, out);
    case EXPR_CALL:
        for (int k = 0; k < e->as.call.n_args; k++)
            if (!find(e->as.call.arg[k], last_pre, last_post, &arg[k]))
                return false;
        if (!of_call(e->as.call.fn, arg[0], arg[1], out))
            return false;
        break;
    default:
        return false;
    }
    return isfinite(out->lo) && isfinite(out->hi);
}

static bool is_nowhere_zero(const NetBuild *b, const ModelConn *c)
{
    Between x;
    return find(c->pair, (double)b->net->pop[c->pre].size - 1, (double)b->net->pop[c->post].size - 1, &x) && !has_zero(x);
}

/* ---- counts ---- */

static bool is_drawn(const ModelConn *c)
{
    return c->pattern == PATTERN_RANDOM_P || c->pattern == PATTERN_RANDOM_INDEGREE;
}

/* Pairs that have a weight which is not 0; kernels and lists are not counted. */
static double least_entries(const NetBuild *b, const ModelConn *c)
{
    bool by_pair = c->kind == WEIGHT_PAIR && !(c->pattern == PATTERN_ALL && c->by_displacement);
    if (!by_pair && !(c->kind == WEIGHT_UNIFORM && is_drawn(c)))
        return 0;
    double n = pattern_synapses(b->net, c), alone = !c->self && c->pre == c->post ? (double)b->net->pop[c->post].size : 0;
    if (c->pattern == PATTERN_LISTED || n <= alone || (by_pair && !is_nowhere_zero(b, c)))
        return 0;
    return n - alone;
}

/* Neurons of populations that receive or send by pairs, which no check takes as one. */
static double least_rows(const NetBuild *b)
{
    const Model *m = b->m;
    double n = 0;
    bool *alone = ARENA_ARRAY(&b->cx->arena, b->net->n_pops + 1, bool);
    for (size_t k = 0; k < m->conns.n; k++)
        if (m->conns.at[k].kind == WEIGHT_PAIR || (m->conns.at[k].kind == WEIGHT_UNIFORM && is_drawn(&m->conns.at[k])))
            alone[m->conns.at[k].pre] = alone[m->conns.at[k].post] = true;
    for (size_t q = 0; q < b->net->n_pops; q++)
        n += alone[q] ? (double)b->net->pop[q].size : 0;
    return n;
}

/* Ten standard deviations beyond what is read are certainly beyond it. */
bool net_is_read_exactly(const NetBuild *b)
{
    double n = 0;
    if (least_rows(b) > (double)b->read.most_neurons)
        return false;
    for (size_t k = 0; !isinf(b->read.most_synapses) && k < b->m->conns.n; k++)
        n += least_entries(b, &b->m->conns.at[k]);
    return n - 10 * sqrt(n) <= b->read.most_synapses;
}
