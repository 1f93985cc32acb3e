/* Every smooth function is the solution of y' = w a', w made of y and of its argument a by sums, products and quotients: so one recurrence,
 * EIG_JET_FLOW, serves them all. */
#include "compiler/plan/recurrence.h"

#include <math.h>

#include "runtime/elementary.h"

static const EigJetOp *at(const Write *w, size_t k)
{
    return &w->op.at[k];
}

size_t write_push(Write *w, EigJetOp op)
{
    vec_push(&w->cx->arena, &w->op, op);
    return w->op.n - 1;
}

static size_t constant(Write *w, EigCode code)
{
    return write_push(w, (EigJetOp){ .kind = EIG_JET_CONSTANT, .is_constant = true, .code = code });
}

static size_t leaf(Write *w, const EigOp *op, size_t n)
{
    return constant(w, (EigCode){ .n = n, .op = op, .depth = n });
}

size_t write_literal(Write *w, double value)
{
    EigOp *op = ARENA_NEW(&w->cx->arena, EigOp);
    *op = (EigOp){ .kind = EIG_OP_CONST, .value = value };
    return leaf(w, op, 1);
}

bool write_is_literal(const Write *w, size_t k, double *value)
{
    if (!eig_jet_is_literal(at(w, k)))
        return false;
    *value = at(w, k)->code.op[0].value;
    return true;
}

size_t write_two(Write *w, EigJetKind kind, size_t a, size_t b)
{
    if (kind == EIG_JET_MUL && a == b)
        kind = EIG_JET_SQUARE;
    bool is_constant = at(w, a)->is_constant && at(w, b)->is_constant;
    return write_push(w, (EigJetOp){ .kind = (uint8_t)kind, .a = a, .b = b, .is_constant = is_constant });
}

static size_t one(Write *w, EigJetKind kind, size_t a)
{
    return write_push(w, (EigJetOp){ .kind = (uint8_t)kind, .a = a, .b = a, .is_constant = at(w, a)->is_constant });
}

static size_t square(Write *w, size_t a)
{
    return write_two(w, EIG_JET_MUL, a, a);
}

static size_t less(Write *w, double from, size_t a)
{
    return write_two(w, EIG_JET_SUB, write_literal(w, from), a);
}

static size_t more(Write *w, double by, size_t a)
{
    return write_two(w, EIG_JET_ADD, write_literal(w, by), a);
}

static size_t over(Write *w, double a, size_t b)
{
    return write_two(w, EIG_JET_DIV, write_literal(w, a), b);
}

/* fn(a, b), whose w is set behind it. */
static size_t flow(Write *w, EigFn fn, size_t a, size_t b)
{
    return write_push(w, (EigJetOp){ .kind = EIG_JET_FLOW, .fn = (uint8_t)fn, .a = a, .b = b, .w = w->op.n });
}

static size_t flows(Write *w, size_t y, size_t by)
{
    w->op.at[y].w = by;
    return y;
}

static size_t value(Write *w, EigFn fn, size_t a, size_t b)
{
    return write_push(w, (EigJetOp){ .kind = EIG_JET_VALUE, .fn = (uint8_t)fn, .a = a, .b = b, .is_constant = true });
}

/* ---- functions ---- */

static size_t sine(Write *w, EigFn fn, size_t a)
{
    size_t y = flow(w, fn, a, a), other = flow(w, fn == EIG_FN_SIN ? EIG_FN_COS : EIG_FN_SIN, a, a);
    size_t minus = one(w, EIG_JET_NEG, fn == EIG_FN_SIN ? y : other);
    flows(w, y, fn == EIG_FN_SIN ? other : minus);
    flows(w, other, fn == EIG_FN_SIN ? minus : y);
    return y;
}

static size_t density(Write *w, size_t a)
{
    size_t y = flow(w, EIG_FN_NORMPDF, a, a);
    return flows(w, y, one(w, EIG_JET_NEG, write_two(w, EIG_JET_MUL, a, y)));
}

