/* exp, log and atan of sums of terms, and what jets know of other functions of them. */
#include "compiler/check/slope/terms/terms.h"
#include "compiler/expr/recall.h"

/* ---- exp and log ---- */

static TermsTaylor exponential(NumPool *nums)
{
    TermsTaylor f;
    long factorial = 1;
    for (int k = 0; k < TERMS_ORDER; k++) {
        f.f[k] = num_ratio(nums, 1, (unsigned long)factorial);
        factorial *= k + 1;
    }
    f.most = num_ratio(nums, 1, (unsigned long)factorial);
    f.ratio = num_ratio(nums, 1, TERMS_ORDER + 1);
    return f;
}

static bool is_plain(const FarTerm *t)
{
    return t->exact && !t->shift && !t->pis && !t->rate;
}

/* a = the exponent of *by, less what is small. False where something else in a grows. */
static bool take_line(const JetDomain *d, const Terms *a, FarTerm *by, Terms *rest)
{
    Num shift = NULL, rate = NULL;
    bool fits = true;
    mpfi_set_ui(by->c, 0);
    terms_rest(a->rest, rest);
    for (size_t k = 0; k < a->n && fits; k++) {
        const FarTerm *t = &a->term[k];
        if (terms_growth(t->power, t->rate) < 0)
            terms_add_term(d, rest, t);
        else if (is_plain(t) && !t->power)
            shift = t->exact;
        else if (is_plain(t) && mpq_cmp_ui(t->power, 1, 1) == 0)
            rate = t->exact;
        else if (terms_growth(t->power, t->rate) == 0)
            mpfi_add(by->c, by->c, t->c);
        else
            fits = false;
    }
    if (mpfi_is_zero(by->c)) {
        term_exact(by, num_int(d->nums, 1), shift, a->logs, rate);
        return fits;
    }
    if (shift)
        mpfi_add_q(by->c, by->c, shift);
    recall(mpfr_exp, by->c, by->c);
    by->exact = by->shift = NULL;
    by->pis = 0;
    by->power = a->logs;
    by->rate = rate;
    return fits && mpfi_bounded_p(by->c) && mpfi_is_strictly_pos(by->c);
}

bool terms_exp(const JetDomain *d, const Terms *a, Terms *out)
{
    FarTerm by;
    Terms rest, x;
    term_init(&by);
    terms_init(&rest);
    terms_init(&x);
    TermsTaylor f = exponential(d->nums);
    bool fits = take_line(d, a, &by, &rest) && terms_taylor(d, &f, &rest, &x);
    if (fits)
        terms_times(d, &x, &by, out);
    terms_clear(&rest);
    terms_clear(&x);
    term_clear(&by);
    return fits || terms_by_jet(d, EIG_FN_EXP, a, out);
}

/* 1 - u/2 + u^2/3 ..., which is log(1 + u)/u. */
static TermsTaylor logarithm(NumPool *nums)
{
    TermsTaylor f;
    for (int k = 0; k < TERMS_ORDER; k++)
        f.f[k] = num_ratio(nums, k % 2 ? -1 : 1, (unsigned long)k + 1);
    f.most = num_ratio(nums, 1, TERMS_ORDER + 1);
    f.ratio = num_int(nums, 1);
    return f;
}

/* log c + shift + rate y + power log y, c = exact pi^pis or some number, more in *out. */
static void add_log_of_term(const JetDomain *d, const FarTerm *t, Terms *out)
{
    FarTerm x;
    term_init(&x);
    bool is_one = t->exact && !t->pis && mpq_cmp_ui(t->exact, 1, 1) == 0;
    if (t->exact) {
        x.pis = t->pis;
        x.exact = t->exact;
        term_enclose(&x);
        x.pis = 0;
        x.exact = NULL;
    } else {
        mpfi_set(x.c, t->c);
    }
    recall(mpfr_log, x.c, x.c);
    if (!is_one)
        terms_add_term(d, out, &x);
    if (t->shift) {
        term_exact(&x, t->shift, NULL, NULL, NULL);
        terms_add_term(d, out, &x);
    }
    if (t->rate) {
        term_exact(&x, t->rate, NULL, num_int(d->nums, 1), NULL);
        terms_add_term(d, out, &x);
    }
    out->logs = scale_sum(d->nums, out->logs, t->power);
    term_clear(&x);
}

