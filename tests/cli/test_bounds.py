#!/usr/bin/python3
"""Requirements on values: verdicts by Theorem 12, and the rate of one neuron, which is exact."""
import json
from cli import check, eigc, equal, main, test, write

POP = "population E excitatory { size = 4; tau = 20 ms; %s }\n"
INHIBITOR = "population I inhibitory { tau = 5 ms; cost = nonnegative; input = 1 }\nconnect I -> E { weight = 3; delay = 1 ms }\n"


def verdict(folder, pop, require, more=""):
    r = eigc("check", "--json", write(folder, "bounds.eig", POP % pop + more + "require " + require + "\n"))
    found = json.loads(r.out)["requirements"][0]
    equal(r.status, 0 if found["verdict"] == "certified" else 1, r)
    return found["verdict"], found["text"], found["reason"]


@test
def the_activation_bounds_the_rates(folder):
    box = "cost = box(0, 5); input = 100 * sin(t / 1 ms)"
    for require, wanted in (("E in [0, 5]", "certified"), ("E in [-1, 6]", "certified"), ("E[2] in [0, 5]", "certified"),
                            ("E[1..3] in [0, inf]", "certified"), ("E >= 0", "certified"), ("E <= 5", "certified"),
                            ("E in [0, 4.999999]", "undecided"), ("E >= 1e-9", "refuted"), ("E <= -0.001", "refuted")):
        equal(verdict(folder, box, require)[:2], (wanted, require))
        equal(verdict(folder, box, require, INHIBITOR)[0], wanted)


@test
def the_start_counts(folder):
    for start, wanted in (("5", "certified"), ("5.000001", "refuted"), ("-1/3", "refuted"), ("0.1 * i", "undecided")):
        equal(verdict(folder, "cost = box(0, 5); start = " + start, "E in [0, 5]")[0], wanted)


@test
def what_has_no_bounds(folder):
    for pop, require in (("cost = nonnegative; input = 1", "E <= 10"), ("cost = identity", "E >= -1"),
                         ("cost = box(0, 5); noise = 0.1 per sqrt(ms)", "E in [0, 5]")):
        found = verdict(folder, pop, require)
        check(found[0] == "undecided" and found[2], found)
    r = eigc("check", write(folder, "eq.eig", "population V excitatory { v' = -v + input }\nrequire V in [0, 1]\n"))
    check(r.status == 1 and "equations" in r.out + r.err, r)


@test
def a_slope_of_the_catalogue_has_its_range(folder):
    for cost, require in (("logistic(r = 3)", "E in [0, 3]"), ("tanh_cost", "E in [-1, 1]"), ("softplus(0.5)", "E >= 0"),
                          ("shift(box(-1, 1), 4); start = 4", "E in [3, 5]")):
        equal(verdict(folder, "cost = " + cost + (";start = 0.5" if "logistic" in cost else ""), require)[0], "certified")


@test
def a_rate_is_compared_with_the_proved_one(folder):
    """Without connections x' = (phi - x)/20 ms: 0.05 per ms, and not more."""
    for require, wanted in (("rate >= 0.04 per ms", "certified"), ("rate >= 40 Hz", "certified"), ("rate >= 0.06 per ms", "undecided")):
        equal(verdict(folder, "cost = nonnegative", require)[0], wanted)
    equal(verdict(folder, "cost = nonnegative", "rate >= 0.001 per ms", "connect E -> E { weight = 2 }\n")[0], "undecided")


main()
