/* The mutator of the targets that read models: a text that parses is changed as
 * a tree most of the time, and as bytes else. Linked by fuzz.sh. */
#include <stdint.h>

#include "tests/fuzz/mutate_tree.h"
#include "tests/scatter.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t n, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t most, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, uint8_t *out, size_t most,
                                 unsigned seed);

/* NULL unless it parses. */
static Ast *parsed(Ctx *cx, const uint8_t *data, size_t n)
{
    int source = source_from_text(cx, "fuzz", (const char *)data, n);
    Ast *tree = source >= 0 ? parse_source(cx, source) : NULL;
    return tree && cx->diags.n_errors == 0 && tree->decls.n ? tree : NULL;
}

static size_t put(const Sbuf *text, uint8_t *data, size_t most)
{
    if (text->n == 0 || text->n > most)
        return 0;
    memcpy(data, text->text, text->n);
    return text->n;
}

/* As it is printed, or with comments and line ends anywhere. */
static void print_somehow(Draw *d, const Ast *tree, Sbuf *out)
{
    Sbuf printed = { 0 };
    ast_print(tree, &printed);
    int source = below(d, 3) ? -1 : source_from_text(d->cx, "printed", sbuf_text(&printed), printed.n);
    if (source >= 0)
        scatter(d, source, out);
    else
        sbuf_str(out, sbuf_text(&printed));
    sbuf_free(&printed);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t n, size_t most, unsigned seed)
{
    Ctx cx;
    Sbuf text = { 0 };
    ctx_init(&cx);
    Draw d = draw_seed(&cx, seed);
    unsigned kind = below(&d, 20);
    if (kind == 0) {
        random_model(&d, &text);
    } else if (kind < 16) {
        Ast *tree = parsed(&cx, data, n);
        if (tree) {
            mutate_tree(&d, tree);
            print_somehow(&d, tree, &text);
        }
    }
    size_t made = put(&text, data, most);
    sbuf_free(&text);
    ctx_free(&cx);
    return made ? made : LLVMFuzzerMutate(data, n, most);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t n_a, const uint8_t *b, size_t n_b, uint8_t *out, size_t most,
                                 unsigned seed)
{
    Ctx cx;
    Sbuf text = { 0 };
    ctx_init(&cx);
    Draw d = draw_seed(&cx, seed);
    Ast *tree = parsed(&cx, a, n_a), *other = tree ? parsed(&cx, b, n_b) : NULL;
    if (other) {
        cross_trees(&d, tree, other);
        ast_print(tree, &text);
    }
    size_t made = put(&text, out, most);
    sbuf_free(&text);
    ctx_free(&cx);
    return made;
}
