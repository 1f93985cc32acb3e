#include "compiler/check/slope/slope_proved.h"

#include <stdlib.h>

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

/* ---- which of them are similar ---- */

/* A formula to be put in order; by itself alone, so that the first of those that are similar is the same wherever it stands. */
typedef struct Ordered {
    const Known *known;
    uint64_t like_hash, hash;
    size_t k;
} Ordered;

/* NULL is infinite: the first of all. */
static int compare_ends(Num a, Num b, int way)
{
    return !a || !b ? !!a - !!b : way * mpq_cmp(a, b);
}

static int compare_hashes(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* Wide domains first: what is proved of one may hold for those within it. */
static int in_order(const void *left, const void *right)
{
    const Ordered *a = left, *b = right;
    const Similar *x = &a->known->like, *y = &b->known->like;
    int order[] = { compare_hashes(a->like_hash, b->like_hash), compare_ends(x->lo, y->lo, 1), compare_ends(x->hi, y->hi, -1),
                    mpq_cmp(x->least, y->least), mpq_cmp(x->place, y->place), mpq_cmp(x->square, y->square), compare_hashes(a->hash, b->hash) };
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        if (order[k])
            return order[k];
    return 0;
}

static uint64_t hash_of(const Activation *act)
{
    return expr_hash(act->cost ? act->cost->g : act->phi);
}

SlopeGroup slope_group(Ctx *cx, NumPool *nums, const Net *net)
{
    SlopeGroup g = { net->n_pops, ARENA_ARRAY(&cx->arena, net->n_pops + 1, Known), ARENA_ARRAY(&cx->arena, net->n_pops + 1, size_t) };
    Ordered *ordered = ARENA_ARRAY(&cx->arena, g.n + 1, Ordered);
    size_t n = 0;
    for (size_t k = 0; k < g.n; k++) {
        const ModelPop *pop = net->pop[k].model;
        g.first[k] = k;
        if (pop->n_states > 0 || pop->act.slope_known)
            continue;
        g.of[k].act = &pop->act;
        carry_read(cx, nums, &g.of[k]);
        if (g.of[k].like.form)
            ordered[n++] = (Ordered){ &g.of[k], expr_hash(g.of[k].like.form), hash_of(&pop->act), k };
    }
    if (n)
        qsort(ordered, n, sizeof *ordered, in_order);
    for (size_t j = 0, first = 0; j < n; j++) {
        first = ordered[j].like_hash == ordered[first].like_hash ? first : j;
        g.first[ordered[j].k] = ordered[first].k;
    }
    return g;
}

/* ---- each once ---- */

/* What is not proved has a diagnostic, of its place alone. */
static bool holds_for(const SlopeProof *p, uint64_t hash, const Activation *act)
{
    return p->hash == hash && (p->report.proved || same_place(p->act->span, act->span)) && same_activation(p->act, act);
}

static const SlopeProof *prove(Ctx *cx, NumPool *nums, SlopeProofs *known, const Activation *act)
{
    uint64_t hash = hash_of(act);
    for (size_t k = 0; k < known->proof.n; k++)
        if (holds_for(&known->proof.at[k], hash, act))
            return &known->proof.at[k];
    size_t before = cx->diags.n_errors;
    SlopeProof new = { .hash = hash, .act = act };
    (act->cost ? slope_of_cost_formula : slope_of_formula)(cx, nums, act, &new.report);
    new.is_wrong = cx->diags.n_errors > before;
    vec_push(&cx->arena, &known->proof, new);
    return &known->proof.at[known->proof.n - 1];
}

/* By the proof of the first that is similar, in this network: no other, so that a bound is the same whatever was looked at before. */
static bool is_carried(Ctx *cx, NumPool *nums, SlopeProofs *known, const Known *first, const Known *of, SlopeReport *out)
{
    Known from = *first, to = *of;
    if (same_activation(first->act, of->act))
        return false;
    from.report = prove(cx, nums, known, first->act)->report;
    bool is = carry(cx, nums, &from, &to);
    *out = to.report;
    return is;
}

bool slope_by_proof(Ctx *cx, NumPool *nums, SlopeProofs *known, const SlopeGroup *group, size_t k, SlopeReport *out)
{
    const Known *of = &group->of[k], *first = &group->of[group->first[k]];
    if (is_carried(cx, nums, known, first, of, out))
        return true;
    const SlopeProof *p = prove(cx, nums, known, of->act);
    *out = p->report;
    return !p->is_wrong;
}
