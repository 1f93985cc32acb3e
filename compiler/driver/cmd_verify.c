#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/file/certificate.h"
#include "compiler/check/proof/file/map_file.h"
#include "compiler/check/range/range_search.h"
#include "compiler/check/proof/rational.h"
#include "compiler/check/proof/verify.h"
#include "compiler/data/sha256.h"
#include "compiler/driver/claim.h"
#include "compiler/driver/diagnose.h"
#include "compiler/driver/json_out.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/read_file.h"
#include "compiler/driver/write_file.h"
#include "lang/base/source.h"

/* What became of a certificate. */
typedef struct Verification {
    Ctx cx;
    const Options *options;
    bool is_json;               /* the file holds JSON at all */
    bool is_certificate;        /* and that is a well-formed certificate */
    CertificateFile file;
    bool is_map;                /* or a well-formed map */
    MapFile map;
    VerifyResult proof;
    const char *everywhere;     /* how the proof about slopes everywhere holds, where there is one */
    const char *reason;         /* why it is rejected, or how it was proved */
    bool accepted;
    const char *model_note;     /* how the model compares; NULL without --model */
    const char *time_unit;      /* that of the model; a certificate does not say it */
    json_t *model_diagnostics;  /* what is wrong with it; NULL: nothing */
    ExitStatus status;
} Verification;

/* ---- reading ---- */

static bool is_json(const char *text, size_t n, json_error_t *error)
{
    json_t *root = json_loadb(text, n, 0, error);

    json_decref(root);
    return root != NULL;
}

/* A file in the form that is written is read in pieces. False: it is some other file, right or wrong. */
static bool read_in_pieces(Verification *v)
{
    const char *path = v->options->operand;
    FILE *f = !strcmp(path, "-") || write_file_is_special(path) ? NULL : fopen(path, "rb");
    v->is_certificate = f && certificate_read_file(&v->cx, f, &v->file);
    v->is_json = v->is_certificate;
    if (f)
        fclose(f);
    return v->is_certificate;
}

/* What is no JSON is a wrong file (2); JSON that is no proof is a rejected one (1). */
static void read_certificate(Verification *v)
{
    char *text;
    size_t n;
    json_error_t error;

    v->status = STATUS_WRONG;
    if (read_in_pieces(v))
        return;
    if (!read_file(&v->cx, v->options->operand, &text, &n))
        goto out;
    if (map_file_is(text, n))
        v->is_map = map_file_read(&v->cx, text, n, &v->map, &v->reason);
    else
        v->is_certificate = certificate_read(&v->cx, text, n, &v->file, &v->reason);
    v->is_json = v->is_certificate || v->is_map || is_json(text, n, &error);
    if (!v->is_json)
        diag_nowhere(&v->cx, D_E0005, "%s is not a certificate: line %d, column %d: %s", v->options->operand, error.line,
                     error.column, error.text);
out:
    free(text);
}

static void verify_proof(Verification *v)
{
    if (v->is_certificate || v->is_map) {
        v->proof = v->is_map ? verify_map(&v->cx, &v->map) : certificate_verify(&v->cx, &v->file, &v->everywhere);
        v->accepted = v->proof.accepted;
        v->reason = v->proof.reason;
    }
    v->status = v->accepted ? STATUS_DONE : STATUS_NOT_PROVED;
}

/* ---- the model that it is said to be about ---- */

/* Which model the file names; *has: it names one. */
static const CertificateModel *made_for(const Verification *v, bool *has)
{
    const CertificateFile *f = v->is_map ? &v->map.plane : &v->file;
    *has = f->has_model;
    return &f->model;
}

static bool has_hash(Ctx *cx, const Source *s, const char *sha256)
{
    return strcmp(sha256, sha256_hex(cx, s->bytes, s->n)) == 0;
}

/* The texts of all its files are those that the certificate names. */
static bool texts_are_the_same(const CertificateModel *m, Compilation *c)
{
    const Model *model = c->model;
    if (!has_hash(&c->cx, c->cx.sources[c->source], m->sha256) || m->n_imports != model->imported.n)
        return false;
    for (size_t k = 0; k < model->imported.n; k++) {
        const Source *s = c->cx.sources[model->imported.at[k]];
        bool found = false;
        for (size_t j = 0; j < m->n_imports; j++)
            found |= has_hash(&c->cx, s, m->import[j].value);
        if (!found)
            return false;
    }
    return true;
}

