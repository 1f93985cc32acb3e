/* Dale's law: every neuron sends weights of one sign only. */
#ifndef COMPILER_CHECK_DALE_H
#define COMPILER_CHECK_DALE_H
#include "compiler/check/check.h"

/* Fills the report and, where cx is given, adds one E0601 for each connection that breaks the law. */
void dale_check(Ctx *cx, const Net *net, DaleReport *out);
/* Why a requirement of it is undecided. */
void dale_print_open(const DaleReport *d, Sbuf *out);
#endif
