#include "compiler/check/stability/local.h"

#include <math.h>

#include "compiler/check/lds/lds.h"
#include "compiler/check/slope/image.h"
#include "compiler/check/slope/jet/jet.h"
#include "compiler/expr/derive.h"
#include "compiler/expr/settled.h"
#include "compiler/net/pair_eval.h"

/* ---- rows ---- */

/* Of constants, draws and the neuron's number. */
static bool is_constant_in_time(const Expr *e)
{
    if (e->kind == EXPR_CALL) {
        for (int k = 0; k < e->as.call.n_args; k++)
            if (!is_constant_in_time(e->as.call.arg[k]))
                return false;
        return true;
    }
    return e->kind == EXPR_CONST || e->kind == EXPR_DRAW || (e->kind == EXPR_VAR && e->as.var == EIG_VAR_I);
}

static bool has_solve(const Expr *e)
{
    for (int k = 0; e->kind == EXPR_CALL && k < e->as.call.n_args; k++)
        if (has_solve(e->as.call.arg[k]))
            return true;
    return e->kind == EXPR_SOLVE;
}

/* The input in the end, and *since raised to when it changes last; NULL where it keeps changing. */
static const Expr *last_input(Ctx *cx, const Net *net, const ModelPop *m, Num *since)
{
    const Expr *u = m->ous.n ? NULL : expr_settled(cx, net->nums, m->input, since);
    return u && is_constant_in_time(u) ? u : NULL;
}

/* NULL, or why the activation of the population has no row here. */
static const char *activation_obstacle(Ctx *cx, const ModelPop *m)
{
    bool is_prox = m->act.phi->kind == EXPR_SOLVE && m->act.cost;
    return (is_prox || !has_solve(m->act.phi)) && !m->act.set_valued ? NULL
         : arena_printf(&cx->arena, "the activation of population `%s` is not enclosed locally", m->name);
}

/* NULL, or why neurons of the population have no row here. many: some row stands for several of them. */
static const char *population_obstacle(Ctx *cx, const NetPop *p, const Expr *input, bool many)
{
    const ModelPop *m = p->model;
    Num x;
    if (m->prox_step || m->is_switched)
        return arena_printf(&cx->arena, "population `%s` has a proximal step", m->name);
    if (!input)
        return arena_printf(&cx->arena, "the input of population `%s` changes in time", m->name);
    if (many && !activation_obstacle(cx, m) && (m->act.gain_of || !expr_is_const(input, &x)))
        return arena_printf(&cx->arena, "the neurons of population `%s` are not alike", m->name);
    return activation_obstacle(cx, m);
}

/* Where one row stands for neurons that differ, with the least of their gains. */
static void fill_activation(LocalNet *net, const NetPop *p, size_t pop, bool many, size_t k, LocalRow *row)
{
    const Activation *act = &p->model->act;
    const LocalSolve *solve = k > 0 ? row[-1].solve : local_solve_new(net->cx, net->nums, act);
    *row = (LocalRow){.act = act, .pop = pop, .solve = solve, .slope = row->slope, .gain = num_int(net->nums, 1), .threshold = num_int(net->nums, 0),
                      .input = num_int(net->nums, 0)};
    if (!p->gain_max)
        return;
    row->gain = many ? p->gain_min : values_exact(net->nums, &p->gain, k);
    if (!many)
        row->threshold = values_exact(net->nums, &p->threshold, k);
}

static bool jumps(Ctx *cx, NumPool *nums, const Expr *e)
{
    Breaks breaks = {0};
    bool any = !expr_breaks(cx, nums, e, EIG_VAR_Z, &breaks);
    for (size_t k = 0; k < breaks.n; k++)
        any |= breaks.at[k].is_jump;
    return any;
}

/* phi' where phi has no breaks, or as a named cost has it, and where it does not jump; else NULL. */
static const Expr *steepness_of(Ctx *cx, NumPool *nums, const Activation *act)
{
    Breaks of_phi = {0};
    const Expr *slope = act->slope;
    if (act->phi->kind == EXPR_SOLVE)
        return NULL;
    if (!slope && (!expr_breaks(cx, nums, act->phi, EIG_VAR_Z, &of_phi) || of_phi.n > 0))
        return NULL;
    slope = slope ? slope : expr_derive(cx, nums, act->phi, EIG_VAR_Z);
    return slope && !jumps(cx, nums, slope) ? slope : NULL;
}

