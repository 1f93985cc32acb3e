/* What the reference records: means, sums, total inputs, expressions. The
 * expected bits are written out here. */
#include "tests/test.h"
#include "tests/unit/runtime_problem.h"

enum { SMALL = 5, LARGE = 40 };

static const EigOp start[] = {PUSH(1), VAR(I), PUSH(3), FN(ADD), FN(DIV)};      /* 1 / (i + 3) */
static const EigOp input[] = {VAR(T), VAR(I), PUSH(0.1), FN(MUL), FN(ADD)};     /* t + 0.1 i */
static const EigOp time_code[] = {VAR(T)};
static const EigOp half[] = {PUSH(0.5)};

static const EigObs each[2] = {{.kind = EIG_OBS_RATE, .pop = 0, .index = -1}, {.kind = EIG_OBS_RATE, .pop = 1, .index = -1}};
static const EigObs third = {.kind = EIG_OBS_RATE, .pop = 1, .index = 2};
static const EigObs each_input = {.kind = EIG_OBS_INPUT, .pop = 0, .index = -1};
static const EigObs now = {.kind = EIG_OBS_CODE, .pop = (size_t)-1, .code = CODE(time_code)};
static const EigObs one_half = {.kind = EIG_OBS_CODE, .code = CODE(half)};
static const EigObs square = {.kind = EIG_OBS_CALL, .fn = EIG_FN_MUL, .n_args = 2, .arg = {&each[1], &each[1]}};
static const EigObs root = {.kind = EIG_OBS_CALL, .fn = EIG_FN_SQRT, .n_args = 1, .arg = {&each[0], NULL}};
static const EigObs sum_square = {.kind = EIG_OBS_SUM, .pop = 1, .arg = {&square, NULL}};
static const EigObs mean_small = {.kind = EIG_OBS_MEAN, .pop = 0, .arg = {&each[0], NULL}};
static const EigObs mean_half = {.kind = EIG_OBS_CALL, .fn = EIG_FN_MUL, .n_args = 2, .arg = {&one_half, &mean_small}};

static const EigRecord records[] = {{"input(A)", "", SMALL, &each_input, 0}, {"B[2]", "", 1, &third, 0}, {"t", "", 1, &now, 0},
                                    {"sum(B * B)", "", 1, &sum_square, 0}, {"0.5 * mean(A)", "", 1, &mean_half, 0},
                                    {"sqrt(A)", "", SMALL, &root, 0}};

static double x_at(size_t i)
{
    return 1.0 / ((double)i + 3.0);
}

static double lane_sum(size_t n, double (*f)(size_t))
{
    double lane[16];
    for (size_t j = 0; j < n; j++)
        lane[j % 16] = j < 16 ? f(j) : lane[j % 16] + f(j);
    for (size_t k = 0; k < 8; k++)
        lane[k] += lane[k + 8];
    for (size_t k = 0; k < 4; k++)
        lane[k] += lane[k + 4];
    return (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

static double square_at(size_t i)
{
    return x_at(i) * x_at(i);
}

static void first_record(void)
{
    EigPop pop[2] = {{.name = "A", .size = SMALL, .rate = 1, .start = CODE(start), .input = CODE(input), .phi = CODE(relu_op)},
                     {.name = "B", .from = SMALL, .size = LARGE, .rate = 1, .start = CODE(start), .phi = CODE(relu_op)}};
    EigBlock block = {.kind = EIG_BLOCK_UNIFORM, .pre = 1, .post = 0, .weight = -0.1};
    EigProblem p = {.n = SMALL + LARGE, .n_pops = 2, .n_blocks = 1, .n_records = LEN(records), .pop = pop, .block = &block,
                    .record = records};
    char error[256];
    size_t width;
    set_fixed(&p, EIG_METHOD_EULER, 0.25, 2, 1);
    EigRecorder *rec = eig_recorder_open(&p, NULL, error);
    CHECK(eig_reference(&p, rec, NULL, NULL, NULL).status == RUN_DONE);
    const double *row = eig_recorder_rows(rec, 0, &width);
    CHECK(width == 2 * SMALL + 5 && eig_recorder_count(rec, 0) == 3);
    for (size_t i = 0; i < SMALL; i++) {
        CHECK(row[1 + i] == (0.0 + (double)i * 0.1) + -0.1 * lane_sum(LARGE, x_at));
        CHECK(row[SMALL + 5 + i] == sqrt(x_at(i)));
    }
    CHECK(row[SMALL + 1] == x_at(2) && row[SMALL + 2] == 0.0 && row[2 * width + SMALL + 2] == 0.5);
    CHECK(row[SMALL + 3] == lane_sum(LARGE, square_at));
    CHECK(row[SMALL + 4] == 0.5 * (((((x_at(0) + x_at(1)) + x_at(2)) + x_at(3)) + x_at(4)) / 5.0));
    /* B has no input: x' = max(0, 0) - x, so a step of Euler leaves 3/4 */
    CHECK(row[width + SMALL + 1] == x_at(2) + 0.25 * (1.0 * (0.0 - x_at(2))));
    eig_recorder_close(rec);
}

int main(void)
{
    RUN(first_record);
    return test_done();
}
