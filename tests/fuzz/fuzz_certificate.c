/* Certificate files of any bytes: read, and where that succeeds, verified,
 * written and read again. Nothing may crash, and what was read must survive. */
#include "compiler/check/proof/file/certificate.h"
#include "compiler/check/proof/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Verifying a fuzzed file of large numbers is slow, not wrong. */
static bool is_small(const ClaimMatrix *m)
{
    if (m->q > 64)
        return false;
    for (size_t a = 0; a < m->q; a++)
        for (size_t k = m->row_from[a]; k < m->row_from[a + 1]; k++) {
            mpq_srcptr x = claim_matrix_at(m, a, k);
            if (mpz_sizeinbase(mpq_numref(x), 2) + mpz_sizeinbase(mpq_denref(x), 2) > 4000)
                return false;
        }
    return true;
}

static void check_again(Ctx *cx, const CertificateFile *file)
{
    Sbuf out = {0};
    CertificateFile again;
    const char *reason;
    certificate_write(file, &out);
    if (!certificate_read(cx, sbuf_text(&out), out.n, &again, &reason))
        BUG("what was written cannot be read: %s", reason);
    if (certificate_verify(cx, &again, NULL).accepted != certificate_verify(cx, file, NULL).accepted)
        BUG("the verdict changed by writing and reading");
    certificate_clear(&again);
    sbuf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Ctx cx;
    ctx_init(&cx);
    CertificateFile file;
    const char *reason;
    if (certificate_read(&cx, (const char *)data, size, &file, &reason)) {
        if (is_small(&file.matrix) && (!file.everywhere || is_small(&file.everywhere->matrix)))
            check_again(&cx, &file);
        certificate_clear(&file);
    }
    ctx_free(&cx);
    return 0;
}
