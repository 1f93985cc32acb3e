/* Weights given as a whole matrix: a literal or a file. */
#include "compiler/net/build.h"

#include <string.h>

#include "compiler/data/matrix.h"

static bool shape_fits(NetBuild *b, const ModelConn *c, const char *what, size_t n_rows, size_t n_columns)
{
    const NetPop *pre = &b->net->pop[c->pre], *post = &b->net->pop[c->post];
    if (n_rows == post->size && n_columns == pre->size)
        return true;
    Diag *d = diag_at(b->cx, D_E0511, c->weight_span, "%s is %zu x %zu, %s needs %zu x %zu (targets x sources)", what, n_rows,
                      n_columns, c->label, post->size, pre->size);
    diag_note_at(b->cx, d, pre->model->span, "the source %s has %zu neuron%s: one column each", pre->model->name, pre->size,
                 pre->size == 1 ? "" : "s");
    if (c->post != c->pre)
        diag_note_at(b->cx, d, post->model->span, "the target %s has %zu neuron%s: one row each", post->model->name, post->size,
                     post->size == 1 ? "" : "s");
    if (n_rows == pre->size && n_columns == post->size)
        diag_help(b->cx, d, "rows are targets and columns are sources: transpose it");
    return false;
}

/* Neurons without names of their own have numbers. Other names of theirs are the file's, and say nothing here. */
static bool name_fits(const NetPop *p, const char *name, size_t k)
{
    size_t number;
    if (p->model->neuron_name)
        return strcmp(name, p->model->neuron_name[k]) == 0;
    return !neuron_number(p, name, &number) || number == k;
}

/* A matrix that names its rows or columns must name them as the population does:
 * a permuted matrix would be silently wrong. */
bool matrix_names_fit(NetBuild *b, const ModelConn *c, const char *path, const char *axis, const char **name, const NetPop *p)
{
    const char **known = p->model->neuron_name;
    for (size_t k = 0; name && k < p->size; k++) {
        if (name_fits(p, name[k], k))
            continue;
        const char *is = known ? arena_printf(&b->cx->arena, "neuron %zu of %s is '%s'", k, p->model->name, known[k])
                               : arena_printf(&b->cx->arena, "the neurons of %s are numbered from 0, in order", p->model->name);
        Diag *d = diag_at(b->cx, D_E0513, c->weight_span, "'%s': %s %zu is '%s', but %s", path, axis, k + 1, name[k], is);
        diag_help(b->cx, d, "bring the %ss into %s order, or take the names out of the file", axis, known ? "the table's" : "that");
        return false;
    }
    return true;
}

/* Also "3" and "E[3]". */
static bool same_neuron(const NetPop *p, const char *a, const char *b)
{
    size_t x, y;
    return strcmp(a, b) == 0 || (neuron_number(p, a, &x) && neuron_number(p, b, &y) && x == y);
}

/* Within one population row k and column k are the same neuron, also where the
 * model has no names to compare with. */
static bool axes_agree(NetBuild *b, const ModelConn *c, const MatrixFile *f)
{
    for (size_t k = 0; c->pre == c->post && f->row_name && f->column_name && k < f->n_rows; k++) {
        if (same_neuron(&b->net->pop[c->pre], f->row_name[k], f->column_name[k]))
            continue;
        Diag *d = diag_at(b->cx, D_E0513, c->weight_span, "'%s': row %zu is '%s', but column %zu is '%s'", f->path, k + 1,
                          f->row_name[k], k + 1, f->column_name[k]);
        diag_help(b->cx, d, "bring rows and columns into the same order, or take the names out of the file");
        return false;
    }
    return true;
}

static void take_sparse(NetBuild *b, const MatrixFile *f, Block *out)
{
    uint64_t *from = ARENA_ARRAY(&b->cx->arena, f->n_rows + 1, uint64_t);
    for (size_t e = 0; e < f->values.n; e++)
        from[f->row[e] + 1]++;
    for (size_t row = 0; row < f->n_rows; row++)
        from[row + 1] += from[row];
    out->kind = BLOCK_SPARSE;
    out->row_from = from;
    out->column = f->column;
}

static bool from_file(NetBuild *b, const ModelConn *c, Block *out)
{
    MatrixFile f;
    if (!matrix_file_read(b->cx, b->net->nums, c->dir, c->path, c->weight_span, &f))
        return false;
    const char *what = arena_printf(&b->cx->arena, f.row_name ? "'%s', its line and column of names aside," : "'%s'", f.path);
    if (!shape_fits(b, c, what, f.n_rows, f.n_columns) ||
        !matrix_names_fit(b, c, f.path, "row", f.row_name, &b->net->pop[c->post]) ||
        !matrix_names_fit(b, c, f.path, "column", f.column_name, &b->net->pop[c->pre]) || !axes_agree(b, c, &f))
        return false;
    out->kind = BLOCK_DENSE;
    out->values = f.values;
    out->sha256 = f.sha256;
    if (f.is_sparse)
        take_sparse(b, &f, out);
    return true;
}

/* The model keeps its own copy: signs are written into ours. */
static bool from_literal(NetBuild *b, const ModelConn *c, Block *out)
{
    size_t n = c->literal.n, n_pre = b->net->pop[c->pre].size;
    if (n != n_pre * b->net->pop[c->post].size)
        return shape_fits(b, c, "the matrix", n / n_pre, n_pre);
    out->kind = BLOCK_DENSE;
    out->values = (Values){ .n = n, .d = ARENA_ARRAY(&b->cx->arena, n, double) };
    memcpy(out->values.d, c->literal.d, n * sizeof *out->values.d);
    if (c->literal.q) {
        out->values.q = ARENA_ARRAY(&b->cx->arena, n, Num);
        memcpy(out->values.q, c->literal.q, n * sizeof *out->values.q);
    }
    return true;
}

bool matrix_block(NetBuild *b, const ModelConn *c, Block *out)
{
    bool ok = c->kind == WEIGHT_LITERAL ? from_literal(b, c, out) : from_file(b, c, out);
    if (!ok || !memory_take(b, c, (double)out->values.n, sizeof(double), "a sparse file (.mtx) needs less"))
        return false;
    entries_finish(b, c, ENTRIES_MAY_BE_SIGNED, out);
    return true;
}
