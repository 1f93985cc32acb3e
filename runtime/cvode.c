/* Rules of the library that are kept here: its messages go to nobody's terminal; there is no limit of steps, as a run has none; it stops at the
 * times that it is given and goes nowhere beyond; what it interpolates is the last step alone, so that records come before it begins anew; its
 * vectors hold doubles, and its sizes are 64 bits wide; what it opened is closed in the order of SUNDIALS' manual. */
#include "runtime/cvode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/layout.h"

enum { KRYLOV_VECTORS = 20 };
static const double LEAST_ATOL = 1e-280;        /* whose reciprocal is a double, with room for a product */

static double *numbers(const Cvode *c, N_Vector v)
{
    return c->sun->N_VGetArrayPointer(v);
}

static double within(const Cvode *c, double t)
{
    return t < c->from ? c->from : t > c->to ? c->to : t;
}

/* ---- what the library calls; 1 says: not so, try a smaller step ---- */

static int slope(double t, N_Vector x, N_Vector dx, void *user)
{
    Cvode *c = user;
    double *out = numbers(c, dx);
    c->model->slope(c->model->of, within(c, t), numbers(c, x), out);
    for (size_t i = 0; i < c->n; i++) {
        if (isfinite(out[i]))
            continue;
        c->has_bad = true;
        c->bad_at = i;
        c->bad_value = out[i];
        return 1;
    }
    return 0;
}

/* A wrong number costs steps of Newton's method, not accuracy; one that is not finite costs all of them. */
static void drop_nonfinite(double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            v[i] = 0.0;
}

static int jacobian(double t, N_Vector x, N_Vector dx, SUNMatrix to, void *user, N_Vector work, N_Vector work2, N_Vector work3)
{
    Cvode *c = user;
    (void)dx, (void)work, (void)work2, (void)work3;
    c->model->move(c->model->of, within(c, t), numbers(c, x));
    for (size_t k = 0; k < c->n; k++) {
        double *column = c->sun->SUNDenseMatrix_Column(to, (int64_t)k);
        c->unit[k] = 1.0;
        c->model->product(c->model->of, c->unit, column, false);
        c->unit[k] = 0.0;
        drop_nonfinite(column, c->n);
    }
    return 0;
}

static int point(double t, N_Vector x, N_Vector dx, void *user)
{
    Cvode *c = user;
    (void)dx;
    c->model->move(c->model->of, within(c, t), numbers(c, x));
    return 0;
}

static int product(N_Vector v, N_Vector jv, double t, N_Vector x, N_Vector dx, void *user, N_Vector work)
{
    Cvode *c = user;
    (void)t, (void)x, (void)dx, (void)work;
    c->model->product(c->model->of, numbers(c, v), numbers(c, jv), false);
    drop_nonfinite(numbers(c, jv), c->n);
    return 0;
}

static void find_own_parts(Cvode *c, double t, N_Vector x)
{
    double *jv = c->unit + c->n;
    if (!c->p->tangent) {
        own_part_leaks(&c->own);
        return;
    }
    c->model->move(c->model->of, within(c, t), numbers(c, x));
    for (size_t k = 0; k < own_part_states(&c->own); k++) {
        own_part_unit(&c->own, k, c->unit);
        c->model->product(c->model->of, c->unit, jv, true);
        own_part_column(&c->own, k, jv);
    }
}

static int prepare(double t, N_Vector x, N_Vector dx, int is_current, int *made_current, double gamma, void *user)
{
    Cvode *c = user;
    (void)dx;
    *made_current = !is_current;
    if (!is_current)
        find_own_parts(c, t, x);
    return !own_part_invert(&c->own, gamma);
}

static int solve(double t, N_Vector x, N_Vector dx, N_Vector right, N_Vector out, double gamma, double delta, int side, void *user)
{
    Cvode *c = user;
    (void)t, (void)x, (void)dx, (void)gamma, (void)delta, (void)side;
    own_part_solve(&c->own, numbers(c, right), numbers(c, out));
    return 0;
}

