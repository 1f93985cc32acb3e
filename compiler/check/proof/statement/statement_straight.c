/* Two rows on straight pieces of their activations: equilibria (Theorem 37), and trajectories that run away (Theorem 38).
 * What is tested is that some polynomials of degree two in the weights are positive. Between matrices for which they are, they are
 * when their polar forms are, too: at w = sum of l_k w_k, the l_k >= 0 adding up to 1, Q(w) is the sum of l_j l_k Q(w_j, w_k). */
#include "compiler/check/proof/statement/statement_equilibrium.h"

enum { MOST_VALUES = 8 };

/* Room for them, and the statement that they are of. */
typedef struct Straight {
    const Statement *s, *at;    /* at: the equilibrium that s names, or s itself */
    mpq_t value[MOST_VALUES];
    size_t n;
    mpq_t g[4], b[2], x[2], det, a, c;
} Straight;

static mpq_ptr next_value(Straight *t)
{
    return t->value[t->n++];
}

static mpq_srcptr number_of(const Statement *s, const char *key, size_t k)
{
    return statement_numbers(s, key)[k];
}

/* out = a b - c d */
static void set_cross(Straight *t, mpq_t out, mpq_srcptr a, mpq_srcptr b, mpq_srcptr c, mpq_srcptr d)
{
    mpq_mul(t->a, a, b);
    mpq_mul(t->c, c, d);
    mpq_sub(out, t->a, t->c);
}

/* g = 1 - D w, det its determinant. */
static void set_system(Straight *t, const mpq_t *w)
{
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 2; j++) {
            mpq_ptr g = t->g[2 * i + j];
            mpq_mul(g, number_of(t->at, "slope", i), w[2 * i + j]);
            mpq_neg(g, g);
            mpq_set_ui(t->a, i == j, 1);
            mpq_add(g, g, t->a);
        }
    set_cross(t, t->det, t->g[0], t->g[3], t->g[1], t->g[2]);
}

/* With the determinant's sign: it, and of each row's input its distance from both ends of the piece, times it. */
static void equilibrium_values(Straight *t, const mpq_t *w)
{
    const Statement *s = t->at;
    int sign = mpq_sgn(number_of(s, "sign", 0));
    set_system(t, w);
    mpq_set(next_value(t), t->det);
    for (size_t i = 0; i < 2; i++) {
        mpq_mul(t->b[i], number_of(s, "slope", i), number_of(s, "input", i));
        mpq_add(t->b[i], t->b[i], number_of(s, "offset", i));
    }
    set_cross(t, t->x[0], t->g[3], t->b[0], t->g[1], t->b[1]);
    set_cross(t, t->x[1], t->g[0], t->b[1], t->g[2], t->b[0]);
    for (size_t i = 0; i < 2; i++) {
        mpq_ptr above = next_value(t), below = next_value(t);
        mpq_mul(above, w[2 * i], t->x[0]);
        statement_add_product(above, w[2 * i + 1], t->x[1], t->a);
        statement_add_product(above, number_of(s, "input", i), t->det, t->a);
        mpq_mul(below, number_of(s, "t_hi", i), t->det);
        mpq_sub(below, below, above);
        mpq_mul(t->a, number_of(s, "t_lo", i), t->det);
        mpq_sub(above, above, t->a);
    }
    for (size_t k = 0; sign < 0 && k < t->n; k++)
        mpq_neg(t->value[k], t->value[k]);
}

/* Minus the trace of T^-1 (D w - 1); with `grows`, the trace. */
static void trace_value(Straight *t, const mpq_t *w, bool grows)
{
    mpq_ptr sum = next_value(t);
    set_system(t, w);
    mpq_div(sum, t->g[0], number_of(t->s, "tau", 0));
    mpq_div(t->a, t->g[3], number_of(t->s, "tau", 1));
    mpq_add(sum, sum, t->a);
    if (grows)
        mpq_neg(sum, sum);
}

