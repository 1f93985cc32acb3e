/* `cvode` by generated code against the reference, and the products with the Jacobian against difference quotients. */
#include "compiler/plan/build.h"
#include "runtime/tangent.h"
#include "tests/jit/compare.h"
#include "tests/jit/random_general.h"

static const size_t few[] = { 1, 2, 3, 7 }, many[] = { 1, 15, 16, 30, 30, 100 };
#define SIZES(a) sizeof (a) / sizeof *(a), (a)

/* With what the method needs beside the problem. */
static Plan stiff_plan(Circuit *c, NumPool *nums)
{
    plan_jumps(&c->cx, &c->p);
    Plan plan = circuit_plan(c);
    plan_tangent(&c->cx, nums, &plan);
    c->p = plan.problem;
    return plan;
}

static void check_seed(unsigned seed, bool general, size_t n_sizes, const size_t *sizes)
{
    NumPool nums = { 0 };
    Circuit c;
    (general ? random_general : random_circuit)(&c, 31000 + seed, EIG_METHOD_CVODE, n_sizes, sizes);
    Plan plan = stiff_plan(&c, &nums);
    CHECK(plan.tangent && !plan.why_no_tangent);
    plan_verify(&plan);
    check_circuit(&c, &plan, seed);
    circuit_free(&c);
    num_pool_free(&nums);
}

static void cvode_equals_reference(void)
{
    for (unsigned seed = 0; seed < 10; seed++) {
        check_seed(seed, false, SIZES(few));
        check_seed(seed, false, SIZES(many));
        check_seed(seed, true, SIZES(few));
        check_seed(seed, true, SIZES(many));
    }
}

/* A problem without a tangent. */
static void differences_equal_reference(void)
{
    for (unsigned seed = 0; seed < 6; seed++) {
        Circuit c;
        random_general(&c, 700 + seed, EIG_METHOD_CVODE, SIZES(few));
        c.p.is_dense = seed % 2;
        Plan plan = circuit_plan(&c);
        check_circuit(&c, &plan, seed);
        circuit_free(&c);
    }
}

/* (f(x + e v) - f(x - e v)) / 2 e */
static void quotient(const EigProblem *p, double t, const double *x, const double *v, double *out)
{
    const double e = 1e-6;
    size_t n = eig_n_x(p);
    double *y = calloc(2 * n + p->n, sizeof *y), *below = y + n, *s = y + 2 * n;
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] - e * v[i];
    eig_reference_drift(p, t, y, s, below);
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] + e * v[i];
    eig_reference_drift(p, t, y, s, out);
    for (size_t i = 0; i < n; i++)
        out[i] = (out[i] - below[i]) / (2.0 * e);
    free(y);
}

static double largest(const double *v, size_t n)
{
    double most = 0.0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(v[i]));
    return most;
}

static void check_product(unsigned seed, size_t n_sizes, const size_t *sizes)
{
    NumPool nums = { 0 };
    Circuit c;
    Tangent tangent;
    uint64_t r = 99 + seed;
    random_general(&c, 52000 + seed, EIG_METHOD_CVODE, n_sizes, sizes);
    stiff_plan(&c, &nums);
    size_t n = eig_n_x(&c.p);
    double *x = calloc(5 * n + c.p.n, sizeof *x), *v = x + n, *jv = x + 2 * n, *want = x + 3 * n, *dx = x + 4 * n, *s = x + 5 * n;
    double t = uniform(&r, 0.0, 1.0);
    eig_start(&c.p, x);
    for (size_t i = 0; i < n; i++) {
        x[i] += uniform(&r, -0.1, 0.1);
        v[i] = uniform(&r, -1.0, 1.0);
    }
    CHECK(c.p.tangent && tangent_open(&tangent, &c.p));
    eig_reference_drift(&c.p, t, x, s, dx);
    tangent_move(&tangent, t, x, s);
    tangent_settle(&tangent);
    eig_reference_drift(&tangent.p, t, v, s, jv);
    quotient(&c.p, t, x, v, want);
    double scale = 1.0 + largest(want, n);
    for (size_t i = 0; i < n; i++)
        CHECK_CLOSE(jv[i], want[i], 0, 3e-6 * scale);
    tangent_close(&tangent);
    free(x);
    circuit_free(&c);
    num_pool_free(&nums);
}

static void products_are_derivatives(void)
{
    for (unsigned seed = 0; seed < 40; seed++) {
        check_product(seed, SIZES(few));
        check_product(seed, SIZES(many));
    }
}

/* With nothing sent, a neuron's states act on themselves alone: column by column what one neuron's do. */
static void isolated_products_are_own_parts(void)
{
    for (unsigned seed = 0; seed < 12; seed++) {
        NumPool nums = { 0 };
        Circuit c;
        Tangent tangent;
        random_general(&c, 91000 + seed, EIG_METHOD_CVODE, SIZES(many));
        c.p.n_pops = c.p.n_pops ? c.p.n_pops : 1;
        stiff_plan(&c, &nums);
        size_t n = eig_n_x(&c.p);
        if (!c.p.is_dense && c.p.tangent && tangent_open(&tangent, &c.p)) {
            double *x = calloc(4 * n + 2 * c.p.n, sizeof *x), *v = x + n, *jv = x + 2 * n, *s = x + 4 * n;
            eig_start(&c.p, x);
            eig_reference_drift(&c.p, 0.5, x, s, jv);
            tangent_move(&tangent, 0.5, x, s);
            tangent_settle(&tangent);
            tangent_isolate(&tangent, true);
            v[n / 2] = 1.0;
            eig_reference_drift(&tangent.p, 0.5, v, s, jv);
            EigPlace at = eig_place(&c.p, n / 2);
            for (size_t i = 0; i < n; i++) {
                EigPlace to = eig_place(&c.p, i);
                CHECK((to.pop == at.pop && to.neuron == at.neuron) || jv[i] == 0.0);
            }
            tangent_close(&tangent);
            free(x);
        }
        circuit_free(&c);
        num_pool_free(&nums);
    }
}

int main(void)
{
    RUN(products_are_derivatives);
    RUN(isolated_products_are_own_parts);
    RUN(cvode_equals_reference);
    RUN(differences_equal_reference);
    return test_done();
}
