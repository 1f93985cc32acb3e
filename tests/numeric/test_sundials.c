/* What runtime/sundials.h declares by hand is what SUNDIALS' headers declare, and the library that a run opens has it. */
#include <cvode/cvode.h>
#include <cvode/cvode_ls.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_version.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunlinsol/sunlinsol_spgmr.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "runtime/sundials.h"
#include "tests/test.h"

_Static_assert(_Generic((realtype)0, double: 1, default: 0), "its numbers are doubles");
_Static_assert(sizeof(sunindextype) == sizeof(int64_t), "its sizes");
_Static_assert(sizeof(booleantype) == sizeof(int), "its truth values");
_Static_assert(SUN_BDF == CV_BDF && SUN_ONE_STEP == CV_ONE_STEP && (int)SUN_FROM_LEFT == (int)SUN_PREC_LEFT, "choices");
_Static_assert(SUN_TOO_ACCURATE == CV_TOO_MUCH_ACC && SUN_ERROR_FAILS == CV_ERR_FAILURE && SUN_NO_CONVERGENCE == CV_CONV_FAILURE &&
               SUN_SETUP_FAILS == CV_LSETUP_FAIL && SUN_SOLVE_FAILS == CV_LSOLVE_FAIL && SUN_SLOPE_FAILS == CV_RHSFUNC_FAIL &&
               SUN_FIRST_SLOPE_FAILS == CV_FIRST_RHSFUNC_ERR && SUN_SLOPES_FAIL == CV_REPTD_RHSFUNC_ERR &&
               SUN_SLOPE_LOST == CV_UNREC_RHSFUNC_ERR && SUN_NO_MEMORY == CV_MEM_FAIL, "answers");

/* Does not compile where a type differs. */
static void declarations_agree(void)
{
    Sundials s = { 0 };
    const void *last = NULL;
#define SET(result, name, arguments) s.name = name; last = (const void *)&s.name;
    SUNDIALS_FUNCTIONS(SET)
#undef SET
    CVRhsFn slope = (SunSlope *)NULL;
    CVLsJacFn jacobian = (SunJacobian *)NULL;
    CVLsJacTimesSetupFn point = (SunPoint *)NULL;
    CVLsJacTimesVecFn product = (SunProduct *)NULL;
    CVLsPrecSetupFn prepare = (SunPrepare *)NULL;
    CVLsPrecSolveFn solve = (SunSolve *)NULL;
    CHECK(last && !slope && !jacobian && !point && !product && !prepare && !solve);
}

static void the_library_opens(void)
{
    const char *why = "";
    const Sundials *s = sundials_load(&why);
    CHECK(s != NULL);
    if (!s)
        fprintf(stderr, "%s\n", why);
    CHECK(s && s == sundials_load(NULL));
}

int main(void)
{
    RUN(declarations_agree);
    RUN(the_library_opens);
    return test_done();
}
