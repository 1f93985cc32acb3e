#!/usr/bin/python3
"""What a report says beyond its verdict: the rows it hangs on, what would restore the proof, the whole story; and
that no report says more than is proved."""
import glob
import json
import os
import re
import sys
from fractions import Fraction

import numpy

from cli import PAIR, check, eigc, equal, main, test, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "property"))
from random_claim import Model

THREE = """param a = 1.3
param b = 2
population E excitatory { size = 10; tau = 1; cost = nonnegative }
population I inhibitory { tau = 1; cost = nonnegative }
connect E -> E { weight = a; scale = 1/n }
connect E -> I { weight = b; scale = 1/n }
connect I -> E { weight = 1.5 }
"""


def report(path, *args):
    return json.loads(eigc("check", "--json", path, *args).out)


@test
def a_remedy_restores_the_proof(folder):
    path = write(folder, "three.eig", THREE)
    r = report(path)
    equal(r["lds"]["verdict"], "refuted")
    remedy = {x["parameter"]: x for x in r["remedies"] if x.get("parameter")}
    equal(sorted(remedy), ["a"], r["remedies"])
    equal(remedy["a"]["now"], "1.3")
    check(0.99 < float(remedy["a"]["certified_at"]) < 1, remedy)
    equal(report(path, "--set", "a=" + remedy["a"]["certified_at"])["lds"]["verdict"], "certified")
    slopes = [x for x in r["remedies"] if x.get("slopes_of") == "E"]
    check(slopes and 0.76 < float(slopes[0]["certified_at"]) < 1 / 1.3, slopes)
    text = eigc("check", path).out
    equal([x["certified_below"] for x in (remedy["a"], slopes[0])], ["1", None])
    check("the weight of E->E at a from 0 to below 1 instead of 1.3 - slopes of E up to " + slopes[0]["certified_at"] in " ".join(text.split()), text)


RINGS = """param a = %s
population A excitatory { tau = 1; cost = nonnegative }
population B inhibitory { tau = 1; cost = nonnegative }
population C excitatory { size = 3; tau = 1; cost = nonnegative }
connect A -> A { weight = %s * a }
connect A -> B { weight = %s }
connect B -> A { weight = %s }
connect C -> C { weight = 0.2; self = no }
connect %s { weight = %s }
"""


@test
def simple_edges_are_edges(folder):
    """All below is certified, what is a little above is not, and at the edge it need not be."""
    seen = set()
    for own, to_b, to_a, last in (("1", "0.7", "1.3", ("B -> B", "0.3")), ("2", "1", "1", ("B -> C", "0.3")), ("0.75", "0", "0", ("C -> A", "2")),
                                  ("1", "0.5", "1", ("C -> B", "1")), ("0.1", "3", "0.125", ("A -> C", "1")), ("1.7", "2", "1/3", ("B -> B", "1"))):
        path = write(folder, "rings.eig", RINGS % (16, own, to_b, to_a, *last))
        remedies = report(path)["remedies"]
        named = [x for x in remedies if x["parameter"] == "a"]
        equal(len(named), 1, remedies)
        below = named[0]["certified_below"]
        equal(below is not None, own != "1.7", (own, named))
        seen.add(below)
        for part in ("0", "1/1000", "1/3", "0.99", "999999/1000000"):
            if below:
                check(is_certified(path, "--set", "a=%s" % (Fraction(below) * Fraction(part))), (below, part))
        check(not is_certified(path, "--set", "a=%s" % (Fraction(below or named[0]["certified_at"]) * Fraction(1005, 1000))), below)
        slopes = [x for x in remedies if x.get("slopes_of") == "A"]
        check(slopes, remedies)
    equal(seen, {"1", "0.5", "4/3", "10", None})


OWN = """param g = 1
population P excitatory { size = 3; tau = 10; cost = nonnegative; gain = g * (1 + 0.1 * i); input = 0.1 }
connect P -> P { weight = 1 }
"""


