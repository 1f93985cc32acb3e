#include "compiler/data/memory.h"
#include "compiler/net/build.h"

bool memory_take(NetBuild *b, const ModelConn *c, double n, size_t bytes_each, const char *repair)
{
    double bytes = n * (double)bytes_each;
    if (bytes <= (double)(b->limit - b->used)) {
        b->used += (size_t)bytes;
        return true;
    }
    Diag *d = diag_at(b->cx, D_E0451, c->span, "the weights of %s would need %s for %.6g entries, more than the %s that are left",
                      c->label, bytes_in_words(b->cx, bytes), n, bytes_in_words(b->cx, (double)(b->limit - b->used)));
    diag_help(b->cx, d, "%s", repair);
    return false;
}

bool memory_spare(NetBuild *b, const ModelConn *c, double bytes, const char *repair)
{
    if (bytes <= (double)(b->limit - b->used))
        return true;
    Diag *d = diag_at(b->cx, D_E0451, c->span, "to draw the synapses of %s would need %s beside them, more than the %s that are left",
                      c->label, bytes_in_words(b->cx, bytes), bytes_in_words(b->cx, (double)(b->limit - b->used)));
    diag_help(b->cx, d, "%s", repair);
    return false;
}
