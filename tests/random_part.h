/* The small parts of models drawn at random (random_model.h): numbers, formulas,
 * distributions, inputs, costs. Each function says one into the model's text. */
#ifndef TESTS_RANDOM_PART_H
#define TESTS_RANDOM_PART_H
#include <stdbool.h>
#include <string.h>

#include "lang/base/sbuf.h"
#include "tests/draw.h"
#include "tests/words.h"

enum { MODEL_MAX_POPS = 5, MODEL_MAX_DECLS = 64 };

typedef struct DrawnPop {
    char name[8];
    unsigned size, place;       /* place: 0 none, else a number of a place: one kind and one length */
    bool excites, mixed, by_equation, has_rate;
} DrawnPop;

typedef struct DrawnModel {
    Draw *d;
    Sbuf *out;
    bool with_units, noisy, delayed, fixed;     /* fixed: a method with a step */
    const MethodWord *method;
    unsigned n_pops;
    DrawnPop pop[MODEL_MAX_POPS];
    unsigned n_consts;                          /* c0, c1, ... above 0 */
    bool has_function, has_stimulus, has_circuit;       /* f(x, y); param stimulus; instance one of circuit Pair */
    size_t decl_from[MODEL_MAX_DECLS];          /* where the text of each declaration begins */
    unsigned n_decls;
} DrawnModel;

static void say(DrawnModel *m, const char *text)
{
    sbuf_str(m->out, text);
}

static bool one_in(DrawnModel *m, unsigned n)
{
    return below(m->d, n) == 0;
}

/* ---- numbers ---- */

/* Between lo/100 and hi/100. */
static void say_hundredths(DrawnModel *m, unsigned lo, unsigned hi)
{
    unsigned k = lo + below(m->d, hi - lo + 1);
    sbuf_printf(m->out, "%u", k / 100);
    if (k % 100)
        sbuf_printf(m->out, k % 10 ? ".%02u" : ".%u", k % 10 ? k % 100 : k % 100 / 10);
}

static void say_time(DrawnModel *m, unsigned lo, unsigned hi)
{
    sbuf_printf(m->out, "%u ms", lo + below(m->d, hi - lo + 1));
}

/* A constant above 0 and not large. */
static void say_constant(DrawnModel *m, int depth)
{
    unsigned kind = depth <= 0 ? below(m->d, 2) : below(m->d, 9);
    static const char *const pair[] = { " + ", " * ", " / " };
    switch (kind) {
    case 0:
        say_hundredths(m, 1, 150);
        break;
    case 1:
        if (m->n_consts)
            sbuf_printf(m->out, "c%u", below(m->d, m->n_consts));
        else
            say(m, "0.7");
        break;
    case 2: case 3: case 4:
        say(m, "(");
        say_constant(m, depth - 1);
        say(m, pair[kind - 2]);
        say_constant(m, depth - 1);
        say(m, ")");
        break;
    case 5: case 6:
        say(m, kind == 5 ? "min(" : "max(");
        say_constant(m, depth - 1);
        say(m, ", ");
        say_constant(m, depth - 1);
        say(m, ")");
        break;
    default:
        say(m, kind == 7 ? "sqrt(" : "exp(-");
        say_constant(m, depth - 1);
        say(m, ")");
    }
}

static bool is_drawable(const CallWord *f)
{
    static const char *const narrow[] = { "log", "sqrt", "log_root", "logit_root", "log1p", "exp", "expm1", "exprel" };
    for (unsigned k = 0; k < LENGTH_OF(narrow); k++)
        if (f->name && strcmp(f->name, narrow[k]) == 0)
            return false;
    return f->name != NULL;
}

/* An expression in `x`, defined for every x. */
static void say_formula(DrawnModel *m, const char *x, int depth)
{
    unsigned kind = depth <= 0 ? below(m->d, 2) : below(m->d, 6);
    static const char *const op[] = { " + ", " - ", " * " };
    const CallWord *f = &function_word[below(m->d, LENGTH_OF(function_word))];
    switch (kind) {
    case 0:
        say_constant(m, 0);
        break;
    case 1: case 2:
        say(m, x);
        break;
    case 3:
        say(m, "(");
        say_formula(m, x, depth - 1);
        say(m, op[below(m->d, 3)]);
        say_formula(m, x, depth - 1);
        say(m, ")");
        break;
    default:
        if (!is_drawable(f)) {
            say(m, "exp(-(");
            say_formula(m, x, depth - 1);
            say(m, ")^2)");
            break;
        }
        sbuf_printf(m->out, "%s(", f->name);
        say_formula(m, x, depth - 1);
        for (int k = 1; k < f->n_args; k++) {
            say(m, ", ");
            say_constant(m, 1);
        }
        say(m, ")");
    }
}

/* ---- draws ---- */

