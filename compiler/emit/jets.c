/* `taylor`: the recurrences of runtime/jet.h, whose every operation docs/semantics.md, section 16, defines. In memory they are loops over the
 * neurons of a population, whole vectors at a time, for one order after the other; jets_registers.c writes few neurons out. */
#include <stdio.h>

#include "compiler/emit/parts.h"
#include "runtime/jet.h"
#include "runtime/layout.h"

enum { JET_ARGS, JET_T, JET_C, JET_OTHER, JET_K };      /* parameters; OTHER: total inputs, or what is sent */

/* A program of a population while its function is built: of the slopes, or of a signal. */
typedef struct Row {
    Emit *e;
    const EigJetProgram *program;
    size_t pop, n_totals, n_states;
    const Own *own;
    const Val *param;
    Val i;                      /* the first neuron of a vector */
    Val *value;                 /* by operation, of the order that is computed */
    Val *first;                 /* of constants, where they are asked for at higher orders */
    bool is_first;
} Row;

/* ---- numbers ---- */

enum { OWN_POP, OWN_STATES, OWN_SIZE, OWN_STRIDE, OWN_WORK, OWN_TO, OWN_REST };

static const EigJetProgram *program_of(const Emit *e, bool is_sent, size_t item)
{
    return is_sent ? &e->p->jets->sent[item] : &e->p->jets->pop[item].slope;
}

static size_t pop_of(const Emit *e, bool is_sent, size_t item)
{
    return is_sent ? eig_signal(e->p, item).pop : item;
}

static void push_numbers(const Emit *e, bool is_sent, size_t item, OwnNumbers *out)
{
    const EigJets *jets = e->p->jets;
    const EigJetProgram *program = program_of(e, is_sent, item);
    size_t pop = pop_of(e, is_sent, item);
    own_push_i64(e, out, pop);
    own_push_i64(e, out, eig_state_from(e->p, pop));
    own_push_i64(e, out, e->p->pop[pop].size);
    own_push_i64(e, out, eig_jet_stride(e->p, pop));
    own_push_i64(e, out, is_sent ? eig_jet_sent_from(e->p, item) : eig_jet_from(e->p, pop));
    own_push_i64(e, out, is_sent ? jets->sent_from[item] : 0);
    for (size_t k = 0; !is_sent && k < jets->pop[pop].n_totals; k++)
        own_push_i64(e, out, jets->pop[pop].total[k]);
    for (size_t k = 0; !is_sent && k < program->n_results; k++)
        own_push_f64(e, out, jets->pop[pop].rate[k]);
    for (size_t k = 0; k < program->n; k++)
        code_numbers(e, &program->op[k].code, out);
}

static void slope_numbers(const Emit *e, size_t pop, OwnNumbers *out)
{
    push_numbers(e, false, pop, out);
}

static void sent_numbers(const Emit *e, size_t signal, OwnNumbers *out)
{
    push_numbers(e, true, signal, out);
}

static bool op_alike(const Emit *e, const EigJetOp *a, const EigJetOp *b)
{
    return a->kind == b->kind && a->fn == b->fn && a->is_constant == b->is_constant && a->is_kept == b->is_kept && a->is_kink == b->is_kink &&
           a->is_slope_kept == b->is_slope_kept && a->a == b->a && a->b == b->b && a->w == b->w && a->which == b->which &&
           code_same_shape(e, &a->code, &b->code);
}

static bool programs_alike(const Emit *e, const EigJetProgram *a, const EigJetProgram *b)
{
    bool alike = a->n == b->n && a->n_results == b->n_results;
    for (size_t k = 0; alike && k < a->n; k++)
        alike = op_alike(e, &a->op[k], &b->op[k]);
    for (size_t k = 0; alike && k < a->n_results; k++)
        alike = a->result[k] == b->result[k];
    return alike;
}

static bool slopes_alike(const Emit *e, size_t a, size_t b)
{
    const EigJetPop *x = &e->p->jets->pop[a], *y = &e->p->jets->pop[b];
    return x->n_totals == y->n_totals && programs_alike(e, &x->slope, &y->slope);
}

