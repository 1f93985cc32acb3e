#include "compiler/game/game.h"

#include <math.h>
#include <string.h>

#include "compiler/check/report_text.h"

enum { MOST_ROWS = 20, LEAST_NAME = 10, COLUMN = 16 };

static void print_head(const Game *g, Sbuf *out)
{
    const Net *net = g->report->net;
    sbuf_printf(out, "%s: a game of %zu %s in %zu %s\n\n", net->model->name ? net->model->name : "model", net->n,
                report_plural(net->n, "neuron", "neurons"), net->n_pops, report_plural(net->n_pops, "population", "populations"));
}

/* The first row whose energy is not known to be convex. */
static const GameRow *bent_row(const Game *g)
{
    for (size_t a = 0; a < g->n_rows; a++)
        if (g->row[a].convex != TRUTH_CERTIFIED)
            return &g->row[a];
    return NULL;
}

static void print_energies(const Game *g, Sbuf *out)
{
    const GameRow *bent = bent_row(g);
    Sbuf text = {0};
    if (!bent)
        sbuf_str(&text, "each is convex in the neuron's own rate (slope * own weight is at most 1), so that every equilibrium is a Nash "
                        "equilibrium: no neuron lowers its energy alone");
    else if (isinf(bent->steepness))
        sbuf_printf(&text, "that of %s need not be convex in its own rate: it has a weight of its own, and the slope of its activation is not "
                    "bounded. An equilibrium need not be a Nash equilibrium", bent->name);
    else
        sbuf_printf(&text, "that of %s is not convex in its own rate where slope * own weight is %.4g, above 1. An equilibrium need not be a Nash "
                    "equilibrium", bent->name, bent->steepness);
    report_line(out, "energies", sbuf_text(&text));
    sbuf_free(&text);
}

/* What is said of the game as a whole: the first statement of this kind. */
static bool has_statement(const Game *g, StatementKind kind)
{
    const Evidence *e = &g->report->lds.evidence;
    for (size_t k = 0; k < e->n_statements; k++)
        if (e->statement[k].kind == kind)
            return true;
    return false;
}

static void print_structure(const Game *g, Sbuf *out)
{
    static const struct { StatementKind kind; const char *label, *text; } row[] = {
        {STATEMENT_POTENTIAL, "potential", "there is a weighted one: a change of one rate alone changes it by a fixed multiple of what that neuron's energy changes by"},
        {STATEMENT_NO_POTENTIAL, "potential", "none, whatever the weights of the players: along some pair or cycle of neurons the connections do not match"},
        {STATEMENT_SADDLE, "saddle", "the neurons of one sign go down what those of the other go up"},
    };
    for (size_t k = 0; k < sizeof row / sizeof *row; k++)
        if (has_statement(g, row[k].kind)) {
            Sbuf text = {0};
            sbuf_printf(&text, "%s (Theorem %d)", row[k].text, statement_table[row[k].kind].theorem);
            report_line(out, row[k].label, sbuf_text(&text));
            sbuf_free(&text);
        }
}

/* Slopes that occur where rates end up prove that at this input there is no other. */
static bool is_one_here(const Game *g)
{
    const Evidence *e = &g->report->local.evidence;
    bool found = false;
    for (size_t k = 0; k < e->n_statements; k++)
        found |= e->statement[k].kind == STATEMENT_LOCAL_SLOPES;
    return found && g->report->local.verdict == TRUTH_CERTIFIED;
}

static void print_count(const Game *g, Sbuf *out)
{
    size_t n_proved = 0;
    Sbuf text = {0};
    for (size_t k = 0; k < g->n_points; k++)
        n_proved += g->point[k].is_proved;
    if (g->report->stability.unique == TRUTH_CERTIFIED)
        sbuf_str(&text, "exactly one, whatever the constant input is (eigc check has the proof)");
    else if (is_one_here(g))
        sbuf_printf(&text, "exactly one %s (eigc check has the proof)", g->when);
    else if (g->n_points == 0)
        sbuf_printf(&text, "none was found %s; that is no proof that there is none", g->when);
    else
        sbuf_printf(&text, "%zu found %s, %zu of them proved; there may be others", g->n_points, g->when, n_proved);
    report_line(out, "equilibria", sbuf_text(&text));
    sbuf_free(&text);
}

/* ---- a state ---- */

static void print_number(double x, Sbuf *out)
{
    if (isnan(x))
        sbuf_printf(out, "%*s", COLUMN, "not known");
    else if (isinf(x))
        sbuf_printf(out, "%*s", COLUMN, x > 0 ? "infinite" : "-infinite");
    else
        sbuf_printf(out, "%*.8g", COLUMN, x == 0 ? 0 : x);
}

