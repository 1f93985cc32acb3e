"""Solved rates bit for bit: what `eigc dump --model` prints of a cost by formula, read here and solved by the steps that
docs/semantics.md gives, against a run. Nothing of eigc but its output takes part."""
import ast
import ctypes
import functools
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
import slack

FOLDER = tempfile.TemporaryDirectory()
NEURONS = 667
INF, NAN, MOST = math.inf, math.nan, sys.float_info.max

# ---- the C library, and doubles as they are ----

LIBM = ctypes.CDLL("libm.so.6")


def c_function(name, n):
    f = getattr(LIBM, name)
    f.restype, f.argtypes = ctypes.c_double, [ctypes.c_double] * n
    return f


C = {name: c_function(name, 1) for name in ("atan", "sqrt", "fabs")}
C.update((name, getattr(elementary, name)) for name in ("exp", "log", "log1p", "sin", "cos", "tanh", "expm1", "exprel", "tilted"))
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


@functools.lru_cache(None)
def terms_of_moment(b, digits):
    return [1 / (mpmath.factorial(k) * (b + 1 + k)) for k in reversed(range(24))]


def moment(a, b=0):
    """The integral of t^b exp(a t) for t from 0 to 1: by parts, or beside 0 by its series."""
    if abs(a) < mpf(2)**-60:
        return functools.reduce(lambda sum_, term: sum_ * a + term, terms_of_moment(int(b), mpmath.mp.dps))
    m = mpmath.expm1(a) / a
    for k in range(1, int(b) + 1):
        m = (mpmath.exp(a) - k * m) / a
    return m


def tilted(a, b):
    return moment(a, b) / moment(a)


# ---- expressions as they are printed; a constant is exact until it meets something that is none ----

class Expression:
    """`constant` of a part is its fraction, or None; `double` is what its double is called in `lines`, a line a part that is none."""

    def __init__(self, text):
        self.text = text.replace("^", "**")
        self.tree = ast.parse(self.text, mode="eval").body
        self.lines = []
        self.prepare(self.tree)
        names, body = [line.split(" = ")[0] for line in self.lines], "".join("    %s\n" % line for line in self.lines)
        known = dict(C, over=over, power=power)
        exec("def value(x):\n%s    return %s\ndef values(x):\n%s    return dict(zip(%r, (%s)))" %
             (body, self.tree.double, body, names, "".join(name + "," for name in names)), known)
        self.value, self.values = known["value"], known["values"]

    def prepare(self, e):
        parts = [getattr(e, name) for name in ("operand", "left", "right") if hasattr(e, name)] + getattr(e, "args", [])
        for part in parts:
            self.prepare(part)
        e.constant = self.constant_of(e, parts)
        if e.constant is not None:
            e.double = repr(float(e.constant))
        elif isinstance(e, ast.Name):
            e.double = "x"
        else:
            e.double = "t%d" % len(self.lines)
            self.lines.append("%s = %s" % (e.double, self.line_of(e, [part.double for part in parts])))

    def constant_of(self, e, parts):
        if isinstance(e, ast.Constant):
            return Fraction(self.text[e.col_offset:e.end_col_offset])
        if isinstance(e, (ast.Name, ast.Call)) or None in [part.constant for part in parts]:
            return None
        if isinstance(e, ast.UnaryOp):
            return -parts[0].constant
        return parts[0].constant / parts[1].constant if isinstance(e.op, ast.Div) else None

    def line_of(self, e, parts):
        if isinstance(e, ast.UnaryOp):
            return "-(%s)" % parts[0]
        if isinstance(e, ast.Call):
            return "%s(%s)" % ({"abs": "fabs"}.get(e.func.id, e.func.id), ", ".join(parts))
        form = {ast.Add: "(%s) + (%s)", ast.Sub: "(%s) - (%s)", ast.Mult: "(%s) * (%s)", ast.Div: "over(%s, %s)", ast.Pow: "power(%s, %s)"}[type(e.op)]
        return form % tuple(parts)

    def __call__(self, x):
        return self.value(x)

    def exact(self, x):
        """To many digits, with constants that are doubles."""
        def of(e):
            if isinstance(e, ast.Constant):
                return mpf(float(e.constant))
            if isinstance(e, ast.Name):
                return mpf(x)
            if isinstance(e, ast.UnaryOp):
                return -of(e.operand)
            if isinstance(e, ast.Call):
                if e.func.id in ("exprel", "tilted"):
                    return {"exprel": moment, "tilted": tilted}[e.func.id](*(of(a) for a in e.args))
                return getattr(mpmath, {"abs": "fabs"}.get(e.func.id, e.func.id))(*(of(a) for a in e.args))
            a, b = of(e.left), of(e.right)
            return {ast.Add: lambda: a + b, ast.Sub: lambda: a - b, ast.Mult: lambda: a * b, ast.Div: lambda: a / b, ast.Pow: lambda: a**b}[type(e.op)]()
        with mpmath.workdps(340):
            return of(self.tree)

    def slack(self, x):
        """The value, and what roundings put it off by at most."""
        values = self.values(x)

        def of(e):
            if e.constant is not None or isinstance(e, ast.Name):
                return float(x if e.constant is None else e.constant), 0.0
            v = values[e.double]
            if isinstance(e, ast.UnaryOp):
                return v, of(e.operand)[1]
            if isinstance(e, ast.Call):
                a, ea = of(e.args[0])
                b, eb = of(e.args[1]) if len(e.args) > 1 else (None, None)
                return v, slack.bound(e.func.id, a, ea, b, eb, v)
            (a, ea), (b, eb) = of(e.left), of(e.right)
            if isinstance(e.op, ast.Pow):
                by_factors = e.right.constant is not None and b == math.floor(b) and abs(b) <= 4
                return v, slack.factors(a, ea, b) if by_factors else slack.power(a, ea, b, eb, v)
            return v, slack.bound({ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}[type(e.op)], a, ea, b, eb, v)
        return of(self.tree)


