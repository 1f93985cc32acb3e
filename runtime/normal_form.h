/* The quantile of the standard normal, a form as runtime/elementary_form.h is,
 * which comes before it; who includes it defines besides
 *   SQRT MIN             MIN(a, b) = a < b ? a : b
 *
 * With m the smaller of u and 1 - u and w = -log(4 m (1 - m)) the quantile is
 * (u - 1/2) f(w): the centre, w < 6.25, has all but one in five hundred u's, and
 * f is a polynomial of w there, of sqrt(w) in the tails. Their numbers are made
 * by runtime/normal.py. */

enum { NORMAL_CENTRE_DEGREE = 24, NORMAL_TAIL_DEGREE = 20 };
#define NORMAL_CENTRE_TO 6.25           /* of w */
#define NORMAL_TAIL_TO 6.125            /* of sqrt(w): u = 2^-55 is before it */

/* f = c[0] + low + c[1] v + c[2] v^2 + ..., v what is left of middle. */
static const struct NormalCentre {
    double middle, low, c[NORMAL_CENTRE_DEGREE + 1];
} normal_centre =
    { 0x1.9p1, 0x1.564a72cc6d86dp-53,
      {
          0x1.2b57ec65a8009p2, 0x1.5bc94440cc7ecp-1, -0x1.179b257405d9cp-6, -0x1.12994fbb846d5p-9,
          0x1.14e8fc42825bcp-11, -0x1.49627602929bfp-15, -0x1.032ee39d34b4dp-18, 0x1.4186be851f364p-20,
          -0x1.6125ad059a6f7p-24, -0x1.8faf52d5f9efap-27, 0x1.98a60007fd0b6p-29, -0x1.50c1f186ec7bdp-33,
          -0x1.42e6ae9abf4b1p-35, 0x1.05c7d862c3c21p-37, -0x1.010d750819b5ap-42, -0x1.fdc77fabf457cp-44,
          0x1.4c471617e7dfcp-46, -0x1.00f9b9141b235p-53, -0x1.8e58ab670cd8ap-52, 0x1.94a3c7528ceap-55,
          0x1.fb25dac98f775p-60, -0x1.21f7b27b2f56ep-60, 0x1.0b09de3300716p-64, 0x1.554be03161704p-67,
          -0x1.33294645ba9c7p-70,
      } };

/* sqrt(w) to 4, to NORMAL_TAIL_TO; and those that only the smallest doubles reach, to 12, to 27.5 */
static const struct NormalTail {
    double middle, low, c[NORMAL_TAIL_DEGREE + 1];
} normal_tail[4] = {
    { 0x1.ap1, 0x1.49b497b3e4f42p-51,
      {
          0x1.171f182e77876p3, 0x1.6bf14fa6fc348p1, 0x1.f1c95c5e738b2p-7, -0x1.5bab4c3ae05a7p-7,
          0x1.cdd2bb96b03ccp-8, -0x1.38f1f694bddc1p-8, 0x1.616921a7eed6ep-9, -0x1.073ea049a167ap-10,
          0x1.1d17b77257dcfp-14, 0x1.950e013ca3297p-13, -0x1.18b07725c54acp-13, 0x1.27c09809b887cp-15,
          0x1.1651f01905727p-17, -0x1.7a44ba43d4e4p-17, 0x1.1939cfc0eeb21p-18, -0x1.4f7e4baafd004p-24,
          -0x1.74c9fffd25861p-21, 0x1.8fa0f14b2bea5p-22, -0x1.fc23bbe64d3b3p-25, -0x1.73dc29a025003p-25,
          0x1.753244da71d59p-26,
      } },
    { 0x1.44p2, 0x1.763ff7bb83f93p-58,
      {
          0x1.bcadb1526b065p3, 0x1.6dc2bb97360b6p1, -0x1.06ecccb361441p-11, -0x1.23ce1096754a6p-11,
          0x1.9fd1690a099f2p-13, -0x1.ac9263f9af5d2p-15, 0x1.8692be2eaf969p-17, -0x1.50cfdf759a46ap-19,
          0x1.28ff34e6b129dp-21, -0x1.3dc8fc013f40dp-23, 0x1.ee6c7e663efc7p-25, -0x1.f5782af1f2889p-26,
          0x1.0510415868c97p-26, -0x1.e9f0ab62140f5p-28, 0x1.8505957e6a3a5p-29, -0x1.ea7768b550c8ap-31,
          0x1.a1cd99d841af9p-33, 0x1.14858e1059179p-40, -0x1.d7d43d111e03ep-36, 0x1.dce82aa521385p-37,
          -0x1.6b768d28c5edcp-39,
      } },
    { 0x1.22p3, 0x1.a0d664838a033p-50,
      {
          0x1.94e7505da1bbep4, 0x1.6c74b08cbbb1p1, -0x1.2c5b08670b21cp-10, 0x1.e62a9abe22fbbp-15,
          -0x1.acc428a5027aep-21, -0x1.a908621b8881ap-22, 0x1.74bda3b582441p-24, -0x1.cec229073f82dp-27,
          0x1.f94ae55876b3bp-30, -0x1.01ca6e58fcc08p-32, 0x1.f835d71e0135fp-36, -0x1.debc864162cfdp-39,
          0x1.bc721f5557149p-42, -0x1.94865c235f656p-45, 0x1.6b7248f4f757p-48, -0x1.49a4e37d09833p-51,
          0x1.2069607dd956fp-54, -0x1.9c5884bd8816ap-58, 0x1.6488f951b19e7p-61, -0x1.2782816fd2176p-63,
          0x1.eb35b977388b6p-67,
      } },
    { 0x1.3cp4, 0x1.547d9899da835p-49,
      {
          0x1.bd40097193bc5p5, 0x1.6ae7e57a8ddcdp1, -0x1.0813a89f3ebd5p-12, 0x1.44dd36175ce25p-17,
          -0x1.9174874250f31p-22, 0x1.e8dcd480d47e6p-27, -0x1.1f2a9c0dfdd2bp-31, 0x1.3a74ac7309273p-36,
          -0x1.2861f364c6af8p-41, 0x1.5d8e9cd5f4b58p-47, 0x1.3f557224a229p-52, -0x1.c7f8c505f0663p-55,
          0x1.2fac9df019b0dp-58, -0x1.4087e6fb7dcf2p-62, 0x1.445790da7c0e2p-66, -0x1.805df6a2886f9p-70,
          0x1.5d377c2e6288ep-74, -0x1.ee734112a926dp-81, 0x1.fbccd2c7eb3e7p-85, -0x1.0aba038a9dc1dp-85,
          0x1.c5a7ba49f7fecp-90,
      } },
};

