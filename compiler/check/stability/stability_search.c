/* Statements on convergence: proposed in the order of their cost, and kept when the verifier accepts them. Proposals are made of rows in
 * the order in which multipliers were searched (lds/row_order.h), and put back for the verifier. */
#include <stdlib.h>
#include <string.h>

#include "compiler/check/lds/row_order.h"
#include "compiler/check/stability/stability.h"
#include "compiler/check/proof/statement/statement_verify.h"

typedef struct Search {
    Ctx *cx;
    const Net *net;
    const SlopeReport *slope;
    LdsReport *lds;             /* rows as they are declared */
    OrderedMatrix matrix;       /* all of these: in the order of the search */
    Component all, *component;  /* `all` has members alone */
    RowTau tau;
    bool is_local;              /* activations are constant beyond a box */
    const ClaimMatrix *corner;  /* forms are to hold of these n, if they can */
    size_t n_corners;
    const double *quick;
    struct Corner *ordered;
    double rate;                /* wanted; 0: none */
} Search;

enum { FEW_ROWS = 8 };          /* for which a rate by a matrix inequality takes no time to speak of */

bool stability_keep(Ctx *cx, LdsReport *lds, Statement *proposed)
{
    Evidence *e = &lds->evidence;
    e->statement[e->n_statements++] = *proposed;
    if (!statement_fault(cx, &lds->matrix, e, e->n_statements - 1))
        return true;
    statement_clear(&e->statement[--e->n_statements]);
    return false;
}

/* ---- the order of rows ---- */

static const Num *in_order(const Search *s, const Num *of_row)
{
    const RowOrder *o = s->lds->order;
    Num *out = o ? ARENA_ARRAY(&s->cx->arena, o->n, Num) : NULL;
    for (size_t k = 0; o && k < o->n; k++)
        out[k] = of_row[o->at[k]];
    return o ? out : of_row;
}

/* A corner of a cell of params, and how quick its rows are there, or NULL. */
typedef struct Corner {
    OrderedMatrix matrix;
    double *quick;
} Corner;

static int compare_doubles(double x, double y)
{
    return (x > y) - (x < y);
}

/* Entries of a row; a 0 of some corners is not held there. */
static int compare_rows(const ClaimMatrix *x, const ClaimMatrix *y, size_t row)
{
    size_t e = x->row_from[row], f = y->row_from[row], n = x->row_from[row + 1] - e;
    int way = compare_doubles((double)n, (double)(y->row_from[row + 1] - f));
    for (; way == 0 && n > 0; e++, f++, n--) {
        way = compare_doubles(x->column[e], y->column[f]);
        way = way ? way : compare_doubles(claim_matrix_near(x, row, e), claim_matrix_near(y, row, f));
    }
    return way;
}

/* By what is in them. */
static int compare_corners(const void *a, const void *b)
{
    const Corner *x = a, *y = b;
    const ClaimMatrix *m = &x->matrix.m, *other = &y->matrix.m;
    int way = 0;
    for (size_t row = 0; way == 0 && row < m->q; row++) {
        way = compare_rows(m, other, row);
        if (way == 0 && m->self)
            way = mpq_cmp(m->self[row], other->self[row]);
        if (way == 0 && x->quick)
            way = compare_doubles(x->quick[row], y->quick[row]);
    }
    return way;
}