static bool sent_alike(const Emit *e, size_t a, size_t b)
{
    return programs_alike(e, &e->p->jets->sent[a], &e->p->jets->sent[b]);
}

static bool any(const Emit *e, size_t item)
{
    (void)e, (void)item;
    return true;
}

/* Of a program's codes, those of operation `op`. */
static Own own_of_code(const Row *r, size_t op)
{
    size_t n = OWN_REST + r->n_totals + r->n_states;
    for (size_t k = 0; k < op; k++)
        n += code_n_numbers(&r->program->op[k].code);
    return own_after(r->own, n);
}

/* ---- where rows lie ---- */

static Val row_at(const Row *r, Val row)
{
    const Ll *ll = r->e->ll;
    Val work = ll_at(ll, ll->f64, abi_load(r->e, r->param[JET_ARGS], ABI_jet), own_i64(r->e, r->own, OWN_WORK));
    return ll_at(ll, ll->f64, work, ll_imul(ll, row, own_i64(r->e, r->own, OWN_STRIDE)));
}

/* The row of order j behind `first`. */
static Val row_of(const Row *r, size_t first, Val j)
{
    return row_at(r, ll_iadd(r->e->ll, ll_i64(r->e->ll, first), j));
}

static Val load(const Row *r, size_t first, Val j)
{
    return lane_vector(r->e->ll, row_of(r, first, j), r->i);
}

static Val order(const Row *r, long by)
{
    const Ll *ll = r->e->ll;
    return LLVMBuildAdd(ll->builder, r->param[JET_K], ll_i64(ll, (uint64_t)by), "");
}

/* The same as lanes of doubles. */
static Val real_order(const Row *r, long by)
{
    const Ll *ll = r->e->ll;
    return ll_splat(ll, LLVMBuildSIToFP(ll->builder, order(r, by), ll->f64, ""), EIG_SUM_LANES);
}

static Val zero(const Row *r)
{
    return ll_i64(r->e->ll, 0);
}

/* ---- operations at order k > 0 ---- */

/* Coefficient j of operation `op`, which keeps it. */
static Val kept(const Row *r, size_t op, Val j)
{
    return load(r, r->program->op[op].row, j);
}

static Val kept_slope(const Row *r, size_t op, Val j)
{
    return load(r, r->program->op[op].slope_row, j);
}

/* Coefficient 0, also of a constant. */
static Val kept_first(const Row *r, size_t op)
{
    if (!eig_jet_is_literal(&r->program->op[op]))
        return kept(r, op, zero(r));
    Own own = own_of_code(r, op);
    return own_f64(r->e, &own, 0);
}

/* Sum of a_j b_(k - j) for j in [from, to), from -0 on; slope: of j a_j. */
static Val products(const Row *r, size_t a, size_t b, Val from, Val to, bool slope)
{
    Ll *ll = r->e->ll;
    LlLoop loop;
    Val start = ll_f64(ll, -0.0);
    ll_loop_begin(ll, &loop, from, to, 1, 1, &start);
    Val x = slope ? kept_slope(r, a, loop.index) : kept(r, a, loop.index);
    Val y = kept(r, b, LLVMBuildSub(ll->builder, r->param[JET_K], loop.index, ""));
    loop.next[0] = ll_fadd(ll, loop.carried[0], ll_fmul(ll, x, y));
    ll_loop_end(ll, &loop);
    return loop.result[0];
}

static Val product(const Row *r, const EigJetOp *op)
{
    const Ll *ll = r->e->ll;
    if (r->program->op[op->a].is_constant)
        return ll_fmul(ll, kept_first(r, op->a), r->value[op->b]);
    if (r->program->op[op->b].is_constant)
        return ll_fmul(ll, r->value[op->a], kept_first(r, op->b));
    Val sum = products(r, op->a, op->b, ll_i64(ll, 1), r->param[JET_K], false);
    sum = ll_fadd(ll, sum, ll_fmul(ll, kept_first(r, op->a), r->value[op->b]));
    return ll_fadd(ll, sum, ll_fmul(ll, r->value[op->a], kept_first(r, op->b)));
}

