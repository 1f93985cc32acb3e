/* Recorded quantities of the reference, tree by tree. */
#include "runtime/reference.h"

#include <math.h>
#include <stdio.h>

#include "runtime/layout.h"

/* Means and sums of the quantity at hand: the same for each of its neurons, so
 * that abs(E - mean(E)) takes n and not n^2 operations. */
enum { MAX_KNOWN = 16 };
typedef struct Known {
    size_t n;
    const EigObs *obs[MAX_KNOWN];
    double value[MAX_KNOWN];
} Known;

/* Where a recorded quantity is evaluated. */
typedef struct Scene {
    const EigProblem *p;
    double t;
    const double *x;
    const Oracle *o;            /* signals and total inputs at (t, x) */
    const EigObs *each;         /* inner expression of the surrounding MEAN or SUM */
    Known *known;
} Scene;

static double observe(const Scene *scene, const EigObs *obs, size_t neuron);

static double each_term(const void *of, size_t j)
{
    const Scene *scene = of;
    return observe(scene, scene->each, j);
}

static double fold(const Scene *scene, const EigObs *obs)
{
    Known *known = scene->known;
    for (size_t k = 0; k < known->n; k++)
        if (known->obs[k] == obs)
            return known->value[k];
    Scene inner = *scene;
    inner.each = obs->arg[0];
    size_t n = eig_obs_neurons(scene->p, obs);
    double sum = oracle_sum(each_term, &inner, n);
    double value = obs->kind == EIG_OBS_SUM ? sum : sum / (double)n;
    if (known->n < MAX_KNOWN) {
        known->obs[known->n] = obs;
        known->value[known->n++] = value;
    }
    return value;
}

static double observe(const Scene *scene, const EigObs *obs, size_t neuron)
{
    const EigPop *pop = obs->pop < scene->p->n_pops ? &scene->p->pop[obs->pop] : NULL;   /* CODE and CALL have none */
    size_t which = obs->index < 0 ? obs->first + neuron : (size_t)obs->index;
    switch (obs->kind) {
    case EIG_OBS_CODE: {
        double var[EIG_N_VARS] = {0};
        var[EIG_VAR_T] = scene->t;
        var[EIG_VAR_I] = (double)neuron;
        return eig_code_eval(&obs->code, var, NULL);
    }
    case EIG_OBS_RATE:
        return scene->o->signal[obs->pop][which];
    case EIG_OBS_STATE:
        return scene->x[eig_state_from(scene->p, obs->pop) + obs->state * pop->size + which];
    case EIG_OBS_INPUT:
        return scene->o->total[pop->from + which];
    case EIG_OBS_MEAN:
    case EIG_OBS_SUM:
        return fold(scene, obs);
    case EIG_OBS_CALL: {
        double a = observe(scene, obs->arg[0], neuron);
        double b = obs->n_args > 1 ? observe(scene, obs->arg[1], neuron) : 0.0;
        return eig_fn_apply(obs->fn, a, b);
    }
    }
    return NAN;
}

bool oracle_record(Oracle *o, size_t clock, int64_t k, double t, const double *x)
{
    const EigProblem *p = o->p;
    oracle_totals(o, k, t, x);
    Known known = {.n = 0};
    Scene scene = {p, t, x, o, NULL, &known};
    double *out = o->row;
    for (size_t r = 0; r < p->n_records; r++, known.n = 0)
        for (size_t i = 0; i < p->record[r].width && p->record[r].clock == clock; i++)
            *out++ = observe(&scene, p->record[r].obs, i);
    if (!eig_recorder_append(o->rec, clock, t, o->row)) {
        o->result.status = RUN_WRITE_ERROR;
        snprintf(o->result.error, sizeof o->result.error, "%s", eig_recorder_error(o->rec));
        return false;
    }
    o->result.n_records++;
    return true;
}
