"""Random models through the text front end: machine code and the reference
interpreter agree to the bit; fixed steps agree with NumPy's integration of the
network as it was drawn.

    EIG_MODELS=300 EIGC=build/eigc /usr/bin/python3 tests/numeric/test_random_models.py
"""
import os
import sys
import tempfile

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import eigc
from random_model import Model

N_MODELS = int(os.environ.get("EIG_MODELS", "40"))
FIRST = int(os.environ.get("EIG_FIRST", "0"))


def same_bits(a, b):
    assert list(a.arrays) == list(b.arrays), (list(a.arrays), list(b.arrays))
    for name in a.arrays:
        x, y = a.arrays[name], b.arrays[name]
        assert x.shape == y.shape, (name, x.shape, y.shape)
        assert x.tobytes() == y.tobytes(), (name, np.argwhere(x != y)[:3])


def follow(m, result):
    """Every record against NumPy's run of the same method."""
    x, worst = m.start(), 0.0
    for k in range(m.n_steps + 1):
        t = k * m.h
        if k % m.every == 0:
            s = m.total(t, x)
            assert abs(result.arrays["t"][k // m.every] - t) < 1e-12
            for n, f in enumerate(m.observe):
                ours, theirs = result.record(n)[k // m.every], np.asarray(f(t, x, s))
                assert ours.shape == theirs.shape or theirs.shape == (1,), (ours.shape, theirs.shape)
                worst = max(worst, float(np.max(np.abs(ours - theirs) / (1 + np.abs(theirs)))))
        x = m.step(m.method, t, x, m.h)
    assert worst < 1e-9, worst


def one(seed, folder):
    m = Model(seed, folder)
    by_code = eigc.run(m.text, folder)
    assert by_code.status == 0, by_code.stderr + m.text
    by_reference = eigc.run(m.text, folder, "--reference", name="reference")
    assert by_reference.status == 0, by_reference.stderr
    try:
        same_bits(by_code, by_reference)
        if m.exact and m.method != "rk45":
            follow(m, by_code)
    except AssertionError as e:
        raise AssertionError(f"{e}\n{m.text}")


def main():
    if not eigc.has_jit():
        print("ok random_models_need_machine_code")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for first in range(FIRST, FIRST + N_MODELS, 20):
            eigc.test(f"random_models_from_{first}",
                      lambda: [one(seed, folder) for seed in range(first, min(first + 20, FIRST + N_MODELS))])
    return eigc.failures != 0


sys.exit(main())
