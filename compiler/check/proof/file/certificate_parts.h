/* What the files that write and read certificates share (this folder only). */
#ifndef COMPILER_CHECK_CERTIFICATE_PARTS_H
#define COMPILER_CHECK_CERTIFICATE_PARTS_H
#include <jansson.h>

#include "compiler/check/proof/file/certificate.h"
#include "compiler/check/proof/file/certificate_rows.h"

/* ---- certificate.c: writing ---- */
void certificate_put_string(Sbuf *out, const char *s);
void certificate_put_number(Sbuf *out, mpq_srcptr x);
void certificate_put_numbers(Sbuf *out, const mpq_t *x, size_t n);
/* With a comma behind. `to` may be NULL: else it has got what is no longer in `out`. */
void certificate_put_matrix(Sbuf *out, const ClaimMatrix *m, const CertificateSink *to);
void certificate_put_witness(Sbuf *out, const ClaimMatrix *m, const Witness *w);
void certificate_put_components(Sbuf *out, const Evidence *e);
void certificate_put_statements(Sbuf *out, const Evidence *e);     /* with a comma behind; nothing when there are none */
void certificate_put_model(Sbuf *out, const CertificateModel *model);      /* with a comma behind */
/* The claim and what proves it; `to` as above. */
void certificate_put_proof(Sbuf *out, const CertificateFile *f, const CertificateSink *to);
/* certificate_points.c: the field "ranges", with a comma behind, of points */
void certificate_put_refuted(Sbuf *out, const RefutedRanges *r, const CertificateSink *to);
/* certificate_ranges.c: the field "ranges", with a comma behind; its params and terms alone */
void certificate_put_ranges(Sbuf *out, const Ranges *r, size_t q);      /* of a matrix of q rows */
void certificate_put_terms(Sbuf *out, const Ranges *r);
/* Nothing without speeds. */
void certificate_put_speeds(Sbuf *out, const Ranges *r, size_t q);
/* certificate_formula.c: what a param is of own ones */
void certificate_put_formula(Sbuf *out, const RangeFormula *f);

/* ---- certificate_read.c: reading. What is false has set the reason ---- */
enum {
    READER_MAX_ROWS = 1 << 22   /* the sparse form names its n: storage must not follow a mere claim */
};

typedef struct Reader {
    Ctx *cx;
    const char *reason;         /* the first fault */
    CertificateFile *out;
    CertificateRows *rows;      /* the matrix, where it has been taken out of the text; else NULL */
} Reader;

/* Always false, so that a caller can return it. */
__attribute__((format(printf, 2, 3)))
bool reader_refuse(Reader *r, const char *fmt, ...);
/* An object all of whose keys are among the words of `keys`. */
bool reader_object(Reader *r, const json_t *object, const char *what, const char *keys);
bool reader_array(Reader *r, const json_t *array, const char *what, size_t n);
bool reader_text(Reader *r, const json_t *value, const char *what, const char **out);
/* An integer in [least, most]. */
bool reader_count(Reader *r, const json_t *value, const char *what, size_t least, size_t most, size_t *out);
bool reader_number(Reader *r, const json_t *value, const char *what, mpq_ptr out);
bool reader_numbers(Reader *r, const json_t *array, const char *what, mpq_t *out, size_t n);
/* Rows of the matrix, ascending. */
bool reader_members(Reader *r, const json_t *array, const char *what, uint32_t *out, size_t n);
/* A claim and what proves it, into r->out. */
bool reader_proof(Reader *r, const json_t *object);
/* Into r->out->model; nothing where there is none. */
bool reader_model(Reader *r, const json_t *object);
/* The file without the numbers of its matrix, which are these, and have null in their place. */
bool certificate_read_rest(Ctx *cx, const char *text, size_t n, CertificateRows *rows, CertificateFile *out);
/* certificate_read_matrix.c: into r->out->matrix */
bool reader_matrix(Reader *r, const json_t *matrix);
/* certificate_read_proof.c: into r->out->evidence, all of it; its parts */
bool reader_evidence(Reader *r, const json_t *root);
bool reader_components(Reader *r, const json_t *list, Evidence *e);
bool reader_witness(Reader *r, const json_t *object, Evidence *e);
bool reader_statements(Reader *r, const json_t *list, Evidence *e);
/* certificate_ranges.c: the field "ranges" into r->out->ranges; nothing where there is none */
bool reader_ranges(Reader *r, const json_t *object);
bool reader_refuted(Reader *r, const json_t *object);        /* certificate_points.c: the same of points, into r->out->refuted */
bool reader_terms(Reader *r, const json_t *params, const json_t *own, const json_t *terms, Ranges *out);    /* own: NULL: none */
/* certificate_formula.c: of n own params; *out is set where anything is to be cleared */
bool reader_formula(Reader *r, const json_t *value, size_t n_own, RangeFormula **out);
bool reader_speeds(Reader *r, const json_t *list, Ranges *out);      /* of the rows of r->out; NULL: none */
#endif
