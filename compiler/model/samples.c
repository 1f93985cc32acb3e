/* samples("drive.csv", every = 1 ms): an input that was measured. The rows of
 * the file are times; a column is one quantity for all neurons, or there is
 * one column a neuron. */
#include "compiler/model/build.h"

#include <string.h>

#include "compiler/data/csv.h"
#include "compiler/data/matrix.h"
#include "compiler/data/table.h"

typedef enum SampleArg { SAMPLE_EVERY, SAMPLE_TIMES, SAMPLE_UNIT, SAMPLE_COLUMN, SAMPLE_INTERPOLATION, N_SAMPLE_ARGS } SampleArg;

static const char *const arg_name[N_SAMPLE_ARGS] = {
    [SAMPLE_EVERY] = "every", [SAMPLE_TIMES] = "times", [SAMPLE_UNIT] = "unit", [SAMPLE_COLUMN] = "column",
    [SAMPLE_INTERPOLATION] = "interpolation",
};

static const char USAGE[] = "`samples(\"drive.csv\", every = 1 ms)`, or `times = \"t\"` for a column of times";

typedef struct SampleCall {
    Builder *b;
    const AstExpr *call;
    const char *path;
    const AstExpr *arg[N_SAMPLE_ARGS];
    Table table;                /* .csv */
    MatrixFile matrix;          /* .npy */
    bool is_table;
} SampleCall;

/* ---- arguments ---- */

static bool report_arguments(SampleCall *s, Span at, const char *what)
{
    Diag *d = diag_at(s->b->cx, D_E0209, at, "%s", what);
    diag_help(s->b->cx, d, "write %s", USAGE);
    return false;
}

static bool read_argument(SampleCall *s, const AstArg *a)
{
    Builder *b = s->b;
    if (!a->name)
        return report_arguments(s, a->value->span, "behind the file's name, the arguments of `samples` have names");
    for (int k = 0; k < N_SAMPLE_ARGS; k++) {
        if (strcmp(a->name, arg_name[k]) != 0)
            continue;
        if (s->arg[k]) {
            diag_at(b->cx, D_E0209, a->name_span, "`%s` is given twice", a->name);
            return false;
        }
        s->arg[k] = a->value;
        return true;
    }
    Diag *d = diag_at(b->cx, D_E0209, a->name_span, "`samples` has no argument `%s`", a->name);
    const char *near = nearest_name(a->name, arg_name, N_SAMPLE_ARGS);
    if (near)
        diag_help(b->cx, d, "did you mean `%s`?", near);
    else
        diag_help(b->cx, d, "write %s", USAGE);
    return false;
}

static bool is_text(SampleCall *s, SampleArg which)
{
    const AstExpr *e = s->arg[which];
    if (!e || e->kind == AST_STRING)
        return true;
    diag_at(s->b->cx, D_E0304, e->span, "`%s` is the name of a column, in quotes", arg_name[which]);
    return false;
}

static bool read_arguments(SampleCall *s)
{
    const AstArgs *args = &s->call->as.call.args;
    if (args->n == 0 || args->at[0].name || args->at[0].value->kind != AST_STRING)
        return report_arguments(s, s->call->span, "`samples` takes the name of a file");
    s->path = args->at[0].value->as.string.text;
    bool ok = true;
    for (size_t k = 1; k < args->n; k++)
        ok = read_argument(s, &args->at[k]) && ok;
    if (!ok || !is_text(s, SAMPLE_TIMES) || !is_text(s, SAMPLE_COLUMN))
        return false;
    if (!s->arg[SAMPLE_EVERY] == !s->arg[SAMPLE_TIMES])
        return report_arguments(s, s->call->span, "the times of the samples are given by `every` or by `times`");
    if (s->arg[SAMPLE_UNIT] && !s->arg[SAMPLE_TIMES])
        return report_arguments(s, s->arg[SAMPLE_UNIT]->span, "`unit` is what a 1 in the column of times means");
    return true;
}

/* A time above 0. */
static bool positive_time(SampleCall *s, SampleArg which, const char *what, Num *out)
{
    Typed v;
    if (!constant_number(s->b, s->arg[which], what, &v) || !time_expect(s->b, v, what))
        return false;
    expr_is_const(v.e, out);
    if (mpq_sgn(*out) > 0)
        return true;
    Diag *d = diag_at(s->b->cx, D_E0401, v.span, "%s is above 0, and this is %s", what, constant_text(s->b, v));
    diag_help(s->b->cx, d, "write one such as `1%s`", unit_is_none(v.unit) ? "" : " ms");
    return false;
}

/* ---- the file ---- */

