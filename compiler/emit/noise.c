/* What chance adds: the normals of a step are drawn before its first stage, by
 * the operations of runtime/noise.c in lanes; noise and Ornstein-Uhlenbeck
 * states take them after the last, in methods of several stages noise also after the first. */
#include <math.h>
#include <stddef.h>

#include "compiler/emit/parts.h"
#include "runtime/layout.h"
#include "runtime/noise.h"
#include "runtime/rng.h"

size_t noise_slot(const Emit *e, size_t pop, size_t state)
{
    return eig_noise_from(e->p, pop, state);
}

bool noise_has_stages(const Emit *e)
{
    return eig_diffusion_rows(e->p->method) > 0;
}

Val noise_row(const Emit *e, Val args, size_t row)
{
    return ll_at(e->ll, e->ll->f64, abi_load(e, args, ABI_diffusion), ll_i64(e->ll, row * eig_noise_room(e->p)));
}

/* ---- Philox4x32-10 in lanes: 32-bit words in 64 bits each ---- */

static Val low_word(const Ll *ll, Val a)
{
    return LLVMBuildAnd(ll->builder, a, ll_integer(ll, 0xffffffff), "");
}

static Val high_word(const Ll *ll, Val a)
{
    return LLVMBuildLShr(ll->builder, a, ll_integer(ll, 32), "");
}

static Val exclusive(const Ll *ll, Val a, Val b, Val c)
{
    return LLVMBuildXor(ll->builder, LLVMBuildXor(ll->builder, a, b, ""), c, "");
}

static void philox(const Ll *ll, Val x[4], Val key[2])
{
    for (int round = 0; round < EIG_PHILOX_ROUNDS; round++) {
        Val p0 = LLVMBuildMul(ll->builder, ll_integer(ll, EIG_PHILOX_M0), x[0], "");
        Val p1 = LLVMBuildMul(ll->builder, ll_integer(ll, EIG_PHILOX_M1), x[2], "");
        x[0] = exclusive(ll, high_word(ll, p1), x[1], key[0]);
        x[2] = exclusive(ll, high_word(ll, p0), x[3], key[1]);
        x[1] = low_word(ll, p1);
        x[3] = low_word(ll, p0);
        key[0] = low_word(ll, LLVMBuildAdd(ll->builder, key[0], ll_integer(ll, EIG_PHILOX_W0), ""));
        key[1] = low_word(ll, LLVMBuildAdd(ll->builder, key[1], ll_integer(ll, EIG_PHILOX_W1), ""));
    }
}

/* runtime/rng.c, uniform. Of processors before AVX-512 none makes doubles of 64-bit integers in lanes, and one at a time they are
 * a tenth of the time of a normal. So a and b are written where 2^78 + a 2^26 and 2^52 + b have them; that both leave
 * a 2^26 + b is exact. */
static Val uniform(const Ll *ll, Val high, Val low)
{
    LLVMTypeRef f64 = LLVMVectorType(ll->f64, ll->lanes);
    Val a = LLVMBuildOr(ll->builder, LLVMBuildLShr(ll->builder, high, ll_integer(ll, 5), ""), ll_integer(ll, 0x44d0000000000000), "");
    Val b = LLVMBuildOr(ll->builder, LLVMBuildLShr(ll->builder, low, ll_integer(ll, 6), ""), ll_integer(ll, 0x4330000000000000), "");
    a = ll_fsub(ll, LLVMBuildBitCast(ll->builder, a, f64, ""), ll_f64(ll, 0x1p78 + 0x1p52));
    Val sum = ll_fadd(ll, ll_fadd(ll, a, LLVMBuildBitCast(ll->builder, b, f64, "")), ll_f64(ll, 0.5));
    Val u = ll_fmul(ll, sum, ll_f64(ll, 0x1p-53));
    return ll_select(ll, ll_fcmp(ll, LLVMRealOLT, u, ll_f64(ll, 1.0)), u, ll_f64(ll, 1.0 - 0x1p-53));
}

