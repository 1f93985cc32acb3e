/* Claims over ranges of params in certificate files. */
#include "compiler/check/proof/file/certificate_parts.h"

#include <string.h>

/* ---- writing ---- */

static void put_range(Sbuf *out, mpq_srcptr lo, mpq_srcptr hi)
{
    sbuf_str(out, ", \"lo\": ");
    certificate_put_number(out, lo);
    sbuf_str(out, ", \"hi\": ");
    certificate_put_number(out, hi);
}

static void put_params(Sbuf *out, const Ranges *r)
{
    sbuf_str(out, "\"params\": [");
    for (size_t k = 0; k < r->n_params; k++) {
        sbuf_str(out, k ? ",\n      {\"name\": " : "\n      {\"name\": ");
        certificate_put_string(out, r->name[k]);
        sbuf_str(out, ", \"value\": ");
        certificate_put_number(out, r->value[k]);
        if (r->n_own) {
            sbuf_str(out, ", \"of\": ");
            certificate_put_formula(out, r->of[k]);
        } else {
            put_range(out, r->lo[k], r->hi[k]);
        }
        sbuf_char(out, '}');
    }
    sbuf_str(out, "],\n    \"terms\": [");
}

static void put_own(Sbuf *out, const Ranges *r)
{
    sbuf_str(out, "\"own\": [");
    for (size_t k = 0; k < r->n_own; k++) {
        sbuf_str(out, k ? ",\n      {\"name\": " : "\n      {\"name\": ");
        certificate_put_string(out, r->own_name[k]);
        put_range(out, r->own_lo[k], r->own_hi[k]);
        sbuf_char(out, '}');
    }
    sbuf_str(out, "],\n    ");
}

static void put_product(Sbuf *out, const Ranges *r, uint32_t params)
{
    const char *gap = "";
    sbuf_char(out, '[');
    for (size_t k = 0; k < r->n_params; k++)
        if (params >> k & 1) {
            sbuf_printf(out, "%s%zu", gap, k);
            gap = ", ";
        }
    sbuf_char(out, ']');
}

void certificate_put_speeds(Sbuf *out, const Ranges *r, size_t q)
{
    if (!r->speed)
        return;
    sbuf_str(out, ",\n    \"speeds\": [");
    for (size_t a = 0; a < q; a++) {
        sbuf_str(out, a ? ", " : "");
        put_product(out, r, r->speed[a]);
    }
    sbuf_char(out, ']');
}

static void put_term(Sbuf *out, const Ranges *r, const RangeTerm *t)
{
    sbuf_str(out, "{\"params\": ");
    put_product(out, r, t->params);
    sbuf_str(out, ",\n       \"entries\": [");
    for (size_t k = 0; k < t->n; k++) {
        sbuf_printf(out, "%s[%u, %u, ", k ? ", " : "", t->row[k], t->column[k]);
        certificate_put_number(out, t->entry[k]);
        sbuf_char(out, ']');
    }
    sbuf_char(out, ']');
    if (t->self) {
        sbuf_str(out, ", \"self\": ");
        certificate_put_numbers(out, (const mpq_t *)t->self, t->n_self);
    }
    sbuf_char(out, '}');
}

void certificate_put_terms(Sbuf *out, const Ranges *r)
{
    put_params(out, r);
    for (size_t k = 0; k < r->n_terms; k++) {
        sbuf_str(out, k ? ",\n      " : "\n      ");
        put_term(out, r, &r->term[k]);
    }
    sbuf_char(out, ']');
}

void certificate_put_ranges(Sbuf *out, const Ranges *r, size_t q)
{
    sbuf_str(out, "  \"ranges\": {");
    if (r->n_own)
        put_own(out, r);
    certificate_put_terms(out, r);
    certificate_put_speeds(out, r, q);
    sbuf_str(out, ",\n    \"cells\": [");
    for (size_t k = 0; k < r->n_cells; k++) {
        sbuf_str(out, k ? ",\n    {\"lo\": " : "\n    {\"lo\": ");
        certificate_put_numbers(out, (const mpq_t *)r->cell[k].lo, r->n_params);
        sbuf_str(out, ", \"hi\": ");
        certificate_put_numbers(out, (const mpq_t *)r->cell[k].hi, r->n_params);
        if (r->n_own) {
            sbuf_str(out, ", \"own_lo\": ");
            certificate_put_numbers(out, (const mpq_t *)r->cell[k].own_lo, r->n_own);
            sbuf_str(out, ", \"own_hi\": ");
            certificate_put_numbers(out, (const mpq_t *)r->cell[k].own_hi, r->n_own);
        }
        sbuf_str(out, ",\n");
        certificate_put_statements(out, &r->cell[k].evidence);
        certificate_put_components(out, &r->cell[k].evidence);
        sbuf_str(out, "    }");
    }
    sbuf_str(out, "]},\n");
}

