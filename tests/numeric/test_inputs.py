"""Inputs over time through `eigc run`: protocols, samples from files, ranges of
neurons. A neuron without connections has its drive as its input, so the
recorded input is compared with NumPy's own interpolation."""
import os
import random
import sys
import tempfile
from fractions import Fraction

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import eigc

FOLDER = tempfile.TemporaryDirectory()
MACHINE = [] if eigc.has_jit() else ["--reference"]


def inputs(attributes, size=1, duration=100, step=1, more="", head=""):
    text = f"""{head}
population E excitatory {{ size = {size}; tau = 10 ms; cost = nonnegative; {attributes} }}
simulate {{ duration = {duration} ms; method = heun; step = {step} ms; record input(E); {more} }}
"""
    r = eigc.run(text, FOLDER.name, *MACHINE)
    assert r.status == 0, r.stderr + text
    return r.arrays["t"], r.record(0)


def put(name, text):
    with open(os.path.join(FOLDER.name, name), "w") as f:
        f.write(text)


def protocol():
    t, u = inputs("input = 2 * amp + 1", head="param amp = 0.25",
                  more="at 40 ms amp = 3; at 10 ms amp = 0.1; at 70 ms amp = 0")
    amp = np.select([t < 10, t < 40, t < 70], [0.25, 0.1, 3.0], 0.0)
    assert np.array_equal(u, 2 * amp + 1)


def jumps_at_steps_cost_no_order():
    """A unit with tau 1 whose input jumps from a to b at steps: what is left of the exact course, at two steps, falls as the method's order says."""
    put("jumps.csv", "t,u\n0,0.5\n0.3,2\n0.7,0.25\n1.3,0.25\n")
    forms = {"0.5 + 1.5 * step(t - 0.3) - 1.75 * step(t - 0.7)": "", "0.5 + 1.5 * pulse(t - 0.3, 0.4) - 0.25 * step(t - 0.7)": "",
             "0.5 - 0.25 * floor(t / 0.7) + 1.5 * (step(t - 0.3) - step(t - 0.7))": "",
             "0.25 + 1.75 * step(0.7 - t) - 1.5 * step(0.3 - t)": "",
             "0.5 + 1.5 * pulse(1.3 - t - 0.6, 0.4) - 0.25 * step(t - 0.7) + 3 * step(-t)": "",
             'samples("jumps.csv", times = "t", interpolation = step)': "", "amp": "at 0.3 amp = 2; at 0.7 amp = 0.25"}
    x, at = 0.0, 0.0
    for to, u in ((0.3, 0.5), (0.7, 2.0), (1.3, 0.25)):
        x, at = u + (x - u) * np.exp(at - to), to
    for form, protocol in forms.items():
        for method, order in (("heun", 2), ("rk4", 4)):
            left = []
            for step in ("0.1", "0.05"):
                r = eigc.run(f"""param amp = 0.5
population A mixed {{ tau = 1; cost = identity; input = {form} }}
population B mixed {{ v' = input - v }}
connect A -> B {{ weight = 0 }}
simulate {{ duration = 1.3; method = {method}; step = {step}; record A every 1.3; {protocol} }}
""", FOLDER.name, *MACHINE)
                assert r.status == 0, r.stderr
                left.append(abs(r.arrays["A"][-1].item() - x))
            assert left[1] < left[0] / (2**order * 0.75) and left[0] < 2e-2 * 0.1**(order - 2), (form, method, left)


def protocol_in_function():
    t, u = inputs("input = drive(amp)", head="param amp = 1\nfunction drive(a) = a^2 + 1", more="at 50 ms amp = 4")
    assert np.array_equal(u, np.where(t < 50, 2.0, 17.0))


def protocol_through_let():
    t, u = inputs("input = more + amp", head="param amp = 0.25\nlet twice = 2 * amp\nlet more = (twice + 1)^2", more="at 50 ms amp = 4")
    assert np.array_equal(u, np.where(t < 50, 2.25 + 0.25, 81.0 + 4))


def protocol_in_equations_and_currents():
    """One Euler step after another by hand; a param that changes twice, one that a `let` is made of."""
    text = """param drive = 0.5 per ms
param g = 1 per ms
let gain = 2 * g
population V mixed { v' = drive - v / (4 ms); w' = gain * v; start(v) = 1 }
population T mixed { u' = input }
connect V -> T { current = g * pre.v }
simulate {
  duration = 20 ms; method = euler; step = 1 ms; record V.v, V.w, T
  at 5 ms drive = 2 per ms; at 12 ms drive = 0.25 per ms; at 8 ms g = 0.5 per ms
}
"""
    r = eigc.run(text, FOLDER.name, *MACHINE)
    assert r.status == 0, r.stderr
    v, w, u, out = 1.0, 0.0, 0.0, []
    for k in range(21):
        out.append((v, w, u))
        drive, g = 0.5 if k < 5 else 2 if k < 12 else 0.25, 1 if k < 8 else 0.5
        v, w, u = v + (drive - v / 4), w + 2 * g * v, u + g * v
    found = np.array([r.arrays["V.v"].ravel(), r.arrays["V.w"].ravel(), r.arrays["T"].ravel()]).T
    assert np.array_equal(found, np.array(out)), (found, out)


