/* The elementary functions as straight lines of operations, each of which
 * rounds once: no branch and no table, so that a loop over neurons is one
 * over vectors and the bits are the same in every lane and on
 * every machine. Not a header but a form, filled in twice: with numbers
 * (runtime/elementary.c) and with values of LLVM (compiler/emit/elementary.c).
 *
 * Who includes it defines
 *   NUM, INT, YES        a number, 64 bits, a truth value
 *   FORM, WITH           the first parameter and argument of every function, with its comma, or nothing
 *   K(c) W(c)            constants, a double and 64 bits
 *   ADD SUB MUL DIV FMA  correctly rounded; FMA(a, b, c) = a b + c, rounded once
 *   ABS SIGN(a, b)       |a|; |a| with the sign of b
 *   LESS(a, b) EQUAL     false where one is a NaN
 *   PICK(yes, a, b)      a where yes, else b
 *   BITS(a) OF_BITS(w)   the 64 bits of a number, and back
 *   BY_PRODUCT           of two ways to the same bits, true for the one that waits less and false for the one with fewer numbers at hand
 *   IADD ISUB SHL(w, n) SHR(w, n) BIT(w, n)   of 64 bits; SHR keeps the sign; BIT is a truth value
 *
 * The polynomials and the quotient are those of runtime/elementary.sollya. What each function
 * is off by at most is said in runtime/elementary.h. */

/* Added to a whole number |k| < 2^51, k is the low bits of the sum. */
#define FORM_SHIFT 0x1.8p52

#define FORM_LN2_HI 0x1.62e42fefa4p-1       /* 41 bits after the point: whole multiples up to 2^12 are exact */
#define FORM_LN2_LO -0x1.8432a1b0e2634p-43
#define FORM_PER_LN2 0x1.71547652b82fep0

/* The sum of two numbers and what its rounding took (Knuth). */
typedef struct FORM_PAIR {
    NUM hi, lo;
} FORM_PAIR;

static inline FORM_PAIR form_sum(FORM NUM a, NUM b)
{
    NUM s = ADD(a, b), of_b = SUB(s, a);
    return (FORM_PAIR){ s, ADD(SUB(a, SUB(s, of_b)), SUB(b, of_b)) };
}

/* 2^k for k in [-1022, 1023], the low bits of `shifted`. */
static inline NUM form_two_to_low(FORM NUM shifted)
{
    return OF_BITS(IADD(SHL(BITS(shifted), 52), W(0x3ff0000000000000)));
}

/* b + 2^k a, k the low bits of `shifted`, where a and 2^k a are normal numbers. */
static inline NUM form_plus_lifted(FORM NUM b, NUM a, NUM shifted)
{
    return BY_PRODUCT ? FMA(a, form_two_to_low(WITH shifted), b) : ADD(b, OF_BITS(IADD(BITS(a), SHL(BITS(shifted), 52))));
}

/* 2^k for whole k in [-1022, 1023]. */
static inline NUM form_two_to(FORM NUM k)
{
    return form_two_to_low(WITH ADD(k, K(FORM_SHIFT)));
}

/* ---- exponentials ---- */

#define FORM_EXP_NEAR 708.0

/* x = k ln 2 + hi + lo with |hi| <= ln(2)/2, and exp(hi + lo) - 1 = hi + rest. k is the low bits of `shifted` too. */
typedef struct FORM_POWER {
    NUM shifted, k, hi, rest;
} FORM_POWER;

static inline FORM_POWER form_power(FORM NUM x)
{
    NUM shifted = FMA(x, K(FORM_PER_LN2), K(FORM_SHIFT)), k = SUB(shifted, K(FORM_SHIFT));
    NUM hi = FMA(k, K(-FORM_LN2_HI), x), lo = MUL(k, K(-FORM_LN2_LO)), r = ADD(hi, lo);
    NUM r2 = MUL(r, r), r4 = MUL(r2, r2);
    NUM p01 = FMA(r, K(0x1.5555555555557p-3), K(0.5));
    NUM p23 = FMA(r, K(0x1.111111111005p-7), K(0x1.5555555555557p-5));
    NUM p45 = FMA(r, K(0x1.a01a01ac1e913p-13), K(0x1.6c16c16c156a5p-10));
    NUM p67 = FMA(r, K(0x1.71de01aacddadp-19), K(0x1.a01a01ab9885dp-16));
    NUM p89 = FMA(r, K(0x1.af4ecf3058e9fp-26), K(0x1.27e4cfaefcfe4p-22));
    NUM p8 = FMA(r2, K(0x1.1f86f0df0b557p-29), p89);
    NUM p = FMA(r4, FMA(r4, p8, FMA(r2, p67, p45)), FMA(r2, p23, p01));
    return (FORM_POWER){ shifted, k, hi, FMA(r2, p, lo) };
}

