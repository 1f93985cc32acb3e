/* exprel(x) = (exp(x) - 1)/x, a form as runtime/elementary_form.h is, which
 * comes before it. */

#define FORM_EXPREL_SCALE 0x1p-16

/* expm1(x) is 2^k (1 + y) - 1 as there, by a scale of its own that keeps it within the doubles where its quotient by x is: that is
 * beyond them from 716.4 on. It is the divisor that undoes the scale, so that one rounding is all that a quotient below
 * the normal numbers has. */
static inline NUM form_exprel(FORM NUM x)
{
    NUM most = PICK(LESS(K(718.0), x), K(718.0), x);
    FORM_POWER e = form_power(WITH PICK(LESS(most, K(-40.0)), K(-40.0), most));
    NUM y = ADD(e.hi, e.rest), lost = ADD(SUB(e.hi, y), e.rest);
    NUM two_to = form_two_to(WITH SUB(e.k, K(16.0)));
    NUM v = FMA(two_to, y, FMA(two_to, lost, SUB(two_to, K(FORM_EXPREL_SCALE))));
    return PICK(LESS(ABS(x), K(0x1p-54)), K(1.0), DIV(v, MUL(most, K(FORM_EXPREL_SCALE))));
}