@test
def own_gains_are_scaled_together(folder):
    path = write(folder, "own.eig", OWN)
    r = report(path)
    equal((r["lds"]["verdict"], [x for x in r["remedies"] if "slopes_of" in x]), ("refuted", []))
    gains = [x for x in r["remedies"] if "gains_of" in x]
    equal([(x["gains_of"], x["now"]) for x in gains], [("P", "1")])
    at = gains[0]["certified_at"]
    check(0.29 < float(at) < 1 / 3.3, at)               # P's gains add up to 3.3
    equal(report(path, "--set", "g=" + at)["lds"]["verdict"], "certified")
    equal(report(path, "--set", "g=%s" % (1.02 * float(at)))["lds"]["verdict"], "refuted")
    text = " ".join(eigc("check", path).out.split())
    check("the gains of P at %.3g %% of what they are" % (100 * float(at)) in text and "slopes of P" not in text, text)


OWN_GAINS = """param g = 1
param w = 3
population E excitatory { size = 40; tau = 10; cost = nonnegative; gain = 0.3 * (1 + 0.05 * i); input = 1 }
population I inhibitory { size = 12; tau = 10; cost = nonnegative; gain = truncated(normal(1, 0.3), 0.1, 3); input = 1 }
%sconnect E -> E { weight = w; scale = 1/n }
connect E -> I { weight = g * 2; scale = 1/n }
connect I -> E { weight = g * 3; scale = 1/n }
connect I -> I { weight = g; scale = 1/n }
"""


def is_certified(path, *args):
    return report(path, "--only=diagonal-stability", *args)["lds"]["verdict"] == "certified"


@test
def a_remedy_is_near_the_edge_where_neurons_have_gains_of_their_own(folder):
    """Whether populations or neurons are the rows that decide it, a change is tried with the very gains, not the largest."""
    path = write(folder, "gains.eig", OWN_GAINS % "")
    r = report(path)
    equal((r["lds"]["verdict"], r["no_remedy"]), ("refuted", None))
    remedy = {x.get("parameter") or x.get("gains_of"): Fraction(x["certified_at"]) for x in r["remedies"]}
    equal(sorted(remedy), ["E", "w"], r["remedies"])
    check(is_certified(path, "--set", "w=%s" % remedy["w"]), remedy)
    check(not is_certified(path, "--set", "w=%s" % (remedy["w"] * Fraction(101, 100))), remedy)


@test
def a_factor_is_near_the_edge_where_neurons_have_gains_of_their_own(folder):
    """Of all weights, where E and C each are too strong for themselves; and where 45 neurons more are rows of their own."""
    chain = """population C excitatory { size = 20; tau = 10; cost = nonnegative; gain = 0.5 * (1 + 0.1 * i) }
connect C -> C { weight = g * 1.7; scale = 1/n }
"""
    rows = """population D excitatory { size = 45; tau = 10; cost = nonnegative }
connect D -> D { weight = g * (0.05 + 0.001 * post.i + 0.0001 * pre.i * post.i) }
connect C -> D { weight = g * 0.1; scale = 1/n }
"""
    for name, text in (("few.eig", chain), ("many.eig", chain + rows)):
        path = write(folder, name, (OWN_GAINS % text).replace("weight = w", "weight = g * w"))
        r = report(path)
        equal([x.get("all_weights") for x in r["remedies"]], [True], r["no_remedy"])
        at = Fraction(r["remedies"][0]["certified_at"])
        check(is_certified(path, "--set", "g=%s" % at), at)
        check(not is_certified(path, "--set", "g=%s" % (at * Fraction(101, 100))), at)


@test
def small_remedies_have_their_digits(folder):
    path = write(folder, "small.eig", THREE.replace("param a = 1.3", "param a = 74"))
    at = {x["parameter"]: Fraction(x["certified_at"]) for x in report(path)["remedies"]}["a"]
    check(is_certified(path, "--set", "a=%s" % at), at)
    check(not is_certified(path, "--set", "a=%s" % (at * Fraction(101, 100))), at)


TWO = """param g = 1
population A excitatory { tau = 1; cost = nonnegative }
population B excitatory { tau = 1; cost = nonnegative }
connect A -> A { weight = 1.6 * g }
connect B -> B { weight = %s * g }
"""


