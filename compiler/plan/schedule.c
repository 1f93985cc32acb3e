/* Time: how many steps, and how many between two records, exactly. */
#include <float.h>

#include "compiler/plan/build.h"
#include "runtime/noise.h"

/* Step numbers are turned into times as doubles, which hold integers up to this. */
static const int64_t MAX_STEPS = (int64_t)1 << 53;

static const char *time_text(Ctx *cx, const Model *m, Num t)
{
    return arena_printf(&cx->arena, "%s%s", num_text(cx, t), m->has_time_unit ? " ms" : "");
}

/* t / step when that is a whole number. */
static bool whole_steps(Num t, Num step, mpz_ptr n)
{
    mpq_t q;
    mpq_init(q);
    mpq_div(q, t, step);
    mpz_fdiv_q(n, mpq_numref(q), mpq_denref(q));
    bool whole = mpz_cmp_ui(mpq_denref(q), 1) == 0;
    mpq_clear(q);
    return whole;
}

/* n steps, as a time. */
static const char *steps_text(Ctx *cx, const Model *m, mpz_srcptr n)
{
    mpq_ptr t = num_new(m->nums);
    mpq_set_z(t, n);
    mpq_mul(t, t, m->sim.step);
    return time_text(cx, m, t);
}

/* "did you mean 499.8 ms (1666 steps) or 500.1 ms (1667 steps)"; n is the lower one. */
static void suggest(Ctx *cx, const Model *m, Diag *d, mpz_ptr n)
{
    const char *below = steps_text(cx, m, n);
    bool has_below = mpz_sgn(n) > 0;
    mpz_add_ui(n, n, 1);
    const char *above = steps_text(cx, m, n);
    if (has_below)
        diag_help(cx, d, "the nearest are %s and %s; or choose a step that divides both", below, above);
    else
        diag_help(cx, d, "the nearest is %s; or choose a smaller step", above);
}

int64_t plan_count_steps(Ctx *cx, const Model *m, Span at, Num t, DiagCode code, const char *what)
{
    const ModelSim *sim = &m->sim;
    int64_t count = 0;
    mpz_t n;
    mpz_init(n);
    if (!whole_steps(t, sim->step, n)) {
        Diag *d = diag_at(cx, code, at, "the %s, %s, is not a whole number of steps of %s", what,
                          time_text(cx, m, t), time_text(cx, m, sim->step));
        if (mpz_sizeinbase(n, 2) < 200)
            suggest(cx, m, d, n);
    } else if (mpz_cmp_si(n, MAX_STEPS) > 0) {
        Diag *d = diag_at(cx, D_E0804, at, "the %s, %s, takes more than 2^53 steps of %s", what,
                          time_text(cx, m, t), time_text(cx, m, sim->step));
        diag_help(cx, d, "no run of that length comes to an end; check its unit, and that of the step");
    } else {
        count = mpz_get_si(n);
    }
    mpz_clear(n);
    return count;
}

/* z > 0 without its factors of 2, and how many these are; false when that is not below 2^63. */
static bool take_odd(mpz_srcptr z, uint64_t *odd, int *twos)
{
    mpz_t rest;
    mpz_init(rest);
    *twos = (int)mpz_scan1(z, 0);
    mpz_fdiv_q_2exp(rest, z, (mp_bitcnt_t)*twos);
    bool fits = mpz_sizeinbase(rest, 2) < 64;
    *odd = fits ? mpz_get_ui(rest) : 0;
    mpz_clear(rest);
    return fits;
}

/* An interval with more digits than that is rounded to a double first. */
static EigRatio ratio(Num t)
{
    EigRatio r;
    int up, down;
    if (!take_odd(mpq_numref(t), &r.num, &up) || !take_odd(mpq_denref(t), &r.den, &down))
        return eig_ratio(num_to_double(t));
    r.exponent = up - down;
    return r;
}

