/* Components, witness and statements of a certificate file. */
#include <string.h>

#include "compiler/check/proof/file/certificate_parts.h"

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
    return reader_members(r, members, "\"members\"", c->member, n) &&
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

static bool read_zero_sum(Reader *r, const json_t *object, Witness *w)
{
    const ClaimMatrix *m = &r->out->matrix;
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
        if (!reader_count(r, json_array_get(frequency, axis), "\"frequency\"", 0, READER_MAX_ROWS, &f))
            return false;
        w->frequency[2 * k + axis] = (uint32_t)f;
    }
    return reader_numbers(r, json_object_get(object, "re"), "\"re\"", w->v + k * w->n, w->n) &&
           reader_numbers(r, json_object_get(object, "im"), "\"im\"", w->im + k * w->n, w->n);
}

static bool read_waves(Reader *r, const json_t *object, Witness *w)
{
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
    if (!reader_members(r, members, "\"members\"", w->member, n))
        return false;
    for (size_t k = 0; k < rank; k++)
        if (!read_wave(r, json_array_get(waves, k), w, k))
            return false;
    return reader_numbers(r, json_object_get(object, "w"), "\"w\"", w->w, rank);
}

static bool read_vectors(Reader *r, const json_t *object, Witness *w)
{
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
    if (!reader_members(r, members, "\"members\"", w->member, n))
        return false;
    for (size_t k = 0; k < rank; k++)
        if (!reader_numbers(r, json_array_get(vectors, k), "a vector of the witness", w->v + k * n, n))
            return false;
    return !weights || reader_numbers(r, weights, "\"w\"", w->w, rank);
}

bool reader_witness(Reader *r, const json_t *object, Evidence *e)
{
    if (json_object_get(object, "waves"))
        return read_waves(r, object, &e->witness);
    return json_object_get(object, "zero_sum") ? read_zero_sum(r, object, &e->witness) : read_vectors(r, object, &e->witness);
}

bool reader_evidence(Reader *r, const json_t *root)
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
    return reader_witness(r, witness, &r->out->evidence);
}

/* ---- statements ------------------------------------------------------------- */

static const char *name_of_field(Reader *r, StatementKind kind, const char *key)
{
    return arena_printf(&r->cx->arena, "\"%s\" of the statement \"%s\"", key, statement_table[kind].name);
}

static bool read_statement_fields(Reader *r, const json_t *object, Statement *s)
{
    const StatementField *field = statement_table[s->kind].field;
    size_t n_keys = s->is_part ? 2 : 1;
    for (int k = 0; field[k].key; k++, n_keys++) {
        const json_t *value = json_object_get(object, field[k].key);
        const char *what = name_of_field(r, s->kind, field[k].key);
        if (field[k].shape == FIELD_ONE ? !reader_number(r, value, what, s->field[k][0])
                                        : !reader_numbers(r, value, what, s->field[k], statement_field_length(field[k].shape, s->n)))
            return false;
    }
    return json_object_size(object) == n_keys || reader_refuse(r, "the statement \"%s\" has an unknown field", statement_table[s->kind].name);
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
        if (f->shape != FIELD_ONE && !reader_array(r, json_object_get(object, f->key), name_of_field(r, kind, f->key), statement_field_length(f->shape, n)))
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
