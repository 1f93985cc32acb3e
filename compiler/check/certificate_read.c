#include "compiler/check/certificate.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "compiler/check/certificate_parts.h"
#include "compiler/check/rational.h"

enum {
    MAX_ROWS = 1 << 22          /* the sparse form names its n: storage must not follow a mere claim */
};

bool reader_refuse(Reader *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (!r->reason)
        r->reason = arena_vprintf(&r->cx->arena, fmt, ap);
    va_end(ap);
    return false;
}

/* ---- pieces ----------------------------------------------------------------- */

bool reader_object(Reader *r, const json_t *object, const char *what, const char *keys)
{
    if (!json_is_object(object))
        return reader_refuse(r, "%s is not an object", what);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        size_t n = strlen(key);
        const char *at = n && !strchr(key, ' ') ? strstr(keys, key) : NULL;
        while (at && ((at > keys && at[-1] != ' ') || (at[n] != ' ' && at[n] != 0)))
            at = strstr(at + 1, key);
        if (!at)
            return reader_refuse(r, "%s has an unknown field \"%s\"", what, key);
    }
    return true;
}

bool reader_array(Reader *r, const json_t *array, const char *what, size_t n)
{
    if (!json_is_array(array))
        return reader_refuse(r, "%s is not a list", what);
    if (json_array_size(array) != n)
        return reader_refuse(r, "%s has %zu elements instead of %zu", what, json_array_size(array), n);
    return true;
}

bool reader_text(Reader *r, const json_t *value, const char *what, const char **out)
{
    if (!json_is_string(value))
        return reader_refuse(r, "%s is not a string", what);
    *out = arena_strdup(&r->cx->arena, json_string_value(value));
    return true;
}

bool reader_count(Reader *r, const json_t *value, const char *what, size_t least, size_t most, size_t *out)
{
    if (!json_is_integer(value))
        return reader_refuse(r, "%s is not an integer", what);
    json_int_t x = json_integer_value(value);
    if (x < 0 || (size_t)x < least || (size_t)x > most)
        return reader_refuse(r, "%s is %lld, not between %zu and %zu", what, (long long)x, least, most);
    *out = (size_t)x;
    return true;
}

bool reader_number(Reader *r, const json_t *value, const char *what, mpq_ptr out)
{
    if (!json_is_string(value))
        return reader_refuse(r, "%s holds a number that is not in a string", what);
    if (!rational_parse(out, json_string_value(value), json_string_length(value)))
        return reader_refuse(r, "%s holds \"%.40s\", which is no integer, decimal or a/b", what, json_string_value(value));
    return true;
}

bool reader_numbers(Reader *r, const json_t *array, const char *what, mpq_t *out, size_t n)
{
    if (!reader_array(r, array, what, n))
        return false;
    for (size_t k = 0; k < n; k++)
        if (!reader_number(r, json_array_get(array, k), what, out[k]))
            return false;
    return true;
}

static bool read_members(Reader *r, const json_t *array, const char *what, uint32_t *out, size_t n)
{
    if (!reader_array(r, array, what, n))
        return false;
    for (size_t k = 0; k < n; k++) {
        size_t row;
        if (!reader_count(r, json_array_get(array, k), what, 0, r->out->matrix.q - 1, &row))
            return false;
        out[k] = (uint32_t)row;
    }
    return true;
}

/* ---- the matrix ------------------------------------------------------------- */

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

static bool read_cells(Reader *r, const json_t *matrix, const char *dense_key, size_t q, bool is_population_form)
{
    const json_t *dense = json_object_get(matrix, dense_key), *sparse = json_object_get(matrix, "entries");
    if ((dense != NULL) == (sparse != NULL))
        return reader_refuse(r, "the matrix must have either \"%s\" or \"entries\"", dense_key);
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
        !reader_count(r, json_array_get(extent, 0), "\"extent\"", 1, MAX_ROWS, &extents[0]) ||
        !reader_count(r, json_array_get(extent, 1), "\"extent\"", 1, MAX_ROWS, &extents[1]) ||
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

static bool read_populations(Reader *r, const json_t *matrix, size_t n)
{
    ClaimMatrix *m = &r->out->matrix;
    const json_t *list = json_object_get(matrix, "populations");
    if (!reader_object(r, matrix, "\"matrix\"", "n sha256 source populations uniform entries self leak kernels"))
        return false;
    if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > MAX_ROWS)
        return reader_refuse(r, "\"populations\" is not a list of populations");
    if (!read_cells(r, matrix, "uniform", json_array_size(list), true))
        return false;
    m->n = n;
    return read_population_list(r, list) && reader_numbers(r, json_object_get(matrix, "self"), "\"self\"", m->self, m->q) &&
           reader_numbers(r, json_object_get(matrix, "leak"), "\"leak\"", m->leak, m->q) &&
           read_kernels(r, json_object_get(matrix, "kernels"));
}

