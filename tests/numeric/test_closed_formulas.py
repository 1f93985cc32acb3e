"""Costs by formula that have a closed prox: parabolas that meet anywhere in fractions, logarithms and cubics in 120 digits, to four
units in the last place, with gains and thresholds that are no doubles, steps of the prox and numbers of each neuron's own."""
import math
import os
import random
import subprocess
import sys
import tempfile
from fractions import Fraction

import mpmath

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import eigc

FOLDER = tempfile.TemporaryDirectory()
NUMBERS = [Fraction(*x) for x in ((1, 3), (3, 10), (1, 1), (1, 4), (2, 1), (5, 7), (17, 10), (1, 1000), (100, 3), (1, 10))]
PLACES = NUMBERS + [-x for x in NUMBERS] + [Fraction(0)]
GAINS, THRESHOLDS = [Fraction(1), Fraction(1), Fraction(1, 3), Fraction(17, 10)], [Fraction(0), Fraction(0), Fraction(1, 10), Fraction(-7, 3)]
ULPS = 4
mpmath.mp.dps = 120
rng = random.Random(5)


def is_solved(population):
    done = subprocess.run([eigc.EIGC, "dump", "--plan", "-"], input=population + "simulate { duration = 1; method = euler; step = 1 }\n",
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + population
    return "solve(" in done.stdout


def rates(cost, more, inputs):
    population = ("population A mixed { tau = 1; size = %d; cost(x) = %s; %s; input = %s }\n"
                  % (len(inputs), cost, more, " + ".join("(%r) * pulse(i - %d, 1)" % (s, k) for k, s in enumerate(inputs))))
    assert not is_solved(population), (cost, more)
    arrays = eigc.both(population + "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n", FOLDER.name)
    return [float(x) for x in arrays["A"][-1]]


def real(x):
    return mpmath.mpf(x.numerator) / x.denominator if isinstance(x, Fraction) else mpmath.mpf(x)


def near(cost, more, inputs, phi):
    """phi: of the input as a fraction, a fraction or a real number."""
    for s, got in zip(inputs, rates(cost, more, inputs)):
        exact = real(phi(Fraction(s)))
        assert abs(got - exact) <= ULPS * math.ulp(float(exact)), (cost, more, s, got, float(exact))


def written(gain, threshold):
    return "gain = %s; threshold = %s" % (gain, threshold)


def beside(x):
    return [float(x), math.nextafter(x, math.inf), math.nextafter(x, -math.inf), x * (1 + 1e-9), float(x) - 1e-12]


def anywhere():
    return [0.0, 1e300, -1e300, 1e-300, 1e17, -1e17] + [rng.uniform(-5, 5) for _ in range(10)] + \
           [rng.uniform(-1, 1) * 10 ** rng.uniform(-8, 8) for _ in range(10)]


def ends(lo, hi):
    return " on [%s, %s]" % ("-inf" if lo is None else lo, "inf" if hi is None else hi)


# ---- parabolas ----

def pieces():
    """A cost, and x + g' = o + r x in pieces (lo, hi, o, r)."""
    tilt, a = rng.choice(PLACES), rng.choice([0, 0, Fraction(1, 3), Fraction(-1, 2), 2])
    terms, bends = ["(%s) * x + (%s) * x^2 / 2" % (tilt, a)], []
    for c in sorted(rng.sample(PLACES, rng.randint(1, 7))):
        kind, w, v, u = rng.randint(0, 3), rng.choice(NUMBERS), rng.choice(NUMBERS), rng.choice(NUMBERS)
        w, v, u = (w if kind in (0, 2) else 0), (v if kind in (1, 2) else 0), (u if kind == 3 else 0)
        terms += ["(%s) * abs(x - (%s))" % (w, c)] * (w != 0) + ["(%s) * max(x - (%s), 0)^2" % (v, c)] * (v != 0)
        terms += ["(%s) * max(0, (%s) - x)^2" % (u, c)] * (u != 0)
        bends.append((c, w, v, u))
    lo, hi = (x if rng.random() < 0.3 else None for x in sorted(rng.sample(PLACES, 2)))
    cuts = [lo] + [b[0] for b in bends if (lo is None or b[0] > lo) and (hi is None or b[0] < hi)] + [hi]
    lines = []
    for p, q in zip(cuts, cuts[1:]):
        inside = (p + q) / 2 if p is not None and q is not None else p + 1 if p is not None else q - 1 if q is not None else 0
        o, r = tilt, 1 + a
        for c, w, v, u in bends:
            o, r = (o + w - 2 * v * c, r + 2 * v) if inside > c else (o - w - 2 * u * c, r + 2 * u)
        lines.append((p, q, o, r))
    return " + ".join(terms) + ends(lo, hi), lines


def prox(lines, s):
    for lo, hi, o, r in lines:
        if lo is not None and s < o + r * lo:
            return lo
        if hi is None or s <= o + r * hi:
            return (s - o) / r
    return lines[-1][1]


def parabolas_meet_anywhere():
    for _ in range(25):
        cost, lines = pieces()
        gain, threshold = rng.choice(GAINS), rng.choice(THRESHOLDS)
        inputs = anywhere()
        for lo, hi, o, r in lines:
            for at in [o] + [o + r * e for e in (lo, hi) if e is not None]:
                inputs += beside(float(threshold + at / gain))
        near(cost, written(gain, threshold), rng.sample(inputs, min(len(inputs), 60)), lambda s: prox(lines, gain * (s - threshold)))


# ---- roots ----

def root(q, k, s):
    """The x > 0 of q x + k x^2 = s."""
    return 2 * real(s) / (real(q) + mpmath.sqrt(real(q) ** 2 + 4 * real(k) * real(s))) if s > 0 else mpmath.mpf(0)


def of_log(m, c, a, tilt, s):
    q, v = real(1 + a), real(s - tilt - (1 + a) * c)
    d = mpmath.sqrt(v * v + 4 * real(m) * q)
    return real(c) + ((v + d) / (2 * q) if v > 0 else 2 * real(m) / (d - v))


def roots_are_near(cost, lo, hi, places, phi):
    """phi: of x + g'. Of x or of -x; places: what x + g' is where digits could be lost."""
    gain, threshold, sign = rng.choice(GAINS), rng.choice(THRESHOLDS), rng.choice((1, -1))
    inputs = anywhere() + [s for x in places for s in beside(float(threshold + sign * x / gain))]
    if sign < 0:
        cost, lo, hi = cost.replace("x", "(-x)"), None if hi is None else -hi, None if lo is None else -lo
    near(cost + ends(lo, hi), written(gain, threshold), inputs, lambda s: sign * phi(sign * gain * (s - threshold)))


def logarithms():
    for k in range(60):
        m, a, tilt = rng.choice(NUMBERS), rng.choice([Fraction(0), Fraction(1, 3), Fraction(-1, 2), Fraction(2)]), rng.choice(PLACES)
        c = (Fraction(0), rng.choice(NUMBERS), -rng.choice(NUMBERS))[k % 3]
        lo, hi = rng.choice([c, c, c + 1]), rng.choice([None, None, c + Fraction(10, 3)])
        cost = "(%s) * x + (%s) * x^2 / 2 - (%s) * log(2 * x - 2 * (%s))" % (tilt, a, m, c)

        def phi(s):
            x = max(of_log(m, c, a, tilt, s), real(lo))
            return x if hi is None else min(x, real(hi))
        roots_are_near(cost, lo, hi, [tilt + m / c] if c else [], phi)


def cubics():
    for k in range(45):
        b, a, tilt, lo = rng.choice(NUMBERS), rng.choice([Fraction(0), Fraction(-1, 2), Fraction(2)]), rng.choice(PLACES), rng.choice(NUMBERS)
        lo = lo if k % 3 else Fraction(0)
        a = -1 - b * lo / 3 if k % 3 == 2 else a            # bends down, and x + g' falls, for small x
        at, q = tilt + a * lo + b * lo * lo / 2 + lo, 1 + a + b * lo        # x + g' and its slope at lo
        cost = "(%s) * x + (%s) * x^2 / 2 + (%s) * x^3 / 6" % (tilt, a, b)
        roots_are_near(cost, lo, None, [at, tilt], lambda s: real(lo) + root(q, b / 2, s - at))


# ---- what stands beside ----

COSTS = [("0.3 * abs(x - 1)", lambda k, s: prox([(None, Fraction(1), -k * 3 / 10, 1), (Fraction(1), None, k * 3 / 10, 1)], s)),
         ("max(x - 1, 0)^2", lambda k, s: prox([(None, Fraction(1), 0, 1), (Fraction(1), None, -2 * k, 1 + 2 * k)], s)),
         ("-0.2 * log(x) on [0, inf]", lambda k, s: of_log(k / 5, Fraction(0), Fraction(0), Fraction(0), s)),
         ("-0.2 * log(x + 2) on [-2, inf]", lambda k, s: of_log(k / 5, Fraction(-2), Fraction(0), Fraction(0), s)),
         ("-0.2 * log(1 - x) on [-inf, 1]", lambda k, s: -of_log(k / 5, Fraction(-1), Fraction(0), Fraction(0), -s)),
         ("x^3 / 3 on [0, inf]", lambda k, s: root(Fraction(1), k, s))]


def steps_of_the_prox():
    """From the rate 0: tau x' = prox_{g c}(g s)/g."""
    inputs = [0.0, 0.7, 1.3, 2.5, -3.0, 40.0]
    for cost, phi in COSTS:
        for g in (Fraction(1, 2), Fraction(3)):
            near(cost, "prox_step = %s; start = 0" % g, inputs, lambda s: real(phi(g, g * s)) / real(g))
    g, from_ = Fraction(1, 4), Fraction(9, 100)         # a constant that is no double, taken from what is nearly it
    near("(9/100) * max(x + 23/100, 0) on [0, 1]", "prox_step = 1/4; start = 0", beside(0.09) + [0.090000009, 0.1, 9.0, -1.0],
         lambda s: min(max(g * (s - from_), Fraction(0)), Fraction(1)) / g)


def numbers_of_each_neuron():
    """gain 1 + i and threshold i/8, which are exact."""
    for cost, phi in COSTS:
        inputs = [0.25 * k for k in range(-8, 20)]
        got = rates(cost, "gain = 1 + i; threshold = i / 8", inputs)
        for i, (s, x) in enumerate(zip(inputs, got)):
            exact = real(phi(Fraction(1), (1 + i) * (Fraction(s) - Fraction(i, 8))))
            assert abs(x - exact) <= ULPS * math.ulp(float(exact)), (cost, i, x, float(exact))


def what_is_solved():
    """More pieces, and what bends otherwise."""
    for cost in (" + ".join("0.1 * abs(x - %d)" % k for k in range(8)), "x^4", "x^3 + x^4 on [0, 1]", "abs(x - 1) + exp(x)",
                 "-log(x) - log(x + 1) on [0, inf]", "-log(x) - log(1 - x) on [0, 1]"):
        assert is_solved("population A mixed { tau = 1; cost(x) = %s }\n" % cost), cost


eigc.test("parabolas that meet anywhere have their exact prox", parabolas_meet_anywhere)
eigc.test("logarithms are the root of log_barrier, beside 0 too", logarithms)
eigc.test("cubics are the root of cubic", cubics)
eigc.test("proximal steps are the prox of the multiple", steps_of_the_prox)
eigc.test("gains and thresholds of each neuron stand in closed forms", numbers_of_each_neuron)
eigc.test("what has no closed form is solved", what_is_solved)
sys.exit(eigc.failures > 0)
