#include "compiler/model/reach.h"

#include <float.h>
#include <math.h>

#include "compiler/model/enclose.h"

enum { FINE = 16, STRIDE = 16, BISECTIONS = 12 };

/* What is off by more than this share of the value and its place is not the value. */
static const double OFF = 0x1p-24;

typedef struct Reach {
    const EigSolve *q;
    mpfi_t *stack;              /* a slot for each of a program's, n in all */
    size_t n;
    mpfi_t exact;
    mpfr_t distance, bound;
} Reach;

/* The computed value is none that F has about there. What is beyond the doubles is an infinity as it should be, and an
 * enclosure may tell nothing. */
static bool is_off(Reach *r, double x)
{
    double var[EIG_N_VARS] = { 0 };
    const EigCode *code = &eig_solve_piece(r->q, x)->value;
    var[EIG_VAR_X] = x;
    double value = eig_code_eval(code, var, NULL);
    enclose_code(code, x, r->stack, r->exact);
    mpfi_mag(r->bound, r->exact);
    if (!(fabs(value) <= DBL_MAX))
        return mpfr_number_p(r->bound) && mpfr_cmp_d(r->bound, DBL_MAX) <= 0;
    mpfr_add_d(r->bound, r->bound, fabs(x), MPFR_RNDU);
    mpfr_mul_d(r->bound, r->bound, OFF, MPFR_RNDU);
    mpfi_sub_d(r->exact, r->exact, value);
    mpfi_mig(r->distance, r->exact);
    return mpfr_greater_p(r->distance, r->bound);
}

/* Between what is good and what is off. */
static double edge_of_good(Reach *r, double good, double off)
{
    for (int step = 0; step < BISECTIONS; step++) {
        double middle = eig_middle(fmin(good, off), fmax(good, off));
        *(is_off(r, middle) ? &off : &good) = middle;
    }
    return good;
}

/* The last good place on the way from `first` to `last`, away from 0: 0 where there is none, infinity where all are good. */
static double reach_to(Reach *r, double first, double last)
{
    double good = first;
    if (is_off(r, first))
        return 0;
    for (int k = 1; fabs(good) < fabs(last); k += k < FINE ? 1 : STRIDE) {
        double x = copysign(fmin(ldexp(1, k), fabs(last)), last);
        if (fabs(x) <= fabs(good))
            continue;
        if (is_off(r, x))
            return edge_of_good(r, good, x);
        good = x;
    }
    return copysign((double)INFINITY, last);
}

static size_t slots(const EigSolve *q)
{
    size_t most = 0;
    for (size_t k = 0; k < q->n_pieces; k++)
        most = q->piece[k].value.depth > most ? q->piece[k].value.depth : most;
    return most;
}

static void reach_begin(Reach *r, const EigSolve *q, mpfi_t *stack)
{
    *r = (Reach){ .q = q, .stack = stack, .n = slots(q) };
    for (size_t k = 0; k < r->n; k++)
        mpfi_init2(stack[k], ENCLOSE_PRECISION);
    mpfi_init2(r->exact, ENCLOSE_PRECISION);
    mpfr_inits2(ENCLOSE_PRECISION, r->distance, r->bound, (mpfr_ptr)0);
}

static void reach_end(Reach *r)
{
    mpfr_clears(r->distance, r->bound, (mpfr_ptr)0);
    mpfi_clear(r->exact);
    for (size_t k = 0; k < r->n; k++)
        mpfi_clear(r->stack[k]);
}

bool solve_is_off(const EigSolve *q, double x)
{
    mpfi_t stack[EIG_CODE_MAX_DEPTH];
    Reach r;
    reach_begin(&r, q, stack);
    bool is = is_off(&r, x);
    reach_end(&r);
    return is;
}

void solve_set_reach(EigSolve *q, double lo, double hi)
{
    mpfi_t stack[EIG_CODE_MAX_DEPTH];
    Reach r;
    reach_begin(&r, q, stack);
    double inner_lo = nextafter(lo, DBL_MAX), inner_hi = nextafter(hi, -DBL_MAX);
    q->to = hi > 1 ? reach_to(&r, fmax(1, inner_lo), inner_hi) : (double)INFINITY;
    q->from = lo < -1 ? reach_to(&r, fmin(-1, inner_hi), inner_lo) : -(double)INFINITY;
    reach_end(&r);
}
