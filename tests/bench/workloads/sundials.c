/* W1 by SUNDIALS, as one writes it in C. argv: steps or units of time, way: rk4 (ARKODE's classic method, steps of 0.01) or cvode (Adams), and of
 * cvode the relative tolerance. Prints both rates at the end. */
#include <arkode/arkode_erkstep.h>
#include <cvode/cvode.h>
#include <math.h>
#include <nvector/nvector_serial.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sundials/sundials_context.h>
#include <sunnonlinsol/sunnonlinsol_fixedpoint.h>

static int slopes(realtype t, N_Vector x, N_Vector out, void *user)
{
    (void)t, (void)user;
    const double *r = N_VGetArrayPointer(x);
    double *d = N_VGetArrayPointer(out);
    d[0] = 1 / (1 + exp(-1.3 * (16 * r[0] - 12 * r[1] + 1.25 - 4))) - r[0];
    d[1] = (1 / (1 + exp(-2 * (15 * r[0] - 3 * r[1] - 3.7))) - r[1]) / 2;
    return 0;
}

static void must(int ok)
{
    if (!ok)
        exit(3);
}

static void classic(SUNContext context, N_Vector x, long steps)
{
    realtype t = 0;
    void *ark = ERKStepCreate(slopes, 0, x, context);
    /* not among its tables, which all have an embedded method */
    must(ark != NULL);
    ARKodeButcherTable rk4 = ARKodeButcherTable_Alloc(4, SUNFALSE);
    must(rk4 != NULL);
    rk4->q = 4;
    rk4->c[1] = rk4->c[2] = 0.5, rk4->c[3] = 1 - 1e-6; /* at 1 ARKODE 5.4 takes the last stage for the slope at the end */
    rk4->A[1][0] = rk4->A[2][1] = 0.5, rk4->A[3][2] = 1;
    rk4->b[0] = rk4->b[3] = 1 / 6.0, rk4->b[1] = rk4->b[2] = 1 / 3.0;
    must(ERKStepSetTable(ark, rk4) == 0 && ERKStepSetFixedStep(ark, 0.01) == 0 && ERKStepSetMaxNumSteps(ark, steps + 10) == 0);
    for (long k = 0; k < steps; k++)            /* to an end of several steps it would go by interpolation */
        must(ERKStepEvolve(ark, 2 * (double)steps, x, &t, ARK_ONE_STEP) >= 0);
    ARKodeButcherTable_Free(rk4);
    ERKStepFree(&ark);
}

static void by_error(SUNContext context, N_Vector x, double end, double rtol)
{
    realtype t = 0;
    void *cv = CVodeCreate(CV_ADAMS, context);
    SUNNonlinearSolver iteration = SUNNonlinSol_FixedPoint(x, 0, context);
    must(cv && iteration && CVodeInit(cv, slopes, 0, x) == 0 && CVodeSStolerances(cv, rtol, rtol * 1e-3) == 0);
    must(CVodeSetNonlinearSolver(cv, iteration) == 0 && CVodeSetMaxNumSteps(cv, -1) == 0 && CVodeSetStopTime(cv, end) == 0);
    must(CVode(cv, end, x, &t, CV_NORMAL) >= 0);
    CVodeFree(&cv);
    SUNNonlinSolFree(iteration);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    long n = atol(argv[1]);
    SUNContext context;
    must(SUNContext_Create(NULL, &context) == 0);
    N_Vector x = N_VNew_Serial(2, context);
    must(x != NULL);
    double *r = N_VGetArrayPointer(x);
    r[0] = 0.1, r[1] = 0.05;
    if (!strcmp(argv[2], "rk4"))
        classic(context, x, n);
    else
        by_error(context, x, (double)n, argc > 3 ? atof(argv[3]) : 1e-6);
    printf("%.17g %.17g\n", r[0], r[1]);
    N_VDestroy(x);
    SUNContext_Free(&context);
    return 0;
}