/* exp(hi + lo) is s + t, s = 1 + hi rounded. Two factors for 2^k, as a result below the normal numbers rounds in the last product. */
static inline NUM form_exp(FORM NUM x)
{
    NUM low = PICK(LESS(x, K(-746.0)), K(-746.0), x);
    FORM_POWER e = form_power(WITH PICK(LESS(K(710.0), low), K(710.0), low));
    NUM half = SUB(FMA(e.k, K(0.5), K(FORM_SHIFT)), K(FORM_SHIFT));
    NUM s = ADD(K(1.0), e.hi), t = ADD(SUB(e.hi, SUB(s, K(1.0))), e.rest), two_to = form_two_to(WITH half);
    return MUL(FMA(t, two_to, MUL(s, two_to)), form_two_to(WITH SUB(e.k, half)));
}

/* The same for |x| < FORM_EXP_NEAR, where nothing on the way leaves the normal numbers. */
static inline NUM form_exp_near(FORM NUM x)
{
    FORM_POWER e = form_power(WITH x);
    NUM s = ADD(K(1.0), e.hi), t = ADD(SUB(e.hi, SUB(s, K(1.0))), e.rest), two_to = form_two_to_low(WITH e.shifted);
    return FMA(t, two_to, MUL(s, two_to));
}

/* 2^k (1 + y) - 1 = (2^k - 1) + 2^k y, for x in [-40, 709]; a half of it where 2^k is beyond the numbers. */
static inline NUM form_expm1(FORM NUM x)
{
    NUM low = PICK(LESS(x, K(-40.0)), K(-40.0), x);
    FORM_POWER e = form_power(WITH PICK(LESS(K(710.0), low), K(710.0), low));
    NUM y = ADD(e.hi, e.rest), lost = ADD(SUB(e.hi, y), e.rest);
    NUM half = form_two_to(WITH SUB(e.k, K(1.0)));
    NUM v = FMA(half, y, FMA(half, lost, SUB(half, K(0.5))));
    return PICK(LESS(ABS(x), K(0x1p-54)), x, ADD(v, v));
}

/* expm1(2 |x|) / (expm1(2 |x|) + 2); beyond 22 it rounds to 1. */
static inline NUM form_tanh(FORM NUM x)
{
    NUM a = ABS(x), most = PICK(LESS(K(22.0), a), K(22.0), a);
    FORM_POWER e = form_power(WITH ADD(most, most));
    NUM y = ADD(e.hi, e.rest), two_to = form_two_to_low(WITH e.shifted);
    NUM v = FMA(two_to, y, SUB(two_to, K(1.0)));
    return SIGN(DIV(v, ADD(v, K(2.0))), x);
}

/* ---- the logistic function ---- */

#define FORM_LOGISTIC_NEAR 708.0
#define FORM_LOGISTIC_REST 1.0

/* exp(-(a + rest)) = 2^k p / q, k the low bits of `shifted` too. */
typedef struct FORM_ODDS {
    NUM shifted, k, p, q;
} FORM_ODDS;

/* -a = k ln 2 + r: exp(r) is a quotient of numbers next to 1, and 1/(1 + exp(r)) a quotient of sums of these. */
static inline FORM_ODDS form_odds(FORM NUM a, NUM rest)
{
    NUM shifted = FMA(a, K(-FORM_PER_LN2), K(FORM_SHIFT)), k = SUB(shifted, K(FORM_SHIFT));
    NUM minus_r = ADD(FMA(k, K(FORM_LN2_HI), a), FMA(k, K(FORM_LN2_LO), rest)), r = SUB(K(-0.0), minus_r);
    NUM r2 = MUL(minus_r, minus_r);
    NUM even = FMA(r2, FMA(r2, K(0x1.03fc10e507f41p-10), K(0x1.c7194a285363bp-4)), K(1.0));
    NUM odd = FMA(r2, FMA(r2, K(0x1.1530deb4daddap-15), K(0x1.c70fd34bf85acp-7)), K(0.5));
    return (FORM_ODDS){ shifted, k, FMA(r, odd, even), FMA(minus_r, odd, even) };
}

