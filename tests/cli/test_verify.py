#!/usr/bin/python3
"""eigc verify: what is accepted, what is rejected, what cannot be read."""
import copy
import hashlib
import json
import os
import sys
from fractions import Fraction

from cli import PAIR, check, eigc, equal, main, test, write

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import Refused, check as second_check


def proof(folder, *args):
    path = os.path.join(folder, "proof.json")
    r = eigc("check", "-q", "--certificate", path, *args, PAIR)
    check(os.path.exists(path), r)
    return path


def tampered(folder, certificate):
    return write(folder, "tampered.json", json.dumps(certificate))


RUNAWAY = """population E excitatory { tau = 10 ms; cost = nonnegative; input = 1 }
population I inhibitory { tau = 10 ms; cost = nonnegative; input = 0.2 }
connect E -> E { weight = 6 }
connect I -> E { weight = 2 }
connect E -> I { weight = 3 }
connect I -> I { weight = 0.5 }
"""


def both_on(folder, certificate, *args):
    """(eigc accepts it, the second checker does)"""
    path = tampered(folder, certificate)
    try:
        with open(path, "rb") as file:
            second_check(file.read())
    except Refused:
        return eigc("verify", path, *args).status == 0, False
    return eigc("verify", path, *args).status == 0, True


@test
def what_a_changed_file_claims(folder):
    """No proof, a proof about another network, or another proof about this one (docs/certificate.md)."""
    model, path = write(folder, "m.eig", RUNAWAY), os.path.join(folder, "proof.json")
    equal(eigc("check", "-q", "--certificate", path, model).status, 0)
    with open(path) as file:
        found = json.load(file)
    for says, key, change, holds, is_model in (
            ("no-equilibrium-on-pieces", "sign", lambda x: ["-1", *x[1:]], False, False),
            ("no-equilibrium-on-pieces", "row", lambda x: ["2", *x[1:]], False, False),
            ("no-equilibrium-on-pieces", "input", lambda x: ["1.1", *x[1:]], True, False),
            ("no-equilibrium-on-pieces", "corner", lambda x: ["0.001", *x[1:]], True, False),
            ("run-away", "slope_hi", lambda x: ["1.0001", *x[1:]], True, True),
            ("run-away", "m", lambda x: [str(Fraction(x[0]) * Fraction(9, 10)), *x[1:]], True, True),
            ("run-away", "tau", lambda x: ["10.001", *x[1:]], True, False)):
        changed = copy.deepcopy(found)
        statement = next(s for s in changed["statements"] if s["says"] == says)
        statement[key] = change(statement[key])
        equal(both_on(folder, changed), (holds, holds), (says, key))
        equal(both_on(folder, changed, "--model", model)[0], is_model, (says, key))


@test
def a_certificate_is_accepted(folder):
    r = eigc("verify", proof(folder))
    equal((r.status, r.err), (0, ""), r)
    check("accepted" in r.out and "Lyapunov diagonally stable" in r.out, r)


@test
def a_refutation_is_accepted(folder):
    r = eigc("verify", proof(folder, "--set", "w_EE=1.2"))
    equal((r.status, r.err), (0, ""), r)
    check("not Lyapunov diagonally stable" in r.out and "w_EE=1.2" in r.out, r)


@test
def json_keys(folder):
    path = proof(folder)
    r = eigc("verify", "--json", path)
    o = json.loads(r.out)
    equal((r.status, o["certificate"], o["accepted"], o["verdict"], o["claim"], o["neurons"]),
          (0, path, True, "certified", "lds", 2))
    o = json.loads(eigc("verify", "--json", proof(folder, "--set", "w_EE=1.2")).out)
    equal((o["accepted"], o["verdict"], o["claim"]), (True, "refuted", "not-lds"))


@test
def it_names_the_model_it_was_made_for(folder):
    path = proof(folder, "--set", "w_EE=0.25")
    r = eigc("verify", path, "--model", PAIR)
    equal((r.status, r.err), (0, ""), r)
    check("same matrix, entry by entry" in r.out, r)
    r = eigc("verify", path, "--model", PAIR, "--set", "w_EE=1/4")
    equal(r.status, 0, r)


@test
def settings_of_the_certificate_stay_beside_those_of_the_command_line(folder):
    path = proof(folder, "--set", "w_EE=0.25", "--set", "w_II=0.7")
    r = eigc("verify", path, "--model", PAIR, "--set", "w_EE=1/4")
    equal((r.status, r.err), (0, ""), r)


