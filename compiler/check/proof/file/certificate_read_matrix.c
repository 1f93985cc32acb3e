/* The field "matrix" of a certificate file. */
#include <string.h>

#include "compiler/check/proof/file/certificate_parts.h"

static bool is_plain_zero(const json_t *value)
{
    return json_is_string(value) && strcmp(json_string_value(value), "0") == 0;
}

/* q lists of q numbers; what is written "0" is not held. */
static bool read_full_rows(Reader *r, const json_t *rows, size_t q, bool is_population_form)
{
    if (!reader_array(r, rows, "the matrix", q))
        return false;
    size_t n_entries = 0;
    for (size_t i = 0; i < q; i++) {
        const json_t *row = json_array_get(rows, i);
        if (!reader_array(r, row, "a row of the matrix", q))
            return false;
        for (size_t j = 0; j < q; j++)
            n_entries += !is_plain_zero(json_array_get(row, j));
    }
    ClaimMatrix *m = &r->out->matrix;
    claim_matrix_init(r->cx, m, q, n_entries, is_population_form);
    size_t k = 0;
    for (size_t i = 0; i < q; i++) {
        m->row_from[i] = k;
        for (size_t j = 0; j < q; j++) {
            const json_t *value = json_array_get(json_array_get(rows, i), j);
            if (is_plain_zero(value))
                continue;
            if (!reader_number(r, value, "the matrix", m->entry[k]))
                return false;
            m->column[k++] = (uint32_t)j;
        }
    }
    return true;
}

/* [i, j, "a_ij"], ascending by i, then j: no entry can be given twice. */
static bool read_entries(Reader *r, const json_t *entries, size_t q, bool is_population_form)
{
    if (!json_is_array(entries))
        return reader_refuse(r, "the entries are not a list");
    ClaimMatrix *m = &r->out->matrix;
    size_t n = json_array_size(entries), row = 0, last_i = 0, last_j = 0;
    claim_matrix_init(r->cx, m, q, n, is_population_form);
    for (size_t k = 0; k < n; k++) {
        const json_t *e = json_array_get(entries, k);
        size_t i, j;
        if (!reader_array(r, e, "an entry", 3) ||
            !reader_count(r, json_array_get(e, 0), "the row of an entry", 0, q - 1, &i) ||
            !reader_count(r, json_array_get(e, 1), "the column of an entry", 0, q - 1, &j) ||
            !reader_number(r, json_array_get(e, 2), "an entry", m->entry[k]))
            return false;
        if (k && (i < last_i || (i == last_i && j <= last_j)))
            return reader_refuse(r, "entry [%zu, %zu] is out of order or given twice", i, j);
        while (row < i)
            m->row_from[++row] = k;
        m->column[k] = (uint32_t)j;
        last_i = i;
        last_j = j;
    }
    while (row < q)
        m->row_from[++row] = n;
    return true;
}

/* Those that were taken out of the text. The null in their place is the only one that can be here: of two lists, and of anything but a
 * list, nothing is taken out. */
static bool read_taken_rows(Reader *r, const json_t *place, bool is_dense, size_t q, bool is_population_form)
{
    if (!json_is_null(place) || is_dense == r->rows->is_entries || is_population_form)
        return reader_refuse(r, "the matrix is not as it is written");
    return certificate_rows_take(r->rows, q, &r->out->matrix) || reader_refuse(r, "the matrix has other rows than \"n\" says");
}

static bool read_cells(Reader *r, const json_t *matrix, const char *dense_key, size_t q, bool is_population_form)
{
    const json_t *dense = json_object_get(matrix, dense_key), *sparse = json_object_get(matrix, "entries");
    if ((dense != NULL) == (sparse != NULL))
        return reader_refuse(r, "the matrix must have either \"%s\" or \"entries\"", dense_key);
    if (r->rows)
        return read_taken_rows(r, dense ? dense : sparse, dense != NULL, q, is_population_form);
    return dense ? read_full_rows(r, dense, q, is_population_form) : read_entries(r, sparse, q, is_population_form);
}

/* Names and sizes, once the matrix has room for them. */
static bool read_population_list(Reader *r, const json_t *list)
{
    ClaimMatrix *m = &r->out->matrix;
    size_t sum = 0;
    m->name = ARENA_ARRAY(&r->cx->arena, m->q, const char *);
    for (size_t a = 0; a < m->q; a++) {
        const json_t *p = json_array_get(list, a);
        if (!reader_object(r, p, "a population", "name size") ||
            !reader_text(r, json_object_get(p, "name"), "a population's name", &m->name[a]) ||
            !reader_count(r, json_object_get(p, "size"), "a population's size", 1, (size_t)1 << 53, &m->size[a]))
            return false;
        if (__builtin_add_overflow(sum, m->size[a], &sum))
            return reader_refuse(r, "the populations are too large");
    }
    return sum == m->n || reader_refuse(r, "the sizes of the populations add up to %zu, not to n = %zu", sum, m->n);
}

