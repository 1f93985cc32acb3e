/* Whole models drawn at random, meant to be right: populations by cost, formula
 * and equation, places, kernels, draws, currents, delays, circuits, loops,
 * protocols, records. Most pass every phase; the rest are wrong in the small
 * (two places of one length, a sum of costs that has no closed form), which is
 * good to have too. A seed is a model. Numbers of neurons stay below 10 or so. */
#ifndef TESTS_RANDOM_MODEL_H
#define TESTS_RANDOM_MODEL_H
#include "tests/random_part.h"

/* ---- populations ---- */

static void begin(DrawnModel *m)
{
    m->decl_from[m->n_decls++] = m->out->n;
}

static void say_place(DrawnModel *m, unsigned place)
{
    static const char *const text[] = { "line(300 um)", "ring(300 um)", "grid(3, 2, spacing = 50 um)", "torus(3, 2, spacing = 50 um)" };
    sbuf_printf(m->out, "  place = %s\n", text[place - 1]);
}

static void say_rate_neurons(DrawnModel *m, const DrawnPop *p)
{
    say(m, "  tau = ");
    if (one_in(m, 5))
        say_draw(m, 1 + below(m->d, 20), " ms");
    else if (one_in(m, 6))
        say(m, "(8 + 0.5 * i) * 1 ms");
    else
        say_time(m, 1, 30);
    say(m, "\n  ");
    say_cost(m);
    if (one_in(m, 4)) {
        say(m, "\n  gain = ");
        say_constant(m, 1);
    }
    if (one_in(m, 4)) {
        say(m, "\n  threshold = ");
        say_hundredths(m, 0, 100);
    }
    if (one_in(m, 6)) {
        say(m, "\n  prox_step = ");
        say_hundredths(m, 10, 100);
    }
    if (m->noisy && one_in(m, 2)) {
        say(m, "\n  noise = ");
        say_hundredths(m, 1, 50);
        say(m, " per sqrt(ms)");
    }
    if (one_in(m, 3)) {
        say(m, "\n  start = ");
        if (one_in(m, 2))
            say(m, "uniform(0, 0.5)");
        else
            say_constant(m, 1);
    }
    say(m, "\n  input = ");
    say_input(m, p);
    say(m, "\n");
}

static void say_equations(DrawnModel *m, const DrawnPop *p)
{
    static const char *const drift[] = { "v - v^3 / 3 - w", "-v + tanh(w)", "v * (1 - v) - w", "-v - 0.1 * abs(w)" };
    sbuf_printf(m->out, "  v' = (%s) * 1 per ms + input", drift[below(m->d, LENGTH_OF(drift))]);
    if (m->noisy && one_in(m, 2))
        sbuf_printf(m->out, " + 0.1 per sqrt(ms) * v * noise\n  calculus = %s", one_in(m, 2) ? "stratonovich" : "ito");
    say(m, "\n  w' = 0.08 per ms * (v + 0.7 - 0.8 * w) + 0.1 per ms * (");
    say_formula(m, "w", 2);
    say(m, ")\n  start(v) = -1 + 0.1 * i\n  start(w) = ");
    say_hundredths(m, 0, 100);
    if (p->has_rate) {
        say(m, "\n  rate = ");
        say_formula(m, "v", 2);
    }
    say(m, "\n  input = (0.1 + 0.1 * i) * 1 per ms\n");
}

static void say_population(DrawnModel *m, DrawnPop *p, unsigned number)
{
    snprintf(p->name, sizeof p->name, "P%u", number);
    p->excites = !one_in(m, 3);
    p->mixed = one_in(m, 6);
    p->place = one_in(m, 3) ? 1 + below(m->d, 4) : 0;
    p->size = p->place > 2 ? 6 : one_in(m, 2) ? 1 : 1 + below(m->d, 4);
    p->by_equation = one_in(m, 5);
    p->has_rate = one_in(m, 2);
    begin(m);
    sbuf_printf(m->out, "population %s %s {\n", p->name, p->mixed ? "mixed" : p->excites ? "excitatory" : "inhibitory");
    if (p->size > 1 && p->place <= 2)
        sbuf_printf(m->out, "  size = %u\n", p->size);
    if (p->place)
        say_place(m, p->place);
    if (p->by_equation)
        say_equations(m, p);
    else
        say_rate_neurons(m, p);
    say(m, "}\n");
}

/* ---- connections ---- */

static void say_literal(DrawnModel *m, const DrawnPop *pre, const DrawnPop *post)
{
    say(m, "[");
    for (unsigned r = 0; r < post->size; r++) {
        say(m, r ? ", [" : "[");
        for (unsigned c = 0; c < pre->size; c++) {
            say(m, c ? ", " : "");
            say_hundredths(m, 0, 30);
        }
        say(m, "]");
    }
    say(m, "]");
}