/* What it has to say is kept, not printed. */
static void complain(int code, const char *module, const char *function, char *message, void *user)
{
    Cvode *c = user;
    (void)module;
    if (code < 0)
        snprintf(c->error, sizeof c->error, "%s: %s", function, message);
}

/* ---- pieces between jumps ---- */

static void begin_piece(Cvode *c, double t)
{
    bool has_jump = c->n_jumps_done < c->p->n_jumps;
    c->stop = has_jump && c->p->jump[c->n_jumps_done] < c->p->duration ? c->p->jump[c->n_jumps_done] : c->p->duration;
    c->from = t * EIG_AFTER;
    c->to = c->stop * EIG_BEFORE;
    c->t_before = c->t = t;
}

static bool ok(int said)
{
    return said >= 0;
}

/* ---- opening ---- */

static bool make_vectors(Cvode *c, const double *x)
{
    N_Vector *all[] = { &c->state, &c->between, &c->errors, &c->weights };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (!(*all[k] = c->sun->N_VNew_Serial((int64_t)c->n, c->context)))
            return false;
    memcpy(numbers(c, c->state), x, c->n * sizeof *x);
    c->unit = calloc(2 * c->n + 1, sizeof *c->unit);
    return c->unit != NULL;
}

static bool make_dense(Cvode *c)
{
    const Sundials *s = c->sun;
    c->matrix = s->SUNDenseMatrix((int64_t)c->n, (int64_t)c->n, c->context);
    c->solver = c->matrix ? s->SUNLinSol_Dense(c->state, c->matrix, c->context) : NULL;
    return c->solver && ok(s->CVodeSetLinearSolver(c->memory, c->solver, c->matrix)) &&
           (!c->p->tangent || ok(s->CVodeSetJacFn(c->memory, jacobian)));
}

static bool make_krylov(Cvode *c)
{
    const Sundials *s = c->sun;
    c->solver = s->SUNLinSol_SPGMR(c->state, SUN_FROM_LEFT, KRYLOV_VECTORS, c->context);
    return own_part_open(&c->own, c->p) && c->solver && ok(s->CVodeSetLinearSolver(c->memory, c->solver, NULL)) &&
           ok(s->CVodeSetPreconditioner(c->memory, prepare, solve)) &&
           (!c->p->tangent || ok(s->CVodeSetJacTimes(c->memory, point, product)));
}

static bool make_integrator(Cvode *c)
{
    const Sundials *s = c->sun;
    c->memory = s->CVodeCreate(SUN_BDF, c->context);
    return c->memory && ok(s->CVodeSetErrHandlerFn(c->memory, complain, c)) && ok(s->CVodeInit(c->memory, slope, 0.0, c->state)) &&
           ok(s->CVodeSStolerances(c->memory, c->p->rtol, fmax(c->p->atol, LEAST_ATOL))) && ok(s->CVodeSetUserData(c->memory, c)) &&
           ok(s->CVodeSetMaxNumSteps(c->memory, -1)) && ok(s->CVodeSetInitStep(c->memory, c->p->h)) && ok(s->CVodeSetMaxStep(c->memory, c->p->longest_step)) &&
           (c->p->is_dense ? make_dense(c) : make_krylov(c));
}

bool cvode_open(Cvode *c, const CvodeModel *model, const double *x)
{
    const char *why = NULL;
    *c = (Cvode){ .model = model, .p = model->p, .n = eig_n_x(model->p), .sun = sundials_load(&why) };
    if (!c->sun) {
        snprintf(c->error, sizeof c->error, "CVODE of SUNDIALS cannot be loaded: %s", why);
        return false;
    }
    if (ok(c->sun->SUNContext_Create(NULL, &c->context)) && make_vectors(c, x) && make_integrator(c)) {
        begin_piece(c, 0.0);
        return true;
    }
    if (!c->error[0])
        snprintf(c->error, sizeof c->error, "not enough memory for CVODE");
    return false;
}

