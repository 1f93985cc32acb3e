/* The adaptive methods of the reference: Dormand and Prince (1980), and what it
 * has in common with dopri8 (reference_dopri8.c): step control and first step after Hairer, Norsett, Wanner, "Solving ODEs I",
 * sections II.4 and II.5, in the order of docs/semantics.md. */
#include "runtime/reference.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "runtime/layout.h"

static const double node[7] = {0.0, 1.0 / 5.0, 3.0 / 10.0, 4.0 / 5.0, 8.0 / 9.0, 1.0, 1.0};

static const double tableau[7][6] = {
    {0},
    {1.0 / 5.0},
    {3.0 / 40.0, 9.0 / 40.0},
    {44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0},
    {19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0},
    {9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0},
    {35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0},
};

static const double fifth_minus_fourth[7] = {
    71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0,
};

static const double dense[7] = {
    -12715105075.0 / 11282082432.0, 0.0, 87487479700.0 / 32700410799.0, -10690763975.0 / 1880347072.0,
    701980252875.0 / 199316789632.0, -1453857185.0 / 822651844.0, 69997945.0 / 29380423.0,
};

/* Sum of weight[s] k_s[i] over the stages with a weight, from the first on. */
static double combine(const double *weight, size_t n_stages, double *const *k, size_t i)
{
    double sum = weight[0] * k[0][i];
    for (size_t s = 1; s < n_stages; s++)
        if (weight[s] != 0.0)
            sum = sum + weight[s] * k[s][i];
    return sum;
}

static bool is_dopri8(const Oracle *o)
{
    return o->p->method == EIG_METHOD_DOPRI8;
}

/* Of the error, in the length of the next step. */
static double power(const Oracle *o)
{
    return is_dopri8(o) ? 0.125 : 0.2;
}

static size_t n_stages(const Oracle *o)
{
    return (size_t)eig_method[o->p->method].stages;
}

double oracle_worst(const Oracle *o, const double *value, const double *size_a, const double *size_b)
{
    const EigProblem *p = o->p;
    double norm = 0.0;
    for (size_t i = 0; i < o->n_x; i++) {
        double a = fabs(size_a[i]), b = fabs(size_b[i]);
        double scale = p->atol + p->rtol * (a > b ? a : b);
        double part = value[i] == 0.0 ? 0.0 : fabs(value[i]) / scale;
        if (part > norm || isnan(part))
            norm = part;
    }
    return norm;
}

/* Equations have no time constant, so they do not limit the step. */
static double longest_step(const EigProblem *p)
{
    double rate = 0.0;
    for (size_t q = 0; q < p->n_pops; q++) {
        const EigPop *pop = &p->pop[q];
        for (size_t i = 0; i < pop->size && eig_state(pop, 0).kind == EIG_STATE_LEAK; i++) {
            double own = pop->rate_of ? pop->rate_of[i] : pop->rate;
            if (own > rate)
                rate = own;
        }
    }
    double whole = p->whole > 0.0 ? p->whole : p->duration;
    return rate > 0.0 && 1.0 / rate < whole ? 1.0 / rate : whole;
}

/* Hairer, Norsett, Wanner, II.4, "starting step size", with the norm `worst`. */
static double guess_step(Oracle *o, double longest)
{
    double d0 = oracle_worst(o, o->x, o->x, o->x), d1 = oracle_worst(o, o->k[0], o->x, o->x);
    double tiny = 1e-6 * longest;
    double h0 = d0 < 1e-5 || d1 < 1e-5 ? tiny : 0.01 * (d0 / d1);
    if (!(h0 < longest))
        h0 = longest;
    for (size_t i = 0; i < o->n_x; i++)
        o->stage[i] = o->x[i] + h0 * o->k[0][i];
    oracle_drift(o, 0, h0, o->stage, o->k[1]);
    for (size_t i = 0; i < o->n_x; i++)
        o->k[1][i] = o->k[1][i] - o->k[0][i];
    double d2 = oracle_worst(o, o->k[1], o->x, o->x) / h0;
    double d = d1 > d2 ? d1 : d2;
    double h1 = d <= 1e-15 ? (tiny > h0 * 1e-3 ? tiny : h0 * 1e-3) : pow(0.01 / d, power(o));
    return 100.0 * h0 < h1 ? 100.0 * h0 : h1;
}

static double first_step(Oracle *o, double longest)
{
    double h = o->p->h > 0.0 ? o->p->h : guess_step(o, longest);
    if (h < 1e-9 * longest)
        h = 1e-9 * longest;
    return h < longest ? h : longest;
}

/* All stages of the step from t to t_new; leaves x_new, k, and the error estimate in stage. */
static double attempt(Oracle *o, double t, double h, double t_new)
{
    size_t n = o->n_x;
    if (is_dopri8(o))
        return oracle_dopri8_attempt(o, t, h, t_new);
    for (size_t s = 1; s < 7; s++) {
        double *at = s == 6 ? o->x_new : o->stage;
        for (size_t i = 0; i < n; i++)
            at[i] = o->x[i] + h * combine(tableau[s], s, o->k, i);
        oracle_drift(o, 0, node[s] == 1.0 ? t_new : t + node[s] * h, at, o->k[s]);
    }
    for (size_t i = 0; i < n; i++)
        o->stage[i] = h * combine(fifth_minus_fourth, 7, o->k, i);
    return oracle_worst(o, o->stage, o->x, o->x_new);
}

