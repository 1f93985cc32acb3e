/* Ornstein-Uhlenbeck inputs: the exact law over a step of h,
 *
 *   x(t + h) = e^(-h/tau) x(t) + sigma sqrt(1 - e^(-2h/tau)) N(0, 1),
 *
 * and the stationary law at the start (Gillespie, Phys. Rev. E 54, 1996). */
#include <mpfr.h>

#include "compiler/plan/build.h"
#include "runtime/normal.h"
#include "runtime/rng.h"

static EigCode constant_code(Ctx *cx, double value)
{
    EigOp *op = ARENA_NEW(&cx->arena, EigOp);
    op->value = value;
    return (EigCode){ .n = 1, .op = op, .depth = 1 };
}

/* Both factors, each rounded to nearest but for the last bit of a product of roundings at 200 bits. */
static void factors(Num step, const ModelOu *ou, double *decay, double *spread)
{
    mpq_t ratio;
    mpfr_t x, y;
    mpq_init(ratio);
    mpfr_inits2(200, x, y, (mpfr_ptr)0);
    mpq_div(ratio, step, ou->tau);
    mpq_neg(ratio, ratio);
    mpfr_set_q(x, ratio, MPFR_RNDN);
    mpfr_mul_2ui(y, x, 1, MPFR_RNDN);
    mpfr_expm1(y, y, MPFR_RNDN);
    mpfr_neg(y, y, MPFR_RNDN);
    mpfr_sqrt(y, y, MPFR_RNDN);
    mpfr_mul_q(y, y, ou->sigma, MPFR_RNDN);
    *spread = mpfr_get_d(y, MPFR_RNDN);
    mpfr_exp(x, x, MPFR_RNDN);
    *decay = mpfr_get_d(x, MPFR_RNDN);
    mpfr_clears(x, y, (mpfr_ptr)0);
    mpq_clear(ratio);
}

/* One number a neuron, read by its programs: sigma times a normal of its own. */
static EigCode stationary_start(Ctx *cx, const Model *m, const ModelOu *ou, uint64_t entity, EigPop *pop)
{
    double sigma = num_to_double(ou->sigma);
    double *column = ARENA_ARRAY(&cx->arena, pop->size, double);
    uint64_t tag = eig_fnv1a("start");
    for (size_t i = 0; i < pop->size; i++) {
        double u[2];
        eig_uniform2(m->sim.seed, eig_fnv1a_neuron(entity, i), tag, 0, 0, u);
        column[i] = sigma * eig_normal_quantile(u[0]);
    }
    EigOp *op = ARENA_NEW(&cx->arena, EigOp);
    *op = (EigOp){ .kind = EIG_OP_COLUMN, .which = (uint8_t)plan_column(cx, pop, column) };
    return (EigCode){ .n = 1, .op = op, .depth = 1 };
}

EigState plan_ou(Ctx *cx, const Model *m, const ModelPop *p, size_t k, EigPop *pop)
{
    const char *name = arena_printf(&cx->arena, "ou%zu", k + 1);
    uint64_t entity = eig_fnv1a(arena_printf(&cx->arena, "%s.%s", p->key, name));
    double decay = 1.0, spread = 0.0;
    if (m->sim.has_step)
        factors(m->sim.step, &p->ous.at[k], &decay, &spread);
    return (EigState){
        .name = name, .kind = EIG_STATE_OU, .entity = entity,
        .decay = constant_code(cx, decay), .spread = constant_code(cx, spread),
        .start = stationary_start(cx, m, &p->ous.at[k], entity, pop),
    };
}
