#include "compiler/check/dale.h"

/* Violations of one connection: how many, and the first. */
typedef struct DaleTally {
    size_t n;
    DaleViolation first;
} DaleTally;

static bool breaks_law(Sign sender, int weight_sign)
{
    return weight_sign && weight_sign != (int)sender;
}

static void add_violation(DaleReport *out, DaleTally *tally, DaleViolation v)
{
    if (out->n_violations < DALE_MAX_KEPT)
        out->violation[out->n_violations] = v;
    out->n_violations++;
    if (!tally->n++)
        tally->first = v;
}

/* How many targets a weight of a uniform or diagonal block reaches, and the first of them. */
static size_t targets_of(const Net *net, const Block *b, size_t pre, size_t *first)
{
    size_t n_post = net->pop[b->post].size;
    if (b->kind == BLOCK_DIAGONAL) {
        *first = pre;
        return 1;
    }
    bool skips_itself = b->pre == b->post && !b->self;
    *first = skips_itself && pre == 0 ? 1 : 0;
    return skips_itself ? n_post - 1 : n_post;
}

static void check_one_weight(const Net *net, const Block *b, DaleViolation v, DaleReport *out, DaleTally *tally)
{
    const NetPop *pre = &net->pop[b->pre];
    int sign = mpq_sgn(b->factor);
    if (!sign)
        return;
    v.weight = b->factor;
    for (size_t k = 0; k < pre->size; k++) {
        size_t n = breaks_law(net_neuron_sign(pre, k), sign) ? targets_of(net, b, k, &v.post) : 0;
        if (n) {
            v.pre = k;
            add_violation(out, tally, v);
            out->n_violations += n - 1;
            tally->n += n - 1;
        }
        if (!pre->model->neuron_sign && n == 0)
            return;             /* one sign for all: the first neuron speaks for the rest */
    }
}

static void check_entry(const Net *net, const Block *b, size_t e, DaleViolation v, DaleReport *out, DaleTally *tally)
{
    if (!breaks_law(net_neuron_sign(&net->pop[b->pre], v.pre), values_sign(&b->values, e) * mpq_sgn(b->factor)))
        return;
    if (!tally->n || out->n_violations < DALE_MAX_KEPT)
        v.weight = block_entry(net->nums, b, e);
    add_violation(out, tally, v);
}

/* Entries that all have the sign of their population, or are 0: at the speed of memory, whatever their order is. */
static bool all_agree(const Net *net, const Block *b)
{
    const NetPop *pre = &net->pop[b->pre];
    int sign = mpq_sgn(b->factor) * (int)net_neuron_sign(pre, 0);
    bool agree = !pre->model->neuron_sign && b->values.d && !b->values.q;
    for (size_t e = 0; agree && e < b->values.n; e++)
        agree = sign > 0 ? b->values.d[e] >= 0 : b->values.d[e] <= 0;
    return agree;
}

static void check_entries(const Net *net, const Block *b, DaleViolation v, DaleReport *out, DaleTally *tally)
{
    size_t n_pre = net->pop[b->pre].size, n_post = net->pop[b->post].size;
    bool agree = !b->values.d && !net->pop[b->pre].model->neuron_sign &&
                 !breaks_law(net_neuron_sign(&net->pop[b->pre], 0), mpq_sgn(b->factor));
    if (!mpq_sgn(b->factor) || agree || all_agree(net, b))
        return;             /* one weight, whose sign is taken from the source, speaks for all */
    for (v.post = 0; v.post < n_post; v.post++) {
        if (b->kind == BLOCK_DENSE) {
            for (v.pre = 0; v.pre < n_pre; v.pre++)
                check_entry(net, b, block_dense_at(net, b, v.post, v.pre), v, out, tally);
        } else {
            for (size_t e = b->row_from[v.post]; e < b->row_from[v.post + 1]; e++) {
                v.pre = b->column[e];
                check_entry(net, b, e, v, out, tally);
            }
        }
    }
}

/* Every displacement once, from the first source that has it. */
static void check_kernel(const Net *net, const Block *b, DaleViolation v, DaleReport *out, DaleTally *tally)
{
    long columns = (long)b->extent[0], rows = (long)b->extent[1];
    long least_x = b->is_periodic ? 0 : 1 - columns, least_y = b->is_periodic ? 0 : 1 - rows;
    for (long y = least_y; mpq_sgn(b->factor) && y < rows; y++)
        for (long x = least_x; x < columns; x++) {
            v.pre = (size_t)((y < 0 ? -y : 0) * columns + (x < 0 ? -x : 0));
            v.post = (size_t)((long)v.pre + y * columns + x);
            check_entry(net, b, block_kernel_at(b, x, y), v, out, tally);
        }
}

/* ---- weights that are not drawn ---- */

static bool draws_magnitudes(const EigDraw *d)
{
    bool is_positive = d->dist == EIG_DIST_LOGNORMAL || d->dist == EIG_DIST_EXPONENTIAL || d->dist == EIG_DIST_GAMMA;
    return is_positive || (d->is_cut && d->lo >= 0) || (d->dist == EIG_DIST_UNIFORM && d->a >= 0);
}