bool terms_log(const JetDomain *d, const Terms *a, Terms *out)
{
    FarTerm lead;
    Terms u, x;
    term_init(&lead);
    terms_init(&u);
    terms_init(&x);
    TermsTaylor f = logarithm(d->nums);
    bool fits = terms_apart(d, a, &lead, &u) && mpfr_sgn(&lead.c->left) > 0 && terms_taylor(d, &f, &u, &x);
    if (fits) {
        terms_mul(d, &x, &u, out);
        add_log_of_term(d, &lead, out);
    }
    terms_clear(&u);
    terms_clear(&x);
    term_clear(&lead);
    return fits;
}

/* ---- atan ---- */

/* Of a small a: atan(a)/a is 1 - t/3 + t^2/5 ... with t = a^2. */
static bool atan_of_small(const JetDomain *d, const Terms *a, Terms *out)
{
    TermsTaylor f;
    Terms t, x;
    for (int k = 0; k < TERMS_ORDER; k++)
        f.f[k] = num_ratio(d->nums, k % 2 ? -1 : 1, 2 * (unsigned long)k + 1);
    f.most = num_ratio(d->nums, 1, 2 * TERMS_ORDER + 1);
    f.ratio = num_int(d->nums, 1);
    terms_init(&t);
    terms_init(&x);
    terms_mul(d, a, a, &t);
    bool fits = terms_taylor(d, &f, &t, &x);
    if (fits)
        terms_mul(d, &x, a, out);
    terms_clear(&t);
    terms_clear(&x);
    return fits;
}

bool terms_atan(const JetDomain *d, const Terms *a, Terms *out)
{
    int growth = a->n ? terms_growth(a->term->power, a->term->rate) : -1, sign = terms_sign(d, a);
    if (growth < 0)
        return atan_of_small(d, a, out);
    if (growth == 0 || !sign)
        return false;
    Terms inverse, small;
    FarTerm quarter;
    terms_init(&inverse);
    terms_init(&small);
    term_init(&quarter);
    bool fits = terms_power(d, a, num_int(d->nums, -1), &inverse) && atan_of_small(d, &inverse, &small);
    if (fits) {
        terms_scale(d, &small, num_int(d->nums, -1), out);
        quarter.exact = num_ratio(d->nums, sign, 2);
        quarter.pis = 1;
        term_enclose(&quarter);
        terms_add_term(d, out, &quarter);
    }
    terms_clear(&inverse);
    terms_clear(&small);
    term_clear(&quarter);
    return fits;
}

/* ---- by jets ---- */

/* Exactly offset + rate y: exp has then an exact rate. */
static void read_line(const Terms *a, Jet *out)
{
    out->is_affine = a->n > 0 && !a->logs && scaled_is_zero(&a->rest[0]);
    for (size_t k = 0; k < a->n && out->is_affine; k++) {
        const FarTerm *t = &a->term[k];
        out->is_affine = is_plain(t) && (!t->power || mpq_cmp_ui(t->power, 1, 1) == 0);
        *(t->power ? &out->rate : &out->offset) = t->exact;
    }
}

bool terms_by_jet(const JetDomain *d, EigFn fn, const Terms *a, Terms *out)
{
    Walk w = { .at = d };
    Jet x, y;
    jet_init(&x);
    jet_init(&y);
    terms_jet(d, a, x.v);
    read_line(a, &x);
    jet_one_argument(&w, fn, &x, &y);
    terms_rest(y.v, out);
    jet_clear(&x);
    jet_clear(&y);
    return w.trouble == JET_FINE;
}
