/* Weights of low rank, the product of two files: left (a row for each target) times right (a row for each source),
 * transposed. They are never multiplied out: each pair of columns is a block of its own. */
#include "compiler/net/build.h"

#include <string.h>

#include "compiler/data/matrix.h"

/* One of the two files. */
typedef struct Side {
    const char *path, *neurons; /* "target", "source" */
    const NetPop *pop;
    MatrixFile file;
} Side;

static bool has_row_for_each_neuron(NetBuild *b, const ModelConn *c, const Side *s, const Side *other)
{
    const MatrixFile *f = &s->file;
    if (f->n_rows == s->pop->size && f->n_columns > 0)
        return true;
    Diag *d = diag_at(b->cx, D_E0511, c->weight_span, "'%s' is %zu x %zu, and needs a row for each of the %zu neuron%s of %s, the %s", f->path,
                      f->n_rows, f->n_columns, s->pop->size, s->pop->size == 1 ? "" : "s", s->pop->model->name, s->neurons);
    diag_note_at(b->cx, d, s->pop->model->span, "the %s `%s`", s->neurons, s->pop->model->name);
    if (f->n_rows == other->pop->size && other->file.n_rows == s->pop->size)
        diag_help(b->cx, d, "exchange the two files: first the targets', then the sources'");
    else if (f->n_columns == s->pop->size)
        diag_help(b->cx, d, "a column is one product, whatever its neurons: transpose it");
    return false;
}

static bool read_side(NetBuild *b, const ModelConn *c, Side *s)
{
    return matrix_file_read(b->cx, b->net->nums, c->dir, s->path, c->weight_span, &s->file);
}

static bool side_fits(NetBuild *b, const ModelConn *c, const Side *s, const Side *other)
{
    return has_row_for_each_neuron(b, c, s, other) && matrix_names_fit(b, c, s->file.path, "row", s->file.row_name, s->pop);
}

static bool have_one_rank(NetBuild *b, const ModelConn *c, const MatrixFile *left, const MatrixFile *right)
{
    if (left->n_columns == right->n_columns)
        return true;
    Diag *d = diag_at(b->cx, D_E0511, c->weight_span, "'%s' has %zu column%s, '%s' has %zu", left->path, left->n_columns,
                      left->n_columns == 1 ? "" : "s", right->path, right->n_columns);
    diag_help(b->cx, d, "the weight from neuron j to neuron i is the sum over the columns k of left[i, k] * right[j, k]");
    return false;
}

/* Of what has a sign of its own, only a `mixed` source may send: which weights are below 0 depends on all columns. */
static bool are_magnitudes(NetBuild *b, const ModelConn *c, const Side *s)
{
    const Values *v = &s->file.values;
    const NetPop *pre = &b->net->pop[c->pre];
    size_t columns = s->file.n_columns, e = 0;
    if (pre->model->is_exempt)
        return true;
    while (e < v->n && values_sign(v, e) >= 0)
        e++;
    if (e == v->n)
        return true;
    size_t row = s->file.is_sparse ? s->file.row[e] : e / columns, column = s->file.is_sparse ? s->file.column[e] : e % columns;
    Diag *d = diag_at(b->cx, D_E0452, c->weight_span, "row %zu of '%s' has %.6g in column %zu, below 0, and with it weights of %s may be of either sign",
                      row + 1, s->file.path, v->d[e], column + 1, c->label);
    diag_note_at(b->cx, d, pre->model->sign_span, "the sign of `%s` is declared here", pre->model->name);
    diag_help(b->cx, d, "factors are magnitudes, the sign comes from the source; or declare `%s` mixed", pre->model->name);
    return false;
}

/* Column k of the file, zeros included. */
static Values take_column(NetBuild *b, const MatrixFile *f, size_t k)
{
    Values out = { .n = f->n_rows, .d = ARENA_ARRAY(&b->cx->arena, f->n_rows, double) };
    if (f->values.q) {
        out.q = ARENA_ARRAY(&b->cx->arena, f->n_rows, Num);
        for (size_t row = 0; row < f->n_rows; row++)
            out.q[row] = num_int(b->net->nums, 0);
    }
    size_t from = f->is_sparse ? 0 : k, step = f->is_sparse ? 1 : f->n_columns;
    for (size_t e = from; e < f->values.n; e += step) {
        size_t row = f->is_sparse ? f->row[e] : e / f->n_columns;
        if (f->is_sparse && f->column[e] != k)
            continue;
        out.d[row] = f->values.d[e];
        if (out.q)
            out.q[row] = f->values.q[e];
    }
    return out;
}

static void take_source_signs(NetBuild *b, const NetPop *pre, Values *right)
{
    for (size_t j = 0; j < right->n; j++) {
        if (net_neuron_sign(pre, j) != SIGN_INH)
            continue;
        right->d[j] = right->d[j] == 0 ? 0.0 : -right->d[j];
        if (right->q) {
            mpq_ptr x = num_new(b->net->nums);
            mpq_neg(x, right->q[j]);
            right->q[j] = x;
        }
    }
}

bool low_rank_blocks(NetBuild *b, const ModelConn *c, Block like, size_t *rank, Block **out)
{
    Side left = { .path = c->path, .neurons = "target", .pop = &b->net->pop[c->post] };
    Side right = { .path = c->right_path, .neurons = "source", .pop = &b->net->pop[c->pre] };
    bool ok = read_side(b, c, &left);
    ok = read_side(b, c, &right) && ok;
    ok = ok && side_fits(b, c, &left, &right) && side_fits(b, c, &right, &left);
    if (!ok || !have_one_rank(b, c, &left.file, &right.file) || !are_magnitudes(b, c, &left) || !are_magnitudes(b, c, &right))
        return false;
    size_t n = left.file.n_columns;
    if (!memory_take(b, c, (double)n * (double)(left.pop->size + right.pop->size), sizeof(double), "use fewer columns"))
        return false;
    Block *block = ARENA_ARRAY(&b->cx->arena, n, Block);
    for (size_t k = 0; k < n; k++) {
        block[k] = like;
        block[k].kind = BLOCK_PRODUCT;
        block[k].self = c->self || c->pre != c->post;
        block[k].left = take_column(b, &left.file, k);
        block[k].right = take_column(b, &right.file, k);
        if (!c->n_terms && !right.pop->model->is_exempt)
            take_source_signs(b, right.pop, &block[k].right);
    }
    *rank = n;
    *out = block;
    return true;
}