static Val noise_field(const Ll *ll, Val noise, size_t offset, LLVMTypeRef type)
{
    return ll_load(ll, type, ll_at(ll, LLVMInt8TypeInContext(ll->context), noise, ll_i64(ll, offset)));
}

Val noise_normal(const Emit *e, Val seed, Val step, Val name, Val draw)
{
    const Ll *ll = e->ll;
    Val x[4] = { low_word(ll, step), high_word(ll, step), draw, high_word(ll, name) };
    Val key[2] = { low_word(ll, seed), low_word(ll, LLVMBuildXor(ll->builder, name, high_word(ll, seed), "")) };
    philox(ll, x, key);
    return normal_quantile(e, uniform(ll, x[0], x[1]));
}

Val noise_names(const Emit *e, Val args)
{
    return noise_field(e->ll, abi_load(e, args, ABI_noise), offsetof(EigNoise, name), e->ll->ptr);
}

/* The bits do not depend on it; more lanes make more code, and the time it takes to make that grows faster. */
enum { NOISE_LANES = EIG_SUM_LANES / 2 };

/* What the normals of a vector of neurons are drawn by. */
typedef struct Key {
    Val seed, of;
} Key;

/* At one step and draw. */
static Val normal_at(const Emit *e, const Key *by, Val step, Val draw)
{
    return noise_normal(e, by->seed, ll_splat(e->ll, step, NOISE_LANES), by->of, ll_splat(e->ll, draw, NOISE_LANES));
}

static Val is_zero(const Ll *ll, Val a)
{
    return LLVMBuildICmp(ll->builder, LLVMIntEQ, a, ll_i64(ll, 0), "");
}

/* runtime/noise.c, follow_path: one draw a turn, those with odd numbers with the one before. */
static void path_at(const Emit *e, const Key *by, Val step, Val *n, Val *m)
{
    enum { N, M, Q };
    Ll *ll = e->ll;
    LLVMBuilderRef build = ll->builder;
    Val halvings = ll_i64(ll, e->p->noise_halvings), none = ll_f64(ll, 0.0), root_3 = ll_f64(ll, 0x1.bb67ae8584caap+0), half_root_2 = ll_f64(ll, 0x1.6a09e667f3bcdp-1);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), ll_i64(ll, 2 * ((uint64_t)e->p->noise_halvings + 1)), 1, 3, (Val[]){ none, none, none });
    Val level = LLVMBuildLShr(build, loop.index, ll_i64(ll, 1), ""), is_first = is_zero(ll, level);
    Val is_new = is_zero(ll, LLVMBuildAnd(build, loop.index, ll_i64(ll, 1), ""));
    Val part = LLVMBuildLShr(build, step, LLVMBuildSub(build, halvings, level, ""), "");
    Val whole = LLVMBuildSelect(build, is_first, part, LLVMBuildLShr(build, part, ll_i64(ll, 1), ""), "");
    Val p = normal_at(e, by, whole, loop.index), q = loop.carried[Q], was_n = loop.carried[N], was_m = loop.carried[M];
    Val side = LLVMBuildSelect(build, is_zero(ll, LLVMBuildAnd(build, part, ll_i64(ll, 1), "")), ll_f64(ll, 1.0), ll_f64(ll, -1.0), "");
    Val d = ll_fmul(ll, ll_fadd(ll, ll_fmul(ll, root_3, was_m), q), ll_f64(ll, 0.5));
    Val s = ll_fmul(ll, ll_fsub(ll, was_m, ll_fmul(ll, root_3, q)), ll_f64(ll, 0.5));
    Val n_half = ll_fmul(ll, ll_fadd(ll, was_n, ll_fmul(ll, side, d)), half_root_2), m_half = ll_fmul(ll, ll_fadd(ll, s, ll_fmul(ll, side, p)), half_root_2);
    loop.next[N] = LLVMBuildSelect(build, is_new, was_n, LLVMBuildSelect(build, is_first, q, n_half, ""), "");
    loop.next[M] = LLVMBuildSelect(build, is_new, was_m, LLVMBuildSelect(build, is_first, p, m_half, ""), "");
    loop.next[Q] = p;
    ll_loop_end(ll, &loop);
    *n = loop.result[N];
    *m = loop.result[M];
}

