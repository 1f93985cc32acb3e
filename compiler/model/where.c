/* Where in a text each kind of expressions stands, in the words of its attributes. */
#include "compiler/model/build.h"

static const struct { ScopeKind kind; const char *attribute; } place[] = {
    { SCOPE_INPUT, "`input`" }, { SCOPE_INPUT, "`noise`" },
    { SCOPE_START, "`tau`" }, { SCOPE_START, "`gain`" }, { SCOPE_START, "`threshold`" }, { SCOPE_START, "`start`" },
    { SCOPE_EQUATION, "equations" }, { SCOPE_EQUATION, "`rate`" },
    { SCOPE_PAIR, "`weight`" }, { SCOPE_CURRENT, "`current`" }, { SCOPE_KERNEL, "`kernel(...)`" }, { SCOPE_SCALE, "`scale`" },
    { SCOPE_ACTIVATION, "`activation(z)`" }, { SCOPE_RECORD, "`record`" },
};
enum { N_PLACES = sizeof place / sizeof *place };

const char *where_known(Builder *b, unsigned scopes)
{
    const char *found[N_PLACES], *text = NULL;
    size_t n = 0;
    for (size_t k = 0; k < N_PLACES; k++)
        if (scopes >> place[k].kind & 1)
            found[n++] = place[k].attribute;
    for (size_t k = 0; k < n; k++)
        text = k == 0 ? found[k] : arena_printf(&b->cx->arena, "%s%s%s", text, k + 1 < n ? ", " : " and ", found[k]);
    return text;
}