/* ", drawn with the seed 7", where the matrix depends on it; else "". */
static const char *seed_text(Verification *v, const Model *m)
{
    if (!claim_is_drawn(m))
        return "";
    return arena_printf(&v->cx.arena, ", drawn with the seed %llu", (unsigned long long)m->sim.seed);
}

/* What the seeds have to do with a difference. */
static const char *seeds_text(Verification *v, const Model *m)
{
    bool has;
    const CertificateModel *made = made_for(v, &has);
    if (!claim_is_drawn(m) || !made->is_drawn || made->seed == m->sim.seed)
        return seed_text(v, m);
    return arena_printf(&v->cx.arena, "%s, and the certificate was made with the seed %llu", seed_text(v, m),
                        (unsigned long long)made->seed);
}

static const char *difference_to(Verification *v, Compilation *c)
{
    if (v->is_map)
        return claim_map_fault(&c->cx, c->net, &v->map);
    const char *difference = claim_proof_fault(&c->cx, c->net, &v->file);
    if (!difference && v->file.everywhere)
        difference = claim_proof_fault(&c->cx, c->net, v->file.everywhere);
    return difference ? difference : claim_points_fault(c, &v->file.refuted);
}

static void compare_claims(Verification *v, Compilation *c)
{
    bool has;
    const CertificateModel *made = made_for(v, &has);
    const char *difference = difference_to(v, c), *means = v->file.matrix.mean_slope ? "; the slopes of its neurons have such means" : "";

    if (difference) {
        v->accepted = false;
        v->status = STATUS_NOT_PROVED;
        v->reason = arena_printf(&v->cx.arena, "the proof holds, but not of this model%s: %s", seeds_text(v, c->model), difference);
        v->model_note = "differs";
    } else if (has && made->sha256 && !texts_are_the_same(made, c))
        v->model_note = arena_printf(&v->cx.arena, "makes the same matrix%s, from a text that has changed since%s", seed_text(v, c->model), means);
    else
        v->model_note = arena_printf(&v->cx.arena, "makes the same matrix%s, entry by entry%s", seed_text(v, c->model), means);
}

/* The settings that the certificate names, then the command line's: the last one of a name holds. */
static void join_settings(Verification *v, Options *o)
{
    bool has;
    const CertificateModel *made = made_for(v, &has);
    size_t n = has ? made->n_set : 0;
    Setting *all = ARENA_ARRAY(&v->cx.arena, n + o->n_set, Setting);

    for (size_t k = 0; k < n; k++) {
        all[k] = made->set[k];
        all[k].is_range = v->is_map && strchr(all[k].value, ':');       /* --over */
    }
    for (size_t k = 0; k < o->n_set; k++)
        all[n + k] = o->set[k];
    o->n_set += n;
    o->set = all;
}

static void compare_model(Verification *v)
{
    Compilation c;
    Options o = *v->options;

    bool has;
    const CertificateModel *made = made_for(v, &has);
    join_settings(v, &o);
    if (!o.has_seed && has && made->is_drawn) {
        o.has_seed = true;
        o.seed = made->seed;
    }
    compilation_init(&c, &o, o.model);
    c.only_check = true;        /* the network as `check` had it */
    if (compilation_run(&c, PHASE_net)) {
        v->time_unit = model_time_unit(c.model);
        compare_claims(v, &c);
    } else {
        v->accepted = false;
        v->status = compilation_failure(&c);
        v->reason = "the model is in error";
    }
    if (c.cx.diags.n) {
        diagnose(&c.cx, &o);
        v->model_diagnostics = json_diagnostics(&c.cx);
    }
    compilation_free(&c);
}

/* ---- saying so ---- */

static const char *verdict_name(const Verification *v)
{
    if (!v->accepted)
        return "rejected";
    return v->is_map ? "accepted" : v->file.evidence.is_certificate ? "certified" : "refuted";
}

