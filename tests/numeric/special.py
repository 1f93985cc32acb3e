"""The roots and the distribution functions as docs/semantics.md defines them (Roots; Distribution functions), step by step: a second
implementation of runtime/special.c and runtime/draw.c. numpy's longdouble is the C compiler's, and its exp and log the C library's."""
import ctypes
import math

import numpy
from numpy import longdouble as L

import elementary

_LIBM = ctypes.CDLL("libm.so.6")


def _of_library(name):
    f = getattr(_LIBM, name)
    f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double]
    return f


cexp, clog, cexpm1, erfc, lgamma = (_of_library(n) for n in ("exp", "log", "expm1", "erfc", "lgamma"))
DBL_MAX, EPS = float.fromhex("0x1.fffffffffffffp1023"), 2.0 ** -52


# ---- roots ----

def omega(a):
    if a < -2:
        x = numpy.exp(a)
    elif a < 4:
        x = numpy.exp(2 * (a - 1) / 3)
    else:
        g = numpy.log(a)
        x = a - g + g / a
    for _ in range(3):
        r = a - x - numpy.log(x)
        y = (2 * (1 + x)) * ((1 + x) + (2 * r) / 3)
        x = x * (1 + ((r / (1 + x)) * (y - r)) / (y - 2 * r))
    return x


def wright_omega(a):
    if not a > -800:
        return 0.0 if a <= -800 else a
    return a - clog(a) if a > 1e300 else float(omega(L(a)))


def log_root(a, b):
    s = L(a) / L(b)
    if s < -800:
        return 0.0
    y = omega(s - numpy.log(L(b)))
    return float(numpy.exp(s - y) if y < 1 else L(b) * y)


def _logistic(y):
    e = numpy.exp(-abs(y))
    return (L(1) if y >= 0 else e) / (1 + e)


def logit_root(a, b):
    low_half = a <= b / 2
    a, b = L(a), L(b)
    lo, hi = a - max(b, L(0)), a - min(b, L(0))
    if b > 1:
        c = a if low_half else b - a
        f = c + numpy.log(b)
        e = c if f < -60 else numpy.log(omega(f) / b)
        ends = e - L("0.01"), e + L("0.7")
        lo, hi = ends if low_half else (-ends[1], -ends[0])
    y, q = lo + (hi - lo) / 2, hi - lo
    for _ in range(200):
        x = _logistic(y)
        r = (a - y) - b * x
        if r > 0:
            lo = y
        else:
            hi = y
        z = y + r / (1 + (b * x) * (1 - x))
        if abs(z - y) <= L(2) ** -62 * (1 + abs(y)):
            return float(_logistic(z))
        if not (lo <= z <= hi and abs(z - y) <= q / 2):
            z = lo + (hi - lo) / 2
        q, y = abs(z - y), z
    return float(_logistic(y))


# ---- the gamma distribution of scale 1 ----

def _front(a, x):
    return cexp(a * clog(x) - x - lgamma(a + 1.0))


def gamma_parts(a, x):
    """P and C of x."""
    if x < a + 1.0:
        t = m = 1.0
        k = 1
        while k < 100000 and t > EPS * m:
            t *= x / (a + k)
            m += t
            k += 1
        part = _front(a, x) * m
        return part, 1.0 - part
    b, c = x + 1.0 - a, 1.0 / 2.0 ** -1022
    d = m = 1.0 / b
    for k in range(1, 100000):
        n = -k * (k - a)
        b += 2.0
        d = 1.0 / (n * d + b)
        c = b + n / c
        m *= c * d
        if abs(c * d - 1.0) < EPS:
            break
    rest = _front(a, x) * a * m
    return 1.0 - rest, rest


def _over(a, b):
    """a / b as IEEE 754 has it."""
    return a / b if b else math.nan if a == 0 or a != a else math.copysign(math.inf, a)


def _next_between(y, lo, hi):
    return y if lo < y < hi else lo + 0.5 * (hi - lo)


