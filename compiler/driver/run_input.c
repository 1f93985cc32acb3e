#include "compiler/driver/run_input.h"

#include <math.h>

static double input_at(const EigProblem *p, size_t pop, size_t neuron, double t)
{
    const EigPop *q = &p->pop[pop];
    const double var[EIG_N_VARS] = { [EIG_VAR_T] = t, [EIG_VAR_I] = (double)neuron };
    return eig_code_eval(&q->input, var, &(EigData){ q->column, neuron, p->table });
}

bool run_input_is_lost(const EigProblem *p, size_t pop, size_t neuron, double t, double *when)
{
    static const double STEPS_BEFORE[] = { 1, 0.5, 0 };
    for (size_t k = 0; p->pop[pop].input.n > 0 && k < sizeof STEPS_BEFORE / sizeof *STEPS_BEFORE; k++) {
        *when = fmax(0, t - STEPS_BEFORE[k] * p->h);
        if (!isfinite(input_at(p, pop, neuron, *when)))
            return true;
    }
    return false;
}
