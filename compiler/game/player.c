#include "compiler/game/player.h"

#include <float.h>
#include <math.h>

#include "compiler/game/energy.h"

void player_init(Ctx *cx, const LocalRow *row, double own, double others, Player *out)
{
    const Activation *act = row->act;
    *out = (Player){.act = act, .phi = expr_to_code(cx, activation_computed(act)), .gain = num_to_double(act->gain),
                    .threshold = num_to_double(act->threshold)};
    /* A gain stands in the activation or, where neurons differ in it, beside it. */
    double gain = out->gain * num_to_double(row->gain);
    out->own = own;
    out->others = others;
    out->w = gain * own;
    out->b = out->gain * (num_to_double(row->gain) * (others - num_to_double(row->threshold)) - out->threshold);
}

/* ---- energy ---- */

static double interaction(const Player *p, double x)
{
    return (1 - p->w) * x * x / 2 - x * p->b;
}

/* By so much at most rounding moves it. */
static double interaction_error(const Player *p, double x)
{
    return 4 * DBL_EPSILON * (fabs((1 - p->w) * x * x / 2) + fabs(p->w * x * x) + fabs(x * p->b));
}

/* Of activations by formula the cost is an integral, and each digit costs three times the time of the one before. */
static const double WITHIN = 1e-8, ROUGHLY = 1e-6;

static bool is_outside(const Image *image, double x)
{
    return image && image->known && ((image->lo && x < num_to_double_down(image->lo)) || (image->hi && x > num_to_double_up(image->hi)));
}

static double activation_cost(const Player *p, double x, double within, double *error)
{
    double lo, hi;
    NumPool scratch = {0};
    *error = 0;
    if (is_outside(p->image, x))
        return (double)INFINITY;
    bool known = isfinite(x) && *p->work > 0 &&
                 (energy_enclose(&scratch, p->act, x, within, &lo, &hi) || energy_enclose(&scratch, p->act, x, ROUGHLY, &lo, &hi));
    *p->work -= scratch.work < *p->work ? scratch.work : *p->work;
    num_pool_free(&scratch);
    *error = known && isfinite(hi) ? (hi - lo) / 2 : 0;
    return !known ? (double)NAN : isfinite(hi) ? lo + (hi - lo) / 2 : hi;
}

static double rough_energy(const Player *p, double x)
{
    double error;
    return interaction(p, x) + activation_cost(p, x, ROUGHLY, &error);
}

/* ---- the best response ----
 *
 * dE/dx = 0 where t = b + w x for the t with prox_g(t) = x: along t, x never falls, and E falls while t < b + w x. */

static double prox(const Player *p, double t)
{
    double var[EIG_N_VARS] = {[EIG_VAR_Z] = p->threshold + t / p->gain};
    return eig_code_eval(&p->phi, var, NULL);
}

/* Above 0 where E grows. */
static double grows(const Player *p, double t)
{
    return t - p->b - p->w * prox(p, t);
}

/* A minimum between a, where E falls, and c, where it grows. */
static double minimum_between(const Player *p, double a, double c)
{
    for (int k = 0; k < 200; k++) {
        double middle = a + (c - a) / 2;
        if (!(a < middle && middle < c))
            break;
        *(grows(p, middle) > 0 ? &c : &a) = middle;
    }
    /* 0 itself is met by no halving. */
    return a <= 0 && c >= 0 ? prox(p, 0) : prox(p, a + (c - a) / 2);
}

/* The k-th of places that reach from far below b to far above it, closest together next to b. */
enum { PLACES = 4001 };
static double place(const Player *p, double scale, int k)
{
    double u = (2.0 * k / (PLACES - 1) - 1) * 60;
    return p->b + scale * 1e-3 * sinh(u);
}

/* Of two minima the lower one; a single one is not looked at. */
static double lower(const Player *p, double x, double y)
{
    return isnan(x) ? y : isnan(y) || rough_energy(p, x) <= rough_energy(p, y) ? x : y;
}

/* Near x, which tells a scale beside that of the input. */
static double best_response(const Player *p, double x)
{
    double best = NAN, flat = NAN, before = NAN, last = NAN, scale = fabs(p->b) + fabs(x);
    for (int k = 0; k < PLACES; k++) {
        double here = place(p, scale > 0 ? scale : 1, k), now = grows(p, here);
        if (!isfinite(now))
            continue;
        if (isnan(before) && now > 0)
            return -(double)INFINITY;
        if (last <= 0 && now > 0)
            best = lower(p, best, minimum_between(p, before, here));
        flat = now != 0 ? (double)NAN : isnan(flat) ? prox(p, here) : flat;
        before = here;
        last = now;
    }
    /* Where it neither falls nor grows in the end, it is the same from there on. */
    return last > 0 ? best : last == 0 ? lower(p, best, flat) : (double)INFINITY;
}

/* E(x) less the energy of the best response; what is no more than the errors of both is 0. */
static double exploitability(const Player *p, const PlayerState *at)
{
    double best = at->best_response, error;
    if (isinf(best) || isinf(at->activation))
        return (double)INFINITY;
    if (fabs(at->rate - best) <= 1e-12 * (fabs(at->rate) + fabs(best)))
        return 0;               /* as near as an equilibrium in doubles is */
    double more = at->energy - interaction(p, best) - activation_cost(p, best, WITHIN, &error);
    return more <= at->error + error + interaction_error(p, at->rate) + interaction_error(p, best) ? 0 : more;
}

void player_at(const Player *p, double x, PlayerState *out)
{
    *out = (PlayerState){.rate = x, .input = p->others + p->own * x, .interaction = interaction(p, x)};
    out->activation = activation_cost(p, x, WITHIN, &out->error);
    out->energy = out->interaction + out->activation;
    out->best_response = best_response(p, x);
    out->exploitability = exploitability(p, out);
}
