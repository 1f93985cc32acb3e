/* Maps: regions, storage, and their text. */
#include "compiler/check/proof/file/map_file.h"

#include <string.h>

#include "compiler/check/proof/file/certificate_parts.h"

/* ---- regions ---- */

const MapRegionRow map_region[N_MAP_REGIONS] = {
#define MAP_REGION(NAME, name, colour, label, text) {name, colour, label, text},
#include "compiler/check/proof/file/map_region.def"
#undef MAP_REGION
};

_Static_assert(MAP_CENTRE_RUNAWAY_NONE - MAP_CENTRE_STABLE == (int)MAP_RUNAWAY_NONE && MAP_CENTRE_STABLE == (int)MAP_RUNAWAY_NONE + 1, "in one order");

bool map_region_from_name(const char *name, MapRegion *out)
{
    for (int r = 0; r < N_MAP_REGIONS; r++)
        if (strcmp(map_region[r].name, name) == 0) {
            *out = (MapRegion)r;
            return true;
        }
    return false;
}

MapRegion map_region_of_centre(MapRegion r)
{
    return r >= MAP_CENTRE_STABLE && r < MAP_UNDECIDED ? r - MAP_CENTRE_STABLE + MAP_STABLE : r;
}

static bool states(const Evidence *e, StatementKind kind)
{
    for (size_t k = 0; k < e->n_statements; k++)
        if (e->statement[k].kind == kind)
            return true;
    return false;
}

/* Some statement says that this equilibrium attracts. */
static bool attracts(const Evidence *e, mpq_srcptr number)
{
    for (size_t k = 0; k < e->n_statements; k++)
        if ((e->statement[k].kind == STATEMENT_ATTRACTING || e->statement[k].kind == STATEMENT_PIECES_ATTRACT) &&
            mpq_equal(statement_numbers(&e->statement[k], "equilibrium")[0], number))
            return true;
    return false;
}

static bool two_attract(const Evidence *e)
{
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        if (s->kind == STATEMENT_SEVERAL && attracts(e, statement_numbers(s, "first")[0]) && attracts(e, statement_numbers(s, "second")[0]))
            return true;
    }
    return false;
}

bool map_shows(const Evidence *e, MapRegion r)
{
    switch (r) {
    case MAP_STABLE:
        return e->is_certificate && evidence_converges(e);
    case MAP_LDS:
        return e->is_certificate;
    case MAP_NOT_LDS:
        return !e->is_certificate;
    case MAP_SEVERAL_OR_NONE:
        return !e->is_certificate && states(e, STATEMENT_SEVERAL_OR_NONE);
    case MAP_ATTRACTING:
        return !e->is_certificate && (states(e, STATEMENT_ATTRACTING) || states(e, STATEMENT_PIECES_ATTRACT));
    case MAP_INHIBITION:
        return !e->is_certificate && states(e, STATEMENT_INHIBITION);
    case MAP_UNSTABLE:
        return !e->is_certificate &&
               (states(e, STATEMENT_UNSTABLE) || states(e, STATEMENT_UNSTABLE_WITHIN) || states(e, STATEMENT_PIECES_UNSTABLE));
    case MAP_SEVERAL:
        return !e->is_certificate && states(e, STATEMENT_SEVERAL);
    case MAP_BISTABLE:
        return !e->is_certificate && two_attract(e);
    case MAP_RUNAWAY_ATTRACTING:
        return map_shows(e, MAP_RUNAWAY) && map_shows(e, MAP_ATTRACTING);
    case MAP_RUNAWAY_UNSTABLE:
    case MAP_RUNAWAY_SEVERAL:
        return map_shows(e, MAP_RUNAWAY) && map_shows(e, r - MAP_RUNAWAY_UNSTABLE + MAP_UNSTABLE);
    case MAP_RUNAWAY_NONE:
        return map_shows(e, MAP_RUNAWAY) && states(e, STATEMENT_PIECES_NONE);
    case MAP_RUNAWAY:
        return !e->is_certificate &&
               (states(e, STATEMENT_RUNAWAY) || states(e, STATEMENT_PIECES_RUNAWAY) || states(e, STATEMENT_FORM_RUNAWAY));
    default:
        return false;
    }
}