/* runtime/noise.c, eig_noise_fill, of the normals from .. to - 1; the arrays have room for whole vectors. */
enum { FILL_ARGS, FILL_STEP, FILL_FROM, FILL_TO };

/* second NULL: those of draw 1 are not wanted. */
static void fill(Emit *e, const LlFunction *f, Val into, Val second)
{
    Ll *ll = e->ll;
    LLVMTypeRef lanes = LLVMVectorType(ll->i64, NOISE_LANES);
    Val noise = abi_load(e, f->param[FILL_ARGS], ABI_noise), n, m = NULL;
    Val seed = noise_field(ll, noise, offsetof(EigNoise, seed), ll->i64);
    Val name = noise_names(e, f->param[FILL_ARGS]);
    ll->lanes = NOISE_LANES;
    Key by = { .seed = ll_splat(ll, seed, NOISE_LANES) };
    LlLoop loop;
    ll_loop_begin(ll, &loop, f->param[FILL_FROM], f->param[FILL_TO], NOISE_LANES, 0, NULL);
    by.of = ll_load(ll, lanes, ll_at(ll, ll->i64, name, loop.index));
    LLVMSetAlignment(by.of, 8);
    if (e->p->noise_halvings) {
        path_at(e, &by, f->param[FILL_STEP], &n, &m);
    } else {
        n = normal_at(e, &by, f->param[FILL_STEP], ll_i64(ll, 0));
        m = second ? normal_at(e, &by, f->param[FILL_STEP], ll_i64(ll, 1)) : NULL;
    }
    store_lanes(ll, n, into, loop.index);
    if (second)
        store_lanes(ll, m, second, loop.index);
    ll_loop_end(ll, &loop);
    ll->lanes = 0;
}

LlFunction noise_fill_function(Emit *e)
{
    Ll *ll = e->ll;
    LLVMTypeRef params[] = { ll->ptr, ll->i64, ll->i64, ll->i64 };
    LlFunction some = ll_function(ll, "some_normals", false, ll->none, params, "args step from to");
    Val args = some.param[FILL_ARGS];
    fill(e, &some, abi_load(e, args, ABI_normal), e->p->method == EIG_METHOD_SRA1 ? noise_row(e, args, EIG_DIFFUSION_SECOND) : NULL);
    LLVMBuildRetVoid(ll->builder);
    LlFunction part = { 0 };
    if (e->plan->piece_of_normals)
        part = share_part(e, &some);
    LlFunction f = ll_function(ll, "normals", false, ll->none, params, "args step");
    Val n = ll_i64(ll, eig_noise_from(e->p, e->p->n_pops, 0));
    SharedRow row = { n, e->plan->piece_of_normals, ll_i64(ll, e->n_sites++) };
    if (e->plan->piece_of_normals)
        share_row(e, &some, &part, f.param, &row);
    else
        ll_call(ll, &some, (Val[]){ f.param[FILL_ARGS], f.param[FILL_STEP], ll_i64(ll, 0), n }, 4);
    LLVMBuildRetVoid(ll->builder);
    return f;
}

/* ---- what takes them ---- */

enum { KICK_SLOT, KICK_CODES };     /* of a state: its first normal, the constants of decay and spread */

static bool takes_kick(const Emit *e, const EigState *state)
{
    return state->kind == EIG_STATE_OU || (eig_method[e->p->method].noise && state->noise.n);
}

static bool is_kicked(const Emit *e, size_t pop)
{
    const EigPop *p = &e->p->pop[pop];
    for (size_t k = 0; k < p->n_states; k++)
        if (takes_kick(e, &p->state[k]))
            return true;
    return false;
}