@test
def one_factor_on_all_weights_where_no_single_change_suffices(folder):
    path = write(folder, "two.eig", TWO % "1.2")
    r = report(path)
    equal((r["lds"]["verdict"], r["no_remedy"]), ("refuted", None))
    equal([sorted(x) for x in r["remedies"]], [["all_weights", "certified_at", "certified_below", "now", "parameter"]])
    equal(r["remedies"][0]["certified_below"], "0.625")
    equal((r["remedies"][0]["all_weights"], r["remedies"][0]["now"], r["remedies"][0]["parameter"]), (True, "1", None))
    at = r["remedies"][0]["certified_at"]
    check(0.62 < float(at) < 1 / 1.6, at)
    for factor in (at, "0.1"):
        equal(report(path, "--set", "g=" + factor)["lds"]["verdict"], "certified")
    equal(report(path, "--set", "g=0.626")["lds"]["verdict"], "refuted")
    text = " ".join(eigc("check", path).out.split())
    check("certified, everything else as it is, with: - all weights times one factor below 0.625 stability" in text, text)


@test
def the_factor_of_large_weights_has_its_digits(folder):
    path = write(folder, "large.eig", TWO % "16000")
    at = report(path)["remedies"][0]["certified_at"]
    check(0.99 < 16000 * Fraction(at) < 1, at)
    equal(report(path, "--set", "g=" + at)["lds"]["verdict"], "certified")


ROWS = """param g = 1
population A excitatory { size = %d; tau = 1; cost = nonnegative }
connect A -> A { weight = g * (0.01 + 0.0004 * post.i + 0.0001 * pre.i * post.i) }
"""


def largest_eigenvalue(n):
    i = numpy.arange(n)
    return max(abs(numpy.linalg.eigvals(0.01 + 0.0004 * i[:, None] + 0.0001 * numpy.outer(i, i))))


@test
def the_only_connection_of_many_rows(folder):
    for n in (41, 150):
        path = write(folder, "rows%d.eig" % n, ROWS % n)
        r = report(path)
        equal((r["lds"]["verdict"], r["no_remedy"]), ("refuted", None))
        equal([(x.get("weights_of"), x.get("slopes_of"), x["parameter"]) for x in r["remedies"]], [("A->A", None, "g"), (None, "A", None)])
        at = r["remedies"][0]["certified_at"]
        product = float(at) * largest_eigenvalue(n)         # of weights that are not negative, 1 is the end
        check(0.985 < product < 1, product)
        equal(report(path, "--set", "g=" + at)["lds"]["verdict"], "certified")
        equal(report(path, "--json")["remedies"], r["remedies"])


@test
def the_factor_of_rows_that_inhibit_themselves(folder):
    """Its leaks grow with the factor, which the margin does not know."""
    path = write(folder, "signs.eig", """param g = 3
population A excitatory { size = 40; tau = 1; cost = nonnegative }
population B inhibitory { size = 20; tau = 2; cost = nonnegative }
connect A -> A { weight = g * (0.02 + 0.001 * post.i) }
connect A -> B { weight = g * (0.03 + 0.001 * pre.i) }
connect B -> A { weight = g * (0.05 + 0.001 * pre.i * post.i) }
connect B -> B { weight = g * 0.2; self = yes }
population C excitatory { size = 2; tau = 1; cost = nonnegative }
connect C -> C { weight = g * 0.3 }
""")
    r = report(path)
    check(r["lds"]["verdict"] != "certified", r["lds"])
    equal([x.get("all_weights") for x in r["remedies"]], [True], r["no_remedy"])
    at = 3 * Fraction(r["remedies"][0]["certified_at"])
    equal(report(path, "--set", "g=%s" % at)["lds"]["verdict"], "certified")
    check(report(path, "--set", "g=%s" % (at * Fraction(103, 100)))["lds"]["verdict"] != "certified", at)


MANY = """param w_EE = %s
param w_IE = 0.6
population E excitatory { size = %d; tau = 1; cost = nonnegative }
population I inhibitory { size = %d; tau = 2; cost = nonnegative }
connect E -> E { weight = w_EE * matrix("ee.npy") }
connect E -> I { weight = 0.5 * matrix("ie.npy") }
connect I -> E { weight = matrix("ei.npy") * w_IE }
"""


def write_many(folder, n, w_ee):
    rng = numpy.random.default_rng(n)
    m = n // 4
    for name, rows, columns in (("ee", n, n), ("ie", m, n), ("ei", n, m)):
        numpy.save(os.path.join(folder, name + ".npy"), numpy.round(rng.uniform(0, 2, (rows, columns)) / columns, 4))
    return write(folder, "many.eig", MANY % (w_ee, n, m))


