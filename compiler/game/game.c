#include "compiler/game/game.h"

#include <math.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/slope/jet/jet.h"
#include "compiler/check/stability/equilibria.h"
#include "compiler/check/theory_limits.h"

/* The network with weights as they are: rows of W - I, whatever the slopes. */
typedef struct Stage {
    Ctx *cx;
    const Net *net;
    LdsReport plain;            /* its matrix, and statements on equilibria */
    LocalNet local;
    Image *image;               /* of each population */
    uint64_t work;              /* that costs may still take */
    bool has_delays;            /* which change no equilibrium, but what happens beside it */
} Stage;

/* About so long costs that are integrals may take in all. */
enum { SECONDS = 10 };

static bool set_stage(Stage *s, const SlopeReport *slope, size_t most_rows, const char **reason)
{
    GainLevel gains;
    if (!local_with_slopes_one(s->cx, s->net, slope, most_rows, &gains, &s->plain.matrix, &s->local, reason))
        return false;
    s->has_delays = theory_no_convergence(s->cx, s->net) != NULL;
    s->work = (uint64_t)JET_BUDGET * SECONDS;
    s->image = ARENA_ARRAY(&s->cx->arena, s->net->n_pops, Image);
    for (size_t a = 0; a < s->net->n_pops; a++) {
        const Activation *act = &s->net->pop[a].model->act;
        if (act->by_formula)
            image_of_formula(s->cx, s->net->nums, act->phi, &slope[a], &s->image[a]);
    }
    s->plain.evidence.statement = ARENA_ARRAY(&s->cx->arena, STATEMENTS_EACH, Statement);
    return true;
}

/* ---- rows ---- */

static void set_convex(const Stage *s, const SlopeReport *slope, size_t a, mpq_srcptr own, GameRow *out)
{
    size_t pop = s->local.row[a].pop;
    const SlopeReport *phi = &slope[pop];
    bool damps = mpq_sgn(own) <= 0;
    mpq_t bound;
    if (!phi->proved || !phi->monotone || !(damps || phi->bounded)) {
        out->steepness = INFINITY;
        return;
    }
    mpq_init(bound);
    if (phi->bounded) {
        /* Where neurons differ in gain each has a row. */
        reduce_row_slope(s->net, slope, pop, a - out->first, out->size > 1, bound);
        mpq_mul(bound, bound, own);
    }
    out->steepness = damps && !phi->bounded ? -(double)INFINITY : mpq_get_d(bound);
    out->convex = damps || mpq_cmp_ui(bound, 1, 1) <= 0 ? TRUTH_CERTIFIED : TRUTH_UNDECIDED;
    mpq_clear(bound);
}

static void set_rows(const Stage *s, const SlopeReport *slope, Game *g)
{
    const ClaimMatrix *m = &s->plain.matrix;
    mpq_t own;
    mpq_init(own);
    g->n_rows = m->q;
    g->row = ARENA_ARRAY(&s->cx->arena, m->q, GameRow);
    for (size_t a = 0; a < m->q; a++) {
        GameRow *r = &g->row[a];
        bool is_first = a == 0 || s->local.row[a].pop != s->local.row[a - 1].pop;
        *r = (GameRow){.name = m->name[a], .size = claim_matrix_size(m, a), .unit = s->net->pop[s->local.row[a].pop].model->unit_x,
                       .first = is_first ? a : r[-1].first};
        r->scale = unit_equal(r->unit, (Unit){.twice = {[DIM_TIME] = -2}}) ? 1e3 : 1;      /* nobody thinks of a rate per ms */
        local_own_weight(m, a, own);
        set_convex(s, slope, a, own, r);
    }
    mpq_clear(own);
}

/* ---- points ---- */

/* So many rows before are looked at for one alike. */
enum { ALIKE_ROWS = 200 };

/* What a neuron of row a receives from the others, and its input. */
static double from_others(const Stage *s, size_t a, const double *x)
{
    const ClaimMatrix *m = &s->plain.matrix;
    double sum = num_to_double(s->local.row[a].input);
    for (size_t k = m->row_from[a]; k < m->row_from[a + 1]; k++) {
        size_t b = m->column[k];
        sum += claim_matrix_near(m, a, k) * (double)(claim_matrix_size(m, b) - (a == b)) * x[b];
    }
    return sum;
}

/* The two play the same: of a symmetric network many do. */
static bool is_in_place_of(const Player *a, const Player *b)
{
    return a->act == b->act && a->w == b->w && a->b == b->b && a->own == b->own && a->others == b->others;
}

static void play(Stage *s, const double *x, GamePoint *out)
{
    Player *player = ARENA_ARRAY(&s->cx->arena, s->local.n, Player);
    mpq_t own;
    mpq_init(own);
    out->at = ARENA_ARRAY(&s->cx->arena, s->local.n, PlayerState);
    for (size_t a = 0; a < s->local.n; a++) {
        size_t k = a > ALIKE_ROWS ? a - ALIKE_ROWS : 0;
        local_own_weight(&s->plain.matrix, a, own);
        player_init(s->cx, &s->local.row[a], mpq_get_d(own), from_others(s, a, x), &player[a]);
        player[a].image = player[a].act->by_formula ? &s->image[s->local.row[a].pop] : NULL;
        player[a].work = &s->work;
        while (k < a && !(x[k] == x[a] && is_in_place_of(&player[k], &player[a])))
            k++;
        if (k < a)
            out->at[a] = out->at[k];
        else
            player_at(&player[a], x[a], &out->at[a]);
    }
    mpq_clear(own);
}