/* Steps of one length, which are to be given, and keep no tolerance. */
static bool has_what_steps_need(Ctx *cx, const Model *m)
{
    const ModelSim *sim = &m->sim;
    const char *name = eig_method[sim->method].name, *unit = m->has_time_unit ? " ms" : "";
    if (sim->is_auto && sim->has_tolerance) {
        Diag *d = diag_at(cx, D_E0208, sim->method_span, "`auto` takes `%s`, since %s, and that takes steps of one length, without a tolerance", name,
                          sim->chosen_since);
        diag_help(cx, d, sim->has_step ? "leave out `rtol` and `atol`" : "write `step = 0.1%s` in place of `rtol` and `atol`", unit);
        return false;
    }
    if (sim->has_step)
        return true;
    Diag *d = sim->is_auto ? diag_at(cx, D_E0801, sim->method_span, "`auto` takes `%s`, since %s, and that needs a step", name, sim->chosen_since)
              : diag_at(cx, D_E0801, sim->span, "the method %s needs a step", name);
    diag_help(cx, d, sim->is_auto ? "add for example `step = 0.1%s`" : "add for example `step = 0.1%s`, or choose `method = rk45`, which finds its own", unit);
    return false;
}

static bool fixed_steps(Ctx *cx, const Model *m, EigProblem *out, EigClock *clock)
{
    const ModelSim *sim = &m->sim;
    if (!has_what_steps_need(cx, m))
        return false;
    out->step = ratio(sim->step);
    out->n_steps = plan_count_steps(cx, m, sim->duration_span, sim->duration, D_E0802, "duration");
    bool ok = out->n_steps > 0;
    for (size_t k = 0; k < sim->clocks.n; k++) {
        const ModelClock *c = &sim->clocks.at[k];
        clock[k].steps = c->every ? plan_count_steps(cx, m, c->span, c->every, D_E0803, "record interval") : 1;
        ok &= clock[k].steps > 0;
    }
    return ok;
}

static void any_steps(const Model *m, EigClock *clock)
{
    for (size_t k = 0; k < m->sim.clocks.n; k++)
        if (m->sim.clocks.at[k].every)
            clock[k].every = ratio(m->sim.clocks.at[k].every);
}

/* Whether there is anything that is drawn anew each step. */
static bool draws_steps(const Model *m)
{
    bool draws = plan_has_noise(m);
    for (size_t k = 0; k < m->pops.n; k++)
        draws |= m->pops.at[k].ous.n > 0;
    return draws;
}

/* noise_step = 2^L step exactly. */
static bool count_halvings(Ctx *cx, const Model *m, unsigned *out)
{
    const ModelSim *sim = &m->sim;
    mpq_t times;
    mpq_init(times);
    mpq_div(times, sim->noise_step, sim->step);
    mpz_srcptr n = mpq_numref(times);
    size_t power = mpz_sizeinbase(n, 2) - 1;
    bool fits = mpz_cmp_ui(mpq_denref(times), 1) == 0 && mpz_scan1(n, 0) == power && power <= EIG_MOST_HALVINGS;
    mpq_clear(times);
    *out = (unsigned)power;
    if (fits)
        return true;
    mpq_ptr half = num_new(m->nums), twice = num_new(m->nums);
    mpq_div_2exp(half, sim->noise_step, 1);
    mpq_mul_2exp(twice, sim->step, 1);
    Diag *d = diag_at(cx, D_E0816, sim->noise_step_span, "`noise_step`, %s, is not the step of %s doubled up to %d times", time_text(cx, m, sim->noise_step),
                      time_text(cx, m, sim->step), (int)EIG_MOST_HALVINGS);
    diag_help(cx, d, "give `step` %s, or its half, and so on; or `noise_step` %s, or its double, and so on", time_text(cx, m, half), time_text(cx, m, twice));
    return false;
}

