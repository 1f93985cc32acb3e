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
                    mpq_cmp(x->least, y->least), mpq_cmp(x->place, y->place), mpq_cmp(x->square, y->square),
                    mpq_cmp(a->known->act->gain, b->known->act->gain), compare_hashes(a->hash, b->hash) };
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        if (order[k])
            return order[k];
    return 0;
}

static uint64_t hash_of(const Activation *act)
{
    return expr_hash(act->cost ? act->cost->g : act->phi);
}

/* carry_read, or what it found for an equal activation a moment ago. */
static void read_once(Ctx *cx, NumPool *nums, SlopeProofs *known, Known *to)
{
    enum { MOMENT = 64 };
    uint64_t hash = hash_of(to->act);
    size_t end = known->read.n > MOMENT ? known->read.n - MOMENT : 0;
    for (size_t k = known->read.n; k-- > end;)
        if (known->read.at[k].hash == hash && same_activation(known->read.at[k].of.act, to->act)) {
            to->like = known->read.at[k].of.like;
            return;
        }
    carry_read(cx, nums, to);
    vec_push(&cx->arena, &known->read, ((SlopeRead){ hash, *to }));
}

SlopeGroup slope_group(Ctx *cx, NumPool *nums, const Net *net, SlopeProofs *known)
{
    SlopeGroup g = { net->n_pops, ARENA_ARRAY(&cx->arena, net->n_pops + 1, Known), ARENA_ARRAY(&cx->arena, net->n_pops + 1, size_t),
                     ARENA_ARRAY(&cx->arena, net->n_pops + 1, size_t) };
    Ordered *ordered = ARENA_ARRAY(&cx->arena, g.n + 1, Ordered);
    size_t n = 0;
    for (size_t k = 0; k < g.n; k++) {
        const ModelPop *pop = net->pop[k].model;
        g.first[k] = k;
        if (pop->n_states > 0 || pop->act.slope_known)
            continue;
        g.of[k].act = &pop->act;
        read_once(cx, nums, known, &g.of[k]);
        if (g.of[k].like.form)
            ordered[n++] = (Ordered){ &g.of[k], expr_hash(g.of[k].like.form), hash_of(&pop->act), k };
    }
    if (n)
        qsort(ordered, n, sizeof *ordered, in_order);
    for (size_t j = 0, first = 0; j < n; j++) {
        first = ordered[j].like_hash == ordered[first].like_hash ? first : j;
        g.first[ordered[j].k] = ordered[first].k;
        g.alike[ordered[first].k]++;
    }
    return g;
}

/* ---- each once ---- */

/* What is not proved has a diagnostic, of its place alone. */
static bool holds_for(const SlopeProof *p, uint64_t hash, const Activation *act)
{
    return p->hash == hash && (p->report.proved || same_place(p->act->span, act->span)) && same_activation(p->act, act);
}

/* Its own text does not say all there is to know. */
static bool is_open(const SlopeReport *r)
{
    return !r->proved || (r->bounded && num_to_double(r->hi) > num_to_double(r->attained) * (1 + SLOPE_SHARP));
}

static const Known *prove_form(Ctx *cx, NumPool *nums, SlopeProofs *known, const Known *of)
{
    for (size_t k = 0; k < known->form.n; k++)
        if (expr_equal(known->form.at[k].like.form, of->like.form))
            return &known->form.at[k];
    Num zero = num_int(nums, 0), one = num_int(nums, 1);
    Known new = { .act = of->act, .like = { .form = of->like.form, .least = one, .most = one, .square = zero, .place = zero, .unit = one } };
    slope_of_form(cx, nums, of->like.form, &new.report);
    vec_push(&cx->arena, &known->form, new);
    return &known->form.at[known->form.n - 1];
}

/* By its form, where more is seen of that: units and places in which numbers are not short hide what cancels. */
static void look_at_form(Ctx *cx, NumPool *nums, SlopeProofs *known, const Known *of, SlopeReport *report)
{
    bool is_own = of->like.form && of->like.unit && mpq_cmp_ui(of->like.unit, 1, 1) == 0 && mpq_sgn(of->like.place) == 0;
    if (of->act->cost || !of->like.form || is_own || !is_open(report))
        return;
    Known to = *of;
    const Known *form = prove_form(cx, nums, known, of);
    if (carry(cx, nums, form, &to) && (!report->proved || mpq_cmp(to.report.hi, report->hi) < 0))
        *report = to.report;
    if (!report->proved && form->report.proved && !form->report.bounded) {
        *report = form->report;
        report->reason = "interval arithmetic over all z found none";
    }
}

static const SlopeProof *prove(Ctx *cx, NumPool *nums, SlopeProofs *known, const Known *of)
{
    const Activation *act = of->act;
    uint64_t hash = hash_of(act);
    for (size_t k = 0; k < known->proof.n; k++)
        if (holds_for(&known->proof.at[k], hash, act))
            return &known->proof.at[k];
    size_t before = cx->diags.n_errors;
    SlopeProof new = { .hash = hash, .act = act };
    (act->cost ? slope_of_cost_formula : slope_of_formula)(cx, nums, act, &new.report);
    new.is_wrong = cx->diags.n_errors > before;
    if (!new.is_wrong)
        look_at_form(cx, nums, known, of, &new.report);
    vec_push(&cx->arena, &known->proof, new);
    return &known->proof.at[known->proof.n - 1];
}

/* More of them than this are not tried one by one where the first is not proved. */
enum { FEW_ALIKE = 8 };

/* By the proof of the first that is similar, in this network: no other, so that a bound is the same whatever was looked at before. */
static bool is_carried(Ctx *cx, NumPool *nums, SlopeProofs *known, const SlopeGroup *group, size_t k, SlopeReport *out)
{
    Known from = group->of[group->first[k]], to = group->of[k];
    if (same_activation(from.act, to.act))
        return false;
    const SlopeProof *first = prove(cx, nums, known, &from);
    from.report = first->report;
    if (!to.act->cost && !from.act->cost && !from.report.proved && !first->is_wrong && group->alike[group->first[k]] > FEW_ALIKE
        && similar_equal(&from.like, &to.like)) {
        *out = (SlopeReport){ .reason = "one that differs from it in unit, factor and place alone could not be proved" };
        return true;
    }
    bool is = carry(cx, nums, &from, &to);
    *out = to.report;
    return is;
}

bool slope_by_proof(Ctx *cx, NumPool *nums, SlopeProofs *known, const SlopeGroup *group, size_t k, SlopeReport *out)
{
    if (is_carried(cx, nums, known, group, k, out))
        return true;
    const SlopeProof *p = prove(cx, nums, known, &group->of[k]);
    *out = p->report;
    return !p->is_wrong;
}