/* A file without a header would lose its first row to the names. */
static bool has_header(SampleCall *s)
{
    for (size_t k = 0; k < s->table.n_columns; k++)
        if (!number_is_like(s->table.column[k].name, strlen(s->table.column[k].name)))
            return true;
    Diag *d = diag_at(s->b->cx, D_E0521, s->call->span, "the first line of %s has numbers where the names of the columns should be",
                      s->table.path);
    diag_help(s->b->cx, d, "put a line of names in front, such as `t,drive`");
    return false;
}

static bool read_file(SampleCall *s)
{
    Builder *b = s->b;
    const char *dot = strrchr(s->path, '.');
    const char *dir = b->cx->sources[s->call->span.source]->dir;
    Span at = s->call->as.call.args.at[0].value->span;
    if (dot && strcmp(dot, ".csv") == 0) {
        s->is_table = true;
        return table_read(b->cx, dir, s->path, at, &s->table) && has_header(s);
    }
    if (!dot || strcmp(dot, ".npy") != 0) {
        Diag *d = diag_at(b->cx, D_E0521, at, "samples are read from .csv and .npy files, and this is \"%s\"", s->path);
        diag_help(b->cx, d, "in NumPy: `numpy.save(\"drive.npy\", array)`, one row a time");
        return false;
    }
    for (int k = SAMPLE_TIMES; k <= SAMPLE_COLUMN; k++)
        if (s->arg[k]) {
            Diag *d = diag_at(b->cx, D_E0209, s->arg[k]->span, "an array has no named columns");
            diag_help(b->cx, d, "a .csv file has; an array is sampled `every = 1 ms`");
            return false;
        }
    return matrix_samples_read(b->cx, b->nums, dir, s->path, at, &s->matrix);
}

static int find_column(SampleCall *s, SampleArg which)
{
    Builder *b = s->b;
    const AstExpr *e = s->arg[which];
    int k = table_column(&s->table, intern(&b->cx->names, e->as.string.text));
    if (k >= 0)
        return k;
    const char **names = ARENA_ARRAY(&b->cx->arena, s->table.n_columns + 1, const char *);
    for (size_t j = 0; j < s->table.n_columns; j++)
        names[j] = s->table.column[j].name;
    Diag *d = diag_at(b->cx, D_E0521, e->span, "%s has no column `%s`", s->table.path, e->as.string.text);
    const char *near = nearest_name(e->as.string.text, names, s->table.n_columns);
    const char *separator = s->table.n_columns == 1 ? csv_separator_help(names[0], strlen(names[0])) : NULL;
    if (separator)
        diag_help(b->cx, d, "%s", separator);
    else if (near)
        diag_help(b->cx, d, "did you mean `%s`?", near);
    else
        diag_help(b->cx, d, "its columns are %s", listed_names(b, "none", s->table.n_columns, names));
    return -1;
}

/* ---- times ---- */

static bool times_by_step(SampleCall *s, ModelTable *t)
{
    Num every;
    if (!positive_time(s, SAMPLE_EVERY, "the time between two samples", &every))
        return false;
    mpq_t at;
    mpq_init(at);
    for (size_t k = 0; k < t->n_rows; k++) {
        mpq_set_ui(at, k, 1);
        mpq_mul(at, at, every);
        t->time[k] = num_to_double(at);
    }
    mpq_set_ui(at, t->n_rows, 1);
    mpq_mul(at, at, every);
    t->end = t->is_step ? num_to_double(at) : t->time[t->n_rows - 1];
    mpq_clear(at);
    return true;
}

static bool times_by_column(SampleCall *s, int column, ModelTable *t)
{
    Builder *b = s->b;
    Num unit = num_int(b->nums, 1);
    Values v;
    if (s->arg[SAMPLE_UNIT] && !positive_time(s, SAMPLE_UNIT, "the unit of the times", &unit))
        return false;
    if (!table_numbers(b->cx, b->nums, &s->table, column, s->arg[SAMPLE_TIMES]->span, &v))
        return false;
    mpq_t at;
    mpq_init(at);
    bool ok = true;
    for (size_t k = 0; k < t->n_rows && ok; k++) {
        mpq_mul(at, values_exact(b->nums, &v, k), unit);
        t->time[k] = num_to_double(at);
        ok = k == 0 || t->time[k - 1] < t->time[k];
        if (!ok)
            diag_at(b->cx, D_E0521, s->arg[SAMPLE_TIMES]->span, "%s, line %u: this time is not later than the one before",
                    s->table.path, s->table.line[k]);
    }
    mpq_clear(at);
    t->end = t->time[t->n_rows - 1];
    return ok;
}

/* ---- values ---- */

static void copy_column(const Values *from, ModelTable *t, size_t column)
{
    for (size_t row = 0; row < t->n_rows; row++)
        t->value[row * t->n_columns + column] = from->d[row];
}