/* ---- reading ---- */

static bool read_range(Reader *r, const json_t *object, mpq_t lo, mpq_t hi)
{
    return reader_number(r, json_object_get(object, "lo"), "\"lo\"", lo) && reader_number(r, json_object_get(object, "hi"), "\"hi\"", hi);
}

static bool read_param(Reader *r, const json_t *object, Ranges *out, size_t k)
{
    return reader_object(r, object, "a param", out->n_own ? "name value of" : "name value lo hi") &&
           reader_text(r, json_object_get(object, "name"), "the name of a param", &out->name[k]) &&
           reader_number(r, json_object_get(object, "value"), "\"value\"", out->value[k]) &&
           (out->n_own ? reader_formula(r, json_object_get(object, "of"), out->n_own, &out->of[k]) : read_range(r, object, out->lo[k], out->hi[k]));
}

static bool read_own_param(Reader *r, const json_t *object, Ranges *out, size_t k)
{
    return reader_object(r, object, "an own param", "name lo hi") &&
           reader_text(r, json_object_get(object, "name"), "the name of an own param", &out->own_name[k]) &&
           read_range(r, object, out->own_lo[k], out->own_hi[k]);
}

static bool read_params(Reader *r, const json_t *list, const json_t *own, Ranges *out)
{
    size_t n = json_array_size(list), n_own = json_array_size(own);
    if (!json_is_array(list) || n > RANGES_MAX_PARAMS)
        return reader_refuse(r, "\"params\" is not a list of at most %d params", RANGES_MAX_PARAMS);
    if (own && (!json_is_array(own) || n_own == 0 || n_own > FORMULA_MAX_PARAMS))
        return reader_refuse(r, "\"own\" is not a list of one to %d params", FORMULA_MAX_PARAMS);
    ranges_init(r->cx, out, n);
    if (own)
        ranges_own_init(r->cx, out, n_own);
    for (size_t k = 0; k < n_own; k++)
        if (!read_own_param(r, json_array_get(own, k), out, k))
            return false;
    for (size_t k = 0; k < n; k++)
        if (!read_param(r, json_array_get(list, k), out, k))
            return false;
    return true;
}

/* Different params. */
static bool read_product(Reader *r, const json_t *list, size_t n_params, uint32_t *out)
{
    *out = 0;
    if (!json_is_array(list))
        return reader_refuse(r, "a product of params is no list");
    for (size_t k = 0; k < json_array_size(list); k++) {
        size_t param;
        if (n_params == 0 || !reader_count(r, json_array_get(list, k), "a param of a product", 0, n_params - 1, &param))
            return reader_refuse(r, "a product names a param that there is not");
        if (*out >> param & 1)
            return reader_refuse(r, "a product has a param twice");
        *out |= 1u << param;
    }
    return true;
}

/* [i, j, "x"], ascending by i, then j. */
static bool read_term_entry(Reader *r, const json_t *e, RangeTerm *t, size_t k)
{
    size_t q = r->out->matrix.q, i, j;
    if (!reader_array(r, e, "an entry of a term", 3) ||
        !reader_count(r, json_array_get(e, 0), "the row of an entry", 0, q - 1, &i) ||
        !reader_count(r, json_array_get(e, 1), "the column of an entry", 0, q - 1, &j) ||
        !reader_number(r, json_array_get(e, 2), "an entry of a term", t->entry[k]))
        return false;
    if (k > 0 && (i < t->row[k - 1] || (i == t->row[k - 1] && j <= t->column[k - 1])))
        return reader_refuse(r, "the entries of a term are not in order, or one is there twice");
    t->row[k] = (uint32_t)i;
    t->column[k] = (uint32_t)j;
    return true;
}

