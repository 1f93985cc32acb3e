#include "compiler/check/proof/statement/statement.h"

#include <string.h>

#include "compiler/check/proof/evidence.h"

_Static_assert((int)N_STATEMENTS <= (int)STATEMENTS_EACH, "each once");

const StatementRow statement_table[N_STATEMENTS] = {
#define STATEMENT(NAME, name, theorem, needs, says, fault, because, ...) [STATEMENT_##NAME] = {name, theorem, needs, says, because, {__VA_ARGS__}},
#include "compiler/check/proof/statement/statement.def"
#undef STATEMENT
};

bool statement_from_name(const char *name, StatementKind *out)
{
    for (int k = 0; k < N_STATEMENTS; k++)
        if (strcmp(statement_table[k].name, name) == 0) {
            *out = (StatementKind)k;
            return true;
        }
    return false;
}

size_t statement_field_length(FieldShape shape, size_t n)
{
    return shape == FIELD_ONE ? 1 : shape == FIELD_ROWS ? n : n * n;
}

void statement_init(Ctx *cx, Statement *s, StatementKind kind, size_t n)
{
    *s = (Statement){.kind = kind, .n = n};
    const StatementField *field = statement_table[kind].field;
    for (int k = 0; field[k].key; k++)
        s->field[k] = rationals_new(cx, statement_field_length(field[k].shape, n));
}

void statement_clear(Statement *s)
{
    const StatementField *field = statement_table[s->kind].field;
    for (int k = 0; field[k].key; k++)
        rationals_clear(s->field[k], statement_field_length(field[k].shape, s->n));
    *s = (Statement){0};
}

void statement_slowed(Ctx *cx, const Statement *s, const mpq_t *slow, Statement *out)
{
    const StatementField *field = statement_table[s->kind].field;
    statement_init(cx, out, s->kind, s->n);
    out->is_part = s->is_part;
    out->component = s->component;
    for (int k = 0; field[k].key; k++) {
        bool is_tau = strcmp(field[k].key, "tau") == 0;
        for (size_t a = 0; a < statement_field_length(field[k].shape, s->n); a++)
            if (is_tau)
                mpq_mul(out->field[k][a], s->field[k][a], slow[a]);
            else
                mpq_set(out->field[k][a], s->field[k][a]);
    }
}

bool statement_is_plain(StatementKind kind)
{
    return kind != STATEMENT_PROJECTED && kind != STATEMENT_PROJECTED_RATE && kind != STATEMENT_SWITCHED && kind != STATEMENT_SWITCHED_RATE;
}

bool statement_is_of_any_tau(StatementKind kind)
{
    switch (kind) {
    case STATEMENT_ANY_TAU: case STATEMENT_SYMMETRISABLE: case STATEMENT_PROJECTED: case STATEMENT_SWITCHED:
    case STATEMENT_PLANAR_SMOOTH: case STATEMENT_PLANAR_BOUNDED: case STATEMENT_PLANAR_SIGNS:
        return true;
    default:
        return false;
    }
}

bool statement_holds_of_means(StatementKind kind)
{
    switch (kind) {
    case STATEMENT_EQUAL_TAU: case STATEMENT_PROJECTED: case STATEMENT_SWITCHED: case STATEMENT_SWITCHED_RATE: case STATEMENT_CASCADE:
    case STATEMENT_SYMMETRISABLE: case STATEMENT_POTENTIAL: case STATEMENT_NO_POTENTIAL: case STATEMENT_SADDLE:
        return true;
    default:
        return false;
    }
}

bool statement_holds_of_sums(StatementKind kind)
{
    switch (kind) {
    case STATEMENT_EQUAL_TAU: case STATEMENT_PROJECTED: case STATEMENT_SWITCHED: case STATEMENT_DOMINANCE:
        return true;
    default:
        return false;
    }
}

const Statement *statement_local(const Statement *s, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (statement_table[s[k].kind].says == STATES_LOCAL)
            return &s[k];
    return NULL;
}

const Statement *statement_of_slopes(const Statement *s, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (s[k].kind == STATEMENT_ATTAINED)
            return &s[k];
    return statement_local(s, n);
}

mpq_t *statement_numbers(const Statement *s, const char *key)
{
    const StatementField *field = statement_table[s->kind].field;
    for (int k = 0; field[k].key; k++)
        if (strcmp(field[k].key, key) == 0)
            return s->field[k];
    return NULL;
}