static bool read_matrix(Reader *r, const json_t *matrix)
{
    size_t n;
    const char *sha256 = NULL, *source = NULL;
    if (!json_is_object(matrix))
        return reader_refuse(r, "\"matrix\" is missing or not an object");
    bool is_population_form = json_object_get(matrix, "populations") != NULL;
    size_t most = is_population_form ? (size_t)1 << 53 : MAX_ROWS;
    if (!reader_count(r, json_object_get(matrix, "n"), "\"n\"", 1, most, &n))
        return false;
    const json_t *hash = json_object_get(matrix, "sha256"), *file = json_object_get(matrix, "source");
    if ((hash && !reader_text(r, hash, "\"sha256\"", &sha256)) || (file && !reader_text(r, file, "\"source\"", &source)))
        return false;
    if (is_population_form ? !read_populations(r, matrix, n)
                           : !reader_object(r, matrix, "\"matrix\"", "n sha256 source rows entries") ||
                                 !read_cells(r, matrix, "rows", n, false))
        return false;
    r->out->matrix.sha256 = sha256;
    r->out->matrix.source = source;
    return true;
}

/* ---- the evidence ----------------------------------------------------------- */

static bool read_component(Reader *r, const json_t *object, Component *c)
{
    const char *proof = NULL;
    if (!reader_object(r, object, "a component", "members p proof"))
        return false;
    const json_t *members = json_object_get(object, "members");
    size_t n = json_array_size(members);
    if (n == 0 || n > r->out->matrix.q)
        return reader_refuse(r, "a component has no rows, or more than the matrix");
    component_init(r->cx, c, n);
    if (!reader_text(r, json_object_get(object, "proof"), "the proof of a component", &proof))
        return false;
    if (!proof_kind_from_name(proof, &c->proof))
        return reader_refuse(r, "\"%.40s\" is no kind of proof", proof);
    return read_members(r, members, "\"members\"", c->member, n) &&
           reader_numbers(r, json_object_get(object, "p"), "\"p\"", c->p, n);
}

bool reader_components(Reader *r, const json_t *list, Evidence *e)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n == 0 || n > r->out->matrix.q)
        return reader_refuse(r, "\"components\" is not a list of one to n components");
    e->is_certificate = true;
    e->component = ARENA_ARRAY(&r->cx->arena, n, Component);
    e->n_components = n;        /* from here on evidence_clear knows of them */
    for (size_t k = 0; k < n; k++)
        if (!read_component(r, json_array_get(list, k), &e->component[k]))
            return false;
    return true;
}

static bool read_zero_sum(Reader *r, const json_t *object)
{
    const ClaimMatrix *m = &r->out->matrix;
    Witness *w = &r->out->evidence.witness;
    const char *name = "";
    size_t found = 0;
    if (!reader_object(r, object, "the witness", "population zero_sum"))
        return false;
    if (!json_is_true(json_object_get(object, "zero_sum")))
        return reader_refuse(r, "\"zero_sum\" can only be true");
    if (!reader_text(r, json_object_get(object, "population"), "\"population\"", &name))
        return false;
    for (size_t a = 0; m->name && a < m->q; a++)
        if (strcmp(m->name[a], name) == 0) {
            w->population = (uint32_t)a;
            found++;
        }
    w->is_zero_sum = true;
    return found == 1 || reader_refuse(r, "%zu populations are named \"%.60s\"", found, name);
}

static bool read_wave(Reader *r, const json_t *object, Witness *w, size_t k)
{
    const json_t *frequency = json_object_get(object, "frequency");
    if (!reader_object(r, object, "a wave", "frequency re im") || !reader_array(r, frequency, "\"frequency\"", 2))
        return false;
    for (size_t axis = 0; axis < 2; axis++) {
        size_t f;
        if (!reader_count(r, json_array_get(frequency, axis), "\"frequency\"", 0, MAX_ROWS, &f))
            return false;
        w->frequency[2 * k + axis] = (uint32_t)f;
    }
    return reader_numbers(r, json_object_get(object, "re"), "\"re\"", w->v + k * w->n, w->n) &&
           reader_numbers(r, json_object_get(object, "im"), "\"im\"", w->im + k * w->n, w->n);
}