/* With J = T^-1 (D w - 1): rate - J_rr, w_rs, and minus the characteristic polynomial of J at the rate. */
static void runaway_values(Straight *t, const mpq_t *w)
{
    size_t r = mpz_get_ui(mpq_numref(number_of(t->s, "row", 0)));
    mpq_srcptr rate = number_of(t->s, "rate", 0);
    set_system(t, w);
    for (size_t k = 0; k < 4; k++) {            /* rate - J on the diagonal, -J beside it */
        mpq_div(t->g[k], t->g[k], number_of(t->s, "tau", k / 2));
        if (k % 3 == 0)
            mpq_add(t->g[k], t->g[k], rate);
    }
    mpq_set(next_value(t), t->g[3 * r]);
    mpq_set(next_value(t), w[2 * r + (1 - r)]);
    set_cross(t, next_value(t), t->g[1], t->g[2], t->g[0], t->g[3]);
}

/* The active rows of number `set` solve G x = D (v - corner) + level, as x det: of row r, det times how far its input is below the end of
 * its piece that it would have to be above, or the other way round. Both, and det, with the sign that is said. */
static void none_values(Straight *t, const mpq_t *w, size_t set)
{
    const Statement *s = t->s;
    int sign = mpq_sgn(number_of(s, "sign", set));
    size_t r = mpz_get_ui(mpq_numref(number_of(s, "row", set)));
    for (size_t i = 0; i < 2; i++) {
        bool active = set >> i & 1;
        mpq_set(t->b[i], number_of(s, "level", i));
        if (active) {
            mpq_add(t->b[i], t->b[i], number_of(s, "input", i));
            mpq_sub(t->b[i], t->b[i], number_of(s, "corner", i));
        }
        for (size_t j = 0; j < 2; j++) {
            mpq_set_si(t->g[2 * i + j], i == j, 1);
            if (active)
                mpq_sub(t->g[2 * i + j], t->g[2 * i + j], w[2 * i + j]);
        }
    }
    set_cross(t, t->det, t->g[0], t->g[3], t->g[1], t->g[2]);
    set_cross(t, t->x[0], t->g[3], t->b[0], t->g[1], t->b[1]);
    set_cross(t, t->x[1], t->g[0], t->b[1], t->g[2], t->b[0]);
    mpq_ptr off = next_value(t);
    mpq_sub(t->c, number_of(s, "corner", r), number_of(s, "input", r));
    mpq_mul(off, t->c, t->det);
    mpq_mul(t->a, w[2 * r], t->x[0]);
    mpq_sub(off, off, t->a);
    mpq_mul(t->a, w[2 * r + 1], t->x[1]);
    mpq_sub(off, off, t->a);
    if (!(set >> r & 1))
        mpq_neg(off, off);
    mpq_set(next_value(t), t->det);
    for (size_t k = t->n - 2; sign < 0 && k < t->n; k++)
        mpq_neg(t->value[k], t->value[k]);
}

static void set_values(Straight *t, const mpq_t *w)
{
    t->n = 0;
    switch (t->s->kind) {
    case STATEMENT_ON_PIECES:
        equilibrium_values(t, w);
        break;
    case STATEMENT_PIECES_ATTRACT:
        trace_value(t, w, false);
        break;
    case STATEMENT_PIECES_UNSTABLE:
        if (mpq_sgn(number_of(t->at, "sign", 0)) > 0)
            trace_value(t, w, true);
        break;
    case STATEMENT_PIECES_NONE:
        for (size_t set = 0; set < 4; set++)
            none_values(t, w, set);
        break;
    default:
        runaway_values(t, w);
    }
}

static void straight_init(const Evidence *e, const Statement *s, Straight *t)
{
    mpq_ptr room[] = {t->b[0], t->b[1], t->x[0], t->x[1], t->det, t->a, t->c, t->g[0], t->g[1], t->g[2], t->g[3]};
    mpq_t *named = statement_numbers(s, "equilibrium");
    t->s = s;
    t->at = named ? statement_on_pieces_named(e, named[0]) : s;
    for (size_t k = 0; k < sizeof room / sizeof *room; k++)
        mpq_init(room[k]);
    for (size_t k = 0; k < MOST_VALUES; k++)
        mpq_init(t->value[k]);
}