/* lift q / (q + 2^k p), k the low bits of `shifted`. */
static inline NUM form_share_of(FORM double lift, NUM q, NUM p, NUM shifted)
{
    return DIV(lift == 1 ? q : MUL(q, K(lift)), form_plus_lifted(WITH q, p, shifted));
}

/* `lift`, a power of two, times the logistic function; for |a| < FORM_LOGISTIC_NEAR and |rest| < FORM_LOGISTIC_REST. */
static inline NUM form_logistic_near(FORM double lift, NUM a, NUM rest)
{
    FORM_ODDS o = form_odds(WITH a, rest);
    return form_share_of(WITH lift, o.q, o.p, o.shifted);
}

/* A result below the normal numbers rounds in the last product. A rest that is large, or no number, belongs to an a far out. */
static inline NUM form_logistic(FORM double lift, NUM a, NUM rest)
{
    NUM low = PICK(LESS(a, K(-840.0)), K(-840.0), a);
    FORM_ODDS o = form_odds(WITH PICK(LESS(K(FORM_LOGISTIC_NEAR), low), K(FORM_LOGISTIC_NEAR), low),
                            PICK(LESS(ABS(rest), K(FORM_LOGISTIC_REST)), rest, K(0.0)));
    NUM beyond = SUB(o.k, K(1021.0)), less = PICK(LESS(K(0.0), beyond), beyond, K(0.0));
    NUM share = form_share_of(WITH lift, o.q, o.p, SUB(o.shifted, less));
    return MUL(share, form_two_to_low(WITH SUB(K(FORM_SHIFT), less)));
}

/* ---- logarithms ---- */

/* log(a) + rest for a normal and above 0. The fraction is in [sqrt(1/2), sqrt(2)), so k = 0 around 1. */
static inline NUM form_log_of(FORM NUM a, NUM exponent, NUM rest)
{
    INT shifted = SHR(ISUB(BITS(a), W(0x3fe6a09e667f3bcd)), 52);
    NUM near = SUB(OF_BITS(IADD(shifted, W(0x4338000000000000))), K(FORM_SHIFT)), k = ADD(near, exponent);
    NUM f = SUB(OF_BITS(ISUB(BITS(a), SHL(shifted, 52))), K(1.0));
    NUM s = DIV(f, ADD(f, K(2.0))), z = MUL(s, s), z2 = MUL(z, z);
    NUM p12 = FMA(z, K(0x1.2492492dfa851p-2), K(0x1.99999999952c1p-2));
    NUM p34 = FMA(z, K(0x1.7462b8b39d4f3p-3), K(0x1.c71c62d7cab9ep-3));
    NUM p56 = FMA(z, K(0x1.2b5e9b39f3c9ap-3), K(0x1.39fddafd487d8p-3));
    NUM p = FMA(z, FMA(z2, FMA(z2, p56, p34), p12), K(0x1.5555555555558p-1));
    NUM half_f2 = MUL(MUL(f, K(0.5)), f);
    NUM small = FMA(s, FMA(z, p, half_f2), FMA(k, K(FORM_LN2_LO), rest));
    return FMA(k, K(FORM_LN2_HI), SUB(f, SUB(half_f2, small)));
}

/* What log(a) is where `value` is not meant: a is 0, below 0, infinite or a NaN. */
static inline NUM form_log_ends(FORM NUM a, NUM value)
{
    NUM end = PICK(EQUAL(a, K(0.0)), K(-INFINITY), PICK(LESS(a, K(0.0)), K(NAN), a));
    return PICK(LESS(K(0.0), a), PICK(LESS(a, K(INFINITY)), value, end), end);
}

/* Of normal numbers above 0. */
static inline NUM form_log_near(FORM NUM x)
{
    return form_log_of(WITH x, K(0.0), K(0.0));
}

