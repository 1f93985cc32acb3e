#!/usr/bin/python3
"""`method = cvode` on the command line: what its library says goes nowhere, what is not there is said, what cannot be is refused."""
import os
import subprocess

from cli import EIGC, HAS_JIT, check, eigc, equal, main, npz, test, write

REFERENCE = [] if HAS_JIT else ["--reference"]
STIFF = """model stiff
param w = 0.5
population E excitatory { size = %d; tau = 20 ms; activation(z) = tanh(z); input = 1 + 0.1 * sin(i) + step(t - 10 ms) }
population I inhibitory { tau = 0.001 ms; activation(z) = tanh(z) }
connect E -> E { weight = w; scale = 1/n }
connect E -> I { weight = 0.2; scale = 1/n }
connect I -> E { weight = 0.4 }
simulate { duration = 50 ms; method = cvode; record mean(E), I every 1 ms }
"""


def run(folder, text, *args, **more):
    write(folder, "m.eig", text)
    return eigc("run", *REFERENCE, "m.eig", *args, cwd=folder, **more)


@test
def the_plan_says_how(folder):
    small, large = (eigc("dump", "--plan", write(folder, "m.eig", STIFF % n)).out for n in (4, 400))
    check("jacobian a matrix of 5 rows, factored\n  at most 32 numbers\n  from the derivatives of the programs\nbegins anew at 1 time: 10\n" in small, small)
    check("jacobian by its products: GMRES for 401 numbers" in large and "from the derivatives" in large, large)
    text = "population E excitatory { tau = 10; cost(x) = x^4 }\nsimulate { duration = 50; method = cvode }\n"
    plan = eigc("dump", "--plan", write(folder, "m.eig", text)).out
    check("phi solve(" in plan and "from the derivatives" in plan, plan)


@test
def threads_and_engines_are_one(folder):
    a, b = STIFF % 4, STIFF % 150
    for text in a, b:
        results = []
        for more in [], ["--threads", "1"], ["--threads", "3"], ["--reference"]:
            equal(eigc("run", *REFERENCE, write(folder, "m.eig", text), "-o", "x.npz", *more, cwd=folder).status, 0, more)
            results.append(npz(os.path.join(folder, "x.npz")))
        for r in results[1:]:
            check(all(r[k] == results[0][k] for k in r if k != "meta"), "other numbers")


@test
def stimuli_are_not_stepped_over(folder):
    """A network at rest lets steps grow; what begins later is seen, though no list of times has it, and `auto` leaves such models alone."""
    model = """population E excitatory { size = 2; tau = 20 ms; activation(z) = tanh(z); input = %s }
population I inhibitory { tau = 0.02 ms; activation(z) = tanh(z) }
connect E -> I { weight = 0.5 }
simulate { duration = 1800 ms; method = %s; rtol = 1e-6; record E every 10 ms }
"""
    write(folder, "s.csv", "x\n" + "".join("%d\n" % (2 * (k == 70)) for k in range(101)))
    for stimulus in ("2*(floor(t/(400 ms)) - 2*floor(t/(800 ms)))", "2*pulse(t - 400 ms - 300 ms*i, 20 ms)", "2*exp(-((t - 1400 ms)/(20 ms))^2)",
                     "2*step(sin(t/(80 ms)) - 0.9)", 'samples("s.csv", every = 20 ms)'):
        rates = {}
        for method in ("cvode", "rk45", "auto"):
            r = run(folder, model % (stimulus, method), "-o", "x.npz")
            equal(r.status, 0, r)
            rates[method] = npz(os.path.join(folder, "x.npz"))["E"][1]
        check(max(rates["rk45"]) > 0.1, (stimulus, "nothing happens"))
        for method in ("cvode", "auto"):
            gap = max(abs(a - b) for a, b in zip(rates["rk45"], rates[method]))
            check(gap < 2e-3, (stimulus, method, gap))
        plan = eigc("dump", "--plan", write(folder, "m.eig", model % (stimulus, "auto"))).out
        check("rk45" in plan and "cvode" not in plan.split("population")[0], plan)


@test
def a_sweep_is_its_runs(folder):
    if not HAS_JIT:
        return
    write(folder, "m.eig", STIFF % 4)
    r = eigc("sweep", "m.eig", "--over", "w=0.2,0.5,0.8", "--measure", "final(mean(E))", "-o", "s.csv", cwd=folder)
    equal(r.status, 0, r)
    rows = [line.split(",") for line in open(os.path.join(folder, "s.csv")) if line[0].isdigit()]
    for row, w in zip(rows, ("0.2", "0.5", "0.8")):
        equal(eigc("run", "m.eig", "--set", "w=" + w, "-o", "x.npz", cwd=folder).status, 0)
        last = npz(os.path.join(folder, "x.npz"))["mean(E)"][1][-1]
        check(any(float(cell) == last for cell in row[:-1]), (row, last))


