/* Kernels in a claim: the trusted part of what verify.c asks about them. The
 * statements are in docs/certificate.md. */
#ifndef COMPILER_CHECK_VERIFY_KERNEL_H
#define COMPILER_CHECK_VERIFY_KERNEL_H
#include "compiler/check/proof/evidence.h"

/* NULL, or what is wrong with the kernels as a data structure, their sums of 0 included. */
const char *kernels_fault(const ClaimMatrix *m);
/* Population `a` sends or receives by a kernel: its differences are judged frequency by frequency. */
bool kernels_touch(const ClaimMatrix *m, size_t a);
/* NULL when the form of every frequency but 0 is positive definite on the component's members that kernels touch. */
const char *kernels_component_fault(Ctx *cx, const ClaimMatrix *m, const Component *c);
/* NULL, or a kernel that leads from a component into an earlier one. `of`: each row's component. */
const char *kernels_order_fault(Ctx *cx, const ClaimMatrix *m, const uint32_t *of);
/* NULL when the witness's modes (witness->frequency is there) refute; `tested` is T (evidence.h), `place` each row's
 * number among the members, or UINT32_MAX. */
const char *kernels_witness_fault(Ctx *cx, const ClaimMatrix *m, const ClaimMatrix *tested, const Witness *w, const uint32_t *place);
#endif
