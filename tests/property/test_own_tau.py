#!/usr/bin/python3
"""Time constants that differ from neuron to neuron: a network written with one population, and with one for each neuron, is certified,
refuted and left open alike, at the same rates, by the same statements. Usage: test_own_tau.py [HOW MANY [FIRST SEED]]"""
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from fractions import Fraction

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import check as second_check

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
TAUS = [("10 + 5 * i", lambda i: "%d" % (10 + 5 * i)), ("1 + i", lambda i: "%d" % (1 + i)), ("20 / (1 + 3 * i)", lambda i: "20 / %d" % (1 + 3 * i)),
        ("10 + i", lambda i: "%d" % (10 + i)), ("3 + 40 * (i - 1)^2", lambda i: "%d" % (3 + 40 * (i - 1) ** 2))]
COSTS = ["cost = nonnegative", "cost = box(0, 1)", "cost = logistic(1, 0.25, 0.5)"]
SIGN = {"E": "excitatory", "I": "inhibitory"}
# An unstable focus, whose neurons differ in time constant.
FOCUS = """population E excitatory { size = 2; tau = 1 + i / 10; cost = nonnegative; input = 1 }
population I inhibitory { tau = 2; cost = nonnegative; input = 0.2 }
connect E -> E { weight = 1.25 }
connect I -> E { weight = 2 }
connect E -> I { weight = 1.5 }
connect I -> I { weight = 0.5 }
"""
MANY = """population E excitatory { size = 60; tau = 1 + i; cost = nonnegative; input = 1 }
population I inhibitory { size = 3; tau = 2 + 3 * i; cost = nonnegative; input = 1 }
connect E -> E { weight = 0.5 / 60 }
connect I -> E { weight = 2 / 3 }
connect E -> I { weight = 3 / 60 }
connect I -> I { weight = 0.5 / 3 }
"""


def network(r):
    """Its two texts."""
    pops = [(name, r.choice([1, 2, 3]), r.choice(COSTS), r.choice(TAUS), r.choice(["0.5", "1", "-0.5"])) for name in "EI"[:r.choice([1, 2, 2, 2])]]
    step = r.choice([""] * 6 + ["prox_step = 0; "])
    one = many = ""
    for name, n, cost, (tau, own), u in pops:
        rest = "%s; %sinput = %s }\n" % (cost, step, u)
        one += "population %s %s { size = %d; tau = %s; %s" % (name, SIGN[name], n, tau, rest)
        many += "".join("population %s%d %s { tau = %s; %s" % (name, i, SIGN[name], own(i), rest) for i in range(n))
    for a, n, *_ in pops:
        for b, m, *_ in pops:
            if r.random() < 0.15:
                continue
            w, without = r.choice(["0.2", "0.4", "0.6", "1", "1.5"]), a == b and r.random() < 0.5
            one += "connect %s -> %s { weight = %s%s }\n" % (a, b, w, "; self = no" if without else "")
            many += "".join("connect %s%d -> %s%d { weight = %s }\n" % (a, i, b, j, w) for i in range(n) for j in range(m) if not (without and i == j))
    return one, many


def report_of(text, folder):
    """The report; what is proved is in a certificate that is one of the model."""
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    with open(path, "w") as f:
        f.write(text)
    if os.path.exists(out):
        os.unlink(out)
    report = json.loads(subprocess.run([EIGC, "check", "--json", path, "--certificate", out], capture_output=True, text=True).stdout)
    if os.path.exists(out):
        done = subprocess.run([EIGC, "verify", out, "--model", path], capture_output=True, text=True)
        assert done.returncode == 0, (text, done.stdout)
        with open(out, "rb") as f:
            second_check(f.read())
    return report


def said(report):
    s = report["stability"]
    names = {x["says"] for x in report["statements"]}
    return report["lds"]["verdict"], s["verdict"], s["unique_equilibrium"], s["rate"] is not None or s["theorem"], sorted(names)


def rate(report):
    return float(Fraction(report["stability"]["rate"] or 0))


def both_ways(k, folder, seen):
    one, many = network(random.Random(k))
    a, b = report_of(one, folder), report_of(many, folder)
    assert said(a) == said(b), (k, one, said(a), said(b))
    # The two are searched with their rows in different orders, and under proximal steps multipliers of populations can leave more.
    assert abs(rate(a) - rate(b)) <= 0.01 * rate(a) or ("prox_step" in one and rate(a) >= 0.999 * rate(b)), (k, one, rate(a), rate(b))
    seen[said(a)[1], said(a)[2]] += 1


def main():
    count, seed = (int(x) for x in (sys.argv[1:] + ["80", "1"][len(sys.argv) - 1:])[:2])
    seen = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for k in range(seed, seed + count):
            both_ways(k, folder, seen)
        assert "unstable-equilibrium" in said(report_of(FOCUS, folder))[4]
        focus = FOCUS.replace("size = 2", "size = 60").replace("i / 10", "i / 1000").replace("1.25", "2.5 / 60").replace("1.5", "3 / 60")
        assert said(report_of(focus, folder))[1] == "refuted" and report_of(focus.replace("60", "300"), folder)["stability"]["verdict"] == "undecided"
        many = report_of(MANY, folder)
        assert many["lds"]["rows"] == 2 and "range of these times alone" in many["stability"]["open"], many["stability"]
        rows = report_of(MANY.replace("60", "20"), folder)
        assert rows["lds"]["rows"] == 23 and "range of these times alone" not in (rows["stability"]["open"] or ""), rows
    print("# " + ", ".join("%d %s and %s" % (n, *key) for key, n in sorted(seen.items())))
    print("ok neurons_that_differ_in_time_constant_are_known_each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