@test
def single_changes_of_many_rows(folder):
    """By the name of the param that their weights are multiplied with, near the least that suffices."""
    for n in (40, 160):
        path = write_many(folder, n, "1.25")
        r = report(path)
        check(r["lds"]["verdict"] != "certified", r["lds"])
        named = {x["parameter"]: x for x in r["remedies"]}
        check("w_EE" in named, (r["remedies"], r["no_remedy"]))
        equal((named["w_EE"]["weights_of"], named["w_EE"]["now"]), ("E->E", "1.25"))
        at = Fraction(named["w_EE"]["certified_at"])
        check(is_certified(path, "--set", "w_EE=%s" % at), at)
        check(not is_certified(path, "--set", "w_EE=%s" % (at * Fraction(102, 100))), at)
        check("the weight of E->E at w_EE = " + named["w_EE"]["certified_at"] + " instead of 1.25" in " ".join(eigc("check", path).out.split()), named)


@test
def a_param_that_is_no_factor_of_the_weight_is_not_named(folder):
    for weight in ("g * (0.01 + 0.001 * g * post.i)", "g * 0.01 + 0.001 * post.i", "0.01 * gg * (1 + post.i)"):
        path = write(folder, "no_factor.eig", """param g = 3
param gg = 3
population A excitatory { size = 60; tau = 1; cost = nonnegative }
connect A -> A { weight = %s }
""" % weight)
        r = report(path)
        check(r["lds"]["verdict"] != "certified" and r["remedies"], r["lds"])
        equal([x["parameter"] for x in r["remedies"]], [None] * len(r["remedies"]), weight)


@test
def that_there_is_no_remedy_is_said(folder):
    rows = """population A excitatory { size = 2001; tau = 1; cost = nonnegative }
connect A -> A { weight = 1 + 0.01 * post.i; pattern = one_to_one }
"""
    huge = TWO.replace("1.6", "1e8") % "1e8"
    for name, text, says in (("huge.eig", huge, "no change of one connection, of the slopes or gains of one population or of all weights at once was found"),
                             ("rows.eig", rows, "what would restore it is looked for in a matrix of at most 2000 rows and 200000 entries")):
        path = write(folder, name, text)
        r = report(path)
        check(r["lds"]["verdict"] != "certified", r["lds"])
        equal(r["remedies"], [])
        check(r["no_remedy"].startswith(says), r["no_remedy"])
        text = " ".join(eigc("check", path).out.split())
        check(says in text, text)
    equal(report(PAIR)["no_remedy"], None)


@test
def a_parameter_of_a_circuit_is_not_taken_for_one_of_the_model(folder):
    path = write(folder, "shadow.eig", """param w = 0.7
circuit C(w = 1.4) {
  population E excitatory { tau = 1; cost = nonnegative }
  connect E -> E { weight = w }
}
instance L = C()
""")
    r = report(path)
    equal(r["lds"]["verdict"], "refuted", r)
    equal([x["parameter"] for x in r["remedies"] if "weights_of" in x], [None], r["remedies"])


@test
def the_rows_of_a_narrow_margin(folder):
    path = write(folder, "narrow.eig", """population A excitatory { tau = 1; cost = nonnegative }
population B excitatory { tau = 1; cost = nonnegative }
population C excitatory { tau = 1; cost = nonnegative }
connect A -> B { weight = 0.9 }
connect B -> A { weight = 0.9 }
connect B -> C { weight = 0.1 }
connect C -> B { weight = 0.1 }
""")
    r = report(path)
    equal(r["lds"]["verdict"], "certified")
    share = {x["row"]: x["share"] for x in r["binding"]}
    # eigenvector of the symmetric matrix for 1 - sqrt(0.82): (0.9, sqrt(0.82), 0.1)
    for row, size in (("A", 0.81 / 1.64), ("B", 0.5), ("C", 0.01 / 1.64)):
        check(abs(share[row] - size) < 1e-3, share)
    text = eigc("check", path).out
    check("damped least (measured)" in text, text)


@test
def a_wide_margin_names_no_rows(folder):
    equal(report(PAIR)["binding"], [])