static bool read_waves(Reader *r, const json_t *object)
{
    Witness *w = &r->out->evidence.witness;
    const json_t *members = json_object_get(object, "members"), *waves = json_object_get(object, "waves");
    size_t n = json_array_size(members), rank = json_array_size(waves);
    if (!reader_object(r, object, "the witness", "members waves w"))
        return false;
    if (!r->out->matrix.n_kernels)
        return reader_refuse(r, "waves belong to a matrix with kernels");
    if (n == 0 || n > r->out->matrix.q || !json_is_array(waves) || rank == 0)
        return reader_refuse(r, "the witness has no rows, more than the matrix, or no waves");
    for (size_t k = 0; k < rank; k++)       /* before room is made for rank * n numbers */
        if (!reader_array(r, json_object_get(json_array_get(waves, k), "re"), "\"re\"", n))
            return false;
    witness_init_modes(r->cx, w, n, rank);
    if (!read_members(r, members, "\"members\"", w->member, n))
        return false;
    for (size_t k = 0; k < rank; k++)
        if (!read_wave(r, json_array_get(waves, k), w, k))
            return false;
    return reader_numbers(r, json_object_get(object, "w"), "\"w\"", w->w, rank);
}

static bool read_vectors(Reader *r, const json_t *object)
{
    Witness *w = &r->out->evidence.witness;
    if (!reader_object(r, object, "the witness", "members V w"))
        return false;
    const json_t *members = json_object_get(object, "members"), *vectors = json_object_get(object, "V");
    const json_t *weights = json_object_get(object, "w");
    size_t n = json_array_size(members), rank = json_array_size(vectors);
    if (n == 0 || n > r->out->matrix.q || !json_is_array(vectors) || rank == 0)
        return reader_refuse(r, "the witness has no rows, more than the matrix, or no vectors");
    for (size_t k = 0; k < rank; k++)       /* before room is made for rank * n numbers */
        if (!reader_array(r, json_array_get(vectors, k), "a vector of the witness", n))
            return false;
    witness_init(r->cx, w, n, rank, weights != NULL);
    if (!read_members(r, members, "\"members\"", w->member, n))
        return false;
    for (size_t k = 0; k < rank; k++)
        if (!reader_numbers(r, json_array_get(vectors, k), "a vector of the witness", w->v + k * n, n))
            return false;
    return !weights || reader_numbers(r, weights, "\"w\"", w->w, rank);
}

static bool read_evidence(Reader *r, const json_t *root)
{
    const json_t *components = json_object_get(root, "components"), *witness = json_object_get(root, "witness");
    const char *claim = "";
    if (!reader_text(r, json_object_get(root, "claim"), "\"claim\"", &claim))
        return false;
    if (strcmp(claim, "lds") == 0)
        return witness ? reader_refuse(r, "the claim is \"lds\", but there is a witness") : reader_components(r, components, &r->out->evidence);
    if (strcmp(claim, "not-lds") != 0)
        return reader_refuse(r, "\"%.40s\" is no claim", claim);
    if (components)
        return reader_refuse(r, "the claim is \"not-lds\", but there are components");
    if (json_object_get(witness, "waves"))
        return read_waves(r, witness);
    return json_object_get(witness, "zero_sum") ? read_zero_sum(r, witness) : read_vectors(r, witness);
}

/* ---- statements ------------------------------------------------------------- */

static bool read_statement_fields(Reader *r, const json_t *object, Statement *s)
{
    const StatementField *field = statement_table[s->kind].field;
    size_t n_keys = s->is_part ? 2 : 1;
    for (int k = 0; field[k].key; k++, n_keys++) {
        const json_t *value = json_object_get(object, field[k].key);
        if (field[k].shape == FIELD_ONE ? !reader_number(r, value, field[k].key, s->field[k][0])
                                        : !reader_numbers(r, value, field[k].key, s->field[k],
                                                        statement_field_length(field[k].shape, s->n)))
            return false;
    }
    return json_object_size(object) == n_keys || reader_refuse(r, "a statement has an unknown field");
}

static bool read_statement(Reader *r, const json_t *object, const Evidence *e, Statement *s)
{
    const json_t *part = json_object_get(object, "component");
    const char *says = "";
    StatementKind kind;
    size_t component = 0;
    if (!json_is_object(object))
        return reader_refuse(r, "a statement is not an object");
    if (!reader_text(r, json_object_get(object, "says"), "\"says\"", &says))
        return false;
    if (!statement_from_name(says, &kind))
        return reader_refuse(r, "\"%.40s\" is no statement", says);
    if (part && (!e->n_components || !reader_count(r, part, "\"component\"", 0, e->n_components - 1, &component)))
        return reader_refuse(r, "a statement is about a component that there is not");
    size_t n = part ? e->component[component].n : r->out->matrix.q;
    for (const StatementField *f = statement_table[kind].field; f->key; f++)      /* before room is made for them */
        if (f->shape != FIELD_ONE && !reader_array(r, json_object_get(object, f->key), f->key, statement_field_length(f->shape, n)))
            return false;
    statement_init(r->cx, s, kind, n);
    s->is_part = part != NULL;
    s->component = component;
    return read_statement_fields(r, object, s);
}

