/* Reading map files. */
#include "compiler/check/proof/file/certificate_parts.h"

#include <string.h>

#include "compiler/check/proof/file/map_file.h"

static bool has_format(const json_t *root)
{
    const char *format = json_string_value(json_object_get(root, "format"));
    return format && strcmp(format, "eig-map/1") == 0;
}

bool map_file_is(const char *text, size_t n)
{
    json_error_t error;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    bool is_map = has_format(root);
    json_decref(root);
    return is_map;
}

/* The matrix as a function of params, into r->out. */
static bool read_plane(Reader *r, const json_t *object)
{
    return reader_matrix(r, json_object_get(object, "matrix")) &&
           reader_terms(r, json_object_get(object, "params"), NULL, json_object_get(object, "terms"), &r->out->ranges);
}

static bool read_attained(Reader *r, const json_t *object, MapFile *m)
{
    if (!object)
        return true;
    r->out = &m->attained;
    bool fine = reader_object(r, object, "\"attained\"", "matrix params terms") && read_plane(r, object);
    if (fine && m->attained.matrix.q != m->plane.matrix.q)
        fine = reader_refuse(r, "the two matrices differ in their number of rows");
    return fine;
}

static bool read_proof(Reader *r, const json_t *object, Evidence *e)
{
    const json_t *components = json_object_get(object, "components"), *witness = json_object_get(object, "witness");
    if (!reader_object(r, object, "a proof", "components witness statements"))
        return false;
    if (!components == !witness)
        return reader_refuse(r, "a proof has either components or a witness");
    return (components ? reader_components(r, components, e) : reader_witness(r, witness, e)) &&
           reader_statements(r, json_object_get(object, "statements"), e);
}

static bool read_proofs(Reader *r, const json_t *list, MapFile *m)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list))
        return reader_refuse(r, "\"proofs\" is not a list");
    m->proof = ARENA_ARRAY(&r->cx->arena, n + 1, Evidence);
    for (size_t k = 0; k < n; k++) {
        m->n_proofs = k + 1;        /* from here on map_file_clear knows of it */
        if (!read_proof(r, json_array_get(list, k), &m->proof[k]))
            return false;
    }
    return true;
}

static bool read_number_of_proof(Reader *r, const MapFile *m, const json_t *value, size_t *out)
{
    *out = MAP_NO_PROOF;
    if (!value)
        return true;
    if (m->n_proofs == 0)
        return reader_refuse(r, "a cell names a proof, and there is none");
    return reader_count(r, value, "the number of a proof", 0, m->n_proofs - 1, out);
}

static bool read_map_cell(Reader *r, const json_t *object, const MapFile *m, MapCell *c)
{
    size_t n = m->plane.ranges.n_params;
    const char *region = "";
    c->lo = rationals_new(r->cx, n);
    c->hi = rationals_new(r->cx, n);
    if (!reader_object(r, object, "a cell", "region lo hi proof centre") ||
        !reader_text(r, json_object_get(object, "region"), "the region of a cell", &region))
        return false;
    if (!map_region_from_name(region, &c->region))
        return reader_refuse(r, "\"%.40s\" is no region", region);
    return reader_numbers(r, json_object_get(object, "lo"), "\"lo\"", c->lo, n) &&
           reader_numbers(r, json_object_get(object, "hi"), "\"hi\"", c->hi, n) &&
           read_number_of_proof(r, m, json_object_get(object, "proof"), &c->proof) &&
           read_number_of_proof(r, m, json_object_get(object, "centre"), &c->centre);
}

static bool read_map_cells(Reader *r, const json_t *list, MapFile *m)
{
    size_t n = json_array_size(list);
    if (!json_is_array(list) || n == 0 || n > MAP_MAX_CELLS)
        return reader_refuse(r, "\"cells\" is not a list of one to %d cells", MAP_MAX_CELLS);
    m->cell = ARENA_ARRAY(&r->cx->arena, n, MapCell);
    for (size_t k = 0; k < n; k++) {
        m->n_cells = k + 1;
        if (!read_map_cell(r, json_array_get(list, k), m, &m->cell[k]))
            return false;
    }
    return true;
}

static bool read_map(Reader *r, const json_t *root, MapFile *m)
{
    if (!reader_object(r, root, "the file", "format model matrix params terms speeds attained proofs cells"))
        return false;
    if (!has_format(root))
        return reader_refuse(r, "the format is not \"eig-map/1\"");
    if (!reader_model(r, json_object_get(root, "model")) || !read_plane(r, root) ||
        !reader_speeds(r, json_object_get(root, "speeds"), &m->plane.ranges) || !read_attained(r, json_object_get(root, "attained"), m))
        return false;
    m->attained.ranges.speed = m->plane.ranges.speed;       /* of the same rows */
    r->out = &m->plane;
    return read_proofs(r, json_object_get(root, "proofs"), m) && read_map_cells(r, json_object_get(root, "cells"), m);
}

bool map_file_read(Ctx *cx, const char *text, size_t n, MapFile *out, const char **reason)
{
    Reader r = {.cx = cx, .out = &out->plane};
    json_error_t error;
    *out = (MapFile){0};
    *reason = NULL;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    bool ok = root ? read_map(&r, root, out) : reader_refuse(&r, "no JSON: line %d: %s", error.line, error.text);
    json_decref(root);
    if (!ok) {
        map_file_clear(out);
        *reason = r.reason;
    }
    return ok;
}
