#!/usr/bin/python3
"""eigc run --save-state and --from: two parts of a run are one run, to the bit; what cannot be continued is refused."""
import glob
import os
import re
import shutil
import signal
import subprocess
import time
import zipfile

from cli import EIGC, HAS_JIT, check, eigc, equal, main, npz, test, write

def run(folder, *args, **more):
    return eigc("run", *([] if HAS_JIT else ["--reference"]), *args, cwd=folder, **more)


PLAIN = """model plain
param w = 0.5
population E excitatory {{ size = {size}; tau = 20 ms; cost = nonnegative; input = 1 + 0.1 * i }}
population I inhibitory {{ tau = 10 ms; cost = nonnegative }}
connect E -> E {{ weight = w / 4; delay = 3 ms }}
connect E -> I {{ weight = 0.2 }}
connect I -> E {{ weight = 0.4 }}
simulate {{
  duration = {duration} ms
  method = {method}
  step = {step} ms
  seed = 3
  record E every {every} ms
}}
"""


def plain(folder, name="m.eig", size=4, duration=50, method="heun", step=0.1, every=1):
    return write(folder, name, PLAIN.format(size=size, duration=duration, method=method, step=step, every=every))


def refused(r, code, *words):
    equal(r.status, 2, r)
    for word in (code, *words):
        check(word in r.err, (word, r))


def state_of(path):
    """Every member but its text about itself, where the time of a longer delay is the only thing that may differ."""
    with zipfile.ZipFile(path) as z:
        check(z.testzip() is None, "the archive is broken")
        return {name: z.read(name) for name in z.namelist()}


def joined(whole, first, rest):
    for name in whole:
        if name != "meta":
            a, b, c = whole[name], first[name], rest[name]
            equal(a[1], b[1] + c[1], name)
            equal(a[0][0], b[0][0] + c[0][0], name)


def parts_are_one(folder, model, cut, *options, other_engine=False, edit=True):
    """The model to its duration, and in two parts, the first to `cut`: with a duration of that length, or --until."""
    text = open(os.path.join(folder, model)).read()
    write(folder, "first.eig", re.sub(r"duration( *)= [0-9.]+", r"duration\1= " + cut, text))
    engine = ["--reference"] if other_engine else []
    first = ["first.eig"] if edit else [model, "--until", cut + (" ms" if " ms" in text else "")]
    for name, args in (("whole", [model]), ("first", first), ("rest", [model, "--from", "first.state", *engine])):
        r = run(folder, "-o", name + ".npz", "--save-state", name + ".state", *args, *options)
        equal((r.status, r.err), (0, ""), r)
    joined(*(npz(os.path.join(folder, n + ".npz")) for n in ("whole", "first", "rest")))
    equal(state_of(os.path.join(folder, "whole.state")), state_of(os.path.join(folder, "rest.state")), model)
    return r


def setting(text, key):
    """A number of the simulate block, or of the param that stands for it."""
    value = re.search(r"\b" + key + r" *= ([0-9.]+|\w+)", text)[1]
    return float(value) if value[0].isdigit() else float(re.search(r"param " + value + r" *= ([0-9.]+)", text)[1])


@test
def every_example_in_two_parts(folder):
    """Those of fixed steps. A first part with a shorter duration has no protocol; one that --until ends has."""
    shutil.copytree("examples", folder, dirs_exist_ok=True)
    n = 0
    for path in sorted(glob.glob(os.path.join(folder, "[0-9]*.eig"))):
        text, name = open(path).read(), os.path.basename(path)
        method = re.search(r"method *= (\w+)", text)
        if not method or method[1] in ("rk45", "dopri8", "cvode", "taylor", "auto") or name == "06-million.eig":
            continue
        duration, step = (setting(text, key) for key in ("duration", "step"))
        changes = re.search(r"^  at ", text, re.M)
        for share, edit in ((0.37, True), (0.61, False)):
            if edit and changes:
                continue
            parts_are_one(folder, name, "%.10g" % (round(duration * share / step) * step), "--no-check", edit=edit)
            n += 1
    check(n >= 20, n)