@test
def states_are_refused(folder):
    for args in ["--save-state", "end.npz"], ["--from", "end.npz"]:
        r = run(folder, STIFF % 4, *args)
        equal(r.status, 2, r)
        check("E0814" in r.err and "rk45" in r.err, r)
    check(not os.path.exists(os.path.join(folder, "end.npz")), "a state was written")
    equal(run(folder, STIFF % 4, "--until", "20 ms").status, 0)


@test
def the_library_may_be_missing(folder):
    """One of its name without its functions; no other method asks for it."""
    path = write(folder, "empty.c", "int nothing;\n")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", os.path.join(folder, "libsundials_cvode.so.6"), path], check=True)
    env = {"LD_LIBRARY_PATH": folder}
    r = run(folder, STIFF % 4, env=env)
    equal(r.status, 3, r)
    check("E0911" in r.err and "m.eig:8:39" in r.err and "libsundials-cvode6" in r.err, r)
    r = run(folder, (STIFF % 4).replace("cvode", "auto"), env=env)
    check("E0911" in r.err and "`I` changes 20000 times as fast as `E`" in r.err, r)
    equal(run(folder, (STIFF % 4).replace("cvode", "rk45"), env=env).status, 0)
    equal(eigc("check", "m.eig", cwd=folder, env=env).status, 0)
    if HAS_JIT:
        write(folder, "m.eig", STIFF % 4)
        r = eigc("sweep", "m.eig", "--over", "w=0.2,0.5", cwd=folder, env=env)
        equal(r.status, 3, r)
        check("E0911" in r.err, r)


@test
def other_methods_do_not_open_it(folder):
    for method, opens in ("rk45", False), ("cvode", True):
        r = run(folder, (STIFF % 4).replace("cvode", method), env={"LD_DEBUG": "files", "LD_DEBUG_OUTPUT": os.path.join(folder, "ld")})
        equal(r.status, 0, r)
        seen = "".join(open(os.path.join(folder, f)).read() for f in os.listdir(folder) if f.startswith("ld."))
        equal("libsundials" in seen, opens, method)


# What is wrong, the code, and words of the message.
ENDS = [
    ("population wild excitatory { size = 3; v' = v^2 * i; start = 1 }\nsimulate { duration = 10; method = cvode%s }", "E0891", "wild[2]", 0.5),
    ("population wild excitatory { size = 3; v' = -i + log(v); start = 1 }\nsimulate { duration = 10; method = cvode%s }", "E0890", "wild[", None),
    ("population wild excitatory { tau = 1; activation(z) = tanh(z); input = sqrt(1 - t) }\nsimulate { duration = 10; method = cvode%s }", "E0890",
     "population wild", 1.0),
    ("population wild excitatory { tau = 1; activation(z) = z; input = 1e20 * step(t - 1) }\nsimulate { duration = 10; method = cvode%s }", "E0891",
     "population wild", 1.0),
    ("population wild excitatory { tau = 1; activation(z) = tanh(z); input = sin(t) }\nsimulate { duration = 10; method = cvode; rtol = 1e-17; atol = 1e-18%s }",
     "E0891", "population wild", None),
]


@test
def failures_are_said_in_the_models_words(folder):
    for text, code, who, when in ENDS:
        for more in "", "; record wild every 1/100":
            r = run(folder, text % more, "-o", "x.npz", "--json")
            equal(r.status, 1, r)
            check(code in r.err and who in r.err, r)
            check("CVODE" not in r.err and "[" not in r.err.replace("[E0", "").replace("wild[", ""), "the library's own words: %s" % r.err)
            arrays = npz(os.path.join(folder, "x.npz"))
            t = arrays["t"][1]
            check(when is None or abs(t[-1] - when) < 0.02, (text, t[-1]))


@test
def tolerances_may_be_tiny(folder):
    """A weight of an error is one over them, and a double."""
    text = "population A excitatory { tau = 1; activation(z) = z; input = 1 }\nsimulate { duration = 10; method = cvode; rtol = 1e-6; atol = 1e-320 }\n"
    r = run(folder, text, "-o", "x.npz")
    equal(r.status, 0, r)
    check(abs(npz(os.path.join(folder, "x.npz"))["A"][1][-1] - 0.9999546) < 1e-5, "another end")


@test
def a_run_may_be_interrupted(folder):
    import signal
    import time
    text = "population C excitatory { v' = 1 - 4 * step(v - 1/2) - v / 10 }\nsimulate { duration = 10; method = cvode; record C every 1/100 }\n"
    write(folder, "m.eig", text)
    p = subprocess.Popen([EIGC, "run", *REFERENCE, "m.eig", "-o", "x.npz"], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.5)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=20)
    equal(p.returncode, 130)
    check(len(npz(os.path.join(folder, "x.npz"))["t"][1]) > 50, "what was computed is not kept")


main()
