/* What the roundings of an operation amount to at most, and what it makes of
 * those before it: a running error analysis (Wilkinson), operation by operation.
 * A form as runtime/elementary_form.h is, filled in with numbers
 * (runtime/slack.c), with values of LLVM (compiler/emit/slack.c), and with
 * intervals of numbers (compiler/code/sure.c). docs/semantics.md, Solves, has
 * the same rules as a table.
 *
 * Who includes it defines NUM, FORM, WITH, K, ADD, SUB, MUL, DIV, FMA, ABS,
 * SQRT, LESS, EQUAL and PICK as there, and
 *   EXP LOG              those of runtime/elementary.h
 *
 * An operation of a and b, off by up to ea and eb, has the value v as computed.
 * A bound that is a NaN is none. An infinity with a bound is an exponential
 * or a power that is beyond the doubles, but for what was added to it. */

/* Half a unit of 1, with room for the roundings of the bounds themselves; no bound is less than what underflow takes. */
#define SLACK_UNIT 0x1.001p-53
#define SLACK_LEAST 0x1p-1070
/* What is infinite is more than this; where an exponential is infinite its exponent is. */
#define SLACK_PER_INFINITE 0x1p-1020
#define SLACK_INFINITE_EXPONENT 709.7
#define SLACK_LOG_INFINITE 706.0
#define SLACK_INFINITE_EXPREL 716.2

/* What a result of v is off by that is right to n/2 units in the last place. */
static inline NUM form_slack_of(FORM double n, NUM v)
{
    return FMA(K(n * SLACK_UNIT), ABS(v), K(SLACK_LEAST));
}

static inline NUM form_least(FORM NUM a, NUM b)
{
    return PICK(LESS(a, b), a, b);
}

/* What is left of |a| where it is less by ea; not below 0. */
static inline NUM form_nearest(FORM NUM a, NUM ea)
{
    NUM left = SUB(ABS(a), ea);
    return PICK(LESS(left, K(0.0)), K(0.0), left);
}

/* a/b where b is above 0, else infinite; nothing is nothing. */
static inline NUM form_share(FORM NUM a, NUM b)
{
    NUM is = PICK(LESS(K(0.0), b), DIV(a, b), K((double)INFINITY));
    return PICK(EQUAL(a, K(0.0)), K(0.0), is);
}

static inline NUM form_slack_product(FORM NUM a, NUM ea, NUM b, NUM eb, NUM v)
{
    return FMA(ea, eb, FMA(ABS(a), eb, FMA(ABS(b), ea, form_slack_of(WITH 1, v))));
}

static inline NUM form_slack_quotient(FORM NUM a, NUM ea, NUM b, NUM eb, NUM v)
{
    NUM left = SUB(ABS(b), eb), is = DIV(FMA(ABS(v), eb, ea), left);
    NUM of_infinite = MUL(ADD(ABS(a), ea), K(SLACK_PER_INFINITE));
    is = PICK(EQUAL(ABS(b), K((double)INFINITY)), of_infinite, is);
    return ADD(PICK(LESS(eb, left), is, K((double)INFINITY)), form_slack_of(WITH 1, v));
}

static inline NUM form_slack_sum(FORM NUM ea, NUM eb, NUM v)
{
    NUM both = ADD(ea, eb);
    return PICK(EQUAL(ABS(v), K((double)INFINITY)), both, FMA(K(SLACK_UNIT), ABS(v), both));
}

/* a^n by factors: runtime/expr.c, integer_power. */
static inline NUM form_slack_factors(FORM NUM a, NUM ea, int n)
{
    NUM p = K(1.0), ep = K(0.0), q = a, eq = ea;
    for (unsigned left = (unsigned)(n < 0 ? -n : n); left;) {
        if (left & 1) {
            NUM product = MUL(p, q);
            ep = form_slack_product(WITH p, ep, q, eq, product);
            p = product;
        }
        left >>= 1;
        if (!left)
            break;
        NUM square = MUL(q, q);
        eq = form_slack_product(WITH q, eq, q, eq, square);
        q = square;
    }
    return n < 0 ? form_slack_quotient(WITH K(1.0), K(0.0), p, ep, DIV(K(1.0), p)) : ep;
}

