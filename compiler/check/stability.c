#include "compiler/check/stability.h"

#include "compiler/check/statement_verify.h"

static StepLimit limit_of(const ModelPop *p)
{
    if (p->is_switched)
        return LIMIT_SWITCHED;
    return p->prox_step && mpq_sgn(p->prox_step) == 0 ? LIMIT_PROJECTED : LIMIT_NONE;
}

StepLimit stability_limit(const Net *net)
{
    StepLimit first = net->n_pops ? limit_of(net->pop[0].model) : LIMIT_NONE;
    for (size_t a = 1; a < net->n_pops; a++)
        if (limit_of(net->pop[a].model) != first)
            return LIMIT_PARTLY;
    return first;
}

bool stability_limit_fits(StepLimit limit, StatementKind kind)
{
    if (limit == LIMIT_PROJECTED || limit == LIMIT_SWITCHED)
        return kind == (limit == LIMIT_PROJECTED ? STATEMENT_PROJECTED : STATEMENT_SWITCHED);
    return limit == LIMIT_NONE && kind != STATEMENT_PROJECTED && kind != STATEMENT_SWITCHED;
}

bool stability_has_prox_steps(const Net *net)
{
    for (size_t a = 0; a < net->n_pops; a++)
        if (net->pop[a].model->prox_step || net->pop[a].model->is_switched)
            return true;
    return false;
}

/* ---- time constants ---- */

/* The time constant of the plain network that this one is (Theorem 13). */
static Num plain_tau(const Net *net, size_t pop, Num tau)
{
    if (!net->pop[pop].model->prox_step)
        return tau;
    mpq_ptr q = num_new(net->nums);
    mpq_mul(q, tau, net->pop[pop].model->prox_step);
    return q;
}

/* Rows are whole populations, some with kernels longer than the net's, or their neurons in order. */
RowTau stability_row_tau(Ctx *cx, const Net *net, const ClaimMatrix *m)
{
    Num *least = ARENA_ARRAY(&cx->arena, m->q, Num), *most = ARENA_ARRAY(&cx->arena, m->q, Num);
    size_t row = 0;
    for (size_t a = 0; a < net->n_pops; a++) {
        Num shortest = plain_tau(net, a, net_tau_min(&net->pop[a])), longest = plain_tau(net, a, net_tau_max(&net->pop[a]));
        for (size_t left = net->pop[a].size; left > 0; row++) {
            least[row] = shortest;
            most[row] = longest;
            left -= m->n_kernels ? left : claim_matrix_size(m, row);
        }
    }
    return (RowTau){least, most};
}

/* ---- two neurons (Theorem 7) ---- */

/* Built of functions that are continuously differentiable wherever they are
 * defined. Wherever: slope.c has proved that the whole line is inside. */
static bool is_smooth(const Expr *e)
{
    Num exponent;
    if (e->kind == EXPR_SOLVE)
        return false;               /* the ends of its domain and its kinks are corners of phi */
    if (e->kind != EXPR_CALL)
        return true;
    switch (e->as.call.fn) {
    case EIG_FN_ABS: case EIG_FN_MIN: case EIG_FN_MAX: case EIG_FN_SQRT: case EIG_FN_FLOOR:
    case EIG_FN_STEP: case EIG_FN_PULSE: case EIG_FN_RAMP:
        return false;
    case EIG_FN_POW:
        if (!expr_is_const(e->as.call.arg[1], &exponent) || mpz_cmp_ui(mpq_denref(exponent), 1) != 0)
            return false;
        break;
    default:
        break;
    }
    for (int k = 0; k < e->as.call.n_args; k++)
        if (!is_smooth(e->as.call.arg[k]))
            return false;
    return true;
}

typedef struct Planar {
    bool smooth, bounded, nonnegative;      /* both activations */
} Planar;

static Planar planar_facts(const Net *net)
{
    Planar f = {.smooth = true, .bounded = true, .nonnegative = true};
    for (size_t a = 0; a < net->n_pops; a++) {
        const Activation *act = &net->pop[a].model->act;
        f.smooth &= is_smooth(act->phi);
        f.bounded &= act->range_lo && act->range_hi;
        f.nonnegative &= act->range_lo && mpq_sgn(act->range_lo) >= 0;
    }
    return f;
}

bool stability_planar_fits(const Net *net, StatementKind kind)
{
    Planar f = planar_facts(net);
    return kind == STATEMENT_PLANAR_SMOOTH ? f.smooth : kind == STATEMENT_PLANAR_BOUNDED ? f.bounded : f.nonnegative;
}