/* A distribution above 0, of numbers in `unit` ("" or " ms"), near `scale`. */
static void say_draw(DrawnModel *m, unsigned scale, const char *unit)
{
    switch (below(m->d, 5)) {
    case 0: sbuf_printf(m->out, "uniform(%u%s, %u%s)", scale, unit, scale + 1 + below(m->d, 9), unit); break;
    case 1: sbuf_printf(m->out, "lognormal(%u%s, 0.%u)", scale, unit, below(m->d, 10)); break;
    case 2: sbuf_printf(m->out, "gamma(%u, %u%s)", 1 + below(m->d, 5), scale, unit); break;
    case 3: sbuf_printf(m->out, "truncated(normal(%u%s, 1%s), %u%s, inf)", scale, unit, unit, scale, unit); break;
    default: sbuf_printf(m->out, "exponential(%u%s)", scale, unit);
    }
}

/* ---- inputs ---- */

static void say_time_input(DrawnModel *m)
{
    switch (below(m->d, 4)) {
    case 0:
        say(m, "step(t - ");
        break;
    case 1:
        say(m, "pulse(t - ");
        say_time(m, 0, 9);
        say(m, ", ");
        break;
    case 2:
        say(m, "ramp(t - ");
        say_time(m, 0, 9);
        say(m, ", ");
        break;
    default:
        say(m, "sin(2 * pi * t / ");
    }
    say_time(m, 1, 20);
    say(m, ")");
}

static void say_input_term(DrawnModel *m, const DrawnPop *p)
{
    switch (below(m->d, 9)) {
    case 0: case 1:
        say_time_input(m);
        break;
    case 2:
        say(m, "0.1 * i");
        break;
    case 3:
        sbuf_printf(m->out, "neuron(%u)", below(m->d, p->size));
        break;
    case 4:
        if (m->has_stimulus) {
            say(m, "stimulus");
            break;
        } /* fall through */
    case 5:
        if (p->place) {
            say(m, p->place < 3 ? "cos(position / 100 um)" : "exp(-(position.x / 1 um)^2)");
            break;
        } /* fall through */
    case 6:
        if (m->fixed) {
            say(m, "noise_ou(tau = ");
            say_time(m, 1, 9);
            say(m, ", sigma = ");
            say_constant(m, 1);
            say(m, ")");
            break;
        } /* fall through */
    case 7:
        say(m, "normal(0, 0.1)");
        break;
    default:
        say(m, m->has_function ? "f(0.1 * i, y = " : "(");
        say_constant(m, 2);
        say(m, ")");
    }
}

static void say_input(DrawnModel *m, const DrawnPop *p)
{
    say_constant(m, 1);
    for (unsigned n = below(m->d, 3); n > 0; n--) {
        say(m, one_in(m, 3) ? " - " : " + ");
        if (one_in(m, 3)) {
            say_constant(m, 1);
            say(m, " * ");
        }
        say_input_term(m, p);
    }
}

/* ---- costs ---- */

static void say_cost_param(DrawnModel *m, const char *name, const char *domain)
{
    if (strcmp(domain, "UNIT_INTERVAL") == 0)
        say_hundredths(m, 1, 100);
    else if (strcmp(domain, "ABOVE_ONE") == 0 || strcmp(domain, "FROM_ONE") == 0)
        say_hundredths(m, 101, 300);
    else if (strcmp(domain, "BOUND") == 0)
        say(m, strcmp(name, "lo") != 0 ? (one_in(m, 4) ? "inf" : "1.5") : one_in(m, 4) ? "-inf" : one_in(m, 3) ? "-1" : "0");
    else
        say_constant(m, 1);
}

static void say_named_cost(DrawnModel *m, const CostWord *c)
{
    say(m, c->name);
    if (!c->param[0].name)
        return;
    bool named = one_in(m, 3);
    say(m, "(");
    for (unsigned k = 0; k < 3 && c->param[k].name; k++) {
        sbuf_printf(m->out, "%s%s%s", k ? ", " : "", named ? c->param[k].name : "", named ? " = " : "");
        say_cost_param(m, c->param[k].name, c->param[k].domain);
    }
    say(m, ")");
}

static void say_cost(DrawnModel *m)
{
    static const char *const formula[] = {
        "cost(x) = 0.3 * (x * log(x) + (1 - x) * log(1 - x)) on [0, 1]",
        "cost(x) = 0.2 * abs(x) + x^2 / 4",
        "cost(x) = 0.5 * x + x^4 on [0, inf]",
        "cost(x) = max(x - 1, 0.5 * x) + x^4 / 8 on [-3, 3]",
        "cost(x) = exp(x) on [-2, 2]",
        "activation(z) = 1 / (1 + exp(-z))",
        "activation(z) = tanh(max(z, 0))",
        "activation(z) = min(max(z, 0), 2) + 0.1 * z",
        "activation(z) = normcdf(z) + atan(z) / 4",
        "activation(z) = log1p(exp(-abs(z))) + max(z, 0)",
    };
    if (one_in(m, 4)) {
        say(m, formula[below(m->d, LENGTH_OF(formula))]);
        return;
    }
    say(m, "cost = ");
    say_named_cost(m, &cost_word[below(m->d, LENGTH_OF(cost_word))]);
    static const char *const beside[] = { " + box(0, 2)", " + linear(0.1)", " + 2 * quadratic(0.5)", " + l1(0.2)" };
    if (one_in(m, 6))
        say(m, beside[below(m->d, LENGTH_OF(beside))]);
}
#endif