/* "E", "E (Hz)" */
static void print_name(const GameRow *r, Sbuf *out)
{
    sbuf_str(out, r->name);
    if (unit_is_none(r->unit))
        return;
    sbuf_str(out, " (");
    if (r->scale != 1)
        sbuf_str(out, "Hz");
    else
        unit_print(r->unit, out);
    sbuf_char(out, ')');
}

static size_t name_width(const Game *g)
{
    size_t width = LEAST_NAME;
    for (size_t a = 0; a < g->n_rows && a < MOST_ROWS; a++) {
        Sbuf name = {0};
        print_name(&g->row[a], &name);
        width = name.n > width ? name.n : width;
        sbuf_free(&name);
    }
    return width;
}

static void print_player(const GameRow *r, const PlayerState *s, size_t width, Sbuf *out)
{
    double unit = r->scale, square = unit * unit;
    const double column[] = {s->rate * unit, s->interaction * square, s->activation * square, s->energy * square, s->best_response * unit};
    size_t from = out->n;
    sbuf_str(out, "  ");
    print_name(r, out);
    while (out->n < from + 2 + width)
        sbuf_char(out, ' ');
    for (size_t k = 0; k < sizeof column / sizeof *column; k++)
        print_number(column[k], out);
    sbuf_str(out, "  ");
    print_number(s->exploitability * square, out);
    sbuf_char(out, '\n');
}

static void print_players(const Game *g, const GamePoint *p, Sbuf *out)
{
    size_t width = name_width(g);
    sbuf_printf(out, "  %-*s%*s%*s%*s%*s%*s%*s\n", (int)width, "", COLUMN, "rate", COLUMN, "interaction", COLUMN, "activation", COLUMN, "energy",
                COLUMN, "best response", COLUMN + 2, "exploitability");
    for (size_t a = 0; a < g->n_rows && a < MOST_ROWS; a++)
        print_player(&g->row[a], &p->at[a], width, out);
    if (g->n_rows > MOST_ROWS)
        sbuf_printf(out, "  and %zu more; --json has all\n", g->n_rows - MOST_ROWS);
}

/* The row whose best response is better than what it does by most, of those whose energy need not be convex; or NULL. */
static const GameRow *most_exploitable(const Game *g, const GamePoint *p)
{
    const GameRow *most = NULL;
    double largest = 0;
    for (size_t a = 0; a < g->n_rows; a++)
        if (g->row[a].convex != TRUTH_CERTIFIED && p->at[a].exploitability > largest) {
            largest = p->at[a].exploitability;
            most = &g->row[a];
        }
    return most;
}

static void print_equilibrium(const Game *g, const GamePoint *p, size_t number, Sbuf *out)
{
    const GameRow *most = most_exploitable(g, p);
    Sbuf label = {0}, text = {0};
    sbuf_printf(&label, "equilibrium %zu", number);
    bool alike = game_has_rows_of_many(g) && g->report->stability.unique != TRUTH_CERTIFIED;
    if (p->is_proved)
        sbuf_printf(&text, "proved: within %.2g of these rates, and alone in its box%s", p->shown_radius,
                    alike ? " among states in which the neurons of each row are equal" : "");
    else
        sbuf_str(&text, "found in floating point, not proved");
    if (p->attracts)
        sbuf_str(&text, "; it attracts what starts near it, exponentially");
    if (p->is_unstable)
        sbuf_str(&text, "; it is unstable");
    if (most)
        sbuf_printf(&text, ". No Nash equilibrium, as far as floating point tells: %s alone would lower its energy", most->name);
    report_line(out, sbuf_text(&label), sbuf_text(&text));
    sbuf_free(&label);
    sbuf_free(&text);
}

static void print_state(const Game *g, const GamePoint *p, Sbuf *out)
{
    double sum = 0;
    Sbuf text = {0};
    for (size_t a = 0; a < g->n_rows; a++)
        sum += p->at[a].exploitability * (double)g->row[a].size;
    if (isnan(sum))
        sbuf_str(&text, "not known of all neurons");
    else if (isinf(sum))
        sbuf_str(&text, "infinite in all: some energy has no least value, or is infinite here");
    else
        sbuf_printf(&text, "%.8g in all: 0 at a Nash equilibrium, and nowhere else", sum);
    report_line(out, "exploitability", sbuf_text(&text));
    sbuf_free(&text);
}

void game_print(const Game *g, Sbuf *out)
{
    print_head(g, out);
    print_energies(g, out);
    print_structure(g, out);
    if (g->n_points == 0 || g->point[0].is_equilibrium)
        print_count(g, out);
    for (size_t k = 0; k < g->n_points; k++) {
        const GamePoint *p = &g->point[k];
        sbuf_char(out, '\n');
        if (p->is_equilibrium)
            print_equilibrium(g, p, k + 1, out);
        else
            print_state(g, p, out);
        print_players(g, p, out);
    }
}
