#include "compiler/driver/certificate_out.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/check/proof/file/certificate.h"
#include "compiler/driver/check_points.h"
#include "compiler/driver/claim.h"
#include "compiler/driver/pipeline.h"
#include "compiler/driver/read_file.h"
#include "compiler/driver/write_file.h"
#include "runtime/outfile.h"

static void put_in_outfile(void *state, const char *bytes, size_t n)
{
    outfile_write(state, bytes, n);
}

/* What fails is asked at the end. */
static void put_in_stream(void *state, const char *bytes, size_t n)
{
    fwrite(bytes, 1, n, state);
}

/* What is proved; its numbers are the report's. Ranges are of the matrix with slopes everywhere. */
static CertificateFile proof_of(const LdsReport *lds, const Ranges *ranges)
{
    return (CertificateFile){.matrix = lds->matrix, .evidence = lds->evidence, .ranges = ranges ? *ranges : (Ranges){0}};
}

/* To be cleared without the proofs, whose numbers are the reports'. */
static void take_points(Compilation *c, RefutedRanges *out)
{
    const struct PointsKept *kept = c->points;
    refuted_ranges_init(&c->cx, out, kept->n_params, kept->n);
    for (size_t k = 0; k < kept->n_params; k++) {
        out->name[k] = kept->param[k]->name;
        mpq_set(out->lo[k], kept->param[k]->lo);
        mpq_set(out->hi[k], kept->param[k]->hi);
    }
    for (size_t p = 0; p < kept->n; p++) {
        out->point[p].proof = ARENA_NEW(&c->cx.arena, CertificateFile);
        *out->point[p].proof = proof_of(kept->at[p].proof, NULL);
        for (size_t k = 0; k < kept->n_params; k++)
            mpq_set(out->point[p].at[k], kept->at[p].value[k]);
    }
}

static void write_pieces(Compilation *c, void (*put)(void *, const char *, size_t), void *state)
{
    const LdsReport *lds = report_proof(c->report), *all = report_everywhere(c->report);
    const CertificateSink sink = {put, state};
    CertificateFile everywhere, file = proof_of(lds, all ? NULL : &c->report->ranges.ranges);
    if (all) {
        everywhere = proof_of(all, &c->report->ranges.ranges);
        file.everywhere = &everywhere;
    }
    file.has_model = true;
    file.model = claim_model(c);
    if (c->points && c->points->n)
        take_points(c, &file.refuted);
    certificate_write_pieces(&file, &sink);
    refuted_ranges_clear(&file.refuted, false);
}

/* ---- reading it again ---- */

/* A file that does not come in pieces: numbers that are too long for the format are noticed here, not by the referee. */
static bool read_whole(Ctx *cx, FILE *f, CertificateFile *out, const char **reason)
{
    long size = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    if (size < 0 || size > READ_FILE_MAX_BYTES) {
        *reason = arena_printf(&cx->arena, "it would be larger than %d bytes", READ_FILE_MAX_BYTES);
        return false;
    }
    char *text = malloc((size_t)size + 1);
    if (!text)
        arena_on_exhausted((size_t)size + 1);
    rewind(f);
    bool ok = certificate_read(cx, text, fread(text, 1, (size_t)size, f), out, reason);
    free(text);
    return ok;
}

static const char *differs(Ctx *cx, const CertificateFile *file, const LdsReport *lds)
{
    const char *reason = NULL;
    if (claim_equal(cx, &file->matrix, &lds->matrix, &reason) && !evidence_equal(&file->evidence, &lds->evidence))
        reason = "its numbers are not those of the proof";
    return reason;
}

/* NULL, or why what is in the file is not what was proved. */
static const char *fault_of(Compilation *c, FILE *f)
{
    const LdsReport *all = report_everywhere(c->report);
    CertificateFile file;
    const char *reason = NULL;
    rewind(f);
    if (!certificate_read_file(&c->cx, f, &file) && !read_whole(&c->cx, f, &file, &reason))
        return reason;
    reason = differs(&c->cx, &file, report_proof(c->report));
    if (!reason && all)
        reason = file.everywhere ? differs(&c->cx, file.everywhere, all) : "a proof is missing";
    for (size_t k = 0; !reason && c->points && k < c->points->n; k++)
        reason = k < file.refuted.n ? differs(&c->cx, file.refuted.point[k].proof, c->points->at[k].proof) : "a proof is missing";
    certificate_clear(&file);
    return reason;
}

/* ---- where it goes ---- */

static bool copy_to(FILE *from, FILE *to)
{
    char bytes[1 << 14];
    size_t n;
    rewind(from);
    while ((n = fread(bytes, 1, sizeof bytes, from)) > 0)
        if (fwrite(bytes, 1, n, to) != n)
            return false;
    return !ferror(from) && fflush(to) == 0;
}

/* A stream cannot take back what was wrong: there is a nameless file before it. */
static const char *through_scratch(Compilation *c, const char *path, const char **missing)
{
    FILE *scratch = tmpfile(), *to = NULL;
    bool is_stdout = !strcmp(path, "-");
    if (!scratch)
        return strerror(errno);
    write_pieces(c, put_in_stream, scratch);
    bool ok = fflush(scratch) == 0 && !ferror(scratch);
    *missing = ok ? fault_of(c, scratch) : NULL;
    if (ok && !*missing) {
        to = is_stdout ? stdout : fopen(path, "w");
        ok = to && copy_to(scratch, to);
    }
    const char *why = ok ? NULL : strerror(errno);
    if (to && !is_stdout)
        fclose(to);
    fclose(scratch);
    return why;
}

static const char *into_place(Compilation *c, const char *path, const char **missing)
{
    OutFile out;
    if (outfile_open(&out, path))
        write_pieces(c, put_in_outfile, &out);
    bool ok = outfile_flush(&out);
    if (ok) {
        FILE *f = fopen(out.temporary, "rb");
        ok = f != NULL;
        *missing = f ? fault_of(c, f) : NULL;
        if (f)
            fclose(f);
    }
    const char *why = ok ? NULL : out.error[0] ? arena_strdup(&c->cx.arena, out.error) : strerror(errno);
    if (ok && !*missing && !outfile_commit(&out))
        why = arena_strdup(&c->cx.arena, out.error);
    outfile_close(&out);
    return why;
}

bool certificate_out(Compilation *c, const char *path, const char **missing)
{
    bool is_stream = !strcmp(path, "-") || write_file_is_special(path);
    const char *why = (is_stream ? through_scratch : into_place)(c, path, missing);
    if (why)
        diag_nowhere(&c->cx, D_E0004, "%s: %s", path, why);
    return !why;
}
