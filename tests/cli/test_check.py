#!/usr/bin/python3
"""eigc check: report, JSON, settings, colour, what is loaded."""
import glob
import json
import os
import random
import re
import shutil
import sys
from fractions import Fraction

from cli import EIGC, PAIR, check, eigc, eigc_on_terminal, equal, main, test, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import check as second_check

N_THREADED = 300
WRONG = "model wrong\npopulation E excitatory {\n  tau = 10 ms\n  cost = nonnegativ\n}\nconnect E -> F { weight = 1 }\n"


def report(*args, status=0, **more):
    r = eigc("check", "--json", *args, **more)
    equal(r.status, status, r)
    return json.loads(r.out)


@test
def places_of_a_decrease_have_few_digits(folder):
    path = write(folder, "narrow.eig", "population V mixed { tau = 10 ms; activation(z) = z / 2 + 0.0001 * exp(-((z - 7.3) * 10000)^2) }\n"
                                       "connect V -> V { weight = 0.5 }\n")
    r = eigc("check", path)
    check("it is smaller at z = 7.3001 than at z = 7.3\n" in r.err and "it decreases between z = 7.3 and z = 7.3001" in r.out, r)


@test
def the_pair_is_certified(folder):
    r = eigc("check", PAIR)
    equal((r.status, r.err), (0, ""), r)
    check("certified" in r.out, r)


@test
def json_has_the_promised_keys(folder):
    o = report(PAIR)
    equal(o["model"], "wilson_cowan")
    equal(o["file"], PAIR)
    equal(o["neurons"], 2)
    equal((o["dale"]["verdict"], o["dale"]["violations"]), ("certified", []))
    equal([(a["population"], a["slope"], a["proved"]) for a in o["activations"]],
          [("E", ["0", "1"], True), ("I", ["0", "1"], True)])
    equal(o["lds"]["verdict"], "certified")
    equal(o["lds"]["level"] in ("population", "neuron"), True)
    check(isinstance(o["lds"]["method"], str) and isinstance(o["lds"]["margin"], float), o["lds"])
    equal(o["stability"]["verdict"], "certified")
    check(isinstance(o["stability"]["conclusion"], str) and isinstance(o["stability"]["theorem"], str), o["stability"])
    equal([(r["text"], r["verdict"]) for r in o["requirements"]], [("dale", "certified"), ("stable", "certified")])
    lines = open(PAIR).read().splitlines()
    for r in o["requirements"]:
        equal(lines[r["line"] - 1].strip(), "require " + r["text"])
    equal(o["certificate"], None)
    equal(o["diagnostics"]["version"], "2.1.0")
    equal(o["diagnostics"]["runs"][0]["results"], [])


@test
def threads_of_the_libraries_change_no_byte(folder):
    """The interior-point method, by products of a library that may have threads."""
    random.seed(1)
    rows = [",".join("0" if i == j else "%.4f" % random.gauss(0, 1) for j in range(N_THREADED)) for i in range(N_THREADED)]
    write(folder, "w.csv", "\n".join(rows) + "\n")
    model = write(folder, "m.eig", "param g = 1\npopulation V mixed { size = %d; tau = 10 ms; cost = nonnegative }\n"
                  "connect V -> V { weight = g * matrix(\"w.csv\") }\n" % N_THREADED)
    for gain, verdict in (("0.044", "certified"), ("0.047", "refuted")):
        texts = set()
        for n in ("1", "2", "3", "7"):
            env = dict(os.environ, OPENBLAS_NUM_THREADS=n, OMP_NUM_THREADS=n, GOTO_NUM_THREADS=n)
            r = eigc("check", "--only=diagonal-stability", "--set=g=" + gain, "--certificate=c.json", model, cwd=folder, env=env)
            check("%s: matrix inequality, interior point" % verdict in r.out, r)
            with open(os.path.join(folder, "c.json"), "rb") as f:
                texts.add(f.read())
        equal(len(texts), 1)


SIGNS = """model signs
population E excitatory { size = 2; tau = 10 ms; cost = nonnegative }
population I SIGN { tau = 10 ms; cost = nonnegative }
connect E -> I { weight = matrix("w.csv") }
connect I -> E { weight = 0.1 }
simulate { duration = 1 ms; method = euler; step = 1 ms }
"""


