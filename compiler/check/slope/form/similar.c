#include "compiler/check/slope/form/similar.h"

#include <math.h>
#include <mpfi.h>

#include "compiler/check/slope/jet/jet.h"
#include "compiler/check/slope/form/standard.h"
#include "compiler/expr/affine.h"

/* Numbers of more bits than this are not worth the while. */
enum { MOST_BITS = 4096 };

typedef struct Reading {
    Ctx *cx;
    NumPool *nums;
    EigVar by;
    Num power, value;           /* s^power = value, both above 0; NULL: s is not chosen yet */
    bool failed;
} Reading;

/* factor s^degree core(y), y = z/s; the factor is not 0. */
typedef struct Part {
    Num factor, degree;
    const Expr *core;
} Part;

/* ---- exact numbers ---- */

static size_t bits_of(Num x)
{
    return mpz_sizeinbase(mpq_numref(x), 2) + mpz_sizeinbase(mpq_denref(x), 2);
}

static Num combined(Reading *r, void (*op)(mpq_ptr, mpq_srcptr, mpq_srcptr), Num a, Num b)
{
    mpq_ptr x = num_new(r->nums);
    op(x, a, b);
    r->failed |= bits_of(x) > MOST_BITS;
    return x;
}

static Num size_of(Reading *r, Num x)
{
    mpq_ptr size = num_new(r->nums);
    mpq_abs(size, x);
    return size;
}

static bool is_whole(Num x)
{
    return mpz_cmp_ui(mpq_denref(x), 1) == 0;
}

static bool is_number(Num x, long value)
{
    return mpq_cmp_si(x, value, 1) == 0;
}

/* x^(1/n), n >= 1, x > 0; NULL: it is not rational. */
static Num exact_root(Reading *r, Num x, unsigned long n)
{
    mpq_ptr root = num_new(r->nums);
    if (n == 1)
        return x;
    bool is_exact = mpz_root(mpq_numref(root), mpq_numref(x), n) && mpz_root(mpq_denref(root), mpq_denref(x), n);
    return is_exact ? root : NULL;
}

/* x^n, x not 0, and above 0 unless n is whole; NULL: it is not rational, or long. */
static Num exact_power(Reading *r, Num x, Num n)
{
    if (is_number(x, 1) || is_number(n, 1) || mpq_sgn(n) == 0)
        return mpq_sgn(n) ? x : num_int(r->nums, 1);
    if (mpz_cmpabs_ui(mpq_numref(n), MOST_BITS) > 0 || mpz_cmp_ui(mpq_denref(n), MOST_BITS) > 0 || (mpq_sgn(x) < 0 && !is_whole(n)))
        return NULL;
    Num root = exact_root(r, x, mpz_get_ui(mpq_denref(n)));
    unsigned long times = mpz_get_ui(mpq_numref(n));            /* |n| */
    if (!root || times * bits_of(root) > MOST_BITS)
        return NULL;
    mpq_ptr power = num_new(r->nums);
    mpz_pow_ui(mpq_numref(power), mpq_numref(root), times);
    mpz_pow_ui(mpq_denref(power), mpq_denref(root), times);
    if (mpq_sgn(n) < 0)
        mpq_inv(power, power);
    return power;
}

/* ---- the unit ---- */

/* s^power = value from now on; where s is a root that is rational, by that: then all of its powers are. */
static void choose(Reading *r, Num power, Num value)
{
    bool is_small = mpz_cmpabs_ui(mpq_numref(power), MOST_BITS) <= 0;
    Num root = is_small ? exact_root(r, value, mpz_get_ui(mpq_numref(power))) : NULL;
    mpq_ptr inverse = num_new(r->nums), p = num_new(r->nums);
    if (!root) {
        r->power = power;
        r->value = value;
        return;
    }
    mpz_set(mpq_denref(p), mpq_denref(power));
    mpz_set_ui(mpq_numref(p), 1);
    mpq_inv(inverse, root);
    r->power = p;
    r->value = mpq_sgn(power) > 0 ? root : inverse;
}

/* s^degree; 1 and a failure where that is not rational. */
static Num unit_power(Reading *r, Num degree)
{
    Num one = num_int(r->nums, 1);
    if (mpq_sgn(degree) == 0)
        return one;
    Num times = r->power ? combined(r, mpq_div, degree, r->power) : NULL;
    Num x = times ? exact_power(r, r->value, times) : NULL;
    r->failed |= !x;
    return x ? x : one;
}

/* a s^degree for a number a, not 0. An s that is still free makes it 1 in size. */
static Num settled(Reading *r, Num a, Num degree)
{
    if (!r->power && mpq_sgn(degree)) {
        mpq_ptr inverse = num_new(r->nums);
        mpq_inv(inverse, size_of(r, a));
        choose(r, degree, inverse);
    }
    return combined(r, mpq_mul, a, unit_power(r, degree));
}