/* One column for all neurons, or one a neuron. */
static bool columns_fit(SampleCall *s, size_t n, size_t size, const char *pop)
{
    Builder *b = s->b;
    if (n == 1 || n == size)
        return true;
    Diag *d = diag_at(b->cx, D_E0402, s->call->span, "%s has %zu columns of samples, and `%s` has %zu neuron%s", s->path, n, pop,
                      size, size == 1 ? "" : "s");
    diag_help(b->cx, d, s->is_table ? "choose one for all with `column = \"NAME\"`, or give one a neuron"
                                    : "give one column for all neurons, or one a neuron");
    return false;
}

static bool table_values(SampleCall *s, int times, size_t size, const char *pop, ModelTable *t)
{
    Builder *b = s->b;
    int chosen = s->arg[SAMPLE_COLUMN] ? find_column(s, SAMPLE_COLUMN) : -1;
    if (s->arg[SAMPLE_COLUMN] && chosen < 0)
        return false;
    t->n_columns = chosen >= 0 ? 1 : s->table.n_columns - (times >= 0);
    if (t->n_columns == 0) {
        diag_at(b->cx, D_E0521, s->call->span, "%s has no column besides the times", s->table.path);
        return false;
    }
    if (!columns_fit(s, t->n_columns, size, pop))
        return false;
    t->value = ARENA_ARRAY(&b->cx->arena, t->n_rows * t->n_columns, double);
    size_t at = 0;
    for (size_t k = 0; k < s->table.n_columns; k++) {
        Values v;
        if ((int)k == times || (chosen >= 0 && (int)k != chosen))
            continue;
        if (!table_numbers(b->cx, b->nums, &s->table, (int)k, s->call->span, &v))
            return false;
        copy_column(&v, t, at++);
    }
    return true;
}

static bool read_table(SampleCall *s, size_t size, const char *pop, ModelTable *t)
{
    Builder *b = s->b;
    int times = s->arg[SAMPLE_TIMES] ? find_column(s, SAMPLE_TIMES) : -1;
    if (s->arg[SAMPLE_TIMES] && times < 0)
        return false;
    t->n_rows = s->table.n_rows;
    t->sha256 = s->table.sha256;
    if (t->n_rows == 0) {
        diag_at(b->cx, D_E0521, s->call->span, "%s has no samples", s->table.path);
        return false;
    }
    t->time = ARENA_ARRAY(&b->cx->arena, t->n_rows, double);
    bool timed = times >= 0 ? times_by_column(s, times, t) : times_by_step(s, t);
    return timed && table_values(s, times, size, pop, t);
}

static bool read_matrix(SampleCall *s, size_t size, const char *pop, ModelTable *t)
{
    t->n_rows = s->matrix.n_rows;
    t->n_columns = s->matrix.n_columns;
    t->sha256 = s->matrix.sha256;
    t->time = ARENA_ARRAY(&s->b->cx->arena, t->n_rows, double);
    t->value = s->matrix.values.d;
    return columns_fit(s, t->n_columns, size, pop) && times_by_step(s, t);
}

/* ---- the call ---- */

static bool read_interpolation(SampleCall *s, bool *is_step)
{
    static const char *const names[] = { "linear", "step" };
    const AstExpr *e = s->arg[SAMPLE_INTERPOLATION];
    int k = e ? attribute_choice(s->b, e, "the interpolation", 2, names) : 0;
    *is_step = k == 1;
    return k >= 0;
}

/* The size of the population that the input belongs to; a file with as many columns is read by neuron. */
Typed samples_call(Builder *b, const AstExpr *call, const Scope *scope)
{
    SampleCall s = { .b = b, .call = call };
    ModelTable t = { .span = call->span };
    if (scope->kind != SCOPE_INPUT || scope->pop == NO_POP) {
        Diag *d = diag_at(b->cx, D_E0208, call->span, "`samples` cannot be used in %s", scope->what);
        diag_help(b->cx, d, "what is read over time stands in the input of a population");
        return typed_error(call->span);
    }
    const ModelPop *pop = &b->m->pops.at[scope->pop];
    if (b->m->tables.n >= EIG_MAX_TABLES) {
        diag_at(b->cx, D_E0401, call->span, "a model reads at most %d files of samples", EIG_MAX_TABLES);
        return typed_error(call->span);
    }
    bool ok = read_arguments(&s) && read_interpolation(&s, &t.is_step) && read_file(&s);
    if (!ok || !(s.is_table ? read_table(&s, pop->size, pop->name, &t) : read_matrix(&s, pop->size, pop->name, &t)))
        return typed_error(call->span);
    t.path = s.path;
    size_t index = b->m->tables.n;
    vec_push(&b->cx->arena, &b->m->tables, t);
    return (Typed){ .e = expr_samples(b->cx, call->span, index, t.n_columns > 1), .unit = UNIT_NONE, .pop = NO_POP,
                    .span = call->span };
}