def gamma_lower_quantile(a, u):
    lo, hi = 0.0, a + 1.0
    x = min(cexp((clog(u) + lgamma(a + 1.0)) / a), hi)
    if x == 0:
        return 0.0
    for _ in range(200):
        p = gamma_parts(a, x)[0]
        lo, hi = (x, hi) if p < u else (lo, x)
        y = _next_between(x * cexp(-_over(p, a * _front(a, x)) * clog(p / u)), lo, hi)
        if abs(y - x) <= 2 * EPS * x or y in (lo, hi):
            return y
        x = y
    return x


def gamma_quantile(a, u):
    if u < 2.0 ** -54:
        return gamma_lower_quantile(a, u)
    def excess(x):
        part, rest = gamma_parts(a, x)
        return part - u if u < 0.5 else (1.0 - u) - rest
    lo, hi = 0.0, a + 1.0
    while excess(hi) < 0.0 and hi < DBL_MAX / 4:
        hi *= 2.0
    x = min(cexp((clog(u) + lgamma(a + 1.0)) / a), hi)
    if x == 0:
        return 0.0
    for _ in range(200):
        e = excess(x)
        lo, hi = (x, hi) if e < 0.0 else (lo, x)
        y = _next_between(x - _over(e * x, a * _front(a, x)), lo, hi)
        if abs(y - x) <= 2 * EPS * x or y in (lo, hi):
            return y
        x = y
    return x


def gamma_upper_quantile(a, s):
    lo, hi = 0.0, a + 1.0
    while gamma_parts(a, hi)[1] > s and hi < DBL_MAX / 4:
        lo, hi = hi, hi * 2.0
    x = lo + 0.5 * (hi - lo)
    for _ in range(200):
        q = gamma_parts(a, x)[1]
        lo, hi = (x, hi) if q > s else (lo, x)
        y = _next_between(x + _over(q * x, a * _front(a, x)) * clog(q / s), lo, hi)
        if abs(y - x) <= 2 * EPS * x or y in (lo, hi):
            return y
        x = y
    return x


# ---- all of them: F, S, Q and R of a distribution with the parameters a, b ----

def _normal_below(x):
    return 0.5 * erfc(-x * 0.70710678118654752)


def functions(name, a, b=0.0):
    N = elementary.normal_quantile
    if name == "uniform":
        return (lambda x: min(max((x - a) / (b - a), 0.0), 1.0), lambda x: min(max((b - x) / (b - a), 0.0), 1.0),
                lambda u: a + (b - a) * u, lambda s: b - (b - a) * s)
    if name == "normal":
        return (lambda x: _normal_below((x - a) / b), lambda x: _normal_below((a - x) / b), lambda u: a + b * N(u), lambda s: a - b * N(s))
    if name == "lognormal":
        return (lambda x: 0.0 if x <= 0 else _normal_below(math.inf if x == math.inf else clog(x / a) / b),
                lambda x: _normal_below(-clog(x / a) / b),
                lambda u: a * elementary.exp(b * N(u)), lambda s: a * elementary.exp(-b * N(s)))
    if name == "exponential":
        return (lambda x: 0.0 if x <= 0 else -cexpm1(-x / a), lambda x: elementary.exp(-x / a),
                lambda u: -a * elementary.log1p(-u), lambda s: -a * elementary.log(s))
    return (lambda x: 0.0 if x <= 0 else 1.0 if x == math.inf else gamma_parts(a, x / b)[0],
            lambda x: 0.0 if x == math.inf else gamma_parts(a, x / b)[1],
            lambda u: b * gamma_quantile(a, u), lambda s: b * gamma_upper_quantile(a, s))


def truncated(name, a, b, lo, hi, u):
    F, S, Q, R = functions(name, a, b)
    p = F(lo)
    if p > 0.5:
        s = S(lo)
        r = s - u * (s - S(hi))
        x = hi if r <= 0.0 else R(r)
    else:
        r = p + u * (F(hi) - p)
        x = lo if r <= 0.0 else Q(min(r, 1.0 - 2.0 ** -53))
    x = lo if lo > x else x
    return hi if hi < x else x