static void say_kernel(DrawnModel *m, unsigned place)
{
    unsigned k = below(m->d, LENGTH_OF(shape_word));
    bool length = strcmp(shape_word[k].condition, "LENGTH") == 0;
    if (!length && place != 2)
        say(m, "exp(-distance / 100 um)");
    else
        sbuf_printf(m->out, length ? "%s(%u0 um)" : "%s(%u)", shape_word[k].name, 1 + below(m->d, 9));
    if (place % 2 == 0 && one_in(m, 2))
        say(m, ", normalize = yes");
}

static void say_weight(DrawnModel *m, const DrawnPop *pre, const DrawnPop *post)
{
    const char *unit = post->by_equation ? " * 1 per ms" : "";
    bool near = pre->place && pre->place == post->place, draws = false;
    say(m, "weight = ");
    switch (below(m->d, 6)) {
    case 0:
        say(m, "0.2 * ");
        say_literal(m, pre, post);
        sbuf_printf(m->out, "%s }\n", unit);
        return;
    case 1:
        sbuf_printf(m->out, "0.1 * exp(-abs(pre.i - post.i))%s", unit);
        break;
    case 2:
        say(m, "uniform(0, 0.2)");
        say(m, unit);
        draws = true;
        break;
    default:
        say_constant(m, 2);
        say(m, unit);
    }
    if (near && one_in(m, 2)) {
        say(m, "; pattern = kernel(");
        say_kernel(m, pre->place);
        say(m, ")");
    } else if (one_in(m, 3)) {
        say(m, one_in(m, 2) ? "; pattern = random(p = 0.5)" : "; pattern = random(indegree = 1)");
        draws = true;
    } else if (pre->size == post->size && one_in(m, 3)) {
        say(m, "; pattern = one_to_one");
    }
    if (one_in(m, 4))
        say(m, one_in(m, 2) ? "; scale = 1/n" : "; scale = 1/sqrt(n)");
    if (pre == post && pre->size > 1 && one_in(m, 3))
        say(m, "; self = no");
    if (one_in(m, 6) && draws)
        say(m, "; seed = 7");
    say(m, " }\n");
}

static void say_current(DrawnModel *m, const DrawnPop *pre)
{
    static const char *const text[] = { "pre.rate * (2 - post.v)", "pre.v - post.v", "tanh(pre.v) * post.w", "sin(pre.v - post.v)",
                                        "tanh(pre.v - post.v)", "max(pre.v - post.v, 0) * post.w" };
    unsigned k = pre->by_equation ? below(m->d, 6) : 0;
    sbuf_printf(m->out, "current = %s; ", text[k]);
}

static void say_connection(DrawnModel *m)
{
    const DrawnPop *pre = &m->pop[below(m->d, m->n_pops)], *post = &m->pop[below(m->d, m->n_pops)];
    begin(m);
    sbuf_printf(m->out, "connect %s -> %s { ", pre->name, post->name);
    if (post->by_equation && one_in(m, 2))
        say_current(m, pre);
    if (m->delayed && one_in(m, 2)) {
        say(m, "delay = ");
        say_time(m, 0, 3);
        say(m, "; ");
    }
    say_weight(m, pre, post);
}

/* ---- circuits ---- */

static void say_circuit(DrawnModel *m)
{
    begin(m);
    say(m, "circuit Pair(drive, self = 0.2, cross = ");
    say_constant(m, 1);
    say(m, ") {\n  let own = self / 2\n  population E excitatory { tau = ");
    say_time(m, 5, 20);
    say(m, "; cost = nonnegative; input = drive }\n  population I inhibitory { tau = ");
    say_time(m, 5, 20);
    say(m, "; cost = box(0, 3) }\n  connect E -> E { weight = own }\n  connect E -> I { weight = 1 }\n"
           "  connect I -> E { weight = cross }\n}\n");
    begin(m);
    say(m, "instance one = Pair(");
    say_constant(m, 1);
    say(m, one_in(m, 2) ? ", cross = 0.3)\n" : ")\n");
    if (one_in(m, 2))
        return;
    begin(m);
    say(m, "instance L[3] = Pair(drive = 1 - index / 4)\n");
    begin(m);
    say(m, "connect L[k].E -> L[k + 1].E { weight = 0.5 } for k in 0..1\n");
    begin(m);
    say(m, "connect L[2].E -> one.E { weight = 0.5 * one.own }\n");
}

/* ---- constants ---- */

static void say_constants(DrawnModel *m)
{
    for (unsigned n = 1 + below(m->d, 3); n > 0; n--) {
        begin(m);
        bool param = one_in(m, 2);
        sbuf_printf(m->out, "%s c%u = ", param ? "param" : "let", m->n_consts);
        say_constant(m, param ? 0 : 2);
        say(m, param && one_in(m, 2) ? " in [0, 10]\n" : "\n");
        m->n_consts++;
    }
    if (one_in(m, 3)) {
        begin(m);
        say(m, "function f(x, y) = ");
        say_formula(m, "x", 2);
        say(m, " * y\n");
        m->has_function = true;
    }
    m->has_stimulus = one_in(m, 4);
    if (m->has_stimulus) {
        begin(m);
        say(m, "param stimulus = 0.5 in [0, 5]\n");
    }
}

