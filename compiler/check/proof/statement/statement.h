/* What is proved of a network beyond the claim about its matrix, with the numbers
 * that prove it: a rate, a contraction, a potential. The rows of statement.def say
 * which statements there are; docs/certificate.md what each one's numbers satisfy.
 *
 * A statement is about the whole matrix, or about one component of its evidence, the
 * matrix then being that of the component's rows alone. */
#ifndef COMPILER_CHECK_STATEMENT_H
#define COMPILER_CHECK_STATEMENT_H
#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>

#include "lang/base/ctx.h"

typedef enum StatementKind {
#define STATEMENT(NAME, ...) STATEMENT_##NAME,
#include "compiler/check/proof/statement/statement.def"
#undef STATEMENT
    N_STATEMENTS
} StatementKind;

typedef enum StatementNeed { NEEDS_NOTHING, NEEDS_LDS } StatementNeed;
typedef enum StatementSays { STATES_EXPONENTIAL, STATES_CONVERGENCE, STATES_CASCADE, STATES_STRUCTURE,
                             STATES_EQUILIBRIUM, STATES_INSTABILITY, STATES_LOCAL } StatementSays;
typedef enum FieldShape { FIELD_ONE, FIELD_ROWS, FIELD_SQUARE } FieldShape;      /* 1, n, n * n numbers */

enum { STATEMENT_MAX_FIELDS = 9, STATEMENTS_EACH = 60 };     /* at most so many of all rows, and of each component */
typedef struct StatementField {
    const char *key;            /* NULL behind the last one */
    FieldShape shape;
} StatementField;
typedef struct StatementRow {
    const char *name;
    int theorem;
    StatementNeed needs;
    StatementSays says;
    const char *because;        /* the theorem's hypotheses, as reports name them */
    StatementField field[STATEMENT_MAX_FIELDS + 1];
} StatementRow;
extern const StatementRow statement_table[N_STATEMENTS];

typedef struct Statement {
    StatementKind kind;
    bool is_part;               /* about one component of the evidence */
    size_t component;           /* then this one */
    size_t n;                   /* rows that it is about */
    mpq_t *field[STATEMENT_MAX_FIELDS];     /* in the order of its row */
} Statement;

bool statement_from_name(const char *name, StatementKind *out);
size_t statement_field_length(FieldShape shape, size_t n);
/* Room for the numbers, all 0; the numbers' memory is returned by statement_clear. */
void statement_init(Ctx *cx, Statement *s, StatementKind kind, size_t n);
void statement_clear(Statement *s);
/* The same statement with time constants that are so many times as long, row by row of it (a single one: those of the first row). A copy. */
void statement_slowed(Ctx *cx, const Statement *s, const mpq_t *slow, Statement *out);
/* About the network of the theorems itself, not its limits of short or long proximal steps. */
bool statement_is_plain(StatementKind kind);
/* For all time constants, which it does not name. (A cascade is what its parts are, and counts as none.) */
bool statement_is_of_any_tau(StatementKind kind);
/* What follows from diagonal stability alone, or from signs and ratios of weights: it holds of neurons that differ in slope where it
 * is proved of their mean (Theorem 35). */
bool statement_holds_of_means(StatementKind kind);
/* Whether it holds of matrices with rows of sums (evidence.h): it asks nothing of the matrix but its multipliers, or bounds that
 * sums pass on. */
bool statement_holds_of_sums(StatementKind kind);
/* That the matrix is about the slopes in a box alone; NULL: it is about all. */
const Statement *statement_local(const Statement *s, size_t n);
/* What names the slopes of the matrix row by row, in a box or attained; NULL: these are what is proved of the network's. */
const Statement *statement_of_slopes(const Statement *s, size_t n);
/* The numbers under `key`, or NULL when its kind has none such. */
mpq_t *statement_numbers(const Statement *s, const char *key);
#endif
