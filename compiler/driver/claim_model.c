/* Which model a proof was made for, as its file says it. */
#include "compiler/driver/claim.h"

#include "compiler/data/sha256.h"
#include "compiler/driver/pipeline.h"

/* Path and hash of each other file of the model. */
static const Setting *import_hashes(Compilation *c)
{
    const Model *m = c->model;
    Setting *import = ARENA_ARRAY(&c->cx.arena, m->imported.n + 1, Setting);
    for (size_t k = 0; k < m->imported.n; k++) {
        const Source *s = c->cx.sources[m->imported.at[k]];
        import[k] = (Setting){.name = s->path, .value = sha256_hex(&c->cx, s->bytes, s->n)};
    }
    return import;
}

CertificateModel claim_model(Compilation *c)
{
    const Source *source = c->cx.sources[c->source];
    return (CertificateModel){.path = source->path,
                              .n_imports = c->model->imported.n,
                              .import = import_hashes(c),
                              .sha256 = sha256_hex(&c->cx, source->bytes, source->n),
                              .n_set = c->options->n_set,
                              .set = c->options->set,
                              .is_drawn = claim_is_drawn(c->model),
                              .seed = c->model->sim.seed};
}
