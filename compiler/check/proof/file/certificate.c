#include "compiler/check/proof/file/certificate.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/file/certificate_parts.h"
#include "compiler/check/proof/rational.h"

enum { PIECE = 1 << 16 };       /* bytes, at least, that are passed on together */

/* A JSON string of ASCII; bytes that are not UTF-8 (a file's name) become "?". */
void certificate_put_string(Sbuf *out, const char *s)
{
    json_t *string = json_string(s);
    if (!string) {
        char *copy = strdup(s);
        if (!copy) {
            arena_on_exhausted(strlen(s) + 1);
            abort();
        }
        for (char *c = copy; *c; c++)
            *c = (unsigned char)*c < 0x80 ? *c : '?';
        string = json_string(copy);
        free(copy);
    }
    char *text = json_dumps(string, JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
    sbuf_str(out, text ? text : "\"\"");
    free(text);
    json_decref(string);
}

void certificate_put_number(Sbuf *out, mpq_srcptr x)
{
    sbuf_char(out, '"');
    rational_print(x, out);
    sbuf_char(out, '"');
}

void certificate_put_numbers(Sbuf *out, const mpq_t *x, size_t n)
{
    sbuf_char(out, '[');
    for (size_t k = 0; k < n; k++) {
        sbuf_str(out, k ? ", " : "");
        certificate_put_number(out, x[k]);
    }
    sbuf_char(out, ']');
}

static void put_members(Sbuf *out, const uint32_t *member, size_t n)
{
    sbuf_str(out, "\"members\": [");
    for (size_t k = 0; k < n; k++)
        sbuf_printf(out, "%s%u", k ? ", " : "", member[k]);
    sbuf_char(out, ']');
}

static void put_imports(Sbuf *out, const CertificateModel *model)
{
    sbuf_str(out, ", \"imports\": {");
    for (size_t k = 0; k < model->n_imports; k++) {
        sbuf_str(out, k ? ", " : "");
        certificate_put_string(out, model->import[k].name);
        sbuf_str(out, ": ");
        certificate_put_string(out, model->import[k].value);
    }
    sbuf_char(out, '}');
}

void certificate_put_model(Sbuf *out, const CertificateModel *model)
{
    sbuf_str(out, "  \"model\": {\"file\": ");
    certificate_put_string(out, model->path);
    sbuf_str(out, ", \"sha256\": ");
    certificate_put_string(out, model->sha256 ? model->sha256 : "");
    sbuf_str(out, ", \"set\": {");
    bool any = false;
    for (size_t k = 0; k < model->n_set; k++) {
        bool is_last = true;    /* of the settings of this name: the one that counts, and keys are unique */
        for (size_t later = k + 1; later < model->n_set; later++)
            is_last = is_last && strcmp(model->set[k].name, model->set[later].name) != 0;
        if (!is_last)
            continue;
        sbuf_str(out, any ? ", " : "");
        certificate_put_string(out, model->set[k].name);
        sbuf_str(out, ": ");
        certificate_put_string(out, model->set[k].value);
        any = true;
    }
    sbuf_char(out, '}');
    if (model->is_drawn)
        sbuf_printf(out, ", \"seed\": \"%llu\"", (unsigned long long)model->seed);
    if (model->n_imports)
        put_imports(out, model);
    sbuf_str(out, "},\n");
}

/* Entry e of a row. Of entries that are held as doubles there are too many for a rational of each to be kept. */
static void put_entry(Sbuf *out, const ClaimMatrix *m, size_t row, size_t e, mpq_ptr room)
{
    if (m->entry) {
        certificate_put_number(out, m->entry[e]);
        return;
    }
    if (m->column[e] != row && mpq_cmp_ui(claim_matrix_unit(m, row, e), 1, 1) == 0) {
        sbuf_char(out, '"');
        rational_print_double(m->scaled->value[e], room, out);
        sbuf_char(out, '"');
        return;
    }
    scaled_entries_one(m->scaled, row, e, m->column[e], room);
    certificate_put_number(out, room);
}

/* What there is so far goes on its way, if someone takes it. */
static void pass_on(Sbuf *out, const CertificateSink *to, size_t least)
{
    if (!to || out->n < least)
        return;
    to->put(to->state, sbuf_text(out), out->n);
    out->n = 0;
}

/* All q numbers of a row, zeros written out. */
static void put_full_row(Sbuf *out, const ClaimMatrix *m, size_t row, mpq_ptr room)
{
    size_t k = m->row_from[row];
    sbuf_char(out, '[');
    for (size_t j = 0; j < m->q; j++) {
        sbuf_str(out, j ? ", " : "");
        if (k < m->row_from[row + 1] && m->column[k] == j)
            put_entry(out, m, row, k++, room);
        else
            sbuf_str(out, "\"0\"");
    }
    sbuf_char(out, ']');
}

static void put_full_rows(Sbuf *out, const char *key, const ClaimMatrix *m, const CertificateSink *to)
{
    mpq_t room;
    mpq_init(room);
    sbuf_printf(out, "    \"%s\": [", key);
    for (size_t i = 0; i < m->q; i++) {
        sbuf_str(out, i ? ",\n      " : "\n      ");
        put_full_row(out, m, i, room);
        pass_on(out, to, PIECE);
    }
    sbuf_str(out, "]");
    mpq_clear(room);
}

static void put_entries(Sbuf *out, const ClaimMatrix *m, const CertificateSink *to)
{
    const char *gap = "\n      ";
    mpq_t room;
    mpq_init(room);
    sbuf_str(out, "    \"entries\": [");
    for (size_t i = 0; i < m->q; i++) {
        for (size_t k = m->row_from[i]; k < m->row_from[i + 1]; k++) {
            if (claim_matrix_sign(m, i, k) == 0)
                continue;
            sbuf_printf(out, "%s[%zu, %u, ", gap, i, m->column[k]);
            put_entry(out, m, i, k, room);
            sbuf_char(out, ']');
            gap = ",\n      ";
        }
        pass_on(out, to, PIECE);
    }
    sbuf_str(out, "]");
    mpq_clear(room);
}

/* A name of a population that has none is its number: a witness must be able to name it. */
static void put_population_name(Sbuf *out, const ClaimMatrix *m, size_t a)
{
    char number[32];
    snprintf(number, sizeof number, "#%zu", a);
    certificate_put_string(out, m->name && m->name[a] ? m->name[a] : number);
}

/* An entry of the sparse form costs about as much as three zeros. */
static bool is_dense(const ClaimMatrix *m)
{
    return m->q <= 8 || m->row_from[m->q] >= m->q * m->q / 3;
}

static void put_kernels(Sbuf *out, const ClaimMatrix *m)
{
    if (!m->n_kernels)
        return;
    sbuf_str(out, ",\n    \"kernels\": [");
    for (size_t k = 0; k < m->n_kernels; k++) {
        const ClaimKernel *c = &m->kernel[k];
        sbuf_printf(out, "%s\n      {\"to\": %u, \"from\": %u, \"extent\": [%zu, %zu],\n       \"values\": ", k ? "," : "", c->to, c->from,
                    c->extent[0], c->extent[1]);
        certificate_put_numbers(out, c->value, c->extent[0] * c->extent[1]);
        sbuf_char(out, '}');
    }
    sbuf_char(out, ']');
}

static void put_populations(Sbuf *out, const ClaimMatrix *m, const CertificateSink *to)
{
    sbuf_str(out, "    \"populations\": [");
    for (size_t a = 0; a < m->q; a++) {
        sbuf_str(out, a ? ",\n      {\"name\": " : "\n      {\"name\": ");
        put_population_name(out, m, a);
        sbuf_printf(out, ", \"size\": %zu}", claim_matrix_size(m, a));
    }
    sbuf_str(out, "],\n");
    if (is_dense(m))
        put_full_rows(out, "uniform", m, to);
    else
        put_entries(out, m, to);
    sbuf_str(out, ",\n    \"self\": ");
    certificate_put_numbers(out, m->self, m->q);
    sbuf_str(out, ",\n    \"leak\": ");
    certificate_put_numbers(out, m->leak, m->q);
    if (m->mean_slope) {
        sbuf_str(out, ",\n    \"mean_slopes\": ");
        certificate_put_numbers(out, m->mean_slope, m->q);
    }
    put_kernels(out, m);
}

void certificate_put_matrix(Sbuf *out, const ClaimMatrix *m, const CertificateSink *to)
{
    sbuf_printf(out, "  \"matrix\": {\"n\": %zu,\n", m->n);
    if (m->n_sums)
        sbuf_printf(out, "    \"sums\": %zu,\n", m->n_sums);
    if (m->sha256) {
        sbuf_str(out, "    \"sha256\": ");
        certificate_put_string(out, m->sha256);
        sbuf_str(out, ",\n");
    }
    if (m->source) {
        sbuf_str(out, "    \"source\": ");
        certificate_put_string(out, m->source);
        sbuf_str(out, ",\n");
    }
    if (claim_matrix_is_populations(m))
        put_populations(out, m, to);
    else if (is_dense(m))
        put_full_rows(out, "rows", m, to);
    else
        put_entries(out, m, to);
    sbuf_str(out, "},\n");
}

void certificate_put_components(Sbuf *out, const Evidence *e)
{
    sbuf_str(out, "  \"components\": [");
    for (size_t k = 0; k < e->n_components; k++) {
        const Component *c = &e->component[k];
        sbuf_str(out, k ? ",\n    {" : "\n    {");
        put_members(out, c->member, c->n);
        sbuf_str(out, ",\n     \"p\": ");
        certificate_put_numbers(out, c->p, c->n);
        sbuf_printf(out, ",\n     \"proof\": \"%s\"}", proof_kind_name(c->proof));
    }
    sbuf_str(out, "]\n");
}

static void put_vector(Sbuf *out, const Witness *w, size_t k)
{
    if (w->frequency)
        sbuf_printf(out, "{\"frequency\": [%u, %u], \"re\": ", w->frequency[2 * k], w->frequency[2 * k + 1]);
    certificate_put_numbers(out, w->v + k * w->n, w->n);
    if (!w->frequency)
        return;
    sbuf_str(out, ", \"im\": ");
    certificate_put_numbers(out, w->im + k * w->n, w->n);
    sbuf_char(out, '}');
}

void certificate_put_witness(Sbuf *out, const ClaimMatrix *m, const Witness *w)
{
    if (w->is_zero_sum) {
        sbuf_str(out, "  \"witness\": {\"population\": ");
        put_population_name(out, m, w->population);
        sbuf_str(out, ", \"zero_sum\": true}\n");
        return;
    }
    sbuf_str(out, "  \"witness\": {");
    put_members(out, w->member, w->n);
    sbuf_printf(out, ",\n    \"%s\": [", w->frequency ? "waves" : "V");
    for (size_t k = 0; k < w->rank; k++) {
        sbuf_str(out, k ? ",\n      " : "\n      ");
        put_vector(out, w, k);
    }
    sbuf_char(out, ']');
    if (w->w) {
        sbuf_str(out, ",\n    \"w\": ");
        certificate_put_numbers(out, w->w, w->rank);
    }
    sbuf_str(out, "}\n");
}

static void put_statement(Sbuf *out, const Statement *s)
{
    const StatementRow *row = &statement_table[s->kind];
    sbuf_printf(out, "{\"says\": \"%s\"", row->name);
    if (s->is_part)
        sbuf_printf(out, ", \"component\": %zu", s->component);
    for (int k = 0; row->field[k].key; k++) {
        sbuf_printf(out, ",\n     \"%s\": ", row->field[k].key);
        if (row->field[k].shape == FIELD_ONE)
            certificate_put_number(out, s->field[k][0]);
        else
            certificate_put_numbers(out, s->field[k], statement_field_length(row->field[k].shape, s->n));
    }
    sbuf_char(out, '}');
}

void certificate_put_statements(Sbuf *out, const Evidence *e)
{
    if (!e->n_statements)
        return;
    sbuf_str(out, "  \"statements\": [");
    for (size_t k = 0; k < e->n_statements; k++) {
        sbuf_str(out, k ? ",\n    " : "\n    ");
        put_statement(out, &e->statement[k]);
    }
    sbuf_str(out, "],\n");
}

void certificate_put_proof(Sbuf *out, const CertificateFile *f, const CertificateSink *to)
{
    const Evidence *e = &f->evidence;
    sbuf_printf(out, "  \"claim\": \"%s\",\n", e->is_certificate ? "lds" : "not-lds");
    certificate_put_matrix(out, &f->matrix, to);
    certificate_put_statements(out, e);
    if (f->refuted.n)
        certificate_put_refuted(out, &f->refuted, to);
    else if (f->ranges.n_cells)
        certificate_put_ranges(out, &f->ranges, f->matrix.q);
    if (e->is_certificate)
        certificate_put_components(out, e);
    else
        certificate_put_witness(out, &f->matrix, &e->witness);
}

static void write_to(const CertificateFile *f, const CertificateSink *to, Sbuf *out)
{
    sbuf_str(out, "{\n  \"format\": \"eig-certificate/1\",\n");
    if (f->has_model)
        certificate_put_model(out, &f->model);
    if (f->everywhere) {
        sbuf_str(out, "  \"everywhere\": {\n");
        certificate_put_proof(out, f->everywhere, to);
        sbuf_str(out, "  },\n");
    }
    certificate_put_proof(out, f, to);
    sbuf_str(out, "}\n");
}

void certificate_write(const CertificateFile *f, Sbuf *out)
{
    write_to(f, NULL, out);
}

void certificate_write_pieces(const CertificateFile *f, const CertificateSink *to)
{
    Sbuf piece = {0};
    write_to(f, to, &piece);
    pass_on(&piece, to, 1);
    sbuf_free(&piece);
}