static inline NUM form_log(FORM NUM x)
{
    YES tiny = LESS(x, K(0x1p-1022));
    NUM value = form_log_of(WITH PICK(tiny, MUL(x, K(0x1p54)), x), PICK(tiny, K(-54.0), K(0.0)), K(0.0));
    return form_log_ends(WITH x, value);
}

/* log(u) + lost / u with 1 + x = u + lost. */
static inline NUM form_log1p(FORM NUM x)
{
    FORM_PAIR u = form_sum(WITH K(1.0), x);
    NUM value = form_log_ends(WITH u.hi, form_log_of(WITH u.hi, K(0.0), DIV(u.lo, u.hi)));
    return PICK(LESS(ABS(x), K(0x1p-54)), x, value);
}

/* ---- sine and cosine ---- */

/* An angle as (4 n + quadrant) pi/2 + hi + lo, |hi| <= pi/4: the quadrant is the low bits of q. */
typedef struct FORM_TURN {
    INT q;
    NUM hi, lo;
} FORM_TURN;

/* Below EIG_SINE_NEAR in size; three parts of pi/2 carry what any such double needs. The difference hi is exact. */
static inline FORM_TURN form_turn(FORM NUM x)
{
    NUM k = SUB(FMA(x, K(0x1.45f306dc9c883p-1), K(FORM_SHIFT)), K(FORM_SHIFT)), minus_k = SUB(K(0.0), k);
    NUM a = FMA(minus_k, K(0x1.921fb54442d18p0), x);
    NUM b = MUL(minus_k, K(0x1.1a62633145c07p-54)), b_lost = FMA(minus_k, K(0x1.1a62633145c07p-54), SUB(K(0.0), b));
    FORM_PAIR r = form_sum(WITH a, b);
    return (FORM_TURN){ BITS(ADD(k, K(FORM_SHIFT))), r.hi,
                        ADD(r.lo, FMA(minus_k, K(-0x1.f1976b7ed8fbcp-110), b_lost)) };
}

/* The sine of the angle, or of that a quarter of a turn ahead. */
static inline NUM form_sine_of(FORM FORM_TURN t, int ahead)
{
    NUM z = MUL(t.hi, t.hi), z2 = MUL(z, z), half = MUL(z, K(0.5));
    NUM s01 = FMA(z, K(0x1.1111111110c83p-7), K(-0x1.5555555555555p-3));
    NUM s23 = FMA(z, K(0x1.71de37b1d3398p-19), K(-0x1.a01a019ea134dp-13));
    NUM s45 = FMA(z, K(0x1.5e119388216acp-33), K(-0x1.ae60210e407fap-26));
    NUM s = FMA(z2, FMA(z2, s45, s23), s01);
    NUM sine = ADD(t.hi, FMA(MUL(z, t.hi), s, FMA(t.lo, SUB(K(0.0), half), t.lo)));
    NUM c01 = FMA(z, K(-0x1.6c16c16c168ccp-10), K(0x1.5555555555555p-5));
    NUM c23 = FMA(z, K(-0x1.27e4fa0371482p-22), K(0x1.a01a019f38b18p-16));
    NUM c45 = FMA(z, K(-0x1.9073d8c03ad0dp-37), K(0x1.1eeb585601c4bp-29));
    NUM c = FMA(z2, FMA(z2, c45, c23), c01);
    NUM one = SUB(K(1.0), half), rest = SUB(SUB(K(1.0), one), half);
    NUM cosine = ADD(one, ADD(rest, FMA(z2, c, MUL(t.hi, SUB(K(0.0), t.lo)))));
    INT q = IADD(t.q, W(ahead));
    NUM value = PICK(BIT(q, 0), cosine, sine);
    return PICK(BIT(q, 1), SUB(K(-0.0), value), value);
}

/* Of angles below EIG_SINE_NEAR. */
static inline NUM form_sin(FORM NUM x)
{
    return PICK(LESS(ABS(x), K(0x1p-27)), x, form_sine_of(WITH form_turn(WITH x), 0));
}

static inline NUM form_cos(FORM NUM x)
{
    return form_sine_of(WITH form_turn(WITH x), 1);
}
