#include "compiler/check/slope/gap.h"

#include "compiler/expr/affine.h"

/* The value of e there; false where it may have none, or jump. */
static bool enclose(NumPool *nums, const Expr *e, double lo, double hi, mpfi_ptr value)
{
    JetResult r;
    jet_result_init(&r);
    jet_evaluate(e, &(JetDomain){ nums, 0, lo, hi }, &r);
    bool fine = r.trouble == JET_FINE && !mpfi_nan_p(r.value);
    mpfi_set(value, r.value);
    jet_result_clear(&r);
    return fine;
}

/* The place where u, straight, is 0; NULL: it is no such u, or never 0. */
static Num root_of(NumPool *nums, const Expr *u, int *way)
{
    static const EigVar variable[] = { EIG_VAR_Z, EIG_VAR_X };
    Num offset, rate;
    for (int k = 0; k < 2; k++) {
        if (!expr_affine(nums, u, variable[k], &offset, &rate) || mpq_sgn(rate) == 0)
            continue;
        mpq_ptr root = num_new(nums);
        mpq_div(root, offset, rate);
        mpq_neg(root, root);
        *way = mpq_sgn(rate);
        return root;
    }
    return NULL;
}

/* ---- poles ---- */

/* u is continuous and has values of both signs. */
static bool changes_sign(NumPool *nums, const Expr *u, double lo, double hi)
{
    mpfi_t all, a, b;
    mpfi_ptr at[] = { all, a, b };
    for (int k = 0; k < 3; k++)
        mpfi_init2(at[k], JET_PRECISION);
    bool fine = enclose(nums, u, lo, hi, all) && enclose(nums, u, lo, lo, a) && enclose(nums, u, hi, hi, b);
    bool yes = fine && ((mpfi_is_strictly_neg(a) && mpfi_is_strictly_pos(b)) || (mpfi_is_strictly_pos(a) && mpfi_is_strictly_neg(b)));
    for (int k = 0; k < 3; k++)
        mpfi_clear(at[k]);
    return yes;
}

/* u is 0 somewhere inside: itself, or what it is a power, a product or the size of, where that has a value. */
static bool vanishes(NumPool *nums, const Expr *u, double lo, double hi)
{
    int way;
    Num n, root = root_of(nums, u, &way);
    if (root ? mpq_cmp(root, num_from_double(nums, lo)) >= 0 && mpq_cmp(root, num_from_double(nums, hi)) <= 0 : changes_sign(nums, u, lo, hi))
        return true;
    if (u->kind != EXPR_CALL)
        return false;
    const Expr *const *arg = u->as.call.arg;
    switch (u->as.call.fn) {
    case EIG_FN_POW: return expr_is_const(arg[1], &n) && mpq_sgn(n) > 0 && vanishes(nums, arg[0], lo, hi);
    case EIG_FN_MUL: return vanishes(nums, arg[0], lo, hi) || vanishes(nums, arg[1], lo, hi);
    case EIG_FN_ABS: case EIG_FN_NEG: case EIG_FN_SQRT: return vanishes(nums, arg[0], lo, hi);
    default:         return false;
    }
}

const char *gap_pole(NumPool *nums, const Expr *e, double lo, double hi)
{
    const char *found = NULL;
    Num n;
    if (e->kind != EXPR_CALL)
        return NULL;
    const Expr *const *arg = e->as.call.arg;
    for (int k = 0; k < e->as.call.n_args && !found; k++)
        found = gap_pole(nums, arg[k], lo, hi);
    if (found)
        return found;
    if (e->as.call.fn == EIG_FN_DIV && vanishes(nums, arg[1], lo, hi))
        return "/";
    return e->as.call.fn == EIG_FN_POW && expr_is_const(arg[1], &n) && mpq_sgn(n) < 0 && vanishes(nums, arg[0], lo, hi) ? "^" : NULL;
}

/* ---- jumps ---- */

enum { MAX_SWITCHES = 4, MAX_SETTINGS = 1 << MAX_SWITCHES };

/* The calls that take two values on [lo, hi], low[k] and the next one; each setting gives one of them to every switch. */
typedef struct Switches {
    Ctx *cx;
    NumPool *nums;
    double lo, hi;
    size_t n;
    const Expr *at[MAX_SWITCHES];
    long low[MAX_SWITCHES];
    bool fine;
    unsigned setting;
} Switches;

static bool is_switch(const Expr *e)
{
    return e->kind == EXPR_CALL && (e->as.call.fn == EIG_FN_STEP || e->as.call.fn == EIG_FN_PULSE || e->as.call.fn == EIG_FN_FLOOR);
}

static size_t index_of(const Switches *s, const Expr *e)
{
    size_t k = 0;
    while (k < s->n && !expr_equal(s->at[k], e))
        k++;
    return k;
}

static void add_switch(Switches *s, const Expr *e)
{
    JetResult r;
    jet_result_init(&r);
    jet_evaluate(e, &(JetDomain){ s->nums, 0, s->lo, s->hi }, &r);
    bool two = r.trouble == JET_JUMP && mpfi_bounded_p(r.value);
    double low = mpfr_get_d(&r.value->left, MPFR_RNDD), high = mpfr_get_d(&r.value->right, MPFR_RNDU);
    if (r.trouble != JET_FINE && !(two && s->n < MAX_SWITCHES && high - low == 1 && low > -1e9 && low < 1e9)) {
        s->fine = false;
    } else if (r.trouble != JET_FINE) {
        s->at[s->n] = e;
        s->low[s->n++] = (long)low;
    }
    jet_result_clear(&r);
}

