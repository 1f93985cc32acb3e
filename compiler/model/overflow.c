#include "compiler/model/overflow.h"

#include <float.h>
#include <math.h>

#include "compiler/model/enclose.h"

enum { NEAR = 10, FINE = 16, STRIDE = 64, PER_SIDE = FINE + 1 + (1023 - FINE) / STRIDE + 1, N_PLACES = 2 * PER_SIDE + 1, BISECTIONS = 12 };

/* What overflow changes by more than this share of the values about there is another value, if it is not as good as 0. */
static const double OFF = 0x1p-24, TINY = 0x1p-1000;

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

static bool is_off(Look *l, double z)
{
    bool overflows;
    double value = traced(&l->code, z, &overflows);
    if (!overflows)
        return false;
    enclose_code(&l->code, z, l->stack, l->exact);
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

/* Around 0, or the good place next to it, what is good without a gap. False where all places are good or none is, or where what is off
 * stops a run by itself. */
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
    return !off[first] && l->is_silent;
}

static bool find_reach(Ctx *cx, const Expr *phi, double *from, double *to)
{
    mpfi_t stack[EIG_CODE_MAX_DEPTH];
    Look l = { .code = expr_to_code(cx, phi), .stack = stack };
    for (size_t k = 0; k < l.code.depth; k++)
        mpfi_init2(stack[k], ENCLOSE_PRECISION);
    mpfi_init2(l.exact, ENCLOSE_PRECISION);
    mpfr_inits2(ENCLOSE_PRECISION, l.distance, l.bound, (mpfr_ptr)0);
    bool is_found = find_edges(&l, from, to);
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

const Expr *expr_where_computed(Ctx *cx, NumPool *pool, const Expr *phi)
{
    double from, to;
    enum { ROOM = 16 };
    if (!is_of_z(phi) || phi->depth + ROOM > EXPR_MAX_DEPTH || phi->size + ROOM >= EXPR_MAX_SIZE || !find_reach(cx, phi, &from, &to))
        return phi;
    Span at = phi->span;
    const Expr *z = expr_var(cx, at, EIG_VAR_Z), *zero = expr_const(cx, at, num_int(pool, 0)), *room = NULL;
    if (to < (double)INFINITY)
        room = call(cx, pool, at, EIG_FN_SUB, expr_const(cx, at, num_from_double(pool, to)), z);
    if (from > -(double)INFINITY) {
        const Expr *left = call(cx, pool, at, EIG_FN_SUB, z, expr_const(cx, at, num_from_double(pool, from)));
        room = room ? call(cx, pool, at, EIG_FN_MIN, left, room) : left;
    }
    const Expr *none = call(cx, pool, at, EIG_FN_SQRT, call(cx, pool, at, EIG_FN_MIN, room, zero), NULL);
    return call(cx, pool, at, EIG_FN_ADD, phi, none);
}
