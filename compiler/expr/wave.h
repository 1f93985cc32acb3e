/* Expressions that go through 0 many times: those with a sine or a cosine. */
#ifndef COMPILER_EXPR_WAVE_H
#define COMPILER_EXPR_WAVE_H
#include "compiler/expr/expr.h"

/* True when the sign of e, from place to place between lo and hi (NULL: infinite), is seen to change more than `many` times. */
bool expr_changes_sign_often(const Expr *e, EigVar by, Num lo, Num hi, int many);
#endif