/* True: no pair gives the expression a value below 0, as its parts show. */
static bool is_magnitude(const Expr *e)
{
    if (e->kind == EXPR_CONST)
        return mpq_sgn(e->as.value) >= 0;
    if (e->kind == EXPR_DRAW)
        return draws_magnitudes(e->as.draw.draw);
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_VAR;
    const Expr *const *arg = e->as.call.arg;
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_MUL: case EIG_FN_DIV: case EIG_FN_MIN:
        return is_magnitude(arg[0]) && is_magnitude(arg[1]);
    case EIG_FN_MAX:
        return is_magnitude(arg[0]) || is_magnitude(arg[1]);
    case EIG_FN_POW: case EIG_FN_FLOOR:
        return is_magnitude(arg[0]);
    case EIG_FN_ABS: case EIG_FN_SQRT: case EIG_FN_EXP: case EIG_FN_EXPREL: case EIG_FN_STEP:
        return true;
    default:
        return false;
    }
}

static void check_undrawn(const Net *net, const Block *b, DaleReport *out)
{
    const ModelConn *c = &net->model->conns.at[b->conn];
    if (c->pair && !is_magnitude(c->pair) && !out->open)
        out->open = c->label;
}

/* ---- reports ---- */

static const char *sign_word(Sign s)
{
    return s == SIGN_EXC ? "excitatory" : s == SIGN_INH ? "inhibitory" : "of mixed sign";
}

static void report_block(Ctx *cx, const Net *net, const Block *b, const DaleTally *tally)
{
    const DaleViolation *v = &tally->first;
    const NetPop *pre = &net->pop[b->pre], *post = &net->pop[b->post];
    Sign sign = net_neuron_sign(pre, v->pre);
    Sbuf from = {0}, to = {0};
    net_neuron_name(pre, v->pre, &from);
    net_neuron_name(post, v->post, &to);
    Diag *d = diag_at(cx, D_E0601, net->model->conns.at[b->conn].weight_span,
                      "neuron `%s` is %s but sends the weight %s to `%s`", sbuf_text(&from), sign_word(sign),
                      num_brief(cx, v->weight), sbuf_text(&to));
    diag_note_at(cx, d, pre->model->sign_span, "`%s` gets its sign here", pre->model->name);
    if (tally->n > 1)
        diag_note(cx, d, "%zu weights of this connection have the wrong sign; this is the first", tally->n);
    diag_help(cx, d, b->was_signed ? "correct the entry's sign, or declare `%s` mixed to exempt it from Dale's law"
                                   : "weights are magnitudes: the sign comes from `%s`", pre->model->name);
    sbuf_free(&from);
    sbuf_free(&to);
}

static bool check_block(Ctx *cx, const Net *net, size_t k, DaleReport *out)
{
    const Block *b = &net->block[k];
    if (net->pop[b->pre].model->is_exempt || b->term)
        return false;
    DaleTally tally = {0};
    DaleViolation v = {.block = k, .pre_pop = b->pre, .post_pop = b->post};
    if (b->kind == BLOCK_PRODUCT)
        return true;            /* its factors are magnitudes with the sources' signs (net/low_rank.c) */
    if (b->kind == BLOCK_KERNEL)
        check_kernel(net, b, v, out, &tally);
    else if (b->kind == BLOCK_UNIFORM || b->kind == BLOCK_DIAGONAL)
        check_one_weight(net, b, v, out, &tally);
    else if (b->kind == BLOCK_UNDRAWN)
        check_undrawn(net, b, out);
    else
        check_entries(net, b, v, out, &tally);
    if (tally.n && cx)
        report_block(cx, net, b, &tally);
    return true;
}

static size_t count_currents(const Net *net)
{
    const Model *m = net->model;
    size_t n = 0;
    for (size_t k = 0; k < m->conns.n; k++)
        n += m->conns.at[k].n_terms > 0 && !net->pop[m->conns.at[k].pre].model->is_exempt;
    return n;
}

void dale_print_open(const DaleReport *d, Sbuf *out)
{
    if (d->open)
        sbuf_printf(out, "the weights of %s are too many to be looked at, and could be below 0", d->open);
    else
        sbuf_printf(out, "%zu %s no sign, and none is claimed", d->n_currents,
                    d->n_currents == 1 ? "connection is a current, which has" : "connections are currents, which have");
}

void dale_check(Ctx *cx, const Net *net, DaleReport *out)
{
    size_t n_checked = 0;
    *out = (DaleReport){.n_currents = count_currents(net)};
    for (size_t a = 0; a < net->n_pops; a++)
        out->n_exempt_pops += net->pop[a].model->is_exempt;
    for (size_t k = 0; k < net->n_blocks; k++)
        n_checked += check_block(cx, net, k, out);
    if (out->n_violations)
        out->verdict = TRUTH_REFUTED;
    else if (out->open)
        out->verdict = TRUTH_UNDECIDED;
    else if (net->n_blocks && !n_checked)
        out->verdict = TRUTH_EXEMPT;
    else
        out->verdict = TRUTH_CERTIFIED;
}