/* Of a lifted one, L/(1 + exp(-a)), w = y - (y/L) y. */
static size_t logistic(Write *w, EigFn fn, size_t a, size_t b)
{
    size_t y = flow(w, fn, a, b);
    size_t part = fn == EIG_FN_LOGISTIC ? square(w, y) : write_two(w, EIG_JET_MUL, write_two(w, EIG_JET_MUL, y, write_literal(w, 1 / EIG_LOGISTIC_LIFT)), y);
    return flows(w, y, write_two(w, EIG_JET_SUB, y, part));
}

/* The mean of t^b with the weight exp(a t), m_b: m_b' = (m_(b + 1) - m_b m_1) a'. As coefficient k of one needs those before k of the next, a
 * chain of `order` of them is long enough; the last is a number, and what is made of its other coefficients nobody reads. */
static size_t tilted(Write *w, size_t a, unsigned b, size_t first)
{
    if (b >= w->order)
        return value(w, EIG_FN_EXP_MEAN, a, write_literal(w, b));
    size_t m = flow(w, EIG_FN_EXP_MEAN, a, write_literal(w, b)), next = tilted(w, a, b + 1, first == SIZE_MAX ? m : first);
    return flows(w, m, write_two(w, EIG_JET_SUB, next, write_two(w, EIG_JET_MUL, m, first == SIZE_MAX ? m : first)));
}

static size_t exprel(Write *w, size_t a)
{
    size_t y = flow(w, EIG_FN_EXPREL, a, a);
    return flows(w, y, write_two(w, EIG_JET_MUL, y, tilted(w, a, 1, SIZE_MAX)));
}

/* x + b log(x) = a: x' (1 + b/x) = a'. */
static size_t log_root(Write *w, size_t a, size_t b)
{
    size_t y = flow(w, EIG_FN_LOG_ROOT, a, b);
    return flows(w, y, write_two(w, EIG_JET_DIV, y, write_two(w, EIG_JET_ADD, y, b)));
}

/* log(x/(1 - x)) + b x = a: x' (1/(x (1 - x)) + b) = a'. */
static size_t logit_root(Write *w, size_t a, size_t b)
{
    size_t y = flow(w, EIG_FN_LOGIT_ROOT, a, b), u = write_two(w, EIG_JET_SUB, y, square(w, y));
    return flows(w, y, write_two(w, EIG_JET_DIV, u, more(w, 1, write_two(w, EIG_JET_MUL, b, u))));
}

/* The smaller, the larger; a where they are equal, which is where the kink is not below 0. Where no kink is looked for, both sides continue each
 * other, and all choices have to be of one side: at z = 0 both max(0, z) and abs(z) are z. */
static size_t choice(Write *w, EigFn fn, size_t a, size_t b)
{
    if (!w->has_kinks && at(w, a)->is_constant)
        return write_push(w, (EigJetOp){ .kind = EIG_JET_CHOICE, .fn = (uint8_t)fn, .a = b, .b = a, .is_kept = true });
    if (w->has_kinks && fn != EIG_FN_OR_ZERO) {
        size_t kink = fn == EIG_FN_MIN ? write_two(w, EIG_JET_SUB, b, a) : write_two(w, EIG_JET_SUB, a, b);
        w->op.at[kink].is_kink = w->op.at[kink].is_kept = true;
    }
    return write_push(w, (EigJetOp){ .kind = EIG_JET_CHOICE, .fn = (uint8_t)fn, .a = a, .b = b, .is_kept = true });
}

static size_t ramp(Write *w, size_t a, size_t b)
{
    return choice(w, EIG_FN_MIN, choice(w, EIG_FN_MAX, write_two(w, EIG_JET_DIV, a, b), write_literal(w, 0)), write_literal(w, 1));
}

