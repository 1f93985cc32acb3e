/* Decides whether all that a certificate file claims is proved. */
#include "compiler/check/proof/file/certificate.h"
#include "compiler/check/proof/verify_matrix.h"

static VerifyResult verify_proof(Ctx *cx, const CertificateFile *f)
{
    VerifyResult proof = verify_evidence(cx, &f->matrix, &f->evidence);
    if (!proof.accepted || (!f->ranges.n_cells && !f->refuted.n))
        return proof;
    VerifyResult all = f->refuted.n ? verify_refuted(cx, &f->refuted) : verify_ranges(cx, &f->matrix, &f->ranges);
    if (!all.accepted)
        return all;
    proof.reason = arena_printf(&cx->arena, "%s; %s", proof.reason, all.reason);
    return proof;
}

/* The file's own proof is about slopes in a box, and this one about slopes everywhere, of as many neurons. */
static VerifyResult verify_everywhere(Ctx *cx, const CertificateFile *f)
{
    const CertificateFile *all = f->everywhere;
    if (!statement_local(f->evidence.statement, f->evidence.n_statements))
        return verify_rejected("\"everywhere\" stands beside a claim that is about no box");
    if (statement_local(all->evidence.statement, all->evidence.n_statements))
        return verify_rejected("\"everywhere\": it is about a box, too");
    if (all->refuted.n)
        return verify_rejected("\"everywhere\": what is refuted over ranges stands beside the file's own claim");
    if (all->matrix.n != f->matrix.n)
        return verify_rejected("\"everywhere\": it is about another number of neurons");
    VerifyResult proof = verify_proof(cx, all);
    if (!proof.accepted)
        proof.reason = arena_printf(&cx->arena, "\"everywhere\": %s", proof.reason);
    return proof;
}

VerifyResult certificate_verify(Ctx *cx, const CertificateFile *f, const char **everywhere)
{
    VerifyResult proof = verify_proof(cx, f);
    if (!proof.accepted || !f->everywhere)
        return proof;
    VerifyResult all = verify_everywhere(cx, f);
    if (!all.accepted)
        return all;
    if (everywhere)
        *everywhere = all.reason;
    return proof;
}
