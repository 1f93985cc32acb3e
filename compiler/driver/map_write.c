/* A map as numbers and as a picture. */
#include "compiler/driver/map.h"

#include <string.h>

#include "compiler/driver/gnuplot.h"
#include "compiler/driver/write_file.h"

void map_write_csv(const Map *m, Sbuf *out)
{
    mpq_t end;
    mpq_init(end);
    sbuf_printf(out, "%s_lo,%s_hi,%s_lo,%s_hi,region\n", m->name[0], m->name[0], m->name[1], m->name[1]);
    for (size_t k = 0; k < m->cells.n; k++) {
        for (int side = 0; side < 4; side++) {
            map_end(m, &m->cells.at[k], side / 2, side % 2, end);
            num_print(end, out);
            sbuf_char(out, ',');
        }
        sbuf_printf(out, "%s\n", map_region[m->cells.at[k].region].name);
    }
    mpq_clear(end);
}

/* A decimal for the picture alone. */
static void put_double(Sbuf *out, mpq_srcptr x)
{
    sbuf_printf(out, "%.9g", mpq_get_d(x));
}

/* In single quotes, where gnuplot doubles what is one. */
static void put_quoted(Sbuf *out, const char *text)
{
    sbuf_char(out, '\'');
    for (const char *c = text; *c; c++) {
        if (*c == '\'')
            sbuf_char(out, '\'');
        sbuf_char(out, *c);
    }
    sbuf_char(out, '\'');
}

static void put_cells(const Map *m, Sbuf *out)
{
    mpq_t end;
    mpq_init(end);
    for (size_t k = 0; k < m->cells.n; k++) {
        const MapCell *c = &m->cells.at[k];
        sbuf_str(out, "set object rectangle from ");
        for (int side = 0; side < 4; side++) {      /* x lo, y lo, x hi, y hi */
            map_end(m, c, side % 2, side / 2, end);
            put_double(out, end);
            sbuf_str(out, side == 1 ? " to " : side == 3 ? " " : ",");
        }
        sbuf_printf(out, "behind fillcolor rgb '%s' fillstyle solid noborder\n", map_region[c->region].colour);
    }
    mpq_clear(end);
}

void map_write_script(const Map *m, const char *title, bool is_png, Sbuf *out)
{
    bool seen[N_MAP_REGIONS] = {false};
    const char *gap = "plot ";
    sbuf_printf(out, "set terminal %s size 800,640\nset title ", is_png ? "png" : "svg");
    put_quoted(out, title);
    sbuf_str(out, " noenhanced\nset xlabel ");
    put_quoted(out, m->name[0]);
    sbuf_str(out, " noenhanced\nset ylabel ");
    put_quoted(out, m->name[1]);
    sbuf_str(out, " noenhanced\nset key outside below noenhanced\nset tics out\n");
    for (int axis = 0; axis < 2; axis++) {
        sbuf_printf(out, "set %crange [", axis ? 'y' : 'x');
        put_double(out, m->lo[axis]);
        sbuf_char(out, ':');
        put_double(out, m->hi[axis]);
        sbuf_str(out, "]\n");
    }
    put_cells(m, out);
    for (size_t k = 0; k < m->cells.n; k++)
        seen[m->cells.at[k].region] = true;
    for (int r = 0; r < N_MAP_REGIONS; r++)
        if (seen[r]) {
            sbuf_printf(out, "%sNaN with boxes fillcolor rgb '%s' fillstyle solid title ", gap, map_region[r].colour);
            put_quoted(out, map_region[r].text);
            gap = ", ";
        }
    sbuf_char(out, '\n');
}

bool map_draw(Ctx *cx, const Map *m, const char *title, const char *path)
{
    Sbuf script = {0}, picture = {0};
    map_write_script(m, title, strstr(path, ".png") != NULL, &script);
    bool ok = gnuplot_draw(&script, &picture) && write_file(cx, path, sbuf_text(&picture), picture.n);
    sbuf_free(&picture);
    sbuf_free(&script);
    return ok;
}