@test
def a_model_without_slope_bounds_makes_no_claim(folder):
    model = write(folder, "root.eig", "population E excitatory { tau = 1; activation(z) = sqrt(max(z, 0)) }\n"
                                      "connect E -> E { weight = 0.1 }\n")
    r = eigc("verify", proof(folder), "--model", model)
    equal((r.status, r.err), (1, ""), r)
    check("slope" in r.out, r)


@test
def a_key_twice_is_a_rejected_proof(folder):
    text = open(proof(folder)).read().replace('"claim"', '"claim": "lds", "claim"', 1)
    r = eigc("verify", write(folder, "twice.json", text))
    equal(r.status, 1, r)


@test
def another_model_is_rejected(folder):
    path = proof(folder)
    r = eigc("verify", path, "--model", PAIR, "--set", "w_EE=0.5000000000000000000001")
    equal((r.status, r.err), (1, ""), r)
    check("rejected" in r.out and "1/2" in r.out.replace("0.5", "1/2") and "E" in r.out, r)
    text = open(PAIR).read()
    r = eigc("verify", path, "--model", write(folder, "same.eig", text + "\n# a remark\n"))
    equal(r.status, 0, r)
    check("changed since" in r.out, r)
    r = eigc("verify", path, "--model", write(folder, "wrong.eig", "model m\npopulation"))
    equal(r.status, 2, r)
    check("E01" in r.err, r)
    r = eigc("verify", path, "--model", os.path.join(folder, "none.eig"))
    equal(r.status, 2, r)


@test
def imported_files_are_part_of_the_model(folder):
    part = write(folder, "part.eig", "population E excitatory { tau = 20; cost = nonnegative }\nconnect E -> E { weight = 0.5 }\n")
    main = write(folder, "main.eig", "import \"part.eig\"\npopulation I inhibitory { tau = 10; cost = nonnegative }\n"
                                     "connect I -> E { weight = 1 }\n")
    path = os.path.join(folder, "imports.json")
    equal(eigc("check", "--certificate", path, main).status, 0)
    named = json.load(open(path))["model"]["imports"]
    equal(list(named.values()), [hashlib.sha256(open(part, "rb").read()).hexdigest()])
    r = eigc("verify", path, "--model", main)
    check(r.status == 0 and "changed since" not in r.out, r)
    text = open(part).read()
    write(folder, "part.eig", text + "# a remark\n")
    r = eigc("verify", path, "--model", main)
    check(r.status == 0 and "changed since" in r.out, r)
    write(folder, "part.eig", text.replace("0.5", "0.25"))
    r = eigc("verify", path, "--model", main)
    check(r.status == 1 and "not of this model" in r.out, r)


@test
def populations_have_the_names_of_the_model(folder):
    model = write(folder, "named.eig", "population E excitatory { size = 4; tau = 20; cost = nonnegative }\n"
                                       "population I inhibitory { size = 4; tau = 10; cost = nonnegative }\n"
                                       "connect E -> I { weight = 0.1 }\nconnect I -> E { weight = 0.1 }\n")
    path = os.path.join(folder, "named.json")
    equal(eigc("check", "--certificate", path, model).status, 0)
    proof = json.load(open(path))
    equal([p["name"] for p in proof["matrix"]["populations"]], ["E", "I"])
    equal(eigc("verify", path, "--model", model).status, 0)
    for names in (["I", "E"], ["E", "J"], ["", "I"]):
        for p, name in zip(proof["matrix"]["populations"], names):
            p["name"] = name
        json.dump(proof, open(path, "w"))
        equal(eigc("verify", path).status, 0)
        r = eigc("verify", path, "--model", model)
        check(r.status == 1 and "not of this model" in r.out and "in the certificate and" in r.out, r)


