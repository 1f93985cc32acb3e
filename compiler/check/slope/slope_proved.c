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
    return p->hash == hash && (p->known.report.proved || same_place(p->known.act->span, act->span)) && same_activation(p->known.act, act);
}

/* By the first proof that there is of a similar activation. */
static bool is_carried(Ctx *cx, NumPool *nums, const SlopeProofs *known, SlopeProof *to)
{
    for (size_t k = 0; k < known->proof.n && to->known.like.form && !to->is_carried; k++) {
        const SlopeProof *p = &known->proof.at[k];
        to->is_carried = p->like_hash == to->like_hash && !p->is_carried && carry(cx, nums, &p->known, &to->known);
    }
    return to->is_carried;
}

static void prove(Ctx *cx, NumPool *nums, SlopeProof *to)
{
    size_t before = cx->diags.n_errors;
    if (to->known.act->cost)
        slope_of_cost_formula(cx, nums, to->known.act, &to->known.report);
    else
        slope_of_formula(cx, nums, to->known.act, &to->known.report);
    to->is_wrong = cx->diags.n_errors > before;
}

bool slope_by_proof(Ctx *cx, NumPool *nums, SlopeProofs *known, const Activation *act, SlopeReport *out)
{
    uint64_t hash = expr_hash(act->cost ? act->cost->g : act->phi);
    for (size_t k = 0; k < known->proof.n; k++)
        if (holds_for(&known->proof.at[k], hash, act)) {
            *out = known->proof.at[k].known.report;
            return !known->proof.at[k].is_wrong;
        }
    SlopeProof new = { .hash = hash, .known.act = act };
    carry_read(cx, nums, &new.known);
    new.like_hash = new.known.like.form ? expr_hash(new.known.like.form) : 0;
    if (!is_carried(cx, nums, known, &new))
        prove(cx, nums, &new);
    *out = new.known.report;
    vec_push(&cx->arena, &known->proof, new);
    return !new.is_wrong;
}