@test
def the_story_has_the_numbers(folder):
    text = eigc("check", "--explain-verdict", PAIR).out
    check("-0.5        -1.2" in text, text)
    text = " ".join(text.split())
    for part in ("the question", "p = E 1, I 1.2", "elimination in exact fractions", "measured"):
        check(part in text, (part, text))
    text = eigc("check", "--explain-verdict", "--set", "w_EE=1.2", PAIR).out
    text = " ".join(text.split())
    for part in ("v1 = E 1", "v_i (A v)_i over the vectors is E 0.2", "what stays open"):
        check(part in text, (part, text))
    text = eigc("check", PAIR).out
    check("the question" not in text, text)


UNITS = """param w = 0.5 in [0.4, 0.6]
population A excitatory { tau = 10%s; cost = nonnegative }
population B inhibitory { tau = 20%s; cost = nonnegative }
connect A -> B { weight = w }
connect B -> A { weight = w }
require rate >= 3%s
require rate >= 0.001%s for all params
"""


@test
def rates_are_per_the_unit_of_the_model(folder):
    """In the report, the story, what is required, and of a proof where the model is given, which alone knows it."""
    for unit, per, says, key in ((" ms", " per ms", "per ms", "ms"), ("", "", "per unit of time", None)):
        path, proof = write(folder, "unit.eig", UNITS % (unit, unit, per, per)), os.path.join(folder, "unit.json")
        text = " ".join(eigc("check", "--explain-verdict", path, "--certificate", proof).out.split())
        rates = re.findall(r"(rate: at least|: rate|a rate of|at a rate of at least) (\S+) (per (?:ms|unit of time))?", text)
        equal(sorted({x[0] for x in rates}), [": rate", "a rate of", "rate: at least"], text)
        equal({x[2] for x in rates}, {says}, text)
        equal(report(path)["time_unit"], key)
        check(re.search(r"at a rate of at least \S+ per unit of time", eigc("verify", proof).out), proof)
        shown = eigc("verify", "--model", path, proof).out
        check(re.search(r"at a rate of at least \S+ %s " % says, shown), shown)


@test
def the_story_of_what_has_no_matrix(folder):
    text = eigc("check", "--explain-verdict", "examples/13-fitzhugh-nagumo.eig").out
    check("given by equations" in text, text)


@test
def the_figures_of_many_rows(folder):
    path = write(folder, "many.eig", """population E excitatory { size = 16; tau = 1; cost = nonnegative }
population I inhibitory { size = 4; tau = 1; cost = nonnegative }
connect E -> E { weight = 0.01 * (post.i + 1) }
connect I -> E { weight = 0.1 * (post.i + 1) }
""")
    text = " ".join(eigc("check", "--explain-verdict", path).out.split())
    # E[i] receives 0.16 (i + 1) and -0.4 (i + 1), I[i] nothing; the matrix of E has rank one
    for part in ("a neuron receives 1.088 +- 0.855 in excitation and -2.72 +- 2.14 in inhibition",
                 "balance -0.429 +- 0, from -0.429 to -0.429",
                 "the eigenvalue of diag(L) W with the largest real part is 1.36 (measured); all others are at most"):
        check(part in text, (part, text))


@test
def sums_are_no_neurons(folder):
    """1,100 neurons with weights of rank one, 1 percent from the edge, where time constants differ."""
    numpy.save(os.path.join(folder, "u.npy"), 1 + numpy.arange(1100)[:, None] % 7)
    path = write(folder, "sums.eig", """param g = 1 in [0, 1]
require stable for all params
population E excitatory { size = 1100; tau = (10 + i) * 1 ms; cost = nonnegative }
connect E -> E { weight = g * 0.99 / 21981 * low_rank("u.npy", "u.npy") }
""")
    text = " ".join(eigc("check", "--explain-verdict", path).out.split())
    check("1100 neurons, each a row of its own" in text and "a neuron receives" not in text and "was found to hold" not in text, text)
    check("Theorem 5 (docs/theory.md): quasi-dominance" in text, text)
    check("rows of sums, for given values only" in text and "kernels" not in text, text)


