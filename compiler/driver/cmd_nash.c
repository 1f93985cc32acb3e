#include <jansson.h>

#include "compiler/driver/diagnose.h"
#include "compiler/driver/json_out.h"
#include "compiler/driver/nash_state.h"
#include "compiler/driver/pipeline.h"
#include "compiler/game/game.h"

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
    if (c->options->n_at && !(asked = nash_state(c))) {
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
