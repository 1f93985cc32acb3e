/* The part of the verifier behind claims over ranges. */
#include "compiler/check/proof/ranges.h"
#include "compiler/check/proof/statement/statement_verify.h"

#include <stdlib.h>

/* Their tests are conditions that a mean of matrices satisfies when these do: linear
 * equalities and inequalities between an entry, its size, and the multipliers' form; or that a
 * form whose coefficients are linear in the entries is positive definite. A
 * rate by multipliers divides by a product of norms, and is none of them. Those about
 * equilibria go with facts on activations between the matrices, and stand in maps alone. Those about straight
 * pieces, and about boxes that move, are of degree two in the entries, and looked at between corners, too. */
bool statement_is_convex(StatementKind kind)
{
    switch (kind) {
    case STATEMENT_DOMINANCE: case STATEMENT_CONTRACTION_ONE: case STATEMENT_EQUAL_TAU: case STATEMENT_PROJECTED: case STATEMENT_SWITCHED:
    case STATEMENT_CASCADE: case STATEMENT_PLANAR_SMOOTH: case STATEMENT_PLANAR_BOUNDED: case STATEMENT_PLANAR_SIGNS:
    case STATEMENT_LURE_POPOV: case STATEMENT_CONTRACTION_TWO: case STATEMENT_ANY_TAU: case STATEMENT_PROJECTED_RATE: case STATEMENT_SWITCHED_RATE:
    case STATEMENT_SYMMETRISABLE: case STATEMENT_EQUILIBRIUM: case STATEMENT_SEVERAL: case STATEMENT_UNSTABLE: case STATEMENT_ATTRACTING:
    case STATEMENT_INHIBITION:
    case STATEMENT_FORM_RUNAWAY: case STATEMENT_SEVERAL_OR_NONE:
        return true;
    default:
        return false;
    }
}

/* ---- time constants ---- */

const char *ranges_speeds_fault(const Ranges *r, const mpq_t *least, size_t q)
{
    uint32_t any = 0, weights = 0;
    for (size_t a = 0; a < q; a++)
        any |= r->speed[a];
    for (size_t t = 0; t < r->n_terms; t++)
        weights |= r->term[t].params;
    if (any & weights)
        return "a param of a time constant stands in a term, too";
    for (size_t k = 0; k < r->n_params; k++)
        if (any >> k & 1 && (mpq_sgn(r->value[k]) <= 0 || mpq_sgn(least[k]) <= 0))
            return "a param of a time constant is not above 0";
    return NULL;
}

static size_t row_of(const Evidence *e, const Statement *s, size_t a)
{
    return s->is_part ? e->component[s->component].member[a] : a;
}

/* Time constants that are equal stay so. */
static bool share_speed(const Ranges *r, const Evidence *e, const Statement *s)
{
    for (size_t a = 1; a < s->n; a++)
        if (r->speed[row_of(e, s, a)] != r->speed[row_of(e, s, 0)])
            return false;
    return true;
}

/* One time constant for all rows, which are equal at the params' own values. */
static bool has_one_tau(StatementKind kind)
{
    return kind == STATEMENT_EQUAL_TAU || kind == STATEMENT_RATE;
}

/* A lag holds a time constant, and is no `tau`. What is said beside a witness of time constants is of degree two in weights and speeds. */
const char *ranges_speed_statements_fault(const Ranges *r, const Evidence *e)
{
    for (size_t k = 0; r->speed && k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        if (s->kind == STATEMENT_PROJECTED_RATE)
            return "a statement with lags goes with fixed time constants";
        if (!e->is_certificate && statement_numbers(s, "tau"))
            return "a statement with time constants beside a witness goes with fixed ones";
        if (has_one_tau(s->kind) && !share_speed(r, e, s))
            return "time constants are not equal for all params";
    }
    return NULL;
}

