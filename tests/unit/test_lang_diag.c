/* Sources, diagnostics as data, and their renderings, exactly. */
#include <jansson.h>
#include <stdlib.h>

#include "lang/base/ctx.h"
#include "tests/test.h"

static Ctx cx;

static void begin(const char *text)
{
    ctx_init(&cx);
    CHECK(source_from_text(&cx, "m.eig", text, strlen(text)) == 0);
}

static Span at(uint32_t from, uint32_t to)
{
    return (Span){ 0, from, to };
}

static void check_text(const char *expected)
{
    Sbuf out = { 0 };
    diag_render(&cx, &out, false);
    CHECK_TEXT(sbuf_text(&out), expected);
    sbuf_free(&out);
    ctx_free(&cx);
}

static void diag_one_line(void)
{
    begin("model a\nlet b = c\n");
    Diag *d = diag_at(&cx, D_E0201, at(16, 17), "there is no `%s`", "c");
    diag_note_at(&cx, d, at(4, 7), "in this model");
    diag_note(&cx, d, "names are told apart by case");
    diag_help(&cx, d, "did you mean `b`?");
    check_text("m.eig:2:9: error[E0201]: there is no `c`\n"
               "2 | let b = c\n"
               "  |         ^\n"
               "m.eig:1:5: note: in this model\n"
               "1 | model a\n"
               "  |     ^^^\n"
               "note: names are told apart by case\n"
               "help: did you mean `b`?\n");
}

static void diag_tabs_and_utf8(void)
{
    begin("\tx\t= \xc3\xa4\xe2\x82\xac bad # \x1b[2J\r\n");
    diag_at(&cx, D_E0101, at(11, 14), "t");
    check_text("m.eig:1:12: error[E0101]: t\n"
               "1 |     x   = \xc3\xa4\xe2\x82\xac bad # ?[2J\n"
               "  |              ^^^\n");
}

static void diag_several_lines(void)
{
    begin("a\nbb {\n  c\n  d\n} e\n");
    diag_at(&cx, D_E0101, at(5, 16), "t");
    diag_at(&cx, D_E0101, at(0, 4), "u");
    check_text("m.eig:1:1: error[E0101]: u\n"
               "1 | a\n"
               "  | ^\n"
               "2 | bb {\n"
               "  | ^^\n"
               "\n"
               "m.eig:2:4: error[E0101]: t\n"
               "2 | bb {\n"
               "  |    ^\n"
               "  :\n"
               "5 | } e\n"
               "  | ^\n");
}

static void diag_at_the_end(void)
{
    begin("abc");
    diag_at(&cx, D_E0101, at(3, 3), "t");
    check_text("m.eig:1:4: error[E0101]: t\n"
               "1 | abc\n"
               "  |    ^\n");
    begin("");
    diag_at(&cx, D_E0101, at(0, 0), "t");
    check_text("m.eig:1:1: error[E0101]: t\n"
               "1 | \n"
               "  | ^\n");
}

static void diag_long_line(void)
{
    char *text = malloc(1000001);
    memset(text, 'x', 1000000);
    text[1000000] = 0;
    begin(text);
    free(text);
    diag_at(&cx, D_E0101, at(500000, 500002), "t");
    Sbuf out = { 0 };
    diag_render(&cx, &out, false);
    const char *x60 = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    Sbuf expected = { 0 };
    sbuf_printf(&expected, "m.eig:1:500001: error[E0101]: t\n1 | ...%s%s...\n  | %63s^^\n", x60, x60, "");
    CHECK_TEXT(sbuf_text(&out), sbuf_text(&expected));
    sbuf_free(&out);
    sbuf_free(&expected);
    ctx_free(&cx);
}

static void diag_in_colour(void)
{
    begin("ab\n");
    diag_at(&cx, D_E0101, at(0, 1), "t");
    Sbuf out = { 0 };
    diag_render(&cx, &out, true);
    CHECK_TEXT(sbuf_text(&out), "\033[1mm.eig:1:1:\033[0m \033[1;31merror[E0101]:\033[0m t\n"
                                "\033[34m1 |\033[0m ab\n\033[34m  |\033[0m \033[1;31m^\033[0m\n");
    sbuf_free(&out);
    ctx_free(&cx);
}

