/* FitzHugh-Nagumo cells, one alone and a pair with a diffusive current, as models in text through `eigc run`, against CVODE of SUNDIALS at
 * rtol 1e-12: by rk45 and dopri8, in generated code where there is a code generator, and by the reference. */
#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>
#include <unistd.h>

#include "tests/test.h"

enum { N_TIMES = 4, MOST = 4 };     /* at 12.5, 25, 37.5, 50; numbers of a state */
#define EVERY 12.5

/* n cells: x = v of each, then w of each. */
static int slopes(realtype t, N_Vector x_, N_Vector dx_, void *user)
{
    const double *v = NV_DATA_S(x_);
    double *dv = NV_DATA_S(dx_);
    int n = *(const int *)user;
    const double *w = v + n;
    (void)t;
    for (int i = 0; i < n; i++) {
        double current = n == 2 ? 0.15 * (v[1 - i] - v[i]) : 0;
        dv[i] = v[i] - v[i] * v[i] * v[i] / 3 - w[i] + 0.5 + 0.2 * i + current;
        dv[n + i] = 0.08 * (v[i] + 0.7 - 0.8 * w[i]);
    }
    return 0;
}

static bool by_cvode(int n, const double *start, double at[N_TIMES][MOST])
{
    SUNContext context;
    if (SUNContext_Create(NULL, &context))
        return false;
    N_Vector x = N_VNew_Serial(2 * n, context);
    SUNMatrix matrix = SUNDenseMatrix(2 * n, 2 * n, context);
    SUNLinearSolver solver = SUNLinSol_Dense(x, matrix, context);
    void *cvode = CVodeCreate(CV_ADAMS, context);
    memcpy(NV_DATA_S(x), start, 2 * (size_t)n * sizeof *start);
    bool ok = !CVodeInit(cvode, slopes, 0, x) && !CVodeSStolerances(cvode, 1e-12, 1e-14) && !CVodeSetUserData(cvode, &n) &&
              !CVodeSetLinearSolver(cvode, solver, matrix) && !CVodeSetMaxNumSteps(cvode, 1000000);
    for (int j = 0; ok && j < N_TIMES; j++) {
        realtype t;
        ok = CVode(cvode, EVERY * (j + 1), x, &t, CV_NORMAL) >= 0;
        memcpy(at[j], NV_DATA_S(x), 2 * (size_t)n * sizeof(double));
    }
    CVodeFree(&cvode);
    SUNLinSolFree(solver);
    SUNMatDestroy(matrix);
    N_VDestroy(x);
    SUNContext_Free(&context);
    return ok;
}

/* ---- eigc ---- */

static const char *const alone =
    "population C excitatory { v' = v - v^3 / 3 - w + input; w' = 0.08 * (v + 0.7 - 0.8 * w); input = 0.5 }\n";
static const char *const pair =
    "population C excitatory {\n"
    "  size = 2\n"
    "  v' = v - v^3 / 3 - w + input\n"
    "  w' = 0.08 * (v + 0.7 - 0.8 * w)\n"
    "  start(v) = 1 - 2 * i\n"
    "  input = 0.5 + 0.2 * i\n"
    "}\n"
    "connect C -> C { current = pre.v - post.v; weight = 0.15 }\n";

static bool write_model(const char *path, const char *model, const char *method)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return false;
    fprintf(f, "%ssimulate { duration = 50; method = %s; rtol = 1e-13; atol = 1e-14; record C.v, C.w every 12.5 }\n", model, method);
    return fclose(f) == 0;
}

/* The numbers of the rows after that of time 0. */
static bool read_csv(const char *path, int width, double at[N_TIMES][MOST])
{
    char line[8192];
    int row = -2;       /* the header, the row of time 0 */
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        char *s = line;
        if (*s == '#' || row++ < 0)
            continue;
        if (row > N_TIMES || fabs(strtod(s, &s) - EVERY * row) != 0)
            break;
        for (int k = 0; k < width && *s == ','; k++)
            at[row - 1][k] = strtod(s + 1, &s);
    }
    return f && fclose(f) == 0 && row == N_TIMES;
}

static bool by_eigc(const char *model, const char *method, const char *option, int width, double at[N_TIMES][MOST])
{
    char folder[] = "/tmp/cvodeXXXXXX", eig[64], csv[64], command[1024];
    const char *eigc = getenv("EIGC");
    if (!mkdtemp(folder))
        return false;
    snprintf(eig, sizeof eig, "%s/model.eig", folder);
    snprintf(csv, sizeof csv, "%s/model.csv", folder);
    snprintf(command, sizeof command, "%s run --no-check -q %s -o %s %s", eigc ? eigc : "build/eigc", option, csv, eig);
    bool ok = write_model(eig, model, method) && system(command) == 0 && read_csv(csv, width, at);
    unlink(eig);
    unlink(csv);
    rmdir(folder);
    return ok;
}

/* ---- both ---- */

static bool has_jit(void)
{
    const char *llvm = getenv("LLVM");
    return !llvm || strcmp(llvm, "1") == 0;
}

static void agree(int n, const char *model, const char *method, const char *option)
{
    static const double start[3][MOST] = { { 0 }, { 0, 0 }, { 1, -1, 0, 0 } };
    double want[N_TIMES][MOST] = { { 0 } }, got[N_TIMES][MOST] = { { 0 } };
    CHECK(by_cvode(n, start[n], want));
    CHECK(by_eigc(model, method, option, 2 * n, got));
    for (int j = 0; j < N_TIMES; j++)
        for (int k = 0; k < 2 * n; k++)
            CHECK_CLOSE(got[j][k], want[j][k], 0, 3e-10);
}

static void both(int n, const char *model, const char *method)
{
    if (has_jit())
        agree(n, model, method, "");
    agree(n, model, method, "--reference");
}

static void a_cell_by_rk45(void) { both(1, alone, "rk45"); }
static void a_cell_by_dopri8(void) { both(1, alone, "dopri8"); }
static void a_pair_by_rk45(void) { both(2, pair, "rk45"); }
static void a_pair_by_dopri8(void) { both(2, pair, "dopri8"); }

int main(void)
{
    RUN(a_cell_by_rk45);
    RUN(a_cell_by_dopri8);
    RUN(a_pair_by_rk45);
    RUN(a_pair_by_dopri8);
    return test_done();
}