/* ---- the run ---- */

static void say_record(DrawnModel *m, unsigned number)
{
    const DrawnPop *p = &m->pop[number % m->n_pops];
    switch (number / m->n_pops) {
    case 0: say(m, p->name); break;
    case 1: sbuf_printf(m->out, "mean(%s)", p->name); break;
    case 2: sbuf_printf(m->out, "input(%s)", p->name); break;
    case 3: sbuf_printf(m->out, "%s[%u]", p->name, below(m->d, p->size)); break;
    case 4: sbuf_printf(m->out, p->by_equation ? "sum(%s.v^2)" : "sum(abs(%s - 1))", p->name); break;
    default: say(m, m->has_circuit ? "one.E" : "t");
    }
}

static void say_simulate(DrawnModel *m)
{
    begin(m);
    say(m, "simulate {\n  duration = ");
    say_time(m, 10, 40);
    sbuf_printf(m->out, "\n  method = %s\n", m->method->name);
    if (m->method->adaptive)
        sbuf_printf(m->out, "  rtol = 1e-%u\n", 3 + below(m->d, 6));
    else
        say(m, one_in(m, 2) ? "  step = 0.5 ms\n" : "  step = 0.1 ms\n");
    if (one_in(m, 3))
        sbuf_printf(m->out, "  seed = %u\n", below(m->d, 1000));
    if (m->has_stimulus)
        say(m, "  at 3 ms stimulus = 2\n  at 7 ms stimulus = 0\n");
    say(m, "  record ");
    unsigned first = below(m->d, m->n_pops), n = 1 + below(m->d, 5);
    for (unsigned k = 0; k < n; k++) {
        say(m, k ? ", " : "");
        say_record(m, first + k * m->n_pops);
    }
    say(m, " every 1 ms\n}\n");
}

/* ---- all of it ---- */

static void choose(DrawnModel *m)
{
    m->method = &method_word[below(m->d, LENGTH_OF(method_word))];
    m->with_units = !one_in(m, 4);
    m->fixed = !m->method->adaptive;
    m->noisy = m->method->noise;
    m->delayed = m->method->delays && one_in(m, 2);
}

/* Pure numbers for everything: a model may have no units at all. */
static void without_units(const Sbuf *text, Sbuf *out)
{
    static const char *const unit[] = { " ms", " um", " per ms", " per sqrt(ms)" };
    for (const char *s = sbuf_text(text); *s;) {
        size_t skip = 0;
        for (unsigned k = 0; k < LENGTH_OF(unit); k++)
            if (strncmp(s, unit[k], strlen(unit[k])) == 0)
                skip = strlen(unit[k]);
        if (!skip)
            sbuf_char(out, *s++);
        s += skip;
    }
}

/* The declarations in another order: it has no meaning. */
static void shuffle(DrawnModel *m, Sbuf *out)
{
    size_t order[MODEL_MAX_DECLS];
    for (unsigned k = 0; k < m->n_decls; k++) {
        unsigned j = below(m->d, k + 1);
        order[k] = order[j];
        order[j] = k;
    }
    for (unsigned k = 0; k < m->n_decls; k++) {
        size_t from = m->decl_from[order[k]], to = order[k] + 1 < m->n_decls ? m->decl_from[order[k] + 1] : m->out->n;
        sbuf_mem(out, m->out->text + from, to - from);
    }
}

/* Appends the text of a model. */
static void random_model(Draw *d, Sbuf *out)
{
    Sbuf in_order = { 0 };
    DrawnModel m = { .d = d, .out = &in_order };
    choose(&m);
    say_constants(&m);
    m.n_pops = 1 + below(d, 3);
    for (unsigned k = 0; k < m.n_pops; k++)
        say_population(&m, &m.pop[k], k);
    for (unsigned n = below(d, 2 * m.n_pops + 1); n > 0; n--)
        say_connection(&m);
    m.has_circuit = one_in(&m, 4);
    if (m.has_circuit)
        say_circuit(&m);
    static const char *const require[] = { "require dale\n", "require stable\n", "require unique_equilibrium\n" };
    for (unsigned k = 0; k < LENGTH_OF(require); k++)
        if (one_in(&m, 3)) {
            begin(&m);
            say(&m, require[k]);
        }
    if (!one_in(&m, 12))
        say_simulate(&m);
    Sbuf text = { 0 };
    shuffle(&m, &text);
    if (m.with_units)
        sbuf_mem(out, text.text, text.n);
    else
        without_units(&text, out);
    sbuf_free(&text);
    sbuf_free(&in_order);
}
#endif