typedef struct FORM_NORMAL {
    NUM q, w;               /* u - 1/2 and -log(4 m (1 - m)) */
} FORM_NORMAL;

static inline FORM_NORMAL form_normal(FORM NUM u)
{
    NUM m = MIN(u, SUB(K(1.0), u)), q = SUB(K(0.5), m);
    NUM w = SUB(K(0.0), form_log_of(WITH MUL(MUL(K(4.0), m), SUB(K(1.0), m)), K(0.0), K(0.0)));
    return (FORM_NORMAL){ SIGN(q, SUB(u, K(0.5))), w };
}

/* c1 + c2 v + ... of the n numbers at c, in pairs. */
static inline NUM form_pairs(FORM const NUM *c, int n, NUM v)
{
    NUM v2 = MUL(v, v), sum = n % 2 ? c[n - 1] : FMA(c[n - 1], v, c[n - 2]);
    for (int k = n - 2 - (n + 1) % 2; k > 0; k -= 2)
        sum = FMA(sum, v2, FMA(c[k], v, c[k - 1]));
    return sum;
}

static inline NUM form_normal_centre(FORM FORM_NORMAL at)
{
    NUM c[NORMAL_CENTRE_DEGREE], v = SUB(at.w, K(normal_centre.middle));
    for (int k = 0; k < NORMAL_CENTRE_DEGREE; k++)
        c[k] = K(normal_centre.c[k + 1]);
    NUM rest = form_pairs(WITH c, NORMAL_CENTRE_DEGREE, v);
    return MUL(at.q, ADD(K(normal_centre.c[0]), FMA(rest, v, K(normal_centre.low))));
}

/* One of two neighbouring tails, `from` and the next; `between` is where they meet. */
static inline NUM form_normal_tail(FORM FORM_NORMAL at, int from, double between)
{
    const struct NormalTail *a = &normal_tail[from], *b = a + 1;
    NUM s = SQRT(at.w), c[NORMAL_TAIL_DEGREE];
    YES first = LESS(s, K(between));
    NUM v = SUB(s, PICK(first, K(a->middle), K(b->middle)));
    for (int k = 0; k < NORMAL_TAIL_DEGREE; k++)
        c[k] = PICK(first, K(a->c[k + 1]), K(b->c[k + 1]));
    NUM rest = form_pairs(WITH c, NORMAL_TAIL_DEGREE, v);
    return MUL(at.q, ADD(PICK(first, K(a->c[0]), K(b->c[0])), FMA(rest, v, PICK(first, K(a->low), K(b->low)))));
}
