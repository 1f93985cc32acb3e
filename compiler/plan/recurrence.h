/* A program as recurrences for Taylor coefficients (runtime/jet.h), while it grows. */
#ifndef COMPILER_PLAN_RECURRENCE_H
#define COMPILER_PLAN_RECURRENCE_H
#include "compiler/plan/plan.h"
#include "lang/base/vec.h"

typedef VEC(EigJetOp) JetOps;

typedef struct Write {
    Ctx *cx;
    JetOps op;
    unsigned order;
    bool has_kinks;             /* where steps end; else what is chosen clips what is far out, or is a ramp of t */
    const char *why_not;        /* what has no recurrence; NULL: all is well */
} Write;

/* What the variables of a program are; SIZE_MAX: not yet asked for. */
typedef struct Vars {
    size_t time, state[EIG_MAX_STATES], total;
} Vars;

Vars write_no_vars(void);
/* Numbers of operations: the value of a program, of one of its variables, of a number, of one made of two others. */
size_t write_code(Write *w, Vars *v, const EigCode *code);
size_t write_variable(Write *w, Vars *v, const EigOp *op);
size_t write_literal(Write *w, double value);
size_t write_two(Write *w, EigJetKind kind, size_t a, size_t b);
size_t write_push(Write *w, EigJetOp op);
bool write_is_literal(const Write *w, size_t k, double *value);
/* What is read again at higher orders, and where it stands; n_results operations are results. */
EigJetProgram write_finish(Write *w, size_t n_results, const size_t *result);
#endif