static Val squared(const Row *r, size_t a)
{
    const Ll *ll = r->e->ll;
    Val k = r->param[JET_K], half = LLVMBuildLShr(ll->builder, k, ll_i64(ll, 1), "");
    Val sum = products(r, a, a, ll_i64(ll, 1), LLVMBuildLShr(ll->builder, order(r, 1), ll_i64(ll, 1), ""), false);
    Val twice = ll_fadd(ll, sum, sum), middle = kept(r, a, half), first = kept_first(r, a);
    Val is_even = LLVMBuildICmp(ll->builder, LLVMIntEQ, ll_iadd(ll, half, half), k, "");
    twice = ll_select(ll, is_even, ll_fadd(ll, twice, ll_fmul(ll, middle, middle)), twice);
    return ll_fadd(ll, twice, ll_fmul(ll, ll_fadd(ll, first, first), r->value[a]));
}

/* sum, and where k > 1 the term of order 1 and k - 1. */
static Val with_first_order(const Row *r, Val sum, Val first, Val last)
{
    const Ll *ll = r->e->ll;
    Val more = LLVMBuildICmp(ll->builder, LLVMIntUGT, r->param[JET_K], ll_i64(ll, 1), "");
    return ll_select(ll, more, ll_fadd(ll, sum, ll_fmul(ll, first, last)), sum);
}

static Val quotient(const Row *r, const EigJetOp *op, size_t self)
{
    const Ll *ll = r->e->ll;
    if (r->program->op[op->b].is_constant)
        return ll_fdiv(ll, r->value[op->a], kept_first(r, op->b));
    Val sum = products(r, op->b, self, ll_i64(ll, 2), r->param[JET_K], false);
    sum = with_first_order(r, sum, kept(r, op->b, ll_i64(ll, 1)), kept(r, self, order(r, -1)));
    sum = ll_fadd(ll, sum, ll_fmul(ll, r->value[op->b], kept_first(r, self)));
    bool is_constant = r->program->op[op->a].is_constant;
    return ll_fdiv(ll, is_constant ? ll_fneg(ll, sum) : ll_fsub(ll, r->value[op->a], sum), kept_first(r, op->b));
}

/* At order 1 the sum is -0, and so is nothing of it. */
static Val flow(const Row *r, const EigJetOp *op)
{
    Ll *ll = r->e->ll;
    Val sum = products(r, op->a, op->w, ll_i64(ll, 2), r->param[JET_K], true);
    sum = with_first_order(r, sum, kept_slope(r, op->a, ll_i64(ll, 1)), kept(r, op->w, order(r, -1)));
    Val inverse = ll_fdiv(ll, ll_f64(ll, 1.0), real_order(r, 0));
    return ll_fadd(ll, ll_fmul(ll, sum, inverse), ll_fmul(ll, r->value[op->a], kept_first(r, op->w)));
}

static Val choice(const Row *r, const EigJetOp *op, size_t self)
{
    const Ll *ll = r->e->ll;
    Val zero_each = ll_f64(ll, 0.0), y = kept_first(r, self);
    Val a = r->program->op[op->a].is_constant ? zero_each : r->value[op->a], b = r->program->op[op->b].is_constant ? zero_each : r->value[op->b];
    b = ll_select(ll, ll_fcmp(ll, LLVMRealOEQ, y, kept_first(r, op->b)), b, zero_each);
    return ll_select(ll, ll_fcmp(ll, LLVMRealOEQ, y, kept_first(r, op->a)), a, b);
}

/* ---- leaves ---- */