/* a'^b' is v exp(g), |g| at most what is computed here. */
static inline NUM form_slack_power(FORM NUM a, NUM ea, NUM b, NUM eb, NUM v)
{
    NUM of_a = form_share(WITH ea, SUB(ABS(a), ea));
    NUM of_b = PICK(EQUAL(eb, K(0.0)), K(0.0), MUL(ABS(LOG(ABS(a))), eb));
    NUM g = FMA(ADD(ABS(b), eb), of_a, of_b);
    NUM none = K((double)INFINITY), is = ADD(MUL(ABS(v), FMA(g, g, g)), form_slack_of(WITH 2, v));
    NUM of_finite = PICK(LESS(g, K(1.0)), PICK(EQUAL(ABS(v), none), K(0.0), is), none);
    /* Of what is infinite: nothing to a power below 0, at most that of SLACK_PER_INFINITE; between 0 and 1 a root may be a double. */
    NUM falling = EXP(MUL(ADD(b, eb), K(SLACK_LOG_INFINITE))), rising = PICK(LESS(SUB(b, eb), K(1.0)), none, K(0.0));
    NUM of_infinite = PICK(LESS(ea, none), PICK(LESS(ADD(b, eb), K(0.0)), falling, rising), none);
    return PICK(EQUAL(ABS(a), none), of_infinite, of_finite);
}

/* Of exp(a) + rest, v: exp(a + ea) - exp(a) is at most exp(a) (ea + ea^2) for ea < 1, and exp(a + ea). */
static inline NUM form_slack_exp(FORM double n, NUM a, NUM ea, NUM v, double rest)
{
    NUM none = K((double)INFINITY), power = SUB(v, K(rest)), little = MUL(power, FMA(ea, ea, ea));
    NUM is = ADD(PICK(LESS(ea, K(1.0)), little, EXP(ADD(a, ea))), form_slack_of(WITH n, v));
    NUM of_infinite = PICK(LESS(K(SLACK_INFINITE_EXPONENT), SUB(a, ea)), K(0.0), none);
    return PICK(EQUAL(v, none), of_infinite, is);
}

/* exprel'/exprel rises, is at most 1, and at most -1/a below 0. */
static inline NUM form_slack_exprel(FORM NUM a, NUM ea, NUM v)
{
    NUM none = K((double)INFINITY), to = ADD(a, ea), below = SUB(K(0.0), to);
    NUM g = MUL(ea, PICK(LESS(K(1.0), below), DIV(K(1.0), below), K(1.0)));
    NUM is = ADD(MUL(v, PICK(LESS(g, K(1.0)), FMA(g, g, g), EXP(g))), form_slack_of(WITH 6, v));
    NUM of_infinite = PICK(LESS(K(SLACK_INFINITE_EXPREL), SUB(a, ea)), K(0.0), none);
    return PICK(EQUAL(v, none), of_infinite, is);
}

/* The slope of a mean of t^b is at most b times the variance of t, which is at most 1/12 and 1/a^2. */
static inline NUM form_slack_mean(FORM NUM a, NUM ea, NUM b, NUM v)
{
    NUM nearest = form_nearest(WITH a, ea), variance = form_least(WITH K(0.0834), DIV(K(1.0), MUL(nearest, nearest)));
    return FMA(MUL(b, variance), ea, form_slack_of(WITH 3, v));
}

static inline NUM form_slack_choice(FORM NUM a, NUM ea, NUM b, NUM eb, YES is_a)
{
    NUM both = ADD(ea, eb);
    return PICK(LESS(both, ABS(SUB(a, b))), PICK(is_a, ea, eb), both);
}

/* With n nearest to 0 and q = exp(-2 n) the slope is at most 4 q/(1 + q)^2, and what is beyond n at most 2 q. */
static inline NUM form_slack_tanh(FORM NUM a, NUM ea, NUM v)
{
    NUM q = EXP(MUL(K(-2.0), form_nearest(WITH a, ea))), p = ADD(K(1.0), q);
    NUM by_slope = MUL(ea, DIV(MUL(K(4.0), q), MUL(p, p)));
    return ADD(form_least(WITH by_slope, MUL(K(2.0), q)), form_slack_of(WITH 6, v));
}

/* The density of the normal distribution, where it is largest. */
static inline NUM form_density(FORM NUM a, NUM ea)
{
    NUM nearest = form_nearest(WITH a, ea);
    return MUL(K(0.4), EXP(MUL(K(-0.5), MUL(nearest, nearest))));
}

/* The x > 0 with x + b log(x) = a is at most exp(a/b), and its slope at most x/b and 1. */
static inline NUM form_slack_root(FORM NUM a, NUM ea, NUM b, NUM v)
{
    NUM slope = DIV(EXP(DIV(ADD(a, ea), b)), b);
    return FMA(ea, form_least(WITH K(1.0), slope), form_slack_of(WITH 4, v));
}