/* The neurons k, k + 1, ... of a population with a row each, or one row for all. */
static bool fill_rows(LocalNet *net, const NetPop *p, size_t pop, const Expr *input, uint64_t seed, size_t n_rows, size_t from,
                      const char **reason)
{
    PairEval eval;
    bool fine = true;
    pair_eval_begin(&eval, input, seed);
    for (size_t k = 0; fine && k < n_rows; k++) {
        LocalRow *row = &net->row[from + k];
        PairValue value;
        fill_activation(net, p, pop, false, k, row);
        row->steepness = k == 0 ? steepness_of(net->cx, net->nums, row->act) : row[-1].steepness;
        fine = pair_eval(&eval, k, 0, &value);
        if (!fine) {
            *reason = "an input has no finite value";
            break;
        }
        mpq_ptr u = num_new(net->nums);
        if (value.q)
            mpq_set(u, value.q);
        else
            mpq_set_d(u, value.d);
        row->input = u;
    }
    pair_eval_end(&eval);
    return fine;
}

static Num slope_of(const Net *net, const SlopeReport *slope, size_t pop, size_t k, bool many)
{
    mpq_ptr own = num_new(net->nums);
    reduce_row_slope(net, slope, pop, k, many, own);
    return own;
}

bool local_activations(Ctx *cx, const Net *net, const SlopeReport *slope, const Num *row_slope, const ClaimMatrix *m, LocalNet *out,
                       const char **reason)
{
    *out = (LocalNet){.cx = cx, .net = net, .nums = net->nums, .n = m->q, .row = ARENA_ARRAY(&cx->arena, m->q, LocalRow)};
    size_t row = 0;
    for (size_t a = 0; a < net->n_pops; a++) {
        const NetPop *p = &net->pop[a];
        bool many = p->size > 1 && row < m->q && claim_matrix_size(m, row) > 1;
        size_t n_rows = many ? 1 : p->size;
        *reason = row + n_rows > m->q || (many && claim_matrix_size(m, row) != p->size) ? "the matrix is that of another network"
                : slope[a].proved && slope[a].monotone ? activation_obstacle(cx, p->model) : slope[a].reason;
        if (*reason)
            return false;
        for (size_t k = 0; k < n_rows; k++, row++) {
            out->row[row].slope = row_slope ? row_slope[row] : slope_of(net, slope, a, k, many);
            fill_activation(out, p, a, many, k, &out->row[row]);
        }
    }
    *reason = row == m->q ? NULL : "the matrix is that of another network";
    return !*reason;
}

bool local_net(Ctx *cx, const Net *net, const SlopeReport *slope, const Num *row_slope, const ClaimMatrix *m, LocalNet *out, const char **reason)
{
    *out = (LocalNet){.cx = cx, .net = net, .nums = net->nums, .n = m->q, .row = ARENA_ARRAY(&cx->arena, m->q, LocalRow)};
    size_t row = 0;
    for (size_t a = 0; a < net->n_pops; a++) {
        const NetPop *p = &net->pop[a];
        bool many = p->size > 1 && claim_matrix_size(m, row) > 1;
        size_t n_rows = many ? 1 : p->size;
        const Expr *input = last_input(cx, net, p->model, &out->since);
        *reason = many && claim_matrix_size(m, row) != p->size ? "the matrix is that of a larger network"
                : slope[a].proved && slope[a].monotone ? population_obstacle(cx, p, input, many) : slope[a].reason;
        if (*reason)
            return false;
        for (size_t k = 0; k < n_rows; k++)
            out->row[row + k].slope = row_slope ? row_slope[row + k] : slope_of(net, slope, a, k, many);
        if (!fill_rows(out, p, a, input, net->model->sim.seed, n_rows, row, reason))
            return false;
        row += n_rows;
    }
    return true;
}

