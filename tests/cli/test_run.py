#!/usr/bin/python3
"""eigc run: results, what they say about themselves, interruption, blow-up."""
import json
import os
import signal
import subprocess
import time

from cli import EIGC, HAS_JIT, PAIR, check, eigc, eigc_on_terminal, equal, main, npz, test, write

LONG = """model long
population E excitatory {
  tau = 10 ms
  cost = nonnegative
  input = 1
}
connect E -> E { weight = 0.5 }
simulate {
  duration = 1000000000 ms
  method = rk4
  step = 0.1 ms
  record E every 1000 ms
}
"""
RUNAWAY = """model runaway
population calm excitatory {
  tau = 10 ms
  cost = nonnegative
}
population wild excitatory {
  size = 3
  tau = 10 ms
  cost = nonnegative
  input = i
}
connect wild -> wild {
  weight = 5
  pattern = one_to_one
}
simulate {
  duration = 10000 ms
  method = rk4
  step = 0.1 ms
  record calm, wild every 1 ms
}
"""
# The equilibrium of the pair at input 2.5: I = E/(1 + w_II), E (1 - w_EE + w_EI/(1 + w_II)) = 2.5.
PAIR_E = 2.5 / (1 - 0.5 + 1.2 / 1.4)
PAIR_I = PAIR_E / 1.4


def engine():
    return [] if HAS_JIT else ["--reference"]


def run(folder, *args, **more):
    return eigc("run", *engine(), *args, cwd=folder, **more)


@test
def an_unknown_processor_is_a_wrong_command_line(folder):
    if not HAS_JIT:
        return
    r = eigc("run", "--cpu=x86-64-v33", "-o", os.path.join(folder, "r.npz"), PAIR)
    equal(r.status, 2, r)
    check("E0902" in r.err and os.listdir(folder) == [], r)


@test
def the_pair_reaches_its_equilibrium(folder):
    r = run(folder, PAIR)
    equal((r.status, r.err), (0, ""), r)
    check("501 records of E, I in wilson_cowan.npz" in r.out and "5000 steps" in r.out, r)
    result = npz(os.path.join(folder, "wilson_cowan.npz"))
    equal(sorted(result), ["E", "I", "meta", "t"])
    shape, t = result["t"]
    equal((shape, t[0], t[1], t[-1]), ((501,), 0.0, 1.0, 500.0))
    for name, value in (("E", PAIR_E), ("I", PAIR_I)):
        shape, x = result[name]
        check(shape in ((501,), (501, 1)), shape)
        equal(x[0], 0.0)
        check(abs(x[-1] - value) < 1e-6, "%s ends at %r, not %r" % (name, x[-1], value))


@test
def the_result_says_where_it_came_from(folder):
    equal(run(folder, "--set", "w_EE=1/4", "--seed=7", "-o", "r.npz", PAIR).status, 0)
    meta = npz(os.path.join(folder, "r.npz"))["meta"]
    equal((meta["model"], meta["path"], meta["seed"], meta["text"]), ("wilson_cowan", PAIR, 7, open(PAIR).read()))
    p = {row["name"]: row for row in meta["parameters"]}
    equal(sorted(p), ["w_EE", "w_EI", "w_IE", "w_II"])
    equal((p["w_EE"]["value"], p["w_EE"]["set"], p["w_EI"]["value"]), ("0.25", "1/4", "1.2"))
    check("set" not in p["w_EI"], p)
    equal((meta["method"]["name"], meta["method"]["step"], meta["method"]["duration"]), ("rk4", "0.1", "500"))
    equal((meta["check"]["dale"], meta["check"]["lds"], meta["check"]["stability"]), ("certified",) * 3)
    equal((meta["run"]["status"], meta["run"]["t"], meta["run"]["steps"], meta["run"]["records"]), ("done", 500.0, 5000, 501))
    import hashlib
    equal(meta["sha256"], hashlib.sha256(open(PAIR, "rb").read()).hexdigest())
    check(meta["eigc"] in eigc("--version").out and meta["target"], meta)


@test
def the_same_run_writes_the_same_bytes(folder):
    for name in ("a.npz", "b.npz", "a.csv", "b.csv"):
        equal(run(folder, "-o", name, PAIR).status, 0)
    for kind in (".npz", ".csv"):
        a, b = (open(os.path.join(folder, n + kind), "rb").read() for n in "ab")
        check(a == b, kind)


