#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/slope/slope.h"
#include "compiler/check/slope/slope_search.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/exprel.h"
#include "compiler/expr/power.h"
#include "compiler/expr/share.h"

/* The activation as factor * phi(z - place), factor > 0: the same slopes but for the factor. */
static void set_standard(SlopeSearch *s, NumPool *nums, const Expr *phi)
{
    const Expr *plain = expr_merged_powers(s->cx, nums, standard_rules(s->cx, nums, standard_ramps(s->cx, nums, phi)));
    s->phi = standard_factor(s->cx, nums, standard_sigmoids(s->cx, nums, plain), &s->factor);
    if (mpq_sgn(s->factor) < 0) {
        mpq_ptr size = num_new(nums);
        mpq_abs(size, s->factor);
        s->factor = size;
        s->phi = expr_apply(s->cx, phi->span, EIG_FN_NEG, 1, &s->phi);
    }
    s->phi = expr_shared(s->cx, standard_place(s->cx, nums, s->phi, EIG_VAR_Z, &s->place));
}

/* The number of fewest digits in [lo, hi]: the place of a jump is known to lie there, and was most likely written so. */
static double shortest_between(double lo, double hi)
{
    if (lo <= 0 && hi >= 0)
        return 0;
    for (int digits = 1; digits < 17; digits++) {
        char text[32];
        snprintf(text, sizeof text, "%.*g", digits, lo + (hi - lo) / 2);
        double x = strtod(text, NULL);
        if (lo <= x && x <= hi)
            return x;
    }
    return lo;
}

/* The very place, in the fewest digits that are it, ten where these are enough. */
static const char *place_text(Ctx *cx, double x)
{
    char text[32];
    for (int digits = 10; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (strtod(text, NULL) == x)
            break;
    }
    return arena_strdup(&cx->arena, text);
}

static double in_digits(double x, int digits)
{
    char text[32];
    snprintf(text, sizeof text, "%.*g", digits, x);
    return strtod(text, NULL);
}

/* Places with few digits near those that the search met, between which the activation decreases too, as enclosures prove. */
static void shorten_decrease(SlopeSearch *s, NumPool *nums, const Activation *act)
{
    JetResult left, right;
    bool falls = false;
    jet_result_init(&left);
    jet_result_init(&right);
    for (int digits = 1; digits < 17 && !falls; digits++) {
        double at = in_digits(s->at, digits), beside = in_digits(s->beside, digits);
        if (!(at < beside))
            continue;
        jet_evaluate(act->phi, &(JetDomain){nums, 0, at, at}, &left);
        jet_evaluate(act->phi, &(JetDomain){nums, 0, beside, beside}, &right);
        falls = left.trouble == JET_FINE && right.trouble == JET_FINE && mpfi_cmp(left.value, right.value) > 0;
        s->at = falls ? at : s->at;
        s->beside = falls ? beside : s->beside;
    }
    jet_result_clear(&left);
    jet_result_clear(&right);
}

/* Places as the text has them. */
static void move_back(SlopeSearch *s)
{
    s->at += num_to_double(s->place);
    s->beside += num_to_double(s->place);
    if (s->verdict == SLOPE_JUMPS)
        s->at = shortest_between(s->at, s->beside);
}

/* A function as the text has it: the standard form may have a power for a root. */
static void name_function(SlopeSearch *s, NumPool *nums, const Activation *act)
{
    if (s->verdict != SLOPE_OUTSIDE)
        return;
    jet_evaluate(act->phi, &(JetDomain){ nums, 0, s->at, s->at }, &s->middle);
    if (s->middle.trouble == JET_OUTSIDE || s->middle.trouble == JET_EDGE)
        s->function = s->middle.function;
}

static Num times_factor(const SlopeSearch *s, NumPool *nums, double slope)
{
    mpq_ptr x = num_new(nums);
    mpq_mul(x, s->factor, num_from_double(nums, slope));
    return x;
}

static void report_outside(Ctx *cx, NumPool *nums, const SlopeSearch *s, const Activation *act)
{
    bool is_quotient = strcmp(s->function, "/") == 0;
    const char *whole = is_quotient ? expr_by_exprel(cx, nums, act->phi, EIG_VAR_Z, s->at) : NULL;
    Diag *d = diag_at(cx, D_E0712, act->span, "the activation is not defined at z = %s: %s", place_text(cx, s->at), jet_outside_text(cx, s->function));
    if (whole)
        diag_help(cx, d, "write `%s`: that has a value at every z, at %s too, and is this quotient elsewhere", whole, place_text(cx, s->at));
    else
        diag_help(cx, d, "an activation has to be defined for every real z; %s",
                  is_quotient ? "keep the divisor away from 0, as in z / (1 + abs(z))" : "max(z, 0) cuts off the negative side");
}

static void report_trouble(Ctx *cx, NumPool *nums, const SlopeSearch *s, const Activation *act)
{
    Diag *d = NULL;
    switch (s->verdict) {
    case SLOPE_DECREASES:
        d = diag_at(cx, D_E0710, act->span, "the activation decreases: it is smaller at z = %s than at z = %s", place_text(cx, s->beside),
                    place_text(cx, s->at));
        diag_help(cx, d, "the theorems need an activation that never decreases; check a sign, or use abs, max or a cost");
        break;
    case SLOPE_JUMPS:
        d = diag_at(cx, D_E0711, act->span, "the activation jumps at z = %.10g, in `%s`", s->at, s->function);
        diag_help(cx, d, "the theorems need a finite slope: use ramp(z, width) for a steep step, or max(z, 0) for a kink");
        break;
    case SLOPE_OUTSIDE:
        report_outside(cx, nums, s, act);
        break;
    default:
        break;
    }
}