/* Corners are numbered by params as they are declared: they too in an order of their contents. */
static void corners_in_order(Search *s)
{
    const RowOrder *o = s->lds->order;
    size_t q = s->lds->matrix.q;
    ClaimMatrix *corner = ARENA_ARRAY(&s->cx->arena, s->n_corners + 1, ClaimMatrix);
    double *quick = s->quick ? ARENA_ARRAY(&s->cx->arena, s->n_corners * q, double) : NULL;
    s->ordered = ARENA_ARRAY(&s->cx->arena, s->n_corners + 1, Corner);
    for (size_t k = 0; k < s->n_corners; k++) {
        Corner *at = &s->ordered[k];
        ordered_matrix_init(o, &s->corner[k], &at->matrix);
        at->quick = s->quick ? ARENA_ARRAY(&s->cx->arena, q, double) : NULL;
        for (size_t a = 0; s->quick && a < q; a++)
            at->quick[a] = s->quick[k * q + (o ? o->at[a] : a)];
    }
    if (s->n_corners)
        qsort(s->ordered, s->n_corners, sizeof *s->ordered, compare_corners);
    for (size_t k = 0; k < s->n_corners; k++) {
        corner[k] = s->ordered[k].matrix.m;
        if (quick)
            memcpy(quick + k * q, s->ordered[k].quick, q * sizeof *quick);
    }
    s->corner = corner;
    s->quick = quick;
}

/* The caller has set the rest of s, as rows are declared. */
static void begin(Search *s)
{
    const Evidence *e = &s->lds->evidence;
    ordered_matrix_init(s->lds->order, &s->lds->matrix, &s->matrix);
    s->component = ARENA_ARRAY(&s->cx->arena, e->n_components + 1, Component);
    for (size_t k = 0; k < e->n_components; k++)
        s->component[k] = row_order_ordered(s->cx, s->lds->order, &e->component[k]);
    s->all = (Component){.n = s->matrix.m.q, .member = ARENA_ARRAY(&s->cx->arena, s->matrix.m.q, uint32_t)};
    for (size_t k = 0; k < s->all.n; k++)
        s->all.member[k] = (uint32_t)k;
    s->tau = (RowTau){in_order(s, s->tau.least), in_order(s, s->tau.most)};
    corners_in_order(s);
}

static void end(Search *s)
{
    ordered_matrix_clear(&s->matrix);
    for (size_t k = 0; k < s->n_corners; k++)
        ordered_matrix_clear(&s->ordered[k].matrix);
}

/* A statement about the whole, or one component. */
static bool keep(Search *s, Statement *proposed)
{
    const Component *c = proposed->is_part ? &s->component[proposed->component] : &s->all;
    row_order_declare_statement(s->cx, s->lds->order, c, proposed);
    return stability_keep(s->cx, s->lds, proposed);
}

static StabilityCase whole(const Search *s)
{
    const Component *c = s->lds->evidence.n_components == 1 ? s->component : NULL;
    return (StabilityCase){s->cx, s->net->nums, &s->matrix.m, c, s->tau.least, s->tau.most, !stability_has_prox_steps(s->net), 0, NULL, NULL, 0};
}

static bool try_whole(Search *s, StatementProposal *propose)
{
    StabilityCase x = whole(s);
    Statement proposed;
    return propose(&x, &proposed) && keep(s, &proposed);
}

/* What an attempt stays below a rate that is known about, in parts of it, when the one before stayed below by `lost` in vain. */
static double more_lost(double lost)
{
    return lost * (lost < 1e-3 ? 100 : 2);
}

/* Nearly the largest mu that holds. Beyond ONE_ATTEMPT rows each attempt takes seconds. */
static bool try_mu(Search *s, bool (*propose)(const StabilityCase *, double, Statement *))
{
    enum { ONE_ATTEMPT = 2000 };
    StabilityCase x = whole(s);
    Statement proposed;
    bool is_large = x.m->q > ONE_ATTEMPT;
    double mu = stability_mu(&x), most = is_large ? 1.5e-3 : 0.9;
    for (double lost = is_large ? 1e-3 : 1e-7; mu > 0 && lost < most; lost = more_lost(lost))
        if (propose(&x, mu * (1 - lost), &proposed) && keep(s, &proposed))
            return true;
    return false;
}

static bool try_planar(Search *s)
{
    static const StatementKind kinds[] = {STATEMENT_PLANAR_SMOOTH, STATEMENT_PLANAR_BOUNDED, STATEMENT_PLANAR_SIGNS};
    bool found = false;
    for (size_t k = 0; !found && s->net->n == 2 && k < sizeof kinds / sizeof *kinds; k++) {
        Statement proposed;
        statement_init(s->cx, &proposed, kinds[k], s->lds->matrix.q);
        found = (s->is_local ? kinds[k] == STATEMENT_PLANAR_BOUNDED : stability_planar_fits(s->net, kinds[k])) && keep(s, &proposed);
    }
    return found;
}

