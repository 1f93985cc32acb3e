"""Solved rates bit for bit: what `eigc dump --model` prints of a cost by formula, read here and solved by the steps that
docs/semantics.md gives, against a run. Nothing of eigc but its output takes part."""
import ast
import ctypes
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
from fractions import Fraction

import mpmath
from mpmath import mpf

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import eigc
import elementary

FOLDER = tempfile.TemporaryDirectory()
NEURONS = 1000
INF, NAN, MOST = math.inf, math.nan, sys.float_info.max

# ---- the C library, and doubles as they are ----

LIBM = ctypes.CDLL("libm.so.6")


def c_function(name, n):
    f = getattr(LIBM, name)
    f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double] * n
    return f


C = {name: c_function(name, 1) for name in ("atan", "sqrt", "fabs")}
C.update((name, getattr(elementary, name)) for name in ("exp", "log", "log1p", "sin", "cos", "tanh", "expm1"))
C_POW = c_function("pow", 2)


def over(a, b):
    if b != 0:
        return a / b
    return NAN if a == 0 or a != a else math.copysign(INF, a) * math.copysign(1.0, b)


def power(a, b):
    if b != math.floor(b) or abs(b) > 4:
        return C_POW(a, b)
    n, p, q = int(abs(b)), 1.0, a
    while n:
        if n & 1:
            p = p * q
        n >>= 1
        if n:
            q = q * q
    return 1.0 / p if b < 0 else p


# ---- expressions as they are printed; a constant is exact until it meets something that is none ----

class Expression:
    def __init__(self, text):
        self.text = text.replace("^", "**")
        self.tree = ast.parse(self.text, mode="eval").body

    def __call__(self, x):
        return float(self.value(self.tree, x))

    def exact(self, x):
        """To many digits, with constants that are doubles."""
        def of(e):
            if isinstance(e, ast.Constant):
                return mpf(float(Fraction(self.text[e.col_offset:e.end_col_offset])))
            if isinstance(e, ast.Name):
                return mpf(x)
            if isinstance(e, ast.UnaryOp):
                return -of(e.operand)
            if isinstance(e, ast.Call):
                return getattr(mpmath, {"abs": "fabs"}.get(e.func.id, e.func.id))(*(of(a) for a in e.args))
            a, b = of(e.left), of(e.right)
            return {ast.Add: lambda: a + b, ast.Sub: lambda: a - b, ast.Mult: lambda: a * b, ast.Div: lambda: a / b, ast.Pow: lambda: a**b}[type(e.op)]()
        with mpmath.workdps(60):
            return of(self.tree)

    def value(self, e, x):
        if isinstance(e, ast.Constant):
            return Fraction(self.text[e.col_offset:e.end_col_offset])
        if isinstance(e, ast.Name):
            return x
        if isinstance(e, ast.UnaryOp):
            return -self.value(e.operand, x)
        if isinstance(e, ast.Call):
            name = {"abs": "fabs"}.get(e.func.id, e.func.id)
            return C[name](*(float(self.value(a, x)) for a in e.args))
        a, b = self.value(e.left, x), self.value(e.right, x)
        if isinstance(e.op, ast.Div) and isinstance(a, Fraction) and isinstance(b, Fraction):
            return a / b
        a, b = float(a), float(b)
        return {ast.Add: lambda: a + b, ast.Sub: lambda: a - b, ast.Mult: lambda: a * b, ast.Div: lambda: over(a, b),
                ast.Pow: lambda: power(a, b)}[type(e.op)]()


# ---- section 2, Solves ----

def in_order(i):
    return (2**63 - 1) ^ i if i < 0 else i


