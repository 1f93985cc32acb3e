/* The proofs of a map. Cells share them: what was found for one cell is tried on the next ones first. */
#include "compiler/driver/map.h"

#include <string.h>

MapFile map_as_file(const Map *m)
{
    const RangeProblem *p = &m->problem;
    MapFile file = {.n_proofs = m->proofs.n, .proof = m->proofs.at, .n_cells = m->cells.n, .cell = m->cells.at};
    file.plane.matrix = p->base;
    file.plane.ranges = p->ranges;
    if (p->attained_base.q) {
        file.attained.matrix = p->attained_base;
        file.attained.ranges = p->attained;
    }
    return file;
}

static void use(Map *m, size_t number)
{
    size_t k = 0;
    while (k < m->n_recent && m->recent[k] != number)
        k++;
    if (k == m->n_recent && m->n_recent < MAP_RECENT)
        m->n_recent++;
    else if (k == m->n_recent)
        k--;
    memmove(m->recent + 1, m->recent, k * sizeof *m->recent);
    m->recent[0] = number;
}

size_t map_keep(Map *m, Evidence *e)
{
    Arena *arena = &m->problem.cx->arena;
    MapFile file = map_as_file(m);
    Sbuf text = {0};
    size_t k = m->proofs.n;
    map_proof_write(&file, e, &text);
    while (k > 0 && strcmp(m->texts.at[k - 1], sbuf_text(&text)) != 0)
        k--;
    if (k > 0) {
        evidence_clear(e);
    } else {
        vec_push(arena, &m->proofs, *e);
        vec_push(arena, &m->texts, arena_strdup(arena, sbuf_text(&text)));
        k = m->proofs.n;
    }
    *e = (Evidence){0};
    sbuf_free(&text);
    use(m, k - 1);
    return k - 1;
}

/* Beside diagonal stability one statement of convergence is enough. The shortest ones first: they are the most likely to be those of
 * other cells, too. */
void map_strip(Evidence *e)
{
    static const StatementKind best[] = {STATEMENT_EQUAL_TAU, STATEMENT_PLANAR_SIGNS, STATEMENT_PLANAR_SMOOTH, STATEMENT_PLANAR_BOUNDED,
                                         STATEMENT_PROJECTED, STATEMENT_SWITCHED, STATEMENT_CONTRACTION_TWO, STATEMENT_LURE_POPOV};
    for (size_t b = 0; e->is_certificate && b < sizeof best / sizeof *best; b++)
        for (size_t k = 0; k < e->n_statements; k++) {
            if (e->statement[k].kind != best[b] || e->statement[k].is_part)
                continue;
            Statement kept = e->statement[k];
            e->statement[k] = e->statement[--e->n_statements];
            while (e->n_statements > 0)
                statement_clear(&e->statement[--e->n_statements]);
            e->statement[e->n_statements++] = kept;
            return;
        }
}

bool map_looks_further(const Map *m)
{
    return m->problem.at_input || m->problem.straight;
}

/* Nothing more could be said of a cell that it holds in. */
static bool is_final(const Map *m, const Evidence *e)
{
    if (e->is_certificate)
        return !m->may_converge || evidence_converges(e);
    return !map_looks_further(m) || range_beside(e) >= (range_adds_to_runaway(&m->problem) ? BESIDE_RUNAWAY_SEVERAL : BESIDE_RUNAWAY);
}

size_t map_recall(Map *m, const MapCell *c)
{
    const RangeProblem *p = &m->problem;
    for (size_t k = 0; k < m->n_recent; k++) {
        size_t number = m->recent[k];
        const Evidence *e = &m->proofs.at[number];
        const RangeCell cell = {.lo = c->lo, .hi = c->hi, .evidence = *e};
        bool attained = !e->is_certificate && p->attained_base.q;
        if (!is_final(m, e) ||
            range_cell_fault(p->cx, attained ? &p->attained_base : &p->base, attained ? &p->attained : &p->ranges, &cell))
            continue;
        use(m, number);
        return number;
    }
    return MAP_NO_PROOF;
}