bool reader_statements(Reader *r, const json_t *list, Evidence *e)
{
    size_t n = json_array_size(list), most = STATEMENTS_EACH * (e->n_components + 1);
    if (!list)
        return true;
    if (!json_is_array(list) || n == 0 || n > most)
        return reader_refuse(r, "\"statements\" is not a list of one to %zu statements", most);
    e->statement = ARENA_ARRAY(&r->cx->arena, n, Statement);
    e->n_statements = n;        /* from here on evidence_clear knows of them */
    for (size_t k = 0; k < n; k++)
        if (!read_statement(r, json_array_get(list, k), e, &e->statement[k]))
            return false;
    return true;
}

/* ---- the file --------------------------------------------------------------- */

/* An object from names to texts. */
static bool read_texts(Reader *r, const json_t *object, const char *what, size_t *n, const Setting **out)
{
    if (!json_is_object(object))
        return reader_refuse(r, "%s is not an object", what);
    Setting *texts = ARENA_ARRAY(&r->cx->arena, json_object_size(object) + 1, Setting);
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        Setting *s = &texts[(*n)++];
        s->name = arena_strdup(&r->cx->arena, key);
        if (!reader_text(r, value, what, &s->value))
            return false;
    }
    *out = texts;
    return true;
}

/* Decimal digits of a number below 2^64. */
static bool read_seed(Reader *r, const json_t *value, CertificateModel *model)
{
    const char *text = "";
    if (!reader_text(r, value, "\"seed\"", &text))
        return false;
    bool fits = *text != 0;
    for (const char *c = text; *c && fits; c++) {
        uint64_t digit = (uint64_t)(*c - '0');
        fits = *c >= '0' && *c <= '9' && model->seed <= (UINT64_MAX - digit) / 10;
        model->seed = 10 * model->seed + digit;
    }
    model->is_drawn = true;
    return fits || reader_refuse(r, "\"%.40s\" is no seed", text);
}

static bool read_model(Reader *r, const json_t *object)
{
    CertificateModel *model = &r->out->model;
    if (!object)
        return true;
    r->out->has_model = true;
    if (!reader_object(r, object, "\"model\"", "file sha256 set imports seed"))
        return false;
    const json_t *set = json_object_get(object, "set"), *imports = json_object_get(object, "imports");
    const json_t *seed = json_object_get(object, "seed");
    return reader_text(r, json_object_get(object, "file"), "\"file\"", &model->path) &&
           reader_text(r, json_object_get(object, "sha256"), "\"sha256\"", &model->sha256) &&
           (!set || read_texts(r, set, "\"set\"", &model->n_set, &model->set)) &&
           (!imports || read_texts(r, imports, "\"imports\"", &model->n_imports, &model->import)) &&
           (!seed || read_seed(r, seed, model));
}

static bool read_root(Reader *r, const json_t *root)
{
    const char *format = "";
    if (!reader_object(r, root, "the file", "format model claim matrix components witness statements ranges") ||
        !reader_text(r, json_object_get(root, "format"), "\"format\"", &format))
        return false;
    if (strcmp(format, "eig-certificate/1") != 0)
        return reader_refuse(r, "the format is \"%.40s\", not \"eig-certificate/1\"", format);
    return read_model(r, json_object_get(root, "model")) && read_matrix(r, json_object_get(root, "matrix")) &&
           read_evidence(r, root) && reader_statements(r, json_object_get(root, "statements"), &r->out->evidence) &&
           reader_ranges(r, json_object_get(root, "ranges"));
}

bool certificate_read(Ctx *cx, const char *text, size_t n, CertificateFile *out, const char **reason)
{
    Reader r = {.cx = cx, .out = out};
    json_error_t error;
    *out = (CertificateFile){0};
    *reason = NULL;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    bool ok = root ? read_root(&r, root) : reader_refuse(&r, "no JSON: line %d: %s", error.line, error.text);
    json_decref(root);
    if (!ok) {
        ranges_clear(&out->ranges);
        evidence_clear(&out->evidence);
        claim_matrix_clear(&out->matrix);
        *out = (CertificateFile){0};
        *reason = r.reason;
    }
    return ok;
}