const char *local_when(Ctx *cx, const Net *net)
{
    Num since = NULL;
    for (size_t a = 0; a < net->n_pops; a++)
        last_input(cx, net, net->pop[a].model, &since);
    return since ? arena_printf(&cx->arena, "at the input that the model keeps from %s%s on", num_brief(cx, since),
                                net->model->has_time_unit ? " ms" : "")
                 : "at the model's input";
}

void local_input(const LocalNet *net, size_t row, mpq_t v)
{
    mpq_mul(v, net->row[row].slope, net->row[row].input);
}

/* [from, to] += weight [lo, hi] */
static void add_interval(mpq_srcptr weight, mpq_srcptr lo, mpq_srcptr hi, mpq_t from, mpq_t to)
{
    bool rises = mpq_sgn(weight) >= 0;
    mpq_t term;
    mpq_init(term);
    mpq_mul(term, weight, rises ? lo : hi);
    mpq_add(from, from, term);
    mpq_mul(term, weight, rises ? hi : lo);
    mpq_add(to, to, term);
    mpq_clear(term);
}

void local_own_weight(const ClaimMatrix *m, size_t a, mpq_t out)
{
    mpq_srcptr entry = claim_matrix_entry(m, a, a);
    mpq_t one;
    mpq_init(one);
    mpq_set_ui(out, 0, 1);
    if (entry)
        mpq_set(out, entry);
    mpq_set_ui(one, 1, 1);
    mpq_add(out, out, one);
    if (m->self) {
        mpq_add(out, out, m->self[a]);
        mpq_sub(out, out, m->leak[a]);
    }
    mpq_clear(one);
}

/* A neuron's own rate and those of the others of its row change apart from each other. */
void local_inputs(const LocalNet *net, const ClaimMatrix *m, size_t a, const mpq_t *lo, const mpq_t *hi, mpq_t from, mpq_t to)
{
    mpq_t weight;
    mpq_init(weight);
    local_input(net, a, from);
    mpq_set(to, from);
    for (size_t k = m->row_from[a]; k < m->row_from[a + 1]; k++) {
        size_t b = m->column[k];
        mpq_set_ui(weight, claim_matrix_size(m, b) - (a == b), 1);
        mpq_mul(weight, weight, claim_matrix_at(m, a, k));
        if (mpq_sgn(weight))
            add_interval(weight, lo[b], hi[b], from, to);
    }
    local_own_weight(m, a, weight);
    add_interval(weight, lo[a], hi[a], from, to);
    mpq_clear(weight);
}

/* ---- activations ---- */

enum { N_PARTS = 16 };         /* of an interval; fewer of a narrow one, of which an enclosure loses less */

/* z = gain (t/L - threshold). */
static void argument_of(const LocalRow *r, mpq_srcptr t, mpq_t z)
{
    if (mpq_sgn(r->slope) == 0)
        mpq_set(z, r->input);
    else
        mpq_div(z, t, r->slope);
    mpq_sub(z, z, r->threshold);
    mpq_mul(z, z, r->gain);
}

static void arguments_of(const LocalRow *r, mpq_srcptr lo, mpq_srcptr hi, double *from, double *to)
{
    mpq_t z;
    mpq_init(z);
    argument_of(r, lo, z);
    *from = num_to_double_down(z);
    argument_of(r, hi, z);
    *to = num_to_double_up(z);
    mpq_clear(z);
}

/* phi at z; false where it is not enclosed. */
static bool value_at(const LocalRow *r, double z, double *least, double *most)
{
    NumPool scratch = {0};
    JetResult at, room;
    jet_result_init(&at);
    jet_result_init(&room);
    jet_on_line(r->act->phi, &scratch, z, z, &room, &at);
    bool fine = at.trouble == JET_FINE && mpfi_bounded_p(at.value);
    *least = mpfr_get_d(&at.value->left, MPFR_RNDD);
    *most = mpfr_get_d(&at.value->right, MPFR_RNDU);
    jet_result_clear(&at);
    jet_result_clear(&room);
    num_pool_free(&scratch);
    if (r->act->range_lo)
        *least = fmax(*least, num_to_double_down(r->act->range_lo));
    if (r->act->range_hi)
        *most = fmin(*most, num_to_double_up(r->act->range_hi));
    return fine && isfinite(*least) && isfinite(*most);
}