@test
def ends_that_are_none(folder):
    plain(folder)
    for until, words in (("20", "in ms"), ("20 mV", "in ms"), ("20.05 ms", "whole number of steps"), ("0 ms", "no run ends there"), ("60 ms", "duration, 50"),
                         ("w", "one number"), ("20 ms }", ""), ("1/3 ms", "one number")):
        refused(run(folder, "m.eig", "--until", until), "E0", words)
    equal(os.listdir(folder), ["m.eig"])
    equal(run(folder, "m.eig", "--until=0.02 s", "--save-state=s").status, 0)
    refused(run(folder, "m.eig", "--until=20 ms", "--from=s"), "E0815", "--until")
    r = run(folder, "m.eig", "--until=40 ms", "--from=s", "--save-state=s")
    check(r.status == 0 and "200 steps from t = 20 ms to t = 40 ms" in r.out, r)


@test
def a_delay_longer_than_the_first_part(folder):
    for delay in ("3", "30", "47", "80"):
        text = open(plain(folder)).read().replace("delay = 3 ms", f"delay = {delay} ms")
        write(folder, "m.eig", text)
        parts_are_one(folder, "m.eig", "7.3")
        parts_are_one(folder, "m.eig", "42.3", other_engine=True)


@test
def the_summary_says_from_where(folder):
    plain(folder)
    r = parts_are_one(folder, "m.eig", "20")
    check("300 steps from t = 20 ms to t = 50 ms" in r.out and "state at t = 50 ms in rest.state" in r.out, r)
    meta = npz(os.path.join(folder, "rest.npz"))["meta"]["run"]
    equal((meta["steps"], meta["from"], meta["t"]), (300, 20.0, 50.0))


@test
def records_may_be_others_and_threads_too(folder):
    parts = []
    plain(folder, "first.eig", duration=20)
    equal(run(folder, "first.eig", "--save-state", "s").status, 0)
    for every, more in ((1, []), (0.5, ["--threads=3"])):
        plain(folder, every=every)
        equal(run(folder, "m.eig", "--from", "s", "-o", "r.npz", *more).status, 0)
        parts.append(npz(os.path.join(folder, "r.npz")))
    (_, t), (_, t2) = parts[0]["t"], parts[1]["t"]
    equal((t[0], t[-1], len(t), t2[0], len(t2)), (21.0, 50.0, 30, 20.5, 60))
    equal(parts[0]["E"][1], [x for k in range(1, 60, 2) for x in parts[1]["E"][1][4 * k:4 * k + 4]])


@test
def an_interrupted_run_goes_on(folder):
    text = open(plain(folder, duration=2000000, every=1000)).read()
    args = [EIGC, "run", *([] if HAS_JIT else ["--reference"]), "-q", "m.eig", "-o", "part.npz", "--save-state", "s"]
    p = subprocess.Popen(args, cwd=folder)
    while not any(name.endswith("npz") or name.startswith(".") or name == "s" for name in os.listdir(folder)) and p.poll() is None and time.sleep(0.3):
        pass
    time.sleep(0.3)
    p.send_signal(signal.SIGINT)
    if p.wait(60) == 0:
        return                  # it was faster
    equal(p.returncode, 130)
    first = npz(os.path.join(folder, "part.npz"))
    reached = first["meta"]["run"]["t"]
    end = 1000 * (int(reached / 1000) + 3)
    write(folder, "m.eig", text.replace("duration = 2000000", "duration = %d" % end))
    equal(run(folder, "m.eig", "--from", "s", "-o", "rest.npz").status, 0)
    equal(run(folder, "m.eig", "-o", "whole.npz").status, 0)
    joined(*(npz(os.path.join(folder, n + ".npz")) for n in ("whole", "part", "rest")))


# ---- what is refused ----

@test
def another_path_of_noise_is_refused(folder):
    noisy = "population N mixed { tau = 5 ms; cost = tanh; noise = 0.1 per sqrt(ms) }\nsimulate { duration = %d ms; method = euler_maruyama; step = 0.1 ms; noise_step = %s ms }\n"
    for k, step in ((20, "0.8"), (40, "1.6")):
        with open(os.path.join(folder, "n%d.eig" % k), "w") as f:
            f.write(noisy % (k, step))
    equal(run(folder, "n20.eig", "--save-state", "n").status, 0)
    refused(run(folder, "n40.eig", "--from", "n"), "E0814", "the noise_step is 1.6 here, and 0.8")


