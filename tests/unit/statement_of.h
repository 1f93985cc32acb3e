/* Claims with statements from text, for tests of what the verifier says of each number. */
#ifndef TESTS_UNIT_STATEMENT_OF_H
#define TESTS_UNIT_STATEMENT_OF_H
#include "tests/unit/claim_of.h"

enum { MOST_CHANGES = 24, MOST_SAID = 3 };

/* A number of the statement, by key and place, or of the claim: "p" without a statement is a multiplier. */
typedef struct Change {
    const char *key;            /* NULL behind the last one */
    size_t at;
    const char *value;
    bool holds;
} Change;

typedef struct Said {
    StatementKind kind;
    const char *numbers;        /* of all fields, in their order */
} Said;

/* One component with p = 1 in every row, or a witness in the first row alone: the row, or of populations their differences. */
typedef struct Claimed {
    const char *what;
    size_t n;                   /* rows */
    const char *matrix;         /* entries, or uniform weights where there are sizes */
    const size_t *size;         /* NULL: neurons */
    const char *self;           /* of populations; their leaks are 1 */
    bool is_refuted;
    Said said[MOST_SAID];       /* the last one is what is changed; the others are what it may name */
    Change change[MOST_CHANGES];
} Claimed;

/* Takes so many numbers of a text, and returns what follows. */
static inline const char *read_numbers(const char *text, mpq_t *x, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t length = strcspn(text, " ");
        if (!length || !rational_parse(x[k], text, length))
            BUG("test numbers");
        text += length + (text[length] == ' ');
    }
    return text;
}

static inline ClaimMatrix claimed_matrix(Ctx *cx, const Claimed *c)
{
    ClaimMatrix m;
    claim_matrix_init(cx, &m, c->n, c->n * c->n, c->size != NULL);
    m.n = c->size ? 0 : c->n;
    for (size_t a = 0; a < c->n; a++) {
        m.row_from[a] = a * c->n;
        for (size_t b = 0; b < c->n; b++)
            m.column[a * c->n + b] = (uint32_t)b;
        if (!c->size)
            continue;
        m.size[a] = c->size[a];
        m.n += c->size[a];
        mpq_set_ui(m.leak[a], 1, 1);
    }
    read_numbers(c->matrix, m.entry, c->n * c->n);
    if (c->size)
        read_numbers(c->self, m.self, c->n);
    return m;
}

static inline Statement statement_of(Ctx *cx, const Said *said, size_t n)
{
    Statement s;
    statement_init(cx, &s, said->kind, n);
    const StatementField *field = statement_table[said->kind].field;
    const char *text = said->numbers;
    for (int k = 0; field[k].key; k++)
        text = read_numbers(text, s.field[k], statement_field_length(field[k].shape, n));
    if (*text)
        BUG("more numbers than the statement has");
    return s;
}

/* s has room for MOST_SAID. */
static inline Evidence claimed_evidence(Ctx *cx, const Claimed *c, Component *all, Statement *s)
{
    Evidence e = {.is_certificate = !c->is_refuted, .n_components = 1, .component = all, .statement = s};
    if (c->is_refuted && c->size)
        e.witness.is_zero_sum = true;
    else
        e.witness = vectors(cx, 1, 1, "1");
    for (; e.n_statements < MOST_SAID && c->said[e.n_statements].numbers; e.n_statements++)
        s[e.n_statements] = statement_of(cx, &c->said[e.n_statements], c->n);
    return e;
}

/* Runs a case: it holds as it stands, and with each change holds or fails as is said. */
static inline void check_claimed(Ctx *cx, const Claimed *c)
{
    ClaimMatrix m = claimed_matrix(cx, c);
    Component all = ones(cx, c->n);
    Statement s[MOST_SAID];
    Evidence e = claimed_evidence(cx, c, &all, s);
    VerifyResult r = verify_evidence(cx, &m, &e);
    if (!r.accepted)
        fprintf(stderr, "%s: %s\n", c->what, r.reason);
    CHECK(r.accepted);
    for (const Change *x = c->change; x->key; x++) {
        mpq_t *numbers = statement_numbers(&s[e.n_statements - 1], x->key), was;
        if (!numbers)
            BUG("%s: no field %s", c->what, x->key);
        mpq_init(was);
        mpq_set(was, numbers[x->at]);
        set(numbers[x->at], x->value);
        r = verify_evidence(cx, &m, &e);
        if (r.accepted != x->holds)
            fprintf(stderr, "%s: %s[%zu] = %s: %s\n", c->what, x->key, x->at, x->value, r.reason);
        CHECK(r.accepted == x->holds);
        mpq_set(numbers[x->at], was);
        mpq_clear(was);
    }
    for (size_t k = 0; k < e.n_statements; k++)
        statement_clear(&s[k]);
    witness_clear(&e.witness);
    component_clear(&all);
    claim_matrix_clear(&m);
}
#endif