static void straight_clear(Straight *t)
{
    mpq_ptr room[] = {t->b[0], t->b[1], t->x[0], t->x[1], t->det, t->a, t->c, t->g[0], t->g[1], t->g[2], t->g[3]};
    for (size_t k = 0; k < sizeof room / sizeof *room; k++)
        mpq_clear(room[k]);
    for (size_t k = 0; k < MOST_VALUES; k++)
        mpq_clear(t->value[k]);
}

const Statement *statement_on_pieces_named(const Evidence *e, mpq_srcptr number)
{
    bool is_index = mpz_cmp_ui(mpq_denref(number), 1) == 0 && mpq_sgn(number) >= 0 && mpz_cmp_ui(mpq_numref(number), e->n_statements) < 0;
    const Statement *s = is_index ? &e->statement[mpz_get_ui(mpq_numref(number))] : NULL;
    return s && s->kind == STATEMENT_ON_PIECES && !s->is_part ? s : NULL;
}

/* ---- one matrix ---- */

static const char *rows_fault(const StatementCase *x)
{
    if (x->m->q != 2 || x->m->n_kernels || x->m->mean_slope)
        return "it is about two rows, without kernels and mean slopes";
    mpq_t *tau = statement_numbers(x->s, "tau");
    return tau && (mpq_sgn(tau[0]) <= 0 || mpq_sgn(tau[1]) <= 0) ? "tau is not positive" : NULL;
}

static const char *values_fault(const StatementCase *x, const char *what)
{
    Straight t;
    mpq_t *w = statement_weights(x);
    bool positive = true;
    straight_init(x->e, x->s, &t);
    set_values(&t, (const mpq_t *)w);
    for (size_t k = 0; k < t.n; k++)
        positive &= mpq_sgn(t.value[k]) > 0;
    straight_clear(&t);
    rationals_clear(w, 4);
    return positive ? NULL : what;
}

const char *on_pieces_fault(const StatementCase *x)
{
    const char *fault = rows_fault(x);
    mpq_srcptr sign = statement_numbers(x->s, "sign")[0];
    for (size_t a = 0; !fault && a < 2; a++)
        if (mpq_cmp(number_of(x->s, "t_lo", a), number_of(x->s, "t_hi", a)) >= 0)
            fault = "a piece is empty";
    if (!fault && mpq_cmp_si(sign, 1, 1) != 0 && mpq_cmp_si(sign, -1, 1) != 0)
        fault = "the sign is neither 1 nor -1";
    return fault ? fault : values_fault(x, "the equilibrium of the straight lines is not on the pieces, or the determinant has another sign");
}

static const char *named_fault(const StatementCase *x)
{
    const char *fault = rows_fault(x);
    if (!fault && !statement_on_pieces_named(x->e, statement_numbers(x->s, "equilibrium")[0]))
        fault = "it names a statement that is no equilibrium on pieces";
    return fault;
}

const char *pieces_attract_fault(const StatementCase *x)
{
    const char *fault = named_fault(x);
    if (fault)
        return fault;
    if (claim_matrix_size(x->m, 0) > 1 || claim_matrix_size(x->m, 1) > 1)
        return "a row stands for several neurons";
    if (mpq_sgn(number_of(statement_on_pieces_named(x->e, statement_numbers(x->s, "equilibrium")[0]), "sign", 0)) < 0)
        return "the determinant is negative";
    return values_fault(x, "the trace is not negative");
}

const char *pieces_unstable_fault(const StatementCase *x)
{
    const char *fault = named_fault(x);
    return fault ? fault : values_fault(x, "neither the determinant is negative nor the trace positive");
}