@test
def violations_of_the_law_are_listed(folder):
    write(folder, "w.csv", "0.5,-0.1\n")
    o = report(write(folder, "m.eig", SIGNS.replace("SIGN", "inhibitory")), status=1)
    equal(o["dale"]["verdict"], "refuted")
    equal([(v["source"], v["target"], v["neuron"], v["weight"]) for v in o["dale"]["violations"]],
          [("E", "I", 1, "-0.1")])
    equal([r["ruleId"] for r in o["diagnostics"]["runs"][0]["results"]], ["E0601"])
    write(folder, "w.csv", "0.5,0.1\n")
    o = report(os.path.join(folder, "m.eig"))
    equal((o["dale"]["verdict"], o["dale"]["violations"]), ("certified", []))


@test
def a_solve_has_corners(folder):
    """abs(x) in a cost puts two corners into the activation: the theorem on smooth pairs does not hold for it."""
    cost = "cost(x) = 0.1 * abs(x) + x^4"
    o = report(write(folder, "m.eig", "population A mixed { tau = 1; %s }\npopulation B mixed { tau = 10; %s }\n"
                     "connect A -> A { weight = 0.4 }\nconnect A -> B { weight = 4 }\nconnect B -> A { weight = -4 }\n" % (cost, cost)))
    equal((o["lds"]["verdict"], o["stability"]["verdict"]), ("certified", "undecided"))


@test
def a_rate_of_few_digits_is_said_as_it_is(folder):
    """1/10 lies above the double below it."""
    path = write(folder, "alone.eig", "population V mixed { tau = 10 ms; cost = nonnegative }\n")
    check("rate: at least 0.1 per ms" in eigc("check", path).out, eigc("check", path))


@test
def noise_of_zero_is_none(folder):
    """With noise that is 0 for each neuron stability is certified, with noise in one of them it is not."""
    for noise, verdict in ("0 * i", "certified"), ("step(i - 2)", "undecided"):
        model = write(folder, "noise.eig", "population E excitatory { size = 3; tau = 20; cost = nonnegative; noise = %s }\n"
                                           "simulate { duration = 1; method = rk4; step = 0.1 }\n" % noise)
        status = 0 if verdict == "certified" else 2         # rk4 is not for noise, which does not keep the report back
        equal(report(model, status=status)["stability"]["verdict"], verdict)
        equal(eigc("run", "--reference", "-o", os.path.join(folder, "x.npz"), model).status, status)


@test
def settings_change_the_verdict(folder):
    o = report("--set", "w_EE=1.2", PAIR, status=1)
    equal(o["lds"]["verdict"], "refuted")
    equal(report("--set", "w_EE=0.999999999999999999999", PAIR)["lds"]["verdict"], "certified")
    equal(report("--set=w_EE=1", PAIR, status=1)["lds"]["verdict"], "refuted")
    equal(report("--set", "w_EE=1/3", "--set", "w_II=0", PAIR)["lds"]["verdict"], "certified")


@test
def wrong_settings_are_explained(folder):
    r = eigc("check", "--set", "w_EF=1", PAIR)
    equal((r.status, r.out), (2, ""), r)
    check("w_EF" in r.err and "w_EE" in r.err, r)
    for value in ("abc", "1..2", "1e999999999", "nan", "inf", "1 ms", "4"):
        r = eigc("check", "--set", "w_EE=" + value, PAIR)
        equal((r.status, r.out), (2, ""), "%s %r" % (value, r))


@test
def quiet_says_nothing(folder):
    r = eigc("check", "-q", PAIR)
    equal((r.status, r.out, r.err), (0, "", ""), r)
    r = eigc("check", "--quiet", "--set", "w_EE=1.2", PAIR)
    equal((r.status, r.out), (1, ""), r)


@test
def a_dash_is_standard_input(folder):
    text = open(PAIR).read()
    r = eigc("check", "-", stdin=text)
    equal(r.status, 0, r)
    a, b = report(PAIR), report("-", stdin=text)
    check(a.pop("file") != b.pop("file"), "file")
    equal(a, b)


