/* Looked at in steps that are shorter than half a wave of the fastest sine or cosine of what is straight. */
#include "compiler/expr/wave.h"

#include <math.h>
#include <stdlib.h>

#include "compiler/expr/affine.h"
#include "compiler/expr/bracket.h"

/* The largest |rate| of a sine or cosine in e; 0: none is seen. */
static double largest_rate(NumPool *pool, const Expr *e, EigVar by)
{
    if (e->kind != EXPR_CALL)
        return 0;
    Num offset, rate;
    EigFn fn = e->as.call.fn;
    double largest = 0;
    for (int k = 0; k < e->as.call.n_args; k++)
        largest = fmax(largest, largest_rate(pool, e->as.call.arg[k], by));
    if ((fn == EIG_FN_SIN || fn == EIG_FN_COS) && expr_affine(pool, e->as.call.arg[0], by, &offset, &rate))
        largest = fmax(largest, fabs(num_to_double(rate)));
    return largest;
}

bool expr_changes_sign_often(const Expr *e, EigVar by, Num lo, Num hi, int many)
{
    enum { STEPS_FOR_ONE = 5 };
    NumPool scratch = { 0 };
    double rate = largest_rate(&scratch, e, by), way = lo || !hi ? 1 : -1, from = lo ? num_to_double(lo) : hi ? num_to_double(hi) : 0;
    int n = 0, last = 0;
    for (int k = 1; k <= STEPS_FOR_ONE * many && rate > 0 && n <= many; k++) {
        double x = from + way * k / rate;
        Num at = isfinite(x) ? num_from_double(&scratch, x) : NULL;
        if (!at || (lo && mpq_cmp(at, lo) <= 0) || (hi && mpq_cmp(at, hi) >= 0))
            break;
        int sign = expr_sign_at(&scratch, e, by, at);
        if (abs(sign) != 1)
            continue;
        n += last == -sign;
        last = sign;
    }
    num_pool_free(&scratch);
    return n > many;
}
