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
    for start, wanted in (("5", "certified"), ("5.000001", "refuted"), ("-1/3", "refuted"), ("0.1 * i", "certified"),
                          ("5/3 * i", "certified"), ("5/3 * i + 1e-30", "refuted"), ("uniform(0, 5)", "certified"),
                          ("uniform(5.1, 6)", "refuted"), ("truncated(normal(2, 9), 0, 5)", "certified")):
        equal(verdict(folder, "cost = box(0, 5); start = " + start, "E in [0, 5]")[0], wanted, start)
    found = verdict(folder, "cost = box(0, 5); start = i", "E in [0, 2]")
    check("E[3] starts at 3" in found[2], found)


@test
def only_the_neurons_asked_for_start(folder):
    for require, wanted in (("E[0..2] in [0, 0.2]", "certified"), ("E[3] in [0, 0.2]", "refuted"), ("E[1] in [0.1, 0.2]", "undecided")):
        equal(verdict(folder, "cost = box(0, 0.2); start = 0.1 * i", require)[0], wanted, require)


@test
def a_drawn_start_depends_on_the_seed(folder):
    """Each of 4 draws is below 1/2 or not: over 8 seeds both verdicts occur, and a refutation names neuron and seed."""
    found = [verdict(folder, "cost = box(0, 1); start = uniform(0.3, 0.7)", "E[2] in [0, 1]"),
             *(verdict(folder, "cost = box(0, 0.5); start = uniform(0.3, 0.7)", "E[2] in [0, 0.5]",
                       "simulate { method = rk4; duration = 1 ms; step = 0.1 ms; seed = %d }\n" % seed) for seed in range(8))]
    equal(found[0][0], "certified")
    equal({f[0] for f in found[1:]}, {"certified", "refuted"})
    for f in found[1:]:
        check("seed" in f[2] and (f[0] == "certified" or f[2].startswith("E[2] starts at 0.")), f)


@test
def a_formula_has_the_bounds_of_its_values(folder):
    """Rational ones exactly; pi/2 and the like from outside; and nothing that is just too narrow."""
    less = "0.99999999999999999999"
    for text, lo, hi in (("tanh(z)", "-1", "1"), ("tanh(3*(z - 0.1))/3", "-1/3", "1/3"), ("min(max(z, 0), 0.1)", "0", "0.1"),
                         ("min(max(z, 0), 0.1) + 0.2*min(max(z - 1, 0), 1)", "0", "0.3"), ("0.3*z/(1 + abs(z))", "-0.3", "0.3"),
                         ("0.3/(1 + exp(-3*(z - 1)))", "0", "0.3"), ("0.7*max(z, 0)^2/(1 + max(z, 0)^2)", "0", "0.7"),
                         ("ramp(z, 3)/7", "0", "1/7"), ("2 - exp(-exp(z))", "1", "2")):
        pop = "activation(z) = %s; start = (%s + %s)/2" % (text, lo, hi)
        equal(verdict(folder, pop, "E in [%s, %s]" % (lo, hi))[0], "certified", text)
        for require in ("E <= %s - (%s - (%s)) * (1 - %s)" % (hi, hi, lo, less), "E >= %s + (%s - (%s)) * (1 - %s)" % (lo, hi, lo, less)):
            equal(verdict(folder, pop, require)[0], "undecided", text)
    for require, wanted in (("E in [-1.5707963267948968, 1.5707963267948968]", "certified"), ("E <= 1.5707963267948965", "undecided"),
                            ("E >= -1.5707963267948965", "undecided")):
        equal(verdict(folder, "activation(z) = atan(z)", require)[0], wanted, require)


@test
def gains_and_thresholds_change_no_bound(folder):
    for more in ("gain = uniform(0.5, 3)", "threshold = i", "gain = 0.001; threshold = -5"):
        equal(verdict(folder, "activation(z) = tanh(z); " + more, "E in [-1, 1]")[0], "certified", more)
        equal(verdict(folder, "activation(z) = tanh(z); " + more, "E <= 0.999999")[0], "undecided", more)


@test
def a_formula_without_a_bound_has_none(folder):
    for text, require in (("max(z, 0)", "E <= 1e9"), ("log(1 + exp(z))", "E <= 1e9"), ("z + sin(z)", "E >= -1e9")):
        found = verdict(folder, "activation(z) = " + text, require)
        check(found[0] == "undecided" and "inf)" in found[2], found)
    for text in ("log(1 + exp(z))", "max(z, 0)"):
        equal(verdict(folder, "activation(z) = " + text, "E >= 0")[0], "certified", text)


@test
def what_is_not_bounded_says_why(folder):
    for fn, require in (("exp", "exp(E[0]) <= 2.72"), ("sin", "0.5 + sin(E[0]) <= 1"), ("log1p", "log1p(1 + E[0]) <= 1.1")):
        found = verdict(folder, "cost = tanh_cost", require)
        check(found[0] == "undecided" and "of `%s` this proof takes no values at the bounds of the rates" % fn in found[2], found)
    equal(verdict(folder, "cost = tanh_cost", "exp(E[0]) >= 0")[0], "certified", "exp")


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