@test
def a_missing_file_is_a_wrong_command_line(folder):
    r = eigc("check", os.path.join(folder, "none.eig"))
    equal((r.status, r.out), (2, ""), r)
    check("E0001" in r.err and "none.eig" in r.err, r)
    equal(eigc("check", folder).status, 2)


@test
def a_wrong_model_has_json_too(folder):
    path = write(folder, "wrong.eig", WRONG)
    o = report(path, status=2)
    equal(sorted(set(o) & {"model", "file", "diagnostics", "certificate"}), ["certificate", "diagnostics", "file", "model"])
    equal(o["certificate"], None)
    results = o["diagnostics"]["runs"][0]["results"]
    check(len(results) >= 2, results)
    for result in results:
        check(result["level"] == "error" and result["ruleId"].startswith("E0"), result)
        region = result["locations"][0]["physicalLocation"]["region"]
        check(region["startLine"] in (4, 6), region)


@test
def gnu_lines(folder):
    path = write(folder, "wrong.eig", WRONG)
    r = eigc("check", "--diagnostics=gnu", path)
    equal((r.status, r.out), (2, ""), r)
    first = r.err.splitlines()[0]
    check(first.startswith(path + ":4.10-4.19: error: "), first)
    check(first.endswith("]"), first)


@test
def sarif_on_standard_error(folder):
    path = write(folder, "wrong.eig", WRONG)
    r = eigc("check", "--diagnostics=json", path)
    check(len(json.loads(r.err)["runs"][0]["results"]) >= 2, r)
    equal(json.loads(eigc("check", "--diagnostics=json", PAIR).err)["runs"][0]["results"], [])


@test
def colour_only_where_it_is_wanted(folder):
    path = write(folder, "wrong.eig", WRONG)
    escape = "\x1b["
    check(escape not in eigc("check", path).err, "piped")
    check(escape in eigc("check", "--color=always", path).err, "always")
    check(escape in eigc_on_terminal("check", path, env={"NO_COLOR": ""}).err, "terminal")
    check(escape not in eigc_on_terminal("check", path, env={"NO_COLOR": "1"}).err, "NO_COLOR")
    check(escape not in eigc_on_terminal("check", path, term="dumb", env={"NO_COLOR": ""}).err, "TERM=dumb")
    check(escape not in eigc_on_terminal("check", "--color=never", path).err, "never")
    check(escape in eigc_on_terminal("check", "--color=always", path, env={"NO_COLOR": "1"}).err, "always wins")


@test
def dumps_come_before_the_report(folder):
    plain = eigc("check", PAIR).out
    r = eigc("check", "--dump=ast,network", PAIR)
    equal(r.status, 0, r)
    check(r.out.endswith(plain), r)
    check(r.out.index("==== ast") < r.out.index("==== net"), r)
    r = eigc("check", "--json", "--dump=ast", PAIR)
    json.loads(r.out)
    check("==== ast" in r.err, r)


@test
def a_dump_without_verdicts_has_the_network_of_a_run(folder):
    model = "".join("population %s excitatory { size = 300; tau = 20 ms; cost = nonnegative }\n" % name for name in "EF")
    model += "connect E -> F { weight = 1e-7 * (1 + pre.i) }\nsimulate { duration = 1 ms; method = euler; step = 1 ms }\n"
    network = eigc("dump", "--net", "-", stdin=model)
    equal(network.status, 0, network)
    check("  90000 entries, rounded\n" in network.out, network)
    proved = eigc("dump", "--net", "--check", "-", stdin=model)
    equal(proved.status, 0, proved)
    check("  90000 entries\n" in proved.out, proved)
    alone = eigc("dump", "--plan", "-", stdin=model)
    run = eigc("run", "--reference", "--dump=plan", "-o", os.path.join(folder, "x.npz"), "-", stdin=model)
    equal(run.status, 0, run)
    check(alone.out and alone.out in run.out, (alone, run))