static void try_limit(Search *s, StepLimit limit)
{
    Statement proposed;
    if (limit == LIMIT_PARTLY)
        return;
    statement_init(s->cx, &proposed, limit == LIMIT_PROJECTED ? STATEMENT_PROJECTED : STATEMENT_SWITCHED, s->lds->matrix.q);
    keep(s, &proposed);
}

static double projected_rate(const Search *s, mpq_t *lag)
{
    const RowOrder *o = s->lds->order;
    mpq_t *ordered = o ? ARENA_ARRAY(&s->cx->arena, o->n, mpq_t) : lag;
    for (size_t k = 0; o && k < o->n; k++)
        *ordered[k] = *lag[o->at[k]];
    return stability_projected_rate(s->cx, &s->matrix.m, s->component, s->lds->evidence.n_components, (const mpq_t *)ordered);
}

/* Nearly the largest rate that holds. */
static void try_projected_rate(Search *s)
{
    enum { MOST_ENTRIES = 2 * 1000 * 1000 };        /* of which a changed copy is made */
    const ClaimMatrix *m = &s->lds->matrix;
    Statement proposed;
    mpq_t *lag = rationals_new(s->cx, m->q);
    bool asked = !m->n_sums && m->row_from[m->q] <= MOST_ENTRIES && stability_row_lag(s->cx, s->net, s->slope, m, lag), found = false;
    double most = asked ? projected_rate(s, lag) : 0;
    for (double lost = 1e-7; most > 0 && !found && lost < 0.9; lost = more_lost(lost)) {
        statement_init(s->cx, &proposed, STATEMENT_PROJECTED_RATE, m->q);
        for (size_t a = 0; a < m->q; a++)
            mpq_set(statement_numbers(&proposed, "lag")[a], lag[a]);
        mpq_set(statement_numbers(&proposed, "rate")[0], stability_round_down(s->net->nums, num_from_double(s->net->nums, most * (1 - lost))));
        found = stability_keep(s->cx, s->lds, &proposed);
    }
    rationals_clear(lag, m->q);
}

static void try_switched_rate(Search *s)
{
    Statement proposed;
    mpq_t most;
    mpq_init(most);
    statement_init(s->cx, &proposed, STATEMENT_SWITCHED_RATE, s->lds->matrix.q);
    for (size_t a = 0; a < s->lds->matrix.q; a++) {
        mpq_set(statement_numbers(&proposed, "tau")[a], s->tau.most[a]);
        if (mpq_cmp(s->tau.most[a], most) > 0)
            mpq_set(most, s->tau.most[a]);
    }
    mpq_mul_2exp(most, most, 1);
    mpq_inv(most, most);
    mpq_set(statement_numbers(&proposed, "rate")[0], stability_round_down(s->net->nums, most));
    mpq_clear(most);
    keep(s, &proposed);
}

static const double *quick_parts(const Search *s, const Component *c)
{
    double *part = s->quick ? ARENA_ARRAY(&s->cx->arena, s->n_corners * c->n, double) : NULL;
    for (size_t k = 0; part && k < s->n_corners * c->n; k++)
        part[k] = s->quick[k / c->n * s->matrix.m.q + c->member[k % c->n]];
    return part;
}

static const ClaimMatrix *corner_parts(const Search *s, const Component *c)
{
    ClaimMatrix *part = ARENA_ARRAY(&s->cx->arena, s->n_corners, ClaimMatrix);
    for (size_t k = 0; k < s->n_corners; k++)
        claim_matrix_part(s->cx, &s->corner[k], c, &part[k]);
    return part;
}

/* One component, as if it were a network of its own. */
typedef struct PartCase {
    StabilityCase x;
    ClaimMatrix matrix;
    Component all;
    size_t number;
} PartCase;

