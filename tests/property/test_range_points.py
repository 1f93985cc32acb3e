#!/usr/bin/python3
"""What is refuted over ranges is in the certificate: the point, inside the ranges, with a proof of its own about the network there, which
`eigc verify`, with and without the model, and tests/second_checker.py accept, and refuse when a number of it is another.
Usage: test_range_points.py [HOW MANY [FIRST SEED]]"""
import copy
import json
import os
import random
import subprocess
import sys

from each_test import run_each
from test_ranges import EIGC, eigc, random_model, report, write
from two_checkers import both

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import number

RING = """param a = 1 in [0.1, {top}]
param b = 1 in [0.1, {top}]
population A inhibitory {{ tau = 10 ms; cost = nonnegative }}
population B inhibitory {{ tau = {tau}; cost = {cost} }}
population C inhibitory {{ tau = 10 ms; cost = nonnegative }}
connect A -> B {{ weight = a }}
connect B -> C {{ weight = b }}
connect C -> A {{ weight = 1 }}
require {what} for all params
"""


def ring(top="2.84", tau="10 ms", cost="nonnegative", what="stable"):
    return RING.format(top=top, tau=tau, cost=cost, what=what)


def certificate_of(folder, text, *options):
    """The report, the certificate, and the paths of certificate and model."""
    r, proof, path = report(folder, text, *options)
    with open(proof) as file:
        return r, json.load(file), proof, path


def refuted_points(folder, text, *options):
    """The certificate of a model that is refuted somewhere in its ranges, accepted by both checkers and as the model's; of each point
    its values and what is stated there."""
    r, certificate, proof, path = certificate_of(folder, text, *options)
    assert r["ranges"]["lds"] == "refuted", r["ranges"]
    assert both(certificate), text
    compared = eigc("verify", proof, "--model", path)
    assert compared.returncode == 0, compared.stdout
    names = [p["name"] for p in certificate["ranges"]["params"]]
    points = [dict(zip(names, map(number, p["at"]))) for p in certificate["ranges"]["refuted"]]
    for point in points:
        assert all(number(p["lo"]) <= point[p["name"]] <= number(p["hi"]) for p in certificate["ranges"]["params"])
    assert all(points[0].get(n, number(x)) == number(x) for n, x in r["ranges"]["refuted_at"].items()), (points, r["ranges"])
    return certificate, [(point, {s["says"] for s in p.get("statements", [])}) for point, p in zip(points, certificate["ranges"]["refuted"])]


def test_diagonal_stability(folder):
    """A ring of three is diagonally stable exactly where the product of its weights is below 8."""
    _, certificate, _, _ = certificate_of(folder, ring("2.82"))
    assert "refuted" not in certificate["ranges"] and certificate["ranges"]["cells"]
    certificate, points = refuted_points(folder, ring())
    assert certificate["claim"] == "lds" and len(points) == 1 and points[0][0]["a"] * points[0][0]["b"] >= 8, points
    said = " ".join(eigc("check", write(folder, ring()), f"--certificate={folder}/proof.json").stdout.split())
    assert "refuted at a = 2.84, b = 2.84, so not for all of" in said and "(the certificate has the proof)" in said, said
    found = json.loads(eigc("verify", "--json", f"{folder}/proof.json").stdout)["refuted_in_ranges"]
    assert found == [{"at": {"a": "2.84", "b": "2.84"}, "statements": []}], found
    said = eigc("verify", f"{folder}/proof.json").stdout
    assert "a in [0.1, 2.84], b in [0.1, 2.84]: not Lyapunov diagonally stable\n           at a = 2.84, b = 2.84\n" in said, said


def test_models_of_many_kinds(folder):
    """Slopes that are attained and no bounds, functions of params, units, gains and sizes of params, and a requirement that asks no point."""
    one = "param w = 0.5 in [0, 3]\npopulation E excitatory { tau = 20 ms; cost = nonnegative }\nconnect E -> E { weight = %s }\nrequire stable for all params\n"
    for text in (ring(cost="nonnegative; gain = 1 + a", top="4"), ring(top="4").replace("cost = nonnegative }\npopulation C", "cost(x) = 0.1 * x^4 }\npopulation C"), ring(tau="20 ms"), ring(what="unique_equilibrium"), ring(what="rate >= 0.001 per ms"),
                 one % "exp(w) / 3", one % "w^2 / 3", one % "3 * w * (3 - w) / 4", one.replace("20 ms;", "20 ms; gain = 1 + w;") % "0.4",
                 one.replace("20 ms;", "20 ms; size = floor(2 * w + 1);") % "0.3", one.replace("= 20 ms", "= T").replace("param w", "param T = 20 ms in [10 ms, 30 ms]\nparam w") % "w",
                 one.replace("20 ms;", "20 ms; size = 40;") % "w * exp(-abs(pre.i - post.i)); scale = 1/n"):
        r, _, path = report(folder, text)
        if r["ranges"]["lds"] == "refuted":
            refuted_points(folder, text)
        else:
            assert "scale" in text or "rate" in text, (text, r["ranges"])