static bool kicks_alike(const Emit *e, size_t a, size_t b)
{
    const EigPop *p = &e->p->pop[a], *q = &e->p->pop[b];
    if (!e->general->shares || p->n_states != q->n_states)
        return false;
    for (size_t k = 0; k < p->n_states; k++) {
        const EigState *x = &p->state[k], *y = &q->state[k];
        if (takes_kick(e, x) != takes_kick(e, y) || x->kind != y->kind)
            return false;
        if (!code_same_shape(e, &x->decay, &y->decay) || !code_same_shape(e, &x->spread, &y->spread))
            return false;
    }
    return true;
}

static void kick_numbers(const Emit *e, size_t pop, OwnNumbers *out)
{
    const EigPop *p = &e->p->pop[pop];
    where_numbers(e, pop, out);
    for (size_t k = 0; k < p->n_states; k++) {
        own_push_i64(e, out, takes_kick(e, &p->state[k]) ? noise_slot(e, pop, k) : 0);
        code_numbers(e, &p->state[k].decay, out);
        code_numbers(e, &p->state[k].spread, out);
    }
}

/* What a method of several stages reads of the noise of a state. */
typedef struct Diffusion { Val now, first, second; } Diffusion;

static Diffusion diffusion_of(const Emit *e, Val args, Val slot)
{
    const Ll *ll = e->ll;
    Diffusion d = { ll_at(ll, ll->f64, noise_row(e, args, EIG_DIFFUSION_NOW), slot),
                    ll_at(ll, ll->f64, noise_row(e, args, EIG_DIFFUSION_FIRST), slot), NULL };
    if (e->p->method == EIG_METHOD_SRA1)
        d.second = ll_at(ll, ll->f64, noise_row(e, args, EIG_DIFFUSION_SECOND), slot);
    return d;
}

/* sra1: (0.5 r) (z + u / sqrt(3)). */
static Val integral(const Emit *e, const Diffusion *d, Val z, Val neuron)
{
    const Ll *ll = e->ll;
    Val u = ll_fmul(ll, ll_f64(ll, EIG_SRA1_SECOND), ll_load_f64(ll, d->second, neuron));
    return ll_fmul(ll, ll_f64(ll, 0.5 * sqrt(e->p->h)), ll_fadd(ll, z, u));
}

/* The formulas of runtime/problem.h: what the noise of a neuron makes of x + what its slopes bring. */
static Val predicted(const Emit *e, const Diffusion *d, Val x, Val z, Val neuron)
{
    const Ll *ll = e->ll;
    Val g = ll_load_f64(ll, d->now, neuron);
    ll_store_f64(ll, g, d->first, neuron);
    if (e->p->method == EIG_METHOD_SRA1)
        return ll_fadd(ll, x, ll_fmul(ll, ll_fmul(ll, ll_f64(ll, 1.5), g), integral(e, d, z, neuron)));
    return ll_fadd(ll, x, ll_fmul(ll, ll_fmul(ll, g, ll_f64(ll, sqrt(e->p->h))), z));
}

static Val corrected(const Emit *e, const Diffusion *d, Val x, Val z, Val neuron)
{
    const Ll *ll = e->ll;
    double root = sqrt(e->p->h);
    Val first = ll_load_f64(ll, d->first, neuron), g = ll_load_f64(ll, d->now, neuron);
    if (e->p->method != EIG_METHOD_SRA1)
        return ll_fadd(ll, x, ll_fmul(ll, ll_fmul(ll, ll_fadd(ll, first, g), ll_f64(ll, 0.5 * root)), z));
    Val change = ll_fmul(ll, ll_f64(ll, 4.0 / 3.0), ll_fsub(ll, g, first));
    Val kicked = ll_fadd(ll, x, ll_fmul(ll, ll_fmul(ll, ll_fadd(ll, first, change), ll_f64(ll, root)), z));
    return ll_fsub(ll, kicked, ll_fmul(ll, change, integral(e, d, z, neuron)));
}