@test
def machine_code_and_interpreter_agree_to_the_bit(folder):
    if not HAS_JIT:
        return
    equal(run(folder, "-o", "jit.npz", PAIR).status, 0)
    equal(run(folder, "-o", "jit0.npz", "-O0", PAIR).status, 0)
    equal(run(folder, "--reference", "-o", "ref.npz", PAIR).status, 0)
    jit, jit0, ref = (npz(os.path.join(folder, n + ".npz")) for n in ("jit", "jit0", "ref"))
    for name in ("t", "E", "I"):
        check(jit[name] == ref[name] == jit0[name], name)


@test
def csv_reads_back(folder):
    equal(run(folder, "-o", "r.csv", PAIR).status, 0)
    equal(run(folder, "-o", "r.npz", PAIR).status, 0)
    lines = open(os.path.join(folder, "r.csv")).read().splitlines()
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    equal(len(rows), 502)
    result = npz(os.path.join(folder, "r.npz"))
    for k, name in enumerate(("t", "E", "I")):
        equal([float(row[k]) for row in rows[1:]], result[name][1], name)


@test
def json_summary(folder):
    r = run(folder, "--json", PAIR)
    o = json.loads(r.out)
    equal((r.status, o["model"], o["status"], o["t"], o["steps"], o["records"], o["result"]),
          (0, "wilson_cowan", "done", 500.0, 5000, 501, "wilson_cowan.npz"))
    check(abs(o["final_mean_rate"]["E"] - PAIR_E) < 1e-6, o)
    equal(o["diagnostics"]["runs"][0]["results"], [])


@test
def quiet_run(folder):
    r = run(folder, "-q", PAIR)
    equal((r.status, r.out, r.err), (0, "", ""), r)


@test
def what_is_not_required_is_not_needed(folder):
    r = run(folder, "--set", "w_EE=1.2", PAIR)
    equal(r.status, 0, r)
    equal(npz(os.path.join(folder, "wilson_cowan.npz"))["meta"]["check"]["lds"], "refuted")
    equal(run(folder, "--no-check", PAIR).status, 0)
    equal(npz(os.path.join(folder, "wilson_cowan.npz"))["meta"]["check"]["lds"], "not checked")


@test
def formats_are_refused_before_the_run(folder):
    long = write(folder, "long.eig", LONG)
    for name, word in (("r.h5", "not built yet"), ("r", "extension"), ("r.txt", "extension"), (".npz", "extension")):
        r = run(folder, "-o", name, long, timeout=20)
        equal((r.status, r.out), (2, ""), r)
        check(word in r.err, r)
    equal(os.listdir(folder), ["long.eig"])


@test
def folders_are_refused_before_the_run(folder):
    long = write(folder, "long.eig", LONG)
    r = run(folder, "-o", "none/r.npz", long, timeout=20)
    equal((r.status, r.out), (3, ""), r)
    check("E0004" in r.err and "none/r.npz" in r.err, r)


@test
def signs_are_needed(folder):
    text = open(PAIR).read().replace("weight = w_IE", "weight = matrix(\"w.csv\")")
    write(folder, "w.csv", "-0.5\n")
    r = run(folder, write(folder, "m.eig", text))
    equal((r.status, r.out), (1, ""), r)
    check("E0601" in r.err, r)
    check(not [n for n in os.listdir(folder) if n.endswith(".npz")], os.listdir(folder))