def middle(a, b):
    ia, ib = (in_order(struct.unpack("<q", struct.pack("<d", x))[0]) for x in (a, b))
    return struct.unpack("<d", struct.pack("<q", in_order((ia + ib) // 2)))[0]


def is_off(F, x):
    y, exact = F(x), F.exact(x)
    if abs(y) == INF:
        return abs(exact) <= MOST
    return abs(exact - y) > mpf(2)**-24 * (abs(exact) + abs(mpf(x)))


def beside(F, n, end, unknown, is_end):
    """Where the value beside n is taken, as the search has it, and that value."""
    def is_value(y):
        return y == y and not (y == -unknown and (is_end or n == 0))
    def is_good(x):
        return is_value(F(x)) and not is_off(F, x)
    if n != 0:
        y = F(math.nextafter(n, -unknown))
        return n, (y if is_value(y) else unknown)
    bad, good = 0.0, math.copysign(min(2.0**-200, abs(math.nextafter(end, 0))), -unknown)
    first = math.nextafter(0, good)
    if is_good(first):
        return n, F(first)
    if good == 0 or not is_good(good):
        return n, unknown
    while (x := middle(min(bad, good), max(bad, good))) not in (bad, good):
        bad, good = (bad, x) if is_good(x) else (x, good)
    return good, F(good)


class Solve:
    def __init__(self, F, D, s, lo, hi, kinks):
        self.F, self.D, self.s, self.kinks = F, D, s, kinks
        self.to = self.reach_to(max(1.0, math.nextafter(lo, INF)), math.nextafter(hi, -INF)) if hi > 1 else INF
        self.start = self.reach_to(min(-1.0, math.nextafter(hi, -INF)), math.nextafter(lo, INF)) if lo < -1 else -INF
        ends = [lo] + kinks + [hi]
        self.nodes = []
        for k, n in enumerate(ends):
            before, below = beside(F[k - 1], n, ends[k - 1], INF, n == hi) if k else (n, -INF)
            after, above = beside(F[k], n, ends[k + 1], -INF, n == lo) if k + 1 < len(ends) else (n, INF)
            if not self.start < n < self.to:
                below, above = INF if k else -INF, -INF if k + 1 < len(ends) else INF
            is_unknown = n in kinks and below == INF and above == -INF
            if n in kinks and not is_unknown:
                below, above = (above if below == INF else below), (below if above == -INF else above)
            if abs(n) < INF and not is_unknown:
                self.nodes.append((n, below, above, before, after))

    def piece(self, of, x):
        return of[next((k for k, n in enumerate(self.kinks) if x < n), len(self.kinks))]

    def reach_to(self, first, last):
        def is_good(x):
            return not is_off(self.piece(self.F, x), x)
        last, good, k = max(min(last, MOST), -MOST), first, 1
        if not is_good(first):
            return 0.0
        while abs(good) < abs(last):
            x = math.copysign(min(2.0**k if k < 1024 else INF, abs(last)), last)
            k += 1 if k < 16 else 16
            if abs(x) <= abs(good):
                continue
            if not is_good(x):
                for _ in range(12):
                    m = middle(min(good, x), max(good, x))
                    good, x = (m, x) if is_good(m) else (good, m)
                return good
            good = x
        return math.copysign(INF, last)

    def __call__(self, z):
        s, a, b = self.s(z), -MOST, MOST
        if s != s:
            return s
        for n, below, above, before, after in self.nodes:
            if s <= above:
                if s >= below:
                    return n
                b = before
                break
            a = after
        x, q, guessed = s if a < s < b else middle(a, b), INF, {}
        for k in range(200):
            r, inside = self.piece(self.F, x)(x) - s, self.start <= x <= self.to
            if r == 0 and inside:
                return x
            high = x > self.to or (x >= self.start and (r > 0 or (r != r and x > 0)))
            guessed[high] = r != r or abs(r) == INF or not inside
            a, b = (a, x) if high else (x, b)
            d = self.piece(self.D, x)(x)
            y, m = x - over(r, d), middle(a, b)
            y = y if inside else NAN
            sound = 0 < d < INF
            if y == x and sound:
                return x
            if m == a:
                return NAN if any(guessed.values()) else x
            if a < y < b and sound and abs(y - x) <= 2.0**-52 * abs(x):
                return y
            if a < y < b and k < 64 and abs(r) <= 0.5 * q:
                x = y
            else:
                x = 0.5 * a + 0.5 * b if k % 2 and k < 64 else m
            q = abs(r)
        return x


def pieces(text):
    """`a up to 0, then b`: the expressions, and what is between."""
    parts = text.split(", then ")
    kinks = [float(Fraction(p.rsplit(" up to ", 1)[1])) for p in parts[:-1]]
    return [Expression(p.rsplit(" up to ", 1)[0] if k < len(parts) - 1 else p) for k, p in enumerate(parts)], kinks


def end(text):
    return float(text) if "inf" in text else float(Fraction(text))


def read(dump):
    phi = re.search(r"^  phi\(z\) = solve\((.*) = (.*) on \[(.*), (.*)\]\)$", dump, re.M)
    (F, kinks), (D, same) = pieces(phi[1]), pieces(re.search(r"^    D\(x\) = (.*)$", dump, re.M)[1])
    assert kinks == same and len(F) == len(D)
    return Solve(F, D, Expression(phi[2]), end(phi[3]), end(phi[4]), kinks)


COSTS = [
    "cost(x) = x^4",
    "cost(x) = 0.3 * (x * log(x) + (1 - x) * log(1 - x)) on [0, 1]; gain = 2; threshold = 0.1",
    "cost(x) = 0.5 * abs(x - 0.3) + max(abs(x) - 1, 0)^2 + 2^x",
    "cost(x) = -x^2 / 2 + x * log(x) on [0, inf]",
    "cost(x) = x^2.5 / 7 + exp(x / 3) on [0, 20]; gain = 3",
    "cost(x) = 0.1 * sqrt(1 + x^2) + cos(x) / 3; threshold = -0.2",
    "cost(x) = x * sqrt(x) + exp(-x) on [0, 4]",
    "cost(x) = exp(-1 / x) on [0, inf]",
    "cost(x) = x * log(x / (1 + x)) + max(x - 1, 0) on [0, 3]; gain = 40; threshold = -5",
    "cost(x) = sqrt(x^4 + x^6) + 0.1 * abs(x) on [-2, inf]",
    "cost(x) = log((exp(x) + exp(-x)) / 2)",
    "cost(x) = x / (1 + exp(-x)); gain = 10",
    "cost(x) = sqrt(1 + log(1 + exp(x) + exp(3 * x - 1))); threshold = 1; gain = 20",
    "cost(x) = -3 * sqrt(x) + 0.1 * x^2 / (1 + x) on [0, inf]",
    "cost(x) = -sqrt(-x) + 0.1 * x^2 / (1 - x) on [-inf, 0]; gain = 0.01",
    "cost(x) = 7e-06 * exp(172 * x) / (1 + exp(172 * x))^2 on [-2, 3]",
]


def model(cost):
    return (f"population E mixed {{ size = {NEURONS}; tau = 1; {cost}; input = (i - 497) * abs(i - 497) / 2500 + sin(i) / 3; start = 0 }}\n"
            "simulate { duration = 1; method = euler; step = 1; record E, input(E) }")


def agrees(cost):
    def check():
        text = model(cost)
        rates, inputs = list(eigc.both(text, FOLDER.name).values())[1:3]
        path = os.path.join(FOLDER.name, "model.eig")
        dump = subprocess.run([eigc.EIGC, "dump", "--model", path], capture_output=True, text=True).stdout
        solve = read(dump)
        for z, x in zip(inputs[0], rates[1]):
            ours = 0.0 + solve(float(z))        # a step of length 1 from 0
            assert struct.pack("<d", ours) == struct.pack("<d", x), (float(z), ours, float(x), dump)
    return check


for cost in COSTS:
    eigc.test(cost, agrees(cost))
sys.exit(eigc.failures > 0)