static Val state(const Row *r, size_t which)
{
    const Ll *ll = r->e->ll;
    Val at = ll_iadd(ll, own_i64(r->e, r->own, OWN_STATES), ll_imul(ll, ll_i64(ll, which), own_i64(r->e, r->own, OWN_SIZE)));
    if (!r->is_first)
        at = ll_iadd(ll, at, ll_imul(ll, r->param[JET_K], ll_i64(ll, eig_n_x(r->e->p))));
    return lane_vector(ll, ll_at(ll, ll->f64, r->param[JET_C], at), r->i);
}

static Val total(const Row *r, size_t which)
{
    const Ll *ll = r->e->ll;
    return lane_vector(ll, ll_at(ll, ll->f64, r->param[JET_OTHER], own_i64(r->e, r->own, OWN_REST + which)), r->i);
}

static Val leaf(const Row *r, size_t k)
{
    const Ll *ll = r->e->ll;
    const EigJetOp *op = &r->program->op[k];
    switch ((EigJetKind)op->kind) {
    case EIG_JET_STATE: return state(r, op->which);
    case EIG_JET_TOTAL: return total(r, op->which);
    case EIG_JET_TIME:
        if (r->is_first)
            return ll_splat(ll, r->param[JET_T], EIG_SUM_LANES);
        return ll_select(ll, LLVMBuildICmp(ll->builder, LLVMIntEQ, r->param[JET_K], ll_i64(ll, 1), ""), ll_f64(ll, 1.0), ll_f64(ll, 0.0));
    default:
        return kept_first(r, k);
    }
}

static const double *literal_of(const EigJetProgram *program, size_t k)
{
    return eig_jet_is_literal(&program->op[k]) ? &program->op[k].code.op[0].value : NULL;
}

static Val first_value(const Row *r, size_t k)
{
    const Emit *e = r->e;
    const EigJetOp *op = &r->program->op[k];
    Val a = r->value[op->a], b = r->value[op->b];
    switch ((EigJetKind)op->kind) {
    case EIG_JET_ADD:    return ll_fadd(e->ll, a, b);
    case EIG_JET_SUB:    return ll_fsub(e->ll, a, b);
    case EIG_JET_NEG:    return ll_fneg(e->ll, a);
    case EIG_JET_MUL:    return ll_fmul(e->ll, a, b);
    case EIG_JET_SQUARE: return ll_fmul(e->ll, a, a);
    case EIG_JET_DIV:    return ll_fdiv(e->ll, a, b);
    case EIG_JET_VALUE:
    case EIG_JET_CHOICE:
    case EIG_JET_FLOW: {
        bool has_two = eig_fn_n_args[op->fn] == 2;
        Known known = { literal_of(r->program, op->a), has_two ? literal_of(r->program, op->b) : NULL };
        return apply_emit(e, (EigFn)op->fn, a, has_two ? b : NULL, &known);
    }
    default:             return leaf(r, k);
    }
}

static Val later_value(const Row *r, size_t k)
{
    const Ll *ll = r->e->ll;
    const EigJetOp *op = &r->program->op[k];
    bool a = r->program->op[op->a].is_constant, b = r->program->op[op->b].is_constant;
    Val x = r->value[op->a], y = r->value[op->b];
    switch ((EigJetKind)op->kind) {
    case EIG_JET_ADD:    return a ? y : b ? x : ll_fadd(ll, x, y);
    case EIG_JET_SUB:    return a ? ll_fneg(ll, y) : b ? x : ll_fsub(ll, x, y);
    case EIG_JET_NEG:    return ll_fneg(ll, x);
    case EIG_JET_MUL:    return product(r, op);
    case EIG_JET_SQUARE: return squared(r, op->a);
    case EIG_JET_DIV:    return quotient(r, op, k);
    case EIG_JET_FLOW:   return flow(r, op);
    case EIG_JET_CHOICE: return choice(r, op, k);
    default:             return leaf(r, k);
    }
}

/* ---- a population ---- */

static bool is_own_leaf(const EigJetOp *op)
{
    return op->kind == EIG_JET_RATE || (op->kind == EIG_JET_CONSTANT && !eig_jet_is_literal(op));
}