/* The outermost ones: what is inside them does not matter. */
static void find_switches(Switches *s, const Expr *e)
{
    if (is_switch(e)) {
        if (index_of(s, e) == s->n)
            add_switch(s, e);
    } else if (e->kind == EXPR_CALL) {
        for (int k = 0; k < e->as.call.n_args; k++)
            find_switches(s, e->as.call.arg[k]);
    }
}

/* e in this setting; NULL where it has no value. */
static const Expr *set(Switches *s, const Expr *e)
{
    const Expr *arg[2] = { NULL, NULL };
    if (e->kind != EXPR_CALL)
        return e;
    size_t k = is_switch(e) ? index_of(s, e) : s->n;
    if (k < s->n)
        return expr_const(s->cx, e->span, num_int(s->nums, s->low[k] + (s->setting >> k & 1)));
    for (int j = 0; j < e->as.call.n_args; j++)
        if (!(arg[j] = set(s, e->as.call.arg[j])))
            return NULL;
    return expr_with_arguments(s->cx, s->nums, e, arg);
}

static double upper(mpfi_srcptr x)
{
    return mpfr_get_d(&x->right, MPFR_RNDU);
}

static double lower(mpfi_srcptr x)
{
    return mpfr_get_d(&x->left, MPFR_RNDD);
}

/* Are there numbers between `from` and `to` that are in none of n intervals? They begin above one of these. */
static bool is_parted(size_t n, const double *low, const double *high, double from, double to)
{
    for (size_t k = 0; k < n; k++) {
        bool is_covered = !(high[k] >= from && high[k] < to);
        for (size_t j = 0; j < n; j++)
            is_covered = is_covered || (low[j] <= high[k] && high[j] > high[k]);
        if (!is_covered)
            return true;
    }
    return false;
}

/* The settings below *root, above it and there, where all switches are steps that switch at it. */
static bool is_one_place(const Switches *s, Num *root, unsigned setting[3])
{
    *root = NULL;
    setting[0] = setting[1] = 0;
    setting[2] = (1u << s->n) - 1;
    for (size_t k = 0; k < s->n; k++) {
        int way = 0;
        Num at = s->at[k]->as.call.fn == EIG_FN_STEP ? root_of(s->nums, s->at[k]->as.call.arg[0], &way) : NULL;
        if (!at || (*root && !mpq_equal(at, *root)))
            return false;
        *root = at;
        setting[way > 0] |= 1u << k;
    }
    return *root;
}

/* e in this setting at `root`, inside the interval, all over which it is continuous; false: that is not known. */
static bool enclose_set(Switches *s, const Expr *e, Num root, mpfi_ptr out)
{
    const Expr *settled = set(s, e);
    if (!settled || !enclose(s->nums, settled, s->lo, s->hi, out))
        return false;
    settled = mpq_sgn(root) ? expr_moved(s->cx, s->nums, settled, EIG_VAR_Z, root, expr_var(s->cx, e->span, EIG_VAR_Z)) : settled;
    return settled && enclose(s->nums, settled, 0, 0, out);
}

static bool is_apart(mpfi_srcptr a, mpfi_srcptr b)
{
    return mpfr_less_p(&a->right, &b->left) || mpfr_less_p(&b->right, &a->left);
}

/* The limits from both sides and the value, at a place that is known exactly, are not the same: a jump however small. */
static bool is_parted_at_root(Switches *s, const Expr *e)
{
    Num root;
    unsigned setting[3];
    mpfi_t at[3];
    if (!is_one_place(s, &root, setting))
        return false;
    bool fine = true;
    for (int k = 0; k < 3; k++) {
        s->setting = setting[k];
        mpfi_init2(at[k], JET_PRECISION);
        fine = fine && enclose_set(s, e, root, at[k]);
    }
    bool yes = fine && (is_apart(at[0], at[1]) || is_apart(at[0], at[2]) || is_apart(at[1], at[2]));
    for (int k = 0; k < 3; k++)
        mpfi_clear(at[k]);
    return yes;
}

bool gap_jump(Ctx *cx, NumPool *nums, const Expr *e, double lo, double hi)
{
    Switches s = { .cx = cx, .nums = nums, .lo = lo, .hi = hi, .fine = true };
    double low[MAX_SETTINGS], high[MAX_SETTINGS];
    mpfi_t value, a, b;
    mpfi_ptr at[] = { value, a, b };
    for (int k = 0; k < 3; k++)
        mpfi_init2(at[k], JET_PRECISION);
    find_switches(&s, e);
    bool fine = s.fine && enclose(nums, e, lo, lo, a) && enclose(nums, e, hi, hi, b);
    size_t n = (size_t)1 << s.n;
    for (s.setting = 0; s.setting < n && fine; s.setting++) {
        const Expr *settled = set(&s, e);
        fine = settled && enclose(nums, settled, lo, hi, value);
        low[s.setting] = fine ? lower(value) : 0;
        high[s.setting] = fine ? upper(value) : 0;
    }
    /* A continuous function would take every value between those at the ends. */
    bool yes = fine && (is_parted(n, low, high, upper(a), lower(b)) || is_parted(n, low, high, upper(b), lower(a)));
    yes = yes || (s.fine && is_parted_at_root(&s, e));
    for (int k = 0; k < 3; k++)
        mpfi_clear(at[k]);
    return yes;
}