static void print_statements(const Evidence *e)
{
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        printf("  states   %s", statement_table[s->kind].name);
        if (s->is_part)
            printf(" of component %zu", s->component);
        printf(" (Theorem %d)\n", statement_table[s->kind].theorem);
    }
}

static json_t *json_statements(const Evidence *e)
{
    json_t *list = json_array();
    for (size_t k = 0; k < e->n_statements; k++) {
        const Statement *s = &e->statement[k];
        json_t *o = json_pack("{s:s, s:i}", "says", statement_table[s->kind].name, "theorem", statement_table[s->kind].theorem);
        if (s->is_part)
            json_object_set_new(o, "component", json_integer((json_int_t)s->component));
        json_array_append_new(list, o);
    }
    return list;
}

/* "w in [0, 2], v in [0, 3]"; false where there is no param. */
static bool print_params(Ctx *cx, const Ranges *r, const char *before)
{
    Sbuf text = {0};
    RangeBox over = ranges_box(r);
    for (size_t k = 0; k < over.n; k++) {
        const char *of = r->n_own ? NULL : ranges_inverse_of(r, k);     /* of 1/T what T is */
        mpq_t lo, hi;
        mpq_inits(lo, hi, (mpq_ptr)0);
        mpq_set(of ? hi : lo, over.lo[k]);
        mpq_set(of ? lo : hi, over.hi[k]);
        if (of) {
            mpq_inv(lo, lo);
            mpq_inv(hi, hi);
        }
        sbuf_printf(&text, "%s%s in [", k ? ", " : before, source_one_line(cx, of ? of : over.name[k]));
        num_print_inside(lo, 1, &text);
        sbuf_str(&text, ", ");
        num_print_inside(hi, -1, &text);
        sbuf_char(&text, ']');
        mpq_clears(lo, hi, (mpq_ptr)0);
    }
    fputs(text.n ? sbuf_text(&text) : "", stdout);
    sbuf_free(&text);
    return over.n > 0;
}

static void print_ranges(Ctx *cx, const Ranges *r, const char *time_unit)
{
    if (!r->n_cells)
        return;
    if (!print_params(cx, r, "  ranges   "))
        fputs("  ranges   none that matters", stdout);
    printf(": the same%s", ranges_converge(r) ? ", and convergence" : "");
    if (ranges_rate(r)) {
        Sbuf rate = {0};
        num_print_inside(ranges_rate(r), -1, &rate);
        printf(" at a rate of at least %s per %s", sbuf_text(&rate), time_unit);
        sbuf_free(&rate);
    }
    printf("%s (Theorem 30)\n", r->speed ? ", with the time constants that go with them" : "");
}

/* "a in [0, 3]", and points in them with what is stated there. */
static void print_refuted(Ctx *cx, const RefutedRanges *r)
{
    const Ranges box = {.n_params = r->n_params, .name = r->name, .lo = r->lo, .hi = r->hi};
    if (!r->n)
        return;
    print_params(cx, &box, "  ranges   ");
    puts(": not Lyapunov diagonally stable");
    for (size_t k = 0; k < r->n; k++) {
        for (size_t j = 0; j < r->n_params; j++)
            printf("%s%s = %s", j ? ", " : "           at ", source_one_line(cx, r->name[j]), claim_number(cx, r->point[k].at[j]));
        putchar('\n');
        print_statements(&r->point[k].proof->evidence);
    }
}

/* Texts of the file, each on the line where it belongs. */
static void print_model(Verification *v)
{
    bool has;
    const CertificateModel *made = made_for(v, &has);
    if (has && made->path) {
        printf("  made for %s", source_one_line(&v->cx, made->path));
        for (size_t k = 0; k < made->n_set; k++)
            printf("%s %s=%s", k ? "" : " with", source_one_line(&v->cx, made->set[k].name), source_one_line(&v->cx, made->set[k].value));
        putchar('\n');
    }
    if (v->model_note)
        printf("  model    %s %s\n", v->options->model, v->model_note);
}

