#include <jansson.h>
#include <math.h>

#include "compiler/game/game.h"

/* "Infinity" and "-Infinity" are no numbers of JSON; what is not known is null. */
static json_t *number(double x)
{
    return isnan(x) ? json_null() : isinf(x) ? json_string(x > 0 ? "inf" : "-inf") : json_real(x);
}

static json_t *player(const Game *g, const GamePoint *p, size_t a)
{
    const PlayerState *s = &p->at[a];
    json_t *o = json_object();
    json_object_set_new(o, "name", json_string(g->row[a].name));
    json_object_set_new(o, "neurons", json_integer((json_int_t)g->row[a].size));
    if (!unit_is_none(g->row[a].unit)) {
        Sbuf unit = {0};
        unit_print(g->row[a].unit, &unit);
        json_object_set_new(o, "unit", json_string(sbuf_text(&unit)));
        sbuf_free(&unit);
    }
    json_object_set_new(o, "rate", number(s->rate));
    json_object_set_new(o, "input", number(s->input));
    json_object_set_new(o, "interaction_cost", number(s->interaction));
    json_object_set_new(o, "activation_cost", number(s->activation));
    json_object_set_new(o, "energy", number(s->energy));
    json_object_set_new(o, "error", number(s->error));
    json_object_set_new(o, "best_response", number(s->best_response));
    json_object_set_new(o, "exploitability", number(s->exploitability));
    json_object_set_new(o, "convex", json_boolean(g->row[a].convex == TRUTH_CERTIFIED));
    return o;
}

static json_t *point(const Game *g, const GamePoint *p)
{
    json_t *o = json_object(), *players = json_array();
    for (size_t a = 0; a < g->n_rows; a++)
        json_array_append_new(players, player(g, p, a));
    if (p->is_equilibrium) {
        json_object_set_new(o, "proved", json_boolean(p->is_proved));
        json_object_set_new(o, "radius", p->is_proved ? json_real(p->radius) : json_null());
        json_object_set_new(o, "attracts", p->attracts ? json_true() : p->is_unstable ? json_false() : json_null());
        json_object_set_new(o, "nash", p->is_proved && game_is_convex(g) ? json_true() : json_null());
    }
    json_object_set_new(o, "players", players);
    return o;
}

static json_t *potential(const Game *g)
{
    const Evidence *e = &g->report->lds.evidence;
    for (size_t k = 0; k < e->n_statements; k++)
        if (e->statement[k].kind == STATEMENT_POTENTIAL || e->statement[k].kind == STATEMENT_NO_POTENTIAL)
            return json_boolean(e->statement[k].kind == STATEMENT_POTENTIAL);
    return json_null();
}

json_t *game_json(const Game *g)
{
    json_t *o = json_object(), *list = json_array();
    const char *name = g->report->net->model->name;
    bool is_state = g->n_points && !g->point[0].is_equilibrium;
    for (size_t k = 0; !is_state && k < g->n_points; k++)
        json_array_append_new(list, point(g, &g->point[k]));
    json_object_set_new(o, "model", name ? json_string(name) : json_null());
    json_object_set_new(o, "convex", json_boolean(game_is_convex(g)));
    json_object_set_new(o, "potential", potential(g));
    json_object_set_new(o, "unique", g->report->stability.unique == TRUTH_CERTIFIED ? json_true()
                                   : g->report->stability.unique == TRUTH_REFUTED   ? json_false() : json_null());
    if (is_state)
        json_object_set_new(o, "state", point(g, &g->point[0]));
    json_object_set_new(o, "equilibria", list);
    return o;
}