def samples_linear():
    put("drive.csv", "t,drive\n0,0.5\n10,1\n12.5,-2\n60,0.3\n100,7\n")
    t, u = inputs('input = 3 * samples("drive.csv", times = "t")', step=0.25)
    assert np.allclose(u, 3 * np.interp(t, [0, 10, 12.5, 60, 100], [0.5, 1, -2, 0.3, 7]), rtol=0, atol=1e-14)


def samples_in_seconds():
    put("seconds.csv", "drive,time\n0,0\n1,0.05\n5,0.1\n")
    t, u = inputs('input = samples("seconds.csv", times = "time", unit = 1 s)')
    assert np.allclose(u, np.interp(t, [0, 50, 100], [0, 1, 5]), rtol=0, atol=1e-14)


def samples_step():
    put("steps.csv", "a,b\n1,10\n2,20\n3,30\n4,40\n")
    t, u = inputs('input = samples("steps.csv", every = 25 ms, column = "b", interpolation = step)')
    assert np.array_equal(u, np.array([10, 20, 30, 40, 40])[np.minimum(t // 25, 4).astype(int)])


def samples_by_neuron():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(21, 7))
    for order in "CF":
        np.save(os.path.join(FOLDER.name, "drive.npy"), np.asarray(values, order=order))
        t, u = inputs('input = samples("drive.npy", every = 5 ms) + neuron(2..4, 6)', size=7)
        expected = np.stack([np.interp(t, 5.0 * np.arange(21), values[:, k]) for k in range(7)], axis=1)
        assert np.allclose(u, expected + [0, 0, 1, 1, 1, 0, 1], rtol=0, atol=1e-14)


def samples_of_one_dimension():
    """A vector is one column for all neurons."""
    values = np.random.default_rng(2).normal(size=21)
    for array in values, values.astype("<f4"), np.arange(21):
        np.save(os.path.join(FOLDER.name, "vector.npy"), array)
        t, u = inputs('input = samples("vector.npy", every = 5 ms)', size=3)
        expected = np.interp(t, 5.0 * np.arange(21), array.astype(float))
        assert np.allclose(u, expected[:, None], rtol=0, atol=1e-14)


def many_neurons_and_threads_of_one_file():
    put("long.csv", "t,drive\n" + "".join(f"{k},{np.sin(k)}\n" for k in range(101)))
    t, u = inputs('input = samples("long.csv", times = "t") * (1 + i)', size=3000, step=0.5)
    assert np.allclose(u, np.interp(t, np.arange(101), np.sin(np.arange(101)))[:, None] * (1 + np.arange(3000)),
                       rtol=1e-13, atol=1e-13)


def switches_on_steps():
    """What ends on a step is on for as many steps as exact numbers say: k h against c and c + w."""
    rng = random.Random(5)
    forms = []
    for _ in range(60):
        first, count = rng.randrange(-5, 700), rng.randrange(1, 40)
        c, w = Fraction(first, 10), Fraction(count, 10)
        on = range(first, first + count)
        forms += [(f"pulse(t - {float(c)!r} ms, {float(w)!r} ms)", on.__contains__),
                  (f"pulse((t - {float(c)!r} ms) / 3, {float(w)!r} ms / 3)", on.__contains__),
                  (f"pulse({float(c)!r} ms - t, {float(w)!r} ms)", lambda k, e=first, n=count: e - n < k <= e),
                  (f"step(t - 0.1 ms - {float(c - Fraction(1, 10))!r} ms)", lambda k, e=first: k >= e),
                  (f"step({float(3 * c)!r} ms - 3 * t)", lambda k, e=first: k <= e)]
    for from_ in range(0, len(forms), 50):
        part = forms[from_:from_ + 50]
        text = "".join(f"population P{k} excitatory {{ tau = 10 ms; cost = nonnegative; input = {form} }}\n"
                       for k, (form, _) in enumerate(part))
        recorded = ", ".join(f"input(P{k})" for k in range(len(part)))
        arrays = eigc.both(text + f"simulate {{ duration = 80 ms; method = euler; step = 0.1 ms; record {recorded} }}", FOLDER.name)
        for (form, is_on), got in zip(part, list(arrays.values())[1:]):
            assert np.array_equal(np.ravel(got), [float(is_on(k)) for k in range(801)]), form
    t, u = inputs("input = amp", step="0.1", duration=80, head="param amp = 1",
                  more="at 50 ms amp = 2; at 50.3 ms amp = 4; at 70.7 ms amp = 8")
    k = np.arange(801)
    assert np.array_equal(np.ravel(u), np.select([k < 500, k < 503, k < 707], [1, 2, 4], 8))


def a_pulse_of_no_length():
    for form in ("pulse(t - 3 ms, 0 ms)", "pulse(t - 3 ms, max(0 ms, -1 ms * (i + 1)))", "pulse(3 ms - t, 0 ms)"):
        assert not np.any(inputs(f"input = {form}", duration=10)[1]), form
    t, u = inputs("input = pulse(t - 0.5 ms, 1 ms * i)", size=3, duration=4, step="0.125")
    assert np.array_equal(u.sum(axis=0), [0, 8, 16])


for check in (protocol, jumps_at_steps_cost_no_order, protocol_in_function, protocol_through_let, protocol_in_equations_and_currents, switches_on_steps, a_pulse_of_no_length,
              samples_linear, samples_in_seconds, samples_step, samples_by_neuron, samples_of_one_dimension,
              many_neurons_and_threads_of_one_file):
    eigc.test("inputs: " + check.__name__.replace("_", " "), check)
sys.exit(1 if eigc.failures else 0)
