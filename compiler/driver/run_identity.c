#include "compiler/driver/run_identity.h"

#include "compiler/data/sha256.h"
#include "lang/base/sbuf.h"
#include "runtime/layout.h"

/* The text that is hashed. */
typedef struct Words {
    Ctx *cx;
    const EigProblem *p;
    Sbuf text;
} Words;

/* "%a" tells all doubles apart, -0 from 0 too. */
static void put_number(Words *w, double x)
{
    sbuf_printf(&w->text, " %a", x);
}

static void put_array(Words *w, const char *what, const void *bytes, size_t n)
{
    sbuf_printf(&w->text, "\n%s %s", what, bytes ? sha256_hex(w->cx, bytes, n) : "none");
}

static void put_doubles(Words *w, const char *what, const double *x, size_t n)
{
    put_array(w, what, x, n * sizeof *x);
}

static void put_table(Words *w, const EigTable *t)
{
    sbuf_printf(&w->text, "\ntable %zu %zu %d", t->n_rows, t->n_columns, t->is_step);
    put_doubles(w, "times", t->time, t->n_rows);
    put_doubles(w, "values", t->value, t->n_rows * t->n_columns);
}

static void put_code(Words *w, const char *what, const EigCode *c);

static void put_solve(Words *w, const EigSolve *s)
{
    sbuf_str(&w->text, "\nsolve");
    put_number(w, s->from);
    put_number(w, s->to);
    for (size_t k = 0; k < s->n_nodes; k++) {
        const double node[] = { s->node[k].x, s->node[k].below, s->node[k].above, s->node[k].before, s->node[k].after };
        sbuf_str(&w->text, "\nnode");
        for (size_t j = 0; j < sizeof node / sizeof *node; j++)
            put_number(w, node[j]);
    }
    for (size_t k = 0; k < s->n_pieces; k++) {
        sbuf_printf(&w->text, "\npiece %d", s->piece[k].may_cancel);
        put_number(w, s->piece[k].up_to);
        put_code(w, "value", &s->piece[k].value);
        put_code(w, "slope", &s->piece[k].slope);
    }
}

/* Samples with what is in them. */
static void put_code(Words *w, const char *what, const EigCode *c)
{
    sbuf_printf(&w->text, "\n%s", what);
    for (size_t k = 0; k < c->n; k++) {
        const EigOp *op = &c->op[k];
        sbuf_printf(&w->text, " %d", op->kind);
        if (op->kind == EIG_OP_CONST)
            put_number(w, op->value);
        else if (op->kind == EIG_OP_SAMPLES)
            put_table(w, &w->p->table[op->which]);
        else if (op->kind == EIG_OP_SOLVE)
            put_solve(w, &c->solve[op->which]);
        else
            sbuf_printf(&w->text, " %d", op->which);
    }
}

static void put_state(Words *w, const EigState *s)
{
    sbuf_printf(&w->text, "\nstate %d %s %llx", s->kind, s->name, eig_state_is_random(s) ? (unsigned long long)s->entity : 0);
    put_code(w, "drift", &s->drift);
    put_code(w, "noise", &s->noise);
    put_code(w, "noise_slope", &s->noise_slope);
    put_code(w, "decay", &s->decay);
    put_code(w, "spread", &s->spread);
    put_code(w, "start", &s->start);
}

/* The start too: one that was changed would count for nothing, and nobody would know. */
static void put_pop(Words *w, const EigPop *pop)
{
    sbuf_printf(&w->text, "population %zu", pop->size);
    put_number(w, pop->rate);
    put_number(w, pop->exp_step);
    put_doubles(w, "rates", pop->rate_of, pop->size);
    put_doubles(w, "exp_steps", pop->exp_step_of, pop->size);
    for (size_t k = 0; k < pop->n_columns; k++)
        put_doubles(w, "column", pop->column[k], pop->size);
    put_code(w, "phi", &pop->phi);
    put_code(w, "input", &pop->input);
    put_code(w, "start", &pop->start);
    for (size_t k = 0; k < pop->n_states; k++)
        put_state(w, &pop->state[k]);
}

static void put_signal(Words *w, size_t q)
{
    EigSignal s = eig_signal(w->p, q);
    sbuf_printf(&w->text, "\nsignal %zu %s", q, w->p->pop[s.pop].name);
    put_code(w, "code", &s.code);
}