bool local_ranges(const LocalNet *net, const SlopeReport *slope, double *lo, double *hi)
{
    Image image = {0};
    for (size_t a = 0; a < net->n; a++) {
        const Activation *act = net->row[a].act;
        if (a == 0 || act != net->row[a - 1].act) {
            image = (Image){true, act->range_lo, act->range_hi};
            if (act->by_formula)
                image_of_formula(net->cx, net->nums, act->phi, &slope[net->row[a].pop], &image);
        }
        if (!image.known || !image.lo || !image.hi)
            return false;
        lo[a] = num_to_double_down(image.lo);
        hi[a] = num_to_double_up(image.hi);
        if (!isfinite(lo[a]) || !isfinite(hi[a]))
            return false;
    }
    return true;
}

static bool solved_values(const LocalRow *r, double from, double to, double *least, double *most)
{
    NumPool scratch = {0};
    bool fine = isfinite(from) && isfinite(to) && local_solve_values(r->solve, &scratch, from, to, least, most);
    num_pool_free(&scratch);
    return fine;
}

bool local_values(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most)
{
    const LocalRow *r = &net->row[row];
    double from, to, beside;
    arguments_of(r, lo, hi, &from, &to);
    if (r->solve)
        return solved_values(r, from, to, least, most);
    return isfinite(from) && isfinite(to) && value_at(r, from, least, &beside) && value_at(r, to, &beside, most);
}

/* Of slopes of phi in [a, b]: those of psi, gain/L times as large. */
static void scale_slopes(const LocalRow *r, double *least, double *most)
{
    mpq_t x, factor;
    if (mpq_sgn(r->slope) == 0) {
        *least = *most = 0;
        return;
    }
    mpq_inits(x, factor, (mpq_ptr)0);
    mpq_div(factor, r->gain, r->slope);
    mpq_set_d(x, *least);
    mpq_mul(x, x, factor);
    *least = num_to_double_down(x);
    mpq_set_d(x, *most);
    mpq_mul(x, x, factor);
    *most = num_to_double_up(x);
    mpq_clears(x, factor, (mpq_ptr)0);
}

/* Narrows [lo, hi] to the slopes that were seen. */
static void take_slopes(const JetResult *r, double *lo, double *hi)
{
    if (r->trouble != JET_FINE || !mpfi_bounded_p(r->slope))
        return;
    *lo = fmax(*lo, mpfr_get_d(&r->slope->left, MPFR_RNDD));
    *hi = fmin(*hi, mpfr_get_d(&r->slope->right, MPFR_RNDU));
}

/* Widens [least, most] by the slopes of phi in [a, b]: as the plain jet of phi has them, and, unless these differ by hardly more than `little`, a
 * part of them, as the scaled one has, and as the formula of a named cost has. */
static bool see_slopes_until(const Activation *act, NumPool *scratch, double a, double b, double little, JetResult *part, JetResult *room,
                             double *least, double *most)
{
    double lo = 0, hi = INFINITY;       /* phi never falls */
    bool is_tail = !isfinite(a) || !isfinite(b), is_close = false;
    if (!is_tail) {
        jet_evaluate(act->phi, &(JetDomain){scratch, 0, a, b}, part);
        take_slopes(part, &lo, &hi);
        is_close = lo <= hi && hi - lo < little * lo;
    }
    if (is_tail)
        jet_on_line(act->phi, scratch, a, b, room, part);
    else if (!is_close)
        jet_scale_too(act->phi, scratch, a, b, room, part);
    if (!is_close)
        take_slopes(part, &lo, &hi);
    if (act->slope && !is_close)
        jet_on_line(act->slope, scratch, a, b, room, part);
    if (act->slope && !is_close && part->trouble == JET_FINE && mpfi_bounded_p(part->value)) {
        lo = fmax(lo, mpfr_get_d(&part->value->left, MPFR_RNDD));
        hi = fmin(hi, mpfr_get_d(&part->value->right, MPFR_RNDU));
    }
    *least = fmin(*least, lo);
    *most = fmax(*most, hi);
    return isfinite(hi) && lo <= hi;
}

