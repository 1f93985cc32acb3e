"""How a run ends: numbers that are not finite, interruption, a killed process,
a full disk. Expected values are computed here."""
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import eigc

WAYS = [["--reference"]] + ([[]] if eigc.has_jit() else [])

WILD = """
population A excitatory { size = 3; tau = 1; cost = identity; input = 1 }
population B excitatory { size = 5; tau = 2; cost = identity; start = i }
connect A -> A { weight = 3; pattern = one_to_one }
connect B -> B { weight = 0.25 * pre.i; pattern = one_to_one }
connect B -> B { weight = 20 * max(0, 1 - abs(pre.i - 3)) * max(0, 1 - abs(post.i - 3)) }
simulate { duration = 500; method = euler; step = 0.5; record A, B every 2 }
"""


def first_bad_step():
    """The rate of B[3] passes 1.8e308 first: the step, by doubles as they are defined."""
    h, x, k = 0.5, 3.0, 0
    while np.isfinite(x):
        x = x + h * (0.5 * ((0.75 * x + 20 * x) - x))
        k += 1
    return k


def not_finite(folder):
    k = first_bad_step()
    for way in WAYS:
        r = eigc.run(WILD, folder, *way)
        assert r.status == 1 and "E0890" in r.stderr, r.stderr
        assert "B[3]" in r.stderr and f"t = {k * 0.5:.9g}" in r.stderr, (k, r.stderr)
        assert r.meta["run"]["steps"] == k and r.meta["run"]["status"] == "nonfinite", r.meta["run"]
        assert len(r.arrays["t"]) == (k - 1) // 4 + 1, (len(r.arrays["t"]), k)
        assert all(np.all(np.isfinite(a)) for a in r.arrays.values())


LONG = """
population E excitatory { size = 50; tau = 1; cost = logistic; input = 1 + sin(t) }
connect E -> E { weight = 0.01 * exp(-abs(pre.i - post.i)) }
simulate { duration = 40000; method = rk4; step = 0.01; record E every 0.01 }
"""


def start(folder, text, *options, **more):
    with open(os.path.join(folder, "long.eig"), "w") as f:
        f.write(text)
    return subprocess.Popen([eigc.EIGC, "run", "--no-check", "-q", *options, "-o", "long.npz", "long.eig"], cwd=folder,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def let_work(p):
    """Until it has had half a second of a processor, however busy the machine is."""
    ticks, before = 0.5 * os.sysconf("SC_CLK_TCK"), time.monotonic()
    while time.monotonic() < before + 60:
        with open("/proc/%d/stat" % p.pid) as f:
            used = f.read().rsplit(")", 1)[1].split()
        if int(used[11]) + int(used[12]) >= ticks:
            return
        time.sleep(0.05)


def interrupted(folder):
    for way in WAYS:
        p = start(folder, LONG, *way)
        let_work(p)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=20)
        assert p.returncode == 130, (p.returncode, err)
        with np.load(os.path.join(folder, "long.npz")) as f:
            assert len(f["t"]) > 10 and f["E"].shape == (len(f["t"]), 50)
            assert np.array_equal(f["t"], np.arange(len(f["t"])) / 100)
            assert eigc.json.loads(str(f["meta"]))["run"]["status"] == "interrupted"


def killed(folder):
    path = os.path.join(folder, "long.npz")
    with open(path, "w") as f:
        f.write("previous")
    for way in WAYS:
        p = start(folder, LONG, *way)
        let_work(p)
        p.kill()
        p.communicate()
        assert open(path).read() == "previous"
        assert sorted(os.listdir(folder)) == ["long.eig", "long.npz"], os.listdir(folder)


def limit():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20 << 20, 20 << 20))


def full_disk(folder):
    """Files may not grow beyond 20 MB: as a disk that is full after so many records."""
    path = os.path.join(folder, "long.npz")
    with open(path, "w") as f:
        f.write("previous")
    for way in WAYS[-1:]:
        p = start(folder, LONG, *way, preexec_fn=limit)
        out, err = p.communicate(timeout=60)
        assert p.returncode == 3 and "E0004" in err, (p.returncode, err)
        if open(path, "rb").read(4) == b"prev":
            assert "nothing of this run was written" in err, err
        else:
            with np.load(path) as f:
                assert f"{len(f['t'])} records" in err and f["E"].shape == (len(f["t"]), 50), err
        assert sorted(os.listdir(folder)) == ["long.eig", "long.npz"], os.listdir(folder)


RECORDS = """
population meta excitatory { size = 2; tau = 10 ms; cost = identity; gain = 1 Hz per mV; input = 3 mV * i }
population one inhibitory { tau = 10 ms; cost = identity; input = 1; start = 0.5 }
simulate { duration = 2 ms; method = rk4; step = 0.1 ms
  record t, meta, meta[1], mean(meta), sum(meta), input(meta), one, input(one) + t / (1 ms), 2 * one every %s }
"""


def records(folder):
    for way in WAYS:
        r = eigc.run(RECORDS % "1 ms", folder, *way)
        assert r.status == 0, r.stderr
        names = ["t", "t#2", "meta#2", "meta[1]", "mean(meta)", "sum(meta)", "input(meta)", "one"]
        assert list(r.arrays)[:8] == names, list(r.arrays)
        assert list(r.meta["units"]) == list(r.arrays), (r.meta["units"], list(r.arrays))
        assert r.meta["units"]["meta#2"] == "per ms" and r.meta["units"]["input(meta)"] == "mV"
        leak = 1 - np.exp(-np.array([0, 1, 2]) / 10)
        assert np.allclose(r.arrays["meta[1]"], 0.003 * leak, atol=1e-9)
        assert np.array_equal(r.arrays["meta#2"][:, 1], r.arrays["meta[1]"])
        assert np.allclose(r.arrays["sum(meta)"], 2 * r.arrays["mean(meta)"], rtol=1e-15)
        assert np.array_equal(r.arrays["input(meta)"], [[0, 3]] * 3)
        assert np.array_equal(r.record(7), 1 + r.arrays["t"]) and np.array_equal(r.record(8), 2 * r.arrays["one"])
        for key in ("eigc", "model", "path", "sha256", "text", "parameters", "seed", "method", "target", "check", "run"):
            assert key in r.meta, key
        r = eigc.run(RECORDS % "3 ms", folder, *way)        # longer than the run: the start alone
        assert r.status == 0 and r.arrays["t"].tolist() == [0], r.stderr


for check in (not_finite, interrupted, killed, full_disk, records):
    def alone(check=check):
        with tempfile.TemporaryDirectory() as folder:
            check(folder)
    eigc.test("run_" + check.__name__, alone)
sys.exit(eigc.failures != 0)
