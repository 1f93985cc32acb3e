#include "compiler/code/code.h"
#include "compiler/code/overflow.h"

#include <float.h>
#include <math.h>

#include "compiler/code/far.h"
#include "compiler/expr/affine.h"
#include "compiler/expr/enclose.h"
#include "compiler/expr/log_sum.h"

enum { NEAR = 10, FINE = 16, STRIDE = 64, PER_SIDE = FINE + 1 + (1023 - FINE) / STRIDE + 1, N_PLACES = 2 * PER_SIDE + 1, BISECTIONS = 12,
       MORE_PRECISION = 4200 };

/* What overflow changes by more than this share of the values about there is another value, if it is not as good as 0. */
static const double OFF = 0x1p-24, TINY = 0x1p-1000;

/* Beyond, no line is looked for: two operations more for every value would be for inputs that none has. */
static const double MOST = 0x1p1000;

typedef struct Look {
    EigCode code;
    mpfi_t *stack;
    mpfi_t exact;
    mpfr_t distance, bound;
    double size;                /* of the largest value near 0 that is computed without overflow */
    bool is_silent;             /* a place that is off has a number, and a run would go on with it */
} Look;

/* The program's value at z, and whether something on the way was infinite or a NaN. */
static double traced(const EigCode *code, double z, bool *overflows)
{
    double stack[EIG_CODE_MAX_DEPTH];
    size_t top = 0;
    *overflows = false;
    for (const EigOp *op = code->op; op < code->op + code->n; op++) {
        if (op->kind != EIG_OP_CALL) {
            stack[top++] = op->kind == EIG_OP_CONST ? op->value : z;
            continue;
        }
        bool is_pair = eig_fn_n_args[op->which] == 2;
        top -= is_pair;
        stack[top - 1] = eig_fn_apply((EigFn)op->which, stack[top - 1], is_pair ? stack[top] : 0);
        *overflows |= !(fabs(stack[top - 1]) <= DBL_MAX);
    }
    return stack[0];
}

static void set_precision(Look *l, mpfr_prec_t bits)
{
    for (size_t k = 0; k < l->code.depth; k++)
        mpfi_set_prec(l->stack[k], bits);
    mpfi_round_prec(l->exact, bits);
}

/* The exact value into l->exact. What overflows may have cancelled before, as 1/(sqrt(1 + z^2) - z) has: then in as many bits as are in a square. */
static void enclose(Look *l, double z)
{
    enclose_code(&l->code, z, l->stack, l->exact);
    mpfi_diam(l->distance, l->exact);
    if (mpfr_number_p(l->distance) && mpfr_cmp_d(l->distance, OFF) <= 0)
        return;
    set_precision(l, MORE_PRECISION);
    enclose_code(&l->code, z, l->stack, l->exact);
    set_precision(l, ENCLOSE_PRECISION);
}

static bool is_off(Look *l, double z)
{
    bool overflows;
    double value = traced(&l->code, z, &overflows);
    if (!overflows)
        return false;
    enclose(l, z);
    mpfi_mag(l->bound, l->exact);
    if (!(fabs(value) <= DBL_MAX))
        return mpfr_number_p(l->bound) && mpfr_cmp_d(l->bound, DBL_MAX) <= 0;
    if (mpfr_cmp_d(l->bound, TINY) < 0 && fabs(value) < TINY)
        return false;
    if (mpfr_cmp_d(l->bound, l->size) < 0)
        mpfr_set_d(l->bound, l->size, MPFR_RNDU);
    mpfr_mul_d(l->bound, l->bound, OFF, MPFR_RNDU);
    mpfi_sub_d(l->exact, l->exact, value);
    mpfi_mig(l->distance, l->exact);
    bool is = mpfr_greater_p(l->distance, l->bound);
    l->is_silent |= is;
    return is;
}

/* 0, powers of two and the last doubles, ascending. */
static void set_places(double place[N_PLACES])
{
    place[PER_SIDE] = 0;
    for (int n = 1; n <= PER_SIDE; n++) {
        int k = n <= FINE + 1 ? n - 1 : FINE + STRIDE * (n - FINE - 1);
        place[PER_SIDE + n] = k < 1024 ? ldexp(1, k) : DBL_MAX;
        place[PER_SIDE - n] = -place[PER_SIDE + n];
    }
}