/* ---- parts ---- */

static const Expr *number(Reading *r, const Expr *like, Num x)
{
    return expr_const(r->cx, like->span, x);
}

static bool is_one(const Expr *e)
{
    Num x;
    return expr_is_const(e, &x) && is_number(x, 1);
}

static bool is_zero(const Expr *e)
{
    Num x;
    return expr_is_const(e, &x) && mpq_sgn(x) == 0;
}

static const Expr *call(Reading *r, const Expr *like, EigFn fn, const Expr *a, const Expr *b)
{
    const Expr *arg[2] = { a, b };
    return expr_apply(r->cx, like->span, fn, b ? 2 : 1, arg);
}

static const Expr *times(Reading *r, Num by, const Expr *core)
{
    if (is_number(by, 1) || is_zero(core))
        return core;
    return is_one(core) ? number(r, core, by) : call(r, core, EIG_FN_MUL, number(r, core, by), core);
}

static Part part(Reading *r, Num factor, long degree, const Expr *core)
{
    return (Part){ factor, num_int(r->nums, degree), core };
}

static Part read(Reading *r, const Expr *e);

/* b relative to a, which is not 0: factor_b s^degree_b/(|factor_a| s^degree_a) core_b. */
static const Expr *relative(Reading *r, Part a, Part b)
{
    Num ratio = combined(r, mpq_div, b.factor, size_of(r, a.factor));
    return times(r, is_zero(b.core) ? num_int(r->nums, 1) : settled(r, ratio, combined(r, mpq_sub, b.degree, a.degree)), b.core);
}

static Part read_sum(Reading *r, const Expr *e, EigFn fn, Part a, Part b)
{
    Num minus = num_int(r->nums, -1);
    if (fn == EIG_FN_SUB)
        b.factor = combined(r, mpq_mul, b.factor, minus);
    if (is_zero(a.core) || is_zero(b.core))
        return is_zero(a.core) ? b : a;
    if (mpq_sgn(a.factor) < 0)
        b.factor = combined(r, mpq_mul, b.factor, minus);
    return (Part){ a.factor, a.degree, call(r, e, EIG_FN_ADD, a.core, relative(r, a, b)) };
}

/* max, min, pulse and ramp of multiples by what is above 0; the values of the last two stay what they were. */
static Part read_pair(Reading *r, const Expr *e, Part a, Part b)
{
    Part first = is_zero(a.core) ? b : a;
    Num size = size_of(r, first.factor), zero = num_int(r->nums, 0), one = num_int(r->nums, 1);
    const Expr *made = call(r, e, e->as.call.fn, relative(r, first, a), relative(r, first, b));
    bool is_value = e->as.call.fn == EIG_FN_MAX || e->as.call.fn == EIG_FN_MIN;
    return is_value ? (Part){ size, first.degree, made } : (Part){ one, zero, made };
}

static Part read_product(Reading *r, const Expr *e, bool is_quotient, Part a, Part b)
{
    const Expr *core = is_one(b.core) ? a.core : is_one(a.core) && !is_quotient ? b.core : call(r, e, e->as.call.fn, a.core, b.core);
    return (Part){ combined(r, is_quotient ? mpq_div : mpq_mul, a.factor, b.factor),
                   combined(r, is_quotient ? mpq_sub : mpq_add, a.degree, b.degree), core };
}

/* Its argument is a multiple by what is above 0, of which the root or power is taken apart; false where that is not rational. */
static bool read_power(Reading *r, const Expr *e, Part a, Num exponent, Part *out)
{
    bool is_turned = mpq_sgn(a.factor) < 0 && !is_whole(exponent);
    Num power = is_turned ? NULL : exact_power(r, a.factor, exponent);
    if (!power)
        return false;
    const Expr *b = e->as.call.fn == EIG_FN_POW ? e->as.call.arg[1] : NULL;
    *out = (Part){ power, combined(r, mpq_mul, a.degree, exponent), call(r, e, e->as.call.fn, a.core, b) };
    return true;
}

/* Arguments as numbers are: the functions of these are not known to have multiples. */
static Part read_function(Reading *r, const Expr *e, const Part *arg)
{
    const Expr *with[2] = { NULL, NULL };
    for (int k = 0; k < e->as.call.n_args; k++)
        with[k] = times(r, settled(r, arg[k].factor, arg[k].degree), arg[k].core);
    return part(r, num_int(r->nums, 1), 0, call(r, e, e->as.call.fn, with[0], with[1]));
}