const char *pieces_runaway_fault(const StatementCase *x)
{
    const char *fault = rows_fault(x);
    mpq_srcptr row = statement_numbers(x->s, "row")[0];
    if (fault)
        return fault;
    if (mpq_sgn(row) != 0 && mpq_cmp_ui(row, 1, 1) != 0)
        return "it names a row that there is not";
    if (mpq_sgn(number_of(x->s, "slope", 0)) <= 0 || mpq_sgn(number_of(x->s, "slope", 1)) <= 0 || mpq_sgn(number_of(x->s, "rate", 0)) < 0)
        return "a slope is not positive, or the rate negative";
    return values_fault(x, "no eigenvalue above the rate has a positive eigenvector, as far as is said");
}

const char *pieces_none_fault(const StatementCase *x)
{
    const char *fault = rows_fault(x);
    if (!fault && (claim_matrix_size(x->m, 0) > 1 || claim_matrix_size(x->m, 1) > 1))
        return "a row stands for several neurons";
    for (size_t set = 0; !fault && set < 4; set++) {
        mpq_srcptr sign = statement_numbers(x->s, "sign")[set], row = statement_numbers(x->s, "row")[set];
        if ((mpq_cmp_si(sign, 1, 1) != 0 && mpq_cmp_si(sign, -1, 1) != 0) || (mpq_sgn(row) != 0 && mpq_cmp_ui(row, 1, 1) != 0))
            fault = "a sign is neither 1 nor -1, or it names a row that there is not";
    }
    return fault ? fault : values_fault(x, "on some pieces there may be an equilibrium");
}

/* ---- all matrices between some ---- */

bool statement_is_straight(StatementKind kind)
{
    return kind == STATEMENT_ON_PIECES || kind == STATEMENT_PIECES_ATTRACT || kind == STATEMENT_PIECES_UNSTABLE || kind == STATEMENT_PIECES_RUNAWAY ||
           kind == STATEMENT_PIECES_NONE;
}

/* 2 Q(v, w) = 4 Q((v + w)/2) - Q(v) - Q(w) */
static bool polar_forms_are_positive(Straight *of, Straight *t, const mpq_t *v, const mpq_t *w)
{
    mpq_t middle[4];
    bool positive = true;
    for (size_t k = 0; k < 4; k++) {
        mpq_init(middle[k]);
        mpq_add(middle[k], v[k], w[k]);
        mpq_div_2exp(middle[k], middle[k], 1);
    }
    set_values(of, (const mpq_t *)middle);
    for (size_t k = 0; k < of->n; k++)
        mpq_mul_2exp(of->value[k], of->value[k], 2);
    const mpq_t *const end[] = {v, w};
    for (int side = 0; side < 2; side++) {
        set_values(t, end[side]);
        for (size_t k = 0; k < of->n; k++)
            mpq_sub(of->value[k], of->value[k], t->value[k]);
    }
    for (size_t k = 0; k < of->n; k++)
        positive &= mpq_sgn(of->value[k]) > 0;
    for (size_t k = 0; k < 4; k++)
        mpq_clear(middle[k]);
    return positive;
}

bool straight_holds_between(Ctx *cx, const ClaimMatrix *m, size_t n, const Evidence *e, const Statement *s)
{
    Straight of, room;
    mpq_t **w = ARENA_ARRAY(&cx->arena, n, mpq_t *);
    bool holds = true;
    for (size_t k = 0; k < n; k++)
        w[k] = statement_weights(&(StatementCase){.cx = cx, .m = &m[k], .e = e, .s = s});
    straight_init(e, s, &of);
    straight_init(e, s, &room);
    for (size_t j = 0; j < n; j++)
        for (size_t k = 0; holds && k < j; k++)
            holds = polar_forms_are_positive(&of, &room, (const mpq_t *)w[j], (const mpq_t *)w[k]);
    straight_clear(&of);
    straight_clear(&room);
    for (size_t k = 0; k < n; k++)
        rationals_clear(w[k], 4);
    return holds;
}