/* Of one argument. */
static size_t function(Write *w, EigFn fn, size_t a)
{
    if (at(w, a)->is_constant || fn == EIG_FN_STEP || fn == EIG_FN_FLOOR)
        return value(w, fn, a, a);
    if (fn == EIG_FN_ABS)
        return choice(w, EIG_FN_MAX, a, one(w, EIG_JET_NEG, a));
    if (fn == EIG_FN_OR_ZERO)
        return choice(w, fn, a, a);
    if (fn == EIG_FN_SIN || fn == EIG_FN_COS)
        return sine(w, fn, a);
    if (fn == EIG_FN_NORMPDF)
        return density(w, a);
    if (fn == EIG_FN_EXPREL)
        return exprel(w, a);
    size_t y = flow(w, fn, a, a);
    switch (fn) {
    case EIG_FN_EXP:     return flows(w, y, y);
    case EIG_FN_EXPM1:   return flows(w, y, more(w, 1, y));
    case EIG_FN_LOG:     return flows(w, y, over(w, 1, a));
    case EIG_FN_LOG1P:   return flows(w, y, over(w, 1, more(w, 1, a)));
    case EIG_FN_SQRT:    return flows(w, y, over(w, 0.5, y));
    case EIG_FN_TANH:    return flows(w, y, less(w, 1, square(w, y)));
    case EIG_FN_ATAN:    return flows(w, y, over(w, 1, more(w, 1, square(w, a))));
    case EIG_FN_NORMCDF: return flows(w, y, density(w, a));
    case EIG_FN_OMEGA:   return flows(w, y, write_two(w, EIG_JET_DIV, y, more(w, 1, y)));
    default:             break;
    }
    w->why_not = "a function that has no derivatives, or whose recurrence is not known";
    return y;
}

/* a^n, n > 0, from the highest bit of n down. */
static size_t whole_power(Write *w, size_t a, unsigned n)
{
    if (n == 1)
        return a;
    size_t y = square(w, whole_power(w, a, n / 2));
    return n % 2 ? write_two(w, EIG_JET_MUL, y, a) : y;
}

static size_t power(Write *w, size_t a, size_t b)
{
    enum { MOST_WHOLE = 64 };
    double n;
    bool is_number = write_is_literal(w, b, &n);
    if (is_number && n == floor(n) && n != 0 && fabs(n) <= MOST_WHOLE) {
        size_t y = whole_power(w, a, (unsigned)fabs(n));
        return n > 0 ? y : over(w, 1, y);
    }
    if (!at(w, b)->is_constant)
        return function(w, EIG_FN_EXP, write_two(w, EIG_JET_MUL, b, function(w, EIG_FN_LOG, a)));
    size_t y = flow(w, EIG_FN_POW, a, b);
    return flows(w, y, write_two(w, EIG_JET_MUL, b, write_two(w, EIG_JET_DIV, y, a)));
}

static size_t call(Write *w, EigFn fn, size_t a, size_t b)
{
    bool is_lost = fn == EIG_FN_LOST_SUM || fn == EIG_FN_LOST_PRODUCT;
    switch (fn) {
    case EIG_FN_ADD: return write_two(w, EIG_JET_ADD, a, b);
    case EIG_FN_SUB: return write_two(w, EIG_JET_SUB, a, b);
    case EIG_FN_MUL: return write_two(w, EIG_JET_MUL, a, b);
    case EIG_FN_DIV: return write_two(w, EIG_JET_DIV, a, b);
    case EIG_FN_NEG: return one(w, EIG_JET_NEG, a);
    default:         break;
    }
    if (is_lost || (at(w, a)->is_constant && at(w, b)->is_constant))
        return value(w, fn, a, b);
    if ((fn == EIG_FN_LOG_ROOT || fn == EIG_FN_LOGIT_ROOT) && !at(w, b)->is_constant)
        w->why_not = "a root whose second argument changes";
    switch (fn) {
    case EIG_FN_POW:        return power(w, a, b);
    case EIG_FN_MIN:
    case EIG_FN_MAX:        return choice(w, fn, a, b);
    case EIG_FN_RAMP:       return ramp(w, a, b);
    case EIG_FN_PULSE:      return value(w, fn, a, b);
    case EIG_FN_LOGISTIC:
    case EIG_FN_LIFTED_LOGISTIC: return logistic(w, fn, a, b);
    case EIG_FN_LOG_ROOT:   return log_root(w, a, b);
    case EIG_FN_LOGIT_ROOT: return logit_root(w, a, b);
    default:                return function(w, fn, a);
    }
}

/* ---- programs ---- */

