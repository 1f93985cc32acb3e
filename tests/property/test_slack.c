/* What roundings put random programs off by, against enclosures of 300 bits: the bound holds at every place, and over intervals the ranges hold
 * what is computed in them. */
#include <mpfi.h>

#include "compiler/code/range.h"
#include "compiler/expr/enclose.h"
#include "tests/test.h"

enum { BITS = 300, N_PROGRAMS = 60000, MOST_OPS = 24, SLOTS = 12 };

static uint64_t state = 20261129;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static double number(void)
{
    double sizes[] = { 1, 1, 1, 3, 0.1, 10, 1e3, 1e-6, 1e8, 40, 300, 1e40, 1e160, 1e-160, 0 };
    return (below(2000001) / 1e6 - 1) * sizes[below(sizeof sizes / sizeof *sizes)];
}

static const EigFn ONE[] = { EIG_FN_NEG, EIG_FN_ABS, EIG_FN_SQRT, EIG_FN_EXP, EIG_FN_LOG, EIG_FN_LOG1P, EIG_FN_EXPM1, EIG_FN_SIN, EIG_FN_COS,
                             EIG_FN_TANH, EIG_FN_ATAN, EIG_FN_NORMCDF, EIG_FN_NORMPDF, EIG_FN_STEP, EIG_FN_OMEGA,
                             EIG_FN_EXPREL };
static const EigFn TWO[] = { EIG_FN_ADD, EIG_FN_SUB, EIG_FN_ADD, EIG_FN_SUB, EIG_FN_MUL, EIG_FN_MUL, EIG_FN_DIV, EIG_FN_MIN, EIG_FN_MAX };

typedef struct Program {
    EigOp op[MOST_OPS];
    EigCode code;
} Program;

static void push(Program *p, int kind, int which, double value)
{
    p->op[p->code.n++] = (EigOp){ .kind = (uint8_t)kind, .which = (uint8_t)which, .value = value };
}

static void operand(Program *p)
{
    if (below(3))
        push(p, EIG_OP_VAR, EIG_VAR_X, 0);
    else
        push(p, EIG_OP_CONST, 0, number());
}

/* Of `depth` calls nested. */
static void expression(Program *p, int depth)
{
    if (depth == 0) {
        operand(p);
        return;
    }
    expression(p, depth - 1);
    unsigned kind = below(9);
    if (kind == 8) {
        push(p, EIG_OP_CONST, 0, 1 + below(3));
        push(p, EIG_OP_CALL, EIG_FN_EXP_MEAN, 0);
    } else if (kind < 3) {
        push(p, EIG_OP_CALL, ONE[below(sizeof ONE / sizeof *ONE)], 0);
    } else if (kind < 7) {
        expression(p, depth > 1 ? (int)below(2) : 0);
        push(p, EIG_OP_CALL, TWO[below(sizeof TWO / sizeof *TWO)], 0);
    } else {
        double exponents[] = { 2, 3, -1, 4, -2, 0.5, 1.5, 7, -0.3, 12 };
        push(p, EIG_OP_CONST, 0, exponents[below(10)]);
        push(p, EIG_OP_CALL, EIG_FN_POW, 0);
    }
}

static void make(Program *p)
{
    *p = (Program){ .code = { .op = p->op, .depth = SLOTS } };
    expression(p, 1 + (int)below(4));
}

static Range range_within(const EigCode *code, Range x)
{
    Range stack[SLOTS];
    size_t top = 0;
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        if (op->kind != EIG_OP_CALL) {
            stack[top++] = op->kind == EIG_OP_CONST ? range_of(op->value) : x;
            continue;
        }
        bool is_pair = eig_fn_n_args[op->which] == 2;
        top -= is_pair;
        stack[top - 1] = range_apply((EigFn)op->which, stack[top - 1], is_pair ? stack[top] : range_of(0));
    }
    return stack[0];
}

static bool has_period(const EigCode *code)
{
    for (size_t k = 0; k < code->n; k++)
        if (code->op[k].kind == EIG_OP_CALL && (code->op[k].which == EIG_FN_SIN || code->op[k].which == EIG_FN_COS))
            return true;
    return false;
}

/* No sine is on the way where anything is so large: the enclosure of that of a wide interval far out takes long. */
static bool is_moderate(const EigCode *code, double x)
{
    double stack[SLOTS];
    size_t top = 0;
    for (const EigOp *op = code->op; op < code->op + code->n && has_period(code); op++) {
        bool is_pair = op->kind == EIG_OP_CALL && eig_fn_n_args[op->which] == 2;
        top -= is_pair;
        if (op->kind != EIG_OP_CALL)
            stack[top++] = op->kind == EIG_OP_CONST ? op->value : x;
        else
            stack[top - 1] = eig_fn_apply((EigFn)op->which, stack[top - 1], is_pair ? stack[top] : 0);
        if (!(fabs(stack[top - 1]) < 1e15))
            return false;
    }
    return true;
}

static void bounds_hold(void)
{
    mpfi_t stack[SLOTS], exact;
    mpfr_t off;
    for (int k = 0; k < SLOTS; k++)
        mpfi_init2(stack[k], BITS);
    mpfi_init2(exact, BITS);
    mpfr_init2(off, BITS);
    int n_told = 0, n_tight = 0;
    for (int k = 0; k < N_PROGRAMS; k++) {
        Program p;
        make(&p);
        double x = number(), value, slack = eig_code_slack(&p.code, x, &value);
        if (!is_moderate(&p.code, x))
            continue;
        enclose_code(&p.code, x, stack, exact);
        if (!isfinite(value) || !isfinite(slack) || mpfi_nan_p(exact) || !mpfi_bounded_p(exact))
            continue;
        n_told++;
        n_tight += slack <= 0x1p-40 * fabs(value);
        mpfi_sub_d(exact, exact, value);
        mpfi_mig(off, exact);
        CHECK(mpfr_cmp_d(off, slack) <= 0);
    }
    CHECK(n_told > N_PROGRAMS / 3);
    CHECK(n_tight > n_told / 2);
    mpfr_clear(off);
    mpfi_clear(exact);
    for (int k = 0; k < SLOTS; k++)
        mpfi_clear(stack[k]);
}

static void ranges_hold_what_is_computed(void)
{
    int n_told = 0;
    for (int k = 0; k < N_PROGRAMS; k++) {
        Program p;
        make(&p);
        double lo = number(), hi = lo + fabs(number());
        Range of = range_within(&p.code, (Range){ lo, hi });
        if (!range_is_known(of))
            continue;
        n_told++;
        for (int j = 0; j <= 16; j++) {
            double var[EIG_N_VARS] = { [EIG_VAR_X] = lo + (hi - lo) * j / 16 };
            double value = eig_code_eval(&p.code, var, NULL);
            CHECK(var[EIG_VAR_X] > hi || isnan(value) || (value >= of.lo && value <= of.hi));
        }
    }
    CHECK(n_told > N_PROGRAMS / 3);
}

int main(void)
{
    RUN(bounds_hold);
    RUN(ranges_hold_what_is_computed);
    mpfr_free_cache();
    return test_done();
}