static void part_case(Search *s, size_t k, PartCase *out)
{
    const Component *c = &s->component[k];
    Num *least = ARENA_ARRAY(&s->cx->arena, c->n, Num), *most = ARENA_ARRAY(&s->cx->arena, c->n, Num);
    claim_matrix_part(s->cx, &s->matrix.m, c, &out->matrix);
    out->number = k;
    out->all = *c;
    out->all.member = ARENA_ARRAY(&s->cx->arena, c->n, uint32_t);
    for (size_t i = 0; i < c->n; i++) {
        out->all.member[i] = (uint32_t)i;
        least[i] = s->tau.least[c->member[i]];
        most[i] = s->tau.most[c->member[i]];
    }
    out->x = (StabilityCase){s->cx, s->net->nums, &out->matrix, &out->all, least, most, !stability_has_prox_steps(s->net), s->n_corners,
                             corner_parts(s, c), quick_parts(s, c), 0};
}

static bool keep_part(Search *s, const PartCase *part, Statement *proposed)
{
    proposed->is_part = true;
    proposed->component = part->number;
    return keep(s, proposed);
}

/* The last proposal is for one matrix, should the one before find nothing for all corners. */
static bool try_component(Search *s, size_t k)
{
    static StatementProposal *const proposals[] = {propose_equal_tau, propose_dominance, propose_lure_popov, propose_any_tau, propose_lure_popov};
    enum { ALONE = sizeof proposals / sizeof *proposals - 1 };
    PartCase part;
    part_case(s, k, &part);
    for (size_t i = 0; i < ALONE + (s->n_corners > 0); i++) {
        Statement proposed;
        if (i == ALONE)
            part.x.n_corners = 0;
        if (proposals[i](&part.x, &proposed) && keep_part(s, &part, &proposed))
            return true;
    }
    return false;
}

static bool try_cascade(Search *s)
{
    Evidence *e = &s->lds->evidence;
    size_t before = e->n_statements;
    bool all = e->n_components > 1;
    Statement cascade;
    for (size_t k = 0; all && k < e->n_components; k++)
        all = try_component(s, k);
    statement_init(s->cx, &cascade, STATEMENT_CASCADE, s->lds->matrix.q);
    if (all && keep(s, &cascade))
        return true;
    while (e->n_statements > before)        /* of single components they say nothing that is asked */
        statement_clear(&e->statement[--e->n_statements]);
    return false;
}

/* ---- the rate of a cascade ---- */

/* Raises *best to a rate that the last statement gives; where it gives none it is not kept. */
static void see_rate(Search *s, mpq_srcptr *best)
{
    Evidence *e = &s->lds->evidence;
    Statement *last = &e->statement[e->n_statements - 1];
    mpq_srcptr rate = statement_numbers(last, "rate")[0];
    if (mpq_sgn(rate) == 0)
        statement_clear(&e->statement[--e->n_statements]);
    else if (!*best || mpq_cmp(rate, *best) > 0)
        *best = rate;
}

/* The best rate of a component that is found, or NULL. */
static mpq_srcptr part_rate(Search *s, size_t k)
{
    static StatementProposal *const proposals[] = {propose_dominance, propose_contraction_one, propose_contraction_two_best};
    PartCase part;
    Statement proposed;
    mpq_srcptr best = NULL;
    part_case(s, k, &part);
    for (size_t i = 0; i < sizeof proposals / sizeof *proposals; i++)
        if ((proposals[i] != propose_contraction_two_best || part.matrix.q <= FEW_ROWS) && proposals[i](&part.x, &proposed) &&
            keep_part(s, &part, &proposed))
            see_rate(s, &best);
    double mu = stability_mu(&part.x);
    for (double lost = 1e-9; mu > 0 && lost < 1; lost = more_lost(lost))
        if (propose_rate(&part.x, mu * (1 - lost), &proposed) && keep_part(s, &part, &proposed)) {
            see_rate(s, &best);
            break;
        }
    return best;
}

