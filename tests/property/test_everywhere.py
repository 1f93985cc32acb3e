#!/usr/bin/python3
"""Sigmoids of large gain on a plateau, and half waves that are silent: refuted with the slopes of all rates, stable with those in a box.
The certificate has both proofs, and neither depends on what the model requires. Usage: test_everywhere.py [HOW MANY [FIRST SEED]]"""
import copy
import json
import os
import random
import subprocess
import sys
import tempfile

from two_checkers import both

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))

SIGMOID = "activation(z) = 1 / (1 + exp(-{gain} * (z - 1)))"
# Stable with the slopes of all rates, too, which alone do not tell of convergence; for all params.
PULLED = "param w = 0.5 in [0.4, 0.6]\n" + "".join("population P%d mixed { tau = %d; activation(z) = 1 / (1 + exp(-4 * z)); input = %d }\n" % x for x in [(0, 100, 2), (1, 1, 1), (2, 1, 2)]) + """
connect P0 -> P0 { weight = w }
connect P0 -> P2 { weight = -3 }
connect P1 -> P1 { weight = w }
connect P1 -> P2 { weight = -3 }
connect P2 -> P0 { weight = 2 }
connect P2 -> P1 { weight = 3 }
connect P2 -> P2 { weight = 0.5 }
"""
WHOLE = ("lds", "stability", "statements", "statements_everywhere", "binding", "remedies")


def network(r):
    """Its text; strongly driven, or strongly silenced."""
    phi = r.choice([SIGMOID.format(gain=r.choice([6, 8, 12])), "cost = logistic(1, 0.125, 1)", "cost = nonnegative"])
    names = "EI"[:r.choice([1, 2])] if "non" not in phi else "EI"
    text = ""
    for name in names:
        drive = r.choice([3, 4, 6]) if "non" not in phi else r.choice([-4, -2, 2])
        text += "population %s %s { tau = %d; %s; input = %d }\n" % (name, {"E": "excitatory", "I": "inhibitory"}[name], r.choice([5, 10, 20]), phi, drive)
    for pre in names:
        for post in names:
            text += "connect %s -> %s { weight = %s }\n" % (pre, post, r.choice(["0.4", "1.2", "1.5", "2"]) if pre + post == "EE" else r.choice(["0.3", "0.5", "1"]))
    return text


def certified(text, folder):
    """The report, and the certificate, which is one of the model."""
    path, out = os.path.join(folder, "m.eig"), os.path.join(folder, "c.json")
    if os.path.exists(out):
        os.unlink(out)
    with open(path, "w") as f:
        f.write(text)
    report = json.loads(subprocess.run([EIGC, "check", "--json", path, "--certificate", out], capture_output=True, text=True).stdout)
    if not os.path.exists(out):
        return report, {}
    done = subprocess.run([EIGC, "verify", out, "--model", path], capture_output=True, text=True)
    assert done.returncode == 0, (text, done.stdout)
    with open(out) as f:
        certificate = json.load(f)
    assert both(certificate), text
    return report, certificate


def mutated(certificate):
    """Files that are no proof: (what, tree)."""
    for part in ("statements", "witness", "components", "matrix", "claim"):
        other = copy.deepcopy(certificate)
        if other["everywhere"].pop(part, None) and part != "statements":
            yield part, other
    yield "no box", dict(certificate, statements=[s for s in certificate["statements"] if s["says"] not in ("local-slopes", "invariant-box")])
    yield "the box's own", dict(certificate, everywhere={k: certificate[k] for k in ("claim", "matrix", "statements", "components")})
    other = copy.deepcopy(certificate)
    other["everywhere"]["ranges"] = None
    yield "null", other
    if "witness" in certificate["everywhere"]:
        yield "the box's matrix", dict(certificate, everywhere=dict(certificate["everywhere"], matrix=certificate["matrix"], statements=[{"says": "several-or-none"}]))


def try_network(text, folder):
    report, certificate = certified(text, folder)
    kinds = [s["says"] for s in certificate.get("statements", []) if s["says"] in ("local-slopes", "invariant-box")]
    decided = report["lds"]["verdict"] in ("certified", "refuted")
    assert ("everywhere" in certificate) == bool(kinds and decided), text
    for require in ("stable", "unique_equilibrium"):
        again, other = certified(text + "require %s\n" % require, folder)
        assert all(again[key] == report[key] for key in WHOLE), (text, require)
        assert {**other, "model": 0} == {**certificate, "model": 0}, (text, require)
    if "everywhere" not in certificate:
        return kinds, None
    claim = {"certified": "lds", "refuted": "not-lds"}[report["lds"]["verdict"]]
    assert certificate["claim"] == "lds" and certificate["everywhere"]["claim"] == claim, text
    assert [s["says"] for s in report["statements_everywhere"]] == [s["says"] for s in certificate["everywhere"].get("statements", [])], text
    for what, tree in mutated(certificate):
        assert not both(tree), (text, what)
    return kinds, claim


def over_ranges(folder):
    """What holds for all params is about the slopes of all rates."""
    report, certificate = certified(PULLED + "require unique_equilibrium for all params\n", folder)
    assert report["requirements"][0]["verdict"] == "certified", report["requirements"]
    assert "ranges" in certificate["everywhere"] and "ranges" not in certificate, certificate
    other = copy.deepcopy(certificate)
    other["everywhere"]["ranges"]["params"][0]["hi"] = "0.7"
    assert not both(other)


def main():
    count, seed = (int(x) for x in (sys.argv[1:] + ["60", "1"][len(sys.argv) - 1:])[:2])
    seen = []
    with tempfile.TemporaryDirectory() as folder:
        for k in range(seed, seed + count):
            seen.append(try_network(network(random.Random(k)), folder))
        assert try_network(PULLED, folder) == (["local-slopes"], "lds")
        over_ranges(folder)
    refuted = [kinds for kinds, claim in seen if claim == "not-lds"]
    print("# %d networks: %d of a box, %d of these refuted everywhere" % (count, sum(claim is not None for _, claim in seen), len(refuted)))
    good = {kind for kinds in refuted for kind in kinds} == {"local-slopes", "invariant-box"}
    print("ok" if good else "not ok", "both_proofs_are_in_the_file")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