/* A state with noise of a method of several stages, after one of them. */
static void kick_stage(const Emit *e, size_t k, const Where *where, const Own *own, const Val *param, bool is_first)
{
    Ll *ll = e->ll;
    Val slot = own_i64(e, own, KICK_SLOT), to = ll_at(ll, ll->f64, param[1], where_state(e, where, k));
    Val normal = ll_at(ll, ll->f64, abi_load(e, param[0], ABI_normal), slot);
    Diffusion d = diffusion_of(e, param[0], slot);
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), where->size, 1, 0, NULL);
    Val x = ll_load_f64(ll, to, loop.index), z = ll_load_f64(ll, normal, loop.index);
    ll_store_f64(ll, is_first ? predicted(e, &d, x, z, loop.index) : corrected(e, &d, x, z, loop.index), to, loop.index);
    ll_loop_end(ll, &loop);
}

/* One state of a population. */
static void kick(const Emit *e, const EigPop *p, size_t k, const Where *where, const Own *own, const Val *param)
{
    Ll *ll = e->ll;
    const EigState *state = &p->state[k];
    Own of_decay = own_after(own, KICK_CODES), of_spread = own_after(&of_decay, code_n_numbers(&state->decay));
    Val normal = ll_at(ll, ll->f64, abi_load(e, param[0], ABI_normal), own_i64(e, own, KICK_SLOT));
    Val to = ll_at(ll, ll->f64, param[1], where_state(e, where, k));
    LlLoop loop;
    ll_loop_begin(ll, &loop, ll_i64(ll, 0), where->size, 1, 0, NULL);
    Val now = ll_load_f64(ll, to, loop.index), z = ll_load_f64(ll, normal, loop.index);
    Scope scope = { .e = e, .n_states = eig_n_states(p), .where = *where, .args = param[0], .y = param[1], .neuron = loop.index };
    if (state->kind == EIG_STATE_OU) {
        now = ll_fmul(ll, scope_value(&scope, &state->decay, &of_decay), now);
        z = ll_fmul(ll, scope_value(&scope, &state->spread, &of_spread), z);
    }
    ll_store_f64(ll, ll_fadd(ll, now, z), to, loop.index);
    ll_loop_end(ll, &loop);
}

static void kicks_after(Emit *e, size_t pop, const Own *own, const Val *param, bool is_first)
{
    const EigPop *p = &e->p->pop[pop];
    Where where = where_own(e, own);
    Own of_state = own_after(own, WHERE_OWN);
    for (size_t k = 0; k < p->n_states; k++) {
        if (p->state[k].kind != EIG_STATE_OU && noise_has_stages(e) && takes_kick(e, &p->state[k]))
            kick_stage(e, k, &where, &of_state, param, is_first);
        else if (!is_first && takes_kick(e, &p->state[k]))
            kick(e, p, k, &where, &of_state, param);
        of_state = own_after(&of_state, KICK_CODES + code_n_numbers(&p->state[k].decay) + code_n_numbers(&p->state[k].spread));
    }
}

static void kicks(Emit *e, size_t pop, const Own *own, const Val *param)
{
    kicks_after(e, pop, own, param, false);
}

static void predictions(Emit *e, size_t pop, const Own *own, const Val *param)
{
    kicks_after(e, pop, own, param, true);
}

LlFunction noise_predict_function(Emit *e)
{
    static const GroupRule rule = { "predict", is_kicked, kicks_alike, kick_numbers };
    LLVMTypeRef params[] = { e->ll->ptr, e->ll->ptr };
    return groups_function(e, &rule, predictions, e->p->n_pops, "predict", params, "args y");
}

LlFunction noise_kick_function(Emit *e)
{
    static const GroupRule rule = { "kick", is_kicked, kicks_alike, kick_numbers };
    LLVMTypeRef params[] = { e->ll->ptr, e->ll->ptr };
    return groups_function(e, &rule, kicks, e->p->n_pops, "kick", params, "args x");
}
