"""Running eigc from the tests of this folder."""
import json
import os
import subprocess

import numpy as np

EIGC = os.path.abspath(os.environ.get("EIGC", "build/eigc"))
failures = 0


def test(name, check):
    global failures
    try:
        check()
        print("ok", name, flush=True)
    except Exception as e:
        failures += 1
        print(f"{type(e).__name__}: {e}")
        print("not ok", name, flush=True)


class Result:
    """Exit status, diagnostics, and the arrays in the order of the records."""

    def __init__(self, done, path):
        self.status, self.stderr, self.stdout = done.returncode, done.stderr, done.stdout
        self.arrays, self.meta = {}, None
        if os.path.exists(path):
            with np.load(path) as f:
                self.arrays = {name: f[name] for name in f.files if name != "meta"}
                self.meta = json.loads(str(f["meta"]))

    def record(self, k):
        return list(self.arrays.values())[k + 1]


def run(text, folder, *options, name="model"):
    path = os.path.join(folder, name + ".eig")
    out = os.path.join(folder, name + ".npz")
    if os.path.exists(out):
        os.unlink(out)
    with open(path, "w") as f:
        f.write(text)
    done = subprocess.run([EIGC, "run", "--no-check", "-q", *options, "-o", out, path], capture_output=True, text=True)
    return Result(done, out)


def swept(population, inputs, folder):
    """By compiled code, in one process: the rate of the model's population A of one neuron that a step of length 1 gives for each
    input, which is the start of another neuron; None where the run stops."""
    path, out = os.path.join(folder, "swept.eig"), os.path.join(folder, "swept.npz")
    if os.path.exists(out):
        os.unlink(out)
    with open(path, "w") as f:
        f.write("param s = 0\n%s\npopulation GIVES mixed { tau = 1; cost = identity; start = s }\nconnect GIVES -> A { weight = 1 }\n"
                "simulate { duration = 1; method = euler; step = 1; record A every 1 }\n" % population)
    values = ",".join(repr(float(s)) for s in dict.fromkeys(inputs))
    done = subprocess.run([EIGC, "sweep", "--no-check", "-q", "--over", "s=" + values, "--measure", "final(A)", "-o", out, path],
                          capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    with np.load(out) as f:
        rates, status, words = f["final(A)"], f["status"], json.loads(str(f["meta"]))["status"]
    assert {words[int(k)] for k in status} <= {"done", "nonfinite"} and done.returncode == any(words[int(k)] != "done" for k in status)
    of = {s: rate if words[int(k)] == "done" else None for s, rate, k in zip(dict.fromkeys(inputs), rates.tolist(), status)}
    return [of[s] for s in inputs]


def check(text, folder):
    """The report of `eigc check --json`."""
    path = os.path.join(folder, "checked.eig")
    with open(path, "w") as f:
        f.write(text)
    return json.loads(subprocess.run([EIGC, "check", "--json", path], capture_output=True, text=True).stdout)


def blocks(text):
    """The lines of `eigc dump --plan` that say how each block is computed."""
    done = subprocess.run([EIGC, "dump", "--plan", "-"], input=text, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.splitlines() if line.startswith("block ")]


def has_jit():
    return os.environ.get("LLVM", "1") == "1"


def both(text, folder):
    """The arrays of the reference, after comparing every bit with the compiled code."""
    slow = run(text, folder, "--reference")
    assert slow.status == 0, slow.stderr
    if has_jit():
        fast = run(text, folder)
        assert fast.arrays.keys() == slow.arrays.keys()
        for name in slow.arrays:
            assert np.array_equal(slow.arrays[name], fast.arrays[name], equal_nan=True), name
    return slow.arrays