static void slowed_at(Ctx *cx, const Ranges *r, const Evidence *e, const mpq_t *theta, Evidence *out)
{
    *out = *e;
    out->statement = ARENA_ARRAY(&cx->arena, e->n_statements + 1, Statement);
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        mpq_t *slow = rationals_new(cx, s->n);
        for (size_t a = 0; a < s->n; a++)
            ranges_slow_at(r, row_of(e, s, a), theta, slow[a]);
        statement_slowed(cx, s, (const mpq_t *)slow, &out->statement[k]);
        rationals_clear(slow, s->n);
    }
}

static VerifyResult verify_slowed(Ctx *cx, const ClaimMatrix *at, const Ranges *r, const Evidence *e, const mpq_t *theta)
{
    Evidence slowed;
    if (!r->speed)
        return verify_evidence(cx, at, e);
    slowed_at(cx, r, e, theta, &slowed);
    VerifyResult v = verify_evidence(cx, at, &slowed);
    for (size_t k = 0; k < slowed.n_statements; k++)
        statement_clear(&slowed.statement[k]);
    return v;
}

const char *range_statement_fault(Ctx *cx, const ClaimMatrix *at, const Ranges *r, const mpq_t *theta, const Evidence *e, size_t which)
{
    Evidence slowed;
    if (!r->speed)
        return statement_fault(cx, at, e, which);
    slowed_at(cx, r, e, theta, &slowed);
    const char *fault = statement_fault(cx, at, &slowed, which);
    for (size_t k = 0; k < slowed.n_statements; k++)
        statement_clear(&slowed.statement[k]);
    return fault;
}

/* ---- one cell ---- */

/* Bit 1: the first neuron may be the excitatory one, bit 2: the second. Only for matrices of two neurons. */
static unsigned planar_roles(const ClaimMatrix *m)
{
    mpq_srcptr from_first = m->q == 2 ? claim_matrix_entry(m, 1, 0) : NULL, from_second = m->q == 2 ? claim_matrix_entry(m, 0, 1) : NULL;
    int a = from_first ? mpq_sgn(from_first) : 0, b = from_second ? mpq_sgn(from_second) : 0;
    return (a >= 0 && b <= 0 ? 1u : 0u) | (a <= 0 && b >= 0 ? 2u : 0u);
}

static void corner_of(const Ranges *r, const RangeCell *c, uint32_t which, mpq_t *theta)
{
    for (size_t k = 0; k < r->n_params; k++)
        mpq_set(theta[k], which >> k & 1 ? c->hi[k] : c->lo[k]);
}

/* Corners that differ only in a param whose interval is a point are one. */
static bool is_repeated(const Ranges *r, const RangeCell *c, uint32_t which)
{
    for (size_t k = 0; k < r->n_params; k++)
        if ((which >> k & 1) && mpq_equal(c->lo[k], c->hi[k]))
            return true;
    return false;
}

static const char *statements_fault(const Evidence *e, unsigned roles)
{
    for (size_t k = 0; k < e->n_statements; k++) {
        StatementSays says = statement_table[e->statement[k].kind].says;
        if (!statement_is_convex(e->statement[k].kind) && !statement_is_looked_at_between(e->statement[k].kind))
            return "a statement is of a kind that does not hold between matrices for which it holds";
        if (e->is_certificate && (says == STATES_EQUILIBRIUM || says == STATES_INSTABILITY))
            return "a statement about equilibria is about given params";
        if (e->statement[k].kind == STATEMENT_PLANAR_SIGNS && !roles)
            return "the neurons change their roles";
    }
    return NULL;
}

