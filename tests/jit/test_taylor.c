/* `taylor` by generated code, in registers and in memory, against the reference, bit for bit. */
#include "compiler/plan/build.h"
#include "runtime/jet.h"
#include "tests/jit/compare.h"
#include "tests/jit/many_copies.h"
#include "tests/jit/random_general.h"

static const size_t one[] = { 1, 1, 2 }, few[] = { 1, 2, 3, 7 }, many[] = { 1, 15, 16, 17, 30, 100 };
#define SIZES(a) sizeof (a) / sizeof *(a), (a)

static bool has_kinks;          /* abs, min and max stay, and end steps */
static size_t n_kinks, n_in_registers, n_in_memory, n_sent, n_through_gates, n_jumps;

/* A smooth function in the place of one that is not. */
static EigFn smooth(EigFn f)
{
    switch (f) {
    case EIG_FN_ABS:      return has_kinks ? f : EIG_FN_ATAN;
    case EIG_FN_FLOOR:    return EIG_FN_SIN;
    case EIG_FN_STEP:     return EIG_FN_TANH;
    case EIG_FN_EXP_MEAN: return EIG_FN_SUB;
    case EIG_FN_PULSE:    return EIG_FN_MUL;
    default:              return f;
    }
}

static EigCode smoothed(Circuit *c, EigCode code)
{
    EigOp *op = ARENA_ARRAY(&c->cx.arena, code.n + 1, EigOp);
    for (size_t k = 0; k < code.n; k++) {
        op[k] = code.op[k];
        bool is_switch = op[k].which == EIG_FN_STEP && k >= 3 && code.op[k - 2].kind != EIG_OP_CALL && code.op[k - 3].kind == EIG_OP_VAR &&
                         code.op[k - 3].which == EIG_VAR_T && code.op[k - 1].which == EIG_FN_SUB;
        if (op[k].kind == EIG_OP_CALL && !is_switch)
            op[k].which = (uint8_t)smooth((EigFn)op[k].which);
    }
    code.op = op;
    return code;
}

static void smooth_pop(Circuit *c, EigPop *pop)
{
    EigState *s = ARENA_ARRAY(&c->cx.arena, pop->n_states + 1, EigState);
    for (size_t k = 0; k < pop->n_states; k++) {
        s[k] = pop->state[k];
        s[k].drift = smoothed(c, s[k].drift);
    }
    pop->state = pop->n_states ? s : NULL;
    pop->phi = smoothed(c, pop->phi);
    pop->input = smoothed(c, pop->input);
}

static void smooth_circuit(Circuit *c)
{
    EigSignal *signal = ARENA_ARRAY(&c->cx.arena, c->p.n_signals + 1, EigSignal);
    EigTable *table = ARENA_ARRAY(&c->cx.arena, c->p.n_tables + 1, EigTable);
    for (size_t q = 0; q < c->p.n_pops; q++)
        smooth_pop(c, &c->pop[q]);
    for (size_t q = 0; q < c->p.n_signals; q++)
        signal[q] = (EigSignal){ c->p.signal[q].pop, smoothed(c, c->p.signal[q].code) };
    for (size_t k = 0; k < c->p.n_tables; k++) {
        table[k] = c->p.table[k];
        table[k].is_step = true;
    }
    for (size_t k = 0; k < c->p.n_blocks; k++) {
        EigBlock *b = &c->block[k];
        if (b->pair.n)
            *b = (EigBlock){ .kind = EIG_BLOCK_UNIFORM, .pre = b->pre, .post = b->post, .weight = 0.01, .signal = b->pre };
        b->gate = smoothed(c, b->gate);
    }
    c->p.signal = c->p.n_signals ? signal : NULL;
    c->p.table = table;
}

static Plan taylor_plan(Circuit *c)
{
    plan_jumps(&c->cx, &c->p);
    Plan plan = circuit_plan(c);
    plan.has_kinks = has_kinks;
    CHECK(plan_jets(&c->cx, (Span){ 0 }, &plan));
    c->p = plan.problem;
    return plan;
}

static void check(Circuit *c, unsigned seed)
{
    static const double tolerance[] = { 1e-4, 1e-7, 1e-10, 1e-13 };
    smooth_circuit(c);
    c->p.rtol = c->p.atol = tolerance[seed % 4];
    Plan plan = taylor_plan(c);
    n_in_registers += plan.jets_in_registers;
    n_in_memory += !plan.jets_in_registers;
    n_sent += !c->p.jets->sends_states;
    for (size_t q = 0; q < c->p.n_pops; q++)
        n_through_gates += c->p.jets->pop[q].n_totals - 1;
    n_jumps += c->p.n_jumps;
    n_kinks += c->p.jets->n_kinks;
    check_circuit(c, &plan, seed);
    circuit_free(c);
}

static void circuits_equal_reference(void)
{
    for (unsigned seed = 0; seed < 14; seed++) {
        Circuit c;
        random_circuit(&c, 4100 + seed, EIG_METHOD_TAYLOR, SIZES(one));
        check(&c, seed);
        random_circuit(&c, 4200 + seed, EIG_METHOD_TAYLOR, SIZES(many));
        check(&c, seed + 1);
    }
    CHECK(n_in_registers > 3 && n_in_memory > 10 && n_jumps > 3);
}

static void general_networks_equal_reference(void)
{
    for (unsigned seed = 0; seed < 9; seed++) {
        Circuit c;
        random_general(&c, 5100 + seed, EIG_METHOD_TAYLOR, SIZES(few));
        check(&c, seed);
        random_general(&c, 5300 + seed, EIG_METHOD_TAYLOR, SIZES(one));
        check(&c, seed + 3);
        random_general(&c, 5200 + seed, EIG_METHOD_TAYLOR, SIZES(many));
        check(&c, seed + 2);
    }
    CHECK(n_sent > 10 && n_through_gates > 10);
}

/* Populations and signals of one shape share a function. */
static void copies_equal_reference(void)
{
    for (unsigned seed = 0; seed < 3; seed++) {
        Circuit c;
        random_general(&c, 615 + seed, EIG_METHOD_TAYLOR, SIZES(few));
        make_copies(&c, 100, seed % 2);
        record_last(&c);
        c.p.n_clocks = 0;
        check(&c, seed);
    }
}

/* What steps and orders a network is computed in is no matter of where its coefficients are. */
static void both_homes_agree(void)
{
    for (unsigned seed = 0; seed < 8; seed++) {
        Circuit c;
        random_circuit(&c, 6100 + seed, EIG_METHOD_TAYLOR, SIZES(one));
        smooth_circuit(&c);
        Plan plan = taylor_plan(&c);
        plan.jets_in_registers = false;
        check_circuit(&c, &plan, seed);
        circuit_free(&c);
    }
}

/* Each argument of an abs, min and max ends steps, in both homes. */
static void kinks_equal_reference(void)
{
    has_kinks = true;
    n_in_registers = n_in_memory = n_kinks = 0;
    circuits_equal_reference();
    general_networks_equal_reference();
    both_homes_agree();
    CHECK(n_kinks > 100);
    has_kinks = false;
}

int main(void)
{
    RUN(circuits_equal_reference);
    RUN(general_networks_equal_reference);
    RUN(copies_equal_reference);
    RUN(both_homes_agree);
    RUN(kinks_equal_reference);
    return test_done();
}
