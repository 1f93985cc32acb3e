#include "compiler/check/slope/slope.h"

#include "compiler/check/slope/jet/jet.h"
#include "compiler/check/slope/slope_proved.h"

static void slope_of_cost(const Activation *act, Num zero, SlopeReport *out)
{
    *out = (SlopeReport){.proved = true, .lo = act->slope_lo ? act->slope_lo : zero};
    out->bounded = !act->slope_unbounded;
    out->hi = out->bounded ? act->slope_hi : NULL;
    out->attained = out->bounded ? act->slope_attained : NULL;
    out->monotone = mpq_sgn(out->lo) >= 0;
    out->too_large = act->slope_too_large;
    out->reason = out->bounded ? "by the formula of its cost (docs/theory.md, table of costs)"
                   : act->slope_too_large ? "as it is beyond the range of double precision: only local statements are possible"
                   : act->set_valued ? "since it jumps: only local statements are possible"
                                     : "it grows with the input: only local statements are possible";
}

/* Neuron i has the activation phi(g_i (z - th_i)): its slopes are g_i times those of phi. */
static void scale(const Net *net, const NetPop *p, SlopeReport *out)
{
    const Num by[3] = { p->gain_min, p->gain_max, p->gain_min };
    out->unit_hi = out->hi;
    out->unit_attained = out->attained;
    Num *bound[3] = { &out->lo, &out->hi, &out->attained };
    for (int k = 0; k < 3; k++) {
        if (!*bound[k])
            continue;
        mpq_ptr product = num_new(net->nums);
        mpq_mul(product, *bound[k], by[k]);
        *bound[k] = product;
    }
}

/* What is proved of an activation by formula is what its proximal step needs, and a step above 1 needs more: that
 * g + (1 - g) phi' is above 0, phi' in units of the gain (docs/theory.md). Those of named costs were looked at before. */
static bool step_fits(const Net *net, const ModelPop *p, const SlopeReport *slope)
{
    if (!slope->proved || !slope->monotone || (p->act.by_formula && !slope->bounded))
        return false;
    if (mpq_cmp_ui(p->prox_step, 1, 1) < 0)
        return true;
    if (!slope->bounded)
        return false;
    mpq_ptr x = num_new(net->nums), longest = num_new(net->nums);
    mpq_div(x, slope->hi, p->act.gain);
    mpq_sub(longest, x, num_int(net->nums, 1));
    mpq_mul(longest, longest, p->prox_step);
    return mpq_cmp(longest, x) < 0;
}

/* Where it does not fit, nothing is known of the network with these steps, and so nothing of its slopes is said to be proved. */
static void check_step(Ctx *cx, const Net *net, const ModelPop *p, SlopeReport *slope)
{
    if (step_fits(net, p, slope))
        return;
    Diag *d = diag_at(cx, D_E0724, p->prox_span, "that the activation of `%s` has one value at each input with this step is not proved", p->name);
    if (slope->proved && slope->bounded)
        diag_note_at(cx, d, p->act.span, "its slope is up to %s, and a step g needs less than g/(g - 1) of its gain", num_brief(cx, slope->hi));
    else
        diag_note_at(cx, d, p->act.span, "%s", slope->reason);
    diag_help(cx, d, "the plain network is `prox_step = 1`");
    *slope = (SlopeReport){.reason = "with its proximal step it is not proved to have one value at each input"};
}

void slope_check(Ctx *cx, const Net *net, SlopeReport *out)
{
    slope_check_knowing(cx, net, &(SlopeProofs){ 0 }, out);
}

void slope_check_knowing(Ctx *cx, const Net *net, SlopeProofs *known, SlopeReport *out)
{
    Num zero = num_int(net->nums, 0);
    SlopeGroup group = slope_group(cx, net->nums, net, known);
    for (size_t a = 0; a < net->n_pops; a++) {
        const Activation *act = &net->pop[a].model->act;
        bool is_right = true;
        if (net->pop[a].model->n_states > 0)
            out[a] = (SlopeReport){.reason = "its neurons are given by equations and have no activation"};
        else if (act->slope_known)
            slope_of_cost(act, zero, &out[a]);
        else
            is_right = slope_by_proof(cx, net->nums, known, &group, a, &out[a]);
        if (net->pop[a].model->prox_step && !act->slope_known && is_right)
            check_step(cx, net, net->pop[a].model, &out[a]);
        if (net->pop[a].gain_max)
            scale(net, &net->pop[a], &out[a]);
    }
}

bool slope_all_bounded(const Net *net, const SlopeReport *slope)
{
    for (size_t a = 0; a < net->n_pops; a++)
        if (!slope[a].bounded)
            return false;
    return true;
}

/* Two of its values are apart. */
static bool values_differ(NumPool *nums, const Expr *phi)
{
    static const double at[] = {-64, -8, -1, 0, 1, 8, 64};
    JetResult first, other;
    bool differ = false, has_first = false;
    jet_result_init(&first);
    jet_result_init(&other);
    for (size_t k = 0; !differ && k < sizeof at / sizeof *at; k++) {
        JetResult *now = has_first ? &other : &first;
        jet_evaluate(phi, &(JetDomain){.nums = nums, .lo = at[k], .hi = at[k]}, now);
        bool is_known = now->trouble == JET_FINE && mpfi_bounded_p(now->value);
        differ = is_known && has_first && mpfi_cmp(first.value, other.value) != 0;
        has_first |= is_known;
    }
    jet_result_clear(&first);
    jet_result_clear(&other);
    return differ;
}

bool slope_varies(NumPool *nums, const Activation *act, const SlopeReport *slope)
{
    bool has_slope = act->slope_unbounded || act->slope_too_large || act->set_valued || (slope->attained && mpq_sgn(slope->attained) > 0);
    return has_slope || (act->by_formula && values_differ(nums, act->phi));
}