/* What neurons have of their own, one by one into its rows. */
static void store_leaves(Row *r)
{
    Emit *e = r->e;
    Ll *ll = e->ll;
    bool has = false;
    for (size_t k = 0; k < r->program->n; k++)
        has |= is_own_leaf(&r->program->op[k]);
    if (!has)
        return;
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), own_i64(e, r->own, OWN_SIZE), 1, 0, NULL);
    for (size_t k = 0; k < r->program->n; k++) {
        const EigJetOp *op = &r->program->op[k];
        if (!is_own_leaf(op))
            continue;
        Own own = own_of_code(r, k);
        Reads reads = { .args = r->param[JET_ARGS], .pop = own_i64(e, r->own, OWN_POP), .neuron = loop.index, .own = &own };
        Val var[EIG_N_VARS] = { [EIG_VAR_T] = r->param[JET_T] };
        if (code_uses(&op->code, EIG_VAR_I))
            var[EIG_VAR_I] = ll_real(ll, loop.index);
        Val value = op->kind == EIG_JET_CONSTANT ? expr_emit_reading(e, &op->code, var, &reads)
                    : ll_load_f64(ll, ll_load(ll, ll->ptr, ll_at(ll, ll->ptr, abi_load(e, reads.args, ABI_rate_of), reads.pop)), loop.index);
        ll_store_f64(ll, value, row_of(r, op->row, zero(r)), loop.index);
    }
    ll_loop_end(ll, &loop);
}

static void store_kept(const Row *r, size_t k)
{
    const Ll *ll = r->e->ll;
    const EigJetOp *op = &r->program->op[k];
    if (op->is_kept && !is_own_leaf(op))
        store_lanes(ll, r->value[k], row_of(r, op->row, r->is_first ? zero(r) : r->param[JET_K]), r->i);
    if (op->is_slope_kept && !r->is_first)
        store_lanes(ll, ll_fmul(ll, real_order(r, 0), r->value[k]), row_of(r, op->slope_row, r->param[JET_K]), r->i);
}

/* The rows behind all others hold the results. */
static size_t result_row(const Row *r, size_t which)
{
    return r->program->n_rows - r->program->n_results + which;
}

/* What a slope is multiplied by on its way into the next coefficient. */
static Val factor(const Row *r, size_t which)
{
    const Ll *ll = r->e->ll;
    Val rate = own_f64(r->e, r->own, OWN_REST + r->n_totals + which);
    if (r->is_first)
        return rate;
    return ll_fmul(ll, rate, ll_fdiv(ll, ll_f64(ll, 1.0), real_order(r, 1)));
}

static void store_results(const Row *r, bool is_sent)
{
    const Ll *ll = r->e->ll;
    for (size_t k = 0; k < r->program->n_results; k++) {
        size_t op = r->program->result[k];
        Val value = !r->is_first && r->program->op[op].is_constant ? ll_f64(ll, 0.0) : r->value[op];
        store_lanes(ll, is_sent ? value : ll_fmul(ll, value, factor(r, k)), row_of(r, result_row(r, k), zero(r)), r->i);
    }
}

static void copy_results(const Row *r, bool is_sent)
{
    const Emit *e = r->e;
    const Ll *ll = e->ll;
    Val size = own_i64(e, r->own, OWN_SIZE);
    for (size_t k = 0; k < r->program->n_results; k++) {
        Val from = row_of(r, result_row(r, k), zero(r)), to = r->param[JET_OTHER], at = own_i64(e, r->own, OWN_TO);
        if (!is_sent) {
            to = ll_at(ll, ll->f64, r->param[JET_C], ll_imul(ll, order(r, 1), ll_i64(ll, eig_n_x(e->p))));
            at = ll_iadd(ll, own_i64(e, r->own, OWN_STATES), ll_imul(ll, ll_i64(ll, k), size));
        }
        ll_copy(ll, size, from, ll_at(ll, ll->f64, to, at));
    }
}

