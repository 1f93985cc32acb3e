#!/usr/bin/python3
"""What a map says of a point, the report of that point says too: random pairs of an excitatory and an inhibitory neuron, a small cell of their
weights around each. Usage: test_map_and_check.py [HOW MANY [FIRST SEED]]"""
import csv
import json
import os
import random
import subprocess
import sys
from collections import Counter

from each_test import run_each

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from second_checker import SHOWS, check as second_check

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
PAIR = """param w_EE = {0} in [0, 8]
param w_EI = {1} in [0, 8]
population E excitatory {{ tau = 10 ms; {2}; input = {3} }}
population I inhibitory {{ tau = {4} ms; {2}; input = {5} }}
connect E -> E {{ weight = w_EE }}
connect I -> E {{ weight = w_EI }}
connect E -> I {{ weight = {6} }}
connect I -> I {{ weight = 0.5 }}
"""
SEEN = {"no-equilibrium-on-pieces": "there is no equilibrium", "inhibition-stabilised": "It is inhibition-stabilised"}


def pair(seed):
    r = random.Random(seed)
    few = lambda lo, hi: r.randint(lo * 10, hi * 10) / 10 + 0.05
    activation = r.choice(["cost = nonnegative", "cost = nonnegative", "cost = box(0, 1)"])
    at = (few(0, 7), few(0, 4))
    return at, PAIR.format(*at, activation, few(-2, 2), r.choice([5, 10, 20]), few(-1, 1), few(0, 4))


def region_of(folder, path, at):
    data = os.path.join(folder, "map.csv")
    near = [f"--over={name}={x - 1e-4:.6f}:{x + 1e-4:.6f}" for name, x in zip(("w_EE", "w_EI"), at)]
    subprocess.run([EIGC, "map", path, *near, "-q", "--depth=0", "--data", data], check=True)
    with open(data) as file:
        return next(csv.DictReader(file))["region"]


def certificate_of(folder, path):
    """What is said, for people, and the certificate, which both checkers accept."""
    proof = os.path.join(folder, "proof.json")
    report = subprocess.run([EIGC, "check", path, "--json", "--certificate", proof], capture_output=True, text=True)
    verified = subprocess.run([EIGC, "verify", proof, "--model", path], capture_output=True, text=True)
    assert verified.returncode == 0, verified.stdout
    with open(proof, "rb") as file:
        certificate = file.read()
    second_check(certificate)
    return json.loads(report.stdout)["stability"]["conclusion"], json.loads(certificate)


def says_of(certificate):
    return [s["says"] for s in certificate.get("statements", [])]


def test_random_models(folder, count, seed):
    seen = Counter()
    path = os.path.join(folder, "m.eig")
    for k in range(seed, seed + count):
        at, text = pair(k)
        with open(path, "w") as file:
            file.write(text)
        region = region_of(folder, path, at)
        conclusion, certificate = certificate_of(folder, path)
        says = says_of(certificate)
        seen[region] += 1
        if {"local-slopes", "invariant-box"} & set(says):      # of a box that rates end up in, or stay in: that is more
            continue
        assert region not in SHOWS or SHOWS[region](certificate, set(says)), f"seed {k}: the map has {region}, the report {says}\n{text}"
        for statement, words in SEEN.items():
            assert (statement in says and says.count("attracting-equilibrium") < 2) == (words in conclusion), f"seed {k}: {says}: {conclusion}"
    print(f"# {dict(seen)}")
    assert count < 60 or {"run-away-none", "inhibition-stabilised", "bistable"} <= set(seen), seen


CURVES = ("activation(z) = tanh(z)", "activation(z) = 1/(1 + exp(-z))", "cost = logistic(1, 0.2, 0.5)", "cost = naka_rushton(1, 2, 1)", "cost = nonnegative",
          "activation(z) = z/(1 + abs(z))", "activation(z) = log(1 + exp(z))", "activation(z) = max(0, z)^2/(1 + max(0, z)^2)", "activation(z) = tanh(z) + 0.3*z")


def curved(seed):
    """Up to three populations; the largest slopes are attained in some place, or approached far out, or have bounds alone."""
    r = random.Random(seed)
    names = "ABC"[:r.choice((1, 2, 2, 3))]
    at = tuple(r.choice((r.randint(1, 60), r.randint(5, 20))) / 10 for _ in range(2))
    text = "param w_EE = {} in [0, 8]\nparam w_EI = {} in [0, 8]\n".format(*at)
    for name in names:
        sign = "excitatory" if name == "A" else r.choice(("excitatory", "inhibitory"))
        text += f"population {name} {sign} {{ size = {r.choice((1, 1, 2))}; tau = {r.choice((5, 20))} ms; {r.choice(CURVES)}; input = {r.randint(-20, 20) / 10} }}\n"
    text += f"connect A -> A {{ weight = w_EE }}\nconnect {names[-1]} -> A {{ weight = w_EI }}\n"
    for pre in names:
        for post in names:
            if (pre, post) not in (("A", "A"), (names[-1], "A")) and r.random() < 0.6:
                text += f"connect {pre} -> {post} {{ weight = {r.choice(('w_EI', '1', '0.5', '2'))} }}\n"
    return at, text


def test_curves(folder):
    """Diagonal stability: both use the slopes that are attained."""
    path, seen = os.path.join(folder, "curves.eig"), Counter()
    for k in range(30):
        at, text = curved(k)
        with open(path, "w") as file:
            file.write(text)
        region = region_of(folder, path, at)
        done = subprocess.run([EIGC, "check", path, "--json", "--only=diagonal-stability"], capture_output=True, text=True)
        verdict = json.loads(done.stdout)["lds"]["verdict"]
        said = "certified" if region.replace("centre-", "") in ("stable", "lds") else "undecided" if region == "undecided" else "refuted"
        assert said == verdict, f"seed {k}: the map has {region}, the report {verdict}\n{text}"
        seen[verdict] += 1
    assert min(seen["certified"], seen["refuted"]) > 3, seen


if __name__ == "__main__":
    sys.exit(run_each(globals(), "map_and_check", 60))
