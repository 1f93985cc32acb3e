#!/usr/bin/python3
"""Entries of literal matrices that depend on params: each is followed as a weight of its own is; so is what a formula for each pair is multiplied
by. What is certified over ranges is accepted by
both checkers and is of the model; its matrix at other values is that of the text with these values written into it.
Usage: test_range_literals.py [HOW MANY [FIRST SEED]]"""
import json
import os
import random
import sys
from fractions import Fraction

from each_test import run_each
from test_ranges import certificate_matrix, eigc, report, write, written_out
from two_checkers import both

RING = """param a = 1 in [{low}, {top}]
param b = 1 in [{low}, {top}]
population V {sign} {{ size = 3; tau = 10 ms; cost = nonnegative{more} }}
connect V -> V {{ weight = {weight}{attributes} }}
require stable for all params
"""
ENTRIES = "[[0, 0, -1.0 * a], [-1 * b, 0, 0], [0, -1, 0]]"


def ring(weight=ENTRIES, low="0.1", top="2.82", sign="mixed", more="", attributes=""):
    return RING.format(weight=weight, low=low, top=top, sign=sign, more=more, attributes=attributes)


def matrix_there(folder, text, values):
    """What the model at these values has in its certificate."""
    proof = os.path.join(folder, "there.json")
    done = eigc("check", write(folder, text), "-q", "--certificate", proof, *(f"--set={n}={v}" for n, v in values.items()))
    with open(proof) as file:
        return written_out(json.load(file)["matrix"]), done


def holds(folder, text, values):
    """Certified for all params, with a certificate of the model, whose matrix at these values is the model's there."""
    r, proof, path = report(folder, text)
    if r["ranges"]["lds"] != "certified":
        return False
    compared = eigc("verify", proof, "--model", path)
    assert compared.returncode == 0, (text, compared.stdout)
    with open(proof) as file:
        certificate = json.load(file)
    assert both(certificate), text
    assert certificate_matrix(certificate, values) == matrix_there(folder, text, values)[0], text
    return True


HALF = {"a": Fraction(6, 5), "b": Fraction(1, 2)}


def test_edge_of_a_ring(folder):
    """Diagonally stable exactly where a b is below 8: certified one percent below it, refuted one percent above."""
    magnitudes = ENTRIES.replace("-1", "1")
    for more in ({}, dict(weight=magnitudes, sign="inhibitory"), dict(sign="inhibitory"), dict(weight="-1 * " + magnitudes),
                 dict(weight="b * [[0, 0, -1.0 * a / b], [-1, 0, 0], [0, -1/b, 0]]"), dict(weight="[[0, 0, -a], [-b, 5, 0], [0, -1, 5]]", attributes="; self = no"),
                 dict(weight=ENTRIES.replace("[0, -1, 0]", "[0, -10, 0]").replace("a", "a / 10"), attributes="; scale = 1"),
                 dict(weight=ENTRIES.replace("1.0 * a", "sqrt(a) * sqrt(a)")), dict(weight=ENTRIES.replace("1.0 * a", "a^2"), low="0.5", top="1.99")):
        r, _, _ = report(folder, ring(**more))
        assert holds(folder, ring(**more), HALF), (more, r["ranges"])
        r, proof, path = report(folder, ring(**dict(more, top="2.02" if "a^2" in str(more) else "2.84")))
        assert r["ranges"]["lds"] == "refuted", (more, r["ranges"])
        assert eigc("verify", proof, "--model", path).returncode == 0


def test_signs(folder):
    """Of an inhibitory source all entries take its sign, or none, where one is below 0: which, must be so for all values."""
    for weight, low, seen in (("[[0, a, 0], [0, 0, b], [0.1, 0, 0]]", "0", True), ("[[0, -a, 0], [0, 0, -b], [-0.1, 0, 0]]", "0", True),
                              ("[[0, -a, 0], [0, 0, -b], [0, 0, 0]]", "0", True), ("[[0, a, 0], [0, 0, b], [0.1, 0, 0]]", "-0.1", False),
                              ("[[0, -a, 0], [0, 0, -b], [0, 0, 0]]", "-0.1", False), ("[[0, -a, 0], [0, 0, -b], [-0.1, 0, 0]]", "-0.1", True)):
        for value in ("1", "0"):
            text = ring(weight, low=low, top="1.2", sign="inhibitory").replace("= 1 in", f"= {value} in")
            certified = holds(folder, text, HALF if low == "0" else {"a": Fraction(-1, 20), "b": Fraction(1, 20)}) if seen else False
            assert certified == seen, (text, report(folder, text)[0]["ranges"])
            if not seen:
                assert "source inhibits" in report(folder, text)[0]["ranges"]["reason"], text


def test_edge_of_pairs(folder):
    """Two neurons, W = w (1, 2; 2, 1): diagonally stable below 1/3, or 1 where they inhibit."""
    for weight, attributes, sign, below, above in (
            ("a / 10 * (1 + abs(pre.i - post.i))", "", "excitatory", "3.3", "3.4"), ("(1 + abs(pre.i - post.i)) / b * a / 10", "", "mixed", "3.3", "6.7"),
            ("a^2 * (1 + abs(pre.i - post.i)) / 10", "", "excitatory", "1.81", "1.84"), ("(1 + abs(pre.i - post.i)) / 10", "; scale = a", "excitatory", "3.3", "3.4"),
            ("a * b * (1 + abs(pre.i - post.i)) / 10", "; scale = 1/b", "excitatory", "3.3", "3.4"), ("0.1 * (a * (1 + abs(pre.i - post.i)))", "", "inhibitory", "9.9", "10.1")):
        text = ring(weight, sign=sign, attributes=attributes, low="1", top=below).replace("size = 3", "size = 2")
        assert holds(folder, text, {"a": Fraction(3, 2), "b": Fraction(5, 4)}), text
        r, proof, path = report(folder, text.replace(below, above))
        assert r["ranges"]["lds"] == "refuted" and eigc("verify", proof, "--model", path).returncode == 0, (text, above, r["ranges"])