/* The curve through the step [t, t + h], at tj: for rk45 a quartic. */
static const double *between(Oracle *o, double t, double tj, double h)
{
    double theta = (tj - t) / h, rest = 1.0 - theta;
    if (is_dopri8(o)) {
        oracle_dopri8_between(o, t, theta, h);
        return o->x_between;
    }
    for (size_t i = 0; i < o->n_x; i++) {
        double rise = o->x_new[i] - o->x[i];
        double bend = h * o->k[0][i] - rise;
        double third = (rise - h * o->k[6][i]) - bend;
        double fourth = h * combine(dense, 7, o->k, i);
        o->x_between[i] = o->x[i] + theta * (rise + rest * (bend + theta * (third + rest * fourth)));
    }
    return o->x_between;
}

/* The first record after t, found by halving: records below `low` are at most at t. */
static int64_t first_after(EigRatio every, double t)
{
    int64_t low = 1, high = 1;
    while (eig_ratio_times(every, high) <= t)
        high *= 2;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (eig_ratio_times(every, middle) <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

/* What a clock records of the accepted step: at each t_j in (t, t_new]. */
static bool record_clock(Oracle *o, size_t clock, double t, double h, double t_new, OracleAt *at)
{
    EigRatio every = eig_clock(o->p, clock).every;
    double recorded = o->from && o->from->control.reached > t ? o->from->control.reached : t;
    if (every.num == 0)
        return t_new <= recorded || oracle_record(o, clock, 0, t_new, o->x_new);
    for (int64_t j = first_after(every, recorded);; j++) {
        double tj = eig_ratio_times(every, j);
        if (tj > t_new)
            return true;
        if (!oracle_record(o, clock, 0, tj, tj == t_new ? o->x_new : at(o, t, tj, h)))
            return false;
    }
}

bool oracle_record_step(Oracle *o, double t, double h, double t_new, OracleAt *at)
{
    for (size_t c = 0; c < eig_n_clocks(o->p); c++)
        if (!record_clock(o, c, t, h, t_new, at))
            return false;
    return true;
}

/* The step has become too small: names the first neuron whose slope is not
 * finite in the first such stage, else the one with the worst error. */
static void underflow(Oracle *o)
{
    const EigProblem *p = o->p;
    for (size_t s = 0; s < n_stages(o); s++)
        if (!oracle_check(o, o->k[s]))
            return;
    if (!oracle_check(o, o->stage))
        return;
    double most = -1.0;
    o->result.status = RUN_UNDERFLOW;
    size_t worst_at = 0;
    for (size_t at = 0; at < o->n_x; at++) {
        double a = fabs(o->x[at]), b = fabs(o->x_new[at]);
        double part = o->stage[at] == 0.0 ? 0.0 : fabs(o->stage[at]) / (p->atol + p->rtol * (a > b ? a : b));
        if (part > most) {
            most = part;
            worst_at = at;
        }
    }
    EigPlace place = eig_place(p, worst_at);
    o->result.bad_pop = place.pop;
    o->result.bad_neuron = place.neuron;
    o->result.bad_state = place.state;
    o->result.bad_value = o->x[worst_at];
}

static double step_factor(const Oracle *o, double norm, double largest)
{
    if (!isfinite(norm))
        return 0.2;
    double factor = norm == 0.0 ? largest : 0.9 * pow(norm, -power(o));
    if (factor < 0.2)
        return 0.2;
    return factor < largest ? factor : largest;
}

static void keep(Oracle *o, double t, double h, double largest, double longest)
{
    if (!o->end)
        return;
    o->end->control = (EigControl){ .t = t, .h = h, .growth = largest, .longest = longest, .reached = t };
    memcpy(o->end->x, o->x, o->n_x * sizeof *o->x);
}

void oracle_run_adaptive(Oracle *o)
{
    const EigProblem *p = o->p;
    double t = 0.0, longest = longest_step(p), largest = 10.0, h = 0.0;
    bool is_kept = false;
    if (!oracle_check(o, o->x))
        return;
    if (o->from) {
        t = o->from->control.t;
        largest = o->from->control.growth;
        h = o->from->control.h;
        o->result.t = o->from->control.reached;
    }
    for (size_t c = 0; !o->from && c < eig_n_clocks(p); c++)
        if (!oracle_record(o, c, 0, 0.0, o->x))
            return;
    oracle_drift(o, 0, t, o->x, o->k[0]);
    if (!o->from)
        h = first_step(o, longest);
    while (t < p->duration) {
        if (!(0.1 * h > DBL_EPSILON * t) || !(h > DBL_EPSILON * longest)) {
            underflow(o);
            return;
        }
        bool final = t + 1.01 * h >= p->duration;
        if (final && !is_kept) {
            keep(o, t, h, largest, longest);
            is_kept = true;
        }
        double step = final ? p->duration - t : h;
        double t_new = final ? p->duration : t + step;
        double norm = attempt(o, t, step, t_new);
        if (norm <= 1.0) {
            if (!oracle_record_step(o, t, step, t_new, between))
                return;
            memcpy(o->x, o->x_new, o->n_x * sizeof *o->x);
            memcpy(o->k[0], o->k[n_stages(o) - 1], o->n_x * sizeof *o->x);
            t = t_new;
            if (t > o->result.t)
                o->result.t = t;
            o->result.n_steps++;
            h = step * step_factor(o, norm, largest);
            largest = 10.0;
        } else {
            o->result.n_rejected++;
            h = step * step_factor(o, norm, 1.0);
            largest = 1.0;
        }
        if (h > longest)
            h = longest;
        if (!oracle_goes_on(o, t))
            break;
    }
    if (!is_kept)
        keep(o, t, h, largest, longest);
    if (o->end && o->result.t > o->end->control.reached)
        o->end->control.reached = o->result.t;
}