def interrupt(folder, number):
    write(folder, "long.eig", LONG)
    p = subprocess.Popen([EIGC, "run", "-o", "long.npz", "long.eig"], cwd=folder, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    time.sleep(1.5)
    p.send_signal(number)
    out, err = p.communicate(timeout=20)
    equal(p.returncode, 130, out + err)
    check("interrupted" in out, out)
    result = npz(os.path.join(folder, "long.npz"))
    equal(result["meta"]["run"]["status"], "interrupted")
    shape, t = result["t"]
    check(shape[0] > 1 and t[-1] == 1000.0 * (shape[0] - 1), (shape, t[-1]))
    check(abs(result["E"][1][-1] - 2.0) < 1e-9, "equilibrium 1/(1 - 0.5)")
    equal(sorted(os.listdir(folder)), ["long.eig", "long.npz"], "nothing else is left")


@test
def ctrl_c_keeps_what_was_computed(folder):
    if HAS_JIT:
        interrupt(folder, signal.SIGINT)


@test
def a_polite_kill_does_too(folder):
    if HAS_JIT:
        interrupt(folder, signal.SIGTERM)


@test
def leaving_the_finite_numbers(folder):
    r = run(folder, write(folder, "runaway.eig", RUNAWAY))
    equal(r.status, 1, r)
    # x' = (4 x + i)/10: neuron 2 leads, and passes 1.8e308 near t = 1775 ms.
    check("E0890" in r.err and "wild[2]" in r.err and "population wild" in r.err and "runaway.npz" in r.err, r)
    result = npz(os.path.join(folder, "runaway.npz"))
    shape, t = result["t"]
    check(1700 < t[-1] < 1800 and shape[0] == len(t), t[-1])
    check(all(abs(x) < 1.8e308 for x in result["wild"][1]), "a recorded number is not finite")
    equal(result["meta"]["run"]["status"], "nonfinite")
    o = json.loads(run(folder, "--json", os.path.join(folder, "runaway.eig")).out)
    equal(o["status"], "nonfinite")
    equal(o["diagnostics"]["runs"][0]["results"][0]["ruleId"], "E0890")


@test
def a_record_that_is_no_finite_number(folder):
    """It is written as it is, with one warning, whatever integrates; of the rates of equations too, without any `record`."""
    head = "population E excitatory { size = 3; tau = 10; cost = nonnegative; input = 1; start = abs(i - 1) }\n"
    line = "simulate { duration = 2; method = %s; step = 0.5; record mean(E)%s }\n"
    told = {"mean(log(E) + E)": "`mean(log(E) + E)` is -inf at t = 0", "sqrt(E - 1)": "`sqrt(E - 1)` of neuron E[1] is no number at t = 0",
            "1 / (E[1..2] - 1)": "`1 / (E[1..2] - 1)` of neuron E[2] is inf at t = 0", "1 / (t - 1.5)": "`1 / (t - 1.5)` is inf at t = 1.5"}
    law = "population V excitatory { v' = -v; rate = 1 / v }\nsimulate { duration = 1; method = rk4; step = 0.5 }\n"
    models = [(head + line % ("rk4", ", " + what), words) for what, words in told.items()] + [(law, "`V` is inf at t = 0")]
    for text, words in models:
        model = write(folder, "lost.eig", text)
        for options in [["--reference"], []][:1 + HAS_JIT]:
            r = run(folder, "--no-check", *options, model)
            equal(r.status, 0, r)
            check("warning[E0893]" in r.err and words in r.err and r.err.count("E0893") == 1, (words, r))
            o = json.loads(run(folder, "--json", "--no-check", *options, model).out)
            equal((o["status"], o["diagnostics"]["runs"][0]["results"][0]["level"]), ("done", "warning"))
    check("E0893" not in run(folder, "--no-check", "--reference", write(folder, "lost.eig", head + line % ("rk4", ""))).err, "a warning of nothing")


@test
def an_input_that_is_no_number(folder):
    """It stops the run when it comes, whatever the activation makes of a comparison."""
    activation = ("cost = nonnegative", "cost = box(0, 1)", "cost = power(1, 2)", "cost = l1(0.1)", "cost = softsign", "cost = elu(1)",
                  "activation(z) = max(0, z)", "activation(z) = min(1, max(z, 2 * z))")
    for law in activation:
        for what in ("exp(t^3) / (1 + exp(t^3))", "1 + sqrt(9 - t)"):
            model = write(folder, "none.eig", "population P excitatory { size = 2; tau = 1; %s; input = %s }\n"
                                              "simulate { duration = 12; method = rk4; step = 0.1 }\n" % (law, what))
            r = run(folder, "--no-check", model)
            equal(r.status, 1, (law, what, r))
            check("E0890" in r.err and "population P" in r.err and "t = 9" in r.err, (law, r))


@test
def equations_that_leave_the_finite_numbers(folder):
    model = write(folder, "square.eig", "population C excitatory { v' = v^2 + 1 }\n"
                                        "simulate { duration = 100; method = euler; step = 0.1 }\n")
    r = run(folder, model)
    equal(r.status, 1, r)
    check("E0890" in r.err and "state v" in r.err and "solution of the equations" in r.err and "eigc check" not in r.err, r)


SMALL_DISK = """mount -t tmpfs -o size=%s none disk && cp %s disk/m.eig && cd disk || exit 99
"$EIGC" run --no-check --reference %s m.eig; status=$?
cp r.* .. 2>/dev/null; ls -A; exit $status"""


def on_small_disk(folder, size, model, options):
    """None where this user may not mount one."""
    os.makedirs(os.path.join(folder, "disk"), exist_ok=True)
    text = SMALL_DISK % (size, os.path.join(folder, model), options)
    p = subprocess.run(["unshare", "-rm", "sh", "-c", text], cwd=folder, capture_output=True, text=True,
                       env=dict(os.environ, EIGC=EIGC), timeout=120)
    return None if p.returncode in (1, 32, 99) else p


@test
def a_run_stops_before_the_disk_is_full(folder):
    network = "population E excitatory { size = 2000; tau = 1 ms; cost = nonnegative; input = sin(t / 1 ms + i) }\n"
    write(folder, "adaptive.eig", network + "simulate { duration = 1000 ms; method = rk45; record E }")
    p = on_small_disk(folder, "16m", "adaptive.eig", "-o r.npz")
    if p is None:
        return
    equal(p.returncode, 3, p)
    check("E0812" in p.stderr and "every" in p.stderr and "are in r.npz" in p.stderr and "m.eig:2:" in p.stderr, p)
    result = npz(os.path.join(folder, "r.npz"))
    (n, width), times = result["E"][0], result["t"][1]
    equal((width, len(times), result["meta"]["run"]["status"]), (2000, n, "write error"))
    check("%d records" % n in p.stderr, p)
    check(abs(8 * 2001 * n - 0.75 * 16 * 2**20 / 2) < 2e5, n)
    check(all(a < b for a, b in zip(times, times[1:])) and times[0] == 0, "times")
    equal(p.stdout.split()[-2:], ["m.eig", "r.npz"], "nothing else is left")


@test
def a_run_that_cannot_fit_is_refused(folder):
    network = "population E excitatory { size = 2000; tau = 1 ms; cost = nonnegative }\n"
    text = network + "simulate { duration = %d ms; method = %s; record E every 1 ms }"
    for method in ("euler; step = 0.1 ms", "rk45"):
        for duration, kind, fits in ((391, "npz", True), (393, "npz", False), (189, "csv", True), (191, "csv", False)):
            write(folder, "m.eig", text % (duration, method))
            p = on_small_disk(folder, "16m", "m.eig", "-o r." + kind)
            if p is None:
                return
            equal(p.returncode, 0 if fits else 3, (p, duration))
            check(("E0812" in p.stderr) != fits, p)
            os.path.exists(os.path.join(folder, "r." + kind)) and os.unlink(os.path.join(folder, "r." + kind))


@test
def many_records_are_announced(folder):
    write(folder, "m.eig", "population E excitatory { size = 1000; tau = 1 ms; cost = nonnegative }\n"
                           "simulate { duration = 1000000 ms; method = euler; step = 1 ms; record E every 5 ms }")
    p = subprocess.Popen([EIGC, "run", "--no-check", "--reference", "m.eig"], cwd=folder, stdout=subprocess.PIPE, text=True)
    line = p.stdout.readline()
    p.send_signal(signal.SIGINT)
    rest = p.communicate(timeout=60)[0]
    check(line == "records of 1.6 GB go to m.npz\n" or "no room" in line + rest, line + rest)


@test
def many_pairs_are_announced(folder):
    write(folder, "m.eig", "population V excitatory { size = 100000; v' = -v + input }\n"
                           "connect V -> V { current = tanh(pre.v - post.v); scale = 1/n }\n"
                           "simulate { duration = 10; method = rk4; step = 0.01; record mean(V) }")
    p = subprocess.Popen([EIGC, "run", "--no-check", "--reference", "m.eig"], cwd=folder, stdout=subprocess.PIPE, text=True)
    line = p.stdout.readline()
    p.kill()                    # a step takes minutes
    p.communicate(timeout=60)
    equal(line, "V->V: a current of each pair, 1e+10 pairs an evaluation; at some 3 ns a pair the 4e+03 evaluations of this run take 33 hours\n")


@test
def progress_on_a_terminal_only(folder):
    if not HAS_JIT:
        return
    model = write(folder, "long.eig", LONG.replace("1000000000", "3000000"))
    start = time.monotonic()
    r = eigc_on_terminal("run", model, cwd=folder)
    seconds = time.monotonic() - start
    equal(r.status, 0, r)
    check(" %  t = " in r.err and r.err.endswith("\x1b[K"), repr(r.err[-200:]))
    check(r.err.count("\r") <= 10 * seconds + 2, "more than 10 lines a second")
    equal(eigc_on_terminal("run", model, cwd=folder, term="dumb").err, "")
    equal(eigc_on_terminal("run", "-q", model, cwd=folder).err, "")


main()
