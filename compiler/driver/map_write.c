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

/* ---- the page ---- */

/* In pixels: the plot, what is written around it, and below all that the legend in columns. gnuplot's own key is as wide as its longest
 * text, and leaves the page, or is left out, where that does not fit. */
enum {
    WIDTH = 800, PLOT_HEIGHT = 480, ABOVE = 50, BELOW = 70, LEFT = 90, RIGHT = 30,
    LEGEND_COLUMNS = 2, LEGEND_ROW = 24, LEGEND_LEFT = 40, LEGEND_COLUMN = (WIDTH - LEGEND_LEFT) / LEGEND_COLUMNS, SWATCH_WIDTH = 28,
    SWATCH_HEIGHT = 14, SWATCH_GAP = 8
};

typedef struct Page {
    size_t n_regions;
    MapRegion region[N_MAP_REGIONS];        /* that have cells */
    int height;
} Page;

static Page page_of(const Map *m)
{
    bool seen[N_MAP_REGIONS] = {false};
    Page page = {0};
    for (size_t k = 0; k < m->cells.n; k++)
        seen[m->cells.at[k].region] = true;
    for (int r = 0; r < N_MAP_REGIONS; r++)
        if (seen[r])
            page.region[page.n_regions++] = (MapRegion)r;
    page.height = ABOVE + PLOT_HEIGHT + BELOW + LEGEND_ROW * (int)((page.n_regions + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS);
    return page;
}

/* From the left and the top, as gnuplot's parts of the page. */
static void put_place(const Page *page, int x, int y, Sbuf *out)
{
    sbuf_printf(out, "screen %.6f,%.6f", (double)x / WIDTH, 1 - (double)y / page->height);
}

/* Column after column. */
static void put_legend(const Page *page, Sbuf *out)
{
    int n_rows = (int)((page->n_regions + LEGEND_COLUMNS - 1) / LEGEND_COLUMNS);
    for (int k = 0; k < (int)page->n_regions; k++) {
        const MapRegionRow *region = &map_region[page->region[k]];
        int x = LEGEND_LEFT + k / n_rows * LEGEND_COLUMN, y = ABOVE + PLOT_HEIGHT + BELOW + k % n_rows * LEGEND_ROW;
        sbuf_str(out, "set object rectangle from ");
        put_place(page, x, y, out);
        sbuf_str(out, " to ");
        put_place(page, x + SWATCH_WIDTH, y + SWATCH_HEIGHT, out);
        sbuf_printf(out, " fillcolor rgb '%s' fillstyle solid border rgb '#888888'\nset label ", region->colour);
        put_quoted(out, region->label);
        sbuf_str(out, " at ");
        put_place(page, x + SWATCH_WIDTH + SWATCH_GAP, y + SWATCH_HEIGHT / 2, out);
        sbuf_str(out, " left noenhanced\n");
    }
}

static void put_axes(const Map *m, Sbuf *out)
{
    for (int axis = 0; axis < 2; axis++) {
        sbuf_printf(out, "set %clabel ", axis ? 'y' : 'x');
        put_quoted(out, m->name[axis]);
        sbuf_printf(out, " noenhanced\nset %crange [", axis ? 'y' : 'x');
        put_double(out, m->lo[axis]);
        sbuf_char(out, ':');
        put_double(out, m->hi[axis]);
        sbuf_str(out, "]\n");
    }
}

void map_write_script(const Map *m, const char *title, bool is_png, Sbuf *out)
{
    Page page = page_of(m);
    sbuf_printf(out, "set terminal %s size %d,%d\nset title ", is_png ? "png" : "svg", WIDTH, page.height);
    put_quoted(out, title);
    sbuf_str(out, " noenhanced\nunset key\nset tics out\n");
    sbuf_printf(out, "set lmargin at screen %.6f\nset rmargin at screen %.6f\n", (double)LEFT / WIDTH, 1 - (double)RIGHT / WIDTH);
    sbuf_printf(out, "set tmargin at screen %.6f\nset bmargin at screen %.6f\n", 1 - (double)ABOVE / page.height,
                1 - (double)(ABOVE + PLOT_HEIGHT) / page.height);
    put_axes(m, out);
    put_cells(m, out);
    put_legend(&page, out);
    sbuf_str(out, "plot NaN notitle\n");
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
