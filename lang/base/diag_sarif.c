/* SARIF 2.1.0 (OASIS standard): section 3.30 for regions, 3.27 for results. */
#include "lang/base/diag.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "lang/base/diag_order.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* File names need not be UTF-8, JSON must: what is not becomes `?`. */
static json_t *text_of(const char *s)
{
    json_t *whole = json_string(s);
    if (whole)
        return whole;
    size_t n = strlen(s);
    char *ascii = malloc(n + 1);
    if (!ascii)
        return json_null();
    for (size_t k = 0; k <= n; k++)
        ascii[k] = (unsigned char)s[k] < 0x80 ? s[k] : '?';
    json_t *t = json_string(ascii);
    free(ascii);
    return t;
}

static json_t *uri_of(const char *path)
{
    Sbuf b = { 0 };
    for (const char *s = path; *s; s++) {
        unsigned char c = (unsigned char)*s;
        bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~/", c);
        if (safe)
            sbuf_char(&b, (char)c);
        else
            sbuf_printf(&b, "%%%02X", c);
    }
    json_t *uri = json_string(sbuf_text(&b));
    sbuf_free(&b);
    return uri;
}

static void set_place(json_t *region, const Source *s, uint32_t offset, const char *line_key, const char *column_key)
{
    size_t line, column;
    source_line_column(s, offset, &line, &column);
    size_t points = diag_count_points(s->bytes + s->line_from[line - 1], column - 1);
    json_object_set_new(region, line_key, json_integer((json_int_t)line));
    json_object_set_new(region, column_key, json_integer((json_int_t)points + 1));
}

/* endColumn is one past the last character, as the standard has it. */
static json_t *physical_location(const Source *s, Span span)
{
    json_t *region = json_object();
    span = diag_clamp(s, span);
    set_place(region, s, span.from, "startLine", "startColumn");
    set_place(region, s, span.to, "endLine", "endColumn");
    json_object_set_new(region, "byteOffset", json_integer(span.from));
    json_object_set_new(region, "byteLength", json_integer(span.to - span.from));
    json_t *artifact = json_object();
    json_object_set_new(artifact, "uri", uri_of(s->path));
    json_t *physical = json_object();
    json_object_set_new(physical, "artifactLocation", artifact);
    json_object_set_new(physical, "region", region);
    return physical;
}

static json_t *location(const Ctx *cx, bool has_span, Span span, const char *message)
{
    json_t *where = json_object();
    const Source *s = has_span ? diag_source(cx, span) : NULL;
    if (s)
        json_object_set_new(where, "physicalLocation", physical_location(s, span));
    if (message) {
        json_t *m = json_object();
        json_object_set_new(m, "text", text_of(message));
        json_object_set_new(where, "message", m);
    }
    return where;
}

static json_t *result(const Ctx *cx, const Diag *d)
{
    json_t *r = json_object();
    json_object_set_new(r, "ruleId", json_string(diag_code_name(d->code)));
    json_object_set_new(r, "level", json_string(diag_code_severity(d->code) == SEV_error ? "error" : "warning"));
    json_t *message = json_object();
    json_object_set_new(message, "text", text_of(d->text));
    json_object_set_new(r, "message", message);
    json_t *places = json_array();
    if (d->has_span)
        json_array_append_new(places, location(cx, true, d->span, NULL));
    json_object_set_new(r, "locations", places);
    if (d->n_notes) {
        json_t *related = json_array();
        for (int k = 0; k < d->n_notes; k++)
            json_array_append_new(related, location(cx, d->note[k].has_span, d->note[k].span, d->note[k].text));
        json_object_set_new(r, "relatedLocations", related);
    }
    if (d->help) {
        json_t *properties = json_object();
        json_object_set_new(properties, "help", text_of(d->help));
        json_object_set_new(r, "properties", properties);
    }
    return r;
}

static json_t *rule(DiagCode code)
{
    json_t *r = json_object(), *title = json_object();
    json_object_set_new(r, "id", json_string(diag_code_name(code)));
    json_object_set_new(title, "text", text_of(diag_code_title(code)));
    json_object_set_new(r, "shortDescription", title);
    return r;
}

static json_t *rules_used(const Ctx *cx)
{
    json_t *rules = json_array();
    for (size_t code = 0; code < DIAG_N_CODES; code++) {
        bool used = false;
        for (size_t k = 0; k < cx->diags.n; k++)
            used |= cx->diags.at[k].code == (DiagCode)code;
        if (used)
            json_array_append_new(rules, rule((DiagCode)code));
    }
    return rules;
}

static json_t *tool(const Ctx *cx)
{
    json_t *driver = json_object(), *t = json_object();
    json_object_set_new(driver, "name", json_string("eigc"));
    json_object_set_new(driver, "rules", rules_used(cx));
    json_object_set_new(t, "driver", driver);
    return t;
}

void diag_render_sarif(const Ctx *cx, Sbuf *out)
{
    const Diag **order = diag_sorted(cx);
    json_t *results = json_array();
    for (size_t k = 0; k < cx->diags.n; k++)
        json_array_append_new(results, result(cx, order[k]));
    free(order);
    json_t *run = json_object(), *runs = json_array(), *log = json_object();
    json_object_set_new(run, "tool", tool(cx));
    json_object_set_new(run, "columnKind", json_string("unicodeCodePoints"));
    json_object_set_new(run, "results", results);
    json_array_append_new(runs, run);
    json_object_set_new(log, "$schema", json_string(SCHEMA));
    json_object_set_new(log, "version", json_string("2.1.0"));
    json_object_set_new(log, "runs", runs);
    char *text = json_dumps(log, JSON_COMPACT);
    json_decref(log);
    if (!text) {
        arena_on_exhausted(0);
        abort();
    }
    sbuf_str(out, text);
    free(text);
}
