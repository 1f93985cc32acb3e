/* The least change that is found to restore diagonal stability with so much work: one factor on all weights, or on some. For W times s, all
 * that is certified for one s holds for every smaller one with the same multipliers, so the least upper bound is enclosed between proofs. */
#include <math.h>

#include "compiler/check/advice.h"
#include "compiler/check/proof/statement/statement_verify.h"

const double remedy_work_of_changes = 4e10, remedy_work_of_factor = 2e10;
/* Of one decision, less than a tenth of a second; parts to which the end is enclosed; the least factor on all weights, and on some. */
static const double work_each = 5e9, nearly = 1.002, least_of_all = 0x1p-20, least_of_one = 0x1p-10;
enum { DECISIONS = 16, ROUNDINGS = 5 };

typedef struct Search {
    Ctx *cx;
    const Report *r;
    const Remedy *x;
    double work, most;          /* left; of one decision so far */
    double guess;               /* 0: none */
} Search;

/* Certified with the factor; the margin, 0: unknown. */
static bool is_certified(Search *s, Num factor, double *margin)
{
    Net net = remedy_net(s->cx, s->r->net, s->x, factor);
    const SlopeReport *slope = remedy_slopes(s->cx, s->r, s->x, factor);
    LdsReport lds = {0};
    double given = fmin(s->work, work_each), left = given;
    if (!reduce_net(s->cx, &net, slope, remedy_level(s->cx, &net), &lds.matrix, &lds.reason))
        return false;
    lds_decide_within(s->cx, &net, &left, &lds);
    s->work -= given - left;
    s->most = fmax(s->most, given - left);
    *margin = lds.verdict == TRUTH_CERTIFIED && lds.has_margin ? lds.margin : 0;
    claim_matrix_clear(&lds.matrix);
    evidence_clear(&lds.evidence);
    return lds.verdict == TRUTH_CERTIFIED;
}

/* The largest of what neurons do to themselves, by which their leaks shrink as weights grow. */
static double largest_own(const ClaimMatrix *m)
{
    double most = 0;
    mpq_t net;
    mpq_init(net);
    for (size_t a = 0; a < m->q; a++) {
        neuron_net_leak(m, a, net);
        most = fmax(most, 1 - mpq_get_d(net));
    }
    mpq_clear(net);
    return most;
}

/* Net leaks 1 - lo own may lose the part `margin`: so weights may be larger until net leaks, shrunk, and weights are in that proportion. */
static double next_factor(double lo, double hi, double margin, double own)
{
    double next = margin > 0 && margin < 1 ? lo / (1 - margin * (1 - lo * own)) * 0.999 : 0;
    if (next > lo * nearly && next < hi)
        return next;
    return hi > 2 * lo ? sqrt(lo * hi) : (lo + hi) / 2;
}

/* [*lo, *hi], the least certified and refuted or undecided, is halved until it is short. */
static void enclose(Search *s, double *lo, double *hi, double margin)
{
    bool is_all = s->x->kind == REMEDY_ALL_WEIGHTS;
    double own = is_all ? largest_own(&s->r->lds.matrix) : 0;
    for (int k = 0; k < DECISIONS && s->work > 2 * s->most; k++) {    /* the short number takes one or two */
        if (*lo > 0 ? *hi <= *lo * nearly : *hi <= least_of_one)
            break;
        double next = is_all ? next_factor(*lo, *hi, margin, own) : (*lo + *hi) / 2;
        if (k == 0 && s->guess > *lo)
            next = s->guess;
        else if (k == 1 && *lo == s->guess)
            next = fmin(next, *lo * (1 + 3 * (nearly - 1)));
        if (is_certified(s, num_from_double(s->r->net->nums, next), &margin))
            *lo = next;
        else
            *hi = next;
    }
}

bool remedy_find_within(Ctx *cx, const Report *r, RemedyWork *work, Remedy *x)
{
    NumPool *nums = r->net->nums;
    Search s = {cx, r, x, work->left, 0, work->factor};
    double lo = x->kind == REMEDY_ALL_WEIGHTS ? least_of_all : 0, hi = 1, margin, now = num_to_double(x->now);
    mpq_ptr factor = num_new(nums);
    bool found = is_certified(&s, num_from_double(nums, lo), &margin), is_short = false;
    if (found)
        enclose(&s, &lo, &hi, margin);
    for (int k = 0; found && !is_short && k < ROUNDINGS; k++) {
        x->at = remedy_digits(nums, lo * now * (1 - 0.005 * k * k));
        mpq_div(factor, x->at, x->now);
        is_short = !(x->kind == REMEDY_GAINS && mpq_sgn(x->at) == 0) && is_certified(&s, factor, &margin);
    }
    work->left = s.work;
    if (is_short)
        work->factor = mpq_get_d(factor);
    return is_short;
}
