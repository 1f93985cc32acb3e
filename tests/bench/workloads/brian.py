#!/usr/bin/python3
"""The workloads for Brian2, as C++ programs of their own: brian.py FOLDER WAY STEPS [...] builds one in the folder, whose shell script `last` runs it
and prints the last numbers, as the C programs do."""
import os
import sys
import warnings

warnings.filterwarnings("ignore")
import brian2 as b      # noqa: E402
import numpy as np      # noqa: E402

SETS = """dE/dt = (1 / (1 + exp(-1.3 * (16 * E - w * I + P - 4))) - E) / second : 1
dI/dt = (1 / (1 + exp(-2 * (15 * E - 3 * I - 3.7))) - I) / (2 * second) : 1
P : 1
w : 1"""


def sets_of(P, w):
    group = b.NeuronGroup(len(P), SETS, method="rk4", dt=0.01 * b.second)
    group.E, group.I, group.P, group.w = 0.1, 0.05, P, w
    return [group], 0.01, [group.variables["E"], group.variables["I"]]


def pair():
    return *sets_of([1.25], [12]), "NR == 1 { e = $1 } NR == 2 { print e, $1 }"


def sweep(n_P, n_w):
    P, w = (x.ravel() for x in np.meshgrid(np.linspace(0.5, 2.5, int(n_P)), np.linspace(10, 15, int(n_w)), indexing="ij"))
    objects, dt, _ = sets_of(P, w)
    return objects, dt, [objects[0].variables["E"]], '{ s += $1 } END { printf "%.15g\\n", s }'


def network(n, activation, source, target, weights):
    """Neurons whose inputs are summed over synapses."""
    n_E, k = n // 5 * 4, np.arange(n)
    group = b.NeuronGroup(n, f"dx/dt = ({activation} - x) / second : 1\nu : 1\ns : 1", method="euler", dt=0.1 * b.second)
    group.x, group.u = 0.5, 0.5 + np.where(k < n_E, k / n_E, (k - n_E) / (n - n_E))
    synapses = b.Synapses(group, group, "w : 1\ns_post = w * x_pre : 1 (summed)", dt=0.1 * b.second)
    synapses.connect(i=source, j=target)
    synapses.w = weights
    return [group, synapses], 0.1, [group.variables["x"]], f'{{ NR <= {n_E} ? e += $1 : i += $1 }} END {{ printf "%.17g %.17g\\n", e, i }}'


def dense(file, n):
    n = int(n)
    return network(n, "clip(s + u, 0, inf)", np.tile(np.arange(n), n), np.repeat(np.arange(n), n), np.fromfile(file))


def sparse(file, n, each):
    n, each = int(n), int(each)
    n_E, source = n // 5 * 4, np.fromfile(file, np.int32)
    target = np.repeat(np.arange(n), each)
    own = np.where(target < n_E, target, target - n_E)
    return network(n, "tanh(s + u)", source, target,
                   np.where(source < n_E, 0.02 + (source + own) / 5e6, -(0.08 + (source - n_E + own) / 5e6)))


def noise():
    """All to all with one weight: sums by hand, through a group of one neuron."""
    dt = 0.01 * b.second
    mean = b.NeuronGroup(1, "m_E : 1\nm_I : 1\nto_E = tanh(0.5 + 1.5 * m_E - m_I) : 1\nto_I = tanh(0.3 + 1.2 * m_E - 0.5 * m_I) : 1", dt=dt)
    objects, states = [mean], []
    for name, size in (("E", 3200), ("I", 800)):
        group = b.NeuronGroup(size, "dx/dt = (f - x) / second + 0.3 * second**-0.5 * xi : 1\nf : 1 (linked)", method="euler", dt=dt)
        group.x, group.f = 0.1, b.linked_var(mean, "to_" + name, index=np.zeros(size, int))
        sums = b.Synapses(group, mean, f"m_{name}_post = x_pre / {size} : 1 (summed)", dt=dt)
        sums.connect()
        objects += [group, sums]
        states.append(group.variables["x"])
    shown = ('NR <= 3200 { e += $1; ee += $1 * $1; next } { i += $1; ii += $1 * $1 } END { printf "%.17g %.17g %.17g %.17g\\n", e / 3200, '
             'sqrt(ee / 3200 - e * e / 3200 ^ 2), i / 800, sqrt(ii / 800 - i * i / 800 ^ 2) }')
    return objects, 0.01, states, shown


def main(folder, way, steps, *words):
    b.set_device("cpp_standalone", build_on_run=False)
    b.prefs.devices.cpp_standalone.extra_make_args_unix = ["-j2"]      # its own is -j: as many compilers as there are files
    b.seed(1)
    objects, dt, states, shown = globals()[way](*words)
    b.Network(*objects).run(int(steps) * dt * b.second)
    b.device.build(directory=folder, compile=True, run=False)
    # arrays are in files of bytes, whose names are Brian's own
    files = " ".join("results/" + os.path.basename(b.device.get_array_filename(x)) for x in states)
    with open(os.path.join(folder, "last"), "w") as script:
        script.write(f"cd '{folder}' && ./main > /dev/null && cat {files} | od -An -v -w8 -tf8 | awk '{shown}'\n")


main(*sys.argv[1:])
