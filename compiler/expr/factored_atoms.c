/* The unknowns of a formula that is a ratio of polynomials in them. */
#include "compiler/expr/factored_parts.h"

#include "compiler/expr/affine.h"

Num factored_rate(Factoring *q, const Expr *t, const Expr **core, Num *offset)
{
    Num rate, c;
    *core = t;
    *offset = num_int(q->nums, 0);
    if (expr_affine(q->nums, t, q->by, offset, &rate)) {
        *core = mpq_sgn(rate) ? expr_var(q->cx, q->at, q->by) : NULL;
        return rate;
    }
    if (factored_is_call(t, EIG_FN_NEG))
        return factored_combine(q, mpq_mul, factored_rate(q, t->as.call.arg[0], core, offset), num_int(q->nums, -1));
    for (int k = 0; k < 2; k++)
        if (factored_is_call(t, EIG_FN_MUL) && expr_is_const(t->as.call.arg[k], &c) && mpq_sgn(c))
            return factored_combine(q, mpq_mul, factored_rate(q, t->as.call.arg[1 - k], core, offset), c);
    if (factored_is_call(t, EIG_FN_DIV) && expr_is_const(t->as.call.arg[1], &c) && mpq_sgn(c))
        return factored_combine(q, mpq_div, factored_rate(q, t->as.call.arg[0], core, offset), c);
    return num_int(q->nums, 1);
}

/* The largest number of which both are whole multiples, by sizes. */
static Num common_measure(Factoring *q, Num a, Num b)
{
    mpq_ptr x = num_new(q->nums);
    mpz_t left, right;
    mpz_init(left);
    mpz_init(right);
    mpz_mul(left, mpq_numref(a), mpq_denref(b));
    mpz_mul(right, mpq_numref(b), mpq_denref(a));
    mpz_gcd(mpq_numref(x), left, right);
    mpz_mul(mpq_denref(x), mpq_denref(a), mpq_denref(b));
    mpq_canonicalize(x);
    mpz_clear(left);
    mpz_clear(right);
    return x;
}

int factored_find_exponential(Factoring *q, const Expr *exponent)
{
    int k = 0;
    while (k < q->n_atoms && !(q->atom[k].exponent && expr_equal(q->atom[k].exponent, exponent)))
        k++;
    return k;
}

int factored_find(Factoring *q, const Expr *e)
{
    int k = 0;
    while (k < q->n_atoms && (q->atom[k].exponent || !expr_equal(q->atom[k].e, e)))
        k++;
    return k;
}

static void add_atom(Factoring *q, Atom a)
{
    q->too_much |= q->n_atoms == MOST_ATOMS;
    if (!q->too_much)
        q->atom[q->n_atoms++] = a;
}

static void add_exponential(Factoring *q, const Expr *exponent, Num rate)
{
    int k = factored_find_exponential(q, exponent);
    if (k < q->n_atoms)
        q->atom[k].rate = common_measure(q, q->atom[k].rate, rate);
    else
        add_atom(q, (Atom){ NULL, exponent, common_measure(q, rate, rate) });
}

int factored_symmetry(EigFn fn)
{
    switch (fn) {
    case EIG_FN_SIN: case EIG_FN_TANH: case EIG_FN_ATAN: return -1;
    case EIG_FN_COS: case EIG_FN_NORMPDF: case EIG_FN_NORMCDF: return 1;
    default: return 0;
    }
}

const Expr *factored_call(Factoring *q, const Expr *e, bool *turned)
{
    Num offset, rate;
    EigFn fn = e->as.call.fn;
    *turned = false;
    if (e->as.call.n_args != 1)
        return e;
    const Expr *u = e->as.call.arg[0], *core, *arg[2];
    rate = factored_rate(q, u, &core, &offset);
    if (!core)
        return e;
    if (mpq_sgn(rate) < 0 && factored_symmetry(fn) != 0 && (mpq_sgn(offset) == 0 || expr_affine(q->nums, u, q->by, &offset, &rate))) {
        *turned = true;
        rate = factored_combine(q, mpq_mul, rate, num_int(q->nums, -1));
        offset = factored_combine(q, mpq_mul, offset, num_int(q->nums, -1));
    }
    arg[0] = expr_const(q->cx, q->at, rate);
    arg[1] = core;
    arg[1] = expr_call(q->cx, q->nums, q->at, EIG_FN_MUL, 2, arg);
    arg[0] = arg[1];
    arg[1] = expr_const(q->cx, q->at, offset);
    u = expr_call(q->cx, q->nums, q->at, EIG_FN_ADD, 2, arg);
    return expr_apply(q->cx, q->at, fn, 1, &u);
}

bool factored_power(Factoring *q, const Expr *e, Power *out)
{
    bool is_sqrt = factored_is_call(e, EIG_FN_SQRT);
    if (!is_sqrt && !(factored_is_call(e, EIG_FN_POW) && e->as.call.arg[1]->kind == EXPR_CONST))
        return false;
    Num n = is_sqrt ? num_ratio(q->nums, 1, 2) : e->as.call.arg[1]->as.value;
    mpq_ptr part = num_new(q->nums);
    mpz_fdiv_q(mpq_numref(part), mpq_numref(n), mpq_denref(n));
    bool fits = mpz_cmpabs_ui(mpq_numref(part), MOST_POWER) <= 0;
    out->whole = fits ? mpz_get_si(mpq_numref(part)) : 0;
    mpq_sub(part, n, part);
    out->part = mpq_sgn(part) ? part : NULL;
    return fits;
}

const Expr *factored_root(Factoring *q, const Expr *u, Num part)
{
    const Expr *arg[2] = { u, expr_const(q->cx, q->at, part) };
    return expr_apply(q->cx, q->at, EIG_FN_POW, 2, arg);
}

bool factored_is_algebra(const Expr *e)
{
    switch (e->as.call.fn) {
    case EIG_FN_ADD: case EIG_FN_SUB: case EIG_FN_MUL: case EIG_FN_DIV: case EIG_FN_NEG: return true;
    default: return false;
    }
}

void factored_atoms(Factoring *q, const Expr *e)
{
    Num offset;
    bool turned;
    const Expr *core;
    if (e->kind == EXPR_CONST || q->too_much)
        return;
    if (e->kind != EXPR_CALL) {
        q->too_much |= e->kind != EXPR_VAR || e->as.var != q->by;
        if (!q->too_much && factored_find(q, e) == q->n_atoms)
            add_atom(q, (Atom){ .e = e });
        return;
    }
    Power power;
    if (factored_power(q, e, &power)) {
        const Expr *root = power.part ? factored_root(q, e->as.call.arg[0], power.part) : NULL;
        if (root && factored_find(q, root) == q->n_atoms)
            add_atom(q, (Atom){ .e = root });
        if (power.whole)
            factored_atoms(q, e->as.call.arg[0]);
        return;
    }
    for (int k = 0; factored_is_algebra(e) && k < e->as.call.n_args; k++)
        factored_atoms(q, e->as.call.arg[k]);
    if (factored_is_algebra(e))
        return;
    if (factored_is_call(e, EIG_FN_EXP) || factored_is_call(e, EIG_FN_EXPM1)) {
        Num rate = factored_rate(q, e->as.call.arg[0], &core, &offset);
        if (core)
            add_exponential(q, core, rate);
        if (mpq_sgn(offset))
            add_exponential(q, expr_const(q->cx, q->at, num_int(q->nums, 1)), offset);
        return;
    }
    const Expr *call = factored_call(q, e, &turned);
    if (factored_find(q, call) == q->n_atoms)
        add_atom(q, (Atom){ .e = call });
}