def test_what_is_refuted_there(folder):
    """Several equilibria, and an unstable one, in place of what is required for all values."""
    one = "param w = 0.5 in [0, 3]\npopulation E excitatory { tau = 20; cost = nonnegative }\nconnect E -> E { weight = w }\nrequire unique_equilibrium for all params\n"
    _, points = refuted_points(folder, one)
    assert points[0][0] == {"w": 3} and points[0][1] & {"several-or-none", "several-equilibria"}, points
    r, _, _, _ = certificate_of(folder, one)
    assert r["requirements"][0]["verdict"] == "refuted" and "(the certificate has the proof)" in r["requirements"][0]["reason"], r["requirements"]
    bounded = "param w = 0.5 in [0, 6]\npopulation E excitatory { tau = 20 ms; cost = box(0, 1); input = -1 }\nconnect E -> E { weight = w }\nrequire stable for all params\n"
    _, points = refuted_points(folder, bounded)
    assert any("several-equilibria" in says or "unstable-equilibrium" in says for _, says in points), points


def test_standard_input(folder):
    """A text that is read once is not built at the point: the file has what the search over the ranges found there."""
    one = "param w = 0.5 in [0, 3]\npopulation E excitatory { size = 4; tau = 20; cost = %s }\nconnect E -> E { weight = %s; scale = 1/n }\n" \
          "require unique_equilibrium for all params\n"
    for text in (ring(), one % ("nonnegative", "w"), one % ("logistic(1, 2, 0.5)", "exp(w)"), one.replace("cost", "gain = 1 + w; cost") % ("nonnegative", "w / 2")):
        proof = os.path.join(folder, "proof.json")
        done = subprocess.run([EIGC, "check", "-", f"--certificate={proof}"], input=text, capture_output=True, text=True)
        assert "(the certificate has the proof)" in " ".join(done.stdout.split()), (text, done.stdout)
        compared = eigc("verify", proof, "--model", write(folder, text))
        assert compared.returncode == 0, (text, compared.stdout)
        with open(proof) as file:
            certificate = json.load(file)
        assert both(certificate) and len(certificate["ranges"]["refuted"]) == 1


def test_own_claim_refuted_or_open(folder):
    """The params' own values may be refuted themselves; where they are not decided there is no certificate, and the command has its place."""
    certificate, points = refuted_points(folder, ring("4"), "--set=a=4", "--set=b=4")
    assert certificate["claim"] == "not-lds" and points, certificate


def test_where_the_model_is_in_error_nothing_is_refuted(folder):
    """A weight says how strong an inhibitory source is, a scale is above 0: at values below 0 there is no model."""
    one = "param a = 0.5 in [-2, 2]\npopulation V inhibitory { tau = 10 ms; cost = nonnegative }\nrequire stable for all params\n"
    two = one.replace("V inhibitory {", "V mixed { size = 2;")
    for text, verdict in ((one + "connect V -> V { weight = a }\n", "undecided"),
                          (two + "connect V -> V { weight = [[0, 0.6], [0.6, 0]]; scale = a }\n", "refuted"),
                          (one.replace("-2", "0") + "connect V -> V { weight = a }\n", "certified")):
        r, certificate, proof, path = certificate_of(folder, text)
        assert r["ranges"]["lds"] == verdict and (r["ranges"]["refuted_at"] or {}).get("a") in (None, "2"), (text, r["ranges"])
        assert eigc("verify", proof, "--model", path).returncode == 0, text
        assert eigc("check", path, "--set=a=-2").returncode == 2, text
    r, certificate, proof, path = certificate_of(folder, one + "connect V -> V { weight = a }\n")
    assert "the model is in error at a = -2" in r["requirements"][0]["reason"], r["requirements"]


