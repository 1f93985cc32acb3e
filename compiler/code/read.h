/* Programs as expressions again. */
#ifndef COMPILER_CODE_READ_H
#define COMPILER_CODE_READ_H
#include "compiler/expr/expr.h"

/* What the program computes, operation by operation, its constants as the doubles that they are. NULL: it solves an equation, or has a
 * constant that is not finite. */
const Expr *code_to_expr(Ctx *cx, NumPool *pool, const EigCode *code);
#endif
