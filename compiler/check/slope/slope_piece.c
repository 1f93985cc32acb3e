#include <math.h>
#include <string.h>

#include "compiler/check/slope/slope_search.h"

bool slope_is_tail(const SlopePiece *p)
{
    return !isfinite(p->lo) || !isfinite(p->hi);
}

double slope_middle_of(const SlopePiece *p)
{
    if (slope_is_tail(p))
        return isfinite(p->lo) ? p->lo : p->hi;
    return p->lo + (p->hi - p->lo) / 2;
}

double slope_upper(mpfi_srcptr x)
{
    return mpfr_get_d(&x->right, MPFR_RNDU);
}

double slope_lower(mpfi_srcptr x)
{
    return mpfr_get_d(&x->left, MPFR_RNDD);
}

static void set(JetResult *to, const JetResult *from)
{
    mpfi_set(to->value, from->value);
    mpfi_set(to->slope, from->slope);
    mpfi_set(to->curvature, from->curvature);
    to->trouble = from->trouble;
    to->function = from->function;
}

void slope_evaluate_at(SlopeSearch *s, const Expr *e, double z, JetResult *out)
{
    uint64_t bits;
    memcpy(&bits, &z, sizeof bits);
    SlopePoint *p = &s->point[bits * 0x9E3779B97F4A7C15u >> 56];
    if (!p->of)
        jet_result_init(&p->there);
    if (p->of != e || p->z != z)
        jet_on_line(e, &s->scratch, z, z, &s->scaled, &p->there);
    p->of = e;
    p->z = z;
    set(out, &p->there);
}

/* Narrows the slope in *whole, of e on [lo, hi], by its curvature: monotone slopes have their bounds at the ends, others stay
 * near the middle's. `attains`: e is phi there, so that the slopes of e are slopes of phi, or limits of them. */
static void sharpen(SlopeSearch *s, const Expr *e, double lo, double hi, bool attains, JetResult *whole)
{
    double mid = lo + (hi - lo) / 2;
    mpfi_t spread;
    slope_evaluate_at(s, e, mid, &s->middle);
    if (attains && s->middle.trouble == JET_FINE && slope_lower(s->middle.slope) > s->attained)
        s->attained = slope_lower(s->middle.slope);
    if (!mpfi_bounded_p(whole->curvature) || s->middle.trouble != JET_FINE)
        return;
    mpfi_init2(spread, JET_PRECISION);
    if (mpfi_is_nonneg(whole->curvature) || mpfi_is_nonpos(whole->curvature)) {
        slope_evaluate_at(s, e, lo, &s->left);
        slope_evaluate_at(s, e, hi, &s->right);
        bool fine = s->left.trouble == JET_FINE && s->right.trouble == JET_FINE;
        if (fine && mpfi_bounded_p(s->left.slope) && mpfi_bounded_p(s->right.slope)) {
            if (attains)
                s->attained = fmax(s->attained, fmax(slope_lower(s->left.slope), slope_lower(s->right.slope)));
            mpfi_union(spread, s->left.slope, s->right.slope);
            mpfi_intersect(whole->slope, whole->slope, spread);
        }
    } else {
        mpfr_set_d(&spread->left, lo, MPFR_RNDD);
        mpfr_set_d(&spread->right, hi, MPFR_RNDU);
        mpfi_sub_d(spread, spread, mid);
        mpfi_mul(spread, spread, whole->curvature);
        mpfi_add(spread, spread, s->middle.slope);
        mpfi_intersect(whole->slope, whole->slope, spread);
    }
    mpfi_clear(spread);
}

/* ---- where min, max and abs take both sides ---- */

/* The slopes of every set of sides that may be taken, in s->sides; false where one of them is not enclosed. */
static bool enclose_sides(SlopeSearch *s, const SlopePiece *p)
{
    Branches *b = &s->branches;
    bool none = true;
    const Expr *e = branches_first(b, p->phi, p->lo, p->hi);
    for (; e; e = branches_next(b, p->phi, p->lo, p->hi)) {
        if (!(b->lo <= b->hi))
            continue;
        jet_on_line(e, &s->scratch, b->lo, b->hi, &s->scaled, &b->whole);
        if (s->effort > SLOPE_EASY)
            slope_narrow_by_collected(s, &(SlopePiece){ b->lo, b->hi, e, false }, &b->whole);
        if (b->whole.trouble == JET_FINE && isfinite(b->lo) && isfinite(b->hi))
            sharpen(s, e, b->lo, b->hi, false, &b->whole);
        if (b->whole.trouble != JET_FINE || mpfi_nan_p(b->whole.slope))
            return false;
        if (none)
            mpfi_set(s->sides.slope, b->whole.slope);
        else
            mpfi_union(s->sides.slope, s->sides.slope, b->whole.slope);
        none = false;
    }
    return !none && !b->too_many;
}

static void evaluate_plain(SlopeSearch *s, const SlopePiece *p, const Expr *e)
{
    if (slope_is_tail(p))
        jet_on_line(e, &s->scratch, p->lo, p->hi, &s->scaled, &s->whole);
    else
        jet_evaluate(e, &(JetDomain){ &s->scratch, 0, p->lo, p->hi }, &s->whole);
}

/* Wider than slopes are: terms that cancel may have been taken apart. */
static bool is_wide(const SlopeSearch *s)
{
    double most = s->attained + SLOPE_SHARPNESS * s->attained;
    return s->whole.trouble != JET_FINE || !(slope_upper(s->whole.slope) <= most && slope_lower(s->whole.slope) >= -s->attained);
}

/* An abs, min or max may keep away what a side alone is not defined for, sqrt(max(u, 0)): then phi as it was written. */
static void evaluate_as_written(SlopeSearch *s, SlopePiece *p)
{
    if (s->whole.trouble == JET_FINE || p->phi == s->phi)
        return;
    p->phi = s->phi;
    p->is_open = true;
    evaluate_plain(s, p, p->phi);
}

void slope_evaluate(SlopeSearch *s, SlopePiece *p, bool thorough)
{
    if (!thorough && p->is_open) {
        p->phi = branches_decided(&s->branches, p->phi, p->lo, p->hi);
        p->is_open = s->branches.n_open > 0;
    }
    bool may_scale = thorough && !slope_is_tail(p);
    if (!thorough) {
        evaluate_plain(s, p, p->phi);
        evaluate_as_written(s, p);
    } else if (may_scale && s->whole.trouble != JET_FINE) {
        jet_scale_too(p->phi, &s->scratch, p->lo, p->hi, &s->scaled, &s->whole);
        may_scale = false;
    }
    if (thorough) {
        slope_narrow_by_collected(s, p, &s->whole);
        slope_narrow_curvature(s, p, &s->whole);
    }
    if (s->whole.trouble == JET_FINE && !slope_is_tail(p))
        sharpen(s, p->phi, p->lo, p->hi, true, &s->whole);
    if (may_scale && is_wide(s)) {
        jet_scale_too(p->phi, &s->scratch, p->lo, p->hi, &s->scaled, &s->whole);
        if (s->whole.trouble == JET_FINE)
            sharpen(s, p->phi, p->lo, p->hi, true, &s->whole);
    }
    if (thorough && p->is_open && s->whole.trouble == JET_FINE && enclose_sides(s, p)) {
        mpfi_intersect(s->whole.slope, s->whole.slope, s->sides.slope);
        slope_evaluate_at(s, p->phi, slope_middle_of(p), &s->middle);
    }
}