CHANGES = {
    "outside": lambda c, p: p["at"].__setitem__(0, "2.85"),
    "too short": lambda c, p: p["at"].pop(),
    "narrower": lambda c, p: c["ranges"]["params"][1].update(hi="2.83"),
    "stable there": lambda c, p: p["matrix"]["rows"][1].__setitem__(0, "-2"),
    "another witness": lambda c, p: p["witness"]["V"][0].__setitem__(0, "255"),
    "no witness": lambda c, p: p.pop("witness"),
    "another claim": lambda c, p: p.update(claim="lds"),
    "certified there": lambda c, p: (p.update(claim="lds", matrix=c["matrix"], components=c["components"]), p.pop("witness")),
    "false statement": lambda c, p: p.update(statements=[{"says": "saddle", "p": ["1", "1", "1"], "sign": ["1", "1", "-1"]}]),
    "slopes in a box": lambda c, p: p.update(statements=[{"says": "local-slopes", "slope": ["1"] * 3, "input": ["0"] * 3, "x_lo": ["0"] * 3, "x_hi": ["1"] * 3}]),
    "key": lambda c, p: p.update(lo=["0", "0"]),
    "ranges in it": lambda c, p: p.update(ranges=copy.deepcopy(c["ranges"])),
    "cells beside": lambda c, p: c["ranges"].update(cells=[], terms=[]),
    "no params": lambda c, p: c["ranges"].update(params=[]),
    "no points": lambda c, p: c["ranges"].update(refuted=[]),
    "many points": lambda c, p: c["ranges"].update(refuted=[p] * 17),
    "twice": lambda c, p: c["ranges"]["params"][1].update(name="a"),
    "no list": lambda c, p: c["ranges"].update(refuted=p),
    "no object": lambda c, p: c.update(ranges=c["ranges"]["refuted"]),
    "own proof": lambda c, p: c["components"][0]["p"].__setitem__(0, "300"),
}


def test_changed_certificates(folder):
    _, certificate, _, path = certificate_of(folder, ring())
    assert both(certificate)
    for name, change in CHANGES.items():
        changed = copy.deepcopy(certificate)
        change(changed, changed["ranges"]["refuted"][0])
        assert not both(changed), name
    proof = os.path.join(folder, "changed.json")
    for name, (says, change) in {       # proofs, but not of this model
        "other values": ("point 1 of the ranges", lambda c, p: p.update(at=["2.8", "2.84"])),
        "other matrix": ("point 1 of the ranges", lambda c, p: p["matrix"]["rows"][1].__setitem__(0, "-2.9")),
        "other name": ("no param of a range is `c`", lambda c, p: c["ranges"]["params"][0].update(name="c")),
        "wider range": ("the range of `a` is another, from 0.1 to 2.84", lambda c, p: c["ranges"]["params"][0].update(hi="3")),
        "narrower range": ("the range of `b` is another, from 0.1 to 2.84", lambda c, p: c["ranges"]["params"][1].update(lo="0.2")),
    }.items():
        changed = copy.deepcopy(certificate)
        change(changed, changed["ranges"]["refuted"][0])
        assert both(changed), name
        with open(proof, "w") as file:
            json.dump(changed, file)
        compared = eigc("verify", proof, "--model", path)
        assert compared.returncode == 1 and f"not of this model: {says}" in " ".join(compared.stdout.split()).replace("at point", "point"), (name, compared.stdout)


def test_beside_slopes_everywhere(folder):
    """A proof in a box stands beside one about the slopes of all rates; points stand in the file itself, not in the latter."""
    text = "param w = 1.2 in [0.1, 2]\npopulation E excitatory { tau = 10; activation(z) = 1 / (1 + exp(-8 * (z - 1))); input = 3 }\n" \
           "connect E -> E { weight = w }\nrequire stable for all params\n"
    certificate, points = refuted_points(folder, text)
    assert certificate["claim"] == "lds" and certificate["everywhere"]["claim"] == "not-lds" and points, certificate
    certificate["everywhere"]["ranges"] = certificate["ranges"]
    assert not both(certificate)


def test_random_models(folder, count, seed):
    found = 0
    for k in range(count):
        text = random_model(random.Random(seed + k))[0]
        r, proof, _ = report(folder, text)
        if r["ranges"]["lds"] == "refuted" and r["lds"]["verdict"] != "undecided":
            refuted_points(folder, text)
            found += 1
        os.path.exists(proof) and os.remove(proof)
    assert found, "nothing was refuted"
    print(f"# {found} of {count} refuted, each by a point in its certificate")


if __name__ == "__main__":
    sys.exit(run_each(globals(), "range points", 30))
