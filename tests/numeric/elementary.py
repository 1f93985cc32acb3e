"""The elementary functions and the normal quantile as docs/semantics.md defines them, with the numbers that stand there and, of the quantile, in
runtime/normal_form.h; nothing else of eigc."""
import ctypes
import math
import os
import re

import mpmath
from numpy import errstate, exp as e_to, longdouble

_LIBM = ctypes.CDLL("libm.so.6")
fma = _LIBM.fma
fma.restype, fma.argtypes = ctypes.c_double, [ctypes.c_double] * 3

_PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "semantics.md")
_NUMBERS = {}
_name = None
for _line in re.search(r"### Elementary functions.*?```\n(.*?)```", open(_PAGE).read(), re.S).group(1).split("\n"):
    _words = _line.split()
    if _words and not _line.startswith(" "):
        _name = _words.pop(0)
    if _words:
        _NUMBERS.setdefault(_name, []).extend(float.fromhex(w) for w in _words)
LN2, PER_LN2, HALF_PI, PER_HALF_PI = (_NUMBERS[k] for k in ("ln2", "per_ln2", "half_pi", "per_half_pi"))


def _whole(a, b):
    return fma(a, b, 1.5 * 2.0 ** 52) - 1.5 * 2.0 ** 52


def _pair(p, j, x):
    return fma(x, p[j + 1], p[j])


def _power(x):
    """k, hi and rest of x."""
    p = _NUMBERS["exp"]
    k = _whole(x, PER_LN2[0])
    hi, lo = fma(k, -LN2[0], x), k * -LN2[1]
    r = hi + lo
    y = r * r
    w = y * y
    top = fma(w, fma(y, p[10], _pair(p, 8, r)), fma(y, _pair(p, 6, r), _pair(p, 4, r)))
    return k, hi, fma(y, fma(w, top, fma(y, _pair(p, 2, r), _pair(p, 0, r))), lo)


def _limited(x, lo, hi):
    return lo if x < lo else hi if hi < x else x


def exp(x):
    if x != x:
        return x
    k, hi, rest = _power(_limited(x, -746.0, 710.0))
    s = 1.0 + hi
    t = (hi - (s - 1.0)) + rest
    h = _whole(k, 0.5)
    first = 2.0 ** h
    return fma(t, first, s * first) * 2.0 ** (k - h)


def expm1(x):
    if x != x or abs(x) < 2.0 ** -54:
        return x
    k, hi, rest = _power(_limited(x, -40.0, 710.0))
    y = hi + rest
    low, q = (hi - y) + rest, 2.0 ** (k - 1)
    v = fma(q, y, fma(q, low, q - 0.5))
    return v + v


def exprel(x):
    if x != x:
        return x
    if abs(x) < 2.0 ** -54:
        return 1.0
    m = min(x, 718.0)
    k, hi, rest = _power(max(m, -40.0))
    y = hi + rest
    low, q = (hi - y) + rest, 2.0 ** (k - 16)
    return fma(q, y, fma(q, low, q - 2.0 ** -16)) / (m * 2.0 ** -16)


def _moment(a, b):
    x, n = longdouble(a), longdouble(b)
    total, term = longdouble(0), e_to(x) / (n + 1) if a < 0 else longdouble(1)
    for k in range(1, 400):
        before, total = total, total + (term if a < 0 else term / (n + k))
        if total == before:
            break
        term = term * (-x / (n + 1 + k) if a < 0 else x / k)
    return total


def tilted(a, b):
    if not abs(a) < math.inf:
        return 0.0 if a < 0 else 1.0 if a > 0 else a
    if abs(a) < 2 * b + 8:
        return float(_moment(a, b) / _moment(a, 0))
    with errstate(under="ignore"):
        less, m = e_to(longdouble(-abs(a))), longdouble(1)
        end = (longdouble(1) if a > 0 else -less) / (1 - less)
        for k in range(1, int(b) + 1):
            m = end - k / longdouble(a) * m
        return float(m)


def tanh(x):
    if x != x:
        return x
    a = min(abs(x), 22.0)
    k, hi, rest = _power(a + a)
    v = fma(2.0 ** k, hi + rest, 2.0 ** k - 1.0)
    return math.copysign(v / (v + 2.0), x)


def _log_of(a, less, rest):
    p = _NUMBERS["log"]
    m, e = math.frexp(a)        # in [1/2, 1)
    least = float.fromhex("0x1.6a09e667f3bcdp-1")
    if m < least:
        m, e = 2.0 * m, e - 1
    k, f = float(e) - less, m - 1.0
    s = f / (f + 2.0)
    z = s * s
    y = z * z
    value = fma(z, fma(y, fma(y, _pair(p, 5, z), _pair(p, 3, z)), _pair(p, 1, z)), p[0])
    q = (f * 0.5) * f
    return fma(k, LN2[0], f - (q - fma(s, fma(z, value, q), fma(k, LN2[1], rest))))