static bool noise_fits(Ctx *cx, const Model *m, EigProblem *out)
{
    const ModelSim *sim = &m->sim;
    bool is_adaptive = eig_method[sim->method].adaptive;
    if (!sim->noise_step || (!is_adaptive && !sim->has_step))
        return true;
    if (!is_adaptive && draws_steps(m))
        return count_halvings(cx, m, &out->noise_halvings);
    Diag *d = diag_at(cx, D_E0208, sim->noise_step_span, is_adaptive ? "`noise_step` is of steps of one length, and `%s` chooses its own"
                      : "`noise_step` is of noise that steps draw, and nothing here has any", eig_method[sim->method].name);
    diag_help(cx, d, is_adaptive ? "leave it out, or choose `method = euler_maruyama`, `milstein`, `stochastic_heun` or `sra1`" : "leave it out, or give a population `noise`");
    return false;
}

/* When records are made; one clock alone is the problem's own. */
static bool set_clocks(Ctx *cx, const Model *m, EigProblem *out)
{
    const ModelSim *sim = &m->sim;
    EigClock *clock = ARENA_ARRAY(&cx->arena, sim->clocks.n, EigClock);
    for (size_t k = 0; k < sim->clocks.n; k++)
        clock[k].name = arena_printf(&cx->arena, "t every %s", sim->clocks.at[k].text);
    if (eig_method[sim->method].adaptive)
        any_steps(m, clock);
    else if (!fixed_steps(cx, m, out, clock))
        return false;
    if (sim->clocks.n > 1) {
        out->n_clocks = sim->clocks.n;
        out->clock = clock;
    } else if (eig_method[sim->method].adaptive) {
        out->record_every = clock[0].every;
    } else {
        out->steps_per_record = clock[0].steps;
    }
    return true;
}

/* A run reads no sample that was not taken. */
static bool samples_cover(Ctx *cx, const Model *m, double duration)
{
    bool ok = true;
    for (size_t k = 0; k < m->tables.n; k++) {
        const ModelTable *t = &m->tables.at[k];
        const char *unit = m->has_time_unit ? " ms" : "";
        if (t->time[0] <= 0.0 && t->end >= duration)
            continue;
        Diag *d = diag_at(cx, D_E0811, t->span, "the samples reach from %.12g%s to %.12g%s, the run from 0 to %.12g%s", t->time[0], unit,
                          t->end, unit, duration, unit);
        diag_help(cx, d, "%s", t->time[0] > 0.0 ? "let the first sample be at 0" : "shorten the run, or add a last sample");
        ok = false;
    }
    return ok;
}

/* Times are doubles in a run. */
static bool is_a_time(Ctx *cx, const Model *m, Span at, Num t, const char *what)
{
    double x = num_to_double(t);
    if (x > 0 && x <= DBL_MAX)
        return true;
    Diag *d = diag_at(cx, D_E0806, at, "the %s, %s, is %s than any time that a run can count", what, time_text(cx, m, t), x > 0 ? "longer" : "shorter");
    diag_help(cx, d, "check its unit");
    return false;
}

bool plan_schedule(Ctx *cx, const Model *m, EigProblem *out)
{
    const ModelSim *sim = &m->sim;
    if (!sim->present) {
        Diag *d = diag_nowhere(cx, D_E0801, "%s has no simulate block, so there is nothing to run", m->path);
        diag_help(cx, d, "add `simulate { duration = ...; method = rk4; step = ... }`");
        return false;
    }
    if (!is_a_time(cx, m, sim->duration_span, sim->duration, "duration"))
        return false;
    out->method = sim->method;
    out->h = sim->has_step ? num_to_double(sim->step) : 0.0;
    out->duration = num_to_double(sim->duration);
    out->rtol = sim->rtol;
    out->atol = sim->atol;
    out->steps_per_record = 1;
    bool covered = samples_cover(cx, m, out->duration), noise_is_fine = noise_fits(cx, m, out);
    return set_clocks(cx, m, out) && covered && noise_is_fine;
}

bool plan_simulate_fits(Ctx *cx, const Model *m)
{
    EigProblem unused = { 0 };
    int64_t *steps = ARENA_ARRAY(&cx->arena, m->conns.n + 1, int64_t);
    if (!m->sim.present)
        return true;
    bool ok = plan_schedule(cx, m, &unused), method = plan_method_fits(cx, m);
    return (!m->sim.has_step || !method || plan_count_delays(cx, m, steps)) && ok && method;
}
