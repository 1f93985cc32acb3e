#!/usr/bin/python3
"""The polynomials of runtime/normal_form.h, with their errors: `/usr/bin/python3 runtime/normal.py`.

With m the smaller of u and 1 - u and w = -log(4 m (1 - m)), the quantile of the standard normal is (u - 1/2) f(w). f is
interpolated in Chebyshev's points by polynomials of w near the centre and of sqrt(w) in the tails. (Sollya, which makes the
other polynomials, has no inverse of erf.)
"""
from mpmath import cos, erfc, exp, log, mp, mpf, pi, sqrt

mp.prec = 240
#         name, degree, from, to, whether of sqrt(w)
PIECES = (("CENTRE", 24, 0, 6.25, False), ("TAIL0", 20, 2.5, 4, True), ("TAIL1", 20, 4, 6.125, True),
          ("TAIL2", 20, 6.125, 12, True), ("TAIL3", 20, 12, 27.5, True))


def ratio(w):
    """f(w), by Newton's method for the tail erfc(x/sqrt(2))/2 = m."""
    if w < mpf(2) ** -80:
        return sqrt(2 * pi)
    t = exp(-w)
    q = sqrt(1 - t) / 2
    m = t / 4 / (mpf(1) / 2 + q)
    x = mpf(0)
    for _ in range(2000):
        step = (erfc(x / sqrt(2)) / 2 - m) * exp(x * x / 2) * sqrt(2 * pi)
        x += step
        if abs(step) < mpf(2) ** -200 * x:
            break
    return x / q


def interpolate(xs, ys):
    """Coefficients of the polynomial through the points."""
    c = list(ys)
    for j in range(1, len(c)):
        for i in range(len(c) - 1, j - 1, -1):
            c[i] = (c[i] - c[i - 1]) / (xs[i] - xs[i - j])
    p = [c[-1]]
    for i in range(len(c) - 2, -1, -1):
        q = [mpf(0)] * (len(p) + 1)
        for k, a in enumerate(p):
            q[k + 1] += a
            q[k] -= a * xs[i]
        q[0] += c[i]
        p = q
    return p


for name, n, lo, hi, of_root in PIECES:
    middle, half = mpf(lo + hi) / 2, mpf(hi - lo) / 2
    value = (lambda v: ratio((middle + v) ** 2)) if of_root else (lambda v: ratio(middle + v))
    points = [half * cos(pi * (2 * k + 1) / (2 * (n + 1))) for k in range(n + 1)]
    p = interpolate(points, [value(v) for v in points])
    doubles = [float(a) for a in p]
    low = float(p[0] - mpf(doubles[0]))
    worst = mpf(0)
    for k in range(101):
        v = half * (mpf(2) * k / 100 - 1)
        near = mpf(low) + sum(mpf(a) * v ** j for j, a in enumerate(doubles))
        worst = max(worst, abs(near / value(v) - 1))
    print(name, "middle", float(middle).hex(), "to 2^", mp.nstr(log(worst) / log(2), 4))
    print(low.hex())
    for a in doubles:
        print(a.hex())