/* Statements that are of degree two in the weights, which hold at the corners, hold between them. */
static const char *between_fault(Ctx *cx, const ClaimMatrix *base, const Ranges *r, const RangeCell *c)
{
    const Evidence *e = &c->evidence;
    ClaimMatrix *corner = ARENA_ARRAY(&cx->arena, (size_t)1 << r->n_params, ClaimMatrix);
    mpq_t *theta = rationals_new(cx, r->n_params);
    size_t n = 0;
    bool holds = true;
    for (uint32_t which = 0; which < 1u << r->n_params; which++) {
        if (is_repeated(r, c, which))
            continue;
        corner_of(r, c, which, theta);
        ranges_matrix_at(cx, base, r, (const mpq_t *)theta, &corner[n++]);
    }
    for (size_t k = 0; holds && k < e->n_statements; k++)
        holds = statement_holds_between(cx, corner, n, e, &e->statement[k]);
    for (size_t k = 0; k < n; k++)
        claim_matrix_clear(&corner[k]);
    rationals_clear(theta, r->n_params);
    return holds ? NULL : "a statement holds at the corners, but not as is asked between them";
}

static bool any_between(const Evidence *e)
{
    bool any = false;
    for (size_t k = 0; k < e->n_statements; k++)
        any |= statement_is_looked_at_between(e->statement[k].kind);
    return any;
}

/* All values that params have where own ones are in the cell are in the cell's box of params. */
static const char *own_fault(const Ranges *r, const RangeCell *c)
{
    const char *fault = NULL;
    mpq_t least, most;
    mpq_inits(least, most, (mpq_ptr)0);
    if (c->n_own != r->n_own)
        fault = "a cell is not of the ranges' own params";
    for (size_t k = 0; !fault && k < r->n_own; k++)
        if (mpq_cmp(c->own_lo[k], c->own_hi[k]) > 0)
            fault = "a cell is empty";
    for (size_t k = 0; !fault && r->n_own && k < r->n_params; k++) {
        if (!formula_values(r->of[k], (const mpq_t *)c->own_lo, (const mpq_t *)c->own_hi, r->n_own, least, most))
            fault = "a param is not seen to have a value everywhere in the cell";
        else if (mpq_cmp(least, c->lo[k]) < 0 || mpq_cmp(most, c->hi[k]) > 0)
            fault = "a param is not seen to stay between its ends in the cell";
    }
    mpq_clears(least, most, (mpq_ptr)0);
    return fault;
}

static const char *cell_fault(Ctx *cx, const ClaimMatrix *base, const Ranges *r, const RangeCell *c)
{
    const char *fault = own_fault(r, c);
    unsigned roles = 3;
    mpq_t *theta = rationals_new(cx, r->n_params);
    for (size_t k = 0; !fault && k < r->n_params; k++)
        if (mpq_cmp(c->lo[k], c->hi[k]) > 0)
            fault = "a cell is empty";
    if (!fault && (r->n_params > RANGES_MAX_PARAMS || base->n_kernels || base->mean_slope || base->n_sums))
        fault = "there are too many params, or kernels, or mean slopes";
    if (!fault && r->speed)
        fault = ranges_speeds_fault(r, (const mpq_t *)c->lo, base->q);
    for (uint32_t which = 0; !fault && which < 1u << r->n_params; which++) {
        ClaimMatrix at;
        if (is_repeated(r, c, which))
            continue;
        corner_of(r, c, which, theta);
        ranges_matrix_at(cx, base, r, (const mpq_t *)theta, &at);
        VerifyResult v = verify_slowed(cx, &at, r, &c->evidence, (const mpq_t *)theta);
        roles &= planar_roles(&at);
        claim_matrix_clear(&at);
        fault = v.accepted ? NULL : v.reason;
    }
    rationals_clear(theta, r->n_params);
    if (!fault)
        fault = statements_fault(&c->evidence, roles);
    if (!fault)
        fault = ranges_speed_statements_fault(r, &c->evidence);
    return fault || !any_between(&c->evidence) ? fault : between_fault(cx, base, r, c);
}