def _ends(a):
    return -math.inf if a == 0 else math.nan if a < 0 else a


def log(x):
    if not 0 < x < math.inf:
        return _ends(x)
    tiny = x < 2.0 ** -1022
    return _log_of(x * 2.0 ** 54 if tiny else x, 54.0 if tiny else 0.0, 0.0)


def log1p(x):
    if abs(x) < 2.0 ** -54:
        return x
    u = 1.0 + x
    if not 0 < u < math.inf:
        return _ends(u)
    of_x = u - 1.0
    lost = (1.0 - (u - of_x)) + (x - of_x)
    return _log_of(u, 0.0, lost / u)


with mpmath.workprec(1400):
    _TWO_OVER_PI = [float(int(mpmath.floor(2 / mpmath.pi * mpmath.mpf(2) ** (48 * (j + 1)))) % 2 ** 48) for j in range(25)]


def _sum(a, b):
    s = a + b
    of_b = s - a
    return s, (a - (s - of_b)) + (b - of_b)


def _near(x):
    """The multiple of pi/2, and what is left in two parts."""
    n = _whole(x, PER_HALF_PI[0])
    a, b = fma(-n, HALF_PI[0], x), -n * HALF_PI[1]
    lost = fma(-n, HALF_PI[1], -b)
    r, low = _sum(a, b)
    return int(n), r, low + fma(-n, HALF_PI[2], lost)


def _mod4(a):
    return a - 4.0 * float(round(a / 4.0))


def _far(x):
    exponent = math.frexp(x)[1] - 1
    first = 0 if exponent < 54 else (exponent - 54) // 48
    scaled, t, quarters = x * 2.0 ** (-48 * (first + 1)), [], 0
    for j in range(5):
        c = _TWO_OVER_PI[first + j]
        p = scaled * c
        t += [_mod4(p), _mod4(fma(scaled, c, -p))][: 2 if j < 4 else 1]
        scaled *= 2.0 ** -48
    for _ in range(2):
        for j in range(7, -1, -1):
            t[j], t[j + 1] = _sum(t[j], t[j + 1])
        k = round(t[0])
        t[0] -= k
        quarters += k
    hi, low = t[0] * HALF_PI[0], t[1] + t[2]
    return quarters, hi, fma(t[0], HALF_PI[0], -hi) + fma(t[0], HALF_PI[1], low * HALF_PI[0])


def _sine(x, ahead):
    if not abs(x) < math.inf:
        return math.nan
    n, r, low = _near(x) if abs(x) < 2.0 ** 20 else _far(x)
    z = r * r
    y, h = z * z, z * 0.5
    s, c = _NUMBERS["sin"], _NUMBERS["cos"]
    sine = r + fma(z * r, fma(y, fma(y, _pair(s, 4, z), _pair(s, 2, z)), _pair(s, 0, z)), fma(low, -h, low))
    w = 1.0 - h
    cosine = w + (((1.0 - w) - h) + fma(y, fma(y, fma(y, _pair(c, 4, z), _pair(c, 2, z)), _pair(c, 0, z)), r * -low))
    quadrant = (n + ahead) % 4
    value = cosine if quadrant % 2 else sine
    return -0.0 - value if quadrant >= 2 else value


def sin(x):
    return x if abs(x) < 2.0 ** -27 else _sine(x, 0)


def cos(x):
    return _sine(x, 1)


# ---- the quantile of the standard normal: middle, what c0 lost, c0, c1, ... of each piece ----

_FORM = open(os.path.join(os.path.dirname(_PAGE), "..", "runtime", "normal_form.h")).read()
_PIECES = [[float.fromhex(w) for w in re.findall(r"-?0x[0-9a-f.]+p-?\d+", block)]
           for block in re.findall(r"\{ 0x.*?\} \}", _FORM, re.S)]


def normal_quantile(u):
    m = u if u < 1.0 - u else 1.0 - u
    q = math.copysign(0.5 - m, u - 0.5)
    w = 0.0 - _log_of((4.0 * m) * (1.0 - m), 0.0, 0.0)
    s = math.sqrt(w)
    middle, low, *c = _PIECES[0] if w < 6.25 else _PIECES[1 if s < 4 else 2 if s < 6.125 else 3 if s < 12 else 4]
    v = (w if w < 6.25 else s) - middle
    c0, c = c[0], c[1:]
    total, k = (c[-1], len(c) - 2) if len(c) % 2 else (fma(c[-1], v, c[-2]), len(c) - 3)
    for k in range(k, 0, -2):
        total = fma(total, v * v, fma(c[k], v, c[k - 1]))
    return q * (c0 + fma(total, v, low))
