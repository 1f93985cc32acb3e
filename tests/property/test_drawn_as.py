#!/usr/bin/python3
"""A population with another name draws what it drew before where `drawn_as` gives the old name: results are the same to the bit, verdicts
too, of random models that draw and of one model for each thing that is drawn; without it they are not. Usage: test_drawn_as.py [HOW MANY
[FIRST SEED]]"""
import os
import random
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "numeric"))
sys.path.insert(0, HERE)
import eigc
from random_parts import Parts
from test_order import check, need, verdicts

DRAWS = r"\b(uniform|normal|lognormal|exponential|gamma|noise|noise_ou|random)\b"
TAIL = "simulate { duration = 2 ms; method = euler_maruyama; step = 0.1 ms; seed = 7"
LEAK = "size = 5; tau = 10 ms; cost = nonnegative; input = 1 + 0.1 * i"
PAIR = [f"population E excitatory {{ {LEAK} }}", f"population I inhibitory {{ {LEAK} }}"]


def of_population(more):
    return [f"population E excitatory {{ size = 5; cost = nonnegative; {more} }}"], "E"


def of_connection(more):
    return PAIR + [f"connect E -> I {{ {more} }}", f"connect I -> E {{ {more} }}"], "E, I"


CIRCUIT = f"""circuit Layer(drive) {{
  population E excitatory {{ size = 4; tau = lognormal(10 ms, 0.3); cost = nonnegative; input = drive + noise_ou(5 ms, 0.2) }}
  population I inhibitory {{ {LEAK}; noise = 0.1 / sqrt(1 ms) }}
  connect E -> I {{ weight = lognormal(0.2, 0.5); pattern = random(p = 0.5) }}
}}"""

# What is drawn, each alone: the declarations, and what is recorded.
EACH = {
    "tau": of_population("tau = lognormal(10 ms, 0.3); input = 1"),
    "gain": of_population("tau = 10 ms; gain = uniform(0.5, 1.5); input = 1"),
    "threshold": of_population("tau = 10 ms; threshold = normal(0, 0.1); input = 1"),
    "input": of_population("tau = 10 ms; input = gamma(2, 0.5)"),
    "start": of_population("tau = 10 ms; start = exponential(1)"),
    "noise": of_population("tau = 10 ms; noise = 0.1 / sqrt(1 ms)"),
    "noise_drawn": of_population("tau = 10 ms; noise = uniform(0.1, 0.2) / sqrt(1 ms)"),
    "noise_ou": of_population("tau = 10 ms; input = 1 + noise_ou(5 ms, 0.2) + noise_ou(50 ms, 0.1)"),
    "equations": ([f"""population E excitatory {{ size = 3
  v' = (-v + w + input) / (10 ms) + 0.1 / sqrt(1 ms) * noise
  w' = (v - w) / (20 ms) + 0.2 / sqrt(1 ms) * noise; rate = tanh(v); start(v) = 0; start(w) = 0; input = 0.3 }}"""], "E.v, E.w"),
    "start_of_state": (["""population E excitatory { size = 3
  v' = (-v + input) / (10 ms); rate = tanh(v); start(v) = normal(0.5, 0.1); input = 0.3 }"""], "E.v"),
    "pattern_p": of_connection("weight = 0.2; pattern = random(p = 0.5)"),
    "pattern_indegree": of_connection("weight = 0.2; pattern = random(indegree = 2); seed = 3"),
    "weight": of_connection("weight = lognormal(0.1, 0.5)"),
    "circuit": ([CIRCUIT, "instance L[3] = Layer(1)", "instance top = Layer(0.5)",
                 "connect L[0].E -> top.I { weight = uniform(0, 0.3) }"], "L[0].E, L[0].I, L[1].E, L[2].I, top.E, top.I"),
}


def touched(declarations, name):
    """Something is drawn for it: by its own text, by a text of its circuit, by a connection."""
    return any(re.search(DRAWS, d) and re.search(rf"\b{name}\b", d) for d in declarations)