static const char *corners_fault(Ctx *cx, const ClaimMatrix *corner, size_t n, const Evidence *e, size_t which)
{
    StatementKind kind = e->statement[which].kind;
    const char *fault = statement_is_convex(kind) || statement_is_looked_at_between(kind) ? NULL : "a statement is of a kind that need not hold between";
    for (size_t k = 0; !fault && k < n; k++)
        fault = statement_fault(cx, &corner[k], e, which);
    if (!fault && !statement_holds_between(cx, corner, n, e, &e->statement[which]))
        fault = "a statement holds at the corners, but not as is asked between them";
    return fault;
}

/* The numbers of a cell's proof are many, and cells, too. */
static const char *in_own_room(Ctx *cx, Arena *kept, Arena *room, const char *fault)
{
    *room = cx->arena;
    cx->arena = *kept;
    if (fault)
        fault = arena_strdup(&cx->arena, fault);
    arena_free(room);
    return fault;
}

const char *range_corners_fault(Ctx *cx, const ClaimMatrix *corner, size_t n, const Evidence *e, size_t which)
{
    Arena room = {0}, kept = cx->arena;
    cx->arena = room;
    return in_own_room(cx, &kept, &room, corners_fault(cx, corner, n, e, which));
}


const char *range_cell_fault(Ctx *cx, const ClaimMatrix *base, const Ranges *r, const RangeCell *c)
{
    Arena room = {0}, kept = cx->arena;
    cx->arena = room;
    return in_own_room(cx, &kept, &room, cell_fault(cx, base, r, c));
}

const char *range_point_fault(Ctx *cx, const ClaimMatrix *base, const Ranges *r, const mpq_t *theta, const Evidence *e)
{
    ClaimMatrix at;
    if (statement_of_slopes(e->statement, e->n_statements))
        return "a statement is about other slopes";
    const char *fault = r->speed ? ranges_speeds_fault(r, theta, base->q) : NULL;
    if (fault || (fault = ranges_speed_statements_fault(r, e)))
        return fault;
    ranges_matrix_at(cx, base, r, theta, &at);
    VerifyResult v = verify_slowed(cx, &at, r, e, theta);
    claim_matrix_clear(&at);
    return v.accepted ? NULL : v.reason;
}

/* ---- covering ---- */

/* Boxes are pairs lo, hi of n numbers each, borrowed. */
typedef struct Box {
    mpq_srcptr lo[RANGES_MAX_PARAMS], hi[RANGES_MAX_PARAMS];
} Box;      /* of own params, where there are some */

typedef struct Cover {
    const Ranges *r;
    size_t work;                /* pairs of boxes that may still be compared */
} Cover;

/* They share more than a face. In a direction in which the box is a point, sharing that is enough. */
static bool overlap(const Ranges *r, const Box *b, const RangeCell *cell)
{
    RangeBox c = range_cell_box(r, cell);
    for (size_t k = 0; k < c.n; k++) {
        int below = mpq_cmp(c.lo[k], b->hi[k]), above = mpq_cmp(c.hi[k], b->lo[k]);
        if (mpq_equal(b->lo[k], b->hi[k]) ? below > 0 || above < 0 : below >= 0 || above <= 0)
            return false;
    }
    return true;
}

static bool covers(Cover *v, const Box *b, const uint32_t *cell, size_t n);

/* The box is cut along a face of the cell that goes through it, and both parts are looked at. */
static bool cut(Cover *v, const Box *b, const RangeCell *first, const uint32_t *cell, size_t n)
{
    RangeBox c = range_cell_box(v->r, first);
    for (size_t k = 0; k < c.n; k++)
        for (int side = 0; side < 2; side++) {
            mpq_srcptr face = side ? c.hi[k] : c.lo[k];
            if (mpq_cmp(face, b->lo[k]) <= 0 || mpq_cmp(face, b->hi[k]) >= 0)
                continue;
            Box below = *b, above = *b;
            below.hi[k] = above.lo[k] = face;
            return covers(v, &below, cell, n) && covers(v, &above, cell, n);
        }
    return true;                /* it goes through none: the box lies in the cell */
}

