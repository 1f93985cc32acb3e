/* CVODE of SUNDIALS 6 (BSD-3), which the system has as a shared library: opened by the first run that asks for it, so that no other
 * starts slower, and declared here, so that eigc is built without its headers (tests/numeric/test_sundials.c compares with them). */
#ifndef RUNTIME_SUNDIALS_H
#define RUNTIME_SUNDIALS_H
#include <stdbool.h>
#include <stdint.h>

/* The names of its headers, so that both can be read together. */
typedef struct _generic_N_Vector *N_Vector;
typedef struct _generic_SUNMatrix *SUNMatrix;
typedef struct _generic_SUNLinearSolver *SUNLinearSolver;
typedef struct _SUNContext *SUNContext;

typedef int SunSlope(double t, N_Vector x, N_Vector dx, void *user);
typedef int SunJacobian(double t, N_Vector x, N_Vector dx, SUNMatrix to, void *user, N_Vector a, N_Vector b, N_Vector c);
typedef int SunPoint(double t, N_Vector x, N_Vector dx, void *user);
typedef int SunProduct(N_Vector v, N_Vector jv, double t, N_Vector x, N_Vector dx, void *user, N_Vector work);
typedef int SunPrepare(double t, N_Vector x, N_Vector dx, int is_current, int *made_current, double gamma, void *user);
typedef int SunSolve(double t, N_Vector x, N_Vector dx, N_Vector right, N_Vector out, double gamma, double delta, int side, void *user);
typedef void SunComplain(int code, const char *module, const char *function, char *message, void *user);

enum { SUN_BDF = 2, SUN_ONE_STEP = 2, SUN_FROM_LEFT = 1 };

/* What CVode says. */
enum {
    SUN_TOO_ACCURATE = -2, SUN_ERROR_FAILS = -3, SUN_NO_CONVERGENCE = -4, SUN_SETUP_FAILS = -6, SUN_SOLVE_FAILS = -7, SUN_SLOPE_FAILS = -8,
    SUN_FIRST_SLOPE_FAILS = -9, SUN_SLOPES_FAIL = -10, SUN_SLOPE_LOST = -11, SUN_NO_MEMORY = -20
};

/* F(result, name, arguments): all that is called. */
#define SUNDIALS_FUNCTIONS(F) \
    F(int, SUNDIALSGetVersionNumber, (int *major, int *minor, int *patch, char *label, int length)) \
    F(int, SUNContext_Create, (void *communicator, SUNContext *out)) \
    F(int, SUNContext_Free, (SUNContext *)) \
    F(N_Vector, N_VNew_Serial, (int64_t n, SUNContext)) \
    F(double *, N_VGetArrayPointer, (N_Vector)) \
    F(void, N_VDestroy, (N_Vector)) \
    F(SUNMatrix, SUNDenseMatrix, (int64_t rows, int64_t columns, SUNContext)) \
    F(double *, SUNDenseMatrix_Column, (SUNMatrix, int64_t column)) \
    F(void, SUNMatDestroy, (SUNMatrix)) \
    F(SUNLinearSolver, SUNLinSol_Dense, (N_Vector, SUNMatrix, SUNContext)) \
    F(SUNLinearSolver, SUNLinSol_SPGMR, (N_Vector, int side, int most_vectors, SUNContext)) \
    F(int, SUNLinSolFree, (SUNLinearSolver)) \
    F(void *, CVodeCreate, (int family, SUNContext)) \
    F(int, CVodeSetErrHandlerFn, (void *cvode, SunComplain *, void *user)) \
    F(int, CVodeInit, (void *cvode, SunSlope *, double t, N_Vector x)) \
    F(int, CVodeReInit, (void *cvode, double t, N_Vector x)) \
    F(int, CVodeSStolerances, (void *cvode, double rtol, double atol)) \
    F(int, CVodeSetUserData, (void *cvode, void *user)) \
    F(int, CVodeSetMaxNumSteps, (void *cvode, long n)) \
    F(int, CVodeSetInitStep, (void *cvode, double h)) \
    F(int, CVodeSetMaxStep, (void *cvode, double h)) \
    F(int, CVodeSetStopTime, (void *cvode, double t)) \
    F(int, CVodeSetLinearSolver, (void *cvode, SUNLinearSolver, SUNMatrix)) \
    F(int, CVodeSetJacFn, (void *cvode, SunJacobian *)) \
    F(int, CVodeSetJacTimes, (void *cvode, SunPoint *, SunProduct *)) \
    F(int, CVodeSetPreconditioner, (void *cvode, SunPrepare *, SunSolve *)) \
    F(int, CVode, (void *cvode, double to, N_Vector x, double *t, int task)) \
    F(int, CVodeGetDky, (void *cvode, double t, int derivative, N_Vector out)) \
    F(int, CVodeGetErrWeights, (void *cvode, N_Vector out)) \
    F(int, CVodeGetEstLocalErrors, (void *cvode, N_Vector out)) \
    F(int, CVodeGetNumErrTestFails, (void *cvode, long *n)) \
    F(int, CVodeGetNumStepSolveFails, (void *cvode, long *n)) \
    F(void, CVodeFree, (void **cvode))

typedef struct Sundials {
#define FUNCTION(result, name, arguments) result (*name) arguments;
    SUNDIALS_FUNCTIONS(FUNCTION)
#undef FUNCTION
} Sundials;

/* NULL where it is missing or of another version; why (or NULL) says which. Any thread. */
const Sundials *sundials_load(const char **why);
#endif