void cvode_close(Cvode *c)
{
    const Sundials *s = c->sun;
    if (!s)
        return;
    if (c->memory)
        s->CVodeFree(&c->memory);
    if (c->solver)
        s->SUNLinSolFree(c->solver);
    if (c->matrix)
        s->SUNMatDestroy(c->matrix);
    N_Vector all[] = { c->state, c->between, c->errors, c->weights };
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        if (all[k])
            s->N_VDestroy(all[k]);
    if (c->context)
        s->SUNContext_Free(&c->context);
    own_part_close(&c->own);
    free(c->unit);
}

/* ---- steps ---- */

/* The state whose error is the largest for the tolerances; of a run that took no step yet, the first. */
static CvodeStep too_small(Cvode *c)
{
    c->bad_at = 0;
    if (ok(c->sun->CVodeGetEstLocalErrors(c->memory, c->errors)) && ok(c->sun->CVodeGetErrWeights(c->memory, c->weights))) {
        const double *error = numbers(c, c->errors), *weight = numbers(c, c->weights);
        for (size_t i = 1; i < c->n; i++)
            if (fabs(error[i]) * weight[i] > fabs(error[c->bad_at]) * weight[c->bad_at])
                c->bad_at = i;
    }
    c->bad_value = numbers(c, c->state)[c->bad_at];
    return CVODE_TOO_SMALL;
}

static CvodeStep failure(Cvode *c, int said)
{
    switch (said) {
    case SUN_ERROR_FAILS:
    case SUN_TOO_ACCURATE:
        return c->has_bad ? CVODE_NONFINITE : too_small(c);
    case SUN_NO_CONVERGENCE: case SUN_SETUP_FAILS: case SUN_SOLVE_FAILS:
    case SUN_SLOPE_FAILS: case SUN_FIRST_SLOPE_FAILS: case SUN_SLOPES_FAIL: case SUN_SLOPE_LOST:
        return c->has_bad ? CVODE_NONFINITE : CVODE_UNSOLVED;
    default:
        return CVODE_FAILED;
    }
}

CvodeStep cvode_step(Cvode *c)
{
    double t = c->t;
    bool had_bad = c->has_bad;  /* the steps before were short for that reason */
    c->has_bad = false;
    c->t_before = c->t;
    int said = c->sun->CVodeSetStopTime(c->memory, c->stop);
    if (ok(said))
        said = c->sun->CVode(c->memory, c->stop, c->state, &t, SUN_ONE_STEP);
    if (!ok(said))
        return failure(c, said);
    if (!(t > c->t))            /* it warns and goes on where a step does not move the time */
        return c->has_bad || had_bad ? CVODE_NONFINITE : too_small(c);
    c->t = t;
    return CVODE_STEPPED;
}

const double *cvode_at(Cvode *c, double time)
{
    if (time == c->t || !ok(c->sun->CVodeGetDky(c->memory, time, 0, c->between)))
        return numbers(c, c->state);
    return numbers(c, c->between);
}

/* Its counts begin anew, too. */
static int64_t rejected_here(const Cvode *c)
{
    long errors = 0, solves = 0;
    c->sun->CVodeGetNumErrTestFails(c->memory, &errors);
    c->sun->CVodeGetNumStepSolveFails(c->memory, &solves);
    return errors + solves;
}

int64_t cvode_rejected(const Cvode *c)
{
    return c->n_rejected + rejected_here(c);
}

CvodeStep cvode_go_on(Cvode *c)
{
    if (c->t < c->stop || c->t >= c->p->duration)
        return CVODE_STEPPED;
    c->n_rejected += (long)rejected_here(c);
    while (c->n_jumps_done < c->p->n_jumps && c->p->jump[c->n_jumps_done] <= c->t)
        c->n_jumps_done++;
    begin_piece(c, c->t);
    bool is_well = ok(c->sun->CVodeReInit(c->memory, c->t, c->state)) && ok(c->sun->CVodeSetInitStep(c->memory, 0.0));
    return is_well ? CVODE_STEPPED : CVODE_FAILED;
}
