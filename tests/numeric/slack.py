"""What roundings put a value off by at most, by the table of docs/semantics.md, Solves: a second implementation."""
import math

from elementary import exp, fma, log

INF = math.inf
UNIT, LEAST = float.fromhex("0x1.001p-53"), 2.0**-1070


def over(a, b):
    if b != 0:
        return a / b
    return math.nan if a == 0 or a != a else math.copysign(INF, a) * math.copysign(1.0, b)


def least(a, b):
    return a if a < b else b


def r(n, v):
    return fma(n * UNIT, abs(v), LEAST)


def n(a, ea):
    return 0.0 if abs(a) - ea < 0 else abs(a) - ea


def share(a, b):
    return 0.0 if a == 0 else over(a, b) if b > 0 else INF


def total(ea, eb, v):
    return ea + eb if abs(v) == INF else fma(UNIT, abs(v), ea + eb)


def product(a, ea, b, eb, v):
    return fma(ea, eb, fma(abs(a), eb, fma(abs(b), ea, r(1, v))))


def quotient(a, ea, b, eb, v):
    left = abs(b) - eb
    of = (abs(a) + ea) * 2.0**-1020 if abs(b) == INF else over(fma(abs(v), eb, ea), left)
    return (of if eb < left else INF) + r(1, v)


def factors(a, ea, whole):
    p, ep, q, eq, k = 1.0, 0.0, a, ea, int(abs(whole))
    while k:
        if k & 1:
            p, ep = p * q, product(p, ep, q, eq, p * q)
        k >>= 1
        if k:
            q, eq = q * q, product(q, eq, q, eq, q * q)
    return quotient(1.0, 0.0, p, ep, over(1.0, p)) if whole < 0 else ep


def power(a, ea, b, eb, v):
    if abs(a) == INF:
        return exp((b + eb) * 706.0) if b + eb < 0 else INF if b - eb < 1 else 0.0
    g = fma(abs(b) + eb, share(ea, abs(a) - ea), 0.0 if eb == 0 else abs(log(abs(a))) * eb)
    return INF if not g < 1 else 0.0 if abs(v) == INF else abs(v) * fma(g, g, g) + r(2, v)


def exponential(units, a, ea, v, rest):
    if v == INF:
        return 0.0 if a - ea > 709.7 else INF
    return ((v - rest) * fma(ea, ea, ea) if ea < 1 else exp(a + ea)) + r(units, v)


def exprel(a, ea, v):
    if v == INF:
        return 0.0 if a - ea > 716.2 else INF
    d = 0.0 - (a + ea)
    g = ea * (1.0 / d if 1.0 < d else 1.0)
    return v * (fma(g, g, g) if g < 1 else exp(g)) + r(6, v)


def tilted(a, ea, b, v):
    near = n(a, ea)
    return fma(b * least(0.0834, over(1.0, near * near)), ea, r(3, v))


def tanh(a, ea, v):
    q = exp(-2 * n(a, ea))
    p = 1 + q
    return least(ea * (4 * q / (p * p)), 2 * q) + r(6, v)


def choice(a, ea, b, eb, is_a):
    return (ea if is_a else eb) if abs(a - b) > ea + eb else ea + eb


def bound(name, a, ea, b, eb, v):
    """Of one operation but a power; b and eb are None where it has one argument."""
    return {
        "+": lambda: total(ea, eb, v), "-": lambda: total(ea, eb, v), "*": lambda: product(a, ea, b, eb, v), "/": lambda: quotient(a, ea, b, eb, v),
        "neg": lambda: ea, "abs": lambda: ea, "min": lambda: choice(a, ea, b, eb, a < b), "max": lambda: choice(a, ea, b, eb, b < a),
        "sqrt": lambda: fma(UNIT, v, ea / v if ea < a else math.sqrt(ea)),
        "exp": lambda: exponential(2, a, ea, v, 0.0), "expm1": lambda: exponential(4, a, ea, v, -1.0),
        "exprel": lambda: exprel(a, ea, v), "tilted": lambda: tilted(a, ea, b, v),
        "log": lambda: share(ea, a - ea) + r(2, v), "log1p": lambda: share(ea, (1 + a) - ea) + r(2, v),
        "sin": lambda: ea + r(2, v), "cos": lambda: ea + r(2, v), "tanh": lambda: tanh(a, ea, v),
        "atan": lambda: ea / fma(n(a, ea), n(a, ea), 1.0) + r(2, v),
    }[name]()