const char *slope_proof_text(Ctx *cx, Num hi, Num attained)
{
    double most = num_to_double(hi), seen = num_to_double(attained);
    if (most <= seen * (1 + SLOPE_SHARP))
        return "interval arithmetic over all z";
    return arena_printf(&cx->arena, "interval arithmetic over all z; not sharp: the largest slope is at least %.8g", seen);
}

/* Far out and beside 0, where slopes grow. */
static double steepest_place(SlopeSearch *s, double *slope)
{
    double at = 0;
    *slope = 0;
    for (int exponent = -300; exponent <= 300; exponent += 10)
        for (int sign = -1; sign <= 1; sign += 2) {
            double z = sign * pow(10, exponent), here;
            slope_evaluate_at(s, s->phi, z, &s->middle);
            here = s->middle.trouble == JET_FINE ? slope_lower(s->middle.slope) : 0;
            if (isfinite(here) && here > *slope) {
                *slope = here;
                at = z;
            }
        }
    return at;
}

static const char *unbounded_text(Ctx *cx, SlopeSearch *s)
{
    double slope, at = steepest_place(s, &slope);
    slope *= num_to_double(s->factor) * (1 - 1e-3);      /* three digits are shown */
    if (!(slope > 1e3))
        return "interval arithmetic over all z found none";
    return arena_printf(&cx->arena, "it grows to %.3g near z = %.6g", slope, at + num_to_double(s->place));
}

/* "between z = 1 and z = 2" */
static const char *stretch_text(Ctx *cx, const SlopeSearch *s)
{
    double lo = s->spent_lo + num_to_double(s->place), hi = s->spent_hi + num_to_double(s->place);
    if (!isfinite(lo) || !isfinite(hi))
        return arena_printf(&cx->arena, "%s z = %.6g", isfinite(lo) ? "above" : "below", isfinite(lo) ? lo : hi);
    return arena_printf(&cx->arena, "between z = %.10g and z = %.10g", lo, hi);
}

static const char *spent_text(Ctx *cx, const SlopeSearch *s)
{
    const char *more = s->n_more ? arena_printf(&cx->arena, " and in %zu stretches more", s->n_more) : "";
    return arena_printf(&cx->arena, "whether it ever decreases %s%s was not decided within the work that is done for one formula; "
                        "a formula in which z stands fewer times takes less", stretch_text(cx, s), more);
}

static const char *unproved_text(Ctx *cx, const SlopeSearch *s)
{
    if (s->is_spent)
        return spent_text(cx, s);
    const char *text = arena_printf(&cx->arena, "interval arithmetic could not prove near z = %.10g that it never decreases", s->at);
    switch (s->trouble) {
    case JET_FINE: return text;
    case JET_EDGE: return arena_printf(&cx->arena, "%s, nor that `%s` has a value there", text, s->difficulty);
    default:       return arena_printf(&cx->arena, "%s; there is a difficulty in `%s`", text, s->difficulty);
    }
}

static const char *reason_of(Ctx *cx, SlopeSearch *s, const SlopeReport *r)
{
    switch (s->verdict) {
    case SLOPE_PROVED:
        return r->bounded ? slope_proof_text(cx, r->hi, r->attained) : unbounded_text(cx, s);
    case SLOPE_DECREASES:
        return arena_printf(&cx->arena, "it decreases between z = %s and z = %s", place_text(cx, s->at), place_text(cx, s->beside));
    case SLOPE_JUMPS:
        return arena_printf(&cx->arena, "it jumps at z = %.10g", s->at);
    case SLOPE_OUTSIDE:
        return arena_printf(&cx->arena, "it is not defined at z = %s", place_text(cx, s->at));
    default:
        return unproved_text(cx, s);
    }
}

static void prove(Ctx *cx, NumPool *nums, const Activation *act, bool aloud, SlopeReport *out)
{
    Arena room = { 0 };
    SlopeSearch *s = ARENA_NEW(&room, SlopeSearch);
    s->cx = cx;
    set_standard(s, nums, act->phi);
    JetResult *r[] = { &s->whole, &s->left, &s->right, &s->middle, &s->scaled, &s->side, &s->sides };
    for (size_t k = 0; k < sizeof r / sizeof *r; k++)
        jet_result_init(r[k]);
    branches_init(&s->branches, cx, &s->scratch);
    slope_search(s);
    move_back(s);
    if (s->verdict == SLOPE_DECREASES)
        shorten_decrease(s, nums, act);
    name_function(s, nums, act);
    if (aloud)
        report_trouble(cx, nums, s, act);
    *out = (SlopeReport){.lo = num_int(nums, 0)};
    out->proved = s->verdict == SLOPE_PROVED;
    out->monotone = out->proved;
    out->bounded = out->proved && isfinite(s->bound);
    if (out->bounded) {
        out->hi = times_factor(s, nums, s->bound);
        out->attained = times_factor(s, nums, fmin(fmax(s->attained, 0), s->bound));
    }
    out->reason = reason_of(cx, s, out);
    for (size_t k = 0; k < sizeof r / sizeof *r; k++)
        jet_result_clear(r[k]);
    branches_clear(&s->branches);
    for (int k = 0; k < SLOPE_N_POINTS; k++)
        if (s->point[k].of)
            jet_result_clear(&s->point[k].there);
    num_pool_free(&s->scratch);
    arena_free(&room);
}

void slope_of_formula(Ctx *cx, NumPool *nums, const Activation *act, SlopeReport *out)
{
    prove(cx, nums, act, true, out);
}

void slope_of_form(Ctx *cx, NumPool *nums, const Expr *form, SlopeReport *out)
{
    prove(cx, nums, &(Activation){ .phi = form, .span = form->span }, false, out);
}
