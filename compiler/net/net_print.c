#include "compiler/net/net.h"

#include <string.h>

enum { PRINT_ENTRIES = 64 };    /* longer lists are summarised */

/* The number exactly where that is short, its double to the bit, and for the eye. */
static void print_number(Num x, Sbuf *out)
{
    Sbuf text = { 0 };
    num_print(x, &text);
    if (text.n <= 24)
        sbuf_printf(out, "%s ", sbuf_text(&text));
    sbuf_free(&text);
    double d = num_to_double(x);
    sbuf_printf(out, "%a %.6g", d, d);
}

static const char *sign_name(const ModelPop *p)
{
    if (p->is_exempt)
        return "mixed";
    return p->sign == SIGN_EXC ? "excitatory" : p->sign == SIGN_INH ? "inhibitory" : "signs by neuron";
}

static void print_population(const NetPop *p, Sbuf *out)
{
    sbuf_printf(out, "population %s: %s, neurons %zu..%zu\n", p->model->name, sign_name(p->model), p->from,
                p->from + p->size - 1);
    if (p->model->n_states > 0) {
        sbuf_printf(out, "  %zu states, by equations\n", p->model->n_states);
        return;
    }
    sbuf_str(out, "  tau ");
    if (p->tau_min) {
        print_number(p->tau_min, out);
        sbuf_str(out, " to ");
        print_number(p->tau_max, out);
    } else {
        print_number(p->model->tau, out);
    }
    sbuf_char(out, '\n');
}

static const char *kind_name(BlockKind k)
{
    switch (k) {
    case BLOCK_UNIFORM: return "uniform";
    case BLOCK_PRODUCT: return "product";
    case BLOCK_DIAGONAL: return "diagonal";
    case BLOCK_KERNEL: return "kernel";
    case BLOCK_SPARSE: return "sparse";
    case BLOCK_UNDRAWN: return "not drawn";
    case BLOCK_DENSE: return "dense";
    }
    return "?";
}

/* FNV-1a, least significant byte first: two equal digests mean equal arrays. */
static uint64_t digest_more(uint64_t h, uint64_t u)
{
    for (int byte = 0; byte < 8; byte++)
        h = (h ^ (u >> (8 * byte) & 0xff)) * 0x100000001b3u;
    return h;
}

static const uint64_t digest_start = 0xcbf29ce484222325u;

static uint64_t digest(const Values *v)
{
    uint64_t h = digest_start;
    for (size_t k = 0; k < v->n; k++) {
        uint64_t u;
        memcpy(&u, &v->d[k], sizeof u);
        h = digest_more(h, u);
    }
    return h;
}

/* Of the number of sources of each target, and the sources. */
static uint64_t digest_pattern(const Block *b, size_t n_post)
{
    uint64_t h = digest_start;
    for (size_t row = 0; row < n_post; row++) {
        h = digest_more(h, b->row_from[row + 1] - b->row_from[row]);
        for (size_t e = b->row_from[row]; e < b->row_from[row + 1]; e++)
            h = digest_more(h, b->column[e]);
    }
    return h;
}

static void print_summary(const Values *v, Sbuf *out)
{
    double least = v->d[0], greatest = v->d[0];
    for (size_t k = 1; k < v->n; k++) {
        least = v->d[k] < least ? v->d[k] : least;
        greatest = v->d[k] > greatest ? v->d[k] : greatest;
    }
    sbuf_printf(out, "  entries from %a %.6g to %a %.6g, digest %016llx\n", least, least, greatest, greatest,
                (unsigned long long)digest(v));
}

static void print_value(const Values *v, size_t k, Sbuf *out)
{
    sbuf_char(out, ' ');
    if (v->q)
        num_print(v->q[k], out);
    else
        sbuf_printf(out, "%.17g", v->d[k]);
}

static void print_rows(const Net *net, const Block *b, Sbuf *out)
{
    size_t n_pre = net->pop[b->pre].size;
    for (size_t row = 0; row < net->pop[b->post].size; row++) {
        size_t from = b->kind == BLOCK_SPARSE ? b->row_from[row] : row * n_pre;
        size_t to = b->kind == BLOCK_SPARSE ? b->row_from[row + 1] : from + n_pre;
        if (from == to)
            continue;
        sbuf_printf(out, "  row %zu:", row);
        for (size_t e = from; e < to; e++) {
            if (b->kind == BLOCK_SPARSE)
                sbuf_printf(out, " [%u]", b->column[e]);
            if (b->values.d)
                print_value(&b->values, e, out);
        }
        sbuf_char(out, '\n');
    }
}