/* Whether statement k says of the equilibrium `number` what `kind` says. */
static bool is_said_of(const Statement *s, StatementKind kind, size_t number)
{
    return s->kind == kind && mpq_cmp_ui(statement_numbers(s, "equilibrium")[0], number, 1) == 0;
}

static void set_proved(const Stage *s, const Game *g, size_t number, GamePoint *out)
{
    const Evidence *e = &s->plain.evidence;
    mpq_t *radius = statement_numbers(&e->statement[number], "radius");
    out->is_proved = true;
    for (size_t a = 0; a < s->local.n; a++) {
        out->radius = fmax(out->radius, mpq_get_d(radius[a]));
        /* Of rates in eight digits, and in two digits itself. */
        double shown = mpq_get_d(radius[a]) + 5e-8 * fabs(mpq_get_d(statement_numbers(&e->statement[number], "x")[a]));
        out->shown_radius = fmax(out->shown_radius, 1.05 * shown * g->row[a].scale);
    }
    for (size_t k = 0; !s->has_delays && k < e->n_statements; k++) {
        const Statement *t = &e->statement[k];
        out->attracts |= is_said_of(t, STATEMENT_ATTRACTING, number);
        out->is_unstable |= is_said_of(t, STATEMENT_UNSTABLE, number) || is_said_of(t, STATEMENT_UNSTABLE_WITHIN, number);
    }
}

static const mpq_t *numbers_of(const Stage *s, size_t number, const char *key)
{
    return statement_numbers(&s->plain.evidence.statement[number], key);
}

/* x is about where box k is. */
static bool is_near_box(const Stage *s, const double *x, size_t k)
{
    const mpq_t *y = numbers_of(s, k, "x"), *r = numbers_of(s, k, "radius");
    bool near = true;
    for (size_t a = 0; near && a < s->local.n; a++)
        near = fabs(x[a] - mpq_get_d(y[a])) <= 2 * mpq_get_d(r[a]) + 1e-6 * fabs(x[a]);
    return near;
}

/* Those in boxes, which are apart, at their centres, and then what was found and is in none. */
static void add_equilibria(Stage *s, Game *g)
{
    const Equilibria *places = NULL;
    const Evidence *e = &s->plain.evidence;
    size_t box[STATEMENTS_EACH], n = 0;
    double *x = ARENA_ARRAY(&s->cx->arena, s->local.n, double);
    stability_add_equilibria(&s->local, s->net, &s->plain, &places);
    g->point = ARENA_ARRAY(&s->cx->arena, STATEMENTS_EACH + EQUILIBRIA_MOST, GamePoint);
    for (size_t k = 0; k < e->n_statements; k++) {
        if (e->statement[k].kind != STATEMENT_EQUILIBRIUM)
            continue;
        box[n++] = k;
        for (size_t a = 0; a < s->local.n; a++)
            x[a] = mpq_get_d(numbers_of(s, k, "x")[a]);
        GamePoint *p = &g->point[g->n_points++];
        p->is_equilibrium = true;
        set_proved(s, g, k, p);
        play(s, x, p);
    }
    for (size_t k = 0; places && k < places->n; k++) {
        bool is_new = true;
        for (size_t j = 0; is_new && j < n; j++)
            is_new = !is_near_box(s, places->at[k], box[j]);
        if (!is_new)
            continue;
        GamePoint *p = &g->point[g->n_points++];
        p->is_equilibrium = true;
        play(s, places->at[k], p);
    }
}

static void add_state(Stage *s, const double *asked, Game *g)
{
    double *x = ARENA_ARRAY(&s->cx->arena, s->local.n, double);
    for (size_t a = 0; a < s->local.n; a++)
        x[a] = asked[s->local.row[a].pop];
    g->point = ARENA_ARRAY(&s->cx->arena, 1, GamePoint);
    g->n_points = 1;
    play(s, x, g->point);
}

bool game_of(Ctx *cx, const Net *net, const Report *report, const double *asked, Game *out, const char **reason)
{
    Stage s = {.cx = cx, .net = net};
    *out = (Game){.report = report};
    *reason = theory_noise(cx, net);
    if (*reason || !set_stage(&s, report->slope, EQUILIBRIA_MOST_ROWS, reason))
        return false;
    out->when = local_when(cx, net);
    set_rows(&s, report->slope, out);
    if (asked)
        add_state(&s, asked, out);
    else
        add_equilibria(&s, out);
    claim_matrix_clear(&s.plain.matrix);
    return true;
}

bool game_has_rows_of_many(const Game *g)
{
    bool any = false;
    for (size_t a = 0; a < g->n_rows; a++)
        any |= g->row[a].size > 1;
    return any;
}

bool game_is_convex(const Game *g)
{
    for (size_t a = 0; a < g->n_rows; a++)
        if (g->row[a].convex != TRUTH_CERTIFIED)
            return false;
    return true;
}

bool game_has_equilibrium(const Game *g)
{
    for (size_t k = 0; k < g->n_points; k++)
        if (g->point[k].is_proved)
            return true;
    return false;
}