/* The whole is as quick as its slowest component, or a little less. */
static void try_cascade_rate(Search *s)
{
    enum { MOST_ROWS = 500 };       /* statements about thousands of components take room */
    static const unsigned long parts = 1000000;
    Evidence *e = &s->lds->evidence;
    size_t before = e->n_statements;
    mpq_srcptr least = NULL;
    bool all = e->n_components > 1 && s->matrix.m.q <= MOST_ROWS && s->component[0].p;
    for (size_t k = 0; all && k < e->n_components; k++) {
        mpq_srcptr own = part_rate(s, k);
        all = own != NULL;
        least = !least || (own && mpq_cmp(own, least) < 0) ? own : least;
    }
    if (all) {
        Statement cascade;
        mpq_t less;
        mpq_init(less);
        mpq_set_ui(less, parts - 1, parts);
        mpq_mul(less, less, least);
        statement_init(s->cx, &cascade, STATEMENT_CASCADE_RATE, s->lds->matrix.q);
        mpq_set(statement_numbers(&cascade, "rate")[0], stability_round_down(s->net->nums, less));
        mpq_clear(less);
        if (keep(s, &cascade))
            return;
    }
    while (e->n_statements > before)
        statement_clear(&e->statement[--e->n_statements]);
}

/* Some statement about all rows gives a rate. */
static bool has_rate(const Search *s)
{
    const Statement *best = stability_strongest(&s->lds->evidence);
    return best && stability_rate(s->net->nums, best);
}

