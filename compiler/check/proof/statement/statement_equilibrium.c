/* Equilibria in boxes, and slopes in boxes. */
#include "compiler/check/proof/statement/statement_equilibrium.h"

/* ---- an equilibrium in a box ---- */

/* x - psi at the centre is within miss +- spread of each row, and slopes are slope +- slope_half in the box. */
typedef struct BoxCase {
    size_t q;
    const mpq_t *radius, *y;
    WholeWeights w;
    mpq_t *slope, *miss, *spread, *scaled;
    mpq_t room, sum;
} BoxCase;

static void box_clear(BoxCase *b)
{
    whole_weights_clear(&b->w);
    rationals_clear(b->scaled, b->q);
    rationals_clear(b->slope, b->q);
    rationals_clear(b->miss, b->q);
    rationals_clear(b->spread, b->q);
    mpq_clears(b->room, b->sum, (mpq_ptr)0);
}

static const char *box_init(const StatementCase *x, BoxCase *b)
{
    const Statement *s = x->s;
    size_t q = x->m->q;
    *b = (BoxCase){.q = q, .radius = statement_numbers(s, "radius"), .y = statement_numbers(s, "Y")};
    mpq_t *w = statement_weights(x);
    statement_whole_weights(x, &b->w);
    b->scaled = rationals_new(x->cx, q);
    b->slope = rationals_new(x->cx, q);
    b->miss = rationals_new(x->cx, q);
    b->spread = rationals_new(x->cx, q);
    mpq_inits(b->room, b->sum, (mpq_ptr)0);
    bool ordered = true;
    for (size_t a = 0; a < q; a++) {
        ordered &= mpq_sgn(b->radius[a]) > 0;
        ordered &= statement_halve(statement_numbers(s, "slope_lo")[a], statement_numbers(s, "slope_hi")[a], b->slope[a], b->sum);
        for (size_t c = 0; c < q; c++)
            statement_add_size(b->miss[a], w[a * q + c], b->radius[c], b->room);
        mpq_mul(b->spread[a], b->sum, b->miss[a]);
        ordered &= statement_halve(statement_numbers(s, "value_lo")[a], statement_numbers(s, "value_hi")[a], b->miss[a], b->sum);
        mpq_add(b->spread[a], b->spread[a], b->sum);
        mpq_sub(b->miss[a], statement_numbers(s, "x")[a], b->miss[a]);
    }
    rationals_clear(w, q * q);
    return ordered ? NULL : "a radius is not positive, or a bound is above the other one";
}

/* |Y miss| + |I - Y (I - D w)| r + |Y| spread < r in row a. */
static bool row_maps_inside(BoxCase *b, size_t a, mpq_t *row)
{
    size_t q = b->q;
    mpq_set_ui(b->sum, 0, 1);
    for (size_t k = 0; k < q; k++) {
        statement_add_product(b->sum, b->y[a * q + k], b->miss[k], b->room);
        mpq_neg(row[k], b->y[a * q + k]);
    }
    mpq_abs(b->sum, b->sum);
    mpq_set_ui(b->room, 1, 1);
    mpq_add(row[a], row[a], b->room);
    for (size_t k = 0; k < q; k++) {
        statement_add_size(b->sum, b->y[a * q + k], b->spread[k], b->room);
        mpq_mul(b->scaled[k], b->y[a * q + k], b->slope[k]);
    }
    statement_add_row(&b->w, (const mpq_t *)b->scaled, false, row);
    for (size_t c = 0; c < q; c++)
        statement_add_size(b->sum, row[c], b->radius[c], b->room);
    return !b->w.too_long && mpq_cmp(b->sum, b->radius[a]) < 0;
}

const char *equilibrium_fault(const StatementCase *x)
{
    if (x->m->q > STATEMENT_MOST_DENSE)
        return "it is about more rows than are looked at";
    BoxCase b;
    const char *fault = box_init(x, &b);
    mpq_t *row = rationals_new(x->cx, b.q);
    for (size_t a = 0; !fault && a < b.q; a++)
        if (!row_maps_inside(&b, a, row))
            fault = arena_printf(&x->cx->arena, "Krawczyk's map does not lead into the box in row %zu", a);
    rationals_clear(row, b.q);
    box_clear(&b);
    return fault;
}

const char *local_fault(const StatementCase *x)
{
    const Statement *s = x->s;
    if (statement_local(x->e->statement, x->e->n_statements) != s)
        return "it is the second one of its kind";
    for (size_t a = 0; a < s->n; a++)
        if (mpq_sgn(statement_numbers(s, "slope")[a]) <= 0 || mpq_cmp(statement_numbers(s, "x_lo")[a], statement_numbers(s, "x_hi")[a]) >= 0)
            return "a slope is not positive, or a side of the box has no length";
    return NULL;
}

const char *attained_fault(const StatementCase *x)
{
    const Statement *s = x->s;
    if (s->is_part || x->m->n_kernels || x->e->is_certificate)
        return "it is about all rows of a refuted matrix without kernels";
    if (statement_of_slopes(x->e->statement, x->e->n_statements) != s)
        return "it is the second one of its kind";
    for (size_t a = 0; a < s->n; a++)
        if (mpq_sgn(statement_numbers(s, "slope")[a]) < 0)
            return "a slope is negative";
    return NULL;
}

const Statement *statement_equilibrium_named(const Evidence *e, mpq_srcptr number)
{
    bool is_index = mpz_cmp_ui(mpq_denref(number), 1) == 0 && mpq_sgn(number) >= 0 && mpz_cmp_ui(mpq_numref(number), e->n_statements) < 0;
    const Statement *s = is_index ? &e->statement[mpz_get_ui(mpq_numref(number))] : NULL;
    return s && (s->kind == STATEMENT_EQUILIBRIUM || s->kind == STATEMENT_MOVING) && !s->is_part ? s : NULL;
}

/* Inputs strictly inside of pieces that do not overlap. */
static bool pieces_are_apart(const Statement *s, const Statement *t)
{
    bool apart = false;
    for (size_t a = 0; a < s->n; a++)
        apart |= mpq_cmp(statement_numbers(s, "t_hi")[a], statement_numbers(t, "t_lo")[a]) <= 0 ||
                 mpq_cmp(statement_numbers(t, "t_hi")[a], statement_numbers(s, "t_lo")[a]) <= 0;
    return apart;
}

const char *several_fault(const StatementCase *x)
{
    const Statement *first = statement_equilibrium_named(x->e, x->s->field[0][0]), *second = statement_equilibrium_named(x->e, x->s->field[1][0]);
    bool in_boxes = first && second;
    if (!in_boxes) {
        first = statement_on_pieces_named(x->e, x->s->field[0][0]);
        second = statement_on_pieces_named(x->e, x->s->field[1][0]);
    }
    if (!first || !second)
        return "it names a statement that is no equilibrium, or two of different kinds";
    for (size_t a = 0; a < first->n; a++)
        if (!mpq_equal(statement_numbers(first, "input")[a], statement_numbers(second, "input")[a]))
            return "the equilibria are of different inputs";
    return (in_boxes ? several_are_apart(x->cx, x->m, 1, x->e, x->s) : pieces_are_apart(first, second)) ? NULL : "the boxes or pieces of the equilibria meet";
}