def test_map(folder):
    """Cells of a plane of two params, in both regions."""
    path, out = write(folder, ring(top="3")), os.path.join(folder, "map.json")
    done = eigc("map", path, "--over=a=0.1:3", "--over=b=0.1:3", "--data", out)
    assert done.returncode == 0 and "proved in all of it" in done.stdout, (done.stdout, done.stderr)
    assert eigc("verify", out, "--model", path).returncode == 0
    with open(out) as file:
        plane = json.load(file)
    assert both(plane) and {"stable", "not-lds"} <= {c["region"] for c in plane["cells"]}


def test_what_is_not_followed(folder):
    """A reason names the connection and the param."""
    for weight in ("a * (0.1 + pre.i)^a / 50", "2 * a * 0.1^(a + post.i) / 50", "a * a * exp(-pre.i - 1)^a / 50", "a * b * normal(a, 0.001) / 100", "a * (1 + pre.i * a) / 20", "max(0, a) * (1 + pre.i) / 20",
                   "[[0, 0, sin(a)], [0, 0, 0], [0, 0, 0]]", "[[0, 0, floor(a)], [0, 0, 0], [0, 0, 0]]", "[[0, 0, 1 / (a - 1.05)^2 / 10000], [0, 0, 0], [0, 0, 0]]"):
        r, _, _ = report(folder, ring(weight, top="1.3"))
        assert r["requirements"][0]["verdict"] == "undecided" and "`a`" in r["ranges"]["reason"], r["ranges"]


def random_matrix(r, rows, columns, signed):
    entries = ("0", "0", "{x}", "{x} * a", "{x} * b", "{x} * a * b", "{x} * a^2", "{x} * (a + b)", "{x} / (1 + b)", "{x} * exp(a) / 9")
    return "[%s]" % ", ".join("[%s]" % ", ".join(r.choice(entries).format(x=("-" if signed and r.random() < 0.5 else "") + r.choice(("0.2", "0.3", "1/7", "0.5")))
                                                 for _ in range(columns)) for _ in range(rows))


def random_pairs(r):
    """Above 0, with factors before and behind it that have params."""
    formula = r.choice(("(1 + pre.i + post.i)", "(0.5 + abs(pre.i - post.i))", "2^(-pre.i)", "(1.5 + pre.i * post.i)", "1 / 2^(pre.i + post.i)", "1 / (1 + (pre.i - post.i)^2)"))
    before = r.choice(("", "0.25 * ", "a * ", "b / 8 * ", "a * b * ", "(1 - b / 2) * ", "exp(a) / 8 * ", "(1 + a) / (1 + b) * "))
    return before + formula + r.choice(("", " / 4", " * b", " / (1 + a)", " * (a + b) / 2"))


def random_model(r):
    size = {"P": r.choice((1, 2, 3)), "Q": r.choice((1, 2, 5))}
    sign = {name: r.choice(("excitatory", "inhibitory", "mixed")) for name in size}
    text = "".join(f"param {p} = {r.choice(('0', '0.5', '1'))} in [0, 1]\n" for p in "ab")
    for name in size:
        gain = r.choice(("", "", "; gain = 1 + b", "; gain = 0.7", "; cost = logistic(1, 2, 0.5)"))
        cost = "" if "cost" in gain else "; cost = nonnegative"
        text += f"population {name} {sign[name]} {{ size = {size[name]}; tau = {r.choice(('10', '20', '10 + a'))}{cost}{gain} }}\n"
    for pre, post in r.sample([(x, y) for x in "PQ" for y in "PQ"], r.choice((1, 2, 3))):
        outer = r.choice(("", "", "a * ", "0.5 * ", "(1 - b / 2) * ")) if sign[pre] != "mixed" else r.choice(("", "-1 * ", "a * "))
        weight = outer + random_matrix(r, size[post], size[pre], sign[pre] == "mixed") if r.random() < 0.6 else random_pairs(r)
        text += f"connect {pre} -> {post} {{ weight = {weight}" \
                f"{r.choice(('', '', '; scale = 1/n', '; scale = b'))}{r.choice(('', '; self = no')) if pre == post else ''} }}\n"
    return text + "require unique_equilibrium for all params\n"


def test_random_models(folder, count, seed):
    verdicts = {}
    for k in range(count):
        r = random.Random(seed + k)
        text = random_model(r)
        values = {p: Fraction(r.randrange(0, 101), 100) for p in "ab"}
        if "*" not in text.split("connect", 1)[1]:
            continue
        if "pre.i" in text:             # what is 0 now has no ratio to what it is elsewhere
            text = text.replace("= 0 in", "= 0.25 in")
        got, proof, path = report(folder, text)
        verdict = got["ranges"]["lds"]
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        if verdict == "certified":
            assert holds(folder, text, values), text
        elif verdict == "refuted" and got["lds"]["verdict"] != "undecided":
            assert eigc("verify", proof, "--model", path).returncode == 0, text
        else:
            assert "not a sum of products" not in got["ranges"]["reason"], (text, got["ranges"])
    assert verdicts.get("certified", 0) * 3 > count, verdicts
    print(f"# {verdicts}")


if __name__ == "__main__":
    sys.exit(run_each(globals(), "range literals", 40))
