#include "compiler/driver/run_cost.h"

#include <stdio.h>

/* Of a hyperbolic tangent, on a processor with vectors of four doubles (docs/performance.md). */
static const double NS_A_PAIR = 3.0;

/* The connection with the most pairs. */
static const char *largest(const Plan *plan)
{
    const EigProblem *p = &plan->problem;
    size_t most = 0;

    for (size_t k = 1; k < p->n_blocks; k++)
        if (plan_block_pairs(p, &p->block[k]) > plan_block_pairs(p, &p->block[most]))
            most = k;
    return plan->net->model->conns.at[plan->net->block[plan->net_block[most]].conn].label;
}

static void print_time(double seconds)
{
    if (seconds < 6000.0)
        printf("%.0f minutes", seconds / 60.0);
    else if (seconds < 86400.0 * 2)
        printf("%.0f hours", seconds / 3600.0);
    else
        printf("%.0f days", seconds / 86400.0);
}

void run_cost_say(const Plan *plan, int64_t steps_before)
{
    enum { SHORT_SECONDS = 120 };
    const EigProblem *p = &plan->problem;
    bool adaptive = eig_method[p->method].adaptive;
    double pairs = plan_n_pairs(plan), each = pairs * NS_A_PAIR * 1e-9;
    double evaluations = adaptive ? 1.0 : (double)(p->n_steps - steps_before) * (double)eig_method[p->method].stages;

    if (each * evaluations < (adaptive ? 1.0 : (double)SHORT_SECONDS))
        return;
    printf("%s: a current of each pair, %.3g pairs an evaluation; at some %g ns a pair ", largest(plan), pairs, NS_A_PAIR);
    if (adaptive) {
        printf("an evaluation takes %.0f s\n", each);
    } else {
        printf("the %.3g evaluations of this run take ", evaluations);
        print_time(each * evaluations);
        putchar('\n');
    }
    fflush(stdout);
}