static bool read_kernel(Reader *r, const json_t *object, ClaimKernel *k)
{
    const ClaimMatrix *m = &r->out->matrix;
    const json_t *extent = json_object_get(object, "extent");
    size_t to, from, extents[2];
    if (!reader_object(r, object, "a kernel", "to from extent values") ||
        !reader_count(r, json_object_get(object, "to"), "\"to\"", 0, m->q - 1, &to) ||
        !reader_count(r, json_object_get(object, "from"), "\"from\"", 0, m->q - 1, &from) ||
        !reader_array(r, extent, "\"extent\"", 2) ||
        !reader_count(r, json_array_get(extent, 0), "\"extent\"", 1, READER_MAX_ROWS, &extents[0]) ||
        !reader_count(r, json_array_get(extent, 1), "\"extent\"", 1, READER_MAX_ROWS, &extents[1]) ||
        !reader_array(r, json_object_get(object, "values"), "\"values\"", extents[0] * extents[1]))
        return false;
    *k = (ClaimKernel){.to = (uint32_t)to, .from = (uint32_t)from, .extent = {extents[0], extents[1]},
                       .value = rationals_new(r->cx, extents[0] * extents[1])};
    return reader_numbers(r, json_object_get(object, "values"), "\"values\"", k->value, extents[0] * extents[1]);
}

static bool read_kernels(Reader *r, const json_t *list)
{
    enum { MAX_KERNELS = 4096 };
    ClaimMatrix *m = &r->out->matrix;
    size_t n = json_array_size(list);
    if (!list)
        return true;
    if (!json_is_array(list) || n == 0 || n > MAX_KERNELS)
        return reader_refuse(r, "\"kernels\" is not a list of one to %d kernels", MAX_KERNELS);
    m->kernel = ARENA_ARRAY(&r->cx->arena, n, ClaimKernel);
    bool ok = true;
    for (size_t k = 0; ok && k < n; k++) {
        ok = read_kernel(r, json_array_get(list, k), &m->kernel[k]);
        m->n_kernels += m->kernel[k].value != NULL;     /* from here on claim_matrix_clear knows of it */
    }
    return ok;
}

static bool read_mean_slopes(Reader *r, const json_t *list)
{
    ClaimMatrix *m = &r->out->matrix;
    if (!list)
        return true;
    m->mean_slope = rationals_new(r->cx, m->q);
    return reader_numbers(r, list, "\"mean_slopes\"", m->mean_slope, m->q);
}

static bool read_populations(Reader *r, const json_t *matrix, size_t n)
{
    ClaimMatrix *m = &r->out->matrix;
    const json_t *list = json_object_get(matrix, "populations");
    if (!reader_object(r, matrix, "\"matrix\"", "n sha256 source populations uniform entries self leak mean_slopes kernels"))
        return false;
    if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > READER_MAX_ROWS)
        return reader_refuse(r, "\"populations\" is not a list of populations");
    if (!read_cells(r, matrix, "uniform", json_array_size(list), true))
        return false;
    m->n = n;
    return read_population_list(r, list) && reader_numbers(r, json_object_get(matrix, "self"), "\"self\"", m->self, m->q) &&
           reader_numbers(r, json_object_get(matrix, "leak"), "\"leak\"", m->leak, m->q) &&
           read_mean_slopes(r, json_object_get(matrix, "mean_slopes")) && read_kernels(r, json_object_get(matrix, "kernels"));
}

/* Rows of sums stand behind those of neurons. */
static bool read_neurons(Reader *r, const json_t *matrix, size_t n)
{
    const json_t *sums = json_object_get(matrix, "sums");
    size_t n_sums = 0;
    if (!reader_object(r, matrix, "\"matrix\"", "n sums sha256 source rows entries") ||
        (sums && !reader_count(r, sums, "\"sums\"", 1, READER_MAX_ROWS - n, &n_sums)) || !read_cells(r, matrix, "rows", n + n_sums, false))
        return false;
    r->out->matrix.n = n;
    r->out->matrix.n_sums = n_sums;
    return true;
}

bool reader_matrix(Reader *r, const json_t *matrix)
{
    size_t n;
    const char *sha256 = NULL, *source = NULL;
    if (!json_is_object(matrix))
        return reader_refuse(r, "\"matrix\" is missing or not an object");
    bool is_population_form = json_object_get(matrix, "populations") != NULL;
    size_t most = is_population_form ? (size_t)1 << 53 : READER_MAX_ROWS;
    if (!reader_count(r, json_object_get(matrix, "n"), "\"n\"", 1, most, &n))
        return false;
    const json_t *hash = json_object_get(matrix, "sha256"), *file = json_object_get(matrix, "source");
    if ((hash && !reader_text(r, hash, "\"sha256\"", &sha256)) || (file && !reader_text(r, file, "\"source\"", &source)))
        return false;
    if (!(is_population_form ? read_populations(r, matrix, n) : read_neurons(r, matrix, n)))
        return false;
    r->out->matrix.sha256 = sha256;
    r->out->matrix.source = source;
    return true;
}
