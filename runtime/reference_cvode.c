/* `cvode` of the reference: the same library takes the steps, of slopes and products that are computed line by line. */
#include "runtime/cvode.h"
#include "runtime/reference.h"
#include "runtime/tangent.h"

#include <stdio.h>
#include <string.h>

#include "runtime/layout.h"

typedef struct Interpreted {
    Oracle *o;
    Oracle linear;              /* of the tangent */
    Tangent tangent;
} Interpreted;

static void slope(void *of, double t, const double *x, double *dx)
{
    Interpreted *i = of;
    oracle_drift(i->o, 0, t, x, dx);
    if (i->o->p->tangent)
        tangent_move(&i->tangent, t, x, i->o->total);
}

static void move(void *of, double t, const double *x)
{
    Interpreted *i = of;
    if (!tangent_is_at(&i->tangent, t, x))
        slope(i, t, x, i->o->stage);
}

static void product(void *of, const double *v, double *jv, bool isolated)
{
    Interpreted *i = of;
    tangent_settle(&i->tangent);
    tangent_isolate(&i->tangent, isolated);
    oracle_drift(&i->linear, 0, i->tangent.t, v, jv);
    tangent_isolate(&i->tangent, false);
}

static bool open(Interpreted *i)
{
    if (!i->o->p->tangent)
        return true;
    if (!tangent_open(&i->tangent, i->o->p))
        return false;
    i->linear.p = &i->tangent.p;
    return oracle_open(&i->linear);
}

static void finish(Interpreted *i)
{
    if (i->linear.p)
        oracle_close(&i->linear);
    tangent_close(&i->tangent);
}

static const double *at(Oracle *o, double t, double time, double h)
{
    (void)t, (void)h;
    return cvode_at(o->steps, time);
}

static void stop(Oracle *o, const Cvode *c, CvodeStep how)
{
    static const RunStatus status[] = { [CVODE_NONFINITE] = RUN_NONFINITE, [CVODE_TOO_SMALL] = RUN_UNDERFLOW, [CVODE_UNSOLVED] = RUN_UNSOLVED,
                                        [CVODE_FAILED] = RUN_WRITE_ERROR };
    o->result.status = status[how];
    if (how == CVODE_FAILED)
        snprintf(o->result.error, sizeof o->result.error, "%s", c->error);
    if (how == CVODE_UNSOLVED || how == CVODE_FAILED)
        return;
    EigPlace place = eig_place(o->p, c->bad_at);
    o->result.bad_pop = place.pop;
    o->result.bad_neuron = place.neuron;
    o->result.bad_state = place.state;
    o->result.bad_value = c->bad_value;
}

static bool step(Oracle *o, Cvode *c)
{
    CvodeStep how = cvode_step(c);
    if (how == CVODE_STEPPED) {
        memcpy(o->x_new, cvode_at(c, c->t), o->n_x * sizeof *o->x_new);
        if (!oracle_record_step(o, c->t_before, c->t - c->t_before, c->t, at))
            return false;
        memcpy(o->x, o->x_new, o->n_x * sizeof *o->x);
        o->result.t = c->t;
        o->result.n_steps++;
        how = cvode_go_on(c);
    }
    if (how != CVODE_STEPPED)
        stop(o, c, how);
    return how == CVODE_STEPPED && oracle_goes_on(o, c->t);
}

void oracle_run_cvode(Oracle *o)
{
    Interpreted model = { .o = o };
    CvodeModel calls = { o->p, &model, slope, move, product };
    Cvode c;
    if (!oracle_check(o, o->x))
        return;
    for (size_t k = 0; k < eig_n_clocks(o->p); k++)
        if (!oracle_record(o, k, 0, 0.0, o->x))
            return;
    if (!open(&model)) {
        oracle_no_memory(o);
    } else {
        if (cvode_open(&c, &calls, o->x)) {
            o->steps = &c;
            while (c.t < o->p->duration && step(o, &c))
                continue;
            o->result.n_rejected = cvode_rejected(&c);
        } else {
            stop(o, &c, CVODE_FAILED);
        }
        cvode_close(&c);
    }
    finish(&model);
}
