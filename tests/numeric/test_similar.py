#!/usr/bin/env python3
"""Activations and costs that are one but for a unit, a factor and a place: beside each other in a model they have bounds that are
related as their slopes are, exactly where that is rational, and the bounds that each has alone, within what is called sharp."""
import re
import sys
import tempfile
from fractions import Fraction

import numpy as np

import eigc
from random_activation import increasing

SHARP = Fraction(1, 10**6)
folder = tempfile.mkdtemp()


def reports(bodies):
    model = "".join(f"population P{k} excitatory {{ tau = 10 ms; {b} }}\n" for k, b in enumerate(bodies))
    found = eigc.check(model, folder)["activations"]
    assert len(found) == len(bodies)
    return found


def bound(report):
    return Fraction(report["slope"][1]) if report["proved"] and report["bounded"] else None


def same_as_alone(bodies):
    """The bounds of all, each of which is what it has alone; None: none is proved. More may be proved of one by another than alone, but
    not of one that is seen to be what no theorem holds for."""
    together = [bound(r) for r in reports(bodies)]
    for body, here in zip(bodies, together):
        report = reports([body])[0]
        alone = bound(report)
        assert alone is None or here is not None, (body, report["reason"])
        if alone is None and here is not None:
            assert "could not prove" in report["reason"] or "not decided" in report["reason"], (body, here, report["reason"])
        elif here is not None:
            assert abs(here - alone) <= 2 * SHARP * alone, (body, here, alone)
    return together


def activation(text):
    return "activation(z) = " + text


def random_formulas():
    """f(z), F f(a z - b) of random f: F a times the bound, in exact numbers."""
    rng = np.random.default_rng(3)
    n = exact = 0
    for k in range(40):
        text = increasing(np.random.default_rng([21, k])).text
        a, b, factor = (Fraction(int(rng.integers(1, 400)), int(rng.choice([8, 10, 100, 3]))) for _ in range(3))
        other = f"{factor} * (" + re.sub(r"\bz\b", f"({a} * z - {b})", text) + ")"
        first, second = reports([activation(text), activation(other)])
        alone = reports([activation(other)])[0]
        if not (first["proved"] and first["bounded"] and alone["proved"]):
            continue
        n += 1
        is_exact = bound(second) == bound(first) * factor * a
        exact += is_exact
        seen = bound(alone) * (1 - SHARP) if "not sharp" not in alone["reason"] else 0
        assert second["proved"] and bound(second) >= seen, (text, other)
        assert is_exact or bound(second) == bound(alone) or abs(bound(second) / bound(alone) - 1) < SHARP, (text, other)
    print(f"  {n} random formulas, {exact} related exactly")
    assert n >= 30 and exact >= n // 2


FAMILIES = (        # text of c, and what its slopes are multiples of; None: of a root, not rational
    ("max(z, 0)^2 / (max(z, 0)^2 + {c}^2)", lambda c: 1 / c),
    ("max(z - 1, 0)^3 / (max(z - 1, 0)^3 + {c}^3)", lambda c: 1 / c),
    ("max(z, 0)^2.5 / (max(z, 0)^2.5 + {c}^2.5)", None),
    ("max(z, 0)^2 / (max(z, 0)^2 + {c})", None),
    ("{c} * log(1 + exp(z / {c}))", lambda c: Fraction(1)),
    ("z * normcdf(z / {c}) + {c} * normpdf(z / {c})", lambda c: Fraction(1)),
    ("tanh({c} * (z - {c} / 2))", lambda c: c),
    ("{c}^2 * tanh(z / {c}) - {c}", lambda c: c),
    ("-tanh(-{c} * z)", lambda c: c),
    ("1 - 2 / (1 + exp(2 * {c} * z))", lambda c: c),
    ("z / sqrt(z^2 + {c}^2)", lambda c: 1 / c),
    ("(z + sqrt(z^2 + {c}^2)) / 2", lambda c: Fraction(1)),
    ("z / ({c} + abs(z))", lambda c: 1 / c),
    ("min(max(z / {c}, 0), 1) + max(z - {c}, 0) / {c}", lambda c: 1 / c),
    ("ramp(z, {c})", lambda c: 1 / c),
    ("max(tanh(z / {c}), 0) + 0.5 * min(z / {c}, 0)", lambda c: 1 / c),
    ("{c} * atan(z / {c} + 1)", lambda c: Fraction(1)),
)


def families():
    values = [Fraction(v) for v in ("1/2", "0.7", "3", "123/10", "1e-9")]
    for text, multiple in FAMILIES:
        bodies = [activation(text.replace("{c}", f"({c})")) for c in values]
        found = same_as_alone(bodies)
        assert None not in found, text
        for c, hi in zip(values, found):
            assert multiple is None or hi == found[0] * multiple(c) / multiple(values[0]), (text, c)
    print(f"  {len(FAMILIES)} families of {len(values)}")