static void print_map(Verification *v)
{
    const MapFile *m = &v->map;
    size_t n[N_MAP_REGIONS] = {0};
    for (size_t k = 0; k < m->n_cells; k++)
        n[m->cell[k].region]++;
    if (!print_params(&v->cx, &m->plane.ranges, "  plane    "))
        fputs("  plane    no param that matters", stdout);
    printf(": %zu cells that cover it\n", m->n_cells);
    for (int r = 0; r < N_MAP_REGIONS; r++)
        if (n[r])
            printf("  %-8zu %s%s\n", n[r], map_region[r].text, r < MAP_CENTRE_STABLE ? ": proved in all of it" : "");
    printf("  proof    %s (Theorem 30)\n", v->reason);
    print_model(v);
}

/* Which slopes L are, where they are not those of all rates. Ends of the box are rounded outward. */
static void print_box(Ctx *cx, const ClaimMatrix *m, const Statement *box, bool compared)
{
    enum { SHOWN_ROWS = 4 };
    Sbuf text = {0};
    for (size_t a = 0; a < box->n && a < SHOWN_ROWS; a++) {
        if (m->name && m->name[a])
            sbuf_printf(&text, "%s%s in [", a ? ", " : "", source_one_line(cx, m->name[a]));
        else
            sbuf_printf(&text, "%srow %zu in [", a ? ", " : "", a + 1);
        num_print_inside(statement_numbers(box, "x_lo")[a], -1, &text);
        sbuf_str(&text, ", ");
        num_print_inside(statement_numbers(box, "x_hi")[a], 1, &text);
        sbuf_char(&text, ']');
    }
    printf("           L are slopes while rates are in the box %s%s alone\n", sbuf_text(&text), box->n > SHOWN_ROWS ? ", ..." : "");
    printf("           \"%s\" says that with its input %s the box%s\n", statement_table[box->kind].name,
           box->kind == STATEMENT_LOCAL_SLOPES ? "all trajectories end up in" : "trajectories that start in it stay in",
           compared ? "" : "; --model compares that with a model");
    sbuf_free(&text);
}

/* A claim, and what it rests on. */
static void print_claim(Verification *v, const CertificateFile *f)
{
    const ClaimMatrix *m = &f->matrix;
    const Statement *box = statement_local(f->evidence.statement, f->evidence.n_statements);

    printf("  claim    A = diag(L) W - I, %zu neuron%s in %zu row%s, is %sLyapunov diagonally stable\n", m->n,
           m->n == 1 ? "" : "s", m->q, m->q == 1 ? "" : "s", f->evidence.is_certificate ? "" : "not ");
    if (box)
        print_box(&v->cx, m, box, v->model_note != NULL);
    else if (statement_of_slopes(f->evidence.statement, f->evidence.n_statements))
        puts("           L are the slopes that the file names, which the activations attain or approach, not bounds of them");
    if (m->mean_slope)
        puts("           L are means of the slopes of neurons that differ in gain, and it holds with their own as well (Theorem 35)");
    puts(f->evidence.is_certificate
             ? "  theorem  the multipliers make P A + A' P negative definite, P = diag(p) > 0"
             : "  theorem  X >= 0, X != 0 with diag(A X) >= 0 leaves no such P (Barker, Berman, Plemmons 1978)");
}

static void print_theorem(Verification *v)
{
    const CertificateFile *all = v->file.everywhere;
    const char *time_unit = v->time_unit ? v->time_unit : "unit of time";
    print_claim(v, &v->file);
    printf("  proof    %s\n", v->reason);
    print_statements(&v->file.evidence);
    print_ranges(&v->cx, &v->file.ranges, time_unit);
    print_refuted(&v->cx, &v->file.refuted);
    if (all) {
        puts("  and      with the slopes everywhere, not in that box alone:");
        print_claim(v, all);
        printf("  proof    %s\n", v->everywhere);
        print_statements(&all->evidence);
        print_ranges(&v->cx, &all->ranges, time_unit);
    }
    print_model(v);
}