def renamed(declarations, names, keep):
    """With `keep` each says how it was called before."""
    out = []
    for d in declarations:
        for old, new in names.items():
            said = f'; drawn_as = "{old}"' if keep and touched(declarations, old) else ""
            d = re.sub(rf"(population {old} [^{{]*\{{(?:[^{{}}]|\{{[^}}]*\}})*?) ?\}}", rf"\1{said} }}", d)
        d = re.sub(r"(?<![\w\"])[A-Za-z_]\w*(?!\")", lambda m: names.get(m.group(), m.group()), d)
        out.append(d)
    return out


def run(folder, declarations, records, tail, name):
    text = "model of_draws\n" + "\n".join(declarations) + f"\n{tail}\n  record {records} }}\n"
    result = eigc.run(text, folder, "--reference", name=name)
    need(result.status == 0, result.stderr, text)
    return text, [a.tobytes() for a in result.arrays.values()]


def three(folder, declarations, records, tail, names):
    """Results as it stands, renamed with the old names, and renamed without."""
    other = renamed([records], names, False)[0]
    ours = run(folder, declarations, records, tail, "a")
    kept = run(folder, renamed(declarations, names, True), other, tail, "b")
    lost = run(folder, renamed(declarations, names, False), other, tail, "c")
    need(ours[1] == kept[1], "differ:\n" + ours[0] + kept[0])
    return ours[1] != lost[1]


def test_each(folder):
    for what, (declarations, records) in EACH.items():
        names = {"E": "L4_E", "I": "A_I"}
        need(three(folder, declarations, records, TAIL, names), what, "is not keyed by a name")
        if what not in ("equations", "noise_ou"):
            ours, kept = (verdicts(check(folder, d)) for d in (declarations, renamed(declarations, names, True)))
            need({k: v["verdict"] for k, v in ours.items()} == {k: v["verdict"] for k, v in kept.items()}, what, ours, kept)


def test_exchanged(folder):
    """Two populations exchange their names, and each draws as before."""
    for what in ("pattern_p", "weight", "circuit"):
        need(three(folder, *EACH[what], TAIL, {"E": "I", "I": "E"}), what)


def test_one_of_many(folder):
    """What is drawn for one instance of a circuit is use enough, and each draws by itself."""
    layer = f"""circuit Layer(drive) {{ population A excitatory {{ {LEAK}; start = drive; drawn_as = "E" }} }}"""
    one = check(folder, [layer, "instance L[2] = Layer(1)", "connect L[1].A -> L[1].A { weight = 0.1; pattern = random(p = 0.5) }"])
    need(one["stability"]["verdict"] == "certified", one)
    noisy = layer.replace("drawn_as", "noise = 1 / sqrt(1 ms); drawn_as")
    arrays = run(folder, [noisy, "instance L[2] = Layer(1)"], "L[0].A, L[1].A", TAIL, "d")[1]
    need(arrays[1] != arrays[2], "instances draw the same numbers")


def test_long_paths(folder):
    """Neurons differ in where their fluctuating input starts, however long their path is."""
    layer, name = "L" * 150, "E" * 150
    text = f"circuit C(drive) {{ population {name} excitatory {{ {LEAK}; input = noise_ou(5 ms, drive) }} }}".replace("; input = 1 + 0.1 * i", "", 1)
    result = eigc.run(f"{text}\ninstance {layer} = C(1)\n{TAIL}\n  record input({layer}.{name}) }}\n", folder, "--reference", name="e")
    need(result.status == 0, result.stderr)
    need(len(set(result.record(0)[0])) == 5, result.record(0)[0])


def test_random_models(folder, count, first):
    moved = 0
    for seed in range(first, first + count):
        parts = Parts(seed)
        if not parts.drawn:
            continue
        r = random.Random(seed)
        fresh = r.sample([a + b for a in "QZABMx" for b in ("", "1", "_k", "zz")], len(parts.names))
        moved += three(folder, parts.declarations, ", ".join(parts.records), "simulate { " + parts.simulate, dict(zip(parts.names, fresh)))
    need(moved > count / 10, moved, "models change with their names")


if __name__ == "__main__":
    from each_test import run_each
    sys.exit(run_each(globals(), "drawn_as", 30))
