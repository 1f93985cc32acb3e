"""What a param of ranges is of a model's own ones, for tests/second_checker.py: read from docs/certificate.md alone. Values of the
functions are enclosed by series in whole numbers; a bound of an error is that of so many units of the last place."""
from math import isqrt

from rational import Fraction

SLACK = 1 << 12                 # units of the last place: each series has less than 4000 terms, of which each is rounded down once
LARGE = Fraction(2) ** 1000
LEAST = Fraction(1, 1 << 1074)


def places(x):
    """Binary places behind the point: more for numbers near 0, which keep their digits."""
    return 320 + max(0, x.denominator.bit_length() - abs(x.numerator).bit_length()) if x else 320


def fixed(x, bits):
    return (x.numerator << bits) // x.denominator


def series(first, ratio, bits):
    """From below: first + first ratio(1) + ...: what ratio(i) makes of a term, both in units."""
    total, term, i = first, first, 0
    while term:
        i += 1
        term = ratio(term, i)
        total += term
    return total


def between(units, bits, slack=SLACK):
    return Fraction(units, 1 << bits), Fraction(units + slack, 1 << bits)


def exp(x):
    if x < 0:
        lo, hi = exp(-x)
        return 1 / hi, 1 / lo
    halvings = (x.numerator // x.denominator).bit_length() + 1
    bits = places(x) + 2 * halvings + 40
    r = fixed(x / (1 << halvings), bits)
    one = 1 << bits
    lo = series(one, lambda term, i: term * r // (one * i), bits)
    hi = lo + SLACK
    for _ in range(halvings):
        lo, hi = lo * lo >> bits, (hi * hi >> bits) + 1
    return Fraction(lo, one), Fraction(hi, one)


def odd_series(t, sign, bits):
    """t + sign t^3/3 + t^5/5 + ..., 0 <= t <= 1/2: terms of one sign each, from below; the other by as much off."""
    one, x = 1 << bits, fixed(t, bits)
    total, power, k = 0, x, 1
    while power:
        total += (sign if k % 4 == 3 else 1) * (power // k)
        power = power * x // one * x // one
        k += 2
    return Fraction(total - SLACK, one), Fraction(total + SLACK, one)


def log(x):
    shift = 0 if 2 * x > 1 and x < 2 else x.numerator.bit_length() - x.denominator.bit_length()
    m = x / Fraction(2) ** shift
    t = (m - 1) / (m + 1)
    lo, hi = odd_series(abs(t), 1, places(t))
    if t < 0:
        lo, hi = -hi, -lo
    a, b = odd_series(Fraction(1, 3), 1, 340)
    two = sorted((2 * shift * a, 2 * shift * b))
    return 2 * lo + two[0], 2 * hi + two[1]


def sqrt(x):
    root = isqrt(x.numerator * x.denominator << 800)
    return Fraction(root, x.denominator << 400), Fraction(root + 1, x.denominator << 400)


def atan(x):
    if x < 0:
        lo, hi = atan(-x)
        return -hi, -lo
    if x > 1:
        lo, hi = atan(1 / x)
        quarter = [atan(Fraction(1))[k] * 2 for k in range(2)]
        return quarter[0] - hi, quarter[1] - lo
    if 2 * x > 1:               # atan(1/2) + atan of what is left
        left = (x - Fraction(1, 2)) / (1 + x / 2)
        (a, b), (c, d) = odd_series(Fraction(1, 2), -1, 340), odd_series(left, -1, places(left))
        return a + c, b + d
    return odd_series(x, -1, places(x))


def tanh(x):
    if x < 0:
        lo, hi = tanh(-x)
        return -hi, -lo
    return tuple((e - 1) / (e + 1) for e in exp(2 * x))


def pi():
    return tuple(4 * x for x in atan(Fraction(1)))


def normcdf(x):
    """1/2 and exp(-x^2/2)/sqrt(2 pi) (x + x^3/3 + x^5/(3 5) + ...), or less that."""
    size = abs(x)
    if size > 39:
        return (1 - LEAST, Fraction(1)) if x > 0 else (Fraction(0), LEAST)
    bits = places(x) + int(size * size) + 40
    one, y = 1 << bits, fixed(size, bits)
    lo, hi = between(series(y, lambda term, i: term * y // one * y // (one * (2 * i + 1)), bits), bits, SLACK << int(size * size) + 4)
    e, p = exp(size * size / 2), pi()
    lo, hi = lo / e[1] / sqrt(2 * p[1])[1], hi / e[0] / sqrt(2 * p[0])[0]
    return (Fraction(1, 2) + lo, Fraction(1, 2) + hi) if x > 0 else (Fraction(1, 2) - hi, Fraction(1, 2) - lo)


def density(x):
    """Of the normal distribution, of |x|; of large ones from above."""
    if x > 39:
        return Fraction(0), LEAST
    e, p = exp(x * x / 2), pi()
    return 1 / e[1] / sqrt(2 * p[1])[1], 1 / e[0] / sqrt(2 * p[0])[0]


def guarded_exp(x):
    return (Fraction(0), LEAST) if x < -1000 else exp(x) if x <= 1000 else None


def guarded_expm1(x):
    y = guarded_exp(x)
    return y and tuple(z - 1 for z in y)


def guarded_tanh(x):
    if abs(x) > 1000:
        y = 1 - LEAST, Fraction(1)
        return y if x > 0 else (-y[1], -y[0])
    return tanh(x)


FUNCTIONS = {           # name: enclosure, least argument (not itself, but of sqrt), whether it is never below 0
    "exp": (guarded_exp, None, True), "log": (log, 0, False), "log1p": (lambda x: log(1 + x), -1, False),
    "expm1": (guarded_expm1, None, False), "sqrt": (sqrt, 0, True), "tanh": (guarded_tanh, None, False),
    "atan": (atan, None, False), "normcdf": (normcdf, None, True),
}


def enclosed(name, x):
    """The function at x; None where it has no value, or a large one."""
    function, least, _ = FUNCTIONS[name]
    if least is not None and (x < least or (x == least and name != "sqrt")):
        return None
    y = function(x)
    return None if y is None or max(abs(y[0]), abs(y[1])) >= LARGE else y


def function_values(name, x, clamped):
    """Of all functions that are off by 2^-52 of their value and 2^-1074; clamped: not below 0 where the function never is."""
    lo, hi = enclosed(name, x[0]), enclosed(name, x[1])
    if lo is None or hi is None:
        return None
    lower, upper = lo[0] - abs(lo[0]) / (1 << 52) - LEAST, hi[1] + abs(hi[1]) / (1 << 52) + LEAST
    return max(lower, Fraction(0)) if clamped and FUNCTIONS[name][2] else lower, upper


def function_slopes(name, x):
    """Of a function off by a factor in 1 -+ 2^-52, and a constant; None where they are not known."""
    a, b = x
    far, near = max(abs(a), abs(b)), Fraction(0) if a <= 0 <= b else min(abs(a), abs(b))
    if name in ("exp", "expm1"):
        lo, hi = enclosed("exp", a), enclosed("exp", b)
        y = None if lo is None or hi is None else (lo[0], hi[1])
    elif name in ("log", "log1p"):
        c = name == "log1p"
        y = (1 / (b + c), 1 / (a + c)) if a + c > 0 else None
    elif name == "sqrt":
        y = (1 / (2 * sqrt(b)[1]), 1 / (2 * sqrt(a)[0])) if a > 0 else None
    elif name == "atan":
        y = 1 / (1 + far * far), 1 / (1 + near * near)
    elif name == "tanh":
        y = 1 - guarded_tanh(far)[1] ** 2, 1 - guarded_tanh(near)[0] ** 2
    else:
        y = density(far)[0], density(near)[1]
    return y and (y[0] - abs(y[0]) / (1 << 52), y[1] + abs(y[1]) / (1 << 52))


# ---- formulas ------------------------------------------------------------------

def read(f, count, number, need, depth=1):
    """A tree of tuples, and how many factors its numbers are as long as."""
    need(depth <= 32, "a param nested too deep")
    if isinstance(f, str):
        return ("number", number(f)), 1
    if isinstance(f, int) and not isinstance(f, bool):
        need(0 <= f < count, "no such own param")
        return ("param", f), 1
    need(isinstance(f, dict) and len(f) == 1, "not one key")
    (key, value), = f.items()
    if key in ("sum", "product"):
        need(isinstance(value, list) and 1 <= len(value) <= 256, "no sum or product")
        parts = [read(x, count, number, need, depth + 1) for x in value]
        need(sum(d for _, d in parts) <= 256, "numbers that are too long")
        return (key, [x for x, _ in parts]), sum(d for _, d in parts)
    if key == "power":
        need(isinstance(value, list) and len(value) == 2, "no power")
        e = value[1]
        need(isinstance(e, int) and not isinstance(e, bool) and 1 <= abs(e) <= 64, "no exponent")
        part, degree = read(value[0], count, number, need, depth + 1)
        need(degree * abs(e) <= 256, "exponents that are too large together")
        return (key, part, e), degree * abs(e)
    need(key in FUNCTIONS, "no such function")
    return ("function", key, read(value, count, number, need, depth + 1)[0]), 1


NOTHING = Fraction(0), Fraction(0)


def times(x, y):
    ends = [a * b for a in x for b in y]
    return min(ends), max(ends)


def plus(x, y):
    return x[0] + y[0], x[1] + y[1]


def power(x, e):
    if e < 0 and x[0] <= 0 <= x[1]:
        return None
    ends = sorted(y ** e for y in x)
    return Fraction(0) if e and e % 2 == 0 and x[0] <= 0 <= x[1] else ends[0], ends[1]


def look(f, lo, hi, clamped, along=None):
    """An interval of values, and one of slopes along an own param; None where there are none."""
    if f[0] == "number":
        return (f[1], f[1]), NOTHING
    if f[0] == "param":
        return (lo[f[1]], hi[f[1]]), (Fraction(f[1] == along),) * 2
    if f[0] in ("sum", "product"):
        value, slope = (Fraction(f[0] == "product"),) * 2, NOTHING
        for part in f[1]:
            found = look(part, lo, hi, clamped, along)
            if found is None:
                return None
            x, dx = found
            if f[0] == "sum":
                value, slope = plus(value, x), plus(slope, dx)
            else:
                value, slope = times(value, x), plus(times(slope, x), times(value, dx))
        return value, slope
    found = look(f[2] if f[0] == "function" else f[1], lo, hi, clamped, along)
    if found is None:
        return None
    x, dx = found
    if f[0] == "function":
        value = function_values(f[1], x, clamped)
        factor = NOTHING if along is None or dx == NOTHING else function_slopes(f[1], x)
    else:
        value = power(x, f[2])
        factor = NOTHING if along is None else power(x, f[2] - 1)
        factor = factor and tuple(f[2] * y for y in factor)
    return None if value is None or factor is None else (value, times(dx, (min(factor), max(factor))))


def values(f, lo, hi):
    """The least and the largest that it may be for own params in a box; None where it is not seen to have a value everywhere. Whatever
    functions are off by, that held fixed, it rises or falls along a param as its slope says, and the mean value theorem holds."""
    found = look(f, lo, hi, True)
    if found is None or found[0][0] == found[0][1]:
        return found and found[0]
    slopes = [look(f, lo, hi, False, k) for k in range(len(lo))]
    slopes = [x and x[1] for x in slopes]
    best = list(found[0])
    for side, better in ((0, max), (1, min)):
        box = []
        for a, b, slope in zip(lo, hi, slopes):
            rises, falls = slope is not None and slope[0] >= 0, slope is not None and slope[1] <= 0
            end = b if rises == (side == 1) else a
            box.append((end, end) if rises or falls else (a, b))
        found = look(f, [a for a, _ in box], [b for _, b in box], False)
        if found:
            best[side] = better(best[side], found[0][side])
        if all(a == b or slope is not None for (a, b), slope in zip(box, slopes)):
            middle = [(a + b) / 2 for a, b in box]
            found = look(f, middle, middle, False)
            change = sum((b - a) / 2 * max(abs(slope[0]), abs(slope[1])) for (a, b), slope in zip(box, slopes) if a < b)
            if found:
                best[side] = better(best[side], found[0][side] + (change if side else -change))
    return tuple(best)