@test
def other_runs_are_refused_by_name(folder):
    plain(folder, "first.eig", duration=20)
    equal(run(folder, "first.eig", "--save-state", "s").status, 0)
    for more, words in (({"size": 5}, ["population E has 5 neurons here, and 4"]), ({"method": "euler"}, ["the method is euler here, and heun"]),
                        ({"step": 0.05}, ["the step is 0.05 here, and 0.1"])):
        plain(folder, **more)
        refused(run(folder, "m.eig", "--from", "s"), "E0814", "m.eig", "help: ", *words)
    text = open(plain(folder)).read()
    refused(run(folder, "m.eig", "--from", "s", "--seed=4"), "E0814", "the seed is 4 here, and 3", "--seed 3")
    refused(run(folder, "m.eig", "--from", "s", "--set", "w=0.4"), "E0814", "connection E->E is not as in", "protocol")
    for old, new, words in (("0.1 * i", "0.2 * i", ["population E is not as in"]), ("cost = nonnegative; input", "cost = nonnegative; start = 1; input", ["population E"]), ("delay = 3 ms", "delay = 4 ms", ["connection E->E"]),
                            ("connect I -> E { weight = 0.4 }\n", "", ["connection I->E", "is missing here"]),
                            ("connect I -> E {", "connect I -> I { weight = 0.1 }\nconnect I -> E {", ["m.eig:", "connection I->I is not in the network"]),
                            ("connect E -> E", "population K mixed { tau = 1 ms; cost = nonnegative }\nconnect E -> E", ["population K is not in"]),
                            ("population I", "population J", ["population I stands there where J stands here"]),
                            ("weight = 0.2 ", "weight = 0.25 ", ["connection E->I is not as"])):
        write(folder, "m.eig", text.replace(old, new).replace("> I", "> J").replace("t I", "t J") if "population J" in new else text.replace(old, new))
        refused(run(folder, "m.eig", "--from", "s"), "E0814", *words)
    less = re.sub("population I.*\n|.*[> ]I .*\n", "", text)
    write(folder, "m.eig", less)
    refused(run(folder, "m.eig", "--from", "s"), "E0814", "population I", "is missing here")
    plain(folder, duration=20)
    refused(run(folder, "m.eig", "--from", "s"), "E0815", "reached t = 20 ms, and this one ends at t = 20 ms", "m.eig:9")
    equal(sorted(os.listdir(folder)), ["first.eig", "m.eig", "plain.npz", "s"])


ADAPTIVE = """model adaptive
population E excitatory {{ size = 3; {body} }}
connect E -> E {{ weight = 0.3 }}
simulate {{
  duration = {duration}; method = {method}; rtol = {rtol}; atol = 1e-8
  {change}
  record E every 0.7
  record mean(E)
}}
"""
LEAK = "tau = 20; cost = softplus(1); input = drive + sin(t / 9) + 0.1 * i"
EQUATION = "v' = input - v^3 + cos(t / 5) - v; start = 0.1 * i; rate = v; input = 0.5"


def adaptive(folder, body=LEAK, duration=90, method="rk45", rtol=1e-6, change="at 61.3 drive = 0.2"):
    drive = "param drive = 1\n" if "drive" in body else ""
    text = ADAPTIVE.format(body=body, duration=duration, method=method, rtol=rtol, change=change if drive else "")
    return write(folder, "m.eig", text.replace("population", drive + "population", 1))


@test
def adaptive_methods_go_on(folder):
    """Behind the end of the first part everything is as in one run, whoever computes it."""
    for method in ("rk45", "dopri8", "taylor"):
        for body in (LEAK.replace("softplus", "logistic") if method == "taylor" else LEAK, EQUATION):
            adaptive(folder, body, method=method)
            equal(run(folder, "m.eig", "-o", "whole.npz", "--save-state", "whole.state").status, 0)
            whole = npz(os.path.join(folder, "whole.npz"))
            for cut, engine in (("7", []), ("33.1", ["--reference"]), ("60.2", []), ("89.2", [])):
                equal(run(folder, "m.eig", "-o", "first.npz", "--until", cut, "--save-state", "s", *engine).status, 0)
                r = run(folder, "m.eig", "-o", "rest.npz", "--from", "s", "--save-state", "s")
                equal((r.status, r.err), (0, ""), r)
                check("from t = " + cut in r.out, r)
                rest, first = (npz(os.path.join(folder, n + ".npz")) for n in ("rest", "first"))
                for name in whole:
                    if name != "meta":
                        n = len(rest[name][1])
                        check(n > 0 and whole[name][1][-n:] == rest[name][1], (method, name, cut))
                times = whole["t every 0.7"][1]
                equal(first["t every 0.7"][1] + rest["t every 0.7"][1], times)
                equal(state_of(os.path.join(folder, "s")), state_of(os.path.join(folder, "whole.state")), (method, cut))