@test
def draws_are_made_with_the_seed_of_the_certificate(folder):
    """Gains of neurons are in the matrix: the seed is named, drawn with, and said where it makes the difference."""
    model = write(folder, "drawn.eig", "population E excitatory { size = 3; tau = 20 ms; cost = nonnegative; gain = uniform(0.5, 1) }\n"
                                       "connect E -> E { weight = 0.1 }\nsimulate { method = rk4; duration = 1 ms; step = 0.1 ms; seed = 5 }\n")
    for seed, options in (("5", ()), ("7", ("--seed", "7")), (str(2 ** 64 - 1), ("--seed", str(2 ** 64 - 1)))):
        path = os.path.join(folder, "seed%s.json" % seed)
        equal(eigc("check", *options, "--certificate", path, model).status, 0)
        equal(json.load(open(path))["model"]["seed"], seed)
        r = eigc("verify", path, "--model", model)
        check(r.status == 0 and "drawn with the seed " + seed in r.out, r)
        r = eigc("verify", path, "--model", model, "--seed", "8")
        check(r.status == 1 and "seed 8" in r.out and "made with the seed " + seed in r.out, r)
    for bad in (7, "", "-1", "7.0", " 7", str(2 ** 64), None):
        text = json.load(open(path))
        text["model"]["seed"] = bad
        equal(eigc("verify", tampered(folder, text)).status, 1, bad)
        try:
            second_check(json.dumps(text).encode())
            raise AssertionError("the second checker takes the seed %r" % (bad,))
        except Refused:
            pass
    second_check(open(path, "rb").read())
    path = os.path.join(folder, "plain.json")
    equal(eigc("check", "--certificate", path, PAIR).status, 0)
    check("seed" not in json.load(open(path))["model"], "a seed that nothing depends on")


@test
def multipliers_are_not_believed(folder):
    good = json.load(open(proof(folder)))
    n = 0
    for k, component in enumerate(good["components"]):
        for i in range(len(component["p"])):
            for value in ("0", "-1", "1/0", "nan", "1e-400000", "", 1, None, "1000000"):
                bad = copy.deepcopy(good)
                bad["components"][k]["p"][i] = value
                r = eigc("verify", tampered(folder, bad))
                equal(r.status, 1, "p = %r: %r" % (value, r))
                check("rejected" in r.out, r)
                n += 1
    check(n, "no multipliers")


@test
def the_matrix_is_not_believed(folder):
    good = json.load(open(proof(folder)))
    bad = copy.deepcopy(good)
    bad["claim"] = "not-lds"
    equal(eigc("verify", tampered(folder, bad)).status, 1)
    bad = copy.deepcopy(good)
    del bad["components"]
    equal(eigc("verify", tampered(folder, bad)).status, 1)
    bad = copy.deepcopy(good)
    bad["components"] = []
    equal(eigc("verify", tampered(folder, bad)).status, 1)
    bad = copy.deepcopy(good)
    bad["surprise"] = 1
    equal(eigc("verify", tampered(folder, bad)).status, 1)
    bad = copy.deepcopy(good)
    bad["matrix"]["n"] = 3
    equal(eigc("verify", tampered(folder, bad)).status, 1)