static void diag_for_tools(void)
{
    begin("ab\ncd\n");
    diag_at(&cx, D_E0102, at(3, 5), "second");
    diag_at(&cx, D_E0101, at(0, 0), "first");
    diag_at(&cx, D_E0103, at(1, 4), "across");
    diag_nowhere(&cx, D_E0001, "none");
    Sbuf out = { 0 };
    diag_render_gnu(&cx, &out);
    CHECK_TEXT(sbuf_text(&out), "eigc: error: none [E0001]\n"
                                "m.eig:1.1-1.1: error: first [E0101]\n"
                                "m.eig:1.2-2.1: error: across [E0103]\n"
                                "m.eig:2.1-2.2: error: second [E0102]\n");
    sbuf_free(&out);
    ctx_free(&cx);
}

static void diag_once_and_limited(void)
{
    begin("abc\n");
    diag_at(&cx, D_E0101, at(0, 1), "t");
    diag_at(&cx, D_E0101, at(0, 1), "the same again");
    CHECK(cx.diags.n == 1 && cx.diags.n_errors == 1);
    for (int k = 0; k < 30; k++)
        diag_nowhere(&cx, D_E0001, "file %d", k);
    CHECK(cx.diags.n == DIAG_LIMIT && cx.diags.n_errors == 31 && cx.diags.n_dropped == 31 - DIAG_LIMIT);
    Diag *d = diag_nowhere(&cx, D_E0001, "not kept");
    for (int k = 0; k < 2 * DIAG_MAX_NOTES; k++)
        diag_note(&cx, d, "note %d", k);
    CHECK(d && d->n_notes == DIAG_MAX_NOTES);
    ctx_free(&cx);
}