/* ---- statements: proposed, and kept when the verifier accepts them ---- */

typedef struct Search {
    Ctx *cx;
    const Net *net;
    LdsReport *lds;
    RowTau tau;
    bool is_local;              /* activations are constant beyond a box */
} Search;

bool stability_keep(Ctx *cx, LdsReport *lds, Statement *proposed)
{
    Evidence *e = &lds->evidence;
    e->statement[e->n_statements++] = *proposed;
    if (!statement_fault(cx, &lds->matrix, e, e->n_statements - 1))
        return true;
    statement_clear(&e->statement[--e->n_statements]);
    return false;
}

static bool keep(Search *s, Statement *proposed)
{
    return stability_keep(s->cx, s->lds, proposed);
}

static StabilityCase whole(const Search *s)
{
    const Evidence *e = &s->lds->evidence;
    const Component *c = e->n_components == 1 ? e->component : NULL;
    return (StabilityCase){s->cx, s->net->nums, &s->lds->matrix, c, s->tau.least, s->tau.most, !stability_has_prox_steps(s->net)};
}

static bool try_whole(Search *s, StatementProposal *propose)
{
    StabilityCase x = whole(s);
    Statement proposed;
    return propose(&x, &proposed) && keep(s, &proposed);
}

/* Nearly the largest mu that holds. Beyond ONE_ATTEMPT rows each attempt takes seconds. */
static bool try_mu(Search *s, bool (*propose)(const StabilityCase *, double, Statement *))
{
    enum { ONE_ATTEMPT = 2000 };
    StabilityCase x = whole(s);
    Statement proposed;
    double mu = stability_mu(&x), least = x.m->q > ONE_ATTEMPT ? 0.9985 : 0.1;
    for (double factor = 0.999; mu > 0 && factor > least; factor *= factor)
        if (propose(&x, mu * factor, &proposed) && keep(s, &proposed))
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

/* One component, as if it were a network of its own. */
static bool try_component(Search *s, size_t k)
{
    static StatementProposal *const proposals[] = {propose_equal_tau, propose_dominance, propose_lure_popov};
    const Component *c = &s->lds->evidence.component[k];
    ClaimMatrix part;
    Component all = *c;
    Num *least = ARENA_ARRAY(&s->cx->arena, c->n, Num), *most = ARENA_ARRAY(&s->cx->arena, c->n, Num);
    claim_matrix_part(s->cx, &s->lds->matrix, c, &part);
    all.member = ARENA_ARRAY(&s->cx->arena, c->n, uint32_t);
    for (size_t i = 0; i < c->n; i++) {
        all.member[i] = (uint32_t)i;
        least[i] = s->tau.least[c->member[i]];
        most[i] = s->tau.most[c->member[i]];
    }
    StabilityCase x = {s->cx, s->net->nums, &part, &all, least, most, !stability_has_prox_steps(s->net)};
    for (size_t i = 0; i < sizeof proposals / sizeof *proposals; i++) {
        Statement proposed;
        if (!proposals[i](&x, &proposed))
            continue;
        proposed.is_part = true;
        proposed.component = k;
        if (keep(s, &proposed))
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

/* In order of cost; the first that gives convergence at a rate ends the search for weaker ones. */
static void search(Search *s)
{
    enum { FEW_ROWS = 8 };      /* for which a rate by a matrix inequality takes no time to speak of */
    Evidence *e = &s->lds->evidence;
    bool certified = s->lds->verdict == TRUTH_CERTIFIED;
    StepLimit limit = stability_limit(s->net);
    e->statement = ARENA_ARRAY(&s->cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    if (certified && limit != LIMIT_NONE) {
        try_limit(s, limit);
    } else if (certified) {
        bool converges = try_whole(s, propose_dominance);
        if (converges)
            try_whole(s, propose_contraction_one);
        if (try_whole(s, propose_equal_tau)) {
            converges = true;
            try_mu(s, propose_rate);
        }
        if (!converges)
            converges = try_whole(s, propose_symmetrisable) || try_planar(s) || try_cascade(s) || try_mu(s, propose_nearly_equal) ||
                        try_whole(s, propose_lure_popov);
        if (s->lds->matrix.q <= FEW_ROWS)
            try_whole(s, propose_contraction_two);
    }
    if (!try_whole(s, propose_potential))
        try_whole(s, propose_saddle);
}

void stability_search(Ctx *cx, const Net *net, LdsReport *lds, bool is_local)
{
    Search s = {.cx = cx, .net = net, .lds = lds, .tau = stability_row_tau(cx, net, &lds->matrix), .is_local = is_local};
    search(&s);
}

void stability_propose_all(Ctx *cx, const Net *net, LdsReport *lds)
{
    Search s = {.cx = cx, .net = net, .lds = lds, .tau = stability_row_tau(cx, net, &lds->matrix)};
    Evidence *e = &lds->evidence;
    e->statement = ARENA_ARRAY(&cx->arena, STATEMENTS_EACH * (e->n_components + 1), Statement);
    if (theory_no_convergence(cx, net))
        return;
    if (stability_limit(net) != LIMIT_NONE) {
        try_limit(&s, stability_limit(net));
        return;
    }
    try_whole(&s, propose_equal_tau);
    try_planar(&s);
    try_whole(&s, propose_dominance);
    try_whole(&s, propose_symmetrisable);
    try_cascade(&s);
}

/* ---- conclusions ---- */

static const char *const why[N_STATEMENTS] = {
    [STATEMENT_DOMINANCE] = "quasi-dominance, slopes in [0, L], any time constants",
    [STATEMENT_CONTRACTION_ONE] = "contraction in a weighted sum norm, slopes in [0, L]",
    [STATEMENT_EQUAL_TAU] = "diagonal stability, slopes in [0, L], equal time constants",
    [STATEMENT_RATE] = "diagonal stability, slopes in [0, L], equal time constants",
    [STATEMENT_NEARLY_EQUAL] = "diagonal stability, slopes in [0, L], nearly equal time constants",
    [STATEMENT_LURE_POPOV] = "a Lyapunov function of Lur'e's kind for these time constants, slopes in [0, L]",
    [STATEMENT_CONTRACTION_TWO] = "contraction in a weighted Euclidean norm, slopes in [0, L]",
    [STATEMENT_PROJECTED] = "projected dynamics, diagonal stability, any time constants",
    [STATEMENT_SWITCHED] = "switched dynamics, diagonal stability, any time constants",
    [STATEMENT_CASCADE] = "components that converge exponentially one after the other",
    [STATEMENT_SYMMETRISABLE] = "symmetrisable weights, diagonal stability, any time constants",
    [STATEMENT_PLANAR_SMOOTH] = "two neurons with continuously differentiable activations, diagonal stability, any time constants",
    [STATEMENT_PLANAR_BOUNDED] = "two neurons with bounded activations, diagonal stability, any time constants",
    [STATEMENT_PLANAR_SIGNS] = "an excitatory and an inhibitory neuron with nonnegative activations, diagonal stability, any time constants",
};

/* The statement about all neurons that says most: by its rate, then in the order of the table. */
const Statement *stability_strongest(const Evidence *e)
{
    const Statement *best = NULL;
    mpq_srcptr best_rate = NULL;
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        StatementSays says = statement_table[s->kind].says;
        if (s->is_part || says == STATES_STRUCTURE || says == STATES_EQUILIBRIUM || says == STATES_INSTABILITY || says == STATES_LOCAL)
            continue;
        mpq_t *rate = statement_numbers(s, "rate");
        if (!best || (rate && (!best_rate || mpq_cmp(rate[0], best_rate) > 0)))
            best = s;
        if (best == s)
            best_rate = rate ? rate[0] : NULL;
    }
    return best;
}

static void conclude_open(StabilityReport *out)
{
    out->conclusion = "for every constant input there is exactly one equilibrium, for these and all other time constants; "
                      "it is locally exponentially stable wherever the activations are differentiable at it";
    out->theorem = "Theorems 2 and 4 (docs/theory.md): diagonal stability, slopes in [0, L]";
    out->open = "convergence from every initial state is not proved: the time constants differ, and none of the conditions for that "
                "case holds (quasi-dominance, symmetrisable weights, two neurons, nearly equal time constants, a Lur'e-Popov function, components of such kinds one after the other); "
                "nothing suggests that it fails";
}

static void conclude_partly_limit(const Net *net, StabilityReport *out)
{
    bool any_switched = false;
    for (size_t a = 0; a < net->n_pops; a++)
        any_switched |= net->pop[a].model->is_switched;
    out->conclusion = "for every constant input there is exactly one equilibrium";
    out->theorem = any_switched ? "Theorems 2 and 19 (docs/theory.md): diagonal stability, slopes in [0, L]"
                                : "Theorems 2 and 14 (docs/theory.md): diagonal stability, slopes in [0, L]";
    out->open = any_switched ? "convergence: some populations follow the switched dynamics and others do not, and the theorems are about "
                               "networks in which all or none do"
                             : "convergence: some populations follow the projected dynamics and others do not, and the theorems are about "
                               "networks in which all or none do";
}

/* The multipliers are the same for every step, rates are not: those above are of the plain network. */
static void qualify_prox_steps(Ctx *cx, StabilityReport *out)
{
    out->theorem = arena_printf(&cx->arena, "%s; Theorem 13: the same for these proximal steps", out->theorem);
}

static void conclude_certified(Ctx *cx, const Net *net, const LdsReport *lds, StabilityReport *out)
{
    const Statement *s = stability_strongest(&lds->evidence);
    out->unique = TRUTH_CERTIFIED;
    if (!s) {
        if (stability_limit(net) != LIMIT_NONE)
            conclude_partly_limit(net, out);
        else
            conclude_open(out);
        return;
    }
    mpq_t *rate = statement_numbers(s, "rate");
    bool is_limit = s->kind == STATEMENT_PROJECTED || s->kind == STATEMENT_SWITCHED;
    out->verdict = TRUTH_CERTIFIED;
    out->conclusion = arena_printf(&cx->arena, "for every constant input there is exactly one equilibrium, and every trajectory %sconverges to it%s",
                                   is_limit ? "that starts where the costs are finite " : "",
                                   statement_table[s->kind].says == STATES_CONVERGENCE ? "" : " exponentially");
    out->theorem = arena_printf(&cx->arena, "Theorem %d (docs/theory.md): %s", statement_table[s->kind].theorem, why[s->kind]);
    if (rate && mpq_sgn(rate[0]) > 0) {
        mpq_ptr kept = num_new(net->nums);
        mpq_set(kept, rate[0]);
        out->rate = kept;
    }
    if (stability_has_prox_steps(net) && !is_limit)
        qualify_prox_steps(cx, out);
}

/* A wave is two vectors, its real and its imaginary part, unless it is constant on populations and real. */
static bool is_one_vector(const Witness *w)
{
    if (w->is_zero_sum || w->rank != 1 || !w->frequency)
        return w->is_zero_sum || w->rank == 1;
    bool one = w->frequency[0] == 0 && w->frequency[1] == 0;
    for (size_t i = 0; one && i < w->n; i++)
        one = mpq_sgn(w->im[i]) == 0;
    return one;
}

static void conclude_refuted(const LdsReport *lds, StabilityReport *out)
{
    bool one_vector = is_one_vector(&lds->evidence.witness);
    out->conclusion = "diagonal stability does not hold, so this method proves neither a unique equilibrium nor convergence; "
                      "that is no statement about what the network does at its actual inputs";
    out->theorem = "Theorem 1 (docs/theory.md)";
    out->open = one_vector
        ? "uniqueness and stability; the witness is one vector, so with threshold-linear activations of these slopes some constant "
          "input would have no equilibrium or several (Theorem 8)"
        : "uniqueness and stability; the witness needs more than one vector, so it does not speak against uniqueness";
}

void stability_conclude(Ctx *cx, const Net *net, const SlopeReport *slope, LdsReport *lds, StabilityReport *out)
{
    *out = (StabilityReport){0};
    if (lds->verdict == TRUTH_CERTIFIED || lds->verdict == TRUTH_REFUTED) {
        stability_search(cx, net, lds, false);
        if (lds->verdict == TRUTH_REFUTED)
            stability_seek_equilibria(cx, net, slope, lds);
    }
    if (lds->verdict == TRUTH_CERTIFIED) {
        conclude_certified(cx, net, lds, out);
    } else if (lds->verdict == TRUTH_REFUTED) {
        if (!stability_conclude_equilibria(cx, lds, out)) {
            conclude_refuted(lds, out);
            stability_add_attracting(cx, lds, out);
        }
    } else {
        const char *obstacle = theory_obstacle(cx, net);
        out->conclusion = obstacle ? obstacle
            : "diagonal stability was not decided, so nothing is concluded about equilibria or convergence";
        out->theorem = "none";
        out->open = lds->reason;
    }
    theory_qualify(cx, net, &lds->evidence, out);
}