static void compute(Row *r, bool is_sent)
{
    Ll *ll = r->e->ll;
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), own_i64(r->e, r->own, OWN_SIZE), EIG_SUM_LANES, 0, NULL);
    r->i = loop.index;
    ll->lanes = EIG_SUM_LANES;
    for (size_t k = 0; k < r->program->n; k++) {
        if (!r->is_first && r->program->op[k].is_constant)
            continue;
        r->value[k] = r->is_first ? first_value(r, k) : later_value(r, k);
        store_kept(r, k);
    }
    store_results(r, is_sent);
    ll->lanes = 0;
    ll_loop_end(ll, &loop);
}

static void body(Emit *e, bool is_sent, bool is_first, size_t item, const Own *own, const Val *param)
{
    const EigJetProgram *program = program_of(e, is_sent, item);
    Row r = { .e = e, .program = program, .pop = pop_of(e, is_sent, item), .own = own, .param = param, .is_first = is_first,
              .n_totals = is_sent ? 0 : e->p->jets->pop[item].n_totals, .n_states = is_sent ? 0 : program->n_results,
              .value = ARENA_ARRAY(&e->cx->arena, program->n + 1, Val) };
    if (is_first)
        store_leaves(&r);
    compute(&r, is_sent);
    copy_results(&r, is_sent);
}

static void first_slopes(Emit *e, size_t item, const Own *own, const Val *param)
{
    body(e, false, true, item, own, param);
}

static void later_slopes(Emit *e, size_t item, const Own *own, const Val *param)
{
    body(e, false, false, item, own, param);
}

static void first_sent(Emit *e, size_t item, const Own *own, const Val *param)
{
    body(e, true, true, item, own, param);
}

static void later_sent(Emit *e, size_t item, const Own *own, const Val *param)
{
    body(e, true, false, item, own, param);
}

/* ---- entry points ---- */

static void entry(Emit *e, const char *name, const LlFunction *first, const LlFunction *later)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->i64 };
    LlFunction f = ll_function(ll, name, true, ll->none, params, "args t c other k");
    LLVMBasicBlockRef is_first = LLVMAppendBasicBlockInContext(ll->context, ll->function, "first");
    LLVMBasicBlockRef is_later = LLVMAppendBasicBlockInContext(ll->context, ll->function, "later");
    LLVMBuildCondBr(ll->builder, LLVMBuildICmp(ll->builder, LLVMIntEQ, f.param[JET_K], ll_i64(ll, 0), ""), is_first, is_later);
    LLVMPositionBuilderAtEnd(ll->builder, is_first);
    ll_call(ll, first, f.param, 5);
    LLVMBuildRetVoid(ll->builder);
    LLVMPositionBuilderAtEnd(ll->builder, is_later);
    ll_call(ll, later, f.param, 5);
    LLVMBuildRetVoid(ll->builder);
}

void jet_entries(Emit *e)
{
    static const GroupRule slopes = { "jet", any, slopes_alike, slope_numbers }, sent = { "jet_sent", any, sent_alike, sent_numbers };
    static const GroupRule more_slopes = { "jet_on", any, slopes_alike, slope_numbers }, more_sent = { "jet_sent_on", any, sent_alike, sent_numbers };
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->f64, ll->ptr, ll->ptr, ll->i64, ll->i64 };
    static const char *const names = "args t c other k";
    if (e->plan->jets_in_registers) {
        jet_entry_registers(e);
        return;
    }
    LlFunction first = groups_function(e, &slopes, first_slopes, e->p->n_pops, "jets_first", params, names);
    LlFunction later = groups_function(e, &more_slopes, later_slopes, e->p->n_pops, "jets_later", params, names);
    entry(e, "eig_jet_slope", &first, &later);
    if (e->p->jets->sends_states)
        return;
    size_t n = eig_n_signals(e->p);
    first = groups_function(e, &sent, first_sent, n, "jets_sent_first", params, names);
    later = groups_function(e, &more_sent, later_sent, n, "jets_sent_later", params, names);
    entry(e, "eig_jet_sent", &first, &later);
}
