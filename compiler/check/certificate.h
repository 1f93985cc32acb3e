/* Certificate files, "eig-certificate/1" (docs/certificate.md). Writing takes
 * the report; reading trusts nothing: unknown fields, NaN, p <= 0, V = 0, wrong
 * n, missing rows, overlapping components are refused with a reason. */
#ifndef COMPILER_CHECK_CERTIFICATE_H
#define COMPILER_CHECK_CERTIFICATE_H
#include "compiler/check/check.h"

/* Where the claim's model came from; kept in the file for the reader. */
typedef struct CertificateModel {
    const char *path, *sha256;
    size_t n_set;
    const Setting *set;
} CertificateModel;

/* JSON text; the report's lds verdict must be certified or refuted. */
void certificate_write(Ctx *cx, const CertificateModel *model, const LdsReport *lds, Sbuf *out);

typedef struct CertificateFile {
    ClaimMatrix matrix;
    Evidence evidence;
    bool has_model;
    CertificateModel model;
} CertificateFile;
/* False with *reason set (arena) when the text is not a well-formed certificate. */
bool certificate_read(Ctx *cx, const char *text, size_t n, CertificateFile *out, const char **reason);
#endif
