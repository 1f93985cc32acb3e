#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/driver/diagnose.h"
#include "compiler/driver/json_out.h"
#include "compiler/driver/pipeline.h"
#include "compiler/game/game.h"

/* ---- the state of --at ---- */

static bool complain(const char *what, const char *name)
{
    fprintf(stderr, "eigc nash: %s '%s'\n", what, name);
    return false;
}

static bool complain_population(const Net *net, const char *typed)
{
    const char **name = calloc(net->n_pops + 1, sizeof *name);
    if (!name)
        arena_on_exhausted(net->n_pops * sizeof *name);
    for (size_t a = 0; a < net->n_pops; a++)
        name[a] = net->pop[a].model->name;
    const char *near = diag_nearest(typed, name, net->n_pops);
    fprintf(stderr, "eigc nash: --at names no population '%s' of the model", typed);
    fprintf(stderr, near ? "; did you mean '%s'?\n" : "\n", near);
    free(name);
    return false;
}

static bool read_rate(const Setting *at, double *out)
{
    char *end;
    *out = strtod(at->value, &end);
    return (*end == '\0' && isfinite(*out)) || complain("--at takes a number as a rate, not", at->value);
}

/* The rates of --at, one a population; NULL after a message. */
static double *asked_state(Compilation *c)
{
    const Net *net = c->net;
    double *rate = ARENA_ARRAY(&c->cx.arena, net->n_pops, double);
    for (size_t a = 0; a < net->n_pops; a++)
        rate[a] = NAN;
    for (size_t k = 0; k < c->options->n_at; k++) {
        const Setting *at = &c->options->at[k];
        size_t a = 0;
        while (a < net->n_pops && strcmp(net->pop[a].model->name, at->name) != 0)
            a++;
        if (a == net->n_pops ? !complain_population(net, at->name) : !read_rate(at, &rate[a]))
            return NULL;
    }
    for (size_t a = 0; a < net->n_pops; a++)
        if (isnan(rate[a])) {
            complain("a state has a rate for each population, and --at gives none for", net->pop[a].model->name);
            return NULL;
        }
    return rate;
}

/* ---- the command ---- */

static void print_json(Compilation *c, const Game *g, const char *reason)
{
    json_t *root = g ? game_json(g) : json_object();
    json_object_set_new(root, "file", json_path(&c->cx, c->path));
    if (reason)
        json_object_set_new(root, "reason", json_string(reason));
    json_object_set_new(root, "diagnostics", json_diagnostics(&c->cx));
    json_print(root);
}

static void print_text(const Game *g)
{
    Sbuf text = {0};
    game_print(g, &text);
    fputs(sbuf_text(&text), stdout);
    sbuf_free(&text);
}

/* False, with *reason or after a message, where there is no game. */
static bool make_game(Compilation *c, Game *g, const char **reason, ExitStatus *status)
{
    const double *asked = NULL;
    if (c->options->n_at && !(asked = asked_state(c))) {
        *status = STATUS_WRONG;
        return false;
    }
    if (!game_of(&c->cx, c->net, c->report, asked, g, reason)) {
        *status = STATUS_NOT_PROVED;
        return false;
    }
    *status = asked || game_has_equilibrium(g) ? STATUS_DONE : STATUS_NOT_PROVED;
    return true;
}

ExitStatus cmd_nash(const Options *o)
{
    Compilation c;
    Game g;
    ExitStatus status;
    const char *reason = NULL;
    bool made = false;

    compilation_init(&c, o, o->operand);
    c.only_check = true;
    if (compilation_run(&c, PHASE_check))
        made = make_game(&c, &g, &reason, &status);
    else
        status = compilation_failure(&c);
    diagnose(&c.cx, o);
    if (!made && reason)
        fprintf(stderr, "eigc nash: no game is made of this model: %s\n", reason);
    if (o->json)
        print_json(&c, made ? &g : NULL, made ? NULL : reason);
    else if (made && !o->quiet)
        print_text(&g);
    compilation_free(&c);
    return status;
}