static size_t n_weights(const EigProblem *p, const EigBlock *b)
{
    size_t pre = p->pop[b->pre].size, post = p->pop[b->post].size;
    if (b->kind == EIG_BLOCK_KERNEL)
        return eig_kernel_weights(b);
    return b->kind == EIG_BLOCK_SPARSE ? b->row_from[post] : b->kind == EIG_BLOCK_DENSE ? pre * post : 0;
}

/* `delay` exactly: in steps it is cut to the length of the run. */
static void put_block(Words *w, const EigBlock *b, Num delay)
{
    size_t post = w->p->pop[b->post].size, n = n_weights(w->p, b);
    sbuf_printf(&w->text, "block %d %s %s %s %d %d", b->kind, w->p->pop[b->pre].name, w->p->pop[b->post].name,
                delay ? num_text(w->cx, delay) : "now", b->skip_self, w->p->f32_weights);
    put_number(w, b->weight);
    put_code(w, "gate", &b->gate);
    put_code(w, "pair", &b->pair);
    if (!b->pair.n)
        put_signal(w, eig_block_signal(w->p, b));
    for (size_t k = 0; b->pair.n && k < b->n_parts; k++) {
        if (b->part[k].of_source)
            put_signal(w, b->part[k].signal);
        else
            put_code(w, "part", &b->part[k].code);
    }
    put_doubles(w, "weights", b->w, n);
    if (b->w32)
        put_array(w, "short weights", b->w32, n * sizeof *b->w32);
    if (b->kind == EIG_BLOCK_SPARSE) {
        put_array(w, "rows", b->row_from, (post + 1) * sizeof *b->row_from);
        put_array(w, "sources", b->column, n * sizeof *b->column);
    }
    if (b->kind == EIG_BLOCK_KERNEL)
        sbuf_printf(&w->text, "\nplace %zu %zu %d %zu", b->extent[0], b->extent[1], b->is_periodic, b->circle ? b->circle->length : 0);
}

static const char *hash(Words *w)
{
    const char *hex = sha256_hex(w->cx, sbuf_text(&w->text), w->text.n);
    sbuf_free(&w->text);
    w->text = (Sbuf){ 0 };
    return hex;
}

static json_t *populations(Words *w)
{
    json_t *list = json_array();
    for (size_t q = 0; q < w->p->n_pops; q++) {
        const EigPop *pop = &w->p->pop[q];
        put_pop(w, pop);
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:s}", "name", pop->name, "size", (json_int_t)pop->size, "states",
                                              (json_int_t)eig_n_states(pop), "sha256", hash(w)));
    }
    return list;
}

static json_t *connections(Words *w, const Plan *plan)
{
    json_t *list = json_array();
    for (size_t k = 0; k < w->p->n_blocks; k++) {
        const ModelConn *conn = &plan->net->model->conns.at[plan->net->block[plan->net_block[k]].conn];
        put_block(w, &w->p->block[k], conn->delay);
        json_array_append_new(list, json_pack("{s:s, s:s}", "label", conn->label, "sha256", hash(w)));
    }
    return list;
}

json_t *run_identity(Ctx *cx, const Plan *plan)
{
    Words w = { .cx = cx, .p = &plan->problem };
    const ModelSim *sim = &plan->net->model->sim;
    json_t *o = json_pack("{s:s, s:s, s:s}", "model", plan->net->model->name, "time_unit", w.p->time_unit, "method", eig_method[w.p->method].name);
    json_object_set_new(o, "step", sim->has_step ? json_string(num_text(cx, sim->step)) : json_null());
    if (sim->noise_step)
        json_object_set_new(o, "noise_step", json_string(num_text(cx, sim->noise_step)));
    json_object_set_new(o, "seed", json_sprintf("%llu", (unsigned long long)sim->seed));
    if (eig_method[w.p->method].adaptive) {
        json_object_set_new(o, "rtol", json_sprintf("%.17g", w.p->rtol));
        json_object_set_new(o, "atol", json_sprintf("%.17g", w.p->atol));
    }
    json_object_set_new(o, "populations", populations(&w));
    json_object_set_new(o, "connections", connections(&w, plan));
    return o;
}