static double size_near_0(const EigCode *code, const double place[N_PLACES])
{
    double size = 0;
    for (int k = PER_SIDE - NEAR - 1; k <= PER_SIDE + NEAR + 1; k++) {
        bool overflows;
        double value = traced(code, place[k], &overflows);
        size = overflows ? size : fmax(size, fabs(value));
    }
    return size;
}

static double edge_of_good(Look *l, double good, double off)
{
    for (int step = 0; step < BISECTIONS; step++) {
        double middle = eig_middle(fmin(good, off), fmax(good, off));
        *(is_off(l, middle) ? &off : &good) = middle;
    }
    return good;
}

/* Around 0, or the good place next to it, what is good without a gap. False where none is. */
static bool find_edges(Look *l, double *from, double *to)
{
    double place[N_PLACES];
    bool off[N_PLACES];
    set_places(place);
    l->size = size_near_0(&l->code, place);
    for (int k = 0; k < N_PLACES; k++)
        off[k] = is_off(l, place[k]);
    int first = PER_SIDE;
    for (int away = 0; away <= PER_SIDE && off[first]; away++)
        first = off[PER_SIDE - away] ? PER_SIDE + away : PER_SIDE - away;
    int a = first, b = first;
    while (a > 0 && !off[a - 1])
        a--;
    while (b + 1 < N_PLACES && !off[b + 1])
        b++;
    *from = a > 0 ? edge_of_good(l, place[a], place[a - 1]) : -(double)INFINITY;
    *to = b + 1 < N_PLACES ? edge_of_good(l, place[b], place[b + 1]) : (double)INFINITY;
    return !off[first];
}

/* The values beyond an edge are on a line, and the one that is computed at the edge is. */
static bool find_line(const EigCode *code, double edge, double last, FarLine *line)
{
    const EigPiece piece = { .up_to = (double)INFINITY, .value = *code };
    const EigSolve q = { .n_pieces = 1, .piece = &piece };
    bool overflows;
    if (!(fabs(edge) < MOST) || !far_line(&q, edge, last, line))
        return false;
    double value = traced(code, edge, &overflows);
    return fabs(value - (line->slope * edge + line->offset)) <= 0x1p-50 * fabs(value);
}

/* Infinite edges: all is good. What is off beyond an edge without a line is so silently, or stops a run by itself. */
typedef struct Reach {
    double from, to;
    bool has_left, has_right, is_silent;
    FarLine left, right;
} Reach;

static bool find_reach(Ctx *cx, const Expr *phi, Reach *r)
{
    mpfi_t stack[EIG_CODE_MAX_DEPTH];
    Look l = { .code = expr_to_code(cx, phi), .stack = stack };
    for (size_t k = 0; k < l.code.depth; k++)
        mpfi_init2(stack[k], ENCLOSE_PRECISION);
    mpfi_init2(l.exact, ENCLOSE_PRECISION);
    mpfr_inits2(ENCLOSE_PRECISION, l.distance, l.bound, (mpfr_ptr)0);
    bool is_found = find_edges(&l, &r->from, &r->to);
    r->is_silent = l.is_silent;
    if (is_found) {
        r->has_left = find_line(&l.code, r->from, -DBL_MAX, &r->left);
        r->has_right = find_line(&l.code, r->to, DBL_MAX, &r->right);
    }
    mpfr_clears(l.distance, l.bound, (mpfr_ptr)0);
    mpfi_clear(l.exact);
    for (size_t k = 0; k < l.code.depth; k++)
        mpfi_clear(stack[k]);
    return is_found;
}

/* Of z and constants alone. */
static bool is_of_z(const Expr *e)
{
    if (e->kind == EXPR_VAR)
        return e->as.var == EIG_VAR_Z;
    if (e->kind != EXPR_CALL)
        return e->kind == EXPR_CONST;
    return is_of_z(e->as.call.arg[0]) && (e->as.call.n_args < 2 || is_of_z(e->as.call.arg[1]));
}

static const Expr *call(Ctx *cx, NumPool *pool, Span at, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return expr_call(cx, pool, at, fn, b ? 2 : 1, arg);
}

static const Expr *number(Ctx *cx, NumPool *pool, Span at, double x)
{
    return expr_const(cx, at, num_from_double(pool, x));
}