@test
def other_steps_are_refused(folder):
    adaptive(folder, change="", duration=40)
    equal(run(folder, "m.eig", "--save-state", "s").status, 0)
    adaptive(folder, change="", rtol=1e-5)
    refused(run(folder, "m.eig", "--from", "s"), "E0814", "the rtol is 1.0000000000000001e-05 here, and")
    adaptive(folder, change="", method="dopri8")
    refused(run(folder, "m.eig", "--from", "s"), "E0814", "the method is dopri8 here, and rk45")
    adaptive(folder, change="")
    equal(run(folder, "m.eig", "--from", "s").status, 0)
    adaptive(folder, EQUATION, duration=40)
    equal(run(folder, "m.eig", "--save-state", "s").status, 0)
    adaptive(folder, EQUATION)
    refused(run(folder, "m.eig", "--from", "s"), "E0814", "steps of up to 90 here, and of up to 40", "--until")
    adaptive(folder, EQUATION, duration=40)
    refused(run(folder, "m.eig", "--from", "s"), "E0815", "reached t = 40")


@test
def states_have_a_place_of_their_own(folder):
    plain(folder)
    os.symlink("s.npz", os.path.join(folder, "link"))
    write(folder, "s.npz", "old")
    for args in (["-o", "a.npz", "--save-state=a.npz"], ["--save-state=plain.npz"], ["-o", "s.npz", "--save-state=link"], ["--save-state=none/s"],
                 ["--save-state=."]):
        r = run(folder, "m.eig", *args)
        equal((r.status, "E0004" in r.err), (3, True), r)
    equal(sorted(os.listdir(folder)), ["link", "m.eig", "s.npz"])
    equal(run(folder, "m.eig", "--until=20 ms", "--save-state=link").status, 0)
    equal(run(folder, "m.eig", "--from=link", "--save-state=link").status, 0)
    check(os.path.islink(os.path.join(folder, "link")), "the link stays")


@test
def files_that_are_no_states(folder):
    plain(folder)
    equal(run(folder, "m.eig", "-o", "r.npz").status, 0)
    write(folder, "empty", "")
    write(folder, "text", "E 1 2 3\n" * 20)
    for name in ("r.npz", "empty", "text", "m.eig"):
        refused(run(folder, "m.eig", "--from", name), "E0007", name, "--save-state")
    for name in ("missing", ".", "/dev/zero"):
        refused(run(folder, "m.eig", "--from", name), "E0001", name)
    os.mkfifo(os.path.join(folder, "pipe"))
    refused(run(folder, "m.eig", "--from", "pipe"), "E0001", "pipe")


@test
def damaged_states(folder):
    """Cut off anywhere, or with a byte changed anywhere: refused, or the state as it was (the date of a member, say, tells nothing)."""
    plain(folder, "first.eig", duration=20)
    equal(run(folder, "first.eig", "--save-state", "s").status, 0)
    plain(folder, duration=21)
    whole = open(os.path.join(folder, "s"), "rb").read()
    equal(run(folder, "m.eig", "--from", "s", "-o", "r.npz").status, 0)
    good = npz(os.path.join(folder, "r.npz"))["E"]
    places = sorted({*range(0, 60, 7), *range(60, len(whole) - 200, len(whole) // 25), *range(len(whole) - 180, len(whole), 17)})
    for k in places:
        with open(os.path.join(folder, "bad"), "wb") as f:
            f.write(whole[:k])
        refused(run(folder, "m.eig", "--reference", "--from", "bad"), "E0007")
        with open(os.path.join(folder, "bad"), "wb") as f:
            f.write(whole[:k] + bytes([whole[k] ^ 0x55]) + whole[k + 1:])
        r = run(folder, "m.eig", "--reference", "--from", "bad", "-o", "r.npz")
        if r.status == 0:
            equal(npz(os.path.join(folder, "r.npz"))["E"], good, k)
        else:
            refused(r, "E0007")


@test
def a_run_that_left_the_numbers_keeps_no_state(folder):
    text = open(plain(folder)).read().replace("w / 4", "40 * w").replace("; delay = 3 ms", "").replace("duration = 50", "duration = 5000")
    write(folder, "m.eig", text)
    write(folder, "s", "old")
    r = run(folder, "m.eig", "--save-state", "s")
    equal((r.status, "E0890" in r.err, "there is no state to go on from; s is as it was" in r.err), (1, True, True), r)
    equal(open(os.path.join(folder, "s")).read(), "old")


if __name__ == "__main__":
    main()