/* ---- storage ---- */

void map_file_clear(MapFile *m)
{
    for (size_t k = 0; k < m->n_proofs; k++)
        evidence_clear(&m->proof[k]);
    for (size_t k = 0; k < m->n_cells; k++) {
        rationals_clear(m->cell[k].lo, m->plane.ranges.n_params);
        rationals_clear(m->cell[k].hi, m->plane.ranges.n_params);
    }
    CertificateFile *part[] = {&m->plane, &m->attained};
    for (int k = 0; k < 2; k++) {
        ranges_clear(&part[k]->ranges);
        claim_matrix_clear(&part[k]->matrix);
    }
    *m = (MapFile){0};
}

/* ---- text ---- */

void map_proof_write(const MapFile *m, const Evidence *e, Sbuf *out)
{
    sbuf_str(out, "{\n");
    certificate_put_statements(out, e);
    if (e->is_certificate)
        certificate_put_components(out, e);
    else
        certificate_put_witness(out, m->attained.matrix.q ? &m->attained.matrix : &m->plane.matrix, &e->witness);
    sbuf_char(out, '}');
}

/* In the order of their numbers those that are named; number[k]: the new one of proof k. */
static void put_proofs(const MapFile *m, size_t *number, Sbuf *out)
{
    size_t n = 0;
    memset(number, 0, m->n_proofs * sizeof *number);
    for (size_t k = 0; k < m->n_cells; k++) {
        if (m->cell[k].proof != MAP_NO_PROOF)
            number[m->cell[k].proof] = 1;
        if (m->cell[k].centre != MAP_NO_PROOF)
            number[m->cell[k].centre] = 1;
    }
    sbuf_str(out, "\"proofs\": [");
    for (size_t k = 0; k < m->n_proofs; k++) {
        if (!number[k])
            continue;
        sbuf_str(out, n ? ",\n" : "\n");
        map_proof_write(m, &m->proof[k], out);
        number[k] = n++;
    }
    sbuf_str(out, "],\n");
}

static void put_cell(const MapFile *m, const MapCell *c, const size_t *number, Sbuf *out)
{
    sbuf_printf(out, "{\"region\": \"%s\", \"lo\": ", map_region[c->region].name);
    certificate_put_numbers(out, (const mpq_t *)c->lo, m->plane.ranges.n_params);
    sbuf_str(out, ", \"hi\": ");
    certificate_put_numbers(out, (const mpq_t *)c->hi, m->plane.ranges.n_params);
    if (c->proof != MAP_NO_PROOF)
        sbuf_printf(out, ", \"proof\": %zu", number[c->proof]);
    if (c->centre != MAP_NO_PROOF)
        sbuf_printf(out, ", \"centre\": %zu", number[c->centre]);
    sbuf_char(out, '}');
}

void map_file_write(const MapFile *m, Sbuf *out)
{
    Arena room = {0};
    size_t *number = ARENA_ARRAY(&room, m->n_proofs + 1, size_t);
    sbuf_str(out, "{\"format\": \"eig-map/1\",\n");
    if (m->plane.has_model)
        certificate_put_model(out, &m->plane.model);
    if (m->attained.matrix.q) {
        sbuf_str(out, " \"attained\": {");
        certificate_put_matrix(out, &m->attained.matrix, NULL);
        certificate_put_terms(out, &m->attained.ranges);
        sbuf_str(out, "},\n");
    }
    certificate_put_matrix(out, &m->plane.matrix, NULL);
    sbuf_str(out, "    ");
    certificate_put_terms(out, &m->plane.ranges);
    certificate_put_speeds(out, &m->plane.ranges, m->plane.matrix.q);
    sbuf_str(out, ",\n");
    put_proofs(m, number, out);
    sbuf_str(out, "\"cells\": [");
    for (size_t k = 0; k < m->n_cells; k++) {
        sbuf_str(out, k ? ",\n" : "\n");
        put_cell(m, &m->cell[k], number, out);
    }
    sbuf_str(out, "]}\n");
    arena_free(&room);
}