static void print_text(Verification *v)
{
    if (v->accepted) {
        printf("%s: accepted\n", v->options->operand);
        (v->is_map ? print_map : print_theorem)(v);
    } else
        printf("%s: rejected: %s\n", v->options->operand, v->reason);
}

/* How many cells each region has. */
static json_t *json_regions(const MapFile *m)
{
    json_t *o = json_object();
    for (size_t k = 0; k < m->n_cells; k++) {
        const char *name = map_region[m->cell[k].region].name;
        json_object_set_new(o, name, json_integer(json_integer_value(json_object_get(o, name)) + 1));
    }
    return o;
}

/* Of each point the params' values, exactly, and what is stated there. */
static json_t *json_refuted(const RefutedRanges *r)
{
    json_t *list = json_array();
    for (size_t k = 0; k < r->n; k++) {
        json_t *at = json_object();
        for (size_t j = 0; j < r->n_params; j++) {
            Sbuf text = {0};
            rational_print(r->point[k].at[j], &text);
            json_object_set_new(at, r->name[j], json_string(sbuf_text(&text)));
            sbuf_free(&text);
        }
        json_array_append_new(list, json_pack("{s:o, s:o}", "at", at, "statements", json_statements(&r->point[k].proof->evidence)));
    }
    return list;
}

static json_t *put_claim(json_t *o, const CertificateFile *f)
{
    const Statement *own = statement_of_slopes(f->evidence.statement, f->evidence.n_statements);
    json_object_set_new(o, "claim", json_string(f->evidence.is_certificate ? "lds" : "not-lds"));
    json_object_set_new(o, "slopes", json_string(own ? statement_table[own->kind].name : "everywhere"));
    json_object_set_new(o, "neurons", json_integer((json_int_t)f->matrix.n));
    json_object_set_new(o, "rows", json_integer((json_int_t)f->matrix.q));
    json_object_set_new(o, "statements", json_statements(&f->evidence));
    return o;
}

static void print_json(Verification *v)
{
    json_t *o = json_pack("{s:s, s:b, s:s}", "certificate", source_printable(&v->cx, v->options->operand), "accepted", v->accepted, "verdict",
                          verdict_name(v));

    if (v->is_certificate) {
        put_claim(o, &v->file);
        json_object_set_new(o, "everywhere", v->file.everywhere ? put_claim(json_object(), v->file.everywhere) : json_null());
        json_object_set_new(o, "refuted_in_ranges", json_refuted(&v->file.refuted));
    }
    if (v->is_map) {
        json_object_set_new(o, "claim", json_string("map"));
        json_object_set_new(o, "neurons", json_integer((json_int_t)v->map.plane.matrix.n));
        json_object_set_new(o, "rows", json_integer((json_int_t)v->map.plane.matrix.q));
        json_object_set_new(o, "regions", json_regions(&v->map));
    }
    json_object_set_new(o, "reason", v->reason ? json_string(v->reason) : json_null());
    if (v->accepted && v->is_certificate && v->file.evidence.is_certificate)
        json_object_set_new(o, "margin", json_real(verify_margin(&v->file.matrix, &v->file.evidence)));
    if (v->options->model)
        json_object_set_new(o, "model", json_path(&v->cx, v->options->model));
    if (v->model_note)
        json_object_set_new(o, "model_note", json_string(v->model_note));
    json_object_set_new(o, "diagnostics", v->model_diagnostics ? v->model_diagnostics : json_diagnostics(&v->cx));
    v->model_diagnostics = NULL;        /* it belongs to the object now */
    json_print(o);
}

ExitStatus cmd_verify(const Options *o)
{
    Verification v = {.options = o};

    ctx_init(&v.cx);
    read_certificate(&v);
    if (v.is_json) {
        verify_proof(&v);
        if (o->model && v.accepted)
            compare_model(&v);
    }
    if (v.cx.diags.n || !v.model_diagnostics)
        diagnose(&v.cx, o);
    if (o->json)
        print_json(&v);
    else if (v.is_json && !o->quiet)
        print_text(&v);
    json_decref(v.model_diagnostics);
    certificate_clear(&v.file);
    map_file_clear(&v.map);
    ctx_free(&v.cx);
    return v.status;
}