@test
def margins_of_populations_do_not_multiply(folder):
    """Each of three populations alone keeps a mean of 1 - 0.5 of a neuron's own 1 - 0.05."""
    path = write(folder, "chain.eig", """population A excitatory { size = 10; tau = 1; cost = nonnegative }
population B excitatory { size = 10; tau = 1; cost = nonnegative }
population C excitatory { size = 10; tau = 1; cost = nonnegative }
connect A -> A { weight = 0.05 }
connect B -> B { weight = 0.05 }
connect C -> C { weight = 0.05 }
connect A -> B { weight = 0.1 }
connect B -> C { weight = 0.1 }
""")
    equal("%.6f" % report(path)["lds"]["margin"], "%.6f" % (0.5 / 0.95))


@test
def rates_that_grow_are_said_with_their_proof(folder):
    path = write(folder, "runs.eig", """population E excitatory { tau = 20 ms; cost = nonnegative; input = 1 }
connect E -> E { weight = 1.5 }
""")
    text = " ".join(eigc("check", path).out.split())
    check("stability refuted: - whatever the constant input, from some starts rates grow without bound, at a rate of at least 0.0242 per ms" in text, text)
    equal([s["says"] for s in report(path)["statements"] if s["theorem"] == 31], ["run-away"])
    text = " ".join(eigc("check", "--explain-verdict", path).out.split())
    check("- run-away (Theorem 31): rate 0.0242" in text, text)


@test
def the_story_begins_with_the_largest_component(folder):
    singles = "".join(f"population S{k} excitatory {{ tau = 1; cost = nonnegative }}\n" for k in range(8))
    path = write(folder, "parts.eig", singles + """population E excitatory { tau = 1; cost = nonnegative }
population I inhibitory { tau = 1; cost = nonnegative }
connect E -> I { weight = 1 }
connect I -> E { weight = 1 }
""")
    text = " ".join(eigc("check", "--explain-verdict", path).out.split())
    shown = text[text.index("the proof"):text.index("what follows")]
    check(shown.index("p = E 1, I 1") < shown.index("p = S"), shown)
    check("and so for the other 3, which are no larger" in shown, shown)


@test
def the_story_names_what_is_proved_in_a_box(folder):
    path = write(folder, "box.eig", """population E excitatory { tau = 1; cost = logistic(1, 0.1, 0.5); input = -2 }
connect E -> E { weight = 1.5 }
""")
    text = " ".join(eigc("check", "--explain-verdict", path).out.split())
    check("- local-slopes (Theorem 24)" in text and "rate: at least" in text, text)


def no_more_than_is_proved(path):
    """Words of stability only beside the proofs they need."""
    r = report(path)
    text = " ".join(eigc("check", "--explain-verdict", path).out.split())
    if not r.get("stability"):
        return
    certified = r["stability"]["verdict"] == "certified"
    proved = {s["says"] for s in r["statements"]}
    if re.search(r"\bunstable\b", text):
        check(r["stability"]["verdict"] == "refuted" and any("unstable" in s for s in proved), (path, text))
    if r["stability"]["verdict"] == "refuted":
        check(proved & {"several-equilibria", "unstable-equilibrium", "unstable-differences", "run-away"}, (path, text))
    if "without bound" in text:
        check(r["stability"]["verdict"] == "refuted" and "run-away" in proved, (path, text))
    check("globally" not in text or certified, (path, text))
    if "every trajectory" in text and not certified:
        several = "not every trajectory" in text and "several-equilibria" in proved
        check("of that it is proved" in text or several or "local-slopes" in proved, (path, text))      # of the network without its noise or delays
    if certified:
        check(proved - {"potential-game", "saddle"}, (path, text))
        check("stability certified" in text, (path, text))
    if "rate: at least" in text:
        check(certified and r["stability"]["rate"], (path, text))
    if r["lds"]["verdict"] == "refuted" and r["stability"]["verdict"] == "undecided":
        own = proved & {"attracting-equilibrium", "local-slopes", "invariant-box"}
        check("no statement about what the network does" in text or own, (path, text))


@test
def no_report_says_more_than_is_proved(folder):
    for path in sorted(glob.glob("examples/*.eig")):
        no_more_than_is_proved(path)
    for seed in range(900, 940):
        no_more_than_is_proved(write(folder, "random.eig", Model(seed, folder).text))


main()