/* One line for each displacement across rows. */
static void print_displacements(const Block *b, Sbuf *out)
{
    size_t columns = b->is_periodic ? b->extent[0] : 2 * b->extent[0] - 1;
    long shift = b->is_periodic ? 0 : (long)b->extent[1] - 1;
    for (size_t e = 0; e < b->values.n; e++) {
        if (e % columns == 0)
            sbuf_printf(out, "%s  rows %+ld:", e ? "\n" : "", (long)(e / columns) - shift);
        print_value(&b->values, e, out);
    }
    sbuf_char(out, '\n');
}

/* A copy of a tiled block, row by row. */
static Block by_rows(const Net *net, const Block *b, Arena *kept)
{
    size_t n_post = net->pop[b->post].size, n_pre = net->pop[b->pre].size;
    Block out = *b;
    out.values.d = ARENA_ARRAY(kept, b->values.n, double);
    out.is_tiled = false;
    for (size_t row = 0; row < n_post; row++)
        for (size_t column = 0; column < n_pre; column++)
            out.values.d[row * n_pre + column] = b->values.d[block_dense_at(net, b, row, column)];
    return out;
}

static void print_listed(const Net *net, const Block *b, Sbuf *out)
{
    sbuf_printf(out, "  %zu entries%s%s\n", b->values.n, !b->values.d ? " of one weight"
                : b->was_signed ? ", signed by the file or literal" : "", b->is_rounded ? ", rounded" : "");
    if (b->sha256)
        sbuf_printf(out, "  sha256 %s\n", b->sha256);
    if (b->values.n > PRINT_ENTRIES && !b->values.d)
        sbuf_printf(out, "  sources by target, digest %016llx\n", (unsigned long long)digest_pattern(b, net->pop[b->post].size));
    else if (b->values.n > PRINT_ENTRIES)
        print_summary(&b->values, out);
    else if (b->kind == BLOCK_KERNEL)
        print_displacements(b, out);
    else
        print_rows(net, b, out);
}

static void print_entries(const Net *net, const Block *b, Sbuf *out)
{
    Arena kept = { 0 };
    Block rows = b->is_tiled ? by_rows(net, b, &kept) : *b;
    print_listed(net, &rows, out);
    arena_free(&kept);
}

static void print_factors(const char *side, const Values *v, Sbuf *out)
{
    sbuf_printf(out, "  %s:", side);
    if (v->n > PRINT_ENTRIES) {
        print_summary(v, out);
        return;
    }
    for (size_t k = 0; k < v->n; k++)
        print_value(v, k, out);
    sbuf_char(out, '\n');
}

static void print_block(const Net *net, size_t k, Sbuf *out)
{
    const Block *b = &net->block[k];
    const NetPop *pre = &net->pop[b->pre], *post = &net->pop[b->post];
    sbuf_printf(out, "block %zu: %s -> %s, %zu x %zu, %s%s\n", k, pre->model->name, post->model->name, post->size, pre->size,
                kind_name(b->kind), b->self ? "" : " without self-connections");
    sbuf_str(out, "  factor ");
    print_number(b->factor, out);
    sbuf_char(out, '\n');
    if (block_is_by_pairs(b))
        sbuf_str(out, "  current of each pair\n");
    else if (b->term)
        sbuf_printf(out, "  product %zu of a current\n", (size_t)(b->term - net->model->conns.at[b->conn].term));
    if (b->kind == BLOCK_KERNEL)
        sbuf_printf(out, "  %s of %zu x %zu, by displacement\n", b->is_periodic ? "around a torus" : "on a grid", b->extent[0], b->extent[1]);
    if (b->kind == BLOCK_PRODUCT) {
        print_factors("targets", &b->left, out);
        print_factors("sources", &b->right, out);
    }
    if (b->kind == BLOCK_UNDRAWN)
        sbuf_printf(out, "  about %zu entries\n", b->n_expected);
    if (b->kind == BLOCK_SPARSE || b->kind == BLOCK_DENSE || b->kind == BLOCK_KERNEL)
        print_entries(net, b, out);
}

void net_print(const Net *net, Sbuf *out)
{
    sbuf_printf(out, "net %s: %zu neurons, %zu populations, %zu blocks\n", net->model->name, net->n, net->n_pops, net->n_blocks);
    for (size_t k = 0; k < net->n_pops; k++)
        print_population(&net->pop[k], out);
    for (size_t k = 0; k < net->n_blocks; k++)
        print_block(net, k, out);
}
