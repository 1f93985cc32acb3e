#include "compiler/check/proof/file/certificate.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#include "compiler/check/proof/file/certificate_parts.h"
#include "compiler/check/proof/rational.h"
#include "lang/base/source.h"

bool reader_refuse(Reader *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    if (!r->reason)
        r->reason = source_one_line(r->cx, arena_vprintf(&r->cx->arena, fmt, ap));      /* it may quote the file */
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

static bool is_missing(Reader *r, const json_t *value, const char *what)
{
    if (!value)
        reader_refuse(r, "%s is missing", what);
    return !value;
}

bool reader_array(Reader *r, const json_t *array, const char *what, size_t n)
{
    if (is_missing(r, array, what))
        return false;
    if (!json_is_array(array))
        return reader_refuse(r, "%s is not a list", what);
    if (json_array_size(array) != n)
        return reader_refuse(r, "%s has %zu elements instead of %zu", what, json_array_size(array), n);
    return true;
}

bool reader_text(Reader *r, const json_t *value, const char *what, const char **out)
{
    if (is_missing(r, value, what))
        return false;
    if (!json_is_string(value))
        return reader_refuse(r, "%s is not a string", what);
    *out = arena_strdup(&r->cx->arena, json_string_value(value));
    return true;
}

bool reader_count(Reader *r, const json_t *value, const char *what, size_t least, size_t most, size_t *out)
{
    if (is_missing(r, value, what))
        return false;
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
    if (is_missing(r, value, what))
        return false;
    if (!json_is_string(value))
        return reader_refuse(r, "%s holds a number that is not in a string", what);
    if (!rational_parse(out, json_string_value(value), json_string_length(value)))
        return reader_refuse(r, "%s holds \"%.40s\", which is no integer, decimal or a/b, or is too long or its exponent too large", what,
                             json_string_value(value));
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

bool reader_members(Reader *r, const json_t *array, const char *what, uint32_t *out, size_t n)
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

bool reader_model(Reader *r, const json_t *object)
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

bool reader_proof(Reader *r, const json_t *object)
{
    return reader_matrix(r, json_object_get(object, "matrix")) && reader_evidence(r, object) &&
           reader_statements(r, json_object_get(object, "statements"), &r->out->evidence) && reader_ranges(r, json_object_get(object, "ranges"));
}

static bool read_everywhere(Reader *r, const json_t *object)
{
    if (!object)
        return true;
    if (!reader_object(r, object, "\"everywhere\"", "claim matrix components witness statements ranges"))
        return false;
    r->out->everywhere = ARENA_NEW(&r->cx->arena, CertificateFile);
    Reader own = {.cx = r->cx, .out = r->out->everywhere};
    return reader_proof(&own, object) || reader_refuse(r, "\"everywhere\": %s", own.reason);
}

static bool read_root(Reader *r, const json_t *root)
{
    const char *format = "";
    if (!reader_object(r, root, "the file", "format model claim matrix components witness statements ranges everywhere") ||
        !reader_text(r, json_object_get(root, "format"), "\"format\"", &format))
        return false;
    if (strcmp(format, "eig-certificate/1") != 0)
        return reader_refuse(r, "the format is \"%.40s\", not \"eig-certificate/1\"", format);
    return reader_model(r, json_object_get(root, "model")) && reader_proof(r, root) && read_everywhere(r, json_object_get(root, "everywhere"));
}

void certificate_clear(CertificateFile *f)
{
    if (f->everywhere)
        certificate_clear(f->everywhere);
    refuted_ranges_clear(&f->refuted, true);
    ranges_clear(&f->ranges);
    evidence_clear(&f->evidence);
    claim_matrix_clear(&f->matrix);
    *f = (CertificateFile){0};
}

static bool read_text(Ctx *cx, const char *text, size_t n, CertificateRows *rows, CertificateFile *out, const char **reason)
{
    Reader r = {.cx = cx, .out = out, .rows = rows};
    json_error_t error;
    *out = (CertificateFile){0};
    *reason = NULL;
    json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);
    bool ok = root ? read_root(&r, root) : reader_refuse(&r, "no JSON: line %d: %s", error.line, error.text);
    json_decref(root);
    if (!ok) {
        certificate_clear(out);
        *reason = r.reason;
    }
    return ok;
}

bool certificate_read_rest(Ctx *cx, const char *text, size_t n, CertificateRows *rows, CertificateFile *out)
{
    const char *reason;
    return read_text(cx, text, n, rows, out, &reason);
}

bool certificate_read(Ctx *cx, const char *text, size_t n, CertificateFile *out, const char **reason)
{
    *reason = NULL;
    return certificate_read_text(cx, text, n, out) || certificate_read_whole(cx, text, n, out, reason);
}

bool certificate_read_whole(Ctx *cx, const char *text, size_t n, CertificateFile *out, const char **reason)
{
    return read_text(cx, text, n, NULL, out, reason);
}