static Part read_call(Reading *r, const Expr *e)
{
    Num minus = num_int(r->nums, -1), n;
    EigFn fn = e->as.call.fn;
    Part arg[2], out;
    for (int k = 0; k < e->as.call.n_args; k++)
        arg[k] = read(r, e->as.call.arg[k]);
    switch (fn) {
    case EIG_FN_NEG:
        return (Part){ combined(r, mpq_mul, arg[0].factor, minus), arg[0].degree, arg[0].core };
    case EIG_FN_ADD: case EIG_FN_SUB:
        return read_sum(r, e, fn, arg[0], arg[1]);
    case EIG_FN_MUL: case EIG_FN_DIV:
        return read_product(r, e, fn == EIG_FN_DIV, arg[0], arg[1]);
    case EIG_FN_ABS:
        return (Part){ size_of(r, arg[0].factor), arg[0].degree, call(r, e, fn, arg[0].core, NULL) };
    case EIG_FN_MAX: case EIG_FN_MIN: case EIG_FN_PULSE: case EIG_FN_RAMP:
        return read_pair(r, e, arg[0], arg[1]);
    case EIG_FN_SQRT:
        return read_power(r, e, arg[0], num_ratio(r->nums, 1, 2), &out) ? out : read_function(r, e, arg);
    case EIG_FN_POW:
        return expr_is_const(e->as.call.arg[1], &n) && read_power(r, e, arg[0], n, &out) ? out : read_function(r, e, arg);
    default:
        return read_function(r, e, arg);
    }
}

static Part read_number(Reading *r, const Expr *e, Num x)
{
    Num one = num_int(r->nums, 1);
    return mpq_sgn(x) ? part(r, x, 0, number(r, e, one)) : part(r, one, 0, number(r, e, x));
}

/* offset + rate z. */
static Part read_line(Reading *r, const Expr *e, Num offset, Num rate)
{
    if (mpq_sgn(rate) == 0)
        return read_number(r, e, offset);
    Part line = part(r, rate, 1, expr_var(r->cx, e->span, r->by));
    return mpq_sgn(offset) ? read_sum(r, e, EIG_FN_ADD, line, read_number(r, e, offset)) : line;
}

static Part read(Reading *r, const Expr *e)
{
    Num offset, rate;
    if (expr_affine(r->nums, e, r->by, &offset, &rate))
        return read_line(r, e, offset, rate);
    if (e->kind == EXPR_CALL && !r->failed)
        return read_call(r, e);
    r->failed = true;
    return part(r, num_int(r->nums, 1), 0, e);
}

/* ---- what is not looked at ---- */

/* A multiple of the square. */
static bool is_square(Reading *r, const Expr *e, Num *by)
{
    Num n;
    StandardLine line = standard_line(r->nums, e);
    if (!line.core || line.core->kind != EXPR_CALL || mpq_sgn(line.offset))
        return false;
    const Expr *const *arg = line.core->as.call.arg;
    *by = line.rate;
    bool is_variable = arg[0]->kind == EXPR_VAR && arg[0]->as.var == r->by;
    bool is_power = line.core->as.call.fn == EIG_FN_POW && expr_is_const(arg[1], &n) && is_number(n, 2);
    bool is_product = line.core->as.call.fn == EIG_FN_MUL && arg[1]->kind == EXPR_VAR && arg[1]->as.var == r->by;
    return is_variable && (is_power || is_product);
}

/* sign e without those terms of at most this degree; NULL: nothing is left. *square gains what the squares had. */
static const Expr *strip(Reading *r, const Expr *e, int degree, int sign, mpq_ptr square)
{
    Num offset, rate, by;
    EigFn fn = e->kind == EXPR_CALL ? e->as.call.fn : EIG_N_FNS;
    if (expr_affine(r->nums, e, r->by, &offset, &rate) && (degree > 0 || mpq_sgn(rate) == 0))
        return NULL;
    if (degree > 1 && is_square(r, e, &by)) {
        (sign > 0 ? mpq_add : mpq_sub)(square, square, by);
        return NULL;
    }
    if (fn == EIG_FN_NEG)
        return strip(r, e->as.call.arg[0], degree, -sign, square);
    if (fn != EIG_FN_ADD && fn != EIG_FN_SUB)
        return sign > 0 ? e : call(r, e, EIG_FN_NEG, e, NULL);
    const Expr *a = strip(r, e->as.call.arg[0], degree, sign, square);
    const Expr *b = strip(r, e->as.call.arg[1], degree, fn == EIG_FN_ADD ? sign : -sign, square);
    return a && b ? call(r, e, EIG_FN_ADD, a, b) : a ? a : b;
}

/* ---- all of it ---- */