size_t write_variable(Write *w, Vars *v, const EigOp *op)
{
    if (op->which == EIG_VAR_I)
        return leaf(w, op, 1);
    size_t *known = op->which == EIG_VAR_T ? &v->time : op->which == EIG_VAR_Z ? &v->total : &v->state[op->which - EIG_VAR_STATE];
    if (*known == SIZE_MAX)
        *known = write_push(w, op->which == EIG_VAR_T ? (EigJetOp){ .kind = EIG_JET_TIME }
                                                : (EigJetOp){ .kind = EIG_JET_STATE, .which = op->which - EIG_VAR_STATE });
    return *known;
}

/* step(t - c), step(c - t) with a number c: constant between the jumps. */
static bool is_step(const EigCode *code, size_t k)
{
    const EigOp *op = &code->op[k];
    if (k + 4 > code->n || op[2].kind != EIG_OP_CALL || op[2].which != EIG_FN_SUB || op[3].kind != EIG_OP_CALL || op[3].which != EIG_FN_STEP)
        return false;
    const EigOp *time = op[0].kind == EIG_OP_VAR ? &op[0] : &op[1], *number = time == &op[0] ? &op[1] : &op[0];
    return time->kind == EIG_OP_VAR && time->which == EIG_VAR_T && number->kind == EIG_OP_CONST;
}

size_t write_code(Write *w, Vars *v, const EigCode *code)
{
    size_t stack[EIG_CODE_MAX_DEPTH], top = 0;
    if (code->n == 0)
        return write_literal(w, 0);
    for (size_t k = 0; k < code->n && !w->why_not; k++) {
        const EigOp *op = &code->op[k];
        if (is_step(code, k)) {
            stack[top++] = leaf(w, op, 4);
            k += 3;
        } else if (op->kind == EIG_OP_VAR) {
            stack[top++] = write_variable(w, v, op);
        } else if (op->kind == EIG_OP_SOLVE) {
            w->why_not = "the solution of an equation";
        } else if (op->kind != EIG_OP_CALL) {
            stack[top++] = leaf(w, op, 1);
        } else {
            size_t n = (size_t)eig_fn_n_args[op->which];
            top -= n - 1;
            stack[top - 1] = call(w, (EigFn)op->which, stack[top - 1], stack[top + n - 2]);
        }
    }
    return w->why_not ? 0 : stack[0];
}

Vars write_no_vars(void)
{
    Vars v = { .time = SIZE_MAX, .total = SIZE_MAX };
    for (size_t k = 0; k < EIG_MAX_STATES; k++)
        v.state[k] = SIZE_MAX;
    return v;
}

/* ---- what is read again ---- */

static void keep(Write *w, size_t k)
{
    w->op.at[k].is_kept |= !eig_jet_is_literal(at(w, k));
}

static void mark(Write *w, const EigJetOp *op, size_t self)
{
    bool a = at(w, op->a)->is_constant, b = at(w, op->b)->is_constant;
    switch ((EigJetKind)op->kind) {
    case EIG_JET_MUL:
        if (a || !b)
            keep(w, op->a);
        if (b || !a)
            keep(w, op->b);
        break;
    case EIG_JET_SQUARE:
        keep(w, op->a);
        break;
    case EIG_JET_DIV:
        keep(w, op->b);
        if (!b)
            keep(w, self);
        break;
    case EIG_JET_CHOICE:
        keep(w, op->a);
        keep(w, op->b);
        break;
    case EIG_JET_FLOW:
        w->op.at[op->a].is_slope_kept = true;
        keep(w, op->w);
        break;
    default: break;
    }
}

EigJetProgram write_finish(Write *w, size_t n_results, const size_t *result)
{
    EigJetProgram p = { .n = w->op.n, .op = w->op.at, .n_results = n_results, .result = result };
    for (size_t k = 0; k < p.n; k++)
        if (!p.op[k].is_constant)
            mark(w, &p.op[k], k);
    for (size_t k = 0; k < p.n; k++) {
        EigJetOp *op = &w->op.at[k];
        op->is_kept |= op->kind == EIG_JET_RATE || (op->kind == EIG_JET_CONSTANT && !eig_jet_is_literal(op));
        op->row = p.n_rows;
        p.n_rows += op->is_kept ? op->is_constant ? 1 : w->order : 0;
        op->slope_row = p.n_rows;
        p.n_rows += op->is_slope_kept ? w->order : 0;
    }
    p.n_rows += n_results;      /* where results are before they are copied */
    return p;
}
