#include "compiler/check/proof/verify.h"

#include "compiler/check/proof/statement/statement_verify.h"
#include "compiler/check/proof/verify_matrix.h"

static VerifyResult verify_claim(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence, bool are_known)
{
    if (!evidence->is_certificate)
        return verify_witness(cx, matrix, &evidence->witness);
    const char *fault = verify_matrix_fault(matrix);
    if (fault)
        return verify_rejected(fault);
    return verify_components(cx, matrix, evidence, are_known);
}

VerifyResult verify_joined(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence)
{
    return verify_claim(cx, matrix, evidence, true);
}

VerifyResult verify_evidence(Ctx *cx, const ClaimMatrix *matrix, const Evidence *evidence)
{
    VerifyResult r = verify_claim(cx, matrix, evidence, false);
    for (size_t k = 0; r.accepted && k < evidence->n_statements; k++) {
        const char *fault = statement_fault(cx, matrix, evidence, k);
        if (fault)
            r = verify_rejected(arena_printf(&cx->arena, "the statement \"%s\": %s", statement_table[evidence->statement[k].kind].name, fault));
    }
    return r;
}