@test
def what_cannot_be_read(folder):
    text = open(proof(folder)).read()
    for wrong in (text[:len(text) // 2], "", "not json", "\0", "[" * 100000):
        r = eigc("verify", "-", stdin=wrong)
        equal((r.status, r.out), (2, ""), r)
        check("E0005" in r.err, r)
    for other in ("{}", "[]", '{"format": "eig-certificate/1"}'):
        equal(eigc("verify", "-", stdin=other).status, 1, other)
    r = eigc("verify", os.path.join(folder, "none.json"))
    equal((r.status, r.out), (2, ""), r)
    check("E0001" in r.err, r)
    equal(eigc("verify", folder).status, 2)
    equal(eigc("verify", PAIR).status, 2)


@test
def texts_of_a_certificate_stay_on_their_lines(folder):
    """What a stranger's file says cannot look like what eigc says, nor move the cursor."""
    forged = "m.eig\n  model    m.eig makes the same matrix, entry by entry\x1b[2J\x9b"
    honest = json.load(open(proof(folder)))
    lines = eigc("verify", tampered(folder, honest)).out.count("\n")
    for change in ({"model": {"file": forged, "sha256": ""}}, {"model": {"file": "m", "sha256": "", "set": {"w" + forged: "1" + forged}}}):
        r = eigc("verify", tampered(folder, dict(honest, **change)))
        equal((r.status, r.out.count("\n"), "\x1b" in r.out, "\x9b" in r.out), (0, lines, False, False), r)
    ranges = {"params": [{"name": forged, "value": "0", "lo": "0", "hi": "1"}], "terms": [],
              "cells": [{"lo": ["0"], "hi": ["1"], "components": honest["components"]}]}
    r = eigc("verify", tampered(folder, dict(honest, ranges=ranges)))
    equal((r.status, r.out.count("\n"), "\x1b" in r.out), (0, lines + 1, False), r)
    for change in ({"claim": "x\nproof.json: accepted\n"}, {"x\nproof.json: accepted\n": 1}, {"format": forged}):
        r = eigc("verify", tampered(folder, dict(honest, **change)))
        equal((r.status, r.out.count("\n"), "\x1b" in r.out), (1, 1, False), r)
    wide = dict(honest, claim="x" + "\u0416" * 60)            # cut in the middle of a letter
    r = eigc("verify", "--json", tampered(folder, wide))
    check(r.status == 1 and "is no claim" in json.loads(r.out)["reason"], r)


@test
def through_a_pipe(folder):
    r = eigc("check", "--certificate=-", PAIR)
    equal(r.status, 0, r)
    json.loads(r.out)
    equal(eigc("verify", "-", stdin=r.out).status, 0)
    equal(eigc("check", "--certificate=-", "--json", PAIR).status, 2)
    equal(eigc("verify", "-q", "-", stdin=r.out).out, "")


RANGED_TAU = """param T = 20 ms in [5 ms, 50 ms]
param a = 0.5 in [0, 0.99]
population E excitatory { tau = T; cost = nonnegative; input = 1 }
population I inhibitory { tau = 10 ms; cost = nonnegative }
connect E -> E { weight = %s }
connect E -> I { weight = 2 }
connect I -> E { weight = 2 }
require %s for all params
"""
ALONE = """param T = 20 ms in [5 ms, 50 ms]
param a = 0.5 in [0, 0.99]
population E excitatory { tau = T; cost = nonnegative; input = 1 }
connect E -> E { weight = a }
require unique_equilibrium for all params
"""


@test
def where_time_constants_have_ranges_statements_are_for_any(folder):
    """Cells name no time constants that vary: what they state holds for any that are above 0, and where these are not known to be cells state nothing."""
    fixed, waving = RANGED_TAU.replace("tau = T", "tau = 20 ms"), RANGED_TAU.replace("tau = T", "tau = 20 ms + sin(T / (1 ms)) * 1 ms")
    for text, verdict, statements in ((ALONE, "certified", True), (RANGED_TAU % ("a", "unique_equilibrium"), "certified", True),
                                      (RANGED_TAU % ("0.5", "stable"), "certified", True), (RANGED_TAU % ("a", "stable"), "certified", True),
                                      (waving % ("a", "stable"), "undecided", False), (waving % ("a", "unique_equilibrium"), "certified", False),
                                      (fixed % ("a", "stable"), "certified", True)):
        model, path = write(folder, "ranged.eig", text), os.path.join(folder, "ranged.json")
        r = eigc("check", "--json", "--certificate", path, model)
        equal([f["verdict"] for f in json.loads(r.out)["requirements"]], [verdict], r)
        cells = json.load(open(path))["ranges"]["cells"]
        check(cells and all(("statements" in c) == statements for c in cells), cells)
        check("tau = T" not in text or all("tau" not in s for c in cells for s in c.get("statements", [])), cells)
        r = eigc("verify", "--model", model, path)
        equal((r.status, r.err), (0, ""), r)
        second_check(open(path, "rb").read())


MEANS = """population E excitatory { size = 3000; tau = 10 ms; cost = nonnegative; gain = lognormal(1, 0.5) }
population I inhibitory { size = 1000; tau = 10 ms; cost = nonnegative; gain = lognormal(1, 0.3) }
connect E -> E { weight = 0.7; scale = 1/n }
connect E -> I { weight = 1; scale = 1/n }
connect I -> E { weight = 0.8; scale = 1/n }
connect I -> I { weight = 0.5; scale = 1/n }
"""


def times(number, factor):
    return str(Fraction(number) * factor)


@test
def mean_slopes_are_compared_with_the_neurons(folder):
    model, path = write(folder, "m.eig", MEANS), os.path.join(folder, "proof.json")
    eigc("check", "-q", "--certificate", path, model)
    honest = json.load(open(path))
    equal(eigc("verify", "--model", model, path).status, 0)
    honest["statements"] = [s for s in honest["statements"] if s["says"] == "equal-time-constants"]      # others have numbers for the slopes

    def smaller(c, factor):         # what the claim is about as well
        c["matrix"]["uniform"][0] = [times(x, factor) for x in c["matrix"]["uniform"][0]]
        c["matrix"]["mean_slopes"][0] = times(c["matrix"]["mean_slopes"][0], factor)

    def only_the_slope(c, factor):
        c["matrix"]["mean_slopes"][0] = times(c["matrix"]["mean_slopes"][0], factor)

    def without(c, factor):
        del c["matrix"]["mean_slopes"]

    def with_a_rate(c, factor):
        c["statements"] = [{"says": "rate-by-multipliers", "mu": "1/1000000000000", "tau": "10", "rate": "1/1000000000000000000000"}]

    for change in smaller, only_the_slope, without, with_a_rate:
        for factor in Fraction(1, 2), 1 - Fraction(1, 10**30):
            forged = copy.deepcopy(honest)
            change(forged, factor)
            r = eigc("verify", "--model", model, tampered(folder, forged))
            check(r.status != 0, "%s %s" % (change.__name__, factor))
    forged = copy.deepcopy(honest)
    smaller(forged, 1 + Fraction(1, 10**6))         # a larger mean proves the same
    equal(eigc("verify", "--model", model, tampered(folder, forged)).status, 0)


TWO = """population E excitatory { size = 2; tau = 20; cost = nonnegative; gain = 1.5; input = sin(t) }
population I inhibitory { tau = 10; cost = nonnegative }
connect E -> E { weight = 0.4 }
connect I -> E { weight = 1.2 }
connect E -> I { weight = 1; delay = 3 }
"""


@test
def several_equilibria_at_some_input_need_one_vector(folder):
    """And activations max(s, 0), without noise, whatever the model's own input is: those are facts about the model."""
    model, path = write(folder, "m.eig", TWO), os.path.join(folder, "proof.json")
    eigc("check", "-q", "--certificate", path, model)
    honest = json.load(open(path))
    says = [s["says"] for s in honest["statements"]]
    check("several-or-none" in says, says)
    equal(eigc("verify", "--model", model, path).status, 0)
    second_check(json.dumps(honest).encode())
    statement = honest["statements"][says.index("several-or-none")]

    def refused(change):
        forged = copy.deepcopy(honest)
        forged["statements"] = [dict(statement)]
        change(forged)
        r = eigc("verify", tampered(folder, forged))
        check(r.status != 0, forged)
        try:
            second_check(json.dumps(forged).encode())
        except Refused:
            return
        check(False, "the second checker takes %s" % forged)

    v = honest["witness"]
    refused(lambda c: c["witness"].update(V=v["V"] * 2, w=["1", "1"]))
    refused(lambda c: c["witness"].update(V=v["V"] + [["0"] * len(v["members"])], w=["1", "0"]))
    refused(lambda c: c["statements"][0].update(component=0))
    refused(lambda c: c["statements"][0].update(V=["1", "1"]))
    refused(lambda c: c["witness"].update(V=[["0" for _ in x] for x in v["V"]]))
    stable = {"format": "eig-certificate/1", "claim": "lds", "matrix": {"n": 1, "rows": [["-1"]]}, "statements": [statement],
              "components": [{"members": [0], "p": ["1"], "proof": "exact"}]}
    refused(lambda c: (c.clear(), c.update(stable)))
    wave = json.loads(json.dumps(RING))
    for frequency, re, im, fine in ([0, 0], "1", "0", True), ([0, 0], "1", "1/1000", False), ([1, 0], "1", "0", False), ([2, 0], "1", "0", False):
        wave["witness"]["waves"] = [{"frequency": frequency, "re": [re], "im": [im]}]
        wave["statements"] = [statement]
        if fine:
            equal(eigc("verify", tampered(folder, wave)).status, 0)
            second_check(json.dumps(wave).encode())
        else:
            refused(lambda c: (c.clear(), c.update(json.loads(json.dumps(wave)))))
    for before, after in (("E excitatory { size = 2; tau = 20; cost = nonnegative; gain = 1.5", "E excitatory { size = 2; tau = 20; cost = leaky(0.5); gain = 1.5"),
                          ("cost = nonnegative }", "cost = box(0, 1000) }"), ("cost = nonnegative }", "cost = nonnegative; noise = 0.1 }"),
                          ("cost = nonnegative }", "activation(z) = max(z, 0) + 0.001 * max(z - 5, 0) }"), ("cost = nonnegative }", "activation(z) = tanh(z) }")):
        check(before in TWO, before)
        other = write(folder, "other.eig", TWO.replace(before, after))
        forged = copy.deepcopy(honest)
        forged["statements"] = [statement]
        del forged["model"]
        r = eigc("verify", "--model", other, tampered(folder, forged))
        check(r.status != 0, (after, r))
        r = eigc("check", "--json", other)
        check("several-or-none" not in r.out, (after, r))


RING = {"format": "eig-certificate/1", "claim": "not-lds",
        "matrix": {"n": 4, "populations": [{"name": "E", "size": 4}], "uniform": [["0.3"]], "self": ["0"], "leak": ["1"],
                   "kernels": [{"to": 0, "from": 0, "extent": [4, 1], "values": ["0.9", "0.1", "-1.1", "0.1"]}]},
        "witness": {"members": [0], "waves": [], "w": ["1"]}}


main()
