#include "compiler/code/sure.h"

#include <float.h>
#include <math.h>

#include "compiler/code/range.h"

/* ---- runtime/slack_form.h with intervals ---- */

#define FORM
#define WITH
#define NUM Range
#define YES Holds
#define K(c) range_of(c)
#define ADD(a, b) range_add(a, b)
#define SUB(a, b) range_sub(a, b)
#define MUL(a, b) range_mul(a, b)
#define DIV(a, b) range_div(a, b)
#define FMA(a, b, c) range_fma(a, b, c)
#define ABS(a) range_abs(a)
#define SQRT(a) range_sqrt(a)
#define LESS(a, b) range_less(a, b)
#define EQUAL(a, b) range_equal(a, b)
#define PICK(yes, a, b) range_pick(yes, a, b)
#define EXP(a) range_apply(EIG_FN_EXP, a, range_of(0))
#define LOG(a) range_apply(EIG_FN_LOG, a, range_of(0))
#include "runtime/slack_form.h"

/* ---- programs ---- */

/* A slot of the stack, and the constant in it. */
typedef struct Slot {
    Range value, slack;
    const double *constant;
} Slot;

static bool is_by_factors(const double *exponent)
{
    return exponent && fabs(*exponent) <= EIG_POWER_FACTORS && *exponent == floor(*exponent);
}

static Slot slack_at(const EigCode *code, double x)
{
    double value, slack = eig_code_slack(code, x, &value);
    return (Slot){ range_of(value), range_of(slack), NULL };
}

static Slot slack_within(const EigCode *code, Range x)
{
    if (x.lo == x.hi)
        return slack_at(code, x.lo);
    Slot stack[EIG_CODE_MAX_DEPTH], none = { range_of(0), range_of(0), NULL };
    size_t top = 0;
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        if (op->kind != EIG_OP_CALL) {
            bool is_constant = op->kind == EIG_OP_CONST;
            stack[top++] = (Slot){ is_constant ? range_of(op->value) : x, range_of(0), is_constant ? &op->value : NULL };
            continue;
        }
        EigFn fn = (EigFn)op->which;
        bool is_pair = eig_fn_n_args[fn] == 2;
        top -= is_pair;
        Slot *a = &stack[top - 1], *b = is_pair ? &stack[top] : &none;
        Range value = range_apply(fn, a->value, b->value);
        Range slack = form_slack(fn, a->value, a->slack, b->value, b->slack, value, is_by_factors(b->constant) ? b->constant : NULL);
        *a = (Slot){ value, slack, NULL };
    }
    return stack[0];
}

/* ---- a piece, part by part ---- */

/* Of what a run allows: the search leaves a few units in the last place of x. */
static const double SHARE = 0.9;

/* At most so many parts are looked at, and none that is so narrow, but where the value leaves the doubles. */
enum { PARTS = 6000, MOST_OPERATIONS = 150000 };      /* of all parts: fewer where the formula is long */
static const double NARROW = 0x1p-12;

typedef struct Look {
    const EigSolve *q;
    const EigPiece *piece;
    int n_left;
} Look;

static bool is_in_gap(const EigSolve *q, Range x)
{
    for (size_t k = 0; k < q->n_nodes; k++)
        if (q->node[k].before <= x.lo && x.hi <= q->node[k].after)
            return true;
    return x.hi < q->from || x.lo > q->to;
}

/* Whether roundings matter nowhere; *leaves where something may leave the doubles. */
static bool is_sure_within(const Look *l, Range x, bool *leaves)
{
    Slot at = slack_within(&l->piece->value, x);
    *leaves = !(fabs(at.value.lo) <= DBL_MAX) || !(fabs(at.value.hi) <= DBL_MAX) || !(at.slack.hi <= DBL_MAX);
    if (range_least_size(at.value) > DBL_MAX)
        return true;
    double slack = at.slack.hi, room = SHARE * (EIG_SOLVE_OFF_S * range_least_size(at.value) + EIG_SOLVE_LEAST_S);
    if (slack <= room)
        return true;
    Slot slope = slack_within(&l->piece->slope, x);
    return slack <= room + SHARE * EIG_SOLVE_OFF_X * range_least_size(x) * (slope.value.lo - slope.slack.hi);
}

/* Of one sign. Halves in the order of the doubles: near 0 and far out as fine as elsewhere. */
static bool is_sure_in(Look *l, Range x)
{
    bool leaves;
    if (is_in_gap(l->q, x) || is_sure_within(l, x, &leaves))
        return true;
    double middle = eig_middle(x.lo, x.hi);
    if (l->n_left-- <= 0 || x.lo == x.hi || (!leaves && x.hi - x.lo <= NARROW * fabs(middle)))
        return false;
    if (middle == x.lo || middle == x.hi)
        return is_sure_in(l, range_of(x.lo)) && is_sure_in(l, range_of(x.hi));
    return is_sure_in(l, (Range){ x.lo, middle }) && is_sure_in(l, (Range){ middle, x.hi });
}

bool solve_is_sure(const EigSolve *q, const EigPiece *piece, double lo, double hi)
{
    size_t parts = MOST_OPERATIONS / (piece->value.n + piece->slope.n + 1);
    Look l = { q, piece, parts < PARTS ? (int)parts : PARTS };
    Range below = { fmax(lo, -EIG_SOLVE_LARGE), fmin(hi, -EIG_SOLVE_SMALL) }, above = { fmax(lo, EIG_SOLVE_SMALL), fmin(hi, EIG_SOLVE_LARGE) };
    return (!range_is_known(below) || is_sure_in(&l, below)) && (!range_is_known(above) || is_sure_in(&l, above));
}