static bool see_slopes(const Activation *act, NumPool *scratch, double a, double b, JetResult *part, JetResult *room, double *least, double *most)
{
    return see_slopes_until(act, scratch, a, b, 0, part, room, least, most);
}

static bool solved_slopes(const LocalRow *r, double from, double to, double *least, double *most)
{
    NumPool scratch = {0};
    bool fine = isfinite(from) && isfinite(to) && local_solve_slopes(r->solve, &scratch, from, to, least, most);
    num_pool_free(&scratch);
    if (fine)
        scale_slopes(r, least, most);
    return fine && isfinite(*most);
}

/* Parts of [from, to], one behind the other. */
static int parts_of(double from, double to, double end[N_PARTS + 1])
{
    int n = (int)fmin(N_PARTS, 1 + 64 * (to - from) / (1 + fabs(from)));
    double step = to / n - from / n;
    for (int k = 0; k < n; k++)
        end[k] = k ? from + step * k : from;
    end[n] = to;
    return n;
}

static bool slopes_until(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double little, double *least, double *most)
{
    const LocalRow *r = &net->row[row];
    double from, to;
    arguments_of(r, lo, hi, &from, &to);
    if (r->solve)
        return solved_slopes(r, from, to, least, most);
    *least = INFINITY;
    *most = 0;
    bool fine = isfinite(from) && isfinite(to);
    double end[N_PARTS + 1];
    int n = fine ? parts_of(from, to, end) : 0;
    JetResult part, room;
    NumPool scratch = {0};
    jet_result_init(&part);
    jet_result_init(&room);
    for (int k = 0; fine && k < n; k++)
        fine = see_slopes_until(r->act, &scratch, end[k], end[k + 1], little, &part, &room, least, most);
    jet_result_clear(&part);
    jet_result_clear(&room);
    num_pool_free(&scratch);
    if (fine)
        scale_slopes(r, least, most);
    return fine && isfinite(*most);
}

bool local_slopes(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most)
{
    return slopes_until(net, row, lo, hi, 0, least, most);
}

bool local_slopes_quickly(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most)
{
    static const double little = 0x1p-16;
    return slopes_until(net, row, lo, hi, little, least, most);
}

/* Of some parts, one behind the other: no slope of phi there is larger than `most`. */
typedef struct Run {
    int from, to;
    double most;
} Run;

/* By the plain form alone, which costs less. */
static double plain_most(const Activation *act, NumPool *scratch, double a, double b, JetResult *part)
{
    double lo = 0, hi = INFINITY;
    jet_evaluate(act->phi, &(JetDomain){scratch, 0, a, b}, part);
    take_slopes(part, &lo, &hi);
    return hi;
}

/* What seems steepest is halved, down to the parts, which are seen closely, until nothing else can be steeper than these are. */
static bool steepest_of_parts(const Activation *act, NumPool *scratch, int n, const double *end, double *most)
{
    Run run[N_PARTS] = {{0, n, INFINITY}};
    double least = INFINITY;
    JetResult part, room;
    bool fine = true;
    jet_result_init(&part);
    jet_result_init(&room);
    for (int n_runs = 1; fine && n_runs > 0;) {
        int k = 0;
        for (int j = 1; j < n_runs; j++)
            k = run[j].most > run[k].most ? j : k;
        Run top = run[k];
        if (top.most <= *most)
            break;
        if (top.to - top.from == 1) {
            fine = see_slopes(act, scratch, end[top.from], end[top.to], &part, &room, &least, most);
            run[k] = run[--n_runs];
            continue;
        }
        int middle = (top.from + top.to) / 2;
        run[k] = (Run){top.from, middle, plain_most(act, scratch, end[top.from], end[middle], &part)};
        run[n_runs++] = (Run){middle, top.to, plain_most(act, scratch, end[middle], end[top.to], &part)};
    }
    jet_result_clear(&part);
    jet_result_clear(&room);
    return fine;
}

