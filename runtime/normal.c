#include "runtime/normal.h"

#include "runtime/elementary_number.h"
#include "runtime/elementary_form.h"
#include "runtime/normal_form.h"

static inline double quantile(double u)
{
    if (!(u > 0 && u < 1))
        return u == 0 ? -(double)INFINITY : u == 1 ? (double)INFINITY : (double)NAN;
    FORM_NORMAL at = form_normal(u);
    if (at.w < NORMAL_CENTRE_TO)
        return form_normal_centre(at);
    if (!(u > 0x1p-1000))               /* the form's logarithm is of normal numbers */
        at.w = 54 * 0.69314718055994531 - form_log_of(4 * (u * 0x1p54), 0, 0);
    return sqrt(at.w) < NORMAL_TAIL_TO ? form_normal_tail(at, 0, 4.0) : form_normal_tail(at, 2, 12.0);
}

#ifdef ELEMENTARY_BY_MACHINE
ELEMENTARY_FUSED static double fused(double u) { return quantile(u); }
ELEMENTARY_PLAIN static double plain(double u) { return quantile(u); }
double eig_normal_quantile(double u) { return ELEMENTARY_BY_MACHINE(fused(u), plain(u)); }
#else
double eig_normal_quantile(double u) { return quantile(u); }
#endif
