#include "compiler/driver/json_out.h"

#include <stdio.h>
#include <stdlib.h>

json_t *json_diagnostics(const Ctx *cx)
{
    Sbuf text = {0};

    diag_render_sarif(cx, &text);
    json_t *log = json_loadb(sbuf_text(&text), text.n, 0, NULL);
    if (!log)
        BUG("the SARIF log is not JSON");
    sbuf_free(&text);
    return log;
}

void json_print(json_t *root)
{
    char *text = json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(17));

    if (!text)
        BUG("the JSON object cannot be printed");
    puts(text);
    free(text);
    json_decref(root);
}

json_t *json_path(Ctx *cx, const char *path)
{
    return json_string(source_printable(cx, path));
}