/* z within the edges beyond which there are lines; a NaN is one. */
static const Expr *clipped(Ctx *cx, NumPool *pool, Span at, const Reach *r)
{
    const Expr *z = expr_var(cx, at, EIG_VAR_Z);
    if (r->has_right)
        z = call(cx, pool, at, EIG_FN_MIN, number(cx, pool, at, r->to), z);
    return r->has_left ? call(cx, pool, at, EIG_FN_MAX, number(cx, pool, at, r->from), z) : z;
}

/* e, and what the lines add to its value at the edges. */
static const Expr *with_lines(Ctx *cx, NumPool *pool, Span at, const Reach *r, const Expr *e)
{
    const Expr *z = expr_var(cx, at, EIG_VAR_Z), *zero = number(cx, pool, at, 0);
    for (int right = 0; right < 2; right++) {
        double slope = right ? r->right.slope : r->left.slope, edge = right ? r->to : r->from;
        if (!(right ? r->has_right : r->has_left) || slope == 0)
            continue;
        const Expr *beyond = call(cx, pool, at, right ? EIG_FN_MAX : EIG_FN_MIN, zero, call(cx, pool, at, EIG_FN_SUB, z, number(cx, pool, at, edge)));
        e = call(cx, pool, at, EIG_FN_ADD, e, call(cx, pool, at, EIG_FN_MUL, number(cx, pool, at, slope), beyond));
    }
    return e;
}

/* e + sqrt(min(room, 0)), a NaN where z is beyond an edge without a line. */
static const Expr *with_none(Ctx *cx, NumPool *pool, Span at, const Reach *r, const Expr *e)
{
    const Expr *z = expr_var(cx, at, EIG_VAR_Z), *room = NULL;
    if (r->to < (double)INFINITY && !r->has_right)
        room = call(cx, pool, at, EIG_FN_SUB, number(cx, pool, at, r->to), z);
    if (r->from > -(double)INFINITY && !r->has_left) {
        const Expr *left = call(cx, pool, at, EIG_FN_SUB, z, number(cx, pool, at, r->from));
        room = room ? call(cx, pool, at, EIG_FN_MIN, left, room) : left;
    }
    if (!room || !r->is_silent)
        return e;
    const Expr *none = call(cx, pool, at, EIG_FN_SQRT, call(cx, pool, at, EIG_FN_MIN, room, number(cx, pool, at, 0)), NULL);
    return call(cx, pool, at, EIG_FN_ADD, e, none);
}

/* Logarithms of sums of two exponentials are taken without overflow wherever they stand in e, of EIG_VAR_X. */
static const Expr *with_log_sums(Ctx *cx, NumPool *pool, const Expr *e)
{
    const Expr *arg[2] = { NULL, NULL }, *out = NULL;
    if (e->kind != EXPR_CALL)
        return e;
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = with_log_sums(cx, pool, e->as.call.arg[k]);
    if (arg[0] != e->as.call.arg[0] || (e->as.call.n_args > 1 && arg[1] != e->as.call.arg[1]))
        out = expr_with_arguments(cx, pool, e, arg);
    return expr_log_sums(cx, pool, out ? out : e);
}

static const Expr *rewritten(Ctx *cx, NumPool *pool, const Expr *phi)
{
    const Expr *of_x = expr_replaced(cx, pool, phi, EIG_VAR_Z, expr_var(cx, phi->span, EIG_VAR_X)), *e = with_log_sums(cx, pool, of_x);
    return e == of_x ? phi : expr_replaced(cx, pool, e, EIG_VAR_X, expr_var(cx, phi->span, EIG_VAR_Z));
}

const Expr *expr_where_computed(Ctx *cx, NumPool *pool, const Expr *written, bool *has_gaps)
{
    enum { ROOM = 32, MORE = 4 };       /* MORE: for every z in it */
    Reach r = { 0 };
    *has_gaps = false;
    const Expr *phi = is_of_z(written) ? rewritten(cx, pool, written) : written;
    if (!is_of_z(phi) || phi->depth + ROOM > EXPR_MAX_DEPTH || (uint64_t)phi->size * (MORE + 1) + ROOM >= EXPR_MAX_SIZE)
        return written;
    if (!find_reach(cx, phi, &r))
        return phi;
    Span at = phi->span;
    const Expr *e = phi;
    if (r.has_left || r.has_right)
        e = expr_replaced(cx, pool, phi, EIG_VAR_Z, clipped(cx, pool, at, &r));
    e = with_lines(cx, pool, at, &r, e);
    const Expr *out = with_none(cx, pool, at, &r, e);
    *has_gaps = out != e;
    return out;
}
