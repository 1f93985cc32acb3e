/* Rows in an order of what they hold: with the same matrix, activations and inputs tell them apart. */
#include "compiler/check/lds/row_order.h"
#include "compiler/check/stability/local.h"

static uint64_t mix_end(uint64_t colour, Num x)
{
    return x ? row_order_mix_number(colour, x) : row_order_mix(colour, 7);
}

/* Pieces of the equation that x solves: expr_hash takes all equations of one size for one. */
static uint64_t mix_solve(uint64_t colour, const Expr *phi)
{
    const ExprSolve *of = phi->as.solve.of;
    colour = row_order_mix(mix_end(mix_end(colour, of->lo), of->hi), expr_hash(phi->as.solve.s));
    for (size_t k = 0; k <= of->n_kinks; k++)
        colour = row_order_mix(k < of->n_kinks ? row_order_mix_number(colour, of->kink[k]) : colour, expr_hash(of->piece[k].value));
    return colour;
}

static uint64_t colour_of(const LocalRow *r)
{
    const Expr *phi = activation_computed(r->act);
    uint64_t colour = row_order_mix(8, expr_hash(phi));
    if (phi->kind == EXPR_SOLVE)
        colour = mix_solve(colour, phi);
    colour = mix_end(mix_end(colour, r->act->range_lo), r->act->range_hi);
    colour = row_order_mix_number(row_order_mix_number(colour, r->slope), r->gain);
    return row_order_mix_number(row_order_mix_number(colour, r->threshold), r->input);
}

const RowOrder *local_order(const LocalNet *net, const ClaimMatrix *m)
{
    uint64_t *colour = ARENA_ARRAY(&net->cx->arena, net->n + 1, uint64_t);
    for (size_t a = 0; a < net->n; a++)
        colour[a] = colour_of(&net->row[a]);
    return row_order_find_coloured(net->cx, net->net, m, colour);
}