/* Whether the n cells cover the box, but for parts of faces: closed boxes that cover all else cover these too. */
static bool covers(Cover *v, const Box *b, const uint32_t *cell, size_t n)
{
    uint32_t *inside = malloc((n ? n : 1) * sizeof *inside);
    size_t found = 0;
    bool ok = inside && v->work >= n + 1;
    v->work -= ok ? n + 1 : 0;
    for (size_t k = 0; ok && k < n; k++)
        if (overlap(v->r, b, &v->r->cell[cell[k]]))
            inside[found++] = cell[k];
    ok = ok && found && cut(v, b, &v->r->cell[inside[0]], inside, found);
    free(inside);
    return ok;
}

static bool cells_cover(Ctx *cx, const Ranges *r)
{
    Cover v = {r, 200 * 1000 * 1000};
    RangeBox over = ranges_box(r);
    Box all;
    uint32_t *cell = ARENA_ARRAY(&cx->arena, r->n_cells + 1, uint32_t);
    for (size_t k = 0; k < r->n_cells; k++)
        cell[k] = (uint32_t)k;
    for (size_t k = 0; k < over.n; k++) {
        all.lo[k] = over.lo[k];
        all.hi[k] = over.hi[k];
    }
    return covers(&v, &all, cell, r->n_cells);
}

/* ---- all cells ---- */

VerifyResult verify_ranges(Ctx *cx, const ClaimMatrix *base, const Ranges *r)
{
    VerifyResult no = {.accepted = false};
    if (r->n_params > RANGES_MAX_PARAMS || r->n_own > FORMULA_MAX_PARAMS || r->n_cells > RANGES_MAX_CELLS) {
        no.reason = "there are too many params or cells";
        return no;
    }
    for (size_t k = 0; k < r->n_cells; k++) {
        const char *fault = r->cell[k].evidence.is_certificate ? range_cell_fault(cx, base, r, &r->cell[k]) : "it certifies nothing";
        if (!fault)
            continue;
        no.reason = arena_printf(&cx->arena, "cell %zu of the ranges: %s", k, fault);
        return no;
    }
    if (!cells_cover(cx, r)) {
        no.reason = "the cells do not cover the ranges";
        return no;
    }
    return (VerifyResult){.accepted = true, .reason = arena_printf(&cx->arena, "the corners of %zu cell%s that cover the ranges", r->n_cells,
                                                                   r->n_cells == 1 ? "" : "s")};
}

/* A statement about a part of the matrix says nothing of all. */
bool evidence_converges(const Evidence *e)
{
    for (size_t k = 0; k < e->n_statements; k++) {
        StatementSays says = statement_table[e->statement[k].kind].says;
        if (!e->statement[k].is_part && (says == STATES_EXPONENTIAL || says == STATES_CONVERGENCE || says == STATES_CASCADE))
            return true;
    }
    return false;
}

bool ranges_converge(const Ranges *r)
{
    for (size_t k = 0; k < r->n_cells; k++)
        if (!evidence_converges(&r->cell[k].evidence))
            return false;
    return r->n_cells > 0;
}

mpq_srcptr evidence_rate(const Evidence *e)
{
    mpq_srcptr best = NULL;
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        mpq_t *rate = statement_table[s->kind].says == STATES_EXPONENTIAL && !s->is_part ? statement_numbers(s, "rate") : NULL;
        if (rate && mpq_sgn(rate[0]) > 0 && (!best || mpq_cmp(rate[0], best) > 0))
            best = rate[0];
    }
    return best;
}

mpq_srcptr ranges_rate(const Ranges *r)
{
    mpq_srcptr least = NULL;
    for (size_t k = 0; k < r->n_cells; k++) {
        mpq_srcptr rate = evidence_rate(&r->cell[k].evidence);
        if (!rate)
            return NULL;
        if (!least || mpq_cmp(rate, least) < 0)
            least = rate;
    }
    return least;
}