/* In order of cost; the first that gives convergence at a rate ends the search for weaker ones. */
static void search(Search *s)
{
    Evidence *e = &s->lds->evidence;
    bool certified = s->lds->verdict == TRUTH_CERTIFIED;
    StepLimit limit = stability_limit(s->net);
    e->statement = ARENA_ARRAY(&s->cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    if (certified && limit != LIMIT_NONE) {
        try_limit(s, limit);
        if (limit == LIMIT_PROJECTED)
            try_projected_rate(s);
        if (limit == LIMIT_SWITCHED)
            try_switched_rate(s);
    } else if (certified) {
        bool converges = try_whole(s, propose_dominance);
        if (converges)
            try_whole(s, propose_contraction_one);
        if (try_whole(s, propose_equal_tau)) {
            converges = true;
            try_mu(s, propose_rate);
        }
        if (!converges)
            converges = try_whole(s, propose_symmetrisable) || try_planar(s) || try_cascade(s) || try_mu(s, propose_nearly_equal);
        /* A rate says more than Lyapunov's function with more unknowns, which then need not be sought. */
        if (s->lds->matrix.q <= FEW_ROWS && try_whole(s, propose_contraction_two_best))
            converges = true;
        if (!converges && !try_whole(s, propose_lure_popov))
            try_whole(s, propose_any_tau);
        if (!has_rate(s))
            try_cascade_rate(s);
    }
    if (!try_whole(s, propose_potential))
        try_whole(s, propose_saddle);
}

void stability_search(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, bool is_local)
{
    Search s = {.cx = cx, .net = net, .slope = slope, .lds = lds, .tau = stability_row_tau(cx, net, &lds->matrix), .is_local = is_local};
    begin(&s);
    search(&s);
    end(&s);
}

static bool try_form(Search *s, StatementProposal *propose, bool at_corners, double rate)
{
    StabilityCase x = whole(s);
    Statement proposed;
    x.n_corners = at_corners ? s->n_corners : 0;
    x.corner = s->corner;
    x.quick = s->quick;
    x.rate = rate;
    return propose(&x, &proposed) && keep(s, &proposed);
}

/* Forms that do for all corners; where there are none, one that does for lds alone. Contraction is the cheaper one, and has a rate. */
static void try_forms(Search *s, bool wants_convergence)
{
    for (int at_corners = s->n_corners > 0, found = s->rate <= 0; at_corners >= 0 && !found; at_corners--)
        if ((found = try_form(s, propose_contraction_two, at_corners, s->rate)) && at_corners == (s->n_corners > 0))
            return;
    for (int at_corners = s->n_corners > 0; at_corners >= 0; at_corners--)
        if (try_form(s, propose_contraction_two, at_corners, 0) || (wants_convergence && try_form(s, propose_lure_popov, at_corners, 0)))
            return;
}

/* Those that hold whatever the time constants are. */
static void search_any_tau(Search *s, StepLimit limit)
{
    if (limit != LIMIT_NONE) {
        try_limit(s, limit);
        return;
    }
    try_planar(s);
    try_whole(s, propose_symmetrisable);
    for (int at_corners = s->n_corners > 0; at_corners >= 0; at_corners--)
        if (try_form(s, propose_any_tau, at_corners, 0))
            return;
}

static void search_cell(Search *s, StepLimit limit, bool needs_rate)
{
    const Evidence *e = &s->lds->evidence;
    if (limit != LIMIT_NONE) {
        try_limit(s, limit);
        if (needs_rate && limit == LIMIT_PROJECTED)
            try_projected_rate(s);
        if (needs_rate && limit == LIMIT_SWITCHED)
            try_switched_rate(s);
        return;
    }
    bool always = try_whole(s, propose_equal_tau) || (try_planar(s) && e->statement[e->n_statements - 1].kind != STATEMENT_PLANAR_SIGNS);
    if (always && !needs_rate)
        return;
    try_whole(s, propose_dominance);
    if (needs_rate)
        try_whole(s, propose_contraction_one);
    if (!always) {
        try_whole(s, propose_symmetrisable);
        try_cascade(s);
    }
    try_forms(s, !always);
}

/* Of the rows at the point in the cell. */
static RowTau slowed_tau(Ctx *cx, NumPool *nums, RowTau own, size_t q, const mpq_t *slow)
{
    Num *least = ARENA_ARRAY(&cx->arena, q, Num), *most = ARENA_ARRAY(&cx->arena, q, Num);
    for (size_t a = 0; a < q; a++) {
        mpq_ptr shorter = num_new(nums), longer = num_new(nums);
        mpq_mul(shorter, own.least[a], slow[a]);
        mpq_mul(longer, own.most[a], slow[a]);
        least[a] = shorter;
        most[a] = longer;
    }
    return (RowTau){least, most};
}

/* Statements were found with the time constants there. */
static void name_own_tau(Ctx *cx, Evidence *e, size_t q, const mpq_t *slow)
{
    mpq_t *quick = rationals_new(cx, q);
    for (size_t k = 0; k < e->n_statements; k++) {
        Statement there = e->statement[k];
        for (size_t a = 0; a < there.n; a++)
            mpq_inv(quick[a], slow[there.is_part ? e->component[there.component].member[a] : a]);
        statement_slowed(cx, &there, (const mpq_t *)quick, &e->statement[k]);
        statement_clear(&there);
    }
    rationals_clear(quick, q);
}

void stability_propose_all(Ctx *cx, const Net *net, const SlopeReport *slope, const CellCorners *cell, Num rate, LdsReport *lds)
{
    Search s = {.cx = cx, .net = net, .slope = slope, .lds = lds, .tau = stability_row_tau(cx, net, &lds->matrix), .corner = cell->matrix,
                .n_corners = cell->n > 1 ? cell->n : 0, .quick = cell->quick, .rate = rate ? num_to_double(rate) : 0};
    Evidence *e = &lds->evidence;
    e->statement = ARENA_ARRAY(&cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    if (theory_no_convergence(cx, net))
        return;
    if (cell->slow)
        s.tau = slowed_tau(cx, net->nums, s.tau, lds->matrix.q, (const mpq_t *)cell->slow);
    begin(&s);
    if (net->model->params_in_tau && !cell->slow)
        search_any_tau(&s, stability_limit(net));
    else
        search_cell(&s, stability_limit(net), rate != NULL);
    end(&s);
    if (cell->slow)
        name_own_tau(cx, e, lds->matrix.q, (const mpq_t *)cell->slow);
}