static bool read_term(Reader *r, const json_t *object, size_t n_params, RangeTerm *t)
{
    const json_t *entries = json_object_get(object, "entries"), *self = json_object_get(object, "self");
    const ClaimMatrix *m = &r->out->matrix;
    if (!reader_object(r, object, "a term", m->self ? "params entries self" : "params entries"))
        return false;
    if (!json_is_array(entries) || (m->self && !reader_array(r, self, "\"self\"", m->q)))
        return reader_refuse(r, "the entries of a term are not a list");
    range_term_init(r->cx, t, json_array_size(entries), m->self ? m->q : 0);
    if (!read_product(r, json_object_get(object, "params"), n_params, &t->params))
        return false;
    if (!t->params)
        return reader_refuse(r, "a term is the product of no params");
    for (size_t k = 0; k < t->n; k++)
        if (!read_term_entry(r, json_array_get(entries, k), t, k))
            return false;
    return !m->self || reader_numbers(r, self, "\"self\"", t->self, m->q);
}

static bool read_terms(Reader *r, const json_t *list, Ranges *out)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n > RANGES_MAX_TERMS)
        return reader_refuse(r, "\"terms\" is not a list of at most %d terms", RANGES_MAX_TERMS);
    out->term = ARENA_ARRAY(&r->cx->arena, n + 1, RangeTerm);
    out->n_terms = n;           /* from here on ranges_clear knows of them */
    for (size_t k = 0; k < n; k++)
        if (!read_term(r, json_array_get(list, k), out->n_params, &out->term[k]))
            return false;
    return true;
}

bool reader_speeds(Reader *r, const json_t *list, Ranges *out)
{
    size_t q = r->out->matrix.q;
    if (!list)
        return true;
    if (!reader_array(r, list, "\"speeds\"", q))
        return false;
    out->speed = ARENA_ARRAY(&r->cx->arena, q + 1, uint32_t);
    for (size_t a = 0; a < q; a++)
        if (!read_product(r, json_array_get(list, a), out->n_params, &out->speed[a]))
            return false;
    return true;
}

static bool read_cell(Reader *r, const json_t *object, const Ranges *of, RangeCell *c)
{
    range_cell_init(r->cx, c, of->n_params);
    if (of->n_own)
        range_cell_own_init(r->cx, c, of->n_own);
    return reader_object(r, object, "a cell", of->n_own ? "lo hi own_lo own_hi components statements" : "lo hi components statements") &&
           reader_numbers(r, json_object_get(object, "lo"), "\"lo\"", c->lo, of->n_params) &&
           reader_numbers(r, json_object_get(object, "hi"), "\"hi\"", c->hi, of->n_params) &&
           (!of->n_own || (reader_numbers(r, json_object_get(object, "own_lo"), "\"own_lo\"", c->own_lo, of->n_own) &&
                           reader_numbers(r, json_object_get(object, "own_hi"), "\"own_hi\"", c->own_hi, of->n_own))) &&
           reader_components(r, json_object_get(object, "components"), &c->evidence) &&
           reader_statements(r, json_object_get(object, "statements"), &c->evidence);
}

static bool read_cells(Reader *r, const json_t *list, Ranges *out)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n == 0 || n > RANGES_MAX_CELLS)
        return reader_refuse(r, "\"cells\" is not a list of one to %d cells", RANGES_MAX_CELLS);
    out->cell = ARENA_ARRAY(&r->cx->arena, n, RangeCell);
    for (size_t k = 0; k < n; k++) {
        out->n_cells = k + 1;
        if (!read_cell(r, json_array_get(list, k), out, &out->cell[k]))
            return false;
    }
    return true;
}

bool reader_terms(Reader *r, const json_t *params, const json_t *own, const json_t *terms, Ranges *out)
{
    return read_params(r, params, own, out) && read_terms(r, terms, out);
}

bool reader_ranges(Reader *r, const json_t *object)
{
    Ranges *out = &r->out->ranges;
    if (!object)
        return true;
    if (json_object_get(object, "refuted"))
        return reader_refuted(r, object);
    if (!r->out->evidence.is_certificate)
        return reader_refuse(r, "ranges go with the claim \"lds\"");
    return reader_object(r, object, "\"ranges\"", "params own terms speeds cells") &&
           reader_terms(r, json_object_get(object, "params"), json_object_get(object, "own"), json_object_get(object, "terms"), out) &&
           reader_speeds(r, json_object_get(object, "speeds"), out) &&
           read_cells(r, json_object_get(object, "cells"), out);
}
