/* FitzHugh-Nagumo cells against CVODE of SUNDIALS at rtol 1e-12: a pair with a
 * diffusive current and different drives, by rk45 and dopri8. */
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include "tests/test.h"
#include "tests/unit/runtime_problem.h"

#define STATE(k) {EIG_OP_VAR, EIG_VAR_STATE + (k), 0}

/* x = v0, v1, w0, w1, as eigc has them. */
static int slopes(realtype t, N_Vector x_, N_Vector dx_, void *user)
{
    const double *x = NV_DATA_S(x_);
    double *dx = NV_DATA_S(dx_);
    (void)t;
    (void)user;
    for (int i = 0; i < 2; i++) {
        dx[i] = x[i] - x[i] * x[i] * x[i] / 3 - x[2 + i] + 0.5 + 0.2 * i + 0.15 * (x[1 - i] - x[i]);
        dx[2 + i] = 0.08 * (x[i] + 0.7 - 0.8 * x[2 + i]);
    }
    return 0;
}

/* The state at 25, 50, 75, 100. */
static bool by_cvode(double at[4][4])
{
    SUNContext context;
    if (SUNContext_Create(NULL, &context))
        return false;
    N_Vector x = N_VNew_Serial(4, context);
    SUNMatrix matrix = SUNDenseMatrix(4, 4, context);
    SUNLinearSolver solver = SUNLinSol_Dense(x, matrix, context);
    void *cvode = CVodeCreate(CV_ADAMS, context);
    for (int k = 0; k < 4; k++)
        NV_Ith_S(x, k) = k == 0 ? 1 : k == 1 ? -1 : 0;
    bool ok = !CVodeInit(cvode, slopes, 0, x) && !CVodeSStolerances(cvode, 1e-12, 1e-14) &&
              !CVodeSetLinearSolver(cvode, solver, matrix) && !CVodeSetMaxNumSteps(cvode, 1000000);
    for (int j = 0; ok && j < 4; j++) {
        realtype t;
        ok = CVode(cvode, 25.0 * (j + 1), x, &t, CV_NORMAL) >= 0;
        memcpy(at[j], NV_DATA_S(x), sizeof at[j]);
    }
    CVodeFree(&cvode);
    SUNLinSolFree(solver);
    SUNMatDestroy(matrix);
    N_VDestroy(x);
    SUNContext_Free(&context);
    return ok;
}

static const EigOp v_op[] = {STATE(0), STATE(0), PUSH(3), FN(POW), PUSH(3), FN(DIV), FN(SUB), STATE(1), FN(SUB), VAR(Z), FN(ADD)};
static const EigOp w_op[] = {PUSH(0.08), STATE(0), PUSH(0.7), FN(ADD), PUSH(0.8), STATE(1), FN(MUL), FN(SUB), FN(MUL)};
static const EigOp input_op[] = {PUSH(0.5), PUSH(0.2), VAR(I), FN(MUL), FN(ADD)};
static const EigOp v_start[] = {PUSH(1), PUSH(2), VAR(I), FN(MUL), FN(SUB)}, w_start[] = {PUSH(0)};
static const EigOp of_v[] = {STATE(0)}, of_one[] = {PUSH(-1)};

/* 0.15 (pre.v - post.v) as two blocks: the sum of v, and a gate. */
static void pair_of_cells(EigMethod method, double tolerance)
{
    static const EigState state[2] = {
        {.name = "v", .kind = EIG_STATE_EQUATION, .drift = CODE(v_op), .start = CODE(v_start)},
        {.name = "w", .kind = EIG_STATE_EQUATION, .drift = CODE(w_op), .start = CODE(w_start)},
    };
    static const EigSignal signal[2] = {{.pop = 0}, {.pop = 0, .code = CODE(of_one)}};
    EigBlock block[2] = {{.kind = EIG_BLOCK_UNIFORM, .weight = 0.15},
                         {.kind = EIG_BLOCK_UNIFORM, .signal = 1, .weight = 0.15, .gate = CODE(of_v)}};
    EigPop pop = {.name = "E", .size = 2, .n_states = 2, .state = state, .input = CODE(input_op)};
    EigObs all[2] = {{.kind = EIG_OBS_STATE, .index = -1}, {.kind = EIG_OBS_STATE, .index = -1, .state = 1}};
    EigRecord record[2] = {{"v", "", 2, &all[0], 0}, {"w", "", 2, &all[1], 0}};
    EigProblem p = {.n = 2, .n_pops = 1, .n_blocks = 2, .n_records = 2, .n_x = 4, .n_signals = 2, .signal = signal,
                    .pop = &pop, .block = block, .record = record};
    double want[4][4], x[4];
    char error[256];
    size_t width;
    CHECK(by_cvode(want));
    set_adaptive(&p, 100, 25, 1e-12, 1e-14);
    p.method = method;
    EigRecorder *rec = eig_recorder_open(&p, NULL, error);
    CHECK(eig_reference(&p, rec, NULL, NULL, x).status == RUN_DONE);
    const double *rows = eig_recorder_rows(rec, 0, &width);
    for (size_t j = 0; j < 4; j++)
        for (size_t k = 0; k < 4; k++)
            CHECK_CLOSE(rows[(j + 1) * width + 1 + k], want[j][k], tolerance, tolerance);
    eig_recorder_close(rec);
}

static void by_rk45(void) { pair_of_cells(EIG_METHOD_RK45, 2e-9); }
static void by_dopri8(void) { pair_of_cells(EIG_METHOD_DOPRI8, 2e-9); }

int main(void)
{
    RUN(by_rk45);
    RUN(by_dopri8);
    return test_done();
}
