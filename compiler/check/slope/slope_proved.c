#include "compiler/check/slope/slope_proved.h"

#include "compiler/check/slope/slope.h"

static bool same_number(Num a, Num b)
{
    return a && b ? mpq_equal(a, b) : a == b;
}

static bool same_place(Span a, Span b)
{
    return a.source == b.source && a.from == b.from && a.to == b.to;
}

static bool same_piece(const CostPiece *a, const CostPiece *b)
{
    return same_number(a->lo, b->lo) && same_number(a->hi, b->hi) && expr_equal(a->g, b->g) &&
           expr_equal(a->slope, b->slope) && expr_equal(a->curve, b->curve);
}

static bool same_cost(const CostFormula *a, const CostFormula *b)
{
    if (a->n_pieces != b->n_pieces || !same_number(a->lo, b->lo) || !same_number(a->hi, b->hi) || !expr_equal(a->g, b->g))
        return false;
    for (size_t k = 0; k < a->n_pieces; k++)
        if (!same_piece(&a->piece[k], &b->piece[k]))
            return false;
    return true;
}

/* Everything that a proof reads. The threshold of a cost is not in it, and gain and threshold of a formula are in phi. */
static bool same_activation(const Activation *a, const Activation *b)
{
    if (!a->cost || !b->cost)
        return a->cost == b->cost && expr_equal(a->phi, b->phi);
    return same_number(a->gain, b->gain) && same_cost(a->cost, b->cost);
}

/* What is not proved has a diagnostic, of its place alone. */
static bool holds_for(const SlopeProof *p, uint64_t hash, const Activation *act)
{
    return p->hash == hash && (p->report.proved || same_place(p->act->span, act->span)) && same_activation(p->act, act);
}

bool slope_by_proof(Ctx *cx, NumPool *nums, SlopeProofs *known, const Activation *act, SlopeReport *out)
{
    uint64_t hash = expr_hash(act->cost ? act->cost->g : act->phi);
    for (size_t k = 0; k < known->proof.n; k++)
        if (holds_for(&known->proof.at[k], hash, act)) {
            *out = known->proof.at[k].report;
            return !known->proof.at[k].is_wrong;
        }
    size_t before = cx->diags.n_errors;
    if (act->cost)
        slope_of_cost_formula(cx, nums, act, out);
    else
        slope_of_formula(cx, nums, act, out);
    bool is_wrong = cx->diags.n_errors > before;
    vec_push(&cx->arena, &known->proof, ((SlopeProof){ hash, act, *out, is_wrong }));
    return !is_wrong;
}
