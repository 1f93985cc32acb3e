/* Rows in an order of what they hold. Searches in doubles sum row by row, and what they find hangs on the order in its last bits. So
 * they see populations in an order by contents, in which neither names nor the order of declarations have a say, and find the same
 * to the bit. The verifier, and what is written, keep to the rows as they are declared.
 *
 * An order of this kind is a preference, nothing that a proof rests on: where two populations are not told apart, they stand as
 * they are declared. */
#ifndef COMPILER_CHECK_ROW_ORDER_H
#define COMPILER_CHECK_ROW_ORDER_H
#include "compiler/check/proof/evidence.h"
#include "compiler/net/net.h"

typedef struct RowOrder {
    size_t n;
    uint32_t *at;               /* the row that stands at a place */
    uint32_t *place;            /* where a row stands */
} RowOrder;

/* Of the rows of m, which are net's. NULL: they stay as they are, either because that is the order, or since m has more entries than
 * are worth a second copy. */
const RowOrder *row_order_find(Ctx *cx, const Net *net, const ClaimMatrix *m);
/* The same where rows hold more than the matrix says: colours of theirs, of which equal ones say that they hold the same. */
const RowOrder *row_order_find_coloured(Ctx *cx, const Net *net, const ClaimMatrix *m, const uint64_t *colour);
uint64_t row_order_mix(uint64_t colour, uint64_t with);
uint64_t row_order_mix_number(uint64_t colour, mpq_srcptr with);
/* A matrix in that order, or as it stands, for NULL. Its numbers are borrowed. */
typedef struct OrderedMatrix {
    ClaimMatrix m;
    bool is_copy;
    Arena room;
} OrderedMatrix;
void ordered_matrix_init(const RowOrder *o, const ClaimMatrix *m, OrderedMatrix *out);
void ordered_matrix_clear(OrderedMatrix *x);
/* Rows of the ordered matrix as rows of the declared one, and back: members and their multipliers, which are moved, not copied. */
Component row_order_declared(Ctx *cx, const RowOrder *o, const Component *c);
Component row_order_ordered(Ctx *cx, const RowOrder *o, const Component *c);
/* The same of a witness's members and vectors. */
void row_order_declare_witness(Ctx *cx, const RowOrder *o, Witness *w);
/* The statement about the ordered component's rows becomes one about the declared one's. */
void row_order_declare_statement(Ctx *cx, const RowOrder *o, const Component *ordered, Statement *s);
#endif