DIFFERENT = (       # hardly, and not by a unit, a factor and a place
    ("max(z - 1, 0) / 2 + max(tanh(z - 2), 0)", "max(z - 1, 0) / 2 + max(tanh(z - 3), 0)", "max(z - 1, 0) / 2 + max(tanh(2 * z - 4), 0)"),
    ("tanh(z) + tanh(3 * z)", "tanh(z) + tanh(-3 * z) + 6 * tanh(z)", "tanh(2 * z) + tanh(5 * z)"),
    ("max(z, 0)^2 / (max(z, 0)^2 + 4)", "max(z, 0)^2 / (max(z, 0)^2 + 4) + 0.1 * max(z, 0)", "max(z, 0)^2 / (2 * max(z, 0)^2 + 4)"),
    ("max(-z, -1)", "-max(z, -1)", "max(z, -1)", "-max(-z, -1)"),
    ("max(tanh(z), -0.5)", "max(tanh(2 * z), -0.9)", "2 * max(tanh(z), -0.5)", "max(2 * tanh(z), -0.5)", "-max(-tanh(z), -0.5)"),
    ("abs(z) + 2 * z", "abs(-3 * z) + 6 * z", "3 * z - abs(z)"),
    ("0 * tanh(z) + z", "0 * tanh(2 * z) + z / 3", "tanh(0 * z) + 2 * z"),
    ("max(z, 0)^1.5 / (1 + max(z, 0))", "max(4 * z, 0)^1.5 / (1 + max(4 * z, 0))", "max(2 * z, 0)^1.5 / (1 + max(2 * z, 0))"),
    ("1e200 * tanh(1e90 * z)", "tanh(z)", "1e-200 * tanh(1e-90 * z)", "1e-200 * tanh(1e200 * z)"),
    ("tanh(z)", "1e200 * tanh(1e200 * z)", "1e-250 * tanh(1e-250 * z)"),
    ("sin(z) / 2 + z", "sin(3 * z) / 6 + z", "sin(3 * z) / 2 + z"),
    ("floor(0 * z) + atan(z)", "atan(5 * z + 1)", "atan(z)^3", "(2 * atan(z))^3"),
)


def different_ones():
    for texts in DIFFERENT:
        for order in (texts, texts[::-1]):
            same_as_alone([activation(t) for t in order])
    print(f"  {len(DIFFERENT)} sets of different ones")


COSTS = (
    "cost(x) = {c} * (x * log(x) + (1 - x) * log(1 - x)) on [0, 1]",
    "cost(x) = x * log(x / {c}) + ({c} - x) * log(({c} - x) / {c}) on [0, {c}]",
    "cost(x) = {c} * x^4 / 4 + x^2 / {c} on [0, 1 + {c}]",
    "cost(x) = x^4 / {c}^2 - x^2 / 4 + x on [-{c}, {c}]",
    "cost(x) = {c} * log(1 + (x / {c})^2) / 40 on [-2, 2]",
    "cost(x) = {c}^2 * log(1 + (x / {c})^2) / 4",
    "cost(x) = {c}^2 * log(1 + (x / {c})^2) / 3 - x^2 / 5",
    "cost(x) = {c}^2 * cos(x / {c}) / 2 + 0.3 * x",
    "cost(x) = -{c} * x^2 / 100 + exp(-x)",
    "cost(x) = {c} * abs(x - 0.2) + 0.1 * x^2",
    "cost(x) = -log(x) * {c} - log(1 - x) * {c} on [0, 1]",
)


def costs():
    values = ("0.5", "0.7", "1.1", "3")
    for text in COSTS:
        for order in (values, values[::-1]):
            same_as_alone([text.replace("{c}", f"({c})") for c in order])
    first, second = (bound(r) for r in reports([COSTS[0].replace("{c}", c) for c in ("0.5", "3")]))
    # g'' is c/(x (1 - x)), at least 4 c: 1/(1 + 2) and 1/(1 + 12)
    assert Fraction(1, 3) <= first <= Fraction(1, 3) * (1 + SHARP)
    assert Fraction(1, 13) <= second <= Fraction(1, 13) * (1 + SHARP)
    print(f"  {len(COSTS)} families of costs")


def costs_that_are_not_convex():
    """A small multiple of what bends down is one of x^2/2 + g that is convex; a large one is not."""
    text = "cost(x) = {c} * cos(x) + 0.3 * x"
    for order in (("0.5", "1.5"), ("1.5", "0.5"), ("0.5", "0.6", "1.01")):
        found = same_as_alone([text.replace("{c}", c) for c in order])
        assert [f is not None for f in found] == [float(c) < 1 for c in order]


def their_order_does_not_matter():
    """Every bound to the last digit, whichever of the populations stands first."""
    rng = np.random.default_rng(4)
    for text in [activation(t) for t, _ in FAMILIES] + list(COSTS):
        bodies = [text.replace("{c}", f"({c})") for c in ("1/2", "0.7", "3", "123/10", "3/7", "0.7")]
        found = [r["slope"] for r in reports(bodies)]
        order = rng.permutation(len(bodies))
        again = [r["slope"] for r in reports([bodies[k] for k in order])]
        assert again == [found[k] for k in order], text


eigc.test("families", families)
eigc.test("their order does not matter", their_order_does_not_matter)
eigc.test("different ones", different_ones)
eigc.test("costs", costs)
eigc.test("costs that are not convex", costs_that_are_not_convex)
eigc.test("random formulas", random_formulas)
sys.exit(eigc.failures > 0)
