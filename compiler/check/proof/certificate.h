/* Certificate files, "eig-certificate/1" (docs/certificate.md). Reading trusts
 * nothing: what is not exactly the format (unknown or repeated fields, numbers
 * that are not rationals in strings, rows of the wrong length, row numbers out
 * of range) is refused with a reason. Whether what was read is a proof, whole
 * components and p > 0 and X != 0 among it, is for verify_evidence to say. */
#ifndef COMPILER_CHECK_CERTIFICATE_H
#define COMPILER_CHECK_CERTIFICATE_H
#include <stdio.h>

#include "compiler/check/proof/evidence.h"
#include "compiler/check/proof/ranges.h"
#include "compiler/model/setting.h"

/* Where the claim's model came from; kept in the file for the reader. */
typedef struct CertificateModel {
    const char *path, *sha256;
    size_t n_set;
    const Setting *set;
    size_t n_imports;
    const Setting *import;      /* the other files of the model: path and sha256 */
    bool is_drawn;              /* the matrix depends on what neurons draw, with this seed */
    uint64_t seed;
} CertificateModel;

/* JSON text, the same bytes for the same evidence, which is a proof of its claim about m. ranges may be NULL; its cells go
 * with a certificate. */
void certificate_write(const CertificateModel *model, const ClaimMatrix *m, const Evidence *e, const Ranges *ranges, Sbuf *out);

/* The same bytes in pieces, one after another. */
typedef struct CertificateSink {
    void (*put)(void *state, const char *bytes, size_t n);
    void *state;
} CertificateSink;
void certificate_write_pieces(const CertificateModel *model, const ClaimMatrix *m, const Evidence *e, const Ranges *ranges,
                              const CertificateSink *to);

typedef struct CertificateFile {
    ClaimMatrix matrix;
    Evidence evidence;
    Ranges ranges;              /* no cells: no claim over ranges */
    bool has_model;             /* else model is empty */
    CertificateModel model;
} CertificateFile;
/* False with *reason set (arena) and *out empty when the text is not a well-formed
 * certificate. What was read is returned by claim_matrix_clear, evidence_clear and ranges_clear. */
bool certificate_read(Ctx *cx, const char *text, size_t n, CertificateFile *out, const char **reason);
/* The same in pieces, the text never in memory as one: of files as certificate_write() makes them, their matrix in neuron form and
 * its numbers doubles, or such times a rational of their row. False where a file is anything else, right or wrong: certificate_read()
 * knows. The file is one that can be sought in. */
bool certificate_read_file(Ctx *cx, FILE *f, CertificateFile *out);
bool certificate_read_text(Ctx *cx, const char *text, size_t n, CertificateFile *out);
/* Any file, all of it as one: what certificate_read() does where the other way gives up. */
bool certificate_read_whole(Ctx *cx, const char *text, size_t n, CertificateFile *out, const char **reason);
#endif