@test
def a_single_dump_is_bare(folder):
    r = eigc("dump", "--ast", PAIR)
    equal((r.status, r.err), (0, ""), r)
    again = eigc("dump", "--ast", "-", stdin=r.out)
    equal(again.out, r.out, "the canonical text is its own canonical text")
    for name in ("tokens", "ast", "model", "net", "network", "check", "plan"):
        r = eigc("dump", "--" + name, PAIR)
        equal((r.status, r.err), (0, ""), r)
        check(r.out and "====" not in r.out, r)


@test
def times_name_the_phases(folder):
    r = eigc("check", "--time", PAIR)
    equal(r.status, 0)
    for phase in ("load", "parse", "model", "net", "check"):
        check("time  %s " % phase in r.err, r)
    check("jit" not in r.err, r)


@test
def invariants_hold(folder):
    r = eigc("check", "--verify", PAIR)
    equal((r.status, r.err), (0, ""), r)


@test
def nothing_heavy_is_loaded(folder):
    loaded = eigc("check", "-q", PAIR, env={"LD_DEBUG": "files"}).err.lower()
    check("libjansson" in loaded, "LD_DEBUG says nothing")
    for heavy in ("libllvm", "libeigc_jit", "openblas", "liblapack", "libblas", "python"):
        check(heavy not in loaded, heavy + " is loaded")


@test
def hostile_input_is_refused_politely(folder):
    for name, text in (("deep", "model m\nlet x = " + "(" * 200000 + "1" + ")" * 200000 + "\n"),
                       ("minus", "model m\nlet x = " + "-" * 200000 + "1\n"),
                       ("power", "model m\nlet x = 2^2^2^2^2^2^2^2\n"),
                       ("exponent", "model m\nlet x = 1e100000000\n"), ("zero", "model m\n\0\n"),
                       ("open", "population E excitatory {"), ("empty", ""), ("many", "@" * 100000)):
        r = eigc("check", "-", stdin=text)
        check(r.status in (0, 1, 2), "%s: status %d\n%s" % (name, r.status, r.err[:2000]))


@test
def a_proof_too_long_for_its_format_is_not_written(folder):
    model = write(folder, "long.eig", "population E excitatory { tau = 1; cost = nonnegative }\n"
                                      "connect E -> E { weight = 0.%s }\n" % ("1234567890" * 2500))
    path = os.path.join(folder, "proof.json")
    r = eigc("check", model, "--certificate", path)
    check(r.status == 1 and "no certificate is written" in r.err and not os.path.exists(path), r.err)


@test
def a_file_name_need_not_be_utf8(folder):
    path = os.path.join(folder.encode(), b"b\xffd.eig")
    shutil.copy(PAIR, path)
    o = json.loads(eigc("check", "--json", path).out)
    check(o["file"].endswith("b?d.eig") and o["model"] == "wilson_cowan", o)


@test
def a_loose_slope_bound_refutes_nothing(folder):
    # The largest slope is 1 + sqrt(1/2), found over a period; intervals over the whole line give 2.
    model = write(folder, "waves.eig", "param w = 0.55\npopulation E excitatory { tau = 1; activation(z) = z + 0.5*sin(z) + 0.5*cos(z) }\n"
                                       "connect E -> E { weight = w }\n")
    equal(report(model)["lds"]["verdict"], "certified")
    proof = os.path.join(folder, "proof.json")
    equal(report(model, "--set", "w=0.6", "--certificate", proof)["lds"]["verdict"], "refuted")
    equal(eigc("verify", proof, "--model", model).status, 0)
    # Of probit in a box without 1/2 the bound is that of the whole line: 0.399, where 0.318 is the largest slope.
    for cost, weight, verdict in [("probit + box(0, 0.25)", 2.8, "undecided"), ("probit + box(0, 0.25)", 2.5, "certified"),
                                  ("softplus(1) + box(0, 1)", 1.58, "certified"), ("softplus(1) + box(0, 1)", 1.59, "refuted")]:
        clipped = write(folder, "clipped.eig", "population E excitatory { tau = 1; cost = %s }\n"
                                               "connect E -> E { weight = %g }\n" % (cost, weight))
        equal(report(clipped)["lds"]["verdict"], verdict)