bool local_steepest(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *most)
{
    const LocalRow *r = &net->row[row];
    double from, to, least = 0, end[N_PARTS + 1];
    NumPool scratch = {0};
    if (r->solve)
        return local_slopes(net, row, lo, hi, &least, most);
    arguments_of(r, lo, hi, &from, &to);
    *most = 0;
    bool fine = isfinite(from) && isfinite(to) && steepest_of_parts(r->act, &scratch, parts_of(from, to, end), end, most);
    num_pool_free(&scratch);
    if (fine)
        scale_slopes(r, &least, most);
    return fine && isfinite(*most);
}

/* [least, most] becomes no wider than phi' at the middle of [a, b], and what its own slope adds to it from there. */
static void see_steepness(const LocalRow *r, NumPool *scratch, double a, double b, JetResult *part, JetResult *room, double *least, double *most)
{
    double middle = a + (b - a) / 2, half = fmax(b - middle, middle - a);
    jet_on_line(r->steepness, scratch, a, b, room, part);
    if (part->trouble != JET_FINE || !mpfi_bounded_p(part->slope))
        return;
    double bend = fmax(mpfr_get_d(&part->slope->right, MPFR_RNDU), -mpfr_get_d(&part->slope->left, MPFR_RNDD));
    double change = bend * half * (1 + 0x1p-50) + 0x1p-1000;
    jet_on_line(r->steepness, scratch, middle, middle, room, part);
    if (part->trouble != JET_FINE || !mpfi_bounded_p(part->value))
        return;
    double lo = mpfr_get_d(&part->value->left, MPFR_RNDD) - change, hi = mpfr_get_d(&part->value->right, MPFR_RNDU) + change;
    *least = fmax(*least, nextafter(lo, -(double)INFINITY));
    *most = fmin(*most, nextafter(hi, (double)INFINITY));
}

bool local_slopes_closely(const LocalNet *net, size_t row, mpq_srcptr lo, mpq_srcptr hi, double *least, double *most)
{
    enum { CLOSE_PARTS = 12 };
    const LocalRow *r = &net->row[row];
    double from, to;
    if (!r->steepness)
        return local_slopes(net, row, lo, hi, least, most);
    arguments_of(r, lo, hi, &from, &to);
    *least = INFINITY;
    *most = 0;
    bool fine = isfinite(from) && isfinite(to);
    JetResult part, room;
    NumPool scratch = {0};
    jet_result_init(&part);
    jet_result_init(&room);
    for (int k = 0; fine && k < CLOSE_PARTS; k++) {
        double step = to / CLOSE_PARTS - from / CLOSE_PARTS, own[2] = {INFINITY, 0};
        double a = k ? from + step * k : from, b = k + 1 < CLOSE_PARTS ? from + step * (k + 1) : to;
        fine = see_slopes(r->act, &scratch, a, b, &part, &room, &own[0], &own[1]);
        see_steepness(r, &scratch, a, b, &part, &room, &own[0], &own[1]);
        *least = fmin(*least, own[0]);
        *most = fmax(*most, own[1]);
    }
    jet_result_clear(&part);
    jet_result_clear(&room);
    num_pool_free(&scratch);
    if (fine)
        scale_slopes(r, least, most);
    return fine && isfinite(*most);
}

/* By the slopes far out; where psi is constant, or its values are bounded on this side, it is 0. */
bool local_tails(const LocalNet *net, size_t row, int side, double *least, double *most)
{
    static const double far = 0x1p60;
    const LocalRow *r = &net->row[row];
    NumPool scratch = {0};
    JetResult part, room;
    bool fine = true;
    *least = INFINITY;
    *most = 0;
    jet_result_init(&part);
    jet_result_init(&room);
    for (int s = -1; s <= 1; s += 2) {
        if (side == -s)
            continue;
        if (s > 0 ? r->act->range_hi != NULL : r->act->range_lo != NULL)
            *least = 0;
        else if (r->solve)
            fine = false;       /* not looked at */
        else
            fine &= see_slopes(r->act, &scratch, s > 0 ? far : -(double)INFINITY, s > 0 ? (double)INFINITY : -far, &part, &room, least, most);
    }
    jet_result_clear(&part);
    jet_result_clear(&room);
    num_pool_free(&scratch);
    if (fine)
        scale_slopes(r, least, most);
    return fine && isfinite(*most);
}