static inline NUM form_slack_logit_root(FORM NUM ea, NUM b, NUM v)
{
    NUM rising = form_least(WITH K(0.25), MUL(MUL(v, SUB(K(1.0), v)), EXP(ea)));
    NUM slope = PICK(LESS(b, K(0.0)), DIV(K(1.0), ADD(K(4.0), b)), rising);
    return FMA(ea, slope, form_slack_of(WITH 4, v));
}

/* For a power by factors `whole` is the exponent, else NULL. */
static inline NUM form_slack(FORM EigFn fn, NUM a, NUM ea, NUM b, NUM eb, NUM v, const double *whole)
{
    NUM none = K((double)INFINITY), zero = K(0.0);
    switch (fn) {
    case EIG_FN_ADD: case EIG_FN_SUB:
        return form_slack_sum(WITH ea, eb, v);
    case EIG_FN_MUL:   return form_slack_product(WITH a, ea, b, eb, v);
    case EIG_FN_DIV:   return form_slack_quotient(WITH a, ea, b, eb, v);
    case EIG_FN_NEG: case EIG_FN_ABS: case EIG_FN_OR_ZERO:
        return ea;
    case EIG_FN_POW:   return whole ? form_slack_factors(WITH a, ea, (int)*whole) : form_slack_power(WITH a, ea, b, eb, v);
    case EIG_FN_MIN:   return form_slack_choice(WITH a, ea, b, eb, LESS(a, b));
    case EIG_FN_MAX:   return form_slack_choice(WITH a, ea, b, eb, LESS(b, a));
    case EIG_FN_SQRT:  return FMA(K(SLACK_UNIT), v, PICK(LESS(ea, a), DIV(ea, v), SQRT(ea)));
    case EIG_FN_EXP:   return form_slack_exp(WITH 2, a, ea, v, 0);
    case EIG_FN_EXPM1: return form_slack_exp(WITH 4, a, ea, v, -1);
    case EIG_FN_EXPREL: return form_slack_exprel(WITH a, ea, v);
    case EIG_FN_EXP_MEAN: return PICK(EQUAL(eb, zero), form_slack_mean(WITH a, ea, b, v), none);
    case EIG_FN_LOG:   return ADD(form_share(WITH ea, SUB(a, ea)), form_slack_of(WITH 2, v));
    case EIG_FN_LOG1P: return ADD(form_share(WITH ea, SUB(ADD(K(1.0), a), ea)), form_slack_of(WITH 2, v));
    case EIG_FN_SIN: case EIG_FN_COS:
        return ADD(ea, form_slack_of(WITH 2, v));
    case EIG_FN_TANH:  return form_slack_tanh(WITH a, ea, v);
    case EIG_FN_ATAN: {
        NUM nearest = form_nearest(WITH a, ea);
        return ADD(DIV(ea, FMA(nearest, nearest, K(1.0))), form_slack_of(WITH 2, v));
    }
    case EIG_FN_NORMCDF: return FMA(form_density(WITH a, ea), ea, form_slack_of(WITH 4, v));
    case EIG_FN_NORMPDF: return FMA(form_density(WITH a, ea), form_least(WITH K(1.0), MUL(ADD(ABS(a), ea), ea)), form_slack_of(WITH 4, v));
    case EIG_FN_OMEGA: return form_slack_root(WITH a, ea, K(1.0), v);
    case EIG_FN_LOG_ROOT: return PICK(EQUAL(eb, zero), form_slack_root(WITH a, ea, b, v), none);
    case EIG_FN_LOGIT_ROOT: return PICK(EQUAL(eb, zero), form_slack_logit_root(WITH ea, b, v), none);
    case EIG_FN_STEP:  return PICK(EQUAL(ea, zero), zero, PICK(LESS(ea, ABS(a)), zero, none));
    case EIG_FN_FLOOR: return PICK(EQUAL(ea, zero), zero, none);
    case EIG_FN_PULSE: return PICK(EQUAL(ADD(ea, eb), zero), zero, none);
    case EIG_FN_RAMP:  return form_slack_quotient(WITH a, ea, b, eb, DIV(a, b));
    case EIG_FN_LOST_SUM: case EIG_FN_LOST_PRODUCT: case EIG_FN_LOGISTIC:
    case EIG_FN_LIFTED_LOGISTIC: case EIG_N_FNS:
        break;
    }
    return none;
}
