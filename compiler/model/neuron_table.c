/* Populations from a table of neurons: columns `name` and `sign`. */
#include "compiler/model/build.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/data/table.h"

/* The file name in table("neurons.csv"), or NULL after a diagnostic. */
static const char *table_path(Builder *b, const AstExpr *call)
{
    if (is_error_node(call))
        return NULL;
    if (!is_call_of(call, "table") || call->as.call.args.n != 1 || call->as.call.args.at[0].value->kind != AST_STRING) {
        Diag *d = diag_at(b->cx, D_E0304, call->span, "a population comes from a table: `table(\"neurons.csv\")`");
        diag_help(b->cx, d, "its columns are `name` and `sign`");
        return NULL;
    }
    return call->as.call.args.at[0].value->as.string.text;
}

static int need_column(Builder *b, const Table *t, const char *name, Span at)
{
    int k = table_column(t, intern(&b->cx->names, name));
    if (k >= 0)
        return k;
    const char **names = ARENA_ARRAY(&b->cx->arena, t->n_columns + 1, const char *);
    for (size_t j = 0; j < t->n_columns; j++)
        names[j] = t->column[j].name;
    Diag *d = diag_at(b->cx, D_E0520, at, "%s has no column `%s`", t->path, name);
    const char *near = nearest_name(name, names, t->n_columns);
    if (near)
        diag_help(b->cx, d, "is it the column `%s`? Its header must be `%s`", near, name);
    else if (t->n_columns == 1)
        diag_help(b->cx, d, "the header line is one cell; cells are separated by commas");
    else
        diag_help(b->cx, d, "the header line must name the columns `name` and `sign`");
    return -1;
}

static int sign_of(const char *text)
{
    static const struct { const char *text; int sign; } word[] = {
        { "excitatory", 1 }, { "E", 1 }, { "+1", 1 }, { "1", 1 }, { "+", 1 },
        { "inhibitory", -1 }, { "I", -1 }, { "-1", -1 }, { "-", -1 },
    };
    for (size_t k = 0; k < sizeof word / sizeof *word; k++)
        if (strcmp(text, word[k].text) == 0)
            return word[k].sign;
    return 0;
}

static bool read_signs(Builder *b, const Table *t, int column, Span at, ModelPop *p)
{
    p->neuron_sign = ARENA_ARRAY(&b->cx->arena, t->n_rows, signed char);
    bool has[2] = { false, false };
    for (size_t k = 0; k < t->n_rows; k++) {
        int sign = sign_of(t->column[column].text[k]);
        if (sign == 0) {
            Diag *d = diag_at(b->cx, D_E0520, at, "%s, line %u: \"%s\" is not a sign", t->path, t->line[k],
                              t->column[column].text[k]);
            diag_help(b->cx, d, "a sign is `excitatory` or `inhibitory` (also E, I, +1, -1)");
            return false;
        }
        p->neuron_sign[k] = (signed char)sign;
        has[sign > 0] = true;
    }
    p->sign = has[0] && has[1] ? SIGN_MIXED : has[1] ? SIGN_EXC : SIGN_INH;
    return true;
}

typedef struct NameRow {
    const char *name;
    size_t row;
} NameRow;

static int by_name(const void *a, const void *b)
{
    const NameRow *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->row > y->row) - (x->row < y->row);
}

static bool check_names(Builder *b, const Table *t, int column, Span at)
{
    NameRow *sorted = ARENA_ARRAY(&b->cx->arena, t->n_rows, NameRow);
    for (size_t k = 0; k < t->n_rows; k++) {
        sorted[k] = (NameRow){ t->column[column].text[k], k };
        if (sorted[k].name[0] == 0) {
            diag_at(b->cx, D_E0520, at, "%s, line %u: this neuron has no name", t->path, t->line[k]);
            return false;
        }
    }
    qsort(sorted, t->n_rows, sizeof *sorted, by_name);
    for (size_t k = 1; k < t->n_rows; k++)
        if (strcmp(sorted[k].name, sorted[k - 1].name) == 0) {
            diag_at(b->cx, D_E0520, at, "%s, line %u: \"%s\" is already the neuron of line %u", t->path,
                    t->line[sorted[k].row], sorted[k].name, t->line[sorted[k - 1].row]);
            return false;
        }
    return true;
}

bool population_read_table(Builder *b, const AstDecl *decl, ModelPop *p)
{
    const AstExpr *call = decl->as.population.table;
    const char *path = table_path(b, call);
    Table t;
    if (!path || !table_read(b->cx, b->cx->sources[call->span.source]->dir, path, call->span, &t))
        return false;
    int name = need_column(b, &t, "name", call->span), sign = need_column(b, &t, "sign", call->span);
    if (name < 0 || sign < 0)
        return false;
    if (t.n_rows == 0) {
        diag_at(b->cx, D_E0520, call->span, "%s has no neurons", t.path);
        return false;
    }
    p->size = t.n_rows;
    p->neuron_name = t.column[name].text;
    p->sign_span = call->span;
    return check_names(b, &t, name, call->span) && read_signs(b, &t, sign, call->span, p);
}