@test
def many_time_constants_are_read_by_their_ends(folder):
    """Beyond 200,000 neurons; gains are all read, for the mean of their slopes is what decides."""
    text = "population E excitatory { size = %d; tau = %s; gain = %s; cost = nonnegative }\nconnect E -> E { weight = %s; scale = 1/n }\n"
    for size, tau, gain, weight, verdict in ((10**9, "uniform(5, 20)", "1", 0.999, "certified"), (10**9, "5 + i / 10^9", "1", 0.999, "certified"),
                                             (10**9, "1 / (0.5 + uniform(0, 0.5))", "1", 1.001, "refuted"),
                                             (300000, "uniform(5, 20)", "uniform(1, 2)", 0.66, "certified"),
                                             (300000, "uniform(5, 20)", "uniform(1, 2)", 0.67, "refuted")):
        model = write(folder, "many.eig", text % (size, tau, gain, weight))
        equal(json.loads(eigc("check", "--json", model).out)["lds"]["verdict"], verdict, (tau, gain, weight))
    model = write(folder, "many.eig", text % (300000, "normal(20, 10)", "1", 0.5))
    check("E0401" in eigc("check", "--diagnostics=gnu", model).err, "a tau below 0")

@test
def printed_slopes_hold(folder):
    """Those with too many digits are rounded outward."""
    for activation in ("cost = probit", "cost = probit(3); gain = 0.7", "activation(z) = 2/3*z + sin(z)/7", "activation(z) = z/3 + max(z, 0)/3"):
        model = write(folder, "slopes.eig", "population E excitatory { tau = 1; %s }\n" % activation)
        exact = [Fraction(x) for x in report(model)["activations"][0]["slope"]]
        shown = [Fraction(x) for x in re.search(r"slope in \[(\S+), (\S+)\]", eigc("check", model).out).groups()]
        check(shown[0] <= exact[0] and exact[1] <= shown[1] and shown[1] - exact[1] < Fraction(1, 10**8), (activation, shown))



RANDOM = {
    # of |W| 1 is the spectral radius: rows have one sum
    "excitatory": """param g = 1
population N excitatory { size = 20000; tau = 10 ms; cost = nonnegative }
connect N -> N { weight = g * 0.1; pattern = random(indegree = 10); seed = 7 }
""",
    "both": """param g = 1
population E excitatory { size = 16000; tau = 10 ms; cost = nonnegative }
population I inhibitory { size = 4000; tau = 10 ms; cost = nonnegative }
connect E -> E { weight = g * 0.05; pattern = random(indegree = 8); seed = 7 }
connect E -> I { weight = g * 0.05; pattern = random(indegree = 8); seed = 8 }
connect I -> E { weight = g * 0.3; pattern = random(indegree = 2); seed = 9 }
connect I -> I { weight = g * 0.3; pattern = random(indegree = 2); seed = 10 }
"""}


@test
def where_an_activation_is_refused_no_stability_is_certified(folder):
    """Every wrong model whose error is about activations and their steps, E07xx."""
    seen = 0
    for expected in sorted(glob.glob("tests/diag/*.expect")):
        text = open(expected).read()
        path = expected[:-len("expect")] + "eig"
        if " E07" not in " " + text.replace("\n", " ") or "command run" in text or not os.path.exists(path):
            continue
        r = eigc("check", "--json", path)
        if r.status != 2 or not r.out.startswith("{"):
            continue
        report = json.loads(r.out)
        seen += 1
        if report.get("stability"):
            check(report["stability"]["verdict"] != "certified" and report["lds"]["verdict"] != "certified", path)
    check(seen > 10, seen)


@test
def a_proximal_step_that_does_not_fit_leaves_no_proof(folder):
    text = "population E excitatory { tau = 20 ms; activation(z) = 2 * tanh(z)%s }\nconnect E -> E { weight = 0.3 }\nrequire stable%s\n"
    for ranges in ("", " for all params"):
        path, proof = write(folder, "m.eig", text % ("; prox_step = 2.5", ranges)), os.path.join(folder, "c.json")
        r = eigc("check", "--json", path, "--certificate", proof)
        equal(r.status, 2, r)
        report = json.loads(r.out)
        equal([report["lds"]["verdict"], report["stability"]["verdict"], report["requirements"][0]["verdict"]], ["undecided"] * 3, ranges)
        check(not os.path.exists(proof), "a proof was written")
    plain = write(folder, "plain.eig", text % ("", ""))
    equal(eigc("check", plain, "--certificate", proof).status, 0)
    r = eigc("verify", proof, "--model", path)
    check(r.status != 0 and "not of this model" in r.out + r.err, r)