/* factor s^degree as it is, or what encloses it. */
static bool enclose(Reading *r, Num factor, Num degree, Similar *out)
{
    Num times = r->power && mpq_sgn(degree) ? combined(r, mpq_div, degree, r->power) : num_int(r->nums, 0);
    Num exact = mpq_sgn(times) ? exact_power(r, r->value, times) : num_int(r->nums, 1);
    if (exact) {
        out->least = out->most = combined(r, mpq_mul, factor, exact);
        return true;
    }
    mpfi_t x;
    mpfi_init2(x, JET_PRECISION);
    mpfi_set_q(x, r->value);
    mpfi_log(x, x);
    mpfi_mul_q(x, x, times);
    mpfi_exp(x, x);
    mpfi_mul_q(x, x, factor);
    bool is_known = mpfi_bounded_p(x) && mpfi_is_strictly_pos(x) && mpfr_get_exp(&x->right) < MOST_BITS && mpfr_get_exp(&x->left) > -MOST_BITS;
    mpq_ptr least = num_new(r->nums), most = num_new(r->nums);
    if (is_known) {
        mpfr_get_q(least, &x->left);
        mpfr_get_q(most, &x->right);
    }
    out->least = least;
    out->most = most;
    mpfi_clear(x);
    return is_known;
}

/* (end - place)/s. */
static Num moved_end(Reading *r, Num end, Num place)
{
    Num offset = end ? combined(r, mpq_sub, end, place) : NULL;
    return !end || mpq_sgn(offset) == 0 ? offset : settled(r, offset, num_int(r->nums, -1));
}

static Similar similar(Reading *r, const Expr *e, Num lo, Num hi, int order)
{
    Similar out = { .form = NULL };
    mpq_ptr square = num_new(r->nums);
    const Expr *rest = strip(r, e, order == 1 ? 0 : 2, 1, square);
    if (!rest)
        return out;
    Num place;
    rest = standard_place(r->cx, r->nums, rest, r->by, &place);
    Part p = read(r, rest);
    if (r->failed || !expr_uses(p.core, r->by))
        return out;
    out.lo = moved_end(r, lo, place);
    out.hi = moved_end(r, hi, place);
    out.square = square;
    out.place = place;
    Num times = r->power ? combined(r, mpq_div, num_int(r->nums, 1), r->power) : NULL;
    out.unit = times ? exact_power(r, r->value, times) : num_int(r->nums, 1);
    const Expr *core = mpq_sgn(p.factor) < 0 ? call(r, rest, EIG_FN_NEG, p.core, NULL) : p.core;
    Num degree = combined(r, mpq_sub, p.degree, num_int(r->nums, order));
    if (enclose(r, size_of(r, p.factor), degree, &out) && !r->failed && core->size < EXPR_MAX_SIZE)
        out.form = core;
    return out;
}

Similar similar_activation(Ctx *cx, NumPool *nums, const Expr *e)
{
    return similar(&(Reading){ .cx = cx, .nums = nums, .by = EIG_VAR_Z }, e, NULL, NULL, 1);
}

Similar similar_cost(Ctx *cx, NumPool *nums, const Expr *e, Num lo, Num hi)
{
    return similar(&(Reading){ .cx = cx, .nums = nums, .by = EIG_VAR_X }, e, lo, hi, 2);
}

static bool same_end(Num a, Num b)
{
    return a && b ? mpq_equal(a, b) : a == b;
}

bool similar_equal(const Similar *a, const Similar *b)
{
    return a->form && b->form && expr_equal(a->form, b->form);
}

bool similar_within(NumPool *nums, const Similar *a, const Similar *b, double x)
{
    if (same_end(a->lo, b->lo) && same_end(a->hi, b->hi))
        return true;
    bool is_within = (!a->lo || (b->lo && mpq_cmp(a->lo, b->lo) <= 0)) && (!a->hi || (b->hi && mpq_cmp(b->hi, a->hi) <= 0));
    if (!is_within || !isfinite(x) || !a->unit)
        return false;
    mpq_ptr y = num_new(nums);
    mpq_sub(y, num_from_double(nums, x), a->place);
    mpq_div(y, y, a->unit);
    return (!b->lo || mpq_cmp(b->lo, y) < 0) && (!b->hi || mpq_cmp(y, b->hi) < 0);
}

bool similar_ratio(NumPool *nums, const Similar *a, const Similar *b, Num *least, Num *most)
{
    mpq_ptr x = num_new(nums), y = num_new(nums);
    mpq_div(x, b->least, a->most);
    mpq_div(y, b->most, a->least);
    *least = x;
    *most = y;
    double from = num_to_double_down(x), to = num_to_double_up(y);
    return from > 1e-300 && to < 1e300;
}
