#include "compiler/driver/integrator.h"

#include "runtime/sundials.h"

bool integrator_is_there(Compilation *c)
{
    const ModelSim *sim = &c->model->sim;
    const char *why;

    if (sim->method != EIG_METHOD_CVODE || sundials_load(&why))
        return true;
    Diag *d = diag_at(&c->cx, D_E0911, sim->method_span, "the steps of `cvode` are those of SUNDIALS, which cannot be loaded: %s", why);
    if (sim->is_auto)
        diag_note(&c->cx, d, "`auto` takes `cvode`, since %s", sim->chosen_since);
    diag_help(&c->cx, d, "install it, on Debian `apt-get install libsundials-cvode6`, or write `method = rk45`, which takes many more steps");
    c->failed_in_system = true;
    return false;
}