@test
def random_networks_are_decided_up_to_the_edge_of_dominance(folder):
    for name, g, verdict in (("excitatory", "0.9999", "certified"), ("excitatory", "1.0001", "refuted"), ("both", "0.999", "certified")):
        path, proof = write(folder, name + ".eig", RANDOM[name]), os.path.join(folder, name + ".json")
        r = json.loads(eigc("check", "--json", "--only=diagonal-stability", "--set", "g=" + g, path, "--certificate", proof).out)
        equal(r["lds"]["verdict"], verdict, (name, g))
        equal(eigc("verify", proof).status, 0, (name, g))


@test
def what_holds_in_doubles_and_dominates_nowhere_is_not_searched_on(folder):
    r = json.loads(eigc("check", "--json", "--only=diagonal-stability", "--set", "g=1.1", write(folder, "both.eig", RANDOM["both"])).out)
    equal(r["lds"]["verdict"], "undecided")
    check(r["lds"]["reason"].endswith("tried: diagonal, pairs of rows, balanced scaling, quasi-dominance"), r["lds"]["reason"])


OWN_TIMES = """population E excitatory { size = %d; tau = 10 + %s * i; activation(z) = %s; input = 0.2 }
population I inhibitory { size = %d; tau = %s + %s * i; activation(z) = %s; input = 0.1 }
connect E -> E { weight = %s; scale = 1/n }
connect E -> I { weight = %s; scale = 1/n }
connect I -> E { weight = %s; scale = 1/n }
connect I -> I { weight = 0.5; scale = 1/n }
"""


def both_verifiers_accept(folder, path):
    proof = os.path.join(folder, "proof.json")
    eigc("check", path, "--certificate=" + proof)
    r = eigc("verify", proof, "--model", path)
    equal(r.status, 0, r)
    with open(proof, "rb") as f:
        text = f.read()
    second_check(text)
    return json.loads(text)


@test
def time_constants_of_neurons_of_a_hundred(folder):
    """Nearly equal ones, which a row for many does not know; any at all, which neurons one by one are too many for; and ones with which
    an equilibrium is unstable."""
    for n, tau, step, by, weights, says, rows in ((80, 10, "0.0001", "max(z, 0)", ("0.5", "1.5", "2.5"), "nearly-equal-time-constants", 100),
                                                  (32, 10, "0.015", "max(z, 0)", ("0.3", "0.8", "1.5"), "any-time-constants", 2),
                                                  (80, 10, "0.015", "max(z, 0)", ("0.3", "0.8", "1.5"), "any-time-constants", 2),
                                                  (96, 10, "0.1", "tanh(z)", ("4", "2", "4"), "unstable-equilibrium", 120)):
        path = write(folder, "own_times.eig", OWN_TIMES % ((n, step, by, n // 4, tau, step, by) + weights))
        verdict = json.loads(eigc("check", "--json", path).out)["stability"]["verdict"]
        equal(verdict, "refuted" if says.startswith("unstable") else "certified", (n, says))
        proof = both_verifiers_accept(folder, path)
        check(says in [s["says"] for s in proof["statements"]], proof["statements"])
        equal(len(proof["matrix"].get("populations", [])) or proof["matrix"]["n"], rows, says)


@test
def rows_of_a_requirement_for_all_params(folder):
    """Cells are about the rows that the network has."""
    text = "param w = 1.5 in [1, 1.5]\n" + OWN_TIMES % (32, "0.015", "max(z, 0)", 8, 10, "0.015", "max(z, 0)", "0.3", "0.8", "w")
    r = eigc("check", "--json", write(folder, "for_all.eig", text + "require unique_equilibrium for all params\n"))
    equal((r.status, json.loads(r.out)["requirements"][0]["verdict"]), (0, "certified"), r)


main()