# ---- section 2, Solves ----

def in_order(i):
    return (2**63 - 1) ^ i if i < 0 else i


def middle(a, b):
    ia, ib = (in_order(struct.unpack("<q", struct.pack("<d", x))[0]) for x in (a, b))
    return struct.unpack("<d", struct.pack("<q", in_order((ia + ib) // 2)))[0]


GOOD, OFF, UNKNOWN = range(3)
DIGITS = float.fromhex("0x1.5bf0a8b145769p0")


def settled(y, exact, slope, x):
    """Whether y is the value, and whether it is by far."""
    if y != y:
        return OFF, True
    try:
        value = exact(x)
    except (ZeroDivisionError, ValueError, TypeError):
        return UNKNOWN, True
    if abs(y) == INF:
        return (GOOD if abs(value) > MOST and (value > 0) == (y > 0) else OFF), True
    bound = mpf(2)**-46 * abs(value) + mpf(2)**-1000
    if abs(value - y) > bound / 64:
        bound += mpf(2)**-30 * abs(mpf(x)) * abs(slope(x))
    return (GOOD if abs(value - y) <= bound else OFF), abs(value - y) <= bound / 64


class Piece:
    """Between two neighbours among kinks and ends."""

    def __init__(self, F, D, lo, hi):
        self.F, self.D, self.lo, self.hi = F, D, lo, hi

    def state(self, x):
        is_, sure = settled(self.F(x), self.F.exact, self.D.exact, x)
        for k in range(-3, 4):
            other = x * (1 + k * float.fromhex("0x1.2p-12"))
            if is_ == GOOD and not sure and self.lo < other < self.hi:
                is_ = OFF if settled(self.F(other), self.F.exact, self.D.exact, other)[0] == OFF else GOOD
        return is_

    def places(self):
        at = [s * math.ldexp(DIGITS, k) for s in (-1, 1) for k in [*range(-1, -64, -1), *range(-64, -1021, -64), *range(0, 16), *range(16, 1024, 16)]]
        at += [0.0, -math.nextafter(0, 1), math.nextafter(0, 1), -math.nextafter(MOST, 0), math.nextafter(MOST, 0)]
        for c in (self.lo, self.hi):
            if abs(c) < INF:
                at += [c + s * abs(c) * math.ldexp(DIGITS, -k) for s in (-1, 1) for k in range(1, 53, 4) if c]
                at += [math.nextafter(c, s * INF) for s in (-1, 1)]
        return sorted({x for x in at if self.lo < x < self.hi})

    def edge(self, good, off, steps):
        for _ in range(steps):
            m = middle(min(good, off), max(good, off))
            if m in (good, off):
                break
            good, off = (m, off) if self.state(m) == GOOD else (good, m)
        return good

    def states(self, at):
        state = [self.state(x) for x in at]
        for k, x in enumerate(at):
            if state[k] == UNKNOWN and (x >= 1 or -1 < x < 0) and k and (at[k - 1] < 0) == (x < 0):
                state[k] = OFF if state[k - 1] == OFF else GOOD
        for k in reversed(range(len(at))):
            if state[k] == UNKNOWN:
                state[k] = OFF if k + 1 < len(at) and (at[k + 1] < 0) == (at[k] < 0) and state[k + 1] == OFF else GOOD
        return state

    def runs(self):
        """First and last place of what is off, good ones between them up to two."""
        at = self.places()
        state, out = self.states(at), []
        for k in range(len(at)):
            if state[k] == OFF and out and k - out[-1][1] <= 3:
                out[-1][1] = k
            elif state[k] == OFF:
                out.append([k, k])
        return at, out


def is_far(x, end):
    return abs(end) == INF or (abs(end) > 1 and (x < 0) == (end < 0) and abs(end - x) > 2.0**-16 * abs(end))


class Solve:
    def __init__(self, F, D, s, lo, hi, kinks):
        self.F, self.D, self.s, self.kinks = F, D, s, kinks
        self.start, self.to = -INF, INF
        ends = [lo] + kinks + [hi]
        self.parts = [Piece(f, d, a, b) for f, d, a, b in zip(F, D, ends, ends[1:])]
        gaps = [self.gaps(p, lo, hi) for p in self.parts]
        self.nodes, above, has_above = [], None, False
        for k, n in enumerate(ends):
            before, below, has_below = self.beside(k - 1, n, gaps, INF, n == hi) if k else (n, -INF, False)
            after, next_above, has_next = self.beside(k, n, gaps, -INF, n == lo) if k + 1 < len(ends) else (n, INF, False)
            is_unknown = n in kinks and below == INF and next_above == -INF
            if n in kinks and not is_unknown:
                below, next_above = (next_above if below == INF else below), (below if next_above == -INF else next_above)
            if n in kinks and INF > below > next_above > -INF and not any(n in g for g in gaps[k - 1] + gaps[k]):
                left, right = (self.parts[j].F.slack(math.nextafter(n, end))[1] for j, end in ((k - 1, -INF), (k, INF)))
                below = next_above = next_above if right < left else below
            if k:
                self.add_gaps(self.parts[k - 1], gaps[k - 1], (above, has_above), (below, has_below))
            above, has_above = next_above, has_next
            if abs(n) < INF and not is_unknown:
                self.nodes.append((n, below, above, before, after))

    def gaps(self, p, lo, hi):
        at, runs = p.runs()
        out = []
        for first, last in runs:
            is_below, is_above = p.lo == lo and first == 0 and is_far(at[last], lo), p.hi == hi and last + 1 == len(at) and is_far(at[first], hi)
            steps = 12 if is_below or is_above else 64
            a = p.edge(at[first - 1], at[first], steps) if first else p.lo
            b = p.edge(at[last + 1], at[last], steps) if last + 1 < len(at) else p.hi
            if is_below:
                self.start = b
            if is_above:
                self.to = a
            if not is_below and not is_above:
                out.append((a, b))
        return out

    def beside(self, k, n, gaps, unknown, is_end):
        """From where on away from n values are computed, the value there or next to n, and whether a gap begins at n."""
        p, gap = self.parts[k], next((g for g in gaps[k] if n in g), None)
        def is_value(y):
            return y == y and not (y == -unknown and (is_end or n == 0))
        if not self.start < n < self.to:
            return n, unknown, gap is not None
        if not gap:
            y = p.F(math.nextafter(n, -unknown))
            return n, (y if is_value(y) else unknown), False
        end = gap[0] if unknown > 0 else gap[1]
        if abs(end - n) <= (2.0**-200 if n == 0 else 2.0**-44 * abs(n)) and is_value(p.F(end)):
            return end, p.F(end), False
        return n, float(p.F.exact(math.nextafter(n, -unknown))), True

    def add_gaps(self, p, gaps, first, last):
        for a, b in gaps:
            if (a == p.lo and not first[1]) or (b == p.hi and not last[1] and a != p.lo):
                continue
            below = first[0] if a == p.lo else math.nextafter(p.F(a), INF)
            above = math.nextafter(last[0] if b == p.hi else p.F(b), -INF)
            self.nodes.append((NAN, below, above, a, b))

    def piece(self, of, x):
        return of[next((k for k, n in enumerate(self.kinks) if x < n), len(self.kinks))]

    def __call__(self, z):
        """The solution, and whether it is sure."""
        s, a, b = self.s(z), -MOST, MOST
        if s != s:
            return s, True
        for n, below, above, before, after in self.nodes:
            if s <= above:
                if s >= below:
                    return n, True
                b = before
                break
            a = after
        x = self.search(s, a, b)
        return x, self.is_sure(x, s, a, b, self.slack_at)

    def slack_at(self, x):
        return self.piece(self.F, x).slack(x)

    def exact_at(self, x):
        return self.piece(self.F, x).exact(x), 0

    def is_sure(self, x, s, a, b, at):
        if not 2.0**-200 <= abs(x) <= 2.0**200:
            return True
        room, low, high = 2.0**-46 * abs(s) + 2.0**-1000, x - 2.0**-30 * abs(x), x + 2.0**-30 * abs(x)
        (f, e), (g, d) = at(max(low, self.start)), at(min(high, self.to))
        return (low <= a or (f - s) + e <= room) and (high >= b or (s - g) + d <= room)

    def search(self, s, a, b):
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
    "cost(x) = " + " + ".join(f"0.01 * abs(x - {k})" for k in range(200)),
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
    "cost(x) = exp(x) + exp(-x)",
    "cost(x) = 1e14 * (abs(x) - log(1 + abs(x)))",
    "cost(x) = cos(x); gain = 1e-4",
    "cost(x) = 1e18 * (x - 1 - tanh(x - 1)) on [1, 3]; gain = 1e6",
    "cost(x) = -log(sqrt(x) - 1) on [1, 5]; gain = 1e9",
    "cost(x) = 1 / x^8 on [0, inf]; gain = 10",
    "cost(x) = exprel(x)",
    "cost(x) = 0.5 * exprel(-2 * x) + 1 / exprel(3 * x - 1); gain = 3",
    "cost(x) = log(exprel(x)); gain = 200",
    "cost(x) = 7e-06 * exp(172 * x) / (1 + exp(172 * x))^2 on [-2, 3]",
]


# Costs whose terms cancel away from 0, kinks and ends, and inputs from where they do to where they do not.
STOPS = [
    ("cost(x) = 1e8 * (exp(x - 1) - x^2 / 2 - (x - 1)^3 / 6)", 0.8, 1.2),
    ("cost(x) = 1e8 * (log(x) + 1 / x - (x - 1)^2 / 2 + 2 * (x - 1)^3 / 3) on [0.9, 1.1]; threshold = 0.1; gain = 2", 0.55, 0.65),
    ("cost(x) = 1e9 * (x^2 / 2 - x - log(1 + exp(x - 1)) * 4 + 2 * x) + abs(x - 3)", 0, 2),
]


def model(cost):
    return (f"population E mixed {{ size = {NEURONS}; tau = 1; {cost}; input = (1.5 * i - 497) * abs(1.5 * i - 497) / 2500 + sin(1.5 * i) / 3; start = 0 }}\n"
            "simulate { duration = 1; method = euler; step = 1; record E, input(E) }")


def agrees(cost):
    def check():
        text = model(cost)
        rates, inputs = list(eigc.both(text, FOLDER.name).values())[1:3]
        path = os.path.join(FOLDER.name, "model.eig")
        dump = subprocess.run([eigc.EIGC, "dump", "--model", path], capture_output=True, text=True).stdout
        solve = read(dump)
        for z, x in zip(inputs[0], rates[1]):
            ours, sure = solve(float(z))
            assert struct.pack("<d", 0.0 + ours) == struct.pack("<d", x), (float(z), ours, float(x), dump)     # a step of length 1 from 0
            assert sure or solve.is_sure(float(x), solve.s(float(z)), -INF, INF, solve.exact_at), (float(z), ours)
    return check


def stops(cost, lo, hi):
    """Where terms cancel at one rate a run stops where the bound does not show the rate to be right, and nowhere else."""
    def check():
        inputs = [lo + (hi - lo) * k / 39 for k in range(40)]
        def text(given):
            return re.sub("size = [0-9]+|input = .*?;", lambda m: ("size = %d" % len(given) if m[0][0] == "s" else "input = %s;"
                          % " + ".join("(%r) * pulse(i - %d, 1)" % (z, k) for k, z in enumerate(given))), model(cost))
        path = os.path.join(FOLDER.name, "model.eig")
        with open(path, "w") as f:
            f.write(text(inputs[:1]))
        solve = read(subprocess.run([eigc.EIGC, "dump", "--model", path], capture_output=True, text=True).stdout)
        rates = {z: x if sure and x == x else None for z, (x, sure) in ((z, solve(z)) for z in inputs)}
        good, bad = [z for z in inputs if rates[z] is not None], [z for z in inputs if rates[z] is None]
        assert good and bad, rates
        assert list(eigc.both(text(good), FOLDER.name)["E"][-1]) == [rates[z] for z in good], cost
        if eigc.has_jit():
            found = eigc.swept("population A mixed { tau = 1; %s; start = 0 }" % cost, inputs, FOLDER.name)
            assert found == [rates[z] for z in inputs], (cost, found, rates)
        for k, z in enumerate(bad[::3]):
            for way in (("--reference",), ())[:2 if eigc.has_jit() and k % 3 == 0 else 1]:
                done = eigc.run(text([z]), FOLDER.name, *way)
                assert done.status == 1 and "E0890" in done.stderr, (cost, z, done.stderr)
    return check


for cost in COSTS:
    eigc.test(cost, agrees(cost))
for cost, lo, hi in STOPS:
    eigc.test("stops: " + cost, stops(cost, lo, hi))
sys.exit(eigc.failures > 0)