static const char *member(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static void diag_as_sarif(void)
{
    begin("a\n\xc3\xa4 b\n");
    Diag *d = diag_at(&cx, D_E0201, at(5, 6), "there is no \"b\"");
    diag_note_at(&cx, d, at(0, 1), "related");
    diag_help(&cx, d, "repair");
    diag_nowhere(&cx, D_E0001, "none");
    Sbuf out = { 0 };
    diag_render_sarif(&cx, &out);
    CHECK(strchr(sbuf_text(&out), '\n') == NULL);
    json_t *log = json_loads(sbuf_text(&out), 0, NULL);
    CHECK(log && strcmp(member(log, "version"), "2.1.0") == 0);
    json_t *run = json_array_get(json_object_get(log, "runs"), 0);
    json_t *rules = json_object_get(json_object_get(json_object_get(run, "tool"), "driver"), "rules");
    CHECK(json_array_size(rules) == 2);
    json_t *results = json_object_get(run, "results");
    CHECK(json_array_size(results) == 2);
    json_t *r = json_array_get(results, 1);
    CHECK_TEXT(member(r, "ruleId"), "E0201");
    CHECK_TEXT(member(r, "level"), "error");
    CHECK_TEXT(member(json_object_get(r, "message"), "text"), "there is no \"b\"");
    json_t *place = json_object_get(json_array_get(json_object_get(r, "locations"), 0), "physicalLocation");
    CHECK_TEXT(member(json_object_get(place, "artifactLocation"), "uri"), "m.eig");
    json_t *region = json_object_get(place, "region");
    CHECK(json_integer_value(json_object_get(region, "startLine")) == 2);
    CHECK(json_integer_value(json_object_get(region, "startColumn")) == 3);     /* code points, not bytes */
    CHECK(json_integer_value(json_object_get(region, "endLine")) == 2);
    CHECK(json_integer_value(json_object_get(region, "endColumn")) == 4);
    CHECK(json_array_size(json_object_get(r, "relatedLocations")) == 1);
    CHECK_TEXT(member(json_object_get(r, "properties"), "help"), "repair");
    CHECK(json_array_size(json_object_get(json_array_get(results, 0), "locations")) == 0);
    json_decref(log);
    sbuf_free(&out);
    ctx_free(&cx);
}

static void diag_nearest_name(void)
{
    static const char *const names[] = { "excitatory", "inhibitory", "tau", "cost", "weight" };
    CHECK_TEXT(diag_nearest("exitatory", names, 5), "excitatory");
    CHECK_TEXT(diag_nearest("wieght", names, 5), "weight");
    CHECK_TEXT(diag_nearest("tua", names, 5), "tau");
    CHECK(diag_nearest("duration", names, 5) == NULL);
    CHECK(diag_nearest("tau", names + 2, 1) == NULL);
    CHECK(diag_nearest("", names, 5) == NULL);
}

static void diag_codes(void)
{
    DiagCode code;
    CHECK_TEXT(diag_code_name(D_E0101), "E0101");
    CHECK_TEXT(diag_code_title(D_E0101), "syntax error");
    CHECK(diag_code_severity(D_E0101) == SEV_error);
    CHECK(diag_code_from_name("E0103", &code) && code == D_E0103);
    CHECK(!diag_code_from_name("E9999", &code));
}

static void source_lines_and_columns(void)
{
    begin("ab\n\ncd");
    const Source *s = cx.sources[0];
    static const size_t line[] = { 1, 1, 1, 2, 3, 3, 3 }, column[] = { 1, 2, 3, 1, 1, 2, 3 };
    CHECK(s->n_lines == 3);
    for (uint32_t k = 0; k < 7; k++) {
        size_t l, c;
        source_line_column(s, k, &l, &c);
        CHECK(l == line[k] && c == column[k]);
    }
    Span joined = span_join(at(3, 5), at(1, 4));
    CHECK(joined.from == 1 && joined.to == 5);
    ctx_free(&cx);
}

static void check_refused(const char *text, size_t n, DiagCode code)
{
    ctx_init(&cx);
    CHECK(source_from_text(&cx, "m.eig", text, n) == -1);
    CHECK(cx.diags.n == 1 && cx.diags.at[0].code == code && !cx.diags.at[0].has_span);
    ctx_free(&cx);
}

static void source_refuses_what_is_no_text(void)
{
    check_refused("a\0b", 3, D_E0002);
    check_refused("\xff", 1, D_E0002);
    check_refused("\xc3", 1, D_E0002);              /* cut short */
    check_refused("\xc0\xaf", 2, D_E0002);          /* overlong */
    check_refused("\xed\xa0\x80", 3, D_E0002);      /* a surrogate */
    check_refused("\xf4\x90\x80\x80", 4, D_E0002);  /* beyond U+10FFFF */
    size_t n = (size_t)SOURCE_MAX_BYTES + 1;
    char *large = calloc(n, 1);
    memset(large, ' ', n);
    check_refused(large, n, D_E0003);
    free(large);
}

static void source_files(void)
{
    ctx_init(&cx);
    CHECK(source_load(&cx, "/no/such/file.eig", NULL) == -1);
    CHECK(source_load(&cx, "/", NULL) == -1);
    CHECK(cx.diags.n == 2 && cx.diags.at[0].code == D_E0001 && cx.diags.at[1].code == D_E0001);
    char path[] = "/tmp/eigc-test-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    CHECK(f != NULL);
    if (f) {
        fputs("model a\n", f);
        fclose(f);
        int number = source_load(&cx, path, NULL);
        CHECK(number == 0 && cx.sources[0]->n == 8);
        CHECK_TEXT(cx.sources[0]->bytes, "model a\n");
        CHECK_TEXT(cx.sources[0]->dir, "/tmp");
        Span asked = { 0, 6, 7 };
        CHECK(source_load(&cx, "/no/such/import.eig", &asked) == -1);
        CHECK(cx.diags.n == 3 && cx.diags.at[2].has_span && cx.diags.at[2].span.from == 6);
        remove(path);
    }
    ctx_free(&cx);
}

int main(void)
{
    RUN(diag_one_line);
    RUN(diag_tabs_and_utf8);
    RUN(diag_several_lines);
    RUN(diag_at_the_end);
    RUN(diag_long_line);
    RUN(diag_in_colour);
    RUN(diag_for_tools);
    RUN(diag_once_and_limited);
    RUN(diag_as_sarif);
    RUN(diag_nearest_name);
    RUN(diag_codes);
    RUN(source_lines_and_columns);
    RUN(source_refuses_what_is_no_text);
    RUN(source_files);
    return test_done();
}
