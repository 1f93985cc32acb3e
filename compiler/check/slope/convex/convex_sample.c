#include "compiler/check/slope/convex/convex_search.h"
#include "compiler/code/code.h"

#include <math.h>

enum { SAMPLES = 64, FAR_SAMPLES = 18, STEPS = 40, SLOPES = 16, WAVE = 8, FURTHEST_WAVES = 34 };

/* 1 + g'' and g as a run would compute them: doubles tell where to look, and prove nothing. */
typedef struct Sight {
    ConvexSearch *s;
    bool is_in_doubles;
    EigCode curve, g;
} Sight;

/* Samples leave most of the work to proofs. */
static bool may_sample(const Sight *v)
{
    return v->s->found.verdict == CONVEX_SEARCHING && v->s->nums.work < JET_BUDGET / 4;
}

static double proved_at(const Sight *v, double x)
{
    convex_look_at(v->s, x);
    return v->s->middle.trouble == JET_FINE ? convex_upper(v->s->middle.value) : (double)INFINITY;
}

/* About 1 + g'' at x. What is infinite there, no number, or below 0, is looked at properly. */
static double seen_at(const Sight *v, double x)
{
    double var[EIG_N_VARS] = { [EIG_VAR_X] = x };
    double curve = v->is_in_doubles ? eig_code_eval(&v->curve, var, NULL) : (double)NAN;
    return curve >= 0 && isfinite(curve) && isfinite(eig_code_eval(&v->g, var, NULL)) ? curve : proved_at(v, x);
}

/* From two places in a + (b - a) [0, 1] to a nearby least one, by golden sections. */
static double descend(const Sight *v, double a, double b)
{
    const double part = 0.3819660112501051;
    double p = a + part * (b - a), q = b - part * (b - a), at_p = seen_at(v, p), at_q = seen_at(v, q);
    for (int k = 0; k < STEPS && may_sample(v); k++) {
        if (at_p < at_q) {
            b = q, q = p, at_q = at_p;
            p = a + part * (b - a);
            at_p = seen_at(v, p);
        } else {
            a = p, p = q, at_p = at_q;
            q = b - part * (b - a);
            at_q = seen_at(v, q);
        }
    }
    return at_p < at_q ? p : q;
}

/* Samples between a and b, from the middle outwards; the number of the least of them. */
static int least_between(const Sight *v, double (*look)(const Sight *, double), double a, double b)
{
    int half = SAMPLES / 2, best = half;
    double least = INFINITY;
    for (int k = 0; k <= SAMPLES && may_sample(v); k++) {
        int j = half + (k % 2 ? 1 : -1) * ((k + 1) / 2);
        double there = look(v, a + (b - a) * j / SAMPLES);
        best = there < least ? j : best;
        least = fmin(there, least);
    }
    return best;
}

/* Towards an end by powers of two: 1 + g'' may be least only there. */
static void look_towards(const Sight *v, ConvexWhere where, double from)
{
    double least = v->s->found.attained, best = NAN;
    for (int k = 1; k <= FAR_SAMPLES && may_sample(v); k++) {
        double x = convex_edge_of(v->s, &(ConvexRegion){ where, ldexp(from, 3 * k), INFINITY });
        double there = isnan(x) ? (double)INFINITY : seen_at(v, x);
        best = there < least ? x : best;
        least = fmin(there, least);
    }
    if (may_sample(v))
        proved_at(v, best);
}

static bool has_waves(const Expr *e)
{
    bool has = e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_SIN || e->as.call.fn == EIG_FN_COS);
    for (int k = 0; e->kind == EXPR_CALL && !has && k < e->as.call.n_args; k++)
        has = has_waves(e->as.call.arg[k]);
    return has;
}

/* Waves may bend down the more the further out they are, each at one of its phases. */
static void look_at_waves(const Sight *v, ConvexWhere where)
{
    for (int k = 10; k <= FURTHEST_WAVES && may_sample(v) && !convex_end_of(v->s, where); k += 6) {
        double far = (where == CONVEX_TOWARDS_LO ? -1 : 1) * ldexp(1, k);
        int best = least_between(v, seen_at, far, far + WAVE);
        double x = descend(v, far + (double)WAVE * (best - 1) / SAMPLES, far + (double)WAVE * (best + 1) / SAMPLES);
        if (may_sample(v) && convex_is_inside(v->s, x))
            proved_at(v, x);
    }
}

void convex_sample(ConvexSearch *s, double a, double b)
{
    const Expr *curve = s->curve[CONVEX_INSIDE], *g = s->g[CONVEX_INSIDE];
    Sight v = { .s = s, .is_in_doubles = curve->depth <= EXPR_MAX_DEPTH && g->depth <= EXPR_MAX_DEPTH };
    if (v.is_in_doubles) {
        v.curve = expr_to_code(s->cx, curve);
        v.g = expr_to_code(s->cx, g);
    }
    int best = least_between(&v, seen_at, a, b);
    if (!may_sample(&v))
        return;
    double x = descend(&v, a + (b - a) * fmax(0, best - 1) / SAMPLES, a + (b - a) * fmin(SAMPLES, best + 1) / SAMPLES);
    if (!may_sample(&v))
        return;
    double seen = seen_at(&v, x), there = proved_at(&v, x);
    if (!(there <= seen + 1e-6 * fabs(seen)))     /* terms cancel, and doubles see nothing */
        least_between(&v, proved_at, a, b);
    look_towards(&v, CONVEX_TOWARDS_LO, 1);
    look_towards(&v, CONVEX_TOWARDS_HI, 1);
    if (has_waves(s->piece->g)) {
        look_at_waves(&v, CONVEX_TOWARDS_LO);
        look_at_waves(&v, CONVEX_TOWARDS_HI);
    }
}

/* The place of this piece's k-th sample, k < SLOPES: evenly between two ends, from one end by powers of two. */
static double sample_of(const CostPiece *p, int k)
{
    double lo = p->lo ? num_to_double(p->lo) : 0, hi = p->hi ? num_to_double(p->hi) : 0, far = ldexp(1, k - SLOPES / 2);
    if (p->lo && p->hi)
        return lo + (hi - lo) * (k + 1) / (SLOPES + 1);
    return p->lo ? lo + far : p->hi ? hi - far : k % 2 ? far : -far;
}

/* What overflows may be infinity over infinity. */
static bool has_no_slope(Ctx *cx, const CostPiece *p, double *at)
{
    if (p->slope->depth > EXPR_MAX_DEPTH)
        return false;
    EigCode code = expr_to_code(cx, p->slope);
    for (int k = 0; k < SLOPES; k++) {
        double var[EIG_N_VARS] = { [EIG_VAR_X] = sample_of(p, k) };
        *at = var[EIG_VAR_X];
        if (isnan(eig_code_eval(&code, var, NULL)))
            return true;
    }
    return false;
}

bool convex_has_no_slope(Ctx *cx, const CostFormula *cost, double *at)
{
    for (size_t k = 0; k < cost->n_parts; k++)
        if (has_no_slope(cx, &cost->part[k], at))
            return true;
    return false;
}
